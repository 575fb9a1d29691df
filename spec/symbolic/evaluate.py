"""Evaluates a derived gradient in any interpretation: the walk from a sympy tree to the values it is about.

Only the shapes that `derive.py` produces are known: rationals, sums, products, whole powers, symbols,
elements such as xhat[k], and sums over the batch. A tree is read once into steps, which an audit walks
thousands of times; equal subtrees are the same step.
"""

from dataclasses import dataclass
from functools import cache
from math import prod


def evaluate(tree, values, over, known=None):
    """The value of a tree, where `values` maps names of the alphabet to values and `over` is their batch.

    A product takes its elements first and its per-channel numbers after them, one by one. `known`, if given,
    is a dictionary that keeps the numbers of channels, for other trees over the same values. Raises TypeError
    for a tree of another shape, KeyError for a name without a value.

    >>> from spec.symbolic.derive import gradient
    >>> from spec.bounds.exact import Batch, Exact
    >>> values = {"dy": Exact([[3, 5]]), "xhat": Exact([[-1, 1]])}
    >>> evaluate(gradient("dgamma", "training"), values, Batch(2)).nearest()
    array([[2.]])
    """
    return _value(_read(tree), values, over, {} if known is None else known)


@dataclass(frozen=True, eq=False)
class _Step:
    """An operation, what it is of beside its parts, its parts, and whether each element has its own value."""

    operation: str
    of: object
    parts: tuple
    varies: bool


@cache
def _read(tree):
    """The steps of a tree."""
    kind = type(tree).__name__
    if kind == "Symbol":
        return _Step("name", tree.name, (), False)
    if kind == "Indexed":
        return _Step("name", tree.base.name, (), True)
    if tree.is_Integer:
        return _Step("number", int(tree), (), False)
    if kind == "Sum":
        return _Step("sum", None, (_read(tree.function),), False)
    if tree.is_Pow and tree.exp.is_Integer:
        base = _read(tree.base)
        return _Step("power", int(tree.exp), (base,), base.varies)
    if tree.is_Add or tree.is_Mul:
        numbers = [part for part in tree.args if tree.is_Mul and part.is_Rational]
        parts = [_read(part) for part in tree.args if not (tree.is_Mul and part.is_Rational)]
        parts.sort(key=lambda part: part.varies, reverse=True)
        quotient = prod(part.p for part in numbers), prod(part.q for part in numbers)
        return _Step("add" if tree.is_Add else "multiply", quotient, tuple(parts), parts[0].varies)
    raise TypeError(f"evaluate: wanted sums, products, whole powers, names and elements, found {tree}")


def _value(step, values, over, known):
    """The value of a step. Values of elements are not kept: they take the memory of a tensor each."""
    if step.varies:
        return _found(step, values, over, known)
    if step not in known:
        known[step] = _found(step, values, over, known)
    return known[step]


def _found(step, values, over, known):
    if step.operation == "name":
        return over.m if step.of == "m" else values[step.of]
    if step.operation == "number":
        return step.of
    first, *rest = (_value(part, values, over, known) for part in step.parts)
    if step.operation == "sum":
        return over.sum(first)
    if step.operation == "power":
        power = first ** abs(step.of)
        return power if step.of > 0 else 1 / power
    if step.operation == "add":
        return sum(rest, start=first)
    number, divisor = step.of
    product = prod(rest, start=first)
    product = product if number == 1 else -product if number == -1 else product * number
    return product if divisor == 1 else product / divisor
