"""Batch normalization of dask arrays, chunked in any way over any of their axes: lazy, on any scheduler.

Each chunk gives some numbers a channel, which are added up by dask's own tree reduction; then each chunk is
mapped by itself. No chunk is gathered, and results have the chunks of x. With exact=True the numbers are
integers, whose sums, and so all results, have the same bits however x is chunked.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from typing import Any, ClassVar

import numpy
from numpy.typing import ArrayLike

try:
    import dask.array
except ImportError as error:
    raise ImportError(f"bncore.dask needs dask ({error}): pip install bncore[dask]") from error

from . import checks, chunks, halves, layer, passes, words
from ._stats import Stats
from .axes import Integers
from .checks import Array

__all__ = ["BatchNorm", "LazyStats", "backward", "forward", "inference", "statistics"]


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
        return chunks.stats_of(self._records.compute(**options), self.eps)


def statistics(x: Any, *, eps: float = 1e-5, axis: int = 1, exact: bool = False) -> LazyStats:
    """The mean and the biased variance of each channel: (9.38) and (9.39).

    Parameters
    ----------
    x : dask array of two dimensions or more, the channel at `axis`, in any chunks.
    eps : float, finite, not negative. It is kept in the result and changes no number.
    axis : int. The channel's place in the shape of x.
    exact : bool. As that of `bncore.sums`: no bit depends on the chunks. For float32 and narrower.

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
    axis, eps = _checked(x, axis), checks.epsilon(eps)
    if checks.switch("exact", exact):
        words.check("x", x, None)
        each = _each(partial(chunks.exact_sums, axis=axis), chunks.EXACT_SUMS, axis, x)
        records = _mapped(chunks.rounded, _added_up(each, chunks.total, axis), dtype=chunks.SUMS)
        return LazyStats(records, eps, axis)
    each = _each(partial(chunks.sums, axis=axis), chunks.SUMS, axis, x)
    return LazyStats(_added_up(each, chunks.merged, axis), eps, axis)


