"""Faulty variants of batch norm: each breaks one declared equation, and most have been seen in the field.

They test the tester: `spec.audit` requires that each is found, at its equation. And they say what a data set
can tell: a bound so wide that no mutant would exceed it decides nothing (`decides`).
"""

import numpy as np

from . import (
    edges,
    folded,
    forward,
    fused,
    gradients,
    kernels,
    modes,
    numerics,
    reported,
    rounding,
    second,
    sequences,
    shards,
    state,
    statistics,
    together,
    walks,
    weights,
)
from .mutant import Mutant

__all__ = ["MUTANTS", "Mutant", "decides"]

_modules = (
    *(forward, gradients, second, statistics, weights, fused, shards, folded),
    *(modes, kernels, walks, state, sequences, numerics, rounding, reported, edges, together),
)
MUTANTS = {mutant.name: mutant for module in _modules for mutant in module.MUTANTS}
if len(MUTANTS) != sum(len(module.MUTANTS) for module in _modules):
    raise ValueError("two mutants have the same name")

# What the mutants "... wrong by 0.05 %" multiply by is 1 + this.
SLIGHT = 1 / 2000
_exact = [mutant for mutant in MUTANTS.values() if mutant.exact]
# By output, the mutant that exceeded its bounds last: it is asked first.
_last = {}


def decides(problem, mode, expected, dtype):
    """Whether some declared mutant would exceed the bounds of this output, returned in this dtype.

    The mutants that are wrong by 0.05 % are tried first, on values at hand; the others are evaluated exactly.
    """
    key = "decides", mode, expected.name, dtype
    if key not in problem.memory:
        allowed = expected.allowed(dtype)
        problem.memory[key] = bool((SLIGHT * abs(expected.nearest) > allowed).any()) or (
            bool(np.isfinite(allowed).any()) and _exceeded(problem, mode, expected, allowed)
        )
    return problem.memory[key]


def _exceeded(problem, mode, expected, allowed):
    output = mode, expected.name
    for mutant in sorted(_exact, key=lambda mutant: mutant is not _last.get(output)):
        if mutant.exceeds(problem, mode, expected, allowed):
            _last[output] = mutant
            return True
    return False
