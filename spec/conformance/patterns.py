"""What the data sets that fail have in common, and the others have not: one line over all of them."""

import math

import numpy as np

from ..data import inputs
from ..oracle import channels
from .verdict import BROKEN, PASS


def described(data):
    """What may be said of a data set: properties by their names, numbers by theirs."""
    n, c, *rest = data.x.shape
    plane = math.prod(rest)
    rows = channels(data.block(data.x)).astype(np.float64)
    rows = np.where(np.isfinite(rows), rows, 0)
    with np.errstate(all="ignore"):
        far = float(np.nanmax(abs(rows.mean(axis=1)) / (rows.std(axis=1) + 1e-300))) if rows.size else 0.0
    kinds = {
        f"{data.x.ndim}-D": True,
        data.dtype: True,
        f"layout {data.layout}": True,
        "a layout that is not contiguous": data.layout != "contiguous",
        "other calls beside": bool(data.company),
        "gamma None": data.gamma is None,
        "beta None": data.beta is None,
        "a NaN or an inf": not (np.isfinite(data.x).all() and np.isfinite(data.dy).all()),
        "C no power of two": c & (c - 1) != 0,
        "planes of one pixel": plane == 1,
    }
    numbers = {
        "N": n,
        "C": c,
        "the plane": plane,
        "m": n * plane,
        "|mean|/std": min(far, 1e9),
        "eps": data.eps,
    }
    return {name for name, holds in kinds.items() if holds}, numbers


def pattern(verdicts, described=None):
    """A line about the data sets that fail; empty where nothing sets them apart.

    `described` has what is said of each data set, by its name and dtype; it is found where it is not given.
    """
    judged = {(v.data, v.dtype) for v in verdicts if v.status in (*BROKEN, PASS)}
    failing = {(v.data, v.dtype) for v in verdicts if v.status in BROKEN}
    known = _known(judged) if described is None else described
    judged, failing = judged & known.keys(), failing & known.keys()
    passing = judged - failing
    if not failing or len(judged) < 4:
        return ""
    if not passing:
        return "every data set fails"
    if words := _apart(failing, passing, known):
        return words
    common = set.intersection(*(known[key][0] for key in failing))
    shares = {kind: sum(kind in known[key][0] for key in judged) for kind in common}
    if shares and min(shares.values()) < 0.8 * len(judged):
        kind = min(shares, key=lambda each: (shares[each], each))
        return f"{len(failing)} of the {shares[kind]} data sets with {kind} fail, and no other"
    return ""


def _known(keys):
    found = {}
    for name, dtype in keys:
        try:
            found[name, dtype] = described(inputs.data(name, dtype))
        except (ValueError, inputs.Unavailable):
            continue  # it was given, or cannot be had again
    return found


def _apart(failing, passing, known):
    """What all that fail have and none of the others has, in words."""
    kinds = set.intersection(*(known[key][0] for key in failing)) - set().union(
        *(known[key][0] for key in passing)
    )
    if kinds:
        return f"every data set with {min(kinds)} fails, and no other"
    names = known[next(iter(failing))][1]
    values = {name: [[known[key][1][name] for key in keys] for keys in (failing, passing)] for name in names}
    for name, (bad, good) in values.items():
        if min(bad) > max(good):
            return f"every data set with {name} from {min(bad):.6g} on fails, and none up to {max(good):.6g}"
        if max(bad) < min(good):
            return f"every data set with {name} up to {max(bad):.6g} fails, and none from {min(good):.6g} on"
    for name, (bad, good) in values.items():
        if len(set(bad)) == 1 and bad[0] not in good:
            return f"every data set with {name} = {bad[0]:.6g} fails, and no other"
    return ""
