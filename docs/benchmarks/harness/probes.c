/* The probes: how fast this machine reads, copies and combines arrays of a size, by plain and by streamed stores.
   Every array starts on a cache line's boundary; the loops are shared out over `threads` in contiguous parts. */

#include <stddef.h>

#if defined(__AVX512F__)
#include <immintrin.h>
#define WIDTH 16
#define STREAM(to, from) _mm512_stream_ps(to, _mm512_loadu_ps(from))
#elif defined(__AVX__)
#include <immintrin.h>
#define WIDTH 8
#define STREAM(to, from) _mm256_stream_ps(to, _mm256_loadu_ps(from))
#elif defined(__SSE2__)
#include <immintrin.h>
#define WIDTH 4
#define STREAM(to, from) _mm_stream_ps(to, _mm_loadu_ps(from))
#endif

#define LANES 64

float probe_read(const float *x, ptrdiff_t n, int threads)
{
    float total = 0;
#pragma omp parallel for num_threads(threads) schedule(static) reduction(+ : total) if (threads > 1)
    for (int part = 0; part < threads; part++) {
        float lanes[LANES] = {0};
        ptrdiff_t stop = n / LANES * (part + 1) / threads;
        for (ptrdiff_t i = n / LANES * part / threads; i < stop; i++)
            for (int j = 0; j < LANES; j++) lanes[j] += x[LANES * i + j];
        for (int j = 0; j < LANES; j++) total += lanes[j];
    }
    return total;
}

void probe_copy(const float *x, float *restrict y, ptrdiff_t n, int threads)
{
#pragma omp parallel for simd num_threads(threads) schedule(static) if (parallel : threads > 1)
    for (ptrdiff_t i = 0; i < n; i++) y[i] = x[i] * 0.5f;
}

void probe_combine(const float *x, const float *dy, float *restrict dx, ptrdiff_t n, int threads)
{
#pragma omp parallel for simd num_threads(threads) schedule(static) if (parallel : threads > 1)
    for (ptrdiff_t i = 0; i < n; i++) dx[i] = x[i] * 0.5f + dy[i];
}

#ifdef WIDTH
void probe_copy_streamed(const float *x, float *y, ptrdiff_t n, int threads)
{
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (ptrdiff_t i = 0; i < n / WIDTH; i++) {
        float line[WIDTH];
        for (int j = 0; j < WIDTH; j++) line[j] = x[WIDTH * i + j] * 0.5f;
        STREAM(y + WIDTH * i, line);
    }
    _mm_sfence();
}

void probe_combine_streamed(const float *x, const float *dy, float *dx, ptrdiff_t n, int threads)
{
#pragma omp parallel for num_threads(threads) schedule(static) if (threads > 1)
    for (ptrdiff_t i = 0; i < n / WIDTH; i++) {
        float line[WIDTH];
        for (int j = 0; j < WIDTH; j++) line[j] = x[WIDTH * i + j] * 0.5f + dy[WIDTH * i + j];
        STREAM(dx + WIDTH * i, line);
    }
    _mm_sfence();
}
#endif
