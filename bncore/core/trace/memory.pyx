"""Memory as a traced call sees it: what lies at an address, who touched it, and when.

a. Operands and vectors are regions at addresses that no memory has, so an address says which of them it is in. An element is
   known by its number, ((n C + c) S + s), or by its channel, wherever it lies; what lies between elements is a gap.
b. A byte of scratch is known by what was written there last: which vector of which record or of which map's coefficients, or
   which staged element. A record or a map is a number in the list `made`.
c. An access leaves a stamp of its phase and thread, so two that no barrier parts can be told. A thread's room is its own, and
   what it holds is lost when the phase ends; so all rooms are one piece of memory here, however many threads there are.
d. Rejected: a table of all rooms, which for 4,096 threads takes gigabytes.
"""

from libc.stdlib cimport realloc
from libc.string cimport memset

from bncore.core.types cimport FIVE_BYTES, LINE, OPERANDS
from bncore.core.types cimport W as WEIGHTS

cdef State T
memset(&T, 0, sizeof(T))

cdef struct Touch:                 # what a leaf that is called alone has touched
    Py_ssize_t address, bytes
    bint written

cdef Touch* touches = NULL
cdef Py_ssize_t touch_count = 0, touch_room = 0
cdef list known = [None] * OPERANDS    # of each tensor: extents, strides and bytes of an element


cdef void violated(Statement statement, const char* what, Py_ssize_t where) noexcept nogil:
    # the first is what counts: others may follow from it
    if T.statement == NO_STATEMENT:
        T.statement, T.what, T.where, T.at_phase, T.at_thread = statement, what, where, T.number, T.thread


cdef void entered(const char* leaf) noexcept nogil:
    """Count the call of a leaf."""
    cdef int i = 0
    while T.names[i] != leaf and T.names[i] != NULL:
        i += 1
    T.names[i] = leaf
    T.calls[i] += 1
    if T.statement == NO_STATEMENT:
        T.leaf = leaf


cdef uint64_t mix(uint64_t order, uint64_t term) noexcept nogil:
    """What an order is when this comes next."""
    order = (order ^ term) * <uint64_t>0x9E3779B97F4A7C15
    return order ^ (order >> 29)


cdef Py_ssize_t channel_of(int64_t number, Py_ssize_t count) noexcept nogil:
    """The channel of so many elements from this one on; SEVERAL if it cannot be told, MIXED if they are not of one plane."""
    if number < 0:
        return SEVERAL
    return number // T.size % T.channels if number % T.size + count <= T.size else MIXED


cdef int64_t place_of(int64_t number) noexcept nogil:
    """Where in its channel an element is, which is the number of its weight: that of all channels."""
    return number // (T.channels * T.size) * T.size + number % T.size


cdef void touch(const void* p, Py_ssize_t bytes, bint written) noexcept nogil:
    global touches, touch_count, touch_room
    cdef Touch* more
    if touch_count == touch_room:
        more = <Touch*>realloc(touches, (2 * touch_room + 1024) * sizeof(Touch))
        if more == NULL:
            violated(INSIDE, b"no memory for the trace", touch_count)
            return
        touches, touch_room = more, 2 * touch_room + 1024
    touches[touch_count].address, touches[touch_count].bytes, touches[touch_count].written = <Py_ssize_t>p, bytes, written
    touch_count += 1


cdef void note(const char* p, Py_ssize_t count, Py_ssize_t step, Py_ssize_t bytes, bint written) noexcept nogil:
    # a run
    cdef Py_ssize_t i
    if step == bytes:
        touch(p, count * step, written)
    else:
        for i in range(count):
            touch(p + i * step, bytes, written)


# Stamps.

cdef inline bint raced(int64_t read_at, int64_t written_at, bint write) noexcept nogil:
    return (written_at > T.before and written_at != T.me) or (write and read_at > T.before and read_at != T.me)


cdef inline int64_t stamped(int64_t read_at) noexcept nogil:
    return T.several if read_at > T.before and read_at != T.me else T.me


# Operands and vectors.

