"""Derivatives of higher order: the closed forms as evaluated, and implementations held against them."""

import tomllib
from importlib.metadata import version
from pathlib import Path

import mpmath
import numpy
import pytest
from closed import Forms

from spec import adapters, equations, oracle
from spec.adapters.plain import Batch, Plain
from spec.conformance import check, culprit, judge, passed
from spec.conformance.verdict import ABSENT, FAIL, INCONCLUSIVE, PASS
from spec.data import inputs
from spec.interface.adapter import Missing
from spec.oracle import channels, derivatives
from spec.oracle.closed_forms import closed, without_a_term
from spec.properties.observe import VIOLATED, Implementation, observe
from spec.theorems.higher import THIRD
from spec.theorems.language import dx, loss


class Roots(Batch):
    """A batch of numbers of many digits."""

    def __init__(self, m):
        self.m = m

    def sqrt(self, value):
        return numpy.vectorize(mpmath.sqrt, otypes=[object])(value)


def differentiated(data, moved, order, c):
    """The derivative of the loss of channel c, by differences of a step so small that digits abound."""
    many = numpy.vectorize(mpmath.mpf, otypes=[object])
    rows, dy, *along = (many(channels(each)[c : c + 1]) for each in (data.x, data.dy, *moved[:order]))
    gamma = mpmath.mpf(float(data.gamma[c]))

    def loss(*steps):
        x = rows + sum(step * each for step, each in zip(steps, along, strict=True))
        return (dy * equations.forward(x, gamma, 0, data.eps, Roots(data.m)).y).sum()

    with mpmath.workdps(60):
        return mpmath.diff(loss, (0,) * order, (1,) * order)


@pytest.mark.parametrize("order", [1, 2, 3])
@pytest.mark.parametrize("name", ["m-5", "eps-1-std-1"])
def test_the_forms_are_the_derivatives_of_the_equations(name, order):
    data = inputs.data(name, "float64")
    moved = derivatives.directions(data)
    problem = oracle.problem(data.x, data.gamma, None, data.eps, accumulate="any", dy=data.dy)
    (found,) = derivatives.expected(problem, moved, order).values()
    for c in range(data.x.shape[1]):
        wanted = differentiated(data, moved, order, c)
        assert abs(found.nearest[c] - wanted) <= 1e-15 * abs(wanted)


def test_a_closed_form_is_looked_up_and_never_typed():
    assert closed(dx).head == "mul"
    with pytest.raises(LookupError, match="no theorem states one of"):
        closed(loss * 2)


@pytest.mark.audits
@pytest.mark.parametrize("name", inputs.DIFFERENTIATED)
def test_a_right_kernel_passes_by_every_nesting(name):
    verdicts = [v for v in check(Forms(), [name]) if v.quantity.startswith("derivative")]
    assert {verdict.status for verdict in verdicts} == {PASS}
    assert len(verdicts) == 2 * len(derivatives.nestings()) == 28


@pytest.mark.parametrize(
    ("nesting", "equation"),
    [("grad", "d(9.41)/dx"), ("grad of jvp", "d2(9.41)/dx2"), ("jvp of grad of jvp", "d3(9.41)/dx3")],
)
def test_a_term_that_is_missing_is_found_by_order_and_nesting(nesting, equation):
    data = inputs.data("m-5", "float32")
    for form in without_a_term(derivatives.form(derivatives.order(nesting))):
        broken = [verdict for verdict in judge(Forms({nesting: form}), data) if verdict.status == FAIL]
        assert culprit(broken) == equation
        assert [verdict.quantity.partition(", ")[2] for verdict in broken] == [nesting]


def test_a_bound_that_tells_nothing_is_inconclusive():
    # in float32, and far from 0, no digit is left
    data = inputs.data("ratio-1e7", "float32")
    moved = (data.dy,) * 3
    problem = oracle.problem(data.x, data.gamma, None, data.eps, accumulate="any", dy=data.dy)
    (found,) = derivatives.expected(problem, moved, 3).values()
    assert not found.tells("float32")


def test_what_has_no_derivatives_says_so():
    found = [
        verdict for verdict in judge(Plain(), inputs.data("m-5", "float32")) if "deriv" in verdict.quantity
    ]
    assert [(verdict.status, verdict.detail) for verdict in found] == [(ABSENT, "not offered")]


def loaded(target):
    try:
        return adapters.load(target)
    except Missing as reason:
        pytest.skip(str(reason))


@pytest.mark.peers
def test_jax_is_right():
    verdicts = check(loaded("jax"), ["m-5"], dtypes=["float64"])
    assert passed(verdicts), [str(verdict) for verdict in verdicts if verdict.status == FAIL]
    assert sum(v.status == PASS for v in verdicts if "of order 3" in v.quantity) == 8


@pytest.mark.peers
def test_what_is_known_of_torch_is_found():
    adapter = loaded("torch")
    groups = tomllib.loads((Path(__file__).parents[2] / "pyproject.toml").read_text())["dependency-groups"]
    (pinned,) = (each for each in groups["peers"] if each.startswith("torch=="))
    if version("torch").partition("+")[0] != pinned.removeprefix("torch=="):
        pytest.skip(f"known of {pinned}, found {version('torch')}")
    verdicts = check(adapter, ["m-5"], dtypes=["float64"])
    status = {v.quantity.partition(", ")[2]: v.status for v in verdicts if v.quantity.startswith("deriv")}
    assert INCONCLUSIVE not in status.values()
    right = {nesting for nesting, found in status.items() if found == PASS}
    assert right == {
        "jvp",
        "grad",
        "jvp of grad",
        "grad of grad",
        "jvp of jvp of grad",
        "grad of jvp of grad",
    }
    # what is wrong is seen without a closed form too: it contradicts what the same framework's y says
    found = observe(THIRD, Implementation(adapter, "float64", operations=("jvp",) * 3))
    assert VIOLATED in {each.status for each in found}
