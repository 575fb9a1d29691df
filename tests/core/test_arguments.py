"""What no argument may be, in every argument; and what a vector may be, in odd memory."""

import array
from fractions import Fraction

import numpy
import pytest
from judge import problem
from layouts import bits

import bncore
from bncore import checks

P = problem((7, 5, 3), 1, "float32")
STATS = bncore.statistics(P.x)
VECTORS = {"gamma": P.gamma, "beta": P.beta, "mean": P.mean, "var": P.var}
ARGUMENTS = {
    "forward": {"x": P.x, "gamma": P.gamma, "beta": P.beta},
    "backward": {"dy": P.dy, "x": P.x, "gamma": P.gamma, "stats": STATS},
    "inference": {"x": P.x, **VECTORS},
    "inference_backward": {"dy": P.dy, "x": P.x, "gamma": P.gamma, "mean": P.mean, "var": P.var},
    "statistics": {"x": P.x},
    "jvp": {"v": P.ddx, "x": P.x, "gamma": P.gamma, "stats": STATS},
    "double_backward": {
        **{"ddx": P.ddx, "ddgamma": P.ddgamma, "ddbeta": P.ddbeta},
        **{"dy": P.dy, "x": P.x, "gamma": P.gamma, "stats": STATS},
    },
    "fold": {"weight": P.x[0], "bias": P.beta, **VECTORS},
    "unfold": {"weight": P.x[0], "bias": P.beta, **VECTORS},
    "Stats": {"count": 21, "mean": P.mean, "var": P.var, "eps": 1e-5},
}
ARRAYS = [
    (function, name)
    for function, arguments in ARGUMENTS.items()
    for name, value in arguments.items()
    if isinstance(value, numpy.ndarray)
]


class Tensor:
    """What a tensor of PyTorch does when a gradient would be lost."""

    def __array__(self, dtype=None, copy=None):
        raise RuntimeError("Can't call numpy() on Tensor that requires grad.")


class Sparse:
    """A matrix of a kind that NumPy does not know."""

    shape, dtype = (7, 5), numpy.dtype("f4")


def itself():
    within = []
    within.append(within)
    return within


MASKED = numpy.ma.masked_less([1.0, 2.0], 1.5)
# what it is, the error, what the message says that was found
NO_ARRAYS = {
    "a generator": (lambda: (number for number in (1.0, 2.0)), TypeError, "generator"),
    "sparse": (Sparse, TypeError, "Sparse"),
    "another argument": (lambda: STATS, TypeError, "Stats"),
    "a dictionary": (dict, TypeError, "dict"),
    "ragged": (lambda: [[1.0, 2.0], [3.0]], ValueError, "list that cannot be made one"),
    "a list of itself": (itself, TypeError, "list that cannot be made one"),
    "a tensor with a gradient": (Tensor, TypeError, "requires grad"),
    "whole numbers": (lambda: numpy.ones((7, 5, 3), int), TypeError, ".astype(numpy.float32)"),
    "bytes of an image": (lambda: numpy.ones((7, 5, 3), "u1"), TypeError, ".astype(numpy.float32)"),
    "a list of whole numbers": (lambda: [[1, 2], [3, 4]], TypeError, ".astype(numpy.float32)"),
    "truth values": (lambda: numpy.ones((7, 5, 3), bool), TypeError, ".astype(numpy.float32)"),
    "a date": (lambda: numpy.zeros(5, "M8[s]"), TypeError, "datetime64"),
    "words": (lambda: ["a", "b"], TypeError, "<U1"),
    "objects": (lambda: numpy.full((7, 5, 3), None), TypeError, "dtype object"),
    "rows of which one is masked": (lambda: [MASKED, MASKED], TypeError, "masked"),
    "a list with a masked number": (lambda: [1.0, numpy.ma.masked], TypeError, "masked"),
}


def refused(function, arguments, name, error):
    """The message of the refusal, which names the argument, what was wanted and what was found."""
    with pytest.raises(error) as caught:
        getattr(bncore, function)(**arguments)
    message = str(caught.value)
    assert message.startswith(f"{name} must ")
    assert len(message) < 400
    return message.split("found ", 1)[1]


@pytest.mark.filterwarnings("ignore:.*converting a masked element to nan")
@pytest.mark.parametrize("kind", NO_ARRAYS)
@pytest.mark.parametrize(("function", "name"), ARRAYS)
def test_no_array(function, name, kind):
    make, error, found = NO_ARRAYS[kind]
    assert found in refused(function, ARGUMENTS[function] | {name: make()}, name, error)


HUGE = 10**400
BEYOND = (HUGE, -HUGE, 10**5000, Fraction(HUGE), Fraction(-HUGE, 3))


def size_of(value):
    """A name for a number that pytest cannot write out."""
    return f"{value.bit_length()} bits" if isinstance(value, int) else None


# dense arrays take a way of their own, which looks at the axis itself
REVERSED = {"x": P.x[::-1], "weight": P.x[0, ::-1], "v": P.ddx[::-1], "dy": P.dy[::-1], "ddx": P.ddx[::-1]}


