"""The derived gradients: in the form that was agreed, and equal to the theorems' closed forms."""

import doctest

import pytest
import sympy

from spec.symbolic import derive
from spec.symbolic.decide import reader
from spec.symbolic.normal_form import Batch, is_zero, k, substitute
from spec.theorems import higher, jacobian, language, weighted
from spec.theorems.books import BOOKS

GRADIENTS = [(of, mode) for of in derive.GRADIENTS for mode in derive.MODES]
NAMES = [*GRADIENTS, *((of, "training") for of in derive.HIGHER)]


@pytest.mark.parametrize(("of", "mode"), GRADIENTS)
def test_gradient_is_the_derivative_that_the_prover_finds(of, mode):
    """Back in x, the gradient equals what differentiating the loss gives."""
    read = reader(mode=mode).read
    back = substitute(derive.gradient(of, mode), derive.xhat, read(language.xhat), Batch())
    assert is_zero(back - read(language.name(of)))


@pytest.mark.proves
@pytest.mark.parametrize("of", derive.HIGHER)
def test_higher_derivative_is_the_tree_of_the_theorem(of):
    """Back in x, it equals the closed form that the theorem states for the same tree."""
    theorem, direction = higher.SECOND, jacobian.FORWARD_MODE
    (claim,) = (claim for claim in (*theorem.claims, *direction.claims) if claim.left == derive.HIGHER[of])
    read = reader().read
    back = substitute(derive.derivative(of, "training"), derive.xhat, read(language.xhat), Batch())
    assert is_zero(back - read(claim.right))


@pytest.mark.proves
@pytest.mark.parametrize("of", [*derive.GRADIENTS, *derive.HIGHER])
def test_with_weights_it_is_the_form_that_the_theorem_states(of):
    tree = derive.HIGHER.get(of, language.name(of))
    (claim,) = (claim for claim in weighted.PLAIN.claims if claim.left == tree)
    read = reader(book=BOOKS["weighted"]).read
    found = derive.derivative(of, "training", "weighted")
    back = substitute(found, derive.xhat, read(language.xhat), Batch())
    assert is_zero(back - read(claim.right))
    assert found.has(derive.weight) == (of not in ("dgamma", "dbeta"))


@pytest.mark.parametrize(("of", "mode"), NAMES)
def test_derivative_is_in_standardised_coordinates(of, mode):
    gradient = derive.derivative(of, mode)
    scalars, tensors = {derive.gamma, derive.rstd, derive.m, k}, {derive.dy, derive.xhat}
    if of in derive.HIGHER:
        scalars, tensors = scalars | {derive.p, derive.q}, tensors | {derive.v}
    assert gradient.atoms(sympy.IndexedBase) <= tensors
    labels = {tensor.label for tensor in tensors}
    assert {symbol for symbol in gradient.free_symbols if symbol.is_Symbol} <= scalars | labels
    assert all(power.exp.is_Integer for power in gradient.atoms(sympy.Pow))


@pytest.mark.parametrize(("arguments", "argument"), [(("dz", "training"), "of"), (("dx", "test"), "mode")])
def test_unknown_gradient_is_refused(arguments, argument):
    with pytest.raises(ValueError, match=f"^{argument}: wanted one of .*, found '"):
        derive.gradient(*arguments)
    with pytest.raises(ValueError, match=f"^{argument}: wanted one of .*, found '"):
        derive.derivative(*arguments)


def test_higher_derivatives_are_of_training_mode():
    with pytest.raises(ValueError, match=r"^mode: wanted training for d_x, found 'inference'"):
        derive.derivative("d_x", "inference")


def test_examples_run():
    assert doctest.testmod(derive) == (0, doctest.testmod(derive).attempted)
