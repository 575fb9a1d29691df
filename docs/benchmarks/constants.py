"""What the kernels' constants are worth: `python docs/benchmarks/constants.py`, some twenty minutes.

The kernels are built again with each constant halved and doubled, and raced against the kernels as they are,
interleaved in one process, on shapes that feel it. A field of the machine that plans are made for needs no
build: the same kernels are told of another machine. Writes the table of docs/kernels.md. `--build` only makes
the builds, which are kept in build/constants until the sources change; `--quick` writes no page, and `--only`
the rows of what it names.
"""

import argparse
import os
import sys
from pathlib import Path

from harness import environment, page, variants

BEGIN = page.BEGIN.replace("bench.py", "constants.py")
PAGE = Path(__file__).resolve().parents[1] / "kernels.md"
ROUNDS, QUICK = 31, 5
BEFORE, AFTER = "as it is", "once more"

FIRST, LAST = 1, -1
# For each constant calls that feel it: an operation, the extents of x, and its axis of channels. They are of
# float32: with twice the SMALL_PLANE, float64 would not fit the columns that a leaf has room for.
RACES = {
    "CHUNK_BYTES": [("statistics", (8, 64, 56, 56), FIRST), ("backward", (4, 16, 56, 56), FIRST)],
    "FOLDED": [("forward", (12544, 128), FIRST), ("backward", (8, 28, 28, 512), LAST)],
    "BLOCK_ROWS": [("forward", (4096, 512), FIRST), ("forward", (1024, 1024), FIRST)],
    "BLOCK_ELEMENTS": [("forward", (2048, 2048), FIRST), ("backward", (50, 7, 7, 2048), LAST)],
    "BLOCKS": [("forward", (200704, 64), FIRST), ("backward", (65536, 256), FIRST)],
    "FEW_ROWS": [("forward", (24, 1024), FIRST), ("forward", (48, 1024), FIRST)],
    "FEW_BLOCKS": [("forward", (4096, 32), FIRST), ("backward", (2048, 64), FIRST)],
    "TILE_STEP": [("forward", (256, 1500), FIRST), ("forward", (7, 7, 7, 1100), LAST)],
    "CACHED_ROWS": [("forward", (1024, 1024), FIRST), ("backward", (50, 7, 7, 2048), LAST)],
    "IN_FIRST_CACHE": [("inference", (8, 64, 7, 7), FIRST), ("forward", (7, 64, 13, 11), FIRST)],
    "SOME_CHANNELS": [("forward", (512, 512), FIRST), ("backward", (64, 1024), FIRST)],
    "FEW_ELEMENTS": [("inference", (300, 8192), FIRST), ("inference", (600, 8192), FIRST)],
    "SMALL_PLANE": [("forward", (64, 64, 20, 20), FIRST), ("forward", (64, 64, 28, 28), FIRST)],
    "MANY_PLANES": [("forward", (6, 256, 7, 7), FIRST), ("forward", (12, 256, 7, 7), FIRST)],
    "TINY_PLANE": [("forward", (4, 512, 3, 3), FIRST), ("inference", (4, 512, 2, 3), FIRST)],
    "LONG_RUN": [("forward", (64, 128, 7, 7), FIRST), ("forward", (64, 64, 10, 10), FIRST)],
    "CHANNELS": [("forward", (1, 2048, 4, 4), FIRST), ("backward", (1, 2048, 4, 4), FIRST)],
    "TILE_ELEMENTS": [("forward", (1, 512, 15, 15), FIRST), ("backward", (1, 128, 28, 28), FIRST)],
    "STRIP_CHANNELS": [("inference", (32, 512, 14, 14), FIRST), ("inference", (96, 512, 8, 8), FIRST)],
    "SPARE": [("forward", (16, 12, 112, 112), FIRST), ("backward", (8, 24, 56, 56), FIRST)],
    "MAP_AHEAD": [("inference", (1, 256, 57, 57), FIRST), ("inference", (1, 640, 15, 15), FIRST)],
    "STRIP": [("double_backward", (1024, 1000), FIRST), ("double_backward", (8, 14, 14, 256), LAST)],
    # mean squares of 5.8 and 11.9 times the variance: on either side of the constant
    "NEAR_ZERO": [
        ("forward of x + 2.2", (16, 64, 56, 56), FIRST),
        ("forward of x + 3.3", (16, 64, 56, 56), FIRST),
    ],
    # fields of the machine
    "grain": [("forward", (1, 128, 14, 14), FIRST), ("forward", (64, 768), FIRST)],
    "whole_grain": [("backward", (1, 128, 14, 14), FIRST), ("forward", (1, 128, 10, 10), FIRST)],
    "stream": [("forward", (32, 128, 28, 28), FIRST), ("backward", (25, 56, 56, 80), LAST)],
    "large": [("forward", (24, 64, 64, 64), FIRST), ("forward", (48, 64, 64, 64), FIRST)],
    "ahead": [("inference", (50, 64, 112, 112), FIRST), ("forward", (50, 56, 56, 128), LAST)],
}
# No other value can be tried: these are no choices of speed, or are written into the code's shape.
FIXED = {
    "LANES": "the order of additions: 32 numbers, in the registers of the widest level",
    "GROUP": "the height of the tree in which rows are added, which is written out",
    "COLUMNS": "follows from FOLDED",
    "PAGE": "follows from COLUMNS",
    "ROOM": "follows from COLUMNS and the widest level",
    "BREADTH": "the order of additions: eight numbers, a register of the widest level",
    "SQUARE": "follows from BREADTH and the height of the tree",
    "LINE": "of the processor",
    "IN_LINE": "follows from LINE",
    "OPERANDS": "the arrays that an operation has",
    "SUMS": "the sums that double_backward needs",
    "COEFFICIENTS": "the numbers of a channel that the maps of double_backward need",
    "FIVE_BYTES": "follows from SUMS and ROOM",
    "HELD": "the arguments that a call has",
    "MOST_AXES": "a limit of the short way in",
    "C_ORDER": "of NumPy's interface",
    "ALIGNED": "of NumPy's interface",
    "NATIVE": "of NumPy's interface",
    "WRITEABLE": "of NumPy's interface",
    "SOME": "no call of these races converts elements",
    "STAGED_BYTES": "follows from GROUP and PAGE",
    **dict.fromkeys(
        ("FIRST_DIGITS", "SECOND_DIGITS", "FIRST_UNIT", "SECOND_UNIT", "LEAST_TOP", "SPREAD"),
        "of exact sums: follows from float32",
    ),
    **dict.fromkeys(
        ("DIGIT", "LOOSE", "SECOND", "FIRST_INFINITE", "SECOND_INFINITE", "WORDS", "LIMBS", "QUOTIENT"),
        "of exact sums: how a number is written",
    ),
    **dict.fromkeys(
        ("PATCH", "PATCHES", "ROWS", "ROW_BITS", "WIDE", "EXACT_BYTES"),
        "of exact sums: what float64 holds of so many elements",
    ),
    **dict.fromkeys(("FOLDED_ROWS", "LARGE", "VECTOR"), "of exact sums, which no race here has"),
    "SOON": "a bound of `large`, which is raced",
    "REACH": "a bound of `stream`, which is raced",
    "processors": "of the machine",
    "registers": "of the instruction set",
    "streams": "of the instruction set",
}


