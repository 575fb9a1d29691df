"""Differences that leave float32 where the results do not: judged as ever, within the derived bounds."""

import numpy
import pytest
from judge import CALLS, HIGHER, problem
from marks import swept_places

# the greatest float32 is just below 2^128; half an ulp of it is 2^103
GREATEST = float(numpy.finfo(numpy.float32).max)
# runs of one part and of several, columns of one tile and of many rows
SHAPES = [
    ((5, 3), 1),
    ((2, 3, 67), 1),
    ((3, 2, 4099), 1),
    ((19, 5, 7, 3), 1),
    ((7, 5, 3, 11), -1),
    ((1031, 9), 1),
]


def far(p):
    """x some of whose elements are as large as can be, and a mean on the other side."""
    x = numpy.where(numpy.arange(p.x.size).reshape(p.x.shape) % 7 == 0, GREATEST, p.x).astype(numpy.float32)
    return p.but(x=x, mean=numpy.full_like(p.mean, -GREATEST / 8), var=numpy.full_like(p.var, 3e38))


def leaning(p, scale):
    """dy with one element in seven as large as can be, the others against it: their mean is large, or 0."""
    at = numpy.arange(p.dy.size).reshape(p.dy.shape) % 7 == 0
    dy = numpy.where(at, GREATEST, -GREATEST / scale).astype(numpy.float32)
    return p.but(dy=dy, x=p.x * numpy.float32(1e5), var=p.var * 1e4)


def along_x(p):
    """dy that is x, but for a trace, and large: dx is what two numbers beyond float32 leave of each other."""
    dy = (p.x / numpy.abs(p.x).max() * numpy.float32(2.0**125)).astype(numpy.float32)
    return p.but(dy=dy, ddx=dy, gamma=p.gamma * numpy.float32(1024))


# The calls whose results stay in float32 then.
ALL = [*CALLS, *HIGHER]
PROBLEMS = {
    "far": (far, ALL),
    "leaning": (lambda p: leaning(p, 4), ALL),
    "balanced": (lambda p: leaning(p, 6), ALL),
    "along x": (along_x, ["backward", "jvp"]),
}


@pytest.mark.parametrize(
    ("kind", "call"), [(kind, call) for kind, (_, calls) in PROBLEMS.items() for call in calls]
)
@pytest.mark.parametrize(("shape", "axis"), SHAPES[:2] + swept_places(*SHAPES[2:]))
def test_what_leaves_float32_on_the_way_does_not_leave_the_bound(call, kind, shape, axis):
    p = PROBLEMS[kind][0](problem(shape, axis, "float32"))
    # sums of such dy are no float32 numbers: those of gamma's type are wanted in float64
    p = p.but(gamma=p.gamma.astype("f8"))
    p.judge(call, (CALLS | HIGHER)[call](p))


@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_a_finite_result_is_finite(shape, axis):
    for kind, calls in PROBLEMS.values():
        p = kind(problem(shape, axis, "float32"))
        for call in calls:
            function = (CALLS | HIGHER)[call]
            wide = function(p.but(**{name: getattr(p, name).astype("f8") for name in ("x", "dy", "ddx")}))
            for name, found in function(p).items():
                inside = numpy.abs(wide[name]) < GREATEST / 2
                assert numpy.isfinite(found[inside]).all(), (call, name)
