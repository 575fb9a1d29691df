# Rows: x is (R, C, S) with each row of C S elements contiguous: channels-last (S = 1), or small planes.
#
# a. Narrow rows are folded: k rows side by side are one row of k C columns, so that a row fills a page.
#    The k partial results of a channel are combined when a block ends.
# b. A block is a range of rows, a tile a range of channels; both partitions depend on the shape and the
#    element type alone. One record a (block, channel) is kept, and combined in the order of the blocks.
# c. A tile with all its rows in one block is carried from its statistics to its output while it is cached.
#    Otherwise the second sweep runs backwards over what is still cached.

cdef enum:
    BLOCK_ROWS = 256       # folded rows to a block: the work of combining its columns stays below a tenth
    BLOCK_ELEMENTS = 512   # of a channel to a block: a record of them takes less than a hundredth of their memory
    BLOCKS = 64            # blocks to a tensor, at most
    FEW_ROWS = 16          # fewer rows are added about their mean at once
    TILE_STEP = 16         # channels of a tile come in vectors
    FEW_BLOCKS = 4         # enough of them that threads can share: no folding that leaves fewer


cdef struct Grid:
    Py_ssize_t channels    # C
    Py_ssize_t size        # S
    Py_ssize_t fold        # k
    Py_ssize_t folded      # whole folded rows
    Py_ssize_t rest        # rows that do not fill a folded one; they end the last block
    Py_ssize_t blocks
    Py_ssize_t tile        # channels to a tile
    Py_ssize_t tiles
    bint far               # from the processor: what is summed next is fetched


cdef struct Window:        # one (block, tile) as a loop sees it
    Py_ssize_t row         # first row
    Py_ssize_t folded      # whole folded rows
    Py_ssize_t rest        # single rows after them
    Py_ssize_t channel     # first channel, as `Channels` count them
    Py_ssize_t channels
    Py_ssize_t first       # first column, in elements from the start of a row
    Py_ssize_t segments    # a folded row as this many pieces
    Py_ssize_t width       # of so many columns each
    bint solid             # all channels of rows that lie one after the other: one run of memory


cdef struct Lines:         # an operand
    char* base
    Py_ssize_t stride      # of a row, in bytes


cdef inline Py_ssize_t power_of_two(Py_ssize_t most) noexcept nogil:
    # the largest one that is not above `most`, and at least 1
    cdef Py_ssize_t n = 1
    while 2 * n <= most:
        n *= 2
    return n


