"""Mutants of what is kept of a batch: running statistics, and given ones that are misread."""

import numpy as np

from .. import running
from ..adapters.plain import Plain
from ..oracle import EQUATION
from .mutant import of_kernel

MEAN, VAR = EQUATION["running_mean"], EQUATION["running_var"]


class _Kept(Plain):
    """A kernel whose update is `after`, of the batch's mean, var and size and of what was kept."""

    def update(self, x, running_mean, running_var, momentum):
        values, over = self.values(x, None, None, 1.0)
        with np.errstate(all="ignore"):
            after = self.after(
                *(values["mean"][:, 0], values["var"][:, 0], over.m),
                *(running_mean.astype(np.float64), running_var.astype(np.float64), momentum),
            )
        return dict(zip(("running_mean", "running_var"), after, strict=True))


def of_update(name, equation, seen, after):
    """A mutant of the update alone."""
    return of_kernel(name, equation, seen)(type("Variant", (_Kept,), {"after": staticmethod(after)}))


average = running.average


def _unbiased(var, m):
    return var * m / (m - 1)


MUTANTS = [
    of_update(
        "momentum weighs the old value",
        MEAN,
        "OneFlow PR #6055; Paddle PR #51120; torch/nn #567; onnxscript PR #1289",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(mean, old_mean, momentum), average(_unbiased(var, m), old_var, momentum)),
    ),
    of_update(
        "running statistics never updated",
        MEAN,
        "aprender PR #2166; JAX stax #139; ORT PR #6349; tinygrad PR #17206",
        lambda mean, var, m, old_mean, old_var, momentum: (old_mean, old_var),
    ),
    of_update(
        "running statistics replaced",
        MEAN,
        "pytorch #40074",
        lambda mean, var, m, old_mean, old_var, momentum: (mean, _unbiased(var, m)),
    ),
    of_update(
        "running statistics updated twice",
        MEAN,
        "pytorch #96136 #62471; fairscale #1035",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(average(old_mean, mean, momentum), mean, momentum),
            average(average(old_var, _unbiased(var, m), momentum), _unbiased(var, m), momentum)),
    ),
    of_update(
        "running statistics not forgotten",
        MEAN,
        "",
        lambda mean, var, m, old_mean, old_var, momentum: (
            old_mean + momentum * mean, old_var + momentum * _unbiased(var, m)),
    ),
    of_update(
        "running_mean wrong by 0.05 %",
        MEAN,
        "",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum) * 1.0005, average(old_var, _unbiased(var, m), momentum)),
    ),
    of_update(
        "running_var of the biased variance",
        VAR,
        "tinygrad PR #774 #779 #807; MLX PR #3817; MXNet #14357; TensorFlow #55545",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum), average(old_var, var, momentum)),
    ),
    of_update(
        "running_var corrected twice",
        VAR,
        "",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum), average(old_var, _unbiased(_unbiased(var, m), m), momentum)),
    ),
    of_update(
        "running_var corrected the wrong way",
        VAR,
        "",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum), average(old_var, var * (m - 1) / m, momentum)),
    ),
    of_update(
        "running_var of the standard deviation",
        VAR,
        "MXNet #9216; ORT PR #6946 #8172; onnxscript PR #655",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum), average(old_var, np.sqrt(_unbiased(var, m)), momentum)),
    ),
    of_update(
        "running_var of the inverse deviation",
        VAR,
        "MXNet #9216; ORT PR #6946 #8172",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum), average(old_var, 1 / np.sqrt(var + 1e-5), momentum)),
    ),
    of_update(
        "running_var averaged with the mean's weight exchanged",
        VAR,
        "",
        lambda mean, var, m, old_mean, old_var, momentum: (
            average(old_mean, mean, momentum), average(_unbiased(var, m), old_var, momentum)),
    ),
]  # fmt: skip


@MUTANTS.append
@of_kernel("running_var NaN for one element", VAR, "torch7 PR #1271; pytorch #1381; TensorFlow #34062")
class _(Plain):
    def update(self, x, running_mean, running_var, momentum):
        values, over = self.values(x, None, None, 1.0)
        statistics = values["mean"][:, 0], values["var"][:, 0]
        with np.errstate(all="ignore"):
            old = running_mean.astype(np.float64), running_var.astype(np.float64)
            after = running.update(*statistics, *old, momentum, over)
        return dict(zip(("running_mean", "running_var"), after, strict=True))


@MUTANTS.append
@of_kernel("var returned as the inverse deviation", "(9.39)", "MXNet #9216; ORT PR #6946; onnxscript PR #655")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"var": 1 / np.sqrt(found["var"] + eps)}


@MUTANTS.append
@of_kernel("var returned with eps", "(9.39)", "thinc, layernorm")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"var": found["var"] + eps}


@MUTANTS.append
@of_kernel("inference by the batch's statistics", "(9.40)", "pytorch #20967; keras #15790")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": self.forward(x, gamma, beta, eps)["y"]}


@MUTANTS.append
@of_kernel("given var read as a deviation", "(9.40)", "MXNet #9216")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(x, gamma, beta, mean, var**2, eps)


@MUTANTS.append
@of_kernel("given var read as its inverse root", "(9.40)", "ORT PR #6946 #8172")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(x, gamma, beta, mean, 1 / var**2 - eps, eps)


@MUTANTS.append
@of_kernel("inference without eps", "(9.40)", "chainer PR #2214; ncnn #303")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(x, gamma, beta, mean, var, 0.0)


@MUTANTS.append
@of_kernel("training by statistics left at 0 and 1", "(9.38)", "ORT #19370")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        zero = np.zeros(x.shape[1])
        return super().inference(x, gamma, beta, zero, zero + 1, eps) | {"mean": zero, "var": zero + 1}
