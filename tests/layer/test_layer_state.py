"""What a layer holds: nothing enters its state that could not leave it, or come back."""

import copy
import pickle

import numpy
import pytest
from judge import DTYPES, problem
from layouts import bits

import bncore

P = problem((7, 5, 3), 1, "float32")
MASKED = numpy.ma.masked_less(numpy.arange(5.0), 2)
VECTORS = ("gamma", "beta", "running_mean", "running_var")
COUNTS = ("num_batches_tracked", "num_elements_tracked")
# for a vector, for a count
REFUSED = {
    "masked": MASKED,
    "masked, of float32": MASKED.astype("f"),
    "masked in a list": [1.0, 2.0, numpy.ma.masked, 4.0, 5.0],
    "of another type": numpy.ones(5, "f2"),
    "whole numbers": numpy.ones(5, int),
    "of another length": numpy.ones(4),
    "a matrix": numpy.ones((5, 1)),
    "a number": 1.0,
    "none": None,
    "words": "gamma",
    "ragged": [[1.0], [2.0, 3.0]],
}
REFUSED_COUNTS = {
    "no number": numpy.nan,
    "minus a half": -0.5,
    "negative": -1,
    "beyond memory": 2**63,
    "none": None,
    "two": numpy.ones(2, int),
}


def state_bits(layer):
    return {name: bits(numpy.array(value)) for name, value in layer.state_dict().items()}


def assert_comes_back(layer):
    other = bncore.BatchNorm(5, dtype=layer.dtype)
    other.load_state_dict(layer.state_dict())
    assert state_bits(other) == state_bits(layer)
    layer.load_state_dict(layer.state_dict())
    assert state_bits(layer) == state_bits(other)


@pytest.mark.filterwarnings("ignore:.*converting a masked element to nan")
@pytest.mark.parametrize(
    ("name", "value"),
    [(name, value) for name in VECTORS for value in REFUSED]
    + [(name, value) for name in COUNTS for value in REFUSED_COUNTS],
)
def test_what_is_refused_in_a_state_is_refused_as_an_attribute(name, value):
    value = (REFUSED if name in VECTORS else REFUSED_COUNTS)[value]
    layer = bncore.BatchNorm(5)
    layer(P.x)
    before = state_bits(layer)
    with pytest.raises((TypeError, ValueError), match=f"^{name} must .* found ") as assigned:
        setattr(layer, name, value)
    with pytest.raises(type(assigned.value), match=f"^{name} must .* found ") as loaded:
        layer.load_state_dict(layer.state_dict() | {name: value})
    assert str(loaded.value) == str(assigned.value)
    assert state_bits(layer) == before


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", DTYPES)
@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_keeps_the_dtype_of_the_layer(name, other, dtype):
    layer = bncore.BatchNorm(5, dtype=dtype)
    own = getattr(layer, name).dtype
    value = numpy.arange(5).astype(other)
    if own == other:
        setattr(layer, name, value)
        # the array itself, for who holds it as well
        assert getattr(layer, name) is value
    else:
        with pytest.raises(TypeError, match=rf"^{name} must be a {own} array, found .*astype\(numpy.{own}\)"):
            setattr(layer, name, value)
    assert getattr(layer, name).dtype == own
    assert_comes_back(layer)


@pytest.mark.parametrize("name", VECTORS)
def test_a_vector_may_be_anything_that_is_one(name):
    layer = bncore.BatchNorm(5, dtype="float64")
    numbers = numpy.arange(5.0)
    swapped = numbers.astype(numbers.dtype.newbyteorder())
    for value in (numbers.tolist(), memoryview(numbers), swapped, numpy.ma.masked_array(numbers, mask=False)):
        setattr(layer, name, value)
        assert type(getattr(layer, name)) is numpy.ndarray
        assert bits(getattr(layer, name)) == bits(numbers)
        assert getattr(layer, name).dtype.isnative
        assert_comes_back(layer)


