"""The exact interpretation of the equations: rationals for arrays of channels, enclosures for their roots.

A value is the interval [numerator - radius, numerator + radius] / denominator in whole numbers: numerators
and radii in object arrays of shape (C, m) or (C, 1), the denominator positive and common to a channel. The
radius is 0, and the value a rational, until a root is taken that is not one. Every operation encloses the
result of the operation on the reals.
"""

import math
import operator

import numpy as np

# Roots and the reciprocals of enclosures keep this many significant bits: 53 for a float64, and 203 to spare.
BITS = 256

_lcm = np.frompyfunc(math.lcm, 2, 1)


def _whole(value):
    """A whole number, or an array of them, as an object array of Python integers."""
    return np.asarray(value, dtype=object)


def _is_zero(radius):
    return isinstance(radius, int)


def _nearest_quotient(numerator, denominator):
    """The float64 nearest to the quotient of two integers."""
    try:
        return numerator / denominator
    except OverflowError:
        return math.inf if numerator > 0 else -math.inf


def _quotients(numerators, denominators):
    """The float64 nearest to each quotient."""
    try:
        found = numerators / denominators
    except OverflowError:  # one of them is infinite
        found = _nearest(numerators, denominators)
    return np.asarray(found, dtype=np.float64)


def _read_only(array):
    array.flags.writeable = False
    return array


