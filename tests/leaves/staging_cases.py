"""Calls of the leaves that gather planes into a staging buffer, and scatter them from one."""

import itertools

import draws
import numpy
from abi import TYPES
from draws import in_turn
from places import END, START, at
from regions import ITEM

SHAPES = (1, 1, 1, 9), (2, 3, 4, 5), (3, 1, 7, 1), (4, 2, 1, 8), (2, 2, 9, 17), (1, 2, 3, 33)
# the axes from the outermost to the innermost, and of each how far neighbours are apart: 1 is as near as can
# be, numbers below 0 walk backwards, 0 is a broadcast
ORDERS = (0, 1, 2, 3), (0, 2, 3, 1), (3, 2, 1, 0), (1, 0, 3, 2)
STEPS = (
    (1, 1, 1, 1),
    (1, 1, 1, 2),
    (2, 1, -1, 1),
    (-1, -1, -1, -1),
    (1, -2, 3, -2),
    (1, 1, 0, 1),
    (0, 1, 1, 0),
)


class Strided:
    """How an array (N, C, H, W) lies in one dimension: `view` shows it so."""

    def __init__(self, kind, shape, order, steps):
        self.shape, self.strides, reach = shape, [0] * 4, 1
        for axis in reversed(order):
            self.strides[axis] = reach * steps[axis]
            reach = max(reach, (shape[axis] - 1) * abs(self.strides[axis]) + reach)
        ways = [(extent - 1) * stride for extent, stride in zip(shape, self.strides, strict=True)]
        self.count, self.first = 1 + sum(map(abs, ways)), -sum(way for way in ways if way < 0)
        self.bytes = [ITEM[kind] * stride for stride in self.strides]

    def view(self, flat):
        return numpy.lib.stride_tricks.as_strided(flat[self.first :], self.shape, self.bytes)


def call(leaf, kind, memory, strided, start, count, place, salt):
    """Elements [start, start + count) of some planes of a channel."""
    planes, channels, _, width = strided.shape
    n, c = salt % planes, salt // 2 % channels
    h, w = numpy.divmod(numpy.arange(start, start + count), width)
    values = draws.numbers(strided.count, salt).astype(kind)
    x = (memory.read if leaf == "gather" else memory.write)("x", values, place)
    x.accessed = [strided.view(x.values)[n:, c, i, j] for i, j in zip(h, w, strict=True)]
    if leaf == "gather":
        staging = memory.write("staging", strided.view(values)[n:, c][:, h, w].ravel(), place)
    else:
        staged = draws.numbers((planes - n) * count, salt + 1).astype(kind)
        staging, x.expected = memory.read("staging", staged, place), x.values.copy()
        strided.view(x.expected)[n:, c][:, h, w] = staged.reshape(planes - n, count)
    operand = TYPES["Operand"](x.address + strided.first * ITEM[kind], *strided.bytes, width)
    rest = {"n": n, "c": c, "start": start, "planes": planes - n, "count": count}
    return {"x": operand, "staging": staging.address} | rest


def staging(leaf):
    def cases(kind, memory):
        salts = itertools.count()
        for shape, order, steps in itertools.product(SHAPES, ORDERS, STEPS):
            if leaf == "scatter" and 0 in steps:
                continue
            size = shape[2] * shape[3]
            some = (0, size), (size // 3, size - size // 3), (0, size // 2), (size // 2, 1), (size - 1, 0)
            for start, count in some:
                salt = next(salts)
                place = in_turn((END, START, at(kind, salt)), salt)
                strided = Strided(kind, shape, order, steps)
                words = (
                    f"shape {shape}, order {order}, steps {steps}, start {start}, count {count}, at {place}"
                )
                yield words, call(leaf, kind, memory, strided, start, count, place, salt)

    return cases


CASES = {leaf: staging(leaf) for leaf in ("gather", "scatter")}
