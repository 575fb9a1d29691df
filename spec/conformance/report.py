"""The report: verdicts as a person reads them, one screen, and as a program does."""

import dataclasses
import json
import math
import textwrap
from collections import Counter
from dataclasses import dataclass

from .. import equations
from . import ORDER
from .patterns import pattern
from .verdict import ABSENT, BROKEN, INCONCLUSIVE, PASS, STATUSES, Verdict

# What a report cites by number.
EQUATIONS = tuple(
    " ".join(each.__doc__.split())
    for each in (
        equations.standardised,
        equations.reconstructed,
        equations.mean,
        equations.var,
        equations.xhat,
        equations.y,
    )
)


def _ratio(verdicts):
    """The largest ratio of error to bound."""
    return max((v.ratio for v in verdicts if v.ratio is not None), default=None)


def shown(ratio):
    """A ratio in a few letters."""
    return "-" if ratio is None else f"{ratio:.2g}"


def progress_line(name, verdicts):
    """One line for a data set: its name, the worst ratio, and what is not a pass."""
    counts = Counter(verdict.status for verdict in verdicts)
    others = ", ".join(f"{counts[status]} {status}" for status in STATUSES[1:] if counts[status])
    ratio = shown(_ratio([v for v in verdicts if v.status == PASS]))
    line = f"  {name:<24} {counts[PASS]:>4} passed   error/bound {ratio:>7}"
    return f"{line}   {others}" if others else line


@dataclass(frozen=True)
class Row:
    """What is said of one output: how often it was judged, its worst verdict, how often it was not kept.

    A derivative of one order is one output, however it was nested.
    """

    quantity: str
    equation: str
    judged: int
    worst: Verdict
    broken: int

    @property
    def ratio(self):
        """The worst ratio, in words where there is none."""
        return "exact" if self.worst.ratio is None and not self.broken else shown(self.worst.ratio)

    @property
    def where(self):
        """Where the worst was found, and how often the output was not kept."""
        nesting = self.worst.quantity.removeprefix(self.quantity)
        words = f"{self.worst.data}, {self.worst.dtype}{nesting}"
        return f"{words}   {self.broken} NOT KEPT" if self.broken else words


def rows(verdicts):
    """A row for each output, in the order in which they were judged."""
    groups = {}
    for verdict in verdicts:
        if verdict.status != ABSENT:
            groups.setdefault(verdict.output, []).append(verdict)
    found = []
    for quantity, group in groups.items():
        worst = max(group, key=lambda v: -1 if v.ratio is None else v.ratio)
        broken = sum(verdict.status in BROKEN for verdict in group)
        # blame may have moved the equation of a failure; that of a pass is the output's own
        own = next((v.equation for v in group if v.status == PASS), worst.equation)
        found.append(Row(quantity, own, len(group), worst, broken))
    return found


def counted(verdicts):
    """How many verdicts there are of each status."""
    counts = Counter(verdict.status for verdict in verdicts)
    return ", ".join(f"{counts[status]} {status}" for status in STATUSES if counts[status])


def summary(name, verdicts, seconds, traced=False):
    """The report of one implementation: the equations, a table by quantity, what failed, one verdict line."""
    table = rows(verdicts)
    wide = max([len(row.quantity) for row in table], default=0)
    lines = [
        *EQUATIONS,
        "",
        f"{name}: error over derived bound, the worst of each output (must not exceed 1)",
        "",
    ]
    lines.append(f"  {'output':<{wide}} {'equation':<16} {'checks':>6}  {'ratio':>8}  on")
    lines += [
        f"  {row.quantity:<{wide}} {row.equation:<16} {row.judged:>6}  {row.ratio:>8}  {row.where}"
        for row in table
    ]
    for title, reasons in unjudged(verdicts):
        lines += ["", f"  {title}:"]
        for reason in reasons:
            lines += textwrap.wrap(reason, 110, initial_indent="    ", subsequent_indent="      ")
    lines += _broken(verdicts, traced)
    lines += ["", f"{name}: {counted(verdicts)}; {seconds:.1f} s"]
    return "\n".join(lines)


