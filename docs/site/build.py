"""The documentation as a web site, from the pages of the repository: `make site`.

Pages are gathered in one folder, links between them turned with them, and mkdocs makes HTML of them. Nothing
comes from the network, when it is made or when it is read. Formulas become MathML, which browsers draw by
themselves. Rejected: KaTeX or MathJax, scripts and fonts to carry along; Sphinx, which has another markup
beside Markdown.
"""

import importlib
import logging
import os
import re
import shutil
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
HERE = ROOT / "docs/site"
TARGET = ROOT / "build/site"
sys.path[:0] = [str(HERE), str(ROOT)]

import book  # noqa: E402
import reference  # noqa: E402
from mkdocs.commands.build import build  # noqa: E402
from mkdocs.config import load_config  # noqa: E402

# Pages that lie outside of docs, and their names on the site.
ELSEWHERE = {
    "README.md": "index.md",
    "CONTRIBUTING.md": "contributing.md",
    "CHANGELOG.md": "changelog.md",
    "spec/README.md": "suite.md",
    "bncore/core/README.md": "core.md",
}
CHINESE = r"[\u3000-\u9fff\uff00-\uffef]"
LINK = re.compile(r"(!?)\[((?:[^\[\]]|\[[^\]]*\])*)\]\(([^)\s]+)\)")
TITLE = re.compile(r"^# (.*)$", re.MULTILINE)


def places():
    """Each page and picture of the site by its place in the repository, and its place on the site."""
    found = {ROOT / name: place for name, place in ELSEWHERE.items()}
    for path in sorted((ROOT / "docs").rglob("*")):
        inside = path.relative_to(ROOT / "docs")
        if (
            path.is_file()
            and "site" not in inside.parts
            and path.suffix in (".md", ".png", ".v", ".c", ".json")
        ):
            found[path] = str(inside)
    return found


def turned(text, source, where):
    """A page with its links as they are on the site; what is not on it is left as text."""
    here = Path(where[source]).parent

    def link(match):
        shown, words, target = match.groups()
        if "://" in target or target.startswith("#"):
            return match[0]
        path, _, anchor = target.partition("#")
        there = (source.parent / path).resolve()
        place = where.get(there) or where.get(there / "README.md")
        if not place:
            return f"`{words}`" if re.fullmatch(r"[\w./-]*[./][\w./-]*", words) else words
        return f"{shown}[{words}]({os.path.relpath(place, here)}{'#' * bool(anchor)}{anchor})"

    text = LINK.sub(link, re.sub(r"\A<!--.*?-->\s*", "", text, flags=re.DOTALL))
    if "zh" in Path(where[source]).parts:
        # a line that ends between two letters of Chinese has no blank there
        text = re.sub(rf"(?<={CHINESE})\n(?={CHINESE})", "", text)
    text = text.replace("<details>", '<details markdown="1">')
    return re.sub(r"  # doctest: \+\w+$", "", text, flags=re.MULTILINE)


def gather(folder):
    """Write all pages into a folder."""
    where = places()
    for source, place in where.items():
        target = folder / place
        target.parent.mkdir(parents=True, exist_ok=True)
        if source.suffix == ".md":
            target.write_text(turned(source.read_text(encoding="utf-8"), source, where), encoding="utf-8")
        else:
            shutil.copy(source, target)
    (folder / "reference").mkdir()
    for name, text in references():
        (folder / "reference" / f"{name}.md").write_text(text, encoding="utf-8")
    for name in ("style.css", "iframe-worker.js"):
        shutil.copy(HERE / name, folder)
    book.write(folder / "book.html")


def references():
    """The pages of the reference."""
    import bncore
    from spec import conformance

    yield (
        "bncore",
        reference.page("bncore", bncore, bncore.__all__, bncore.__doc__.partition("\n")[0]),
    )
    for name in ("torch", "mpi", "dask"):
        try:
            module = importlib.import_module(f"bncore.{name}")
        except ImportError as missing:
            print(f"No reference of bncore.{name}: {missing}")
            continue
        title = module.__doc__.partition("\n\n")[0].replace("\n", " ")
        yield name, reference.page(f"bncore.{name}", module, sorted(module.__all__), title)
    names = ("Adapter", "Caps", "check")
    yield "conformance", reference.page("spec.conformance", conformance, names, "What an adapter is made of.")


def navigation(folder):
    """The table of contents of the site."""
    contents = (folder / "proofs/index.md").read_text(encoding="utf-8")
    proofs = [f"proofs/{name}.md" for name in re.findall(r"\]\(([a-z-]+)\.md\)", contents)]
    recipes = re.findall(r"\]\(([a-z]+)\.md\)", (folder / "recipes/index.md").read_text(encoding="utf-8"))
    chinese = sorted(str(path.relative_to(folder)) for path in folder.glob("zh/*.md"))
    faces = sorted(
        str(path.relative_to(folder))
        for path in folder.glob("reference/*.md")
        if path.stem not in ("bncore", "conformance")
    )
    index = (folder / "reports/README.md").read_text(encoding="utf-8")
    reports = [f"reports/{name}.md" for name in re.findall(r"\]\(([a-z0-9-]+)\.md\) \|", index)]
    found = [
        {
            "bncore": [
                "index.md", "guide.md", "layer.md", "folding.md", "torch.md", "distributed.md",
                {"Reference": ["reference/bncore.md", *faces]},
            ]
        },
        {"Recipes": ["recipes/index.md", *(f"recipes/{name}.md" for name in recipes)]},
        {
            "Judge a kernel": [
                "conformance.md", {"Adapters": "reference/conformance.md"}, "exec.md", "vectors.md",
                "bounds.md", "findings.md", {"Reports": ["reports/README.md", *reports]}, "conventions.md",
            ]
        },
        {
            "Proofs": [
                "proofs/index.md", "derivation.md", "questions.md", "experiments/README.md",
                {"The theorems": proofs}, {"All in one file": "book.html"},
            ]
        },
        {"The core": ["numerics.md", "kernels.md", "core.md", "benchmarks.md"]},
        {"The project": ["contributing.md", "suite.md", "decisions.md", "changelog.md"]},
    ]  # fmt: skip
    return [*found, {"中文": chinese}] if chinese else found


def main(target=TARGET):
    """Make the site; 1 where mkdocs warns of anything."""
    pages = target.parent / f"{target.name}-pages"
    for folder in (pages, target):
        shutil.rmtree(folder, ignore_errors=True)
    pages.mkdir(parents=True)
    gather(pages)
    logging.basicConfig(level=logging.WARNING, format="%(levelname)s: %(message)s")
    os.environ.setdefault("NO_MKDOCS_2_WARNING", "1")
    config = load_config(
        str(HERE / "mkdocs.yml"),
        docs_dir=str(pages),
        site_dir=str(target),
        nav=navigation(pages),
        strict=True,
    )
    build(config)
    count = sum(1 for _ in target.rglob("*.html"))
    print(f"{target}/index.html: {count} pages")
    return 0


if __name__ == "__main__":
    sys.exit(main(*map(Path, sys.argv[1:])))
