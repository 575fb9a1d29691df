"""The arithmetic of leaves in plain NumPy: float64, each operation rounded once, one number a channel."""

import ctypes

import numpy
from abi import CONSTANTS

BREADTH, NEAR_ZERO, ROUNDING = (CONSTANTS[name] for name in ("BREADTH", "NEAR_ZERO", "ROUNDING"))

_FMA = ctypes.CDLL(None).fma
_FMA.restype, _FMA.argtypes = ctypes.c_double, [ctypes.c_double] * 3
_fma = numpy.frompyfunc(_FMA, 3, 1)


def fma(a, b, c):
    """a b + c, rounded once."""
    return numpy.asarray(_fma(a, b, c), float)


def finite_or_zero(value):
    return numpy.where(numpy.isfinite(value), value, 0.0)


def number_or_zero(value):
    return numpy.where(numpy.isnan(value), 0.0, value)


def in_a_row(terms):
    """0 + terms[0] + terms[1] + ..., in this order."""
    terms = numpy.concatenate([numpy.zeros((1, *terms.shape[1:])), terms])
    return numpy.add.accumulate(terms)[-1]


def octet(t):
    """The sum of eight as a tree of neighbours."""
    return ((t[0] + t[1]) + (t[2] + t[3])) + ((t[4] + t[5]) + (t[6] + t[7]))


def fold_eight(t):
    """The sum of eight by halves."""
    return ((t[0] + t[4]) + (t[2] + t[6])) + ((t[1] + t[5]) + (t[3] + t[7]))


def fold(t):
    """The sum of 32 by halves."""
    return fold_eight((t[:8] + t[16:24]) + (t[8:16] + t[24:32]))


class Sum:
    """hi + lo: an unevaluated sum. `add` is Knuth's TwoSum, whose rounding errors go to lo."""

    def __init__(self, hi, lo=0.0):
        self.hi, self.lo = numpy.asarray(hi, float), numpy.asarray(lo, float)

    def add(self, term):
        s = self.hi + term
        back = s - self.hi
        self.lo = self.lo + ((self.hi - (s - back)) + (term - back))
        self.hi = s

    def add_first(self, terms, rest=0.0):
        """Add to the first few of sums side by side."""
        some = self[: len(terms)]
        some.add(terms)
        self.hi[: len(terms)], self.lo[: len(terms)] = some.hi, some.lo + rest

    def __getitem__(self, index):
        return Sum(self.hi[index], self.lo[index])

    @property
    def T(self):
        return Sum(self.hi.T, self.lo.T)

    @property
    def left_over(self):
        """lo; 0 where it is not a number, because hi is infinite."""
        return number_or_zero(self.lo)

    @property
    def rounded(self):
        return self.hi + self.left_over


def zeros(*shape):
    return Sum(numpy.zeros(shape), numpy.zeros(shape))


def product(a, b):
    """a b, exactly."""
    hi = a * b
    return Sum(hi, fma(a, b, -hi))


def mean_of(total, count):
    """(near, rest): near is the mean rounded, or 0 if that is not finite, and rest is what it misses."""
    near = finite_or_zero(total.rounded / count)
    return near, (fma(-count, near, total.hi) + total.left_over) * (1 / count)


def apart(mean, whole):
    """A mean - another, and 0 where they differ by less than such a mean is rounded by."""
    e = (mean[0] - whole[0]) + (mean[1] - whole[1])
    return numpy.where(abs(e) <= ROUNDING * abs(whole[0]), 0.0, e)


def fold_lanes(lanes):
    """The sum of eight unevaluated sums by halves."""
    half = BREADTH // 2
    while half:
        low, high = lanes[:half], lanes[half : 2 * half]
        low.lo = low.lo + high.lo
        low.add(high.hi)
        lanes, half = low, half // 2
    return lanes[0]


def join_sums(columns):
    """The sum of unevaluated sums side by side on the first axis: number i adds to lane i mod 8."""
    lanes = zeros(BREADTH, *columns.hi.shape[1:])
    for first in range(0, len(columns.hi), BREADTH):
        some = columns[first : first + BREADTH]
        lanes.add_first(some.hi, some.lo)
    return fold_lanes(lanes)


def fold_run(t):
    """The sum of numbers on the first axis: number i adds to lane i mod 8, and the lanes by halves."""
    short = -len(t) % BREADTH
    t = numpy.concatenate([t, numpy.zeros((short, *t.shape[1:]))])
    return fold_eight(in_a_row(t.reshape(-1, BREADTH, *t.shape[1:])))
