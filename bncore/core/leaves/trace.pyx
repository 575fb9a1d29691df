"""Leaves that compute nothing: each writes down what it would read and write. `run` carries out a plan with them.

With operands at addresses that no memory has, one thread after the other, phase by phase, it finds of a plan whether

1. every access is inside its operand, or inside the scratch that the plan gives to that thread, and finds there what was
   written for it;
2. every element of every result is written exactly once, from the same element of each operand and the map of its own
   channel, and nothing else is written;
3. every element of an operand is read as often as the operation says;
4. between two barriers no thread writes what another reads or writes;
5. nothing is read after it was overwritten, where the result is an operand;
6. in which order the elements of each channel were combined: `order`, which must be the same for all plans of a call.

a. An element of an operand is known by its number, ((n C + c) S + s); a record by the numbers of the elements that were
   summed, in their order; a coefficient by the records that it was concluded from, and its channel. So where a number goes
   is followed from the operands to the results.
b. A leaf reads all that it reads before it writes: what it does within is what tests/test_leaves.py is about.
c. Rejected: valgrind, or a sanitizer, over real calls. They see one schedule of the machine at hand, and no order.
"""

from libc.stdint cimport int32_t, int64_t, uint64_t
from libc.stdlib cimport calloc, free, realloc
from libc.string cimport memset

from bncore.core.execute cimport Call, phase
from bncore.core.operations cimport OPERATIONS
from bncore.core.operations cimport operation as row_of
from bncore.core.plan cimport make
from bncore.core.types cimport (
    BEND, CARRIED, COEFFICIENTS, DY, FIVE, FIVE_BYTES, FLOAT32, FLOAT64, GIVEN_SCALE, GIVEN_SLOPE, GIVEN_SUMS, LINE, MOMENTS, NO_MAP,
    NO_SUMS, NOTHING, OPERANDS, OUT, OUT2, OWN_BEND, OWN_MOMENTS, OWN_PULL, OWN_SCALE, PAIRS, PULL, SCALE, SLOPE, SUMS, V, X, Block,
    Coefficients, Conclusion, Fetch, Kind, Leaves, Machine, Operand, Operation, Parameters, Parts, Plan, Records, Rows, Runs, Span,
    Store, Vector, stored_bytes,
)

cdef enum:
    FAR = 40                       # regions lie 2^FAR bytes apart, so an address says in which it is
    VECTORS = 12                   # gamma, beta, mean, var, ddgamma, ddbeta, new_mean, new_var, dgamma, dbeta
    REGIONS = OPERANDS + VECTORS
    SCRATCH = REGIONS + 1
    GAP = -1                       # memory between elements
    SEVERAL = -2                   # memory that is more than one element
    PRODUCED = 0x10000000000       # a staged element that a map has made
    CHANNEL_BITS = 20

STATEMENTS = {
    1: "inside",
    2: "written once",
    3: "read as often",
    4: "no race",
    5: "not overwritten",
}


cdef struct Region:
    char* low
    Py_ssize_t slots               # of `item` bytes
    Py_ssize_t item
    bint result                    # it is written
    int32_t* number                # which element, GAP or SEVERAL
    int32_t* times                 # how many elements
    int32_t* reads
    int32_t* writes
    int64_t* read_at               # stamps: of thread and phase
    int64_t* written_at


cdef struct State:
    const Call* call
    Region region[REGIONS]
    Py_ssize_t room[REGIONS]       # slots there is memory for
    # of each byte of scratch
    Py_ssize_t scratch_room
    int64_t* content
    int64_t* read_at
    int64_t* written_at
    int64_t start                  # the stamp before those of this call
    int64_t before                 # and before those of this phase
    int64_t several                # of this phase: more than one thread
    int64_t me
    Py_ssize_t number, thread      # of the phase
    Py_ssize_t channels, size
    uint64_t* order                # of each channel: what its results depend on
    Py_ssize_t order_room
    Py_ssize_t leaves              # calls of leaves
    int statement                  # that was violated first, or 0
    const char* what
    const char* leaf
    Py_ssize_t where, at_phase, at_thread

cdef State T
memset(&T, 0, sizeof(T))


cdef void violated(int statement, const char* what, Py_ssize_t where) noexcept nogil:
    if T.statement == 0:
        T.statement, T.what, T.where, T.at_phase, T.at_thread = statement, what, where, T.number, T.thread


cdef inline uint64_t mix(uint64_t h, uint64_t term) noexcept nogil:
    h = (h ^ term) * <uint64_t>0x9E3779B97F4A7C15
    return h ^ (h >> 29)


