"""What the kernels' constants are worth: `python docs/benchmarks/constants.py`, some ten minutes.

Each constant is halved and doubled, the kernels are built again with it, and the three are raced on a shape
that it is there for. Prints a table: seconds with the constant changed, over seconds with it as it is,
interleaved in one process, the median of the rounds.
"""

import math
import os
import re
import shutil
import subprocess
import sys
import tempfile
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

from harness import environment

ROUNDS = 15

# A constant, what it is, and an operation on a shape (N, C, S) that feels it; channels-last is (N, C, 1).
CONSTANTS = {
    "CHUNK_BYTES": ("bytes of a chunk", "statistics", (16, 64, 12544)),
    "STAGE": ("elements of a stage, in place", "inference in place", (16, 64, 3136)),
    "COLUMNS": ("columns of a tile", "forward", (12544, 128, 1)),
    "BLOCK_ROWS": ("rows of a block, at least", "forward", (4096, 512, 1)),
    "BLOCKS": ("blocks, at most", "forward", (200704, 64, 1)),
    "SMALL_PLANE": ("planes below are columns", "forward", (64, 64, 400)),
    "MANY_PLANES": ("so many planes are columns", "forward", (6, 256, 49)),
    "TINY_PLANE": ("planes below are columns, if there are two", "forward", (2, 512, 12)),
    "MANY_CHANNELS": ("small channels to a group", "backward", (1, 1024, 64)),
    "GROUP_ELEMENTS": ("elements to a group", "forward", (1, 512, 225)),
    "AHEAD": ("elements fetched ahead in a group", "forward", (1, 1024, 476)),
    "STRIP_CHANNELS": ("channels to a strip of an inference", "inference", (64, 1024, 1)),
    "IN_CACHE": ("elements, at most, of an inference in strips", "inference", (256, 512, 1)),
    "SMALL_SUMS": ("elements that one thread keeps, with sums", "backward", (1, 128, 196)),
    "SMALL_WORK": ("elements that one thread keeps", "forward", (196, 128, 1)),
    "STREAM_BYTES": ("bytes of a result that is streamed, at least", "forward", (50, 128, 784)),
    "SPARE_GROUPS": ("groups to a thread", "forward", (16, 12, 12544)),
}


def assignment(name):
    """The line of a .pxi that gives a constant its value: (path, line, value)."""
    for path in sorted((environment.ROOT / "bncore").glob("*.pxi")):
        for line in path.read_text().splitlines():
            found = re.match(rf"    {name} = (\d+)(?: << (\d+))?", line)
            if found:
                return path.name, line, int(found[1]) << int(found[2] or 0)
    raise LookupError(f"no .pxi gives {name} a value")


def build(folder, level, name=None, value=None):
    """The kernels of a level, built in a folder of their own with one constant changed."""
    shutil.copytree(environment.ROOT / "bncore", folder / "bncore", ignore=shutil.ignore_patterns("*.so"))
    for file in ("setup.py", "pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(environment.ROOT / file, folder)
    if name:
        file, line, _ = assignment(name)
        source = folder / "bncore" / file
        head, tail = line.split("=", 1)
        changed = head + "= " + str(value) + re.sub(r"^ *[0-9 <]+", " ", tail)
        source.write_text(source.read_text().replace(line, changed))
    subprocess.run(
        [sys.executable, "setup.py", "--quiet", "build_ext", "--inplace"],
        cwd=folder,
        env=os.environ | {"BNCORE_LEVELS": level},
        check=True,
        capture_output=True,
    )
    (library,) = (folder / "bncore").glob(f"_kernels_{level}.*.so")
    spec = spec_from_file_location(f"bncore._kernels_{level}", library)
    module = module_from_spec(spec)
    spec.loader.exec_module(module)
    module.limit_threads(environment.threads())
    return module


def call(kernels, operation, shape):
    """An operation of these kernels on made-up numbers."""
    import numpy

    x, dy = numpy.random.default_rng(9_38).standard_normal((2, *shape, 1), numpy.float32).swapaxes(3, 4)
    y, channels = numpy.empty_like(x), shape[1]
    mean, var, dgamma, dbeta = numpy.ones((4, channels))
    return {
        "statistics": lambda: kernels.statistics["float"](x, mean, var),
        "forward": lambda: kernels.forward["float"](x, None, None, 1e-5, y, mean, var, False),
        "inference": lambda: kernels.inference["float"](x, None, None, 1e-5, y, dgamma, var, False),
        "inference in place": lambda: kernels.inference["float"](x, None, None, 1e-5, x, dgamma, var, True),
        "backward": lambda: kernels.backward["float"](dy, x, None, 1e-5, mean, var, y, dgamma, dbeta, False),
    }[operation]


def rows(progress):
    """For each constant, its value and the two ratios."""
    from harness.timing import Contender, race

    from bncore.runtime import isa

    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        usual = build(folder / "as it is", isa)
        for constant, (meaning, operation, shape) in CONSTANTS.items():
            _, _, value = assignment(constant)
            progress(f"{constant} = {value}")
            kernels = {"1": usual} | {
                factor: build(folder / f"{constant} {other}", isa, constant, other)
                for factor, other in (("1/2", value // 2), ("2", value * 2))
            }
            runners = [Contender(key, call(module, operation, shape)) for key, module in kernels.items()]
            for runner in runners:
                runner.call()
            race(runners, ROUNDS, settle=0)
            base, *others = runners
            ratios = {runner.name: runner.times_as_long_as(base) for runner in others}
            yield constant, meaning, value, operation, shape, ratios


def table(found):
    lines = [
        "| constant | what it is | value | measured on | halved | doubled |",
        "|---|---|---|---|---|---|",
    ]
    for constant, meaning, value, operation, (n, c, s), ratios in found:
        size = f"{math.prod((n, c, s)) * 4 / 2**20:.1f} MiB"
        lines.append(
            f"| `{constant}` | {meaning} | {value} | {operation}, N = {n}, C = {c}, S = {s} ({size}) "
            f"| {ratios['1/2']:.2f} | {ratios['2']:.2f} |"
        )
    return "\n".join(lines)


def main():
    environment.settle()
    found = list(rows(lambda text: print(text, flush=True)))
    machine = environment.machine()
    used = f"{machine['processors used']} processors"
    facts = f"Measured on {machine['processor']}, {used}, {machine['caches']}."
    print(facts)
    print(table(found))


if __name__ == "__main__":
    main()
