"""Mutants of one direction: forward right and backward wrong, training right and inference wrong."""

import numpy as np

from .. import equations
from ..adapters.plain import Plain
from .mutant import of_kernel

MUTANTS = []
BOOK = equations.BOOK


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


def _of_inference(name, equation, seen="", **entries):
    """A mutant of the equations in inference alone."""

    class Variant(Plain):
        wrong = type("Wrong", (Plain,), {"book": BOOK._replace(**entries)})()

        def inference(self, x, gamma, beta, mean, var, eps):
            return self.wrong.inference(x, gamma, beta, mean, var, eps)

    _mutant(name, equation, seen)(Variant)


def _given(change):
    """An inference, forward and backward, to which other statistics or another eps are given."""

    class Variant(Plain):
        def inference(self, x, gamma, beta, mean, var, eps):
            return super().inference(x, gamma, beta, *change(x, mean, var, eps))

    return Variant


_of_inference("inference without gamma", "(9.41)", y=lambda xhat, gamma, beta: xhat + beta)
_of_inference("inference without beta", "(9.41)", y=lambda xhat, gamma, beta: xhat * gamma)
_of_inference(
    "inference with eps outside the root",
    "(9.40)",
    "ncnn PR #311",
    xhat=lambda x, mean, var, eps, over: (x - mean) / (over.sqrt(var) + eps),
)
_of_inference(
    "inference without the mean",
    "(9.40)",
    "ORT #19370",
    xhat=lambda x, mean, var, eps, over: x / over.sqrt(var + eps),
)
_of_inference(
    "inference without the root",
    "(9.40)",
    xhat=lambda x, mean, var, eps, over: (x - mean) / (var + eps),
)
_of_inference(
    "inference folded in float32",
    "(9.41)",
    "BVLC/caffe #3963; TVM #3216; opencv PR #29497",
    xhat=lambda x, mean, var, eps, over: (
        x.astype(np.float32) * (1 / np.sqrt(var + eps)).astype(np.float32)
        - (mean / np.sqrt(var + eps)).astype(np.float32)
    ).astype(np.float64),
)
for _name, _equation, _seen, _change in [
    (
        "inference with a clamped eps",
        "(9.40)",
        "ORT PR #2680",
        lambda x, mean, var, eps: (mean, var, max(eps, 1e-5)),
    ),
    (
        "given var corrected by m / (m - 1)",
        "(9.40)",
        "pytorch #62399",
        lambda x, mean, var, eps: (mean, var * x.shape[0] / max(x.shape[0] - 1, 1), eps),
    ),
    (
        "given statistics of float16",
        "(9.40)",
        "coreai-torch PR #54",
        lambda x, mean, var, eps: (mean, var.astype(np.float16).astype(var.dtype), eps),
    ),
    (
        "given mean of another channel",
        "(9.40)",
        "pytorch #63224",
        lambda x, mean, var, eps: (np.roll(mean, 1), var, eps),
    ),
    (
        "given var of another channel",
        "(9.40)",
        "",
        lambda x, mean, var, eps: (mean, np.roll(var, 1), eps),
    ),
    (
        "given statistics exchanged",
        "(9.40)",
        "",
        lambda x, mean, var, eps: (var, abs(mean), eps),
    ),
]:
    _mutant(_name, _equation, _seen)(_given(_change))


def _of_backward(name, equation, seen, change):
    """A mutant whose backward pass starts from other statistics: `change` takes the values of the forward."""

    class Variant(Plain):
        def backward(self, dy, x, gamma, beta, eps):
            values, over = self.values(x, gamma, beta, eps)
            with np.errstate(all="ignore"):
                values |= change(values, over)
            return self._gradients(dy, x, values, over, "training")

    _mutant(name, equation, seen)(Variant)


def _standardised(values, mean, var, eps):
    rstd = 1 / np.sqrt(var + eps)
    return {"rstd": rstd, "xhat": (values["x"] - mean) * rstd}


