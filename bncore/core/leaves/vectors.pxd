# Vectors of float32 numbers, from elements as they are stored and back; and what a relu makes of them.

from bncore.core.types cimport AS_BFLOAT16, AS_FLOAT16, Storage
from bncore.core.leaves.numbers cimport load_singles, load_some, singles, store_singles, store_some

cdef extern from "halves.h" nogil:
    singles load_halves "bn_load_halves"(const void* x) noexcept
    singles load_bfloats "bn_load_bfloats"(const void* x) noexcept
    singles load_some_halves "bn_load_some_halves"(const void* x, Py_ssize_t count) noexcept
    singles load_some_bfloats "bn_load_some_bfloats"(const void* x, Py_ssize_t count) noexcept
    void store_halves "bn_store_halves"(void* y, singles v) noexcept
    void store_bfloats "bn_store_bfloats"(void* y, singles v) noexcept
    void store_some_halves "bn_store_some_halves"(void* y, singles v, Py_ssize_t count) noexcept
    void store_some_bfloats "bn_store_some_bfloats"(void* y, singles v, Py_ssize_t count) noexcept
    void stream_singles "bn_stream_singles"(void* y, singles v) noexcept
    void stream_halves "bn_stream_halves"(void* y, singles v) noexcept
    void stream_bfloats "bn_stream_bfloats"(void* y, singles v) noexcept
    const float INFINITY
    singles at_least "bn_at_least"(singles y, singles least) noexcept
    singles let_through "bn_let_through"(singles dy, singles y) noexcept


# `whole`: all of a vector, else the first `count` of it.

cdef inline singles take(const char* x, Storage storage, bint whole, Py_ssize_t count) noexcept nogil:
    if storage == AS_FLOAT16:
        return load_halves(x) if whole else load_some_halves(x, count)
    elif storage == AS_BFLOAT16:
        return load_bfloats(x) if whole else load_some_bfloats(x, count)
    return load_singles(<const float*>x) if whole else load_some(<const float*>x, count)


cdef inline void put(char* y, singles v, Storage storage, bint streamed, bint whole, Py_ssize_t count) noexcept nogil:
    if storage == AS_FLOAT16:
        if streamed:
            stream_halves(y, v)
        elif whole:
            store_halves(y, v)
        else:
            store_some_halves(y, v, count)
    elif storage == AS_BFLOAT16:
        if streamed:
            stream_bfloats(y, v)
        elif whole:
            store_bfloats(y, v)
        else:
            store_some_bfloats(y, v, count)
    elif streamed:
        stream_singles(y, v)
    elif whole:
        store_singles(<float*>y, v)
    else:
        store_some(<float*>y, v, count)
