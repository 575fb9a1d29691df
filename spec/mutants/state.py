"""Mutants of state and memory: what a call leaves behind, writes to, shares, or returns in another format."""

import numpy as np

from ..adapters.plain import Plain
from ..interface.adapter import Caps
from ..oracle import EQUATION
from .mutant import of_kernel

MUTANTS = []


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


class _Remembers(Plain):
    """A kernel that keeps something of its first call with arrays of a shape."""

    def __init__(self):
        self.kept = {}

    def first(self, what, x, value):
        return self.kept.setdefault((what, x.shape, x.dtype), value)


@_mutant("statistics of the first call with a shape", "(9.38)", "aprender PR #2166")
class _(_Remembers):
    def values(self, x, gamma, beta, eps, mean=None, var=None):
        if mean is None:
            found, _ = super().values(x, gamma, beta, eps)
            mean, var = self.first("statistics", x, (found["mean"][:, 0], found["var"][:, 0]))
        return super().values(x, gamma, beta, eps, mean, var)


@_mutant("eps of the first call with a shape", "(9.40)", "chainer #5232")
class _(_Remembers):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, gamma, beta, self.first("eps", x, eps))


@_mutant("gamma of the first call with a shape", "(9.41)", "opencv PR #29497")
class _(_Remembers):
    def forward(self, x, gamma, beta, eps):
        gamma = self.first("gamma", x, None if gamma is None else gamma.copy())
        return super().forward(x, gamma, beta, eps)


@_mutant("backward from the statistics of an earlier forward", "d(9.41)/dgamma", "pytorch #96136")
class _(_Remembers):
    def backward(self, dy, x, gamma, beta, eps):
        values, over = self.values(x, gamma, beta, eps)
        kept = self.first("saved", x, {name: values[name] for name in ("mean", "rstd")})
        values |= {"rstd": kept["rstd"], "xhat": (values["x"] - kept["mean"]) * kept["rstd"]}
        return self._gradients(dy, x, values, over, "training")


@_mutant("backward from the statistics of the last forward", "d(9.41)/dgamma")
class _(_Remembers):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        self.kept[x.shape] = self.values(x, gamma, beta, eps)[0]
        return found

    def backward(self, dy, x, gamma, beta, eps):
        values, over = self.values(x, gamma, beta, eps)
        kept = self.kept.get(x.shape, values)
        values |= {"rstd": kept["rstd"], "xhat": (values["x"] - kept["mean"]) * kept["rstd"]}
        return self._gradients(dy, x, values, over, "training")


@_mutant("folded inference of the first call with a shape", "(9.40)", "coremltools #784")
class _(_Remembers):
    def inference(self, x, gamma, beta, mean, var, eps):
        mean, var = self.first("given", x, (mean.copy(), var.copy()))
        return super().inference(x, gamma, beta, mean, var, eps)


@_mutant("running statistics of the first call with a shape", EQUATION["running_mean"], "JAX stax #139")
class _(_Remembers):
    def update(self, x, running_mean, running_var, momentum):
        kept = self.first("running", x, (running_mean.copy(), running_var.copy()))
        return super().update(x, *kept, momentum)


@_mutant("dbeta added to what was there", "d(9.41)/dbeta", "apex #262")
class _(_Remembers):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        total = self.first("dbeta", x, np.zeros_like(found["dbeta"]))
        total += found["dbeta"]
        return found | {"dbeta": total.copy()}


@_mutant("y in one buffer for every call", "purity", "pytorch #1866")
class _(_Remembers):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        buffer = self.first("y", x, np.empty_like(found["y"]))
        buffer[...] = found["y"]
        return found | {"y": buffer}


def _writes(method, position, name, seen=""):
    """A mutant that writes to one argument of one method, after its result is computed."""

    def call(self, *arguments):
        found = getattr(Plain, method)(self, *arguments)
        argument = arguments[position]
        if argument is not None and argument.size and argument.flags.writeable:
            argument.flat[-1] += 1
        return found

    _mutant(name, "purity", seen)(type("Variant", (Plain,), {method: call}))


_writes("backward", 0, "dy used as scratch", "FlagGems PR #5828")
_writes("backward", 1, "x used as scratch in backward")
_writes("forward", 1, "gamma written to")
_writes("update", 1, "running_mean written in place", "pytorch #40074")
_writes("inference", 4, "given var turned into rstd in place")
_writes("inference_backward", 0, "dy of inference used as scratch")


@_mutant("y in the memory of x", "purity", "inplace_abn #138")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, gamma, beta, eps) | {"y": x}


@_mutant("dbeta in the memory of dy", "purity")
class _(Plain):
    def inference_backward(self, dy, x, gamma, mean, var, eps):
        found = super().inference_backward(dy, x, gamma, mean, var, eps)
        return found | {"dbeta": dy.reshape(-1)[: x.shape[1]]} if dy.size else found


@_mutant("dx written over x before dy is read", "d(9.41)/dbeta", "TF PR #50505")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        if np.shares_memory(dy, x):
            dy = super().backward(dy, x, gamma, beta, eps)["dx"]
        return super().backward(dy, x, gamma, beta, eps)


def _returned(method, name, dtype, title, equation, seen=""):
    """A mutant that returns one output in another format."""

    def call(self, *arguments):
        found = getattr(Plain, method)(self, *arguments)
        return found | {name: found[name].astype(dtype)}

    _mutant(title, equation, seen)(type("Variant", (Plain,), {method: call}))


_returned("forward", "y", np.float64, "y returned in float64", "(9.41)")
_returned("forward", "y", np.float16, "y returned in float16", "(9.41)", "TF #55738")
_returned("inference", "y", np.float64, "y of inference returned in float64", "(9.41)")
_returned("backward", "dx", np.float64, "dx returned in float64", "d(9.41)/dx")
_returned("backward", "dgamma", np.float16, "dgamma returned in float16", "d(9.41)/dgamma", "pytorch #156513")
_returned("backward", "dbeta", np.int64, "dbeta returned in whole numbers", "d(9.41)/dbeta")


class _Follows(Plain):
    """A kernel whose results lie in memory as x does."""

    caps = Caps(accumulate="float64", least=1, keeps_layout=True)

    def _laid(self, found, x):
        as_x = {name: np.empty_like(x) for name in ("y", "dx") if name in found}
        for name, room in as_x.items():
            room[...] = found[name]
        return found | as_x

    def forward(self, x, gamma, beta, eps):
        return self._laid(super().forward(x, gamma, beta, eps), x)

    def inference(self, x, gamma, beta, mean, var, eps):
        return self._laid(super().inference(x, gamma, beta, mean, var, eps), x)

    def backward(self, dy, x, gamma, beta, eps):
        return self._laid(super().backward(dy, x, gamma, beta, eps), x)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._laid(super().inference_backward(dy, x, gamma, mean, var, eps), x)


@_mutant("y of channels-last data returned dense", "layout", "pytorch #107199 PR #192681")
class _(_Follows):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"y": np.ascontiguousarray(found["y"])}


@_mutant("dx laid out as dy", "layout", "pytorch PR #64100")
class _(_Follows):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        return self._laid(found, dy)
