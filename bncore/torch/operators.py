"""The core's functions as operators of PyTorch: torch.ops.bncore.forward, backward, and so on.

a. Each is one class: `kernel` computes, `shaped` says what kind of result that gives, `backward` and `jvp`
   are its derivatives. torch.library has them for autograd, torch.compile and torch.export; as an
   autograd.Function the same class takes part in forward mode and in the transforms of torch.func, which
   do not ask an operator for its derivatives.
b. The derivatives call operators again, so that they have derivatives in their turn. Beyond the second order,
   and beyond the first of inference, they are those of the equations in torch's own operations, in float64.
c. Statistics pass between operators as one float64 tensor of shape (3, C). Nothing is differentiated by it:
   what y owes to x through its statistics is part of the derivative by x.
d. vmap makes a batch of calls one call of more channels: no sum ever leaves a channel.
e. Rejected: torch.library.custom_op, whose wrapper looks at every call for aliases, for as long as a small
   batch takes, and which has no forward mode; a Function alone, which leaves nothing to export; C++, which
   ties a build to the ABI of another compiler.
"""

from collections.abc import Callable
from typing import Any

import torch
from torch import Tensor
from torch.autograd.forward_ad import unpack_dual

from . import equations, kernels
from .arrays import count, on_torchs_threads, statistics, stats_of, untraced
from .kernels import parameter

_library = torch.library.Library("bncore", "FRAGMENT")
# Results have the strides that `shaped` says only if the arguments have theirs.
_TAGS = (torch.Tag.pt2_compliant_tag, torch.Tag.needs_exact_strides)

Found = tuple[Tensor, ...]


class Operator:
    """The operator of a class, to be called in the form that takes part in what is going on."""

    def __init__(self, function: Any) -> None:
        name, _, signature = function.schema.partition("(")
        name = f"bncore::{name}"
        torch.library.define(name, f"({signature}", lib=_library, tags=_TAGS)
        torch.library.impl(name, "CPU", on_torchs_threads(function.kernel), lib=_library)
        torch.library.register_fake(name, function.shaped, lib=_library)
        torch.library.register_autograd(
            name, function.backward, setup_context=function.setup_context, lib=_library
        )
        torch.library.register_vmap(name, self._in_channels, lib=_library)
        self.operator = getattr(torch.ops.bncore, name.removeprefix("bncore::")).default
        self.function = function
        function.forward, function.vmap = staticmethod(self.operator), staticmethod(self._in_channels)

    def __call__(self, *arguments: Any) -> Any:
        if not torch.compiler.is_compiling() and (
            torch._C._are_functorch_transforms_active()
            or any(isinstance(each, Tensor) and unpack_dual(each).tangent is not None for each in arguments)
        ):
            return self.function.apply(*arguments)
        return self.operator(*arguments)

    def _in_channels(self, info: Any, in_dims: tuple[int | None, ...], *arguments: Any) -> Any:
        batch, given, found = info.batch_size, self.function.given, self.function.found
        results = self(*(fold(*each, batch) for each in zip(arguments, in_dims, given, strict=True)))
        if isinstance(results, Tensor):
            return unfold(results, found, batch), _place(found)
        return (
            tuple(unfold(*each, batch) for each in zip(results, found, strict=True)),
            tuple(map(_place, found)),
        )


def _place(kind: str) -> int:
    # of the channel
    return 1 if kind == "t" else 0


def fold(value: Any, dim: int | None, kind: str, batch: int) -> Any:
    """An argument with the axis of a batch of calls as a part of the channel's."""
    if not isinstance(value, Tensor):
        return value
    whole = value.expand(batch, *value.shape) if dim is None else value.movedim(dim, 0)
    place = _place(kind)
    return whole.movedim(0, place).flatten(place, place + 1)


def unfold(result: Tensor, kind: str, batch: int) -> Tensor:
    """A result with that axis by itself again, before the channel's."""
    return result.unflatten(_place(kind), (batch, -1))


class OperatorFunction(torch.autograd.Function):
    """What the operators have in common."""

    @staticmethod
    def keep(ctx: Any, eps: float, *tensors: Tensor | None) -> None:
        """Keep what the derivatives need. Those of results that are 0 come as None."""
        ctx.eps = eps
        ctx.set_materialize_grads(False)
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)


