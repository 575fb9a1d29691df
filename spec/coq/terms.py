"""Terms of Coq as data: real numbers, batches of them, and how each is printed.

A term is printed as it is built, so that a proof script can name it: what Python compares, Coq compares. The
index of an element is a name; a bound index or number is renamed where a name would be captured.
"""

from dataclasses import dataclass, fields, replace
from fractions import Fraction
from functools import cache, reduce
from itertools import chain, count

SUM, PRODUCT, POWER, APPLIED, ATOM = range(1, 6)


@dataclass(frozen=True)
class Term:
    """A real number, or a batch (a function from the number of an element to the element)."""

    def children(self):
        """The terms that this one is made of."""
        for each in fields(self):
            value = getattr(self, each.name)
            if isinstance(value, Term):
                yield value
            elif isinstance(value, tuple):
                yield from (part for part in value if isinstance(part, Term))

    def map(self, change):
        """The same with each of its parts changed."""

        def changed(value):
            if isinstance(value, Term):
                return change(value)
            return tuple(map(changed, value)) if isinstance(value, tuple) else value

        return replace(self, **{each.name: changed(getattr(self, each.name)) for each in fields(self)})

    def names(self):
        """Every free name, of numbers and batches."""
        return frozenset(chain.from_iterable(child.names() for child in self.children()))

    def indices(self):
        """Every free index."""
        return frozenset(chain.from_iterable(child.indices() for child in self.children()))

    def put(self, values, at=None):
        """The term with names replaced by terms, and indices by indices."""
        return self.map(lambda part: part.put(values, at or {}))

    def walk(self):
        """The term and all that it is made of, itself first."""
        yield self
        for child in self.children():
            yield from child.walk()

    def __str__(self):
        return self.text(0)


def _in(precedence, own, text):
    return f"({text})" if own < precedence else text


@dataclass(frozen=True)
class Number(Term):
    value: Fraction

    def text(self, precedence):
        top, bottom = self.value.numerator, self.value.denominator
        if bottom != 1:
            return _in(precedence, PRODUCT, f"{Number(Fraction(top)).text(POWER)} / {bottom}")
        return str(top) if top >= 0 else f"({top})"


def number(value):
    return Number(Fraction(value))


@dataclass(frozen=True)
class Size(Term):
    """A number of elements, as a real number."""

    size: str = "m"

    def text(self, precedence):
        return _in(precedence, APPLIED, f"INR {self.size}")


@dataclass(frozen=True)
class Name(Term):
    """A number."""

    name: str

    def names(self):
        return frozenset({self.name})

    def put(self, values, at=None):
        return values.get(self.name, self)

    def text(self, precedence):
        return self.name


@dataclass(frozen=True)
class Batch(Name):
    """A quantity that varies over the batch."""


@dataclass(frozen=True)
class Binary(Term):
    left: Term
    right: Term

    def text(self, precedence):
        left, right = self.left.text(self.own), self.right.text(self.own + 1)
        return _in(precedence, self.own, f"{left} {self.sign} {right}")


class Add(Binary):
    own, sign = SUM, "+"


class Sub(Binary):
    own, sign = SUM, "-"


class Mul(Binary):
    own, sign = PRODUCT, "*"


class Div(Binary):
    own, sign = PRODUCT, "/"


@dataclass(frozen=True)
class Neg(Term):
    of: Term

    def text(self, precedence):
        return _in(precedence, SUM, f"- {self.of.text(POWER)}")


@dataclass(frozen=True)
class Pow(Term):
    base: Term
    exponent: int

    def text(self, precedence):
        return _in(precedence, POWER, f"{self.base.text(POWER + 1)} ^ {self.exponent}")


@dataclass(frozen=True)
class Root(Term):
    of: Term

    def text(self, precedence):
        return _in(precedence, APPLIED, f"sqrt {self.of.text(ATOM)}")


