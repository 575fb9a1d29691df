"""The designed data sets: seeded, named, each with the fault that it is there for.

A design is a function of a random generator that returns float64 arrays; what it leaves out is drawn
(`inputs.py`). Extents are distinct primes, so that a swapped axis shows; gamma is not 1, beta not 0 and dy
not constant, since those hide most faults.
"""

import importlib.util
from pathlib import Path

import numpy as np

from ..bounds import formats
from . import combined
from .layouts import LAYOUTS

EPS = 1e-5
# What the names of data sets of the covering array begin with.
COMBINED = "combined"
DESIGNS = {}


class Unavailable(Exception):
    """A data set that needs a package which is not installed; the text says how to get it."""


def design(name, fault, **fixed):
    """Register a function of a generator as a data set of this name, there for this fault.

    `fixed` may have `eps`, `momentum`, `layout`; `full` for a slow one; `times`, how often the batch is
    repeated, or `copies`, how often along each axis; `alias` for one where arguments share their memory;
    `company` for one where other calls are made beside; `turn` for one of a single dtype, of this number;
    `numbers`, the name of one with the same numbers: what is exact is then found once for both;
    `by_format` if the function takes the dtype too; `wider` for one that needs accumulators of a wider range.
    """

    def register(build):
        if name in DESIGNS:
            raise ValueError(f"two data sets are called {name!r}")
        DESIGNS[name] = (fault, build, fixed)
        return build

    return register


# Shapes.


@design("ordinary", "any fault that shows on data of order 1")
def _(rng):
    return rng.normal(0.5, 2, (5, 3, 7, 11))


for _shape in [(13, 7), (5, 3, 11), (3, 5, 2, 7, 11)]:

    @design(f"rank-{len(_shape)}", "a rank that takes another path", momentum=0.75)
    def _(rng, shape=_shape):
        return rng.normal(-0.5, 2, shape)


# 2, 3, primes, and one past each width of vectors.
for _m in [2, 3, 5, 9, 17, 33, 65, 67, 131, 257]:

    @design(f"m-{_m}", "a divisor m - 1, or a tail after the vectors")
    def _(rng, m=_m):
        return rng.normal(1, 3, (m, 5))

    @design(f"plane-{_m}", "a divisor N or H W in place of m, or a tail after the vectors")
    def _(rng, m=_m):
        return rng.normal(1, 3, (3, 2, 1, m))


for _c in [1, 9, 17, 33, 67]:

    @design(f"channels-{_c}", "a tail after the vectors of channels")
    def _(rng, c=_c):
        return rng.normal(1, 3, (11, c))


for _c in [131, 257, 1031]:

    @design(f"channels-{_c}", "channels beyond those that one block, or one table, has room for")
    def _(rng, c=_c):
        return rng.normal(1, 3, (3, c))


@design("one-image", "a batch of one, taken for one element, or for inference")
def _(rng):
    return rng.normal(1, 3, (1, 3, 5, 7))


@design("one-pixel", "planes of one pixel, taken for one element, or for rows of channels")
def _(rng):
    return rng.normal(1, 3, (7, 3, 1, 1))


@design("m-1", "0/0, or a NaN in the statistics, for one element: y = beta, dx = 0")
def _(rng):
    return rng.normal(1, 3, (1, 5))


@design("m-1-plane", "0/0 for one image of one pixel")
def _(rng):
    return rng.normal(1, 3, (1, 5, 1, 1))


for _shape in [(0, 3), (0, 3, 5), (2, 3, 0)]:

    @design(f"empty-{'x'.join(map(str, _shape))}", "a mean of nothing: a crash, or NaN in the statistics")
    def _(rng, shape=_shape):
        return np.zeros(shape)


@design("many", "sums that lose digits with the number of terms", copies=(1, 1, 53, 1))
def _(rng):
    return rng.uniform(1, 2, (7, 3, 1, 47))


# 2^26 elements, of which eight differ: x and dy are 1 but for one element in eight each.
for _name, _one in {"many-ones": (8, 1), "many-ones-planes": (8, 1, 1, 1)}.items():

    @design(_name, "float32 sums that stop growing at 2^24", times=2**23, full=True, dtypes=("float32",))
    def _(rng, shape=_one):
        x, dy = np.ones(shape), np.ones(shape)
        x[3], dy[5] = 3, 2
        return {"x": x, "dy": dy}


