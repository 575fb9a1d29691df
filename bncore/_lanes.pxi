# Reductions and maps over one contiguous run of a channel.
#
# a. A run is walked in blocks of LANES elements; element i of a block adds to lane i. Which element meets
#    which lane depends on positions alone, so every instruction set adds in the same order.
# b. float32 elements are widened before anything is done to them; float64 elements are added with their
#    rounding errors (TwoSum), so that the number of elements does not enter the error.
# c. In the tail of a run the lanes that have no element add 0: a masked load where the processor has one.
# d. Rejected: one-element shifts instead of a first pass for the mean. A pass over data in L1 costs a tenth,
#    and no outlier can then spoil the second.

cdef enum:
    LANES = 32
    CHUNK_BYTES = 16384   # of one operand: two passes over it stay in a 32 KiB L1


cdef struct Lanes:
    double hi[LANES]
    double lo[LANES]      # rounding errors of hi; kept for float64 data only


cdef inline void clear(Lanes* t, bint exact) noexcept nogil:
    cdef int j
    for j in range(LANES):
        t.hi[j] = 0
    if exact:
        for j in range(LANES):
            t.lo[j] = 0


cdef inline void accumulate(double term, double* hi, double* lo, bint exact) noexcept nogil:
    # hi += term, and with it, if exact, Knuth's TwoSum: what rounding took from hi goes to lo
    cdef double s, back
    s = hi[0] + term
    if exact:
        back = s - hi[0]
        lo[0] += (hi[0] - (s - back)) + (term - back)
    hi[0] = s


cdef inline void halve(Lanes* t, int width, bint exact) noexcept nogil:
    cdef int j
    for j in range(width):
        if exact:
            t.lo[j] += t.lo[j + width]
        accumulate(t.hi[j + width], &t.hi[j], &t.lo[j], exact)


cdef inline double fold_plain(const double* t) noexcept nogil:
    # the sum of all lanes, in the order in which `fold` halves them
    cdef double eight[8]
    cdef int j
    for j in range(8):
        eight[j] = (t[j] + t[j + 16]) + (t[j + 8] + t[j + 24])
    return fold_eight(eight)


cdef inline Sum fold(Lanes* t, bint exact) noexcept nogil:
    cdef Sum total
    if not exact:
        total.hi, total.lo = fold_plain(t.hi), 0
        return total
    halve(t, 16, exact)
    halve(t, 8, exact)
    halve(t, 4, exact)
    halve(t, 2, exact)
    halve(t, 1, exact)
    total.hi, total.lo = t.hi[0], t.lo[0]
    return total


cdef inline void run_offsets(const real* x, Py_ssize_t count, real first, real* total) noexcept nogil:
    # total += sum (x - first), lane by lane in the type of the data: for a shift that only has to be near the mean
    cdef Py_ssize_t i = 0, rest
    cdef int j
    while i + LANES <= count:
        for j in range(LANES):
            total[j] += x[i + j] - first
        i += LANES
    rest = count - i
    if rest > 0:
        for j in range(LANES):
            total[j] += x[i + j] - first if j < rest else 0


cdef inline void run_moments(const real* x, Py_ssize_t count, double centre, Py_ssize_t ahead, Lanes* a,
                             Lanes* b) noexcept nogil:
    # a += sum (x - centre), b += sum (x - centre)^2, lane by lane; what lies `ahead` bytes further on is fetched
    cdef Py_ssize_t i = 0, rest
    cdef double d
    cdef int j
    while i + LANES <= count:
        bn_prefetch(<const char*>(x + i) + ahead)
        bn_prefetch(<const char*>(x + i) + ahead + 64)
        if real is double:
            bn_prefetch(<const char*>(x + i) + ahead + 128)
            bn_prefetch(<const char*>(x + i) + ahead + 192)
        for j in range(LANES):
            d = <double>x[i + j] - centre
            accumulate(d, &a.hi[j], &a.lo[j], real is double)
            accumulate(d * d, &b.hi[j], &b.lo[j], real is double)
        i += LANES
    rest = count - i
    if rest > 0:
        for j in range(LANES):
            d = <double>x[i + j] - centre if j < rest else 0
            accumulate(d, &a.hi[j], &a.lo[j], real is double)
            accumulate(d * d, &b.hi[j], &b.lo[j], real is double)


cdef inline void run_sums(const real* dy, const real* x, Py_ssize_t count, double centre, Lanes* a, Lanes* b) noexcept nogil:
    # a += sum dy, b += sum dy (x - centre), lane by lane
    cdef Py_ssize_t i = 0, rest
    cdef double g, d
    cdef int j
    while i + LANES <= count:
        for j in range(LANES):
            g = <double>dy[i + j]
            accumulate(g, &a.hi[j], &a.lo[j], real is double)
            accumulate(g * (<double>x[i + j] - centre), &b.hi[j], &b.lo[j], real is double)
        i += LANES
    rest = count - i
    if rest > 0:
        for j in range(LANES):
            g = <double>dy[i + j] if j < rest else 0
            d = <double>x[i + j] - centre if j < rest else 0
            accumulate(g, &a.hi[j], &a.lo[j], real is double)
            accumulate(g * d, &b.hi[j], &b.lo[j], real is double)


cdef inline void run_scale(const real* x, real* y, Py_ssize_t count, const Affine* map, Py_ssize_t c,
                           bint stream, Py_ssize_t ahead) noexcept nogil:
    cdef real nearest = (<const real*>map.nearest)[c]
    cdef real slope = (<const real*>map.slope)[c]
    cdef real level = (<const real*>map.level)[c]
    cdef Py_ssize_t i = 0
    if real is float:
        if map.wide[c] != 0:
            for i in range(count):
                y[i] = <float>wide_scale(map, c, x[i])
            return
    if stream:
        i = stream_scale(x, y, count, nearest, slope, level, ahead)
    for i in range(i, count):
        y[i] = scaled(x[i], nearest, slope, level)


cdef inline void run_pull(const real* dy, const real* x, real* dx, Py_ssize_t count, const Channels* k, Py_ssize_t c,
                          bint stream) noexcept nogil:
    cdef real mean = (<const real*>k.coefficient[0])[c]
    cdef real rise = (<const real*>k.coefficient[1])[c]
    cdef real k0 = (<const real*>k.coefficient[2])[c]
    cdef real k1 = (<const real*>k.coefficient[3])[c]
    cdef real k2 = (<const real*>k.coefficient[4])[c]
    cdef Py_ssize_t i = 0
    if real is float:
        if k.wide[c] != 0:
            for i in range(count):
                dx[i] = <float>wide_pull(k, c, dy[i], x[i])
            return
    if stream:
        i = stream_pull(dy, x, dx, count, mean, rise, k0, k1, k2)
    for i in range(i, count):
        dx[i] = pulled(dy[i], x[i], mean, rise, k0, k1, k2)
