"""The derived bounds: never exceeded by a kernel that keeps its class, and exceeded by one that does not."""

import itertools

import numpy
import pytest
from hypothesis import given, settings, strategies

from spec import oracle
from spec.adapters.plain import Plain
from spec.audit import faithful
from spec.audit.faithful import FAITHFUL
from spec.bounds.errors import ACCUMULATIONS, Model, weaker
from spec.bounds.formats import HALVES, named, unit
from spec.conformance import judge
from spec.conformance.verdict import BROKEN, CLASS, INCONCLUSIVE, PASS
from spec.data.inputs import data
from spec.mutants import MUTANTS

OUTPUTS = ("mean", "var", "y", "dx", "dgamma", "dbeta")
HIGHER = ("jvp", *oracle.SECOND)
COTANGENTS = ("ddx", "ddgamma", "ddbeta")


def asked(x, gamma, beta, dy, eps, accumulate, **cotangents):
    """What is expected of every output in training mode; of the higher derivatives too, given cotangents."""
    call = oracle.problem(x, gamma, beta, eps, accumulate=accumulate, dy=dy, **cotangents)
    higher = call.derivatives(HIGHER) if cotangents else {}
    return call.expected(("mean", "var", "y")) | call.gradients("training") | higher


@strategies.composite
def problems(draw):
    """Data of every conditioning: mean/std, magnitude, outliers, eps, and sizes up to a few hundred."""
    rng = numpy.random.default_rng(draw(strategies.integers(0, 2**32)))
    m, channels = draw(strategies.integers(1, 300)), draw(strategies.integers(1, 3))
    ratio = 10.0 ** draw(strategies.integers(0, 8)) * draw(strategies.sampled_from([-1, 0, 1]))
    scale = 10.0 ** draw(strategies.integers(-12, 12))
    x = rng.normal(size=(m, channels)) + ratio
    if draw(strategies.booleans()):
        x[rng.integers(m)] *= 10.0 ** draw(strategies.integers(1, 4))
    if draw(strategies.booleans()):
        x = numpy.sort(x, axis=0)
    return {
        "x": scale * x,
        "dy": rng.normal(draw(strategies.sampled_from([0, 1, 1e3])), 1, x.shape),
        "gamma": rng.normal(size=channels) * 10.0 ** draw(strategies.integers(-3, 3)),
        "beta": rng.normal(size=channels) * 10.0 ** draw(strategies.integers(-3, 3)),
        "eps": scale**2 * 10.0 ** draw(strategies.integers(-8, 3)),
        "ddx": rng.normal(draw(strategies.sampled_from([0, 1, 1e3])), 1, x.shape),
        "ddgamma": rng.normal(size=channels) * 10.0 ** draw(strategies.integers(-3, 3)),
        "ddbeta": rng.normal(size=channels) * 10.0 ** draw(strategies.integers(-3, 3)),
    }


@pytest.mark.audits
@pytest.mark.parametrize("name", faithful.FAITHFUL)
@given(problem=problems())
def test_a_faithful_kernel_stays_within_its_bounds(name, problem):
    adapter = faithful.FAITHFUL[name]
    for dtype in adapter.caps.dtypes:
        with numpy.errstate(over="ignore"):
            arrays = {
                key: problem[key].astype(named(dtype)) for key in ("x", "dy", "gamma", "beta", *COTANGENTS)
            }
        if not all(numpy.isfinite(array).all() for array in arrays.values()):
            continue  # beyond the range of half precision
        x, dy, gamma, beta = (arrays[key] for key in ("x", "dy", "gamma", "beta"))
        eps = problem["eps"]
        cotangents = {key: arrays[key] for key in COTANGENTS}
        with numpy.errstate(all="ignore"):
            got = adapter.forward(x, gamma, beta, eps) | adapter.backward(dy, x, gamma, beta, eps)
            if hasattr(adapter, "double_backward") and dtype not in HALVES:
                got |= adapter.jvp(cotangents["ddx"], x, gamma, eps)
                got |= adapter.double_backward(*cotangents.values(), dy, x, gamma, eps)
        expected = asked(x, gamma, beta, dy, eps, adapter.caps.accumulation(dtype), **cotangents)
        assert set(OUTPUTS) <= set(got) <= {*OUTPUTS, *HIGHER}
        for output, value in got.items():
            found = expected[output].compare(value)
            assert found.ratio <= 1, (output, dtype, found)


