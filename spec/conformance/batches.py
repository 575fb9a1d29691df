"""Several batches, or one in several places: running statistics, steps, one layer used often, shards."""

from functools import partial

import numpy as np

from .. import oracle
from ..bounds.formats import unit
from ..data import inputs
from ..interface import contract
from ..interface.adapter import Broke, Nonsense, offers
from ..oracle import sequences
from ..supervise import ENDINGS, note
from .comparing import SHARDED
from .passes import GRADIENTS, training_gradients
from .verdict import ABSENT, FAIL, PASS, RAISED

STEPS, USES = " after several steps", " of a layer used often"
# Batches of so many elements in all are taken apart.
PARTED = 2000
# What passes batches are, one after the other, where not all are of training.
MODES = "backward", "inference", "training"


def update(judge):
    """The running statistics after one batch."""
    data, caps = judge.data, judge.caps
    if caps.variance == "unbiased" and data.count <= 1:
        if data.count and offers(judge.adapter, "update"):
            _undefined_update(judge)
        return
    old = _old(judge)
    if judge.empty or old is None:
        return
    got = judge.call("update", data.x, data.running_mean, data.running_var, data.momentum)
    if got is None:
        return
    kept = tuple(each[judge.kept] for each in old)

    def expected(call):
        return call.update(*kept, data.momentum, caps.variance, caps.weighs)

    got = judge.judged(got, sequences.RUNNING, "training", expected)
    if _share(judge) == 0 and caps.replaces and not judge.finite.all():
        # of channels that no bound is known for, too, nothing moves
        lost = np.resize(~judge.finite, data.x.shape[1])
        for name, value in got.items():
            words = "something of the batch came in" if (value != getattr(data, name))[lost].any() else ""
            label = f"{name} of a channel that is not finite"
            judge.add(FAIL if words else PASS, label, oracle.EQUATION[name], detail=words)


def _share(judge):
    """The weight of the new batch."""
    return judge.data.momentum if judge.caps.weighs == "new" else 1 - judge.data.momentum


def _old(judge):
    """The running statistics before the batch, 0 for a NaN that is not to stay; None where it may."""
    old = judge.data.running_mean, judge.data.running_var
    if all(np.isfinite(each).all() for each in old):
        return old
    if _share(judge) == 1 and judge.caps.replaces:
        return tuple(np.where(np.isfinite(each), each, 0).astype(each.dtype) for each in old)
    judge.add(ABSENT, "running statistics that are not finite", "", detail="not declared to be replaced")
    return None


def _undefined_update(judge):
    """m / (m - 1) is undefined at m = 1: an exception, or the variance left out, but no silent NaN."""
    data, named = judge.data, judge.named("update")
    if not all(judge.adapter.takes("update", name) for name in named):
        return
    old = data.running_mean, data.running_var
    note(f"update on {data.name}, {data.dtype}")
    try:
        with np.errstate(all="ignore"):
            got = judge.adapter.update(data.x, *old, data.momentum, **named)
        found = contract.results("update", got).get("running_var")
    except (Broke, Nonsense) as error:
        judge.add(FAIL, "update", RAISED, detail=str(error))
        return
    except ENDINGS:
        raise
    except Exception:
        found = None
    except BaseException as error:
        judge.add(FAIL, "update", RAISED, detail=f"raised {contract.said(error)}")
        return
    words = "" if found is None else contract.of_format("running_var", found, data.dtype)
    if found is not None and not words and not np.isfinite(found).all():
        words = "m / (m - 1) is undefined, and the running variance silently not finite"
    before = data.running_var.astype(np.float64)
    if found is not None and not words and np.any(abs(found - before) > unit(data.mean.dtype) * abs(before)):
        words = "m / (m - 1) is undefined, and the running variance is neither refused nor as it was"
    detail = "refused" if found is None else words
    judge.add(FAIL if words else PASS, "running_var at m = 1", oracle.EQUATION["running_var"], detail=detail)


