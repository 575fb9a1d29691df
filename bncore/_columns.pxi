# Reductions and maps over rows whose elements belong to many channels side by side.
#
# a. A column is one position of a row; it has accumulators of its own, so whole rows are added as vectors.
# b. Rows come in groups of eight. float32 elements are widened first, and a group adds its sums of x and of x^2, or of dy
#    and of dy x, to those of its column, in units (_vectors.pxi). That is all where the mean is near 0.
# c. Elsewhere, and for float64 data, the deviations within a group are from the group's own mean, and the group is merged with
#    what came before (Chan, Golub, LeVeque). Of float32 data what is summed then is x - shift, the shift being the mean of
#    the column's first group; of float64 data it is x, compensated (TwoSum): at most four roundings of an element reach
#    the total, wherever an outlier stands.
# d. Rejected: one pass with a shift and no group means: a tenth faster, and an outlier in the first rows
#    costs digits.

cdef enum:
    COLUMNS = 1024         # of float32; half of float64: a row of a tile is 4 KiB, one page
    ROOM = COLUMNS + 8     # so that the last unit of a row may look past its columns
    GROUP = 8


cdef struct Columns:
    double shift[ROOM]
    double hi[ROOM]        # sum of (x - shift) or of x, or of dy
    double lo[ROOM]        # its rounding errors; float64 data only
    double hi2[ROOM]       # sum of squared deviations, or of dy (x - mean)
    double lo2[ROOM]
    double far[ROOM]       # 1 where the mean is so far from 0 that sums of powers cancel; float32 data only


cdef struct Ahead:         # of a group of rows: where the next group is fetched, line by line as it lies in memory
    const float* row
    Py_ssize_t column


cdef inline Ahead after_group(const float* x, Py_ssize_t stride) noexcept nogil:
    cdef Ahead next
    next.row, next.column = x + GROUP * stride, 0
    return next


