"""Calls that write over an operand: y over x, dx over dy."""

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
WALKED = "ordinary", "not-finite", "outlier", "one-pixel", "one-image", portable.GIVEN
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
    walked &= not data.company and data.m >= judge.caps.least and not np.shares_memory(data.x, data.dy)
    if not offered or not walked:
        return
    for method in offered:
        named = judge.named(method)
        if data.weights is not None and method.startswith("inference"):
            continue
        if not all(judge.adapter.takes(method, name) for name in named):
            continue
        (over, name), (mode, expect) = OVER[method], EXPECTED[method]
        lies = arranged(data.layout, over, np.array(getattr(data, over)))
        if not lies.flags.writeable or 0 in lies.strides:
            continue  # what lies in the memory of others is not written over
        given = [lies if each == over else getattr(data, each) for each in CALLS[method]]
        kept = [*(each for each in given if each is not lies), *named.values()]
        names = [*(each for each in CALLS[method] if each != over), *named]
        before, beside = contract.snapshot(kept), contract.Beside(lies)
        call = partial(_written_over, judge, method, given, named)
        got = judge.caught(f"{method}, in place", call)
        if got is None:
            continue
        words = contract.written(names, before, contract.snapshot(kept))
        if not words and beside.written():
            words = f"memory beside {over} was written to"
        if not words and not np.shares_memory(got.get(name, np.empty(0)), lies):
            words = f"{name} was not written over {over}"
        if words:
            judge.add(FAIL, f"{label_of(name, mode)}, in place", PURITY, detail=words)
            continue
        was, verdicts = judge.done.get(method, ({}, []))
        if was.keys() == got.keys() and all(same(was[name], got[name]) for name in was):
            # bit for bit what was judged already
            judge.found += [
                replace(each, quantity=f"{each.quantity}, in place")
                for each in verdicts
                if each.ratio is not None
            ]
            continue
        judge.judged(got, RETURNS[method], mode, expect, ", in place")


def _written_over(judge, method, given, named):
    note(f"{method}, in place, on {judge.data.name}, {judge.data.dtype}")
    return contract.results(method, getattr(judge.adapter, method)(*given, inplace=True, **named))