class _DoubleBackward(OperatorFunction):
    """The gradients of `backward`: d_dy, d_x and d_gamma."""

    schema = (
        "double_backward(Tensor? ddx, Tensor? ddgamma, Tensor? ddbeta, Tensor dy, Tensor x, Tensor? gamma, "
        "Tensor stats, float eps) -> (Tensor, Tensor, Tensor)"
    )
    given, found = "tvvttvt.", "ttv"

    @staticmethod
    def kernel(
        ddx: Any, ddgamma: Any, ddbeta: Any, dy: Any, x: Any, gamma: Any, stats: Any, eps: float
    ) -> Found:
        own = stats_of(count(x), stats, eps)
        return kernels.double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, own)

    @staticmethod
    def shaped(
        ddx: Any, ddgamma: Any, ddbeta: Any, dy: Any, x: Any, gamma: Any, stats: Any, eps: float
    ) -> Found:
        return torch.empty_like(x), torch.empty_like(x), one_a_channel(x, gamma)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        *tensors, _, eps = inputs
        OperatorFunction.keep(ctx, eps, *tensors)

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> Any:
        function, given, found = _third(ctx)
        gradients = equations.pulled(function, given, equations.filled(cotangents, found))
        return *_of_those(ctx.saved_tensors, gradients), None, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        function, given, _ = _third(ctx)
        return equations.pushed(function, given, equations.filled(tangents, given))


class _Backward(OperatorFunction):
    """The gradients of `forward`: dx, dgamma and dbeta."""

    schema = (
        "backward(Tensor dy, Tensor x, Tensor? gamma, Tensor stats, float eps) -> (Tensor, Tensor, Tensor)"
    )
    given, found = "ttvt.", "tvv"

    @staticmethod
    def kernel(dy: Any, x: Any, gamma: Any, stats: Any, eps: float) -> Found:
        return kernels.backward(dy, x, gamma, stats_of(count(x), stats, eps))[:3]

    @staticmethod
    def shaped(dy: Any, x: Any, gamma: Any, stats: Any, eps: float) -> Found:
        return torch.empty_like(x), one_a_channel(x, gamma), one_a_channel(x, gamma)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        *tensors, eps = inputs
        OperatorFunction.keep(ctx, eps, *tensors)

    @staticmethod
    def backward(ctx: Any, ddx: Any, ddgamma: Any, ddbeta: Any) -> Any:
        dy, x, gamma, stats = ctx.saved_tensors
        if ddx is None and ddgamma is None and ddbeta is None:
            return None, None, None, None, None
        d_dy, d_x, d_gamma = double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, stats, ctx.eps)
        return d_dy, d_x, None if gamma is None else d_gamma, None, None

    @staticmethod
    def jvp(ctx: Any, t_dy: Any, t_x: Any, t_gamma: Any, *_: Any) -> Any:
        return _Backward.along(t_dy, t_x, t_gamma, *ctx.saved_tensors, eps=ctx.eps)

    @staticmethod
    def along(
        t_dy: Any, t_x: Any, t_gamma: Any, dy: Any, x: Any, gamma: Any, stats: Any, *, eps: float
    ) -> Found:
        """How dx, dgamma and dbeta move where dy, x and gamma do; None for what does not."""
        if t_dy is None and t_x is None and t_gamma is None:
            zero = torch.zeros_like(one_a_channel(x, gamma))
            return torch.zeros_like(x), zero, zero
        if t_dy is not None:
            # it is linear in dy
            dx, dgamma, dbeta = backward(t_dy, x, gamma, stats, eps)
        if t_x is not None or t_gamma is not None:
            # dx, dgamma and dbeta are a gradient, so their Jacobian by x, gamma and beta is symmetric
            _, of_dx, of_dgamma = double_backward(t_x, t_gamma, None, dy, x, gamma, stats, eps)
            if t_dy is None:
                return of_dx, of_dgamma, torch.zeros_like(of_dgamma)
            dx, dgamma = equations.plus(dx, of_dx), equations.plus(dgamma, of_dgamma)
        return dx, dgamma, dbeta


