"""PyTorch and bncore have one pool of threads, whichever is imported first."""

import child
import pytest

import bncore

pytest.importorskip("torch")

pytestmark = pytest.mark.peers

PROGRAM = """
import os
{imports}
import numpy
torch.set_num_threads(2), bncore.set_num_threads(2)
x = numpy.ones((32, 64, 32, 16), numpy.float32)
calls = {{"torch": lambda: torch.add(torch.from_numpy(x), 1), "bncore": lambda: bncore.forward(x)}}
for name in {order} * 2:
    calls[name]()
    print(len(os.listdir("/proc/self/task")))
"""


@pytest.mark.parametrize("order", [("torch", "bncore"), ("bncore", "torch")])
@pytest.mark.parametrize("imports", ["import torch, bncore", "import bncore, torch"])
def test_there_is_one_pool(imports, order):
    if not bncore.core.execute.OPENMP:
        pytest.skip("a build without OpenMP has no pool")
    printed = child.run(PROGRAM.format(imports=imports, order=order), OMP_NUM_THREADS="2")
    # the first call has started the one thread beside the main one, for all
    assert len(set(printed.split())) == 1, printed


LIMITED = """
import os
import torch, bncore.torch
before = len(os.listdir("/proc/self/task"))
torch.set_num_threads(1), bncore.set_num_threads(2)
x = torch.ones(32, 64, 32, 16, requires_grad=True)
for layout in torch.contiguous_format, torch.channels_last:
    bncore.torch.batch_norm(x.contiguous(memory_format=layout), None, None, training=True).sum().backward()
print(len(os.listdir("/proc/self/task")) - before)
"""


def test_a_kernel_starts_no_thread_that_torch_may_not_use():
    assert child.run(LIMITED, OMP_NUM_THREADS="2").split() == ["0"]
