"""What comes after the gradients: y along a direction, the second backward pass, nested derivatives."""

import copy
from dataclasses import replace
from functools import partial

import numpy as np

from .. import oracle
from ..bounds import formats
from ..interface.adapter import offers
from ..interface.signatures import COTANGENTS, DIRECTIONS
from ..oracle import derivatives
from .verdict import ABSENT

# The data set on which a second backward pass is asked for where one of what it starts from is absent.
ABSENCES = "m-5"


def second(judge):
    """y along a direction, and the second backward pass."""
    data = judge.data
    if data.ddx is None:
        return
    if data.dtype in formats.HALVES and not judge.caps.rounds_once:
        # a framework rounds the gradient to half precision before the next derivative
        judge.add(
            ABSENT, "second derivatives", "", detail="of half precision, not declared to be rounded once"
        )
        return
    got = judge.call("jvp", data.ddx, data.x, data.gamma, data.eps)
    if got is not None:
        got = judge.judged(got, ("jvp",), "training", lambda call: call.derivatives(("jvp",)))
        _poisoned(judge, got, {"jvp": ~judge.finite})
    cotangents = data.ddx, data.ddgamma, data.ddbeta
    got = judge.call("double_backward", *cotangents, data.dy, data.x, data.gamma, data.eps)
    if got is not None:
        got = judge.judged(got, tuple(oracle.SECOND), "training", _second)
        either = ~(judge.finite & judge.finite_dy)
        _poisoned(judge, got, {"d_dy": ~judge.finite, "d_x": either, "d_gamma": either})
    for name in ("ddx", *COTANGENTS) if data.name == ABSENCES else ():
        cotangents = [None if each == name else getattr(data, each) for each in ("ddx", *COTANGENTS)]
        got = judge.call("double_backward", *cotangents, data.dy, data.x, data.gamma, data.eps, needs=name)
        if got is not None:
            apart = copy.copy(judge)
            apart.data, apart.asked = replace(data, **{name: np.zeros_like(getattr(data, name))}), {}
            apart.judged(got, tuple(oracle.SECOND), "training", _second, f", without {name}")


def _poisoned(judge, got, channels):
    """Derivatives of channels in which x or dy has a NaN or an inf: none may look finite."""
    for name, value in got.items():
        if not judge.empty and not judge.lost.any():
            judge.hidden(name, value, channels[name], oracle.EQUATION[name])


def nested(judge):
    """The derivatives of higher order, by every nesting."""
    data = judge.data
    moved = derivatives.directions(data)
    if not moved or data.dtype in formats.HALVES:
        return  # half precision rounds the gradient before the next derivative
    if not offers(judge.adapter, "derivative"):
        judge.add(ABSENT, "derivative", "", detail="not offered")
        return
    kept = [each[:, judge.kept] for each in moved]
    for nesting in derivatives.nestings(judge.caps.operations):
        order, note = derivatives.order(nesting), f", {nesting}"
        if order > len(moved):
            continue
        name = derivatives.label(order)
        along = [moved[n] if n < order else None for n in range(len(DIRECTIONS))]
        given = nesting, data.dy, data.x, data.gamma, data.eps, *along
        got = judge.call("derivative", *given, label=name + note)
        if got is not None:
            got = {name: got["derivative"]} if "derivative" in got else {}
            expect = partial(derivatives.expected, moved=kept, n=order)
            judge.judged(got, (name,), "training", expect, note)


def _second(call):
    return call.derivatives(oracle.SECOND)
