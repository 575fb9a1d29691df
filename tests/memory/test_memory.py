"""What a call needs beside arguments and results: by tracemalloc, and by the system in its own process."""

import tracemalloc

import child
import numpy
import pytest
from hypothesis import example, given
from hypothesis import strategies as st

import bncore

# Of a thread: 1024 channels of float32 at a time, each with four sums, five coefficients and a flag.
ROOM = 56 << 10

BYTES = 128 << 20
# Threads have their stacks before; what is counted is the peak of a call on 128 MiB, for each operation.
PROGRAM = """
import numpy
import bncore

def peak():
    with open("/proc/self/status") as status:
        return next(1024 * int(line.split()[1]) for line in status if line.startswith("VmHWM"))

def arrays(shape, cut):
    made = [numpy.empty(shape, numpy.float32) for _ in range(3)]
    for array in made:
        array.fill(1)
    return [array[cut] for array in made]

axis, cut = {axis}, ({cut})
x, dy, out = arrays({small}, cut)
stats = bncore.forward(x, axis=axis, out=out)[1]
bncore.backward(dy, x, None, stats, axis=axis, out=out)
del x, dy, out
x, dy, out = arrays({shape}, cut)
ones = numpy.ones(x.shape[axis], numpy.float32)
before = peak()
stats = bncore.forward(x, None, None, axis=axis, out=out)[1]
bncore.inference(x, None, None, ones, ones, axis=axis, out=out)
_, dgamma, dbeta = bncore.backward(dy, x, None, stats, axis=axis, out=out)
print(peak() - before - sum(result.nbytes for result in (stats.mean, stats.var, dgamma, dbeta)))
"""


def grown(shape, axis, cut="..."):
    """The bytes by which forward, inference and backward raise a peak, beyond those of their results."""
    small = (1, *shape[1:])
    return int(child.run(PROGRAM.format(shape=shape, small=small, axis=axis, cut=cut)))


def beside(call):
    """The bytes that a call has at most, beyond those that it leaves behind as results."""
    tracemalloc.start()
    try:
        before, _ = tracemalloc.get_traced_memory()
        results = call()
        after, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    del results
    assert most > before
    return most - after


def calls(shape, axis, dtype):
    """Each operation on zeros, with `out=`."""
    x, out, ones = numpy.zeros(shape, dtype), numpy.empty(shape, dtype), numpy.ones(shape[axis], dtype)
    stats = bncore.statistics(x, axis=axis)
    return {
        "statistics": lambda: bncore.statistics(x, axis=axis),
        "forward": lambda: bncore.forward(x, ones, ones, axis=axis, out=out),
        "inference": lambda: bncore.inference(x, ones, ones, ones, ones, axis=axis, out=out),
        "backward": lambda: bncore.backward(x, x, ones, stats, axis=axis, out=out),
        "inference_backward": lambda: bncore.inference_backward(x, x, ones, ones, ones, axis=axis, out=out),
    }


@pytest.mark.sweeps
@given(
    n=st.integers(1, 5000),
    channels=st.integers(1, 9000),
    size=st.sampled_from([1, 1, 1, 9, 49, 64, 225, 784]),
    last=st.booleans(),
    dtype=st.sampled_from([numpy.float32, numpy.float64]),
    threads=st.sampled_from([1, 2, 3, 4]),
)
# the shapes that need most: two parts of all the channels of two tiles, four of one, a tile for each thread
@example(n=128, channels=2048, size=1, last=False, dtype=numpy.float32, threads=1)
@example(n=128, channels=1024, size=1, last=False, dtype=numpy.float64, threads=1)
@example(n=512, channels=1024, size=1, last=False, dtype=numpy.float32, threads=2)
@example(n=3, channels=1929, size=49, last=True, dtype=numpy.float32, threads=4)
@example(n=2450, channels=2048, size=1, last=False, dtype=numpy.float32, threads=2)
@example(n=1, channels=1024, size=225, last=True, dtype=numpy.float32, threads=2)
@example(n=32, channels=100000, size=1, last=False, dtype=numpy.float32, threads=2)
@example(n=2, channels=50000, size=64, last=False, dtype=numpy.float32, threads=2)
def test_a_call_needs_a_hundredth_of_its_tensor_and_a_room_for_each_thread(
    n, channels, size, last, dtype, threads
):
    n = min(n, max(1, (1 << 23) // (channels * size)))
    shape, axis = ((n, size, channels), -1) if last else ((n, channels, size), 1)
    bncore.set_num_threads(threads)
    for name, call in calls(shape, axis, dtype).items():
        room = n * channels * size * numpy.dtype(dtype).itemsize // 100 + max(2, threads) * ROOM
        assert beside(call) <= room, name


def test_the_records_of_a_call_are_seen_by_tracemalloc():
    records = 2 * 8 * 4 * 2048
    assert beside(calls((2450, 2048), 1, numpy.float32)["forward"]) > records


@pytest.mark.sweeps
@pytest.mark.parametrize(
    ("shape", "axis"),
    [((32, 64, 128, 128), 1), ((32, 128, 128, 64), -1), ((2731, 256, 7, 7), 1), ((8192, 4096), 1)],
)
def test_no_layout_of_the_tensor_costs_a_hundredth_of_it(shape, axis):
    assert grown(shape, axis) < BYTES / 100


@pytest.mark.sweeps
def test_planes_that_are_cropped_are_not_copied():
    assert grown((32, 64, 128, 128), 1, cut="..., *2 * [slice(1, -1)]") < BYTES / 100


@pytest.mark.sweeps
def test_a_copy_of_the_tensor_would_be_seen():
    # a crop of three spatial axes is walked by no kernel
    assert grown((32, 16, 4, 128, 128), 1, cut="..., *3 * [slice(1, -1)]") > BYTES / 2
