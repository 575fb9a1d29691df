"""Batch renormalization (Ioffe 2017): a batch's standardised values, moved to the running statistics.

With s = sqrt(var + eps) of the batch and S = sqrt(running_var + eps), the factor r = s / S and the shift
d = (mean - running_mean) / S make r xhat + d the value that inference would give. Held within
[1 / rmax, rmax] and [-dmax, dmax] they are constants of the gradient, so that

    y = gamma (r xhat + d) + beta = (gamma r) xhat + (gamma d + beta)

is batch normalization with two other parameters, and so are its gradients.
"""

import math
from numbers import Real
from typing import Any, NamedTuple

import numpy

from ._stats import Stats
from .checks import Array
from .running import Running


class Correction(NamedTuple):
    """r and d of each channel, which the gradient takes for constants."""

    r: Array
    d: Array

    def parameters(self, gamma: Array | None, beta: Array | None) -> tuple[Array, Array]:
        """gamma r and gamma d + beta, in float64."""
        with numpy.errstate(all="ignore"):
            wide = numpy.ones_like(self.r) if gamma is None else gamma.astype(numpy.float64)
            shift = wide * self.d
            return wide * self.r, shift if beta is None else shift + beta

    def by_gamma(self, dgamma: Array, dbeta: Array) -> Array:
        """The gradient of gamma, from those of the two parameters."""
        with numpy.errstate(all="ignore"):
            gradient: Array = self.r * dgamma + self.d * dbeta
            return gradient


def correction(batch: Stats, running: Running, limits: tuple[float, float]) -> Correction:
    """r and d of a batch. Where both deviations are 0, r is 1; where the means are equal too, d is 0."""
    rmax, dmax = limits
    with numpy.errstate(all="ignore"):
        deviation = numpy.sqrt(running.var + batch.eps)
        r = _quotient(numpy.sqrt(batch.var + batch.eps), deviation, 1.0)
        d = _quotient(batch.mean - running.mean, deviation, 0.0)
        return Correction(numpy.clip(r, 1 / rmax, rmax), numpy.clip(d, -dmax, dmax))


def limits(value: Any) -> tuple[float, float] | None:
    """rmax, at least 1, and dmax, not negative; or None."""
    if value is None:
        return None
    wanted = "renorm must be None or two numbers, rmax at least 1 and dmax not negative"
    if not isinstance(value, tuple | list) or not all(isinstance(each, Real) for each in value):
        raise TypeError(f"{wanted}, found {value!r}")
    if len(value) != 2 or not (value[0] >= 1 and value[1] >= 0):
        raise ValueError(f"{wanted}, found {value!r}")
    return _float(value[0]), _float(value[1])


def _float(number: Any) -> float:
    # beyond those of float64 there is no limit
    try:
        return float(number)
    except OverflowError:
        return math.inf


def _quotient(a: Array, b: Array, of_zeros: float) -> Array:
    return numpy.divide(a, b, out=numpy.full_like(b, of_zeros), where=(a != 0) | (b != 0))
