"""ncnn, as an implementation under test: its layer BatchNorm on the CPU, which has no training."""

import functools
import importlib

import numpy as np

from ..interface.adapter import Adapter, Caps

ncnn = importlib.import_module("ncnn")
# a network of one layer, as ncnn writes them
TEXT = "7767517\n2 2\nInput x 0 1 x\nBatchNorm layer 1 1 x y 0={} 1={!r}\n"


@functools.lru_cache(1)
def _network(channels, eps, weights):
    network = ncnn.Net()
    network.opt.num_threads = 1
    # half precision is a choice of who uses it, made here for single precision
    network.opt.use_fp16_storage = network.opt.use_fp16_arithmetic = network.opt.use_bf16_storage = False
    if network.load_param_mem(TEXT.format(channels, eps)):
        raise OSError("ncnn could not read the network")
    network.load_model_mem(weights)
    return network


class Layer(Adapter):
    """A network of one layer; ncnn has no batches, so samples go through it one after another."""

    name = "ncnn"
    caps = Caps(dtypes=("float32",), accumulate="any", optional=False, attributes="float32", concurrent=False)

    def inference(self, x, gamma, beta, mean, var, eps):
        weights = b"".join(
            np.ascontiguousarray(each, np.float32).tobytes() for each in (gamma, mean, var, beta)
        )
        network = _network(x.shape[1], eps, weights)
        y = np.empty(x.shape, x.dtype)
        for sample, into in zip(x, y, strict=True):
            extractor = network.create_extractor()
            # a Mat lies on the memory of an array, and does not keep that alive
            dense = np.ascontiguousarray(sample)
            extractor.input("x", ncnn.Mat(dense).clone())
            status, found = extractor.extract("y")
            if status:
                raise OSError(f"ncnn returned status {status}")
            into[...] = np.array(found)
        return {"y": y}
