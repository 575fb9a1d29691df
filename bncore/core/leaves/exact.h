/* Exact sums: what C gives to exact.pxd, whose comments say why this is exact.
 *
 * A patch is what is summed at once: `planes` times `rows` rows of 16 elements, and after them a row of `tail` elements. Column j of it
 * has sums of its own.
 */

#ifndef BN_EXACT_H
#define BN_EXACT_H

#include "simd.h"
#include <stdint.h>

#define BN_PATCH 16
typedef __int128 bn_long;
typedef unsigned __int128 bn_natural;
/* integers in the places of a unit, and half as wide */
typedef int64_t bn_longs __attribute__((vector_size(8 * BN_WIDTH)));
typedef int32_t bn_ints __attribute__((vector_size(4 * BN_WIDTH), aligned(4)));

typedef struct {
    const char *x, *y;
    Py_ssize_t x_plane, y_plane, x_row, y_row;
    const char *x_next, *y_next;        /* what is fetched, a line for each row, */
    Py_ssize_t x_step, y_step;          /* so many bytes apart */
    Py_ssize_t planes, rows, tail;
} bn_patch;

static inline Py_ssize_t bn_clipped(Py_ssize_t count, Py_ssize_t most) { return count < 0 ? 0 : count > most ? most : count; }

/* The largest |x| of each column and the smallest that is not 0, as the integer that its bits are, less 1: 0 becomes -1, which is
 * the smallest of signed numbers and the largest of unsigned ones. And whether they are all within what tops reach. */
#if defined(__AVX512F__) || defined(__AVX2__)
#if defined(__AVX512F__)
#define BN_SPAN 16
#define BN_RANGE_OP(op) _mm512_##op
typedef __m512i bn_span;
static inline bn_span bn_span_some(const float* x, Py_ssize_t n) { return _mm512_maskz_loadu_epi32((__mmask16)((1 << n) - 1), x); }
#define BN_ZERO _mm512_setzero_si512()
#define bn_span_and(a, b) _mm512_and_si512(a, b)
#define bn_span_or(a, b) _mm512_or_si512(a, b)
#define bn_span_xor(a, b) _mm512_xor_si512(a, b)
#define bn_span_none(a) (_mm512_test_epi32_mask(a, a) == 0)
#else
#define BN_SPAN 8
#define BN_RANGE_OP(op) _mm256_##op
typedef __m256i bn_span;
static inline bn_span bn_span_some(const float* x, Py_ssize_t n)
{
    return _mm256_maskload_epi32((const int*)x, _mm256_loadu_si256((const __m256i*)(bn_mask + 8 - n)));
}
#define BN_ZERO _mm256_setzero_si256()
#define bn_span_and(a, b) _mm256_and_si256(a, b)
#define bn_span_or(a, b) _mm256_or_si256(a, b)
#define bn_span_xor(a, b) _mm256_xor_si256(a, b)
#define bn_span_none(a) _mm256_testz_si256(a, a)
#endif
#define BN_SPANS (BN_PATCH / BN_SPAN)
#define BN_RANGE(k, value) { \
    bn_span z = BN_RANGE_OP(add_epi32)(bn_span_and(value, magnitude), less); \
    high[k] = BN_RANGE_OP(max_epi32)(high[k], z), low[k] = BN_RANGE_OP(min_epu32)(low[k], z); }
static inline int bn_within(const char* x, Py_ssize_t plane, Py_ssize_t row, const bn_patch* t, const int32_t* top, int32_t spread,
                            int32_t* most, int32_t* least)
{
    const bn_span magnitude = BN_RANGE_OP(set1_epi32)(0x7fffffff), less = BN_RANGE_OP(set1_epi32)(-1);
    bn_span high[BN_SPANS], low[BN_SPANS], v, w, bad = BN_ZERO;
    for (int k = 0; k < BN_SPANS; k++) high[k] = low[k] = less;
    for (Py_ssize_t n = 0; n < t->planes; n++) {
        const char* p = x + n * plane;
        for (Py_ssize_t i = 0; i < t->rows; i++, p += row) {
            /* the row of the next patch; a processor sees no pattern in these */
            bn_prefetch(p + 4 * BN_PATCH);
            for (int k = 0; k < BN_SPANS; k++) {
                __builtin_memcpy(&v, p + k * sizeof v, sizeof v);
                BN_RANGE(k, v)
            }
        }
        if (t->tail)
            for (int k = 0; k < BN_SPANS; k++)
                BN_RANGE(k, bn_span_some((const float*)p + k * BN_SPAN, bn_clipped(t->tail - k * BN_SPAN, BN_SPAN)))
    }
    __builtin_memcpy(most, high, sizeof high), __builtin_memcpy(least, low, sizeof low);
    for (int k = 0; k < BN_SPANS; k++) {
        /* what a maximum or a minimum with the ends changes lies beyond them */
        __builtin_memcpy(&v, top + k * BN_SPAN, sizeof v);
        w = BN_RANGE_OP(sub_epi32)(v, BN_RANGE_OP(set1_epi32)((spread << 23) + 1));
        v = BN_RANGE_OP(add_epi32)(v, BN_RANGE_OP(set1_epi32)(0x7ffffe));
        bad = bn_span_or(bad, bn_span_xor(v, BN_RANGE_OP(max_epi32)(v, high[k])));
        bad = bn_span_or(bad, bn_span_xor(w, BN_RANGE_OP(min_epu32)(w, low[k])));
    }
    return bn_span_none(bad);
}
#else
static inline int bn_within(const char* x, Py_ssize_t plane, Py_ssize_t row, const bn_patch* t, const int32_t* top, int32_t spread,
                            int32_t* most, int32_t* least)
{
    int32_t v[BN_PATCH], high[BN_PATCH];
    uint32_t low[BN_PATCH];
    for (int j = 0; j < BN_PATCH; j++) high[j] = -1, low[j] = UINT32_MAX;
    for (Py_ssize_t n = 0; n < t->planes; n++)
        for (Py_ssize_t i = 0; i < t->rows + (t->tail != 0); i++) {
            const char* p = x + n * plane + i * row;
            if (i < t->rows) __builtin_memcpy(v, p, sizeof v);
            else {
                __builtin_memset(v, 0, sizeof v);
                __builtin_memcpy(v, p, t->tail * sizeof *v);
            }
            for (int j = 0; j < BN_PATCH; j++) {
                int32_t z = (v[j] & 0x7fffffff) - 1;
                high[j] = z > high[j] ? z : high[j];
                low[j] = (uint32_t)z < low[j] ? (uint32_t)z : low[j];
            }
        }
    int bad = 0;
    for (int j = 0; j < BN_PATCH; j++)
        bad |= (high[j] > top[j] + 0x7ffffe) | (low[j] < (uint32_t)top[j] - ((uint32_t)(spread << 23) + 1));
    __builtin_memcpy(most, high, sizeof high), __builtin_memcpy(least, low, sizeof low);
    return !bad;
}
#endif

