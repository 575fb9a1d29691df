# Stores past the caches, for results too large to be found there again.
#
# A whole cache line is computed into registers and stored at once; what lies before the first line boundary and
# after the last is stored as usual. The arithmetic is that of the ordinary store, so no bit depends on the choice.
# What comes next is fetched into the second cache: streamed stores leave a processor's own prefetching far behind.

cdef extern from *:
    """
    #if defined(__SSE2__)
    #include <immintrin.h>
    #define BN_STREAMS 1
    static inline void bn_stream_line(void* line, const void* from)
    {
    #if defined(__AVX512F__)
        _mm512_stream_si512((__m512i*)line, _mm512_loadu_si512(from));
    #elif defined(__AVX__)
        const __m256i* v = (const __m256i*)from;
        _mm256_stream_si256((__m256i*)line, _mm256_loadu_si256(v));
        _mm256_stream_si256((__m256i*)line + 1, _mm256_loadu_si256(v + 1));
    #else
        const __m128i* v = (const __m128i*)from;
        for (int i = 0; i < 4; i++) _mm_stream_si128((__m128i*)line + i, _mm_loadu_si128(v + i));
    #endif
    }
    #define bn_stream_fence() _mm_sfence()
    #else
    #include <string.h>
    #define BN_STREAMS 0
    static inline void bn_stream_line(void* line, const void* from) { memcpy(line, from, 64); }
    #define bn_stream_fence() ((void)0)
    #endif
    """
    const bint STREAMS "BN_STREAMS"
    void stream_line "bn_stream_line"(void* line, const void* source) noexcept nogil
    void stream_fence "bn_stream_fence"() noexcept nogil

cdef enum:
    LINE = 64                       # bytes to a cache line
    IN_LINE = LINE // 4             # elements to it, at most
    STREAM_BYTES = 16 << 20         # results of so many bytes are not expected to stay in a cache
    STREAM_AHEAD = 8192             # bytes after those that are mapped past the caches, which memory brings near


cdef inline Py_ssize_t before_line(const real* y, Py_ssize_t count) noexcept nogil:
    # elements before the first line boundary
    return min(count, <Py_ssize_t>((-<size_t>y & (LINE - 1)) // sizeof(real)))


cdef inline int in_line(const real* y) noexcept nogil:
    # elements to a line
    return LINE // sizeof(real)


# Each of the following maps the elements before the first line boundary and all whole lines, and returns how many. What
# lies `ahead` bytes further on, in x or in dy, is fetched; `stream_pull` comes to what its sums have just read, and gains
# nothing by that.

cdef Py_ssize_t stream_scale(const real* x, real* y, Py_ssize_t count, real mean, real a, real b,
                             Py_ssize_t ahead) noexcept nogil:
    cdef Py_ssize_t i, start = before_line(y, count)
    cdef real line[IN_LINE]
    cdef int j
    for i in range(start):
        y[i] = scaled(x[i], mean, a, b)
    while start + in_line(y) <= count:
        bn_prefetch_far(<const char*>(x + start) + ahead)
        for j in range(in_line(y)):
            line[j] = scaled(x[start + j], mean, a, b)
        stream_line(y + start, line)
        start += in_line(y)
    return start


cdef Py_ssize_t stream_pull(const real* dy, const real* x, real* dx, Py_ssize_t count, real mean, real rise, real k0,
                            real k1, real k2) noexcept nogil:
    cdef Py_ssize_t i, start = before_line(dx, count)
    cdef real line[IN_LINE]
    cdef int j
    for i in range(start):
        dx[i] = pulled(dy[i], x[i], mean, rise, k0, k1, k2)
    while start + in_line(dx) <= count:
        for j in range(in_line(dx)):
            line[j] = pulled(dy[start + j], x[start + j], mean, rise, k0, k1, k2)
        stream_line(dx + start, line)
        start += in_line(dx)
    return start


cdef Py_ssize_t stream_row_scale(const real* x, real* y, Py_ssize_t width, const real* mean, const real* a,
                                 const real* b, Py_ssize_t ahead) noexcept nogil:
    cdef Py_ssize_t p, start = before_line(y, width)
    cdef real line[IN_LINE]
    cdef int j
    for p in range(start):
        y[p] = scaled(x[p], mean[p], a[p], b[p])
    while start + in_line(y) <= width:
        bn_prefetch_far(<const char*>(x + start) + ahead)
        for j in range(in_line(y)):
            line[j] = scaled(x[start + j], mean[start + j], a[start + j], b[start + j])
        stream_line(y + start, line)
        start += in_line(y)
    return start


cdef Py_ssize_t stream_row_pull(const real* dy, const real* x, real* dx, Py_ssize_t width, const real* mean,
                                const real* rise, const real* k0, const real* k1, const real* k2, Py_ssize_t dy_ahead,
                                Py_ssize_t ahead) noexcept nogil:
    cdef Py_ssize_t p, start = before_line(dx, width)
    cdef real line[IN_LINE]
    cdef int j
    for p in range(start):
        dx[p] = pulled(dy[p], x[p], mean[p], rise[p], k0[p], k1[p], k2[p])
    while start + in_line(dx) <= width:
        bn_prefetch_far(<const char*>(dy + start) + dy_ahead)
        bn_prefetch_far(<const char*>(x + start) + ahead)
        for j in range(in_line(dx)):
            p = start + j
            line[j] = pulled(dy[p], x[p], mean[p], rise[p], k0[p], k1[p], k2[p])
        stream_line(dx + start, line)
        start += in_line(dx)
    return start
