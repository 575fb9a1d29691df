"""Mutants of one rounding too many, and of half precision and float64, each run on data of its format."""

import math

import numpy as np

from .. import equations
from ..adapters.plain import Batch, Plain
from ..bounds import formats
from ..interface.adapter import Caps
from ..oracle import EQUATION, channels
from .mutant import of_kernel

MUTANTS = []
MEAN, VAR, XHAT, Y = "(9.38)", "(9.39)", "(9.40)", "(9.41)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"


def _mutant(name, equation, seen="", dtype="float32"):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen, dtype)(kernel)) or kernel


def narrow(value, dtype=np.float32):
    """A value rounded to a narrower format, and widened again."""
    with np.errstate(over="ignore"):
        return value.astype(dtype).astype(np.float64)


def _summing(name, equation, total, seen="", dtype="float32", accumulate="float64"):
    class Sums(Batch):
        def sum(self, value):
            with np.errstate(all="ignore"):
                return total(value)

    class Variant(Plain):
        caps = Caps(dtypes=(dtype,), accumulate=accumulate, least=1)

        def over(self, m, dtype):
            return Sums(m, dtype)

        def takes(self, method, option):
            # products with weights are terms of the mean too, which x itself need not be
            return option != "weights" and super().takes(method, option)

    _mutant(name, equation, seen, dtype)(Variant)


def _float32_blocks(value):
    """Eight float32 terms at a time in float32, the blocks in float64."""
    short = value.astype(np.float32)
    blocks = [short[..., n : n + 8].sum(axis=-1) for n in range(0, short.shape[-1], 8)]
    return np.stack(blocks, axis=-1).astype(np.float64).sum(axis=-1, keepdims=True) if blocks else 0.0


def _plain(value):
    return value.sum(axis=-1, keepdims=True)


_summing("float32 blocks of eight, added in float64", MEAN, _float32_blocks)
_summing("terms rounded to float32, added in float64", VAR, lambda value: _plain(narrow(value)))
_summing("sums rounded to float32", MEAN, lambda value: narrow(_plain(value)))
_summing(
    "float32 sums in pairs",
    MEAN,
    lambda value: narrow(value.astype(np.float32).sum(axis=-1, keepdims=True)),
    "XLA",
)


def _kahan(value, sign):
    total, lost = np.zeros(value.shape[:-1]), np.zeros(value.shape[:-1])
    for n in range(value.shape[-1]):
        term = value[..., n] - sign * lost
        grown = total + term
        lost = (grown - total) - term
        total = grown
    return total[..., None]


_summing(
    "float64 sums that are not compensated",
    MEAN,
    lambda value: np.cumsum(value, axis=-1)[..., -1:] if value.shape[-1] else _plain(value),
    dtype="float64",
    accumulate="compensated",
)
_summing(
    "a compensation of the wrong sign",
    MEAN,
    lambda value: _kahan(value, -1),
    dtype="float64",
    accumulate="compensated",
)


def _of_book(name, equation, seen="", dtype="float32", **entries):
    book = equations.BOOK._replace(**entries)
    caps = Caps(dtypes=(dtype,), accumulate="float64", least=1)
    _mutant(name, equation, seen, dtype)(type("Variant", (Plain,), {"book": book, "caps": caps}))


_of_book(
    "E[x^2] - E[x]^2 in float64",
    VAR,
    "Flax #1491",
    var=lambda x, mean, over: abs((x**2).mean(axis=-1, keepdims=True) - mean**2),
)
_of_book(
    "squares rounded to float32, added in float64",
    VAR,
    var=lambda x, mean, over: narrow((x - mean) ** 2).sum(axis=-1, keepdims=True) / over.m,
)
_of_book(
    "deviations rounded to float32, squared in float64",
    VAR,
    var=lambda x, mean, over: (narrow(x - mean) ** 2).sum(axis=-1, keepdims=True) / over.m,
)
_of_book(
    "1/m rounded to float32",
    MEAN,
    "oneDNN #517",
    mean=lambda x, over: over.sum(x) * narrow(1 / np.float64(over.m)),
)
_of_book(
    "var without what is below 1e-12",
    VAR,
    var=lambda x, mean, over: np.where(equations.var(x, mean, over) < 1e-12, 0, equations.var(x, mean, over)),
)
_of_book(
    "mean rounded to bfloat16",
    MEAN,
    "pytorch #156513",
    mean=lambda x, over: np.float64(
        equations.mean(x, over)
        .astype(np.float32)
        .view(np.uint32)
        .__and__(np.uint32(0xFFFF0000))
        .view(np.float32)
    ),
)
_of_book(
    "rstd of a Newton step too few",
    XHAT,
    "ncnn #303",
    xhat=lambda x, mean, var, eps, over: (x - mean) / np.sqrt(var + eps) * (1 + 2.0**-14),
)
_of_book(
    "xhat rounded to float16",
    Y,
    "pytorch #62594",
    xhat=lambda x, mean, var, eps, over: narrow(equations.xhat(x, mean, var, eps, over), np.float16),
)
_of_book(
    "mean as the first element and the mean of what is off it",
    MEAN,
    "",
    "float64",
    mean=lambda x, over: x[:, :1] + over.sum(x - x[:, :1]) / over.m,
)
# Data of float64.
_of_book(
    "float64 data: mean rounded to float32",
    MEAN,
    "dlib PR #3113",
    "float64",
    mean=lambda x, over: narrow(equations.mean(x, over)),
)
_of_book(
    "float64 data: var rounded to float32",
    VAR,
    "MXNet #9216",
    "float64",
    var=lambda x, mean, over: narrow(equations.var(x, mean, over)),
)
_of_book(
    "float64 data: rstd rounded to float32",
    XHAT,
    "ncnn #303",
    "float64",
    xhat=lambda x, mean, var, eps, over: (x - mean) * narrow(1 / np.sqrt(var + eps)),
)
_of_book(
    "float64 data: y rounded to float32",
    Y,
    "XLA",
    "float64",
    y=lambda xhat, gamma, beta: narrow(equations.y(xhat, gamma, beta)),
)
_of_book("float64 data: x read in float32", MEAN, "tinygrad PR #7025", "float64",
         mean=lambda x, over: over.sum(narrow(x)) / over.m)  # fmt: skip


