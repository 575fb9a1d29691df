"""What the kernels' constants are worth: `python docs/benchmarks/constants.py`, some twenty minutes.

The kernels are built again with each constant halved and doubled, and raced against the kernels as they are,
interleaved in one process, on shapes that feel it. Writes the table of docs/kernels.md. `--build` only makes
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
# float32: with twice the SMALL_PLANE or STAGE, float64 would not fit the room that a thread has.
RACES = {
    "CHUNK_BYTES": [("statistics", (8, 64, 56, 56), FIRST), ("backward", (4, 16, 56, 56), FIRST)],
    "STAGE": [
        ("inference in place", (16, 64, 56, 56), FIRST),
        ("forward of a crop", (16, 64, 56, 56), FIRST),
    ],
    "COLUMNS": [("forward", (12544, 128), FIRST), ("backward", (8, 28, 28, 512), LAST)],
    "BLOCK_ROWS": [("forward", (4096, 512), FIRST), ("forward", (1024, 1024), FIRST)],
    "BLOCK_ELEMENTS": [("forward", (2048, 2048), FIRST), ("backward", (50, 7, 7, 2048), LAST)],
    "BLOCKS": [("forward", (200704, 64), FIRST), ("backward", (65536, 256), FIRST)],
    "FEW_ROWS": [("forward", (24, 1024), FIRST), ("forward", (48, 1024), FIRST)],
    "FEW_BLOCKS": [("forward", (4096, 32), FIRST), ("backward", (2048, 64), FIRST)],
    "TILE_STEP": [("forward", (256, 1500), FIRST), ("forward", (7, 7, 7, 1100), LAST)],
    "CACHED_ROWS": [("forward", (1024, 1024), FIRST), ("backward", (50, 7, 7, 2048), LAST)],
    "SOME_CHANNELS": [("forward", (512, 512), FIRST), ("backward", (64, 1024), FIRST)],
    "FEW_ELEMENTS": [("inference", (300, 8192), FIRST), ("inference", (600, 8192), FIRST)],
    "SMALL_PLANE": [("forward", (64, 64, 20, 20), FIRST), ("forward", (64, 64, 28, 28), FIRST)],
    "MANY_PLANES": [("forward", (6, 256, 7, 7), FIRST), ("forward", (12, 256, 7, 7), FIRST)],
    "TINY_PLANE": [("forward", (4, 512, 3, 3), FIRST), ("inference", (4, 512, 2, 3), FIRST)],
    "LONG_RUN": [("forward", (64, 128, 7, 7), FIRST), ("forward", (64, 64, 10, 10), FIRST)],
    "MANY_CHANNELS": [("forward", (1, 1024, 8, 8), FIRST), ("backward", (1, 1024, 8, 8), FIRST)],
    "GROUP_ELEMENTS": [("forward", (1, 512, 15, 15), FIRST), ("backward", (1, 128, 28, 28), FIRST)],
    "AHEAD": [("forward", (1, 1024, 28, 17), FIRST), ("backward", (1, 640, 15, 15), FIRST)],
    "STRIP_CHANNELS": [("inference", (64, 1024), FIRST), ("inference", (1, 8, 8, 640), LAST)],
    "IN_CACHE": [("inference", (256, 512), FIRST), ("inference", (1, 15, 15, 640), LAST)],
    "SMALL_SUMS": [("backward", (1, 128, 14, 14), FIRST), ("forward", (1, 128, 10, 10), FIRST)],
    "SMALL_WORK": [("forward", (1, 128, 14, 14), FIRST), ("forward", (64, 768), FIRST)],
    "SPARE": [("forward", (16, 12, 112, 112), FIRST), ("backward", (8, 24, 56, 56), FIRST)],
    "STREAM_BYTES": [("forward", (32, 128, 28, 28), FIRST), ("backward", (25, 56, 56, 80), LAST)],
    "STREAM_AHEAD": [("inference", (50, 64, 112, 112), FIRST), ("forward", (50, 56, 56, 128), LAST)],
    "FETCH_BYTES": [("forward", (50, 128, 28, 28), FIRST), ("backward", (16, 64, 33, 33), FIRST)],
    "LARGE_CHANNEL": [("forward", (24, 64, 64, 64), FIRST), ("forward", (48, 64, 64, 64), FIRST)],
    "STRIP": [("double backward", (1024, 1000), FIRST), ("double backward", (8, 14, 14, 256), LAST)],
    # mean squares of 5.8 and 11.9 times the variance: on either side of the constant
    "NEAR_ZERO": [
        ("forward of x + 2.2", (16, 64, 56, 56), FIRST),
        ("forward of x + 3.3", (16, 64, 56, 56), FIRST),
    ],
}
# No other value can be tried: these are no choices of speed, or are written into the code's shape.
FIXED = {
    "LANES": "the order of additions: 32 numbers, in the registers of the widest level",
    "GROUP": "the height of the tree in which rows are added, which is written out",
    "ROOM": "follows from COLUMNS and the widest level",
    "BREADTH": "the order of additions: eight numbers, a register of the widest level",
    "SQUARE": "follows from BREADTH and the height of the tree",
    "TILE_BYTES": "follows from CHUNK_BYTES",
    "LINE": "of the processor",
    "IN_LINE": "follows from LINE",
    "HELD": "the arguments that a call has",
    "MOST_AXES": "a limit of the short way in",
    "C_ORDER": "of NumPy's interface",
    "ALIGNED": "of NumPy's interface",
    "NATIVE": "of NumPy's interface",
    "WRITEABLE": "of NumPy's interface",
    "READY": "of NumPy's interface",
    "FIVE_SUMS": "the sums that double_backward needs",
}


def changes(names):
    """The builds to race, {(name, value): edits}, and the kernels as they are, {(): no edits}."""
    found = variants.declared()
    tried = {(name, value): (found[name].edit(value),) for name in names for value in others(found[name])}
    return {(): ()} | tried


def others(constant):
    """The values that are tried beside a constant's own."""
    return constant.value // 2, constant.value * 2


