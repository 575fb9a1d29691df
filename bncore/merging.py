"""The sums of shards, and the statistics of one batch from those of its shards."""

from __future__ import annotations

import math
import sys
from collections.abc import Callable, Sequence
from typing import Any, Self, overload

import numpy
from numpy.typing import ArrayLike, NDArray

from . import checks, words
from ._stats import Stats, exact, rests
from .words import Integers, Words

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

    __slots__ = ("_of",)

    def __init__(self, stats: Stats | Words) -> None:
        if not isinstance(stats, Stats | Words):
            raise TypeError(f"stats must be Stats, found {type(stats).__name__}")
        self._of = stats

    @property
    def count(self) -> float:
        """How many elements each channel has, or the sum of their weights."""
        return self._of.count

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return self._of.channels if isinstance(self._of, Words) else self._of.mean.size

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
        if isinstance(self._of, Words):
            return self._of.stats(eps)
        stats = self._of
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

    def array(self) -> NDArray[numpy.float64] | Integers:
        """All that is known, as one float64 array of shape (2 + 3 C,), to be sent: `from_array` reads it.

        Of exact sums it is an int64 array of shape (2 + 33 C,), and to add such arrays, up to 2^31 of them in
        any order, as MPI_SUM does, is to merge the sums.

        Examples
        --------
        >>> import numpy, bncore
        >>> sent = bncore.sums(numpy.array([[1.0], [3.0]])).array()
        >>> bncore.Sums.from_array(sent).stats(eps=0.0)
        Stats(count=2, mean=array([2.]), var=array([1.]), eps=0.0)
        """
        if isinstance(self._of, Words):
            return self._of.array()
        high, low = _two(self.count)
        return numpy.concatenate(([high, low], self._of.mean, rests(self._of), self._of.var))

    @classmethod
    def from_array(cls, array: ArrayLike) -> Self:
        """The sums that `array` gave; or, of exact sums, those that several added up to.

        Raises
        ------
        TypeError, ValueError
            If it is not such an array.

        Examples
        --------
        >>> import numpy, bncore
        >>> bncore.Sums.from_array(bncore.sums(numpy.array([[1.0], [3.0]])).array()).count
        2
        >>> a, b = (bncore.sums(numpy.float32([[n]]), exact=True).array() for n in (1, 3))
        >>> bncore.Sums.from_array(a + b)
        Sums(count=2, channels=1, exact=True)
        """
        if words.are_given(array):
            return cls(words.from_array("array", array))
        numbers = checks.per_channel("array", array)
        channels, left = divmod(numbers.size - _HEADER, 3)
        if channels < 0 or left:
            raise ValueError(f"array must be one that Sums.array gave, found {numbers.size} numbers")
        mean, rest, var = numbers[_HEADER:].reshape(3, channels)
        return cls(exact(_one("array", *numbers[:_HEADER]), mean, rest, var, 0.0))

    def __reduce__(self) -> tuple[Callable[[Any], Self], tuple[Any]]:
        if isinstance(self._of, Words):
            return type(self).from_array, (self.array(),)
        return type(self), (self._of,)

    def __repr__(self) -> str:
        how = ", exact=True" if isinstance(self._of, Words) else ""
        return f"Sums(count={self.count}, channels={self.channels}{how})"


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
        If an argument is not Stats, or there is none; if some Sums are exact and others are not.
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
    parts = [shard._of if isinstance(shard, Sums) else shard for shard in stats]
    exacts = [part for part in parts if isinstance(part, Words)]
    others = [part for part in parts if isinstance(part, Stats)]
    if exacts and others:
        raise TypeError("stats must be exact sums all or none of them, found both, which cannot be added")
    _check_channels([part.channels for part in exacts] or [part.mean.size for part in others])
    if exacts:
        return Sums(words.merged(exacts))
    # sums have no eps of their own
    merged = _merged([shard.stats(0.0) if isinstance(shard, Sums) else shard for shard in stats])
    return Sums(merged) if kind is Sums else merged


def _check_channels(channels: Sequence[int]) -> None:
    for number, found in enumerate(channels):
        if found != channels[0]:
            raise ValueError(
                f"stats[{number}] must have {channels[0]} channels, as stats[0] has, found {found}"
            )


def _merged(stats: list[Stats]) -> Stats:
    for number, shard in enumerate(stats):
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
    if not 0 <= high + low < math.inf:
        raise ValueError(f"{name} must begin with a count, found {high} and {low}")
    return int(high) + int(low) if high == high // 1 and high + low <= sys.maxsize else float(high)
