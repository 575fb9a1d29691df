"""Covering arrays: few rows in which every two levels of different factors meet, and some threes.

Greedy: each row begins with two levels that have not met, and takes on what meets most of the rest.
"""

from itertools import combinations

import numpy as np


class Covering:
    """Rows that cover: `factors` maps names to how many levels they have; a row has one of each.

    `coarse` maps names to a class for each of their levels: any three of those factors meet in all classes.
    `allowed(row)`, of a partial row as a dict, says what cannot be: what it never allows is left out.
    `narrow(row)` names the factors whose levels tell little of the others: beside them, those have not met.
    """

    def __init__(self, factors, coarse=(), allowed=lambda row: True, narrow=lambda row: set(), seed=0):
        self.factors, self.coarse, self.allowed, self.narrow = factors, dict(coarse), allowed, narrow
        self.rng = np.random.default_rng(seed)
        self.pairs = {(a, b): np.ones((factors[a], factors[b]), bool) for a, b in combinations(factors, 2)}
        self.threes = {
            names: np.ones([max(self.coarse[name]) + 1 for name in names], bool)
            for names in combinations(self.coarse, 3)
        }

    def rows(self):
        """The rows, each a dict of levels."""
        while (row := self._begun()) is not None:
            for name in self.rng.permutation([name for name in self.factors if name not in row]):
                row[str(name)] = self._level(row, str(name))
            self._cross_out(row)
            yield {name: row[name] for name in self.factors}

    def _begun(self):
        """A row with what has not met and can; None if nothing is left."""
        for (a, b), open_ in self.pairs.items():
            while open_.any():
                levels = tuple(np.argwhere(open_)[0])
                open_[levels] = False
                if row := self._finished((a, b), levels):
                    return row
        for names, open_ in self.threes.items():
            while open_.any():
                classes = tuple(np.argwhere(open_)[0])
                open_[classes] = False
                members = [
                    self.rng.choice([n for n, c in enumerate(self.coarse[name]) if c == wanted])
                    for name, wanted in zip(names, classes, strict=True)
                ]
                if row := self._finished(names, members):
                    return row
        return None

    def _finished(self, names, levels):
        row = dict(zip(names, map(int, levels), strict=True))
        return row if self.allowed(row) and self._possible(row) else None

    def _possible(self, row):
        """Whether each other factor has a level that is allowed beside these."""
        return all(
            any(self.allowed(row | {name: level}) for level in range(count))
            for name, count in self.factors.items()
            if name not in row
        )

    def _level(self, row, name):
        """The level of a factor that meets most of what is open, of those that are allowed."""
        score = self.rng.random(self.factors[name])
        for other, level in row.items():
            if (name, other) in self.pairs:
                score += self.pairs[name, other][:, level]
            else:
                score += self.pairs[other, name][level]
        for names, open_ in self.threes.items():
            if name in names and all(each in row for each in names if each != name):
                at = tuple(
                    np.array(self.coarse[name]) if each == name else self.coarse[each][row[each]]
                    for each in names
                )
                score += open_[at]
        levels = [row | {name: int(level)} for level in np.argsort(-score)]
        levels = [each for each in levels if self.allowed(each)]
        if not levels:
            raise ValueError(f"covering: no level of {name} is allowed beside {row}")
        return min(levels, key=lambda each: len(self.narrow(each)))[name]

    def _cross_out(self, row):
        narrow = self.narrow(row)
        for names, open_ in self.pairs.items():
            if narrow <= set(names):
                open_[tuple(row[name] for name in names)] = False
        for names, open_ in self.threes.items():
            if narrow <= set(names):
                open_[tuple(self.coarse[name][row[name]] for name in names)] = False
