"""Numbers of other libraries, in and out: names, types, options and their directions.

Dictionaries are those that the libraries give, recorded by hand; the libraries themselves are asked in
test_peers.py, where they are installed.
"""

import re

import numpy
import pytest
from judge import problem
from layouts import bits

import bncore
from bncore.libraries import FLAX, KERAS, LIBRARIES, ONNX, PYTORCH

P = problem((7, 5, 3), 1, "float32")
FOUR = ("gamma", "beta", "running_mean", "running_var")
OURS = dict(zip(FOUR, (P.gamma, P.beta, P.mean.astype("f"), P.var.astype("f")), strict=True))
SHORT = {"PyTorch": "torch", "Keras": "keras", "Flax": "flax", "ONNX": "onnx"}


def under(library, numbers=OURS):
    """Numbers under the names of a library."""
    return {library.names[name]: numpy.copy(value) for name, value in numbers.items()}


def nested(numbers=OURS):
    """As flax.linen has its variables."""
    return {
        "params": {"scale": numbers["gamma"], "bias": numbers["beta"]},
        "batch_stats": {"mean": numbers["running_mean"], "var": numbers["running_var"]},
    }


def recorded(library):
    """What a library gives for a layer that has seen 7 batches."""
    if library is PYTORCH:
        # the order of a dictionary says nothing
        return {"num_batches_tracked": numpy.array(7)} | under(library)
    return nested() if library is FLAX else under(library)


def layer_from(library, source, **options):
    return getattr(bncore.BatchNorm, f"from_{SHORT[library.title]}")(source, **options)


def state_for(library, layer):
    return getattr(layer, f"to_{SHORT[library.title]}")()


def assert_infers(layer, numbers=OURS):
    """That the layer has exactly these numbers, and infers by them."""
    for name, value in numbers.items():
        assert getattr(layer, name).tolist() == value.tolist(), name
    y = layer.eval()(P.x if layer.axis == 1 else numpy.moveaxis(P.x, 1, layer.axis))
    gamma, beta, mean, var = (numbers[name].astype(float) for name in FOUR)
    wanted = bncore.inference(P.x, gamma, beta, mean, var, eps=layer.eps)
    assert bits(y if layer.axis == 1 else numpy.moveaxis(y, layer.axis, 1).copy()) == bits(wanted)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_a_dictionary_of_a_library(library):
    layer = layer_from(library, recorded(library))
    assert_infers(layer)
    assert layer.num_features == 5
    assert layer.dtype == numpy.float32
    assert layer.running_var.dtype == numpy.float64
    # what a dictionary does not say is the library's own
    old = 1 - library.momentum if library.weighs_old else library.momentum
    assert (layer.eps, layer.momentum, layer.axis) == (library.eps, old, library.axis)
    assert layer.unbiased is library.unbiased
    assert layer.num_batches_tracked == (7 if library is PYTORCH else 0)
    assert layer.num_elements_tracked == 0


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_options_of_the_caller_come_first(library):
    options = {"eps": 0.5, "momentum": 0.25, "axis": 2, "unbiased": not library.unbiased, "ghost": 3}
    layer = layer_from(library, recorded(library), **options)
    assert {name: getattr(layer, name) for name in options} == options


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_there_and_back(library):
    layer = layer_from(library, recorded(library), momentum=0.25, eps=0.5)
    state = state_for(library, layer)
    flat = {**state["params"], **state["batch_stats"]} if library is FLAX else state
    for name, value in OURS.items():
        found = flat[library.names[name]]
        assert bits(found) == bits(value)
        assert not numpy.shares_memory(found, getattr(layer, name))
    again = layer_from(library, state, momentum=0.25, eps=0.5)
    for name, value in layer.state_dict().items():
        assert bits(numpy.array(getattr(again, name))) == bits(numpy.array(value)), name
    other = bncore.BatchNorm(5)
    other.load_state_dict({key: value for key, value in state.items() if key not in ("epsilon", "momentum")})
    assert_infers(other)


