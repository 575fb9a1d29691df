"""Mutants of precision: the equations are right on paper, and lose their digits on the way."""

import numpy as np

from .. import equations
from ..adapters.plain import Batch, Plain
from .mutant import of_kernel

MUTANTS = []


def _replaced(name, equation, seen, **entries):
    """A kernel in float64 but for one entry of the book."""
    book = equations.BOOK._replace(**entries)
    MUTANTS.append(of_kernel(name, equation, seen)(type("Variant", (Plain,), {"book": book})))


def _narrow(value, dtype=np.float32):
    with np.errstate(over="ignore"):
        return value.astype(dtype).astype(np.float64)


def _one_pass(x, mean, over):
    x32 = x.astype(np.float32)
    with np.errstate(all="ignore"):
        squares = (x32 * x32).mean(axis=-1, keepdims=True)
        return np.maximum(squares - mean.astype(np.float32) ** 2, 0).astype(np.float64)


def _folded(dtype):
    def xhat(x, mean, var, eps, over):
        with np.errstate(all="ignore"):
            scale = 1 / np.sqrt(var + eps)
            return (x.astype(dtype) * scale.astype(dtype) - (mean * scale).astype(dtype)).astype(np.float64)

    return xhat


_replaced(
    "E[x^2] - E[x]^2 in float32, clamped",
    "(9.39)",
    "TensorFlow #3290; XLA #118701 PR #25115; Flax #1491; keras PR #18795; objax #182",
    var=_one_pass,
)
_replaced(
    "mean rounded to float32",
    "(9.38)",
    "dlib PR #3113; MXNet #9216; pytorch #5410",
    mean=lambda x, over: _narrow(equations.mean(x, over)),
)
_replaced(
    "mean rounded to float16",
    "(9.38)",
    "pytorch PR #126525",
    mean=lambda x, over: _narrow(equations.mean(x, over), np.float16),
)
_replaced(
    "var rounded to float16",
    "(9.39)",
    "coreai-torch PR #54; tensorflow-directml PR #321",
    var=lambda x, mean, over: _narrow(equations.var(x, mean, over), np.float16),
)
_replaced(
    "scale and offset folded in float32",
    "(9.40)",
    "pytorch #5410; BVLC/caffe #3963; TVM #3216; opencv PR #29497",
    xhat=_folded(np.float32),
)
_replaced(
    "rstd of twelve bits",
    "(9.40)",
    "ncnn #303",
    xhat=lambda x, mean, var, eps, over: (x - mean) * _narrow(1 / np.sqrt(var + eps), np.float16),
)
_replaced(
    "var kept above 1e-6",
    "(9.39)",
    "TensorFlow #3290",
    var=lambda x, mean, over: np.maximum(equations.var(x, mean, over), 1e-6),
)


class _Narrow(Batch):
    """Sums in float32, one term after the other."""

    def sum(self, value):
        with np.errstate(all="ignore"):
            sums = np.cumsum(value.astype(np.float32), axis=-1, dtype=np.float32)
        return sums[..., -1:].astype(np.float64)


@MUTANTS.append
@of_kernel("float32 accumulators", "(9.38)", "pytorch #36582; kernels for channels-last")
class _(Plain):
    def over(self, m, dtype):
        return _Narrow(m, dtype)


@MUTANTS.append
@of_kernel("float32 accumulators in backward", "d(9.41)/dbeta", "pytorch #195701")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        values, over = self.values(x, gamma, beta, eps)
        over = _Narrow(int(over.m), np.float64)
        return self._gradients(dy, x, values, over, "training")


@MUTANTS.append
@of_kernel("everything in float32", "(9.38)", "XLA; ORT; libxsmm")
class _(Plain):
    working = np.float32


@MUTANTS.append
@of_kernel("gamma rounded to float16", "(9.41)", "pytorch #50126")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        with np.errstate(over="ignore"):
            narrow = None if gamma is None else gamma.astype(np.float16).astype(x.dtype)
        return super().forward(x, narrow, beta, eps)


@MUTANTS.append
@of_kernel("y rounded to float16", "(9.41)", "pytorch #62594")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"y": _narrow(found["y"], np.float16).astype(x.dtype)}


@MUTANTS.append
@of_kernel("dx rounded to float16", "d(9.41)/dx", "pytorch #147303 #195701")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        return found | {"dx": _narrow(found["dx"], np.float16).astype(x.dtype)}


@MUTANTS.append
@of_kernel("dbeta rounded to float16", "d(9.41)/dbeta", "pytorch #195701 #156513")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        return found | {"dbeta": _narrow(found["dbeta"], np.float16)}


@MUTANTS.append
@of_kernel("dgamma from uncentred sums in float32", "d(9.41)/dgamma", "pytorch #57796 #82493; ptrblck #10")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        values, _ = self.values(x, gamma, beta, eps)
        rows = np.moveaxis(dy, 1, 0).reshape(dy.shape[1], -1).astype(np.float32)
        with np.errstate(all="ignore"):
            product = (rows * values["x"].astype(np.float32)).sum(axis=1)
            sums = product - values["mean"][:, 0].astype(np.float32) * rows.sum(axis=1)
        return found | {"dgamma": sums.astype(np.float64) * values["rstd"][:, 0]}