@design("very-many", "float32 sums that lose digits long before they stop", times=2**12, full=True)
def _(rng):
    return {"x": rng.uniform(1, 2, (257, 2)), "dy": rng.uniform(1, 2, (257, 2))}


@design(
    "very-many-far", "float32 sums of so many terms far from 0 that no digit is left", times=2**12, full=True
)
def _(rng):
    return rng.normal(1000, 1, (257, 2))


# Conditioning.

for _power in range(8):

    @design(
        f"ratio-1e{_power}",
        "digits lost in proportion to mean/std: E[x^2] - E[x]^2, a rounded mean, a folded scale",
    )
    def _(rng, ratio=10.0**_power):
        return rng.choice([-1, 1], 5)[:, None] * ratio + rng.normal(0, 1, (7, 5, 11))


@design("ratio-uneven", "the same, with a mean that no float32 holds")
def _(rng):
    return 2.0**24 + 2 * rng.integers(0, 5, (7, 3, 11))


@design("outlier", "one element that makes the rest small: |xhat| near sqrt(m - 1)")
def _(rng):
    x = rng.normal(0, 1, (11, 3, 7))
    x[4, :, 2] = [3e3, -3e5, 3e7]
    return x


for _place in (0, -1):

    @design(
        f"outlier-{'last' if _place else 'first'}",
        "an element that is trusted as a shift, or that a recurrence meets too early or too late",
    )
    def _(rng, place=_place):
        x = rng.normal(0, 1, (11, 3, 7))
        x[place, :, place] = [3e3, -3e5, 3e7]
        return x


@design("outlier-of-many", "xhat held within bounds: it is 45 here, and -22")
def _(rng):
    x = rng.normal(0, 1, (3, 1, 839))
    x[1, 0, 419], x[2, 0, 101] = 1e5, -5e4
    return x


@design("constant", "a constant channel must give beta, whatever its value")
def _(rng):
    x = rng.normal(0, 1, (5, 7, 3, 11))
    x[:, :6] = np.array([0, 1, -0.1, 12345678, 1e-20, 1e20])[:, None, None]
    return x


@design("constant-but-one", "a variance that is tiny beside the mean")
def _(rng):
    x = np.full((5, 3, 7), 4096.0)
    x[2, :, 3] += [0.5, 1, -2]
    return x


@design("exact", "statistics that are whole numbers: nothing to blame on rounding", eps=0.0)
def _(rng):
    pattern = np.array([1, -1, 7, -7, 1, -1, 7, -7.0])
    return rng.permutation(pattern)[:, None] + np.array([0, 3, -5])


# eps.

# var far below eps, at it, far above it; and where a fixed, clamped or doubled eps would show.
_AT = [(eps, eps**0.5 * far) for eps in (1e-8, 1e-5, 1e-3, 1.0, 1e9) for far in (1e-3, 1, 1e3)]
for _eps, _std in [*_AT, (1e-8, 1e-3), (1e-5, 1e-2), (0.0, 1.0), (0.0, 1e-6)]:

    @design(f"eps-{_eps:g}-std-{_std:.3g}", "eps outside the root, clamped, doubled or forgotten", eps=_eps)
    def _(rng, std=_std):
        return rng.normal(0.5, 1, (7, 3, 5)) * std


# gamma and beta.

for _name, _gamma in {
    "negative": [-1, -0.5, -3],
    "zero": [0, 0, 1],
    "one": [1, 1, 1],
    "huge": [1e6, -1e10, 3e12],
    "tiny": [1e-6, -1e-10, 3e-12],
}.items():

    @design(f"gamma-{_name}", "gamma missing, squared, or its sign lost")
    def _(rng, gamma=_gamma):
        return {"x": rng.normal(2, 3, (7, 3, 5)), "gamma": np.array(gamma, float)}


for _name, _absent in {"gamma": ["gamma"], "beta": ["beta"], "gamma-beta": ["gamma", "beta"]}.items():

    @design(f"no-{_name}", "None for an absent parameter")
    def _(rng, absent=_absent):
        return {"x": rng.normal(2, 3, (7, 3, 5))} | dict.fromkeys(absent)


@design("beta-large", "beta added where it is scaled too")
def _(rng):
    return {"x": rng.normal(2, 3, (7, 3, 5)), "beta": np.array([1e4, -1e4, 0])}


# dy.


