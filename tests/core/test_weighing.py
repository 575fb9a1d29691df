"""Weights and masks: within the bounds of spec's oracle, and what has weight 0 is not looked at."""

import functools
import itertools
import operator

import numpy
import pytest
from judge import ACCUMULATE, EPS
from layouts import LAYOUTS, bits
from marks import FLOAT32_FIRST, swept_places

import bncore
from spec import oracle

SHAPES = [
    ((5, 4), 1),
    ((300, 3), 1),
    ((4, 3, 9), 1),
    ((3, 6, 70), -1),
    ((9, 5, 2, 2), 1),
    *swept_places(((2, 2, 40, 41), 1)),
    ((2, 3, 5, 4), -1),
]
KINDS = ["mask", "numbers", "rows that end"]


def weights_of(shape, axis, kind, random):
    """Weights of such a kind, 1 at the channel."""
    axis %= len(shape)
    own = [1 if i == axis else extent for i, extent in enumerate(shape)]
    if kind == "numbers":
        w = (random.random(own) * (random.random(own) < 0.8)).astype(numpy.float32)
    elif kind == "mask":
        w = random.random(own) < 0.6
    else:
        last = max((i for i in range(len(shape)) if i != axis and i), default=0)
        lengths = random.integers(0, shape[last] + 1, [shape[0]] + [1] * (len(shape) - 1))
        places = numpy.arange(shape[last]).reshape([-1 if i == last else 1 for i in range(len(shape))])
        w = numpy.broadcast_to(places < lengths, own).copy()
    w.flat[0] = 1
    return w


@functools.cache
def case(shape, axis, kind, dtype, offset=3.0):
    random = numpy.random.default_rng(len(shape))
    x, dy, v = (random.normal(at, 2, shape).astype(dtype) for at in (offset, 0.5, 0))
    gamma, beta, ddgamma, ddbeta = random.normal(0, 2, (4, shape[axis])).astype(dtype)
    w = weights_of(shape, axis, kind, random)
    # some padding has no gradient either, and may hold anything
    dead = numpy.broadcast_to(w == 0, shape) & (random.random(shape) < 0.5)
    return x, numpy.where(dead, 0, dy).astype(dtype), v, (gamma, beta, ddgamma, ddbeta), w, dead


def judged(expected, found, axis):
    for name, got in found.items():
        got = numpy.moveaxis(got, axis, 1) if got.ndim > 1 else got
        worst = expected[name].compare(got)
        assert worst.ratio <= 1, f"{name} is off by {worst}"


FAR = [3.0, pytest.param(1e4, marks=pytest.mark.sweeps)]


@pytest.mark.parametrize("offset", FAR)
@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_every_output_is_within_its_bound(shape, axis, kind, dtype, offset):
    x, dy, v, (gamma, beta, ddgamma, ddbeta), w, _ = case(shape, axis, kind, dtype, offset)
    mx, mdy, mv, mw = (numpy.moveaxis(each, axis, 1) for each in (x, dy, v, w))
    how, spec = {"axis": axis, "weights": w}, {"accumulate": ACCUMULATE[dtype], "weights": mw}
    y, stats = bncore.forward(x, gamma, beta, eps=EPS, **how)
    found = {"y": y, "mean": stats.mean, "var": stats.var}
    judged(oracle.forward(mx, gamma, beta, EPS, **spec), found, axis)
    found = dict(zip(("dx", "dgamma", "dbeta"), bncore.backward(dy, x, gamma, stats, **how), strict=True))
    judged(oracle.backward(mdy, mx, gamma, EPS, **spec), found, axis)
    found = bncore.jvp(v, x, gamma, stats, **how)
    (name,) = oracle.jvp(mv, mx, gamma, EPS, **spec)
    judged(oracle.jvp(mv, mx, gamma, EPS, **spec), {name: found}, axis)
    found = bncore.double_backward(v, ddgamma, ddbeta, dy, x, gamma, stats, **how)
    expected = oracle.double_backward(mv, ddgamma, ddbeta, mdy, mx, gamma, EPS, **spec)
    judged(expected, dict(zip(("d_dy", "d_x", "d_gamma"), found, strict=True)), axis)


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize(("shape", "axis"), SHAPES, ids=str)
def test_padding_may_hold_anything(shape, axis, kind, dtype):
    x, dy, _, (gamma, beta, *_), w, dead = case(shape, axis, kind, dtype)
    dy, how = dy.astype(dtype), {"axis": axis, "weights": w}
    y, stats = bncore.forward(x, gamma.astype("f4"), beta.astype("f4"), **how)
    expected = bncore.backward(dy, x, None, stats, **how)
    for anything in (numpy.nan, numpy.inf):
        odd = numpy.where(dead, anything, x).astype(dtype)
        again, found = bncore.forward(odd, gamma.astype("f4"), beta.astype("f4"), **how)
        assert bits(found.mean) == bits(stats.mean)
        assert bits(found.var) == bits(stats.var)
        assert bits(again[~dead]) == bits(y[~dead])
        for a, b in zip(bncore.backward(dy, odd, None, stats, **how), expected, strict=True):
            assert bits(a) == bits(b)


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("layout", LAYOUTS)
def test_layouts_have_the_same_numbers(layout, dtype):
    x, dy, _, (gamma, beta, *_), w, _ = case((4, 3, 6, 7), 1, "numbers", dtype)
    y, stats = bncore.forward(x, gamma, beta, weights=w)
    again, found = bncore.forward(LAYOUTS[layout](x, 1), gamma, beta, weights=w)
    numpy.testing.assert_allclose(found.var, stats.var, rtol=1e-13)
    numpy.testing.assert_allclose(again, y, rtol=1e-5, atol=1e-5)
    dx = bncore.backward(LAYOUTS[layout](dy, 1), LAYOUTS[layout](x, 1), gamma, stats, weights=w)[0]
    numpy.testing.assert_allclose(
        dx, bncore.backward(dy, x, gamma, stats, weights=w)[0], rtol=1e-5, atol=1e-6
    )


