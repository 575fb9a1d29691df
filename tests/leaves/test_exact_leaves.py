"""Exact sums: every word of every leaf, merged in any way, and what they become, in Python's integers."""

import ctypes
import random
from fractions import Fraction

import abi
import exact
import exact_cases
import numpy
import pytest
from guards import Memory, joined
from hypothesis import given, settings
from hypothesis import strategies as st
from marks import swept

from bncore import runtime
from bncore.core import exact as core

LEVELS = [
    pytest.param(
        level,
        marks=pytest.mark.skipif(
            not exact.runnable(level), reason=f"this processor, or this build, has no {level}"
        ),
    )
    for level in runtime._VARIANTS
]
FINITE = st.floats(width=32, allow_nan=False, allow_infinity=False)


def call(leaf, extent, args, words, work):
    leaf(None, *(ctypes.byref(each) for each in (extent, args["dy"], args["x"])), words, work)


def settled(words):
    copy = numpy.array(words, numpy.int64, ndmin=2)
    core.settle(copy)
    return copy


@pytest.mark.sweeps
@pytest.mark.parametrize("leaf", exact.LEAVES)
@pytest.mark.parametrize("level", LEVELS)
def test_a_leaf_adds_what_the_sums_are_and_touches_nothing_else(level, leaf):
    compiled, memory, count = exact.function(level, leaf), Memory(), 0
    for what, extent, args, added in exact_cases.CASES[leaf](memory):
        channels = extent.channels
        rng = numpy.random.default_rng(count)
        before = rng.integers(-exact.LOOSE, exact.LOOSE, (channels, exact.WORDS)) * (count % 3 == 0)
        words = memory.write("words", before, exact_cases.END)
        work = memory.write("work", numpy.zeros(abi.CONSTANTS["EXACT_BYTES"], numpy.uint8), exact_cases.END)
        work.expected = words.expected = None
        words.values[...] = before
        memory.freeze()
        call(compiled, extent, args, words.address, work.address)
        faults = memory.faults(joined(words.spans + work.spans))
        assert not faults, f"{what}: {faults}"
        for c in range(channels):
            had, has = exact.value(before[c]), exact.value(words.values[c])
            assert tuple(a - b for a, b in zip(has, had, strict=True)) == added[c], f"{what}: channel {c}"
        assert (abs(words.values[:, : exact.COUNTS]) <= exact.LOOSE).all(), what
        memory.clear()
        count += 1
    assert count > 300


@pytest.mark.parametrize("level", LEVELS)
@pytest.mark.parametrize(
    ("dy", "x"),
    [
        ([1e38, 1e-45, -0.0, 3.0, -1e38, 0.1, -2.5e-41], [0.1, 1e38, 1.0, -1e-45, 1e38, -1e38, 3.0]),
        # one by one, at the highest place that there is
        ([3e38, -3e38], [3e38, 1.1e31]),
    ],
)
def test_what_a_leaf_adds_is_the_sum_in_rational_numbers(level, dy, x):
    dy, x = (numpy.array([[each]], numpy.float32) for each in (dy, x))
    numbers, others = ([Fraction(float(each)) for each in array.ravel()] for array in (dy, x))
    for of, second in ((None, others), (dy, numbers)):
        words = of_runs(level, of, x)
        found, infinite = exact.value(words[0])[:2], exact.value(words[0])[2:]
        assert found[0] * exact.UNIT == sum(second)
        assert found[1] * exact.UNIT**2 == sum(a * b for a, b in zip(second, others, strict=True))
        assert infinite == (0, 0, 0, 0)


# However a batch is cut.


def of_runs(level, dy, x):
    """Words of arrays (channels, planes, count), dy being None for moments."""
    words = numpy.zeros((len(x), exact.WORDS), numpy.int64)
    work = numpy.zeros(abi.CONSTANTS["EXACT_BYTES"], numpy.uint8)
    arrays = [numpy.ascontiguousarray(a) for a in (x if dy is None else dy, x)]
    seen = [abi.TYPES["Runs"](a.ctypes.data, *a.strides[:2]) for a in arrays]
    args = {"dy": abi.TYPES["Runs"]() if dy is None else seen[0], "x": seen[1]}
    leaf = exact.function(level, "run_exact")
    call(leaf, abi.TYPES["Span"](*x.shape), args, words.ctypes.data, work.ctypes.data)
    return words


