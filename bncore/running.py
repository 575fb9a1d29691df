"""What one batch of m > 1 elements a channel does to running statistics: the two conventions of the layer."""

import numpy

from ._stats import Stats
from .merging import merge


def updated(before: Stats, batch: Stats, momentum: float | None) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The new running mean and running variance; the variance is unbiased in `before` too."""
    with numpy.errstate(all="ignore"):
        if momentum is None:
            return _of_all_elements(before, batch)
        mean = _average(before.mean, batch.mean, momentum)
        return mean, _average(before.var, batch.var, momentum, _bessel(batch.count))


def _average(old: numpy.ndarray, new: numpy.ndarray, weight: float, factor: float = 1.0) -> numpy.ndarray:
    # (1 - weight) old + weight factor new; what weighs 0 has no say, even if it is no number
    if weight == 0:
        return old.copy()
    taken = factor * new
    if weight == 1:
        return taken
    part = weight * taken
    if factor != 1 and not numpy.isfinite(part).all():
        # factor new may overflow where the average does not
        part = numpy.where(numpy.isfinite(part), part, weight * factor * new)
    average: numpy.ndarray = (1 - weight) * old + part
    return average


def _of_all_elements(before: Stats, batch: Stats) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Mean and unbiased variance of the elements seen before and those of the batch, as one batch."""
    biased = before.var / _bessel(before.count) if before.count > 1 else numpy.zeros_like(before.var)
    whole = merge(Stats(before.count, before.mean, biased, batch.eps), batch)
    return whole.mean.copy(), whole.var * _bessel(whole.count)


def _bessel(m: float) -> float:
    # the variance that divides by m - 1, over (9.39); of weighted elements by W - 1
    return m / (m - 1)
