"""Calls whose plans are traced: what may reach the executor, at each boundary of the planner and at random.

A `group` is calls that differ in all but what bits may depend on: operation, and x's type, shape, layout.
"""

import math
from collections import Counter
from dataclasses import dataclass, field
from itertools import product
from random import Random

from bncore.core.trace.leaves import COUNT
from bncore.core.trace.run import run

from bncore.core.plan import BOUNDARIES, walks_columns

# what an operation reads, what else it may be given, and what it writes
READS = {
    "statistics": ("x",),
    "forward": ("x",),
    "inference": ("x",),
    "backward": ("x", "dy"),
    "inference_backward": ("x", "dy"),
    "gradient_sums": ("x", "dy"),
    "gradient": ("x", "dy"),
    "weighted_statistics": ("x",),
    "weighted_gradient": ("x", "dy"),
    "double_backward": ("x", "dy", "v"),
}
MORE = dict.fromkeys(("backward", "gradient_sums", "gradient", "weighted_gradient"), "y") | dict.fromkeys(
    ("forward", "inference"), "added"
)
# which takes weights: always, or now and then; and which gives dy as a relu lets it through
WEIGHS = {"weighted_statistics": 1, "weighted_gradient": 1, "gradient_sums": 0.4}
LETS_THROUGH = ("backward", "weighted_gradient")
WRITES = dict.fromkeys(READS, ("out",)) | {
    "statistics": (),
    "weighted_statistics": (),
    "gradient_sums": (),
    "double_backward": ("out", "out2"),
}
MAPS_ALONE = ("inference", "gradient", "weighted_gradient")
ITEM = {"float32": 4, "float64": 8}
BYTES = ITEM | {"float16": 2, "bfloat16": 2}
# what x may be stored as, to be computed in each of these, and to be weighed, which is done in float64
STORED = {"float32": ("float32", "float16", "bfloat16"), "float64": ("float64",)}
WEIGHED = {"float64": tuple(BYTES)}
THREADS = (1, 2, 3, 4, 7, 8, 64, 130, 256, 4096)
NEVER = 1 << 62


# Layouts: the strides of n, c, h and w, in elements.

LAYOUTS = {
    "dense": lambda n, c, h, w: (c * h * w, h * w, w, 1),
    "channels outside": lambda n, c, h, w: (h * w, n * h * w, w, 1),
    "rows apart": lambda n, c, h, w: (c * h * w + 7, h * w, w, 1),
    "planes apart": lambda n, c, h, w: (c * (h * w + 3), h * w + 3, w, 1),
    "lines apart": lambda n, c, h, w: (c * h * (w + 2), h * (w + 2), w + 2, 1),
    "every other": lambda n, c, h, w: (2 * c * h * w, 2 * h * w, 2 * w, 2),
    "transposed": lambda n, c, h, w: (c * h * w, h * w, 1, h),
    "narrow n": lambda n, c, h, w: (1, n * h * w, n * w, n),
    "reversed n": lambda n, c, h, w: (-c * h * w, h * w, w, 1),
    "reversed c": lambda n, c, h, w: (c * h * w, -h * w, w, 1),
    "reversed w": lambda n, c, h, w: (c * h * w, h * w, w, -1),
    "reversed": lambda n, c, h, w: (-c * h * w, -h * w, -w, -1),
}
# where several elements are one place in memory, which is no place for results
OVERLAPPING = {
    "broadcast n": lambda n, c, h, w: (0, h * w, w, 1),
    "broadcast c": lambda n, c, h, w: (h * w, 0, w, 1),
    "broadcast w": lambda n, c, h, w: (c * h, h, 1, 0),
    "one element": lambda n, c, h, w: (0, 0, 0, 0),
    "sliding n": lambda n, c, h, w: (1, h * w + n, w, 1),
}


# how weights lie, which are those of every channel: dense, and in the order of x
WEIGHTS = {
    "dense": lambda n, c, h, w: (h * w, 0, w, 1),
    "transposed": lambda n, c, h, w: (h * w, 0, 1, h),
    "narrow n": lambda n, c, h, w: (1, 0, n * w, n),
}


def kinds(operation):
    """What an operation is computed in."""
    return tuple(stored_as(operation))


