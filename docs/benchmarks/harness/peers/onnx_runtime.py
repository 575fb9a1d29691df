"""ONNX Runtime's BatchNormalization: channels-first, as the operator is defined, inputs and outputs bound."""

from functools import cache, partial

import numpy
import onnx
import onnxruntime

from harness import environment
from harness.peers.base import Base, Bound, Unsupported

_INPUTS = ("x", "gamma", "beta", "mean", "var")
_OPSET = 15


class Peer(Base):
    name = "onnxruntime"
    pool = "onnxruntime"

    def forward(self, load, out):
        # momentum 0: the running statistics that come out are those of the batch
        zeros = numpy.zeros_like(load.mean)
        statistics = {"mean_out": zeros.copy(), "var_out": zeros.copy()}
        given = (load.x, load.gamma, load.beta, zeros, zeros)
        call = _bound(load, given, statistics, out)
        return Bound(call, lambda found: dict(zip(("y", "mean", "var"), found(), strict=True)))

    def inference(self, load, out):
        call = _bound(load, (load.x, load.gamma, load.beta, load.mean, load.var), {}, out)
        return Bound(call, lambda found: {"y": found()[0]})

    def backward(self, load, out):
        raise Unsupported("ONNX Runtime's CPU package has no gradients")


@cache
def _session(ndim, dtype, training, eps):
    kind = onnx.helper.np_dtype_to_tensor_dtype(numpy.dtype(dtype))
    big = [f"extent{i}" for i in range(ndim)]
    describe = partial(onnx.helper.make_tensor_value_info, elem_type=kind)
    inputs = [describe(name=name, shape=big if name == "x" else ["channels"]) for name in _INPUTS]
    outputs = [describe(name="y", shape=big)]
    if training:
        outputs += [describe(name=name, shape=["channels"]) for name in ("mean_out", "var_out")]
    node = onnx.helper.make_node(
        "BatchNormalization", _INPUTS, [output.name for output in outputs],
        epsilon=eps, momentum=0.0, training_mode=int(training),
    )  # fmt: skip
    graph = onnx.helper.make_graph([node], "batch normalization", inputs, outputs)
    opsets = [onnx.helper.make_opsetid("", _OPSET)]
    model = onnx.helper.make_model(
        graph, opset_imports=opsets, ir_version=onnx.helper.find_min_ir_version_for(opsets)
    )
    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = environment.threads()
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(
        model.SerializeToString(), options, providers=["CPUExecutionProvider"]
    )


def _bound(load, given, statistics, out):
    if load.axis != 1 and load.x.ndim > 2:
        raise Unsupported("ONNX's operator is defined for channels-first")
    session = _session(load.x.ndim, load.x.dtype.name, bool(statistics), load.eps)
    binding = session.io_binding()
    for name, array in zip(_INPUTS, given, strict=True):
        binding.bind_input(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
    for name, array in ({"y": load.y} | statistics).items():
        if out:
            binding.bind_output(name, "cpu", 0, array.dtype, array.shape, array.ctypes.data)
        else:
            binding.bind_output(name, "cpu")

    def call():
        if not out:
            binding.clear_binding_outputs()
            for name in ("y", *statistics):
                binding.bind_output(name, "cpu")
        session.run_with_iobinding(binding)
        return outputs

    def outputs():
        return [load.y, *statistics.values()] if out else binding.copy_outputs_to_cpu()

    call.keeps = given
    return call
