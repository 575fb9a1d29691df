"""Derivatives beyond the gradient: along a direction, and of the backward pass itself."""

from __future__ import annotations

from collections.abc import Mapping

import numpy
from numpy.typing import ArrayLike

from . import checks, operands, weighted
from ._stats import Stats
from .checks import Array
from .core import call
from .functional import check_own, rounded


def jvp(
    v: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    weights: ArrayLike | None = None,
    out: Array | None = None,
) -> Array:
    """The derivative of y along a direction: how y moves where x moves by v, in training mode.

    J v = gamma rstd (v - mean(v) - xhat mean(v xhat)). The Jacobian J of (9.38)-(9.41) is symmetric, so this
    is what `backward` makes of v in the place of dy.

    Parameters
    ----------
    v : array of x's shape and dtype, in any layout.
    x : array as `forward` takes it: its input.
    gamma : float array of shape (C,), or None for 1.
    stats : Stats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
    weights : as `forward` took them: the means are then weighted ones, and v and x are copied in float64.
    out : array of x's shape and dtype to write the result into; x or v itself, or no part of any input.

    Returns
    -------
    array of x's shape and dtype, in x's layout, or `out`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x = numpy.array([[1.0], [3.0], [2.0]])
    >>> y, stats = bncore.forward(x)
    >>> bncore.jvp(numpy.ones_like(x), x, None, stats).ravel()
    array([0., 0., 0.])

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/proofs/forward-mode.md.
    """
    if weights is None:
        done: tuple[Array, Array, Array] | None = call.short_backward(
            v, x, gamma, stats, axis, None, out, None
        )
        if done is not None:
            return done[0]
    x = checks.tensor("x", x)
    v = checks.like("v", v, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma}, channels)
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    check_own(stats, x, channels, weighing)
    given |= {"mean": stats.mean, "var": stats.var}
    inputs = {"x": x, "v": v, "gamma": gamma, "weights": weights}
    checks.output(out, x, inputs | {"stats.mean": stats.mean, "stats.var": stats.var})
    if weighing is not None:
        return weighted.jvp(v, x, given, stats, weighing, axis, out)
    (result,) = operands.compute(
        "backward", {"x": x, "dy": v}, {"out": out}, given, stats.eps, axis, own=True
    )
    return result


def double_backward(
    ddx: ArrayLike | None,
    ddgamma: ArrayLike | None,
    ddbeta: ArrayLike | None,
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    weights: ArrayLike | None = None,
    out: tuple[Array | None, Array | None] | None = None,
) -> tuple[Array, Array, Array]:
    """The gradients of `backward`: of <ddx, dx> + <ddgamma, dgamma> + <ddbeta, dbeta>, by dy, x and gamma.

    With a = mean(dy xhat), b = mean(ddx xhat), c = mean(dy ddx) - mean(dy) mean(ddx) and
    J v = rstd (v - mean(v) - xhat mean(v xhat)):

        d_dy = gamma J ddx + ddgamma xhat + ddbeta
        d_x = gamma rstd^2 (xhat (3 a b - c) - b (dy - mean(dy)) - a (ddx - mean(ddx))) + ddgamma J dy
        d_gamma = m rstd (c - a b)

    It is what a loss needs that contains a gradient, such as a gradient penalty.

    Parameters
    ----------
    ddx : array of x's shape and dtype, in any layout, or None for 0.
    ddgamma, ddbeta : float arrays of shape (C,), or None for 0.
    dy : array of x's shape and dtype, in any layout.
    x : array as `forward` takes it: its input.
    gamma : float array of shape (C,), or None for 1.
    stats : Stats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
    weights : as `backward` took them; the arrays are then copied in float64.
    out : pair of arrays of x's shape and dtype to write d_dy and d_x into, or None in the place of either.
        Each is dy, x or ddx itself, or no part of any input; neither has a part of the other.

    Returns
    -------
    d_dy, d_x : arrays of x's shape and dtype, in x's layout, or those of `out`.
    d_gamma : array of shape (C,), of gamma's dtype (x's if gamma is None).

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x, dy = numpy.array([[1.0], [3.0], [2.0]]), numpy.array([[1.0], [0.0], [0.0]])
    >>> y, stats = bncore.forward(x, eps=0.0)
    >>> dx, dgamma, dbeta = bncore.backward(dy, x, None, stats)
    >>> d_dy, d_x, d_gamma = bncore.double_backward(dx, None, None, dy, x, None, stats)  # of dx dx / 2
    >>> numpy.allclose(d_gamma, (dx * dx).sum())
    True

    Source: the second derivatives of equations (9.38)-(9.41), proven in docs/proofs/second-derivatives.md.
    """
    if weights is None:
        done = call.short_double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, stats, axis, out)
        if done is not None:
            return done[0], done[1], rounded(done[2], gamma, numpy.asarray(x))
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    v = None if ddx is None else checks.like("ddx", ddx, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    parameters = {"gamma": gamma, "ddgamma": ddgamma, "ddbeta": ddbeta}
    given = checks.vectors(parameters, channels)
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    check_own(stats, x, channels, weighing)
    given |= {"mean": stats.mean, "var": stats.var}
    inputs = {"x": x, "dy": dy, "ddx": ddx, "weights": weights, **parameters}
    inputs |= {"stats.mean": stats.mean, "stats.var": stats.var}
    outs = _pair(out, x, inputs)
    if weighing is not None:
        d_dy, d_x, d_gamma = weighted.double_backward(v, dy, x, given, stats, weighing, axis, outs)
        return d_dy, d_x, rounded(d_gamma, gamma, x)
    d_gamma = numpy.zeros(channels)
    tensors, vectors = {"x": x, "dy": dy, "v": v}, given | {"dgamma": d_gamma}
    d_dy, d_x = operands.compute("double_backward", tensors, outs, vectors, stats.eps, axis, own=True)
    return d_dy, d_x, rounded(d_gamma, gamma, x)


def _pair(out: object, x: Array, inputs: Mapping[str, object]) -> dict[str, Array | None]:
    # the two places that out names
    if out is None:
        return {"out": None, "out2": None}
    if not isinstance(out, tuple | list):
        raise TypeError(f"out must be a pair of arrays, for d_dy and d_x, found {type(out).__name__}")
    if len(out) != 2:
        raise ValueError(f"out must be a pair of arrays, for d_dy and d_x, found {len(out)}")
    for number, place in enumerate(out):
        checks.output(place, x, inputs, f"out[{number}]")
    if out[0] is not None and out[1] is not None and checks.overlap(*out):
        raise ValueError("out must be two arrays that do not overlap, found two that do")
    return {"out": out[0], "out2": out[1]}
