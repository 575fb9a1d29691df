# How an operand of shape (N, C, H, W) with any strides is read and written in contiguous runs.
#
# A plane (one n, one c) is the sequence of its H W elements. Where they lie one after the other a run is a
# pointer; elsewhere it is gathered into a tile, or scattered from one: the same elements in the same
# order, so the same numbers, and never a copy of the whole tensor.

cdef extern from *:
    """
    #include <string.h>
    #if defined(__SSE2__)
    #include <emmintrin.h>
    #endif
    /* Stores that do not pull the line they overwrite into the cache. */
    static inline void bn_stream(char *to, const char *from, size_t bytes)
    {
    #if defined(__SSE2__)
        size_t head = (size_t)(-(size_t)to) & 63u;
        if (head > bytes) head = bytes;
        memcpy(to, from, head);
        to += head; from += head; bytes -= head;
        for (; bytes >= 64; to += 64, from += 64, bytes -= 64) {
            __m128i a = _mm_loadu_si128((const __m128i *)from);
            __m128i b = _mm_loadu_si128((const __m128i *)(from + 16));
            __m128i c = _mm_loadu_si128((const __m128i *)(from + 32));
            __m128i d = _mm_loadu_si128((const __m128i *)(from + 48));
            _mm_stream_si128((__m128i *)to, a);
            _mm_stream_si128((__m128i *)(to + 16), b);
            _mm_stream_si128((__m128i *)(to + 32), c);
            _mm_stream_si128((__m128i *)(to + 48), d);
        }
    #endif
        memcpy(to, from, bytes);
    }
    /* Streamed stores become visible in order only after a fence. */
    static inline void bn_fence(void)
    {
    #if defined(__SSE2__)
        _mm_sfence();
    #endif
    }
    """
    void bn_stream(char* to, const char* source, size_t size) noexcept nogil
    void bn_fence() noexcept nogil


cdef enum:
    STREAM_BLOCK = 1024   # elements computed into L1 before they are streamed or scattered


cdef enum Store:
    DIRECT    # the output is written as it is computed
    STAGED    # computed into a tile, then copied: the output is an input, or is not contiguous
    STREAMED  # computed into a tile, then written past the caches


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
                       const real* tile, bint streamed) noexcept nogil:
    cdef char* p = plane(k, n, c)
    cdef Py_ssize_t i = 0, j, h, w, run
    if k.dense:
        p += start * <Py_ssize_t>sizeof(real)
        if streamed:
            bn_stream(p, <const char*>tile, count * sizeof(real))
        else:
            memcpy(p, tile, count * sizeof(real))
        return
    h, w = start // k.width, start % k.width
    while i < count:
        run = min(k.width - w, count - i)
        for j in range(run):
            (<real*>(p + h * k.h + (w + j) * k.w))[0] = tile[i + j]
        i, h, w = i + run, h + 1, 0
