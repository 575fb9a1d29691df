"""Bad input raises an error that says the argument, what was wanted, what was found; nothing is written."""

import numpy
import pytest
from judge import problem
from numpy.lib.stride_tricks import as_strided

import bncore

P = problem((7, 5, 3), 1, "float32")
STATS = bncore.statistics(P.x)
NANS = numpy.full(P.x.shape, numpy.nan, P.x.dtype)
ARGUMENTS = {
    "forward": {"x": P.x, "gamma": P.gamma, "beta": P.beta},
    "backward": {"dy": P.dy, "x": P.x, "gamma": P.gamma, "stats": STATS},
    "inference": {"x": P.x, "gamma": P.gamma, "beta": P.beta, "mean": P.mean, "var": P.var},
    "inference_backward": {"dy": P.dy, "x": P.x, "gamma": P.gamma, "mean": P.mean, "var": P.var},
    "statistics": {"x": P.x},
}
ALL = tuple(ARGUMENTS)
WITH_EPS = ("forward", "inference", "inference_backward", "statistics")
WITH_OUT = ("forward", "backward", "inference", "inference_backward")
GIVEN = ("inference", "inference_backward")


def fixed(array):
    array = array.copy()
    array.flags.writeable = False
    return array


def negative_var():
    var = P.var.copy()
    var[3] = -0.25
    return var


# functions, argument, its value, the error, what the message says of what was wanted, and of what was found
CASES = [
    (ALL, "x", P.x.astype(int), TypeError, "float32 or float64", "int64"),
    (ALL, "x", numpy.ma.masked_equal(P.x, P.x.flat[0]), TypeError, "a number everywhere", "masked"),
    (ALL, "x", P.x.astype(numpy.complex64), TypeError, "float32 or float64", "complex64"),
    (ALL, "x", P.x.astype(object), TypeError, "float32 or float64", "object"),
    (ALL, "x", P.x.astype(numpy.longdouble), TypeError, "float32 or float64", "float128"),
    (ALL, "x", None, TypeError, "float32 or float64", "NoneType"),
    (ALL, "x", "words", TypeError, "float32 or float64", "<U5"),
    (ALL, "x", P.x[0, :, 0], ValueError, "at least 2 dimensions", "(5,)"),
    (ALL, "x", P.x[0, 0, 0], ValueError, "at least 2 dimensions", "()"),
    (ALL, "axis", 3, ValueError, "[-3, 2]", "3"),
    (ALL, "axis", -4, ValueError, "[-3, 2]", "-4"),
    (ALL, "axis", 1.0, TypeError, "integer", "float"),
    (ALL, "axis", None, TypeError, "integer", "NoneType"),
    (ALL, "axis", (0, 1), TypeError, "integer", "tuple"),
    (WITH_EPS, "eps", -1e-5, ValueError, "not negative", "-1e-05"),
    (WITH_EPS, "eps", float("nan"), ValueError, "finite", "nan"),
    (WITH_EPS, "eps", float("inf"), ValueError, "finite", "inf"),
    (WITH_EPS, "eps", "small", TypeError, "number", "str"),
    (WITH_EPS, "eps", None, TypeError, "number", "NoneType"),
    (WITH_EPS, "eps", 1e-5j, TypeError, "number", "complex"),
    (WITH_OUT, "gamma", P.gamma[:4], ValueError, "(5,)", "(4,)"),
    (WITH_OUT, "gamma", P.gamma.reshape(5, 1), ValueError, "(5,)", "(5, 1)"),
    (WITH_OUT, "gamma", P.gamma[0], ValueError, "(5,)", "()"),
    (WITH_OUT, "gamma", numpy.ones(5, int), TypeError, "float32 or float64", "int64"),
    (WITH_OUT, "gamma", P.gamma.astype(numpy.float16), TypeError, "float32 or float64", "float16"),
    (WITH_OUT, "gamma", numpy.ma.masked_less(P.gamma, 9), TypeError, "a number everywhere", "masked"),
    (("forward", "inference"), "beta", P.beta[:4], ValueError, "(5,)", "(4,)"),
    (("forward", "inference"), "beta", numpy.ones(5, int), TypeError, "float32 or float64", "int64"),
    (GIVEN, "mean", P.mean[:1], ValueError, "(5,)", "(1,)"),
    (GIVEN, "mean", None, TypeError, "float32 or float64", "NoneType"),
    (GIVEN, "var", P.var[:1], ValueError, "(5,)", "(1,)"),
    (GIVEN, "var", numpy.ones(5, bool), TypeError, "float32 or float64", "bool"),
    (GIVEN, "var", negative_var(), ValueError, "not be negative", "-0.25 in channel 3"),
    (("backward", "inference_backward"), "dy", P.dy[:, :, :2], ValueError, "(7, 5, 3)", "(7, 5, 2)"),
    (("backward", "inference_backward"), "dy", P.dy[0], ValueError, "(7, 5, 3)", "(5, 3)"),
    (("backward", "inference_backward"), "dy", P.dy.astype(float), TypeError, "float32", "float64"),
    (("backward", "inference_backward"), "dy", P.dy.astype(int), TypeError, "float32 or float64", "int64"),
    (("backward",), "stats", (P.mean, P.var), TypeError, "Stats", "tuple"),
    (("backward",), "stats", None, TypeError, "Stats", "NoneType"),
    (("backward",), "stats", bncore.statistics(P.x[:, :4]), ValueError, "5 channels", "4"),
    (("backward",), "stats", bncore.statistics(P.x[:6]), ValueError, "count 21", "count 18"),
    (WITH_OUT, "out", [0.0], TypeError, "NumPy array", "list"),
    (WITH_OUT, "out", NANS[:, :, :2], ValueError, "(7, 5, 3)", "(7, 5, 2)"),
    (WITH_OUT, "out", NANS.reshape(5, 7, 3), ValueError, "(7, 5, 3)", "(5, 7, 3)"),
    (WITH_OUT, "out", NANS.astype(float), TypeError, "float32", "float64"),
    (WITH_OUT, "out", NANS.astype(P.x.dtype.newbyteorder()), TypeError, "float32", "f4"),
    (WITH_OUT, "out", fixed(NANS), ValueError, "writeable", "read-only"),
    (WITH_OUT, "out", as_strided(NANS, strides=(60, 12, 0)), ValueError, "repeat", "(60, 12, 0)"),
]  # fmt: skip


