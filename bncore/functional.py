"""Batch normalization as functions of arrays: (9.38)-(9.41) forward, and the gradients derived from them."""

from __future__ import annotations

import math
from collections.abc import Mapping, MutableMapping

import numpy
from numpy.typing import ArrayLike, NDArray

from . import checks, gating, operands, weighted
from ._stats import Stats, exact, rests
from .checks import Array
from .copying import cast, copy
from .core import call


def forward(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    weights: ArrayLike | None = None,
    residual: ArrayLike | None = None,
    relu: bool = False,
    out: Array | None = None,
) -> tuple[Array, Stats]:
    """Normalize a batch by its own statistics: y = gamma (x - mean) / sqrt(var + eps) + beta, (9.38)-(9.41).

    With a residual and relu=True it is y = max(that + residual, 0), in the same pass.

    Parameters
    ----------
    x : array of two dimensions or more, the channel at `axis`, in any layout: float32, float64, float16, or
        bfloat16 of ml_dtypes. Half precision is computed in float32 and rounded once.
    gamma : float32 or float64 array of shape (C,), or None for 1.
    beta : float32 or float64 array of shape (C,), or None for 0.
    eps : float, finite, not negative. A constant channel gives beta under every eps, 0 included.
    axis : int. The channel's place in the shape of x: 1 for (N, C, H, W), -1 for channels-last.
    weights : bool or float array, finite and not negative, of a shape that broadcasts to x's with extent 1 at
        the channel, or None for 1. An element counts as often as its weight says: mean = sum w x / W and
        var = sum w (x - mean)^2 / W with W = sum w, which is `stats.count`. What has weight 0 may be NaN; its
        y is computed like any other's.
    residual : array of x's shape and dtype, in any layout, or None for 0.
    relu : bool. Whether what is below 0 becomes 0; a NaN stays.
    out : array of x's shape and dtype to write y into; x or residual itself, or no part of any input. Where
        it is x, x no longer holds what `backward` needs.

    Returns
    -------
    y : array of x's shape and dtype, in x's layout, or `out`.
    stats : Stats. The mean and the biased variance of each channel, and eps: what `backward` needs.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x = numpy.array([[1.0, 5.0], [3.0, 5.0]])
    >>> y, stats = bncore.forward(x, gamma=numpy.array([2.0, 2.0]), eps=0.0)
    >>> y
    array([[-2.,  0.],
           [ 2.,  0.]])
    >>> stats.mean, stats.var
    (array([2., 5.]), array([1., 0.]))

    Source: equations (9.38), (9.39), (9.40) and (9.41).
    """
    if weights is None:
        done: tuple[Array, Stats] | None
        done = call.short_forward(x, gamma, beta, eps, axis, residual, relu, out)
        if done is not None:
            return done
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma, "beta": beta}, channels)
    relu, added = checks.switch("relu", relu), added_to(x, residual)
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    inputs = {"x": x, "gamma": gamma, "beta": beta, "weights": weighing, **residual_of(added)}
    checks.output(out, x, inputs)
    if weighing is not None:
        stats = statistics(x, eps=eps, axis=axis, weights=weighing)
        return _normalized(x, added, given, stats, axis, relu, out), stats
    found, tensors = _moments(channels), {"x": x, "added": added}
    (y,) = operands.compute("forward", tensors, {"out": out}, given | found, eps, axis, own=True, relu=relu)
    return y, _exact(x, channels, found, eps)


