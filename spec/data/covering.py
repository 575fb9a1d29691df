"""Covering arrays: few rows in which every two levels of different factors meet, and most threes.

Greedy: each row begins with two levels that have not met, and takes on what meets most of the rest.
"""

from itertools import accumulate

import numpy as np


class Covering:
    """Rows that cover: `factors` maps names to how many levels they have; a row has one of each.

    `allowed(row)`, of a partial row as a dict, says what cannot be: what it never allows is left out.
    `narrow(row)` names the factors whose levels tell little of the others: beside them, those have not met.
    `void(row)` names those whose levels do nothing there: they have met nothing.
    Both look at partial rows too. `cost(row)` is kept as low as can be. `weights` says of factors how much
    three of them count, as a product; 1 if it says nothing.
    """

    def __init__(
        self,
        factors,
        allowed=lambda row: True,
        narrow=lambda row: set(),
        void=lambda row: set(),
        cost=lambda row: 0,
        weights=(),
        seed=0,
    ):
        self.factors, self.allowed, self.narrow, self.void, self.cost = factors, allowed, narrow, void, cost
        self.rng = np.random.default_rng(seed)
        # the levels of all factors are numbered through: those of a factor from its `start` on
        self.start = dict(zip(factors, accumulate(factors.values(), initial=0), strict=False))
        factor = np.repeat(np.arange(len(factors)), list(factors.values()))
        weight = np.array([dict(weights).get(name, 1) for name in factors], np.float32)[factor]
        apart = factor[:, None] != factor
        # what has not met, as how much it counts: once for each order of its levels
        self.pairs = apart.astype(np.float32)
        self.threes = apart[:, :, None] & apart[:, None] & apart[None]
        self.threes = self.threes * weight[:, None, None] * weight[:, None] * weight

    def rows(self):
        """The rows, each a dict of levels."""
        while (row := self._begun()) is not None:
            for name in self.rng.permutation([name for name in self.factors if name not in row]):
                row[str(name)] = self._level(row, str(name))
            self._cross_out(row)
            yield {name: row[name] for name in self.factors}

    def _begun(self):
        """A row with two levels that have not met and can; None if none are left."""
        while at := int(self.pairs.argmax()):  # the first of all is a level with itself
            levels = [int(level) for level in np.unravel_index(at, self.pairs.shape)]
            row = self._named(levels)
            self._close(self.pairs, levels)
            if self.allowed(row) and self._possible(row):
                return row
        return None

    def _named(self, levels):
        """A partial row of levels that are numbered through."""
        found = {}
        for level in levels:
            name = next(name for name in reversed(self.start) if self.start[name] <= level)
            found[name] = level - self.start[name]
        return found

    def _close(self, open_, levels, hiding=()):
        """Cross out what has met of these levels: that which has all the hiding ones in it."""
        at = np.ix_(*[levels] * open_.ndim)
        hides = np.isin(levels, hiding).astype(int)
        told = sum(np.ix_(*[hides] * open_.ndim)) >= len(hiding)
        open_[at] = np.where(told, 0, open_[at])

    def _possible(self, row):
        """Whether each other factor has a level that is allowed beside these."""
        return all(
            any(self.allowed(row | {name: level}) for level in range(count))
            for name, count in self.factors.items()
            if name not in row
        )

    def _numbers(self, row, without=()):
        return [self.start[name] + level for name, level in row.items() if name not in without]

    def _level(self, row, name):
        """The level of a factor that meets most of what is open, of those that hide and cost least."""
        count, others = self.factors[name], self._numbers(row)
        levels = np.arange(self.start[name], self.start[name] + count)
        # a pair counts for more than all threes
        score = 1e6 * self.pairs[np.ix_(levels, others)].sum(axis=1) + self.rng.random(count)
        score += self.threes[np.ix_(levels, others, others)].sum(axis=(1, 2))
        best, least = None, None
        for level in np.argsort(-score):
            found = row | {name: int(level)}
            if not self.allowed(found):
                continue
            against = len(self.narrow(found) | self.void(found)), self.cost(found)
            if best is None or against < least:
                best, least = int(level), against
            if least == (0, 0):
                break
        if best is None:
            raise ValueError(f"covering: no level of {name} is allowed beside {row}")
        return best

    def _cross_out(self, row):
        hiding = self._numbers({name: row[name] for name in self.narrow(row)})
        for open_ in (self.pairs, self.threes):
            self._close(open_, self._numbers(row, self.void(row)), hiding)
