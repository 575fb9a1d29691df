"""ONNX Runtime, as an implementation under test: the same operator on its CPU provider."""

import functools
import importlib

from .onnx import Operator, model

onnxruntime = importlib.import_module("onnxruntime")


class Session(Operator):
    """onnxruntime.InferenceSession."""

    name = "onnxruntime"

    @staticmethod
    @functools.cache
    def session(*node):
        """The session of a model."""
        text = model(*node).SerializeToString()
        return onnxruntime.InferenceSession(text, providers=["CPUExecutionProvider"])