def test_a_step_in_place_keeps_the_array():
    layer = bncore.BatchNorm(5)
    gamma = layer.gamma
    layer.gamma -= 0.5 * numpy.arange(5.0)
    assert layer.gamma is gamma
    assert layer.gamma.dtype == numpy.float32
    assert_comes_back(layer)


def test_what_a_layer_does_not_have_cannot_be_given_to_it():
    for option, names in (("affine", VECTORS[:2]), ("track_running_stats", VECTORS[2:])):
        layer = bncore.BatchNorm(5, **{option: False})
        for name in names:
            with pytest.raises(TypeError, match=f"^{name} must be None where {option}=False, found ndarray$"):
                setattr(layer, name, numpy.ones(5, "f"))
            setattr(layer, name, None)
            assert getattr(layer, name) is None


def test_a_variance_that_became_negative_in_place_is_refused_where_it_is_used():
    layer = bncore.BatchNorm(5)
    layer.running_var[3] = -1
    for mode in (True, False):
        with pytest.raises(ValueError, match=r"^running_var must not be negative, found -1.0 in channel 3"):
            layer.train(mode)(P.x)
    with pytest.raises(ValueError, match=r"^running_var must not be negative"):
        layer.load_state_dict(layer.state_dict())


# the mode of each forward since the last backward, and how many of them dy could be of
SEQUENCES = [
    *(("T", 1), ("E", 1), ("ET", 1), ("EEET", 1)),
    *(("TT", 2), ("EE", 2), ("TE", 2), ("TET", 2), ("ETT", 2), ("EETE", 2), ("TEEE", 4)),
]


@pytest.mark.parametrize("tracks", [True, False])
@pytest.mark.parametrize(("modes", "forwards"), SEQUENCES)
def test_backward_is_of_the_one_forward_before_it(modes, forwards, tracks):
    layer = bncore.BatchNorm(5, track_running_stats=tracks)
    # what was before a backward does not count, nor does a backward that comes twice
    layer(P.x)
    layer.backward(P.dy)
    layer.backward(P.ddx)
    xs = [P.x * numpy.float32(1 + step) for step in range(len(modes))]
    for mode, x in zip(modes, xs, strict=True):
        before = copy.deepcopy(layer)
        layer.train(mode == "T")(x)
    if forwards == 1:
        before.train(modes[-1] == "T")(xs[-1])
        assert bits(layer.backward(P.dy)) == bits(before.backward(P.dy))
        assert bits(layer.dgamma) == bits(before.dgamma)
        return
    kept = bits(layer.dgamma), state_bits(layer)
    with pytest.raises(RuntimeError, match=f"^backward must follow one forward .* found {forwards} since"):
        layer.backward(P.dy)
    assert (bits(layer.dgamma), state_bits(layer)) == kept
    # they are forgotten: none is the last, and the next forward is the one
    with pytest.raises(RuntimeError, match="found none"):
        layer.backward(P.dy)
    layer(P.x)
    assert layer.backward(P.dy).shape == P.x.shape


def test_a_forward_that_is_refused_does_not_count():
    layer = bncore.BatchNorm(5)
    layer(P.x)
    dx = layer.backward(P.dy)
    layer.running_mean[...], layer.running_var[...] = 0, 1
    layer(P.x)
    with pytest.raises(ValueError, match=r"^x must"):
        layer(P.x[:, :4])
    assert bits(layer.backward(P.dy)) == bits(dx)


def test_a_backward_that_is_refused_leaves_the_forward():
    layer = bncore.BatchNorm(5)
    layer(P.x)
    with pytest.raises(ValueError, match=r"^dy must"):
        layer.backward(P.dy[:6])
    layer.backward(P.dy)


@pytest.mark.parametrize("duplicate", [copy.copy, copy.deepcopy, lambda x: pickle.loads(pickle.dumps(x))])
def test_the_forwards_of_a_copy_are_its_own(duplicate):
    layer = bncore.BatchNorm(5)
    layer(P.x)
    for _ in range(3):
        duplicate(layer).eval()(P.x)
    other = duplicate(layer)
    other(P.x)
    assert bits(other.backward(P.dy)) == bits(layer.backward(P.dy))
