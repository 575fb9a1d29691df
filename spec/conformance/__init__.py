"""Holds an implementation against the equations: every call, on designed data, within derived bounds.

A comparison ends as one of

    PASS          |got - exact| is within the bound of the declared class for every element
    FAIL          it is not, nor within that of any weaker class that decides anything here
    CLASS         it fails the declared class and passes a weaker one, which is named
    INCONCLUSIVE  it is within the bound, but so would every declared mutant be: the data set tells nothing
    N/A           the implementation does not offer it
"""

from concurrent.futures.process import BrokenProcessPool
from dataclasses import replace

from .. import oracle
from ..data import inputs
from ..interface.adapter import Adapter, Caps, Missing
from ..oracle import derivatives
from ..supervise import note
from ..workers import started
from .comparing import MISSING
from .fitting import fitted
from .judgement import judge
from .verdict import ABSENT, BROKEN, FAIL, LAYOUT, PASS, PURITY, RAISED, Verdict

__all__ = ["Adapter", "Caps", "Missing", "Verdict", "check", "culprit", "judge", "passed"]


def check(adapter, names=None, *, full=False, dtypes=None, target="TARGET", progress=None, workers=1):
    """Judge an adapter on the data sets of these names (None: all, the slow ones only if `full`).

    Returns a list of `Verdict`. `progress`, if given, is called with the name of each data set and its
    verdicts, in their order. More than one of `workers` are processes, to which the adapter is sent. Raises
    ValueError for a data set or a dtype that does not exist. What the implementation raises is a verdict.

    >>> from spec.adapters.plain import Plain
    >>> {verdict.status for verdict in check(Plain(), ["ordinary"])}
    {'PASS'}
    """
    verdicts, every = [], full or names is not None
    names = inputs.names(full) if names is None else list(names)
    with started(workers) as begin:
        begun = [begin(_judged, adapter, name, every, dtypes, target) for name in names]
        for name, each in zip(names, begun, strict=True):
            try:
                found = each.result()
            except BrokenProcessPool:
                note(f"a worker, on {name} or soon after")
                raise
            verdicts += found
            if progress:
                progress(name, found)
    return _complete(verdicts)


def _judged(adapter, name, every, dtypes, target):
    """The verdicts on one data set."""
    found = []
    for dtype in inputs.dtypes(name, adapter.caps.dtypes if dtypes is None else dtypes, every):
        try:
            data = fitted(adapter, name, dtype)
        except inputs.Unavailable as reason:
            found.append(Verdict(ABSENT, name, dtype, "everything", "", detail=str(reason)))
            continue
        found += judge(adapter, data, target)
    return found


def _complete(verdicts):
    """The verdicts; an output that was returned on one data set and not on another is a failure there."""
    returned = {verdict.quantity for verdict in verdicts if verdict.ratio is not None}
    return [
        replace(verdict, status=FAIL, detail="not returned, as it is on other data sets")
        if verdict.detail == MISSING and verdict.quantity in returned
        else verdict
        for verdict in verdicts
    ]


def passed(verdicts):
    """Whether an implementation kept what it declares: nothing failed, and something passed."""
    return not any(verdict.status in BROKEN for verdict in verdicts) and any(
        verdict.status == PASS for verdict in verdicts
    )


# What comes first is the cause of what comes after: a backward pass starts from the two sums.
ORDER = (
    *(PURITY, *(oracle.EQUATION[name] for name in ("mean", "var", "xhat", "y", "dresidual"))),
    *(oracle.EQUATION[name] for name in ("dbeta", "dgamma", "dx")),
    *(oracle.EQUATION[derivatives.label(order)] for order in (2, 3)),
    *(oracle.EQUATION[name] for name in ("jvp", *oracle.SECOND, "running_mean", "running_var", "weight")),
    *(RAISED, LAYOUT),
)


def culprit(verdicts):
    """The equation that all failures go back to, the first in the order of the source, or None."""
    broken = {verdict.equation for verdict in verdicts if verdict.status in BROKEN}
    return min(broken, key=ORDER.index, default=None)
