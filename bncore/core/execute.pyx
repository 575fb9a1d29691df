"""The executor: a plan's schedule, carried out by leaves.

a. A schedule is a number of phases, and for each phase and thread what to do, in which order. Threads wait for each other
   between phases and nowhere else. Each schedule is written once, for every operation and both walks.
b. Below `phase` nothing raises, allocates or touches Python, and nothing reads or writes an element, a record or a
   coefficient: leaves do. So leaves that only write down what they are asked show all that an execution does (trace/).
c. What a thread does depends on its number alone, so a smaller team than was asked for does the same work.
d. Rejected: tasks that threads take as they become free. Who has read a part should map it, while it is in its cache.
"""

from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc
from cpython.pycapsule cimport PyCapsule_GetPointer
from cython.parallel cimport parallel

from bncore.core.partition cimport Chunk, block_start, chunk, piece
from bncore.core.plan cimport STAGED_BYTES, here
from bncore.core.types cimport (
    ADDED, BEND, CARRIED, COEFFICIENTS, DY, LINE, MOMENTS, NO_MAP, NO_SUMS, NOTHING, OPERANDS, OUT, OUT2, PAIRS, PULL, SCALE,
    SHARED, SLOPE, SUMS, TOGETHER, V, W, WEIGHTED, WEIGHTED_PULL, X, Y, AsStored, Block, Coefficients, Conclusion, Finish, Layout,
    Level, Operand, Partition, Parts, Records, Rows, Runs, Slot, Span, Store, kind_bytes, storage_bytes,
)

cdef extern from "threads.h" nogil:
    const int BN_OPENMP
    const char* BN_COMPILER
    int bn_max_threads()
    int bn_processors()
    int bn_member()
    int bn_members()
    void bn_wait()
    void bn_settle()
    unsigned int bn_as_ieee()
    void bn_as_before(unsigned int word)
    int bn_startable(int wanted)
    size_t bn_stack

OPENMP = BN_OPENMP                 # the date of the OpenMP standard that this was built with, or 0
COMPILER = BN_COMPILER.decode()

cdef const Level* level = NULL
cdef Operand nowhere                # an operand that there is not
nowhere.base = NULL


def use(leaves):
    """Let the leaves of this table, a level's, do the work from now on."""
    global level
    level = <const Level*>PyCapsule_GetPointer(leaves, "bncore.core.leaves")
    here.registers, here.streams = level.registers, level.streams
    here.processors = bn_processors()


def set_stack(size_t nbytes):
    """Know that OpenMP gives each thread a stack of so many bytes."""
    global bn_stack
    bn_stack = nbytes


def max_threads():
    """How many threads OpenMP would use."""
    return bn_max_threads()


def processors():
    """How many processors this process may run on."""
    return bn_processors()


# Where things lie.

cdef struct Place:                 # what is kept of some channels
    Py_ssize_t first               # of them
    Parts parts
    Coefficients coefficients


cdef inline double* numbers(char* base, Py_ssize_t at) noexcept nogil:
    return <double*>(base + at) if at >= 0 else NULL


cdef void open_records(Place* place, char* base, const Layout* l, const Partition* partition) noexcept nogil:
    cdef int i
    place.first, place.parts.partition, place.parts.stride = 0, partition, l.channels
    for i in range(SUMS):
        place.parts.records.hi[i], place.parts.records.lo[i] = numbers(base, l.hi[i]), numbers(base, l.lo[i])


cdef void open_coefficients(Place* place, char* base, const Layout* l) noexcept nogil:
    cdef int i
    for i in range(COEFFICIENTS):
        place.coefficients.of[i] = numbers(base, l.coefficient[i])
    for i in range(4):
        place.coefficients.exact[i] = numbers(base, l.exact[i])
    place.coefficients.wide = <char*>numbers(base, l.wide)


cdef inline char* room(const Call* call, Py_ssize_t thread) noexcept nogil:
    return call.scratch + thread * call.plan.scratch.room


cdef void open_own(Place* place, const Call* call, Py_ssize_t thread, Py_ssize_t buffer) noexcept nogil:
    # what a thread keeps of a tile
    cdef const Layout* own = &call.plan.scratch.own
    cdef char* base = room(call, thread) + call.plan.scratch.kept + buffer * own.bytes
    open_records(place, base, own, &call.plan.partition)
    open_coefficients(place, base, own)