def of_columns(level, dy, x):
    """The same, read as rows."""
    channels, rows, size = x.shape
    words = numpy.zeros((channels, exact.WORDS), numpy.int64)
    work = numpy.zeros(abi.CONSTANTS["EXACT_BYTES"], numpy.uint8)
    arrays = [numpy.ascontiguousarray(a.transpose(1, 0, 2)) for a in (x if dy is None else dy, x)]
    seen = [abi.TYPES["Rows"](a.ctypes.data, a.strides[0]) for a in arrays]
    args = {"dy": abi.TYPES["Rows"]() if dy is None else seen[0], "x": seen[1]}
    extent = abi.TYPES["Block"](1, rows, 0, channels, size, True, False)
    call(exact.function(level, "column_exact"), extent, args, words.ctypes.data, work.ctypes.data)
    return words


@pytest.mark.sweeps
@pytest.mark.parametrize("level", LEVELS)
@settings(max_examples=60, deadline=None)
@given(
    flavour=st.sampled_from(list(exact_cases.FLAVOURS)),
    pairs=st.booleans(),
    shape=st.tuples(st.integers(1, 3), st.integers(1, 40), st.integers(1, 9)),
    seed=st.integers(0, 1 << 30),
)
def test_shards_merge_to_the_same_words_in_any_tree_order_and_walk(level, flavour, pairs, shape, seed):
    rng, draw = random.Random(seed), exact_cases.FLAVOURS[flavour]
    x, dy = draw(shape, seed), draw(shape, seed + 1) if pairs else None
    whole = settled(of_runs(level, dy, x))
    planes = numpy.random.default_rng(seed).permutation(shape[1])
    cuts = sorted(rng.randrange(shape[1] + 1) for _ in range(rng.randrange(6)))
    shards = []
    for some in numpy.split(planes, cuts):
        of = rng.choice([of_runs, of_columns]) if len(some) else of_runs
        words = of(level, None if dy is None else dy[:, some], x[:, some])
        shards.append(settled(words) if rng.random() < 0.5 else words)
    while len(shards) > 1:
        a, b = (shards.pop(rng.randrange(len(shards))) for _ in range(2))
        shards.append(settled(a + b) if rng.random() < 0.3 else a + b)
    assert (settled(shards[0]) == whole).all()


def test_so_many_words_can_be_added_as_it_says():
    largest = numpy.full(exact.WORDS, (1 << 32) - 1)
    for words, many in ((largest, 1 << 31), (numpy.full(exact.WORDS, exact.LOOSE), 1 << 22)):
        for sign in (1, -1):
            total = numpy.array([sign * int(word) * many for word in words], numpy.int64)  # or it overflows
            found = exact.value(settled(total)[0])
            assert found == tuple(sign * many * each for each in exact.value(words))


@given(st.integers(-(1 << 340), 1 << 340), st.integers(-(1 << 630), 1 << 630), st.integers(0, 1 << 30))
def test_settled_words_are_one_form_of_each_value(first, second, seed):
    rng, words = random.Random(seed), exact.words_of(first, second, 0, 3, 1, 0)
    loose = words.copy()
    for i in (i for i in range(exact.COUNTS - 1) if i + 1 != exact.SECOND):
        carry = rng.randrange(-(1 << 7), 1 << 7)
        loose[i] += carry << 32
        loose[i + 1] -= carry
    assert (settled(loose) == words).all()


# What words become.


def moments(words, m):
    mean, rest, var = numpy.full((3, len(words)), numpy.nan)
    core.moments(words, m, mean, rest, var)
    return mean, rest, var


def pairs(words, mean):
    dbeta, dyd = numpy.full((2, len(words)), numpy.nan)
    core.pairs(words, numpy.array(mean, float), dbeta, dyd)
    return dbeta, dyd


def rounded(number):
    """To nearest, ties to even, as Python's division of integers is."""
    try:
        return float(number)
    except OverflowError:
        return numpy.inf if number > 0 else -numpy.inf


def same(got, wanted):
    return got == wanted or (numpy.isnan(got) and numpy.isnan(wanted))


def check_moments(x):
    first, second, *infinite = exact.sums(x[None], x[None])[0]
    words = exact.words_of(first, second, *infinite)[None]
    found = [each[0] for each in moments(words, len(x))]
    mean, var = exact.moments(first, second, len(x))
    assert found == [rounded(mean), rounded(mean - Fraction(rounded(mean))), rounded(var)]
    return found


