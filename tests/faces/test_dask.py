"""bncore.dask: chunks of any kind are one batch, lazily, on threads and in processes."""

import numpy
import pytest
from judge import DTYPES, problem

import bncore

pytestmark = pytest.mark.peers

array = pytest.importorskip("dask.array")
import bncore.dask  # noqa: E402

SHAPE = (11, 7, 5, 3)
CHUNKS = {
    "one": (11, 7, 5, 3),
    "samples": (4, 7, 5, 3),
    "rows": (11, 7, 2, 3),
    "channels": (11, 3, 5, 3),
    "of every axis": (3, 2, 4, 1),
    "single samples and channels": (1, 1, 5, 3),
}


def lazily(p, chunks):
    return (array.from_array(each, chunks=chunks) for each in (p.x, p.dy))


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("chunks", CHUNKS)
def test_chunks_are_one_batch(chunks, dtype):
    p = problem(SHAPE, 1, dtype)
    x, dy = lazily(p, CHUNKS[chunks])
    y, lazy = bncore.dask.forward(x, p.gamma, p.beta, eps=p.eps)
    dx, dgamma, dbeta = bncore.dask.backward(dy, x, p.gamma, lazy)
    for each in (y, dx):
        assert (each.chunks, each.dtype) == (x.chunks, x.dtype)
    stats = lazy.compute()
    assert stats.count == p.x.size // 7
    p.judge("forward", {"y": y.compute(), "mean": stats.mean, "var": stats.var})
    p.judge("backward", {"dx": dx.compute(), "dgamma": dgamma.compute(), "dbeta": dbeta.compute()})
    assert (lazy.mean.compute() == stats.mean).all()
    assert (lazy.var.compute() == stats.var).all()
    got = bncore.dask.inference(x, p.gamma, p.beta, p.mean, p.var, eps=p.eps)
    p.judge("inference", {"y": got.compute()})


@pytest.mark.parametrize("axis", [0, 2, -1])
def test_the_channel_anywhere(axis):
    p = problem(SHAPE, axis, "float32")
    x, dy = lazily(p, (3, 2, 4, 2))
    y, lazy = bncore.dask.forward(x, p.gamma, None, eps=p.eps, axis=axis)
    dx, dgamma, _ = bncore.dask.backward(dy.rechunk((11, 7, 1, 3)), x, p.gamma, lazy, axis=axis)
    but = p.but(beta=None)
    but.judge("forward", {"y": y.compute()})
    but.judge("backward", {"dx": dx.compute(), "dgamma": dgamma.compute()})


def test_nothing_is_computed_before_it_is_asked_for():
    computed = []

    def block(x):
        computed.append(x.shape)
        return x

    x = array.ones((8, 3), chunks=(2, 3)).map_blocks(block, dtype=float, meta=numpy.empty((0, 0)))
    y, lazy = bncore.dask.forward(x)
    dx, _, _ = bncore.dask.backward(y, x, None, lazy)
    assert computed == []
    dx.compute(scheduler="synchronous")
    assert set(computed) == {(2, 3)}


def test_no_task_is_given_more_than_some_chunks():
    x = array.ones((256, 3, 2), chunks=(1, 3, 2))
    graph = bncore.dask.statistics(x)._records.__dask_graph__()
    widest = max(len(of) for of in graph.get_all_dependencies().values())
    assert 1 < widest <= 16


def test_bad_arguments_are_errors_that_name_them():
    x = array.ones((8, 3), chunks=2)
    with pytest.raises(TypeError, match="x must be a dask array, found ndarray"):
        bncore.dask.forward(numpy.ones((8, 3)))
    with pytest.raises(TypeError, match="x must be a float32"):
        bncore.dask.statistics(x.astype(int))
    with pytest.raises(ValueError, match="axis must be in"):
        bncore.dask.statistics(x, axis=2)
    with pytest.raises(ValueError, match="gamma must have shape"):
        bncore.dask.forward(x, numpy.ones(2))
    with pytest.raises(ValueError, match="var must not be negative"):
        bncore.dask.inference(x, None, None, numpy.ones(3), -numpy.ones(3))
    with pytest.raises(ValueError, match="eps must be finite"):
        bncore.dask.forward(x, eps=-1.0)
    with pytest.raises(TypeError, match="stats must be the LazyStats"):
        bncore.dask.backward(x, x, None, bncore.statistics(numpy.ones((8, 3))))
    with pytest.raises(ValueError, match="dy must be a dask array of the shape of x"):
        bncore.dask.backward(x[:2], x, None, bncore.dask.statistics(x))


@pytest.fixture(scope="module")
def cluster():
    """Two processes, each with less memory than the largest array here."""
    distributed = pytest.importorskip("distributed")
    options = {"n_workers": 2, "threads_per_worker": 1, "memory_limit": "400MiB", "dashboard_address": None}
    with distributed.LocalCluster(**options) as made, distributed.Client(made) as client:
        yield client


def test_on_two_processes(cluster):
    p = problem(SHAPE, 1, "float32")
    x, dy = lazily(p, (3, 2, 4, 1))
    y, lazy = bncore.dask.forward(x, p.gamma, p.beta, eps=p.eps)
    dx, dgamma, dbeta = bncore.dask.backward(dy, x, p.gamma, lazy)
    y, dx, dgamma, dbeta = cluster.gather(cluster.compute([y, dx, dgamma, dbeta]))
    p.judge("forward", {"y": y})
    p.judge("backward", {"dx": dx, "dgamma": dgamma, "dbeta": dbeta})


@pytest.mark.sweeps
def test_an_array_larger_than_the_memory_of_its_workers(cluster):
    # 0 to 999 again and again
    numbers = (array.arange(2_000_000, chunks=50_000) % 1000).astype(float)
    x = numbers[:, None] * array.ones((1, 64))
    assert x.nbytes > 2 * 400 * 2**20
    y, lazy = bncore.dask.forward(x, eps=0.0)
    stats, largest = lazy.compute(), y.max(0).compute()
    assert stats.count == 2_000_000
    numpy.testing.assert_array_max_ulp(stats.mean, numpy.full(64, 999 / 2), 1)
    numpy.testing.assert_array_max_ulp(stats.var, numpy.full(64, (1000**2 - 1) / 12), 1)
    numpy.testing.assert_array_max_ulp(largest, numpy.full(64, 999 / 2 / numpy.sqrt((1000**2 - 1) / 12)), 4)
