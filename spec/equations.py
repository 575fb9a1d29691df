"""The six equations of the source, (9.36)-(9.41), each written once.

Every function works on any value that knows + - * / and whole powers. `over` is the batch that the sums
run over; it knows three things: `over.m`, the number of elements, `over.sum(value)`, and
`over.sqrt(value)`. What a value *is* - a sympy expression in x[i], an exact rational, a rational with an
error bound, a residue modulo a prime, a NumPy array - is the business of the interpretation that calls;
nothing here knows.

x and xhat vary over the batch; mean, var, gamma, beta, eps are one number a channel. var is the biased
variance of (9.39), without eps.
"""

from typing import NamedTuple


def standardised(x, mean, var, over):
    """(9.36)  xhat = (x - E[x]) / sqrt(Var[x])"""
    return (x - mean) / over.sqrt(var)


def reconstructed(xhat, gamma, beta):
    """(9.37)  y = gamma xhat + beta"""
    return gamma * xhat + beta


def mean(x, over):
    """(9.38)  mean = 1/m sum x_i"""
    return over.sum(x) / over.m


def var(x, mean, over):
    """(9.39)  var = 1/m sum (x_i - mean)^2"""
    return over.sum((x - mean) ** 2) / over.m


def xhat(x, mean, var, eps, over):
    """(9.40)  xhat_i = (x_i - mean) / sqrt(var + eps), which is (9.36) with eps beneath the root"""
    return standardised(x, mean, var + eps, over)


def y(xhat, gamma, beta):
    """(9.41)  y_i = gamma xhat_i + beta, which is (9.37) of (9.40)"""
    return reconstructed(xhat, gamma, beta)


def rstd(var, eps, over):
    """rstd = 1 / sqrt(var + eps), by which (9.40) multiplies"""
    return 1 / over.sqrt(var + eps)


def eps(rstd, var):
    """eps = 1 / rstd^2 - var: the same, solved for eps, where rstd is the number that is given"""
    return 1 / rstd**2 - var


class Equations(NamedTuple):
    """The equations as one value, so that a variant of the book is the book with one entry replaced."""

    mean: object = mean
    var: object = var
    xhat: object = xhat
    y: object = y


class Forward(NamedTuple):
    """Everything that a forward pass names, in the order in which the source defines it."""

    mean: object
    var: object
    xhat: object
    y: object


BOOK = Equations()
NUMBER = {"mean": "(9.38)", "var": "(9.39)", "xhat": "(9.40)", "y": "(9.41)"}


def forward(x, gamma, beta, eps, over, book=BOOK):
    """Training mode: (9.38)-(9.41) in order, the statistics those of the batch itself."""
    mean = book.mean(x, over)
    var = book.var(x, mean, over)
    return inference(x, gamma, beta, mean, var, eps, over, book)


def inference(x, gamma, beta, mean, var, eps, over, book=BOOK):
    """Inference mode: (9.40) and (9.41) with a mean and a variance that are given."""
    xhat = book.xhat(x, mean, var, eps, over)
    return Forward(mean, var, xhat, book.y(xhat, gamma, beta))
