"""The theorems in Coq: what is written is what the program writes, and the kernel takes no near miss."""

import json
import random
import re
from dataclasses import replace

import child
import pytest
import statements
from coqterms import Terms

from spec.coq import emit, kernel
from spec.proofs import arithmetic, modular, prove
from spec.proofs.certificate import certify
from spec.proofs.near_misses import near_misses
from spec.theorems import THEOREMS
from spec.theorems.books import BOOKS
from spec.theorems.language import gamma, x, y
from spec.theorems.theorem import Theorem, states

WRITTEN = prove.PROOFS / "coq"
REQUIRED = {
    "standardisation",
    "restoration",
    "invariance",
    "gradients-training",
    "gradients-graph",
    "gradient-structure",
    "gradients-inference",
    "second-derivatives",
}
absent = kernel.missing()
needs_coq = pytest.mark.skipif(absent is not None, reason=absent or "")
by_name = {theorem.name: theorem for theorem in THEOREMS}


def test_all_theorems_are_written():
    written = {theorem.name for theorem in filter(emit.emits, THEOREMS)}
    assert written >= REQUIRED
    assert by_name.keys() == written


@pytest.mark.parametrize("name", sorted(REQUIRED))
def test_every_claim_is_stated_and_nothing_is_admitted(name):
    text = emit.emit(by_name[name])
    stated = re.findall(rf"^Theorem {emit.label(by_name[name])}_(\d+) :", text, flags=re.M)
    assert stated == [str(n) for n in range(1, len(by_name[name].claims) + 1)]
    assert not re.search(r"\b(Admitted|Axiom|Parameter|Hypothesis|admit)\b", text)
    assert text.count("Proof.") == text.count("Qed.")


def at_random(theorem, claim, size):
    """The second checker at a random point of a claim."""
    certificate, chance, book = certify(theorem, ()), random.Random(5), BOOKS[claim.book]
    point = modular.Evaluation(certificate, claim.data(), arithmetic.Residues(), chance, size, book)
    return point.at_random()


@pytest.mark.parametrize("theorem", statements.each(filter(emit.emits, THEOREMS)))
def test_a_statement_says_what_its_tree_says(theorem):
    """At every element, the terms of a statement have the value that the second checker finds."""
    for claim in theorem.claims:
        size = {"1": 1, "2": 2}.get(claim.batch, 3)
        point = at_random(theorem, claim, size)
        sizes = {"m": size, "m1": size // 2, "m2": size - size // 2}
        trees = [tree for tree in (claim.left, claim.right, claim.slack) if tree is not None]
        for tree, term in zip(trees, emit.terms(claim), strict=True):
            expected = point.value(tree.data())
            for k in range(size):
                found = Terms(point, sizes, {"k": k, "j": 0}).value(term)
                wanted = expected.entries[k] if isinstance(expected, arithmetic.Vector) else expected
                assert found == wanted, (claim.why, str(term))


def test_an_edited_file_is_drift(tmp_path, monkeypatch):
    monkeypatch.setattr(prove, "PROOFS", tmp_path)
    theorem = by_name["restoration"]
    assert prove.write_coq([theorem])
    assert not prove.write_coq([theorem], check=True)
    path = tmp_path / "coq" / "Restoration.v"
    edited = path.read_text(encoding="utf-8").replace("Qed.", "Admitted.", 1)
    path.write_text(edited, encoding="utf-8")
    assert prove.write_coq([theorem], check=True) == [path]
    assert path.read_text(encoding="utf-8") == edited


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A folder with the compiled library."""
    folder = tmp_path_factory.mktemp("coq")
    kernel.library(folder)
    return folder


def compiles(folder, theorem, text):
    """Whether coqc takes this text for a theorem's file."""
    kernel.write(folder, {emit.module(theorem): text})
    try:
        kernel.coqc(folder, emit.module(theorem))
    except kernel.Rejected:
        return False
    return True


def without_proof(text, name):
    """The text with the proof of a theorem left out: what remains to be accepted is its statement."""
    before, start, rest = text.partition(f"Theorem {name} :")
    statement, _, after = rest.partition("Proof.")
    return f"{before}{start}{statement}Proof. Admitted.{after.partition('Qed.')[2]}"


@pytest.mark.proves
@needs_coq
@pytest.mark.parametrize("name", ["restoration", "gradients-training"])
def test_the_kernel_accepts_a_theorem_from_the_axioms_of_the_reals(library, name):
    kernel.write(library, {emit.module(by_name[name]): emit.emit(by_name[name])})
    verdict = kernel.check_one(library, by_name[name])
    assert verdict.ok, verdict
    assert verdict.axioms == kernel.AXIOMS


@pytest.mark.proves
@needs_coq
@pytest.mark.parametrize(
    ("name", "n"), [("gradients-training", 6), ("standardisation", 4), ("gradient-structure", 2)]
)
def test_near_misses_are_statements_that_the_kernel_does_not_take(library, name, n):
    """A miss compiles without its proof, so what fails is the proof; the true claim compiles with it."""
    claim = by_name[name].claims[n - 1]
    misses = [(miss.how, miss.claim) for miss in near_misses(claim) if miss.book is None]
    random.Random(name).shuffle(misses)
    assert len(misses) >= 3
    for number, (description, miss) in enumerate([("true", claim), *misses[:3]]):
        theorem = Theorem(f"miss-{name}-{number}", description, (), "", (miss,))
        text = emit.emit(theorem)
        assert compiles(library, theorem, without_proof(text, f"{emit.label(theorem)}_1")), description
        assert compiles(library, theorem, text) == (miss is claim), description


@pytest.mark.proves
@needs_coq
def test_an_admitted_proof_is_no_proof(library):
    """A file with a gap compiles; the question on what it rests finds the gap."""
    theorem = replace(by_name["restoration"], name="restoration-admitted")
    name = f"{emit.label(theorem)}_1"
    kernel.write(library, {emit.module(theorem): without_proof(emit.emit(theorem), name)})
    verdict = kernel.check_one(library, theorem)
    assert not verdict.reason
    assert not verdict.ok
    assert [each.rpartition(".")[2] for each in verdict.foreign] == [name]


@pytest.mark.proves
@needs_coq
def test_a_rejection_says_what_coq_said(library):
    theorem = Theorem("false", "y is x", (), "", (states(y, gamma * x, "No."),))
    kernel.write(library, {emit.module(theorem): emit.emit(theorem)})
    verdict = kernel.check_one(library, theorem)
    assert not verdict.ok
    assert "False.v" in verdict.reason


@pytest.mark.proves
def test_what_is_written_is_what_the_program_writes_without_sympy_or_numpy():
    absent = "import json, sys; sys.modules['sympy'] = sys.modules['numpy'] = None"
    texts = child.run(f"{absent}; from spec.coq import emit; print(json.dumps(emit.emit_all()))")
    assert {path.stem: path.read_text(encoding="utf-8") for path in WRITTEN.glob("*.v")} == json.loads(texts)
