"""Batch normalization as a function of tensors, in the place of torch.nn.functional.batch_norm."""

import math

import torch
from torch import Tensor

from . import _eager
from .arrays import HALVES, count
from .fused import fused_forward, fused_inference
from .operators import forward, inference, update


def batch_norm(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None = None,
    bias: Tensor | None = None,
    training: bool = False,
    momentum: float = 0.1,
    eps: float = 1e-5,
    *,
    residual: Tensor | None = None,
    relu: bool = False,
) -> Tensor:
    """Normalize a batch, as torch.nn.functional.batch_norm does: (9.38)-(9.41).

    With a residual and relu=True it is y = max(that + residual, 0), in the same pass.
    It has derivatives of every order, backward and forward, works under torch.compile, torch.export,
    torch.func and autocast, and keeps the layout of the input. The running statistics are computed in
    float64 and rounded once; with momentum 0 they stay what they are, and with 1 they become the batch's.

    Parameters
    ----------
    input : tensor on the CPU of shape (N, C) or (N, C, ...), of float32, float64, bfloat16 or float16.
    running_mean, running_var : tensors of shape (C,), or None for both. In training they are updated in
        place, running_var by the unbiased variance; else the input is normalized by them.
    weight, bias : tensors of shape (C,): gamma and beta, or None for 1 and 0.
    training : bool. Whether the statistics are those of the input.
    momentum : float. The weight of the new batch in the running statistics.
    eps : float, finite; positive in training, else not negative.
    residual : tensor of the input's shape and dtype, in any layout, or None for 0.
    relu : bool. Whether what is below 0 becomes 0; a NaN stays.

    The vectors have the dtype of the input; beside an input of half precision they may be float32.

    Returns
    -------
    tensor of the input's shape and dtype, in its layout.

    Raises
    ------
    TypeError
        If an argument is not of its type.
    ValueError
        If there is one element a channel in training, a variance is negative, eps is not as above, or one of
        the running statistics is given without the other.
    RuntimeError, IndexError, NotImplementedError
        If there are no running statistics outside training, or a tensor is not as above. Nothing has been
        written in any case.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> x = torch.tensor([[1.0], [3.0]], requires_grad=True)
    >>> y = bncore.torch.batch_norm(x, None, None, training=True)
    >>> y.detach().round(decimals=3).ravel()
    tensor([-1.,  1.])
    >>> y[1, 0].backward()
    >>> x.grad.abs().max().item() < 1e-5
    True

    Source: equations (9.38), (9.39), (9.40) and (9.41).
    """
    if not torch.compiler.is_compiling():
        done: Tensor | None = _eager.batch_norm(
            input, running_mean, running_var, weight, bias, training, momentum, eps, residual, relu
        )
        if done is not None:
            return done
    eps, momentum = check(input, running_mean, running_var, weight, bias, training, momentum, eps, residual)
    if input.ndim == 1:
        # torch takes an empty one
        return input.clone()
    given = running_mean is not None and running_var is not None
    fused = relu or residual is not None
    if training or not input.numel():
        if fused:
            y, stats = fused_forward(input, weight, bias, residual, eps, relu)
        else:
            y, stats = forward(input, weight, bias, eps)
        if training and given:
            update(running_mean, running_var, stats, count(input), momentum)
        return y
    if fused:
        return fused_inference(input, weight, bias, running_mean, running_var, residual, eps, relu)
    return inference(input, weight, bias, running_mean, running_var, eps)


def check(
    input: Tensor,
    running_mean: Tensor | None,
    running_var: Tensor | None,
    weight: Tensor | None,
    bias: Tensor | None,
    training: bool,
    momentum: float,
    eps: float,
    residual: Tensor | None = None,
    alone: bool = True,
) -> tuple[float, float]:
    """Refuse what torch refuses, with an error of its kind; eps and momentum as floats.

    If it is not alone, the input may have one element a channel: others have more.
    """
    vectors = {"running_mean": running_mean, "running_var": running_var, "weight": weight, "bias": bias}
    _check_tensors(input, residual=residual, **vectors)
    for name, number in ("momentum", momentum), ("eps", eps):
        if number is None or isinstance(number, str):
            raise TypeError(f"{name} must be a number, found {type(number).__name__}")
    eps, momentum = float(eps), float(momentum)
    if input.ndim == 1 and not input.numel():
        return eps, momentum
    if input.ndim < 2:
        raise IndexError(f"input must have at least 2 dimensions, found shape {list(input.shape)}")
    _check_vectors(input, **vectors)
    if residual is not None and (residual.shape != input.shape or residual.dtype != input.dtype):
        raise RuntimeError(
            f"residual must have the input's shape and dtype, {list(input.shape)} and {input.dtype}, "
            f"found {list(residual.shape)} and {residual.dtype}"
        )
    if training and alone and math.prod((input.shape[0], *input.shape[2:])) == 1:
        raise ValueError(
            f"input must have more than 1 value per channel when training, found shape {list(input.shape)}"
        )
    if training and (running_mean is None) != (running_var is None):
        raise ValueError("running_mean and running_var must both be None or neither, found one of them None")
    if not eps > 0 if training else not eps >= 0:
        raise ValueError(f"eps must be {'positive' if training else 'not negative'}, found {eps}")
    if not training and input.numel() and (running_mean is None or running_var is None):
        raise RuntimeError("running_mean and running_var must be given in evaluation mode, found None")
    return eps, momentum


def _check_tensors(input: Tensor, **vectors: Tensor | None) -> None:
    if not isinstance(input, Tensor):
        raise TypeError(f"input must be a tensor, found {type(input).__name__}")
    if input.dtype not in (torch.float32, torch.float64, *HALVES):
        raise NotImplementedError(
            f"input must be of float32, float64, bfloat16 or float16, found {input.dtype}"
        )
    for name, vector in vectors.items():
        if vector is not None and not isinstance(vector, Tensor):
            raise TypeError(f"{name} must be a tensor or None, found {type(vector).__name__}")


def _check_vectors(input: Tensor, **vectors: Tensor | None) -> None:
    for name, vector in vectors.items():
        if vector is None:
            continue
        if vector.shape != (input.shape[1],):
            raise RuntimeError(
                f"{name} must have shape [{input.shape[1]}], one number a channel, found {list(vector.shape)}"
            )
        if vector.dtype != input.dtype and not (input.dtype in HALVES and vector.dtype == torch.float32):
            raise RuntimeError(
                f"{name} must have the dtype of the input, {input.dtype}, found {vector.dtype}"
            )
        if name.startswith("running") and vector.requires_grad:
            raise RuntimeError(f"{name} must not require a gradient: nothing is differentiated by it")
