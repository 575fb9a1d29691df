"""Enclosures of single real numbers, as a kind of number for `spec.proofs.modular.Evaluation`."""

import math
from dataclasses import dataclass
from fractions import Fraction

from ..proofs.arithmetic import Arithmetic

# Roots that are no rational number keep this many bits.
BITS = 96
# No number keeps a denominator of more bits.
LONG = 256


@dataclass(frozen=True)
class Ball(Arithmetic):
    """All real numbers that are at most `radius` away from `middle`."""

    middle: Fraction
    radius: Fraction = Fraction(0)

    def like(self, other):
        return other if isinstance(other, Ball) else Ball(Fraction(other))

    def plus(self, other):
        if not (self.radius or other.radius):
            return Ball(self.middle + other.middle)
        return _short(self.middle + other.middle, self.radius + other.radius)

    def times(self, other):
        a, b = self.middle, other.middle
        if not (self.radius or other.radius):
            return Ball(a * b)
        radius = abs(a) * other.radius + abs(b) * self.radius + self.radius * other.radius
        return _short(a * b, radius)

    def inverse(self):
        if abs(self.middle) <= self.radius:
            raise ZeroDivisionError("the inverse of an enclosure of 0")
        return _between(1 / (self.middle + self.radius), 1 / (self.middle - self.radius))


def _between(a, b):
    return _short((a + b) / 2, abs(a - b) / 2)


def _short(middle, radius):
    """The ball, or where its numbers have grown long one around it whose numbers are short."""
    if max(middle.denominator.bit_length(), radius.denominator.bit_length()) <= LONG:
        return Ball(middle, radius)
    near = Fraction(round(middle * 2**LONG), 2**LONG)
    return Ball(near, Fraction(math.ceil((radius + abs(middle - near)) * 2**LONG), 2**LONG))


def _root(value, away):
    """The root of a fraction, or where it has none a fraction next to it: below, or `away` from 0."""
    exact = Fraction(math.isqrt(value.numerator), math.isqrt(value.denominator))
    if exact**2 == value:
        return exact
    scale = 1 << max(BITS, value.denominator.bit_length() + BITS - value.numerator.bit_length())
    return Fraction(math.isqrt(value.numerator * scale**2 // value.denominator) + away, scale)


class Balls:
    """Enclosures, as the kind of number of an `Evaluation`; free names are drawn from few exact numbers.

    1 is none of them: a factor of 1 would show nothing.
    """

    def draw(self, chance):
        return Ball(chance.choice((-1, 1)) * Fraction(chance.choice((1, 3, 4)), 2))

    def number(self, value):
        return Ball(Fraction(value))

    def root(self, value):
        low, high = value.middle - value.radius, value.middle + value.radius
        if high < 0:
            raise ArithmeticError(f"the root of {float(high)}")
        return _between(_root(max(low, Fraction(0)), 0), _root(high, 1))
