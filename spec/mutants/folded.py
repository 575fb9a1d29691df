"""Mutants of folding inference into the layer before it."""

import numpy as np

from ..adapters.plain import Plain
from ..oracle import EQUATION
from .mutant import of_kernel

MUTANTS = []


def _mutant(name, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, EQUATION["weight"], seen)(kernel)) or kernel


def _given(name, change, seen=""):
    """A mutant that is given other numbers: `change` is of bias, gamma, beta, mean, var and eps."""

    class Variant(Plain):
        def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
            with np.errstate(all="ignore"):
                given = change(bias, gamma, beta, mean, var, eps)
            return super().fold(weight, *given, groups, transposed)

    _mutant(name, seen)(Variant)


_given(
    "folded without eps",
    lambda bias, gamma, beta, mean, var, eps: (bias, gamma, beta, mean, var, 0.0),
    "aimet #2357",
)
_given("a bias left out as it is folded", lambda bias, *rest: (None, *rest))
_given(
    "a bias folded without the mean",
    lambda bias, gamma, beta, mean, *rest: (bias, gamma, beta, 0 * mean, *rest),
)
_given("folded without beta", lambda bias, gamma, beta, *rest: (bias, gamma, None, *rest))
_given(
    "folded by var, not by its root",
    lambda bias, gamma, beta, mean, var, eps: (bias, gamma, beta, mean, (var + eps) ** 2, 0.0),
)


@_mutant("a transposed weight folded along its first axis", "pytorch #180995")
class _(Plain):
    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        found = super().fold(weight, bias, gamma, beta, mean, var, eps, groups, transposed)
        if transposed and len(weight) == len(mean):
            wrong = super().fold(weight, bias, gamma, beta, mean, var, eps)
            return found | {"weight": wrong["weight"]}
        return found


@_mutant("groups of a transposed weight taken for one", "onnxscript #2867")
class _(Plain):
    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        found = super().fold(weight, bias, gamma, beta, mean, var, eps, groups, transposed)
        if transposed and groups > 1:
            part = weight.shape[1]
            first = [None if each is None else each[:part] for each in (bias, gamma, beta, mean, var)]
            return found | {"weight": super().fold(weight, *first, eps, 1, True)["weight"]}
        return found


@_mutant("a bias that is not scaled as it is folded")
class _(Plain):
    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        moved = super().fold(weight, None, gamma, beta, mean, var, eps, groups, transposed)
        return moved if bias is None else moved | {"bias": moved["bias"] + bias}
