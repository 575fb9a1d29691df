"""Deviations: verdicts that are one thing in several places, gathered into one line each.

A failure is an output on a data set. Those of one kind are covered by as few lines as a greedy search finds:
a line is either one output on all data on which it fails, or all outputs that fail on the data of one design.
"""

import re
from collections import defaultdict
from dataclasses import dataclass, replace

from ..bounds import formats
from ..conformance.shrink import shrink
from ..conformance.verdict import BROKEN, FAIL, RAISED
from ..data import inputs, portable
from ..data.designs import DESIGNS

# A counterexample longer than this is named, not printed.
SHORT = 640
# A counterexample is at least so many times as far beyond its bound as the worst: small, and telling.
KEEP = 0.1
# In a sum of many terms the plainest output comes first, elsewhere the first that a user sees.
PLAINEST = ("dbeta", "mean", "y", "dgamma", "dx")
VISIBLE = ("y", "dx", "dgamma", "dbeta", "mean", "var")


@dataclass(frozen=True)
class Deviation:
    """What deviates: outputs, nestings of derivatives, dtypes and data; and the smallest input that shows it.

    `weaker` is the class that is kept instead, None if there is none. `shown` is the verdict on the smallest
    input, `command` what shows it again.
    """

    outputs: tuple
    nestings: tuple
    dtypes: tuple
    data: tuple
    equation: str
    weaker: str | None
    shown: object
    command: str

    @property
    def strict(self):
        """Whether it was held to a stronger class than the declared one."""
        return "--accumulate" in self.command


def gathered(verdicts):
    """Failures by line: lists of verdicts, each of one kind."""
    kinds = defaultdict(list)
    for verdict in verdicts:
        if verdict.status in BROKEN:
            half = verdict.dtype in formats.HALVES
            name, nesting = verdict.output, verdict.nesting
            # derivatives of one order are a kind, and failures without a number, of one cause
            own = name if nesting else ""
            own += "" if verdict.index is not None else re.sub(r"\d+", "", verdict.detail)
            kinds[verdict.status, verdict.weaker, half, own].append(verdict)
    return [line for alike in kinds.values() for line in _covered(alike)]


def _covered(verdicts):
    """The fewest lines, by greed: each time the one that explains most of what is left."""
    left = list(verdicts)
    while left:
        lines = defaultdict(list)
        for verdict in left:
            lines["output", verdict.output].append(verdict)
            lines["design", DESIGNS[verdict.data][0]].append(verdict)
        largest = max(lines.values(), key=lambda line: len({(v.output, v.data) for v in line}))
        yield largest
        left = [verdict for verdict in left if verdict not in largest]


def _rank(verdict):
    """What a line is shown by: a plain output, single precision, the number farthest beyond its bound."""
    name = verdict.output
    order = PLAINEST if DESIGNS[verdict.data][2].get("times") else VISIBLE
    finite = verdict.ratio is not None and verdict.ratio != float("inf")
    return (
        order.index(name) if name in order else len(order),
        verdict.dtype != "float32",
        -verdict.ratio if finite else 0.0,
        inputs.data(verdict.data, verdict.dtype).x.size if verdict.index is None else 0,
    )


def deviation(adapter, target, line, patience, clock):
    """The line of these verdicts, shown on the smallest input that is found in so much time."""
    first = min(line, key=_rank)
    shown, command = first, first.reproduce
    if first.index is not None:
        small, found = shrink(adapter, inputs.data(first.data, first.dtype), first, patience, clock, KEEP)
        text = portable.command(target, small)
        if small.name == portable.GIVEN and len(text) <= SHORT:
            shown, command = found, text
    return Deviation(
        outputs=_in_order(verdict.output for verdict in line),
        nestings=_in_order(verdict.nesting for verdict in line if verdict.nesting),
        dtypes=_in_order(verdict.dtype for verdict in line),
        data=_in_order(verdict.data for verdict in line),
        equation=shown.equation,
        weaker=first.weaker,
        shown=replace(shown, reproduce=""),
        command=command,
    )


def _in_order(names):
    return tuple(dict.fromkeys(names))


def is_fault(found):
    """Whether a deviation is beyond the bound of every class, from the declared one on."""
    return found.shown.status == FAIL and not found.strict


def raised(found):
    """Whether a deviation is an exception."""
    return found.equation == RAISED
