"""Derivatives beyond the gradient: along a direction, and of the backward pass itself."""

from collections.abc import Mapping

import numpy
from numpy.typing import ArrayLike

from . import checks, operands
from ._stats import Stats
from .checks import Array
from .functional import KERNEL, KIND, check_own, delivered
from .runtime import kernels

_KERNEL = {dtype: kernels.double_backward[kind] for dtype, kind in KIND.items()}


def jvp(
    v: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    out: Array | None = None,
) -> Array:
    """The derivative of y along a direction: how y moves where x moves by v, in training mode.

    J v = gamma rstd (v - mean(v) - xhat mean(v xhat)). The Jacobian J of (9.38)-(9.41) is symmetric, so this
    is what `backward` makes of v in the place of dy.

    Parameters
    ----------
    v : array of x's shape and dtype, in any layout.
    x : float32 or float64 array, the input of `forward`.
    gamma : float array of shape (C,), or None for 1.
    stats : Stats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
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
    done: tuple[Array, Array, Array] | None = kernels.dense_backward(v, x, gamma, stats, axis, out)
    if done is not None:
        return done[0]
    x = checks.tensor("x", x)
    v = checks.like("v", v, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    gamma64 = None if gamma is None else checks.per_channel("gamma", gamma, channels)
    check_own(stats, x, channels)
    inputs = {"x": x, "v": v, "gamma": gamma, "stats.mean": stats.mean, "stats.var": stats.var}
    shared = out is not None and checks.output(out, x, inputs)
    sums = numpy.zeros(channels), numpy.zeros(channels)
    place, (source, direction), target = operands.prepare([x, v], axis, out)
    if x.size:
        KERNEL["backward", target.dtype](
            direction, source, gamma64, stats.eps, stats.mean, stats.var, target, *sums, shared
        )
    return delivered(place, out)


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
    x : float32 or float64 array, the input of `forward`.
    gamma : float array of shape (C,), or None for 1.
    stats : Stats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
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
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    directions = [] if ddx is None else [checks.like("ddx", ddx, x)]
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    given = {"gamma": gamma, "ddgamma": ddgamma, "ddbeta": ddbeta}
    gamma64, ddgamma64, ddbeta64 = (
        None if value is None else checks.per_channel(name, value, channels) for name, value in given.items()
    )
    check_own(stats, x, channels)
    inputs = {"x": x, "dy": dy, "ddx": ddx, **given, "stats.mean": stats.mean, "stats.var": stats.var}
    outs = _pair(out, x, inputs)
    d_gamma = numpy.zeros(channels)
    places, views, targets = operands.prepare_results([x, dy, *directions], axis, outs)
    if x.size:
        source, gradient, direction, *_ = [*views, None]
        _KERNEL[targets[0].dtype](
            *(source, gradient, direction, ddgamma64, ddbeta64, gamma64),
            *(stats.eps, stats.mean, stats.var, *targets, d_gamma),
        )
    kind = places[0].dtype if gamma is None else numpy.asarray(gamma).dtype.newbyteorder("=")
    d_dy, d_x = (delivered(place, out) for place, out in zip(places, outs, strict=True))
    return d_dy, d_x, d_gamma.astype(kind, copy=False)


def _pair(out: object, x: Array, inputs: Mapping[str, object]) -> list[Array | None]:
    # the two places that out names
    if out is None:
        return [None, None]
    if not isinstance(out, tuple | list):
        raise TypeError(f"out must be a pair of arrays, for d_dy and d_x, found {type(out).__name__}")
    if len(out) != 2:
        raise ValueError(f"out must be a pair of arrays, for d_dy and d_x, found {len(out)}")
    for number, place in enumerate(out):
        if place is not None:
            checks.output(place, x, inputs, f"out[{number}]")
    if out[0] is not None and out[1] is not None and checks.overlap(*out):
        raise ValueError("out must be two arrays that do not overlap, found two that do")
    return list(out)
