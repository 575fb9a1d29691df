"""The second checker: its numbers are what they claim to be, and its error probability is one."""

import random
from fractions import Fraction

import pytest

from spec.proofs import modular, prove
from spec.proofs.arithmetic import PRIME, Degree, Dual, Fractions, Residue, Residues, Vector
from spec.theorems import THEOREMS
from spec.theorems.language import eps, gamma, m, name, rstd, total, x, xhat
from spec.theorems.theorem import states

CERTIFICATE = prove.certify(THEOREMS[0], ())


def test_residues_form_a_field():
    chance = random.Random(5)
    for _ in range(20):
        a, b, c = (Residues().draw(chance) for _ in range(3))
        assert (a + b) * c == a * c + b * c
        assert a - b == -(b - a)
        assert a / b * b == a
        assert a**-2 * a * a == a.like(1)


def test_the_prime_is_3_modulo_4_and_its_roots_are_squares():
    assert PRIME % 4 == 3
    chance = random.Random(6)
    for kind in (Residues(), Fractions()):
        value = kind.draw(chance)
        square = value * value
        assert kind.root(square * square) == square


@pytest.mark.parametrize("kind", [Residues(), Fractions()])
def test_a_number_without_a_root_is_refused(kind):
    with pytest.raises(ArithmeticError, match=r"root|square"):
        kind.root(kind.number(-1))


def test_the_inverse_of_zero_is_refused():
    with pytest.raises(ZeroDivisionError):
        Residue(0).inverse()


def test_dual_numbers_differentiate():
    """Of a polynomial over a polynomial: Leibniz and the quotient rule, against the rules written out."""
    t = Fraction(7, 3)
    at = Dual(t, Fraction(1), 0)
    above, below = at**3 - 2 * at, at**2 + 1
    quotient = above / below
    assert quotient.rate == ((3 * t**2 - 2) * (t**2 + 1) - (t**3 - 2 * t) * 2 * t) / (t**2 + 1) ** 2


def test_nested_dual_numbers_keep_their_orders_apart():
    """d/dx (x d/dy (x y)) at (2, 3) is 2 x = 4, not 1 + ..., which confused perturbations would give."""
    outer = Dual(Fraction(2), Fraction(1), 0)
    inner = outer * Dual(Fraction(3), Fraction(1), 1)
    assert (outer * inner.rate).rate == 4


def test_vectors_take_plain_numbers_for_all_elements():
    assert (Vector((1, 2)) * 3 - 1).entries == (2, 5)
    assert (1 / Vector((Fraction(1), Fraction(2)))).entries == (1, Fraction(1, 2))


def test_degrees_bound_the_degrees_of_sums_products_and_quotients():
    a, b = Degree(1), Degree(2)
    assert a * b == Degree(3)
    assert a + b == Degree(2)
    assert 1 / a + 1 / b == Degree(2, 3)


def test_the_error_probability_grows_with_the_degree_and_is_small():
    low = modular.check_claim(CERTIFICATE, states(x * 1, x, "").data(), random.Random(7))
    high = modular.check_claim(CERTIFICATE, states(x**6 * gamma, gamma * x**6, "").data(), random.Random(7))
    assert low.holds
    assert high.holds
    assert low.error < high.error < 1e-15


@pytest.mark.parametrize(
    "false",
    [
        states(total(xhat), eps, ""),
        states(total(xhat**2), m, ""),
        states(rstd**2, 1 / eps, ""),
        # Residues modulo the prime cannot tell these two apart; fractions can.
        states(gamma * PRIME, 0, ""),
        # True at m = 1 alone.
        states(total(x) * total(x), total(x**2), ""),
        # An identity, with a slack that need not be positive.
        states(0, name("c"), "", slack=name("c")),
    ],
)
def test_falsehoods_are_rejected(false):
    assert not modular.check_claim(CERTIFICATE, false.data(), random.Random(8)).holds


@pytest.mark.parametrize(("error", "text"), [(6.1e-17, "7e-17"), (9.2e-4, "1e-3"), (2.0**-61, "5e-19")])
def test_the_error_probability_is_rounded_up(error, text):
    assert modular.Verdict(True, (), error).bound == text


def test_the_command_tells_a_true_certificate_from_a_false_one(tmp_path, capsys):
    source = prove.PROOFS / "certificates" / f"{THEOREMS[0].name}.json"
    forged = tmp_path / "forged.json"
    forged.write_text(source.read_text(encoding="utf-8").replace('"-1"', '"1"'), encoding="utf-8")
    assert modular.main([str(source)]) == 0
    assert modular.main([str(forged)]) == 1
    assert "FALSE" in capsys.readouterr().out
