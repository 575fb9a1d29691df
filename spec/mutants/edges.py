"""Mutants that only data at the edges show: what is absent, options of other formats, given extremes."""

import numpy as np

from ..adapters.plain import Plain
from ..adapters.sharded import Sharded
from ..interface.adapter import Caps
from ..oracle import EQUATION, channels, shaped
from ..oracle.call import spread
from .drawn import LAYOUTS as LIES
from .mutant import of_kernel

MUTANTS = []
MEAN, VAR, XHAT, Y = "(9.38)", "(9.39)", "(9.40)", "(9.41)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"


def _mutant(name, equation, seen="", dtype="float32"):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen, dtype)(kernel)) or kernel


# The gate of a rectifier.


@_mutant("the gate that backward finds is open at 0", DBETA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        if relu and y is None:
            y = self.forward(x, gamma, beta, eps, weights, residual)["y"]
            y = np.where(y == 0, 1, y)
        return super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)


@_mutant("a gate compared in float32", DBETA, dtype="float64")
class _(Plain):
    def gated(self, dy, y, residual):
        return super().gated(dy, y.astype(np.float32), residual)


@_mutant("dgamma 0 where gamma is, behind a rectifier", DGAMMA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)
        if relu and gamma is not None:
            found["dgamma"] = np.where(gamma == 0, 0, found["dgamma"])
        return found


# What is absent, or has no weight.


def _forgotten(name, absent, output):
    """A mutant of the second backward pass that forgets ddbeta or ddgamma where another is absent."""

    class Variant(Plain):
        def double_backward(self, ddx, ddgamma, ddbeta, *rest, weights=None):
            given = {"ddx": ddx, "ddgamma": ddgamma, "ddbeta": ddbeta}
            if given[absent] is None:
                given = dict.fromkeys(given) | ({"ddx": ddx} if absent != "ddx" else {})
            return super().double_backward(*given.values(), *rest, weights=weights)

    _mutant(name, EQUATION[output])(Variant)


_forgotten("ddgamma and ddbeta forgotten without ddx", "ddx", "d_dy")
_forgotten("ddbeta forgotten without ddgamma", "ddgamma", "d_dy")
_forgotten("ddgamma forgotten without ddbeta", "ddbeta", "d_dy")


@_mutant("jvp less what has weight 0 at its first element", EQUATION["jvp"])
class _(Plain):
    def jvp(self, v, x, gamma, eps, weights=None):
        found = super().jvp(v, x, gamma, eps, weights)
        first = 0 if weights is None else 0 * channels(x)[:, :1]
        return {"jvp": shaped(channels(found["jvp"]) + first, x.shape).astype(x.dtype)}


@_mutant("0 times what is infinite, of float weights", MEAN)
class _(Plain):
    def seen(self, x, over, dy=None):
        found = super().seen(x, over, dy)
        whole = (over.weight is None) or ((over.weight == 0) | (over.weight == 1)).all()
        return found if whole else np.where(np.isinf(x), x, found)


# Weights of another format or shape.


def _weighed(name, change):
    """A mutant whose weights are changed: `change` is of them and of x."""

    class Variant(Plain):
        def values(self, x, gamma, beta, eps, mean=None, var=None, weights=None):
            other = None if weights is None else change(weights, x)
            return super().values(x, gamma, beta, eps, mean, var, other)

    _mutant(name, MEAN)(Variant)


def _held(weights, x):
    return weights if weights.dtype == bool else np.minimum(weights, np.finfo(x.dtype).max)


def _of_samples(weights, x):
    """Weights of fewer axes than x as if the first of them were the samples."""
    if weights.ndim in (1, x.ndim) or weights.shape[0] != len(x):
        return weights
    return weights.reshape(len(x), *(1,) * (x.ndim - weights.ndim), *weights.shape[1:])


_weighed("weights held within the range of x", _held)
_weighed("weights of fewer axes than x aligned with its first", _of_samples)


