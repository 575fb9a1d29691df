"""Reads the trees of theorems into terms of Coq, exactly as `spec.symbolic.decide` reads them into sympy."""

from dataclasses import dataclass, field, replace
from functools import cache, cached_property

from ..equations import NUMBER, rstd
from ..theorems import language
from ..theorems.books import BOOKS
from .calculus import at_zero, rate
from .forms import term_of
from .normal import Normal
from .setting import EPS, VAR, WEIGHT, Setting
from .statement import typed, variables
from .terms import (
    Add,
    After,
    Batch,
    Call,
    Derivative,
    Div,
    Each,
    Equation,
    Move,
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
    Unit,
    add,
    as_batch,
    at_index,
    canonical,
    multiply,
    number,
    varies,
)

# The parameters of equations that are batches.
BATCHES = ("x", "xhat", "weight")
# Names that mean something else in Coq.
RESERVED = frozenset({"R", "S"})
# What the equations compute, and a theorem may take as given.
PARTS = ("mean", "var", "rstd", "xhat", "y")


class _Written(type(language.WRITTEN)):
    """The batch of an equation that is to be written down, with the parameters of a variant of the book."""

    scalar = element = staticmethod(language.name)


@dataclass(frozen=True)
class Reader:
    """Reads trees where these names have these values, and what depends on them is computed from them."""

    values: dict = field(default_factory=dict)
    book: str = "source"
    size: str = "m"
    # whether every sum is weighed, and m is the sum of the weights
    weighted: bool = False

    def bind(self, **values):
        """The reader for which these names have these values."""
        return replace(self, values=self.values | values)

    def name(self, name):
        """The value of a name: a number or a batch."""
        if name in self.values:
            return self.values[name]
        if name == "m":
            return Sum("i", at_index(WEIGHT, "i")) if self.weighted else Size(self.size)
        if name in PARTS:
            equation = equations(self.book)[name]
            return Call(equation, tuple(map(self._argument, equation.parameters)), self.size)
        definitions = language.definitions("weighted" if self.weighted else "any")
        if name in definitions:
            tree = definitions[name]
            return Each("i", self.at(tree, "i")) if self.varies(tree) else self.at(tree, None)
        if name in language.ELEMENTS:
            return After(Batch(name)) if self.size == "m2" else Batch(name)
        return Name(f"{name}_" if name in RESERVED else name)

    def _argument(self, name):
        value = self.name(name)
        return as_batch(value) if name in BATCHES else value

    def varies(self, tree):
        """Whether the tree is one number for each element."""
        if tree.head == "name":
            value = self.values.get(*tree.parts)
            if value is not None:
                return varies(value)
            return tree.parts[0] in language.ELEMENTS
        if tree.head == "along":
            return self.varies(tree.parts[0])
        if tree.head == "gradient":
            return tree.parts[1] in language.ELEMENTS or self.varies(tree.parts[0])
        if tree.head == "where":
            return self._replaced(tree).varies(tree.parts[0])
        if tree.head in ("sum", "cov", "element", "others", "shard"):
            return False
        return any(self.varies(part) for part in tree.parts if isinstance(part, language.Tree))

    def read(self, tree):
        """The value of a tree, at the element k if it varies."""
        return canonical(self.at(tree, "k" if self.varies(tree) else None))

    def batch(self, tree):
        """The value of a tree: a batch, or a number."""
        if tree.head == "name":
            return self.name(*tree.parts)
        return Each("i", self.at(tree, "i")) if self.varies(tree) else self.at(tree, None)

    def at(self, tree, index):
        """The value of a tree at an element."""
        return getattr(self, f"_{tree.head}")(index, *tree.parts)

    def _number(self, index, digits):
        return number(digits)

    def _name(self, index, name):
        return at_index(self.name(name), index)

    def _add(self, index, *terms):
        return add([self._term(index, term) for term in terms])

    def _term(self, index, term):
        value = self.at(term, index)
        if isinstance(value, Number) and value.value < 0:
            return Neg(Number(-value.value))
        return value

    def _mul(self, index, *factors):
        """A product over a product: what has a negative power stands below."""
        below = [each for each in factors if each.head == "pow" and each.parts[1] < 0]
        above = [self.at(each, index) for each in factors if each not in below]
        negative = sum(each == number(-1) for each in above)
        above = [each for each in above if each != number(-1)]
        product = multiply(above)
        if below:
            bottom = [self._pow(index, each.parts[0], -each.parts[1]) for each in below]
            product = Div(product, multiply(bottom))
        return Neg(product) if negative % 2 else product

    def _pow(self, index, base, exponent):
        base = self.at(base, index)
        if exponent < 0:
            return Div(number(1), base if exponent == -1 else Pow(base, -exponent))
        return base if exponent == 1 else Pow(base, exponent)

    def _root(self, index, of):
        return Root(self.at(of, index))

    def _sum(self, index, of):
        bound = _bound(index)
        return Sum(bound, self._weighed(of, bound), self.size)

    def _weighed(self, of, index):
        """What is summed."""
        value = self.at(of, index)
        return Mul(at_index(WEIGHT, index), value) if self.weighted else value

    def _cov(self, index, a, b):
        both, first, second = (self._average(each) for each in (a * b, a, b))
        return Sub(both, Mul(first, second))

    def _average(self, tree):
        return Div(self._sum(None, tree), self.name("m"))

    def _centred(self, index, a):
        return Sub(self.at(a, index), self._average(a))

    def _element(self, index, a):
        return self.at(a, "j")

    def _others(self, index, a):
        return Others("i", self._weighed(a, "i"), self.size, "j")

    def _shard(self, index, n, a):
        """A value on the first m1 elements, or on the m2 after them."""
        if self.values or self.size != "m":
            raise NotImplementedError("a shard of a batch in which names are replaced")
        return replace(self, size=f"m{n}").at(a, index)

    def _replaced(self, tree):
        pairs = tree.parts[1:]
        values = {key: self.batch(value) for key, value in zip(pairs[::2], pairs[1::2], strict=True)}
        return self.bind(**values)

    def _where(self, index, a, *pairs):
        return self._replaced(language.Tree("where", (a, *pairs))).at(a, index)

    def _along(self, index, a, of, direction):
        return self._derivative(a, of, (), self.batch(direction), index if self.varies(a) else None)

    def _gradient(self, index, a, of, *held):
        if of in language.ELEMENTS:
            if self.varies(a):
                raise NotImplementedError("the gradient of what varies over the batch")
            return self._derivative(a, of, held, Unit(index), index)
        return self._derivative(a, of, held, number(1), index if self.varies(a) else None)

    def _derivative(self, a, of, held, direction, index):
        given = frozenset({of, *held, *self.values}) & frozenset(PARTS)
        kind = "unit" if isinstance(direction, Unit) else "one" if direction == number(1) else "direction"
        asked = problem(a, of, given, kind, self.varies(a), self.book, self.weighted)
        still = self.bind(h=direction)
        arguments = {each: still.name(each) for each in asked.parameters}
        arguments |= {each: as_batch(arguments[each]) for each in asked.batches}
        return Derivative(asked, tuple(arguments.values()), index)


