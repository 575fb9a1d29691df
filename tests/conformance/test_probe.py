"""The probe: each convention is recognised in a mutant that is known to follow it."""

import json

import pytest

from spec import __main__ as command
from spec.adapters.plain import Plain
from spec.findings import probe
from spec.mutants import MUTANTS

RIGHT = {
    "y is divided by the root of": "the biased variance",
    "var is returned as": "the biased variance",
    "eps stands": "beneath the root, never clamped down to 1e-12",
    "eps stands, in inference": "beneath the root, never clamped down to 1e-12",
    "running variance takes": "the unbiased variance",
    "momentum is the weight of": "the new value",
    "running variance of one element": "refused (ValueError)",
    "y of one element": "beta",
    "y of a constant channel, eps = 0": "not finite",
    "NaN and inf": "fill their channel",
    "gamma and beta may be None": "yes",
}
RECOGNISED = [
    ("var over m - 1", "y is divided by the root of", "the unbiased variance"),
    ("var over m - 1", "var is returned as", "the unbiased variance"),
    ("var returned over m - 1", "y is divided by the root of", "the biased variance"),
    ("var returned with eps", "var is returned as", "the biased variance plus eps"),
    ("var returned as the inverse deviation", "var is returned as", "1/sqrt(var + eps)"),
    ("var returned as the deviation", "var is returned as", "the standard deviation"),
    ("eps outside the root", "eps stands", "beside the root"),
    ("eps missing", "eps stands", "nowhere"),
    ("eps twice", "eps stands", "beneath the root, twice"),
    ("eps squared", "eps stands", "beneath the root, squared"),
    ("eps under a root of its own", "eps stands", "beneath a root of its own"),
    ("clamped eps", "eps stands", "beneath the root; 1e-08 acts as 1e-05"),
    ("clamped eps", "eps stands, in inference", "beneath the root, never clamped down to 1e-12"),
    ("inference with eps outside the root", "eps stands, in inference", "beside the root"),
    ("inference without eps", "eps stands, in inference", "nowhere"),
    ("running_var of the biased variance", "running variance takes", "the biased variance"),
    ("momentum weighs the old value", "momentum is the weight of", "the old value"),
    ("momentum weighs the old value", "running variance takes", "the unbiased variance"),
    ("running statistics never updated", "momentum is the weight of", probe.OTHER),
    ("running_var NaN for one element", "running variance of one element", "not finite, silently"),
    ("an exception for one element", "y of one element", "refused (ValueError)"),
    ("NaN in every channel", "NaN and inf", "leave their channel"),
    ("NaN hidden as 0", "NaN and inf", "leave finite y in their channel"),
    ("y returned in float16", "var is returned as", "the biased variance"),
    ("y of channels-last data returned dense", "y lies in memory", "densely"),
    pytest.param(
        "float32 accumulators",
        "class of sums of a million terms, float32, rank 2",
        "float32-sequential",
        marks=pytest.mark.audits,
    ),
    ("everything in float32", "class of y and dx, float32, contiguous", "float32-pairwise"),
    (
        "E[x^2] - E[x]^2 in float32, clamped",
        "class of y and dx, float32, contiguous",
        "none: it loses what no class may lose",
    ),
]


def answer(adapter, title):
    return probe._asked(probe.QUESTIONS[title], adapter)


@pytest.mark.parametrize("title", RIGHT)
def test_the_equations_themselves_are_recognised(title):
    assert answer(Plain(), title) == RIGHT[title]


@pytest.mark.parametrize(("name", "title", "convention"), RECOGNISED)
def test_a_convention_is_recognised(name, title, convention):
    assert answer(MUTANTS[name].adapter, title) == convention


def test_what_is_not_offered_is_said(capsys, tmp_path, monkeypatch):
    quick = {title: ask for title, ask in probe.QUESTIONS.items() if not title.startswith("class")}
    monkeypatch.setattr(probe, "QUESTIONS", quick)
    file = tmp_path / "answers.json"
    assert command.main(["probe", "numpy", "--json", str(file)]) == 0
    printed = capsys.readouterr().out
    written = json.loads(file.read_text())
    assert written["target"] == "numpy"
    assert written["answers"].keys() == quick.keys()
    assert written["answers"]["running variance takes"] == probe.NOT_OFFERED
    assert all(title in printed and found in printed for title, found in written["answers"].items())
    assert command.main(["probe", "nonsense"]) == 2