def call(package, operation, extents, axis):
    """An operation of a build on made-up numbers; what it returns are arrays and `Stats`."""
    import numpy
    from harness.workload import aligned

    random = numpy.random.default_rng(9_38)
    x, dy, out, more = (aligned(extents, numpy.float32) for _ in range(4))
    for array in (x, dy):
        random.standard_normal(out=array, dtype=numpy.float32)
    zero, one = numpy.zeros(extents[axis]), numpy.ones(extents[axis])
    operation, _, what = operation.partition(" of ")
    if what == "a crop":
        x = x[..., 1:-1]
        out = aligned(x.shape, numpy.float32)
    elif what:
        x += numpy.float32(what.removeprefix("x + "))
    stats = package.statistics(x, axis=axis)
    given, both = {"axis": axis, "out": out}, {"axis": axis, "out": (out, more)}
    return {
        "statistics": lambda: (package.statistics(x, axis=axis),),
        "forward": lambda: package.forward(x, **given),
        "inference": lambda: (package.inference(x, None, None, zero, one, **given),),
        # with these statistics and without eps the values stay what they are
        "inference in place": lambda: (package.inference(x, None, None, zero, one, eps=0, axis=axis, out=x),),
        "backward": lambda: package.backward(dy, x, None, stats, **given),
        "double backward": lambda: package.double_backward(x, None, None, dy, x, None, stats, **both),
    }[operation]


def _bits(runner):
    arrays = (each if hasattr(each, "tobytes") else each.var for each in runner())
    return [array.tobytes() for array in arrays]


def raced(packages, race, rounds):
    """{value: (seconds over those of the kernels as they are, whether the bits are the same)}.

    `AFTER` is the same kernels in another place; its ratio says what the machine adds.
    """
    from harness import timing

    calls = {key: call(package, *race) for key, package in packages.items()}
    usual = _bits(calls[BEFORE])
    same = {key: _bits(each) == usual for key, each in calls.items()}
    runners = {key: timing.Contender(str(key), each) for key, each in calls.items()}
    timing.race(list(runners.values()), rounds, settle=0)
    return {
        key: (runner.times_as_long_as(runners[BEFORE]), same[key])
        for key, runner in runners.items()
        if key != BEFORE
    }


def measured(folders, races, rounds, progress):
    """(Constant, race, what `raced` found) for each race."""
    found = variants.declared()
    usual = {BEFORE: variants.load(folders[()]), AFTER: variants.load(folders[AFTER])}
    for name, some in races.items():
        packages = usual | {value: variants.load(folders[name, value]) for value in others(found[name])}
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
    folders[AFTER] = variants.twin(folders[()])
    rounds = QUICK if options.quick else ROUNDS
    lines = [line(*each) for each in measured(folders, races, rounds, progress)]
    if not options.quick:
        page.write(PAGE, table(among(lines, PAGE.read_text()) if options.only else lines), BEGIN)


if __name__ == "__main__":
    main(sys.argv[1:])
