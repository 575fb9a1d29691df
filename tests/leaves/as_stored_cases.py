"""Calls of the leaves that map elements as they are stored, and convert, gate and add to them in registers.

Operands are named by their slots: `of[X]`. What a map can be called with besides is a form. There always are
flags of wide channels, as in all calls of float32 data.
"""

import itertools
from dataclasses import dataclass
from random import Random

from abi import CONSTANTS, TYPES
from arguments import Rows, Runs, aligned, coefficients, mapped
from draws import in_turn
from guards import LINE, Place
from places import APART_END, APART_START, END, START, lengths, near, widths
from storage import DTYPES, NUMBERS, finished, let_through, narrowed, widened

COLUMNS, CACHED = CONSTANTS["COLUMNS"], CONSTANTS["CACHED_ROWS"]
# halves to a line; and as many as lie before one, in two whole ones and after: no longer run lies otherwise
HALVES = LINE // 2
LONG = 4 * HALVES
STORAGES = "float32", "float16", "bfloat16"


@dataclass(frozen=True)
class Form:
    """A map, and what is done on its way: names of operands, and whether there is a relu."""

    map: str
    more: tuple[str, ...] = ()
    relu: bool = False

    @property
    def part(self):
        return "pull" if self.map == "PULL" else "scale"

    @property
    def reads(self):
        of = {"SCALE": ("X",), "SLOPE": ("DY",), "PULL": ("DY", "X")}[self.map]
        return (*of, *(name for name in self.more if name != "OUT2"))

    @property
    def writes(self):
        return ("OUT", "OUT2") if "OUT2" in self.more else ("OUT",)

    @property
    def overs(self):
        """The operands that results may be written over: dy as it is let through over dy or its gate."""
        second = (None, "DY", "Y") if "OUT2" in self.more else (None,)
        pairs = itertools.product((None, *self.reads), second)
        return [pair for pair in pairs if any(pair) and pair[0] != pair[1]]

    def __str__(self):
        how = {"Y": "gated", "OUT2": "dy let through", "ADDED": "added"}
        return ", ".join([self.map, *(how[name] for name in self.more), *["relu"] * self.relu])


FORMS = [Form("SCALE", more, relu) for more in ((), ("ADDED",)) for relu in (False, True)]
FORMS += [Form(map, more) for map in ("SLOPE", "PULL") for more in ((), ("Y",), ("Y", "OUT2"))]


@dataclass(frozen=True)
class Way:
    """How a map is called. over: the operand that each result overwrites; wide: some channels are."""

    form: Form
    storage: str
    streamed: bool
    over: tuple = (None, None)
    wide: bool = False

    def __str__(self):
        names = zip(self.form.writes, self.over, strict=False)
        words = [str(self.form), self.storage, *["streamed"] * self.streamed, *["wide"] * self.wide]
        return ", ".join([*words, *(f"{name} over {other}" for name, other in names if other)])


WAYS = [
    Way(form, *way)
    for form in FORMS
    for way in itertools.product(STORAGES, (False, True), [(None, None), *form.overs], (False, True))
]


