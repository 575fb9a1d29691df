"""How arrays of any layout become the four-dimensional operands (N, C, H, W) that the kernels walk.

Walked as they are: any array whose axes other than the channel merge into at most three, with any strides
(sliced, reversed, permuted, broadcast); and channels-last arrays whose rows follow each other at one
distance. Copied first: unaligned or byte-swapped arrays; channels-last arrays whose rows do not (a crop of an
image batch) or whose channels are sliced; more than three axes that do not merge; and a dy, v or ddx that
lies in memory in another order than x where x is channels-last.
"""

import math
from collections.abc import Mapping, MutableMapping

import numpy
from numpy.typing import NDArray

from . import recycling
from .checks import Array
from .copying import copied, copy
from .core import call, plan


def ready(array: Array) -> Array:
    """The array itself, or a copy of it if its elements are unaligned or byte-swapped."""
    if array.flags.aligned and array.dtype.isnative:
        return array
    return copied(array, array)


def four_dimensional(arrays: list[Array], axis: int, weights: Array | None = None) -> list[Array] | None:
    """Views of shape (N, C, H, W), or None where the arrays cannot be walked so.

    All arrays have one shape, which is not empty; element [n, c, h, w] of each view is the same element.
    Which axes become n, and which h and w, depends on the first array alone; every bit of a result depends on
    that. Weights have extent 1 at the channel; their view, the last, repeats them.
    """
    x = arrays[0]
    if all(array.flags.c_contiguous for array in arrays) and (weights is None or weights.flags.c_contiguous):
        before, c, after = math.prod(x.shape[:axis]), x.shape[axis], math.prod(x.shape[axis + 1 :])
        split = (before, c, 1, after) if c > 1 else (1, 1, 1, x.size)
        views = [array.reshape(split) for array in arrays]
        if weights is not None:
            views.append(numpy.broadcast_to(weights.reshape(split[0], 1, *split[2:]), split))
        return views
    # the axes from the widest stride of x to the narrowest, those of one element left out
    others = sorted(
        (i for i in range(x.ndim) if i != axis and x.shape[i] > 1), key=lambda i: -abs(x.strides[i])
    )
    runs = _merge([x], others)
    # windows that slide along the channel step as far as it does, and no dense result has their layout
    step = abs(x.strides[axis])
    narrowest = all(step < abs(x.strides[run[-1]]) or step == 0 for run in runs)
    # one run is W, two are N and W, three are N, H and W
    outer = runs[0] if len(runs) > 1 else []
    if x.shape[axis] > 1 and narrowest:
        # channels-last: rows at one distance, or nothing
        outer = others
        if any(array.strides[axis] != array.itemsize for array in arrays):
            return None
    inner = others[len(outer) :]
    if weights is not None:
        arrays = [*arrays, numpy.broadcast_to(weights, x.shape)]
    n, hw = _merge(arrays, outer), _merge(arrays, inner)
    if len(n) > 1 or len(hw) > 2:
        return None
    nowhere: list[list[int]] = [[]]
    runs = [*nowhere * (1 - len(n)), *n, [axis], *nowhere * (2 - len(hw)), *hw]
    extents = [math.prod(x.shape[i] for i in run) for run in runs]
    return [
        numpy.lib.stride_tricks.as_strided(
            array,
            extents,
            [array.strides[run[-1]] if run else array.itemsize for run in runs],
            writeable=array.flags.writeable,
        )
        for array in arrays
    ]


def _merge(arrays: list[Array], axes: list[int]) -> list[list[int]]:
    # neighbouring axes that every array walks at one stride, together
    runs: list[list[int]] = []
    for i in axes:
        if runs and all(a.strides[runs[-1][-1]] == a.strides[i] * a.shape[i] for a in arrays):
            runs[-1].append(i)
        else:
            runs.append([i])
    return runs


