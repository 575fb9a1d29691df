"""bncore.torch, the core of this project behind PyTorch's interface, as an implementation under test."""

import importlib
from dataclasses import replace

import numpy as np

from ..bounds import formats
from .torch import ChannelsLast, Contiguous, Module

bncore = importlib.import_module("bncore.torch")


class _Core:
    caps = replace(
        Contiguous.caps,
        accumulate={"float64": "compensated"} | dict.fromkeys(("float32", *formats.HALVES), "float64"),
        constant=True,
    )
    batch_norm = staticmethod(bncore.batch_norm)
    modules = bncore

    def derivative(self, nesting, dy, x, gamma, eps, *directions):
        # of float32 each inner derivative is rounded to float32, for which the class has no room
        wide = [each if each is None else each.astype(np.float64) for each in (dy, x, gamma, *directions)]
        found = super().derivative(nesting, *wide[:3], eps, *wide[3:])
        return {"derivative": found["derivative"].astype(x.dtype)}


class Functional(_Core, Contiguous):
    """bncore.torch.batch_norm; the gradients are those of its autograd."""

    name = "bncore-torch"


class FunctionalChannelsLast(_Core, ChannelsLast):
    """The same on tensors in channels-last memory."""

    name = "bncore-torch-channels-last"


class Modules(_Core, Module):
    """bncore.torch.BatchNorm1d, 2d, 3d."""

    name = "bncore-torch-module"
    derivative = None