def _counted(name, count):
    """A mutant with another count: `count` is of the weights, x and what is right."""

    class Variant(Plain):
        def values(self, x, gamma, beta, eps, mean=None, var=None, weights=None):
            self.share = 1.0
            if weights is not None and mean is None:
                right = spread(weights, x.shape).sum(dtype=np.float64)
                self.share = right / count(weights, x, right)
            return super().values(x, gamma, beta, eps, mean, var, weights)

        def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
            found = super().forward(x, gamma, beta, eps, weights, residual, relu)
            return found | {"mean": found["mean"] * self.share}

    _mutant(name, MEAN)(Variant)


_counted("one weight for all counted once", lambda w, x, right: right if w.size > 1 else w.sum())
_counted(
    "m m in 32 bits, with weights",
    lambda w, x, right: right if (x.size // x.shape[1]) ** 2 < 2**31 else -right,
)

# Layers into which inference is folded.


def _folded(name, change):
    """A mutant of fold: `change` is of what is right, of the arguments, and of how to fold."""

    class Variant(Plain):
        def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
            given = weight, bias, gamma, beta, mean, var, eps
            found = super().fold(*given, groups, transposed)
            return found | change(self, super().fold, given, groups, transposed)

    _mutant(name, EQUATION["weight"])(Variant)


def _columns(kernel, fold, given, groups, transposed):
    weight = given[0]
    if weight.ndim > 2 or weight.shape[0] != weight.shape[1] or transposed:
        return {}
    return {"weight": fold(weight.T, *given[1:])["weight"].T}


def _read_on(kernel, fold, given, groups, transposed):
    weight = given[0]
    if weight.flags.c_contiguous:
        return {}
    return {
        "weight": fold(weight.ravel(order="K").reshape(weight.shape), *given[1:], groups, transposed)[
            "weight"
        ]
    }


def _interleaved(kernel, fold, given, groups, transposed):
    weight = given[0]
    if not transposed or weight.shape[1] > 1 or groups < 2 or len(weight) == groups:
        return {}
    turned = weight.reshape(-1, groups, *weight.shape[1:]).swapaxes(0, 1).reshape(weight.shape)
    found = fold(turned, *given[1:], groups, transposed)["weight"]
    return {"weight": found.reshape(groups, -1, *weight.shape[1:]).swapaxes(0, 1).reshape(weight.shape)}


def _unmoved(kernel, fold, given, groups, transposed):
    weight, bias, gamma, beta, mean, *rest = given
    if bias is not None or not transposed:
        return {}
    return {"bias": fold(weight, bias, gamma, beta, 0 * mean, *rest, groups, transposed)["bias"]}


def _kept(kernel, fold, given, groups, transposed):
    kept = kernel.__dict__.setdefault("kept", {})
    key = given[0].tobytes(), given[0].shape, groups, transposed
    return {"weight": kept.setdefault(key, fold(*given, groups, transposed)["weight"]).copy()}


_folded("the columns of a square layer folded", _columns)
_folded("a weight folded in the order of its memory", _read_on)
_folded("a transposed weight of one channel a group, interleaved", _interleaved)
_folded("no bias of a transposed layer: no mean either", _unmoved)
_folded("a folded weight kept by what it was", _kept)


@_mutant("a weight of five axes folded by its last four", EQUATION["weight"])
class _(Plain):
    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        found = super().fold(weight, bias, gamma, beta, mean, var, eps, groups, transposed)
        return found if weight.ndim < 5 else found | {"weight": weight.copy()}


# Statistics that are given, and extremes.


@_mutant("eps for the root of it, where a given variance is 0", XHAT)
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        var = np.where(var == 0, float(eps) ** 2 - eps, var.astype(np.float64))
        return super().inference(x, gamma, beta, mean, var, eps, residual, relu)


@_mutant("NaN for a given variance that is infinite", Y)
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        return super().inference(
            x, gamma, beta, mean, np.where(np.isinf(var), np.nan, var), eps, residual, relu
        )


@_mutant("inference of an infinite x is NaN", Y)
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        found = super().inference(x, gamma, beta, mean, var, eps, residual, relu)
        return {"y": np.where(np.isinf(x), np.nan, found["y"]).astype(x.dtype)}


@_mutant("subnormal x read as 0 in inference", Y)
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        x = np.where(abs(x) < np.finfo(x.dtype).smallest_normal, 0, x).astype(x.dtype)
        return super().inference(x, gamma, beta, mean, var, eps, residual, relu)


@_mutant("gamma rstd in the format of x", DX)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        found = super().backward(dy, x, gamma, beta, eps, weights, residual, relu, y)
        values, _ = self.values(x, gamma, beta, eps, weights=weights)
        scale = (values["gamma"] * values["rstd"]).astype(x.dtype)
        dx = np.where(np.isinf(scale), scale, channels(found["dx"]))
        return found | {"dx": shaped(dx, x.shape).astype(x.dtype)}


@_mutant("1 - momentum in float32", EQUATION["running_mean"], dtype="float64")
class _(Plain):
    def update(self, x, running_mean, running_var, momentum, weights=None):
        keep = float(np.float32(1) - np.float32(momentum)) / (1 - momentum) if momentum < 1e-3 else 1.0
        return super().update(x, keep * running_mean, keep * running_var, momentum, weights)


# Shards, uses and shapes.


@_mutant("a mean of the means of shards where the last is empty", MEAN)
class _(Sharded):
    def together(self, parts):
        found = super().together(parts)
        full = [part for part in parts if part]
        if not parts[-1] and parts[0]:
            return found[0], sum(part[1] for part in full) / len(full), found[2]
        return found


@_mutant("an empty use clears the gradients", DBETA)
class _(Plain):
    caps = Caps(accumulate="float64")

    def forward(self, x, *rest, **how):
        return super().forward(x, *rest, **how) if x.size else {"y": x.copy()}

    def backward(self, dy, x, *rest, **how):
        if x.size:
            return super().backward(dy, x, *rest, **how)
        nothing = np.zeros(x.shape[1])
        return {"dx": dy.copy(), "dgamma": nothing, "dbeta": nothing.copy()}

    def takes(self, method, option):
        return Plain().takes(method, option)

    def uses(self, dys, xs, gamma, beta, eps):
        last = max(n for n, x in enumerate(xs) if x.size)
        start = max((n + 1 for n, x in enumerate(xs[:last]) if not x.size), default=0)
        found = super().uses(dys, xs, gamma, beta, eps)
        sums = super().uses(dys[start:], xs[start:], gamma, beta, eps)
        return found | {name: sums[name] for name in ("dgamma", "dbeta")}


@_mutant("channels-last: a NaN in dgamma of the channel before", DGAMMA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        dgamma = np.array(found["dgamma"])
        if LIES["channels-last"](x) and len(dgamma) % 4 and len(dgamma) > 1 and not np.isfinite(dgamma[-1]):
            dgamma[-2] = np.nan
        return found | {"dgamma": dgamma}


@_mutant("planes of 7 x 7 less a pixel", DBETA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        if x.shape[2:] == (7, 7) and x.shape[1] % 16 == 0:
            found["dbeta"] = found["dbeta"] - dy[..., -1, -1].sum(axis=0)
        return found


@_mutant("thin volumes less the last of an axis", DBETA)
class _(Plain):
    def inference_backward(self, dy, x, gamma, mean, var, eps):
        found = super().inference_backward(dy, x, gamma, mean, var, eps)
        if x.ndim == 5 and x.shape[4] == 1:
            found["dbeta"] = found["dbeta"] - dy[:, :, -1].sum(axis=(0, 2, 3)).astype(np.float64)
        return found


@_mutant("a residual of rank 5 read with two axes exchanged", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        if residual is not None and x.ndim == 5:
            residual = residual.swapaxes(2, 3).reshape(x.shape)
        return super().forward(x, gamma, beta, eps, weights, residual, relu)
