"""What tests of the memory of results share: calls that make large ones, and a store that is empty first."""

import sys

import numpy
import pytest

import bncore
from bncore import recycling

MIB = 1 << 20
SHAPE = (2, 3, 419, 421)  # a little more than 4 MiB of float32, three huge pages
BLOCK = 6 * MIB
X = numpy.random.default_rng(13).standard_normal(SHAPE, numpy.float32)
DY = X[::-1].copy()
GAMMA, MEAN, VAR = (numpy.arange(1, 4, dtype="f") + i for i in range(3))
STATS = bncore.statistics(X)


MARKS = [
    pytest.mark.skipif(
        not sys.platform.startswith("linux"),
        reason="memory is kept on Linux alone; NumPy makes results elsewhere",
    ),
    pytest.mark.usefixtures("an_empty_store"),
]


def address(array):
    return array.__array_interface__["data"][0]


def made(mib):
    """An array of so many MiB, every byte of it touched."""
    array = recycling.empty((mib * MIB,), numpy.dtype("u1"))
    array.fill(mib)
    return array


# What each call makes, of the size of x.
CALLS = {
    "forward": lambda: bncore.forward(X, GAMMA, MEAN)[:1],
    "inference": lambda: [bncore.inference(X, GAMMA, None, MEAN, VAR)],
    "backward": lambda: bncore.backward(DY, X, GAMMA, STATS)[:1],
    "inference backward": lambda: bncore.inference_backward(DY, X, GAMMA, MEAN, VAR)[:1],
    "jvp": lambda: [bncore.jvp(DY, X, GAMMA, STATS)],
    "double backward": lambda: bncore.double_backward(DY, GAMMA, None, DY, X, GAMMA, STATS)[:2],
    "layer": lambda: [bncore.BatchNorm(3).forward(X)],
    "forward of a crop": lambda: bncore.forward(X[:, :, :-1])[:1],
    "forward of a permuted array": lambda: bncore.forward(X.transpose(2, 1, 0, 3))[:1],
}
