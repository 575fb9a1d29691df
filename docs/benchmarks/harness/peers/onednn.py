"""oneDNN through its C interface: libdnnl of the onednn wheel on its CPU engine, float32, any strides."""

import numpy

from harness.peers.base import Base, Bound, Unsupported
from spec.adapters.onednn import GIVEN_STATISTICS, INFERENCE, SCALE, SHIFT, TRAINING, Library


class Peer(Base):
    name = "onednn"
    pool = "tbb"

    def __init__(self):
        self._library = Library()

    def _call(self, kind, load, arrays, fresh):
        """The call of a primitive on these arrays; the array named `fresh` is a new one each time."""
        run, place = self._library.bound(kind, {name: _view(array, load) for name, array in arrays.items()})

        def call():
            results = arrays
            if fresh:
                new = numpy.empty_like(arrays[fresh])
                place(fresh, new)
                results = arrays | {fresh: new}
            run()
            return results

        return call

    def forward(self, load, out):
        _float32(load)
        kind = self._library.forward(TRAINING, SCALE | SHIFT, _view(load.x, load), load.eps)
        statistics = {"mean": numpy.empty_like(load.mean), "var": numpy.empty_like(load.var)}
        arrays = {"x": load.x, "gamma": load.gamma, "beta": load.beta, "y": load.y} | statistics
        call = self._call(kind, load, arrays, None if out else "y")
        return Bound(call, lambda found: {name: found[name] for name in ("y", "mean", "var")})

    def inference(self, load, out):
        _float32(load)
        flags = SCALE | SHIFT | GIVEN_STATISTICS
        kind = self._library.forward(INFERENCE, flags, _view(load.x, load), load.eps)
        arrays = {name: getattr(load, name) for name in ("x", "gamma", "beta", "mean", "var", "y")}
        call = self._call(kind, load, arrays, None if out else "y")
        return Bound(call, lambda found: {"y": found["y"]})

    def backward(self, load, out):
        _float32(load)
        x = _view(load.x, load)
        forward = self._library.forward(TRAINING, SCALE | SHIFT, x, load.eps)
        saved = self.forward(load, out=True)
        statistics = {name: array for name, array in saved.results(saved.call()).items() if name != "y"}
        kind = self._library.backward(SCALE | SHIFT, x, load.eps, forward)
        gradients = {"dgamma": numpy.empty_like(load.gamma), "dbeta": numpy.empty_like(load.beta)}
        arrays = {"x": load.x, "dy": load.dy, "gamma": load.gamma, "dx": load.dx} | statistics | gradients
        call = self._call(kind, load, arrays, None if out else "dx")
        return Bound(call, lambda found: {name: found[name] for name in ("dx", "dgamma", "dbeta")})


def _view(array, load):
    """An array as (N, C, ...), whatever its layout."""
    return numpy.moveaxis(array, load.axis, 1) if array.ndim > 1 else array


def _float32(load):
    if load.x.dtype != numpy.float32:
        raise Unsupported("oneDNN normalizes float32 on this engine, not float64")
