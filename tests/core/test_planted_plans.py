"""The trace is tested: what is planted in a good plan is found, by the statement that it violates."""

from dataclasses import replace

import pytest
from bncore.core.trace.run import ROWS
from calls import ORDERS, SLOTS, Proof, call

from bncore.core.plan import BOUNDARIES

NUMBER, SINGLE, LINE = 8, 4, BOUNDARIES["LINE"]
CHUNK = BOUNDARIES["CHUNK_BYTES"] // SINGLE
# rows that are two parts, and channels whose numbers, of any type, are whole lines
WHOLE = (BOUNDARIES["BLOCK_ROWS"] // 2, LINE, 1, 1)
# the same; of float32 each part fills a staging buffer
STAGED = (BOUNDARIES["BLOCK_ROWS"], LINE, 1, 1)
ROW = LINE * SINGLE


def shift(path, by):
    """Add to one number of a plan."""
    return lambda plan: put(plan, path, get(plan, path) + by)


def move(path, to):
    """Make one number of a plan another."""
    return lambda plan: put(plan, path, get(plan, to))


def fix(path, value):
    return lambda plan: put(plan, path, value)


def get(plan, path):
    for key in path.split("."):
        plan = plan[int(key) if key.isdigit() else key]
    return plan


def put(plan, path, value):
    *outer, last = path.split(".")
    inner = get(plan, ".".join(outer)) if outer else plan
    inner[int(last) if last.isdigit() else last] = value


def changed(call, *changes):
    """The plan of a call, which violates nothing, with changes."""
    violation, _, plan, _ = call.trace()
    assert violation is None
    for change in changes:
        change(plan)
    return plan


def mixed(good, **stored):
    """The same call with operands that are stored otherwise: its map goes through staging buffers."""
    return replace(good, stored=good.stored | stored)


# Calls that have no room for a number more, by the order of their schedules.
FULL = {
    "carried moments": call("forward", WHOLE),
    "carried moments of float64": call("forward", WHOLE, kind="float64"),
    "carried pairs": call("backward", WHOLE),
    "carried pairs of float64": call("backward", WHOLE, kind="float64"),
    "carried slopes": call("inference_backward", WHOLE),
    "carried five": call("double_backward", WHOLE),
    "spread": call("inference", (512, LINE, 1, 1)),
    "shared moments": call("forward", WHOLE, threads=2),
    "shared pairs of float64": call("backward", WHOLE, threads=3, kind="float64"),
    "shared slopes": call("inference_backward", WHOLE, threads=2),
    "shared five": call("double_backward", WHOLE, threads=2),
    "carried halves": mixed(call("backward", STAGED, half=("x", "out")), dy="bfloat16"),
    "carried gates": call("backward", STAGED, more=("y", "out2"), half=("y",)),
    "shared gates": call("backward", STAGED, threads=2, more=("y", "out2"), half=("y",)),
    "spread residuals": call("inference", (512, LINE, 1, 1), more=("added",), half=("added",)),
    "carried gates as stored": call("backward", STAGED, more=("y", "out2")),
    "shared gates as stored": call("backward", STAGED, threads=2, more=("y", "out2")),
    "spread residuals as stored": call("inference", (512, LINE, 1, 1), more=("added",)),
    "spread halves as stored": call("inference", (512, LINE, 1, 1), half=("x", "out")),
    "carried weights": call("weighted_statistics", WHOLE, kind="float64"),
    "shared weights": call("weighted_statistics", WHOLE, threads=2, kind="float64", half=("x",)),
    "carried hidden": call("gradient_sums", STAGED, more=("w",)),
    "shared hidden": call("gradient_sums", STAGED, threads=2, more=("w",)),
    "spread weights": call("weighted_gradient", (512, LINE, 1, 1), kind="float64", half=("x", "dy", "out")),
}

CARRIED, SPREAD, SHARED = FULL["carried moments"], FULL["spread"], FULL["shared moments"]
TWO_THREADS = replace(SPREAD, threads=2)
IN_PLACE = call("inference", (512, LINE, 1, 1), over={"out": "x"})
ROWS_APART = call("forward", WHOLE, layout="rows apart")
SMALL_PLANES = call("inference", (5, 6, 1, 7))
GATHERED = call("backward", (1, 3, 1, 2 * CHUNK), layout="every other")
GATED = FULL["carried gates"]
HALVES = FULL["carried halves"]
GATED_TENSORS = "x", "dy", "y", "out", "out2"
GATED_RUNS = call("backward", (1, 3, 1, 2 * CHUNK), more=("y", "out2"), half=("x", "dy", "out", "out2"))
GATED_IN_PLACE = call("backward", (3, 2, 1, 2 * CHUNK), more=("y", "out2"), over={"out2": "dy", "out": "y"})
LET_THROUGH = call("backward", STAGED, more=("y", "out2"), over={"out2": "dy"})
ADDED = FULL["spread residuals"]
ADDED_IN_PLACE = call("inference", (512, LINE, 1, 1), more=("added",), half=("added",), over={"out": "added"})
GATED_AS_STORED = FULL["carried gates as stored"]
HALVES_AS_STORED = call("backward", STAGED, half=("x", "dy", "out"))
HALF_SLOPES = call("inference_backward", (3, 2, 1, 2 * CHUNK), half=("x", "dy", "out"))
RUNS_AS_STORED = call("backward", (3, 2, 1, 2 * CHUNK), more=("y", "out2"), half=GATED_TENSORS)
ADDED_AS_STORED = FULL["spread residuals as stored"]
ADDED_TO_RUNS = call("forward", (3, 3, 1, CHUNK + 1), more=("added",))
ADDED_AS_STORED_IN_PLACE = call("inference", (512, LINE, 1, 1), more=("added",), over={"out": "added"})
PLANES = call("statistics", (6, 2, 1, CHUNK // 2))
PIECES = call("statistics", (3, 2, 1, 2 * CHUNK))
PIECES_IN_PLACE = call("inference_backward", (3, 2, 1, 2 * CHUNK), over={"out": "dy"})
TWO_BUFFERS = call("forward", (3, 3, 1, CHUNK + 1))
GATHERED_BUFFERS = call("forward", (3, 3, 1, CHUNK + 1), layout="every other")
WEIGHTED = FULL["carried weights"]
WEIGHTED_RUNS = call("weighted_statistics", (3, 2, 1, 2 * CHUNK), kind="float64")
WEIGHTED_IN_PLACE = call("weighted_gradient", (512, LINE, 1, 1), kind="float64", over={"out": "x"})
WEIGHTED_PLANES = call("weighted_gradient", (5, 3, 1, 2 * CHUNK), kind="float64")
HIDDEN, HIDDEN_RUNS = (call("gradient_sums", shape, more=("w",)) for shape in (STAGED, (3, 2, 1, 2 * CHUNK)))
TOGETHER = call("backward", (8, 2, 1, CHUNK + 1), threads=2)

PLANTED = {
    "inside": {
        "a tile too small by one number": (CARRIED, shift("scratch.own.hi.1", -NUMBER)),
        "a room too small by one number": (CARRIED, shift("scratch.kept", NUMBER)),
        "scratch too small by one number": (SHARED, shift("scratch.bytes", -NUMBER)),
        "rooms one over the other": (TWO_THREADS, shift("scratch.room", -LINE)),
        "a staging area too small by one element": (GATHERED, shift("scratch.staging.1", -SINGLE)),
        "two operands in one staging area": (GATHERED, move("scratch.staging.1", "scratch.staging.0")),
        "planes that are not gathered": (GATHERED, fix("schedule.staged.0", False)),
        "rows that are not converted": (HALVES, fix("schedule.staged.0", False)),
        "a staging area of rows too small by one row": (HALVES, shift("scratch.staging.1", -ROW)),
        "a staging area of gated rows too small by one row": (GATED, shift("scratch.kept", -ROW)),
        "two operands in one staging area of rows": (HALVES, move("scratch.staging.1", "scratch.staging.0")),
        "dx staged over the dy that is let through": (
            GATED_RUNS,
            move("scratch.staging.6", "scratch.staging.1"),
        ),
        "exact coefficients over live records": (
            FULL["carried slopes"],
            move("scratch.own.exact.2", "scratch.own.hi.0"),
        ),
        "accumulators over records": (FULL["carried five"], move("scratch.work", "scratch.kept")),
        "one buffer where two are needed": (TWO_BUFFERS, fix("scratch.own.bytes", 0)),
        "accumulators of weighted sums over records": (WEIGHTED, move("scratch.work", "scratch.kept")),
        "a staging area of weights too small by one": (HIDDEN_RUNS, shift("scratch.staging.5", -SINGLE)),
        "weights that are not converted": (HIDDEN_RUNS, fix("schedule.staged.5", False)),
        "weights staged over x": (WEIGHTED_RUNS, move("scratch.staging.5", "scratch.staging.0")),
        "weights staged over dy": (HIDDEN_RUNS, move("scratch.staging.5", "scratch.staging.1")),
        "x that is hidden where it lies, in runs": (HIDDEN_RUNS, fix("schedule.staged.0", False)),
        "rows taken for one run of memory": (ROWS_APART, fix("schedule.dense", True)),
        "rows taken for one run of memory, as they are stored": (
            call("forward", WHOLE, layout="rows apart", more=("added",)),
            fix("schedule.dense", True),
        ),
        "operands of two types mapped as they are stored": (HALVES, fix("schedule.as_stored", True)),
        "a gate of another type, in a map as stored": (GATED, fix("schedule.as_stored", True)),
        "what is added of another type, in a map as stored": (ADDED, fix("schedule.as_stored", True)),
        "float64 mapped as it is stored": (
            call("backward", WHOLE, more=("y", "out2"), kind="float64"),
            fix("schedule.as_stored", True),
        ),
        "weighted rows mapped as they are stored": (WEIGHTED_IN_PLACE, fix("schedule.as_stored", True)),
        "planes that are not contiguous mapped as they are stored": (
            GATHERED,
            fix("schedule.as_stored", True),
        ),
        "halves that are not mapped as they are stored": (
            HALVES_AS_STORED,
            fix("schedule.as_stored", False),
        ),
        "slopes of halves that are not mapped as they are stored": (
            HALF_SLOPES,
            fix("schedule.as_stored", False),
        ),
        "halves mapped as they are stored whose sums take no staging": (
            HALVES_AS_STORED,
            fix("schedule.staged.0", False),
        ),
    },
    "written once": {
        "a tile that is not mapped": (TWO_BUFFERS, shift("schedule.tiles", -1)),
        "a channel that is not mapped": (call("inference", (5, 6, 8, 8)), shift("partition.channels", -1)),
        "a phase carried out twice": (SPREAD, fix("phases", 2)),
        "the map of another channel": (
            SMALL_PLANES,
            fix("partition.channels", 3),
            fix("partition.size", 14),
        ),
        "the map of another channel, of what is stored": (
            call("inference", (5, 6, 1, 7), more=("added",)),
            fix("partition.channels", 3),
            fix("partition.size", 14),
        ),
        "a map of what is stored carried out twice": (ADDED_AS_STORED, fix("phases", 2)),
        "runs as stored of which a channel is not mapped": (
            call("inference", (5, 6, 8, 8), half=("x", "out")),
            shift("partition.channels", -1),
        ),
        "x that is hidden where it lies": (HIDDEN, fix("schedule.staged.0", False)),
        "weighted rows that are not mapped": (WEIGHTED_IN_PLACE, shift("partition.rows", -1)),
        "planes of two channels gathered in one place": (GATHERED_BUFFERS, fix("schedule.fused", True)),
    },
    "read as often": {
        "a part counted twice": (CARRIED, fix("scratch.own.channels", 0)),
        "a part that is not counted": (PLANES, shift("partition.parts", -1)),
        "elements that are not read": (PLANES, shift("partition.planes", -1)),
        "elements that are read twice": (PIECES, fix("partition.planes", 2)),
        "dy that goes past its gate": (
            call("backward", STAGED, more=("y",), half=("y",)),
            fix("schedule.staged.1", False),
        ),
        "weights of a part counted twice": (WEIGHTED, fix("scratch.own.channels", 0)),
        "weighted rows that are not summed": (WEIGHTED, shift("partition.folded", -1)),
        "the weights of another piece": (WEIGHTED_RUNS, shift("partition.step", -BOUNDARIES["LANES"])),
        "a residual that is not added": (ADDED, fix("schedule.staged.6", False)),
        "a residual that is not added as it is stored": (ADDED_AS_STORED, fix("schedule.as_stored", False)),
        "a residual that no loop of maps and sums adds": (ADDED_TO_RUNS, fix("schedule.fused", True)),
        "dy as stored whose sums go past its gate": (GATED_AS_STORED, fix("schedule.staged.1", False)),
    },
    "no race": {
        "two threads on one line of scratch": (TWO_THREADS, shift("scratch.room", NUMBER)),
        "one room for all threads": (TWO_THREADS, fix("scratch.room", 0)),
    },
    "not overwritten": {
        "a result read after it was overwritten": (PIECES_IN_PLACE, fix("partition.planes", 2)),
        "a phase carried out twice, in place": (IN_PLACE, fix("phases", 2)),
        "sums of dy after it was let through in its place": (LET_THROUGH, fix("phases", 2)),
        "weighted x read after it was overwritten": (WEIGHTED_IN_PLACE, fix("phases", 2)),
        "a residual read after it was overwritten": (ADDED_IN_PLACE, fix("phases", 2)),
        "a residual as stored read after it was overwritten": (ADDED_AS_STORED_IN_PLACE, fix("phases", 2)),
    },
}


def test_which_maps_are_of_elements_as_they_are_stored():
    # in these, what is planted finds staging buffers, or none
    staged = HALVES, GATED, FULL["shared gates"], GATED_RUNS, ADDED, ADDED_IN_PLACE, GATHERED
    as_stored = HALVES_AS_STORED, HALF_SLOPES, RUNS_AS_STORED, ADDED_TO_RUNS, ADDED_AS_STORED_IN_PLACE
    as_stored += *(FULL[name] for name in FULL if name.endswith("as stored")), GATED_IN_PLACE, LET_THROUGH
    assert not any(changed(each)["schedule"]["as_stored"] for each in staged)
    assert all(changed(each)["schedule"]["as_stored"] for each in as_stored)


@pytest.mark.parametrize(
    ("statement", "fault"), [(statement, fault) for statement, faults in PLANTED.items() for fault in faults]
)
def test_a_planted_fault(statement, fault):
    good, *changes = PLANTED[statement][fault]
    violation, *_ = good.trace(plan=changed(good, *changes))
    assert violation
    assert violation[0] == statement, violation


@pytest.mark.parametrize(
    ("good", "name", "by"),
    [
        (GATED, "y", ROW // 2),
        (GATED, "y", SINGLE // 2),
        (GATED_RUNS, "y", SINGLE),
        (ADDED, "added", ROW // 2),
        (ADDED, "added", -SINGLE // 2),
        (GATED_AS_STORED, "y", ROW),
        (GATED_AS_STORED, "y", -SINGLE),
        (RUNS_AS_STORED, "y", SINGLE // 2),
        (ADDED_AS_STORED, "added", ROW),
        (ADDED_AS_STORED, "added", -SINGLE),
        (ADDED_TO_RUNS, "added", SINGLE),
        (WEIGHTED, "w", NUMBER),
        (HIDDEN, "w", NUMBER),
        (HIDDEN_RUNS, "w", -NUMBER),
        (WEIGHTED_RUNS, "w", NUMBER),
        (WEIGHTED_PLANES, "w", NUMBER),
        (WEIGHTED_IN_PLACE, "w", -NUMBER),
    ],
    ids=lambda value: getattr(value, "operation", value),
)
def test_what_is_read_of_another_element(good, name, by):
    # a gate, weights, or what is added, one row or one element away from where it belongs
    assert changed(good)
    violation, *_ = good.trace(moved={name: by})
    assert violation
    assert violation[0] in ("read as often", "inside"), violation


def test_a_map_that_does_not_wait_for_its_sums():
    row = ROWS["forward"] | {"before": ROWS["forward"]["between"], "between": ROWS["forward"]["before"]}
    violation, *_ = CARRIED.trace(row=row)
    assert violation
    assert violation[0] == "inside", violation


@pytest.mark.parametrize(
    "good",
    [
        *(FULL[name] for name in FULL if name.startswith("shared")),
        TOGETHER,
        replace(GATED_IN_PLACE, threads=2),
        mixed(replace(GATED_IN_PLACE, threads=2), x="float16"),
        replace(RUNS_AS_STORED, threads=2),
    ],
    ids=lambda call: call.operation,
)
def test_a_barrier_left_out(good):
    plan = changed(good)
    assert plan["schedule"]["threads"] > 1
    for phase in range(plan["phases"] - 1):
        violation, *_ = good.trace(unguarded=(phase,))
        assert violation, f"after phase {phase}"
        assert violation[0] == "no race", violation


def fewer_parts(plan):
    plan["partition"]["parts"] //= 2


def no_folding(plan):
    p = plan["partition"]
    p["fold"], p["folded"], p["rest"] = 1, p["rows"], 0


def longer_pieces(plan):
    plan["partition"]["step"] += BOUNDARIES["LANES"]


@pytest.mark.parametrize(
    ("good", "change"),
    [
        (call("statistics", (512, 4, 1, 1)), fewer_parts),
        (call("statistics", (2051, 1, 1, 1)), no_folding),
        (call("backward", (3, 2, 1, CHUNK + 1)), longer_pieces),
    ],
    ids=lambda value: getattr(value, "__name__", None),
)
def test_a_partition_that_looks_at_the_number_of_threads(good, change):
    proof, calls = Proof(), [replace(good, threads=threads) for threads in (1, 2)]
    proof.add(calls)
    assert not proof.faults
    proof.add(calls, lambda call: {"plan": changed(call, change)} if call.threads > 1 else {})
    assert [fault.partition(":")[0] for fault in proof.faults] == ["same order"]


def areas(plan):
    """Where each vector, staging area and accumulator of a plan's scratch begins."""
    scratch = plan["scratch"]
    for layout in ("own", "all"):
        for name in ("hi", "lo", "coefficient", "exact"):
            yield from (
                f"scratch.{layout}.{name}.{i}" for i, at in enumerate(scratch[layout][name]) if at >= 0
            )
        if scratch[layout]["wide"] >= 0:
            yield f"scratch.{layout}.wide"
    yield from (f"scratch.staging.{i}" for i, at in enumerate(scratch["staging"]) if at >= 0)


def may_share(good, one, other):
    """Whether these areas may be one.

    A map may lie where its channel's records were, which have served, if it waits for sums. A result may be
    staged where an operand is, as it may be written over one, but for dy where it is to be let through.
    """
    words = {*one.split("."), *other.split(".")}
    if "staging" in words:
        slots = [SLOTS[int(name[-1])] for name in (one, other)]
        return any(slot.startswith("out") for slot in slots) and not ("dy" in slots and "y" in good.strides)
    waits = ROWS[good.operation]["between"] != ROWS["statistics"]["between"]
    return waits and words & {"hi", "lo"} and words & {"exact", "coefficient", "wide"}


@pytest.mark.parametrize("name", FULL)
def test_no_number_has_room_to_spare(name):
    plan = changed(FULL[name])
    assert ORDERS[plan["schedule"]["order"]] == name.split()[0]
    for area in areas(plan):
        size = 1 if area.endswith("wide") else NUMBER
        if get(plan, area) > 0:
            violation, *_ = FULL[name].trace(plan=changed(FULL[name], shift(area, -size)))
            assert violation, area


@pytest.mark.parametrize(
    "good",
    [*FULL.values(), GATHERED, GATED_RUNS, RUNS_AS_STORED],
    ids=[*FULL, "gathered", "gated runs", "runs as stored"],
)
def test_no_two_areas_are_one(good):
    plan = changed(good)
    names = list(areas(plan))
    for one in names:
        for other in names:
            if one != other and one.split(".")[1] == other.split(".")[1] and not may_share(good, one, other):
                violation, *_ = good.trace(plan=changed(good, move(one, other)))
                assert violation, f"{one} at {other}"
