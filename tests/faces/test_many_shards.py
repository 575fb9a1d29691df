"""Thousands of shards, in any order and by any tree, are one batch."""

import numpy
import pytest
from judge import EPS, problem

import bncore

SHARDS = 4096


def in_random_pairs(parts, random):
    parts = list(parts)
    while len(parts) > 1:
        a, b = (parts.pop(int(random.integers(len(parts)))) for _ in range(2))
        parts.append(a + b)
    return parts[0]


@pytest.mark.sweeps
@pytest.mark.parametrize("seed", [0, 1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_in_random_order_and_topology(dtype, seed):
    p = problem((SHARDS, 2, 3), 1, dtype)
    random = numpy.random.default_rng(seed)
    xs, dys = numpy.split(p.x, SHARDS), numpy.split(p.dy, SHARDS)
    stats = in_random_pairs(map(bncore.sums, xs), random).stats(EPS)
    gsums = in_random_pairs(
        (bncore.gradient_sums(dy, x, stats) for dy, x in zip(dys, xs, strict=True)), random
    )
    y = bncore.normalize(p.x, p.gamma, p.beta, stats)
    p.judge("forward", {"y": y, "mean": stats.mean, "var": stats.var})
    dx = bncore.gradient(p.dy, p.x, p.gamma, stats, gsums)
    p.judge("backward", {"dx": dx, "dgamma": gsums.dgamma, "dbeta": gsums.dbeta})
