"""Mutants of the gradients: a derived gradient with one term changed, never one that is typed."""

from sympy import Integer, Rational, Sum

from ..symbolic.derive import SYMBOLS, gradient
from ..symbolic.normal_form import i, k, m
from .mutant import of_gradient

x, dy, xhat, gamma, rstd, mean, var, eps, beta = (
    SYMBOLS[name] for name in ("x", "dy", "xhat", "gamma", "rstd", "mean", "var", "eps", "beta")
)
# The two sums of the backward pass, as the derivation writes them.
SUM_DY, SUM_DY_XHAT = gradient("dbeta", "training"), gradient("dgamma", "training")
SLIGHTLY = Rational(2001, 2000)


def put(old, new):
    """A change that puts one subexpression in the place of another."""
    return lambda tree: tree.xreplace({old: new})


def times(factor):
    """A change that multiplies the whole."""
    return lambda tree: tree * factor


def _in_sum(old, new):
    """A change of what is summed."""
    return put(SUM_DY_XHAT, Sum((dy[i] * xhat[i]).xreplace({old: new}), (i, 1, m)))


MUTANTS = [
    of_gradient("dx wrong by 0.05 %", "dx", times(SLIGHTLY)),
    of_gradient("dx with its mean term wrong by 0.05 %", "dx", put(SUM_DY, SUM_DY * SLIGHTLY)),
    of_gradient("dx with its variance term wrong by 0.05 %", "dx", put(SUM_DY_XHAT, SUM_DY_XHAT * SLIGHTLY)),
    of_gradient("dx without its mean term", "dx", put(SUM_DY, Integer(0)), "DL4J PR #8379; mlpack PR #1327"),
    of_gradient(
        "dx without its variance term", "dx", put(SUM_DY_XHAT, Integer(0)), "MIOpen #104; mlpack PR #2474"
    ),
    of_gradient("dx without both", "dx", lambda tree: gradient("dx", "inference"), "mlpack PR #1327"),
    of_gradient("dx without gamma", "dx", put(gamma, Integer(1)), "Knet #288"),
    of_gradient("dx with gamma squared", "dx", put(gamma, gamma**2)),
    of_gradient("dx without rstd", "dx", lambda tree: tree / rstd),
    of_gradient("dx with rstd squared", "dx", times(rstd)),
    of_gradient("dx with the wrong sign", "dx", times(-1)),
    of_gradient("dx with its mean term reversed", "dx", put(SUM_DY, -SUM_DY)),
    of_gradient("dx with its variance term reversed", "dx", put(SUM_DY_XHAT, -SUM_DY_XHAT)),
    of_gradient("dx with its mean term doubled", "dx", put(SUM_DY, 2 * SUM_DY)),
    of_gradient("dx with its variance term doubled", "dx", put(SUM_DY_XHAT, 2 * SUM_DY_XHAT)),
    of_gradient("dx with its variance term halved", "dx", put(SUM_DY_XHAT, SUM_DY_XHAT / 2)),
    of_gradient("dx with a sum of dy for its mean", "dx", put(SUM_DY, m * SUM_DY)),
    of_gradient("dx with a sum of dy xhat for its mean", "dx", put(SUM_DY_XHAT, m * SUM_DY_XHAT)),
    of_gradient("dx with its mean term over m - 1", "dx", put(SUM_DY, SUM_DY * m / (m - 1))),
    of_gradient(
        "dx with its variance term over m - 1",
        "dx",
        put(SUM_DY_XHAT, SUM_DY_XHAT * m / (m - 1)),
        "darknet, batchnorm_layer.c",
    ),
    of_gradient("dx divided by m", "dx", times(1 / m)),
    of_gradient("dx times m", "dx", times(m)),
    of_gradient("dx with x - mean for xhat", "dx", put(xhat[k], xhat[k] / rstd)),
    of_gradient(
        "dx with its sums exchanged",
        "dx",
        lambda tree: tree.xreplace({SUM_DY: SUM_DY_XHAT, SUM_DY_XHAT: SUM_DY}),
    ),
    of_gradient("dx as if eps were 0", "dx", put(SUM_DY_XHAT, SUM_DY_XHAT * (var + eps) / var)),
    of_gradient("dx with dy scaled by gamma in one term", "dx", put(SUM_DY, gamma * SUM_DY)),
    of_gradient("dx with dx added to dy", "dx", lambda tree: tree + dy[k], "mlpack PR #2474"),
    of_gradient("dgamma wrong by 0.05 %", "dgamma", times(SLIGHTLY)),
    of_gradient("dgamma divided by m", "dgamma", times(1 / m)),
    of_gradient("dgamma with the wrong sign", "dgamma", times(-1)),
    of_gradient("dgamma not centred", "dgamma", _in_sum(xhat[i], x[i] * rstd)),
    of_gradient("dgamma without rstd", "dgamma", lambda tree: tree / rstd, "pytorch #175189"),
    of_gradient("dgamma with rstd squared", "dgamma", times(rstd)),
    of_gradient("dgamma times gamma", "dgamma", times(gamma)),
    of_gradient("dgamma as dbeta", "dgamma", lambda tree: SUM_DY),
    of_gradient("dgamma of y, not xhat", "dgamma", _in_sum(xhat[i], gamma * xhat[i] + beta)),
    of_gradient("dgamma with dy squared", "dgamma", _in_sum(dy[i], dy[i] ** 2)),
    of_gradient("dbeta wrong by 0.05 %", "dbeta", times(SLIGHTLY)),
    of_gradient("dbeta divided by m", "dbeta", times(1 / m)),
    of_gradient("dbeta with the wrong sign", "dbeta", times(-1)),
    of_gradient("dbeta times gamma", "dbeta", times(gamma)),
    of_gradient("dbeta as dgamma", "dbeta", lambda tree: SUM_DY_XHAT),
    of_gradient("dbeta over m - 1 of m", "dbeta", times(m / (m - 1))),
    of_gradient(
        "training dx in inference",
        "dx",
        lambda tree: gradient("dx", "training"),
        "pytorch #586; xla #913 #3361; MXNet #18209; matconvnet #1174",
        mode="inference",
    ),
    of_gradient("inference dx wrong by 0.05 %", "dx", times(SLIGHTLY), mode="inference"),
    of_gradient("inference dx without gamma", "dx", put(gamma, Integer(1)), mode="inference"),
    of_gradient("inference dx without rstd", "dx", lambda tree: tree / rstd, mode="inference"),
    of_gradient("inference dx with rstd squared", "dx", times(rstd), mode="inference"),
    of_gradient("inference dx centred", "dx", put(dy[k], dy[k] - SUM_DY / m), mode="inference"),
    of_gradient("inference dgamma not centred", "dgamma", _in_sum(xhat[i], x[i] * rstd), mode="inference"),
    of_gradient("inference dgamma divided by m", "dgamma", times(1 / m), mode="inference"),
    of_gradient("inference dbeta as dgamma", "dbeta", lambda tree: SUM_DY_XHAT, mode="inference"),
    of_gradient("inference dbeta times gamma", "dbeta", times(gamma), mode="inference"),
]