@pytest.mark.parametrize(
    ("function", "name", "value", "error", "wanted", "found"),
    [(function, *rest) for functions, *rest in CASES for function in functions],
)
def test_bad_argument(function, name, value, error, wanted, found):
    out = {"out": NANS.copy()} if function in WITH_OUT else {}
    arguments = ARGUMENTS[function] | out | {name: value}
    inputs = {
        key: a.tobytes() for key, a in arguments.items() if isinstance(a, numpy.ndarray) and a.dtype != object
    }
    with pytest.raises(error) as caught:
        getattr(bncore, function)(**arguments)
    message = str(caught.value)
    assert message.startswith(f"{name} must ")
    said_wanted, said_found = message.rsplit("found", 1)
    assert wanted in said_wanted
    assert found in said_found
    assert {key: arguments[key].tobytes() for key in inputs} == inputs
    if name != "out" and out:
        assert numpy.isnan(out["out"]).all()


@pytest.mark.parametrize(
    ("name", "value", "error", "wanted", "found"),
    [
        ("num_features", 0, ValueError, "at least 1", "0"),
        ("num_features", -3, ValueError, "at least 1", "-3"),
        ("num_features", 2.0, TypeError, "integer", "float"),
        ("eps", -1.0, ValueError, "not negative", "-1.0"),
        ("eps", float("nan"), ValueError, "finite", "nan"),
        ("momentum", 1.1, ValueError, "[0, 1]", "1.1"),
        ("momentum", -0.1, ValueError, "[0, 1]", "-0.1"),
        ("momentum", float("nan"), ValueError, "[0, 1]", "nan"),
        ("momentum", "0.1", TypeError, "number in [0, 1] or None", "str"),
        ("axis", 0.5, TypeError, "integer", "float"),
        ("dtype", numpy.float16, TypeError, "float32 or float64", "float16"),
        ("dtype", int, TypeError, "float32 or float64", "int"),
        ("dtype", "words", TypeError, "float32 or float64", "words"),
        ("dtype", None, TypeError, "float32 or float64", "None"),
    ],
)
def test_bad_argument_of_the_layer(name, value, error, wanted, found):
    with pytest.raises(error) as caught:
        bncore.BatchNorm(**{"num_features": 3, name: value})
    message = str(caught.value)
    assert message.startswith(f"{name} must ")
    said_wanted, said_found = message.rsplit("found", 1)
    assert wanted in said_wanted
    assert found in said_found


@pytest.mark.parametrize(
    ("field", "value", "error"),
    [
        ("count", -1, ValueError),
        ("mean", numpy.zeros((2, 2)), ValueError),
        ("mean", numpy.zeros(2, int), TypeError),
        ("var", numpy.zeros(3), ValueError),
        ("var", numpy.array([1.0, -1.0]), ValueError),
        ("eps", -1.0, ValueError),
        ("eps", None, TypeError),
    ],
)
def test_bad_statistics(field, value, error):
    fields = {"count": 3, "mean": numpy.zeros(2), "var": numpy.ones(2), "eps": 0.0} | {field: value}
    with pytest.raises(error, match=f"^{field} must .* found "):
        bncore.Stats(**fields)


@pytest.mark.parametrize(
    ("threads", "error"), [(0, ValueError), (-2, ValueError), (1.5, TypeError), ("2", TypeError)]
)
def test_bad_number_of_threads(threads, error):
    before = bncore.get_num_threads()
    with pytest.raises(error, match=r"^threads must be .* found "):
        bncore.set_num_threads(threads)
    assert bncore.get_num_threads() == before


def test_options_have_names():
    with pytest.raises(TypeError):
        bncore.forward(P.x, P.gamma, P.beta, 1e-5)
    with pytest.raises(TypeError):
        bncore.BatchNorm(3, 1e-5)
