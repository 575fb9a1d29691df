"""What all cases draw from. A case is plain data: what is not in it is as simple as it can be."""

import random
from math import prod

from .numbers import WEIGHTS

EXTENTS = (
    1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 17, 31, 32, 33, 63, 64, 65, 127, 128, 129, 399, 400, 401, 511, 512, 513,
    1023, 1024, 1025, 4095, 4096, 4097,
)  # fmt: skip
# Elements at which a kernel begins to do something else.
TOTALS = (1 << 14, 1 << 15, 1 << 17)
THREADS = (1, 1, 1, 2, 2, 2, 3, 4, 5, 8, 16, 33, 64)
MANY_THREADS = (65, 130, 192, 256, 1000, 4096)

LARGEST = {"float32": 1 << 23, "float64": 1 << 22, "float16": 1 << 22, "bfloat16": 1 << 22}


def generator(seed, number):
    """What a case is drawn from."""
    return random.Random(f"{seed}/{number}")


def budget(r):
    """How many elements a tensor may have: few, mostly."""
    u = r.random()
    if u < 0.85:
        return int(2 ** r.uniform(0, 9.5))
    if u < 0.99:
        return int(2 ** r.uniform(9, 15))
    return int(2 ** r.uniform(15, 19)) if u < 0.99995 else 1 << 23


def shape(r, dtype, axes=None):
    """A shape of two axes or more."""
    if axes is None:
        axes = r.choice((2, 2, 2, 3, 3, 4, 4, 4, 5, 6, 6, 9) if r.random() < 0.3 else (2, 3, 4))
    u = r.random()
    # a total at a boundary, one more or one less, to be cut along the first axis
    total = r.choice(TOTALS) if u < 0.003 else 0
    left = total // 8 if total else min(budget(r), LARGEST[dtype])
    extents = []
    for _ in range(axes):
        extent = r.choice([e for e in EXTENTS if e <= left] or (1,))
        left //= extent
        extents.append(extent)
    if total:
        extents[0] = max(1, total // prod(extents[1:]) + r.choice((-1, 0, 1)))
    elif u < 0.03:
        extents[r.randrange(axes)] = 0
    elif u < 0.4:
        r.shuffle(extents)
    return extents


def threads(r):
    """Two numbers of threads."""
    pair = [r.choice(THREADS), r.choice(THREADS)]
    if r.random() < 0.002:
        pair[1] = r.choice(MANY_THREADS)
    return pair


FEATURES = (
    "order", "order", "steps", "pads", "flip", "zero", "slide", "shift", "odd", "swap", "lock", "edge"
)  # fmt: skip


def layout(r, axes):
    """How a tensor lies in memory; {} is in C order, dense, aligned."""
    how = {}
    if r.random() < 0.4:
        return how
    for _ in range(r.choice((1, 1, 2, 3))):
        feature = r.choice(FEATURES)
        if feature == "order":
            how["order"] = r.choice(("F", "last", "last", "first", "rotated", r.randrange(720)))
        elif feature in ("steps", "pads"):
            how[feature] = [r.randrange(axes), r.choice((1, 2, 3))]
        elif feature in ("flip", "zero"):
            how[feature] = r.choice(((1 << axes) - 1, 1 << r.randrange(axes), r.getrandbits(axes)))
        elif feature == "shift":
            how["shift"] = r.choice((1, 2, 3, 4, 5, 7, 8, 12, 16, 20, 32, 48, 60))
        elif feature == "odd":
            how["odd"] = r.choice((1, 2, 3, 4, 6))
        elif feature == "edge":
            how["edge"] = r.choice(("left", "right"))
        else:
            how[feature] = True
    return how


def values(r):
    """What a tensor is filled with."""
    u = r.random()
    how = {"at": r.randrange(65536)}
    if u < 0.5:
        return how
    how["of"] = r.choice(
        ("far", "whole", "wide", "huge", "tiny", "zero", "constant", "constant", "bits", "mixed", "mixed")
    )
    return how


def tensor(r, axes):
    """A tensor: how it lies, what it is filled with, as what it is handed over."""
    how = layout(r, axes) | values(r)
    if r.random() < 0.05:
        how["as"] = r.choice(("list", "memoryview", "subclass", "interface", "method"))
    return how


def weights(r, axes):
    """Weights: how they lie, their numbers, and the axes along which there is one for all."""
    how = {key: value for key, value in layout(r, axes).items() if key not in ("zero", "slide")}
    how |= {"at": r.randrange(65536), "of": r.choice(WEIGHTS), "one": 0}
    how["dtype"] = "?" if how["of"] in ("mask", "rows") else r.choice(("f4", "f8"))
    if r.random() < 0.4:
        how["one"] = r.getrandbits(axes)
        how["short"] = r.random() < 0.5
    return how


VECTOR_VALUES = {
    "var": ("positive", "positive", "positive", "zero", "tiny", "constant", "wide"),
    "scale": ("normal", "normal", "normal", "whole", "zero", "far", "wide", "huge", "bits"),
}


def vector(r, name):
    """One number a channel, or None for an absent one."""
    how = {"at": r.randrange(65536)}
    if r.random() < 0.35:
        how["of"] = r.choice(VECTOR_VALUES["var" if name == "var" else "scale"])
    if r.random() < 0.5:
        how["dtype"] = r.choice(("float32", "float64"))
    if r.random() < 0.3:
        feature = r.choice(("steps", "flip", "zero", "shift", "odd", "swap", "lock", "edge"))
        how |= {
            "steps": {"steps": [0, r.choice((2, 3))]},
            "flip": {"flip": 1},
            "zero": {"zero": 1},
            "shift": {"shift": r.choice((1, 2, 4, 8, 12, 20))},
            "odd": {"odd": r.choice((1, 2, 4))},
            "edge": {"edge": r.choice(("left", "right"))},
        }.get(feature, {feature: True})
    if r.random() < 0.08:
        how["as"] = r.choice(("list", "memoryview", "array", "subclass", "interface", "method"))
    return how