cdef void open_all(Place* place, const Call* call) noexcept nogil:
    # what threads share
    cdef char* base = room(call, call.plan.schedule.threads)
    open_records(place, base, &call.plan.scratch.all, &call.plan.partition)
    open_coefficients(place, base, &call.plan.scratch.all)


cdef inline void records_of(Records* r, const Place* place, Py_ssize_t channel, Py_ssize_t t) noexcept nogil:
    cdef Py_ssize_t at = t * place.parts.stride + channel - place.first
    cdef int i
    for i in range(SUMS):
        r.hi[i] = place.parts.records.hi[i] + at if place.parts.records.hi[i] != NULL else NULL
        r.lo[i] = place.parts.records.lo[i] + at if place.parts.records.lo[i] != NULL else NULL


cdef inline void coefficients_of(Coefficients* k, const Call* call, const Place* place, Py_ssize_t channel) noexcept nogil:
    cdef Py_ssize_t at = channel - place.first
    cdef Py_ssize_t item = <Py_ssize_t>sizeof(double) if call.operation.map == BEND else kind_bytes(call.plan.kind)
    cdef int i
    k[0] = place.coefficients
    if at == 0:
        return
    for i in range(COEFFICIENTS):
        if k.of[i] != NULL:
            k.of[i] = <char*>k.of[i] + at * item
    for i in range(4):
        if k.exact[i] != NULL:
            k.exact[i] += at
    if k.wide != NULL:
        k.wide += at


# What a leaf is told of an operand.

cdef inline char* row_at(const Call* call, int slot, Py_ssize_t row, Py_ssize_t channel) noexcept nogil:
    cdef const Operand* x = &call.operands[slot]
    if x.base == NULL:
        return NULL
    # weights have no channels
    return x.base + row * x.n + (channel * call.plan.partition.size * storage_bytes(x.storage) if slot != W else 0)


cdef inline char* staging_of(const Call* call, int slot, Py_ssize_t thread) noexcept nogil:
    # NULL: the operand is not staged
    return room(call, thread) + call.plan.scratch.staging[slot] if call.plan.schedule.staged[slot] else NULL


cdef inline void rows_of(Rows* r, const Call* call, int slot, Py_ssize_t row, Py_ssize_t channel,
                         Py_ssize_t thread) noexcept nogil:
    cdef const Operand* gate = &call.operands[<int>Y]
    r.base, r.stride = row_at(call, slot, row, channel), call.operands[slot].n
    r.slot, r.storage, r.staging = <Slot>slot, call.operands[slot].storage, staging_of(call, slot, thread)
    r.gate.base = row_at(call, Y, row, channel) if slot == DY else NULL
    r.gate.stride, r.gate.storage = gate.n, gate.storage
    r.weights = row_at(call, W, row, channel) if slot == X and call.operation.sums == PAIRS else NULL
    r.weights_stride = call.operands[<int>W].n


cdef inline const Operand* gate_of(const Call* call, int slot) noexcept nogil:
    if slot == DY:
        return &call.operands[<int>Y]
    return &nowhere


cdef inline void runs_at(Runs* r, const Operand* x, Chunk k, Py_ssize_t channel) noexcept nogil:
    # as they lie
    r.base = x.base + k.n * x.n + channel * x.c + k.start * storage_bytes(x.storage) if x.base != NULL else NULL
    r.channel, r.plane = x.c, x.n


cdef inline void runs_of(Runs* r, const Call* call, int slot, Chunk k, Py_ssize_t channel, Py_ssize_t thread,
                         bint read) noexcept nogil:
    cdef const Operand* x = &call.operands[slot]
    if call.plan.schedule.staged[slot]:
        r.base = staging_of(call, slot, thread)
        r.channel, r.plane = 0, k.count * kind_bytes(call.plan.kind)
        if read:
            call.leaves.gather(NULL, x, gate_of(call, slot), k.n, channel, k.start, k.planes, k.count, r.base)
        return
    runs_at(r, x, k, channel)


cdef inline Finish finish_of(const Call* call, int slot) noexcept nogil:
    cdef Finish f
    f.relu, f.streamed = call.plan.relu and slot == OUT, call.plan.schedule.streamed and slot == OUT
    return f


