"""jvp and double_backward: within their bounds, in every layout, and tied together by their identities."""

import itertools
from fractions import Fraction

import numpy
import pytest
from judge import DTYPES, EPS, HIGHER, double_backward, jvp, laid_out, problem
from layouts import LAYOUTS, bits
from marks import FLOAT32_FIRST

import bncore
from spec import oracle
from spec.adapters import load
from spec.interface.adapter import Missing

SHAPES = [
    ((13, 5), 1),
    ((5, 13), 0),
    ((7, 5, 3), 1),
    ((11, 3, 2, 5), 1),
    ((2, 3, 5, 7), 2),
    ((2, 3, 5, 7), -1),
    ((2, 3, 5, 7, 11), 1),
    ((2, 3, 2, 5, 3, 2), 3),
]
TENSORS = ("x", "dy", "ddx")
VECTORS = ("gamma", "ddgamma", "ddbeta")


def assert_same(outputs, plain):
    for name, got in outputs.items():
        assert bits(got) == bits(plain[name]), name


# Values


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("call", HIGHER)
def test_in_every_layout(call, layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    outputs = HIGHER[call](laid_out(p, layout))
    p.judge(call, outputs)
    for name, got in outputs.items():
        if got.ndim > 1:
            assert got.strides == numpy.empty_like(LAYOUTS[layout](p.x, axis), order="K").strides, name
            assert got.dtype == dtype


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), [((7, 5, 3), 1), ((11, 3, 2, 5), 1), ((2, 3, 5, 7), -1)])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_with_every_operand_in_another_layout(layout, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    x = laid_out(p, layout, ["x"])
    for left, right in itertools.product(("contiguous", "channel_last", "reversed", "unaligned"), repeat=2):
        mixed = laid_out(laid_out(x, left, ["dy"]), right, ["ddx"])
        for call in HIGHER:
            p.judge(call, HIGHER[call](mixed))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), [((7, 5, 3), 1), ((11, 3, 2, 5), 1), ((2, 3, 5, 7), -1)])
