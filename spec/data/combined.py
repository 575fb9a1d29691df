"""Data sets that combine: sizes, layouts, values, parameters and company, every two of their levels together.

Real faults need two things at once: channels-last and many pixels, one pixel and many images. What can be
varied is a factor here, and a covering array says which levels meet in a data set. An extent that is large is
many copies of a small one, so that what is exact stays cheap: the copies of an element have one exact value.

`python -m spec.data.combined` finds the arrays anew, after a change to what is combined or how.
"""

import json
import math
from functools import cache, partial
from pathlib import Path

import numpy as np

from .covering import Covering
from .layouts import AND, OF_DY

# So many elements a data set may have, one whose memory has something between its elements, and a block, of
# which the oracle is asked.
MOST, SLICED, BLOCK = 2**17 + 2**14, 2**16 + 2**5, 72
# Rows of up to so many elements cost less than those of more.
STEPS = 2**12, 2**15
# Beyond so many elements, no other calls are made beside the one that is judged.
ALONE = 2**12

# Extents, by class: what may be a case of its own, and what is between powers of two or a multiple of some.
# All divide by 3, 5 or 7, or are small. From LARGE on, it is about the largest that there is room for.
LARGE = 256
EXTENTS = [
    *((1,), (2,), (3,), (4,), (5, 7, 9), (6, 8, 16), (21, 35, 45), (64, 128), (75, 135, 315)),
    *((525, 1024, 1125, 2205), (4725, 8505, 16875, 33075), (65625, 67200)),
]
SIZES = dict.fromkeys(("n", "c", "plane"), EXTENTS)
# Of the layouts, those that a kernel may have a path for; the others have a data set of their own.
HERE = (
    *(
        "contiguous",
        "channels-last",
        "samples-last",
        "reversed",
        "sliced",
        "permuted",
        "channels-reversed",
        "cut",
    ),
    *("channels-last cut", "samples broadcast", "planes broadcast", "guarded after"),
)
# Those of dy: one of each kind.
OF_GRADIENTS = (
    *("contiguous", "channels-last", "samples-last", "reversed", "sliced", "channels-reversed", "cut"),
    *("channels-last cut", "samples broadcast"),
)
# How gamma, beta, the statistics given and the running ones lie.
OF_NUMBERS = "", "numbers spaced", "numbers reversed"


def _some(c):
    """Every third of the channels, but for the first and the last."""
    return (np.arange(c) % 3 == 1) & (np.arange(c) < c - 1)


def _normal(rng, shape):
    return rng.normal(0.5, 2, shape)


def _specks(rng, shape):
    """Ordinary numbers, a few of which are next to nothing."""
    return _normal(rng, shape) * np.where(rng.random(shape) < 0.2, 1e-9, 1)


# What a channel may hold: functions of a generator and of a shape, in float64.
VALUES = {
    "huge": lambda rng, shape: 1e20 * rng.normal(1, 1, shape),
    "small": lambda rng, shape: 1e-8 * rng.normal(1, 1, shape),
    "constant": lambda rng, shape: np.full(shape, rng.uniform(-9, 9)),
    "far": lambda rng, shape: 1e4 + rng.normal(0, 1, shape),
    "whole": lambda rng, shape: rng.integers(-8, 9, shape).astype(float),
    "normal": _normal,
    "farthest": lambda rng, shape: 1e9 + 64 * rng.integers(-9, 10, shape),
    "tiny": lambda rng, shape: 1e-20 * rng.normal(1, 1, shape),
    "sparse": lambda rng, shape: rng.normal(0, 1, shape) * (rng.random(shape) < 0.3),
    "negative, farther": lambda rng, shape: -3e5 - rng.uniform(0, 3, shape),
    "positive": lambda rng, shape: rng.uniform(1, 2, shape),
    "outlier": lambda rng, shape: np.where(
        rng.random(shape) < 1.5 / math.prod(shape), 1e4, _normal(rng, shape)
    ),
    "counts": lambda rng, shape: rng.integers(0, 9, shape).astype(float),
    "specks": _specks,
    "large": lambda rng, shape: 1e9 * rng.normal(1, 1, shape),
}
# Those of which all channels of a data set are, or all but some that are constant; in the others each channel
# is of another kind.
SOME = "some constant"
PURE = (
    *("normal", "positive", "far", "negative, farther", "whole", "counts", "sparse", "specks", "large", SOME),
    "small",
)
ORDINARY = "normal", "positive", "whole", "counts", SOME
MIXED = "mixed", "not finite"

