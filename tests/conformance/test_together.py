"""Options, layers and parts in company, in place and in steps; and what is said of what they show."""

import numpy
import pytest

from spec.adapters.plain import Plain
from spec.adapters.sharded import Sharded
from spec.conformance import judge
from spec.conformance.diagnosis import common_factor
from spec.conformance.verdict import ABSENT, BROKEN, FAIL, PASS
from spec.data import inputs
from spec.interface.adapter import Adapter, Caps
from spec.oracle import sequences


def broken(adapter, name, dtype="float32"):
    """What is wrong of an implementation on a data set."""
    return [each for each in judge(adapter, inputs.data(name, dtype)) if each.status in BROKEN]


# What is taken.


class Loose(Plain):
    """It takes anything by name, and looks at none of it."""

    def forward(self, x, gamma, beta, eps, **anything):
        return super().forward(x, gamma, beta, eps)


def test_an_option_is_asked_of_a_method_that_takes_any_name_over_one_that_has_it():
    assert Loose().takes("forward", "residual")
    assert {each.quantity for each in broken(Loose(), "residual")} >= {"y"}


def test_no_option_is_asked_of_a_method_that_takes_any_name_and_overrides_none():
    class Own(Adapter):
        caps = Plain.caps

        def forward(self, x, gamma, beta, eps, **anything):
            return Plain().forward(x, gamma, beta, eps)

    assert not Own().takes("forward", "residual")
    assert {each.status for each in judge(Own(), inputs.data("residual", "float32"))} == {ABSENT}


# In place.


def test_a_residual_that_is_x_may_be_refused_and_not_misread():
    class Right(Plain):
        inplace = ("forward",)

        def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False, inplace=False):
            found = super().forward(x, gamma, beta, eps, weights, residual, relu)
            if inplace:
                x[...] = found["y"]
            return found | ({"y": x} if inplace else {})

    class Refusing(Right):
        def forward(self, x, *given, residual=None, inplace=False, **how):
            if inplace and residual is not None and numpy.shares_memory(x, residual):
                raise ValueError("residual: wanted memory of its own")
            return super().forward(x, *given, residual=residual, inplace=inplace, **how)

    words = "in place of a residual that is x"
    found = judge(Right(), inputs.data("residual", "float32"))
    assert {each.status for each in found if words in each.quantity} == {PASS}
    found = judge(Refusing(), inputs.data("residual", "float32"))
    assert {each.status for each in found if words in each.quantity} == {ABSENT}


# State.


@pytest.mark.parametrize("of", ["elements", "batches"])
def test_running_statistics_without_a_momentum(of):
    rng = numpy.random.default_rng(5)
    xs = [rng.normal(1, 3, (n, 2, 3)) for n in (2, 5, 3)]
    found = sequences.cumulative(xs, accumulate="float64", variance="unbiased", of=of)
    rows = [numpy.moveaxis(x, 1, 0).reshape(2, -1) for x in xs]
    if of == "elements":
        together = numpy.concatenate(rows, axis=1)
        wanted = together.mean(axis=1), together.var(axis=1, ddof=1)
    else:
        wanted = (
            numpy.mean([row.mean(axis=1) for row in rows], axis=0),
            numpy.mean([row.var(axis=1, ddof=1) for row in rows], axis=0),
        )
    for name, value in zip(sequences.RUNNING, wanted, strict=True):
        assert found[name].compare(value).ratio <= 1
        assert found[name].compare(value * (1 + 1e-9)).ratio > 1


def test_momentum_without_a_nan_is_judged_where_it_is_declared():
    data = inputs.data("momentum-1-not-finite", "float32")
    found = [each for each in judge(Plain(), data) if "not finite" in each.quantity]
    assert {(each.status, each.detail) for each in found} == {(ABSENT, "not declared to be replaced")}
    declaring = type("Declaring", (Plain,), {"caps": Caps(accumulate="float64", least=1, replaces=True)})
    assert {each.quantity for each in broken(declaring(), "momentum-1-not-finite")} == {
        "running_mean",
        "running_var",
        "running_mean after several steps",
        "running_var after several steps",
        "running_mean after several steps, inference between them",
        "running_var after several steps, inference between them",
    }


# What is said.


def test_what_is_wrong_in_company_alone_is_said_to_be():
    class First(Plain):
        """The weights of the first call."""

        weights = None

        def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
            if self.weights is None or self.weights.shape != weights.shape:
                self.weights = weights.copy()
            return super().forward(x, gamma, beta, eps, self.weights, residual, relu)

    found = [each for each in broken(First(), "second-call-weights") if each.quantity == "mean"]
    assert [each.status for each in found] == [FAIL]
    assert found[0].detail == "alone the same call is right, after calls of other numbers it is not"


def test_a_count_is_no_matter_of_digits():
    class Halved(Sharded):
        """A count of fewer digits than the batch has elements."""

        def shards(self, xs, gamma, beta, eps):
            found = super().shards(xs, gamma, beta, eps)
            return found | {"mean": found["mean"] * (1 + 2.0**-20)}

    caps = Caps(accumulate="float64", least=1)
    Halved.caps = caps
    (found,) = (each for each in broken(Halved(), "shards") if each.quantity == "mean of shards")
    assert found.status == FAIL
    assert "in every channel, as if m were" in found.detail
    exact = numpy.array([1.0, -2.0, 3.0])
    assert common_factor(exact * 1.25, exact, 100).endswith("as if m were 80, not 100")
    assert not common_factor(exact + 1e-3, exact, 100)
    assert not common_factor(exact[:2] * 1.25, exact[:2], 100)


def test_dx_that_follows_from_a_wrong_sum_is_said_to():
    class Short(Plain):
        """dbeta without the last sample, and dx by that."""

        def backward(self, dy, x, gamma, beta, eps):
            found = super().backward(dy, x, gamma, beta, eps)
            values, over = self.values(x, gamma, beta, eps)
            left = dy[-1].sum(axis=tuple(range(1, x.ndim - 1)), dtype=numpy.float64)
            off = (values["gamma"] * values["rstd"])[:, 0] * left / over.m
            dx = found["dx"] + off.reshape(1, -1, *(1,) * (x.ndim - 2))
            return found | {"dx": dx.astype(x.dtype), "dbeta": found["dbeta"] - left}

    (found,) = (each for each in broken(Short(), "rank-3") if each.quantity == "dx")
    assert (found.status, found.equation, found.detail) == (FAIL, "d(9.41)/dbeta", "follows from dbeta")


def test_momentum_0_is_held_to_every_copy_of_a_channel_that_is_not_finite():
    """The channels of a block stand for all of them."""

    class Right(Plain):
        caps = Caps(accumulate="float64", least=1, replaces=True)

        def update(self, x, running_mean, running_var, momentum, weights=None):
            if momentum == 0:
                return {"running_mean": running_mean.copy(), "running_var": running_var.copy()}
            return super().update(x, running_mean, running_var, momentum, weights)

    names = [each for each in inputs.names() if inputs.combines(each)]
    names = [each for each in names if "momentum 0," in inputs.DESIGNS[each][0] + ","]
    names = [each for each in names if "not finite" in inputs.DESIGNS[each][0]]
    copied = [each for each in names if inputs.data(each, "float32").repeats[1] > 1]
    assert copied
    for name in copied[:3]:
        found = [each for each in judge(Right(), inputs.data(name, "float32")) if "running" in each.quantity]
        assert {each.status for each in found} == {PASS}
