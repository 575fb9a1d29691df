"""What an output must be: exact values and bounds of errors, and how it is compared with them."""

import math
from dataclasses import dataclass
from functools import cached_property

import numpy as np

from ..bounds.exact import Exact
from ..bounds.formats import is_floating, largest, tiny, unit
from .memory import Remembered


@dataclass(frozen=True)
class Comparison:
    """The worst of a comparison: error over bound, where, what was got, what is exact, the bound there."""

    ratio: float
    index: tuple
    got: float
    exact: float
    bound: float


@dataclass(frozen=True)
class Expected:
    """What an output must be: `values` exactly, up to `bounds`.

    `values` is an `Exact` of shape (C, m) or (C, 1), `bounds` a float64 array of the output's own shape.
    `rivals` are what faulty formulas would give, each an `Exact` like `values`.
    """

    name: str
    equation: str
    values: Exact
    bounds: np.ndarray
    shape: tuple
    unit: float
    rivals: tuple = ()

    @cached_property
    def nearest(self):
        """The exact values, each rounded to float64."""
        return shaped(self.values.nearest(), self.shape)

    def allowed(self, dtype):
        """The bounds of an output returned in `dtype`, whose rounding comes on top where it is coarser.

        They are infinite where the value may exceed the largest number of `dtype`.
        """
        if dtype not in self._allowed:
            bounds = self.bounds
            if unit(dtype) > self.unit:
                bounds = bounds + unit(dtype) * (abs(self.nearest) + bounds) + tiny(dtype)
            with np.errstate(over="ignore"):
                bounds = np.where(abs(self.nearest) + self.bounds > largest(dtype), np.inf, bounds)
            self._allowed[dtype] = bounds
        return self._allowed[dtype]

    @cached_property
    def _allowed(self):
        return {}

    @property
    def left(self):
        """What `nearest` leaves of the exact values, rounded to float64."""
        return self._left[0]

    @cached_property
    def _left(self):
        """What the nearest float64 leaves of the exact values: the nearest to it, and a bound of the rest."""
        near = self.values.nearest()
        left = self.values - Exact.floats(np.where(np.isfinite(near), near, 0))
        rest = np.where(left.is_zero(), 0, 2.0**-52 * left.magnitude() + math.ulp(0.0))
        return shaped(left.nearest(), self.shape), shaped(rest, self.shape)

    def tells(self, dtype):
        """Whether the bounds of an output returned in `dtype` would reject some rival."""
        allowed = self.allowed(dtype)
        return any(
            (shaped((rival - self.values).magnitude(), self.shape) > allowed).any() for rival in self.rivals
        )

    def errors(self, got):
        """|got - exact|, rounded up to float64; inf where got is not finite.

        exact = nearest + left + rest, and got - nearest is exact in float64 where the two are within a factor
        of 2 of each other (Sterbenz), and rounded once elsewhere.
        """
        left, rest = self._left
        with np.errstate(invalid="ignore", over="ignore"):
            off = got.astype(np.float64) - self.nearest
            near = abs(off) <= abs(self.nearest) / 4
            errors = abs(off - left) * (1 + 2.0**-50) + rest + np.where(near, 0, 2.0**-52 * abs(off))
        return np.where(np.isfinite(got), errors, np.inf)

    def compare(self, got):
        """Compare an output with what it must be. Raises ValueError for another shape or kind of number."""
        got = np.asarray(got)
        if got.shape != self.shape:
            raise ValueError(f"{self.name}: wanted the shape {self.shape}, found {got.shape}")
        if not is_floating(got.dtype):
            raise ValueError(f"{self.name}: wanted floating-point numbers, found {got.dtype}")
        if not got.size:
            return Comparison(0.0, (), np.nan, np.nan, np.nan)
        question = got.dtype, got.tobytes()
        return self._compared.get(question, got.size, lambda: self._compare(got))

    @cached_property
    def _compared(self):
        # Most mutants are right in most outputs, bit for bit: enough for a few answers.
        return Remembered(4 * math.prod(self.shape))

    def _compare(self, got):
        errors, bounds = self.errors(got), self.allowed(got.dtype)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratios = np.where(errors == 0, 0.0, np.where(np.isinf(bounds), 0.0, errors / bounds))
        index = tuple(int(n) for n in np.unravel_index(np.argmax(ratios), self.shape))
        return Comparison(
            *(
                float(ratios[index]),
                index,
                float(got[index]),
                float(self.nearest[index]),
                float(bounds[index]),
            )
        )


def channels(array):
    """An array of shape (N, C, *spatial) as one of shape (C, m), one of shape (C,) as one of shape (C, 1)."""
    return array.reshape(-1, 1) if array.ndim == 1 else np.moveaxis(array, 1, 0).reshape(array.shape[1], -1)


def shaped(rows, shape):
    """An array of shape (C, m) or (C, 1) in the shape of the output: `channels` undone."""
    if len(shape) == 1:
        return np.broadcast_to(rows, (shape[0], 1)).reshape(shape)
    return np.moveaxis(rows.reshape(shape[1], shape[0], *shape[2:]), 0, 1)
