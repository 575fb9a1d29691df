"""Shards whose numbers are so large that their sums overflow, and the statistics of the whole do not."""

from fractions import Fraction

import numpy
import pytest
from layouts import bits

import bncore

MOST = numpy.finfo(float).max


def stats_of(count, mean, var=0.0):
    return bncore.Stats(count, numpy.atleast_1d(mean).astype(float), numpy.atleast_1d(var).astype(float), 0.0)


def merged(*shards):
    whole = bncore.merge(*(stats_of(*shard) for shard in shards))
    return float(whole.mean[0]), float(whole.var[0])


def exactly(shards):
    """The mean and the variance of the whole in rational numbers."""
    count = sum(m for m, _, _ in shards)
    mean = sum(m * Fraction(mean) for m, mean, _ in shards) / count
    return mean, sum(m * (Fraction(var) + (Fraction(each) - mean) ** 2) for m, each, var in shards) / count


@pytest.mark.parametrize(
    ("shards", "mean", "var"),
    [
        ([(10**6, 0.0, 0.0), (10**6, 1e303, 0.0)], 5e302, numpy.inf),
        ([(1, 1.7e308, 0.0), (1, -1.7e308, 0.0)], 0.0, numpy.inf),
        ([(1, MOST, 0.0), (2**62, MOST, 0.0)], MOST, 0.0),
        ([(3, MOST, 2.0), (1, MOST, 2.0)], MOST, 2.0),
        ([(10**6, 0.0, 1e303), (10**6, 0.0, 1e303)], 0.0, 1e303),
        ([(1, 0.0, MOST), (1, 0.0, MOST)], 0.0, MOST),
        ([(1, 0.0, MOST), (1, 0.0, 0.0)], 0.0, MOST / 2),
        ([(2**61, -MOST, 0.0), (2**61, -MOST, 0.0)], -MOST, 0.0),
        ([(10**6, 1e303, 0.0), (10**6, -numpy.inf, 0.0)], -numpy.inf, numpy.nan),
        ([(1, 1.7e308, 0.0), (1, -1.7e308, 0.0), (1, numpy.inf, 0.0)], numpy.inf, numpy.nan),
    ],
)
def test_what_is_known(shards, mean, var):
    numpy.testing.assert_array_equal(merged(*shards), (mean, var))
    numpy.testing.assert_array_equal(merged(*shards[::-1]), (mean, var))


def random_shards(random, number):
    counts = [int(count) for count in 2.0 ** random.uniform(0, 58, number)]
    return [
        (count, random.normal(3, 10, 7), random.uniform(0, 9, 7) * (random.random() < 0.8))
        for count in counts
    ]


@pytest.mark.parametrize("power", [-480, -100, 1, 100, 400, 470, 480, 500, 510, 900, 950, 1000, 1015, 1018])
def test_times_a_power_of_two_it_is_the_same_bits(power):
    # nothing is lost on the way: neither where nothing is large nor where squares, or even sums, overflow
    random = numpy.random.default_rng(abs(power))
    for number in (2, 3, 11):
        # where variances would overflow themselves there are none
        shards = [(m, mean, var * (power <= 500)) for m, mean, var in random_shards(random, number)]
        large = [(m, numpy.ldexp(mean, power), numpy.ldexp(var, 2 * power)) for m, mean, var in shards]
        plain, whole = (bncore.merge(*(stats_of(*shard) for shard in each)) for each in (shards, large))
        assert bits(whole.mean) == bits(numpy.ldexp(plain.mean, power))
        with numpy.errstate(over="ignore"):
            assert bits(whole.var) == bits(numpy.ldexp(plain.var, 2 * power))


@pytest.mark.parametrize("seed", range(200))
def test_against_rational_numbers(seed):
    # magnitudes from the least to the largest, in one channel; counts from one to very many
    random = numpy.random.default_rng(seed)
    number = int(random.integers(2, 6))
    shards = [
        (
            int(2.0 ** random.uniform(0, 58)),
            float(numpy.ldexp(random.uniform(-1, 1), int(random.integers(-400, 1025)))),
            float(numpy.ldexp(random.uniform(0, 1), int(random.integers(-800, 1025)))),
        )
        for _ in range(number)
    ]
    (mean, var), (exact_mean, exact_var) = merged(*shards), exactly(shards)
    unit = Fraction(2) ** -52
    # each count, product, sum and quotient rounds once, relative to the largest mean
    largest = max(abs(Fraction(each)) for _, each, _ in shards)
    allowed = (number + 6) * unit * largest
    assert numpy.isfinite(mean)
    assert abs(Fraction(mean) - exact_mean) <= allowed
    bound = (number + 10) * unit * exact_var + 4 * allowed**2 + Fraction(5e-324)
    if exact_var > Fraction(MOST):
        assert var == numpy.inf or exact_var - Fraction(var) <= bound
    else:
        assert numpy.isfinite(var) or exact_var + bound > Fraction(MOST)
        assert numpy.isinf(var) or abs(Fraction(var) - exact_var) <= bound


def test_a_shard_without_elements_has_no_say():
    full = stats_of(3, [1.0, 2.0], [4.0, 5.0])
    for bad in (numpy.nan, numpy.inf, MOST):
        nothing = stats_of(0, [bad, bad], [abs(bad), 0.0])
        for shards in ((nothing, full), (full, nothing, nothing), (nothing, full, full)):
            found = bncore.merge(*shards)
            assert bits(found.mean) == bits(full.mean)
            assert bits(found.var) == bits(full.var)


def test_counts_that_no_memory_holds_are_refused():
    with pytest.raises(ValueError, match=r"^stats must count at most 9223372036854775807 .* found 92233720"):
        bncore.merge(stats_of(2**62, 0.0), stats_of(2**62, 0.0))