# One access.

cdef inline bint raced(const int64_t* read_at, const int64_t* written_at, bint write) noexcept nogil:
    return (written_at[0] > T.before and written_at[0] != T.me) or (write and read_at[0] > T.before and read_at[0] != T.me)


cdef inline void stamp_read(int64_t* read_at) noexcept nogil:
    read_at[0] = T.several if read_at[0] > T.before and read_at[0] != T.me else T.me


cdef bint in_scratch(const char* p, Py_ssize_t bytes) noexcept nogil:
    # whether these bytes of scratch are this thread's, or everybody's
    cdef Py_ssize_t at = p - T.call.scratch, room = T.call.plan.scratch.room, rooms = room * T.call.plan.schedule.threads
    if at < 0 or at + bytes > T.call.plan.scratch.bytes or (at < rooms and at + bytes > rooms):
        violated(1, b"scratch that the plan has not", at)
        return False
    if at < rooms and (at // room != T.thread or (at + bytes - 1) // room != T.thread):
        violated(1, b"another thread's scratch", at)
        return False
    return True


cdef int64_t read_scratch(const char* p, Py_ssize_t bytes) noexcept nogil:
    # what was written there as one number
    cdef Py_ssize_t at = p - T.call.scratch, i
    if not in_scratch(p, bytes):
        return GAP
    for i in range(at, at + bytes):
        if raced(&T.read_at[i], &T.written_at[i], False):
            violated(4, b"scratch that another thread writes in this phase", at)
        if T.written_at[i] <= T.start:
            violated(1, b"scratch that nobody wrote", at)
        elif T.content[i] != T.content[at]:
            violated(1, b"scratch that holds parts of two numbers", at)
        stamp_read(&T.read_at[i])
    return T.content[at]


cdef void write_scratch(char* p, Py_ssize_t bytes, int64_t content) noexcept nogil:
    cdef Py_ssize_t at = p - T.call.scratch, i
    if not in_scratch(p, bytes):
        return
    for i in range(at, at + bytes):
        if raced(&T.read_at[i], &T.written_at[i], True):
            violated(4, b"scratch that another thread reads or writes in this phase", at)
        T.content[i], T.written_at[i] = content, T.me


cdef inline bint is_scratch(const char* p) noexcept nogil:
    return <Py_ssize_t>p >> FAR == SCRATCH


cdef Py_ssize_t slot_of(const char* p, Region** found) noexcept nogil:
    # which slot of which region, or GAP
    cdef Py_ssize_t number = (<Py_ssize_t>p >> FAR) - 1, offset
    if number < 0 or number >= REGIONS or T.region[number].slots == 0:
        violated(1, b"no operand at all", <Py_ssize_t>p)
        return GAP
    found[0] = &T.region[number]
    offset = p - found[0].low
    if offset < 0 or offset >= found[0].slots * found[0].item or offset % found[0].item or found[0].number[offset // found[0].item] == GAP:
        violated(1, b"outside of an operand", offset)
        return GAP
    return offset // found[0].item


cdef int64_t read_element(const char* p, Py_ssize_t item) noexcept nogil:
    # its number
    cdef Region* r = NULL
    cdef Py_ssize_t i
    if is_scratch(p):
        return read_scratch(p, item)
    i = slot_of(p, &r)
    if i == GAP:
        return GAP
    if raced(&r.read_at[i], &r.written_at[i], False):
        violated(4, b"an element that another thread writes in this phase", i)
    elif r.writes[i] > 0:
        violated(5, b"an element that was overwritten", i)
    stamp_read(&r.read_at[i])
    r.reads[i] += 1
    return r.number[i]


cdef void write_element(char* p, Py_ssize_t item, int64_t number) noexcept nogil:
    # the element that was made
    cdef Region* r = NULL
    cdef Py_ssize_t i
    if is_scratch(p):
        write_scratch(p, item, number + PRODUCED)
        return
    i = slot_of(p, &r)
    if i == GAP:
        return
    if not r.result:
        violated(2, b"what is no result", i)
    if raced(&r.read_at[i], &r.written_at[i], True):
        violated(4, b"an element that another thread reads or writes in this phase", i)
    if number >= 0 and r.number[i] != number:
        violated(2, b"an element made of another", i)
    r.writes[i] += 1
    r.written_at[i] = T.me
    if r.writes[i] > 1:
        violated(2, b"an element written twice", i)


cdef inline Py_ssize_t channel_of(int64_t number) noexcept nogil:
    return (number & (PRODUCED - 1)) // T.size % T.channels


cdef void read_vector(const Vector* v, Py_ssize_t c) noexcept nogil:
    if v.wide != NULL:
        read_element(<const char*>(v.wide + c), sizeof(double))
    elif v.single != NULL:
        read_element(<const char*>(v.single + c), sizeof(float))


cdef void write_vector(double* wide, float* single, Py_ssize_t c) noexcept nogil:
    if wide != NULL:
        write_element(<char*>(wide + c), sizeof(double), c)
    elif single != NULL:
        write_element(<char*>(single + c), sizeof(float), c)


# What leaves have in common.

cdef inline void entered(const char* leaf) noexcept nogil:
    T.leaves += 1
    if T.statement == 0:
        T.leaf = leaf


cdef inline char* in_run(const Runs* x, Py_ssize_t channel, Py_ssize_t plane, Py_ssize_t i, Py_ssize_t item) noexcept nogil:
    return x.base + channel * x.channel + plane * x.plane + i * item


cdef int64_t read_all(const char** operands, int count, Py_ssize_t item) noexcept nogil:
    # one element of each operand, which must be the same
    cdef int64_t number = SEVERAL, other
    cdef int i
    for i in range(count):
        if operands[i] == NULL:
            continue
        other = read_element(operands[i], item)
        if other >= PRODUCED:
            violated(1, b"a result in the place of an operand", 0)
        if other >= 0 and number >= 0 and other != number:
            violated(1, b"elements of two places together", number)
        number = other if other >= 0 else number
    return number


cdef void keep(const Records* to, int vectors, Py_ssize_t c, uint64_t h) noexcept nogil:
    # a record of what was summed
    cdef int i
    for i in range(vectors):
        if to.hi[i] == NULL:
            violated(1, b"a record without room", c)
            continue
        write_scratch(<char*>(to.hi[i] + c), sizeof(double), <int64_t>(h >> 1))
        if to.lo[i] != NULL:
            write_scratch(<char*>(to.lo[i] + c), sizeof(double), <int64_t>(h >> 1))


cdef Py_ssize_t check_coefficients(const Coefficients* k, int count, Py_ssize_t c, Py_ssize_t item) noexcept nogil:
    # of the map of a channel: the channel
    cdef int64_t first = read_scratch(<const char*>k.of[0] + c * item, item)
    cdef int j
    for j in range(1, count):
        if read_scratch(<const char*>k.of[j] + c * item, item) != first:
            violated(2, b"coefficients of two channels together", c)
    if k.wide != NULL:
        if read_scratch(k.wide + c, 1) != first:
            violated(2, b"the width of another channel", c)
        for j in range(4):
            if k.exact[j] != NULL and read_scratch(<const char*>(k.exact[j] + c), sizeof(double)) != first:
                violated(2, b"exact coefficients of another channel", c)
    return first & ((1 << CHANNEL_BITS) - 1)


cdef void map_element(const char** operands, int count, char* out, char* out2, Py_ssize_t item, Py_ssize_t channel) noexcept nogil:
    cdef int64_t number = read_all(operands, count, item)
    if number >= 0 and channel_of(number) != channel:
        violated(2, b"the map of another channel", number)
    write_element(out, item, number)
    if out2 != NULL:
        write_element(out2, item, number)


# Runs.

cdef void sum_runs(const Span* s, const Runs** operands, int count, int vectors, const Records* to, Py_ssize_t item) noexcept nogil:
    cdef (const char*)[3] at
    cdef Py_ssize_t c, n, i
    cdef uint64_t h
    cdef int j
    for c in range(s.channels):
        h = mix(s.planes, s.count)
        for n in range(s.planes):
            for i in range(s.count):
                for j in range(count):
                    at[j] = in_run(operands[j], c, n, i, item) if operands[j].base != NULL else NULL
                h = mix(h, <uint64_t>read_all(at, count, item))
        keep(to, vectors, c, h)


cdef void read_parameters(const Parameters* p, Py_ssize_t channel, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channel, channel + channels):
        read_vector(&p.mean, c)
        read_vector(&p.var, c)


cdef void run_moments(const void* kind, const Span* s, const Runs* x, const Fetch* next, const Records* to) noexcept nogil:
    cdef (const Runs*)[1] operands
    entered(b"run_moments")
    operands[0] = x
    sum_runs(s, operands, 1, 2, to, item_of(kind))


cdef void run_pairs(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Fetch* dy_next, const Fetch* next,
                    const Parameters* p, Py_ssize_t channel, const Records* to) noexcept nogil:
    cdef (const Runs*)[2] operands
    entered(b"run_pairs")
    operands[0], operands[1] = dy, x
    read_parameters(p, channel, s.channels)
    sum_runs(s, operands, 2, 2, to, item_of(kind))


cdef void run_five(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Parameters* p,
                   Py_ssize_t channel, const Records* to, void* work) noexcept nogil:
    cdef (const Runs*)[3] operands
    entered(b"run_five")
    operands[0], operands[1], operands[2] = dy, x, v
    read_parameters(p, channel, s.channels)
    write_scratch(<char*>work, FIVE_BYTES, 0)
    sum_runs(s, operands, 3, 5, to, item_of(kind))


cdef void map_runs(const Span* s, const Runs** operands, int count, const Runs* out, const Runs* out2, const Coefficients* k,
                   int coefficients, Py_ssize_t item, Py_ssize_t k_item) noexcept nogil:
    cdef (const char*)[3] at
    cdef Py_ssize_t c, n, i, channel
    cdef int j
    for c in range(s.channels):
        channel = check_coefficients(k, coefficients, c, k_item)
        for n in range(s.planes):
            for i in range(s.count):
                for j in range(count):
                    at[j] = in_run(operands[j], c, n, i, item) if operands[j].base != NULL else NULL
                map_element(at, count, in_run(out, c, n, i, item), in_run(out2, c, n, i, item) if out2 != NULL else NULL, item, channel)


cdef void run_scale(const void* kind, const Span* s, const Runs* x, const Runs* y, const Coefficients* k, const Store* store) noexcept nogil:
    cdef (const Runs*)[1] operands
    entered(b"run_scale")
    operands[0] = x
    map_runs(s, operands, 1, y, NULL, k, 3, item_of(kind), item_of(kind))


cdef void run_pull(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                   const Store* store) noexcept nogil:
    cdef (const Runs*)[2] operands
    entered(b"run_pull")
    operands[0], operands[1] = dy, x
    map_runs(s, operands, 2, dx, NULL, k, 5, item_of(kind), item_of(kind))


cdef void run_bend(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Runs* d_dy, const Runs* d_x,
                   const Coefficients* k) noexcept nogil:
    cdef (const Runs*)[3] operands
    entered(b"run_bend")
    operands[0], operands[1], operands[2] = dy, x, v
    map_runs(s, operands, 3, d_dy, d_x, k, COEFFICIENTS, item_of(kind), sizeof(double))


cdef void run_scale_moments(const void* kind, const Span* here, const Runs* x, const Runs* y, const Coefficients* k,
                            const Store* store, const Span* there, const Runs* next_x, const Fetch* next,
                            const Records* to) noexcept nogil:
    run_scale(kind, here, x, y, k, store)
    run_moments(kind, there, next_x, next, to)


cdef void run_pull_pairs(const void* kind, const Span* here, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                         const Store* store, const Span* there, const Runs* next_dy, const Runs* next_x, const Fetch* dy_next,
                         const Fetch* next, const Parameters* p, Py_ssize_t channel, const Records* to) noexcept nogil:
    run_pull(kind, here, dy, x, dx, k, store)
    run_pairs(kind, there, next_dy, next_x, dy_next, next, p, channel, to)


# Columns.

cdef inline char* in_row(const Rows* x, Py_ssize_t row, Py_ssize_t column, Py_ssize_t item) noexcept nogil:
    return x.base + row * x.stride + column * item


cdef void check_contiguous(const Block* b, const Rows** operands, int count, Py_ssize_t item) noexcept nogil:
    # what a leaf may take for one run of memory
    cdef int j
    for j in range(count):
        if b.contiguous and operands[j].base != NULL and operands[j].stride != b.channels * b.size * item:
            violated(1, b"rows that are not contiguous", j)


cdef void sum_columns(const Block* b, const Rows** operands, int count, int vectors, const Records* to, Py_ssize_t item) noexcept nogil:
    cdef (const char*)[3] at
    cdef Py_ssize_t c, row, i, rows = b.folded * b.fold + b.rest
    cdef uint64_t h
    cdef int j
    check_contiguous(b, operands, count, item)
    for c in range(b.channels):
        h = mix(mix(b.folded, b.fold), b.rest)
        for row in range(rows):
            for i in range(c * b.size, (c + 1) * b.size):
                for j in range(count):
                    at[j] = in_row(operands[j], row, i, item) if operands[j].base != NULL else NULL
                h = mix(h, <uint64_t>read_all(at, count, item))
        keep(to, vectors, c, h)


cdef void column_moments(const void* kind, const Block* b, const Rows* x, const Records* to) noexcept nogil:
    cdef (const Rows*)[1] operands
    entered(b"column_moments")
    operands[0] = x
    sum_columns(b, operands, 1, 2, to, item_of(kind))


cdef void column_pairs(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Parameters* p, Py_ssize_t channel,
                       const Records* to) noexcept nogil:
    cdef (const Rows*)[2] operands
    entered(b"column_pairs")
    operands[0], operands[1] = dy, x
    read_parameters(p, channel, b.channels)
    sum_columns(b, operands, 2, 2, to, item_of(kind))


cdef void column_five(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Parameters* p,
                      Py_ssize_t channel, const Records* to, void* work) noexcept nogil:
    cdef (const Rows*)[3] operands
    entered(b"column_five")
    operands[0], operands[1], operands[2] = dy, x, v
    read_parameters(p, channel, b.channels)
    write_scratch(<char*>work, FIVE_BYTES, 0)
    sum_columns(b, operands, 3, 5, to, item_of(kind))


cdef void map_columns(const Block* b, const Rows** operands, int count, const Rows* out, const Rows* out2, const Coefficients* k,
                      int coefficients, Py_ssize_t item, Py_ssize_t k_item) noexcept nogil:
    cdef (const char*)[3] at
    cdef Py_ssize_t c, row, i, channel, rows = b.folded * b.fold + b.rest
    cdef int j
    check_contiguous(b, operands, count, item)
    check_contiguous(b, &out, 1, item)
    if out2 != NULL:
        check_contiguous(b, &out2, 1, item)
    for c in range(b.channels):
        channel = check_coefficients(k, coefficients, c, k_item)
        for row in range(rows):
            for i in range(c * b.size, (c + 1) * b.size):
                for j in range(count):
                    at[j] = in_row(operands[j], row, i, item) if operands[j].base != NULL else NULL
                map_element(at, count, in_row(out, row, i, item), in_row(out2, row, i, item) if out2 != NULL else NULL, item, channel)


cdef void column_scale(const void* kind, const Block* b, const Rows* x, const Rows* y, const Coefficients* k,
                       const Store* store) noexcept nogil:
    cdef (const Rows*)[1] operands
    entered(b"column_scale")
    operands[0] = x
    map_columns(b, operands, 1, y, NULL, k, 3, item_of(kind), item_of(kind))


cdef void column_pull(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* dx, const Coefficients* k,
                      const Store* store) noexcept nogil:
    cdef (const Rows*)[2] operands
    entered(b"column_pull")
    operands[0], operands[1] = dy, x
    map_columns(b, operands, 2, dx, NULL, k, 5, item_of(kind), item_of(kind))


cdef void column_bend(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* d_dy,
                      const Rows* d_x, const Coefficients* k) noexcept nogil:
    cdef (const Rows*)[3] operands
    entered(b"column_bend")
    operands[0], operands[1], operands[2] = dy, x, v
    map_columns(b, operands, 3, d_dy, d_x, k, COEFFICIENTS, item_of(kind), sizeof(double))


# Staging, and what channels come to.

cdef inline char* element_of(const Operand* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t s) noexcept nogil:
    return x.base + n * x.n + c * x.c + s // x.width * x.h + s % x.width * x.w


cdef void gather(const void* kind, const Operand* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t planes,
                 Py_ssize_t count, char* staging) noexcept nogil:
    cdef Py_ssize_t item = item_of(kind), j, i
    entered(b"gather")
    for j in range(planes):
        for i in range(count):
            write_scratch(staging + (j * count + i) * item, item, read_element(element_of(x, n + j, c, start + i), item))


cdef void scatter(const void* kind, const Operand* y, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start, Py_ssize_t planes,
                  Py_ssize_t count, char* staging) noexcept nogil:
    cdef Py_ssize_t item = item_of(kind), j, i
    cdef int64_t number
    entered(b"scatter")
    for j in range(planes):
        for i in range(count):
            number = read_scratch(staging + (j * count + i) * item, item)
            if number < PRODUCED + SEVERAL:
                violated(2, b"a result that no map has made", number)
            write_element(element_of(y, n + j, c, start + i), item, number - PRODUCED)


cdef uint64_t combined(const Parts* parts, int vectors, Py_ssize_t c) noexcept nogil:
    # what the parts of a channel have left, in their order
    cdef Py_ssize_t t
    cdef uint64_t h = vectors
    cdef int64_t first
    cdef int i
    for t in range(parts.partition.parts if vectors > 0 else 0):
        first = read_scratch(<const char*>(parts.records.hi[0] + t * parts.stride + c), sizeof(double))
        for i in range(vectors):
            if read_scratch(<const char*>(parts.records.hi[i] + t * parts.stride + c), sizeof(double)) != first:
                violated(1, b"records of two parts together", c)
            if parts.records.lo[i] == NULL:
                continue
            if read_scratch(<const char*>(parts.records.lo[i] + t * parts.stride + c), sizeof(double)) != first:
                violated(1, b"records of two parts together", c)
        h = mix(h, <uint64_t>first)
    return h


cdef void conclude(const void* kind, Conclusion what, const Parameters* p, Py_ssize_t channel, Py_ssize_t channels,
                   const Parts* parts, const Coefficients* k) noexcept nogil:
    cdef Py_ssize_t item = item_of(kind) if what != OWN_BEND else <Py_ssize_t>sizeof(double), c, at
    cdef bint sums = what != GIVEN_SCALE and what != GIVEN_SLOPE
    cdef int coefficients = 0, j
    cdef uint64_t h
    cdef int64_t content
    entered(b"conclude")
    if what == OWN_SCALE or what == GIVEN_SCALE or what == GIVEN_SLOPE:
        coefficients = 3
    elif what == OWN_PULL:
        coefficients = 5
    elif what == OWN_BEND:
        coefficients = COEFFICIENTS
    for c in range(channels):
        at = channel + c
        h = combined(parts, (5 if what == OWN_BEND else 2) if sums else 0, c)
        read_vector(&p.gamma, at)
        read_vector(&p.beta, at)
        read_vector(&p.mean, at)
        read_vector(&p.var, at)
        if what == OWN_BEND:
            read_vector(&p.ddgamma, at)
            read_vector(&p.ddbeta, at)
        if what == OWN_MOMENTS or what == OWN_SCALE:
            write_vector(p.new_mean, NULL, at)
            write_vector(p.new_var, NULL, at)
        elif what == OWN_PULL or what == GIVEN_SUMS:
            write_vector(p.dgamma, p.dgamma_single, at)
            write_vector(p.dbeta, p.dbeta_single, at)
        elif what == OWN_BEND:
            write_vector(p.dgamma, p.dgamma_single, at)
        content = <int64_t>(h >> 1) & ~((<int64_t>1 << CHANNEL_BITS) - 1) | at
        for j in range(coefficients):
            write_scratch(<char*>k.of[j] + c * item, item, content)
        if coefficients > 0 and k.wide != NULL:
            write_scratch(k.wide + c, 1, content)
            for j in range(4):
                if k.exact[j] != NULL:
                    write_scratch(<char*>(k.exact[j] + c), sizeof(double), content)
        if sums:
            T.order[at] = mix(T.order[at], h)


cdef inline Py_ssize_t item_of(const void* kind) noexcept nogil:
    return stored_bytes(T.call.plan.kind)


cdef Leaves LEAVES
LEAVES.run_moments, LEAVES.run_pairs, LEAVES.run_five = run_moments, run_pairs, run_five
LEAVES.run_scale, LEAVES.run_pull, LEAVES.run_bend = run_scale, run_pull, run_bend
LEAVES.run_scale_moments, LEAVES.run_pull_pairs = run_scale_moments, run_pull_pairs
LEAVES.column_moments, LEAVES.column_pairs, LEAVES.column_five = column_moments, column_pairs, column_five
LEAVES.column_scale, LEAVES.column_pull, LEAVES.column_bend = column_scale, column_pull, column_bend
LEAVES.gather, LEAVES.scatter, LEAVES.conclude = gather, scatter, conclude


# A call at addresses that no memory has.

cdef void* grown(void* memory, Py_ssize_t bytes) except NULL:
    cdef void* found = realloc(memory, bytes)
    if found == NULL:
        raise MemoryError
    return found


cdef int open_region(int number, Py_ssize_t slots, Py_ssize_t item) except -1:
    cdef Region* r = &T.region[number]
    if slots > T.room[number]:
        T.room[number] = 0
        r.number, r.times = <int32_t*>grown(r.number, 4 * slots), <int32_t*>grown(r.times, 4 * slots)
        r.reads, r.writes = <int32_t*>grown(r.reads, 4 * slots), <int32_t*>grown(r.writes, 4 * slots)
        r.read_at, r.written_at = <int64_t*>grown(r.read_at, 8 * slots), <int64_t*>grown(r.written_at, 8 * slots)
        T.room[number] = slots
    memset(r.reads, 0, 4 * slots)
    memset(r.writes, 0, 4 * slots)
    memset(r.read_at, 0, 8 * slots)
    memset(r.written_at, 0, 8 * slots)
    r.low, r.slots, r.item, r.result = <char*>(<Py_ssize_t>(number + 1) << FAR), slots, item, False
    return 0


cdef int open_tensor(int slot, Operand* x, tuple extents, tuple strides, Py_ssize_t item) except -1:
    # an operand of shape (N, C, H, W), with strides in elements; what lies between its elements is no part of it
    cdef Region* r = &T.region[slot]
    cdef Py_ssize_t n, c, h, w, N = extents[0], C = extents[1], H = extents[2], W = extents[3]
    cdef Py_ssize_t along_n = strides[0], along_c = strides[1], along_h = strides[2], along_w = strides[3]
    cdef Py_ssize_t first = 0, last = 0, at, number = 0
    for extent, stride in zip(extents, strides):
        first += min(0, (extent - 1) * stride)
        last += max(0, (extent - 1) * stride)
    open_region(slot, last - first + 1, item)
    for at in range(r.slots):
        r.number[at], r.times[at] = GAP, 0
    for n in range(N):
        for c in range(C):
            for h in range(H):
                for w in range(W):
                    at = n * along_n + c * along_c + h * along_h + w * along_w - first
                    r.number[at] = <int32_t>number if r.times[at] == 0 else SEVERAL
                    r.times[at] += 1
                    number += 1
    x.base, x.width = r.low - first * item, W
    x.n, x.c, x.h, x.w = along_n * item, along_c * item, along_h * item, along_w * item
    x.dense = (along_w == 1 or W == 1) and (H == 1 or along_h == W)
    return 0


cdef char* open_vector(int number, Py_ssize_t channels, Py_ssize_t item, bint result) except NULL:
    cdef Py_ssize_t c
    open_region(OPERANDS + number, channels, item)
    for c in range(channels):
        T.region[OPERANDS + number].number[c], T.region[OPERANDS + number].times[c] = <int32_t>c, 1
    T.region[OPERANDS + number].result = result
    return T.region[OPERANDS + number].low


cdef int give(int number, Vector* v, object item, Py_ssize_t channels) except -1:
    # item: 8, 4, or 0 for none
    cdef char* at
    v.wide, v.single = NULL, NULL
    if item:
        at = open_vector(number, channels, item, False)
        if item == 8:
            v.wide = <const double*>at
        else:
            v.single = <const float*>at
    return 0


cdef int open_parameters(Parameters* p, const Operation* o, Py_ssize_t channels, object vector_item) except -1:
    cdef bint moments = o.sums == MOMENTS
    cdef char* dgamma
    p.own = o.between != NOTHING or o.after == OWN_MOMENTS
    give(0, &p.gamma, vector_item if o.map != NO_MAP else 0, channels)
    give(1, &p.beta, vector_item if o.map == SCALE else 0, channels)
    give(2, &p.mean, 0 if moments else vector_item or 8, channels)
    give(3, &p.var, 0 if moments else vector_item or 8, channels)
    give(4, &p.ddgamma, vector_item if o.map == BEND else 0, channels)
    give(5, &p.ddbeta, vector_item if o.map == BEND else 0, channels)
    p.new_mean = p.new_var = p.dgamma = p.dbeta = NULL
    p.dgamma_single = p.dbeta_single = NULL
    if moments:
        p.new_mean, p.new_var = <double*>open_vector(6, channels, 8, True), <double*>open_vector(7, channels, 8, True)
    elif o.sums == FIVE:
        p.dgamma = <double*>open_vector(8, channels, 8, True)
    elif o.sums == PAIRS and vector_item == 4:
        p.dgamma_single, p.dbeta_single = <float*>open_vector(8, channels, 4, True), <float*>open_vector(9, channels, 4, True)
    elif o.sums == PAIRS:
        p.dgamma, p.dbeta = <double*>open_vector(8, channels, 8, True), <double*>open_vector(9, channels, 8, True)
    return 0


cdef int expected_reads(const Operation* o, int slot) noexcept:
    # sweeps over an operand: one for the sums, one for the map
    cdef int sums = o.sums == MOMENTS and slot == X or o.sums == PAIRS and slot <= DY or o.sums == FIVE and slot <= V
    cdef int maps = (o.map == SCALE and slot == X or o.map == SLOPE and slot == DY or o.map == PULL and slot <= DY
                     or o.map == BEND and slot <= V)
    return sums + maps


cdef void check_counts(const Call* call, const int* of) noexcept:
    # statements 2 and 3, when all is done; of: the region of each operand
    cdef int number, slot, sweeps
    cdef Py_ssize_t i
    cdef Region* r
    for number in range(REGIONS):
        r = &T.region[number]
        sweeps = 0
        for slot in range(<int>OUT):
            if number < OPERANDS and call.operands[slot].base != NULL and of[slot] == number:
                sweeps += expected_reads(&call.operation, slot)
        for i in range(r.slots):
            if r.writes[i] != (r.result and r.number[i] != GAP):
                violated(2, b"a result that was not written" if r.result else b"what is no result", i)
            if number < OPERANDS and r.reads[i] != sweeps * r.times[i]:
                violated(3, b"an element not read as often as the operation says", i)


def run(int operation, int kind, tuple extents, dict strides, int threads, dict machine, dict alias={}, object vectors=8,
        dict plan=None, dict row=None, tuple unguarded=()):
    """Carry out a plan with leaves that compute nothing.

    strides: in elements, of each operand ("x", "dy", "v", "out", "out2"); alias: which operand a result is, {"out": "x"};
    vectors: bytes of a number of gamma and the others, 0 where they are absent; plan, row: in the place of the planner's and
    the table's; unguarded: phases after which no barrier stands. Returns (plan, violation or None, order, calls of leaves).
    """
    cdef Call call
    cdef Machine known = machine
    cdef Py_ssize_t item = stored_bytes(<Kind>kind), needed
    cdef int[OPERANDS] of
    cdef int slot, number, thread
    cdef list slots = ["x", "dy", "v", "out", "out2"]
    memset(&call, 0, sizeof(call))
    for number in range(REGIONS):
        T.region[number].slots = 0
    call.operation = row_of(operation)
    if row is not None:
        call.operation = row
    for slot in range(OPERANDS):
        name = slots[slot]
        of[slot] = slot
        if name in alias:
            of[slot] = slots.index(alias[name])
            call.operands[slot] = call.operands[of[slot]]
        elif name in strides:
            open_tensor(slot, &call.operands[slot], extents, strides[name], item)
    for slot in range(<int>OUT, OPERANDS):
        if call.operands[slot].base != NULL:
            T.region[of[slot]].result = True
    T.channels, T.size = extents[1], extents[2] * extents[3]
    make(&call.plan, operation, <Kind>kind, extents[0], T.channels, T.size, call.operands, threads, &known)
    if plan is not None:
        call.plan = plan
    open_parameters(&call.parameters, &call.operation, T.channels, vectors)
    if T.channels > T.order_room:
        T.order, T.order_room = <uint64_t*>grown(T.order, 8 * T.channels), T.channels
    memset(T.order, 0, 8 * T.channels)
    needed = call.plan.scratch.bytes
    if needed > T.scratch_room:
        T.content, T.read_at = <int64_t*>grown(T.content, 8 * needed), <int64_t*>grown(T.read_at, 8 * needed)
        T.written_at, T.scratch_room = <int64_t*>grown(T.written_at, 8 * needed), needed
        memset(T.read_at, 0, 8 * needed)
        memset(T.written_at, 0, 8 * needed)
    call.leaves, call.scratch = &LEAVES, <char*>(<Py_ssize_t>SCRATCH << FAR)
    T.call, T.statement, T.leaf, T.leaves = &call, 0, b"the plan", 0
    T.start = T.before = T.several
    T.number = T.thread = 0
    if call.plan.scratch.room % LINE:
        violated(1, b"two threads on one line of scratch", call.plan.scratch.room)
    for number in range(call.plan.phases):
        if number == 0 or number - 1 not in unguarded:
            T.before = T.several
            T.several = T.before + call.plan.schedule.threads + 1
        for thread in range(call.plan.schedule.threads):
            T.number, T.thread, T.me = number, thread, T.before + 1 + thread
            phase(&call, number, thread)
    entered(b"the plan")
    check_counts(&call, of)
    violation = None
    if T.statement:
        violation = (STATEMENTS[T.statement], f"{T.leaf.decode()}: {T.what.decode()} at {T.where}, phase {T.at_phase}, thread {T.at_thread}")
    return call.plan, violation, [T.order[i] for i in range(T.channels)], T.leaves
