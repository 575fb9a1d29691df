"""The statistics of one batch, and their merging."""

from dataclasses import dataclass
from numbers import Integral

import numpy

from . import checks


@dataclass(frozen=True, eq=False, repr=False, slots=True)
class Stats:
    """The statistics of one batch, one number a channel: (9.38) and (9.39).

    They carry eps, so that forward and backward cannot disagree about it.

    Parameters
    ----------
    count : int, not negative. m: how many elements each channel has.
    mean : float64 array of shape (C,). (9.38)
    var : float64 array of shape (C,), not negative. (9.39): biased, without eps.
    eps : float, finite, not negative.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> stats = bncore.statistics(numpy.array([[1.0, 7.0], [3.0, 7.0]]))
    >>> stats.count, stats.mean, stats.var
    (2, array([2., 7.]), array([1., 0.]))

    Source: equations (9.38) and (9.39).
    """

    count: int
    mean: numpy.ndarray
    var: numpy.ndarray
    eps: float

    def __post_init__(self) -> None:
        if not isinstance(self.count, Integral):
            raise TypeError(f"count must be an integer, found {type(self.count).__name__}")
        if self.count < 0:
            raise ValueError(f"count must not be negative, found {self.count}")
        channels = numpy.shape(self.mean)[0] if numpy.ndim(self.mean) == 1 else -1
        if channels < 0:
            raise ValueError(f"mean must have shape (C,), found {numpy.shape(self.mean)}")
        set_field = object.__setattr__
        set_field(self, "count", int(self.count))
        set_field(self, "mean", frozen(checks.per_channel("mean", self.mean, channels)))
        set_field(self, "var", frozen(checks.variance("var", self.var, channels)))
        set_field(self, "eps", checks.epsilon(self.eps))

    def __repr__(self) -> str:
        return f"Stats(count={self.count}, mean={self.mean!r}, var={self.var!r}, eps={self.eps!r})"


def frozen(array: numpy.ndarray) -> numpy.ndarray:
    """A read-only array of these numbers; the caller's own array stays writeable."""
    kept = array.view() if array.base is None and not array.flags.writeable else array.copy()
    kept.flags.writeable = False
    return kept


# The slots of Stats, for a class whose own __setattr__ refuses.
_set_count, _set_mean, _set_var, _set_eps = (
    Stats.__dict__[name].__set__ for name in ("count", "mean", "var", "eps")
)
_new = Stats.__new__


def fresh(count: int, mean: numpy.ndarray, var: numpy.ndarray, eps: float) -> Stats:
    """Stats of arrays that were just computed and belong to nobody else: no checks, no copies."""
    mean.setflags(write=False)
    var.setflags(write=False)
    stats = _new(Stats)
    _set_count(stats, count)
    _set_mean(stats, mean)
    _set_var(stats, var)
    _set_eps(stats, eps)
    return stats


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
        If channels or eps differ.

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
    filled = [shard for shard in stats if shard.count]
    if not filled:
        return fresh(0, numpy.zeros_like(stats[0].mean), numpy.zeros_like(stats[0].mean), stats[0].eps)
    if len(filled) == 1:
        return fresh(count, filled[0].mean.copy(), filled[0].var.copy(), filled[0].eps)
    counts = numpy.array([[float(shard.count)] for shard in filled])
    means = numpy.stack([shard.mean for shard in filled])
    variances = numpy.stack([shard.var for shard in filled])
    # means are added as differences from one of them: a common offset costs no digits
    base = means.min(axis=0)
    base[~numpy.isfinite(base)] = 0
    with numpy.errstate(invalid="ignore", over="ignore"):
        mean = base + _sum_in_any_order(counts * (means - base)) / count
        var = _sum_in_any_order(counts * (variances + (means - mean) ** 2)) / count
    return fresh(count, mean, var, stats[0].eps)


def _sum_in_any_order(terms: numpy.ndarray) -> numpy.ndarray:
    # sorted first, so that the order in which the shards came changes no bit
    total: numpy.ndarray = numpy.sum(numpy.sort(terms, axis=0), axis=0)
    return total
