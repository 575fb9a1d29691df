"""Refuses false equations at once: every claim of the book at a few random points, before any is decided.

A false claim has no small normal form, and deciding it may take for ever; at a random point it is false at
once. The points are residues modulo a prime, for batches of 2 and of 3 elements (`modular.py`). What cannot
be evaluated there, as a root of what is no square, is refused too: of the source's equations all can.
Rejected: a budget of time alone. A true claim on a slow machine is no false one.
"""

import difflib
import inspect
import random
from typing import NamedTuple

from .. import DOCS, equations
from ..theorems import THEOREMS
from ..theorems.books import BOOKS
from . import modular
from .arithmetic import Residues
from .certificate import meaning

SIZES = 2, 3
# The equations as they were when the book was proven last.
RECORD = DOCS / "proofs" / "equations.txt"


class Refutation(NamedTuple):
    """A claim that is false, or cannot be evaluated: the theorem, its step, and what was found, in words."""

    theorem: object
    step: int
    words: str


def refute(theorems=THEOREMS, books=BOOKS, seed=None):
    """The first claim of these theorems that is false of the equations of these books; None if none is."""
    chance = random.Random(seed) if seed is not None else random.SystemRandom()
    for theorem in theorems:
        certificate = meaning(theorem)
        for step, claim in enumerate(theorem.claims, 1):
            words = _refuted(certificate, claim.data(), chance, books[claim.book])
            if words:
                return Refutation(theorem, step, words)
    return None


def _refuted(certificate, claim, chance, book):
    """Why a claim cannot be true, in words; empty if nothing speaks against it."""
    kind = Residues()
    for size in (each for each in modular.sizes_of(claim) if each in SIZES):
        try:
            at = modular.Evaluation(certificate, claim, kind, chance, size, book).at_random()
            wrong = not modular.vanishes(modular.difference(claim, at), kind)
        except RecursionError:
            raise
        except Exception as error:
            return f"it cannot be evaluated at m = {size}: {type(error).__name__}: {error}"
        if wrong:
            return f"its sides differ at m = {size}"
    return ""


def composed(module=equations):
    """What the equations get wrong when they are put together, or solved for eps; empty if nothing.

    Each entry of a book of marks says what it was called with, and that is compared.
    """

    def mark(name):
        return lambda *given: (name, *given)

    names = list(module.Equations._fields)
    book = module.Equations(*map(mark, names))
    mean, var = ("mean", "x", "over"), ("var", "x", ("mean", "x", "over"), "over")
    for words, found, statistics in [
        ("forward", module.forward("x", "gamma", "beta", "eps", "over", book), (mean, var)),
        ("inference", module.inference("x", "gamma", "beta", "m", "v", "eps", "over", book), ("m", "v")),
    ]:
        xhat = ("xhat", "x", *statistics, "eps", "over")
        if tuple(found) != (*statistics, xhat, ("y", xhat, "gamma", "beta")):
            return f"{words} does not put the equations together as they follow from each other"
    kind, chance = Residues(), random.Random(1)
    over = modular.Over(kind, modular.Vector((kind.number(1),) * 2), None)
    root, var = kind.draw(chance), kind.draw(chance)
    rstd = root * root
    try:
        solved = module.rstd(var, module.eps(rstd, var), over) == rstd
    except Exception:
        solved = False
    return "" if solved else "eps is not what rstd is solved for"


def changed(record=None):
    """The lines of the equations that differ from those proven last, in words."""
    before = RECORD.read_text(encoding="utf-8") if record is None and RECORD.is_file() else record
    if before is None:
        return []
    return changes(before, inspect.getsource(equations))


def changes(before, after):
    """The lines of a text that differ from those of another, in words."""
    old, new = before.splitlines(), after.splitlines()
    return [
        f"line {j1 + 1}: {' '.join(' '.join(new[j1:j2]).split()) or 'gone'}   (was: "
        f"{' '.join(' '.join(old[i1:i2]).split()) or 'not there'})"
        for what, i1, i2, j1, j2 in difflib.SequenceMatcher(None, old, new, autojunk=False).get_opcodes()
        if what != "equal"
    ]
