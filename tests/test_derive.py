"""The derived gradients: in the form that was agreed, and equal to the theorems' closed forms."""

import doctest

import pytest
import sympy

from spec import derive
from spec.decide import reader
from spec.symbolic import Batch, is_zero, k, substitute
from spec.theorems import language

NAMES = [(of, mode) for of in derive.GRADIENTS for mode in derive.MODES]


@pytest.mark.parametrize(("of", "mode"), NAMES)
def test_gradient_is_the_derivative_that_the_prover_finds(of, mode):
    """Back in x, the gradient equals what differentiating the loss gives."""
    read = reader(mode=mode).read
    back = substitute(derive.gradient(of, mode), derive.xhat, read(language.xhat), Batch())
    assert is_zero(back - read(language.name(of)))


@pytest.mark.parametrize(("of", "mode"), NAMES)
def test_gradient_is_in_standardised_coordinates(of, mode):
    gradient = derive.gradient(of, mode)
    assert gradient.atoms(sympy.IndexedBase) <= {derive.dy, derive.xhat}
    assert {symbol for symbol in gradient.free_symbols if symbol.is_Symbol} <= {
        derive.gamma, derive.rstd, derive.m, k, derive.dy.label, derive.xhat.label,
    }  # fmt: skip
    assert all(power.exp.is_Integer for power in gradient.atoms(sympy.Pow))


@pytest.mark.parametrize(("arguments", "argument"), [(("dz", "training"), "of"), (("dx", "test"), "mode")])
def test_unknown_gradient_is_refused(arguments, argument):
    with pytest.raises(ValueError, match=f"^{argument}: wanted one of .*, found '"):
        derive.gradient(*arguments)


def test_examples_run():
    assert doctest.testmod(derive) == (0, doctest.testmod(derive).attempted)
