"""Memory layouts: the same numbers, elsewhere."""

import numpy as np

from ..interface.signatures import COTANGENTS, NUMBERS


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


_every = {
    "contiguous": np.ascontiguousarray,
    "channels-last": _channels_last,
    "samples-last": _transposed,
    "reversed": _reversed,
    "sliced": _sliced,
    "permuted": _permuted,
    "unaligned": _unaligned,
    "read-only": _read_only,
}
_numbers = (*NUMBERS, *COTANGENTS)
# layout: how each argument lies that does not lie as usual
LAYOUTS = {name: dict.fromkeys(("x", "dy", "ddx", "residual"), lay) for name, lay in _every.items()} | {
    "x channels-last": {"x": _channels_last},
    "dy channels-last": {"dy": _channels_last},
    "dy broadcast": {"dy": _broadcast},
    "numbers spaced": dict.fromkeys(_numbers, _spaced),
    "numbers read-only": dict.fromkeys(_numbers, _read_only),
}


def arranged(name, argument, array):
    """An argument of a call as it lies in the layout of this name."""
    return LAYOUTS[name].get(argument, np.ascontiguousarray)(array)
