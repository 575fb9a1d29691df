"""Theorems as properties of an implementation: both sides of a claim, made of what it returns.

A claim is evaluated at data that are floating-point numbers (`spec.samples`), by exact arithmetic. Wherever
it names something that an implementation computes, the implementation is asked, with the arguments that the
name has there: y at x + c is another call. What it returns is a float, and the exact value lies within the
bound that `spec.oracle` derives for it; so each side becomes an enclosure. If the implementation is within
its bounds, the enclosures of both sides meet, because the theorem is true. If they do not meet, it violates
the theorem. No tolerance is chosen.

A derivative of an output is nobody's output: there, and in the arguments themselves, names have their exact
values.
"""

import json
import random
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from spec import formats, oracle
from spec.arithmetic import Vector
from spec.balls import Ball, Balls
from spec.certificate import certify
from spec.modular import Evaluation
from spec.samples import SAMPLES
from spec.theorems.books import BOOKS

HOLDS, VIOLATED, UNASKED, INEXACT, UNDEFINED = "holds", "VIOLATED", "unasked", "inexact", "undefined"

# What each call returns.
RETURNS = {
    "forward": ("mean", "var", "y"),
    "backward": ("dx", "dgamma", "dbeta"),
    "inference": ("y",),
    "inference_backward": ("dx", "dgamma", "dbeta"),
    "update": ("running_mean", "running_var"),
}


# The elements of a batch, where each derivative by each of them is differentiated by each of them.
FEW = 5


class Inexact(Exception):
    """An argument that the data's format does not hold."""


class Unusable(Exception):
    """A result that is no number, or has not the shape that it must have."""


class Implementation:
    """An adapter and a format: each call made once, each result with its bound."""

    def __init__(self, adapter, dtype):
        self.adapter, self.dtype = adapter, formats.named(dtype)
        self.accumulate = adapter.caps.accumulation(self.dtype.name)
        self.memory = {}

    def __call__(self, method, arguments):
        """What a method returns for exact arguments, as enclosures; {} where it is not offered."""
        caps = self.adapter.caps
        m, eps = len(arguments["x"]), arguments.get("eps", 1)
        if getattr(self.adapter, method, None) is None or eps < caps.least_eps:
            return {}
        if "inference" not in method and m < caps.least:
            return {}
        if method == "update" and (caps.variance != "unbiased" or m < 2):
            # the theorem is about the unbiased variance; others are declared to average another one
            return {}
        key = method, *arguments.items()
        if key not in self.memory:
            self.memory[key] = self._enclosed(method, arguments)
        return self.memory[key]

    def _held(self, value):
        # one number a channel has the format of the parameters, which of data in half precision is float32
        kind = self.dtype if isinstance(value, tuple) else formats.parameter(self.dtype)
        held = np.asarray(value, dtype=np.float64).astype(kind)
        given = value if isinstance(value, tuple) else (value,)
        if [Fraction(float(each)) for each in held.ravel()] != list(given):
            raise Inexact
        return held.reshape(-1, 1) if isinstance(value, tuple) else held.reshape(1)

    def _enclosed(self, method, arguments):
        held = {name: self._held(value) for name, value in arguments.items()}
        plain = {name: float(held[name][0]) for name in ("eps", "q") if name in held}
        expected = self._expected(method, held, plain)
        if method == "update" and self.adapter.caps.weighs == "old":
            plain["q"] = 1 - plain["q"]
        given = [plain.get(name, value) for name, value in held.items()]
        got = getattr(self.adapter, method)(*given)
        found = {
            name: _enclosure(expected[name], np.asarray(got[name])) for name in RETURNS[method] if name in got
        }
        return {name: value for name, value in found.items() if value is not None}

    def _expected(self, method, held, plain):
        """What the oracle says of the call; `held` has the arguments in the order of the adapter's."""
        how = {"accumulate": self.accumulate}
        if method == "update":
            return oracle.update(*list(held.values())[:3], plain["q"], **how)
        names = [name for name in held if name not in ("eps", "beta" if "backward" in method else "")]
        return getattr(oracle, method)(*(held[name] for name in names), plain["eps"], **how)


def _enclosure(expected, got):
    """What is known of an output; None where its bound is infinite. Raises `Unusable`."""
    if got.shape != expected.shape or not np.isfinite(got).all():
        raise Unusable(f"{expected.name}: wanted numbers of shape {expected.shape}, found {got.tolist()}")
    bounds = expected.allowed(got.dtype)
    if not np.isfinite(bounds).all():
        return None
    balls = tuple(
        Ball(Fraction(float(a)), Fraction(float(b))) for a, b in zip(got.flat, bounds.flat, strict=True)
    )
    return Vector(balls) if got.ndim > 1 else balls[0]


