"""The gradients of batch normalization, obtained by differentiating the equations. Nobody types one."""

from functools import lru_cache

import sympy

from .. import equations
from ..theorems import higher, language
from ..theorems.books import BOOKS, Weighed
from ..theorems.language import GRADIENTS, SECOND
from .decide import value
from .normal_form import Batch, Infinitesimal, elements, k, normal, rate, scalar, substitute

_over = Batch()

x, dy, xhat, v, weight = (elements(name) for name in ("x", "dy", "xhat", "v", "weight"))
gamma, beta, p, q, eps, rstd, mean, var = (
    scalar(name) for name in ("gamma", "beta", "p", "q", "eps", "rstd", "mean", "var")
)
m = _over.m

SYMBOLS = {str(each): each for each in (x, dy, xhat, v, weight, gamma, beta, p, q, eps, rstd, mean, var, m)}

MODES = ("training", "inference")
# Beyond the gradients, of training mode: y along the direction v of x; and what a second backward pass starts
# from, <v, dx> + p dgamma + q dbeta, by each of its arguments.
HIGHER = {
    "jvp": language.along(language.y, "x", language.v),
    **{of: language.gradient(higher.PENALTY, by) for of, by in SECOND.items()},
}


def _training(x, gamma, beta, book):
    """The forward pass on the batch's statistics, with eps = 1/rstd^2 - var of the unperturbed batch."""
    base, book = SYMBOLS["x"][k], BOOKS[book]
    var = book.var(base, book.mean(base, _over), _over)
    return equations.forward(x, gamma, beta, equations.eps(rstd, var), _over, book)


def _inference(x, gamma, beta, book):
    """The forward pass on a given mean and var, with eps = 1/rstd^2 - var."""
    return equations.inference(x, gamma, beta, mean, var, equations.eps(rstd, var), _over, BOOKS[book])


def _standardised(gradient, forward, book):
    """The gradient in the coordinates of (9.40): x eliminated in favour of xhat."""
    (element,) = sympy.solve(
        xhat[k] - equations.BOOK.xhat(x[k], mean, var, equations.eps(rstd, var), _over), x[k]
    )
    gradient = substitute(gradient, x, element, _over)
    # In training mode the sum of xhat, as the batch counts, is a number, here computed from the equations: 0.
    counted = Weighed(_over) if book == "weighted" else _over
    known = normal(counted.sum(forward.xhat))
    if known.is_number:
        gradient = gradient.xreplace({counted.sum(xhat[k]): known})
    return sympy.factor_terms(gradient)


@lru_cache
def gradient(of, mode, book="source"):
    """The derivative of the loss sum(dy*y) with respect to x, gamma or beta, from (9.38)-(9.41).

    `of` is "dx", "dgamma" or "dbeta"; `mode` is "training" (mean and var are those of the batch) or
    "inference" (they are given); `book` one of `spec.theorems.books.BOOKS`, for instance "weighted". The
    result is a sympy expression in gamma, rstd, m, dy[k], xhat[k] and sums over i of products of dy[i] and
    xhat[i], and of weight[k] and sums with weight[i]. Raises ValueError for another name.

    >>> gradient("dgamma", "training")
    Sum(dy[i]*xhat[i], (i, 1, m))
    >>> gradient("dx", "inference")
    gamma*rstd*dy[k]
    """
    if of not in GRADIENTS:
        raise ValueError(f"of: wanted one of {', '.join(GRADIENTS)}, found {of!r}")
    if mode not in MODES:
        raise ValueError(f"mode: wanted one of {', '.join(MODES)}, found {mode!r}")
    forward = {"training": _training, "inference": _inference}[mode]
    at = {"x": x[k], "gamma": gamma, "beta": beta}
    t, u = Infinitesimal("t"), elements("u")
    name = GRADIENTS[of]
    perturbed = at | {name: at[name] + t * (u[k] if name == "x" else 1)}
    derivative = rate(_over.sum(dy[k] * forward(**perturbed, book=book).y), t)
    if of == "dx":
        derivative = _over.representer(derivative, "u")
    return _standardised(derivative, forward(**at, book=book), book)


@lru_cache
def derivative(of, mode, book="source"):
    """Any derivative by its name: a gradient, or of HIGHER, which are of training mode alone.

    The latter as the former, with v[k], p and q beside dy[k]: ddx, ddgamma and ddbeta of a second backward
    pass. Raises ValueError for another name.

    >>> derivative("jvp", "training")
    gamma*rstd*(v[k] - xhat[k]*Sum(v[i]*xhat[i], (i, 1, m))/m - Sum(v[i], (i, 1, m))/m)
    """
    if of not in HIGHER:
        return gradient(of, mode, book)
    if mode != "training":
        raise ValueError(f"mode: wanted training for {of}, found {mode!r}")
    found = value(HIGHER[of], "any", mode, BOOKS[book])
    return _standardised(found, _training(x[k], gamma, beta, book), book)
