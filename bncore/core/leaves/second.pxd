# The backward of the backward: a reduction with five sums, and the two maps that follow from it.
#
# With v = ddx, p = ddgamma, q = ddbeta, k = gamma rstd, a = mean(dy xhat), b = mean(v xhat), c = cov(dy, v):
#
#     d_dy    = (v - mean(v)) k + xhat s + q
#     d_x     = ((dy - mean(dy)) s - (v - mean(v)) t + xhat u) rstd
#     d_gamma = m rstd (c - a b)
#     s = p - k b,  t = k a,  u = k (3 a b - c) - p a
#
# a. One body for both walks: a run of a plane is read as rows of LANES columns that belong to one channel.
# b. Eight rows are added in a tree, and then to the accumulators of their columns, compensated for float64 data.
# c. The maps are evaluated in float64 and rounded once, for float32 data too: five operands come from memory, which
#    is slower than the arithmetic, and no channel needs a way of its own near the ends of float32.
# d. A block of LANES elements is read whole before it is written: a result may be any of the operands.
# e. Rejected: the reduction of backward, run for (dy, x), (v, x) and (dy, v). It reads six operands, not three.

from bncore.core.partition cimport GROUP, LANES
from bncore.core.types cimport ROOM, SUMS, Block, Coefficients, Parameters, Records, Rows, Runs, Span
from bncore.core.leaves.columns cimport group_of, group_stride, repeat, row_of, segment_width, segments
from bncore.core.leaves.numbers cimport Sum, accumulate, given, join_sums, keep_sum, memcpy, stored
from bncore.core.leaves.runs cimport run

cdef enum:
    STRIP = 256                    # columns for which coefficients are laid out at a time: 18 KiB


cdef extern from *:
    """
    /* a run of a v that is absent */
    static const double bn_zeros[1024];
    """
    const double bn_zeros[1024]


cdef struct Five:                  # an element's share of the sums, or that of several
    double dy
    double v
    double dy_d
    double v_d
    double dy_v


cdef struct Sheet:                 # the accumulators of columns
    double centre[ROOM]            # the mean of the column's channel
    double hi[SUMS][ROOM]
    double lo[SUMS][ROOM]          # rounding errors of hi; 0 for float32 data


cdef struct Strip:                 # the maps of columns side by side
    double mean[STRIP]
    double rise[STRIP]             # mean(dy)
    double drift[STRIP]            # mean(v)
    double rstd[STRIP]
    double k[STRIP]
    double s[STRIP]
    double t[STRIP]
    double u[STRIP]
    double q[STRIP]


