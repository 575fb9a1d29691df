"""Mutants of shards: statistics, counts and sums of shards, wrongly put together."""

import numpy as np

from ..adapters.sharded import Sharded
from .mutant import of_kernel

MUTANTS = []
MEAN, VAR = "(9.38)", "(9.39)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


def _together(name, equation, change, seen=""):
    """A mutant that merges otherwise: `change` is of counts, means, variances, and of what is right."""

    class Variant(Sharded):
        def together(self, parts):
            found = super().together(parts)
            given = (
                np.stack([np.broadcast_to(part[n], found[1].shape) for part in parts if part])
                for n in range(3)
            )
            return found[0], *change(*given, *found[1:])

    _mutant(name, equation, seen)(Variant)


_together("mean of the means of shards", MEAN, lambda m, means, vars, mean, var: (means.mean(axis=0), var))
_together("mean of the first shard", MEAN, lambda m, means, vars, mean, var: (means[0], var))
_together(
    "mean without the last shard",
    MEAN,
    lambda m, means, vars, mean, var: (_averaged(m[:-1], means[:-1]), var),
)
_together(
    "var as the mean of the variances of shards",
    VAR,
    lambda m, means, vars, mean, var: (mean, vars.mean(axis=0)),
    "fairscale PR #662",
)
_together(
    "var without what is between shards",
    VAR,
    lambda m, means, vars, mean, var: (mean, _averaged(m, vars)),
    "apex #254",
)
_together(
    "var with what is between shards not weighed",
    VAR,
    lambda m, means, vars, mean, var: (mean, _averaged(m, vars) + means.var(axis=0)),
)
_together(
    "var of shards as E[x^2] - E[x]^2",
    VAR,
    lambda m, means, vars, mean, var: (
        mean,
        (_averaged(m, vars + means**2).astype(np.float32) - np.float32(mean) ** 2).astype(np.float64),
    ),
    "pytorch #27420",
)


def _averaged(m, values):
    return (m * values).sum(axis=0) / m.sum(axis=0)


@_mutant("each shard by its own statistics", MEAN, "pytorch #27420")
class _(Sharded):
    def shards(self, xs, gamma, beta, eps):
        found = super().shards(xs, gamma, beta, eps)
        mean = np.mean([self.own(x)[1] for x in xs if x.size], axis=0)
        y = [self.forward(x, gamma, beta, eps)["y"] if x.size else x.copy() for x in xs]
        return found | {"y": y, "mean": mean}


def _own(name, change, seen=""):
    """A mutant whose dx of a shard has other sums, or another m: `change` is of those of shard and batch."""

    class Variant(Sharded):
        def shards_backward(self, dys, xs, gamma, beta, eps):
            found = super().shards_backward(dys, xs, gamma, beta, eps)
            m, mean, var = self.together([self.own(x) for x in xs])
            for n, (dy, x) in enumerate(zip(dys, xs, strict=True)):
                if x.size:
                    values, over = self.values(x, gamma, None, eps, mean, var)
                    whole = {name: found[name][:, None] for name in ("dgamma", "dbeta")}
                    change(over, m, whole, values, dy)
                    found["dx"][n] = self._gradients(dy, x, values, over, "training")["dx"]
            return found

    _mutant(name, DX, seen)(Variant)


def _sums_of_the_shard(over, m, whole, values, dy):
    over.m = m


_own("dx by the sums of the shard", _sums_of_the_shard, "nnabla PR #1120")
_own("dx by the sums and the size of the shard", lambda *given: None)


@_mutant("dx by the size of the shard", DX)
class _(Sharded):
    def shards_backward(self, dys, xs, gamma, beta, eps):
        kept = self.together
        self.together = lambda parts: (next(filter(None, parts))[0], *kept(parts)[1:])
        try:
            return super().shards_backward(dys, xs, gamma, beta, eps)
        finally:
            del self.together


@_mutant("sums of shards added twice", DBETA, "nnabla PR #1120")
class _(Sharded):
    def added(self, sums):
        return 2 * sum(sums)


@_mutant("sums of shards averaged", DBETA)
class _(Sharded):
    def added(self, sums):
        return sum(sums) / len(sums)


@_mutant("dgamma of the first shard", DGAMMA)
class _(Sharded):
    def shards_backward(self, dys, xs, gamma, beta, eps):
        found = super().shards_backward(dys, xs, gamma, beta, eps)
        first = next(n for n, x in enumerate(xs) if x.size)
        _, mean, var = self.together([self.own(x) for x in xs])
        values, over = self.values(xs[first], gamma, None, eps, mean, var)
        return found | {"dgamma": self._gradients(dys[first], xs[first], values, over, "training")["dgamma"]}
