"""Weights and masks in a layer: in its batches, its running statistics, its groups, and over several axes."""

import numpy
import pytest
from judge import ACCUMULATE, DTYPES, problem
from layouts import bits

import bncore
from spec import oracle

KINDS = {
    "of samples": lambda r, n, w: r.integers(0, 3, (n, 1, 1)).astype("f"),
    "of all elements": lambda r, n, w: r.uniform(0, 2, (n, 1, w)),
    "of columns": lambda r, n, w: r.uniform(0, 2, w).astype("f"),
    "a mask": lambda r, n, w: r.random((n, 1, w)) < 0.7,
}


def layer_of(p, **options):
    layer = bncore.BatchNorm(5, eps=p.eps, dtype=p.gamma.dtype, **options)
    layer.gamma, layer.beta = p.gamma.copy(), p.beta.copy()
    layer.running_mean, layer.running_var = p.mean.copy(), p.var.copy()
    return layer


def drawn(kind, p):
    n, _, w = p.x.shape
    return KINDS[kind](numpy.random.default_rng(1), n, w)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("relu", [False, True])
@pytest.mark.parametrize("kind", KINDS)
def test_as_the_functions(kind, relu, dtype):
    p = problem((7, 5, 3), 1, dtype)
    weights, layer = drawn(kind, p), layer_of(p, relu=relu)
    y, stats = bncore.forward(p.x, p.gamma, p.beta, weights=weights, residual=p.ddx, relu=relu)
    gate = {"y": y} if relu else {}
    dx, dgamma, dbeta = bncore.backward(p.dy, p.x, p.gamma, stats, weights=weights, **gate)
    assert bits(layer(p.x, weights, p.ddx)) == bits(y)
    assert bits(layer.backward(p.dy)) == bits(dx)
    assert bits(layer.dgamma) == bits(dgamma)
    assert bits(layer.dbeta) == bits(dbeta)
    found, pull = layer_of(p, relu=relu).vjp(p.x, weights, p.ddx)
    assert bits(found) == bits(y)
    assert bits(pull(p.dy)) == bits(dx)
    assert layer.num_elements_tracked == stats.count


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("options", [{"momentum": 0.25}, {"momentum": None}, {"unbiased": False}])
def test_whole_weights_are_elements_that_are_there_so_often(options, dtype):
    p = problem((7, 5, 3), 1, dtype)
    times = numpy.array([2, 0, 1, 3, 1, 0, 2])
    layer = layer_of(p, **options)
    y = layer(p.x, times.reshape(-1, 1, 1).astype(float))
    often = numpy.repeat(p.x, times, 0)
    how = {"accumulate": ACCUMULATE[dtype]}
    momentum = 1.0 if layer.momentum is None else layer.momentum
    variance = "unbiased" if layer.unbiased else "biased"
    expected = oracle.update(often, p.mean, p.var, momentum, variance=variance, **how)
    for name, each in expected.items():
        assert each.compare(getattr(layer, name)).ratio <= 1
    assert layer.num_elements_tracked == often.size // 5
    of_often = oracle.forward(often, p.gamma, p.beta, p.eps, **how)["y"]
    assert of_often.compare(numpy.repeat(y, times, 0)).ratio <= 1


def test_what_weighs_nothing_may_be_nan():
    p = problem((7, 5, 3), 1, "float32")
    mask = drawn("a mask", p)
    x = numpy.where(mask, p.x, numpy.float32(numpy.nan))
    dy = numpy.where(mask, p.dy, numpy.float32(0))
    layer, clean = layer_of(p), layer_of(p)
    y, wanted = layer(x, mask), clean(p.x, mask)
    kept = numpy.broadcast_to(mask, x.shape)
    assert bits(y[kept]) == bits(wanted[kept])
    assert bits(layer.running_var) == bits(clean.running_var)
    assert bits(layer.backward(dy)[kept]) == bits(clean.backward(dy)[kept])
    assert bits(layer.dgamma) == bits(clean.dgamma)


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("options", [{}, {"renorm": (1.5, 0.5)}, {"momentum": None}])
def test_in_groups(options, kind):
    p = problem((8, 5, 3), 1, "float32")
    weights = drawn(kind, p)
    layer, turn = layer_of(p, ghost=3, **options), layer_of(p, **options)
    y, dx = layer(p.x, weights), layer.backward(p.dy)
    for some in (slice(0, 3), slice(3, 6), slice(6, 8)):
        of_group = weights[some] if weights.ndim == 3 else weights
        assert bits(y[some]) == bits(turn(p.x[some], of_group))
        assert bits(dx[some]) == bits(turn.backward(p.dy[some]))
    for name in ("running_mean", "running_var", "num_elements_tracked", "num_batches_tracked"):
        assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(getattr(turn, name)))


