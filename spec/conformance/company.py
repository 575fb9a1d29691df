"""Calls beside the one that is judged: what one leaves behind, or takes from another, shows in that.

A data set says what company a call has:

    before       calls of the same shapes with other numbers, whose results are kept
    alike        a call of numbers that differ in the middle of each array alone
    same memory  the same arrays held other numbers at the call before
    others       calls of other shapes, in another layout, of another dtype
    threads      the same call at the same time, with other numbers; and on other numbers of threads

and a data set of "wrong operands" is for calls that must be refused (`spec.conformance.refusals`).
"""

import contextlib
import copy
import sys
import threading
import zlib
from dataclasses import replace
from typing import NamedTuple

import numpy as np

from ..data import inputs
from ..data.layouts import arranged
from ..interface import contract
from ..interface.adapter import offers
from ..interface.remote import Remote
from ..interface.signatures import CALLS, PARTED, TENSORS, options
from ..supervise import ENDINGS

# When a call of each kind is made, in words.
WHEN = {
    "before": "after calls of other numbers",
    "alike": "after a call whose arrays differ in their middle alone",
    "same memory": "after a call for which its arrays held other numbers",
    "others": "after calls of other shapes, layouts or dtypes",
    "threads": "beside calls at the same time",
}
# The passes, which are called whatever a data set has beside x and dy.
PASSES = "forward", "backward", "inference", "inference_backward", "update"
# The numbers of threads that an implementation is given, where it takes one.
COUNTS = 1, 2, 5
# So often a call is made again beside its likes, in threads and before it is judged; in threads more often
# until as many calls beside it have ended, up to a limit.
ROUNDS, TURNS, MOST = 4, 3, 64


def arguments(method, data):
    """The arguments of a method, those of a data set; None where it has not all that the method needs."""
    if method in PARTED:
        named = {f"{name}s": np.split(getattr(data, name), data.cuts) for name in ("x", "dy")}
    else:
        named = {"v": data.ddx} if method == "jvp" else {}
    needed = {"fold": data.weight, **dict.fromkeys(("jvp", "double_backward"), data.ddx)}
    if (method in needed and needed[method] is None) or (method in PARTED and not data.cuts):
        return None
    return [named[name] if name in named else getattr(data, name) for name in CALLS[method]]


def beside(adapter, method, data, y=None):
    """What a data set has for a method by name; y is what forward returned, for backward of a rectifier."""
    given = {name: getattr(data, name, None) for name in options(method)}
    if data.relu and method == "backward" and adapter.takes(method, "y"):
        given["y"] = y
    return {name: value for name, value in given.items() if value is not None and value is not False}


def other(data, turn=1):
    """The data set with other numbers of the same shapes, in the same layout."""
    scale = 1 + turn / 2

    def elements(array):
        return None if array is None else (scale * array[::-1] + turn).astype(array.dtype)

    def turned(array):
        return None if array is None else array[::-1].copy()

    def numbers(array, factor, shift=0.0):
        return None if array is None else (factor * array + shift).astype(array.dtype)

    with np.errstate(all="ignore"):
        return replace(
            data,
            x=elements(data.x),
            dy=-data.dy[::-1],
            ddx=None if data.ddx is None else -data.ddx[::-1],
            residual=elements(data.residual),
            weights=turned(data.weights),
            weight=elements(data.weight),
            bias=numbers(data.bias, 2, turn),
            gamma=numbers(data.gamma, -scale),
            beta=numbers(data.beta, 1, -turn),
            mean=numbers(data.mean, 1, turn),
            var=numbers(data.var, 2),
            running_mean=data.running_var,
            running_var=numbers(data.running_var, 1.5, 0.5),
            eps=4 * data.eps + 1e-3,
            momentum=0.9 - data.momentum / 2,
        )


