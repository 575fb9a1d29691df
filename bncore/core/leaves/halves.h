/* Half precision: float16 and bfloat16 to float32, which is exact, and back, rounded to nearest, ties to even.
 *
 * a. With instructions where a level has them, else with integers; each gives the same bits, those of a NaN too: it is quiet, and
 *    keeps its sign and the first digits of its payload.
 * b. They take no notice of flush-to-zero.
 */

#ifndef BN_HALVES_H
#define BN_HALVES_H

#include <stdint.h>
#include <string.h>
#include "simd.h"

static inline uint32_t bn_bits(float x) { uint32_t u; memcpy(&u, &x, sizeof u); return u; }
static inline float bn_number(uint32_t u) { float x; memcpy(&x, &u, sizeof x); return x; }

static inline float bn_half_to_float(uint16_t h)
{
    uint32_t sign = (uint32_t)(h & 0x8000) << 16, exponent = (h >> 10) & 0x1f, digits = h & 0x3ff;
    if (exponent == 0x1f) return bn_number(sign | 0x7f800000 | digits << 13 | (digits ? 0x400000 : 0));
    if (exponent) return bn_number(sign | (exponent + 112) << 23 | digits << 13);
    if (!digits) return bn_number(sign);
    /* subnormal: its first digit becomes the hidden one */
    for (exponent = 113; !(digits & 0x400); exponent--) digits <<= 1;
    return bn_number(sign | exponent << 23 | (digits & 0x3ff) << 13);
}

static inline uint16_t bn_float_to_half(float x)
{
    uint32_t u = bn_bits(x), sign = u >> 16 & 0x8000, a = u & 0x7fffffff, digits, shift, half;
    if (a > 0x7f800000) return (uint16_t)(sign | 0x7e00 | (a >> 13 & 0x3ff));
    if (a >= 0x477ff000) return (uint16_t)(sign | 0x7c00);
    if (a < 0x33000000) return (uint16_t)sign;
    if (a >= 0x38800000) {
        a -= 112u << 23;
        return (uint16_t)(sign | (a + 0xfff + (a >> 13 & 1)) >> 13);
    }
    /* subnormal */
    digits = (a & 0x7fffff) | 0x800000, shift = 126 - (a >> 23), half = digits >> shift;
    digits &= (1u << shift) - 1;
    half += digits > 1u << (shift - 1) || (digits == 1u << (shift - 1) && (half & 1));
    return (uint16_t)(sign | half);
}

/* A float32 that rounds to half precision as the float64 does: what it cannot hold leaves its last digit odd. */
static inline float bn_to_odd(double x)
{
    float f = (float)x;
    uint32_t u = bn_bits(f);
    double back = f;
    if (back == x || x != x) return f;
    return bn_number((u - (fabs(back) > fabs(x))) | 1);
}

/* Vectors of elements as they are stored, and the first `count` of such a vector, with 0 in the place of the rest. */
#define BN_SINGLES (2 * BN_WIDTH)
typedef int32_t bn_flags32 __attribute__((vector_size(8 * BN_WIDTH)));
typedef uint32_t bn_words __attribute__((vector_size(8 * BN_WIDTH)));
typedef uint16_t bn_shorts __attribute__((vector_size(4 * BN_WIDTH)));

static inline bn_shorts bn_load_shorts(const void* x) { bn_shorts v; memcpy(&v, x, sizeof v); return v; }
static inline bn_shorts bn_load_some_shorts(const void* x, Py_ssize_t count)
{
    bn_shorts v = {0};
    memcpy(&v, x, (size_t)count * 2);
    return v;
}

static inline bn_singles bn_from_halves(bn_shorts v)
{
#if BN_WIDTH == 8
    return (bn_singles)_mm512_cvtph_ps((__m256i)v);
#elif BN_WIDTH == 4 && defined(__F16C__)
    return (bn_singles)_mm256_cvtph_ps((__m128i)v);
#else
    bn_singles x;
    for (int i = 0; i < BN_SINGLES; i++) x[i] = bn_half_to_float(v[i]);
    return x;
#endif
}

static inline bn_shorts bn_to_halves(bn_singles x)
{
#if BN_WIDTH == 8
    return (bn_shorts)_mm512_cvtps_ph((__m512)x, _MM_FROUND_TO_NEAREST_INT);
#elif BN_WIDTH == 4 && defined(__F16C__)
    return (bn_shorts)_mm256_cvtps_ph((__m256)x, _MM_FROUND_TO_NEAREST_INT);
#else
    bn_shorts v;
    for (int i = 0; i < BN_SINGLES; i++) v[i] = bn_float_to_half(x[i]);
    return v;
#endif
}

static inline bn_singles bn_from_bfloats(bn_shorts v)
{
#if BN_WIDTH == 8
    return (bn_singles)_mm512_slli_epi32(_mm512_cvtepu16_epi32((__m256i)v), 16);
#elif BN_WIDTH == 4 && defined(__AVX2__)
    return (bn_singles)_mm256_slli_epi32(_mm256_cvtepu16_epi32((__m128i)v), 16);
#else
    return (bn_singles)(__builtin_convertvector(v, bn_words) << 16);
#endif
}

static inline bn_shorts bn_to_bfloats(bn_singles x)
{
    bn_words u = (bn_words)x, quiet = u >> 16 | 0x40, rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16;
    bn_words nan = (bn_words)((bn_flags32)(u & 0x7fffffff) > 0x7f800000);
    u = (quiet & nan) | (rounded & ~nan);
#if BN_WIDTH == 8
    return (bn_shorts)_mm512_cvtepi32_epi16((__m512i)u);
#elif BN_WIDTH == 4 && defined(__AVX2__)
    return (bn_shorts)_mm_packus_epi32(_mm256_castsi256_si128((__m256i)u), _mm256_extracti128_si256((__m256i)u, 1));
#else
    return __builtin_convertvector(u, bn_shorts);
#endif
}