def test_the_operator_of_onnx_has_options_too():
    layer = layer_from(ONNX, recorded(ONNX) | {"epsilon": 0.5, "momentum": 0.75})
    assert (layer.eps, layer.momentum) == (0.5, 0.25)
    state = layer.to_onnx()
    assert (state["epsilon"], state["momentum"]) == (0.5, 0.75)
    assert layer_from(ONNX, state).momentum == 0.25
    # it has no optional inputs
    plain = bncore.BatchNorm(2, affine=False).to_onnx()
    assert bits(plain["scale"]) == bits(numpy.ones(2, "f"))
    assert bits(plain["B"]) == bits(numpy.zeros(2, "f"))


def test_the_names_of_the_operator_before_its_ninth_version():
    older = {"scale": "scale", "B": "B", "input_mean": "mean", "input_var": "var"}
    state = {older[name]: value for name, value in recorded(ONNX).items()}
    with pytest.raises(ValueError, match=r"^source must have scale, B, input_mean, input_var of ONNX"):
        layer_from(ONNX, state)


@pytest.mark.parametrize("flat", [True, False])
def test_variables_of_flax_nested_or_flat(flat):
    assert_infers(layer_from(FLAX, under(FLAX) if flat else nested()))


@pytest.mark.parametrize("library", [KERAS, FLAX], ids=lambda library: library.title)
@pytest.mark.parametrize("missing", [("gamma",), ("beta",), ("gamma", "beta")])
def test_one_parameter_may_be_missing(missing, library):
    there = {name: value for name, value in OURS.items() if name not in missing}
    usual = {"gamma": numpy.ones(5, "f"), "beta": numpy.zeros(5, "f")}
    layer = layer_from(library, under(library, there))
    assert layer.affine is (len(missing) == 1)
    if layer.affine:
        assert_infers(layer, usual | there)
    else:
        assert layer.gamma is layer.beta is None
        assert list(under(library, there)) == [*_flat(state_for(library, layer))]


def _flat(state):
    return {**state["params"], **state["batch_stats"]} if "params" in state else state


def test_a_layer_of_pytorch_without_parts():
    without = {name: OURS[name] for name in ("running_mean", "running_var")}
    layer = layer_from(PYTORCH, under(PYTORCH, without))
    assert not layer.affine
    assert list(layer.to_torch()) == ["running_mean", "running_var", "num_batches_tracked"]
    layer = layer_from(PYTORCH, under(PYTORCH, {name: OURS[name] for name in ("gamma", "beta")}))
    assert not layer.track_running_stats
    assert list(layer.to_torch()) == ["weight", "bias"]
    for name in ("to_keras", "to_flax", "to_onnx"):
        with pytest.raises(ValueError, match=r"^track_running_stats must be True for .*, found False$"):
            getattr(layer, name)()


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_narrower_numbers_are_widened_and_wider_refused(library):
    half = {name: value.astype("f2") for name, value in OURS.items()}
    layer = layer_from(library, under(library, half))
    assert_infers(layer, half)
    assert layer.gamma.dtype == numpy.float32
    wide = {name: value.astype(float) for name, value in OURS.items()}
    layer = layer_from(library, under(library, wide))
    assert layer.dtype == numpy.float64
    assert_infers(layer, wide)
    other = bncore.BatchNorm(5)
    other.load_state_dict(under(library, OURS | {name: wide[name] for name in FOUR[2:]}))
    for refuse in (
        lambda: layer_from(library, under(library, wide), dtype="float32"),
        lambda: other.load_state_dict(under(library, wide)),
    ):
        with pytest.raises(TypeError, match=r"^gamma must be a float32 array, found dtype float64"):
            refuse()


class Tensor:
    """What bncore asks of a tensor of PyTorch, of a type that NumPy does not have."""

    dtype = "torch.bfloat16"

    def __init__(self, values):
        self.values, self.steps = values, []

    def detach(self):
        self.steps.append("detach")
        return self

    def cpu(self):
        self.steps.append("cpu")
        return self

    def float(self):
        return self.values


class Variable:
    """What bncore asks of an array of another library."""

    def __init__(self, values):
        self.values = values

    def __array__(self, dtype=None, copy=None):
        return self.values


@pytest.mark.parametrize("kind", [Tensor, Variable])
def test_numbers_that_are_not_numpys_own(kind):
    layer = layer_from(PYTORCH, {name: kind(value) for name, value in under(PYTORCH).items()})
    assert_infers(layer)
    other = bncore.BatchNorm(5)
    other.load_state_dict({name: kind(value) for name, value in under(KERAS).items()})
    assert_infers(other)


