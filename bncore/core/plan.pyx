"""The planner: from shapes, strides, types and aliases to a plan, which holds all that an execution will do.

a. A pure function makes it. What bits depend on, the partition, is made first, and sees neither threads nor machine nor
   aliases. The schedule and the scratch follow, and may change with all of them.
b. Channels with few elements are carried: a thread takes some of them, a tile, from their sums to their results while they
   are cached. Where there are too few tiles to go round, threads share the parts of each; and channels so large that a
   thread's own cache cannot hold one are worked on by all threads together, one after the other.
c. A map alone, which no sum ties to channels, runs through memory nearly as the tensor lies.
d. A thread has the same parts in both sweeps: what it has read it maps next, backwards, from its own cache.
e. Rejected: a schedule chosen by what was fast last time. Two equal calls then differ, and a plan proves nothing.
"""

from bncore.core.operations cimport operation as row_of
from bncore.core.partition cimport GROUP, LANES
from bncore.core.types cimport (
    ADDED, BEND, CARRIED, CHANNELS, COEFFICIENTS, COLUMNS, DY, FIVE, FIVE_BYTES, FLOAT32, FLOAT64, FOLDED, LINE,
    NO_MAP, NO_SUMS, NOTHING, OPERANDS, OUT, OUT2, PAIRS, PULL, SCALE, SHARED, SLOPE, SPREAD, SUMS, TOGETHER, W, WEIGHTED,
    WEIGHTED_PULL, X, Y, Kind, Layout, Machine, Operand, Operation, Partition, Plan, Schedule, Scratch, is_kind, kind_bytes,
    storage_bytes,
)

cdef enum:
    # what bits depend on
    SMALL_PLANE = 512              # planes of fewer elements are columns, if there are
    MANY_PLANES = 8                # at least so many of them,
    TINY_PLANE = 8                 # and planes of still fewer if there are two
    LONG_RUN = 64                  # planes of so many elements are mapped as runs
    PAGE = 4 * COLUMNS             # bytes of a folded row, at most
    BLOCK_ROWS = 256               # folded rows to a block: the work of combining its columns stays below a tenth
    BLOCK_ELEMENTS = 512           # of a channel to a block: a record of them takes less than a hundredth of their memory
    BLOCKS = 64                    # to a tensor, at most
    FEW_BLOCKS = 4                 # enough of them that threads can share: no folding that leaves fewer
    # what they do not
    TILE_STEP = 16                 # channels of a tile come in vectors
    TILE_ELEMENTS = 1 << 12        # of such a tile, which stay in the first cache between their sums and their map
    STRIP_CHANNELS = 128           # of a tile of a map alone in runs
    FEW_ELEMENTS = 64              # of a channel: of fewer a map alone is shared out by channels, each worked out once
    SPARE = 8                      # tiles to a thread from which one more or less does not matter
    SOON = 1 << 20                 # bytes of a channel below which no cache saves what it costs that threads wait for each other
    REACH = 48 << 20               # bytes of a last cache that are nearer than memory: the rest lies with other processors


cdef Machine here
# what it costs to wake a thread, which no cache says
here.grain, here.whole_grain = 1 << 15, 1 << 14


cdef inline Py_ssize_t ceiling(Py_ssize_t n, Py_ssize_t divisor) noexcept nogil:
    return (n + divisor - 1) // divisor


cdef inline Py_ssize_t power_of_two(Py_ssize_t most) noexcept nogil:
    # the largest one that is not above `most`, and at least 1
    cdef Py_ssize_t n = 1
    while 2 * n <= most:
        n *= 2
    return n


# The partition.

cdef inline bint columns_pay(Py_ssize_t rows, Py_ssize_t size, Kind kind, bint sums) noexcept nogil:
    # a channel of one chunk is sooner summed plane by plane, but for float64, whose tails take as long as whole lanes
    cdef bint whole = kind == FLOAT32 and size >= LONG_RUN and rows * size * kind_bytes(kind) <= CHUNK_BYTES
    if size >= LONG_RUN and not sums:
        return False
    return size == 1 or (size < TINY_PLANE and rows > 1) or (size < SMALL_PLANE and rows >= MANY_PLANES and not whole)


cdef inline bint in_rows(const Operand* x, Py_ssize_t channels, Py_ssize_t size, Py_ssize_t item) noexcept nogil:
    return x.dense and (channels == 1 or x.c == size * item)


