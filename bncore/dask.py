"""Batch normalization of dask arrays, chunked in any way over any of their axes: lazy, on any scheduler.

Each chunk gives some numbers a channel, which are added up by dask's own tree reduction; then each chunk is
mapped by itself. No chunk is gathered, and results have the chunks of x.
"""

from collections.abc import Callable, Sequence
from functools import partial
from typing import Any

import numpy
from numpy.typing import ArrayLike

try:
    import dask.array
except ImportError as error:
    raise ImportError(f"bncore.dask needs dask ({error}): pip install bncore[dask]") from error

from . import checks, functional, halves
from ._stats import Stats, exact, rests
from .checks import Array
from .halves import GradientSums
from .merging import Sums, merge

__all__ = ["LazyStats", "backward", "forward", "inference", "statistics"]

# What is known of each channel of a part of the batch, so that it can be one element of an array.
_SUMS = numpy.dtype([("count", "i8"), ("mean", "f8"), ("rest", "f8"), ("var", "f8")])
_GRADIENT_SUMS = numpy.dtype([(name, "f8") for name in ("dy", "dyd", "dy_rest", "dyd_rest")])


class LazyStats:
    """The statistics of a batch, not yet computed: what `forward` and `statistics` return.

    Attributes
    ----------
    mean, var : dask arrays of shape (C,), float64, in chunks as the channels of x.
    eps : float.

    Examples
    --------
    >>> import dask.array, bncore.dask
    >>> bncore.dask.statistics(dask.array.arange(6.0).reshape(3, 2)).compute()
    Stats(count=3, mean=array([2., 3.]), var=array([2.66666667, 2.66666667]), eps=1e-05)

    Source: equations (9.38) and (9.39).
    """

    def __init__(self, records: Any, eps: float, axis: int) -> None:
        self._records, self.eps, self._axis = records, eps, axis

    @property
    def mean(self) -> Any:
        """The mean of each channel, (9.38)."""
        return self._records["mean"].ravel()

    @property
    def var(self) -> Any:
        """The biased variance of each channel, (9.39)."""
        return self._records["var"].ravel()

    def compute(self, **options: Any) -> Stats:
        """The numbers, as `bncore.Stats`; the options are those of dask's compute."""
        return _stats(self._records.compute(**options), self.eps)


def statistics(x: Any, *, eps: float = 1e-5, axis: int = 1) -> LazyStats:
    """The mean and the biased variance of each channel: (9.38) and (9.39).

    Parameters
    ----------
    x : dask array of two dimensions or more, the channel at `axis`, in any chunks.
    eps : float, finite, not negative. It is kept in the result and changes no number.
    axis : int. The channel's place in the shape of x.

    Returns
    -------
    stats : LazyStats

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import dask.array, bncore.dask
    >>> x = dask.array.from_array([[1.0, 5.0], [3.0, 5.0]], chunks=1)
    >>> bncore.dask.statistics(x).compute()
    Stats(count=2, mean=array([2., 5.]), var=array([1., 0.]), eps=1e-05)

    Source: equations (9.38) and (9.39).
    """
    axis = _checked(x, axis)
    return LazyStats(_added_up(_each(_sums, _SUMS, axis, x), _merged, axis), checks.epsilon(eps), axis)


def forward(
    x: Any,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    axis: int = 1,
) -> tuple[Any, LazyStats]:
    """Normalize a batch by its own statistics: (9.38)-(9.41).

    Parameters
    ----------
    x : dask array of two dimensions or more, the channel at `axis`, in any chunks.
    gamma, beta : float arrays of shape (C,), or None for 1 and 0.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.

    Returns
    -------
    y : dask array of x's shape, dtype and chunks.
    stats : LazyStats

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import dask.array, bncore.dask
    >>> y, stats = bncore.dask.forward(dask.array.from_array([[1.0], [3.0]], chunks=1), eps=0.0)
    >>> y.compute()
    array([[-1.],
           [ 1.]])

    Source: equations (9.38), (9.39), (9.40) and (9.41).
    """
    stats = statistics(x, eps=eps, axis=axis)
    place = stats._axis
    parameters = [_beside(name, each, x, place) for name, each in (("gamma", gamma), ("beta", beta))]
    normalize = partial(_normalize, eps=stats.eps, axis=place)
    return _mapped(normalize, x, stats._records, *parameters), stats