def stored_as(operation):
    """What its x may be stored as, by kind."""
    return WEIGHED if operation.startswith("weighted") else STORED


def in_rows(extents, strides):
    """Whether the channels of one n lie one after the other."""
    _, c, h, w = extents
    _, along_c, along_h, along_w = strides
    return (w == 1 or along_w == 1) and (h == 1 or along_h == w) and (c == 1 or along_c == h * w)


@dataclass(frozen=True)
class Call:
    """All that a plan depends on. strides: of operands; those that are another are named by `alias`.

    stored: what the elements of operands are stored as, if not as `kind`.
    """

    operation: str
    kind: str
    extents: tuple[int, int, int, int]
    strides: dict[str, tuple[int, int, int, int]]
    threads: int
    machine: dict[str, int]
    alias: dict[str, str] = field(default_factory=dict)
    vectors: int = 8
    stored: dict[str, str] = field(default_factory=dict)
    relu: bool = False

    def trace(self, **planted):
        """What it violates or None, the order, the plan, and how often each leaf was called."""
        return run(**vars(self), **planted)


def machine(**known):
    """One that shares out and streams whatever it can, but for what is known."""
    willing = {"processors": 8, "streams": True, "registers": True}
    return willing | dict.fromkeys(("stream", "large", "grain", "whole_grain"), 1) | {"ahead": 8192} | known


def any_machine(rng, operation, extents, kind, stored):
    """One whose limits lie about this call: bytes of an element, computed and in all tensors."""
    n, c, h, w = extents
    elements, channel = n * c * h * w, n * h * w * kind * (2 if "dy" in READS[operation] else 1)
    limits = {"stream": elements * stored, "large": channel, "grain": elements, "whole_grain": elements}
    return machine(
        processors=rng.choice((1, 2, 8, 64, 4096)),
        streams=rng.random() < 0.7,
        registers=rng.random() < 0.5,
        **{name: rng.choice((1, 1, 1, limit, limit + 1, NEVER)) for name, limit in limits.items()},
    )


def any_alias(rng, lie, writes):
    """Operands that are one array, and results over operands: each over one that no other result is over."""
    alias = dict.fromkeys(list(lie)[1:], "x") if rng.random() < 0.1 else {}
    free = [name for name in lie if name not in alias and lie[name] in LAYOUTS]
    rng.shuffle(free)
    for name in writes:
        # dy as a relu lets it through goes nowhere but over dy and its gate
        over = [each for each in free if "y" not in lie or name == "out" or each in ("dy", "y")]
        if over and rng.random() < 0.5:
            alias[name] = over[0]
            free.remove(over[0])
    return alias


def any_stored(rng, names, x):
    """What operands are stored as: all as x is, or each as it likes; weights are float64."""
    each = dict.fromkeys(names, x)
    if rng.random() < 0.2:
        each |= {name: rng.choice(list(BYTES)) for name in names if name != "x"}
    return each | ({"w": "float64"} if "w" in names else {})


def group(operation, kind, extents, layout, count):
    """So many calls with x of this layout. Equal arguments give equal calls."""
    rng = Random(repr((operation, kind, extents, layout)))
    every = LAYOUTS | OVERLAPPING
    n, _, h, w = extents
    rows = [name for name in every if in_rows(extents, every[name](*extents))]
    for _ in range(count):
        of_x = kind if rng.random() < 0.5 else rng.choice(stored_as(operation)[kind])
        # operands.py lets no other layouts through
        columns = layout in rows and walks_columns(n, h * w, of_x == "float64")
        possible = rows if columns else list(every)
        free = [name for name in possible if name in LAYOUTS]
        lie, writes = {"x": layout}, WRITES[operation]
        more = [MORE[operation]] if operation in MORE and rng.random() < 0.4 else []
        for name in (*READS[operation][1:], *more):
            lie[name] = layout if rng.random() < 0.5 else rng.choice(possible)
        if "v" in lie and rng.random() < 0.2:
            del lie["v"]
        if operation in LETS_THROUGH and more and rng.random() < 0.6:
            writes = ("out", "out2")
        alias = any_alias(rng, lie, writes)
        for name in writes:
            lie[name] = layout if layout in free and rng.random() < 0.5 else rng.choice(free)
        strides = {name: every[how](*extents) for name, how in lie.items() if name not in alias}
        if rng.random() < WEIGHS.get(operation, 0):
            of_weights = "dense" if columns or layout in rows else rng.choice(list(WEIGHTS))
            strides["w"] = WEIGHTS[of_weights](*extents)
        stored = any_stored(rng, strides, of_x)
        tensors = sum(BYTES[stored[name]] for name in strides if name != "w")
        yield Call(
            operation,
            kind,
            extents,
            strides,
            rng.choice((2, THREADS[-1], rng.choice(THREADS), rng.randint(1, 300))),
            any_machine(rng, operation, extents, ITEM[kind], tensors),
            alias,
            rng.choice((8, 4, 0)),
            stored,
            MORE.get(operation) == "added" and rng.random() < 0.3,
        )