def backward(
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    weights: ArrayLike | None = None,
    y: ArrayLike | None = None,
    out: Array | None = None,
    residual_out: Array | None = None,
) -> tuple[Array, Array, Array]:
    """The gradients of training mode: of a loss with respect to x, gamma and beta, from dy, that to y.

    dbeta = sum dy, dgamma = sum dy xhat, dx = gamma rstd (dy - dbeta / m - xhat dgamma / m).

    Parameters
    ----------
    dy : array of x's shape and dtype, in any layout.
    x : array as `forward` takes it: its input, as it was then.
    gamma : float32 or float64 array of shape (C,), or None for 1.
    stats : Stats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
    weights : as `forward` took them. dy is the plain gradient to y: dbeta and dgamma are sums over all
        elements, and dx = gamma rstd (dy - w / W (dbeta + xhat dgamma)). Where weight and dy are 0 nobody
        looks at x.
    y : the result of a `forward` with relu: dy counts where y > 0. None if there was no relu.
    out : array of x's shape and dtype to write dx into; x, dy or y itself, or no part of any input.
    residual_out : array of x's shape and dtype to write the gradient of the residual into, which is dy where
        it counts, else 0; dy or y itself, or no part of any input or of out.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.
    dgamma, dbeta : arrays of shape (C,), of gamma's dtype (x's if gamma is None, float32 for half precision).

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x = numpy.array([[1.0], [3.0]])
    >>> y, stats = bncore.forward(x, eps=1.0)
    >>> dx, dgamma, dbeta = bncore.backward(numpy.array([[1.0], [0.0]]), x, None, stats)
    >>> dbeta
    array([1.])

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
    """
    if weights is None:
        done: tuple[Array, Array, Array] | None
        done = call.short_backward(dy, x, gamma, stats, axis, y, out, residual_out)
        if done is not None:
            return done
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    y = None if y is None else checks.like("y", y, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma}, channels)
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    check_own(stats, x, channels, weighing)
    given |= {"mean": stats.mean, "var": stats.var}
    inputs = {"x": x, "dy": dy, "y": y, "gamma": gamma, "weights": weights}
    inputs |= {"stats.mean": stats.mean, "stats.var": stats.var}
    checks.output(out, x, inputs)
    gating.check(residual_out, x, out, inputs)
    outs = {"out": out} if residual_out is None else {"out": out, "out2": residual_out}
    dgamma, dbeta = numpy.zeros(channels), numpy.zeros(channels)
    tensors, vectors = {"x": x, "dy": dy, "y": y}, given | {"dgamma": dgamma, "dbeta": dbeta}
    if residual_out is not None and y is None:
        # nothing is held back
        copy(numpy.asarray(residual_out), dy)
        del outs["out2"]
    if weighing is not None:
        dx = _weighted(tensors | {"w": weighing}, outs, vectors, stats, axis)
        return dx, rounded(dgamma, gamma, x), rounded(dbeta, gamma, x)
    dx, *_ = operands.compute("backward", tensors, outs, vectors, stats.eps, axis, own=True)
    return dx, rounded(dgamma, gamma, x), rounded(dbeta, gamma, x)


def _weighted(
    tensors: Mapping[str, Array | None],
    outs: MutableMapping[str, Array | None],
    vectors: Mapping[str, NDArray[numpy.float64] | None],
    stats: Stats,
    axis: int,
) -> Array:
    # dx of weighted elements; their sums are written to `vectors`
    rest = {name: numpy.zeros(stats.mean.size) for name in ("new_dy_rest", "new_dyd", "new_dyd_rest")}
    w = tensors["w"]
    assert w is not None
    w, m, _ = weighted.balanced(w, stats.count or 1)
    eps, tensors = stats.eps, {**tensors, "w": w}
    operands.compute("gradient_sums", tensors, {}, {**vectors, **rest}, eps, axis, True, m)
    sums = {"sum_dy": vectors["dbeta"], "sum_dyd": rest["new_dyd"]}
    given = {name: vectors[name] for name in ("gamma", "mean", "var")}
    dx, *_ = operands.compute("weighted_gradient", tensors, outs, {**given, **sums}, eps, axis, True, m)
    return dx


def _normalized(
    x: Array,
    added: Array | None,
    given: Mapping[str, NDArray[numpy.float64] | None],
    stats: Stats,
    axis: int,
    relu: bool,
    out: Array | None,
) -> Array:
    # the map of a batch whose statistics are known
    vectors = {**given, "mean": stats.mean, "rest": rests(stats), "var": stats.var}
    tensors, m = {"x": x, "added": added}, stats.count
    (y,) = operands.compute("inference", tensors, {"out": out}, vectors, stats.eps, axis, True, m, relu)
    return y


