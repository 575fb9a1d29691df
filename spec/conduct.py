"""What a call must keep beside the equations: its arguments, its memory, its formats, its layout."""

import numpy as np

from spec import formats

# The outputs with one number for each element; the others have one for each channel.
ELEMENTS = ("y", "dx", "jvp", "d_dy", "d_x")


def snapshot(arguments):
    """The bytes of the arrays among some arguments."""
    return [each.tobytes() if isinstance(each, np.ndarray) else None for each in arguments]


def of_call(arguments, before, got):
    """What a call did to its arguments that it must not, in words; empty if nothing."""
    for position, (old, new) in enumerate(zip(before, snapshot(arguments), strict=True)):
        if old != new:
            return f"argument {position} was written to"
    for name, value in got.items():
        for position, argument in enumerate(arguments):
            if isinstance(argument, np.ndarray) and np.may_share_memory(value, argument):
                return f"{name} lies in the memory of argument {position}"
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