def _bound(index):
    return "i" if index != "i" else "i1"


@dataclass(frozen=True)
class Problem:
    """To differentiate a tree by t at 0, where a name moves by t along a direction, for any values of names.

    `given` are the names, of those that the equations compute, that are parameters here. The direction is
    the parameter h, the batch that is 1 at k alone, or 1.
    """

    tree: language.Tree
    of: str
    given: frozenset
    kind: str
    varies: bool
    book: str
    weighted: bool

    @property
    def direction(self):
        """That along which the name moves."""
        if self.kind == "unit":
            return Unit("k")
        moves = self.of in language.ELEMENTS
        if self.kind == "one":
            return Each("i", number(1)) if moves else number(1)
        return Batch("h") if moves else Name("h")

    @cached_property
    def body(self):
        """What depends on t."""
        reader = self._reader.bind(**{self.of: self.moved})
        return canonical(reader.at(self.tree, "k" if self.varies else None))

    @property
    def _reader(self):
        given = {name: Batch(name) if name in language.ELEMENTS else Name(name) for name in self.given}
        return Reader(given, self.book, weighted=self.weighted)

    @property
    def moved(self):
        """What moves, moved by t."""
        still, t = self._reader.name(self.of), Name("t")
        if isinstance(still, Batch):
            return Move(still, self.direction, t)
        return add([still, Mul(t, self.direction)])

    @cached_property
    def parameters(self):
        """The free names of the body."""
        return tuple(variables([self.body]))

    @cached_property
    def setting(self):
        """What mean, var and rstd mean in the closed form."""
        return setting(self.given, self.parameters, self.book)

    @property
    def roots(self):
        """What must be positive for the derivative to exist."""
        return [self.setting.full(Add(VAR, EPS))] if self.setting.rooted else []

    @cached_property
    def explicit(self):
        """The body, with closed forms in the place of the derivatives in it."""
        return closed(self.body)

    @cached_property
    def rate(self):
        """The derivative, as the rules of differentiation leave it."""
        return at_zero(rate(self.explicit))

    @cached_property
    def value(self):
        """The derivative as a closed form."""
        return self.setting.full(term_of(Normal(self.setting)(self.setting.short(self.rate))))

    @property
    def indexed(self):
        """Whether it is about an element k."""
        return self.kind == "unit" or self.varies

    @property
    def free(self):
        """The parameters as terms."""
        return tuple(Batch(name) if name in self.batches else Name(name) for name in self.parameters)

    @cached_property
    def batches(self):
        """The parameters that are batches."""
        return frozenset(name for name, batch in variables([self.body]).items() if batch)


