# Reductions over rows whose elements belong to many channels side by side: channels-last, or small planes.
#
# a. A column is one position of a folded row; it has accumulators of its own, so whole rows are added as vectors. The
#    columns of a channel are combined when the block ends.
# b. Rows come in groups of eight. float32 elements are widened first, and a group adds its sums of x and of x^2, or of dy
#    and of dy x, to those of its column, in units. That is all where the mean is near 0.
# c. Elsewhere, and for float64 data, the deviations within a group are from the group's own mean, and the group is merged with
#    what came before (Chan, Golub, LeVeque). Of float32 data what is summed then is x - shift, the shift being the mean of
#    the column's first group; of float64 data it is x, compensated (TwoSum): at most four roundings of an element reach
#    the total, wherever an outlier stands.
# d. What a channel comes to does not depend on those beside it: of a block some of whose means are far, the others keep theirs.
# e. Pairs are added four rows at a time, all columns of these before the next four: eight rows of two operands that lie a page
#    apart are sixteen lines of one set of a first cache that has eight or twelve of them. That halved their speed.
# f. Rejected: one pass with a shift and no group means: a tenth faster, and an outlier in the first rows costs digits.

from bncore.core.partition cimport GROUP
from bncore.core.types cimport COLUMNS, FOLDED, LINE, ROOM, Block, Parameters, Records, Rows
from bncore.core.leaves.staging cimport mask_rows, take_rows
from bncore.core.leaves.numbers cimport (
    BREADTH, NEAR_ZERO, WIDTH, Eight, Mean, Moments, Sum, accumulate, add, add_exact, add_exact_unit, apart, centre_of,
    finite_or_zero, fma, fold_lanes, fold_run, join_sums, keep_moments, keep_sum, left_over, load_unit, mean_of, mean_of_two,
    memcpy, nothing, number_or_zero, octet, prefetch_far, product, rounded, store_unit, stored, unit, widen_some, widen_unit,
)

cdef enum:
    FEW_ROWS = 16                  # fewer rows are added about their mean at once


cdef struct Columns:
    double shift[ROOM]
    double hi[ROOM]                # sum of (x - shift) or of x, or of dy
    double lo[ROOM]                # its rounding errors; of float64 data only
    double hi2[ROOM]               # sum of squared deviations, or of dy (x - shift)
    double lo2[ROOM]
    double far[ROOM]               # 1 where the mean is so far from 0 that sums of powers cancel; of float32 data only


cdef struct Half:                  # of the first four rows of a group: their sums in each column
    double sum[ROOM]
    double products[ROOM]


cdef struct Ahead:                 # of a group of rows: where the next group is fetched, line by line as it lies in memory
    const float* row
    Py_ssize_t column


cdef inline Py_ssize_t segments(const Block* b) noexcept nogil:
    # pieces of a folded row that lie apart
    return 1 if b.contiguous else b.fold


cdef inline Py_ssize_t segment_width(const Block* b) noexcept nogil:
    return b.channels * b.size * (b.fold if b.contiguous else 1)


cdef inline const stored* row_of(const Rows* x, Py_ssize_t row, const stored* kind) noexcept nogil:
    return <const stored*>(x.base + row * x.stride)


cdef inline Py_ssize_t folded_stride(const Rows* x, const Block* b, const stored* kind) noexcept nogil:
    # elements to the next folded row
    return b.fold * x.stride // <Py_ssize_t>sizeof(stored)


cdef inline const stored* group_of(const Rows* x, Py_ssize_t row, Py_ssize_t step, Py_ssize_t rows, Py_ssize_t width,
                                   const stored* kind) noexcept nogil:
    # so many elements of each of `rows` rows, `step` from one to the next, the first of them at `row`: where they lie, or staged
    cdef Rows here
    if x.staging == NULL:
        return row_of(x, row, kind)
    here = x[0]
    here.base += row * x.stride
    here.stride *= step
    if x.gate.base != NULL:
        here.gate.base += row * x.gate.stride
        here.gate.stride *= step
    take_rows(kind, &here, rows, width)
    return <const stored*>x.staging


cdef inline Py_ssize_t group_stride(const Rows* x, const Block* b, Py_ssize_t width, const stored* kind) noexcept nogil:
    # elements from a row of a group to the next
    return width if x.staging != NULL else folded_stride(x, b, kind)