WEIGHING = [name for name, adapter in FAITHFUL.items() if adapter.takes("forward", "weights")]


@strategies.composite
def weights(draw):
    """Masks, whole weights and others, of every magnitude, a few of them or most of them 0."""
    rng = numpy.random.default_rng(draw(strategies.integers(0, 2**32)))
    kind, most = draw(strategies.sampled_from(["mask", "whole", "any"])), draw(strategies.booleans())

    def of(m):
        found = {
            "mask": numpy.ones((m, 1), bool),
            "whole": rng.integers(1, 5, (m, 1)),
            "any": rng.uniform(size=(m, 1)) * 10.0 ** rng.integers(-3, 3),
        }[kind]
        found = found * (rng.uniform(size=found.shape) < (0.9 if most else 0.2))
        found[rng.integers(m)] = 1
        return found if kind == "mask" else found.astype(numpy.float32)

    return of


@pytest.mark.audits
@pytest.mark.parametrize(
    "name", [name for name, each in FAITHFUL.items() if each.takes("forward", "weights")]
)
@settings(max_examples=20)
@given(problem=problems(), weights=weights())
def test_a_faithful_kernel_stays_within_its_bounds_with_weights(name, problem, weights):
    adapter = FAITHFUL[name]
    for dtype in set(adapter.caps.dtypes) - set(HALVES):
        x, dy, gamma, beta, ddx, *rest = (
            problem[key].astype(dtype) for key in ("x", "dy", "gamma", "beta", *COTANGENTS)
        )
        eps, how = problem["eps"], {"weights": weights(len(x))}
        with numpy.errstate(all="ignore"):
            got = adapter.forward(x, gamma, beta, eps, **how) | adapter.jvp(ddx, x, gamma, eps, **how)
            if adapter.takes("backward", "weights"):
                got |= adapter.backward(dy, x, gamma, beta, eps, **how)
            got |= adapter.double_backward(ddx, *rest, dy, x, gamma, eps, **how)
        given = dict(zip(COTANGENTS, (ddx, *rest), strict=True))
        expected = asked(x, gamma, beta, dy, eps, adapter.caps.accumulation(dtype), **given, **how)
        for output, value in got.items():
            found = expected[output].compare(value)
            assert found.ratio <= 1, (output, dtype, found)


@pytest.mark.parametrize("dtype", ["float32", "float16"])
def test_an_exact_mean_and_var_are_the_nearest_numbers(dtype):
    """The one that is nearest passes, and neither of those beside it."""
    x = numpy.random.default_rng(3).normal(3, 1, (37, 5)).astype(dtype)
    expected = oracle.forward(x, None, None, 1e-3, accumulate="exact")
    for name in ("mean", "var"):
        nearest = expected[name].nearest
        assert expected[name].compare(nearest).ratio <= 1
        for beside in (numpy.inf, -numpy.inf):
            worst = expected[name].compare(numpy.nextafter(nearest, beside))
            assert worst.ratio > 1
    assert (
        expected["y"].bounds <= oracle.forward(x, None, None, 1e-3, accumulate="compensated")["y"].bounds
    ).all()


@pytest.mark.audits
@given(problem=problems())
def test_a_weaker_class_allows_more(problem):
    x = problem["x"].astype(numpy.float32)
    rest = problem["gamma"], problem["beta"], problem["dy"].astype(numpy.float32), problem["eps"]
    order = [asked(x, *rest, accumulate) for accumulate in ("float64", *weaker("float64", "float32"))]
    for stronger, after in itertools.pairwise(order):
        for output in OUTPUTS:
            assert (after[output].bounds >= stronger[output].bounds).all(), output


