"""The same bits from run to run, for every number of threads, instruction set, and way of storing."""

from functools import cache

import child
import digest
import numpy
import pytest
from judge import CALLS, DTYPES, HIGHER, problem
from layouts import LAYOUTS, bits
from marks import swept

import bncore
from bncore import runtime
from bncore.core import execute

ALL = CALLS | HIGHER
PROBLEMS = [(dtype, *place) for dtype in DTYPES for place in digest.SHAPES]


def all_bits(p, call, **options):
    return {name: bits(got) for name, got in ALL[call](p, **options).items()}


def with_threads(threads):
    """Set the number of threads, where there can be more than one."""
    bncore.set_num_threads(threads)
    if not execute.OPENMP:
        assert bncore.get_num_threads() == 1
        pytest.skip("this build has no OpenMP, so every call runs on one thread")
    assert bncore.get_num_threads() == threads


@pytest.mark.parametrize(("dtype", "shape", "axis"), PROBLEMS)
@pytest.mark.parametrize("call", ALL)
def test_from_run_to_run(call, dtype, shape, axis):
    p = problem(shape, axis, dtype)
    again = p.but(x=p.x.copy(), dy=p.dy.copy(), ddx=p.ddx.copy())
    assert all_bits(p, call) == all_bits(again, call)


@pytest.mark.parametrize("threads", [*swept(2), 3, *swept(4)])
@pytest.mark.parametrize(("dtype", "shape", "axis"), PROBLEMS)
def test_for_every_number_of_threads(threads, dtype, shape, axis):
    p = problem(shape, axis, dtype)
    strided = p.but(
        x=LAYOUTS["cropped"](p.x, axis),
        dy=LAYOUTS["reversed"](p.dy, axis),
        ddx=LAYOUTS["fortran"](p.ddx, axis),
    )
    bncore.set_num_threads(1)
    alone = [all_bits(each, call) for each in (p, strided) for call in ALL]
    with_threads(threads)
    assert [all_bits(each, call) for each in (p, strided) for call in ALL] == alone


@cache
def of_variant(isa, **environment):
    """The digest of a variant, with two threads, or None if there is no such variant."""
    program = "import bncore, digest\nbncore.set_num_threads(2)\nfor line in digest.lines(): print(line)"
    try:
        return child.run(program, BNCORE_ISA=isa, **environment)
    except AssertionError as error:
        if "BNCORE_ISA must name a variant" not in str(error):
            raise
        return None


@pytest.mark.sweeps
@pytest.mark.parametrize("isa", runtime._VARIANTS)
def test_for_every_instruction_set(isa):
    found = of_variant(isa)
    if found is None:
        pytest.skip(f"this processor, or this build, has no {isa}")
    assert found.splitlines() == digest.of_this_process()


@pytest.mark.sweeps
@pytest.mark.parametrize("isa", runtime._VARIANTS)
def test_with_as_little_stack_as_a_thread_has_under_musl(isa):
    found = of_variant(isa, OMP_STACKSIZE="128K")
    if found is None:
        pytest.skip(f"this processor, or this build, has no {isa}")
    assert found.splitlines() == digest.of_this_process()


def test_unknown_instruction_set_is_refused():
    with pytest.raises(AssertionError, match=r"ImportError: BNCORE_ISA must name .* found 'v9'"):
        child.run("import bncore", BNCORE_ISA="v9")


# 40 MB and more to read and write, and of the first a channel alone more than a thread's cache keeps
BEYOND_CACHES = [((7, 17, 199, 211), 1), ((7, 199, 211, 17), -1)]


@pytest.mark.sweeps
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), BEYOND_CACHES)
def test_in_place_or_not_beyond_the_caches(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    for call in CALLS:
        bncore.set_num_threads(1)
        alone = all_bits(p, call)
        assert all_bits(p.but(x=(own := p.x.copy())), call, out=own) == alone
        # a place that begins within a line of the cache
        assert all_bits(p, call, out=numpy.full(p.x.size + 3, numpy.nan, dtype)[3:].reshape(shape)) == alone
        for threads in (2, 3):
            with_threads(threads)
            assert all_bits(p, call) == alone


@pytest.mark.sweeps
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), BEYOND_CACHES)
def test_within_the_caches_or_beyond(shape, axis, dtype):
    # with statistics that are given, an element's result depends on no other
    p = problem(shape, axis, dtype)
    part = p.but(x=p.x[:1], dy=p.dy[:1])
    assert bits(CALLS["inference"](p)["y"][:1]) == bits(CALLS["inference"](part)["y"])
    assert bits(CALLS["inference_backward"](p)["dx"][:1]) == bits(CALLS["inference_backward"](part)["dx"])


def of_every_kind(rng, shape, dtype):
    """Channels that the kernels treat differently, side by side."""
    kinds = [
        lambda x: x,
        lambda x: x + dtype(1000),
        lambda x: x * dtype(1e35),
        lambda x: numpy.full_like(x, -3),
        lambda x: numpy.where(x == x[0, 0], dtype("nan"), x),
        lambda x: numpy.where(x == x[-1, -1], dtype("inf"), x),
        lambda x: x * dtype(1e-35),
    ]
    x = rng.standard_normal(shape, dtype)
    for c in range(shape[1]):
        x[:, c] = kinds[c % len(kinds)](x[:, c])
    return x


@pytest.mark.sweeps
# parts of several planes, the last of fewer; of a plane in pieces, the last of fewer elements; and 128 MiB,
# of which a megabyte is a channel
@pytest.mark.parametrize("threads", [1, 2, 3])
@pytest.mark.parametrize(
    ("shape", "dtype"),
    [
        ((5, 49, 31, 37), numpy.float32),
        ((5, 49, 31, 37), numpy.float64),
        ((3, 49, 61, 73), numpy.float32),
        ((3, 49, 61, 73), numpy.float64),
        ((16, 128, 128, 128), numpy.float32),
    ],
)
def test_whatever_a_channels_neighbours_are(shape, dtype, threads):
    # `order` makes neighbours of channels that were none; in place each is mapped before the next is summed
    rng = numpy.random.default_rng(127)
    x = of_every_kind(rng, shape, dtype)
    dy = rng.standard_normal(shape, dtype)
    order = rng.permutation(shape[1])
    with_threads(threads)
    y, stats = bncore.forward(x)
    results = y, stats.mean, stats.var, *bncore.backward(dy, x, None, stats)
    own_x, own_dy = x[:, order].copy(), dy[:, order].copy()
    y, stats = bncore.forward(own_x, out=own_x)
    others = y, stats.mean, stats.var, *bncore.backward(own_dy, x[:, order].copy(), None, stats, out=own_dy)
    for result, other in zip(results, others, strict=True):
        channels = (slice(None), order) if result.ndim > 1 else order
        assert bits(result[channels]) == bits(other)


@pytest.mark.parametrize("layout", ["unaligned", *swept("read_only", "byte_swapped")])
@pytest.mark.parametrize(("dtype", "shape", "axis"), PROBLEMS)
def test_for_the_same_order_in_memory(layout, dtype, shape, axis):
    p = problem(shape, axis, dtype)
    same = p.but(**{name: LAYOUTS[layout](getattr(p, name), axis) for name in ("x", "dy", "ddx")})
    for call in ALL:
        assert all_bits(same, call) == all_bits(p, call)