def test_statistics_are_rounded_to_the_dtype_of_the_layer_and_no_further():
    layer = bncore.BatchNorm(5)
    layer.running_mean, layer.running_var = P.mean / 3, P.var / 3
    for library in LIBRARIES:
        state = _flat(state_for(library, layer))
        assert bits(state[library.names["running_var"]]) == bits((P.var / 3).astype("f"))
    layer.running_var[2] = 1e39
    for library in LIBRARIES:
        with pytest.raises(ValueError, match=r"^running_var must be within float32, found 1e\+39$"):
            state_for(library, layer)


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
@pytest.mark.parametrize("momentum", [0.0, 0.01, 0.1, 0.5, 0.9, 1.0])
def test_a_momentum_has_the_same_effect_after_both_turns(momentum, library):
    turned = library.turned(library.turned(momentum))
    assert turned == pytest.approx(momentum, rel=0, abs=2**-54)
    assert library.turned(None) is None


def test_counts_that_nobody_knows_are_not_made_up():
    message = r"^momentum must be a number where a state does not count its elements .* found None$"
    for library in LIBRARIES:
        layer = bncore.BatchNorm(5, momentum=None)
        before = layer.state_dict()
        with pytest.raises(ValueError, match=message):
            layer.load_state_dict(recorded(library))
        with pytest.raises(ValueError, match=message):
            layer_from(library, recorded(library), momentum=None)
        for name, value in before.items():
            assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(value))
    # nor are they where momentum is taken away afterwards
    layer = layer_from(PYTORCH, recorded(PYTORCH))
    layer.momentum = None
    with pytest.raises(ValueError, match=r"^num_elements_tracked must be .* found 0 of 7 batches$"):
        layer(P.x)
    assert_infers(layer)
    layer.num_elements_tracked = 700
    assert layer.train()(P.x).shape == P.x.shape
    # PyTorch says that none has entered
    fresh = under(PYTORCH) | {"num_batches_tracked": numpy.array(0)}
    layer = layer_from(PYTORCH, fresh, momentum=None)
    layer(P.x)
    assert bits(layer.running_mean) == bits(bncore.statistics(P.x).mean)


def test_momentum_none_is_for_pytorch_alone():
    layer = bncore.BatchNorm(5, momentum=None)
    assert layer.to_torch()["num_batches_tracked"] == 0
    with pytest.raises(ValueError, match=r"^momentum must be a number for ONNX, found None$"):
        layer.to_onnx()


def test_several_axes_are_for_flax_alone():
    layer = bncore.BatchNorm((2, 3), axis=(1, 3))
    variables = layer.to_flax()
    assert variables["params"]["scale"].shape == (2, 3)
    again = bncore.BatchNorm.from_flax(variables, axis=(1, 3))
    assert (again.num_features, again.axis) == ((2, 3), (1, 3))
    for name in ("to_torch", "to_keras", "to_onnx"):
        with pytest.raises(ValueError, match=r"^axis must be one axis for .*, found \(1, 3\)$"):
            getattr(layer, name)()


@pytest.mark.parametrize(
    ("state", "message"),
    [
        ({}, r"state must have the names \['gamma', .*, or those of PyTorch, .* ONNX, found \[\]"),
        ({"weight": P.gamma, "mean": P.mean}, r"state must have the names .* found \['weight', 'mean'\]"),
        ({"params": {"scale": P.gamma}, "batch_stats": {}}, r"state must have .* found \['params', "),
        ({"beta": P.beta}, r"state must have the names .* found \['beta'\]"),
        ({"weight": P.gamma}, r"state must have the names .* of PyTorch, found \['weight'\]"),
        (under(KERAS) | {"more": 1}, r"state must have the names .* found .*'more'"),
        (under(PYTORCH, OURS | {"gamma": P.gamma[:4]}), r"gamma must have shape \(5,\).*found \(4,\)"),
        (under(PYTORCH) | {"num_batches_tracked": -1}, r"num_batches_tracked must be at least 0, found -1"),
        (under(KERAS, OURS | {"running_var": -OURS["running_var"]}), r"running_var must not be negative"),
    ],
)  # fmt: skip
def test_a_state_that_fits_no_library(state, message):
    layer = bncore.BatchNorm(5)
    before = layer.state_dict()
    with pytest.raises(ValueError, match=f"^{message}"):
        layer.load_state_dict(state)
    for name, value in before.items():
        assert bits(numpy.array(getattr(layer, name))) == bits(numpy.array(value))


