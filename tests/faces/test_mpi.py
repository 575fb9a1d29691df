"""bncore.mpi in real processes: the parts of all ranks are one batch."""

import functools
import operator

import numpy
import pytest
from judge import EPS, problem
from layouts import bits
from ranks import MPIEXEC, left, pieces, said, start

import bncore

pytestmark = pytest.mark.peers

pytest.importorskip("mpi4py")
if not MPIEXEC.exists():
    pytest.skip("there is no mpiexec beside this Python: pip install mpich", allow_module_level=True)

PROGRAM = """
import sys, numpy, bncore.mpi
from mpi4py import MPI
folder, rank = sys.argv[1], MPI.COMM_WORLD.Get_rank()
given = dict(numpy.load(f"{folder}/given.npz"))
x, dy = given[f"x{rank}"], given[f"dy{rank}"]
gamma, beta, eps, axis = (given[name] for name in ("gamma", "beta", "eps", "axis"))
eps, axis = float(eps), int(axis)
y, stats = bncore.mpi.forward(x, gamma, beta, eps=eps, axis=axis)
dx, dgamma, dbeta = bncore.mpi.backward(dy, x, gamma, stats, axis=axis)
again = bncore.mpi.statistics(x, eps=eps, axis=axis, comm=MPI.COMM_WORLD.Dup())
assert (again.mean == stats.mean).all() and (again.var == stats.var).all()
alone = bncore.mpi.statistics(x, eps=eps, axis=axis, comm=MPI.COMM_SELF)
found = {"y": y, "dx": dx, "dgamma": dgamma, "dbeta": dbeta, "mean": stats.mean, "var": stats.var}
numpy.savez(f"{folder}/{rank}.npz", **found, count=stats.count, own=alone.count)
"""


def run(p, cut, folder):
    parts = {f"x{rank}": each for rank, each in enumerate(pieces(p.x, cut))}
    parts |= {f"dy{rank}": each for rank, each in enumerate(pieces(p.dy, cut))}
    numpy.savez(folder / "given.npz", **parts, gamma=p.gamma, beta=p.beta, eps=p.eps, axis=p.axis)
    said(start(PROGRAM, folder, command=[MPIEXEC, "-n", len(cut)]))
    return left(folder, len(cut))


@pytest.mark.parametrize("axis", [1, -1])
@pytest.mark.parametrize("dtype", ["float32", "float64"])
@pytest.mark.parametrize("cut", [(9, 5), (8, 0, 1, 5)], ids=str)
def test_parts_are_one_batch(cut, dtype, axis, tmp_path):
    p = problem((14, 5, 3), axis, dtype)
    ranks = run(p, cut, tmp_path)
    p.judge("forward", {"y": numpy.concatenate([each["y"] for each in ranks])})
    p.judge("forward", {name: ranks[0][name] for name in ("mean", "var")})
    whole = {name: ranks[0][name] for name in ("dgamma", "dbeta")}
    p.judge("backward", {"dx": numpy.concatenate([each["dx"] for each in ranks])} | whole)
    assert [each["count"].item() for each in ranks] == [p.x.size // p.x.shape[axis]] * len(cut)
    assert sum(each["own"].item() for each in ranks) == ranks[0]["count"]
    # all ranks have the same bits, which are those of the halves in one process
    for name in ("mean", "var", "dgamma", "dbeta"):
        assert len({bits(each[name]) for each in ranks}) == 1
    xs, dys = pieces(p.x, cut), pieces(p.dy, cut)
    stats = bncore.merge(*(bncore.sums(x, axis=axis) for x in xs)).stats(EPS)
    gsums = [bncore.gradient_sums(dy, x, stats, axis=axis) for dy, x in zip(dys, xs, strict=True)]
    total = functools.reduce(operator.add, gsums)
    for got, x, dy in zip(ranks, xs, dys, strict=True):
        assert bits(got["y"]) == bits(bncore.normalize(x, p.gamma, p.beta, stats, axis=axis))
        assert bits(got["dx"]) == bits(bncore.gradient(dy, x, p.gamma, stats, total, axis=axis))


def test_bad_arguments_are_errors_before_anything_is_sent():
    import bncore.mpi

    x = numpy.ones((4, 3))
    with pytest.raises(ValueError, match="eps must be finite and not negative"):
        bncore.mpi.forward(x, eps=-1.0)
    with pytest.raises(ValueError, match="axis must be in"):
        bncore.mpi.statistics(x, axis=2)
    with pytest.raises(TypeError, match="stats must be"):
        bncore.mpi.backward(x, x, None, None)
