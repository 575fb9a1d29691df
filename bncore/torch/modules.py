"""BatchNorm1d, BatchNorm2d and BatchNorm3d of torch.nn, whose forward and backward are bncore's."""

from typing import TYPE_CHECKING

import torch
from torch import Tensor

from .functional import batch_norm

_Base = torch.nn.modules.batchnorm._BatchNorm if TYPE_CHECKING else object


class _Computed(_Base):
    """The forward of all of them: what torch's does, by `bncore.torch.batch_norm`."""

    def forward(self, input: Tensor) -> Tensor:
        """Normalize a batch: by its own statistics in training, by the running ones in evaluation."""
        self._check_input_dim(input)
        momentum = 0.0 if self.momentum is None else self.momentum
        if self.training and self.track_running_stats and self.num_batches_tracked is not None:
            self.num_batches_tracked.add_(1)
            if self.momentum is None:
                momentum = 1.0 / float(self.num_batches_tracked)
        own = self.training or (self.running_mean is None and self.running_var is None)
        kept = not self.training or self.track_running_stats
        return batch_norm(
            input,
            self.running_mean if kept else None,
            self.running_var if kept else None,
            self.weight,
            self.bias,
            own,
            momentum,
            self.eps,
        )


class BatchNorm1d(_Computed, torch.nn.BatchNorm1d):
    """torch.nn.BatchNorm1d, whose forward and backward are bncore's: (N, C) or (N, C, L), (9.38)-(9.41).

    All else is torch's: arguments, state_dict, running statistics and their conventions, errors.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> layer = bncore.torch.BatchNorm1d(2, eps=1e-3)
    >>> layer
    BatchNorm1d(2, eps=0.001, momentum=0.1, affine=True, track_running_stats=True)
    >>> y = layer(torch.tensor([[1.0, 5.0], [3.0, 5.0]]))
    >>> layer.running_mean
    tensor([0.2000, 0.5000])
    """


class BatchNorm2d(_Computed, torch.nn.BatchNorm2d):
    """torch.nn.BatchNorm2d, whose forward and backward are bncore's: (N, C, H, W), (9.38)-(9.41).

    All else is torch's: arguments, state_dict, running statistics and their conventions, errors.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> layer = bncore.torch.BatchNorm2d(3)
    >>> layer.load_state_dict(torch.nn.BatchNorm2d(3).state_dict())
    <All keys matched successfully>
    """


class BatchNorm3d(_Computed, torch.nn.BatchNorm3d):
    """torch.nn.BatchNorm3d, whose forward and backward are bncore's: (N, C, D, H, W), (9.38)-(9.41).

    All else is torch's: arguments, state_dict, running statistics and their conventions, errors.

    Examples
    --------
    >>> import torch, bncore.torch
    >>> bncore.torch.BatchNorm3d(2)(torch.ones(1, 2, 3, 3, 3)).shape
    torch.Size([1, 2, 3, 3, 3])
    """