cdef Element* elements_of(int region, const char* p, Py_ssize_t count, Py_ssize_t step, Py_ssize_t bytes) noexcept nogil:
    # the first of so many in this region, `step` bytes apart; NULL if they are not
    cdef Region* r = &T.regions[region]
    cdef Py_ssize_t offset = p - r.low, last = offset + (count - 1) * step
    if <Py_ssize_t>p >> FAR != region + 1 or r.slots == 0:
        violated(INSIDE, b"not the operand that was meant", <Py_ssize_t>p >> FAR)
        return NULL
    if r.item != bytes or offset % r.item or step % r.item or min(offset, last) < 0 or max(offset, last) >= r.slots * r.item:
        violated(INSIDE, b"outside of an operand", offset)
        return NULL
    return r.elements + offset // r.item


cdef inline void read_element(Element* e, Py_ssize_t where) noexcept nogil:
    if e.number == GAP:
        violated(INSIDE, b"between the elements of an operand", where)
    if raced(e.read_at, e.written_at, False):
        violated(NO_RACE, b"an element that another thread writes in this phase", where)
    elif e.writes > 0:
        violated(NOT_OVERWRITTEN, b"an element that was overwritten", where)
    e.read_at = stamped(e.read_at)
    e.reads += 1


cdef inline void write_element(Element* e, Py_ssize_t where) noexcept nogil:
    if e.number == GAP:
        violated(INSIDE, b"between the elements of an operand", where)
    if raced(e.read_at, e.written_at, True):
        violated(NO_RACE, b"an element that another thread reads or writes in this phase", where)
    elif e.writes > 0:
        violated(WRITTEN_ONCE, b"an element written twice", where)
    e.written_at = T.me
    e.writes += 1


cdef int64_t read_run(int slot, const char* p, Py_ssize_t count, Py_ssize_t step, Py_ssize_t bytes) noexcept nogil:
    """Read a run of an operand, there or where it is staged, of so many bytes each: the number of the first, or SEVERAL."""
    cdef Element* e
    cdef int64_t first = SEVERAL
    cdef Py_ssize_t i
    if count <= 0:
        return SEVERAL
    if T.call == NULL:
        note(p, count, step, bytes, False)
        return SEVERAL
    if <Py_ssize_t>p >> FAR == SCRATCH + 1:
        return staged(STAGED + slot, p, count)
    e = elements_of(T.region_of[slot], p, count, step, bytes)
    for i in range(count if e != NULL else 0):
        read_element(e, i)
        if e.number >= 0 and first == SEVERAL:
            first = e.number - i
        elif e.number >= 0 and e.number != first + i:
            violated(INSIDE, b"neighbours that are not those of the tensor", e.number)
        e += step // bytes
    return first


cdef void write_run(int slot, char* p, Py_ssize_t count, Py_ssize_t step, Py_ssize_t bytes, int64_t number) noexcept nogil:
    """Write a run of a result, the first element of which was made of those with this number."""
    cdef Element* e
    cdef Py_ssize_t i
    if count <= 0:
        return
    if T.call == NULL:
        note(p, count, step, bytes, True)
        return
    if <Py_ssize_t>p >> FAR == SCRATCH + 1:
        stage(MAPPED + slot, p, count, number)
        return
    e = elements_of(T.region_of[slot], p, count, step, bytes)
    if e != NULL and not T.regions[T.region_of[slot]].result:
        violated(WRITTEN_ONCE, b"what is no result", number)
    for i in range(count if e != NULL else 0):
        write_element(e, i)
        if number >= 0 and e.number != number + i:
            violated(WRITTEN_ONCE, b"an element made of another", e.number)
        e += step // bytes


cdef void touch_vector(const char* p, Py_ssize_t item, Py_ssize_t first, Py_ssize_t count, bint write) noexcept nogil:
    cdef Element* e
    cdef Py_ssize_t i
    if T.call == NULL:
        touch(p + first * item, count * item, write)
        return
    e = elements_of((<Py_ssize_t>p >> FAR) - 1, p + first * item, count, item, item)
    for i in range(count if e != NULL else 0):
        if write:
            write_element(e + i, i)
        else:
            read_element(e + i, i)


