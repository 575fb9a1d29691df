"""Data sets that combine: sizes, layouts, values, parameters and company, every two of their levels together.

Real faults need two things at once: channels-last and many pixels, one pixel and many images. What can be
varied is a factor here, and a covering array says which levels meet in a data set. An extent that is large is
many copies of a small one, so that what is exact stays cheap: the copies of an element have one exact value.
"""

import math
from functools import partial

import numpy as np

from .covering import Covering
from .layouts import AND, OF_DY

# So many elements a data set may have; and a block, of which the oracle is asked.
MOST, BLOCK = 2**17 + 2**14, 130
# Beyond so many elements, no other calls are made beside the one that is judged.
ALONE = 2**12
SLICED = 2**16 + 2**5

# Extents, by class: one of a class is drawn for each data set; of the last, the largest that fits.
SIZES = {
    "n": [(1,), (2, 3), (4, 8, 16), (5, 7, 9), (17, 33, 65), (135, 259), (1025, 1035, 2057),
          (16401, 65559, 65569)],
    "c": [(1,), (2, 3), (4, 8, 16), (5, 7, 9), (33, 65, 69), (64, 128, 256), (1025, 2050, 4107),
          (16401, 65559, 65569)],
    "plane": [(1,), (2, 3), (4, 8, 16), (5, 7, 9, 15), (49, 77, 121, 135), (64, 256, 1024),
              (1025, 4107, 10005), (16401, 65559, 65569)],
}  # fmt: skip
# Classes of those classes, three of which meet: one, few, powers of two, many.
COARSE = {
    "n": [0, 1, 1, 1, 1, 2, 2, 2],
    "c": [0, 1, 2, 1, 3, 2, 3, 3],
    "plane": [0, 1, 1, 1, 1, 1, 2, 2],
    "turn": [0, 1, 0, 1],
}
GROUPS = ("contiguous", "channels-last", "broadcast", "reversed")
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


def _normal(rng, shape):
    return rng.normal(0.5, 2, shape)


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
}
# Those of which all channels of a data set are; in the others each channel is of another kind.
PURE = "normal", "positive", "far", "whole", "sparse", "small"
ORDINARY = "normal", "positive", "whole"
MIXED = "mixed", "not finite"

GAMMAS = {
    "random": lambda rng, c: {},
    "None": lambda rng, c: {"gamma": None},
    "1": lambda rng, c: {"gamma": np.ones(c)},
    "some 0": lambda rng, c: {"gamma": rng.normal(0, 1, c) * (np.arange(c) % 2)},
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
COMPANY = "", "before", "same memory", "others", "threads"
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
    "company": COMPANY,
    "turn": TURNS,
}


# What a call may have beside its arguments, and how weights lie along the axes of x.
OPTIONS = "weights", "mask", "relu", "residual", "residual relu", "shards"
ALONG = "all axes", "samples", "planes"
# What is combined of the calls that have it; each data set is small, for all are judged in all calls.
OPTIONAL = {
    "option": OPTIONS,
    "weights along": ALONG,
    "n": [(1,), (2, 3), (4, 8), (5, 7, 9), (17, 33), (65, 135), (1035,)],
    "c": [(1,), (2, 3), (4, 8, 16), (5, 7, 9), (33, 65)],
    "plane": [(1,), (2, 3), (4, 8, 16), (5, 9, 15), (49, 77), (135, 1025)],
    "rank": RANKS,
    "layout": HERE,
    "layout of dy": ("contiguous", "channels-last", "sliced", "reversed"),
    "layout of numbers": OF_NUMBERS,
    "values": ("normal", "far", "whole"),
    "gamma": ("random", "None"),
    "beta": ("random", "None"),
    "gradient": ("random",),
    "eps": (1e-5, 1.0),
    "given": ("near", "of a new layer"),
    "running": ("0.1", "0.75"),
    "company": COMPANY[:1],
    "turn": TURNS,
}
ROOM = 2**13


def _sparse(rng, array):
    """An array with 0 for most of its elements, and for one channel of three."""
    array[:, 1::3] = 0
    return array * (rng.random(array.shape) < 0.25)


def _group(layout):
    """The class of a layout."""
    return next((n for n, name in enumerate(GROUPS) if name in layout), len(GROUPS))


