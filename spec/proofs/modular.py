"""The second checker: it evaluates a certificate on random numbers, and shares nothing with the prover.

It uses the standard library alone, and of this package its own numbers (`arithmetic.py`) and the
equations. A certificate's claim `left = right` is evaluated at random points, exactly: on fractions, and on
residues modulo the prime 2^127 - 1, for batches of several sizes. Derivatives come from dual numbers a + b t
with t^2 = 0, so that no derivative that the prover found is used.

A root appears in (9.40). rstd is drawn as a square, and eps := 1/rstd^2 - var, so that var + eps has the
root 1/rstd in both kinds of number.

The check errs on one side. A true claim always passes. If left - right is not identically 0, it is a
fraction whose numerator has some degree D, and numbers drawn from a set of n hit one of its zeros with
probability at most D/n (Schwartz and Zippel). D is computed: the claim is evaluated once more, on degrees
in the place of numbers.
"""

import itertools
import json
import math
import random
import sys
from dataclasses import dataclass, field, replace
from fractions import Fraction
from functools import reduce
from operator import add, mul

from .. import equations
from ..theorems.books import BOOKS
from .arithmetic import KINDS, RANGE, Degrees, Dual, Over, Vector

SIZES = (1, 2, 3, 5)


@dataclass(frozen=True)
class Evaluation:
    """Evaluates the trees of a certificate at one random point, for a batch of `size` elements."""

    certificate: dict
    claim: dict
    kind: object
    chance: random.Random
    size: int
    book: object
    span: tuple = ()
    values: dict = field(default_factory=dict)
    drawn: dict = field(default_factory=dict)
    order: int = 0
    masked: bool = False
    # The names already computed here; whatever is bound or replaced starts without them.
    known: dict = field(default_factory=dict, init=False, repr=False, compare=False)

    def at_random(self):
        """The same, with eps = 1/rstd^2 - var for an rstd that is a square, so that var + eps has a root."""
        start = replace(self, span=(0, self.size))
        given = (
            {name: start.draw(name) for name in ("mean", "var")} if self.claim["mode"] == "inference" else {}
        )
        start = start.bind(**given)
        root = self.kind.draw(self.chance)
        return start.bind(eps=equations.eps(root * root, start.name("var")))

    def bind(self, **values):
        return replace(self, values=self.values | values)

    def draw(self, name):
        """The random value of a free name, the same wherever the name occurs."""
        if name not in self.drawn:
            if name in self.certificate["elements"]:
                entries = [self.kind.draw(self.chance) for _ in range(self.size)]
                if name == "weight" and self.masked:
                    entries[-1] = self.kind.number(0)
                self.drawn[name] = Vector(tuple(entries))
            else:
                number = self.kind.draw(self.chance)
                self.drawn[name] = number * number if name in self.certificate["nonnegative"] else number
        value = self.drawn[name]
        return Vector(value.entries[slice(*self.span)]) if isinstance(value, Vector) else value

    @property
    def over(self):
        if self.claim["batch"] == "weighted":
            return Over(self.kind, self.draw("weight"), self.draw)
        first, last = self.span
        return Over(self.kind, Vector((self.kind.number(1),) * (last - first)), self.draw)

    def name(self, name):
        if name in self.values:
            return self.values[name]
        if name not in self.known:
            self.known[name] = self._computed(name)
        return self.known[name]

    def _computed(self, name):
        if name == "m":
            return self.over.m
        if name == "mean":
            return self.book.mean(self.name("x"), self.over)
        if name == "var":
            return self.book.var(self.name("x"), self.name("mean"), self.over)
        if name == "rstd":
            return equations.rstd(self.name("var"), self.name("eps"), self.over)
        if name == "xhat":
            x, mean, var, eps = (self.name(each) for each in ("x", "mean", "var", "eps"))
            return self.book.xhat(x, mean, var, eps, self.over)
        if name == "y":
            return self.book.y(self.name("xhat"), self.name("gamma"), self.name("beta"))
        if name in self.certificate["definitions"]:
            return self.value(self.certificate["definitions"][name])
        return self.draw(name)

    def value(self, tree):
        """The value of a tree at this point."""
        head, *parts = tree
        match head:
            case "number":
                return self.kind.number(Fraction(parts[0]))
            case "name":
                return self.name(parts[0])
            case "add":
                return reduce(add, map(self.value, parts))
            case "mul":
                return reduce(mul, map(self.value, parts))
            case "pow":
                return self.value(parts[0]) ** parts[1]
            case "root":
                return self.over.sqrt(self.value(parts[0]))
            case "sum":
                return self.over.sum(self.value(parts[0]))
            case "cov":
                a, b = map(self.value, parts)
                return self.average(a * b) - self.average(a) * self.average(b)
            case "centred":
                a = self.value(parts[0])
                return a - self.average(a)
            case "element":
                return self.value(parts[0]).entries[0]
            case "others":
                weighted = self.over.weights * self.value(parts[0])
                return reduce(add, weighted.entries[1:], self.kind.number(0))
            case "shard":
                return self.on_shard(parts[0]).value(parts[1])
            case "where":
                return self.bind(
                    **{k: self.value(v) for k, v in zip(parts[1::2], parts[2::2], strict=True)}
                ).value(parts[0])
            case "along":
                return self.along(parts[0], parts[1], self.value(parts[2]))
            case "gradient":
                return self.gradient(*parts)
        raise ValueError(f"tree: wanted a node of the language, found {head!r}")

    def average(self, value):
        return self.over.sum(value) / self.over.m

    def on_shard(self, n):
        middle = self.size // 2
        first, last = ((0, middle), (middle, self.size))[n - 1]
        values = {
            name: Vector(value.entries[first:last]) if isinstance(value, Vector) else value
            for name, value in self.values.items()
        }
        return replace(self, span=(first, last), values=values)

    def along(self, body, of, direction):
        """The derivative of the body where the name `of` moves in a direction."""

        def dual(value, rate):
            return Dual(value, rate, self.order)

        at = self.name(of)
        if isinstance(at, Vector):
            moving = Vector(tuple(map(dual, at.entries, at.like(direction).entries)))
        else:
            moving = dual(at, direction)
        return self.rate(replace(self.bind(**{of: moving}), order=self.order + 1).value(body))

    def rate(self, value):
        if isinstance(value, Vector):
            return Vector(tuple(map(self.rate, value.entries)))
        if isinstance(value, Dual) and value.order == self.order:
            return value.rate if value.rate != 0 else self.kind.number(0)
        return self.kind.number(0)

    def gradient(self, body, of, *held):
        """The derivatives by each element in turn, or by one number."""
        still = self.bind(**{each: self.name(each) for each in held})
        one, zero = self.kind.number(1), self.kind.number(0)
        if not isinstance(still.name(of), Vector):
            return still.along(body, of, one)
        n = self.span[1] - self.span[0]
        rates = (
            still.along(body, of, Vector((zero,) * j + (one,) + (zero,) * (n - 1 - j))) for j in range(n)
        )
        return Vector(tuple(rates))


