from bncore.core.types cimport Kind, Machine, Operand, Plan

cdef enum:
    CHUNK_BYTES = 16384            # of one operand: two passes over it stay in a first cache of 32 KiB
    STAGED_BYTES = 32768           # of rows that are staged at once: a group of them at least

cdef Machine here                  # the one that this runs on

cdef void make(Plan* plan, int operation, Kind kind, Py_ssize_t rows, Py_ssize_t channels, Py_ssize_t size,
               const Operand* operands, bint relu, int threads, const Machine* machine) noexcept nogil
