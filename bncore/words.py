"""Exact sums of data of float32 or narrower: integers, whose words are added up wherever the data lie.

a. core/digits.pxd says what a channel's words are, and core/exact.pyx what they become.
b. However an array is cut, walked, copied or shared out among threads, its words are the same: they are added
   as integers. So pieces are cut for speed alone.
"""

import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy
from numpy.typing import ArrayLike, NDArray

from . import _stats, _workers, checks
from ._stats import Stats
from .checks import Array
from .core import exact, plan
from .runtime import get_num_threads

Integers = NDArray[numpy.int64]
Views = tuple[Array, Array | None, Array | None]  # of x, dy, and what gates dy

# Elements that one thread adds up before another can be started, and of which copies are made at a time.
PIECE = 1 << 18
_DIGIT = 32  # bits of a digit
_HEADER = 2  # words that an array of sums begins with: the digits of the count


class Words:
    """The exact sums of x and x^2 of some elements, and how many they are."""

    __slots__ = ("count", "words")

    def __init__(self, count: int, words: Integers) -> None:
        self.count, self.words = count, words

    @property
    def channels(self) -> int:
        """How many channels there are."""
        return len(self.words)

    def stats(self, eps: float) -> Stats:
        """mean and var, each rounded once."""
        mean, rest, var = numpy.zeros((3, self.channels))
        if self.count:
            exact.moments(self.words, self.count, mean, rest, var)
        return _stats.exact(self.count, mean, rest, var, eps)

    def array(self) -> Integers:
        """All of it, settled: such arrays are merged by addition."""
        high, low = divmod(self.count, 1 << _DIGIT)
        return numpy.concatenate(([low, high], self.words.ravel()), dtype=numpy.int64)


def are_given(array: ArrayLike) -> bool:
    """Whether it is an array of words, and not of floats."""
    return isinstance(array, numpy.ndarray) and array.dtype.newbyteorder("=") == numpy.int64


def from_array(name: str, array: Any) -> Words:
    """What `Words.array` gave, or a sum of such arrays."""
    channels, left = divmod(array.size - _HEADER, exact.WORDS)
    if array.ndim != 1 or channels < 0 or left:
        raise ValueError(f"{name} must be one that Sums.array gave, found shape {array.shape}")
    low, high = (int(digit) for digit in array[:_HEADER])
    count = low + (high << _DIGIT)
    if low < 0 or not 0 <= count <= sys.maxsize:
        raise ValueError(f"{name} must begin with a count, found {count}")
    return Words(count, settled(name, array[_HEADER:], channels))


def settled(name: str, array: Array, channels: int) -> Integers:
    """The words of so many channels in their one form, read-only."""
    if array.size != channels * exact.WORDS:
        raise ValueError(f"{name} must be {exact.WORDS} words for each of {channels} channels, found {array.size}")
    words = numpy.array(array, numpy.int64, order="C").reshape(channels, exact.WORDS)
    exact.settle(words)
    words.flags.writeable = False
    return words


def merged(shards: Sequence[Words]) -> Words:
    """Those of all shards together."""
    count = sum(shard.count for shard in shards)
    if count > sys.maxsize:
        raise ValueError(f"sums must count at most {sys.maxsize} elements together, found {count}")
    return Words(count, added([shard.words for shard in shards]))


def added(words: Sequence[Integers]) -> Integers:
    """Sums of as many channels together."""
    return settled("words", numpy.sum(words, axis=0), len(words[0]))


def pairs(words: Integers, mean: NDArray[numpy.float64]) -> NDArray[numpy.float64]:
    """sum dy and sum dy (x - mean), each rounded once; and two rows of 0, for rounding took nothing from sums."""
    numbers = numpy.zeros((4, len(words)))
    exact.pairs(words, mean, numbers[0], numbers[1])
    numbers.flags.writeable = False
    return numbers


def check(name: str, array: Array, weights: object) -> None:
    """Refuse what has no exact sums."""
    if array.dtype.itemsize > numpy.dtype(numpy.float32).itemsize:
        raise TypeError(f"{name} must be float32, float16 or bfloat16 for exact=True, found dtype {array.dtype}")
    if weights is not None:
        raise ValueError("weights must be None for exact=True, found some: exact sums have no weights")


def of(x: Array, axis: int, dy: Array | None = None, gate: Array | None = None) -> Integers:
    """The words of x's channels, or of dy and x, where dy counts if gate is positive."""
    # axes as x lies in memory
    order = sorted(range(x.ndim), key=lambda i: -abs(x.strides[i]))
    place, channels = order.index(axis), x.shape[axis]
    x, *others = (each if each is None else each.transpose(order) for each in (x, dy, gate))
    threads = number = min(get_num_threads(), max(1, x.size // PIECE))
    dense = gate is None and _is_dense(x) and _is_dense(dy)
    if dense:
        x, *others = (each if each is None else _planes(each, place) for each in (x, *others))
        place = 1
    else:
        number = max(threads, x.size // PIECE)
    cuts = _cuts(x.shape, number) if x.size else []
    rooms = [numpy.zeros((channels, exact.WORDS), numpy.int64) for _ in range(threads)]
    calls = [(room, (x, *others), place, dense, cuts[i::threads]) for i, room in enumerate(rooms)]
    _workers.run(_add, calls)
    return added(rooms)


def _is_dense(view: Array | None) -> bool:
    return view is None or (view.dtype == numpy.float32 and view.flags.c_contiguous and view.flags.aligned)


def _copied(piece: Array | None) -> Array | None:
    # a signaling NaN is an invalid operation
    with numpy.errstate(all="ignore"):
        return None if piece is None else numpy.require(piece, numpy.float32, ["C", "A"])


def _planes(view: Array, place: int) -> Array:
    # (N, C, S)
    before, channels, after = view.shape[:place], view.shape[place], view.shape[place + 1 :]
    n, s = math.prod(before), math.prod(after)
    return view.reshape((1, 1, n * s) if channels == 1 and view.flags.c_contiguous else (n, channels, s))


def _cuts(shape: tuple[int, ...], number: int) -> list[tuple[slice, ...]]:
    # so many pieces, along the first axis that has as many
    axis = next((i for i, extent in enumerate(shape) if extent >= number), shape.index(max(shape)))
    number = min(number, shape[axis])
    ends = [shape[axis] * i // number for i in range(number + 1)]
    whole = (slice(None),) * len(shape)
    return [(*whole[:axis], slice(a, b), *whole[axis + 1 :]) for a, b in zip(ends[:-1], ends[1:], strict=True)]


def _add(
    words: Integers, views: Views, place: int, dense: bool, cuts: Sequence[tuple[slice, ...]]
) -> None:
    # a thread's pieces to its own words
    for cut in cuts:
        x, dy, gate = (None if view is None else view[cut] for view in views)
        if not dense:
            x, dy, gate = map(_copied, (x, dy, gate))
            dy = dy if gate is None else numpy.where(gate > 0, dy, numpy.float32(0))
        x, dy = _planes(x, place), None if dy is None else _planes(dy, place)
        exact.add(dy, x, words[cut[place]], plan.walks_columns(x.shape[0], x.shape[2], False))
