"""bncore, the compiled core of this project, as an implementation under test."""

import importlib
import inspect

import numpy as np

from ..interface.adapter import Adapter, Caps

bncore = importlib.import_module("bncore")


# The functions that each method calls.
FUNCTIONS = {
    "forward": [bncore.forward],
    "backward": [bncore.statistics, bncore.backward],
    "jvp": [bncore.statistics, bncore.jvp],
    "double_backward": [bncore.statistics, bncore.double_backward],
    "update": [bncore.BatchNorm.__call__],
}


class Core(Adapter):
    """The functions, and the layer for the running statistics."""

    name = "bncore"
    caps = Caps(accumulate={"float32": "float64", "float64": "compensated"}, constant=True, keeps_layout=True)

    def takes(self, method, option):
        """What every function that the method calls takes, this version takes."""
        return super().takes(method, option) and all(
            option in inspect.signature(function).parameters for function in FUNCTIONS[method]
        )

    def forward(self, x, gamma, beta, eps, weights=None):
        y, stats = bncore.forward(x, gamma, beta, eps=eps, **_named(weights))
        # A mean of nothing is not defined.
        return {"y": y, "mean": stats.mean, "var": stats.var} if stats.count else {"y": y}

    def backward(self, dy, x, gamma, beta, eps, weights=None):
        how = _named(weights)
        stats = bncore.statistics(x, eps=eps, **how)
        return _gradients(bncore.backward(dy, x, gamma, stats, **how))

    def jvp(self, v, x, gamma, eps, weights=None):
        how = _named(weights)
        return {"jvp": bncore.jvp(v, x, gamma, bncore.statistics(x, eps=eps, **how), **how)}

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps, weights=None):
        how = _named(weights)
        stats = bncore.statistics(x, eps=eps, **how)
        found = bncore.double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, stats, **how)
        return dict(zip(("d_dy", "d_x", "d_gamma"), found, strict=True))

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": bncore.inference(x, gamma, beta, mean, var, eps=eps)}

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return _gradients(bncore.inference_backward(dy, x, gamma, mean, var, eps=eps))

    def update(self, x, running_mean, running_var, momentum, weights=None):
        layer = bncore.BatchNorm(x.shape[1], momentum=momentum, dtype=x.dtype)
        state = layer.state_dict()
        state["running_mean"], state["running_var"] = (
            each.astype(np.float64) for each in (running_mean, running_var)
        )
        layer.load_state_dict(state)
        layer(x, **_named(weights))
        return {"running_mean": layer.running_mean, "running_var": layer.running_var}


def _named(weights):
    """Weights as an argument by name, for versions that take none."""
    return {} if weights is None else {"weights": weights}


def _gradients(found):
    return dict(zip(("dx", "dgamma", "dbeta"), found, strict=True))
