"""Faithful variants: kernels of other shape that compute the same, and must live within their bounds."""

import math

import numpy as np

from .. import equations
from ..adapters.plain import Batch, Plain
from ..adapters.sharded import Sharded
from ..adapters.textbook import Textbook
from ..bounds import exact as bounds
from ..bounds.errors import LEAF
from ..bounds.exact import Exact
from ..bounds.formats import HALVES
from ..interface.adapter import Caps
from ..oracle import channels, shaped

FAITHFUL = {}


def variant(name, accumulate="float64", dtypes=("float32", "float64")):
    """A decorator that registers a kernel under the class of accumulation that it belongs to."""

    def register(kernel):
        kernel.caps = Caps(dtypes=dtypes, accumulate=accumulate, least=1, rounds_once=True)
        FAITHFUL[name] = kernel()
        return kernel

    return register


def summed(name, total, accumulate="float64", working=np.float64, dtypes=("float32", "float64")):
    """A variant that differs in how it sums the last axis alone."""

    class Sums(Batch):
        def sum(self, value):
            return total(value)[..., None] if value.shape[-1] else super().sum(value)

    class Kernel(Plain):
        def over(self, m, dtype):
            return Sums(m, dtype)

    Kernel.working = working
    variant(name, accumulate, dtypes)(Kernel)


def _sequential(value):
    return np.cumsum(value, axis=-1, dtype=value.dtype)[..., -1]


def _pairwise(value):
    if value.shape[-1] <= LEAF:
        return _sequential(value)
    half = value.shape[-1] // 2
    return _pairwise(value[..., :half]) + _pairwise(value[..., half:])


def _blocked(value):
    blocks = [value[..., n : n + LEAF].sum(axis=-1) for n in range(0, value.shape[-1], LEAF)]
    return _sequential(np.stack(blocks, axis=-1))


def _strided(value):
    """Eight lanes side by side, as vectors have them, and their sum at the end."""
    return sum(value[..., lane::8].sum(axis=-1) for lane in range(8))


def _compensated(value):
    """Neumaier's sum: what each addition loses is kept beside the total."""
    total, lost = np.zeros(value.shape[:-1]), np.zeros(value.shape[:-1])
    for n in range(value.shape[-1]):
        term = value[..., n]
        larger = abs(total) >= abs(term)
        grown = total + term
        lost += np.where(larger, (total - grown) + term, (term - grown) + total)
        total = grown
    return total + lost


variant("two passes in float64", dtypes=("float32", "float64", *HALVES))(type("Variant", (Plain,), {}))
variant("shards, merged by the theorem", dtypes=("float32", "float64"))(type("Variant", (Sharded,), {}))
variant("half precision, computed with in float32", "any", HALVES)(
    type("Variant", (Plain,), {"working": np.float32})
)
variant("two passes in extended precision")(type("Variant", (Plain,), {"working": np.longdouble}))
summed("sums one after the other", _sequential)
summed("sums from the end", lambda value: _sequential(value[..., ::-1]))
summed("sums of blocks", _blocked)
summed("sums in eight lanes", _strided)
summed("pairwise sums", _pairwise)
summed("compensated sums", _compensated, {"float32": "compensated", "float64": "compensated"})
summed("float32, one after the other", _sequential, "float32-sequential", np.float32, ("float32",))
summed(
    "float32, from the end",
    lambda v: _sequential(v[..., ::-1]),
    "float32-sequential",
    np.float32,
    ("float32",),
)
summed("float32, pairwise", _pairwise, "float32-pairwise", np.float32, ("float32",))
summed("the data's format, as NumPy sums", lambda v: v.sum(axis=-1), "any", None)
variant("the textbook's code", "any")(type("Variant", (Textbook,), {}))


class _Statistics(Plain):
    """A kernel that finds mean and var by `statistics`, and goes on with them as if they were given."""

    def values(self, x, gamma, beta, eps, mean=None, var=None):
        if mean is None:
            rows = channels(x).astype(self.working or x.dtype)
            mean, var = self.statistics(rows)
        return super().values(x, gamma, beta, eps, mean, var)


def _welford(rows):
    """The recurrence for mean and squared deviations, an element at a time."""
    mean, squares = np.zeros_like(rows[:, 0]), np.zeros_like(rows[:, 0])
    for k in range(rows.shape[1]):
        off = rows[:, k] - mean
        mean = mean + off / rows.dtype.type(k + 1)
        squares = squares + off * (rows[:, k] - mean)
    return mean, squares / rows.dtype.type(rows.shape[1])


def _merged(rows, cuts):
    """Statistics of shards, merged by their counts."""
    count, mean, squares = 0, np.zeros(len(rows)), np.zeros(len(rows))
    for part in np.split(rows, cuts, axis=1):
        m = part.shape[1]
        if not m:
            continue
        own = part.mean(axis=1)
        off = own - mean
        squares = squares + ((part - own[:, None]) ** 2).sum(axis=1) + off**2 * (count * m / (count + m))
        mean = mean + off * (m / (count + m))
        count += m
    return mean, squares / count


