"""bncore, the compiled core of this project, as an implementation under test."""

import importlib

import numpy as np

from ..interface.adapter import Adapter, Caps

bncore = importlib.import_module("bncore")


class Core(Adapter):
    """The functions, and the layer for the running statistics."""

    name = "bncore"
    caps = Caps(
        accumulate={"float32": "float64", "float64": "compensated"},
        constant=True,
        keeps_layout=True,
        refuses=True,
    )
    inplace = ("forward", "backward", "inference", "inference_backward")

    def set_threads(self, count):
        bncore.set_num_threads(count)

    def forward(self, x, gamma, beta, eps, inplace=False):
        y, stats = bncore.forward(x, gamma, beta, eps=eps, out=x if inplace else None)
        # A mean of nothing is not defined.
        return {"y": y, "mean": stats.mean, "var": stats.var} if stats.count else {"y": y}

    def backward(self, dy, x, gamma, beta, eps, inplace=False):
        stats = bncore.statistics(x, eps=eps)
        return _gradients(bncore.backward(dy, x, gamma, stats, out=dy if inplace else None))

    def jvp(self, v, x, gamma, eps):
        return {"jvp": bncore.jvp(v, x, gamma, bncore.statistics(x, eps=eps))}

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps):
        stats = bncore.statistics(x, eps=eps)
        found = bncore.double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, stats)
        return dict(zip(("d_dy", "d_x", "d_gamma"), found, strict=True))

    def inference(self, x, gamma, beta, mean, var, eps, inplace=False):
        return {"y": bncore.inference(x, gamma, beta, mean, var, eps=eps, out=x if inplace else None)}

    def inference_backward(self, dy, x, gamma, mean, var, eps, inplace=False):
        out = dy if inplace else None
        return _gradients(bncore.inference_backward(dy, x, gamma, mean, var, eps=eps, out=out))

    def update(self, x, running_mean, running_var, momentum):
        layer = bncore.BatchNorm(x.shape[1], momentum=momentum, dtype=x.dtype)
        state = layer.state_dict()
        state["running_mean"], state["running_var"] = (
            each.astype(np.float64) for each in (running_mean, running_var)
        )
        layer.load_state_dict(state)
        layer(x)
        return {"running_mean": layer.running_mean, "running_var": layer.running_var}


def _gradients(found):
    return dict(zip(("dx", "dgamma", "dbeta"), found, strict=True))
