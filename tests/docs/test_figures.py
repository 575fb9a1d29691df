"""The figures of the theorems show what the theorems say: the numbers in them are checked, not the pixels."""

import sys
from pathlib import Path

import numpy
import pytest

pytest.importorskip("matplotlib", reason="pip install --group docs")

sys.path.insert(0, str(Path(__file__).parents[2] / "docs" / "figures"))
try:
    import theorems as figures
finally:
    sys.path.pop(0)

SUM, SQUARES, _, CUBES, FIRST, RANDOM = figures.LOSSES.values()


@pytest.mark.parametrize("eps", [1e-5, 0.1])
@pytest.mark.parametrize("m", figures.SIZES)
def test_a_constant_dy_has_no_gradient(m, eps):
    assert figures.shares(SUM, m, eps) == 0


@pytest.mark.parametrize("eps", [0.0, 1e-5, 0.1])
@pytest.mark.parametrize("m", [2, 3, 32])
def test_of_the_squares_the_share_of_eps_is_left(m, eps):
    # the variance of every batch is 1; the share is what is left of numbers of size 1, but for their rounding
    assert figures.shares(SQUARES, m, eps) == pytest.approx(eps / (1 + eps), rel=0, abs=figures.ROUNDING)


@pytest.mark.parametrize("loss", figures.LOSSES.values(), ids=figures.LOSSES)
def test_two_elements_show_nothing_at_eps_0(loss):
    assert figures.shares(loss, 2, 0.0) == 0


@pytest.mark.parametrize("loss", [CUBES, FIRST, RANDOM])
def test_three_elements_show_something(loss):
    assert figures.shares(loss, 3, 0.0) > 0.1


def test_the_parts_of_dy_that_are_drawn_are_orthogonal_and_complete():
    x, dy = numpy.array([0.0, 1.0, 5.0]), numpy.array([1.9, -0.5, 2.6])
    xhat, rstd = figures.values(x, 0.0)
    rest = figures.gradient(dy, x, 0.0) / rstd
    forgotten = dy - rest
    assert abs(rest.sum()) < 1e-12
    assert abs(rest @ xhat) < 1e-12
    span = numpy.linalg.lstsq(numpy.array([numpy.ones(3), xhat]).T, forgotten, rcond=None)
    assert span[1].sum() < 1e-24