def inference(
    x: ArrayLike,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    residual: ArrayLike | None = None,
    relu: bool = False,
    out: Array | None = None,
) -> Array:
    """Normalize by given statistics: y = gamma (x - mean) / sqrt(var + eps) + beta, (9.40) and (9.41).

    With a residual and relu=True it is y = max(that + residual, 0), in the same pass.

    Parameters
    ----------
    x : array of two dimensions or more, the channel at `axis`, in any layout: float32, float64, float16, or
        bfloat16 of ml_dtypes. Half precision is computed in float32 and rounded once.
    gamma, beta : float32 or float64 arrays of shape (C,), or None for 1 and 0.
    mean : float32 or float64 array of shape (C,).
    var : float array of shape (C,), not negative. Where var + eps is 0 the quotient of (9.40) is IEEE's.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    residual : array of x's shape and dtype, in any layout, or None for 0.
    relu : bool. Whether what is below 0 becomes 0; a NaN stays.
    out : array of x's shape and dtype to write y into; x or residual itself, or no part of any input.

    Returns
    -------
    y : array of x's shape and dtype, in x's layout, or `out`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x, mean, var = numpy.array([[1.0], [3.0]]), numpy.array([1.0]), numpy.array([4.0])
    >>> bncore.inference(x, None, None, mean, var, eps=0.0)
    array([[0.],
           [1.]])

    Source: equations (9.40) and (9.41).
    """
    done: Array | None
    done = call.short_inference(x, gamma, beta, mean, var, eps, axis, residual, relu, out)
    if done is not None:
        return done
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma, "beta": beta}, channels)
    given |= {
        "mean": checks.per_channel("mean", mean, channels),
        "var": checks.variance("var", var, channels),
    }
    relu, added = checks.switch("relu", relu), added_to(x, residual)
    inputs = {"x": x, "gamma": gamma, "beta": beta, "mean": mean, "var": var, **residual_of(added)}
    checks.output(out, x, inputs)
    tensors = {"x": x, "added": added}
    (y,) = operands.compute("inference", tensors, {"out": out}, given, eps, axis, own=False, relu=relu)
    return y


def inference_backward(
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    out: Array | None = None,
) -> tuple[Array, Array, Array]:
    """The gradients of inference mode, where mean and var do not depend on x.

    dbeta = sum dy, dgamma = sum dy xhat, dx = gamma rstd dy.

    Parameters
    ----------
    dy : array of x's shape and dtype, in any layout.
    x : array as `inference` takes it: its input.
    gamma : float array of shape (C,), or None for 1.
    mean : float array of shape (C,).
    var : float array of shape (C,), not negative.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    out : array of x's shape and dtype to write dx into; x or dy itself, or no part of any input.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.
    dgamma, dbeta : arrays of shape (C,), of gamma's dtype (x's if gamma is None, float32 for half precision).

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x, dy = numpy.array([[1.0], [3.0]]), numpy.array([[1.0], [2.0]])
    >>> mean, var = numpy.array([1.0]), numpy.array([4.0])
    >>> bncore.inference_backward(dy, x, None, mean, var, eps=0.0)
    (array([[0.5],
           [1. ]]), array([2.]), array([3.]))

    Source: the derivatives of equations (9.40) and (9.41), proven in docs/derivation.md.
    """
    done = call.short_inference_backward(dy, x, gamma, mean, var, eps, axis, out)
    if done is not None:
        return done
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma}, channels)
    given |= {
        "mean": checks.per_channel("mean", mean, channels),
        "var": checks.variance("var", var, channels),
    }
    checks.output(out, x, {"x": x, "dy": dy, "gamma": gamma, "mean": mean, "var": var})
    dgamma, dbeta = numpy.zeros(channels), numpy.zeros(channels)
    tensors, vectors = {"x": x, "dy": dy}, given | {"dgamma": dgamma, "dbeta": dbeta}
    (dx,) = operands.compute("inference_backward", tensors, {"out": out}, vectors, eps, axis, own=False)
    return dx, rounded(dgamma, gamma, x), rounded(dbeta, gamma, x)


