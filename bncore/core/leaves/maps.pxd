# Maps over contiguous runs: y = (x - nearest) slope + level, or dx of dy and x.
#
# a. The result may be an operand: an element, or a vector of them, is read before it is written.
# b. A map first comes to where its stores are aligned: planes of odd sizes begin anywhere, and a store that meets two
#    lines of the cache takes twice as long. A tenth to a fourth of a call in cache.
# c. A channel whose map leaves float32's range is mapped in float64, number by number.
# d. Results too large to be found in a cache again go past it, a line at a time; what lies before the first line boundary and
#    after the last is stored as usual. The arithmetic is the same, so no bit depends on the choice. What comes next is
#    fetched into the second cache: streamed stores leave a processor's own prefetching far behind.

from bncore.core.partition cimport LANES
from bncore.core.types cimport LINE, Coefficients, Fetch, Parameters, Records, Runs, Span, Store
from bncore.core.leaves.numbers cimport (
    SINGLES, WIDTH, any_wide, centre_of, exactly_pulled, exactly_scaled, load_singles, load_some, load_unit, memcpy, prefetch_far,
    pulled, pulled_singles, pulled_unit, scaled, scaled_singles, scaled_unit, singles, spread_singles, spread_unit, store_singles,
    store_some, store_unit, stored, stream_line, unit,
)
from bncore.core.leaves.runs cimport (
    SQUARE, Tally, add_compensated, add_offsets, add_pairs, add_powers, begin_moments, begin_pairs, end_moments, end_pairs,
    run, run_moments, run_pairs, tally_moments, tally_pairs,
)

cdef enum:
    IN_LINE = LINE // 4            # elements to a line, at most


cdef inline stored coefficient(const Coefficients* k, int j, Py_ssize_t c, const stored* kind) noexcept nogil:
    return (<const stored*>k.of[j])[c]


cdef inline Py_ssize_t in_line(const stored* kind) noexcept nogil:
    # elements to a line
    return LINE // sizeof(stored)


