"""A residual and a relu in the same pass, and half precision: the bits of separate calls, rounded once."""

import itertools

import numpy
import pytest
from layouts import LAYOUTS, bits
from marks import swept

import bncore

try:
    from ml_dtypes import bfloat16
except ModuleNotFoundError:
    bfloat16 = None

HALVES = [
    numpy.float16,
    pytest.param(bfloat16, marks=pytest.mark.skipif(bfloat16 is None, reason="No module named 'ml_dtypes'")),
]
DTYPES = [numpy.float32, numpy.float64, *HALVES]
# where a grid is large
SOME_DTYPES = [numpy.float16, *swept(numpy.float32, numpy.float64), HALVES[1]]
# in runs, in columns, folded, of many parts, of large planes
SHAPES = [
    ((5, 7), 1),
    ((300, 9), 1),
    ((4, 3, 9), 1),
    ((33, 6, 7, 7), 1),
    ((2, 3, 70, 70), 1),
    ((5, 9, 9, 33), -1),
    ((2, 2, 9001), 1),
    ((64, 5, 2, 2), 1),
]


def numbers(shape, axis, dtype, seed=0):
    random = numpy.random.default_rng(seed)
    tensors = {name: random.normal(0.5, 1, shape).astype(dtype) for name in ("x", "dy", "residual")}
    return tensors, random.normal(size=shape[axis]), random.normal(size=shape[axis])


def computed(array):
    """As the core computes: half precision in float32."""
    return array.astype(numpy.float32) if array.itemsize == 2 else array


def relu(array):
    return numpy.where(array <= 0, array.dtype.type(0), array)


@pytest.fixture(params=[1, 2, 3], ids="{} threads".format)
def threads(request):
    before = bncore.get_num_threads()
    bncore.set_num_threads(request.param)
    yield
    bncore.set_num_threads(before)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("dtype", SOME_DTYPES)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