@pytest.mark.parametrize("name", TENSORS)
def test_broadcast(name, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    for fixed in range(len(shape)):
        repeated = p.but(**{name: numpy.broadcast_to(getattr(p, name).take([0], fixed), shape)})
        for call in HIGHER:
            repeated.judge(call, HIGHER[call](repeated))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(
    ("shape", "axis"),
    [
        ((7, 5, 3), 1),
        ((11, 3, 2, 5), 1),
        ((2, 3, 5, 7), -1),
        pytest.param((1031, 7), 1, marks=pytest.mark.sweeps),
        pytest.param((7, 521), 1, marks=pytest.mark.sweeps),
        pytest.param((2, 3, 1031), 1, marks=pytest.mark.sweeps),
    ],
)
def test_absent_arguments_are_0_and_gamma_1(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    given = {"gamma": numpy.ones_like(p.gamma)} | {
        name: numpy.zeros_like(getattr(p, name)) for name in ("ddx", "ddgamma", "ddbeta")
    }
    for count in range(1, 5):
        for names in itertools.combinations(given, count):
            absent = p.but(**dict.fromkeys(names))
            written = p.but(**{name: given[name] for name in names})
            outputs = double_backward(absent)
            absent.judge("double_backward", outputs)
            for name, got in outputs.items():
                # +0 and -0 are equal
                numpy.testing.assert_array_equal(got, double_backward(written)[name])
    p.but(gamma=None).judge("jvp", jvp(p.but(gamma=None)))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("other", DTYPES)
def test_parameters_of_another_dtype(other, dtype):
    p = problem((7, 5, 3), 1, dtype)
    p = p.but(**{name: getattr(p, name).astype(other) for name in VECTORS})
    for call in HIGHER:
        p.judge(call, HIGHER[call](p))
    assert double_backward(p)["d_gamma"].dtype == other
    assert double_backward(p.but(gamma=None))["d_gamma"].dtype == dtype


def test_parameters_in_any_layout():
    p = problem((7, 5, 3), 1, "float32")
    for make in ("every_other", "reversed", "unaligned", "byte_swapped", "read_only"):
        strange = p.but(**{name: LAYOUTS[make](getattr(p, name), 0) for name in VECTORS})
        for call in HIGHER.values():
            assert_same(call(strange), call(p))


# Blocks hold powers of two: of rows, of elements, of columns.
AROUND_BLOCKS = [
    *((1, 2, n) for n in (31, 32, 255, 256, 257, 1023, 1025, 2049, 4097)),
    *((3, 2, n) for n in (33, 683, 1366)),
    *((11, 2, n) for n in (7, 33, 511, 513)),
    *((n, 3) for n in (7, 8, 9, 257, 2053, 5003)),
    *((7, n) for n in (31, 255, 257, 513, 1025)),
]  # fmt: skip


@pytest.mark.sweeps
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", AROUND_BLOCKS, ids=str)
def test_around_block_boundaries(shape, dtype):
    p = problem(shape, 1, dtype)
    for call in HIGHER:
        p.judge(call, HIGHER[call](p))


@pytest.mark.sweeps
@pytest.mark.parametrize(
    ("shape", "axis", "dtype"),
    [((1031, 521), 1, "float32"), ((1031, 293), 1, "float64"), ((1031, 67, 7), 1, "float32")],
)
def test_rows_of_several_strips(shape, axis, dtype):
    # judged on channels here and there: exact values of all would take minutes
    p = problem(shape, axis, dtype)
    chosen = numpy.arange(1, shape[axis], 43)
    part = p.but(
        **{name: getattr(p, name).take(chosen, axis) for name in TENSORS},
        **{name: getattr(p, name)[chosen] for name in VECTORS},
    )
    for call in HIGHER:
        outputs = HIGHER[call](p).items()
        part.judge(call, {name: got.take(chosen, axis if got.ndim > 1 else 0) for name, got in outputs})


@pytest.mark.parametrize(
    ("scale", "dtype"), [(s, d) for d in DTYPES for s in (1e30, 1e-30)] + [(1e-120, "float64")]
)
@pytest.mark.parametrize("eps", [0.0, EPS])
@pytest.mark.parametrize(("shape", "axis"), [((7, 5, 3), 1), ((7, 3, 5), -1)])
def test_near_the_ends_of_the_format(shape, axis, eps, scale, dtype):
    p = problem(shape, axis, dtype).but(eps=eps)
    p = p.but(x=p.x * p.x.dtype.type(scale))
    for call in HIGHER:
        outputs = HIGHER[call](p)
        expected = p.expected(call)
        for name, got in outputs.items():
            rows = numpy.moveaxis(got, axis, 1) if got.ndim > 1 else got
            assert expected[name].compare(rows).ratio <= 1, name


# Identities, each within the bounds of what it compares


def exact(array):
    return [Fraction(float(each)) for each in array.ravel()]


def inner(a, b):
    return sum(left * right for left, right in zip(exact(a), exact(b), strict=True))


def slack(weights, call, name, p):
    """What the bounds of an output allow of its inner product with the weights."""
    allowed = p.expected(call)[name].allowed(p.x.dtype)
    return inner(abs(weights), numpy.moveaxis(allowed, 1, p.axis))


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES[:6])
def test_adjoint(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    moved = jvp(p)["jvp"]
    dx, _, _ = bncore.backward(p.dy, p.x, p.gamma, bncore.statistics(p.x, eps=p.eps, axis=axis), axis=axis)
    allowed = slack(p.dy, "jvp", "jvp", p) + slack(p.ddx, "backward", "dx", p)
    assert abs(inner(p.dy, moved) - inner(dx, p.ddx)) <= allowed


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES[:6])
def test_jacobian_and_hessian_are_symmetric(shape, axis, dtype):
    p = problem(shape, axis, dtype).but(ddgamma=None, ddbeta=None)
    u, v = p.ddx, problem(shape, axis, dtype, seed=1).dy
    there, back = p.but(ddx=u), p.but(ddx=v)
    for call, name in (("jvp", "jvp"), ("double_backward", "d_x")):
        allowed = slack(v, call, name, there) + slack(u, call, name, back)
        difference = inner(v, HIGHER[call](there)[name]) - inner(u, HIGHER[call](back)[name])
        assert abs(difference) <= allowed, call


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES[:6])
def test_double_backward_is_the_gradient_of_backward(shape, axis, dtype):
    # <ddx, dx> + <ddgamma, dgamma> + <ddbeta, dbeta> is linear in dy, hence <d_dy, dy>; <ddx, dx> is in gamma
    p = problem(shape, axis, dtype)
    dx, dgamma, dbeta = bncore.backward(
        p.dy, p.x, p.gamma, bncore.statistics(p.x, eps=p.eps, axis=axis), axis=axis
    )
    found = double_backward(p)
    penalty = inner(p.ddx, dx) + inner(p.ddgamma, dgamma) + inner(p.ddbeta, dbeta)
    through = slack(p.ddx, "backward", "dx", p)
    first = p.expected("backward")
    sums = inner(abs(p.ddgamma), first["dgamma"].allowed(dgamma.dtype))
    sums += inner(abs(p.ddbeta), first["dbeta"].allowed(dbeta.dtype))
    allowed = slack(p.dy, "double_backward", "d_dy", p) + through + sums
    assert abs(inner(found["d_dy"], p.dy) - penalty) <= allowed
    by_gamma = inner(p.gamma, found["d_gamma"])
    allowed = inner(abs(p.gamma), p.expected("double_backward")["d_gamma"].allowed(found["d_gamma"].dtype))
    assert abs(by_gamma - inner(p.ddx, dx)) <= allowed + through


