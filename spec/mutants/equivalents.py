"""Variants that look like mutants and are none: on paper each is equal to the equations, which is decided.

What they lose in floating point is another question, which the classes of accumulation answer.
"""

from dataclasses import dataclass

from ..theorems.language import (
    average,
    beta,
    centred,
    dbeta,
    dgamma,
    dx,
    dy,
    gamma,
    mean,
    name,
    rstd,
    total,
    tree,
    var,
    x,
    xhat,
    y,
)
from ..theorems.theorem import Claim


@dataclass(frozen=True)
class Equivalent:
    """A variant, the claim that it is equal to the equations, and where it was taken for a fault."""

    name: str
    claim: Claim
    seen: str = ""

    @property
    def proven(self):
        """Whether the normal form decides that it is equal, for a batch of every size."""
        from ..symbolic.decide import decide

        return decide(self.claim).holds


def _equal(title, variant, derived, seen=""):
    return Equivalent(title, Claim(tree(variant), tree(derived), title), seen)


a = name("a")
EQUIVALENTS = [
    _equal("var as E[x^2] - E[x]^2", average(x**2) - mean**2, var),
    _equal("var of deviations from any number, corrected", average((x - a) ** 2) - (mean - a) ** 2, var),
    _equal("mean of deviations from any number, added to it", a + average(x - a), mean),
    _equal("y as a scale and an offset", gamma * rstd * x + (beta - mean * gamma * rstd), y),
    _equal(
        "dx with the derivative of var by mean kept",
        dx - 2 * average(x - mean) * average(dy * xhat) * gamma * rstd**2,
        dx,
        "Caffe #3878 #4110; MXNet #1053; darknet #1634 #1723; AlexeyAB #4605",
    ),
    _equal("dx with its own mean taken off", dx - average(dx), dx),
    _equal(
        "dx of dy with its mean taken off first",
        gamma * rstd * (centred(dy) - xhat * average(dy * xhat)),
        dx,
    ),
    _equal("dgamma of dy with its mean taken off", total(centred(dy) * xhat), dgamma, "ptrblck #10"),
    _equal(
        "dgamma of sums that are not centred",
        rstd * (total(dy * x) - mean * total(dy)),
        dgamma,
        "pytorch #57796",
    ),
    _equal("dbeta as m times a mean", name("m") * average(dy), dbeta),
]