@pytest.mark.parametrize("cut", [(0, 4, 9, 14), (0, 1, 2, 14)], ids=str)
def test_shards_are_one_batch(cut):
    x, dy, _, (gamma, *_), w, _ = case((14, 3, 5), 1, "numbers", "float64")
    parts = [slice(*ends) for ends in itertools.pairwise(cut)]
    sums = [bncore.sums(x[part], weights=w[part]) for part in parts]
    stats = functools.reduce(operator.add, sums).stats(EPS)
    spec = {"accumulate": "compensated", "weights": w}
    judged(oracle.forward(x, None, None, EPS, **spec), {"mean": stats.mean, "var": stats.var}, 1)
    assert stats.count == pytest.approx(w.sum())
    gsums = functools.reduce(
        operator.add, [bncore.gradient_sums(dy[part], x[part], stats, weights=w[part]) for part in parts]
    )
    dx = [bncore.gradient(dy[part], x[part], gamma, stats, gsums, weights=w[part]) for part in parts]
    judged(oracle.backward(dy, x, gamma, EPS, **spec), {"dx": numpy.concatenate(dx)}, 1)
    again = bncore.Sums.from_array(functools.reduce(operator.add, sums).array()).stats(EPS)
    assert again.count == stats.count


def test_threads_change_no_bit():
    x, dy, _, (gamma, *_), w, _ = case((40, 5, 60, 61), 1, "numbers", "float32")
    before, found = bncore.get_num_threads(), set()
    for threads in (1, 2, 3, 7):
        bncore.set_num_threads(threads)
        y, stats = bncore.forward(x, gamma, weights=w)
        dx, dgamma, _ = bncore.backward(dy, x, gamma, stats, weights=w)
        found.add((bits(y), bits(stats.var), bits(dx), bits(dgamma)))
    bncore.set_num_threads(before)
    assert len(found) == 1


@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_a_constant_has_no_variance(dtype):
    random = numpy.random.default_rng(1)
    x = numpy.full((7, 3, 500), 3.3, dtype)
    y, stats = bncore.forward(x, None, numpy.array([1.0, 2.0, 3.0]), weights=random.random((7, 1, 500)))
    assert (stats.var == 0).all()
    assert (y == numpy.array([1, 2, 3], dtype)[:, None]).all()


def test_no_weight_at_all_is_the_empty_batch():
    x = numpy.ones((4, 3))
    _, stats = bncore.forward(x, weights=numpy.zeros((4, 1)))
    assert (stats.count, stats.mean.tolist(), stats.var.tolist()) == (0, [0, 0, 0], [0, 0, 0])


def test_a_mask_counts_in_integers():
    stats = bncore.statistics(numpy.ones((4, 3)), weights=numpy.array([[True], [False], [True], [True]]))
    assert stats.count == 3
    assert isinstance(stats.count, int)


