"""Sums and maps of shards: forward and backward are their composition, and many shards are one batch."""

import functools
import itertools
import operator
import pickle

import numpy
import pytest
from judge import EPS, problem
from layouts import LAYOUTS, bits
from marks import FLOAT32_FIRST

import bncore
from bncore import _stats

CUTS = [(7, 7), (0, 14), (1, 2, 11), (5, 0, 3, 0, 6), (1,) * 14]
SHAPES = [
    ((5, 7), 1),
    ((3, 4, 9), 1),
    ((40, 6, 7, 7), 1),
    ((2, 3, 70, 70), 1),
    ((9, 8, 8, 33), -1),
    ((3, 2, 9001), 1),
]


def pieces(array, cut):
    return [array[a:b] for a, b in itertools.pairwise(numpy.cumsum((0, *cut)))]


def together(parts):
    return functools.reduce(operator.add, parts)


@pytest.mark.parametrize("offset", [0, 1e3])
@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_of_one_shard_are_forward_and_backward(shape, axis, layout, dtype, offset):
    p = problem(shape, axis, dtype)
    x, dy = LAYOUTS[layout]((p.x + offset).astype(dtype), axis), LAYOUTS[layout](p.dy, axis)
    y, whole = bncore.forward(x, p.gamma, p.beta, eps=EPS, axis=axis)
    stats = bncore.sums(x, axis=axis).stats(EPS)
    assert bits(stats.mean) == bits(whole.mean)
    assert bits(stats.var) == bits(whole.var)
    assert bits(bncore.normalize(x, p.gamma, p.beta, stats, axis=axis)) == bits(y)
    dx, dgamma, dbeta = bncore.backward(dy, x, p.gamma, whole, axis=axis)
    gsums = bncore.gradient_sums(dy, x, stats, axis=axis)
    assert bits(bncore.gradient(dy, x, p.gamma, stats, gsums, axis=axis)) == bits(dx)
    assert bits(gsums.dgamma.astype(dtype)) == bits(dgamma)
    assert bits(gsums.dbeta.astype(dtype)) == bits(dbeta)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_of_shards_are_within_the_bounds_of_the_batch(cut, dtype):
    p = problem((14, 5, 3), 1, dtype)
    xs, dys = pieces(p.x, cut), pieces(p.dy, cut)
    stats = together([bncore.sums(x) for x in xs]).stats(EPS)
    y = [bncore.normalize(x, p.gamma, p.beta, stats) for x in xs]
    p.judge("forward", {"y": numpy.concatenate(y), "mean": stats.mean, "var": stats.var})
    gsums = together([bncore.gradient_sums(dy, x, stats) for dy, x in zip(dys, xs, strict=True)])
    dx = [bncore.gradient(dy, x, p.gamma, stats, gsums) for dy, x in zip(dys, xs, strict=True)]
    found = {"dgamma": gsums.dgamma.astype(dtype), "dbeta": gsums.dbeta.astype(dtype)}
    p.judge("backward", {"dx": numpy.concatenate(dx)} | found)


def test_each_shard_may_have_a_layout_of_its_own():
    p = problem((16, 5, 6, 6), 1, "float32")
    layouts = list(LAYOUTS.values())
    xs = [layouts[i](x, 1) for i, x in enumerate(pieces(p.x, (4, 3, 8, 1)))]
    stats = together([bncore.sums(x) for x in xs]).stats(EPS)
    y = [bncore.normalize(x, p.gamma, p.beta, stats) for x in xs]
    p.judge("forward", {"y": numpy.concatenate(y), "mean": stats.mean, "var": stats.var})


def test_far_shards_of_float64_lose_no_digits():
    # means that need more than one number each: what rounding took from them is merged too
    p = problem((14, 3), 1, "float64")
    p = p.but(x=p.x + numpy.linspace(1e8, -1e8, 14)[:, None])
    stats = together([bncore.sums(x) for x in pieces(p.x, (1,) * 14)]).stats(EPS)
    p.judge("forward", {"mean": stats.mean, "var": stats.var})


