# The map of one channel and the sums of the next in one loop, so that memory is read and written at any time.
#
# a. For planes that are runs of memory in every operand. What the two compute, and in which order they add, is what the
#    loops of _stream.pxi, _lanes.pxi and _compensated.pxi do.
# b. They take turns, a block of elements each: as many as are added at once, or more where the sums of float32 fill all
#    registers, which another loop takes from them.

cdef struct Tally:                 # what the elements of a part have come to
    Lanes32 first                  # of float32: the sums of x and x^2, or of dy and dy x
    Lanes32 second
    double centre                  # of float64: a number to subtract from x
    double offset[BREADTH]         # sum (x - centre), of which the mean is found
    Eight dy                       # sum dy
    Eight dyd                      # sum dy (x - centre)


cdef inline const real* run_of(const Walk* x, Part p, Py_ssize_t j, Py_ssize_t c, const real* kind) noexcept nogil:
    # run j of a part
    return <const real*>plane(x, p.n + j, c) + p.start


cdef inline void put_line(real* y, const real* line, bint stream) noexcept nogil:
    if stream:
        stream_line(y, line)
    else:
        memcpy(y, line, LINE)


cdef inline Py_ssize_t block(const real* kind) noexcept nogil:
    return SQUARE if real is double else LANES if WIDTH == 8 else 8 * LANES


cdef inline void scale_block(const real* x, real* y, real nearest, real slope, real level, bint stream) noexcept nogil:
    # y begins where a line does
    cdef real line[IN_LINE]
    cdef Py_ssize_t p = 0
    cdef int j
    while p < block(x):
        for j in range(in_line(x)):
            line[j] = scaled(x[p + j], nearest, slope, level)
        put_line(y + p, line, stream)
        p += in_line(x)


cdef inline void pull_block(const real* dy, const real* x, real* dx, real mean, real rise, real k0, real k1, real k2,
                            bint stream) noexcept nogil:
    cdef real line[IN_LINE]
    cdef Py_ssize_t p = 0
    cdef int j
    while p < block(x):
        for j in range(in_line(x)):
            line[j] = pulled(dy[p + j], x[p + j], mean, rise, k0, k1, k2)
        put_line(dx + p, line, stream)
        p += in_line(x)


cdef inline Py_ssize_t scale_beside(const real* x, real* y, real nearest, real slope, real level, bint stream,
                                    const real* next, Py_ssize_t first, Py_ssize_t end, Py_ssize_t ahead,
                                    Tally* tally) noexcept nogil:
    # whole blocks of elements from `first`, of x and of what is next; where they end
    while first + block(x) <= end:
        if real is float:
            add_powers(next, first, first + block(x), ahead, &tally.first, &tally.second)
        else:
            add_offsets(next, first, first + SQUARE, ahead, tally.centre, tally.offset)
        scale_block(x + first, y + first, nearest, slope, level, stream)
        first += block(x)
    return first


cdef inline Py_ssize_t pull_beside(const real* dy, const real* x, real* dx, real mean, real rise, real k0, real k1, real k2,
                                   bint stream, const real* next_dy, const real* next, Py_ssize_t first, Py_ssize_t end,
                                   Py_ssize_t dy_ahead, Py_ssize_t ahead, Tally* tally) noexcept nogil:
    while first + block(x) <= end:
        if real is float:
            add_pairs(next_dy, next, first, first + block(x), dy_ahead, ahead, &tally.first, &tally.second)
        else:
            add_compensated(next_dy, next, first, first + SQUARE, dy_ahead, ahead, tally.centre, &tally.dy, &tally.dyd)
        pull_block(dy + first, x + first, dx + first, mean, rise, k0, k1, k2, stream)
        first += block(x)
    return first


cdef inline void rest_of_moments(const real* next, Py_ssize_t first, Py_ssize_t count, Fetch fetch, Tally* tally) noexcept nogil:
    if real is float:
        run_powers(next, first, count, fetch, &tally.first, &tally.second)
    else:
        run_offsets(next, first, count, fetch, tally.centre, tally.offset)


cdef inline void rest_of_sums(const real* next_dy, const real* next, Py_ssize_t first, Py_ssize_t count, Fetch dy_fetch,
                              Fetch fetch, Tally* tally) noexcept nogil:
    if real is float:
        run_pairs(next_dy, next, first, count, dy_fetch, fetch, &tally.first, &tally.second)
    else:
        run_products(next_dy, next, first, count, tally.centre, dy_fetch, fetch, &tally.dy, &tally.dyd)


cdef inline void run_scale_beside(const real* x, real* y, Py_ssize_t count, const Affine* map, Py_ssize_t c, bint stream,
                                  const real* next, Py_ssize_t next_count, Fetch fetch, Tally* tally) noexcept nogil:
    cdef real nearest = (<const real*>map.nearest)[c]
    cdef real slope = (<const real*>map.slope)[c]
    cdef real level = (<const real*>map.level)[c]
    cdef Py_ssize_t i, start = before_line(y, count), both = min(count - start, next_count)
    for i in range(start):
        y[i] = scaled(x[i], nearest, slope, level)
    i = scale_beside(x + start, y + start, nearest, slope, level, stream, next, 0, min(both, fetch.turn), fetch.ahead, tally)
    i = scale_beside(x + start, y + start, nearest, slope, level, stream, next, i, both, fetch.beyond, tally)
    run_scale(x + start + i, y + start + i, count - start - i, map, c, stream, 0)
    rest_of_moments(next, i, next_count, fetch, tally)