def changes(names):
    """The builds to race, {(name, value): edits}, and the kernels as they are, {(): no edits}."""
    found = variants.declared()
    tried = {
        (name, value): (found[name].edit(value),)
        for name in names
        if found[name].file
        for value in others(found[name])
    }
    return {(): ()} | tried


def others(constant):
    """The values that are tried beside a constant's own."""
    return constant.value // 2, constant.value * 2


def changed(constant, value, folders):
    """The package with another value of a constant."""
    if constant.file:
        return variants.load(folders[constant.name, value])
    return variants.load(variants.twin(folders[()], f"{constant.name}-{value}"), **{constant.name: value})


def contest(race):
    """The operation of a race, and its workload; x may be moved away from 0: "forward of x + 2.2"."""
    from harness.workload import laid_out

    operation, extents, axis = race
    operation, _, offset = operation.partition(" of x + ")
    load = laid_out(extents, axis, "float32")
    load.x += float(offset or 0)
    return operation, load


def raced(packages, race, rounds):
    """{value: (seconds over those of the kernels as they are, whether the bits are the same)}.

    `AFTER` is the same kernels in another place; its ratio says what the machine adds.
    """
    from harness import timing
    from harness.workload import bits, calls

    operation, load = contest(race)
    runners = {
        key: timing.Contender(str(key), calls(package, load)[operation]) for key, package in packages.items()
    }
    found = {}
    for key, runner in runners.items():
        load.clear()
        found[key] = bits(runner.call())
    timing.race(list(runners.values()), rounds, settle=0)
    return {
        key: (runner.times_as_long_as(runners[BEFORE]), found[key] == found[BEFORE])
        for key, runner in runners.items()
        if key != BEFORE
    }