cdef inline void repeat(stored* vector, Py_ssize_t length, Py_ssize_t times) noexcept nogil:
    # numbers of a row, for the rows that are folded into one
    cdef Py_ssize_t z
    for z in range(1, times):
        memcpy(vector + z * length, vector, length * sizeof(stored))


cdef inline void zero(Columns* k, Py_ssize_t width, bint compensated) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        k.hi[p] = 0
        k.hi2[p] = 0
    if compensated:
        for p in range(width):
            k.lo[p] = 0
            k.lo2[p] = 0


# Sums of powers and products of float32 data.

cdef inline Ahead after_group(const float* x, Py_ssize_t stride) noexcept nogil:
    cdef Ahead next
    next.row, next.column = x + GROUP * stride, 0
    return next


cdef inline void fetch_lines(Ahead* next, Py_ssize_t stride, Py_ssize_t width) noexcept nogil:
    # as many as a group has in a unit of columns; a processor that follows eight rows looks ahead in none far enough
    cdef int _
    for _ in range(GROUP * WIDTH // (LINE // 4)):
        prefetch_far(next.row + next.column)
        next.column += LINE // 4
        if next.column >= width:
            next.row, next.column = next.row + stride, 0


cdef inline unit some(const float* x, Py_ssize_t count) noexcept nogil:
    # the next elements, a unit of them; 0 in the place of those beyond `count`
    return widen_unit(x) if count >= WIDTH else widen_some(x, count)


cdef inline unit products_of_four(unit g0, unit x0, unit g1, unit x1, unit g2, unit x2, unit g3, unit x3) noexcept nogil:
    return add_exact_unit(g3, x3, add_exact_unit(g2, x2, add_exact_unit(g1, x1, g0 * x0)))


cdef inline void add_group_powers(const float* x, Py_ssize_t stride, Py_ssize_t width, bint fetched, Columns* k,
                                  Py_ssize_t at) noexcept nogil:
    # hi += sum x, hi2 += sum x^2 of eight rows
    cdef Ahead next = after_group(x, stride)
    cdef unit x0, x1, x2, x3, x4, x5, x6, x7, low, high
    cdef Py_ssize_t p = 0, q = at, n
    while p < width:
        n = width - p
        if fetched:
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


cdef inline void row_powers(const float* x, Py_ssize_t width, Columns* k, Py_ssize_t at) noexcept nogil:
    cdef double e
    cdef Py_ssize_t p
    for p in range(width):
        e = x[p]
        k.hi[at + p] += e
        k.hi2[at + p] = add_exact(e, e, k.hi2[at + p])


cdef inline void powers(const Block* b, const Rows* x, Columns* k, const float* kind) noexcept nogil:
    # sum x and sum x^2 of each column
    cdef Py_ssize_t width = segment_width(b), stride = group_stride(x, b, width, kind), row = 0, z
    cdef const float* group
    zero(k, segments(b) * width, False)
    while row + GROUP <= b.folded:
        for z in range(segments(b)):
            group = group_of(x, row * b.fold + z, b.fold, GROUP, width, kind)
            # a loop for each, so that what does not fetch has nothing to ask
            if b.fetched and x.staging == NULL:
                add_group_powers(group, stride, width, True, k, z * width)
            else:
                add_group_powers(group, stride, width, False, k, z * width)
        row += GROUP
    while row < b.folded:
        for z in range(segments(b)):
            row_powers(group_of(x, row * b.fold + z, 1, 1, width, kind), width, k, z * width)
        row += 1
    for z in range(b.rest):
        row_powers(group_of(x, b.folded * b.fold + z, 1, 1, b.channels, kind), b.channels, k, z * b.channels)


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


cdef inline bint near_moments(const Block* b, const Rows* x, Columns* k, const float* kind) noexcept nogil:
    # settled columns from sums of powers; whether that is good for all
    cdef Py_ssize_t z
    cdef bint good = True
    powers(b, x, k, kind)
    for z in range(b.fold):
        good &= settle_powers(k, z * b.channels * b.size, b.channels * b.size, <double>(b.folded + (z < b.rest)))
    return good


cdef inline void four_products(const float* dy, Py_ssize_t dy_stride, const float* x, Py_ssize_t stride, Py_ssize_t n,
                               unit* sum, unit* products) noexcept nogil:
    # sum dy and sum dy x of four rows
    cdef unit g0 = some(dy, n), g1 = some(dy + dy_stride, n), g2 = some(dy + 2 * dy_stride, n), g3 = some(dy + 3 * dy_stride, n)
    sum[0] = (g0 + g1) + (g2 + g3)
    products[0] = products_of_four(g0, some(x, n), g1, some(x + stride, n), g2, some(x + 2 * stride, n),
                                   g3, some(x + 3 * stride, n))


cdef inline void add_group_products(const float* dy, Py_ssize_t dy_stride, const float* x, Py_ssize_t stride,
                                    Py_ssize_t width, bint fetched, Half* first, Columns* k, Py_ssize_t at) noexcept nogil:
    # hi += sum dy, hi2 += sum dy x of eight rows: what `group_sums` gives where all shifts are 0
    cdef Ahead dy_next = after_group(dy, dy_stride), next = after_group(x, stride)
    cdef unit sum, products
    cdef Py_ssize_t p = 0, q = at
    while p < width:
        if fetched:
            fetch_lines(&dy_next, dy_stride, width)
        four_products(dy + p, dy_stride, x + p, stride, width - p, &sum, &products)
        store_unit(&first.sum[p], sum)
        store_unit(&first.products[p], products)
        p += WIDTH
    dy, x, p = dy + GROUP // 2 * dy_stride, x + GROUP // 2 * stride, 0
    while p < width:
        if fetched:
            fetch_lines(&next, stride, width)
        four_products(dy + p, dy_stride, x + p, stride, width - p, &sum, &products)
        store_unit(&k.hi[q], load_unit(&k.hi[q]) + (load_unit(&first.sum[p]) + sum))
        store_unit(&k.hi2[q], load_unit(&k.hi2[q]) + (load_unit(&first.products[p]) + products))
        p += WIDTH
        q += WIDTH


# Moments and sums about a mean, of either type.

cdef inline void first_shift(const stored* x, Py_ssize_t stride, Py_ssize_t rows, Py_ssize_t width, double* shift) noexcept nogil:
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


cdef inline void group_moments(const stored* x, Py_ssize_t stride, Py_ssize_t width, Columns* k, Py_ssize_t at,
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
        if stored is float:
            # sums of (x - shift): a sum of eight widened float32 numbers is good to 2^-50 of them, and the shift can wait
            centre -= s
            total = centre * GROUP
            delta = centre - k.hi[at + p] * inverse
        else:
            # sums of x: mean of the group - mean before, by one rounding, so that equal numbers differ by 0
            delta = (fma(centre, before, -k.hi[at + p]) - k.lo[at + p]) * inverse
        accumulate(total, &k.hi[at + p], &k.lo[at + p], stored is double)
        accumulate(q + delta * delta * weight, &k.hi2[at + p], &k.lo2[at + p], stored is double)


cdef inline void row_moments(const stored* x, Py_ssize_t width, Columns* k, Py_ssize_t at, double before) noexcept nogil:
    cdef double inverse = 1 / before if before > 0 else 0
    cdef double weight = before / (1 + before)
    cdef double e, delta
    cdef Py_ssize_t p
    for p in range(width):
        e = x[p]
        if stored is float:
            e -= k.shift[at + p]
            delta = e - k.hi[at + p] * inverse
        else:
            delta = (fma(e, before, -k.hi[at + p]) - k.lo[at + p]) * inverse
        accumulate(e, &k.hi[at + p], &k.lo[at + p], stored is double)
        accumulate(delta * delta * weight, &k.hi2[at + p], &k.lo2[at + p], stored is double)


cdef inline void settle(Columns* k, Py_ssize_t at, Py_ssize_t width, double rows, const stored* kind) noexcept nogil:
    # whatever was added: sum x = hi + lo; the mean of the column is shift + lo2; sum of squared deviations = hi2
    cdef Sum sum
    cdef Mean mean
    cdef Py_ssize_t p
    for p in range(at, at + width):
        if stored is float:
            sum = product(rows, k.shift[p])
            add(&sum, k.hi[p])
        else:
            sum.hi, sum.lo = k.hi[p], k.lo[p]
            k.hi2[p] += k.lo2[p]
        mean = mean_of(sum, rows)
        k.hi[p], k.lo[p] = sum.hi, left_over(sum)
        k.shift[p], k.lo2[p] = mean.near, mean.rest


cdef inline void far_moments(const Block* b, const Rows* x, Columns* k, const stored* kind) noexcept nogil:
    # settled columns from deviations, group by group, whatever the means
    cdef Py_ssize_t width = segment_width(b), stride = group_stride(x, b, width, kind), row = 0, z
    zero(k, segments(b) * width, stored is double)
    for z in range(segments(b) if stored is float else 0):
        first_shift(group_of(x, z, b.fold, GROUP if b.folded >= GROUP else 1, width, kind), stride, b.folded, width,
                    &k.shift[z * width])
    while row + GROUP <= b.folded:
        for z in range(segments(b)):
            group_moments(group_of(x, row * b.fold + z, b.fold, GROUP, width, kind), stride, width, k, z * width, <double>row)
        row += GROUP
    while row < b.folded:
        for z in range(segments(b)):
            row_moments(group_of(x, row * b.fold + z, 1, 1, width, kind), width, k, z * width, <double>row)
        row += 1
    for z in range(b.rest):
        row_moments(group_of(x, b.folded * b.fold + z, 1, 1, b.channels, kind), b.channels, k, z * b.channels, <double>b.folded)
    for z in range(b.fold):
        settle(k, z * b.channels * b.size, b.channels * b.size, <double>(b.folded + (z < b.rest)), kind)


cdef inline void four_sums(const stored* dy, Py_ssize_t dy_stride, const stored* x, Py_ssize_t x_stride, double s,
                           double* sum, double* products) noexcept nogil:
    # sum dy and sum dy (x - s) of four rows; each product is added to the last, as `four_products` does
    cdef double g0 = dy[0], g1 = dy[dy_stride], g2 = dy[2 * dy_stride], g3 = dy[3 * dy_stride]
    sum[0] = (g0 + g1) + (g2 + g3)
    products[0] = (((g0 * (<double>x[0] - s) + g1 * (<double>x[x_stride] - s)) + g2 * (<double>x[2 * x_stride] - s))
                   + g3 * (<double>x[3 * x_stride] - s))


cdef inline void group_sums(const stored* dy, Py_ssize_t dy_stride, const stored* x, Py_ssize_t x_stride,
                            Py_ssize_t width, Half* first, Columns* k, Py_ssize_t at) noexcept nogil:
    # hi += sum dy, hi2 += sum dy (x - shift) of eight rows
    cdef double sum, products
    cdef Py_ssize_t p
    for p in range(width):
        four_sums(dy + p, dy_stride, x + p, x_stride, k.shift[at + p], &first.sum[p], &first.products[p])
    dy, x = dy + GROUP // 2 * dy_stride, x + GROUP // 2 * x_stride
    for p in range(width):
        four_sums(dy + p, dy_stride, x + p, x_stride, k.shift[at + p], &sum, &products)
        accumulate(first.sum[p] + sum, &k.hi[at + p], &k.lo[at + p], stored is double)
        accumulate(first.products[p] + products, &k.hi2[at + p], &k.lo2[at + p], stored is double)


cdef inline void row_sums(const stored* dy, const stored* x, Py_ssize_t width, Columns* k, Py_ssize_t at) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        accumulate(<double>dy[p], &k.hi[at + p], &k.lo[at + p], stored is double)
        accumulate(<double>dy[p] * (<double>x[p] - k.shift[at + p]), &k.hi2[at + p], &k.lo2[at + p], stored is double)


# What the columns of a channel come to.

cdef inline Moments join_moments(const Columns* k, Py_ssize_t at, Py_ssize_t size, double rows) noexcept nogil:
    # settled columns side by side, each of `rows` elements
    cdef Eight lanes = nothing()
    cdef Moments whole
    cdef Mean mean
    cdef double e
    cdef Py_ssize_t p
    cdef int j
    whole.sum = join_sums(&k.hi[at], &k.lo[at], size)
    mean = mean_of(whole.sum, rows * size)
    for p in range(size):
        e = apart(k.shift[at + p], k.lo2[at + p], mean.near, mean.rest)
        j = p % BREADTH
        accumulate(k.hi2[at + p] + rows * e * e, &lanes.hi[j], &lanes.lo[j], True)
    whole.m2 = rounded(fold_lanes(&lanes))
    return whole


cdef inline void fold_sums(double* hi, double* lo, Py_ssize_t channels, Py_ssize_t fold) noexcept nogil:
    # columns of a folded row: those of the first row gain the others'
    cdef Py_ssize_t c, z, p
    for z in range(1, fold):
        for c in range(channels):
            p = z * channels + c
            accumulate(hi[p], &hi[c], &lo[c], True)
            lo[c] += lo[p]


cdef inline void fold_moments(Columns* k, const Block* b, const Records* to) noexcept nogil:
    # combine the `fold` settled columns of each channel; the first `rest` of them have one element more
    cdef double e, rows, count = <double>(b.folded * b.fold + b.rest)
    cdef double[FOLDED] m2, m2_lo, near, rest
    cdef Mean mean
    cdef Py_ssize_t c, z, p
    fold_sums(k.hi, k.lo, b.channels, b.fold)
    for c in range(b.channels):
        k.lo[c] = number_or_zero(k.lo[c])
        to.hi[0][c] = k.hi[c] + k.lo[c] if to.lo[0] == NULL else k.hi[c]
    if to.lo[0] != NULL:
        memcpy(to.lo[0], k.lo, b.channels * sizeof(double))
    if b.fold == 1:
        for c in range(b.channels):
            # an infinite sum leaves no deviations
            to.hi[1][c] = k.hi2[c] + 0 * k.hi[c]
        return
    for c in range(b.channels):
        mean = mean_of_two(k.hi[c], k.lo[c], count)
        near[c], rest[c], m2[c], m2_lo[c] = mean.near, mean.rest, 0, 0
    for z in range(b.fold):
        rows = <double>(b.folded + (z < b.rest))
        for c in range(b.channels):
            p = z * b.channels + c
            e = apart(k.shift[p], k.lo2[p], near[c], rest[c])
            accumulate(k.hi2[p] + rows * e * e, &m2[c], &m2_lo[c], True)
    for c in range(b.channels):
        to.hi[1][c] = m2[c] + m2_lo[c]


cdef inline void record_moments(Columns* k, const Block* b, const Records* to, const char* only) noexcept nogil:
    # of settled columns; of the channels that are marked, or of all
    cdef Records aside
    cdef Py_ssize_t c
    if b.size > 1:
        for c in range(b.channels):
            if only == NULL or only[c]:
                keep_moments(to, c, join_moments(k, c * b.size, b.size, <double>b.folded))
    elif only == NULL:
        fold_moments(k, b, to)
    else:
        # where nothing is needed any more when they are written
        aside.hi[0], aside.hi[1], aside.lo[0] = k.far, k.shift, NULL
        fold_moments(k, b, &aside)
        for c in range(b.channels):
            if only[c]:
                to.hi[0][c], to.hi[1][c] = k.far[c], k.shift[c]


cdef inline void far_block(const Block* b, const Rows* x, const Records* to, const char* only, const stored* kind) noexcept nogil:
    # from deviations
    cdef Columns k
    far_moments(b, x, &k, kind)
    record_moments(&k, b, to, only)


cdef inline bint near_block(const Block* b, const Rows* x, const Records* to, char* far, const float* kind) noexcept nogil:
    # from sums of powers; whether that is good for all channels, and for which it is not
    cdef Columns k
    cdef Py_ssize_t c, p
    cdef bint good = near_moments(b, x, &k, kind)
    fold_moments(&k, b, to)
    for c in range(0 if good else b.channels):
        far[c] = 0
        for p in range(b.fold):
            far[c] |= k.far[p * b.channels + c] != 0
    return good


cdef inline bint near_planes(const Block* b, const Rows* x, const Records* to, char* far, const float* kind) noexcept nogil:
    # the same of small planes, whose columns may be far from 0 where the channel is not
    cdef Columns k
    cdef double[COLUMNS] power
    cdef double mean, count = <double>b.folded * b.size
    cdef Py_ssize_t c
    cdef bint good = True
    powers(b, x, &k, kind)
    for c in range(b.channels):
        to.hi[0][c], power[c] = fold_run(&k.hi[c * b.size], b.size), fold_run(&k.hi2[c * b.size], b.size)
    for c in range(b.channels):
        mean = to.hi[0][c] / count
        to.hi[1][c] = power[c] - count * mean * mean
        far[c] = not power[c] <= NEAR_ZERO * to.hi[1][c]
    for c in range(b.channels):
        good &= not far[c]
    return good


# The leaves.

cdef inline void column_moments(const stored* kind, const Block* b, const Rows* x, const Records* to) noexcept nogil:
    cdef char[COLUMNS] far
    if stored is float:
        if b.size > 1:
            if not near_planes(b, x, to, far, kind):
                far_block(b, x, to, far, kind)
            return
        if b.folded >= FEW_ROWS:
            if not near_block(b, x, to, far, kind):
                far_block(b, x, to, far, kind)
            return
    far_block(b, x, to, NULL, kind)


cdef inline void mask_some(const Block* b, const Rows* x, Py_ssize_t row, Py_ssize_t step, Py_ssize_t rows, Py_ssize_t width,
                           const stored* dy, Py_ssize_t dy_stride) noexcept nogil:
    # of a group that is staged, what does not count
    cdef Py_ssize_t length = b.channels * b.size
    if x.weights != NULL:
        mask_rows(x, row, step, rows, dy, dy_stride, width // length, length, b.size)


cdef inline void column_pairs(const stored* kind, const Block* b, const Rows* dy, const Rows* x, const Parameters* p,
                              Py_ssize_t channel, const Records* to) noexcept nogil:
    # sum dy and sum dy (x - centre)
    cdef Columns k
    cdef Half first
    cdef Sum total
    cdef double centre
    cdef Py_ssize_t width = segment_width(b), dy_stride = group_stride(dy, b, width, kind)
    cdef Py_ssize_t stride = group_stride(x, b, width, kind), row = 0, z, c, q
    cdef bint near = True, fetched = b.fetched and dy.staging == NULL and x.staging == NULL
    cdef const stored* left
    cdef const stored* right
    zero(&k, segments(b) * width, stored is double or b.size == 1)
    for c in range(b.channels):
        centre = centre_of(p, channel + c, kind)
        near = near and centre == 0
        for q in range(c * b.size, (c + 1) * b.size):
            k.shift[q] = centre
    repeat(&k.shift[0], b.channels * b.size, b.fold)
    while row + GROUP <= b.folded:
        for z in range(segments(b)):
            left = group_of(dy, row * b.fold + z, b.fold, GROUP, width, kind)
            right = group_of(x, row * b.fold + z, b.fold, GROUP, width, kind)
            mask_some(b, x, row * b.fold + z, b.fold, GROUP, width, left, dy_stride)
            if stored is float:
                if near:
                    if fetched:
                        add_group_products(left, dy_stride, right, stride, width, True, &first, &k, z * width)
                    else:
                        add_group_products(left, dy_stride, right, stride, width, False, &first, &k, z * width)
                    continue
            group_sums(left, dy_stride, right, stride, width, &first, &k, z * width)
        row += GROUP
    while row < b.folded:
        for z in range(segments(b)):
            left = group_of(dy, row * b.fold + z, 1, 1, width, kind)
            right = group_of(x, row * b.fold + z, 1, 1, width, kind)
            mask_some(b, x, row * b.fold + z, 1, 1, width, left, 0)
            row_sums(left, right, width, &k, z * width)
        row += 1
    for z in range(b.rest):
        row = b.folded * b.fold + z
        left, right = group_of(dy, row, 1, 1, b.channels, kind), group_of(x, row, 1, 1, b.channels, kind)
        mask_some(b, x, row, 1, 1, b.channels, left, 0)
        row_sums(left, right, b.channels, &k, z * b.channels)
    if b.size == 1:
        fold_sums(k.hi, k.lo, b.channels, b.fold)
        fold_sums(k.hi2, k.lo2, b.channels, b.fold)
        for c in range(b.channels):
            total.hi, total.lo = k.hi[c], k.lo[c]
            keep_sum(to, 0, c, total)
            total.hi, total.lo = k.hi2[c], k.lo2[c]
            keep_sum(to, 1, c, total)
        return
    for c in range(b.channels):
        q = c * b.size
        if stored is float:
            to.hi[0][c], to.hi[1][c] = fold_run(&k.hi[q], b.size), fold_run(&k.hi2[q], b.size)
        else:
            keep_sum(to, 0, c, join_sums(&k.hi[q], &k.lo[q], b.size))
            keep_sum(to, 1, c, join_sums(&k.hi2[q], &k.lo2[q], b.size))
