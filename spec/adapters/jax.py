"""JAX, as an implementation under test: jax.nn.standardize with gamma and beta, gradients by jax.vjp."""

import importlib
from functools import partial

import numpy as np

from spec.adapter import Adapter, Caps
from spec.derivatives import nested

jax = importlib.import_module("jax")
jax.config.update("jax_enable_x64", True)


class Nn(Adapter):
    """Standardize over all axes but the channel's, then scale and shift."""

    name = "jax"
    caps = Caps(accumulate="any", least=1)

    def _apply(self, x, gamma, beta, eps, **given):
        axes = (0, *range(2, x.ndim))
        y = jax.nn.standardize(x, axis=axes, epsilon=eps, **given)
        return y * _along(gamma, x) + _along(beta, x)

    def forward(self, x, gamma, beta, eps):
        return {"y": np.asarray(self._apply(x, *_parameters(x, gamma, beta), eps))}

    def inference(self, x, gamma, beta, mean, var, eps):
        given = {"mean": _along(mean, x), "variance": _along(var, x)}
        return {"y": np.asarray(self._apply(x, *_parameters(x, gamma, beta), eps, **given))}

    def backward(self, dy, x, gamma, beta, eps):
        return self._pulled(dy, x, gamma, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._pulled(dy, x, gamma, eps, mean=_along(mean, x), variance=_along(var, x))

    def _pulled(self, dy, x, gamma, eps, **given):
        parameters = _parameters(x, gamma, None)
        _, pull = jax.vjp(lambda *operands: self._apply(*operands, eps, **given), x, *parameters)
        return dict(zip(("dx", "dgamma", "dbeta"), map(np.asarray, pull(dy)), strict=True))

    def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
        along = [each for each in (u, v, w) if each is not None]
        found = self._nested(nesting, dy, x, *_parameters(x, gamma, None), eps, *along)
        return {"derivative": np.asarray(found)}

    @partial(jax.jit, static_argnums=(0, 1))
    def _nested(self, nesting, dy, x, gamma, beta, eps, *along):
        axes = (0, *range(2, x.ndim))

        def losses(x):
            return (dy * self._apply(x, gamma, beta, eps)).sum(axes)

        def jvp(f, direction):
            return lambda x: jax.jvp(f, (x,), (direction,))[1]

        def grad(f, direction):
            return lambda x: (jax.grad(lambda x: f(x).sum())(x) * direction).sum(axes)

        return nested(losses, nesting, {"jvp": jvp, "grad": grad}, along)(x)


def _along(value, x):
    """A value for each channel, shaped to meet x."""
    return value.reshape(1, -1, *(1,) * (x.ndim - 2))


def _parameters(x, gamma, beta):
    """gamma and beta, 1 and 0 where they are None."""
    gamma = np.ones(x.shape[1], x.dtype) if gamma is None else gamma
    return gamma, np.zeros(x.shape[1], x.dtype) if beta is None else beta
