"""The theorems as parameters: those that take long have a mark, for a quick run to leave them out."""

import pytest

from spec.theorems import THEOREMS

LONG = {
    *("second-derivatives", "third-derivative", "second-structure", "jacobian", "weighted", "weights"),
    *("decoupling", "degrees-of-freedom", "gradient-structure", "invariance", "learning"),
}


def each(theorems=THEOREMS):
    """A parameter for each of these theorems."""
    return [
        pytest.param(theorem, id=theorem.name, marks=pytest.mark.proves if theorem.name in LONG else ())
        for theorem in theorems
    ]
