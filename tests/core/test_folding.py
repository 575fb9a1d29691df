"""fold and unfold: the folded layer against inference after the layer, within bounds that are derived."""

import itertools

import numpy
import pytest
from judge import ACCUMULATE, DTYPES, EPS, problem
from layouts import LAYOUTS, bits

import bncore
from spec import oracle

# weight's shape and the place of its output channel: linear, convolutions, a transposed convolution
WEIGHTS = [((5, 3), 0), ((5, 3, 2), 0), ((5, 3, 2, 7), 0), ((3, 5, 2), 1), ((3, 2, 5), -1)]
VECTORS = ("bias", "gamma", "beta", "mean", "var")


def layer(shape, axis, dtype, eps=EPS):
    """Arguments of fold."""
    p = problem(shape, axis, dtype).but(eps=eps)
    given = {"gamma": p.gamma, "beta": p.beta, "mean": p.mean.astype(dtype), "var": p.var.astype(dtype)}
    return {"weight": p.dy, "bias": p.ddbeta, **given, "eps": eps, "axis": axis}


def expected(given):
    """What spec derives for the folded weight and bias.

    (9.41) of (9.40) is affine in x. Its slope is what it makes of the weight where beta and mean are 0, its
    value at the bias the new bias.
    """
    weight = numpy.moveaxis(given["weight"], given["axis"], 0)[None]
    channels = weight.shape[1]
    numbers = {
        name: numpy.zeros(channels) if given[name] is None else numpy.asarray(given[name], numpy.float64)
        for name in ("bias", "beta")
    }
    none = numpy.zeros(channels)
    statistics = given["mean"], given["var"], given["eps"]
    how = {"accumulate": ACCUMULATE["float64"]}
    return {
        "weight": oracle.inference(
            weight.astype(float), given["gamma"], none, none, given["var"], given["eps"], **how
        )["y"],
        "bias": oracle.inference(numbers["bias"][None], given["gamma"], numbers["beta"], *statistics, **how)[
            "y"
        ],
    }


def judge(given, folded):
    weight, bias = folded
    rows = {"weight": numpy.moveaxis(weight, given["axis"], 0)[None], "bias": bias[None]}
    for name, wanted in expected(given).items():
        worst = wanted.compare(rows[name])
        assert worst.ratio <= 1, f"{name} is off by {worst}"


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), WEIGHTS)
@pytest.mark.parametrize("layout", LAYOUTS)
def test_in_every_layout(layout, shape, axis, dtype):
    given = layer(shape, axis, dtype)
    weight = LAYOUTS[layout](given["weight"], axis)
    before = bits(weight)
    folded = bncore.fold(**given | {"weight": weight})
    judge(given, folded)
    assert bits(weight) == before
    assert [bits(each) for each in folded] == [bits(each) for each in bncore.fold(**given)]
    assert folded[0].dtype == folded[1].dtype == dtype
    assert folded[0].strides == numpy.empty_like(weight, order="K").strides


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("count", [1, 2, 3])
def test_absent_arguments(count, dtype):
    given = layer((5, 3), 0, dtype)
    for names in itertools.combinations(("bias", "gamma", "beta"), count):
        absent = given | dict.fromkeys(names)
        judge(absent, bncore.fold(**absent))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", DTYPES)
def test_parameters_of_another_dtype(other, dtype):
    given = layer((5, 3), 0, dtype)
    given |= {name: given[name].astype(other) for name in VECTORS}
    folded = bncore.fold(**given)
    judge(given, folded)
    assert folded[0].dtype == folded[1].dtype == dtype


@pytest.mark.parametrize("dtype", DTYPES)
def test_the_folded_layer_is_the_layer_and_inference(dtype):
    # whole numbers, so that the layer itself rounds nothing
    rng = numpy.random.default_rng(0)
    given = layer((5, 3), 0, dtype) | {
        "weight": rng.integers(-9, 10, (5, 3)).astype(dtype),
        "bias": rng.integers(-9, 10, 5).astype(dtype),
    }
    z = rng.integers(-9, 10, (11, 3)).astype(dtype)
    x = z @ given["weight"].T + given["bias"]
    y = bncore.inference(x, *(given[name] for name in ("gamma", "beta", "mean", "var")), eps=given["eps"])
    weight, bias = bncore.fold(**given)
    at_once = z.astype(float) @ weight.T.astype(float) + bias
    derived = expected(given)
    allowed = abs(z) @ derived["weight"].allowed(dtype)[0].T + derived["bias"].allowed(dtype)
    statistics = given["gamma"], given["beta"], given["mean"], given["var"], given["eps"]
    allowed += oracle.inference(x, *statistics, accumulate=ACCUMULATE[dtype])["y"].allowed(dtype)
    # four products and three sums in float64 by NumPy, here
    terms = abs(z) @ abs(weight).T.astype(float) + abs(bias)
    allowed += 8 * numpy.finfo(float).eps * terms
    assert (abs(at_once - y) <= allowed).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), WEIGHTS)
