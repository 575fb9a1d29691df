"""The two halves of a pass: sums of a shard, which are added up over shards, and the map that they give.

`forward` is `sums`, `stats`, `normalize`, and `backward` is `gradient_sums`, `gradient`, bit for bit, where
one shard is the batch. The theorem `merging` (docs/proofs/merging.md) says why shards add up to the batch.
"""

from __future__ import annotations

from typing import Self

import numpy
from numpy.typing import ArrayLike, NDArray

from . import checks, functional, operands
from ._stats import Stats, rests
from .checks import Array
from .merging import Sums


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

    __slots__ = ("_numbers", "_stats")

    def __init__(self, stats: Stats, numbers: ArrayLike) -> None:
        functional.check_channels(stats, stats.mean.size if isinstance(stats, Stats) else 0)
        found = checks.per_channel("numbers", numbers)
        if found.size != 4 * stats.mean.size:
            raise ValueError(
                f"numbers must be four for each of {stats.mean.size} channels, found {found.size}"
            )
        # sum dy, sum dy (x - mean), and what rounding took from them
        self._stats, self._numbers = stats, found.reshape(4, -1).copy()
        self._numbers.flags.writeable = False

    @property
    def dbeta(self) -> NDArray[numpy.float64]:
        """The gradient of beta: sum dy."""
        dbeta: NDArray[numpy.float64] = self._numbers[0].copy()
        return dbeta

    @property
    def dgamma(self) -> NDArray[numpy.float64]:
        """The gradient of gamma: sum dy xhat."""
        with numpy.errstate(all="ignore"):
            variance = self._stats.var + self._stats.eps
            # of a constant batch under eps = 0 xhat is 0
            rstd = numpy.where(variance != 0, 1 / numpy.sqrt(variance), 0)
            dgamma: NDArray[numpy.float64] = self._numbers[1] * rstd
        return dgamma

    def __add__(self, other: GradientSums) -> GradientSums:
        if not isinstance(other, GradientSums):
            return NotImplemented
        if not _same(self._stats, other._stats):
            raise ValueError("gradient sums must be about the same stats to be added, found two of others")
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

    def array(self) -> NDArray[numpy.float64]:
        """All that is known, as one float64 array of shape (4 C,), to be sent: `from_array` reads it.

        Examples
        --------
        >>> import numpy, bncore
        >>> x = numpy.array([[1.0], [3.0]])
        >>> stats = bncore.sums(x).stats(eps=0.0)
        >>> sent = bncore.gradient_sums(x, x, stats).array()
        >>> bncore.GradientSums.from_array(sent, stats)
        GradientSums(dgamma=array([2.]), dbeta=array([4.]))
        """
        return self._numbers.ravel().copy()

    @classmethod
    def from_array(cls, array: ArrayLike, stats: Stats) -> Self:
        """The sums that `array` gave, which are about these stats.

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
        return cls(stats, array)

    def __reduce__(self) -> tuple[type[Self], tuple[Stats, NDArray[numpy.float64]]]:
        return type(self), (self._stats, self.array())

    def __repr__(self) -> str:
        return f"GradientSums(dgamma={self.dgamma!r}, dbeta={self.dbeta!r})"


def sums(x: ArrayLike, *, axis: int = 1, weights: ArrayLike | None = None) -> Sums:
    """The sums of one shard of a batch: what (9.38) and (9.39) add up.

    Parameters
    ----------
    x : array of two dimensions or more, the channel at `axis`, in any layout: float32, float64, float16, or
        bfloat16 of ml_dtypes.
    axis : int. The channel's place in the shape of x.
    weights : as `forward` takes them, or None for 1.

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

    Source: equations (9.38) and (9.39).
    """
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
    given |= _of_batch(stats, x, channels)
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
    weighing = None if weights is None else checks.weights("weights", weights, x, axis)
    given = _of_batch(stats, x, channels, weighing)
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
    given |= _of_batch(stats, x, channels, weighing)
    if not isinstance(gsums, GradientSums):
        raise TypeError(f"gsums must be the GradientSums of gradient_sums, found {type(gsums).__name__}")
    if not _same(gsums._stats, stats):
        raise ValueError("gsums must be about stats, found those about others")
    given |= {"sum_dy": gsums._numbers[0], "sum_dyd": gsums._numbers[1]}
    inputs = {"x": x, "dy": dy, "y": y, "gamma": gamma, "stats.mean": stats.mean, "stats.var": stats.var}
    checks.output(out, x, inputs)
    tensors = {"x": x, "dy": dy, "y": y, "w": weighing}
    operation = "gradient" if weighing is None else "weighted_gradient"
    (dx,) = operands.compute(
        operation, tensors, {"out": out}, given, stats.eps, axis, own=True, m=stats.count or 1
    )
    return dx


def _of_batch(
    stats: Stats, x: Array, channels: int, weights: Array | None = None
) -> dict[str, NDArray[numpy.float64] | None]:
    # what a kernel is told of the batch that x is a shard of
    functional.check_channels(stats, channels)
    if weights is None and stats.count < functional.count(x, channels):
        raise ValueError(
            f"stats must be those of a batch that has x, with count {functional.count(x, channels)} or more, "
            f"found count {stats.count}"
        )
    return {"mean": stats.mean, "rest": rests(stats), "var": stats.var}


def _same(a: Stats, b: Stats) -> bool:
    return a is b or (
        a.count == b.count
        and a.eps == b.eps
        and a.mean.tobytes() == b.mean.tobytes()
        and a.var.tobytes() == b.var.tobytes()
    )
