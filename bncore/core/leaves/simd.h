/* Vectors, prefetch, streaming stores and constants: what C gives to the leaves.
 *
 * a. A `unit` is as many float64 numbers as one register of this level holds; `singles` are as many float32 numbers. To Cython
 *    they are a double and a float; to the C compiler they are vectors, added element by element. No bit depends on how many fit.
 * b. `Lanes32` is 32 lanes of float64 in as many units as it takes; element i of a run is in lane i mod 32, whatever the level.
 * c. Rejected: loops over scalars. The compiler vectorises them by the narrower type, which costs a permutation for
 *    each register that is widened, and takes the accumulators to memory between two runs: half the speed in cache.
 */

#ifndef BN_SIMD_H
#define BN_SIMD_H

#include <Python.h>
#include <math.h>
#include <string.h>
#if defined(__SSE2__)
#include <immintrin.h>
#endif

/* float32 ends at 2^-126 and 2^128. Factors within [SMALL, LARGE], and differences up to REACH, keep full precision in it when two
 * of them are multiplied or subtracted. A number up to CANCELS changes none that is near its end: that has an ulp of 2^104. */
#define BN_SMALL 0x1p-100
#define BN_LARGE 0x1p+100
#define BN_REACH 0x1p+125
#define BN_CANCELS 0x1p+102
/* of a mean of float64 numbers that is kept in two: what it is rounded by, and a margin */
#define BN_ROUNDING 0x1p-98

/* a b + c where a b is a float64 number, as of two float32 numbers: fused or not, it is rounded once */
#if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
#define bn_add_exact(a, b, c) __builtin_fma(a, b, c)
#else
#define bn_add_exact(a, b, c) ((a) * (b) + (c))
#endif

/* the maps, of numbers or of vectors of them; README.md has their equations */
#define bn_scaled(x, nearest, slope, level) (((x) - (nearest)) * (slope) + (level))
#define bn_pulled(dy, x, mean, rise, k0, k1, k2) (((dy) - (rise)) * (k0) + (((x) - (mean)) * (k1) + (k2)))

/* vectors that do not overlap, so that a loop over them is one of vector instructions */
typedef const double* __restrict bn_from;
typedef double* __restrict bn_to;
typedef char* __restrict bn_flags;

#if defined(__GNUC__)
#define bn_prefetch(p) __builtin_prefetch(p)
#define bn_prefetch_far(p) __builtin_prefetch(p, 0, 2)
#else
#define bn_prefetch(p) ((void)(p))
#define bn_prefetch_far(p) ((void)(p))
#endif

/* Streaming stores. A whole line of the cache is stored at once. */
#if defined(__SSE2__)
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
#else
#define BN_STREAMS 0
static inline void bn_stream_line(void* line, const void* from) { memcpy(line, from, 64); }
#endif

#if defined(__AVX512F__) && defined(__AVX512VL__)
#define BN_WIDTH 8
#elif defined(__AVX__)
#define BN_WIDTH 4
#else
#define BN_WIDTH 2
#endif
#define BN_UNITS (32 / BN_WIDTH)
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
static inline bn_unit bn_load_some_unit(const double* t, Py_ssize_t count)
{
#if BN_WIDTH == 8
    return (bn_unit)_mm512_maskz_loadu_pd((__mmask8)((1 << count) - 1), t);
#elif BN_WIDTH == 4
    return (bn_unit)_mm256_maskload_pd(t, _mm256_loadu_si256((const __m256i*)(bn_mask + 8 - 2 * count)));
#else
    bn_unit v = {0};
    for (Py_ssize_t i = 0; i < count; i++) v[i] = t[i];
    return v;
#endif
}
static inline void bn_store_some_unit(double* t, bn_unit v, Py_ssize_t count)
{
#if BN_WIDTH == 8
    _mm512_mask_storeu_pd(t, (__mmask8)((1 << count) - 1), (__m512d)v);
#elif BN_WIDTH == 4
    _mm256_maskstore_pd(t, _mm256_loadu_si256((const __m256i*)(bn_mask + 8 - 2 * count)), (__m256d)v);
#else
    for (Py_ssize_t i = 0; i < count; i++) t[i] = v[i];
#endif
}
/* of weights: how many are not 0, and whether all are 0 or 1 */
typedef long long bn_flags64 __attribute__((vector_size(8 * BN_WIDTH)));
static inline Py_ssize_t bn_total(bn_flags64 of)
{
    Py_ssize_t total = 0;
    for (int k = 0; k < BN_WIDTH; k++) total += (Py_ssize_t)of[k];
    return total;
}
static inline Py_ssize_t bn_counted(const double* w, Py_ssize_t count)
{
    bn_flags64 n = {0};
    for (; count >= BN_WIDTH; w += BN_WIDTH, count -= BN_WIDTH) n -= bn_load_unit(w) != 0;
    if (count > 0) n -= bn_load_some_unit(w, count) != 0;
    return bn_total(n);
}
static inline int bn_masks(const double* w, Py_ssize_t count)
{
    bn_flags64 other = {0};
    for (; count >= BN_WIDTH; w += BN_WIDTH, count -= BN_WIDTH) other |= (bn_load_unit(w) != 0) & (bn_load_unit(w) != 1);
    if (count > 0) other |= (bn_load_some_unit(w, count) != 0) & (bn_load_some_unit(w, count) != 1);
    return bn_total(other) == 0;
}
/* of weighted elements: v where w is not 0, else 0; and the first element that counts, or 0 if it is not finite, where none has yet */
static inline bn_unit bn_where_counts(bn_unit w, bn_unit v) { return (bn_unit)((bn_flags64)v & (w != 0)); }
static inline bn_unit bn_first_that_counts(bn_unit first, bn_unit weight, bn_unit w, bn_unit x)
{
    bn_flags64 now = (weight == 0) & (w != 0), finite = x - x == 0;
    return (bn_unit)(((bn_flags64)x & finite & now) | ((bn_flags64)first & ~now));
}

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
/* Sums of x and of x y over runs, y being x where they are the same: t += x, u += x y. Sixteen registers do not hold all lanes of
 * two sums: four units of each go through a few elements, then the next four. What lies so many bytes further on is fetched by the
 * first four alone: with few elements at once, memory does not wait for the others. */