def alike(data):
    """The data set with another number in the middle of each array."""

    def changed(array):
        if array is None or array.size < 3:
            return array
        found = np.array(array)
        found[tuple(n // 2 for n in array.shape)] += 1
        return found

    names = "x", "dy", "ddx", "residual", "weights", "weight", "gamma", "mean", "var"
    return replace(data, **{name: changed(getattr(data, name)) for name in names})


def fresh(adapter):
    """A copy of an implementation that has not been called since; None where it cannot be copied."""
    if isinstance(adapter, Remote):
        return None
    try:
        return copy.deepcopy(adapter)
    except ENDINGS:
        raise
    except BaseException:
        return None


def before(kind, adapter, method, data):
    """Make the calls that come before; the arrays that they returned, each with a copy."""
    kept = []
    if kind == "before":
        for each in PASSES:
            kept += _called(adapter, each, other(data))
        for turn in range(2, 2 + TURNS):
            kept += _called(adapter, method, other(data, turn))
    elif kind == "alike":
        for each in dict.fromkeys(("forward", method)):
            kept += _called(adapter, each, alike(data))
    elif kind == "same memory":
        with _rewritten(data, method):
            apart = {"eps": 4 * data.eps + 1e-3, "momentum": 0.9 - data.momentum / 2}
            kept += _called(adapter, method, replace(data, **apart))
    elif kind == "others":
        for each in _others(adapter.caps, data):
            kept += _called(adapter, method, each)
    return kept


def _found(adapter, method, data):
    """What a method returns on a data set; None where that has not all that it needs."""
    given = arguments(method, data) if offers(adapter, method) else None
    if given is None:
        return None
    named = beside(adapter, method, data)
    if method == "backward" and data.relu and adapter.takes(method, "y"):
        named["y"] = (_found(adapter, "forward", data) or {}).get("y")
    return contract.results(method, getattr(adapter, method)(*given, **named))


def _called(adapter, method, data):
    """What a method returns, each array with a copy; nothing where it fails: the judged call says why."""
    try:
        with np.errstate(all="ignore"):
            found = _found(adapter, method, data) or {}
    except ENDINGS:
        raise
    except BaseException:
        return []
    return [(each, each.copy()) for value in found.values() for each in contract.arrays(value)]


@contextlib.contextmanager
def _rewritten(data, method):
    """The same arrays with other numbers in them, as far as they can be written to."""
    given = [*arguments(method, data), data.weights, data.residual]
    arrays = [each for value in given for each in contract.arrays(value) if each.size]
    arrays = [each for each in arrays if each.flags.writeable and 0 not in each.strides]
    saved = [each.copy() for each in arrays]
    try:
        with np.errstate(all="ignore"):
            for array, was in zip(arrays, saved, strict=True):
                array[...] = 1.5 * abs(was) + 0.5
        yield
    finally:
        for array, was in zip(arrays, saved, strict=True):
            array[...] = was


def _others(caps, data):
    """Data sets of other shapes, in another layout, of another dtype."""
    n, c, *rest = data.x.shape
    rng = np.random.default_rng(zlib.crc32(data.name.encode()))
    # as many elements, more of them, fewer
    for shape in [(c, n, *rest), (2 * n + 1, c + 1, *rest), (max(n // 2, 2), max(c - 1, 1), *rest)]:
        if data.x.size <= 1 << 16:
            yield _drawn(data, data.dtype, rng, rng.normal(-1, 2, shape), 4 * data.eps)
    layout = "channels-last" if data.layout != "channels-last" else "contiguous"
    if layout in caps.layouts:
        laid = {
            name: arranged(layout, name, each)
            for name in TENSORS
            if (each := getattr(other(data), name)) is not None
        }
        yield replace(other(data), layout=layout, **laid)
    for dtype in caps.dtypes:
        if dtype != data.dtype:
            with np.errstate(all="ignore"):
                yield _drawn(data, dtype, rng, rng.normal(1, 3, data.x.shape), data.eps)


def _drawn(data, dtype, rng, x, eps):
    """A data set of this x, with what another has beside it."""
    n, c, *rest = x.shape
    fixed, drawn = {"eps": eps, "relu": data.relu}, {"x": x}
    if data.weights is not None:
        drawn["weights"] = rng.uniform(size=(n, 1, *rest)) + 0.25
    if data.residual is not None:
        drawn["residual"] = rng.normal(0, 2, x.shape)
    if data.cuts:
        fixed["cuts"] = (n // 2,)
    if data.weight is not None and not data.groups and not data.transposed:
        drawn |= {"weight": rng.normal(0, 1, (c, *data.weight.shape[1:])), "bias": rng.normal(0, 1, c)}
    return inputs.made("", "", dtype, rng, drawn, **fixed)


def _bits(found):
    return {name: [each.tobytes() for each in contract.arrays(value)] for name, value in found.items()}


def _copied(found):
    return {
        name: [each.copy() for each in value] if isinstance(value, list) else value.copy(order="K")
        for name, value in found.items()
    }


class Together(NamedTuple):
    """What a call returned in company, and alone; when, in words; whether a later call wrote to this."""

    got: dict
    alone: dict
    words: str = ""
    overwritten: bool = False


def at_once(adapter, method, data, call):
    """A call alone, on several numbers of threads, and beside others: what it returned of other bits, if any.

    That must be right too.
    """
    got = call()
    first, kept = _bits(got), _copied(got)
    for count in COUNTS if adapter.set_threads else ():
        adapter.set_threads(count)
        found = _copied(call())
        if _bits(found) != first:
            return Together(found, kept, f"on {count} thread{'s' * (count > 1)}")
    if not adapter.caps.concurrent:
        return Together(got, kept)
    ended, made = threading.Event(), []

    def beside(data):
        while not ended.is_set():
            _called(adapter, method, data)
            made.append(data)

    # one of them has the very arrays of this call
    calls = other(data, 1), other(data, 2), data
    threads = [threading.Thread(target=beside, args=[each], daemon=True) for each in calls]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for n in range(MOST):
            if n >= ROUNDS and len(made) >= 3 * ROUNDS:
                break
            with np.errstate(all="ignore"):
                found = _copied(call())
            if _bits(found) != first:
                return Together(found, kept, WHEN["threads"], _bits(got) != first)
    finally:
        ended.set()
        sys.setswitchinterval(interval)
        for thread in threads:
            thread.join()
    return Together(got, kept) if _bits(got) == first else Together(kept, kept, overwritten=True)