static inline bn_singles bn_load_halves(const void* x) { return bn_from_halves(bn_load_shorts(x)); }
static inline bn_singles bn_load_bfloats(const void* x) { return bn_from_bfloats(bn_load_shorts(x)); }
static inline bn_singles bn_load_some_halves(const void* x, Py_ssize_t count) { return bn_from_halves(bn_load_some_shorts(x, count)); }
static inline bn_singles bn_load_some_bfloats(const void* x, Py_ssize_t count) { return bn_from_bfloats(bn_load_some_shorts(x, count)); }
static inline void bn_store_halves(void* y, bn_singles x) { bn_shorts v = bn_to_halves(x); memcpy(y, &v, sizeof v); }
static inline void bn_store_bfloats(void* y, bn_singles x) { bn_shorts v = bn_to_bfloats(x); memcpy(y, &v, sizeof v); }
static inline void bn_store_some_halves(void* y, bn_singles x, Py_ssize_t count)
{
    bn_shorts v = bn_to_halves(x);
    memcpy(y, &v, (size_t)count * 2);
}
static inline void bn_store_some_bfloats(void* y, bn_singles x, Py_ssize_t count)
{
    bn_shorts v = bn_to_bfloats(x);
    memcpy(y, &v, (size_t)count * 2);
}

/* The same past the caches; a line of the cache is stored by stores that follow each other. */
#if BN_WIDTH == 8
static inline void bn_stream_singles(void* y, bn_singles x) { _mm512_stream_ps((float*)y, (__m512)x); }
static inline void bn_stream_shorts(void* y, bn_shorts v) { _mm256_stream_si256((__m256i*)y, (__m256i)v); }
#elif BN_WIDTH == 4
static inline void bn_stream_singles(void* y, bn_singles x) { _mm256_stream_ps((float*)y, (__m256)x); }
static inline void bn_stream_shorts(void* y, bn_shorts v) { _mm_stream_si128((__m128i*)y, (__m128i)v); }
#elif BN_STREAMS && defined(__x86_64__)
static inline void bn_stream_singles(void* y, bn_singles x) { _mm_stream_ps((float*)y, (__m128)x); }
static inline void bn_stream_shorts(void* y, bn_shorts v) { long long u; memcpy(&u, &v, sizeof u); _mm_stream_si64((long long*)y, u); }
#else
static inline void bn_stream_singles(void* y, bn_singles x) { memcpy(y, &x, sizeof x); }
static inline void bn_stream_shorts(void* y, bn_shorts v) { memcpy(y, &v, sizeof v); }
#endif
static inline void bn_stream_halves(void* y, bn_singles x) { bn_stream_shorts(y, bn_to_halves(x)); }
static inline void bn_stream_bfloats(void* y, bn_singles x) { bn_stream_shorts(y, bn_to_bfloats(x)); }

/* What is below `least`, or equal to it, becomes it, and a NaN stays: a relu where it is 0, nothing where it is -infinity. And dy
 * where y > 0, else 0. */
static inline bn_singles bn_at_least(bn_singles y, bn_singles least)
{
#if BN_WIDTH == 8
    return (bn_singles)_mm512_mask_mov_ps((__m512)y, _mm512_cmp_ps_mask((__m512)y, (__m512)least, _CMP_LE_OQ), (__m512)least);
#elif BN_WIDTH == 4
    return (bn_singles)_mm256_blendv_ps((__m256)y, (__m256)least, _mm256_cmp_ps((__m256)y, (__m256)least, _CMP_LE_OQ));
#else
    bn_flags32 below = y <= least;
    return (bn_singles)(((bn_flags32)least & below) | ((bn_flags32)y & ~below));
#endif
}
static inline bn_singles bn_let_through(bn_singles dy, bn_singles y) { return (bn_singles)((bn_flags32)dy & (y > 0)); }

/* Elements that lie one after the other. */
#define BN_EACH_VECTOR(whole, rest) { \
    Py_ssize_t i = 0; \
    for (; i + BN_SINGLES <= count; i += BN_SINGLES) whole; \
    if (i < count) rest; \
}
static inline void bn_halves_to_floats(const void* from, float* to, Py_ssize_t count)
{
    const uint16_t* x = (const uint16_t*)from;
    BN_EACH_VECTOR(bn_store_singles(to + i, bn_load_halves(x + i)), bn_store_some(to + i, bn_load_some_halves(x + i, count - i), count - i))
}
static inline void bn_bfloats_to_floats(const void* from, float* to, Py_ssize_t count)
{
    const uint16_t* x = (const uint16_t*)from;
    BN_EACH_VECTOR(bn_store_singles(to + i, bn_load_bfloats(x + i)), bn_store_some(to + i, bn_load_some_bfloats(x + i, count - i), count - i))
}
static inline void bn_floats_to_halves(const float* x, void* to, Py_ssize_t count)
{
    uint16_t* y = (uint16_t*)to;
    BN_EACH_VECTOR(bn_store_halves(y + i, bn_load_singles(x + i)), bn_store_some_halves(y + i, bn_load_some(x + i, count - i), count - i))
}
static inline void bn_floats_to_bfloats(const float* x, void* to, Py_ssize_t count)
{
    uint16_t* y = (uint16_t*)to;
    BN_EACH_VECTOR(bn_store_bfloats(y + i, bn_load_singles(x + i)), bn_store_some_bfloats(y + i, bn_load_some(x + i, count - i), count - i))
}

#endif
