"""Processes beside each other, each with as many threads as there are processors."""

import os
import subprocess
import sys
from dataclasses import dataclass

from harness.peers.base import Bound, Unsupported

PROCESSES = 8
# Forward and backward passes of each process in one call.
PASSES = 8


@dataclass
class Crowd:
    """Programs that wait for a line on their input, do their work, and answer with a line."""

    programs: list
    turns: int

    def __call__(self):
        for _ in range(self.turns):
            for program in self.programs:
                program.stdin.write(b"go\n")
                program.stdin.flush()
            for program in self.programs:
                if not program.stdout.readline():
                    raise RuntimeError("a process of a crowd has ended")

    def end(self):
        for program in self.programs:
            program.stdin.close()
        for program in self.programs:
            program.wait()
            program.stdout.close()


def bind(peer, load, out, count=PROCESSES, **environment):
    """The call that has so many processes, or one in their place, make their passes."""
    if not out:
        raise Unsupported("results of a crowd go where they went before")
    command = [sys.executable, "-m", "harness.peers.crowd", peer, load.layout, *map(str, load.extents)]
    variables = {name: value for name, value in os.environ.items() if name != "OMP_PROC_BIND"}
    variables |= environment | {"PYTHONPATH": os.pathsep.join(sys.path)}
    from harness.environment import unbound

    with unbound():
        programs = [
            subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, env=variables)
            for _ in range(count)
        ]
    crowd = Crowd(programs, PROCESSES // count)
    for program in programs:
        program.stdout.readline()
    return Bound(crowd, lambda found: {}, crowd.end)


def main(peer, layout, *extents):
    """Make the passes of a peer once, verified, and then for every line of the input."""
    from harness import peers, shapes
    from harness.verification import Reference
    from harness.workload import workload

    load = workload(shapes.Shape("crowd", "", tuple(map(int, extents))), layout)
    entrants, _ = peers.load([peer])
    calls = []
    for operation in ("forward", "backward"):
        bound = entrants[peer].bind(operation, load, out=True)
        found = bound.results(bound.call())
        Reference(operation, load).check(peer, found, entrants[peer].accumulate[load.x.dtype.name])
        calls.append(bound.call)
    print("ready", flush=True)
    for _ in sys.stdin:
        for _ in range(PASSES):
            for call in calls:
                call()
        print("done", flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
