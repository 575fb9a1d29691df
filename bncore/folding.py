"""Batch normalization in inference mode as part of the linear layer before it."""

import numpy
from numpy.typing import ArrayLike

from . import checks
from .checks import Array


def fold(
    weight: ArrayLike,
    bias: ArrayLike | None,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 0,
) -> tuple[Array, Array]:
    """The weight and the bias of one layer equal to a linear layer or convolution and `inference` after it.

    With rstd = 1 / sqrt(var + eps): gamma rstd weight and gamma rstd (bias - mean) + beta, each computed in
    float64 and rounded once. Where |mean| is large beside 1 / rstd, the folded bias is large and cancels when
    the layer is applied; `inference` does not fold for this reason.

    Parameters
    ----------
    weight : float32 or float64 array of two dimensions or more, the output channel at `axis`.
    bias : float array of shape (C,), or None for 0.
    gamma, beta : float arrays of shape (C,), or None for 1 and 0.
    mean : float array of shape (C,).
    var : float array of shape (C,), not negative, and above 0 if eps is 0.
    eps : float, finite, not negative.
    axis : int. The output channel's place in the shape of weight: 0 for (C, K) and (C, K, H, W), 1 for the
        weights of a transposed convolution.

    Returns
    -------
    weight : array of weight's shape and dtype, in its layout.
    bias : array of shape (C,), of weight's dtype.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> weight, bias = numpy.array([[1.0, 2.0]]), numpy.array([3.0])
    >>> gamma, beta, mean, var = (numpy.array([number]) for number in (6.0, 1.0, 2.0, 9.0))
    >>> bncore.fold(weight, bias, gamma, beta, mean, var, eps=0.0)
    (array([[2., 4.]]), array([3.]))

    Source: equations (9.40) and (9.41), multiplied out in docs/proofs/folding.md.
    """
    weight, numbers, scale = _arguments(weight, bias, gamma, beta, mean, var, eps, axis)
    with numpy.errstate(all="ignore"):
        folded = _scaled(weight, scale, axis)
        moved = (numbers["bias"] - numbers["mean"]) * scale + numbers["beta"]
        return folded, moved.astype(folded.dtype)


def unfold(
    weight: ArrayLike,
    bias: ArrayLike | None,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 0,
) -> tuple[Array, Array]:
    """The inverse of `fold`: the weight and the bias of the layer before, from those of the folded layer.

    weight / (gamma rstd) and (bias - beta) / (gamma rstd) + mean, each computed in float64 and rounded once.

    Parameters
    ----------
    weight, bias : what `fold` returned.
    gamma : float array of shape (C,), nowhere 0, or None for 1: where gamma is 0 the folded weight is 0
        whatever the weight was.
    beta, mean, var, eps, axis : as they were given to `fold`.

    Returns
    -------
    weight : array of weight's shape and dtype, in its layout.
    bias : array of shape (C,), of weight's dtype.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> gamma, beta, mean, var = (numpy.array([number]) for number in (6.0, 1.0, 2.0, 9.0))
    >>> bncore.unfold(numpy.array([[2.0, 4.0]]), numpy.array([3.0]), gamma, beta, mean, var, eps=0.0)
    (array([[1., 2.]]), array([3.]))

    Source: equations (9.40) and (9.41), solved for x in docs/proofs/folding.md.
    """
    weight, numbers, scale = _arguments(weight, bias, gamma, beta, mean, var, eps, axis)
    zeros = numpy.flatnonzero(numbers["gamma"] == 0)
    if zeros.size:
        raise ValueError(f"gamma must not be 0 for the inverse to exist, found 0 in channel {zeros[0]}")
    with numpy.errstate(all="ignore"):
        before = _scaled(weight, 1 / scale, axis)
        moved = (numbers["bias"] - numbers["beta"]) / scale + numbers["mean"]
        return before, moved.astype(before.dtype)


def _arguments(
    weight: ArrayLike,
    bias: ArrayLike | None,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    eps: float,
    axis: int,
) -> tuple[Array, dict[str, Array], Array]:
    # the weight, every vector in float64, and gamma rstd
    weight = checks.tensor("weight", weight)
    channels = weight.shape[checks.channel_axis(axis, weight.ndim)]
    eps = checks.epsilon(eps)
    absent = {"bias": 0.0, "gamma": 1.0, "beta": 0.0}
    given = {"bias": bias, "gamma": gamma, "beta": beta, "mean": mean}
    numbers: dict[str, Array] = {
        name: numpy.full(channels, absent[name])
        if value is None and name in absent
        else checks.per_channel(name, value, channels)  # type: ignore[arg-type]
        for name, value in given.items()
    }
    spread = checks.variance("var", var, channels) + eps
    flat = numpy.flatnonzero(spread == 0)
    if flat.size:
        raise ValueError(f"var must be above 0 where eps is 0, found 0 in channel {flat[0]}")
    return weight, numbers, numbers["gamma"] / numpy.sqrt(spread)


def _scaled(weight: Array, scale: Array, axis: int) -> Array:
    # in float64, rounded once, in the layout of weight
    shape = [1] * weight.ndim
    shape[axis] = scale.size
    result = numpy.empty_like(weight, weight.dtype.newbyteorder("="), order="K", subok=False)
    numpy.multiply(weight, scale.reshape(shape), out=result, dtype=numpy.float64, casting="same_kind")
    return result
