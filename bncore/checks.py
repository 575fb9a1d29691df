"""What arguments must be. Each function returns the argument made ready, or raises an error that names it."""

import math
import operator
import sys
from collections.abc import Callable, Mapping
from numbers import Real
from typing import Any

import numpy
from numpy.typing import ArrayLike, NDArray

Array = NDArray[Any]

FLOATS = (numpy.dtype(numpy.float32), numpy.dtype(numpy.float64))
# of data; bfloat16, which is not NumPy's own, is known by its name
DATA = (*FLOATS, numpy.dtype(numpy.float16))
SWAPPED = tuple(dtype.newbyteorder() for dtype in DATA)


def _array(name: str, value: Any, wanted: Callable[[], str]) -> NDArray[Any]:
    # what is no array of numbers, whatever its dtype, is refused
    try:
        masked, array = _masked(value), numpy.asarray(value)
    except MemoryError:
        raise
    except Exception as error:
        # rows of unequal lengths, a tensor that will not be looked at: whatever such an object raises
        kind = ValueError if isinstance(error, ValueError) else TypeError
        found = f"a {type(value).__name__} that cannot be made one: {error}"
        raise kind(f"{name} must be a {wanted()} array, found {found}") from error
    if masked:
        raise TypeError(f"{name} must have a number everywhere, found a masked array: its mask would be lost")
    return array


def _floats(name: str, value: Any, dtypes: tuple[numpy.dtype[Any], ...] = FLOATS) -> Array:
    array = _array(name, value, lambda: _names(dtypes))
    if dtypes is DATA and is_bfloat16(array.dtype):
        return array
    if array.dtype not in dtypes and not (array.dtype in SWAPPED and array.dtype.newbyteorder() in dtypes):
        found = _other(name, value, array.dtype, dtypes[0])
        raise TypeError(f"{name} must be a {_names(dtypes)} array, found {found}")
    return array


def is_bfloat16(dtype: numpy.dtype[Any]) -> bool:
    """Whether it is the bfloat16 of ml_dtypes."""
    return dtype.itemsize == 2 and dtype.name == "bfloat16"


def is_half(dtype: numpy.dtype[Any]) -> bool:
    """Whether it is one of half precision."""
    return dtype.itemsize == 2


def _names(dtypes: tuple[numpy.dtype[Any], ...]) -> str:
    return " or ".join(dtype.name for dtype in dtypes) + (" or bfloat16" if dtypes is DATA else "")


def _masked(value: Any) -> bool:
    # of a list: whether an array in it is
    return bool(numpy.ma.is_masked(value)) or (
        isinstance(value, list | tuple)
        and any(_masked(each) for each in value if not isinstance(each, float | int))
    )


def _other(name: str, value: Any, dtype: numpy.dtype[Any], wanted: numpy.dtype[Any]) -> str:
    # what it is, and how to make of it what was wanted
    if dtype.kind == "O" and not isinstance(value, numpy.ndarray | list | tuple):
        return type(value).__name__
    if dtype.kind in "biuf":
        array = name if isinstance(value, numpy.ndarray) else f"numpy.asarray({name})"
        return f"dtype {dtype} ({array}.astype(numpy.{wanted}) is one)"
    return f"dtype {dtype}"


def tensor(name: str, value: ArrayLike) -> Array:
    """An array of two dimensions or more, of float32, float64 or half precision."""
    array = _floats(name, value, DATA)
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
        raise ValueError(
            f"axis must be in [{-ndim}, {ndim - 1}] for {ndim} dimensions, found {_shown(position)}"
        )
    return position % ndim


def like(name: str, value: ArrayLike, x: Array) -> Array:
    """An array of x's shape and type."""
    array = tensor(name, value)
    if array.shape != x.shape:
        raise ValueError(f"{name} must have the shape of x, {x.shape}, found {array.shape}")
    if array.dtype.newbyteorder("=") != x.dtype.newbyteorder("="):
        raise TypeError(f"{name} must have the dtype of x, {x.dtype}, found {array.dtype}")
    return array


