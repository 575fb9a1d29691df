# Float64 numbers side by side, made of float32 numbers: what reductions of float32 data are written in.
#
# a. A `unit` is as many numbers as one register of this level holds. To Cython it is a double; to the C compiler it is
#    a vector, added element by element. Columns are added in units, and no bit depends on how many fit.
# b. `Lanes32` is 32 lanes in as many units as it takes; element i of a run is in lane i mod 32, whatever the level.
# c. Rejected: loops over scalars. The compiler vectorises them by the narrower type, which costs a permutation for
#    each register that is widened, and takes the accumulators to memory between two runs: half the speed in cache.

cdef extern from *:
    """
    #if defined(__SSE2__)
    #include <immintrin.h>
    #endif
    #if defined(__AVX512F__) && defined(__AVX512VL__)
    #define BN_WIDTH 8
    #elif defined(__AVX__)
    #define BN_WIDTH 4
    #else
    #define BN_WIDTH 2
    #endif
    #define BN_UNITS (32 / BN_WIDTH)
    /* a statement for each unit of 32 lanes, written out: an array that no loop walks stays in registers */
    #define BN_FOUR(do, k) do((k)) do((k) + 1) do((k) + 2) do((k) + 3)
    #if BN_WIDTH == 8
    #define BN_EACH(do) BN_FOUR(do, 0)
    #elif BN_WIDTH == 4
    #define BN_EACH(do) BN_FOUR(do, 0) BN_FOUR(do, 4)
    #else
    #define BN_EACH(do) BN_FOUR(do, 0) BN_FOUR(do, 4) BN_FOUR(do, 8) BN_FOUR(do, 12)
    #endif
    typedef double bn_unit __attribute__((vector_size(8 * BN_WIDTH)));
    typedef float bn_singles __attribute__((vector_size(8 * BN_WIDTH)));
    typedef float bn_floats __attribute__((vector_size(4 * BN_WIDTH), aligned(4)));

    static inline bn_unit bn_widen(const float* x)
    {
    #if BN_WIDTH == 8
        return (bn_unit)_mm512_cvtps_pd(_mm256_loadu_ps(x));
    #elif BN_WIDTH == 4
        return (bn_unit)_mm256_cvtps_pd(_mm_loadu_ps(x));
    #else
        return __builtin_convertvector(*(const bn_floats*)x, bn_unit);
    #endif
    }
    #if BN_WIDTH == 4
    /* masks of the first few of eight numbers begin eight minus so many from here */
    static const int bn_mask[16] = {-1, -1, -1, -1, -1, -1, -1, -1};
    #endif
    /* the first `count` of them, and 0 in the place of the rest */
    static inline bn_unit bn_widen_some(const float* x, Py_ssize_t count)
    {
    #if BN_WIDTH == 8
        __mmask8 some = count >= 8 ? 0xff : count <= 0 ? 0 : (__mmask8)((1 << count) - 1);
        return (bn_unit)_mm512_cvtps_pd(_mm256_maskz_loadu_ps(some, x));
    #elif BN_WIDTH == 4
        if (count >= BN_WIDTH) return bn_widen(x);
        return (bn_unit)_mm256_cvtps_pd(_mm_maskload_ps(x, _mm_loadu_si128((const __m128i*)(bn_mask + 8 - count))));
    #else
        float some[BN_WIDTH] = {0};
        if (count >= BN_WIDTH) return bn_widen(x);
        for (Py_ssize_t i = 0; i < count; i++) some[i] = x[i];
        return bn_widen(some);
    #endif
    }
    /* a b + c, where a b is exact: fused or not, it is rounded once */
    static inline bn_unit bn_add_exact_unit(bn_unit a, bn_unit b, bn_unit c)
    {
    #if BN_WIDTH == 8
        return (bn_unit)_mm512_fmadd_pd((__m512d)a, (__m512d)b, (__m512d)c);
    #elif BN_WIDTH == 4 && defined(__FMA__)
        return (bn_unit)_mm256_fmadd_pd((__m256d)a, (__m256d)b, (__m256d)c);
    #else
        return a * b + c;
    #endif
    }
    static inline bn_unit bn_load_unit(const double* t) { bn_unit v; __builtin_memcpy(&v, t, sizeof v); return v; }
    static inline bn_unit bn_spread_unit(double x) { return x - (bn_unit){0}; }
    static inline void bn_store_unit(double* t, bn_unit v) { __builtin_memcpy(t, &v, sizeof v); }

    /* the same for maps of float32 data, in their own type; loads and stores of the first `count` leave the others alone */
    static inline bn_singles bn_spread(float x) { return x - (bn_singles){0}; }
    static inline bn_singles bn_load_singles(const float* x) { bn_singles v; __builtin_memcpy(&v, x, sizeof v); return v; }
    static inline void bn_store_singles(float* y, bn_singles v) { __builtin_memcpy(y, &v, sizeof v); }
    static inline bn_singles bn_load_some(const float* x, Py_ssize_t count)
    {
    #if BN_WIDTH == 8
        return (bn_singles)_mm512_maskz_loadu_ps((__mmask16)((1 << count) - 1), x);
    #elif BN_WIDTH == 4
        return (bn_singles)_mm256_maskload_ps(x, _mm256_loadu_si256((const __m256i*)(bn_mask + 8 - count)));
    #else
        bn_singles v = {0};
        for (Py_ssize_t i = 0; i < count; i++) v[i] = x[i];
        return v;
    #endif
    }
    static inline void bn_store_some(float* y, bn_singles v, Py_ssize_t count)
    {
    #if BN_WIDTH == 8
        _mm512_mask_storeu_ps(y, (__mmask16)((1 << count) - 1), (__m512)v);
    #elif BN_WIDTH == 4
        _mm256_maskstore_ps(y, _mm256_loadu_si256((const __m256i*)(bn_mask + 8 - count)), (__m256)v);
    #else
        for (Py_ssize_t i = 0; i < count; i++) y[i] = v[i];
    #endif
    }

    typedef struct { bn_unit unit[BN_UNITS]; } bn_lanes;
    static inline bn_lanes bn_no_lanes(void) { bn_lanes none = {{{0}}}; return none; }
    #define BN_WIDEN(k) t.unit[k] = bn_widen(x + (k) * BN_WIDTH);
    static inline bn_lanes bn_widen_lanes(const float* x) { bn_lanes t; BN_EACH(BN_WIDEN) return t; }
    #define BN_PLUS(k) t.unit[k] += x.unit[k];
    static inline bn_lanes bn_plus(bn_lanes t, bn_lanes x) { BN_EACH(BN_PLUS) return t; }
    #define BN_PLUS_PRODUCT(k) t.unit[k] = bn_add_exact_unit(x.unit[k], y.unit[k], t.unit[k]);
    static inline bn_lanes bn_plus_product(bn_lanes t, bn_lanes x, bn_lanes y) { BN_EACH(BN_PLUS_PRODUCT) return t; }
    /* the end of a run, of less than 32 numbers: t += x, u += x y; lanes without a number gain nothing */
    #define BN_PLUS_REST(k) if ((k) * BN_WIDTH < count) { \
        bn_unit v = bn_widen_some(x + (k) * BN_WIDTH, count - (k) * BN_WIDTH); \
        bn_unit w = bn_widen_some(y + (k) * BN_WIDTH, count - (k) * BN_WIDTH); \
        t->unit[k] += v; u->unit[k] = bn_add_exact_unit(v, w, u->unit[k]); }
    /* Where registers hold t and u, a call would keep them in memory, and the loops before it would add there. */
    #if BN_WIDTH >= 4
    __attribute__((always_inline))
    #endif
    static inline void bn_plus_rest(bn_lanes* t, bn_lanes* u, const float* x, const float* y, Py_ssize_t count)
    { BN_EACH(BN_PLUS_REST) }
    /* the sum of eight numbers by halves: ((0+4) + (2+6)) + ((1+5) + (3+7)) */
    static inline double bn_fold_eight(const double* t)
    {
    #if defined(__AVX__)
        __m256d four = _mm256_add_pd(_mm256_loadu_pd(t), _mm256_loadu_pd(t + 4));
        __m128d two = _mm_add_pd(_mm256_castpd256_pd128(four), _mm256_extractf128_pd(four, 1));
        return _mm_cvtsd_f64(_mm_add_sd(two, _mm_unpackhi_pd(two, two)));
    #else
        return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]));
    #endif
    }
    /* the sums of all lanes of two, each by halves */
    #if BN_WIDTH == 8
    static inline void bn_fold_two(bn_lanes t, bn_lanes u, double* of_t, double* of_u)
    {
        __m512d a = (__m512d)((t.unit[0] + t.unit[2]) + (t.unit[1] + t.unit[3]));
        __m512d b = (__m512d)((u.unit[0] + u.unit[2]) + (u.unit[1] + u.unit[3]));
        /* four numbers of t, then four of u; then two of each */
        a = _mm512_add_pd(_mm512_shuffle_f64x2(a, b, 0x44), _mm512_shuffle_f64x2(a, b, 0xee));
        a = _mm512_add_pd(a, _mm512_shuffle_f64x2(a, a, 0xb1));
        a = _mm512_add_pd(a, _mm512_permute_pd(a, 0x55));
        *of_t = _mm512_cvtsd_f64(a);
        *of_u = _mm256_cvtsd_f64(_mm512_extractf64x4_pd(a, 1));
    }
    #else
    static inline double bn_fold(bn_lanes t)
    {
        double eight[8];
        for (int k = 0; k < BN_UNITS / 4; k++)
            bn_store_unit(eight + k * BN_WIDTH, (t.unit[k] + t.unit[k + BN_UNITS / 2])
                                              + (t.unit[k + BN_UNITS / 4] + t.unit[k + 3 * BN_UNITS / 4]));
        return bn_fold_eight(eight);
    }
    static inline void bn_fold_two(bn_lanes t, bn_lanes u, double* of_t, double* of_u)
    {
        *of_t = bn_fold(t), *of_u = bn_fold(u);
    }
    #endif
    /* the sum of a run of numbers in eight lanes: number i adds to lane i mod 8 */
    #define BN_EIGHT (8 / BN_WIDTH)
    static inline double bn_fold_run(const double* t, Py_ssize_t count)
    {
        bn_unit sum[BN_EIGHT] = {{0}};
        double eight[8] = {0};
        for (; count >= 8; t += 8, count -= 8)
            for (int k = 0; k < BN_EIGHT; k++) sum[k] += bn_load_unit(t + k * BN_WIDTH);
    #if BN_WIDTH == 8
        sum[0] += (bn_unit)_mm512_maskz_loadu_pd((__mmask8)((1 << count) - 1), t);
    #else
        for (Py_ssize_t i = 0; i < count; i++) eight[i] = t[i];
        for (int k = 0; k < BN_EIGHT; k++) sum[k] += bn_load_unit(eight + k * BN_WIDTH);
    #endif
        for (int k = 0; k < BN_EIGHT; k++) bn_store_unit(eight + k * BN_WIDTH, sum[k]);
        return bn_fold_eight(eight);
    }
    """
    const Py_ssize_t WIDTH "BN_WIDTH"
    ctypedef double unit "bn_unit"
    unit widen_unit "bn_widen"(const float* x) noexcept nogil
    unit widen_some "bn_widen_some"(const float* x, Py_ssize_t count) noexcept nogil
    unit add_exact_unit "bn_add_exact_unit"(unit a, unit b, unit c) noexcept nogil
    unit load_unit "bn_load_unit"(const double* t) noexcept nogil
    unit spread_unit "bn_spread_unit"(double x) noexcept nogil
    void store_unit "bn_store_unit"(double* t, unit value) noexcept nogil

    const Py_ssize_t SINGLES "(2 * BN_WIDTH)"
    ctypedef float singles "bn_singles"
    singles spread "bn_spread"(float x) noexcept nogil
    singles load_singles "bn_load_singles"(const float* x) noexcept nogil
    void store_singles "bn_store_singles"(float* y, singles v) noexcept nogil
    singles load_some "bn_load_some"(const float* x, Py_ssize_t count) noexcept nogil
    void store_some "bn_store_some"(float* y, singles v, Py_ssize_t count) noexcept nogil
    singles scaled_singles "bn_scaled"(singles x, singles nearest, singles slope, singles level) noexcept nogil
    singles pulled_singles "bn_pulled"(singles dy, singles x, singles mean, singles rise, singles k0, singles k1,
                                       singles k2) noexcept nogil

    ctypedef struct Lanes32 "bn_lanes":
        pass
    Lanes32 no_lanes "bn_no_lanes"() noexcept nogil
    Lanes32 widen_lanes "bn_widen_lanes"(const float* x) noexcept nogil
    Lanes32 add_lanes "bn_plus"(Lanes32 t, Lanes32 x) noexcept nogil
    Lanes32 add_products "bn_plus_product"(Lanes32 t, Lanes32 x, Lanes32 y) noexcept nogil
    void add_rest "bn_plus_rest"(Lanes32* t, Lanes32* u, const float* x, const float* y, Py_ssize_t count) noexcept nogil
    void fold_two "bn_fold_two"(Lanes32 t, Lanes32 u, double* of_t, double* of_u) noexcept nogil
    double fold_eight "bn_fold_eight"(const double* t) noexcept nogil
    double fold_run "bn_fold_run"(const double* t, Py_ssize_t count) noexcept nogil
