"""Layers of other libraries, in and out: on both sides the same inference, and the same training after it.

Each side is held against the oracle, within the bound of its own class.
"""

import importlib.util
import os

import numpy
import pytest
from judge import ACCUMULATE, problem
from layouts import bits

import bncore
from spec import oracle

pytestmark = pytest.mark.peers

EPS, MOMENTUM = 2.0**-7, 0.25
P = problem((7, 5, 3, 2), 1, "float32").but(eps=EPS)
NUMBERS = {
    "gamma": P.gamma,
    "beta": P.beta,
    "running_mean": P.mean.astype("f"),
    "running_var": P.var.astype("f"),
}


def needs(*names):
    for name in names:
        pytest.importorskip(name, reason=f"{name} is not installed: its layer is not asked")


class Torch:
    """torch.nn.BatchNorm2d."""

    axis, variance = 1, "unbiased"

    def __init__(self, **options):
        needs("torch")
        import torch

        self.torch = torch
        self.module = torch.nn.BatchNorm2d(5, **{"eps": EPS, "momentum": MOMENTUM} | options)

    def set(self, numbers):
        names = {"gamma": "weight", "beta": "bias"}
        state = {names.get(name, name): self.torch.from_numpy(value) for name, value in numbers.items()}
        self.module.load_state_dict(state | {"num_batches_tracked": self.torch.tensor(3)})

    def infer(self, x):
        with self.torch.no_grad():
            return self.module.eval()(self.torch.from_numpy(x)).numpy()

    def train(self, x):
        self.module.train()(self.torch.from_numpy(x))
        return {name: getattr(self.module, name).numpy() for name in ("running_mean", "running_var")}

    def given(self):
        return bncore.BatchNorm.from_torch(self.module)

    def taken(self, layer):
        assert layer.to_torch(self.module) is self.module

    def state(self):
        return self.module.state_dict()

    def options(self):
        return self.module.eps, self.module.momentum


class Keras:
    """keras.layers.BatchNormalization, on whatever backend there is."""

    axis, variance = -1, "biased"

    def __init__(self, **options):
        backends = [each for each in ("tensorflow", "jax", "torch") if importlib.util.find_spec(each)]
        if not backends:
            pytest.skip("Keras has no backend here: its layer is not asked")
        # read when Keras is imported, which takes the first where nobody says another
        os.environ.setdefault("KERAS_BACKEND", backends[0])
        needs("keras")
        import keras

        self.convert = keras.ops.convert_to_numpy
        usual = {"epsilon": EPS, "momentum": 1 - MOMENTUM}
        self.module = keras.layers.BatchNormalization(**usual | options)
        self.module.build((None, 3, 2, 5))

    def set(self, numbers):
        order = [name for name in ("gamma", "beta") if getattr(self.module, name, None) is not None]
        self.module.set_weights([numbers[name] for name in (*order, "running_mean", "running_var")])

    def infer(self, x):
        return self.convert(self.module(x, training=False))

    def train(self, x):
        self.module(x, training=True)
        return {
            "running_mean": self.convert(self.module.moving_mean),
            "running_var": self.convert(self.module.moving_variance),
        }

    def given(self):
        return bncore.BatchNorm.from_keras(self.module)

    def taken(self, layer):
        assert layer.to_keras(self.module) is self.module

    def state(self):
        return {each.name: each for each in self.module.weights}

    def options(self):
        return self.module.epsilon, 1 - self.module.momentum


class Nnx:
    """flax.nnx.BatchNorm."""

    axis, variance = -1, "biased"

    def __init__(self, **options):
        needs("flax", "jax")
        from flax import nnx

        self.nnx = nnx
        usual = {"epsilon": EPS, "momentum": 1 - MOMENTUM, "use_fast_variance": False, "rngs": nnx.Rngs(0)}
        self.module = nnx.BatchNorm(5, **usual | options)

    def set(self, numbers):
        for ours, theirs in zip(NUMBERS, ("scale", "bias", "mean", "var"), strict=True):
            if ours in numbers and getattr(self.module, theirs) is not None:
                getattr(self.module, theirs)[...] = numbers[ours]

    def infer(self, x):
        return numpy.asarray(self.module(x, use_running_average=True))

    def train(self, x):
        self.module(x, use_running_average=False)
        return {f"running_{name}": numpy.asarray(getattr(self.module, name)[...]) for name in ("mean", "var")}

    def given(self):
        return bncore.BatchNorm.from_flax(self.module)

    def taken(self, layer):
        assert layer.to_flax(self.module) is self.module

    def state(self):
        return {name: getattr(self.module, name)[...] for name in ("scale", "bias", "mean", "var")}

    def options(self):
        return self.module.epsilon, 1 - self.module.momentum


