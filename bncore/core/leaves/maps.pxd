# Maps over runs, and the map of one chunk together with the sums of another.
#
# A channel whose map leaves float32's range is mapped in float64, number by number.

from bncore.core.types cimport Coefficients, Parameters, Records, Runs, Span, Store
from bncore.core.leaves.elements cimport before_line, in_line, map_elements, map_lines, mapped, of_channel
from bncore.core.leaves.numbers cimport WIDTH, any_wide, centre_of, exactly_mapped, stored
from bncore.core.leaves.runs cimport (
    LANES, SQUARE, Tally, add_compensated, add_offsets, add_pairs, add_powers, begin_moments, begin_pairs, end_moments, end_pairs,
    run, run_moments, run_pairs, tally_moments, tally_pairs,
)

cdef enum:
    IN_FIRST_CACHE = 8192          # elements of a map whose order does not matter


cdef inline const stored* dy_run(const Runs* dy, Py_ssize_t c, Py_ssize_t n, bint pull, const stored* kind) noexcept nogil:
    return run(dy, c, n, kind) if pull else NULL


cdef inline void map_channel(const Span* s, const Runs* dy, const Runs* x, const Runs* out, Py_ssize_t c, Py_ssize_t first,
                             const Coefficients* k, bint pull, bint streamed, Py_ssize_t ahead,
                             const stored* kind) noexcept nogil:
    # planes from `first` on of channel c
    cdef Coefficients one = of_channel(k, c, 5 if pull else 3, kind)
    cdef Py_ssize_t n
    for n in range(first, s.planes):
        map_elements(dy_run(dy, c, n, pull, kind), run(x, c, n, kind), <stored*>run(out, c, n, kind), 0, s.count, &one, False,
                     pull, streamed, 0, ahead)


cdef inline void map_planes(const Span* s, const Runs* dy, const Runs* x, const Runs* out, const Coefficients* k, bint pull,
                            bint streamed, Py_ssize_t ahead, const stored* kind) noexcept nogil:
    # a scale of many elements in the order of addresses; of few, and a pull, which has more coefficients, channel by channel
    cdef Coefficients one
    cdef Py_ssize_t c, n
    if pull or s.channels * s.planes * s.count <= IN_FIRST_CACHE:
        for c in range(s.channels):
            map_channel(s, dy, x, out, c, 0, k, pull, streamed, ahead, kind)
        return
    for n in range(s.planes):
        for c in range(s.channels):
            one = of_channel(k, c, 3, kind)
            map_elements(<const stored*>NULL, run(x, c, n, kind), <stored*>run(out, c, n, kind), 0, s.count, &one, False, pull,
                         streamed, 0, ahead)


cdef inline void map_wide(const Span* s, const Runs* dy, const Runs* x, const Runs* out, const Coefficients* k, bint pull,
                          const float* kind) noexcept nogil:
    # channels some of which are wide
    cdef const float* g
    cdef const float* e
    cdef float* y
    cdef Py_ssize_t c, n, i
    for c in range(s.channels):
        if not k.wide[c]:
            map_channel(s, dy, x, out, c, 0, k, pull, False, 0, kind)
            continue
        for n in range(s.planes):
            g, e, y = dy_run(dy, c, n, pull, kind), run(x, c, n, kind), <float*>run(out, c, n, kind)
            for i in range(s.count):
                y[i] = <float>exactly_mapped(k, c, g[i] if pull else 0, e[i], pull)


cdef inline void map_runs(const Span* s, const Runs* dy, const Runs* x, const Runs* out, const Coefficients* k,
                          const Store* store, bint pull, const stored* kind) noexcept nogil:
    if stored is float:
        if any_wide(k.wide, s.channels):
            map_wide(s, dy, x, out, k, pull, kind)
            return
    if store.streamed:
        map_planes(s, dy, x, out, k, pull, True, store.ahead, kind)
    else:
        map_planes(s, dy, x, out, k, pull, False, 0, kind)


# The leaves.

cdef inline void run_scale(const stored* kind, const Span* s, const Runs* x, const Runs* y, const Coefficients* k,
                           const Store* store) noexcept nogil:
    map_runs(s, NULL, x, y, k, store, False, kind)


cdef inline void run_pull(const stored* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                          const Store* store) noexcept nogil:
    map_runs(s, dy, x, dx, k, store, True, kind)


# The map of one channel and the sums of the next in one loop, so that memory is read and written at any time.
#
# They take turns, a block of elements each: as many as are added at once, or more where the sums of float32 fill all
# registers, which another loop takes from them. What the two compute, and in which order they add, is the same as apart.

cdef inline Py_ssize_t turn(const stored* kind) noexcept nogil:
    # elements to a turn
    return SQUARE if stored is double else LANES if WIDTH == 8 else 8 * LANES


