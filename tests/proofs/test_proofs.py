"""The book of theorems: each theorem holds, its near misses do not, and what is written was proven."""

import itertools
import json
import math
import random
import re
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest
import statements

from spec import equations
from spec.proofs import arithmetic, certificate, modular, prove
from spec.proofs.near_misses import KINDS, near_misses
from spec.symbolic.decide import decide
from spec.theorems import THEOREMS
from spec.theorems.theorem import ASSUMPTIONS

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
by_name = pytest.mark.parametrize("theorem", statements.each())


@pytest.fixture(scope="module")
def verdicts():
    """The book, proven once and compared with what is written."""
    found = prove.prove(check=True, progress=lambda line: None, workers=2)
    return {verdict.name: verdict for verdict in found}


@pytest.mark.proves
@by_name
def test_holds_by_both_checkers_and_is_written(theorem, verdicts):
    assert verdicts[theorem.name].ok, verdicts[theorem.name]


@pytest.mark.proves
def test_nothing_is_written_that_no_theorem_accounts_for(verdicts):
    assert verdicts["book"].ok, verdicts["book"]


def _cost(miss):
    """How much is to be differentiated: what is cheap is tried first."""
    text = json.dumps(miss.claim.data())
    return (
        sum(text.count(word) for word in ('"along"', '"gradient"', '"dx"')),
        miss.book is not None,
        len(text),
    )


def _rejected(certificate, miss):
    """Whether the checkers, each by itself, find a miss false. They must agree, and none may raise."""
    claim, chance = miss.claim.data(), random.Random(2)
    found = {"normal form": decide(miss.claim, miss.book).holds} | {
        kind.name: modular.check_claim(certificate, claim, chance, miss.book, (kind,)).holds
        for kind in arithmetic.KINDS
    }
    assert len(set(found.values())) == 1, (miss, found)
    return not found["normal form"]


# What no near miss of a theorem can have, because nothing of the kind stands in it.
WITHOUT = {"running-statistics": ("eps",)}


@pytest.mark.parametrize("kind", KINDS)
@by_name
def test_near_misses_are_false_to_every_checker(theorem, kind):
    """Of each kind one is rejected: by the normal form, by fractions alone, and by residues alone."""
    certificate = prove.certify(theorem, ())
    misses = [
        miss for claim in theorem.claims if claim.main for miss in near_misses(claim) if miss.kind == kind
    ]
    if kind in WITHOUT.get(theorem.name, ()):
        assert not any(_rejected(certificate, miss) for miss in misses)
        return
    assert any(_rejected(certificate, miss) for miss in sorted(misses, key=_cost)), len(misses)


def test_every_theorem_has_three_kinds_of_near_misses():
    assert all(len(kinds) <= len(KINDS) - 3 for kinds in WITHOUT.values())
    assert WITHOUT.keys() <= {theorem.name for theorem in THEOREMS}


def test_assumptions_are_the_declared_ones():
    declared = (HERE / "assumptions.txt").read_text(encoding="utf-8").splitlines()
    assert [f"{name}: {text}" for name, text in sorted(ASSUMPTIONS.items())] == declared
    assert {each for theorem in THEOREMS for each in theorem.assumptions} <= ASSUMPTIONS.keys()


@pytest.mark.proves
@by_name
def test_a_certificate_of_a_falsehood_is_rejected(theorem):
    """Whatever else the pages say: a certificate whose claim was altered does not pass."""
    path = prove.PROOFS / "certificates" / f"{theorem.name}.json"
    certificate = json.loads(path.read_text(encoding="utf-8"))
    assert modular.check(certificate, random.Random(3)).holds
    claim = certificate["claims"][-1]
    claim["right"] = ["add", claim["right"], ["name", "gamma"]]
    assert not modular.check(certificate, random.Random(3)).holds


@pytest.mark.parametrize("m", [2, 3, 4])
def test_the_variance_is_biased_by_the_proven_amount(m):
    """All samples of m independent draws from three values are counted; expectation is not split."""
    values = (Fraction(-1), Fraction(2), Fraction(7))
    chances = (Fraction(1, 2), Fraction(1, 3), Fraction(1, 6))

    def variance(sample, weights):
        over = arithmetic.Over(arithmetic.Fractions(), arithmetic.Vector(weights), None)
        sample = arithmetic.Vector(sample)
        return equations.var(sample, equations.mean(sample, over), over)

    expected = sum(
        math.prod(chances[i] for i in drawn) * variance(tuple(values[i] for i in drawn), (Fraction(1),) * m)
        for drawn in itertools.product(range(3), repeat=m)
    )
    assert expected == Fraction(m - 1, m) * variance(values, chances)


