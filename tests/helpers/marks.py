"""Grids of which `make test` takes a part: `make check` goes through all of them."""

import pytest


def swept(*values):
    """Values of one parameter that `make test` leaves out."""
    return [pytest.param(value, marks=pytest.mark.sweeps) for value in values]


def swept_places(*places):
    """The same of a shape and an axis."""
    return [pytest.param(*place, marks=pytest.mark.sweeps) for place in places]


FLOAT32_FIRST = ["float32", *swept("float64")]
