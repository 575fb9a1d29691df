"""Operands that fit nothing: a call that has one must be refused, and what is missing of it not be read.

The operands lie at pages that nothing may touch (`spec.data.guards`), so that a kernel that does read on is
ended, and one that makes up what is missing returns a result.
"""

from dataclasses import replace

import numpy as np

from ..data.guards import guarded
from ..interface import contract
from ..interface.adapter import Broke, offers
from ..interface.signatures import CALLS, PARTED, TENSORS
from ..supervise import ENDINGS, note
from . import company
from .verdict import ABSENT, FAIL, PASS, RAISED

# The calls that are made so.
REFUSING = *company.PASSES, "jvp", "double_backward"
# Those of gradients.
GRADIENTS = "backward", "shards_backward", "uses"
# What may be absent, and so is no error.
OPTIONAL = "gamma", "beta", "ddx", "ddgamma", "ddbeta", "bias", "residual", "weights"
# What is no eps, and no momentum.
NUMBERS = {
    "eps": {"negative": -1e-3, "NaN": np.nan},
    "momentum": {"negative": -0.1, "more than 1": 1.1, "NaN": np.nan},
}


def _wrong(name, array, alone):
    """Operands that do not fit, by what is wrong with them; x can only be wrong in itself."""
    if alone:
        yield "of one axis", array.reshape(-1)
        yield "of whole numbers", array.astype(np.int64)
        return
    if name == "weights":
        yield "a sample short", array[:-1]
        yield "of as many channels", np.concatenate([array, array], axis=1)
        yield "negative", -array
        return
    axis = min(1, array.ndim - 1)
    yield "a channel short", np.take(array, range(array.shape[axis] - 1), axis)
    yield "a channel long", np.concatenate([array, array], axis=axis)
    # what broadcasts is of a wrong size too
    yield "of one channel", np.take(array, [0], axis)
    if name in TENSORS:
        yield "a sample short", array[:-1]
        yield "of one sample", array[:1]
        yield "of one axis less", array[..., 0]
    if name == "var":
        yield "negative", -array
    if name not in OPTIONAL:
        yield "missing", None


def _wrong_list(arrays, alike):
    """Lists of which one array does not fit: beside the others, or where they are `alike`, its partner."""
    first, *_, last = arrays
    yield "a channel short", [*arrays[:-1], last[:, :-1]]
    yield "of one channel", [*arrays[:-1], last[:, :1]]
    if alike:
        yield "a sample short", [first[:-1], *arrays[1:]]
        yield "one array short", arrays[:-1]


def refused(judge):
    """Whether operands that do not fit are refused."""
    if not judge.caps.refuses:
        judge.add(ABSENT, "operands that do not fit", "", detail="not declared to be refused")
        return
    for method, what, words in refusals(judge.adapter, judge.data):
        judge.add(FAIL if words else PASS, f"refusal by {method}, {what}", RAISED, detail=words)


def refusals(adapter, data):
    """What becomes of every call with one operand that does not fit: method, words, and what is wrong."""
    for method, given, named in _calls(adapter, data):
        # beside an option, which is what is asked then, the rest has been
        for name, array in (named or given).items():
            if method in GRADIENTS and name in ("beta", "residual"):
                continue  # no gradient depends on it
            if name in NUMBERS:
                wrongs = NUMBERS[name].items()
            elif method in PARTED and isinstance(array, list):
                wrongs = _wrong_list(array, name == "dys")
            elif isinstance(array, np.ndarray):
                wrongs = _wrong(name, array, name in ("x", "weight"))
            else:
                continue
            for words, wrong in wrongs:
                operand = guarded(wrong) if isinstance(wrong, np.ndarray) else wrong
                if isinstance(wrong, list):
                    operand = [guarded(each) for each in wrong]
                changed = {name: operand}
                what = f"{name} {words}"
                note(f"{method} with {what}")
                positional = [changed.get(each, given[each]) for each in given]
                others = {each: changed.get(each, named[each]) for each in named}
                yield method, what, _accepted(adapter, method, positional, others)


def _calls(adapter, data):
    """The calls, each as its arguments by name, and what it is given by name beside them."""
    for method in REFUSING:
        if offers(adapter, method):
            given = dict(zip(CALLS[method], company.arguments(method, data), strict=True))
            beside = {
                "residual": data.x,
                "weights": np.ones((len(data.x), 1, *data.x.shape[2:]), data.x.dtype),
            }
            yield method, given, {}
            for name, array in beside.items():
                if adapter.takes(method, name):
                    yield method, dict(given), {name: array}
    data = replace(data, cuts=(2,))
    for method in PARTED:
        if offers(adapter, method):
            yield method, dict(zip(CALLS[method], company.arguments(method, data), strict=True)), {}
    if offers(adapter, "fold"):
        layer = {"weight": np.ascontiguousarray(data.x.swapaxes(0, 1)), "bias": data.beta}
        yield "fold", {name: layer.get(name, getattr(data, name)) for name in CALLS["fold"]}, {}


def _accepted(adapter, method, given, named):
    """What a call returned or did that is no refusal, in words; empty where it was refused."""
    arguments = [*given, *named.values()]
    before = contract.snapshot(arguments)
    try:
        with np.errstate(all="ignore"):
            found = getattr(adapter, method)(*given, **named)
    except ENDINGS:
        raise
    except Broke as error:
        return str(error)
    except Exception:
        return contract.of_call(method, arguments, before, {}, named)
    except BaseException as error:
        return f"raised {contract.said(error)}"
    return "accepted, and read as something else" if found is not None else "returned None, not an exception"