@pytest.mark.parametrize("flavour", [f for f in exact_cases.FLAVOURS if f != "special"])
@pytest.mark.parametrize("count", [1, 2, 3, 7, 64, 1000, 4097])
def test_mean_and_var_are_rounded_once(flavour, count):
    for salt in range(5):
        check_moments(exact_cases.FLAVOURS[flavour]((1, 1, count), salt).ravel())


@given(st.lists(FINITE, min_size=1, max_size=20))
def test_mean_and_var_of_any_numbers_are_rounded_once(numbers):
    mean, _, var = check_moments(numpy.array(numbers, numpy.float32))
    assert var >= 0
    assert (var == 0) == (len(set(numbers)) == 1)
    assert numpy.float32(min(numbers)) <= mean <= numpy.float32(max(numbers))


@given(FINITE, st.integers(1, (1 << 63) - 1))
def test_a_constant_has_var_0_however_many_there_are(number, m):
    whole, place = (int(n[0]) for n in exact.integers([number]))
    words = exact.words_of(m * whole << place, m * whole**2 << 2 * place, 0, 0, 0, 0)[None]
    mean, rest, var = moments(words, m)
    assert (mean[0], rest[0], var[0]) == (number, 0, 0)


@given(st.integers(1 << 52, (1 << 53) - 1), st.integers(0, 200), st.integers(1, (1 << 62) - 1), st.booleans())
def test_means_halfway_between_two_numbers_go_to_the_even_one(kept, place, m, near):
    # (kept + 1/2) 2^place m is a sum whose mean is a tie; one unit beside it, there is none
    total = ((2 * kept + 1) * m) << place
    for first in (total - 1, total, total + 1) if near else (total, -total):
        words = exact.words_of(first, 0, 0, 0, 0, 0)[None]
        assert moments(words, m)[0][0] == rounded(first * exact.UNIT / m)


@given(st.integers(-(1 << 330), 1 << 330), st.integers(0, 1 << 600), st.integers(1, (1 << 63) - 1))
def test_any_words_become_what_rational_numbers_say(first, second, m):
    second += first * first // m + 1  # so that the variance is positive
    words = exact.words_of(first, second, 0, 0, 0, 0)[None]
    wanted = exact.moments(first, second, m)
    mean, rest, var = moments(words, m)
    assert (mean[0], var[0]) == tuple(rounded(each) for each in wanted)
    assert rest[0] == rounded(wanted[0] - Fraction(mean[0]))


@given(
    st.integers(-(1 << 330), 1 << 330),
    st.integers(-(1 << 600), 1 << 600),
    st.floats(allow_nan=False, allow_infinity=False),
)
def test_sums_of_pairs_are_rounded_once(first, second, mean):
    words = exact.words_of(first, second, 0, 0, 0, 0)[None]
    dbeta, dyd = pairs(words, [mean])
    assert dbeta[0] == rounded(first * exact.UNIT)
    assert dyd[0] == rounded(exact.deviations(first, second, mean))


@given(st.integers(-(1 << 60), 1 << 60), st.integers(-1180, -960), st.integers(-3, 3))
def test_sums_of_pairs_are_subnormal_where_they_must_be(kept, exponent, beside):
    # mean sum dy, with nothing to take it from
    mean = numpy.ldexp(float(kept), exponent)
    first = (1 << 149) + beside
    words = exact.words_of(first, 0, 0, 0, 0, 0)[None]
    assert pairs(words, [mean])[1][0] == rounded(exact.deviations(first, 0, mean))


@given(st.integers(0, 1 << 54), st.integers(-1, 1), st.booleans())
def test_subnormal_ties_go_to_the_even_one(kept, beside, negative):
    # sum dy (x - mean) is half of the smallest number, so many times, and a little more or less
    mean = -numpy.ldexp(1.0, -1074 + 148 - 60)
    first = (2 * kept + 1 << 60) + beside
    first = -first if negative else first
    words = exact.words_of(first, 0, 0, 0, 0, 0)[None]
    assert pairs(words, [mean])[1][0] == rounded(exact.deviations(first, 0, mean))


NAN, INF = numpy.nan, numpy.inf