X = numpy.ones((4, 3, 5), numpy.float32)
WRONG = [
    (-1.0, ValueError, "weights must be finite and not negative, found -1"),
    (numpy.nan, ValueError, "weights must be finite"),
    (numpy.inf, ValueError, "weights must be finite"),
    (numpy.ones((4, 3, 5)), ValueError, r"broadcasts to \(4, 1, 5\), found \(4, 3, 5\)"),
    (numpy.ones((3, 1, 5)), ValueError, "broadcasts"),
    (numpy.ones((1, 4, 1, 5)), ValueError, "broadcasts"),
    (numpy.ones((4, 1, 5), int), TypeError, "weights must be a bool or float array, found dtype int64"),
    ("many", TypeError, "weights"),
]


@pytest.mark.parametrize(("weights", "error", "said"), WRONG)
def test_what_is_wrong_is_named(weights, error, said):
    stats, out = bncore.statistics(X), X.copy()
    for call in (
        lambda: bncore.forward(X, weights=weights, out=out),
        lambda: bncore.backward(X, X, None, stats, weights=weights, out=out),
        lambda: bncore.statistics(X, weights=weights),
        lambda: bncore.jvp(X, X, None, stats, weights=weights, out=out),
        lambda: bncore.double_backward(X, None, None, X, X, None, stats, weights=weights),
    ):
        with pytest.raises(error, match=said):
            call()
    assert bits(out) == bits(X)


def test_statistics_of_other_weights_are_refused():
    with pytest.raises(ValueError, match="stats must be those of x"):
        bncore.backward(X, X, None, bncore.statistics(X), weights=numpy.full((4, 1, 5), 0.5))


@pytest.mark.parametrize("call", ["statistics", "forward", "sums", "backward", "jvp", "double_backward"])
@pytest.mark.parametrize(
    ("bad", "words"),
    [
        ([[1.0], [1.0, 2.0]], "weights must be a bool or float array, found a list that cannot be made one"),
        (numpy.ma.array(numpy.ones((5, 1)), mask=[[0]] * 4 + [[1]]), "weights .*found a masked array"),
        (numpy.ones((5, 1), int), "weights must be a bool or float array, found dtype int64"),
    ],
    ids=["ragged", "masked", "int"],
)
def test_what_are_no_weights_is_refused_by_name(call, bad, words):
    x, dy, v, *_ = case((5, 4), 1, "mask", "float64")
    stats, out = bncore.statistics(x), numpy.full(x.shape, 7.0)
    given = {
        "statistics": (x,),
        "sums": (x,),
        "forward": (x,),
        "backward": (dy, x, None, stats),
        "jvp": (v, x, None, stats),
        "double_backward": (v, None, None, dy, x, None, stats),
    }[call]
    place = {"forward": out, "backward": out, "jvp": out, "double_backward": (out, None)}.get(call)
    with pytest.raises((TypeError, ValueError), match=words):
        getattr(bncore, call)(*given, weights=bad, **({} if place is None else {"out": place}))
    assert (out == 7).all()


def test_second_derivatives_lie_as_x_does():
    x, dy, v, (gamma, _, ddgamma, ddbeta), w, _ = case((5, 6, 4), 1, "numbers", "float32")
    for order in ((0, 1, 2), (2, 1, 0), (1, 2, 0)):
        lies = x.transpose(order).copy().transpose(numpy.argsort(order))
        stats = bncore.statistics(lies, weights=w)
        found = bncore.double_backward(v, ddgamma, ddbeta, dy, lies, gamma, stats, weights=w)
        assert found[0].strides == found[1].strides == lies.strides


def test_a_result_may_not_overlap_weights():
    room = numpy.arange(1.0, 41).reshape(10, 4)
    x, w = numpy.random.default_rng(0).normal(size=(5, 4)), room[:5, :1]
    stats, before = bncore.statistics(x, weights=w), room.copy()
    for call in (
        lambda out: bncore.forward(x, weights=w, out=out),
        lambda out: bncore.backward(x, x, None, stats, weights=w, out=out),
        lambda out: bncore.jvp(x, x, None, stats, weights=w, out=out),
        lambda out: bncore.double_backward(x, None, None, x, x, None, stats, weights=w, out=(None, out)),
    ):
        with pytest.raises(ValueError, match="must be weights itself or not overlap it"):
            call(room[2:7])
        assert bits(room) == bits(before)


