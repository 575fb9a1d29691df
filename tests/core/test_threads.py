"""Threads of OpenMP, of Python and across a fork: no deadlock, no race, no other bits."""

import io
import os
import signal
import time
from concurrent.futures import ThreadPoolExecutor
from contextlib import redirect_stdout

import child
import pytest
from judge import CALLS, HIGHER, problem
from layouts import bits

import bncore
from bncore import runtime
from bncore.core import execute

LARGE = problem((5, 3, 4099), 1, "float32")


def all_bits(p):
    return [(name, bits(got)) for call in (CALLS | HIGHER).values() for name, got in call(p).items()]


@pytest.mark.skipif(not hasattr(os, "fork"), reason="this system has no fork")
@pytest.mark.filterwarnings("ignore:.*fork.*:DeprecationWarning")
def test_a_forked_child_returns_the_same_bits():
    bncore.set_num_threads(2)
    before = all_bits(LARGE)
    child_id = os.fork()
    if child_id == 0:
        # nothing of pytest may run in the child
        os._exit(0 if all_bits(LARGE) == before and bncore.get_num_threads() == 1 else 3)
    deadline = time.monotonic() + 30
    done, status = 0, 0
    while not done and time.monotonic() < deadline:
        done, status = os.waitpid(child_id, os.WNOHANG)
        time.sleep(0.01)
    if not done:
        os.kill(child_id, signal.SIGKILL)
        os.waitpid(child_id, 0)
    assert done, "the child did not return"
    assert os.waitstatus_to_exitcode(status) == 0
    assert all_bits(LARGE) == before


def test_python_threads_at_once():
    bncore.set_num_threads(2)
    problems = [
        problem(shape, 1, dtype)
        for shape in ((5, 3, 4099), (1031, 37), (13, 5))
        for dtype in ("float32", "float64")
    ]
    alone = [all_bits(p) for p in problems]
    with ThreadPoolExecutor(4) as pool:
        together = list(pool.map(all_bits, problems * 10))
    assert together == alone * 10


def test_the_number_of_threads_while_others_call():
    alone = all_bits(LARGE)
    with ThreadPoolExecutor(3) as pool:
        calls = [pool.submit(all_bits, LARGE) for _ in range(30)]
        for threads in (1, 2, 3, 4) * 5:
            bncore.set_num_threads(threads)
        assert all(call.result() == alone for call in calls)


@pytest.mark.parametrize("threads", [1, 3])
def test_the_environment_says_how_many(threads):
    found = child.run("import bncore; print(bncore.get_num_threads())", OMP_NUM_THREADS=str(threads))
    assert int(found) == (threads if execute.OPENMP else 1)


def test_what_is_shown():
    shown = io.StringIO()
    with redirect_stdout(shown):
        bncore.show_config()
    lines = dict(line.split(maxsplit=1) for line in shown.getvalue().splitlines())
    assert lines["bncore"] == bncore.__version__
    assert lines["openmp"].startswith("yes" if execute.OPENMP else "no (single-threaded build)")
    assert lines["instructions"].startswith(runtime.isa)
    assert lines["threads"] == str(bncore.get_num_threads())
