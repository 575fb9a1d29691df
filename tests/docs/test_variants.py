"""Builds of bncore side by side, and the races of its constants: every constant has one, or a reason."""

import dataclasses
import re
import shutil
import sys
from pathlib import Path

import constants
import numpy as np
import pytest
from benchmarks import SHAPE, Spoilt, nothing, off_by_a_bit
from harness import variants
from harness.workload import bits, calls, workload

import bncore

DECLARED = variants.declared()


def test_every_constant_of_the_core_is_measured_or_has_a_reason_not_to_be():
    assert not constants.RACES.keys() & constants.FIXED.keys()
    assert DECLARED.keys() == constants.RACES.keys() | constants.FIXED.keys()


def test_no_constant_of_the_core_is_overlooked():
    # whatever looks like one, in whatever enum
    text = "".join(path.read_text() for path in variants.files())
    names = re.findall(r"^    ([A-Z][A-Z_0-9]*) = ", text, re.MULTILINE)
    assert sorted(names) == sorted(name for name, constant in DECLARED.items() if constant.file)
    assert {"LANES", "NEAR_ZERO", "SPARE", "stream"} <= DECLARED.keys()
    assert DECLARED["TILE_ELEMENTS"].value == 1 << 12


def test_a_constant_that_is_declared_twice_is_refused(tmp_path, monkeypatch):
    core = tmp_path / "bncore" / "core"
    core.mkdir(parents=True)
    for name in ("a.pxd", "b.pyx"):
        (core / name).write_text("cdef enum:\n    LANES = 32   # as there\n")
    monkeypatch.setattr(variants, "CORE", core)
    monkeypatch.setattr(variants, "ROOT", tmp_path)
    with pytest.raises(ValueError, match=r"LANES: wanted one declaration, found one in core/a.pxd too"):
        variants.declared()


@pytest.mark.parametrize("name", constants.RACES)
def test_another_value_can_be_put_in_the_place_of_a_constants_own(name):
    constant = DECLARED[name]
    assert len({constant.value, *constants.others(constant)}) == 3
    assert constant.says, f"the source does not say what {name} is"
    if constant.file:
        file, old, new = constant.edit(12345)
        source = (variants.ROOT / "bncore" / file).read_text()
        assert source.count(old) == 1
        assert new == f"    {name} = 12345\n"


@pytest.fixture
def beside(tmp_path):
    """The package once more, in a folder of its own."""
    shutil.copytree(Path(bncore.__file__).parent, tmp_path / "first" / "bncore")
    return tmp_path / "first"


def test_two_packages_are_loaded_side_by_side(beside):
    from bncore.core import plan

    before = plan.machine()
    one, other = variants.load(beside), variants.load(variants.twin(beside, "other"), grain=7, stream=11)
    assert len({id(package) for package in (bncore, one, other)}) == 3
    assert plan.machine() == one.core.plan.machine() == before
    assert other.core.plan.machine() == before | {"grain": 7, "stream": 11}
    one.set_num_threads(1 + bncore.get_num_threads())
    assert other.get_num_threads() == bncore.get_num_threads()
    assert sys.modules["bncore"] is bncore
    load = workload(SHAPE, "channels-last")
    assert {str(bits(calls(package, load)["forward"]())) for package in (one, other)} == {
        str(bits(calls(bncore, load)["forward"]()))
    }


def test_the_table_of_constants_is_that_of_the_kernels():
    text = constants.PAGE.read_text()
    assert text.count(constants.BEGIN) == 1
    table = text.partition(constants.BEGIN)[2]
    found = re.findall(r"^\| `(\w+)` \| (\d+) \| (.*?) \|", table, re.MULTILINE)
    if not found:
        pytest.skip("docs/benchmarks/constants.py was not run on these kernels yet")
    assert list(dict.fromkeys((name, says) for name, _, says in found)) == [
        (name, DECLARED[name].says) for name in constants.RACES
    ]
    # what the machine is like is another matter on another one
    assert all(value == str(DECLARED[name].value) for name, value, _ in found if DECLARED[name].file)
    fixed = re.findall(r"^\| `(\w+)` \| ([^|]*) \|$", table, re.MULTILINE)
    assert dict(fixed) == constants.FIXED


def test_rows_of_some_constants_come_among_those_of_the_others(monkeypatch):
    monkeypatch.setattr(constants.environment, "machine", lambda: {"processor": "P", "caches": "none"})
    first, second, third = list(constants.RACES)[:3]
    old = [f"| `{name}` | 1 | {place} |" for name in (first, third) for place in "ab"]
    text = "\n".join([constants.BEGIN, *constants.facts(), *old, "| `LANES` | a reason |"])
    new = [f"| `{third}` | 2 | c |", f"| `{second}` | 2 | c |"]
    assert constants.among(new, text) == [*old[:2], new[1], new[0]]
    with pytest.raises(ValueError, match="rows of another machine"):
        constants.among(new, text.replace("P (none)", "Q (none)"))


def test_a_race_of_constants_is_a_row():
    ratios = {8192: (1.034, True), 32768: (0.9, False), constants.AFTER: (1.0, True)}
    constant = dataclasses.replace(DECLARED["CHUNK_BYTES"], value=16384, says="of one operand")
    row = constants.line(constant, ("forward", (4, 7, 5), constants.LAST), ratios)
    assert row == (
        "| `CHUNK_BYTES` | 16384 | of one operand | forward, 4 x 7 x 5, channels last "
        "| 1.03 | 0.90 | 1.00 | some others |"
    )


@pytest.mark.parametrize("race", dict.fromkeys(race for some in constants.RACES.values() for race in some))
def test_a_race_of_constants_runs_the_public_functions(race):
    operation, extents, axis = race
    small = tuple(min(extent, 3 + n) for n, extent in enumerate(extents))
    ((ratio, same),) = constants.raced(
        {constants.BEFORE: bncore, 1: bncore}, (operation, small, axis), 1
    ).values()
    assert ratio > 0
    assert same


@pytest.mark.parametrize("spoil", [off_by_a_bit, nothing])
def test_a_race_of_constants_sees_other_bits(spoil):
    packages = {constants.BEFORE: bncore, 1: Spoilt(spoil)}
    ((_, same),) = constants.raced(packages, ("forward", (3, 4, 5), constants.LAST), 1).values()
    assert not same


def test_x_of_a_race_is_moved_away_from_zero():
    extents = 3, 4, 5
    _, usual = constants.contest(("forward", extents, constants.FIRST))
    operation, moved = constants.contest(("forward of x + 2.5", extents, constants.FIRST))
    assert operation == "forward"
    assert np.array_equal(moved.x, usual.x + np.float32(2.5))
