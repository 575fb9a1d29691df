"""The tester tested: every declared mutant is found, at its equation, and every faithful variant lives.

The kill matrix has a row for each mutant and a column for each data set. Beside each mutant stands whether
suites with fixed tolerances would have let it live, on the kind of data that such suites draw.
"""

import copy
import json as json_module
import time
from collections import Counter
from functools import cache
from typing import NamedTuple

import numpy as np

from .. import oracle
from ..bounds import formats
from ..conformance import culprit, judge
from ..conformance.verdict import BROKEN, PURITY
from ..data import inputs
from ..mutants import MUTANTS
from ..mutants.equivalents import EQUIVALENTS
from ..workers import started
from . import random_faults
from .faithful import FAITHFUL

DTYPE = "float32"
# A data set with more elements than this is only asked about mutants that are still alive.
LARGE = 10_000
# Of the faithful variants, a data set that combines is asked about one in so many.
SHARE = 8
# The data sets of the fast cut: together they find every mutant.
FAST = (
    *("channels-2049", "dy-from-mean-overflows", "eps-tiny", "far-1e9", "images-many", "images-of-one-pixel"),
    *("layout-channels-reversed", "layout-samples-broadcast", "m-4", "momentum-0", "new-layer"),
    *(
        "not-finite-dy-gamma-0",
        "one-pixel-cut",
        "pixels-channels-last",
        "rows-1030",
        "same-memory",
        "threads",
    ),
    *("x-from-mean-overflows",),
    *("aliased", "channels-257", "eps-1e-08-std-0.001", "layout-channels-last", "layout-dy-broadcast"),
    *("layout-numbers-spaced", "layout-reversed", "m-1-plane", "m-2", "no-gamma-beta", "not-finite"),
    *("not-finite-dy", "one-image", "outlier-first", "rank-3-sliced", "rank-5-channels-last", "ratio-1e5"),
    *("second-call", "subnormal", "weights", "weights-few", "weights-of-rows", "weights-padding"),
    *("relu-not-finite", "residual", "residual-relu", "shards", "shards-of-one"),
    *(
        "fold-convolution",
        "fold-transposed-groups",
        "layout-numbers-reversed",
        "layout-sliding",
        "outlier-of-many",
    ),
    *("residual-elsewhere", "shards-channels-last", "weights-channels-last"),
    *("fold-transposed-depthwise", "fold-volume", "given-infinite-x", "given-var-0", "given-var-infinite"),
    *("m-5", "momentum-tiny", "not-finite-last", "plane-7x7", "rank-5-thin", "relu-tiny", "residual-rank-5"),
    *("scale-beyond", "shards-empty", "subnormal-x", "weights-lost", "weights-of-many", "weights-of-planes"),
    *("weights-one-number", "weights-wide"),
    *("alike-parts", "alike-weights", "channels-256-last", "gamma-subnormal", "layout-numbers-unaligned"),
    *("momentum-0-not-finite", "momentum-1-not-finite", "not-finite-gamma-0", "plane-1056", "relu"),
    *("residual-not-finite", "residual-relu-weights", "same-memory-fused", "steps-channels", "threads-fused"),
    *("threads-parts", "weights-below-1"),
)


def main(fast=False, json=None, mutants=None, faithful=None, progress=print, workers=1, drawn=0):
    """Print the kill matrix; 0 if every mutant is found where it is and all faithful variants live, or 1.

    `drawn` is how many faults are drawn at random, of which nearly all must be found, too.
    """
    start = time.perf_counter()
    chosen = MUTANTS if mutants is None else mutants
    living = FAITHFUL if faithful is None else faithful
    names = FAST if fast else by_size()
    progress(f"{len(chosen)} mutants against {len(names)} data sets, {DTYPE}:")
    kills, lives = judged(chosen, living, names, progress, workers)
    killers = cover(kills, {name: mutant.equation for name, mutant in chosen.items()})
    suites = {name: fixed_tolerances(mutant) for name, mutant in chosen.items()}
    problems = _report_mutants(chosen, kills, suites, progress)
    progress(
        "\nThe smallest set of data sets that kills them all, each at its equation: " + ", ".join(killers)
    )
    progress(f"\n{len(EQUIVALENTS)} variants that are equal on paper:")
    problems += _report_equivalents(progress)
    progress(f"\n{len(living)} faithful variants:")
    problems += _report_faithful(living, lives, progress)
    if drawn:
        problems += random_faults.report(random_faults.lot(drawn, workers=workers), progress)
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
        f"{ended}: {len(problems)} of {len(chosen) + len(living)} variants misjudged; "
        f"{time.perf_counter() - start:.0f} s"
    )
    return 1 if problems else 0


def by_size(names=None):
    """These data sets, or all that are not slow, the smallest first."""
    sizes = {}
    for name in inputs.names() if names is None else names:
        try:
            sizes[name] = inputs.data(name, DTYPE).x.size
        except inputs.Unavailable:
            continue
    return sorted(sizes, key=sizes.get)