GAMMAS = {
    "random": lambda rng, c: {},
    "None": lambda rng, c: {"gamma": None},
    "1": lambda rng, c: {"gamma": np.ones(c)},
    "some 0": lambda rng, c: {"gamma": np.where(_some(c), 0, rng.normal(0, 1, c))},
    "of every size": lambda rng, c: {"gamma": rng.normal(0, 1, c) * 10.0 ** rng.integers(-6, 7, c)},
}
BETAS = {
    "random": lambda rng, c: {},
    "None": lambda rng, c: {"beta": None},
    "0": lambda rng, c: {"beta": np.zeros(c)},
    "of every size": lambda rng, c: {"beta": rng.normal(0, 1, c) * 10.0 ** rng.integers(-6, 7, c)},
}
GRADIENTS = {
    "random": lambda rng, shape: rng.normal(0.25, 1, shape),
    "far from 0": lambda rng, shape: rng.normal(1e3, 1, shape),
    "equal": lambda rng, shape: np.full(shape, 0.75),
    "sparse": lambda rng, shape: _sparse(rng, rng.normal(0.25, 1, shape)),
    "tiny": lambda rng, shape: 1e-30 * rng.normal(0.25, 1, shape),
    "huge": lambda rng, shape: 1e25 * rng.normal(0.25, 1, shape),
}
EPS = 1e-5, 1e-3, 1e-12, 1.0, 0.0, 1e-8
GIVEN = {
    "near": lambda rng, c: {},
    "of a new layer": lambda rng, c: {"mean": np.zeros(c), "var": np.ones(c)},
    "no mean": lambda rng, c: {"mean": np.zeros(c)},
    "tiny var": lambda rng, c: {"var": np.full(c, 1e-12)},
    "nothing": lambda rng, c: {"mean": np.zeros(c), "var": np.full(c, 1e-12)},
}
RUNNING = {
    "0.1": (0.1, {}),
    "0": (0.0, {}),
    "1": (1.0, {}),
    "0.75": (0.75, {}),
    "0.5, new": (0.5, {"running_mean": 0.0, "running_var": 1.0}),
    "0.001, far": (0.001, {"running_mean": 1e4, "running_var": 1e6}),
}
# Which of the declared dtypes a data set is judged in, by their number; in a full run it is all of them.
TURNS = range(4)
RANKS = 2, 3, 4, 5
FACTORS = {
    **SIZES,
    "rank": RANKS,
    "layout": HERE,
    "layout of dy": OF_GRADIENTS,
    "layout of numbers": OF_NUMBERS,
    "values": (*PURE, *MIXED),
    "gamma": tuple(GAMMAS),
    "beta": tuple(BETAS),
    "gradient": tuple(GRADIENTS),
    "eps": EPS,
    "given": tuple(GIVEN),
    "running": tuple(RUNNING),
    "turn": TURNS,
    # whether it is differentiated twice
    "second": (False, True),
}
# What a call may have beside its arguments, alone and together, and how weights lie along the axes of x.
# Weights of 0 may be a padding, in which nothing is a number.
OPTIONS = {
    "weights": ("", "weights", "mask", "padding"),
    "weights along": ("all axes", "samples", "planes"),
    "residual": (False, True),
    "relu": (False, True),
    "shards": (False, True),
}
# What is combined of the calls that have something of it.
OPTIONAL = FACTORS | {"values": PURE} | OPTIONS
# Other calls, beside which small ones are judged.
COMPANY = "before", "same memory", "others", "threads"
FEW = {
    **{name: [(2, 3), (4, 8), (5, 7, 9), (21, 35)] for name in SIZES},
    **{"plane": [(1,), (2, 3), (4, 8), (5, 7, 9)], "values": ORDINARY[:2], "gradient": ("random",)},
    **{"gamma": ("random", "None"), "beta": ("random", "None"), "eps": (1e-5, 1.0)},
    **{"given": ("near", "no mean"), "running": ("0.1", "0.75"), "layout of dy": OF_GRADIENTS[:2]},
}
IN_COMPANY = FACTORS | FEW | {"company": COMPANY}
# The layers into which inference is folded: by axes beside channels, and how their channels are grouped.
FOLDED = {
    "axes": (0, 1, 2, 3),
    "groups": ("one", "several", "depthwise", "two for each"),
    "transposed": (False, True),
    "square": (False, True),
    "bias": (True, False),
    "layout": ("contiguous", "channels-last", "reversed", "sliced", "permuted"),
    **{"gamma": ("random", "None"), "beta": ("random", "None"), "eps": (1e-5, 1.0), "turn": TURNS},
}
# How much a factor counts where three meet: real kernels have paths for some, and only read others.
WEIGHTS = {
    **dict.fromkeys(SIZES, 3),
    **{"layout": 3, "layout of dy": 2, "values": 2, "turn": 2, "rank": 2, "second": 2},
    **{"weights": 3, "residual": 3, "relu": 3},
}


