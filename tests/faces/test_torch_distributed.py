"""SyncBatchNorm in real processes: the parts of all are one batch."""

import functools
import operator

import numpy
import pytest
from judge import EPS, problem
from layouts import bits
from ranks import left, pieces, said, start

import bncore

torch = pytest.importorskip("torch")
import bncore.torch  # noqa: E402

pytestmark = pytest.mark.peers

if not torch.distributed.is_available():
    pytest.skip("this PyTorch has no torch.distributed", allow_module_level=True)

BEGIN = """
import sys, numpy, torch, bncore.torch
from datetime import timedelta
folder = sys.argv[1]
torch.distributed.init_process_group(
    "gloo", f"file://{folder}/store", rank=RANK, world_size=WORLD, timeout=timedelta(seconds=100)
)
given = {name: torch.from_numpy(value) for name, value in numpy.load(f"{folder}/given.npz").items()}
x, dy = given[f"x{RANK}"].requires_grad_(), given[f"dy{RANK}"]
layer = bncore.torch.SyncBatchNorm(x.shape[1], eps=given["eps"].item(), momentum=1.0).to(x.dtype)
with torch.no_grad():
    layer.weight.copy_(given["gamma"]), layer.bias.copy_(given["beta"])
def leave(**found):
    arrays = {name: each.detach().numpy() for name, each in (found | layer.state_dict()).items()}
    numpy.savez(f"{folder}/{RANK}.npz", **arrays)
"""

STEP = """
y = layer(x)
y.backward(dy)
leave(y=y, dx=x.grad, dgamma=layer.weight.grad, dbeta=layer.bias.grad)
"""


def run(code, p, cut, folder):
    """What each process left: the program in as many as there are parts."""
    parts = {f"x{rank}": each for rank, each in enumerate(pieces(p.x, cut))}
    parts |= {f"dy{rank}": each for rank, each in enumerate(pieces(p.dy, cut))}
    numpy.savez(folder / "given.npz", **parts, gamma=p.gamma, beta=p.beta, eps=EPS)
    programs = [
        start(f"RANK, WORLD = {rank}, {len(cut)}\n{BEGIN}{code}", folder, f"{rank}.py")
        for rank in range(len(cut))
    ]
    printed = [said(program) for program in programs]
    return left(folder, len(cut)), printed


@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cut", [(9, 5), (8, 0, 1, 5)], ids=str)
def test_parts_are_one_batch(cut, dtype, tmp_path):
    p = problem((14, 5, 3), 1, dtype)
    ranks, _ = run(STEP, p, cut, tmp_path)
    p.judge("forward", {"y": numpy.concatenate([each["y"] for each in ranks])})
    p.judge("backward", {"dx": numpy.concatenate([each["dx"] for each in ranks])})
    # and bit for bit what the halves give in one process; gradients of parameters are a rank's own
    xs, dys = pieces(p.x, cut), pieces(p.dy, cut)
    stats = bncore.merge(*map(bncore.sums, xs)).stats(EPS)
    own = [bncore.gradient_sums(dy, x, stats) for dy, x in zip(dys, xs, strict=True)]
    together = functools.reduce(operator.add, own)
    m = stats.count
    for rank, (got, x, dy) in enumerate(zip(ranks, xs, dys, strict=True)):
        expected = {
            "y": bncore.normalize(x, p.gamma, p.beta, stats),
            "dx": bncore.gradient(dy, x, p.gamma, stats, together),
            "dgamma": own[rank].dgamma.astype(dtype),
            "dbeta": own[rank].dbeta.astype(dtype),
            "running_mean": stats.mean.astype(dtype),
            "running_var": (m / (m - 1) * stats.var).astype(dtype),
        }
        assert {name: bits(got[name]) for name in expected} == {
            name: bits(each) for name, each in expected.items()
        }
        assert got["num_batches_tracked"] == 1


def test_in_a_model_of_distributed_data_parallel(tmp_path):
    step = """
model = torch.nn.Sequential(torch.nn.BatchNorm1d(5, eps=given["eps"].item()), torch.nn.Flatten()).double()
layer = model = bncore.torch.convert_sync(model)
parallel = torch.nn.parallel.DistributedDataParallel(model)
parallel(x).backward(dy.flatten(1))
leave(dgamma=model[0].weight.grad, dbeta=model[0].bias.grad)
"""
    p = problem((14, 5, 3), 1, "float64")
    ranks, _ = run(step, p, (7, 7), tmp_path)
    _, dgamma, dbeta = bncore.backward(p.dy, p.x, None, bncore.statistics(p.x, eps=EPS))
    for each in ranks:
        # its mean of the ranks' gradients
        torch.testing.assert_close(torch.from_numpy(2 * each["dgamma"]), torch.from_numpy(dgamma))
        torch.testing.assert_close(torch.from_numpy(2 * each["dbeta"]), torch.from_numpy(dbeta))


def test_a_rank_that_dies_is_an_error_and_changes_nothing(tmp_path):
    step = """
layer(x)
before = {name: each.clone() for name, each in layer.state_dict().items()}
if RANK == 1:
    leave()
    sys.stdout.flush()
    import os
    os._exit(0)
try:
    layer(x)
except RuntimeError as error:
    print("raised", type(error).__name__, flush=True)
leave(**{f"before_{name}": each for name, each in before.items()})
import os
os._exit(0)
"""
    (first, _), printed = run(step, problem((14, 5, 3), 1, "float32"), (7, 7), tmp_path)
    assert "raised" in printed[0]
    for name in ("running_mean", "running_var", "num_batches_tracked"):
        assert bits(first[name]) == bits(first[f"before_{name}"])


def test_one_element_in_all_processes_is_refused(tmp_path):
    step = """
try:
    layer(x)
except ValueError as error:
    print(error)
leave()
"""
    ranks, printed = run(step, problem((1, 5), 1, "float32"), (0, 1), tmp_path)
    assert all("more than 1 value per channel" in each for each in printed)
    assert [each["num_batches_tracked"].item() for each in ranks] == [0, 0]


def test_convert_sync():
    nn = torch.nn
    model = nn.Sequential(
        nn.BatchNorm1d(3), nn.SyncBatchNorm(3), bncore.torch.BatchNorm2d(3), nn.LayerNorm(3)
    )
    weight = model[0].weight
    assert bncore.torch.convert_sync(model) is model
    assert [type(each) for each in model] == [bncore.torch.SyncBatchNorm] * 3 + [nn.LayerNorm]
    assert model[0].weight is weight
    assert model[0].process_group is None


def test_without_processes_it_is_a_batch_norm():
    layer, other = bncore.torch.SyncBatchNorm(3), torch.nn.BatchNorm1d(3)
    x = torch.randn(5, 3, 2)
    torch.testing.assert_close(layer(x), other(x))
    torch.testing.assert_close(layer.eval()(x), other.eval()(x))
    with pytest.raises(ValueError, match="at least 2D"):
        layer(x[0, 0])
