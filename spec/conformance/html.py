"""The report as one HTML page that needs nothing else: a table, the failures, a plot of error over bound."""

import math
from html import escape

from .. import COMMAND
from . import report
from .verdict import BROKEN, FAIL, INCONCLUSIVE, PASS

# Ratios are drawn between these powers of ten; what is below or above lies on the edge.
LEAST, MOST = -6, 4
# The extent of the plot, in pixels: the names of data sets, the ratios, a row.
NAMES, WIDTH, ROW, TOP = 190, 760, 13, 46
# What is drawn in which colour, the first that a verdict's name starts with.
COLOURS = {
    "inference": "#8a5bb0",
    "derivative": "#0f7b6c",
    "running": "#a0702a",
    "d": "#1f6fb4",
    "": "#4d4d4d",
}
TITLES = {
    "": "forward: mean, var, y",
    "d": "backward: dx, dgamma, dbeta",
    "inference": "inference",
    "running": "running statistics",
    "derivative": "derivatives of higher order",
}

STYLE = """
body { font: 15px/1.45 system-ui, sans-serif; color: #1c1c1c; background: #fff; max-width: 1000px;
       margin: 2rem auto; padding: 0 1rem }
h1 { font-size: 1.5rem; margin-bottom: 0 } h2 { font-size: 1.1rem; margin-top: 2rem }
.verdict { font-size: 1.1rem; font-weight: 600 } .pass { color: #1a7a3c } .fail { color: #b3261e }
table { border-collapse: collapse; width: 100%; font-variant-numeric: tabular-nums; font-size: 14px }
th, td { text-align: left; padding: .2rem .8rem .2rem 0; border-bottom: 1px solid #e4e4e4 }
th.number, td.number { text-align: right } tr.broken td { color: #b3261e; font-weight: 600 }
pre { background: #f6f6f6; padding: .6rem .8rem; white-space: pre-wrap; font-size: 13px; border-radius: 4px }
svg { font: 11px system-ui, sans-serif; display: block } .legend span { margin-right: 1.2rem }
ul { padding-left: 1.2rem } li { margin: .15rem 0 } small { color: #666 }
"""


def page(target, name, verdicts, seconds):
    """The page of one implementation, as text."""
    broken = [verdict for verdict in verdicts if verdict.status in BROKEN]
    kept = not broken and any(verdict.status == PASS for verdict in verdicts)
    words = "keeps every derived bound" if kept else "does not keep what it declares"
    parts = [
        f"<h1>{escape(name)}</h1>",
        f"<p><small><code>{COMMAND} check {escape(target)}</code>, {seconds:.1f} s</small></p>",
        f'<p class="verdict {"pass" if kept else "fail"}">{"PASS" if kept else "FAIL"}: '
        f"{escape(name)} {words}.</p>",
        f"<p>{report.counted(verdicts)}</p>",
        "<h2>The equations</h2>",
        f"<pre>{escape(chr(10).join(report.EQUATIONS))}</pre>",
        "<h2>Error over derived bound, the worst of each output</h2>",
        _table(verdicts),
    ]
    if broken:
        parts += [
            f"<h2>Not kept ({len(broken)}; one of each kind)</h2>",
            *(f"<pre>{escape(str(verdict))}</pre>" for verdict in report.kinds(verdicts)),
        ]
    parts += ["<h2>Error over bound, by data set</h2>", _legend(), _plot(verdicts)]
    for title, reasons in report.unjudged(verdicts):
        items = "".join(f"<li>{escape(reason)}</li>" for reason in reasons)
        parts.append(f"<h2>{escape(title.capitalize())}</h2><ul>{items}</ul>")
    return (
        f'<!doctype html>\n<html lang="en"><meta charset="utf-8"><title>{escape(name)}: batch norm'
        f"</title><style>{STYLE}</style>\n" + "\n".join(parts) + "\n</html>\n"
    )


