"""What NumPy is told to do about floating-point errors changes nothing here, and is not changed."""

import warnings

import numpy
import pytest
from judge import CALLS, HIGHER, problem
from layouts import LAYOUTS, bits

import bncore
from bncore import checks, copying

MOST, LEAST = numpy.finfo(float).max, 5e-324


def called(*arguments):
    raise AssertionError(f"NumPy's error handler was called: {arguments}")


def in_every_state(make):
    """What a call returns: the same in every error state, which it leaves as it was, without a warning."""
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        plain = make()
        found = []
        for how in ("raise", "warn", "call", "print"):
            handler = numpy.seterrcall(called)
            try:
                with numpy.errstate(all=how):
                    before = numpy.geterr()
                    found.append(make())
                    assert numpy.geterr() == before
            finally:
                numpy.seterrcall(handler)
    for each in found:
        for one, other in zip(each, plain, strict=True):
            assert bits(one) == bits(other)
    return plain


def hostile(dtype, layout):
    """Numbers whose sums, squares, quotients and roundings overflow, underflow and are none."""
    p = problem((4, 8, 3), 1, dtype)
    most, least = numpy.finfo(dtype).max, numpy.finfo(dtype).smallest_subnormal
    x, dy, ddx = (a.copy() for a in (p.x, p.dy, p.ddx))
    dy[::2, 0], ddx[::2, 0] = most, most  # dbeta and d_gamma overflow
    x[:, 1], dy[:, 1] = most, -most
    x[:, 2], dy[:, 2], ddx[:, 2] = least, least, least
    x[1, 3], x[2, 3] = numpy.nan, numpy.inf
    dy[1, 4], ddx[0, 4] = -numpy.inf, numpy.nan
    x[:, 5] = 1
    gamma, beta, mean, var = (a.copy() for a in (p.gamma, p.beta, p.mean, p.var))
    gamma[6], beta[6], mean[6], var[6] = most, -most, MOST, MOST
    gamma[7], beta[7], mean[7], var[7] = least, least, LEAST, 0
    mean[4], var[4] = numpy.nan, numpy.nan
    lay = LAYOUTS[layout]
    return p.but(
        x=lay(x, 1), dy=lay(dy, 1), ddx=lay(ddx, 1), gamma=gamma, beta=beta, mean=mean, var=var, eps=0.0
    )


@pytest.mark.parametrize("call", CALLS | HIGHER)
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", ["contiguous", "reversed", "unaligned", "byte_swapped", "channel_last"])
def test_of_the_functions(call, dtype, layout):
    p = hostile(dtype, layout)
    in_every_state(lambda: list((CALLS | HIGHER)[call](p).values()))


def test_of_a_signaling_nan_in_a_parameter():
    p = problem((4, 8, 3), 1, "float32")
    gamma = p.gamma.copy()
    gamma.view("u4")[3] = 0x7FA00000
    for layout in ("contiguous", "reversed"):
        q = p.but(x=LAYOUTS[layout](p.x, 1), gamma=gamma)
        in_every_state(lambda q=q: [bncore.forward(q.x, q.gamma, q.gamma)[0]])
    in_every_state(lambda: [checks.per_channel("gamma", gamma, 8)])
    in_every_state(lambda: [checks.variance("gamma", abs(gamma), 8)])
    in_every_state(lambda: [bncore.Stats(3, gamma, abs(gamma), 0.0).mean])


def stats_of(count, mean, var):
    return bncore.Stats(count, numpy.array(mean), numpy.array(var), 0.0)


def test_of_merge():
    nan, inf = numpy.nan, numpy.inf
    one = stats_of(
        3, [MOST, -MOST, 1e-200, nan, inf, LEAST, 0.0], [MOST, 0.0, LEAST, nan, inf, 1e308, 1e-320]
    )
    other = stats_of(
        7, [-MOST, MOST, 2e-200, 1.0, -inf, -LEAST, 1e-170], [0.0, MOST, LEAST, 1.0, nan, 1.0, LEAST]
    )
    in_every_state(lambda: [(whole := bncore.merge(one, other)).mean, whole.var])


@pytest.mark.parametrize("momentum", [0.0, 1e-300, 0.1, 1.0, None])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_the_layer(dtype, momentum):
    p = hostile(dtype, "contiguous")

    def step():
        layer = bncore.BatchNorm(8, momentum=momentum, eps=0.0, dtype=dtype)
        layer.gamma, layer.beta = p.gamma, p.beta
        layer.running_mean, layer.running_var = p.mean, p.var
        first = layer(p.x), layer.backward(p.dy), layer.dgamma, layer.dbeta
        again = layer(p.x), layer.backward(p.dy), layer.eval()(p.x), layer.backward(p.dy)
        other = bncore.BatchNorm(8, dtype=dtype)
        other.load_state_dict(layer.state_dict())
        return [*first, *again, other.running_mean, other.running_var]

    in_every_state(step)


@pytest.mark.parametrize("function", [bncore.fold, bncore.unfold])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_of_folding(dtype, function):
    p = hostile(dtype, "contiguous")
    given = {"gamma": p.gamma, "beta": p.beta, "mean": p.mean, "var": p.var, "eps": 1e-320}
    weight = numpy.moveaxis(p.x, 1, 0)
    in_every_state(lambda: list(function(weight, p.beta, **given)))
    given["var"] = numpy.where(given["var"] == 0, LEAST, given["var"])
    in_every_state(lambda: list(function(weight, p.beta, **given)))


def test_of_copies():
    source = numpy.array([[MOST, LEAST, numpy.nan, -numpy.inf]] * 3)
    source.view("u8")[0] = 0x7FF4000000000000
    swapped = source.astype(source.dtype.newbyteorder())
    target = numpy.zeros_like(source)
    in_every_state(lambda: [copying.copy(target, swapped) or target])
    narrow = in_every_state(lambda: [copying.cast(source, numpy.float32)])[0]
    numpy.testing.assert_array_equal(narrow[1], numpy.array([numpy.inf, 0, numpy.nan, -numpy.inf], "f"))
    assert copying.cast(source, numpy.float64) is source
