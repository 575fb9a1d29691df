"""Calls of the leaves of exact sums.

`CASES[leaf](memory)` yields what a call is in words, its extent, its operands, and what it adds to channels.
"""

import itertools

import draws
import exact
import numpy
from abi import CONSTANTS
from arguments import Rows, Runs
from draws import in_turn
from guards import Place
from places import APART_END, APART_START, END, at, lengths, near, widths

PATCH, ROWS = CONSTANTS["PATCH"], CONSTANTS["ROWS"]
KIND = "float32"
TINY, HUGE = numpy.float32(1e-45), numpy.float32(3.4e38)


def _bits(shape, salt):
    """Numbers of any size: what bits there are, but for those that are not finite."""
    bits = numpy.random.default_rng(salt).integers(0, 1 << 32, shape, numpy.uint32)
    bits[bits & 0x7F800000 == 0x7F800000] &= 0x80FFFFFF
    return bits.view(numpy.float32)


def _spread(shape, salt):
    """From a few that lie far below the others to as many."""
    rng = numpy.random.default_rng(salt)
    return (rng.normal(size=shape) * numpy.exp2(-6.0 * rng.gamma(0.7, 3, shape))).astype(numpy.float32)


def _among(values):
    def draw(shape, salt):
        signs = numpy.random.default_rng(salt).choice([-1, 1], shape)
        return (numpy.random.default_rng(salt + 1).choice(values, shape) * signs).astype(numpy.float32)

    return draw


def _special(shape, salt):
    """Some channels, which are on the first axis, have elements that are not finite."""
    rng, x = numpy.random.default_rng(salt), _spread(shape, salt)
    if x.size:
        for channel in x[salt % 2 :: 2]:
            flat = rng.integers(0, channel.size, 3)
            channel.reshape(-1)[flat[: 1 + salt % 3]] = rng.choice([numpy.nan, numpy.inf, -numpy.inf])
    return x


def _edge(shape, salt):
    """As far apart as a top reaches, or one further: all digits set, mostly of one sign."""
    rng, spread = numpy.random.default_rng(salt), CONSTANTS["SPREAD"]
    exponent = rng.integers(0, 104, (shape[0], 1, 1)) - rng.choice([0, spread, spread + salt % 2], shape)
    digits = rng.choice([0xFFFFFF, 0x800001, 0xFFFFFE], shape)
    signs = rng.choice([1, 1, 1, -1], (shape[0], 1, 1))
    return (numpy.ldexp(digits, exponent) * signs).astype(numpy.float32)


def _plain(flavour):
    return lambda shape, salt: draws.tensor(KIND, shape, flavour, salt)


FLAVOURS = {
    "near": _plain("near"),
    "far": _plain("far"),
    "mixed": _plain("mixed"),
    "spread": _spread,
    "bits": _bits,
    "subnormal": _among(numpy.arange(5) * TINY),
    "zeros": _among([0.0]),
    "extreme": _among([TINY, HUGE, 1.0, 0.0]),
    "edge": _edge,
    "largest": _among([numpy.finfo(numpy.float32).max]),
    "special": _special,
}


def _tensor(operands, flavour, salt):
    shape = operands.shape
    if operands.argument == "s":
        return FLAVOURS[flavour](shape, salt)
    rows, channels, size = shape
    return FLAVOURS[flavour]((channels, rows, size), salt).transpose(1, 0, 2)


def _call(operands, pairs, place, flavour, salt):
    names = ("dy", "x") if pairs else ("x",)
    flavours = (flavour, in_turn(list(FLAVOURS), salt) if salt % 3 == 0 else flavour)
    args, arrays = {"dy": operands.absent()}, []
    for name, kind, shift in zip(names, flavours, (0, 31), strict=False):
        arrays.append(_tensor(operands, kind, salt + shift))
        args[name] = operands.read(name, arrays[-1], place)
    channels_first = [a if operands.argument == "s" else a.transpose(1, 0, 2) for a in arrays]
    added = exact.sums(channels_first[0], channels_first[-1])
    how = "pairs" if pairs else "moments"
    return f"{operands}, {how}, {', '.join(dict.fromkeys(flavours))}, {place}", operands.extent, args, added


def runs(memory):
    salts = itertools.count()
    for count in lengths(*near(ROWS * PATCH, 2 * ROWS * PATCH), 300, least=0):
        for place in (at(KIND, count), APART_END, in_turn((APART_START, Place(8, gap=2), END), count)):
            salt = next(salts)
            shape = in_turn(((1, 1), (3, 2), (1, 35), (2, 5), (4, 1)), salt)
            flavour = in_turn(list(FLAVOURS), salt)
            yield _call(Runs(memory, KIND, *shape, count), salt % 2 == 1, place, flavour, salt // 2)
    for flavour, pairs in itertools.product(FLAVOURS, (False, True)):
        for shape in ((2, 1, 70 * ROWS * PATCH + 5), (3, 70, 49), (0, 2, 5), (2, 0, 5), (64, 1, 33)):
            yield _call(Runs(memory, KIND, *shape), pairs, END, flavour, next(salts))


def columns(memory):
    salts = itertools.count()
    some_rows = (*range(1, 4), *near(ROWS, 2 * ROWS), 40, 100)
    most = CONSTANTS["COLUMNS"]

    def call(channels, size, fold, folded, rest, place=None, flavour=None):
        salt = next(salts)
        place = place or in_turn(
            (APART_END, Place("end", gap=salt % 4), APART_START, at(KIND, salt), END), salt
        )
        how = {"contiguous": not (place.apart or place.gap) and salt % 3 != 0, "fetched": salt % 4 == 1}
        operands = Rows(memory, KIND, channels, size, fold, folded, rest, **how)
        return _call(operands, salt % 2 == 1, place, flavour or in_turn(list(FLAVOURS), salt // 2), salt)

    def rows():
        return in_turn(some_rows, next(salts) * 5)

    for fold, channels in itertools.product((2, 3, 7), (1, 2, 5, 16, 33)):
        for rest in range(fold):
            yield call(channels, 1, fold, rows(), rest)
    for width in widths(most):
        yield call(width, 1, 1, rows(), 0, APART_END)
        if width <= 70:
            yield call(width, 1, 1, rows(), 0)
    for size, channels in itertools.product((*range(2, 20), 49, 64, 100), (1, 2, 5)):
        yield call(channels, size, 1, rows(), 0)
    for flavour in FLAVOURS:
        for folded in (5, ROWS, 70):
            yield call(19, 1, 1, folded, 0, END, flavour)
            yield call(5, 9, 1, folded, 0, None, flavour)
            yield call(9, 1, 3, folded, 2, None, flavour)
    yield call(3, 1, 1, ROWS * CONSTANTS["PATCHES"] + 7, 0)
    yield call(1, 511, 1, 9, 0, END)
    for fold, channels in ((most, 1), (most // 2, 2), (most // 3, 3)):
        yield call(channels, 1, fold, 17, fold - 1, END)


CASES = {"run_exact": runs, "column_exact": columns}
