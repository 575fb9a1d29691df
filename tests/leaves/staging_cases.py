"""Calls of the leaves that take planes and rows into a staging buffer, and those that put them back."""

import itertools
import math

import draws
import numpy
from abi import TYPES
from draws import in_turn
from guards import Place
from places import APART_END, APART_START, END, START, lengths, near
from storage import DTYPES, NUMBERS, STORAGES, finished, let_through, narrowed, widened

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
DENSE = ORDERS[0], STEPS[0]
SPECIAL = numpy.array([0.0, -0.0, numpy.inf, -numpy.inf, numpy.nan, 7e4, 1e-5, -3e-8, 1e-40, 1e-300, 1e300])


def numbers(count, salt):
    """Normal numbers, of some of which a type makes something else."""
    values = draws.numbers(count, salt).copy()
    values[salt % 7 :: 7] = numpy.resize(numpy.roll(SPECIAL, salt), len(values[salt % 7 :: 7]))
    return values


class Strided:
    """How an array (N, C, H, W) lies in one dimension: `view` shows it so."""

    def __init__(self, shape, order, steps):
        self.shape, self.strides, reach = shape, [0] * 4, 1
        for axis in reversed(order):
            self.strides[axis] = reach * steps[axis]
            reach = max(reach, (shape[axis] - 1) * abs(self.strides[axis]) + reach)
        ways = [(extent - 1) * stride for extent, stride in zip(shape, self.strides, strict=True)]
        self.count, self.first = 1 + sum(map(abs, ways)), -sum(way for way in ways if way < 0)
        _, _, height, width = shape
        self.dense = self.strides[3] == 1 and (height == 1 or self.strides[2] == width)

    def view(self, flat):
        strides = [flat.itemsize * stride for stride in self.strides]
        return numpy.lib.stride_tricks.as_strided(flat[self.first :], self.shape, strides)


class Planes:
    """Elements [start, start + count) of the planes from n on of channel c."""

    def __init__(self, memory, shape, start, count, salt):
        self.memory, self.salt, self.start, self.count = memory, salt, start, count
        self.n, self.c = salt % shape[0], salt // 2 % shape[1]
        self.planes = shape[0] - self.n
        self.h, self.w = numpy.divmod(numpy.arange(start, start + count), shape[3])

    def some(self, array):
        """Them, of an array (N, C, H, W)."""
        return array[self.n :, self.c][:, self.h, self.w]

    def put(self, name, strided, storage, place, write=False):
        """An operand, and its elements; they are those of the memory before it is written."""
        values = narrowed(numbers(strided.count, self.salt + len(name)), storage)
        x = (self.memory.write if write else self.memory.read)(name, values, place)
        planes = strided.view(x.values)[self.n :, self.c]
        x.accessed = [planes[:, i, j] for i, j in zip(self.h, self.w, strict=True)]
        return self.seen(x, strided, storage), x

    def seen(self, x, strided, storage):
        item = DTYPES[storage].itemsize
        strides = [item * stride for stride in strided.strides]
        first = x.address + strided.first * item
        return TYPES["Operand"](first, NUMBERS[storage], *strides, strided.shape[3], strided.dense)

    @property
    def arguments(self):
        return {name: getattr(self, name) for name in ("n", "c", "start", "planes", "count")}


def how(salt):
    """Whether a second operand is there, whether there is a relu, and whether results are streamed."""
    return salt % 3 != 0, salt // 3 % 2 == 1, salt // 2 % 2 == 1