class _Forward(OperatorFunction):
    """y by the statistics of x, and these."""

    schema = "forward(Tensor x, Tensor? gamma, Tensor? beta, float eps) -> (Tensor, Tensor)"
    given, found = "tvv.", "tt"

    @staticmethod
    def kernel(x: Any, gamma: Any, beta: Any, eps: float) -> Found:
        y, stats = kernels.forward(x, gamma, beta, eps)
        return y, statistics(stats)

    @staticmethod
    def shaped(x: Any, gamma: Any, beta: Any, eps: float) -> Found:
        return torch.empty_like(x), x.new_empty((3, x.shape[1]), dtype=torch.float64)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x, gamma, beta, eps = inputs
        _, stats = output
        ctx.mark_non_differentiable(stats)
        ctx.beta = None if beta is None else beta.dtype
        OperatorFunction.keep(ctx, eps, x, gamma, stats)

    @staticmethod
    def backward(ctx: Any, dy: Any, _: Any) -> Any:
        if dy is None:
            return None, None, None, None
        x, gamma, stats = ctx.saved_tensors
        dx, dgamma, dbeta = backward(dy, x, gamma, stats, ctx.eps)
        return *asked_for(dx, dgamma, dbeta, gamma, ctx.beta), None

    @staticmethod
    def jvp(ctx: Any, t_x: Any, t_gamma: Any, t_beta: Any, _: Any) -> Any:
        return _Forward.along(t_x, t_gamma, t_beta, *ctx.saved_tensors, eps=ctx.eps), None

    @staticmethod
    def along(t_x: Any, t_gamma: Any, t_beta: Any, x: Any, gamma: Any, stats: Any, *, eps: float) -> Tensor:
        """How y moves where x, gamma and beta do; None for what does not."""
        # the Jacobian by x is symmetric
        along_x = None if t_x is None else backward(t_x, x, gamma, stats, eps)[0]
        # what gamma and beta are multiplied with depends on x, by its statistics too
        return moved(along_x, lambda *of: forward(x, *of, eps)[0], x, t_gamma, t_beta)


class _InferenceBackward(OperatorFunction):
    """The gradients of `inference`: dx, dgamma and dbeta."""

    schema = (
        "inference_backward(Tensor dy, Tensor x, Tensor? gamma, Tensor mean, Tensor var, float eps) "
        "-> (Tensor, Tensor, Tensor)"
    )
    given, found = "ttvvv.", "tvv"

    @staticmethod
    def kernel(dy: Any, x: Any, gamma: Any, mean: Any, var: Any, eps: float) -> Found:
        return kernels.inference_backward(dy, x, gamma, mean, var, eps)

    @staticmethod
    def shaped(dy: Any, x: Any, gamma: Any, mean: Any, var: Any, eps: float) -> Found:
        return torch.empty_like(x), one_a_channel(x, gamma), one_a_channel(x, gamma)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        *tensors, eps = inputs
        OperatorFunction.keep(ctx, eps, *tensors)

    @staticmethod
    def backward(ctx: Any, *cotangents: Any) -> Any:
        function, given, found = _second_by(ctx)
        gradients = equations.pulled(function, given, equations.filled(cotangents, found))
        return *_of_those(ctx.saved_tensors[:3], gradients[:3]), None, None, None

    @staticmethod
    def jvp(ctx: Any, *tangents: Any) -> Any:
        function, given, _ = _second_by(ctx)
        return equations.pushed(function, given, equations.filled(tangents, given))


