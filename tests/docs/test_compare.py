"""These kernels beside those of another checkout: what is said of ratios, and of bits that differ."""

import dataclasses
from pathlib import Path

import compare
import pytest
from benchmarks import SHAPE, Spoilt, nothing, off_by_a_bit
from harness import probes, results, shapes

import bncore


@pytest.fixture
def no_probes(monkeypatch):
    """Probes that move nothing, and need no compiler."""
    made_up = {name: lambda: None for name in results.PROBES}
    monkeypatch.setattr(probes, "contenders", lambda operation, load: made_up)


@pytest.mark.parametrize("layout", shapes.LAYOUTS)
@pytest.mark.parametrize("spoil", [off_by_a_bit, nothing])
def test_a_comparison_names_the_operation_whose_bits_differ(spoil, layout, no_probes):
    packages = {compare.OTHER: Spoilt(spoil), compare.HERE: bncore}
    rows = list(compare.raced(packages, SHAPE, layout, list(results.TENSORS), 1))
    assert [row.operation for row in rows] == list(results.TENSORS)
    assert [row.operation for row in rows if not row.same] == ["forward"]
    assert all(min(row.ratio, row.of_minima, row.seconds, row.probe, row.of_probe) > 0 for row in rows)
    assert ["BITS DIFFER" in compare.line(row) for row in rows] == [not row.same for row in rows]


def test_a_comparison_is_summed_up_by_geometric_means():
    one = compare.Row("forward", "channels-first", "float32", "2x3", 2.0, 4.0, 1e-6, 1e9, 0.25, True)
    rows = [one, dataclasses.replace(one, shape="5x7", ratio=0.5, of_minima=1.0, of_probe=1.0)]
    rows.append(dataclasses.replace(one, dtype="float64", ratio=3.0))
    head, single, double = compare.summary(rows)
    wanted = "forward channels-first float32 2 1.000 2.000 0.50 0.500 (by minima 1.000): 5x7"
    assert single.split() == wanted.split()
    assert double.split()[2:5] == ["float64", "1", "3.000"]
    assert len(head) <= len(single)


def test_a_comparison_is_over_the_shapes_of_the_list():
    found = compare.chosen(None, compare.DTYPES, shapes.LAYOUTS)
    assert {shape.extents for shape, _ in found} == {shape.extents for shape in shapes.listed()}
    assert len(set(found)) == len(found)
    assert {(shape.dtype, layout) for shape, layout in found} == {
        (dtype, layout) for dtype in compare.DTYPES for layout in shapes.LAYOUTS
    }
    (only,) = compare.chosen(["7x37x53x61"], ["float64"], ["channels-last"])
    assert (only[0].extents, only[0].dtype, only[1]) == ((7, 37, 53, 61), "float64", "channels-last")


@pytest.mark.parametrize(("spoil", "status", "said"), [(None, 0, "none"), (off_by_a_bit, 1, "1")])
def test_a_comparison_ends_with_what_differs(spoil, status, said, no_probes, monkeypatch, capsys):
    monkeypatch.setattr(compare.environment, "settle", lambda threads: None)
    monkeypatch.setattr(
        compare, "load", lambda folder: Spoilt(spoil) if spoil and folder == Path("there") else bncore
    )
    options = ["--shapes", "32x64", "--dtypes", "float32", "--operations", "forward", "--rounds", "1"]
    assert compare.main(["there", *options]) == status
    assert capsys.readouterr().out.splitlines()[-1] == f"1 races, {said} with other bits"


def test_a_package_that_is_found_elsewhere_is_refused(tmp_path):
    with pytest.raises(SystemExit, match="wanted a checkout, built in place"):
        compare.load(tmp_path)
