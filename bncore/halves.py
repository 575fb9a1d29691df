"""The two halves of a pass: sums of a shard, which are added up over shards, and the map that they give.

`forward` is `sums`, `stats`, `normalize`, and `backward` is `gradient_sums`, `gradient`, bit for bit, where
one shard is the batch. The theorem `merging` (docs/proofs/merging.md) says why shards add up to the batch.
"""

from __future__ import annotations

from typing import Self

import numpy
from numpy.typing import ArrayLike, NDArray

from . import checks, functional, operands, weighted, words
from ._stats import Stats, rests
from .checks import Array
from .merging import Sums
from .words import Integers, Words


class GradientSums:
    """The sums of the backward pass of one shard, or of several together: sum dy and sum dy (x - mean).

    `gradient_sums(dy, x, stats)` makes them; `a + b` are those of two shards together. The constructor takes
    what they are about, `stats`, and `numbers`, as `array` gives them.

    Attributes
    ----------
    dgamma, dbeta : float64 arrays of shape (C,). The gradients of gamma and beta, of all shards together.

    Examples
    --------
    >>> import numpy, bncore
    >>> x, dy = numpy.array([[1.0], [3.0]]), numpy.array([[1.0], [2.0]])
    >>> stats = bncore.sums(x).stats(eps=0.0)
    >>> parts = [bncore.gradient_sums(dy[i : i + 1], x[i : i + 1], stats) for i in range(2)]
    >>> parts[0] + parts[1]
    GradientSums(dgamma=array([1.]), dbeta=array([3.]))

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
    """

    __slots__ = ("_numbers", "_stats", "_words")
    _words: Integers | None  # of exact sums

    def __init__(self, stats: Stats, numbers: ArrayLike) -> None:
        self._take(stats, numbers, "numbers")

    def _take(self, stats: Stats, numbers: ArrayLike, name: str) -> None:
        functional.check_channels(stats, stats.mean.size if isinstance(stats, Stats) else 0)
        channels = stats.mean.size
        self._stats, self._words = stats, None
        if words.are_given(numbers):
            self._words = words.settled(name, numpy.asarray(numbers), channels)
            self._numbers = words.pairs(self._words, stats.mean)
            return
        found = checks.per_channel(name, numbers)
        if found.size != 4 * channels:
            raise ValueError(f"{name} must be four for each of {channels} channels, found {found.size}")
        # sum dy, sum dy (x - mean), and what rounding took from them
        self._numbers = found.reshape(4, -1).copy()
        self._numbers.flags.writeable = False

    @property
    def dbeta(self) -> NDArray[numpy.float64]:
        """The gradient of beta: sum dy."""
        dbeta: NDArray[numpy.float64] = self._numbers[0].copy()
        return dbeta

    @property
    def dgamma(self) -> NDArray[numpy.float64]:
        """The gradient of gamma: sum dy xhat."""
        return by_gamma(self, own=True)

    def __add__(self, other: GradientSums) -> GradientSums:
        if not isinstance(other, GradientSums):
            return NotImplemented
        if not _same(self._stats, other._stats):
            raise ValueError("gradient sums must be about the same stats to be added, found two of others")
        if (self._words is None) != (other._words is None):
            raise TypeError("gradient sums must be exact both or neither to be added, found one of each")
        if self._words is not None and other._words is not None:
            return GradientSums(self._stats, words.added([self._words, other._words]).ravel())
        with numpy.errstate(all="ignore"):
            total = self._numbers[:2] + other._numbers[:2]
            # Knuth's TwoSum: what rounding takes from the totals is kept
            back = total - self._numbers[:2]
            rest = (self._numbers[:2] - (total - back)) + (other._numbers[:2] - back)
            rest = rest + (self._numbers[2:] + other._numbers[2:])
            rest = numpy.where(numpy.isfinite(rest), rest, 0)
            whole = total + rest
            rest = numpy.where(numpy.isfinite(whole), (total - whole) + rest, 0)
        return GradientSums(self._stats, numpy.concatenate([*whole, *rest]))

    def array(self) -> NDArray[numpy.float64] | Integers:
        """All that is known, as one float64 array of shape (4 C,), to be sent: `from_array` reads it.

        Of exact sums it is an int64 array of shape (33 C,), and such arrays are merged by adding them.

        Examples
        --------
        >>> import numpy, bncore
        >>> x = numpy.array([[1.0], [3.0]])
        >>> stats = bncore.sums(x).stats(eps=0.0)
        >>> sent = bncore.gradient_sums(x, x, stats).array()
        >>> bncore.GradientSums.from_array(sent, stats)
        GradientSums(dgamma=array([2.]), dbeta=array([4.]))
        """
        return (self._numbers if self._words is None else self._words).ravel().copy()

    @classmethod
    def from_array(cls, array: ArrayLike, stats: Stats) -> Self:
        """The sums that `array` gave, which are about these stats; or exact ones that several added up to.

        Raises
        ------
        TypeError, ValueError
            If it is not such an array.

        Examples
        --------
        >>> import numpy, bncore
        >>> x, dy = numpy.array([[1.0], [3.0]]), numpy.array([[1.0], [2.0]])
        >>> stats = bncore.sums(x).stats(eps=0.0)
        >>> bncore.GradientSums.from_array(bncore.gradient_sums(dy, x, stats).array(), stats).dbeta
        array([3.])
        """
        made = cls.__new__(cls)
        made._take(stats, array, "array")
        return made

    def __reduce__(self) -> tuple[type[Self], tuple[Stats, NDArray[numpy.float64] | Integers]]:
        return type(self), (self._stats, self.array())

    def __repr__(self) -> str:
        how = "" if self._words is None else ", exact=True"
        return f"GradientSums(dgamma={self.dgamma!r}, dbeta={self.dbeta!r}{how})"