def _sparse(rng, array):
    """An array with 0 for half of its elements, and for some channels."""
    array[:, _some(array.shape[1])] = 0
    return array * (rng.random(array.shape) < 0.5)


def _read(row, factors):
    """The levels of a row, by name."""
    return {name: factors[name][level] for name, level in row.items()}


def _room(row):
    """How many elements a row may have, as far as it is known: some of its factors may be missing."""
    if row.get("company"):
        return ALONE
    # memory with something between its elements takes many times as much
    return SLICED if "sliced" in (row.get("layout"), row.get("layout of dy")) else MOST


def _allowed(row, factors):
    """Whether levels fit together: a partial row of them."""
    row = _read(row, factors)
    least = {name: min(row[name]) for name in SIZES if name in row}
    if math.prod(least.values()) > _room(row) or (row.get("rank") == 2 and least.get("plane", 1) > 1):
        return False
    if row.get("second") and (
        row.get("values", ORDINARY[0]) not in ORDINARY
        or row.get("gradient") in ("far from 0", "tiny", "huge")
        or row.get("weights") == "padding"
        or row.get("relu")
    ):
        return False  # of numbers of an ordinary size alone the second derivatives say something
    if row.get("shards") and (row.get("weights") or row.get("residual") or row.get("relu")):
        return False
    if row.get("shards") and row.get("eps") == 0:
        return False  # parts may be constant
    if row.get("weights") == "padding" and (row.get("residual") or row.get("relu")):
        return False  # y of what is no number is another one's no more; a rectifier makes 0 of -inf
    if row.get("relu") and row.get("gradient") == "huge":
        return False  # a gate hides what is not finite in half precision
    beside = {name for name in ("weights", "residual", "shards", "relu") if name in factors}
    without = {"relu"} if row.get("second") or row.get("gradient") == "huge" else set()
    without |= {"shards"} if row.get("eps") == 0 else set()
    if beside and not any(row.get(name, True) for name in beside - without):
        return False  # nothing beside its arguments
    # what hides other faults is not asked of many elements
    return not max(least.values(), default=0) > 2**14 or not _hiding(row)


# The levels that hide what others show: of those, a data set is there for its pairs alone.
NARROW = {"values": (*MIXED, "small"), "gradient": ("equal",)}


def _hiding(row):
    return {name for name, levels in NARROW.items() if row.get(name) in levels}


def _narrow(row, factors):
    """The factors of a row that hide the others: one channel; one or two elements in each, or equal ones."""
    row = _read(row, factors)
    found = _hiding(row) | ({"c"} if row.get("c") == (1,) else set())
    if all(name in row for name in ("n", "plane", "layout")):
        n, plane = max(row["n"]), max(row["plane"])
        spread = {"samples broadcast": plane, "planes broadcast": n}.get(row["layout"])
        if n * plane <= 2:
            found |= {"n", "plane"}
        if spread == 1:
            found |= {"layout", "plane" if n > 1 else "n"}
    return found


def _cost(row, factors):
    """What a row costs, in steps: nothing that is not there for its extents is large."""
    size = math.prod(min(factors[name][row[name]]) for name in SIZES if name in row)
    return sum(size > step for step in STEPS)


def _void(row, factors):
    """The layouts of a row that are nothing but contiguous there: too few of its extents are not 1."""
    row = _read(row, factors)
    if not all(name in row for name in (*SIZES, "rank", "layout", "layout of dy")):
        return set()
    n, c, plane = (max(row[name]) > 1 for name in SIZES)
    flat = row["rank"] == 2 and c
    idle = {
        "channels-last": not (c and plane),
        "samples-last": not (n and (c or plane)),
        "reversed": not (n or plane or flat),
        "permuted": n + c + plane < 2,
        "channels-reversed": not c,
        "cut": not (plane or flat),
        "channels-last cut": not (c and (n or plane)),
        "samples broadcast": not n,
        "planes broadcast": not plane,
    }
    return {name for name in ("layout", "layout of dy") if idle.get(row[name])}


def _foldable(row):
    """Whether there is such a layer: none of rows has groups, a square one as many channels on each side."""
    row = _read(row, FOLDED)
    if not row.get("axes", 1) and (row.get("groups", "one") != "one" or row.get("transposed")):
        return False
    return not (row.get("square") and row.get("groups") == "two for each")


