"""A channel at several axes is a channel at one, of a tensor that has them joined."""

import copy
import pickle

import numpy
import pytest
from judge import DTYPES, problem
from layouts import LAYOUTS, bits

import bncore

# the shape of x, the axes, and the order in which x has its axes joined: those before, the channel, those
# after
SHAPES = [
    ((4, 3, 5, 2), (1, 3)),
    ((4, 3, 5, 2), (3, 1)),
    ((4, 3, 5, 2), (1, 2)),
    ((4, 3, 5, 2), (-1, -2)),
    ((2, 5, 3), (0, 2)),
    ((7, 2, 3, 2), (1, 2, 3)),
    ((7, 5, 3), (1,)),
]


def joined(array, axes):
    """The same numbers with the channel last, one axis."""
    axes = [axis % array.ndim for axis in axes]
    others = [axis for axis in range(array.ndim) if axis not in axes]
    channels = numpy.prod([array.shape[axis] for axis in axes])
    return array.transpose(*others, *axes).reshape(-1, channels)


def both(shape, axes, dtype, **options):
    """A layer of several axes, and one of the joined tensor, with the same numbers."""
    features = tuple(shape[axis] for axis in axes)
    many = bncore.BatchNorm(features, axis=axes, dtype=dtype, **options)
    one = bncore.BatchNorm(int(numpy.prod(features)), dtype=dtype, **options)
    random = numpy.random.default_rng(0)
    for name in ("gamma", "beta", "running_mean", "running_var"):
        values = random.uniform(1, 2, features).astype(getattr(many, name).dtype)
        setattr(many, name, values)
        setattr(one, name, values.reshape(-1))
    return many, one


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", ["contiguous", "fortran", "cropped", "reversed", "channel_last"])
@pytest.mark.parametrize(("shape", "axes"), SHAPES)
def test_as_one_axis_of_the_joined_tensor(shape, axes, layout, dtype, training):
    p = problem(shape, axes[0], dtype)
    x, dy = (LAYOUTS[layout](each, axes[0] % x_dims) for each, x_dims in ((p.x, p.x.ndim), (p.dy, p.x.ndim)))
    many, one = (layer.train(training) for layer in both(shape, axes, dtype))
    y, dx = many(x), None
    dx = many.backward(dy)
    assert y.shape == dx.shape == shape
    assert y.dtype == dx.dtype == dtype
    assert y.strides == numpy.empty_like(x).strides
    plain = joined(x, axes)
    stats = bncore.statistics(plain)
    within = problem_of(plain, joined(dy, axes), one)
    if training:
        within.judge("forward", {"y": joined(y, axes)})
        within.judge("backward", {"dx": joined(dx, axes), "dgamma": many.dgamma.reshape(-1)})
        momentum = one.momentum
        assert many.running_mean.reshape(-1) == pytest.approx(
            (1 - momentum) * one.running_mean + momentum * stats.mean, rel=1e-14
        )
    else:
        within.judge("inference", {"y": joined(y, axes)})
        within.judge("inference_backward", {"dx": joined(dx, axes), "dbeta": many.dbeta.reshape(-1)})
    assert many.dgamma.shape == many.gamma.shape


def problem_of(x, dy, layer):
    return problem((3, 5), 1, "float32").but(
        x=x, dy=dy, gamma=layer.gamma, beta=layer.beta, mean=layer.running_mean, var=layer.running_var,
        eps=layer.eps, axis=1,
    )  # fmt: skip


@pytest.mark.parametrize(("shape", "axes"), SHAPES)
def test_of_joined_memory_they_are_the_same_bits(shape, axes):
    """Where the order in memory is that of the joined tensor, nothing is added in another order."""
    p = problem(shape, axes[0], "float32")
    places = [axis % len(shape) for axis in axes]
    order = [*(axis for axis in range(len(shape)) if axis not in places), *places]
    back = numpy.argsort(order)
    x, dy = (each.transpose(order).copy().transpose(back) for each in (p.x, p.dy))
    many, one = both(shape, axes, "float32")
    assert bits(joined(many(x), axes)) == bits(one(joined(x, axes)))
    assert bits(joined(many.backward(dy), axes)) == bits(one.backward(joined(dy, axes)))
    assert bits(many.dgamma.reshape(-1)) == bits(one.dgamma)
    assert bits(many.running_var.reshape(-1)) == bits(one.running_var)


@pytest.mark.parametrize("axes", [(1, 3), (1, 2), (2, 3)])
@pytest.mark.parametrize("own", [True, False])
def test_where_it_is_wanted(axes, own):
    p = problem((4, 3, 5, 2), 1, "float32")
    many, same = (both(p.x.shape, axes, "float32")[0] for _ in range(2))
    x = p.x.copy()
    out = x if own else numpy.full_like(x, numpy.nan)
    assert many(x, out=out) is out
    assert bits(out) == bits(same(p.x))
    if own:
        with pytest.raises(RuntimeError, match=r"^backward needs x"):
            many.backward(p.dy)
        return
    assert bits(x) == bits(p.x)
    dy = p.dy.copy()
    assert many.backward(dy, out=dy) is dy
    assert bits(dy) == bits(same.backward(p.dy))
    room = numpy.zeros((5, 3, 5, 2), "f")
    with pytest.raises(ValueError, match=r"^out must be x itself or not overlap it"):
        many(room[:4], out=room[1:])


