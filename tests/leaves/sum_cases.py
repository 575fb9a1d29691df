"""Calls of the leaves of sums. `run_call` and `column_call` make one; the others choose them."""

import itertools

import sums
from abi import CONSTANTS, TYPES
from arguments import Rows, Runs, Staged, ahead, give, records, work
from draws import FLAVOURS, in_turn
from guards import Place
from places import APART_END, APART_START, END, START, aligned, at, lengths, near, widths
from regions import ITEM, OPERANDS, SUMS

GROUP = CONSTANTS["GROUP"]


def _call(part, define, operands, places, flavour, salt, absent=False):
    """What calls of either walk have in common. places: of the operands, then of what belongs to channels."""
    names, memory, first = OPERANDS[part], operands.memory, in_turn((0, 1, 300), salt)
    args = {operands.argument: operands.extent}
    arrays = [operands.draw(name, flavour, salt + 31 * i) for i, name in enumerate(names)]
    for name, array, place in zip(names, arrays, places, strict=False):
        if absent and name == "v":
            array[...] = 0
            args[name] = operands.absent()
        else:
            args[name] = operands.read(name, array, place)
    if part in ("pairs", "five"):
        args |= {"p": TYPES["Parameters"](own=salt % 4 != 0), "channel": first}
        channels = operands.extent.channels
        given = give(memory, args["p"], ("mean", "var"), channels, first, flavour, salt // 2, places[-1])
        centre = sums.centre(operands.kind, args["p"].own, given["mean"], given["var"])
        arrays.append(given["mean"] if part == "five" else centre)
    if part in ("five", "weighted"):
        args["work"] = work(memory, places[-1])
    kept = part == "weighted" or (salt % 3 != 0 and (part == "five" or operands.kind == "float64"))
    args["to"] = records(memory, define(*arrays), places[-1], kept)
    how = ["without v"] * absent + ["lo"] * kept
    return ", ".join([str(operands), flavour, f"at {'; '.join(map(str, places))}", *how]), args


def run_call(part, operands, places, flavour, salt, absent=False):
    """A call of sums of runs, in words and as arguments."""
    define = getattr(sums, f"run_{part}")
    words, args = _call(part, define, operands, places, flavour, salt, absent)
    for i, name in enumerate({"moments": ("next",), "pairs": ("next", "dy_next")}.get(part, ())):
        args[name] = ahead(salt + i)
    return words, args


def column_call(part, operands, places, flavour, salt, absent=False):
    """The same of rows."""
    define, b = getattr(sums, f"column_{part}"), operands.extent
    return _call(part, lambda *a: define(*a, b.fold, b.folded), operands, places, flavour, salt, absent)


def of_part(part):
    """The flavours that can matter: five sums and weighted ones are about the mean, near or far."""
    return FLAVOURS[2:] if part in ("five", "weighted") else FLAVOURS


def run_sums(part):
    def cases(kind, memory):
        salts, many, flavours = itertools.count(), len(OPERANDS[part]) + 1, of_part(part)

        def calls(place, *shape):
            for flavour in flavours:
                salt = next(salts)
                absent = part == "five" and salt % 3 == 1
                yield run_call(part, Runs(memory, kind, *shape), [place] * many, flavour, salt, absent)

        for count in lengths(*near(256, 512), 300, 545, least=part == "moments"):
            for a in range(count % 4, len(aligned(kind)), 4):
                salt = next(salts)
                one = Runs(memory, kind, 1, in_turn((1, 1, 2), salt), count)
                places = [at(kind, a + i * (count % 5)) for i in range(many - 1)]
                yield run_call(part, one, [*places, END], in_turn(FLAVOURS, salt // 3), salt)
            others = APART_START, Place("end", gap=count % 5), Place(8, gap=2)
            for place in (APART_END, in_turn(others, count)):
                shape = in_turn(((1, 1), (3, 2), (4, 1), (2, 5), (7, 1)), next(salts))
                yield from calls(place, *shape, count)
        for planes, count in ((1, 1), (3, 2), (1, 33), (3, 33)):
            yield from calls(END, CONSTANTS["CHANNELS"], planes, count)
        if part != "moments":
            yield from calls(END, 0, 2, 5)
            yield from calls(END, 2, 0, 5)

    return cases


def column_sums(part):
    def cases(kind, memory):
        salts, many, flavours = itertools.count(), len(OPERANDS[part]) + 1, of_part(part)
        most = 4 * CONSTANTS["COLUMNS"] // ITEM[kind]
        some_rows = (*range(1, 2 * GROUP + 2), 3 * GROUP, 3 * GROUP + 1, 40)

        def calls(place, channels, size, fold, folded, rest):
            for flavour in flavours:
                salt = next(salts)
                how = {
                    "contiguous": not (place.apart or place.gap) and salt % 5 != 0,
                    "fetched": salt % 3 == 1,
                }
                shape = channels, size, fold, folded, rest
                if salt % 3 == 2:
                    operands = Staged(memory, kind, part, *shape, salt=salt // 3, **how)
                else:
                    operands = Rows(memory, kind, *shape, **how)
                absent = part == "five" and salt % 7 == 1
                yield column_call(part, operands, [place] * many, flavour, salt, absent)

        def place():
            number = next(salts)
            gap = Place("end", gap=number % 4)
            return in_turn((APART_END, gap, APART_START, at(kind, number), START), number)

        def rows():
            return in_turn(some_rows, next(salts) * 5)

        for fold, channels in itertools.product((2, 3, 4, 7), (1, 2, 3, 5, 16, 33)):
            for rest in range(fold):
                yield from calls(place(), channels, 1, fold, rows(), rest)
        for width in widths(most):
            for where in (APART_END, END, *(place() for _ in range(3 if width <= 70 else 0))):
                yield from calls(where, width, 1, 1, rows(), 0)
        for folded in some_rows:
            yield from calls(place(), 7, 1, 1, folded, 0)
        for size, channels in itertools.product((*range(2, 20), 49, 64, 100), (1, 2, 3, 5)):
            yield from calls(place(), channels, size, 1, rows(), 0)
        yield from calls(END, 1, 511, 1, 9, 0)
        yield from calls(END, 2, most // 2 - 1, 1, 17, 0)
        for fold, channels in ((most, 1), (most // 2, 2), (most // 3, 3)):
            yield from calls(END, channels, 1, fold, 17, fold - 1)

    return cases


CASES = {f"run_{part}": run_sums(part) for part in SUMS} | {
    f"column_{part}": column_sums(part) for part in SUMS
}
