"""The book of theorems as one file of HTML, from the pages of docs/proofs: no network, no scripts.

Formulas become MathML, which browsers draw by themselves; figures are put into the file.
"""

import base64
import html
import re
import sys
from pathlib import Path
from xml.etree import ElementTree

import markdown
from latex2mathml.converter import convert

HERE = Path(__file__).resolve().parent
PROOFS = HERE / "proofs"
TARGET = HERE.parent / "build" / "book.html"

MATHEMATICS = re.compile(r"\$\$\n(?P<block>.*?)\n\$\$|\$(?P<inline>[^$]+)\$", re.DOTALL)
# A line holds so many characters; what is longer is broken, and what cannot be broken is set smaller.
LINE, SMALLEST = 72, 0.6
OPERATORS = re.compile(r"( = | \\le | \+ | - )")

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
@media print { body { max-width: none; margin: 0; } .formula { overflow: visible; } }
"""


def mathml(latex, display):
    """A formula as MathML, without the name space, which HTML does not need."""
    # the converter sets a single upright letter in italics
    found = convert(re.sub(r"\\mathrm\{([A-Za-z]+)\}", r"\\text{\1}", latex), display=display)
    # and, inside parentheses, the index of a sum beside it; browsers know when that is its place
    found = re.sub(r"<msub>(<mo>&#x02211;</mo><mrow>.*?</mrow>)</msub>", r"<munder>\1</munder>", found)
    # a bar or a slash is no operator that wants room around it
    found = re.sub(r"<mo[^>]*>(&#x0007C;|/|&#x0002F;)</mo>", _tight, found)
    return re.sub(r' xmlns="[^"]*"', "", found)


def _tight(match):
    """A bar or a slash without room; what stretches stays as it is."""
    return (
        match[0]
        if 'stretchy="true"' in match[0]
        else f'<mo lspace="0" rspace="0" stretchy="false">{match[1]}</mo>'
    )


def width(tree):
    """About how many characters wide an element of MathML is."""
    children = list(tree)
    if not children:
        wide = 1.6 if tree.tag == "mo" and tree.text not in tuple("(),|") else 0.8
        return len(tree.text or "") * wide
    widths = [width(child) for child in children]
    if tree.tag == "mfrac":
        return max(widths)
    if tree.tag in ("msub", "msup", "msubsup"):
        return widths[0] + 0.7 * max(widths[1:])
    if tree.tag in ("munder", "mover", "munderover"):
        return max(widths[0], 0.7 * max(widths[1:]))
    return sum(widths)


def measured(latex):
    """The width of a formula."""
    return width(ElementTree.fromstring(mathml(latex, "block")))


def broken(latex):
    """A formula in lines that are short enough, as far as operators outside of all parentheses allow."""
    lines, line, depth = [], "", 0
    for piece in OPERATORS.split(latex):
        if OPERATORS.fullmatch(piece) and depth == 0:
            parts = (line, piece)
            lines.append(parts)
            line = ""
        else:
            line += piece
            depth += sum(piece.count(each) for each in ("{", "(")) - sum(
                piece.count(each) for each in ("}", ")")
            )
    pieces, operator = [], ""
    for text, following in [*lines, (line, "")]:
        pieces.append(operator + text)
        operator = following.strip() + " " if following else ""
    rows = [pieces[0]]
    for piece in pieces[1:]:
        if measured(f"{rows[-1]} {piece}") > LINE:
            rows.append(piece)
        else:
            rows[-1] += " " + piece
    return rows


def displayed(latex):
    """A formula between paragraphs."""
    rows = broken(latex)
    longest = max(map(measured, rows))
    share = max(SMALLEST, min(1, LINE / longest))
    style = f' style="font-size: {share:.2f}em"' if share < 1 else ""
    lines = (f"<div>{mathml(row, 'block')}</div>" for row in rows)
    return f'<div class="formula{" broken" * (len(rows) > 1)}"{style}>{"".join(lines)}</div>'


def section(name, text):
    """A page of Markdown as a section of the book, which links to it by its name."""
    formulas = []

    def put_aside(match):
        block = match["block"]
        if block:
            formulas.append(displayed(block))
        else:
            formulas.append(mathml(" ".join(match["inline"].split()), "inline"))
        return f"FORMULA{len(formulas) - 1}END"

    text = re.sub(r"^<!--.*?-->\s*", "", text, flags=re.DOTALL)
    text = MATHEMATICS.sub(put_aside, text)
    # one level down, as the book has a title of its own
    text = re.sub(r"^#", "##", text, flags=re.MULTILINE)
    page = markdown.markdown(text, extensions=["tables"], output_format="html")
    page = re.sub(r"<p>(FORMULA\d+END)</p>", r"\1", page)
    page = re.sub(r"FORMULA(\d+)END", lambda match: formulas[int(match[1])], page)
    page = re.sub(r'<a href="([^"]*)">(.*?)</a>', _link, page, flags=re.DOTALL)
    page = re.sub(r'src="([^"]*)"', _embedded, page)
    return f'<section id="{name}">\n{page}\n</section>'


def _link(match):
    """A link inside the book; what leads out of it is left as text."""
    target, text = match.groups()
    path = PROOFS / target
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


def main(target=TARGET):
    """Write the book."""
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(book(), encoding="utf-8")
    print(f"{target}: {target.stat().st_size // 1024} KiB")


if __name__ == "__main__":
    main(*map(Path, sys.argv[1:]))
