"""Mutants of weights: left out, applied where they must not be, or counted wrongly."""

import numpy as np

from ..adapters.plain import Plain
from ..oracle import EQUATION, SECOND
from ..oracle.call import spread
from ..theorems.books import Weighed
from .mutant import of_kernel

MUTANTS = []
MEAN, XHAT = "(9.38)", "(9.40)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


def _given(name, change, seen=""):
    """A mutant that takes other weights for those that it is given."""

    class Variant(Plain):
        def values(self, x, gamma, beta, eps, mean=None, var=None, weights=None):
            other = None if weights is None else change(weights)
            return super().values(x, gamma, beta, eps, mean, var, other)

    _mutant(name, MEAN, seen)(Variant)


_given("weights left out", np.ones_like)
_given("weights squared", lambda weights: weights * weights)
_given("a mask inverted", lambda weights: ~weights if weights.dtype == bool else weights)
_given("weights of the element before", lambda weights: np.roll(weights, 1, axis=0))
_given("weights taken for a mask", lambda weights: weights > 0)
_given("weights cut to whole numbers", lambda weights: np.maximum(weights, weights > 0).astype(np.int64))


def _counting(name, equation, m, seen=""):
    """A mutant with another number in the place of the sum of the weights."""

    class Batch(Weighed):
        @property
        def m(self):
            return m(self)

    class Variant(Plain):
        def counted(self, over):
            return over if over.weight is None else Batch(over)

    _mutant(name, equation, seen)(Variant)


_counting("m in the place of the sum of weights", MEAN, lambda batch: batch.over.m)
_counting(
    "a mask counted by its first sample",
    MEAN,
    lambda batch: np.count_nonzero(batch.weight[..., : max(1, batch.weight.size // 7)]) * 7.0,
    "keras #19848",
)


@_mutant("0 times what has weight 0", MEAN, "flax #3690")
class _(Plain):
    def seen(self, x, over, dy=None):
        return x


@_mutant("0 times what has weight 0, in backward alone", DGAMMA)
class _(Plain):
    def seen(self, x, over, dy=None):
        return super().seen(x, over) if dy is None else x


@_mutant("running_var by m/(m - 1), with weights", EQUATION["running_var"])
class _(Plain):
    def update(self, x, running_mean, running_var, momentum, weights=None):
        found = super().update(x, running_mean, running_var, momentum, weights)
        if weights is None:
            return found
        m, count = x.size / x.shape[1], spread(weights, x.shape).sum(dtype=np.float64)
        old = (1 - momentum) * running_var.astype(np.float64)
        return found | {"running_var": old + (found["running_var"] - old) * (count - 1) / count * m / (m - 1)}


class _Backward(Plain):
    """A kernel whose backward pass is `changed` where there are weights."""

    def backward(self, dy, x, gamma, beta, eps, weights=None):
        found = super().backward(dy, x, gamma, beta, eps, weights)
        if weights is None:
            return found
        return found | self.changed(found, dy, x, gamma, eps, spread(weights, x.shape).astype(dy.dtype))

    def weighed(self, dy, x, gamma, eps, weights):
        """The gradients of a loss that has the weights itself."""
        return super().backward(dy * weights, x, gamma, None, eps, weights)


@_mutant("dgamma of a loss with weights", DGAMMA)
class _(_Backward):
    def changed(self, found, dy, x, gamma, eps, weights):
        return {"dgamma": self.weighed(dy, x, gamma, eps, weights)["dgamma"]}


@_mutant("dbeta of a loss with weights", DBETA)
class _(_Backward):
    def changed(self, found, dy, x, gamma, eps, weights):
        return {"dbeta": self.weighed(dy, x, gamma, eps, weights)["dbeta"]}


@_mutant("dx of a loss with weights", DX)
class _(_Backward):
    def changed(self, found, dy, x, gamma, eps, weights):
        return {"dx": self.weighed(dy, x, gamma, eps, weights)["dx"]}


@_mutant("dx 0 where the weight is", DX)
class _(_Backward):
    def changed(self, found, dy, x, gamma, eps, weights):
        return {"dx": np.where(weights > 0, found["dx"], 0).astype(x.dtype)}


@_mutant("dx as if each element counted once", DX)
class _(_Backward):
    def changed(self, found, dy, x, gamma, eps, weights):
        # where all weights are the same, the sums are weighed by none of them
        values, over = self.values(x, gamma, None, eps, weights=weights)
        over.weight = np.full_like(over.weight, over.weight.mean())
        values |= {"weight": over.weight}
        return {"dx": self._gradients(dy, x, values, over, "training")["dx"]}


@_mutant("y 0 where the weight is", XHAT)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None):
        found = super().forward(x, gamma, beta, eps, weights)
        if weights is None:
            return found
        return found | {"y": np.where(spread(weights, x.shape) > 0, found["y"], 0).astype(x.dtype)}


@_mutant("jvp as if each element counted once", EQUATION["jvp"])
class _(Plain):
    def jvp(self, v, x, gamma, eps, weights=None):
        return super().jvp(v, x, gamma, eps)


for _name in SECOND:

    @_mutant(f"{_name} as if each element counted once", EQUATION[_name])
    class _(Plain):
        wrong = _name

        def double_backward(self, *arguments, weights=None):
            found = super().double_backward(*arguments, weights=weights)
            return found | {self.wrong: super().double_backward(*arguments)[self.wrong]}
