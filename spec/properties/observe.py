"""Theorems as properties of an implementation: both sides of a claim, made of what it returns.

A claim is evaluated at data that are floating-point numbers (`batches.py`), by exact arithmetic. Wherever
it names something that an implementation computes, the implementation is asked, with the arguments that the
name has there: y at x + c is another call. What it returns is a float, and the exact value lies within the
bound that `spec.oracle` derives for it; so each side becomes an enclosure. If the implementation is within
its bounds, the enclosures of both sides meet, because the theorem is true. If they do not meet, it violates
the theorem. No tolerance is chosen.

So it is with derivatives: that of y along a direction of x is what `jvp` returns, those of <v, dx> + p dgamma
+ q dbeta are what `double_backward` does, and those of the loss along directions are what a framework nests.
Any other derivative is nobody's output: there, and in the arguments themselves, names have their exact
values.
"""

import itertools
import json
import random
from dataclasses import dataclass, field, replace
from fractions import Fraction

import numpy as np

from .. import oracle
from ..bounds import formats
from ..interface.signatures import CALLS, DIRECTIONS, RETURNS
from ..oracle import derivatives
from ..proofs.arithmetic import Vector
from ..proofs.certificate import certify
from ..proofs.modular import Evaluation
from ..theorems import language
from ..theorems.books import BOOKS
from ..theorems.higher import PENALTY
from .batches import SAMPLES
from .enclosures import Ball, Balls

HOLDS, VIOLATED, UNASKED, INEXACT, UNDEFINED = "holds", "VIOLATED", "unasked", "inexact", "undefined"

# What theorems call the arguments that have another name in calls.
NAMES = {"running_mean": "old_mean", "running_var": "old_var", "momentum": "q"} | {
    "ddx": "v",
    "ddgamma": "p",
    "ddbeta": "q",
}
# What is made of an output.
MADE_OF = {"xhat": "y", "rstd": "var"}
# Half precision rounds the gradient before the next derivative, so nobody is asked for these there.
BEYOND = ("jvp", "double_backward", "derivative")
# Directions that do not move where x does.
STILL = language.ELEMENTS - {"x", "xhat", "y", "dx"}

# The elements of a batch, where each derivative by each of them is differentiated by each of them.
FEW = 5


class Inexact(Exception):
    """An argument that the data's format does not hold."""


class Unusable(Exception):
    """A result that is no number, or has not the shape that it must have."""


class Implementation:
    """An adapter and a format: each call made once, each result with its bound."""

    def __init__(self, adapter, dtype, operations=None):
        """`operations` are what a third derivative is nested of, the outermost first, and a lower one of the
        inner of them; if left out, reverse mode and forward mode in turn."""
        self.adapter, self.dtype = adapter, formats.named(dtype)
        first, *_, last = 2 * adapter.caps.operations
        self.operations = operations or (last, first, last)
        self.accumulate = adapter.caps.accumulation(self.dtype.name)
        self.memory = {}

    def offers(self, method, weighted=False):
        """Whether there is such a call for data of this format, and takes weights if it must."""
        known = getattr(self.adapter, method, None) is not None
        once = method == "derivative" or not self.adapter.caps.rounds_once
        known = known and not (method in BEYOND and self.dtype.name in formats.HALVES and once)
        return known and (not weighted or self.adapter.takes(method, "weights"))

    def nesting(self, order):
        """How a derivative of this order is nested."""
        return " of ".join(self.operations[-order:])

    def __call__(self, method, arguments):
        """What a method returns for exact arguments, as enclosures; {} where it is not offered."""
        caps = self.adapter.caps
        m, eps = len(arguments["x"]), arguments.get("eps", 1)
        if not self.offers(method) or eps < caps.least_eps:
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
        if value is None or isinstance(value, str):
            return value
        # one number a channel has the format of the parameters, which of data in half precision is float32
        kind = self.dtype if isinstance(value, tuple) else formats.parameter(self.dtype)
        held = np.asarray(value, dtype=np.float64).astype(kind)
        given = value if isinstance(value, tuple) else (value,)
        if [Fraction(float(each)) for each in held.ravel()] != list(given):
            raise Inexact
        return held.reshape(-1, 1) if isinstance(value, tuple) else held.reshape(1)

    def _enclosed(self, method, arguments):
        held = {name: self._held(value) for name, value in arguments.items()}
        plain = {name: float(held[name][0]) for name in ("eps", "momentum") if name in held}
        expected = self._expected(method, held, plain)
        if method == "update" and self.adapter.caps.weighs == "old":
            plain["momentum"] = 1 - plain["momentum"]
        named = {"weights": held.pop("weights")} if "weights" in held else {}
        given = [plain.get(name, value) for name, value in held.items()]
        got = getattr(self.adapter, method)(*given, **named)
        found = {
            name: _enclosure(expected[name], np.asarray(got[name])) for name in RETURNS[method] if name in got
        }
        return {name: value for name, value in found.items() if value is not None}

    def _expected(self, method, held, plain):
        """What the oracle says of the call; `held` has the arguments in the order of the adapter's."""
        how = {"accumulate": self.accumulate}
        if "weights" in held:
            how["weights"] = held["weights"]
        if method == "update":
            return oracle.update(*list(held.values())[:3], plain["momentum"], **how)
        if method == "derivative":
            problem = oracle.problem(held["x"], held["gamma"], None, plain["eps"], dy=held["dy"], **how)
            order = derivatives.order(held["nesting"])
            moved = [held[name] for name in DIRECTIONS[:order]]
            return {
                "derivative": derivatives.expected(problem, moved, order, rivals=False)[
                    derivatives.label(order)
                ]
            }
        others = {"eps", "weights", "beta" if "backward" in method else ""}
        names = [name for name in held if name not in others]
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


