"""Batches of no element, of one, of two and three: what is defined there, exactly."""

import numpy
import pytest
from judge import CALLS, DTYPES, EPS, Problem, problem
from layouts import bits

import bncore

EMPTY = [
    ((0, 5), 1),
    ((0, 5, 3), 1),
    ((3, 5, 0), 1),
    ((2, 5, 0, 3), 1),
    ((3, 0, 5), -1),
    ((5, 0), 0),
    ((3, 0), 1),
    ((0, 0), 1),
]
SINGLE = [
    ((1, 5), 1),
    ((5, 1), 0),
    ((1, 5, 1), 1),
    ((1, 1, 5), -1),
    ((1, 5, 1, 1), 1),
    ((1, 1, 1, 1, 5), -1),
    ((1, 1), 1),
]


def empty(shape, axis, dtype):
    ones = numpy.ones(shape[axis], dtype)
    nothing = numpy.empty(shape, dtype)
    return Problem(nothing, nothing, ones, ones, ones, ones, EPS, axis)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), EMPTY)
@pytest.mark.parametrize("given", [False, True])
def test_no_element(given, shape, axis, dtype):
    p = empty(shape, axis, dtype)
    for call in CALLS:
        out = numpy.empty(shape, dtype) if given else None
        outputs = CALLS[call](p, out=out)
        result = outputs.pop("y" if "y" in outputs else "dx")
        assert (result.shape, result.dtype) == (shape, dtype)
        assert result is out or not given
        for name, sums in outputs.items():
            assert sums.shape == (shape[axis],), name
            assert not sums.any(), name
    stats = bncore.statistics(p.x, axis=axis)
    assert stats.count == 0
    assert bits(stats.mean) == bits(stats.var) == bits(numpy.zeros(shape[axis]))


@pytest.mark.parametrize("eps", [0.0, EPS, 1e9])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), SINGLE)
def test_one_element(shape, axis, dtype, eps):
    p = problem(shape, axis, dtype).but(eps=eps)
    outputs = CALLS["forward"](p)
    assert bits(outputs["y"].ravel()) == bits(p.beta)
    assert bits(outputs["mean"]) == bits(p.x.ravel().astype(float))
    assert not outputs["var"].any()
    gradients = CALLS["backward"](p)
    assert not gradients["dx"].any()
    assert not gradients["dgamma"].any()
    assert bits(gradients["dbeta"]) == bits(p.dy.ravel())
    for call in CALLS:
        # under eps = 0 the equations divide 0 by 0; bncore gives the limit, which is asserted above
        if eps or "inference" in call:
            p.judge(call, CALLS[call](p))


@pytest.mark.sweeps
@pytest.mark.parametrize("eps", [0.0, EPS, 1e9])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", [2, 3, 5, 7, 31, 37, 127])
def test_few_elements(m, dtype, eps):
    for shape, axis in (((m, 5), 1), ((5, m), 0), ((1, 5, m), 1), ((1, m, 5), -1), ((m, 1, 5), -1)):
        p = problem(shape, axis, dtype).but(eps=eps)
        for call in CALLS:
            p.judge(call, CALLS[call](p))


@pytest.mark.parametrize("call", CALLS)
@pytest.mark.parametrize("dtype", DTYPES)
def test_one_channel(call, dtype):
    for shape, axis in (((37, 1), 1), ((1, 37), 0), ((5, 1, 11), 1), ((5, 11, 1), -1)):
        p = problem(shape, axis, dtype)
        p.judge(call, CALLS[call](p))
