"""What a leaf is called with: structs and operands, put into memory that is watched."""

import math
from dataclasses import replace

import draws
import maps
import numpy
from abi import CONSTANTS, TYPES
from arithmetic import Sum
from places import END
from regions import COEFFICIENTS, staged_elements
from storage import NUMBERS, STORAGES, let_through, narrowed, widened

# vectors that are given in float64, if at all
ALWAYS_WIDE = dict.fromkeys(("rest", "sum_dy", "sum_dyd"), "wide")
# what is only fetched may lie anywhere
AHEADS = (0, 4096, -(1 << 45), 1 << 46)


class Runs:
    """Operands that a leaf sees as runs: arrays (channels, planes, count)."""

    argument = "s"

    def __init__(self, memory, kind, channels, planes, count):
        self.memory, self.kind, self.shape = memory, kind, (channels, planes, count)
        self.extent = TYPES["Span"](channels, planes, count)

    def draw(self, name, flavour, salt):
        if name == "w":
            return draws.weights(self.shape, salt)
        return draws.tensor(self.kind, self.shape, flavour, salt)

    def of_channel(self, vector):
        return vector[:, None, None]

    def read(self, name, values, place):
        return self.seen(self.memory.read(name, values, place))

    def write(self, name, expected, place):
        return self.seen(self.memory.write(name, expected, place))

    def alias(self, name, other, expected):
        return self.seen(self.memory.alias(name, self.memory.operands[other], expected))

    def seen(self, operand):
        return TYPES["Runs"](operand.address, *operand.values.strides[:2])

    def absent(self):
        return TYPES["Runs"]()

    def __str__(self):
        return "channels {}, planes {}, count {}".format(*self.shape)


class Rows:
    """Operands that a leaf sees as rows: arrays (rows, channels, size), in memory (rows, channels * size).

    Weights are those of every channel: (rows, 1, size).
    """

    argument = "b"

    def __init__(self, memory, kind, channels, size, fold, folded, rest, contiguous=False, fetched=False):
        self.memory, self.kind = memory, kind
        self.shape = (fold * folded + rest, channels, size)
        self.extent = TYPES["Block"](fold, folded, rest, channels, size, contiguous, fetched)

    def draw(self, name, flavour, salt):
        rows, channels, size = self.shape
        if name == "w":
            return draws.weights((rows, size), salt)[:, None]
        return draws.tensor(self.kind, (channels, rows, size), flavour, salt).transpose(1, 0, 2)

    def of_channel(self, vector):
        return vector[:, None]

    def read(self, name, values, place):
        return self.seen(self.memory.read(name, self.flat(values), place))

    def write(self, name, expected, place):
        return self.seen(self.memory.write(name, self.flat(expected), place))

    def alias(self, name, other, expected):
        return self.seen(self.memory.alias(name, self.memory.operands[other], self.flat(expected)))

    def flat(self, array):
        return array.reshape(len(array), math.prod(array.shape[1:]))

    def seen(self, operand):
        return TYPES["Rows"](operand.address, operand.values.strides[0])

    def absent(self):
        return TYPES["Rows"]()

    def __str__(self):
        b = self.extent
        words = f"channels {b.channels}, size {b.size}, rows {b.fold} x {b.folded} + {b.rest}"
        return words + ", contiguous" * bool(b.contiguous) + ", fetched" * bool(b.fetched)


def aligned(place, array):
    """The place, or one before it where these elements can lie."""
    at = place.at if isinstance(place.at, str) else place.at // array.itemsize * array.itemsize
    return replace(place, at=at)


