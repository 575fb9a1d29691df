"""The plain kernel on the shards of a batch: each has its own statistics and sums, which are merged."""

from functools import reduce

import numpy as np

from ..theorems.counts import merged
from .plain import Plain


class Sharded(Plain):
    """Statistics merged by the theorem `merging`; in the backward pass the two sums of every shard, added."""

    def shards(self, xs, gamma, beta, eps):
        _, mean, var = self.together([self.own(x) for x in xs])
        y = [self.inference(x, gamma, beta, mean, var, eps)["y"] for x in xs]
        return {"mean": mean, "var": var, "y": y}

    def own(self, x):
        """Count, mean and variance of one shard, or none of an empty one."""
        if not x.size:
            return None
        values, over = self.values(x, None, None, 1.0)
        return over.m, values["mean"][:, 0], values["var"][:, 0]

    def together(self, parts):
        """Count, mean and variance of all shards."""
        return reduce(merged, filter(None, parts))

    def shards_backward(self, dys, xs, gamma, beta, eps):
        m, mean, var = self.together([self.own(x) for x in xs])
        x, dy, ends = np.concatenate(xs), np.concatenate(dys), np.cumsum([len(x) for x in xs])[:-1]
        values, over = self.values(x, gamma, None, eps, mean, var)
        sizes = ends * (x.size // max(1, x.shape[0] * x.shape[1]))
        over.m = m
        over.sum = lambda value: self.added(
            [part.sum(-1, keepdims=True) for part in np.split(value, sizes, -1)]
        )
        found = self._gradients(dy, x, values, over, "training")
        return found | {"dx": np.split(found["dx"], ends)}

    def added(self, sums):
        """A sum of the whole batch, from those of its shards."""
        return sum(sums)
