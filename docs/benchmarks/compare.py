"""These kernels beside those of another checkout: `python docs/benchmarks/compare.py OTHER`, half an hour.

Both packages, built in place, are loaded in one process, and every operation of both runs on the same arrays
with `out=`, in interleaved rounds, beside a probe of what the memory allows. Prints for each race the other's
time over this one's (above 1, this one is faster), by the median of the rounds and by the minima, and this
one's share of the probe's speed; then the geometric means for each operation, layout and type, and the least.
A result that differs in a bit is named, and the exit status is 1.
"""

import argparse
import dataclasses
import math
import sys
from dataclasses import dataclass
from pathlib import Path

from harness import environment, results, shapes, variants

ROUNDS = 9
DTYPES = ("float32", "float64")
OTHER, HERE = "other", "here"


@dataclass(frozen=True)
class Row:
    """One race: the other's time over this one's, this one's, and its share of the probe's bytes a second."""

    operation: str
    layout: str
    dtype: str
    shape: str
    ratio: float
    of_minima: float
    seconds: float
    probe: float
    of_probe: float
    same: bool


def load(folder):
    """The package of a checkout, or a sentence why there is none."""
    try:
        return variants.load(folder)
    except ImportError as error:
        raise SystemExit(f"{folder}: wanted a checkout, built in place: {error}") from error


def chosen(patterns, dtypes, layouts):
    """(Shape, layout) for each that is raced: of shapes.tsv, or of all shapes where some are asked for."""
    found = {shape.extents: shape for shape in shapes.chosen(patterns, None if patterns else ("list",))}
    return [
        (dataclasses.replace(shape, dtype=dtype), layout)
        for shape in found.values()
        for dtype in dtypes
        for layout in shape.layouts
        if layout in layouts
    ]


def raced(packages, shape, layout, operations, rounds):
    """A Row for each operation on a shape."""
    from harness import probes, timing
    from harness.workload import bits, calls, workload

    load = workload(shape, layout)
    offered = {name: calls(package, load) for name, package in packages.items()}
    for operation in operations:
        runners = {name: timing.Contender(name, some[operation]) for name, some in offered.items()}
        found = []
        for runner in runners.values():
            load.clear()
            found.append(bits(runner.call()))
        probe = [timing.Contender(*each) for each in probes.contenders(operation, load).items()]
        timing.race([*runners.values(), *probe], rounds, settle=0, slow_times=math.inf)
        other, here = runners[OTHER], runners[HERE]
        speed = results.TENSORS[operation] / here.median
        probed = probes.moved(operation) / min(each.median for each in probe)
        yield Row(
            operation, layout, shape.dtype, shape.text,
            other.times_as_long_as(here), other.least / here.least, here.median,
            probed * load.x.nbytes, speed / probed, found[0] == found[1],
        )  # fmt: skip


def line(row):
    """What is printed of a race."""
    return (
        f"{row.operation:18} {row.layout:14} {row.dtype:8} {row.shape:18}"
        f" {row.ratio:.3f}, by minima {row.of_minima:.3f} {1e6 * row.seconds:10.1f} us,"
        f" {row.of_probe:.2f} of {row.probe / 1e9:.0f} GB/s" + ("" if row.same else "; BITS DIFFER")
    )


def summary(rows):
    """A line for each operation, layout and type: what the ratios come to."""
    kinds = dict.fromkeys((row.operation, row.layout, row.dtype) for row in rows)
    yield f"{'operation':18} {'layout':14} {'type':8} races   mean  by minima  of probe   least"
    for kind in kinds:
        some = [row for row in rows if (row.operation, row.layout, row.dtype) == kind]
        what = "{:18} {:14} {:8}".format(*kind)
        ratio, minima, probe = (
            results.geometric_mean(getattr(row, name) for row in some)
            for name in ("ratio", "of_minima", "of_probe")
        )
        least = min(some, key=lambda row: row.ratio)
        yield (
            f"{what} {len(some):5}  {ratio:.3f}      {minima:.3f}      {probe:.2f}"
            f"   {least.ratio:.3f} (by minima {least.of_minima:.3f}): {least.shape}"
        )


def arguments(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("other", type=Path, metavar="OTHER", help="a checkout whose bncore is built in place")
    parser.add_argument("--threads", type=int, help="threads for both; all processors by default")
    parser.add_argument("--shapes", nargs="+", metavar="SHAPE", help="part of a name, or extents: 7x37x53x61")
    parser.add_argument(
        "--operations",
        nargs="+",
        choices=list(results.TENSORS),
        default=list(results.TENSORS),
        help="operations",
    )
    parser.add_argument(
        "--layouts", nargs="+", choices=shapes.LAYOUTS, default=shapes.LAYOUTS, help="layouts"
    )
    parser.add_argument("--dtypes", nargs="+", choices=DTYPES, default=DTYPES, help="types of the data")
    parser.add_argument("--rounds", type=int, default=ROUNDS, help="rounds of each race")
    return parser.parse_args(argv)


def main(argv):
    options = arguments(argv)
    environment.settle(options.threads)
    packages = {OTHER: load(options.other), HERE: load(environment.ROOT)}
    for name, package in packages.items():
        package.set_num_threads(environment.threads())
        print(f"{name:16} {package.__path__[0]}, {package.runtime.isa}, {package.get_num_threads()} threads")
    for name, text in environment.machine().items():
        print(f"{name:16} {text}")
    rows = []
    for shape, layout in chosen(options.shapes, options.dtypes, options.layouts):
        for row in raced(packages, shape, layout, options.operations, options.rounds):
            rows.append(row)
            print(line(row), flush=True)
    print("", *summary(rows), sep="\n")
    different = sum(not row.same for row in rows)
    print(f"{len(rows)} races, {different or 'none'} with other bits")
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
