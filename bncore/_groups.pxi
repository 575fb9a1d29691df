# Channels first, where a channel is one part: a thread carries some of them, a group, from their sums to their output.
#
# a. What is kept of a group lies on the thread's stack, in the nearest cache, and the next group uses it again.
# b. Nothing that a channel becomes depends on its group, so threads share out channels, wherever groups begin.

cdef enum:
    MANY_CHANNELS = 32             # of a group, at most: enough that the roots and quotients of vectors overlap
    GROUP_ELEMENTS = 1 << 13       # of a group, which stay in the first cache between their sums and their map
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


cdef inline Py_ssize_t group_size(const Batch* b) noexcept nogil:
    return max(<Py_ssize_t>1, min(<Py_ssize_t>MANY_CHANNELS, GROUP_ELEMENTS // (b.cut.planes * b.cut.size)))


cdef void open_group(Group* g, const Batch* b, bint moments, bint sums) noexcept nogil:
    cdef char* space = g.room + (-<size_t>&g.room[0] & (LINE - 1))
    g.channels = b.channels
    g.channels.count = MANY_CHANNELS
    g.x, g.dy, g.out, g.part = b.x, b.dy, b.out, part(&b.cut, 0)
    furnish(&g.channels, &space, MANY_CHANNELS, MANY_CHANNELS, moments, sums)


cdef void turn_to(Group* g, const Batch* b, Py_ssize_t first) noexcept nogil:
    # the group that begins with this channel
    cdef Channels* k = &g.channels
    cdef const Channels* of = &b.channels
    g.x.base, g.dy.base, g.out.base = plane(&b.x, 0, first), plane(&b.dy, 0, first), plane(&b.out, 0, first)
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


# float32 data as they lie in most calls: every plane of every operand is one run of memory, and results go straight there.

cdef void plain_powers(const Group* g, Py_ssize_t channels, double* sums, double* squares) noexcept nogil:
    # sum x and sum x^2
    cdef Lanes32 first, second, v
    cdef const float* x
    cdef Py_ssize_t c, n, i, count = g.part.count
    for c in range(channels):
        first = second = no_lanes()
        for n in range(g.part.planes):
            x = <const float*>(g.x.base + c * g.x.c + n * g.x.n)
            i = 0
            while i + LANES <= count:
                v = widen_lanes(x + i)
                first, second = add_lanes(first, v), add_products(second, v, v)
                i += LANES
            if i < count:
                add_rest(&first, &second, x + i, x + i, count - i)
        fold_two(first, second, &sums[c], &squares[c])


cdef void plain_products(const Group* g, Py_ssize_t channels, double* sums, double* products) noexcept nogil:
    # sum dy and sum dy x
    cdef Lanes32 first, second, v
    cdef const float* x
    cdef const float* dy
    cdef Py_ssize_t c, n, i, count = g.part.count
    for c in range(channels):
        first = second = no_lanes()
        for n in range(g.part.planes):
            dy = <const float*>(g.dy.base + c * g.dy.c + n * g.dy.n)
            x = <const float*>(g.x.base + c * g.x.c + n * g.x.n)
            i = 0
            while i + LANES <= count:
                v = widen_lanes(dy + i)
                first, second = add_lanes(first, v), add_products(second, v, widen_lanes(x + i))
                i += LANES
            if i < count:
                add_rest(&first, &second, dy + i, x + i, count - i)
        fold_two(first, second, &sums[c], &products[c])


cdef void plain_scale(const Group* g, const Walk* of, const Affine* map, Py_ssize_t channels) noexcept nogil:
    cdef singles nearest, slope, level
    cdef const float* x
    cdef float* y
    cdef Py_ssize_t c, n, i, count = g.part.count
    for c in range(channels):
        nearest, slope = spread((<const float*>map.nearest)[c]), spread((<const float*>map.slope)[c])
        level = spread((<const float*>map.level)[c])
        for n in range(g.part.planes):
            x = <const float*>(of.base + c * of.c + n * of.n)
            y = <float*>(g.out.base + c * g.out.c + n * g.out.n)
            i = 0
            while i + SINGLES <= count:
                store_singles(y + i, (load_singles(x + i) - nearest) * slope + level)
                i += SINGLES
            if i < count:
                store_some(y + i, (load_some(x + i, count - i) - nearest) * slope + level, count - i)


cdef void plain_pull(const Group* g, Py_ssize_t channels) noexcept nogil:
    cdef singles mean, rise, k0, k1, k2
    cdef const Channels* k = &g.channels
    cdef const float* dy
    cdef const float* x
    cdef float* dx
    cdef Py_ssize_t c, n, i, count = g.part.count
    for c in range(channels):
        mean, rise = spread((<const float*>k.coefficient[0])[c]), spread((<const float*>k.coefficient[1])[c])
        k0, k1 = spread((<const float*>k.coefficient[2])[c]), spread((<const float*>k.coefficient[3])[c])
        k2 = spread((<const float*>k.coefficient[4])[c])
        for n in range(g.part.planes):
            dy = <const float*>(g.dy.base + c * g.dy.c + n * g.dy.n)
            x = <const float*>(g.x.base + c * g.x.c + n * g.x.n)
            dx = <float*>(g.out.base + c * g.out.c + n * g.out.n)
            i = 0
            while i + SINGLES <= count:
                store_singles(dx + i, (load_singles(dy + i) - rise) * k0 + ((load_singles(x + i) - mean) * k1 + k2))
                i += SINGLES
            if i < count:
                store_some(dx + i, (load_some(dy + i, count - i) - rise) * k0
                           + ((load_some(x + i, count - i) - mean) * k1 + k2), count - i)


cdef inline bint any_of(const double* flags, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    cdef int found = 0
    for c in range(channels):
        found |= flags[c] != 0
    return found


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
        for c in range(channels):
            g.far[c] = centre_at(k, c)
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
    cdef Py_ssize_t c = first, step = group_size(b), n
    open_group(&g, b, False, False)
    while c < end:
        n = min(step, end - c)
        turn_to(&g, b, c)
        given_scale(&g.channels, 0, n)
        scale_group(&g, b, &g.x, own_map(&g.channels), n, tile)
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
