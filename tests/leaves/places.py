"""Where operands lie, and how long they are."""

from abi import CONSTANTS
from draws import in_turn
from guards import Place
from regions import ITEM

APART_END, APART_START = Place("end", apart=True), Place("start", apart=True)
END, START = Place("end"), Place("start")


def aligned(kind):
    """The places in a line of the cache where an element can lie."""
    return range(0, CONSTANTS["LINE"], ITEM[kind])


def at(kind, number):
    """One of these places."""
    return Place(in_turn(aligned(kind), number))


def near(*blocks, before=1, after=1):
    """Lengths around the ends of blocks."""
    return [block + d for block in blocks for d in range(-before, after + 1)]


def lengths(*more, least=0):
    """Every length of a run that can matter to a loop of blocks of 64 elements or less, and more."""
    return sorted({*range(least, 151), *more})


def widths(most):
    """Widths of rows."""
    return sorted(w for w in {*range(1, 71), *near(128, 256, 512), most - 1, most} if w <= most)
