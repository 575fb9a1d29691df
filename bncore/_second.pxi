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
# d. A block of LANES elements is read whole before it is written: an output may be any of the inputs.
# e. Rejected: the reduction of backward, run for (dy, x), (v, x) and (dy, v). It reads six operands, not three.

cdef enum:
    FIVE_SUMS = 5          # sums of dy, v, dy (x - mean), v (x - mean), dy v
    STRIP = 256            # columns for which coefficients are laid out at a time: 18 KiB

cdef double NOTHING[STAGE]     # zeros: a run of a v that is absent


cdef struct Five:          # an element's share of the sums, or that of several
    double dy
    double v
    double dy_d
    double v_d
    double dy_v


cdef struct Sheet:         # the accumulators of columns
    double centre[ROOM]    # the mean of the column's channel
    double hi[FIVE_SUMS][ROOM]
    double lo[FIVE_SUMS][ROOM]  # rounding errors of hi; 0 for float32 data


cdef struct Bend:          # the maps of one channel
    double mean
    double rise            # mean(dy)
    double drift           # mean(v)
    double rstd
    double k
    double s
    double t
    double u
    double q


cdef struct Strip:         # those of columns side by side
    double mean[STRIP]
    double rise[STRIP]
    double drift[STRIP]
    double rstd[STRIP]
    double k[STRIP]
    double s[STRIP]
    double t[STRIP]
    double u[STRIP]
    double q[STRIP]


cdef struct Desk:          # what one thread works on
    Sheet sheet
    Strip strip
    double tiles[5 * STAGE]    # of dy, x, v, d_dy, d_x