cdef inline Py_ssize_t before_line(const stored* y, Py_ssize_t count) noexcept nogil:
    # elements before the first line boundary
    return min(count, <Py_ssize_t>((-<size_t>y & (LINE - 1)) // sizeof(stored)))


cdef inline Py_ssize_t before_vector(const stored* y, Py_ssize_t count) noexcept nogil:
    # elements before the place from which on no store meets two lines of the cache; 0 in a run of less than four vectors,
    # which gains nothing by it
    cdef Py_ssize_t first = <Py_ssize_t>((-<size_t>y & (SINGLES * sizeof(float) - 1)) // sizeof(stored))
    return first if count >= 4 * SINGLES else 0


cdef inline void put_line(stored* y, const stored* line, bint streamed) noexcept nogil:
    if streamed:
        stream_line(y, line)
    else:
        memcpy(y, line, LINE)


# One run.

cdef inline void scale_lines(const stored* x, stored* y, Py_ssize_t lines, stored nearest, stored slope, stored level,
                             bint streamed, Py_ssize_t ahead) noexcept nogil:
    # whole lines, the first of which begins where y does
    cdef stored line[IN_LINE]
    cdef Py_ssize_t i
    cdef int j
    for i in range(lines):
        if streamed:
            prefetch_far(<const char*>x + ahead)
        for j in range(in_line(x)):
            line[j] = scaled(x[j], nearest, slope, level)
        put_line(y, line, streamed)
        x += in_line(x)
        y += in_line(x)


cdef inline void pull_lines(const stored* dy, const stored* x, stored* dx, Py_ssize_t lines, stored mean, stored rise,
                            stored slope, stored k1, stored k2, bint streamed) noexcept nogil:
    cdef stored line[IN_LINE]
    cdef Py_ssize_t i
    cdef int j
    for i in range(lines):
        for j in range(in_line(x)):
            line[j] = pulled(dy[j], x[j], mean, rise, slope, k1, k2)
        put_line(dx, line, streamed)
        dy += in_line(x)
        x += in_line(x)
        dx += in_line(x)


cdef inline void scale_run(const stored* x, stored* y, Py_ssize_t count, stored nearest, stored slope, stored level,
                           bint streamed, Py_ssize_t ahead) noexcept nogil:
    cdef Py_ssize_t i = 0, first
    cdef singles near, a, b
    cdef unit near_unit, a_unit, b_unit
    if streamed:
        i = before_line(y, count)
        for first in range(i):
            y[first] = scaled(x[first], nearest, slope, level)
        first = (count - i) // in_line(x)
        scale_lines(x + i, y + i, first, nearest, slope, level, True, ahead)
        i += first * in_line(x)
    first = i + before_vector(y + i, count - i)
    if stored is float:
        near, a, b = spread_singles(nearest), spread_singles(slope), spread_singles(level)
        if first > i:
            store_some(y + i, scaled_singles(load_some(x + i, first - i), near, a, b), first - i)
            i = first
        while i <= count - SINGLES:
            store_singles(y + i, scaled_singles(load_singles(x + i), near, a, b))
            i += SINGLES
        if i < count:
            store_some(y + i, scaled_singles(load_some(x + i, count - i), near, a, b), count - i)
    else:
        near_unit, a_unit, b_unit = spread_unit(nearest), spread_unit(slope), spread_unit(level)
        while i < first:
            y[i] = scaled(x[i], nearest, slope, level)
            i += 1
        while i <= count - WIDTH:
            store_unit(y + i, scaled_unit(load_unit(x + i), near_unit, a_unit, b_unit))
            i += WIDTH
        while i < count:
            y[i] = scaled(x[i], nearest, slope, level)
            i += 1


cdef inline void pull_run(const stored* dy, const stored* x, stored* dx, Py_ssize_t count, stored mean, stored rise, stored slope,
                          stored k1, stored k2, bint streamed) noexcept nogil:
    cdef Py_ssize_t i = 0, first
    cdef singles m, r, a, b, c
    cdef unit m_unit, r_unit, a_unit, b_unit, c_unit
    if streamed:
        i = before_line(dx, count)
        for first in range(i):
            dx[first] = pulled(dy[first], x[first], mean, rise, slope, k1, k2)
        first = (count - i) // in_line(x)
        pull_lines(dy + i, x + i, dx + i, first, mean, rise, slope, k1, k2, True)
        i += first * in_line(x)
    first = i + before_vector(dx + i, count - i)
    if stored is float:
        m, r, a, b, c = spread_singles(mean), spread_singles(rise), spread_singles(slope), spread_singles(k1), spread_singles(k2)
        if first > i:
            store_some(dx + i, pulled_singles(load_some(dy + i, first - i), load_some(x + i, first - i), m, r, a, b, c), first - i)
            i = first
        while i <= count - SINGLES:
            store_singles(dx + i, pulled_singles(load_singles(dy + i), load_singles(x + i), m, r, a, b, c))
            i += SINGLES
        if i < count:
            store_some(dx + i, pulled_singles(load_some(dy + i, count - i), load_some(x + i, count - i), m, r, a, b, c), count - i)
    else:
        m_unit, r_unit, a_unit, b_unit = spread_unit(mean), spread_unit(rise), spread_unit(slope), spread_unit(k1)
        c_unit = spread_unit(k2)
        while i < first:
            dx[i] = pulled(dy[i], x[i], mean, rise, slope, k1, k2)
            i += 1
        while i <= count - WIDTH:
            store_unit(dx + i, pulled_unit(load_unit(dy + i), load_unit(x + i), m_unit, r_unit, a_unit, b_unit, c_unit))
            i += WIDTH
        while i < count:
            dx[i] = pulled(dy[i], x[i], mean, rise, slope, k1, k2)
            i += 1


cdef inline void exact_scale_run(const float* x, float* y, Py_ssize_t count, const Coefficients* k, Py_ssize_t c) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(count):
        y[i] = <float>exactly_scaled(k, c, x[i])


cdef inline void exact_pull_run(const float* dy, const float* x, float* dx, Py_ssize_t count, const Coefficients* k,
                                Py_ssize_t c) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(count):
        dx[i] = <float>exactly_pulled(k, c, dy[i], x[i])


cdef inline bint is_wide(const Coefficients* k, Py_ssize_t c) noexcept nogil:
    return k.wide != NULL and k.wide[c] != 0


# The leaves. A loop for each way to store, so that a small plane has nothing to ask.

cdef inline void scale_planes(const Span* s, const Runs* x, const Runs* y, const Coefficients* k, bint streamed,
                              Py_ssize_t ahead, const stored* kind) noexcept nogil:
    # in the order of addresses
    cdef const stored* nearest = <const stored*>k.of[0]
    cdef const stored* slope = <const stored*>k.of[1]
    cdef const stored* level = <const stored*>k.of[2]
    cdef Py_ssize_t c, n
    for n in range(s.planes):
        for c in range(s.channels):
            scale_run(run(x, c, n, kind), <stored*>run(y, c, n, kind), s.count, nearest[c], slope[c], level[c], streamed, ahead)


cdef inline void pull_planes(const Span* s, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k, bint streamed,
                             const stored* kind) noexcept nogil:
    cdef stored mean, rise, slope, k1, k2
    cdef Py_ssize_t c, n
    for c in range(s.channels):
        mean, rise, slope = coefficient(k, 0, c, kind), coefficient(k, 1, c, kind), coefficient(k, 2, c, kind)
        k1, k2 = coefficient(k, 3, c, kind), coefficient(k, 4, c, kind)
        for n in range(s.planes):
            pull_run(run(dy, c, n, kind), run(x, c, n, kind), <stored*>run(dx, c, n, kind), s.count, mean, rise, slope, k1, k2,
                     streamed)


cdef inline void run_scale(const stored* kind, const Span* s, const Runs* x, const Runs* y, const Coefficients* k,
                           const Store* store) noexcept nogil:
    cdef Py_ssize_t c, n
    if stored is float:
        if any_wide(k.wide, s.channels):
            for n in range(s.planes):
                for c in range(s.channels):
                    if k.wide[c]:
                        exact_scale_run(run(x, c, n, kind), <stored*>run(y, c, n, kind), s.count, k, c)
                    else:
                        scale_run(run(x, c, n, kind), <stored*>run(y, c, n, kind), s.count, coefficient(k, 0, c, kind),
                                  coefficient(k, 1, c, kind), coefficient(k, 2, c, kind), False, 0)
            return
    if store.streamed:
        scale_planes(s, x, y, k, True, store.ahead, kind)
    else:
        scale_planes(s, x, y, k, False, 0, kind)


cdef inline void run_pull(const stored* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                          const Store* store) noexcept nogil:
    cdef Py_ssize_t c, n
    if stored is float:
        if any_wide(k.wide, s.channels):
            for c in range(s.channels):
                for n in range(s.planes):
                    if k.wide[c]:
                        exact_pull_run(run(dy, c, n, kind), run(x, c, n, kind), <stored*>run(dx, c, n, kind), s.count, k, c)
                    else:
                        pull_run(run(dy, c, n, kind), run(x, c, n, kind), <stored*>run(dx, c, n, kind), s.count,
                                 coefficient(k, 0, c, kind), coefficient(k, 1, c, kind), coefficient(k, 2, c, kind),
                                 coefficient(k, 3, c, kind), coefficient(k, 4, c, kind), False)
            return
    if store.streamed:
        pull_planes(s, dy, x, dx, k, True, kind)
    else:
        pull_planes(s, dy, x, dx, k, False, kind)


# The map of one channel and the sums of the next in one loop, so that memory is read and written at any time.
#
# They take turns, a block of elements each: as many as are added at once, or more where the sums of float32 fill all
# registers, which another loop takes from them. What the two compute, and in which order they add, is the same as apart.

cdef inline Py_ssize_t turn(const stored* kind) noexcept nogil:
    # elements to a turn
    return SQUARE if stored is double else LANES if WIDTH == 8 else 8 * LANES


cdef inline Py_ssize_t scale_beside(const stored* x, stored* y, stored nearest, stored slope, stored level, bint streamed,
                                    const stored* next_x, Py_ssize_t first, Py_ssize_t end, const Fetch* next,
                                    Tally* t) noexcept nogil:
    # whole turns of elements from `first`, of x and of what is next; where they end
    while first + turn(x) <= end:
        if stored is float:
            add_powers(next_x, 0, 1, first + turn(x), first, next, &t.first, &t.second)
        else:
            add_offsets(next_x, first, first + turn(x), next.ahead if first < next.turn else next.beyond, t.centre, t.offset)
        scale_lines(x + first, y + first, turn(x) // in_line(x), nearest, slope, level, streamed, 0)
        first += turn(x)
    return first


cdef inline Py_ssize_t pull_beside(const stored* dy, const stored* x, stored* dx, stored mean, stored rise, stored slope,
                                   stored k1, stored k2, bint streamed, const stored* next_dy, const stored* next_x,
                                   Py_ssize_t first, Py_ssize_t end, const Fetch* dy_next, const Fetch* next,
                                   Tally* t) noexcept nogil:
    while first + turn(x) <= end:
        if stored is float:
            add_pairs(next_dy, 0, next_x, 0, 1, first + turn(x), first, dy_next, next, &t.first, &t.second)
        else:
            add_compensated(next_dy, next_x, first, first + turn(x), dy_next.ahead if first < next.turn else dy_next.beyond,
                            next.ahead if first < next.turn else next.beyond, t.centre, &t.dy, &t.dyd)
        pull_lines(dy + first, x + first, dx + first, turn(x) // in_line(x), mean, rise, slope, k1, k2, streamed)
        first += turn(x)
    return first


cdef inline void scale_run_beside(const stored* x, stored* y, Py_ssize_t count, const Coefficients* k, const Store* store,
                                  const stored* next_x, Py_ssize_t next_count, const Fetch* next, Tally* t) noexcept nogil:
    cdef stored nearest = coefficient(k, 0, 0, x), slope = coefficient(k, 1, 0, x), level = coefficient(k, 2, 0, x)
    cdef Py_ssize_t i, start = before_line(y, count), both = min(count - start, next_count)
    for i in range(start):
        y[i] = scaled(x[i], nearest, slope, level)
    x += start
    y += start
    count -= start
    i = scale_beside(x, y, nearest, slope, level, store.streamed, next_x, 0, both, next, t)
    scale_run(x + i, y + i, count - i, nearest, slope, level, store.streamed, store.ahead)
    tally_moments(next_x, i, next_count, next, t)


cdef inline void pull_run_beside(const stored* dy, const stored* x, stored* dx, Py_ssize_t count, const Coefficients* k,
                                 const Store* store, const stored* next_dy, const stored* next_x, Py_ssize_t next_count,
                                 const Fetch* dy_next, const Fetch* next, Tally* t) noexcept nogil:
    cdef stored mean = coefficient(k, 0, 0, x), rise = coefficient(k, 1, 0, x), slope = coefficient(k, 2, 0, x)
    cdef stored k1 = coefficient(k, 3, 0, x), k2 = coefficient(k, 4, 0, x)
    cdef Py_ssize_t i, start = before_line(dx, count), both = min(count - start, next_count)
    for i in range(start):
        dx[i] = pulled(dy[i], x[i], mean, rise, slope, k1, k2)
    dy += start
    x += start
    dx += start
    count -= start
    i = pull_beside(dy, x, dx, mean, rise, slope, k1, k2, store.streamed, next_dy, next_x, 0, both, dy_next, next, t)
    pull_run(dy + i, x + i, dx + i, count - i, mean, rise, slope, k1, k2, store.streamed)
    tally_pairs(next_dy, next_x, i, next_count, dy_next, next, t)


cdef inline void run_scale_moments(const stored* kind, const Span* here, const Runs* x, const Runs* y, const Coefficients* k,
                                   const Store* store, const Span* there, const Runs* next_x, const Fetch* next,
                                   const Records* to) noexcept nogil:
    # y of one chunk, and the moments of another
    cdef Tally t
    cdef Py_ssize_t n, both = min(here.planes, there.planes)
    if is_wide(k, 0):
        run_scale(kind, here, x, y, k, store)
        run_moments(kind, there, next_x, next, to)
        return
    begin_moments(next_x, 0, &t, kind)
    for n in range(both):
        scale_run_beside(run(x, 0, n, kind), <stored*>run(y, 0, n, kind), here.count, k, store, run(next_x, 0, n, kind),
                         there.count, next, &t)
    for n in range(both, here.planes):
        scale_run(run(x, 0, n, kind), <stored*>run(y, 0, n, kind), here.count, coefficient(k, 0, 0, kind),
                  coefficient(k, 1, 0, kind), coefficient(k, 2, 0, kind), store.streamed, store.ahead)
    for n in range(both, there.planes):
        tally_moments(run(next_x, 0, n, kind), 0, there.count, next, &t)
    end_moments(there, next_x, 0, next, &t, to, kind)


cdef inline void run_pull_pairs(const stored* kind, const Span* here, const Runs* dy, const Runs* x, const Runs* dx,
                                const Coefficients* k, const Store* store, const Span* there, const Runs* next_dy,
                                const Runs* next_x, const Fetch* dy_next, const Fetch* next, const Parameters* p,
                                Py_ssize_t channel, const Records* to) noexcept nogil:
    # dx of one chunk, and the sums of another, of this channel
    cdef Tally t
    cdef double centre = centre_of(p, channel, kind)
    cdef Py_ssize_t n, both = min(here.planes, there.planes)
    if is_wide(k, 0) or (stored is float and centre != 0):
        run_pull(kind, here, dy, x, dx, k, store)
        run_pairs(kind, there, next_dy, next_x, dy_next, next, p, channel, to)
        return
    begin_pairs(centre, &t, kind)
    for n in range(both):
        pull_run_beside(run(dy, 0, n, kind), run(x, 0, n, kind), <stored*>run(dx, 0, n, kind), here.count, k, store,
                        run(next_dy, 0, n, kind), run(next_x, 0, n, kind), there.count, dy_next, next, &t)
    for n in range(both, here.planes):
        pull_run(run(dy, 0, n, kind), run(x, 0, n, kind), <stored*>run(dx, 0, n, kind), here.count, coefficient(k, 0, 0, kind),
                 coefficient(k, 1, 0, kind), coefficient(k, 2, 0, kind), coefficient(k, 3, 0, kind), coefficient(k, 4, 0, kind),
                 store.streamed)
    for n in range(both, there.planes):
        tally_pairs(run(next_dy, 0, n, kind), run(next_x, 0, n, kind), 0, there.count, dy_next, next, &t)
    end_pairs(0, &t, to, kind)
