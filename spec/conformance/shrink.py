"""Shrinks a counterexample: the smallest shape and the roundest numbers on which the same output still fails.

Greedy: each move that makes the data set smaller, and leaves the failure, is kept; when none is left, or time
is up, what remains is printed as a command that shows the failure again.
"""

import time
from dataclasses import replace

import numpy as np

from ..data import portable
from ..interface.adapter import only
from ..interface.signatures import COTANGENTS, NUMBERS, RETURNS, TENSORS
from . import ORDER
from .batches import STEPS, USES
from .comparing import SHARDED
from .fitting import fitted
from .judgement import judge
from .verdict import BROKEN

# So long, in seconds, a counterexample may shrink.
PATIENCE = 6.0
VECTORS = (*NUMBERS, *COTANGENTS)


def size(data):
    """What shrinking makes smaller: elements, then axes, then what there is to write."""
    return data.x.size, data.x.ndim, len(portable.to_json(data))


def _smaller(one, other):
    return one.x.size < other.x.size or size(one) < size(other)


def plain(data):
    """The data set in plain memory: layout, aliases, company and copies along all axes forgotten."""
    arrays = {name: getattr(data, name) for name in (*TENSORS, *VECTORS)}
    arrays["weights"] = None if data.weights is None else data.spread
    if data.copies:
        arrays = {name: None if value is None else data.block(value) for name, value in arrays.items()}
    arrays = {name: None if value is None else np.array(value, order="C") for name, value in arrays.items()}
    return replace(data, layout="contiguous", company="", copies=(), weight=None, **arrays)


def _elements(data):
    """The arrays with a number for each element, as far as there are any; weights have one channel."""
    names = *TENSORS, "weights"
    return {name: getattr(data, name) for name in names if getattr(data, name) is not None}


def _cut(data, axis, part):
    """The data set on a part of one axis."""
    where = (slice(None),) * axis + (part,)
    elements = {name: each for name, each in _elements(data).items() if axis != 1 or name != "weights"}
    changed = {name: np.ascontiguousarray(value[where]) for name, value in elements.items()}
    if axis == 1:
        numbers = {name: getattr(data, name) for name in VECTORS}
        changed |= {name: None if value is None else value[part].copy() for name, value in numbers.items()}
    return replace(data, **changed)


def _shapes(data):
    """Smaller shapes: a part of an axis, the largest cuts first; fewer axes."""
    for axis in (1, *range(data.x.ndim - 1, 1, -1), 0):
        n = data.x.shape[axis]
        width = n
        while width > 1:
            width = (width + 1) // 2
            for start in range(0, n, width):
                if width == 1 and n > 2:
                    yield _cut(data, axis, slice(start, start + 1))
                elif start + width <= n and width < n:
                    yield _cut(data, axis, slice(start, start + width))
        for out in range(n if 1 < n <= 16 else 0):
            yield _cut(data, axis, [k for k in range(n) if k != out])
    if data.x.ndim > 2:
        changed = {}
        for name, value in _elements(data).items():
            rows = np.moveaxis(value, 1, -1).reshape(-1, value.shape[1])
            changed[name] = np.ascontiguousarray(rows)
        yield replace(data, **changed)


