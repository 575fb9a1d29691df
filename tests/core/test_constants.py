"""A constant channel: var is exactly 0, y is beta and dx is 0, whatever its constant and its parts."""

import numpy
import pytest
from judge import DTYPES

import bncore

RNG = numpy.random.default_rng(0)
CONSTANTS = [0.1, 1 / 3, -7.3, 1e9 + 0.1, 3e-30, 1e30]
# the last two fold rows unequally and cut planes unequally
SHAPES = [
    (3000, 1),
    (1000, 5),
    (7, 5, 777),
    (1, 1, 12289),
    (3, 2, 5000),
    (5003, 7),
    (1037, 129),
    (2, 3, 91, 97),
]


def parts(shape, dtype):
    return bncore.explain("statistics", numpy.empty(shape, dtype)).fields["partition"]["parts"]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
@pytest.mark.parametrize("constant", CONSTANTS)
def test_of_a_constant_nothing_is_left(constant, shape, dtype):
    x = numpy.full(shape, constant, dtype)
    beta = RNG.normal(size=shape[1]).astype(dtype)
    y, stats = bncore.forward(x, None, beta, eps=0.0)
    assert (stats.mean == x.flat[0]).all()
    assert (stats.var == 0).all()
    assert (y == beta.reshape(-1, *[1] * (len(shape) - 2))).all()
    dx, dgamma, _ = bncore.backward(RNG.normal(size=shape).astype(dtype), x, None, stats)
    assert (dx == 0).all()
    assert (dgamma == 0).all()


def test_the_shapes_have_one_part_and_many():
    found = {parts(shape, dtype) for shape in SHAPES for dtype in DTYPES}
    assert 1 in found
    assert max(found) > 4


@pytest.mark.parametrize("shape", SHAPES)
def test_the_smallest_step_from_a_constant_is_seen(shape):
    # nothing that is not constant is taken for it
    x = numpy.full(shape, 0.1)
    at = (shape[0] // 2, 0, *(extent // 2 for extent in shape[2:]))
    x[at] = numpy.nextafter(0.1, 1)
    var = bncore.statistics(x).var
    m = x.size // shape[1]
    step = x[at] - 0.1
    # (9.39) of m - 1 zeros and one step
    assert var[0] == pytest.approx(step * step * (m - 1) / m / m, rel=1e-9)
    assert (var[1:] == 0).all()
