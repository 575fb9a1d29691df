"""The tester tested: every declared mutant is found, at its equation, and every faithful variant lives.

The kill matrix has a row for each mutant and a column for each data set. Beside each mutant stands whether
suites with fixed tolerances would have let it live, on the kind of data that such suites draw.
"""

import json as json_module
import time
from collections import Counter

import numpy as np

from spec import inputs, oracle
from spec.conformance import culprit, judge
from spec.faithful import FAITHFUL
from spec.mutants import MUTANTS
from spec.verdict import BROKEN

DTYPE = "float32"
# A data set with more elements than this is only asked about mutants that are still alive.
LARGE = 10_000
# The data sets of the fast cut: together they find every mutant.
FAST = ("ratio-1e6", "m-1", "no-gamma", "eps-1e-08-std-0.001", "not-finite", "layout-channels-last")


def main(fast=False, json=None, mutants=None, progress=print):
    """Print the kill matrix; 0 if every mutant is found where it is and all faithful variants live, or 1."""
    start = time.perf_counter()
    chosen = MUTANTS if mutants is None else mutants
    names = FAST if fast else by_size()
    progress(f"{len(chosen)} mutants against {len(names)} data sets, {DTYPE}:")
    kills = kill_matrix(chosen, names, progress)
    killers = cover(kills)
    suites = {name: fixed_tolerances(mutant.adapter) for name, mutant in chosen.items()}
    problems = _report_mutants(chosen, kills, suites, progress)
    progress("\nThe smallest set of data sets found that kills them all: " + ", ".join(killers))
    progress(f"\n{len(FAITHFUL)} faithful variants:")
    problems += _report_faithful(names, progress)
    if json:
        with open(json, "w", encoding="utf-8") as file:
            rows = {
                name: {data: sorted({v.equation for v in found}) for data, found in row.items()}
                for name, row in kills.items()
            }
            json_module.dump({"kills": rows, "cover": killers}, file, indent=1)
    progress("")
    for problem in problems:
        progress(f"  {problem}")
    ended = "PASS" if not problems else "FAIL"
    progress(
        f"{ended}: {len(problems)} of {len(chosen) + len(FAITHFUL)} variants misjudged; "
        f"{time.perf_counter() - start:.0f} s"
    )
    return 1 if problems else 0


def by_size():
    """The names of the data sets, the smallest first."""
    sizes = {}
    for name in inputs.names():
        try:
            sizes[name] = inputs.data(name, DTYPE).x.size
        except inputs.Unavailable:
            continue
    return sorted(sizes, key=sizes.get)


def kill_matrix(mutants, names, progress=None):
    """For each mutant, by data set, the verdicts that reject it."""
    kills = {name: {} for name in mutants}
    for data_name in names:
        data = inputs.data(data_name, DTYPE)
        for name, mutant in mutants.items():
            if data.x.size > LARGE and kills[name]:
                continue
            broken = [verdict for verdict in judge(mutant.adapter, data) if verdict.status in BROKEN]
            if broken:
                kills[name][data_name] = broken
            if any(verdict.equation == "purity" for verdict in broken):
                data = inputs.data(data_name, DTYPE)  # it was written to
        if progress:
            found = sum(data_name in row for row in kills.values())
            progress(
                f"  {data_name:<24} kills {found:>4}   alive {sum(not row for row in kills.values()):>4}"
            )
    return kills


def cover(kills):
    """Data sets that together kill all that any kills: each time the one that kills most of the rest."""
    left = {name for name, row in kills.items() if row}
    chosen = []
    while left:
        counts = Counter(data_name for name in left for data_name in kills[name])
        best = max(counts, key=counts.get)
        chosen.append(best)
        left = {name for name in left if best not in kills[name]}
    return chosen


def found_at(row):
    """The equation that the failures of a mutant go back to."""
    return culprit([verdict for broken in row.values() for verdict in broken])


def _report_mutants(mutants, kills, suites, progress):
    """One line for each mutant; what is wrong with the judgements."""
    progress(f"\n  {'mutant':<52} {'breaks':<16} {'found at':<16} {'killed by':>9}   lives under")
    problems = []
    for name, mutant in mutants.items():
        row = kills[name]
        found = found_at(row)
        lives = ", ".join(suite for suite, alive in suites[name].items() if alive) or "-"
        progress(f"  {name:<52} {mutant.equation:<16} {found or 'NOT FOUND':<16} {len(row):>9}   {lives}")
        if not row:
            problems.append(f"mutant {name!r} survives")
        elif found != mutant.equation:
            first = next(v for broken in row.values() for v in broken if v.equation == found)
            problems.append(f"mutant {name!r} breaks {mutant.equation}, found at {found}: {first}")
    return problems


def _report_faithful(names, progress):
    """One line for each faithful variant; which of them are rejected."""
    worst, problems = dict.fromkeys(FAITHFUL, (0.0, "")), []
    for data_name in names:
        for name, adapter in FAITHFUL.items():
            for dtype in adapter.caps.dtypes:
                data = inputs.data(data_name, dtype)
                if data.x.size > LARGE and dtype != DTYPE:
                    continue
                for verdict in judge(adapter, data):
                    if verdict.status in BROKEN:
                        problems.append(f"faithful variant {name!r}: {verdict}")
                    elif verdict.ratio is not None:
                        worst[name] = max(worst[name], (verdict.ratio, f"{verdict.quantity}, {data_name}"))
    for name, (ratio, where) in worst.items():
        progress(f"  {name:<58} {FAITHFUL[name].caps.accumulation(DTYPE):<20} {ratio:.2f}  {where}")
    return problems


# Suites with fixed tolerances, as (relative, absolute).
SUITES = {"rtol 1e-3": (1e-3, 1e-3), "torch.testing": (1.3e-6, 1e-5)}


def fixed_tolerances(adapter):
    """Whether an adapter would pass suites that compare y, dx, dgamma and dbeta on normal data of mean 0."""
    rng = np.random.default_rng(0)
    x, dy = (rng.normal(size=(8, 5, 7, 11)).astype(DTYPE) for _ in range(2))
    gamma, beta = (rng.uniform(size=5).astype(DTYPE) for _ in range(2))
    expected = oracle.forward(x, gamma, beta, inputs.EPS, accumulate="any")
    expected |= oracle.backward(dy, x, gamma, inputs.EPS, accumulate="any")
    with np.errstate(all="ignore"):
        got = adapter.forward(x.copy(), gamma, beta, inputs.EPS)
        got |= adapter.backward(dy, x.copy(), gamma, beta, inputs.EPS)
    return {
        suite: all(
            np.allclose(got[name], expected[name].nearest, rtol=relative, atol=absolute)
            for name in ("y", "dx", "dgamma", "dbeta")
        )
        for suite, (relative, absolute) in SUITES.items()
    }
