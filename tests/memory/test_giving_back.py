"""How memory comes back: from threads, the garbage collector, a fork, an interpreter's end, the system."""

import ctypes
import gc
import itertools
import mmap
import os
import queue
import random
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import child
import numpy
import pytest
from store import (
    BLOCK,
    CALLS,
    MARKS,
    MEAN,
    MIB,
    VAR,
    X,
    address,
    made,
)

import bncore
from bncore import _blocks, recycling

pytestmark = MARKS


def test_threads_that_make_and_drop_arrays_at_once():
    """Each array holds a number of its own, also while other threads take what has come back, or drop it."""
    bncore.set_kept_memory(48 * MIB)
    passed = queue.SimpleQueue()
    numbers = itertools.count(1)
    element = numpy.dtype("q")

    def works(seed):
        chance, mine = random.Random(seed), []
        for _ in range(300):
            array = recycling.empty((chance.choice((4, 5, 6, 8)) * MIB // 8,), element)
            number = next(numbers)
            array[:: 4096 // 8] = number
            mine.append((array, number))
            if chance.random() < 0.4:
                passed.put(mine.pop(0))
            if chance.random() < 0.4 and not passed.empty():
                mine.append(passed.get())
            for held, wanted in mine:
                assert (held[:: 4096 // 8] == wanted).all()
            del array
            held = None
            while len(mine) > 3:
                del mine[chance.randrange(len(mine))]
        return True

    interval = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        with ThreadPoolExecutor(8) as pool:
            assert all(pool.map(works, range(8)))
    finally:
        sys.setswitchinterval(interval)
    assert _blocks.kept() <= 48 * MIB


def test_threads_that_call():
    def bits(call):
        return [result.tobytes() for result in call()]

    alone = [bits(call) for call in CALLS.values()]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(bits, [*CALLS.values()] * 4))
    assert together == alone * 4


def test_a_cycle_gives_memory_back_when_it_is_collected():
    gc.disable()
    try:
        cycle = [bncore.forward(X)[0]]
        cycle.append(cycle)
        del cycle
        assert _blocks.kept() == 0
        gc.collect()
        assert _blocks.kept() == BLOCK
    finally:
        gc.enable()


def test_what_a_finalizer_of_a_cycle_saves_is_not_used_again():
    saved = []

    class Saves:
        def __del__(self):
            saved.append(self.owner)

    cycle = Saves()
    cycle.itself = cycle
    result = bncore.forward(X)[0]
    cycle.owner = result.base
    wanted = result.tobytes()
    del cycle, result
    gc.collect()
    assert len(saved) == 1
    assert _blocks.kept() == 0
    others = [bncore.inference(X, None, None, MEAN, VAR) for _ in range(3)]
    assert bytes(saved[0]) == wanted
    saved.clear()
    assert _blocks.kept() == BLOCK
    del others


def test_a_finalizer_may_call():
    done = []

    class Calls:
        def __init__(self, result):
            self.result, self.itself = result, self

        def __del__(self):
            done.append(bncore.forward(self.result)[0].tobytes())

    wanted = bncore.forward(bncore.forward(X)[0])[0].tobytes()
    for _ in range(3):
        Calls(bncore.forward(X)[0])
        gc.collect()
    assert done == [wanted] * 3


@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_parent_and_child_do_not_share_memory():
    idle, used = made(8), made(8)
    del idle
    reads, writes = os.pipe()
    child_id = os.fork()
    if child_id == 0:
        # nothing of pytest may run in the child
        mine = made(8)
        right = (used == 8).all() and (mine == 8).all() and _blocks.kept() == 0
        used.fill(1)
        mine.fill(2)
        os.write(writes, b"w")
        os._exit(0 if right else 3)
    mine = made(8)
    mine.fill(3)
    assert os.read(reads, 1) == b"w"
    assert os.waitstatus_to_exitcode(os.waitpid(child_id, 0)[1]) == 0
    os.close(reads)
    os.close(writes)
    assert (used == 8).all()
    assert (mine == 3).all()


ENDS = """
import os, sys, atexit, gc, threading
os.dup2(1, 2)                                # what is said on stderr is output too
import numpy, bncore
x = numpy.ones((2, 3, 419, 421), "f")
def new():
    return bncore.forward(x)[0]
{body}
"""


@pytest.mark.sweeps
@pytest.mark.parametrize(
    "body",
    [
        "y = new()",
        "y = new(); del y",
        "bncore.y = numpy.y = sys.y = new()",
        "c = [new()]; c.append(c); gc.disable()",
        "y = new()\natexit.register(lambda: new() + y)",
        "class Late:\n    def __init__(self): self.y, self.me = new(), self\n"
        "    def __del__(self, new=new): new()\n"
        "sys.late = Late(); late = Late()",
        "y = new()\nt = threading.Thread(target=lambda: [new() for _ in range(50)], daemon=True); t.start()",
        "y = new()\nfor name in [*sys.modules]:\n    if 'bncore' in name: del sys.modules[name]\ndel bncore",
        "v = memoryview(new()); w = numpy.asarray(v)[1:]",
    ],
)
def test_an_interpreter_ends_without_a_word(body):
    assert child.run(ENDS.format(body=body)) == ""


def test_tracemalloc_sees_what_is_in_use():
    tracemalloc.start()
    try:
        for _ in range(2):
            before, _ = tracemalloc.get_traced_memory()
            result = bncore.forward(X)[0]
            during, _ = tracemalloc.get_traced_memory()
            assert 0 <= during - before - X.nbytes < 100_000
            del result
            after, _ = tracemalloc.get_traced_memory()
            assert after - before < 100_000
        assert _blocks.kept() == BLOCK
        result = bncore.forward(X)[0]
        mine = tracemalloc.DomainFilter(True, numpy.lib.tracemalloc_domain)
        traces = tracemalloc.take_snapshot().filter_traces([mine]).traces
        assert X.nbytes in [trace.size for trace in traces]
        del result
    finally:
        tracemalloc.stop()


def _lent():
    """The bytes of this process that the system may take back."""
    lines = Path("/proc/self/smaps_rollup").read_text().splitlines()
    return sum(int(line.split()[1]) << 10 for line in lines if line.startswith("LazyFree:"))


@pytest.mark.skipif(not recycling.LENDS, reason="there are no huge pages here: idle memory is not lent")
def test_the_system_may_take_what_has_been_idle_longest():
    bncore.set_kept_memory(1 << 30)
    several = [made(64) for _ in range(6)]
    before, seen = _lent(), []
    while several:
        del several[0]
        seen.append((_lent() - before) // MIB)
    assert seen == [0, 0, 0, 0, 64, 128]
    assert _blocks.kept() == 6 * 64 * MIB
    several = [made(64) for _ in range(4)]
    assert _lent() - before == 128 * MIB
    several += [made(64) for _ in range(2)]
    assert _lent() == before, "what is written to is the process's own again"
    del several


def test_what_the_system_has_taken_comes_back_as_new_memory():
    result = bncore.forward(X)[0]
    place, wanted = address(result), result.tobytes()
    del result
    # what the system does to lent memory, here by force
    assert ctypes.CDLL(None).madvise(ctypes.c_void_p(place), ctypes.c_size_t(BLOCK), mmap.MADV_DONTNEED) == 0
    result = bncore.forward(X)[0]
    assert address(result) == place
    assert result.tobytes() == wanted


SCARCE = """
import resource, numpy, bncore
from bncore import _blocks, recycling
bncore.set_kept_memory(1 << 40)
byte = numpy.dtype("u1")
for size in (100 << 20, 200 << 20, 300 << 20):
    made = [recycling.empty((size,), byte)]
made.clear()
assert _blocks.kept() == 600 << 20
used = int(open("/proc/self/statm").read().split()[0]) * resource.getpagesize()
resource.setrlimit(resource.RLIMIT_AS, (used + (50 << 20),) * 2)
large = recycling.empty((500 << 20,), byte)
large[:: 1 << 20] = 1
assert _blocks.kept() == 0
try:
    recycling.empty((1 << 40,), byte)
except MemoryError as error:
    print(error)
del large
print(_blocks.kept() >> 20)
"""


def test_where_memory_is_scarce_nothing_is_kept():
    said = child.run(SCARCE, OMP_NUM_THREADS="1").splitlines()
    assert said[0].startswith("Unable to allocate 1.00 TiB")
    assert said[1] == "500", "what was given back as the last large array died"
