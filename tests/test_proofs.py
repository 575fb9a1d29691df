"""The book of theorems: each theorem holds, its near misses do not, and what is written was proven."""

import json
import random
import subprocess
import sys
from pathlib import Path

import pytest

from spec import modular, prove
from spec.decide import decide
from spec.falsehoods import near_misses
from spec.theorems import THEOREMS
from spec.theorems.theorem import ASSUMPTIONS

HERE = Path(__file__).parent
ROOT = HERE.parent
by_name = pytest.mark.parametrize("theorem", THEOREMS, ids=lambda theorem: theorem.name)


@by_name
def test_holds_by_both_checkers_and_is_written(theorem):
    (verdict,) = prove.prove([theorem.name], check=True, progress=lambda line: None)
    assert verdict.ok, verdict


def test_nothing_is_written_that_no_theorem_accounts_for():
    assert all(verdict.ok for verdict in prove.prove(check=True, progress=lambda line: None))


@by_name
def test_near_misses_are_false_to_both_checkers(theorem):
    certificate = prove.certify(theorem, ())
    rejected = 0
    for claim in (claim for claim in theorem.claims if claim.main):
        for description, miss, book in near_misses(claim):
            normal_form = decide(miss, book).holds
            evaluation = modular.check_claim(certificate, miss.data(), random.Random(2), book).holds
            assert normal_form == evaluation, (description, miss)
            rejected += not normal_form
    assert rejected >= 3


def test_assumptions_are_the_declared_ones():
    declared = (HERE / "assumptions.txt").read_text(encoding="utf-8").splitlines()
    assert [f"{name}: {text}" for name, text in sorted(ASSUMPTIONS.items())] == declared
    assert {each for theorem in THEOREMS for each in theorem.assumptions} <= ASSUMPTIONS.keys()


@by_name
def test_a_certificate_of_a_falsehood_is_rejected(theorem):
    """Whatever else the pages say: a certificate whose claim was altered does not pass."""
    path = prove.PROOFS / "certificates" / f"{theorem.name}.json"
    certificate = json.loads(path.read_text(encoding="utf-8"))
    assert modular.check(certificate, random.Random(3)).holds
    claim = certificate["claims"][-1]
    claim["right"] = ["add", claim["right"], ["name", "gamma"]]
    assert not modular.check(certificate, random.Random(3)).holds


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


def test_an_unknown_theorem_is_bad_usage(capsys):
    with pytest.raises(SystemExit) as stopped:
        prove.main(["no-such-theorem"])
    assert stopped.value.code == 2
    assert "no-such-theorem" in capsys.readouterr().err


def test_the_second_checker_needs_neither_sympy_nor_numpy():
    """It runs on a certificate in a process where neither can be imported."""
    program = (
        "import sys; sys.modules['sympy'] = sys.modules['numpy'] = None; "
        "from spec import modular; sys.exit(modular.main(sys.argv[1:]))"
    )
    certificates = sorted(str(path) for path in (prove.PROOFS / "certificates").glob("*.json"))[:3]
    assert certificates
    run = subprocess.run(
        [sys.executable, "-c", program, *certificates], cwd=ROOT, capture_output=True, text=True
    )
    assert run.returncode == 0, run.stderr
    assert run.stdout.count("holds") == len(certificates)
