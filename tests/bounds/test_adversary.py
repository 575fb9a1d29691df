"""The adversary: no bound is exceeded by a faithful kernel, and one that is not faithful is found out."""

import re
from pathlib import Path

import numpy
import pytest

from spec.audit import adversary, faithful
from spec.bounds.errors import ACCUMULATIONS

BOUNDS = Path(__file__).parents[2] / "docs/bounds.md"


@pytest.mark.audits
@pytest.mark.parametrize("name", faithful.FAITHFUL)
def test_a_quick_search_exceeds_no_bound(name):
    adapter = faithful.FAITHFUL[name]
    for dtype in adapter.caps.dtypes:
        best = adversary.search(adapter, dtype, sizes=(3, 17), generations=6, seed=1)
        assert max(ratio for ratio, _ in best.values()) <= 1, best
        assert best["y"][0] > 0.2


@pytest.mark.audits
def test_the_search_finds_a_shift_that_is_an_outlier():
    class First(faithful._Statistics):
        caps = faithful.Caps(accumulate="float64", least=1)

        @staticmethod
        def statistics(rows):
            off = rows - rows[:, :1]
            return rows[:, 0] + off.mean(axis=1), rows.var(axis=1)

    best = adversary.search(First(), "float64", sizes=(131,), generations=20)
    assert best["mean"][0] > 1


def test_the_search_climbs():
    adapter = faithful.FAITHFUL["two passes in float64"]
    first, last = (
        adversary.search(adapter, "float32", sizes=(9,), generations=generations)["y"][0]
        for generations in (1, 12)
    )
    assert last > first


def test_the_population_stays_of_one_kind():
    rng = numpy.random.default_rng(0)
    drawn = adversary.drawn(rng, 5, 7)
    children = adversary.moved(rng, drawn, "float32")
    both = drawn.join(children)
    assert both.x.shape == both.dy.shape == (5, 7 + adversary.CHILDREN)
    assert both.take([0, 3]).gamma.shape == (2,)


def test_the_table_of_ratios_has_every_class_and_refutes_none():
    rows = BOUNDS.read_text().split(adversary.BEGIN)[1].split(adversary.END)[0].strip().splitlines()[2:]
    assert {re.match(r"\| `(.*?)`", row).group(1) for row in rows} == set(ACCUMULATIONS)
    ratios = [float(cell) for row in rows for cell in row.split("|")[3:-2]]
    assert len(ratios) == len(rows) * len(adversary.OUTPUTS)
    assert max(ratios) <= 1
