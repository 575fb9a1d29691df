# Reductions over the contiguous runs of a channel: what a chunk of its elements comes to.
#
# a. A run of float32 numbers is walked in blocks of LANES elements, which are widened before anything is done to them;
#    element i of a block adds to lane i. Which element meets which lane depends on positions alone, so every instruction
#    set adds in the same order.
# b. The moments of float32 data take one pass, for the sums of x and of x^2, and where these cancel a second one, about the mean.
# c. Those of float64 data take two: a number near the mean, then the sums of the deviations from it and of their squares, the
#    first of which makes the mean good. Element i is in lane i mod 8. Eight elements of a lane are added as a tree, and what
#    the trees give is added with its rounding errors: three roundings of an element reach the total, however many there are.
# d. Several channels come in one call where each is small, so that what is settled once is settled for all of them.
# e. Rejected: one-element shifts instead of a first pass for the mean: a pass over data in L1 costs a tenth, and no outlier can
#    then spoil the second. TwoSum for each element: twice the instructions, for the class of the bound allows four roundings.

from bncore.core.partition cimport LANES
from bncore.core.types cimport CHANNELS, LINE, Parameters, Records, Runs, Span
from bncore.core.leaves.numbers cimport (
    BREADTH, NEAR_ZERO, WIDTH, Eight, Lanes32, Moments, Sum, Walk, accumulate, add, add_runs, centre_of,
    finite_or_zero, fold_eight, fold_lanes, fold_two, from_vector, keep_moments, keep_sum, left_over, load_unit, no_lanes,
    nothing, octet, prefetch, product, rounded, spread_unit, store_unit, stored, to_vector, unit,
)

cdef enum:
    SQUARE = 64                    # of float64: elements to a tree in each lane


cdef inline const stored* run(const Runs* x, Py_ssize_t channel, Py_ssize_t plane, const stored* kind) noexcept nogil:
    return <const stored*>(x.base + channel * x.channel + plane * x.plane)


# float32

cdef inline double fold(const double* t) noexcept nogil:
    # the sum of all lanes, by halves
    cdef double eight[8]
    cdef int j
    for j in range(8):
        eight[j] = (t[j] + t[j + 16]) + (t[j + 8] + t[j + 24])
    return fold_eight(eight)


cdef inline void add_powers(const float* x, Py_ssize_t plane, Py_ssize_t planes, Py_ssize_t count, Py_ssize_t first,
                            Py_ssize_t next, Lanes32* a, Lanes32* b) noexcept nogil:
    # a += sum x, b += sum x^2 of the elements from `first` of so many planes
    cdef Walk w
    w.x = w.y = <const char*>(x + first)
    w.x_plane = w.y_plane = plane
    w.planes, w.count, w.x_next, w.y_next = planes, count - first, next, 0
    add_runs(&w, True, a, b)


cdef inline void add_pairs(const float* dy, Py_ssize_t dy_plane, const float* x, Py_ssize_t plane, Py_ssize_t planes,
                           Py_ssize_t count, Py_ssize_t first, Py_ssize_t dy_next, Py_ssize_t next, Lanes32* a,
                           Lanes32* b) noexcept nogil:
    # a += sum dy, b += sum dy x
    cdef Walk w
    w.x, w.y, w.x_plane, w.y_plane = <const char*>(dy + first), <const char*>(x + first), dy_plane, plane
    w.planes, w.count, w.x_next, w.y_next = planes, count - first, dy_next, next
    add_runs(&w, False, a, b)


cdef inline Moments moments_about(double centre, Sum d, Sum dd, double count) noexcept nogil:
    # sum x = count centre + sum (x - centre), and sum (x - centre)^2 = m2 + count (mean - centre)^2
    cdef double rest = rounded(d) / count
    cdef Moments result
    result.m2 = rounded(dd) - count * rest * rest
    result.sum = product(count, centre)
    add(&result.sum, d.hi)
    add(&result.sum, left_over(d))
    return result


cdef inline Moments far_moments(const Span* s, const Runs* x, Py_ssize_t channel, double centre,
                                const float* kind) noexcept nogil:
    # moments of one channel from the deviations from a number near its mean
    cdef double[LANES] a, b
    cdef Sum sum, squares
    cdef const float* p
    cdef double d
    cdef Py_ssize_t n, i, j
    for j in range(LANES):
        a[j] = b[j] = 0
    for n in range(s.planes):
        p, i = run(x, channel, n, kind), 0
        while i + LANES <= s.count:
            for j in range(LANES):
                d = <double>p[i + j] - centre
                a[j] += d
                b[j] += d * d
            i += LANES
        for j in range(s.count - i):
            d = <double>p[i + j] - centre
            a[j] += d
            b[j] += d * d
    sum.hi, sum.lo, squares.hi, squares.lo = fold(a), 0, fold(b), 0
    return moments_about(centre, sum, squares, <double>(s.planes * s.count))


