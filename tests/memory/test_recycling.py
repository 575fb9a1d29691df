"""Memory of large results: used again when nobody looks at it any more, never before, and bounded."""

import ctypes
import gc
import itertools
import pickle

import numpy
import pytest
from layouts import LAYOUTS
from store import (
    BLOCK,
    CALLS,
    MARKS,
    MIB,
    X,
    address,
    made,
)

import bncore
from bncore import _blocks, recycling

pytestmark = MARKS


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_memory_of_a_result_is_used_again(call):
    results = call()
    places = {address(result) for result in results}
    wanted = [result.tobytes() for result in results]
    for result in results:
        assert type(result) is numpy.ndarray
        assert result.flags.writeable
        assert address(result) % 4096 == 0
        result.fill(numpy.nan)
    del results, result
    assert _blocks.kept() == len(wanted) * BLOCK
    again = call()
    assert {address(result) for result in again} == places
    assert _blocks.kept() == 0
    assert [result.tobytes() for result in again] == wanted
    assert not any(numpy.shares_memory(one, other) for one in again for other in call())


def test_results_that_are_given_are_left_alone():
    out = numpy.empty_like(X)
    for _ in range(3):
        assert bncore.forward(X, out=out)[0] is out
    assert _blocks.kept() == 0


def test_a_copy_of_an_operand_is_made_in_kept_memory():
    first = bncore.forward(X)[0]
    place = address(first)
    del first
    result = bncore.forward(X.astype(">f4"))[0]
    assert _blocks.kept() == BLOCK, "a copy and a result, of which one is left"
    assert place in (address(result), address(recycling.empty_like(X)))


class Holder:
    """Holds something, as an object of Python does."""

    def __init__(self, held):
        self.held = held


LOOKS = {
    "itself": lambda y: y,
    "a part": lambda y: y[1, 2, 5:, ::3],
    "one element": lambda y: y[1:, 2:, -1:, -1:],
    "nothing of it": lambda y: y[:0],
    "a view of a view of a view": lambda y: y[1:].transpose(3, 2, 1, 0)[::-1][:7][:, 1:],
    "other bits": lambda y: y.view("u1"),
    "a subclass": lambda y: y.view(numpy.matrix) if y.ndim == 2 else y.reshape(2, -1).view(numpy.matrix),
    "a mask's data": lambda y: numpy.ma.masked_invalid(y, copy=False),
    "strides": lambda y: numpy.lib.stride_tricks.as_strided(y, (3,), (4,)),
    "an array in the array": lambda y: numpy.ndarray((5,), "f", y, 16),
    "frombuffer": lambda y: numpy.frombuffer(y.reshape(-1), "u1"),
    "read-only": lambda y: numpy.broadcast_to(y[0], y.shape),
    "the owner": lambda y: y.base,
    "a memoryview": memoryview,
    "a memoryview of the owner": lambda y: memoryview(y.base),
    "a part of a memoryview": lambda y: memoryview(y.reshape(-1))[7:8],
    "an array of a memoryview": lambda y: numpy.asarray(memoryview(y))[1:],
    "a buffer of pickle": pickle.PickleBuffer,
    "pickled out of band": lambda y: _out_of_band(y),
    "ctypes": lambda y: (ctypes.c_float * 3).from_buffer(y.reshape(-1)),
    "ctypes of NumPy": lambda y: y.ctypes,
    "a pointer of ctypes": lambda y: y.ctypes.data_as(ctypes.c_void_p),
    "an array of ctypes": lambda y: numpy.ctypeslib.as_ctypes(y),
    "the interface of C": lambda y: y.__array_struct__,
    "dlpack": lambda y: y.__dlpack__(),
    "an array of dlpack": lambda y: numpy.from_dlpack(y)[1:],
    "an iterator": iter,
    "a flat iterator": lambda y: y.flat,
    "nditer": lambda y: numpy.nditer(y),
    "a closure": lambda y: lambda: y,
    "an object": Holder,
    "an array of objects": lambda y: numpy.array([y[0], None], dtype=object),
    "a generator that has begun": lambda y: _begun(y),
    "an exception": lambda y: _raised(y),
}


def _out_of_band(y):
    buffers = []
    return pickle.loads(pickle.dumps(y, 5, buffer_callback=buffers.append), buffers=buffers)


def _begun(y):
    def generator(held):
        yield
        yield held.shape

    running = generator(y)
    next(running)
    return running


def _raised(y):
    def fails(held):
        raise ValueError

    try:
        fails(y)
    except ValueError as error:
        return error


def _tensor(y):
    return pytest.importorskip("torch").from_numpy(y)[1:]


@pytest.mark.parametrize("look", [*LOOKS.values(), _tensor], ids=[*LOOKS, "a tensor of torch"])
@pytest.mark.parametrize("call", ["forward", "forward of a permuted array"])
def test_no_memory_is_used_again_while_something_looks_at_it(look, call):
    (result,) = CALLS[call]()
    if call != "forward":
        result = result.transpose(2, 1, 0, 3)
    assert result.flags.c_contiguous
    place = address(result)
    wanted = result.tobytes()
    seen = look(result)
    del result
    gc.collect()
    others = [recycling.empty_like(X) for _ in range(3)]
    for other in others:
        other.fill(7)
    assert place not in map(address, others)
    assert ctypes.string_at(place, len(wanted)) == wanted
    del seen
    gc.collect()
    assert address(recycling.empty_like(X)) == place
    del others


