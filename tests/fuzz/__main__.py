"""Calls of every public function of bncore that nobody would think of. Exits with 1 if one finds a fault.

A fault is printed with the line that repeats it.
"""

import argparse
import json
import shlex
import sys
import time

from . import cases, child
from .crew import Child, Survey


def main():
    """Do what the command line says."""
    parser = argparse.ArgumentParser(prog=f"python -m {__package__}", description=__doc__)
    parser.add_argument(
        "--seed", type=int, default=int(time.strftime("%Y%m%d")), help="the day, if not given"
    )
    parser.add_argument("--calls", type=int, default=10**6, help="how many calls to make")
    parser.add_argument("--seconds", type=float, help="stop after so many")
    parser.add_argument("--jobs", type=int, default=2, help="processes")
    parser.add_argument("--least", type=int, help="leave out cases with tensors of fewer elements")
    parser.add_argument("--most", type=int, help="leave out cases with tensors of more elements")
    parser.add_argument(
        "--case", help="this case alone, or those from the first to before the last: 7, 3:9, 1:9:2"
    )
    parser.add_argument("--this", type=json.loads, help="a case as data")
    parser.add_argument("--module", default="bncore", help="module or module:attribute to call")
    parser.add_argument("--keep", action="store_true", help="do not look for smaller cases")
    parser.add_argument("--child", nargs=2, help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.child:
        child.main(*options.child)
        return 0
    if options.this or (options.case and ":" not in options.case):
        case = options.this or cases.draw(options.seed, int(options.case))
        print(json.dumps(case))
        found = Child(options.module).outcome(case)
        print(f"{found['kind']}: {found['words']}" if found else "nothing found")
        return bool(found)
    limits = {"least": options.least, "most": options.most, "seconds": options.seconds}
    survey = Survey(options.seed, options.module, **limits)
    start = time.monotonic()
    if options.case:
        first, last, step = ([*map(int, options.case.split(":")), 1])[:3]
        survey.run(sys.maxsize, step, first, last)
    else:
        survey.run(options.calls, options.jobs)
    took = time.monotonic() - start
    if not options.keep:
        survey.shrink()
    report(survey, options, took)
    return bool(survey.found)


def report(survey, options, took):
    """Print what was found, and how much was tried."""
    command = f"python -m {__package__} --seed {options.seed}"
    for kind, found in sorted(survey.found.items()):
        print(f"\n{kind} ({found['times']} times)\n    {found['words'][:300]}")
        if "range" in found:
            print(f"    {command} --case {':'.join(map(str, found['range']))}")
        else:
            print(f"    {command} --case {found['number']}")
        if found.get("smaller") not in (None, found["case"]):
            print(f"    python -m {__package__} --this {shlex.quote(json.dumps(found['smaller']))}")
    counted = survey.counted
    print(
        f"\nseed {options.seed}: {counted['calls']:,} calls in {counted['cases']:,} cases, {took:.0f} s; "
        f"{counted['refused']:,} refused, as they had to be; {counted['judged']:,} outputs held against "
        f"their bounds; {len(survey.found) or 'no'} kinds of faults"
    )


if __name__ == "__main__":
    raise SystemExit(main())
