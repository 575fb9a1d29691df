"""How many faults that nobody thought of are found: drawn at random, each asked about where it can show.

`python -m spec.audit.random_faults SEED COUNT` draws other ones, and prints those that live.
"""

import sys
from collections import Counter
from types import SimpleNamespace
from typing import NamedTuple

import numpy as np

from ..adapters.plain import Plain
from ..conformance import judge
from ..conformance.verdict import BROKEN
from ..data import inputs
from ..interface.adapter import only
from ..interface.signatures import CALLS, options
from ..mutants import calls, drawn
from ..workers import started

# So many are drawn, so many of a hundred are to die, and the parts that work is shared out in.
COUNT, SHARE, PARTS = 500, 99, 16
SEED = 20261130


class Lot(NamedTuple):
    """What became of the faults: how many were drawn, and those that no data set finds."""

    count: int
    living: list
    unmet: list

    @property
    def share(self):
        """How many of a hundred died."""
        return 100 * (1 - len(self.living) / self.count)


def faults(count, seed=SEED):
    """The faults drawn: of one call each, and every fifth of several."""
    rng = np.random.default_rng(seed)
    return [calls.draw(rng) if n % 5 == 4 else drawn.draw(rng) for n in range(count)]


def call(method, data):
    """A call of a method on a data set, as faults look at it."""
    given = {name: None for names in CALLS.values() for name in names}
    wanted = [*CALLS[method], *options(method)]
    return SimpleNamespace(**given | {name: getattr(data, name) for name in wanted if hasattr(data, name)})


def lot(count=COUNT, seed=SEED, names=None, workers=1):
    """Draw faults, and ask these data sets (None: those of a check) about each until one finds it."""
    names = _by_size(inputs.names() if names is None else names)
    # what is large is asked last: most are dead by then
    few, many = [name for name, size in names if size <= 4096], [name for name, size in names if size > 4096]
    living = set(range(count))
    met = set()
    with started(workers) as begin:
        for part in (few, many):
            begun = [begin(_found, part[n::PARTS], sorted(living), count, seed) for n in range(PARTS)]
            for each in begun:
                found, shown = each.result()
                living -= found
                met |= shown
    every = faults(count, seed)
    return Lot(count, [every[n] for n in sorted(living)], [every[n] for n in sorted(living - met)])


def _by_size(names):
    sizes = []
    for name in names:
        try:
            dtype = inputs.dtypes(name, Plain.caps.dtypes)[0]
            sizes.append((name, inputs.data(name, dtype).x.size))
        except inputs.Unavailable:
            continue
    return sorted(sizes, key=lambda each: each[1])


def _found(names, numbers, count, seed):
    """Of the faults of these numbers, those that some data set finds, and those that show on one at all."""
    every = faults(count, seed)
    found, met = set(), set()
    for name in names:
        for dtype in inputs.dtypes(name, Plain.caps.dtypes):
            try:
                data = inputs.data(name, dtype)
            except inputs.Unavailable:
                continue
            for n in numbers:
                if n not in found and every[n].shows_on(data, call):
                    met.add(n)
                    if dies(every[n], data):
                        found.add(n)
    return found, met


def dies(fault, data):
    """Whether a data set rejects a fault, in the one method that has it."""
    verdicts = judge(only(fault.adapter, fault.method), data)
    return any(verdict.status in BROKEN for verdict in verdicts)


def report(found, progress):
    """Say how many died, and which live; the problems."""
    progress(f"\n{found.count} faults drawn at random: {found.share:.1f} % die (wanted {SHARE} %)")
    for fault in found.living:
        progress(f"  lives{' (never met)' if fault in found.unmet else '':<14}  {fault.name}")
    return [] if found.share >= SHARE else [f"{len(found.living)} of {found.count} random faults live"]


def main(seed=str(SEED), count=str(COUNT)):
    """Print the share of one lot, and by method how many live."""
    found = lot(int(count), int(seed))
    report(found, print)
    print(dict(Counter(fault.method for fault in found.living)))
    return 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
