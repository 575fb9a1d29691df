"""Equinox, as an implementation under test: equinox.nn.BatchNorm in its mode "batch", under a vmap."""

import importlib

from .jax import Layer, jax

nn = importlib.import_module("equinox").nn


class BatchNorm(Layer):
    """The layer, applied to each sample of a named axis."""

    name = "equinox"

    def run(self, x, gamma, beta, eps, statistics, inference, momentum):
        given = {"axis_name": "samples", "eps": eps, "momentum": momentum, "dtype": gamma.dtype}
        layer, state = nn.make_with_state(nn.BatchNorm)(x.shape[1], mode="batch", **given)
        for name, value in (("weight", gamma), ("bias", beta)):
            object.__setattr__(layer, name, jax.numpy.asarray(value))
        # before the first step its counter is 0, and statistics are taken as they are
        state = state.set(layer.batch_state_index, tuple(map(jax.numpy.asarray, statistics)))

        def one(sample, state):
            return layer(sample, state, inference=inference)

        y, state = jax.vmap(one, axis_name="samples", in_axes=(0, None), out_axes=(0, None))(x, state)
        return y, state.get(layer.batch_state_index)
