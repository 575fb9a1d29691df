"""The sums of shards, and the statistics of one batch from those of its shards."""

from __future__ import annotations

import sys
from typing import Self, overload

import numpy
from numpy.typing import ArrayLike, NDArray

from . import checks
from ._stats import Stats, exact, rests

# Counts add up to less than 2^63: times numbers below this power of two, no sum of theirs overflows.
LARGE = 956

_HEADER = 2  # numbers that the array of sums begins with: the count, and what rounding took from it


class Sums:
    """The sums of one shard of a batch, or of several together: what (9.38) and (9.39) add up.

    `sums(x)` makes them; `a + b` are those of two shards together; `stats(eps)` is what they come to.

    Examples
    --------
    >>> import numpy, bncore
    >>> a, b = bncore.sums(numpy.array([[0.0]])), bncore.sums(numpy.array([[3.0]] * 3))
    >>> (a + b).stats()
    Stats(count=4, mean=array([2.25]), var=array([1.6875]), eps=1e-05)

    Source: equations (9.38) and (9.39), over the union of the shards.
    """

    __slots__ = ("_stats",)

    def __init__(self, stats: Stats) -> None:
        if not isinstance(stats, Stats):
            raise TypeError(f"stats must be Stats, found {type(stats).__name__}")
        self._stats = stats

    @property
    def count(self) -> float:
        """How many elements each channel has, or the sum of their weights."""
        return self._stats.count

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return self._stats.mean.size

    def stats(self, eps: float = 1e-5) -> Stats:
        """The statistics of the elements that have been added up: (9.38) and (9.39).

        Parameters
        ----------
        eps : float, finite, not negative. It is kept in the result and changes no number.

        Raises
        ------
        TypeError, ValueError
            If eps is not as above.

        Examples
        --------
        >>> import numpy, bncore
        >>> bncore.sums(numpy.array([[1.0], [3.0]])).stats(eps=0.0)
        Stats(count=2, mean=array([2.]), var=array([1.]), eps=0.0)

        Source: equations (9.38) and (9.39).
        """
        stats = self._stats
        return exact(stats.count, stats.mean, rests(stats), stats.var, eps)

    def __add__(self, other: Sums) -> Sums:
        if not isinstance(other, Sums):
            return NotImplemented
        return Sums.merged(self, other)

    @staticmethod
    def merged(*shards: Sums) -> Sums:
        """The sums of shards together, whatever their order: bits do not depend on it.

        Examples
        --------
        >>> import numpy, bncore
        >>> shards = [bncore.sums(numpy.array([[float(number)]])) for number in range(3)]
        >>> bncore.Sums.merged(*shards).count
        3
        """
        return merge(*shards)

    def array(self) -> NDArray[numpy.float64]:
        """All that is known, as one float64 array of shape (2 + 3 C,), to be sent: `from_array` reads it.

        Examples
        --------
        >>> import numpy, bncore
        >>> sent = bncore.sums(numpy.array([[1.0], [3.0]])).array()
        >>> bncore.Sums.from_array(sent).stats(eps=0.0)
        Stats(count=2, mean=array([2.]), var=array([1.]), eps=0.0)
        """
        high, low = _two(self.count)
        return numpy.concatenate(([high, low], self._stats.mean, rests(self._stats), self._stats.var))

    @classmethod
    def from_array(cls, array: ArrayLike) -> Self:
        """The sums that `array` gave.

        Raises
        ------
        TypeError, ValueError
            If it is not such an array.

        Examples
        --------
        >>> import numpy, bncore
        >>> bncore.Sums.from_array(bncore.sums(numpy.array([[1.0], [3.0]])).array()).count
        2
        """
        numbers = checks.per_channel("array", array)
        channels, left = divmod(numbers.size - _HEADER, 3)
        if channels < 0 or left:
            raise ValueError(f"array must be one that Sums.array gave, found {numbers.size} numbers")
        mean, rest, var = numbers[_HEADER:].reshape(3, channels)
        return cls(exact(_one("array", *numbers[:_HEADER]), mean, rest, var, 0.0))

    def __reduce__(self) -> tuple[type[Self], tuple[Stats]]:
        return type(self), (self._stats,)

    def __repr__(self) -> str:
        return f"Sums(count={self.count}, channels={self.channels})"


