"""Measures bncore against its peers: `python docs/benchmarks/bench.py`, some six minutes; `--full`, an hour.

Every result is verified before it is timed. Writes results.csv and run.json to the folder of this machine
in docs/benchmarks, and the pictures and the tables of docs/benchmarks.md from those of all machines; with
--output, to another folder, and no tables. A run that ends early is continued by the next one with the same
arguments.
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
        "--full",
        action="store_true",
        help="every peer, every shape, results given and new, every channel verified",
    )
    parser.add_argument("--only", nargs="+", metavar="OPERATION", help="these operations")
    parser.add_argument("--shapes", nargs="+", metavar="SHAPE", help="part of a name, or extents: 7x37x53x61")
    parser.add_argument("--families", nargs="+", metavar="FAMILY", help="these families of shapes")
    parser.add_argument("--layouts", nargs="+", choices=("channels-first", "channels-last"), help="layouts")
    parser.add_argument(
        "--peers", nargs="+", metavar="PEER", help="these peers; all that are installed by default"
    )
    parser.add_argument("--threads", type=int, help="threads for everybody; all processors by default")
    parser.add_argument("--rounds", type=int, help="rounds of each race at most")
    parser.add_argument("--minutes", type=float, help="for all races together; they share it")
    parser.add_argument(
        "--pause", type=float, metavar="SECONDS", help="end after so many, to be continued by the next run"
    )
    parser.add_argument("--output", type=Path, help="a folder for the folder of this machine")
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
