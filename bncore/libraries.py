"""What PyTorch, Keras, Flax and ONNX call the numbers of batch normalization, and what options mean there.

None of them is imported here: their objects are asked for what they have.
"""

import importlib
from collections.abc import Iterable, Mapping
from typing import Any, NamedTuple

import numpy

from .checks import Array


class Library(NamedTuple):
    """The conventions of one library; `names` are its names of what bncore calls so."""

    title: str
    module: str  # what holds them there, and what that is known by
    known_by: tuple[str, ...]
    names: Mapping[str, str]
    eps: float
    momentum: float
    axis: int
    weighs_old: bool  # momentum is the weight of the old statistics
    unbiased: bool  # the running variance is
    partial: bool = False  # one of gamma and beta may be there without the other

    def turned(self, momentum: float | None) -> float | None:
        """A momentum of bncore as that of the library, and the other way round."""
        return 1 - momentum if self.weighs_old and momentum is not None else momentum


def _names(gamma: str, beta: str, mean: str, var: str, **counts: str) -> dict[str, str]:
    return {"gamma": gamma, "beta": beta, "running_mean": mean, "running_var": var} | counts


PYTORCH = Library(
    "PyTorch",
    "a torch.nn.BatchNorm",
    ("state_dict", "eps", "momentum"),
    _names("weight", "bias", "running_mean", "running_var", num_batches_tracked="num_batches_tracked"),
    eps=1e-5,
    momentum=0.1,
    axis=1,
    weighs_old=False,
    unbiased=True,
)
KERAS = Library(
    "Keras",
    "a keras.layers.BatchNormalization",
    ("get_weights", "epsilon", "momentum", "axis"),
    _names("gamma", "beta", "moving_mean", "moving_variance"),
    eps=1e-3,
    momentum=0.99,
    axis=-1,
    weighs_old=True,
    unbiased=False,
    partial=True,
)
FLAX = Library(
    "Flax",
    "a flax BatchNorm",
    ("epsilon", "momentum", "axis"),
    _names("scale", "bias", "mean", "var"),
    eps=1e-5,
    momentum=0.99,
    axis=-1,
    weighs_old=True,
    unbiased=False,
    partial=True,
)
ONNX = Library(
    "ONNX",
    "an onnx.ModelProto or GraphProto",
    ("SerializeToString",),
    _names("scale", "B", "input_mean", "input_var"),
    eps=1e-5,
    momentum=0.9,
    axis=1,
    weighs_old=True,
    unbiased=False,
)
LIBRARIES = (PYTORCH, KERAS, FLAX, ONNX)

# What Flax keeps apart: what is learned, and what is counted.
COLLECTIONS = {"params": ("gamma", "beta"), "batch_stats": ("running_mean", "running_var")}


TITLES = "PyTorch, Keras, Flax or ONNX"


def recognised(state: Mapping[str, Any]) -> tuple[Library | None, dict[str, Any]]:
    """Whose names these are, and the numbers by the names of bncore."""
    for library in LIBRARIES:
        numbers = translated(library, state)
        if numbers:
            return library, numbers
    return None, {}


def translated(library: Library, state: Mapping[str, Any]) -> dict[str, Any]:
    """Numbers of a library by the names of bncore; none where a name is another's, or its statistics lack."""
    if state and set(state) <= set(COLLECTIONS) and all(isinstance(each, Mapping) for each in state.values()):
        state = {name: value for collection in state.values() for name, value in collection.items()}
    ours = {theirs: name for name, theirs in library.names.items()}
    # PyTorch alone has layers without
    needed = set() if library is PYTORCH else {library.names["running_mean"], library.names["running_var"]}
    return {ours[name]: value for name, value in state.items()} if needed <= set(state) <= set(ours) else {}


def plain(value: Any) -> Any:
    """A tensor of a library as an array of NumPy's own types; anything else as it is."""
    if isinstance(value, numpy.ndarray):
        return value
    if hasattr(value, "detach"):
        # a tensor of PyTorch, on whatever device, of a type that NumPy may not have
        value = value.detach().cpu()
        value = value.float() if str(value.dtype) == "torch.bfloat16" else value
    if not hasattr(value, "__array__"):
        return value
    array = numpy.asarray(value)
    return array.astype(numpy.float32) if array.dtype.name == "bfloat16" else array


def check(library: Library, name: str, module: Any) -> None:
    """Refuse what is no module of the library."""
    if not all(hasattr(module, attribute) for attribute in library.known_by):
        raise TypeError(f"{name} must be {library.module} or a dictionary, found {type(module).__name__}")


def options(library: Library, module: Any, eps: str) -> dict[str, Any]:
    """The options of a module of a library, as bncore has them; `eps` is the library's name of eps."""
    given = {"eps": getattr(module, eps), "momentum": library.turned(module.momentum)}
    axis = getattr(module, "axis", library.axis)
    places = tuple(axis) if isinstance(axis, Iterable) else (axis,)
    return given | {"axis": places[0] if len(places) == 1 else places}


def weights(layer: Any) -> dict[str, Array]:
    """The weights of a layer of Keras by their names, in its order."""
    found = {
        weight.name.rpartition("/")[2].partition(":")[0]: value
        for weight, value in zip(layer.weights, layer.get_weights(), strict=True)
    }
    if not found:
        raise ValueError("the layer of Keras must have been built, found one without weights")
    return found


def variables(module: Any) -> dict[str, Array]:
    """The variables of a flax.nnx.BatchNorm by their names."""
    held = {name: getattr(module, name, None) for name in FLAX.names.values()}
    return {name: numpy.asarray(value[...]) for name, value in held.items() if value is not None}


class Operator:
    """A node BatchNormalization of a model of ONNX: its initializers and its attributes."""

    NAMES = ("epsilon", "momentum")

    def __init__(self, model: Any, name: str | None) -> None:
        check(ONNX, "model", model)
        graph = getattr(model, "graph", model)
        nodes = [
            node
            for node in graph.node
            if node.op_type == "BatchNormalization" and name in (None, node.name, *node.output)
        ]
        if len(nodes) != 1:
            raise ValueError(
                "model must have one BatchNormalization, or node must name one of several, "
                f"found {[node.name or node.output[0] for node in nodes]}"
            )
        self.node = nodes[0]
        there = {tensor.name: tensor for tensor in graph.initializer}
        inputs = dict(zip(ONNX.names.values(), self.node.input[1:], strict=True))
        missing = [inputs[name] for name in inputs if inputs[name] not in there]
        if missing:
            raise ValueError(f"model must have the node's numbers as initializers, found none for {missing}")
        self.tensors = {name: there[inputs[name]] for name in inputs}

    def read(self) -> dict[str, Any]:
        """Numbers and attributes by ONNX's names."""
        convert = importlib.import_module("onnx.numpy_helper").to_array
        numbers = {name: convert(tensor) for name, tensor in self.tensors.items()}
        return numbers | {each.name: each.f for each in self.node.attribute if each.name in self.NAMES}

    def write(self, numbers: Mapping[str, Array], attributes: Mapping[str, float]) -> None:
        """Put numbers and attributes in the place of what is there."""
        onnx = importlib.import_module("onnx")
        kept = [each for each in self.node.attribute if each.name not in attributes]
        made = [onnx.helper.make_attribute(name, value) for name, value in attributes.items()]
        for name, tensor in self.tensors.items():
            dtype = onnx.helper.tensor_dtype_to_np_dtype(tensor.data_type)
            tensor.CopyFrom(onnx.numpy_helper.from_array(numbers[name].astype(dtype), tensor.name))
        del self.node.attribute[:]
        self.node.attribute.extend(kept + made)
