"""One layer in several threads: every batch enters the running statistics, every gradient is added."""

import os
import pickle
import signal
import sys
import threading
from concurrent.futures import ThreadPoolExecutor

import numpy
import pytest

import bncore
from bncore import state

THREADS, TIMES = 4, 40
RNG = numpy.random.default_rng(0)
X, DY = RNG.normal(size=(2, 12, 3)).astype("f")

OPTIONS = [{}, {"momentum": None}, {"ghost": 4}, {"renorm": (2.0, 1.0)}, {"axis": (1,), "relu": True}]


@pytest.fixture
def in_turns():
    # threads that take turns as often as they can
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-6)
    yield
    sys.setswitchinterval(before)


def in_threads(work):
    """Call `work` so often in each of some threads that begin together."""
    together = threading.Barrier(THREADS)

    def several():
        together.wait()
        for _ in range(TIMES):
            work()

    with ThreadPoolExecutor(THREADS) as pool:
        for call in [pool.submit(several) for _ in range(THREADS)]:
            call.result()


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_no_batch_and_no_gradient_is_lost(options, in_turns):
    features = (3,) if "axis" in options else 3
    layer, alone = (bncore.BatchNorm(features, dtype="f8", **options) for _ in range(2))

    def step():
        _, pull = layer.vjp(X)
        pull(DY)

    in_threads(step)
    for _ in range(THREADS * TIMES):
        _, pull = alone.vjp(X)
        pull(DY)
    counts = alone.num_batches_tracked, alone.num_elements_tracked
    assert (layer.num_batches_tracked, layer.num_elements_tracked) == counts
    # the batches are equal, so that their order changes nothing
    for name in ("running_mean", "running_var", "dbeta"):
        assert numpy.array_equal(getattr(layer, name), getattr(alone, name)), name


def test_a_backward_after_forwards_of_several_threads_is_refused(in_turns):
    layer = bncore.BatchNorm(3)
    in_threads(lambda: layer(X))
    with pytest.raises(RuntimeError, match=rf"found {THREADS * TIMES} since the last"):
        layer.backward(DY)
    layer(X)
    layer.backward(DY)


def test_evaluation_reads_a_mean_and_a_variance_of_one_state(in_turns):
    # with momentum 1 the state is that of one batch or of the other
    layer = bncore.BatchNorm(1, eps=0.0, momentum=1, dtype="f8", unbiased=False)
    batches = [numpy.array([[-1.0], [1.0]]), numpy.array([[2.0], [8.0]])]  # mean 0, var 1; mean 5, var 9
    layer(batches[0])
    other = bncore.BatchNorm(1, eps=0.0, dtype="f8")
    seen = set()

    def step():
        layer._enter([bncore.statistics(batches[len(seen) % 2], eps=0.0)], layer._how().rule)
        running = layer._running()
        seen.add((float(running.mean[0]), float(running.var[0])))
        state_dict = layer.state_dict()
        other.load_state_dict(state_dict)
        seen.add((float(state_dict["running_mean"][0]), float(state_dict["running_var"][0])))

    in_threads(step)
    assert seen <= {(0.0, 1.0), (5.0, 9.0)}


def test_a_child_does_not_wait_for_a_thread_that_it_has_not():
    layer = bncore.BatchNorm(3)
    holding, done = threading.Event(), threading.Event()

    def hold():
        with state.alone():
            holding.set()
            done.wait(60)

    thread = threading.Thread(target=hold)
    thread.start()
    holding.wait(60)
    child = os.fork()
    if child == 0:
        signal.alarm(60)
        status = 1
        try:
            layer(X)
            status = layer.num_batches_tracked != 1
        finally:
            os._exit(status)
    done.set()
    thread.join()
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == 0


def test_a_layer_is_pickled_without_a_lock():
    layer = bncore.BatchNorm(3)
    layer(X)
    copied = pickle.loads(pickle.dumps(layer))
    copied(X)
    assert copied.num_batches_tracked == 2
