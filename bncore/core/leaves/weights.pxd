# Weighted statistics, the map of a weighted batch, and elements that do not count.
#
# a. With weights w, W = sum w, and d = x - centre: mean = centre + sum w d / W, W var = sum w d^2 - (sum w d)^2 / W.
# b. Two passes: the first finds a centre near the mean, as an offset from the first element that counts, so that a constant is
#    its own centre, and W, compensated; the second adds w d and w d^2, compensated. What has weight 0 is not looked at.
# c. One body for both walks: a run of a plane is read as rows of LANES columns that belong to one channel.
# d. Where weights are 0 or 1 alone, a mask, what counts is brought together, in runs and in rows, and summed like any other.
# e. All is computed in float64, float32 data too, whose products with a weight float32 has not the digits for.
# f. Rejected: weights of other types, and the sums of dy, w x and w x^2 at once: squares cancel where the mean is far from 0.

from bncore.core.partition cimport GROUP, LANES
from bncore.core.types cimport FIVE_BYTES, ROOM, Block, Coefficients, Records, Rows, Runs, Span
from bncore.core.leaves.columns cimport Columns, group_moments, group_of, row_moments, row_of, zero
from bncore.core.leaves.numbers cimport (
    WIDTH, Mean, Sum, add, counted, finite_or_zero, first_that_counts, load_some_unit, load_unit, masks, mean_of, memcpy,
    number_or_zero, rounded, spread_unit, store_some_unit, store_unit, unit, where_counts,
)
from bncore.core.leaves.runs cimport run, run_moments
from bncore.core.leaves.staging cimport take_rows


cdef struct Scale:                 # the accumulators of columns
    double first[ROOM]             # the first element that counts; then the centre
    double weight[ROOM]            # sum w
    double weight_lo[ROOM]         # what its rounding took
    double offset[ROOM]            # sum w (x - first)
    double hi[2][ROOM]             # sum w d and sum w d^2
    double lo[2][ROOM]             # their rounding errors


cdef inline void clear(Scale* k, Py_ssize_t width) noexcept nogil:
    # and what the last vector of a row reaches
    cdef Py_ssize_t p
    cdef int i
    for p in range(width + WIDTH):
        k.first[p] = k.weight[p] = k.weight_lo[p] = k.offset[p] = 0
    for i in range(2):
        for p in range(width + WIDTH):
            k.hi[i][p] = k.lo[i][p] = 0


cdef inline unit some(const double* x, Py_ssize_t count) noexcept nogil:
    # the next elements, a unit of them; 0 in the place of those beyond `count`
    return load_unit(x) if count >= WIDTH else load_some_unit(x, count)


cdef inline void add_unit(unit term, double* hi, double* lo) noexcept nogil:
    # `accumulate`, compensated
    cdef unit before = load_unit(hi), s = before + term, back = s - before
    store_unit(lo, load_unit(lo) + ((before - (s - back)) + (term - back)))
    store_unit(hi, s)


# One weight, `alone`, for all columns, or one for each. What lies beyond `width` weighs 0.

cdef inline unit weights_of(const double* w, bint alone, Py_ssize_t p, Py_ssize_t width) noexcept nogil:
    return spread_unit(w[0]) if alone else some(w + p, width - p)


cdef inline void find(const double* x, const double* w, bint alone, Py_ssize_t width, Scale* k, Py_ssize_t at) noexcept nogil:
    cdef unit of, e, first
    cdef Py_ssize_t p = 0
    while p < width:
        of, e = weights_of(w, alone, p, width), some(x + p, width - p)
        first = first_that_counts(load_unit(&k.first[at + p]), load_unit(&k.weight[at + p]), of, e)
        store_unit(&k.first[at + p], first)
        store_unit(&k.offset[at + p], load_unit(&k.offset[at + p]) + where_counts(of, of * (e - first)))
        add_unit(of, &k.weight[at + p], &k.weight_lo[at + p])
        p += WIDTH


