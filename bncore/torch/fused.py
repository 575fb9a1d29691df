"""The operators with a residual and a relu in the same pass, and their derivatives by the operators without.

y = max(BN(x) + residual, 0). Where y > 0 a relu lets through what comes back, elsewhere nothing. That does
not move, and so each derivative is one of the operators without a relu, of what it lets through.
"""

from typing import Any

import torch
from torch import Tensor

from . import equations, kernels
from .arrays import count, statistics, stats_of
from .operators import (
    Found,
    Operator,
    OperatorFunction,
    asked_for,
    backward,
    double_backward,
    forward,
    inference,
    inference_backward,
    one_a_channel,
)


class _ReluBackward(OperatorFunction):
    """dx, dgamma and dbeta of a forward with relu, and the residual's gradient, empty if not asked for."""

    schema = (
        "relu_backward(Tensor dy, Tensor x, Tensor? gamma, Tensor stats, Tensor y, float eps, bool residual) "
        "-> (Tensor, Tensor, Tensor, Tensor)"
    )
    given, found = "ttvtt..", "tvvt"

    @staticmethod
    def kernel(dy: Any, x: Any, gamma: Any, stats: Any, y: Any, eps: float, residual: bool) -> Found:
        own = stats_of(count(x), stats, eps)
        *found, through = kernels.backward(dy, x, gamma, own, y, residual)
        return *found, torch.empty_like(_nothing(x)) if through is None else through

    @staticmethod
    def shaped(dy: Any, x: Any, gamma: Any, stats: Any, y: Any, eps: float, residual: bool) -> Found:
        through = torch.empty_like(x if residual else _nothing(x))
        return torch.empty_like(x), one_a_channel(x, gamma), one_a_channel(x, gamma), through

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        *tensors, eps, ctx.residual = inputs
        OperatorFunction.keep(ctx, eps, *tensors)

    @staticmethod
    def backward(ctx: Any, ddx: Any, ddgamma: Any, ddbeta: Any, ddresidual: Any) -> Any:
        dy, x, gamma, stats, y = ctx.saved_tensors
        d_dy = ddresidual if ctx.residual else None
        d_x = d_gamma = None
        if ddx is not None or ddgamma is not None or ddbeta is not None:
            through, d_x, d_gamma = double_backward(
                ddx, ddgamma, ddbeta, let_through(dy, y), x, gamma, stats, ctx.eps
            )
            d_dy = through if d_dy is None else through + d_dy
        d_dy = None if d_dy is None else let_through(d_dy, y)
        return d_dy, d_x, None if gamma is None else d_gamma, None, None, None, None

    @staticmethod
    def jvp(ctx: Any, t_dy: Any, t_x: Any, t_gamma: Any, *_: Any) -> Any:
        dy, x, gamma, stats, y = ctx.saved_tensors
        t_through = None if t_dy is None else let_through(t_dy, y)
        derivatives = backward.function.along(
            t_through, t_x, t_gamma, let_through(dy, y), x, gamma, stats, eps=ctx.eps
        )
        like = x if ctx.residual else _nothing(x)
        of_residual = t_through if ctx.residual and t_through is not None else torch.zeros_like(like)
        return *derivatives, of_residual