cdef inline const Operand* added_to(const Call* call, int slot) noexcept nogil:
    if slot == OUT:
        return &call.operands[<int>ADDED]
    return &nowhere


cdef inline void scattered(const Call* call, int slot, const Runs* r, Chunk k, Py_ssize_t channel) noexcept nogil:
    # what lies in a staging buffer goes to where it belongs
    cdef Finish finish = finish_of(call, slot)
    call.leaves.scatter(NULL, &call.operands[slot], added_to(call, slot), &finish, k.n, channel, k.start, k.planes, k.count,
                        r.base)


cdef inline Span span_of(Chunk k, Py_ssize_t channels) noexcept nogil:
    cdef Span s
    s.channels, s.planes, s.count = channels, k.planes, k.count
    return s


cdef inline Py_ssize_t next_of(const Call* call, int slot, Py_ssize_t t) noexcept nogil:
    # bytes from chunk t of a channel to what is summed next: the next channel's, or the next chunk
    cdef const Partition* p = &call.plan.partition
    cdef const Operand* x = &call.operands[slot]
    cdef Chunk k, after
    if call.plan.schedule.staged[slot]:
        return 0
    if p.parts == 1 or call.plan.schedule.order == SHARED:
        return x.c
    k, after = chunk(p, t), chunk(p, t + 1 if t + 1 < p.parts else 0)
    return ((after.n - k.n) * x.n + (after.start - k.start) * kind_bytes(call.plan.kind) + (x.c if t + 1 == p.parts else 0))


cdef inline Block block_of(const Call* call, Py_ssize_t t, Py_ssize_t channels) noexcept nogil:
    cdef const Partition* p = &call.plan.partition
    cdef Block b
    b.fold, b.folded = p.fold, block_start(p, t + 1) - block_start(p, t)
    b.rest = p.rest if t + 1 == p.parts else 0
    b.channels, b.size = channels, p.size
    b.contiguous, b.fetched = call.plan.schedule.dense and channels == p.channels, call.plan.schedule.fetched
    return b


cdef inline Store store_of(const Call* call) noexcept nogil:
    cdef Store s
    s.streamed, s.ahead = call.plan.schedule.streamed and not call.plan.schedule.staged[<int>OUT], call.plan.schedule.ahead
    return s


cdef inline AsStored stored_map_of(const Call* call) noexcept nogil:
    cdef AsStored what
    what.map, what.storage = call.operation.map, call.operands[<int>OUT].storage
    what.relu, what.store = call.plan.relu, store_of(call)
    return what


# One part of one tile.

cdef inline Py_ssize_t first_of(const Call* call, Py_ssize_t tile) noexcept nogil:
    return tile * call.plan.schedule.tile


cdef inline Py_ssize_t channels_of(const Call* call, Py_ssize_t tile) noexcept nogil:
    return min(call.plan.schedule.tile, call.plan.partition.channels - first_of(call, tile))


cdef void sum_columns(const Call* call, Py_ssize_t first, Py_ssize_t channels, Py_ssize_t t, const Records* to,
                      Py_ssize_t thread) noexcept nogil:
    cdef Block b = block_of(call, t, channels)
    cdef Py_ssize_t row = block_start(&call.plan.partition, t) * b.fold
    cdef Rows dy, x, v
    rows_of(&x, call, X, row, first, thread)
    if call.operation.sums == MOMENTS:
        call.leaves.column_moments(NULL, &b, &x, to)
        return
    if call.operation.sums == WEIGHTED:
        rows_of(&v, call, W, row, first, thread)
        call.leaves.column_weighted(&b, &x, &v, to, room(call, thread) + call.plan.scratch.work)
        return
    rows_of(&dy, call, DY, row, first, thread)
    if call.operation.sums == PAIRS:
        call.leaves.column_pairs(NULL, &b, &dy, &x, &call.parameters, first, to)
        return
    rows_of(&v, call, V, row, first, thread)
    call.leaves.column_five(NULL, &b, &dy, &x, &v, &call.parameters, first, to, room(call, thread) + call.plan.scratch.work)


