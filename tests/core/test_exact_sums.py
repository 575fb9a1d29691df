"""Exact sums: what they come to, rounded once; no bit depends on how a batch is cut, laid out or shared."""

import functools
import operator
import pickle
from fractions import Fraction

import ml_dtypes
import numpy
import pytest
from layouts import LAYOUTS, bits
from marks import swept

import bncore
from bncore import _stats, words

EPS = 1e-5
SHAPES = [
    ((14, 3), 1),
    ((6, 5, 9), 1),
    ((40, 6, 7, 7), 1),
    ((9, 8, 8, 33), -1),
    ((3, 2, 901), 1),
    ((5, 4, 3), 0),
]
FLAVOURS = ("plain", "offset", "scales", "subnormal")


def drawn(shape, flavour, seed=0, dtype="float32"):
    rng = numpy.random.default_rng(seed)
    numbers = rng.standard_normal(shape)
    if flavour == "offset":
        numbers += 1e4
    elif flavour == "scales":
        numbers *= 2.0 ** rng.integers(-60, 60, shape)
    elif flavour == "subnormal":
        numbers *= 2.0**-130
    with numpy.errstate(all="ignore"):
        return numbers.astype(dtype)


def channels_of(x, axis):
    """The elements of each channel, as rational numbers."""
    return [[Fraction(float(n)) for n in row.ravel()] for row in numpy.moveaxis(x, axis, 0)]


def moments(x, axis):
    """mean, what rounding takes from it, and var."""
    found = []
    for numbers in channels_of(x, axis):
        mean = sum(numbers) / len(numbers)
        var = sum(n * n for n in numbers) / len(numbers) - mean**2
        found.append((float(mean), float(mean - Fraction(float(mean))), float(var)))
    return numpy.array(found).T


def pairs(dy, x, stats, axis):
    """sum dy and sum dy (x - mean)."""
    found = []
    for mean, dys, xs in zip(stats.mean, channels_of(dy, axis), channels_of(x, axis), strict=True):
        deviations = (d * (n - Fraction(float(mean))) for d, n in zip(dys, xs, strict=True))
        found.append((float(sum(dys)), float(sum(deviations))))
    return numpy.array(found).T


def together(parts):
    return functools.reduce(operator.add, parts)


@pytest.fixture
def threads():
    before = bncore.get_num_threads()
    yield bncore.set_num_threads
    bncore.set_num_threads(before)


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES[:3] + SHAPES[5:], ids=str)
def test_sums_are_rounded_once(shape, axis, flavour):
    x, dy = drawn(shape, flavour), drawn(shape, flavour, 1)
    stats = bncore.sums(x, axis=axis, exact=True).stats(EPS)
    mean, rest, var = moments(x, axis)
    assert stats.count == x.size // x.shape[axis]
    assert bits(stats.mean) == bits(mean)
    assert bits(_stats.rests(stats)) == bits(rest)
    assert bits(stats.var) == bits(var)
    gsums = bncore.gradient_sums(dy, x, stats, axis=axis, exact=True)
    dbeta, dyd = pairs(dy, x, stats, axis)
    assert bits(gsums.dbeta) == bits(dbeta)
    numpy.testing.assert_allclose(gsums.dgamma, dyd / numpy.sqrt(var + EPS), rtol=4e-16)


@pytest.mark.parametrize("dtype", ["float16", ml_dtypes.bfloat16], ids=["float16", "bfloat16"])
def test_half_precision_is_exact_too(dtype):
    x, dy = drawn((14, 5, 3), "plain", 0, dtype), drawn((14, 5, 3), "plain", 1, dtype)
    stats = bncore.sums(x, exact=True).stats(EPS)
    mean, _, var = moments(x, 1)
    assert bits(stats.mean) == bits(mean)
    assert bits(stats.var) == bits(var)
    gsums = bncore.gradient_sums(dy, x, stats, exact=True)
    assert bits(gsums.dbeta) == bits(pairs(dy, x, stats, 1)[0])
    assert bncore.gradient(dy, x, None, stats, gsums).dtype == x.dtype


@pytest.mark.parametrize("dy_layout", ["contiguous", "channel_last"])
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_no_layout_changes_a_bit(shape, axis, layout, dy_layout):
    x, dy = drawn(shape, "scales"), drawn(shape, "scales", 1)
    sums = bncore.sums(x, axis=axis, exact=True)
    gsums = bncore.gradient_sums(dy, x, sums.stats(EPS), axis=axis, exact=True)
    x, dy = LAYOUTS[layout](x, axis), LAYOUTS[dy_layout](dy, axis)
    other = bncore.sums(x, axis=axis, exact=True)
    assert bits(other.array()) == bits(sums.array())
    other = bncore.gradient_sums(dy, x, sums.stats(EPS), axis=axis, exact=True)
    assert bits(other.array()) == bits(gsums.array())


