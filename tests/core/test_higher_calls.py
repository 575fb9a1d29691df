"""How jvp and double_backward are called: where results go, what stays, what is refused."""

import itertools

import numpy
import pytest
from judge import DTYPES, HIGHER, double_backward, jvp, laid_out, problem
from layouts import LAYOUTS, WRITEABLE, bits, nans_like
from marks import FLOAT32_FIRST

import bncore

TENSORS = ("x", "dy", "ddx")
VECTORS = ("gamma", "ddgamma", "ddbeta")
PLACES = [((13, 5), 1), ((11, 3, 2, 5), 1), ((2, 3, 5, 7), -1), ((2, 3, 5, 7), 2), ((7, 3, 1031), 1)]


def assert_same(outputs, plain):
    for name, got in outputs.items():
        assert bits(got) == bits(plain[name]), name


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), [((5, 3, 4099), 1), ((67, 521), 1), ((7, 13, 11, 37), -1)])
def test_without_ddx_for_every_number_of_threads(shape, axis, dtype):
    p = problem(shape, axis, dtype).but(ddx=None)
    bncore.set_num_threads(1)
    alone = double_backward(p)
    for threads in (2, 3, 4):
        bncore.set_num_threads(threads)
        assert_same(double_backward(p), alone)


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), PLACES)
@pytest.mark.parametrize("layout", WRITEABLE)
def test_out_in_every_layout(layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    plain = double_backward(p)
    for other in ("contiguous", "channel_last", "reversed"):
        out = nans_like(p.x, layout, axis), nans_like(p.x, other, axis)
        for given in (out, [*out], (out[0], None), (None, out[1])):
            outputs = double_backward(p, out=given)
            for name, place in zip(("d_dy", "d_x"), given, strict=True):
                assert place is None or outputs[name] is place
            assert_same(outputs, plain)
    out = nans_like(p.x, layout, axis)
    assert jvp(p, out=out)["jvp"] is out
    assert_same({"jvp": out}, jvp(p))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), PLACES)
