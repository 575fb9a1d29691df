"""A layer with a relu, and a residual: in both modes, in groups, and over several axes."""

import numpy
import pytest
from judge import DTYPES, problem
from layouts import bits

import bncore

CASES = [(False, False), (True, False), (False, True), (True, True)]


def layer_of(p, relu, **options):
    layer = bncore.BatchNorm(p.gamma.size, eps=p.eps, axis=p.axis, dtype=p.gamma.dtype, relu=relu, **options)
    layer.gamma, layer.beta = p.gamma.copy(), p.beta.copy()
    layer.running_mean, layer.running_var = p.mean.copy(), p.var.copy()
    return layer


def through(dy, y, relu):
    """dy as the relu lets it through."""
    return numpy.where(y > 0, dy, dy.dtype.type(0)) if relu else dy


@pytest.mark.parametrize("dtype", [*DTYPES, "float16"])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("relu", "added"), CASES)
def test_as_the_functions(relu, added, training, dtype):
    p = problem((7, 5, 3), 1, "float64" if dtype == "float64" else "float32")
    x, dy, residual = (each.astype(dtype) for each in (p.x, p.dy, p.ddx))
    layer = layer_of(p, relu).train(training)
    how = {"residual": residual if added else None, "relu": relu, "eps": p.eps}
    room = numpy.full_like(x, numpy.nan)
    y = layer(x, residual=how["residual"])
    dx = layer.backward(dy, residual_out=room)
    kept = y.copy()
    if training:
        wanted, stats = bncore.forward(x, p.gamma, p.beta, **how)
        gate = {"y": wanted} if relu else {}
        wanted_dx, dgamma, dbeta = bncore.backward(dy, x, p.gamma, stats, **gate)
    else:
        wanted = bncore.inference(x, p.gamma, p.beta, p.mean, p.var, **how)
        wanted_dx, dgamma, dbeta = bncore.inference_backward(
            through(dy, wanted, relu), x, p.gamma, p.mean, p.var, eps=p.eps
        )
    for got, each in ((y, wanted), (dx, wanted_dx), (layer.dgamma, dgamma), (layer.dbeta, dbeta)):
        assert bits(got) == bits(each)
    assert bits(room) == bits(through(dy, wanted, relu))
    assert bits(y) == bits(kept)
    # and with a gradient of its own
    layer.zero_grad()
    found, pull = layer_of(p, relu).train(training).vjp(x, residual=how["residual"])
    again = numpy.full_like(x, numpy.nan)
    assert bits(found) == bits(y)
    assert bits(pull(dy, residual_out=again)) == bits(dx)
    assert bits(again) == bits(room)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("relu", "added"), CASES)
def test_where_it_is_wanted(relu, added, training):
    p = problem((7, 5, 3), 1, "float32")
    plain, layer = (layer_of(p, relu).train(training) for _ in range(2))
    y = plain(p.x, residual=p.ddx if added else None)
    gate = numpy.empty_like(p.x)
    dx = plain.backward(p.dy, residual_out=gate)
    # y over the residual, dx over y, and the gradient of the residual over dy
    room, dy = p.ddx.copy(), p.dy.copy()
    assert layer(p.x, residual=room if added else None, out=room) is room
    assert bits(room) == bits(y)
    assert layer.backward(dy, out=room, residual_out=dy) is room
    assert bits(room) == bits(dx)
    assert bits(dy) == bits(gate)
    assert bits(layer.dgamma) == bits(plain.dgamma)
    if relu:
        with pytest.raises(RuntimeError, match=r"^backward needs x, found that a result was written over it"):
            layer.backward(p.dy)
    else:
        assert bits(layer.backward(p.dy)) == bits(dx)


@pytest.mark.parametrize("training", [True, False])
def test_the_gradient_of_the_residual_over_y_is_the_last(training):
    p = problem((7, 5, 3), 1, "float32")
    plain, layer = (layer_of(p, True).train(training) for _ in range(2))
    gate = numpy.empty_like(p.x)
    plain(p.x)
    dx = plain.backward(p.dy, residual_out=gate)
    y = layer(p.x)
    assert bits(layer.backward(p.dy, residual_out=y)) == bits(dx)
    assert bits(y) == bits(gate)
    with pytest.raises(RuntimeError, match=r"^backward needs x, found that a result was written over it"):
        layer.backward(p.dy)