def _allowed(row):
    """Whether extents fit together, and leave room for other calls."""
    if _planeless(row):
        return False
    size = math.prod(min(SIZES[name][row[name]]) for name in SIZES if name in row)
    # memory with something between its elements takes many times as much
    sliced = any(FACTORS[name][row[name]] == "sliced" for name in ("layout", "layout of dy") if name in row)
    alone = "company" not in row or not COMPANY[row["company"]]
    # what hides other faults is not asked of many elements
    many = any(SIZES[name][row[name]][-1] > 2**16 for name in SIZES if name in row)
    if many and _narrow(row, FACTORS) - {"c", "n", "plane"}:
        return False
    return size <= (SLICED if sliced else MOST) and (alone or size <= ALONE)


# The levels that hide what others show: of those, a data set is there for its pairs alone.
NARROW = {
    "c": SIZES["c"][:1],
    "values": (*MIXED, "small"),
    "gamma": ("some 0",),
    "gradient": ("equal", "sparse"),
}


def _narrow(row, factors):
    """The factors of a row that hide the others; N and the plane do where one element is all of a channel."""
    found = {name for name, levels in NARROW.items() if name in row and factors[name][row[name]] in levels}
    return found | ({"n", "plane"} if row.get("n") == row.get("plane") == 0 else set())


def _planeless(row):
    """Whether a row has a plane that its rank has no room for."""
    return RANKS[row.get("rank", 1)] == 2 and row.get("plane", 0)


def _small(row):
    """Whether extents fit together where a call has options, and some element has company in its channel."""
    sizes = {name: min(OPTIONAL[name][row[name]]) for name in SIZES if name in row}
    alone = row.get("n") == 0 and (row.get("plane") == 0 or RANKS[row.get("rank", 1)] == 2)
    return not _planeless(row) and not alone and math.prod(sizes.values()) <= ROOM


def optional():
    """The rows of the covering array of the calls that have something beside their arguments."""
    factors = {name: len(levels) for name, levels in OPTIONAL.items()}
    for row in Covering(factors, {}, _small, partial(_narrow, factors=OPTIONAL), seed=2).rows():
        yield {name: OPTIONAL[name][level] for name, level in row.items()}


def rows():
    """The rows of the covering array: a dict of levels each."""
    factors = {name: len(levels) for name, levels in FACTORS.items()}
    coarse = COARSE | {"layout": [_group(name) for name in HERE]}
    for row in Covering(factors, coarse, _allowed, partial(_narrow, factors=FACTORS)).rows():
        yield {name: FACTORS[name][level] for name, level in row.items()}


def _layout(row):
    """The layout of x, of dy and of what is a number a channel."""
    x, dy, numbers = row["layout"], row["layout of dy"], row["layout of numbers"]
    return AND.join([x, *([f"{OF_DY}{dy}"] if x != dy else []), *([numbers] if numbers else [])])


def _divisors(n):
    return [d for d in range(1, n + 1) if n % d == 0]


