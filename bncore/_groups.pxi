# Channels first, where a channel is one part: a thread carries some of them, a group, from their sums to their output.
#
# a. What is kept of a group lies on the thread's stack, in the nearest cache, and the next group uses it again.
# b. Nothing that a channel becomes depends on its group, so threads share out channels, wherever groups begin.

cdef enum:
    MANY_CHANNELS = 32             # of a group, at most: enough that the roots and quotients of vectors overlap
    GROUP_ELEMENTS = 1 << 12       # of a group, which stay in the first cache between their sums and their map
    AHEAD = 512                    # elements after those that are added, which memory brings near
    STRIP_CHANNELS = 128           # channels whose coefficients a thread has for itself, as long as it needs them
    IN_CACHE = 1 << 17             # elements, at most, of a call that is mapped so: beyond, the wait for others is short


cdef struct Group:
    Channels channels              # those of the group, counted from 0
    Work work
    Walk x
    Walk dy
    Walk out
    Part part
    double power[MANY_CHANNELS]    # sum x^2
    double far[MANY_CHANNELS]      # 1 where that cancels
    double coefficient[5][MANY_CHANNELS]
    char wide[MANY_CHANNELS]


cdef inline bint in_strips(const Batch* b) noexcept nogil:
    # one thread alone waits for nobody
    return (b.threads > 1 and b.cut.planes * b.count * b.cut.size <= IN_CACHE and b.cut.pieces == 1
            and (not by_plane(b) or b.count <= STRIP_CHANNELS))