def test_with_groups_and_renormalization():
    p = problem((6, 3, 5, 2), 1, "float64")
    options = {"ghost": 2, "renorm": (2.0, 0.5), "momentum": None}
    many, one = both(p.x.shape, (1, 3), "float64", **options)
    x, dy = (each.transpose(0, 2, 1, 3).copy().transpose(0, 2, 1, 3) for each in (p.x, p.dy))
    flat, flat_dy = (each.transpose(0, 2, 1, 3).reshape(6, 5, 6) for each in (x, dy))
    one.axis = -1
    assert bits(many(x).transpose(0, 2, 1, 3).reshape(6, 5, 6)) == bits(one(flat))
    assert bits(many.backward(dy).transpose(0, 2, 1, 3).reshape(6, 5, 6)) == bits(one.backward(flat_dy))
    assert bits(many.dgamma.reshape(-1)) == bits(one.dgamma)


def test_state_and_copies():
    many, _ = both((4, 3, 5, 2), (1, 3), "float32")
    assert eval(repr(many), {"BatchNorm": bncore.BatchNorm}).axis == (1, 3)
    other = bncore.BatchNorm((3, 2), axis=(1, 3))
    other.load_state_dict(many.state_dict())
    for each in (other, copy.deepcopy(many), pickle.loads(pickle.dumps(many))):
        for name, value in many.state_dict().items():
            assert bits(numpy.array(getattr(each, name))) == bits(numpy.array(value)), name


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("gamma", numpy.ones(6, "f"), ValueError),
        ("gamma", numpy.ones((2, 3), "f"), ValueError),
        ("gamma", numpy.ones((3, 2)), TypeError),
        ("gamma", numpy.ma.masked_array(numpy.ones((3, 2), "f"), mask=[[1, 0]] * 3), TypeError),
        ("running_mean", numpy.ones((3, 2), "f"), TypeError),
        ("running_var", -numpy.ones((3, 2)), ValueError),
        ("running_var", None, TypeError),
    ],
)
def test_what_does_not_fit_cannot_be_assigned(name, value, error):
    many, _ = both((4, 3, 5, 2), (1, 3), "float32")
    before = many.state_dict()
    with pytest.raises(error, match=f"^{name} must .* found "):
        setattr(many, name, value)
    assert bits(getattr(many, name)) == bits(before[name])


@pytest.mark.parametrize(
    ("features", "axis", "error", "message"),
    [
        (6, (1, 3), TypeError, r"axis must be an integer where num_features is one, found tuple"),
        ((3, 2, 5), (1, 3), ValueError, r"num_features must have a number for each axis of \(1, 3\)"),
        ((), (), ValueError, r"num_features must have a number for each axis"),
        ((3, 3), (1, 1), ValueError, r"axis must name axes that differ, found \(1, 1\)"),
        ((3, 0), (1, 3), ValueError, r"num_features must be at least 1, found 0"),
        ((2**32, 2**32), (1, 3), ValueError, r"num_features must be at most"),
        ((3, 2), (1, 3.0), TypeError, r"axis must be an integer, found float"),
        ((3, 2), 1, TypeError, r"num_features must be an integer, found tuple"),
    ],
)
def test_a_layer_that_cannot_be(features, axis, error, message):
    with pytest.raises(error, match=f"^{message}"):
        bncore.BatchNorm(features, axis=axis)


@pytest.mark.parametrize(
    ("shape", "axes", "message"),
    [
        ((4, 3, 5), (1, 3), r"axis must be in \[-3, 2\] for 3 dimensions, found 3"),
        ((4, 3, 5, 3), (1, 3), r"x must have \(3, 2\) channels at axis \(1, 3\), found shape \(4, 3, 5, 3\)"),
        ((3, 2), (0, 1), r"x must have an axis that is not the channel's, found shape \(3, 2\)"),
        ((4, 3, 2), (-1, 2), r"axis must name axes that differ, found \(-1, 2\) for 3 dimensions"),
    ],
)
def test_a_tensor_that_does_not_fit(shape, axes, message):
    with pytest.raises(ValueError, match=f"^{message}$"):
        bncore.BatchNorm((3, 2), axis=axes)(numpy.ones(shape, "f"))


def test_a_gradient_that_does_not_fit():
    p = problem((4, 3, 5, 2), 1, "float32")
    many, _ = both(p.x.shape, (1, 3), "float32")
    many(p.x)
    with pytest.raises(ValueError, match=r"^dy must have the shape of x, \(4, 3, 5, 2\), found \(3, 3"):
        many.backward(p.dy[:3])