@pytest.mark.parametrize(
    "kept", [lambda a: pickle.loads(pickle.dumps(a)), lambda a: bncore.Sums.from_array(a.array())]
)
def test_sums_are_sent_whole(kept):
    x = problem((14, 5, 3), 1, "float64").x + 1e9
    sums = bncore.sums(x)
    stats, again = sums.stats(), kept(sums).stats()
    assert bits(bncore.normalize(x, None, None, again)) == bits(bncore.normalize(x, None, None, stats))
    assert again.count == stats.count


def test_gradient_sums_are_sent_whole():
    p = problem((14, 5, 3), 1, "float64")
    stats = bncore.statistics(p.x)
    gsums = bncore.gradient_sums(p.dy, p.x, stats)
    for again in (pickle.loads(pickle.dumps(gsums)), bncore.GradientSums.from_array(gsums.array(), stats)):
        found = bncore.gradient(p.dy, p.x, p.gamma, again._stats, again)
        assert bits(found) == bits(bncore.gradient(p.dy, p.x, p.gamma, stats, gsums))


def test_counts_beyond_those_of_float64_are_sent_whole():
    huge = bncore.Sums(bncore.Stats((1 << 60) + 1, [1.0], [2.0], 0.0))
    assert bncore.Sums.from_array(huge.array()).count == (1 << 60) + 1


def test_merge_takes_sums():
    xs = pieces(problem((14, 5, 3), 1, "float64").x, (3, 11))
    merged = bncore.merge(*(bncore.sums(x) for x in xs))
    assert bits(merged.stats().mean) == bits(together([bncore.sums(x) for x in xs]).stats().mean)


def test_a_file_is_read_in_pieces(tmp_path):
    x = problem((50, 4, 3), 1, "float32").x
    x.tofile(tmp_path / "batch")
    batch = numpy.memmap(tmp_path / "batch", numpy.float32, "r", shape=x.shape)
    stats = together([bncore.sums(batch[i : i + 8]) for i in range(0, 50, 8)]).stats()
    numpy.testing.assert_allclose(stats.mean, bncore.statistics(x).mean, rtol=1e-14)
    numpy.testing.assert_allclose(stats.var, bncore.statistics(x).var, rtol=1e-14)


def test_empty_shards_have_empty_results():
    x = numpy.empty((0, 3, 4))
    stats = (bncore.sums(x) + bncore.sums(problem((2, 3, 4), 1, "float64").x)).stats()
    assert bncore.normalize(x, None, None, stats).shape == x.shape
    gsums = bncore.gradient_sums(x, x, stats)
    assert (gsums.dgamma == 0).all()
    assert bncore.gradient(x, x, None, stats, gsums).shape == x.shape


STATS = bncore.statistics(numpy.ones((2, 3)))
X = numpy.ones((2, 3))
GSUMS = bncore.gradient_sums(X, X, STATS)
WRONG = [
    (lambda: bncore.normalize(X, None, None, bncore.sums(X)), TypeError, "stats"),
    (lambda: bncore.normalize(numpy.ones((2, 4)), None, None, STATS), ValueError, "4 channels"),
    (lambda: bncore.gradient(X, X, None, STATS, STATS), TypeError, "gsums"),
    (lambda: bncore.gradient(X, X, None, bncore.statistics(2 * X), GSUMS), ValueError, "gsums"),
    (lambda: GSUMS + bncore.gradient_sums(X, X, bncore.statistics(2 * X)), ValueError, "same stats"),
    (lambda: bncore.Sums(3), TypeError, "stats"),
    (lambda: bncore.Sums.from_array(numpy.zeros(4)), ValueError, "Sums.array"),
    (lambda: bncore.Sums.from_array(numpy.array([-0.5, 0, 1, 0, 1])), ValueError, "count"),
    (lambda: bncore.GradientSums.from_array(numpy.zeros(4), STATS), ValueError, "four"),
    (lambda: bncore.merge(bncore.sums(X), STATS), TypeError, r"stats\[1\]"),
    (lambda: bncore.sums(X) + bncore.sums(numpy.ones((2, 4))), ValueError, "channels"),
]


@pytest.mark.parametrize(("call", "error", "said"), WRONG)
def test_what_is_wrong_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_what_rounding_took_is_no_part_of_public_statistics():
    # statistics that somebody gives have means of one number
    stats = bncore.Stats(4, [1.0], [2.0], 0.0)
    assert (_stats.rests(stats) == 0).all()
