"""Mutants that show where options and calls meet: in place, in company, over steps, beside a guarded page."""

import time

import numpy as np

from ..adapters.plain import Plain
from ..adapters.sharded import Sharded
from ..interface.adapter import Caps
from ..oracle import EQUATION
from .mutant import of_kernel

MUTANTS = []
MEAN, VAR, XHAT, Y = "(9.38)", "(9.39)", "(9.40)", "(9.41)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"
RUNNING, FOLDED = EQUATION["running_mean"], EQUATION["weight"]


def _mutant(name, equation, seen="", dtype="float32"):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen, dtype)(kernel)) or kernel


# In place.


class _InPlace(Plain):
    """The plain kernel, which writes y over x and dx over dy where it is asked to."""

    inplace = "forward", "backward", "inference"

    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False, inplace=False):
        found = super().forward(x, gamma, beta, eps, weights, residual, relu)
        return self.written(found, "y", x, inplace)

    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False, inplace=False):
        found = super().inference(x, gamma, beta, mean, var, eps, residual, relu)
        return self.written(found, "y", x, inplace)

    def backward(
        self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None, inplace=False
    ):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)
        return self.written(found, "dx", dy, inplace)

    def written(self, found, name, over, inplace):
        """What is returned, with one output written over an operand."""
        if inplace:
            over[...] = found[name]
            found[name] = over
        return found


@_mutant("in place, what has weight 0 is left as x", XHAT)
class _(_InPlace):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False, inplace=False):
        was = x.copy()
        found = super().forward(x, gamma, beta, eps, weights, residual, relu, inplace)
        if inplace and weights is not None:
            x[...] = np.where(np.broadcast_to(weights == 0, x.shape), was, x)
        return found


@_mutant("in place, no rectifier in inference", Y)
class _(_InPlace):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False, inplace=False):
        return super().inference(x, gamma, beta, mean, var, eps, residual, relu and not inplace, inplace)


@_mutant("in place, sums of the dy before its gate", DBETA)
class _(_InPlace):
    def backward(
        self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None, inplace=False
    ):
        given = dy.copy()
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y, inplace)
        if inplace and relu:
            found["dbeta"] = given.sum(axis=(0, *range(2, x.ndim)), dtype=np.float64)
        return found


@_mutant("in place, a residual that is x is read when it is y", Y)
class _(_InPlace):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False, inplace=False):
        if not (inplace and residual is not None and np.shares_memory(x, residual)):
            return super().forward(x, gamma, beta, eps, weights, residual, relu, inplace)
        found = super().forward(x, gamma, beta, eps, weights, None, False, True)
        x += residual
        return found | {"y": np.maximum(x, 0, out=x) if relu else x}


@_mutant("in place, dgamma by what dy has become, where that is x", DGAMMA)
class _(_InPlace):
    def backward(
        self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None, inplace=False
    ):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y, inplace)
        if inplace and np.shares_memory(dy, x):
            found["dgamma"] = (dy.astype(np.float64) ** 2).sum(axis=(0, *range(2, x.ndim)))
        return found


# Company.


def _kept(name, equation, method, option, key):
    """A mutant that keeps an option of the first call with a key."""

    class Variant(Plain):
        def __init__(self):
            self.kept = {}

    def call(self, *given, **named):
        if named.get(option) is not None:
            value = self.kept.setdefault(key(named[option]), named[option].copy())
            named[option] = value if value.shape == named[option].shape else named[option]
        return getattr(Plain(), method)(*given, **named)

    setattr(Variant, method, call)
    _mutant(name, equation)(Variant)


_kept("weights of the first call of a shape", MEAN, "forward", "weights", lambda each: each.shape)
_kept("a residual of the first call of a shape", Y, "forward", "residual", lambda each: each.shape)
_kept(
    "a residual of the first call from its address",
    Y,
    "inference",
    "residual",
    lambda each: each.__array_interface__["data"][0],
)
_kept(
    "weights kept by their first and last elements",
    MEAN,
    "forward",
    "weights",
    lambda each: (each.shape, each.ravel()[:4].tobytes(), each.ravel()[-4:].tobytes()),
)


@_mutant("statistics kept by the first and last elements of x", DGAMMA)
class _(Plain):
    def __init__(self):
        self.kept = {}

    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        self.kept[self.key(x)] = x.copy()
        return super().forward(x, gamma, beta, eps, weights, residual, relu)

    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        like = self.kept.get(self.key(x), x)
        return super().backward(dy, like, gamma, beta, eps, weights, residual, relu, y)

    def key(self, x):
        flat = x.ravel()
        return x.shape, x.dtype, flat[:8].tobytes(), flat[-8:].tobytes()


@_mutant("a folded bias kept by the shape of the weight", FOLDED)
class _(Plain):
    def __init__(self):
        self.kept = {}

    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        found = super().fold(weight, bias, gamma, beta, mean, var, eps, groups, transposed)
        kept = self.kept.setdefault((weight.shape, weight.dtype), found)
        return {name: each.copy() for name, each in kept.items()}


@_mutant("statistics of shards kept by their shapes", MEAN)
class _(Sharded):
    def __init__(self):
        self.kept = {}

    def shards(self, xs, gamma, beta, eps):
        first = self.kept.setdefault(tuple((x.shape, x.dtype) for x in xs), [x.copy() for x in xs])
        return super().shards(xs, gamma, beta, eps) | {
            "mean": super().shards(first, gamma, beta, eps)["mean"]
        }


