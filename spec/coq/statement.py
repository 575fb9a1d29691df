"""Statements as text: their variables, what they assume, and that the derivatives in them exist."""

import re
import textwrap
from dataclasses import dataclass, field

from .terms import ATOM, Batch, Derivative, Name

WIDTH = 110
# The names of the numbers by which things move, and of the elements that a claim speaks of.
MOVING = re.compile(r"t\d*")
ELEMENTS = frozenset({"k", "j"})


@dataclass
class Statement:
    """The variables of a lemma or theorem, and what it assumes of them: pairs of name and text."""

    parameters: list
    indices: list
    assumed: list = field(default_factory=list)
    size: str | None = None
    least: int = 1

    def text(self, said):
        """The statement itself. Theorems say what m is, lemmas that it is positive as a real number."""
        size = self.size or "0 < INR m"
        below = [f"({index} < m)%nat" for index in self.indices]
        lines = [f"forall (m : nat){''.join(f' ({names} : {kind})' for names, kind in self._grouped())},"]
        lines += [f"{what} ->" for what in (size, *(what for _, what in self.assumed), *below)]
        return [*lines, *said]

    def intros(self):
        """The tactic that names everything."""
        names = ["m", *(name for name, _ in self.parameters), *self.indices, "Hm" if self.size else "size"]
        names += [*(name for name, _ in self.assumed), *(f"H{index}" for index in self.indices)]
        return f"intros {' '.join(names)}."

    def _grouped(self):
        groups = []
        for name, kind in [*self.parameters, *((index, "nat") for index in self.indices)]:
            if groups and groups[-1][1] == kind:
                groups[-1] = (f"{groups[-1][0]} {name}", kind)
            else:
                groups.append((name, kind))
        return groups


def typed(name, batch):
    """A variable with its type."""
    return name, "nat -> R" if batch else "R"


def variables(terms):
    """The free names of terms, each with whether it is a batch."""
    found = {}
    for term in terms:
        for each in term.walk():
            if isinstance(each, Derivative):
                found |= variables([each.function()[1]])
            elif isinstance(each, Name) and not MOVING.fullmatch(each.name):
                found[each.name] = isinstance(each, Batch)
    return dict(sorted(found.items()))


def derivatives(term):
    """The outermost derivatives in a term."""
    if isinstance(term, Derivative):
        return [term]
    return list(dict.fromkeys(each for child in term.children() for each in derivatives(child)))


def bound(term):
    """The indices of a term that a sum around it binds."""
    return sorted(term.indices() - ELEMENTS)


def for_all(indices):
    """The quantifiers over elements."""
    return "".join(f"forall {index}, ({index} < m)%nat -> " for index in indices)


def introduce(indices):
    """The tactics for them."""
    return [f"intros {index} H{index}." for index in indices]


def derivative_of(by, body):
    """The beginning of a statement about a derivative at 0."""
    return f"(fun {by} : R => {body}) 0"


@dataclass(frozen=True)
class Existence:
    """That a derivative exists. It may stand in what others differentiate: then, while those move little."""

    derivative: Derivative
    around: tuple = ()

    def _levels(self):
        """From the outside in: a derivative, and the elements over which it is the first to range."""
        seen = set()
        for each in (*self.around, self.derivative):
            fresh = [index for index in bound(each) if index not in seen]
            seen.update(fresh)
            yield each, fresh

    def text(self):
        """The statement."""
        *outer, (inner, indices) = self._levels()
        text = f"{for_all(indices)}ex_derive {derivative_of(*inner.function())}"
        for each, indices in reversed(outer):
            text = f"{for_all(indices)}locally 0 (fun {each.function()[0]} : R => {text})"
        return f"({text})"

    def proof(self, normal):
        """Its proof, by the lemma about the derivative."""
        *outer, (inner, indices) = self._levels()
        lines, known = [], dict(normal.known)
        for each, fresh in outer:
            lines += [*introduce(fresh), *still_positive(each, normal, known)]
        return [*lines, *introduce(indices), f"eexists. exact {normal.lemma(normal.short(inner), known)}."]


def existences(term, around=()):
    """That all derivatives in a term exist."""
    for each in derivatives(term):
        yield Existence(each, around)
        yield from existences(each.function()[1], (*around, each))


def still_positive(derivative, normal, known):
    """The tactics that take the number by which things move so small that what was positive still is.

    They add to what is `known` to be positive.
    """
    by, _ = derivative.function()
    pairs = [(normal.short(old), normal.short(new)) for old, new in derivative.moved_roots(by)]
    if not pairs:
        return [f"apply filter_forall; intros {by}."]
    ((old, new),) = pairs
    moved = normal.short(derivative.moved(by))
    parts = " ".join(part.text(ATOM) for part in (moved.batch, moved.direction, old.right))
    where = derivative.problem.setting
    near = "near_corrected m d" if where.corrected else "near m"
    near = "near_weighted m weight" if where.weighted else near
    still = normal.positive(old, known)
    lines = [f"refine (filter_imp _ _ _ ({near} {parts} size {still})); intros {by} H{by}."]
    known[new] = f"H{by}"
    return lines


def layout(lines, depth=1):
    """Lines of a script, indented by their braces, none longer than others of the project."""
    text = []
    for line in lines:
        own = depth - line.startswith("}")
        depth += line.count("{") - line.count("}")
        indent = "  " * own
        text += textwrap.wrap(
            line,
            WIDTH,
            initial_indent=indent,
            subsequent_indent=indent + "  ",
            break_long_words=False,
            break_on_hyphens=False,
        )
    return text