@overload
def merge(*stats: Stats) -> Stats: ...
@overload
def merge(*stats: Sums) -> Sums: ...
def merge(*stats: Stats | Sums) -> Stats | Sums:
    """The statistics of one batch from those of its shards, unequal or empty, in any order.

    mean = sum of count_i mean_i / count, and count var = sum of count_i (var_i + (mean_i - mean)^2): the
    within-shard and the between-shard part of (9.39). Bits do not depend on the order of the shards.

    Parameters
    ----------
    stats : Stats, one or more, of as many channels and of the same eps; or Sums.

    Returns
    -------
    Stats, or Sums

    Raises
    ------
    TypeError
        If an argument is not Stats, or there is none.
    ValueError
        If channels or eps differ, or the counts add up to 2^63 or more.

    Examples
    --------
    >>> import numpy, bncore
    >>> shard = bncore.statistics(numpy.array([[0.0]])), bncore.statistics(numpy.array([[3.0]] * 3))
    >>> bncore.merge(*shard)
    Stats(count=4, mean=array([2.25]), var=array([1.6875]), eps=1e-05)

    Source: equations (9.38) and (9.39), over the union of the shards.
    """
    if not stats:
        raise TypeError("merge must be given at least one Stats, found none")
    kind = Sums if isinstance(stats[0], Sums) else Stats
    for number, shard in enumerate(stats):
        if not isinstance(shard, kind):
            raise TypeError(f"stats[{number}] must be {kind.__name__}, found {type(shard).__name__}")
    merged = _merged([shard.stats(0.0) if isinstance(shard, Sums) else shard for shard in stats])
    return Sums(merged) if kind is Sums else merged


def _merged(stats: list[Stats]) -> Stats:
    for number, shard in enumerate(stats):
        if shard.mean.shape != stats[0].mean.shape:
            raise ValueError(
                f"stats[{number}] must have {stats[0].mean.size} channels, as stats[0] has, "
                f"found {shard.mean.size}"
            )
        if shard.eps != stats[0].eps:
            raise ValueError(
                f"stats[{number}] must have eps {stats[0].eps} as stats[0] has, found {shard.eps}"
            )
    count = sum(shard.count for shard in stats)
    if count > sys.maxsize:
        raise ValueError(f"stats must count at most {sys.maxsize} elements together, found {count}")
    filled = [shard for shard in stats if shard.count]
    if not filled:
        return Stats(0, numpy.zeros_like(stats[0].mean), numpy.zeros_like(stats[0].mean), stats[0].eps)
    if len(filled) == 1:
        return filled[0]
    counts = numpy.array([[float(shard.count)] for shard in filled])
    means = numpy.stack([shard.mean for shard in filled])
    rest = numpy.stack([rests(shard) for shard in filled])
    variances = numpy.stack([shard.var for shard in filled])
    with numpy.errstate(all="ignore"):
        # what would overflow in a sum is added divided by 2^power, and in a sum of squares by 2^root squared
        power = _excess(means, LARGE)
        means, rest = numpy.ldexp(means, -power), numpy.ldexp(rest, -power)
        # means are added as differences from one of them: a common offset costs no digits
        base = means.min(axis=0)
        base[~numpy.isfinite(base)] = 0
        offset = _sum_in_any_order(counts * ((means - base) + rest)) / count
        mean = base + offset
        mean = numpy.where(power > 0, numpy.minimum(mean, means.max(axis=0)), mean)
        left = (base - mean) + offset
        left[~numpy.isfinite(left)] = 0
        apart = (means - mean) + (rest - left)
        root = numpy.maximum(_excess(apart, LARGE // 2 - power), -(-_excess(variances, LARGE) // 2))
        apart, variances = numpy.ldexp(apart, power - root), numpy.ldexp(variances, -2 * root)
        var = _sum_in_any_order(counts * (variances + apart**2)) / count
        mean, left, var = numpy.ldexp(mean, power), numpy.ldexp(left, power), numpy.ldexp(var, 2 * root)
        return exact(count, mean, left, var, stats[0].eps)


def _excess(numbers: numpy.ndarray, most: int | numpy.ndarray) -> numpy.ndarray:
    # by which power of two the largest finite number of a channel has to be divided to be less than 2^most
    largest = abs(numpy.where(numpy.isfinite(numbers), numbers, 0)).max(axis=0)
    excess: numpy.ndarray = numpy.maximum(numpy.frexp(largest)[1] - most, 0)
    return excess


def _sum_in_any_order(terms: numpy.ndarray) -> numpy.ndarray:
    # sorted first, so that the order in which the shards came changes no bit
    total: numpy.ndarray = numpy.sum(numpy.sort(terms, axis=0), axis=0)
    return total


def _two(count: float) -> tuple[float, float]:
    # a count as two float64 numbers
    high = float(count)
    return high, float(count - int(high)) if isinstance(count, int) else 0.0


def _one(name: str, high: float, low: float) -> float:
    if not 0 <= high + low <= sys.maxsize:
        raise ValueError(f"{name} must begin with a count, found {high} and {low}")
    return int(high) + int(low) if high == high // 1 else high