@pytest.mark.parametrize("flavour", FLAVOURS)
@pytest.mark.parametrize("merge", ["+", "merge", "words"])
def test_shards_of_any_sizes_in_any_order_have_the_bits_of_the_batch(merge, flavour):
    shape = (60, 5, 4)
    x, dy, rng = drawn(shape, flavour), drawn(shape, flavour, 1), numpy.random.default_rng(2)
    whole = bncore.sums(x, exact=True)
    stats = whole.stats(EPS)
    gwhole = bncore.gradient_sums(dy, x, stats, exact=True)
    for _ in range(5):
        # some are empty
        cuts = numpy.sort(rng.integers(0, 61, 6))
        of = numpy.split(rng.permutation(60), cuts)
        sums = [bncore.sums(x[rows], exact=True) for rows in of]
        gsums = [bncore.gradient_sums(dy[rows], x[rows], stats, exact=True) for rows in of]
        if merge == "+":
            found, gfound = together(sums), together(gsums)
        elif merge == "merge":
            found, gfound = bncore.merge(*sums), together(gsums)
        else:
            added, gadded = (sum(one.array() for one in some) for some in (sums, gsums))
            found = bncore.Sums.from_array(added)
            gfound = bncore.GradientSums.from_array(gadded, stats)
        assert bits(found.array()) == bits(whole.array())
        assert bits(found.stats(EPS).mean) == bits(stats.mean)
        assert bits(found.stats(EPS).var) == bits(stats.var)
        assert bits(gfound.array()) == bits(gwhole.array())
        assert bits(gfound.dgamma) == bits(gwhole.dgamma)
        dx = bncore.gradient(dy, x, None, stats, gfound)
        assert bits(dx) == bits(bncore.gradient(dy, x, None, stats, gwhole))


@pytest.mark.parametrize("layout", ["contiguous", "channel_last", "channel_first", *swept("cropped")])
@pytest.mark.parametrize(
    ("shape", "axis"), [*SHAPES, ((1, 1, 5000), 1), ((5000, 1), 1), ((2, 1500), 1)], ids=str
)
def test_no_number_of_threads_changes_a_bit(shape, axis, layout, threads, monkeypatch):
    x, dy = (LAYOUTS[layout](drawn(shape, "scales", seed), axis) for seed in (0, 1))
    threads(1)
    sums = bncore.sums(x, axis=axis, exact=True)
    gsums = bncore.gradient_sums(dy, x, sums.stats(), axis=axis, exact=True)
    monkeypatch.setattr(words, "PIECE", 3)
    for number in range(1, 8):
        threads(number)
        assert bits(bncore.sums(x, axis=axis, exact=True).array()) == bits(sums.array())
        found = bncore.gradient_sums(dy, x, sums.stats(), axis=axis, exact=True)
        assert bits(found.array()) == bits(gsums.array())


def test_large_batches_are_shared_out(threads):
    x = drawn((64, 8, 40, 40), "scales")
    found = []
    for number in (1, 2, 3):
        threads(number)
        found += [bncore.sums(each, exact=True) for each in (x, LAYOUTS["channel_last"](x, 1), x[::-1])]
    parts = together([bncore.sums(x[i : i + 5], exact=True) for i in range(0, 64, 5)])
    assert {bits(each.array()) for each in found} == {bits(parts.array())}


def test_of_a_relu_dy_counts_where_y_is_positive():
    x, dy, y = (drawn((6, 5, 9), "plain", seed) for seed in range(3))
    y[0, 0, :2] = 0, numpy.nan
    for dtype in ("float32", "float16", ml_dtypes.bfloat16):
        stats = bncore.sums(x.astype(dtype), exact=True).stats(EPS)
        some = [each.astype(dtype) for each in (dy, x, y)]
        for layout in ("contiguous", "channel_last", "cropped"):
            laid = LAYOUTS[layout](some[2], 1)
            found = bncore.gradient_sums(*some[:2], stats, y=laid, exact=True)
            through = numpy.where(some[2].astype("float32") > 0, some[0].astype("float32"), 0).astype(dtype)
            assert bits(found.array()) == bits(
                bncore.gradient_sums(through, some[1], stats, exact=True).array()
            )


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf, -numpy.inf])
def test_what_is_not_finite_stays_in_its_channel(bad):
    x, dy = drawn((6, 5, 9), "plain"), drawn((6, 5, 9), "plain", 1)
    fine = bncore.sums(x, exact=True).stats(EPS)
    gfine = bncore.gradient_sums(dy, x, fine, exact=True)
    x[3, 2, 1] = bad
    stats = together([bncore.sums(part, exact=True) for part in (x[:3], x[3:])]).stats(EPS)
    others = [0, 1, 3, 4]
    numpy.testing.assert_array_equal(stats.mean[2], bad)
    assert numpy.isnan(stats.var[2])
    assert bits(stats.mean[others]) == bits(fine.mean[others])
    assert bits(stats.var[others]) == bits(fine.var[others])
    gsums = bncore.gradient_sums(dy, x, stats, exact=True)
    assert numpy.isnan(gsums.dgamma[2])
    assert bits(gsums.dgamma[others]) == bits(gfine.dgamma[others])


