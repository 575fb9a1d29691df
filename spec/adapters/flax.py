"""Flax, as an implementation under test: flax.linen.BatchNorm."""

import importlib

import numpy as np

from ..interface.adapter import Caps
from .jax import DTYPES, Function, parameters

linen = importlib.import_module("flax.linen")


class Linen(Function):
    """The module, applied to its parameters and statistics."""

    name = "flax"
    caps = Caps(dtypes=DTYPES, accumulate="any", least=1, variance="biased", weighs="old")

    def _run(self, x, gamma, beta, eps, statistics, inference, momentum=0.0):
        """y, and the running statistics: without weight on the old ones, those of the batch."""
        layer = linen.BatchNorm(
            use_running_average=inference,
            axis=1,
            momentum=momentum,
            epsilon=eps,
            dtype=x.dtype,
            param_dtype=gamma.dtype,
        )
        given = {
            "params": {"scale": gamma, "bias": beta},
            "batch_stats": dict(zip(("mean", "var"), statistics, strict=True)),
        }
        y, after = layer.apply(given, x, mutable=["batch_stats"])
        return y, after["batch_stats"]

    def apply(self, x, gamma, beta, eps, mean=None, var=None):
        statistics = (np.zeros(gamma.shape, gamma.dtype),) * 2 if mean is None else (mean, var)
        return self._run(x, gamma, beta, eps, statistics, mean is not None)[0]

    def forward(self, x, gamma, beta, eps):
        gamma, beta = parameters(x, gamma, beta)
        y, after = self._run(x, gamma, beta, eps, (np.zeros_like(gamma),) * 2, False)
        return {"y": np.asarray(y)} | {name: np.asarray(after[name]) for name in ("mean", "var")}

    def update(self, x, running_mean, running_var, momentum):
        one, zero = parameters(x, None, None)
        _, after = self._run(x, one, zero, 1.0, (running_mean, running_var), False, momentum)
        return {f"running_{name}": np.asarray(after[name]) for name in ("mean", "var")}