def test_pages_survive_markdown():
    """Mathematics is not broken across lines, and nothing in it would be taken for an escape or a list."""
    for path in prove.PROOFS.glob("*.md"):
        for line in path.read_text(encoding="utf-8").splitlines():
            assert line == "$$" or line.count("$") % 2 == 0, (path.name, line)
            assert not re.search(r"\\[^A-Za-z]", line), (path.name, line)
            assert not line.startswith(("- ", "+ ")), (path.name, line)


@pytest.mark.proves
def test_drift_is_found_and_nothing_is_written(tmp_path, monkeypatch):
    monkeypatch.setattr(prove, "PROOFS", tmp_path)
    theorem = THEOREMS[0].name
    (absent,) = prove.prove([theorem], check=True, progress=lambda line: None)
    assert not absent.ok
    assert not list(tmp_path.iterdir())
    prove.prove([theorem], progress=lambda line: None)
    (present,) = prove.prove([theorem], check=True, progress=lambda line: None)
    assert present.ok
    page = tmp_path / f"{theorem}.md"
    edited = page.read_text(encoding="utf-8").replace("+", "-", 1)
    page.write_text(edited, encoding="utf-8")
    (drifted,) = prove.prove([theorem], check=True, progress=lambda line: None)
    assert not drifted.ok
    assert page.name in drifted.method
    assert page.read_text(encoding="utf-8") == edited


def _edited_equation(folder, monkeypatch):
    monkeypatch.setattr(certificate, "fingerprint", lambda: "of other equations")


def _edited_page(folder, monkeypatch):
    path = folder / f"{THEOREMS[0].name}.md"
    path.write_text(path.read_text(encoding="utf-8") + "More.\n", encoding="utf-8")


def _edited_certificate(folder, monkeypatch):
    path = folder / "certificates" / f"{THEOREMS[0].name}.json"
    path.write_text(path.read_text(encoding="utf-8").replace('"-1"', '"1"'), encoding="utf-8")


def _edited_assumption(folder, monkeypatch):
    monkeypatch.setitem(ASSUMPTIONS, "real", "x is what it is")


@pytest.mark.proves
@pytest.mark.parametrize("edit", [_edited_equation, _edited_page, _edited_certificate, _edited_assumption])
def test_every_kind_of_drift_is_found(edit, tmp_path, monkeypatch):
    monkeypatch.setattr(prove, "PROOFS", tmp_path)
    name = THEOREMS[0].name
    prove.prove([name], progress=lambda line: None)
    assert prove.prove([name], check=True, progress=lambda line: None)[0].ok
    edit(tmp_path, monkeypatch)
    (drifted,) = prove.prove([name], check=True, progress=lambda line: None)
    assert not drifted.ok
    assert "DRIFT" in drifted.method


@pytest.mark.proves
def test_several_processes_find_what_one_finds():
    names = [theorem.name for theorem in THEOREMS[:3]]
    lines = []
    found = prove.prove(names, check=True, progress=lines.append, workers=2)
    assert [verdict.name for verdict in found] == names
    assert all(verdict.ok for verdict in found)
    assert len(lines) == len(names)


def test_a_file_that_no_theorem_accounts_for_is_drift(tmp_path, monkeypatch):
    monkeypatch.setattr(prove, "PROOFS", tmp_path)
    (tmp_path / "another.md").write_text("Proven.\n", encoding="utf-8")
    assert prove._strangers(set()) == [tmp_path / "another.md"]


def test_every_figure_is_shown_by_a_theorem():
    figures = {path.name for path in (prove.DOCS / "figures").glob("*.png")}
    assert figures == {theorem.figure[0] for theorem in THEOREMS if theorem.figure}


def test_an_unknown_theorem_is_bad_usage(capsys):
    with pytest.raises(SystemExit) as stopped:
        prove.main(["no-such-theorem"])
    assert stopped.value.code == 2
    assert "no-such-theorem" in capsys.readouterr().err


@pytest.mark.proves
def test_the_second_checker_needs_neither_sympy_nor_numpy():
    """It runs on a certificate in a process where neither can be imported."""
    program = (
        "import sys; sys.modules['sympy'] = sys.modules['numpy'] = None; "
        "from spec.proofs import modular; sys.exit(modular.main(sys.argv[1:]))"
    )
    certificates = sorted(str(path) for path in (prove.PROOFS / "certificates").glob("*.json"))[:3]
    assert certificates
    run = subprocess.run(
        [sys.executable, "-c", program, *certificates], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("holds") == len(certificates)
