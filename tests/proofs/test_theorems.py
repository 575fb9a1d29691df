"""Every theorem is a property of every implementation: of its outputs, within their derived bounds."""

from dataclasses import replace
from fractions import Fraction

import numpy
import pytest
import statements
from closed import Forms
from targets import TARGETS

from spec import adapters, oracle
from spec.interface.adapter import Adapter, Caps, Missing
from spec.interface.signatures import DIRECTIONS
from spec.mutants import MUTANTS, second
from spec.oracle import derivatives
from spec.oracle.closed_forms import without_a_term
from spec.proofs.near_misses import replaced
from spec.properties.batches import LARGER, SAMPLES
from spec.properties.enclosures import Ball, Balls
from spec.properties.observe import HOLDS, INEXACT, UNASKED, VIOLATED, Implementation, observe
from spec.properties.tolerances import SHOWN, allowances
from spec.theorems import THEOREMS
from spec.theorems.language import average, cov, dx, name, total

BY_NAME = {theorem.name: theorem for theorem in THEOREMS}

# For each theorem a declared mutant that violates it: the property can fail.
VIOLATED_BY = {
    "standardisation": "var over m + 1",
    "output-distribution": "beta twice",
    "restoration": "eps outside the root",
    "epsilon": "eps twice",
    "invariance": "var not centred",
    "decoupling": "dx without its variance term",
    "gradients-training": "dx with its variance term wrong by 0.05 %",
    "gradients-graph": "dx without its mean term",
    "gradient-structure": "dx with its mean term wrong by 0.05 %",
    "jacobian": "dx with rstd squared",
    "smallest-batches": "mean over m + 1",
    "gradients-inference": "y wrong by 0.05 %",
    "forward-mode": "dx with the wrong sign",
    "second-derivatives": "gamma missing",
    "third-derivative": "gamma missing",
    "second-structure": "d_x with 2 for its 3",
    "merging": "var doubled",
    "running-statistics": "mean wrong by 0.05 %",
    "folding": "gamma squared",
    "relu-residual": "dx without its mean term",
    "sigmoid": "multiplied by the root",
    "learning": "beta with the wrong sign",
    "weighted": "xhat wrong by 0.05 %",
    "weights": "dx of a loss with weights",
    "renormalization": "dx without its mean term",
}


# What is known to violate theorems, for the reason that docs/findings.md gives: jax.nn rounds on the way.
VIOLATE = {("jax", "float16"), ("jax", "bfloat16"), ("flax", "float16"), ("flax", "bfloat16")}


def loaded(target):
    try:
        return adapters.load(target)
    except Missing as reason:
        pytest.skip(str(reason))


def _findings(theorem, adapter, target):
    dtypes = [dtype for dtype in adapter.caps.dtypes if (target, dtype) not in VIOLATE]
    return [found for dtype in dtypes for found in observe(theorem, Implementation(adapter, dtype))]


@pytest.mark.parametrize(
    "target",
    [each for each in TARGETS if each.id != "numpy"]
    + [pytest.param("numpy", marks=pytest.mark.proves, id="numpy")],
)
@pytest.mark.parametrize("theorem", statements.each())
def test_a_theorem_is_a_property_of_an_implementation(theorem, target):
    if theorem.beyond:
        pytest.skip(theorem.beyond)
    adapter = loaded(target)
    found = _findings(theorem, adapter, target)
    violated = [str(each) for each in found if each.status == VIOLATED]
    assert not violated, "\n".join(violated)
    if not any(each.status == HOLDS for each in found):
        weighted = {claim.book for claim in theorem.claims} == {"weighted"}
        unasked = weighted and not adapter.takes("forward", "weights")
        assert target != "bncore" or unasked, "bncore computes all that theorems are about"
        pytest.skip(f"{target} returns nothing that this theorem is about")


def test_what_is_beyond_every_implementation_is_declared():
    """Where a theorem says that no output can show it, indeed none is asked for; all others have a mutant."""
    for theorem in THEOREMS:
        if theorem.beyond:
            found = _findings(theorem, adapters.load("numpy"), "numpy")
            assert not any(each.status == HOLDS for each in found)
    assert VIOLATED_BY.keys() == {theorem.name for theorem in THEOREMS if not theorem.beyond}


@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("theorem", statements.each(BY_NAME[name] for name in VIOLATED_BY))
def test_a_declared_mutant_violates_it(theorem):
    adapter = MUTANTS[VIOLATED_BY[theorem.name]].adapter
    found = observe(theorem, Implementation(adapter, "float64"))
    assert any(each.status == VIOLATED for each in found), [str(each) for each in found]


# Declared mutants that violate, between them, all that "second-structure" says of two backward passes.
BREAK = (
    "jvp wrong by 0.05 %",
    "jvp of a batch that is not centred",
    "jvp with its mean term squared",
    "jvp without rstd",
    "d_dy with the mean of dy",
    "d_x of a batch that is not centred",
    "d_x with the covariance squared",
    "d_gamma without rstd",
)


