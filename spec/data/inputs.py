"""The designed data sets of `designs.py` as arguments: drawn, rounded to a dtype, laid out in memory."""

import math
import zlib
from dataclasses import dataclass

import numpy as np

from ..bounds import formats
from ..interface.signatures import DIRECTIONS, TENSORS
from . import edges, together  # noqa: F401  they register their designs
from .designs import COMBINED, DESIGNS, EPS, Unavailable
from .layouts import arranged

__all__ = ["DESIGNS", "EPS", "Data", "Unavailable", "data", "made", "names"]

# Variances that are given, and so have the dtype of the parameters, stay where float32 holds them.
HELD = 1e-30, 1e30
# The data sets of which a second backward pass is asked, beside those that combine, by how their names begin:
# its exact values take as long as those of all other calls together.
SECOND = (
    *(
        "ordinary",
        "rank-",
        "m-3",
        "m-5",
        "m-17",
        "plane-65",
        "channels-33",
        "one-",
        "images-of-one",
        "layout-",
        "aliased",
    ),
    *(
        "ratio-1e3",
        "ratio-1e5",
        "constant",
        "outlier-first",
        "eps-1-std-1",
        "eps-0.001-std-0.0316",
        "eps-0-std-1",
    ),
    *(
        "gamma-negative",
        "gamma-zero",
        "no-gamma",
        "dy-offset",
        "scale-1e-20",
        "scale-1e+20",
        "scales",
        "not-finite",
    ),
    *("second-call", "same-memory", "other-shapes", "threads", "alike", "weights-", "combined-", "wrong-"),
)
# What of a design is no property of the data set.
NOT_DATA = "by_format", "dtypes", "turn", "numbers"
# The data sets that have directions: derivatives cost a framework many times a backward pass.
DIFFERENTIATED = (
    "m-3",
    "m-5",
    "eps-1-std-1",
    "eps-0.001-std-0.0316",
    "gamma-negative",
    "no-gamma",
    "layout-channels-last",
)


