"""bncore.mpi in real processes: the parts of all ranks are one batch."""

import copy
import functools
import operator

import numpy
import pytest
from judge import problem
from layouts import bits
from ranks import MPIEXEC, ended, left, pieces, said, start

import bncore
from bncore.running import Rule, Running

pytestmark = pytest.mark.peers

pytest.importorskip("mpi4py")
if not MPIEXEC.exists():
    pytest.skip("there is no mpiexec beside this Python: pip install mpich", allow_module_level=True)

from mpi4py import MPI  # noqa: E402

import bncore.mpi  # noqa: E402

CUTS = [(9, 5), (8, 0, 1, 5)]
# what a rank has of its own, beside what is of all
PARTS = "y", "dx", "layer_y", "layer_dx", "layer_dresidual", "given_y", "given_dx", "given_dresidual"

PROGRAM = """
import sys, numpy, bncore.mpi
from mpi4py import MPI
folder, rank = sys.argv[1], MPI.COMM_WORLD.Get_rank()
sys.path.append(folder)
from passing import passes
given = dict(numpy.load(f"{folder}/given.npz"))
x, dy, residual = given[f"x{rank}"], given[f"dy{rank}"], given[f"residual{rank}"]
vectors = [given[name] for name in ("gamma", "beta", "mean", "var")]
eps, axis, exact = float(given["eps"]), int(given["axis"]), bool(given["exact"])
found = passes(x, dy, residual, *vectors, eps, axis, exact, None)
again = bncore.mpi.statistics(x, eps=eps, axis=axis, exact=exact, comm=MPI.COMM_WORLD.Dup())
assert (again.mean == found["mean"]).all() and (again.var == found["var"]).all()
alone = bncore.mpi.statistics(x, eps=eps, axis=axis, exact=exact, comm=MPI.COMM_SELF)
numpy.savez(f"{folder}/{rank}.npz", **found, own=alone.count)
"""

PASSES = '''
import numpy, bncore.mpi

def passes(x, dy, residual, gamma, beta, mean, var, eps, axis, exact, comm):
    """All that the functions and the layer give."""
    how = {"axis": axis, "exact": exact, "comm": comm}
    y, stats = bncore.mpi.forward(x, gamma, beta, eps=eps, **how)
    dx, dgamma, dbeta = bncore.mpi.backward(dy, x, gamma, stats, **how)
    layer = bncore.mpi.BatchNorm(gamma.size, eps=eps, dtype=gamma.dtype, relu=True, **how)
    layer.gamma, layer.beta, layer.running_mean, layer.running_var = gamma, beta, mean, var
    found = {"y": y, "dx": dx, "dgamma": dgamma, "dbeta": dbeta, "mean": stats.mean, "var": stats.var}
    for name in "given", "layer":
        layer.train(name == "layer")
        room = numpy.empty_like(x)
        found[f"{name}_y"] = layer(x, residual=residual).copy()
        found[f"{name}_dx"] = layer.backward(dy, residual_out=room)
        found |= {f"{name}_dresidual": room, f"{name}_dgamma": layer.dgamma, f"{name}_dbeta": layer.dbeta}
    state = layer.state_dict()
    names = "running_mean", "running_var", "num_batches_tracked", "num_elements_tracked"
    return found | {"count": stats.count} | {name: numpy.asarray(state[name]) for name in names}
'''
space = {}
exec(PASSES, space)
passes = space["passes"]


def run(p, cut, folder, exact=False):
    arrays = {"x": p.x, "dy": p.dy, "residual": p.ddx}
    parts = {
        f"{name}{rank}": each
        for name, array in arrays.items()
        for rank, each in enumerate(pieces(array, cut))
    }
    numbers = {name: getattr(p, name) for name in ("gamma", "beta", "mean", "var", "eps", "axis")}
    numpy.savez(folder / "given.npz", **parts, **numbers, exact=exact)
    (folder / "passing.py").write_text(PASSES)
    said(start(PROGRAM, folder, command=[MPIEXEC, "-n", len(cut)]))
    ranks = left(folder, len(cut))
    # what is of all has the same bits in every rank
    of_all = [{name: bits(each[name]) for name in each if name not in (*PARTS, "own")} for each in ranks]
    assert all(each == of_all[0] for each in of_all)
    assert sum(each["own"].item() for each in ranks) == ranks[0]["count"]
    return ranks