def statistics(x: ArrayLike, *, eps: float = 1e-5, axis: int = 1, weights: ArrayLike | None = None) -> Stats:
    """The mean and the biased variance of each channel: (9.38) and (9.39).

    Parameters
    ----------
    x : array of two dimensions or more, the channel at `axis`, in any layout: float32, float64, float16, or
        bfloat16 of ml_dtypes.
    eps : float, finite, not negative. It is kept in the result and changes no number.
    axis : int. The channel's place in the shape of x.
    weights : as `forward` takes them, or None for 1.

    Returns
    -------
    stats : Stats

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> bncore.statistics(numpy.array([[1.0, 5.0], [3.0, 5.0]]))
    Stats(count=2, mean=array([2., 5.]), var=array([1., 0.]), eps=1e-05)

    Source: equations (9.38) and (9.39).
    """
    if weights is None:
        done: Stats | None = call.short_statistics(x, eps, axis)
        if done is not None:
            return done
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    found = _moments(channels)
    if weights is not None:
        found["new_weight"] = numpy.zeros(channels)
        w, _, power = weighted.balanced(checks.weights("weights", weights, x, axis))
        operands.compute("weighted_statistics", {"x": x, "w": w}, {}, found, eps, axis, own=True)
        with numpy.errstate(all="ignore"):
            total = float(numpy.ldexp(found["new_weight"][0], power)) if channels else 0
        return exact(_finite(total), found["new_mean"], found["new_rest"], found["new_var"], eps)
    operands.compute("statistics", {"x": x}, {}, found, eps, axis, own=True)
    return _exact(x, channels, found, eps)


def _finite(total: float) -> float:
    # what weights add up to
    if total == math.inf:
        raise ValueError("weights must add up to a finite number, found one beyond those of float64")
    return total


def _moments(channels: int) -> dict[str, NDArray[numpy.float64]]:
    # room for what the sums of x come to
    return {name: numpy.zeros(channels) for name in ("new_mean", "new_rest", "new_var")}


def _exact(x: Array, channels: int, found: dict[str, NDArray[numpy.float64]], eps: float) -> Stats:
    return exact(count(x, channels), found["new_mean"], found["new_rest"], found["new_var"], eps)


def check_own(stats: Stats, x: Array, channels: int, weights: Array | None = None) -> None:
    """Refuse what cannot be the statistics of x."""
    check_channels(stats, channels)
    expected: float = count(x, channels)
    if weights is not None:
        spread = expected / max(weights.size, 1)
        with numpy.errstate(all="ignore"):
            expected = _finite(float(weights.sum(dtype=numpy.float64)) * spread)
        # the order in which weights are added is not that of the kernel
        if abs(stats.count - expected) <= 1e-9 * expected:
            return
    if stats.count != expected:
        raise ValueError(f"stats must be those of x, with count {expected}, found count {stats.count}")


def check_channels(stats: Stats, channels: int) -> None:
    """Refuse what are not statistics of so many channels."""
    if not isinstance(stats, Stats):
        raise TypeError(f"stats must be the Stats that forward returned, found {type(stats).__name__}")
    if stats.mean.shape != (channels,):
        raise ValueError(
            f"stats must have one number for each of {channels} channels, found {stats.mean.size}"
        )


def added_to(x: Array, residual: ArrayLike | None) -> Array | None:
    """What is added to y, looked at."""
    return None if residual is None else checks.like("residual", residual, x)


def residual_of(added: Array | None) -> dict[str, Array]:
    """It as an input that a result may be written over."""
    return {} if added is None else {"residual": added}


def rounded(gradient: Array, gamma: ArrayLike | None, x: Array) -> Array:
    """A gradient of gamma or beta in gamma's dtype, or in that of x; float32 for half precision."""
    dtype = (x if gamma is None else numpy.asarray(gamma)).dtype
    return cast(gradient, numpy.float32 if checks.is_half(dtype) else dtype.newbyteorder("="))


def count(x: Array, channels: int) -> int:
    """m: the elements of one channel."""
    return x.size // channels if channels else 0