class Linen:
    """flax.linen.BatchNorm, whose variables are apart from it."""

    axis, variance = -1, "biased"

    def __init__(self, **options):
        needs("flax", "jax")
        from flax import linen

        usual = {"epsilon": EPS, "momentum": 1 - MOMENTUM, "use_fast_variance": False}
        self.module = linen.BatchNorm(**usual | options)
        self.variables = None

    def set(self, numbers):
        params = {"scale": numbers.get("gamma"), "bias": numbers.get("beta")}
        self.variables = {
            "params": {name: value for name, value in params.items() if value is not None},
            "batch_stats": {"mean": numbers["running_mean"], "var": numbers["running_var"]},
        }

    def infer(self, x):
        return numpy.asarray(self.module.apply(self.variables, x, use_running_average=True))

    def train(self, x):
        _, after = self.module.apply(self.variables, x, use_running_average=False, mutable=["batch_stats"])
        return {f"running_{name}": numpy.asarray(after["batch_stats"][name]) for name in ("mean", "var")}

    def given(self):
        return bncore.BatchNorm.from_flax(self.module, self.variables)

    def taken(self, layer):
        self.variables = layer.to_flax()
        self.module = self.module.clone(epsilon=layer.eps, momentum=1 - layer.momentum)

    def state(self):
        return self.variables

    def options(self):
        return self.module.epsilon, 1 - self.module.momentum


class Onnx:
    """A model of one node BatchNormalization, run by ONNX Runtime or by ONNX's reference."""

    axis, variance = 1, None

    def __init__(self, **options):
        needs("onnx")
        import onnx

        self.onnx = onnx
        attributes = {"epsilon": EPS, "momentum": 1 - MOMENTUM} | options
        inputs = ["x", "gamma", "beta", "mean", "var"]
        node = onnx.helper.make_node("BatchNormalization", inputs, ["y"], name="bn", **attributes)
        kind = onnx.TensorProto.FLOAT
        info = [onnx.helper.make_tensor_value_info(name, kind, ["n", 5, 3, 2]) for name in ("x", "y")]
        graph = onnx.helper.make_graph([node], "one", info[:1], info[1:])
        for name in inputs[1:]:
            graph.initializer.append(onnx.numpy_helper.from_array(numpy.ones(5, "f"), name))
        opset = [onnx.helper.make_opsetid("", 15)]
        self.module = onnx.helper.make_model(graph, opset_imports=opset, ir_version=10)

    def set(self, numbers):
        for tensor, value in zip(self.module.graph.initializer, numbers.values(), strict=True):
            tensor.CopyFrom(self.onnx.numpy_helper.from_array(value, tensor.name))

    def infer(self, x):
        self.onnx.checker.check_model(self.module)
        if importlib.util.find_spec("onnxruntime"):
            import onnxruntime

            session = onnxruntime.InferenceSession(self.module.SerializeToString())
        else:
            from onnx import reference

            session = reference.ReferenceEvaluator(self.module)
        return session.run(None, {"x": x})[0]

    def given(self):
        return bncore.BatchNorm.from_onnx(self.module)

    def taken(self, layer):
        assert layer.to_onnx(self.module) is self.module

    def state(self):
        names = ("scale", "B", "input_mean", "input_var")
        arrays = map(self.onnx.numpy_helper.to_array, self.module.graph.initializer)
        return dict(zip(names, arrays, strict=True))

    def options(self):
        found = {each.name: each.f for each in self.module.graph.node[0].attribute}
        return found["epsilon"], 1 - found["momentum"]


PEERS = [Torch, Keras, Nnx, Linen, Onnx]


def placed(x, peer):
    """x, whose channel is at axis 1, for a library that has it elsewhere; the way back is `at_1`."""
    return numpy.ascontiguousarray(numpy.moveaxis(x, 1, peer.axis))


def at_1(x, peer):
    return numpy.moveaxis(x, peer.axis, 1)


def assert_both_infer(peer, layer, numbers=NUMBERS):
    """The layer and the peer infer by these numbers, each within its bound."""
    gamma, beta, mean, var = numbers.values()
    for infer, accumulate in ((layer.eval(), ACCUMULATE["float32"]), (peer.infer, "any")):
        y = at_1(infer(placed(P.x, peer)), peer)
        worst = oracle.inference(P.x, gamma, beta, mean, var, EPS, accumulate=accumulate)["y"].compare(y)
        assert worst.ratio <= 1, (type(peer).__name__, worst)


