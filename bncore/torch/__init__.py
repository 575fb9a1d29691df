"""Batch normalization for PyTorch on the CPU, by bncore: a function and modules in the place of torch's own.

>>> import torch, bncore.torch
>>> layer = bncore.torch.BatchNorm2d(3)
>>> isinstance(layer, torch.nn.BatchNorm2d)
True
>>> layer(torch.ones(2, 3, 5, 5)).abs().max().item()
0.0
"""

try:
    import torch as _  # noqa: F401
except ImportError as error:
    raise ImportError(f"bncore.torch needs PyTorch ({error}): pip install bncore[torch]") from error

from .converting import convert, revert
from .functional import batch_norm
from .modules import BatchNorm1d, BatchNorm2d, BatchNorm3d
from .synchronized import SyncBatchNorm, convert_sync

__all__ = [
    "BatchNorm1d",
    "BatchNorm2d",
    "BatchNorm3d",
    "SyncBatchNorm",
    "batch_norm",
    "convert",
    "convert_sync",
    "revert",
]
