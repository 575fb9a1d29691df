"""Designed data sets where options, formats and given statistics have values of their own.

A gate that nearly shuts, weights that are not as x is, a layer folded that is square or deep, statistics that
are 0 or infinite: each is a place that data of order 1 never reaches.
"""

import numpy as np

from ..bounds import formats
from .designs import design

# The gate of a rectifier.


@design("relu-tiny", "a gate compared in fewer digits; dgamma 0 where gamma is", relu=True, by_format=True)
def _(rng, dtype):
    # half precision rounds the y of the first channel to 0, and shuts its gate
    tiny = {"float64": 1e-60, "float32": 1e-36}.get(dtype, 1e-9 if dtype == "float16" else 1e-45)
    beta, gamma = np.array([tiny, 0, 1.5, 1, -1.5]), np.array([0, 0, 0, -2, 0])
    return {"x": rng.normal(1, 3, (5, 5, 7)), "gamma": gamma, "beta": beta, "ddx": None}


# Weights.


@design("weights-lost", "0 times what float weights leave out; the first element, taken for a shift")
def _(rng):
    shape = 5, 4, 7
    weights, lost = rng.uniform(0.25, 2, (5, 1, 7)), rng.uniform(size=(5, 1, 7)) < 0.25
    lost[0, 0, 0] = True
    filled = np.broadcast_to(np.array([np.nan, np.inf, -np.inf, 3.0])[:, None], shape)
    dy = np.where(lost, 0, rng.normal(0.25, 1, shape))
    x = np.where(lost, filled, rng.normal(1, 3, shape))
    return {"x": x, "dy": dy, "weights": np.where(lost, 0, weights)}


@design("weights-wide", "float64 weights rounded to the format of x", own=("weights",))
def _(rng):
    return {"x": rng.normal(1, 3, (7, 3, 5)), "weights": 1e60 * rng.uniform(0.25, 2, (7, 1, 5)), "ddx": None}


@design("weights-of-planes", "weights of fewer axes than x, aligned with its first")
def _(rng):
    return {"x": rng.normal(1, 3, (5, 3, 5, 2)), "weights": rng.uniform(0.25, 2, (5, 2)), "ddx": None}


@design("weights-one-number", "one weight for all, counted once")
def _(rng):
    return {"x": rng.normal(1, 3, (7, 3, 5)), "weights": np.array([0.75]), "ddx": None}


@design("weights-of-many", "a sum of weights, or its square, in 32 bits", copies=(1, 1, 15, 15))
def _(rng):
    weights = rng.uniform(0.25, 2, (7, 1, 3, 11))
    return {"x": rng.normal(1, 3, (7, 1, 3, 11)), "weights": weights, "ddx": None}


# Layers into which inference is folded.

for _name, _shape, _absent, _fixed in [
    ("fold-volume", (3, 2, 3, 1, 2), (), {}),
    ("fold-of-one", (5, 1), ("gamma",), {}),
    ("fold-transposed-depthwise", (12, 1, 3), ("bias",), {"groups": 6, "transposed": True}),
]:

    @design(_name, "a shape, or what is absent, that takes another path", **_fixed)
    def _(rng, shape=_shape, absent=_absent, fixed=_fixed):
        channels = shape[1] * fixed.get("groups", 1) if fixed.get("transposed") else shape[0]
        layer = {"weight": rng.normal(0, 1, shape), "bias": rng.normal(1, 2, channels)}
        return {"x": rng.normal(1, 3, (5, channels)), "ddx": None} | layer | dict.fromkeys(absent)


# Statistics that are given.


@design("given-var-0", "eps added to the root of a variance of 0; a square layer, by columns", eps=1e-3)
def _(rng):
    layer = {"weight": rng.normal(0, 1, (3, 3)), "bias": rng.normal(1, 2, 3)}
    return {"x": rng.normal(1, 3, (5, 3, 7)), "var": np.array([0, 2.5, 0]), "ddx": None} | layer


@design("given-var-infinite", "inf times 0: y = beta, and no gradient goes to x")
def _(rng):
    return {"x": rng.normal(1, 3, (5, 3, 7)), "var": np.full(3, np.inf), "ddx": None}


@design("given-infinite-x", "inf less inf: y is as infinite as x")
def _(rng):
    x = rng.normal(1, 3, (5, 4, 7))
    x[1, 0, 2], x[2, 1, 3], x[4, 2, 6] = np.inf, -np.inf, np.inf
    return {"x": x, "gamma": np.array([1.5, 1.5, -2, 0.5]), "ddx": None}


@design("subnormal-x", "subnormal numbers read as 0", by_format=True)
def _(rng, dtype):
    least = float(formats.limits(dtype).smallest_normal)
    x = least * rng.uniform(-0.9, 0.9, (5, 3, 7))
    return {"x": x, "mean": np.zeros(3), "var": np.full(3, least), "beta": np.zeros(3), "ddx": None}


@design(
    "scale-beyond",
    "gamma rstd, of no range that float32 has",
    eps=1e-36,
    wider=True,
    dtypes=("float32", "float64"),
)
def _(rng):
    x, dy = rng.normal(0, 1e-15, (5, 3, 7)), 1e-20 * rng.normal(0.25, 1, (5, 3, 7))
    return {"x": x, "dy": dy, "gamma": np.array([1e25, -2e25, 1.5e25]), "ddx": None}


@design("momentum-tiny", "1 - momentum in fewer digits", momentum=1e-6)
def _(rng):
    return rng.normal(1, 3, (7, 3))


# Shards, shapes and memory.


@design(
    "shards-empty",
    "shards that weigh alike where the last is empty; gradients that none clears",
    cuts=(2, 2, 7, 11),
)
def _(rng):
    return {"x": rng.normal(1, 3, (11, 3, 5)), "ddx": None}


@design("not-finite-last", "a NaN in the channel before", layout="channels-last")
def _(rng):
    x = rng.normal(2, 3, (3, 5, 2, 3))
    x[1, 4, 0, 2] = np.nan
    return {"x": x, "ddx": None}


@design("plane-7x7", "planes of 7 x 7, of many networks, taken for a case of their own")
def _(rng):
    return {"x": rng.normal(1, 3, (2, 16, 7, 7)), "ddx": None}


@design("rank-5-thin", "axes of rank 5 in another order, where the last is 1")
def _(rng):
    return {"x": rng.normal(1, 3, (2, 3, 4, 5, 1)), "ddx": None}


@design("residual-rank-5", "a residual of rank 5 in another order")
def _(rng):
    shape = 2, 3, 4, 3, 2
    return {"x": rng.normal(1, 3, shape), "residual": rng.normal(0, 2, shape), "ddx": None}


@design("images-2049-of-35", "statistics of many images that are more than a pixel", copies=(683, 1, 1, 1))
def _(rng):
    return {"x": rng.normal(1, 3, (3, 2, 5, 7)), "ddx": None}


@design(
    "residual-samples-broadcast",
    "a residual beside one sample that stands for all",
    layout="samples broadcast",
)
def _(rng):
    x = np.repeat(rng.normal(1, 3, (1, 3, 4, 4)), 5, axis=0)
    return {"x": x, "residual": rng.normal(0, 2, x.shape), "ddx": None}
