"""docs/kernels.md and the core's README: their examples run, and the files that they name are there."""

import doctest
import re
from pathlib import Path

import numpy
import pytest

import bncore
from bncore import explaining
from bncore.caches import of_machine
from bncore.core import plan

ROOT = Path(__file__).parents[2]
CORE = ROOT / "bncore" / "core"


@pytest.mark.skipif(explaining.runtime.get_num_threads() < 2, reason="its plans are for two threads")
def test_the_plans_are_those_of_the_planner():
    failed, tried = doctest.testfile(str(ROOT / "docs" / "kernels.md"), module_relative=False)
    assert tried > 8
    assert failed == 0


def test_the_map_of_the_core_names_files_that_are_there():
    text = (CORE / "README.md").read_text()
    named = set(re.findall(r"`((?:\.\./)?(?:leaves/|trace/)?\w+\.(?:pyx|pxd|h|py))`", text))
    assert len(named) > 12
    assert not [name for name in named if not ((CORE / name).exists() or (ROOT / "bncore" / name).exists())]


def test_the_row_that_the_readme_shows_is_that_of_the_table():
    text = (CORE / "README.md").read_text()
    shown = re.search(r"if which == INFERENCE_BACKWARD:\n +return row\([^)]*\)", text)
    assert shown[0] in (CORE / "operations.pxd").read_text()


# the machines of docs/kernels.md: caches, and whether there are registers for two loops
KINDS = {
    "Zen 3": ("32K,512K,32M", False),
    "Xeon": ("48K,2M,480M", True),
}
CALLED = [
    ("inference", (50, 128, 14, 14), 1),
    ("forward", (50, 256, 14, 14), 1),
    ("forward", (50, 14, 14, 256), -1),
    ("backward", (50, 7, 7, 512), -1),
    ("backward", (50, 14, 14, 256), -1),
    ("backward", (50, 28, 28, 128), -1),
    ("forward", (50, 64, 56, 56), 1),
]


@pytest.fixture
def two_threads():
    before, threads = plan.machine(), bncore.get_num_threads()
    bncore.set_num_threads(2)
    yield
    plan.set_machine(before)
    bncore.set_num_threads(threads)


def chosen(kind, operation, shape, axis):
    """What the planner chooses on a kind of machine, in the words of the page."""
    sizes, registers = KINDS[kind]
    known = plan.by_caches(*of_machine({"BNCORE_CACHES": sizes}))
    plan.set_machine(plan.machine() | known | {"processors": 2, "streams": True, "registers": registers})
    made = bncore.explain(operation, numpy.empty(shape, "f4"), axis=axis).fields["schedule"]
    said = [("carried", "shared", "together", "spread")[made["order"]]]
    said.append("past the caches" if made["streamed"] else "ordinary stores")
    said += ["rows fetched"] * made["fetched"] + ["one loop"] * made["fused"]
    return ", ".join(said)


@pytest.mark.skipif(not explaining.runtime.execute.OPENMP, reason="its plans are for two threads")
@pytest.mark.usefixtures("two_threads")
@pytest.mark.parametrize(("operation", "shape", "axis"), CALLED)
def test_what_is_chosen_on_both_kinds_of_machine(operation, shape, axis):
    call = f"{operation}, {' x '.join(map(str, shape))}" + (", channels last" if axis == -1 else "")
    row = " | ".join(["", call, *(chosen(kind, operation, shape, axis) for kind in KINDS), ""]).strip()
    assert row in (ROOT / "docs" / "kernels.md").read_text().splitlines()


def test_the_page_names_the_caches_of_both_kinds():
    text = (ROOT / "docs" / "kernels.md").read_text()
    for kind, (sizes, _) in KINDS.items():
        assert f"{kind}: {of_machine({'BNCORE_CACHES': sizes})}" in text
