"""What one batch of m > 1 elements a channel does to running statistics: the two conventions of the layer."""

import numpy

from ._stats import Stats
from .merging import merge


def updated(before: Stats, batch: Stats, momentum: float | None) -> tuple[numpy.ndarray, numpy.ndarray]:
    """The new running mean and running variance; the variance is unbiased in `before` too."""
    if momentum is None:
        return _of_all_elements(before, batch)
    keep = 1 - momentum
    return keep * before.mean + momentum * batch.mean, keep * before.var + momentum * (
        batch.var * _bessel(batch.count)
    )


def _of_all_elements(before: Stats, batch: Stats) -> tuple[numpy.ndarray, numpy.ndarray]:
    """Mean and unbiased variance of the elements seen before and those of the batch, as one batch."""
    biased = before.var / _bessel(before.count) if before.count > 1 else numpy.zeros_like(before.var)
    whole = merge(Stats(before.count, before.mean, biased, batch.eps), batch)
    return whole.mean.copy(), whole.var * _bessel(whole.count)


def _bessel(m: int) -> float:
    # the variance that divides by m - 1, over (9.39)
    return m / (m - 1)
