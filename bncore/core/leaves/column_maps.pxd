# Maps of rows: y and dx of a block, each column with the coefficients of its channel.
#
# a. The coefficients are laid out once for a block, as vectors as long as a row of it; where the block is one run of memory,
#    as long as there is room, since a map need not keep to the folding of the sums.
# b. Rows that were read last are mapped first: the first ones may have left the cache.
# c. The result may be an operand, as in maps.pxd. Columns of a channel whose map leaves float32's range are computed again in
#    float64, one by one, in a row beside it.

from bncore.core.types cimport COLUMNS, Block, Coefficients, Rows, Store
from bncore.core.leaves.columns cimport repeat, row_of
from bncore.core.leaves.maps cimport IN_LINE, before_line, in_line
from bncore.core.leaves.numbers cimport (
    SINGLES, WIDTH, any_wide, ceiling, exactly_pulled, exactly_scaled, load_singles, load_some, load_unit, memcpy, prefetch_far,
    pulled, pulled_singles, pulled_unit, scaled, scaled_singles, scaled_unit, store_singles, store_some, store_unit, stored,
    stream_line,
)

cdef enum:
    CACHED_ROWS = 128              # rows, at most a page each, that are mapped as they lie, before those in front of them


cdef struct LastFirst:             # in which order rows are mapped
    Py_ssize_t row                 # the next one
    Py_ssize_t first               # of those that are mapped as they lie
    Py_ssize_t end


cdef inline LastFirst last_first(Py_ssize_t rows) noexcept nogil:
    cdef LastFirst order
    order.first = order.row = order.end = rows
    return order


cdef inline bint next_row(LastFirst* order, Py_ssize_t* row) noexcept nogil:
    if order.row == order.end:
        if order.first == 0:
            return False
        order.end = order.first
        order.first = order.row = max(<Py_ssize_t>0, order.first - CACHED_ROWS)
    row[0] = order.row
    order.row += 1
    return True


cdef struct Shape:                 # a block as maps walk it
    bint solid                     # it is one run of memory, which is walked `times` rows at a time
    Py_ssize_t times               # rows that coefficients are laid out for
    Py_ssize_t segments            # else row by row; or a folded row, which is one run, at once
    Py_ssize_t rows