cdef inline void settle(Scale* k, Py_ssize_t width) noexcept nogil:
    # centres near the means, and what was lost of the sums of weights
    cdef Py_ssize_t p
    for p in range(width):
        k.weight[p] += k.weight_lo[p]
        k.first[p] = finite_or_zero(k.first[p] + k.offset[p] / k.weight[p] if k.weight[p] != 0 else 0)


cdef inline void deviate(const double* x, const double* w, bint alone, Py_ssize_t width, Scale* k, Py_ssize_t at) noexcept nogil:
    cdef unit of, d
    cdef Py_ssize_t p = 0
    while p < width:
        of = weights_of(w, alone, p, width)
        d = where_counts(of, some(x + p, width - p) - load_unit(&k.first[at + p]))
        add_unit(of * d, &k.hi[0][at + p], &k.lo[0][at + p])
        add_unit(of * d * d, &k.hi[1][at + p], &k.lo[1][at + p])
        p += WIDTH


cdef inline Mean mean_beside(double base, Sum offset, double weight) noexcept nogil:
    # base + offset / weight: of equal numbers it is that number, whatever they weigh
    cdef double away = rounded(offset) / weight if weight != 0 else 0
    cdef Mean mean
    mean.near = base + away
    mean.rest = finite_or_zero((base - mean.near) + away)
    return mean


cdef inline void keep(Scale* k, Py_ssize_t at, Py_ssize_t size, const Records* to, Py_ssize_t c) noexcept nogil:
    # the columns of a channel together: their mean, the sum of squared deviations from it, and sum w
    cdef Sum offset, weight, squares
    cdef double base = 0, e
    cdef Mean mean
    cdef Py_ssize_t p
    offset.hi = offset.lo = weight.hi = weight.lo = squares.hi = squares.lo = 0
    for p in range(at, at + size):
        if k.weight[p] == 0:
            continue
        base = k.first[p] if weight.hi == 0 else base
        add(&weight, k.weight[p])
        # the column's own mean is first + offset
        k.offset[p] = (k.hi[0][p] + k.lo[0][p]) / k.weight[p]
        k.hi[1][p] = (k.hi[1][p] + k.lo[1][p]) - k.weight[p] * k.offset[p] * k.offset[p]
        add(&offset, k.weight[p] * ((k.first[p] - base) + k.offset[p]))
    mean = mean_beside(base, offset, rounded(weight))
    for p in range(at, at + size):
        if k.weight[p] == 0:
            continue
        e = (k.first[p] - mean.near) + (k.offset[p] - mean.rest)
        add(&squares, k.hi[1][p])
        add(&squares, k.weight[p] * e * e)
    to.hi[0][c], to.lo[0][c] = mean.near, mean.rest
    to.hi[1][c], to.hi[2][c] = rounded(squares), rounded(weight)


# Masks.

cdef inline Py_ssize_t bring_together(const double* x, const double* w, Py_ssize_t count, double* to) noexcept nogil:
    # what counts; how many they are
    cdef Py_ssize_t i = 0, n = 0, some, all_of, p
    while i < count:
        some = min(<Py_ssize_t>LANES, count - i)
        all_of = counted(w + i, some)
        if all_of == some:
            memcpy(to + n, x + i, some * sizeof(double))
        else:
            for p in range(some if all_of > 0 else 0):
                if w[i + p] != 0:
                    to[n] = x[i + p]
                    n += 1
            all_of = 0
        n += all_of
        i += LANES
    return n


cdef inline void keep_counted(const Records* to, Py_ssize_t c, Sum sum, double m2, double count) noexcept nogil:
    cdef Mean mean
    if sum.hi - sum.hi == 0 and count > 0:
        mean = mean_of(sum, count)
    else:
        mean.near, mean.rest = sum.hi, 0
    to.hi[0][c], to.lo[0][c] = mean.near, mean.rest
    to.hi[1][c], to.hi[2][c] = m2, count


