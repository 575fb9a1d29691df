"""Memory for results: that of large arrays that have died is used again, for fresh memory costs too much.

A system brings fresh memory page by page, at the first write to each, filled with zeros. That takes as long
as a kernel needs for the whole tensor, or longer. So the memory of a large result is kept when the result is
gone, and all that looks at it. _blocks.pyx says how.
"""

import math
import sys

import numpy

from . import _blocks, checks
from .checks import Array

# Bytes of the smallest result whose memory is kept: two huge pages. Below, malloc keeps memory itself.
LEAST = 4 << 20

_HUGE_PAGES = "/sys/kernel/mm/transparent_hugepage/enabled"


def huge_pages() -> bool:
    """Whether the system gives memory in huge pages to who asks for them."""
    try:
        with open(_HUGE_PAGES, "rb") as file:
            return b"[never]" not in file.read()
    except OSError:
        return False


# Of idle memory, so many bytes are the process's own. The rest is lent to the system where that costs little,
# by huge pages; by small ones it costs most of what was won.
OWN = 256 << 20
LENDS = huge_pages()
_blocks.withhold(OWN if LENDS else sys.maxsize)

_kept = 0


def set_kept_memory(nbytes: int) -> None:
    """Set how many bytes of memory may be kept for results to come, for this process.

    The memory of a result of 4 MiB or more is kept when the array and all views of it are gone, and a later
    result of its size, or of three quarters of it, is made there. Beyond the limit what was kept longest goes
    back to the system. Where it has huge pages, it may also take all but the last 256 MiB when it needs them.

    Parameters
    ----------
    nbytes : int, not negative. 0 gives back what is kept, and keeps nothing. At first it is 1 GiB where the
        system has huge pages, and 256 MiB elsewhere.

    Raises
    ------
    TypeError
        If nbytes is not an integer.
    ValueError
        If nbytes is negative.

    Examples
    --------
    >>> import bncore
    >>> before = bncore.get_kept_memory()
    >>> bncore.set_kept_memory(64 << 20)
    >>> bncore.get_kept_memory()
    67108864
    >>> bncore.set_kept_memory(before)
    """
    global _kept
    _kept = checks.integer("nbytes", nbytes, least=0)
    _blocks.set_limit(min(_kept, sys.maxsize))


def get_kept_memory() -> int:
    """How many bytes of memory may be kept for results to come; see `set_kept_memory`.

    Returns
    -------
    int

    Examples
    --------
    >>> import bncore
    >>> bncore.get_kept_memory() >= 0
    True
    """
    return _kept


set_kept_memory(4 * OWN if LENDS else OWN)


def empty(shape: tuple[int, ...], dtype: numpy.dtype) -> Array:
    """What numpy.empty gives, in memory that may have been used before."""
    nbytes = math.prod(shape) * dtype.itemsize
    if LEAST <= nbytes <= _kept:
        try:
            block = _blocks.Block(nbytes)
        except MemoryError:
            pass  # all that was kept has been given back: if that was not enough, NumPy says so
        else:
            return numpy.ndarray(shape, dtype, block)  # type: ignore[arg-type]
    return numpy.empty(shape, dtype)


def empty_like(array: Array) -> Array:
    """What numpy.empty_like gives, in native byte order and in memory that may have been used before."""
    dtype = array.dtype.newbyteorder("=")
    if array.nbytes < LEAST:
        return numpy.empty_like(array, dtype, order="K", subok=False)
    if array.flags.c_contiguous:
        return empty(array.shape, dtype)
    # NumPy's order "K": Fortran order stays what it is, any other is that of the strides
    by_stride = sorted(range(array.ndim), key=lambda i: -abs(array.strides[i]))
    axes = range(array.ndim)[::-1] if array.flags.f_contiguous else by_stride
    made = empty(tuple(array.shape[i] for i in axes), dtype)
    return made.transpose(numpy.argsort(axes))
