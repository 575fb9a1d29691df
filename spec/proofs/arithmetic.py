"""The numbers of the second checker: residues modulo a prime, fractions, degrees; dual numbers, vectors.

It uses the standard library alone. The prime is 3 modulo 4: there, the root of a value v that is itself a
square is v^((p + 1)/4).
"""

import math
from dataclasses import dataclass
from fractions import Fraction
from functools import reduce
from operator import add, mul

PRIME = 2**127 - 1
RANGE = 2**61


class Arithmetic:
    """All of + - * / ** from `plus`, `times`, `inverse`, and `like`, which lifts a number of lower rank."""

    rank = 0

    def _with(self, other, operation):
        leading = other if getattr(other, "rank", -1) > self.rank else self
        return operation(leading.like(self), leading.like(other))

    def __add__(self, other):
        return self._with(other, lambda a, b: a.plus(b))

    def __mul__(self, other):
        return self._with(other, lambda a, b: a.times(b))

    def __neg__(self):
        return self * -1

    def __sub__(self, other):
        return self + -1 * other

    def __rsub__(self, other):
        return -self + other

    def __truediv__(self, other):
        return self._with(other, lambda a, b: a.times(b.inverse()))

    def __rtruediv__(self, other):
        return self.inverse() * other

    def __pow__(self, exponent):
        base = self if exponent >= 0 else self.inverse()
        return reduce(mul, [base] * abs(exponent), self.like(1))

    __radd__, __rmul__ = __add__, __mul__


@dataclass(frozen=True)
class Residue(Arithmetic):
    """A number modulo PRIME."""

    value: int

    def like(self, other):
        if isinstance(other, Residue):
            return other
        other = Fraction(other)
        return Residue(other.numerator * pow(other.denominator, -1, PRIME) % PRIME)

    def plus(self, other):
        return Residue((self.value + other.value) % PRIME)

    def times(self, other):
        return Residue(self.value * other.value % PRIME)

    def inverse(self):
        if self.value == 0:
            raise ZeroDivisionError("the inverse of 0 modulo the prime")
        return Residue(pow(self.value, -1, PRIME))


@dataclass(frozen=True)
class Degree(Arithmetic):
    """Bounds of the degrees of a numerator and a denominator in the numbers that are drawn."""

    above: int
    below: int = 0

    def like(self, other):
        return other if isinstance(other, Degree) else Degree(0)

    def plus(self, other):
        if self.below == other.below == 0:
            return Degree(max(self.above, other.above))
        return Degree(max(self.above + other.below, other.above + self.below), self.below + other.below)

    def times(self, other):
        return Degree(self.above + other.above, self.below + other.below)

    def inverse(self):
        return Degree(self.below, self.above)


@dataclass(frozen=True)
class Dual(Arithmetic):
    """value + rate t, with t^2 = 0; for a t of higher order, those of lower order are constants."""

    value: object
    rate: object
    order: int

    @property
    def rank(self):
        return 1 + self.order

    def like(self, other):
        return other if getattr(other, "rank", -1) == self.rank else Dual(other, 0, self.order)

    def plus(self, other):
        return Dual(self.value + other.value, self.rate + other.rate, self.order)

    def times(self, other):
        return Dual(self.value * other.value, self.value * other.rate + self.rate * other.value, self.order)

    def inverse(self):
        return Dual(1 / self.value, -self.rate / self.value**2, self.order)


@dataclass(frozen=True)
class Vector(Arithmetic):
    """One number for each element of the batch; a plain number is the same for all."""

    entries: tuple
    rank = math.inf

    def like(self, other):
        return other if isinstance(other, Vector) else Vector((other,) * len(self.entries))

    def plus(self, other):
        return Vector(tuple(map(add, self.entries, other.entries)))

    def times(self, other):
        return Vector(tuple(map(mul, self.entries, other.entries)))

    def inverse(self):
        return Vector(tuple(1 / entry for entry in self.entries))


class Residues:
    """Numbers modulo PRIME, drawn from all of them."""

    name, size = "residues modulo 2^127 - 1", PRIME

    def draw(self, chance):
        return Residue(chance.randrange(PRIME))

    def number(self, value):
        return Residue(0).like(value)

    def root(self, value):
        root = Residue(pow(value.value, (PRIME + 1) // 4, PRIME))
        if root * root != value:
            raise ArithmeticError(f"{value.value} has no square root modulo the prime")
        return root


class Fractions:
    """Rational numbers, drawn from 1 to RANGE."""

    name, size = "fractions", RANGE

    def draw(self, chance):
        return Fraction(chance.randint(1, RANGE))

    def number(self, value):
        return Fraction(value)

    def root(self, value):
        root = Fraction(math.isqrt(abs(value.numerator)), math.isqrt(value.denominator))
        if root * root != value:
            raise ArithmeticError(f"{value} is not the square of a rational number")
        return root


class Degrees:
    """Degrees in the numbers drawn: each of those has degree 1."""

    def draw(self, chance):
        return Degree(1)

    def number(self, value):
        return Degree(0)

    def root(self, value):
        return Degree(value.above // 2, value.below // 2)


KINDS = (Residues(), Fractions())


@dataclass(frozen=True)
class Over:
    """The batch that the equations sum over: numbers of one kind, and how often each element counts.

    `draw` gives what a variant of the equations needs beside them, by its name.
    """

    kind: object
    weights: Vector
    draw: object

    def scalar(self, name):
        return self.draw(name)

    def element(self, name):
        return self.draw(name)

    @property
    def m(self):
        return reduce(add, self.weights.entries)

    def sum(self, value):
        return reduce(add, (self.weights * value).entries)

    def sqrt(self, value):
        if isinstance(value, Dual):
            root = self.sqrt(value.value)
            return Dual(root, value.rate / (root * 2), value.order)
        return self.kind.root(value)
