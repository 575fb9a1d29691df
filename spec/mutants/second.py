"""Mutants of the derivative along a direction and of the second backward pass: derived trees, changed."""

from sympy import Integer, Sum

from ..symbolic.decide import value
from ..symbolic.derive import HIGHER, SYMBOLS
from ..symbolic.normal_form import i, k, m
from ..theorems.books import BOOKS
from .gradients import SLIGHTLY, SUM_DY, SUM_DY_XHAT, put, times
from .mutant import of_gradient

dy, v, xhat, gamma, p, q, rstd, mean = (
    SYMBOLS[name] for name in ("dy", "v", "xhat", "gamma", "p", "q", "rstd", "mean")
)


def _total(monomial):
    """A sum as the derivation writes it."""
    return Sum(monomial, (i, 1, m))


SUM_V, SUM_V_XHAT, SUM_DY_V = _total(v[i]), _total(v[i] * xhat[i]), _total(dy[i] * v[i])
NOTHING = Integer(0)
# (9.40) without its mean
SHIFTED = put(xhat[k], xhat[k] + mean * rstd)
# cov(dy, v) without the product of the means
NOT_CENTRED = SUM_DY_V + SUM_DY * SUM_V / m
EXCHANGED = {dy[k]: v[k], v[k]: dy[k], SUM_DY: SUM_V, SUM_V: SUM_DY} | {
    SUM_DY_XHAT: SUM_V_XHAT,
    SUM_V_XHAT: SUM_DY_XHAT,
}


def _given(of):
    """The derivative where the statistics do not move with x."""
    return lambda tree: value(HIGHER[of], "any", "inference", BOOKS["source"])


MUTANTS = [
    of_gradient("jvp wrong by 0.05 %", "jvp", times(SLIGHTLY)),
    of_gradient("jvp without its mean term", "jvp", put(SUM_V, NOTHING)),
    of_gradient("jvp without its variance term", "jvp", put(SUM_V_XHAT, NOTHING)),
    of_gradient("jvp without both", "jvp", _given("jvp")),
    of_gradient("jvp with its mean term over m - 1", "jvp", put(SUM_V, SUM_V * m / (m - 1))),
    of_gradient("jvp with its variance term over m - 1", "jvp", put(SUM_V_XHAT, SUM_V_XHAT * m / (m - 1))),
    of_gradient("jvp without gamma", "jvp", put(gamma, Integer(1))),
    of_gradient("jvp without rstd", "jvp", lambda tree: tree / rstd),
    of_gradient("jvp with the wrong sign", "jvp", times(-1)),
    of_gradient("jvp of a batch that is not centred", "jvp", SHIFTED),
    of_gradient("jvp with its mean term squared", "jvp", put(SUM_V, SUM_V**2)),
    of_gradient("d_dy wrong by 0.05 %", "d_dy", times(SLIGHTLY)),
    of_gradient("d_dy without ddx", "d_dy", put(gamma, NOTHING)),
    of_gradient("d_dy without ddgamma", "d_dy", put(p, NOTHING)),
    of_gradient("d_dy without ddbeta", "d_dy", put(q, NOTHING)),
    of_gradient("d_dy without its mean term", "d_dy", put(SUM_V, NOTHING)),
    of_gradient("d_dy without its variance term", "d_dy", put(SUM_V_XHAT, NOTHING)),
    of_gradient("d_dy with ddgamma scaled by gamma", "d_dy", put(p, gamma * p)),
    of_gradient("d_dy with x - mean for xhat", "d_dy", put(xhat[k], xhat[k] / rstd)),
    of_gradient("d_dy with ddbeta divided by m", "d_dy", put(q, q / m)),
    of_gradient("d_dy without gamma", "d_dy", put(gamma, Integer(1))),
    of_gradient("d_dy with the mean of dy", "d_dy", put(SUM_V, SUM_DY)),
    of_gradient("d_dy without rstd", "d_dy", lambda tree: tree.xreplace({gamma: gamma / rstd})),
    of_gradient("d_x wrong by 0.05 %", "d_x", times(SLIGHTLY)),
    of_gradient("d_x with 2 for its 3", "d_x", put(Integer(3), Integer(2))),
    of_gradient("d_x with 1 for its 3", "d_x", put(Integer(3), Integer(1))),
    of_gradient("d_x without the covariance", "d_x", put(SUM_DY_V, SUM_DY * SUM_V / m)),
    of_gradient("d_x with a covariance that is not centred", "d_x", put(SUM_DY_V, NOT_CENTRED)),
    of_gradient("d_x with the covariance over m - 1", "d_x", put(SUM_DY_V, SUM_DY_V * m / (m - 1))),
    of_gradient("d_x without ddx", "d_x", put(gamma, NOTHING)),
    of_gradient("d_x without ddgamma", "d_x", put(p, NOTHING)),
    of_gradient("d_x with ddgamma of the wrong sign", "d_x", put(p, -p)),
    of_gradient("d_x with ddgamma scaled by gamma", "d_x", put(p, gamma * p)),
    of_gradient("d_x with ddgamma along ddx", "d_x", lambda tree: tree.xreplace(EXCHANGED)),
    of_gradient("d_x without gamma", "d_x", put(gamma, Integer(1))),
    of_gradient("d_x without the mean of dy", "d_x", put(SUM_DY, NOTHING)),
    of_gradient("d_x without the mean of ddx", "d_x", put(SUM_V, NOTHING)),
    of_gradient("d_x as if the statistics were given", "d_x", _given("d_x")),
    of_gradient("d_x without rstd", "d_x", lambda tree: tree / rstd),
    of_gradient("d_x with rstd cubed", "d_x", times(rstd)),
    of_gradient("d_x of a batch that is not centred", "d_x", SHIFTED),
    of_gradient("d_x with the covariance squared", "d_x", put(SUM_DY_V, SUM_DY_V**2)),
    of_gradient("d_gamma wrong by 0.05 %", "d_gamma", times(SLIGHTLY)),
    of_gradient("d_gamma divided by m", "d_gamma", times(1 / m)),
    of_gradient("d_gamma with the wrong sign", "d_gamma", times(-1)),
    of_gradient("d_gamma without its mean term", "d_gamma", put(SUM_V, NOTHING)),
    of_gradient("d_gamma without its variance term", "d_gamma", put(SUM_V_XHAT, NOTHING)),
    of_gradient("d_gamma times gamma", "d_gamma", times(gamma)),
    of_gradient("d_gamma without rstd", "d_gamma", lambda tree: tree / rstd),
    of_gradient("d_gamma as if the statistics were given", "d_gamma", _given("d_gamma")),
]