cdef inline void wipe(Sheet* k, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t p
    cdef int i
    for i in range(SUMS):
        for p in range(width):
            k.hi[i][p] = 0
            k.lo[i][p] = 0


cdef inline Five terms(const stored* dy, const stored* x, const stored* v, double centre) noexcept nogil:
    # of one element
    cdef Five f
    cdef double d = <double>x[0] - centre
    f.dy, f.v = dy[0], v[0]
    f.dy_d, f.v_d, f.dy_v = f.dy * d, f.v * d, f.dy * f.v
    return f


cdef inline Five both(Five a, Five b) noexcept nogil:
    a.dy += b.dy
    a.v += b.v
    a.dy_d += b.dy_d
    a.v_d += b.v_d
    a.dy_v += b.dy_v
    return a


cdef inline void add_to_column(Five f, Sheet* k, Py_ssize_t p, const stored* kind) noexcept nogil:
    accumulate(f.dy, &k.hi[0][p], &k.lo[0][p], stored is double)
    accumulate(f.v, &k.hi[1][p], &k.lo[1][p], stored is double)
    accumulate(f.dy_d, &k.hi[2][p], &k.lo[2][p], stored is double)
    accumulate(f.v_d, &k.hi[3][p], &k.lo[3][p], stored is double)
    accumulate(f.dy_v, &k.hi[4][p], &k.lo[4][p], stored is double)


cdef inline void add_group(const stored* dy, Py_ssize_t i, const stored* x, Py_ssize_t j, const stored* v, Py_ssize_t l,
                           Py_ssize_t width, Sheet* k, Py_ssize_t at) noexcept nogil:
    # eight rows: those of dy lie i elements apart, those of x j, those of v l
    cdef double c
    cdef Five f, g, h
    cdef Py_ssize_t p
    for p in range(width):
        c = k.centre[at + p]
        f = both(terms(dy + p, x + p, v + p, c), terms(dy + p + i, x + p + j, v + p + l, c))
        g = both(terms(dy + p + 2 * i, x + p + 2 * j, v + p + 2 * l, c),
                 terms(dy + p + 3 * i, x + p + 3 * j, v + p + 3 * l, c))
        f = both(f, g)
        g = both(terms(dy + p + 4 * i, x + p + 4 * j, v + p + 4 * l, c),
                 terms(dy + p + 5 * i, x + p + 5 * j, v + p + 5 * l, c))
        h = both(terms(dy + p + 6 * i, x + p + 6 * j, v + p + 6 * l, c),
                 terms(dy + p + 7 * i, x + p + 7 * j, v + p + 7 * l, c))
        add_to_column(both(f, both(g, h)), k, at + p, dy)


cdef inline void add_row(const stored* dy, const stored* x, const stored* v, Py_ssize_t width, Sheet* k,
                         Py_ssize_t at) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        add_to_column(terms(dy + p, x + p, v + p, k.centre[at + p]), k, at + p, dy)


cdef inline const stored* row_or_zeros(const Rows* x, Py_ssize_t row, const stored* kind) noexcept nogil:
    return row_of(x, row, kind) if x.base != NULL else <const stored*>&bn_zeros[0]


cdef inline const stored* group_or_zeros(const Rows* x, Py_ssize_t row, Py_ssize_t step, Py_ssize_t rows, Py_ssize_t width,
                                         const stored* kind) noexcept nogil:
    return group_of(x, row, step, rows, width, kind) if x.base != NULL else <const stored*>&bn_zeros[0]


cdef inline void run_five(const stored* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Parameters* p,
                          Py_ssize_t channel, const Records* to, void* work) noexcept nogil:
    cdef Sheet* k = <Sheet*>work
    cdef Py_ssize_t step = 1 if v.base != NULL else 0    # of v, from element to element
    cdef Py_ssize_t c, n, i
    cdef int j
    cdef const stored* g
    cdef const stored* e
    cdef const stored* w
    for c in range(s.channels):
        wipe(k, LANES)
        for i in range(LANES):
            k.centre[i] = given(&p.mean, channel + c, 0)
        for n in range(s.planes):
            g, e, i = run(dy, c, n, kind), run(x, c, n, kind), 0
            w = run(v, c, n, kind) if v.base != NULL else <const stored*>&bn_zeros[0]
            while i + GROUP * LANES <= s.count:
                add_group(g + i, LANES, e + i, LANES, w + i * step, LANES * step, LANES, k, 0)
                i += GROUP * LANES
            while i < s.count:
                add_row(g + i, e + i, w + i * step, min(<Py_ssize_t>LANES, s.count - i), k, 0)
                i += LANES
        for j in range(SUMS):
            keep_sum(to, j, c, join_sums(&k.hi[j][0], &k.lo[j][0], LANES))


cdef inline void column_five(const stored* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v,
                             const Parameters* p, Py_ssize_t channel, const Records* to, void* work) noexcept nogil:
    cdef Sheet* k = <Sheet*>work
    cdef Py_ssize_t width = segment_width(b), length = b.channels * b.size, row = 0, i, z, c, q
    cdef Py_ssize_t dy_step = group_stride(dy, b, width, kind), x_step = group_stride(x, b, width, kind)
    cdef Py_ssize_t v_step = group_stride(v, b, width, kind)
    cdef Sum total
    cdef int j
    v_step = v_step if v.base != NULL else 0
    wipe(k, segments(b) * width)
    for c in range(b.channels):
        for q in range(c * b.size, (c + 1) * b.size):
            k.centre[q] = given(&p.mean, channel + c, 0)
    repeat(&k.centre[0], length, b.fold)
    while row < b.folded:
        for z in range(segments(b)):
            i = row * b.fold + z
            if row + GROUP <= b.folded:
                add_group(group_of(dy, i, b.fold, GROUP, width, kind), dy_step, group_of(x, i, b.fold, GROUP, width, kind),
                          x_step, group_or_zeros(v, i, b.fold, GROUP, width, kind), v_step, width, k, z * width)
            else:
                add_row(group_of(dy, i, 1, 1, width, kind), group_of(x, i, 1, 1, width, kind),
                        group_or_zeros(v, i, 1, 1, width, kind), width, k, z * width)
        row += GROUP if row + GROUP <= b.folded else 1
    for z in range(b.rest):
        i = b.folded * b.fold + z
        add_row(group_of(dy, i, 1, 1, length, kind), group_of(x, i, 1, 1, length, kind),
                group_or_zeros(v, i, 1, 1, length, kind), length, k, z * length)
    for j in range(SUMS):
        for z in range(1, b.fold):
            for c in range(length):
                accumulate(k.hi[j][z * length + c], &k.hi[j][c], &k.lo[j][c], True)
                k.lo[j][c] += k.lo[j][z * length + c]
        for c in range(b.channels):
            if b.size > 1:
                total = join_sums(&k.hi[j][c * b.size], &k.lo[j][c * b.size], b.size)
            else:
                total.hi, total.lo = k.hi[j][c], k.lo[j][c]
            keep_sum(to, j, c, total)


# The maps.

cdef inline void lay(const Coefficients* k, Py_ssize_t c, Strip* strip, Py_ssize_t p) noexcept nogil:
    cdef const double** of = <const double**>k.of
    strip.mean[p], strip.rise[p], strip.drift[p], strip.rstd[p] = of[0][c], of[1][c], of[2][c], of[3][c]
    strip.k[p], strip.s[p], strip.t[p], strip.u[p], strip.q[p] = of[4][c], of[5][c], of[6][c], of[7][c], of[8][c]


cdef inline void bend(const stored* dy, const stored* x, const stored* v, stored* d_dy, stored* d_x, Py_ssize_t width,
                      const Strip* k, Py_ssize_t at) noexcept nogil:
    # at most LANES elements; d_dy and d_x are no part of dy, x or v
    cdef double g, w, xhat
    cdef Py_ssize_t p
    for p in range(width):
        g, w, xhat = dy[p] - k.rise[at + p], v[p] - k.drift[at + p], (x[p] - k.mean[at + p]) * k.rstd[at + p]
        d_dy[p] = <stored>(w * k.k[at + p] + (xhat * k.s[at + p] + k.q[at + p]))
        d_x[p] = <stored>(((g * k.s[at + p] - w * k.t[at + p]) + xhat * k.u[at + p]) * k.rstd[at + p])


cdef inline void bend_run(const stored* dy, const stored* x, const stored* v, Py_ssize_t v_step, stored* d_dy, stored* d_x,
                          Py_ssize_t count, const Strip* k, Py_ssize_t step) noexcept nogil:
    # step: 1, or 0 where the coefficients of LANES columns serve all elements; v_step: 1, or 0 where v is zeros
    cdef stored left[LANES]
    cdef stored right[LANES]
    cdef Py_ssize_t i = 0
    while i + LANES <= count:
        bend(dy + i, x + i, v + i * v_step, left, right, LANES, k, i * step)
        memcpy(d_dy + i, left, LANES * sizeof(stored))
        memcpy(d_x + i, right, LANES * sizeof(stored))
        i += LANES
    if i < count:
        bend(dy + i, x + i, v + i * v_step, left, right, count - i, k, i * step)
        memcpy(d_dy + i, left, (count - i) * sizeof(stored))
        memcpy(d_x + i, right, (count - i) * sizeof(stored))


cdef inline void run_bend(const stored* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Runs* d_dy,
                          const Runs* d_x, const Coefficients* k) noexcept nogil:
    cdef Strip strip
    cdef Py_ssize_t step = 1 if v.base != NULL else 0
    cdef Py_ssize_t c, n, i
    for c in range(s.channels):
        for i in range(LANES):
            lay(k, c, &strip, i)
        for n in range(s.planes):
            bend_run(run(dy, c, n, kind), run(x, c, n, kind),
                     run(v, c, n, kind) if v.base != NULL else <const stored*>&bn_zeros[0], step,
                     <stored*>run(d_dy, c, n, kind), <stored*>run(d_x, c, n, kind), s.count, &strip, 0)


cdef inline void column_bend(const stored* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* d_dy,
                             const Rows* d_x, const Coefficients* k) noexcept nogil:
    # short rows that lie one after the other are one run of as many as fill a strip
    cdef Strip strip
    cdef Py_ssize_t step = 1 if v.base != NULL else 0
    cdef Py_ssize_t length = b.channels * b.size, rows = b.folded * b.fold + b.rest
    cdef Py_ssize_t times = max(<Py_ssize_t>1, STRIP // length) if b.contiguous else 1
    cdef Py_ssize_t first = 0, row, p, count
    while first < times * length:
        count = min(times * length - first, <Py_ssize_t>STRIP)
        for p in range(count):
            lay(k, (first + p) % length // b.size, &strip, p)
        row = 0
        while row < rows:
            if times > 1:
                count = min(times, rows - row) * length
            bend_run(row_of(dy, row, kind) + first, row_of(x, row, kind) + first, row_or_zeros(v, row, kind) + first * step, step,
                     <stored*>row_of(d_dy, row, kind) + first, <stored*>row_of(d_x, row, kind) + first, count, &strip, 1)
            row += times
        first += STRIP