@pytest.mark.parametrize("kind", PEERS)
def test_a_module_becomes_a_layer(kind):
    peer = kind()
    peer.set(NUMBERS)
    layer = peer.given()
    assert (layer.eps, layer.momentum, layer.axis) == (EPS, MOMENTUM, peer.axis)
    for name, value in NUMBERS.items():
        assert getattr(layer, name).tolist() == value.tolist(), name
    assert layer.num_batches_tracked == (3 if kind is Torch else 0)
    assert_both_infer(peer, layer)


@pytest.mark.parametrize("kind", [kind for kind in PEERS if kind.variance])
def test_training_goes_on_alike(kind):
    peer = kind()
    peer.set(NUMBERS)
    layer = peer.given()
    layer(placed(P.x, peer))
    found = {
        ACCUMULATE["float32"]: {name: getattr(layer, name) for name in ("running_mean", "running_var")},
        "any": peer.train(placed(P.x, peer)),
    }
    old = NUMBERS["running_mean"], NUMBERS["running_var"]
    for accumulate, numbers in found.items():
        how = {"accumulate": accumulate, "variance": peer.variance}
        for name, expected in oracle.update(P.x, *old, MOMENTUM, **how).items():
            worst = expected.compare(numbers[name])
            assert worst.ratio <= 1, (kind.__name__, accumulate, worst)


@pytest.mark.parametrize("kind", PEERS)
def test_a_layer_becomes_a_module(kind):
    peer = kind()
    layer = bncore.BatchNorm(5, eps=EPS, momentum=MOMENTUM, axis=peer.axis)
    # float64 statistics, which the module rounds
    numbers = NUMBERS | {"running_mean": P.mean / 3, "running_var": P.var / 3}
    for name, value in numbers.items():
        setattr(layer, name, value.copy())
    for each in (peer, kind(**{"eps" if kind is Torch else "epsilon": 0.5})):
        each.taken(layer)
        assert each.options() == (EPS, MOMENTUM)
        rounded = {name: value.astype("f") for name, value in numbers.items()}
        again = each.given()
        for name, value in rounded.items():
            assert getattr(again, name).tolist() == value.tolist(), name
        assert_both_infer(each, again, rounded)


@pytest.mark.parametrize("kind", PEERS)
def test_a_state_becomes_that_of_a_layer(kind):
    peer = kind()
    peer.set(NUMBERS)
    layer = bncore.BatchNorm(5, eps=EPS, axis=peer.axis)
    layer.load_state_dict(peer.state())
    assert_both_infer(peer, layer)


@pytest.mark.parametrize(
    ("kind", "options", "missing"),
    [
        (Keras, {"scale": False}, "gamma"),
        (Keras, {"center": False}, "beta"),
        (Nnx, {"use_scale": False}, "gamma"),
        (Nnx, {"use_bias": False}, "beta"),
        (Linen, {"use_scale": False}, "gamma"),
        (Linen, {"use_bias": False}, "beta"),
    ],
)
def test_a_module_without_gamma_or_beta(kind, options, missing):
    peer = kind(**options)
    peer.set({name: value for name, value in NUMBERS.items() if name != missing})
    layer = peer.given()
    neutral = numpy.ones(5, "f") if missing == "gamma" else numpy.zeros(5, "f")
    assert_both_infer(peer, layer, NUMBERS | {missing: neutral})
    if kind is Linen:
        return
    # and back, as long as nothing is lost
    peer.taken(layer)
    setattr(layer, missing, NUMBERS[missing])
    with pytest.raises(ValueError, match=r"^the module must hold \[.*\], found \["):
        peer.taken(layer)


@pytest.mark.parametrize("dtype", ["half", "bfloat16", "double"])
def test_a_module_of_pytorch_of_another_type(dtype):
    peer = Torch()
    peer.set(NUMBERS)
    module = getattr(peer.module, dtype)()
    layer = peer.given()
    assert layer.dtype == ("float64" if dtype == "double" else "float32")
    for name, theirs in zip(NUMBERS, ("weight", "bias", "running_mean", "running_var"), strict=True):
        assert getattr(layer, name).tolist() == getattr(module, theirs).double().tolist()
    # it keeps its type
    before = {name: value.clone() for name, value in module.state_dict().items()}
    peer.taken(layer)
    for name, value in module.state_dict().items():
        assert value.dtype == before[name].dtype
        assert (value == before[name]).all()


