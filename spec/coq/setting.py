"""What the names mean, var and rstd abbreviate in a proof, and what is known about them."""

from dataclasses import dataclass, field
from functools import cached_property

from spec.coq.terms import Batch, Call, Name

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
