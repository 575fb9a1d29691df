"""Where a result may not go: over itself, or over a part of what a call reads, whatever holds it."""

import array
from itertools import chain, product

import numpy
import pytest
from judge import CALLS, HIGHER, problem
from numpy.lib.stride_tricks import as_strided
from test_in_place import READS

import bncore
from bncore import checks

ALL = CALLS | HIGHER
VECTORS = {
    "forward": ("gamma", "beta"),
    "backward": ("gamma",),
    "inference": ("gamma", "beta", "mean", "var"),
    "inference_backward": ("gamma", "mean", "var"),
    "jvp": ("gamma",),
    "double_backward": ("gamma", "ddgamma", "ddbeta"),
}


def outs(call, out):
    """The ways in which a call is told to write there."""
    return [(out, None), (None, out)] if call == "double_backward" else [out]


def bytes_of(a):
    """Each byte of each element, as often as it comes."""
    starts = (sum(i * s for i, s in zip(index, a.strides, strict=True)) for index in numpy.ndindex(*a.shape))
    return list(chain.from_iterable(range(start, start + a.itemsize) for start in starts))


def test_an_array_overlaps_itself_where_a_byte_is_in_two_elements():
    random = numpy.random.default_rng(0)
    room, found = numpy.zeros(8000, numpy.uint8), {True: 0, False: 0}
    for _ in range(3000):
        axes = random.integers(0, 5)
        shape, steps = random.integers(1, 5, axes), random.integers(-12, 13, axes)
        shape[random.random(axes) < 0.02] = 0
        unit, dtype = random.choice([1, 4, 8]), random.choice(["f4", "f8"])
        a = numpy.ndarray(shape, dtype, room, 4000, [int(step) * int(unit) for step in steps])
        expected = bytes_of(a)
        overlaps = len(set(expected)) < len(expected)
        assert checks.overlaps_itself(a) == overlaps, (a.shape, a.strides, dtype)
        found[overlaps] += 1
    assert min(found.values()) > 500


def test_far_more_elements_than_bytes_are_refused_at_once():
    window = as_strided(numpy.zeros(100), (10**5, 10**5, 10**5), (0, 0, 0))
    assert checks.overlaps_itself(window)
    assert checks.overlaps_itself(as_strided(numpy.zeros(100), (10**6, 10**6), (1, 1)))


# of 4 bytes: windows that slide by an element, by half of one, backwards; one that stays; strides that meet
SELF = [(60, 4, 4), (60, 12, 2), (60, -4, -4), (0, 12, 4), (60, 12, 0), (24, 12, 16)]


@pytest.mark.parametrize("strides", SELF)
@pytest.mark.parametrize("call", ALL)
def test_a_result_that_overlaps_itself_is_refused(call, strides):
    p = problem((7, 5, 3), 1, "float32")
    room = numpy.full(1000, numpy.nan, numpy.float32)
    middle = room[500:]
    for out in outs(call, as_strided(middle, p.x.shape, strides)):
        with pytest.raises(
            ValueError, match=r"^out(\[.\])? must not repeat elements or parts.* found strides"
        ):
            ALL[call](p, out=out)
    assert numpy.isnan(room).all()


@pytest.mark.parametrize("call", ALL)
def test_a_result_whose_elements_interleave_is_written(call):
    # no axis steps over the narrower one, and yet no element is met twice: 0 3 6 ... and 2 5 8 ...
    p = problem((3, 1, 2), 1, "float32")
    room = numpy.full(64, numpy.nan, numpy.float32)
    out = as_strided(room[8:], p.x.shape, (12, 4, 8))
    assert len(set(bytes_of(out))) == out.nbytes
    plain = ALL[call](p)
    for place in outs(call, out):
        found = ALL[call](p, out=place)
        assert any(result is out for result in found.values())
        for name, result in found.items():
            assert result.tobytes() == plain[name].tobytes(), name


# the memory of a vector, by something that is no array
HOLDERS = {
    "memoryview": lambda vector: memoryview(vector),
    "another array": lambda vector: vector[:],
    "array interface": lambda vector: type("Held", (), {"__array_interface__": vector.__array_interface__})(),
    "__array__": lambda vector: type("Held", (), {"__array__": lambda self, *a, **k: vector})(),
    "masked array": lambda vector: numpy.ma.masked_array(vector, mask=False, copy=False),
    "memmap's kind": lambda vector: vector.view(type("Kind", (numpy.ndarray,), {})),
}


@pytest.mark.parametrize("holder", HOLDERS)
@pytest.mark.parametrize(("call", "name"), [(call, name) for call in ALL for name in VECTORS[call]])
def test_a_vector_within_a_result_is_refused(call, name, holder):
    p = problem((7, 5, 3), 1, "float64")
    out = numpy.full(p.x.shape, numpy.nan)
    # five numbers in a row
    vector = out.reshape(-1)[50:55]
    vector[...] = abs(getattr(p, name))
    before = out.tobytes()
    for place in outs(call, out):
        with pytest.raises(ValueError, match=rf"^out(\[.\])? must be {name} itself or not overlap it, found"):
            ALL[call](p.but(**{name: HOLDERS[holder](vector)}), out=place)
        assert out.tobytes() == before


@pytest.mark.parametrize(("call", "name"), [(call, name) for call in ALL for name in VECTORS[call]])
def test_a_result_within_the_memory_of_an_array_of_python_is_refused(call, name):
    p = problem((7, 5, 3), 1, "float64")
    held = array.array("d", [2.0] * p.x.size)
    out = numpy.frombuffer(held).reshape(p.x.shape)
    for place in outs(call, out):
        with pytest.raises(ValueError, match=rf"^out(\[.\])? must be {name} itself or not overlap it, found"):
            ALL[call](p.but(**{name: memoryview(held)[:5]}), out=place)
    assert (out == 2).all()


@pytest.mark.parametrize(("call", "name"), [(call, name) for call in ALL for name in READS[call]])
def test_a_tensor_that_is_a_buffer_is_an_operand_like_another(call, name):
    p = problem((7, 5, 3), 1, "float32")
    plain = ALL[call](p)
    for shift, place in product((0, 3), range(len(outs(call, None)))):
        room = numpy.zeros(p.x.size + 3, numpy.float32)
        value, out = room[: p.x.size].reshape(p.x.shape), room[shift:][: p.x.size].reshape(p.x.shape)
        value[...] = getattr(p, name)
        arguments, where = p.but(**{name: memoryview(value)}), outs(call, out)[place]
        if shift:
            with pytest.raises(ValueError, match=r"^out(\[.\])? must be \w+ itself or not overlap it"):
                ALL[call](arguments, out=where)
        else:
            for result, got in ALL[call](arguments, out=where).items():
                assert got.tobytes() == plain[result].tobytes(), result


@pytest.mark.parametrize("call", ALL)
def test_a_masked_array_is_no_place_for_a_result(call):
    p = problem((7, 5, 3), 1, "float32")
    out = numpy.ma.masked_all(p.x.shape, numpy.float32)
    for place in outs(call, out):
        with pytest.raises(TypeError, match=r"^out(\[.\])? must be a NumPy array, found MaskedArray$"):
            ALL[call](p, out=place)
    assert isinstance(bncore.forward(p.x)[0], numpy.ndarray)
