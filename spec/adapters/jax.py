"""JAX, as an implementation under test, gradients by jax.vjp; and what its libraries of layers share."""

import importlib
from functools import partial

import numpy as np

from ..interface.adapter import Adapter, Caps
from ..oracle.derivatives import nested

jax = importlib.import_module("jax")
jax.config.update("jax_enable_x64", True)
DTYPES = ("float32", "float64", "float16", "bfloat16")


class Function(Adapter):
    """A function of x, gamma and beta; with mean and var, that of inference mode."""

    caps = Caps(dtypes=DTYPES, accumulate="any", least=1)

    def apply(self, x, gamma, beta, eps, mean=None, var=None):
        """y, in whatever dtype it comes."""
        raise NotImplementedError

    def _applied(self, x, *rest):
        return self.apply(x, *rest).astype(x.dtype)

    def forward(self, x, gamma, beta, eps):
        return {"y": np.asarray(self._applied(x, *parameters(x, gamma, beta), eps))}

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": np.asarray(self._applied(x, *parameters(x, gamma, beta), eps, mean, var))}

    def backward(self, dy, x, gamma, beta, eps):
        return self._pulled(dy, x, gamma, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._pulled(dy, x, gamma, eps, mean, var)

    def _pulled(self, dy, x, gamma, eps, *given):
        operands = x, *parameters(x, gamma, None)
        _, pull = jax.vjp(lambda *each: self._applied(*each, eps, *given), *operands)
        return dict(zip(("dx", "dgamma", "dbeta"), map(np.asarray, pull(dy)), strict=True))

    def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
        along = [each for each in (u, v, w) if each is not None]
        found = self._nested(nesting, dy, x, *parameters(x, gamma, None), eps, *along)
        return {"derivative": np.asarray(found)}

    @partial(jax.jit, static_argnums=(0, 1, 6))
    def _nested(self, nesting, dy, x, gamma, beta, eps, *along):
        def losses(x):
            return (dy * self._applied(x, gamma, beta, eps)).sum(_axes(x))

        def jvp(f, direction):
            return lambda x: jax.jvp(f, (x,), (direction,))[1]

        def grad(f, direction):
            return lambda x: (jax.grad(lambda x: f(x).sum())(x) * direction).sum(_axes(x))

        return nested(losses, nesting, {"jvp": jvp, "grad": grad}, along)(x)


class Numpy(Function):
    """The equations, as one writes them down in jax.numpy."""

    name = "jax-numpy"

    def apply(self, x, gamma, beta, eps, mean=None, var=None):
        wide = x.astype(gamma.dtype)
        mean = wide.mean(_axes(x)) if mean is None else mean
        off = wide - _along(mean, x)
        var = (off * off).mean(_axes(x)) if var is None else var
        return off * _along(gamma * jax.lax.rsqrt(var + eps), x) + _along(beta, x)


class Nn(Function):
    """jax.nn.standardize over all axes but the channel's, then scale and shift."""

    name = "jax"

    def apply(self, x, gamma, beta, eps, mean=None, var=None):
        given = {} if mean is None else {"mean": _along(mean, x), "variance": _along(var, x)}
        y = jax.nn.standardize(x, axis=_axes(x), epsilon=eps, **given)
        return y * _along(gamma, x) + _along(beta, x)


class Layer(Function):
    """A layer that keeps running statistics, as libraries on JAX write it: a subclass has `run`."""

    caps = Caps(dtypes=DTYPES, accumulate="any", least=1, variance="biased", weighs="old")

    def run(self, x, gamma, beta, eps, statistics, inference, momentum):
        """y, and the mean and the variance that are kept after it."""
        raise NotImplementedError

    def apply(self, x, gamma, beta, eps, mean=None, var=None):
        statistics = (np.zeros(gamma.shape, gamma.dtype),) * 2 if mean is None else (mean, var)
        return self.run(x, gamma, beta, eps, statistics, mean is not None, 0.0)[0]

    def forward(self, x, gamma, beta, eps):
        gamma, beta = parameters(x, gamma, beta)
        # without weight on the old ones, the statistics that are kept are those of the batch
        y, kept = self.run(x, gamma, beta, eps, (np.zeros_like(gamma),) * 2, False, 0.0)
        return {"y": np.asarray(y)} | dict(zip(("mean", "var"), map(np.asarray, kept), strict=True))

    def update(self, x, running_mean, running_var, momentum):
        one, zero = parameters(x, None, None)
        _, kept = self.run(x, one, zero, 1.0, (running_mean, running_var), False, momentum)
        return dict(zip(("running_mean", "running_var"), map(np.asarray, kept), strict=True))


def _axes(x):
    return (0, *range(2, x.ndim))


def _along(value, x):
    """A value for each channel, shaped to meet x."""
    return value.reshape(1, -1, *(1,) * (x.ndim - 2))


def parameters(x, gamma, beta):
    """gamma and beta, 1 and 0 where they are None."""
    dtype = np.promote_types(x.dtype, np.float32)
    gamma = np.ones(x.shape[1], dtype) if gamma is None else gamma
    return gamma, np.zeros(x.shape[1], dtype) if beta is None else beta
