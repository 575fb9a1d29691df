"""The README and the guide: their examples run, and what they repeat from elsewhere is what is said there."""

import doctest
import re
from pathlib import Path

import pytest
from harness import environment, results
from harness.shapes import LAYOUTS, OPERATIONS

from bncore import BatchNorm, operands

ROOT = Path(__file__).parents[2]
README, GUIDE = ROOT / "README.md", ROOT / "docs/guide.md"


def words(text):
    return " ".join(text.split())


def conventions(text, between):
    """The rows of the table of conventions, without their titles; `between` separates its cells."""
    rows = [re.split(between, line.strip().strip("| ")) for line in text.splitlines()]
    libraries = ["bncore", "PyTorch", "Keras", "Flax", "ONNX"]
    first = next(i for i, row in enumerate(rows) if row[-5:] == libraries)
    body = rows[first + 2 :]
    return [row[1:] for row in body[: next(i for i, row in enumerate(body) if len(row) < 6)]]


def test_example_runs():
    failed, tried = doctest.testfile(str(README), module_relative=False)
    assert tried > 0
    assert failed == 0


def test_conventions_are_those_of_the_layer():
    declared = conventions(re.sub("=+  =.*", "", BatchNorm.__doc__), r"\s{2,}")
    assert len(declared) > 5
    assert conventions(GUIDE.read_text(), r"\s*\|\s*") == declared


def test_layouts_that_are_copied_are_those_of_operands():
    walked_and_copied = words(operands.__doc__.split("\n\n")[1])
    assert "Copied first" in walked_and_copied
    assert walked_and_copied in words(GUIDE.read_text())


def test_it_says_which_python_before_it_has_one_run():
    text = README.read_text()
    assert 0 < text.index(".venv/bin/python") < text.index("python -m spec")


def test_its_numbers_of_speed_are_those_of_the_benchmark():
    """A line for each machine: forward, backward and inference, channels-first and (channels-last)."""
    text = words(README.read_text())
    for table, about in results.machines(ROOT / "docs/benchmarks").values():
        best = results.best_peers([row for row in table if row.family == "list"], True)
        mean = {
            (operation, layout): results.geometric_mean(
                row.ratio for key, row in best.items() if (key[3], key[1]) == (operation, layout)
            )
            for operation in OPERATIONS
            for layout in LAYOUTS
        }
        numbers = ", ".join(
            f"{operation} {mean[operation, LAYOUTS[0]]:.1f} ({mean[operation, LAYOUTS[1]]:.1f})"
            for operation in ("forward", "backward", "inference")
        )
        assert f"{environment.title(about['machine'])}: {numbers}" in text


FINDINGS = [
    ("jax", "211.9", "2.41"),
    ("torch-channels-last", "-1.828", "2.701"),
    ("torch", "-0.358", "0"),
]


@pytest.mark.parametrize(("target", "got", "exact"), FINDINGS)
def test_its_findings_are_those_of_the_page(target, got, exact):
    """Each number that it gives is, rounded so, in one line of the page of findings."""
    told = words(README.read_text()).partition("## Begin")[0]
    assert got in told
    section = (ROOT / "docs/findings.md").read_text().partition(f"\n## {target}\n")[2].partition("\n## ")[0]
    lines = [
        [cell.strip() for cell in line.split("|")] for line in section.splitlines() if line.startswith("| ")
    ]
    numbers = [(line[4], line[5]) for line in lines if re.fullmatch(r"-?[\d.e+-]+", line[4])]
    places = [len(text.partition(".")[2]) for text in (got, exact)]
    rounded = [tuple(f"{float(n):.{p}f}" for n, p in zip(pair, places, strict=True)) for pair in numbers]
    assert (got, exact) in rounded
