"""bncore.torch, the core of this project behind PyTorch's interface, as an implementation under test."""

import importlib
from dataclasses import replace

from ..bounds import formats
from .torch import ChannelsLast, Contiguous, Module

bncore = importlib.import_module("bncore.torch")

CAPS = replace(
    Contiguous.caps,
    accumulate={"float64": "compensated", "float32": "float64"} | dict.fromkeys(formats.HALVES, "float64"),
    constant=True,
)


class Functional(Contiguous):
    """bncore.torch.batch_norm; the gradients are those of its autograd."""

    name = "bncore-torch"
    caps = CAPS
    batch_norm = staticmethod(bncore.batch_norm)


class FunctionalChannelsLast(ChannelsLast):
    """The same on tensors in channels-last memory."""

    name = "bncore-torch-channels-last"
    caps = CAPS
    batch_norm = staticmethod(bncore.batch_norm)


class Modules(Module):
    """bncore.torch.BatchNorm1d, 2d, 3d."""

    name = "bncore-torch-module"
    caps = CAPS
    modules = bncore
