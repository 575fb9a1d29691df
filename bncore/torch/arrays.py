"""Tensors as the arrays that the core works on: the same memory, on as many threads as torch may use."""

import functools
from collections.abc import Callable, Iterable
from typing import Any

import numpy
import torch
from torch import Tensor

import bncore

from .._stats import exact, rests
from ..checks import Array
from ..core import call

# What the core computes in float32; half precision is widened before, and rounded once at the end.
HALVES = (torch.float16, torch.bfloat16)


def array(tensor: Tensor) -> Array:
    """The memory of a tensor as an array; that of a copy in float32 if it is of half precision."""
    tensor = tensor.detach()
    found: Array = (tensor.float() if tensor.dtype in HALVES else tensor).numpy()
    return found


def optional(tensor: Tensor | None) -> Array | None:
    """The same of a tensor that may be absent."""
    return None if tensor is None else array(tensor)


class Result:
    """A tensor for a result, in torch's own memory, and the array for the core to write it into."""

    def __init__(self, like: Tensor) -> None:
        self.tensor = torch.empty_like(like)
        self.out = array(self.tensor)
        self._rounded = like.dtype in HALVES

    def written(self) -> Tensor:
        """The tensor, once `out` has been written."""
        if self._rounded:
            self.tensor.copy_(torch.from_numpy(self.out))
        return self.tensor


def vectors(arrays: Iterable[Array], dtype: torch.dtype) -> list[Tensor]:
    """Arrays of one number a channel as tensors of this dtype, in memory of their own."""
    return [torch.empty(each.shape, dtype=dtype).copy_(torch.from_numpy(each)) for each in arrays]


def statistics(stats: bncore.Stats) -> Tensor:
    """What is known of each channel as one tensor of float64, of shape (3, C).

    The mean, what rounding took from it, and the biased variance.
    """
    return torch.from_numpy(numpy.stack((stats.mean, rests(stats), stats.var))).clone()


def stats_of(count: int, stats: Tensor, eps: float) -> bncore.Stats:
    """What `statistics` made a tensor of."""
    return exact(count, *stats.detach().numpy(), eps)


def count(x: Tensor) -> int:
    """m: the elements of one channel."""
    return x.numel() // x.shape[1] if x.shape[1] else 0


def on_torchs_threads(kernel: Callable[..., Any]) -> Callable[..., Any]:
    """The kernel on no more threads than torch may use."""

    @functools.wraps(kernel)
    def limited(*arguments: Any) -> Any:
        mine = bncore.get_num_threads()
        call.limit_threads(min(mine, torch.get_num_threads()))
        try:
            return kernel(*arguments)
        finally:
            call.limit_threads(mine)

    return limited
