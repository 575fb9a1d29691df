# All threads on one channel at a time, for channels so large that a thread's own cache cannot hold one.
#
# Each thread has the same range of a channel's parts in both sweeps: what it has reduced it maps, backwards, from its own
# cache. Between the sweeps they wait for each other, once for the sums and once for what one of them concludes.

cdef extern from *:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define bn_team_size() omp_get_num_threads()
    #define bn_processors() omp_get_num_procs()
    /* of the parallel region that calls it */
    static void bn_wait(void)
    {
        #pragma omp barrier
    }
    #else
    #define bn_team_size() 1
    #define bn_processors() 1
    #define bn_wait() ((void)0)
    #endif
    """
    int team_size "bn_team_size"() noexcept nogil
    int processors "bn_processors"() noexcept nogil
    void wait_for_all "bn_wait"() noexcept nogil

cdef enum:
    LARGE_CHANNEL = 1 << 20        # bytes of a channel, in all operands, that a thread's own cache does not keep


cdef inline bint together(const Batch* b, Py_ssize_t operands) noexcept nogil:
    # not with more threads than processors, where each wait would be for the scheduler
    cdef Py_ssize_t item = sizeof(float) if b.channels.single else sizeof(double)
    return (b.threads > 1 and not b.rows and b.parts >= SPARE * b.threads
            and operands * b.cut.planes * b.cut.size * item >= LARGE_CHANNEL and b.threads <= processors())


cdef inline Py_ssize_t first_part(const Batch* b, Py_ssize_t thread) noexcept nogil:
    return b.parts * thread // team_size()


cdef inline void conclude_together(Batch* b, Py_ssize_t c, Py_ssize_t thread, Conclusion conclusion) noexcept nogil:
    wait_for_all()
    if thread == c % team_size():
        conclude(b, c, conclusion)
    wait_for_all()


cdef void forward_together(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t first = first_part(b, thread), end = first_part(b, thread + 1), c, t
    for t in range(first, end):
        moments_task(b, 0, t, tile)
    for c in range(b.count):
        conclude_together(b, c, thread, conclude_scale)
        for t in range(first, end):
            scale_then_moments(b, c, first + end - 1 - t, t, c + 1 < b.count, tile)
    settle_stores(b)


cdef void backward_together(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t first = first_part(b, thread), end = first_part(b, thread + 1), c, t
    for t in range(first, end):
        sums_task(b, 0, t, tile)
    for c in range(b.count):
        conclude_together(b, c, thread, conclude_pull)
        for t in range(first, end):
            pull_then_sums(b, c, first + end - 1 - t, t, c + 1 < b.count, tile)
    settle_stores(b)
