"""The README: its example runs, and what it repeats from the code is what the code says."""

import doctest
import re
from pathlib import Path

from bncore import BatchNorm, operands

README = Path(__file__).parents[2] / "README.md"


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
    assert conventions(README.read_text(), r"\s*\|\s*") == declared


def test_layouts_that_are_copied_are_those_of_operands():
    walked_and_copied = words(operands.__doc__.split("\n\n")[1])
    assert "Copied first" in walked_and_copied
    assert walked_and_copied in words(README.read_text())