def compute(
    operation: str,
    tensors: Mapping[str, Array | None],
    outs: MutableMapping[str, Array | None],
    vectors: Mapping[str, NDArray[numpy.float64] | None],
    eps: float,
    axis: int,
    own: bool,
    m: float = 0,
    relu: bool = False,
) -> list[Array]:
    """Carry out an operation on arrays that have been checked; its results are where the caller wants them.

    The first of the tensors is x, whose layout decides how all are walked, and which new results take. m: how
    many elements of a channel the batch has that x is a shard of; 0: x is all of it.
    """
    given = {name: array for name, array in tensors.items() if array is not None and name != "w"}
    wanted = tuple(outs.values())
    places, views = prepare(given, axis, outs, tensors.get("w"))
    if views:
        call.compute(operation, views, vectors, eps, own, m, relu)
    found = [_delivered(place, out) for place, out in zip(places, outs.values(), strict=True)]
    return [array if out is None else out for array, out in zip(found, wanted, strict=True)]


def prepare(
    tensors: Mapping[str, Array],
    axis: int,
    outs: MutableMapping[str, Array | None],
    weights: Array | None = None,
) -> tuple[list[Array], dict[str, Array]]:
    """Where the results go, and four-dimensional views of tensors and of those places, by their names.

    A place is `out` itself if a kernel can walk it, else memory of its own, to be copied at the end to what
    `outs` names then. weights: of shape and extents as `checks.weights` gives them.
    """
    # a class of arrays may reshape and index as it likes
    outs.update({name: None if out is None else numpy.asarray(out) for name, out in outs.items()})
    x, *others = (ready(array) for array in tensors.values())
    places = [
        recycling.empty_like(x) if out is None or not out.flags.aligned else out for out in outs.values()
    ]
    names, wanted = [*tensors, *outs, *([] if weights is None else ["w"])], places
    if not x.size:
        return places, {}
    views = _views([x, *others, *places], axis, weights)
    if views is None:
        # x stays as it is if it can, for how it is walked decides every bit; the others take its layout
        x = x if _views([x], axis, weights) else copied(x, x)
        others = [copied(array, x) for array in others]
        views = _views([x, *others, *places], axis, weights)
    if views is None:
        places = [recycling.empty_like(x) for _ in outs]
        views = _views([x, *others, *places], axis, weights)
    if views is None:
        # windows that slide over each other have a layout that no dense result has: what was to be the result
        # is copied to at the end, as an `out` is
        outs.update({name: place for name, place in zip(outs, wanted, strict=True) if outs[name] is None})
        dense = numpy.empty(x.shape, x.dtype)
        x, *others = (copied(array, dense) for array in (x, *others))
        places = [recycling.empty_like(dense) for _ in outs]
        views = _views([x, *others, *places], axis, weights)
    assert views is not None, "arrays in C order can be walked"
    return places, dict(zip(names, views, strict=True))


def _delivered(place: Array, out: Array | None) -> Array:
    # the result where the caller wants it
    if out is None or place is out:
        return place
    copy(out, place)
    return out


def _views(arrays: list[Array], axis: int, weights: Array | None) -> list[Array] | None:
    # the layout of x, the first, decides how a kernel walks; the others must go along
    views = four_dimensional(arrays, axis, None if weights is None else _laid_out(weights, arrays[0], axis))
    if views is None or not _in_rows(views[0]) or all(_in_rows(view) for view in views[: len(arrays)]):
        return views
    n, _, h, w = views[0].shape
    return None if plan.walks_columns(n, h * w, views[0].dtype == numpy.float64) else views


def _laid_out(weights: Array, x: Array, axis: int) -> Array:
    # in float64, dense, in the order in which x lies
    of_one = x[(slice(None),) * axis + (slice(0, 1),)]
    dense = numpy.empty_like(of_one, numpy.float64)
    dense[...] = weights
    return dense


def _in_rows(view: Array) -> bool:
    # whether the channels of one n lie one after the other
    _, c, h, w = view.shape
    _, along_c, along_h, along_w = view.strides
    step = view.itemsize
    return (
        (w == 1 or along_w == step)
        and (h == 1 or along_h == w * step)
        and (c == 1 or along_c == h * w * step)
    )