DGAMMA, DX = "d(9.41)/dgamma", "d(9.41)/dx"
for _name, _equation, _seen, _change in [
    (
        "backward from var over m - 1",
        DGAMMA,
        "darknet, batchnorm_layer.c",
        lambda v, over: _standardised(v, v["mean"], v["var"] * over.m / np.maximum(over.m - 1, 1), v["eps"]),
    ),
    (
        "backward without eps",
        DGAMMA,
        "chainer PR #2214",
        lambda v, over: _standardised(v, v["mean"], v["var"], 0),
    ),
    (
        "backward with a clamped eps",
        DGAMMA,
        "chainer #5232",
        lambda v, over: _standardised(v, v["mean"], v["var"], max(v["eps"], 1e-5)),
    ),
    (
        "backward with eps outside the root",
        DGAMMA,
        "darknet PR #17",
        lambda v, over: _standardised(v, v["mean"], (np.sqrt(v["var"]) + v["eps"]) ** 2, 0),
    ),
    (
        "backward from a mean of float32",
        DGAMMA,
        "pytorch #57796",
        lambda v, over: _standardised(v, v["mean"].astype(np.float32), v["var"], v["eps"]),
    ),
    (
        "backward from a rstd of float32",
        DGAMMA,
        "pytorch #156513",
        lambda v, over: {
            "rstd": v["rstd"].astype(np.float32).astype(np.float64),
            "xhat": (v["x"] - v["mean"]) * v["rstd"].astype(np.float32),
        },
    ),
    (
        "backward from E[x^2] - E[x]^2 in float32",
        DGAMMA,
        "TF-XLA #118701",
        lambda v, over: _standardised(
            v, v["mean"], abs((v["x"].astype(np.float32) ** 2).mean(axis=1, keepdims=True)
                              - v["mean"].astype(np.float32) ** 2), v["eps"]),
    ),
    (
        "backward from y in place of xhat",
        DGAMMA,
        "inplace_abn #138",
        lambda v, over: {"xhat": v["y"]},
    ),
    (
        "backward from statistics at 0 and 1",
        DGAMMA,
        "pytorch #586",
        lambda v, over: _standardised(v, 0, 1, v["eps"]),
    ),
    (
        "backward with gamma of another channel",
        DX,
        "pytorch #63224",
        lambda v, over: {"gamma": np.roll(v["gamma"], 1, axis=0)},
    ),
    (
        "backward with gamma's absolute value",
        DX,
        "inplace_abn #138",
        lambda v, over: {"gamma": abs(v["gamma"])},
    ),
]:  # fmt: skip
    _of_backward(_name, _equation, _seen, _change)


def _of_returned(name, equation, seen, change):
    """A mutant whose y is right and whose returned statistics are not."""

    class Variant(Plain):
        def forward(self, x, gamma, beta, eps):
            found = super().forward(x, gamma, beta, eps)
            return found | change(found, x, eps)

    _mutant(name, equation, seen)(Variant)


for _name, _equation, _seen, _change in [
    (
        "var returned over m - 1",
        "(9.39)",
        "TensorFlow #55545",
        lambda f, x, eps: {"var": f["var"] * x[:, 0].size / max(x[:, 0].size - 1, 1)},
    ),
    (
        "var returned as the deviation",
        "(9.39)",
        "ORT PR #8172",
        lambda f, x, eps: {"var": np.sqrt(f["var"])},
    ),
    (
        "var returned as its inverse",
        "(9.39)",
        "onnxscript PR #655",
        lambda f, x, eps: {"var": 1 / (f["var"] + eps)},
    ),
    (
        "mean and var exchanged",
        "(9.38)",
        "",
        lambda f, x, eps: {"mean": f["var"], "var": f["mean"]},
    ),
    (
        "mean returned as minus the mean",
        "(9.38)",
        "",
        lambda f, x, eps: {"mean": -f["mean"]},
    ),
    (
        "mean rounded to float32 as it is returned",
        "(9.38)",
        "",
        lambda f, x, eps: {"mean": f["mean"].astype(np.float32).astype(np.float64)},
    ),
    (
        "statistics returned in float16",
        "(9.38)",
        "pytorch PR #126525",
        lambda f, x, eps: {name: f[name].astype(np.float16) for name in ("mean", "var")},
    ),
    (
        "mean that ignores NaN",
        "(9.38)",
        "darknet",
        lambda f, x, eps: {"mean": np.nan_to_num(f["mean"])},
    ),
]:
    _of_returned(_name, _equation, _seen, _change)
