"""torch.compile: what its code generator makes of a normalization with a relu, forward and backward.

Compiled are functions of tensors without autograd, which write into given memory: nothing of them is faster
with it. It needs a C++ compiler.
"""

import shutil
from functools import partial

import torch

from harness import environment
from harness.peers import steps
from harness.peers.base import Base, Bound, Unsupported
from harness.peers.tensors import array_of, tensor


class Peer(Base):
    name = "torch.compile"

    def __init__(self):
        if not (shutil.which("g++") or shutil.which("clang++")):
            raise ImportError("torch.compile needs a C++ compiler, found none")
        torch.set_num_threads(environment.threads())

    def _forward(self, load, out, add):
        x, y, gamma, beta = (tensor(a, load) for a in (load.x, load.y, load.gamma, load.beta))
        residual = tensor(load.residual, load) if add else None

        def run(x, gamma, beta, residual, y):
            found, mean, _ = torch.native_batch_norm(x, gamma, beta, None, None, True, 0.0, load.eps)
            if residual is not None:
                found = found + residual
            return _placed(found.relu(), y), mean

        call = partial(_compiled(run), x, gamma, beta, residual, y if out else None)
        return Bound(call, lambda found: {"y": array_of(found[0], load), "mean": found[1].numpy()})

    def forward_relu(self, load, out):
        return self._forward(load, out, add=False)

    def forward_add_relu(self, load, out):
        return self._forward(load, out, add=True)

    def _backward(self, load, out, operation, add):
        x, dy, dx, gamma, gated = (
            tensor(a, load) for a in (load.x, load.dy, load.dx, load.gamma, load.dresidual)
        )
        y = tensor(load.activated[operation], load)
        _, mean, rstd = torch.native_batch_norm(x, gamma, gamma, None, None, True, 0.0, load.eps)

        def run(dy, x, gamma, mean, rstd, y, dx, gated):
            dy = torch.ops.aten.threshold_backward(dy, y, 0)
            found, dgamma, dbeta = torch.ops.aten.native_batch_norm_backward(
                dy, x, gamma, None, None, mean, rstd, True, load.eps, [True, True, True]
            )
            return _placed(found, dx), dgamma, dbeta, _placed(dy, gated)

        places = dx if out else None, gated if add else None
        call = partial(_compiled(run), dy, x, gamma, mean, rstd, y, *places)

        def results(found):
            named = {"dx": array_of(found[0], load), "dgamma": found[1].numpy(), "dbeta": found[2].numpy()}
            return named | ({"dresidual": load.dresidual} if add else {})

        return Bound(call, results)

    def backward_relu(self, load, out):
        return self._backward(load, out, "backward relu", add=False)

    def backward_add_relu(self, load, out):
        return self._backward(load, out, "backward add relu", add=True)

    def training_step(self, load, out):
        return steps.training(load, out, compiled=True)

    def training_step_fused(self, load, out):
        raise Unsupported("torch.compile fuses what it can: its training step is raced once")


def _placed(found, place):
    return found if place is None else place.copy_(found)


def _compiled(function):
    """The function compiled for the extents that it is called with, and for no others."""
    torch._dynamo.reset()
    return torch.compile(function, dynamic=False, fullgraph=True)