def stored_call(operands, way, salt, places):
    """A call in words and as arguments. places: of operands, then of results, in turn."""
    form, kind, turn = way.form, operands.kind, itertools.cycle(places)
    flavour, wide = in_turn(("near", "special", "mixed"), salt), in_turn((2, 1, 3), salt) if way.wide else 0
    k, of, flags, exact = coefficients(operands, form.part, flavour, salt, END, wide)
    what = TYPES["AsStored"](CONSTANTS[form.map], NUMBERS[way.storage], form.relu)
    what.store = TYPES["Store"](way.streamed, in_turn((0, 8192, -(1 << 45)), salt // 3))
    seen, stored = (type(operands.absent()) * CONSTANTS["OPERANDS"])(), {}
    for i, name in enumerate(form.reads):
        values = operands.draw(name, "near" if name == "Y" and salt % 2 else flavour, salt + 31 * i)
        stored[name] = narrowed(values, way.storage)
        place = aligned(next(turn), stored[name])
        seen[CONSTANTS[name]] = operands.read(f"of[{name}]", stored[name], place)
    single = {name: widened(values, kind) for name, values in stored.items()}
    if "DY" in single:
        single["DY"] = let_through(single["DY"], stored.get("Y"))
    arrays = [single[name] for name in ("DY", "X") if name in single]
    (result,) = mapped(form.part, operands, arrays, of, flags, exact)
    results = {"OUT": finished(result, stored.get("ADDED"), form.relu, way.storage)}
    if "OUT2" in form.writes:
        results["OUT2"] = narrowed(single["DY"], way.storage)
    for (name, result), other in zip(results.items(), way.over, strict=False):
        path, place = f"of[{name}]", aligned(next(turn), result)
        if other:
            seen[CONSTANTS[name]] = operands.alias(path, f"of[{other}]", result)
        else:
            seen[CONSTANTS[name]] = operands.write(path, result, place)
    words = f"{operands}, {way}, {flavour}, at {'; '.join(map(str, places))}"
    return words, {"what": what, operands.argument: operands.extent, "of": seen, "k": k}


class Calls:
    """Every way once, then every way again, each time in another order."""

    def __init__(self):
        self.random, self.salts, self.turns = Random(20261130), itertools.count(), iter(())

    def way(self):
        found = next(self.turns, None)
        if found is None:
            self.turns = iter(self.random.sample(WAYS, len(WAYS)))
            found = next(self.turns)
        return found

    def some(self, operands, place, count=4):
        for _ in range(count):
            yield stored_call(operands, self.way(), next(self.salts), [place])

    def places(self, item, count):
        """Where in a line so many elements begin: anywhere, or those of a line more where these do not."""
        return [a for a in range(0, LINE, item) if count <= HALVES or (a // item + count // HALVES) % 2 == 0]

    def aligned(self, operands, count):
        """The result at each place in a line, and all else anywhere; of half precision either type."""
        for storages in (STORAGES[:1], STORAGES[1:]):
            item = DTYPES[storages[0]].itemsize
            for a in self.places(item, count):
                choose = self.random.choice
                way = Way(choose(FORMS), choose(storages), choose((False, True)))
                others = [Place(choose(range(0, LINE, item))) for _ in range(4)]
                places = [*others[: len(way.form.reads)], Place(a), others[-1]]
                yield stored_call(operands, way, next(self.salts), places)


def runs(kind, memory):
    calls = Calls()
    for number, count in enumerate(lengths(*near(COLUMNS, 2 * COLUMNS))):
        if count <= LONG or count > COLUMNS:
            yield from calls.aligned(Runs(memory, kind, 1, 1, count), count)
        others = APART_START, START, Place("end", gap=count % 5), Place(4, gap=2)
        for place in (APART_END, in_turn(others, count)):
            shape = in_turn(((2, 3), (1, 4), (5, 1), (3, 2)), number)
            yield from calls.some(Runs(memory, kind, *shape, count), place)
    for shape in ((0, 2, 5), (2, 0, 5), (128, 1, 1), (128, 2, 9), (127, 3, 4)):
        yield from calls.some(Runs(memory, kind, *shape), END, 12)


def columns(kind, memory):
    calls, numbers = Calls(), itertools.count()

    def some(place, *shape):
        block = Rows(memory, kind, *shape, contiguous=not (place.apart or place.gap))
        yield from calls.some(block, place)

    # planes, and rows that are folded into one
    folds = [(size, 1, 0) for size in (2, 3, 7, 49)]
    folds += [(1, fold, rest) for fold in (2, 3, 7) for rest in range(fold)]
    for (size, fold, rest), channels in itertools.product(folds, (1, 3, 5, 20)):
        others = APART_END, START, APART_START, Place(8, gap=2)
        for place in (END, END, in_turn(others, next(numbers) // 4)):
            yield from some(place, channels, size, fold, in_turn((1, 2, 3, 4, 9), next(numbers)), rest)
    for width in widths(COLUMNS):
        others = APART_START, START, Place("end", gap=3), Place(4)
        for place in (APART_END, END, in_turn(others, width)):
            yield from some(place, width, 1, 1, in_turn((1, 2, 5, 9), next(numbers)), 0)
        if width <= LONG // 2:
            block = Rows(memory, kind, width, 1, 1, 2, 0, contiguous=width % 2 == 0)
            yield from calls.aligned(block, width)
    # more rows than are mapped before those in front of them, as rows and as one run
    for rows, width in itertools.product((0, *near(CACHED, 2 * CACHED), 2 * CACHED + 45), (1, 3, 20)):
        yield from some(Place("end", gap=rows % 2), width, 1, 1, rows, 0)
    for _ in range(2):
        yield from some(END, 512, 1, 1, 2 * (2 * CACHED + 3) + 1, 0)


CASES = {"run_as_stored": runs, "column_as_stored": columns}
