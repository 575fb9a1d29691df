"""Calls beside the one that is judged: what one leaves behind, or takes from another, shows in that.

A data set says what company a call has:

    before       calls of the same shapes with other numbers, whose results are kept
    same memory  the same arrays held other numbers at the call before
    others       calls of other shapes, in another layout, of another dtype
    threads      the same call at the same time, with other numbers; and on other numbers of threads

and a data set of "wrong operands" is for calls that must be refused (`spec.conformance.refusals`).
"""

import contextlib
import sys
import threading
import zlib
from dataclasses import replace

import numpy as np

from ..data import inputs
from ..data.layouts import arranged
from ..interface import contract
from ..interface.adapter import offers
from ..interface.signatures import CALLS, TENSORS
from ..supervise import ENDINGS

KINDS = "before", "same memory", "others", "threads"
# The calls that have company.
METHODS = "forward", "backward", "inference", "inference_backward", "update", "jvp", "double_backward"
# The numbers of threads that an implementation is given, where it takes one.
COUNTS = 1, 2, 5
# So often a call is made again beside its likes, in threads and before it is judged; in threads more often
# until as many calls beside it have ended, up to a limit.
ROUNDS, TURNS, MOST = 4, 3, 64


def arguments(method, data):
    """The arguments of a method, those of a data set."""
    named = {"v": data.ddx} if method == "jvp" else {}
    return [named[name] if name in named else getattr(data, name) for name in CALLS[method]]


def other(data, turn=1):
    """The data set with other numbers of the same shapes, in the same layout."""
    scale = 1 + turn / 2

    def elements(array):
        return None if array is None else (scale * array[::-1] + turn).astype(array.dtype)

    def numbers(array, factor, shift=0.0):
        return None if array is None else (factor * array + shift).astype(array.dtype)

    with np.errstate(all="ignore"):
        return replace(
            data,
            x=elements(data.x),
            dy=-data.dy[::-1],
            ddx=None if data.ddx is None else -data.ddx[::-1],
            gamma=numbers(data.gamma, -scale),
            beta=numbers(data.beta, 1, -turn),
            mean=numbers(data.mean, 1, turn),
            var=numbers(data.var, 2),
            running_mean=data.running_var,
            running_var=numbers(data.running_var, 1.5, 0.5),
            eps=4 * data.eps + 1e-3,
            momentum=0.9 - data.momentum / 2,
        )


def before(kind, adapter, method, data):
    """Make the calls that come before; the arrays that they returned, each with a copy."""
    kept = []
    if method not in METHODS:
        return kept
    if kind == "before":
        for each in ("forward", "backward", "update", "inference", "inference_backward"):
            kept += _called(adapter, each, other(data))
        for turn in range(2, 2 + TURNS):
            kept += _called(adapter, method, other(data, turn))
    elif kind == "same memory":
        with _rewritten(data, method):
            apart = {"eps": 4 * data.eps + 1e-3, "momentum": 0.9 - data.momentum / 2}
            kept += _called(adapter, method, replace(data, **apart))
    elif kind == "others":
        for each in _others(adapter.caps, data):
            kept += _called(adapter, method, each)
    return kept


def _called(adapter, method, data):
    """What a method returns, each array with a copy; nothing where it fails: the judged call says why."""
    given = arguments(method, data)
    if not offers(adapter, method) or (method in ("jvp", "double_backward") and data.ddx is None):
        return []
    try:
        with np.errstate(all="ignore"):
            found = contract.results(method, getattr(adapter, method)(*given))
    except ENDINGS:
        raise
    except BaseException:
        return []
    return [(each, each.copy()) for each in found.values()]


@contextlib.contextmanager
def _rewritten(data, method):
    """The same arrays with other numbers in them, as far as they can be written to."""
    arrays = [each for each in arguments(method, data) if isinstance(each, np.ndarray) and each.size]
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
            drawn = {"x": rng.normal(-1, 2, shape)}
            yield inputs.made("", "", data.dtype, rng, drawn, eps=4 * data.eps)
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
                yield inputs.made("", "", dtype, rng, {"x": rng.normal(1, 3, data.x.shape)}, eps=data.eps)


def _bits(found):
    return {name: each.tobytes() for name, each in found.items()}


def at_once(adapter, method, data, given, got):
    """What the call returns in company: the first result of other bits, which must be right too, or `got`."""
    if method not in METHODS:
        return got
    for count in COUNTS if adapter.set_threads else ():
        adapter.set_threads(count)
        found = contract.results(method, getattr(adapter, method)(*given))
        if _bits(found) != _bits(got):
            return found
    if not adapter.caps.concurrent:
        return got
    ended, made = threading.Event(), []

    def beside(data):
        while not ended.is_set():
            _called(adapter, method, data)
            made.append(data)

    threads = [threading.Thread(target=beside, args=[other(data, n)], daemon=True) for n in (1, 2)]
    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        for thread in threads:
            thread.start()
        for n in range(MOST):
            if n >= ROUNDS and len(made) >= 3 * ROUNDS:
                break
            with np.errstate(all="ignore"):
                found = contract.results(method, getattr(adapter, method)(*given))
            if _bits(found) != _bits(got):
                return found
    finally:
        ended.set()
        sys.setswitchinterval(interval)
        for thread in threads:
            thread.join()
    return got