@pytest.mark.parametrize("options", [{}, {"renorm": (1.5, 0.5)}])
@pytest.mark.parametrize(("relu", "added"), CASES)
def test_in_groups(relu, added, options):
    p = problem((8, 5, 3), 1, "float32")
    layer, turn = layer_of(p, relu, ghost=3, **options), layer_of(p, relu, **options)
    gate, gates = numpy.empty_like(p.x), numpy.empty_like(p.x)
    y = layer(p.x, residual=p.ddx if added else None)
    dx = layer.backward(p.dy, residual_out=gate)
    for some in (slice(0, 3), slice(3, 6), slice(6, 8)):
        assert bits(y[some]) == bits(turn(p.x[some], residual=p.ddx[some] if added else None))
        assert bits(dx[some]) == bits(turn.backward(p.dy[some], residual_out=gates[some]))
    assert bits(gate) == bits(gates)


@pytest.mark.parametrize("axes", [(1, 2), (1, 3)])
@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(("relu", "added"), CASES)
def test_over_several_axes(relu, added, training, axes):
    p = problem((4, 3, 5, 2), 1, "float32")
    shape = tuple(p.x.shape[axis] for axis in axes)
    many = bncore.BatchNorm(shape, axis=axes, relu=relu).train(training)
    one = bncore.BatchNorm(int(numpy.prod(shape)), relu=relu).train(training)

    def joined(array):
        return numpy.moveaxis(array, axes, (1, 2)).reshape(4, many.gamma.size, -1)

    gate, gates = numpy.empty_like(p.x), numpy.empty_like(joined(p.x))
    dy = p.dy.copy()
    y = many(p.x, residual=p.ddx if added else None)
    dx = many.backward(dy, residual_out=gate)
    assert bits(joined(y)) == bits(one(joined(p.x), residual=joined(p.ddx) if added else None))
    assert bits(joined(dx)) == bits(one.backward(joined(dy), residual_out=gates))
    assert bits(joined(gate)) == bits(gates)
    # over dy itself
    assert bits(many.backward(dy, residual_out=dy)) == bits(dx)
    assert bits(dy) == bits(gate)


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize("options", [{}, {"ghost": 3}, {"axis": (1, 2)}])
def test_what_does_not_fit_is_refused_before_anything_is_written(options, training):
    p = problem((7, 5, 3), 1, "float32")
    layer = bncore.BatchNorm((5, 3) if "axis" in options else 5, relu=True, **options).train(training)
    before = layer.state_dict()
    for residual, error in ((p.x[:6], ValueError), (p.x.astype(float), TypeError), (1.0, ValueError)):
        with pytest.raises(error, match=r"^residual must .* found "):
            layer(p.x, residual=residual)
    for name, value in before.items():
        assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(value))
    layer(p.x)
    out, room = numpy.zeros_like(p.x), numpy.zeros((10, 5, 3), "f")
    for residual_out, error in (
        *((out[:6], ValueError), (out.astype(float), TypeError), ([1.0], TypeError), (out, ValueError)),
        (p.x, ValueError),
    ):
        with pytest.raises(error, match=r"^residual_out must .* found "):
            layer.backward(p.dy, out=out, residual_out=residual_out)
        assert not out.any()
    dy = room[:7]
    with pytest.raises(ValueError, match=r"^residual_out must be dy itself or not overlap it"):
        layer.backward(dy, residual_out=room[1:8])
    with pytest.raises((TypeError, ValueError), match=r"^out must "):
        layer.backward(p.dy, out=numpy.empty_like(p.x)[:6], residual_out=out)
    assert not out.any()
    assert layer.dgamma is None


def test_relu_is_true_or_false():
    with pytest.raises(TypeError, match=r"^relu must be True or False, found str$"):
        bncore.BatchNorm(5, relu="yes")
    layer = bncore.BatchNorm(5)
    layer.relu = 1
    for mode in (True, False):
        with pytest.raises(TypeError, match=r"^relu must be True or False, found int$"):
            layer.train(mode)(numpy.ones((4, 5), "f"))
    assert "relu" not in repr(bncore.BatchNorm(5))
    assert eval(repr(bncore.BatchNorm(5, relu=True)), {"BatchNorm": bncore.BatchNorm}).relu is True


def test_a_nan_stays_and_lets_nothing_through():
    p = problem((7, 5, 3), 1, "float32")
    for training in (True, False):
        x = p.x.copy()
        x[3, 2, 1] = numpy.nan
        layer = layer_of(p, True).train(training)
        y, gate = layer(x), numpy.empty_like(x)
        layer.backward(p.dy, residual_out=gate)
        assert numpy.isnan(y[3, 2, 1])
        assert gate[3, 2, 1] == 0
