"""MLX, as an implementation under test: mlx.nn.BatchNorm on its CPU device."""

import importlib

import numpy as np

from ..bounds import formats
from ..interface.adapter import Adapter, Caps

core = importlib.import_module("mlx.core")
nn = importlib.import_module("mlx.nn")
core.set_default_device(core.cpu)


def _entered(array):
    """The array as MLX's; bfloat16 by way of float32, which is exact."""
    if array.dtype.name == "bfloat16":
        return core.array(np.ascontiguousarray(array, np.float32)).astype(core.bfloat16)
    return core.array(np.ascontiguousarray(array), dtype=getattr(core, array.dtype.name))


def _array(found, dtype):
    """MLX's array as NumPy's, of this dtype."""
    if found.dtype == core.bfloat16:
        found = found.astype(core.float32)
    return np.array(found).astype(dtype)


class BatchNorm(Adapter):
    """The layer, on rows (N x pixels, C): it wants the channel last, and four axes at most."""

    name = "mlx"
    caps = Caps(
        dtypes=("float32", "float64", *formats.HALVES),
        accumulate="any",
        least=2,
        least_eps=np.finfo(np.float64).tiny,
        concurrent=False,
    )

    def _layer(self, x, gamma, beta, eps, statistics=None, momentum=0.1):
        layer = nn.BatchNorm(x.shape[1], eps, momentum, gamma is not None)
        if gamma is not None:
            layer.weight, layer.bias = _entered(gamma), _entered(beta)
        if statistics is not None:
            layer.running_mean, layer.running_var = map(_entered, statistics)
        return layer.train(statistics is None)

    def forward(self, x, gamma, beta, eps):
        layer = self._layer(x, *_parameters(x, gamma, beta), eps)
        return {"y": _planes(layer(_entered(_rows(x))), x)}

    def inference(self, x, gamma, beta, mean, var, eps):
        layer = self._layer(x, *_parameters(x, gamma, beta), eps, (mean, var))
        return {"y": _planes(layer(_entered(_rows(x))), x)}

    def backward(self, dy, x, gamma, beta, eps):
        return self._pulled(dy, x, gamma, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._pulled(dy, x, gamma, eps, (mean, var))

    def _pulled(self, dy, x, gamma, eps, *given):
        gamma, beta = _parameters(x, gamma, None)

        def apply(rows, weight, bias):
            layer = self._layer(x, gamma, beta, eps, *given)
            layer.weight, layer.bias = weight, bias
            return layer(rows)

        (y,), _ = core.vjp(apply, operands := [*map(_entered, (_rows(x), gamma, beta))], operands[:1])
        _, (dx, *rest) = core.vjp(apply, operands, [_entered(_rows(dy)).astype(y.dtype)])
        dgamma, dbeta = (_array(each, gamma.dtype) for each in rest)
        return {"dx": _planes(dx, x), "dgamma": dgamma, "dbeta": dbeta}

    def update(self, x, running_mean, running_var, momentum):
        layer = self._layer(x, None, None, 1.0, (running_mean, running_var), momentum).train()
        layer(_entered(_rows(x)))
        dtype = running_mean.dtype
        return {
            "running_mean": _array(layer.running_mean, dtype),
            "running_var": _array(layer.running_var, dtype),
        }


def _rows(x):
    return np.moveaxis(x, 1, -1).reshape(-1, x.shape[1])


def _planes(rows, x):
    n, c, *spatial = x.shape
    return np.moveaxis(_array(rows, x.dtype).reshape(n, *spatial, c), -1, 1)


def _parameters(x, gamma, beta):
    """gamma and beta, 1 and 0 where they are None."""
    dtype = formats.parameter(x.dtype)
    gamma = np.ones(x.shape[1], dtype) if gamma is None else gamma
    return gamma, np.zeros(x.shape[1], dtype) if beta is None else beta