@dataclass(frozen=True)
class Function(Term):
    """A function of Coq's library, of real numbers."""

    name: str
    arguments: tuple

    def text(self, precedence):
        parts = " ".join(each.text(ATOM) for each in self.arguments)
        return _in(precedence, APPLIED, f"{self.name} {parts}")


@dataclass(frozen=True)
class Unit(Term):
    """The batch that is 1 at one element, and 0 elsewhere."""

    index: str

    def indices(self):
        return frozenset({self.index})

    def put(self, values, at=None):
        return Unit((at or {}).get(self.index, self.index))

    def text(self, precedence):
        return _in(precedence, APPLIED, f"unit {self.index}")


@dataclass(frozen=True)
class After(Term):
    """A batch without its first m1 elements."""

    batch: Term

    def text(self, precedence):
        return _in(precedence, APPLIED, f"after m1 {self.batch.text(ATOM)}")


@dataclass(frozen=True)
class Move(Term):
    """A batch, moved along another by a number."""

    batch: Term
    direction: Term
    by: Term

    def text(self, precedence):
        parts = " ".join(each.text(ATOM) for each in (self.batch, self.direction, self.by))
        return _in(precedence, APPLIED, f"move {parts}")


def _fresh(wanted, taken):
    return next(name for n in count() if (name := f"{wanted}{n or ''}") not in taken)


@dataclass(frozen=True)
class Binder(Term):
    """A term in which an index is bound.

    A bound index is called by how many binders are nested within: i, i1, ... So terms that differ in names
    alone are equal, once a `put` has gone through them.
    """

    index: str
    body: Term
    size: str = "m"

    def indices(self):
        return self.body.indices() - {self.index} | self._outside()

    def _outside(self):
        return frozenset()

    def put(self, values, at=None):
        outer = {old: new for old, new in (at or {}).items() if old != self.index}
        unique = f"#{next(_UNIQUE)}"
        body = self.body.put(values, outer | {self.index: unique})
        index = f"i{height(body) or ''}"
        return self._with(index, _renamed(body, unique, index), outer)

    def _with(self, index, body, at):
        return type(self)(index, body, self.size)


_UNIQUE = count()


def _renamed(term, old, new):
    """The term with an index renamed, where nothing can capture it."""
    if isinstance(term, str):
        return new if term == old else term
    if isinstance(term, Term):
        term = term.map(lambda part: _renamed(part, old, new))
        named = {each: new for each in ("index", "but") if getattr(term, each, None) == old}
        return replace(term, **named) if named else term
    return term


@cache
def height(term):
    """How many binders are nested in a term."""
    if isinstance(term, Derivative):
        return height(term.function()[1])
    return max(map(height, term.children()), default=0) + isinstance(term, Binder)


def canonical(term):
    """The term with every bound index named by its height."""
    return term.put({}, {})


class Each(Binder):
    """The batch whose element at the index is the body."""

    def text(self, precedence):
        return f"(fun {self.index} => {self.body})"


class Sum(Binder):
    def text(self, precedence):
        return _in(precedence, APPLIED, f"sum {self.size} {_function(self)}")


def _function(binder):
    """The function that is summed; not fun i => x i, but x."""
    body = binder.body
    if isinstance(body, At) and body.index == binder.index and binder.index not in body.batch.indices():
        return body.batch.text(ATOM)
    return f"(fun {binder.index} => {body})"


@dataclass(frozen=True)
class Others(Binder):
    """The sum over all elements but one."""

    but: str = ""

    def _outside(self):
        return frozenset({self.but})

    def _with(self, index, body, at):
        return Others(index, body, self.size, at.get(self.but, self.but))

    def text(self, precedence):
        return _in(precedence, APPLIED, f"others {self.size} {self.but} {_function(self)}")


