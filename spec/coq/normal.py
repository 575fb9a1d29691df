"""Computes the normal form of a term, and writes the proof that the term is equal to it.

A normal form is a polynomial in the parameters, in elements, in sums of monomials of elements, and in mean,
var and rstd. x is written as mean + (x - mean), eps as 1/rstd^2 - var. Each part of a term that is more than
arithmetic (a sum, a root, a call of a definition, a derivative) gets a fact: that it is equal to its own
normal form. A fact is proved from the facts of its parts, and `field`.
"""

from dataclasses import dataclass, field
from functools import cached_property

from spec.coq.polynomial import Polynomial, atom, constant
from spec.coq.terms import (
    ATOM,
    PRODUCT,
    Add,
    At,
    Batch,
    Binary,
    Call,
    Derivative,
    Div,
    Mul,
    Name,
    Neg,
    Number,
    Others,
    Pow,
    Root,
    Size,
    Sub,
    Sum,
    Term,
    Unit,
    add,
    at_index,
    multiply,
    number,
    power,
)
from spec.theorems import language

X, MEAN, VAR, RSTD, EPS = Batch("x"), Name("mean"), Name("var"), Name("rstd"), Name("eps")


@dataclass(frozen=True)
class Setting:
    """What mean, var and rstd stand for, and what is known about them.

    `given` are those of them that are parameters. x is there, or is not.
    """

    given: frozenset
    x: bool
    rooted: bool
    equations: dict = field(repr=False, compare=False)

    @property
    def trained(self):
        """Whether mean is the mean of x."""
        return self.x and "mean" not in self.given

    @cached_property
    def long(self):
        """The terms that are abbreviated, each by those before it."""
        long = {}
        if self.trained:
            long["mean"] = Call(self.equations["mean"], (X,))
            if "var" not in self.given:
                long["var"] = Call(self.equations["var"], (X, MEAN))
        if self.rooted:
            long["rstd"] = Call(self.equations["rstd"], (VAR, EPS))
        return long

    def short(self, term):
        """The term with the abbreviations."""
        for name, long in self.long.items():
            term = _replace(term, long, Name(name))
        return term

    def full(self, term):
        """The term without the abbreviations."""
        for name, long in reversed(self.long.items()):
            term = term.put({name: long})
        return term


def _replace(term, old, new):
    return new if term == old else term.map(lambda part: _replace(part, old, new))


@dataclass(frozen=True)
class Fact:
    """That a part of a term is equal to its normal form, for all elements with its bound indices."""

    name: str
    part: Term
    indices: tuple
    right: Term
    proof: tuple

    def lines(self):
        """The assertion, with its proof."""
        for_all = "".join(f"forall {i}, ({i} < m)%nat -> " for i in self.indices)
        intros = [f"intros {i} H{i}." for i in self.indices]
        return [
            f"assert ({self.name} : {for_all}{self.part} = {self.right}).",
            "{",
            *intros,
            *self.proof,
            "}",
        ]

    @property
    def use(self):
        """The fact, for the indices in the context."""
        return (
            f"({' '.join([self.name, *(f'{i} H{i}' for i in self.indices)])})" if self.indices else self.name
        )