def _table(verdicts):
    lines = [
        "<table><tr><th>output<th>equation<th class=number>checks<th class=number>error/bound<th>on</tr>"
    ]
    for row in report.rows(verdicts):
        cells = f"<td>{escape(row.quantity)}<td>{escape(row.equation)}<td class=number>{row.judged}"
        kind = " class=broken" if row.broken else ""
        lines.append(f"<tr{kind}>{cells}<td class=number>{row.ratio}<td>{escape(row.where)}</tr>")
    return "\n".join([*lines, "</table>"])


def _legend():
    dots = "".join(
        f'<span><svg width="10" height="10" style="display:inline"><circle cx="5" cy="5" r="4" '
        f'fill="{COLOURS[kind]}"/></svg> {title}</span>'
        for kind, title in TITLES.items()
    )
    return (
        f'<p class="legend">{dots}</p><p><small>A dot for each output and type. Left of the line at 1 an '
        "error is within its bound. Red rings: not kept. Hollow dots: the bound is so wide that every mutant "
        "would pass. Point at a dot to see what it is.</small></p>"
    )


def _colour(quantity):
    return next(colour for kind, colour in COLOURS.items() if quantity.startswith(kind))


def _across(ratio):
    """Where a ratio is drawn."""
    power = LEAST if ratio <= 0 else min(max(math.log10(ratio), LEAST), MOST) if ratio < math.inf else MOST
    return NAMES + (power - LEAST) / (MOST - LEAST) * WIDTH


def _plot(verdicts):
    """The plot: a line for each data set, a dot for each verdict that has a ratio."""
    names = list(dict.fromkeys(verdict.data for verdict in verdicts))
    height = TOP + ROW * len(names) + 10
    parts = [
        f'<svg viewBox="0 0 {NAMES + WIDTH + 20} {height}" role="img">',
        f'<rect x="{NAMES}" y="{TOP - 8}" width="{_across(1) - NAMES}" height="{ROW * len(names) + 8}" '
        'fill="#f1f8f3"/>',
    ]
    for power in range(LEAST, MOST + 1):
        at = _across(10.0**power)
        line, label = ("#1a7a3c", "1") if power == 0 else ("#dddddd", f"1e{power}")
        parts.append(
            f'<line x1="{at:.1f}" x2="{at:.1f}" y1="{TOP - 8}" y2="{height - 10}" stroke="{line}"/>'
            f'<text x="{at:.1f}" y="{TOP - 14}" text-anchor="middle">{label}</text>'
        )
    parts.append(f'<text x="{NAMES}" y="14">error / bound</text>')
    down = {name: TOP + ROW * n + ROW / 2 for n, name in enumerate(names)}
    for name, at in down.items():
        bad = any(verdict.status in BROKEN for verdict in verdicts if verdict.data == name)
        colour = ' fill="#b3261e" font-weight="600"' if bad else ""
        text = f'<text x="{NAMES - 8}" y="{at + 4:.1f}" text-anchor="end"{colour}>{escape(name)}</text>'
        parts.append(text)
    # what failed lies on top
    for verdict in sorted(verdicts, key=lambda v: v.status in BROKEN):
        if verdict.ratio is None and verdict.status != FAIL:
            continue
        ratio = math.inf if verdict.ratio is None else verdict.ratio
        parts.append(_dot(_across(ratio), down[verdict.data], verdict))
    return "\n".join([*parts, "</svg>"])


def _dot(x, y, verdict):
    colour = _colour(verdict.quantity)
    fill = "none" if verdict.status == INCONCLUSIVE else colour
    ring = "#b3261e" if verdict.status in BROKEN else colour
    size, width = (4, 2) if verdict.status in BROKEN else (2.2, 0.7)
    opacity = "" if verdict.status in BROKEN else ' opacity="0.6"'
    ratio = report.shown(verdict.ratio)
    title = f"{verdict.status} {verdict.quantity} {verdict.equation}, {verdict.dtype}: {ratio}"
    return (
        f'<circle cx="{x:.1f}" cy="{y:.1f}" r="{size}" fill="{fill}" stroke="{ring}" stroke-width="{width}"'
        f"{opacity}><title>{escape(title)}</title></circle>"
    )