@design("dy-one-hot", "a column of the Jacobian: the off-diagonal terms alone")
def _(rng):
    dy = np.zeros((5, 3, 7))
    dy[1, 0, 2] = dy[3, 1, 6] = dy[0, 2, 0] = 1
    return {"x": rng.normal(2, 3, dy.shape), "dy": dy}


@design("dy-alternating", "sums of dy that cancel")
def _(rng):
    x = rng.normal(2, 3, (6, 3, 7))
    return {"x": x, "dy": np.where(np.arange(x.size).reshape(x.shape) % 2, 1.0, -1.0)}


@design("dy-offset", "the mean of dy left out, or formed in few digits")
def _(rng):
    x = rng.normal(2, 3, (5, 3, 7))
    return {"x": x, "dy": rng.normal(1e3, 1, x.shape)}


for _scale in [1e-30, 1e30]:

    @design(f"dy-{_scale:g}", "products of dy that overflow or underflow")
    def _(rng, scale=_scale):
        x = rng.normal(2, 3, (5, 3, 7))
        return {"x": x, "dy": rng.normal(0.25, 1, x.shape) * scale}


@design("dy-along-xhat", "the term of xhat left out: dx is eps/(var + eps) of what it would be", eps=1.0)
def _(rng):
    x = rng.normal(2, 1, (5, 3, 7))
    return {"x": x, "dy": 3 * x + rng.normal(0, 0.1, x.shape)}


# Range.

for _scale in [1e-40, 1e-30, 1e-20, 1e20, 1e30, 1e38]:

    @design(
        f"scale-{_scale:g}", "squares that overflow or underflow", eps=0.0 if 1e-40 < _scale < 1e-19 else EPS
    )
    def _(rng, scale=_scale):
        return rng.uniform(-1, 3, (5, 3, 7)) * scale


@design("near-the-largest", "sums, squares or differences that overflow the format", by_format=True)
def _(rng, dtype):
    # float64 has no wider format for its sums: fifteen elements times dy stay within its range.
    part = 1 / 64 if dtype == "float64" else 0.9
    return rng.uniform(-0.2, 1, (3, 3, 5)) * part * formats.largest(dtype)


@design("subnormal", "numbers below the least normal one, flushed to 0", eps=0.0, by_format=True)
def _(rng, dtype):
    return rng.integers(-50, 200, (5, 3, 7)) * float(formats.limits(dtype).smallest_subnormal)


@design("scales", "channels of every magnitude side by side")
def _(rng):
    return rng.normal(0.5, 1, (7, 5, 3)) * np.array([1e-18, 1e-6, 1, 1e6, 1e18])[:, None]


@design("not-finite", "a NaN or an inf that leaves its channel, or is hidden in it")
def _(rng):
    x = rng.normal(2, 3, (5, 5, 7))
    x[2, 1, 3], x[4, 3, 0] = np.nan, np.inf
    return x


@design("not-finite-dy", "a NaN or an inf of dy that leaves its channel, or is hidden in it")
def _(rng):
    dy = rng.normal(0.25, 1, (5, 5, 7))
    dy[2, 1, 3], dy[4, 3, 0] = np.nan, -np.inf
    return {"x": rng.normal(2, 3, dy.shape), "dy": dy}


@design("x-from-mean-overflows", "x - mean of inference, which leaves the format", by_format=True, wider=True)
def _(rng, dtype):
    largest = formats.largest(dtype)
    x = rng.uniform(-1, 1, (5, 3, 7))
    x[1, :, 2], x[3, :, 4] = 0.999 * largest, -0.25 * largest
    wide = min(0.88 * largest, 1e300)
    return {"x": x, "mean": np.array([-0.125, 0.5, -0.01]) * largest, "var": np.full(3, wide), "ddx": None}


@design("dy-from-mean-overflows", "dy less its mean, which leaves the format", by_format=True, wider=True)
def _(rng, dtype):
    largest = formats.largest(dtype)
    dy = np.full((15, 3, 1), -0.24 * largest)
    dy[2] = 0.99 * largest
    return {"x": rng.normal(1e5, 2e4, dy.shape), "dy": dy, "ddx": None}


# Two things at once, as they were reported.

