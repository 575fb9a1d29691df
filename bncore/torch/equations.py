"""The equations in torch's own operations, in float64: what has every derivative, for the orders that the core has not."""

from collections.abc import Sequence
from typing import Any

import torch
from torch import Tensor


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


def gradients(dy: Tensor, x: Tensor, gamma: Tensor, eps: float) -> tuple[Tensor, ...]:
    """dx, dgamma and dbeta of training mode."""
    return _pull(lambda *of: normalized(*of, eps), (x, gamma, torch.zeros_like(gamma)), dy)


def gradients_by(
    dy: Tensor, x: Tensor, gamma: Tensor, mean: Tensor, var: Tensor, eps: float
) -> tuple[Tensor, ...]:
    """dx, dgamma and dbeta of inference mode."""
    return _pull(lambda *of: normalized_by(*of, mean, var, eps), (x, gamma, torch.zeros_like(gamma)), dy)


def second(
    ddx: Tensor, ddgamma: Tensor, ddbeta: Tensor, dy: Tensor, x: Tensor, gamma: Tensor, eps: float
) -> tuple[Tensor, ...]:
    """d_dy, d_x and d_gamma of training mode."""
    return _pull(lambda *of: gradients(*of, eps), (dy, x, gamma), (ddx, ddgamma, ddbeta))


def _along(vector: Tensor, x: Tensor) -> Tensor:
    # one number a channel beside x
    return vector.reshape(-1, *(1,) * (x.ndim - 2))


def _pull(function: Any, at: Sequence[Tensor], cotangents: Any) -> tuple[Tensor, ...]:
    pull = torch.func.vjp(function, *at)[1]
    found: tuple[Tensor, ...] = pull(cotangents)
    return found
