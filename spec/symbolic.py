"""The symbolic interpretation of the equations: a batch whose size is the symbol m, and a normal form that decides.

A value that varies over the batch is an expression in x[k], dy[k], ... with k the one free index; `Batch.sum` binds k
as i. Three rules make equality decidable, and keep clear of every sum that sympy differentiates or renames wrongly:

A. A sum holds one monomial in the elements and nothing else: sums are expanded, constants leave them, the sum of 1 is m.
   So k is never bound, i is never free, and equal sums are the same object.
B. rstd is a positive symbol, and eps = 1/rstd^2 - var: every root in the equations is then the root of a square.
C. Nothing is differentiated by an element. x is perturbed to x + t u, and t, being a scalar, stands outside every sum.

What remains is a rational function in the power sums, the elements at k, the parameters and m. For a symbolic m these
are independent of each other (the power sums of m elements are, up to the degree m), so such a function is zero for every
batch of every size exactly when its numerator expands to the polynomial 0.
"""

import sympy
from sympy import Add, IndexedBase, S, Sum, Symbol

m = Symbol("m", integer=True, positive=True)
k, i = sympy.symbols("k i", integer=True)


def elements(name):
    """A real quantity with one value for each element of the batch."""
    return IndexedBase(name, real=True)


class Batch:
    """A batch of m elements, as the equations want it: `m`, `sum`, `sqrt`."""

    m = m

    def sum(self, value):
        """The sum over the batch of a value at k, by rule A."""
        total = []
        for term in Add.make_args(sympy.expand(value)):
            constant, monomial = term.as_independent(k, as_Add=False)
            total.append(
                constant * (self.m if monomial is S.One else Sum(monomial.xreplace({k: i}), (i, 1, m)))
            )
        return Add(*total)

    def sqrt(self, value):
        """The root of a value, expanded first so that rule B can see the square."""
        return sympy.sqrt(sympy.expand(value))


def normal(value):
    """The expanded form: a sum of monomials in the power sums, the elements at k, the parameters and powers of m."""
    return sympy.expand(value)


def is_zero(value):
    """Decide whether a value is 0 for every batch of every size: whether its numerator is the polynomial 0."""
    value = normal(value)
    return value is S.Zero or normal(sympy.fraction(sympy.together(value))[0]) is S.Zero


def rate(value, t):
    """The derivative of a value in the scalar t, at t = 0, by rule C."""
    return normal(sympy.diff(value, t).subs(t, 0))


def representer(functional, u):
    """The g of a functional sum g_k u_k that is linear in u: what stands beside u[k] in each of its sums."""
    total = []
    for term in Add.make_args(normal(functional)):
        (of_u,) = (sum_ for sum_ in term.atoms(Sum) if sum_.has(u))
        total.append(term.xreplace({of_u: of_u.function.xreplace({u[i]: S.One, i: k})}))
    return Add(*total)


def substitute(value, base, replacement, over):
    """The value with base[k] replaced by an expression in k, inside its sums too, and rule A restored."""
    within = {
        sum_: over.sum(sum_.function.xreplace({i: k}).xreplace({base[k]: replacement}))
        for sum_ in value.atoms(Sum)
    }
    return normal(value.xreplace(within).xreplace({base[k]: replacement}))