for _name, _fault, _block, _fixed in [
    ("pixels-channels-last", "channels past the last power of two, of many pixels", (1, 13, 4, 5),
     {"copies": (1, 5, 25, 20), "layout": "channels-last"}),
    ("images-of-one-pixel", "sums that stop after some images of one pixel", (23, 2, 1, 1),
     {"copies": (45, 1, 1, 1)}),
    ("images-many", "a count of images in 16 bits", (21, 2, 1, 1), {"copies": (3121, 1, 1, 1)}),
    ("images-many-planes", "the same, of images that are larger", (21, 1, 2), {"copies": (3121, 1, 1)}),
    ("one-pixel-cut", "planes of one pixel out of larger ones, read as dense", (3, 2, 1, 1),
     {"layout": "cut"}),
    ("channels-2049", "channels beyond 2048", (5, 3), {"copies": (1, 683)}),
    ("channels-2050-planes", "the same, in planes", (1, 41, 3, 3), {"copies": (1, 50, 1, 1)}),
    ("rows-1030", "rows beyond 1024, in a block of their own", (103, 3), {"copies": (10, 1)}),
    ("m-4", "a batch of four, taken for a case of its own", (4, 5), {}),
    ("m-4-planes", "the same, in planes", (2, 3, 2), {}),
    ("momentum-0", "momentum 0 taken for none: nothing moves", (7, 3), {"momentum": 0.0}),
    ("momentum-1", "momentum 1: nothing stays", (7, 3), {"momentum": 1.0}),
    ("same-memory", "what is remembered by where an operand lies", (5, 3, 7), {"company": "same memory"}),
    ("other-shapes", "what a call of another shape, layout or dtype left behind", (5, 3, 7),
     {"company": "others"}),
    ("threads", "what calls at the same time, or on more threads, take from each other", (13, 3, 1),
     {"company": "threads", "copies": (5, 1, 257)}),
]:  # fmt: skip

    @design(_name, _fault, **_fixed)
    def _(rng, shape=_block):
        return rng.normal(1, 3, shape)


@design("not-finite-dy-gamma-0", "a NaN of dy that 0 gamma hides")
def _(rng):
    dy = rng.normal(0.25, 1, (5, 4, 7))
    dy[2, 1, 3], dy[4, 2, 0] = np.nan, np.inf
    return {"x": rng.normal(2, 3, dy.shape), "dy": dy, "gamma": np.array([1.5, 0, 0, -2])}


# eps is not twice what a slight factor is more than 1, or either would explain the other.
@design("new-layer", "inference of statistics at 0 and 1, which eps changes too", eps=3e-3)
def _(rng):
    new = {"mean": np.zeros(3), "var": np.ones(3), "gamma": np.ones(3), "beta": np.zeros(3)}
    return {"x": rng.normal(2, 3, (7, 3, 5))} | new


@design("far-1e9", "a mean that float32 does not hold, beside a deviation of 300")
def _(rng):
    return 1e9 + 64 * rng.integers(-9, 10, (7, 3, 11)) + 3 * rng.integers(0, 2, (7, 3, 11))


@design("eps-tiny", "an eps that is taken for 0", eps=1e-12)
def _(rng):
    return rng.normal(0.5, 1, (7, 3, 5)) * 1e-8


# Memory.

# Layouts whose numbers docs/findings.md shows: they have their own.
FOUND = "channels-last", "dy broadcast", "numbers spaced", "sliced"

for _layout in LAYOUTS:
    if _layout != "contiguous":

        @design(
            f"layout-{_layout.replace(' ', '-')}",
            "an operand read as if it were dense",
            layout=_layout,
            **({} if _layout in FOUND else {"numbers": "ordinary"}),
        )
        def _(rng):
            return rng.normal(0.5, 2, (5, 3, 7, 11))


for _shape, _layout in [
    ((5, 7), "permuted"),
    ((5, 7), "sliding"),
    ((5, 3, 7), "sliced"),
    ((2, 3, 5, 7, 11), "channels-last"),
]:

    @design(f"rank-{len(_shape)}-{_layout}", "a layout that is right for four axes alone", layout=_layout)
    def _(rng, shape=_shape):
        return rng.normal(0.5, 2, shape)


@design("aliased", "an operand written before the other, in the same memory, is read", alias=True, eps=1.0)
def _(rng):
    return rng.normal(0.5, 2, (5, 3, 7, 11))


@design(
    "second-call", "what a call left behind: statistics, eps, parameters, a buffer", company="before", eps=1.0
)
def _(rng):
    return rng.normal(0.5, 2, (5, 3, 7, 11))


# Weights.


@design("weights", "weights left out, squared, or of another element")
def _(rng):
    weights = rng.uniform(0.25, 2, (7, 1, 5)) * (rng.uniform(size=(7, 1, 5)) > 0.25)
    return {"x": rng.normal(1, 3, (7, 3, 5)), "weights": weights}


