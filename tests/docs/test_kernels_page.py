"""docs/kernels.md and the core's README: their examples run, and the files that they name are there."""

import doctest
import re
from pathlib import Path

import pytest

from bncore import explaining

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
