"""The symbolic interpretation of the equations: a batch of size m, a symbol, and a normal form that decides.

A value that varies over the batch is an expression in x[k], dy[k], ... with k the one free index;
`Batch.sum` binds k as i. Three rules make equality decidable, and keep clear of every sum that sympy
differentiates or renames wrongly:

A. A sum holds one monomial in the elements and nothing else: sums are expanded, constants leave them, the
   sum of 1 is m. So k is never bound, i is never free, and equal sums are the same object.
B. rstd is a positive symbol, and eps = 1/rstd^2 - var: every root in the equations is then the root of a
   square.
C. Nothing is differentiated by an element. x is perturbed to x + t u, where t is a scalar, hence outside
   every sum, and infinitesimal: t^2 = 0. The derivative is what stands beside t. A power of A + t B is its
   binomial series, cut off at t.

What remains is a rational function in the power sums, the elements at k, the parameters and m. For a
symbolic m these are independent of each other (the power sums of m elements are, up to the degree m), so
such a function is zero for every batch of every size exactly when its numerator expands to the polynomial
0.
"""

from functools import reduce
from operator import add

import sympy
from sympy import Add, IndexedBase, Pow, S, Sum, Symbol

k, i, one = sympy.symbols("k i j", integer=True)


POSITIVE = ("rstd", "a")


def elements(name):
    """A real quantity with one value for each element of the batch."""
    return IndexedBase(name, real=True)


def scalar(name):
    """A real number, positive or not negative if its name says so."""
    if name in POSITIVE:
        return Symbol(name, positive=True)
    return Symbol(name, nonnegative=True) if name in ("eps", "var") else Symbol(name, real=True)


m, m1 = sympy.symbols("m m1", integer=True, positive=True)


class Infinitesimal(Symbol):
    """A real scalar t with t^2 = 0."""

    def __new__(cls, name):
        return super().__new__(cls, name, real=True)


class Batch:
    """A batch of m elements, as the equations want it. `label` tells its elements from another's."""

    scalar = staticmethod(scalar)
    weight_at = S.One

    def __init__(self, label="", m=m):
        self.label = label
        self.m = m

    def element(self, name):
        """The quantity of this name, at k."""
        return elements(name + self.label)[k]

    def one(self, value):
        """The value at one element, fixed but arbitrary."""
        return value.xreplace({k: one})

    def sum(self, value):
        """The sum over the batch of a value at k, by rule A."""
        total = []
        for term in Add.make_args(sympy.expand(value)):
            constant, monomial = term.as_independent(k, as_Add=False)
            total.append(
                constant * (self.m if monomial is S.One else Sum(monomial.xreplace({k: i}), (i, 1, self.m)))
            )
        return Add(*total)

    def sqrt(self, value):
        """The root of a value, expanded first so that rule B can see the square."""
        return sympy.sqrt(sympy.expand(value))

    def representer(self, functional, direction):
        """The g of a functional sum g_k u_k, linear in the direction u: what stands beside u in each sum."""
        u, total = elements(direction + self.label), []
        for term in Add.make_args(normal(functional)):
            for of_u in term.atoms(Sum):
                if of_u.has(u):
                    total.append(term.xreplace({of_u: of_u.function.xreplace({u[i]: S.One, i: k})}))
        return Add(*total)


class Weighted(Batch):
    """A batch whose element k has the weight w[k]: sums are weighted, and m is the sum of the weights."""

    weight = elements("weight")
    weight_at = weight[k]

    def __init__(self):
        super().__init__()
        self.m = Sum(self.weight[i], (i, 1, self.m))

    def sum(self, value):
        return Batch().sum(self.weight[k] * value)


class Single:
    """A batch of one element, which is its own sum."""

    scalar = staticmethod(scalar)
    m = weight_at = S.One

    def __init__(self, label=""):
        self.label = label

    def element(self, name):
        return Symbol(name + self.label, real=True)

    def one(self, value):
        return value

    def sum(self, value):
        return value

    def sqrt(self, value):
        return sympy.sqrt(sympy.expand(value))

    def representer(self, functional, direction):
        return normal(functional).coeff(self.element(direction))


def two_shards():
    """A batch of m elements in two shards, of m1 and m - m1."""
    return Joined(Batch("1", m1), Batch("2", m - m1))