cdef void sum_runs(const Call* call, Py_ssize_t first, Py_ssize_t channels, Py_ssize_t t, const Records* to,
                   Py_ssize_t thread) noexcept nogil:
    cdef Chunk k = chunk(&call.plan.partition, t)
    cdef Span s = span_of(k, channels)
    cdef Py_ssize_t next
    cdef Runs dy, x, v, w
    runs_of(&x, call, X, k, first, thread, True)
    next = next_of(call, X, t)
    if call.operation.sums == MOMENTS:
        call.leaves.run_moments(NULL, &s, &x, next, to)
        return
    if call.operands[<int>W].base != NULL:
        runs_of(&w, call, W, k, first, thread, True)
    if call.operation.sums == WEIGHTED:
        call.leaves.run_weighted(&s, &x, &w, to, room(call, thread) + call.plan.scratch.work)
        return
    runs_of(&dy, call, DY, k, first, thread, True)
    if call.operands[<int>W].base != NULL:
        call.leaves.mask(NULL, &s, &dy, &w, &x)
    if call.operation.sums == PAIRS:
        call.leaves.run_pairs(NULL, &s, &dy, &x, next_of(call, DY, t), next, &call.parameters, first, to)
        return
    runs_of(&v, call, V, k, first, thread, True)
    call.leaves.run_five(NULL, &s, &dy, &x, &v, &call.parameters, first, to, room(call, thread) + call.plan.scratch.work)


cdef void sum_part(const Call* call, Py_ssize_t tile, Py_ssize_t t, const Place* place, Py_ssize_t thread) noexcept nogil:
    cdef Py_ssize_t first = first_of(call, tile), channels = channels_of(call, tile), c
    cdef Records to
    if call.plan.schedule.apart:
        for c in range(first, first + channels):
            records_of(&to, place, c, t)
            sum_runs(call, c, 1, t, &to, thread)
        return
    records_of(&to, place, first, t)
    if call.plan.partition.columns:
        sum_columns(call, first, channels, t, &to, thread)
    else:
        sum_runs(call, first, channels, t, &to, thread)


cdef inline int source(const Call* call) noexcept nogil:
    # what a scale is a map of
    return DY if call.operation.map == SLOPE else X


cdef void map_rows(const Call* call, const Block* b, Rows* of, const Coefficients* k) noexcept nogil:
    # rows as they lie, or staged
    cdef Store store = store_of(call)
    if call.operation.map == SCALE or call.operation.map == SLOPE:
        call.leaves.column_scale(NULL, b, &of[source(call)], &of[<int>OUT], k, &store)
    elif call.operation.map == PULL:
        call.leaves.column_pull(NULL, b, &of[<int>DY], &of[<int>X], &of[<int>OUT], k, &store)
    elif call.operation.map == WEIGHTED_PULL:
        call.leaves.column_weighted_pull(b, &of[<int>DY], &of[<int>X], &of[<int>W], &of[<int>OUT], k)
    else:
        call.leaves.column_bend(NULL, b, &of[<int>DY], &of[<int>X], &of[<int>V], &of[<int>OUT], &of[<int>OUT2], k)


cdef inline bint reads(const Call* call, int slot) noexcept nogil:
    # of the operands of a map
    if call.operation.map == SCALE or call.operation.map == SLOPE:
        return slot == source(call)
    return slot == X or slot == DY or slot == V and call.operation.map == BEND