@design(
    "weights-channels-last",
    "weights left out where pixels have their channels together",
    layout="channels-last",
)
def _(rng):
    return {"x": rng.normal(1, 3, (5, 3, 2, 7)), "weights": rng.uniform(0.25, 2, (5, 1, 2, 7)), "ddx": None}


@design("weights-of-samples", "weights of fewer axes than x")
def _(rng):
    return {"x": rng.normal(1, 3, (7, 3, 5, 2)), "weights": rng.uniform(0.25, 2, (7, 1, 1, 1))}


@design("weights-of-rows", "weights of x without a plane")
def _(rng):
    return {"x": rng.normal(1, 3, (13, 5)), "weights": rng.integers(0, 4, (13, 1))}


@design("weights-few", "m in the place of the sum of weights: it is less than 2 here")
def _(rng):
    weights = rng.uniform(0, 1, (5, 1, 11))
    return {"x": rng.normal(1, 3, (5, 3, 11)), "weights": 1.75 * weights / weights.sum()}


@design("weights-mask", "a mask inverted, or counted over what it broadcasts to")
def _(rng):
    return {"x": rng.normal(1, 3, (7, 3, 11)), "weights": rng.uniform(size=(7, 1, 11)) < 0.75}


@design("weights-padding", "what has weight 0 and no gradient, in the sums: 0 times a NaN is NaN")
def _(rng):
    lengths = np.array([11, 5, 1, 0, 7])
    mask = np.arange(11) < lengths[:, None, None]
    x, dy = rng.normal(1, 3, (5, 3, 11)), rng.normal(0.25, 1, (5, 3, 11))
    filled = rng.choice([np.nan, np.inf, -np.inf], x.shape)
    return {"x": np.where(mask, x, filled), "dy": np.where(mask, dy, 0), "ddx": None, "weights": mask}


@design("weights-far", "digits lost in proportion to mean/std, or to what has weight 0")
def _(rng):
    mask = rng.uniform(size=(7, 1, 11)) < 0.75
    return {"x": np.where(mask, 1e5 + rng.normal(0, 1, (7, 3, 11)), 1e9), "weights": mask}


@design("weights-one", "0/0 where one element counts: y = beta, dx = gamma dy / sqrt(eps) elsewhere", eps=1.0)
def _(rng):
    return {"x": rng.normal(1, 3, (7, 3, 2)), "weights": np.arange(14).reshape(7, 1, 2) == 5}


@design("weights-none", "a mean of nothing, where nothing counts: NaN in the gradients")
def _(rng):
    x = np.full((5, 3, 2), np.nan)
    return {"x": x, "dy": np.zeros(x.shape), "ddx": None, "weights": np.zeros((5, 1, 2), bool)}


# A residual, and a rectifier.


def _beside(rng, shape, **more):
    """x, and a residual that turns the sign of many y."""
    return {"x": rng.normal(1, 3, shape), "residual": rng.normal(0, 2, shape), "ddx": None} | more


@design("relu", "a gate that is left open, or closed where y is positive", relu=True)
def _(rng):
    return {"x": rng.normal(1, 3, (5, 3, 7)), "ddx": None}


@design("relu-at-0", "a gate that is open where y is 0 and not rectified", relu=True)
def _(rng):
    zero = np.array([0, 1.5, 0])
    return {"x": rng.normal(1, 3, (5, 3, 7)), "gamma": zero, "beta": zero, "ddx": None}


@design("residual", "a residual left out, scaled, or of another element")
def _(rng):
    return _beside(rng, (5, 3, 7))


@design("residual-relu", "a residual added after the rectifier; a gate that does not know it", relu=True)
def _(rng):
    return _beside(rng, (5, 3, 7, 2))


@design("residual-relu-rows", "the same for rows of channels", relu=True)
def _(rng):
    return _beside(rng, (13, 17))


@design("residual-relu-layout", "a residual read as if it were dense", relu=True, layout="channels-last")
def _(rng):
    return _beside(rng, (3, 5, 7, 2))


@design("residual-elsewhere", "a residual read in the order of x", layout="contiguous, dy channels-last")
def _(rng):
    return _beside(rng, (3, 5, 7, 2))


@design("residual-relu-weights", "a mask, a residual and a rectifier together", relu=True)
def _(rng):
    return _beside(rng, (7, 3, 11), weights=rng.uniform(size=(7, 1, 11)) < 0.75)


