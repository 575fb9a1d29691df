"""A layer that is used several times before its gradients: each use has its own, and they add up."""

import numpy
import pytest
from judge import DTYPES, problem
from layouts import bits

import bncore

P = problem((7, 5, 3), 1, "float32")


def layer_of(p=P, **options):
    layer = bncore.BatchNorm(5, dtype=p.gamma.dtype, eps=p.eps, **options)
    if layer.affine:
        layer.gamma, layer.beta = p.gamma.copy(), p.beta.copy()
    return layer


def states(layer):
    return {name: bits(numpy.array(value)) for name, value in layer.state_dict().items()}


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("training", [True, False])
def test_one_use_is_forward_and_backward(training, dtype):
    p = problem((7, 5, 3), 1, dtype)
    one, other = (layer_of(p).train(training) for _ in range(2))
    y, pull = one.vjp(p.x)
    assert bits(y) == bits(other(p.x))
    assert states(one) == states(other)
    assert one.dgamma is None
    assert bits(pull(p.dy)) == bits(other.backward(p.dy))
    assert bits(one.dgamma) == bits(other.dgamma)
    assert bits(one.dbeta) == bits(other.dbeta)
    assert one.dgamma.dtype == dtype


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_each_use_has_its_own_gradient_in_any_order(order):
    layer = layer_of()
    xs = [P.x * numpy.float32(scale) for scale in (1, 2, 3)]
    uses = [layer.vjp(x) for x in xs]
    # numbers that change in between are not those of the forwards
    layer.gamma = layer.gamma + numpy.float32(1)
    added = {"dgamma": 0, "dbeta": 0}
    for i in order:
        alone = layer_of()
        alone(xs[i])
        assert bits(uses[i][1](P.dy)) == bits(alone.backward(P.dy))
        added = {name: before + getattr(alone, name) for name, before in added.items()}
    for name, total in added.items():
        assert bits(getattr(layer, name)) == bits(total)


def test_every_use_updates_the_running_statistics_once():
    one, other = layer_of(), layer_of()
    for scale in (1, 2):
        one.vjp(P.x * numpy.float32(scale))
        other(P.x * numpy.float32(scale))
    assert states(one) == states(other)


def test_a_pull_may_be_called_again_and_adds_again():
    layer = layer_of()
    _, pull = layer.vjp(P.x)
    first = pull(P.dy)
    once = layer.dgamma
    assert bits(pull(P.dy)) == bits(first)
    assert bits(layer.dgamma) == bits(2 * once)
    # what somebody holds is not changed
    assert once is not layer.dgamma


def test_a_step_begins_with_no_gradient():
    layer = layer_of()
    layer.vjp(P.x)[1](P.dy)
    layer.zero_grad()
    assert layer.dgamma is layer.dbeta is None


def test_backward_replaces_and_does_not_see_other_uses():
    layer = layer_of()
    layer(P.x)
    _, pull = layer.vjp(2 * P.x)
    layer.backward(P.dy)
    alone = layer_of()
    alone(P.x)
    alone.backward(P.dy)
    assert bits(layer.dgamma) == bits(alone.dgamma)
    pull(P.dy)
    layer.backward(P.dy)
    assert bits(layer.dgamma) == bits(alone.dgamma)


def test_without_parameters_nothing_is_added():
    layer = layer_of(affine=False)
    _, pull = layer.vjp(P.x)
    assert pull(P.dy).shape == P.x.shape
    assert layer.dgamma is layer.dbeta is None


def test_a_refused_gradient_adds_nothing():
    layer = layer_of()
    _, pull = layer.vjp(P.x)
    pull(P.dy)
    before = bits(layer.dgamma), bits(layer.dbeta)
    for dy, error in ((P.dy[:6], ValueError), (P.dy.astype(float), TypeError), (None, TypeError)):
        with pytest.raises(error, match=r"^dy must .* found "):
            pull(dy)
    assert (bits(layer.dgamma), bits(layer.dbeta)) == before


def test_results_where_they_are_wanted():
    layer = layer_of()
    y, dx = numpy.empty_like(P.x), P.dy.copy()
    found, pull = layer.vjp(P.x, out=y)
    assert found is y
    assert pull(dx, out=dx) is dx
    other = layer_of()
    assert bits(y) == bits(other(P.x))
    assert bits(dx) == bits(other.backward(P.dy))


def test_x_is_not_given_away():
    x = P.x.copy()
    layer = layer_of()
    before = states(layer)
    with pytest.raises(ValueError, match=r"^out must not be x itself, which pull needs, found x$"):
        layer.vjp(x, out=x)
    for same in (x[:], numpy.asarray(memoryview(x))):
        with pytest.raises(ValueError, match=r"^out must not be x itself"):
            layer.vjp(memoryview(x), out=same)
    assert bits(x) == bits(P.x)
    assert states(layer) == before


def test_overflow_of_a_sum_is_nobodys_error():
    layer = layer_of()
    _, pull = layer.vjp(P.x)
    huge = numpy.full_like(P.dy, 1e37)
    with numpy.errstate(all="raise"):
        pull(huge)
        pull(huge)
    assert numpy.isinf(layer.dbeta).all()


@pytest.mark.parametrize("training", [True, False])
def test_a_forward_over_x_has_no_backward(training):
    layer, x = layer_of().train(training), P.x.copy()
    y = layer(x, out=x)
    assert y is x
    assert bits(x) == bits(layer_of().train(training)(P.x))
    with pytest.raises(
        RuntimeError, match=r"^backward needs x, found that a result was written over it \(out=x"
    ):
        layer.backward(P.dy)
    assert layer.dgamma is None
    # it is forgotten: the next forward is the one
    with pytest.raises(RuntimeError, match=r"found none$"):
        layer.backward(P.dy)
    layer(P.x)
    layer.backward(P.dy)
    # another view of the same elements is x too, another array is not
    layer = layer_of().train(training)
    layer(x, out=x[:])
    with pytest.raises(RuntimeError, match=r"^backward needs x"):
        layer.backward(P.dy)
    layer = layer_of().train(training)
    layer(P.x, out=x)
    assert layer.backward(P.dy).shape == P.x.shape


@pytest.mark.parametrize("training", [True, False])
def test_a_forward_with_a_bad_target_changes_nothing(training):
    layer, x = layer_of().train(training), numpy.zeros((14, 5, 3), "f")
    x[::2] = P.x
    before, kept = states(layer), x.copy()
    for out, error in ((x[:7], ValueError), (numpy.empty((7, 5), "f"), ValueError), ([1.0], TypeError)):
        with pytest.raises(error, match=r"^out must .* found "):
            layer(x[::2], out=out)
    assert states(layer) == before
    assert bits(x) == bits(kept)


def test_a_backward_over_x_is_the_last_one():
    layer, x, dy = layer_of(), P.x.copy(), P.dy.copy()
    layer(x)
    wanted = layer.backward(dy, out=dy)
    assert bits(layer.backward(P.dy, out=x)) == bits(wanted)
    with pytest.raises(RuntimeError, match=r"^backward needs x"):
        layer.backward(P.dy)
    x = P.x.copy()
    _, pull = layer_of().vjp(x)
    assert pull(P.dy, out=x) is x
    with pytest.raises(RuntimeError, match=r"^backward needs x"):
        pull(P.dy)