@dataclass
class Normal:
    """Normal forms in a setting, and the facts that they needed, in the order in which they are proved."""

    setting: Setting
    lemmas: dict = field(default_factory=dict)
    free: frozenset = frozenset({"k", "j"})
    facts: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)

    def short(self, term):
        """The term with abbreviations."""
        return self.setting.short(term)

    def __call__(self, term):
        """The normal form of a term with abbreviations."""
        if term not in self.values:
            self.values[term] = self._value(term)
        return self.values[term]

    def _value(self, term):
        if isinstance(term, Number):
            return constant(term.value)
        if isinstance(term, Size):
            return atom("size")
        if term == EPS and self.setting.rooted:
            return atom("name", "rstd") ** -2 - atom("name", "var")
        if isinstance(term, Name):
            return atom("name", term.name)
        if isinstance(term, At) and not isinstance(term.batch, Call):
            return self._element(term)
        if isinstance(term, Neg):
            return -self(term.of)
        if isinstance(term, Binary):
            return self._binary(type(term), self(term.left), self(term.right), term)
        if isinstance(term, Pow):
            return self(term.base) ** term.exponent
        return self._part(term)

    def _element(self, term):
        if isinstance(term.batch, Unit):
            return atom("unit", term.batch.index, term.index)
        if term.batch == X:
            return atom("element", "", term.index) + atom("name", "mean")
        if isinstance(term.batch, Batch):
            return atom("element", term.batch.name, term.index)
        raise NotImplementedError(f"the normal form of {term}")

    def _binary(self, kind, left, right, term):
        if kind is Add:
            return left + right
        if kind is Sub:
            return left - right
        if kind is Mul:
            return left * right
        if right.single is None:
            return left * atom("inverse", str(term.right), term.right)
        return left * right.inverse()

    # Parts that need a fact

    def _part(self, term):
        value, proof = {
            Sum: self._sum,
            Others: self._others,
            Root: self._root,
            Call: self._call,
            At: self._call,
            Derivative: self._derivative,
        }[type(term)](term)
        right = self.term(value)
        if right != term:
            indices = tuple(sorted(term.indices() - self.free))
            fact = Fact(f"e{len(self.facts) + 1}", term, indices, right, tuple(proof))
            self.facts[term] = fact
            self.lines += fact.lines()
        return value

    def _sum(self, term):
        body, index = self(term.body), term.index
        groups = {}
        for monomial, coefficient in body.terms.items():
            inside = tuple(each for each in monomial if index in each[0][1:])
            outside = tuple(each for each in monomial if index not in each[0][1:])
            groups[inside] = groups.get(inside, constant(0)) + Polynomial({outside: coefficient})
        value, steps = constant(0), []
        for inside, coefficient in groups.items():
            total, step = self._total(inside, index)
            value = value + coefficient * total
            steps += step
        terms = [f"({self.term(c)}) * ({self._summand(i, index)})" for i, c in groups.items()]
        spread = " + (".join([*terms, "0"]) + ")" * len(terms)
        proof = [
            f"transitivity (sum m (fun {index} => {spread})).",
            f"{{ apply sum_ext; intros {index} H{index}.",
            *self.rewrites(term.body),
            "normal. }",
            "rewrite " + "sum_cons, " * len(terms) + "sum_nil.",
            *steps,
            "normal.",
        ]
        return value, proof

    def _summand(self, inside, index):
        """A monomial as it is summed: what is 1 at one element stands last."""
        units = tuple(each for each in inside if each[0][0] == "unit")
        rest = self._product(tuple(each for each in inside if each not in units))
        return f"{rest.text(PRODUCT)} * {self._product(units)}" if units else rest

    def _total(self, inside, index):
        """The sum of a monomial, and how to rewrite it."""
        units = [each for each in inside if each[0][0] == "unit"]
        if units:
            ((_, at, of), exponent), *more = units
            if more or exponent != 1 or of != index:
                raise NotImplementedError("the sum of a product of units")
            rest = tuple(each for each in inside if each not in units)
            moved = tuple(((*what[:-1], at), n) for what, n in rest)
            left = self._product(rest)
            return Polynomial({moved: 1}), [f"rewrite (sum_unit m {at} (fun {index} => {left}) H{at})."]
        if not inside:
            return atom("size"), ["rewrite sum_one."]
        if self.setting.trained and inside == ((("element", "", index), 1),):
            return constant(0), ["rewrite first_moment."]
        if self.setting.trained and inside == ((("element", "", index), 2),):
            return atom("size") * atom("name", "var"), ["rewrite second_moment."]
        return atom("sum", tuple((what[1], n) for what, n in inside)), []

    def _others(self, term):
        difference = Sub(Sum(term.index, term.body), term.body.put({}, {term.index: term.but}))
        value = self(difference)
        proof = [
            f"rewrite (others_is m {term.but} _ H{term.but}).",
            f"change ({difference} = {self.term(value)}).",
        ]
        return value, [*proof, *self.rewrites(difference), "normal."]

    def _root(self, term):
        root = self(term.of).root()
        if root is None:
            raise NotImplementedError(f"the root of {term.of}")
        return root, ["apply root_is; [positive |].", *self.rewrites(term.of), "normal."]

    def _call(self, term):
        unfolded = self.short(term.unfolded() if isinstance(term, Call) else term.batch.unfolded(term.index))
        value = self(unfolded)
        return value, [f"change ({unfolded} = {self.term(value)}).", *self.rewrites(unfolded), "normal."]

    def _derivative(self, term):
        closed = self.short(term.value())
        value = self(closed)
        proof = [f"transitivity ({closed}).", f"{{ apply is_derive_unique. exact {self.lemma(term)}. }}"]
        return value, [*proof, *self.rewrites(closed), "normal."]

    @property
    def known(self):
        """What is known to be positive: a term, and the name of that hypothesis."""
        return {Add(VAR, EPS): "Hroot"}

    def lemma(self, term, known=None):
        """The lemma about a derivative, applied."""
        known = self.known if known is None else known
        roots = [self.short(root) for root in term.roots()]
        roots = [known.get(root) or self._positive(root) for root in roots]
        index = [term.index] if term.index else []
        parts = [
            *(each.text(ATOM) for each in term.arguments),
            *index,
            "size",
            *roots,
            *(f"H{i}" for i in index),
        ]
        return f"({' '.join([self.lemmas[term.problem], 'm', *parts])})"

    def _positive(self, term):
        """A hypothesis that a term is positive."""
        key = ("positive", term)
        if key not in self.facts:
            root = self(term).root()
            name = f"p{len(self.facts) + 1}"
            self.facts[key] = name
            self.lines += [
                f"assert ({name} : 0 < {term}).",
                f"{{ apply (is_positive _ ({self.term(root)})); [positive |].",
                *self.rewrites(term),
                "normal. }",
            ]
        return self.facts[key]

    def below(self, quotient):
        """The parameters by which a quotient divides, itself or in a sum."""
        single = self(quotient.right).single
        if single is None:
            return quotient.right.names() & language.NONNEGATIVE
        return [what[1] for what, _ in single[0] if what[0] == "name"]

    def rewrites(self, term):
        """The tactics that rewrite the outermost parts of a term by their facts, the largest first."""
        parts = {part for part in parts_of(term) if part in self.facts}
        for part in sorted(parts, key=lambda part: (-len(str(part)), str(part))):
            yield f"rewrite {self.facts[part].use}."

    # From normal forms to terms

    def term(self, polynomial):
        """A polynomial as a term."""
        terms = []
        for monomial, coefficient in sorted(polynomial.terms.items(), key=repr):
            product = self._product(monomial, abs(coefficient))
            terms.append(Neg(product) if coefficient < 0 else product)
        return add(terms)

    def _product(self, monomial, coefficient=1):
        above = [power(self._atom(what), n) for what, n in monomial if n > 0]
        below = [power(self._atom(what), -n) for what, n in monomial if n < 0]
        if coefficient.numerator != 1:
            above.insert(0, number(coefficient.numerator))
        if coefficient.denominator != 1:
            below.insert(0, number(coefficient.denominator))
        return Div(multiply(above), multiply(below)) if below else multiply(above)

    def _atom(self, what):
        kind, *which = what
        if kind == "size":
            return Size()
        if kind == "name":
            return Name(*which)
        if kind == "unit":
            return At(Unit(which[0]), which[1])
        if kind == "element":
            name, index = which
            return at_index(Batch(name), index) if name else Sub(At(X, index), MEAN)
        if kind == "inverse":
            return Div(number(1), which[1])
        (monomial,) = which
        return Sum("i", multiply([power(self._atom(("element", name, "i")), n) for name, n in monomial]))


def parts_of(term):
    """The outermost parts of a term that are more than arithmetic."""
    if isinstance(term, Sum | Others | Root | Call | Derivative) or (
        isinstance(term, At) and isinstance(term.batch, Call)
    ):
        yield term
    else:
        for child in term.children():
            yield from parts_of(child)