def backward(
    dy: Any, x: Any, gamma: ArrayLike | None, stats: LazyStats, *, axis: int = 1
) -> tuple[Any, Any, Any]:
    """The gradients of training mode: of a loss with respect to x, gamma and beta, from dy, that to y.

    Parameters
    ----------
    dy : dask array of x's shape and dtype.
    x : dask array, the input of `forward`.
    gamma : float array of shape (C,), or None for 1.
    stats : LazyStats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.

    Returns
    -------
    dx : dask array of x's shape, dtype and chunks.
    dgamma, dbeta : dask arrays of shape (C,), float64.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import dask.array, bncore.dask
    >>> x, dy = (dask.array.from_array(each, chunks=1) for each in ([[1.0], [3.0]], [[1.0], [0.0]]))
    >>> y, stats = bncore.dask.forward(x, eps=1.0)
    >>> dx, dgamma, dbeta = bncore.dask.backward(dy, x, None, stats)
    >>> dbeta.compute()
    array([1.])

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
    """
    axis = _checked(x, axis)
    if not isinstance(stats, LazyStats):
        raise TypeError(f"stats must be the LazyStats that forward returned, found {type(stats).__name__}")
    if not isinstance(dy, dask.array.Array) or dy.shape != x.shape:
        raise ValueError(
            f"dy must be a dask array of the shape of x, {x.shape}, found {getattr(dy, 'shape', dy)}"
        )
    dy = dy.rechunk(x.chunks)
    of_chunk = partial(_gradient_sums, eps=stats.eps, axis=axis)
    each = _each(of_chunk, _GRADIENT_SUMS, axis, dy, x, stats._records)
    gsums = _added_up(each, _added, axis)
    scale = _beside("gamma", gamma, x, axis)
    dx = _mapped(partial(_gradient, eps=stats.eps, axis=axis), x, dy, stats._records, gsums, scale)
    sums = dask.array.map_blocks(partial(_of_parameters, eps=stats.eps), gsums, stats._records, dtype=_PAIR)
    return dx, sums["dgamma"].ravel(), sums["dbeta"].ravel()


def inference(
    x: Any,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    mean: ArrayLike,
    var: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 1,
) -> Any:
    """Normalize by given statistics: (9.40) and (9.41).

    Parameters
    ----------
    x : dask array of two dimensions or more, the channel at `axis`, in any chunks.
    gamma, beta : float arrays of shape (C,), or None for 1 and 0.
    mean, var : float arrays of shape (C,); var is not negative.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.

    Returns
    -------
    y : dask array of x's shape, dtype and chunks.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import dask.array, bncore.dask
    >>> x = dask.array.from_array([[1.0], [3.0]], chunks=1)
    >>> bncore.dask.inference(x, None, None, [1.0], [4.0], eps=0.0).compute()
    array([[0.],
           [1.]])

    Source: equations (9.40) and (9.41).
    """
    axis = _checked(x, axis)
    checks.variance("var", var, x.shape[axis])
    given = {"gamma": gamma, "beta": beta, "mean": mean, "var": var}
    numbers = [_beside(name, each, x, axis) for name, each in given.items()]
    return _mapped(partial(_infer, eps=checks.epsilon(eps), axis=axis), x, *numbers)


# Arrays of one element a channel and a chunk.

_PAIR = numpy.dtype([("dgamma", "f8"), ("dbeta", "f8")])


def _checked(x: Any, axis: int) -> int:
    if not isinstance(x, dask.array.Array):
        raise TypeError(f"x must be a dask array, found {type(x).__name__}")
    checks.tensor("x", numpy.empty((1,) * x.ndim, x.dtype))
    return checks.channel_axis(axis, x.ndim)


def _beside(name: str, vector: ArrayLike | None, x: Any, axis: int) -> Any:
    # in the chunks of x's channels, its other axes of one element; None stays None
    if vector is None:
        return None
    array = numpy.asarray(vector)
    checks.per_channel(name, array, x.shape[axis])
    shape = [x.shape[axis] if i == axis else 1 for i in range(x.ndim)]
    chunks = tuple(x.chunks[axis] if i == axis else (1,) for i in range(x.ndim))
    return dask.array.from_array(array.reshape(shape), chunks=chunks)


def _mapped(function: Callable[..., Array], x: Any, *others: Any) -> Any:
    # of a function of corresponding chunks, some of which are absent
    given = [each for each in others if each is not None]
    absent = tuple(each is None for each in others)
    call = partial(_with_absent, function, absent)
    return dask.array.map_blocks(call, x, *given, dtype=x.dtype, meta=numpy.empty((0,) * x.ndim, x.dtype))


def _with_absent(function: Callable[..., Array], absent: Sequence[bool], x: Array, *given: Array) -> Array:
    rest = iter(given)
    return function(x, *(None if missing else next(rest) for missing in absent))


