"""The book as one file: made, whole, of mathematics that a browser can draw, with nothing from elsewhere."""

import re
import sys
from html.parser import HTMLParser
from pathlib import Path
from xml.etree import ElementTree

import pytest

from spec.theorems import THEOREMS

ROOT = Path(__file__).parents[2]

pytest.importorskip("latex2mathml", reason="pip install --group site")
pytest.importorskip("markdown", reason="pip install --group site")


@pytest.fixture(scope="module")
def maker():
    sys.path.insert(0, str(ROOT / "docs/site"))
    try:
        import book
    finally:
        sys.path.pop(0)
    return book


@pytest.fixture(scope="module")
def formulas(maker):
    return sys.modules["formulas"]


@pytest.fixture(scope="module")
def text(maker, tmp_path_factory):
    target = tmp_path_factory.mktemp("book") / "book.html"
    maker.write(target)
    return target.read_text(encoding="utf-8")


class Reader(HTMLParser):
    """Collects what a browser would look at: tags, attributes, and the text outside of formulas."""

    def __init__(self, text):
        super().__init__()
        self.tags, self.attributes, self.words, self.inside = [], [], [], []
        self.feed(text)
        self.close()

    def handle_starttag(self, tag, attributes):
        self.tags.append(tag)
        self.attributes += attributes
        self.inside += [tag] if tag in ("math", "style") else []

    def handle_endtag(self, tag):
        if self.inside and self.inside[-1] == tag:
            self.inside.pop()

    def handle_data(self, data):
        if not self.inside:
            self.words.append(data)


def test_every_theorem_is_a_section_of_it(text):
    found = Reader(text)
    sections = [value for name, value in found.attributes if name == "id"]
    assert sections == ["index", *(theorem.name for theorem in THEOREMS)]
    headings = re.findall(r"<h2>\d+\. (.*?)</h2>", text)
    assert headings == [theorem.title for theorem in THEOREMS]


def test_it_refers_to_nothing_outside(text):
    found = Reader(text)
    assert not {"script", "link", "iframe", "object", "embed"} & set(found.tags)
    targets = [value for name, value in found.attributes if name in ("href", "src", "srcset", "xmlns")]
    assert len(targets) > len(THEOREMS)
    sections = {f"#{value}" for name, value in found.attributes if name == "id"}
    for target in targets:
        assert target in sections or target.startswith("data:image/png;base64,"), target[:80]
    assert "url(" not in text
    assert "@import" not in text
    assert "://" not in text


def test_its_figures_are_those_of_the_theorems(text):
    shown = [theorem.figure for theorem in THEOREMS if theorem.figure]
    assert text.count("<img ") == len(shown) > 0


def test_the_six_equations_stand_at_its_head(text):
    head = text[: text.index("<table>")]
    assert re.findall(r"<span>\((9\.\d\d)\)</span>", head) == [f"9.{number}" for number in range(36, 42)]


def test_its_mathematics_is_mathml_and_none_is_left(text, maker, formulas):
    words = "".join(Reader(text).words)
    assert "$" not in words
    assert "\\" not in words
    assert "FORMULA" not in words
    found = re.findall(r"<math.*?</math>", text, re.DOTALL)
    pages = [path.read_text(encoding="utf-8") for path in maker.PROOFS.glob("*.md")]
    assert len(found) >= sum(len(formulas.MATHEMATICS.findall(page)) for page in pages)
    for formula in set(found):
        tree = ElementTree.fromstring(formula)
        assert not list(tree.iter("merror"))
        assert "\\" not in "".join(tree.itertext()), formula


def test_a_long_formula_is_broken_at_its_operators_alone(formulas):
    latex = " + ".join(["\\left(a + b\\right)^{2 + k}"] * 30) + " = c"
    rows = formulas.broken(latex)
    assert " ".join(rows) == latex
    assert all(
        row.startswith(("+", "=", "\\left(a + b")) and formulas.measured(row) <= formulas.LINE for row in rows
    )
    assert formulas.broken("\\frac{a + b}{c} = d") == ["\\frac{a + b}{c} = d"]


def test_its_width_is_that_of_the_widest_part(formulas):
    assert formulas.measured("\\frac{a}{abc}") == formulas.measured("abc")
    assert formulas.measured("a^{2}") < formulas.measured("a2")
