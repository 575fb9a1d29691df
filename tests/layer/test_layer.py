"""The layer is the functions with parameters and running statistics, in the mode that it is in."""

import copy
import pickle

import numpy
import pytest
from judge import DTYPES, problem
from layouts import bits

import bncore

P = problem((7, 5, 3), 1, "float32")


def layer_of(p, **options):
    """A layer with the parameters of a problem, and the statistics it is given."""
    channels = p.x.shape[p.axis]
    layer = bncore.BatchNorm(channels, eps=p.eps, axis=p.axis, dtype=p.gamma.dtype, **options)
    if layer.affine:
        layer.gamma, layer.beta = p.gamma.copy(), p.beta.copy()
    if layer.track_running_stats:
        layer.running_mean, layer.running_var = p.mean.copy(), p.var.copy()
    return layer


def state_bits(layer):
    return {name: bits(numpy.array(value)) for name, value in layer.state_dict().items()}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), [((13, 5), 1), ((7, 5, 3), 1), ((2, 3, 5, 7), -1), ((5, 13), 0)])
def test_training(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    layer = layer_of(p)
    y, stats = bncore.forward(p.x, p.gamma, p.beta, eps=p.eps, axis=axis)
    dx, dgamma, dbeta = bncore.backward(p.dy, p.x, p.gamma, stats, axis=axis)
    assert bits(layer(p.x)) == bits(y)
    assert layer.dgamma is layer.dbeta is None
    assert bits(layer.backward(p.dy)) == bits(dx)
    assert bits(layer.dgamma) == bits(dgamma)
    assert bits(layer.dbeta) == bits(dbeta)
    assert layer.dgamma.dtype == layer.dbeta.dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), [((13, 5), 1), ((7, 5, 3), 1), ((2, 3, 5, 7), -1), ((5, 13), 0)])
