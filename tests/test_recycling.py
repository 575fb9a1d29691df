"""Memory of large results: used again when nobody looks at it any more, never before, and bounded."""

import ctypes
import gc
import itertools
import mmap
import os
import pickle
import queue
import random
import sys
import tracemalloc
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import child
import numpy
import pytest
from layouts import LAYOUTS

import bncore
from bncore import _blocks, recycling

MIB = 1 << 20
SHAPE = (2, 3, 419, 421)  # a little more than 4 MiB of float32, three huge pages
BLOCK = 6 * MIB
X = numpy.random.default_rng(13).standard_normal(SHAPE, numpy.float32)
DY = X[::-1].copy()
GAMMA, MEAN, VAR = (numpy.arange(1, 4, dtype="f") + i for i in range(3))
STATS = bncore.statistics(X)

pytestmark = pytest.mark.skipif(
    not sys.platform.startswith("linux"),
    reason="memory is kept on Linux alone; NumPy makes results elsewhere",
)


@pytest.fixture(autouse=True)
def nothing_kept_but_this():
    """An empty store of 64 MiB for each test, and what there was before after it."""
    before = bncore.get_kept_memory()
    gc.collect()
    bncore.set_kept_memory(0)
    bncore.set_kept_memory(64 * MIB)
    yield
    bncore.set_kept_memory(before)


def address(array):
    return array.__array_interface__["data"][0]


def made(mib):
    """An array of so many MiB, every byte of it touched."""
    array = recycling.empty((mib * MIB,), numpy.dtype("u1"))
    array.fill(mib)
    return array


# What each call makes, of the size of x.
CALLS = {
    "forward": lambda: bncore.forward(X, GAMMA, MEAN)[:1],
    "inference": lambda: [bncore.inference(X, GAMMA, None, MEAN, VAR)],
    "backward": lambda: bncore.backward(DY, X, GAMMA, STATS)[:1],
    "inference backward": lambda: bncore.inference_backward(DY, X, GAMMA, MEAN, VAR)[:1],
    "jvp": lambda: [bncore.jvp(DY, X, GAMMA, STATS)],
    "double backward": lambda: bncore.double_backward(DY, GAMMA, None, DY, X, GAMMA, STATS)[:2],
    "layer": lambda: [bncore.BatchNorm(3).forward(X)],
    "forward of a crop": lambda: bncore.forward(X[:, :, :-1])[:1],
    "forward of a permuted array": lambda: bncore.forward(X.transpose(2, 1, 0, 3))[:1],
}


@pytest.mark.parametrize("call", CALLS.values(), ids=CALLS)
def test_the_memory_of_a_result_is_used_again(call):
    results = call()
    places = {address(result) for result in results}
    wanted = [result.tobytes() for result in results]
    for result in results:
        assert type(result) is numpy.ndarray
        assert result.flags.writeable
        assert address(result) % 4096 == 0
        result.fill(numpy.nan)
    del results, result
    assert _blocks.kept() == len(wanted) * BLOCK
    again = call()
    assert {address(result) for result in again} == places
    assert _blocks.kept() == 0
    assert [result.tobytes() for result in again] == wanted
    assert not any(numpy.shares_memory(one, other) for one in again for other in call())


def test_results_that_are_given_are_left_alone():
    out = numpy.empty_like(X)
    for _ in range(3):
        assert bncore.forward(X, out=out)[0] is out
    assert _blocks.kept() == 0


def test_a_copy_of_an_operand_is_made_in_kept_memory():
    first = bncore.forward(X)[0]
    place = address(first)
    del first
    result = bncore.forward(X.astype(">f4"))[0]
    assert _blocks.kept() == BLOCK, "a copy and a result, of which one is left"
    assert place in (address(result), address(recycling.empty_like(X)))


class Holder:
    """Holds something, as an object of Python does."""

    def __init__(self, held):
        self.held = held


