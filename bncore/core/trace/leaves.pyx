"""The level that computes nothing: each leaf tells memory.pyx what it would read and write, and of what its results are made.

a. A leaf reads all of a run before it writes one, and all records of a channel before it writes of that channel: what happens
   within is what the proof of leaves is about. What is only fetched is no access, and may lie anywhere.
b. It reads and writes what any leaf of its kind may: coefficients in float64 also where no channel needs them.
c. A record has the channel of the elements that were summed, and their order; a map the channel for which it was concluded, and
   the orders of its records.
"""

from cpython.pycapsule cimport PyCapsule_New
from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.string cimport memset

from bncore.core.partition cimport GROUP, part_count
from bncore.core.trace.memory cimport (
    COEFFICIENT, EXACT, INSIDE, MAPPED, MIXED, READ_AS_OFTEN, RECORD_HI, RECORD_LO, SEVERAL, STAGED, WIDE, WRITTEN_ONCE, T,
    channel_of, entered, go_on, make_up, mix, place_of, read_number, read_run, read_vector, stage, staged, use_work, violated,
    write_number, write_run, write_vector,
)
from bncore.core.types cimport (
    ADDED, AS_FLOAT64, BEND, CHANNELS, COEFFICIENTS, COLUMNS, DY, FOLDED, GIVEN_PULL, GIVEN_SCALE, GIVEN_SLOPE, GIVEN_SUMS,
    KINDS, OPERANDS, OUT, OUT2, OWN_BEND, OWN_MOMENTS, OWN_PULL, OWN_SCALE, OWN_WEIGHTED, PULL, SCALE, SLOPE, SUMS, V, W,
    WEIGHTED_PULL, X, Y, AsStored, Block, Coefficients, Conclusion, Finish, Gather, Leaves, Level, Map, Operand, Parameters,
    Parts, Records, Rows, Runs, Span, Store, storage_bytes,
)


# What leaves have in common.

cdef inline int64_t together(int64_t number, int64_t other) noexcept nogil:
    # the number of elements of two operands, which are of one place
    if number >= 0 and other >= 0 and number != other:
        violated(READ_AS_OFTEN, b"elements of two places together", other)
    return other if other >= 0 else number


cdef inline void weigh(int64_t number, int64_t weights) noexcept nogil:
    # elements from this one on by weights that are those of their places
    if number >= 0 and weights >= 0 and weights != place_of(number):
        violated(READ_AS_OFTEN, b"the weights of another place", weights)


cdef inline Py_ssize_t same(Py_ssize_t channel, Py_ssize_t other) noexcept nogil:
    # the channel of elements that are summed together
    if other == MIXED or channel >= 0 and other >= 0 and other != channel:
        violated(READ_AS_OFTEN, b"elements of two channels together", other)
    return other if other >= 0 else channel


cdef void keep(const Records* to, int sums, Py_ssize_t c, Py_ssize_t channel, Py_ssize_t count, uint64_t order) noexcept nogil:
    # a record; of float32 data only five sums keep what rounding took from them
    cdef int32_t number = make_up(channel, count, order)
    cdef int i
    for i in range(sums):
        if to.hi[i] == NULL:
            violated(INSIDE, b"a record without room", i)
            continue
        write_number(RECORD_HI + i, <char*>(to.hi[i] + c), sizeof(double), number)
        if to.lo[i] != NULL and (sums == SUMS or T.item == sizeof(double)):
            write_number(RECORD_LO + i, <char*>(to.lo[i] + c), sizeof(double), number)


cdef void read_centres(const Parameters* p, Py_ssize_t channel, Py_ssize_t channels, int sums) noexcept nogil:
    # means, which is what sums are about; pairs of float32 data ask whether they are near 0
    read_vector(&p.mean, channel, channels)
    if sums < SUMS and p.own and T.item == sizeof(float):
        read_vector(&p.var, channel, channels)


cdef inline int coefficients_of(Map map) noexcept nogil:
    return COEFFICIENTS if map == BEND else 5 if map == PULL or map == WEIGHTED_PULL else 3


cdef inline Py_ssize_t coefficient_bytes(Map map) noexcept nogil:
    return <Py_ssize_t>sizeof(double) if map == BEND else T.item


