"""What the suite finds in the implementations that are installed: docs/findings.md, written by a run.

`python -m spec.findings` holds every known implementation to the class that it declares, on data that
reject every mutant, and then to float64 accumulators, on data that tell the classes apart. Nothing is listed
that the run did not see; each line has the command that shows it again.
"""

import copy
import time
from collections import Counter
from dataclasses import dataclass
from functools import partial

from .. import DOCS, adapters
from ..audit import matrix
from ..conformance import check
from ..conformance.verdict import FAIL, PASS
from ..data.designs import DESIGNS
from ..interface.adapter import Missing, only
from ..workers import apart
from . import kept, page, probe, versions
from .deviations import deviation, gathered

OTHERS = page.judged()
# The smallest cover of the kill matrix; conditioning; the ends of the range; memory; derivatives.
SWEEP = tuple(
    dict.fromkeys(
        (
            *matrix.FAST,
            *("ordinary", "ratio-1e1", "ratio-1e2", "ratio-1e3", "ratio-1e4", "constant", "outlier-first"),
            *(
                "m-17",
                "plane-67",
                "eps-1e-05-std-0.00316",
                "eps-1e+09-std-3.16e+04",
                "gamma-huge",
                "beta-large",
            ),
            *("dy-offset", "dy-1e+30", "scale-1e-40", "scale-1e-20", "scale-1e+20", "scale-1e+38", "scales"),
            *("near-the-largest", "layout-sliced", "m-3", "gamma-negative", "no-gamma"),
        )
    )
)
# Where float64 accumulators show: mean/std, a constant channel far from 0, and sums of many terms. Of the
# last the weakest class has no bound that decides, so they are no part of the sweep.
TELLING = ("ratio-1e1", "ratio-1e3", "ratio-1e5", "constant")
MANY = ("very-many", "very-many-far", "many-ones", "many-ones-planes")
CONVENTIONS = ("running variance takes", "momentum is the weight of", "y of one element")
WRITTEN = DOCS / "findings.md"
# What a counterexample may take to shrink, in seconds of the processor.
PATIENCE = 5.0
MUCH_PATIENCE = 25.0


@dataclass(frozen=True)
class Section:
    """What was found in one implementation: the deviations, and what was compared."""

    target: str
    packages: tuple
    kept: int
    swept: tuple
    declared: tuple
    strict: tuple
    conventions: dict
    nestings: int


def _shown(adapter, target, verdicts):
    """The deviations among verdicts, each on its smallest input."""
    found = []
    for line in gathered(verdicts):
        many = any(DESIGNS[verdict.data][2].get("times") for verdict in line)
        patience = MUCH_PATIENCE if many else PATIENCE
        found.append(deviation(adapter, target, line, patience, time.process_time))
    return tuple(found)


def examine(target, progress=lambda line: None):
    """What is found in one implementation; None if it cannot be loaded."""
    try:
        adapter = adapters.load(target)
    except Missing:
        return None

    def step(name, _):
        progress(f"{target}: {name}")

    verdicts = check(adapter, SWEEP, target=target, progress=step)
    progress(f"{target}: smallest inputs")
    declared = _shown(adapter, target, verdicts)
    strict = ()
    if "float32" in adapter.caps.dtypes:
        named = f"{target} --accumulate float64"
        strong = copy.copy(adapter)
        strong.caps = adapter.caps.declaring("float64")
        narrow = check(strong, TELLING, dtypes=("float32",), target=named, progress=step)
        plain = only(strong, "forward", "backward")
        narrow += check(plain, MANY, dtypes=("float32",), target=named, progress=step)
        # what no class excuses is listed already
        faults = {(each.quantity, each.data, each.dtype) for each in verdicts if each.status == FAIL}
        narrow = [each for each in narrow if (each.quantity, each.data, each.dtype) not in faults]
        progress(f"{target}: smallest inputs, float64")
        strict = _shown(strong, named, narrow)
    return Section(
        target=target,
        packages=tuple(versions.of(target)) or (adapter.name,),
        kept=Counter(verdict.status for verdict in verdicts)[PASS],
        swept=SWEEP,
        declared=declared,
        strict=strict,
        conventions=probe.probe(adapter, CONVENTIONS),
        nestings=len({verdict.quantity for verdict in verdicts if verdict.nesting}),
    )


def _say(line):
    print(f"  {time.strftime('%H:%M:%S')} {line}", flush=True)


def everyone(targets=OTHERS):
    """What is found in each of these implementations that can be loaded."""
    return [found for found in apart(partial(examine, progress=_say), targets) if found]


def main(targets=None):
    """Run some targets, or all, and write what is found to the page, which keeps the rest."""
    ran = {found.target: page.kept(found) for found in everyone(targets or OTHERS)}
    # read after the run, which takes long: another may have written meanwhile
    there = (kept.sections(WRITTEN.read_text()) if WRITTEN.exists() else {}) | ran
    WRITTEN.write_text(page.aged(page.page([there[name] for name in OTHERS if name in there]), SWEEP))
    return 0


def age():
    """Write on the page which data sets its runs did not have."""
    WRITTEN.write_text(page.aged(WRITTEN.read_text(), SWEEP))
    return 0
