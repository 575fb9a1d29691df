"""The axes of the channel in the tensors of a layer: one, or several, which the functions see as one.

Several are put side by side, at the place of the foremost, and joined. That is a view of a tensor whose
strides allow it, as those of neighbours in C order do, and a copy of any other.
"""

import math

import numpy
from numpy.typing import ArrayLike

from . import checks, recycling
from .checks import Array
from .copying import copy

# an integer, or one for each axis of the channel
Integers = int | tuple[int, ...]


def places(axis: Integers, ndim: int) -> tuple[int, ...]:
    """The positions of the channel in a shape of ndim extents, counted from the front."""
    if not isinstance(axis, tuple):
        return (checks.channel_axis(axis, ndim),)
    found = tuple(checks.channel_axis(each, ndim) for each in axis)
    if len(set(found)) < len(found):
        raise ValueError(f"axis must name axes that differ, found {axis} for {ndim} dimensions")
    return found


def joined(array: Array, at: tuple[int, ...]) -> Array:
    """The array with the channel at one axis, min(at)."""
    if len(at) == 1:
        return array
    first = min(at)
    beside = numpy.moveaxis(array, at, _together(at))
    extents = beside.shape
    channels = math.prod(extents[first : first + len(at)])
    return beside.reshape(*extents[:first], channels, *extents[first + len(at) :])


def weights(value: ArrayLike, x: Array, at: tuple[int, ...]) -> Array:
    """Weights of the elements of x, with the channel at one axis."""
    if len(at) > 1:
        value = numpy.asarray(value)
        # a shape that has too many axes is refused as it is
        if value.ndim <= x.ndim:
            value = joined(value.reshape((1,) * (x.ndim - value.ndim) + value.shape), at)
        x = joined(numpy.broadcast_to(numpy.zeros((), x.dtype), x.shape), at)
    return checks.weights("weights", value, x, min(at))


def target(out: Array | None, at: tuple[int, ...]) -> Array | None:
    """Where a result can be written so that it stands in out; None where it must be copied there."""
    if out is None or len(at) == 1:
        return out
    room = joined(out, at)
    return room if numpy.may_share_memory(room, out) else None


def parted(result: Array, at: tuple[int, ...], like: Array, out: Array | None) -> Array:
    """A result of joined axes with those of `like`, in its layout or in out."""
    if len(at) == 1:
        return result
    first = min(at)
    extents = (*result.shape[:first], *(like.shape[i] for i in at), *result.shape[first + 1 :])
    apart = numpy.moveaxis(result.reshape(extents), _together(at), at)
    place = recycling.empty_like(like) if out is None else out
    if checks.same_elements(place, apart) or (out is None and place.strides == apart.strides):
        return apart if out is None else out
    copy(place, apart)
    return place


def _together(at: tuple[int, ...]) -> range:
    return range(min(at), min(at) + len(at))
