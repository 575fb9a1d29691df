"""Computes the normal form of a term, and writes the proof that the term is equal to it.

A normal form is a polynomial in the parameters, in elements, in sums of monomials of elements, and in mean,
var and rstd. x is written as mean + (x - mean), eps as 1/rstd^2 - var. Each part of a term that is more than
arithmetic (a sum, a root, a call of a definition, a derivative) gets a fact: that it is equal to its own
normal form. A fact is proved from the facts of its parts, and `field`.
"""

from dataclasses import dataclass, field

from ..theorems import language
from .forms import AFTER, product_of, term_of
from .polynomial import Polynomial, atom, constant
from .setting import EPS, VAR, Setting, X
from .statement import bound, for_all, introduce
from .terms import (
    ATOM,
    PRODUCT,
    Add,
    After,
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
)


@dataclass(frozen=True)
class Fact:
    """That a part of a term is equal to its normal form, for all elements with its bound indices."""

    name: str
    part: Term
    indices: list
    right: Term
    proof: list

    def lines(self):
        """The assertion, with its proof."""
        opening = f"assert ({self.name} : {for_all(self.indices)}{self.part} = {self.right})."
        return [opening, "{", *introduce(self.indices), *self.proof, "}"]

    @property
    def use(self):
        """The fact, for the indices in the context."""
        applied = [self.name, *(f"{index} H{index}" for index in self.indices)]
        return f"({' '.join(applied)})" if self.indices else self.name