def _each(function: Callable[..., Array], dtype: Any, axis: int, x: Any, *others: Any) -> Any:
    # one element a channel of each chunk
    chunks = tuple(x.chunks[i] if i == axis else (1,) * len(x.chunks[i]) for i in range(x.ndim))
    call = partial(function, axis=axis) if function is _sums else function
    meta = numpy.empty((0,) * x.ndim, dtype)
    return dask.array.map_blocks(call, x, *others, dtype=dtype, chunks=chunks, meta=meta)


def _added_up(elements: Any, add: Callable[..., Array], axis: int) -> Any:
    # a tree: some elements of a channel become one, until one is left
    others = tuple(i for i in range(elements.ndim) if i != axis)
    return dask.array.reduction(
        elements,
        chunk=lambda each, axis, keepdims: each,
        combine=add,
        aggregate=add,
        axis=others,
        keepdims=True,
        dtype=elements.dtype,
        meta=numpy.empty((0,) * elements.ndim, elements.dtype),
    )


# What is done with chunks.


def _sums(x: Array, axis: int) -> Array:
    stats = functional.statistics(x, eps=0.0, axis=axis)
    return _record(stats, [x.shape[axis] if i == axis else 1 for i in range(x.ndim)])


def _record(stats: Stats, shape: Sequence[int]) -> Array:
    record = numpy.empty(stats.mean.size, _SUMS)
    record["count"], record["mean"], record["rest"], record["var"] = (
        stats.count, stats.mean, rests(stats), stats.var,
    )  # fmt: skip
    return record.reshape(shape)


def _stats(record: Array, eps: float) -> Stats:
    record = record.ravel()
    count = int(record["count"][0]) if record.size else 0
    return exact(count, record["mean"], record["rest"], record["var"], eps)


def _merged(records: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    rows, shape = _rows(records, axis)
    return _record(merge(*(Sums(_stats(row, 0.0)) for row in rows)).stats(0.0), shape)


def _rows(records: Array, axis: tuple[int, ...]) -> tuple[Array, list[int]]:
    # one for each chunk, and the shape of what they come to
    (channel,) = set(range(records.ndim)) - set(axis)
    shape = [extent if i == channel else 1 for i, extent in enumerate(records.shape)]
    return numpy.moveaxis(records, channel, -1).reshape(-1, records.shape[channel]), shape


def _normalize(x: Array, record: Array, gamma: Any, beta: Any, eps: float, axis: int) -> Array:
    return halves.normalize(x, _flat(gamma), _flat(beta), _stats(record, eps), axis=axis)


def _infer(x: Array, gamma: Any, beta: Any, mean: Array, var: Array, eps: float, axis: int) -> Array:
    return functional.inference(x, *map(_flat, (gamma, beta, mean, var)), eps=eps, axis=axis)  # type: ignore[arg-type]


def _flat(vector: Array | None) -> Array | None:
    return None if vector is None else vector.ravel()


def _gradient_sums(dy: Array, x: Array, record: Array, eps: float, axis: int) -> Array:
    gsums = halves.gradient_sums(dy, x, _stats(record, eps), axis=axis)
    return _gradient_record(gsums, record.shape)


def _gradient_record(gsums: GradientSums, shape: Sequence[int]) -> Array:
    numbers = gsums.array().reshape(4, -1)
    record = numpy.empty(numbers.shape[1], _GRADIENT_SUMS)
    for name, values in zip(record.dtype.names or (), numbers, strict=True):
        record[name] = values
    return record.reshape(shape)


def _gradient_sums_of(record: Array, stats: Stats) -> GradientSums:
    record = record.ravel()
    numbers = [record[name] for name in record.dtype.names or ()]
    return GradientSums.from_array(numpy.concatenate(numbers), stats)


def _added(records: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    rows, shape = _rows(records, axis)
    # to be added they need not know what they are about, except that it is the same
    about = Stats(0, numpy.zeros(rows.shape[1]), numpy.zeros(rows.shape[1]), 0.0)
    total, *others = (_gradient_sums_of(row, about) for row in rows)
    for each in others:
        total = total + each
    return _gradient_record(total, shape)


def _gradient(x: Array, dy: Array, record: Array, gsums: Array, gamma: Any, eps: float, axis: int) -> Array:
    stats = _stats(record, eps)
    return halves.gradient(dy, x, _flat(gamma), stats, _gradient_sums_of(gsums, stats), axis=axis)


def _of_parameters(gsums: Array, record: Array, eps: float) -> Array:
    found = _gradient_sums_of(gsums, _stats(record, eps))
    pair = numpy.empty(found.dbeta.size, _PAIR)
    pair["dgamma"], pair["dbeta"] = found.dgamma, found.dbeta
    return pair.reshape(gsums.shape)
