# A call as a table of tasks: groups (of channels) by parts (chunks, or row blocks).
#
# A task is a pure function of its place in the table, and what tasks leave is combined in the order of the
# parts, so how threads share the table out (_run.pxi) changes no bit.

cdef extern from "<stdlib.h>" nogil:
    void* malloc(size_t)
    void free(void*)

cdef enum:
    TILE_BYTES = 2 * CHUNK_BYTES   # two operands' share of a chunk
    SMALL_PLANE = 512              # planes of fewer elements are columns, if there are
    MANY_PLANES = 8                # at least so many of them
    MANY_CHANNELS = 16             # small channels go in groups: their roots and quotients are then those of vectors
    GROUP_ELEMENTS = 1 << 13       # of at most so many elements, which stay in the first cache
    LONG_RUN = 48                  # planes of so many elements are mapped one by one, in the order of addresses
    SMALL_WORK = 1 << 15           # fewer elements stay on the calling thread: waking another costs more

cdef int thread_limit = 1

cdef struct Batch:                 # everything that the tasks of one call share
    bint rows                      # rows, not planes
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
    Py_ssize_t count               # C
    Py_ssize_t step                # channels to a group
    Py_ssize_t groups
    Py_ssize_t parts
    void* scratch
    char* tiles                    # TILE_BYTES for each thread, or NULL where nothing is gathered or staged
    bint staged                    # results go by a tile: the output is an input, or its planes are not contiguous
    bint stream                    # results go past the caches
    int threads


cdef inline bint rows_pay(Py_ssize_t rows, Py_ssize_t size) noexcept nogil:
    return size == 1 or (size < SMALL_PLANE and rows >= MANY_PLANES)


cdef inline bint in_rows(const Walk* k, Py_ssize_t channels, Py_ssize_t size, Py_ssize_t itemsize) noexcept nogil:
    return k.dense and (channels == 1 or k.c == size * itemsize)


