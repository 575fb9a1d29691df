# Maps of rows: y and dx of a block, each column with the coefficients of its channel.
#
# a. The coefficients are laid out once for a block, as vectors as long as a row of it; where the block is one run of memory,
#    as long as there is room, since a map need not keep to the folding of the sums.
# b. Rows that were read last are mapped first: the first ones may have left the cache.
# c. Columns of a channel whose map leaves float32's range are computed again in float64, one by one, in a row beside it.

from bncore.core.types cimport COLUMNS, Block, Coefficients, Rows, Store
from bncore.core.leaves.columns cimport repeat, row_of
from bncore.core.leaves.elements cimport map_elements
from bncore.core.leaves.numbers cimport any_wide, ceiling, exactly_mapped, memcpy, stored

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
    Py_ssize_t length              # columns of a row
    Py_ssize_t count               # elements


cdef inline Shape shape_of(const Block* b) noexcept nogil:
    cdef Shape s
    cdef Py_ssize_t rows = b.folded * b.fold + b.rest
    s.solid = b.contiguous and b.size == 1
    s.times = min(max(<Py_ssize_t>1, COLUMNS // b.channels), rows) if s.solid else b.fold
    s.segments = 1 if b.contiguous else b.fold
    s.rows = b.folded * s.segments + b.rest
    s.length, s.count = b.channels * b.size, rows * b.channels * b.size
    return s


cdef inline Py_ssize_t place(const Block* b, const Shape* s, Py_ssize_t row, Py_ssize_t* at, Py_ssize_t* width) noexcept nogil:
    # where row number `row` lies, and which columns it has: `width` of them from `at` on
    cdef Py_ssize_t z
    if row < b.folded * s.segments:
        z, width[0] = row % s.segments, s.length * (b.fold if s.segments == 1 else 1)
        at[0] = z * s.length
        return row // s.segments * b.fold + z
    z, width[0] = row - b.folded * s.segments, s.length
    at[0] = z * s.length
    return b.folded * b.fold + z


cdef struct Stretch:               # elements that are mapped at once
    Py_ssize_t row                 # in which they lie,
    Py_ssize_t first               # from this one of it on,
    Py_ssize_t column              # with the coefficients from here on
    Py_ssize_t width


cdef inline LastFirst order_of(const Shape* s) noexcept nogil:
    return last_first(ceiling(s.count, s.times * s.length) if s.solid else s.rows)


cdef inline bint next_stretch(LastFirst* order, const Block* b, const Shape* s, Stretch* z) noexcept nogil:
    cdef Py_ssize_t row = 0
    if not next_row(order, &row):
        return False
    if s.solid:
        z.row, z.first, z.column = 0, row * s.times * s.length, 0
        z.width = min(s.times * s.length, s.count - z.first)
    else:
        z.row, z.first = place(b, s, row, &z.column, &z.width), 0
    return True


cdef inline void lay_out(const Coefficients* of, const Block* b, Py_ssize_t times, stored* room, Coefficients* k,
                         int count) noexcept nogil:
    # each coefficient, once for each column of so many rows
    cdef const stored* vector
    cdef Py_ssize_t c, p
    cdef int j
    k[0] = of[0]
    if b.size == 1 and times == 1:
        return
    for j in range(count):
        vector = <const stored*>of.of[j]
        if b.size == 1:
            memcpy(room, vector, b.channels * sizeof(stored))
        else:
            for c in range(b.channels):
                for p in range(c * b.size, (c + 1) * b.size):
                    room[p] = vector[c]
        repeat(room, b.channels * b.size, times)
        k.of[j] = room
        room += COLUMNS


cdef inline void shift(Coefficients* k, const Coefficients* of, Py_ssize_t at, int count, const stored* kind) noexcept nogil:
    # those from column `at` on
    cdef int j
    for j in range(count):
        k.of[j] = <stored*>of.of[j] + at


cdef inline const stored* dy_row(const Rows* dy, Py_ssize_t row, bint pull, const stored* kind) noexcept nogil:
    return row_of(dy, row, kind) if pull else NULL


cdef inline void map_stretches(const Block* b, const Shape* s, const Rows* dy, const Rows* x, const Rows* out,
                               const Coefficients* k, bint pull, bint streamed, Py_ssize_t ahead,
                               const stored* kind) noexcept nogil:
    cdef Coefficients here = k[0]
    cdef LastFirst order = order_of(s)
    cdef Stretch z
    while next_stretch(&order, b, s, &z):
        shift(&here, k, z.column, 5 if pull else 3, kind)
        map_elements(dy_row(dy, z.row, pull, kind) + z.first if pull else NULL, row_of(x, z.row, kind) + z.first,
                     <stored*>row_of(out, z.row, kind) + z.first, 0, z.width, &here, True, pull, streamed,
                     (ahead if s.solid else dy.stride) if pull else 0, ahead if s.solid else x.stride)


cdef inline void map_wide(const Block* b, const Shape* s, const Rows* dy, const Rows* x, const Rows* out, const Coefficients* k,
                          bint pull, const float* kind) noexcept nogil:
    # channels some of which are wide
    cdef float[COLUMNS] beside
    cdef Coefficients here = k[0]
    cdef LastFirst order = last_first(s.rows)
    cdef Py_ssize_t row = 0, i, p, c, at, width
    cdef const float* left
    cdef const float* right
    while next_row(&order, &row):
        i = place(b, s, row, &at, &width)
        shift(&here, k, at, 5 if pull else 3, kind)
        left, right = dy_row(dy, i, pull, kind), row_of(x, i, kind)
        map_elements(left, right, &beside[0], 0, width, &here, True, pull, False, 0, 0)
        for p in range(width):
            c = p % s.length // b.size
            if k.wide[c]:
                beside[p] = <float>exactly_mapped(k, c, left[p] if pull else 0, right[p], pull)
        memcpy(<float*>row_of(out, i, kind), beside, width * sizeof(float))


cdef inline void map_block(const Block* b, const Rows* dy, const Rows* x, const Rows* out, const Coefficients* of,
                           const Store* store, bint pull, const stored* kind) noexcept nogil:
    cdef stored[5][COLUMNS] room
    cdef Coefficients k
    cdef Shape s = shape_of(b)
    if s.count == 0:
        return
    lay_out(of, b, s.times, &room[0][0], &k, 5 if pull else 3)
    if stored is float:
        if any_wide(k.wide, b.channels):
            map_wide(b, &s, dy, x, out, &k, pull, kind)
            return
    if store.streamed:
        map_stretches(b, &s, dy, x, out, &k, pull, True, store.ahead, kind)
    else:
        map_stretches(b, &s, dy, x, out, &k, pull, False, 0, kind)


# The leaves.

cdef inline void column_scale(const stored* kind, const Block* b, const Rows* x, const Rows* y, const Coefficients* k,
                              const Store* store) noexcept nogil:
    map_block(b, NULL, x, y, k, store, False, kind)


cdef inline void column_pull(const stored* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* dx,
                             const Coefficients* k, const Store* store) noexcept nogil:
    map_block(b, dy, x, dx, k, store, True, kind)
