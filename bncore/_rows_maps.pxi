# The maps of rows: y and dx of one (block, tile), each column with the coefficients of its channel.
#
# a. The coefficients are laid out once a task as vectors as long as a row of the tile; where the rows are one run of memory,
#    as long as there is room, since a map need not keep to the folding of the sums. Columns of a channel whose coefficients
#    leave float32's range are computed again in float64, one by one, after the others.
# b. Of a block the rows that were read last are mapped first: the first ones may have left the cache.

cdef enum:
    CACHED_ROWS = 128      # rows, at most a page each, that are mapped as they lie, before those in front of them


cdef struct Order:         # in which rows are mapped
    Py_ssize_t row         # the next one
    Py_ssize_t first       # of those that are mapped as they lie
    Py_ssize_t end


cdef inline void repeat(real* vector, Py_ssize_t length, Py_ssize_t times) noexcept nogil:
    # the coefficients of a row, for the rows that are folded into one
    cdef Py_ssize_t z
    for z in range(1, times):
        memcpy(vector + z * length, vector, length * sizeof(real))


cdef inline Py_ssize_t rows_at_once(const Window* w, const Grid* g) noexcept nogil:
    # how many rows are mapped as one: what is one run of memory need not keep to the folding of the sums
    return min(max(<Py_ssize_t>1, COLUMNS // g.channels), w.folded * g.fold + w.rest) if w.solid else g.fold


cdef inline const real* laid_out(const void* coefficient, const Window* w, const Grid* g, Py_ssize_t times,
                                 real* room) noexcept nogil:
    # a coefficient of the channels of a window, once for each column of so many rows
    cdef const real* of = <const real*>coefficient + w.channel
    cdef Py_ssize_t c, p
    if g.size == 1 and times == 1:
        return of
    if g.size == 1:
        memcpy(room, of, w.channels * sizeof(real))
    else:
        for c in range(w.channels):
            for p in range(c * g.size, (c + 1) * g.size):
                room[p] = of[c]
    repeat(room, w.channels * g.size, times)
    return room


cdef inline bint any_wide(const char* wide, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    cdef char found = 0
    for c in range(channels):
        found |= wide[c]
    return found != 0


cdef inline Py_ssize_t place(const Window* w, const Grid* g, Py_ssize_t row, Py_ssize_t* at, Py_ssize_t* width) noexcept nogil:
    # where row number `row` of a window lies, and which columns it has: `width` of them from `at` on
    cdef Py_ssize_t z
    if row < w.folded * w.segments:
        z, width[0] = row % w.segments, w.width
        at[0] = z * w.width
        return row // w.segments * g.fold + z
    z, width[0] = row - w.folded * w.segments, w.channels
    at[0] = z * w.channels
    return w.folded * g.fold + z


cdef inline Order last_first(Py_ssize_t rows) noexcept nogil:
    cdef Order order
    order.first = order.row = order.end = rows
    return order


cdef inline bint next_row(Order* order, Py_ssize_t* row) noexcept nogil:
    if order.row == order.end:
        if order.first == 0:
            return False
        order.end = order.first
        order.first = order.row = max(<Py_ssize_t>0, order.first - CACHED_ROWS)
    row[0] = order.row
    order.row += 1
    return True


cdef void block_scale(const Lines* x, const Lines* y, const Grid* g, Window w, const Affine* map, bint staged,
                      bint stream, const real* kind) noexcept nogil:
    cdef real room[3][COLUMNS]
    cdef real stage[COLUMNS]
    cdef Order order
    cdef Py_ssize_t row = 0, p, i, c, at, width, length = w.channels * g.size
    cdef bint wide = real is float and any_wide(map.wide + w.channel, w.channels)
    cdef Py_ssize_t times = rows_at_once(&w, g), whole = (w.folded * g.fold + w.rest) * g.channels
    cdef const real* nearest = laid_out(map.nearest, &w, g, times, room[0])
    cdef const real* slope = laid_out(map.slope, &w, g, times, room[1])
    cdef const real* level = laid_out(map.level, &w, g, times, room[2])
    cdef const real* source
    cdef real* target
    if w.solid and not (staged or wide):
        source, target = row_of(x, &w, 0, kind), <real*>(y.base + w.row * y.stride)
        order = last_first(ceiling(whole, times * length))
        while next_row(&order, &row):
            p = row * times * length
            row_scale(source + p, target + p, min(times * length, whole - p), nearest, slope, level, stream, STREAM_AHEAD)
        return
    order = last_first(w.folded * w.segments + w.rest)
    while next_row(&order, &row):
        i = place(&w, g, row, &at, &width)
        source = row_of(x, &w, i, kind)
        target = <real*>(y.base + (w.row + i) * y.stride) + w.first
        if not (staged or wide):
            row_scale(source, target, width, nearest + at, slope + at, level + at, stream, x.stride)
            continue
        row_scale(source, stage, width, nearest + at, slope + at, level + at, False, 0)
        if wide:
            for p in range(width):
                c = w.channel + p % length // g.size
                if map.wide[c]:
                    stage[p] = <real>exactly_scaled(exact_map(map, c), source[p])
        memcpy(target, stage, width * sizeof(real))


cdef void block_pull(const Lines* dy, const Lines* x, const Lines* dx, const Grid* g, Window w, const Channels* channels,
                     bint staged, bint stream, const real* kind) noexcept nogil:
    cdef real room[5][COLUMNS]
    cdef real stage[COLUMNS]
    cdef Order order
    cdef Py_ssize_t row = 0, p, i, c, at, width, length = w.channels * g.size
    cdef bint wide = real is float and any_wide(channels.wide + w.channel, w.channels)
    cdef Py_ssize_t times = rows_at_once(&w, g), whole = (w.folded * g.fold + w.rest) * g.channels
    cdef const real* mean = laid_out(channels.coefficient[0], &w, g, times, room[0])
    cdef const real* rise = laid_out(channels.coefficient[1], &w, g, times, room[1])
    cdef const real* k0 = laid_out(channels.coefficient[2], &w, g, times, room[2])
    cdef const real* k1 = laid_out(channels.coefficient[3], &w, g, times, room[3])
    cdef const real* k2 = laid_out(channels.coefficient[4], &w, g, times, room[4])
    cdef const real* left
    cdef const real* right
    cdef real* target
    if w.solid and not (staged or wide):
        left, right = row_of(dy, &w, 0, kind), row_of(x, &w, 0, kind)
        target = <real*>(dx.base + w.row * dx.stride)
        order = last_first(ceiling(whole, times * length))
        while next_row(&order, &row):
            p = row * times * length
            row_pull(left + p, right + p, target + p, min(times * length, whole - p), mean, rise, k0, k1, k2, stream,
                     STREAM_AHEAD, STREAM_AHEAD)
        return
    order = last_first(w.folded * w.segments + w.rest)
    while next_row(&order, &row):
        i = place(&w, g, row, &at, &width)
        left = row_of(dy, &w, i, kind)
        right = row_of(x, &w, i, kind)
        target = <real*>(dx.base + (w.row + i) * dx.stride) + w.first
        if not (staged or wide):
            row_pull(left, right, target, width, mean + at, rise + at, k0 + at, k1 + at, k2 + at, stream, dy.stride,
                     x.stride)
            continue
        row_pull(left, right, stage, width, mean + at, rise + at, k0 + at, k1 + at, k2 + at, False, 0, 0)
        if wide:
            for p in range(width):
                c = w.channel + p % length // g.size
                if channels.wide[c]:
                    stage[p] = <real>exactly_pulled(channels, c, left[p], right[p])
        memcpy(target, stage, width * sizeof(real))