@pytest.mark.parametrize(("added", "cut"), [*itertools.product((False, True), repeat=2)])
def test_forward_is_that_of_separate_calls(shape, axis, dtype, added, cut):
    tensors, gamma, beta = numbers(shape, axis, dtype)
    x, residual = tensors["x"], tensors["residual"]
    plain, whole = bncore.forward(computed(x), gamma, beta, axis=axis)
    expected = plain + computed(residual) if added else plain
    expected = (relu(expected) if cut else expected).astype(dtype)
    how = {"residual": residual if added else None, "relu": cut, "axis": axis}
    y, stats = bncore.forward(x, gamma, beta, **how)
    assert y.dtype == dtype
    assert bits(y) == bits(expected)
    assert bits(stats.mean) == bits(whole.mean)
    assert bits(stats.var) == bits(whole.var)
    assert bits(bncore.normalize(x, gamma, beta, stats, **how)) == bits(expected)
    plain = bncore.inference(computed(x), gamma, beta, whole.mean, whole.var, axis=axis)
    expected = plain + computed(residual) if added else plain
    expected = (relu(expected) if cut else expected).astype(dtype)
    assert bits(bncore.inference(x, gamma, beta, whole.mean, whole.var, **how)) == bits(expected)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("over", ["x", "residual"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_y_may_be_written_over_what_it_is_made_of(shape, axis, over, dtype):
    tensors, gamma, beta = numbers(shape, axis, dtype)
    how = {"relu": True, "axis": axis}
    y, _ = bncore.forward(tensors["x"], gamma, beta, residual=tensors["residual"], **how)
    bncore.forward(tensors["x"], gamma, beta, residual=tensors["residual"], out=tensors[over], **how)
    assert bits(tensors[over]) == bits(y)


@pytest.mark.usefixtures("threads")
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_backward_is_that_of_what_the_relu_lets_through(shape, axis, dtype):
    tensors, gamma, beta = numbers(shape, axis, dtype)
    x, dy, how = tensors["x"], tensors["dy"], {"axis": axis}
    y, stats = bncore.forward(x, gamma, beta, residual=tensors["residual"], relu=True, **how)
    through = numpy.where(y > 0, dy, dy.dtype.type(0))
    dx, dgamma, dbeta = bncore.backward(computed(through), computed(x), gamma, stats, **how)
    place = numpy.empty_like(x)
    found = bncore.backward(dy, x, gamma, stats, y=y, residual_out=place, **how)
    assert bits(found[0]) == bits(dx.astype(dtype))
    assert bits(found[1]) == bits(dgamma)
    assert bits(found[2]) == bits(dbeta)
    assert bits(place) == bits(through)
    gsums = bncore.gradient_sums(dy, x, stats, y=y, **how)
    assert bits(bncore.gradient(dy, x, gamma, stats, gsums, y=y, **how)) == bits(found[0])
    # dx over y, and the gradient of the residual over dy
    bncore.backward(dy, x, gamma, stats, y=y, out=y, residual_out=dy, **how)
    assert bits(dy) == bits(through)
    assert bits(y) == bits(found[0])


def test_without_a_relu_the_gradient_of_the_residual_is_dy():
    tensors, gamma, _ = numbers((5, 3, 4), 1, numpy.float32)
    place, stats = numpy.empty((5, 3, 4), numpy.float32), bncore.statistics(tensors["x"])
    bncore.backward(tensors["dy"], tensors["x"], gamma, stats, residual_out=place)
    assert bits(place) == bits(tensors["dy"])


@pytest.mark.parametrize("dtype", SOME_DTYPES)
@pytest.mark.parametrize("layout", LAYOUTS)
@pytest.mark.parametrize("other", LAYOUTS)
def test_each_operand_may_have_a_layout_of_its_own(layout, other, dtype):
    tensors, gamma, beta = numbers((6, 5, 8, 9), 1, dtype)
    x, residual = tensors["x"], tensors["residual"]
    expected, _ = bncore.forward(x, gamma, beta, residual=residual, relu=True)
    found, stats = bncore.forward(
        LAYOUTS[layout](x, 1), gamma, beta, residual=LAYOUTS[other](residual, 1), relu=True
    )
    numpy.testing.assert_allclose(computed(found), computed(expected), rtol=2**-6, atol=1e-6)
    y = LAYOUTS[other](expected, 1)
    dx, *_ = bncore.backward(tensors["dy"], LAYOUTS[layout](x, 1), gamma, stats, y=y)
    assert dx.shape == x.shape


@pytest.mark.parametrize("dtype", DTYPES)
def test_a_nan_stays_in_its_channel(dtype):
    x = numpy.ones((4, 2, 3), dtype)
    x[0, 0, 0] = numpy.nan
    y, _ = bncore.forward(x, relu=True)
    assert numpy.isnan(computed(y)[:, 0]).all()
    assert (computed(y)[:, 1] == 0).all()


@pytest.mark.parametrize("dtype", HALVES)
@pytest.mark.parametrize("name", ["jvp", "double_backward", "inference_backward", "statistics"])
def test_half_precision_is_computed_in_float32(name, dtype):
    tensors, gamma, _ = numbers((7, 5, 6), 1, dtype)
    x, dy = tensors["x"], tensors["dy"]
    stats = bncore.statistics(computed(x))
    calls = {
        "jvp": lambda x, dy: [bncore.jvp(dy, x, gamma, stats)],
        "double_backward": lambda x, dy: bncore.double_backward(x, gamma, None, dy, x, gamma, stats),
        "inference_backward": lambda x, dy: bncore.inference_backward(dy, x, gamma, stats.mean, stats.var),
        "statistics": lambda x, dy: [bncore.statistics(x).mean, bncore.statistics(x).var],
    }
    for found, expected in zip(calls[name](x, dy), calls[name](computed(x), computed(dy)), strict=True):
        assert bits(found) == bits(expected.astype(found.dtype))


@pytest.mark.parametrize("dtype", HALVES)
def test_gradients_of_parameters_of_half_precision_data_are_float32(dtype):
    x = numpy.ones((4, 3), dtype)
    _, dgamma, dbeta = bncore.backward(x, x, None, bncore.statistics(x))
    assert dgamma.dtype == dbeta.dtype == numpy.float32


def test_every_half_is_read_and_written():
    # a NaN as one, and -0 as 0, which beta is added to
    every = numpy.arange(1 << 16, dtype=numpy.uint16).view(numpy.float16)
    x = numpy.stack([every, every])
    y = bncore.inference(x, None, None, numpy.zeros(1 << 16), numpy.ones(1 << 16), eps=0.0)
    assert numpy.array_equal(y, x, equal_nan=True)


X = numpy.ones((4, 3), numpy.float32)
STATS = bncore.statistics(X)
ZEROS, ONES = numpy.zeros(3), numpy.ones(3)
WRONG = [
    (lambda: bncore.forward(X, residual=X[:3]), ValueError, "residual must have the shape of x"),
    (lambda: bncore.forward(X, residual=X.astype(float)), TypeError, "residual must have the dtype of x"),
    (lambda: bncore.forward(X, relu=1), TypeError, "relu must be True or False, found int"),
    (lambda: bncore.inference(X, None, None, ZEROS, ONES, relu="yes"), TypeError, "relu must be"),
    (lambda: bncore.normalize(X, None, None, STATS, residual=[1.0]), ValueError, "residual must have"),
    (lambda: bncore.backward(X, X, None, STATS, y=X[:2]), ValueError, "y must have the shape of x"),
    (lambda: bncore.backward(X, X, None, STATS, y=X, residual_out=X[:2]), ValueError, "residual_out"),
    (lambda: bncore.backward(X.copy(), X, None, STATS, y=X, residual_out=X), ValueError, "residual_out must"),
    (lambda: bncore.forward(X, ONES.astype(numpy.float16)), TypeError, "gamma must be a float32 or float64"),
]


@pytest.mark.parametrize(("call", "error", "said"), WRONG)
def test_what_is_wrong_is_named(call, error, said):
    with pytest.raises(error, match=said):
        call()


def test_two_results_are_two_arrays():
    out = numpy.empty_like(X)
    with pytest.raises(ValueError, match="residual_out must not overlap out"):
        bncore.backward(X, X, None, STATS, y=X, out=out, residual_out=out)
    assert (X == 1).all()
