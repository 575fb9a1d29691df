"""Batch renormalization: batch normalization by two other parameters, and its gradients by theirs."""

import math

import numpy
import pytest
from judge import ACCUMULATE, DTYPES, problem
from layouts import bits

import bncore
from spec import oracle

# where nothing is held, where both are at times, where both are always, and where there is nothing but the
# batch
LIMITS = [(math.inf, math.inf), (1.5, 0.5), (1.0, 1e-3), (1.0, 0.0)]


def layer_of(p, renorm, **options):
    layer = bncore.BatchNorm(5, eps=p.eps, dtype=p.gamma.dtype, renorm=renorm, **options)
    if layer.affine:
        layer.gamma, layer.beta = p.gamma.copy(), p.beta.copy()
    layer.running_mean, layer.running_var = p.mean.copy(), p.var.copy()
    return layer


def r_and_d(p, limits):
    """As the paper has them, of the statistics of the batch."""
    stats = bncore.statistics(p.x, eps=p.eps)
    rmax, dmax = limits
    r = numpy.sqrt(stats.var + p.eps) / numpy.sqrt(p.var + p.eps)
    d = (stats.mean - p.mean) / numpy.sqrt(p.var + p.eps)
    return numpy.minimum(numpy.maximum(r, 1 / rmax), rmax), numpy.minimum(numpy.maximum(d, -dmax), dmax)


def parameters(p, limits):
    r, d = r_and_d(p, limits)
    gamma, beta = p.gamma.astype(float), p.beta.astype(float)
    return gamma * r, gamma * d + beta


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("limits", LIMITS)
def test_forward_and_backward_of_the_two_other_parameters(limits, dtype):
    p = problem((7, 5, 3), 1, dtype)
    layer = layer_of(p, limits)
    gamma, beta = parameters(p, limits)
    y, stats = bncore.forward(p.x, gamma, beta, eps=p.eps)
    dx, by_scale, by_shift = bncore.backward(p.dy, p.x, gamma, stats)
    r, d = r_and_d(p, limits)
    assert bits(layer(p.x)) == bits(y)
    assert bits(layer.backward(p.dy)) == bits(dx)
    # gamma is in both parameters: the chain rule, by numbers that are held
    assert bits(layer.dgamma) == bits((r * by_scale + d * by_shift).astype(dtype))
    assert bits(layer.dbeta) == bits(by_shift.astype(dtype))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("limits", LIMITS)
def test_within_the_bounds_of_those_parameters(limits, dtype):
    p = problem((7, 5, 3), 1, dtype)
    layer = layer_of(p, limits)
    gamma, beta = parameters(p, limits)
    how = {"accumulate": ACCUMULATE[dtype]}
    assert oracle.forward(p.x, gamma, beta, p.eps, **how)["y"].compare(layer(p.x)).ratio <= 1
    assert oracle.backward(p.dy, p.x, gamma, p.eps, **how)["dx"].compare(layer.backward(p.dy)).ratio <= 1


@pytest.mark.parametrize("dtype", DTYPES)
def test_where_nothing_is_held_it_is_inference_in_value(dtype):
    p = problem((7, 5, 3), 1, dtype)
    layer = layer_of(p, (math.inf, math.inf))
    y = layer(p.x)
    expected = oracle.inference(p.x, p.gamma, p.beta, p.mean, p.var, p.eps, accumulate="float64")["y"]
    by_batch = oracle.forward(p.x, *parameters(p, (math.inf,) * 2), p.eps, accumulate=ACCUMULATE[dtype])["y"]
    # each within its bound of one number; gamma r and gamma d + beta, in float64, took six roundings at most
    terms = abs(by_batch.nearest) + 2 * abs(p.beta)[None, :, None] + 2 * abs(y)
    rounded = 6 * numpy.finfo(float).eps * terms
    allowed = by_batch.allowed(dtype) + expected.allowed(dtype) + rounded
    assert (abs(y - expected.nearest) <= allowed).all()


@pytest.mark.parametrize("dtype", DTYPES)
def test_1_and_0_are_batch_normalization_bit_for_bit(dtype):
    p = problem((7, 5, 3), 1, dtype)
    layer, plain = layer_of(p, (1, 0)), layer_of(p, None)
    assert bits(layer(p.x)) == bits(plain(p.x))
    assert bits(layer.backward(p.dy)) == bits(plain.backward(p.dy))
    assert bits(layer.dgamma) == bits(plain.dgamma)
    assert bits(layer.dbeta) == bits(plain.dbeta)


def loss(p, r, d, gamma, beta, x):
    """sum dy y in plain NumPy, with r and d given: what the gradient is the derivative of."""
    mean = x.mean((0, 2), keepdims=True)
    var = ((x - mean) ** 2).mean((0, 2), keepdims=True)
    r, d, gamma, beta = (each[None, :, None] for each in (r, d, gamma, beta))
    return (p.dy * (gamma * (r * (x - mean) / numpy.sqrt(var + p.eps) + d) + beta)).sum()


