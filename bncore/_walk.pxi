# How an operand of shape (N, C, H, W) with any strides is read and written in contiguous runs.
#
# A plane (one n, one c) is the sequence of its H W elements. Where they lie one after the other a run is a
# pointer; elsewhere it is gathered into a tile, or scattered from one: the same elements in the same
# order, so the same numbers, and never a copy of the whole tensor.

cdef extern from *:
    """
    #if defined(__GNUC__)
    #define bn_prefetch(p) __builtin_prefetch(p)
    #define bn_prefetch_far(p) __builtin_prefetch(p, 0, 2)
    #else
    #define bn_prefetch_far(p) ((void)(p))
    #define bn_prefetch(p) ((void)(p))
    #endif
    """
    void bn_prefetch(const void* p) noexcept nogil        # into the first cache
    void bn_prefetch_far(const void* p) noexcept nogil    # into the second


cdef enum:
    STAGE = 1024               # elements computed into L1 before they are copied or scattered


cdef struct Walk:
    char* base
    Py_ssize_t n, c, h, w      # strides in bytes
    Py_ssize_t width           # W
    bint dense                 # a plane is contiguous


cdef Walk walk(const real[:, :, :, :] x) noexcept nogil:
    cdef Walk k
    k.base = <char*>&x[0, 0, 0, 0]
    k.n, k.c, k.h, k.w = x.strides[0], x.strides[1], x.strides[2], x.strides[3]
    k.width = x.shape[3]
    k.dense = ((k.w == <Py_ssize_t>sizeof(real) or x.shape[3] == 1)
               and (x.shape[2] == 1 or k.h == <Py_ssize_t>sizeof(real) * k.width))
    return k


cdef inline char* plane(const Walk* k, Py_ssize_t n, Py_ssize_t c) noexcept nogil:
    return k.base + n * k.n + c * k.c


cdef inline const real* load(const Walk* k, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t count,
                             real* tile) noexcept nogil:
    # elements [start, start + count) of a plane
    cdef const char* p = plane(k, n, c)
    cdef Py_ssize_t i = 0, j, h, w, run
    if k.dense:
        return <const real*>p + start
    h, w = start // k.width, start % k.width
    while i < count:
        run = min(k.width - w, count - i)
        for j in range(run):
            tile[i + j] = (<const real*>(p + h * k.h + (w + j) * k.w))[0]
        i, h, w = i + run, h + 1, 0
    return tile


cdef inline void store(const Walk* k, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t count,
                       const real* tile) noexcept nogil:
    cdef char* p = plane(k, n, c)
    cdef Py_ssize_t i = 0, j, h, w, run
    if k.dense:
        memcpy(p + start * <Py_ssize_t>sizeof(real), tile, count * sizeof(real))
        return
    h, w = start // k.width, start % k.width
    while i < count:
        run = min(k.width - w, count - i)
        for j in range(run):
            (<real*>(p + h * k.h + (w + j) * k.w))[0] = tile[i + j]
        i, h, w = i + run, h + 1, 0


# What memory brings near while a run is reduced: the same run further on, and towards its end the next one. A processor
# follows a run by itself, but not far, and it stops where a page ends.

cdef enum:
    FETCH_BYTES = 4096         # ahead of what is reduced


cdef struct Fetch:
    Py_ssize_t turn            # up to this element of a run
    Py_ssize_t ahead           # what lies so many bytes further on is fetched,
    Py_ssize_t beyond          # and from there on what lies so many


cdef inline Fetch fetch_within(Py_ssize_t bytes) noexcept nogil:
    # always so many bytes
    cdef Fetch f
    f.turn, f.ahead, f.beyond = 0, bytes, bytes
    return f


cdef inline Fetch fetch_runs(Py_ssize_t count, Py_ssize_t next, Py_ssize_t item) noexcept nogil:
    # of runs of `count` elements, `next` bytes from one to the next; 0 fetches none
    cdef Fetch f
    f.turn, f.ahead, f.beyond = 0, 0, 0
    if next == 0:
        return f
    if count * item > FETCH_BYTES:
        f.turn, f.ahead, f.beyond = count - FETCH_BYTES // item, FETCH_BYTES, next + FETCH_BYTES - count * item
    else:
        f.beyond = next * ceiling(FETCH_BYTES, count * item)
    return f
