"""Copies of whole tensors, shared out among threads: NumPy copies without the interpreter's lock."""

import numpy
from numpy.typing import DTypeLike

from . import _workers, recycling
from .checks import Array
from .runtime import get_num_threads

# Bytes that one thread copies before another can be started.
_ALONE = 1 << 20


def copy(target: Array, source: Array) -> None:
    """target[...] = source, of one shape."""
    threads = min(get_num_threads(), max(1, target.nbytes // _ALONE))
    if threads > 1:
        # along the widest stride of the target, for each thread to write memory of its own
        axis = max(range(target.ndim), key=lambda i: (target.shape[i] >= threads, abs(target.strides[i])))
        targets, sources = (numpy.array_split(array, threads, axis) for array in (target, source))
        _workers.run(numpy.copyto, list(zip(targets, sources, strict=True)))
    else:
        numpy.copyto(target, source)


def copied(array: Array, like: Array) -> Array:
    """The elements of `array` in memory of their own: native, without gaps, laid out as `like` is."""
    room = recycling.empty_like(like)
    copy(room, array)
    return room


def cast(array: Array, dtype: DTypeLike) -> Array:
    """The numbers in this dtype, the array itself if it has it. What overflows is infinite."""
    with numpy.errstate(all="ignore"):
        return array.astype(dtype, copy=False)