class _FusedForward(OperatorFunction):
    """y by the statistics of x, and these, with a residual, a relu, or both."""

    schema = (
        "fused_forward(Tensor x, Tensor? gamma, Tensor? beta, Tensor? residual, float eps, bool relu) "
        "-> (Tensor, Tensor)"
    )
    given, found = "tvvt..", "tt"

    @staticmethod
    def kernel(x: Any, gamma: Any, beta: Any, residual: Any, eps: float, relu: bool) -> Found:
        y, stats = kernels.forward(x, gamma, beta, eps, residual, relu)
        return y, statistics(stats)

    @staticmethod
    def shaped(x: Any, gamma: Any, beta: Any, residual: Any, eps: float, relu: bool) -> Found:
        return torch.empty_like(x), x.new_empty((3, x.shape[1]), dtype=torch.float64)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x, gamma, beta, residual, eps, relu = inputs
        y, stats = output
        ctx.mark_non_differentiable(stats)
        ctx.beta, ctx.residual = None if beta is None else beta.dtype, residual is not None
        OperatorFunction.keep(ctx, eps, x, gamma, stats, y if relu else None)

    @staticmethod
    def backward(ctx: Any, dy: Any, _: Any) -> Any:
        if dy is None:
            return None, None, None, None, None, None
        x, gamma, stats, y = ctx.saved_tensors
        if y is None:
            (dx, dgamma, dbeta), dresidual = backward(dy, x, gamma, stats, ctx.eps), dy
        else:
            dx, dgamma, dbeta, dresidual = relu_backward(dy, x, gamma, stats, y, ctx.eps, ctx.residual)
        return (
            *asked_for(dx, dgamma, dbeta, gamma, ctx.beta),
            dresidual if ctx.residual else None,
            None,
            None,
        )

    @staticmethod
    def jvp(ctx: Any, t_x: Any, t_gamma: Any, t_beta: Any, t_residual: Any, *_: Any) -> Any:
        x, gamma, stats, y = ctx.saved_tensors
        t_y = forward.function.along(t_x, t_gamma, t_beta, x, gamma, stats, eps=ctx.eps)
        return _onwards(t_y, t_residual, y), None


class _FusedInference(OperatorFunction):
    """y by given statistics, with a residual, a relu, or both."""

    schema = (
        "fused_inference(Tensor x, Tensor? gamma, Tensor? beta, Tensor mean, Tensor var, Tensor? residual, "
        "float eps, bool relu) -> Tensor"
    )
    given, found = "tvvvvt..", "t"

    @staticmethod
    def kernel(
        x: Any, gamma: Any, beta: Any, mean: Any, var: Any, residual: Any, eps: float, relu: bool
    ) -> Tensor:
        return kernels.inference(x, gamma, beta, mean, var, eps, residual, relu)

    @staticmethod
    def shaped(
        x: Any, gamma: Any, beta: Any, mean: Any, var: Any, residual: Any, eps: float, relu: bool
    ) -> Tensor:
        return torch.empty_like(x)

    @staticmethod
    def setup_context(ctx: Any, inputs: Any, output: Any) -> None:
        x, gamma, beta, mean, var, residual, eps, relu = inputs
        ctx.beta, ctx.residual = None if beta is None else beta.dtype, residual is not None
        OperatorFunction.keep(ctx, eps, x, gamma, mean, var, output if relu else None)

    @staticmethod
    def backward(ctx: Any, dy: Any) -> Any:
        if dy is None:
            return (None,) * 8
        x, gamma, mean, var, y = ctx.saved_tensors
        through = dy if y is None else let_through(dy, y)
        dx, dgamma, dbeta = inference_backward(through, x, gamma, mean, var, ctx.eps)
        found = asked_for(dx, dgamma, dbeta, gamma, ctx.beta)
        return *found, None, None, through if ctx.residual else None, None, None

    @staticmethod
    def jvp(
        ctx: Any, t_x: Any, t_gamma: Any, t_beta: Any, t_mean: Any, t_var: Any, t_residual: Any, *_: Any
    ) -> Any:
        x, gamma, mean, var, y = ctx.saved_tensors
        t_y = inference.function.along(t_x, t_gamma, t_beta, x, gamma, mean, var, eps=ctx.eps)
        return _onwards(t_y, t_residual, y)


relu_backward = Operator(_ReluBackward)
fused_forward = Operator(_FusedForward)
fused_inference = Operator(_FusedInference)


def let_through(moving: Tensor, y: Tensor) -> Tensor:
    """What a relu whose result is y lets through."""
    return equations.derived(lambda moving, y: (torch.where(y > 0, moving, 0),), moving, y)[0]


def _onwards(t_y: Tensor, t_residual: Tensor | None, y: Tensor | None) -> Tensor:
    t_sum = t_y if t_residual is None else equations.plus(t_y, t_residual)
    return t_sum if y is None else let_through(t_sum, y)


def _nothing(x: Tensor) -> Tensor:
    return x[:0]
