"""Polynomials with rational coefficients and whole powers of either sign, as the emitter computes with them.

A monomial is a sorted tuple of (atom, exponent). What an atom is, the evaluation decides.
"""

from dataclasses import dataclass
from fractions import Fraction
from math import isqrt


@dataclass(frozen=True)
class Polynomial:
    terms: dict

    def __add__(self, other):
        terms = dict(self.terms)
        for monomial, coefficient in other.terms.items():
            terms[monomial] = terms.get(monomial, 0) + coefficient
        return Polynomial({monomial: coefficient for monomial, coefficient in terms.items() if coefficient})

    def __neg__(self):
        return Polynomial({monomial: -coefficient for monomial, coefficient in self.terms.items()})

    def __sub__(self, other):
        return self + -other

    def __mul__(self, other):
        product = Polynomial({})
        for first, a in self.terms.items():
            terms = {}
            for second, b in other.terms.items():
                monomial = times(first, second)
                terms[monomial] = terms.get(monomial, 0) + a * b
            product = product + Polynomial(terms)
        return product

    def __pow__(self, exponent):
        if exponent < 0:
            return self.inverse() ** -exponent
        result = constant(1)
        for _ in range(exponent):
            result = result * self
        return result

    @property
    def single(self):
        """The only term, (monomial, coefficient), or None."""
        return next(iter(self.terms.items())) if len(self.terms) == 1 else None

    def inverse(self):
        """1 over a single term."""
        monomial, coefficient = self.single
        return Polynomial({tuple((atom, -power) for atom, power in monomial): 1 / coefficient})

    def root(self):
        """The root of a single term that is a square, as a term; None if it is not."""
        if self.single is None:
            return None
        monomial, coefficient = self.single
        if coefficient < 0 or any(power % 2 for _, power in monomial):
            return None
        root = Fraction(isqrt(coefficient.numerator), isqrt(coefficient.denominator))
        if root**2 != coefficient:
            return None
        return Polynomial({tuple((atom, power // 2) for atom, power in monomial): root})


def times(first, second):
    """The product of two monomials."""
    powers = dict(first)
    for atom, power in second:
        powers[atom] = powers.get(atom, 0) + power
    return tuple(sorted(((atom, power) for atom, power in powers.items() if power), key=repr))


def constant(value):
    return Polynomial({(): Fraction(value)} if value else {})


def atom(*what):
    return Polynomial({((what, 1),): Fraction(1)})
