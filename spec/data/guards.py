"""Memory that ends at a page which nothing may touch: who reads or writes beyond it is ended by a signal."""

import ctypes
import mmap

import numpy as np

# Protection of pages, as Linux and the BSDs number it.
NONE = 0


class Guarded(mmap.mmap):
    """Pages between two that nothing may touch; `side` says at which of them what lies there lies."""

    side = "after"


def guarded(array, side="after"):
    """The array in C order in memory of its own, with such a page "before" it or "after" it.

    Where pages cannot be protected it is a plain copy.

    >>> guarded(np.arange(3)).tolist()
    [0, 1, 2]
    """
    page = mmap.PAGESIZE
    inner = max(1, -(-array.nbytes // page)) * page
    room = Guarded(-1, inner + 2 * page)
    room.side = side
    start = page if side == "before" else page + inner - array.nbytes
    found = np.frombuffer(room, array.dtype, array.size, start).reshape(array.shape) if array.size else array
    if array.size:
        found[...] = array
    first = np.frombuffer(room, np.uint8).__array_interface__["data"][0]
    try:
        protect = ctypes.CDLL(None, use_errno=True).mprotect
    except (OSError, AttributeError):
        return found
    protect.argtypes = ctypes.c_void_p, ctypes.c_size_t, ctypes.c_int
    for edge in (first, first + page + inner):
        protect(edge, page, NONE)
    return found


def side(array):
    """At which side an array's memory is guarded; None if it is not."""
    while isinstance(array, np.ndarray):
        array = array.base
    owner = array.obj if isinstance(array, memoryview) else array
    return owner.side if isinstance(owner, Guarded) else None