def test_renormalized():
    p = problem((7, 5, 3), 1, "float64")
    weights, layer = drawn("of all elements", p), layer_of(p, renorm=(1.5, 0.5))
    stats = bncore.statistics(p.x, eps=p.eps, weights=weights)
    deviation = numpy.sqrt(p.var + p.eps)
    r = numpy.clip(numpy.sqrt(stats.var + p.eps) / deviation, 1 / 1.5, 1.5)
    d = numpy.clip((stats.mean - p.mean) / deviation, -0.5, 0.5)
    y, _ = bncore.forward(p.x, p.gamma * r, p.gamma * d + p.beta, eps=p.eps, weights=weights)
    assert bits(layer(p.x, weights)) == bits(y)
    dx = bncore.backward(p.dy, p.x, p.gamma * r, stats, weights=weights)[0]
    assert bits(layer.backward(p.dy)) == bits(dx)


@pytest.mark.parametrize("axes", [(1, 2), (1, 3)])
@pytest.mark.parametrize("shape", [(4, 1, 1, 1), (2,), (4, 1, 1, 2), (5, 1), (1, 1)])
def test_over_several_axes(shape, axes):
    p = problem((4, 3, 5, 2), 1, "float32")
    of_channel = tuple(p.x.shape[axis] for axis in axes)
    many = bncore.BatchNorm(of_channel, axis=axes)
    one = bncore.BatchNorm(many.gamma.size)
    weights = numpy.random.default_rng(0).uniform(0, 2, shape)
    full = weights.reshape((1,) * (4 - weights.ndim) + shape)
    if any(full.shape[axis] != 1 for axis in axes):
        with pytest.raises(ValueError, match=r"^weights must have a shape that broadcasts to .* found "):
            many(p.x, weights)
        return

    def joined(array):
        moved = numpy.moveaxis(array, axes, (1, 2))
        return moved.reshape(moved.shape[0], moved.shape[1] * moved.shape[2], moved.shape[3])

    assert bits(joined(many(p.x, weights))) == bits(one(joined(p.x), joined(full)))
    assert bits(joined(many.backward(p.dy))) == bits(one.backward(joined(p.dy)))
    assert bits(many.running_var.reshape(-1)) == bits(one.running_var)


def test_evaluation_does_not_weigh():
    p = problem((7, 5, 3), 1, "float32")
    layer, plain = layer_of(p).eval(), layer_of(p).eval()
    assert bits(layer(p.x, drawn("a mask", p))) == bits(plain(p.x))
    assert bits(layer.backward(p.dy)) == bits(plain.backward(p.dy))


def test_state_of_weighted_batches():
    p = problem((7, 5, 3), 1, "float32")
    layer = layer_of(p, momentum=None)
    layer(p.x, drawn("of all elements", p))
    assert layer.num_elements_tracked % 1
    other = bncore.BatchNorm(5, momentum=None)
    other.load_state_dict(layer.state_dict())
    for each in (layer, other):
        each(p.x, drawn("a mask", p))
    assert bits(other.running_var) == bits(layer.running_var)
    assert other.num_elements_tracked == layer.num_elements_tracked


def test_an_empty_batch_is_one_of_no_weight():
    p = problem((7, 5, 3), 1, "float32")
    layer = layer_of(p)
    before = layer.state_dict()
    y = layer(p.x, numpy.zeros((7, 1, 1)))
    assert y.shape == p.x.shape
    for name, value in before.items():
        assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(value))


@pytest.mark.parametrize("ghost", [None, 3])
def test_weights_that_add_up_to_too_little_are_refused_before_anything_changes(ghost):
    p = problem((7, 5, 3), 1, "float32")
    layer, out = layer_of(p, ghost=ghost), numpy.zeros_like(p.x)
    weights = numpy.zeros((7, 1, 1))
    weights[:2], weights[-1, 0, 0] = (0.4, 0.2) if ghost else (0.1, 0.0)
    before = layer.state_dict()
    with pytest.raises(ValueError, match=r"^weights must add up to more than 1 in training.* found "):
        layer(p.x, weights, out=out)
    assert not out.any()
    for name, value in before.items():
        assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(value))
    assert layer_of(p, ghost=ghost, unbiased=False)(p.x, weights).shape == p.x.shape
    assert layer.eval()(p.x, weights).shape == p.x.shape


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("options", [{}, {"ghost": 3}, {"axis": (1, 2)}])
@pytest.mark.parametrize(
    ("weights", "error"),
    [
        (-numpy.ones((7, 1, 1)), ValueError),
        (numpy.full((7, 1, 1), numpy.nan), ValueError),
        (numpy.ones((6, 1, 1)), ValueError),
        (numpy.ones((7, 5, 1)), ValueError),
        (numpy.ones((1, 7, 1, 1)), ValueError),
        (numpy.ones((7, 1, 1), int), TypeError),
        ("all", TypeError),
    ],
)
def test_weights_that_are_none(weights, error, options, training):
    p = problem((7, 5, 3), 1, "float32")
    layer = bncore.BatchNorm((5, 3) if "axis" in options else 5, **options).train(training)
    before = layer.state_dict()
    with pytest.raises(error, match=r"^weights must .* found "):
        layer(p.x, weights)
    for name, value in before.items():
        assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(value))
