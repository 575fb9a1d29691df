# The map of one channel and the sums of the next in one loop, so that memory is read and written at any time.
#
# For float32 planes whose results go past the caches: there the stores wait for memory, and so do the loads of the next
# channel. What each of them computes, and in which order, is what the loops of _stream.pxi and _lanes.pxi do.

cdef inline void put_line(float* y, const float* line, bint stream) noexcept nogil:
    if stream:
        stream_line(y, line)
    else:
        memcpy(y, line, LINE)


cdef inline Py_ssize_t scale_beside_powers(const float* x, float* y, float nearest, float slope, float level,
                                           const float* next, Py_ssize_t first, Py_ssize_t end, Py_ssize_t ahead,
                                           bint stream, Lanes32* a, Lanes32* b) noexcept nogil:
    # whole blocks of elements from `first`, of x and of what is next; where they end. y is on a line of the cache
    cdef Lanes32 v
    cdef float line[IN_LINE]
    cdef int i, j
    while first + LANES <= end:
        bn_prefetch(<const char*>(next + first) + ahead)
        bn_prefetch(<const char*>(next + first) + ahead + LINE)
        v = widen_lanes(next + first)
        a[0], b[0] = add_lanes(a[0], v), add_products(b[0], v, v)
        for i in range(LANES // IN_LINE):
            for j in range(IN_LINE):
                line[j] = scaled(x[first + i * IN_LINE + j], nearest, slope, level)
            put_line(y + first + i * IN_LINE, line, stream)
        first += LANES
    return first


cdef inline void run_scale_beside(const float* x, float* y, Py_ssize_t count, const Affine* map, Py_ssize_t c,
                                  const float* next, Py_ssize_t next_count, Fetch fetch, bint stream,
                                  Lanes32* a, Lanes32* b) noexcept nogil:
    cdef float nearest = (<const float*>map.nearest)[c]
    cdef float slope = (<const float*>map.slope)[c]
    cdef float level = (<const float*>map.level)[c]
    cdef Py_ssize_t i, start = before_line(y, count), both = min(count - start, next_count)
    for i in range(start):
        y[i] = scaled(x[i], nearest, slope, level)
    i = scale_beside_powers(x + start, y + start, nearest, slope, level, next, 0, min(both, fetch.turn), fetch.ahead,
                            stream, a, b)
    i = scale_beside_powers(x + start, y + start, nearest, slope, level, next, i, both, fetch.beyond, stream, a, b)
    start += i
    run_scale(x + start, y + start, count - start, map, c, stream, 0)
    i = add_powers(next, i, next_count, fetch.beyond, a, b)
    if i < next_count:
        add_rest(a, b, next + i, next + i, next_count - i)


cdef inline const float* run_of(const Walk* x, Part p, Py_ssize_t j, Py_ssize_t c) noexcept nogil:
    # run j of a part
    return <const float*>plane(x, p.n + j, c) + p.start


cdef Moments scale_beside_moments(const Walk* x, const Walk* y, Part here, Py_ssize_t c, const Affine* map, Part there,
                                  Py_ssize_t ahead, bint stream, float* tile) noexcept nogil:
    # y of one chunk of channel c, and the moments of one of channel c + 1
    cdef Lanes32 first = no_lanes(), second = no_lanes()
    cdef Fetch fetch = fetch_runs(there.count, ahead // there.planes, sizeof(float))
    cdef Py_ssize_t j, both = min(here.planes, there.planes)
    cdef double total, power
    for j in range(both):
        run_scale_beside(run_of(x, here, j, c), <float*>run_of(y, here, j, c),
                         here.count, map, c, run_of(x, there, j, c + 1), there.count, fetch,
                         stream, &first, &second)
    for j in range(both, here.planes):
        run_scale(run_of(x, here, j, c), <float*>run_of(y, here, j, c),
                  here.count, map, c, stream, 0)
    for j in range(both, there.planes):
        run_powers(run_of(x, there, j, c + 1), there.count, fetch, &first, &second)
    fold_two(first, second, &total, &power)
    return moments_of_powers(x, there, c + 1, total, power, tile)


cdef inline Py_ssize_t pull_beside_pairs(const float* dy, const float* x, float* dx, float mean, float rise, float k0,
                                         float k1, float k2, const float* next_dy, const float* next, Py_ssize_t first,
                                         Py_ssize_t end, Py_ssize_t dy_ahead, Py_ssize_t ahead, bint stream, Lanes32* a,
                                         Lanes32* b) noexcept nogil:
    # the same of the backward pass
    cdef Lanes32 v
    cdef float line[IN_LINE]
    cdef Py_ssize_t p
    cdef int i, j
    while first + LANES <= end:
        bn_prefetch(<const char*>(next_dy + first) + dy_ahead)
        bn_prefetch(<const char*>(next_dy + first) + dy_ahead + LINE)
        bn_prefetch(<const char*>(next + first) + ahead)
        bn_prefetch(<const char*>(next + first) + ahead + LINE)
        v = widen_lanes(next_dy + first)
        a[0], b[0] = add_lanes(a[0], v), add_products(b[0], v, widen_lanes(next + first))
        for i in range(LANES // IN_LINE):
            for j in range(IN_LINE):
                p = first + i * IN_LINE + j
                line[j] = pulled(dy[p], x[p], mean, rise, k0, k1, k2)
            put_line(dx + first + i * IN_LINE, line, stream)
        first += LANES
    return first


cdef inline void run_pull_beside(const float* dy, const float* x, float* dx, Py_ssize_t count, const Channels* k,
                                 Py_ssize_t c, const float* next_dy, const float* next, Py_ssize_t next_count,
                                 Fetch dy_fetch, Fetch fetch, bint stream, Lanes32* a, Lanes32* b) noexcept nogil:
    cdef float mean = (<const float*>k.coefficient[0])[c]
    cdef float rise = (<const float*>k.coefficient[1])[c]
    cdef float k0 = (<const float*>k.coefficient[2])[c]
    cdef float k1 = (<const float*>k.coefficient[3])[c]
    cdef float k2 = (<const float*>k.coefficient[4])[c]
    cdef Py_ssize_t i, start = before_line(dx, count), both = min(count - start, next_count)
    for i in range(start):
        dx[i] = pulled(dy[i], x[i], mean, rise, k0, k1, k2)
    i = pull_beside_pairs(dy + start, x + start, dx + start, mean, rise, k0, k1, k2, next_dy, next, 0,
                          min(both, fetch.turn), dy_fetch.ahead, fetch.ahead, stream, a, b)
    i = pull_beside_pairs(dy + start, x + start, dx + start, mean, rise, k0, k1, k2, next_dy, next, i, both,
                          dy_fetch.beyond, fetch.beyond, stream, a, b)
    start += i
    run_pull(dy + start, x + start, dx + start, count - start, k, c, stream)
    i = add_pairs(next_dy, next, i, next_count, dy_fetch.beyond, fetch.beyond, a, b)
    if i < next_count:
        add_rest(a, b, next_dy + i, next + i, next_count - i)


cdef void pull_beside_sums(const Walk* dy, const Walk* x, const Walk* dx, Part here, Py_ssize_t c, Part there, Py_ssize_t t,
                           Py_ssize_t dy_ahead, Py_ssize_t ahead, const Channels* k, bint stream) noexcept nogil:
    # dx of one chunk of channel c, and the sums of chunk t of channel c + 1
    cdef Lanes32 first = no_lanes(), second = no_lanes()
    cdef Fetch dy_fetch = fetch_runs(there.count, dy_ahead // there.planes, sizeof(float))
    cdef Fetch fetch = fetch_runs(there.count, ahead // there.planes, sizeof(float))
    cdef Py_ssize_t j, both = min(here.planes, there.planes)
    cdef Sum of_dy, of_dyd
    for j in range(both):
        run_pull_beside(run_of(dy, here, j, c), run_of(x, here, j, c), <float*>run_of(dx, here, j, c), here.count, k, c,
                        run_of(dy, there, j, c + 1), run_of(x, there, j, c + 1), there.count, dy_fetch, fetch, stream,
                        &first, &second)
    for j in range(both, here.planes):
        run_pull(run_of(dy, here, j, c), run_of(x, here, j, c), <float*>run_of(dx, here, j, c), here.count, k, c, stream)
    for j in range(both, there.planes):
        run_pairs(run_of(dy, there, j, c + 1), run_of(x, there, j, c + 1), there.count, dy_fetch, fetch, &first, &second)
    fold_two(first, second, &of_dy.hi, &of_dyd.hi)
    of_dy.lo = of_dyd.lo = 0
    keep_sums(k, c + 1, t, of_dy, of_dyd)
