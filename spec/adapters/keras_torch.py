"""Keras on its backend of PyTorch, as an implementation under test: keras.layers.BatchNormalization."""

import importlib
import os

import numpy as np

from ..bounds import formats
from ..interface.adapter import Caps
from .torch import LAYOUTS, Contiguous, _array, _tensor, torch

os.environ["KERAS_BACKEND"] = "torch"
keras = importlib.import_module("keras")
if keras.backend.backend() != "torch":
    raise ImportError(f"Keras runs on {keras.backend.backend()} in this process already")


class Layer(Contiguous):
    """The layer with axis=1; gradients by PyTorch's autograd."""

    name = "keras-torch"
    caps = Caps(
        dtypes=("float32", "float64", *formats.HALVES),
        accumulate="any",
        layouts=LAYOUTS,
        least=1,
        variance="biased",
        weighs="old",
    )
    derivative = jvp = double_backward = None

    def built(self, x, gamma, beta, eps, statistics=(None, None), momentum=0.99, axis=1):
        """A layer of these numbers; half precision by a mixed policy."""
        policy = f"mixed_{x.dtype.name}" if x.dtype.name in formats.HALVES else x.dtype.name
        layer = keras.layers.BatchNormalization(axis=axis, epsilon=eps, momentum=momentum, dtype=policy)
        layer.build(x.shape)
        variables = layer.gamma, layer.beta, layer.moving_mean, layer.moving_variance
        for variable, value in zip(variables, (gamma, beta, *statistics), strict=True):
            if value is not None:
                variable.assign(value)
        return layer

    def layer(self, x, gamma, beta, eps, mean=None, var=None):
        layer = self.built(x, gamma, beta, eps, (mean, var))
        training = mean is None
        return lambda x: layer(x, training=training), (layer.gamma.value, layer.beta.value)

    def update(self, x, running_mean, running_var, momentum):
        layer = self.built(x, None, None, 1.0, (running_mean, running_var), momentum)
        layer(_tensor(x), training=True)
        return {
            "running_mean": _array(layer.moving_mean.value),
            "running_var": _array(layer.moving_variance.value),
        }


class Masked(Layer):
    """The same with the channel last, and a mask: weights that are true or false."""

    name = "keras-torch-mask"
    caps = Caps(
        dtypes=("float32", "float64"), accumulate="any", layouts=LAYOUTS, least=1, variance="biased",
        weighs="old", masks=True,
    )  # fmt: skip
    inference = inference_backward = None

    def layer(self, x, gamma, beta, eps, weights=None):
        """The layer as a function of x, and its parameters."""
        last = np.moveaxis(x, 1, -1)
        layer = self.built(last, gamma, beta, eps, axis=-1)
        weights = np.ones_like(x[:, :1], bool) if weights is None else weights
        mask = torch.from_numpy(np.broadcast_to(weights[:, 0], last.shape[:-1]).copy())

        def apply(x):
            return layer(x.movedim(1, -1), training=True, mask=mask).movedim(-1, 1)

        return apply, (layer.gamma.value, layer.beta.value)

    def forward(self, x, gamma, beta, eps, weights=None):
        layer, _ = self.layer(x, gamma, beta, eps, weights)
        return {"y": _array(layer(self._enter(x)))}

    def backward(self, dy, x, gamma, beta, eps, weights=None):
        return self._gradients(dy, x, gamma, eps, weights)

    update = None