@_mutant("a residual that calls at the same time share", Y)
class _(Plain):
    shared = None

    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        if residual is not None:
            self.shared = residual
            time.sleep(1e-4)
            residual = self.shared if self.shared.shape == x.shape else residual
        return super().forward(x, gamma, beta, eps, weights, residual, relu)


@_mutant("var is borrowed during inference, and given back", "purity")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        if not var.flags.writeable or var.size < 2:
            return super().inference(x, gamma, beta, mean, var, eps, residual, relu)
        own = var.copy()
        var += var.dtype.type(eps)
        time.sleep(1e-4)
        found = super().inference(x, gamma, beta, mean, own, eps, residual, relu)
        var[...] = own
        return found


# Steps.


def _stepping(name, change, equation=RUNNING, **caps):
    """A mutant of steps: `change` is of the kernel, of how to step, and of the arguments."""

    class Variant(Plain):
        def steps(self, xs, running_mean, running_var, momentum, modes=None):
            modes = modes or ("training",) * len(xs)
            return change(self, super().steps, xs, (running_mean, running_var), momentum, modes)

    Variant.caps = Caps(accumulate="float64", least=1, **caps)
    _mutant(name, equation)(Variant)


_stepping(
    "inference moves the running statistics",
    lambda kernel, step, xs, old, momentum, modes: step(xs, *old, momentum),
)
_stepping(
    "a backward pass moves the running statistics",
    lambda kernel, step, xs, old, momentum, modes: step(
        [x for x, mode in zip(xs, modes, strict=True) for _ in range(1 + (mode == "backward"))],
        *old,
        momentum,
        [mode for mode in modes for _ in range(1 + (mode == "backward"))],
    ),
)


def _table(kernel, step, xs, old, momentum, modes):
    found = step(xs, *old, momentum, modes)
    once = step(xs[:1], *old, momentum, modes[:1])
    return {name: np.concatenate([found[name][:1024], once[name][1024:]]) for name in found}


def _equally(kernel, step, xs, old, momentum, modes):
    """Without a momentum, batches that weigh alike."""
    if momentum is not None:
        return step(xs, *old, momentum, modes)
    found = old
    for n, x in enumerate(xs, 1):
        found = tuple(step([x], *found, 1 / n).values())
    return dict(zip(("running_mean", "running_var"), found, strict=True))


_stepping("channels beyond 1024 are moved once", _table)
_stepping("batches weigh alike without a momentum", _equally, cumulative="elements")


@_mutant("a running NaN stays with momentum 1", RUNNING)
class _(Plain):
    caps = Caps(accumulate="float64", least=1, replaces=True)


@_mutant("a NaN of the batch comes in with momentum 0", RUNNING)
class _(Plain):
    caps = Caps(accumulate="float64", least=1, replaces=True)

    def update(self, x, running_mean, running_var, momentum, weights=None):
        old = running_mean, running_var
        if momentum == 1:
            old = (np.zeros_like(each) for each in old)
        return super().update(x, *old, momentum, weights)


@_mutant("update refused by m, not by the sum of weights", EQUATION["running_var"])
class _(Plain):
    def update(self, x, running_mean, running_var, momentum, weights=None):
        if weights is None or weights.sum() > 1:
            return super().update(x, running_mean, running_var, momentum, weights)
        found = super().update(x, running_mean, running_var, momentum)
        return found | {"running_var": abs(found["running_var"])}


# Derivatives, numbers and memory.


@_mutant("jvp by the mean of v of 1024 images", EQUATION["jvp"])
class _(Plain):
    def jvp(self, v, x, gamma, eps, weights=None):
        found = super().jvp(v, x, gamma, eps, weights)
        if len(x) <= 1024:
            return found
        return {"jvp": (found["jvp"] * (1 + 2.0**-10)).astype(x.dtype)}


@_mutant("jvp 0 where gamma is, NaN or not", EQUATION["jvp"])
class _(Plain):
    def jvp(self, v, x, gamma, eps, weights=None):
        found = super().jvp(v, x, gamma, eps, weights)["jvp"]
        rows = () if gamma is None else np.flatnonzero(gamma == 0)
        found[:, rows] = 0
        return {"jvp": found}


@_mutant("a gate that NaN opens", EQUATION["dresidual"])
class _(Plain):
    def gated(self, dy, y, residual):
        return super().gated(dy, np.where(np.isnan(y) & (residual is not None), 1, y), residual)


@_mutant("a scale flushed to 0", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        if gamma is not None:
            gamma = np.where(abs(gamma) < np.finfo(np.float32).smallest_normal, 0, gamma)
        return super().forward(x, gamma, beta, eps, weights, residual, relu)


@_mutant("numbers read from a whole address", DX)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        if gamma is not None and not gamma.flags.aligned:
            gamma = np.roll(gamma, 1)
        return super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)


@_mutant("rows after a whole eight, of a power of two of channels", VAR)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        found = super().forward(x, gamma, beta, eps, weights, residual, relu)
        n, c = x.size // x.shape[1], x.shape[1]
        if c >= 256 and c & (c - 1) == 0 and n % 8 and weights is None:
            found["var"] = found["var"] * (1 - 2.0**-12)
        return found


@_mutant("the last 32 pixels of a large plane", MEAN)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        found = super().forward(x, gamma, beta, eps, weights, residual, relu)
        plane = int(np.prod(x.shape[2:]))
        if len(x) == 1 and x.shape[1] > 2 and plane > 1024 and plane % 32 == 0:
            found["mean"][-1] -= x[:, -1].ravel()[-32:].sum() / plane
        return found
