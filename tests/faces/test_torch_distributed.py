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
# longer than any test may take: what ends a wait is not this
torch.distributed.init_process_group(
    "gloo", f"file://{folder}/store", rank=RANK, world_size=WORLD, timeout=timedelta(seconds=1000)
)
given = {name: torch.from_numpy(value) for name, value in numpy.load(f"{folder}/given.npz").items()}
x, dy, residual = given[f"x{RANK}"].requires_grad_(), given[f"dy{RANK}"], given[f"residual{RANK}"]
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

# the same in one process and in many, after STEP
FUSED = """
layer.relu = True
x, residual = x.detach().requires_grad_(), residual.clone().requires_grad_()
fused_y = layer(x, residual)
fused_y.backward(dy)
found |= {"fused_y": fused_y, "fused_dx": x.grad, "fused_dresidual": residual.grad}
"""
EXACT = (
    """
layer.exact = True
y = layer(x)
y.backward(dy)
found = {"y": y, "dx": x.grad}
"""
    + FUSED
    + "leave(**found)\n"
)
# of these each process has its own part
PARTS = "y", "dx", "fused_y", "fused_dx", "fused_dresidual"


def run(code, p, cut, folder, timeout=240):
    """What each process left: the program in as many as there are parts."""
    arrays = {"x": p.x, "dy": p.dy, "residual": p.ddx}
    parts = {
        f"{name}{rank}": each
        for name, array in arrays.items()
        for rank, each in enumerate(pieces(array, cut))
    }
    numpy.savez(folder / "given.npz", **parts, gamma=p.gamma, beta=p.beta, eps=EPS)
    programs = [
        start(f"RANK, WORLD = {rank}, {len(cut)}\n{BEGIN}{code}", folder, f"{rank}.py")
        for rank in range(len(cut))
    ]
    printed = [said(program, timeout) for program in programs]
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


@pytest.mark.parametrize("cut", [(9, 5), (8, 0, 1, 5)], ids=str)
def test_exact_sums_have_the_bits_of_one_process(cut, tmp_path):
    p = problem((14, 5, 3), 1, "float32")
    ranks, _ = run(EXACT, p, cut, tmp_path)
    # this process is alone: all of the batch is its own
    space = {name: torch.from_numpy(getattr(p, name).copy()) for name in ("x", "dy")}
    space["x"].requires_grad_()
    layer = bncore.torch.SyncBatchNorm(5, eps=EPS, momentum=1.0, exact=True)
    with torch.no_grad():
        layer.weight.copy_(torch.from_numpy(p.gamma)), layer.bias.copy_(torch.from_numpy(p.beta))
    space |= {"residual": torch.from_numpy(p.ddx.copy()), "layer": layer, "leave": lambda **found: None}
    exec(EXACT, space)
    expected = {name: each.detach().numpy() for name, each in space["found"].items()}
    for name in PARTS:
        assert bits(numpy.concatenate([each[name] for each in ranks])) == bits(expected[name]), name
    for name, value in layer.state_dict().items():
        assert {bits(each[name]) for each in ranks} == {bits(value.numpy())}, name
    stats = bncore.sums(p.x, exact=True).stats(EPS)
    assert bits(expected["y"]) == bits(bncore.normalize(p.x, p.gamma, p.beta, stats))
    p.judge("forward", {"y": expected["y"]})
    p.judge("backward", {"dx": expected["dx"]})


@pytest.mark.builds
def test_compiled_with_a_break_in_the_graph(tmp_path):
    step = """
eager = {"y": layer(x)}
eager["y"].backward(dy)
again = x.detach().requires_grad_()
y = torch.compile(layer, backend="aot_eager")(again)
y.backward(dy)
assert torch.equal(y, eager["y"]) and torch.equal(again.grad, x.grad)
leave()
"""
    run(step, problem((14, 5, 3), 1, "float32"), (9, 5), tmp_path)


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


@pytest.mark.parametrize("exact", [False, True])
def test_a_rank_that_dies_is_an_error_and_changes_nothing(exact, tmp_path):
    step = f"""
import os, signal
layer.exact = {exact}
y = layer(x)
before = {{name: each.clone() for name, each in layer.state_dict().items()}}
leave(**{{f"before_{{name}}": each for name, each in before.items()}})
if RANK == 1:
    # what waits for it is told so by the system
    os._exit(0)
for call in (lambda: layer(x), lambda: y.backward(dy)):
    try:
        call()
    except RuntimeError as error:
        print("raised", type(error).__name__, flush=True)
assert x.grad is None and layer.weight.grad is None
leave(**{{f"before_{{name}}": each for name, each in before.items()}})
os._exit(0)
"""
    (first, _), printed = run(step, problem((14, 5, 3), 1, "float32"), (7, 7), tmp_path, timeout=120)
    assert printed[0].count("raised") == 2
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
        nn.BatchNorm1d(3), nn.SyncBatchNorm(3), bncore.torch.BatchNorm2d(3, relu=True), nn.LayerNorm(3)
    )
    weight = model[0].weight
    assert bncore.torch.convert_sync(model, exact=True) is model
    assert [type(each) for each in model] == [bncore.torch.SyncBatchNorm] * 3 + [nn.LayerNorm]
    assert model[0].weight is weight
    assert model[0].process_group is None
    assert [each.relu for each in model[:3]] == [False, False, True]
    assert repr(model[2]).endswith(", exact=True, relu=True)")
    x = torch.randn(4, 3, 2)
    expected = nn.functional.batch_norm(x, None, None, training=True).relu()
    torch.testing.assert_close(model[2](x), expected)
    with pytest.raises(TypeError, match="float32, float16 or bfloat16 array for exact=True"):
        model[0].double()(x.double())
    assert model[0].num_batches_tracked == 0


def test_without_processes_it_is_a_batch_norm():
    layer, other = bncore.torch.SyncBatchNorm(3), torch.nn.BatchNorm1d(3)
    x = torch.randn(5, 3, 2)
    torch.testing.assert_close(layer(x), other(x))
    torch.testing.assert_close(layer.eval()(x), other.eval()(x))
    with pytest.raises(ValueError, match="at least 2D"):
        layer(x[0, 0])
