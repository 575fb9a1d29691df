"""PaddlePaddle, as an implementation under test: paddle.nn.functional.batch_norm, and paddle.grad."""

import importlib

import numpy as np

from ..interface.adapter import Adapter, Caps

paddle = importlib.import_module("paddle")
paddle.set_device("cpu")

FORMATS = {2: "NC", 3: "NCL", 4: "NCHW", 5: "NCDHW"}
GRADIENTS = ("dx", "dgamma", "dbeta")


class Function(Adapter):
    """The function; momentum is the weight of the old value."""

    name = "paddle"
    # The operator's eps and momentum are float32, for float64 data too. Backward passes in several threads at
    # once end the process: RunBackward is not safe there.
    caps = Caps(
        accumulate="any", least=1, variance="biased", weighs="old", attributes="float32", concurrent=False
    )

    def _layer(self, x, gamma, beta, eps, mean=None, var=None):
        """y, and what it is a function of; with mean and var, that of inference mode."""
        one = np.ones(x.shape[1], x.dtype)
        gamma, beta = one if gamma is None else gamma, 0 * one if beta is None else beta
        operands = [paddle.to_tensor(np.ascontiguousarray(each)) for each in (x, gamma, beta)]
        for each in operands:
            each.stop_gradient = False
        training = mean is None
        given = [paddle.to_tensor(each) for each in ((0 * one, one) if training else (mean, var))]
        y = paddle.nn.functional.batch_norm(
            operands[0], *given, *operands[1:],
            training=training, epsilon=eps, data_format=FORMATS[x.ndim],
        )  # fmt: skip
        return y, operands

    def forward(self, x, gamma, beta, eps):
        return {"y": self._layer(x, gamma, beta, eps)[0].numpy()}

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": self._layer(x, gamma, beta, eps, mean, var)[0].numpy()}

    def backward(self, dy, x, gamma, beta, eps):
        return self._gradients(dy, x, gamma, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._gradients(dy, x, gamma, eps, mean, var)

    def _gradients(self, dy, x, gamma, eps, *given):
        y, operands = self._layer(x, gamma, None, eps, *given)
        found = paddle.grad([y], operands, [paddle.to_tensor(np.ascontiguousarray(dy))])
        return {name: each.numpy() for name, each in zip(GRADIENTS, found, strict=True)}

    def update(self, x, running_mean, running_var, momentum):
        mean, var = paddle.to_tensor(running_mean), paddle.to_tensor(running_var)
        one = np.ones(x.shape[1], x.dtype)
        paddle.nn.functional.batch_norm(
            paddle.to_tensor(np.ascontiguousarray(x)), mean, var,
            paddle.to_tensor(one), paddle.to_tensor(0 * one),
            training=True, momentum=momentum, data_format=FORMATS[x.ndim],
        )  # fmt: skip
        return {"running_mean": mean.numpy(), "running_var": var.numpy()}
