"""What a theorem is: a title, what it assumes, and a proof whose every step a checker can decide."""

from dataclasses import dataclass

from .language import Tree, tree

# All that a theorem may assume. tests/assumptions.txt holds the same list: a new one fails the tests.
ASSUMPTIONS = {
    "real": "x, dy, gamma, beta and all directions are real numbers: no rounding",
    "size": "the batch has m elements, m a whole number and at least 1",
    "independent": "where an expectation is taken: the elements are independent, with one mean and variance",
    "weights": "every element has a weight, which is at least 0; the weights sum to m, and m > 0",
    "counting": "every element has a weight, which is at least 0; not all weights are 0",
    "positive": "var + eps > 0: eps > 0, or eps = 0 and the batch is not constant",
}


@dataclass(frozen=True)
class Claim:
    """One step: `left = right` (or `left <= right`, by a `slack` that is visibly not negative), and why.

    `batch` names what the sums run over: "any" (m elements), "weighted" (each with its weight), "shards"
    (two parts) or a number of elements. `mode` says where mean and var come from: "training" or
    "inference". `book` names the equations. `least` is the smallest m for which both sides are defined.
    `main` marks what the theorem states.
    """

    left: Tree
    right: Tree
    why: str
    main: bool = False
    slack: Tree | None = None
    mode: str = "training"
    batch: str = "any"
    book: str = "source"
    least: int = 1

    def data(self):
        """The claim as a certificate states it."""
        data = {
            "left": self.left.data(),
            "right": self.right.data(),
            "mode": self.mode,
            "batch": self.batch,
            "book": self.book,
            "least": self.least,
        }
        return data if self.slack is None else data | {"slack": self.slack.data()}


def step(left, right, why, **where):
    """A step of a proof."""
    return Claim(tree(left), tree(right), why, **where)


def states(left, right, why, **where):
    """A step that is part of what the theorem states."""
    return Claim(tree(left), tree(right), why, main=True, **where)


@dataclass(frozen=True)
class Theorem:
    """A statement about the equations of the source, with its proof.

    `statement` and `consequences` are prose, with mathematics between dollar signs; `floating` says what
    becomes of the theorem in floating point; `source` the equations that it rests on. `beyond` says, where it
    is so, why no output of an implementation can show the theorem (see `spec.properties`). `figure` is a file
    of docs/figures and its caption.
    """

    name: str
    title: str
    source: tuple
    statement: str
    claims: tuple
    consequences: str = ""
    floating: str = ""
    beyond: str = ""
    figure: tuple = ()
    assumptions: tuple = ("real", "size", "positive")

    @property
    def long(self):
        """Whether every step is part of the statement, and there are too many to print them twice."""
        return len(self.claims) > 20 and all(claim.main for claim in self.claims)