cdef void read_vector(const Vector* v, Py_ssize_t first, Py_ssize_t count) noexcept nogil:
    """Read what is given of some channels."""
    if v.wide != NULL:
        touch_vector(<const char*>v.wide, sizeof(double), first, count, False)
    elif v.single != NULL:
        touch_vector(<const char*>v.single, sizeof(float), first, count, False)


cdef void write_vector(double* wide, float* single, Py_ssize_t first, Py_ssize_t count) noexcept nogil:
    """Write what is wanted of some channels."""
    if wide != NULL:
        touch_vector(<const char*>wide, sizeof(double), first, count, True)
    if single != NULL:
        touch_vector(<const char*>single, sizeof(float), first, count, True)


# Scratch.

cdef Cell* cells_of(const char* p, Py_ssize_t bytes, Py_ssize_t count) noexcept nogil:
    # of so many numbers; NULL if they are not this thread's or everybody's
    cdef Py_ssize_t at = p - T.call.scratch, end = at + count * bytes
    cdef Py_ssize_t room = T.call.plan.scratch.room, rooms = room * T.call.plan.schedule.threads
    if at < 0 or end > T.call.plan.scratch.bytes or at < rooms < end:
        violated(INSIDE, b"scratch that the plan has not", at)
        return NULL
    if at % bytes:
        violated(INSIDE, b"a number that is not aligned", at)
    if at >= rooms:
        return T.cells + room + (at - rooms)
    at -= T.thread * room
    end -= T.thread * room
    if at < 0 or end > room:
        violated(INSIDE, b"another thread's scratch", at)
        return NULL
    if T.work >= 0 and at < T.work + <Py_ssize_t>FIVE_BYTES and end > T.work:
        violated(INSIDE, b"the accumulators of five sums", at)
    return T.cells + at


cdef inline bint is_shared(const Cell* cell) noexcept nogil:
    return cell - T.cells >= T.call.plan.scratch.room


cdef inline int32_t read_cells(Cell* cell, Py_ssize_t bytes, int what) noexcept nogil:
    # a number: every byte of it is of the same, and there
    cdef Cell* end = cell + bytes
    cdef int32_t number = cell.number
    cdef bint shared = is_shared(cell)
    while cell < end:
        if shared:
            if raced(cell.read_at, cell.written_at, False):
                violated(NO_RACE, b"scratch that another thread writes in this phase", what)
            cell.read_at = stamped(cell.read_at)
        if cell.written_at <= T.start or not shared and cell.written_at != T.me:
            violated(INSIDE, b"scratch that was not written", what)
        elif cell.what != what or cell.number != number:
            violated(INSIDE, b"scratch that holds something else", cell.what)
        cell += 1
    return number


cdef inline bint of_another_channel(const Cell* cell, int what, int32_t number) noexcept nogil:
    # whether this is a record, and what is written there belongs to a map of another channel than it
    cdef bint there = cell.written_at > T.start if is_shared(cell) else cell.written_at == T.me
    return (there and RECORD_HI <= cell.what < COEFFICIENT <= what and T.made[cell.number].channel >= 0
            and T.made[cell.number].channel != T.made[number].channel)


cdef inline void write_cells(Cell* cell, Py_ssize_t bytes, int what, int32_t number) noexcept nogil:
    cdef Cell* end = cell + bytes
    cdef bint shared = is_shared(cell)
    if of_another_channel(cell, what, number):
        violated(INSIDE, b"a map over the record of another channel", what)
    while cell < end:
        if shared and raced(cell.read_at, cell.written_at, True):
            violated(NO_RACE, b"scratch that another thread reads or writes in this phase", what)
        cell.what, cell.number, cell.written_at = what, number, T.me
        cell += 1