cdef inline void wipe(Sheet* k, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t p
    cdef int i
    for i in range(FIVE_SUMS):
        for p in range(width):
            k.hi[i][p] = 0
            k.lo[i][p] = 0


cdef inline Five terms(const real* dy, const real* x, const real* v, double centre) noexcept nogil:
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


cdef inline void add_to_column(Five f, Sheet* k, Py_ssize_t p, const real* kind) noexcept nogil:
    accumulate(f.dy, &k.hi[0][p], &k.lo[0][p], real is double)
    accumulate(f.v, &k.hi[1][p], &k.lo[1][p], real is double)
    accumulate(f.dy_d, &k.hi[2][p], &k.lo[2][p], real is double)
    accumulate(f.v_d, &k.hi[3][p], &k.lo[3][p], real is double)
    accumulate(f.dy_v, &k.hi[4][p], &k.lo[4][p], real is double)


cdef inline void add_group(const real* dy, Py_ssize_t i, const real* x, Py_ssize_t j, const real* v, Py_ssize_t l,
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


cdef inline void add_row(const real* dy, const real* x, const real* v, Py_ssize_t width, Sheet* k,
                         Py_ssize_t at) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        add_to_column(terms(dy + p, x + p, v + p, k.centre[at + p]), k, at + p, dy)


cdef inline const real* run_or_zeros(const Walk* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t count,
                                     real* tile) noexcept nogil:
    # at most STAGE elements of an operand, which may be absent
    return load(x, n, c, start, count, tile) if x.base != NULL else <const real*>&NOTHING[0]


cdef inline const real* row_or_zeros(const Lines* x, const Window* w, Py_ssize_t row, const real* kind) noexcept nogil:
    return row_of(x, w, row, kind) if x.base != NULL else <const real*>&NOTHING[0]


cdef void chunk_second(const Walk* dy, const Walk* x, const Walk* v, const Cut* cut, Py_ssize_t c, Py_ssize_t t,
                       double mean, Sum* result, Desk* desk, const real* kind) noexcept nogil:
    # the five sums of one chunk
    cdef Part p = part(cut, t)
    cdef Sheet* k = &desk.sheet
    cdef real* tile = <real*>&desk.tiles[0]
    cdef const real* g
    cdef const real* e
    cdef const real* w
    cdef Py_ssize_t i, j, start, count
    wipe(k, LANES)
    for i in range(LANES):
        k.centre[i] = mean
    for j in range(p.planes):
        start = 0
        while start < p.count:
            count = min(p.count - start, <Py_ssize_t>STAGE)
            g = run_or_zeros(dy, p.n + j, c, p.start + start, count, tile)
            e = run_or_zeros(x, p.n + j, c, p.start + start, count, tile + STAGE)
            w = run_or_zeros(v, p.n + j, c, p.start + start, count, tile + 2 * STAGE)
            i = 0
            while i + GROUP * LANES <= count:
                add_group(g + i, LANES, e + i, LANES, w + i, LANES, LANES, k, 0)
                i += GROUP * LANES
            while i < count:
                add_row(g + i, e + i, w + i, min(<Py_ssize_t>LANES, count - i), k, 0)
                i += LANES
            start += count
    for i in range(FIVE_SUMS):
        result[i] = join_sums(&k.hi[i][0], &k.lo[i][0], LANES)


cdef void block_second(const Lines* dy, const Lines* x, const Lines* v, const Grid* g, Py_ssize_t block, Py_ssize_t tile,
                       bint dense, const double* mean, Sum* result, Desk* desk, const real* kind) noexcept nogil:
    # the five sums of each channel of one block; result: the records of this block, indexed by channel
    cdef Window w = window(g, block, tile, dense)
    cdef Sheet* k = &desk.sheet
    cdef Py_ssize_t item = sizeof(real)
    cdef Py_ssize_t dy_step = g.fold * dy.stride // item, x_step = g.fold * x.stride // item
    cdef Py_ssize_t v_step = g.fold * v.stride // item, length = w.channels * g.size
    cdef Py_ssize_t row = 0, i, z, c, p
    wipe(k, w.segments * w.width)
    for c in range(w.channels):
        for p in range(c * g.size, (c + 1) * g.size):
            k.centre[p] = mean[w.channel + c]
    repeat(k.centre, length, g.fold)
    while row < w.folded:
        for z in range(w.segments):
            i = row * g.fold + z
            if row + GROUP <= w.folded:
                add_group(row_or_zeros(dy, &w, i, kind), dy_step, row_or_zeros(x, &w, i, kind), x_step,
                          row_or_zeros(v, &w, i, kind), v_step, w.width, k, z * w.width)
            else:
                add_row(row_or_zeros(dy, &w, i, kind), row_or_zeros(x, &w, i, kind), row_or_zeros(v, &w, i, kind), w.width, k,
                        z * w.width)
        row += GROUP if row + GROUP <= w.folded else 1
    for z in range(w.rest):
        i = w.folded * g.fold + z
        add_row(row_or_zeros(dy, &w, i, kind), row_or_zeros(x, &w, i, kind), row_or_zeros(v, &w, i, kind), length, k, z * length)
    for i in range(FIVE_SUMS):
        for z in range(1, g.fold):
            for c in range(length):
                accumulate(k.hi[i][z * length + c], &k.hi[i][c], &k.lo[i][c], True)
                k.lo[i][c] += k.lo[i][z * length + c]
        for c in range(w.channels):
            p = FIVE_SUMS * (w.channel + c) + i
            if g.size > 1:
                result[p] = join_sums(&k.hi[i][c * g.size], &k.lo[i][c * g.size], g.size)
            else:
                result[p].hi, result[p].lo = k.hi[i][c], k.lo[i][c]


cdef inline void lay(const Bend* b, Strip* strip, Py_ssize_t p) noexcept nogil:
    strip.mean[p], strip.rise[p], strip.drift[p], strip.rstd[p] = b.mean, b.rise, b.drift, b.rstd
    strip.k[p], strip.s[p], strip.t[p], strip.u[p], strip.q[p] = b.k, b.s, b.t, b.u, b.q


cdef inline void bend(const real* dy, const real* x, const real* v, real* d_dy, real* d_x, Py_ssize_t width,
                      const Strip* k, Py_ssize_t at) noexcept nogil:
    # at most LANES elements; d_dy and d_x are no part of dy, x or v
    cdef double g, w, xhat
    cdef Py_ssize_t p
    for p in range(width):
        g, w, xhat = dy[p] - k.rise[at + p], v[p] - k.drift[at + p], (x[p] - k.mean[at + p]) * k.rstd[at + p]
        d_dy[p] = <real>(w * k.k[at + p] + (xhat * k.s[at + p] + k.q[at + p]))
        d_x[p] = <real>(((g * k.s[at + p] - w * k.t[at + p]) + xhat * k.u[at + p]) * k.rstd[at + p])


cdef inline void bend_run(const real* dy, const real* x, const real* v, real* d_dy, real* d_x, Py_ssize_t count,
                          const Strip* k, Py_ssize_t step) noexcept nogil:
    # step: 1, or 0 where the coefficients of LANES columns serve all elements
    cdef real left[LANES]
    cdef real right[LANES]
    cdef Py_ssize_t i = 0
    while i + LANES <= count:
        bend(dy + i, x + i, v + i, left, right, LANES, k, i * step)
        memcpy(d_dy + i, left, LANES * sizeof(real))
        memcpy(d_x + i, right, LANES * sizeof(real))
        i += LANES
    if i < count:
        bend(dy + i, x + i, v + i, left, right, count - i, k, i * step)
        memcpy(d_dy + i, left, (count - i) * sizeof(real))
        memcpy(d_x + i, right, (count - i) * sizeof(real))


cdef void chunk_bend(const Walk* dy, const Walk* x, const Walk* v, const Walk* d_dy, const Walk* d_x, const Cut* cut,
                     Py_ssize_t c, Py_ssize_t t, const Bend* b, Desk* desk, const real* kind) noexcept nogil:
    cdef Part p = part(cut, t)
    cdef real* tile = <real*>&desk.tiles[0]
    cdef real* left
    cdef real* right
    cdef Py_ssize_t i, j, start, count
    for i in range(LANES):
        lay(b, &desk.strip, i)
    for j in range(p.planes):
        i = 0
        while i < p.count:
            start, count = p.start + i, min(p.count - i, <Py_ssize_t>STAGE)
            left = <real*>plane(d_dy, p.n + j, c) + start if d_dy.dense else tile + 3 * STAGE
            right = <real*>plane(d_x, p.n + j, c) + start if d_x.dense else tile + 4 * STAGE
            bend_run(run_or_zeros(dy, p.n + j, c, start, count, tile), run_or_zeros(x, p.n + j, c, start, count, tile + STAGE),
                     run_or_zeros(v, p.n + j, c, start, count, tile + 2 * STAGE), left, right, count, &desk.strip, 0)
            if not d_dy.dense:
                store(d_dy, p.n + j, c, start, count, <const real*>left)
            if not d_x.dense:
                store(d_x, p.n + j, c, start, count, <const real*>right)
            i += count


cdef void block_bend(const Lines* dy, const Lines* x, const Lines* v, const Lines* d_dy, const Lines* d_x, const Grid* g,
                     Py_ssize_t block, Py_ssize_t tile, bint dense, const Bend* bends, Desk* desk,
                     const real* kind) noexcept nogil:
    # short rows that lie one after the other are one run of as many as fill a strip
    cdef Window w = window(g, block, tile, False)
    cdef Py_ssize_t length = w.channels * g.size, rows = w.folded * g.fold + w.rest
    cdef Py_ssize_t times = max(1, STRIP // length) if dense and g.tiles == 1 else 1
    cdef Py_ssize_t first = 0, row, p, count
    while first < times * length:
        count = min(times * length - first, <Py_ssize_t>STRIP)
        for p in range(count):
            lay(&bends[w.channel + (first + p) % length // g.size], &desk.strip, p)
        row = 0
        while row < rows:
            if times > 1:
                count = min(times, rows - row) * length
            bend_run(row_or_zeros(dy, &w, row, kind) + first, row_of(x, &w, row, kind) + first,
                     row_or_zeros(v, &w, row, kind) + (first if v.base != NULL else 0),
                     <real*>(d_dy.base + (w.row + row) * d_dy.stride) + w.first + first,
                     <real*>(d_x.base + (w.row + row) * d_x.stride) + w.first + first, count, &desk.strip, 1)
            row += times
        first += STRIP