def call(operation, extents, threads=1, kind="float32", layout="dense", over=None, more=(), half=(), **known):
    """A call whose operands, and those that it is given more, all lie in one way; half: those of float16."""
    alias = over or {}
    strides = {
        name: LAYOUTS[layout](*extents)
        for name in (*READS[operation], *WRITES[operation], *more)
        if name not in alias
    }
    stored = dict.fromkeys(half, "float16")
    if "w" in more or WEIGHS.get(operation) == 1:
        strides["w"], stored["w"] = WEIGHTS["dense"](*extents), "float64"
    return Call(operation, kind, extents, strides, threads, machine(**known), alias, stored=stored)


# Shapes.


def around(*numbers):
    """Them and their neighbours."""
    return sorted({n + d for n in numbers for d in (-1, 0, 1) if n + d > 0})


def boundary_shapes(kind):
    """Rows, channels and sizes of planes about every number where the planner takes another way."""
    b, item = BOUNDARIES, ITEM[kind]
    step, columns, blocks = b["CHUNK_BYTES"] // item, b["PAGE"] // item, b["BLOCK_ROWS"]
    few = b["FEW_BLOCKS"] * blocks
    # which walk
    for size in (1, *around(b["TINY_PLANE"], b["LONG_RUN"], b["SMALL_PLANE"])):
        yield from product((1, 2, *around(b["MANY_PLANES"])), (1, 2, 3), (size,))
    yield from product(around(step // b["LONG_RUN"]), (1, 2), (b["LONG_RUN"],))
    # pieces to a plane, planes to a chunk, and chunks enough for all threads together
    yield from product((1, 2, 3), (1, 3), around(step // 2, step, 2 * step))
    for planes in (2, 3):
        yield from product(around(planes, 2 * planes), (1, 3), around(step // planes))
    yield from product(around(2 * b["SPARE"]), (1, 3), (step // 2 + 1,))
    yield from product(around(b["SPARE"]), (1, 2), (step + 1,))
    # channels to a tile of runs
    yield from product((1, 3), around(b["CHANNELS"], b["STRIP_CHANNELS"]), (b["TINY_PLANE"], b["LONG_RUN"]))
    yield from product((3,), around(b["TILE_ELEMENTS"] // (3 * b["LONG_RUN"])), (b["LONG_RUN"],))
    # blocks of rows, and rows that are folded
    rows = around(b["GROUP"], 2 * b["GROUP"], blocks // 4, blocks // 2, blocks, 2 * blocks, few)
    yield from product(rows, (1, 2, 5, b["TILE_STEP"] + 1), (1,))
    yield from product(rows, (1, 3), (2, b["TINY_PLANE"] - 1))
    yield from product(around(2 * few, 3 * few, 4 * few), (1, 3), (1,))
    yield from product((2 * few + 1,), around(columns // 2), (1,))
    yield from product(around(b["BLOCKS"] * b["BLOCK_ELEMENTS"] // 2), (1,), (2,))
    # wide rows
    for wide in (columns // 4, columns // 2, columns, 2 * columns):
        yield from product((1, 5, blocks // 2 - 1, blocks // 2), around(wide), (1,))
    for size in (2, 4, b["TINY_PLANE"] - 1):
        yield from product((2, blocks // 4), around(columns // size), (size,))
    for size in (b["TILE_STEP"], b["LONG_RUN"] - 1, b["SMALL_PLANE"] - 1):
        yield from product(
            (b["MANY_PLANES"], 4 * b["MANY_PLANES"]), around(columns // size, 2 * columns // size), (size,)
        )
    # maps alone
    for size in (1, b["TINY_PLANE"]):
        yield from product(around(b["FEW_ELEMENTS"] // size), around(b["LINE"] // size), (size,))
        yield from product((2, 9), around(b["COLUMNS"] // size, 2 * b["LINE"] // size), (size,))
    yield from product((THREADS[-1] + 1,), (1, 2), (1,))


SHAPES = {kind: sorted(set(boundary_shapes(kind))) for kind in ITEM}


def split(rng, rows, channels, size):
    """Extents (N, C, H, W) of such a shape."""
    height = rng.choice([h for h in range(1, min(size, 100) + 1) if size % h == 0])
    return rows, channels, height, size // height


def boundary_groups(most, count):
    """Groups of so many calls for every operation, kind and boundary: x dense, and x in some other layout.

    Of more elements than `most`, half as many calls, and x dense.
    """
    rng = Random(most)
    for operation, kind in [(each, kind) for each in READS for kind in kinds(each)]:
        for shape in SHAPES[kind]:
            extents = split(rng, *shape)
            large = math.prod(shape) > most
            yield operation, kind, extents, "dense", count // 2 if large else count
            if not large:
                yield operation, kind, extents, rng.choice([*LAYOUTS, *OVERLAPPING][1:]), count


def random_groups(seed, groups, most, count):
    """So many groups, with shapes of no more elements than `most`, near and far from boundaries."""
    rng = Random(seed)
    while groups:
        kind = rng.choice(list(ITEM))
        shape = [
            n if rng.random() < 0.5 else round(math.exp(rng.uniform(0, math.log(2 * n + 8))))
            for n in rng.choice(SHAPES[kind])
        ]
        if math.prod(shape) <= most:
            groups -= 1
            yield (
                rng.choice([each for each in READS if kind in kinds(each)]),
                kind,
                split(rng, *shape),
                rng.choice([*LAYOUTS, *OVERLAPPING]),
                count,
            )


# What a plan is an example of.

ORDERS = ("carried", "shared", "together", "spread")  # as types.pxd counts them
# kinds of leaf that have no calls: those of weighted elements are of float64, maps as stored of float32
UNCALLED = {"float32": 4, "float64": 2}
SLOTS = ("x", "dy", "v", "y", "added", "w", "out", "out2")
STAGED = ("x", "dy", "v", "out", "out2")
FLAGS = ("fused", "streamed", "dense", "fetched", "apart", "as_stored")
# whose maps are of elements as they are stored, if all lie and are stored so
AS_STORED = ("forward", "inference", "backward", "inference_backward", "gradient")


def ways(call, plan, leaves):
    p, s = plan["partition"], plan["schedule"]
    order, several = ORDERS[s["order"]], s["threads"] > 1
    walk = "columns" if p["columns"] else "runs"
    yield call.operation, walk, order, "threads" if several else "one thread"
    yield from ((flag, bool(s[flag])) for flag in FLAGS)
    yield from ((walk, "staged", slot) for slot, staged in zip(SLOTS, s["staged"], strict=True) if staged)
    yield from ((walk, slot, storage) for slot, storage in call.stored.items())
    yield from ((call.kind, leaf) for leaf in leaves)
    yield from (("over", call.operation, *pair) for pair in call.alias.items())
    yield from ((order, what) for what, so in {
        "two buffers": s["buffers"] == 2,
        "more threads than tiles": s["threads"] > s["tiles"],
        "more tiles than threads": several and s["tiles"] > s["threads"],
        "several channels": p["channels"] > 1,
        "pieces of planes": p["pieces"] > 1,
        "planes of a chunk": p["planes"] > 1,
        "folded rows": p["fold"] > 1,
        "folded rows and others": p["fold"] > 1 and p["rest"] > 0,
        "as many threads as there may be": s["threads"] == THREADS[-1],
    }.items() if so)  # fmt: skip
    more = MORE.get(call.operation)
    given = {*call.strides, *call.alias}
    beside = [what for what, so in {
        more: more in given,
        "relu": call.relu,
        "dy let through": "y" in given and "out2" in given,
        "weights": "w" in given,
        "half precision": "float16" in call.stored.values() or "bfloat16" in call.stored.values(),
    }.items() if so]  # fmt: skip
    yield from ((call.operation, walk, order, what) for what in beside)
    if s["as_stored"]:
        yield call.operation, walk, order, "as stored"
        stored, flags = call.stored.get("x", call.kind), [flag for flag in FLAGS if s[flag]]
        over = [f"{name} over {other}" for name, other in call.alias.items() if name.startswith("out")]
        yield from (("as stored", call.operation, walk, what) for what in (stored, *beside, *flags, *over))


def orders(operation, walk):
    """The orders in which threads work on it."""
    found = {"carried", "spread" if operation in MAPS_ALONE else "shared"}
    return found | {"together"} if walk == "runs" and operation in ("forward", "backward") else found


def all_ways():
    """Every way that must be taken."""
    for operation, walk in product(READS, ("columns", "runs")):
        each = orders(operation, walk)
        yield from ((operation, walk, order, "threads") for order in each)
        yield from ((operation, walk, order, "one thread") for order in each & {"carried", "spread"})
        more = ["half precision", *filter(None, [MORE.get(operation)])]
        more += ["relu"] * (MORE.get(operation) == "added")
        more += ["dy let through"] * (operation in LETS_THROUGH) + ["weights"] * (operation in WEIGHS)
        yield from product([operation], [walk], each, more)
    for operation, walk in product(AS_STORED, ("columns", "runs")):
        yield from ((operation, walk, order, "as stored") for order in orders(operation, walk))
        more, results = MORE.get(operation), WRITES[operation]
        beside = [*filter(None, [more]), *["relu"] * (more == "added"), "float16", "bfloat16", "streamed"]
        beside += ["dy let through", "out2 over dy", "out2 over y"] * (operation in LETS_THROUGH)
        beside += ["float32"] * (more is not None) + ["dense"] * (walk == "columns")
        over = (*READS[operation], *filter(None, [more]))
        beside += [f"{name} over {other}" for name, other in product(results, over)]
        yield from product(["as stored"], [operation], [walk], beside)
    for operation in READS:
        over = (*READS[operation], MORE[operation]) if operation in MORE else READS[operation]
        yield from (("over", operation, *pair) for pair in product(WRITES[operation], over))
    yield from product(FLAGS, (True, False))
    yield from product(("columns", "runs"), ["staged"], STAGED)
    yield from product(("columns", "runs"), [slot for slot in SLOTS if slot != "w"], BYTES)
    yield from [("columns", "w", "float64"), ("runs", "w", "float64"), ("runs", "staged", "w")]
    yield from product(ORDERS, ["several channels", "pieces of planes"])
    yield from product(
        ("carried", "shared"),
        ["folded rows", "folded rows and others", "planes of a chunk", "more tiles than threads"],
    )
    yield from product(("shared", "together", "spread"), ["more threads than tiles"])
    yield from [
        ("carried", "two buffers"),
        ("over", "backward", "dy", "x"),
        *(("over", operation, "out2", over) for operation, over in product(LETS_THROUGH, ("dy", "y"))),
        ("spread", "as many threads as there may be"),
    ]


class Proof:
    """What the traces of groups have shown."""

    def __init__(self):
        self.calls, self.taken, self.faults = 0, Counter(), []

    def add(self, calls, planted=lambda call: {}):
        """Trace the calls of a group, with what is planted in each."""
        orders = {}
        for call in calls:
            violation, order, plan, leaves = call.trace(**planted(call))
            self.calls += 1
            self.taken.update(ways(call, plan, leaves))
            orders.setdefault(order, call)
            if violation:
                self.faults.append(f"{violation[0]}: {violation[1]}: {call}")
        if len(orders) > 1:
            self.faults.append(f"same order: {' and '.join(map(str, orders.values()))}")

    @property
    def missed(self):
        """The ways that no plan has taken."""
        missed = set(all_ways()) - set(self.taken)
        for kind in ITEM:
            if sum(way[0] == kind for way in self.taken) < COUNT - UNCALLED[kind]:
                missed.add((kind, "every leaf"))
        return missed
