# Eight float64 numbers as one, made of eight float32 numbers: what reductions of float32 data are written in.
#
# To Cython an `eight` is a double; to the C compiler it is a vector, added element by element. Written as loops over
# scalars the same reductions are vectorised in sixteens, which costs a permutation for every eight elements that are
# widened, and their accumulators leave the registers between two runs.

cdef extern from *:
    """
    typedef double bn_eight __attribute__((vector_size(64)));
    typedef float bn_eight_floats __attribute__((vector_size(32), aligned(4)));
    #if defined(__SSE2__)
    #include <immintrin.h>
    #endif
    #if defined(__AVX512F__) && defined(__AVX512VL__)
    static inline bn_eight bn_widen(const float* x) { return (bn_eight)_mm512_cvtps_pd(_mm256_loadu_ps(x)); }
    static inline bn_eight bn_widen_some(const float* x, Py_ssize_t count)
    {
        __mmask8 some = count >= 8 ? 0xff : count <= 0 ? 0 : (__mmask8)((1 << count) - 1);
        return (bn_eight)_mm512_cvtps_pd(_mm256_maskz_loadu_ps(some, x));
    }
    #else
    static inline bn_eight bn_widen(const float* x)
    {
        return __builtin_convertvector(*(const bn_eight_floats*)x, bn_eight);
    }
    static inline bn_eight bn_widen_some(const float* x, Py_ssize_t count)
    {
        float some[8] = {0};
        for (Py_ssize_t i = 0; i < count && i < 8; i++) some[i] = x[i];
        return bn_widen(some);
    }
    #endif
    /* a b + c, where a b is exact: fused or not, it is rounded once */
    #if defined(__AVX512F__)
    static inline bn_eight bn_add_exact_eight(bn_eight a, bn_eight b, bn_eight c)
    {
        return (bn_eight)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
    }
    #elif defined(__AVX__) && defined(__FMA__)
    static inline bn_eight bn_add_exact_eight(bn_eight a, bn_eight b, bn_eight c)
    {
        typedef union { bn_eight eight; __m256d half[2]; } both;
        both x = {a}, y = {b}, z = {c};
        z.half[0] = _mm256_fmadd_pd(x.half[0], y.half[0], z.half[0]);
        z.half[1] = _mm256_fmadd_pd(x.half[1], y.half[1], z.half[1]);
        return z.eight;
    }
    #else
    static inline bn_eight bn_add_exact_eight(bn_eight a, bn_eight b, bn_eight c) { return a * b + c; }
    #endif
    static inline bn_eight bn_load_eight(const double* t) { bn_eight v; __builtin_memcpy(&v, t, sizeof v); return v; }
    static inline void bn_store_eight(double* t, bn_eight v) { __builtin_memcpy(t, &v, sizeof v); }
    static inline bn_eight bn_no_eight(void) { bn_eight zero = {0}; return zero; }
    """
    ctypedef double eight "bn_eight"
    eight widen_eight "bn_widen"(const float* x) noexcept nogil
    eight widen_some "bn_widen_some"(const float* x, Py_ssize_t count) noexcept nogil   # 0 beyond `count` elements
    eight add_exact_eight "bn_add_exact_eight"(eight a, eight b, eight c) noexcept nogil
    eight load_eight "bn_load_eight"(const double* t) noexcept nogil
    void store_eight "bn_store_eight"(double* t, eight value) noexcept nogil
    eight no_eight "bn_no_eight"() noexcept nogil


cdef extern from *:
    """
    /* the sum of eight numbers by halves: ((0+4) + (2+6)) + ((1+5) + (3+7)) */
    #if defined(__AVX__)
    static inline double bn_fold_eight(const double* t)
    {
        __m256d four = _mm256_add_pd(_mm256_loadu_pd(t), _mm256_loadu_pd(t + 4));
        __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
        return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
    }
    #else
    static inline double bn_fold_eight(const double* t)
    {
        return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]));
    }
    #endif
    """
    double fold_eight "bn_fold_eight"(const double* t) noexcept nogil


cdef struct Quad:                  # 32 lanes, lane j in element j mod 8 of number j div 8
    eight a
    eight b
    eight c
    eight d


cdef inline Quad no_quad() noexcept nogil:
    cdef Quad q
    q.a = q.b = q.c = q.d = no_eight()
    return q


cdef inline double fold_quad(Quad q) noexcept nogil:
    # the lanes by halves
    cdef double t[8]
    store_eight(t, (q.a + q.c) + (q.b + q.d))
    return fold_eight(t)


cdef inline Quad widen_quad(const float* x) noexcept nogil:
    cdef Quad q
    q.a, q.b, q.c, q.d = widen_eight(x), widen_eight(x + 8), widen_eight(x + 16), widen_eight(x + 24)
    return q


cdef inline Quad widen_rest(const float* x, Py_ssize_t rest) noexcept nogil:
    # 0 in the lanes that have no element
    cdef Quad q
    q.a, q.b = widen_some(x, rest), widen_some(x + 8, rest - 8)
    q.c, q.d = widen_some(x + 16, rest - 16), widen_some(x + 24, rest - 24)
    return q


cdef inline Quad plus(Quad q, Quad x) noexcept nogil:
    q.a += x.a
    q.b += x.b
    q.c += x.c
    q.d += x.d
    return q


cdef inline Quad plus_product(Quad q, Quad x, Quad y) noexcept nogil:
    q.a = add_exact_eight(x.a, y.a, q.a)
    q.b = add_exact_eight(x.b, y.b, q.b)
    q.c = add_exact_eight(x.c, y.c, q.c)
    q.d = add_exact_eight(x.d, y.d, q.d)
    return q