cdef inline Grid grid(Py_ssize_t rows, Py_ssize_t channels, Py_ssize_t size, Py_ssize_t itemsize) noexcept nogil:
    cdef Grid g
    cdef Py_ssize_t columns = 4 * COLUMNS // itemsize, blocks, few, step, most
    g.channels, g.size = channels, size
    g.fold = max(1, min(columns // channels, rows // (FEW_BLOCKS * BLOCK_ROWS))) if size == 1 else 1
    g.folded, g.rest = rows // g.fold, rows % g.fold
    # for four threads or for two, if there are not as many tiles, smaller ones
    step = max(<Py_ssize_t>BLOCK_ROWS, BLOCK_ELEMENTS // (g.fold * size))
    few = max(<Py_ssize_t>1, FEW_BLOCKS // ceiling(g.fold * channels * size, columns))
    blocks = max(g.folded // step, min(few, 2 * g.folded // BLOCK_ROWS), min(few, 2, 4 * g.folded // BLOCK_ROWS))
    # a power of two, so that two, four or eight threads have as much to do each
    g.blocks = power_of_two(min(<Py_ssize_t>BLOCKS, blocks))
    if g.fold > 1:
        g.tile = channels
    else:
        # whole lines of the cache, if there is room for them
        step = TILE_STEP // min(<Py_ssize_t>TILE_STEP, size & -size)
        most = max(<Py_ssize_t>1, columns // size)
        most = most // step * step if most > step else most
        g.tiles = ceiling(channels, most)
        if g.blocks == 1:
            # so many that two threads, or four, have as much to do each; columns do not meet, so no bit changes
            if size == 1 and g.folded < BLOCK_ROWS // 2:
                g.tiles = ceiling(channels, columns // 4)
            if g.tiles == 1 and rows * channels * size >= SMALL_WORK:
                g.tiles = 2
            elif g.tiles > 2:
                g.tiles = ceiling(g.tiles, 4) * 4
        g.tile = min(most, ceiling(ceiling(channels, g.tiles), step) * step)
    g.tiles = ceiling(channels, g.tile)
    # a processor follows the parts of longer rows by itself
    g.far = g.tiles == 1 and rows * channels * size * itemsize >= STREAM_BYTES
    return g


cdef inline Window rows_window(const Grid* g, Py_ssize_t start, Py_ssize_t end, Py_ssize_t channel, Py_ssize_t channels,
                               bint dense) noexcept nogil:
    # folded rows [start, end), and what is left after the last of them, of some channels
    cdef Window w
    w.row, w.folded = start * g.fold, end - start
    w.rest = g.rest if end == g.folded else 0
    w.channel, w.channels = channel, channels
    w.first, w.width = channel * g.size, channels * g.size
    w.segments = g.fold
    if dense:                                   # the folded rows lie one after the other
        w.width, w.segments = w.width * g.fold, 1
    w.solid = dense and g.size == 1 and channels == g.channels
    return w


cdef inline Py_ssize_t block_start(const Grid* g, Py_ssize_t block) noexcept nogil:
    # blocks differ by one group of rows, and what is no whole group ends the last
    return g.folded // GROUP * block // g.blocks * GROUP if block < g.blocks else g.folded


cdef inline Window window(const Grid* g, Py_ssize_t block, Py_ssize_t tile, bint dense) noexcept nogil:
    cdef Py_ssize_t channel = tile * g.tile
    return rows_window(g, block_start(g, block), block_start(g, block + 1), channel, min(g.tile, g.channels - channel), dense)


cdef inline const real* row_of(const Lines* x, const Window* w, Py_ssize_t row, const real* kind) noexcept nogil:
    return <const real*>(x.base + (w.row + row) * x.stride) + w.first


cdef inline Sum join_sums(const double* hi, const double* lo, Py_ssize_t size) noexcept nogil:
    cdef Eight lanes = nothing()
    cdef Py_ssize_t p = 0
    cdef int j
    while p < size:
        for j in range(min(<Py_ssize_t>BREADTH, size - p)):
            accumulate(hi[p + j], &lanes.hi[j], &lanes.lo[j], True)
            lanes.lo[j] += lo[p + j]
        p += BREADTH
    return fold_eight_exactly(&lanes)


cdef inline Moments join_moments(const Columns* k, Py_ssize_t at, Py_ssize_t size, double rows) noexcept nogil:
    # combine the settled columns of one channel, which lie side by side, each of `rows` elements
    cdef Eight lanes = nothing()
    cdef Moments whole
    cdef Mean mean
    cdef double e
    cdef Py_ssize_t p
    cdef int j
    whole.count = rows * size
    whole.sum = join_sums(&k.hi[at], &k.lo[at], size)
    mean = mean_of(whole.sum, whole.count)
    for p in range(size):
        e = (k.shift[at + p] - mean.near) + (k.lo2[at + p] - mean.rest)
        j = p % BREADTH
        accumulate(k.hi2[at + p] + rows * e * e, &lanes.hi[j], &lanes.lo[j], True)
    whole.m2 = rounded(fold_eight_exactly(&lanes))
    return whole


cdef inline void fold_moments(Columns* k, const Grid* g, const Window* w, const MomentRecords* result,
                              Py_ssize_t at) noexcept nogil:
    # combine the `fold` settled columns of each channel; the first `rest` of them have one element more
    cdef double e, rows, count = <double>(w.folded * g.fold + w.rest)
    cdef double[COLUMNS] m2, m2_lo, near, rest
    cdef Mean mean
    cdef Py_ssize_t c, z, p
    for z in range(1, g.fold):
        for c in range(w.channels):
            p = z * w.channels + c
            accumulate(k.hi[p], &k.hi[c], &k.lo[c], True)
            k.lo[c] += k.lo[p]
    for c in range(w.channels):
        k.lo[c] = k.lo[c] if k.lo[c] == k.lo[c] else 0
        result.hi[at + c] = k.hi[c] + k.lo[c] if result.lo == NULL else k.hi[c]
    if result.lo != NULL:
        memcpy(result.lo + at, k.lo, w.channels * sizeof(double))
    if g.fold == 1:
        for c in range(w.channels):
            # an infinite sum leaves no deviations
            result.m2[at + c] = k.hi2[c] + 0 * k.hi[c]
        return
    for c in range(w.channels):
        mean = mean_of_two(k.hi[c], k.lo[c], count)
        near[c], rest[c], m2[c], m2_lo[c] = mean.near, mean.rest, 0, 0
    for z in range(g.fold):
        rows = <double>(w.folded + (z < w.rest))
        for c in range(w.channels):
            p = z * w.channels + c
            e = (k.shift[p] - near[c]) + (k.lo2[p] - rest[c])
            accumulate(k.hi2[p] + rows * e * e, &m2[c], &m2_lo[c], True)
    for c in range(w.channels):
        result.m2[at + c] = m2[c] + m2_lo[c]


cdef void powers(const Lines* x, const Grid* g, const Window* w, Columns* k, const float* kind) noexcept nogil:
    # sum x and sum x^2 of each column
    cdef Py_ssize_t stride = g.fold * x.stride // <Py_ssize_t>sizeof(float)
    cdef Py_ssize_t row = 0, z
    zero(k, w.segments * w.width, False)
    while row + GROUP <= w.folded:
        for z in range(w.segments):
            group_powers(row_of(x, w, row * g.fold + z, kind), stride, w.width, g.far, k, z * w.width)
        row += GROUP
    while row < w.folded:
        for z in range(w.segments):
            row_powers(row_of(x, w, row * g.fold + z, kind), w.width, k, z * w.width)
        row += 1
    for z in range(w.rest):
        row_powers(row_of(x, w, w.folded * g.fold + z, kind), w.channels, k, z * w.channels)


cdef bint near_moments(const Lines* x, const Grid* g, const Window* w, Columns* k, const float* kind) noexcept nogil:
    # settled columns from sums of powers; whether that is good for all
    cdef Py_ssize_t z
    cdef bint good = True
    powers(x, g, w, k, kind)
    for z in range(g.fold):
        good &= settle_powers(k, z * w.channels * g.size, w.channels * g.size, <double>(w.folded + (z < w.rest)))
    return good


cdef void far_moments(const Lines* x, const Grid* g, const Window* w, Columns* k, const real* kind) noexcept nogil:
    # settled columns from deviations, group by group, whatever the means
    cdef Py_ssize_t stride = g.fold * x.stride // <Py_ssize_t>sizeof(real)
    cdef Py_ssize_t row = 0, z
    zero(k, w.segments * w.width, real is double)
    for z in range(w.segments if real is float else 0):
        first_shift(row_of(x, w, z, kind), stride, w.folded, w.width, &k.shift[z * w.width])
    while row + GROUP <= w.folded:
        for z in range(w.segments):
            group_moments(row_of(x, w, row * g.fold + z, kind), stride, w.width, k, z * w.width, <double>row)
        row += GROUP
    while row < w.folded:
        for z in range(w.segments):
            row_moments(row_of(x, w, row * g.fold + z, kind), w.width, k, z * w.width, <double>row)
        row += 1
    for z in range(w.rest):
        row_moments(row_of(x, w, w.folded * g.fold + z, kind), w.channels, k, z * w.channels, <double>w.folded)
    for z in range(g.fold):
        settle(k, z * w.channels * g.size, w.channels * g.size, <double>(w.folded + (z < w.rest)), kind)


cdef void plane_moments(const Lines* x, const Grid* g, const Window* w, const Channels* channels, Py_ssize_t block,
                        const float* kind) noexcept nogil:
    # the moments of small planes, whose columns may be far from 0 where the channel is not
    cdef Columns k
    cdef double[COLUMNS] power, far
    cdef Py_ssize_t c, at = block * channels.count + w.channel
    cdef double rows = <double>w.folded
    powers(x, g, w, &k, kind)
    for c in range(w.channels):
        channels.moments.hi[at + c], power[c] = fold_run(&k.hi[c * g.size], g.size), fold_run(&k.hi2[c * g.size], g.size)
    if close_powers(channels.moments.hi + at, power, channels.moments.m2 + at, far, w.channels, rows * g.size) == 0:
        return
    far_moments(x, g, w, &k, kind)
    for c in range(w.channels):
        if far[c] != 0:
            keep_moments(channels, w.channel + c, block, join_moments(&k, c * g.size, g.size, rows))


cdef bint near_block(const Lines* x, const Grid* g, const Window* w, const Channels* channels, Py_ssize_t block, char* far,
                     const float* kind) noexcept nogil:
    # the moments of all channels from sums of powers; where that is not good for one, it is said to be far
    cdef Columns k
    cdef Py_ssize_t c, p
    cdef bint good = near_moments(x, g, w, &k, kind)
    fold_moments(&k, g, w, &channels.moments, block * channels.count + w.channel)
    for c in range(0 if good else w.channels):
        far[c] = 0
        for p in range(g.fold):
            far[c] |= k.far[p * w.channels + c] != 0
    return good


cdef void far_block(const Lines* x, const Grid* g, const Window* w, const Channels* channels, Py_ssize_t block,
                    const real* kind) noexcept nogil:
    # the moments of all channels from deviations
    cdef Columns k
    cdef Py_ssize_t c
    far_moments(x, g, w, &k, kind)
    if g.size == 1:
        fold_moments(&k, g, w, &channels.moments, block * channels.count + w.channel)
    else:
        for c in range(w.channels):
            keep_moments(channels, w.channel + c, block, join_moments(&k, c * g.size, g.size, <double>w.folded))


cdef void mend_block(const Lines* x, const Grid* g, const Window* w, const Channels* channels, Py_ssize_t block,
                     const char* far, const float* kind) noexcept nogil:
    # the far channels anew; no channel's bits depend on another's
    cdef double[COLUMNS] hi, m2
    cdef Channels apart = channels[0]
    cdef Window all = w[0]
    cdef Py_ssize_t c, at = block * channels.count + w.channel
    apart.moments.hi, apart.moments.m2, all.channel = hi, m2, 0
    far_block(x, g, &all, &apart, 0, kind)
    for c in range(w.channels):
        if far[c]:
            channels.moments.hi[at + c], channels.moments.m2[at + c] = hi[c], m2[c]


cdef void block_moments(const Lines* x, const Grid* g, Window w, const Channels* channels, Py_ssize_t block,
                        const real* kind) noexcept nogil:
    # into the records of this block
    cdef char[COLUMNS] far
    if real is double:
        far_block(x, g, &w, channels, block, kind)
    elif g.size > 1:
        plane_moments(x, g, &w, channels, block, kind)
    elif w.folded < FEW_ROWS:
        far_block(x, g, &w, channels, block, kind)
    elif not near_block(x, g, &w, channels, block, far, kind):
        mend_block(x, g, &w, channels, block, far, kind)


cdef void block_sums(const Lines* dy, const Lines* x, const Grid* g, Window w, const Channels* channels, Py_ssize_t block,
                     const real* kind) noexcept nogil:
    # sum dy and sum dy (x - centre)
    cdef Columns k
    cdef Sum total, total2
    cdef double centre
    cdef Py_ssize_t stride = g.fold * x.stride // <Py_ssize_t>sizeof(real)
    cdef Py_ssize_t dy_stride = g.fold * dy.stride // <Py_ssize_t>sizeof(real)
    cdef Py_ssize_t row, z, c, p
    cdef bint near = True
    cdef const real* left
    cdef const real* right
    zero(&k, w.segments * w.width, real is double or g.size == 1)
    for c in range(w.channels):
        centre = centre_at(channels, w.channel + c)
        near = near and centre == 0
        for p in range(c * g.size, (c + 1) * g.size):
            k.shift[p] = centre
    repeat(k.shift, w.channels * g.size, g.fold)
    row = 0
    while row + GROUP <= w.folded:
        for z in range(w.segments):
            left, right = row_of(dy, &w, row * g.fold + z, kind), row_of(x, &w, row * g.fold + z, kind)
            if real is float:
                if near:
                    group_products(left, dy_stride, right, stride, w.width, g.far, &k, z * w.width)
                    continue
            group_sums(left, dy_stride, right, stride, w.width, &k, z * w.width)
        row += GROUP
    while row < w.folded:
        for z in range(w.segments):
            row_sums(row_of(dy, &w, row * g.fold + z, kind), row_of(x, &w, row * g.fold + z, kind),
                     w.width, &k, z * w.width)
        row += 1
    for z in range(w.rest):
        row_sums(row_of(dy, &w, w.folded * g.fold + z, kind), row_of(x, &w, w.folded * g.fold + z, kind),
                 w.channels, &k, z * w.channels)
    if g.size == 1:
        for z in range(1, g.fold):
            for c in range(w.channels):
                p = z * w.channels + c
                accumulate(k.hi[p], &k.hi[c], &k.lo[c], True)
                k.lo[c] += k.lo[p]
                accumulate(k.hi2[p], &k.hi2[c], &k.lo2[c], True)
                k.lo2[c] += k.lo2[p]
        for c in range(w.channels):
            total.hi, total.lo = k.hi[c], k.lo[c]
            total2.hi, total2.lo = k.hi2[c], k.lo2[c]
            keep_sums(channels, w.channel + c, block, total, total2)
    else:
        for c in range(w.channels):
            p = c * g.size
            if real is float:
                total.hi, total2.hi, total.lo, total2.lo = fold_run(&k.hi[p], g.size), fold_run(&k.hi2[p], g.size), 0, 0
            else:
                total, total2 = join_sums(&k.hi[p], &k.lo[p], g.size), join_sums(&k.hi2[p], &k.lo2[p], g.size)
            keep_sums(channels, w.channel + c, block, total, total2)
