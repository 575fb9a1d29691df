"""Tensors as the arrays that the core works on: the same memory, on as many threads as torch may use."""

import functools
import sys
from collections.abc import Callable, Iterable
from typing import Any

import numpy
import torch
from torch import Tensor

import bncore

from .._stats import exact, rests
from ..checks import Array
from ..core import call
from . import _tensors

HALVES = (torch.float16, torch.bfloat16)

try:
    from ml_dtypes import bfloat16
except ImportError:
    # the numbers are the same without it: they are widened before, and rounded once at the end
    _WIDENED: tuple[torch.dtype, ...] = (torch.bfloat16,)
else:
    _WIDENED = ()


def array(tensor: Tensor | None) -> Any:
    """The memory of a tensor as an array; of bfloat16 without ml_dtypes, that of a copy in float32."""
    if tensor is None:
        return None
    tensor = tensor.detach()
    if tensor.dtype in _WIDENED:
        tensor = tensor.float()
    if tensor.dtype == torch.bfloat16:
        return tensor.view(torch.int16).numpy().view(bfloat16)
    return tensor.numpy()


def optional(vector: Tensor | None) -> Any:
    """The numbers of a vector of one number a channel, which may be absent, as the core takes them."""
    if vector is None:
        return None
    return (vector.float() if vector.dtype in HALVES else vector).detach().numpy()


class Result:
    """A tensor for a result, in torch's own memory, and the array for the core to write it into."""

    def __init__(self, like: Tensor) -> None:
        self.tensor = torch.empty_like(like)
        self.out = array(self.tensor)

    def written(self) -> Tensor:
        """The tensor, once `out` has been written."""
        if self.tensor.dtype in _WIDENED:
            self.tensor.copy_(torch.from_numpy(self.out))
        return self.tensor


def vectors(arrays: Iterable[Array], dtype: torch.dtype) -> list[Tensor]:
    """Arrays of one number a channel as tensors of this dtype, in memory of their own."""
    own = (torch.from_numpy(each) for each in arrays)
    return [each.clone() if each.dtype == dtype else each.to(dtype) for each in own]


def statistics(stats: bncore.Stats) -> Tensor:
    """What is known of each channel as one tensor of float64, of shape (3, C).

    The mean, what rounding took from it, and the biased variance.
    """
    return torch.from_numpy(numpy.stack((stats.mean, rests(stats), stats.var))).clone()


def stats_of(count: int, stats: Tensor, eps: float) -> bncore.Stats:
    """What `statistics` made a tensor of."""
    mean, rest, var = stats.detach().numpy()
    return exact(count, mean, rest, var, eps)


def count(x: Tensor) -> int:
    """m: the elements of one channel."""
    return x.numel() // x.shape[1] if x.shape[1] else 0


def untraced(function: Callable[..., Any]) -> Callable[..., Any]:
    """The function as torch.compile calls it, and does not look into it.

    torch.compiler.disable loads the compiler, which takes as long as all of torch: it is asked for when that
    has been loaded.
    """
    made: list[Callable[..., Any]] = []

    @functools.wraps(function)
    def called(*arguments: Any) -> Any:
        if "torch._dynamo" not in sys.modules:
            return function(*arguments)
        if not made:
            made.append(torch.compiler.disable(function))
        return made[0](*arguments)

    return called


def on_torchs_threads(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel on no more threads than torch may use."""

    @untraced
    @functools.wraps(kernel)
    def limited(*arguments: Any) -> Any:
        mine = bncore.get_num_threads()
        call.limit_threads(_tensors.threads())
        try:
            return kernel(*arguments)
        finally:
            call.limit_threads(mine)

    return limited
