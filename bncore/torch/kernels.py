"""The core's functions on tensors: the short way if they are dense, else through arrays of their memory."""

from typing import Any

import torch
from torch import Tensor

import bncore

from .. import checks, running
from . import _tensors
from .arrays import Result, array, optional, vectors


def forward(
    x: Tensor, gamma: Any, beta: Any, eps: float, residual: Any = None, relu: bool = False
) -> tuple[Tensor, bncore.Stats]:
    """y by the statistics of x, and these."""
    done: tuple[Tensor, bncore.Stats] | None = _tensors.forward(x, gamma, beta, residual, eps, relu)
    if done is not None:
        return done
    y = Result(x)
    of = array(x), optional(gamma), optional(beta)
    _, stats = bncore.forward(*of, eps=eps, residual=array(residual), relu=relu, out=y.out)
    return y.written(), stats


def backward(
    dy: Tensor, x: Tensor, gamma: Any, stats: bncore.Stats, y: Any = None, gated: bool = False
) -> tuple[Tensor, Tensor, Tensor, Tensor | None]:
    """dx, dgamma and dbeta, and dy as a relu whose result is y lets it through, if asked for."""
    done: tuple[Tensor, Tensor, Tensor, Tensor | None] | None
    done = _tensors.backward(dy, x, gamma, stats, y, gated)
    if done is not None:
        return done
    dx, through = Result(x), Result(x) if gated else None
    of, gate = (array(dy), array(x), optional(gamma), stats), None if through is None else through.out
    _, *sums = bncore.backward(*of, y=array(y), out=dx.out, residual_out=gate)
    dgamma, dbeta = vectors(sums, parameter(x, gamma))
    return dx.written(), dgamma, dbeta, None if through is None else through.written()


def inference(
    x: Tensor,
    gamma: Any,
    beta: Any,
    mean: Tensor,
    var: Tensor,
    eps: float,
    residual: Any = None,
    relu: bool = False,
) -> Tensor:
    """y by given statistics."""
    done: Tensor | None
    done = _tensors.inference(x, gamma, beta, mean, var, residual, eps, relu)
    if done is not None:
        return done
    y = Result(x)
    of = array(x), *map(optional, (gamma, beta, mean, var))
    bncore.inference(*of, eps=eps, residual=array(residual), relu=relu, out=y.out)
    return y.written()


def inference_backward(
    dy: Tensor, x: Tensor, gamma: Any, mean: Tensor, var: Tensor, eps: float
) -> tuple[Tensor, Tensor, Tensor]:
    """dx, dgamma and dbeta, where mean and var do not depend on x."""
    done: tuple[Tensor, Tensor, Tensor] | None
    done = _tensors.inference_backward(dy, x, gamma, mean, var, eps)
    if done is not None:
        return done
    dx = Result(x)
    of = array(dy), array(x), *map(optional, (gamma, mean, var))
    _, *sums = bncore.inference_backward(*of, eps=eps, out=dx.out)
    dgamma, dbeta = vectors(sums, parameter(x, gamma))
    return dx.written(), dgamma, dbeta


def double_backward(
    ddx: Any, ddgamma: Any, ddbeta: Any, dy: Tensor, x: Tensor, gamma: Any, stats: bncore.Stats
) -> tuple[Tensor, Tensor, Tensor]:
    """The gradients of `backward`: d_dy, d_x and d_gamma."""
    results = Result(x), Result(x)
    of = array(ddx), optional(ddgamma), optional(ddbeta), array(dy), array(x), optional(gamma), stats
    *_, d_gamma = bncore.double_backward(*of, out=tuple(each.out for each in results))
    d_dy, d_x = (each.written() for each in results)
    return d_dy, d_x, *vectors([d_gamma], parameter(x, gamma))


def update(mean: Tensor, var: Tensor, stats: bncore.Stats, momentum: float) -> None:
    """Let a batch of more than one element a channel enter running statistics, in place.

    They are computed in float64 and rounded once.
    """
    if not _tensors.update(mean, var, stats, momentum):
        before = running.Running(0, 0, *(each.detach().double().numpy() for each in (mean, var)))
        checks.variance("var", before.var, before.var.size)
        after = before.after(stats, running.Rule(momentum, unbiased=True))
        for each, value in (mean, after.mean), (var, after.var):
            each.detach().copy_(torch.from_numpy(value))
    torch.autograd.graph.increment_version((mean, var))


def parameter(x: Tensor, gamma: Tensor | None) -> torch.dtype:
    """The dtype of the gradients of gamma and beta."""
    return (x if gamma is None else gamma).dtype
