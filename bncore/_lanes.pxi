# Reductions and maps over one contiguous run of a channel.
#
# a. A run of float32 numbers is walked in blocks of LANES elements, which are widened before anything is done to them;
#    element i of a block adds to lane i. Which element meets which lane depends on positions alone, so every instruction
#    set adds in the same order.
# b. Runs of float64 numbers are reduced in _compensated.pxi.
# c. A map first comes to where its stores are aligned: planes of odd sizes begin anywhere, and a store that meets two
#    lines of the cache takes twice as long. A tenth to a fourth of a call in cache.
# d. Rejected: one-element shifts instead of a first pass for the mean. A pass over data in L1 costs a tenth,
#    and no outlier can then spoil the second.

cdef enum:
    LANES = 32
    CHUNK_BYTES = 16384   # of one operand: two passes over it stay in a 32 KiB L1


cdef inline double fold(const double* t) noexcept nogil:
    # the sum of all lanes, by halves
    cdef double eight[8]
    cdef int j
    for j in range(8):
        eight[j] = (t[j] + t[j + 16]) + (t[j + 8] + t[j + 24])
    return fold_eight(eight)


cdef inline Py_ssize_t add_powers(const float* x, Py_ssize_t first, Py_ssize_t end, Py_ssize_t ahead, Lanes32* a,
                                  Lanes32* b) noexcept nogil:
    # whole blocks of elements from `first`; where they end
    cdef Lanes32 v
    while first + LANES <= end:
        bn_prefetch(<const char*>(x + first) + ahead)
        bn_prefetch(<const char*>(x + first) + ahead + LINE)
        v = widen_lanes(x + first)
        a[0], b[0] = add_lanes(a[0], v), add_products(b[0], v, v)
        first += LANES
    return first


cdef inline void run_powers(const float* x, Py_ssize_t first, Py_ssize_t count, Fetch next, Lanes32* a,
                            Lanes32* b) noexcept nogil:
    # a += sum x, b += sum x^2, of the elements from `first`
    cdef Py_ssize_t i = add_powers(x, first, next.turn, next.ahead, a, b)
    i = add_powers(x, i, count, next.beyond, a, b)
    if i < count:
        add_rest(a, b, x + i, x + i, count - i)


cdef inline Py_ssize_t add_pairs(const float* dy, const float* x, Py_ssize_t first, Py_ssize_t end, Py_ssize_t dy_ahead,
                                 Py_ssize_t ahead, Lanes32* a, Lanes32* b) noexcept nogil:
    cdef Lanes32 v
    while first + LANES <= end:
        bn_prefetch(<const char*>(dy + first) + dy_ahead)
        bn_prefetch(<const char*>(dy + first) + dy_ahead + LINE)
        bn_prefetch(<const char*>(x + first) + ahead)
        bn_prefetch(<const char*>(x + first) + ahead + LINE)
        v = widen_lanes(dy + first)
        a[0], b[0] = add_lanes(a[0], v), add_products(b[0], v, widen_lanes(x + first))
        first += LANES
    return first


cdef inline void run_pairs(const float* dy, const float* x, Py_ssize_t first, Py_ssize_t count, Fetch dy_next, Fetch next,
                           Lanes32* a, Lanes32* b) noexcept nogil:
    # a += sum dy, b += sum dy x, of the elements from `first`
    cdef Py_ssize_t i = add_pairs(dy, x, first, next.turn, dy_next.ahead, next.ahead, a, b)
    i = add_pairs(dy, x, i, count, dy_next.beyond, next.beyond, a, b)
    if i < count:
        add_rest(a, b, dy + i, x + i, count - i)


cdef inline void run_moments(const float* x, Py_ssize_t count, double centre, double* a, double* b) noexcept nogil:
    # a += sum (x - centre), b += sum (x - centre)^2, lane by lane
    cdef Py_ssize_t i = 0
    cdef double d
    cdef int j
    while i + LANES <= count:
        for j in range(LANES):
            d = <double>x[i + j] - centre
            a[j] += d
            b[j] += d * d
        i += LANES
    for j in range(count - i):
        d = <double>x[i + j] - centre
        a[j] += d
        b[j] += d * d


cdef inline void run_sums(const float* dy, const float* x, Py_ssize_t count, double centre, double* a,
                          double* b) noexcept nogil:
    # a += sum dy, b += sum dy (x - centre), lane by lane
    cdef Py_ssize_t i = 0
    cdef double g
    cdef int j
    while i + LANES <= count:
        for j in range(LANES):
            g = <double>dy[i + j]
            a[j] += g
            b[j] += g * (<double>x[i + j] - centre)
        i += LANES
    for j in range(count - i):
        g = <double>dy[i + j]
        a[j] += g
        b[j] += g * (<double>x[i + j] - centre)