def _copies(data):
    """One element, as often as a channel had elements; then half as many copies."""
    blocks = {name: data.block(value) for name, value in _elements(data).items()}
    if blocks["x"].size > 1:
        one = _cut(data, 1, slice(0, 1))
        bare = dict.fromkeys(("ddx", "ddgamma", "ddbeta", "gamma", "beta"))
        for name, value in portable.ABSENT.items():
            bare[name] = np.full_like(getattr(one, name), value)
        for shape in dict.fromkeys([(data.m, 1), (data.m, 1, *(1,) * (data.x.ndim - 2))]):
            filled = {name: np.full(shape, block.flat[0], block.dtype) for name, block in blocks.items()}
            yield replace(one, times=data.m, **(filled | bare))
            yield replace(one, times=data.m, **filled)
    if data.times % 2 == 0:
        half = {name: value[: len(value) // 2] for name, value in _elements(data).items()}
        yield replace(data, times=data.times // 2, **half)


def _leaps(data, channel):
    """The first few elements of one channel: a few calls that save many."""
    one = _cut(data, 1, slice(channel, channel + 1))
    rows = {name: np.moveaxis(value, 1, -1).reshape(-1, 1) for name, value in _elements(one).items()}
    for m in (1, 2, 3, 5, 9):
        if m < one.m:
            yield replace(one, **{name: row[:m].copy() for name, row in rows.items()})
    yield replace(one, **rows)


def _rounder(array):
    """The same array with rounder numbers, the roundest first."""
    wide = array.astype(np.float64)
    with np.errstate(all="ignore"):
        scale = 10.0 ** np.floor(np.log10(np.where(wide == 0, 1, abs(wide))))
        yield from (0 * wide, 0 * wide + 1, np.sign(wide), np.round(wide), np.round(wide / 10) * 10)
        for digits in range(3):
            yield np.round(wide / scale, digits) * scale


def _numbers(data):
    """Rounder numbers: parameters that are absent, 0 or 1; then whole arrays; then one element at a time."""
    for name in ("w", "v", "u", "residual", "ddx", "ddgamma", "ddbeta", "gamma", "beta", "weights"):
        if getattr(data, name) is not None:
            yield replace(data, **{name: None})
    for name in (*VECTORS, *TENSORS, "weights"):
        array = getattr(data, name)
        if array is not None:
            for other in _rounder(array):
                yield _with(data, name, other)
    for name, values in (("eps", (0.0, 1.0, 1e-5)), ("momentum", (0.1, 0.5))):
        for value in values:
            yield replace(data, **{name: value})
    for name, array in _elements(data).items():
        for n in range(array.size if array.size <= 32 else 0):
            for other in _rounder(array.reshape(-1)[n : n + 1]):
                changed = array.astype(np.float64)
                changed.reshape(-1)[n] = other[0]
                yield _with(data, name, changed)


def _with(data, name, wide):
    with np.errstate(all="ignore"):
        return replace(data, **{name: (wide + 0.0).astype(getattr(data, name).dtype)})


def _nature(verdict):
    """What must not change while a counterexample shrinks."""
    finite = verdict.got is not None and np.isfinite(verdict.got)
    return verdict.status, verdict.quantity, verdict.equation, finite


def _method(quantity):
    """The call that returns an output."""
    name = quantity.partition(",")[0].removeprefix("inference ")
    if name.endswith(SHARDED):
        return "shards" if name.removesuffix(SHARDED) in RETURNS["shards"] else "shards_backward"
    if name.startswith("derivative"):
        return "derivative"
    inference = quantity.startswith("inference")
    return next(
        (each for each in RETURNS if name in RETURNS[each] and each.startswith("inference") == inference),
        "inference" if inference else "forward",
    )


def _alone(adapter, verdict):
    """The adapter with the one call whose result failed, and of derivatives the one nesting."""
    if verdict.quantity.endswith((STEPS, USES)):
        return adapter
    wanted = _method(verdict.quantity)
    if wanted.startswith("shards"):
        return adapter  # it may be made of the calls for one array
    alone = only(adapter, wanted)
    if wanted == "derivative":
        _, _, asked = verdict.quantity.partition(", ")

        def derivative(nesting, *arguments):
            if nesting != asked:
                raise NotImplementedError(nesting)
            return adapter.derivative(nesting, *arguments)

        alone.derivative = derivative
    return alone


def shrink(adapter, data, verdict, patience=PATIENCE, clock=time.monotonic, keep=0.0):
    """The smallest data set found on which this output still fails, and its verdict.

    Returns `data` itself, and `verdict`, where the failure is gone already in plain memory: there the layout
    is at fault, or what an earlier call left. `patience` is in seconds of the clock. The
    error over its bound stays at least `keep` times what it was.
    """
    end = clock() + patience
    adapter = _alone(adapter, verdict)

    def fails(candidate):
        if not portable.is_defined(candidate):
            return None
        found = judge(adapter, candidate)
        alike = (each for each in found if _nature(each) == _nature(verdict))
        # 0 times infinity is no number, and nothing is less than that
        return next((each for each in alike if not each.ratio < keep * verdict.ratio), None)

    best = plain(data)
    shown = fails(best)
    if shown is None:
        return data, verdict
    channel = verdict.index[1] if len(verdict.index) > 1 else verdict.index[0]
    for candidate in _leaps(best, channel) if best.times == 1 else ():
        if clock() < end and _smaller(candidate, best) and (found := fails(candidate)):
            best, shown = candidate, found
            break
    moving = True
    while moving and clock() < end:
        moving = False
        for moves in (_shapes, _numbers) if best.times == 1 else (_copies,):
            again = True
            while again and clock() < end:
                again = False
                for candidate in moves(best):
                    if clock() >= end:
                        break
                    if _smaller(candidate, best) and (found := fails(candidate)):
                        best, shown, again, moving = candidate, found, True, True
                        break
    return replace(best, name=portable.GIVEN, fault="shrunk"), shown


def report(adapter, verdicts, target, most=3):
    """The failures that may cause others, shrunk, each with the command that shows it again."""
    first = {}
    for verdict in verdicts:
        if verdict.status in BROKEN and verdict.index is not None:
            first.setdefault(verdict.equation, verdict)
    lines = []
    for verdict in sorted(first.values(), key=lambda verdict: ORDER.index(verdict.equation))[:most]:
        data, shown = shrink(adapter, fitted(adapter, verdict.data, verdict.dtype), verdict)
        if data.name != portable.GIVEN:
            arranged = data.layout != "contiguous" or np.shares_memory(data.x, data.dy)
            words = "not in plain memory, only" if arranged else "not when it was called again alone"
            words = "not of smaller extents in plain memory, only" if data.copies else words
            lines.append(f"    {verdict.quantity}: {words} on {verdict.data}")
            continue
        found = replace(shown, data="the data below", reproduce="")
        lines += [f"    {found}", f"      {portable.command(target, data)}"]
    return "\n".join(["", "  the smallest counterexamples found:", *lines]) if lines else ""