cdef inline void run_counted(const Span* s, const Runs* x, const Runs* w, Py_ssize_t c, const Records* to,
                             double* room) noexcept nogil:
    # a channel whose elements all have room
    cdef Span one
    cdef Runs together
    cdef Records aside
    cdef Sum sum
    cdef double m2 = 0
    cdef Py_ssize_t n, count = 0
    for n in range(s.planes):
        count += bring_together(run(x, c, n, <const double*>NULL), run(w, c, n, <const double*>NULL), s.count, room + count)
    sum.hi = sum.lo = 0
    if count > 0:
        one.channels, one.planes, one.count = 1, 1, count
        together.base, together.channel, together.plane = <char*>room, 0, 0
        aside.hi[0], aside.hi[1], aside.lo[0] = &sum.hi, &m2, &sum.lo
        run_moments(<const double*>NULL, &one, &together, 0, &aside)
    keep_counted(to, c, sum, m2, <double>count)


cdef inline void column_counted(const Block* b, const Rows* x, const Rows* w, const Records* to, Columns* k,
                                double* room) noexcept nogil:
    # one position a row: rows that count, eight at a time
    cdef Rows here = x[0]
    cdef Py_ssize_t count = 0, row, c, n = 0
    cdef Sum sum
    zero(k, b.channels, True)
    for row in range(b.folded * b.fold + b.rest):
        if row_of(w, row, <const double*>NULL)[0] == 0:
            continue
        if x.staging == NULL:
            memcpy(room + n * b.channels, row_of(x, row, <const double*>NULL), b.channels * sizeof(double))
        else:
            here.base, here.staging = x.base + row * x.stride, <char*>(room + n * b.channels)
            take_rows(<const double*>NULL, &here, 1, b.channels)
        n += 1
        if n == GROUP:
            group_moments(<const double*>room, b.channels, b.channels, k, 0, <double>count)
            count, n = count + GROUP, 0
    for row in range(n):
        row_moments(<const double*>(room + row * b.channels), b.channels, k, 0, <double>count)
        count += 1
    for c in range(b.channels):
        sum.hi, sum.lo = k.hi[c], number_or_zero(k.lo[c])
        keep_counted(to, c, sum, (k.hi2[c] + k.lo2[c]) + 0 * k.hi[c], <double>count)


cdef inline bint masks_runs(const Span* s, const Runs* w, Py_ssize_t c) noexcept nogil:
    cdef Py_ssize_t n
    cdef bint so = s.planes * s.count <= FIVE_BYTES // <Py_ssize_t>sizeof(double)
    for n in range(s.planes if so else 0):
        so = so and masks(run(w, c, n, <const double*>NULL), s.count)
    return so


cdef inline bint masks_rows(const Block* b, const Rows* w) noexcept nogil:
    cdef Py_ssize_t row
    cdef bint so = b.size == 1
    for row in range(b.folded * b.fold + b.rest if so else 0):
        so = so and masks(row_of(w, row, <const double*>NULL), 1)
    return so


# The leaves of sums.

cdef inline void run_weighted(const Span* s, const Runs* x, const Runs* w, const Records* to, void* work) noexcept nogil:
    cdef Scale* k = <Scale*>work
    cdef const double* e
    cdef const double* of
    cdef Py_ssize_t c, n, i, some
    cdef int turn
    for c in range(s.channels):
        if masks_runs(s, w, c):
            run_counted(s, x, w, c, to, <double*>work)
            continue
        clear(k, LANES)
        for turn in range(2):
            for n in range(s.planes):
                e, of, i = run(x, c, n, <const double*>NULL), run(w, c, n, <const double*>NULL), 0
                while i < s.count:
                    some = min(<Py_ssize_t>LANES, s.count - i)
                    if counted(of + i, some) > 0:
                        if turn == 0:
                            find(e + i, of + i, False, some, k, 0)
                        else:
                            deviate(e + i, of + i, False, some, k, 0)
                    i += LANES
            if turn == 0:
                settle(k, LANES)
        keep(k, 0, LANES, to, c)