class _Inference(OperatorFunction):
    """y by given statistics."""

    schema = "inference(Tensor x, Tensor? gamma, Tensor? beta, Tensor mean, Tensor var, float eps) -> Tensor"
    given, found = "tvvvv.", "t"

    @staticmethod
    def kernel(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, eps: float) -> Tensor:
        return kernels.inference(x, gamma, beta, mean, var, eps)

    @staticmethod
    def shaped(x: Any, gamma: Any, beta: Any, mean: Any, var: Any, eps: float) -> Tensor:
        return torch.empty_like(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x, gamma, beta, mean, var, eps = inputs
        ctx.beta = None if beta is None else beta.dtype
        OperatorFunction.keep(ctx, eps, x, gamma, mean, var)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        if dy is None:
            return None, None, None, None, None, None
        x, gamma, mean, var = ctx.saved_tensors
        dx, dgamma, dbeta = inference_backward(dy, x, gamma, mean, var, ctx.eps)
        return *asked_for(dx, dgamma, dbeta, gamma, ctx.beta), None, None, None

    @staticmethod
    def jvp(ctx: Any, t_x: Any, t_gamma: Any, t_beta: Any, *_: Any) -> Any:
        return _Inference.along(t_x, t_gamma, t_beta, *ctx.saved_tensors, eps=ctx.eps)

    @staticmethod
    def along(
        t_x: Any, t_gamma: Any, t_beta: Any, x: Any, gamma: Any, mean: Any, var: Any, *, eps: float
    ) -> Tensor:
        """How y moves where x, gamma and beta do; None for what does not."""
        along_x = None if t_x is None else inference_backward(t_x, x, gamma, mean, var, eps)[0]
        return moved(along_x, lambda *of: inference(x, *of, mean, var, eps), x, t_gamma, t_beta)


forward = Operator(_Forward)
backward = Operator(_Backward)
double_backward = Operator(_DoubleBackward)
inference = Operator(_Inference)
inference_backward = Operator(_InferenceBackward)


# Of several operators.


def one_a_channel(x: Tensor, gamma: Tensor | None) -> Tensor:
    """Room for one of them."""
    return x.new_empty(x.shape[1], dtype=parameter(x, gamma))


def asked_for(dx: Any, dgamma: Any, dbeta: Any, gamma: Any, beta: torch.dtype | None) -> Any:
    """The gradients of those that were given."""
    return dx, None if gamma is None else dgamma, None if beta is None else dbeta.to(beta)


def moved(along_x: Any, layer: Any, x: Any, t_gamma: Any, t_beta: Any) -> Any:
    """How y moves: along_x as x does, by xhat as gamma does, and as beta does."""
    if t_gamma is None and t_beta is None:
        return torch.zeros_like(x) if along_x is None else along_x
    along_parameters = layer(torch.zeros_like(t_beta) if t_gamma is None else t_gamma, t_beta)
    return along_parameters if along_x is None else equations.plus(along_x, along_parameters)


def _third(ctx: Any) -> Any:
    # `double_backward` by the equations, what it is a function of, and the likes of what it gives
    *given, gamma = ctx.saved_tensors
    x = given[-1]
    one = torch.ones_like(one_a_channel(x, gamma))
    given = (*equations.filled(given, (x, one, one, x, x)), one if gamma is None else gamma)
    return _wide(equations.second, ctx.eps, (x, x, one)), given, (x, x, one)


def _second_by(ctx: Any) -> Any:
    # the same of `inference_backward`
    dy, x, gamma, mean, var = ctx.saved_tensors
    one = torch.ones_like(one_a_channel(x, gamma))
    given = (dy, x, one if gamma is None else gamma, mean, var)
    return _wide(equations.gradients_by, ctx.eps, (x, one, one)), given, (x, one, one)


def _wide(function: Any, eps: float, found: Found) -> Callable[..., Found]:
    # computed in float64, and rounded to the types of what is found
    types = [each.dtype for each in found]

    def wide(*tensors: Tensor) -> Found:
        results = function(*(each.double() for each in tensors), eps)
        return tuple(each.to(dtype) for each, dtype in zip(results, types, strict=True))

    return wide


def _of_those(given: Any, gradients: Found) -> list[Tensor | None]:
    return [None if each is None else gradient for each, gradient in zip(given, gradients, strict=True)]


# The running statistics, which are written in place.

torch.library.define(
    "bncore::update",
    "(Tensor(a!) running_mean, Tensor(b!) running_var, Tensor stats, SymInt m, float momentum) -> ()",
    lib=_library,
    tags=_TAGS,
)


@torch.library.impl("bncore::update", "CPU", lib=_library)
@untraced
def _update(running_mean: Tensor, running_var: Tensor, stats: Tensor, m: int, momentum: float) -> None:
    if m < 2:
        # a batch of nothing; one element has no unbiased variance
        return
    kernels.update(running_mean, running_var, stats_of(m, stats, 0.0), momentum)


@torch.library.register_fake("bncore::update", lib=_library)
def _updated(running_mean: Any, running_var: Any, stats: Any, m: int, momentum: float) -> None:
    return None


@torch.library.register_vmap("bncore::update", lib=_library)
def _update_each(
    info: Any, in_dims: Any, running_mean: Any, running_var: Any, stats: Any, m: int, momentum: float
) -> tuple[None, None]:
    if in_dims[0] is None or in_dims[1] is None:
        raise RuntimeError(
            "running_mean and running_var must be batched in vmap where the input is, since they are updated "
            "in place; found one for all"
        )
    buffers = [
        fold(each, dim, "v", info.batch_size)
        for each, dim in zip((running_mean, running_var), in_dims, strict=False)
    ]
    update(*buffers, fold(stats, in_dims[2], "t", info.batch_size), m, momentum)
    for buffer, dim, flat in zip((running_mean, running_var), in_dims, buffers, strict=False):
        buffer.copy_(unfold(flat, "v", info.batch_size).movedim(0, dim))
    return None, None


update = torch.ops.bncore.update.default