def test_evaluation(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    layer = layer_of(p).eval()
    before = state_bits(layer)
    y = bncore.inference(p.x, p.gamma, p.beta, p.mean, p.var, eps=p.eps, axis=axis)
    dx, dgamma, dbeta = bncore.inference_backward(p.dy, p.x, p.gamma, p.mean, p.var, eps=p.eps, axis=axis)
    assert bits(layer(p.x)) == bits(y)
    assert bits(layer.backward(p.dy)) == bits(dx)
    assert bits(layer.dgamma) == bits(dgamma)
    assert bits(layer.dbeta) == bits(dbeta)
    assert state_bits(layer) == before


def test_at_first():
    layer = bncore.BatchNorm(5)
    assert layer.training
    assert layer.dtype == numpy.float32
    assert bits(layer.gamma) == bits(numpy.ones(5, "f"))
    assert bits(layer.beta) == bits(numpy.zeros(5, "f"))
    assert bits(layer.running_mean) == bits(numpy.zeros(5))
    assert bits(layer.running_var) == bits(numpy.ones(5))
    assert layer.num_batches_tracked == layer.num_elements_tracked == 0


def test_modes():
    layer = bncore.BatchNorm(5)
    assert layer.eval() is layer
    assert not layer.training
    assert layer.train() is layer
    assert layer.training
    assert layer.train(False) is layer
    assert not layer.training


def test_forward_and_call_are_one():
    assert bits(layer_of(P).forward(P.x)) == bits(layer_of(P)(P.x))


def test_gradients_replace_those_before():
    layer = layer_of(P)
    layer(P.x)
    layer.backward(P.dy)
    dgamma, dbeta = layer.dgamma, layer.dbeta
    layer.backward(P.dy)
    assert bits(layer.dgamma) == bits(dgamma)
    assert bits(layer.dbeta) == bits(dbeta)
    assert layer.dgamma is not dgamma


def test_backward_is_of_the_last_forward():
    # not of the mode, the parameters or the running statistics that came after it
    for mode in (True, False):
        layer, changed = layer_of(P).train(mode), layer_of(P).train(mode)
        layer(P.x)
        changed(P.x)
        changed.train(not mode)
        changed.gamma *= 3
        changed.running_mean += 1
        changed.running_var *= 2
        assert bits(changed.backward(P.dy)) == bits(layer.backward(P.dy))
        assert bits(changed.dgamma) == bits(layer.dgamma)


def test_without_a_forward_there_is_no_backward():
    with pytest.raises(RuntimeError, match="backward must follow a forward"):
        bncore.BatchNorm(5).backward(P.dy)


def test_without_parameters():
    layer = layer_of(P, affine=False)
    assert layer.gamma is layer.beta is None
    y, stats = bncore.forward(P.x, eps=P.eps)
    assert bits(layer(P.x)) == bits(y)
    assert bits(layer.backward(P.dy)) == bits(bncore.backward(P.dy, P.x, None, stats)[0])
    assert layer.dgamma is layer.dbeta is None
    assert "gamma" not in layer.state_dict()


@pytest.mark.parametrize("training", [True, False])
def test_without_running_statistics(training):
    layer = layer_of(P, track_running_stats=False).train(training)
    assert layer.running_mean is layer.running_var is None
    y, stats = bncore.forward(P.x, P.gamma, P.beta, eps=P.eps)
    assert bits(layer(P.x)) == bits(y)
    assert bits(layer.backward(P.dy)) == bits(bncore.backward(P.dy, P.x, P.gamma, stats)[0])
    assert layer.num_batches_tracked == 0
    assert list(layer.state_dict()) == ["gamma", "beta"]
    # one element has statistics, if not an unbiased variance
    assert bits(layer(P.x[:1, :, :1])) == bits(P.beta.reshape(1, 5, 1))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("of_x", DTYPES)
def test_dtypes_of_x_and_of_the_layer_may_differ(of_x, dtype):
    p = problem((7, 5, 3), 1, dtype)
    layer = layer_of(p)
    x = P.x.astype(of_x)
    assert layer(x).dtype == of_x
    assert layer.backward(P.dy.astype(of_x)).dtype == of_x
    assert layer.dgamma.dtype == layer.dbeta.dtype == dtype
    assert layer.running_mean.dtype == layer.running_var.dtype == numpy.float64


@pytest.mark.parametrize("training", [True, False])
@pytest.mark.parametrize(
    ("x", "error", "wanted"),
    [
        (P.x[:, :4], ValueError, r"x must have 5 channels at axis 1, found shape \(7, 4, 3\)"),
        (P.x.astype(int), TypeError, "x must be a float32 .* array, found dtype int64 .*float32.*"),
        (P.x.astype("u1"), TypeError, r"x must be .* found dtype uint8 \(x.astype\(numpy.float32\) is one\)"),
        (P.x[:, 0, 0], ValueError, r"x must have at least 2 dimensions.*found shape \(7,\)"),
        (None, TypeError, "x must be a float32 .* array, found NoneType"),
    ],
)
def test_bad_input(x, error, wanted, training):
    layer = layer_of(P).train(training)
    layer(P.x)
    before, gradient = state_bits(layer), layer.backward(P.dy)
    with pytest.raises(error, match=f"^{wanted}$"):
        layer(x)
    assert state_bits(layer) == before
    assert bits(layer.backward(P.dy)) == bits(gradient)


def test_axis_that_x_does_not_have():
    with pytest.raises(ValueError, match=r"^axis must be in \[-3, 2\].*found 3"):
        bncore.BatchNorm(5, axis=3)(P.x)


def test_bad_gradient():
    layer = layer_of(P)
    layer(P.x)
    layer.backward(P.dy)
    before = bits(layer.dgamma), bits(layer.dbeta)
    for dy, error in ((P.dy[:6], ValueError), (P.dy.astype(float), TypeError)):
        with pytest.raises(error, match=r"^dy must .* found "):
            layer.backward(dy)
    assert (bits(layer.dgamma), bits(layer.dbeta)) == before


def use_with(layer, name, value):
    setattr(layer, name, value)
    layer(P.x)


@pytest.mark.parametrize(
    ("name", "value", "error"),
    [
        ("gamma", numpy.ones(4, "f"), ValueError),
        ("beta", numpy.ones(5, int), TypeError),
        ("running_mean", numpy.ones(1), ValueError),
        ("running_var", -numpy.ones(5), ValueError),
        ("eps", -1.0, ValueError),
        ("momentum", 2.0, ValueError),
    ],
)
def test_attribute_that_was_spoiled(name, value, error):
    # evaluation does not use momentum
    for mode in (True,) if name == "momentum" else (True, False):
        layer = layer_of(P).train(mode)
        before = state_bits(layer)
        # the state is looked at when it is assigned, the options when they are used
        with pytest.raises(error, match=f"^{name} must .* found "):
            use_with(layer, name, value)
        assert state_bits(layer) == before


def test_state_is_a_copy_both_ways():
    layer = layer_of(P)
    layer(P.x)
    state = layer.state_dict()
    before = state_bits(layer)
    for value in state.values():
        if isinstance(value, numpy.ndarray):
            value += 1
    assert state_bits(layer) == before
    layer.load_state_dict(state)
    loaded = state_bits(layer)
    assert loaded != before
    for value in state.values():
        if isinstance(value, numpy.ndarray):
            value += 1
    assert state_bits(layer) == loaded


def test_state_through_a_file(tmp_path):
    layer = layer_of(P)
    layer(P.x)
    numpy.savez(tmp_path / "state.npz", **layer.state_dict())
    other = bncore.BatchNorm(5)
    with numpy.load(tmp_path / "state.npz") as state:
        other.load_state_dict(state)
    assert state_bits(other) == state_bits(layer)
    assert type(other.num_batches_tracked) is int


@pytest.mark.parametrize(
    ("change", "error", "message"),
    [
        ({"gamma": numpy.ones(4, "f")}, ValueError, r"gamma must have shape \(5,\).*found \(4,\)"),
        ({"gamma": numpy.ones((5, 1), "f")}, ValueError, r"gamma must have shape \(5,\).*found \(5, 1\)"),
        ({"gamma": numpy.ones(5)}, TypeError, "gamma must be a float32 array, found dtype float64.*"),
        ({"beta": numpy.ones(5, int)}, TypeError, "beta must be a float32 array, found dtype int64.*"),
        ({"beta": None}, TypeError, "beta must be a float32 array, found NoneType"),
        ({"running_mean": numpy.ones(5, "f")}, TypeError, "running_mean must be a float64.*found.*float32.*"),
        ({"running_mean": numpy.ones(6)}, ValueError, r"running_mean must have shape \(5,\).*found \(6,\)"),
        ({"running_var": numpy.full(5, -1.0)}, ValueError, "running_var must not be negative, found -1.0.*"),
        ({"num_batches_tracked": -1}, ValueError, "num_batches_tracked must be at least 0, found -1"),
        ({"num_batches_tracked": 2.5}, TypeError, "num_batches_tracked must be an integer, found float"),
        ({"num_elements_tracked": -2.5}, ValueError, "num_elements_tracked must .* found -2.5"),
        ({"weight": numpy.ones(5, "f")}, ValueError, r"state must have the names .*, found .*weight.*"),
    ],
)  # fmt: skip
def test_bad_state(change, error, message):
    layer = layer_of(P)
    before = state_bits(layer)
    other = bncore.BatchNorm(5)
    other(P.x)
    with pytest.raises(error, match=f"^{message}$"):
        layer.load_state_dict(other.state_dict() | change)
    assert state_bits(layer) == before


def test_state_with_a_name_missing():
    layer = layer_of(P)
    state = layer.state_dict()
    del state["running_var"]
    with pytest.raises(ValueError, match=r"^state must have the names .*running_var.*, found "):
        layer.load_state_dict(state)
    with pytest.raises(TypeError, match=r"^state must be a mapping .*, found list$"):
        layer.load_state_dict([1])
    with pytest.raises(ValueError, match=r"^state must have the names"):
        bncore.BatchNorm(5, affine=False).load_state_dict(layer.state_dict())


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))]
)
@pytest.mark.parametrize(
    "options", [{}, {"affine": False}, {"track_running_stats": False}, {"momentum": None}]
)
def test_duplicate(duplicate, options):
    layer = layer_of(P, **options)
    layer(P.x)
    layer.backward(P.dy)
    other = duplicate(layer.eval())
    assert repr(other) == repr(layer)
    assert state_bits(other) == state_bits(layer)
    assert bits(other(P.x)) == bits(layer(P.x))
    # the batch that went through the one did not go through the other
    with pytest.raises(RuntimeError, match="backward must follow a forward"):
        duplicate(layer).backward(P.dy)


