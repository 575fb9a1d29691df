"""The equations in torch's own operations: they have derivatives of the orders that the core has not."""

from collections.abc import Callable, Sequence
from typing import Any

import torch
from torch import Tensor

Found = tuple[Tensor, ...]
Function = Callable[..., Found]


def normalized(x: Tensor, gamma: Tensor, beta: Tensor, eps: float) -> Tensor:
    """(9.38)-(9.41), the statistics those of x."""
    axes = [i for i in range(x.ndim) if i != 1]
    mean = x.mean(axes)
    var = (x - _along(mean, x)).square().mean(axes)
    return normalized_by(x, gamma, beta, mean, var, eps)


def normalized_by(x: Tensor, gamma: Tensor, beta: Tensor, mean: Tensor, var: Tensor, eps: float) -> Tensor:
    """(9.40) and (9.41), by given statistics."""
    rstd = (var + eps).rsqrt()
    return _along(gamma * rstd, x) * (x - _along(mean, x)) + _along(beta, x)


def gradients(dy: Tensor, x: Tensor, gamma: Tensor, eps: float) -> Found:
    """dx, dgamma and dbeta of training mode."""
    return _pull(
        lambda x, gamma, beta: normalized(x, gamma, beta, eps), (x, gamma, torch.zeros_like(gamma)), dy
    )


def gradients_by(dy: Tensor, x: Tensor, gamma: Tensor, mean: Tensor, var: Tensor, eps: float) -> Found:
    """dx, dgamma and dbeta of inference mode."""
    return _pull(
        lambda x, gamma, beta: normalized_by(x, gamma, beta, mean, var, eps),
        (x, gamma, torch.zeros_like(gamma)),
        dy,
    )


def second(
    ddx: Tensor, ddgamma: Tensor, ddbeta: Tensor, dy: Tensor, x: Tensor, gamma: Tensor, eps: float
) -> Found:
    """d_dy, d_x and d_gamma of training mode."""
    return _pull(lambda dy, x, gamma: gradients(dy, x, gamma, eps), (dy, x, gamma), (ddx, ddgamma, ddbeta))


class Derived(torch.autograd.Function):
    """A function in torch's own operations, and its derivatives as functions of this kind again.

    `Derived.apply(function, *tensors)`, where the function returns a tuple. Within `jvp` of an
    autograd.Function torch follows no forward mode that is further out, except through another of them.
    """

    generate_vmap_rule = True

    @staticmethod
    def forward(function: Function, *tensors: Tensor) -> Found:
        # no result may be what is saved, and autograd adds to results in place: none may repeat elements
        return tuple(each.clone(memory_format=torch.contiguous_format) for each in function(*tensors))

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        ctx.function, *tensors = inputs
        ctx.save_for_backward(*tensors)
        ctx.save_for_forward(*tensors)

    @staticmethod
    def backward(ctx: Any, *cotangents: Tensor) -> Any:
        return None, *pulled(ctx.function, ctx.saved_tensors, cotangents)

    @staticmethod
    def jvp(ctx: Any, _: None, *tangents: Tensor | None) -> Any:
        return pushed(ctx.function, ctx.saved_tensors, filled(tangents, ctx.saved_tensors))


def pulled(function: Function, at: Sequence[Tensor], cotangents: Sequence[Tensor]) -> Found:
    """The gradients of a function of tensors, by each of them: J'w."""

    def pull(*both: Tensor) -> Found:
        return _pull(function, both[: len(at)], both[len(at) :])

    return derived(pull, *at, *cotangents)


def pushed(function: Function, at: Sequence[Tensor], tangents: Sequence[Tensor]) -> Found:
    """The derivatives of a function of tensors along a direction: J t."""

    def push(*both: Tensor) -> Found:
        given, along = both[: len(at)], both[len(at) :]

        def pull(*cotangents: Tensor) -> Found:
            return _pull(function, given, cotangents)

        # J'w is linear in w, and J t is what t pulls back to by it; a forward mode in another is refused
        return _pull(pull, tuple(map(torch.zeros_like, function(*given))), along)

    return derived(push, *at, *tangents)


def plus(a: Tensor, b: Tensor) -> Tensor:
    """a + b, where an outer forward mode must not get lost."""
    return derived(lambda a, b: (a + b,), a, b)[0]


def derived(function: Function, *tensors: Tensor) -> Found:
    """The function of these tensors, with all derivatives."""
    found: Found = Derived.apply(function, *tensors)  # type: ignore[no-untyped-call]
    return found


def filled(tensors: Sequence[Tensor | None], like: Sequence[Tensor]) -> Found:
    """These tensors, and 0 where there is None; there may be more of them than `like` says."""
    return tuple(
        torch.zeros_like(other) if each is None else each for each, other in zip(tensors, like, strict=False)
    )


def _along(vector: Tensor, x: Tensor) -> Tensor:
    # one number a channel beside x
    return vector.reshape(-1, *(1,) * (x.ndim - 2))


def _pull(function: Any, at: Sequence[Tensor], cotangents: Any) -> Found:
    pull = torch.func.vjp(function, *at)[1]
    found: Found = pull(cotangents)
    return found