@pytest.mark.parametrize(
    ("numbers", "mean"),
    [([NAN], NAN), ([INF], INF), ([-INF], -INF), ([INF, -INF], NAN), ([INF, NAN], NAN), ([INF, INF], INF)],
)
def test_what_is_not_finite_stays_in_its_channel_and_shows(numbers, mean):
    # as float64 sums have it, in whichever shard it is
    first = numpy.array([[[1, 2, *numbers], [1] * len(numbers) + [2, 3]]], numpy.float32)[0][:, None]
    other = first[:, :, :1]
    words = settled(of_runs(runtime.isa, None, first)) + settled(of_columns(runtime.isa, None, other))
    found = moments(words, first.shape[2] + 1)
    assert same(found[0][0], mean)
    assert numpy.isnan(found[2][0])
    assert numpy.isfinite(found).all(axis=0).tolist() == [False, True]


@pytest.mark.parametrize(
    ("dy", "x"), [(NAN, 1), (INF, 2), (-INF, 2), (0, INF), (1, NAN), (0, NAN), (1, -INF), (INF, 0)]
)
def test_pairs_that_are_not_finite_are_what_float64_has(dy, x):
    dys = numpy.array([[[dy, 1, 2]], [[1, 2, 3]]], numpy.float32)
    xs = numpy.array([[[x, 3, 4]], [[3, 4, 5]]], numpy.float32)
    with numpy.errstate(invalid="ignore"):
        sums = dys.astype(float).sum((1, 2)), (dys.astype(float) * xs).sum((1, 2))
        wanted = sums[0], sums[1] - 0.5 * sums[0]
    for of in (of_runs, of_columns):
        found = pairs(settled(of(runtime.isa, dys, xs)), [0.5, 0.5])
        numpy.testing.assert_array_equal(found, wanted)


def test_a_channel_without_elements_has_no_mean():
    assert numpy.isnan(moments(numpy.zeros((1, exact.WORDS), numpy.int64), 0)[::2]).all()


def test_words_that_are_no_sums_have_no_variance():
    assert numpy.isnan(moments(exact.words_of(5, 0, 0, 0, 0, 0)[None], 1)[2]).all()


@pytest.mark.parametrize("shape", [(2, exact.WORDS - 1), (2, exact.WORDS + 1), (3, exact.WORDS)])
def test_arrays_of_other_shapes_are_refused(shape):
    words, two = numpy.zeros(shape, numpy.int64), numpy.zeros(2)
    with pytest.raises(ValueError, match="channel"):
        core.moments(words, 1, two, two.copy(), two.copy())
    with pytest.raises(ValueError, match="channel"):
        core.pairs(words, two, two.copy(), two.copy())


# Arrays (N, C, S).


@pytest.mark.parametrize("flavour", exact_cases.FLAVOURS)
@pytest.mark.parametrize(
    "shape",
    [
        (1, 1, 1),
        (5, 3, 1),
        (3000, 3, 1),
        (3, 1100, 1),
        *swept((40, 700, 2)),
        (7, 3, 49),
        (2, 2, 1025),
        (3, 2, 0),
        (0, 2, 3),
    ],
    ids=str,
)
def test_both_walks_of_an_array_add_the_same_words(shape, flavour):
    draw = exact_cases.FLAVOURS[flavour]
    x, dy = (numpy.ascontiguousarray(draw(shape, salt), numpy.float32) for salt in (1, 2))
    for of in (None, dy):
        wanted = exact.sums(*(each.transpose(1, 0, 2) for each in (x if of is None else of, x)))
        for columns in (True, False):
            words = numpy.zeros((shape[1], exact.WORDS), numpy.int64)
            core.add(of, x, words, columns)
            assert [exact.value(row) for row in words] == wanted
            # in parts, with gaps between rows, and between planes
            parts = numpy.zeros_like(words)
            for some in numpy.s_[:, :1, :], numpy.s_[:, 1:, :1], numpy.s_[:, 1:, 1:]:
                core.add(None if of is None else of[some], x[some], parts[some[1]], columns)
            assert (settled(parts) == settled(words)).all()


X3 = numpy.zeros((2, 3, 4), numpy.float32)
W3 = numpy.zeros((3, exact.WORDS), numpy.int64)


@pytest.mark.parametrize(
    ("args", "said"),
    [
        ((None, X3, W3[:2]), "3 channels"),
        ((None, X3, numpy.zeros((3, exact.WORDS + 1), numpy.int64)), "33"),
        ((X3[:1], X3, W3), "shape of x"),
        ((None, X3[:, :, ::2], W3), "contiguous"),
        ((X3[:, :, ::-1], X3, W3), "contiguous"),
    ],
)
def test_arrays_that_cannot_be_walked_are_refused(args, said):
    for columns in (True, False):
        with pytest.raises(ValueError, match=said):
            core.add(*args, columns)