@pytest.mark.peers
@pytest.mark.parametrize("dtype", DTYPES)
def test_torch_agrees(dtype):
    """Its autograd, differentiated once more, is within the bounds of the class that it declares."""
    try:
        torch = load("torch")
    except Missing as missing:
        pytest.skip(str(missing))
    p = problem((7, 5, 3), 1, dtype)
    cotangents = p.ddx, p.ddgamma, p.ddbeta
    arguments = p.dy, p.x, p.gamma, p.eps
    theirs = torch.double_backward(*cotangents, *arguments)
    loose = oracle.double_backward(*cotangents, *arguments, accumulate=torch.caps.accumulation(dtype))
    for name, ours in double_backward(p).items():
        allowed = loose[name].allowed(theirs[name].dtype) + p.expected("double_backward")[name].allowed(
            ours.dtype
        )
        assert loose[name].compare(theirs[name]).ratio <= 1, name
        assert (abs(theirs[name].astype(float) - ours) <= allowed * (1 + 2.0**-50)).all(), name


# Small batches, constant channels


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axis"), [((0, 5), 1), ((3, 5, 0), 1), ((2, 0, 5), -1), ((3, 0), 1), ((5, 0), 0)]
)
def test_no_element(shape, axis, dtype):
    p = problem(shape, axis, dtype)
    assert bits(jvp(p)["jvp"]) == bits(p.x)
    out = numpy.empty(shape, dtype), numpy.empty(shape, dtype)
    for given in (None, out):
        outputs = double_backward(p, out=given)
        assert (outputs["d_dy"].shape, outputs["d_x"].shape) == (shape, shape)
        assert bits(outputs["d_gamma"]) == bits(numpy.zeros(shape[axis], dtype))
        assert given is None or (outputs["d_dy"] is out[0] and outputs["d_x"] is out[1])


@pytest.mark.parametrize("eps", [0.0, EPS, 1e9])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axis"), [((1, 5), 1), ((5, 1), 0), ((1, 5, 1), 1), ((1, 1, 5), -1), ((1, 1), 1)]
)
def test_one_element(shape, axis, dtype, eps):
    p = problem(shape, axis, dtype).but(eps=eps)
    assert not jvp(p)["jvp"].any()
    outputs = double_backward(p)
    numpy.testing.assert_array_equal(outputs["d_dy"].ravel(), p.ddbeta)
    assert not outputs["d_x"].any()
    assert not outputs["d_gamma"].any()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axis"), [((7, 5, 3), 1), ((1031, 5), 1), ((3, 7, 5), -1), ((2, 5, 4099), 1)]
)
def test_constant_channels_without_eps(shape, axis, dtype):
    # the limit of small eps: y = beta, whatever x, so nothing moves
    p = problem(shape, axis, dtype).but(eps=0.0)
    x = p.x.copy()
    numpy.moveaxis(x, axis, 0)[1] = 0.1
    outputs = double_backward(p.but(x=x))
    assert (outputs["d_dy"].take(1, axis) == p.ddbeta[1]).all()
    assert not outputs["d_x"].take(1, axis).any()
    assert outputs["d_gamma"][1] == 0
    assert not jvp(p.but(x=x))["jvp"].take(1, axis).any()
    assert_same({n: g.take(0, axis if g.ndim > 1 else 0) for n, g in outputs.items()},
                {n: g.take(0, axis if g.ndim > 1 else 0) for n, g in double_backward(p).items()})  # fmt: skip


@pytest.mark.sweeps
@pytest.mark.parametrize("eps", [0.0, EPS, 1e9])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("m", [2, 3, 5, 31, 127])
def test_few_elements(m, dtype, eps):
    for shape, axis in (((m, 5), 1), ((5, m), 0), ((1, 5, m), 1), ((m, 1, 5), -1), ((m, 1), 1)):
        p = problem(shape, axis, dtype).but(eps=eps)
        for call in HIGHER:
            p.judge(call, HIGHER[call](p))
