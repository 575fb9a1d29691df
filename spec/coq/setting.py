"""What the names mean, var and rstd abbreviate in a proof, and what is known about them."""

from dataclasses import dataclass, field
from functools import cached_property

from .terms import Add, Batch, Call, Name

X, MEAN, VAR, RSTD, EPS = Batch("x"), Name("mean"), Name("var"), Name("rstd"), Name("eps")
WEIGHT = Batch("weight")


@dataclass(frozen=True)
class Setting:
    """What mean, var and rstd stand for, and what is known about them.

    `given` are those of them that are parameters; `names` is what is free.
    """

    given: frozenset
    names: frozenset
    equations: dict = field(repr=False, compare=False)
    sharded: bool = False

    @property
    def centred(self):
        """Whether there is a mean to take from x."""
        return not self.sharded

    @property
    def trained(self):
        """Whether mean is the mean of x."""
        return "x" in self.names and "mean" not in self.given and not self.sharded

    @property
    def rooted(self):
        """Whether var + eps is assumed to be positive."""
        return "eps" in self.names

    @property
    def corrected(self):
        """Whether the variance is divided by m - d."""
        return self.trained and "d" in self.equations["var"].parameters

    @property
    def weighed(self):
        """Whether the sum of weights is a divisor."""
        return "weight" in self.names & frozenset(self.equations["var"].parameters)

    @property
    def weighted(self):
        """Whether mean is the mean of x by weights."""
        return self.trained and "weight" in self.equations["var"].parameters

    @cached_property
    def long(self):
        """The terms that are abbreviated, each by those before it."""
        names = ["mean", "var"] if self.trained else []
        names = [name for name in names if name not in self.given]
        return {name: self._call(name) for name in [*names, *["rstd"] * self.rooted]}

    def _call(self, name):
        parameters = self.equations[name].parameters
        batches = {"x": X, "weight": WEIGHT}
        return Call(self.equations[name], tuple(batches.get(each, Name(each)) for each in parameters))

    @property
    def assumed(self):
        """What is assumed of mean, var and rstd: pairs of a name and a text."""
        if self.corrected:
            yield "divisor", "INR m - d <> 0"
        if self.weighed:
            yield "divisor", "0 < sum m weight"
        if self.rooted:
            yield "Hroot", f"0 < {self.full(Add(VAR, EPS))}"

    @property
    def facts(self):
        """The tactics that make these assumptions known as facts."""
        if self.corrected:
            yield "destruct (corrected_moments m x d size divisor) as [first_moment second_moment]."
        elif self.weighted:
            yield "destruct (weighted_moments m x weight divisor) as [first_moment second_moment]."
        elif self.trained:
            yield "destruct (moments m x size) as (first_moment & second_moment & var_nonnegative)."
        if self.rooted:
            yield "destruct (roots _ _ Hroot) as [rstd_positive eps_is]."

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
