"""The error-carrying interpretation of the equations: what a faithful kernel of a class may be off by.

A value is an exact value together with the size of its terms and a bound of its error, under the standard
model fl(a op b) = (a op b)(1 + d) + h, |d| <= u, |h| <= half the least subnormal number. docs/bounds.md
derives every rule, and `rules.py` has the formulas, with the theorems that they rest on; in short:

A. An element is followed on two courses. On the first it is a term of a sum, rounded at the width of the
   accumulators; on the second it becomes a result, rounded at the width of the data. A number of a channel
   has the first width.
B. `size` is the sum of |terms| of the expanded expression. A rounding costs u size, not u |value|: terms may
   be added in any order, and a rounding may fall on any partial sum of them. An error that is there already
   is carried along by |value|: it belongs to a number that all terms share.
C. A number of a channel that meets an element may be rounded to the width of the data first (two roundings,
   not one).
D. x - mean is one term of size 2 (|x - mean| + e), e being what both are off by: if M is the number of the
   data's format that is nearest to a mean, then |x - M| <= 2 |x - mean| for every x of that format, whatever
   mean/std. A class that folds the mean into a scale and an offset gives this up in its results: there the
   size is |x| + |mean|.
E. A sum of n terms is off by c(n) times the sum of |terms|, beside the errors of the terms; and by n^2 h,
   because a recurrence for the mean divides n times and multiplies what each division lost by up to n.
F. The model ends where a number of a channel leaves the range of its format: there the bound is infinite.
G. A product with a weight is rounded once, as any product, unless the weight is 0 or 1. What has weight 0 is
   no term of a sum; and whole weights have an exact sum, up to 1/u.
"""

import math
from dataclasses import dataclass

import numpy as np

from . import rules
from .exact import Exact
from .formats import largest, named, parameter, tiny, unit

# Bounds are sums, products, quotients and roots of non-negative float64 numbers: some 2^20 operations deep at
# most, each off by 2^-53 of the result. This factor makes good for all of them.
ROUNDED_UP = 1 + 2.0**-32


def _roundings(n, u):
    return rules.roundings(n, u) if n * u < 0.5 else math.inf


def _any_order(n, u):
    # Welford's recurrence costs most. A tree is an order too, and just beyond a leaf it costs more.
    return max(_roundings(_in_a_row(n), u), _pairwise(n, u))


def _pairwise(n, u):
    return _roundings(_in_a_row(n) if n <= LEAF else _in_a_tree(n), u)


def _in_a_row(n):
    return rules.in_a_row(max(n, 1), math)


def _in_a_tree(n):
    # a leaf in any order, then a tree whose nodes may be merges of means: four roundings each
    return rules.in_a_tree(_in_a_row(LEAF), math.ceil(math.log2(n / LEAF)))


def _compensated(n, u):
    return rules.compensated(n, u) if n * u < 0.5 else math.inf


LEAF = 128


@dataclass(frozen=True)
class Accumulation:
    """How a class of kernels forms sums: the accumulators' dtype (None: the data's), c(n), if it folds.

    `rounded` says that mean and var are the numbers that are nearest to what they are exactly.
    """

    dtype: str | None
    c: object
    folds: bool
    title: str
    rounded: bool = False

    def formed(self, dtype):
        """How the sums of data of this dtype are formed: the accumulators' dtype, c(n), if it folds."""
        return np.dtype(self.dtype or parameter(dtype)), self.c, self.folds


ACCUMULATIONS = {
    "exact": Accumulation(
        "float64", rules.exactly, False, "exact, mean and var rounded once to float64", True
    ),
    "compensated": Accumulation(
        "float64", _compensated, False, "float64, what each addition loses carried along"
    ),
    "float64": Accumulation("float64", _any_order, False, "float64, in any order"),
    "float32-pairwise": Accumulation("float32", _pairwise, True, f"float32, pairwise over leaves of {LEAF}"),
    "float32-sequential": Accumulation("float32", _any_order, True, "float32, in any order"),
    "any": Accumulation(None, _any_order, True, "the data's own format, in any order"),
}
# The classes whose sums round.
ROUNDING = tuple(name for name, kind in ACCUMULATIONS.items() if not kind.rounded)


def _class(accumulate):
    if accumulate not in ACCUMULATIONS:
        raise ValueError(f"accumulate: wanted one of {', '.join(ACCUMULATIONS)}, found {accumulate!r}")
    return ACCUMULATIONS[accumulate]


def weaker(accumulate, dtype):
    """The classes that promise less than this one for data of this dtype, the strongest first."""
    _class(accumulate)
    order = list(ACCUMULATIONS)
    if named(dtype) == np.float64:
        order = ["exact", "compensated", "float64", "any", "float32-pairwise", "float32-sequential"]
    return order[order.index(accumulate) + 1 :]


