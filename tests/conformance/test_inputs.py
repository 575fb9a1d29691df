"""The designed inputs: each is what it says, and what a judge sees beside the equations is judged."""

import numpy
import pytest

from spec import oracle
from spec.adapters.plain import Plain
from spec.bounds import formats
from spec.conformance import judge
from spec.conformance.verdict import ABSENT, BROKEN, FAIL, INCONCLUSIVE, PASS
from spec.data import inputs
from spec.data.designs import DESIGNS
from spec.interface import contract
from spec.interface.adapter import Caps
from spec.mutants import MUTANTS


def rows(name, dtype="float32"):
    return oracle.channels(inputs.data(name, dtype).x).astype(float)


def test_every_data_set_says_what_it_is_there_for():
    assert all(fault for fault, _, _ in DESIGNS.values())
    assert set(inputs.names()) < set(inputs.names(full=True)) == set(DESIGNS)


@pytest.mark.sweeps
def test_sizes_are_0_to_3_primes_and_one_past_each_width():
    sizes = {inputs.data(name, "float32").m for name in inputs.names()}
    assert {0, 1, 2, 3, 67, 131, 257} | {width + 1 for width in (4, 8, 16, 32, 64)} <= sizes


@pytest.mark.parametrize("power", range(8))
def test_the_ratio_of_mean_to_deviation_is_the_one_named(power):
    # of the design's distribution; numbers drawn from it have a deviation of their own, which 0.4 allows for
    x = rows(f"ratio-1e{power}", "float64")
    numpy.testing.assert_allclose(abs(x.mean(axis=1) / x.std(axis=1)), 10.0**power, rtol=0.4)


@pytest.mark.parametrize("eps", [1e-8, 1e-5, 1e-3, 1.0, 1e9])
def test_the_variance_is_below_at_and_above_eps(eps):
    shares = [
        rows(name).var(axis=1).mean() / eps
        for name, (_, _, fixed) in DESIGNS.items()
        if name.startswith("eps-") and fixed["eps"] == eps
    ]
    assert min(shares) < 1e-5
    assert any(0.1 < share < 10 for share in shares)
    assert max(shares) > 1e5
    assert DESIGNS["eps-0-std-1"][2]["eps"] == 0


def test_no_dy_is_constant():
    for name in inputs.plain():
        data = inputs.data(name, "float32")
        dy = oracle.channels(data.dy)
        assert data.count < 2 or not (dy == dy[:, :1]).all(axis=1).any(), name


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_ranges_are_those_of_the_format(dtype):
    largest, least = formats.largest(dtype), float(formats.limits(dtype).smallest_normal)
    assert abs(rows("near-the-largest", dtype)).max() > largest / 128
    small = abs(rows("subnormal", dtype))
    assert 0 < small.max() < least


def test_copies_are_copies():
    data = inputs.data("very-many", "float32")
    assert data.times > 1
    block = data.block(data.x)
    assert (data.x.reshape(data.times, *block.shape) == block).all()


def test_a_batch_of_copies_is_judged_as_the_whole_batch():
    block = inputs.data("m-17", "float32")
    whole = numpy.tile(block.x, (3, 1)), numpy.tile(block.dy, (3, 1))
    for accumulate in ("float64", "any"):
        how = {"accumulate": accumulate}
        short = oracle.problem(block.x, block.gamma, block.beta, 1e-5, dy=block.dy, times=3, **how)
        long = oracle.problem(whole[0], block.gamma, block.beta, 1e-5, dy=whole[1], **how)
        for name in ("mean", "var", "y"):
            one, other = (call.expected((name,))[name] for call in (short, long))
            got = one.nearest if one.nearest.ndim == 1 else numpy.tile(one.nearest, (3, 1))
            numpy.testing.assert_array_equal(got, other.nearest)
        for name in oracle.GRADIENTS:
            one, other = (call.gradients("training")[name] for call in (short, long))
            # bounds are float64 sums, rounded up, of as many terms: they differ by those roundings alone
            roundings = whole[0].shape[0] * numpy.finfo(float).eps
            numpy.testing.assert_allclose(one.bounds.max(), other.bounds.max(), rtol=roundings)


def test_float32_sums_that_stop_growing_are_found():
    class Stops(Plain):
        caps = Caps(dtypes=("float32",), accumulate="float64", least=1)

        def backward(self, dy, x, gamma, beta, eps):
            found = super().backward(dy, x, gamma, beta, eps)
            return found | {"dbeta": numpy.minimum(found["dbeta"], 2.0**20)}

    verdicts = judge(Stops(), inputs.data("very-many", "float32"))
    assert {v.quantity for v in verdicts if v.status in BROKEN} == {"dbeta"}


def test_aliased_arguments_share_their_memory():
    data = inputs.data("aliased", "float32")
    assert data.x is data.dy
    assert data.gamma is data.beta
    assert all(verdict.status in (PASS, ABSENT) for verdict in judge(Plain(), data))


class Laid(Plain):
    caps = Caps(accumulate="float64", least=1, keeps_layout=True)


def test_a_layout_that_is_declared_is_judged():
    verdicts = judge(Laid(), inputs.data("layout-channels-last", "float32"))
    found = {v.quantity: v.status for v in verdicts if v.quantity.startswith("layout")}
    outputs = "y", "dx", "inference y", "inference dx", "jvp", "d_dy", "d_x"
    assert found.keys() == {f"layout of {name}" for name in outputs}
    assert contract.order(numpy.zeros((2, 3, 5))) == [0, 1, 2]
    assert contract.order(numpy.zeros((5, 1, 3)).T) == [2, 0]


@pytest.mark.parametrize(
    ("name", "dtype", "words"),
    [
        ("y", numpy.float64, "wanted float32, found float64"),
        ("y", numpy.float16, "wanted float32, found float16"),
        ("dx", numpy.int32, "wanted floating-point numbers, found int32"),
        ("mean", numpy.float16, "wanted float32 or finer, found float16"),
        ("mean", numpy.float64, ""),
        ("dbeta", numpy.float32, ""),
    ],
)
def test_the_format_of_a_result_is_judged(name, dtype, words):
    assert contract.of_format(name, numpy.zeros(3, dtype), "float32") == words


@pytest.mark.parametrize("dtype", formats.HALVES)
def test_half_precision_is_held_to_float32_parameters(dtype):
    class Half(Plain):
        caps = Caps(dtypes=(dtype,), accumulate="float64", least=1)

    for name in ("ordinary", "eps-1-std-1", "dy-offset"):
        data = inputs.data(name, dtype)
        assert data.gamma.dtype == data.var.dtype == numpy.float32
        assert data.x.dtype.itemsize == 2
        verdicts = [v for v in judge(Half(), data) if v.quantity != "second derivatives"]
        assert {verdict.status for verdict in verdicts} == {PASS}, [str(v) for v in verdicts]
        assert max(v.ratio for v in verdicts if v.quantity == "y") > 0.5


def test_a_result_that_a_later_call_overwrites_is_found():
    verdicts = judge(MUTANTS["y in one buffer for every call"].adapter, inputs.data("second-call", "float32"))
    words = "a later call wrote to what this one returned"
    assert any(v.status == FAIL and v.detail == words for v in verdicts)


@pytest.mark.parametrize("name", ["NaN of dy hidden as 0", "NaN of dy in the next channel"])
def test_a_nan_of_dy_stays_in_its_channel_and_is_seen(name):
    data = inputs.data("not-finite-dy", "float32")
    assert any(v.status in BROKEN for v in judge(MUTANTS[name].adapter, data))
    assert all(v.status in (PASS, INCONCLUSIVE) for v in judge(Plain(), data))
