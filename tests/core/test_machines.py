"""Nothing that the planner knows of a machine changes a bit: what is streamed, fused, shared out, and how."""

import itertools

import digest
import numpy
import pytest
from judge import CALLS, HIGHER, problem
from marks import swept_places

import bncore
from bncore.core import plan

# channels of several parts in runs (of whole turns of the fused loop, too), of one part, and of columns in
# blocks; small, as the machines are
SHAPES = [
    ((5, 6, 4099), 1),
    ((3, 5, 8192), 1),
    ((9, 7, 4, 5000), 1),
    ((3, 37, 61), 1),
    ((1033, 12), 1),
    ((11, 9, 6, 7), -1),
    ((600, 70, 3, 5), 1),
]
MACHINES = {
    "small": {"stream": 1, "large": 1, "grain": 1, "whole_grain": 1, "processors": 64, "registers": True},
    "small, few registers": {
        "stream": 1,
        "large": 1,
        "grain": 1,
        "whole_grain": 1,
        "processors": 64,
        "registers": False,
    },
    "one that streams nothing": {
        "streams": False,
        "stream": 1,
        "grain": 1,
        "whole_grain": 1,
        "registers": True,
    },
    "large": {"stream": 1 << 40, "large": 1 << 40, "grain": 1 << 40, "whole_grain": 1 << 40},
    "of one processor": {"processors": 1, "grain": 1, "whole_grain": 1, "registers": True},
}


@pytest.fixture(autouse=True)
def same_machine_after():
    before = plan.machine()
    yield
    plan.set_machine(before)


def bits(p):
    return {
        (call, name): array.tobytes()
        for call, function in (CALLS | HIGHER).items()
        for name, array in function(p).items()
    }


def near_and_far(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    yield p
    # every second channel far from 0, and one wide
    away = numpy.where(numpy.arange(shape[axis]) % 2, 1e4, 0)
    away[0] = 1e37
    yield p.but(x=(p.x + numpy.moveaxis(away.reshape(-1, *[1] * (len(shape) - 1)), 0, axis)).astype(dtype))


@pytest.mark.parametrize("dtype", digest.DTYPES)
@pytest.mark.parametrize(
    ("shape", "axis"), swept_places(*SHAPES[:3]) + SHAPES[3:6] + swept_places(*SHAPES[6:])
)
def test_no_machine_changes_a_bit(shape, axis, dtype):
    usual = plan.machine()
    for p in near_and_far(shape, axis, dtype):
        plan.set_machine(usual)
        bncore.set_num_threads(1)
        wanted = bits(p)
        for machine, threads in itertools.product(MACHINES.values(), (1, 2, 5)):
            plan.set_machine(usual | machine)
            bncore.set_num_threads(threads)
            assert bits(p) == wanted, (machine, threads)


def test_the_machines_differ_in_what_they_do():
    found = set()
    for machine in MACHINES.values():
        plan.set_machine(plan.machine() | machine)
        for shape, axis in SHAPES:
            for operation in ("forward", "backward", "inference"):
                for threads in (1, 5):
                    bncore.set_num_threads(threads)
                    s = bncore.explain(operation, numpy.zeros(shape, "f4"), axis=axis).fields["schedule"]
                    found.add((s["order"], s["fused"], s["streamed"], s["buffers"]))
    assert {order for order, *_ in found} == {0, 1, 2, 3}
    assert {(fused, streamed) for _, fused, streamed, _ in found} == set(
        itertools.product((False, True), repeat=2)
    )
    assert {buffers for *_, buffers in found} == {1, 2}


def staged(x, dy, weights, axis):
    """The results of calls whose operands go through staging buffers, or are weighed."""
    how = {"axis": axis}
    y, stats = bncore.forward(x, residual=dy, relu=True, **how)
    passed = numpy.empty_like(dy)
    yield from (y, *bncore.backward(dy, x, None, stats, y=y, residual_out=passed, **how), passed)
    yield from (stats.mean, stats.var, bncore.normalize(x, None, None, stats, relu=True, **how))
    how["weights"] = weights
    y, stats = bncore.forward(x, relu=True, **how)
    yield from (y, stats.mean, stats.var)
    yield from bncore.backward(dy, x, None, stats, y=y, residual_out=passed, **how)
    sums = bncore.gradient_sums(dy, x, stats, **how)
    yield from (passed, sums.array(), bncore.gradient(dy, x, None, stats, sums, **how))


@pytest.mark.sweeps
@pytest.mark.parametrize("dtype", ["float16", "float32"])
@pytest.mark.parametrize(("shape", "axis"), [each for each in SHAPES if numpy.prod(each[0]) < 200_000])
def test_no_machine_changes_a_bit_of_what_is_staged(shape, axis, dtype):
    usual, random = plan.machine(), numpy.random.default_rng(len(shape))
    x, dy = random.normal(1, 2, (2, *shape)).astype(dtype)
    own = [1 if i == axis % len(shape) else extent for i, extent in enumerate(shape)]
    weights = random.random(own) * (random.random(own) < 0.7)
    # an x whose planes are not contiguous, too
    apart = numpy.moveaxis(numpy.ascontiguousarray(numpy.moveaxis(x, 0, -1)), -1, 0)
    for given in (x, apart):
        bncore.set_num_threads(1)
        plan.set_machine(usual)
        wanted = [each.tobytes() for each in staged(given, dy, weights, axis)]
        for name, threads in itertools.product(MACHINES, (1, 3)):
            plan.set_machine(usual | MACHINES[name])
            bncore.set_num_threads(threads)
            found = [each.tobytes() for each in staged(given, dy, weights, axis)]
            assert found == wanted, (name, threads)
