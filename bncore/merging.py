"""The statistics of one batch from those of its shards."""

import sys

import numpy

from ._stats import Stats

# Counts add up to less than 2^63: times numbers below this power of two, no sum of theirs overflows.
LARGE = 956


def merge(*stats: Stats) -> Stats:
    """The statistics of one batch from those of its shards, unequal or empty, in any order.

    mean = sum of count_i mean_i / count, and count var = sum of count_i (var_i + (mean_i - mean)^2): the
    within-shard and the between-shard part of (9.39). Bits do not depend on the order of the shards.

    Parameters
    ----------
    stats : Stats, one or more, of as many channels and of the same eps.

    Returns
    -------
    Stats

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
    for number, shard in enumerate(stats):
        if not isinstance(shard, Stats):
            raise TypeError(f"stats[{number}] must be Stats, found {type(shard).__name__}")
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
        return Stats(count, filled[0].mean, filled[0].var, filled[0].eps)
    counts = numpy.array([[float(shard.count)] for shard in filled])
    means = numpy.stack([shard.mean for shard in filled])
    variances = numpy.stack([shard.var for shard in filled])
    with numpy.errstate(all="ignore"):
        # what would overflow in a sum is added divided by 2^power, and in a sum of squares by 2^root squared
        power = _excess(means, LARGE)
        means = numpy.ldexp(means, -power)
        # means are added as differences from one of them: a common offset costs no digits
        base = means.min(axis=0)
        base[~numpy.isfinite(base)] = 0
        mean = base + _sum_in_any_order(counts * (means - base)) / count
        mean = numpy.where(power > 0, numpy.minimum(mean, means.max(axis=0)), mean)
        apart = means - mean
        root = numpy.maximum(_excess(apart, LARGE // 2 - power), -(-_excess(variances, LARGE) // 2))
        apart, variances = numpy.ldexp(apart, power - root), numpy.ldexp(variances, -2 * root)
        var = _sum_in_any_order(counts * (variances + apart**2)) / count
        return Stats(count, numpy.ldexp(mean, power), numpy.ldexp(var, 2 * root), stats[0].eps)


def _excess(numbers: numpy.ndarray, most: int | numpy.ndarray) -> numpy.ndarray:
    # by which power of two the largest finite number of a channel has to be divided to be less than 2^most
    largest = abs(numpy.where(numpy.isfinite(numbers), numbers, 0)).max(axis=0)
    excess: numpy.ndarray = numpy.maximum(numpy.frexp(largest)[1] - most, 0)
    return excess


def _sum_in_any_order(terms: numpy.ndarray) -> numpy.ndarray:
    # sorted first, so that the order in which the shards came changes no bit
    total: numpy.ndarray = numpy.sum(numpy.sort(terms, axis=0), axis=0)
    return total
