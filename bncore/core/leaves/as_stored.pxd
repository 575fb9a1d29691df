# Maps of elements as they are stored, in float32: what is half precision is widened, dy counts where y > 0, what is added to y is
# added, what is below 0 becomes 0, and the number is rounded once, all between the load and the store of a vector.
#
# a. All operands of a call are stored alike. `storage`, `columns`, `pull`, `more` and `streamed` are constants wherever
#    `map_elements` is called, so that the commonest loops have nothing to ask: a jump for each vector costs as much as its map.
# b. The result may be an operand: a vector of each is read before one is written.
# c. A channel whose map leaves float32's range is mapped in float64, number by number.
# d. Rejected: a staging buffer before the map and another after it: up to five times the time in cache.

from bncore.core.types cimport (
    ADDED, AS_BFLOAT16, AS_FLOAT16, AS_FLOAT32, COLUMNS, DY, LINE, OUT, OUT2, PULL, SLOPE, X, Y, AsStored, Block,
    Coefficients, Rows, Runs, Span, Storage, storage_bytes,
)
from bncore.core.leaves.column_maps cimport LastFirst, Shape, Stretch, lay_out, next_stretch, order_of, shape_of, shift
from bncore.core.leaves.elements cimport MAP_AHEAD, Held, held, number, of_channel, some
from bncore.core.leaves.numbers cimport (
    SINGLES, any_wide, exactly_mapped, prefetch, prefetch_far, pulled_singles, scaled_singles, singles, spread_singles,
)
from bncore.core.leaves.staging cimport narrowed, widened
from bncore.core.leaves.vectors cimport INFINITY, at_least, let_through, put, take

cdef struct Elements:              # of the operands of a map, from one place on; NULL: there is none
    const char* dy
    const char* x                  # what a scale is a map of, be it dy
    const char* gate
    const char* added
    char* out
    char* passed                   # dy, as the gate lets it through


cdef inline Elements elements_at(const Elements* e, Py_ssize_t bytes) noexcept nogil:
    # from another place on
    cdef Elements there
    there.dy = e.dy + bytes if e.dy != NULL else NULL
    there.x = e.x + bytes
    there.gate = e.gate + bytes if e.gate != NULL else NULL
    there.added = e.added + bytes if e.added != NULL else NULL
    there.out = e.out + bytes
    there.passed = e.passed + bytes if e.passed != NULL else NULL
    return there


cdef struct Line:                  # elements that are mapped at once, by their channels
    Py_ssize_t channel             # of the first
    Py_ssize_t length              # elements after which it is the first one's again
    Py_ssize_t size                # elements of a channel that follow each other


cdef inline Py_ssize_t channel_of(const Line* line, Py_ssize_t p) noexcept nogil:
    return line.channel + p % line.length // line.size


# Vectors.

cdef inline singles coefficient(const Coefficients* k, const Held* h, int j, Py_ssize_t p, bint columns, bint whole,
                                Py_ssize_t count) noexcept nogil:
    return number(k, h, j, p, columns) if whole else some(k, h, j, p, count, columns)


cdef inline void map_vector(const Elements* e, Py_ssize_t p, const Coefficients* k, const Held* h, singles least, Storage storage,
                            bint columns, bint pull, bint more, bint streamed, bint whole, Py_ssize_t count) noexcept nogil:
    # elements from p on; `more`: there is a gate, or what is added
    cdef Py_ssize_t at = p * storage_bytes(storage)
    cdef singles x = take(e.x + at, storage, whole, count), dy = take((e.dy if pull else e.x) + at, storage, whole, count)
    if more and (pull or e.gate != NULL):
        dy = let_through(dy, take(e.gate + at, storage, whole, count))
        if e.passed != NULL:
            put(e.passed + at, dy, storage, False, whole, count)
    if pull:
        x = pulled_singles(dy, x, coefficient(k, h, 0, p, columns, whole, count), coefficient(k, h, 1, p, columns, whole, count),
                           coefficient(k, h, 2, p, columns, whole, count), coefficient(k, h, 3, p, columns, whole, count),
                           coefficient(k, h, 4, p, columns, whole, count))
    else:
        x = scaled_singles(dy, coefficient(k, h, 0, p, columns, whole, count), coefficient(k, h, 1, p, columns, whole, count),
                           coefficient(k, h, 2, p, columns, whole, count))
        if more and e.added != NULL:
            x = x + take(e.added + at, storage, whole, count)
        x = at_least(x, least)
    put(e.out + at, x, storage, streamed, whole, count)