def _extents(rng, row):
    """N, C and the extents of a plane, and for each how often its block is repeated."""
    most = SLICED if "sliced" in _layout(row) else MOST
    drawn = {name: int(rng.choice(row[name])) for name in SIZES}
    for name in SIZES:
        # of a class of large ones, the largest that there is room for
        rest = math.prod(drawn[each] for each in SIZES if each != name)
        fitting = [each for each in row[name] if each * rest <= most]
        if len(fitting) < len(row[name]) or max(row[name]) > 2**15:
            drawn[name] = max(fitting, default=min(row[name]))
    n, c, plane = drawn.values()
    cuts = [d for d in _divisors(plane) if d * d <= plane]
    height = int(rng.choice(cuts[-2:]))
    inner = [(), (plane,), (height, plane // height), (1, height, plane // height)][row["rank"] - 2]
    shape = [n, c, *inner]
    block = list(shape)
    # the longest first, each down to a few: what is left must not be too alike
    while math.prod(block) > BLOCK:
        smaller = {}
        for axis, extent in enumerate(block):
            cuts = [d for d in _divisors(extent) if 5 <= d < extent]
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
    channels = [
        VALUES[values if values in VALUES else kinds[(first + n) % len(kinds)]](rng, (shape[0], *shape[2:]))
        for n in range(c)
    ]
    return np.stack(channels, axis=1)


def _spoilt(rng, array, first=0):
    """NaN and inf in every third channel, from the first on that is given."""
    rows = np.moveaxis(array, 1, 0).reshape(array.shape[1], -1).copy()
    for n in range(first, len(rows), 3):
        rows[n, rng.integers(rows.shape[1])] = (np.nan, np.inf, -np.inf)[n // 3 % 3]
    return np.moveaxis(rows.reshape(array.shape[1], array.shape[0], *array.shape[2:]), 0, 1)


# Extents that may be a case of their own; one of N, C, the plane and m has it, the others are small.
SPECIAL = 1, 2, 3, 4, 5, 6, 7, 8, 9, 16
# The values of those of one extent: the first shows what is done to a NaN of x and of dy.
VARIANTS = "not finite", None, None, None


def special(seed=1):
    """Rows with an extent that may be a case of its own, the rest at random: extent, axis and row."""
    rng = np.random.default_rng(seed)
    for extent in SPECIAL:
        for axis in ("n", "c", "plane", "m"):
            for values in VARIANTS:
                row = {name: levels[rng.integers(len(levels))] for name, levels in FACTORS.items()}
                row |= {"values": values or str(rng.choice([*PURE, "mixed"]))}
                small = {name: (int(rng.choice([2, 3, 4, 5])),) for name in SIZES}
                small |= {axis: (extent,)} if axis in SIZES else {"n": (1,), "plane": (extent,)}
                if axis == "m" and rng.random() < 0.5:
                    small |= {"n": (extent,), "plane": (1,)}
                if axis == "n" and rng.random() < 0.3:
                    small |= {"plane": (1,)}
                if small["plane"] != (1,):
                    small |= {"rank": max(row["rank"], 3)}
                yield extent, axis, row | small


def _weights(rng, along, block):
    """Weights for a block, of which the first two elements count."""
    n, _, *rest = block
    shape = {"all axes": (n, 1, *rest), "samples": (n, 1, *(1 for _ in rest)), "planes": (1, 1, *rest)}[along]
    if math.prod(shape) == 1:
        shape = n, 1, *rest
    weights = rng.uniform(0.25, 2, shape) if rng.random() < 0.7 else rng.integers(0, 4, shape)
    weights = np.where(rng.random(shape) < 0.75, weights, 0)
    weights.reshape(-1)[:2] = 1, 2
    return weights


def _beside(rng, row, x, dy, shape):
    """What the option of a row adds to its arguments: half of all residuals with a rectifier have a mask."""
    option, found, half = row["option"], {"ddx": None}, rng.random() < 0.5
    if option in ("weights", "mask") or (option == "residual relu" and half):
        weights = _weights(rng, row["weights along"], x.shape)
        found["weights"] = weights if option == "weights" else weights > 0
    if option == "mask" and half:
        none = np.broadcast_to(weights == 0, x.shape)
        filled = rng.choice([np.nan, np.inf], x.shape)
        found |= {"x": np.where(none, filled, x), "dy": np.where(none, 0, dy)}
    if "residual" in option:
        found["residual"] = rng.normal(0, 2, x.shape)
    if "relu" in option:
        found["relu"] = True
    if option == "shards":
        found["cuts"] = tuple(np.sort(rng.integers(0, shape[0] + 1, rng.integers(1, 5))).tolist())
    return found


def described(row):
    """What a data set is there for, in words."""
    usual = {"company": "", "values": "normal", "gradient": "random", "given": "near"}
    usual |= {"gamma": "random", "beta": "random", "option": ""}
    words = [f"{_layout(row)}, eps {row['eps']:g}, momentum {row['running']}"]
    words += [f"{name} {level}" for name, level in row.items() if name in usual and level != usual[name]]
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
        # of numbers of an ordinary size alone the second derivatives say something
        if row["gradient"] not in ("random", "equal", "sparse") or row["values"] not in ORDINARY:
            found |= {"ddx": None}
        if "option" in row:
            found |= _beside(rng, row, x, dy, shape)
        copies = tuple(n // part for n, part in zip(shape, block, strict=True))
        return found | {"copies": copies, "momentum": momentum}

    return drawn, {"layout": _layout(row), "eps": row["eps"], "company": row["company"], "turn": row["turn"]}