cdef inline Py_ssize_t group_size(const Batch* b) noexcept nogil:
    return max(<Py_ssize_t>1, min(<Py_ssize_t>MANY_CHANNELS, GROUP_ELEMENTS // (b.cut.planes * b.cut.size)))


cdef void open_group(Group* g, const Batch* b) noexcept nogil:
    # what is added up goes straight to where it is concluded
    cdef Channels* k = &g.channels
    cdef int j
    k[0] = b.channels
    k.count = MANY_CHANNELS
    k.moments.hi, k.moments.lo, k.moments.m2 = g.work.first, g.work.first_lo, g.work.second
    k.sums.dy_hi, k.sums.dy_lo, k.sums.dyd_hi, k.sums.dyd_lo = g.work.first, g.work.first_lo, g.work.second, g.work.second_lo
    k.wide = g.wide
    for j in range(5):
        k.coefficient[j] = g.coefficient[j]
    g.x, g.dy, g.out, g.part = b.x, b.dy, b.out, part(&b.cut, 0)


cdef void turn_to(Group* g, const Batch* b, Py_ssize_t first, Py_ssize_t channels) noexcept nogil:
    # the group that begins with this channel
    g.x.base, g.dy.base, g.out.base = plane(&b.x, 0, first), plane(&b.dy, 0, first), plane(&b.out, 0, first)
    take_from(&g.channels, &b.channels, first)
    take_up(&g.work, &g.channels, 0, channels)


cdef inline void point_at(Group* g, double* first, double* second, double* third, double* fourth) noexcept nogil:
    # where the exact maps of a group are
    g.channels.exact[0], g.channels.exact[1], g.channels.exact[2], g.channels.exact[3] = first, second, third, fourth


# float32 data as they lie in most calls: every plane of every operand is one run of memory, and results go straight there.
# What _planes.pxi looks at for each channel is settled once for a group, which saves a quarter of a call on 8x8 planes.

cdef void plain_powers(const Group* g, Py_ssize_t channels, double* sums, double* squares) noexcept nogil:
    # sum x and sum x^2
    cdef Lanes32 first, second
    cdef Fetch next = fetch_within(AHEAD * sizeof(float))
    cdef Py_ssize_t c, n
    for c in range(channels):
        first = second = no_lanes()
        for n in range(g.part.planes):
            run_powers(<const float*>plane(&g.x, n, c), 0, g.part.count, next, &first, &second)
        fold_two(first, second, &sums[c], &squares[c])


cdef void plain_products(const Group* g, Py_ssize_t channels, double* sums, double* products) noexcept nogil:
    # sum dy and sum dy x
    cdef Lanes32 first, second
    cdef Fetch next = fetch_within(AHEAD * sizeof(float))
    cdef Py_ssize_t c, n
    for c in range(channels):
        first = second = no_lanes()
        for n in range(g.part.planes):
            run_pairs(<const float*>plane(&g.dy, n, c), <const float*>plane(&g.x, n, c), 0, g.part.count, next, next,
                      &first, &second)
        fold_two(first, second, &sums[c], &products[c])


cdef void plain_scale(const Group* g, const Walk* of, const Affine* map, Py_ssize_t channels) noexcept nogil:
    cdef const float* nearest = <const float*>map.nearest
    cdef const float* slope = <const float*>map.slope
    cdef const float* level = <const float*>map.level
    cdef Py_ssize_t c, n
    for n in range(g.part.planes):
        for c in range(channels):
            scale_floats(<const float*>plane(of, n, c), <float*>plane(&g.out, n, c), g.part.count,
                         nearest[c], slope[c], level[c])


cdef void plain_pull(const Group* g, Py_ssize_t channels) noexcept nogil:
    cdef const float* mean = <const float*>g.channels.coefficient[0]
    cdef const float* rise = <const float*>g.channels.coefficient[1]
    cdef const float* k0 = <const float*>g.channels.coefficient[2]
    cdef const float* k1 = <const float*>g.channels.coefficient[3]
    cdef const float* k2 = <const float*>g.channels.coefficient[4]
    cdef Py_ssize_t c, n
    for c in range(channels):
        for n in range(g.part.planes):
            pull_floats(<const float*>plane(&g.dy, n, c), <const float*>plane(&g.x, n, c), <float*>plane(&g.out, n, c),
                        g.part.count, mean[c], rise[c], k0[c], k1[c], k2[c])


cdef inline bint any_far(const double* centre, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    cdef Py_ssize_t found = 0
    for c in range(channels):
        found += 1 if centre[c] != 0 else 0
    return found != 0


# A group of either type in any layout.

cdef void moments_of_group(Group* g, Py_ssize_t channels, real* tile) noexcept nogil:
    # the statistics too
    cdef Channels* k = &g.channels
    cdef Work* w = &g.work
    cdef Py_ssize_t c
    if real is double:
        for c in range(channels):
            keep_moments(k, c, 0, chunk_moments(&g.x, g.part, c, 0, tile))
        own_moments(w, k)
    else:
        if g.x.dense:
            plain_powers(g, channels, w.first, g.power)
        else:
            for c in range(channels):
                near_powers(&g.x, g.part, c, 0, tile, &w.first[c], &g.power[c])
        if close_near(w.first, g.power, w.near, w.rest, w.mean, w.var, g.far, channels, k.m) == 0:
            return
        for c in range(channels):
            if g.far[c] != 0:
                keep_moments(k, c, 0, chunk_moments(&g.x, g.part, c, 0, tile))
                close_moments(w.first + c, w.first_lo + c, w.second + c, w.near + c, w.rest + c, w.mean + c, w.var + c, 1, k.m)


cdef void sums_of_group(Group* g, Py_ssize_t channels, real* tile) noexcept nogil:
    cdef Channels* k = &g.channels
    cdef Work* w = &g.work
    cdef Py_ssize_t c
    if real is float:
        centres(w.mean, w.var, g.far, channels, k.own)
        if g.x.dense and g.dy.dense and not any_far(g.far, channels):
            plain_products(g, channels, w.first, w.second)
            for c in range(channels):
                w.first_lo[c] = w.second_lo[c] = 0
            return
    for c in range(channels):
        chunk_sums(&g.dy, &g.x, g.part, c, 0, 0, 0, k, tile)


cdef void scale_group(Group* g, const Batch* b, const Walk* x, Affine map, Py_ssize_t channels, real* tile) noexcept nogil:
    # in the order of addresses
    cdef Py_ssize_t c, n
    if real is float:
        if x.dense and not (b.staged or b.stream or any_wide(map.wide, channels)):
            plain_scale(g, x, &map, channels)
            return
    for n in range(g.part.planes):
        for c in range(channels):
            part_scale(x, &g.out, plane_part(&b.cut, n, 0), c, &map, b.staged, b.stream, 0, tile)


cdef void pull_group(Group* g, const Batch* b, Py_ssize_t channels, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if real is float:
        if g.x.dense and g.dy.dense and not (b.staged or b.stream or any_wide(g.channels.wide, channels)):
            plain_pull(g, channels)
            return
    for c in range(channels):
        part_pull(&g.dy, &g.x, &g.out, g.part, c, &g.channels, b.staged, b.stream, tile)


# Channels [first, end) of a call.

cdef void whole_statistics(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c, n)
        moments_of_group(&g, n, tile)
        c += n


cdef void whole_forward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c, n)
        moments_of_group(&g, n, tile)
        own_scale(&g.work, &g.channels)
        point_at(&g, g.work.mean, g.work.residual, g.work.a, <double*>g.work.beta)
        scale_group(&g, b, &g.x, own_map(&g.channels), n, tile)
        c += n


cdef void whole_inference(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = MANY_CHANNELS, n
    open_group(&g, b)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c, n)
        given_scale(&g.work, &g.channels)
        scale_group(&g, b, &g.x, given_map(&g.channels), n, tile)
        c += n


cdef void strip_inference(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    # planes, or folded rows, [first, end) of all channels, some channels at a time
    cdef char[STRIP_CHANNELS] wide
    cdef double[3][STRIP_CHANNELS] coefficient
    cdef Channels k = b.channels
    cdef Affine map
    cdef Py_ssize_t c = 0, step = STRIP_CHANNELS if by_plane(b) else min(<Py_ssize_t>STRIP_CHANNELS, COLUMNS // b.grid.size), n
    cdef Window w
    k.wide = wide
    k.coefficient[0], k.coefficient[1], k.coefficient[2] = &coefficient[0][0], &coefficient[1][0], &coefficient[2][0]
    map = given_map(&k)
    while c < b.count:
        n = min(step, b.count - c)
        take_from(&k, &b.channels, c)
        conclude_channels(&k, 0, n, given_scale)
        if by_plane(b):
            plane_maps(b, map, first, end, tile)
        else:
            w = rows_window(&b.grid, first, end, c, n, b.dense and (b.grid.fold == 1 or n == b.count))
            # its coefficients are counted from its first channel
            w.channel = 0
            block_scale(&b.x_rows, &b.out_rows, &b.grid, w, &map, b.staged, b.stream, <const real*>tile)
        c += n


cdef void whole_backward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c, n)
        sums_of_group(&g, n, tile)
        own_pull(&g.work, &g.channels)
        point_at(&g, g.work.mean, g.work.rise, g.work.a, g.work.k1)
        pull_group(&g, b, n, tile)
        c += n


cdef void whole_inference_backward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c, n)
        given_pull(&g.work, &g.channels)
        # the sums first: dx may overwrite dy or x
        sums_of_group(&g, n, tile)
        scale_group(&g, b, &g.dy, slope_map(&g.channels), n, tile)
        given_sums(&g.work, &g.channels)
        c += n
