"""What a mutant is: a name, the equation that it breaks, where it was seen, and how it runs."""

from dataclasses import dataclass
from functools import cache

import numpy as np

from .. import equations
from ..adapters.plain import Plain
from ..interface.adapter import Adapter
from ..oracle import EQUATION, shaped
from ..oracle.call import counted
from ..symbolic.evaluate import evaluate


@dataclass(frozen=True)
class Mutant:
    """A faulty variant.

    `equation` is the one that its failures must go back to; `seen` names public reports, or is empty. `exact`
    computes an output exactly from (values, over, mode, name), or is None where the fault is one of kernels
    only. It is run on data of this `dtype`.
    """

    name: str
    equation: str
    adapter: Adapter
    seen: str = ""
    exact: object = None
    dtype: str = "float32"

    def exceeds(self, problem, mode, expected, allowed):
        """Whether the mutant, computed exactly, is off by more than allowed somewhere."""
        try:
            found = self.exact(*problem.exact, mode, expected.name)
        except (ZeroDivisionError, ValueError):
            return False  # it divides by 0 here, or takes a root of an enclosure
        if found is None:
            return False
        if expected.name == "y":
            found = problem.finished(found, problem.exact[0].get("residual"))
        off = shaped((found - expected.values).magnitude(), expected.shape)
        return bool(np.any(off > allowed))


def of_book(name, equation, seen="", **entries):
    """A mutant of the equations: these entries of the book replaced, in training and in inference."""
    book = equations.BOOK._replace(**entries)

    def exact(values, over, mode, wanted):
        if wanted not in equations.Forward._fields:
            return None
        given = values["x"], values["gamma"], values["beta"]
        if mode == "training":
            found = equations.forward(*given, values["eps"], counted(over), book)
        else:
            statistics = values["mean"], values["var"]
            found = equations.inference(*given, *statistics, values["eps"], over, book)
        return getattr(found, wanted)

    return Mutant(name, equation, type("Variant", (Plain,), {"book": book})(), seen, exact)


def of_gradient(name, of, change, seen="", mode="training"):
    """A mutant of a derivative: `change` takes the derived tree and returns another."""

    @cache
    def tree(wanted, wanted_mode, book="source"):
        from ..symbolic.derive import derivative

        found = derivative(wanted, wanted_mode, book)
        if (wanted, wanted_mode) != (of, mode):
            return found
        changed = change(found)
        if changed == found and book == "source":
            raise ValueError(f"mutant {name!r}: the derivative has not the term that it changes")
        return changed

    def exact(values, over, wanted_mode, wanted):
        if (wanted, wanted_mode) != (of, mode):
            return None
        book = "source" if over.weight is None else "weighted"
        return evaluate(tree(wanted, wanted_mode, book), values, over)

    adapter = type("Variant", (Plain,), {"tree": staticmethod(tree)})()
    return Mutant(name, EQUATION[of], adapter, seen, exact)


def of_kernel(name, equation, seen="", dtype="float32"):
    """A decorator that makes a mutant of a subclass of `Plain`, to be run on data of this dtype."""
    return lambda kernel: Mutant(name, equation, kernel(), seen, dtype=dtype)
