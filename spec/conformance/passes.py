"""The passes of training and of inference: outputs and gradients, and what is no number in them."""

import copy

import numpy as np

from .. import oracle
from ..bounds import formats
from ..interface.signatures import RETURNS
from .verdict import FAIL, PASS

# Those with no y so near 0 that the gate of a rectifier could be taken for another, if backward finds it.
GATED = "relu", "relu-at-0", "residual-relu", "residual-relu-weights"
GRADIENTS = tuple(oracle.GRADIENTS)


def training(judge):
    """forward and backward."""
    data, wide = judge.data, (judge.data.gamma, judge.data.beta)
    got = judge.call("forward", data.x, *wide, data.eps)
    if got is not None:
        with judge.recorded("forward", got):
            _forward(judge, got)
    _gate(judge)
    got = judge.call("backward", data.dy, data.x, *wide, data.eps)
    if got is not None:
        names = *GRADIENTS, *(("dresidual",) if data.residual is not None else ())
        with judge.recorded("backward", got):
            got = judge.judged(got, names, "training", training_gradients)
        _poisoned(judge, got)
        _passed(judge, got)
    _gate_found(judge)


def _passed(judge, got):
    """The gradient by the residual, where x, dy or y is a NaN or an inf: the dy that passes, bit for bit."""
    if judge.y is None or "dresidual" not in got or (judge.finite & judge.finite_dy).all():
        return
    dy = judge.data.dy
    value, wanted = got["dresidual"], oracle.gated(dy, judge.y) if judge.data.relu else dy
    wrong = ~((value == wanted) | (np.isnan(value) & np.isnan(wanted)))
    words = f"got {value[wrong][0]}, exact {wanted[wrong][0]}" if wrong.any() else ""
    judge.add(
        FAIL if words else PASS,
        "dresidual where not all is finite",
        oracle.EQUATION["dresidual"],
        detail=words,
    )


def _gate_found(judge):
    """backward that is not given the y of forward, and finds the gate of the rectifier itself."""
    data = judge.data
    plain = data.name in GATED or (data.name == "relu-tiny" and data.dtype not in formats.HALVES)
    if not plain or not judge.adapter.takes("backward", "y"):
        return
    apart = copy.copy(judge)
    apart.y = None
    got = apart.call("backward", data.dy, data.x, data.gamma, data.beta, data.eps, needs="y")
    if got is not None:
        names = *GRADIENTS, *(("dresidual",) if data.residual is not None else ())
        apart.judged(got, names, "training", training_gradients, ", without y")


def inference(judge):
    """Both calls of inference mode, which knows no weights."""
    data = judge.data
    if np.isinf(data.var).any():
        _infinite_var(judge)
        return
    wide, given = (data.gamma, data.beta), (data.mean, data.var)
    got = judge.call("inference", data.x, *wide, *given, data.eps)
    if got is not None:
        with judge.recorded("inference", got):
            got = judge.judged(got, ("y",), "inference", _y)
        _poisoned_inference(judge, got)
    got = judge.call("inference_backward", data.dy, data.x, data.gamma, *given, data.eps)
    if got is not None:
        with judge.recorded("inference_backward", got):
            judge.judged(got, GRADIENTS, "inference", _inference_gradients)


def _infinite_var(judge):
    """Inference of a variance that is infinite in every channel: y = beta, and no gradient goes to x."""
    data = judge.data
    beta = np.zeros(data.x.shape[1]) if data.beta is None else data.beta
    beta = oracle.shaped(np.broadcast_to(beta[:, None], oracle.channels(data.x).shape), data.x.shape)
    given = data.mean, data.var, data.eps
    for method, arguments, wanted in [
        ("inference", (data.x, data.gamma, data.beta), {"y": beta.astype(data.x.dtype)}),
        ("inference_backward", (data.dy, data.x, data.gamma), {"dx": 0, "dgamma": 0}),
    ]:
        got = judge.call(method, *arguments, *given)
        for name, value in judge.formed(got or {}, wanted if got else (), "inference").items():
            wrong = value != wanted[name]
            exact = "beta" if name == "y" else 0
            words = f"got {value[wrong].flat[0]}, wanted {exact}" if wrong.any() else ""
            label = f"inference {name} of an infinite variance"
            judge.add(FAIL if words else PASS, label, oracle.EQUATION[name], detail=words)


