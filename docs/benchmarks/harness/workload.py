"""One workload: the arrays of a shape in a layout that every contender reads, and the outputs they share."""

import hashlib
import math
from dataclasses import dataclass
from functools import cached_property, lru_cache, partial

import numpy

from harness.shapes import OPERATIONS as OPERATIONS
from spec.bounds import formats

EPS = 1e-5
# y so close to 0 that two kernels may see it on two sides of a relu: dy is 0 there.
NEAR = 0.02
_ALIGNMENT = 64


def aligned(shape, dtype):
    """An array of NaN on a cache line's boundary, so that every peer may stream and share it."""
    dtype = formats.named(dtype)
    size = math.prod(shape) * dtype.itemsize
    memory = numpy.empty(size + _ALIGNMENT, numpy.uint8)
    start = -memory.ctypes.data % _ALIGNMENT
    array = memory[start : start + size].view(dtype).reshape(shape)
    array.fill(math.nan)
    return array


@lru_cache(maxsize=1)
def _numbers():
    return numpy.random.default_rng(9_38).standard_normal(1 << 22, numpy.float32)


def _filled(shape, dtype, start):
    array = aligned(shape, dtype)
    array.reshape(-1)[:] = numpy.resize(numpy.roll(_numbers(), -start), array.size)
    return array


def _like(values, dtype):
    array = aligned(values.shape, dtype)
    array[...] = values
    return array


def _parameter(channels, dtype, start):
    return _filled((channels,), formats.parameter(dtype), start)


@dataclass
class Padded:
    """Rows of a batch that are longer than what counts of them, and which of their elements count."""

    x: numpy.ndarray
    dy: numpy.ndarray
    y: numpy.ndarray
    dx: numpy.ndarray
    weights: numpy.ndarray

    def counting(self, array):
        """What counts of an array of x's shape, as one row: (1, C, m) or (1, m, C)."""
        where = self.weights.squeeze()
        if self.weights.shape[1] == 1:
            return numpy.ascontiguousarray(numpy.moveaxis(array, 1, 2)[where].T)[None]
        return array[where][None]


@dataclass
class Workload:
    """The inputs of one call, in the memory layout that is timed, and outputs to write to.

    x, dy, y and dx have one shape: (N, C, *spatial) channels-first, (N, *spatial, C) channels-last. mean and
    var are those that inference is given.
    """

    layout: str
    axis: int
    x: numpy.ndarray
    dy: numpy.ndarray
    y: numpy.ndarray
    dx: numpy.ndarray
    gamma: numpy.ndarray
    beta: numpy.ndarray
    mean: numpy.ndarray
    var: numpy.ndarray
    eps: float = EPS
    padded: Padded | None = None

    @property
    def extents(self):
        """(N, C, *spatial), in whatever layout."""
        return numpy.moveaxis(self.x, self.axis, 1).shape

    @property
    def others(self):
        """The axes that a statistic runs over."""
        return tuple(i for i in range(self.x.ndim) if i != self.axis % self.x.ndim)

    @property
    def channels(self):
        return self.x.shape[self.axis]

    def clear(self):
        """Have the outputs hold what no call has made."""
        given = (self.padded.y, self.padded.dx) if self.padded else ()
        for output in (self.y, self.dx, *given):
            output.fill(math.nan)

    @cached_property
    def residual(self):
        """What a fused forward adds."""
        return _filled(self.x.shape, self.x.dtype, 67_890)

    @cached_property
    def dresidual(self):
        """Where a fused backward writes the gradient of the residual."""
        return aligned(self.x.shape, self.x.dtype)

    @cached_property
    def activated(self):
        """{operation: the result of the forward pass with a relu that its backward pass is given}.

        dy is 0 from here on where a result is next to 0, and the gate of another kernel may differ.
        """
        wide = [-1 if i == self.axis % self.x.ndim else 1 for i in range(self.x.ndim)]
        x = self.x.astype(numpy.float64)
        gamma, beta, mean, var = (
            numpy.reshape(number, wide).astype(numpy.float64)
            for number in (self.gamma, self.beta, x.mean(self.others), x.var(self.others))
        )
        y = gamma * (x - mean) / numpy.sqrt(var + self.eps) + beta
        found = {"backward relu": y, "backward add relu": y + self.residual.astype(numpy.float64)}
        for each in found.values():
            self.dy[abs(each) < NEAR] = 0
        return {name: _like(numpy.maximum(each, 0), self.x.dtype) for name, each in found.items()}

    @cached_property
    def ddx(self):
        """What `double_backward` reads beside x and dy."""
        return _filled(self.x.shape, self.x.dtype, 54_321)


