"""What arguments must be. Each function returns the argument made ready, or raises an error that names it."""

import math
import operator
from collections.abc import Mapping
from numbers import Real
from typing import Any

import numpy
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

FLOATS = (numpy.dtype(numpy.float32), numpy.dtype(numpy.float64))


def _floats(name: str, value: ArrayLike) -> Array:
    if numpy.ma.is_masked(value):
        raise TypeError(f"{name} must have a number everywhere, found a masked array: its mask would be lost")
    array = numpy.asarray(value)
    if array.dtype.newbyteorder("=") not in FLOATS:
        raise TypeError(f"{name} must be a float32 or float64 array, found dtype {array.dtype}")
    return array


def tensor(name: str, value: ArrayLike) -> Array:
    """A float32 or float64 array of two dimensions or more."""
    array = _floats(name, value)
    if array.ndim < 2:
        raise ValueError(
            f"{name} must have at least 2 dimensions, one of them the channel, found shape {array.shape}"
        )
    return array


def channel_axis(axis: Any, ndim: int) -> int:
    """The position of the channel in a shape of ndim extents, counted from the front."""
    try:
        position = operator.index(axis)
    except TypeError:
        raise TypeError(f"axis must be an integer, found {type(axis).__name__}") from None
    if not -ndim <= position < ndim:
        raise ValueError(f"axis must be in [{-ndim}, {ndim - 1}] for {ndim} dimensions, found {position}")
    return position % ndim


def like(name: str, value: ArrayLike, x: Array) -> Array:
    """An array of x's shape and type."""
    array = tensor(name, value)
    if array.shape != x.shape:
        raise ValueError(f"{name} must have the shape of x, {x.shape}, found {array.shape}")
    if array.dtype.newbyteorder("=") != x.dtype.newbyteorder("="):
        raise TypeError(f"{name} must have the dtype of x, {x.dtype}, found {array.dtype}")
    return array


def per_channel(name: str, value: ArrayLike, channels: int) -> NDArray[numpy.float64]:
    """A vector with one number a channel, in float64."""
    array = _floats(name, value)
    if array.shape != (channels,):
        raise ValueError(f"{name} must have shape ({channels},), one number a channel, found {array.shape}")
    return numpy.ascontiguousarray(array, dtype=numpy.float64)


def vectors(parameters: Mapping[str, ArrayLike | None], channels: int) -> dict[str, NDArray[numpy.float64] | None]:
    """Vectors of one number a channel, each of which may be absent."""
    return {
        name: None if value is None else per_channel(name, value, channels) for name, value in parameters.items()
    }


def variance(name: str, value: ArrayLike, channels: int) -> NDArray[numpy.float64]:
    """A per-channel vector without a negative number."""
    array = per_channel(name, value, channels)
    if (array < 0).any():
        channel = int(numpy.flatnonzero(array < 0)[0])
        raise ValueError(f"{name} must not be negative, found {array[channel]} in channel {channel}")
    return array


def epsilon(eps: Any) -> float:
    """A finite number, not negative."""
    if not isinstance(eps, Real):
        raise TypeError(f"eps must be a number, found {type(eps).__name__}")
    number = float(eps)
    if not 0 <= number < math.inf:
        raise ValueError(f"eps must be finite and not negative, found {number}")
    return number


def output(out: Any, like: Array, inputs: Mapping[str, Any], called: str = "out") -> bool:
    """Whether out is one of the inputs; what cannot be written, or overlaps an input in part, is refused."""
    if out is None:
        return False
    if not isinstance(out, numpy.ndarray):
        raise TypeError(f"{called} must be a NumPy array, found {type(out).__name__}")
    if out.shape != like.shape:
        raise ValueError(f"{called} must have the shape of the result, {like.shape}, found {out.shape}")
    if out.dtype != like.dtype.newbyteorder("="):
        raise TypeError(
            f"{called} must have the dtype of the result, {like.dtype.newbyteorder('=')}, found {out.dtype}"
        )
    if not out.flags.writeable:
        raise ValueError(f"{called} must be writeable, found a read-only array")
    if out.size and any(
        stride == 0 and extent > 1 for stride, extent in zip(out.strides, out.shape, strict=True)
    ):
        raise ValueError(
            f"{called} must not repeat elements, found strides {out.strides} for shape {out.shape}"
        )
    shared = False
    for name, array in inputs.items():
        if not isinstance(array, numpy.ndarray) or not numpy.may_share_memory(out, array):
            continue
        if same_elements(out, array):
            shared = True
        elif overlap(out, array):
            raise ValueError(
                f"{called} must be {name} itself or not overlap it, "
                f"found an array that overlaps {name} in part"
            )
    return shared


def same_elements(a: Array, b: Array) -> bool:
    """Whether two arrays are the same view of the same memory."""
    return (
        a.shape == b.shape
        and a.dtype == b.dtype
        and a.ctypes.data == b.ctypes.data
        and a.strides == b.strides
    )


def overlap(a: Array, b: Array) -> bool:
    """Whether two arrays have a byte in common; taken as yes where deciding it would take long."""
    try:
        # NumPy's stub knows only its two named efforts
        return bool(numpy.shares_memory(a, b, max_work=10**6))  # type: ignore[arg-type]
    except numpy.exceptions.TooHardError:
        return True


def integer(name: str, value: Any, least: int | None = None) -> int:
    """An integer, not less than `least`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, found {type(value).__name__}") from None
    if least is not None and number < least:
        raise ValueError(f"{name} must be at least {least}, found {number}")
    return number


def momentum(value: Any) -> float | None:
    """The weight of the new batch in a running mean, or None for the mean of all elements."""
    if value is None:
        return None
    if not isinstance(value, Real):
        raise TypeError(f"momentum must be a number in [0, 1] or None, found {type(value).__name__}")
    number = float(value)
    if not 0 <= number <= 1:
        raise ValueError(f"momentum must be in [0, 1] or None, found {number}")
    return number


def float_type(name: str, value: Any) -> numpy.dtype[Any]:
    """One of the two dtypes."""
    # numpy.dtype(None) is float64
    try:
        found = numpy.dtype("V" if value is None else value)
    except TypeError:
        found = numpy.dtype("V")
    if found not in FLOATS:
        raise TypeError(f"{name} must be float32 or float64, found {value!r}")
    return found
