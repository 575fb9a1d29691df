"""Mutants of (9.38)-(9.41): the book with one entry replaced."""

from ..equations import BOOK
from .mutant import of_book


def slightly(entry):
    """An equation whose result is wrong by 0.05 %."""
    return lambda *arguments: entry(*arguments) * 2001 / 2000


def _squares(x, mean, over):
    return over.sum((x - mean) ** 2)


def _thousandth(over):
    return over.m / over.m / 1000


MUTANTS = [
    of_book("mean wrong by 0.05 %", "(9.38)", mean=slightly(BOOK.mean)),
    of_book("mean over m - 1", "(9.38)", mean=lambda x, over: over.sum(x) / (over.m - 1)),
    of_book("mean over m + 1", "(9.38)", mean=lambda x, over: over.sum(x) / (over.m + 1)),
    of_book("mean not divided", "(9.38)", mean=lambda x, over: over.sum(x)),
    of_book("mean left at 0", "(9.38)", "JAX stax #139", mean=lambda x, over: over.sum(x) * 0),
    of_book("mean with the wrong sign", "(9.38)", mean=lambda x, over: -over.sum(x) / over.m),
    of_book("mean of squares", "(9.38)", mean=lambda x, over: over.sum(x**2) / over.m),
    of_book("var wrong by 0.05 %", "(9.39)", var=slightly(BOOK.var)),
    of_book(
        "var over m - 1",
        "(9.39)",
        "darknet, variance_cpu; oneDNN #517; keras PR #9028",
        var=lambda x, mean, over: _squares(x, mean, over) / (over.m - 1),
    ),
    of_book("var over m + 1", "(9.39)", var=lambda x, mean, over: _squares(x, mean, over) / (over.m + 1)),
    of_book("var not divided", "(9.39)", var=lambda x, mean, over: _squares(x, mean, over)),
    of_book("var not centred", "(9.39)", var=lambda x, mean, over: over.sum(x**2) / over.m),
    of_book("var centred twice", "(9.39)", var=lambda x, mean, over: over.sum((x - mean * 2) ** 2) / over.m),
    of_book(
        "E[x^2] + E[x]^2, a sign lost",
        "(9.39)",
        var=lambda x, mean, over: over.sum((x - mean) ** 2) / over.m + mean**2 * 2,
    ),
    of_book("var doubled", "(9.39)", var=lambda x, mean, over: _squares(x, mean, over) * 2 / over.m),
    of_book(
        "var holds a constant beside it",
        "(9.39)",
        "thinc, layernorm: var + 1e-8",
        var=lambda x, mean, over: _squares(x, mean, over) / over.m + _thousandth(over),
    ),
    of_book("var of fourth powers", "(9.39)", var=lambda x, mean, over: over.sum((x - mean) ** 4) / over.m),
    of_book("xhat wrong by 0.05 %", "(9.40)", xhat=slightly(BOOK.xhat)),
    of_book(
        "eps outside the root",
        "(9.40)",
        "ncnn PR #311; darknet PR #17; TensorFlow #24690; pytorch PR #1804",
        xhat=lambda x, mean, var, eps, over: (x - mean) / (over.sqrt(var) + eps),
    ),
    of_book(
        "eps missing",
        "(9.40)",
        "chainer PR #2214; ncnn #303",
        xhat=lambda x, mean, var, eps, over: (x - mean) / over.sqrt(var),
    ),
    of_book(
        "eps twice", "(9.40)", xhat=lambda x, mean, var, eps, over: (x - mean) / over.sqrt(var + eps * 2)
    ),
    of_book(
        "eps squared", "(9.40)", xhat=lambda x, mean, var, eps, over: (x - mean) / over.sqrt(var + eps**2)
    ),
    of_book(
        "eps under a root of its own",
        "(9.40)",
        xhat=lambda x, mean, var, eps, over: (x - mean) / (over.sqrt(var) + over.sqrt(eps)),
    ),
    of_book(
        "eps a thousandth more",
        "(9.40)",
        xhat=lambda x, mean, var, eps, over: (x - mean) / over.sqrt(var + eps + _thousandth(over)),
    ),
    of_book("the root forgotten", "(9.40)", xhat=lambda x, mean, var, eps, over: (x - mean) / (var + eps)),
    of_book(
        "not divided by the root", "(9.40)", xhat=lambda x, mean, var, eps, over: (x - mean) * (eps / eps)
    ),
    of_book(
        "multiplied by the root",
        "(9.40)",
        xhat=lambda x, mean, var, eps, over: (x - mean) * over.sqrt(var + eps),
    ),
    of_book("mean added", "(9.40)", xhat=lambda x, mean, var, eps, over: (x + mean) / over.sqrt(var + eps)),
    of_book("x not centred", "(9.40)", xhat=lambda x, mean, var, eps, over: x / over.sqrt(var + eps)),
    of_book("gamma missing", "(9.41)", y=lambda xhat, gamma, beta: xhat + beta),
    of_book("gamma squared", "(9.41)", y=lambda xhat, gamma, beta: xhat * gamma**2 + beta),
    of_book("gamma as 1 + gamma", "(9.41)", y=lambda xhat, gamma, beta: xhat * gamma + xhat + beta),
    of_book("gamma with the wrong sign", "(9.41)", y=lambda xhat, gamma, beta: xhat * -gamma + beta),
    of_book("beta missing", "(9.41)", y=lambda xhat, gamma, beta: xhat * gamma),
    of_book("beta twice", "(9.41)", y=lambda xhat, gamma, beta: xhat * gamma + beta * 2),
    of_book("beta with the wrong sign", "(9.41)", y=lambda xhat, gamma, beta: xhat * gamma + -beta),
    of_book("beta scaled by gamma", "(9.41)", y=lambda xhat, gamma, beta: (xhat + beta) * gamma),
    of_book("gamma and beta exchanged", "(9.41)", y=lambda xhat, gamma, beta: xhat * beta + gamma),
    of_book("y wrong by 0.05 %", "(9.41)", y=slightly(BOOK.y)),
]