def _wrong_forms():
    """Kernels of the second and third derivative: one without a term, one whose covariance is not centred."""
    for nesting in ("jvp of grad", "grad of jvp of grad"):
        order = derivatives.order(nesting)
        form, (a, b) = derivatives.form(order), map(name, DIRECTIONS[order - 2 : order])
        yield Forms({nesting: next(without_a_term(form))})
        yield Forms({nesting: replaced(form, cov(a, b), average(a * b))})


@pytest.mark.audits
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
def test_each_statement_about_second_derivatives_is_violated_by_a_mutant():
    theorem = BY_NAME["second-structure"]
    wrong = [*(MUTANTS[name].adapter for name in BREAK), *_wrong_forms()]
    found = [each for adapter in wrong for each in observe(theorem, Implementation(adapter, "float64"))]
    violated = {each.claim for each in found if each.status == VIOLATED}
    assert violated == set(range(1, len(theorem.claims) + 1))


@pytest.mark.audits
@pytest.mark.filterwarnings("ignore::RuntimeWarning")
@pytest.mark.parametrize("mutant", second.MUTANTS, ids=lambda mutant: mutant.name)
def test_every_mutant_of_the_second_derivatives_violates_a_theorem(mutant):
    ask = Implementation(mutant.adapter, "float64")
    theorems = (BY_NAME[name] for name in ("forward-mode", "second-derivatives"))
    found = [each for theorem in theorems for each in observe(theorem, ask, SAMPLES[:2])]
    assert any(each.status == VIOLATED for each in found)


@pytest.mark.proves
def test_no_claim_is_left_out_for_want_of_a_sample():
    """Where the implementation can be asked, it is: on one sample at least every argument is exact."""
    core = adapters.load("bncore")
    for theorem in THEOREMS:
        found = observe(theorem, Implementation(core, "float64"))
        inexact = {each.claim for each in found if each.status == INEXACT}
        assert inexact <= {each.claim for each in found if each.status == HOLDS}, theorem.name


def test_what_pages_allow_is_propagated_from_the_bounds():
    """The sum of dx may be off by the sum of the bounds of its elements, and by nothing else."""
    theorem = BY_NAME["gradient-structure"]
    (step,) = [n for n, claim in enumerate(theorem.claims, 1) if claim.left == total(dx)]
    column = {name: numpy.array(getattr(LARGER, name), float)[:, None] for name in ("dy", "x")}
    for dtype, accumulate in SHOWN.items():
        given = [each.astype(dtype) for each in column.values()]
        gamma = numpy.array([float(LARGER.gamma)], dtype)
        bounds = oracle.backward(*given, gamma, float(LARGER.eps), accumulate=accumulate)["dx"].allowed(dtype)
        # the page's number is exact but for its last rounding, the sum of as many float64 numbers is not
        roundings = bounds.size * numpy.finfo(float).eps
        assert allowances(theorem)[step][dtype] == pytest.approx(bounds.sum(), rel=roundings)


def test_a_result_that_is_no_number_violates():
    class Silent(Adapter):
        caps = Caps(accumulate="any")

        def forward(self, x, gamma, beta, eps):
            return {"y": x * float("nan")}

    found = observe(BY_NAME["output-distribution"], Implementation(Silent(), "float32"), SAMPLES[:1])
    assert {each.status for each in found} == {VIOLATED}
    assert "y: wanted numbers of shape (8, 1), found [[nan]" in str(found[0])


def test_an_output_without_a_bound_shows_nothing():
    class Unbounded(Implementation):
        def _expected(self, method, held, plain):
            found = super()._expected(method, held, plain)
            return {name: replace(each, bounds=each.bounds + numpy.inf) for name, each in found.items()}

    ask = Unbounded(adapters.load("numpy"), "float64")
    found = observe(BY_NAME["output-distribution"], ask, SAMPLES[:1])
    assert {each.status for each in found} == {UNASKED}


def test_enclosures_enclose():
    a, b = Ball(Fraction(3), Fraction(1)), Ball(Fraction(-2), Fraction(1))
    for x in (2, 3, 4):
        for y in (-3, -2, -1):
            for ball, value in ((a + b, x + y), (a - b, x - y), (a * b, x * y), (a**2, x**2)):
                assert abs(ball.middle - value) <= ball.radius
            quotient = a / b
            assert abs(quotient.middle * y - x) <= quotient.radius * abs(y)
        root = Balls().root(a)
        assert (root.middle - root.radius) ** 2 <= x <= (root.middle + root.radius) ** 2
    with pytest.raises(ZeroDivisionError):
        a / Ball(Fraction(1), Fraction(1))
    with pytest.raises(ArithmeticError):
        Balls().root(b)
