"""What is done with one chunk of an array, and what is known of its channels, as one element each.

Records are structured arrays that have the chunk's channels and extent 1 along its other axes, so that dask
adds them up as it adds up numbers.
"""

from collections.abc import Sequence
from typing import Any

import numpy

from . import functional, halves, passes, words
from ._stats import Stats, exact, rests
from .checks import Array
from .core.exact import WORDS
from .halves import GradientSums
from .merging import Sums, merge

# What is known of each channel of a part of the batch, so that it can be one element of an array.
SUMS = numpy.dtype([("count", "i8"), ("mean", "f8"), ("rest", "f8"), ("var", "f8")])
GRADIENT_SUMS = numpy.dtype([(name, "f8") for name in ("dy", "dyd", "dy_rest", "dyd_rest")])
EXACT_SUMS = numpy.dtype([("count", "i8"), ("words", "i8", (WORDS,))])
EXACT_GRADIENT_SUMS = numpy.dtype([("words", "i8", (WORDS,))])
# What is known of each channel in the end.
PAIR = numpy.dtype([("dgamma", "f8"), ("dbeta", "f8")])


def sums(x: Array, axis: int) -> Array:
    """What (9.38) and (9.39) add up, of one chunk."""
    stats = functional.statistics(x, eps=0.0, axis=axis)
    return record_of(stats, _beside(x, axis))


def exact_sums(x: Array, axis: int) -> Array:
    """The same, exactly."""
    own = halves.sums(x, axis=axis, exact=True)
    record = numpy.empty(own.channels, EXACT_SUMS)
    record["count"] = own.count
    record["words"] = own.array()[words.HEADER :].reshape(own.channels, WORDS)
    return record.reshape(_beside(x, axis))


def total(records: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    """Exact sums of several chunks, of up to 2^31 in the end: integers, which are added up."""
    rows, shape = _rows(records, axis)
    added_up = numpy.empty(rows.shape[1], records.dtype)
    for name in records.dtype.names or ():
        added_up[name] = rows[name].sum(axis=0)
    return added_up.reshape(shape)


def rounded(of_all: Array) -> Array:
    """The statistics that they come to, as `record_of` has them."""
    flat = of_all.ravel()
    count = int(flat["count"][0]) if flat.size else 0
    together = words.Words(count, words.settled("words", flat["words"], flat.size))
    return record_of(Sums(together).stats(0.0), of_all.shape)


def record_of(stats: Stats, shape: Sequence[int]) -> Array:
    """Statistics as records of this shape."""
    record = numpy.empty(stats.mean.size, SUMS)
    record["count"], record["mean"], record["rest"], record["var"] = (
        stats.count, stats.mean, rests(stats), stats.var,
    )  # fmt: skip
    return record.reshape(shape)


def stats_of(record: Array, eps: float) -> Stats:
    """The statistics that are there as records."""
    record = record.ravel()
    count = int(record["count"][0]) if record.size else 0
    return exact(count, record["mean"], record["rest"], record["var"], eps)


def merged(records: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    """The sums of several chunks."""
    rows, shape = _rows(records, axis)
    return record_of(merge(*(Sums(stats_of(row, 0.0)) for row in rows)).stats(0.0), shape)


def _rows(records: Array, axis: tuple[int, ...]) -> tuple[Array, list[int]]:
    # one for each chunk, and the shape of what they come to
    (channel,) = set(range(records.ndim)) - set(axis)
    shape = [extent if i == channel else 1 for i, extent in enumerate(records.shape)]
    return numpy.moveaxis(records, channel, -1).reshape(-1, records.shape[channel]), shape


def normalize(
    x: Array, record: Array, gamma: Any, beta: Any, residual: Any, eps: float, axis: int, relu: bool
) -> Array:
    """y of one chunk."""
    stats = stats_of(record, eps)
    return halves.normalize(x, _flat(gamma), _flat(beta), stats, axis=axis, residual=residual, relu=relu)


def infer(
    x: Array, gamma: Any, beta: Any, mean: Any, var: Any, residual: Any, eps: float, axis: int, relu: bool
) -> Array:
    """y of one chunk by given statistics."""
    vectors: list[Any] = [_flat(each) for each in (gamma, beta, mean, var)]
    return functional.inference(x, *vectors, eps=eps, axis=axis, residual=residual, relu=relu)


def _beside(x: Array, axis: int) -> list[int]:
    # the shape of one number a channel
    return [x.shape[axis] if i == axis else 1 for i in range(x.ndim)]


def _flat(vector: Array | None) -> Array | None:
    return None if vector is None else vector.ravel()


def gradient_sums(x: Array, dy: Array, record: Array, y: Any, eps: float, axis: int, exact: bool) -> Array:
    """What dgamma and dbeta add up, of one chunk."""
    gsums = halves.gradient_sums(dy, x, stats_of(record, eps), axis=axis, y=y, exact=exact)
    if not exact:
        return _gradient_record(gsums, record.shape)
    words_of_chunk = numpy.empty(record.size, EXACT_GRADIENT_SUMS)
    words_of_chunk["words"] = gsums.array().reshape(-1, WORDS)
    return words_of_chunk.reshape(record.shape)


def _gradient_record(gsums: GradientSums, shape: Sequence[int]) -> Array:
    numbers = gsums.array().reshape(4, -1)
    record = numpy.empty(numbers.shape[1], GRADIENT_SUMS)
    for name, values in zip(record.dtype.names or (), numbers, strict=True):
        record[name] = values
    return record.reshape(shape)


def gradient_sums_of(record: Array, stats: Stats) -> GradientSums:
    """The gradient sums, exact or not, that are there as records."""
    record = record.ravel()
    numbers = [record[name].ravel() for name in record.dtype.names or ()]
    return GradientSums.from_array(numpy.concatenate(numbers), stats)


def added(records: Array, axis: tuple[int, ...], keepdims: bool) -> Array:
    """The gradient sums of several chunks."""
    rows, shape = _rows(records, axis)
    # to be added they need not know what they are about, except that it is the same
    about = Stats(0, numpy.zeros(rows.shape[1]), numpy.zeros(rows.shape[1]), 0.0)
    total, *others = (gradient_sums_of(row, about) for row in rows)
    for each in others:
        total = total + each
    return _gradient_record(total, shape)


def gradient(
    x: Array, dy: Array, record: Array, gsums: Array, gamma: Any, y: Any, eps: float, axis: int
) -> Array:
    """dx of one chunk."""
    stats = stats_of(record, eps)
    return halves.gradient(dy, x, _flat(gamma), stats, gradient_sums_of(gsums, stats), axis=axis, y=y)


def given_gradient(
    x: Array, dy: Array, gamma: Any, mean: Any, var: Any, y: Any, eps: float, axis: int
) -> Array:
    """dx of one chunk where statistics were given."""
    vectors: list[Any] = [_flat(each) for each in (gamma, mean, var)]
    nowhere: Any = {"out": None, "residual_out": None}
    dx, *_ = passes.inference_backward(dy, x, *vectors, eps=eps, axis=axis, y=y, **nowhere)
    return dx


def of_parameters(gsums: Array, record: Array, eps: float) -> Array:
    """dgamma and dbeta of all chunks."""
    found = gradient_sums_of(gsums, stats_of(record, eps))
    pair = numpy.empty(found.dbeta.size, PAIR)
    pair["dgamma"], pair["dbeta"] = found.dgamma, found.dbeta
    return pair.reshape(gsums.shape)