cdef inline void weigh_row(const double* x, const double* w, const Block* b, Scale* k, int turn) noexcept nogil:
    cdef Py_ssize_t c
    if b.size == 1 and turn == 0:
        find(x, w, True, b.channels, k, 0)
    elif b.size == 1:
        deviate(x, w, True, b.channels, k, 0)
    else:
        for c in range(b.channels):
            if turn == 0:
                find(x + c * b.size, w, False, b.size, k, c * b.size)
            else:
                deviate(x + c * b.size, w, False, b.size, k, c * b.size)


cdef inline void column_weighted(const Block* b, const Rows* x, const Rows* w, const Records* to, void* work) noexcept nogil:
    cdef Scale* k = <Scale*>work
    cdef const double* of
    cdef Py_ssize_t width = b.channels * b.size, row, c
    cdef int turn
    if masks_rows(b, w):
        column_counted(b, x, w, to, <Columns*>work, <double*>(<char*>work + sizeof(Columns)))
        return
    clear(k, width)
    for turn in range(2):
        for row in range(b.folded * b.fold + b.rest):
            of = row_of(w, row, <const double*>NULL)
            if counted(of, b.size) > 0:
                weigh_row(group_of(x, row, 1, 1, width, <const double*>NULL), of, b, k, turn)
        if turn == 0:
            settle(k, width)
    for c in range(b.channels):
        keep(k, c * b.size, b.size, to, c)


# dx = dy slope + w ((x - mean) k1 + k2 - rise slope): where w is 0 nobody looks at x.

cdef inline void pull_weighted(const double* dy, const double* x, const double* w, bint alone, double* dx, Py_ssize_t width,
                               const Coefficients* k, Py_ssize_t c, bint columns) noexcept nogil:
    # columns: each element is of the next channel, else all are of channel c
    cdef const double** of = <const double**>k.of
    cdef unit[5] one
    cdef unit weight, e, result
    cdef Py_ssize_t p = 0, n
    cdef int j
    for j in range(5):
        one[j] = spread_unit(of[j][c])
    while p < width:
        n = width - p
        if columns:
            for j in range(5):
                one[j] = some(of[j] + c + p, n)
        weight, e = weights_of(w, alone, p, width), some(x + p, n)
        result = some(dy + p, n) * one[2] + where_counts(weight, weight * (((e - one[0]) * one[3] + one[4]) - one[1] * one[2]))
        if n >= WIDTH:
            store_unit(dx + p, result)
        else:
            store_some_unit(dx + p, result, n)
        p += WIDTH


cdef inline void run_weighted_pull(const Span* s, const Runs* dy, const Runs* x, const Runs* w, const Runs* dx,
                                   const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t c, n
    for c in range(s.channels):
        for n in range(s.planes):
            pull_weighted(run(dy, c, n, <const double*>NULL), run(x, c, n, <const double*>NULL),
                          run(w, c, n, <const double*>NULL), False, <double*>run(dx, c, n, <const double*>NULL), s.count, k, c,
                          False)


cdef inline void column_weighted_pull(const Block* b, const Rows* dy, const Rows* x, const Rows* w, const Rows* dx,
                                      const Coefficients* k) noexcept nogil:
    cdef const double* g
    cdef const double* e
    cdef const double* of
    cdef double* to
    cdef Py_ssize_t row, c
    for row in range(b.folded * b.fold + b.rest):
        g, e, of = row_of(dy, row, <const double*>NULL), row_of(x, row, <const double*>NULL), row_of(w, row, <const double*>NULL)
        to = <double*>row_of(dx, row, <const double*>NULL)
        if b.size == 1:
            pull_weighted(g, e, of, True, to, b.channels, k, 0, True)
        else:
            for c in range(b.channels):
                pull_weighted(g + c * b.size, e + c * b.size, of, False, to + c * b.size, b.size, k, c, False)