cdef inline Shape shape_of(const Block* b) noexcept nogil:
    cdef Shape s
    cdef Py_ssize_t rows = b.folded * b.fold + b.rest
    s.solid = b.contiguous and b.size == 1
    s.times = max(<Py_ssize_t>1, min(COLUMNS // b.channels, rows)) if s.solid else b.fold
    s.segments = 1 if b.contiguous else b.fold
    s.rows = b.folded * s.segments + b.rest
    return s


cdef inline Py_ssize_t place(const Block* b, const Shape* s, Py_ssize_t row, Py_ssize_t* at, Py_ssize_t* width) noexcept nogil:
    # where row number `row` lies, and which columns it has: `width` of them from `at` on
    cdef Py_ssize_t z, length = b.channels * b.size
    if row < b.folded * s.segments:
        z, width[0] = row % s.segments, length * (b.fold if s.segments == 1 else 1)
        at[0] = z * length
        return row // s.segments * b.fold + z
    z, width[0] = row - b.folded * s.segments, length
    at[0] = z * length
    return b.folded * b.fold + z


cdef inline const stored* laid_out(const void* coefficient, const Block* b, Py_ssize_t times, stored* room) noexcept nogil:
    # a coefficient of each channel, once for each column of so many rows
    cdef const stored* of = <const stored*>coefficient
    cdef Py_ssize_t c, p
    if b.size == 1 and times == 1:
        return of
    if b.size == 1:
        memcpy(room, of, b.channels * sizeof(stored))
    else:
        for c in range(b.channels):
            for p in range(c * b.size, (c + 1) * b.size):
                room[p] = of[c]
    repeat(room, b.channels * b.size, times)
    return room


cdef inline void scale_row(const stored* x, stored* y, Py_ssize_t width, const stored* mean, const stored* a, const stored* b,
                           bint streamed, Py_ssize_t ahead) noexcept nogil:
    cdef stored line[IN_LINE]
    cdef Py_ssize_t p = 0, start
    cdef int j
    if streamed:
        start = before_line(y, width)
        while p < start:
            y[p] = scaled(x[p], mean[p], a[p], b[p])
            p += 1
        while p + in_line(y) <= width:
            prefetch_far(<const char*>(x + p) + ahead)
            for j in range(in_line(y)):
                line[j] = scaled(x[p + j], mean[p + j], a[p + j], b[p + j])
            stream_line(y + p, line)
            p += in_line(y)
    if stored is float:
        while p <= width - SINGLES:
            store_singles(y + p, scaled_singles(load_singles(x + p), load_singles(mean + p), load_singles(a + p), load_singles(b + p)))
            p += SINGLES
        if p < width:
            start = width - p
            store_some(y + p, scaled_singles(load_some(x + p, start), load_some(mean + p, start), load_some(a + p, start),
                                             load_some(b + p, start)), start)
    else:
        while p <= width - WIDTH:
            store_unit(y + p, scaled_unit(load_unit(x + p), load_unit(mean + p), load_unit(a + p), load_unit(b + p)))
            p += WIDTH
        while p < width:
            y[p] = scaled(x[p], mean[p], a[p], b[p])
            p += 1


cdef inline void pull_row(const stored* dy, const stored* x, stored* dx, Py_ssize_t width, const stored* mean, const stored* rise,
                          const stored* slope, const stored* k1, const stored* k2, bint streamed, Py_ssize_t dy_ahead,
                          Py_ssize_t ahead) noexcept nogil:
    cdef stored line[IN_LINE]
    cdef Py_ssize_t p = 0, start
    cdef int j
    if streamed:
        start = before_line(dx, width)
        while p < start:
            dx[p] = pulled(dy[p], x[p], mean[p], rise[p], slope[p], k1[p], k2[p])
            p += 1
        while p + in_line(dx) <= width:
            prefetch_far(<const char*>(dy + p) + dy_ahead)
            prefetch_far(<const char*>(x + p) + ahead)
            for j in range(in_line(dx)):
                start = p + j
                line[j] = pulled(dy[start], x[start], mean[start], rise[start], slope[start], k1[start], k2[start])
            stream_line(dx + p, line)
            p += in_line(dx)
    if stored is float:
        while p <= width - SINGLES:
            store_singles(dx + p, pulled_singles(load_singles(dy + p), load_singles(x + p), load_singles(mean + p),
                                                 load_singles(rise + p), load_singles(slope + p), load_singles(k1 + p),
                                                 load_singles(k2 + p)))
            p += SINGLES
        if p < width:
            start = width - p
            store_some(dx + p, pulled_singles(load_some(dy + p, start), load_some(x + p, start), load_some(mean + p, start),
                                              load_some(rise + p, start), load_some(slope + p, start), load_some(k1 + p, start),
                                              load_some(k2 + p, start)), start)
    else:
        while p <= width - WIDTH:
            store_unit(dx + p, pulled_unit(load_unit(dy + p), load_unit(x + p), load_unit(mean + p), load_unit(rise + p),
                                           load_unit(slope + p), load_unit(k1 + p), load_unit(k2 + p)))
            p += WIDTH
        while p < width:
            dx[p] = pulled(dy[p], x[p], mean[p], rise[p], slope[p], k1[p], k2[p])
            p += 1


# The leaves.

cdef inline void column_scale(const stored* kind, const Block* b, const Rows* x, const Rows* y, const Coefficients* k,
                              const Store* store) noexcept nogil:
    cdef stored[3][COLUMNS] room
    cdef stored[COLUMNS] beside
    cdef Shape s = shape_of(b)
    cdef LastFirst order
    cdef Py_ssize_t row = 0, p, i, c, at, width, length = b.channels * b.size, count = (b.folded * b.fold + b.rest) * length
    cdef bint wide = stored is float and any_wide(k.wide, b.channels)
    cdef const stored* nearest = laid_out(k.of[0], b, s.times, room[0])
    cdef const stored* slope = laid_out(k.of[1], b, s.times, room[1])
    cdef const stored* level = laid_out(k.of[2], b, s.times, room[2])
    cdef const stored* source
    cdef stored* target
    if s.solid and not wide:
        source, target = row_of(x, 0, kind), <stored*>row_of(y, 0, kind)
        order = last_first(ceiling(count, s.times * length))
        while next_row(&order, &row):
            p = row * s.times * length
            scale_row(source + p, target + p, min(s.times * length, count - p), nearest, slope, level, store.streamed, store.ahead)
        return
    order = last_first(s.rows)
    while next_row(&order, &row):
        i = place(b, &s, row, &at, &width)
        source, target = row_of(x, i, kind), <stored*>row_of(y, i, kind)
        if not wide:
            scale_row(source, target, width, nearest + at, slope + at, level + at, store.streamed, x.stride)
            continue
        scale_row(source, beside, width, nearest + at, slope + at, level + at, False, 0)
        for p in range(width):
            c = p % length // b.size
            if k.wide[c]:
                beside[p] = <stored>exactly_scaled(k, c, source[p])
        memcpy(target, beside, width * sizeof(stored))


cdef inline void column_pull(const stored* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* dx,
                             const Coefficients* k, const Store* store) noexcept nogil:
    cdef stored[5][COLUMNS] room
    cdef stored[COLUMNS] beside
    cdef Shape s = shape_of(b)
    cdef LastFirst order
    cdef Py_ssize_t row = 0, p, i, c, at, width, length = b.channels * b.size, count = (b.folded * b.fold + b.rest) * length
    cdef bint wide = stored is float and any_wide(k.wide, b.channels)
    cdef const stored* mean = laid_out(k.of[0], b, s.times, room[0])
    cdef const stored* rise = laid_out(k.of[1], b, s.times, room[1])
    cdef const stored* slope = laid_out(k.of[2], b, s.times, room[2])
    cdef const stored* k1 = laid_out(k.of[3], b, s.times, room[3])
    cdef const stored* k2 = laid_out(k.of[4], b, s.times, room[4])
    cdef const stored* left
    cdef const stored* right
    cdef stored* target
    if s.solid and not wide:
        left, right, target = row_of(dy, 0, kind), row_of(x, 0, kind), <stored*>row_of(dx, 0, kind)
        order = last_first(ceiling(count, s.times * length))
        while next_row(&order, &row):
            p = row * s.times * length
            pull_row(left + p, right + p, target + p, min(s.times * length, count - p), mean, rise, slope, k1, k2,
                     store.streamed, store.ahead, store.ahead)
        return
    order = last_first(s.rows)
    while next_row(&order, &row):
        i = place(b, &s, row, &at, &width)
        left, right, target = row_of(dy, i, kind), row_of(x, i, kind), <stored*>row_of(dx, i, kind)
        if not wide:
            pull_row(left, right, target, width, mean + at, rise + at, slope + at, k1 + at, k2 + at, store.streamed, dy.stride,
                     x.stride)
            continue
        pull_row(left, right, beside, width, mean + at, rise + at, slope + at, k1 + at, k2 + at, False, 0, 0)
        for p in range(width):
            c = p % length // b.size
            if k.wide[c]:
                beside[p] = <stored>exactly_pulled(k, c, left[p], right[p])
        memcpy(target, beside, width * sizeof(stored))