LOOKS = {
    "itself": lambda y: y,
    "a part": lambda y: y[1, 2, 5:, ::3],
    "one element": lambda y: y[1:, 2:, -1:, -1:],
    "nothing of it": lambda y: y[:0],
    "a view of a view of a view": lambda y: y[1:].transpose(3, 2, 1, 0)[::-1][:7][:, 1:],
    "other bits": lambda y: y.view("u1"),
    "a subclass": lambda y: y.view(numpy.matrix) if y.ndim == 2 else y.reshape(2, -1).view(numpy.matrix),
    "a mask's data": lambda y: numpy.ma.masked_invalid(y, copy=False),
    "strides": lambda y: numpy.lib.stride_tricks.as_strided(y, (3,), (4,)),
    "an array in the array": lambda y: numpy.ndarray((5,), "f", y, 16),
    "frombuffer": lambda y: numpy.frombuffer(y.reshape(-1), "u1"),
    "read-only": lambda y: numpy.broadcast_to(y[0], y.shape),
    "the owner": lambda y: y.base,
    "a memoryview": memoryview,
    "a memoryview of the owner": lambda y: memoryview(y.base),
    "a part of a memoryview": lambda y: memoryview(y.reshape(-1))[7:8],
    "an array of a memoryview": lambda y: numpy.asarray(memoryview(y))[1:],
    "a buffer of pickle": pickle.PickleBuffer,
    "pickled out of band": lambda y: _out_of_band(y),
    "ctypes": lambda y: (ctypes.c_float * 3).from_buffer(y.reshape(-1)),
    "ctypes of NumPy": lambda y: y.ctypes,
    "a pointer of ctypes": lambda y: y.ctypes.data_as(ctypes.c_void_p),
    "an array of ctypes": lambda y: numpy.ctypeslib.as_ctypes(y),
    "the interface of C": lambda y: y.__array_struct__,
    "dlpack": lambda y: y.__dlpack__(),
    "an array of dlpack": lambda y: numpy.from_dlpack(y)[1:],
    "an iterator": iter,
    "a flat iterator": lambda y: y.flat,
    "nditer": lambda y: numpy.nditer(y),
    "a closure": lambda y: lambda: y,
    "an object": Holder,
    "an array of objects": lambda y: numpy.array([y[0], None], dtype=object),
    "a generator that has begun": lambda y: _begun(y),
    "an exception": lambda y: _raised(y),
}


def _out_of_band(y):
    buffers = []
    return pickle.loads(pickle.dumps(y, 5, buffer_callback=buffers.append), buffers=buffers)


def _begun(y):
    def generator(held):
        yield
        yield held.shape

    running = generator(y)
    next(running)
    return running


def _raised(y):
    def fails(held):
        raise ValueError

    try:
        fails(y)
    except ValueError as error:
        return error


def _tensor(y):
    return pytest.importorskip("torch").from_numpy(y)[1:]


@pytest.mark.parametrize("look", [*LOOKS.values(), _tensor], ids=[*LOOKS, "a tensor of torch"])
@pytest.mark.parametrize("call", ["forward", "forward of a permuted array"])
def test_no_memory_is_used_again_while_something_looks_at_it(look, call):
    (result,) = CALLS[call]()
    if call != "forward":
        result = result.transpose(2, 1, 0, 3)
    assert result.flags.c_contiguous
    place = address(result)
    wanted = result.tobytes()
    seen = look(result)
    del result
    gc.collect()
    others = [recycling.empty_like(X) for _ in range(3)]
    for other in others:
        other.fill(7)
    assert place not in map(address, others)
    assert ctypes.string_at(place, len(wanted)) == wanted
    del seen
    gc.collect()
    assert address(recycling.empty_like(X)) == place
    del others