def _root_quotient(numerator, denominator):
    """Numerator, denominator and radius of an enclosure of the root of a quotient: exact, or BITS wide."""
    if numerator < 0:
        raise ValueError(
            f"root: wanted a non-negative number, found {_nearest_quotient(numerator, denominator)!r}"
        )
    square = numerator * denominator
    shift = max(0, BITS - square.bit_length() // 2)
    square <<= 2 * shift
    root = math.isqrt(square)
    if root * root == square:
        return root, denominator << shift, 0
    return 2 * root + 1, denominator << (shift + 1), 1


def _reciprocal_quotient(numerator, radius, denominator):
    """Numerator, denominator and radius of an enclosure of one over [numerator +- radius] / denominator."""
    if abs(numerator) <= radius:
        raise ZeroDivisionError("division by an enclosure that contains 0")
    if radius == 0:
        return (denominator, numerator, 0) if numerator > 0 else (-denominator, -numerator, 0)
    shift = max(0, BITS + numerator.bit_length() - denominator.bit_length())
    scaled = denominator << shift
    low, high = scaled // (numerator + radius), -(-scaled // (numerator - radius))
    return low + high, 1 << (shift + 1), high - low


_nearest = np.frompyfunc(_nearest_quotient, 2, 1)
_root = np.frompyfunc(_root_quotient, 2, 3)
_reciprocal = np.frompyfunc(_reciprocal_quotient, 3, 3)


class Exact:
    """An enclosure of real numbers, one for each element or one for each channel."""

    __slots__ = ("_magnitude", "_nearest", "denominator", "numerator", "radius")

    def __init__(self, numerator, denominator=1, radius=0):
        self.numerator = _whole(numerator)
        self.denominator = _whole(denominator)
        self.radius = radius if _is_zero(radius) else _whole(radius)
        self._magnitude = self._nearest = None

    @classmethod
    def floats(cls, array):
        """The exact values of an array of finite floating-point numbers; the last axis runs over the batch.

        Raises ValueError where a number is not finite.

        >>> Exact.floats(np.array([[0.5, 0.375]], dtype=np.float32)).numerator
        array([[4, 3]], dtype=object)
        """
        array = np.atleast_2d(np.asarray(array, dtype=np.float64))
        if not np.isfinite(array).all():
            where = tuple(int(n) for n in np.argwhere(~np.isfinite(array))[0])
            raise ValueError(f"exact values: wanted finite numbers, found {array[where]} at {where}")
        fraction, exponent = np.frexp(array)
        mantissa = np.ldexp(fraction, 53).astype(np.int64)
        # Zeros at the end of a mantissa move to the exponent; 0 itself takes part with the exponent of its
        # neighbours.
        zeros = np.where(mantissa == 0, 0, np.frexp((mantissa & -mantissa).astype(np.float64))[1] - 1)
        mantissa >>= zeros
        exponent = exponent.astype(np.int64) - 53 + zeros
        absent = np.iinfo(np.int64).max
        least = np.where(mantissa == 0, absent, exponent).min(axis=-1, keepdims=True, initial=absent)
        least = np.where(least == absent, 0, np.minimum(least, 0))
        shift = np.where(mantissa == 0, 0, exponent - least)
        return cls(mantissa.astype(object) << shift.astype(object), _whole(1) << (-least).astype(object))

    @classmethod
    def of(cls, value):
        """A whole number as an exact value; an exact value as itself."""
        return value if isinstance(value, cls) else cls(operator.index(value))

    def _over(self, denominator):
        """Numerator and radius over a multiple of the denominator."""
        factor = denominator // self.denominator
        if np.all(factor == 1):
            return self.numerator, self.radius
        return self.numerator * factor, 0 if _is_zero(self.radius) else self.radius * factor

    def __add__(self, other):
        other = Exact.of(other)
        denominator = _lcm(self.denominator, other.denominator)
        (a, ra), (b, rb) = self._over(denominator), other._over(denominator)
        return Exact(a + b, denominator, ra + rb)

    __radd__ = __add__

    def __neg__(self):
        return Exact(-self.numerator, self.denominator, self.radius)

    def __sub__(self, other):
        return self + -Exact.of(other)

    def __rsub__(self, other):
        return -self + other

    def __mul__(self, other):
        other = Exact.of(other)
        radius = 0
        if not _is_zero(self.radius):
            radius = self.radius * (abs(other.numerator) + other.radius)
        if not _is_zero(other.radius):
            radius = radius + abs(self.numerator) * other.radius
        return Exact(self.numerator * other.numerator, self.denominator * other.denominator, radius)

    __rmul__ = __mul__

    def __pow__(self, exponent):
        result = self
        for _ in range(exponent - 1):
            result = result * self
        return result

    def reciprocal(self):
        """The reciprocal of one number a channel. Raises ZeroDivisionError where it may be 0."""
        if self.numerator.ndim and self.numerator.shape[-1] != 1:
            raise ValueError(
                f"division: wanted one divisor a channel, found the shape {self.numerator.shape}"
            )
        numerator, denominator, radius = _reciprocal(self.numerator, self.radius, self.denominator)
        return Exact(numerator, denominator, radius if np.any(radius) else 0)

    def __truediv__(self, other):
        return self * Exact.of(other).reciprocal()

    def __rtruediv__(self, other):
        return self.reciprocal() * other

    def sqrt(self):
        """The root of one rational a channel. Raises ValueError where it is negative or not a rational."""
        if not _is_zero(self.radius):
            raise ValueError("root: wanted a rational, found an enclosure")
        numerator, denominator, radius = _root(self.numerator, self.denominator)
        return Exact(numerator, denominator, radius if np.any(radius) else 0)

    def relu(self):
        """The value where it is positive, 0 elsewhere."""
        low, high = self.numerator - self.radius, self.numerator + self.radius
        low, high = np.maximum(low, 0), np.maximum(high, 0)
        if _is_zero(self.radius):
            return Exact(low, self.denominator)
        return Exact(low + high, 2 * self.denominator, high - low)

    def sum(self):
        """The sum over the batch, one number a channel."""
        radius = self.radius if _is_zero(self.radius) else self.radius.sum(axis=-1, keepdims=True)
        return Exact(self.numerator.sum(axis=-1, keepdims=True), self.denominator, radius)

    def magnitude(self):
        """The least upper bound of the absolute value, rounded up to float64: read-only."""
        if self._magnitude is None:
            largest = abs(self.numerator) + self.radius
            # The next number is not below the quotient, which is within half a step of the nearest.
            above = np.nextafter(_quotients(largest, self.denominator), np.inf)
            self._magnitude = _read_only(np.where(largest == 0, 0.0, above))
        return self._magnitude

    def nearest(self):
        """The midpoint, rounded to float64: read-only."""
        if self._nearest is None:
            self._nearest = _read_only(_quotients(self.numerator, self.denominator))
        return self._nearest

    def is_zero(self):
        """Where the value is exactly 0."""
        return (self.numerator == 0) & (_whole(self.radius) == 0)


class Batch:
    """A batch of m elements a channel, `times` copies of the values: `m`, `sum`, `sqrt`, `weight`."""

    def __init__(self, m, times=1, weight=None):
        self.m, self.times, self.weight = Exact(m), times, weight

    def element(self, name):
        return getattr(self, name)

    def sum(self, value):
        return value.sum() * self.times

    def sqrt(self, value):
        return value.sqrt()
