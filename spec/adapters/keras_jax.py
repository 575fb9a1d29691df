"""Keras on its backend of JAX, as an implementation under test: keras.layers.BatchNormalization."""

import importlib
import os

from ..bounds import formats
from . import jax

os.environ["KERAS_BACKEND"] = "jax"
keras = importlib.import_module("keras")
if keras.backend.backend() != "jax":
    raise ImportError(f"Keras runs on {keras.backend.backend()} in this process already")


class Layer(jax.Layer):
    """The layer with axis=1, called without state; half precision by a mixed policy."""

    name = "keras-jax"

    def run(self, x, gamma, beta, eps, statistics, inference, momentum):
        policy = f"mixed_{x.dtype.name}" if x.dtype.name in formats.HALVES else x.dtype.name
        layer = keras.layers.BatchNormalization(axis=1, epsilon=eps, momentum=momentum, dtype=policy)
        layer.build(x.shape)
        given = map(jax.jax.numpy.asarray, statistics)
        y, kept = layer.stateless_call([gamma, beta], [*given], x, training=not inference)
        return y, kept
