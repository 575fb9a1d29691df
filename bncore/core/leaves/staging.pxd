# Planes that are not contiguous: gathered into a staging buffer, the same elements in the same order, and scattered from one.

from bncore.core.types cimport Operand
from bncore.core.leaves.numbers cimport stored


cdef inline void gather(const stored* kind, const Operand* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t planes,
                        Py_ssize_t count, char* staging) noexcept nogil:
    # elements [start, start + count) of so many planes of a channel, from plane n on, one after the other
    cdef stored* to = <stored*>staging
    cdef const char* plane
    cdef Py_ssize_t j, i, h, w, run, k
    for j in range(planes):
        plane, i, h, w = x.base + (n + j) * x.n + c * x.c, 0, start // x.width, start % x.width
        while i < count:
            run = min(x.width - w, count - i)
            for k in range(run):
                to[k] = (<const stored*>(plane + h * x.h + (w + k) * x.w))[0]
            to += run
            i, h, w = i + run, h + 1, 0


cdef inline void scatter(const stored* kind, const Operand* y, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t planes,
                         Py_ssize_t count, char* staging) noexcept nogil:
    cdef const stored* of = <const stored*>staging
    cdef char* plane
    cdef Py_ssize_t j, i, h, w, run, k
    for j in range(planes):
        plane, i, h, w = y.base + (n + j) * y.n + c * y.c, 0, start // y.width, start % y.width
        while i < count:
            run = min(y.width - w, count - i)
            for k in range(run):
                (<stored*>(plane + h * y.h + (w + k) * y.w))[0] = of[k]
            of += run
            i, h, w = i + run, h + 1, 0
