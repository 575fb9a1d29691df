"""A residual and a rectifier: in the oracle, at the kink, and in the gate that backward is judged by."""

import numpy
import pytest

from spec import oracle
from spec.adapters import load
from spec.adapters.plain import Plain
from spec.bounds.exact import Exact
from spec.conformance import judge
from spec.conformance.verdict import ABSENT, BROKEN, PASS
from spec.data.inputs import data

RNG = numpy.random.default_rng(8)
X, S = (RNG.normal(1, 2, (11, 3)).astype(numpy.float32) for _ in range(2))
HOW = {"accumulate": "float64"}


def test_what_is_rectified_is_the_sum_with_the_residual():
    plain = oracle.forward(X, None, None, 1.0, **HOW)["y"]
    added = oracle.forward(X, None, None, 1.0, residual=S, **HOW)["y"]
    rectified = oracle.forward(X, None, None, 1.0, residual=S, relu=True, **HOW)["y"]
    numpy.testing.assert_allclose(added.nearest, plain.nearest + S.astype(float), rtol=1e-12)
    numpy.testing.assert_array_equal(rectified.nearest, numpy.maximum(added.nearest, 0))
    numpy.testing.assert_array_equal(rectified.bounds, added.bounds)
    assert (plain.bounds <= added.bounds).all()
    assert (rectified.nearest == 0).any()


def test_an_enclosure_of_0_is_rectified_to_one_of_what_is_not_negative():
    wide = Exact([[1, -5, 5]], 7, [[2, 2, 2]]).relu()
    low, high = wide.numerator - wide.radius, wide.numerator + wide.radius
    assert (low / wide.denominator).tolist() == [[0, 0, 3 / 7]]
    assert (high / wide.denominator).tolist() == [[3 / 7, 0, 1]]


@pytest.mark.parametrize("small", [0.0, 1e-15])
def test_at_the_kink_either_gate_is_right(small):
    """The mean of x is 0 and so is one y, exactly; who returns a bit more opens the gate there."""

    class Near(Plain):
        def finished(self, y, residual, relu):
            return numpy.where(y == 0, small, super().finished(y, residual, relu))

    given = data("relu", "float32")
    x = numpy.tile(numpy.array([-3, -1, 0, 1, 3], numpy.float32), 21).reshape(given.x.shape[::-1]).T.copy()
    kink = given.__class__(**vars(given) | {"x": x, "beta": None})
    verdicts = judge(Near(), kink)
    assert not [str(verdict) for verdict in verdicts if verdict.status in BROKEN]
    y = Near().forward(x, kink.gamma, None, kink.eps, relu=True)["y"]
    assert ((y > 0) & (x == 0)).any() == (small > 0)


def test_a_nan_stays():
    x = numpy.array([[1.0], [numpy.nan]], numpy.float32)
    one = numpy.ones(1, numpy.float32)
    assert numpy.isnan(Plain().inference(x, None, None, one, one, 1.0, relu=True)["y"][1, 0])
    numpy.testing.assert_array_equal(oracle.gated(one, numpy.array([numpy.nan])), [0])


def test_the_gradient_of_the_residual_is_judged_where_there_is_one():
    found = {verdict.quantity: verdict.status for verdict in judge(Plain(), data("residual-relu", "float32"))}
    assert found["dresidual"] == PASS
    assert "dresidual" not in {verdict.quantity for verdict in judge(Plain(), data("relu", "float32"))}


def test_whoever_takes_no_residual_is_not_judged_by_it():
    verdicts = judge(load("numpy"), data("residual-relu", "float32"))
    assert {v.status for v in verdicts if v.quantity in ("forward", "backward", "inference")} == {ABSENT}
    assert any("residual, relu: not taken" in verdict.detail for verdict in verdicts)