@dataclass(frozen=True)
class Call(Term):
    """A quantity that `Equations.v` defines: a number, or a batch."""

    equation: "Equation"
    arguments: tuple
    size: str = "m"

    def text(self, precedence):
        size = (self.size,) if self.equation.sums else ()
        parts = (self.equation.coq, *size, *(each.text(ATOM) for each in self.arguments))
        return _in(precedence, APPLIED, " ".join(parts))

    def unfolded(self, index=None):
        """The definition, of these arguments, at an index if it is that of a batch."""
        values = dict(zip(self.equation.parameters, self.arguments, strict=True))
        return _resized(self.equation.body, self.size).put(values, {"i": index} if index else {})


def _resized(term, size):
    """A term about batches of m elements, about batches of another size."""
    term = term.map(lambda part: _resized(part, size))
    return replace(term, size=size) if hasattr(term, "size") else term


@dataclass(frozen=True)
class Equation:
    """A definition: its name in Coq, its parameters, and what it is (at the element i)."""

    coq: str
    parameters: tuple
    body: Term
    sums: bool
    varies: bool


@dataclass(frozen=True)
class At(Term):
    """One element of a batch."""

    batch: Term
    index: str

    def indices(self):
        return self.batch.indices() | {self.index}

    def put(self, values, at=None):
        return at_index(self.batch.put(values, at), (at or {}).get(self.index, self.index))

    def text(self, precedence):
        return _in(precedence, APPLIED, f"{self.batch.text(APPLIED)} {self.index}")


def at_index(batch, index):
    """An element of a batch; a number counts as a batch of equal elements."""
    if isinstance(batch, Each):
        return batch.body.put({}, {batch.index: index})
    return At(batch, index) if varies(batch) else batch


def varies(term):
    """Whether a term is a batch."""
    if isinstance(term, Call):
        return term.equation.varies
    return isinstance(term, Batch | Unit | After | Move | Each)


def as_batch(term):
    """A term as a batch; a number as a batch of equal elements."""
    return term if varies(term) else Each("i", term)


@dataclass(frozen=True)
class Derivative(Term):
    """The derivative of a problem's body at 0, its parameters being these terms."""

    problem: object
    arguments: tuple
    index: str | None = None

    def indices(self):
        return super().indices() | ({self.index} if self.index else set())

    def put(self, values, at=None):
        arguments = tuple(each.put(values, at) for each in self.arguments)
        return Derivative(self.problem, arguments, (at or {}).get(self.index, self.index))

    def function(self):
        """The name of the number by which things move, and the body."""
        by = _fresh("t", frozenset().union(*(each.names() for each in self.arguments)))
        return by, self._put(self.problem.body, by)

    def value(self):
        """The derivative as a closed form."""
        return self._put(self.problem.value)

    def roots(self):
        """What must be positive for the derivative to exist."""
        return [self._put(root) for root in self.problem.roots]

    def moved(self, by):
        """What moves, when it has moved by this number."""
        return self._put(self.problem.moved, by)

    def moved_roots(self, by):
        """Pairs of what is positive, and what it becomes by the movement, if it does."""
        if self.problem.of != "x":
            return []
        return [
            (self._put(root), self._put(root.put({"x": self.problem.moved}), by))
            for root in self.problem.roots
        ]

    def _put(self, term, by="t"):
        values = dict(zip(self.problem.parameters, self.arguments, strict=True))
        return term.put(values | {"t": Name(by)}, {"k": self.index} if self.index else {})

    def text(self, precedence):
        by, body = self.function()
        return _in(precedence, APPLIED, f"Derive (fun {by} => {body}) 0")


def add(terms):
    """A sum, with a minus where a term is negative."""

    def joined(left, right):
        return Sub(left, right.of) if isinstance(right, Neg) else Add(left, right)

    return reduce(joined, terms) if terms else number(0)


def multiply(factors):
    """A product; no factors are 1."""
    return reduce(Mul, factors) if factors else number(1)


def power(base, exponent):
    """A whole power, not negative."""
    return base if exponent == 1 else Pow(base, exponent)
