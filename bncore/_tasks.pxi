# A call as a table of tasks: groups (of channels) by parts (chunks, or row blocks).
#
# A task is a pure function of its place in the table, and what tasks leave is combined in the order of the
# parts, so how threads share the table out (_run.pxi) changes no bit.

cdef enum:
    TILE_BYTES = 2 * CHUNK_BYTES   # two operands' share of a chunk
    SMALL_PLANE = 512              # planes of fewer elements are columns, if there are
    MANY_PLANES = 8                # at least so many of them,
    TINY_PLANE = 8                 # and planes of still fewer if there are two
    LONG_RUN = 64                  # planes of so many elements are mapped one by one, in the order of addresses
    SPARE = 8                      # tasks to a thread from which one more or less does not matter
    SMALL_WORK = 1 << 15           # fewer elements stay on the calling thread: waking another costs more
    SMALL_SUMS = 1 << 14           # the same, where a thread has channels to itself, and sums as well as a map to do

cdef int thread_limit = 1

cdef struct Keeps:                 # what a call keeps of a channel
    int coefficients               # of its map
    bint moments                   # records of its parts
    bint sums


cdef struct Batch:                 # everything that the tasks of one call share
    bint rows                      # rows, not planes
    bint whole                     # planes, and a channel is one part: _groups.pxi
    bint tiled                     # rows, and a channel is one part: _tiles.pxi
    bint strips                    # inference, and each thread has all coefficients, some at a time: _groups.pxi
    bint dense                     # rows lie one after the other in every operand
    Walk x
    Walk dy
    Walk out
    Lines x_rows
    Lines dy_rows
    Lines out_rows
    Cut cut
    Grid grid
    Channels channels
    Keeps keeps
    Py_ssize_t count               # C
    Py_ssize_t step                # channels to a group
    Py_ssize_t groups
    Py_ssize_t parts
    void* scratch
    char* rooms                    # of the threads: a tile where runs are gathered or staged, or what is kept of channels
    Py_ssize_t room_bytes          # to a thread
    bint staged                    # results go by a tile: the output is an input, or its planes are not contiguous
    bint stream                    # results go past the caches
    bint beside                    # the map of a channel and the sums of the next are one loop
    int threads


cdef inline bint rows_pay(Py_ssize_t rows, Py_ssize_t size, Py_ssize_t itemsize) noexcept nogil:
    # a channel of one chunk is sooner reduced plane by plane, but for float64, whose tails take as long as whole lanes
    cdef bint whole = itemsize == sizeof(float) and size >= LONG_RUN and rows * size * itemsize <= CHUNK_BYTES
    return size == 1 or (size < TINY_PLANE and rows > 1) or (size < SMALL_PLANE and rows >= MANY_PLANES and not whole)


cdef inline bint in_rows(const Walk* k, Py_ssize_t channels, Py_ssize_t size, Py_ssize_t itemsize) noexcept nogil:
    return k.dense and (channels == 1 or k.c == size * itemsize)


cdef inline bint beside(const Batch* b) noexcept nogil:
    # in cache the two loops share no more than a processor's registers, of which only the widest level has enough
    return (b.x.dense and b.dy.dense and not b.rows and not b.staged and b.parts > 1) and (b.stream or WIDTH == 8)