def forward(
    x: Any,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    residual: Any = None,
    relu: bool = False,
    exact: bool = False,
) -> tuple[Any, LazyStats]:
    """Normalize a batch by its own statistics: (9.38)-(9.41).

    Parameters
    ----------
    x : dask array of two dimensions or more, the channel at `axis`, in any chunks.
    gamma, beta : float arrays of shape (C,), or None for 1 and 0.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    residual : dask array of x's shape and dtype, or None for 0.
    relu : bool. Whether what is below 0 becomes 0, after the residual has been added.
    exact : bool. As that of `bncore.sums`: no bit depends on the chunks. For float32 and narrower.

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
    stats = statistics(x, eps=eps, axis=axis, exact=exact)
    return _normalized(x, gamma, beta, stats, residual, relu), stats


def backward(
    dy: Any,
    x: Any,
    gamma: ArrayLike | None,
    stats: LazyStats,
    *,
    axis: int = 1,
    y: Any = None,
    exact: bool = False,
) -> tuple[Any, Any, Any]:
    """The gradients of training mode: of a loss with respect to x, gamma and beta, from dy, that to y.

    Parameters
    ----------
    dy : dask array of x's shape and dtype.
    x : dask array, the input of `forward`.
    gamma : float array of shape (C,), or None for 1.
    stats : LazyStats, as `forward` returned them for x.
    axis : int. The channel's place in the shape of x.
    y : dask array, the result of a `forward` with relu: dy counts where y > 0. None if there was no relu.
    exact : bool. As that of `bncore.gradient_sums`: no bit depends on the chunks.

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
    dy, y = _like("dy", dy, x), _like("y", y, x)
    gsums = _gradient_sums(dy, x, stats, y, axis, exact)
    dx = _dx(dy, x, gamma, stats, gsums, y, axis)
    sums = dask.array.map_blocks(
        partial(chunks.of_parameters, eps=stats.eps), gsums, stats._records, dtype=chunks.PAIR
    )
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
    residual: Any = None,
    relu: bool = False,
) -> Any:
    """Normalize by given statistics: (9.40) and (9.41).

    Parameters
    ----------
    x : dask array of two dimensions or more, the channel at `axis`, in any chunks.
    gamma, beta : float arrays of shape (C,), or None for 1 and 0.
    mean, var : float arrays of shape (C,); var is not negative.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    residual : dask array of x's shape and dtype, or None for 0.
    relu : bool. Whether what is below 0 becomes 0, after the residual has been added.

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
    infer = partial(chunks.infer, eps=checks.epsilon(eps), axis=axis, relu=checks.switch("relu", relu))
    return _mapped(infer, x, *numbers, _like("residual", residual, x))


class BatchNorm(layer.BatchNorm):
    """`bncore.BatchNorm` for dask arrays: all that it has, but for weights, `ghost`, `renorm` and `out`.

    y and dx are lazy. What is a number a channel is computed at once, on the scheduler that dask would use:
    a forward in training reads x for its statistics, which enter the running ones, and a backward reads dy
    and x for dgamma and dbeta. The gradient of a residual is dy, and after a relu
    dask.array.where(y > 0, dy, 0).

    Parameters
    ----------
    num_features : int, at least 1: C, the number of channels.
    exact : bool. As that of `bncore.sums`: no bit depends on the chunks. For float32 and narrower.
    options : the others of `bncore.BatchNorm`; axis is one axis.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import dask.array, bncore.dask
    >>> layer = bncore.dask.BatchNorm(1, eps=0.0)
    >>> y = layer(dask.array.from_array([[1.0], [3.0]], chunks=1))
    >>> y.compute()
    array([[-1.],
           [ 1.]])
    >>> layer.running_mean
    array([0.2])
    >>> dx = layer.backward(dask.array.from_array([[1.0], [2.0]], chunks=2))
    >>> layer.dgamma, layer.dbeta
    (array([1.], dtype=float32), array([3.], dtype=float32))

    Source: equations (9.38)-(9.41); docs/distributed.md.
    """

    _unusual: ClassVar[Mapping[str, object]] = {**layer.BatchNorm._unusual, "exact": False}

    def __init__(self, num_features: Integers, *, exact: bool = False, **options: Any) -> None:
        self.exact = checks.switch("exact", exact)
        super().__init__(num_features, **options)

    def _by(self) -> passes.Functions:
        absent = {name: getattr(self, name) for name in ("ghost", "renorm")}
        absent |= {"axis": self.axis if isinstance(self.axis, tuple) else None}
        for name, value in absent.items():
            if value is not None:
                wanted = "one axis" if name == "axis" else "None"
                raise ValueError(f"{name} must be {wanted} for dask arrays, found {value!r}")
        exact = self.exact
        return passes.Functions(
            forward=partial(_forward_now, exact=exact),
            backward=partial(_backward_now, exact=exact),
            inference=_inference_now,
            inference_backward=partial(_inference_backward_now, exact=exact),
        )

    def _given(self, x: Any, residual: Any) -> tuple[Any, Any]:
        _checked(x, 0)
        return x, _like("residual", residual, x)

    def _through(self, x: Any, weights: Any, residual: Any, out: Any) -> tuple[Any, passes.Pass]:
        _refuse(weights=weights, out=out)
        return super()._through(x, None, residual, None)


# The functions of the layer: what is a number a channel is computed now.


def _forward_now(
    x: Any, gamma: Any, beta: Any, *, eps: float, axis: int, residual: Any, relu: bool, exact: bool, **_: Any
) -> tuple[Any, Stats]:
    stats = statistics(x, eps=eps, axis=axis, exact=exact).compute()
    return _normalized(x, gamma, beta, _known(stats, x, axis), residual, relu), stats


def _backward_now(
    dy: Any,
    x: Any,
    gamma: Any,
    stats: Stats,
    *,
    axis: int,
    y: Any,
    exact: bool,
    out: Any,
    residual_out: Any,
    **_: Any,
) -> tuple[Any, Array, Array]:
    _refuse(out=out, residual_out=residual_out)
    dy, known = _like("dy", dy, x), _known(stats, x, axis)
    numbers = _gradient_sums(dy, x, known, y, axis, exact).compute()
    gsums = chunks.gradient_sums_of(numbers, stats)
    dx = _dx(dy, x, gamma, known, _in_chunks(numbers, x, axis), y, axis)
    return dx, gsums.dgamma, gsums.dbeta


def _inference_now(x: Any, *vectors: Any, out: None, **options: Any) -> Any:
    return inference(x, *vectors, **options)


def _inference_backward_now(
    dy: Any,
    x: Any,
    gamma: Any,
    mean: Array,
    var: Array,
    *,
    eps: float,
    axis: int,
    y: Any,
    exact: bool,
    out: Any,
    residual_out: Any,
) -> tuple[Any, Array, Array]:
    _refuse(out=out, residual_out=residual_out)
    dy, about = _like("dy", dy, x), Stats(0, mean, var, eps)
    numbers = _gradient_sums(dy, x, _known(about, x, axis), y, axis, exact).compute()
    gsums = chunks.gradient_sums_of(numbers, about)
    given = {"gamma": gamma, "mean": mean, "var": var}
    vectors = [_beside(name, each, x, axis) for name, each in given.items()]
    dx = _mapped(partial(chunks.given_gradient, eps=eps, axis=axis), x, dy, *vectors, y)
    return dx, halves.by_gamma(gsums, own=False), gsums.dbeta


def _refuse(**options: Any) -> None:
    for name, value in options.items():
        if value is not None:
            raise ValueError(f"{name} must be None for dask arrays, found {type(value).__name__}")


# The parts of a pass.


def _normalized(x: Any, gamma: Any, beta: Any, stats: LazyStats, residual: Any, relu: bool) -> Any:
    axis = stats._axis
    parameters = [_beside(name, each, x, axis) for name, each in (("gamma", gamma), ("beta", beta))]
    normalize = partial(chunks.normalize, eps=stats.eps, axis=axis, relu=checks.switch("relu", relu))
    return _mapped(normalize, x, stats._records, *parameters, _like("residual", residual, x))


def _gradient_sums(dy: Any, x: Any, stats: LazyStats, y: Any, axis: int, exact: bool) -> Any:
    of_chunk = partial(chunks.gradient_sums, eps=stats.eps, axis=axis, exact=checks.switch("exact", exact))
    if exact:
        words.check("x", x, None)
    dtype, add = (chunks.EXACT_GRADIENT_SUMS, chunks.total) if exact else (chunks.GRADIENT_SUMS, chunks.added)
    return _added_up(_each(of_chunk, dtype, axis, x, dy, stats._records, y), add, axis)


def _dx(dy: Any, x: Any, gamma: Any, stats: LazyStats, gsums: Any, y: Any, axis: int) -> Any:
    scale = _beside("gamma", gamma, x, axis)
    return _mapped(partial(chunks.gradient, eps=stats.eps, axis=axis), x, dy, stats._records, gsums, scale, y)


def _known(stats: Stats, x: Any, axis: int) -> LazyStats:
    # computed statistics, in the chunks of x
    return LazyStats(_in_chunks(chunks.record_of(stats, [-1]), x, axis), stats.eps, axis)


# Arrays of one element a channel and a chunk.


def _checked(x: Any, axis: int) -> int:
    if not isinstance(x, dask.array.Array):
        raise TypeError(f"x must be a dask array, found {type(x).__name__}")
    checks.tensor("x", numpy.empty((1,) * x.ndim, x.dtype))
    if any(map(math.isnan, x.shape)):
        raise ValueError(
            f"x must have chunks of known sizes (x.compute_chunk_sizes()), found shape {x.shape}"
        )
    return checks.channel_axis(axis, x.ndim)


def _like(name: str, array: Any, x: Any) -> Any:
    # an array like x, in its chunks
    if array is None and name != "dy":
        return None
    if not isinstance(array, dask.array.Array) or array.shape != x.shape:
        found = getattr(array, "shape", type(array).__name__)
        raise ValueError(f"{name} must be a dask array of the shape of x, {x.shape}, found {found}")
    if array.dtype.newbyteorder("=") != x.dtype.newbyteorder("="):
        raise TypeError(f"{name} must have the dtype of x, {x.dtype}, found {array.dtype}")
    return array.rechunk(x.chunks)


def _beside(name: str, vector: ArrayLike | None, x: Any, axis: int) -> Any:
    # in the chunks of x's channels, its other axes of one element; None stays None
    if vector is None:
        return None
    array = numpy.asarray(vector)
    checks.per_channel(name, array, x.shape[axis])
    return _in_chunks(array, x, axis)


def _in_chunks(numbers: Array, x: Any, axis: int) -> Any:
    shape = [x.shape[axis] if i == axis else 1 for i in range(x.ndim)]
    cut = tuple(x.chunks[axis] if i == axis else (1,) for i in range(x.ndim))
    # a copy, for what is lazy is of the numbers as they are now
    return dask.array.from_array(numpy.array(numbers).reshape(shape), chunks=cut)


def _mapped(function: Callable[..., Array], x: Any, *others: Any, **options: Any) -> Any:
    # of a function of corresponding chunks, some of which are absent
    given = [each for each in others if each is not None]
    absent = tuple(each is None for each in others)
    call = partial(_with_absent, function, absent)
    dtype = options.pop("dtype", x.dtype)
    return dask.array.map_blocks(
        call, x, *given, dtype=dtype, meta=numpy.empty((0,) * x.ndim, dtype), **options
    )


def _with_absent(function: Callable[..., Array], absent: Sequence[bool], x: Array, *given: Array) -> Array:
    rest = iter(given)
    return function(x, *(None if missing else next(rest) for missing in absent))


def _each(function: Callable[..., Array], dtype: Any, axis: int, x: Any, *others: Any) -> Any:
    # one element a channel of each chunk
    cut = tuple(x.chunks[i] if i == axis else (1,) * len(x.chunks[i]) for i in range(x.ndim))
    return _mapped(function, x, *others, dtype=dtype, chunks=cut)


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