@dataclass(frozen=True)
class Observation(Evaluation):
    """An evaluation that asks an implementation wherever it can; `asked` collects what for."""

    ask: object = None
    asked: set = field(default_factory=set)

    def value(self, tree):
        if tree[0] != "where":
            return super().value(tree)
        exact = replace(self, ask=None)
        new = {name: exact.value(value) for name, value in zip(tree[2::2], tree[3::2], strict=True)}
        return self.bind(**new).value(tree[1])

    def name(self, name):
        if self.ask and name not in self.values:
            found = self._xhat() if name == "xhat" else self._asked(name)
            if found is not None:
                return found
        return super().name(name)

    def _xhat(self):
        """(9.41) solved for xhat, of the y that is returned."""
        gamma = self.name("gamma")
        y = None if gamma == Ball(Fraction(0)) else self._asked("y")
        return None if y is None else (y - self.name("beta")) / gamma

    def _asked(self, name):
        given = {"mean", "var", "xhat"} & self.values.keys()
        if self.claim["mode"] == "inference":
            statistics, methods = ("mean", "var"), ("inference", "inference_backward")
            given -= set(statistics)
        else:
            statistics, methods = (), ("forward", "backward", "update")
        method = next((each for each in methods if name in RETURNS[each]), None)
        if method is None or given or self.book is not BOOKS["source"]:
            return None
        names = {
            "forward": ("x", "gamma", "beta", "eps"),
            "backward": ("dy", "x", "gamma", "beta", "eps"),
            "inference": ("x", "gamma", "beta", *statistics, "eps"),
            "inference_backward": ("dy", "x", "gamma", *statistics, "eps"),
            "update": ("x", "old_mean", "old_var", "q"),
        }[method]
        arguments = {each: self._argument(each) for each in names}
        if None in arguments.values():
            return None
        found = self.ask(method, arguments).get(name)
        if found is None:
            return None
        self.asked.add(name)
        return self._collected(name, found) if isinstance(found, Vector) else found

    def _argument(self, name):
        """An argument as exact numbers, each element as often as its weight says; None for a moving one."""
        value = self.name(name)
        if name in self.certificate["elements"]:
            value = self.over.weights.like(value)
        balls = value.entries if isinstance(value, Vector) else (value,)
        if not all(isinstance(ball, Ball) for ball in balls):
            return None
        if any(ball.radius for ball in balls):
            raise Inexact
        if not isinstance(value, Vector):
            return value.middle
        return tuple(ball.middle for ball, n in zip(balls, self._counts(), strict=True) for _ in range(n))

    def _counts(self):
        return [int(weight.middle) for weight in self.over.weights.entries]

    def _collected(self, name, found):
        """The results of the elements from those of all their copies; a masked one has its exact value."""
        counts = self._counts()
        exact = replace(self, ask=None).name(name) if 0 in counts else None
        first = [sum(counts[:n]) for n in range(len(counts))]
        return Vector(
            tuple(found.entries[first[n]] if count else exact.entries[n] for n, count in enumerate(counts))
        )


@dataclass(frozen=True)
class Finding:
    """What became of one claim on one sample: how far apart its sides are, and how far they may be."""

    theorem: str
    claim: int
    sample: str
    dtype: str
    status: str
    names: tuple = ()
    apart: float = 0.0
    allowed: float = 0.0
    detail: str = ""

    def __str__(self):
        words = self.detail or f"the sides are {self.apart:.3g} apart, allowed are {self.allowed:.3g}"
        return (
            f"{self.status}: {self.theorem}, step {self.claim}, on {self.sample}, {self.dtype}, made of "
            f"{', '.join(self.names) or 'nothing'}: {words}"
        )


def observe(theorem, ask, samples=SAMPLES, which=lambda claim: True):
    """The findings of every claim that a theorem states, on every sample that suits it.

    `ask` is an `Implementation`, `which` chooses among the claims. What is about other equations than the
    source's is not evaluated.
    """
    certificate = certify(theorem, ())
    return [
        _observed(theorem.name, number, claim, certificate, sample, ask)
        for number, claim in enumerate(theorem.claims, 1)
        if claim.main and claim.book == "source" and which(claim)
        for sample in samples
        if sample.suits(claim) and (sample.m <= FEW or not _of_second_order(claim.left))
    ]


def _of_second_order(left):
    """Whether a side is a gradient of something made of gradients."""
    return left.head == "gradient" and '"dx"' in json.dumps(left.data())


def _observed(name, number, claim, certificate, sample, ask):
    at = Observation(
        certificate,
        claim.data(),
        Balls(),
        random.Random(name),
        sample.m,
        BOOKS[claim.book],
        span=(0, sample.m),
        ask=ask,
    ).bind(**{key: _balls(value) for key, value in sample.values(claim.mode).items()})
    if sample.weights:
        at.drawn["weight"] = _balls(sample.weights)
    found = Finding(name, number, sample.name, ask.dtype.name, HOLDS)
    try:
        difference = at.value(at.claim["left"]) - at.value(at.claim["right"])
    except Inexact:
        return replace(found, status=INEXACT)
    except ZeroDivisionError:
        return replace(found, status=UNDEFINED)
    except Unusable as reason:
        return replace(found, status=VIOLATED, detail=str(reason))
    balls = difference.entries if isinstance(difference, Vector) else (difference,)
    # where left <= right is claimed, left - right may be as far below 0 as it likes
    excess = [(ball.middle if claim.slack else abs(ball.middle)) - ball.radius for ball in balls]
    worst = balls[max(range(len(balls)), key=excess.__getitem__)]
    status = UNASKED if not at.asked else HOLDS if max(excess) <= 0 else VIOLATED
    apart, allowed = float(worst.middle), float(worst.radius)
    return replace(found, status=status, names=tuple(sorted(at.asked)), apart=apart, allowed=allowed)


def _balls(value):
    if isinstance(value, tuple):
        return Vector(tuple(Ball(Fraction(each)) for each in value))
    return Ball(Fraction(value))