# The layout of x decides between rows and planes; where it takes rows, dy and the output must have rows too.
cdef void lay_out(Batch* b, Py_ssize_t rows, Py_ssize_t count, Py_ssize_t size, Py_ssize_t item, Walk x, Walk dy,
                  Walk out, bint shared) noexcept nogil:
    # shared: the output is one of the inputs
    b.x, b.dy, b.out = x, dy, out
    b.count = count
    b.rows = rows_pay(rows, size, item) and in_rows(&b.x, b.count, size, item)
    b.x_rows.base, b.x_rows.stride = b.x.base, b.x.n
    b.dy_rows.base, b.dy_rows.stride = b.dy.base, b.dy.n
    b.out_rows.base, b.out_rows.stride = b.out.base, b.out.n
    b.dense = b.x.n == b.count * size * item and b.dy.n == b.x.n and b.out.n == b.x.n
    b.cut = cut(rows, size, item)
    b.grid = grid(rows, b.count, size, item)
    b.staged = shared or not (b.rows or b.out.dense)
    b.stream = STREAMS and not b.staged and rows * count * size * item >= STREAM_BYTES
    b.parts = b.grid.blocks if b.rows else b.cut.chunks
    b.beside = beside(b)
    b.step = b.grid.tile if b.rows else 1
    b.groups = (count + b.step - 1) // b.step
    b.whole, b.tiled, b.strips = not b.rows and b.parts == 1, b.rows and b.parts == 1, False
    b.threads = 1 if rows * count * size < (SMALL_SUMS if b.whole else SMALL_WORK) else thread_limit
    if b.whole and count < b.threads:
        b.threads = <int>count
    b.channels.count = count
    b.channels.single = item == sizeof(float)
    b.channels.m = <double>(rows * size)
    b.channels.parts = b.parts


cdef inline Py_ssize_t part_count(const Batch* b, Py_ssize_t t) noexcept nogil:
    # elements of one channel in part t
    cdef Window w
    cdef Part p
    if b.rows:
        w = window(&b.grid, t, 0, False)
        return (w.folded * b.grid.fold + w.rest) * b.grid.size
    p = part(&b.cut, t)
    return p.planes * p.count


cdef inline Py_ssize_t first_channel(const Batch* b, Py_ssize_t group) noexcept nogil:
    return group * b.step


cdef inline Py_ssize_t end_channel(const Batch* b, Py_ssize_t group) noexcept nogil:
    return min(b.count, (group + 1) * b.step)


cdef void moments_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Part p
    cdef Py_ssize_t c, ahead
    if b.rows:
        block_moments(&b.x_rows, &b.grid, window(&b.grid, t, group, b.dense), &b.channels, t, <const real*>tile)
    else:
        p, ahead = part(&b.cut, t), distance(&b.x, &b.cut, t, sizeof(real))
        for c in range(first_channel(b, group), end_channel(b, group)):
            keep_moments(&b.channels, c, t, chunk_moments(&b.x, p, c, ahead, tile))


cdef void sums_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Part p
    cdef Py_ssize_t c, ahead, dy_ahead
    if b.rows:
        block_sums(&b.dy_rows, &b.x_rows, &b.grid, window(&b.grid, t, group, b.dense), &b.channels, t, <const real*>tile)
    else:
        p, ahead = part(&b.cut, t), distance(&b.x, &b.cut, t, sizeof(real))
        dy_ahead = distance(&b.dy, &b.cut, t, sizeof(real))
        for c in range(first_channel(b, group), end_channel(b, group)):
            chunk_sums(&b.dy, &b.x, p, c, t, dy_ahead, ahead, &b.channels, tile)


cdef inline void map_task(Batch* b, const Lines* rows, const Walk* planes, Affine map, Py_ssize_t group, Py_ssize_t t,
                          real* tile) noexcept nogil:
    cdef Part p
    cdef Py_ssize_t c
    if b.rows:
        block_scale(rows, &b.out_rows, &b.grid, window(&b.grid, t, group, b.dense), &map, b.staged, b.stream,
                    <const real*>tile)
    else:
        p = part(&b.cut, t)
        for c in range(first_channel(b, group), end_channel(b, group)):
            part_scale(planes, &b.out, p, c, &map, b.staged, b.stream, 0, tile)


cdef void scale_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    map_task(b, &b.x_rows, &b.x, own_map(&b.channels), group, t, tile)