@pytest.mark.parametrize("shape", [(0, 3), (2, 3, 0), (4, 0, 2)])
def test_empty_shards_have_empty_sums(shape):
    x = numpy.empty(shape, "float32")
    sums = bncore.sums(x, exact=True)
    stats = sums.stats()
    assert (sums.count, stats.count) == (0, 0)
    assert not sums.array().any()
    assert not bncore.gradient_sums(x, x, stats, exact=True).array().any()
    assert bncore.normalize(x, None, None, stats).shape == shape


def test_they_are_sent_whole():
    x, dy = drawn((6, 5, 9), "scales"), drawn((6, 5, 9), "scales", 1)
    sums = bncore.sums(x, exact=True)
    gsums = bncore.gradient_sums(dy, x, sums.stats(), exact=True)
    sent = sums.array()
    assert sent.dtype == gsums.array().dtype == numpy.int64
    for again in (pickle.loads(pickle.dumps(sums)), bncore.Sums.from_array(sent.astype(">i8"))):
        assert bits(again.array()) == bits(sent)
        assert again.count == sums.count == 54
    again = pickle.loads(pickle.dumps(gsums))
    assert bits(again.array()) == bits(gsums.array())
    assert bits(again.dgamma) == bits(gsums.dgamma)
    assert repr(sums) == "Sums(count=54, channels=5, exact=True)"
    assert repr(gsums).endswith("exact=True)")
    # what is sent is a copy
    sent[:] = 0
    assert sums.array().any()


def test_counts_of_any_size_are_added():
    one = bncore.sums(numpy.ones((3, 2), "float32"), exact=True).array()
    many = bncore.Sums.from_array(one * ((1 << 31) - 1))
    assert many.count == 3 * ((1 << 31) - 1)
    assert many.stats(0.0).mean.tolist() == [1, 1]
    assert many.stats(0.0).var.tolist() == [0, 0]


X = numpy.ones((2, 3), "float32")
STATS = bncore.statistics(X)
SUMS, GSUMS = bncore.sums(X, exact=True), bncore.gradient_sums(X, X, STATS, exact=True)
WRONG = [
    (
        lambda: bncore.sums(X.astype("float64"), exact=True),
        TypeError,
        "x must be .* exact=True, found .*float64",
    ),
    (
        lambda: bncore.gradient_sums(*[X.astype("float64")] * 2, STATS, exact=True),
        TypeError,
        "x .* exact=True",
    ),
    (lambda: bncore.sums(X, exact=1), TypeError, "exact must be True or False"),
    (lambda: bncore.gradient_sums(X, X, STATS, exact="yes"), TypeError, "exact must be True or False"),
    (lambda: bncore.sums(X, weights=X[:, :1], exact=True), ValueError, "exact sums have no weights"),
    (lambda: bncore.gradient_sums(X, X, STATS, weights=X[:, :1], exact=True), ValueError, "no weights"),
    (lambda: bncore.gradient_sums(X, numpy.ones((9, 3), "float32"), STATS, exact=True), ValueError, "shape"),
    (lambda: bncore.gradient_sums(X, X, bncore.statistics(X[:, :2]), exact=True), ValueError, "3 channels"),
    (lambda: bncore.gradient_sums(X, X, SUMS, exact=True), TypeError, "stats must be the Stats"),
    (lambda: SUMS + bncore.sums(X), TypeError, "exact"),
    (lambda: bncore.sums(X) + SUMS, TypeError, "exact"),
    (lambda: bncore.merge(SUMS, STATS), TypeError, r"stats\[1\]"),
    (lambda: GSUMS + bncore.gradient_sums(X, X, STATS), TypeError, "exact"),
    (lambda: bncore.gradient_sums(X, X, STATS) + GSUMS, TypeError, "exact"),
    (lambda: SUMS + bncore.sums(X[:, :2], exact=True), ValueError, "channels"),
    (lambda: bncore.Sums.from_array(GSUMS.array()), ValueError, "Sums.array"),
    (lambda: bncore.Sums.from_array(SUMS.array()[:-1]), ValueError, "Sums.array"),
    (lambda: bncore.Sums.from_array(-SUMS.array()), ValueError, "count"),
    (lambda: bncore.Sums.from_array(numpy.append([0, 0], GSUMS.array())), ValueError, "found sums of none"),
    (lambda: bncore.GradientSums.from_array(SUMS.array(), STATS), ValueError, "33 words"),
    (
        lambda: bncore.merge(*[bncore.Sums.from_array(SUMS.array() * [1 << 61, 0, *[0] * 99])] * 2),
        ValueError,
        "count",
    ),
]


@pytest.mark.parametrize(("call", "error", "said"), WRONG)
def test_what_is_wrong_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_nothing_that_is_given_is_changed():
    x, dy = drawn((6, 5, 9), "scales"), drawn((6, 5, 9), "scales", 1)
    kept = [each.copy() for each in (x, dy)]
    for each in (x, dy):
        each.flags.writeable = False
    bncore.gradient_sums(dy, x, bncore.sums(x, exact=True).stats(), y=x, exact=True)
    assert bits(x) == bits(kept[0])
    assert bits(dy) == bits(kept[1])
