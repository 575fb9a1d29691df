"""PyTorch, as an implementation under test: the functional form, channels-last memory, and the module."""

import importlib
from functools import partial

import numpy as np

from ..bounds import formats
from ..interface.adapter import Adapter, Caps
from ..oracle.derivatives import nested

torch = importlib.import_module("torch")

# Tensors have no negative strides, and share no memory that is read-only or unaligned.
LAYOUTS = ("contiguous", "channels-last", "samples-last", "sliced", "permuted", "numbers spaced",
           "x channels-last", "dy channels-last", "dy broadcast")  # fmt: skip
GRADIENTS = ("dx", "dgamma", "dbeta")


def _tensor(array):
    """The array as a tensor, strides kept; on its own memory if that is read-only. None as None."""
    if array is None:
        return None
    # a broadcast array is marked read-only, its memory is not
    array = np.lib.stride_tricks.as_strided(array, array.shape, array.strides)
    array = array if array.flags.writeable else array.copy()
    if array.dtype.name == "bfloat16":
        return torch.from_numpy(array.view(np.int16)).view(torch.bfloat16)
    return torch.from_numpy(array)


def _array(tensor):
    """The tensor as an array."""
    tensor = tensor.detach()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(formats.named("bfloat16"))
    return tensor.numpy()


def _operations(axes):
    """What derivatives are nested of: forward mode, and reverse mode contracted with a direction."""

    def jvp(f, direction):
        return lambda x: torch.func.jvp(f, (x,), (direction,))[1]

    def grad(f, direction):
        return lambda x: (torch.func.grad(lambda x: f(x).sum())(x) * direction).sum(axes)

    return {"jvp": jvp, "grad": grad}