@design("relu-not-finite", "a NaN that a rectifier makes 0", relu=True)
def _(rng):
    x = rng.normal(2, 3, (5, 5, 7))
    x[2, 1, 3], x[4, 3, 0] = np.nan, np.nan
    return {"x": x, "ddx": None}


# Shards of a batch.

for _name, _shape, _cuts in [
    ("shards", (13, 3, 5), (3, 7, 7, 11)),
    ("shards-of-rows", (7, 17), (1, 2, 5)),
    ("shards-empty-first", (5, 3, 7), (0, 0, 3)),
    ("shards-of-one", (5, 3), (1, 2, 3, 4)),
]:

    @design(_name, "shards that weigh alike, or each with its own statistics, sums or size", cuts=_cuts)
    def _(rng, shape=_shape):
        return {"x": rng.normal(1, 3, shape), "ddx": None}


@design("shards-channels-last", "shards of another layout", cuts=(2, 3), layout="channels-last")
def _(rng):
    return {"x": rng.normal(1, 3, (7, 3, 5)), "ddx": None}


@design("shards-apart", "the variance between shards left out, or formed of squares", cuts=(3, 4, 9))
def _(rng):
    x = rng.normal(0, 1, (11, 3, 5)) + 1e3 * np.arange(11)[:, None, None]
    return {"x": x, "ddx": None}


# The layer before, into which inference is folded.

for _name, _shape, _groups, _transposed in [
    ("fold-linear", (7, 5), None, False),
    ("fold-convolution", (6, 5, 3, 2), None, False),
    ("fold-groups", (6, 2, 3, 1), 3, False),
    ("fold-depthwise", (6, 1, 3), 6, False),
    ("fold-transposed", (5, 6, 3, 2), None, True),
    ("fold-transposed-square", (6, 6, 3), None, True),
    ("fold-transposed-groups", (6, 2, 3, 2), 3, True),
]:

    @design(_name, "a factor on the wrong axis", groups=_groups, transposed=_transposed)
    def _(rng, shape=_shape, groups=_groups, transposed=_transposed):
        channels = shape[1] * (groups or 1) if transposed else shape[0]
        layer = {"weight": rng.normal(0, 1, shape), "bias": rng.normal(1, 2, channels)}
        return {"x": rng.normal(1, 3, (5, channels)), "ddx": None} | layer


@design("fold-no-bias", "None for an absent bias", eps=1e-3)
def _(rng):
    absent = dict.fromkeys(("bias", "gamma", "beta", "ddx"))
    return {"x": rng.normal(1, 3, (5, 7)), "weight": rng.normal(0, 1, (7, 3))} | absent


# Real data.


def _digits():
    """What sklearn.datasets.load_digits reads; to import that takes seconds."""
    found = importlib.util.find_spec("sklearn")
    if found is None:
        raise Unavailable("scikit-learn is not installed: pip install scikit-learn")
    table = Path(found.submodule_search_locations[0], "datasets", "data", "digits.csv.gz")
    return np.loadtxt(table, delimiter=",")[:, :-1]


@design("digits", "real images: 1797 handwritten digits of 64 pixels, some of them always 0", full=True)
def _(rng):
    return _digits()


@design("digits-images", "real images of one channel and 8 x 8 pixels")
def _(rng):
    return _digits()[:17].reshape(17, 1, 8, 8)


# What only two things at once show: combined.py.

for _layout in ("guarded after", "guarded before"):

    @design(
        f"wrong-operands-{_layout.split()[1]}",
        "operands of a wrong size or none, read beyond their end, or made up",
        layout=_layout,
        company="wrong operands",
    )
    def _(rng):
        return rng.normal(0.5, 2, (5, 3, 7))


for _kind, _rows in {
    "": combined.rows(),
    "-optional": combined.rows("optional"),
    "-company": combined.rows("in company"),
}.items():
    for _number, _row in enumerate(_rows, 1):
        _build, _fixed = combined.build(_row)
        design(f"{COMBINED}{_kind}-{_number}", combined.described(_row), **_fixed)(_build)

for _number, _row in enumerate(combined.rows("folded"), 1):
    _build, _fixed = combined.build_folded(_row)
    _words = ", ".join(f"{_name} {_level}" for _name, _level in _row.items())
    design(f"{COMBINED}-fold-{_number}", f"a layer folded into otherwise: {_words}", **_fixed)(_build)