cdef void map_staged(const Call* call, const Block* b, Py_ssize_t row, Py_ssize_t first, const Coefficients* k,
                     Py_ssize_t thread) noexcept nogil:
    # as many rows at once as a staging buffer holds
    cdef Py_ssize_t width = b.channels * b.size, bytes = width * kind_bytes(call.plan.kind)
    cdef Py_ssize_t end = row + b.folded * b.fold + b.rest
    cdef Block some = b[0]
    cdef Rows[OPERANDS] of
    cdef Rows added
    cdef Finish finish
    cdef int slot
    some.fold, some.rest = 1, 0
    while row < end:
        some.folded = min(max(<Py_ssize_t>1, STAGED_BYTES // bytes), end - row)
        for slot in range(OPERANDS):
            rows_of(&of[slot], call, slot, row, first, thread)
            if of[slot].staging != NULL and slot < OUT and reads(call, slot):
                call.leaves.take_rows(NULL, &of[slot], some.folded, width)
            if of[slot].staging != NULL:
                of[slot].base, of[slot].stride = of[slot].staging, bytes
        map_rows(call, &some, of, k)
        for slot in range(<int>OUT, OPERANDS):
            if call.plan.schedule.staged[slot]:
                finish = finish_of(call, slot)
                rows_of(&added, call, ADDED, row, first, thread)
                if slot != OUT:
                    added.base = NULL
                put(call, slot, &added, &finish, row, first, some.folded, width, staging_of(call, slot, thread))
        let_through(call, row, first, some.folded, width, thread)
        row += some.folded


cdef inline void put(const Call* call, int slot, const Rows* added, const Finish* finish, Py_ssize_t row, Py_ssize_t first,
                     Py_ssize_t rows, Py_ssize_t width, const char* staging) noexcept nogil:
    # rows that lie one after the other are one
    cdef Rows to
    rows_of(&to, call, slot, row, first, 0)
    if call.plan.schedule.dense and width == call.plan.partition.channels * call.plan.partition.size:
        rows, width = 1, rows * width
    call.leaves.put_rows(NULL, &to, added, finish, rows, width, staging)


cdef inline void let_through(const Call* call, Py_ssize_t row, Py_ssize_t first, Py_ssize_t rows, Py_ssize_t width,
                             Py_ssize_t thread) noexcept nogil:
    # dy as a relu lets it through, if it is wanted
    cdef Finish finish = finish_of(call, DY)
    cdef Rows nothing
    if call.operands[<int>Y].base != NULL and call.operands[<int>OUT2].base != NULL:
        nothing.base, nothing.slot = NULL, ADDED
        put(call, OUT2, &nothing, &finish, row, first, rows, width, staging_of(call, DY, thread))


cdef void map_columns(const Call* call, const Block* b, Py_ssize_t row, Py_ssize_t first, const Coefficients* k,
                      Py_ssize_t thread) noexcept nogil:
    cdef Rows[OPERANDS] of
    cdef AsStored what
    cdef int slot
    cdef bint staged = False
    for slot in range(OPERANDS):
        staged = staged or call.plan.schedule.staged[slot]
        rows_of(&of[slot], call, slot, row, first, thread)
    if call.plan.schedule.as_stored:
        what = stored_map_of(call)
        call.leaves.column_as_stored(&what, b, of, k)
    elif staged:
        map_staged(call, b, row, first, k, thread)
    else:
        map_rows(call, b, of, k)


cdef void map_runs(const Call* call, Chunk k, Py_ssize_t first, Py_ssize_t channels, const Coefficients* coefficients,
                   Py_ssize_t thread) noexcept nogil:
    cdef Store store = store_of(call)
    cdef Span s = span_of(k, channels)
    cdef Runs dy, x, v, out, out2
    runs_of(&out, call, OUT, k, first, thread, False)
    if call.operation.map == SCALE or call.operation.map == SLOPE:
        runs_of(&x, call, source(call), k, first, thread, True)
        call.leaves.run_scale(NULL, &s, &x, &out, coefficients, &store)
    else:
        runs_of(&x, call, X, k, first, thread, True)
        runs_of(&dy, call, DY, k, first, thread, True)
        if call.operation.map == PULL:
            call.leaves.run_pull(NULL, &s, &dy, &x, &out, coefficients, &store)
        elif call.operation.map == WEIGHTED_PULL:
            runs_of(&v, call, W, k, first, thread, True)
            call.leaves.run_weighted_pull(&s, &dy, &x, &v, &out, coefficients)
        else:
            runs_of(&v, call, V, k, first, thread, True)
            runs_of(&out2, call, OUT2, k, first, thread, False)
            call.leaves.run_bend(NULL, &s, &dy, &x, &v, &out, &out2, coefficients)
            if call.plan.schedule.staged[<int>OUT2]:
                scattered(call, OUT2, &out2, k, first)
    if call.plan.schedule.staged[<int>OUT]:
        scattered(call, OUT, &out, k, first)
    if call.operands[<int>Y].base != NULL and call.operands[<int>OUT2].base != NULL:
        # dy as a relu lets it through
        scattered(call, OUT2, &dy, k, first)


cdef void map_stored_runs(const Call* call, Chunk k, Py_ssize_t first, Py_ssize_t channels,
                          const Coefficients* coefficients) noexcept nogil:
    cdef AsStored what = stored_map_of(call)
    cdef Span s = span_of(k, channels)
    cdef Runs[OPERANDS] of
    cdef int slot
    for slot in range(OPERANDS):
        runs_at(&of[slot], &call.operands[slot], k, first)
    call.leaves.run_as_stored(&what, &s, of, coefficients)


cdef void map_chunk(const Call* call, Chunk k, Py_ssize_t first, Py_ssize_t channels, const Place* place,
                    Py_ssize_t thread) noexcept nogil:
    cdef Coefficients of
    cdef Py_ssize_t c
    if call.plan.schedule.as_stored:
        coefficients_of(&of, call, place, first)
        map_stored_runs(call, k, first, channels, &of)
        return
    if call.plan.schedule.apart:
        for c in range(first, first + channels):
            coefficients_of(&of, call, place, c)
            map_runs(call, k, c, 1, &of, thread)
        return
    coefficients_of(&of, call, place, first)
    map_runs(call, k, first, channels, &of, thread)


cdef void map_part(const Call* call, Py_ssize_t tile, Py_ssize_t t, const Place* place, Py_ssize_t thread) noexcept nogil:
    cdef Py_ssize_t first = first_of(call, tile), channels = channels_of(call, tile)
    cdef Coefficients of
    cdef Block b
    if call.plan.partition.columns:
        b = block_of(call, t, channels)
        coefficients_of(&of, call, place, first)
        map_columns(call, &b, block_start(&call.plan.partition, t) * b.fold, first, &of, thread)
    else:
        map_chunk(call, chunk(&call.plan.partition, t), first, channels, place, thread)


cdef void map_then_sum(const Call* call, Py_ssize_t tile, Py_ssize_t t, const Place* place, Py_ssize_t next_tile,
                       Py_ssize_t next_t, const Place* next_place, Py_ssize_t thread) noexcept nogil:
    # while part t of one tile is written, part next_t of the next is read: memory has both to do at any time
    cdef Py_ssize_t c = first_of(call, tile), next_c = first_of(call, next_tile)
    cdef Coefficients of
    cdef Records to
    cdef Chunk k, next_k
    cdef Span span, next_span
    cdef Store store
    cdef Runs dy, x, out, next_dy, next_x
    if not call.plan.schedule.fused:
        map_part(call, tile, t, place, thread)
        sum_part(call, next_tile, next_t, next_place, thread)
        return
    k, next_k = chunk(&call.plan.partition, t), chunk(&call.plan.partition, next_t)
    span, next_span, store = span_of(k, 1), span_of(next_k, 1), store_of(call)
    coefficients_of(&of, call, place, c)
    records_of(&to, next_place, next_c, next_t)
    runs_of(&x, call, X, k, c, thread, True)
    runs_of(&out, call, OUT, k, c, thread, False)
    runs_of(&next_x, call, X, next_k, next_c, thread, True)
    if call.operation.map == SCALE:
        call.leaves.run_scale_moments(NULL, &span, &x, &out, &of, &store, &next_span, &next_x, next_of(call, X, next_t),
                                      &to)
        return
    runs_of(&dy, call, DY, k, c, thread, True)
    runs_of(&next_dy, call, DY, next_k, next_c, thread, True)
    call.leaves.run_pull_pairs(NULL, &span, &dy, &x, &out, &of, &store, &next_span, &next_dy, &next_x,
                               next_of(call, DY, next_t), next_of(call, X, next_t), &call.parameters, next_c, &to)


cdef void conclude(const Call* call, Conclusion what, Py_ssize_t first, Py_ssize_t end, const Place* place) noexcept nogil:
    cdef Parts parts = place.parts
    cdef Coefficients of
    if what == NOTHING or first == end:
        return
    records_of(&parts.records, place, first, 0)
    coefficients_of(&of, call, place, first)
    call.leaves.conclude(NULL, what, &call.parameters, first, end - first, &parts, &of)


cdef inline void conclude_tile(const Call* call, Conclusion what, Py_ssize_t tile, const Place* place) noexcept nogil:
    conclude(call, what, first_of(call, tile), first_of(call, tile) + channels_of(call, tile), place)


# The schedules. Ranges, not strides, go to threads, for neighbours share pages and rows.

cdef inline Py_ssize_t share(Py_ssize_t units, const Call* call, Py_ssize_t thread) noexcept nogil:
    # the first of a thread
    return units * thread // call.plan.schedule.threads


cdef void carried_linked(const Call* call, Py_ssize_t first, Py_ssize_t end, Py_ssize_t thread) noexcept nogil:
    # the map of a tile waits for its sums; meanwhile the next tile is summed
    cdef Py_ssize_t parts = call.plan.partition.parts, tile, t, buffer = 0
    cdef Place[2] places
    if first == end:
        return
    for t in range(call.plan.schedule.buffers):
        open_own(&places[t], call, thread, t)
    places[0].first = first_of(call, first)
    for t in range(parts):
        sum_part(call, first, t, &places[0], thread)
    for tile in range(first, end):
        conclude_tile(call, call.operation.between, tile, &places[buffer])
        if tile + 1 == end:
            for t in range(parts):
                map_part(call, tile, parts - 1 - t, &places[buffer], thread)
        elif call.plan.schedule.buffers == 2:
            places[1 - buffer].first = first_of(call, tile + 1)
            for t in range(parts):
                map_then_sum(call, tile, parts - 1 - t, &places[buffer], tile + 1, t, &places[1 - buffer], thread)
            buffer = 1 - buffer
        else:
            # one part: its records are where the coefficients were
            map_part(call, tile, 0, &places[0], thread)
            places[0].first = first_of(call, tile + 1)
            sum_part(call, tile + 1, 0, &places[0], thread)


cdef void carried(const Call* call, Py_ssize_t first, Py_ssize_t end, Py_ssize_t thread) noexcept nogil:
    cdef Py_ssize_t tile, t
    cdef Place place
    open_own(&place, call, thread, 0)
    for tile in range(first, end):
        place.first = first_of(call, tile)
        conclude_tile(call, call.operation.before, tile, &place)
        for t in range(call.plan.partition.parts):
            if call.operation.sums != NO_SUMS:
                sum_part(call, tile, t, &place, thread)
            if call.operation.map != NO_MAP:
                # after the sums: dx may overwrite dy or x
                map_part(call, tile, t, &place, thread)
        conclude_tile(call, call.operation.after, tile, &place)


cdef void carried_phase(const Call* call, Py_ssize_t thread) noexcept nogil:
    cdef Py_ssize_t first = share(call.plan.schedule.tiles, call, thread), end = share(call.plan.schedule.tiles, call, thread + 1)
    if call.operation.between != NOTHING:
        carried_linked(call, first, end, thread)
    else:
        carried(call, first, end, thread)


cdef void shared_phase(const Call* call, Py_ssize_t number, Py_ssize_t thread) noexcept nogil:
    # tasks are counted part by part, which is nearly the order of addresses
    cdef Py_ssize_t tiles = call.plan.schedule.tiles, parts = call.plan.partition.parts, channels = call.plan.partition.channels
    cdef Py_ssize_t first = share(tiles * parts, call, thread), end = share(tiles * parts, call, thread + 1), i, tile, last = -1
    cdef bint linked = call.operation.between != NOTHING
    cdef Place all, own
    open_all(&all, call)
    if number == 0 and linked:
        for i in range(first, end):
            sum_part(call, i % tiles, i // tiles, &all, thread)
    elif number == 0:
        # tile by tile: its map is worked out by who needs it
        open_own(&own, call, thread, 0)
        for i in range(first, end):
            tile = i // parts
            if tile != last:
                own.first = first_of(call, tile)
                conclude_tile(call, call.operation.before, tile, &own)
                last = tile
            sum_part(call, tile, i % parts, &all, thread)
            if call.operation.map != NO_MAP:
                map_part(call, tile, i % parts, &own, thread)
    elif number == 1:
        conclude(call, call.operation.between if linked else call.operation.after, share(channels, call, thread),
                 share(channels, call, thread + 1), &all)
    elif number == 2:
        for i in range(end - 1, first - 1, -1):
            map_part(call, i % tiles, i // tiles, &all, thread)


cdef void together_phase(const Call* call, Py_ssize_t number, Py_ssize_t thread) noexcept nogil:
    # sums of channel 0; then for each channel: what it comes to, by one thread; its map, and the sums of the next
    cdef Py_ssize_t parts = call.plan.partition.parts, c = (number - 1) // 2, t
    cdef Py_ssize_t first = share(parts, call, thread), end = share(parts, call, thread + 1)
    cdef Place all
    open_all(&all, call)
    if number == 0:
        for t in range(first, end):
            sum_part(call, 0, t, &all, thread)
    elif number % 2 == 1:
        if thread == c % call.plan.schedule.threads:
            conclude_tile(call, call.operation.between, c, &all)
    else:
        for t in range(first, end):
            if c + 1 < call.plan.partition.channels:
                map_then_sum(call, c, first + end - 1 - t, &all, c + 1, t, &all, thread)
            else:
                map_part(call, c, first + end - 1 - t, &all, thread)


cdef void spread_rows(const Call* call, Py_ssize_t first, Py_ssize_t end, Py_ssize_t tile, const Place* place,
                      Py_ssize_t thread) noexcept nogil:
    # a map need not keep to the folding of sums
    cdef Block b = block_of(call, 0, channels_of(call, tile))
    cdef Coefficients of
    b.fold, b.folded, b.rest = 1, end - first, 0
    coefficients_of(&of, call, place, place.first)
    map_columns(call, &b, first, place.first, &of, thread)


cdef void spread_planes(const Call* call, Py_ssize_t first, Py_ssize_t end, Py_ssize_t tile, const Place* place,
                        Py_ssize_t thread) noexcept nogil:
    # pieces [first, end) of the planes of a tile, in the order in which they lie
    cdef const Partition* p = &call.plan.partition
    cdef Py_ssize_t channels = channels_of(call, tile), n, c, count
    if p.pieces > 1:
        for c in range(first, end):
            map_chunk(call, piece(p, c // p.pieces // channels, c % p.pieces), place.first + c // p.pieces % channels, 1, place,
                      thread)
        return
    while first < end:
        n, c = first // channels, first % channels
        count = min(channels - c, end - first)
        map_chunk(call, piece(p, n, 0), place.first + c, count, place, thread)
        first += count


cdef void spread_phase(const Call* call, Py_ssize_t thread) noexcept nogil:
    cdef const Partition* p = &call.plan.partition
    cdef Py_ssize_t tile, units
    cdef Place place
    open_own(&place, call, thread, 0)
    for tile in range(call.plan.schedule.tiles):
        units = p.rows if p.columns else p.rows * channels_of(call, tile) * p.pieces
        place.first = first_of(call, tile)
        if share(units, call, thread) == share(units, call, thread + 1):
            continue
        conclude_tile(call, call.operation.before, tile, &place)
        if p.columns:
            spread_rows(call, share(units, call, thread), share(units, call, thread + 1), tile, &place, thread)
        else:
            spread_planes(call, share(units, call, thread), share(units, call, thread + 1), tile, &place, thread)


cdef void phase(const Call* call, Py_ssize_t number, Py_ssize_t thread) noexcept nogil:
    """What one thread does between two barriers."""
    if call.plan.schedule.order == CARRIED:
        carried_phase(call, thread)
    elif call.plan.schedule.order == SHARED:
        shared_phase(call, number, thread)
    elif call.plan.schedule.order == TOGETHER:
        together_phase(call, number, thread)
    else:
        spread_phase(call, thread)
    if call.plan.schedule.streamed:
        bn_settle()


cdef void take_part(const Call* call, Py_ssize_t member, Py_ssize_t members) noexcept nogil:
    # members of a team of any size have what the plan's threads have to do
    cdef unsigned int word = bn_as_ieee()
    cdef Py_ssize_t number, thread
    for number in range(call.plan.phases):
        if number > 0 and members > 1:
            bn_wait()
        thread = member
        while thread < call.plan.schedule.threads:
            phase(call, number, thread)
            thread += members
    bn_as_before(word)


cdef int execute(Call* call) except -1:
    """Carry out the plan of a call whose operands, parameters and leaves are set."""
    cdef int team
    cdef void* space = NULL
    if call.plan.scratch.bytes > 0:
        space = PyMem_RawMalloc(call.plan.scratch.bytes + LINE)
        if space == NULL:
            raise MemoryError(f"bncore: no memory for {call.plan.scratch.bytes} bytes of partial sums")
    call.scratch = <char*>space + (-<size_t>space & (LINE - 1))
    with nogil:
        team = bn_startable(call.plan.schedule.threads) if call.plan.schedule.threads > 1 else 1
        if team == 1:
            take_part(call, 0, 1)
        else:
            with parallel(num_threads=team):
                take_part(call, bn_member(), bn_members())
        PyMem_RawFree(space)
    return 0
