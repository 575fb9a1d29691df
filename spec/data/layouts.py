"""Memory layouts: the same numbers, elsewhere."""

from functools import partial

import numpy as np

from ..interface.signatures import COTANGENTS, NUMBERS, TENSORS
from .guards import guarded


def _channels_last(array):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 1, -1)), -1, 1)


def _reversed(array):
    return np.ascontiguousarray(array[::-1, ..., ::-1])[::-1, ..., ::-1]


def _sliced(array):
    room = np.full([2 * n + 1 for n in array.shape], np.nan, array.dtype)
    room[tuple(slice(1, None, 2) for _ in array.shape)] = array
    return room[tuple(slice(1, None, 2) for _ in array.shape)]


def _permuted(array):
    return np.ascontiguousarray(array.T).T


def _unaligned(array):
    room = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    room[...] = array
    return room


def _read_only(array):
    array = np.array(array, order="C")
    array.flags.writeable = False
    return array


def _broadcast(array):
    return np.broadcast_to(array[:1, ..., :1], array.shape)


def _spaced(array):
    """Numbers of channels, each followed by its negative, which is none of them."""
    return np.stack([array, -array], axis=1).ravel()[::2]


def _transposed(array):
    """The axes after the channel in reverse order in memory, the sample's innermost of all."""
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 0, -1)), -1, 0)


def _channels_reversed(array):
    return np.ascontiguousarray(array[:, ::-1])[:, ::-1]


def _cut(array):
    """A corner of larger planes; where there are none, the first channels of longer rows."""
    axes = range(2, array.ndim) if array.ndim > 2 else (1,)
    return _corner(array, axes)


def _corner(array, axes):
    room = np.full([n + (axis in axes) for axis, n in enumerate(array.shape)], 7, array.dtype)
    corner = room[tuple(slice(n) for n in array.shape)]
    corner[...] = array
    return corner


def _channels_cut(array):
    """The middle channels of more of them."""
    n = array.shape[1]
    room = np.full((array.shape[0], n + 3, *array.shape[2:]), -7, array.dtype)
    room[:, 2 : n + 2] = array
    return room[:, 2 : n + 2]


def _channels_last_cut(array):
    return np.moveaxis(_corner(np.moveaxis(array, 1, -1), (array.ndim - 1,)), -1, 1)


def _turned(array):
    """The axes after the channel in reverse order in memory."""
    axes = (0, 1, *range(array.ndim - 1, 1, -1))
    return np.ascontiguousarray(array.transpose(axes)).transpose(axes)


def _apart(array):
    """Every other sample."""
    room = np.full((2 * len(array), *array.shape[1:]), 7, array.dtype)
    room[::2] = array
    return room[::2]


def _offset(array):
    room = np.full(array.size + 8, 7, array.dtype)
    room[3 : 3 + array.size] = array.ravel()
    return room[3 : 3 + array.size].reshape(array.shape)


def _samples_broadcast(array):
    return np.broadcast_to(np.ascontiguousarray(array[:1]), array.shape)


def _planes_broadcast(array):
    first = array[(slice(None), slice(None), *(slice(1),) * (array.ndim - 2))]
    return np.broadcast_to(np.ascontiguousarray(first), array.shape)


def _sliding(array):
    """Windows that slide by an element from sample to sample: they have all but one in common."""
    n, *rest = array.shape
    room = np.resize(array, (*rest[:-1], rest[-1] + n))
    steps = room.strides[-1], *room.strides
    return np.lib.stride_tricks.as_strided(room, array.shape, steps, writeable=False)


_every = {
    "contiguous": np.ascontiguousarray,
    "channels-last": _channels_last,
    "samples-last": _transposed,
    "reversed": _reversed,
    "sliced": _sliced,
    "permuted": _permuted,
    "unaligned": _unaligned,
    "read-only": _read_only,
    "channels-reversed": _channels_reversed,
    "cut": _cut,
    "channels cut": _channels_cut,
    "channels-last cut": _channels_last_cut,
    "turned": _turned,
    "apart": _apart,
    "offset": _offset,
    "samples broadcast": _samples_broadcast,
    "planes broadcast": _planes_broadcast,
    "sliding": _sliding,
}
_numbers = (*NUMBERS, *COTANGENTS)
# what some calls have beside
_beside = "weights", "weight", "bias"
_elements = "x", "dy", "ddx", "residual", "weights"
# layout: how each argument lies that does not lie as usual
LAYOUTS = {name: dict.fromkeys((*_elements, "weight"), lay) for name, lay in _every.items()} | {
    "x channels-last": {"x": _channels_last},
    "dy channels-last": {"dy": _channels_last},
    "dy broadcast": {"dy": _broadcast},
    "guarded after": dict.fromkeys((*TENSORS, *_beside, *_numbers), guarded),
    "guarded before": dict.fromkeys((*TENSORS, *_beside, *_numbers), partial(guarded, side="before")),
    "numbers spaced": dict.fromkeys(_numbers, _spaced),
    "numbers reversed": dict.fromkeys(_numbers, lambda array: np.ascontiguousarray(array[::-1])[::-1]),
    "numbers unaligned": dict.fromkeys(_numbers, _unaligned),
    "numbers read-only": dict.fromkeys(_numbers, _read_only),
}


# What stands between layouts that are joined, and before one that is of dy, a residual and weights.
AND, OF_DY = ", ", "dy "


def arranged(name, argument, array):
    """An argument of a call as it lies in the layout of this name, as "cut, dy reversed, numbers spaced"."""
    first, *others = name.split(AND)
    for other in others:
        if argument in (_elements[1:] if other.startswith(OF_DY) else _numbers):
            first = other.removeprefix(OF_DY)
    return LAYOUTS[first].get(argument, np.ascontiguousarray)(array)


def fitting(name, layouts):
    """As much of a layout as is declared to be taken; where x's is not, the first of those that are.

    >>> fitting("cut, dy reversed, numbers spaced", ("contiguous", "cut", "numbers spaced"))
    'cut, numbers spaced'
    """
    first, *others = name.split(AND)
    taken = [other for other in others if other.removeprefix(OF_DY) in layouts]
    return AND.join([first if first in layouts else layouts[0], *taken])


def declared(name, layouts):
    """Whether a layout is among those that are declared: all of several."""
    return fitting(name, layouts or ("",)) == name
