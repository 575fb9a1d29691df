"""The prover: it reads a statement into sympy, for a batch of symbolic size, and decides by normal form."""

from dataclasses import dataclass, field, replace
from functools import cache, reduce
from operator import add, mul

from sympy import Add, Indexed, Rational, Sum, Symbol

from .. import equations
from ..theorems import language
from ..theorems.books import BOOKS
from .normal_form import (
    Batch,
    Infinitesimal,
    Joined,
    Parts,
    Single,
    Weighted,
    i,
    is_zero,
    normal,
    one,
    rate,
    two_shards,
)

BATCHES = {
    "any": Batch,
    "weighted": Weighted,
    "shards": two_shards,
    "1": Single,
    "2": lambda: Joined(Single("1"), Single("2")),
}


@dataclass(frozen=True)
class Reader:
    """Reads trees over a batch; names without a value in `values` are computed from the equations."""

    over: object
    book: object
    values: dict
    order: int = 0
    memory: dict = field(default_factory=dict)
    definitions: dict = field(default_factory=lambda: language.DEFINITIONS)

    def bind(self, **values):
        """The reader for which these names have these values, and what depends on them is computed anew."""
        return replace(self, values=self.values | values, memory={})

    def name(self, name):
        """The value of a name: given, computed from the equations, defined, or a free parameter."""
        if name in self.values:
            return self.values[name]
        if name not in self.memory:
            self.memory[name] = normal(self._computed(name))
        return self.memory[name]

    def _computed(self, name):
        if name == "m":
            return self.over.m
        if name == "mean":
            return self.book.mean(self.name("x"), self.over)
        if name == "var":
            return self.book.var(self.name("x"), self.name("mean"), self.over)
        if name == "rstd":
            return 1 / self.over.sqrt(self.name("var") + self.name("eps"))
        if name == "xhat":
            return self.book.xhat(*(self.name(each) for each in ("x", "mean", "var", "eps")), self.over)
        if name == "y":
            return self.book.y(self.name("xhat"), self.name("gamma"), self.name("beta"))
        if name in self.definitions:
            return self.read(self.definitions[name])
        if name in language.ELEMENTS:
            return self.over.element(name)
        return self.over.scalar(name)

    def read(self, tree):
        """The value of a tree, in normal form."""
        return normal(getattr(self, f"_{tree.head}")(*tree.parts))

    def _number(self, digits):
        return Rational(digits)

    _name = name

    def _add(self, *terms):
        return reduce(add, map(self.read, terms))

    def _mul(self, *factors):
        return reduce(mul, map(self.read, factors))

    def _pow(self, a, exponent):
        return self.read(a) ** exponent

    def _root(self, a):
        return self.over.sqrt(self.read(a))

    def _sum(self, a):
        return self.over.sum(self.read(a))

    def _average(self, value):
        return normal(self.over.sum(value) / self.over.m)

    def _cov(self, a, b):
        a, b = self.read(a), self.read(b)
        return self._average(a * b) - self._average(a) * self._average(b)

    def _centred(self, a):
        a = self.read(a)
        return a - self._average(a)

    def _element(self, a):
        return self.over.one(self.read(a))

    def _others(self, a):
        return self._sum(a) - self.over.one(self.over.weight_at * self.read(a))

    def _shard(self, n, a):
        over = self.over.parts[n - 1]
        values = {
            key: value[n - 1] if isinstance(value, Parts) else value for key, value in self.values.items()
        }
        return replace(self, over=over, values=values, memory={}).read(a)

    def _where(self, a, *pairs):
        return self.bind(
            **{key: self.read(value) for key, value in zip(pairs[::2], pairs[1::2], strict=True)}
        ).read(a)

    def _along(self, a, of, direction):
        t = Infinitesimal(f"t{self.order}")
        moved = self.bind(**{of: self.name(of) + t * self.read(direction)})
        return rate(replace(moved, order=self.order + 1).read(a), t)

    def _gradient(self, a, of, *held):
        still = self.bind(**{each: self.name(each) for each in held})
        if of not in language.ELEMENTS:
            return still._along(a, of, language.tree(1))
        direction = f"e{self.order}"
        moving = still.bind(**{direction: self.over.element(direction)})
        return self.over.representer(moving._along(a, of, language.name(direction)), direction)


@cache
def reader(batch="any", mode="training", book=BOOKS["source"]):
    """The reader of a claim: eps = 1/rstd^2 - var, so that rstd is a symbol and nothing keeps a root."""
    over = BATCHES[batch]()
    free = Reader(over, book, {}, definitions=language.definitions(batch))
    rstd = Symbol("rstd", positive=True)
    given = {"mean": over.scalar("mean"), "var": over.scalar("var")} if mode == "inference" else {}
    return free.bind(**given, eps=normal(equations.eps(rstd, free.bind(**given).name("var"))))


@dataclass(frozen=True)
class Decision:
    """What the normal form found: whether the claim holds, and the form of either side."""

    holds: bool
    left: object
    right: object

    @property
    def account(self):
        """What was compared, in words."""
        parts = self.left if isinstance(self.left, Parts) else (self.left,)
        terms = sum(len(Add.make_args(part)) for part in parts)
        return f"Normal form of the left side: {terms} monomial{'s' * (terms != 1)}."

    def data(self, batch):
        """Both normal forms as trees about a batch of this kind."""
        weight = Weighted.weight[i] if batch == "weighted" else 1
        return {side: as_tree(getattr(self, side), weight).data() for side in ("left", "right")}


@cache
def value(tree, batch, mode, book):
    """The normal form of a tree, computed once."""
    return reader(batch, mode, book).read(tree)


def decide(claim, book=None):
    """Decide a claim; `book` replaces the equations that it is about."""
    about = claim.batch, claim.mode, BOOKS[claim.book] if book is None else book
    left, right = value(claim.left, *about), value(claim.right, *about)
    if claim.slack is None:
        return Decision(is_zero(left - right), left, right)
    holds = is_zero(right - left - value(claim.slack, *about)) and nonnegative(claim.slack, claim.least)
    return Decision(holds, left, right)


def nonnegative(tree, least):
    """Whether a tree is visibly not negative: made of squares, such names, and m - c, by + and *."""
    head, parts = tree.head, tree.parts
    if head == "number":
        return Rational(parts[0]) >= 0
    if head == "name":
        return parts[0] in language.NONNEGATIVE
    if head == "pow":
        return parts[1] % 2 == 0 or nonnegative(parts[0], least)
    if head == "add" and len(parts) == 2 and parts[0] == language.m and parts[1].head == "number":
        return least + Rational(parts[1].parts[0]) >= 0
    return head in ("add", "mul", "sum", "others", "root") and all(nonnegative(part, least) for part in parts)


def as_tree(value, weight=1):
    """A normal form as a tree of the language, for a certificate; `weight` is a factor in every sum."""
    if value.is_Rational:
        return language.tree(str(value))
    if isinstance(value, Indexed):
        (index,) = value.indices
        quantity = language.name(str(value.base))
        return language.element(quantity) if index == one else quantity
    if isinstance(value, Symbol):
        return language.name(value.name)
    if isinstance(value, Sum):
        return language.total(as_tree(value.function / weight))
    if value.is_Pow:
        return language.Tree("pow", (as_tree(value.base, weight), int(value.exp)))
    parts = value.as_ordered_factors() if value.is_Mul else value.as_ordered_terms()
    head = "add" if value.is_Add else "mul"
    return language.Tree(head, tuple(as_tree(part, weight) for part in parts))
