"""fold and unfold of convolutions with groups, transposed or not, against their definitions.

Numbers are whole, and scales powers of two, so that nothing rounds: the folded layer gives the same bits.
"""

from itertools import product

import numpy
import pytest
from judge import DTYPES
from layouts import LAYOUTS, bits

import bncore

# input channels, output channels, groups
SIZES = [(3, 5, 1), (4, 6, 2), (6, 4, 2), (6, 6, 6), (3, 9, 3), (9, 3, 3), (6, 6, 2), (1, 7, 1), (5, 5, 5)]
KERNELS = [(3,), (2, 3), (1, 1), (2, 1, 2)]


def numbers(*shape, seed=0):
    return numpy.random.default_rng([seed, *shape]).integers(-9, 10, shape).astype(float)


def layer(inputs, outputs, groups, kernel, transposed, dtype="float64"):
    """Arguments of fold, all of them different from channel to channel."""
    shape = (inputs, outputs // groups, *kernel) if transposed else (outputs, inputs // groups, *kernel)
    channel = numpy.arange(outputs)
    given = {
        "weight": numbers(*shape),
        "bias": numbers(outputs, seed=1),
        "gamma": (-1.0) ** channel * 2.0 ** (channel % 3),
        "beta": numbers(outputs, seed=2),
        "mean": numbers(outputs, seed=3),
        # with an eps of 1 they are 4, 16, 64
        "var": 4.0 ** (1 + channel % 4) - 1,
    }
    given = {name: value.astype(dtype) for name, value in given.items()}
    return given | {"eps": 1.0, "groups": groups, "transposed": transposed}


def places(kernel, extent):
    """Each place of a kernel, and the `extent` positions in each direction that lie that far on."""
    for at in product(*(range(size) for size in kernel)):
        yield at, tuple(slice(start, start + size) for start, size in zip(at, extent, strict=True))


def convolved(z, weight, bias, groups):
    """y[n, o] = b[o] + sum of w[o, i, k] z[n, i, . + k] over the input channels of o's group."""
    outputs, per_group, *kernel = weight.shape
    extent = [size - k + 1 for size, k in zip(z.shape[2:], kernel, strict=True)]
    y = numpy.zeros((len(z), outputs, *extent))
    for o in range(outputs):
        y[:, o] += bias[o]
        first = o // (outputs // groups) * per_group
        for i in range(per_group):
            for at, where in places(kernel, extent):
                y[:, o] += weight[(o, i, *at)] * z[(slice(None), first + i, *where)]
    return y


def convolved_transposed(z, weight, bias, groups):
    """y[n, o, . + k] = b[o] + sum of w[i, o, k] z[n, i, .] over the input channels of o's group."""
    inputs, per_group, *kernel = weight.shape
    extent = z.shape[2:]
    y = numpy.zeros(
        (len(z), groups * per_group, *(size + k - 1 for size, k in zip(extent, kernel, strict=True)))
    )
    y += bias.reshape(-1, *(1 for _ in extent))
    for i in range(inputs):
        first = i // (inputs // groups) * per_group
        for o in range(per_group):
            for at, where in places(kernel, extent):
                y[(slice(None), first + o, *where)] += weight[(i, o, *at)] * z[:, i]
    return y


def applied(z, given, weight, bias):
    convolve = convolved_transposed if given["transposed"] else convolved
    return convolve(z, weight.astype(float), bias.astype(float), given["groups"])


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("kernel", KERNELS)
@pytest.mark.parametrize(("inputs", "outputs", "groups"), SIZES)
def test_the_folded_layer_is_the_layer_and_inference(inputs, outputs, groups, kernel, transposed, dtype):
    given = layer(inputs, outputs, groups, kernel, transposed, dtype)
    z = numbers(2, inputs, *(size + 2 for size in kernel))
    x = applied(z, given, given["weight"], given["bias"])
    statistics = (given[name] for name in ("gamma", "beta", "mean", "var"))
    y = bncore.inference(x, *statistics, eps=given["eps"])
    weight, bias = bncore.fold(**given)
    assert (weight.dtype, bias.dtype) == (dtype, dtype)
    numpy.testing.assert_array_equal(applied(z, given, weight, bias), y)
    # and back again
    for name, again in zip(
        ("weight", "bias"), bncore.unfold(**given | {"weight": weight, "bias": bias}), strict=True
    ):
        assert bits(again) == bits(given[name])


@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("transposed", [False, True])
def test_in_every_layout(transposed, layout):
    given = layer(6, 4, 2, (2, 3), transposed)
    weight = LAYOUTS[layout](given["weight"], int(transposed))
    folded, bias = bncore.fold(**given | {"weight": weight})
    plain, plain_bias = bncore.fold(**given)
    assert bits(folded) == bits(plain)
    assert bits(bias) == bits(plain_bias)
    assert folded.strides == numpy.empty_like(weight, order="K").strides


@pytest.mark.parametrize("function", [bncore.fold, bncore.unfold])
def test_one_group_is_none(function):
    for transposed in (False, True):
        given = layer(3, 5, 1, (2, 3), transposed)
        plain = {name: value for name, value in given.items() if name not in ("groups", "transposed")}
        expected = function(**plain, axis=int(transposed))
        for options in ({}, {"axis": int(transposed)}, {"axis": int(transposed) - 4}):
            assert [bits(each) for each in function(**given, **options)] == [bits(each) for each in expected]
    # the output channel may lie elsewhere, where there is one group: (H, W, C, K)
    given = layer(3, 5, 1, (2, 3), True)
    turned = given | {"weight": numpy.moveaxis(given["weight"], (0, 1), (3, 2)), "axis": 2}
    assert bits(numpy.moveaxis(function(**turned)[0], (3, 2), (0, 1))) == bits(function(**given)[0])


@pytest.mark.parametrize("function", [bncore.fold, bncore.unfold])
@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize("half", ["float16", "bfloat16"])
def test_half_precision_is_rounded_once(half, transposed, function):
    if half == "bfloat16":
        half = pytest.importorskip("ml_dtypes", reason="ml_dtypes is not installed: it has bfloat16").bfloat16
    given = layer(6, 4, 2, (2, 3), transposed) | {"eps": 0.1}
    weight = given["weight"].astype(half)
    exact = function(**given | {"weight": weight.astype(float)})
    for got, wanted in zip(function(**given | {"weight": weight}), exact, strict=True):
        assert got.dtype == half
        assert bits(got) == bits(wanted.astype(half))


def test_groups_of_no_channels():
    given = layer(0, 4, 2, (3,), True)
    weight, bias = bncore.fold(**given)
    assert weight.shape == (0, 2, 3)
    assert bias.shape == (4,)
    assert bncore.fold(**layer(4, 0, 2, (3,), True))[0].shape == (4, 0, 3)


@pytest.mark.parametrize("function", [bncore.fold, bncore.unfold])
@pytest.mark.parametrize(
    ("sizes", "transposed", "change", "error", "message"),
    [
        (
            (4, 6, 2),
            False,
            {"groups": 4},
            ValueError,
            r"weight must .* 4 output channels at axis 0, found .*\(6, 2",
        ),
        (
            (6, 6, 2),
            True,
            {"groups": 4},
            ValueError,
            r"weight must .* 4 input channels at axis 0, found .*\(6, 3",
        ),
        # what the vectors say of the groups: half as many channels as there are, or twice as many
        ((6, 6, 2), True, {"groups": 1}, ValueError, r"bias must have shape \(3,\).* found \(6,\)"),
        ((6, 6, 2), True, {"groups": 6}, ValueError, r"bias must have shape \(18,\).* found \(6,\)"),
        ((6, 4, 2), True, {"transposed": False}, ValueError, r"bias must have shape \(6,\).* found \(4,\)"),
        ((6, 4, 2), True, {"axis": 0}, ValueError, r"axis must be 1 where a transposed .* found 0"),
        ((6, 4, 2), True, {"axis": -1}, ValueError, r"axis must be 1 where a transposed .* found -1"),
        ((6, 4, 2), True, {"groups": 0}, ValueError, r"groups must be at least 1, found 0"),
        ((6, 4, 2), True, {"groups": 2.0}, TypeError, r"groups must be an integer, found float"),
        ((6, 4, 2), True, {"groups": 10**30}, ValueError, r"weight must have a multiple of .* found shape"),
        ((6, 4, 2), True, {"axis": 3}, ValueError, r"axis must be in \[-3, 2\] for 3 dimensions, found 3"),
    ],
)
def test_what_would_be_wrong_is_refused(function, sizes, transposed, change, error, message):
    given = layer(*sizes, (3,), transposed)
    with pytest.raises(error, match=f"^{message}"):
        function(**given | change)


@pytest.mark.parametrize("transposed", [False, True])
@pytest.mark.parametrize(("inputs", "outputs", "groups"), SIZES)
def test_as_pytorch_does_it(inputs, outputs, groups, transposed):
    torch = pytest.importorskip(
        "torch", reason="PyTorch is not installed: its definition of groups is not asked"
    )
    given = layer(inputs, outputs, groups, (2, 3), transposed)
    z = torch.from_numpy(numbers(2, inputs, 5, 4))
    convolve = torch.nn.functional.conv_transpose2d if transposed else torch.nn.functional.conv2d
    tensors = {
        name: torch.from_numpy(value) for name, value in given.items() if isinstance(value, numpy.ndarray)
    }
    x = convolve(z, tensors["weight"], tensors["bias"], groups=groups)
    numpy.testing.assert_array_equal(applied(z.numpy(), given, given["weight"], given["bias"]), x.numpy())
    y = torch.nn.functional.batch_norm(
        x, tensors["mean"], tensors["var"], tensors["gamma"], tensors["beta"], eps=given["eps"]
    )
    weight, bias = (torch.from_numpy(each) for each in bncore.fold(**given))
    numpy.testing.assert_array_equal(convolve(z, weight, bias, groups=groups).numpy(), y.numpy())