def shards(judge):
    """The same batch in shards, some of them empty: what they return is what the whole would."""
    data = judge.data
    if not data.cuts:
        return
    xs, dys = (np.split(each, data.cuts) for each in (data.x, data.dy))
    wide = data.gamma, data.beta, data.eps
    for method, arguments, names, expect in [
        ("shards", (xs, *wide), ("mean", "var", "y"), lambda call: call.expected(("mean", "var", "y"))),
        ("shards_backward", (dys, xs, *wide), GRADIENTS, training_gradients),
    ]:
        got = judge.call(method, *arguments)
        if got is None:
            continue
        name = "y" if method == "shards" else "dx"
        wanted = [each.shape for each in xs]
        if name in got and [each.shape for each in got[name]] != wanted:
            words = f"wanted shards of the shapes {wanted}, found {[each.shape for each in got.pop(name)]}"
            judge.add(FAIL, name + SHARDED, oracle.EQUATION[name], detail=words)
        elif name in got:
            got[name] = np.concatenate(got[name])
        judge.judged(got, names, "training", expect, SHARDED)


def in_turn(judge):
    """The parts of the batch as batches of their own: a state over steps, one layer used often."""
    data = judge.data
    parts = zip(*(np.split(each, data.cuts) for each in (data.x, data.dy)), strict=True)
    least = max(2, judge.caps.least)
    used = [(x, dy) for x, dy in parts if x.size >= least * x.shape[1] or not (x.size or judge.caps.least)]
    parts = [(x, dy) for x, dy in used if x.size]
    if (
        not data.cuts
        or len(parts) < 2
        or (data.block(data.x) if _channels_copied(data) else data.x).size > PARTED
    ):
        return
    if not (judge.finite & judge.finite_dy).all():
        return  # what is large in half precision is not
    xs, dys = map(list, zip(*parts, strict=True))
    _steps(judge, xs)
    if data.x.size > PARTED:
        return
    wide = data.gamma, data.beta, data.eps
    expect = partial(sequences.uses, xs, dys, *wide)
    xs, dys = map(list, zip(*used, strict=True))
    got = judge.call("uses", dys, xs, *wide)
    if got is None:
        return
    for n, value in enumerate(got.pop("dx", ())):
        words = contract.of_format("dx", value, data.dtype)
        if n >= len(xs) or value.shape != xs[n].shape:
            words = f"wanted arrays of the shapes {[x.shape for x in xs]}, number {n} has {value.shape}"
        if words:
            judge.add(FAIL, "dx" + USES, oracle.EQUATION["dx"], detail=words)
            continue
        if not value.size:
            continue
        n -= sum(not x.size for x in xs[:n])
        judge.simple(
            "dx" + USES,
            "dx",
            value,
            lambda accumulate, n=n: {"dx": expect(accumulate=accumulate)["dx"][n]},
        )
    for name, value in judge.formed(got, ("dgamma", "dbeta"), "training", USES).items():
        judge.simple(name + USES, name, value, expect)


def _channels_copied(data):
    """Whether the channels of a data set are copies, and nothing else is: of its parts, too."""
    n, c, *rest = data.repeats
    return c > 1 and max(n, *rest, 1) == 1


def _steps(judge, xs):
    """A state over steps: of training, of other passes between them, and without a momentum."""
    data, caps, old = judge.data, judge.caps, _old(judge)
    if old is None:
        return
    copied = _channels_copied(data)
    blocks, before = [[data.block(each) if copied else each for each in arrays] for arrays in (xs, old)]
    how = {"variance": caps.variance, "weighs": caps.weighs}
    modes = tuple(MODES[n % len(MODES)] for n in range(len(xs)))
    trained = [x for x, mode in zip(blocks, modes, strict=True) if mode != "inference"]
    asked = [("", data.momentum, {}, partial(sequences.steps, blocks, *before, data.momentum, **how))]
    if not inputs.combines(data.name):
        if judge.adapter.takes("steps", "modes"):
            expect = partial(sequences.steps, trained, *before, data.momentum, **how)
            asked.append((", inference between them", data.momentum, {"modes": modes}, expect))
        if caps.cumulative:
            expect = partial(sequences.cumulative, blocks, variance=caps.variance, of=caps.cumulative)
            asked.append((", without a momentum", None, {}, expect))
    for words, momentum, named, expect in asked:
        got = judge.call("steps", xs, data.running_mean, data.running_var, momentum, **named)
        names = sequences.RUNNING if got is not None else ()
        for name, value in judge.formed(got or {}, names, "training", STEPS + words).items():
            judge.simple(name + STEPS + words, name, value, expect, copied)
