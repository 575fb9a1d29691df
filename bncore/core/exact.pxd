# What the leaves of exact sums are, for whoever calls them: exact.pyx, and tests.

from libc.stdint cimport int64_t

from bncore.core.types cimport Block, Rows, Runs, Span

# `kind` is NULL; `work` is room for what a leaf keeps while it runs
ctypedef void (*RunExact)(const void* kind, const Span* s, const Runs* dy, const Runs* x, int64_t* words,
                          void* work) noexcept nogil
ctypedef void (*ColumnExact)(const void* kind, const Block* b, const Rows* dy, const Rows* x, int64_t* words,
                             void* work) noexcept nogil


cdef struct ExactLeaves:
    RunExact run_exact
    ColumnExact column_exact
    Py_ssize_t work                # bytes
