"""Mutants that need two things at once: kernels that were shipped, and kernels by readers of this suite."""

import time

import numpy as np

from ..adapters.plain import Plain
from ..adapters.sharded import Sharded
from ..oracle import EQUATION, channels, shaped
from .drawn import LAYOUTS as LIES
from .mutant import of_kernel

MUTANTS = []
MEAN, VAR, Y = "(9.38)", "(9.39)", "(9.41)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"


def _mutant(name, equation, seen="", dtype="float32"):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen, dtype)(kernel)) or kernel


def _plane(x):
    return x[0, 0].size if x.shape[0] and x.shape[1] else 0


@_mutant(
    "channels-last: those past the last power of two not written",
    Y,
    "apex #1768; pytorch PR #57077; nnabla-ext-cuda PR #457",
)
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        if LIES["channels-last"](x) and _plane(x) >= 4096:
            found["y"][:, 1 << (x.shape[1].bit_length() - 1) :] = 0 if x.shape[1] & (x.shape[1] - 1) else 1
        return found


@_mutant("images of one pixel: sums stop at 768", DBETA, "MIOpen #1109 #1116 #1119")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        if _plane(x) == 1 and len(x) > 768 and x.shape[1] > 1:
            short = super().backward(dy[:768], x[:768], gamma, beta, eps)
            return found | {name: short[name] for name in ("dgamma", "dbeta")}
        return found


def _few_images(method, output, equation):
    """A mutant that knows 65535 images at most, and leaves the others as they are."""

    def call(self, *given):
        found = getattr(Plain, method)(self, *given)
        wrong = np.array(found[output])
        wrong[65535:] = given[0][65535:]
        return found | {output: wrong}

    words = f"{method}: images from the 65536th on left as they are"
    seen = "apex #411; pytorch #16998; cunn PR #314; MegEngine #437"
    _mutant(words, equation, seen)(type("Variant", (Plain,), {method: call}))


_few_images("forward", "y", "(9.40)")
_few_images("inference", "y", "(9.40)")
_few_images("backward", "dx", DX)


@_mutant("planes of one pixel out of larger ones read as dense", MEAN, "pytorch #24090 #78611")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        if x.ndim == 4 and _plane(x) == 1 and isinstance(x.base, np.ndarray) and x.strides[1] != x.itemsize:
            start = (x.__array_interface__["data"][0] - x.base.__array_interface__["data"][0]) // x.itemsize
            flat = x.base.ravel(order="K")[max(start, 0) :]
            x = np.resize(flat, x.shape)
        return super().forward(x, gamma, beta, eps)


@_mutant("x - mean of inference in the format of x", Y, "pytorch #162489 PR #178123")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        found = super().inference(x, gamma, beta, mean, var, eps)
        along = (1, -1) + (1,) * (x.ndim - 2)
        lost = np.isinf(x - mean.astype(x.dtype).reshape(along))
        return found | {"y": np.where(lost, np.inf, found["y"]).astype(x.dtype)}


@_mutant("dy less its mean in the format of dy", DX, "pytorch #162489 PR #178123")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        rows = channels(dy).astype(np.float64)
        mean = rows.mean(axis=1).astype(dy.dtype).reshape((1, -1) + (1,) * (x.ndim - 2))
        return found | {"dx": np.where(np.isinf(dy - mean), np.inf, found["dx"]).astype(x.dtype)}


