"""oneDNN through its C interface: libdnnl of the onednn wheel on its CPU engine, float32, any strides."""

import ctypes
import sys
from pathlib import Path

import numpy

from harness.peers.base import Base, Bound, Unsupported

# dnnl_types.h: a function's kinds of propagation, flags, and the numbers of its arguments
_TRAINING, _INFERENCE, _BACKWARD = 64, 96, 128
_GIVEN_STATISTICS, _SCALE, _SHIFT = 1, 2, 4
_ARGUMENT = {
    "x": 1, "y": 17, "mean": 49, "var": 50, "gamma": 51, "beta": 52,
    "dx": 129, "dy": 145, "dgamma": 255, "dbeta": 256,
}  # fmt: skip
_CPU, _IN_ORDER, _F32 = 1, 1, 3


class _Argument(ctypes.Structure):
    _fields_ = (("number", ctypes.c_int), ("memory", ctypes.c_void_p))


class Peer(Base):
    name = "onednn"
    pool = "tbb"

    def __init__(self):
        self._library = ctypes.CDLL(str(Path(sys.prefix, "lib", "libdnnl.so.3")))
        self._engine = self._made("dnnl_engine_create", _CPU, ctypes.c_size_t(0))
        self._stream = self._made("dnnl_stream_create", self._engine, _IN_ORDER)

    def _done(self, function, *arguments):
        status = getattr(self._library, function)(*arguments)
        if status:
            raise OSError(f"{function} of libdnnl returned status {status}")

    def _made(self, function, *arguments):
        handle = ctypes.c_void_p()
        self._done(function, ctypes.byref(handle), *arguments)
        return handle

    def _described(self, array, load):
        """The description of an array's memory as (N, C, ...), whatever the layout."""
        view = numpy.moveaxis(array, load.axis, 1) if array.ndim > 1 else array
        extents = ctypes.c_int64 * view.ndim
        strides = (stride // array.itemsize for stride in view.strides)
        return self._made(
            "dnnl_memory_desc_create_with_strides", view.ndim, extents(*view.shape), _F32, extents(*strides)
        )

    def _forward_kind(self, kind, flags, load):
        tensor = self._described(load.x, load)
        eps = ctypes.c_float(load.eps)
        return self._made(
            "dnnl_batch_normalization_forward_primitive_desc_create",
            self._engine,
            kind,
            tensor,
            tensor,
            eps,
            flags,
            None,
        )

    def _call(self, kind, load, arrays, fresh):
        """The call of a primitive on these arrays; the array named `fresh` is a new one each time."""
        primitive = self._made("dnnl_primitive_create", kind)
        memory = {
            name: self._made(
                "dnnl_memory_create",
                self._described(array, load),
                self._engine,
                ctypes.c_void_p(array.ctypes.data),
            )
            for name, array in arrays.items()
        }
        arguments = (_Argument * len(memory))(*((_ARGUMENT[name], memory[name]) for name in memory))
        execute, wait = self._library.dnnl_primitive_execute, self._library.dnnl_stream_wait
        place = self._library.dnnl_memory_set_data_handle
        stream, count = self._stream, len(memory)

        def call():
            results = arrays
            if fresh:
                new = numpy.empty_like(arrays[fresh])
                place(memory[fresh], ctypes.c_void_p(new.ctypes.data))
                results = arrays | {fresh: new}
            if execute(primitive, stream, count, arguments) or wait(stream):
                raise OSError("libdnnl could not execute a batch normalization")
            return results

        return call

    def forward(self, load, out):
        _float32(load)
        kind = self._forward_kind(_TRAINING, _SCALE | _SHIFT, load)
        statistics = {"mean": numpy.empty_like(load.mean), "var": numpy.empty_like(load.var)}
        arrays = {"x": load.x, "gamma": load.gamma, "beta": load.beta, "y": load.y} | statistics
        call = self._call(kind, load, arrays, None if out else "y")
        return Bound(call, lambda found: {name: found[name] for name in ("y", "mean", "var")})

    def inference(self, load, out):
        _float32(load)
        kind = self._forward_kind(_INFERENCE, _SCALE | _SHIFT | _GIVEN_STATISTICS, load)
        arrays = {name: getattr(load, name) for name in ("x", "gamma", "beta", "mean", "var", "y")}
        call = self._call(kind, load, arrays, None if out else "y")
        return Bound(call, lambda found: {"y": found["y"]})

    def backward(self, load, out):
        _float32(load)
        forward = self._forward_kind(_TRAINING, _SCALE | _SHIFT, load)
        saved = self.forward(load, out=True)
        statistics = {name: array for name, array in saved.results(saved.call()).items() if name != "y"}
        tensor = self._described(load.x, load)
        kind = self._made(
            "dnnl_batch_normalization_backward_primitive_desc_create", self._engine, _BACKWARD,
            tensor, tensor, tensor, ctypes.c_float(load.eps), _SCALE | _SHIFT, forward, None,
        )  # fmt: skip
        gradients = {"dgamma": numpy.empty_like(load.gamma), "dbeta": numpy.empty_like(load.beta)}
        arrays = {"x": load.x, "dy": load.dy, "gamma": load.gamma, "dx": load.dx} | statistics | gradients
        call = self._call(kind, load, arrays, None if out else "dx")
        return Bound(call, lambda found: {name: found[name] for name in ("dx", "dgamma", "dbeta")})


def _float32(load):
    if load.x.dtype != numpy.float32:
        raise Unsupported("oneDNN normalizes float32 on this engine, not float64")
