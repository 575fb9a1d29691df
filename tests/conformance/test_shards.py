"""Shards of a batch as a call: what is returned for them is judged as that of the whole batch."""

import itertools

import numpy
import pytest

from spec import adapters
from spec.adapters.sharded import Sharded
from spec.conformance import judge, passed
from spec.conformance.shrink import shrink
from spec.conformance.verdict import ABSENT, FAIL
from spec.data import portable
from spec.data.inputs import data
from spec.mutants import MUTANTS, shards

SETS = ("shards", "shards-of-rows", "shards-empty-first", "shards-of-one", "shards-apart")
OUTPUTS = {f"{name} of shards" for name in ("mean", "var", "y", "dx", "dgamma", "dbeta")}


@pytest.mark.parametrize("name", SETS)
def test_shards_that_are_merged_are_the_batch(name):
    verdicts = judge(Sharded(), data(name, "float64"))
    assert passed(verdicts)
    assert {verdict.quantity for verdict in verdicts} >= OUTPUTS


def test_some_shards_are_empty_and_they_are_unequal():
    sizes = [len(part) for name in SETS for part in numpy.split(*cut(name))]
    assert {0, 1} < set(sizes)
    assert all(sum(map(len, numpy.split(*cut(name)))) == len(cut(name)[0]) for name in SETS)


def cut(name):
    given = data(name, "float32")
    return given.x, given.cuts


def broken(kernel):
    """What is said of the first output that is not kept."""
    return next(
        str(verdict) for verdict in judge(kernel(), data("shards", "float32")) if verdict.status == FAIL
    )


def test_whoever_returns_one_array_for_all_shards_hears_of_it():
    class Whole(Sharded):
        def shards(self, xs, gamma, beta, eps):
            found = super().shards(xs, gamma, beta, eps)
            return found | {"y": numpy.concatenate(found["y"])}

    assert "y is ndarray, wanted a list, an array for each shard" in broken(Whole)


def test_whoever_cuts_otherwise_hears_of_it():
    class Otherwise(Sharded):
        def shards(self, xs, gamma, beta, eps):
            found = super().shards(xs, gamma, beta, eps)
            return found | {"y": found["y"][::-1]}

    assert "y of shards (9.41)" in broken(Otherwise)
    assert "wanted shards of the shapes [(3, 3, 5), (4, 3, 5), (0, 3, 5)" in broken(Otherwise)


def test_whoever_writes_to_a_shard_hears_of_it():
    class Writes(Sharded):
        def shards(self, xs, gamma, beta, eps):
            found = super().shards(xs, gamma, beta, eps)
            xs[3][...] = 0
            return found

    assert "xs was written to" in broken(Writes)


def test_whoever_has_no_shards_is_not_judged_by_them():
    verdicts = judge(adapters.load("numpy"), data("shards", "float32"))
    assert {verdict.quantity for verdict in verdicts if verdict.status == ABSENT} >= {
        "shards",
        "shards_backward",
    }


@pytest.mark.audits
def test_shards_pass_between_processes():
    far = adapters.load("spec.adapters.sharded:Sharded", isolate=True)
    verdicts = judge(far, data("shards", "float32"))
    assert passed(verdicts)
    assert {verdict.quantity for verdict in verdicts} >= OUTPUTS


def test_a_counterexample_in_shards_shrinks_in_shards():
    mutant = MUTANTS["var without what is between shards"].adapter
    given = data("shards", "float32")
    verdict = next(v for v in judge(mutant, given) if v.status == FAIL)
    small, shown = shrink(mutant, given, verdict, patience=40, clock=itertools.count().__next__)
    assert shown.quantity == "var of shards"
    assert small.x.size < given.x.size
    again = portable.from_json(portable.to_json(small))
    assert again.cuts == given.cuts
    assert any(v.status == FAIL for v in judge(mutant, again))
    assert len(shards.MUTANTS) >= 6