def test_compensated_sums_do_not_tire():
    model = Model(numpy.float64, "compensated")
    assert model.c(10**6) < 5 * unit(numpy.float64) < Model(numpy.float64, "float64").c(10)


@pytest.mark.parametrize("ratio", [1e3, 1e5, 1e7])
def test_the_mean_enters_by_its_own_rounding_alone(ratio):
    rng = numpy.random.default_rng(2)
    base = rng.integers(-8, 8, (57, 3)).astype(numpy.float32)
    dy = rng.normal(size=base.shape).astype(numpy.float32)
    rest = numpy.ones(3), numpy.ones(3), dy, 1e-5
    near, far = (asked(base + numpy.float32(shift), *rest, "compensated") for shift in (0, ratio))
    # A float64 mean rounded once, then the four roundings of its sum: 8 is more than both, times rstd < 1.
    numpy.testing.assert_array_less(far["y"].bounds, near["y"].bounds + 8 * unit(numpy.float64) * ratio)


KEPT_BY_NONE = ["mean rounded to float32", "scale and offset folded in float32", "everything in float32"]


@pytest.mark.audits
@pytest.mark.parametrize("name", KEPT_BY_NONE)
@pytest.mark.parametrize("ratio", [3, 4, 5, 6])
def test_a_rounded_mean_breaks_the_class_at_every_large_ratio(name, ratio):
    verdicts = judge(MUTANTS[name].adapter, data(f"ratio-1e{ratio}", "float32"))
    assert any(verdict.status in BROKEN and verdict.quantity == "y" for verdict in verdicts)


def test_the_verdict_names_the_class_that_is_kept():
    verdicts = judge(MUTANTS["everything in float32"].adapter, data("ratio-1e3", "float32"))
    found = {verdict.quantity: (verdict.status, verdict.weaker) for verdict in verdicts}
    assert found["y"] == (CLASS, "float32-pairwise")


def test_a_bound_that_decides_nothing_is_inconclusive():
    class Declared(Plain):
        caps = faithful.FAITHFUL["the textbook's code"].caps
        working = numpy.float32

    verdicts = judge(Declared(), data("ratio-1e7", "float32"))
    found = {verdict.quantity: verdict.status for verdict in verdicts}
    assert found["y"] == found["dx"] == INCONCLUSIVE
    assert found["dbeta"] == PASS


@pytest.mark.parametrize("output", [*OUTPUTS, *HIGHER])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
def test_wrong_by_a_little_is_rejected_by_name(output, dtype):
    class Wrong(Plain):
        def _wrong(self, found):
            wrong = {key: value * value.dtype.type(1.0005) for key, value in found.items() if key == output}
            return found | wrong

        def forward(self, x, gamma, beta, eps):
            return self._wrong(super().forward(x, gamma, beta, eps))

        def backward(self, dy, x, gamma, beta, eps):
            return self._wrong(super().backward(dy, x, gamma, beta, eps))

        def jvp(self, *arguments):
            return self._wrong(super().jvp(*arguments))

        def double_backward(self, *arguments):
            return self._wrong(super().double_backward(*arguments))

    verdicts = judge(Wrong(), data("ordinary", dtype))
    rejected = {(v.quantity, v.equation) for v in verdicts if v.status in BROKEN}
    assert rejected == {(output, oracle.EQUATION[output])}


def test_the_classes_are_those_of_the_contract():
    wanted = {"exact", "any", "float32-sequential", "float32-pairwise", "float64", "compensated"}
    assert set(ACCUMULATIONS) == wanted


@pytest.mark.parametrize("n", [1, 2, 127, 128, 129, 131, 133, 134, 257, 10**6])
def test_a_class_that_contains_another_allows_as_much(n):
    """In any order includes in a tree, also where a tree has just begun."""
    pairwise, sequential = (
        Model(numpy.float32, name).c(n) for name in ("float32-pairwise", "float32-sequential")
    )
    assert pairwise <= sequential
