"""ONNX Runtime, as an implementation under test: BatchNormalization of opset 15, which has no backward."""

import functools
import importlib

import numpy as np

from spec.adapter import Adapter, Caps

onnx = importlib.import_module("onnx")
onnxruntime = importlib.import_module("onnxruntime")

OPSET = 15


@functools.cache
def _session(dtype, rank, training, eps, momentum):
    """A model of one node. Sizes are free, the rank is not."""
    kind = onnx.helper.np_dtype_to_tensor_dtype(np.dtype(dtype))
    inputs = ["x", "gamma", "beta", "mean", "var"]
    outputs = ["y", "running_mean", "running_var"] if training else ["y"]
    attributes = {"epsilon": eps, "momentum": momentum, "training_mode": int(training)}
    node = onnx.helper.make_node("BatchNormalization", inputs, outputs, **attributes)

    def value(name):
        shape = [f"n{axis}" for axis in range(rank)] if name in ("x", "y") else ["n1"]
        return onnx.helper.make_tensor_value_info(name, kind, shape)

    graph = onnx.helper.make_graph(
        [node], "one", [value(name) for name in inputs], [value(name) for name in outputs]
    )
    model = onnx.helper.make_model(graph, opset_imports=[onnx.helper.make_opsetid("", OPSET)], ir_version=10)
    return onnxruntime.InferenceSession(model.SerializeToString(), providers=["CPUExecutionProvider"])


class Session(Adapter):
    """One node, run in training mode and in inference mode."""

    name = "onnxruntime"
    # So the operator is specified; its attributes, eps and momentum, are float32.
    caps = Caps(
        accumulate="any", least=1, optional=False, variance="biased", weighs="old", attributes="float32"
    )

    def _run(self, training, x, gamma, beta, mean, var, eps, momentum):
        session = _session(x.dtype.name, x.ndim, training, eps, momentum)
        feeds = {"x": x, "gamma": gamma, "beta": beta, "mean": mean, "var": var}
        return session.run(None, {name: np.ascontiguousarray(value) for name, value in feeds.items()})

    def forward(self, x, gamma, beta, eps):
        zero = np.zeros(x.shape[1], x.dtype)
        # With no weight on the old values, the running statistics are those of the batch.
        y, mean, var = self._run(True, x, gamma, beta, zero, zero, eps, 0.0)
        return {"y": y, "mean": mean, "var": var}

    def inference(self, x, gamma, beta, mean, var, eps):
        return {"y": self._run(False, x, gamma, beta, mean, var, eps, 0.9)[0]}

    def update(self, x, running_mean, running_var, momentum):
        one = np.ones(x.shape[1], x.dtype)
        _, mean, var = self._run(True, x, one, one, running_mean, running_var, 1e-5, momentum)
        return {"running_mean": mean, "running_var": var}
