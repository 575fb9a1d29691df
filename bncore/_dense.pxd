# A call on dense memory, whatever it is seen as: arrays (core/call.pyx) or tensors (torch/_tensors.pyx).

from bncore.core.execute cimport Call, execute, level
from bncore.core.operations cimport operation as row_of
from bncore.core.plan cimport here, make
from bncore.core.types cimport Kind, Operand, Storage, Vector, storage_bytes


cdef inline void lay(Operand* x, char* base, Storage storage, Py_ssize_t channels, Py_ssize_t size) noexcept nogil:
    # planes of so many elements one after the other; of channels that lie side by side, planes of one
    x.base, x.storage, x.width, x.dense = base, storage, size, True
    x.w = storage_bytes(storage)
    x.h = x.c = x.w * size
    x.n = x.c * channels


cdef inline bint negative(const Vector* var, Py_ssize_t channels) noexcept nogil:
    # whether any of them is
    cdef int found = 0
    cdef Py_ssize_t c
    if var.wide != NULL:
        for c in range(channels):
            found |= var.wide[c] < 0
    else:
        for c in range(channels):
            found |= var.single[c] < 0
    return found != 0


cdef inline int carry_out(Call* call, int operation, Kind kind, Py_ssize_t rows, Py_ssize_t channels, Py_ssize_t size,
                          int threads) except -1:
    if call.parameters.m == 0:
        call.parameters.m = <double>(rows * size)
    call.operation = row_of(operation)
    call.leaves = &level.of[<int>kind]
    make(&call.plan, operation, kind, rows, channels, size, call.operands, call.relu, threads, &here)
    return execute(call)
