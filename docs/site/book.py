"""The book of theorems as one file of HTML, from the pages of docs/proofs, with its figures in it."""

import base64
import html
import re
from pathlib import Path

import markdown
from formulas import put_aside, put_back

DOCS = Path(__file__).resolve().parents[1]
PROOFS = DOCS / "proofs"

STYLE = """
body { max-width: 50rem; margin: 2rem auto; padding: 0 1rem; color: #1a1a1a; background: white;
       font: 1rem/1.5 "Libertinus Serif", "STIX Two Text", Georgia, serif; }
math { font-family: "Libertinus Math", "STIX Two Math", "Latin Modern Math", "Cambria Math", math; }
h1, h2, h3 { font-family: system-ui, sans-serif; line-height: 1.25; }
h1 { font-size: 2rem; } h2 { font-size: 1.5rem; margin-top: 0; } h3 { font-size: 1.05rem; margin-top: 2rem; }
section { margin-top: 5rem; break-before: page; }
.formula { margin: 1rem 0; overflow-x: auto; overflow-y: hidden; padding: 2px 0; }
sub { color: #777; font: 0.75rem/1 system-ui, sans-serif; vertical-align: baseline; }
table { border-collapse: collapse; font-size: 0.92rem; }
td, th { padding: 0.2rem 0.8rem 0.2rem 0; border-bottom: 1px solid #ddd; text-align: left;
         vertical-align: top; }
img { max-width: 100%; }
a { color: #0b62a4; text-decoration: none; }
code { font-size: 0.9em; }
.broken math { text-align: left; width: max-content; }
.broken div + div { padding-left: 3em; }
.numbered { display: flex; align-items: center; } .numbered div { flex: 1; }
@media print { body { max-width: none; margin: 0; } .formula { overflow: visible; } }
"""


def section(name, text):
    """A page of Markdown as a section of the book, which links to it by its name."""
    text, formulas = put_aside(re.sub(r"^<!--.*?-->\s*", "", text, flags=re.DOTALL))
    # one level down, as the book has a title of its own
    text = re.sub(r"^#", "##", text, flags=re.MULTILINE)
    page = markdown.markdown(text, extensions=["tables"], output_format="html")
    page = put_back(page, formulas)
    page = re.sub(r'<a href="([^"]*)">(.*?)</a>', _link, page, flags=re.DOTALL)
    page = re.sub(r'src="([^"]*)"', _embedded, page)
    return f'<section id="{name}">\n{page}\n</section>'


def _link(match):
    """A link inside the book; what leads out of it is left as text."""
    target, text = match.groups()
    path = PROOFS / target.partition("#")[0]
    return f'<a href="#{path.stem}">{text}</a>' if path.parent == PROOFS and path.is_file() else text


def _embedded(match):
    picture = base64.b64encode((PROOFS / match[1]).resolve().read_bytes()).decode()
    return f'src="data:image/png;base64,{picture}"'


def book():
    """The text of the book: the table of contents, then each page that it names, in its order."""
    contents = (PROOFS / "index.md").read_text(encoding="utf-8")
    names = re.findall(r"\]\(([a-z-]+)\.md\)", contents)
    title = re.search(r"^# (.*)$", contents, re.MULTILINE)[1]
    sections = [
        section(name, (PROOFS / f"{name}.md").read_text(encoding="utf-8")) for name in ("index", *names)
    ]
    return "\n".join(
        [
            "<!DOCTYPE html>",
            '<html lang="en">',
            f'<head><meta charset="utf-8"><title>{html.escape(title)}</title><style>{STYLE}</style></head>',
            "<body>",
            *sections,
            "</body>",
            "</html>",
            "",
        ]
    )


def write(target):
    """Write the book."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(book(), encoding="utf-8")