def equivalent(accumulate, dtype):
    """The first class whose bounds for data of this dtype are those of `accumulate`. Raises ValueError.

    >>> equivalent("any", "float32")
    'float32-sequential'
    """
    own = _class(accumulate).formed(dtype)
    return next(name for name, kind in ACCUMULATIONS.items() if kind.formed(dtype) == own)


class Model:
    """The standard model for a dtype of the data and a class of accumulation."""

    # the interpretation that carries the values
    values = Exact

    def __init__(self, dtype, accumulate):
        kind = _class(accumulate)
        # Data of half precision is only stored so: it is computed with in float32.
        self.stored = named(dtype)
        self.element = parameter(dtype)
        self.number, self._c, self.folds = kind.formed(dtype)
        self.rounded = kind.rounded
        self.units = np.array([unit(self.number), unit(self.element)]).reshape(2, 1, 1)
        self.tinies = np.array([tiny(self.number), tiny(self.element)]).reshape(2, 1, 1)
        self.largest = largest(self.number)

    def c(self, n):
        """c(n) of rule E."""
        return self._c(n, unit(self.number))

    def elements(self, array):
        """The data: exact as it is stored; rounded on the first course if the accumulators are narrower."""
        value = self.values.floats(array)
        size = value.magnitude()
        held = 0.0 if unit(self.number) <= unit(self.stored) else unit(self.number)
        error = np.stack([held * size, np.zeros_like(size)])
        return Bounded(self, value, np.broadcast_to(size, error.shape), error, varies=True, data=True)

    def numbers(self, array):
        """Given numbers of a channel, each rounded to the accumulators' format unless that holds it."""
        array = np.asarray(array, dtype=np.float64).reshape(-1, 1)
        value = self.values.floats(array)
        size = value.magnitude()
        with np.errstate(over="ignore", under="ignore"):
            held = array.astype(self.number) == array
        return Bounded(
            self, value, size[None], np.where(held, 0, unit(self.number) * size + tiny(self.number))[None]
        )

    def weights(self, array):
        """Given weights, a row of them for all channels: held exactly, or rounded on each course."""
        array = np.atleast_2d(np.asarray(array, dtype=np.float64))
        value = self.values.floats(array)
        size = value.magnitude()
        with np.errstate(over="ignore", under="ignore"):
            held = np.stack([array.astype(kind) == array for kind in (self.number, self.element)])
        error = np.where(held, 0, self.units * size + self.tinies)
        return Weights(self, value, np.broadcast_to(size, error.shape), error, varies=True)

    def whole(self, n):
        """A whole number."""
        return Bounded(self, self.values([[n]]), np.full((1, 1, 1), float(abs(n))), np.zeros((1, 1, 1)))