def measured(folders, races, rounds, progress):
    """(Constant, race, what `raced` found) for each race."""
    found = variants.declared()
    usual = {BEFORE: variants.load(folders[()]), AFTER: variants.load(variants.twin(folders[()], "again"))}
    for name, some in races.items():
        packages = usual | {value: changed(found[name], value, folders) for value in others(found[name])}
        for package in packages.values():
            package.set_num_threads(environment.threads())
        for race in some:
            ratios = raced(packages, race, rounds)
            progress(line(found[name], race, ratios))
            yield found[name], race, ratios


HEAD = (
    "constant", "value", "what it is", "measured on", "halved", "doubled", "unchanged", "bits of the others",
)  # fmt: skip


def line(constant, race, ratios):
    """A row of the table."""
    operation, extents, axis = race
    where = f"{operation}, {' x '.join(map(str, extents))}" + (", channels last" if axis == LAST else "")
    half, double = others(constant)
    same = {ratios[value][1] for value in (half, double)}
    bits = {(True,): "the same", (False,): "others", (False, True): "some others"}[tuple(sorted(same))]
    times = [f"{ratios[key][0]:.2f}" for key in (half, double, AFTER)]
    return (
        "| "
        + " | ".join([f"`{constant.name}`", f"{constant.value}", constant.says, where, *times, bits])
        + " |"
    )


def facts():
    """What is true of every row."""
    machine = environment.machine()
    return [
        f"Time with the constant changed over time with it as it is: medians of {ROUNDS} rounds, float32,",
        f"{environment.threads()} threads, {machine['processor']} ({machine['caches']}).",
        "*Unchanged* are the same kernels a second time: what it is away from 1.00 is the machine's doing.",
    ]


def among(lines, text):
    """New rows in the order of RACES, beside the rows of a page's text for constants that were not raced.

    Each row is a race of its own; but rows of different machines do not go into one table.
    """
    kept = [row for row in text.partition(BEGIN)[2].splitlines() if _constant(row) in RACES]
    if kept and "\n".join(facts()) not in text:
        raise ValueError(f"{PAGE.name} has rows of another machine: wanted a run without --only")
    new = set(map(_constant, lines))
    rows = [*lines, *(row for row in kept if _constant(row) not in new)]
    return sorted(rows, key=lambda row: list(RACES).index(_constant(row)))


def _constant(row):
    # the constant that a row is about
    return row.removeprefix("| `").partition("`")[0] if row.startswith("| `") else None


def table(lines):
    rule = "|" + "|".join(["---", "---:", "---", "---", "---:", "---:", "---:", "---"]) + "|"
    fixed = [
        "Of these no other value can be tried:",
        "",
        "| constant | what gives it its value |",
        "|---|---|",
    ]
    fixed += [f"| `{name}` | {reason} |" for name, reason in FIXED.items()]
    return "\n".join([*facts(), "", "| " + " | ".join(HEAD) + " |", rule, *lines, "", *fixed, ""])


def arguments(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--quick", action="store_true", help="few rounds, one race for each constant, no page"
    )
    parser.add_argument(
        "--only",
        nargs="+",
        choices=list(RACES),
        metavar="NAME",
        help="these; the rows of others stay",
    )
    parser.add_argument("--build", action="store_true", help="make the builds, and race nothing")
    return parser.parse_args(argv)


def main(argv):
    options = arguments(argv)
    environment.settle()

    def progress(text):
        print(text, flush=True)

    from bncore.runtime import isa

    os.environ["BNCORE_ISA"] = isa
    races = {name: RACES[name][: 1 if options.quick else None] for name in options.only or RACES}
    folders = variants.build(changes(races), isa, progress)
    if options.build:
        return
    rounds = QUICK if options.quick else ROUNDS
    lines = [line(*each) for each in measured(folders, races, rounds, progress)]
    if not options.quick:
        page.write(PAGE, table(among(lines, PAGE.read_text()) if options.only else lines), BEGIN)


if __name__ == "__main__":
    main(sys.argv[1:])
