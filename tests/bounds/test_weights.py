"""Weights in the oracle: a mask is the batch of what counts, whole weights are copies, and bounds follow."""

from fractions import Fraction

import numpy
import pytest

from spec import oracle
from spec.adapters import load
from spec.adapters.plain import Plain
from spec.conformance import judge
from spec.conformance.verdict import ABSENT, FAIL, PASS
from spec.data.inputs import data

RNG = numpy.random.default_rng(4)
X, DY, V = (RNG.normal(1, 2, (11, 3)).astype(numpy.float32) for _ in range(3))
GAMMA, P, Q = (RNG.normal(1, 2, 3).astype(numpy.float32) for _ in range(3))
MASK = (numpy.arange(11) % 4 > 0)[:, None]
COPIES = (numpy.arange(11) % 4)[:, None]
# What is made of weighed sums alone.
FORWARD = ("mean", "var", "y", "jvp", "d_dy", "running_mean", "running_var")
CLASSES = ("any", "float32-pairwise", "float64", "compensated")


def asked(x, dy, v, accumulate, weights=None):
    """All that training mode returns."""
    how = {"accumulate": accumulate, "weights": weights}
    old = GAMMA, abs(GAMMA)
    return (
        oracle.forward(x, GAMMA, P, 1e-3, **how)
        | oracle.backward(dy, x, GAMMA, 1e-3, **how)
        | oracle.jvp(v, x, GAMMA, 1e-3, **how)
        | oracle.double_backward(v, P, Q, dy, x, GAMMA, 1e-3, **how)
        | oracle.update(x, *old, 0.25, **how)
    )


def fractions(expected):
    """The middle of each exact value."""
    values = expected.values
    return numpy.vectorize(Fraction)(values.numerator, values.denominator)


def near(one, other, within=Fraction(1, 2**150)):
    """Equal, but for the widths of two enclosures."""
    return (abs(one - other) <= within * (1 + abs(one))).all()


@pytest.mark.audits
@pytest.mark.parametrize("accumulate", CLASSES)
def test_a_mask_leaves_the_batch_of_the_elements_that_count(accumulate):
    """In value and in bound, where what does not count has no gradient."""
    counts = MASK[:, 0]
    whole = asked(X, DY * MASK, V * MASK, accumulate, MASK)
    part = asked(X[counts], DY[counts], V[counts], accumulate)
    for name, expected in whole.items():
        varies = expected.values.numerator.shape[-1] > 1
        found, bounds = fractions(expected), expected.bounds
        if varies:
            found, bounds = found[:, counts], bounds[counts]
        assert near(found, fractions(part[name])), name
        ratios = bounds / part[name].bounds
        if name in FORWARD:
            numpy.testing.assert_allclose(ratios, 1, rtol=1e-9)
        else:
            # the sums that know no weights have more terms, and the weight of an element is met elsewhere
            assert 0.9 < ratios.min() <= ratios.max() < 1.5, name


def test_whole_weights_are_copies():
    """Of which each has its share of the gradient."""
    copies = COPIES[:, 0]
    weighted = asked(X, DY * COPIES, V, "float64", COPIES)
    repeated = asked(*(numpy.repeat(each, copies, axis=0) for each in (X, DY, V)), "float64")
    for name in ("mean", "var", "dgamma", "dbeta", "running_mean", "running_var"):
        assert near(fractions(weighted[name]), fractions(repeated[name])), name
    first = numpy.cumsum(copies) - copies
    for name in ("y", "jvp"):
        each = fractions(repeated[name])[:, first[copies > 0]]
        assert near(fractions(weighted[name])[:, copies > 0], each), name
    rows = fractions(repeated["dx"])
    for n, count in enumerate(copies):
        together = rows[:, first[n] : first[n] + count].sum(axis=1)
        if count:
            assert near(fractions(weighted["dx"])[:, n], together)


def test_a_factor_of_all_weights_changes_nothing():
    once, twice = (asked(X, DY, V, "float64", factor * COPIES / 8) for factor in (1, 2))
    for name in ("mean", "var", "y", "dx", "dgamma", "dbeta", "jvp", *oracle.SECOND):
        assert near(fractions(once[name]), fractions(twice[name])), name


@pytest.mark.parametrize("shape", [(5, 1, 7), (5, 1, 1), (1, 1, 7), (7,), (1, 7)])
def test_weights_of_any_shape_that_broadcasts_count_as_if_spread(shape):
    x = RNG.normal(1, 2, (5, 3, 7))
    weights = RNG.integers(0, 3, shape) + 0.5
    spread = numpy.broadcast_to(weights, (5, 1, 7))
    one, other = (
        oracle.forward(x, None, None, 1.0, accumulate="float64", weights=each)["y"]
        for each in (weights, spread)
    )
    numpy.testing.assert_array_equal(one.nearest, other.nearest)
    numpy.testing.assert_array_equal(one.bounds, other.bounds)


@pytest.mark.parametrize(
    ("weights", "words"),
    [
        (numpy.ones((11, 3)), "wanted a shape that broadcasts to \\(11, 1\\), found \\(11, 3\\)"),
        (numpy.zeros((11, 1)), "not all of them 0"),
        (-numpy.ones((11, 1)), "at least 0"),
        (numpy.full((11, 1), numpy.nan), "finite"),
    ],
)
def test_weights_that_are_none_are_refused(weights, words):
    with pytest.raises(ValueError, match=f"^weights: wanted .*{words}" if "shape" not in words else words):
        oracle.forward(X, None, None, 1.0, accumulate="float64", weights=weights)


def test_whoever_takes_no_weights_is_not_judged_by_them():
    verdicts = judge(load("numpy"), data("weights", "float32"))
    assert {verdict.status for verdict in verdicts} == {ABSENT}
    assert any("weights: not taken" in verdict.detail for verdict in verdicts)


def test_padding_may_be_anything():
    verdicts = judge(Plain(), data("weights-padding", "float32"))
    assert {verdict.status for verdict in verdicts} <= {PASS, ABSENT}
    assert {"dx", "dgamma", "y", "y of what has weight 0 and is no number"} <= {v.quantity for v in verdicts}


def test_a_batch_of_which_nothing_counts_has_no_gradient():
    class Nothing(Plain):
        caps = Plain.caps.__class__(accumulate="float64")

        def forward(self, x, gamma, beta, eps, weights=None):
            return {"y": x.copy()}

        def backward(self, dy, x, gamma, beta, eps, weights=None):
            return {"dx": dy.copy(), "dgamma": dy[0, :, 0].copy(), "dbeta": dy[0, :, 0] + self.wrong}

    given = data("weights-none", "float32")
    for wrong in (0, 1):
        adapter = Nothing()
        adapter.wrong = numpy.float32(wrong)
        found = {
            v.quantity: v.status for v in judge(adapter, given) if v.quantity in ("dx", "dgamma", "dbeta")
        }
        assert found == {"dx": PASS, "dgamma": PASS, "dbeta": FAIL if wrong else PASS}
