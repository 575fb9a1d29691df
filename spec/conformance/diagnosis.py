"""Why an output is wrong: the equation at fault, and the reason in words."""

import numpy as np

from .. import oracle
from ..bounds.formats import unit
from . import blame


def reason(name, got, expected, call, data, kept, mode, right):
    """The equation that a wrong output violates, and why, as far as that can be told.

    `got` and `expected` are those of the `kept` channels of a data set, `call` is the oracle's view of them,
    `right` has the names of the outputs of the same call that are not wrong.
    """
    values = {key: value.value.nearest().astype(np.float64) for key, value in call.values.items()}
    numbers = {
        key: np.broadcast_to(values[key], (len(kept), 1))[:, 0]
        for key in ("gamma", "beta", "mean", "var", "rstd")
    }
    errors, allowed = expected.errors(got), expected.allowed(got.dtype)
    off = errors > allowed
    wrong = np.flatnonzero(oracle.channels(off).any(axis=1))
    rows = oracle.channels(got.astype(np.float64))
    if name == "y":
        slack = oracle.channels(expected.allowed(got.dtype)).max(axis=1)
        slack += unit(got.dtype) * abs(rows).max(axis=1)
        truth = blame.Truth(
            *(numbers[key][wrong] for key in ("gamma", "beta", "mean", "var")),
            eps=data.eps,
            m=data.count if mode == "training" else 0,
            gammas=numbers["gamma"] if data.gamma is None else data.gamma.astype(np.float64),
            known=frozenset(right if mode == "training" else {"var"}),
        )
        equation, words = blame.of_y(rows[wrong], values["xhat"][wrong], slack[wrong], truth)
        some = f", in {len(wrong)} of {len(kept)} channels" if words and len(wrong) < len(kept) else ""
        return equation, _scattered(errors, allowed, kept) or words + some
    if name == "dx":
        c = wrong[0]
        wanted = oracle.channels(expected.nearest)[c]
        words = blame.of_dx(rows[c], values["dy"][c], values["xhat"][c], wanted)
        return expected.equation, _scattered(errors, allowed, kept) or words
    candidates = _candidates(name, expected.nearest, numbers, values, call, data, kept)
    return expected.equation, blame.of_sum(got.astype(np.float64), expected.nearest, candidates)


# A factor is that of all channels if what it leaves is this share of what it explains; fewer are chance.
LEFT, CHANNELS = 1e-3, 3
# What is left of an error that follows from others.
FOLLOWS = 0.05


def common_factor(got, exact, m):
    """That numbers of channels are one multiple of what they must be, in words; empty if they are not."""
    if len(exact) < CHANNELS or not np.isfinite(got).all() or not exact.any():
        return ""
    with np.errstate(all="ignore"):
        factor = (got @ exact) / (exact @ exact)
        left, explained = abs(got - factor * exact), abs(factor - 1) * abs(exact)
    if not np.isfinite(factor) or factor <= 0 or not (left <= LEFT * explained).all():
        return ""
    return (
        f"it is {factor:.6g} times what it must be in every channel, as if m were {m / factor:.6g}, not {m:g}"
    )


def follows(part, expected, call, sums):
    """Whether a wrong dx is what the equations make of the sums that were returned: dbeta and dgamma."""
    if set(sums) != {"dbeta", "dgamma"}:
        return False
    names = "gamma", "rstd", "dy", "xhat"
    with np.errstate(all="ignore"):
        gamma, rstd, dy, xhat = (call.values[name].value.nearest().astype(np.float64) for name in names)
        share = 1 if call.over.weight is None else call.over.weight.value.nearest()
        counted = call.over.times * (dy.shape[1] if call.over.weight is None else share.sum())
        dbeta, dgamma = (sums[name].astype(np.float64)[:, None] for name in ("dbeta", "dgamma"))
        made = gamma * rstd * (dy - share / counted * (dbeta + xhat * dgamma))
        got, exact = (oracle.channels(each.astype(np.float64)) for each in (part, expected.nearest))
        allowed = oracle.channels(expected.allowed(part.dtype)) + FOLLOWS * abs(got - exact).max()
        return bool((abs(got - made) <= allowed).all())


# An element that is so many times its bound off is not merely rounded otherwise than its neighbours.
FAR = 100


def _scattered(errors, allowed, kept):
    """Which elements are wrong, in words, where some are far off and most of their channel is right."""
    errors, allowed = oracle.channels(errors), oracle.channels(allowed)
    off = errors > allowed
    wrong = off.any(axis=1)
    if not ((errors > FAR * allowed).any(axis=1) & (off.mean(axis=1) < 0.5))[wrong].all():
        return ""
    c = np.flatnonzero(wrong)[0]
    count, m = off[c].sum(), off.shape[1]
    return (
        f"wrong are {count} of the {m} elements of channel {kept[c]}, the first is element {off[c].argmax()}"
    )


def _candidates(name, exact, numbers, values, call, data, kept):
    """What a number of a channel may be in place of what it must be, each with the reason in words."""
    rstd, m = numbers["rstd"], data.count
    if name in ("dgamma", "dbeta"):
        total = values["dy"].sum(axis=1)
        return [
            (exact / m, "it is divided by m"),
            (numbers["gamma"] * exact, "gamma enters"),
            (exact / rstd, "rstd is missing"),
            (exact * rstd, "rstd enters once too often"),
            (exact + numbers["mean"] * rstd * total, "x is not centred"),
            (-exact, "the sign is wrong"),
            (total, "it is dbeta"),
            (numbers["gamma"] * exact + numbers["beta"] * total, "y is in the place of xhat"),
        ]
    if name == "var":
        return [
            (values["x"].var(axis=1), "the weights are left out"),
            (exact * m / max(m - 1, 1), "it is divided by m - 1"),
            (exact + data.eps, "eps is added to it"),
            (rstd, "it is 1/sqrt(var + eps)"),
            (np.sqrt(exact), "it is the standard deviation"),
        ]
    if name.startswith("running"):
        return _conventions(name, call, data, kept)
    return [
        (values["x"].mean(axis=1), "the weights are left out"),
        (exact * m, "it is not divided by m"),
        (0 * exact, "it is left at 0"),
        (-exact, "the sign is wrong"),
    ]


def _conventions(name, call, data, kept):
    """The running statistic under every convention."""
    old = data.running_mean[kept], data.running_var[kept]
    if not all(np.isfinite(each).all() for each in old):
        return []
    return [
        (
            call.update(*old, data.momentum, variance, weighs)[name].nearest,
            ("" if name == "running_mean" else f"it takes the {variance} variance, ")
            + f"momentum weighs the {weighs} value",
        )
        for variance in (("unbiased", "biased") if data.count > 1 else ("biased",))
        for weighs in ("new", "old")
    ]
