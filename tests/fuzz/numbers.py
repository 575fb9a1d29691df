"""What arrays are filled with: long rows of numbers of every kind, of which a case takes a part."""

from functools import cache
from math import prod

import ml_dtypes
import numpy

# A prime, so that what repeats after so many numbers falls on no boundary of a kernel.
ROW = 65537


def _normal(random, dtype):
    return random.normal(0.5, 1, ROW)


def _far(random, dtype):
    return random.normal(1e4, 1, ROW)


def _whole(random, dtype):
    return random.integers(-3, 4, ROW).astype(float)


def _wide(random, dtype):
    # the magnitudes whose squares float64, and for float32 everything, can hold
    most = {4: 100, 8: 400}.get(dtype.itemsize, 7)
    return random.choice([-1.0, 1.0], ROW) * 2.0 ** random.uniform(-most, most, ROW)


def _huge(random, dtype):
    return random.uniform(-1, 1, ROW) * float(ml_dtypes.finfo(dtype).max)


def _tiny(random, dtype):
    return random.integers(-9, 10, ROW) * float(ml_dtypes.finfo(dtype).smallest_subnormal)


def _zero(random, dtype):
    return random.choice([-0.0, 0.0], ROW)


def _positive(random, dtype):
    return random.uniform(0.5, 5, ROW)


def _bits(random, dtype):
    return numpy.frombuffer(random.bytes(ROW * dtype.itemsize), dtype)


KINDS = {
    made.__name__.strip("_"): made
    for made in (_normal, _far, _whole, _wide, _huge, _tiny, _zero, _positive, _bits)
}


WEIGHTS = ("ones", "mask", "mask", "normal", "normal", "holes", "holes", "rows", "zero", "tiny", "large")


def weights(kind, at, shape):
    """Weights of a kind, some of which are 0 but for "ones", "normal" and "tiny"."""
    values = abs(numbers("normal", numpy.dtype(float), prod(shape), at)).reshape(shape)
    match kind:
        case "ones":
            return numpy.ones(shape)
        case "mask":
            return values > 0.7
        case "holes":
            return numpy.where(values > 0.7, values, 0)
        case "rows":
            # places that end, one row after the other
            ends = numpy.arange(at, at + prod(shape[:-1])).reshape(*shape[:-1], 1) % (shape[-1] + 1)
            return numpy.arange(shape[-1]) < ends
        case "zero":
            return numpy.zeros(shape)
    return values * {"tiny": 2.0**-70, "large": 1e6}.get(kind, 1)


@cache
def _row(kind, dtype):
    # twice, for a part to be taken from anywhere
    random = numpy.random.default_rng([*kind.encode(), dtype.itemsize])
    with numpy.errstate(all="ignore"):
        return numpy.tile(KINDS[kind](random, dtype).astype(dtype), 2)


def numbers(kind, dtype, size, at=0):
    """So many numbers of a kind, from that place on; "constant" is the one at that place, repeated."""
    at %= ROW
    if kind == "constant":
        return numpy.full(size, _row("normal", dtype)[at])
    row = _row(kind, dtype)
    return row[at : at + size] if size <= ROW else numpy.resize(row[at : at + ROW], size)