class Bounded:
    """An exact value, the size of its terms, and a bound of the error of whoever computes it.

    `size` and `error` are float64 arrays of shape (2, C, m), one row for each course, or (1, C, 1) for a
    number of a channel. `terms` is how many elements count where some have weight 0, or None for all of them.
    """

    __slots__ = ("data", "error", "model", "size", "terms", "value", "varies")

    def __init__(self, model, value, size, error, varies=False, data=False):
        self.model, self.value, self.size, self.error = model, value, size, error
        self.varies, self.data, self.terms = varies, data, None

    def _of(self, other):
        return other if isinstance(other, Bounded) else self.model.whole(other)

    def _result(self, value, size, error, varies):
        """A value of these terms, itself rounded: rules B and F."""
        model = self.model
        units, tinies = (model.units, model.tinies) if varies else (model.units[:1], model.tinies[:1])
        with np.errstate(over="ignore"):
            error = rules.rounded(size, error, units, tinies)
        if not varies:
            error = np.where(size + error > model.largest, np.inf, error)
        return Bounded(model, value, size, error, varies)

    def _met(self, other):
        """This value as it meets another: rule C."""
        if self.varies or not other.varies:
            return self
        coarser = np.maximum(self.model.units, self.model.units[:1])
        error = rules.rounded(self.size, self.error, coarser, self.model.tinies)
        return Bounded(self.model, self.value, np.broadcast_to(self.size, error.shape), error)

    def __rsub__(self, other):
        return self._of(other) - self

    def magnitude(self):
        """|value|, rounded up."""
        return self.value.magnitude()[None]

    def __add__(self, other):
        other = self._of(other)
        a, b = self._met(other), other._met(self)
        with np.errstate(over="ignore"):
            size, error = a.size + b.size, a.error + b.error
        return self._result(a.value + b.value, size, error, a.varies or b.varies)

    __radd__ = __add__

    def __neg__(self):
        return Bounded(self.model, -self.value, self.size, self.error, self.varies)

    def __sub__(self, other):
        other = self._of(other)
        if not (self.data and not other.varies):
            return self + -other
        # rule D
        value = self.value - other.value
        with np.errstate(over="ignore"):
            error = self.error + other.error
            size = rules.deviation(value.magnitude(), error)
            if self.model.folds:
                size = np.stack([size[0], rules.folded(self.size[1], other.size[0])])
        return self._result(value, size, error, True)

    def __mul__(self, other):
        other = self._of(other)
        a, b = self._met(other), other._met(self)
        with np.errstate(invalid="ignore", over="ignore"):
            error = rules.product(a.magnitude(), a.error, b.magnitude(), b.error)
            size = a.size * b.size
        error = np.where(np.isnan(error), np.inf, error)
        return self._counted(other, self._result(a.value * b.value, size, error, a.varies or b.varies))

    __rmul__ = __mul__

    def _counted(self, other, product):
        product.terms = other.terms if self.terms is None else self.terms
        return product

    def __pow__(self, exponent):
        result = self
        for _ in range(exponent - 1):
            result = result * self
        return result

    def reciprocal(self):
        """One over a number of a channel; the bound is infinite where the number may be 0."""
        value = self.value.reciprocal()
        size = value.magnitude()[None]
        with np.errstate(divide="ignore", invalid="ignore"):
            error = np.where(self.error * size < 1, rules.reciprocal(size, self.error), np.inf)
        return self._result(value, size, error, False)

    def __truediv__(self, other):
        return self * self._of(other).reciprocal()

    def __rtruediv__(self, other):
        return self._of(other) * self.reciprocal()

    def sqrt(self):
        """The root of a number of a channel: r(v) - r(v - e) is the larger side of its error."""
        value = self.value.sqrt()
        size = value.magnitude()[None]
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            error = np.where(self.error > 0, rules.root(size, self.error, np), 0)
        error = np.where(np.isnan(error), np.inf, error)
        return self._result(value, size, error, False)

    def nearest(self):
        """The number of a channel that is nearest to this one: it is off by what that rounds away."""
        near = self.value.nearest()
        with np.errstate(invalid="ignore"):
            left = (self.value - self.model.values.floats(np.where(np.isfinite(near), near, 0))).magnitude()
        lost = np.where(left == 0, 0, left + tiny(self.model.number))
        error = np.where(np.isfinite(near), lost, np.inf)[None]
        return Bounded(self.model, self.value, self.size, error)

    def relu(self):
        """The value where it is positive, 0 elsewhere: no farther off than it was."""
        return Bounded(self.model, self.value.relu(), self.size, rules.rectified(self.error), self.varies)

    def sum(self, times=1):
        """The sum over a batch of so many copies: rule E."""
        value = self.value.sum() * times
        n = (self.size.shape[-1] if self.terms is None else self.terms) * times
        with np.errstate(invalid="ignore", over="ignore"):
            error = self.error[:1].sum(axis=-1, keepdims=True) * times
            terms = self.size[:1].sum(axis=-1, keepdims=True) * times
            c = np.where(terms + error > 0, self.model.c(n), 0)
            error = rules.summed(error, terms, c, n, self.model.tinies[:1])
        size = np.maximum(value.magnitude()[None], 0)
        return self._result(value, size, error, False)

    def bound(self):
        """The bound of the error of this value as a result, in float64, rounded up."""
        with np.errstate(over="ignore"):
            return np.where(np.isnan(self.error[-1]), np.inf, self.error[-1] * ROUNDED_UP)


class Weights(Bounded):
    """The weights of elements, as they are given: rule G."""

    __slots__ = ("weights", "whole")

    def __init__(self, *arguments, **how):
        super().__init__(*arguments, **how)
        self.weights = self.value.nearest()
        self.whole = bool((self.weights == np.round(self.weights)).all())
        self.terms = np.count_nonzero(self.weights)

    def __mul__(self, other):
        other = self._of(other)
        product = super().__mul__(other)
        with np.errstate(invalid="ignore"):
            kept = rules.weighed(self.weights, other._met(self).error)
        kept = np.where(self.weights == 0, 0, kept)
        product.error = np.where((self.weights == 0) | (self.weights == 1), kept, product.error)
        return product

    __rmul__ = __mul__

    def sum(self, times=1):
        found = super().sum(times)
        held = rules.whole(unit(self.model.number))
        is_exact = self.whole and (self.weights.sum(axis=-1) * times <= held).all()
        return Bounded(self.model, found.value, found.size, 0 * found.error) if is_exact else found


class Batch:
    """A batch of m elements a channel, as the equations want it: `m`, `sum`, `sqrt`; `weight`, if given."""

    def __init__(self, m, model, times=1, weight=None):
        self.m, self.times, self.weight = model.whole(m), times, weight

    def element(self, name):
        return getattr(self, name)

    def sum(self, value):
        return value.sum(self.times)

    def sqrt(self, value):
        return value.sqrt()