def test_what_is_kept_is_bounded_and_the_oldest_goes_first():
    bncore.set_kept_memory(3 * BLOCK + MIB)
    results = [bncore.forward(X)[0] for _ in range(5)]
    places = [address(result) for result in results]
    seen = []
    while results:
        del results[0]
        seen.append(_blocks.kept() // BLOCK)
    assert seen == [1, 2, 3, 3, 3]
    results = [bncore.forward(X)[0] for _ in range(3)]
    assert [address(result) for result in results] == places[:1:-1]
    assert _blocks.kept() == 0


def test_a_large_block_sends_away_as_many_as_it_needs():
    bncore.set_kept_memory(32 * MIB)
    several = [made(8) for _ in range(4)]
    large = made(20)
    last = address(several[-1])
    while several:
        del several[0]
    assert _blocks.kept() == 32 * MIB
    del large
    assert _blocks.kept() == 28 * MIB
    assert address(made(8)) == last


def test_a_lower_bound_holds_at_once():
    results = [made(8) for _ in range(5)]
    del results
    assert _blocks.kept() == 40 * MIB
    for limit, left in ((40 * MIB, 40 * MIB), (40 * MIB - 1, 32 * MIB), (9 * MIB, 8 * MIB), (MIB, 0)):
        bncore.set_kept_memory(limit)
        assert bncore.get_kept_memory() == limit
        assert _blocks.kept() == left


def test_no_more_than_64_blocks_are_kept():
    bncore.set_kept_memory(1 << 40)
    results = [recycling.empty((BLOCK,), numpy.dtype("u1")) for _ in range(70)]
    places = [address(result) for result in results]
    while results:
        del results[0]
    assert _blocks.kept() == 64 * BLOCK
    results = [recycling.empty((BLOCK,), numpy.dtype("u1")) for _ in range(64)]
    assert [address(result) for result in results] == places[:5:-1]
    del results


def test_zero_turns_it_off():
    result = bncore.forward(X)[0]
    earlier = bncore.forward(X)[0]
    del earlier
    assert _blocks.kept() == BLOCK
    bncore.set_kept_memory(0)
    assert _blocks.kept() == 0
    del result
    assert _blocks.kept() == 0
    result = bncore.forward(X)[0]
    assert result.flags.owndata
    del result
    assert _blocks.kept() == 0


@pytest.mark.parametrize(("shape", "dtype"), [((MIB - 1,), "f"), ((1, 3, 5), "d"), ((0, 3), "f"), ((), "d")])
def test_small_arrays_are_those_of_numpy(shape, dtype):
    assert recycling.empty(shape, numpy.dtype(dtype)).flags.owndata
    assert recycling.empty_like(numpy.empty(shape, dtype)).flags.owndata


def test_what_could_not_be_kept_is_that_of_numpy():
    bncore.set_kept_memory(5 * MIB)
    assert recycling.empty((6 * MIB,), numpy.dtype("u1")).flags.owndata


@pytest.mark.parametrize(
    ("kept", "wanted", "served"),
    [
        *((24, 24, True), (24, 22, True), (24, 18, True), (24, 16, False), (24, 4, False)),
        *((8, 10, False), (8, 6, True), (6, 4, False)),
    ],
)
def test_a_block_serves_its_size_and_three_quarters_of_it(kept, wanted, served):
    block = made(kept)
    del block
    result = made(wanted)
    assert (_blocks.kept() == 0) == served
    del result
    # a block comes back whole
    assert _blocks.kept() == (kept if served else kept + wanted) * MIB


def test_an_owner_cannot_be_derived_from():
    """A subclass could save itself while its memory is given back."""
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Saved", (_blocks.Block,), {})


def test_the_smallest_block_that_serves_is_taken():
    results = {mib: made(mib) for mib in (20, 18, 24)}
    wanted = address(results[18])
    results.clear()
    assert address(made(18)) == wanted


def _large(layout):
    return LAYOUTS[layout](numpy.empty((7, 67, 43, 53), "f"), 1)


@pytest.mark.parametrize("layout", LAYOUTS)
def test_an_array_is_laid_out_as_numpy_lays_it_out(layout):
    array = _large(layout)
    got = recycling.empty_like(array)
    assert got.strides == numpy.empty_like(array, order="K").strides
    assert got.dtype.isnative
    assert not got.flags.owndata


@pytest.mark.parametrize("shape", [(7, 67, 43, 53), (1, 1031, 1, 1033), (2, 2, 2, 150_001)])
def test_and_so_in_every_order_of_the_axes(shape):
    array = numpy.empty(shape, "f")
    for axes in itertools.permutations(range(4)):
        for view in (
            array.transpose(axes),
            array[::-1, :, ::-1].transpose(axes),
            array[:1, :, :1].transpose(axes),
        ):
            for like in (
                view,
                numpy.broadcast_to(view, (3, *view.shape)),
                numpy.broadcast_to(view[:1], view.shape),
            ):
                if like.nbytes >= recycling.LEAST:
                    assert recycling.empty_like(like).strides == numpy.empty_like(like).strides


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


@pytest.mark.parametrize(
    ("nbytes", "error", "found"),
    [
        (-1, ValueError, "-1"),
        (1.5, TypeError, "float"),
        ("1", TypeError, "str"),
        (None, TypeError, "NoneType"),
    ],
)
def test_what_cannot_be_a_number_of_bytes(nbytes, error, found):
    before = bncore.get_kept_memory()
    with pytest.raises(error, match=f"nbytes must .*found {found}"):
        bncore.set_kept_memory(nbytes)
    assert bncore.get_kept_memory() == before


def test_any_integer_will_do():
    bncore.set_kept_memory(numpy.int64(7 * MIB))
    assert bncore.get_kept_memory() == 7 * MIB
    assert type(bncore.get_kept_memory()) is int
    bncore.set_kept_memory(1 << 100)
    assert bncore.get_kept_memory() == 1 << 100
