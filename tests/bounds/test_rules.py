"""The rules of rounding: each is a formula that the bounds are computed with, and a theorem about it."""

import inspect
import math
import random
import re
import shutil
from pathlib import Path

import numpy
import pytest

from spec import oracle
from spec.bounds import errors, rules
from spec.coq import emit, kernel
from spec.coq import rules as in_coq

PAGE = Path(__file__).parents[2] / "docs/bounds.md"
FILES = {path.stem: path.read_text(encoding="utf-8") for path in kernel.HERE.glob("*.v")}
ABSENT = kernel.missing()
needs_coq = pytest.mark.skipif(ABSENT is not None, reason=ABSENT or "")


def statement(named):
    """What a theorem says."""
    file, name = named.split(".")
    found = re.findall(rf"^Theorem {name}\b(.*?)^Proof\.", FILES[file], flags=re.M | re.S)
    assert len(found) == 1, named
    return found[0]


@pytest.mark.parametrize("rule", rules.RULES)
def test_every_rule_names_theorems_that_are_about_it(rule):
    assert rules.RULES[rule].theorems
    for named in rules.RULES[rule].theorems:
        assert re.search(rf"\b{in_coq.name(rule)}\b", statement(named)), named


@pytest.mark.parametrize("rule", rules.RULES)
def test_the_bounds_are_computed_with_every_rule(rule):
    assert re.search(rf"\brules\.{rule}\b", inspect.getsource(errors))


@pytest.mark.parametrize("rule", rules.RULES)
def test_a_definition_in_coq_is_the_formula(rule):
    """Its text, read as Python, has the formula's values."""
    formula = rules.RULES[rule].formula
    _, _, text = in_coq.definition(rule).partition(" R :=")
    body = re.sub(r"\b(ln|sqrt) (\w+|\(.*\))", r"\1(\2)", text.strip().removesuffix(".").replace("^", "**"))
    body = re.sub(r"Rmax (\(.*?\)) (\w+)", r"max(\1, \2)", body)
    names = [name for name in inspect.signature(formula).parameters if name != "of"]
    of = {"of": numpy} if "of" in inspect.signature(formula).parameters else {}
    chance = random.Random(rule)
    for _ in range(20):
        values = {name: chance.uniform(0.5, 3) for name in names}
        found = eval(body, {"ln": math.log, "sqrt": math.sqrt, "max": max}, values)
        assert found == pytest.approx(formula(**values, **of), rel=1e-14)


def test_every_letter_of_the_page_is_a_theorem_or_said_to_be_prose():
    letters = set(re.findall(r"^\*\*([A-Z])\. ", PAGE.read_text(encoding="utf-8"), flags=re.M))
    stated = {letter for rule in rules.RULES.values() for letter in rule.letter.split(", ")}
    assert letters == stated | rules.PROSE.keys()
    assert letters - stated == {"A", "F"}


def test_the_table_of_the_page_is_current(tmp_path):
    text = PAGE.read_text(encoding="utf-8")
    assert f"{in_coq.BEGIN}\n{in_coq.table()}\n{in_coq.END}" in text
    copy = tmp_path / "bounds.md"
    copy.write_text(text.replace("`Rounded`", "`Other`"), encoding="utf-8")
    in_coq.main(copy)
    assert copy.read_text(encoding="utf-8") == text


@pytest.mark.parametrize("name", ["Roundings", "Orders", "Means"])
def test_no_proof_has_a_gap(name):
    text = FILES[name]
    assert not re.search(r"\b(Admitted|Axiom|Parameter|Conjecture|admit|Abort)\b", text)
    assert text.count("Proof.") == text.count("Qed.")


@pytest.mark.parametrize("last", [2, 3])
def test_whole_weights_have_an_exact_sum_as_far_as_the_format_counts(last):
    """2^24 + 1 is no float32: from there on W is rounded."""
    model = errors.Model(numpy.float32, "float32-sequential")
    found = model.weights([2.0**24 - 3, 1, last]).sum()
    assert (found.error > 0).any() == (last > 2)


def test_x_less_mean_is_paid_for_by_what_the_mean_is_off():
    """The nearest M to a mean that is off may be twice as far from x as that mean is."""
    x = numpy.array([[1.0], [1.0], [1.0 + 2**-23]], numpy.float32)
    model = errors.Model(numpy.float32, "float64")
    batch = model.elements(oracle.channels(x))
    mean = batch.sum() / 3
    apart = batch - mean
    assert (apart.size >= 2 * (apart.magnitude() + mean.error)).all()


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """A folder with the compiled library."""
    folder = tmp_path_factory.mktemp("rules")
    kernel.library(folder)
    return folder


@pytest.mark.proves
@needs_coq
def test_the_kernel_accepts_every_theorem_of_a_rule(library):
    for named in in_coq.theorems():
        verdict = kernel.check_rule(library, named)
        assert verdict.ok, verdict
        with_logarithms = re.search(r"\bInARow\b", statement(named)) is not None
        assert (verdict.axioms - kernel.AXIOMS == kernel.OF_LOGARITHMS) == with_logarithms, named
    assert not kernel.check_rule(library, "Roundings.no_such_theorem").ok


# Of a format, not of an error: a theorem assumes it.
ASSUMED = {"whole"}


@pytest.mark.proves
@needs_coq
@pytest.mark.parametrize("rule", [rule for rule in rules.RULES if rule not in ASSUMED])
def test_a_rule_that_allows_less_is_refused(library, rule, tmp_path):
    """The same proofs, about a formula less a little, do not compile."""
    text = emit.emit_all(())["Rules"]
    head, defined, rest = text.partition(f"Definition {in_coq.name(rule)} ")
    formula, _, tail = rest.partition(".\n")
    parameters, _, body = formula.partition(":=")
    less = f"{head}{defined}{parameters}:= ({body.strip()}) * (1 - / 1024) - / 1024.\n{tail}"
    folder = shutil.copytree(library, tmp_path / "less")
    kernel.write(folder, {"Rules": less})
    kernel.coqc(folder, "Rules")
    with pytest.raises(kernel.Rejected):
        _compile(folder, ("Roundings", "Orders", "Means"))


def _compile(folder, names):
    for name in names:
        kernel.coqc(folder, name)
