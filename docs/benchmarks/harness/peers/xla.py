"""JAX on the CPU: the forward pass compiled by XLA, the backward pass by automatic differentiation.

XLA has no outputs to write into: its results are always new arrays.
"""

from functools import partial

import jax
import numpy

from harness.peers.base import Base, Bound, Unsupported


class Peer(Base):
    name = "jax"
    pool = "xla"
    writes = False

    def __init__(self):
        jax.config.update("jax_enable_x64", True)
        # the pool is made by the first computation
        jax.jit(lambda x: x @ x)(jax.numpy.ones((256, 256))).block_until_ready()

    def forward(self, load, out):
        x, gamma, beta = _given(out, load.x, load.gamma, load.beta)
        run = jax.jit(partial(_forward, eps=load.eps, axis=load.axis))
        call = _finished(run, x, gamma, beta)
        return Bound(call, lambda found: _named(("y", "mean", "var"), found))

    def inference(self, load, out):
        x, *numbers = _given(out, load.x, load.gamma, load.beta, load.mean, load.var)
        run = jax.jit(partial(_inference, eps=load.eps, axis=load.axis))
        return Bound(_finished(run, x, *numbers), lambda found: {"y": numpy.asarray(found)})

    def backward(self, load, out):
        dy, x, gamma, beta = _given(out, load.dy, load.x, load.gamma, load.beta)
        run = jax.jit(lambda *given: _forward(*given, eps=load.eps, axis=load.axis)[0])
        _, pull = jax.jit(partial(jax.vjp, run))(x, gamma, beta)
        call = _finished(jax.jit(lambda pull, dy: pull(dy)), pull, dy)
        return Bound(call, lambda found: _named(("dx", "dgamma", "dbeta"), found))


def _given(out, *arrays):
    if out:
        raise Unsupported("XLA's results are always new arrays")
    return [jax.dlpack.from_dlpack(array) for array in arrays]


def _named(names, found):
    return {name: numpy.asarray(array) for name, array in zip(names, found, strict=True)}


def _finished(run, *arguments):
    def call():
        return jax.block_until_ready(run(*arguments))

    return call


def _inference(x, gamma, beta, mean, var, *, eps, axis):
    wide = [-1 if i == axis % x.ndim else 1 for i in range(x.ndim)]
    scale = gamma * jax.lax.rsqrt(var + eps)
    return (x - mean.reshape(wide)) * scale.reshape(wide) + beta.reshape(wide)


def _forward(x, gamma, beta, *, eps, axis):
    # as Flax does it by default: E[x^2] - E[x]^2, which is the fastest there
    others = tuple(i for i in range(x.ndim) if i != axis % x.ndim)
    mean = x.mean(others)
    var = jax.numpy.maximum(0, (x * x).mean(others) - mean * mean)
    return _inference(x, gamma, beta, mean, var, eps=eps, axis=axis), mean, var