@dataclass
class Normal:
    """Normal forms in a setting, and the facts that they needed, in the order in which they are proved."""

    setting: Setting
    lemmas: dict = field(default_factory=dict)
    facts: dict = field(default_factory=dict)
    values: dict = field(default_factory=dict)
    lines: list = field(default_factory=list)
    under_roots: set = field(default_factory=set)

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
            return atom("size", term.size)
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
        if term.batch == X and self.setting.centred:
            return atom("element", "", term.index) + atom("name", "mean")
        if isinstance(term.batch, Batch):
            return atom("element", term.batch.name, term.index)
        if isinstance(term.batch, After):
            return atom("element", f"{AFTER}{term.batch.batch}", term.index)
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
        right = term_of(value)
        if right != _renamed(term, right):
            fact = Fact(f"e{len(self.facts) + 1}", term, bound(term), right, proof)
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
            total, step = self._total(inside, index, term.size)
            value = value + coefficient * total
            steps += step
        terms = [f"({term_of(c)}) * ({self._summand(i, index)})" for i, c in groups.items()]
        spread = " + (".join([*terms, "0"]) + ")" * len(terms)
        proof = [
            f"transitivity (sum {term.size} (fun {index} => {spread})).",
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
        rest = product_of(tuple(each for each in inside if each not in units))
        return f"{rest.text(PRODUCT)} * {product_of(units)}" if units else rest

    def _total(self, inside, index, size):
        """The sum of a monomial, and how to rewrite it."""
        units = [each for each in inside if each[0][0] == "unit"]
        if units:
            ((_, at, of), exponent), *more = units
            if more or exponent != 1 or of != index:
                raise NotImplementedError("the sum of a product of units")
            rest = tuple(each for each in inside if each not in units)
            moved = tuple(((*what[:-1], at), n) for what, n in rest)
            left = product_of(rest)
            return Polynomial({moved: 1}), [f"rewrite (sum_unit m {at} (fun {index} => {left}) H{at})."]
        if not inside:
            return atom("size", size), ["rewrite sum_one."]
        weight = ((("element", "weight", index), 1),) * self.setting.weighted
        if self.setting.trained and inside == ((("element", "", index), 1), *weight):
            return constant(0), ["rewrite first_moment."]
        if self.setting.trained and inside == ((("element", "", index), 2), *weight):
            return self._divisor(size) * atom("name", "var"), ["rewrite second_moment."]
        return atom("sum", tuple((what[1], n) for what, n in inside), size), []

    def _divisor(self, size):
        """What the variance is divided by."""
        if self.setting.weighted:
            return atom("sum", (("weight", 1),), size)
        if self.setting.corrected:
            return atom("size", size) - atom("name", "d")
        return atom("size", size)

    def _others(self, term):
        difference = Sub(Sum(term.index, term.body), term.body.put({}, {term.index: term.but}))
        value = self(difference)
        proof = [
            f"rewrite (others_is m {term.but} _ H{term.but}).",
            f"change ({difference} = {term_of(value)}).",
        ]
        return value, [*proof, *self.rewrites(difference), "normal."]

    def _root(self, term):
        root = self._square_root(term.of)
        return root, ["apply root_is; [positive |].", *self.rewrites(term.of), "normal."]

    def _square_root(self, term):
        """The root of a term that is a square; the parameters in it are taken to be positive."""
        root = self(term).root()
        if root is None:
            raise NotImplementedError(f"the root of {term}")
        self.under_roots |= _names(root.single[0])
        return root

    def _call(self, term):
        unfolded = self.short(term.unfolded() if isinstance(term, Call) else term.batch.unfolded(term.index))
        value = self(unfolded)
        return value, [f"change ({unfolded} = {term_of(value)}).", *self.rewrites(unfolded), "normal."]

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
        roots = [self.positive(self.short(root), known) for root in term.roots()]
        index = [term.index] if term.index else []
        parts = [self.lemmas[term.problem], "m", *(each.text(ATOM) for each in term.arguments), *index]
        where = term.problem.setting
        divisor = ["divisor"] * (where.corrected or where.weighed)
        return f"({' '.join([*parts, 'size', *divisor, *roots, *(f'H{each}' for each in index)])})"

    def positive(self, term, known):
        """A hypothesis that a term is positive: one that is known, or a new one."""
        return known.get(term) or self._positive(term)

    def _positive(self, term):
        key = ("positive", term)
        if key not in self.facts:
            root = self._square_root(term)
            name = f"p{len(self.facts) + 1}"
            self.facts[key] = name
            self.lines += [
                f"assert ({name} : 0 < {term}).",
                f"{{ apply (is_positive _ ({term_of(root)})); [positive |].",
                *self.rewrites(term),
                "normal. }",
            ]
        return self.facts[key]

    def divisors(self, terms):
        """The names by which terms divide."""
        below = [self(each.right).single for term in terms for each in term.walk() if isinstance(each, Div)]
        return {name for single in below if single for name in _names(single[0])} - {"mean", "rstd"}

    def opaque_divisors(self, terms):
        """The sums of parameters by which terms divide, none of them known to have a sign."""
        below = [each.right for term in terms for each in term.walk() if isinstance(each, Div)]
        return dict.fromkeys(
            each
            for each in below
            if self(each).single is None
            and not each.names() & language.NONNEGATIVE
            and not any(isinstance(part, Size) for part in each.walk())
        )

    def rewrites(self, term):
        """The tactics that rewrite the outermost parts of a term by their facts, the largest first."""
        parts = {part for part in parts_of(term) if part in self.facts}
        for part in sorted(parts, key=lambda part: (-len(str(part)), str(part))):
            yield f"rewrite {self.facts[part].use}."


def parts_of(term):
    """The outermost parts of a term that are more than arithmetic."""
    if isinstance(term, Sum | Others | Root | Call | Derivative) or (
        isinstance(term, At) and isinstance(term.batch, Call)
    ):
        yield term
    else:
        for child in term.children():
            yield from parts_of(child)


def _renamed(term, other):
    """The term with the bound index of the other, where both are sums: to Coq it is the same term."""
    if not (isinstance(term, Sum) and isinstance(other, Sum)):
        return term
    return Sum(other.index, term.body.put({}, {term.index: other.index}), term.size)


def _names(monomial):
    return {what[1] for what, _ in monomial if what[0] == "name"}