cdef inline void cut_runs(Partition* p, Py_ssize_t item) noexcept nogil:
    p.step = CHUNK_BYTES // item
    if p.size > p.step:
        # pieces as long as each other: each has the same folds to pay
        p.step = ceiling(ceiling(p.size, ceiling(p.size, p.step)), LANES) * LANES
    p.pieces = ceiling(p.size, p.step)
    p.planes = p.step // p.size if p.pieces == 1 else 1
    p.parts = p.rows * p.pieces if p.pieces > 1 else ceiling(p.rows, p.planes)
    p.fold = p.folded = p.rest = 0


cdef inline void cut_columns(Partition* p, Py_ssize_t item) noexcept nogil:
    cdef Py_ssize_t columns = PAGE // item, blocks, few, step
    p.fold = max(<Py_ssize_t>1, min(columns // p.channels, p.rows // (FEW_BLOCKS * BLOCK_ROWS))) if p.size == 1 else 1
    p.folded, p.rest = p.rows // p.fold, p.rows % p.fold
    # for four threads or for two, if there are not as many tiles, smaller ones
    step = max(<Py_ssize_t>BLOCK_ROWS, BLOCK_ELEMENTS // (p.fold * p.size))
    few = max(<Py_ssize_t>1, FEW_BLOCKS // ceiling(p.fold * p.channels * p.size, columns))
    blocks = max(p.folded // step, min(few, 2 * p.folded // BLOCK_ROWS), min(few, <Py_ssize_t>2, 4 * p.folded // BLOCK_ROWS))
    # a power of two, so that two, four or eight threads have as much to do each
    p.parts = power_of_two(min(<Py_ssize_t>BLOCKS, blocks))
    p.pieces = p.planes = p.step = 0


# The schedule.

cdef inline Py_ssize_t even(Py_ssize_t channels, Py_ssize_t most, Py_ssize_t threads) noexcept nogil:
    # channels to a tile, at most so many, so that threads have as much to do each
    cdef Py_ssize_t share = ceiling(channels, threads)
    return ceiling(share, ceiling(share, most))


cdef inline Py_ssize_t column_tile(const Partition* p, Py_ssize_t item, const Machine* machine) noexcept nogil:
    cdef Py_ssize_t columns = PAGE // item, step, most, tiles
    if p.fold > 1:
        return p.channels
    # whole lines of the cache, if there is room for them
    step = TILE_STEP // min(<Py_ssize_t>TILE_STEP, p.size & -p.size)
    most = max(<Py_ssize_t>1, columns // p.size)
    most = most // step * step if most > step else most
    tiles = ceiling(p.channels, most)
    if p.parts == 1:
        # so many that two threads, or four, have as much to do each
        if p.size == 1 and p.folded < BLOCK_ROWS // 2:
            tiles = ceiling(p.channels, columns // 4)
        if tiles == 1 and p.rows * p.channels * p.size >= machine.grain:
            tiles = 2
        elif tiles > 2:
            tiles = ceiling(tiles, 4) * 4
    return min(p.channels, min(most, ceiling(ceiling(p.channels, tiles), step) * step))


cdef inline void arrange_map(Schedule* s, const Partition* p) noexcept nogil:
    # an operation without sums
    cdef Py_ssize_t most = max(<Py_ssize_t>1, COLUMNS // p.size) if p.columns else STRIP_CHANNELS
    cdef bint few = p.rows * p.size < FEW_ELEMENTS and p.channels * p.size >= LINE * s.threads if p.columns else p.parts == 1
    s.order = CARRIED if few else SPREAD
    s.tile = even(p.channels, most, s.threads) if few else min(most, p.channels)


cdef inline void arrange_sums(Schedule* s, const Operation* o, const Partition* p, Py_ssize_t item,
                              const Machine* machine) noexcept nogil:
    cdef Py_ssize_t bytes = (2 if o.sums == PAIRS else 1) * p.rows * p.size * item
    cdef bint linked = o.between != NOTHING
    if p.columns:
        s.tile = column_tile(p, item, machine)
    elif p.parts == 1:
        s.tile = even(p.channels, max(<Py_ssize_t>1, min(<Py_ssize_t>CHANNELS, TILE_ELEMENTS // (p.rows * p.size))), s.threads)
    else:
        s.tile = 1
    if s.threads == 1 or p.parts == 1:
        s.order = CARRIED
    elif (linked and o.sums != FIVE and not p.columns and p.parts >= SPARE * s.threads and bytes >= machine.large
          and s.threads <= machine.processors):
        # with more threads than processors each wait would be for the scheduler
        s.order = TOGETHER
    else:
        s.order = CARRIED if ceiling(p.channels, s.tile) >= SPARE * s.threads else SHARED


cdef inline void share_out(Schedule* s, const Partition* p) noexcept nogil:
    # no more threads than there is to share
    cdef Py_ssize_t units = s.tiles
    if s.order == SHARED:
        units = s.tiles * p.parts
    elif s.order == TOGETHER:
        units = p.parts
    elif s.order == SPREAD:
        units = p.rows if p.columns else p.rows * p.pieces * s.tile
    s.threads = <int>min(<Py_ssize_t>s.threads, units)


cdef inline bint alias(const Operand* operands, int result) noexcept nogil:
    cdef int slot
    for slot in range(<int>OUT):
        if operands[slot].base != NULL and operands[slot].base == operands[result].base:
            return True
    return False


cdef inline Py_ssize_t all_bytes(const Operand* operands, Py_ssize_t elements) noexcept nogil:
    # of all tensors of a call; a result that overwrites one of them is no further one
    cdef Py_ssize_t item = 0
    cdef int slot
    for slot in range(OPERANDS):
        if operands[slot].base != NULL and slot != W and not (slot >= OUT and alias(operands, slot)):
            item += storage_bytes(operands[slot].storage)
    return elements * item


cdef inline bint maps_as_stored(const Plan* plan, const Operation* o, const Operand* operands) noexcept nogil:
    # what is converted, gated or added to, if all of it is stored alike, and lies as a map can walk it
    cdef bint more = plan.relu or operands[<int>Y].base != NULL or operands[<int>ADDED].base != NULL
    cdef int slot
    more = more or not is_kind(operands[<int>X].storage, plan.kind)
    if plan.kind != FLOAT32 or not (o.map == SCALE or o.map == SLOPE or o.map == PULL):
        return False
    for slot in range(OPERANDS):
        if operands[slot].base != NULL and (operands[slot].storage != operands[<int>X].storage
                                            or not (plan.partition.columns or operands[slot].dense)):
            return False
    return more


cdef inline bint goes_by_staging(const Plan* plan, const Operation* o, const Operand* operands, int slot) noexcept nogil:
    # converted, gated, masked, added to, or of planes that are not contiguous
    cdef const Operand* x = &operands[slot]
    if x.base == NULL or slot == Y or slot == ADDED or slot == OUT2 and operands[<int>Y].base != NULL:
        return False
    if slot == W:
        return not plan.partition.columns
    if plan.schedule.as_stored and (o.sums == NO_SUMS or slot >= OUT):
        return False
    if slot == X and o.sums == PAIRS and operands[<int>W].base != NULL:
        return True
    if slot == DY and operands[<int>Y].base != NULL or slot == OUT and (operands[<int>ADDED].base != NULL or plan.relu):
        return True
    return not is_kind(x.storage, plan.kind) or not (plan.partition.columns or x.dense)


cdef inline void arrange(Plan* plan, const Operation* o, const Operand* operands, int threads,
                         const Machine* machine) noexcept nogil:
    cdef Partition* p = &plan.partition
    cdef Schedule* s = &plan.schedule
    cdef Py_ssize_t item = kind_bytes(plan.kind), elements = p.rows * p.channels * p.size
    cdef Py_ssize_t row
    cdef bint carries = not p.columns and p.parts == 1 and o.sums != NO_SUMS
    cdef bint large = all_bytes(operands, elements) >= machine.stream
    cdef int slot
    s.threads = 1 if elements < (machine.whole_grain if carries else machine.grain) else threads
    s.dense, s.apart, s.as_stored = p.columns, False, maps_as_stored(plan, o, operands)
    for slot in range(OPERANDS):
        s.staged[slot] = goes_by_staging(plan, o, operands, slot)
        s.apart = s.apart or s.staged[slot] and not p.columns
        row = p.channels * p.size * storage_bytes(operands[slot].storage)
        if slot != W and operands[slot].base != NULL and operands[slot].n != row:
            s.dense = False
    if o.sums == NO_SUMS:
        arrange_map(s, p)
    else:
        arrange_sums(s, o, p, item, machine)
    s.tiles = ceiling(p.channels, s.tile)
    share_out(s, p)
    s.buffers = 2 if o.between != NOTHING and p.parts > 1 and s.tiles > 1 and s.order == CARRIED else 1
    s.streamed = (machine.streams and large and o.map != NO_MAP and o.map != BEND and (p.columns or operands[<int>OUT].dense)
                  and not alias(operands, OUT))
    s.ahead = machine.ahead if p.columns or s.order == SPREAD else 0
    s.fused = (o.between != NOTHING and o.map != NO_MAP and o.map != BEND and not p.columns and p.parts > 1 and not s.apart
               and not s.as_stored and s.order != SHARED and (s.streamed or machine.registers))
    # a processor follows the parts of longer rows by itself
    s.fetched = large and p.columns and s.tiles == 1
    plan.phases = 1
    if s.order == SHARED:
        plan.phases = (3 if o.between != NOTHING else 1) + (1 if o.after != NOTHING else 0)
    elif s.order == TOGETHER:
        plan.phases = 2 * p.channels + 1


# The scratch.

cdef inline Py_ssize_t carve(Py_ssize_t* used, Py_ssize_t bytes) noexcept nogil:
    # so many bytes that begin on a line of the cache
    cdef Py_ssize_t at = used[0]
    used[0] += ceiling(bytes, LINE) * LINE
    return at


cdef inline void lay_records(Layout* l, const Operation* o, Kind kind, Py_ssize_t parts) noexcept nogil:
    cdef Py_ssize_t bytes = l.channels * parts * <Py_ssize_t>sizeof(double)
    cdef int i, sums = 5 if o.sums == FIVE else 3 if o.sums == WEIGHTED else 0 if o.sums == NO_SUMS else 2
    for i in range(sums):
        l.hi[i] = carve(&l.bytes, bytes)
    # of float32 data what rounding took from a part is far below its own rounding; but five sums meet in products
    for i in range(sums if o.sums == FIVE else 0 if kind == FLOAT32 else sums if o.sums == PAIRS else min(sums, 1)):
        l.lo[i] = carve(&l.bytes, bytes)


cdef inline void lay_coefficients(Layout* l, const Operation* o, Kind kind) noexcept nogil:
    cdef Py_ssize_t item = kind_bytes(FLOAT64) if o.map == BEND else kind_bytes(kind)
    cdef Py_ssize_t column = l.channels * <Py_ssize_t>sizeof(double)
    cdef int j
    cdef bint pull = o.map == PULL or o.map == WEIGHTED_PULL
    for j in range(0 if o.map == NO_MAP else COEFFICIENTS if o.map == BEND else 5 if pull else 3):
        l.coefficient[j] = carve(&l.bytes, l.channels * item)
    if kind != FLOAT32 or o.map == NO_MAP or o.map == BEND:
        return
    l.wide = carve(&l.bytes, l.channels)
    if o.between != NOTHING:
        # where the records were, which have served
        l.exact[0], l.exact[1], l.exact[2], l.exact[3] = l.hi[0], l.hi[1], l.hi[0] + column, l.hi[1] + column
    elif o.map == SLOPE:
        l.exact[2] = carve(&l.bytes, column)
    else:
        for j in range(4):
            l.exact[j] = carve(&l.bytes, column)


cdef inline void open_layout(Layout* l, Py_ssize_t channels) noexcept nogil:
    cdef int i
    l.channels, l.bytes, l.wide = channels, 0, -1
    for i in range(SUMS):
        l.hi[i] = l.lo[i] = -1
    for i in range(COEFFICIENTS):
        l.coefficient[i] = -1
    for i in range(4):
        l.exact[i] = -1


cdef inline void reserve(Plan* plan, const Operation* o) noexcept nogil:
    cdef const Schedule* s = &plan.schedule
    cdef Scratch* z = &plan.scratch
    cdef bint linked = o.between != NOTHING, carried = s.order == CARRIED or s.order == SPREAD
    # exact coefficients of a linked map need two records a channel at least
    cdef Py_ssize_t parts = max(plan.partition.parts, <Py_ssize_t>2) if linked and o.map != BEND else plan.partition.parts
    cdef int slot
    z.room = 0
    for slot in range(OPERANDS):
        z.staging[slot] = carve(&z.room, STAGED_BYTES if plan.partition.columns else CHUNK_BYTES) if s.staged[slot] else -1
    z.work = carve(&z.room, FIVE_BYTES) if o.sums == FIVE or o.sums == WEIGHTED else -1
    open_layout(&z.own, s.tile)
    open_layout(&z.all, plan.partition.channels)
    if carried:
        lay_records(&z.own, o, plan.kind, parts)
    else:
        lay_records(&z.all, o, plan.kind, parts)
    if carried or not linked:
        lay_coefficients(&z.own, o, plan.kind)
    else:
        lay_coefficients(&z.all, o, plan.kind)
    z.kept = z.room
    z.room += s.buffers * z.own.bytes
    z.shared = z.all.bytes
    z.bytes = s.threads * z.room + z.shared


cdef void make(Plan* plan, int operation, Kind kind, Py_ssize_t rows, Py_ssize_t channels, Py_ssize_t size,
               const Operand* operands, bint relu, int threads, const Machine* machine) noexcept nogil:
    """The plan of a call on tensors of shape (rows, channels, size), none of which is 0."""
    cdef Operation o = row_of(operation)
    cdef Partition* p = &plan.partition
    cdef Py_ssize_t item = kind_bytes(kind)
    plan.operation, plan.kind, plan.relu = operation, kind, relu
    p.rows, p.channels, p.size = rows, channels, size
    # of a mask what counts in a longer plane is brought together
    p.columns = (columns_pay(rows, size, kind, o.sums != NO_SUMS) and not (o.sums == WEIGHTED and size >= LONG_RUN)
                 and in_rows(&operands[<int>X], channels, size, storage_bytes(operands[<int>X].storage)))
    if p.columns:
        cut_columns(p, item)
    else:
        # of weighted elements three copies are to stay in the first cache: staged, their weights, and what counts
        cut_runs(p, 2 * item if o.sums == WEIGHTED else item)
    arrange(plan, &o, operands, threads, machine)
    reserve(plan, &o)


# What Python sees.

# where plans change
BOUNDARIES = {
    "SMALL_PLANE": <int>SMALL_PLANE, "MANY_PLANES": <int>MANY_PLANES, "TINY_PLANE": <int>TINY_PLANE, "LONG_RUN": <int>LONG_RUN,
    "LANES": <int>LANES, "PAGE": <int>PAGE, "BLOCK_ROWS": <int>BLOCK_ROWS, "BLOCK_ELEMENTS": <int>BLOCK_ELEMENTS,
    "BLOCKS": <int>BLOCKS, "FEW_BLOCKS": <int>FEW_BLOCKS, "TILE_STEP": <int>TILE_STEP, "TILE_ELEMENTS": <int>TILE_ELEMENTS,
    "STRIP_CHANNELS": <int>STRIP_CHANNELS, "FEW_ELEMENTS": <int>FEW_ELEMENTS, "SPARE": <int>SPARE,
    "CHUNK_BYTES": <int>CHUNK_BYTES, "CHANNELS": <int>CHANNELS, "COLUMNS": <int>COLUMNS, "FOLDED": <int>FOLDED,
    "GROUP": <int>GROUP, "LINE": <int>LINE,
}


def walks_columns(Py_ssize_t rows, Py_ssize_t size, Kind kind):
    """Whether tensors of so many planes of this size are summed in columns, if their rows are contiguous."""
    return columns_pay(rows, size, kind, True)


def machine():
    """The machine that plans are made for, as a dictionary."""
    return here


def by_caches(Py_ssize_t l1, Py_ssize_t l2, Py_ssize_t l3):
    """What a machine whose caches have so many bytes is for the planner: some fields of `machine()`."""
    # half of the last cache: its other users, and what the call before left there, have the rest
    return {"stream": min(l3 // 2, <Py_ssize_t>REACH), "large": max(l2 // 2, <Py_ssize_t>SOON), "ahead": power_of_two(l1 // 4)}


def set_machine(dict known):
    """Make plans for this machine from now on: `machine()` with other values."""
    global here
    here = known