def whole(ranks, name):
    return numpy.concatenate([each[name] for each in ranks])


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cut", CUTS, ids=str)
def test_parts_are_one_batch(cut, dtype, axis, tmp_path):
    p = problem((14, 5, 3), axis, dtype)
    ranks = run(p, cut, tmp_path)
    of_all = ranks[0]
    m = p.x.size // p.gamma.size
    assert of_all["count"] == m
    p.judge("forward", {"y": whole(ranks, "y")} | {name: of_all[name] for name in ("mean", "var")})
    both = {name: of_all[name] for name in ("dgamma", "dbeta")}
    p.judge("backward", {"dx": whole(ranks, "dx")} | both)
    check_bits(ranks, in_one_process(p, cut))


def in_one_process(p, cut):
    """What each rank has to have, by the halves."""
    xs, dys, residuals = (pieces(array, cut) for array in (p.x, p.dy, p.ddx))
    at = {"axis": p.axis}
    stats = bncore.merge(*(bncore.sums(x, **at) for x in xs)).stats(p.eps)
    given = bncore.Stats(0, p.mean, p.var, p.eps)
    found = [{} for _ in cut]

    def backward(name, about, ys):
        gsums = [bncore.gradient_sums(dy, x, about, y=y, **at) for dy, x, y in zip(dys, xs, ys, strict=True)]
        total = functools.reduce(operator.add, gsums)
        for each, x, dy, y in zip(found, xs, dys, ys, strict=True):
            through = dy if y is None else numpy.where(y > 0, dy, dy.dtype.type(0))
            each[f"{name}dresidual"] = through
            each[f"{name}dx"] = (
                bncore.gradient(dy, x, p.gamma, stats, total, y=y, **at)
                if about is stats
                else (bncore.inference_backward(through, x, p.gamma, p.mean, p.var, eps=p.eps, **at)[0])
            )
            each[f"{name}dgamma"] = total.dgamma.astype(p.x.dtype)
            each[f"{name}dbeta"] = total.dbeta.astype(p.x.dtype)

    for each, x in zip(found, xs, strict=True):
        each["y"] = bncore.normalize(x, p.gamma, p.beta, stats, **at)
    backward("", stats, [None] * len(cut))
    for each, x, residual in zip(found, xs, residuals, strict=True):
        how = {"residual": residual, "relu": True, **at}
        each["layer_y"] = bncore.normalize(x, p.gamma, p.beta, stats, **how)
        each["given_y"] = bncore.inference(x, p.gamma, p.beta, p.mean, p.var, eps=p.eps, **how)
    for name, about in ("layer_", stats), ("given_", given):
        backward(name, about, [each[f"{name}y"] for each in found])
    after = Running(0, 0, p.mean, p.var).after(stats, Rule(0.1, unbiased=True))
    for each in found:
        del each["dresidual"]
        each |= {"mean": stats.mean, "var": stats.var, "running_mean": after.mean, "running_var": after.var}
        each |= {"count": stats.count, "num_batches_tracked": 1, "num_elements_tracked": stats.count}
    return found


def check_bits(ranks, expected):
    for got, wanted in zip(ranks, expected, strict=True):
        assert set(wanted) == set(got) - {"own"}
        for name, value in wanted.items():
            assert bits(got[name]) == bits(numpy.asarray(value)), name


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("cut", [*CUTS, (0, 14), (3, 4, 4, 3)], ids=str)
def test_exact_sums_have_the_bits_of_one_process(cut, axis, tmp_path):
    p = problem((14, 5, 3), axis, "float32")
    expected = passes(p.x, p.dy, p.ddx, p.gamma, p.beta, p.mean, p.var, p.eps, axis, True, MPI.COMM_SELF)
    ranks = run(p, cut, tmp_path, exact=True)
    parts = [pieces(expected[name], cut) for name in PARTS]
    check_bits(
        ranks, [expected | dict(zip(PARTS, of_rank, strict=True)) for of_rank in zip(*parts, strict=True)]
    )
    # and they are those of the sums that are exact, and so within the bound
    assert bits(expected["mean"]) == bits(bncore.sums(p.x, axis=axis, exact=True).stats().mean)
    p.judge("forward", {name: expected[name] for name in ("y", "mean", "var")})
    p.judge("backward", {name: expected[name] for name in ("dx", "dgamma", "dbeta")})


def test_weights():
    p, random = problem((14, 5, 3), 1, "float32"), numpy.random.default_rng(0)
    weights = random.integers(0, 3, (14, 1, 3)).astype(float)
    given = {"weights": weights, "comm": MPI.COMM_SELF}
    y, stats = bncore.mpi.forward(p.x, p.gamma, p.beta, **given)
    wanted, own = bncore.forward(p.x, p.gamma, p.beta, weights=weights)
    assert (bits(y), stats.count) == (bits(wanted), weights.sum())
    dx, dgamma, dbeta = bncore.mpi.backward(p.dy, p.x, p.gamma, stats, **given)
    expected = bncore.backward(p.dy, p.x, p.gamma, own, weights=weights)
    assert [bits(each) for each in (dx, dgamma, dbeta)] == [bits(each) for each in expected]
    layer = bncore.mpi.BatchNorm(5, comm=MPI.COMM_SELF)
    layer(p.x, weights)
    assert layer.num_elements_tracked == weights.sum()


