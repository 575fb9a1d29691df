"""ONNX's reference evaluator, as an implementation under test: BatchNormalization, which has no backward."""

import functools
import importlib
from dataclasses import replace

import numpy as np

from ..bounds import formats
from ..interface.adapter import Adapter, Caps

onnx = importlib.import_module("onnx")
reference = importlib.import_module("onnx.reference")

OPSET = 15


def model(dtype, rank, training, eps, momentum):
    """A model of one node, x of this dtype and rank; sizes are free."""
    kinds = [
        onnx.helper.np_dtype_to_tensor_dtype(each) for each in (np.dtype(dtype), formats.parameter(dtype))
    ]
    inputs = ["x", "gamma", "beta", "mean", "var"]
    outputs = ["y", "running_mean", "running_var"] if training else ["y"]
    attributes = {"epsilon": eps, "momentum": momentum, "training_mode": int(training)}
    node = onnx.helper.make_node("BatchNormalization", inputs, outputs, **attributes)

    def value(name):
        wide = name in ("x", "y")
        shape = [f"n{axis}" for axis in range(rank)] if wide else ["n1"]
        return onnx.helper.make_tensor_value_info(name, kinds[0 if wide else 1], shape)

    graph = onnx.helper.make_graph(
        [node], "one", [value(name) for name in inputs], [value(name) for name in outputs]
    )
    return onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=10)


class Operator(Adapter):
    """One node, run in training mode and in inference mode by `run(dtype, rank, ..., feeds)`."""

    # So the operator is specified; its attributes, eps and momentum, are float32.
    caps = Caps(
        accumulate="any", least=1, optional=False, variance="biased", weighs="old", attributes="float32"
    )

    def forward(self, x, gamma, beta, eps):
        zero = np.zeros_like(gamma)
        # With no weight on the old values, the running statistics are those of the batch.
        y, mean, var = self.run(x, gamma, beta, zero, zero, True, eps, 0.0)
        return {"y": y, "mean": mean, "var": var}

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": self.run(x, gamma, beta, mean, var, False, eps, 0.9)[0]}

    def update(self, x, running_mean, running_var, momentum):
        one = np.ones_like(running_mean)
        _, mean, var = self.run(x, one, one, running_mean, running_var, True, 1e-5, momentum)
        return {"running_mean": mean, "running_var": var}

    def run(self, x, gamma, beta, mean, var, training, eps, momentum):
        """The outputs of the node."""
        session = self.session(x.dtype.name, x.ndim, training, eps, momentum)
        feeds = {"x": x, "gamma": gamma, "beta": beta, "mean": mean, "var": var}
        return session.run(None, {name: np.ascontiguousarray(value) for name, value in feeds.items()})


class Evaluator(Operator):
    """onnx.reference.ReferenceEvaluator."""

    name = "onnx"
    caps = replace(Operator.caps, dtypes=("float32", "float64", "float16"))

    @staticmethod
    @functools.cache
    def session(*node):
        """The evaluator of a model."""
        return reference.ReferenceEvaluator(model(*node))
