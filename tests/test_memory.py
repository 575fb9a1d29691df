"""What a call needs beside its arguments and results, as the system counts it, in a process of its own."""

import child
import pytest

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
bncore.backward(dy, x, None, stats, axis=axis, out=out)
print(peak() - before)
"""


def grown(shape, axis, cut="..."):
    """The bytes by which forward, inference and backward raise the peak of a process."""
    small = (1, *shape[1:])
    return int(child.run(PROGRAM.format(shape=shape, small=small, axis=axis, cut=cut)))


@pytest.mark.parametrize(
    ("shape", "axis"), [((32, 64, 128, 128), 1), ((32, 128, 128, 64), -1), ((2731, 256, 7, 7), 1)]
)
def test_no_layout_of_the_tensor_costs_a_hundredth_of_it(shape, axis):
    assert grown(shape, axis) < BYTES / 100


def test_planes_that_are_cropped_are_not_copied():
    assert grown((32, 64, 128, 128), 1, cut="..., *2 * [slice(1, -1)]") < BYTES / 100


def test_a_copy_of_the_tensor_would_be_seen():
    # a crop of three spatial axes is walked by no kernel
    assert grown((32, 16, 4, 128, 128), 1, cut="..., *3 * [slice(1, -1)]") > BYTES / 2
