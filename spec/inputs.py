"""The designed data sets: seeded, named, each with the fault that it is there for.

A design is a function of a random generator that returns float64 arrays; what it leaves out is drawn. Rounded
to the dtype under test and laid out in memory, it becomes a `Data`. Extents are distinct primes, so that a
swapped axis shows; gamma is not 1, beta not 0 and dy not constant, since those hide most faults.
"""

import zlib
from dataclasses import dataclass, replace

import numpy as np

EPS = 1e-5
# Variances that are given, and so have the dtype of the data, stay where float32 holds them.
HELD = 1e-30, 1e30


@dataclass(frozen=True)
class Data:
    """One data set in one dtype: the arguments of every call, and what else a check needs to know.

    `ddx`, `ddgamma` and `ddbeta` are what a second backward pass starts from, `ddx` also the direction of
    jvp; `mean` and `var` are the statistics that inference is given, `running_mean`, `running_var` and
    `momentum` what `update` is given.
    """

    name: str
    fault: str
    dtype: str
    x: np.ndarray
    dy: np.ndarray
    ddx: np.ndarray
    gamma: np.ndarray | None
    beta: np.ndarray | None
    ddgamma: np.ndarray
    ddbeta: np.ndarray
    eps: float
    mean: np.ndarray
    var: np.ndarray
    running_mean: np.ndarray
    running_var: np.ndarray
    momentum: float
    layout: str
    full: bool

    @property
    def m(self):
        """The elements of a channel."""
        return self.x.size // self.x.shape[1]


class Unavailable(Exception):
    """A data set that needs a package which is not installed; the text says how to get it."""


DESIGNS = {}


def design(name, fault, **fixed):
    """Register a function of a generator as a data set of this name, there for this fault."""

    def register(build):
        if name in DESIGNS:
            raise ValueError(f"two data sets are called {name!r}")
        DESIGNS[name] = (fault, build, fixed)
        return build

    return register


def names(full=False):
    """The names of the data sets; the slow ones too, if `full`."""
    return [name for name, (_, _, fixed) in DESIGNS.items() if full or not fixed.get("full")]


def data(name, dtype):
    """The data set of this name in this dtype, the same at every call.

    >>> data("ordinary", "float32").x.shape
    (5, 3, 7, 11)
    """
    if name not in DESIGNS:
        raise ValueError(f"data set: wanted one of {', '.join(DESIGNS)}, found {name!r}")
    fault, build, fixed = DESIGNS[name]
    rng = np.random.default_rng(zlib.crc32(name.encode()))
    drawn = build(rng)
    drawn = drawn if isinstance(drawn, dict) else {"x": drawn}
    x, eps = drawn["x"], fixed.get("eps", EPS)
    channels = x.shape[1]
    moments = np.moveaxis(np.where(np.isfinite(x), x, 0), 1, 0).reshape(channels, -1).astype(dtype)
    moments = moments.astype(np.float64) if moments.shape[1] else np.zeros((channels, 1))
    shift, scale = moments.mean(axis=1), moments.std(axis=1)
    values = {
        "dy": rng.normal(0.25, 1, x.shape),
        "gamma": rng.uniform(0.5, 2, channels) * rng.choice([-1, 1], channels),
        "beta": rng.uniform(-2, 2, channels),
        # Not the statistics of the batch, but near enough for xhat to be of order 1.
        "mean": shift + 0.25 * scale,
        "var": np.clip(1.75 * scale**2 + eps, *HELD),
        "running_mean": shift + rng.uniform(-1, 1, channels) * (scale + 1e-3),
        "running_var": rng.uniform(0.5, 2, channels) * np.clip(scale**2, *HELD),
        "ddx": rng.normal(-0.25, 1, x.shape),
        "ddgamma": rng.normal(0.5, 1, channels),
        "ddbeta": rng.normal(0.5, 1, channels),
    } | drawn
    rounded = {key: None if value is None else value.astype(dtype) for key, value in values.items()}
    layout = fixed.get("layout", "contiguous")
    arranged = {key: LAYOUTS[layout][key](rounded[key]) for key in ("x", "dy")}
    arranged["ddx"] = LAYOUTS[layout]["dy"](rounded["ddx"])
    return Data(
        name=name,
        fault=fault,
        dtype=np.dtype(dtype).name,
        eps=eps,
        momentum=fixed.get("momentum", 0.1),
        layout=layout,
        full=fixed.get("full", False),
        **(rounded | arranged),
    )


def contiguous(given):
    """The same data set with x, dy and ddx in the layout that every implementation takes."""
    laid = {name: np.ascontiguousarray(getattr(given, name)) for name in ("x", "dy", "ddx")}
    return replace(given, **laid, layout="contiguous")


