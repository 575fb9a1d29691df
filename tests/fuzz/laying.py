"""How a drawn tensor comes to lie in memory, and as what kind of object it is handed over."""

import array
import random
from math import prod

import numpy

from .numbers import numbers


class Subclass(numpy.ndarray):
    """An array of another class."""


class Interface:
    """What has NumPy's array interface."""

    def __init__(self, inner):
        self.__array_interface__ = inner.__array_interface__
        self.inner = inner


class Method:
    """What makes an array of itself when asked."""

    def __init__(self, inner):
        self.inner = inner

    def __array__(self, dtype=None, copy=None):
        return self.inner if dtype is None else self.inner.astype(dtype)


def _list(inner):
    # of float64: that is what NumPy makes of a list
    return inner.tolist() if inner.dtype == numpy.float64 and inner.size else inner


def _array(inner):
    return array.array(inner.dtype.char, inner.tolist()) if inner.dtype.isnative else inner


FORMS = {
    "list": _list,
    "array": _array,
    "memoryview": memoryview,
    "subclass": lambda inner: inner.view(Subclass),
    "interface": Interface,
    "method": Method,
}


def order(name, axes, axis):
    """The axes from the widest stride to the narrowest."""
    others = [i for i in range(axes) if i != axis]
    match name:
        case None:
            return list(range(axes))
        case "F":
            return list(range(axes))[::-1]
        case "last":
            return [*others, axis]
        case "first":
            return [axis, *others]
        case "rotated":
            return [*range(1, axes), 0]
    return random.Random(name).sample(range(axes), axes)


def strides(shape, itemsize, how, axis):
    """The stride of each axis, the bytes before the first element, and the bytes of all."""
    axes = len(shape)
    found, step = [0] * axes, itemsize + how.get("odd", 0)
    wide, times = how.get("steps", (0, 1))
    padded, more = how.get("pads", (0, 0))
    zero, flip = how.get("zero", 0), how.get("flip", 0)
    for i in reversed(order(how.get("order"), axes, axis)):
        if zero >> i & 1:
            continue
        step *= times if i == wide % axes else 1
        found[i] = step
        step *= shape[i] + (more if i == padded % axes else 0)
    if "slide" in how:
        # the widest axis that has two neighbours goes along with the narrowest
        moving = sorted((i for i in range(axes) if shape[i] > 1 and found[i]), key=lambda i: found[i])
        if len(moving) > 1:
            found[moving[-1]] = found[moving[0]]
    found = [-stride if flip >> i & 1 else stride for i, stride in enumerate(found)]
    reach = [(extent - 1) * stride for extent, stride in zip(shape, found, strict=True)]
    before = -sum(each for each in reach if each < 0)
    return found, before, before + sum(each for each in reach if each > 0) + itemsize


def lay(memory, name, shape, dtype, how, axis=0):
    """An array in that layout, its numbers to be filled in."""
    if how.get("swap"):
        dtype = dtype.newbyteorder()
    if not prod(shape):
        return numpy.ndarray(shape, dtype)
    place = how.get("shift", 0), how.get("edge")
    if not {"order", "steps", "pads", "flip", "zero", "slide", "odd"} & how.keys():
        room, start = memory.place(name, prod(shape) * dtype.itemsize, *place)
        return numpy.ndarray(shape, dtype, room.pages, start)
    steps, before, nbytes = strides(shape, dtype.itemsize, how, axis)
    room, start = memory.place(name, nbytes, *place)
    return numpy.ndarray(shape, dtype, room.pages, start + before, steps)


def fill(array, how, axis=0):
    """Have the numbers of `how` in the array."""
    kind, at, dtype = how.get("of", "normal"), how["at"], array.dtype.newbyteorder("=")
    if kind != "mixed":
        array[...] = numbers(kind, dtype, array.size, at).reshape(array.shape)
        return
    # channels side by side that a kernel treats differently
    array[...] = numbers("normal", dtype, array.size, at).reshape(array.shape)
    large = dtype.type({4: 1e35, 8: 1e150}.get(dtype.itemsize, 100))
    for c in range(min(array.shape[axis], 64)):
        channel = array[(slice(None),) * axis + (c,)]
        match (c + at) % 6:
            case 0:
                channel[...] = numbers("constant", dtype, 1, at + c)[0]
            case 1:
                channel *= large
            case 2:
                channel += dtype.type(1e4)
            case 3:
                channel *= dtype.type(1) / large
            case 4:
                channel[...] = numpy.nan if at % 5 == 0 else 0


def handed(array, how):
    """The array as the object that the function is given."""
    if how.get("lock"):
        array.flags.writeable = False
    return FORMS[how["as"]](array) if "as" in how else array


def overlaps_itself(array):
    """Whether two elements of an array have a byte in common."""
    if array.size < 2:
        return False
    steps = zip(map(abs, array.strides), array.shape, strict=True)
    moving = [(step, extent) for step, extent in steps if extent > 1]
    reach = 0
    for step, extent in sorted(moving):
        if step < reach + array.itemsize:
            break
        reach += step * (extent - 1)
    else:
        return False
    starts = numpy.zeros((), numpy.int64)
    for step, extent in moving:
        starts = numpy.add.outer(starts, numpy.arange(extent) * step)
    starts = numpy.sort(starts, axis=None)
    return bool((numpy.diff(starts) < array.itemsize).any())
