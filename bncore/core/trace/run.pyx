"""A plan carried out by leaves that compute nothing: `run` says which of these it violates, if any.

1. Every access is inside its operand, or inside the scratch that the plan gives to that thread, and finds there what was
   written for it.
2. Every element of every result is written exactly once, of the same element of each operand and the map of its own channel,
   and nothing else is written.
3. Every element of an operand is read as often as the operation says, and summed once, in a part that is counted once.
4. Between two barriers no thread writes what another reads or writes.
5. Where a result is an operand, nothing is read after it was overwritten.
6. The order in which a channel's elements are combined is the same for every thread count, machine and alias: `run` returns the
   order, and who calls compares.

a. The threads of a phase run one after the other. A race is seen whoever comes first, so one order of them says what any does.
b. Not seen: what happens within a leaf; what is fetched; stores past the caches, which the executor settles before each barrier;
   and that a barrier is one.
c. Rejected: valgrind, or a sanitizer, over real calls. They see one schedule of the machine at hand, and no order.
"""

from libc.string cimport memset

from bncore.core.call import NAMES, SLOTS

from bncore.core.execute cimport Call, phase
from bncore.core.operations cimport operation as row_of
from bncore.core.plan cimport make
from bncore.core.trace.leaves cimport level
from bncore.core.trace.memory cimport (
    BETA, DBETA, DDBETA, DDGAMMA, DGAMMA, FAR, GAMMA, GAP, LEAVES, MEAN, NEW_DY_REST, NEW_DYD, NEW_DYD_REST, NEW_MEAN, NEW_REST,
    NEW_VAR, NEW_WEIGHT, NO_STATEMENT, READ_AS_OFTEN, REGIONS, REST, SCRATCH, SUM_DY, SUM_DYD, VAR, WRITTEN_ONCE, Given, Region,
    T, open_scratch, open_tensor, open_vector, violated,
)
from bncore.core.types cimport (
    ADDED, AS_BFLOAT16, AS_FLOAT16, AS_FLOAT32, AS_FLOAT64, BEND, DY, FIVE, FLOAT32, FLOAT64, GIVEN_PULL, GIVEN_SCALE, MOMENTS,
    NO_MAP, NOTHING, OPERANDS, OUT, OWN_MOMENTS, PAIRS, PULL, SCALE, SLOPE, V, W, WEIGHTED, WEIGHTED_PULL, X, Y, Kind, Machine,
    Operation, Parameters, Storage, Vector, kind_bytes, storage_bytes,
)

ROWS = {name: row_of(number) for name, number in NAMES.items()}    # of the table of operations
KINDS = {"float32": <int>FLOAT32, "float64": <int>FLOAT64}
STORAGES = {
    "float32": <int>AS_FLOAT32, "float64": <int>AS_FLOAT64, "float16": <int>AS_FLOAT16, "bfloat16": <int>AS_BFLOAT16,
}
STATEMENTS = (None, "inside", "written once", "read as often", "no race", "not overwritten")


cdef int give(Vector* v, Given which, Py_ssize_t item) except -1:
    # a vector that is read; item: 8, 4, or 0 where it is not given
    cdef char* at
    v.wide, v.single = NULL, NULL
    if item:
        at = open_vector(which, T.channels, item, False)
        if item == sizeof(double):
            v.wide = <const double*>at
        else:
            v.single = <const float*>at
    return 0


cdef double* want(Given which) except NULL:
    return <double*>open_vector(which, T.channels, sizeof(double), True)


cdef float* want_single(Given which) except NULL:
    return <float*>open_vector(which, T.channels, sizeof(float), True)


cdef int open_parameters(Parameters* p, const Operation* o, Py_ssize_t item) except -1:
    # what the operation reads of channels, where it may be absent in numbers of so many bytes, and what it writes
    cdef bint given = o.sums != MOMENTS and o.sums != WEIGHTED
    p.own = o.between != NOTHING or o.after == OWN_MOMENTS or o.map == NO_MAP or o.before == GIVEN_PULL
    give(&p.gamma, GAMMA, item if o.map != NO_MAP else 0)
    give(&p.beta, BETA, item if o.map == SCALE else 0)
    give(&p.mean, MEAN, (item or sizeof(double)) if given else 0)
    give(&p.var, VAR, (item or sizeof(double)) if given else 0)
    give(&p.rest, REST, item if o.before == GIVEN_SCALE else 0)
    give(&p.sum_dy, SUM_DY, sizeof(double) if o.before == GIVEN_PULL else 0)
    give(&p.sum_dyd, SUM_DYD, sizeof(double) if o.before == GIVEN_PULL else 0)
    give(&p.ddgamma, DDGAMMA, item if o.map == BEND else 0)
    give(&p.ddbeta, DDBETA, item if o.map == BEND else 0)
    if o.sums == MOMENTS or o.sums == WEIGHTED:
        p.new_mean, p.new_rest, p.new_var = want(NEW_MEAN), want(NEW_REST), want(NEW_VAR)
    if o.sums == WEIGHTED:
        p.new_weight = want(NEW_WEIGHT)
    elif o.sums == FIVE:
        p.dgamma = want(DGAMMA)
    elif o.sums == PAIRS and item == sizeof(float):
        p.dgamma_single, p.dbeta_single = want_single(DGAMMA), want_single(DBETA)
    elif o.sums == PAIRS:
        p.dgamma, p.dbeta = want(DGAMMA), want(DBETA)
        if o.map == NO_MAP:
            p.new_dy_rest, p.new_dyd, p.new_dyd_rest = want(NEW_DY_REST), want(NEW_DYD), want(NEW_DYD_REST)
    return 0


