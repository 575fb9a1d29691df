"""What one batch does to running statistics."""

import sys
from typing import NamedTuple

import numpy

from . import _averages
from ._stats import Stats
from .merging import merge


class Rule(NamedTuple):
    """How a batch enters: its weight, None for the number of its elements, and which variance is kept."""

    momentum: float | None
    unbiased: bool


class Running(NamedTuple):
    """Running statistics: what they count, and the numbers of each channel, the variance as it is kept."""

    batches: int
    elements: float  # or the sum of their weights
    mean: numpy.ndarray
    var: numpy.ndarray

    def after(self, batch: Stats, rule: Rule) -> "Running":
        """What they are when a batch has entered, of more than one element a channel if rule.unbiased."""
        if not batch.count:
            return self
        batches, elements = self.batches + 1, self.elements + batch.count
        # whole numbers end where those of the state do
        elements = elements if elements <= sys.maxsize else float(elements)
        if rule.momentum is None:
            with numpy.errstate(all="ignore"):
                return Running(batches, elements, *self._of_all_elements(batch, rule))
        mean = _average(self.mean, batch.mean, rule.momentum)
        var = _average(self.var, batch.var, rule.momentum, _kept(batch.count, rule))
        return Running(batches, elements, mean, var)

    def _of_all_elements(self, batch: Stats, rule: Rule) -> tuple[numpy.ndarray, numpy.ndarray]:
        """Mean and variance of the elements seen before and those of the batch, as one batch."""
        seen = self.elements > 1 or (self.elements and not rule.unbiased)
        biased = self.var / _kept(self.elements, rule) if seen else numpy.zeros_like(self.var)
        whole = merge(Stats(self.elements, self.mean, biased, batch.eps), batch)
        return whole.mean.copy(), whole.var * _kept(whole.count, rule)


def _average(old: numpy.ndarray, new: numpy.ndarray, weight: float, factor: float = 1.0) -> numpy.ndarray:
    average = old.copy()
    _averages.enter(average, new, weight, factor)
    return average


def _kept(m: float, rule: Rule) -> float:
    # the variance that is kept, over (9.39); of weighted elements by W - 1
    return _averages.correction(m) if rule.unbiased else 1.0