class Parts(tuple):
    """A value on each of the parts of a joined batch; a plain value is the same on all."""

    def _with(self, other, operation):
        other = other if isinstance(other, Parts) else (other,) * len(self)
        return Parts(operation(a, b) for a, b in zip(self, other, strict=True))

    def __add__(self, other):
        return self._with(other, lambda a, b: a + b)

    def __sub__(self, other):
        return self._with(other, lambda a, b: a - b)

    def __rsub__(self, other):
        return self._with(other, lambda a, b: b - a)

    def __mul__(self, other):
        return self._with(other, lambda a, b: a * b)

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a / b)

    def __pow__(self, other):
        return self._with(other, lambda a, b: a**b)

    __radd__, __rmul__ = __add__, __mul__


class Joined:
    """A batch that consists of others: a value on it is a `Parts`, a sum the sum of theirs."""

    scalar = staticmethod(scalar)
    weight_at = S.One

    def __init__(self, *parts):
        self.parts = parts
        self.m = sympy.expand(reduce(add, (part.m for part in parts)))

    def element(self, name):
        return Parts(part.element(name) for part in self.parts)

    def one(self, value):
        return value[0] if isinstance(value, Parts) else value

    def sum(self, value):
        values = value if isinstance(value, Parts) else (value,) * len(self.parts)
        return reduce(add, (part.sum(each) for part, each in zip(self.parts, values, strict=True)))

    def sqrt(self, value):
        return sympy.sqrt(sympy.expand(value))

    def representer(self, functional, direction):
        return Parts(part.representer(functional, direction) for part in self.parts)


def each(function):
    """A function of an expression, applied to each part where the value has parts."""

    def on_parts(value, *rest):
        return (
            Parts(function(part, *rest) for part in value)
            if isinstance(value, Parts)
            else function(value, *rest)
        )

    on_parts.__doc__ = function.__doc__
    return on_parts


def _cut(value):
    """The expanded value, without the terms that hold the square of an infinitesimal."""
    value = sympy.expand(value)
    if not value.atoms(Infinitesimal):
        return value
    return Add(
        *(
            term
            for term in Add.make_args(value)
            if not any(isinstance(base, Infinitesimal) and n > 1 for base, n in term.as_powers_dict().items())
        )
    )


def _series(base, exponent):
    """(A + B)^exponent for an infinitesimal B: the binomial series, which ends because B^n is 0."""
    infinitesimal, finite = sympy.sift(
        Add.make_args(sympy.expand(base)), lambda term: not term.atoms(Infinitesimal), binary=True
    )[::-1]
    finite, infinitesimal = Add(*finite), Add(*infinitesimal)
    total, power, n = S.Zero, S.One, 0
    while power != 0:
        total += sympy.binomial(exponent, n) * finite ** (exponent - n) * power
        power, n = _cut(power * infinitesimal), n + 1
    return total


@each
def normal(value):
    """The expanded form: a sum of monomials in power sums, elements at k, parameters and powers of m."""
    value = sympy.expand(value)
    powers = {
        power: _series(*power.args)
        for power in value.atoms(Pow)
        if power.base.is_Add and power.base.atoms(Infinitesimal)
    }
    return _cut(value.xreplace(powers))


@each
def vanishes(value):
    """Decide whether an expression is 0: whether its numerator is the polynomial 0."""
    value = sympy.expand(value)
    if any(power.base.is_Add for power in value.atoms(Pow)):
        value = sympy.expand(sympy.fraction(sympy.together(value))[0])
    return value is S.Zero


def is_zero(value):
    """Decide whether a value is 0 for every batch of every size, on all of its parts."""
    found = vanishes(value)
    return all(found) if isinstance(value, Parts) else found


@each
def rate(value, t):
    """The derivative of a value in the infinitesimal t, at t = 0: what stands beside it."""
    return Add(
        *(term.xreplace({t: S.One}) for term in Add.make_args(normal(value)) if t in term.free_symbols)
    )


def substitute(value, base, replacement, over):
    """The value with base[k] replaced by an expression in k, inside its sums too, and rule A restored."""
    within = {
        total: over.sum(total.function.xreplace({i: k}).xreplace({base[k]: replacement}))
        for total in value.atoms(Sum)
    }
    return normal(value.xreplace(within).xreplace({base[k]: replacement}))