@pytest.mark.parametrize("options", [{"affine": False}, {"track_running_stats": False}])
def test_a_module_of_pytorch_without_parts(options):
    peer = Torch(**options)
    layer = peer.given()
    assert {name: getattr(layer, name) for name in options} == options
    peer.taken(layer)
    stats = bncore.forward(P.x, layer.gamma, layer.beta, eps=EPS)[0]
    if not layer.track_running_stats:
        assert bits(layer.eval()(P.x)) == bits(stats)


def test_momentum_none_of_pytorch():
    peer = Torch(momentum=None)
    assert peer.given().momentum is None
    peer.set(NUMBERS)
    with pytest.raises(ValueError, match=r"^momentum must be a number where a state does not count"):
        peer.given()
    layer = bncore.BatchNorm.from_torch(peer.module, momentum=MOMENTUM)
    assert_both_infer(peer, layer)


@pytest.mark.parametrize("kind", [Torch, Keras, Nnx, Onnx])
def test_a_module_of_another_size(kind):
    peer = kind()
    peer.set(NUMBERS)
    before = peer.infer(placed(P.x, peer))
    with pytest.raises(ValueError, match=r"^\w+ of the module must have shape \(4,\), found \(5,\)$"):
        peer.taken(bncore.BatchNorm(4, eps=EPS))
    assert bits(peer.infer(placed(P.x, peer))) == bits(before)


def test_a_layer_of_keras_that_was_not_built():
    peer = Keras()
    fresh = type(peer.module)()
    for ask in (bncore.BatchNorm.from_keras, bncore.BatchNorm(5).to_keras):
        with pytest.raises(ValueError, match=r"^the layer of Keras must have been built, found one without"):
            ask(fresh)


def test_a_channel_of_flax_at_two_axes():
    peer = Linen(axis=(1, 3))
    random = numpy.random.default_rng(0)
    shape = P.x.shape[1], P.x.shape[3]
    peer.set({name: random.uniform(1, 2, shape).astype("f") for name in NUMBERS})
    layer = peer.given()
    assert (layer.num_features, layer.axis) == (shape, (1, 3))
    joined = numpy.moveaxis(P.x, 3, 2).reshape(7, 10, 3)
    numbers = [getattr(layer, name).reshape(-1) for name in NUMBERS]
    for infer, accumulate in ((layer.eval(), ACCUMULATE["float32"]), (peer.infer, "any")):
        y = numpy.moveaxis(infer(P.x), 3, 2).reshape(joined.shape)
        assert oracle.inference(joined, *numbers, EPS, accumulate=accumulate)["y"].compare(y).ratio <= 1


def test_nodes_of_onnx_by_name():
    first, second = Onnx(), Onnx()
    first.set(NUMBERS)
    model = first.module
    node, model.graph.node[0].output[0] = model.graph.node[0], "between"
    other = second.module.graph.node[0]
    other.name, other.input[0] = "", "between"
    for n, tensor in enumerate(second.module.graph.initializer):
        tensor.name = other.input[n + 1] = f"other.{n}"
    model.graph.node.append(other)
    model.graph.initializer.extend(second.module.graph.initializer)
    for ask in (bncore.BatchNorm.from_onnx, bncore.BatchNorm(5).to_onnx):
        with pytest.raises(ValueError, match=r"^model must have one BatchNormalization, .*'bn', 'y'\]$"):
            ask(model)
        with pytest.raises(ValueError, match=r"^model must have one BatchNormalization, .* found \[\]$"):
            ask(model, "none")
    layer = bncore.BatchNorm.from_onnx(model, node.name)
    assert layer.gamma.tolist() == P.gamma.tolist()
    assert bncore.BatchNorm.from_onnx(model.graph, "y").gamma.tolist() == [1.0] * 5
    layer.to_onnx(model, "y")
    assert bncore.BatchNorm.from_onnx(model, "y").gamma.tolist() == P.gamma.tolist()
    del model.graph.initializer[-1]
    with pytest.raises(
        ValueError, match=r"^model must have the node's numbers as initializers, found none for"
    ):
        bncore.BatchNorm.from_onnx(model, "y")


def test_attributes_of_onnx_that_are_its_own():
    peer = Onnx()
    del peer.module.graph.node[0].attribute[:]
    layer = peer.given()
    assert (layer.eps, layer.momentum) == (1e-5, 1 - 0.9)
