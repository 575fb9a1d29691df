"""Batch normalization as functions of arrays: (9.38)-(9.41) forward, and the gradients derived from them."""

import numpy
from numpy.typing import ArrayLike, NDArray

from . import checks, operands
from ._stats import Stats, exact
from .checks import Array
from .copying import cast
from .core import call


def forward(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    out: Array | None = None,
) -> tuple[Array, Stats]:
    """Normalize a batch by its own statistics: y = gamma (x - mean) / sqrt(var + eps) + beta, (9.38)-(9.41).

    Parameters
    ----------
    x : float32 or float64 array of two dimensions or more, the channel at `axis`, in any layout.
    gamma : float array of shape (C,), or None for 1.
    beta : float array of shape (C,), or None for 0.
    eps : float, finite, not negative. A constant channel gives beta under every eps, 0 included.
    axis : int. The channel's place in the shape of x: 1 for (N, C, H, W), -1 for channels-last.
    out : array of x's shape and dtype to write y into; x itself, or no part of any input.

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
    done: tuple[Array, Stats] | None = call.short_forward(x, gamma, beta, eps, axis, out)
    if done is not None:
        return done
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma, "beta": beta}, channels)
    checks.output(out, x, {"x": x, "gamma": gamma, "beta": beta})
    found = _moments(channels)
    (y,) = operands.compute("forward", {"x": x}, {"out": out}, given | found, eps, axis, own=True)
    return y, _exact(x, channels, found, eps)


def backward(
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    out: Array | None = None,
) -> tuple[Array, Array, Array]:
    """The gradients of training mode: of a loss with respect to x, gamma and beta, from dy, that to y.

    dbeta = sum dy, dgamma = sum dy xhat, dx = gamma rstd (dy - dbeta / m - xhat dgamma / m).

    Parameters
    ----------
    dy : array of x's shape and dtype, in any layout.
    x : float32 or float64 array, the input of `forward`.
    gamma : float array of shape (C,), or None for 1.
    stats : Stats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
    out : array of x's shape and dtype to write dx into; x or dy itself, or no part of any input.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.
    dgamma, dbeta : arrays of shape (C,), of gamma's dtype (x's if gamma is None).

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
    done: tuple[Array, Array, Array] | None = call.short_backward(dy, x, gamma, stats, axis, out)
    if done is not None:
        return done
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma}, channels)
    check_own(stats, x, channels)
    given |= {"mean": stats.mean, "var": stats.var}
    checks.output(
        out, x, {"x": x, "dy": dy, "gamma": gamma, "stats.mean": stats.mean, "stats.var": stats.var}
    )
    dgamma, dbeta = numpy.zeros(channels), numpy.zeros(channels)
    tensors, vectors = {"x": x, "dy": dy}, given | {"dgamma": dgamma, "dbeta": dbeta}
    (dx,) = operands.compute("backward", tensors, {"out": out}, vectors, stats.eps, axis, own=True)
    return dx, rounded(dgamma, gamma, x), rounded(dbeta, gamma, x)


def inference(
    x: ArrayLike,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    out: Array | None = None,
) -> Array:
    """Normalize by given statistics: y = gamma (x - mean) / sqrt(var + eps) + beta, (9.40) and (9.41).

    Parameters
    ----------
    x : float32 or float64 array of two dimensions or more, the channel at `axis`, in any layout.
    gamma, beta : float arrays of shape (C,), or None for 1 and 0.
    mean : float array of shape (C,).
    var : float array of shape (C,), not negative. Where var + eps is 0 the quotient of (9.40) is IEEE's.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    out : array of x's shape and dtype to write y into; x itself, or no part of any input.

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
    y: Array | None = call.short_inference(x, gamma, beta, mean, var, eps, axis, out)
    if y is not None:
        return y
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma, "beta": beta}, channels)
    given |= {
        "mean": checks.per_channel("mean", mean, channels),
        "var": checks.variance("var", var, channels),
    }
    checks.output(out, x, {"x": x, "gamma": gamma, "beta": beta, "mean": mean, "var": var})
    (y,) = operands.compute("inference", {"x": x}, {"out": out}, given, eps, axis, own=False)
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
    x : float32 or float64 array, the input of `inference`.
    gamma : float array of shape (C,), or None for 1.
    mean : float array of shape (C,).
    var : float array of shape (C,), not negative.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    out : array of x's shape and dtype to write dx into; x or dy itself, or no part of any input.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.
    dgamma, dbeta : arrays of shape (C,), of gamma's dtype (x's if gamma is None).

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
        dx, dgamma, dbeta = done
        return dx, dgamma, dbeta
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


def statistics(x: ArrayLike, *, eps: float = 1e-5, axis: int = 1) -> Stats:
    """The mean and the biased variance of each channel: (9.38) and (9.39).

    Parameters
    ----------
    x : float32 or float64 array of two dimensions or more, the channel at `axis`, in any layout.
    eps : float, finite, not negative. It is kept in the result and changes no number.
    axis : int. The channel's place in the shape of x.

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
    done: Stats | None = call.short_statistics(x, eps, axis)
    if done is not None:
        return done
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    eps = checks.epsilon(eps)
    channels = x.shape[axis]
    found = _moments(channels)
    operands.compute("statistics", {"x": x}, {}, found, eps, axis, own=True)
    return _exact(x, channels, found, eps)


def _moments(channels: int) -> dict[str, NDArray[numpy.float64]]:
    # room for what the sums of x come to
    return {name: numpy.zeros(channels) for name in ("new_mean", "new_rest", "new_var")}


def _exact(x: Array, channels: int, found: dict[str, NDArray[numpy.float64]], eps: float) -> Stats:
    return exact(count(x, channels), found["new_mean"], found["new_rest"], found["new_var"], eps)


def check_own(stats: Stats, x: Array, channels: int) -> None:
    """Refuse what cannot be the statistics of x."""
    check_channels(stats, channels)
    if stats.count != count(x, channels):
        raise ValueError(
            f"stats must be those of x, with count {count(x, channels)}, found count {stats.count}"
        )


def check_channels(stats: Stats, channels: int) -> None:
    """Refuse what are not statistics of so many channels."""
    if not isinstance(stats, Stats):
        raise TypeError(f"stats must be the Stats that forward returned, found {type(stats).__name__}")
    if stats.mean.shape != (channels,):
        raise ValueError(
            f"stats must have one number for each of {channels} channels, found {stats.mean.size}"
        )


def rounded(gradient: Array, gamma: ArrayLike | None, x: Array) -> Array:
    """A gradient of gamma or beta in gamma's dtype, or in that of x."""
    return cast(gradient, (x if gamma is None else numpy.asarray(gamma)).dtype.newbyteorder("="))


def count(x: Array, channels: int) -> int:
    """m: the elements of one channel."""
    return x.size // channels if channels else 0
