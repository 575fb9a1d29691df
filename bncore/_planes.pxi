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


cdef inline void near_powers(const Walk* x, Part p, Py_ssize_t c, Py_ssize_t ahead, float* tile, double* total,
                             double* power) noexcept nogil:
    # sum x and sum x^2
    cdef Lanes32 first = no_lanes(), second = no_lanes()
    cdef Fetch next = fetch_runs(p.count, ahead // p.planes, sizeof(float))
    cdef Py_ssize_t j
    for j in range(p.planes):
        run_powers(load(x, p.n + j, c, p.start, p.count, tile + j * p.count), 0, p.count, next, &first, &second)
    fold_two(first, second, total, power)


cdef inline const real* loaded(const Walk* x, Part p, Py_ssize_t j, Py_ssize_t c, real* tile) noexcept nogil:
    # where run j of a part was loaded
    return <const real*>plane(x, p.n + j, c) + p.start if x.dense else <const real*>(tile + j * p.count)


cdef Moments far_chunk(const Walk* x, Part p, Py_ssize_t c, double centre, float* tile) noexcept nogil:
    # moments from the deviations from a number near the mean
    cdef double first[LANES]
    cdef double second[LANES]
    cdef Sum d, dd
    cdef Py_ssize_t j
    for j in range(LANES):
        first[j] = second[j] = 0
    for j in range(p.planes):
        run_moments(loaded(x, p, j, c, tile), p.count, centre, first, second)
    d.hi, d.lo, dd.hi, dd.lo = fold(first), 0, fold(second), 0
    return moments_about(centre, d, dd, <double>(p.planes * p.count))


cdef inline double near_number(const double* offset, double start, Part p) noexcept nogil:
    # of sum (x - start), in eight lanes
    return finite_or_zero(start + fold_eight(offset) / <double>(p.planes * p.count))


cdef double near_mean(const Walk* x, Part p, Py_ssize_t c, double* tile) noexcept nogil:
    # a number near the mean; of a constant, the constant
    cdef double offset[BREADTH]
    cdef const double* source
    cdef double start = 0
    cdef Py_ssize_t j
    for j in range(BREADTH):
        offset[j] = 0
    for j in range(p.planes):
        source = load(x, p.n + j, c, p.start, p.count, tile + j * p.count)
        if j == 0:
            start = source[0]
        # the second pass over the chunk before has fetched this one
        run_offsets(source, 0, p.count, fetch_within(0), start, offset)
    return near_number(offset, start, p)


cdef Moments exact_chunk(const Walk* x, Part p, Py_ssize_t c, double centre, Py_ssize_t ahead, double* tile) noexcept nogil:
    # moments of float64 data, from the deviations from a number near the mean
    cdef Eight first = nothing(), second = nothing()
    cdef Py_ssize_t j
    for j in range(p.planes):
        run_deviations(loaded(x, p, j, c, tile), p.count, centre, ahead, &first, &second)
    return moments_about(centre, fold_eight_exactly(&first), fold_eight_exactly(&second), <double>(p.planes * p.count))


cdef inline Moments moments_of_powers(const Walk* x, Part p, Py_ssize_t c, double total, double power,
                                      float* tile) noexcept nogil:
    # moments of a chunk from the sums of x and x^2
    cdef Sum d, dd
    cdef Moments result
    d.hi, d.lo, dd.hi, dd.lo = total, 0, power, 0
    result = moments_about(0, d, dd, <double>(p.planes * p.count))
    if power <= NEAR_ZERO * result.m2:
        return result
    # once more, from the nearest cache, about the mean: of a constant, the constant itself
    return far_chunk(x, p, c, finite_or_zero(result.sum.hi / <double>(p.planes * p.count)), tile)


cdef Moments chunk_moments(const Walk* x, Part p, Py_ssize_t c, Py_ssize_t ahead, real* tile) noexcept nogil:
    cdef double total, power
    if real is float:
        near_powers(x, p, c, ahead, tile, &total, &power)
        return moments_of_powers(x, p, c, total, power, tile)
    else:
        return exact_chunk(x, p, c, near_mean(x, p, c, tile), ahead, tile)


cdef void near_sums(const Walk* dy, const Walk* x, Part p, Py_ssize_t c, Py_ssize_t dy_ahead, Py_ssize_t ahead, float* tile,
                    Sum* first, Sum* second) noexcept nogil:
    # sum dy and sum dy x
    cdef Lanes32 a = no_lanes(), b = no_lanes()
    cdef Fetch dy_next = fetch_runs(p.count, dy_ahead // p.planes, sizeof(float))
    cdef Fetch next = fetch_runs(p.count, ahead // p.planes, sizeof(float))
    cdef Py_ssize_t j
    for j in range(p.planes):
        run_pairs(load(dy, p.n + j, c, p.start, p.count, tile), load(x, p.n + j, c, p.start, p.count, tile + p.count),
                  0, p.count, dy_next, next, &a, &b)
    fold_two(a, b, &first.hi, &second.hi)
    first.lo = second.lo = 0


cdef void far_sums(const Walk* dy, const Walk* x, Part p, Py_ssize_t c, double centre, float* tile, Sum* first,
                   Sum* second) noexcept nogil:
    # sum dy and sum dy (x - centre)
    cdef double a[LANES]
    cdef double b[LANES]
    cdef Py_ssize_t j
    for j in range(LANES):
        a[j] = b[j] = 0
    for j in range(p.planes):
        run_sums(load(dy, p.n + j, c, p.start, p.count, tile), load(x, p.n + j, c, p.start, p.count, tile + p.count),
                 p.count, centre, a, b)
    first.hi, first.lo, second.hi, second.lo = fold(a), 0, fold(b), 0


cdef void exact_sums(const Walk* dy, const Walk* x, Part p, Py_ssize_t c, double centre, Py_ssize_t dy_ahead,
                     Py_ssize_t ahead, double* tile, Sum* first, Sum* second) noexcept nogil:
    # the same of float64 data
    cdef Eight a = nothing(), b = nothing()
    cdef Fetch dy_next = fetch_runs(p.count, dy_ahead // p.planes, sizeof(double))
    cdef Fetch next = fetch_runs(p.count, ahead // p.planes, sizeof(double))
    cdef Py_ssize_t j
    for j in range(p.planes):
        run_products(load(dy, p.n + j, c, p.start, p.count, tile), load(x, p.n + j, c, p.start, p.count, tile + p.count),
                     0, p.count, centre, dy_next, next, &a, &b)
    first[0], second[0] = fold_eight_exactly(&a), fold_eight_exactly(&b)


cdef void chunk_sums(const Walk* dy, const Walk* x, Part p, Py_ssize_t c, Py_ssize_t t, Py_ssize_t dy_ahead,
                     Py_ssize_t ahead, const Channels* channels, real* tile) noexcept nogil:
    # sum dy and sum dy (x - centre); what lies so many bytes ahead is fetched
    cdef Sum a, b
    cdef double centre = centre_at(channels, c)
    if real is double:
        exact_sums(dy, x, p, c, centre, dy_ahead, ahead, tile, &a, &b)
    elif centre == 0:
        near_sums(dy, x, p, c, dy_ahead, ahead, tile, &a, &b)
    else:
        far_sums(dy, x, p, c, centre, tile, &a, &b)
    keep_sums(channels, c, t, a, b)


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
