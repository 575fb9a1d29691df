"""PyTorch, as an implementation under test: the functional form, channels-last memory, and the module."""

import importlib

import numpy as np

from spec.adapter import Adapter, Caps
from spec.derivatives import nested

torch = importlib.import_module("torch")

# Tensors have no negative strides, and share no memory that is read-only or unaligned.
LAYOUTS = ("contiguous", "channels-last", "sliced", "permuted",
           "x channels-last", "dy channels-last", "dy broadcast")  # fmt: skip


def _tensor(array):
    """The array as a tensor on its own copy of the memory, strides kept; None as None."""
    if array is None:
        return None
    copy = np.lib.stride_tricks.as_strided(array, array.shape, array.strides)
    return torch.from_numpy(copy if copy.flags.writeable else copy.copy())


class Contiguous(Adapter):
    """torch.nn.functional.batch_norm; the gradients are those of its autograd."""

    name = "torch"
    # More than one element in training, and eps > 0, are required by the function itself.
    caps = Caps(accumulate="any", layouts=LAYOUTS, least=2, least_eps=np.finfo(np.float64).tiny)

    def _enter(self, array):
        return _tensor(array)

    def forward(self, x, gamma, beta, eps):
        x, gamma, beta = self._enter(x), _tensor(gamma), _tensor(beta)
        y = torch.nn.functional.batch_norm(x, None, None, gamma, beta, True, 0.0, eps)
        return {"y": y.numpy()}

    def inference(self, x, gamma, beta, mean, var, eps):
        x, *rest = self._enter(x), *(_tensor(each) for each in (mean, var, gamma, beta))
        return {"y": torch.nn.functional.batch_norm(x, *rest, False, 0.0, eps).numpy()}

    def backward(self, dy, x, gamma, beta, eps):
        return self._gradients(dy, x, gamma, None, None, True, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._gradients(dy, x, gamma, _tensor(mean), _tensor(var), False, eps)

    def _gradients(self, dy, x, gamma, mean, var, training, eps):
        x = self._enter(x).requires_grad_()
        gamma = np.ones(x.shape[1], x.detach().numpy().dtype) if gamma is None else gamma
        gamma = torch.tensor(gamma, requires_grad=True)
        beta = torch.zeros_like(gamma, requires_grad=True)
        y = torch.nn.functional.batch_norm(x, mean, var, gamma, beta, training, 0.0, eps)
        found = torch.autograd.grad(y, (x, gamma, beta), self._enter(dy))
        return dict(zip(("dx", "dgamma", "dbeta"), (each.numpy() for each in found), strict=True))

    def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
        axes = [axis for axis in range(x.ndim) if axis != 1]
        dy, gamma = self._enter(dy), _tensor(gamma)

        def losses(x):
            y = torch.nn.functional.batch_norm(x, None, None, gamma, None, True, 0.0, eps)
            return (dy * y).sum(axes)

        def jvp(f, direction):
            return lambda x: torch.func.jvp(f, (x,), (direction,))[1]

        def grad(f, direction):
            return lambda x: (torch.func.grad(lambda x: f(x).sum())(x) * direction).sum(axes)

        along = [self._enter(each) for each in (u, v, w) if each is not None]
        derivative = nested(losses, nesting, {"jvp": jvp, "grad": grad}, along)
        return {"derivative": derivative(self._enter(x)).numpy()}

    def update(self, x, running_mean, running_var, momentum):
        mean, var = (torch.tensor(each) for each in (running_mean, running_var))
        torch.nn.functional.batch_norm(self._enter(x), mean, var, None, None, True, momentum, 1.0)
        return {"running_mean": mean.numpy(), "running_var": var.numpy()}


class ChannelsLast(Contiguous):
    """The same on tensors in channels-last memory, which take other kernels."""

    name = "torch-channels-last"

    def _enter(self, array):
        formats = {4: torch.channels_last, 5: torch.channels_last_3d}
        tensor = _tensor(array)
        return tensor.contiguous(memory_format=formats.get(array.ndim, torch.contiguous_format))


class Module(Contiguous):
    """torch.nn.BatchNorm1d, 2d, 3d."""

    name = "torch-module"

    def _layer(self, x, gamma, beta, eps, momentum=0.1):
        kind = {
            2: torch.nn.BatchNorm1d,
            3: torch.nn.BatchNorm1d,
            4: torch.nn.BatchNorm2d,
            5: torch.nn.BatchNorm3d,
        }
        dtype = torch.from_numpy(np.empty(0, x.dtype)).dtype
        layer = kind[x.ndim](x.shape[1], eps=eps, momentum=momentum, dtype=dtype)
        with torch.no_grad():
            for parameter, value in ((layer.weight, gamma), (layer.bias, beta)):
                if value is not None:
                    parameter.copy_(torch.tensor(value))
        return layer

    def forward(self, x, gamma, beta, eps):
        return {"y": self._layer(x, gamma, beta, eps)(_tensor(x)).detach().numpy()}

    def inference(self, x, gamma, beta, mean, var, eps):
        layer = self._given(self._layer(x, gamma, beta, eps), mean, var).eval()
        return {"y": layer(_tensor(x)).detach().numpy()}

    def backward(self, dy, x, gamma, beta, eps):
        return self._through(self._layer(x, gamma, beta, eps), dy, x)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._through(self._given(self._layer(x, gamma, None, eps), mean, var).eval(), dy, x)

    def _through(self, layer, dy, x):
        x = _tensor(x).requires_grad_()
        found = torch.autograd.grad(layer(x), (x, layer.weight, layer.bias), _tensor(dy))
        return dict(zip(("dx", "dgamma", "dbeta"), (each.numpy() for each in found), strict=True))

    def _given(self, layer, mean, var):
        layer.running_mean.copy_(torch.tensor(mean))
        layer.running_var.copy_(torch.tensor(var))
        return layer

    def update(self, x, running_mean, running_var, momentum):
        layer = self._given(self._layer(x, None, None, 1.0, momentum), running_mean, running_var)
        layer(_tensor(x))
        return {"running_mean": layer.running_mean.numpy(), "running_var": layer.running_var.numpy()}
