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

static inline void bn_halves_to_floats(const void* from, float* to, Py_ssize_t count)
{
    const uint16_t* x = (const uint16_t*)from;
    Py_ssize_t i = 0;
#if defined(__F16C__)
    for (; i + 8 <= count; i += 8) _mm256_storeu_ps(to + i, _mm256_cvtph_ps(_mm_loadu_si128((const __m128i*)(x + i))));
#endif
    for (; i < count; i++) to[i] = bn_half_to_float(x[i]);
}

static inline void bn_floats_to_halves(const float* x, void* to, Py_ssize_t count)
{
    uint16_t* y = (uint16_t*)to;
    Py_ssize_t i = 0;
#if defined(__F16C__)
    for (; i + 8 <= count; i += 8) _mm_storeu_si128((__m128i*)(y + i), _mm256_cvtps_ph(_mm256_loadu_ps(x + i), _MM_FROUND_TO_NEAREST_INT));
#endif
    for (; i < count; i++) y[i] = bn_float_to_half(x[i]);
}

static inline void bn_bfloats_to_floats(const void* from, float* to, Py_ssize_t count)
{
    const uint16_t* x = (const uint16_t*)from;
    uint32_t u;
    for (Py_ssize_t i = 0; i < count; i++) u = (uint32_t)x[i] << 16, memcpy(to + i, &u, sizeof u);
}

static inline void bn_floats_to_bfloats(const float* x, void* to, Py_ssize_t count)
{
    uint16_t* y = (uint16_t*)to;
    for (Py_ssize_t i = 0; i < count; i++) {
        uint32_t u = bn_bits(x[i]), rounded = (u + 0x7fff + (u >> 16 & 1)) >> 16, quiet = u >> 16 | 0x40;
        y[i] = (uint16_t)((u & 0x7fffffff) > 0x7f800000 ? quiet : rounded);
    }
}

#endif