class Moving(Exception):
    """An argument that moves: its derivative is wanted."""


@dataclass(frozen=True)
class Observation(Evaluation):
    """An evaluation that asks an implementation wherever it can; `asked` collects what for."""

    ask: object = None
    asked: set = field(default_factory=set)

    @property
    def exact(self):
        """The same without an implementation."""
        return replace(self, ask=None)

    def value(self, tree):
        if tree[0] == "where":
            new = {name: self.exact.value(value) for name, value in zip(tree[2::2], tree[3::2], strict=True)}
            return self.bind(**new).value(tree[1])
        found = self._derivative(tree) if self.ask else None
        return super().value(tree) if found is None else found

    def name(self, name):
        if self.ask and name not in self.values:
            found = self._xhat() if name == "xhat" else self._output(name)
            if found is not None:
                return found
        return super().name(name)

    def _xhat(self):
        """(9.41) solved for xhat, of the y that is returned."""
        gamma = self.name("gamma")
        y = None if gamma == Ball(Fraction(0)) else self._output("y")
        return None if y is None else (y - self.name("beta")) / gamma

    def _output(self, name):
        """What a name of the alphabet is, if a call of this mode returns it."""
        inference = self.claim["mode"] == "inference"
        methods = ("inference", "inference_backward") if inference else ("forward", "backward", "update")
        method = next((each for each in methods if name in RETURNS[each]), None)
        return None if method is None else self._result(method, name, ["name", name])

    def _derivative(self, tree):
        """What a derivative is, if a call returns it."""
        method, wanted, directions = returned(tree) or (None, None, {})
        # with weights, a derivative by an element is that by all its copies
        by_element = method == "double_backward" and self.claim["batch"] == "weighted"
        return None if method is None or by_element else self._result(method, wanted, tree, **directions)

    def _result(self, method, wanted, tree, **directions):
        """What a call returns under this name, which is the value of a tree; None where there is none."""
        given = {"mean", "var", "xhat"} & self.values.keys()
        if self.claim["mode"] == "inference":
            given -= {"mean", "var"}
        training = self.claim["mode"] == "training" or "inference" in method
        weighted = self.book is BOOKS["weighted"]
        if given or not training or not (weighted or self.book is BOOKS["source"]):
            return None
        if not self.ask.offers(method, weighted):
            return None
        try:
            found = self.ask(method, self._arguments(method, directions)).get(wanted)
        except Moving:
            return None
        if found is None:
            return None
        self.asked.add(wanted)
        return self._collected(tree, found) if isinstance(found, Vector) else found

    def _arguments(self, method, directions):
        """The arguments of a call as exact numbers, each element as often as its weight says."""
        found = {}
        for each in CALLS[method]:
            if each == "nesting":
                order = sum(direction is not None for direction in directions.values())
                found[each] = self.ask.nesting(order)
            elif each in directions:
                direction = directions[each]
                found[each] = direction and self._numbers(self.exact.value(direction), varies=True)
            else:
                name = NAMES.get(each, each)
                found[each] = self._numbers(self.name(name), name in self.certificate["elements"])
        if self.book is BOOKS["weighted"]:
            found["weights"] = self._numbers(self.name("weight"), varies=True)
        return found

    def _numbers(self, value, varies):
        if varies:
            value = self.over.weights.like(value)
        balls = value.entries if isinstance(value, Vector) else (value,)
        if not all(isinstance(ball, Ball) for ball in balls):
            raise Moving
        if any(ball.radius for ball in balls):
            raise Inexact
        if not isinstance(value, Vector):
            return value.middle
        return tuple(ball.middle for ball, n in zip(balls, self._counts(), strict=True) for _ in range(n))

    def _counts(self):
        return [int(weight.middle) for weight in self.over.weights.entries]

    def _collected(self, tree, found):
        """The results of the elements from those of all their copies; a masked one has its exact value."""
        counts = self._counts()
        exact = self.exact.value(tree) if 0 in counts else None
        first = [sum(counts[:n]) for n in range(len(counts))]
        return Vector(
            tuple(found.entries[first[n]] if count else exact.entries[n] for n, count in enumerate(counts))
        )


