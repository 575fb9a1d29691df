"""Normal forms as terms. An atom of their polynomials is one of these:

("size",)                    the number of elements
("name", name)               a parameter, mean, var or rstd
("element", name, index)     an element of a batch; with the name "", of x - mean
("unit", k, index)           1 at k, 0 elsewhere
("sum", monomial)            the sum of a monomial of elements, a tuple of (name, exponent)
("inverse", text, term)      1 over a term that is no monomial
"""

from spec.coq.setting import MEAN, X
from spec.coq.terms import (
    At,
    Batch,
    Div,
    Name,
    Neg,
    Size,
    Sub,
    Sum,
    Unit,
    add,
    at_index,
    multiply,
    number,
    power,
)


def term_of(polynomial):
    """A polynomial as a term."""
    terms = []
    for monomial, coefficient in sorted(polynomial.terms.items(), key=repr):
        product = product_of(monomial, abs(coefficient))
        terms.append(Neg(product) if coefficient < 0 else product)
    return add(terms)


def product_of(monomial, coefficient=1):
    """A monomial as a term."""
    above = [power(_atom(*what), n) for what, n in monomial if n > 0]
    below = [power(_atom(*what), -n) for what, n in monomial if n < 0]
    if coefficient.numerator != 1:
        above.insert(0, number(coefficient.numerator))
    if coefficient.denominator != 1:
        below.insert(0, number(coefficient.denominator))
    return Div(multiply(above), multiply(below)) if below else multiply(above)


def _atom(kind, *what):
    match kind:
        case "size":
            return Size()
        case "name":
            return Name(*what)
        case "unit":
            return At(Unit(what[0]), what[1])
        case "element":
            return at_index(Batch(what[0]), what[1]) if what[0] else Sub(At(X, what[1]), MEAN)
        case "inverse":
            return Div(number(1), what[1])
        case "sum":
            return Sum("i", multiply([power(_atom("element", name, "i"), n) for name, n in what[0]]))
    raise ValueError(f"atom: wanted one of the kinds above, found {kind!r}")
