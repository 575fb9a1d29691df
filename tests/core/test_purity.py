"""No call changes its inputs, and no result changes with them afterwards."""

import numpy
import pytest
from judge import CALLS, DTYPES, problem
from layouts import LAYOUTS, bits
from marks import FLOAT32_FIRST

import bncore

SHAPES = [((13, 5), 1), ((7, 5, 3), 1), ((11, 3, 2, 5), 1), ((2, 3, 5, 7), -1), ((5, 3, 4099), 1)]
ARRAYS = ("x", "dy", "gamma", "beta", "mean", "var")


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_inputs_keep_their_bits(shape, axis, layout, dtype):
    p = problem(shape, axis, dtype)
    laid = p.but(x=LAYOUTS[layout](p.x, axis), dy=LAYOUTS[layout](p.dy, axis))
    # the whole of the memory, with what lies around the elements
    owners = [
        laid.x if laid.x.base is None else laid.x.base,
        laid.dy if laid.dy.base is None else laid.dy.base,
    ]
    before = [owner.tobytes() for owner in owners], [bits(getattr(laid, name)) for name in ARRAYS]
    for call in CALLS:
        CALLS[call](laid)
        CALLS[call](laid, out=numpy.empty(shape, dtype))
        assert (
            [owner.tobytes() for owner in owners],
            [bits(getattr(laid, name)) for name in ARRAYS],
        ) == before


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("call", CALLS)
def test_out_is_all_that_is_written(call, dtype):
    # a crop of a larger array: what surrounds it stays
    p = problem((2, 3, 5, 7), 1, dtype)
    for shape, axis in SHAPES:
        p = problem(shape, axis, dtype)
        room = numpy.full([extent + 3 for extent in shape], 7, dtype)
        inside = (slice(1, -2),) * len(shape)
        CALLS[call](p, out=room[inside])
        assert not (room[inside] == 7).all()
        room[inside] = 7
        assert (room == 7).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_results_share_no_memory_with_inputs(dtype):
    p = problem((7, 5, 3), 1, dtype)
    for call in CALLS:
        for got in CALLS[call](p).values():
            assert not any(numpy.shares_memory(got, getattr(p, name)) for name in ARRAYS)
    stats = bncore.statistics(p.x)
    merged = bncore.merge(stats)
    assert not numpy.shares_memory(merged.mean, stats.mean) or not merged.mean.flags.writeable