def kill_matrix(mutants, names, progress=None, workers=1):
    """For each mutant, by data set, the verdicts that reject it; each is run on data of its own dtype."""
    return judged(mutants, {}, names, progress, workers)[0]


def judged(mutants, faithful, names, progress=None, workers=1):
    """The kill matrix, and for each data set the `Lives` of the faithful variants.

    Data sets are shared out among so many processes: whoever has one asks its oracle once for all variants.
    Those that are `LARGE`, or combine, or begin threads, are only asked about mutants that no other data set
    kills, and each of the latter about a few of the faithful variants.
    """
    late = [name for name in names if inputs.combines(name) or inputs.data(name, DTYPE).company == "threads"]
    large = [name for name in names if inputs.data(name, DTYPE).x.size > LARGE or name in late]
    small = [name for name in names if name not in large]
    kills, lives = {name: {} for name in mutants}, {}
    few = {name: list(faithful)[n % SHARE :: SHARE] for n, name in enumerate(late)}
    few = {name: _sent({each: faithful[each] for each in chosen}, FAITHFUL) for name, chosen in few.items()}
    faithful = _sent(faithful, FAITHFUL)
    with started(workers) as begin:
        begun = {name: begin(_judged, name, _sent(mutants, MUTANTS), faithful) for name in small}
        # What takes longest first, for the processes to end together.
        begun |= {name: begin(_lived, name, few.get(name, faithful)) for name in reversed(large)}
        for name in small:
            killed, lives[name] = begun[name].result()
            _enter(kills, name, killed, progress)
        for name in large:
            lives[name] = begun[name].result()
            alive = {each: mutant for each, mutant in mutants.items() if not kills[each]}
            if not alive:
                continue
            _enter(kills, name, begin(_killed, name, _sent(alive, MUTANTS)).result(), progress)
    return kills, {name: lives[name] for name in names}


def _sent(variants, declared):
    """Variants as another process can be told of them: those that are declared by their names."""
    return list(variants) if all(declared.get(name) is each for name, each in variants.items()) else variants


def _received(variants, declared):
    return {name: declared[name] for name in variants} if isinstance(variants, list) else variants


def _judged(data_name, mutants, faithful):
    return _killed(data_name, mutants), _lived(data_name, faithful)


def _enter(kills, data_name, found, progress):
    """Enter in the matrix what a data set rejects, and report it."""
    for name, broken in found.items():
        kills[name][data_name] = broken
    if progress:
        alive = sum(not row for row in kills.values())
        progress(f"  {data_name:<24} kills {len(found):>4}   alive {alive:>4}")


def _killed(data_name, mutants):
    """By mutant, the verdicts that reject it on a data set."""
    found, data = {}, {}
    for name, mutant in _received(mutants, MUTANTS).items():
        if mutant.dtype not in data:
            try:
                data[mutant.dtype] = inputs.data(data_name, mutant.dtype)
            except inputs.Unavailable:
                continue
        # A copy: what an earlier data set left in it would count as this one's.
        verdicts = judge(copy.deepcopy(mutant.adapter), data[mutant.dtype])
        broken = [verdict for verdict in verdicts if verdict.status in BROKEN]
        if broken:
            found[name] = broken
        if any(verdict.equation == PURITY for verdict in broken):
            del data[mutant.dtype]  # it may have been written to
    return found


class Lives(NamedTuple):
    """How faithful variants fare on a data set: the worst of each, with its ratio, and what rejects it."""

    worst: dict
    problems: list


def _lived(data_name, faithful):
    """The `Lives` of a data set; on one that is `LARGE`, each variant in its first dtype alone."""
    worst, problems = {}, []
    for name, adapter in _received(faithful, FAITHFUL).items():
        for dtype in inputs.dtypes(data_name, adapter.caps.dtypes):
            try:
                data = inputs.data(data_name, dtype)
            except inputs.Unavailable:
                continue
            if data.x.size > LARGE and dtype != adapter.caps.dtypes[0]:
                continue
            for verdict in judge(adapter, data):
                if verdict.status in BROKEN:
                    problems.append(f"faithful variant {name!r}: {verdict}")
                elif verdict.ratio is not None:
                    ratio = verdict.ratio, f"{verdict.quantity}, {data_name}"
                    worst[name] = max(worst.get(name, ratio), ratio)
    return Lives(worst, problems)


def cover(kills, equations):
    """The smallest set of data sets that together reject every mutant at its own equation.

    `equations` has the equation of each mutant. Branch and bound: the mutant that fewest data sets find must
    be found by one of them. Of two mutants, one that is found wherever the other is needs no thought.
    """
    rows = {
        frozenset(data for data, broken in row.items() if any(v.equation == equations[name] for v in broken))
        for name, row in kills.items()
    } - {frozenset()}
    rows = [row for row in rows if not any(other < row for other in rows)]
    return sorted(_smallest(rows, _greedy(rows)))


