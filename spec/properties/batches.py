"""Batches for the properties of `observe.py`: few numbers, exact in every format.

Theorems put expressions into the arguments: x + c, a x, gamma - c dgamma, dy = 2 y. An implementation can
be called there only if a float holds them. So the deviations of these batches are whole numbers, chosen such
that var + eps is the square of a power of 2; then mean, rstd, xhat and y are exact. `ordinary` is a batch as
others are, for the theorems that put nothing in.
"""

from dataclasses import dataclass
from fractions import Fraction

import numpy as np


@dataclass(frozen=True)
class Sample:
    """One channel. `mean` and `var` are what inference mode is given; without `weights` each is 1."""

    name: str
    x: tuple
    dy: tuple
    eps: Fraction
    gamma: Fraction = Fraction(-3, 2)
    beta: Fraction = Fraction(5, 4)
    mean: Fraction = Fraction(1)
    var: Fraction | None = None
    weights: tuple = ()

    @property
    def m(self):
        """The number of elements."""
        return len(self.x)

    def suits(self, claim):
        """Whether the claim is about a batch of this size and kind."""
        if claim.batch in ("1", "2"):
            return self.m == int(claim.batch)
        weighted = ("weighted" in (claim.batch, claim.book)) == bool(self.weights)
        return weighted and self.m >= max(claim.least, 4 if claim.batch == "shards" else 1)

    def values(self, mode):
        """The values of the alphabet, and of the parameters of theorems that have a range."""
        names = ("x", "dy", "eps", "gamma", "beta") + (("mean", "var") if mode == "inference" else ())
        return {name: getattr(self, name) for name in names} | {
            "q": Fraction(1, 4),
            "e": Fraction(1),
            "old_mean": Fraction(-3),
            "old_var": Fraction(2),
            "gate": tuple(Fraction(n % 3 > 0) for n in range(self.m)),
            "residual": tuple(Fraction(n % 5 - 2) for n in range(self.m)),
        }


def _around(centre, deviations, eps, name, **more):
    """A batch of these deviations from a mean, with the statistics of inference mode near its own."""
    x = tuple(Fraction(centre + each) for each in deviations)
    dy = tuple(Fraction((7 * n * n + 3 * n) % 23 - 9, 4) for n in range(len(x)))
    return Sample(name, x, dy, Fraction(eps), mean=Fraction(centre - 1), var=4**2 - Fraction(eps), **more)


def _ordinary(name, m):
    """A random batch: x of mean 3 and dy of mean 0.5, both of deviation 1."""
    rng = np.random.default_rng(9)
    x, dy = (rng.normal(shift, 1, m).astype(np.float32) for shift in (3, 0.5))
    exact = (tuple(Fraction(float(each)) for each in batch) for batch in (x, dy))
    return Sample(name, *exact, eps=Fraction(1, 2**17), var=Fraction(3, 2))


LARGER = _ordinary("ordinary, 32", 32)


SAMPLES = (
    _around(5, (3, -3, 1, -1, 1, -1, 1, -1), 1, "eight"),
    _around(2, (3, 1, -3, 0, -1), 0, "five, eps = 0"),
    _around(-3, (4, -1, -1, -1, -1), 0, "one outlier, eps = 0"),
    _around(3, (1, -1), 3, "two"),
    _around(3, (0,), Fraction(1, 4), "one"),
    _ordinary("ordinary", 5),
    _around(5, (3, -3, 1, -1, 1, -1, 1, -1, 90), 1, "eight, and one masked", weights=(1,) * 8 + (0,)),
    _around(5, (3, -3, 1, -1), 1, "eight, four of them different", weights=(1, 1, 3, 3)),
)