def sums(x: ArrayLike, *, axis: int = 1, weights: ArrayLike | None = None, exact: bool = False) -> Sums:
    """The sums of one shard of a batch: what (9.38) and (9.39) add up.

    Parameters
    ----------
    x : array of two dimensions or more, the channel at `axis`, in any layout: float32, float64, float16, or
        bfloat16 of ml_dtypes.
    axis : int. The channel's place in the shape of x.
    weights : as `forward` takes them, or None for 1.
    exact : bool. Whether nothing is rounded before the end, of float32 or narrower, without weights: mean and
        var of all shards are then rounded once; no bit depends on how the batch was cut or lies in memory.

    Returns
    -------
    sums : Sums

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    A batch that is larger than memory, read in pieces:

    >>> import functools, numpy, operator, bncore
    >>> batch = numpy.arange(12.0).reshape(6, 2)
    >>> pieces = (bncore.sums(batch[i : i + 4]) for i in range(0, 6, 4))
    >>> functools.reduce(operator.add, pieces).stats()
    Stats(count=6, mean=array([5., 6.]), var=array([11.66666667, 11.66666667]), eps=1e-05)

    Shards whose order and sizes change no bit:

    >>> batch = numpy.array([[0.1], [1e10], [0.2], [-1e10]], numpy.float32)
    >>> whole = bncore.sums(batch, exact=True).stats()
    >>> parts = [bncore.sums(batch[i : i + 1], exact=True) for i in (2, 0, 3, 1)]
    >>> functools.reduce(operator.add, parts).stats().mean == whole.mean
    array([ True])

    Source: equations (9.38) and (9.39).
    """
    if checks.switch("exact", exact):
        x = checks.tensor("x", x)
        axis = checks.channel_axis(axis, x.ndim)
        words.check("x", x, weights)
        return Sums(Words(functional.count(x, x.shape[axis]), words.of(x, axis)))
    return Sums(functional.statistics(x, eps=0.0, axis=axis, weights=weights))


def normalize(
    x: ArrayLike,
    gamma: ArrayLike | None,
    beta: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    residual: ArrayLike | None = None,
    relu: bool = False,
    out: Array | None = None,
) -> Array:
    """Normalize a shard by its batch: y = gamma (x - mean) / sqrt(var + eps) + beta, (9.40) and (9.41).

    Parameters
    ----------
    x : array of two dimensions or more, the channel at `axis`, in any layout: float32, float64, float16, or
        bfloat16 of ml_dtypes.
    gamma, beta : float32 or float64 arrays of shape (C,), or None for 1 and 0.
    stats : Stats of the batch of which x is a shard. A constant channel gives beta under every eps.
    axis : int. The channel's place in the shape of x.
    residual, relu : as `forward` takes them.
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
    >>> x = numpy.array([[1.0], [3.0]])
    >>> bncore.normalize(x, None, None, bncore.sums(x).stats(eps=0.0))
    array([[-1.],
           [ 1.]])

    Source: equations (9.40) and (9.41).
    """
    x = checks.tensor("x", x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma, "beta": beta}, channels)
    given |= _of_batch(stats, channels)
    relu, added = checks.switch("relu", relu), functional.added_to(x, residual)
    inputs = {"x": x, "gamma": gamma, "beta": beta, "stats.mean": stats.mean, "stats.var": stats.var}
    checks.output(out, x, inputs | functional.residual_of(added))
    (y,) = operands.compute(
        "inference",
        {"x": x, "added": added},
        {"out": out},
        given,
        stats.eps,
        axis,
        own=True,
        m=stats.count,
        relu=relu,
    )
    return y