def _rounded(name, equation, method, output, dtype, seen="", data="float32"):
    """A mutant that rounds an output to a narrower format, and returns it in the right one."""

    def call(self, *arguments):
        found = getattr(Plain, method)(self, *arguments)
        with np.errstate(over="ignore"):
            return found | {output: found[output].astype(dtype).astype(found[output].dtype)}

    caps = Caps(dtypes=(data,), accumulate="float64", least=1)
    _mutant(name, equation, seen, data)(type("Variant", (Plain,), {method: call, "caps": caps}))


MEAN_KEPT, VAR_KEPT = EQUATION["running_mean"], EQUATION["running_var"]
_rounded("dgamma rounded to float16", DGAMMA, "backward", "dgamma", np.float16, "pytorch #195701")
_rounded("y of inference rounded to float16", Y, "inference", "y", np.float16, "pytorch #62594")
_rounded("running_mean kept in float16", MEAN_KEPT, "update", "running_mean", np.float16)
_rounded("running_var kept in float16", VAR_KEPT, "update", "running_var", np.float16)
_rounded("running_mean kept in float32", MEAN_KEPT, "update", "running_mean", np.float32, "", "float64")
_rounded("float64 data: dx rounded to float32", DX, "backward", "dx", np.float32, "XLA", "float64")
_rounded("float64 data: dbeta rounded to float32", DBETA, "backward", "dbeta", np.float32, "XLA", "float64")
_rounded("float64 data: dgamma rounded to float32", DGAMMA, "backward", "dgamma", np.float32, "", "float64")


# Data of half precision, whose parameters and statistics are float32.
def _half(name, equation, seen="", dtype="float16"):
    def register(kernel):
        kernel.caps = Caps(dtypes=(dtype,), accumulate="float64", least=1)
        return _mutant(name, equation, seen, dtype)(kernel)

    return register


@_half("half data: summed in float16", MEAN, "pytorch PR #126525; TF #47156")
class _(Plain):
    def over(self, m, dtype):
        batch = super().over(m, dtype)

        def total(value):
            with np.errstate(over="ignore"):
                return np.cumsum(value.astype(np.float16), axis=-1, dtype=np.float16)[..., -1:].astype(float)

        batch.sum = total
        return batch


@_half("half data: squares summed in float16", VAR, "tensorflow-directml PR #321; ORT #29034")
class _(Plain):
    book = equations.BOOK._replace(
        var=lambda x, mean, over: (
            narrow(narrow((x - mean) ** 2, np.float16).sum(-1, keepdims=True), np.float16) / over.m
        )
    )


@_half("half data: mean rounded to float16", MEAN, "pytorch PR #126525")
class _(Plain):
    book = equations.BOOK._replace(mean=lambda x, over: narrow(equations.mean(x, over), np.float16))


@_half("half data: gamma rounded to float16", Y, "pytorch PR #50126")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, None if gamma is None else narrow(gamma, np.float16), beta, eps)


@_half("half data: given var rounded to float16", XHAT, "coreai-torch PR #54")
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(x, gamma, beta, mean, narrow(var, np.float16), eps)


@_half("half data: dbeta returned in float16", DBETA, "pytorch, BatchNorm2d(3).half()")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        with np.errstate(over="ignore"):
            return found | {"dbeta": found["dbeta"].astype(np.float16)}


@_half("half data: y of each step in float16", Y, "pytorch #62594")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        values, _ = self.values(x, gamma, beta, eps)
        product = narrow(narrow(values["xhat"], np.float16) * values["gamma"], np.float16)
        y = np.moveaxis((product + values["beta"]).reshape(x.shape[1], x.shape[0], *x.shape[2:]), 0, 1)
        with np.errstate(over="ignore"):
            return found | {"y": y.astype(x.dtype)}


if formats.ml_dtypes is not None:

    @_half("bfloat16 data: dbeta rounded to bfloat16", DBETA, "pytorch #195701 #156513", "bfloat16")
    class _(Plain):
        def backward(self, dy, x, gamma, beta, eps):
            found = super().backward(dy, x, gamma, beta, eps)
            return found | {"dbeta": narrow(found["dbeta"], dy.dtype)}

    @_half("bfloat16 data: dy rounded sum by sum", DBETA, "pytorch #195701", "bfloat16")
    class _(Plain):
        def backward(self, dy, x, gamma, beta, eps):
            found = super().backward(dy, x, gamma, beta, eps)
            total = np.zeros(len(found["dbeta"]), dy.dtype)
            for column in channels(dy).T:
                total = total + column
            return found | {"dbeta": total.astype(np.float32)}


class _Once(Plain):
    """A kernel that is declared to round mean and var once."""

    caps = Caps(dtypes=("float32",), accumulate="exact", least=1)


@_mutant("a sum rounded before it is divided, for exact", MEAN)
class _(_Once):
    def over(self, m, dtype):
        batch = super().over(m, dtype)
        batch.sum = lambda value: np.array([[math.fsum(row)] for row in value])
        return batch


@_mutant("float64 sums for exact", MEAN)
class _(_Once):
    pass
