"""Exact sums of data of float32 or narrower: integers, whose words are added up wherever the data lie.

a. core/digits.pxd says what a channel's words are, and core/exact.pyx what they become.
b. However an array is cut, walked, copied or shared out among threads, its words are the same: they are added
   as integers. So pieces are cut for speed alone.
"""

import itertools
import math
import sys
from collections.abc import Sequence
from typing import Any

import numpy
from numpy.typing import ArrayLike, NDArray

from . import _stats, _workers
from ._stats import Stats
from .checks import Array
from .core import exact, plan
from .runtime import get_num_threads

Integers = NDArray[numpy.int64]

# Elements that one thread adds up before another can be started, and of which copies are made at a time.
PIECE = 1 << 18
_DIGIT = 32  # bits of a digit
_INFINITE = 0x7F800000  # the bits of an infinite float32
HEADER = 2  # words that an array of sums begins with: the digits of the count


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
    channels, left = divmod(array.size - HEADER, exact.WORDS)
    if array.ndim != 1 or channels < 0 or left:
        raise ValueError(f"{name} must be one that Sums.array gave, found shape {array.shape}")
    low, high = (int(digit) for digit in array[:HEADER])
    count = low + (high << _DIGIT)
    if low < 0 or not 0 <= count <= sys.maxsize:
        raise ValueError(f"{name} must begin with a count, found {count}")
    words = settled(name, array[HEADER:], channels)
    if count == 0 and words.any():
        raise ValueError(f"{name} must be sums of the elements that it counts, found sums of none")
    return Words(count, words)


def settled(name: str, array: Array, channels: int) -> Integers:
    """The words of so many channels in their one form, read-only."""
    if array.size != channels * exact.WORDS:
        wanted = f"{exact.WORDS} words for each of {channels} channels"
        raise ValueError(f"{name} must be {wanted}, found {array.size}")
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
    """sum dy and sum dy (x - mean), each rounded once; and two rows of 0, for nothing else is kept."""
    numbers = numpy.zeros((4, len(words)))
    exact.pairs(words, mean, numbers[0], numbers[1])
    numbers.flags.writeable = False
    return numbers


def check(name: str, array: Array, weights: object) -> None:
    """Refuse what has no exact sums."""
    if array.dtype.itemsize > numpy.dtype(numpy.float32).itemsize:
        wanted = "a float32, float16 or bfloat16 array for exact=True"
        raise TypeError(f"{name} must be {wanted}, found dtype {array.dtype}")
    if weights is not None:
        raise ValueError("weights must be None for exact=True, found some: exact sums have no weights")


def of(x: Array, axis: int, dy: Array | None = None, gate: Array | None = None) -> Integers:
    """The words of x's channels, or of dy and x, where dy counts if gate is positive."""
    # axes as x lies in memory
    order = sorted(range(x.ndim), key=lambda i: -abs(x.strides[i]))
    views = [each.transpose(order) for each in (x, dy, gate) if each is not None]
    place = order.index(axis)
    dense = gate is None and all(map(_is_dense, views))
    if dense:
        views, place = [_planes(view, place) for view in views], 1
    threads = min(get_num_threads(), max(1, x.size // PIECE))
    # so many that no thread has much more than another; and where they are copied, small ones
    number = max(4 * threads if threads > 1 else 1, 1 if dense else x.size // PIECE)
    cuts = _cuts(views[0].shape, number) if x.size else []
    rooms = [numpy.zeros((x.shape[axis], exact.WORDS), numpy.int64) for _ in range(threads)]
    calls: list[tuple[object, ...]] = [
        (room, views, place, dense, cuts[i::threads]) for i, room in enumerate(rooms)
    ]
    _workers.run(_add, calls)
    return added(rooms)


def _add(words: Integers, views: list[Array], place: int, dense: bool, cuts: list[tuple[slice, ...]]) -> None:
    # the pieces of one thread, to its own words
    for cut in cuts:
        x, *others = (view[cut] if dense else _copied(view[cut]) for view in views)
        if len(others) > 1:
            dy, gate = others
            others = [numpy.where(_positive(gate), dy, numpy.float32(0))]
        x, *others = (_planes(each, place) for each in (x, *others))
        columns = plan.walks_columns(x.shape[0], x.shape[2], False)
        exact.add(others[0] if others else None, x, words[cut[place]], columns)


def _is_dense(view: Array) -> bool:
    return bool(view.dtype == numpy.float32 and view.flags.c_contiguous and view.flags.aligned)


def _copied(piece: Array) -> Array:
    # a signaling NaN is an invalid operation
    with numpy.errstate(all="ignore"):
        return numpy.require(piece, numpy.float32, ["C", "A"])


def _positive(piece: Array) -> Array:
    # by its bits, for a thread may be told to take subnormal numbers for 0
    number = piece.view(numpy.int32)
    positive: Array = (number > 0) & (number <= _INFINITE)
    return positive


def _planes(view: Array, place: int) -> Array:
    # (N, C, S)
    before, channels, after = view.shape[:place], view.shape[place], view.shape[place + 1 :]
    n, s = math.prod(before), math.prod(after)
    return view.reshape((1, 1, n * s) if channels == 1 and view.flags.c_contiguous else (n, channels, s))


def _cuts(shape: tuple[int, ...], number: int) -> list[tuple[slice, ...]]:
    # so many pieces or some more, along the first axis, and along others if it has not as many
    cuts: list[tuple[slice, ...]] = [()]
    for extent in shape:
        parts = min(number, extent)
        ends = [extent * i // parts for i in range(parts + 1)]
        cuts = [(*cut, slice(*pair)) for cut in cuts for pair in itertools.pairwise(ends)]
        number = -(-number // parts)
    return cuts
