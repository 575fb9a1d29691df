# How threads share the table of tasks. Memory may be refused before `nogil`; after it nothing raises.
#
# a. By group: a thread takes a range of groups, each from its sums to its output while it is cached, and sums the next
#    group while it writes the last.
# b. By part: threads share every task of one phase, then of the next. A thread has the same tasks in each: what
#    it has read it maps next, backwards, from its own cache. For tables with too few groups to go round, but several parts.
# c. Together (_together.pxi): threads share the tasks of one large channel, then of the next.

from cython.parallel cimport parallel, prange, threadid

cdef inline bint by_group(const Batch* b) noexcept nogil:
    return b.threads == 1 or b.parts == 1 or b.groups >= SPARE * b.threads


cdef inline Py_ssize_t share(const Batch* b, Py_ssize_t thread) noexcept nogil:
    # the first group of a thread: ranges, not strides, for neighbours share pages and rows
    return b.groups * thread // b.threads


cdef inline Py_ssize_t first_task(const Batch* b, Py_ssize_t thread) noexcept nogil:
    # tasks are counted part by part, which is nearly the order of addresses
    return b.groups * b.parts * thread // b.threads


cdef void statistics_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    if b.whole:
        whole_statistics(b, first, end, tile)
    elif b.tiled:
        tile_statistics(b, first, end, tile)
    else:
        for group in range(first, end):
            for t in range(b.parts):
                moments_task(b, group, t, tile)
            conclude(b, group, conclude_moments)


cdef void forward_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    if b.whole:
        whole_forward(b, first, end, tile)
    elif b.tiled:
        tile_forward(b, first, end, tile)
    elif first < end:
        for t in range(b.parts):
            moments_task(b, first, t, tile)
        for group in range(first, end):
            conclude(b, group, conclude_scale)
            for t in range(b.parts):
                scale_then_moments(b, group, b.parts - 1 - t, t, group + 1 < end, tile)
    settle_stores(b)


cdef void backward_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    if b.whole:
        whole_backward(b, first, end, tile)
    elif b.tiled:
        tile_backward(b, first, end, tile)
    elif first < end:
        for t in range(b.parts):
            sums_task(b, first, t, tile)
        for group in range(first, end):
            conclude(b, group, conclude_pull)
            for t in range(b.parts):
                pull_then_sums(b, group, b.parts - 1 - t, t, group + 1 < end, tile)
    settle_stores(b)


