"""BatchNorm1d, BatchNorm2d and BatchNorm3d of torch.nn, whose forward and backward are bncore's."""

from typing import Any

import torch
from torch import Tensor
from torch.nn.modules.batchnorm import _BatchNorm

from . import _eager
from .functional import batch_norm


def step(layer: _BatchNorm) -> tuple[float, bool, Tensor | None, Tensor | None]:
    """What a forward of a layer does, as torch's decides it; in training the batch is counted.

    The momentum, whether the statistics are the batch's own, and the running ones that are read or updated.
    """
    momentum, training = layer.momentum, layer.training
    if training and layer.track_running_stats and (tracked := layer.num_batches_tracked) is not None:
        tracked.add_(1)
        if momentum is None:
            momentum = 1.0 / float(tracked)
    mean, var = layer.running_mean, layer.running_var
    own = training or (mean is None and var is None)
    if training and not layer.track_running_stats:
        mean = var = None
    return 0.0 if momentum is None else momentum, own, mean, var


class _Computed(_BatchNorm):
    """What all of them have in common."""

    relu = False

    def __init__(self, *arguments: Any, relu: bool = False, **options: Any) -> None:
        super().__init__(*arguments, **options)
        self.relu = relu

    def forward(self, input: Tensor, residual: Tensor | None = None) -> Tensor:
        """Normalize a batch: by its own statistics in training, by the running ones in evaluation.

        A residual, a tensor like the input, is added to the result, before the relu if there is one.
        """
        self._check_input_dim(input)
        if not torch.compiler.is_compiling():
            done: Tensor | None = _eager.batch_norm_of(self, input, residual)
            if done is not None:
                return done
        momentum, own, mean, var = step(self)
        return batch_norm(
            input,
            mean,
            var,
            self.weight,
            self.bias,
            own,
            momentum,
            self.eps,
            residual=residual,
            relu=self.relu,
        )

    def extra_repr(self) -> str:
        return super().extra_repr() + (", relu=True" if self.relu else "")


class BatchNorm1d(_Computed, torch.nn.BatchNorm1d):
    """torch.nn.BatchNorm1d, whose forward and backward are bncore's: (N, C) or (N, C, L), (9.38)-(9.41).

    All else is torch's: arguments, state_dict, running statistics and their conventions, errors. Beside it
    there is relu=True, and `layer(x, residual)`: y = max(BN(x) + residual, 0) in the same pass.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> layer = bncore.torch.BatchNorm1d(2, eps=1e-3)
    >>> y = layer(torch.tensor([[1.0, 5.0], [3.0, 5.0]]))
    >>> layer.running_mean
    tensor([0.2000, 0.5000])
    """


class BatchNorm2d(_Computed, torch.nn.BatchNorm2d):
    """torch.nn.BatchNorm2d, whose forward and backward are bncore's: (N, C, H, W), (9.38)-(9.41).

    All else is torch's: arguments, state_dict, running statistics and their conventions, errors. Beside it
    there is relu=True, and `layer(x, residual)`: y = max(BN(x) + residual, 0) in the same pass.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> layer = bncore.torch.BatchNorm2d(3)
    >>> layer.load_state_dict(torch.nn.BatchNorm2d(3).state_dict())
    <All keys matched successfully>
    """


class BatchNorm3d(_Computed, torch.nn.BatchNorm3d):
    """torch.nn.BatchNorm3d, whose forward and backward are bncore's: (N, C, D, H, W), (9.38)-(9.41).

    All else is torch's: arguments, state_dict, running statistics and their conventions, errors. Beside it
    there is relu=True, and `layer(x, residual)`: y = max(BN(x) + residual, 0) in the same pass.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> bncore.torch.BatchNorm3d(2)(torch.ones(1, 2, 3, 3, 3)).shape
    torch.Size([1, 2, 3, 3, 3])
    """
