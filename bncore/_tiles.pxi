# Rows, where a tile of channels is one part: a thread carries it from its sums to its output.
#
# a. What is kept of a tile lies in the thread's room, and the next tile uses it again: its channels are counted from 0.
# b. Inference, which adds nothing up, takes tiles as wide as a page, where channels have so few elements that the maps
#    of all of them would be a part of the tensor.

cdef enum:
    FEW_ELEMENTS = 400             # of a channel: of fewer the coefficients alone would be a hundredth


cdef void take_wide_tiles(Batch* b) noexcept nogil:
    # for inference, if there are so many channels that threads can share them out
    cdef Py_ssize_t wide = max(<Py_ssize_t>1, COLUMNS // b.grid.size)
    b.tiled = not (b.whole or b.strips or by_plane(b)) and b.channels.m < FEW_ELEMENTS and b.count >= 2 * b.threads * wide
    if b.tiled:
        b.step, b.groups = wide, ceiling(b.count, wide)


cdef Channels channels_of_tile(const Batch* b, char* space) noexcept nogil:
    cdef Channels k = b.channels
    cdef Room room
    room.base, room.used = space, 0
    furnish(&k, &room, b.step, b.keeps)
    return k


cdef Window open_tile(const Batch* b, Channels* k, Py_ssize_t group) noexcept nogil:
    # all rows of the tile
    cdef Py_ssize_t first = first_channel(b, group), channels = end_channel(b, group) - first
    cdef Window w = rows_window(&b.grid, 0, b.grid.folded, first, channels,
                                b.dense and (b.grid.fold == 1 or channels == b.count))
    w.channel = 0
    take_from(k, &b.channels, first)
    return w


cdef void tile_statistics(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* room) noexcept nogil:
    cdef Channels k = channels_of_tile(b, <char*>room)
    cdef Window w
    cdef Py_ssize_t group
    for group in range(first, end):
        w = open_tile(b, &k, group)
        block_moments(&b.x_rows, &b.grid, w, &k, 0, <const real*>room)
        conclude_channels(&k, 0, w.channels, conclude_moments)


cdef void tile_forward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* room) noexcept nogil:
    cdef Channels k = channels_of_tile(b, <char*>room)
    cdef Affine map = own_map(&k)
    cdef Window w
    cdef Py_ssize_t group
    for group in range(first, end):
        w = open_tile(b, &k, group)
        block_moments(&b.x_rows, &b.grid, w, &k, 0, <const real*>room)
        conclude_channels(&k, 0, w.channels, conclude_scale)
        block_scale(&b.x_rows, &b.out_rows, &b.grid, w, &map, b.staged, b.stream, <const real*>room)


cdef void tile_inference(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* room) noexcept nogil:
    cdef Channels k = channels_of_tile(b, <char*>room)
    cdef Affine map = given_map(&k)
    cdef Window w
    cdef Py_ssize_t group
    for group in range(first, end):
        w = open_tile(b, &k, group)
        conclude_channels(&k, 0, w.channels, given_scale)
        block_scale(&b.x_rows, &b.out_rows, &b.grid, w, &map, b.staged, b.stream, <const real*>room)


cdef void tile_backward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* room) noexcept nogil:
    cdef Channels k = channels_of_tile(b, <char*>room)
    cdef Window w
    cdef Py_ssize_t group
    for group in range(first, end):
        w = open_tile(b, &k, group)
        block_sums(&b.dy_rows, &b.x_rows, &b.grid, w, &k, 0, <const real*>room)
        conclude_channels(&k, 0, w.channels, conclude_pull)
        block_pull(&b.dy_rows, &b.x_rows, &b.out_rows, &b.grid, w, &k, b.staged, b.stream, <const real*>room)


cdef void tile_inference_backward(const Batch* b, Py_ssize_t first, Py_ssize_t end, real* room) noexcept nogil:
    cdef Channels k = channels_of_tile(b, <char*>room)
    cdef Affine map = slope_map(&k)
    cdef Window w
    cdef Py_ssize_t group
    for group in range(first, end):
        w = open_tile(b, &k, group)
        conclude_channels(&k, 0, w.channels, given_pull)
        # the sums first: dx may overwrite dy or x
        block_sums(&b.dy_rows, &b.x_rows, &b.grid, w, &k, 0, <const real*>room)
        block_scale(&b.dy_rows, &b.out_rows, &b.grid, w, &map, b.staged, b.stream, <const real*>room)
        conclude_channels(&k, 0, w.channels, conclude_given_sums)
