"""oneDNN through its C interface, as an implementation under test: libdnnl of the onednn wheel on a CPU."""

import ctypes
import importlib.metadata
import os

import numpy as np

from ..data.layouts import LAYOUTS
from ..interface.adapter import Adapter, Caps

# dnnl_types.h: a function's kinds of propagation, flags, and the numbers of its arguments
TRAINING, INFERENCE, BACKWARD = 64, 96, 128
GIVEN_STATISTICS, SCALE, SHIFT, RELU = 1, 2, 4, 8
_ARGUMENT = {
    "x": 1, "y": 17, "mean": 49, "var": 50, "gamma": 51, "beta": 52,
    "dx": 129, "dy": 145, "dgamma": 255, "dbeta": 256, "workspace": 64,
}  # fmt: skip
_CPU, _IN_ORDER, _WORKSPACE = 1, 1, 135
_TYPE = {"float16": 1, "bfloat16": 2, "float32": 3}


class _Argument(ctypes.Structure):
    _fields_ = (("number", ctypes.c_int), ("memory", ctypes.c_void_p))


class Library:
    """libdnnl with an engine and a stream. Raises ImportError where it is not installed."""

    def __init__(self):
        files = importlib.metadata.files("onednn") or ()
        found = [each.locate().resolve() for each in files if each.name == "libdnnl.so.3"]
        if not found:
            raise ImportError("the package onednn has no libdnnl.so.3")
        # the wheel's CPU driver is found by this name
        os.environ.setdefault("OCL_ICD_FILENAMES", str(found[0].with_name("libintelocl.so")))
        self._library = _loaded(found[0])
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

    def _described(self, array):
        """The description of the memory of an array, (N, C, ...), whatever its strides."""
        extents = ctypes.c_int64 * array.ndim
        strides = (stride // array.itemsize for stride in array.strides)
        return self._made(
            "dnnl_memory_desc_create_with_strides",
            array.ndim, extents(*array.shape), _TYPE[array.dtype.name], extents(*strides),
        )  # fmt: skip

    def _workspace(self, kind):
        """The description of what a forward pass with a relu leaves to the backward pass."""
        query = self._library.dnnl_primitive_desc_query_md
        query.restype = ctypes.c_void_p
        return ctypes.c_void_p(query(kind, _WORKSPACE, 0))

    def workspace(self, kind):
        """Memory for it."""
        size = self._library.dnnl_memory_desc_get_size
        size.restype = ctypes.c_size_t
        return np.zeros(size(self._workspace(kind)), np.uint8)

    def forward(self, kind, flags, x, eps):
        """The description of a forward pass over x."""
        tensor = self._described(x)
        return self._made(
            "dnnl_batch_normalization_forward_primitive_desc_create",
            self._engine, kind, tensor, tensor, ctypes.c_float(eps), flags, None,
        )  # fmt: skip

    def backward(self, flags, x, eps, forward):
        """The description of the backward pass that belongs to a forward pass."""
        tensor = self._described(x)
        return self._made(
            "dnnl_batch_normalization_backward_primitive_desc_create",
            self._engine, BACKWARD, tensor, tensor, tensor, ctypes.c_float(eps), flags, forward, None,
        )  # fmt: skip

    def bound(self, kind, arrays):
        """A call on these arrays, by name, without arguments; and one that puts another array in a place."""
        primitive = self._made("dnnl_primitive_create", kind)
        described = {
            name: self._workspace(kind) if name == "workspace" else self._described(array)
            for name, array in arrays.items()
        }
        memory = {
            name: self._made(
                "dnnl_memory_create", described[name], self._engine, ctypes.c_void_p(array.ctypes.data)
            )
            for name, array in arrays.items()
        }
        arguments = (_Argument * len(memory))(*((_ARGUMENT[name], memory[name]) for name in memory))
        execute, wait = self._library.dnnl_primitive_execute, self._library.dnnl_stream_wait
        stream, count = self._stream, len(memory)

        def call():
            if execute(primitive, stream, count, arguments) or wait(stream):
                raise OSError("libdnnl could not execute a batch normalization")

        def place(name, array):
            self._library.dnnl_memory_set_data_handle(memory[name], ctypes.c_void_p(array.ctypes.data))

        return call, place


def _loaded(file):
    """A shared library, and first those beside it that the loader does not find by itself."""
    while True:
        try:
            return ctypes.CDLL(str(file), ctypes.RTLD_GLOBAL)
        except OSError as error:
            needed = file.with_name(str(error).partition(":")[0])
            if needed == file or not needed.exists():
                raise ImportError(str(error)) from error
            _loaded(needed)


library = Library()


class Primitive(Adapter):
    """A primitive made for each call, with scale and shift."""

    name = "onednn"
    caps = Caps(
        dtypes=("float32",),
        accumulate="any",
        # Strides are those of a dense tensor, in any order of the axes.
        layouts=tuple(name for name in LAYOUTS if name not in ("reversed", "sliced")),
        least=1,
        attributes="float32",
    )

    def _run(self, kind, arrays, results):
        dense = {
            name: np.ascontiguousarray(each) if each.ndim == 1 else each for name, each in arrays.items()
        }
        call, _ = library.bound(kind, dense)
        call()
        return {name: arrays[name] for name in results}

    def forward(self, x, gamma, beta, eps):
        kind = library.forward(TRAINING, SCALE | SHIFT, x, eps)
        arrays = {"x": x, "y": _as(x), "mean": _number(x), "var": _number(x)} | _parameters(x, gamma, beta)
        return self._run(kind, arrays, ("y", "mean", "var"))

    def inference(self, x, gamma, beta, mean, var, eps):
        kind = library.forward(INFERENCE, SCALE | SHIFT | GIVEN_STATISTICS, x, eps)
        arrays = {"x": x, "y": _as(x), "mean": mean, "var": var} | _parameters(x, gamma, beta)
        return self._run(kind, arrays, ("y",))

    def backward(self, dy, x, gamma, beta, eps):
        statistics = self.forward(x, gamma, beta, eps)
        return self._back(dy, x, gamma, statistics["mean"], statistics["var"], eps, SCALE | SHIFT)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return self._back(dy, x, gamma, mean, var, eps, SCALE | SHIFT | GIVEN_STATISTICS)

    def _back(self, dy, x, gamma, mean, var, eps, flags):
        kind = library.backward(flags, x, eps, library.forward(TRAINING, flags, x, eps))
        same = _as(x)  # dy lies as x does
        same[...] = dy
        arrays = {"x": x, "dy": same, "dx": _as(x), "mean": mean, "var": var}
        arrays |= {"gamma": _parameters(x, gamma, None)["gamma"], "dgamma": _number(x), "dbeta": _number(x)}
        return self._run(kind, arrays, ("dx", "dgamma", "dbeta"))


def _as(x):
    """An array for a result, in the layout of x."""
    return np.lib.stride_tricks.as_strided(np.zeros(x.size, x.dtype), x.shape, x.strides)


def _number(x):
    return np.zeros(x.shape[1], x.dtype)


def _parameters(x, gamma, beta):
    """gamma and beta, 1 and 0 where they are None."""
    return {
        "gamma": _number(x) + 1 if gamma is None else gamma,
        "beta": _number(x) if beta is None else beta,
    }
