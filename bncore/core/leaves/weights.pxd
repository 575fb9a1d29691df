# Weighted statistics, the map of a weighted batch, and elements that do not count.
#
# a. With weights w, W = sum w, and d = x - centre: mean = centre + sum w d / W, W var = sum w d^2 - (sum w d)^2 / W.
# b. Two passes: the first finds a centre near the mean, as an offset from the first element that counts, so that a constant is
#    its own centre, and W, compensated; the second adds w d and w d^2, compensated. What has weight 0 is not looked at.
# c. One body for both walks: a run of a plane is read as rows of LANES columns that belong to one channel.
# d. All is computed in float64, float32 data too, whose products with a weight float32 has not the digits for.
# e. Rejected: weights of other types, and the sums of dy, w x and w x^2 at once: squares cancel where the mean is far from 0.

from bncore.core.partition cimport LANES
from bncore.core.types cimport ROOM, Block, Coefficients, Records, Rows, Runs, Span
from bncore.core.leaves.columns cimport group_of, row_of
from bncore.core.leaves.numbers cimport (
    Mean, Sum, accumulate, add, finite_or_zero, rounded, stored,
)
from bncore.core.leaves.runs cimport run


cdef struct Scale:                 # the accumulators of columns
    double first[ROOM]             # the first element that counts; then the centre
    double weight[ROOM]            # sum w
    double weight_lo[ROOM]         # what its rounding took
    double offset[ROOM]            # sum w (x - first)
    double hi[2][ROOM]             # sum w d and sum w d^2
    double lo[2][ROOM]             # their rounding errors


cdef inline void clear(Scale* k, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t p
    cdef int i
    for p in range(width):
        k.first[p] = k.weight[p] = k.weight_lo[p] = k.offset[p] = 0
    for i in range(2):
        for p in range(width):
            k.hi[i][p] = k.lo[i][p] = 0


cdef inline bint counts(const double* w, Py_ssize_t step, Py_ssize_t width) noexcept nogil:
    # whether any of these elements does
    cdef double total = 0
    cdef Py_ssize_t p
    for p in range(width if step else 1):
        total += w[p]
    return total > 0


cdef inline void find(const double* x, const double* w, Py_ssize_t step, Py_ssize_t width, Scale* k,
                      Py_ssize_t at) noexcept nogil:
    # step: 1, or 0 where one weight is that of all columns
    cdef double of
    cdef Py_ssize_t p
    for p in range(width):
        of = w[p * step]
        k.first[at + p] = finite_or_zero(x[p]) if (k.weight[at + p] == 0) & (of != 0) else k.first[at + p]
        k.offset[at + p] += of * (x[p] - k.first[at + p]) if of != 0 else 0
        accumulate(of, &k.weight[at + p], &k.weight_lo[at + p], True)


cdef inline void settle(Scale* k, Py_ssize_t width) noexcept nogil:
    # centres near the means, and what was lost of the sums of weights
    cdef Py_ssize_t p
    for p in range(width):
        k.weight[p] += k.weight_lo[p]
        k.first[p] = finite_or_zero(k.first[p] + k.offset[p] / k.weight[p] if k.weight[p] != 0 else 0)


cdef inline void deviate(const double* x, const double* w, Py_ssize_t step, Py_ssize_t width, Scale* k,
                         Py_ssize_t at) noexcept nogil:
    cdef double d, wd
    cdef Py_ssize_t p
    for p in range(width):
        d = x[p] - k.first[at + p] if w[p * step] != 0 else 0
        wd = w[p * step] * d
        accumulate(wd, &k.hi[0][at + p], &k.lo[0][at + p], True)
        accumulate(wd * d, &k.hi[1][at + p], &k.lo[1][at + p], True)


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


cdef inline void run_weighted(const Span* s, const Runs* x, const Runs* w, const Records* to, void* work) noexcept nogil:
    cdef Scale* k = <Scale*>work
    cdef const double* e
    cdef const double* of
    cdef Py_ssize_t c, n, i, some
    cdef int turn
    for c in range(s.channels):
        clear(k, LANES)
        for turn in range(2):
            for n in range(s.planes):
                e, of, i = run(x, c, n, <const double*>NULL), run(w, c, n, <const double*>NULL), 0
                while i < s.count:
                    some = min(<Py_ssize_t>LANES, s.count - i)
                    if counts(of + i, 1, some):
                        if turn == 0:
                            find(e + i, of + i, 1, some, k, 0)
                        else:
                            deviate(e + i, of + i, 1, some, k, 0)
                    i += LANES
            if turn == 0:
                settle(k, LANES)
        keep(k, 0, LANES, to, c)


cdef inline void weigh_row(const double* x, const double* w, const Block* b, Scale* k, int turn) noexcept nogil:
    cdef Py_ssize_t c, step = 1 if b.size > 1 else 0, width = b.size if b.size > 1 else b.channels
    for c in range(b.channels if b.size > 1 else 1):
        if turn == 0:
            find(x + c * width, w, step, width, k, c * width)
        else:
            deviate(x + c * width, w, step, width, k, c * width)


cdef inline void column_weighted(const Block* b, const Rows* x, const Rows* w, const Records* to, void* work) noexcept nogil:
    cdef Scale* k = <Scale*>work
    cdef const double* of
    cdef Py_ssize_t width = b.channels * b.size, row, c
    cdef int turn
    clear(k, width)
    for turn in range(2):
        for row in range(b.folded * b.fold + b.rest):
            of = row_of(w, row, <const double*>NULL)
            if counts(of, 1, b.size):
                weigh_row(group_of(x, row, 1, 1, width, <const double*>NULL), of, b, k, turn)
        if turn == 0:
            settle(k, width)
    for c in range(b.channels):
        keep(k, c * b.size, b.size, to, c)


# dx = dy slope + w ((x - mean) k1 + k2 - rise slope): where w is 0 nobody looks at x.

cdef inline void pull_weighted(const double* dy, const double* x, const double* w, Py_ssize_t step, double* dx, Py_ssize_t width,
                               const Coefficients* k, Py_ssize_t c, Py_ssize_t next) noexcept nogil:
    # next: 1 where each element is of the next channel, 0 where all are of one
    cdef double** of = <double**>k.of
    cdef double more
    cdef Py_ssize_t p, j
    for p in range(width):
        j = c + p * next
        more = w[p * step] * (((x[p] - of[0][j]) * of[3][j] + of[4][j]) - of[1][j] * of[2][j]) if w[p * step] != 0 else 0
        dx[p] = dy[p] * of[2][j] + more


cdef inline void run_weighted_pull(const Span* s, const Runs* dy, const Runs* x, const Runs* w, const Runs* dx,
                                   const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t c, n
    for c in range(s.channels):
        for n in range(s.planes):
            pull_weighted(run(dy, c, n, <const double*>NULL), run(x, c, n, <const double*>NULL),
                          run(w, c, n, <const double*>NULL), 1, <double*>run(dx, c, n, <const double*>NULL), s.count, k, c, 0)


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
            pull_weighted(g, e, of, 0, to, b.channels, k, 0, 1)
        else:
            for c in range(b.channels):
                pull_weighted(g + c * b.size, e + c * b.size, of, 1, to + c * b.size, b.size, k, c, 0)
