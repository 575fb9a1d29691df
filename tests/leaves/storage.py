"""What elements are stored as, in plain Python: what maps compute in, and what results are rounded to.

numpy converts float16; bfloat16 is converted here: to the nearer of two neighbours, of two as near the even.
"""

import ml_dtypes
import numpy
from abi import CONSTANTS

DTYPES = {
    "float32": numpy.dtype(numpy.float32),
    "float64": numpy.dtype(numpy.float64),
    "float16": numpy.dtype(numpy.float16),
    "bfloat16": numpy.dtype(ml_dtypes.bfloat16),
}
STORAGES = tuple(DTYPES)
NUMBERS = {name: CONSTANTS[f"AS_{name.upper()}"] for name in STORAGES}
BYTES = {NUMBERS[name]: dtype.itemsize for name, dtype in DTYPES.items()}


def _single(half):
    # of bfloat16 the bits are those of a float32 in front
    return (half.astype(numpy.uint32) << 16).view(numpy.float32)


def _nearest(x):
    bits = numpy.ascontiguousarray(x).view(numpy.uint32)
    down = (bits >> 16).astype(numpy.uint16)
    # what comes after the largest number lies as far from it as the one before
    exact, most = x.astype(float), 2.0**128
    low, high = (numpy.clip(_single(each).astype(float), -most, most) for each in (down, down + 1))
    below, above = abs(exact - low), abs(high - exact)
    up = numpy.isfinite(x) & ((above < below) | ((above == below) & (down % 2 == 1)))
    quiet = numpy.isnan(x) * numpy.uint16(0x40)
    return (down + up | quiet).astype(numpy.uint16).view(DTYPES["bfloat16"])


def narrowed(x, storage):
    """Numbers rounded to what is stored; half precision is rounded from float32."""
    if storage == "bfloat16":
        return _nearest(x.astype(numpy.float32))
    return x.astype(numpy.float32).astype(storage) if storage == "float16" else x.astype(storage)


def widened(x, kind):
    """Stored numbers as a map computes in them."""
    return (_single(x.view(numpy.uint16)) if x.dtype == DTYPES["bfloat16"] else x).astype(kind)


def let_through(dy, y):
    """dy where y is above 0."""
    return dy if y is None else numpy.where(widened(y, dy.dtype) > 0, dy, dy.dtype.type(0))


def finished(x, added, relu, storage):
    """A result as it is stored: with what is added to it, and without what is below 0."""
    result = x if added is None else x + widened(added, x.dtype)
    return narrowed(numpy.where(result <= 0, x.dtype.type(0), result) if relu else result, storage)
