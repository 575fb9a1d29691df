"""OpenVINO, as an implementation under test: BatchNormInference on its CPU plugin, which has no training."""

import functools
import importlib

import numpy as np

from ..interface.adapter import Adapter, Caps

openvino = importlib.import_module("openvino")
opset = importlib.import_module("openvino.opset5")


@functools.cache
def _compiled(rank, eps):
    """A model of one node, all of whose operands are inputs; sizes are free."""
    operands = [opset.parameter([-1] * each, np.float32) for each in (rank, 1, 1, 1, 1)]
    node = opset.batch_norm_inference(*operands, eps)
    # single precision, on processors that have half precision too
    precision = {"INFERENCE_PRECISION_HINT": "f32"}
    return openvino.compile_model(openvino.Model([node], operands), "CPU", precision)


class Node(Adapter):
    """openvino.compile_model of one node."""

    name = "openvino"
    caps = Caps(dtypes=("float32",), accumulate="any", optional=False, concurrent=False)

    def inference(self, x, gamma, beta, mean, var, eps):
        operands = map(np.ascontiguousarray, (x, gamma, beta, mean, var))
        return {"y": _compiled(x.ndim, eps)(list(operands))[0].copy()}