cdef Py_ssize_t read_map(const Coefficients* k, Map map, Py_ssize_t c) noexcept nogil:
    # the channel whose map it is
    cdef Py_ssize_t item = coefficient_bytes(map)
    cdef int32_t number = read_number(COEFFICIENT, <const char*>k.of[0] + c * item, item), other
    cdef int j
    for j in range(1, coefficients_of(map)):
        other = read_number(COEFFICIENT + j, <const char*>k.of[j] + c * item, item)
        if other != number:
            violated(WRITTEN_ONCE, b"coefficients of two maps together", j)
    if k.wide != NULL:
        other = read_number(WIDE, k.wide + c, 1)
        for j in range(4):
            if k.exact[j] != NULL and read_number(EXACT + j, <const char*>(k.exact[j] + c), sizeof(double)) != other:
                violated(WRITTEN_ONCE, b"exact coefficients of two maps together", j)
        if other != number:
            violated(WRITTEN_ONCE, b"exact coefficients of another map", c)
    return T.made[number].channel if number >= 0 else SEVERAL


# Runs. Of absent operands the pointer is NULL, or the base.

cdef inline int64_t read_plane(int slot, const Runs* x, Py_ssize_t c, Py_ssize_t n, Py_ssize_t count) noexcept nogil:
    if x == NULL or x.base == NULL:
        return SEVERAL
    return read_run(slot, x.base + c * x.channel + n * x.plane, count, T.item, T.item)


cdef int64_t read_planes(const Runs* dy, const Runs* x, const Runs* v, Py_ssize_t c, Py_ssize_t n,
                         Py_ssize_t count) noexcept nogil:
    cdef int64_t number = together(read_plane(DY, dy, c, n, count), read_plane(X, x, c, n, count))
    return together(number, read_plane(V, v, c, n, count))


cdef void sum_runs(int sums, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Runs* w,
                   const Records* to) noexcept nogil:
    cdef Py_ssize_t c, n, channel
    cdef int64_t number, of_x
    cdef uint64_t order
    if T.call != NULL and s.channels > CHANNELS:
        violated(INSIDE, b"more channels than a leaf has room for", s.channels)
    for c in range(s.channels):
        channel, order = SEVERAL, mix(s.planes, s.count)
        for n in range(s.planes):
            of_x = read_plane(X, x, c, n, s.count)
            weigh(of_x, read_plane(W, w, c, n, s.count))
            number = together(of_x, read_planes(dy, NULL, v, c, n, s.count))
            channel = same(channel, channel_of(number, s.count))
            order = mix(order, <uint64_t>of_x)
        keep(to, sums, c, channel, s.planes * s.count, order)


cdef inline void write_plane(int slot, const Runs* y, Py_ssize_t c, Py_ssize_t n, Py_ssize_t count,
                             int64_t number) noexcept nogil:
    if y != NULL:
        write_run(slot, y.base + c * y.channel + n * y.plane, count, T.item, T.item, number)


