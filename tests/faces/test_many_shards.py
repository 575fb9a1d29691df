"""Thousands of shards, in any order and by any tree, are one batch."""

import numpy
import pytest
from judge import EPS, problem
from layouts import bits

import bncore

SHARDS = 4096


def in_random_pairs(parts, random):
    """The sum of parts in a random order, by a random tree."""
    parts = list(parts)
    while len(parts) > 1:
        a, b = (parts.pop(int(random.integers(len(parts)))) for _ in range(2))
        parts.append(a + b)
    return parts[0]


def passed(p, cuts, random, exact):
    """Both passes of the batch in shards, whose sums are sent as arrays."""
    xs, dys = (numpy.split(array, cuts) for array in (p.x, p.dy))
    sums = [bncore.sums(x, exact=exact) for x in xs]
    if exact:
        # as an engine adds up integers
        sent = in_random_pairs((each.array() for each in sums), random)
        stats = bncore.Sums.from_array(sent).stats(EPS)
    else:
        stats = in_random_pairs(sums, random).stats(EPS)
    gsums = [bncore.gradient_sums(dy, x, stats, exact=exact) for dy, x in zip(dys, xs, strict=True)]
    if exact:
        sent = in_random_pairs((each.array() for each in gsums), random)
        together = bncore.GradientSums.from_array(sent, stats)
    else:
        together = in_random_pairs(gsums, random)
    y = numpy.concatenate([bncore.normalize(x, p.gamma, p.beta, stats) for x in xs])
    dx = numpy.concatenate(
        [bncore.gradient(dy, x, p.gamma, stats, together) for dy, x in zip(dys, xs, strict=True)]
    )
    return {"y": y, "mean": stats.mean, "var": stats.var}, {
        "dx": dx,
        "dgamma": together.dgamma,
        "dbeta": together.dbeta,
    }


@pytest.mark.sweeps
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize(
    ("dtype", "exact"), [("float32", False), ("float64", False), ("float32", True)], ids=str
)
def test_in_random_order_and_topology(dtype, exact, seed):
    p = problem((SHARDS, 2, 3), 1, dtype)
    random = numpy.random.default_rng(seed)
    # unequal, some of them empty
    cuts = numpy.sort(random.integers(0, SHARDS + 1, SHARDS - 1))
    forward, backward = passed(p, cuts, random, exact)
    p.judge("forward", forward)
    p.judge("backward", backward)
    if exact:
        whole = passed(p, [], random, exact)
        for got, wanted in zip((forward, backward), whole, strict=True):
            assert {name: bits(each) for name, each in got.items()} == {
                name: bits(each) for name, each in wanted.items()
            }
