"""What one batch does to a running average, number by number.

Compiled: a layer does it at every step, and by NumPy it takes as long as the kernel needs for a small batch.
"""


def correction(double m):
    """The unbiased variance of m elements, over that of (9.39)."""
    return unbiased(m)


def enter(double[:] kept, const double[:] new, double weight, double factor):
    """Make a running average (1 - weight) kept + weight factor new, in place."""
    cdef Py_ssize_t c
    for c in range(kept.shape[0]):
        kept[c] = entered(kept[c], new[c], weight, factor)