# Memory layouts: the same numbers, elsewhere.


def _channels_last(array):
    return np.moveaxis(np.ascontiguousarray(np.moveaxis(array, 1, -1)), -1, 1)


def _reversed(array):
    return np.ascontiguousarray(array[::-1, ..., ::-1])[::-1, ..., ::-1]


def _sliced(array):
    room = np.full([2 * n + 1 for n in array.shape], np.nan, array.dtype)
    room[tuple(slice(1, None, 2) for _ in array.shape)] = array
    return room[tuple(slice(1, None, 2) for _ in array.shape)]


def _permuted(array):
    return np.ascontiguousarray(array.T).T


def _unaligned(array):
    room = np.zeros(array.nbytes + 1, np.uint8)[1:].view(array.dtype).reshape(array.shape)
    room[...] = array
    return room


def _read_only(array):
    array = np.array(array, order="C")
    array.flags.writeable = False
    return array


def _broadcast(array):
    return np.broadcast_to(array[:1, :, :1, :1], array.shape)


_every = {
    "contiguous": np.ascontiguousarray,
    "channels-last": _channels_last,
    "reversed": _reversed,
    "sliced": _sliced,
    "permuted": _permuted,
    "unaligned": _unaligned,
    "read-only": _read_only,
}
LAYOUTS = {name: {"x": lay, "dy": lay} for name, lay in _every.items()} | {
    "x channels-last": {"x": _channels_last, "dy": np.ascontiguousarray},
    "dy channels-last": {"x": np.ascontiguousarray, "dy": _channels_last},
    "dy broadcast": {"x": np.ascontiguousarray, "dy": _broadcast},
}


# Shapes.


@design("ordinary", "any fault that shows on data of order 1")
def _(rng):
    return rng.normal(0.5, 2, (5, 3, 7, 11))


for _shape in [(13, 7), (5, 3, 11), (3, 5, 2, 7, 11)]:

    @design(f"rank-{len(_shape)}", "a rank that takes another path", momentum=0.9)
    def _(rng, shape=_shape):
        return rng.normal(-0.5, 2, shape)


for _m in [2, 3, 5, 9, 17, 33, 67, 131, 257]:

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


@design("many", "sums that lose digits with the number of terms")
def _(rng):
    return rng.uniform(1, 2, (7, 3, 53, 47))


@design("very-many", "float32 sums that stop growing at 2^24", full=True)
def _(rng):
    return {"x": rng.uniform(0, 1, (2**21, 2)) + 1, "dy": rng.uniform(0, 1, (2**21, 2)) + 1}


# Conditioning.

for _power in [1, 2, 3, 4, 5, 6, 7]:

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

for _eps, _std in [
    (1e-5, 3e-3),
    (1e-5, 1e-5),
    (1e-5, 1e3),
    (1e-8, 1e-3),
    (1e-3, 3e-2),
    (1.0, 1.0),
    (0.0, 1.0),
    (1e9, 3e4),
]:

    @design(f"eps-{_eps:g}-std-{_std:g}", "eps outside the root, clamped, doubled or forgotten", eps=_eps)
    def _(rng, std=_std):
        return rng.normal(0.5, 1, (7, 3, 5)) * std


# gamma and beta.

for _name, _gamma in {
    "negative": [-1, -0.5, -3],
    "zero": [0, 0, 1],
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


@design("scales", "channels of every magnitude side by side")
def _(rng):
    return rng.normal(0.5, 1, (7, 5, 3)) * np.array([1e-18, 1e-6, 1, 1e6, 1e18])[:, None]


@design("not-finite", "a NaN or an inf that leaves its channel, or is hidden in it")
def _(rng):
    x = rng.normal(2, 3, (5, 5, 7))
    x[2, 1, 3], x[4, 3, 0] = np.nan, np.inf
    return x


# Memory.

for _layout in LAYOUTS:
    if _layout != "contiguous":

        @design(f"layout-{_layout.replace(' ', '-')}", "an operand read as if it were dense", layout=_layout)
        def _(rng):
            return rng.normal(0.5, 2, (5, 3, 7, 11))


# Real data.


def _digits():
    try:
        from sklearn.datasets import load_digits
    except ImportError:
        raise Unavailable("scikit-learn is not installed: pip install scikit-learn") from None
    return load_digits().data


@design("digits", "real images: 1797 handwritten digits of 64 pixels, some of them always 0")
def _(rng):
    return _digits()


@design("digits-images", "real images of one channel and 8 x 8 pixels")
def _(rng):
    return _digits()[:211].reshape(211, 1, 8, 8)
