"""Batch normalization of a batch that is spread over the processes of torch.distributed, on the CPU."""

from typing import Any, NamedTuple

import torch
import torch.distributed
from torch import Tensor
from torch.autograd.function import once_differentiable
from torch.nn import Module
from torch.nn.modules.batchnorm import _BatchNorm

import bncore

from .. import places
from ..checks import Array
from . import modules
from .arrays import Result, array, on_torchs_threads, optional, statistics, stats_of, untraced, vectors
from .converting import exchanged
from .functional import batch_norm, check
from .kernels import parameter
from .operators import asked_for, update

Group = Any


class _Processes(NamedTuple):
    """The processes of a group, or this one alone where torch.distributed has not been started."""

    group: Group

    def gather(self, numbers: Array) -> list[Array]:
        own = torch.from_numpy(numbers)
        if not _started():
            return [numbers]
        places = [torch.empty_like(own) for _ in range(torch.distributed.get_world_size(self.group))]
        torch.distributed.all_gather(places, own, group=self.group)
        return [each.numpy() for each in places]

    def add(self, numbers: Array) -> Array:
        total = torch.from_numpy(numbers.copy())
        if _started():
            torch.distributed.all_reduce(total, group=self.group)
        return total.numpy()


def _started() -> bool:
    return torch.distributed.is_available() and torch.distributed.is_initialized()


class _How(NamedTuple):
    """How a batch of all processes is normalized."""

    eps: float
    relu: bool
    exact: bool
    among: _Processes


class _OfAll(torch.autograd.Function):
    """y of this process's part by the statistics of all; also these, and the count of all."""

    @staticmethod
    def forward(ctx: Any, x: Tensor, gamma: Any, beta: Any, residual: Any, how: _How) -> Any:
        m, y, numbers = _forward(x, gamma, beta, residual, how)
        ctx.save_for_backward(x, gamma, numbers, y if how.relu else None)
        ctx.m, ctx.how, ctx.residual = m, how, residual is not None
        ctx.beta = None if beta is None else beta.dtype
        ctx.mark_non_differentiable(numbers)
        return y, numbers, m

    @staticmethod
    @once_differentiable
    def backward(ctx: Any, dy: Tensor, *_: Any) -> Any:
        x, gamma, numbers, y = ctx.saved_tensors
        through = dy if y is None else torch.where(y > 0, dy, 0)
        dx, dgamma, dbeta = _backward(through, x, gamma, ctx.m, numbers, ctx.how)
        return *asked_for(dx, dgamma, dbeta, gamma, ctx.beta), through if ctx.residual else None, None


@untraced
def _of_all(*arguments: Any) -> Any:
    return _OfAll.apply(*arguments)


@on_torchs_threads
def _forward(x: Tensor, gamma: Any, beta: Any, residual: Any, how: _How) -> tuple[int, Tensor, Tensor]:
    own = bncore.sums(array(x), exact=how.exact)
    stats = places.sums(own, how.among).stats(how.eps)
    if stats.count == 1:
        raise ValueError("input must have more than 1 value per channel in all processes together, found 1")
    y = Result(x)
    added = None if residual is None else array(residual)
    of = array(x), optional(gamma), optional(beta), stats
    bncore.normalize(*of, residual=added, relu=how.relu, out=y.out)
    return int(stats.count), y.written(), statistics(stats)


@on_torchs_threads
def _backward(
    dy: Tensor, x: Tensor, gamma: Any, m: int, numbers: Tensor, how: _How
) -> tuple[Tensor, Tensor, Tensor]:
    stats = stats_of(m, numbers, how.eps)
    own = bncore.gradient_sums(array(dy), array(x), stats, exact=how.exact)
    of_all = places.gradient_sums(own, stats, how.among)
    dx = Result(x)
    bncore.gradient(array(dy), array(x), optional(gamma), stats, of_all, out=dx.out)
    # those of gamma and beta are this process's own: DistributedDataParallel adds them up
    return dx.written(), *vectors((own.dgamma, own.dbeta), parameter(x, gamma))


