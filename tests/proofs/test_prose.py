"""The numbers in the prose of the theorems: each is computed from the equations and stands there, rounded."""

import math

import numpy
import pytest

from spec.adapters.plain import Plain
from spec.theorems import THEOREMS

PROSE = {theorem.name: f"{theorem.statement}{theorem.consequences}" for theorem in THEOREMS}
EPS = 1e-5


def xhat(x, eps=EPS):
    """The standardised batch, by the equations."""
    values, _ = Plain().values(numpy.array(x, float)[:, None], None, None, eps)
    return values["xhat"][0]


def share(deviation):
    """The mean square of a standardised batch of this deviation."""
    return (xhat([-deviation, deviation]) ** 2).mean()


def tangent(z):
    """The bound of the distance between a sigmoid and its tangent, by the third derivative's, 1/8."""
    return abs(z) ** 3 / 8 / math.factorial(3)


outlier = xhat([1.0] + [0.0] * 31, eps=0.0).max()
capped = (xhat([-1e-9, 1e-9]) / [-1e-9, 1e-9]).max()
normal_beyond_2 = math.erfc(2 / math.sqrt(2))

NUMBERS = [
    ("standardisation", f"beyond {math.ceil(outlier * 100) / 100:.2f}"),
    ("restoration", f"{100 * (1 - math.sqrt(share(1))):.4f} %"),
    ("restoration", {3: "at three tenths"}.get(round(10 * math.sqrt(share(1e-3))))),
    ("epsilon", f"by more than ${math.floor(capped)} |"),
    ("epsilon", f"is {share(1):.5f} for a batch of standard deviation 1, {share(1e-2):.3f} for 0.01"),
    ("epsilon", f"and {share(1e-3):.3f} for 0.001"),
    ("sigmoid", rf"for $|z| \le 1$ this is {tangent(1):.3f}, for $|z| \le 2$ it is {tangent(2):.2f}"),
    ("sigmoid", f"{100 * normal_beyond_2:.1f} %"),
]


@pytest.mark.parametrize(("name", "words"), NUMBERS)
def test_a_number_in_the_prose_is_the_computed_one(name, words):
    assert words is not None
    assert words.lower() in " ".join(PROSE[name].split()).lower()
