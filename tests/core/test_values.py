"""Every output is within its derived bound, for every dtype, rank, place of the channel and layout."""

import numpy
import pytest
from judge import CALLS, DTYPES, forward, problem
from layouts import LAYOUTS, bits
from marks import FLOAT32_FIRST

import bncore

SHAPES = [
    ((13, 5), 1),
    ((5, 13), 0),
    ((7, 5, 3), 0),
    ((7, 5, 3), 1),
    ((7, 5, 3), -1),
    ((11, 3, 5), 1),
    ((2, 3, 5, 7), 0),
    ((2, 3, 5, 7), 1),
    ((2, 3, 5, 7), 2),
    ((2, 3, 5, 7), -1),
    ((11, 3, 2, 5), 1),
    ((2, 3, 5, 7, 11), 1),
    ((2, 3, 5, 7, 11), 3),
    ((2, 3, 5, 7, 11), -1),
    ((2, 3, 2, 5, 3, 2), 3),
]


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_every_layout(layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    laid = p.but(x=LAYOUTS[layout](p.x, axis), dy=LAYOUTS[layout](p.dy, axis))
    for call in CALLS:
        p.judge(call, CALLS[call](laid))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(
    ("shape", "axis"), [((7, 5, 3), 1), ((11, 3, 2, 5), 1), ((2, 3, 5, 7), -1), ((2, 3, 5, 7), 2)]
)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("call", ["backward", "inference_backward"])
def test_with_dy_in_another_layout(call, layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    x = LAYOUTS[layout](p.x, axis)
    for make in LAYOUTS.values():
        p.judge(call, CALLS[call](p.but(x=x, dy=make(p.dy, axis))))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(
    ("shape", "axis"), [((7, 5, 3), 1), ((11, 3, 2, 5), 1), ((2, 3, 5, 7), -1), ((7, 5, 3), 0)]
)
@pytest.mark.parametrize("call", CALLS)
def test_broadcast(call, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    for fixed in range(len(shape)):
        repeated = p.but(
            x=numpy.broadcast_to(p.x.take([0], fixed), shape),
            dy=numpy.broadcast_to(p.dy.take([1], fixed), shape),
        )
        assert 0 in repeated.x.strides
        repeated.judge(call, CALLS[call](repeated))
        # one of the two alone
        for other in (p.but(x=repeated.x), p.but(dy=repeated.dy)):
            other.judge(call, CALLS[call](other))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("absent", [("gamma",), ("beta",), ("gamma", "beta")])
@pytest.mark.parametrize("call", CALLS)
def test_without_parameters(call, absent, dtype):
    p = problem((7, 5, 3), 1, dtype).but(**dict.fromkeys(absent))
    p.judge(call, CALLS[call](p))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", DTYPES)
@pytest.mark.parametrize("call", CALLS)
def test_parameters_of_another_dtype(call, other, dtype):
    p = problem((7, 5, 3), 1, dtype)
    p = p.but(
        gamma=p.gamma.astype(other),
        beta=p.beta.astype(other),
        mean=p.mean.astype(other),
        var=p.var.astype(other),
    )
    outputs = CALLS[call](p)
    p.judge(call, outputs)
    for name in {"dgamma", "dbeta"} & set(outputs):
        assert outputs[name].dtype == other


@pytest.mark.parametrize("call", CALLS)
def test_parameters_in_any_layout(call):
    p = problem((7, 5, 3), 1, "float32")
    plain = CALLS[call](p)
    for make in ("every_other", "reversed", "unaligned", "byte_swapped", "read_only"):
        strange = {name: LAYOUTS[make](getattr(p, name), 0) for name in ("gamma", "beta", "mean", "var")}
        for name, got in CALLS[call](p.but(**strange)).items():
            assert bits(got) == bits(plain[name]), (make, name)


def around(*sizes):
    """Each size, one less and one more."""
    return [size + d for size in sizes for d in (-1, 0, 1)]


# Blocks have sizes that are powers of two, or hold as many elements as fill some power of two bytes.
AROUND_BLOCKS = [
    *((1, 2, n) for n in around(8, 32, 512, 1024, 2048, 4096)),  # one plane
    *((3, 2, n) for n in around(32, 683, 1024, 1365)),           # several planes to a chunk
    *((11, 2, n) for n in around(8, 32, 512)),                   # planes as columns
    *((n, 3, 2) for n in around(8, 32, 256)),                    # many small planes
    *((n, 3) for n in (*around(8, 16, 256, 512, 1024), 2053, 5003)),  # narrow rows
    *((7, n) for n in around(8, 32, 512, 1024)),                 # wide rows
]  # fmt: skip


@pytest.mark.sweeps
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", AROUND_BLOCKS, ids=str)
def test_around_block_boundaries(shape, dtype):
    p = problem(shape, 1, dtype)
    for call in ("forward", "backward"):
        p.judge(call, CALLS[call](p))
    for call in ("inference", "inference_backward") if p.x.size < 4000 else ():
        p.judge(call, CALLS[call](p))


@pytest.mark.sweeps
@pytest.mark.parametrize(("shape", "dtype"), [((271, 521), "float64"), ((263, 1031), "float32")])
def test_rows_and_channels_in_several_blocks(shape, dtype):
    p = problem(shape, 1, dtype)
    p.judge("forward", CALLS["forward"](p))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_statistics_are_those_of_forward(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    y_mean_var = forward(p)
    stats = bncore.statistics(p.x, eps=p.eps, axis=axis)
    assert stats.count == p.x.size // shape[axis]
    assert stats.eps == p.eps
    assert bits(stats.mean) == bits(y_mean_var["mean"])
    assert bits(stats.var) == bits(y_mean_var["var"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_result_has_the_layout_of_x(layout, dtype):
    p = problem((2, 3, 5, 7), 1, dtype)
    x = LAYOUTS[layout](p.x, 1)
    for call in CALLS:
        outputs = CALLS[call](p.but(x=x))
        result = outputs["y" if "y" in outputs else "dx"]
        assert result.strides == numpy.empty_like(x, order="K").strides
        assert result.dtype == x.dtype.newbyteorder("=")
