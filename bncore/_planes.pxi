# Channels first: x is (N, C, H, W), and a channel is N planes of S = H W elements.
#
# a. A channel is cut into chunks that depend on (N, S) and the element type alone: pieces of a plane, or
#    several whole planes. Chunks are reduced apart and combined in their order, so no bit depends on which
#    thread took which chunk, nor on whether threads share out channels or chunks.
# b. The moments of a chunk of float32 data take one pass, for the sums of x and of x^2, and where these cancel a second
#    one, about the mean. Those of float64 data take two passes over at most 16 KiB: a number near the mean, then the
#    sums of the deviations from it and of their squares, the first of which makes the mean good.
# c. With channels to spare, a thread takes a channel from its statistics to its output while it is cached.
#    With few channels the threads share chunks, and the second sweep runs backwards over what is still cached.

cdef struct Cut:           # how one channel is cut
    Py_ssize_t planes      # N
    Py_ssize_t size        # S
    Py_ssize_t chunks
    Py_ssize_t pieces      # chunks to a plane, if a plane is larger than a chunk
    Py_ssize_t group       # planes to a chunk, if not
    Py_ssize_t step        # elements to a piece


cdef struct Part:          # one chunk
    Py_ssize_t n           # its first plane
    Py_ssize_t planes
    Py_ssize_t start       # where it starts in each plane
    Py_ssize_t count       # how many elements of each plane it has


cdef inline Cut cut(Py_ssize_t planes, Py_ssize_t size, Py_ssize_t itemsize) noexcept nogil:
    cdef Cut k
    k.planes, k.size = planes, size
    k.step = CHUNK_BYTES // itemsize
    if size > k.step:
        # pieces as long as each other: each has the same folds to pay
        k.step = ceiling(ceiling(size, ceiling(size, k.step)), LANES) * LANES
    k.pieces = ceiling(size, k.step)
    k.group = k.step // size if k.pieces == 1 else 1
    k.chunks = planes * k.pieces if k.pieces > 1 else ceiling(planes, k.group)
    return k


cdef inline Part part(const Cut* k, Py_ssize_t t) noexcept nogil:
    cdef Part p
    p.n = t // k.pieces if k.pieces > 1 else t * k.group
    p.start = (t % k.pieces) * k.step if k.pieces > 1 else 0
    p.planes = min(k.group, k.planes - p.n)
    p.count = min(k.step, k.size - p.start)
    return p


cdef inline Part plane_part(const Cut* k, Py_ssize_t n, Py_ssize_t piece) noexcept nogil:
    # one piece of one plane, for maps, which need not keep to chunks
    cdef Part p
    p.n, p.planes, p.start = n, 1, piece * k.step
    p.count = min(k.step, k.size - p.start)
    return p


cdef inline Py_ssize_t distance(const Walk* x, const Cut* k, Py_ssize_t t, Py_ssize_t itemsize) noexcept nogil:
    # bytes from chunk t to the next, which memory fetches while this one is reduced; 0 after the last
    cdef Part p = part(k, t)
    cdef Part q
    if not x.dense or t + 1 == k.chunks:
        return 0
    q = part(k, t + 1)
    return (q.n - p.n) * x.n + (q.start - p.start) * itemsize


cdef inline Moments moments_about(double centre, Sum d, Sum dd, double count) noexcept nogil:
    # sum x = count centre + sum (x - centre), and sum (x - centre)^2 = m2 + count (mean - centre)^2
    cdef double rest = rounded(d) / count
    cdef Moments result
    result.count = count
    result.m2 = rounded(dd) - count * rest * rest
    result.sum = product(count, centre)
    add(&result.sum, d.hi)
    add(&result.sum, left_over(d))
    return result


cdef double near_mean(const Walk* x, Part p, Py_ssize_t c, double count, real* tile) noexcept nogil:
    # a number near the mean of float64 data; of a constant, the constant
    cdef real offset[LANES]
    cdef Lanes lanes
    cdef const real* source
    cdef real start = 0
    cdef Py_ssize_t j
    for j in range(LANES):
        offset[j] = 0
    for j in range(p.planes):
        source = load(x, p.n + j, c, p.start, p.count, tile + j * p.count)
        if j == 0:
            start = source[0]
        run_offsets(source, p.count, start, offset)
    clear(&lanes, False)
    for j in range(LANES):
        lanes.hi[j] = offset[j]
    return finite_or_zero(start + fold(&lanes, False).hi / count)


cdef inline void near_powers(const Walk* x, Part p, Py_ssize_t c, Py_ssize_t ahead, float* tile, double* total,
                             double* power) noexcept nogil:
    # sum x and sum x^2
    cdef Lanes32 first = no_lanes(), second = no_lanes(), v
    cdef const float* source
    cdef Py_ssize_t i, j
    for j in range(p.planes):
        source = load(x, p.n + j, c, p.start, p.count, tile + j * p.count)
        i = 0
        while i + LANES <= p.count:
            bn_prefetch(<const char*>(source + i) + ahead)
            bn_prefetch(<const char*>(source + i) + ahead + LINE)
            v = widen_lanes(source + i)
            first, second = add_lanes(first, v), add_products(second, v, v)
            i += LANES
        add_rest(&first, &second, source + i, source + i, p.count - i)
    total[0], power[0] = fold_lanes(first), fold_lanes(second)


cdef Moments near_chunk(const Walk* x, Part p, Py_ssize_t c, Py_ssize_t ahead, float* tile, bint* good) noexcept nogil:
    # moments from the sums of x and x^2; whether the mean is near enough to 0 for that
    cdef Sum d, dd
    cdef Moments result
    d.lo = dd.lo = 0
    near_powers(x, p, c, ahead, tile, &d.hi, &dd.hi)
    result = moments_about(0, d, dd, <double>(p.planes * p.count))
    good[0] = dd.hi <= NEAR_ZERO * result.m2
    return result


