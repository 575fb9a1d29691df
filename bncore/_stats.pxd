cimport cython
from cpython.bytes cimport PyBytes_AS_STRING


@cython.final
cdef class Stats:
    cdef readonly Py_ssize_t count
    cdef readonly double eps
    cdef Py_ssize_t channels
    cdef bytes numbers             # the means, then the variances

    cdef inline double* means(self):
        return <double*>PyBytes_AS_STRING(self.numbers)

    cdef inline double* variances(self):
        return self.means() + self.channels


cdef Stats blank(Py_ssize_t count, Py_ssize_t channels, double eps)
