"""A NaN or an infinity stays in its channel, and propagates there."""

import math

import numpy
import pytest
from judge import CALLS, DTYPES, problem
from layouts import LAYOUTS, bits
from marks import FLOAT32_FIRST

import bncore

SHAPES = [
    ((13, 7), 1),
    ((5, 7, 3), 1),
    ((11, 7, 2, 3), 1),
    ((2, 3, 5, 7), -1),
    ((2, 7, 1031), 1),
    ((1031, 7), 1),
    ((7, 13), 0),
]
BAD = {1: numpy.nan, 3: numpy.inf, 4: -numpy.inf}
GOOD = [0, 2, 5, 6]


def channel(array, axis, c):
    return array if array.ndim == 1 else array.take(c, axis)


def spoiled(array, axis, where):
    """The array with one bad number in each channel of BAD, at a place in the channel from 0 to 1."""
    array = numpy.moveaxis(array.copy(), axis, 0)
    for c, bad in BAD.items():
        array[c].flat[int(where * (array[c].size - 1))] = bad
    return numpy.moveaxis(array, 0, axis)


def assert_others_untouched(outputs, clean, axis):
    for name, got in outputs.items():
        for c in GOOD:
            if got.ndim == 1:
                assert got[c : c + 1].tobytes() == clean[name][c : c + 1].tobytes(), (name, c)
            else:
                assert bits(got.take(c, axis)) == bits(clean[name].take(c, axis)), (name, c)


def assert_all_bad(array, axis):
    for c in BAD:
        assert not numpy.isfinite(array[c] if array.ndim == 1 else array.take(c, axis)).any(), c


@pytest.mark.parametrize("where", [0, 0.5, 1])
@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(
    "layout", ["contiguous", "fortran", "channel_last", "channel_first", "cropped", "reversed"]
)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_in_x(shape, axis, layout, dtype, where):
    make = LAYOUTS[layout]
    p = problem(shape, axis, dtype)
    clean = p.but(x=make(p.x, axis), dy=make(p.dy, axis))
    dirty = clean.but(x=make(spoiled(p.x, axis, where), axis))
    found = {call: CALLS[call](dirty) for call in CALLS}
    before = {call: CALLS[call](clean) for call in CALLS}
    for call in CALLS:
        assert_others_untouched(found[call], before[call], axis)
    # statistics of the batch carry it to every element of the channel
    for name in ("y", "var"):
        assert numpy.isnan(
            numpy.moveaxis(found["forward"][name], axis % found["forward"][name].ndim, 0)[[*BAD]]
        ).all()
    numpy.testing.assert_array_equal(found["forward"]["mean"][[*BAD]], [*BAD.values()])
    assert_all_bad(found["backward"]["dx"], axis)
    assert_all_bad(found["backward"]["dgamma"], axis)
    assert bits(found["backward"]["dbeta"]) == bits(before["backward"]["dbeta"])
    # given statistics leave every other element as it was, and dx does not depend on x
    bad = ~numpy.isfinite(dirty.x)
    assert not numpy.isfinite(found["inference"]["y"][bad]).any()
    assert bits(found["inference"]["y"][~bad]) == bits(before["inference"]["y"][~bad])
    assert bits(found["inference_backward"]["dx"]) == bits(before["inference_backward"]["dx"])
    assert_all_bad(found["inference_backward"]["dgamma"], axis)


@pytest.mark.parametrize("where", [0, 0.5, 1])
@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(
    "layout", ["contiguous", "fortran", "channel_last", "channel_first", "cropped", "reversed"]
)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_in_dy(shape, axis, layout, dtype, where):
    make = LAYOUTS[layout]
    p = problem(shape, axis, dtype)
    clean = p.but(x=make(p.x, axis), dy=make(p.dy, axis))
    dirty = clean.but(dy=make(spoiled(p.dy, axis, where), axis))
    for call in ("backward", "inference_backward"):
        found, before = CALLS[call](dirty), CALLS[call](clean)
        assert_others_untouched(found, before, axis)
        numpy.testing.assert_array_equal(found["dbeta"][[*BAD]], [*BAD.values()])
        assert_all_bad(found["dgamma"], axis)
        if call == "backward":
            assert_all_bad(found["dx"], axis)
        else:
            bad = ~numpy.isfinite(dirty.dy)
            assert not numpy.isfinite(found["dx"][bad]).any()
            assert bits(found["dx"][~bad]) == bits(before["dx"][~bad])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("name", ["gamma", "beta", "mean", "var"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_in_a_parameter(shape, axis, name, dtype):
    p = problem(shape, axis, dtype)
    values = getattr(p, name).copy()
    for c, bad in BAD.items():
        values[c] = abs(bad) if name == "var" else bad
    dirty = p.but(**{name: values})
    for call in CALLS:
        outputs, before = CALLS[call](dirty), CALLS[call](p)
        assert_others_untouched(outputs, before, axis)
        uses = {
            "gamma": True,
            "beta": "y" in outputs,
            "mean": "inference" in call,
            "var": "inference" in call,
        }
        if uses[name] and "y" in outputs:
            assert numpy.isnan(outputs["y"].take(1, axis)).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_inference_by_a_variance_of_0_divides_as_ieee_does(shape, axis, dtype):
    """(9.40) under eps = 0 is (x - mean) / 0: infinite with its sign, NaN where x is the mean."""
    x = (numpy.arange(math.prod(shape)).reshape(shape) % 3).astype(dtype)
    ones, zeros = numpy.ones(shape[axis]), numpy.zeros(shape[axis])
    with numpy.errstate(all="ignore"):
        expected = (x - 1) / numpy.zeros((), dtype)
    for beta in (None, 7 * ones):
        y = bncore.inference(x, None, beta, ones, zeros, eps=0, axis=axis)
        assert numpy.array_equal(y, expected, equal_nan=True)