cdef int sweeps(const Operation* o, int slot) noexcept:
    # over an operand: one for the sums, one for the map
    cdef int sums = ((o.sums == MOMENTS or o.sums == WEIGHTED) and slot == X or o.sums == PAIRS and slot <= DY
                     or o.sums == FIVE and slot <= V)
    cdef int maps = (o.map == SCALE and (slot == X or slot == ADDED) or o.map == SLOPE and slot == DY
                     or (o.map == PULL or o.map == WEIGHTED_PULL) and slot <= DY or o.map == BEND and slot <= V)
    if slot == W:
        return (o.sums == WEIGHTED or o.sums == PAIRS) + (o.map == WEIGHTED_PULL)
    return sweeps(o, DY) if slot == Y else sums + maps


cdef void check_counts(const Call* call) noexcept:
    # statements 2 and 3, when all is done
    cdef int number, slot, expected
    cdef Py_ssize_t i
    cdef Region* r
    for number in range(REGIONS):
        r = &T.regions[number]
        for i in range(r.slots):
            if r.elements[i].writes != (r.result and r.elements[i].number != GAP):
                violated(WRITTEN_ONCE, b"a result that was not written", i)
    for number in range(OPERANDS):
        r, expected = &T.regions[number], 0
        for slot in range(<int>OUT):
            if call.operands[slot].base != NULL and T.region_of[slot] == number:
                expected += sweeps(&call.operation, slot)
        for i in range(r.slots):
            if r.elements[i].reads != expected * r.elements[i].times:
                violated(READ_AS_OFTEN, b"an element that is not read as often as the operation says", i)
    for i in range(T.made_count):
        if T.made[i].count >= 0 and T.made[i].concluded != 1:
            violated(READ_AS_OFTEN, b"a part that is not counted once", i)


cdef void carry_out(const Call* call, tuple unguarded) noexcept:
    cdef Py_ssize_t number, thread
    for number in range(call.plan.phases):
        if number == 0 or number - 1 not in unguarded:
            T.before = T.several
            T.several = T.before + call.plan.schedule.threads + 1
        for thread in range(call.plan.schedule.threads):
            T.number, T.thread, T.me = number, thread, T.before + 1 + thread
            phase(call, number, thread)


def run(str operation, str kind, tuple extents, dict strides, int threads, dict machine, dict alias=None,
        int vectors=8, dict stored=None, bint relu=False, dict plan=None, dict row=None, dict moved=None, tuple unguarded=()):
    """Carry out the plan of a call. Returns what it violates, or None; the order; the plan; and the calls of each leaf.

    extents: N, C, H, W. strides: in elements, of each operand ("x", "dy", "v", "y", "added", "out", "out2"); alias: which operand
    another is, {"out": "x"}. stored: what elements of an operand are stored as, if not as `kind`. vectors: bytes of a number of
    gamma and the others, 0 where they are absent. plan, row: in the place of the planner's and the table's. moved: by how many
    bytes an operand is taken to begin behind its beginning. unguarded: phases after which no barrier stands.
    """
    cdef Call call
    cdef Machine known = machine
    cdef int slot, number
    cdef Storage storage
    memset(&call, 0, sizeof(call))
    number = <int>KINDS[kind]
    T.item, T.channels, T.size = kind_bytes(<Kind>number), extents[1], extents[2] * extents[3]
    for slot in range(REGIONS):
        T.regions[slot].slots = 0
    for name, at in SLOTS.items():
        slot = at
        T.region_of[slot] = SLOTS[alias.get(name, name) if alias else name]
        if name in strides:
            storage = STORAGES[stored.get(name, kind) if stored else kind]
            call.operands[slot].storage = storage
            open_tensor(slot, &call.operands[slot], extents, strides[name], storage_bytes(storage))
    for slot in range(OPERANDS):
        if T.region_of[slot] != slot:
            call.operands[slot] = call.operands[T.region_of[slot]]
        if slot >= <int>OUT and call.operands[slot].base != NULL:
            T.regions[T.region_of[slot]].result = True
    make(&call.plan, NAMES[operation], <Kind>number, extents[0], T.channels, T.size, call.operands, relu, threads, &known)
    if plan is not None:
        call.plan = plan
    call.operation = row_of(call.plan.operation)
    if row is not None:
        call.operation = row
    for name, number in (moved or {}).items():
        call.operands[<int>SLOTS[name]].base += number
    call.leaves, call.scratch = &level.of[<int>KINDS[kind]], <char*>(<Py_ssize_t>(SCRATCH + 1) << FAR)
    T.call, T.statement, T.leaf, T.number, T.thread = &call, NO_STATEMENT, b"the plan", 0, 0
    memset(T.calls, 0, sizeof(T.calls))
    try:
        open_parameters(&call.parameters, &call.operation, vectors)
        open_scratch()
        T.start = T.several
        carry_out(&call, unguarded)
        if T.statement == NO_STATEMENT:
            T.leaf = b"the end"
        check_counts(&call)
    finally:
        T.call = NULL
    calls = {T.names[slot].decode(): T.calls[slot] for slot in range(LEAVES) if T.calls[slot]}
    return violation(), (<char*>T.order)[:8 * T.channels], call.plan, calls


cdef tuple violation():
    # the statement by its name, and where
    if T.statement == NO_STATEMENT:
        return None
    return STATEMENTS[T.statement], f"{T.leaf.decode()}: {T.what.decode()}, {T.where}; phase {T.at_phase}, thread {T.at_thread}"