cdef inline Py_ssize_t before(const char* out, Py_ssize_t boundary, Py_ssize_t item, Py_ssize_t count) noexcept nogil:
    # elements before the first such boundary of memory
    return min(count, <Py_ssize_t>(-<size_t>out & (boundary - 1)) // item)


cdef inline void map_elements(const Elements* e, Py_ssize_t count, const Coefficients* k, bint relu, Storage storage,
                              bint columns, bint pull, bint more, bint streamed, Py_ssize_t dy_ahead,
                              Py_ssize_t ahead) noexcept nogil:
    cdef Py_ssize_t item = storage_bytes(storage), p = 0, n, end, _
    cdef Held h = held(k, columns, pull, <const float*>NULL)
    cdef singles least = spread_singles(<float>(0 if relu else -INFINITY))
    # runs first come to where no store meets two lines of the cache, if that pays
    cdef Py_ssize_t first = (before(e.out, LINE, item, count) if streamed else
                             0 if columns or count < 4 * SINGLES else before(e.out, SINGLES * item, item, count))
    while p < first:
        n = min(SINGLES, first - p)
        map_vector(e, p, k, &h, least, storage, columns, pull, more, False, False, n)
        p += n
    if streamed:
        end = p + (count - p) // (LINE // item) * (LINE // item)
        while p < end:
            if ahead:
                prefetch_far(e.x + p * item + ahead)
            if pull and dy_ahead:
                prefetch_far(e.dy + p * item + dy_ahead)
            for _ in range(LINE // item // SINGLES):
                map_vector(e, p, k, &h, least, storage, columns, pull, more, True, True, SINGLES)
                p += SINGLES
    while p <= count - 2 * SINGLES:
        prefetch(e.x + p * item + MAP_AHEAD)
        map_vector(e, p, k, &h, least, storage, columns, pull, more, False, True, SINGLES)
        map_vector(e, p + SINGLES, k, &h, least, storage, columns, pull, more, False, True, SINGLES)
        p += 2 * SINGLES
    while p < count:
        n = min(SINGLES, count - p)
        map_vector(e, p, k, &h, least, storage, columns, pull, more, False, False, n)
        p += n


# Elements of channels whose map is wide are mapped beside the others, before these may overwrite what they are mapped of.

cdef inline float exactly(const Elements* e, Py_ssize_t p, const Coefficients* k, Py_ssize_t c,
                          const AsStored* what) noexcept nogil:
    cdef Py_ssize_t at = p * storage_bytes(what.storage)
    cdef bint pull = what.map == PULL
    cdef float dy, x, more, y
    widened(e.x + at, what.storage, &x, 1)
    widened((e.dy if pull else e.x) + at, what.storage, &dy, 1)
    if e.gate != NULL:
        widened(e.gate + at, what.storage, &y, 1)
        dy = dy if y > 0 else 0
    y = <float>exactly_mapped(k, c, dy, x if pull else dy, pull)
    if e.added != NULL:
        widened(e.added + at, what.storage, &more, 1)
        y += more
    return 0 if what.relu and y <= 0 else y


cdef inline void map_beside(const Elements* e, Py_ssize_t count, const Coefficients* k, const Line* line, const AsStored* what,
                            float* beside) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(count):
        if k.wide[channel_of(line, p)]:
            beside[p] = exactly(e, p, k, channel_of(line, p), what)


cdef inline void put_beside(const Elements* e, Py_ssize_t count, const Coefficients* k, const Line* line, const AsStored* what,
                            const float* beside) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(count):
        if k.wide[channel_of(line, p)]:
            narrowed(&beside[p], what.storage, e.out + p * storage_bytes(what.storage), 1)


cdef inline void map_alike(const Elements* e, Py_ssize_t count, const Coefficients* k, const AsStored* what, Storage storage,
                           bint columns, bint pull, bint streamed, Py_ssize_t dy_ahead, Py_ssize_t ahead) noexcept nogil:
    if e.gate != NULL or e.added != NULL:
        map_elements(e, count, k, what.relu, storage, columns, pull, True, streamed, dy_ahead, ahead)
    else:
        map_elements(e, count, k, what.relu, storage, columns, pull, False, streamed, dy_ahead, ahead)


cdef inline void map_line(const Elements* e, Py_ssize_t count, const Coefficients* k, const AsStored* what, bint columns,
                          bint pull, bint streamed, Py_ssize_t dy_ahead, Py_ssize_t ahead) noexcept nogil:
    # by vectors
    if what.storage == AS_FLOAT16:
        map_alike(e, count, k, what, AS_FLOAT16, columns, pull, streamed, dy_ahead, ahead)
    elif what.storage == AS_BFLOAT16:
        map_alike(e, count, k, what, AS_BFLOAT16, columns, pull, streamed, dy_ahead, ahead)
    else:
        map_alike(e, count, k, what, AS_FLOAT32, columns, pull, streamed, dy_ahead, ahead)


# Runs.

cdef inline Elements of_plane(const AsStored* what, const Runs* of, Py_ssize_t c, Py_ssize_t n) noexcept nogil:
    cdef Elements e
    cdef bint slope = what.map == SLOPE
    e.dy, e.x = plane_of(&of[<int>DY], c, n), plane_of(&of[<int>DY if slope else <int>X], c, n)
    e.gate, e.added = plane_of(&of[<int>Y], c, n), plane_of(&of[<int>ADDED], c, n)
    e.out, e.passed = plane_of(&of[<int>OUT], c, n), plane_of(&of[<int>OUT2], c, n)
    return e


cdef inline char* plane_of(const Runs* x, Py_ssize_t c, Py_ssize_t n) noexcept nogil:
    return x.base + c * x.channel + n * x.plane if x.base != NULL else NULL


cdef inline void map_wide_plane(const Elements* e, Py_ssize_t count, const Coefficients* k, Py_ssize_t c,
                                const Coefficients* one, const AsStored* what, bint pull) noexcept nogil:
    cdef float[COLUMNS] beside
    cdef Elements here
    cdef Line line
    cdef Py_ssize_t p = 0, width
    line.channel, line.length, line.size = c, COLUMNS, COLUMNS
    while p < count:
        width, here = min(<Py_ssize_t>COLUMNS, count - p), elements_at(e, p * storage_bytes(what.storage))
        map_beside(&here, width, k, &line, what, beside)
        map_line(&here, width, one, what, False, pull, False, 0, 0)
        put_beside(&here, width, k, &line, what, beside)
        p += width


cdef inline void map_runs(const AsStored* what, const Span* s, const Runs* of, const Coefficients* k, bint pull,
                          bint streamed) noexcept nogil:
    cdef Coefficients one
    cdef Elements e
    cdef Py_ssize_t c, n
    for n in range(s.planes):
        for c in range(s.channels):
            one, e = of_channel(k, c, 5 if pull else 3, <const float*>NULL), of_plane(what, of, c, n)
            if k.wide[c]:
                map_wide_plane(&e, s.count, k, c, &one, what, pull)
            else:
                map_line(&e, s.count, &one, what, False, pull, streamed, 0, what.store.ahead)


cdef inline void run_as_stored(const AsStored* what, const Span* s, const Runs* of, const Coefficients* k) noexcept nogil:
    if what.map == PULL:
        if what.store.streamed:
            map_runs(what, s, of, k, True, True)
        else:
            map_runs(what, s, of, k, True, False)
    elif what.store.streamed:
        map_runs(what, s, of, k, False, True)
    else:
        map_runs(what, s, of, k, False, False)


# Columns.

cdef inline char* place_in(const Rows* x, const Stretch* z, Storage storage) noexcept nogil:
    return x.base + z.row * x.stride + z.first * storage_bytes(storage) if x.base != NULL else NULL


cdef inline Elements of_stretch(const AsStored* what, const Rows* of, const Stretch* z) noexcept nogil:
    cdef Elements e
    cdef bint slope = what.map == SLOPE
    e.dy, e.x = place_in(&of[<int>DY], z, what.storage), place_in(&of[<int>DY if slope else <int>X], z, what.storage)
    e.gate, e.added = place_in(&of[<int>Y], z, what.storage), place_in(&of[<int>ADDED], z, what.storage)
    e.out, e.passed = place_in(&of[<int>OUT], z, what.storage), place_in(&of[<int>OUT2], z, what.storage)
    return e


cdef inline void map_block(const AsStored* what, const Block* b, const Rows* of, const Coefficients* given, bint pull,
                           bint streamed) noexcept nogil:
    cdef float[5][COLUMNS] room
    cdef float[COLUMNS] beside
    cdef Coefficients k, here
    cdef Shape s = shape_of(b)
    cdef bint wide = any_wide(given.wide, b.channels)
    cdef LastFirst order
    cdef Stretch z
    cdef Elements e
    cdef Line line
    if s.count == 0:
        return
    order = order_of(&s)
    lay_out(given, b, s.times, &room[0][0], &k, 5 if pull else 3)
    here = k
    line.channel, line.length, line.size = 0, s.length, b.size
    while next_stretch(&order, b, &s, &z):
        e = of_stretch(what, of, &z)
        shift(&here, &k, z.column, 5 if pull else 3, <const float*>NULL)
        if wide:
            map_beside(&e, z.width, given, &line, what, beside)
        map_line(&e, z.width, &here, what, True, pull, streamed, of[<int>DY].stride if not s.solid else what.store.ahead,
                 what.store.ahead if s.solid else of[<int>DY if what.map == SLOPE else <int>X].stride)
        if wide:
            put_beside(&e, z.width, given, &line, what, beside)


cdef inline void column_as_stored(const AsStored* what, const Block* b, const Rows* of, const Coefficients* k) noexcept nogil:
    if what.map == PULL:
        if what.store.streamed:
            map_block(what, b, of, k, True, True)
        else:
            map_block(what, b, of, k, True, False)
    elif what.store.streamed:
        map_block(what, b, of, k, False, True)
    else:
        map_block(what, b, of, k, False, False)
