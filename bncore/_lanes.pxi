# Reductions and maps over one contiguous run of a channel.
#
# a. A run is walked in blocks of LANES elements; element i of a block adds to lane i. Which element meets
#    which lane depends on positions alone, so every instruction set adds in the same order.
# b. float32 elements are widened before anything is done to them; float64 elements are added with their
#    rounding errors (TwoSum), so that the number of elements does not enter the error.
# c. The tail of a run is copied to a block of its own, filled up with elements that add 0.
# d. Rejected: one-element shifts instead of a first pass for the mean. A pass over data in L1 costs a tenth,
#    and no outlier can then spoil the second.

cdef enum:
    LANES = 32
    CHUNK_BYTES = 16384   # of one operand: two passes over it stay in a 32 KiB L1


cdef struct Lanes:
    double hi[LANES]
    double lo[LANES]      # rounding errors of hi; float64 data only


cdef inline void clear(Lanes* t) noexcept nogil:
    cdef int j
    for j in range(LANES):
        t.hi[j] = 0
        t.lo[j] = 0


cdef inline void halve(Lanes* t, int width, bint exact) noexcept nogil:
    cdef int j
    cdef double s, back
    for j in range(width):
        s = t.hi[j] + t.hi[j + width]
        if exact:
            back = s - t.hi[j]
            t.lo[j] += t.lo[j + width] + ((t.hi[j] - (s - back)) + (t.hi[j + width] - back))
        t.hi[j] = s


cdef inline Sum fold(Lanes* t, bint exact) noexcept nogil:
    cdef Sum total
    halve(t, 16, exact)
    halve(t, 8, exact)
    halve(t, 4, exact)
    halve(t, 2, exact)
    halve(t, 1, exact)
    total.hi, total.lo = t.hi[0], t.lo[0]
    return total


cdef inline void widen(const real* x, Py_ssize_t count, double filler, double* block) noexcept nogil:
    cdef Py_ssize_t j
    for j in range(LANES):
        block[j] = filler
    for j in range(count):
        block[j] = x[j]


cdef inline void run_sum(const real* x, Py_ssize_t count, double* total) noexcept nogil:
    # total[j] += sum of the elements of lane j, for a mean that only has to be near
    cdef double a[LANES]
    cdef double block[LANES]
    cdef Py_ssize_t i = 0
    cdef int j
    for j in range(LANES):
        a[j] = total[j]
    while i + LANES <= count:
        for j in range(LANES):
            a[j] += <double>x[i + j]
        i += LANES
    if i < count:
        widen(x + i, count - i, 0, block)
        for j in range(LANES):
            a[j] += block[j]
    for j in range(LANES):
        total[j] = a[j]


cdef inline void step_exact(double term, double* hi, double* lo) noexcept nogil:
    # TwoSum on one lane
    cdef double s = hi[0] + term
    cdef double back = s - hi[0]
    lo[0] += (hi[0] - (s - back)) + (term - back)
    hi[0] = s


cdef inline void run_moments(const real* x, Py_ssize_t count, double centre, Lanes* first, Lanes* second) noexcept nogil:
    # first += sum (x - centre), second += sum (x - centre)^2, lane by lane
    cdef Lanes a = first[0]
    cdef Lanes b = second[0]
    cdef double block[LANES]
    cdef double d
    cdef Py_ssize_t i = 0
    cdef int j
    while i + LANES <= count:
        for j in range(LANES):
            d = <double>x[i + j] - centre
            if real is float:
                a.hi[j] += d
                b.hi[j] += d * d
            else:
                step_exact(d, &a.hi[j], &a.lo[j])
                step_exact(d * d, &b.hi[j], &b.lo[j])
        i += LANES
    if i < count:
        widen(x + i, count - i, centre, block)
        for j in range(LANES):
            d = block[j] - centre
            if real is float:
                a.hi[j] += d
                b.hi[j] += d * d
            else:
                step_exact(d, &a.hi[j], &a.lo[j])
                step_exact(d * d, &b.hi[j], &b.lo[j])
    first[0] = a
    second[0] = b


cdef inline void run_sums(const real* dy, const real* x, Py_ssize_t count, double mean,
                          Lanes* sum_dy, Lanes* sum_dyd) noexcept nogil:
    # sum_dy += sum dy, sum_dyd += sum dy (x - mean), lane by lane
    cdef Lanes a = sum_dy[0]
    cdef Lanes b = sum_dyd[0]
    cdef double block_x[LANES]
    cdef double block_dy[LANES]
    cdef double t
    cdef Py_ssize_t i = 0
    cdef int j
    while i + LANES <= count:
        for j in range(LANES):
            t = <double>dy[i + j]
            if real is float:
                a.hi[j] += t
                b.hi[j] += t * (<double>x[i + j] - mean)
            else:
                step_exact(t, &a.hi[j], &a.lo[j])
                step_exact(t * (<double>x[i + j] - mean), &b.hi[j], &b.lo[j])
        i += LANES
    if i < count:
        widen(x + i, count - i, mean, block_x)
        widen(dy + i, count - i, 0, block_dy)
        for j in range(LANES):
            t = block_dy[j]
            if real is float:
                a.hi[j] += t
                b.hi[j] += t * (block_x[j] - mean)
            else:
                step_exact(t, &a.hi[j], &a.lo[j])
                step_exact(t * (block_x[j] - mean), &b.hi[j], &b.lo[j])
    sum_dy[0] = a
    sum_dyd[0] = b


cdef inline void run_scale(const real* x, real* y, Py_ssize_t count, const Scale* s) noexcept nogil:
    # (9.40) and (9.41): y = (x - mean) gamma rstd + beta
    cdef real mean = <real>s.mean
    cdef real a = <real>s.a
    cdef real b = <real>offset(s, mean)
    cdef Py_ssize_t i
    if real is float:
        if s.wide:
            for i in range(count):
                y[i] = <float>(((<double>x[i] - s.mean) - s.residual) * s.a + s.beta)
            return
    for i in range(count):
        y[i] = (x[i] - mean) * a + b


cdef inline void run_pull(const real* dy, const real* x, real* dx, Py_ssize_t count, const Pull* p) noexcept nogil:
    # dx = (dy - mean(dy)) gamma rstd - (x - mean) gamma rstd^3 mean(dy (x - mean))
    cdef real mean = <real>p.mean
    cdef real rise = <real>p.rise
    cdef real k0 = <real>p.k0
    cdef real k1 = <real>p.k1
    cdef real k2 = <real>intercept(p, mean, rise)
    cdef Py_ssize_t i
    if real is float:
        if p.wide:
            for i in range(count):
                dx[i] = <float>((<double>dy[i] - p.rise) * p.k0 + (<double>x[i] - p.mean) * p.k1)
            return
    for i in range(count):
        dx[i] = (dy[i] - rise) * k0 + ((x[i] - mean) * k1 + k2)
