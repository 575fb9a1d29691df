"""Numbers at the ends of the formats, means far from 0, and channels that are constant."""

import numpy
import pytest
from judge import CALLS, DTYPES, problem
from layouts import bits
from marks import swept_places

import bncore

SHAPES = [
    ((13, 5), 1),
    ((7, 5, 3), 1),
    ((3, 2, 211), 1),
    ((101, 3), 1),
    ((11, 3, 2, 5), 1),
    ((2, 3, 5, 7), -1),
]
PLACES = SHAPES[:4] + swept_places(*SHAPES[4:])

SCALES = {"float32": [1e30, 1e-30, 1e-40, 1e37], "float64": [1e30, 1e-30, 1e100, 1e-100]}


def judge_all(p):
    for call in CALLS:
        p.judge(call, CALLS[call](p))


@pytest.mark.parametrize(("dtype", "scale"), [(dtype, scale) for dtype in DTYPES for scale in SCALES[dtype]])
@pytest.mark.parametrize(("shape", "axis"), PLACES)
def test_scale_of_x(shape, axis, dtype, scale):
    p = problem(shape, axis, dtype)
    small = p.x.dtype.type(min(1, scale * 1e20))
    # dy so small that dx, which is dy / scale, stays a number
    p = p.but(
        x=p.x * p.x.dtype.type(scale), dy=p.dy * small, mean=p.mean * scale, var=p.var * scale**2, eps=0.0
    )
    judge_all(p)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1e30, 1e-30, 1e-38])
@pytest.mark.parametrize(("shape", "axis"), PLACES)
def test_scale_of_gamma(shape, axis, scale, dtype):
    p = problem(shape, axis, dtype)
    judge_all(p.but(gamma=p.gamma * p.gamma.dtype.type(scale)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("scale", [1e30, 1e-30])
@pytest.mark.parametrize(("shape", "axis"), PLACES)
def test_scale_of_dy_and_beta(shape, axis, scale, dtype):
    p = problem(shape, axis, dtype)
    judge_all(p.but(dy=p.dy * p.dy.dtype.type(scale), beta=p.beta * p.beta.dtype.type(scale)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("ratio", [1e1, 1e3, 1e5, 1e7])
@pytest.mark.parametrize(("shape", "axis"), PLACES)
def test_mean_far_from_zero(shape, axis, ratio, dtype):
    p = problem(shape, axis, dtype)
    judge_all(p.but(x=(p.x + 2 * ratio).astype(dtype), mean=p.mean + 2 * ratio))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("eps", [0.0, 1e-30, 1e-3, 1.0, 1e9])
@pytest.mark.parametrize(("shape", "axis"), PLACES)
def test_eps(shape, axis, eps, dtype):
    judge_all(problem(shape, axis, dtype).but(eps=eps))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), [*PLACES, ((1009, 3), 1), ((1, 3, 1009), 1)])
def test_an_outlier(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    for place in (0, p.x.size // 2, p.x.size - 1):
        x = p.x.copy()
        x.ravel()[place] = 1e6
        judge_all(p.but(x=x))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("value", [0.0, 0.1, -0.1, 12345678.0, 1e10, 1e-30, 1e30, 1e-40, 3e38])
@pytest.mark.parametrize("eps", [0.0, 1e-5, 1e9])
def test_a_constant_channel_gives_beta(value, eps, dtype):
    for shape, axis in (
        *SHAPES,
        ((1, 3, 1009), 1),
        ((2, 3, 4099), 1),
        ((3, 5003), 0),
        ((1009, 3), 1),
        ((5, 523), 1),
    ):
        p = problem(shape, axis, dtype)
        p = p.but(x=numpy.full(shape, value, dtype), eps=eps)
        outputs = CALLS["forward"](p)
        along = [1] * len(shape)
        along[axis] = shape[axis]
        assert bits(outputs["y"]) == bits(numpy.broadcast_to(p.beta.reshape(along), shape))
        assert not outputs["var"].any(), shape
        assert bits(outputs["mean"]) == bits(numpy.full(shape[axis], value, dtype).astype(float)), shape
        gradients = CALLS["backward"](p)
        assert not gradients["dgamma"].any()
        if not eps:
            # the limit of xhat as var goes to 0 does not depend on x
            assert not gradients["dx"].any()
        elif abs(value) < 1e9 and p.x.size < 1000:
            # a variance that is computed of larger values need not be small beside eps: spec has no bound
            p.judge("backward", gradients)


@pytest.mark.parametrize("dtype", DTYPES)
def test_one_constant_channel_among_others(dtype):
    p = problem((11, 3, 2, 5), 1, dtype)
    x = p.x.copy()
    x[:, 1] = 12345678.0
    p = p.but(x=x)
    judge_all(p)
    stats = bncore.statistics(x)
    assert stats.var[1] == 0
    assert stats.var[0] > 0