cdef inline Py_ssize_t before_vector(const real* y, Py_ssize_t count) noexcept nogil:
    # elements before the place from which on no store meets two lines of the cache; 0 in a run of less than four vectors,
    # which gains nothing by it
    cdef Py_ssize_t first = <Py_ssize_t>((-<size_t>y & (SINGLES * sizeof(float) - 1)) // sizeof(real))
    return first if count >= 4 * SINGLES else 0


cdef inline void scale_floats(const float* x, float* y, Py_ssize_t count, float nearest, float slope,
                              float level) noexcept nogil:
    cdef singles near = spread(nearest), a = spread(slope), b = spread(level)
    cdef Py_ssize_t i = before_vector(y, count)
    if i > 0:
        store_some(y, scaled_singles(load_some(x, i), near, a, b), i)
    while i + SINGLES <= count:
        store_singles(y + i, scaled_singles(load_singles(x + i), near, a, b))
        i += SINGLES
    if i < count:
        store_some(y + i, scaled_singles(load_some(x + i, count - i), near, a, b), count - i)


cdef inline void pull_floats(const float* dy, const float* x, float* dx, Py_ssize_t count, float mean, float rise, float k0,
                             float k1, float k2) noexcept nogil:
    cdef singles m = spread(mean), r = spread(rise), a = spread(k0), b = spread(k1), c = spread(k2)
    cdef Py_ssize_t i = before_vector(dx, count)
    if i > 0:
        store_some(dx, pulled_singles(load_some(dy, i), load_some(x, i), m, r, a, b, c), i)
    while i + SINGLES <= count:
        store_singles(dx + i, pulled_singles(load_singles(dy + i), load_singles(x + i), m, r, a, b, c))
        i += SINGLES
    if i < count:
        store_some(dx + i, pulled_singles(load_some(dy + i, count - i), load_some(x + i, count - i), m, r, a, b, c), count - i)


cdef inline void run_scale(const real* x, real* y, Py_ssize_t count, const Affine* map, Py_ssize_t c,
                           bint stream, Py_ssize_t ahead) noexcept nogil:
    cdef real nearest = (<const real*>map.nearest)[c]
    cdef real slope = (<const real*>map.slope)[c]
    cdef real level = (<const real*>map.level)[c]
    cdef Py_ssize_t i = 0, first, j
    cdef Exact e
    if real is float:
        if map.wide[c]:
            e = exact_map(map, c)
            for i in range(count):
                y[i] = <float>exactly_scaled(e, x[i])
            return
    if stream:
        i = stream_scale(x, y, count, nearest, slope, level, ahead)
    if real is float:
        scale_floats(x + i, y + i, count - i, nearest, slope, level)
    else:
        first = i + before_vector(y + i, count - i)
        for j in range(i, first):
            y[j] = scaled(x[j], nearest, slope, level)
        for j in range(first, count):
            y[j] = scaled(x[j], nearest, slope, level)


cdef inline void run_pull(const real* dy, const real* x, real* dx, Py_ssize_t count, const Channels* k, Py_ssize_t c,
                          bint stream) noexcept nogil:
    cdef real mean = (<const real*>k.coefficient[0])[c]
    cdef real rise = (<const real*>k.coefficient[1])[c]
    cdef real k0 = (<const real*>k.coefficient[2])[c]
    cdef real k1 = (<const real*>k.coefficient[3])[c]
    cdef real k2 = (<const real*>k.coefficient[4])[c]
    cdef Py_ssize_t i = 0, first, j
    if real is float:
        if k.wide[c]:
            for i in range(count):
                dx[i] = <float>exactly_pulled(k, c, dy[i], x[i])
            return
    if stream:
        i = stream_pull(dy, x, dx, count, mean, rise, k0, k1, k2)
    if real is float:
        pull_floats(dy + i, x + i, dx + i, count - i, mean, rise, k0, k1, k2)
    else:
        first = i + before_vector(dx + i, count - i)
        for j in range(i, first):
            dx[j] = pulled(dy[j], x[j], mean, rise, k0, k1, k2)
        for j in range(first, count):
            dx[j] = pulled(dy[j], x[j], mean, rise, k0, k1, k2)
