"""The fuzzer finds what is planted, by name, and nothing else in a run of half a minute."""

import functools
import json
import sys
from types import SimpleNamespace

import pytest

import bncore

from . import cases, child, crew, faults, shrinking
from .watch import Watch

SEED = 1
# What ends a process is found by its parent.
MORTAL = {name for name, (kind, _) in faults.FAULTS.items() if kind.startswith(("crash", "hang"))}


def drawn(where, edges, most=256, limit=40000):
    """Small cases of one function or kind, with arrays at the edges of pages or not."""
    for number in range(limit):
        case = cases.draw(SEED, number)
        fits = where in (case["kind"], case.get("function")) and child.elements(case) <= most
        if fits and (edges or '"edge"' not in json.dumps(case)):
            yield case


@pytest.mark.audits
@pytest.mark.parametrize("name", sorted(faults.FAULTS.keys() - MORTAL))
def test_a_planted_fault_is_found_by_name(name):
    kind, where = faults.FAULTS[name]
    watch = Watch(getattr(faults, name))
    for case in drawn(where, edges=False):
        found = child.outcome(watch, case)
        if found and found["kind"] == kind:
            break
    else:
        pytest.fail(f"not found: {kind}")
    # in bncore itself the same case has no such fault
    assert (child.outcome(Watch(bncore), case) or {}).get("kind") != kind


@pytest.mark.audits
@pytest.mark.parametrize("name", sorted(MORTAL))
def test_a_planted_fault_that_ends_the_process_is_found_by_name(name, monkeypatch):
    kind, where = faults.FAULTS[name]
    if kind == "hang":
        monkeypatch.setattr(crew, "PATIENCE", 3)
    worker = crew.Child(f"{faults.__name__}:{name}")
    found = (worker.outcome(case) for case in drawn(where, edges=True))
    assert any(each and each["kind"] == kind for each in found)
    worker.close()


def test_a_case_is_plain_data():
    for number in range(3000):
        case = cases.draw(SEED, number)
        assert json.loads(json.dumps(case)) == case == cases.draw(SEED, number)


def methods(module):
    """The names of the layer's methods."""
    names = [name for name in dir(module.BatchNorm) if name[0] != "_" or name == "__call__"]
    return [name for name in names if callable(getattr(module.BatchNorm, name))]


def called(names, module):
    """The module, with every call of a public function or method written down in `names`."""

    def watched(name, function):
        @functools.wraps(function)
        def call(*given, **how):
            names.add(name)
            return function(*given, **how)

        return call

    class BatchNorm(module.BatchNorm):
        pass

    for name in methods(module):
        setattr(BatchNorm, name, watched(f"BatchNorm.{name}", getattr(module.BatchNorm, name)))
    functions = {
        name: watched(name, value)
        for name in module.__all__
        if not isinstance(value := getattr(module, name), type)
    }
    classes = {name: getattr(module, name) for name in ("Stats", "Sums", "GradientSums")}
    return SimpleNamespace(**functions, BatchNorm=BatchNorm, **classes)


@pytest.mark.sweeps
def test_every_public_function_is_called():
    names = set()
    watch = Watch(called(names, bncore))
    wanted = {name for name in bncore.__all__ if not isinstance(getattr(bncore, name), type)}
    wanted |= {f"BatchNorm.{name}" for name in methods(bncore)}
    for number in range(2000):
        case = cases.draw(SEED, number)
        if child.elements(case) <= 64:
            child.outcome(watch, case)
    assert names == wanted


@pytest.mark.audits
def test_a_survey_says_which_case_ended_the_process_and_goes_on():
    kind, where = faults.FAULTS["an_abort"]
    survey = crew.Survey(SEED, f"{faults.__name__}:an_abort")
    survey.run(sys.maxsize, jobs=2, last=400)
    found = survey.found[f"{kind} in {where}"]
    assert found["case"] == cases.draw(SEED, found["number"])
    assert len(found["case"]["cut"]) == 9
    assert survey.counted["cases"] == 400
    assert survey.counted["calls"] > 400


def test_a_smaller_case_has_the_same_fault():
    kind, where = faults.FAULTS["a_channel_forgotten"]
    watch = Watch(faults.a_channel_forgotten)

    def fails(case):
        found = child.outcome(watch, case)
        return bool(found) and found["kind"] == kind

    # one that there is something to take from
    much = (case for case in drawn(where, edges=False) if len(json.dumps(case)) > 400)
    case = next(case for case in much if child.elements(case) > 8 and fails(case))
    small = shrinking.smaller(case, fails, 300)
    assert fails(small)
    assert child.elements(small) == 1
    assert len(json.dumps(small)) < len(json.dumps(case)) / 2