# The layout of x decides between rows and planes; where it takes rows, dy and the output must have rows too.
cdef void lay_out(Batch* b, Py_ssize_t rows, Py_ssize_t count, Py_ssize_t size, Py_ssize_t item, Walk x, Walk dy,
                  Walk out, bint shared) noexcept nogil:
    # shared: the output is one of the inputs
    b.x, b.dy, b.out = x, dy, out
    b.count = count
    b.threads = 1 if rows * count * size < SMALL_WORK else thread_limit
    b.rows = rows_pay(rows, size) and in_rows(&b.x, b.count, size, item)
    b.x_rows.base, b.x_rows.stride = b.x.base, b.x.n
    b.dy_rows.base, b.dy_rows.stride = b.dy.base, b.dy.n
    b.out_rows.base, b.out_rows.stride = b.out.base, b.out.n
    b.dense = b.x.n == b.count * size * item and b.dy.n == b.x.n and b.out.n == b.x.n
    b.cut = cut(rows, size, item)
    b.grid = grid(rows, b.count, size, item)
    b.staged = shared or not (b.rows or b.out.dense)
    b.stream = STREAMS and not b.staged and rows * count * size * item >= STREAM_BYTES
    b.parts = b.grid.blocks if b.rows else b.cut.chunks
    if b.rows:
        b.step = b.grid.tile
    else:
        b.step = max(1, min(MANY_CHANNELS, GROUP_ELEMENTS // (rows * size))) if b.parts == 1 else 1
    b.groups = (count + b.step - 1) // b.step
    b.channels.count = count
    b.channels.m = <double>(rows * size)
    b.channels.parts = b.parts
    b.channels.across = 1 if b.rows else b.parts
    b.channels.along = b.count if b.rows else 1


cdef inline void* carve(char** free_space, size_t size) noexcept nogil:
    cdef void* piece = free_space[0]
    free_space[0] += size
    return piece


cdef int reserve(Batch* b, bint moments, bint sums, bint scales, bint pulls) except -1:
    # one piece of memory for all that the tasks leave; every part of it is a whole number of float64
    cdef size_t c = b.count
    cdef size_t parts = c * b.parts
    cdef bint tiles = not b.rows and (b.staged or not (b.x.dense and b.dy.dense))
    cdef size_t needed = (2 * c * sizeof(double) + moments * (parts * sizeof(Moments) + c * sizeof(Mean))
                          + sums * 2 * parts * sizeof(Sum) + scales * c * sizeof(Scale) + pulls * c * sizeof(Pull)
                          + tiles * b.threads * <size_t>TILE_BYTES)
    cdef char* space = <char*>malloc(needed)
    if space == NULL:
        raise MemoryError(f"bncore: no memory for {needed} bytes of partial sums")
    b.scratch = space
    b.channels.rstd = <double*>carve(&space, c * sizeof(double))
    b.channels.centre = <double*>carve(&space, c * sizeof(double))
    b.channels.moments = <Moments*>carve(&space, moments * parts * sizeof(Moments))
    b.channels.means = <Mean*>carve(&space, moments * c * sizeof(Mean))
    b.channels.sums = <Sum*>carve(&space, sums * 2 * parts * sizeof(Sum))
    b.channels.scales = <Scale*>carve(&space, scales * c * sizeof(Scale))
    b.channels.pulls = <Pull*>carve(&space, pulls * c * sizeof(Pull))
    b.tiles = space if tiles else NULL
    return 0


cdef inline Py_ssize_t first_channel(const Batch* b, Py_ssize_t group) noexcept nogil:
    return group * b.step


cdef inline Py_ssize_t end_channel(const Batch* b, Py_ssize_t group) noexcept nogil:
    return min(b.count, (group + 1) * b.step)


cdef void moments_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if b.rows:
        block_moments(&b.x_rows, &b.grid, t, group, b.dense, b.channels.moments + t * b.count, <const real*>tile)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            b.channels.moments[c * b.parts + t] = chunk_moments(&b.x, &b.cut, c, t, tile)


cdef void sums_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if b.rows:
        block_sums(&b.dy_rows, &b.x_rows, &b.grid, t, group, b.dense, b.channels.centre,
                   b.channels.sums + 2 * t * b.count, <const real*>tile)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            chunk_sums(&b.dy, &b.x, &b.cut, c, t, b.channels.centre[c], tile, b.channels.sums + 2 * (c * b.parts + t))


cdef void scale_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if b.rows:
        block_scale(&b.x_rows, &b.out_rows, &b.grid, t, group, b.dense, b.channels.scales, b.staged, b.stream, <const real*>tile)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            part_scale(&b.x, &b.out, part(&b.cut, t), c, b.channels.scales + c, b.staged, b.stream, tile)


cdef void pull_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    if b.rows:
        block_pull(&b.dy_rows, &b.x_rows, &b.out_rows, &b.grid, t, group, b.dense, b.channels.pulls, b.staged, b.stream,
                   <const real*>tile)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            chunk_pull(&b.dy, &b.x, &b.out, &b.cut, c, t, b.channels.pulls + c, b.staged, b.stream, tile)


cdef void given_pull_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    cdef Py_ssize_t c
    # the sums first: dx may overwrite dy or x
    sums_task(b, group, t, tile)
    if b.rows:
        block_scale(&b.dy_rows, &b.out_rows, &b.grid, t, group, b.dense, b.channels.scales, b.staged, b.stream, <const real*>tile)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            part_scale(&b.dy, &b.out, part(&b.cut, t), c, b.channels.scales + c, b.staged, b.stream, tile)


cdef inline bint by_plane(const Batch* b) noexcept nogil:
    return not b.rows or b.cut.size >= LONG_RUN


cdef void plane_tasks(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    # pieces [first, end) of the planes of all channels, in the order in which they lie in memory
    cdef Py_ssize_t piece = first % b.cut.pieces
    cdef Py_ssize_t c = first // b.cut.pieces % b.count
    cdef Py_ssize_t n = first // b.cut.pieces // b.count
    cdef Py_ssize_t i
    for i in range(first, end):
        part_scale(&b.x, &b.out, plane_part(&b.cut, n, piece), c, b.channels.scales + c, b.staged, b.stream, tile)
        piece += 1
        if piece == b.cut.pieces:
            piece, c = 0, c + 1
        if c == b.count:
            c, n = 0, n + 1
    settle_stores(b)


cdef inline void settle_stores(const Batch* b) noexcept nogil:
    # what a thread has stored past the caches is there for all before it says that it is done
    if b.stream:
        stream_fence()


ctypedef void (*Conclusion)(Channels*, Py_ssize_t, Py_ssize_t) noexcept nogil


cdef inline void conclude(Batch* b, Py_ssize_t group, Conclusion conclusion) noexcept nogil:
    conclusion(&b.channels, first_channel(b, group), end_channel(b, group))
