"""Near misses of a claim, made from the claim itself: checkers must reject them, and not by raising."""

from dataclasses import replace
from typing import NamedTuple

from ..theorems.books import WRONG
from ..theorems.language import Tree, eps, m, rstd, tree

KINDS = ("sign", "factor", "term", "eps")


class Miss(NamedTuple):
    """A falsified claim: which of KINDS was changed, how, and the equations (None: the claim's own)."""

    kind: str
    how: str
    claim: object
    book: object = None


def near_misses(claim):
    """The near misses of a claim.

    Some are true after all (a claim that does not depend on the variance survives another variance). So the
    two checkers are asked to agree on each, and to reject enough of them.
    """
    # Nothing may be undefined, not even m - 1 of a shard.
    claim = replace(claim, least=4 if claim.batch == "shards" else max(claim.least, 2))
    if claim.slack is None:
        for description, right in _of_tree(claim.right, claim.batch):
            yield _miss(description, replace(claim, right=right))
    else:
        for description, slack in _of_tree(claim.slack, claim.batch):
            yield _miss(description, replace(claim, slack=slack))
    # Where x is replaced, a wrong variance would leave a root that is no number of the second checker.
    if (
        claim.book == "source"
        and claim.batch != "1"
        and not (_replaces_x(claim.left) or _replaces_x(claim.right))
    ):
        for description, book in WRONG.items():
            yield _miss(description, claim, book)


def _miss(description, *what):
    return Miss(*description.split(": "), *what)


def _of_tree(right, batch):
    if right == tree(0):
        yield "eps: in the place of 0", eps
        return
    yield "sign: that of the side", -right
    if batch != "1":
        yield "factor: m/(m - 1)", right * m / (m - 1)
    for n, misses in _terms(right):
        yield f"term: number {n + 1} is missing", misses
    for n, flips in _terms(right, lambda term: [-term]):
        yield f"sign: that of term {n + 1}", flips
    late = replaced(right, rstd, rstd / (1 + eps * rstd))
    if late != right:
        yield "eps: beside the root in rstd", late
    double = replaced(right, eps, 2 * eps)
    if double != right:
        yield "eps: twice", double


def _terms(right, change=lambda term: []):
    """The tree with each term of its outermost sum of terms changed in turn."""
    if right.head == "add":
        for n, term in enumerate(right.parts):
            parts = right.parts[:n] + tuple(change(term)) + right.parts[n + 1 :]
            yield n, parts[0] if len(parts) == 1 else Tree("add", parts)
    elif right.head == "mul":
        for place, factor in enumerate(right.parts):
            if factor.head == "add":
                for n, changed in _terms(factor, change):
                    yield n, Tree("mul", (*right.parts[:place], changed, *right.parts[place + 1 :]))
                return


def replaced(right, old, new):
    """The tree with another subtree wherever the old one stands."""
    if right == old:
        return new
    if not isinstance(right, Tree):
        return right
    return Tree(right.head, tuple(replaced(part, old, new) for part in right.parts))


def _replaces_x(tree):
    if not isinstance(tree, Tree):
        return False
    return (tree.head == "where" and "x" in tree.parts[1::2]) or any(map(_replaces_x, tree.parts))
