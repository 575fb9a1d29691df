"""The short way of a call, for dense arrays, and the long one: the same bits, dtypes, layouts and refusals.

Which of the two a call takes is its own affair. Here the long way is taken by force, and what it gives is
what the short way has to give.
"""

import itertools

import numpy
import pytest

import bncore
from bncore.core import call

try:
    from ml_dtypes import bfloat16
except ModuleNotFoundError:
    bfloat16 = None

SHORT = [name for name in vars(call) if name.startswith("short_")]
DTYPES = [
    numpy.float32,
    numpy.float64,
    numpy.float16,
    pytest.param(bfloat16, marks=pytest.mark.skipif(bfloat16 is None, reason="No module named 'ml_dtypes'")),
]
# shape, axis of the channel, and the order of the axes in memory
LAYOUTS = {
    "rows": ((17, 6), 1, (0, 1)),
    "first": ((5, 4, 3, 7), 1, (0, 1, 2, 3)),
    "last": ((5, 3, 7, 4), -1, (0, 1, 2, 3)),
    "last, seen as first": ((5, 4, 3, 7), 1, (0, 2, 3, 1)),
    "last of five axes": ((2, 3, 4, 5, 6), 1, (0, 2, 3, 4, 1)),
    "one position": ((40, 9, 1, 1), 1, (0, 2, 3, 1)),
    "one channel": ((6, 1, 5, 3), 1, (0, 2, 3, 1)),
    "positions backwards": ((5, 4, 3, 7), 1, (0, 3, 2, 1)),
    "channel outside": ((5, 4, 3, 7), 1, (1, 0, 2, 3)),
    "large": ((9, 64, 50, 50), 1, (0, 2, 3, 1)),
}
# those that are neither in C order nor channels-last
LONG = "positions backwards", "channel outside"


def laid(values, order):
    """The same elements, with the axes in this order in memory."""
    dense = numpy.ascontiguousarray(values.transpose(order))
    return dense.transpose(numpy.argsort(order))


def calls(layout, dtype):
    """Every public function that has a short way, with what it may be given: arguments by name."""
    shape, axis, order = LAYOUTS[layout]
    rng = numpy.random.default_rng(len(layout))
    x, dy, residual, ddx = (laid(rng.normal(size=shape).astype(dtype), order) for _ in range(4))
    gamma, beta = rng.normal(size=(2, shape[axis])).astype("float32")
    stats = bncore.statistics(x, axis=axis)
    given = {"mean": stats.mean, "var": stats.var}
    y, _ = bncore.forward(x, gamma, beta, axis=axis, relu=True)
    yield bncore.statistics, {"x": x, "axis": axis}
    for relu, added in itertools.product((False, True), (None, residual)):
        more = {"axis": axis, "relu": relu, "residual": added}
        yield bncore.forward, {"x": x, "gamma": gamma, "beta": None, **more}
        yield bncore.inference, {"x": x, "gamma": None, "beta": beta, **given, **more}
    both = {"dy": dy, "x": x, "gamma": gamma, "axis": axis}
    yield bncore.backward, {**both, "gamma": None, "stats": stats}
    yield bncore.backward, {**both, "stats": stats, "y": y}
    for place in (numpy.empty_like(dy), dy, y):
        yield bncore.backward, {**both, "stats": stats, "y": y, "residual_out": place}
    yield bncore.inference_backward, {**both, **given}
    yield bncore.jvp, {"v": dy, "x": x, "gamma": gamma, "stats": stats, "axis": axis}
    seconds = {"ddx": ddx, "ddgamma": gamma, "ddbeta": None, "stats": stats}
    yield bncore.double_backward, {**both, **seconds}


def results(function, arguments, over=None):
    """What a call gives, dtypes and strides too, and what then is in all it was given; out is `over`."""
    held = {id(each): each.copy(order="K") for each in arguments.values() if isinstance(each, numpy.ndarray)}
    arguments = {name: held.get(id(value), value) for name, value in arguments.items()}
    if over is not None:
        arguments["out"] = arguments[over]
    found = function(**arguments)
    arrays = [*(found if isinstance(found, tuple) else (found,)), *held.values()]
    for i, each in enumerate(arrays):
        if isinstance(each, bncore.Stats):
            arrays[i : i + 1] = [each.mean, each.var, numpy.asarray(each.count)]
    return [(each.dtype, each.strides, each.tobytes()) for each in arrays]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_both_ways_give_the_same(layout, dtype, monkeypatch):
    makers = list(calls(layout, dtype))

    def all_of():
        for function, arguments in makers:
            yield function.__name__, None, results(function, arguments)
            if function in (bncore.statistics, bncore.double_backward):
                continue
            for over in ("x", "dy", "v", "y", "residual"):
                place = arguments.get(over)
                if place is not None and place is not arguments.get("residual_out"):
                    yield function.__name__, over, results(function, arguments, over)

    taken = set()

    def watched(name, way):
        def answer(*given):
            found = way(*given)
            if found is not None:
                taken.add(name)
            return found

        return answer

    for name in SHORT:
        monkeypatch.setattr(call, name, watched(name, getattr(call, name)))
    short = list(all_of())
    assert taken == (set() if layout in LONG else set(SHORT))
    for name in SHORT:
        monkeypatch.setattr(call, name, lambda *_: None)
    assert short == list(all_of())


@pytest.mark.parametrize("layout", ["first", "last, seen as first"])
@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        ({"relu": 1}, "relu"),
        ({"relu": None}, "relu"),
        ({"residual": "halved"}, "residual"),
        ({"residual": "float64"}, "residual"),
        ({"residual": 3.0}, "residual"),
        ({"residual": "shifted", "out": "residual"}, "out"),
    ],
)
def test_the_short_way_leaves_what_is_wrong_to_the_long_one(layout, wrong, words):
    shape, axis, order = LAYOUTS[layout]
    x = laid(numpy.random.default_rng(0).normal(size=shape).astype("float32"), order)
    made = {"halved": x[:2], "float64": x.astype("float64"), "shifted": x}
    arguments = {
        name: made.get(value, value) if isinstance(value, str) else value for name, value in wrong.items()
    }
    if wrong.get("out") == "residual":
        room = numpy.zeros(x.size + 1, "float32")
        base = tuple(shape[i] for i in order)
        one, other = (room[i : i + x.size].reshape(base).transpose(numpy.argsort(order)) for i in (0, 1))
        arguments = {"residual": one, "out": other}
    before = x.copy()
    with pytest.raises((TypeError, ValueError), match=words):
        bncore.forward(x, axis=axis, **arguments)
    assert (x == before).all()


def test_the_gradient_of_a_residual_may_not_lie_over_x():
    x = numpy.ones((3, 2), "float32")
    y, stats = bncore.forward(x, relu=True)
    with pytest.raises(ValueError, match="residual_out"):
        bncore.backward(x.copy(), x, None, stats, y=y, residual_out=x)
