cimport cython
from cpython.bytes cimport PyBytes_AS_STRING


@cython.final
cdef class Stats:
    cdef Py_ssize_t elements       # -1: there are as many as `weight` says, which is no integer
    cdef double weight
    cdef readonly double eps
    cdef Py_ssize_t channels
    cdef bytes numbers             # the means, what rounding took from them, and the variances

    cdef inline double* means(self):
        return <double*>PyBytes_AS_STRING(self.numbers)

    cdef inline double* rests(self):
        return self.means() + self.channels

    cdef inline double* variances(self):
        return self.means() + 2 * self.channels


cdef Stats blank(Py_ssize_t count, Py_ssize_t channels, double eps)