def unjudged(verdicts):
    """What was judged in vain, and what was not judged: titles, and every reason once."""
    for status, title in ((INCONCLUSIVE, "inconclusive (every mutant would pass)"), (ABSENT, "not judged")):
        found = [verdict for verdict in verdicts if verdict.status == status]
        if found:
            reasons = {}
            for v in found:
                counts = reasons.setdefault(v.detail or f"bound too wide, class {v.accumulate}", Counter())
                counts[v.output] += 1
            yield title, [f"{reason}: {_listed(counts)}" for reason, counts in reasons.items()]


def _listed(counts):
    return ", ".join(f"{quantity} ({count})" for quantity, count in counts.items())


def kinds(verdicts):
    """The failures, one for each status, output and equation: the first that has a reason, or the first.

    What may be the cause of others comes first.
    """
    first = {}
    for verdict in verdicts:
        kind = verdict.status, verdict.output, verdict.equation
        if verdict.status in BROKEN and (kind not in first or (verdict.detail and not first[kind].detail)):
            first[kind] = verdict
    return sorted(first.values(), key=lambda verdict: ORDER.index(verdict.equation))


# So many failures are shown in full, for the report to fit a screen; the rest is counted.
SHOWN = 6


def _broken(verdicts, traced=False):
    """The failures, one of each kind; all of where an exception came from, if `traced`."""
    first = kinds(verdicts)
    if not first:
        return []
    count = sum(verdict.status in BROKEN for verdict in verdicts)
    lines = ["", f"  not kept ({count}; one of each kind, what may cause others first):"]
    if words := pattern(verdicts):
        lines.append(f"    {words}")
    for verdict in first[:SHOWN]:
        lines.append(f"    {verdict}")
        lines += [f"       {line}" for line in verdict.trace if traced]
    if len(first) > SHOWN:
        lines.append(f"    ... and {len(first) - SHOWN} kinds more (--html FILE shows all)")
    return lines


def _plain(value):
    """A value that JSON has: what is not finite is written as text."""
    return repr(value) if isinstance(value, float) and not math.isfinite(value) else value


def to_json(target, verdicts):
    """The verdicts as JSON text."""
    rows = [{key: _plain(value) for key, value in dataclasses.asdict(v).items()} for v in verdicts]
    return json.dumps({"target": target, "verdicts": rows}, indent=1) + "\n"


def from_json(text):
    """The target and the verdicts of `to_json`. Raises ValueError for any other text."""
    numbers = {"inf": math.inf, "-inf": -math.inf, "nan": math.nan}
    try:
        found = json.loads(text)
        verdicts = []
        for row in found["verdicts"]:
            read = {key: numbers.get(v, v) if isinstance(v, str) else v for key, v in row.items()}
            read["index"] = None if read["index"] is None else tuple(read["index"])
            read["trace"] = tuple(read.get("trace", ()))
            verdicts.append(Verdict(**read))
        return found["target"], verdicts
    except (KeyError, TypeError) as error:
        raise ValueError(f"not the verdicts of a check: {error}") from error


def theorems(proofs):
    """The theorems: how each was established, what the second checker says, and how long it took."""
    lines = ["Theorems:", ""]
    for proof in proofs:
        if not proof.source:
            # the pages about the theorems
            lines.append(f"  {'ok    ' if proof.ok else 'FAILED'}  {proof.title}: {proof.method}")
            continue
        source = proof.source if isinstance(proof.source, str) else ", ".join(proof.source)
        lines.append(f"  {'proven' if proof.ok else 'FAILED'}  {proof.title} [{source}]")
        lines.append(f"          {proof.method}; {proof.second}; {proof.seconds:.2f} s")
    return "\n".join(lines)