def gradient_sums(
    dy: ArrayLike,
    x: ArrayLike,
    stats: Stats,
    *,
    axis: int = 1,
    weights: ArrayLike | None = None,
    y: ArrayLike | None = None,
    exact: bool = False,
) -> GradientSums:
    """The sums of the backward pass of one shard: dbeta = sum dy, dgamma = sum dy xhat.

    Parameters
    ----------
    dy : array of x's shape and dtype, in any layout: the gradient to y of this shard.
    x : array as `normalize` takes it: the shard.
    stats : Stats of the batch of which x is a shard.
    axis : int. The channel's place in the shape of x.
    weights : those of this shard, as `sums` took them. Where weight and dy are 0 nobody looks at x.
    y : the result of a `normalize` with relu: dy counts where y > 0. None if there was no relu.
    exact : bool. As that of `sums`: of all shards sum dy and sum dy (x - mean) are rounded once.

    Returns
    -------
    gsums : GradientSums. Those of all shards are to be added up before `gradient`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> x, dy = numpy.array([[1.0], [3.0]]), numpy.array([[1.0], [2.0]])
    >>> bncore.gradient_sums(dy, x, bncore.sums(x).stats(eps=0.0))
    GradientSums(dgamma=array([1.]), dbeta=array([3.]))

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
    """
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    y = None if y is None else checks.like("y", y, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    if checks.switch("exact", exact):
        words.check("x", x, weights)
        functional.check_channels(stats, channels)
        return GradientSums(stats, words.of(x, axis, dy, y).ravel())
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    given = _of_batch(stats, channels)
    numbers = numpy.zeros((4, channels))
    wanted = dict(zip(("dbeta", "new_dyd", "new_dy_rest", "new_dyd_rest"), numbers, strict=True))
    vectors = given | wanted | {"dgamma": numpy.zeros(channels)}
    tensors = {"x": x, "dy": dy, "y": y, "w": weighing}
    operands.compute("gradient_sums", tensors, {}, vectors, stats.eps, axis, own=True, m=stats.count or 1)
    return GradientSums(stats, numbers.ravel())


def gradient(
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    gsums: GradientSums,
    *,
    axis: int = 1,
    weights: ArrayLike | None = None,
    y: ArrayLike | None = None,
    out: Array | None = None,
) -> Array:
    """The gradient of one shard, from the sums of all: dx = gamma rstd (dy - dbeta / m - xhat dgamma / m).

    Parameters
    ----------
    dy : array of x's shape and dtype, in any layout: the gradient to y of this shard.
    x : array as `normalize` takes it: the shard.
    gamma : float32 or float64 array of shape (C,), or None for 1.
    stats : Stats of the batch of which x is a shard.
    gsums : GradientSums of all shards together, about these stats.
    axis : int. The channel's place in the shape of x.
    weights : those of this shard, as `sums` took them: dx = gamma rstd (dy - w / W (dbeta + xhat dgamma)).
    y : the result of a `normalize` with relu: dy counts where y > 0. None if there was no relu.
    out : array of x's shape and dtype to write dx into; x, dy or y itself, or no part of any input.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore
    >>> x, dy = numpy.array([[1.0], [3.0]]), numpy.array([[1.0], [2.0]])
    >>> stats = bncore.sums(x).stats(eps=0.0)
    >>> bncore.gradient(dy, x, None, stats, bncore.gradient_sums(dy, x, stats))
    array([[0.],
           [0.]])

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
    """
    x = checks.tensor("x", x)
    dy = checks.like("dy", dy, x)
    y = None if y is None else checks.like("y", y, x)
    axis = checks.channel_axis(axis, x.ndim)
    channels = x.shape[axis]
    given = checks.vectors({"gamma": gamma}, channels)
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    given |= _of_batch(stats, channels)
    if not isinstance(gsums, GradientSums):
        raise TypeError(f"gsums must be the GradientSums of gradient_sums, found {type(gsums).__name__}")
    if not _same(gsums._stats, stats):
        raise ValueError("gsums must be about stats, found those about others")
    given |= {"sum_dy": gsums._numbers[0], "sum_dyd": gsums._numbers[1]}
    inputs = {"x": x, "dy": dy, "y": y, "gamma": gamma, "weights": weights}
    checks.output(out, x, inputs | {"stats.mean": stats.mean, "stats.var": stats.var})
    tensors = {"x": x, "dy": dy, "y": y, "w": weighing}
    operation, m = "gradient", stats.count or 1
    if weighing is not None:
        operation = "weighted_gradient"
        tensors["w"], m, _ = weighted.balanced(weighing, m)
    (dx,) = operands.compute(operation, tensors, {"out": out}, given, stats.eps, axis, own=True, m=m)
    return dx


def by_gamma(gsums: GradientSums, own: bool) -> NDArray[numpy.float64]:
    """The gradient of gamma: of a batch normalized by its own statistics, or by given ones."""
    with numpy.errstate(all="ignore"):
        variance = gsums._stats.var + gsums._stats.eps
        rstd = 1 / numpy.sqrt(variance)
        # of a constant batch under eps = 0 its own xhat is 0
        rstd = numpy.where(variance != 0, rstd, 0) if own else rstd
        dgamma: NDArray[numpy.float64] = gsums._numbers[1] * rstd
    return dgamma


def _of_batch(stats: Stats, channels: int) -> dict[str, NDArray[numpy.float64] | None]:
    # what a kernel is told of the batch that x is a shard of
    functional.check_channels(stats, channels)
    return {"mean": stats.mean, "rest": rests(stats), "var": stats.var}


def _same(a: Stats, b: Stats) -> bool:
    return a is b or (
        a.count == b.count
        and a.eps == b.eps
        and a.mean.tobytes() == b.mean.tobytes()
        and a.var.tobytes() == b.var.tobytes()
    )
