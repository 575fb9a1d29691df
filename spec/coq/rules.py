"""The rules of rounding for Coq: their formulas as definitions, and what the kernel says of their theorems.

`python -m spec.coq.rules` writes the table in docs/bounds.md.
"""

import inspect
from dataclasses import dataclass

from .. import DOCS
from ..bounds.rules import PROSE, RULES
from .statement import layout
from .terms import Add, Div, Function, Mul, Name, Pow, Root, Sub, Term, number

BEGIN, END = "<!-- rules -->", "<!-- /rules -->"


def _term(value):
    return value.term if isinstance(value, Value) else number(value)


@dataclass(frozen=True)
class Value:
    """A real number of Coq that Python computes with."""

    term: Term

    def __add__(self, other):
        return Value(Add(self.term, _term(other)))

    def __radd__(self, other):
        return Value(Add(_term(other), self.term))

    def __sub__(self, other):
        return Value(Sub(self.term, _term(other)))

    def __rsub__(self, other):
        return Value(Sub(_term(other), self.term))

    def __mul__(self, other):
        return Value(Mul(self.term, _term(other)))

    def __rmul__(self, other):
        return Value(Mul(_term(other), self.term))

    def __truediv__(self, other):
        return Value(Div(self.term, _term(other)))

    def __rtruediv__(self, other):
        return Value(Div(_term(other), self.term))

    def __pow__(self, exponent):
        return Value(Pow(self.term, exponent))


class Functions:
    """The functions of a formula, of real numbers."""

    @staticmethod
    def sqrt(value):
        return Value(Root(_term(value)))

    @staticmethod
    def log(value):
        return Value(Function("ln", (_term(value),)))

    @staticmethod
    def maximum(one, other):
        return Value(Function("Rmax", (_term(one), _term(other))))


def name(rule):
    """What a rule is called in Coq."""
    return "".join(word.capitalize() for word in rule.split("_"))


def definition(rule):
    """A rule's formula as a definition."""
    formula = RULES[rule].formula
    parameters = [each for each in inspect.signature(formula).parameters if each != "of"]
    of = {"of": Functions} if "of" in inspect.signature(formula).parameters else {}
    found = _term(formula(*(Value(Name(each)) for each in parameters), **of))
    said = [f"(** {RULES[rule].title}. *)", f"Definition {name(rule)} ({' '.join(parameters)} : R) : R :="]
    return "\n".join(layout([*said, f"  {found}."], 0))


def definitions():
    """All of them."""
    return "\n\n".join(map(definition, RULES))


def theorems():
    """Every theorem that a rule names, once, as file and name."""
    return list(dict.fromkeys(each for rule in RULES.values() for each in rule.theorems))


def table():
    """What is proven of the rules, and what is not, as tables of Markdown."""
    lines = ["| rule | the formula is | in Coq | theorems |", "|---|---|---|---|"]
    for key, rule in RULES.items():
        named = ", ".join(f"`{each}`" for each in rule.theorems)
        lines.append(f"| {rule.letter} | {rule.title} | `{name(key)}` | {named} |")
    return "\n".join([*lines, "", "| rule | what remains prose |", "|---|---|", *_prose()])


def _prose():
    return [f"| {letter} | {says} |" for letter, says in PROSE.items()]


def main(page=DOCS / "bounds.md"):
    """Put the table into the page."""
    text = page.read_text(encoding="utf-8")
    head, _, rest = text.partition(BEGIN)
    tail = rest.partition(END)[2]
    page.write_text(f"{head}{BEGIN}\n{table()}\n{END}{tail}", encoding="utf-8")


if __name__ == "__main__":
    main()
