"""Designed data sets of options, layers and parts where calls are made otherwise: in company, in steps.

What a call has beside its arguments takes paths of its own, with caches, scratch and threads of their own.
"""

import numpy as np

from ..bounds import formats
from .designs import design

# Options, layers and shards in company.


def _weighed(rng, shape):
    weights = rng.uniform(0.25, 2, (shape[0], 1, *shape[2:]))
    weights[1, 0, 2] = 0
    return {"weights": weights}


def _fused(rng, shape):
    return {"residual": rng.normal(0, 2, shape), "relu": True, "ddx": None}


def _parted(rng, shape):
    layer = {"weight": rng.normal(0, 1, (shape[1], 5)), "bias": rng.normal(1, 2, shape[1])}
    return {"cuts": (2, 4), "ddx": None} | layer


_BESIDE = {"weights": _weighed, "fused": _fused, "parts": _parted}
_COMPANY = {
    "second-call": ("before", "what a call left behind"),
    "alike": ("alike", "what is remembered by a part of an operand"),
    "same-memory": ("same memory", "what is remembered by where an operand lies"),
    "other-shapes": ("others", "what a call of another shape left behind"),
    "threads": ("threads", "what calls at the same time take from each other"),
}

for _name, (_company, _fault) in _COMPANY.items():
    for _what, _drawn in _BESIDE.items():

        @design(f"{_name}-{_what}", f"{_fault}, where a call has {_what}", company=_company)
        def _(rng, drawn=_drawn):
            shape = 6, 3, 7
            return {"x": rng.normal(1, 3, shape)} | drawn(rng, shape)


@design("alike", "what is remembered by a part of an operand", company="alike")
def _(rng):
    return rng.normal(1, 3, (11, 3, 7))


# Memory.

for _side in ("after", "before"):

    @design(f"guarded-{_side}-weights", "weights read beyond their ends", layout=f"guarded {_side}")
    def _(rng):
        weights = rng.uniform(0.25, 2, (7, 1, 3))
        return {"x": rng.normal(1, 3, (7, 3, 3)), "weights": weights, "ddx": None}

    @design(f"guarded-{_side}-residual", "a residual read beyond its ends", layout=f"guarded {_side}")
    def _(rng):
        layer = {"weight": rng.normal(0, 1, (3, 7)), "bias": rng.normal(1, 2, 3)}
        return {
            "x": rng.normal(1, 3, (7, 3, 3)),
            "residual": rng.normal(0, 2, (7, 3, 3)),
            "ddx": None,
        } | layer


@design("residual-not-finite", "a NaN of y that opens the gate", relu=True)
def _(rng):
    x = rng.normal(1, 3, (5, 5, 7))
    x[2, 1, 3], x[4, 3, 0] = np.nan, np.inf
    return {"x": x, "residual": rng.normal(0, 2, x.shape), "ddx": None}


@design("not-finite-gamma-0", "a derivative 0 where gamma is, beside a NaN")
def _(rng):
    x = rng.normal(1, 3, (5, 4, 7))
    x[2, 1, 3], x[4, 2, 0] = np.nan, np.inf
    return {"x": x, "gamma": np.array([1.5, 0, 0, -2])}


# State.


@design("momentum-1-not-finite", "a running NaN that momentum 1 keeps: 0 times NaN", momentum=1.0, cuts=(3,))
def _(rng):
    old = np.array([np.nan, 0.5, np.inf, -np.inf])
    return {"x": rng.normal(1, 3, (7, 4)), "running_mean": old, "running_var": abs(old), "ddx": None}


@design("momentum-0-not-finite", "a NaN of a batch that momentum 0 lets in", momentum=0.0)
def _(rng):
    x = rng.normal(1, 3, (7, 4))
    x[2, 0], x[3, 2] = np.nan, np.inf
    return {"x": x, "ddx": None}


@design("weights-below-1", "m / (m - 1) of m elements whose weights are 1 in all, or less")
def _(rng):
    weights = rng.uniform(0.25, 1, (7, 1))
    return {"x": rng.normal(1, 3, (7, 3)), "weights": 0.75 * weights / weights.sum(), "ddx": None}


@design("steps-channels", "steps of more channels than a table has room for", cuts=(2, 5), copies=(1, 211))
def _(rng):
    return {"x": rng.normal(1, 3, (9, 5)), "ddx": None}


# Sizes and numbers.


@design("channels-256-last", "rows after the last whole vector, of a power of two of channels",
        layout="channels-last", copies=(1, 32, 1, 1))  # fmt: skip
def _(rng):
    return {"x": rng.normal(1, 3, (3, 8, 3, 1)), "ddx": None}


@design("plane-1056", "the last whole block of a large plane", copies=(1, 1, 32, 1))
def _(rng):
    return {"x": rng.normal(1, 3, (1, 3, 1, 33)), "ddx": None}


@design(
    "gamma-subnormal",
    "a scale below the least normal number, flushed to 0",
    dtypes=("float32", *formats.HALVES),
)
def _(rng):
    least = float(formats.limits("float32").smallest_normal)
    gamma = least * np.array([0.75, -0.5, 0.25])
    return {"x": rng.normal(1, 3, (7, 3, 5)), "gamma": gamma, "beta": np.zeros(3), "ddx": None}
