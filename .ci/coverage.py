"""Which lines of the compiled core no test reaches, against the list of those that need not be reached.

    python .ci/coverage.py [--level v3] [pytest arguments]

builds one level with gcov's counters, apart from every other build, runs the tests of the core and a cut of
the fuzzer on it, and compares what was not reached with .ci/unreached.txt. A line there is a file, a
function, and the text of the line, and after two spaces and a # the reason. What is not listed fails, and so
does what is listed and reached, or gone.

gcov counts lines of C. Cython writes before each piece of C of which line it is; a line is reached if the
first piece of it that can be counted was, in any of its types. C that stands in a .pxi is found by its text.
"""

import argparse
import json
import os
import re
import subprocess
import sys
from collections import defaultdict
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
BASE = Path("build/coverage")
LISTED = Path(".ci/unreached.txt")
TESTS = (
    "values", "out", "bits", "layer", "higher", "higher_calls", "nonfinite", "extremes", "errors", "stats",
    "small_batches", "recycling", "copying", "threads", "memory", "in_place", "weighing", "halves",
    "residual_relu_half", "exact_sums", "exact_leaves", "machines", "plans", "planted_plans",
    "starting_threads", "interrupted_copy",
)  # fmt: skip

MARK = re.compile(r'\s*/\* "(bncore/[^"]+)":(\d+)$')
FUNCTION = re.compile(r"\s*(?:cdef|cpdef|def|static|class)\b[^=]*?(\w+)(?:\(|:$)")
VERBATIM = re.compile(r'cdef extern from \*:\n\s*"""\n(.*?)"""', re.DOTALL)


def build(level):
    """The folder of the built package."""
    environment = os.environ | {"BNCORE_COVERAGE": "1", "BNCORE_LEVELS": level}
    command = [sys.executable, "setup.py", "--quiet", "build", "--build-base", str(BASE)]
    subprocess.run(command, env=environment, check=True)
    (built,) = BASE.glob("lib*")
    return built.resolve()


def run(built, level, arguments):
    """The tests of the core, and a cut of the fuzzer, on what was built."""
    path = os.pathsep.join((str(built), str(ROOT)))
    environment = os.environ | {"PYTHONPATH": path, "BNCORE_ISA": level, "PYTHONDONTWRITEBYTECODE": "1"}
    tests = [str(each) for name in TESTS for each in Path("tests").resolve().rglob(f"test_{name}.py")]
    settings = ["-c", str(ROOT / "pyproject.toml"), "--rootdir", str(ROOT), "-p", "no:cacheprovider"]
    pytest = ["-m", "pytest", "-q", *settings, *(arguments or tests)]
    for command in (pytest, ["-m", "tests.fuzz", "--seed", "1", "--calls", "50000", "--keep"]):
        if subprocess.run(
            [sys.executable, "-P", *command], cwd=BASE, env=environment, check=False
        ).returncode:
            print("coverage: the run above found faults; what is counted is counted", file=sys.stderr)


def counts():
    """How often each line of each C file was carried out."""
    found = defaultdict(lambda: defaultdict(int))
    for notes in sorted(BASE.rglob("*.gcno")):
        command = ["gcov", "--json-format", "--stdout", str(notes)]
        told = subprocess.run(command, capture_output=True, text=True, check=True).stdout
        for report in map(json.loads, told.splitlines()):
            for file in report["files"]:
                for line in file["lines"]:
                    found[file["file"]][line["line_number"]] += line["count"]
    return found


def pieces(path):
    """Pieces of a C file: of which line of which source each is, and the lines of C that it has."""
    lines = path.read_text().splitlines()
    piece, comment = None, False
    for number, line in enumerate(lines, 1):
        mark = MARK.match(line)
        if mark:
            if piece:
                yield piece
            piece, comment = (mark[1], int(mark[2]), []), True
        elif comment:
            comment = line.strip() != "*/"
        elif piece:
            piece[2].append(number)
            if line == "}":
                yield piece
                piece = None
    text = "\n".join(lines)
    for source in sorted(Path("bncore").rglob("*.p[xy]*")):
        whole = source.read_text()
        for block in VERBATIM.finditer(whole):
            at = text.find(block[1].rstrip())
            if at >= 0:
                first, own = text.count("\n", 0, at) + 1, whole.count("\n", 0, block.start(1)) + 1
                for offset in range(block[1].count("\n")):
                    yield str(source), own + offset, [first + offset]


def reached():
    """For each line that was compiled, of which file it is, and its number: whether a test reached it."""
    found = {}
    for name, counted in counts().items():
        path = Path(name)
        if name.startswith("bncore/"):
            for number, count in counted.items():
                found[name, number] = found.get((name, number), False) or count > 0
        elif path.suffix == ".c" and path.exists():
            for source, number, lines in pieces(path):
                first = next((counted[line] for line in lines if line in counted), None)
                if first is not None:
                    found[source, number] = found.get((source, number), False) or first > 0
    return found


def place(file, number):
    """File, function and text of a line."""
    lines = Path(file).read_text().splitlines()
    above = (found for line in reversed(lines[:number]) if (found := FUNCTION.match(line)))
    function = next(above, None)
    return file, function[1] if function else "-", lines[number - 1].strip()


def listed():
    """The reasons, by file, function and text."""
    reasons = {}
    for line in LISTED.read_text().splitlines():
        if line and not line.startswith("#"):
            where, _, reason = line.partition("  # ")
            file, function, text = where.split(": ", 2)
            if not reason:
                raise SystemExit(f"{LISTED}: no reason for {line!r}")
            reasons[file, function, text.strip()] = reason
    return reasons


def main():
    """Build, run, compare."""
    parser = argparse.ArgumentParser()
    parser.add_argument("--level", default="v3")
    parser.add_argument("--report", action="store_true", help="what was counted before, without a run")
    options, arguments = parser.parse_known_args()
    os.chdir(ROOT)
    if not options.report:
        built = build(options.level)
        for old in BASE.rglob("*.gcda"):
            old.unlink()
        run(built, options.level, arguments)
    found, reasons = reached(), listed()
    missed = defaultdict(list)
    for (file, number), was in sorted(found.items()):
        if not was:
            missed[place(file, number)].append(number)
    for where, numbers in missed.items():
        if where not in reasons:
            print(f"line {','.join(map(str, numbers))} not reached: {': '.join(where)}")
    for where in reasons.keys() - missed.keys():
        print(f"{LISTED}: reached, or gone: {': '.join(where)}")
    total, bare = len(found), sum(not was for was in found.values())
    print(f"{total - bare} of {total} lines of the compiled core were reached; {len(reasons)} need not be")
    return missed.keys() != reasons.keys()


if __name__ == "__main__":
    raise SystemExit(main())
