"""What the memory of a result costs: `python docs/benchmarks/memory.py`, some three minutes.

The same calls with results in fresh memory, in memory that is used again, in memory that was lent to the
system in between, and in arrays that are given; interleaved in one process, by huge pages and by small ones.
Writes the table of docs/kernels.md; `--quick` takes one small shape and writes no page.
"""

import argparse
import ctypes
import statistics
import sys
from functools import partial
from pathlib import Path

from harness import environment, page

BEGIN = page.BEGIN.replace("bench.py", "memory.py")
PAGE = Path(__file__).resolve().parents[1] / "kernels.md"
ROUNDS = 15

FIRST, LAST = 1, -1
# An operation, the extents of x, its axis of channels, and how many layers do it one after the other. In a
# step every layer goes forward, and then every layer backward; until then each keeps its result.
RACES = [
    ("inference", (96, 320, 7, 7), FIRST, 1),
    ("inference", (50, 64, 56, 56), FIRST, 1),
    ("inference", (50, 256, 56, 56), FIRST, 1),
    ("forward", (50, 256, 56, 56), FIRST, 1),
    ("backward", (50, 56, 56, 256), LAST, 1),
    ("step", (16, 64, 33, 33), FIRST, 10),
    ("step", (50, 64, 56, 56), FIRST, 4),
    ("step", (32, 64, 112, 112), FIRST, 20),
]
# Raced once more by small pages.
BY_SMALL_PAGES = [RACES[0], RACES[3], RACES[5]]
PR_SET_THP_DISABLE = 41

FRESH, AGAIN, LENT, GIVEN = "fresh", "used again", "lent in between", "given"
WAYS = (FRESH, AGAIN, LENT, GIVEN)


def calls(operation, extents, axis, layers):
    """{way: what is to be timed}; the numbers are the same in each."""
    import numpy
    from harness.workload import aligned

    import bncore

    random = numpy.random.default_rng(9_41)
    x, dy = aligned(extents, numpy.float32), aligned(extents, numpy.float32)
    for array in (x, dy):
        random.standard_normal(out=array, dtype=numpy.float32)
    gamma = numpy.ones(extents[axis], numpy.float32)
    stats = bncore.statistics(x, axis=axis)

    def step(dx, *outs):
        results = [bncore.forward(x, gamma, gamma, axis=axis, out=out) for out in outs]
        while results:
            y, own = results.pop()
            last = bncore.backward(y, x, gamma, own, axis=axis, out=dx)
        return last

    work = {
        "forward": lambda out: bncore.forward(x, gamma, gamma, axis=axis, out=out),
        "inference": lambda out: bncore.inference(x, gamma, gamma, stats.mean, stats.var, axis=axis, out=out),
        "backward": lambda out: bncore.backward(dy, x, gamma, stats, axis=axis, out=out),
        "step": step,
    }[operation]
    places = [aligned(extents, numpy.float32) for _ in range(1 + layers * (operation == "step"))]
    made = [None] * len(places)
    return {way: partial(work, *(places if way == GIVEN else made)) for way in WAYS}


def settle(way, usual):
    """Have results made in that way; `usual` is how much memory is kept at first."""
    import bncore
    from bncore import _blocks, recycling

    bncore.set_kept_memory(0 if way == FRESH else usual)
    _blocks.withhold(0 if way == LENT else recycling.OWN)


def raced(race, rounds):
    """{way: the median of its seconds}."""
    from harness import timing

    import bncore

    usual, seconds = bncore.get_kept_memory(), {way: [] for way in WAYS}
    runners = calls(*race)
    try:
        for number in range(rounds):
            for way in (*WAYS[number % len(WAYS) :], *WAYS[: number % len(WAYS)]):
                settle(way, usual)
                runners[way]()
                once, _ = timing.timed(runners[way], 1)
                seconds[way].append(timing.timed(runners[way], timing.repetitions(once))[0])
    finally:
        settle(AGAIN, usual)
    return {way: statistics.median(some) for way, some in seconds.items()}


def line(race, pages, seconds):
    """A row of the table."""
    operation, extents, axis, layers = race
    where = f"{operation}, {' x '.join(map(str, extents))}" + (", channels last" if axis == LAST else "")
    where += f", {layers} layers" if layers > 1 else ""
    return f"| {where} | {pages} | " + " | ".join(f"{seconds[way] * 1e3:.3g}" for way in WAYS) + " |"


def measured(races, rounds, progress):
    """The rows, by huge pages first if the system has them."""
    from bncore import recycling

    some = [(race, "huge") for race in races if recycling.LENDS]
    some += [(race, "small") for race in BY_SMALL_PAGES if race in races]
    for race, pages in some:
        if pages == "small":
            # for the memory that this process asks for from now on
            ctypes.CDLL(None).prctl(PR_SET_THP_DISABLE, 1, 0, 0, 0)
        progress(row := line(race, pages, raced(race, rounds)))
        yield row


def table(rows):
    machine = environment.machine()
    return "\n".join(
        [
            f"Milliseconds, by where the results lie: medians of {ROUNDS} rounds, float32, "
            f"{environment.threads()} threads, {machine['processor']} ({machine['caches']}).",
            "",
            f"| call | pages | {' | '.join(WAYS)} |",
            "|---|---|" + "---:|" * len(WAYS),
            *rows,
            "",
        ]
    )


def main(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("--quick", action="store_true", help="one small race in few rounds, no page")
    options = parser.parse_args(argv)
    environment.settle()
    rows = list(measured(RACES[:1] if options.quick else RACES, 3 if options.quick else ROUNDS, print))
    if not options.quick:
        page.write(PAGE, table(rows), BEGIN)


if __name__ == "__main__":
    main(sys.argv[1:])
