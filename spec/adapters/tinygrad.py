"""tinygrad, as an implementation under test: tinygrad.nn.BatchNorm on its CPU device, which needs clang."""

import importlib
import os

import numpy as np

from ..interface.adapter import Adapter, Caps

os.environ.setdefault("DEV", "CPU")
tinygrad = importlib.import_module("tinygrad")
nn = importlib.import_module("tinygrad.nn")
TRAINING, EVALUATION = (importlib.import_module("tinygrad.helpers").Context(TRAINING=each) for each in (1, 0))


def _entered(array):
    return tinygrad.Tensor(np.ascontiguousarray(array))


class BatchNorm(Adapter):
    """The layer; running statistics take the unbiased variance, m = 1 divides by 0."""

    name = "tinygrad"
    caps = Caps(accumulate="any", least=2, concurrent=False)

    def _layer(self, x, gamma, beta, eps, mean=None, var=None, momentum=0.1):
        layer = nn.BatchNorm(x.shape[1], eps, momentum=momentum)
        one = np.ones(x.shape[1], x.dtype)
        layer.weight, layer.bias = (
            _entered(one if gamma is None else gamma),
            _entered(0 * one if beta is None else beta),
        )
        layer.running_mean, layer.running_var = (
            _entered(0 * one if mean is None else mean),
            _entered(one if var is None else var),
        )
        return layer

    def forward(self, x, gamma, beta, eps):
        with TRAINING:
            return {"y": self._layer(x, gamma, beta, eps)(_entered(x)).numpy()}

    def inference(self, x, gamma, beta, mean, var, eps):
        with EVALUATION:
            return {"y": self._layer(x, gamma, beta, eps, mean, var)(_entered(x)).numpy()}

    def backward(self, dy, x, gamma, beta, eps):
        with TRAINING:
            return self._gradients(dy, x, self._layer(x, gamma, beta, eps))

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        with EVALUATION:
            return self._gradients(dy, x, self._layer(x, gamma, None, eps, mean, var))

    def _gradients(self, dy, x, layer):
        x = _entered(x)
        found = layer(x).gradient(x, layer.weight, layer.bias, gradient=_entered(dy))
        return {name: each.numpy() for name, each in zip(("dx", "dgamma", "dbeta"), found, strict=True)}

    def update(self, x, running_mean, running_var, momentum):
        layer = self._layer(x, None, None, 1.0, running_mean, running_var, momentum)
        with TRAINING:
            layer(_entered(x)).realize()
            return {"running_mean": layer.running_mean.numpy(), "running_var": layer.running_var.numpy()}
