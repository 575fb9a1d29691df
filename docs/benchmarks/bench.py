"""Measures bncore against its peers: `python docs/benchmarks/bench.py`, some five minutes; `--full`, longer.

Every result is verified before it is timed. Writes results.csv, run.json, the pictures and the tables of
docs/benchmarks.md; with --output, results and pictures to another folder, and no tables.
"""

import argparse
import sys
from pathlib import Path

from harness import environment


def arguments(argv):
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument(
        "--full", action="store_true", help="more rounds, every channel verified, NumPy on all shapes"
    )
    parser.add_argument(
        "--only", nargs="+", choices=("forward", "inference", "backward"), help="these operations"
    )
    parser.add_argument("--shapes", nargs="+", metavar="SHAPE", help="part of a name, or extents: 7x37x53x61")
    parser.add_argument(
        "--families", nargs="+", choices=("list", "more", "growing"), help="these families of shapes"
    )
    parser.add_argument("--layouts", nargs="+", choices=("channels-first", "channels-last"), help="layouts")
    parser.add_argument(
        "--peers", nargs="+", metavar="PEER", help="these peers; all that are installed by default"
    )
    parser.add_argument("--threads", type=int, help="threads for everybody; all processors by default")
    parser.add_argument("--rounds", type=int, help="rounds of each race")
    parser.add_argument("--output", type=Path, help="a folder for the results")
    parser.add_argument(
        "--draw", action="store_true", help="run nothing; pictures and tables of the results there are"
    )
    return parser.parse_args(argv)


def main(argv):
    options = arguments(argv)
    environment.settle(options.threads)
    from harness import run

    return run.main(options)


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