def storages(salt):
    """What the operand, and the second, are stored as."""
    return in_turn(STORAGES, salt), in_turn(STORAGES, salt // 4 + salt % 3)


def gather(memory, kind, strided, other, some, place):
    two, _, _ = how(some.salt)
    storage, more = storages(some.salt)
    x, operand = some.put("x", strided, storage, place)
    gate, y = some.put("gate", other, more, place) if two else (TYPES["Operand"](), None)
    values = widened(some.some(strided.view(operand.values)), kind)
    staged = let_through(values, None if y is None else some.some(other.view(y.values)))
    staging = memory.write("staging", staged.ravel(), place)
    return {"x": x, "gate": gate, "staging": staging.address}, ["gated"] * two


def scatter(memory, kind, strided, other, some, place):
    two, relu, streamed = how(some.salt)
    storage, more = storages(some.salt)
    staged = numbers(some.planes * some.count, some.salt + 1).astype(kind).reshape(some.planes, some.count)
    staging = memory.read("staging", staged.ravel(), place)
    added, operand, over = TYPES["Operand"](), None, two and some.salt % 5 == 1
    if over:
        other, more = strided, storage
    if two:
        added, operand = some.put("added", other, more, place)
    if over:
        y = memory.alias("y", operand, operand.values)
        y.accessed, seen = operand.accessed, added
    else:
        seen, y = some.put("y", strided, storage, place, write=True)
    y.expected = y.values.copy()
    values = some.some(other.view(operand.values)) if two else None
    strided.view(y.expected)[some.n :, some.c][:, some.h, some.w] = finished(staged, values, relu, storage)
    finish = TYPES["Finish"](relu, streamed)
    words = ["added"] * two + ["over it"] * over + ["relu"] * relu + ["streamed"] * streamed
    return {"y": seen, "added": added, "finish": finish, "staging": staging.address}, words


def planes(leaf):
    make = {"gather": gather, "scatter": scatter}[leaf]

    def call(memory, kind, shape, lie, other, start, count, place, salt):
        some = Planes(memory, shape, start, count, salt)
        args, words = make(memory, kind, Strided(shape, *lie), Strided(shape, *other), some, place)
        words = [f"shape {shape}, order and steps {lie}, of the other {other}", *words, *storages(salt)]
        return f"{', '.join(words)}, start {start}, count {count}, at {place}", args | some.arguments

    def cases(kind, memory):
        salts = itertools.count()
        lies = [lie for lie in itertools.product(ORDERS, STEPS) if leaf == "gather" or 0 not in lie[1]]
        for number, (shape, lie) in enumerate(itertools.product(SHAPES, lies)):
            size = shape[2] * shape[3]
            some = (0, size), (size // 3, size - size // 3), (0, size // 2), (size // 2, 1), (size - 1, 0)
            for start, count in some:
                salt = next(salts)
                other = in_turn((lie, DENSE, in_turn(lies, number * 3 + salt)), salt)
                place = in_turn((END, START, Place(8 * (salt % 8))), salt)
                yield call(memory, kind, shape, lie, other, start, count, place, salt)
        # as long as can matter, and everywhere in a line
        for count in lengths(*near(256, 512), least=1):
            for turn in range(6):
                salt = next(salts)
                item = max(DTYPES[each].itemsize for each in storages(salt))
                place = Place(count * 7 % (64 // item) * item) if turn else END
                yield call(memory, kind, (1 + turn % 2, 1, 1, count), DENSE, DENSE, 0, count, place, salt)

    return cases


# Rows.


class Lines:
    """Rows of one operand: forwards, backwards, or one row again and again."""

    def __init__(self, memory, name, rows, width, storage, place, way, salt, write=False):
        many = 1 if way == 0 else rows
        values = narrowed(numbers(many * width, salt + len(name)), storage).reshape(many, width)
        self.operand = (memory.write if write else memory.read)(name, values, place)
        stride = self.operand.values.strides[0] * way
        self.base = self.operand.address - (min(stride, 0) * (rows - 1) if rows else 0)
        self.stride, self.storage = stride, NUMBERS[storage]
        self.rows = rows if way == 0 else slice(None, None, way)

    def values(self):
        """The rows in their order."""
        x = self.operand.values
        return numpy.repeat(x, self.rows, axis=0) if isinstance(self.rows, int) else x[self.rows]


def take_rows(memory, kind, rows, width, place, way, salt):
    two, _, _ = how(salt)
    storage, more = storages(salt)
    x = Lines(memory, "x", rows, width, storage, place, way, salt)
    seen = TYPES["Rows"](x.base, x.stride, 0, x.storage)
    y = None
    if two:
        gate = Lines(memory, "x.gate.base", rows, width, more, place, in_turn((1, -1, 0), salt // 2), salt)
        seen.gate.base, seen.gate.stride, seen.gate.storage = gate.base, gate.stride, gate.storage
        y = gate.values()
    staged = let_through(widened(x.values(), kind), y)
    seen.staging = memory.write("x.staging", staged.ravel(), END).address
    return {"x": seen}, ["gated"] * two


def put_rows(memory, kind, rows, width, place, way, salt):
    two, relu, streamed = how(salt)
    storage, more = storages(salt)
    staged = numbers(rows * width, salt + 1).astype(kind).reshape(rows, width)
    staging = memory.read("staging", staged.ravel(), END)
    added, values, over = TYPES["Rows"](), None, two and salt % 5 == 1
    if two:
        lines = Lines(memory, "added", rows, width, storage if over else more, place, way, salt)
        added, values = TYPES["Rows"](lines.base, lines.stride, 0, lines.storage), lines.values().copy()
    if over:
        memory.alias("y", lines.operand, lines.operand.values)
    else:
        lines = Lines(memory, "y", rows, width, storage, place, way or 1, salt, write=True)
    seen = TYPES["Rows"](lines.base, lines.stride, 0, lines.storage)
    memory.operands["y"].expected = finished(staged, values, relu, storage)[lines.rows]
    finish = TYPES["Finish"](relu, streamed)
    words = ["added"] * two + ["over it"] * over + ["relu"] * relu + ["streamed"] * streamed
    return {"y": seen, "added": added, "finish": finish, "staging": staging.address}, words


def lines(leaf):
    make = {"take_rows": take_rows, "put_rows": put_rows}[leaf]

    def call(memory, kind, rows, width, place, way, salt):
        args, words = make(memory, kind, rows, width, place, way, salt)
        words = [f"rows {rows}, width {width}, way {way}, at {place}", *words, *storages(salt)]
        return ", ".join(words), args | {"rows": rows, "width": width}

    def cases(kind, memory):
        salts = itertools.count()
        for width in lengths(*near(256, 512, 768), least=1):
            for turn in range(8):
                salt = next(salts)
                item = max(DTYPES[each].itemsize for each in storages(salt))
                at = Place((width + turn) * 5 % (64 // item) * item, gap=(turn + width) % 4)
                place = in_turn((END, APART_END, at, at, START, APART_START, at), salt)
                way = in_turn((1, -1, 1, 0 if leaf == "take_rows" else 1), salt // 5)
                yield call(memory, kind, in_turn((1, 2, 3, 8, 1), salt), width, place, way, salt)
        yield call(memory, kind, 0, 5, END, 1, next(salts))
        yield from every_half(memory, kind, leaf, salts)

    return cases


def every_half(memory, kind, leaf, salts):
    """All that half precision can be, and what lies between its numbers, their neighbours and half way."""
    all_bits = numpy.arange(1 << 16, dtype=numpy.uint16)
    for storage in ("float16", "bfloat16"):
        halves = all_bits.view(DTYPES[storage])
        single, words = widened(halves, "float32"), f"every {storage}"
        if leaf == "take_rows":
            x = memory.read("x", halves[None], END)
            staging = memory.write("x.staging", single.astype(kind), END)
            seen = TYPES["Rows"](x.address, halves.nbytes, 0, NUMBERS[storage], staging.address)
            yield words, {"x": seen, "rows": 1, "width": len(halves)}
            continue
        finite = numpy.sort(single[numpy.isfinite(single)].astype(float))
        between = ((finite[1:] + finite[:-1]) / 2).astype("float32")
        around = (numpy.nextafter(between, side).astype("float32") for side in (-numpy.inf, numpy.inf))
        most = numpy.float32(65520), numpy.float32(65519.996), numpy.finfo("float32").max
        staged = numpy.concatenate([single, between, *around, most, numpy.negative(most)]).astype(kind)
        staging = memory.read("staging", staged, END)
        y = memory.write("y", narrowed(staged, storage)[None], END)
        seen = TYPES["Rows"](y.address, y.values.nbytes, 0, NUMBERS[storage])
        args = {"y": seen, "added": TYPES["Rows"](), "finish": TYPES["Finish"](False, next(salts) % 2)}
        yield words, args | {"rows": 1, "width": len(staged), "staging": staging.address}


# What does not count.


def mask(kind, memory):
    """x becomes 0 where weight and dy both are: planes of one channel, wherever each lies."""
    salts = itertools.count()
    for count in lengths(*near(256, 512), 300):
        for place in (APART_END, APART_START, END, Place(8, gap=2), Place("end", gap=count % 5)):
            salt = next(salts)
            shape = in_turn((1, 2, 3, 7, 0), salt), count
            x, dy = (numbers(math.prod(shape), salt + i).astype(kind).reshape(shape) for i in range(2))
            w = draws.weights(shape, salt).astype(kind)
            dy[:, salt % 3 :: 3] = (0.0, -0.0, 1e-45)[salt // 3 % 3]
            given = {
                "dy": memory.read("dy", dy, place),
                "w": memory.read("w", w, in_turn((END, place), salt)),
            }
            given["x"] = memory.read("x", x, place)
            given["x"].expected = numpy.where((w == 0) & (dy == 0), 0, x)
            runs = {
                name: TYPES["Runs"](each.address, in_turn((0, 1 << 40), salt), each.values.strides[0])
                for name, each in given.items()
            }
            words = f"planes {shape[0]}, count {count}, at {place}, weights {salt % 7}"
            yield words, {"s": TYPES["Span"](1, *shape), **runs}


CASES = {leaf: planes(leaf) for leaf in ("gather", "scatter")}
CASES |= {leaf: lines(leaf) for leaf in ("take_rows", "put_rows")} | {"mask": mask}