cdef int32_t read_number(int what, const char* p, Py_ssize_t bytes) noexcept nogil:
    """Read what must be this: the number of what was made, or SEVERAL."""
    cdef Cell* cell
    if T.call == NULL:
        touch(p, bytes, False)
        return SEVERAL
    cell = cells_of(p, bytes, 1)
    return read_cells(cell, bytes, what) if cell != NULL else SEVERAL


cdef void write_number(int what, char* p, Py_ssize_t bytes, int32_t number) noexcept nogil:
    cdef Cell* cell
    if T.call == NULL:
        touch(p, bytes, True)
        return
    cell = cells_of(p, bytes, 1)
    if cell != NULL:
        write_cells(cell, bytes, what, number)


cdef int64_t staged(int what, const char* p, Py_ssize_t count) noexcept nogil:
    """Read a run of staged elements: the number of the first, or SEVERAL."""
    cdef Cell* cell
    cdef int64_t first = SEVERAL
    cdef int32_t number
    cdef Py_ssize_t i
    if T.call == NULL:
        note(p, count, T.item, T.item, False)
        return SEVERAL
    cell = cells_of(p, T.item, count)
    for i in range(count if cell != NULL else 0):
        number = read_cells(cell + i * T.item, T.item, what)
        if number >= 0 and first == SEVERAL:
            first = number - i
        elif number >= 0 and number != first + i:
            violated(INSIDE, b"staged elements that are not neighbours", number)
    return first


cdef void stage(int what, char* p, Py_ssize_t count, int64_t number) noexcept nogil:
    """Write a run of staged elements, the first of which has this number."""
    cdef Cell* cell
    cdef Py_ssize_t i
    if T.call == NULL:
        note(p, count, T.item, T.item, True)
        return
    cell = cells_of(p, T.item, count)
    for i in range(count if cell != NULL else 0):
        write_cells(cell + i * T.item, T.item, what, <int32_t>(number + i if number >= 0 else SEVERAL))


