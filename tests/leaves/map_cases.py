"""Calls of the leaves of maps. `map_call` makes one; the others choose them."""

import itertools

import numpy
from abi import CONSTANTS, TYPES
from arguments import Rows, Runs, coefficients, mapped
from draws import in_turn
from guards import Place
from places import APART_END, APART_START, END, START, aligned, at, lengths, near, widths
from regions import ITEM, OPERANDS, RESULTS

COLUMNS, STRIP = CONSTANTS["COLUMNS"], CONSTANTS["STRIP"]


def map_call(part, operands, places, salt, *, streamed=False, over=(), wide=None, absent=False):
    """A call of a map, in words and as arguments.

    places: of the results, then of the operands, then of coefficients; over: the operand that each result
    overwrites; wide: one of how many channels is, 0 if none is though there are flags; absent: there is no v.
    """
    flavour, names = in_turn(("near", "special", "mixed"), salt), OPERANDS[part]
    k, of, flags, exact = coefficients(operands, part, flavour, salt, places[-1], wide)
    arrays = [operands.draw(name, flavour, salt + 31 * i) for i, name in enumerate(names)]
    args = {operands.argument: operands.extent, "k": k}
    if part in ("scale", "pull"):
        args["store"] = TYPES["Store"](streamed, in_turn((0, 8192, -(1 << 45)), salt))
    for i, name in enumerate(names):
        if absent and name == "v":
            arrays[i] = numpy.zeros_like(arrays[i])
            args[name] = operands.absent()
        else:
            args[name] = operands.read(name, arrays[i], places[len(RESULTS[part]) + i])
    results = mapped(part, operands, arrays, of, flags, exact)
    for name, result, place, other in zip(RESULTS[part], results, places, over or (None, None), strict=False):
        args[name] = operands.alias(name, other, result) if other else operands.write(name, result, place)
    how = ["streamed"] * streamed + [f"over {' and '.join(over)}"] * bool(over) + ["without v"] * absent
    how += [] if wide is None else [f"one of {wide} wide" if wide else "none wide"]
    return ", ".join([str(operands), flavour, f"at {'; '.join(map(str, places))}", *how]), args


def ways(part, kind, salt):
    """How a map can be called: plainly, and otherwise. What there are many of takes turns."""
    names, odd = OPERANDS[part], salt % 2 == 1
    yield {}
    if part == "bend":
        yield {"over": in_turn(list(itertools.permutations(names, 2)), salt)}
        yield {"absent": True}
        yield {"absent": True, "over": in_turn([("dy", "x"), ("x", "dy")], salt)}
        return
    # weights are no place for a result
    over = (in_turn([name for name in names if name != "w"], salt),)
    yield {"over": over}
    if part == "weighted_pull":
        return
    yield {"streamed": True}
    yield {"streamed": True, "over": over}
    if kind == "float32":
        yield {"wide": in_turn((1, 2, 3), salt), "streamed": odd}
        yield {"wide": 2, "over": over}
        yield {"wide": 0, "streamed": odd}


def _many(part):
    # operands and results of a map
    return len(RESULTS[part]) + len(OPERANDS[part])


def alignments(part, kind, one):
    """A map of these operands with its first result at each place in a line, and the others elsewhere.

    Streamed too, where there are not only more whole lines than in shorter ones.
    """
    lines, count = len(aligned(kind)), one.shape[-1] * one.shape[-2]
    stores = (False, True) if part in ("scale", "pull") and count <= 5 * lines else (False,)
    for a, streamed in itertools.product(range(lines), stores):
        others = [at(kind, a * (2 * i + 1) + i * count) for i in range(1, _many(part))]
        yield map_call(part, one, [at(kind, a), *others, END], lines * count + a, streamed=streamed)


def everywhere(part, place):
    return [place] * (_many(part) + 1)


def run_map(part):
    def cases(kind, memory):
        salts = itertools.count()
        for count in lengths(*near(2 * STRIP)):
            yield from alignments(part, kind, Runs(memory, kind, 1, 1, count))
            others = APART_START, Place("end", gap=count % 5), Place(ITEM[kind], gap=2)
            for place in (APART_END, in_turn(others, count)):
                for way in ways(part, kind, count):
                    salt = next(salts)
                    some = Runs(memory, kind, *in_turn(((2, 3), (1, 4), (5, 1), (3, 2)), salt), count)
                    yield map_call(part, some, everywhere(part, place), salt, **way)
        for channels, planes, count in ((0, 2, 5), (2, 0, 5), (128, 1, 1), (128, 2, 9), (127, 3, 4)):
            for way in ways(part, kind, next(salts)):
                some = Runs(memory, kind, channels, planes, count)
                yield map_call(part, some, everywhere(part, END), next(salts), **way)

    return cases


def column_map(part):
    def cases(kind, memory):
        salts = itertools.count()
        cached = CONSTANTS["CACHED_ROWS"]

        def calls(place, *shape):
            for way in ways(part, kind, next(salts)):
                some = Rows(memory, kind, *shape, contiguous=not (place.apart or place.gap))
                yield map_call(part, some, everywhere(part, place), next(salts), **way)

        # planes, and rows that are folded into one
        folds = [(size, 1, 0) for size in (2, 3, 7, 49)]
        folds += [(1, fold, rest) for fold in (2, 3, 7) for rest in range(fold)]
        for (size, fold, rest), channels in itertools.product(folds, (1, 3, 5, 20)):
            for place in (END, in_turn((APART_END, START, APART_START, Place(8, gap=2)), next(salts) // 7)):
                yield from calls(place, channels, size, fold, in_turn((1, 2, 3, 4), next(salts)), rest)
        for width in widths(COLUMNS):
            yield from alignments(part, kind, Rows(memory, kind, width, 1, 1, 2, 0, contiguous=False))
            others = APART_START, START, Place("end", gap=3), Place(4 * ITEM[kind])
            for place in (APART_END, END, in_turn(others, width)):
                yield from calls(place, width, 1, 1, in_turn((1, 2, 5, 9), next(salts)), 0)
        # more rows than are mapped before those in front of them, as rows and as one run
        for rows, width in itertools.product((0, *near(cached, 2 * cached), 2 * cached + 45), (1, 3, 20)):
            yield from calls(Place("end", gap=rows % 2), width, 1, 1, rows, 0)
        yield from calls(END, 512, 1, 1, 2 * (2 * cached + 3) + 1, 0)

    return cases


CASES = {f"run_{part}": run_map(part) for part in RESULTS} | {
    f"column_{part}": column_map(part) for part in RESULTS
}
