"""Processes that work is shared out to, and that end with whoever asked."""

import contextlib
import multiprocessing
import signal
import threading
from concurrent.futures import ProcessPoolExecutor

# Processes of a command.
WORKERS = 2


class _Here:
    """Work that is done in this process, when its result is asked for, however long it takes."""

    def __init__(self, function, *arguments):
        self._call = function, arguments

    def result(self, timeout=None):
        function, arguments = self._call
        return function(*arguments)


@contextlib.contextmanager
def started(count):
    """So many worker processes, as a function that begins a call: what it returns has `result()`.

    One worker is this process. An exception, Ctrl-C among them, ends the workers at once, whatever they do.
    """
    if count == 1:
        yield _Here
        return
    # Started afresh: a copy of a process that has threads may hang.
    pool = ProcessPoolExecutor(count, mp_context=multiprocessing.get_context("spawn"))

    def begin(function, *arguments):
        with _uninterrupted():
            return pool.submit(function, *arguments)

    with _ended(pool):
        yield begin


@contextlib.contextmanager
def _ended(pool):
    """The pool's workers end with the block, whatever they do where it ends by an exception."""
    before = set(multiprocessing.active_children())
    try:
        yield
    except BaseException:
        for worker in set(multiprocessing.active_children()) - before:
            worker.terminate()
        pool.shutdown(cancel_futures=True)
        raise
    pool.shutdown()


def apart(function, names):
    """What a function says of each of these, in order: each in a process that has met none of the others."""
    pool = ProcessPoolExecutor(WORKERS, max_tasks_per_child=1)
    with _ended(pool):
        return list(pool.map(function, names))


@contextlib.contextmanager
def _uninterrupted():
    """Processes that start meanwhile ignore Ctrl-C, which a terminal sends to all, and print no trace."""
    if threading.current_thread() is not threading.main_thread():
        yield
        return
    before = signal.signal(signal.SIGINT, signal.SIG_IGN)
    try:
        yield
    finally:
        signal.signal(signal.SIGINT, before)