DYING = """
import os, signal, sys, numpy, bncore.mpi
from mpi4py import MPI
layer = bncore.mpi.BatchNorm(3)
x = numpy.ones((4, 3), numpy.float32)
layer(x)
print("one step", flush=True)
if MPI.COMM_WORLD.Get_rank() == 1:
    {end}
layer(x)
print("another step", flush=True)
"""


@pytest.mark.parametrize("end", ["os.kill(os.getpid(), signal.SIGKILL)", "raise ValueError('mine')"])
def test_where_a_rank_dies_the_job_ends(end, tmp_path):
    command = [MPIEXEC, "-n", 2]
    code, printed = ended(
        start(DYING.format(end=end), tmp_path, command=command, before=["-m", "mpi4py"]), 60
    )
    assert code != 0
    assert "one step" in printed
    assert "another step" not in printed


def test_an_error_of_mpi_passes_through_and_changes_nothing():
    comm = MPI.COMM_SELF.Dup()
    layer = bncore.mpi.BatchNorm(3, comm=comm)
    x = numpy.random.default_rng(0).normal(size=(4, 3)).astype(numpy.float32)
    y = layer(x)
    before = layer.state_dict()
    comm.Free()
    out, dx = numpy.full_like(x, 7), numpy.full_like(x, 8)
    with pytest.raises(MPI.Exception):
        layer(x, out=out)
    with pytest.raises(MPI.Exception):
        layer.backward(y, out=dx)
    assert (out == 7).all()
    assert (dx == 8).all()
    assert {name: bits(numpy.asarray(value)) for name, value in layer.state_dict().items()} == {
        name: bits(numpy.asarray(value)) for name, value in before.items()
    }
    assert layer.dgamma is None


def test_the_layer():
    layer = bncore.mpi.BatchNorm(3, exact=True, comm=MPI.COMM_SELF)
    assert repr(layer).endswith("dtype='float32', exact=True)")
    one = numpy.ones((1, 3), numpy.float32)
    with pytest.raises(ValueError, match="more than one element a channel in all ranks together"):
        layer(one)
    assert layer.num_batches_tracked == 0
    with pytest.raises(TypeError, match="x must be a float32, float16 or bfloat16 array for exact=True"):
        layer(numpy.ones((4, 3)))
    with pytest.raises(ValueError, match="ghost must be None where a batch is that of all ranks"):
        bncore.mpi.BatchNorm(3, ghost=2)
    layer.load_state_dict(bncore.BatchNorm(3).state_dict())
    other = copy.deepcopy(bncore.mpi.BatchNorm.from_torch(layer.to_torch(), exact=True))
    assert (type(other), other.exact) == (bncore.mpi.BatchNorm, True)
    # renormalization, and a channel of two axes, by the batch of all ranks
    x = numpy.random.default_rng(0).normal(size=(6, 2, 4, 3)).astype(numpy.float32)
    options = {"num_features": (2, 3), "axis": (1, 3), "renorm": (2.0, 1.0)}
    pair = bncore.mpi.BatchNorm(**options, comm=MPI.COMM_SELF), bncore.BatchNorm(**options)
    for _ in range(2):
        assert bits(pair[0](x)) == bits(pair[1](x))
        assert bits(pair[0].backward(x)) == bits(pair[1].backward(x))
        assert bits(pair[0].dgamma) == bits(pair[1].dgamma)


def test_bad_arguments_are_errors_before_anything_is_sent():
    x = numpy.ones((4, 3))
    with pytest.raises(ValueError, match="eps must be finite and not negative"):
        bncore.mpi.forward(x, eps=-1.0)
    with pytest.raises(ValueError, match="axis must be in"):
        bncore.mpi.statistics(x, axis=2)
    with pytest.raises(TypeError, match="stats must be"):
        bncore.mpi.backward(x, x, None, None)
    with pytest.raises(TypeError, match="x must be a float32, float16 or bfloat16 array for exact=True"):
        bncore.mpi.forward(x, exact=True)
    with pytest.raises(ValueError, match="residual_out must have the shape"):
        bncore.mpi.backward(x, x, None, bncore.statistics(x), residual_out=numpy.ones(3))
