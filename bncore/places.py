"""The sums of a batch whose parts are in several places, by one exchange of numbers among these."""

import functools
import operator
from collections.abc import Iterable
from typing import Any, Protocol

import numpy

from ._stats import Stats
from .checks import Array
from .halves import GradientSums
from .merging import Sums, merge


class Exchange(Protocol):
    """What an engine does with an array of numbers, of one length in every place."""

    def gather(self, numbers: Array) -> Iterable[Array]:
        """Those of every place, in an order that all places agree about."""

    def add(self, numbers: Array) -> Array:
        """Their sum, of integers."""


def sums(own: Sums, exchange: Exchange) -> Sums:
    """Those of all places: the same bits in each of them."""
    numbers = own.array()
    if _are_integers(numbers):
        return Sums.from_array(exchange.add(numbers))
    return merge(*map(Sums.from_array, exchange.gather(numbers)))


def gradient_sums(own: GradientSums, stats: Stats, exchange: Exchange) -> GradientSums:
    """Those of all places, about the statistics of the batch: the same bits in each of them."""
    numbers = own.array()
    if _are_integers(numbers):
        return GradientSums.from_array(exchange.add(numbers), stats)
    shards = (GradientSums.from_array(each, stats) for each in exchange.gather(numbers))
    return functools.reduce(operator.add, shards)


def _are_integers(numbers: Any) -> bool:
    return bool(numbers.dtype == numpy.int64)