def workload(shape, layout):
    """The workload of a shape in a layout: random numbers, the same ones in every run."""
    if layout == "channels-first":
        return laid_out(shape.extents, 1, shape.dtype)
    return laid_out((shape.extents[0], *shape.extents[2:], shape.extents[1]), -1, shape.dtype)


def masked(shape, layout):
    """The workload of what counts of a padded batch (N, C, L), with that batch: row ends, as of sentences."""
    n, _, longest = shape.extents
    lengths = numpy.random.default_rng(n).integers(longest // 4, longest, n, endpoint=True)
    weights = numpy.expand_dims(
        numpy.arange(longest) < lengths[:, None], 1 if layout == "channels-first" else 2
    )
    full = workload(shape, layout)
    padded = Padded(full.x, full.dy, full.y, full.dx, weights)
    for array in (padded.x, padded.dy):
        numpy.copyto(array, 0, where=~weights)
    load = laid_out(padded.counting(padded.x).shape, full.axis, shape.dtype)
    load.x[...], load.dy[...] = padded.counting(padded.x), padded.counting(padded.dy)
    load.padded = padded
    return load


def laid_out(extents, axis, dtype):
    """The workload of arrays with these extents in memory, the channel at axis 1 or -1."""
    x, dy = (_filled(extents, dtype, start) for start in (0, 12_345))
    y, dx = (aligned(extents, dtype) for _ in range(2))
    gamma, beta, mean, spread = (_parameter(extents[axis], dtype, start) for start in (1, 2, 3, 4))
    layout = "channels-first" if axis == 1 else "channels-last"
    return Workload(layout, axis, x, dy, y, dx, gamma, beta, mean, 1 + abs(spread))


def calls(package, load, out=True):
    """{operation: call} of bncore, of whichever build, on a workload, into its outputs if `out`."""
    x, dy, gamma, beta = load.x, load.dy, load.gamma, load.beta
    axis, given = {"axis": load.axis}, {"axis": load.axis, "eps": load.eps}
    y, dx, both = ({"out": place if out else None} for place in (load.y, load.dx, (load.y, load.dx)))
    stats, own = package.statistics(x, **given), (load.mean, load.var)
    return {
        "statistics": partial(package.statistics, x, **given),
        "forward": partial(package.forward, x, gamma, beta, **given, **y),
        "inference": partial(package.inference, x, gamma, beta, *own, **given, **y),
        "backward": partial(package.backward, dy, x, gamma, stats, **axis, **dx),
        "inference_backward": partial(package.inference_backward, dy, x, gamma, *own, **given, **dx),
        "double_backward": lambda: package.double_backward(
            load.ddx, gamma, beta, dy, x, gamma, stats, **axis, **both
        ),
    }


def bits(found):
    """A digest for each array of what such a call returns: equal where no bit differs."""
    digests = []
    for each in found if isinstance(found, tuple) else (found,):
        arrays = [each] if isinstance(each, numpy.ndarray) else [each.mean, each.var]
        digests += [hashlib.blake2b(array.reshape(-1).view(numpy.uint8)).hexdigest() for array in arrays]
    return digests
