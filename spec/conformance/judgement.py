"""Judges one implementation on one data set: every call made, and every output compared."""

from ..bounds import formats
from ..bounds.errors import ACCUMULATIONS
from ..data import inputs
from ..data.layouts import declared
from . import batches, higher, layers, passes, refusals
from .comparing import Comparison
from .in_place import in_place
from .verdict import ABSENT, FAIL, PURITY


def judge(adapter, data, target="TARGET"):
    """The verdicts of one adapter on one data set."""
    judge = Comparison(adapter, data, target)
    reason = _refused(judge)
    if reason:
        judge.add(ABSENT, "everything", "", detail=reason)
    elif data.company == "wrong operands":
        refusals.refused(judge)
    else:
        _every_call(judge)
    return judge.found


def _every_call(judge):
    data = judge.data
    if (data.count if judge.empty else data.m) >= judge.caps.least:
        for part in (passes.training, batches.shards, batches.in_turn, batches.update):
            part(judge)
        for part in (higher.second, higher.nested):
            part(judge)
    else:
        words = f"m = {data.count:g}, declared for {judge.caps.least} and more"
        judge.add(ABSENT, "training", "", detail=words)
    if data.weights is None or (inputs.combines(data.name) and not judge.lost.any()):
        passes.inference(judge)
    layers.folded(judge)
    in_place(judge)
    if judge.overwritten:
        words = "a later call wrote to what this one returned"
        judge.add(FAIL, "an earlier result", PURITY, detail=words)


def _refused(judge):
    """Why the implementation need not take this data set; None if it must."""
    data = judge.data
    if not declared(data.layout, judge.caps.layouts):
        return f"layout {data.layout} is not declared"
    held = ACCUMULATIONS[judge.declared].formed(data.dtype)[0]
    if data.wider and formats.largest(held) < 4 * formats.largest(data.dtype):
        return f"declared for sums in {held.name}, whose range is that of the data"
    if data.eps < judge.caps.least_eps:
        return f"eps = {data.eps}, declared for {judge.caps.least_eps} and more"
    if (data.gamma is None or data.beta is None) and not judge.caps.optional:
        return "gamma and beta are declared to be needed"
    if judge.caps.masks and data.weights is not None and data.weights.dtype != bool:
        return "weights are declared to be true or false"
    return None
