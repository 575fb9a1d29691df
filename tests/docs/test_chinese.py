"""The Chinese pages beside the English ones: the same headings, links, formulas, code and pictures."""

import re
import sys
from pathlib import Path

import pytest

DOCS = Path(__file__).parents[2] / "docs"
PAIRS = {
    "README.md": DOCS.parent / "README.md",
    "derivation.md": DOCS / "derivation.md",
    "questions.md": DOCS / "questions.md",
}
LINK = re.compile(r"\]\(([^)\s]+)\)")
CODE = re.compile(r"^```.*?^```", re.DOTALL | re.MULTILINE)
of_a_pair = pytest.mark.parametrize("name", PAIRS)


def headings(text):
    """How deep each heading is."""
    return [len(marks) for marks in re.findall(r"^(#+) ", CODE.sub("", text), re.MULTILINE)]


def targets(path):
    """The files that a page links to; a page in Chinese counts as the one in English."""
    found = set()
    for link in LINK.findall(path.read_text()):
        there = (path.parent / link.partition("#")[0]).resolve() if not link.startswith("#") else path
        found.add(PAIRS[there.name] if there.parent == DOCS / "zh" else there)
    return found


@of_a_pair
def test_the_headings_are_as_many_and_as_deep(name):
    assert headings((DOCS / "zh" / name).read_text()) == headings(PAIRS[name].read_text())


@of_a_pair
def test_the_links_are_the_same(name):
    english = targets(PAIRS[name]) - {PAIRS[name]}
    chinese = targets(DOCS / "zh" / name) - {PAIRS[name]}
    assert chinese - english == set()
    assert english - chinese == set()


@of_a_pair
def test_formulas_and_code_are_the_same(name):
    english, chinese = PAIRS[name].read_text(), (DOCS / "zh" / name).read_text()
    assert CODE.findall(chinese) == CODE.findall(english)
    blocks = re.compile(r"^\$\$\n.*?\n\$\$$", re.DOTALL | re.MULTILINE)
    assert blocks.findall(chinese) == blocks.findall(english)


@of_a_pair
def test_the_numbers_are_the_same(name):
    # whole ones may be words in either
    fractions = re.compile(r"-?\d+\.\d+")
    english, chinese = (CODE.sub("", page.read_text()) for page in (PAIRS[name], DOCS / "zh" / name))
    assert sorted(fractions.findall(chinese)) == sorted(fractions.findall(english))


@of_a_pair
def test_it_is_chinese(name):
    text = CODE.sub("", (DOCS / "zh" / name).read_text())
    assert len(re.findall(r"[\u4e00-\u9fff]", text)) > 500


def test_the_derivation_is_current(monkeypatch):
    monkeypatch.setattr(sys, "path", [str(DOCS / "zh"), *sys.path])
    import derivation

    assert (DOCS / "zh/derivation.md").read_text() == derivation.page((DOCS / "derivation.md").read_text())