cdef void use_work(char* p) noexcept nogil:
    """Use the accumulators of five sums, of which nobody else may touch a byte in this call."""
    cdef Cell* cell
    if T.call == NULL:
        touch(p, FIVE_BYTES, True)
        return
    T.work = -1
    cell = cells_of(p, sizeof(double), FIVE_BYTES // <Py_ssize_t>sizeof(double))
    if cell == NULL:
        return
    if is_shared(cell):
        violated(NO_RACE, b"accumulators that threads share", cell - T.cells)
    T.work = cell - T.cells


cdef int32_t make_up(Py_ssize_t channel, Py_ssize_t count, uint64_t order) noexcept nogil:
    """The number of a new record or map."""
    cdef Made* more
    if T.call == NULL:
        return SEVERAL
    if T.made_count == T.made_room:
        more = <Made*>realloc(T.made, (2 * T.made_room + 1024) * sizeof(Made))
        if more == NULL:
            violated(INSIDE, b"no memory for the trace", T.made_count)
            return SEVERAL
        T.made, T.made_room = more, 2 * T.made_room + 1024
    more = &T.made[T.made_count]
    more.channel, more.count, more.order, more.concluded = channel, count, order, 0
    T.made_count += 1
    return <int32_t>(T.made_count - 1)


cdef void go_on(Py_ssize_t channel, uint64_t order) noexcept nogil:
    """The order of a channel goes on with this."""
    if T.call != NULL:
        T.order[channel] = mix(T.order[channel], order)


# A call's memory.

cdef int open_region(int number, Py_ssize_t slots, Py_ssize_t item, bint result) except -1:
    cdef Region* r = &T.regions[number]
    cdef void* memory
    if slots > r.room:
        memory = realloc(r.elements, slots * sizeof(Element))
        if memory == NULL:
            raise MemoryError
        r.elements, r.room = <Element*>memory, slots
    r.low, r.slots, r.item, r.result = <char*>(<Py_ssize_t>(number + 1) << FAR), slots, item, result
    return 0


cdef int open_tensor(int slot, Operand* x, tuple extents, tuple strides, Py_ssize_t item) except -1:
    """An operand of shape (N, C, H, W), with strides in elements of so many bytes; what lies between them is no part of it."""
    cdef Region* r = &T.regions[slot]
    cdef Element* e
    cdef Py_ssize_t N = extents[0], C = extents[1], H = extents[2], W = extents[3], n, c, h, _, number = 0, i
    cdef Py_ssize_t along_n = strides[0], along_c = strides[1], along_h = strides[2], along_w = strides[3]
    cdef Py_ssize_t before = (max(<Py_ssize_t>0, (1 - N) * along_n) + max(<Py_ssize_t>0, (1 - C) * along_c)
                              + max(<Py_ssize_t>0, (1 - H) * along_h) + max(<Py_ssize_t>0, (1 - W) * along_w))
    cdef Py_ssize_t after = (max(<Py_ssize_t>0, (N - 1) * along_n) + max(<Py_ssize_t>0, (C - 1) * along_c)
                             + max(<Py_ssize_t>0, (H - 1) * along_h) + max(<Py_ssize_t>0, (W - 1) * along_w))
    cdef tuple layout = (extents, strides, item)
    open_region(slot, before + 1 + after, item, False)
    if known[slot] != layout:
        # stamps of calls before do not count, but there must be some
        memset(r.elements, 0, r.slots * sizeof(Element))
        for i in range(r.slots):
            r.elements[i].number = GAP
        for n in range(N):
            for c in range(C):
                for h in range(H):
                    e = r.elements + before + n * along_n + c * along_c + h * along_h
                    for _ in range(W):
                        e.number = <int32_t>(place_of(number) if slot == WEIGHTS else number)
                        if e.times > 0 and slot != WEIGHTS:
                            e.number = SEVERAL
                        e.times += 1
                        e += along_w
                        number += 1
        known[slot] = layout
    for i in range(r.slots):
        r.elements[i].reads = r.elements[i].writes = 0
    x.base, x.width = r.low + before * item, W
    x.n, x.c, x.h, x.w = along_n * item, along_c * item, along_h * item, along_w * item
    x.dense = (along_w == 1 or W == 1) and (H == 1 or along_h == W)
    return 0


cdef char* open_vector(Given which, Py_ssize_t channels, Py_ssize_t item, bint result) except NULL:
    """A vector with one number a channel, of so many bytes each."""
    cdef Region* r = &T.regions[OPERANDS + which]
    cdef Py_ssize_t c
    open_region(OPERANDS + which, channels, item, result)
    memset(r.elements, 0, channels * sizeof(Element))
    for c in range(channels):
        r.elements[c].number, r.elements[c].times = <int32_t>c, 1
    return r.low


cdef int open_scratch() except -1:
    """The scratch of the call's plan, and an order for each channel."""
    cdef Py_ssize_t room = T.call.plan.scratch.room
    cdef Py_ssize_t needed = room + max(<Py_ssize_t>0, T.call.plan.scratch.bytes - T.call.plan.schedule.threads * room)
    cdef void* memory
    if T.channels > T.order_room:
        memory = realloc(T.order, T.channels * sizeof(uint64_t))
        if memory == NULL:
            raise MemoryError
        T.order, T.order_room = <uint64_t*>memory, T.channels
    memset(T.order, 0, T.channels * sizeof(uint64_t))
    if needed > T.cells_room:
        memory = realloc(T.cells, needed * sizeof(Cell))
        if memory == NULL:
            raise MemoryError
        T.cells, T.cells_room = <Cell*>memory, needed
        memset(T.cells, 0, needed * sizeof(Cell))
    T.work, T.made_count = -1, 0
    if T.call.plan.schedule.threads > 1 and room % LINE:
        violated(NO_RACE, b"two threads on one line of scratch", room)
    return 0


# A leaf alone.

def watch(Py_ssize_t item):
    """Write down what leaves touch that are called alone, with elements of so many bytes."""
    global touch_count
    T.item, touch_count = item, 0


def touched():
    """What they have touched: {(address, bytes, whether it was written), ...}."""
    return {(touches[i].address, touches[i].bytes, touches[i].written != 0) for i in range(touch_count)}
