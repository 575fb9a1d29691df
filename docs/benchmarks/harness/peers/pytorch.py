"""PyTorch's native kernels, without autograd, on NumPy's memory in the layout's own memory format."""

from functools import partial

import torch

from harness import environment
from harness.peers import crowd, steps
from harness.peers.base import Base, Bound
from harness.peers.tensors import array_of, tensor
from harness.timing import faster


class Peer(Base):
    name = "torch"
    halves = True

    def __init__(self):
        torch.set_num_threads(environment.threads())
        torch.set_grad_enabled(False)

    def forward(self, load, out):
        x, y, gamma, beta = (tensor(a, load) for a in (load.x, load.y, load.gamma, load.beta))
        call = _native(x, gamma, beta, None, None, True, load.eps, y if out else None)
        return Bound(call, lambda found: {"y": array_of(found[0], load), "mean": found[1].numpy()})

    def inference(self, load, out):
        x, y, gamma, beta, mean, var = (
            tensor(a, load) for a in (load.x, load.y, load.gamma, load.beta, load.mean, load.var)
        )
        call = _native(x, gamma, beta, mean, var, False, load.eps, y if out else None)
        return Bound(call, lambda found: {"y": array_of(found[0], load)})

    def backward(self, load, out, dy=None):
        x, dx, gamma = (tensor(a, load) for a in (load.x, load.dx, load.gamma))
        dy = tensor(load.dy, load) if dy is None else dy
        _, mean, rstd = torch.native_batch_norm(x, gamma, gamma, None, None, True, 0.0, load.eps)
        native = torch.ops.aten.native_batch_norm_backward
        arguments = dy, x, gamma, None, None, mean, rstd, True, load.eps, [True, True, True]
        call = partial(native.default, *arguments)
        if out:
            # the form with outputs computes a new dx and copies it: the faster of the two is taken
            call = faster(
                call, partial(native.out, *arguments, out0=dx, out1=mean.clone(), out2=mean.clone())
            )
        return Bound(
            call,
            lambda found: {
                "dx": array_of(found[0], load),
                "dgamma": found[1].numpy(),
                "dbeta": found[2].numpy(),
            },
        )

    def _fused_forward(self, load, out, add=False):
        bound = self.forward(load, out)
        residual = tensor(load.residual, load) if add else None

        def call():
            found = bound.call()
            if add:
                found[0].add_(residual)
            found[0].relu_()
            return found

        return Bound(call, bound.results)

    def forward_relu(self, load, out):
        return self._fused_forward(load, out)

    def forward_add_relu(self, load, out):
        return self._fused_forward(load, out, add=True)

    def _fused_backward(self, load, out, operation, results):
        dy, gated = (tensor(a, load) for a in (load.dy, load.dresidual))
        y = tensor(load.activated[operation], load)
        bound = self.backward(load, out, dy=gated)
        gate = partial(torch.ops.aten.threshold_backward.grad_input, dy, y, 0, grad_input=gated)

        def call():
            gate()
            return bound.call()

        return Bound(call, lambda found: bound.results(found) | results)

    def backward_relu(self, load, out):
        return self._fused_backward(load, out, "backward relu", {})

    def backward_add_relu(self, load, out):
        return self._fused_backward(load, out, "backward add relu", {"dresidual": load.dresidual})

    def layer(self, load, out):
        return steps.layer(load, out)

    def training_step(self, load, out):
        return steps.training(load, out)

    def training_step_fused(self, load, out):
        return steps.training(load, out, fused=True)

    def crowd(self, load, out):
        return crowd.bind("torch", load, out)


def _native(x, gamma, beta, mean, var, training, eps, y):
    """native_batch_norm in the faster of its two spellings."""
    arguments = x, gamma, beta, mean, var, training, 0.0, eps
    operator = torch.ops.aten.native_batch_norm
    if y is None:
        return faster(partial(torch.native_batch_norm, *arguments), partial(operator.default, *arguments))
    statistics = [torch.empty(gamma.shape[0] if training else 0, dtype=gamma.dtype) for _ in range(2)]
    return faster(
        partial(torch.native_batch_norm, *arguments, out=(y, *statistics)),
        partial(operator.out, *arguments, out=y, save_mean=statistics[0], save_invstd=statistics[1]),
    )