def _greedy(rows):
    """A set that meets all rows: each time the member that meets most of the rest."""
    left, chosen = list(rows), []
    while left:
        counts = Counter(name for row in left for name in sorted(row))
        chosen.append(max(counts, key=lambda name: (counts[name], name)))
        left = [row for row in left if chosen[-1] not in row]
    return chosen


def _smallest(rows, best, chosen=()):
    """The smallest set that meets all rows, or `best` if none is smaller."""
    if not rows:
        return list(chosen) if len(chosen) < len(best) else best
    apart, seen = 0, set()
    for row in sorted(rows, key=len):
        if not row & seen:
            apart, seen = apart + 1, seen | row
    if len(chosen) + apart >= len(best):
        return best
    row = min(rows, key=lambda row: (len(row), sorted(row)))
    for name in sorted(row):
        best = _smallest([other for other in rows if name not in other], best, (*chosen, name))
    return best


def found_at(row):
    """The equation that the failures of a mutant go back to."""
    return culprit([verdict for broken in row.values() for verdict in broken])


def smallest(row, equation, sizes):
    """The data set of fewest elements that rejects a mutant at its equation, or none."""
    names = [name for name, broken in row.items() if any(v.equation == equation for v in broken)]
    return min(names, key=lambda name: (sizes[name], name), default="")


def _report_mutants(mutants, kills, suites, progress):
    """One line for each mutant; what is wrong with the judgements."""
    progress(
        f"\n  {'mutant':<58} {'breaks':<16} {'found at':<16} {'by':>3}, of which the smallest   lives under"
    )
    sizes = {name: inputs.data(name, DTYPE).x.size for name in set().union(*kills.values())}
    problems = []
    for name, mutant in mutants.items():
        row = kills[name]
        found = found_at(row)
        lives = ", ".join(suite for suite, alive in suites[name].items() if alive) or "-"
        least = smallest(row, mutant.equation, sizes)
        where = f"{len(row):>3}  {least:<22}"
        progress(f"  {name:<58} {mutant.equation:<16} {found or 'NOT FOUND':<16} {where}  {lives}")
        if not row:
            problems.append(f"mutant {name!r} survives")
        elif found != mutant.equation:
            first = next(v for broken in row.values() for v in broken if v.equation == found)
            problems.append(f"mutant {name!r} breaks {mutant.equation}, found at {found}: {first}")
    return problems


def _report_equivalents(progress):
    """One line for each; which of them are not proven."""
    problems = []
    for variant in EQUIVALENTS:
        progress(f"  {'proven' if variant.proven else 'NOT PROVEN':<12} {variant.name}")
        if not variant.proven:
            problems.append(f"equivalent {variant.name!r} is not proven")
    return problems


def _report_faithful(living, lives, progress):
    """One line for each faithful variant; which of them are rejected."""
    for name, adapter in living.items():
        ratio, where = max(
            (each.worst[name] for each in lives.values() if name in each.worst), default=(0.0, "")
        )
        accumulate = adapter.caps.accumulation(adapter.caps.dtypes[0])
        progress(f"  {name:<58} {accumulate:<20} {ratio:.2f}  {where}")
    return [problem for each in lives.values() for problem in each.problems]


# Suites with fixed tolerances, as (relative, absolute).
SUITES = {"rtol 1e-3": (1e-3, 1e-3), "torch.testing": (1.3e-6, 1e-5)}


def fixed_tolerances(mutant):
    """Whether a mutant would pass suites that compare y, dx, dgamma and dbeta on normal data of mean 0."""
    dy, x, gamma, beta = _drawn(mutant.dtype)
    expected = _usual(mutant.dtype)
    adapter = copy.deepcopy(mutant.adapter)
    relaxed = formats.unit(mutant.dtype) > formats.unit(DTYPE)  # half precision: what it can hold at all
    with np.errstate(all="ignore"):
        got = adapter.forward(x.copy(), gamma, beta, inputs.EPS)
        got |= adapter.backward(dy, x.copy(), gamma, beta, inputs.EPS)
    return {
        suite: all(
            np.allclose(
                got[name].astype(np.float64),
                nearest,
                rtol=max(relative, formats.unit(mutant.dtype)) if relaxed else relative,
                atol=absolute,
            )
            for name, nearest in expected.items()
        )
        for suite, (relative, absolute) in SUITES.items()
    }


def _drawn(dtype):
    """dy, x, gamma and beta as suites with fixed tolerances draw them."""
    rng = np.random.default_rng(0)
    x, dy = (rng.normal(size=(8, 5, 7, 11)).astype(formats.named(dtype)) for _ in range(2))
    gamma, beta = (rng.uniform(size=5).astype(formats.parameter(dtype)) for _ in range(2))
    return dy, x, gamma, beta


@cache
def _usual(dtype):
    """What such suites expect, each output rounded to float64."""
    dy, x, gamma, beta = _drawn(dtype)
    call = oracle.problem(x, gamma, beta, inputs.EPS, accumulate="any", dy=dy)
    expected = call.expected(("y",)) | call.gradients("training")
    return {name: expected[name].nearest for name in ("y", "dx", "dgamma", "dbeta")}
