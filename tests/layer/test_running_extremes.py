"""Running statistics where one of the two that are averaged weighs nothing, is not finite, or is large."""

import numpy
import pytest
from judge import DTYPES
from layouts import bits

import bncore
from bncore import running

BAD = (numpy.nan, numpy.inf, -numpy.inf)
RULE = running.Rule(0.1, unbiased=True)
MOST = numpy.finfo(float).max
X = numpy.random.default_rng(0).normal(3, 2, (7, 3, 5))


def layer_of(momentum, mean=(1.0, 2.0, 3.0), var=(4.0, 5.0, 6.0), dtype="float64"):
    layer = bncore.BatchNorm(3, momentum=momentum, dtype=dtype)
    layer.running_mean, layer.running_var = numpy.array(mean), numpy.array(var)
    return layer


def spoiled(bad, dtype="float64"):
    """A batch with a bad number in its channel 1."""
    x = X.astype(dtype)
    x[3, 1, 2] = bad
    return x


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bad", BAD)
def test_momentum_0_keeps_them_whatever_the_batch_is(bad, dtype):
    layer, before = layer_of(0.0, dtype=dtype), layer_of(0.0)
    layer(spoiled(bad, dtype))
    assert bits(layer.running_mean) == bits(before.running_mean)
    assert bits(layer.running_var) == bits(before.running_var)
    assert layer.num_batches_tracked == 1


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
def test_momentum_1_replaces_them_whatever_they_were(bad, dtype):
    layer, clean = layer_of(1.0, (bad,) * 3, (bad,) * 3, dtype), layer_of(1.0, dtype=dtype)
    x = X.astype(dtype)
    layer(x)
    clean(x)
    assert bits(layer.running_mean) == bits(clean.running_mean) == bits(bncore.statistics(x).mean)
    assert bits(layer.running_var) == bits(clean.running_var)
    assert numpy.isfinite(layer.running_var).all()


@pytest.mark.parametrize("momentum", [0.0, 1.0])
def test_the_arrays_are_the_layers_own(momentum):
    layer = layer_of(momentum)
    before = layer.running_mean, layer.running_var
    layer(X)
    for name, old in zip(("running_mean", "running_var"), before, strict=True):
        array = getattr(layer, name)
        assert not numpy.shares_memory(array, old)
        array += 1


@pytest.mark.parametrize("bad", BAD)
@pytest.mark.parametrize("momentum", [5e-324, 0.1, 0.5, 1 - 2**-53])
def test_with_any_other_momentum_both_have_a_say(momentum, bad):
    for layer, x in ((layer_of(momentum), spoiled(bad)), (layer_of(momentum, (1.0, bad, 3.0)), X)):
        layer(x)
        assert not numpy.isfinite(layer.running_mean[1])
        assert numpy.isfinite(layer.running_mean[[0, 2]]).all()


@pytest.mark.parametrize("bad", BAD)
def test_statistics_of_nothing_have_no_say(bad):
    # no element has entered yet: what the running statistics are at first does not count
    layer, clean = layer_of(None, (bad,) * 3, (abs(bad),) * 3), layer_of(None)
    for each in (layer, clean):
        each(X)
        each(2 * X)
    assert bits(layer.running_mean) == bits(clean.running_mean)
    assert bits(layer.running_var) == bits(clean.running_var)


def test_a_variance_whose_unbiased_form_overflows_enters_all_the_same():
    # of two numbers it is twice the biased one, of which a tenth enters
    old, new = numpy.array([3.0]), numpy.array([1.3 * 2**23])
    small, large = (
        running.Running(1, 2, numpy.ones(1), numpy.ldexp(old, power))
        .after(bncore.Stats(2, numpy.ones(1), numpy.ldexp(new, power), 0.0), RULE)
        .var
        for power in (0, 1000)
    )
    assert (numpy.ldexp(new, 1000) > MOST / 2).all()
    assert bits(large) == bits(numpy.ldexp(small, 1000))


@pytest.mark.parametrize("momentum", [0.1, 0.5, 0.999])
def test_averages_of_the_largest_numbers_are_finite(momentum):
    layer = layer_of(momentum, (MOST, -MOST, MOST), (MOST,) * 3)
    layer(X)
    assert numpy.isfinite(layer.running_mean).all()
    assert numpy.isfinite(layer.running_var).all()
