"""Counts the instructions of a call on small shapes under callgrind, and compares with the committed table.

`python docs/benchmarks/instructions.py` prints the counts beside those of instructions.csv and exits 1 if one
has grown by more than 5 %; `--write` replaces the table. Counts repeat to the instruction on a noisy machine,
where times do not. valgrind knows no AVX-512: the v3 variant is counted, on one thread.
"""

import argparse
import csv
import json
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

TABLE = Path(__file__).with_name("instructions.csv")
GROWTH = 1.05
SHAPES = {
    "a small layer": (32, 64),
    "a layer": (128, 512),
    "small planes": (8, 32, 7, 7),
    "planes": (4, 16, 28, 28),
    "odd extents": (7, 5, 13, 11),
}
LAYOUT = {1: "channels-first", -1: "channels-last"}
CALLS = 20

# What runs under callgrind: getppid, which does nothing, marks where a count begins and where it ends.
_PROGRAM = """
import gc, json, os, sys
import numpy, bncore
gc.disable()
bncore.set_num_threads(1)
cases, calls = json.loads(sys.argv[1])
for extents, axis, operation in cases:
    x = numpy.random.default_rng(0).standard_normal(extents, numpy.float32)
    if axis == -1:
        x = numpy.ascontiguousarray(numpy.moveaxis(x, 1, -1))
    dy, out, one = x[::-1].copy(), numpy.empty_like(x), numpy.ones(extents[1], numpy.float32)
    stats = bncore.statistics(x, axis=axis)
    call = {
        "forward": lambda: bncore.forward(x, one, one, axis=axis, out=out),
        "inference": lambda: bncore.inference(x, one, one, one, one, axis=axis, out=out),
        "backward": lambda: bncore.backward(dy, x, one, stats, axis=axis, out=out),
    }[operation]
    call()
    os.getppid()
    for _ in range(calls):
        call()
    os.getppid()
"""


def variant():
    """The variant that is counted: v3, or the baseline where the processor lacks it."""
    known = subprocess.run(
        [sys.executable, "-c", "import bncore"],
        env=os.environ | {"BNCORE_ISA": "v3"}, capture_output=True, check=False,
    )  # fmt: skip
    return "base" if known.returncode else "v3"


def counted(cases, isa):
    """The instructions of one call for each case (extents, axis, operation), in order."""
    settings = {
        "BNCORE_ISA": isa,
        "OMP_NUM_THREADS": "1",
        "PYTHONHASHSEED": "0",
        "PYTHONDONTWRITEBYTECODE": "1",
    }
    with tempfile.TemporaryDirectory() as folder:
        parts = Path(folder, "parts")
        command = [
            "valgrind", "--tool=callgrind", "--dump-before=getppid", f"--callgrind-out-file={parts}",
            sys.executable, "-c", _PROGRAM, json.dumps([cases, CALLS]),
        ]  # fmt: skip
        run = subprocess.run(command, capture_output=True, text=True, env=os.environ | settings, check=False)
        dumps = [Path(f"{parts}.{number}") for number in range(1, 2 * len(cases) + 1)]
        if run.returncode or not all(dump.exists() for dump in dumps):
            raise SystemExit(f"callgrind failed:\n{run.stderr[-2000:]}")
        # each second part is what ran between a pair of marks
        totals = [
            int(re.search(r"^totals: (\d+)$", dump.read_text(), re.MULTILINE)[1]) for dump in dumps[1::2]
        ]
    return [total / CALLS for total in totals]


def regressions(counts, table, growth=GROWTH):
    """The names whose count has grown beyond `growth` times that of the table, and those that it lacks."""
    grown = [name for name, number in counts.items() if name in table and number > growth * table[name]]
    return grown, [name for name in counts if name not in table]


def read(path=TABLE):
    """The committed table, {(shape, layout, operation): instructions}."""
    if not path.exists():
        return {}
    with path.open(newline="") as file:
        return {
            (row["shape"], row["layout"], row["operation"]): int(row["instructions"])
            for row in csv.DictReader(file)
        }


def write(counts, path=TABLE):
    """Write the table."""
    with path.open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(["shape", "layout", "operation", "instructions"])
        writer.writerows([*name, round(number)] for name, number in counts.items())


def main(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--write", action="store_true", help="replace the committed table")
    parser.add_argument(
        "--shapes", nargs="+", choices=list(SHAPES), metavar="SHAPE", help=f"some of: {', '.join(SHAPES)}"
    )
    options = parser.parse_args(argv)
    if not shutil.which("valgrind"):
        raise SystemExit("valgrind is not installed")
    isa, table = variant(), read()
    print(f"instructions a call, variant {isa}, one thread, float32")
    cases = [
        (extents, axis, operation)
        for extents in (SHAPES[name] for name in options.shapes or SHAPES)
        for axis in ((1,) if len(extents) == 2 else (1, -1))
        for operation in ("forward", "inference", "backward")
    ]
    names = [("x".join(map(str, extents)), LAYOUT[axis], operation) for extents, axis, operation in cases]
    counts = dict(zip(names, counted(cases, isa), strict=True))
    for key, number in counts.items():
        change = f"{100 * (number / table[key] - 1):+7.2f} %" if key in table else "      new"
        print(f"{key[0]:12} {key[1]:14} {key[2]:9} {number:12.0f} {change}")
    if options.write:
        write(table | counts if options.shapes else counts)
        return 0
    grown, unknown = regressions(counts, table)
    for name in grown:
        print(f"grown by more than {100 * (GROWTH - 1):.0f} %: {', '.join(name)}")
    if unknown:
        print(f"not in {TABLE.name}: {len(unknown)}; --write adds them")
    return 1 if grown or unknown else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
