"""Statistics of shards, merged in any order, are those of the whole."""

from itertools import pairwise, permutations

import numpy
import pytest
from judge import EPS, problem
from layouts import bits

import bncore
from spec import oracle

# rows in each shard: equal, unequal, single, empty
CUTS = [
    (7, 7),
    (3, 11),
    (1, 13),
    (0, 14),
    (0, 0, 14),
    (2, 3, 9),
    (1, 1, 1, 11),
    (5, 0, 3, 0, 6),
    (14,),
    (1,) * 14,
]


def shards(x, cut):
    ends = numpy.cumsum((0, *cut))
    assert ends[-1] == len(x)
    return [bncore.statistics(x[start:end], eps=EPS) for start, end in pairwise(ends)]


def assert_same(a, b):
    assert (a.count, a.eps) == (b.count, b.eps)
    assert bits(a.mean) == bits(b.mean)
    assert bits(a.var) == bits(b.var)


@pytest.mark.parametrize("offset", [0, 1e3, 1e7])
@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_of_any_cut_are_those_of_the_whole(cut, offset):
    x = problem((14, 5, 3), 1, "float64").x + offset
    whole = bncore.merge(*shards(x, cut))
    assert whole.count == 14 * 3
    assert whole.eps == EPS
    # the merge adds float64 numbers, in an order of its own
    expected = oracle.forward(x, None, None, EPS, accumulate="float64")
    for name in ("mean", "var"):
        worst = expected[name].compare(getattr(whole, name))
        assert worst.ratio <= 1, (name, worst)


@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_in_any_order_are_the_same_bits(cut):
    parts = shards(problem((14, 5, 3), 1, "float64").x, cut)
    first = bncore.merge(*parts)
    orders = (
        permutations(parts)
        if len(parts) < 5
        else [parts[::-1], parts[3:] + parts[:3], parts[::2] + parts[1::2]]
    )
    for order in orders:
        assert_same(bncore.merge(*order), first)


def test_of_shards_of_other_shapes():
    # what counts is the number of elements of a channel, not of samples
    p = problem((11, 3), 1, "float32")
    parts = p.x[:5].T.reshape(1, 3, 5), p.x[5:].reshape(6, 3, 1, 1)
    whole = bncore.merge(*(bncore.statistics(part) for part in parts))
    expected = oracle.forward(p.x, None, None, EPS, accumulate="float64")
    assert whole.count == 11
    assert expected["mean"].compare(whole.mean).ratio <= 1
    assert expected["var"].compare(whole.var).ratio <= 1


def test_of_one_shard_is_that_shard():
    stats = bncore.statistics(problem((7, 5, 3), 1, "float32").x)
    assert_same(bncore.merge(stats), stats)
    nothing = bncore.statistics(numpy.empty((0, 5, 3), "float32"))
    assert_same(bncore.merge(nothing, stats, nothing), stats)
    assert_same(bncore.merge(nothing, nothing), nothing)


@pytest.mark.parametrize("value", [12345678.0, 1e10, 0.1, 1e-30, 1e30])
def test_of_constant_shards_are_constant(value):
    parts = [bncore.statistics(numpy.full((rows, 3), value)) for rows in (1, 7, 13, 97)]
    whole = bncore.merge(*parts)
    assert (whole.mean == value).all()
    assert not whole.var.any()


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf, -numpy.inf])
def test_a_bad_number_stays_in_its_channel(bad):
    clean = problem((14, 5, 3), 1, "float64").x
    spoiled = clean.copy()
    spoiled[3, 2, 1] = bad
    found, before = (bncore.merge(*shards(x, (2, 3, 9))) for x in (spoiled, clean))
    assert not numpy.isfinite(found.mean[2])
    assert not numpy.isfinite(found.var[2])
    for c in (0, 1, 3, 4):
        assert found.mean[c] == before.mean[c]
        assert found.var[c] == before.var[c]


def test_backward_of_shards_takes_the_merged_statistics():
    # forward of a shard by the statistics of the whole is inference with them: the same y as in one piece
    p = problem((14, 5, 3), 1, "float64")
    whole = bncore.merge(*shards(p.x, (3, 11)))
    parts = [
        bncore.inference(x, p.gamma, p.beta, whole.mean, whole.var, eps=whole.eps) for x in (p.x[:3], p.x[3:])
    ]
    expected = oracle.forward(p.x, p.gamma, p.beta, EPS, accumulate="float64")
    assert expected["y"].compare(numpy.concatenate(parts)).ratio <= 1


@pytest.mark.parametrize(
    ("arguments", "error", "message"),
    [
        ((), TypeError, "merge must be given at least one"),
        ((bncore.statistics(numpy.ones((2, 3))), None), TypeError, r"stats\[1\] must be"),
        (([bncore.statistics(numpy.ones((2, 3)))],), TypeError, r"stats\[0\] must be"),
        (
            (bncore.statistics(numpy.ones((2, 3))), bncore.statistics(numpy.ones((2, 4)))),
            ValueError,
            r"stats\[1\] must have 3",
        ),
        (
            (bncore.statistics(numpy.ones((2, 3))), bncore.statistics(numpy.ones((2, 3)), eps=0)),
            ValueError,
            r"stats\[1\] must have eps 1e-05",
        ),
    ],
)
def test_bad_argument(arguments, error, message):
    with pytest.raises(error, match=f"^{message}.* found "):
        bncore.merge(*arguments)
