"""Mutants of the residual and the rectifier behind the layer."""

import numpy as np

from ..adapters.plain import Plain
from ..oracle import EQUATION, channels, gated
from .mutant import of_kernel

MUTANTS = []
XHAT, Y, DBETA, DRESIDUAL = "(9.40)", "(9.41)", "d(9.41)/dbeta", EQUATION["dresidual"]


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


def _finished(name, equation, finish, seen=""):
    """A mutant that finishes y otherwise: `finish` is of y, the residual or None, and if it rectifies."""

    class Variant(Plain):
        def finished(self, y, residual, relu):
            rows = None if residual is None else channels(residual).astype(y.dtype)
            return finish(y, rows, relu)

    _mutant(name, equation, seen)(Variant)


def _added(y, residual, relu):
    return y if residual is None else y + residual


def _rectified(y, relu):
    return np.maximum(y, 0) if relu else y


def _leaky(y, relu):
    return np.maximum(y, y / 100) if relu else y


def _numbers(y, relu):
    return np.fmax(y, 0) if relu else y


_finished("a residual left out", Y, lambda y, residual, relu: _rectified(y, relu))
_finished("a residual subtracted", Y, lambda y, s, relu: _rectified(y if s is None else y - s, relu))
_finished(
    "a residual added behind the rectifier",
    Y,
    lambda y, residual, relu: _added(_rectified(y, relu), residual, relu),
)
_finished("a rectifier left out", Y, _added)
_finished("a rectifier that lets a hundredth through", Y, lambda y, s, relu: _leaky(_added(y, s, relu), relu))
_finished("a rectifier that makes 0 of a NaN", XHAT, lambda y, s, relu: _numbers(_added(y, s, relu), relu))


@_mutant("a residual scaled by gamma", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        if residual is not None and gamma is not None:
            residual = residual * gamma.reshape(1, -1, *(1,) * (x.ndim - 2))
        return super().forward(x, gamma, beta, eps, weights, residual, relu)


@_mutant("a rectifier left out in inference", Y)
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        return super().inference(x, gamma, beta, mean, var, eps, residual)


def _gate(name, gate, equation=DRESIDUAL, seen=""):
    """A mutant whose backward pass has another gate: `gate` is of dy, y and the residual."""

    class Variant(Plain):
        def gated(self, dy, y, residual):
            return gate(dy, y, residual)

    _mutant(name, equation, seen)(Variant)


_gate("a gate that is open", lambda dy, y, residual: dy)
_gate("a gate that is open at 0", lambda dy, y, residual: np.where(y >= 0, dy, 0).astype(dy.dtype))
_gate(
    "a gate of the layer alone",
    lambda dy, y, residual: gated(dy, y if residual is None else y - residual).astype(dy.dtype),
)
_gate("a gate of the sign of dy", lambda dy, y, residual: gated(dy, dy).astype(dy.dtype))


@_mutant("the gradient of the residual has passed no gate", DRESIDUAL)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)
        return found | {"dresidual": dy.copy()} if "dresidual" in found else found


@_mutant("the gradient of the residual is dx", DRESIDUAL)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)
        return found | {"dresidual": found["dx"].copy()} if "dresidual" in found else found


@_mutant("the sums of the backward pass have passed no gate", DBETA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)
        if not relu:
            return found
        sums = super().backward(dy, x, gamma, beta, eps, weights)
        return found | {name: sums[name] for name in ("dgamma", "dbeta")}