def _forward(judge, got):
    data, names = judge.data, ("mean", "var", "y")
    # a variance of the wrong dtype may still say why y is wrong
    var = got.get("var", np.zeros(()))
    usable = var.shape == data.x.shape[1:2] and formats.is_floating(var.dtype)
    judge.var = var[judge.kept] if usable else 0.0
    got = judge.formed(got, names, "training")
    judge.compare(got, "training", lambda call: call.expected(names))
    y = got.get("y")
    if judge.empty:
        return
    judge.y = y
    if y is not None and judge.lost.any():
        words = "finite where x is not" if np.isfinite(y[judge.lost]).any() else ""
        label = "y of what has weight 0 and is no number"
        judge.add(FAIL if words else PASS, label, oracle.EQUATION["y"], detail=words)
    alone = data.residual is None and not data.relu
    constant = np.resize(judge.constant & judge.finite, data.x.shape[1])
    if y is not None and alone and judge.caps.constant and constant.any():
        rows = oracle.channels(y.astype(np.float64))[constant]
        rows = rows[:, oracle.channels(judge.weighed)[0]]
        beta = np.zeros(len(constant)) if data.beta is None else data.beta
        with np.errstate(over="ignore", invalid="ignore"):
            beta = beta[constant, None].astype(y.dtype).astype(np.float64)
            off = np.where(rows == beta, 0, abs(rows - beta)).max()
        words = "" if off == 0 else "got nan, wanted beta" if np.isnan(off) else f"off by {off:.3g}"
        judge.add(PASS if off == 0 else FAIL, "y of a constant channel", "(9.40)", detail=words)
    for name, equation in (("mean", "(9.38)"), ("var", "(9.39)"), ("y", "(9.40)")):
        if name in got:
            judge.hidden(name, got[name], ~judge.finite, equation)


def _gate(judge):
    """Let dy pass the gate of the y that forward has returned, or else of the exact one."""
    data, y = judge.data, judge.y
    if not data.relu or judge.empty or not len(judge.kept):
        return
    if y is None:
        y = np.zeros(data.block(data.x).shape)
        y[:, judge.kept] = judge.problem("training", judge.declared).expected(("y",))["y"].nearest
        y = np.tile(y, data.repeats)
    judge.dy = oracle.gated(data.dy, y)
    judge.asked = {}


def _poisoned(judge, got):
    """Gradients of channels in which x or dy has a NaN or an inf: none may look finite."""
    either = ~(judge.finite & judge.finite_dy)
    for name, channels in (("dgamma", either), ("dbeta", ~judge.finite_dy), ("dx", either)):
        if name in got and not judge.empty:
            value = got[name]
            if name == "dx":  # where weight and dy are 0, it is 0 whatever the others are
                value = np.where(judge.weighed | (judge.dy != 0), value, value.dtype.type(np.nan))
            judge.hidden(name, value, channels, oracle.EQUATION[name])


def _poisoned_inference(judge, got):
    """y of inference, where x itself is a NaN or an inf: it may not look finite."""
    lost = np.isnan(judge.data.x) if judge.data.relu else ~np.isfinite(judge.data.x)
    if "y" in got and lost.any():
        words = "finite where x is not" if np.isfinite(got["y"][lost]).any() else ""
        label = "inference y of a channel that is not finite"
        judge.add(FAIL if words else PASS, label, oracle.EQUATION["y"], detail=words)
    _infinite(judge, got)


def _infinite(judge, got):
    """y of inference, where x is infinite and gamma not 0: infinite too, of the sign of their product."""
    data, along = judge.data, (1, -1, *(1,) * (judge.data.x.ndim - 2))
    gamma = np.ones(data.x.shape[1]) if data.gamma is None else data.gamma
    where = np.isinf(data.x) & (gamma.reshape(along) != 0)
    if "y" not in got or not where.any():
        return
    signs = np.broadcast_to(np.sign(gamma).reshape(along), data.x.shape)
    wanted = (data.x[where] * signs[where]).astype(np.float64)
    wanted, y = np.maximum(wanted, 0) if data.relu else wanted, got["y"][where].astype(np.float64)
    words = f"got {y[y != wanted][0]}, exact {wanted[y != wanted][0]}" if (y != wanted).any() else ""
    label = "inference y of an infinite x"
    judge.add(FAIL if words else PASS, label, oracle.EQUATION["y"], detail=words)


def training_gradients(call):
    """dx, dgamma and dbeta of training, as the oracle has them."""
    return call.gradients("training")


def _y(call):
    return call.expected(("y",))


def _inference_gradients(call):
    return call.gradients("inference")


def _outputs(call):
    return call.expected(RETURNS["forward"])


# What is expected of each of these passes, by its mode.
EXPECTED = {
    "forward": ("training", _outputs),
    "backward": ("training", training_gradients),
    "inference": ("inference", _y),
    "inference_backward": ("inference", _inference_gradients),
}