problem = cache(Problem)


def setting(given, names, book):
    """The setting in which these parts of the equations are given, and these names free."""
    return Setting(frozenset(given), frozenset(names), equations(book))


def closed(term):
    """A term with the closed form of every derivative in it."""
    return closed(term.value()) if isinstance(term, Derivative) else canonical(term.map(closed))


@cache
def equations(book):
    """The definitions, from the equations of a book; the inverse of the root in (9.40) has a name too."""
    over, names, equation = _Written(), language, BOOKS[book]
    trees = {
        "mean": (("x",), equation.mean(names.x, over)),
        "var": (("x", "mean"), equation.var(names.x, names.mean, over)),
        "rstd": (("var", "eps"), rstd(names.var, names.eps, over)),
        "xhat": (("x", "mean", "var", "eps"), equation.xhat(names.x, names.mean, names.var, names.eps, over)),
        "y": (("xhat", "gamma", "beta"), equation.y(names.xhat, names.gamma, names.beta)),
    }
    found = {
        name: _equation(name.capitalize(), *each, name in language.ELEMENTS) for name, each in trees.items()
    }
    if book == "source":
        return found
    # what a variant leaves as it is, is the book's
    source = equations("source")
    return {
        name: source[name] if each == source[name] else replace(each, coq=book.capitalize() + each.coq)
        for name, each in found.items()
    }


def _equation(coq, parameters, tree, varies):
    reader = Reader({each: Batch(each) if each in BATCHES else Name(each) for each in parameters})
    body = canonical(reader.at(tree, "i" if varies else None))
    more = tuple(name for name in variables([body]) if name not in parameters)
    return Equation(coq, parameters + more, body, any(isinstance(each, Sum) for each in body.walk()), varies)


def definitions():
    """The text of `Equations.v`: a definition for each equation, and for each that a variant changes."""
    parts, written = [], set()
    for book in BOOKS:
        for name, equation in equations(book).items():
            if equation.coq not in written:
                written.add(equation.coq)
                parts.append(_definition(name, book, equation))
    return "\n".join(parts)


def _definition(name, book, equation):
    types = " ".join("({} : {})".format(*typed(each, each in BATCHES)) for each in equation.parameters)
    size = "(m : nat) " * equation.sums
    index = " (i : nat)" * equation.varies
    note = NUMBER.get(name, "The inverse of the root in (9.40)") + f", {book}" * (book != "source")
    return f"(** {note} *)\nDefinition {equation.coq} {size}{types}{index} : R :=\n  {equation.body}.\n"