@pytest.mark.parametrize(
    "layout", ["contiguous", "channel_last", "cropped", "reversed", "every_other", "unaligned"]
)
def test_out_is_an_input_itself(layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    plain = double_backward(laid_out(p, layout))
    for names in itertools.product((None, *TENSORS), repeat=2):
        if names[0] == names[1]:
            continue
        own = laid_out(p, layout)
        outputs = double_backward(own, out=tuple(name and getattr(own, name) for name in names))
        assert_same(outputs, plain)
        for name, key in zip(names, ("d_dy", "d_x"), strict=True):
            assert name is None or outputs[key] is getattr(own, name)
    for name in ("x", "ddx"):
        own = laid_out(p, layout)
        place = getattr(own, name)
        assert jvp(own, out=place)["jvp"] is place
        assert_same({"jvp": place}, jvp(laid_out(p, layout)))


def test_out_when_all_inputs_are_one_array():
    p = problem((7, 5, 3), 1, "float64")
    one = p.but(dy=p.x, ddx=p.x)
    buffer = p.x.copy()
    same = p.but(x=buffer, dy=buffer, ddx=buffer)
    assert_same(double_backward(same, out=(None, buffer)), double_backward(one))


@pytest.mark.parametrize("shift", [1, 5, 16, 104])
@pytest.mark.parametrize("name", TENSORS)
@pytest.mark.parametrize("position", [0, 1])
def test_out_overlapping_in_part_is_refused(position, name, shift):
    p = problem((7, 5, 3), 1, "float32")
    room = numpy.full(p.x.size + shift, numpy.nan, p.x.dtype)
    value, out = room[: p.x.size].reshape(p.x.shape), room[shift:].reshape(p.x.shape)
    value[...] = getattr(p, name)
    before = room.tobytes()
    pair = (out, None) if position == 0 else (None, out)
    with pytest.raises(ValueError, match=rf"^out\[{position}\] must be {name} itself or not overlap it"):
        double_backward(p.but(**{name: value}), out=pair)
    assert room.tobytes() == before


@pytest.mark.parametrize("name", VECTORS)
def test_out_overlapping_a_parameter_is_refused(name):
    p = problem((7, 5, 3), 1, "float32")
    out = numpy.full(p.x.shape, numpy.nan, p.x.dtype)
    out[0, :, 0] = getattr(p, name)
    with pytest.raises(ValueError, match=rf"^out\[1\] must be {name} itself or not overlap it"):
        double_backward(p.but(**{name: out[0, :, 0]}), out=(None, out))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(
    ("shape", "axis"), [((13, 5), 1), ((7, 5, 3), 1), ((2, 3, 5, 7), -1), ((5, 3, 4099), 1)]
)
def test_inputs_keep_their_bits(shape, axis, layout, dtype):
    p = laid_out(problem(shape, axis, dtype), layout)
    arrays = [getattr(p, name) for name in (*TENSORS, *VECTORS)]
    # the whole of the memory, with what lies around the elements
    owners = [array if array.base is None else array.base for array in arrays]
    before = [owner.tobytes() for owner in owners]
    for call in HIGHER.values():
        for got in call(p).values():
            assert not any(numpy.shares_memory(got, array) for array in arrays)
    double_backward(p, out=(numpy.empty(shape, dtype), numpy.empty(shape, dtype)))
    assert [owner.tobytes() for owner in owners] == before


def test_out_is_all_that_is_written():
    for shape, axis in PLACES:
        p = problem(shape, axis, "float32")
        inside = (slice(1, -2),) * len(shape)
        rooms = [numpy.full([extent + 3 for extent in shape], 7, "float32") for _ in range(2)]
        double_backward(p, out=tuple(room[inside] for room in rooms))
        for room in rooms:
            assert not (room[inside] == 7).all()
            room[inside] = 7
            assert (room == 7).all()


BAD = {1: numpy.nan, 3: numpy.inf, 4: -numpy.inf}
GOOD = [0, 2, 5, 6]


@pytest.mark.parametrize("where", [0, 0.5, 1])
@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize("layout", ["contiguous", "channel_last", "cropped"])
@pytest.mark.parametrize(
    ("shape", "axis"), [((13, 7), 1), ((11, 7, 2, 3), 1), ((2, 3, 5, 7), -1), ((2, 7, 1031), 1)]
)
@pytest.mark.parametrize("name", [*TENSORS, *VECTORS])
def test_not_finite(name, shape, axis, layout, dtype, where):
    p = problem(shape, axis, dtype)
    spoiled = getattr(p, name).copy()
    rows = numpy.moveaxis(spoiled, axis if spoiled.ndim > 1 else 0, 0)
    for c, bad in BAD.items():
        rows[c, ...].flat[int(where * (rows[c, ...].size - 1))] = bad
    dirty = laid_out(p.but(**{name: spoiled}), layout)
    for call in HIGHER:
        found, clean = HIGHER[call](dirty), HIGHER[call](laid_out(p, layout))
        for key, got in found.items():
            along = axis if got.ndim > 1 else 0
            for c in GOOD:
                assert bits(got.take([c], along)) == bits(clean[key].take([c], along)), (key, c)
            reached = not (
                (call == "jvp" and name in ("dy", "ddgamma", "ddbeta"))
                or (key == "d_dy" and name == "dy")
                or (key == "d_x" and name == "ddbeta")
                or (key == "d_gamma" and name in VECTORS)
            )
            for c in BAD:
                if reached:
                    assert not numpy.isfinite(got.take(c, along)).any(), (key, c)
                else:
                    assert bits(got.take([c], along)) == bits(clean[key].take([c], along)), (key, c)


P = problem((7, 5, 3), 1, "float32")
STATS = bncore.statistics(P.x)
NANS = numpy.full(P.x.shape, numpy.nan, P.x.dtype)
ARGUMENTS = {
    "jvp": {"v": P.ddx, "x": P.x, "gamma": P.gamma, "stats": STATS},
    "double_backward": {
        "ddx": P.ddx,
        "ddgamma": P.ddgamma,
        "ddbeta": P.ddbeta,
        "dy": P.dy,
        "x": P.x,
        "gamma": P.gamma,
        "stats": STATS,
    },
}
BOTH, SECOND = tuple(ARGUMENTS), ("double_backward",)
TENSOR_CASES = [
    (functions, name, value, error, wanted, found)
    for functions, name in ((("jvp",), "v"), (SECOND, "dy"), (SECOND, "ddx"))
    for value, error, wanted, found in [
        (P.dy[:, :, :2], ValueError, "(7, 5, 3)", "(7, 5, 2)"),
        (P.dy.astype(float), TypeError, "float32", "float64"),
        (P.dy.astype(int), TypeError, "float32 or float64", "int64"),
    ]
]
CASES = [
    *TENSOR_CASES,
    (BOTH, "x", P.x.astype(int), TypeError, "float32 or float64", "int64"),
    (BOTH, "x", P.x[0, :, 0], ValueError, "at least 2 dimensions", "(5,)"),
    (BOTH, "axis", 3, ValueError, "[-3, 2]", "3"),
    (BOTH, "axis", 1.0, TypeError, "integer", "float"),
    (BOTH, "gamma", P.gamma[:4], ValueError, "(5,)", "(4,)"),
    (SECOND, "ddgamma", P.gamma[:4], ValueError, "(5,)", "(4,)"),
    (SECOND, "ddbeta", P.gamma.astype(int), TypeError, "float32 or float64", "int64"),
    (SECOND, "ddbeta", 1.0, ValueError, "(5,)", "()"),
    (SECOND, "dy", None, TypeError, "float32 or float64", "NoneType"),
    (BOTH, "stats", (P.mean, P.var), TypeError, "Stats", "tuple"),
    (BOTH, "stats", bncore.statistics(P.x[:, :4]), ValueError, "5 channels", "4"),
    (BOTH, "stats", bncore.statistics(P.x[:6]), ValueError, "count 21", "count 18"),
    (("jvp",), "out", NANS[:, :, :2], ValueError, "(7, 5, 3)", "(7, 5, 2)"),
    (SECOND, "out", NANS, TypeError, "pair", "ndarray"),
    (SECOND, "out", (NANS,), ValueError, "pair", "1"),
    (SECOND, "out", (NANS, NANS), ValueError, "not overlap", "two that do"),
    (SECOND, "out", (NANS, NANS[::-1]), ValueError, "not overlap", "two that do"),
    (SECOND, "out", (NANS, 0.0), TypeError, "NumPy array", "float"),
    (SECOND, "out", (NANS[:, :, :2], None), ValueError, "(7, 5, 3)", "(7, 5, 2)"),
    (SECOND, "out", (None, NANS.astype(float)), TypeError, "float32", "float64"),
]


@pytest.mark.parametrize(
    ("function", "name", "value", "error", "wanted", "found"),
    [(function, *rest) for functions, *rest in CASES for function in functions],
)
def test_bad_argument(function, name, value, error, wanted, found):
    out = NANS.copy() if function == "jvp" else (NANS.copy(), NANS.copy())
    arguments = ARGUMENTS[function] | {"out": out} | {name: value}
    before = {key: each.tobytes() for key, each in arguments.items() if isinstance(each, numpy.ndarray)}
    with pytest.raises(error) as caught:
        getattr(bncore, function)(**arguments)
    message = str(caught.value)
    assert message.startswith(name)
    said_wanted, said_found = message.rsplit("found", 1)
    assert " must " in said_wanted
    assert wanted in said_wanted
    assert found in said_found
    assert {key: arguments[key].tobytes() for key in before} == before
    for place in out if isinstance(out, tuple) else (out,):
        assert numpy.isnan(place).all()


def test_options_have_names():
    with pytest.raises(TypeError):
        bncore.jvp(P.ddx, P.x, P.gamma, STATS, 1)
    with pytest.raises(TypeError):
        bncore.double_backward(P.ddx, P.ddgamma, P.ddbeta, P.dy, P.x, P.gamma, STATS, 1)