def test_signaling_nans_are_converted_without_a_warning():
    x = numpy.full((4, 2), 0x7F800001, numpy.uint32).view(numpy.float32)
    w = numpy.ones((4, 1))
    stats = bncore.statistics(x, weights=w)
    with numpy.errstate(all="raise"):
        assert numpy.isnan(bncore.jvp(x, x, None, stats, weights=w)).all()
        for each in bncore.double_backward(x, None, None, x, x, None, stats, weights=w):
            assert numpy.isnan(each).all()


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("power", [-1074, -1060, -1022, -500, -65, 65, 500, 1000])
def test_weights_near_the_ends_of_float64(power, dtype):
    # weights times a power of two are the same shares of their sum, which all depends on but the count
    random = numpy.random.default_rng(0)
    x, dy, v = random.normal(2, 1, (3, 11, 2)).astype(dtype)
    plain = random.integers(0, 8, (11, 1)).astype("f8")

    def found(weights):
        y, stats = bncore.forward(x, weights=weights)
        gsums = bncore.gradient_sums(dy, x, stats, weights=weights)
        return stats.count, [
            *(y, stats.mean, stats.var, *bncore.backward(dy, x, None, stats, weights=weights)),
            bncore.gradient(dy, x, None, stats, gsums, weights=weights),
            bncore.jvp(v, x, None, stats, weights=weights),
            *bncore.double_backward(v, None, None, dy, x, None, stats, weights=weights),
        ]

    count, wanted = found(plain)
    with numpy.errstate(all="raise"):
        scaled, results = found(numpy.ldexp(plain, power))
    assert scaled == numpy.ldexp(float(count), power)
    for got, right in zip(results, wanted, strict=True):
        assert abs(got - right).max() <= 64 * numpy.finfo(dtype).eps * max(1, abs(right).max())


def test_weights_that_add_up_to_no_finite_number_are_refused():
    x = numpy.ones((9, 2))
    out = numpy.full_like(x, 7.0)
    weights = numpy.full((9, 1), 1e308)
    with numpy.errstate(all="raise"):
        for call in (bncore.forward, bncore.BatchNorm(2), bncore.BatchNorm(2, unbiased=False)):
            with pytest.raises(ValueError, match=r"^weights must add up to a finite number"):
                call(x, weights=weights, out=out)
        stats = bncore.statistics(x)
        for call in (
            lambda: bncore.sums(x, weights=weights),
            lambda: bncore.backward(x, x, None, stats, weights=weights, out=out),
            lambda: bncore.jvp(x, x, None, stats, weights=weights, out=out),
            lambda: bncore.double_backward(x, None, None, x, x, None, stats, weights=weights),
        ):
            with pytest.raises(ValueError, match=r"^weights must add up to a finite number"):
                call()
    assert (out == 7).all()


@pytest.mark.parametrize("power", [-1074, -1050, -1022, -500, -65])
def test_a_shard_whose_weights_vanish_beside_those_of_another(power):
    """What its weights come to is nothing to the batch: the gradient is that of the whole, and no error."""
    x, dy = numpy.random.default_rng(0).normal(2, 1, (2, 10, 3))
    w = numpy.ones((10, 1))
    w[:6] = numpy.ldexp(1.0, power)
    shards = slice(6), slice(6, None)
    with numpy.errstate(all="raise"):
        stats = bncore.Sums.merged(*(bncore.sums(x[each], weights=w[each]) for each in shards)).stats()
        gsums = sum(
            (bncore.gradient_sums(dy[each], x[each], stats, weights=w[each]) for each in shards[1:]),
            bncore.gradient_sums(dy[shards[0]], x[shards[0]], stats, weights=w[shards[0]]),
        )
        whole, *_ = bncore.backward(dy, x, None, stats, weights=w)
        for each in shards:
            dx = bncore.gradient(dy[each], x[each], None, stats, gsums, weights=w[each])
            assert abs(dx - whole[each]).max() <= 64 * numpy.finfo(float).eps * abs(whole).max()


def test_weights_that_add_up_to_more_than_integers_hold():
    x = numpy.random.default_rng(0).normal(size=(9, 2))
    layer = bncore.BatchNorm(2)
    for _ in range(3):
        layer(x, numpy.full((9, 1), 1e18))
    assert layer.num_elements_tracked == 27e18
    layer.load_state_dict(layer.state_dict())
    assert numpy.isfinite(layer.eval()(x)).all()
    sums = bncore.sums(x, weights=1e19)
    again = bncore.Sums.from_array(sums.array())
    assert again.count == sums.count == 9e19
    assert again.array().tobytes() == sums.array().tobytes()
