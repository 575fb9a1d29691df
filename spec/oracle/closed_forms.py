"""Evaluates the closed forms of the theorems in any interpretation: the walk from their trees to values.

`spec.symbolic.evaluate` does it for sympy's trees; here it is done for the trees of
`spec.theorems.language`, as they are stated: a covariance is taken of deviations, and nothing is expanded.
"""

from fractions import Fraction

from ..theorems import THEOREMS
from ..theorems.language import Tree


def closed(left):
    """The right side of the proven claim `left = right`. Raises LookupError if no theorem has one.

    >>> from spec.theorems.language import dbeta
    >>> closed(dbeta).head
    'sum'
    """
    for theorem in THEOREMS:
        for claim in theorem.claims:
            if (claim.left, claim.mode, claim.batch, claim.book) == (left, "training", "any", "source"):
                return claim.right
    raise LookupError(f"closed form: no theorem states one of {left.data()}")


def without_a_term(tree):
    """Every tree that is this one with one term of one sum left out."""
    if not isinstance(tree, Tree):
        return
    for n, part in enumerate(tree.parts):
        before, after = tree.parts[:n], tree.parts[n + 1 :]
        if tree.head == "add":
            yield Tree("add", before + after)
        for other in without_a_term(part):
            yield Tree(tree.head, (*before, other, *after))


class Walk:
    """The values of trees over `values`, which maps names of the alphabet to values, `over` their batch."""

    def __init__(self, values, over):
        self.values, self.over, self.known = values, over, {}

    def of(self, tree):
        """The value of a tree. Raises AttributeError for an operation that no closed form has."""
        if tree not in self.known:
            self.known[tree] = getattr(self, f"_{tree.head}")(*tree.parts)
        return self.known[tree]

    def _number(self, digits):
        value = Fraction(digits)
        return value.numerator if value.denominator == 1 else value

    def _name(self, name):
        return self.over.m if name == "m" else self.values[name]

    def _add(self, *terms):
        first, *rest = map(self.of, terms)
        return sum(rest, start=first)

    def _mul(self, *factors):
        values = [self.of(factor) for factor in factors]
        number = 1
        product = None
        for value in values:
            if isinstance(value, (int, Fraction)):
                number *= value
            else:
                product = value if product is None else product * value
        if product is None:
            return number
        number = Fraction(number)
        product = product if abs(number.numerator) == 1 else product * abs(number.numerator)
        product = product if number.denominator == 1 else product / number.denominator
        return -product if number < 0 else product

    def _pow(self, base, exponent):
        power = self.of(base) ** abs(exponent)
        return power if exponent > 0 else 1 / power

    def _sum(self, a):
        return self.over.sum(self.of(a))

    def _centred(self, a):
        value = self.of(a)
        return value - self.over.sum(value) / self.over.m

    def _cov(self, a, b):
        return self.over.sum(self._centred(a) * self._centred(b)) / self.over.m