cdef void inference_share(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    # a map, which no sum ties to channels: it runs through memory nearly as the tensor lies
    cdef Py_ssize_t pieces = b.cut.planes * b.count * b.cut.pieces if by_plane(b) else b.grid.folded
    cdef Py_ssize_t first = pieces * thread // b.threads, end = pieces * (thread + 1) // b.threads
    if b.whole:
        whole_inference(b, share(b, thread), share(b, thread + 1), tile)
    elif b.tiled:
        tile_inference(b, share(b, thread), share(b, thread + 1), tile)
    elif b.strips:
        strip_inference(b, first, end, tile)
    elif by_plane(b):
        plane_maps(b, given_map(&b.channels), first, end, tile)
    else:
        row_maps(b, first, end, tile)
    settle_stores(b)


cdef void inference_backward_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    if b.whole:
        whole_inference_backward(b, first, end, tile)
    elif b.tiled:
        tile_inference_backward(b, first, end, tile)
    else:
        for group in range(first, end):
            conclude(b, group, given_pull)
            for t in range(b.parts):
                given_pull_task(b, group, t, tile)
            conclude(b, group, conclude_given_sums)
    settle_stores(b)


cdef void moments_tasks(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(b, thread), first_task(b, thread + 1)):
        moments_task(b, i % b.groups, i // b.groups, tile)


cdef void sums_tasks(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(b, thread), first_task(b, thread + 1)):
        sums_task(b, i % b.groups, i // b.groups, tile)


cdef void scale_tasks(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(b, thread + 1) - 1, first_task(b, thread) - 1, -1):
        scale_task(b, i % b.groups, i // b.groups, tile)
    settle_stores(b)


cdef void pull_tasks(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(b, thread + 1) - 1, first_task(b, thread) - 1, -1):
        pull_task(b, i % b.groups, i // b.groups, tile)
    settle_stores(b)


cdef void given_pull_tasks(Batch* b, Py_ssize_t thread, real* tile) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(b, thread), first_task(b, thread + 1)):
        given_pull_task(b, i % b.groups, i // b.groups, tile)
    settle_stores(b)


cdef inline void conclude_some(Batch* b, Py_ssize_t thread, Conclusion conclusion) noexcept nogil:
    conclude_channels(&b.channels, b.count * thread // b.threads, b.count * (thread + 1) // b.threads, conclusion)


cdef int run_statistics(Batch* b, const real* kind) except -1:
    cdef Py_ssize_t i
    reserve(b, Keeps(0, True, False))
    with nogil:
        if b.threads == 1:
            statistics_share(b, 0, b.groups, room(b, 0, kind))
        elif by_group(b):
            for i in prange(b.threads, schedule="static", num_threads=b.threads):
                statistics_share(b, share(b, i), share(b, i + 1), room(b, threadid(), kind))
        else:
            with parallel(num_threads=b.threads):
                for i in prange(b.threads, schedule="static"):
                    moments_tasks(b, i, room(b, threadid(), kind))
                for i in prange(b.threads, schedule="static"):
                    conclude_some(b, i, conclude_moments)
        PyMem_RawFree(b.scratch)
    return 0


cdef int run_forward(Batch* b, const real* kind) except -1:
    cdef Py_ssize_t i
    reserve(b, Keeps(3, True, False))
    with nogil:
        if b.threads == 1:
            forward_share(b, 0, b.groups, room(b, 0, kind))
        elif together(b, 1):
            with parallel(num_threads=b.threads):
                forward_together(b, threadid(), room(b, threadid(), kind))
        elif by_group(b):
            for i in prange(b.threads, schedule="static", num_threads=b.threads):
                forward_share(b, share(b, i), share(b, i + 1), room(b, threadid(), kind))
        else:
            with parallel(num_threads=b.threads):
                for i in prange(b.threads, schedule="static"):
                    moments_tasks(b, i, room(b, threadid(), kind))
                for i in prange(b.threads, schedule="static"):
                    conclude_some(b, i, conclude_scale)
                for i in prange(b.threads, schedule="static"):
                    scale_tasks(b, i, room(b, threadid(), kind))
        PyMem_RawFree(b.scratch)
    return 0


cdef int run_inference(Batch* b, const real* kind) except -1:
    cdef Py_ssize_t i
    if b.cut.planes * b.count * b.cut.size < SMALL_WORK:
        b.threads = 1
    b.strips = not b.whole and in_strips(b)
    take_wide_tiles(b)
    reserve(b, Keeps(3, False, False))
    with nogil:
        if b.threads == 1:
            if not (b.whole or b.tiled or b.strips):
                conclude_some(b, 0, given_scale)
            inference_share(b, 0, room(b, 0, kind))
        elif b.whole or b.tiled or b.strips:
            for i in prange(b.threads, schedule="static", num_threads=b.threads):
                inference_share(b, i, room(b, threadid(), kind))
        else:
            with parallel(num_threads=b.threads):
                for i in prange(b.threads, schedule="static"):
                    conclude_some(b, i, given_scale)
                for i in prange(b.threads, schedule="static"):
                    inference_share(b, i, room(b, threadid(), kind))
        PyMem_RawFree(b.scratch)
    return 0


cdef int run_backward(Batch* b, const real* kind) except -1:
    cdef Py_ssize_t i
    reserve(b, Keeps(5, False, True))
    b.channels.own = True
    with nogil:
        if b.threads == 1:
            backward_share(b, 0, b.groups, room(b, 0, kind))
        elif together(b, 2):
            with parallel(num_threads=b.threads):
                backward_together(b, threadid(), room(b, threadid(), kind))
        elif by_group(b):
            for i in prange(b.threads, schedule="static", num_threads=b.threads):
                backward_share(b, share(b, i), share(b, i + 1), room(b, threadid(), kind))
        else:
            with parallel(num_threads=b.threads):
                for i in prange(b.threads, schedule="static"):
                    sums_tasks(b, i, room(b, threadid(), kind))
                for i in prange(b.threads, schedule="static"):
                    conclude_some(b, i, conclude_pull)
                for i in prange(b.threads, schedule="static"):
                    pull_tasks(b, i, room(b, threadid(), kind))
        PyMem_RawFree(b.scratch)
    return 0


cdef int run_inference_backward(Batch* b, const real* kind) except -1:
    cdef Py_ssize_t i
    reserve(b, Keeps(3, False, True))
    b.channels.own = False
    with nogil:
        if b.threads == 1:
            inference_backward_share(b, 0, b.groups, room(b, 0, kind))
        elif by_group(b):
            for i in prange(b.threads, schedule="static", num_threads=b.threads):
                inference_backward_share(b, share(b, i), share(b, i + 1), room(b, threadid(), kind))
        else:
            with parallel(num_threads=b.threads):
                for i in prange(b.threads, schedule="static"):
                    conclude_some(b, i, given_pull)
                for i in prange(b.threads, schedule="static"):
                    given_pull_tasks(b, i, room(b, threadid(), kind))
                for i in prange(b.threads, schedule="static"):
                    conclude_some(b, i, conclude_given_sums)
        PyMem_RawFree(b.scratch)
    return 0
