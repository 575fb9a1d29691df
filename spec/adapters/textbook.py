"""The NumPy code of a typical course: everything in the data's own format, one line a node of the graph."""

import numpy as np

from ..interface.adapter import Adapter, Caps


class Textbook(Adapter):
    """Two-pass statistics and the compact backward pass, on x with the channels moved last."""

    name = "numpy"
    caps = Caps(accumulate="any", least=1)

    def _normalised(self, x, eps):
        axes = (0, *range(2, x.ndim))
        mean = x.mean(axis=axes, keepdims=True)
        var = ((x - mean) ** 2).mean(axis=axes, keepdims=True)
        rstd = 1 / np.sqrt(var + x.dtype.type(eps))
        return (x - mean) * rstd, mean.ravel(), var.ravel(), rstd, axes

    def forward(self, x, gamma, beta, eps):
        xhat, mean, var, _, _ = self._normalised(x, eps)
        return {"y": _scaled(xhat, gamma, beta), "mean": mean, "var": var}

    def backward(self, dy, x, gamma, beta, eps):
        xhat, _, _, rstd, axes = self._normalised(x, eps)
        dbeta, dgamma = dy.sum(axis=axes, keepdims=True), (dy * xhat).sum(axis=axes, keepdims=True)
        m = x.dtype.type(x.size // x.shape[1])
        dx = _scaled(rstd, gamma, None) * (dy - dbeta / m - xhat * (dgamma / m))
        return {"dx": dx, "dgamma": dgamma.ravel(), "dbeta": dbeta.ravel()}

    def inference(self, x, gamma, beta, mean, var, eps):
        rstd = 1 / np.sqrt(var + x.dtype.type(eps))
        return {"y": _scaled((x - _along(mean, x)) * _along(rstd, x), gamma, beta)}


def _along(value, x):
    """A value for each channel, shaped to meet x."""
    return value.reshape(1, -1, *(1,) * (x.ndim - 2))


def _scaled(value, gamma, beta):
    value = value if gamma is None else value * _along(gamma, value)
    return value if beta is None else value + _along(beta, value)