def test_deep_duplicate_shares_nothing():
    layer = layer_of(P)
    other = copy.deepcopy(layer)
    before = state_bits(other)
    layer(P.x)
    layer.gamma += 1
    assert state_bits(other) == before


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"eps": 0.5, "momentum": None, "axis": -1},
        {"affine": False, "track_running_stats": False, "dtype": float},
    ],
)
def test_repr_makes_the_layer_again(options):
    layer = bncore.BatchNorm(5, **options)
    for each in (layer, layer.eval()):
        again = eval(repr(each), {"BatchNorm": bncore.BatchNorm})
        assert repr(again) == repr(each)
        assert again.training == each.training
        for name in ("num_features", "eps", "momentum", "affine", "track_running_stats", "axis", "dtype"):
            assert getattr(again, name) == getattr(each, name), name


def test_a_step_of_training_lowers_the_loss():
    # gamma and beta are learned with what the layer keeps
    target = P.dy
    layer = bncore.BatchNorm(5)
    losses = []
    for _ in range(20):
        y = layer(P.x)
        losses.append(float(((y - target) ** 2).sum()))
        layer.backward(2 * (y - target))
        layer.gamma -= numpy.float32(0.01) * layer.dgamma
        layer.beta -= numpy.float32(0.01) * layer.dbeta
    assert sorted(losses, reverse=True) == losses
    assert layer.num_batches_tracked == 20