@_mutant("channels from the 2049th on left as they are", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        found["y"][:, 2048:] = x[:, 2048:]
        return found


@_mutant("rows in blocks of 1024, of which the last is lost", MEAN)
class _(Plain):
    def over(self, m, dtype):
        batch = super().over(m, dtype)
        whole, cut = batch.sum, m - (m % 1024 or 1024) if m > 1024 else m
        batch.sum = lambda value: whole(value[..., :cut] if value.shape[-1] == m else value)
        return batch


@_mutant("a batch of four that is not divided", MEAN)
class _(Plain):
    def over(self, m, dtype):
        batch = super().over(m, dtype)
        batch.m = batch.m if m != 4 else batch.m / 4
        return batch


@_mutant("a negative stride of the channel read forwards", MEAN)
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(
            x[:, ::-1] if LIES["of a negative stride of the channel"](x) else x, gamma, beta, eps
        )


@_mutant("of a broadcast x only what differs is counted", DBETA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        spread = [n for n, step in zip(x.shape, x.strides, strict=True) if not step]
        share = int(np.prod(spread)) if spread else 1
        return found | {name: found[name] / share for name in ("dgamma", "dbeta")}


@_mutant("a NaN of dy dropped where gamma is 0", DX)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        if gamma is not None:
            found["dx"][:, gamma == 0] = 0
        return found


@_mutant("inference of a new layer returns x", "(9.40)")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        new = (mean == 0).all() and (var == 1).all()
        new &= gamma is None or (gamma == 1).all()
        new &= beta is None or (beta == 0).all()
        return {"y": x.copy()} if new else super().inference(x, gamma, beta, mean, var, eps)


@_mutant("a mean beyond 2^25 rounded to float32", MEAN, dtype="float64")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        values, _ = self.values(x, gamma, beta, eps)
        mean, var = values["mean"][:, 0], values["var"][:, 0]
        rounded = np.where(abs(mean) > 2.0**25, mean.astype(np.float32), mean)
        return super().inference(x, gamma, beta, rounded, var, eps) | {"mean": rounded, "var": var}


@_mutant("eps below 1e-10 dropped", "(9.40)", dtype="float64")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, gamma, beta, eps if eps >= 1e-10 else 0.0)


@_mutant("momentum 0 taken for none", EQUATION["running_mean"])
class _(Plain):
    def update(self, x, running_mean, running_var, momentum):
        return super().update(x, running_mean, running_var, momentum or 0.1)


@_mutant("running statistics of one element made up", EQUATION["running_var"])
class _(Plain):
    def update(self, x, running_mean, running_var, momentum):
        if x.size == x.shape[1]:
            mean = x.reshape(-1).astype(np.float64)
            return {"running_mean": mean, "running_var": (1 - momentum) * running_var + momentum * abs(mean)}
        return super().update(x, running_mean, running_var, momentum)


def _in_turn(count):
    """A mutant whose results lie in so many buffers in turn."""

    class Variant(Plain):
        def __init__(self):
            self.rooms, self.turn = {}, 0

        def forward(self, x, gamma, beta, eps):
            y = super().forward(x, gamma, beta, eps)["y"]
            self.turn += 1
            room = self.rooms.setdefault((self.turn % count, y.shape, y.dtype), np.empty_like(y))
            room[...] = y
            return {"y": room}

    _mutant(f"y in {count} buffers in turn", "purity")(Variant)


_in_turn(2)
_in_turn(3)


@_mutant("statistics kept by the address of x", MEAN)
class _(Plain):
    def __init__(self):
        self.kept = {}

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        key = x.__array_interface__["data"][0], x.shape, x.dtype
        mean, var = self.kept.setdefault(key, (found["mean"], found["var"]))
        return super().inference(x, gamma, beta, mean, var, eps) | {"mean": mean.copy(), "var": var.copy()}


@_mutant("calls at the same time share a mean", MEAN)
class _(Plain):
    mean = None

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        self.mean = found["mean"]
        time.sleep(1e-3)  # in which another call comes, on a busy machine too
        y = super().inference(x, gamma, beta, self.mean, found["var"], eps)["y"]
        shared = self.mean if self.mean.shape == found["mean"].shape else found["mean"]
        return {"y": y, "mean": shared, "var": found["var"]}


# Kinds of faults that options, layouts of parameters and second derivatives have alone.


@_mutant("weights left out where x is channels-last", MEAN)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        weights = None if LIES["channels-last"](x) else weights
        return super().forward(x, gamma, beta, eps, weights, residual, relu)


@_mutant("a residual read in the order of x", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        if residual is not None and residual.strides != x.strides:
            residual = residual.ravel(order="K").reshape(x.shape)
        return super().forward(x, gamma, beta, eps, weights, residual, relu)


@_mutant("a gate left open past the last whole 8 of a plane", EQUATION["dresidual"])
class _(Plain):
    def gated(self, dy, y, residual):
        found, whole = super().gated(dy, y, residual).astype(dy.dtype), _plane(dy) // 8 * 8
        rows = channels(found).reshape(dy.shape[1], len(dy), -1).copy()
        rows[..., whole:] = channels(dy).reshape(rows.shape)[..., whole:]
        return shaped(rows.reshape(len(rows), -1), dy.shape) if whole else found


@_mutant("given variances of a negative stride read forwards", "(9.40)")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(x, gamma, beta, mean, var[::-1] if var.strides[0] < 0 else var, eps)


@_mutant("windows that slide counted as one after the other", MEAN)
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        steps = [step for step, extent in zip(x.strides, x.shape, strict=True) if extent > 1]
        sliding = 0 not in steps and len(set(steps)) < len(steps)
        return super().forward(x.ravel()[::-1].reshape(x.shape) if sliding else x, gamma, beta, eps)


@_mutant("xhat held within 40", "(9.40)")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        values, _ = self.values(x, gamma, beta, eps)
        y = np.clip(values["xhat"], -40, 40) * values["gamma"] + values["beta"]
        return super().forward(x, gamma, beta, eps) | {"y": shaped(y, x.shape).astype(x.dtype)}


@_mutant("shards in channels-last by the variance of the first", VAR)
class _(Sharded):
    def shards(self, xs, gamma, beta, eps):
        found = super().shards(xs, gamma, beta, eps)
        first = next(x for x in xs if x.size)
        return found | {"var": self.own(first)[2]} if LIES["channels-last"](first) else found