def test_a_state_of_more_or_less_than_the_layer_has():
    for options in ({"affine": False}, {"track_running_stats": False}):
        with pytest.raises(ValueError, match=r"^state must have the names .* of PyTorch, found "):
            bncore.BatchNorm(5, **options).load_state_dict(under(PYTORCH))


def test_a_masked_number_of_a_library_is_refused():
    masked = numpy.ma.masked_less(OURS["gamma"], 0)
    with pytest.raises(TypeError, match=r"^gamma must have a number everywhere, found a masked array"):
        bncore.BatchNorm(5).load_state_dict(under(KERAS) | {"gamma": masked})


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_a_source_without_vectors(library):
    for number in (numpy.float32(1), 1.0):
        with pytest.raises((TypeError, ValueError), match=r"^(weight|gamma) must .* found "):
            layer_from(library, under(library, dict.fromkeys(OURS, number)))
    with pytest.raises(ValueError, match=r"^source must have .* of \w+, found \['num_batches_tracked'\]$"):
        layer_from(library, {"num_batches_tracked": 3})


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
def test_a_source_of_another_library(library):
    for other in LIBRARIES:
        if other is not library:
            with pytest.raises(ValueError, match=rf"^source must have .* of {library.title}, found "):
                layer_from(library, recorded(other))


@pytest.mark.parametrize("library", LIBRARIES, ids=lambda library: library.title)
@pytest.mark.parametrize("source", [None, 3, [P.gamma], P.gamma, "module"])
def test_what_is_no_module(source, library):
    with pytest.raises(TypeError, match=r"^(source|model) must be an? .* or a dictionary, found \w+$"):
        layer_from(library, source)
    if source is not None:
        with pytest.raises(
            TypeError, match=r"^(module|layer|model) must be an? .* or a dictionary, found \w+$"
        ):
            getattr(bncore.BatchNorm(5), f"to_{SHORT[library.title]}")(source)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("variance", ["unbiased", "biased"])
def test_training_goes_on_by_the_variance_of_the_library(variance, dtype):
    from judge import ACCUMULATE

    from spec import oracle

    layer = bncore.BatchNorm(5, unbiased=variance == "unbiased", momentum=0.25, dtype=dtype)
    layer.running_mean, layer.running_var = P.mean.copy(), P.var.copy()
    x = P.x.astype(dtype)
    expected = oracle.update(x, P.mean, P.var, 0.25, accumulate=ACCUMULATE[dtype], variance=variance)
    layer(x)
    for name, each in expected.items():
        assert each.compare(getattr(layer, name)).ratio <= 1


def test_a_biased_variance_of_all_elements_is_that_of_one_batch():
    layer = bncore.BatchNorm(5, momentum=None, unbiased=False, dtype="float64")
    p = problem((7, 5, 3), 1, "float64")
    for part in (p.x[:1, :, :1], p.x[:1, :, 1:], p.x[1:]):
        layer(part)
    stats = bncore.statistics(p.x)
    assert layer.num_elements_tracked == stats.count
    assert layer.running_var == pytest.approx(stats.var, rel=1e-14)
    assert eval(repr(layer), {"BatchNorm": bncore.BatchNorm}).unbiased is False


def test_the_table_of_conventions_says_what_is_done():
    """What the layer's docstring tells of a library is what `from_...` goes by."""
    rows = {}
    for line in bncore.BatchNorm.__doc__.splitlines():
        cells = re.split(r"\s{2,}", line.strip())
        if len(cells) == 6:
            rows[cells[0]] = dict(zip(("bncore", "PyTorch", "Keras", "Flax", "ONNX"), cells[1:], strict=True))
    for library in LIBRARIES:
        told = {name: row[library.title] for name, row in rows.items()}
        assert told["variance that is kept"] == ("unbiased" if library.unbiased else "biased")
        assert told["momentum is the weight of"] == ("the old" if library.weighs_old else "the new batch")
        assert float(told["its default"]) == library.momentum
        assert float(told["default eps"]) == library.eps
        assert int(told["default axis of the channel"]) == library.axis
        assert told["gamma, beta are called"] == ", ".join(library.names[name] for name in FOUR[:2])