def per_channel(
    name: str,
    value: ArrayLike,
    channels: int | None = None,
    dtypes: tuple[numpy.dtype[Any], ...] = FLOATS,
) -> NDArray[numpy.float64]:
    """A vector with one number a channel, in float64, as a kernel can read it; None: of any length."""
    array = _one_a_channel(name, _floats(name, value, dtypes), channels)
    if array.dtype != numpy.float64:
        # a signaling NaN is an invalid operation
        with numpy.errstate(all="ignore"):
            return array.astype(numpy.float64)
    wide = numpy.ascontiguousarray(array)
    return wide if wide.flags.aligned else wide.copy()


def parameter(name: str, value: ArrayLike, channels: int, dtype: numpy.dtype[Any]) -> Array:
    """A vector with one number a channel of this dtype: the array itself, if it is one."""
    return numpy.asarray(_one_a_channel(name, _floats(name, value, (dtype,)), channels), dtype)


def _one_a_channel(name: str, array: Array, channels: int | None) -> Array:
    if array.ndim != 1 or array.size != (array.size if channels is None else channels):
        shape = f"({'C' if channels is None else channels},)"
        raise ValueError(f"{name} must have shape {shape}, one number a channel, found {array.shape}")
    return array


def vectors(
    parameters: Mapping[str, ArrayLike | None], channels: int
) -> dict[str, NDArray[numpy.float64] | None]:
    """Vectors of one number a channel, each of which may be absent."""
    return {
        name: None if value is None else per_channel(name, value, channels)
        for name, value in parameters.items()
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
    number = _real("eps", eps, "a number", "finite and not negative")
    if not 0 <= number < math.inf:
        raise ValueError(f"eps must be finite and not negative, found {number}")
    return number


def _real(name: str, value: Any, wanted: str, bounded: str) -> float:
    if not isinstance(value, Real):
        raise TypeError(f"{name} must be {wanted}, found {type(value).__name__}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError(f"{name} must be {bounded}, found a number beyond those of float64") from None


def output(out: Any, like: Array, inputs: Mapping[str, Any], called: str = "out") -> bool:
    """Whether out is one of the inputs; what cannot be written, or overlaps an input in part, is refused."""
    if out is None:
        return False
    if not isinstance(out, numpy.ndarray) or isinstance(out, numpy.ma.MaskedArray):
        raise TypeError(f"{called} must be a NumPy array, found {type(out).__name__}")
    out = numpy.asarray(out)  # what a class of arrays does in its own way is nothing to a kernel
    if out.shape != like.shape:
        raise ValueError(f"{called} must have the shape of the result, {like.shape}, found {out.shape}")
    if out.dtype != like.dtype.newbyteorder("="):
        raise TypeError(
            f"{called} must have the dtype of the result, {like.dtype.newbyteorder('=')}, found {out.dtype}"
        )
    if not out.flags.writeable:
        raise ValueError(f"{called} must be writeable, found a read-only array")
    if overlaps_itself(out):
        raise ValueError(
            f"{called} must not repeat elements or parts of them, "
            f"found strides {out.strides} for shape {out.shape}"
        )
    shared = False
    for name, value in inputs.items():
        # of a buffer this is the memory itself, as it is of an array
        array = numpy.asarray(value)
        if not numpy.may_share_memory(out, array):
            continue
        if same_elements(out, array):
            shared = True
        elif overlap(out, array):
            raise ValueError(
                f"{called} must be {name} itself or not overlap it, "
                f"found an array that overlaps {name} in part"
            )
    return shared


def plain(out: Any) -> Any:
    """An array of any class as one of NumPy's own; anything else, which `output` refuses, as it is."""
    return out if numpy.ma.isMaskedArray(out) or not isinstance(out, numpy.ndarray) else numpy.asarray(out)


def overlaps_itself(array: Array) -> bool:
    """Whether two elements of an array have a byte in common."""
    # the sign of a stride says where an axis begins, not where its elements lie
    axes = sorted(
        (abs(s), extent) for s, extent in zip(array.strides, array.shape, strict=True) if extent > 1
    )
    reach = array.itemsize
    nested = True
    for stride, extent in axes:
        nested = nested and stride >= reach
        reach += stride * (extent - 1)
    if nested or array.nbytes == 0:
        return False
    if array.nbytes > reach:
        return True
    # no axis steps over the narrower ones: every byte is counted
    touched = numpy.zeros(reach, bool)
    strides, shape = zip((1, array.itemsize), *axes, strict=True)
    numpy.lib.stride_tricks.as_strided(touched, shape, strides)[...] = True
    return int(numpy.count_nonzero(touched)) < array.nbytes


def same_elements(a: Array, b: Array) -> bool:
    """Whether two arrays are the same view of the same memory."""
    return (
        a.shape == b.shape
        and a.dtype == b.dtype
        and a.ctypes.data == b.ctypes.data
        # where an axis of one element would step to says nothing
        and all(
            step == other
            for step, other, extent in zip(a.strides, b.strides, a.shape, strict=True)
            if extent > 1
        )
    )


def overlap(a: Array, b: Array) -> bool:
    """Whether two arrays have a byte in common; taken as yes where deciding it would take long."""
    try:
        # NumPy's stub knows only its two named efforts
        return bool(numpy.shares_memory(plain(a), plain(b), max_work=10**6))  # type: ignore[arg-type]
    except numpy.exceptions.TooHardError:
        return True


def integer(name: str, value: Any, least: int | None = None, most: int | None = None) -> int:
    """An integer, not less than `least` and not more than `most`."""
    try:
        number = operator.index(value)
    except TypeError:
        raise TypeError(f"{name} must be an integer, found {type(value).__name__}") from None
    if least is not None and number < least:
        raise ValueError(f"{name} must be at least {least}, found {_shown(number)}")
    if most is not None and number > most:
        raise ValueError(f"{name} must be at most {most}, found {_shown(number)}")
    return number


def amount(name: str, value: Any) -> float:
    """How many elements there are: an integer, or a sum of weights."""
    if isinstance(value, float | numpy.floating):
        if not 0 <= value < math.inf:
            raise ValueError(f"{name} must be finite and not negative, found {value}")
        return int(value) if value == int(value) and value <= sys.maxsize else float(value)
    return integer(name, value, least=0, most=sys.maxsize)


def weights(name: str, value: ArrayLike, x: Array, axis: int) -> Array:
    """Weights of x's elements: bool or float, of a shape that broadcasts to x's, 1 at the channel."""
    array = _array(name, value, lambda: "bool or float")
    if is_bfloat16(array.dtype):
        array = array.astype(numpy.float32)
    if array.dtype.kind not in "bf" or array.dtype.itemsize > 8:
        raise TypeError(f"{name} must be a bool or float array, found dtype {array.dtype}")
    wanted = tuple(1 if i == axis else extent for i, extent in enumerate(x.shape))
    shape = (1,) * (x.ndim - array.ndim) + array.shape
    if len(shape) != x.ndim or any(a not in (1, b) for a, b in zip(shape, wanted, strict=True)):
        raise ValueError(f"{name} must have a shape that broadcasts to {wanted}, found {array.shape}")
    if array.dtype.kind == "f" and not ((array >= 0) & (array < math.inf)).all():
        found = array[~((array >= 0) & (array < math.inf))].ravel()[0]
        raise ValueError(f"{name} must be finite and not negative, found {found}")
    return array.reshape(shape)


def _shown(number: int) -> str:
    # Python writes out no integer of more than some thousand digits
    return str(number) if number.bit_length() <= 256 else f"an integer of {number.bit_length()} bits"


def switch(name: str, value: Any) -> bool:
    """True or False."""
    if not isinstance(value, bool | numpy.bool_):
        raise TypeError(f"{name} must be True or False, found {type(value).__name__}")
    return bool(value)


def momentum(value: Any) -> float | None:
    """The weight of the new batch in a running mean, or None for the mean of all elements."""
    if value is None:
        return None
    number = _real("momentum", value, "a number in [0, 1] or None", "in [0, 1] or None")
    if not 0 <= number <= 1:
        raise ValueError(f"momentum must be in [0, 1] or None, found {number}")
    return number


def float_type(name: str, value: Any) -> numpy.dtype[Any]:
    """One of the two dtypes."""
    # numpy.dtype(None) is float64
    try:
        found = numpy.dtype("V" if value is None else value)
    except Exception:
        found = numpy.dtype("V")
    if found not in FLOATS:
        raise TypeError(f"{name} must be float32 or float64, found {value!r}")
    return found
