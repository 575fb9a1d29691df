/* OpenMP, or one thread where it is missing, and what it does not say: whether so many threads can be started. */

#ifndef BN_THREADS_H
#define BN_THREADS_H

#if defined(__SSE2__)
#include <emmintrin.h>
/* what a thread has stored past the caches is there for all */
#define bn_settle() _mm_sfence()
/* IEEE 754 as it is at first: round to nearest, subnormal numbers, no traps. Somebody may have set a thread's control word
 * otherwise; it gets that back. */
static unsigned bn_as_ieee(void) { unsigned before = _mm_getcsr(); _mm_setcsr(0x1f80); return before; }
#define bn_as_before(word) _mm_setcsr(word)
#else
#define bn_settle() ((void)0)
#define bn_as_ieee() 0
#define bn_as_before(word) ((void)(word))
#endif

#ifdef _OPENMP
#include <omp.h>
#include <pthread.h>
#define BN_OPENMP _OPENMP
#define bn_max_threads() omp_get_max_threads()
#define bn_processors() omp_get_num_procs()
#define bn_member() omp_get_thread_num()
#define bn_members() omp_get_num_threads()

/* of the parallel region that calls it */
static void bn_wait(void)
{
    #pragma omp barrier
}

/* OpenMP ends the process where it cannot start a thread. So before this thread asks for a larger team than any it had, that
 * many threads are started and ended here; how many there may be is the answer. */
static __thread int bn_team = 1;
static size_t bn_stack = 0;  /* bytes that OpenMP gives a thread; 0: what the system gives any */
static pthread_mutex_t bn_gate = PTHREAD_MUTEX_INITIALIZER;
static void* bn_pass(void* nothing)
{
    pthread_mutex_lock(&bn_gate);
    pthread_mutex_unlock(&bn_gate);
    return nothing;
}
static int bn_startable(int wanted)
{
    enum { MOST = 4096 };
    static pthread_t started[MOST];
    static pthread_mutex_t one = PTHREAD_MUTEX_INITIALIZER;
    pthread_attr_t attributes;
    int count = 0;
    if (wanted <= bn_team) return wanted;
    if (pthread_attr_init(&attributes) != 0) return 1;
    if (bn_stack > 0) pthread_attr_setstacksize(&attributes, bn_stack);
    pthread_mutex_lock(&one);
    pthread_mutex_lock(&bn_gate);
    /* all of them are there at once: none passes the gate before the last has come */
    while (count < wanted - 1 && count < MOST && pthread_create(&started[count], &attributes, bn_pass, NULL) == 0) count++;
    pthread_mutex_unlock(&bn_gate);
    for (int i = 0; i < count; i++) pthread_join(started[i], NULL);
    pthread_mutex_unlock(&one);
    pthread_attr_destroy(&attributes);
    if (count + 1 > bn_team) bn_team = count + 1;
    return count + 1 < wanted ? count + 1 : wanted;
}
#else
#define BN_OPENMP 0
#define bn_max_threads() 1
#define bn_processors() 1
#define bn_member() 0
#define bn_members() 1
#define bn_wait() ((void)0)
#define bn_startable(wanted) 1
static size_t bn_stack __attribute__((unused));
#endif

#if defined(__clang__)
#define BN_COMPILER "clang " __clang_version__
#elif defined(__GNUC__)
#define BN_COMPILER "gcc " __VERSION__
#else
#define BN_COMPILER "unknown"
#endif

#endif