typedef struct { const char *x, *y; Py_ssize_t x_plane, y_plane, planes, count, x_next, y_next; } bn_runs;
#define BN_AT_ONCE 128
#define BN_ADD(j, value, other) { bn_unit v = value, w = same ? v : other; t##j += v, u##j = bn_add_exact_unit(v, w, u##j); }
#define BN_ADD_WHOLE(j) BN_ADD(j, bn_widen(p + (j) * BN_WIDTH), bn_widen(q + (j) * BN_WIDTH))
#define BN_ADD_REST(j) if (left > (j) * BN_WIDTH) \
    BN_ADD(j, bn_widen_some(p + (j) * BN_WIDTH, left - (j) * BN_WIDTH), bn_widen_some(q + (j) * BN_WIDTH, left - (j) * BN_WIDTH))
__attribute__((always_inline))
static inline void bn_add_four(const bn_runs* r, Py_ssize_t first, Py_ssize_t last, Py_ssize_t start, Py_ssize_t stop, int same, int k, bn_lanes* t, bn_lanes* u)
{
    /* elements [start, stop) of planes [first, last) */
    bn_unit t0 = t->unit[k], t1 = t->unit[k + 1], t2 = t->unit[k + 2], t3 = t->unit[k + 3];
    bn_unit u0 = u->unit[k], u1 = u->unit[k + 1], u2 = u->unit[k + 2], u3 = u->unit[k + 3];
    for (Py_ssize_t n = first; n < last; n++) {
        const float* p = (const float*)(r->x + n * r->x_plane) + start + k * BN_WIDTH;
        const float* q = (const float*)(r->y + n * r->y_plane) + start + k * BN_WIDTH;
        Py_ssize_t left = stop - start;
        for (; left >= 32; left -= 32, p += 32, q += 32) {
            if (k == 0) {
                bn_prefetch((const char*)p + r->x_next), bn_prefetch((const char*)p + r->x_next + 64);
                if (!same) bn_prefetch((const char*)q + r->y_next), bn_prefetch((const char*)q + r->y_next + 64);
            }
            BN_ADD_WHOLE(0) BN_ADD_WHOLE(1) BN_ADD_WHOLE(2) BN_ADD_WHOLE(3)
        }
        left -= k * BN_WIDTH;
        if (left > 0) { BN_ADD_REST(0) BN_ADD_REST(1) BN_ADD_REST(2) BN_ADD_REST(3) }
    }
    t->unit[k] = t0, t->unit[k + 1] = t1, t->unit[k + 2] = t2, t->unit[k + 3] = t3;
    u->unit[k] = u0, u->unit[k + 1] = u1, u->unit[k + 2] = u2, u->unit[k + 3] = u3;
}
/* all lanes; by numbers that the compiler knows, so that those of short runs stay in registers */
#if BN_WIDTH == 8
#define BN_ADD_ALL(...) bn_add_four(__VA_ARGS__, 0, t, u)
#elif BN_WIDTH == 4
#define BN_ADD_ALL(...) bn_add_four(__VA_ARGS__, 0, t, u), bn_add_four(__VA_ARGS__, 4, t, u)
#else
#define BN_ADD_ALL(...) bn_add_four(__VA_ARGS__, 0, t, u), bn_add_four(__VA_ARGS__, 4, t, u), \
                        bn_add_four(__VA_ARGS__, 8, t, u), bn_add_four(__VA_ARGS__, 12, t, u)
#endif
__attribute__((always_inline))
static inline void bn_add_runs(const bn_runs* r, int same, bn_lanes* t, bn_lanes* u)
{
    if (BN_UNITS == 4 || r->planes * r->count <= BN_AT_ONCE) {
        BN_ADD_ALL(r, 0, r->planes, 0, r->count, same);
        return;
    }
    /* short planes come several at once */
    Py_ssize_t planes = r->planes > 1 && r->count < BN_AT_ONCE ? 1 + BN_AT_ONCE / (r->count + 1) : 1;
    for (Py_ssize_t n = 0; n < r->planes; n += planes) {
        Py_ssize_t last = n + planes < r->planes ? n + planes : r->planes;
        for (Py_ssize_t i = 0; i < r->count; i += BN_AT_ONCE) {
            Py_ssize_t stop = i + BN_AT_ONCE < r->count ? i + BN_AT_ONCE : r->count;
            BN_ADD_ALL(r, n, last, i, stop, same);
        }
    }
}
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

#endif
