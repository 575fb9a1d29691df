"""The implementations that `python -m spec check` knows by name, and how any other is loaded."""

import importlib
import shlex
import sys
from pathlib import Path

from .. import PACKAGE
from ..interface import contract
from ..interface.adapter import Adapter, Caps, Missing
from ..supervise import ENDINGS, note

# name: the module here that holds its `Adapter`s, and the packages that it needs
KNOWN = {
    "bncore": ("bncore", "Core", "In a checkout: make, then .venv/bin/python -m spec"),
    "numpy": ("textbook", "Textbook", ""),
    "torch": ("torch", "Contiguous", "pip install torch"),
    "torch-channels-last": ("torch", "ChannelsLast", "pip install torch"),
    "torch-module": ("torch", "Module", "pip install torch"),
    "bncore-torch": ("bncore_torch", "Functional", "pip install bncore[torch]"),
    "bncore-torch-channels-last": ("bncore_torch", "FunctionalChannelsLast", "pip install bncore[torch]"),
    "bncore-torch-module": ("bncore_torch", "Modules", "pip install bncore[torch]"),
    "jax": ("jax", "Nn", "pip install jax"),
    "jax-numpy": ("jax", "Numpy", "pip install jax"),
    "flax": ("flax", "Linen", "pip install flax"),
    "tensorflow": ("tensorflow", "Fused", "pip install tensorflow"),
    "keras": ("tensorflow", "Layer", "pip install tensorflow"),
    "onnx": ("onnx", "Evaluator", "pip install onnx"),
    "onednn": ("onednn", "Primitive", "pip install onednn-devel intel-opencl-rt"),
    "onnxruntime": ("onnxruntime", "Session", "pip install onnxruntime onnx"),
}
# Those whose conventions docs/conventions.md does not compare: docs/findings.md has some of each.
MORE = {
    "torch-compile": ("torch", "Compiled", "pip install torch"),
    "torch-autocast": ("torch", "Autocast", "pip install torch"),
    "flax-nnx": ("flax", "Nnx", "pip install flax"),
    "equinox": ("equinox", "BatchNorm", "pip install equinox"),
    "haiku": ("haiku", "BatchNorm", "pip install dm-haiku"),
    "keras-torch": ("keras_torch", "Layer", "pip install keras torch"),
    "keras-torch-mask": ("keras_torch", "Masked", "pip install keras torch"),
    "keras-jax": ("keras_jax", "Layer", "pip install keras jax"),
    "paddle": ("paddle", "Function", "pip install paddlepaddle"),
    "mlx": ("mlx", "BatchNorm", "pip install mlx[cpu]"),
    "tinygrad": ("tinygrad", "BatchNorm", "pip install tinygrad, and clang"),
    "sklearn": ("sklearn", "Scaler", "pip install scikit-learn"),
    "openvino": ("openvino", "Node", "pip install openvino"),
    "ncnn": ("ncnn", "Layer", "pip install ncnn"),
    "mnn": ("mnn", "Layer", "pip install MNN"),
    "tfjs": ("tfjs", "program", "node, and npm install @tensorflow/tfjs"),
}
KNOWN |= MORE


def load(target, *, isolate=False, timeout=None):
    """The adapter that a target names: one of KNOWN, or pkg.module:attribute, an `Adapter` class or instance.

    `exec:PROGRAM ARGUMENTS` is a program that answers as docs/exec.md says; `isolate` runs any other target
    in a process of its own, too; there no call may take more than `timeout` seconds. Raises
    `spec.interface.adapter.Missing`, with the reason and what to do.

    >>> load("spec.adapters.plain:Plain").caps.accumulate
    'float64'
    """
    program = target.removeprefix("exec:")
    if program != target or isolate:
        from ..interface import remote

        command = [sys.executable, "-m", f"{PACKAGE}.interface.serve", target]
        if program != target:
            try:
                command = shlex.split(program)
            except ValueError as error:
                raise Missing(f"{target}: {error}") from error
        if not command:
            raise Missing("exec: wanted the name of a program after the colon")
        start = remote.START if program != target else remote.IMPORTS
        return remote.Remote(command, target, timeout or remote.TIMEOUT, start)
    if target in KNOWN:
        module, attribute, hint = KNOWN[target]
        module = f"{__name__}.{module}"
    elif ":" in target:
        module, _, attribute = target.partition(":")
        hint = "is it on the path, or in the current directory?"
        here = str(Path.cwd())
        if here not in sys.path:
            sys.path.insert(0, here)
    else:
        wanted = ", ".join([*KNOWN, "exec:PROGRAM or pkg.module:attribute"])
        raise Missing(f"TARGET: wanted one of {wanted}, found {target!r}")
    note(f"the import of {target}")
    try:
        found = importlib.import_module(module)
    except ImportError as error:
        raise Missing(f"{target} cannot be imported ({contract.printable(error)}). {hint}") from error
    except ENDINGS:
        raise
    except BaseException as error:
        raise Missing(f"{target}: importing it raised {contract.said(error)}") from error
    try:
        for name in attribute.split("."):
            found = getattr(found, name)
    except AttributeError as error:
        raise Missing(f"{target}: {contract.printable(error)}") from error
    try:
        adapter = found() if isinstance(found, type) and issubclass(found, Adapter) else found
        caps = adapter.caps if isinstance(adapter, Adapter) else None
    except ENDINGS:
        raise
    except BaseException as error:
        raise Missing(f"{target}: making an instance raised {contract.said(error)}") from error
    for found, wanted, words in ((adapter, Adapter, ""), (caps, Caps, "caps: ")):
        if not isinstance(found, wanted):
            kind = contract.printable(type(found).__name__, 100)
            raise Missing(f"{target}: {words}wanted a {PACKAGE}.conformance.{wanted.__name__}, found {kind}")
    return adapter