cdef inline void settle_moments(const Span* s, const Runs* x, Py_ssize_t channel, Py_ssize_t channels, const double* power,
                                const Records* to, const float* kind) noexcept nogil:
    # the sums of squared deviations of some channels, from those of x, which are recorded, and of x^2
    cdef from_vector sum = to.hi[0] + channel
    cdef to_vector m2 = to.hi[1] + channel
    cdef double count = <double>(s.planes * s.count), mean, far = 0
    cdef Py_ssize_t c
    for c in range(channels):
        mean = sum[c] / count
        m2[c] = power[c] - count * mean * mean
        far += 0 if power[c] <= NEAR_ZERO * m2[c] else 1
    for c in range(channels if far != 0 else 0):
        if not power[c] <= NEAR_ZERO * m2[c]:
            # once more, from the nearest cache, about the mean: of a constant, the constant itself
            keep_moments(to, channel + c, far_moments(s, x, channel + c, finite_or_zero(sum[c] / count), kind))


cdef inline void pairs_about(const Span* s, const Runs* dy, const Runs* x, Py_ssize_t channel, double centre, double* sum,
                             double* products, const float* kind) noexcept nogil:
    # sum dy and sum dy (x - centre) of one channel
    cdef double[LANES] a, b
    cdef const float* g
    cdef const float* p
    cdef double e
    cdef Py_ssize_t n, i, j
    for j in range(LANES):
        a[j] = b[j] = 0
    for n in range(s.planes):
        g, p, i = run(dy, channel, n, kind), run(x, channel, n, kind), 0
        while i + LANES <= s.count:
            for j in range(LANES):
                e = <double>g[i + j]
                a[j] += e
                b[j] += e * (<double>p[i + j] - centre)
            i += LANES
        for j in range(s.count - i):
            e = <double>g[i + j]
            a[j] += e
            b[j] += e * (<double>p[i + j] - centre)
    sum[0], products[0] = fold(a), fold(b)


# float64

cdef inline void add_unit(double* hi, double* lo, unit term) noexcept nogil:
    cdef unit before = load_unit(hi)
    cdef unit s = before + term
    cdef unit back = s - before
    store_unit(lo, load_unit(lo) + ((before - (s - back)) + (term - back)))
    store_unit(hi, s)


cdef inline unit tree_of_products(unit g0, unit x0, unit g1, unit x1, unit g2, unit x2, unit g3, unit x3, unit g4, unit x4,
                                  unit g5, unit x5, unit g6, unit x6, unit g7, unit x7) noexcept nogil:
    return ((g0 * x0 + g1 * x1) + (g2 * x2 + g3 * x3)) + ((g4 * x4 + g5 * x5) + (g6 * x6 + g7 * x7))


