"""The derivatives beyond the gradient of a weighted batch, in float64 arrays: no kernel of their own.

With p = w / W, the sums D = sum dy, A = sum dy xhat, E = sum p v, B = sum p v xhat and S = sum dy v, which
kernels add up, k = gamma rstd and g = ddgamma:

    jvp     = k (v - E - xhat B)
    d_dy    = k (v - E - xhat B) + g xhat + ddbeta
    d_x     = rstd ((g - k B) (dy - p D) - k A p (v - E) + p xhat (k (3 A B - S + D E) - g A))
    d_gamma = rstd (S - D E - A B)

Source: the derivatives of equations (9.38)-(9.41) of a weighted batch, proven in docs/proofs/weights.md.
"""

import math
from collections.abc import Mapping

import numpy
from numpy.typing import NDArray

from . import operands, recycling
from ._stats import Stats
from .checks import Array
from .copying import cast, copy

Numbers = NDArray[numpy.float64]
Vectors = Mapping[str, Numbers | None]


# Beyond 2^-this and 2^this a sum of weights is brought near 1.
_FAR = 64


def balanced(weights: Array, count: float = 0) -> tuple[Array, float, int]:
    """Weights, the sum of which they are shares, and the power of two that divides both, mostly 2^0.

    Only what share of their sum they are matters, and products with weights near the ends of float64 would
    overflow or lose their digits. A count of 0: the sum is not known yet, the largest weight stands for it.
    """
    power = int(numpy.frexp(numpy.float64(count or weights.max(initial=0)))[1])
    if abs(power) <= _FAR:
        return weights, count, 0
    # what vanishes beside the sum of a batch, of which these are one shard's, is nothing to it
    with numpy.errstate(all="ignore"):
        return numpy.ldexp(weights.astype(numpy.float64), -power), math.ldexp(count, -power), power


def jvp(v: Array, x: Array, given: Vectors, stats: Stats, w: Array, axis: int, out: Array | None) -> Array:
    """The derivative of y where x moves by v. The arguments have been checked."""
    w, m, _ = balanced(w, stats.count or 1)
    pair = _pair(cast(v, numpy.float64), x, stats, w, axis)
    vectors = {**given, "sum_dy": pair[0], "sum_dyd": pair[1]}
    (result,) = operands.compute(
        "gradient", {"x": x, "dy": v}, {"out": out}, vectors, stats.eps, axis, True, m
    )
    return result


def double_backward(
    v: Array | None,
    dy: Array,
    x: Array,
    given: Vectors,
    stats: Stats,
    w: Array,
    axis: int,
    outs: Mapping[str, Array | None],
) -> tuple[Array, Array, Numbers]:
    """The gradients of `backward` by dy, x and gamma. The arguments have been checked."""
    across = tuple(-1 if i == axis else 1 for i in range(x.ndim))
    w, total, _ = balanced(w, stats.count or 1)

    def spread(vector: Numbers) -> Numbers:
        return vector.reshape(across)

    with numpy.errstate(all="ignore"):
        dy64 = dy.astype(numpy.float64)
        v64 = numpy.zeros(x.shape) if v is None else v.astype(numpy.float64)
        variance = stats.var + stats.eps
        rstd = numpy.where(variance != 0, 1 / numpy.sqrt(variance), 0)
        xhat = (x.astype(numpy.float64) - spread(stats.mean)) * spread(rstd)
        p = w.astype(numpy.float64) / total
        D, dyd = _sums(dy64, x, stats, w, axis)
        E, vd = (each / total for each in _pair(v64, x, stats, w, axis))
        S, _ = _sums(dy64 * v64, numpy.zeros(x.shape), stats, w, axis)
        A, B = dyd * rstd, vd * rstd
        one, none = numpy.ones_like(rstd), numpy.zeros_like(rstd)
        gamma = _given(given, "gamma", one)
        g, q = _given(given, "ddgamma", none), _given(given, "ddbeta", none)
        k = gamma * rstd
        d_dy = spread(k) * (v64 - spread(E)) + (xhat * spread(g - k * B) + spread(q))
        bend = k * (3 * A * B - (S - D * E)) - g * A
        own = xhat * spread(bend) - spread(k * A) * (v64 - spread(E))
        # what has weight 0 is no part of the statistics, whatever x is
        own = numpy.where(w == 0, 0, p * own)
        d_x = spread(rstd) * (spread(g - k * B) * (dy64 - p * spread(D)) + own)
        d_gamma: Numbers = rstd * ((S - D * E) - A * B)
    results = [_delivered(each, x, outs[name]) for each, name in ((d_dy, "out"), (d_x, "out2"))]
    return results[0], results[1], d_gamma


def _given(given: Vectors, name: str, otherwise: Numbers) -> Numbers:
    vector = given[name]
    return otherwise if vector is None else vector


def _sums(dy: Numbers, x: Array, stats: Stats, w: Array, axis: int) -> tuple[Numbers, Numbers]:
    # sum dy and sum dy (x - mean)
    names = ("dgamma", "dbeta", "new_dy_rest", "new_dyd", "new_dyd_rest")
    found = {name: numpy.zeros(stats.mean.size) for name in names}
    given = {"mean": stats.mean, "var": stats.var}
    tensors = {"x": x.astype(numpy.float64), "dy": dy, "w": w}
    operands.compute(
        "gradient_sums", tensors, {}, {**given, **found}, stats.eps, axis, True, stats.count or 1
    )
    return found["dbeta"], found["new_dyd"]


def _pair(v: Numbers, x: Array, stats: Stats, w: Array, axis: int) -> tuple[Numbers, Numbers]:
    # sum w v and sum w v (x - mean)
    with numpy.errstate(all="ignore"):
        return _sums(numpy.where(w == 0, 0, w * v), x, stats, w, axis)


def _delivered(result: Numbers, x: Array, out: Array | None) -> Array:
    # in x's dtype and layout, or where the caller wants it
    place = recycling.empty_like(x) if out is None else numpy.asarray(out)
    copy(place, cast(result, place.dtype))
    return place if out is None else out
