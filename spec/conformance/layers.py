"""Inference folded into the layer before it."""

from dataclasses import replace
from functools import partial

from .. import oracle
from ..bounds import formats
from ..data.layouts import LAYOUTS
from ..interface import contract
from ..oracle import folding
from . import company
from .comparing import same
from .verdict import FAIL

# How the weight of a layer lies, beside its usual layout.
WEIGHTS_LIE = "permuted", "sliced", "reversed", "channels-last", "offset"


def folded(judge):
    """Inference folded into a layer before it."""
    data = judge.data
    if data.weight is None or data.dtype in formats.HALVES:
        return
    first = _folded(judge, data)
    if first is None or data.layout != "contiguous":
        return
    _folded(
        judge, replace(company.other(data), weight=data.weight, bias=data.bias), ", with other statistics"
    )
    for name in WEIGHTS_LIE:
        if name in judge.caps.layouts:
            lies = LAYOUTS[name]["weight"](data.weight)
            _folded(judge, replace(data, weight=lies), f", {name}", first)


def _folded(judge, data, note="", was=None):
    """What fold returns for a layer, judged; what is bit for bit as it `was` has been."""
    how = {"groups": data.groups or 1, "transposed": data.transposed}
    given = data.weight, data.bias, data.gamma, data.beta, data.mean, data.var, data.eps
    got = judge.call("fold", *given)
    for name, value in (got or {}).items():
        if was is not None and name in was and same(value, was[name]):
            continue
        expected = oracle.fold(*given, accumulate=judge.declared, **how)[name]
        words = contract.of_format(name, value, data.dtype)
        if value.shape != (data.weight.shape if name == "weight" else data.x.shape[1:2]):
            words = f"wanted the shape of {name}, found {value.shape}"
        if words:
            judge.add(FAIL, f"folded {name}{note}", expected.equation, detail=words)
            continue
        value = folding.rows(value, **how)[None] if name == "weight" else value
        judge.simple(f"folded {name}{note}", name, value, partial(oracle.fold, *given, **how))
    return got
