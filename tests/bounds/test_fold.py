"""Folding in the oracle: which number of a weight belongs to which channel, and who is judged by it."""

import numpy
import pytest

from spec import adapters, oracle
from spec.adapters.plain import Plain
from spec.conformance import judge, passed
from spec.conformance.verdict import ABSENT, FAIL
from spec.data import inputs
from spec.oracle import folding

RNG = numpy.random.default_rng(6)
SETS = [name for name in inputs.names() if name.startswith("fold-")]


def channel(index, shape, groups, transposed):
    """The output channel of the number of a weight at this index."""
    if not transposed:
        return index[0]
    return index[0] // (shape[0] // groups) * shape[1] + index[1]


@pytest.mark.parametrize(
    ("shape", "groups", "transposed"),
    [
        ((6, 5), 1, False),
        ((6, 2, 3), 3, False),
        ((4, 6, 3), 1, True),
        ((6, 2, 3), 3, True),
        ((6, 1), 6, True),
    ],
)
def test_every_number_of_a_weight_is_multiplied_by_the_factor_of_its_channel(shape, groups, transposed):
    weight, channels = RNG.normal(size=shape), shape[1] * groups if transposed else shape[0]
    gamma = numpy.arange(1.0, channels + 1)
    given = weight, None, gamma, None, 0 * gamma, 0 * gamma + 0.75, 0.25
    how = {"groups": groups, "transposed": transposed}
    rows = folding.rows(weight, **how)
    numpy.testing.assert_array_equal(folding.unrows(rows, shape, **how), weight)
    found = folding.unrows(oracle.fold(*given, accumulate="any", **how)["weight"].nearest[0], shape, **how)
    for index in numpy.ndindex(shape):
        assert found[index] == weight[index] * gamma[channel(index, shape, groups, transposed)]


def test_the_folded_layer_is_the_layer_and_inference_after_it():
    weight, z = RNG.normal(size=(3, 5)), RNG.normal(size=(7, 5))
    bias, gamma, beta, mean, var = RNG.uniform(1, 2, (5, 3))
    whole = oracle.fold(weight, bias, gamma, beta, mean, var, 0.1, accumulate="float64")
    y = oracle.inference(z @ weight.T + bias, gamma, beta, mean, var, 0.1, accumulate="float64")["y"].nearest
    folded = z @ whole["weight"].nearest[0].T + whole["bias"].nearest
    numpy.testing.assert_allclose(folded, y, rtol=1e-12, atol=1e-12)


@pytest.mark.parametrize("name", SETS)
def test_the_plain_kernel_folds(name):
    verdicts = judge(Plain(), inputs.data(name, "float32"))
    assert passed(verdicts)
    assert {"folded weight", "folded bias"} <= {verdict.quantity for verdict in verdicts}


def test_whoever_knows_no_groups_is_not_judged_by_them():
    class Single(Plain):
        def fold(self, weight, bias, gamma, beta, mean, var, eps):
            return super().fold(weight, bias, gamma, beta, mean, var, eps)

    for name, known in (("fold-convolution", True), ("fold-groups", False), ("fold-transposed", False)):
        found = [v for v in judge(Single(), inputs.data(name, "float32")) if "fold" in v.quantity]
        assert ({v.status for v in found} == {ABSENT}) != known
    verdicts = judge(adapters.load("numpy"), inputs.data("fold-convolution", "float32"))
    assert [v.detail for v in verdicts if v.quantity == "fold"] == ["not offered"]


def test_a_weight_of_another_shape_or_format_fails():
    class Flat(Plain):
        def fold(self, *arguments, groups=1, transposed=False):
            found = super().fold(*arguments, groups=groups, transposed=transposed)
            return {"weight": found["weight"].ravel(), "bias": found["bias"].astype(numpy.float16)}

    found = {v.quantity: v for v in judge(Flat(), inputs.data("fold-linear", "float32"))}
    assert {found[f"folded {name}"].status for name in ("weight", "bias")} == {FAIL}


@pytest.mark.audits
def test_folding_passes_between_processes():
    far = adapters.load("spec.adapters.plain:Plain", isolate=True)
    verdicts = judge(far, inputs.data("fold-transposed-groups", "float32"))
    assert passed(verdicts)
    assert {"folded weight", "folded bias"} <= {verdict.quantity for verdict in verdicts}
