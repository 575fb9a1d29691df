"""bncore.dask: chunks of any kind are one batch, lazily, on threads and in processes."""

import numpy
import pytest
from judge import DTYPES, problem
from layouts import bits

import bncore
from bncore.running import Rule, Running

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


@pytest.mark.parametrize("axis", [1, -1])
def test_exact_sums_have_the_bits_of_one_array_in_any_chunks(axis):
    p = problem(SHAPE, axis, "float32")
    stats = bncore.sums(p.x, axis=axis, exact=True).stats(p.eps)
    y = bncore.normalize(p.x, p.gamma, p.beta, stats, axis=axis, residual=p.ddx, relu=True)
    gsums = bncore.gradient_sums(p.dy, p.x, stats, axis=axis, y=y, exact=True)
    dx = bncore.gradient(p.dy, p.x, p.gamma, stats, gsums, axis=axis, y=y)
    for chunks in CHUNKS.values():
        x, dy = lazily(p, chunks)
        how = {"axis": axis, "exact": True}
        added = array.from_array(p.ddx, chunks=(2, 7, 5, 3))
        got, lazy = bncore.dask.forward(x, p.gamma, p.beta, eps=p.eps, residual=added, relu=True, **how)
        found = lazy.compute()
        assert (found.count, bits(found.mean), bits(found.var)) == (
            stats.count, bits(stats.mean), bits(stats.var),
        )  # fmt: skip
        assert bits(got.compute()) == bits(y)
        gradients = [each.compute() for each in bncore.dask.backward(dy, x, p.gamma, lazy, y=got, **how)]
        assert [bits(each) for each in gradients] == [bits(each) for each in (dx, gsums.dgamma, gsums.dbeta)]


@pytest.mark.parametrize(
    "options", [{}, {"exact": True}, {"relu": True}, {"relu": True, "exact": True}], ids=str
)
def test_the_layer(options):
    p = problem(SHAPE, 1, "float32")
    residual = array.from_array(p.ddx, chunks=3)
    cut = {"relu": options.get("relu", False), "residual": residual if "relu" in options else None}
    states = []
    for chunks in ("samples", "rows", "samples"):
        x, dy = lazily(p, CHUNKS[chunks])
        layer = bncore.dask.BatchNorm(7, eps=p.eps, **options)
        layer.gamma, layer.beta, layer.running_mean, layer.running_var = p.gamma, p.beta, p.mean, p.var
        y = layer(x, residual=cut["residual"])
        dx = layer.backward(dy)
        # as the functions
        exact = {"exact": "exact" in options}
        wanted, stats = bncore.dask.forward(x, p.gamma, p.beta, eps=p.eps, **cut, **exact)
        of_relu = {"y": wanted} if cut["relu"] else {}
        gradients = bncore.dask.backward(dy, x, p.gamma, stats, **of_relu, **exact)
        assert y.chunks == dx.chunks == x.chunks
        assert bits(y.compute()) == bits(wanted.compute())
        expected = [each.compute() for each in gradients]
        assert bits(dx.compute()) == bits(expected[0])
        assert bits(layer.dgamma) == bits(expected[1].astype("f"))
        assert bits(layer.dbeta) == bits(expected[2].astype("f"))
        after = Running(0, 0, p.mean, p.var).after(stats.compute(), Rule(0.1, unbiased=True))
        assert (bits(layer.running_mean), bits(layer.running_var)) == (bits(after.mean), bits(after.var))
        assert (layer.num_batches_tracked, layer.num_elements_tracked) == (1, p.x.size // 7)
        # by the running statistics, and a gradient of its own
        layer.eval().zero_grad()
        y, pull = layer.vjp(x, residual=cut["residual"])
        dx = pull(dy)
        one = bncore.BatchNorm(7, eps=p.eps, relu=cut["relu"]).eval()
        one.load_state_dict(layer.state_dict())
        whole, pull = one.vjp(p.x, residual=None if cut["residual"] is None else p.ddx)
        assert (bits(y.compute()), bits(dx.compute())) == (bits(whole), bits(pull(p.dy)))
        numpy.testing.assert_array_max_ulp(layer.dgamma, one.dgamma, 1)
        numpy.testing.assert_array_max_ulp(layer.dbeta, one.dbeta, 1)
        states.append({name: bits(numpy.asarray(value)) for name, value in layer.state_dict().items()})
    # of one cut always, and of two if they are exact
    assert states[0] == states[2]
    assert states[0] == states[1] or "exact" not in options


def test_the_layer_says_what_it_does_not_do():
    x = array.ones((8, 3), chunks=2)
    layer = bncore.dask.BatchNorm(3, exact=True)
    assert repr(layer).endswith("dtype='float32', exact=True)")
    with pytest.raises(TypeError, match="x must be a float32, float16 or bfloat16 array for exact=True"):
        layer(x)
    with pytest.raises(TypeError, match="x must be a dask array, found ndarray"):
        layer(numpy.ones((8, 3), "f"))
    with pytest.raises(ValueError, match="weights must be None for dask arrays"):
        layer(x, numpy.ones(8))
    with pytest.raises(ValueError, match="ghost must be None for dask arrays, found 2"):
        bncore.dask.BatchNorm(3, ghost=2)
    with pytest.raises(ValueError, match="axis must be one axis for dask arrays"):
        bncore.dask.BatchNorm((3, 2), axis=(1, 2))
    with pytest.raises(ValueError, match="x must have more than one element a channel"):
        bncore.dask.BatchNorm(3)(x[:1])
    layer = bncore.dask.BatchNorm(3)
    layer(x)
    with pytest.raises(ValueError, match="residual_out must be None for dask arrays"):
        layer.backward(x, residual_out=x)
    with pytest.raises(ValueError, match="dy must be a dask array of the shape of x"):
        layer.backward(x[:2])
    assert layer.dgamma is None


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


@pytest.mark.parametrize("training", [True, False])
def test_what_is_lazy_is_of_the_numbers_as_they_were(training):
    p = problem(SHAPE, 1, "float32")
    x, dy = lazily(p, CHUNKS["channels"])
    layer = bncore.dask.BatchNorm(7).train(training)
    y, dx = layer(x), layer.backward(dy)
    before = [bits(each.compute()) for each in (y, dx)]
    for vector in (layer.gamma, layer.beta, layer.running_mean, layer.running_var):
        vector += 1
    assert [bits(each.compute()) for each in (y, dx)] == before


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
    with pytest.raises(TypeError, match="residual must have the dtype of x, float64, found float32"):
        bncore.dask.forward(x, residual=x.astype("f"))
    with pytest.raises(ValueError, match="x must have chunks of known sizes"):
        bncore.dask.forward(x[x[:, 0] > 0])
    with pytest.raises(TypeError, match="array for exact=True, found dtype float64"):
        bncore.dask.statistics(x, exact=True)


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
    layer = bncore.dask.BatchNorm(7, eps=p.eps, exact=True)
    layer.gamma, layer.beta = p.gamma, p.beta
    found = cluster.gather(cluster.compute([layer(x), layer.backward(dy)]))
    stats = bncore.sums(p.x, exact=True).stats(p.eps)
    gsums = bncore.gradient_sums(p.dy, p.x, stats, exact=True)
    y, dx = bncore.normalize(p.x, p.gamma, p.beta, stats), bncore.gradient(p.dy, p.x, p.gamma, stats, gsums)
    assert [bits(each) for each in found] == [bits(y), bits(dx)]
    assert (bits(layer.dgamma), bits(layer.dbeta)) == (
        bits(gsums.dgamma.astype("f")), bits(gsums.dbeta.astype("f")),
    )  # fmt: skip


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
