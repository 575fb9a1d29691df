"""Evaluates a derived gradient in any interpretation: the walk from a sympy tree to the values it is about.

Only the shapes that `spec.derive` produces are known: rationals, sums, products, whole powers, symbols,
elements such as xhat[k], and sums over the batch.
"""

from math import prod


def varies(tree):
    """Whether a tree has one value for each element of the batch: an element that no sum binds."""
    kind = type(tree).__name__
    return kind == "Indexed" or (kind != "Sum" and any(varies(part) for part in tree.args))


def evaluate(tree, values, over):
    """The value of a tree, where `values` maps names of the alphabet to values and `over` is their batch.

    A product takes its elements first and its per-channel numbers after them, one by one. Raises TypeError
    for a tree of another shape, KeyError for a name without a value.

    >>> from spec.derive import gradient
    >>> from spec.exact import Batch, Exact
    >>> values = {"dy": Exact([[3, 5]]), "xhat": Exact([[-1, 1]])}
    >>> evaluate(gradient("dgamma", "training"), values, Batch(2)).nearest()
    array([[2.]])
    """
    kind = type(tree).__name__
    if kind == "Symbol":
        return over.m if tree.name == "m" else values[tree.name]
    if kind == "Indexed":
        return values[tree.base.name]
    if tree.is_Integer:
        return int(tree)
    if kind == "Sum":
        return over.sum(evaluate(tree.function, values, over))
    if tree.is_Add:
        first, *rest = (evaluate(part, values, over) for part in sorted(tree.args, key=varies, reverse=True))
        return sum(rest, start=first)
    if tree.is_Mul:
        factors = sorted(tree.args, key=varies, reverse=True)
        number = prod(part.p for part in factors if part.is_Rational)
        divisor = prod(part.q for part in factors if part.is_Rational)
        first, *rest = (evaluate(part, values, over) for part in factors if not part.is_Rational)
        product = prod(rest, start=first)
        product = product if number == 1 else -product if number == -1 else product * number
        return product if divisor == 1 else product / divisor
    if tree.is_Pow and tree.exp.is_Integer:
        power = evaluate(tree.base, values, over) ** abs(int(tree.exp))
        return power if tree.exp > 0 else 1 / power
    raise TypeError(f"evaluate: wanted sums, products, whole powers, names and elements, found {tree}")
