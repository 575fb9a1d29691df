"""Formulas of the pages as MathML, which browsers draw by themselves: no script, no font, no network."""

import re
from xml.etree import ElementTree

from latex2mathml.converter import convert

MATHEMATICS = re.compile(r"\$\$\s*(?P<block>.*?)\s*\$\$|\$(?P<inline>[^$]+)\$", re.DOTALL)
# A line holds so many characters; what is longer is broken, and what cannot be broken is set smaller.
LINE, SMALLEST = 72, 0.6
OPERATORS = re.compile(r"( = | \\le | \+ | - )")

TAG = re.compile(r" *\\tag\{([^}]*)\}")
# What may hold dollar signs that are no formulas.
CODE = re.compile(r"(^```.*?^```|`[^`\n]+`)", re.DOTALL | re.MULTILINE)


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
    """A formula between paragraphs, with its number at the right where it has one."""
    number = TAG.search(latex)
    rows = broken(TAG.sub("", latex))
    longest = max(map(measured, rows))
    share = max(SMALLEST, min(1, LINE / longest))
    style = f' style="font-size: {share:.2f}em"' if share < 1 else ""
    lines = "".join(f"<div>{mathml(row, 'block')}</div>" for row in rows)
    kind = " broken" * (len(rows) > 1) + " numbered" * bool(number)
    return f'<div class="formula{kind}"{style}>{lines}{f"<span>({number[1]})</span>" if number else ""}</div>'


def put_aside(text):
    """The text with a word in the place of each formula, outside of code; and the formulas, as MathML."""
    formulas = []

    def word(match):
        if match["block"]:
            formulas.append(displayed(" ".join(match["block"].split())))
        else:
            formulas.append(mathml(" ".join(match["inline"].split()), "inline"))
        return f"FORMULA{len(formulas) - 1}END"

    pieces = CODE.split(text)
    pieces[::2] = [MATHEMATICS.sub(word, piece) for piece in pieces[::2]]
    return "".join(pieces), formulas


def put_back(page, formulas):
    """The HTML of a page with its formulas in their places."""
    page = re.sub(r"<p>(FORMULA\d+END)</p>", r"\1", page)
    return re.sub(r"FORMULA(\d+)END", lambda match: formulas[int(match[1])], page)
