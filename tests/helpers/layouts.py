"""The ways in which the same numbers can lie in memory."""

import numpy


def contiguous(a, axis):
    return a.copy(order="C")


def fortran(a, axis):
    return a.copy(order="F")


def channel_last(a, axis):
    """The channel's neighbours in memory are the other channels, whatever its place in the shape."""
    return numpy.moveaxis(numpy.moveaxis(a, axis, -1).copy(), -1, axis)


def channel_first(a, axis):
    """The channel is the widest stride, whatever its place in the shape."""
    return numpy.moveaxis(numpy.moveaxis(a, axis, 0).copy(), 0, axis)


def rotated(a, axis):
    """The first axis is the narrowest."""
    return numpy.moveaxis(numpy.moveaxis(a, 0, -1).copy(), -1, 0)


def every_other(a, axis):
    """Gaps between neighbours along the last axis."""
    return _inside(
        a, (*(slice(None),) * (a.ndim - 1), slice(1, None, 2)), [*a.shape[:-1], 2 * a.shape[-1] + 1]
    )


def every_third_first(a, axis):
    """Gaps along the first axis."""
    return _inside(a, (slice(2, None, 3),), [3 * a.shape[0] + 2, *a.shape[1:]])


def cropped(a, axis):
    """The inside of an array that is larger on every side."""
    return _inside(a, (slice(1, -2),) * a.ndim, [extent + 3 for extent in a.shape])


def reversed_(a, axis):
    """Negative strides on every axis."""
    backwards = (slice(None, None, -1),) * a.ndim
    return a[backwards].copy()[backwards]


def reversed_one(a, axis):
    """A negative stride on the first axis alone."""
    return a[::-1].copy()[::-1]


def unaligned(a, axis):
    """One byte past an address that suits the elements."""
    room = numpy.empty(a.nbytes + 1, numpy.uint8)[1:].view(a.dtype).reshape(a.shape)
    room[...] = a
    assert not room.flags.aligned or not a.size
    return room


def byte_swapped(a, axis):
    """The other order of bytes."""
    return a.astype(a.dtype.newbyteorder())


def read_only(a, axis):
    kept = a.copy()
    kept.flags.writeable = False
    return kept


def _inside(a, index, extents):
    # surrounded by NaN, so that a read or a write that misses shows
    room = numpy.full(extents, numpy.nan, a.dtype)
    room[index] = a
    return room[index]


LAYOUTS = {
    make.__name__.strip("_"): make
    for make in (
        contiguous, fortran, channel_last, channel_first, rotated, every_other, every_third_first, cropped,
        reversed_, reversed_one, unaligned, byte_swapped, read_only,
    )
}  # fmt: skip

# Where a result can be written.
WRITEABLE = {name: make for name, make in LAYOUTS.items() if name not in ("read_only", "byte_swapped")}


def nans_like(a, layout, axis):
    """An array of a's shape and native dtype in that layout, all NaN."""
    return LAYOUTS[layout](numpy.full(a.shape, numpy.nan, a.dtype.newbyteorder("=")), axis)


def bits(a):
    """The bits of an array, its elements in the order of its indices."""
    return a.dtype.newbyteorder("="), a.shape, a.astype(a.dtype.newbyteorder("=")).tobytes()
