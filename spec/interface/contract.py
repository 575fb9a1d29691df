"""What a call must keep beside the equations: its arguments, its memory, its formats, its layout."""

import traceback
from collections.abc import Mapping
from pathlib import Path

import numpy as np

from ..bounds import formats
from ..supervise import ENDINGS
from .adapter import Nonsense
from .signatures import CALLS, ELEMENTS, RETURNS


def snapshot(arguments):
    """The bytes of the arrays among some arguments, and of the memory that they are a part of."""
    return [
        (each.tobytes(), _around(each)) if isinstance(each, np.ndarray) else (None, b"") for each in arguments
    ]


def _around(array):
    """The bytes of the memory that an array is a part of, and leaves gaps in; none if it is all of it."""
    owner = array
    while isinstance(owner.base, np.ndarray):
        owner = owner.base
    return owner.tobytes() if owner.nbytes > array.nbytes else b""


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
    others = [name for name in found if name not in RETURNS[method]]
    if others and not found.keys() >= set(RETURNS[method]):
        raise Nonsense(f"returned {printable(repr(others[0]), 100)}, {wanted}")
    arrays = {}
    for name in RETURNS[method]:
        if name not in found:
            continue
        try:
            arrays[name] = np.asarray(found[name])
        except ENDINGS:
            raise
        except BaseException as error:
            raise Nonsense(f"{name} is no array: {said(error)}") from error
        if not arrays[name].dtype.isnative:
            raise Nonsense(f"the bytes of {name} are swapped")
    return arrays


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
        if old[0] != new[0]:
            return f"{name} was written to"
        if old[1] != new[1]:
            return f"memory beside {name} was written to"
    return ""


def of_call(method, arguments, before, got):
    """What a call did to its arguments that it must not, in words; empty if nothing."""
    if words := written(CALLS[method], before, snapshot(arguments)):
        return words
    for name, value in got.items():
        for argument, given in zip(CALLS[method], arguments, strict=True):
            if isinstance(given, np.ndarray) and np.may_share_memory(value, given):
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