cdef void map_runs(Map map, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Runs* w, const Runs* out,
                   const Runs* out2, const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t c, n, channel
    cdef int64_t number
    for c in range(s.channels):
        channel = read_map(k, map, c)
        for n in range(s.planes):
            number = read_planes(dy, x, v, c, n, s.count)
            weigh(number, read_plane(W, w, c, n, s.count))
            if number >= 0 and channel_of(number, s.count) != channel:
                violated(WRITTEN_ONCE, b"the map of another channel", number)
            write_plane(OUT, out, c, n, s.count, number)
            write_plane(OUT2, out2, c, n, s.count, number)


cdef void run_moments(const void* kind, const Span* s, const Runs* x, Py_ssize_t next, const Records* to) noexcept nogil:
    entered(b"run_moments")
    sum_runs(2, s, NULL, x, NULL, NULL, to)


cdef void run_pairs(const void* kind, const Span* s, const Runs* dy, const Runs* x, Py_ssize_t dy_next, Py_ssize_t next,
                    const Parameters* p, Py_ssize_t channel, const Records* to) noexcept nogil:
    entered(b"run_pairs")
    read_centres(p, channel, s.channels, 2)
    sum_runs(2, s, dy, x, NULL, NULL, to)


cdef void run_five(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Parameters* p,
                   Py_ssize_t channel, const Records* to, void* work) noexcept nogil:
    entered(b"run_five")
    use_work(<char*>work)
    read_centres(p, channel, s.channels, SUMS)
    sum_runs(SUMS, s, dy, x, v, NULL, to)


cdef void run_weighted(const Span* s, const Runs* x, const Runs* w, const Records* to, void* work) noexcept nogil:
    entered(b"run_weighted")
    use_work(<char*>work)
    sum_runs(3, s, NULL, x, NULL, w, to)


cdef void run_weighted_pull(const Span* s, const Runs* dy, const Runs* x, const Runs* w, const Runs* dx,
                            const Coefficients* k) noexcept nogil:
    entered(b"run_weighted_pull")
    map_runs(WEIGHTED_PULL, s, dy, x, NULL, w, dx, NULL, k)


cdef void mask(const void* kind, const Span* s, const Runs* dy, const Runs* w, const Runs* x) noexcept nogil:
    cdef Py_ssize_t n
    cdef int64_t number
    entered(b"mask")
    for n in range(s.planes):
        number = read_staged(X, x, n, s.count)
        together(read_staged(DY, dy, n, s.count), number)
        weigh(number, read_plane(W, w, 0, n, s.count))
        stage(STAGED + X, x.base + n * x.plane, s.count, number)


cdef inline int64_t read_staged(int slot, const Runs* x, Py_ssize_t n, Py_ssize_t count) noexcept nogil:
    # what may be read once more where it is summed: only a staging buffer is looked at here
    if T.call != NULL and not T.call.plan.schedule.staged[slot]:
        return SEVERAL
    return staged(STAGED + slot, x.base + n * x.plane, count)


cdef inline bint of_dy() noexcept nogil:
    # whether what a scale is a map of is dy
    return T.call != NULL and T.call.operation.map == SLOPE


cdef void run_scale(const void* kind, const Span* s, const Runs* x, const Runs* y, const Coefficients* k,
                    const Store* store) noexcept nogil:
    entered(b"run_scale")
    if of_dy():
        map_runs(SCALE, s, x, NULL, NULL, NULL, y, NULL, k)
    else:
        map_runs(SCALE, s, NULL, x, NULL, NULL, y, NULL, k)


cdef void run_pull(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                   const Store* store) noexcept nogil:
    entered(b"run_pull")
    map_runs(PULL, s, dy, x, NULL, NULL, dx, NULL, k)


cdef inline bint takes(const AsStored* what, int slot) noexcept nogil:
    # of the operands of a map
    if slot == DY or slot == Y:
        return what.map != SCALE
    return slot == X and what.map != SLOPE or slot == ADDED and what.map == SCALE


cdef void alike(const AsStored* what) noexcept nogil:
    # all that there is is stored as the leaf is told, and mapped in float32
    cdef int slot
    if T.call == NULL:
        return
    if T.item != sizeof(float) or what.storage == AS_FLOAT64:
        violated(INSIDE, b"mapped in float32, which it is not computed in", what.storage)
    for slot in range(OPERANDS):
        if T.call.operands[slot].base != NULL and T.call.operands[slot].storage != what.storage:
            violated(INSIDE, b"stored otherwise than it is mapped", slot)


cdef void run_as_stored(const AsStored* what, const Span* s, const Runs* of, const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t item = storage_bytes(what.storage), c, n, channel
    cdef int64_t number
    cdef int slot
    entered(b"run_as_stored")
    alike(what)
    for c in range(s.channels):
        channel = read_map(k, what.map, c)
        for n in range(s.planes):
            number = SEVERAL
            for slot in range(<int>OUT):
                if takes(what, slot) and of[slot].base != NULL:
                    number = together(number, read_run(slot, of[slot].base + c * of[slot].channel + n * of[slot].plane, s.count,
                                                       item, item))
            if number >= 0 and channel_of(number, s.count) != channel:
                violated(WRITTEN_ONCE, b"the map of another channel", number)
            for slot in range(<int>OUT, OPERANDS):
                # without a gate there is no dy to let through
                if of[slot].base != NULL and (slot == OUT or of[<int>Y].base != NULL):
                    write_run(slot, of[slot].base + c * of[slot].channel + n * of[slot].plane, s.count, item, item, number)


cdef void run_bend(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Runs* d_dy,
                   const Runs* d_x, const Coefficients* k) noexcept nogil:
    entered(b"run_bend")
    map_runs(BEND, s, dy, x, v, NULL, d_dy, d_x, k)


cdef inline Span one_channel(const Span* s) noexcept nogil:
    # all that a leaf for two chunks looks at
    cdef Span one = s[0]
    one.channels = 1
    return one


cdef void run_scale_moments(const void* kind, const Span* here, const Runs* x, const Runs* y, const Coefficients* k,
                            const Store* store, const Span* there, const Runs* next_x, Py_ssize_t next,
                            const Records* to) noexcept nogil:
    cdef Span mapped = one_channel(here), summed = one_channel(there)
    entered(b"run_scale_moments")
    map_runs(SCALE, &mapped, NULL, x, NULL, NULL, y, NULL, k)
    sum_runs(2, &summed, NULL, next_x, NULL, NULL, to)


cdef void run_pull_pairs(const void* kind, const Span* here, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                         const Store* store, const Span* there, const Runs* next_dy, const Runs* next_x, Py_ssize_t dy_next,
                         Py_ssize_t next, const Parameters* p, Py_ssize_t channel, const Records* to) noexcept nogil:
    cdef Span mapped = one_channel(here), summed = one_channel(there)
    entered(b"run_pull_pairs")
    map_runs(PULL, &mapped, dy, x, NULL, NULL, dx, NULL, k)
    read_centres(p, channel, 1, 2)
    sum_runs(2, &summed, next_dy, next_x, NULL, NULL, to)


# Columns.

cdef inline Py_ssize_t row_count(const Block* b) noexcept nogil:
    return b.folded * b.fold + b.rest


cdef bint fits(const Block* b) noexcept nogil:
    # in what leaves lay out for the columns of a folded row
    if T.call != NULL and (b.fold * b.channels * b.size > COLUMNS or b.fold > 1 and (b.channels > FOLDED or b.size > 1)):
        violated(INSIDE, b"more columns than a leaf has room for", b.fold * b.channels * b.size)
        return False
    return True


cdef inline char* row_of(const Rows* x, const Block* b, Py_ssize_t row) noexcept nogil:
    # the block may be taken for one run of memory if it is called that
    cdef Py_ssize_t item = T.item if x.base == x.staging else storage_bytes(x.storage)
    if b.contiguous and row_count(b) > 1 and x.stride != b.channels * b.size * item:
        violated(INSIDE, b"rows that are not contiguous", x.stride)
    return x.base + row * x.stride


cdef int64_t take_row(const Rows* x, Py_ssize_t row, Py_ssize_t width, Py_ssize_t to) noexcept nogil:
    # into row `to` of the staging buffer, with what lets it through
    cdef Py_ssize_t item = storage_bytes(x.storage), of_gate = storage_bytes(x.gate.storage)
    cdef int64_t number = SEVERAL
    if x.gate.base != NULL:
        number = read_run(Y, x.gate.base + row * x.gate.stride, width, of_gate, of_gate)
    number = together(number, read_run(x.slot, x.base + row * x.stride, width, item, item))
    stage(STAGED + x.slot, x.staging + to * width * T.item, width, number)
    return number


cdef inline int64_t read_row(int slot, const Rows* x, const Block* b, Py_ssize_t row) noexcept nogil:
    return read_run(slot, row_of(x, b, row), b.channels * b.size, T.item, T.item) if x != NULL and x.base != NULL else SEVERAL


cdef int64_t read_rows(const Rows* dy, const Rows* x, const Rows* v, const Block* b, Py_ssize_t row) noexcept nogil:
    cdef int64_t number = together(read_row(DY, dy, b, row), read_row(X, x, b, row))
    return together(number, read_row(V, v, b, row))


cdef Py_ssize_t first_channel(int64_t number, const Block* b) noexcept nogil:
    # of a row that begins with this element
    cdef Py_ssize_t first = channel_of(number, b.size)
    return MIXED if first >= 0 and (number % b.size or first + b.channels > T.channels) else first


cdef Rows group_of(const Rows* x, const Block* b, Py_ssize_t first, Py_ssize_t step, Py_ssize_t rows) noexcept nogil:
    # so many rows from `first` on, `step` from one to the next: where they lie, or staged, one after the other
    cdef Rows here
    cdef Py_ssize_t i, width = b.channels * b.size
    memset(&here, 0, sizeof(here))
    if x == NULL or x.base == NULL:
        return here
    here = x[0]
    here.base, here.stride = row_of(x, b, first), step * x.stride
    if x.staging != NULL:
        for i in range(rows):
            take_row(x, first + i * step, width, i)
        here.base, here.stride = x.staging, width * T.item
    return here


cdef void read_row_weights(const Rows* w, const Block* b, Py_ssize_t row, int64_t number) noexcept nogil:
    # for each channel of a row that begins with this element
    cdef Py_ssize_t _
    for _ in range(b.channels if w != NULL else 0):
        weigh(number, read_run(W, w.base + row * w.stride, b.size, sizeof(double), sizeof(double)))


cdef Py_ssize_t sum_group(const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* w, Py_ssize_t first,
                          Py_ssize_t step, Py_ssize_t rows, Py_ssize_t channel, uint64_t* order) noexcept nogil:
    # rows that are staged together; the channel of the first column, and the order of each
    cdef Rows of_dy = group_of(dy, b, first, step, rows), of_x = group_of(x, b, first, step, rows)
    cdef Rows of_v = group_of(v, b, first, step, rows)
    cdef Block some = b[0]
    cdef Py_ssize_t i, c, column
    cdef int64_t number, x_number
    some.contiguous = False
    for i in range(rows):
        x_number = read_row(X, &of_x, &some, i)
        read_row_weights(w, b, first + i * step, x_number)
        number = together(x_number, read_rows(&of_dy, NULL, &of_v, &some, i))
        channel = same(channel, first_channel(number, b))
        for c in range(b.channels):
            # rows that are folded into one have columns of their own
            column = (first + i * step) % b.fold * b.channels + c
            order[column] = mix(order[column], <uint64_t>(x_number + c * b.size if x_number >= 0 else SEVERAL))
    return channel


cdef Py_ssize_t sum_folded(const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* w, Py_ssize_t first,
                           Py_ssize_t rows, Py_ssize_t channel, uint64_t* order) noexcept nogil:
    # so many folded rows: each is one run of memory, or they are summed by what they are folded of
    cdef Py_ssize_t z
    if b.contiguous:
        return sum_group(b, dy, x, v, w, first * b.fold, 1, rows * b.fold, channel, order)
    for z in range(b.fold):
        channel = sum_group(b, dy, x, v, w, first * b.fold + z, b.fold, rows, channel, order)
    return channel


cdef void sum_rows(int sums, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* w,
                   const Records* to) noexcept nogil:
    cdef uint64_t[COLUMNS] order
    cdef Py_ssize_t row = 0, z, c, first = SEVERAL
    if not fits(b):
        return
    for c in range(b.fold * b.channels):
        order[c] = mix(mix(b.folded, b.fold), b.rest)
    while row < b.folded:
        first = sum_folded(b, dy, x, v, w, row, GROUP if row + GROUP <= b.folded else 1, first, order)
        row += GROUP if row + GROUP <= b.folded else 1
    for z in range(b.rest):
        first = sum_group(b, dy, x, v, w, b.folded * b.fold + z, 1, 1, first, order)
    for z in range(1, b.fold):
        for c in range(b.channels):
            order[c] = mix(order[c], order[z * b.channels + c])
    for c in range(b.channels):
        keep(to, sums, c, first + c if first >= 0 else SEVERAL, row_count(b) * b.size, order[c])


cdef void map_rows(Map map, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* w, const Rows* out,
                   const Rows* out2, const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t first = read_map(k, map, 0), c, row
    cdef int64_t number
    if not fits(b):
        return
    for c in range(1, b.channels):
        if read_map(k, map, c) != first + c and first >= 0:
            violated(WRITTEN_ONCE, b"the map of another channel", c)
    for row in range(row_count(b)):
        number = read_rows(dy, x, v, b, row)
        read_row_weights(w, b, row, number)
        if number >= 0 and first_channel(number, b) != first:
            violated(WRITTEN_ONCE, b"the map of another channel", number)
        write_run(OUT, row_of(out, b, row), b.channels * b.size, T.item, T.item, number)
        if out2 != NULL:
            write_run(OUT2, row_of(out2, b, row), b.channels * b.size, T.item, T.item, number)


cdef void column_moments(const void* kind, const Block* b, const Rows* x, const Records* to) noexcept nogil:
    entered(b"column_moments")
    sum_rows(2, b, NULL, x, NULL, NULL, to)


cdef void column_pairs(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Parameters* p, Py_ssize_t channel,
                       const Records* to) noexcept nogil:
    cdef Rows w
    entered(b"column_pairs")
    read_centres(p, channel, b.channels, 2)
    if x.weights != NULL and x.staging == NULL:
        violated(WRITTEN_ONCE, b"0 in the place of x where it lies", channel)
    w.base, w.stride = <char*>x.weights, x.weights_stride
    sum_rows(2, b, dy, x, NULL, &w if x.weights != NULL else NULL, to)


cdef void column_five(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Parameters* p,
                      Py_ssize_t channel, const Records* to, void* work) noexcept nogil:
    entered(b"column_five")
    use_work(<char*>work)
    read_centres(p, channel, b.channels, SUMS)
    sum_rows(SUMS, b, dy, x, v, NULL, to)


cdef void column_weighted(const Block* b, const Rows* x, const Rows* w, const Records* to, void* work) noexcept nogil:
    entered(b"column_weighted")
    use_work(<char*>work)
    sum_rows(3, b, NULL, x, NULL, w, to)


cdef void column_weighted_pull(const Block* b, const Rows* dy, const Rows* x, const Rows* w, const Rows* dx,
                               const Coefficients* k) noexcept nogil:
    entered(b"column_weighted_pull")
    map_rows(WEIGHTED_PULL, b, dy, x, NULL, w, dx, NULL, k)


cdef void column_scale(const void* kind, const Block* b, const Rows* x, const Rows* y, const Coefficients* k,
                       const Store* store) noexcept nogil:
    entered(b"column_scale")
    if of_dy():
        map_rows(SCALE, b, x, NULL, NULL, NULL, y, NULL, k)
    else:
        map_rows(SCALE, b, NULL, x, NULL, NULL, y, NULL, k)


cdef void column_pull(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* dx, const Coefficients* k,
                      const Store* store) noexcept nogil:
    entered(b"column_pull")
    map_rows(PULL, b, dy, x, NULL, NULL, dx, NULL, k)


cdef void column_as_stored(const AsStored* what, const Block* b, const Rows* of, const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t item = storage_bytes(what.storage), first = read_map(k, what.map, 0), width = b.channels * b.size, c, row
    cdef int64_t number
    cdef int slot
    entered(b"column_as_stored")
    alike(what)
    if not fits(b):
        return
    for c in range(1, b.channels):
        if read_map(k, what.map, c) != first + c and first >= 0:
            violated(WRITTEN_ONCE, b"the map of another channel", c)
    for row in range(row_count(b)):
        number = SEVERAL
        for slot in range(<int>OUT):
            if takes(what, slot) and of[slot].base != NULL:
                number = together(number, read_run(slot, row_of(&of[slot], b, row), width, item, item))
        if number >= 0 and first_channel(number, b) != first:
            violated(WRITTEN_ONCE, b"the map of another channel", number)
        for slot in range(<int>OUT, OPERANDS):
            if of[slot].base != NULL and (slot == OUT or of[<int>Y].base != NULL):
                write_run(slot, row_of(&of[slot], b, row), width, item, item, number)


cdef void column_bend(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* d_dy,
                      const Rows* d_x, const Coefficients* k) noexcept nogil:
    entered(b"column_bend")
    map_rows(BEND, b, dy, x, v, NULL, d_dy, d_x, k)


# Staging.

cdef int slot_of(const Operand* x) noexcept nogil:
    cdef int slot = 0
    while T.call != NULL and slot + 1 < OPERANDS and x != &T.call.operands[slot]:
        slot += 1
    return slot


cdef Py_ssize_t line_of(const Operand* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t first, Py_ssize_t end, char** p) noexcept nogil:
    # elements [first, end) of a plane: how many of them have one h, and where the first is
    p[0] = x.base + n * x.n + c * x.c + first // x.width * x.h + first % x.width * x.w
    return min(x.width - first % x.width, end - first)


cdef int64_t read_line(const Operand* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t first, Py_ssize_t count) noexcept nogil:
    # elements of one h
    cdef char* line
    if x.base == NULL:
        return SEVERAL
    line_of(x, n, c, first, first + count, &line)
    return read_run(slot_of(x), line, count, x.w, storage_bytes(x.storage))


cdef inline Py_ssize_t line_length(const Operand* x, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    return min(x.width - first % x.width, end - first)


cdef void gather(const void* kind, const Operand* x, const Operand* gate, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start,
                 Py_ssize_t planes, Py_ssize_t count, char* staging) noexcept nogil:
    cdef int slot = slot_of(x)
    cdef Py_ssize_t j, i, length
    cdef int64_t number
    entered(b"gather")
    for j in range(planes):
        i = 0
        while i < count:
            length = line_length(x, start + i, start + count)
            number = together(read_line(gate, n + j, c, start + i, length), read_line(x, n + j, c, start + i, length))
            stage(STAGED + slot, staging + (j * count + i) * T.item, length, number)
            i += length


cdef inline int let_out(int slot) noexcept nogil:
    # what a result is in its staging buffer: dy, where a relu lets it through
    return STAGED + DY if slot == OUT2 and T.call != NULL and T.call.operands[<int>Y].base != NULL else MAPPED + slot


cdef void scatter(const void* kind, const Operand* y, const Operand* added, const Finish* finish, Py_ssize_t n, Py_ssize_t c,
                  Py_ssize_t start, Py_ssize_t planes, Py_ssize_t count, const char* staging) noexcept nogil:
    cdef int slot = slot_of(y)
    cdef Py_ssize_t j, i, length
    cdef int64_t number
    cdef char* line
    entered(b"scatter")
    for j in range(planes):
        i = 0
        while i < count:
            length = line_of(y, n + j, c, start + i, start + count, &line)
            number = together(read_line(added, n + j, c, start + i, length),
                              staged(let_out(slot), staging + (j * count + i) * T.item, length))
            write_run(slot, line, length, y.w, storage_bytes(y.storage), number)
            i += length


cdef void take_rows(const void* kind, const Rows* x, Py_ssize_t rows, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t row
    entered(b"take_rows")
    for row in range(rows):
        take_row(x, row, width, row)


cdef void put_rows(const void* kind, const Rows* y, const Rows* added, const Finish* finish, Py_ssize_t rows, Py_ssize_t width,
                   const char* staging) noexcept nogil:
    cdef Py_ssize_t row, item = storage_bytes(y.storage), more = storage_bytes(added.storage)
    cdef int64_t number
    entered(b"put_rows")
    for row in range(rows):
        number = staged(let_out(y.slot), staging + row * width * T.item, width)
        if added.base != NULL:
            number = together(number, read_run(ADDED, added.base + row * added.stride, width, more, more))
        write_run(y.slot, y.base + row * y.stride, width, item, item, number)


# What channels come to.

cdef void check_record(int32_t number, const Parts* parts, Py_ssize_t t, Py_ssize_t channel) noexcept nogil:
    if T.made[number].channel >= 0 and T.made[number].channel != channel:
        violated(READ_AS_OFTEN, b"the sums of another channel", T.made[number].channel)
    if T.made[number].count != part_count(parts.partition, t):
        violated(READ_AS_OFTEN, b"sums of more or less than the part", T.made[number].count)
    T.made[number].concluded += 1
    if T.made[number].concluded > 1:
        violated(READ_AS_OFTEN, b"a part counted twice", t)


cdef uint64_t combined(const Parts* parts, int sums, Py_ssize_t c, Py_ssize_t channel) noexcept nogil:
    # what the parts of a channel have left, in their order
    cdef Py_ssize_t t, at
    cdef uint64_t order = sums
    cdef int32_t number
    cdef int i
    for t in range(parts.partition.parts if sums > 0 else 0):
        at = t * parts.stride + c
        number = read_number(RECORD_HI, <const char*>(parts.records.hi[0] + at), sizeof(double))
        for i in range(sums):
            if i > 0 and read_number(RECORD_HI + i, <const char*>(parts.records.hi[i] + at), sizeof(double)) != number:
                violated(READ_AS_OFTEN, b"sums of two parts together", t)
            if parts.records.lo[i] != NULL:
                if read_number(RECORD_LO + i, <const char*>(parts.records.lo[i] + at), sizeof(double)) != number:
                    violated(READ_AS_OFTEN, b"sums of two parts together", t)
        if number >= 0:
            check_record(number, parts, t, channel)
            order = mix(order, T.made[number].order)
    return order


cdef void read_given(Conclusion what, const Parameters* p, Py_ssize_t channel) noexcept nogil:
    if what != OWN_MOMENTS and what != OWN_WEIGHTED:
        read_vector(&p.gamma, channel, 1)
    if what == GIVEN_SCALE:
        read_vector(&p.rest, channel, 1)
    if what == GIVEN_PULL:
        read_vector(&p.sum_dy, channel, 1)
        read_vector(&p.sum_dyd, channel, 1)
    if what == OWN_SCALE or what == GIVEN_SCALE:
        read_vector(&p.beta, channel, 1)
    if what != OWN_MOMENTS and what != OWN_SCALE and what != OWN_WEIGHTED:
        read_vector(&p.mean, channel, 1)
        read_vector(&p.var, channel, 1)
    if what == OWN_BEND:
        read_vector(&p.ddgamma, channel, 1)
        read_vector(&p.ddbeta, channel, 1)


cdef void write_wanted(Conclusion what, const Parameters* p, Py_ssize_t channel) noexcept nogil:
    if what == OWN_WEIGHTED:
        write_vector(p.new_weight, NULL, channel, 1)
    if what == OWN_MOMENTS or what == OWN_SCALE or what == OWN_WEIGHTED:
        write_vector(p.new_mean, NULL, channel, 1)
        write_vector(p.new_rest, NULL, channel, 1)
        write_vector(p.new_var, NULL, channel, 1)
    elif what == OWN_PULL or what == GIVEN_SUMS:
        write_vector(p.dgamma, p.dgamma_single, channel, 1)
        write_vector(p.dbeta, p.dbeta_single, channel, 1)
        write_vector(p.new_dy_rest, NULL, channel, 1)
        write_vector(p.new_dyd, NULL, channel, 1)
        write_vector(p.new_dyd_rest, NULL, channel, 1)
    elif what == OWN_BEND:
        write_vector(p.dgamma, NULL, channel, 1)


cdef void write_map(const Coefficients* k, Map map, Py_ssize_t c, int32_t number) noexcept nogil:
    cdef Py_ssize_t item = coefficient_bytes(map)
    cdef int j
    for j in range(coefficients_of(map)):
        write_number(COEFFICIENT + j, <char*>k.of[j] + c * item, item, number)
    if k.wide == NULL or map == BEND:
        return
    write_number(WIDE, k.wide + c, 1, number)
    for j in range(4):
        if k.exact[j] != NULL:
            write_number(EXACT + j, <char*>(k.exact[j] + c), sizeof(double), number)


cdef void conclude(const void* kind, Conclusion what, const Parameters* p, Py_ssize_t channel, Py_ssize_t channels,
                   const Parts* parts, const Coefficients* k) noexcept nogil:
    cdef int sums = (0 if what == GIVEN_SCALE or what == GIVEN_SLOPE or what == GIVEN_PULL else
                     SUMS if what == OWN_BEND else 3 if what == OWN_WEIGHTED else 2)
    cdef Map map = BEND if what == OWN_BEND else PULL if what == OWN_PULL or what == GIVEN_PULL else SCALE
    cdef Py_ssize_t c
    cdef uint64_t order
    entered(b"conclude")
    for c in range(channels):
        order = combined(parts, sums, c, channel + c)
        read_given(what, p, channel + c)
        write_wanted(what, p, channel + c)
        if what != OWN_MOMENTS and what != GIVEN_SUMS and what != OWN_WEIGHTED:
            write_map(k, map, c, make_up(channel + c, -1, order))
        if sums > 0:
            go_on(channel + c, order)


# The table.

cdef void fill(Leaves* leaves) noexcept:
    leaves.run_moments, leaves.run_pairs, leaves.run_five = run_moments, run_pairs, run_five
    leaves.run_scale, leaves.run_pull, leaves.run_bend = run_scale, run_pull, run_bend
    leaves.run_scale_moments, leaves.run_pull_pairs = run_scale_moments, run_pull_pairs
    leaves.column_moments, leaves.column_pairs, leaves.column_five = column_moments, column_pairs, column_five
    leaves.column_scale, leaves.column_pull, leaves.column_bend = column_scale, column_pull, column_bend
    leaves.run_as_stored, leaves.column_as_stored = run_as_stored, column_as_stored
    leaves.gather, leaves.scatter, leaves.conclude = gather, scatter, conclude
    leaves.take_rows, leaves.put_rows, leaves.mask = take_rows, put_rows, mask
    leaves.run_weighted, leaves.run_weighted_pull = run_weighted, run_weighted_pull
    leaves.column_weighted, leaves.column_weighted_pull = column_weighted, column_weighted_pull


cdef Level level
level.name, level.registers, level.streams = b"trace", True, True
for i in range(<int>KINDS):
    fill(&level.of[i])

table = PyCapsule_New(&level, "bncore.core.leaves", NULL)
COUNT = sizeof(Leaves) // sizeof(Gather)    # kinds of leaf
