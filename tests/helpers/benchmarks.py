"""What tests of the benchmark share: a small shape, and a package whose results are wrong."""

import numpy
from harness import shapes

import bncore

SHAPE = shapes.Shape("list", "a name", (3, 5, 7, 2))


class Spoilt:
    """bncore, whose forward leaves y as `spoil` does."""

    def __init__(self, spoil):
        self._spoil = spoil

    def __getattr__(self, name):
        return getattr(bncore, name)

    def forward(self, *given, out, **options):
        y, stats = bncore.forward(*given, **options)
        self._spoil(y, out)
        return out, stats


def off_by_a_bit(y, out):
    out[...] = y
    out.reshape(-1)[-1] = numpy.nextafter(y.reshape(-1)[-1], numpy.inf)


def nothing(y, out):
    pass