_PENALTY = PENALTY.data()
_SECOND = {by: of for of, by in oracle.SECOND.items()}


def returned(tree):
    """The call that returns this derivative, what it is called there, and the directions; else None."""
    match tree:
        case ["along", ["name", "y"], "x", direction]:
            return "jvp", "jvp", {"v": direction}
        case ["gradient", body, of] if body == _PENALTY and of in _SECOND:
            return "double_backward", _SECOND[of], {}
    found = []
    while tree[0] == "along" and tree[2] == "x":
        found.append(tree[3])
        tree = tree[1]
    # all but the last are differentiated along with the loss
    still = all(head == "number" or value in STILL for head, value, *_ in found[1:])
    if tree != ["name", "loss"] or not still or not 0 < len(found) <= len(DIRECTIONS):
        return None
    directions = itertools.zip_longest(DIRECTIONS, reversed(found))
    return "derivative", "derivative", dict(directions)


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
    source's is not evaluated, unless they are those with weights and the implementation takes weights.
    """
    certificate = certify(theorem, ())
    books = ("source", "weighted") if ask.offers("forward", weighted=True) else ("source",)
    return [
        _observed(theorem.name, number, claim, certificate, sample, ask)
        for number, claim in enumerate(theorem.claims, 1)
        if claim.main and claim.book in books and which(claim)
        for sample in samples
        if sample.suits(claim)
        and (sample.m <= FEW or ask.offers("double_backward") or not _of_second_order(claim.data()))
    ]


def _asks(ask, tree):
    """Whether a side has anything that the implementation may return.

    What is made of gradients is not looked into: nobody returns it, and to evaluate it takes long.
    """
    if not isinstance(tree, list):
        return False
    head, *parts = tree
    if head == "name":
        methods = (method for method, names in RETURNS.items() if MADE_OF.get(parts[0], parts[0]) in names)
        return any(map(ask.offers, methods))
    if head in ("along", "gradient"):
        if found := returned(tree):
            return ask.offers(found[0])
        parts = [] if '"dx"' in json.dumps(parts) else parts
    return any(_asks(ask, part) for part in (parts[:1] if head == "where" else parts))


def _of_second_order(data):
    """Whether somewhere in a claim there is a gradient of something made of gradients."""
    if isinstance(data, dict):
        return any(map(_of_second_order, data.values()))
    if not isinstance(data, list):
        return False
    return (data[0] == "gradient" and '"dx"' in json.dumps(data)) or any(map(_of_second_order, data))


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
    if not (_asks(ask, at.claim["left"]) or _asks(ask, at.claim["right"])):
        return replace(found, status=UNASKED)
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
