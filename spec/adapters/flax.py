"""Flax, as an implementation under test: flax.linen.BatchNorm and flax.nnx.BatchNorm."""

import importlib

from .jax import Layer, jax

linen = importlib.import_module("flax.linen")
nnx = importlib.import_module("flax.nnx")


def _given(x, gamma, eps, inference, momentum):
    """What both modules are made with."""
    return {
        "use_running_average": inference,
        "axis": 1,
        "momentum": momentum,
        "epsilon": eps,
        "dtype": x.dtype,
        "param_dtype": gamma.dtype,
    }


class Linen(Layer):
    """The module, applied to its parameters and statistics."""

    name = "flax"

    def run(self, x, gamma, beta, eps, statistics, inference, momentum):
        layer = linen.BatchNorm(**_given(x, gamma, eps, inference, momentum))
        given = {
            "params": {"scale": gamma, "bias": beta},
            "batch_stats": dict(zip(("mean", "var"), statistics, strict=True)),
        }
        y, after = layer.apply(given, x, mutable=["batch_stats"])
        return y, [after["batch_stats"][name] for name in ("mean", "var")]


class Nnx(Layer):
    """The module that holds them itself."""

    name = "flax-nnx"

    def run(self, x, gamma, beta, eps, statistics, inference, momentum):
        layer = nnx.BatchNorm(x.shape[1], rngs=nnx.Rngs(0), **_given(x, gamma, eps, inference, momentum))
        variables = layer.scale, layer.bias, layer.mean, layer.var
        for variable, value in zip(variables, (gamma, beta, *statistics), strict=True):
            variable.value = jax.numpy.asarray(value)
        return layer(x), [layer.mean.value, layer.var.value]