@pytest.mark.parametrize("value", BEYOND, ids=size_of)
@pytest.mark.parametrize(
    "function", ["forward", "inference", "inference_backward", "statistics", "fold", "unfold", "Stats"]
)
def test_an_eps_that_float64_does_not_hold(function, value):
    found = refused(function, ARGUMENTS[function] | {"eps": value}, "eps", ValueError)
    assert found == "a number beyond those of float64"


@pytest.mark.parametrize("axis", [10**30, -(10**30), 2**63, 10**5000], ids=size_of)
@pytest.mark.parametrize("function", [name for name in ARGUMENTS if name != "Stats"])
def test_an_axis_that_no_array_has(function, axis):
    arguments = {name: REVERSED.get(name, value) for name, value in ARGUMENTS[function].items()}
    refused(function, arguments | {"axis": axis}, "axis", ValueError)


@pytest.mark.parametrize("function", ["forward", "backward", "inference", "inference_backward", "statistics"])
def test_an_axis_that_no_dense_array_has(function):
    refused(function, ARGUMENTS[function] | {"axis": 10**30}, "axis", ValueError)


@pytest.mark.parametrize(
    ("name", "value"),
    [*(("eps", value) for value in BEYOND), *(("momentum", value) for value in BEYOND)]
    + [("num_features", value) for value in (10**30, 2**63, 10**5000, -(10**5000))],
    ids=size_of,
)
def test_a_layer_of_numbers_beyond_all(name, value):
    refused("BatchNorm", {"num_features": 5, name: value}, name, ValueError)


@pytest.mark.parametrize("value", BEYOND, ids=size_of)
def test_numbers_of_a_layer_that_were_spoiled(value):
    for name in ("eps", "momentum"):
        layer = bncore.BatchNorm(5)
        setattr(layer, name, value)
        with pytest.raises(ValueError, match=rf"^{name} must .* found a number beyond"):
            layer(P.x)


@pytest.mark.parametrize("threads", [4097, 10**6, 2**31, 2**63, 10**5000], ids=size_of)
def test_more_threads_than_a_machine_has_are_refused(threads):
    before = bncore.get_num_threads()
    try:
        refused("set_num_threads", {"threads": threads}, "threads", ValueError)
    finally:
        after = bncore.get_num_threads()
        bncore.set_num_threads(before)
    assert after == before


def test_an_integer_has_limits():
    assert checks.integer("threads", numpy.int8(3), least=1, most=4096) == 3
    for value in (4097, 10**6, 2**31, 2**63, 10**5000):
        with pytest.raises(ValueError, match=r"^threads must be at most 4096, found "):
            checks.integer("threads", value, least=1, most=4096)
    with pytest.raises(ValueError, match=r"^nbytes must be at least 0, found an integer of 16610 bits$"):
        bncore.set_kept_memory(-(10**5000))


def at_an_odd_byte(a):
    room = numpy.zeros(a.nbytes + 1, numpy.uint8)
    odd = room[1:].view(a.dtype)
    odd[...] = a
    assert not odd.flags.aligned
    return odd


# a float64 vector, which is a kernel's own type: nothing else makes a copy of it
ODD = {
    "at an odd byte": at_an_odd_byte,
    "of swapped bytes": lambda a: a.astype(a.dtype.newbyteorder()),
    "of every third": lambda a: numpy.repeat(a, 3)[::3],
    "backwards": lambda a: a[::-1].copy()[::-1],
    "read-only": lambda a: numpy.frombuffer(a.tobytes()),
    "a field of records": lambda a: numpy.rec.fromarrays([a.astype("u1"), a], names="a,b")["b"],
    "a memoryview": lambda a: memoryview(a.copy()),
    "an array.array": lambda a: array.array("d", a),
    "a list": lambda a: a.tolist(),
    "masked nowhere": lambda a: numpy.ma.masked_array(a, mask=False),
}


@pytest.mark.parametrize("kind", ODD)
def test_a_vector_in_odd_memory_is_made_ready(kind):
    made = ODD[kind](P.mean)
    ready = checks.per_channel("mean", made, 5)
    assert bits(ready) == bits(P.mean)
    assert ready.flags.aligned
    assert ready.flags.c_contiguous
    assert ready.dtype.isnative


@pytest.mark.parametrize("kind", ODD)
@pytest.mark.parametrize(("function", "name"), [(f, n) for f, n in ARRAYS if ARGUMENTS[f][n].ndim == 1])
def test_a_vector_in_odd_memory_gives_the_same_bits(function, name, kind):
    wide = ARGUMENTS[function][name].astype(float)
    plain, odd = (
        getattr(bncore, function)(**ARGUMENTS[function] | {name: value}) for value in (wide, ODD[kind](wide))
    )
    for one, other in zip(arrays(plain), arrays(odd), strict=True):
        assert bits(one) == bits(other)


def arrays(result):
    """The arrays of a result, whatever it is."""
    if isinstance(result, bncore.Stats):
        return [result.mean, result.var]
    return [each for part in result for each in arrays(part)] if isinstance(result, tuple) else [result]