cdef inline void sum_turn(const stored* dy, const stored* x, Py_ssize_t first, Py_ssize_t dy_next, Py_ssize_t next, bint pull,
                          Tally* t) noexcept nogil:
    cdef Py_ssize_t end = first + turn(x)
    if stored is float:
        if pull:
            add_pairs(dy, 0, x, 0, 1, end, first, dy_next, next, &t.first, &t.second)
        else:
            add_powers(x, 0, 1, end, first, next, &t.first, &t.second)
    elif pull:
        add_compensated(dy, x, first, end, dy_next, next, t.centre, &t.dy, &t.dyd)
    else:
        add_offsets(x, first, end, next, t.centre, t.offset)


cdef inline void sum_rest(const stored* dy, const stored* x, Py_ssize_t first, Py_ssize_t count, Py_ssize_t dy_next,
                          Py_ssize_t next, bint pull, Tally* t) noexcept nogil:
    if pull:
        tally_pairs(dy, x, first, count, dy_next, next, t)
    else:
        tally_moments(x, first, count, next, t)


cdef inline void map_beside(const stored* dy, const stored* x, stored* out, Py_ssize_t count, const Coefficients* k,
                            const Store* store, const stored* next_dy, const stored* next_x, Py_ssize_t next_count,
                            Py_ssize_t dy_next, Py_ssize_t next, bint pull, bint streamed, Tally* t) noexcept nogil:
    # one plane of each
    cdef Py_ssize_t p = before_line(out, count), i = 0, both = min(count - p, next_count), j
    for j in range(p):
        out[j] = mapped(dy, x, j, k, False, pull)
    while i + turn(x) <= both:
        sum_turn(next_dy, next_x, i, dy_next, next, pull, t)
        map_lines(dy, x, out, p + i, turn(x) // in_line(x), k, False, pull, streamed, 0, 0)
        i += turn(x)
    map_elements(dy, x, out, p + i, count, k, False, pull, streamed, 0, store.ahead)
    sum_rest(next_dy, next_x, i, next_count, dy_next, next, pull, t)


cdef inline void map_then_sum(const Span* here, const Runs* dy, const Runs* x, const Runs* out, const Coefficients* k,
                              const Store* store, const Span* there, const Runs* next_dy, const Runs* next_x,
                              Py_ssize_t dy_next, Py_ssize_t next, bint pull, bint streamed, Tally* t,
                              const stored* kind) noexcept nogil:
    cdef Coefficients one = of_channel(k, 0, 5 if pull else 3, kind)
    cdef Py_ssize_t n, both = min(here.planes, there.planes)
    for n in range(both):
        map_beside(dy_run(dy, 0, n, pull, kind), run(x, 0, n, kind), <stored*>run(out, 0, n, kind), here.count, &one, store,
                   dy_run(next_dy, 0, n, pull, kind), run(next_x, 0, n, kind), there.count, dy_next, next, pull, streamed, t)
    map_channel(here, dy, x, out, 0, both, k, pull, streamed, store.ahead, kind)
    for n in range(both, there.planes):
        sum_rest(dy_run(next_dy, 0, n, pull, kind), run(next_x, 0, n, kind), 0, there.count, dy_next, next, pull, t)


cdef inline bint is_wide(const Coefficients* k) noexcept nogil:
    return k.wide != NULL and k.wide[0] != 0


cdef inline void run_scale_moments(const stored* kind, const Span* here, const Runs* x, const Runs* y, const Coefficients* k,
                                   const Store* store, const Span* there, const Runs* next_x, Py_ssize_t next,
                                   const Records* to) noexcept nogil:
    # y of one chunk, and the moments of another
    cdef Tally t
    if is_wide(k):
        run_scale(kind, here, x, y, k, store)
        run_moments(kind, there, next_x, next, to)
        return
    begin_moments(next_x, 0, &t, kind)
    if store.streamed:
        map_then_sum(here, NULL, x, y, k, store, there, NULL, next_x, next, next, False, True, &t, kind)
    else:
        map_then_sum(here, NULL, x, y, k, store, there, NULL, next_x, next, next, False, False, &t, kind)
    end_moments(there, next_x, 0, next, &t, to, kind)


cdef inline void run_pull_pairs(const stored* kind, const Span* here, const Runs* dy, const Runs* x, const Runs* dx,
                                const Coefficients* k, const Store* store, const Span* there, const Runs* next_dy,
                                const Runs* next_x, Py_ssize_t dy_next, Py_ssize_t next, const Parameters* p,
                                Py_ssize_t channel, const Records* to) noexcept nogil:
    # dx of one chunk, and the sums of another, of this channel
    cdef Tally t
    cdef double centre = centre_of(p, channel, kind)
    if is_wide(k) or (stored is float and centre != 0):
        run_pull(kind, here, dy, x, dx, k, store)
        run_pairs(kind, there, next_dy, next_x, dy_next, next, p, channel, to)
        return
    begin_pairs(centre, &t, kind)
    if store.streamed:
        map_then_sum(here, dy, x, dx, k, store, there, next_dy, next_x, dy_next, next, True, True, &t, kind)
    else:
        map_then_sum(here, dy, x, dx, k, store, there, next_dy, next_x, dy_next, next, True, False, &t, kind)
    end_pairs(0, &t, to, kind)