def _shifted(rows):
    """Deviations from the median, which is within a deviation of the mean; corrected by their mean."""
    shift = np.sort(rows, axis=1)[:, rows.shape[1] // 2 :][:, :1]
    off = rows - shift
    mean = off.mean(axis=1)
    return shift[:, 0] + mean, (off**2).mean(axis=1) - mean**2


def _corrected(rows):
    """Two passes, the second one corrected by what the rounding of the mean left over."""
    mean = rows.mean(axis=1)
    off = rows - mean[:, None]
    return mean, (off**2).mean(axis=1) - off.mean(axis=1) ** 2


def _statistics(name, found, accumulate="float64", working=np.float64, dtypes=("float32", "float64")):
    kernel = type("Variant", (_Statistics,), {"statistics": staticmethod(found), "working": working})
    variant(name, accumulate, dtypes)(kernel)


_statistics("Welford's recurrence", _welford)
_statistics("Welford's recurrence in float32", _welford, "float32-sequential", np.float32, ("float32",))
_statistics("shards of two", lambda rows: _merged(rows, range(2, rows.shape[1], 2)))
_statistics("unequal shards, some empty", lambda rows: _merged(rows, [0, 1, 1, max(1, rows.shape[1] // 3)]))
_statistics("one pass, shifted by the median", _shifted)
_statistics("two passes, corrected", _corrected)


@variant("exact sums, rounded once", "exact", ("float32",))
class _(_Statistics):
    @staticmethod
    def statistics(rows):
        finite = np.isfinite(rows).all(axis=1, keepdims=True)
        exact, over = Exact.floats(np.where(finite, rows, 0)), bounds.Batch(rows.shape[1])
        mean = equations.BOOK.mean(exact, over)
        var = equations.BOOK.var(exact, mean, over)
        return tuple(np.where(finite, each.nearest(), np.nan)[:, 0] for each in (mean, var))

    def over(self, m, dtype):
        return _Exactly(m, dtype)


class _Exactly(Batch):
    """Sums of float64 numbers, each rounded once."""

    def sum(self, value):
        return np.array([[math.fsum(row)] for row in value])


class _Affine(Plain):
    """y = (x - M) a + b, dx = dy k0 + ((x - M) k1 + k2) in float32; M is the mean, rounded; b mends it."""

    def _nearest(self, values):
        return values["mean"].astype(np.float32)

    def _multiplied(self, a, b, c):
        """a b + c, each operation rounded to the format of a, b and c."""
        return a * b + c

    def _held(self, *factors):
        """The factors in float32; in float64 where float32 has not the range."""
        sizes = np.abs(np.concatenate([each.ravel() for each in factors]))
        narrow = ((sizes == 0) | ((sizes > 2.0**-60) & (sizes < 2.0**60))).all()
        return [each.astype(np.float32 if narrow else np.float64) for each in factors]

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        values, _ = self.values(x, gamma, beta, eps)
        nearest = self._nearest(values)
        a = values["gamma"] * values["rstd"]
        a, b = self._held(a, values["beta"] - (values["mean"] - nearest) * a)
        y = self._multiplied(channels(x) - nearest, a, b)
        return found | {"y": shaped(y, x.shape).astype(x.dtype)}

    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        values, over = self.values(x, gamma, beta, eps)
        nearest = self._nearest(values)
        k0 = values["gamma"] * values["rstd"]
        k1 = -k0 * values["rstd"] * found["dgamma"][:, None] / over.m
        k2 = -k0 * found["dbeta"][:, None] / over.m - k1 * (values["mean"] - nearest)
        k0, k1, k2 = self._held(k0, k1, k2)
        dx = self._multiplied(channels(dy), k0, self._multiplied(channels(x) - nearest, k1, k2))
        return found | {"dx": shaped(dx, x.shape).astype(x.dtype)}


@variant("x - M scaled in float32, the rest of the mean in the offset", dtypes=("float32",))
class _(_Affine):
    pass


@variant("the same with fused multiply-add", dtypes=("float32",))
class _(_Affine):
    def _multiplied(self, a, b, c):
        # The product of two float32 numbers is exact in float64, and so is the sum but for its last bits.
        return (a.astype(np.float64) * b + c).astype(b.dtype)


@variant("a scale and an offset", "any", ("float32",))
class _(Plain):
    working = None

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        values, _ = self.values(x, gamma, beta, eps)
        a = values["gamma"] * values["rstd"]
        y = channels(x) * a + (values["beta"] - values["mean"] * a)
        return found | {"y": shaped(y, x.shape)}


@variant("divided by the root, multiplied by gamma last", dtypes=("float32",))
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        values, _ = self.values(x, gamma, beta, eps)
        off = (values["x"] - values["mean"]).astype(np.float32)
        xhat = off / np.sqrt(values["var"] + eps).astype(np.float32)
        y = xhat * values["gamma"].astype(np.float32) + values["beta"].astype(np.float32)
        return found | {"y": shaped(y, x.shape)}
