"""Calls that write over an operand: y over x, dx over dy."""

import copy
import zlib
from dataclasses import replace
from functools import partial

import numpy as np

from ..data import inputs, portable
from ..data.layouts import arranged
from ..interface import contract
from ..interface.adapter import offers
from ..interface.signatures import CALLS, RETURNS
from ..supervise import note
from .comparing import label_of, same
from .passes import EXPECTED
from .verdict import FAIL, PURITY

# The data sets in plain memory on which operands are written over, and of those that combine one in so many.
SHARE = 4
WALKED = (
    *("ordinary", "not-finite", "outlier", "one-pixel", "one-image", "aliased", portable.GIVEN),
    *("weights", "weights-lost", "relu", "residual", "residual-relu", "residual-relu-weights"),
)
# Those on which the residual is x itself, too.
ALIKE = "residual", "residual-relu-weights"
# What is written over by each call, and what by.
OVER = {
    "forward": ("x", "y"),
    "backward": ("dy", "dx"),
    "inference": ("x", "y"),
    "inference_backward": ("dy", "dx"),
}


def in_place(judge):
    """The calls that can write over an operand, made so."""
    data = judge.data
    offered = [each for each in OVER if each in judge.adapter.inplace and offers(judge.adapter, each)]
    # extents and layouts decide where a kernel writes; what is there for its numbers is asked once
    walked = data.layout != "contiguous" or data.name in WALKED
    if inputs.combines(data.name):
        walked = zlib.crc32(data.name.encode()) % SHARE == 0
    if not walked or data.company or data.m < judge.caps.least:
        return
    for method in offered:
        if data.weights is not None and method.startswith("inference"):
            continue
        if not all(judge.adapter.takes(method, name) for name in judge.named(method)):
            continue
        over, _ = OVER[method]
        lies = arranged(data.layout, over, np.array(getattr(data, over)))
        if not lies.flags.writeable or 0 in lies.strides:
            continue  # what lies in the memory of others is not written over
        if not np.shares_memory(data.x, data.dy):
            _over(judge, method, lies, {over: lies}, ", in place")
        elif method == "backward":
            _over(judge, method, lies, {"dy": lies, "x": lies}, ", in place of x and dy alike")
        if data.name in ALIKE and "residual" in judge.named(method):
            _with_itself(judge, method)


def _with_itself(judge, method):
    """A call that writes y over an x that is its residual too."""
    data = judge.data
    lies = np.array(data.x)
    apart = copy.copy(judge)
    apart.data, apart.asked, apart.done = replace(data, residual=data.x), {}, {}
    if method == "backward":
        return
    _over(apart, method, lies, {"x": lies, "residual": lies}, ", in place of a residual that is x")


def _over(judge, method, lies, written, words):
    """A call that writes over `lies`, which is some of its operands: the others stay what they are.

    It may be refused where it is more than one.
    """
    data, (over, name), (mode, expect) = judge.data, OVER[method], EXPECTED[method]
    given = [written.get(each, getattr(data, each)) for each in CALLS[method]]
    named = judge.named(method)
    named |= {each: lies for each in named if each in written}
    operands = dict(zip(CALLS[method], given, strict=True)) | named
    kept = {each: operand for each, operand in operands.items() if operand is not lies}
    before, beside = contract.snapshot(kept.values()), contract.Beside(lies)
    call = partial(_written_over, judge, method, given, named)
    got = judge.caught(method + words, call, "memory of its own" if len(written) > 1 else None)
    if got is None:
        return
    found = contract.written(kept, before, contract.snapshot(kept.values()))
    if not found and beside.written():
        found = f"memory beside {over} was written to"
    if not found and not np.shares_memory(got.get(name, np.empty(0)), lies):
        found = f"{name} was not written over {over}"
    if found:
        judge.add(FAIL, label_of(name, mode) + words, PURITY, detail=found)
        return
    was, verdicts = judge.done.get(method, ({}, []))
    if was.keys() == got.keys() and all(same(was[name], got[name]) for name in was):
        # bit for bit what was judged already
        judge.found += [
            replace(each, quantity=each.quantity + words) for each in verdicts if each.ratio is not None
        ]
        return
    judge.judged(got, RETURNS[method], mode, expect, words)


def _written_over(judge, method, given, named):
    note(f"{method}, in place, on {judge.data.name}, {judge.data.dtype}")
    return contract.results(method, getattr(judge.adapter, method)(*given, inplace=True, **named))
