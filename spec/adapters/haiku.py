"""Haiku, as an implementation under test: haiku.BatchNorm."""

import importlib

from .jax import Layer, jax

haiku = importlib.import_module("haiku")
# Its averages are divided by 1 - momentum^steps, as of a layer that starts at 0: after so many steps, 1.
STEPS = 2**30


class BatchNorm(Layer):
    """The module, applied to its parameters and its state."""

    name = "haiku"

    def run(self, x, gamma, beta, eps, statistics, inference, momentum):
        def layer(x):
            return haiku.BatchNorm(True, True, momentum, eps, data_format="NC...")(x, not inference)

        def along(value):
            return jax.numpy.asarray(value).reshape(1, -1, *(1,) * (x.ndim - 2))

        state = {
            f"batch_norm/~/{name}_ema": {"average": along(value), "hidden": along(value), "counter": STEPS}
            for name, value in zip(("mean", "var"), statistics, strict=True)
        }
        given = {"batch_norm": {"scale": along(gamma), "offset": along(beta)}}
        y, state = haiku.transform_with_state(layer).apply(given, state, None, x)
        return y, [state[f"batch_norm/~/{name}_ema"]["average"].ravel() for name in ("mean", "var")]