def test_the_gradient_holds_r_and_d():
    """Along a direction, by a complex step: it takes no difference, so that rounding is its only error."""
    p, limits, h = problem((7, 5, 3), 1, "float64"), (1.5, 0.5), 1e-100
    layer = layer_of(p, limits)
    layer(p.x)
    gradients = {"x": layer.backward(p.dy), "gamma": layer.dgamma, "beta": layer.dbeta}
    r, d = r_and_d(p, limits)
    off = {
        name: each.allowed("float64")
        for name, each in oracle.backward(p.dy, p.x, p.gamma * r, p.eps, accumulate="any").items()
    }
    # of the two sides, as of a kernel whose sums are plain ones
    allowed = {"x": off["dx"], "gamma": r * off["dgamma"] + abs(d) * off["dbeta"], "beta": off["dbeta"]}
    random = numpy.random.default_rng(0)
    for name, gradient in gradients.items():
        direction = random.normal(size=gradient.shape)
        at = {"x": p.x, "gamma": p.gamma, "beta": p.beta}
        slope = loss(p, r, d, **at | {name: at[name] + 1j * h * direction}).imag / h
        error = abs(slope - (gradient * direction).sum())
        assert error <= 2 * (allowed[name].reshape(gradient.shape) * abs(direction)).sum(), name


def test_the_running_statistics_are_those_before_and_are_updated_as_ever():
    p = problem((7, 5, 3), 1, "float32")
    layer, plain = layer_of(p, (3.0, 5.0)), layer_of(p, None)
    for scale in (1, 2, 3):
        x = p.x * numpy.float32(scale)
        before = p.but(x=x, mean=layer.running_mean, var=layer.running_var)
        gamma, beta = parameters(before, (3.0, 5.0))
        assert bits(layer(x)) == bits(bncore.forward(x, gamma, beta, eps=p.eps)[0])
        plain(x)
        assert bits(layer.running_mean) == bits(plain.running_mean)
        assert bits(layer.running_var) == bits(plain.running_var)


def test_limits_may_be_relaxed_while_training_goes_on():
    p = problem((7, 5, 3), 1, "float32")
    layer = layer_of(p, (1, 0), momentum=0.0)
    layer(p.x)
    layer.renorm = (3, 5)
    assert bits(layer(p.x)) == bits(layer_of(p, (3, 5))(p.x))
    assert bits(layer.eval()(p.x)) == bits(layer_of(p, None).eval()(p.x))


def test_without_parameters():
    p = problem((7, 5, 3), 1, "float32")
    layer = layer_of(p, (1.5, 0.5), affine=False)
    r, d = r_and_d(p, (1.5, 0.5))
    assert bits(layer(p.x)) == bits(bncore.forward(p.x, r, d, eps=p.eps)[0])
    layer.backward(p.dy)
    assert layer.dgamma is None


@pytest.mark.parametrize(
    ("offset", "of_batch", "r", "d"), [(0, 0, 1, 0), (1, 0, 1, 2), (-1, 0, 1, -2), (0, 1, 3, 0), (1, 1, 3, 2)]
)
def test_running_statistics_without_deviation(offset, of_batch, r, d):
    # eps = 0: s / 0 is held at rmax, (mean - running_mean) / 0 at dmax, and 0 / 0 is 1 and 0
    layer = bncore.BatchNorm(1, eps=0.0, renorm=(3.0, 2.0), dtype="float64")
    layer.running_mean, layer.running_var = numpy.array([5.0]), numpy.array([0.0])
    x = numpy.array([[5.0 + offset - of_batch], [5.0 + offset + of_batch]])
    numpy.testing.assert_array_equal(layer(x), [[-r * of_batch + d], [r * of_batch + d]])


def test_a_bad_number_stays_in_its_channel():
    p = problem((7, 5, 3), 1, "float32")
    layer, clean = layer_of(p, (1.5, 0.5)), layer_of(p, (1.5, 0.5))
    layer.running_var[3] = numpy.nan
    y, wanted = layer(p.x), clean(p.x)
    assert numpy.isnan(y[:, 3]).all()
    others = [0, 1, 2, 4]
    assert bits(y[:, others]) == bits(wanted[:, others])


@pytest.mark.parametrize(
    ("renorm", "error"),
    [
        *((3.0, TypeError), ("35", TypeError), (("3", 5), TypeError), ((3,), ValueError)),
        *(((0.5, 1), ValueError), ((2, -1), ValueError), ((1, 2, 3), ValueError)),
        *(((2, math.nan), ValueError), ((math.nan, 1), ValueError)),
    ],
)
def test_limits_that_are_none(renorm, error):
    with pytest.raises(error, match=r"^renorm must be None or two numbers, .* found "):
        bncore.BatchNorm(5, renorm=renorm)
    layer = bncore.BatchNorm(5)
    layer.renorm = renorm
    with pytest.raises(error, match=r"^renorm must be None or two numbers, .* found "):
        layer(numpy.ones((4, 5), "f"))


def test_without_running_statistics_there_is_nothing_to_move_to():
    with pytest.raises(ValueError, match=r"^renorm must be None where track_running_stats=False, found "):
        bncore.BatchNorm(5, track_running_stats=False, renorm=(3, 5))