def test_unfold_undoes_fold(shape, axis, dtype):
    given = layer(shape, axis, dtype)
    weight, bias = bncore.fold(**given)
    again = bncore.unfold(**given | {"weight": weight, "bias": bias})
    assert [each.dtype for each in again] == [dtype, dtype]
    # the layer that unfold found, folded exactly, is the folded layer: up to what fold may be off by, and
    # what unfold rounds, at most eight times in float64 and once in storing
    derived = expected(given | {"weight": again[0], "bias": again[1]})
    numbers = {name: abs(given[name].astype(float)) for name in ("gamma", "beta", "mean", "var")}
    slope = numbers["gamma"] / numpy.sqrt(numbers["var"] + given["eps"])
    weights, folded = (numpy.moveaxis(each, axis, -1) for each in (again[0], weight))
    terms = {"weight": abs(weights), "bias": (abs(bias) + numbers["beta"]) / slope + numbers["mean"]}
    for name, before, after in (("weight", weights, folded), ("bias", again[1], bias)):
        nearest, allowed = (
            numpy.moveaxis(each[0], 0, -1) for each in (derived[name].nearest, derived[name].allowed(dtype))
        )
        stored = numpy.finfo(dtype).eps / 2 * abs(before) + 8 * numpy.finfo(float).eps * terms[name]
        assert (abs(after - nearest) <= allowed + stored * slope).all(), name


def test_unfold_in_whole_numbers():
    vectors = ("gamma", [6.0, 2.0]), ("beta", [1.0, 0.0]), ("mean", [2.0, -1.0]), ("var", [9.0, 4.0])
    given = {name: numpy.array(values) for name, values in vectors} | {"eps": 0.0}
    weight, bias = numpy.array([[1.0, 2.0, 3.0], [4.0, 5.0, 6.0]]), numpy.array([3.0, 5.0])
    found = bncore.unfold(*bncore.fold(weight, bias, **given), **given)
    assert [bits(each) for each in found] == [bits(weight), bits(bias)]


GIVEN = layer((5, 3), 0, "float32")
CASES = [
    ("weight", GIVEN["weight"].astype(int), TypeError, "float32 or float64", "int64"),
    ("weight", GIVEN["weight"][:, 0], ValueError, "at least 2 dimensions", "(5,)"),
    ("axis", 2, ValueError, "[-2, 1]", "2"),
    ("axis", 0.0, TypeError, "integer", "float"),
    ("eps", -1.0, ValueError, "not negative", "-1.0"),
    *((name, GIVEN[name][:4], ValueError, "(5,)", "(4,)") for name in VECTORS),
    ("mean", None, TypeError, "float32 or float64", "NoneType"),
    ("var", -GIVEN["var"], ValueError, "not be negative", "in channel 0"),
]


@pytest.mark.parametrize("function", ["fold", "unfold"])
@pytest.mark.parametrize(("name", "value", "error", "wanted", "found"), CASES)
def test_bad_argument(function, name, value, error, wanted, found):
    with pytest.raises(error) as caught:
        getattr(bncore, function)(**GIVEN | {name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} must ")
    said_wanted, said_found = message.rsplit("found", 1)
    assert wanted in said_wanted
    assert found in said_found


@pytest.mark.parametrize("function", ["fold", "unfold"])
def test_a_variance_of_0_without_eps_is_refused(function):
    var = GIVEN["var"].copy()
    var[3] = 0
    with pytest.raises(ValueError, match=r"^var must be above 0 where eps is 0, found 0 in channel 3$"):
        getattr(bncore, function)(**GIVEN | {"var": var, "eps": 0.0})
    assert numpy.isfinite(bncore.fold(**GIVEN | {"var": var})[0]).all()


def test_a_gamma_of_0_has_no_inverse():
    gamma = GIVEN["gamma"].copy()
    gamma[2] = 0
    with pytest.raises(ValueError, match=r"^gamma must not be 0 .* found 0 in channel 2$"):
        bncore.unfold(**GIVEN | {"gamma": gamma})
    weight, bias = bncore.fold(**GIVEN | {"gamma": gamma})
    assert not weight[2].any()
    assert bias[2] == GIVEN["beta"][2]


def test_a_nan_stays_in_its_channel():
    weight = GIVEN["weight"].copy()
    weight[1, 2] = numpy.nan
    clean, dirty = bncore.fold(**GIVEN), bncore.fold(**GIVEN | {"weight": weight})
    others = numpy.isfinite(weight)
    assert numpy.isnan(dirty[0][~others]).all()
    assert bits(dirty[0][others]) == bits(clean[0][others])
    assert bits(dirty[1]) == bits(clean[1])


@pytest.mark.parametrize("dtype", ["float16", "bfloat16"])
def test_a_layer_of_half_precision_with_its_own_bias(dtype):
    half = numpy.dtype(dtype if dtype == "float16" else pytest.importorskip("ml_dtypes").bfloat16)
    random = numpy.random.default_rng(0)
    weight, bias = random.normal(size=(5, 3)).astype(half), random.normal(size=5).astype(half)
    gamma, beta, mean, var = (random.uniform(1, 2, 5) for _ in range(4))
    folded = bncore.fold(weight, bias, gamma, beta, mean, var)
    wide = bncore.fold(weight, bias.astype(numpy.float64), gamma, beta, mean, var)
    assert [bits(each) for each in folded] == [bits(each) for each in wide]
    again = bncore.unfold(*folded, gamma, beta, mean, var)
    assert {each.dtype for each in again} == {half}
    # two roundings, each of numbers that are less than 8
    unit = {"float16": 2.0**-11, "bfloat16": 2.0**-8}[dtype]
    for got, was in zip(again, (weight, bias), strict=True):
        assert abs(got.astype(float) - was.astype(float)).max() <= 2 * 8 * unit