# The covering arrays by name: what is combined, and the seed.
ARRAYS = {
    "rows": (FACTORS, 0),
    "optional": (OPTIONAL, 2),
    "in company": (IN_COMPANY, 4),
    "folded": (FOLDED, 6),
}
# Where they are kept, as numbers of levels: to find them takes seconds, and every command needs them.
KEPT = Path(__file__).with_name("combined.json")


def found(name):
    """The rows of an array, found anew: a dict of numbers of levels each."""
    factors, seed = ARRAYS[name]
    levels = {each: len(there) for each, there in factors.items()}
    if factors is FOLDED:
        return list(Covering(levels, _foldable, seed=seed).rows())
    functions = {"allowed": _allowed, "narrow": _narrow, "void": _void, "cost": _cost}
    bound = {each: partial(function, factors=factors) for each, function in functions.items()}
    return list(Covering(levels, **bound, weights=WEIGHTS, seed=seed).rows())


def rows(name="rows"):
    """The rows of an array, as they are kept: a dict of levels each."""
    factors, _ = ARRAYS[name]
    return [_read(dict(zip(factors, row, strict=True)), factors) for row in _kept()[name]]


@cache
def _kept():
    return json.loads(KEPT.read_text(encoding="utf-8"))


def keep():
    """Find all arrays anew, and keep them."""
    arrays = {name: [list(row.values()) for row in found(name)] for name in ARRAYS}
    lines = [f'"{name}": [\n' + ",\n".join(map(json.dumps, each)) + "\n]" for name, each in arrays.items()]
    KEPT.write_text("{\n" + ",\n".join(lines) + "\n}\n", encoding="utf-8")


