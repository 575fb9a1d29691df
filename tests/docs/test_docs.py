"""The documents: what they link to is there, their examples run, and generated captions are current."""

import doctest
import json
import re
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PAGES = sorted([*ROOT.glob("*.md"), *ROOT.glob("docs/**/*.md"), *ROOT.glob("spec/**/*.md")])
WITH_EXAMPLES = [page for page in PAGES if ">>> " in page.read_text() and page.name != "README.md"]
# Libraries that a page may be about, and that nothing else here needs.
OPTIONAL = {"jax", "pandas", "xarray", "torch", "dask.array"}
LINK = re.compile(r"\]\(([^)\s]+)\)")


def name(page):
    return str(page.relative_to(ROOT))


def anchors(page):
    """What can follow a # in a link to a page: its headings, as a forge turns them into names."""
    headings = re.findall(r"^#+ (.*)$", page.read_text(), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


def test_pages_are_found():
    assert {"README.md", "docs/questions.md", "docs/proofs/index.md"} <= {name(page) for page in PAGES}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_links_lead_somewhere(page):
    for link in LINK.findall(page.read_text()):
        if link.startswith("https://"):
            continue
        path, _, anchor = link.partition("#")
        target = (page.parent / path).resolve() if path else page
        assert target.exists(), f"{name(page)}: {link}"
        assert not anchor or anchor in anchors(target), f"{name(page)}: {link}"


@pytest.mark.parametrize("page", WITH_EXAMPLES, ids=name)
def test_examples_run(page):
    for other in re.findall(r"^>>> import (.*)$", page.read_text(), re.MULTILINE):
        for library in OPTIONAL & set(other.split(", ")):
            pytest.importorskip(library, reason=f"{name(page)} is about {library}, which is not installed")
    assert doctest.testfile(str(page), module_relative=False).failed == 0


def test_captions_follow_from_the_numbers(monkeypatch):
    folder = ROOT / "docs/experiments"
    monkeypatch.setattr(sys, "path", [str(folder), *sys.path])
    import captions

    numbers = json.loads((folder / "digits.json").read_text())
    assert (folder / "README.md").read_text() == captions.page(numbers)


def test_every_figure_has_a_caption():
    folder = ROOT / "docs/experiments"
    shown = set(LINK.findall((folder / "README.md").read_text()))
    assert {figure.name for figure in folder.glob("*.png")} == shown


def test_the_map_names_every_module_and_every_room():
    text = (ROOT / "CONTRIBUTING.md").read_text()
    modules = {path.stem for path in (ROOT / "bncore").glob("*.py")} - {"__init__"}
    named = set(re.findall(r"`(\w+)`", text.partition("| in `bncore/` |")[2].partition("\n\n")[0]))
    assert named - {"fold", "unfold"} == modules
    named = set(re.findall(r"`(?:tests/)?(\w+)`", text.partition("In `tests/`:")[2].partition("\n\n")[0]))
    assert named == {
        path.name for path in (ROOT / "tests").iterdir() if path.is_dir() and path.name[0] != "_"
    }
    rooms = {path.parent.name for path in (ROOT / "spec").glob("*/__init__.py")}
    text = (ROOT / "spec/README.md").read_text()
    assert set(re.findall(r"\[(\w+)/\]", text)) == rooms
    assert [path.name for path in (ROOT / "spec").glob("[a-z]*.py") if f"({path.name})" not in text] == [
        "setup.py"
    ]


def test_the_guide_names_every_target_and_option(capsys):
    from spec import __main__, adapters

    text = (ROOT / "docs/conformance.md").read_text()
    assert [name for name in adapters.KNOWN if f"`{name}`" not in text] == []
    with pytest.raises(SystemExit):
        __main__.main(["check", "--help"])
    there = set(re.findall(r"--[a-z]+", capsys.readouterr().out)) - {"--help"}
    assert there <= set(re.findall(r"--[a-z]+", text))
