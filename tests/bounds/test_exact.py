"""The exact interpretation against the ball arithmetic of another library, and its own definition."""

from fractions import Fraction

import flint
import numpy
import pytest
from hypothesis import given, strategies
from hypothesis.extra.numpy import arrays

from spec import equations, oracle
from spec.bounds.exact import BITS, Batch, Exact
from spec.symbolic.derive import HIGHER, derivative
from spec.symbolic.evaluate import evaluate

FLOATS = strategies.floats(allow_nan=False, allow_infinity=False)


def fractions(value):
    """The midpoint and the radius of an enclosure, as fractions."""
    numerator, denominator = numpy.broadcast_arrays(value.numerator, value.denominator)
    radius = numpy.broadcast_to(numpy.asarray(value.radius, object), numerator.shape)
    middle = [Fraction(n, d) for n, d in zip(numerator.ravel(), denominator.ravel(), strict=True)]
    return middle, [Fraction(r, d) for r, d in zip(radius.ravel(), denominator.ravel(), strict=True)]


@given(arrays(numpy.float64, (3, 4), elements=FLOATS))
def test_floats_enter_exactly(array):
    middle, radius = fractions(Exact.floats(array))
    assert middle == [Fraction(value) for value in array.ravel().tolist()]
    assert not any(radius)


@given(arrays(numpy.float64, (1, 5), elements=FLOATS))
def test_nearest_is_the_float_and_magnitude_is_above(array):
    value = Exact.floats(array)
    assert (value.nearest() == array).all()
    assert (value.magnitude() >= abs(array)).all()
    with numpy.errstate(over="ignore"):
        assert (value.magnitude() <= numpy.nextafter(abs(array), numpy.inf)).all()


@given(strategies.fractions(min_value=0, max_denominator=10**9))
def test_a_root_is_enclosed_to_all_its_bits(square):
    middle, radius = fractions(Exact([[square.numerator]], [[square.denominator]]).sqrt())
    low, high = middle[0] - radius[0], middle[0] + radius[0]
    assert 0 <= low**2 <= square <= high**2
    assert radius[0] * 2 ** (BITS - 2) <= middle[0]


@given(strategies.integers(1, 10**40), strategies.integers(1, 10**20), strategies.integers(1, 10**20))
def test_a_reciprocal_is_enclosed(middle, radius, denominator):
    if radius >= middle:
        with pytest.raises(ZeroDivisionError, match="contains 0"):
            Exact([[middle]], [[denominator]], [[radius]]).reciprocal()
        return
    found, around = fractions(Exact([[middle]], [[denominator]], [[radius]]).reciprocal())
    assert found[0] - around[0] <= Fraction(denominator, middle + radius)
    assert found[0] + around[0] >= Fraction(denominator, middle - radius)


class Balls:
    """The batch of the equations in flint's ball arithmetic."""

    def __init__(self, m):
        self.m = flint.arb(m)

    def sum(self, value):
        return value.sum(axis=-1, keepdims=True)

    def sqrt(self, value):
        return numpy.vectorize(lambda ball: ball.sqrt(), otypes=[object])(value)


def balls(value):
    """A float array as balls of radius 0."""
    return numpy.vectorize(lambda number: flint.arb(number), otypes=[object])(value)


@pytest.mark.parametrize("scale", [1.0, 1e-30, 1e30])
@pytest.mark.parametrize("offset", [0.0, 1.0, 1e7])
def test_every_output_agrees_with_ball_arithmetic(offset, scale):
    rng = numpy.random.default_rng(5)
    arrays = {
        "x": scale * (offset + rng.normal(size=(3, 7))),
        **{name: rng.normal(size=(3, 7)) for name in ("dy", "v")},
        **{name: rng.normal(size=(3, 1)) for name in ("gamma", "beta", "p", "q")},
        "eps": numpy.full((3, 1), scale**2 * 1e-5),
    }
    flint.ctx.prec = 600
    found = {}
    for enter, over in ((Exact.floats, Batch(7)), (balls, Balls(7))):
        values = {name: enter(array) for name, array in arrays.items()}
        forward = equations.forward(*(values[name] for name in ("x", "gamma", "beta", "eps")), over)
        values |= forward._asdict() | {"rstd": equations.rstd(forward.var, values["eps"], over)}
        names = (*oracle.GRADIENTS, *HIGHER)
        gradients = {of: evaluate(derivative(of, "training"), values, over) for of in names}
        found[type(over)] = forward._asdict() | gradients
    for name, exact in found[Batch].items():
        middle, radius = fractions(exact)
        for m, r, ball in zip(middle, radius, found[Balls][name].ravel(), strict=True):
            enclosure = flint.arb(
                flint.fmpq(m.numerator, m.denominator), flint.fmpq(r.numerator, r.denominator)
            )
            assert enclosure.overlaps(ball), name
            assert r <= abs(m) * Fraction(1, 2**200) + Fraction(scale) * Fraction(1, 2**150), name


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
def test_what_is_not_finite_is_refused(bad):
    with pytest.raises(ValueError, match=r"wanted finite numbers, found (nan|inf) at \(0, 1\)"):
        Exact.floats(numpy.array([[1.0, bad]]))


def test_a_constant_channel_without_eps_is_refused():
    x = numpy.ones((3, 2))
    with pytest.raises(ZeroDivisionError):
        oracle.forward(x, None, None, 0.0, accumulate="float64")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"x": numpy.ones(3)}, r"x: wanted .* shape \(N, C, ...\), found float64, \(3,\)"),
        ({"x": numpy.ones((3, 2), int)}, "x: wanted floating-point numbers"),
        ({"x": numpy.ones((0, 2))}, r"x: wanted at least one element a channel, found the shape \(0, 2\)"),
        ({"eps": -1.0}, r"eps: wanted a finite number, at least 0, found -1.0"),
        ({"accumulate": "double"}, "accumulate: wanted one of exact, compensated, .*, found 'double'"),
    ],
)
def test_a_bad_question_is_refused_in_words(arguments, words):
    call = {"x": numpy.eye(3), "gamma": None, "beta": None, "eps": 1e-5, "accumulate": "any"} | arguments
    with pytest.raises(ValueError, match=words):
        oracle.forward(**call)