cdef inline void fetch_lines(Ahead* next, Py_ssize_t stride, Py_ssize_t width) noexcept nogil:
    # as many as a group has in a unit of columns; a processor that follows eight rows looks ahead in none far enough
    cdef int j
    for j in range(GROUP * WIDTH // IN_LINE):
        bn_prefetch_far(next.row + next.column)
        next.column += IN_LINE
        if next.column >= width:
            next.row, next.column = next.row + stride, 0


cdef inline void zero(Columns* k, Py_ssize_t width, bint exact) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        k.hi[p] = 0
        k.hi2[p] = 0
    if exact:
        for p in range(width):
            k.lo[p] = 0
            k.lo2[p] = 0


cdef inline unit some(const float* x, Py_ssize_t count) noexcept nogil:
    # the next elements, a unit of them; 0 in the place of those beyond `count`
    return widen_unit(x) if count >= WIDTH else widen_some(x, count)


cdef inline unit octet(unit x0, unit x1, unit x2, unit x3, unit x4, unit x5, unit x6, unit x7) noexcept nogil:
    return ((x0 + x1) + (x2 + x3)) + ((x4 + x5) + (x6 + x7))


cdef inline unit products_of_four(unit g0, unit x0, unit g1, unit x1, unit g2, unit x2, unit g3, unit x3) noexcept nogil:
    return add_exact_unit(g3, x3, add_exact_unit(g2, x2, add_exact_unit(g1, x1, g0 * x0)))


cdef inline void add_group_powers(const float* x, Py_ssize_t stride, Py_ssize_t width, bint fetch, Columns* k,
                                  Py_ssize_t at) noexcept nogil:
    # hi += sum x, hi2 += sum x^2 of eight rows
    cdef Ahead next = after_group(x, stride)
    cdef unit x0, x1, x2, x3, x4, x5, x6, x7, low, high
    cdef Py_ssize_t p = 0, q = at, n
    while p < width:
        n = width - p
        if fetch:
            fetch_lines(&next, stride, width)
        x0, x1, x2, x3 = some(x + p, n), some(x + p + stride, n), some(x + p + 2 * stride, n), some(x + p + 3 * stride, n)
        x4, x5 = some(x + p + 4 * stride, n), some(x + p + 5 * stride, n)
        x6, x7 = some(x + p + 6 * stride, n), some(x + p + 7 * stride, n)
        # what lies beyond the width gains 0
        store_unit(&k.hi[q], load_unit(&k.hi[q]) + octet(x0, x1, x2, x3, x4, x5, x6, x7))
        low, high = products_of_four(x0, x0, x1, x1, x2, x2, x3, x3), products_of_four(x4, x4, x5, x5, x6, x6, x7, x7)
        store_unit(&k.hi2[q], load_unit(&k.hi2[q]) + (low + high))
        p += WIDTH
        q += WIDTH


cdef void group_powers(const float* x, Py_ssize_t stride, Py_ssize_t width, bint fetch, Columns* k,
                       Py_ssize_t at) noexcept nogil:
    # a loop for each, so that what does not fetch has nothing to ask
    if fetch:
        add_group_powers(x, stride, width, True, k, at)
    else:
        add_group_powers(x, stride, width, False, k, at)


cdef inline void row_powers(const real* x, Py_ssize_t width, Columns* k, Py_ssize_t at) noexcept nogil:
    cdef double e
    cdef Py_ssize_t p
    for p in range(width):
        e = x[p]
        k.hi[at + p] += e
        k.hi2[at + p] = add_exact(e, e, k.hi2[at + p])


cdef inline bint settle_powers(Columns* k, Py_ssize_t at, Py_ssize_t width, double rows) noexcept nogil:
    # as `settle`; whether that is good for every column
    cdef double near, power, far = 0, inverse = 1 / rows
    cdef Py_ssize_t p
    for p in range(at, at + width):
        near = finite_or_zero(k.hi[p] / rows)
        power = k.hi2[p]
        k.shift[p], k.lo[p] = near, 0
        k.lo2[p] = (k.hi[p] - rows * near) * inverse
        k.hi2[p] = power - k.hi[p] * near
        k.far[p] = 0 if power <= NEAR_ZERO * k.hi2[p] else 1
        far += k.far[p]
    return far == 0


cdef inline void first_shift(const real* x, Py_ssize_t stride, Py_ssize_t rows, Py_ssize_t width, double* shift) noexcept nogil:
    # a mean of eight equal numbers is that number: a constant column has deviations of exactly 0
    cdef Py_ssize_t p
    cdef double mean
    for p in range(width):
        if rows >= GROUP:
            mean = (((<double>x[p] + <double>x[p + stride]) + (<double>x[p + 2 * stride] + <double>x[p + 3 * stride]))
                    + ((<double>x[p + 4 * stride] + <double>x[p + 5 * stride])
                       + (<double>x[p + 6 * stride] + <double>x[p + 7 * stride]))) * 0.125
        else:
            mean = x[p]
        shift[p] = finite_or_zero(mean)


cdef inline void group_moments(const real* x, Py_ssize_t stride, Py_ssize_t width, Columns* k, Py_ssize_t at,
                               double before) noexcept nogil:
    # merge eight rows with the `before` rows that came before
    cdef double inverse = 1 / before if before > 0 else 0
    cdef double weight = GROUP * before / (GROUP + before)
    cdef double x0, x1, x2, x3, x4, x5, x6, x7, s, total, centre, delta, q
    cdef Py_ssize_t p
    for p in range(width):
        s = k.shift[at + p]
        x0 = x[p]
        x1 = x[p + stride]
        x2 = x[p + 2 * stride]
        x3 = x[p + 3 * stride]
        x4 = x[p + 4 * stride]
        x5 = x[p + 5 * stride]
        x6 = x[p + 6 * stride]
        x7 = x[p + 7 * stride]
        total = ((x0 + x1) + (x2 + x3)) + ((x4 + x5) + (x6 + x7))
        centre = total * 0.125
        x0 -= centre
        x1 -= centre
        x2 -= centre
        x3 -= centre
        x4 -= centre
        x5 -= centre
        x6 -= centre
        x7 -= centre
        q = ((x0 * x0 + x1 * x1) + (x2 * x2 + x3 * x3)) + ((x4 * x4 + x5 * x5) + (x6 * x6 + x7 * x7))
        if real is float:
            # sums of (x - shift): a sum of eight widened float32 numbers is good to 2^-50 of them, and the shift can wait
            centre -= s
            total = centre * GROUP
            delta = centre - k.hi[at + p] * inverse
        else:
            # sums of x: mean of the group - mean before, by one rounding, so that equal numbers differ by 0
            delta = (fma(centre, before, -k.hi[at + p]) - k.lo[at + p]) * inverse
        accumulate(total, &k.hi[at + p], &k.lo[at + p], real is double)
        accumulate(q + delta * delta * weight, &k.hi2[at + p], &k.lo2[at + p], real is double)


cdef inline void row_moments(const real* x, Py_ssize_t width, Columns* k, Py_ssize_t at, double before) noexcept nogil:
    cdef double inverse = 1 / before if before > 0 else 0
    cdef double weight = before / (1 + before)
    cdef double e, delta
    cdef Py_ssize_t p
    for p in range(width):
        e = x[p]
        if real is float:
            e -= k.shift[at + p]
            delta = e - k.hi[at + p] * inverse
        else:
            delta = (fma(e, before, -k.hi[at + p]) - k.lo[at + p]) * inverse
        accumulate(e, &k.hi[at + p], &k.lo[at + p], real is double)
        accumulate(delta * delta * weight, &k.hi2[at + p], &k.lo2[at + p], real is double)


cdef inline void settle(Columns* k, Py_ssize_t at, Py_ssize_t width, double rows, const real* kind) noexcept nogil:
    # whatever was added: sum x = hi + lo; the mean of the column is shift + lo2; sum of squared deviations = hi2
    cdef Sum sum
    cdef Mean mean
    cdef Py_ssize_t p
    for p in range(at, at + width):
        if real is float:
            sum = product(rows, k.shift[p])
            add(&sum, k.hi[p])
        else:
            sum.hi, sum.lo = k.hi[p], k.lo[p]
            k.hi2[p] += k.lo2[p]
        mean = mean_of(sum, rows)
        k.hi[p], k.lo[p] = sum.hi, left_over(sum)
        k.shift[p], k.lo2[p] = mean.near, mean.rest


cdef inline void add_group_products(const float* dy, Py_ssize_t dy_stride, const float* x, Py_ssize_t stride,
                                    Py_ssize_t width, bint fetch, Columns* k, Py_ssize_t at) noexcept nogil:
    # hi += sum dy, hi2 += sum dy x of eight rows: what `group_sums` gives where all shifts are 0
    cdef Ahead dy_next = after_group(dy, dy_stride), next = after_group(x, stride)
    cdef unit g0, g1, g2, g3, g4, g5, g6, g7, low, high
    cdef Py_ssize_t p = 0, q = at, n
    while p < width:
        n = width - p
        if fetch:
            fetch_lines(&dy_next, dy_stride, width)
            fetch_lines(&next, stride, width)
        g0, g1 = some(dy + p, n), some(dy + p + dy_stride, n)
        g2, g3 = some(dy + p + 2 * dy_stride, n), some(dy + p + 3 * dy_stride, n)
        low = products_of_four(g0, some(x + p, n), g1, some(x + p + stride, n), g2, some(x + p + 2 * stride, n),
                               g3, some(x + p + 3 * stride, n))
        g4, g5 = some(dy + p + 4 * dy_stride, n), some(dy + p + 5 * dy_stride, n)
        g6, g7 = some(dy + p + 6 * dy_stride, n), some(dy + p + 7 * dy_stride, n)
        high = products_of_four(g4, some(x + p + 4 * stride, n), g5, some(x + p + 5 * stride, n),
                                g6, some(x + p + 6 * stride, n), g7, some(x + p + 7 * stride, n))
        store_unit(&k.hi[q], load_unit(&k.hi[q]) + octet(g0, g1, g2, g3, g4, g5, g6, g7))
        store_unit(&k.hi2[q], load_unit(&k.hi2[q]) + (low + high))
        p += WIDTH
        q += WIDTH


cdef void group_products(const float* dy, Py_ssize_t dy_stride, const float* x, Py_ssize_t stride, Py_ssize_t width,
                         bint fetch, Columns* k, Py_ssize_t at) noexcept nogil:
    if fetch:
        add_group_products(dy, dy_stride, x, stride, width, True, k, at)
    else:
        add_group_products(dy, dy_stride, x, stride, width, False, k, at)


cdef inline void group_sums(const real* dy, Py_ssize_t dy_stride, const real* x, Py_ssize_t x_stride,
                            Py_ssize_t width, Columns* k, Py_ssize_t at) noexcept nogil:
    # hi += sum dy, hi2 += sum dy (x - shift)
    cdef double s, g0, g1, g2, g3, g4, g5, g6, g7, t, u
    cdef Py_ssize_t p
    for p in range(width):
        s = k.shift[at + p]
        g0 = dy[p]
        g1 = dy[p + dy_stride]
        g2 = dy[p + 2 * dy_stride]
        g3 = dy[p + 3 * dy_stride]
        g4 = dy[p + 4 * dy_stride]
        g5 = dy[p + 5 * dy_stride]
        g6 = dy[p + 6 * dy_stride]
        g7 = dy[p + 7 * dy_stride]
        t = ((g0 + g1) + (g2 + g3)) + ((g4 + g5) + (g6 + g7))
        # each product is added to the last, as `group_products` does
        u = ((((g0 * (<double>x[p] - s) + g1 * (<double>x[p + x_stride] - s))
               + g2 * (<double>x[p + 2 * x_stride] - s)) + g3 * (<double>x[p + 3 * x_stride] - s))
             + (((g4 * (<double>x[p + 4 * x_stride] - s) + g5 * (<double>x[p + 5 * x_stride] - s))
                 + g6 * (<double>x[p + 6 * x_stride] - s)) + g7 * (<double>x[p + 7 * x_stride] - s)))
        accumulate(t, &k.hi[at + p], &k.lo[at + p], real is double)
        accumulate(u, &k.hi2[at + p], &k.lo2[at + p], real is double)


cdef inline void row_sums(const real* dy, const real* x, Py_ssize_t width, Columns* k, Py_ssize_t at) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        accumulate(<double>dy[p], &k.hi[at + p], &k.lo[at + p], real is double)
        accumulate(<double>dy[p] * (<double>x[p] - k.shift[at + p]), &k.hi2[at + p], &k.lo2[at + p], real is double)


cdef void row_scale(const real* x, real* y, Py_ssize_t width, const real* mean, const real* a, const real* b,
                    bint stream, Py_ssize_t ahead) noexcept nogil:
    # a column a channel
    cdef Py_ssize_t p = 0
    if stream:
        p = stream_row_scale(x, y, width, mean, a, b, ahead)
    for p in range(p, width):
        y[p] = scaled(x[p], mean[p], a[p], b[p])


cdef void row_pull(const real* dy, const real* x, real* dx, Py_ssize_t width, const real* mean, const real* rise,
                   const real* k0, const real* k1, const real* k2, bint stream, Py_ssize_t dy_ahead,
                   Py_ssize_t ahead) noexcept nogil:
    # a column a channel
    cdef Py_ssize_t p = 0
    if stream:
        p = stream_row_pull(dy, x, dx, width, mean, rise, k0, k1, k2, dy_ahead, ahead)
    for p in range(p, width):
        dx[p] = pulled(dy[p], x[p], mean[p], rise[p], k0[p], k1[p], k2[p])
