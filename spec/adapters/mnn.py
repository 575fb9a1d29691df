"""MNN, as an implementation under test: the layer of its training interface, MNN.nn.batch_norm."""

import importlib

import numpy as np

from ..interface.adapter import Adapter, Caps

expr = importlib.import_module("MNN.expr")
nn = importlib.import_module("MNN.nn")


class Layer(Adapter):
    """The layer on tensors of four axes; of training, forward alone: gradients need an optimizer."""

    name = "mnn"
    caps = Caps(
        dtypes=("float32",), accumulate="any", least=1, optional=False, variance="biased", weighs="old",
        attributes="float32", concurrent=False,
    )  # fmt: skip

    def _run(self, x, gamma, beta, eps, mean, var, training, momentum=0.0):
        """y, and the mean and the variance that are kept after it."""
        n, c, *_ = x.shape
        layer = nn.batch_norm(c, 4, momentum, eps)
        layer.load_parameters([_entered(each.reshape(1, c, 1, 1)) for each in (gamma, beta, var, mean)])
        layer.train(training)
        y = layer(expr.convert(_entered(x.reshape(n, c, -1, 1)), expr.NC4HW4))
        y = np.array(expr.convert(y, expr.NCHW).read()).reshape(x.shape)
        _, _, var, mean = (np.array(each.read()).ravel() for each in layer.parameters)
        return y, mean, var

    def forward(self, x, gamma, beta, eps):
        y, mean, var = self._run(x, gamma, beta, eps, 0 * gamma, 0 * gamma, True)
        return {"y": y, "mean": mean, "var": var}

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": self._run(x, gamma, beta, eps, mean, var, False)[0]}

    def update(self, x, running_mean, running_var, momentum):
        one = np.ones_like(running_mean)
        _, mean, var = self._run(x, one, 0 * one, 1.0, running_mean, running_var, True, momentum)
        return {"running_mean": mean, "running_var": var}


def _entered(array):
    return expr.const(np.ascontiguousarray(array, np.float32), list(array.shape), expr.NCHW)
