"""Ghost batches: a batch in groups is as good as the groups one after the other."""

import numpy
import pytest
from judge import DTYPES, laid_out, problem
from layouts import LAYOUTS, bits

import bncore

OPTIONS = [{}, {"momentum": None}, {"affine": False}, {"track_running_stats": False}, {"renorm": (2.0, 0.5)}]


def layer_of(p, dtype=None, **options):
    layer = bncore.BatchNorm(p.gamma.size, axis=p.axis, dtype=dtype or p.gamma.dtype, **options)
    if layer.affine:
        layer.gamma, layer.beta = (each.astype(layer.dtype) for each in (p.gamma, p.beta))
    return layer


def in_turn(p, size, **options):
    """What a layer without ghost batches makes of the groups as batches; its gradients are not rounded."""
    layer = layer_of(p, dtype=float, **options)
    samples = 1 if p.axis % p.x.ndim == 0 else 0
    cuts = range(size, p.x.shape[samples], size)
    results, gradients = [], []
    for x, dy in zip(*(numpy.split(each, cuts, samples) for each in (p.x, p.dy)), strict=True):
        y = layer(x)
        results.append((y, layer.backward(dy)))
        gradients.append((layer.dgamma, layer.dbeta))
    y, dx = (numpy.concatenate(each, samples) for each in zip(*results, strict=True))
    return y, dx, gradients, layer


@pytest.mark.parametrize("options", OPTIONS)
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axis", "size"),
    [
        *(((12, 5), 1, 4), ((13, 5, 3), 1, 5), ((5, 11), 0, 3), ((6, 2, 3, 5), -1, 2)),
        *(((7, 5, 3), 1, 1), ((7, 5, 3), 1, 9)),
    ],
)
def test_as_batches_in_turn(shape, axis, size, dtype, options):
    p = problem(shape, axis, dtype)
    layer = layer_of(p, ghost=size, **options)
    y = layer(p.x)
    dx = layer.backward(p.dy)
    wanted_y, wanted_dx, gradients, other = in_turn(p, size, **options)
    assert bits(y) == bits(wanted_y)
    assert bits(dx) == bits(wanted_dx)
    if layer.track_running_stats:
        for name in ("running_mean", "running_var", "num_batches_tracked", "num_elements_tracked"):
            assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(getattr(other, name))), name
    if layer.affine:
        # those of the groups, added and then rounded
        for got, each in zip((layer.dgamma, layer.dbeta), zip(*gradients, strict=True), strict=True):
            assert bits(got) == bits(sum(each).astype(dtype))


@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_every_layout(layout):
    p = laid_out(problem((7, 5, 3), 1, "float32"), layout)
    layer = layer_of(p, ghost=3)
    y, dx = layer(p.x), layer.backward(p.dy)
    for some in (slice(0, 3), slice(3, 6), slice(6, 7)):
        part = p.but(x=p.x[some], dy=p.dy[some], eps=layer.eps)
        part.judge("forward", {"y": y[some]})
        part.judge("backward", {"dx": dx[some]})


@pytest.mark.parametrize("own", [True, False])
def test_over_x_and_dy(own):
    p = problem((7, 5, 3), 1, "float32")
    layer, plain = layer_of(p, ghost=3), layer_of(p, ghost=3)
    x, dy = p.x.copy(), p.dy.copy()
    y = layer(x, out=x if own else numpy.empty_like(x))
    assert bits(y) == bits(plain(p.x))
    if own:
        assert y is x
        return
    assert layer.backward(dy, out=dy) is dy
    assert bits(dy) == bits(plain.backward(p.dy))
    shifted = numpy.zeros((9, 5, 3), "f")
    with pytest.raises(ValueError, match=r"^out must be x itself or not overlap it"):
        layer(shifted[:7], out=shifted[2:])


def test_evaluation_has_no_groups():
    p = problem((7, 5, 3), 1, "float32")
    layer, plain = layer_of(p, ghost=3), layer_of(p)
    assert bits(layer.eval()(p.x)) == bits(plain.eval()(p.x))
    assert bits(layer.backward(p.dy)) == bits(plain.backward(p.dy))


def test_a_group_of_one_element_a_channel_is_refused_before_anything_changes():
    p = problem((7, 5), 1, "float32")
    # 7 = 3 + 3 + 1
    layer = layer_of(p, ghost=3)
    before = layer.state_dict()
    with pytest.raises(ValueError, match=r"^x must have more than one element .*, in each group of ghost"):
        layer(p.x)
    for name, value in layer.state_dict().items():
        assert bits(numpy.array(value)) == bits(numpy.array(before[name]))
    assert layer(p.x[:6]).shape == (6, 5)
    # where its variance is not kept unbiased, a group of one element is what it is
    assert bits(layer_of(p, ghost=3, unbiased=False)(p.x)[6]) == bits(p.beta)


def test_nothing_in_groups_is_nothing():
    layer = bncore.BatchNorm(5, ghost=3)
    for shape in ((0, 5, 3), (7, 5, 0)):
        empty = numpy.empty(shape, "f")
        assert layer(empty).shape == shape
        assert layer.backward(empty).shape == shape
        assert not layer.dgamma.any()
    assert layer.num_batches_tracked == 0


@pytest.mark.parametrize(
    ("ghost", "error"), [(0, ValueError), (2.0, TypeError), ("3", TypeError), (-1, ValueError)]
)
def test_a_size_that_is_none(ghost, error):
    with pytest.raises(error, match=r"^ghost must be .* found "):
        bncore.BatchNorm(5, ghost=ghost)
    layer = bncore.BatchNorm(5)
    layer.ghost = ghost
    with pytest.raises(error, match=r"^ghost must be .* found "):
        layer(numpy.ones((4, 5), "f"))