cdef Moments far_chunk(const Walk* x, Part p, Py_ssize_t c, double centre, Py_ssize_t ahead, real* tile) noexcept nogil:
    # moments from the deviations from a number near the mean; what a walk that is not dense has loaded lies in the tile
    cdef Lanes first, second
    cdef Py_ssize_t j
    clear(&first, real is double)
    clear(&second, real is double)
    for j in range(p.planes):
        run_moments(<const real*>plane(x, p.n + j, c) + p.start if x.dense else <const real*>(tile + j * p.count),
                    p.count, centre, ahead, &first, &second)
    return moments_about(centre, fold(&first, real is double), fold(&second, real is double),
                         <double>(p.planes * p.count))


cdef Moments chunk_moments(const Walk* x, Part p, Py_ssize_t c, Py_ssize_t ahead, real* tile) noexcept nogil:
    cdef double count = <double>(p.planes * p.count)
    cdef Moments result
    cdef bint good
    if real is float:
        result = near_chunk(x, p, c, ahead, tile, &good)
        if not good:
            # once more, from the nearest cache, about the mean: of a constant, the constant itself
            result = far_chunk(x, p, c, finite_or_zero(result.sum.hi / count), 0, tile)
    else:
        result = far_chunk(x, p, c, near_mean(x, p, c, count, tile), ahead, tile)
    return result


cdef void near_sums(const Walk* dy, const Walk* x, Part p, Py_ssize_t c, Py_ssize_t dy_ahead, Py_ssize_t ahead, float* tile,
                    Sum* first, Sum* second) noexcept nogil:
    # sum dy and sum dy x
    cdef Lanes32 a = no_lanes(), b = no_lanes(), g
    cdef const float* left
    cdef const float* right
    cdef Py_ssize_t i, j
    for j in range(p.planes):
        left = load(dy, p.n + j, c, p.start, p.count, tile)
        right = load(x, p.n + j, c, p.start, p.count, tile + p.count)
        i = 0
        while i + LANES <= p.count:
            bn_prefetch(<const char*>(left + i) + dy_ahead)
            bn_prefetch(<const char*>(left + i) + dy_ahead + LINE)
            bn_prefetch(<const char*>(right + i) + ahead)
            bn_prefetch(<const char*>(right + i) + ahead + LINE)
            g = widen_lanes(left + i)
            a, b = add_lanes(a, g), add_products(b, g, widen_lanes(right + i))
            i += LANES
        add_rest(&a, &b, left + i, right + i, p.count - i)
    first.hi, first.lo, second.hi, second.lo = fold_lanes(a), 0, fold_lanes(b), 0


cdef void chunk_sums(const Walk* dy, const Walk* x, Part p, Py_ssize_t c, Py_ssize_t t, Py_ssize_t dy_ahead,
                     Py_ssize_t ahead, const Channels* channels, real* tile) noexcept nogil:
    # sum dy and sum dy (x - centre); what lies so many bytes ahead is fetched
    cdef Lanes first, second
    cdef Sum a, b
    cdef double centre = centre_at(channels, c)
    cdef Py_ssize_t j
    if real is float:
        if centre == 0:
            near_sums(dy, x, p, c, dy_ahead, ahead, tile, &a, &b)
            keep_sums(channels, c, t, a, b)
            return
    clear(&first, real is double)
    clear(&second, real is double)
    for j in range(p.planes):
        run_sums(load(dy, p.n + j, c, p.start, p.count, tile),
                 load(x, p.n + j, c, p.start, p.count, tile + p.count), p.count, centre, &first, &second)
    keep_sums(channels, c, t, fold(&first, real is double), fold(&second, real is double))


cdef inline void part_scale(const Walk* x, const Walk* y, Part p, Py_ssize_t c, const Affine* map,
                            bint staged, bint stream, Py_ssize_t ahead, real* tile) noexcept nogil:
    cdef Py_ssize_t j, i, count
    cdef const real* source
    for j in range(p.planes):
        if not staged:
            run_scale(load(x, p.n + j, c, p.start, p.count, tile), <real*>plane(y, p.n + j, c) + p.start,
                      p.count, map, c, stream, ahead)
            continue
        i = 0
        while i < p.count:
            count = min(p.count - i, <Py_ssize_t>STAGE)
            source = load(x, p.n + j, c, p.start + i, count, tile)
            run_scale(source, tile + STAGE, count, map, c, False, 0)
            store(y, p.n + j, c, p.start + i, count, <const real*>(tile + STAGE))
            i += count


cdef inline void part_pull(const Walk* dy, const Walk* x, const Walk* dx, Part p, Py_ssize_t c, const Channels* channels,
                           bint staged, bint stream, real* tile) noexcept nogil:
    cdef Py_ssize_t j, i, count
    cdef const real* left
    cdef const real* right
    for j in range(p.planes):
        if not staged:
            run_pull(load(dy, p.n + j, c, p.start, p.count, tile),
                     load(x, p.n + j, c, p.start, p.count, tile + p.count),
                     <real*>plane(dx, p.n + j, c) + p.start, p.count, channels, c, stream)
            continue
        i = 0
        while i < p.count:
            count = min(p.count - i, <Py_ssize_t>STAGE)
            left = load(dy, p.n + j, c, p.start + i, count, tile)
            right = load(x, p.n + j, c, p.start + i, count, tile + STAGE)
            run_pull(left, right, tile + 2 * STAGE, count, channels, c, False)
            store(dx, p.n + j, c, p.start + i, count, <const real*>(tile + 2 * STAGE))
            i += count
