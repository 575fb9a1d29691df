"""Evaluates a derived gradient in any interpretation: the walk from a sympy tree to the values it is about.

Only the shapes that `spec.derive` produces are known: rationals, sums, products, whole powers, symbols,
elements such as xhat[k], and sums over the batch.
"""

from functools import cache
from math import prod


@cache
def varies(tree):
    """Whether a tree has one value for each element of the batch: an element that no sum binds."""
    kind = type(tree).__name__
    return kind == "Indexed" or (kind != "Sum" and any(varies(part) for part in tree.args))


def evaluate(tree, values, over, known=None):
    """The value of a tree, where `values` maps names of the alphabet to values and `over` is their batch.

    A product takes its elements first and its per-channel numbers after them, one by one. `known`, if given,
    is a dictionary that keeps the values of subtrees, for other trees over the same values. Raises TypeError
    for a tree of another shape, KeyError for a name without a value.

    >>> from spec.derive import gradient
    >>> from spec.exact import Batch, Exact
    >>> values = {"dy": Exact([[3, 5]]), "xhat": Exact([[-1, 1]])}
    >>> evaluate(gradient("dgamma", "training"), values, Batch(2)).nearest()
    array([[2.]])
    """
    return _Walk(values, over, {} if known is None else known).of(tree)


class _Walk:
    """The values of trees, each subtree evaluated once."""

    def __init__(self, values, over, known):
        self.values, self.over, self.known = values, over, known

    def of(self, tree):
        if tree not in self.known:
            self.known[tree] = self._value(tree)
        return self.known[tree]

    def _value(self, tree):
        kind = type(tree).__name__
        if kind == "Symbol":
            return self.over.m if tree.name == "m" else self.values[tree.name]
        if kind == "Indexed":
            return self.values[tree.base.name]
        if tree.is_Integer:
            return int(tree)
        if kind == "Sum":
            return self.over.sum(self.of(tree.function))
        if tree.is_Add:
            first, *rest = map(self.of, sorted(tree.args, key=varies, reverse=True))
            return sum(rest, start=first)
        if tree.is_Mul:
            factors = sorted(tree.args, key=varies, reverse=True)
            number = prod(part.p for part in factors if part.is_Rational)
            divisor = prod(part.q for part in factors if part.is_Rational)
            product = self._product(tuple(part for part in factors if not part.is_Rational))
            product = product if number == 1 else -product if number == -1 else product * number
            return product if divisor == 1 else product / divisor
        if tree.is_Pow and tree.exp.is_Integer:
            power = self.of(tree.base) ** abs(int(tree.exp))
            return power if tree.exp > 0 else 1 / power
        raise TypeError(f"evaluate: wanted sums, products, whole powers, names and elements, found {tree}")

    def _product(self, factors):
        """The product of factors from the left: many products begin alike."""
        if len(factors) == 1:
            return self.of(factors[0])
        if factors not in self.known:
            self.known[factors] = self._product(factors[:-1]) * self.of(factors[-1])
        return self.known[factors]