class Contiguous(Adapter):
    """torch.nn.functional.batch_norm; the gradients are those of its autograd."""

    name = "torch"
    # More than one element in training, and eps > 0, are required by the function itself.
    caps = Caps(
        dtypes=("float32", "float64", *formats.HALVES),
        accumulate="any",
        layouts=LAYOUTS,
        least=2,
        least_eps=np.finfo(np.float64).tiny,
    )
    batch_norm = staticmethod(torch.nn.functional.batch_norm)

    def _enter(self, array):
        return _tensor(array)

    def layer(self, x, gamma, beta, eps, mean=None, var=None):
        """The layer as a function of x, and its parameters; with mean and var, that of inference mode."""
        gamma, beta, mean, var = (_tensor(each) for each in (gamma, beta, mean, var))
        return partial(
            self.batch_norm,
            running_mean=mean,
            running_var=var,
            weight=gamma,
            bias=beta,
            training=mean is None,
            momentum=0.0,
            eps=eps,
        ), (gamma, beta)

    def forward(self, x, gamma, beta, eps):
        layer, _ = self.layer(x, gamma, beta, eps)
        return {"y": _array(layer(self._enter(x)))}

    def inference(self, x, gamma, beta, mean, var, eps):
        layer, _ = self.layer(x, gamma, beta, eps, mean, var)
        return {"y": _array(layer(self._enter(x)))}

    def backward(self, dy, x, gamma, beta, eps):
        return self._gradients(dy, x, gamma, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._gradients(dy, x, gamma, eps, mean, var)

    def _gradients(self, dy, x, gamma, eps, *given):
        one = np.ones(x.shape[1], formats.parameter(x.dtype))
        layer, parameters = self.layer(x, one if gamma is None else gamma, 0 * one, eps, *given)
        operands = self._enter(x), *parameters
        for each in operands:
            each.requires_grad_()
        found = torch.autograd.grad(layer(operands[0]), operands, self._enter(dy))
        return dict(zip(GRADIENTS, map(_array, found), strict=True))

    def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
        axes = [axis for axis in range(x.ndim) if axis != 1]
        layer, _ = self.layer(x, gamma, None, eps)
        dy = self._enter(dy)
        along = [self._enter(each) for each in (u, v, w) if each is not None]

        def losses(x):
            return (dy * layer(x)).sum(axes)

        derivative = nested(losses, nesting, _operations(axes), along)
        return {"derivative": _array(derivative(self._enter(x)))}

    def jvp(self, v, x, gamma, eps):
        y, x, _ = self._normalized(x, gamma, eps)
        # J'w is linear in w, so the gradient of <J'w, v> by w is J v: reverse mode, twice
        w = torch.zeros_like(y, requires_grad=True)
        (back,) = torch.autograd.grad(y, x, w, create_graph=True)
        return {"jvp": torch.autograd.grad(back, w, self._enter(v))[0].numpy()}

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps):
        y, x, parameters = self._normalized(x, gamma, eps)
        dy = self._enter(dy).requires_grad_()
        first = torch.autograd.grad(y, (x, *parameters), dy, create_graph=True)
        given = self._enter(ddx), _tensor(ddgamma), _tensor(ddbeta)
        # for autograd a None is 1, where there is one number
        cotangents = [
            torch.zeros_like(of) if each is None else each for of, each in zip(first, given, strict=True)
        ]
        found = torch.autograd.grad(first, (dy, x, parameters[0]), cotangents)
        return dict(zip(("d_dy", "d_x", "d_gamma"), (each.numpy() for each in found), strict=True))

    def _normalized(self, x, gamma, eps):
        """y of training mode, and what it is a function of."""
        x = self._enter(x).requires_grad_()
        gamma = np.ones(x.shape[1], x.detach().numpy().dtype) if gamma is None else gamma
        gamma = torch.tensor(gamma, requires_grad=True)
        beta = torch.zeros_like(gamma, requires_grad=True)
        return self.batch_norm(x, None, None, gamma, beta, True, 0.0, eps), x, (gamma, beta)

    def update(self, x, running_mean, running_var, momentum):
        mean, var = (torch.tensor(each) for each in (running_mean, running_var))
        self.batch_norm(self._enter(x), mean, var, None, None, True, momentum, 1.0)
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
    modules = torch.nn

    def layer(self, x, gamma, beta, eps, mean=None, var=None, momentum=0.1):
        kind = {
            2: self.modules.BatchNorm1d,
            3: self.modules.BatchNorm1d,
            4: self.modules.BatchNorm2d,
            5: self.modules.BatchNorm3d,
        }
        dtype = _tensor(np.empty(0, formats.parameter(x.dtype))).dtype
        layer = kind[x.ndim](x.shape[1], eps=eps, momentum=momentum, dtype=dtype)
        given = {"weight": gamma, "bias": beta, "running_mean": mean, "running_var": var}
        with torch.no_grad():
            for name, value in given.items():
                if value is not None:
                    getattr(layer, name).copy_(_tensor(value))
        return layer.train(mean is None), (layer.weight, layer.bias)

    # The buffers that it writes to cannot be differentiated through; the functional form stands for both.
    derivative = None

    def update(self, x, running_mean, running_var, momentum):
        layer, _ = self.layer(x, None, None, 1.0, running_mean, running_var, momentum)
        layer.train()(self._enter(x))
        return {"running_mean": _array(layer.running_mean), "running_var": _array(layer.running_var)}


class Compiled(Contiguous):
    """The same function under torch.compile, with sizes that may change; derivatives once."""

    name = "torch-compile"
    batch_norm = staticmethod(torch.compile(torch.nn.functional.batch_norm, dynamic=True))
    # After 8 kinds of operands torch.compile would call the function as it is from then on, without a word.
    torch._dynamo.config.recompile_limit = torch._dynamo.config.accumulated_recompile_limit = 2**16
    torch._dynamo.config.fail_on_recompile_limit_hit = True
    derivative = jvp = double_backward = None


class Autocast(Contiguous):
    """The same under torch.autocast to bfloat16; backward after it, as its documentation says."""

    name = "torch-autocast"
    batch_norm = staticmethod(torch.autocast("cpu", dtype=torch.bfloat16)(torch.nn.functional.batch_norm))
    derivative = None
