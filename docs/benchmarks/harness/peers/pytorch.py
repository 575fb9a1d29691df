"""PyTorch's native kernels, without autograd, on NumPy's memory in the layout's own memory format."""

from functools import partial

import numpy
import torch

from harness import environment
from harness.peers.base import Base, Bound
from harness.timing import faster


class Peer(Base):
    name = "torch"

    def __init__(self):
        torch.set_num_threads(environment.threads())
        torch.set_grad_enabled(False)

    def forward(self, load, out):
        x, y, gamma, beta = (_tensor(a, load) for a in (load.x, load.y, load.gamma, load.beta))
        call = _native(x, gamma, beta, None, None, True, load.eps, y if out else None)
        return Bound(call, lambda found: {"y": _array(found[0], load), "mean": found[1].numpy()})

    def inference(self, load, out):
        x, y, gamma, beta, mean, var = (
            _tensor(a, load) for a in (load.x, load.y, load.gamma, load.beta, load.mean, load.var)
        )
        call = _native(x, gamma, beta, mean, var, False, load.eps, y if out else None)
        return Bound(call, lambda found: {"y": _array(found[0], load)})

    def backward(self, load, out):
        x, dy, dx, gamma = (_tensor(a, load) for a in (load.x, load.dy, load.dx, load.gamma))
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
                "dx": _array(found[0], load),
                "dgamma": found[1].numpy(),
                "dbeta": found[2].numpy(),
            },
        )


def _native(x, gamma, beta, mean, var, training, eps, y):
    """native_batch_norm in the faster of its two spellings."""
    arguments = x, gamma, beta, mean, var, training, 0.0, eps
    operator = torch.ops.aten.native_batch_norm
    if y is None:
        return faster(partial(torch.native_batch_norm, *arguments), partial(operator.default, *arguments))
    statistics = [torch.empty(gamma.shape[0] if training else 0, dtype=x.dtype) for _ in range(2)]
    return faster(
        partial(torch.native_batch_norm, *arguments, out=(y, *statistics)),
        partial(operator.out, *arguments, out=y, save_mean=statistics[0], save_invstd=statistics[1]),
    )


def _tensor(array, load):
    """A tensor on the array's memory, of shape (N, C, ...); a channels-last sequence as images of one row."""
    tensor = torch.from_numpy(array)
    if tensor.ndim == 1 or load.axis == 1:
        return tensor
    if tensor.ndim == 3:
        tensor = tensor.unsqueeze(1)
    return tensor.movedim(-1, 1)


def _array(tensor, load):
    if load.axis == 1:
        return tensor.numpy()
    return numpy.moveaxis(tensor.numpy(), 1, -1).reshape(load.x.shape)