@dataclass(frozen=True)
class Data:
    """One data set in one dtype: the arguments of every call, and what else a check needs to know.

    `mean` and `var` are the statistics that inference is given, `running_mean`, `running_var` and `momentum`
    what `update` is given; `ddx`, `ddgamma` and `ddbeta` are what a second backward pass starts from, `ddx`
    also the direction of jvp, and u, v and w what derivatives of higher order are taken along: None if there
    is none. x, dy and ddx are `times` copies of a block, one after the other; or so many along each axis as
    `copies` says, with which the numbers of channels are copied too. `company` is what other calls are made
    beside the one that is judged (`spec.conformance.company`); `wider` that accumulators need a wider range.
    `weights` say how often each element counts, None that each does once; what has weight 0 may be no
    number, if its dy is 0. `residual` is added to y,
    which is rectified if `relu`. `cuts` are where x and dy are cut along their first axis into shards.
    `weight`, `bias`, `groups` and `transposed` are those of a layer into which inference is to be folded.
    """

    name: str
    fault: str
    dtype: str
    x: np.ndarray
    dy: np.ndarray
    gamma: np.ndarray | None
    beta: np.ndarray | None
    eps: float
    mean: np.ndarray
    var: np.ndarray
    running_mean: np.ndarray
    running_var: np.ndarray
    momentum: float = 0.1
    layout: str = "contiguous"
    full: bool = False
    times: int = 1
    copies: tuple = ()
    company: str = ""
    wider: bool = False
    ddx: np.ndarray | None = None
    ddgamma: np.ndarray | None = None
    ddbeta: np.ndarray | None = None
    u: np.ndarray | None = None
    v: np.ndarray | None = None
    w: np.ndarray | None = None
    weights: np.ndarray | None = None
    residual: np.ndarray | None = None
    relu: bool = False
    cuts: tuple = ()
    weight: np.ndarray | None = None
    bias: np.ndarray | None = None
    groups: int | None = None
    transposed: bool = False

    @property
    def m(self):
        """The elements of a channel."""
        return self.x.size // self.x.shape[1]

    @property
    def repeats(self):
        """How often the block is repeated along each axis of x."""
        return self.copies or (self.times, *(1,) * (self.x.ndim - 1))

    @property
    def often(self):
        """How often each element of the block occurs in its channel."""
        return math.prod(self.repeats) // self.repeats[1]

    @property
    def count(self):
        """What stands in the place of m: the sum of the weights, if there are any."""
        return self.m if self.weights is None else float(self.spread.sum(dtype=np.float64))

    @property
    def spread(self):
        """The weight of each element, of x's shape but for the channel, where it is 1."""
        n, _, *rest = self.x.shape
        return np.broadcast_to(1 if self.weights is None else self.weights, (n, 1, *rest))

    def block(self, array):
        """The part of an array of which the others are copies: of one with a number a channel, too."""
        repeats = self.repeats[1:2] if array.ndim == 1 else self.repeats
        return array[tuple(slice(n // times or n) for n, times in zip(array.shape, repeats, strict=True))]


def names(full=False):
    """The names of the data sets; the slow ones too, if `full`."""
    return [name for name, (_, _, fixed) in DESIGNS.items() if full or not fixed.get("full")]


def combines(name):
    """Whether a data set is one of the covering array."""
    return name.startswith(f"{COMBINED}-")


def plain():
    """The names of the data sets that are designed one by one, and are not slow."""
    return [name for name in names() if not combines(name)]


def dtypes(name, declared, full=False):
    """The dtypes that a data set is judged in, of those declared: in a full run all.

    Else it is the one whose turn it is where it combines, and one of half precision where there are more.
    """
    if name not in DESIGNS or full:
        return declared
    turn = DESIGNS[name][2].get("turn")
    if turn is not None:
        return declared[turn % len(declared) :][:1]
    halves = [dtype for dtype in declared if dtype in formats.HALVES]
    own = halves and halves[zlib.crc32(name.encode()) % len(halves)]
    return tuple(dtype for dtype in declared if dtype == own or dtype not in halves)


def data(name, dtype, **changed):
    """The data set of this name in this dtype, the same at every call; `changed` may have another layout.

    Raises ValueError for a name that there is not, `Unavailable` where a package is missing or the data set
    is not for this dtype.

    >>> data("ordinary", "float32").x.shape
    (5, 3, 7, 11)
    """
    if name not in DESIGNS:
        raise ValueError(f"data set: wanted one of {', '.join(DESIGNS)}, found {name!r}")
    fault, build, fixed = DESIGNS[name]
    if dtype not in fixed.get("dtypes", (dtype,)):
        raise Unavailable(f"for {', '.join(fixed['dtypes'])} alone")
    rng = np.random.default_rng(zlib.crc32(fixed.get("numbers", name).encode()))
    drawn = build(rng, dtype) if fixed.get("by_format") else build(rng)
    drawn = drawn if isinstance(drawn, dict) else {"x": drawn}
    if not name.startswith(SECOND) and name != "weights":
        drawn |= {"ddx": None}
    if name in DIFFERENTIATED:
        apart = np.random.default_rng(zlib.crc32(f"directions of {name}".encode()))
        drawn |= {key: apart.normal(0.25, 1, drawn["x"].shape) for key in DIRECTIONS}
    passed = {key: value for key, value in fixed.items() if key not in NOT_DATA}
    passed |= {key: drawn.pop(key) for key in ("copies", "momentum", "relu", "cuts") if key in drawn}
    return made(name, fault, dtype, rng, drawn, **(passed | changed))


def made(name, fault, dtype, rng, drawn, *, eps=EPS, alias=False, own=(), **fixed):
    """A data set from the arrays of `drawn`, of which x is one; the generator draws the others.

    Those of `own` keep their formats.
    """
    x = drawn["x"]
    stored, held = formats.named(dtype), formats.parameter(dtype)
    shift, scale = _moments(x, stored)
    channels = x.shape[1]
    with np.errstate(over="ignore"):
        squares = scale**2
    values = {
        "dy": rng.normal(0.25, 1, x.shape),
        "gamma": rng.uniform(0.5, 2, channels) * rng.choice([-1, 1], channels),
        "beta": rng.uniform(-2, 2, channels),
        # Not the statistics of the batch, but near enough for xhat to be of order 1.
        "mean": shift + 0.25 * scale,
        "var": np.clip(1.75 * squares + eps, *HELD),
        "running_mean": shift + rng.uniform(-1, 1, channels) * (scale + 1e-3),
        "running_var": rng.uniform(0.5, 2, channels) * np.clip(squares, *HELD),
        "ddx": rng.normal(-0.25, 1, x.shape),
        "ddgamma": rng.normal(0.5, 1, channels),
        "ddbeta": rng.normal(0.5, 1, channels),
    } | drawn
    copies = fixed.get("copies") or (fixed.get("times", 1), *(1,) * (x.ndim - 1))
    layout = fixed.get("layout", "contiguous")
    with np.errstate(over="ignore"):
        rounded = {
            key: None if value is None else np.asarray(value).astype(stored if key in TENSORS else held)
            for key, value in values.items()
        }
    if rounded.get("weights") is not None and np.asarray(values["weights"]).dtype == bool:
        own = *own, "weights"
    rounded |= {name: np.asarray(values[name]) for name in own}
    if math.prod(copies) > 1:
        rounded |= {key: _copied(value, copies, key) for key, value in rounded.items() if value is not None}
    laid = {key: None if each is None else arranged(layout, key, each) for key, each in rounded.items()}
    if alias:
        laid |= {"dy": laid["x"], "beta": laid["gamma"]}
        laid |= {"mean": laid["running_mean"], "var": laid["running_var"]}
    return Data(name=name, fault=fault, dtype=stored.name, eps=eps, **(fixed | laid))


def _copied(array, copies, name):
    """An argument of copies of a block; weights that are the same along an axis are not copied there."""
    if name == "weights":
        return np.tile(
            array, [1 if extent == 1 else often for extent, often in zip(array.shape, copies, strict=True)]
        )
    return np.tile(array, copies if name in TENSORS else copies[1])


def _moments(x, stored):
    """Mean and deviation of each channel as it is stored, what is not finite taken as 0."""
    with np.errstate(over="ignore"):
        rows = np.moveaxis(x, 1, 0).reshape(x.shape[1], -1).astype(stored).astype(np.float64)
    rows = np.where(np.isfinite(rows), rows, 0)
    if not rows.shape[1]:
        return np.zeros(len(rows)), np.zeros(len(rows))
    # Scaled on the way: the squares of the largest numbers have no float64.
    scale = np.max(np.abs(rows), axis=1, keepdims=True)
    scale = np.where(scale > 0, scale, 1)
    rows = rows / scale
    return rows.mean(axis=1) * scale[:, 0], rows.std(axis=1) * scale[:, 0]