class SyncBatchNorm(_BatchNorm):
    """torch.nn.SyncBatchNorm for the CPU: the statistics are those of the parts of all processes together.

    In training every process of the group takes part in each forward and in each backward, with a part of
    any size, or an empty one. The running statistics are those of the whole batch, the same in every process.
    weight.grad and bias.grad are those of a process's own part, as torch's are: DistributedDataParallel adds
    them up. In evaluation, and where torch.distributed has not been started, it is a BatchNorm of any number
    of dimensions. As with those of bncore.torch there are relu=True, and `layer(x, residual)`.

    Parameters
    ----------
    num_features, eps, momentum, affine, track_running_stats : as those of torch.nn.SyncBatchNorm.
    process_group : of torch.distributed, with a backend for the CPU (gloo), or None for all processes.
    exact : bool. As that of `bncore.sums`: y, the gradient of the input and the running statistics have the
        same bits however the batch is cut, in one process or in many. For float32 and narrower.
    relu : bool. Whether what is below 0 becomes 0, after the residual has been added.

    Raises
    ------
    ValueError
        If an input has fewer than 2 dimensions, or all together have one element a channel in training.
    TypeError
        If exact=True, and an input is float64.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> layer = bncore.torch.SyncBatchNorm(3)
    >>> layer(torch.ones(2, 3, 5)).abs().max().item()
    0.0

    Source: equations (9.38)-(9.41), the batch being that of all processes; docs/distributed.md.
    """

    process_group: Group = None
    exact = relu = False

    def __init__(
        self,
        num_features: int,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        process_group: Group = None,
        exact: bool = False,
        *,
        relu: bool = False,
        device: Any = None,
        dtype: Any = None,
    ) -> None:
        super().__init__(num_features, eps, momentum, affine, track_running_stats, device=device, dtype=dtype)
        self.process_group, self.exact, self.relu = process_group, exact, relu

    def _check_input_dim(self, input: Tensor) -> None:
        if input.ndim < 2:
            raise ValueError(f"expected at least 2D input (got {input.ndim}D input)")

    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        """Normalize this process's part of a batch, and add the residual, before the relu if there is one."""
        self._check_input_dim(input)
        counted = self.num_batches_tracked.clone() if self.track_running_stats and self.training else None
        momentum, own, mean, var = modules.step(self)
        given = input, mean, var, self.weight, self.bias, own, momentum, self.eps
        if not own or not (self.exact or _started()):
            return batch_norm(*given, residual=residual, relu=self.relu)
        try:
            check(*given, residual, alone=False)
            how = _How(self.eps, self.relu, self.exact, _Processes(self.process_group))
            y, numbers, m = _of_all(input, self.weight, self.bias, residual, how)
        except BaseException:
            # another process may have died: it is as if there had been no batch
            if counted is not None:
                self.num_batches_tracked.copy_(counted)
            raise
        if mean is not None:
            update(mean, var, numbers, m, momentum)
        found: Tensor = y
        return found

    def extra_repr(self) -> str:
        """The options, where they are not the usual ones."""
        said = {"exact": self.exact, "relu": self.relu}
        return super().extra_repr() + "".join(f", {name}=True" for name, value in said.items() if value)


_KINDS: tuple[type[Module], ...] = (
    torch.nn.BatchNorm1d,
    torch.nn.BatchNorm2d,
    torch.nn.BatchNorm3d,
    torch.nn.SyncBatchNorm,
    modules.BatchNorm1d,
    modules.BatchNorm2d,
    modules.BatchNorm3d,
)


def convert_sync(model: Module, process_group: Group = None, exact: bool = False) -> Module:
    """Exchange every BatchNorm in a model, and torch.nn.SyncBatchNorm, for SyncBatchNorm of bncore.torch.

    Parameters, buffers, hooks and modes are those of before, the same objects.

    Parameters
    ----------
    model : torch.nn.Module. Its submodules are exchanged in place.
    process_group : of torch.distributed, or None for all processes.
    exact : bool. As that of SyncBatchNorm.

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
            each.process_group, each.exact = process_group, exact
    return model
