"""bncore, the compiled core of this project, as an implementation under test."""

import importlib
import inspect
import operator
from functools import reduce
from types import MappingProxyType

import numpy as np

from ..bounds import formats
from ..interface.adapter import Adapter, Caps, Missing

bncore = importlib.import_module("bncore")


# The functions that each method calls, and what else it calls of weights.
FUNCTIONS = {
    "forward": [bncore.forward],
    "backward": [bncore.backward],
    "inference": [bncore.inference],
    "jvp": [bncore.jvp],
    "double_backward": [bncore.double_backward],
    "update": [bncore.BatchNorm.__call__],
    "fold": [bncore.fold],
}
STATISTICS = {name: [bncore.statistics] for name in ("backward", "jvp", "double_backward")}
# Options that a function has by another name.
NEEDED = {("backward", "residual"): "residual_out", ("backward", "relu"): "y"}


class Core(Adapter):
    """The functions, and the layer for the running statistics."""

    name = "bncore"
    caps = Caps(
        dtypes=("float32", "float64", *formats.HALVES),
        accumulate=dict.fromkeys(("float32", *formats.HALVES), "float64") | {"float64": "compensated"},
        constant=True,
        keeps_layout=True,
        rounds_once=True,
        refuses=True,
        replaces=True,
        cumulative="elements",
    )
    inplace = ("forward", "backward", "inference", "inference_backward")
    # how sums are asked for
    how = MappingProxyType({})

    def takes(self, method, option):
        """What every function that the method calls takes, this version takes."""
        needed = NEEDED.get((method, option), option)
        functions = STATISTICS.get(method, []) * (option == "weights") + FUNCTIONS.get(method, [])
        return super().takes(method, option) and all(
            needed in inspect.signature(function).parameters for function in functions
        )

    def set_threads(self, count):
        bncore.set_num_threads(count)

    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False, inplace=False):
        how = _named(weights=weights, residual=residual, relu=relu, out=x if inplace else None)
        y, stats = bncore.forward(x, gamma, beta, eps=eps, **how)
        # A mean of nothing is not defined.
        return {"y": y, "mean": stats.mean, "var": stats.var} if stats.count else {"y": y}

    def backward(
        self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None, inplace=False
    ):
        how = _named(weights=weights)
        stats = bncore.statistics(x, eps=eps, **how)
        if relu and y is None:
            y = bncore.normalize(x, gamma, beta, stats, **_named(residual=residual, relu=True))
        if relu and residual is not None:
            how["residual_out"] = dresidual = np.empty_like(dy)
        elif residual is not None:
            dresidual = dy.copy()
        how |= _named(y=y, out=dy if inplace else None)
        found = _gradients(bncore.backward(dy, x, gamma, stats, **how))
        return found if residual is None else found | {"dresidual": dresidual}

    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        given, how = (weight, bias, gamma, beta, mean, var), {"groups": groups, "transposed": transposed}
        return dict(zip(("weight", "bias"), bncore.fold(*given, eps=eps, **how), strict=True))

    def shards(self, xs, gamma, beta, eps):
        stats = self._together(xs, eps)
        y = [bncore.normalize(x, gamma, beta, stats) for x in xs]
        return {"y": y, "mean": stats.mean, "var": stats.var} if stats.count else {"y": y}

    def shards_backward(self, dys, xs, gamma, beta, eps):
        stats, pairs = self._together(xs, eps), list(zip(dys, xs, strict=True))
        sums = reduce(operator.add, (bncore.gradient_sums(dy, x, stats, **self.how) for dy, x in pairs))
        dx = [bncore.gradient(dy, x, gamma, stats, sums) for dy, x in pairs]
        return {"dx": dx, "dgamma": sums.dgamma, "dbeta": sums.dbeta}

    def _together(self, xs, eps):
        """The statistics of the batch that these are the shards of."""
        return reduce(operator.add, (bncore.sums(x, **self.how) for x in xs)).stats(eps=eps)

    def jvp(self, v, x, gamma, eps, weights=None):
        how = _named(weights=weights)
        return {"jvp": bncore.jvp(v, x, gamma, bncore.statistics(x, eps=eps, **how), **how)}

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps, weights=None):
        how = _named(weights=weights)
        stats = bncore.statistics(x, eps=eps, **how)
        found = bncore.double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, stats, **how)
        return dict(zip(("d_dy", "d_x", "d_gamma"), found, strict=True))

    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False, inplace=False):
        how = _named(residual=residual, relu=relu, out=x if inplace else None)
        return {"y": bncore.inference(x, gamma, beta, mean, var, eps=eps, **how)}

    def inference_backward(self, dy, x, gamma, mean, var, eps, inplace=False):
        out = dy if inplace else None
        return _gradients(bncore.inference_backward(dy, x, gamma, mean, var, eps=eps, out=out))

    def update(self, x, running_mean, running_var, momentum, weights=None):
        return self._trained([x], running_mean, running_var, momentum, ["training"], weights=weights)

    def steps(self, xs, running_mean, running_var, momentum, modes=None):
        modes = modes or ["training"] * len(xs)
        return self._trained(xs, running_mean, running_var, momentum, modes)

    def _trained(self, xs, running_mean, running_var, momentum, modes, **how):
        """The state of a layer after these passes."""
        layer = bncore.BatchNorm(xs[0].shape[1], momentum=momentum, dtype=formats.parameter(xs[0].dtype))
        state = layer.state_dict()
        state["running_mean"], state["running_var"] = (
            each.astype(np.float64) for each in (running_mean, running_var)
        )
        layer.load_state_dict(state)
        for x, mode in zip(xs, modes, strict=True):
            layer.train(mode != "inference")
            if mode == "backward":
                layer.vjp(x)[1](x)
            else:
                layer(x, **_named(**how))
        return {"running_mean": layer.running_mean, "running_var": layer.running_var}

    def uses(self, dys, xs, gamma, beta, eps):
        layer = bncore.BatchNorm(xs[0].shape[1], eps=eps, dtype=formats.parameter(xs[0].dtype))
        for name, given in (("gamma", gamma), ("beta", beta)):
            if given is not None:
                setattr(layer, name, given)
        pulls = [layer.vjp(x)[1] for x in xs]
        # the last use first, as a framework goes back
        dx = [pull(dy) for pull, dy in reversed(list(zip(pulls, dys, strict=True)))][::-1]
        return {"dx": dx, "dgamma": layer.dgamma, "dbeta": layer.dbeta}


class Exact(Core):
    """The halves with exact sums, whose mean and var are rounded once."""

    name = "bncore, exact sums"
    caps = Caps(dtypes=("float32", *formats.HALVES), accumulate="exact", constant=True, keeps_layout=True)
    how = MappingProxyType({"exact": True})
    inplace = ("inference", "inference_backward")
    # there is no choice of sums there
    update = jvp = double_backward = steps = uses = None

    def __init__(self):
        if "exact" not in inspect.signature(bncore.sums).parameters:
            raise Missing("this version of bncore has no exact sums")

    def forward(self, x, gamma, beta, eps):
        found = self.shards([x], gamma, beta, eps)
        return found | {"y": found["y"][0]}

    def backward(self, dy, x, gamma, beta, eps):
        found = self.shards_backward([dy], [x], gamma, beta, eps)
        return found | {"dx": found["dx"][0]}


def _named(**given):
    """What is given, by name, for versions that do not take it."""
    return {name: value for name, value in given.items() if value is not None and value is not False}


def _gradients(found):
    return dict(zip(("dx", "dgamma", "dbeta"), found, strict=True))
