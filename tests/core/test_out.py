"""out= is written in place and returned, whatever its layout; it may be an input, or no part of any."""

import numpy
import pytest
from judge import CALLS, problem
from layouts import LAYOUTS, WRITEABLE, bits, nans_like
from marks import FLOAT32_FIRST

import bncore

SHAPES = [
    ((13, 5), 1),
    ((7, 5, 3), 1),
    ((11, 3, 2, 5), 1),
    ((2, 3, 5, 7), -1),
    ((2, 3, 5, 7), 2),
    ((5, 13), 0),
]
RESULT = {"forward": "y", "inference": "y", "backward": "dx", "inference_backward": "dx"}


def assert_same(outputs, plain):
    for name, got in outputs.items():
        assert bits(got) == bits(plain[name]), name


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("layout", WRITEABLE)
@pytest.mark.parametrize("call", CALLS)
def test_in_every_layout(call, layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    plain = CALLS[call](p)
    out = nans_like(p.x, layout, axis)
    outputs = CALLS[call](p, out=out)
    assert outputs[RESULT[call]] is out
    assert_same(outputs, plain)


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("layout", WRITEABLE)
@pytest.mark.parametrize("call", CALLS)
def test_is_an_input_itself(call, layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    laid = p.but(x=LAYOUTS[layout](p.x, axis), dy=LAYOUTS[layout](p.dy, axis))
    plain = CALLS[call](laid)
    for name in ("x", "dy") if RESULT[call] == "dx" else ("x",):
        own = laid.but(**{name: LAYOUTS[layout](getattr(p, name), axis)})
        outputs = CALLS[call](own, out=getattr(own, name))
        assert outputs[RESULT[call]] is getattr(own, name)
        assert_same(outputs, plain)


@pytest.mark.parametrize("call", CALLS)
def test_is_an_input_of_which_the_other_shares_memory(call):
    # x and dy are one array: writing dx over it overwrites both
    p = problem((7, 5, 3), 1, "float64")
    one = p.but(dy=p.x)
    plain = CALLS[call](one)
    buffer = p.x.copy()
    assert_same(CALLS[call](p.but(x=buffer, dy=buffer), out=buffer), plain)


@pytest.mark.parametrize("shift", [1, 5, 15, 16, 104])
@pytest.mark.parametrize("call", CALLS)
def test_overlapping_in_part_is_refused(call, shift):
    p = problem((7, 5, 3), 1, "float32")
    for name in ("x", "dy") if RESULT[call] == "dx" else ("x",):
        room = numpy.full(p.x.size + shift, numpy.nan, p.x.dtype)
        value, out = room[: p.x.size].reshape(p.x.shape), room[shift:].reshape(p.x.shape)
        value[...] = getattr(p, name)
        before = room.tobytes()
        with pytest.raises(ValueError, match=rf"^out must be {name} itself or not overlap it"):
            CALLS[call](p.but(**{name: value}), out=out)
        assert room.tobytes() == before


@pytest.mark.parametrize("call", CALLS)
def test_the_same_memory_in_another_order_is_refused(call):
    p = problem((5, 5), 1, "float32")
    x = p.x.copy()
    with pytest.raises(ValueError, match=r"^out must be x itself or not overlap it"):
        CALLS[call](p.but(x=x), out=x.T)
    assert bits(x) == bits(p.x)


PARAMETERS = {
    "forward": ("gamma", "beta"),
    "backward": ("gamma",),
    "inference": ("gamma", "beta", "mean", "var"),
    "inference_backward": ("gamma", "mean", "var"),
}


@pytest.mark.parametrize(("call", "name"), [(call, name) for call in CALLS for name in PARAMETERS[call]])
def test_overlapping_a_parameter_is_refused(call, name):
    p = problem((7, 5, 3), 1, "float32")
    out = numpy.full(p.x.shape, numpy.nan, p.x.dtype)
    out[0, :, 0] = abs(getattr(p, name))
    before = out.tobytes()
    with pytest.raises(ValueError, match=f"^out must be {name} itself or not overlap it"):
        CALLS[call](p.but(**{name: out[0, :, 0]}), out=out)
    assert out.tobytes() == before


def test_overlapping_the_statistics_is_refused():
    p = problem((7, 5, 3), 1, "float64")
    room = numpy.full(p.x.size, numpy.nan)
    room[:5] = p.mean
    kept = room[:5]
    kept.flags.writeable = False
    # Stats keeps an array of its own, so that nothing that the caller holds can change it
    stats = bncore.Stats(21, kept, p.var, p.eps)
    assert not numpy.shares_memory(stats.mean, room)


def test_interleaved_with_an_input_is_accepted():
    # two arrays in one buffer without a byte in common
    p = problem((7, 5, 3), 1, "float32")
    room = numpy.full((7, 5, 6), numpy.nan, numpy.float32)
    room[..., ::2] = p.x
    y, _ = bncore.forward(room[..., ::2], p.gamma, p.beta, out=room[..., 1::2])
    assert bits(y) == bits(bncore.forward(p.x, p.gamma, p.beta)[0])
    assert bits(room[..., ::2]) == bits(p.x)


class Own(numpy.ndarray):
    """A class of arrays that does all in its own way."""

    def _never(self, *_, **__):
        raise AssertionError("a kernel is no business of its")

    __array_function__ = __array_ufunc__ = _never
    reshape = transpose = view = astype = copy = __getitem__ = __setitem__ = _never


@pytest.mark.filterwarnings("ignore::PendingDeprecationWarning")
@pytest.mark.parametrize("kind", [Own, numpy.matrix, numpy.recarray, numpy.memmap])
@pytest.mark.parametrize("call", CALLS)
def test_of_another_class_of_arrays(call, kind):
    p = problem((13, 5), 1, "float32")
    plain = CALLS[call](p)
    out = numpy.full_like(p.x, numpy.nan).view(kind)
    outputs = CALLS[call](p.but(x=p.x.view(kind), dy=p.dy.view(kind)), out=out)
    assert outputs[RESULT[call]] is out
    outputs[RESULT[call]] = numpy.asarray(out)
    assert_same(outputs, plain)


@pytest.mark.parametrize("options", [{}, {"ghost": 4}, {"axis": (0, -1)}, {"renorm": (2, 1)}])
def test_of_another_class_of_arrays_in_a_layer(options):
    x, dy, residual = numpy.random.default_rng(0).normal(size=(3, 7, 5, 3)).astype("f")
    features = (7, 3) if "axis" in options else 5
    layer, plain = (bncore.BatchNorm(features, relu=True, **options) for _ in range(2))
    outs = [numpy.empty_like(x).view(Own) for _ in range(3)]
    y, pull = layer.vjp(x.view(Own), None, residual.view(Own), out=outs[0])
    dx = pull(dy.view(Own), out=outs[1], residual_out=outs[2])
    assert y is outs[0]
    assert dx is outs[1]
    wanted, pull = plain.vjp(x, None, residual)
    gated = numpy.empty_like(x)
    for got, right in zip(outs, (wanted, pull(dy, residual_out=gated), gated), strict=True):
        assert bits(numpy.asarray(got)) == bits(right)
    assert layer.eval()(x, out=outs[0]) is outs[0]
