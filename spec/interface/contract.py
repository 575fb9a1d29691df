"""What a call must keep beside the equations: its arguments, its memory, its formats, its layout."""

import itertools
from collections.abc import Mapping

import numpy as np

from ..bounds import formats
from .adapter import Nonsense
from .signatures import BESIDE, CALLS, ELEMENTS, RETURNS


def snapshot(arguments):
    """The bytes of the arrays among some arguments, and of those in lists."""
    return [[array.tobytes() for array in arrays(each)] for each in arguments]


def arrays(value):
    """An array, or those of a list, as a list; of anything else, none."""
    if isinstance(value, np.ndarray):
        return [value]
    return list(value) if isinstance(value, list) else []


def results(method, found):
    """What a method returned, as arrays by name. Raises `Nonsense` for what it must not return.

    Another name is a slip where one of its own is missing; beside all of them it is left alone.

    >>> results("inference", {"y": [1.0], "seconds": 0.1})
    {'y': array([1.])}
    """
    wanted = f"wanted a dict of {', '.join(RETURNS[method])}"
    if not isinstance(found, Mapping):
        raise Nonsense(f"returned {'None' if found is None else type(found).__name__}, {wanted}")
    others = [name for name in found if name not in (*RETURNS[method], *BESIDE.get(method, ()))]
    if others and not found.keys() >= set(RETURNS[method]):
        raise Nonsense(f"returned {others[0]!r}, {wanted}")
    formed = {}
    for name in (*RETURNS[method], *BESIDE.get(method, ())):
        if name not in found:
            continue
        if method.startswith("shards") and name in ELEMENTS:
            if not isinstance(found[name], (list, tuple)):
                raise Nonsense(
                    f"{name} is {type(found[name]).__name__}, wanted a list, an array for each shard"
                )
            formed[name] = [_array(name, each) for each in found[name]]
        else:
            formed[name] = _array(name, found[name])
    return formed


def _array(name, value):
    try:
        array = np.asarray(value)
    except Exception as error:
        raise Nonsense(f"{name} is no array: {said(error)}") from error
    if not array.dtype.isnative:
        raise Nonsense(f"the bytes of {name} are swapped")
    return array


def words_of(error):
    """What an exception says, on one line; nothing if it cannot say it."""
    try:
        return " ".join(str(error).split())
    except Exception:
        return ""


def said(error):
    """An exception on one line."""
    words = words_of(error)
    return f"{type(error).__name__}: {words}" if words else type(error).__name__


def of_call(method, arguments, before, got, options=()):
    """What a call did to its arguments that it must not, in words; empty if nothing.

    The last of the arguments may be `options`, by their names.
    """
    names = *CALLS[method], *options
    for name, old, new in zip(names, before, snapshot(arguments), strict=True):
        if old != new:
            return f"{name} was written to"
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
