"""What a call must keep beside the equations: its arguments, its memory, its formats, its layout."""

import itertools
import traceback
from collections.abc import Mapping
from pathlib import Path
from typing import NamedTuple

import numpy as np

from ..bounds import formats
from ..supervise import ENDINGS
from .adapter import Nonsense
from .signatures import BESIDE, CALLS, ELEMENTS, LISTS, RETURNS


class Kept(NamedTuple):
    """The bytes of the memory that an array is a part of, if it leaves gaps in it, or else of the array."""

    array: np.ndarray
    held: bytes

    @property
    def inside(self):
        """The bytes of the array alone."""
        owner = _owner(self.array)
        if len(self.held) == self.array.nbytes:
            return self.held
        start = self.array.__array_interface__["data"][0] - owner.__array_interface__["data"][0]
        like = {"shape": self.array.shape, "dtype": self.array.dtype, "strides": self.array.strides}
        return np.ndarray(buffer=self.held, offset=start, **like).tobytes()


def snapshot(arguments):
    """What the arrays among some arguments hold, and those in lists; and the memory around each."""
    return [[Kept(array, _around(array) or array.tobytes()) for array in arrays(each)] for each in arguments]


def _owner(array):
    """The array whose memory this one is a part of."""
    while isinstance(array.base, np.ndarray):
        array = array.base
    return array


def _around(array):
    """The bytes of the memory that an array is a part of, and leaves gaps in; none if it is all of it."""
    owner = _owner(array)
    return owner.tobytes() if owner.nbytes > array.nbytes and owner.flags.c_contiguous else b""


class Beside:
    """The memory beside an array that may be written over."""

    def __init__(self, array):
        self.array, self.was, self.around = array, array.copy(), _around(array)

    def written(self):
        """Whether anything but the array was written to."""
        if not self.around:
            return False
        now = self.array.copy()
        self.array[...] = self.was
        found = _around(self.array)
        self.array[...] = now
        return found != self.around


def arrays(value):
    """An array, or those of a list, as a list; of anything else, and of a list of words, none."""
    if isinstance(value, np.ndarray):
        return [value]
    return [each for each in value if not isinstance(each, str)] if isinstance(value, list) else []


def results(method, found):
    """What a method returned, as arrays by name. Raises `Nonsense` for what it must not return.

    Another name is a slip where one of its own is missing; beside all of them it is left alone.

    >>> results("inference", {"y": [1.0], "seconds": 0.1})
    {'y': array([1.])}
    """
    wanted = f"wanted a dict of {', '.join(RETURNS[method])}"
    if not isinstance(found, Mapping):
        kind = "None" if found is None else printable(type(found).__name__, 100)
        raise Nonsense(f"returned {kind}, {wanted}")
    others = [name for name in found if name not in (*RETURNS[method], *BESIDE.get(method, ()))]
    if others and not found.keys() >= set(RETURNS[method]):
        raise Nonsense(f"returned {printable(repr(others[0]), 100)}, {wanted}")
    formed = {}
    for name in (*RETURNS[method], *BESIDE.get(method, ())):
        if name not in found:
            continue
        if method in LISTS and name in ELEMENTS:
            if not isinstance(found[name], (list, tuple)):
                kind = printable(type(found[name]).__name__, 100)
                part = "shard" if method.startswith("shards") else "batch"
                raise Nonsense(f"{name} is {kind}, wanted a list, an array for each {part}")
            formed[name] = [_array(name, each) for each in found[name]]
        else:
            formed[name] = _array(name, found[name])
    return formed


def _array(name, value):
    try:
        array = np.asarray(value)
    except ENDINGS:
        raise
    except BaseException as error:
        raise Nonsense(f"{name} is no array: {said(error)}") from error
    if not array.dtype.isnative:
        raise Nonsense(f"the bytes of {name} are swapped")
    return array


# Of where an exception comes from, so many lines are kept; none that lie here.
LINES, HERE = 50, Path(__file__).parents[1] / "conformance"
# So much of what an implementation says is passed on.
LONGEST = 2000


def printable(said, longest=LONGEST):
    """What an implementation says, as one line that a terminal can show: what is no letter of one is escaped.

    >>> printable("red \\x1b[31m, half \\ud800")
    'red \\\\x1b[31m, half \\\\ud800'
    """
    try:
        text = " ".join(str(said).split())
    except ENDINGS:
        raise
    except BaseException:  # it cannot say it
        return ""
    text = text if len(text) <= longest else f"{text[:longest]}..."
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode() for c in text)


def said(error):
    """An exception on one line."""
    words, name = printable(error), printable(type(error).__name__)
    return f"{name}: {words}" if words else name


def trace(error):
    """Where an exception comes from, as lines, the call itself last; those of the suite are left out."""
    told = getattr(error, "told", None)
    if isinstance(told, list):
        return tuple(printable(line, 300) for line in told[-LINES:])
    frames = traceback.extract_tb(error.__traceback__)
    own = [n for n, frame in enumerate(frames) if Path(frame.filename).is_relative_to(HERE)]
    theirs = frames[max(own, default=-1) + 1 :] or frames[-1:]
    return tuple(
        printable(f"{frame.filename}:{frame.lineno} in {frame.name}: {frame.line or ''}", 300)
        for frame in theirs[-LINES:]
    )


def title(adapter):
    """What reports call an implementation."""
    try:
        return printable(adapter.name, 100) or printable(type(adapter).__name__, 100)
    except ENDINGS:
        raise
    except BaseException:
        return printable(type(adapter).__name__, 100)


def written(names, before, after):
    """Which of some arguments was written to, in words; empty if none."""
    for name, old, new in zip(names, before, after, strict=True):
        if [each.held for each in old] != [each.held for each in new]:
            inside = [each.inside for each in old] != [each.inside for each in new]
            return f"{name} was written to" if inside else f"memory beside {name} was written to"
    return ""


def of_call(method, arguments, before, got, options=()):
    """What a call did to its arguments that it must not, in words; empty if nothing.

    The last of the arguments may be `options`, by their names.
    """
    names = *CALLS[method], *options
    if words := written(names, before, snapshot(arguments)):
        return words
    for name, value in got.items():
        for argument, given in zip(names, arguments, strict=True):
            pairs = itertools.product(arrays(value), arrays(given))
            if any(np.may_share_memory(*pair) for pair in pairs):
                return f"{name} lies in the memory of the argument {argument}"
    return ""


def of_format(name, value, dtype):
    """What is wrong with the dtype of an output for data of this dtype, in words; empty if nothing.

    An output with a number for each element has the dtype of x; a number of a channel has at least the digits
    of the parameters.
    """
    if not formats.is_floating(value.dtype):
        return f"wanted floating-point numbers, found {value.dtype}"
    wanted = formats.named(dtype) if name in ELEMENTS else formats.parameter(dtype)
    if value.dtype == wanted:
        return ""
    if name not in ELEMENTS and formats.unit(value.dtype) <= formats.unit(wanted):
        return ""
    return f"wanted {wanted.name}{'' if name in ELEMENTS else ' or finer'}, found {value.dtype.name}"


def order(array):
    """The axes of more than one element, from the widest stride to the narrowest."""
    axes = [axis for axis in range(array.ndim) if array.shape[axis] > 1]
    return sorted(axes, key=lambda axis: (-abs(array.strides[axis]), axis))


def of_layout(value, x):
    """What is wrong with the layout of y or dx, in words, where the layout of x is to be kept."""
    if order(value) == order(x):
        return ""
    return f"the axes lie in the order {order(value)} in memory, those of x in the order {order(x)}"