/* Sums of x by the unit that multiplies, which has less to do than the one that adds. */
#if defined(__FMA__) || defined(__AVX512F__)
#define BN_PLUS(f, v) bn_add_exact_unit(v, one, f)
#else
#define BN_PLUS(f, v) ((f) + (v))
#endif
/* f += x, and x y to s + l: s takes what is above its last place, and l what is not. Nothing is rounded off. */
#define BN_ADD_TO(j, value, other) { \
    bn_unit v = value, w = same ? v : other, t = bn_add_exact_unit(v, w, s##j); \
    f##j = BN_PLUS(f##j, v), l##j += bn_add_exact_unit(v, w, s##j - t), s##j = t; }
#define BN_ADD_UNIT(j) BN_ADD_TO(j, bn_widen((const float*)p + (j) * BN_WIDTH), bn_widen((const float*)q + (j) * BN_WIDTH))
#define BN_ADD_SOME(j) { Py_ssize_t n = bn_clipped(r->tail - (k + j) * BN_WIDTH, BN_WIDTH); \
    BN_ADD_TO(j, bn_widen_some((const float*)p + (j) * BN_WIDTH, n), bn_widen_some((const float*)q + (j) * BN_WIDTH, n)) }
/* the numbers that f, s and l start from, exponents of which are those of the grids; what they have gained is an integer then */
#define BN_START(j) \
    bn_longs x##j, y##j; \
    x##j = __builtin_convertvector(*(const bn_ints*)(x_top + (k + j) * BN_WIDTH), bn_longs) << 29; \
    y##j = same ? x##j : __builtin_convertvector(*(const bn_ints*)(y_top + (k + j) * BN_WIDTH), bn_longs) << 29; \
    y##j += x##j; \
    bn_unit f##j = (bn_unit)(x##j + f_start), s##j = (bn_unit)(y##j + s_start), l##j = (bn_unit)(y##j + l_start);
#define BN_GAIN(to, j, now, start) { \
    bn_longs v; \
    __builtin_memcpy(&v, to + (k + j) * BN_WIDTH, sizeof v); \
    v += (bn_longs)now - (start); \
    __builtin_memcpy(to + (k + j) * BN_WIDTH, &v, sizeof v); }
#define BN_END(j) BN_GAIN(first, j, f##j, x##j + f_start) BN_GAIN(high, j, s##j, y##j + s_start) BN_GAIN(low, j, l##j, y##j + l_start)
#if BN_WIDTH == 8
#define BN_UNITS_AT_ONCE 2
#define BN_EACH(do) do(0) do(1)
#else
#define BN_UNITS_AT_ONCE 4
#define BN_EACH(do) do(0) do(1) do(2) do(3)
#endif
__attribute__((always_inline))
static inline void bn_add_units(const bn_patch* r, int same, int k, const int32_t* x_top, const int32_t* y_top, int64_t f_start,
                                int64_t s_start, int64_t l_start, int64_t* first, int64_t* high, int64_t* low)
{
    const bn_unit one = bn_spread_unit(1);
    BN_EACH(BN_START)
    const char *p_next = r->x_next, *q_next = r->y_next;
    (void)one;
    for (Py_ssize_t n = 0; n < r->planes; n++) {
        const char *p = r->x + n * r->x_plane + 4 * k * BN_WIDTH, *q = r->y + n * r->y_plane + 4 * k * BN_WIDTH;
        for (Py_ssize_t i = 0; i < r->rows; i++, p += r->x_row, q += r->y_row) {
            bn_prefetch_far(p_next), p_next += r->x_step;
            if (!same) bn_prefetch_far(q_next), q_next += r->y_step;
            BN_EACH(BN_ADD_UNIT)
        }
        if (r->tail) { BN_EACH(BN_ADD_SOME) }
    }
    BN_EACH(BN_END)
}
static inline void bn_add_patch(const bn_patch* r, int same, const int32_t* x_top, const int32_t* y_top, int64_t f_start,
                                int64_t s_start, int64_t l_start, int64_t* first, int64_t* high, int64_t* low)
{
    for (int k = 0; k < BN_PATCH / BN_WIDTH; k += BN_UNITS_AT_ONCE) {
        if (same) bn_add_units(r, 1, k, x_top, y_top, f_start, s_start, l_start, first, high, low);
        else bn_add_units(r, 0, k, x_top, y_top, f_start, s_start, l_start, first, high, low);
    }
}

#endif
