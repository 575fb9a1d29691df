"""Several batches one after the other: the state that a layer keeps of them, and gradients that add up."""

from functools import reduce
from typing import NamedTuple

from .. import running
from ..bounds.errors import Bounded
from ..bounds.formats import tiny, unit
from ..symbolic.evaluate import evaluate
from ..theorems.counts import merged
from .call import counted, problem
from .memory import Remembered

RUNNING = "running_mean", "running_var"
_known = Remembered(2**16)


class Counted(NamedTuple):
    """A batch of which the count alone is known."""

    m: Bounded


def _remembered(find):
    """The function, which is asked once about the same numbers; its first argument is a list of batches."""

    def asked(xs, *given, **how):
        arrays = [*xs, *(part for each in given for part in (each if isinstance(each, list) else [each]))]
        question = [getattr(each, "dtype", each) for each in arrays]
        question += [(each.shape, each.tobytes()) for each in arrays if hasattr(each, "tobytes")]
        size = sum(x.size for x in xs)
        return _known.get((find, *question, *how.items()), size, lambda: find(xs, *given, **how))

    asked.__doc__ = find.__doc__
    return asked


def _kept(value):
    """A number of a channel as a layer keeps it between two calls: rounded as its parameters are."""
    kind = value.model.element
    error = value.error + unit(kind) * (value.magnitude() + value.error) + tiny(kind)
    return Bounded(value.model, value.value, value.size, error)


@_remembered
def steps(xs, running_mean, running_var, momentum, *, accumulate, variance, weighs):
    """The running statistics after a training pass of each of these batches, by their names."""
    old = None
    for x in xs:
        call = problem(x, None, None, 1.0, accumulate=accumulate)
        old = old or [call.model.numbers(each) for each in (running_mean, running_var)]
        batch = call.values["mean"], call.values["var"]
        how = {"variance": variance, "weighs": weighs}
        after = running.update(*batch, *old, call.model.numbers(momentum), counted(call.over), **how)
        old = [_kept(each) for each in after]
    return {name: call.formed(name, value) for name, value in zip(RUNNING, old, strict=True)}


@_remembered
def cumulative(xs, *, accumulate, variance, of):
    """The running statistics without a momentum, after training passes of these batches, by their names.

    `of` says what they are: the statistics of all "elements", or the average of those of the "batches".
    """
    calls = [problem(x, None, None, 1.0, accumulate=accumulate) for x in xs]
    taken = {"unbiased": running.unbiased, "biased": lambda var, over: var}[variance]
    if of == "elements":
        found = None
        for call in calls:
            own = call.over.m, call.values["mean"], call.values["var"]
            count, *both = own if found is None else merged(found, own)
            found = count, *map(_kept, both)
        found = found[1], _kept(taken(found[2], Counted(found[0])))
    else:
        found = None
        for n, call in enumerate(calls, 1):
            own = call.values["mean"], taken(call.values["var"], call.over)
            pairs = zip(found or own, own, strict=True)
            found = [_kept(running.average(old, new, call.model.whole(n).reciprocal())) for old, new in pairs]
    return {name: calls[-1].formed(name, value) for name, value in zip(RUNNING, found, strict=True)}


@_remembered
def uses(xs, dys, gamma, beta, eps, *, accumulate):
    """The gradients of a layer that is used on each of these batches before its backward passes.

    dx is that of each batch, in a list; dgamma and dbeta are the sums of those of all.
    """
    from ..symbolic.derive import gradient  # sympy is loaded where a gradient is asked for

    pairs = zip(dys, xs, strict=True)
    calls = [problem(x, gamma, beta, eps, accumulate=accumulate, dy=dy) for dy, x in pairs]
    found = {"dx": [call.gradients("training")["dx"] for call in calls]}
    for of in ("dgamma", "dbeta"):
        tree = gradient(of, "training")
        parts = [_kept(evaluate(tree, call.values, call.over, call.known)) for call in calls]
        found[of] = calls[-1].formed(of, reduce(lambda one, other: _kept(one + other), parts))
    return found
