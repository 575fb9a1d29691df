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
    GROUP_VECTORS = VECTORS + OF_SUMS + 1


cdef struct Group:
    Channels channels              # those of the group, counted from 0
    Walk x
    Walk dy
    Walk out
    Part part
    double power[MANY_CHANNELS]    # sum x^2
    double far[MANY_CHANNELS]      # 1 where that cancels
    char room[GROUP_VECTORS * MANY_CHANNELS * 8 + LINE]


cdef inline bint in_strips(const Batch* b) noexcept nogil:
    # one thread alone waits for nobody
    return (b.threads > 1 and b.cut.planes * b.count * b.cut.size <= IN_CACHE and b.cut.pieces == 1
            and (not by_plane(b) or b.count <= STRIP_CHANNELS))


cdef inline Py_ssize_t group_size(const Batch* b) noexcept nogil:
    return max(<Py_ssize_t>1, min(<Py_ssize_t>MANY_CHANNELS, GROUP_ELEMENTS // (b.cut.planes * b.cut.size)))


cdef void select_channels(Channels* k, const Channels* of, Py_ssize_t first) noexcept nogil:
    # the channels of a call from this one on
    if of.given.gamma != NULL:
        k.given.gamma = of.given.gamma + first
    elif of.gamma != NULL:
        k.gamma = of.gamma + first
    if of.given.beta != NULL:
        k.given.beta = of.given.beta + first
    elif of.beta != NULL:
        k.beta = of.beta + first
    if of.given.mean != NULL:
        k.given.mean = of.given.mean + first
    else:
        k.mean = of.mean + first
    if of.given.var != NULL:
        k.given.var = of.given.var + first
    else:
        k.var = of.var + first
    if of.wanted.dgamma != NULL:
        k.wanted.dgamma, k.wanted.dbeta = of.wanted.dgamma + first, of.wanted.dbeta + first
    elif of.dgamma != NULL:
        k.dgamma, k.dbeta = of.dgamma + first, of.dbeta + first


cdef void open_group(Group* g, const Batch* b, bint moments, bint sums) noexcept nogil:
    cdef char* space = g.room + (-<size_t>&g.room[0] & (LINE - 1))
    g.channels = b.channels
    g.channels.count = MANY_CHANNELS
    g.x, g.dy, g.out, g.part = b.x, b.dy, b.out, part(&b.cut, 0)
    furnish(&g.channels, &space, MANY_CHANNELS, MANY_CHANNELS, moments, sums)


cdef void turn_to(Group* g, const Batch* b, Py_ssize_t first) noexcept nogil:
    # the group that begins with this channel
    g.x.base, g.dy.base, g.out.base = plane(&b.x, 0, first), plane(&b.dy, 0, first), plane(&b.out, 0, first)
    select_channels(&g.channels, &b.channels, first)


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
    for c in range(channels):
        for n in range(g.part.planes):
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


cdef inline bint any_of(const double* flags, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    cdef Py_ssize_t found = 0
    for c in range(channels):
        found += 1 if flags[c] != 0 else 0
    return found != 0


# A group of either type in any layout.

cdef void moments_of_group(Group* g, Py_ssize_t channels, real* tile) noexcept nogil:
    # the statistics too
    cdef Channels* k = &g.channels
    cdef Py_ssize_t c
    if real is double:
        for c in range(channels):
            keep_moments(k, c, 0, chunk_moments(&g.x, g.part, c, 0, tile))
        conclude_moments(k, 0, channels)
    else:
        if g.x.dense:
            plain_powers(g, channels, k.moments.hi, g.power)
        else:
            for c in range(channels):
                near_powers(&g.x, g.part, c, 0, tile, &k.moments.hi[c], &g.power[c])
        if close_near(k.moments.hi, g.power, k.near, k.rest, k.mean, k.var, g.far, channels, k.m) == 0:
            return
        for c in range(channels):
            if g.far[c] != 0:
                keep_moments(k, c, 0, chunk_moments(&g.x, g.part, c, 0, tile))
                conclude_moments(k, c, c + 1)


cdef void sums_of_group(Group* g, Py_ssize_t channels, real* tile) noexcept nogil:
    cdef Channels* k = &g.channels
    cdef Py_ssize_t c
    if real is float:
        centres(k.mean, k.var, g.far, channels, k.own)
        if g.x.dense and g.dy.dense and not any_of(g.far, channels):
            plain_products(g, channels, k.sums.dy_hi, k.sums.dyd_hi)
            for c in range(channels):
                k.sums.dy_lo[c] = k.sums.dyd_lo[c] = 0
            return
    for c in range(channels):
        chunk_sums(&g.dy, &g.x, g.part, c, 0, 0, 0, k, tile)


cdef void scale_group(Group* g, const Batch* b, const Walk* x, Affine map, Py_ssize_t channels, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if real is float:
        if x.dense and not (b.staged or b.stream or any_of(map.wide, channels)):
            plain_scale(g, x, &map, channels)
            return
    for c in range(channels):
        part_scale(x, &g.out, g.part, c, &map, b.staged, b.stream, 0, tile)


cdef void pull_group(Group* g, const Batch* b, Py_ssize_t channels, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if real is float:
        if g.x.dense and g.dy.dense and not (b.staged or b.stream or any_of(g.channels.wide, channels)):
            plain_pull(g, channels)
            return
    for c in range(channels):
        part_pull(&g.dy, &g.x, &g.out, g.part, c, &g.channels, b.staged, b.stream, tile)


# Channels [first, end) of a call.

cdef void whole_statistics(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b, True, False)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c)
        moments_of_group(&g, n, tile)
        c += n


cdef void whole_forward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b, True, False)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c)
        moments_of_group(&g, n, tile)
        own_scale(&g.channels, 0, n)
        scale_group(&g, b, &g.x, own_map(&g.channels), n, tile)
        c += n


cdef void whole_inference(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = MANY_CHANNELS, n
    open_group(&g, b, False, False)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c)
        given_scale(&g.channels, 0, n)
        scale_group(&g, b, &g.x, own_map(&g.channels), n, tile)
        c += n


cdef void strip_inference(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    # planes, or folded rows, [first, end) of all channels, some channels at a time
    cdef char room[VECTORS * STRIP_CHANNELS * 8 + LINE]
    cdef char* space = room + (-<size_t>&room[0] & (LINE - 1))
    cdef Channels k = b.channels
    cdef Py_ssize_t c = 0, step = STRIP_CHANNELS if by_plane(b) else min(<Py_ssize_t>STRIP_CHANNELS, COLUMNS // b.grid.size), n
    cdef Window w
    cdef Affine map
    furnish(&k, &space, STRIP_CHANNELS, 0, False, False)
    while c < b.count:
        n = min(step, b.count - c)
        select_channels(&k, &b.channels, c)
        given_scale(&k, 0, n)
        map = own_map(&k)
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
    open_group(&g, b, False, True)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c)
        sums_of_group(&g, n, tile)
        conclude_pull(&g.channels, 0, n)
        pull_group(&g, b, n, tile)
        c += n


cdef void whole_inference_backward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Group g
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b, False, True)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c)
        given_pull(&g.channels, 0, n)
        # the sums first: dx may overwrite dy or x
        sums_of_group(&g, n, tile)
        scale_group(&g, b, &g.dy, given_map(&g.channels), n, tile)
        conclude_sums(&g.channels, 0, n)
        c += n
