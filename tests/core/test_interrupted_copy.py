"""A copy that threads share: when it has returned or raised, nobody writes any more."""

import _thread
import signal
import threading

import child
import numpy
import pytest

import bncore
from bncore import _workers, copying

pytestmark = pytest.mark.skipif(not hasattr(signal, "setitimer"), reason="this system has no interval timer")

INTERRUPTED = """
import random, signal, time
import numpy, bncore
from bncore import copying

def interrupt(number, frame):
    # only within the copy, however often: what comes after is this program's own
    while frame is not None:
        if frame.f_code is copying.copy.__code__:
            raise KeyboardInterrupt
        frame = frame.f_back

{setup}
signal.signal(signal.SIGALRM, interrupt)
bncore.set_num_threads(3)
started = time.perf_counter()
{call}
taken = time.perf_counter() - started
caught = 0
for trial in range(25):
    out[...] = 0
    signal.setitimer(signal.ITIMER_REAL, random.Random(trial).uniform(1e-4, taken), {interval})
    try:
        {call}
    except KeyboardInterrupt:
        caught += 1
        found = out.copy()
        time.sleep(0.03)
        assert (out == found).all(), "written to after the interrupt"
    finally:
        signal.setitimer(signal.ITIMER_REAL, 0)
print(caught)
"""
COPY = """
source = numpy.random.default_rng(0).standard_normal((64, 1 << 17)).astype(">f4")
out = numpy.zeros(source.shape, numpy.float32)
"""
FORWARD = """
x = numpy.random.default_rng(0).standard_normal((64, 16, 1 << 13)).astype("f4")
out = numpy.zeros(x.nbytes + 1, numpy.uint8)[1:].view("f4").reshape(x.shape)
"""


@pytest.mark.parametrize("interval", [0, 5e-4], ids=["once", "often"])
@pytest.mark.parametrize(
    ("setup", "call"),
    [(COPY, "copying.copy(out, source)"), (FORWARD, "bncore.forward(x, out=out)")],
    ids=["copy", "forward"],
)
def test_nothing_is_written_after_an_interrupt(setup, call, interval):
    program = INTERRUPTED.format(setup=setup, call=call, interval=interval)
    assert int(child.run(program)) > 0


SOURCE = numpy.random.default_rng(0).standard_normal((7, 1 << 18)).astype(">f4")


@pytest.mark.parametrize("error", [RuntimeError("can't start new thread"), MemoryError()])
@pytest.mark.parametrize("started", [0, 1, 2])
def test_what_no_thread_can_be_started_for_is_copied_too(started, error, monkeypatch):
    left = [started]

    def start(*arguments):
        left[0] -= 1
        if left[0] < 0:
            raise error
        return _thread.start_new_thread(*arguments)

    monkeypatch.setattr(_workers, "start_new_thread", start)
    bncore.set_num_threads(5)
    target = numpy.zeros(SOURCE.shape, numpy.float32)
    copying.copy(target, SOURCE)
    assert left[0] < 0
    numpy.testing.assert_array_equal(target, SOURCE)


def test_an_error_of_any_thread_is_raised_when_all_are_done():
    for bad in range(4):
        done = []

        def work(number, bad=bad, done=done):
            if number == bad:
                raise ValueError(number)
            threading.Event().wait(0.02)
            done.append(number)

        with pytest.raises(ValueError, match=f"^{bad}$"):
            _workers.run(work, [(number,) for number in range(4)])
        assert sorted(done) == [number for number in range(4) if number != bad]


def test_every_call_is_made_once_in_a_thread_of_its_own():
    found = []
    _workers.run(
        lambda number: found.append((number, threading.get_ident())), [(number,) for number in range(5)]
    )
    assert sorted(number for number, _ in found) == list(range(5))
    assert dict(found)[4] == threading.get_ident()