class Staged(Rows):
    """Rows that a leaf of sums takes into staging buffers, a group of them at a time.

    All operands, or all but one; dy through a gate; x of pairs without what does not count.
    """

    def __init__(self, memory, kind, part, *shape, salt, **how):
        super().__init__(memory, kind, *shape, **how)
        self.part, self.salt, self.hides = part, salt, part == "pairs" and salt // 2 % 2 == 1
        several = part in ("pairs", "five")
        left = draws.in_turn((None, "dy", "v", "x"), salt // 4) if several else None
        self.left = left if part == "five" or left == "dy" or not self.hides else None
        self.dy = None

    def read(self, name, values, place):
        """Put an operand. `values` become what is read of them."""
        if self.hides and name == "dy":
            values[self.draw("x", "near", self.salt) < 0] = -0.0 if self.salt % 5 else 0.0
        seen = (
            super().read(name, values, place)
            if name in ("w", self.left)
            else self.staged(name, values, place)
        )
        if name == "dy":
            self.dy = values
        elif name == "x" and self.hides:
            w = self.draw("w", None, self.salt)
            weights = self.memory.read("x.weights", self.flat(w), place)
            seen.weights, seen.weights_stride = weights.address, weights.values.strides[0]
            values[...] = numpy.where((w == 0) & (self.dy == 0), 0, values)
        return seen

    def staged(self, name, values, place):
        memory, salt, gated = self.memory, self.salt + len(name), name == "dy" and self.salt % 3 != 0
        stored = narrowed(values, draws.in_turn(STORAGES, salt))
        seen = self.seen(memory.read(name, self.flat(stored), aligned(place, stored)))
        seen.storage = NUMBERS[stored.dtype.name]
        y = None
        if gated:
            y = draws.tensor(self.kind, values.shape, "mixed", salt)
            y = narrowed(y, draws.in_turn(STORAGES, salt // 4))
            gate = memory.read(f"{name}.gate.base", self.flat(y), aligned(place, y))
            seen.gate.base, seen.gate.stride = gate.address, gate.values.strides[0]
            seen.gate.storage = NUMBERS[y.dtype.name]
        values[...] = let_through(widened(stored, self.kind), y)
        room = numpy.empty(staged_elements(self.part, self.extent), self.kind)
        staging = memory.write(f"{name}.staging", room, END)
        # what is left there is nobody's business
        staging.expected, seen.staging = None, staging.address
        return seen

    def __str__(self):
        words = f", all but {self.left}" if self.left else ""
        return f"{super().__str__()}, staged{words}" + ", weighted" * self.hides


def coefficients(operands, part, flavour, salt, place, wide):
    """The struct `k`, its vectors, the flags of wide channels or None, and their coefficients.

    wide: None, or of how many channels one is; 0: there are flags, and none is set.
    """
    memory, channels, kind = operands.memory, operands.extent.channels, operands.kind
    many = COEFFICIENTS[part]
    of = draws.coefficients("float64" if part == "bend" else kind, channels, many, flavour, salt)
    k = TYPES["Coefficients"]()
    for j, vector in enumerate(of):
        k.of[j] = memory.read(f"k.of[{j}]", vector, place).address
    if wide is None:
        return k, of, None, None
    flags = (numpy.arange(channels) % wide == salt % wide) if wide else numpy.zeros(channels, bool)
    exact = draws.coefficients("float64", channels, 4, "near", salt + 1)
    k.wide = memory.read("k.wide", flags.astype(numpy.int8), place).address
    slope_alone = part == "scale" and salt % 3 == 0
    for j in (2,) if slope_alone else range(4):
        k.exact[j] = memory.read(f"k.exact[{j}]", exact[j], place).address
    return k, of, flags, [None, None, exact[2], None] if slope_alone else exact


def mapped(part, operands, arrays, of, flags, exact):
    """The results of a map, by the definitions."""
    of = [operands.of_channel(vector) for vector in of]
    if part == "bend":
        return maps.bent(*arrays, *of)
    narrow, exactly = maps.MAPS[part]
    if flags is None:
        return (narrow(*arrays, *of),)
    exact = [None if vector is None else operands.of_channel(vector) for vector in exact]
    return (maps.with_wide(narrow(*arrays, *of), operands.of_channel(flags), exactly(*arrays, *exact)),)


def records(memory, expected, place, kept):
    """The struct `to` for what is to be recorded; kept: sums with their rounding errors."""
    to = TYPES["Records"]()
    for i, total in enumerate(expected):
        both = kept and isinstance(total, Sum)
        hi = total.hi if both else total.rounded if isinstance(total, Sum) else total
        to.hi[i] = memory.write(f"to.hi[{i}]", hi, place).address
        if both:
            to.lo[i] = memory.write(f"to.lo[{i}]", total.left_over, place).address
    return to


def give(memory, p, names, channels, first, flavour, salt, place):
    """Put what a call gives of channels into `p`, in either type or not at all; what is then taken for it."""
    given = {}
    for i, name in enumerate(("gamma", "beta", "mean", "var", "ddgamma", "ddbeta", *ALWAYS_WIDE)):
        given[name] = numpy.full(channels, 1.0 if name == "gamma" else 0.0)
        how = draws.in_turn(("wide", "single", None), salt // 3**i) if name in names else None
        how = ALWAYS_WIDE.get(name, how) if name in names else None
        if how:
            vector = draws.tensor("float64", (channels, 1), flavour, salt + i).ravel()
            if name == "var":
                vector = abs(vector) + (flavour == "near")
            vector *= 2.0**-60 if name == "rest" else 1
            vector = vector.astype("float32") if how == "single" else vector
            operand = memory.read(f"p.{name}.{how}", vector, place)
            setattr(getattr(p, name), how, operand.address - first * vector.itemsize)
            given[name] = vector.astype(float)
    return given


def ahead(salt):
    """How many bytes away what is fetched lies: it matters to no bit."""
    return draws.in_turn(AHEADS, salt)


def work(memory, place):
    """Room for the accumulators of five sums. What is left there is nobody's business."""
    operand = memory.write("work", numpy.empty(CONSTANTS["FIVE_BYTES"], numpy.uint8), place)
    operand.expected = None
    return operand.address