cdef inline void run_pull_beside(const real* dy, const real* x, real* dx, Py_ssize_t count, const Channels* k, Py_ssize_t c,
                                 bint stream, const real* next_dy, const real* next, Py_ssize_t next_count, Fetch dy_fetch,
                                 Fetch fetch, Tally* tally) noexcept nogil:
    cdef real mean = (<const real*>k.coefficient[0])[c]
    cdef real rise = (<const real*>k.coefficient[1])[c]
    cdef real k0 = (<const real*>k.coefficient[2])[c]
    cdef real k1 = (<const real*>k.coefficient[3])[c]
    cdef real k2 = (<const real*>k.coefficient[4])[c]
    cdef Py_ssize_t i, start = before_line(dx, count), both = min(count - start, next_count)
    for i in range(start):
        dx[i] = pulled(dy[i], x[i], mean, rise, k0, k1, k2)
    i = pull_beside(dy + start, x + start, dx + start, mean, rise, k0, k1, k2, stream, next_dy, next, 0,
                    min(both, fetch.turn), dy_fetch.ahead, fetch.ahead, tally)
    i = pull_beside(dy + start, x + start, dx + start, mean, rise, k0, k1, k2, stream, next_dy, next, i, both,
                    dy_fetch.beyond, fetch.beyond, tally)
    run_pull(dy + start + i, x + start + i, dx + start + i, count - start - i, k, c, stream)
    rest_of_sums(next_dy, next, i, next_count, dy_fetch, fetch, tally)


cdef Moments scale_beside_moments(const Walk* x, const Walk* y, Part here, Py_ssize_t c, const Affine* map, bint stream,
                                  Part there, Py_ssize_t ahead, real* tile) noexcept nogil:
    # y of one chunk of channel c, and the moments of one of channel c + 1
    cdef Tally tally
    cdef Fetch fetch = fetch_runs(there.count, ahead // there.planes, sizeof(real))
    cdef Py_ssize_t j, both = min(here.planes, there.planes)
    cdef double total, power
    if real is float:
        tally.first = tally.second = no_lanes()
    else:
        tally.centre = run_of(x, there, 0, c + 1, tile)[0]
        for j in range(BREADTH):
            tally.offset[j] = 0
    for j in range(both):
        run_scale_beside(run_of(x, here, j, c, tile), <real*>run_of(y, here, j, c, tile), here.count, map, c, stream,
                         run_of(x, there, j, c + 1, tile), there.count, fetch, &tally)
    for j in range(both, here.planes):
        run_scale(run_of(x, here, j, c, tile), <real*>run_of(y, here, j, c, tile), here.count, map, c, stream, 0)
    for j in range(both, there.planes):
        rest_of_moments(run_of(x, there, j, c + 1, tile), 0, there.count, fetch, &tally)
    if real is float:
        fold_two(tally.first, tally.second, &total, &power)
        return moments_of_powers(x, there, c + 1, total, power, tile)
    else:
        return exact_chunk(x, there, c + 1, near_number(&tally.offset[0], tally.centre, there), ahead, tile)


cdef void pull_beside_sums(const Walk* dy, const Walk* x, const Walk* dx, Part here, Py_ssize_t c, const Channels* k,
                           bint stream, Part there, Py_ssize_t t, Py_ssize_t dy_ahead, Py_ssize_t ahead,
                           const real* kind) noexcept nogil:
    # dx of one chunk of channel c, and the sums of chunk t of channel c + 1
    cdef Tally tally
    cdef Fetch dy_fetch = fetch_runs(there.count, dy_ahead // there.planes, sizeof(real))
    cdef Fetch fetch = fetch_runs(there.count, ahead // there.planes, sizeof(real))
    cdef Py_ssize_t j, both = min(here.planes, there.planes)
    cdef Sum of_dy, of_dyd
    if real is float:
        tally.first = tally.second = no_lanes()
    else:
        tally.centre, tally.dy, tally.dyd = centre_at(k, c + 1), nothing(), nothing()
    for j in range(both):
        run_pull_beside(run_of(dy, here, j, c, kind), run_of(x, here, j, c, kind), <real*>run_of(dx, here, j, c, kind),
                        here.count, k, c, stream, run_of(dy, there, j, c + 1, kind), run_of(x, there, j, c + 1, kind),
                        there.count, dy_fetch, fetch, &tally)
    for j in range(both, here.planes):
        run_pull(run_of(dy, here, j, c, kind), run_of(x, here, j, c, kind), <real*>run_of(dx, here, j, c, kind), here.count,
                 k, c, stream)
    for j in range(both, there.planes):
        rest_of_sums(run_of(dy, there, j, c + 1, kind), run_of(x, there, j, c + 1, kind), 0, there.count, dy_fetch, fetch,
                     &tally)
    if real is float:
        fold_two(tally.first, tally.second, &of_dy.hi, &of_dyd.hi)
        of_dy.lo = of_dyd.lo = 0
    else:
        of_dy, of_dyd = fold_eight_exactly(&tally.dy), fold_eight_exactly(&tally.dyd)
    keep_sums(k, c + 1, t, of_dy, of_dyd)
