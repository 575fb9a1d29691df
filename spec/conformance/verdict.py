"""A verdict: what was judged, on which data, how it ended, and how to see it again."""

from dataclasses import dataclass, field

from ..bounds.errors import ACCUMULATIONS

PASS, FAIL, CLASS, INCONCLUSIVE, ABSENT = "PASS", "FAIL", "CLASS", "INCONCLUSIVE", "N/A"
STATUSES = (PASS, FAIL, CLASS, INCONCLUSIVE, ABSENT)
# The statuses of an implementation that does not keep what it declares.
BROKEN = (FAIL, CLASS)
# What a call may violate beside the equations.
PURITY, RAISED, LAYOUT = "purity", "exception", "layout"


def _sums(accumulate):
    """A class of accumulation, in words."""
    return f"{accumulate} (sums in {ACCUMULATIONS[accumulate].title})"


@dataclass(frozen=True)
class Verdict:
    """The outcome of one comparison.

    `quantity` is the output that was judged, `equation` the one that it violates, or would. `ratio` is the
    worst |got - exact| / bound; `index`, `got`, `exact` and `bound` belong to the worst element. `weaker`
    names the class that a CLASS verdict passes; `detail` is prose, `trace` where an exception came from.
    """

    status: str
    data: str
    dtype: str
    quantity: str
    equation: str
    ratio: float | None = None
    index: tuple | None = None
    got: float | None = None
    exact: float | None = None
    bound: float | None = None
    accumulate: str | None = None
    weaker: str | None = None
    detail: str = ""
    reproduce: str = ""
    trace: tuple = field(default=(), compare=False)

    @property
    def output(self):
        """What was judged, without the nesting by which a derivative was reached."""
        return self.quantity.partition(", ")[0]

    @property
    def nesting(self):
        """The nesting; empty for anything but a derivative."""
        return self.quantity.partition(", ")[2]

    def __str__(self):
        line = f"{self.status} {self.quantity} {self.equation} on {self.data}, {self.dtype}"
        if self.ratio is not None:
            line += f": error/bound {self.ratio:.3g}"
        if self.status in BROKEN and self.index is not None:
            at = ", ".join(map(str, self.index))
            line += f" at [{at}]: got {self.got!r}, exact {self.exact!r}, bound {self.bound:.3g}"
        if self.weaker:
            line += f"; too far off for {_sums(self.accumulate)}, near enough for {_sums(self.weaker)}"
        if self.detail:
            line += f"; {self.detail}"
        if self.trace:
            line += f"\n     at {self.trace[-1]}"
        if self.status in BROKEN and self.reproduce:
            line += f"\n     {self.reproduce}"
        return line
