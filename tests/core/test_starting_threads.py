"""Where no more threads can be started a call runs on fewer, with the same bits, and the process lives."""

import resource
import sys

import child
import pytest

from bncore.core import execute

PROGRAM = """
import hashlib, resource, sys
import numpy, bncore
bncore.set_num_threads({threads})
x = numpy.random.default_rng(0).normal(size=(64, 64, 32, 32)).astype("f4")
y, out = None, numpy.empty_like(x)
{limit}
y, stats = bncore.forward(x, out=out)
dx, dgamma, dbeta = bncore.backward(x, y, None, stats, out=out)
print([hashlib.sha256(array).hexdigest() for array in (dx, dgamma, stats.var)])
"""
# no memory for another stack; no process or thread more than there are
MEMORY = """
size = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (size + (24 << 20), resource.RLIM_INFINITY))
"""

pytestmark = [
    pytest.mark.skipif(not execute.OPENMP, reason="a build without OpenMP starts no threads"),
    pytest.mark.skipif(sys.platform != "linux", reason="limits are set as Linux takes them"),
]


@pytest.mark.parametrize("threads", [2, 64, 300])
def test_a_process_without_room_for_stacks_lives(threads):
    alone = child.run(PROGRAM.format(threads=1, limit=""))
    few = child.run(PROGRAM.format(threads=threads, limit=MEMORY), OPENBLAS_NUM_THREADS="1")
    assert few == alone


def test_threads_that_cannot_be_started_are_not_asked_for():
    # of a hundred stacks of a GiB a few fit
    limit = MEMORY.replace("24 << 20", "5 << 30")
    alone = child.run(PROGRAM.format(threads=1, limit=""))
    environment = {"OPENBLAS_NUM_THREADS": "1", "OMP_STACKSIZE": "1G"}
    assert child.run(PROGRAM.format(threads=100, limit=limit), **environment) == alone


def test_the_limit_is_one_that_stops_threads():
    # the test above is about something: a thread cannot be started under it
    code = (
        "import resource, threading\n"
        + MEMORY.replace("24 << 20", "1 << 20")
        + "threading.stack_size(64 << 20)\n"
    )
    code += "try:\n    threading.Thread(target=print).start()\nexcept RuntimeError:\n    print('refused')"
    assert child.run(code).strip() == "refused"
    assert resource.getrlimit(resource.RLIMIT_AS)[1] == resource.RLIM_INFINITY