def build_folded(row):
    """A function that draws the data set of such a row, and what of it is fixed."""
    # channels before and after, and groups
    k, c, groups = {
        "one": (6, 6, 1) if row["square"] else (5, 7, 1),
        "several": (6, 6, 3) if row["square"] else (6, 9, 3),
        "depthwise": (7, 7, 7),
        "two for each": (10, 5, 5) if row["transposed"] else (5, 10, 5),
    }[row["groups"]]
    shape = (k, c // groups) if row["transposed"] else (c, k // groups)

    def drawn(rng):
        x = rng.normal(1, 3, (5, c))
        found = {"x": x, "weight": rng.normal(0, 1, shape + (3, 2, 1)[: row["axes"]]), "ddx": None}
        found["bias"] = rng.normal(1, 2, c) if row["bias"] else None
        return found | GAMMAS[row["gamma"]](rng, c) | BETAS[row["beta"]](rng, c)

    fixed = {"groups": None if groups == 1 else groups} | {
        name: row[name] for name in ("transposed", "layout", "eps", "turn")
    }
    return drawn, fixed


def _layout(row):
    """The layout of x, of dy and of what is a number a channel."""
    x, dy, numbers = row["layout"], row["layout of dy"], row["layout of numbers"]
    return AND.join([x, *([f"{OF_DY}{dy}"] if x != dy else []), *([numbers] if numbers else [])])


def _divisors(n):
    return [d for d in range(1, n + 1) if n % d == 0]


def _extents(rng, row):
    """N, C and the extents of a plane, and for each how often its block is repeated."""
    drawn = {name: min(row[name]) for name in SIZES}
    for name in rng.permutation(list(SIZES)):
        rest = math.prod(drawn[each] for each in SIZES if each != name)
        fitting = [each for each in row[name] if each * rest <= _room(row)]
        # of a class of large ones, about the largest that there is room for
        least = 0.9 * max(fitting) if max(fitting) >= LARGE else 0
        drawn[str(name)] = int(rng.choice([each for each in fitting if each >= least]))
    n, c, plane = drawn.values()
    cuts = [d for d in _divisors(plane) if d * d <= plane]
    height = int(rng.choice(cuts[-2:]))
    inner = [(), (plane,), (height, plane // height), (1, height, plane // height)][row["rank"] - 2]
    shape = [n, c, *inner]
    block = list(shape)
    # the longest first, each down to a few: what is left must not be too alike
    for few in (5, 3):
        while math.prod(block) > BLOCK:
            smaller = {}
            for axis, extent in enumerate(block):
                cuts = [d for d in _divisors(extent) if few <= d < extent]
                if cuts:
                    part = next((d for d in reversed(cuts) if d * 4 <= extent), cuts[0])
                    # what is copied every 2^k elements looks right where another 2^k is read
                    smaller[part % 2, extent, axis] = part
            if not smaller:
                break
            odd, extent, axis = max(smaller)
            block[axis] = smaller[odd, extent, axis]
    return tuple(shape), tuple(block)


def _x(rng, values, shape):
    """x of a block: channels of one kind, or of a kind each; with what is not finite, in a third of them."""
    c = shape[1]
    kinds = list(VALUES)
    first = int(rng.choice([0, 6]))
    kind = {SOME: "normal"}.get(values, values)
    channels = [
        VALUES[kind if kind in VALUES else kinds[(first + n) % len(kinds)]](rng, (shape[0], *shape[2:]))
        for n in range(c)
    ]
    x = np.stack(channels, axis=1)
    if values == SOME:
        x[:, _some(c)] = 3
    return x


def _spoilt(rng, array, first=0):
    """NaN and inf in every third channel, from the first on that is given."""
    rows = np.moveaxis(array, 1, 0).reshape(array.shape[1], -1).copy()
    for n in range(first, len(rows), 3):
        rows[n, rng.integers(rows.shape[1])] = (np.nan, np.inf, -np.inf)[n // 3 % 3]
    return np.moveaxis(rows.reshape(array.shape[1], array.shape[0], *array.shape[2:]), 0, 1)


def _weights(rng, along, block):
    """Weights for a block, of which the first two elements count."""
    n, _, *rest = block
    shape = {"all axes": (n, 1, *rest), "samples": (n, 1, *(1 for _ in rest)), "planes": (1, 1, *rest)}[along]
    if math.prod(shape) == 1:
        shape = n, 1, *rest
    weights = rng.uniform(0.25, 2, shape) if rng.random() < 0.7 else rng.integers(0, 4, shape)
    weights = np.where(rng.random(shape) < 0.75, weights, 0)
    weights.reshape(-1)[:2] = (1, 2)[: weights.size]
    return weights


def _beside(rng, row, x, dy, shape):
    """What a row has beside its arguments."""
    found = {}
    if row["weights"]:
        weights = _weights(rng, row["weights along"], x.shape)
        counted = row["weights"] == "mask" or (row["weights"] == "padding" and rng.random() < 0.5)
        found["weights"] = weights > 0 if counted else weights
        if row["weights"] == "padding":
            none = np.broadcast_to(weights == 0, x.shape)
            filled = rng.choice([np.nan, np.inf], x.shape)
            found |= {"x": np.where(none, filled, x), "dy": np.where(none, 0, dy)}
    if row["residual"]:
        found["residual"] = rng.normal(0, 2, x.shape)
    if row["relu"]:
        found["relu"] = True
    if row["shards"]:
        # some are empty, the first or the last among them
        ends = [0] * rng.integers(2) + [shape[0]] * rng.integers(2)
        cuts = [*ends, *rng.integers(0, shape[0] + 1, rng.integers(1, 5))]
        found["cuts"] = tuple(sorted(map(int, cuts)))
    return found


def described(row):
    """What a data set is there for, in words."""
    usual = {"company": "", "values": "normal", "gradient": "random", "given": "near"}
    usual |= {"gamma": "random", "beta": "random", "weights": "", "residual": False, "relu": False}
    words = [f"{_layout(row)}, eps {row['eps']:g}, momentum {row['running']}"]
    more = {name: level for name, level in row.items() if name in usual and level != usual[name]}
    words += [name if level is True else f"{name} {level}" for name, level in more.items()]
    return "a fault of two at once: " + ", ".join(words)


def build(row):
    """A function that draws the data set of a row, and what of it is fixed."""

    def drawn(rng):
        shape, block = _extents(rng, row)
        c = block[1]
        x = _x(rng, row["values"], block)
        dy = GRADIENTS[row["gradient"]](rng, block)
        if row["values"] == "not finite":
            x, dy = _spoilt(rng, x), _spoilt(rng, dy, 1 if c > 1 else 0)
        momentum, old = RUNNING[row["running"]]
        found = {"x": x, "dy": dy, **GAMMAS[row["gamma"]](rng, c), **GIVEN[row["given"]](rng, c)}
        found |= BETAS[row["beta"]](rng, c) | {name: np.full(c, value) for name, value in old.items()}
        if not row["second"]:
            found["ddx"] = None
        if "shards" in row:
            found |= _beside(rng, row, x, dy, shape)
        copies = tuple(n // part for n, part in zip(shape, block, strict=True))
        return found | {"copies": copies, "momentum": momentum}

    return drawn, {
        "layout": _layout(row),
        "eps": row["eps"],
        "company": row.get("company", ""),
        "turn": row["turn"],
    }


if __name__ == "__main__":
    keep()
