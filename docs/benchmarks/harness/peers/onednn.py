"""oneDNN through its C interface: libdnnl of the onednn wheel on its CPU engine, any strides.

It fuses a relu (`fuse_norm_relu`), and a residual (`fuse_norm_add_relu`) on other engines alone. float16 and
bfloat16 it has where the processor has instructions for them.
"""

import numpy

from harness.peers.base import Base, Bound, Unsupported
from spec.adapters.onednn import GIVEN_STATISTICS, INFERENCE, RELU, SCALE, SHIFT, TRAINING, Library


class Peer(Base):
    name = "onednn"
    halves = True
    pool = "tbb"

    def __init__(self):
        self._library = Library()

    def bind(self, operation, load, out):
        if load.x.dtype == numpy.float64:
            raise Unsupported("oneDNN normalizes no float64 on this engine")
        return super().bind(operation, load, out)

    def _call(self, kind, load, arrays, fresh):
        """The call of a primitive on these arrays; the array named `fresh` is a new one each time."""
        views = {name: each if name == "workspace" else _view(each, load) for name, each in arrays.items()}
        run, place = self._library.bound(kind, views)

        def call():
            results = arrays
            if fresh:
                new = numpy.empty_like(arrays[fresh])
                place(fresh, new)
                results = arrays | {fresh: new}
            run()
            return results

        return call

    def _described(self, kind, flags, load, *forward):
        make = self._library.backward if forward else self._library.forward
        arguments = (flags,) if forward else (kind, flags)
        try:
            return make(*arguments, _view(load.x, load), load.eps, *forward)
        except OSError as error:
            raise Unsupported(f"oneDNN has no such batch normalization here: {error}") from error

    def _forward(self, flags, load, out):
        kind = self._described(TRAINING, SCALE | SHIFT | flags, load)
        arrays = {"x": load.x, "gamma": load.gamma, "beta": load.beta, "y": load.y}
        arrays |= {"mean": numpy.empty_like(load.mean), "var": numpy.empty_like(load.var)}
        if flags & RELU:
            arrays["workspace"] = self._library.workspace(kind)
        call = self._call(kind, load, arrays, None if out else "y")
        return Bound(call, lambda found: {name: found[name] for name in ("y", "mean", "var")})

    def forward(self, load, out):
        return self._forward(0, load, out)

    def forward_relu(self, load, out):
        return self._forward(RELU, load, out)

    def inference(self, load, out):
        kind = self._described(INFERENCE, SCALE | SHIFT | GIVEN_STATISTICS, load)
        arrays = {name: getattr(load, name) for name in ("x", "gamma", "beta", "mean", "var", "y")}
        call = self._call(kind, load, arrays, None if out else "y")
        return Bound(call, lambda found: {"y": found["y"]})

    def _backward(self, flags, load, out):
        forward = self._described(TRAINING, SCALE | SHIFT | flags, load)
        saved = self._forward(flags, load, out=True).call()
        arrays = {name: saved[name] for name in ("mean", "var", "workspace") if name in saved}
        arrays |= {"x": load.x, "dy": load.dy, "gamma": load.gamma, "dx": load.dx}
        arrays |= {"dgamma": numpy.empty_like(load.gamma), "dbeta": numpy.empty_like(load.beta)}
        kind = self._described(None, SCALE | SHIFT | flags, load, forward)
        call = self._call(kind, load, arrays, None if out else "dx")
        return Bound(call, lambda found: {name: found[name] for name in ("dx", "dgamma", "dbeta")})

    def backward(self, load, out):
        return self._backward(0, load, out)

    def backward_relu(self, load, out):
        return self._backward(RELU, load, out)


def _view(array, load):
    """An array as (N, C, ...), whatever its layout."""
    return numpy.moveaxis(array, load.axis, 1) if array.ndim > 1 else array
