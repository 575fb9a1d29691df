"""One workload: the arrays of a shape in a layout that every contender reads, and the outputs they share."""

import math
from dataclasses import dataclass
from functools import lru_cache

import numpy

EPS = 1e-5
OPERATIONS = ("forward", "inference", "backward")
_ALIGNMENT = 64


def aligned(shape, dtype):
    """An array of NaN on a cache line's boundary, so that every peer may stream and share it."""
    dtype = numpy.dtype(dtype)
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

    @property
    def others(self):
        """The axes that a statistic runs over."""
        return tuple(i for i in range(self.x.ndim) if i != self.axis % self.x.ndim)

    @property
    def channels(self):
        return self.x.shape[self.axis]


def workload(shape, layout):
    """The workload of a shape in a layout: random numbers, the same ones in every run."""
    channels = shape.extents[1]
    axis = 1 if layout == "channels-first" else -1
    extents = shape.extents if axis == 1 else (shape.extents[0], *shape.extents[2:], channels)
    x, dy = (_filled(extents, shape.dtype, start) for start in (0, 12_345))
    y, dx = (aligned(extents, shape.dtype) for _ in range(2))
    gamma, beta, mean, spread = (_filled((channels,), shape.dtype, start) for start in (1, 2, 3, 4))
    return Workload(layout, axis, x, dy, y, dx, gamma, beta, mean, 1 + abs(spread))
