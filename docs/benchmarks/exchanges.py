"""How long one exchange of sums takes among processes of one machine, beside a model of it.

    python docs/benchmarks/exchanges.py            # a table, for mpi and gloo, with 2, 4 and 8 processes

Each process makes the exchange of a forward pass of C channels many times: an all-gather of the sums, or an
all-reduce of exact ones. The median of a process's times is kept, and of those the largest.

The model has two numbers an engine and a kind of exchange, the latency a of a step and the seconds b a byte,
fitted to the times of two processes alone; what it says about four and eight is a prediction. Of p processes
on fewer processors some wait for the others to have their turn: a step takes p / processors as long.
"""

import json
import os
import subprocess
import sys
import tempfile
from pathlib import Path

import numpy

ROOT = Path(__file__).parents[2]
CHANNELS = (16, 64, 256, 1024, 4096)
WORLDS = (2, 4, 8)
KINDS = {"all-gather": False, "exact all-reduce": True}

WORKER = """
import json, sys, time, numpy, bncore
engine, rank, world, folder = sys.argv[1], *map(int, sys.argv[2:4]), sys.argv[4]
from bncore import places
if engine == "mpi":
    import bncore.mpi
    from mpi4py import MPI
    rank, exchange = MPI.COMM_WORLD.Get_rank(), bncore.mpi._Ranks(None)
    barrier = MPI.COMM_WORLD.Barrier
else:
    import torch, torch.distributed
    from bncore.torch.synchronized import _Processes
    torch.set_num_threads(1)
    torch.distributed.init_process_group("gloo", f"file://{folder}/store", rank=rank, world_size=world)
    exchange, barrier = _Processes(None), torch.distributed.barrier
found = {}
for channels in %(channels)s:
    for kind, exact in %(kinds)s.items():
        own = bncore.sums(numpy.ones((4, channels), numpy.float32), exact=exact).array()
        call = exchange.add if exact else exchange.gather
        times = []
        while len(times) < 40:
            barrier()
            start = time.perf_counter()
            call(own)
            times.append(time.perf_counter() - start)
        found[f"{kind} {channels}"] = [own.nbytes, sorted(times[5:])[len(times[5:]) // 2]]
with open(f"{folder}/{rank}.json", "w") as file:
    json.dump(found, file)
"""


def measured(engine: str, world: int) -> dict[str, tuple[int, float]]:
    """Bytes and seconds of each exchange."""
    with tempfile.TemporaryDirectory() as folder:
        script = Path(folder, "worker.py")
        script.write_text(WORKER % {"channels": CHANNELS, "kinds": KINDS})
        environment = os.environ | {"OMP_NUM_THREADS": "1", "PYTHONPATH": str(ROOT)}
        of_rank = [
            [sys.executable, str(script), engine, str(rank), str(world), folder] for rank in range(world)
        ]
        if engine == "mpi":
            mpiexec = Path(sys.executable).with_name("mpiexec")
            of_rank = [[str(mpiexec), "-n", str(world), *of_rank[0]]]
        running = [subprocess.Popen(command, env=environment) for command in of_rank]
        if any(process.wait() for process in running):
            raise RuntimeError(f"{engine} with {world} processes failed")
        found = [json.loads(Path(folder, f"{rank}.json").read_text()) for rank in range(world)]
    return {name: (found[0][name][0], max(each[name][1] for each in found)) for name in found[0]}


def steps(kind: str, world: int, nbytes: float) -> tuple[float, float]:
    """By how much a and b are multiplied: of a ring, which both engines take for long messages."""
    waiting = max(1.0, world / (os.cpu_count() or 1))
    if KINDS[kind]:
        return 2 * (world - 1) * waiting, 2 * (world - 1) / world * nbytes * waiting
    return (world - 1) * waiting, (world - 1) * nbytes * waiting


def main() -> None:
    """Measure, fit, and print a table."""
    for engine in ("mpi", "gloo"):
        tables = {world: measured(engine, world) for world in WORLDS}
        for kind in KINDS:
            rows = {
                (world, channels): tables[world][f"{kind} {channels}"]
                for world in WORLDS
                for channels in CHANNELS
            }
            two = [rows[2, channels] for channels in CHANNELS]
            design = numpy.array([steps(kind, 2, nbytes) for nbytes, _ in two])
            seconds = numpy.array([each for _, each in two])
            # relative errors count, so that short messages have a say
            design /= seconds[:, None]
            a, b = numpy.linalg.lstsq(design, numpy.ones(len(two)), rcond=None)[0]
            if b < 0:
                # no byte was seen to cost anything
                a, b = design[:, 0].sum() / (design[:, 0] ** 2).sum(), 0.0
            print(f"\n{engine}, {kind}: a = {a * 1e6:.1f} us, b = {b * 1e9:.2f} ns\n")
            print("| channels | bytes | " + " | ".join(f"{world} processes" for world in WORLDS) + " |")
            print("|---|---|" + "---|" * len(WORLDS))
            for channels in CHANNELS:
                cells = []
                for world in WORLDS:
                    nbytes, took = rows[world, channels]
                    of_a, of_b = steps(kind, world, nbytes)
                    cells.append(f"{took * 1e6:.0f} us ({took / (of_a * a + of_b * b):.2f})")
                print(f"| {channels} | {rows[2, channels][0]} | " + " | ".join(cells) + " |")


if __name__ == "__main__":
    main()
