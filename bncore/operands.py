"""How arrays of any layout become the four-dimensional operands (N, C, H, W) that the kernels walk.

Walked as they are: any array whose axes other than the channel merge into at most three, with any strides
(sliced, reversed, permuted, broadcast); and channels-last arrays whose rows follow each other at one
distance. Copied first: unaligned or byte-swapped arrays; channels-last arrays whose rows do not (a crop of an
image batch) or whose channels are sliced; more than three axes that do not merge; and a dy that lies in
memory in another order than x where x is channels-last.
"""

import math

import numpy


def ready(array: numpy.ndarray) -> numpy.ndarray:
    """The array itself, or a copy of it if its elements are unaligned or byte-swapped."""
    if array.flags.aligned and array.dtype.isnative:
        return array
    return numpy.array(array, dtype=array.dtype.newbyteorder("="), order="K")


def four_dimensional(arrays: list[numpy.ndarray], axis: int) -> list[numpy.ndarray] | None:
    """Views of shape (N, C, H, W), their axes in the order of the first array's memory; None if there are none.

    All arrays have one shape, which is not empty; element [n, c, h, w] of each view is the same element.
    """
    shape = arrays[0].shape
    if all(array.flags.c_contiguous for array in arrays):
        split = (math.prod(shape[:axis]), shape[axis], 1, math.prod(shape[axis + 1 :]))
        if split[3] == 1:
            split = (split[0], split[1], 1, 1)
        return [array.reshape(split) for array in arrays]
    return _merged(arrays, axis)


def _merged(arrays: list[numpy.ndarray], axis: int) -> list[numpy.ndarray] | None:
    x = arrays[0]
    itemsize = x.itemsize
    # the axes from the widest stride of x to the narrowest, those of one element left out
    others = [i for i in range(x.ndim) if i != axis and x.shape[i] > 1]
    others.sort(key=lambda i: -abs(x.strides[i]))
    merged: list[tuple[int, list[int]]] = []
    for i in others:
        steps = [array.strides[i] for array in arrays]
        if merged and all(outer == step * x.shape[i] for outer, step in zip(merged[-1][1], steps)):
            merged[-1] = (merged[-1][0] * x.shape[i], steps)
        else:
            merged.append((x.shape[i], steps))
    channel_step = [array.strides[axis] for array in arrays]
    narrowest = abs(channel_step[0]) <= min((abs(steps[0]) for _, steps in merged), default=math.inf)
    if x.shape[axis] > 1 and narrowest:
        # channels-last: rows at one distance, or nothing
        if len(merged) > 1 or any(step != itemsize for step in channel_step):
            return None
        rows = merged[0] if merged else (1, [itemsize] * len(arrays))
        extents = (rows[0], x.shape[axis], 1, 1)
        steps = [(rows[1][k], channel_step[k], itemsize, itemsize) for k in range(len(arrays))]
    elif len(merged) <= 3:
        # one axis is W, two are N and W: planes that are one run each
        one = (1, [itemsize] * len(arrays))
        n, h, w = {0: [one, one, one], 1: [one, one, *merged], 2: [*merged[:1], one, *merged[1:]]}.get(
            len(merged), merged
        )
        extents = (n[0], x.shape[axis], h[0], w[0])
        steps = [(n[1][k], channel_step[k], h[1][k], w[1][k]) for k in range(len(arrays))]
    else:
        return None
    return [
        numpy.lib.stride_tricks.as_strided(array, extents, step, writeable=array.flags.writeable)
        for array, step in zip(arrays, steps)
    ]


def prepare(arrays: list[numpy.ndarray], axis: int, out: numpy.ndarray | None):
    """Where the result goes, and four-dimensional views of the inputs and of that place.

    The first of the arrays is x, whose layout the result takes. The place is out itself if a kernel can walk
    it, and else memory of its own, to be copied to out at the end.
    """
    arrays = [ready(array) for array in arrays]
    x = arrays[0]
    place = numpy.empty_like(x, order="K", subok=False) if out is None or not out.flags.aligned else out
    if not x.size:
        return place, arrays, place
    views = four_dimensional([*arrays, place], axis)
    if views is None:
        arrays = [_dense(array, x) for array in arrays]
        views = four_dimensional([*arrays, place], axis)
    if views is None:
        place = numpy.empty_like(arrays[0])
        views = four_dimensional([*arrays, place], axis)
    return place, views[:-1], views[-1]


def readable(x: numpy.ndarray, axis: int) -> numpy.ndarray:
    """A four-dimensional view of x, or of a copy of it."""
    x = ready(x)
    views = four_dimensional([x], axis) or four_dimensional([_dense(x, x)], axis)
    return views[0]


def _dense(array: numpy.ndarray, like: numpy.ndarray) -> numpy.ndarray:
    # memory without gaps, its axes in the order in which those of `like` lie in memory
    room = numpy.empty_like(like, order="K", subok=False)
    numpy.copyto(room, array)
    return room