def test_what_is_kept_is_bounded_and_the_oldest_goes_first():
    bncore.set_kept_memory(3 * BLOCK + MIB)
    results = [bncore.forward(X)[0] for _ in range(5)]
    places = [address(result) for result in results]
    seen = []
    while results:
        del results[0]
        seen.append(_blocks.kept() // BLOCK)
    assert seen == [1, 2, 3, 3, 3]
    results = [bncore.forward(X)[0] for _ in range(3)]
    assert [address(result) for result in results] == places[:1:-1]
    assert _blocks.kept() == 0


def test_a_large_block_sends_away_as_many_as_it_needs():
    bncore.set_kept_memory(32 * MIB)
    several = [made(8) for _ in range(4)]
    large = made(20)
    last = address(several[-1])
    while several:
        del several[0]
    assert _blocks.kept() == 32 * MIB
    del large
    assert _blocks.kept() == 28 * MIB
    assert address(made(8)) == last


def test_a_lower_bound_holds_at_once():
    results = [made(8) for _ in range(5)]
    del results
    assert _blocks.kept() == 40 * MIB
    for limit, left in ((40 * MIB, 40 * MIB), (40 * MIB - 1, 32 * MIB), (9 * MIB, 8 * MIB), (MIB, 0)):
        bncore.set_kept_memory(limit)
        assert bncore.get_kept_memory() == limit
        assert _blocks.kept() == left


def test_no_more_than_64_blocks_are_kept():
    bncore.set_kept_memory(1 << 40)
    results = [recycling.empty((BLOCK,), numpy.dtype("u1")) for _ in range(70)]
    places = [address(result) for result in results]
    while results:
        del results[0]
    assert _blocks.kept() == 64 * BLOCK
    results = [recycling.empty((BLOCK,), numpy.dtype("u1")) for _ in range(64)]
    assert [address(result) for result in results] == places[:5:-1]
    del results


def test_zero_turns_it_off():
    result = bncore.forward(X)[0]
    earlier = bncore.forward(X)[0]
    del earlier
    assert _blocks.kept() == BLOCK
    bncore.set_kept_memory(0)
    assert _blocks.kept() == 0
    del result
    assert _blocks.kept() == 0
    result = bncore.forward(X)[0]
    assert result.flags.owndata
    del result
    assert _blocks.kept() == 0


@pytest.mark.parametrize(("shape", "dtype"), [((MIB - 1,), "f"), ((1, 3, 5), "d"), ((0, 3), "f"), ((), "d")])
def test_small_arrays_are_those_of_numpy(shape, dtype):
    assert recycling.empty(shape, numpy.dtype(dtype)).flags.owndata
    assert recycling.empty_like(numpy.empty(shape, dtype)).flags.owndata


def test_what_could_not_be_kept_is_that_of_numpy():
    bncore.set_kept_memory(5 * MIB)
    assert recycling.empty((6 * MIB,), numpy.dtype("u1")).flags.owndata


@pytest.mark.parametrize(
    ("kept", "wanted", "served"),
    [
        *((24, 24, True), (24, 22, True), (24, 18, True), (24, 16, False), (24, 4, False)),
        *((8, 10, False), (8, 6, True), (6, 4, False)),
    ],
)
def test_a_block_serves_its_size_and_three_quarters_of_it(kept, wanted, served):
    block = made(kept)
    del block
    result = made(wanted)
    assert (_blocks.kept() == 0) == served
    del result
    # a block comes back whole
    assert _blocks.kept() == (kept if served else kept + wanted) * MIB


def test_an_owner_cannot_be_derived_from():
    """A subclass could save itself while its memory is given back."""
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Saved", (_blocks.Block,), {})


def test_the_smallest_block_that_serves_is_taken():
    results = {mib: made(mib) for mib in (20, 18, 24)}
    wanted = address(results[18])
    results.clear()
    assert address(made(18)) == wanted


def _large(layout):
    return LAYOUTS[layout](numpy.empty((7, 67, 43, 53), "f"), 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_array_is_laid_out_as_numpy_lays_it_out(layout):
    array = _large(layout)
    got = recycling.empty_like(array)
    assert got.strides == numpy.empty_like(array, order="K").strides
    assert got.dtype.isnative
    assert not got.flags.owndata


@pytest.mark.parametrize("shape", [(7, 67, 43, 53), (1, 1031, 1, 1033), (2, 2, 2, 150_001)])
def test_and_so_in_every_order_of_the_axes(shape):
    array = numpy.empty(shape, "f")
    for axes in itertools.permutations(range(4)):
        for view in (
            array.transpose(axes),
            array[::-1, :, ::-1].transpose(axes),
            array[:1, :, :1].transpose(axes),
        ):
            for like in (
                view,
                numpy.broadcast_to(view, (3, *view.shape)),
                numpy.broadcast_to(view[:1], view.shape),
            ):
                if like.nbytes >= recycling.LEAST:
                    assert recycling.empty_like(like).strides == numpy.empty_like(like).strides


@pytest.mark.parametrize(
    ("nbytes", "error", "found"),
    [
        (-1, ValueError, "-1"),
        (1.5, TypeError, "float"),
        ("1", TypeError, "str"),
        (None, TypeError, "NoneType"),
    ],
)
def test_what_cannot_be_a_number_of_bytes(nbytes, error, found):
    before = bncore.get_kept_memory()
    with pytest.raises(error, match=f"nbytes must .*found {found}"):
        bncore.set_kept_memory(nbytes)
    assert bncore.get_kept_memory() == before


def test_any_integer_will_do():
    bncore.set_kept_memory(numpy.int64(7 * MIB))
    assert bncore.get_kept_memory() == 7 * MIB
    assert type(bncore.get_kept_memory()) is int
    bncore.set_kept_memory(1 << 100)
    assert bncore.get_kept_memory() == 1 << 100
