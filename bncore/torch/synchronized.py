"""Batch normalization of a batch that is spread over the processes of torch.distributed, on the CPU."""

from typing import Any

import torch
import torch.distributed
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import Module
from torch.nn.modules.batchnorm import _BatchNorm

import bncore

from ..halves import GradientSums
from ..merging import Sums
from . import modules
from .arrays import Result, array, on_torchs_threads, optional, statistics, stats_of, vectors
from .converting import exchanged
from .functional import batch_norm, check
from .operators import parameter, update

Group = Any


class _OfAll(torch.autograd.Function):
    """y of this process's part by the statistics of all; also these, and the count of all."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Any, beta: Any, eps: float, group: Group) -> Any:
        m, y, numbers = _forward(x, gamma, beta, eps, group)
        ctx.save_for_backward(x, gamma, numbers)
        ctx.m, ctx.eps, ctx.group, ctx.beta = m, eps, group, None if beta is None else beta.dtype
        ctx.mark_non_differentiable(numbers)
        return y, numbers, m

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor, *_: Any) -> Any:
        x, gamma, numbers = ctx.saved_tensors
        dx, dgamma, dbeta = _backward(dy, x, gamma, ctx.m, numbers, ctx.eps, ctx.group)
        return (
            dx,
            None if gamma is None else dgamma,
            None if ctx.beta is None else dbeta.to(ctx.beta),
            None,
            None,
        )


@on_torchs_threads
def _forward(x: Tensor, gamma: Any, beta: Any, eps: float, group: Group) -> tuple[int, Tensor, Tensor]:
    shards = _gathered(bncore.sums(array(x)).array(), group)
    stats = bncore.merge(*map(Sums.from_array, shards)).stats(eps)
    if stats.count == 1:
        raise ValueError("input must have more than 1 value per channel in all processes together, found 1")
    y = Result(x)
    bncore.normalize(array(x), optional(gamma), optional(beta), stats, out=y.out)
    return int(stats.count), y.written(), statistics(stats)


@on_torchs_threads
def _backward(
    dy: Tensor, x: Tensor, gamma: Any, m: int, numbers: Tensor, eps: float, group: Group
) -> tuple[Tensor, Tensor, Tensor]:
    stats = stats_of(m, numbers, eps)
    own = bncore.gradient_sums(array(dy), array(x), stats)
    first, *others = (GradientSums.from_array(each, stats) for each in _gathered(own.array(), group))
    for each in others:
        first = first + each
    dx = Result(x)
    bncore.gradient(array(dy), array(x), optional(gamma), stats, first, out=dx.out)
    # those of gamma and beta are this process's own: DistributedDataParallel adds them up
    return dx.written(), *vectors((own.dgamma, own.dbeta), parameter(x, gamma))


def _gathered(numbers: Any, group: Group) -> list[Any]:
    # of every process, in the order of ranks
    own = torch.from_numpy(numbers)
    places = [torch.empty_like(own) for _ in range(torch.distributed.get_world_size(group))]
    torch.distributed.all_gather(places, own, group=group)
    return [each.numpy() for each in places]


class SyncBatchNorm(_BatchNorm):
    """torch.nn.SyncBatchNorm for the CPU: the statistics are those of the parts of all processes together.

    In training every process of the group takes part in each forward and in each backward, with a part of
    any size, or an empty one. The running statistics are those of the whole batch, the same in every process.
    weight.grad and bias.grad are those of a process's own part, as torch's are: DistributedDataParallel adds
    them up. In evaluation, and where torch.distributed has not been started, it is a BatchNorm of any number
    of dimensions.

    Parameters
    ----------
    num_features, eps, momentum, affine, track_running_stats : as those of torch.nn.SyncBatchNorm.
    process_group : of torch.distributed, with a backend for the CPU (gloo), or None for all processes.

    Raises
    ------
    ValueError
        If an input has fewer than 2 dimensions, or all together have one element a channel in training.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> layer = bncore.torch.SyncBatchNorm(3)
    >>> layer(torch.ones(2, 3, 5)).abs().max().item()
    0.0

    Source: equations (9.38)-(9.41), the batch being that of all processes; docs/distributed.md.
    """

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Group = None,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device=device, dtype=dtype)
        self.process_group = process_group

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"expected at least 2D input (got {input.ndim}D input)")

    def forward(self, input: Tensor) -> Tensor:
        """Normalize this process's part of a batch."""
        self._check_input_dim(input)
        counted = self.num_batches_tracked.clone() if self.track_running_stats and self.training else None
        momentum, own, mean, var = modules.step(self)
        if not own or not torch.distributed.is_initialized():
            return batch_norm(input, mean, var, self.weight, self.bias, own, momentum, self.eps)
        try:
            check(input, mean, var, self.weight, self.bias, own, momentum, self.eps, alone=False)
            y, numbers, m = _OfAll.apply(input, self.weight, self.bias, self.eps, self.process_group)
        except BaseException:
            # another process may have died: it is as if there had been no batch
            if counted is not None:
                self.num_batches_tracked.copy_(counted)
            raise
        if mean is not None:
            update(mean, var, numbers, m, momentum)
        found: Tensor = y
        return found


_KINDS: tuple[type[Module], ...] = (
    torch.nn.BatchNorm1d,
    torch.nn.BatchNorm2d,
    torch.nn.BatchNorm3d,
    torch.nn.SyncBatchNorm,
    modules.BatchNorm1d,
    modules.BatchNorm2d,
    modules.BatchNorm3d,
)


def convert_sync(model: Module, process_group: Group = None) -> Module:
    """Exchange every BatchNorm in a model, and torch.nn.SyncBatchNorm, for SyncBatchNorm of bncore.torch.

    Parameters, buffers, hooks and modes are those of before, the same objects.

    Parameters
    ----------
    model : torch.nn.Module. Its submodules are exchanged in place.
    process_group : of torch.distributed, or None for all processes.

    Returns
    -------
    torch.nn.Module : model itself, or what stands in its place if it is a BatchNorm itself.

    Raises
    ------
    TypeError
        If model is not a torch.nn.Module.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> model = torch.nn.Sequential(torch.nn.Conv2d(3, 8, 3), torch.nn.BatchNorm2d(8))
    >>> type(bncore.torch.convert_sync(model)[1]).__name__
    'SyncBatchNorm'
    """
    model = exchanged(model, dict.fromkeys(_KINDS, SyncBatchNorm))
    for each in model.modules():
        if type(each) is SyncBatchNorm:
            each.process_group = process_group
    return model
