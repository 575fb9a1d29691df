"""Batch normalization in inference mode as part of the linear layer or convolution before it."""

from __future__ import annotations

from collections.abc import Callable

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
    axis: int | None = None,
    groups: int = 1,
    transposed: bool = False,
) -> tuple[Array, Array]:
    """The weight and the bias of one layer equal to a linear layer or convolution and `inference` after it.

    With rstd = 1 / sqrt(var + eps): gamma rstd weight and gamma rstd (bias - mean) + beta, each computed in
    float64 and rounded once. Where |mean| is large beside 1 / rstd, the folded bias is large and cancels when
    the layer is applied; `inference` does not fold for this reason.

    Parameters
    ----------
    weight : array of two dimensions or more, the output channel at `axis`: float32, float64, float16, or
        bfloat16 of ml_dtypes.
    bias : array of shape (C,), of any dtype that weight may have, or None for 0.
    gamma, beta : float32 or float64 arrays of shape (C,), or None for 1 and 0.
    mean : float32 or float64 array of shape (C,).
    var : float32 or float64 array of shape (C,), not negative, and above 0 if eps is 0.
    eps : float, finite, not negative.
    axis : int. The output channel's place in the shape of weight. None is 0, as in (C, K) and (C, K, H, W),
        and 1 where transposed, as in (K, C, H, W).
    groups : int, at least 1. Of a convolution (C, K / groups, H, W), or of a transposed one
        (K, C / groups, H, W), whose axis must be 1. C, and there K, are multiples of it.
    transposed : bool. Whether weight is that of a transposed convolution.

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
    >>> shared = numpy.ones((4, 1, 3))  # 4 input channels in 2 groups with an output channel each
    >>> mean, var = numpy.zeros(2), numpy.array([1.0, 4.0])
    >>> folded, _ = bncore.fold(shared, None, None, None, mean, var, eps=0.0, groups=2, transposed=True)
    >>> folded[:, 0, 0]
    array([1. , 1. , 0.5, 0.5])

    Source: equations (9.40) and (9.41), multiplied out in docs/proofs/folding.md.
    """
    with numpy.errstate(all="ignore"):
        weight, numbers, scale, spread = _arguments(
            weight, bias, gamma, beta, mean, var, eps, axis, groups, transposed
        )
        folded = _scaled(weight, spread(scale))
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
    axis: int | None = None,
    groups: int = 1,
    transposed: bool = False,
) -> tuple[Array, Array]:
    """The inverse of `fold`: the weight and the bias of the layer before, from those of the folded layer.

    weight / (gamma rstd) and (bias - beta) / (gamma rstd) + mean, each computed in float64 and rounded once.

    Parameters
    ----------
    weight, bias : what `fold` returned.
    gamma : float array of shape (C,), nowhere 0, or None for 1: where gamma is 0 the folded weight is 0
        whatever the weight was.
    beta, mean, var, eps, axis, groups, transposed : as they were given to `fold`.

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
    with numpy.errstate(all="ignore"):
        weight, numbers, scale, spread = _arguments(
            weight, bias, gamma, beta, mean, var, eps, axis, groups, transposed
        )
        zeros = numpy.flatnonzero(numbers["gamma"] == 0)
        if zeros.size:
            raise ValueError(f"gamma must not be 0 for the inverse to exist, found 0 in channel {zeros[0]}")
        before = _scaled(weight, spread(1 / scale))
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
    axis: int | None,
    groups: int,
    transposed: bool,
) -> tuple[Array, dict[str, Array], Array, Callable[[Array], Array]]:
    # the weight, every vector in float64, gamma rstd, and how such a vector is spread over the weight
    weight = checks.tensor("weight", weight)
    channels, spread = _channels(weight, axis, groups, transposed)
    eps = checks.epsilon(eps)
    absent = {"bias": 0.0, "gamma": 1.0, "beta": 0.0}
    given = {"bias": bias, "gamma": gamma, "beta": beta, "mean": mean}
    # a layer of half precision has such a bias, and so has what is returned
    dtypes = {"bias": checks.DATA}
    numbers: dict[str, Array] = {
        name: numpy.full(channels, absent[name])
        if value is None and name in absent
        else checks.per_channel(name, value, channels, dtypes.get(name, checks.FLOATS))  # type: ignore[arg-type]
        for name, value in given.items()
    }
    squared = checks.variance("var", var, channels) + eps
    flat = numpy.flatnonzero(squared == 0)
    if flat.size:
        raise ValueError(f"var must be above 0 where eps is 0, found 0 in channel {flat[0]}")
    return weight, numbers, numbers["gamma"] / numpy.sqrt(squared), spread


def _channels(
    weight: Array, axis: int | None, groups: int, transposed: bool
) -> tuple[int, Callable[[Array], Array]]:
    # C, and what makes of one number an output channel something that broadcasts against the weight
    place = checks.channel_axis(int(transposed) if axis is None else axis, weight.ndim)
    groups = checks.integer("groups", groups, least=1)
    if transposed and groups > 1:
        if place != 1:
            raise ValueError(
                "axis must be 1 where a transposed convolution has groups, (K, C / groups, ...), "
                f"found {axis}"
            )
        inputs, outputs, *others = weight.shape
        if inputs % groups:
            raise ValueError(
                f"weight must have a multiple of {groups} input channels at axis 0, "
                f"found shape {weight.shape}"
            )
        # the output channels of its group, for each input channel
        return groups * outputs, lambda numbers: numpy.repeat(
            numbers.reshape(groups, outputs), inputs // groups, axis=0
        ).reshape(inputs, outputs, *(1 for _ in others))
    if weight.shape[place] % groups:
        raise ValueError(
            f"weight must have a multiple of {groups} output channels at axis {place}, "
            f"found shape {weight.shape}"
        )
    along = [weight.shape[place] if i == place else 1 for i in range(weight.ndim)]
    return weight.shape[place], lambda numbers: numbers.reshape(along)


def _scaled(weight: Array, factors: Array) -> Array:
    # in float64, rounded once, in the layout of weight
    result = numpy.empty_like(weight, weight.dtype.newbyteorder("="), order="K", subok=False)
    numpy.multiply(weight, factors, out=result, dtype=numpy.float64, casting="same_kind")
    return result
