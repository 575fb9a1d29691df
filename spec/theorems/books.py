"""The equations that theorems are about: the book's, and variants that theorems and near misses need."""

from ..equations import BOOK, standardised


class Weighed:
    """A batch in which each element counts as often as its weight says: so are sums, and so is m."""

    def __init__(self, over):
        self.over, self.weight = over, over.element("weight")

    @property
    def m(self):
        return self.over.sum(self.weight)

    def sum(self, value):
        return self.over.sum(self.weight * value)

    def sqrt(self, value):
        return self.over.sqrt(value)


def weighted_mean(x, over):
    """(9.38) over the weighed batch."""
    return BOOK.mean(x, Weighed(over))


def weighted_var(x, mean, over):
    """(9.39) over the weighed batch."""
    return BOOK.var(x, mean, Weighed(over))


def corrected_var(x, mean, over):
    """(9.39) divided by m - d: d = 1 is Bessel's correction."""
    return over.sum((x - mean) ** 2) / (over.m - over.scalar("d"))


def unbiased_var(x, mean, over):
    """(9.39) divided by m - 1."""
    return over.sum((x - mean) ** 2) / (over.m - 1)


def uncentred_var(x, mean, over):
    """(9.39) without its mean."""
    return over.sum(x**2) / over.m


def double_mean(x, over):
    """(9.38), twice."""
    return 2 * over.sum(x) / over.m


def reversed_xhat(x, mean, var, eps, over):
    """(9.40) with the sign of the mean reversed."""
    return standardised(x, -mean, var + eps, over)


def scaled_eps(x, mean, var, eps, over):
    """(9.40) with eps outside as a factor: 1 + eps too large."""
    return standardised(x, mean, var + eps, over) * (1 + eps)


BOOKS = {
    "source": BOOK,
    "corrected": BOOK._replace(var=corrected_var),
    "weighted": BOOK._replace(mean=weighted_mean, var=weighted_var),
}

WRONG = {
    "factor: var divided by m - 1": BOOK._replace(var=unbiased_var),
    "term: var without its mean": BOOK._replace(var=uncentred_var),
    "factor: mean twice": BOOK._replace(mean=double_mean),
    "sign: that of the mean": BOOK._replace(xhat=reversed_xhat),
    "eps: outside the root": BOOK._replace(xhat=scaled_eps),
}