cdef inline void scale_then_moments(Batch* b, Py_ssize_t group, Py_ssize_t t, Py_ssize_t next_t, bint more,
                                    real* tile) noexcept nogil:
    # while part t of one group is written, part next_t of the next group is read: memory has both to do at any time
    cdef Affine map = own_map(&b.channels)
    if more and b.beside and not b.channels.wide[group]:
        keep_moments(&b.channels, group + 1, next_t, scale_beside_moments(
            &b.x, &b.out, part(&b.cut, t), group, &map, b.stream, part(&b.cut, next_t),
            distance(&b.x, &b.cut, next_t, sizeof(real)), tile))
        return
    scale_task(b, group, t, tile)
    if more:
        moments_task(b, group + 1, next_t, tile)


cdef void pull_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Part p
    cdef Py_ssize_t c
    if b.rows:
        block_pull(&b.dy_rows, &b.x_rows, &b.out_rows, &b.grid, window(&b.grid, t, group, b.dense), &b.channels,
                   b.staged, b.stream, <const real*>tile)
    else:
        p = part(&b.cut, t)
        for c in range(first_channel(b, group), end_channel(b, group)):
            part_pull(&b.dy, &b.x, &b.out, p, c, &b.channels, b.staged, b.stream, tile)


cdef inline void pull_then_sums(Batch* b, Py_ssize_t group, Py_ssize_t t, Py_ssize_t next_t, bint more,
                                real* tile) noexcept nogil:
    cdef Py_ssize_t item = sizeof(real)
    if more and b.beside and not b.channels.wide[group] and (real is double or centre_at(&b.channels, group + 1) == 0):
        pull_beside_sums(&b.dy, &b.x, &b.out, part(&b.cut, t), group, &b.channels, b.stream, part(&b.cut, next_t), next_t,
                         distance(&b.dy, &b.cut, next_t, item), distance(&b.x, &b.cut, next_t, item), <const real*>tile)
        return
    pull_task(b, group, t, tile)
    if more:
        sums_task(b, group + 1, next_t, tile)


cdef void given_pull_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    # the sums first: dx may overwrite dy or x
    sums_task(b, group, t, tile)
    map_task(b, &b.dy_rows, &b.dy, slope_map(&b.channels), group, t, tile)


cdef inline bint by_plane(const Batch* b) noexcept nogil:
    return not b.rows or b.cut.size >= LONG_RUN


cdef void plane_maps(Batch* b, Affine map, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    # pieces [first, end) of the planes of all channels, in the order in which they lie in memory
    cdef Py_ssize_t piece = first % b.cut.pieces
    cdef Py_ssize_t c = first // b.cut.pieces % b.count
    cdef Py_ssize_t n = first // b.cut.pieces // b.count
    cdef bint simple = b.x.dense and not b.staged and b.cut.pieces == 1
    cdef Py_ssize_t i
    for i in range(first, end):
        if simple:
            run_scale(<const real*>plane(&b.x, n, c), <real*>plane(&b.out, n, c), b.cut.size, &map, c, b.stream,
                      STREAM_AHEAD)
        else:
            part_scale(&b.x, &b.out, plane_part(&b.cut, n, piece), c, &map, b.staged, b.stream, STREAM_AHEAD, tile)
        piece += 1
        if piece == b.cut.pieces:
            piece, c = 0, c + 1
        if c == b.count:
            c, n = 0, n + 1


cdef void row_maps(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    # folded rows [first, end) of the whole width
    cdef Affine map = given_map(&b.channels)
    cdef Py_ssize_t wide = max(<Py_ssize_t>1, COLUMNS // b.grid.size), c = 0
    cdef Window w
    while c < b.count:
        w = rows_window(&b.grid, first, end, c, min(wide, b.count - c), b.dense)
        block_scale(&b.x_rows, &b.out_rows, &b.grid, w, &map, b.staged, b.stream, <const real*>tile)
        c += wide


cdef inline void settle_stores(const Batch* b) noexcept nogil:
    # what a thread has stored past the caches is there for all before it says that it is done
    if b.stream:
        stream_fence()


cdef inline void conclude(Batch* b, Py_ssize_t group, Conclusion conclusion) noexcept nogil:
    conclude_channels(&b.channels, first_channel(b, group), end_channel(b, group), conclusion)