def nonnegative(tree, least, names):
    """Whether a tree is visibly not negative: made of squares, of `names`, of m - c, by + and *."""
    head, *parts = tree
    if head == "number":
        return Fraction(parts[0]) >= 0
    if head == "name":
        return parts[0] in names
    if head == "pow":
        return parts[1] % 2 == 0 or nonnegative(parts[0], least, names)
    if head == "add" and len(parts) == 2 and parts[0] == ["name", "m"] and parts[1][0] == "number":
        return least + Fraction(parts[1][1]) >= 0
    return head in ("add", "mul", "sum", "others", "root") and all(
        nonnegative(each, least, names) for each in parts
    )


@dataclass(frozen=True)
class Verdict:
    """Whether a claim passed, at which sizes, and with what probability a false one would have."""

    holds: bool
    sizes: tuple
    error: float

    @property
    def bound(self):
        """The error probability as text, rounded up to one digit."""
        exponent = math.floor(math.log10(self.error))
        digit = math.ceil(self.error / 10.0**exponent)
        return f"{digit}e{exponent}" if digit < 10 else f"1e{exponent + 1}"


def _entries(value):
    return value.entries if isinstance(value, Vector) else (value,)


def vanishes(value, kind):
    """Whether a value is 0, on every element."""
    return all(entry == kind.number(0) for entry in _entries(value))


def difference(claim, evaluation):
    """left - right, or right - left - slack: what must vanish at every point."""
    left, right = evaluation.value(claim["left"]), evaluation.value(claim["right"])
    return left - right if "slack" not in claim else right - left - evaluation.value(claim["slack"])


def _vanishing(certificate, claim):
    """What must vanish at a point: the claim itself, and each side less its normal form."""
    yield lambda at: difference(claim, at)
    for side in ("left", "right"):
        if side in claim.get("normal", {}):
            yield lambda at, side=side: at.value(claim[side]) - at.value(claim["normal"][side])


def sizes_of(claim):
    """The sizes of batches that a claim is checked on."""
    if claim["batch"] in ("1", "2"):
        return (int(claim["batch"]),)
    least = max(claim["least"], 2 if claim["batch"] == "shards" else 1)
    return tuple(size for size in SIZES if size >= least)


def _masked(claim, size):
    """Whether an element has weight 0: with weights both, where there are elements to spare."""
    return (False, True) if "weighted" in (claim["batch"], claim["book"]) and size > 2 else (False,)


def check_claim(certificate, claim, chance, book=None, kinds=KINDS):
    """Check one claim at random points of several sizes; `book` replaces the equations that it is about."""
    book = BOOKS[claim["book"]] if book is None else book
    sizes, error = sizes_of(claim), 0.0
    holds = "slack" not in claim or nonnegative(claim["slack"], claim["least"], certificate["nonnegative"])
    for vanishing in _vanishing(certificate, claim):
        for size in sizes:
            degree = vanishing(Evaluation(certificate, claim, Degrees(), chance, size, book).at_random())
            bound = max(each.above + each.below for each in _entries(degree)) / RANGE
            error = max(error, bound)
            for kind, masked in itertools.product(kinds, _masked(claim, size)):
                at = Evaluation(certificate, claim, kind, chance, size, book, masked=masked).at_random()
                holds = holds and vanishes(vanishing(at), kind)
    return Verdict(holds, sizes, error)


def check(certificate, chance=None):
    """Check every claim of a certificate; the error is that of the claim for which it is largest."""
    chance = chance or random.SystemRandom()
    verdicts = [check_claim(certificate, claim, chance) for claim in certificate["claims"]]
    sizes = sorted({size for verdict in verdicts for size in verdict.sizes})
    return Verdict(
        all(verdict.holds for verdict in verdicts), tuple(sizes), max(verdict.error for verdict in verdicts)
    )


def main(paths):
    """Check certificates, files of JSON; 0 if all hold."""
    failed = 0
    for path in paths:
        with open(path, encoding="utf-8") as file:
            verdict = check(json.load(file))
        failed += not verdict.holds
        print(f"{path}: {'holds' if verdict.holds else 'FALSE'} (error probability at most {verdict.bound})")
    return 1 if failed else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
