"""Normal forms as terms. An atom of their polynomials is one of these:

("size", size)              a number of elements
("name", name)              a parameter, mean, var or rstd
("element", name, index)    an element of a batch; the name "" is x - mean, and AFTER may come before
("unit", k, index)          1 at k, 0 elsewhere
("sum", monomial, size)     the sum of a monomial of elements, a tuple of (name, exponent)
("inverse", text, term)     1 over a term that is no monomial
"""

from .setting import MEAN, X
from .terms import After, At, Batch, Div, Name, Neg, Size, Sub, Sum, Unit, add, multiply, number, power

AFTER = "after "


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
            return Size(*what)
        case "name":
            return Name(*what)
        case "unit":
            return At(Unit(what[0]), what[1])
        case "element":
            return _element(*what)
        case "inverse":
            return Div(number(1), what[1])
        case "sum":
            monomial, size = what
            return Sum("i", multiply([power(_element(name, "i"), n) for name, n in monomial]), size)
    raise ValueError(f"atom: wanted one of the kinds above, found {kind!r}")


def _element(name, index):
    if not name:
        return Sub(At(X, index), MEAN)
    batch = Batch(name.removeprefix(AFTER))
    return At(After(batch) if name.startswith(AFTER) else batch, index)