cdef inline void fetch_square(const double* x, Py_ssize_t ahead) noexcept nogil:
    cdef int j
    for j in range(SQUARE // BREADTH):
        prefetch(<const char*>(x + j * BREADTH) + ahead)


cdef inline Py_ssize_t add_offsets(const double* x, Py_ssize_t first, Py_ssize_t end, Py_ssize_t ahead, double centre,
                                   double* total) noexcept nogil:
    # whole squares of elements from `first`; where they end
    cdef unit of = spread_unit(centre)
    cdef Py_ssize_t p
    while first + SQUARE <= end:
        fetch_square(x + first, ahead)
        p = first
        while p < first + BREADTH:
            store_unit(&total[p - first], load_unit(&total[p - first]) + octet(
                load_unit(x + p) - of, load_unit(x + p + 8) - of, load_unit(x + p + 16) - of, load_unit(x + p + 24) - of,
                load_unit(x + p + 32) - of, load_unit(x + p + 40) - of, load_unit(x + p + 48) - of, load_unit(x + p + 56) - of))
            p += WIDTH
        first += SQUARE
    return first


cdef inline void run_offsets(const double* x, Py_ssize_t first, Py_ssize_t count, Py_ssize_t next, double centre,
                             double* total) noexcept nogil:
    # total += sum (x - centre) of the elements from `first` in eight lanes, for a number that only has to be near the mean
    cdef Py_ssize_t i = add_offsets(x, first, count, next, centre, total)
    cdef int j
    while i < count:
        for j in range(min(<Py_ssize_t>BREADTH, count - i)):
            total[j] += x[i + j] - centre
        i += BREADTH


cdef inline void run_deviations(const double* x, Py_ssize_t count, double centre, Py_ssize_t ahead, Eight* a,
                                Eight* b) noexcept nogil:
    # a += sum (x - centre), b += sum (x - centre)^2; what lies `ahead` bytes further on is fetched
    cdef unit of = spread_unit(centre), d0, d1, d2, d3, d4, d5, d6, d7
    cdef double d
    cdef Py_ssize_t i = 0, p
    cdef int j
    while i + SQUARE <= count:
        fetch_square(x + i, ahead)
        p = i
        while p < i + BREADTH:
            d0, d1 = load_unit(x + p) - of, load_unit(x + p + 8) - of
            d2, d3 = load_unit(x + p + 16) - of, load_unit(x + p + 24) - of
            d4, d5 = load_unit(x + p + 32) - of, load_unit(x + p + 40) - of
            d6, d7 = load_unit(x + p + 48) - of, load_unit(x + p + 56) - of
            add_unit(&a.hi[p - i], &a.lo[p - i], octet(d0, d1, d2, d3, d4, d5, d6, d7))
            add_unit(&b.hi[p - i], &b.lo[p - i],
                     tree_of_products(d0, d0, d1, d1, d2, d2, d3, d3, d4, d4, d5, d5, d6, d6, d7, d7))
            p += WIDTH
        i += SQUARE
    while i < count:
        for j in range(min(<Py_ssize_t>BREADTH, count - i)):
            d = x[i + j] - centre
            accumulate(d, &a.hi[j], &a.lo[j], True)
            accumulate(d * d, &b.hi[j], &b.lo[j], True)
        i += BREADTH


cdef inline Py_ssize_t add_compensated(const double* dy, const double* x, Py_ssize_t first, Py_ssize_t end,
                                       Py_ssize_t dy_ahead, Py_ssize_t ahead, double centre, Eight* a, Eight* b) noexcept nogil:
    # whole squares of elements from `first`; where they end
    cdef unit of = spread_unit(centre), g0, g1, g2, g3, g4, g5, g6, g7
    cdef Py_ssize_t p
    while first + SQUARE <= end:
        fetch_square(dy + first, dy_ahead)
        fetch_square(x + first, ahead)
        p = first
        while p < first + BREADTH:
            g0, g1, g2, g3 = load_unit(dy + p), load_unit(dy + p + 8), load_unit(dy + p + 16), load_unit(dy + p + 24)
            g4, g5, g6, g7 = load_unit(dy + p + 32), load_unit(dy + p + 40), load_unit(dy + p + 48), load_unit(dy + p + 56)
            add_unit(&a.hi[p - first], &a.lo[p - first], octet(g0, g1, g2, g3, g4, g5, g6, g7))
            add_unit(&b.hi[p - first], &b.lo[p - first], tree_of_products(
                g0, load_unit(x + p) - of, g1, load_unit(x + p + 8) - of, g2, load_unit(x + p + 16) - of,
                g3, load_unit(x + p + 24) - of, g4, load_unit(x + p + 32) - of, g5, load_unit(x + p + 40) - of,
                g6, load_unit(x + p + 48) - of, g7, load_unit(x + p + 56) - of))
            p += WIDTH
        first += SQUARE
    return first


cdef inline void run_compensated(const double* dy, const double* x, Py_ssize_t first, Py_ssize_t count, double centre,
                                 Py_ssize_t dy_next, Py_ssize_t next, Eight* a, Eight* b) noexcept nogil:
    # a += sum dy, b += sum dy (x - centre), of the elements from `first`
    cdef Py_ssize_t i = add_compensated(dy, x, first, count, dy_next, next, centre, a, b)
    cdef int j
    while i < count:
        for j in range(min(<Py_ssize_t>BREADTH, count - i)):
            accumulate(dy[i + j], &a.hi[j], &a.lo[j], True)
            accumulate(dy[i + j] * (x[i + j] - centre), &b.hi[j], &b.lo[j], True)
        i += BREADTH


cdef inline double near_number(const double* offset, double start, const Span* s) noexcept nogil:
    # near the mean, from sum (x - start) in eight lanes; of a constant, the constant
    return finite_or_zero(start + fold_eight(offset) / <double>(s.planes * s.count))


cdef inline Moments compensated_moments(const Span* s, const Runs* x, Py_ssize_t channel, double centre, Py_ssize_t ahead,
                                        const double* kind) noexcept nogil:
    cdef Eight a = nothing(), b = nothing()
    cdef Py_ssize_t n
    for n in range(s.planes):
        run_deviations(run(x, channel, n, kind), s.count, centre, ahead, &a, &b)
    return moments_about(centre, fold_lanes(&a), fold_lanes(&b), <double>(s.planes * s.count))


# What a part has come to while its runs are walked one by one.

cdef struct Tally:
    Lanes32 first                  # of float32: the sums of x and x^2, or of dy and dy x
    Lanes32 second
    double centre                  # of float64: a number to subtract from x
    double offset[BREADTH]         # sum (x - centre), of which the mean is found
    Eight dy                       # sum dy
    Eight dyd                      # sum dy (x - centre)


cdef inline void begin_moments(const Runs* x, Py_ssize_t channel, Tally* t, const stored* kind) noexcept nogil:
    cdef int j
    if stored is float:
        t.first = t.second = no_lanes()
    else:
        t.centre = run(x, channel, 0, kind)[0]
        for j in range(BREADTH):
            t.offset[j] = 0


cdef inline void tally_moments(const stored* x, Py_ssize_t first, Py_ssize_t count, Py_ssize_t next, Tally* t) noexcept nogil:
    if stored is float:
        add_powers(x, 0, 1, count, first, next, &t.first, &t.second)
    else:
        run_offsets(x, first, count, next, t.centre, t.offset)


cdef inline void end_moments(const Span* s, const Runs* x, Py_ssize_t channel, Py_ssize_t next, Tally* t, const Records* to,
                             const stored* kind) noexcept nogil:
    cdef double power
    if stored is float:
        fold_two(t.first, t.second, &to.hi[0][channel], &power)
        settle_moments(s, x, channel, 1, &power, to, kind)
    else:
        keep_moments(to, channel, compensated_moments(s, x, channel, near_number(t.offset, t.centre, s), next, kind))


cdef inline void begin_pairs(double centre, Tally* t, const stored* kind) noexcept nogil:
    if stored is float:
        t.first = t.second = no_lanes()
    else:
        t.centre, t.dy, t.dyd = centre, nothing(), nothing()


cdef inline void tally_pairs(const stored* dy, const stored* x, Py_ssize_t first, Py_ssize_t count, Py_ssize_t dy_next,
                             Py_ssize_t next, Tally* t) noexcept nogil:
    if stored is float:
        add_pairs(dy, 0, x, 0, 1, count, first, dy_next, next, &t.first, &t.second)
    else:
        run_compensated(dy, x, first, count, t.centre, dy_next, next, &t.dy, &t.dyd)


cdef inline void end_pairs(Py_ssize_t channel, Tally* t, const Records* to, const stored* kind) noexcept nogil:
    if stored is float:
        fold_two(t.first, t.second, &to.hi[0][channel], &to.hi[1][channel])
    else:
        keep_sum(to, 0, channel, fold_lanes(&t.dy))
        keep_sum(to, 1, channel, fold_lanes(&t.dyd))


# The leaves.

cdef inline void run_moments(const stored* kind, const Span* s, const Runs* x, Py_ssize_t next,
                             const Records* to) noexcept nogil:
    cdef Tally t
    cdef Lanes32 a, b
    cdef double[CHANNELS] power
    cdef Py_ssize_t c, n
    if stored is float:
        # all channels once; then those again whose sums cancel
        for c in range(s.channels):
            a = b = no_lanes()
            add_powers(run(x, c, 0, kind), x.plane, s.planes, s.count, 0, next, &a, &b)
            fold_two(a, b, &to.hi[0][c], &power[c])
        settle_moments(s, x, 0, s.channels, power, to, kind)
    else:
        # the second pass over the chunk before has fetched this one
        for c in range(s.channels):
            begin_moments(x, c, &t, kind)
            for n in range(s.planes):
                tally_moments(run(x, c, n, kind), 0, s.count, 0, &t)
            end_moments(s, x, c, next, &t, to, kind)


cdef inline void run_pairs(const stored* kind, const Span* s, const Runs* dy, const Runs* x, Py_ssize_t dy_next,
                           Py_ssize_t next, const Parameters* p, Py_ssize_t channel, const Records* to) noexcept nogil:
    cdef Tally t
    cdef Lanes32 a, b
    cdef double centre
    cdef Py_ssize_t c, n
    for c in range(s.channels):
        centre = centre_of(p, channel + c, kind)
        if stored is float:
            if centre != 0:
                pairs_about(s, dy, x, c, centre, &to.hi[0][c], &to.hi[1][c], kind)
                continue
            a = b = no_lanes()
            add_pairs(run(dy, c, 0, kind), dy.plane, run(x, c, 0, kind), x.plane, s.planes, s.count, 0, dy_next, next, &a, &b)
            fold_two(a, b, &to.hi[0][c], &to.hi[1][c])
        else:
            begin_pairs(centre, &t, kind)
            for n in range(s.planes):
                tally_pairs(run(dy, c, n, kind), run(x, c, n, kind), 0, s.count, dy_next, next, &t)
            end_pairs(c, &t, to, kind)
