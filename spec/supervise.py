"""A process that answers for another: what ends without saying how has not passed.

An implementation under test runs where it is judged, and can end that process: `exit(0)` in a kernel, a
crash. The command therefore runs in a child, which reports its status over a pipe when it has said all that
it has to say. Where no report comes, the parent says where the child ended, and the status is not 0. Whoever
shares a process with its judge can still change the judge itself; `--isolate` gives it one of its own.
"""

import contextlib
import ctypes
import mmap
import os
import select
import signal
import sys
import time

# Seconds that a child has to end in, once it was told to or has reported.
GRACE = 5.0
# The status of a command whose child ended without a report.
FAILED = 1
# The bytes that hold what the child is doing.
ROOM = 512
TOLD = signal.SIGINT, signal.SIGTERM, signal.SIGHUP
# The memory that the child says it in; none where there is no parent that listens.
_places = []


class Terminated(BaseException):
    """The process was told to end by SIGTERM, which is what CI sends."""


# What ends a command whatever runs, and is no doing of an implementation.
ENDINGS = KeyboardInterrupt, Terminated


def note(words):
    """Say what is being done, for whoever has to say where this process ended."""
    for place in _places:
        text = words.encode(errors="backslashreplace")[: ROOM - 1]
        place[: len(text) + 1] = text + b"\0"


def _noted():
    return _places[0][:].partition(b"\0")[0].decode(errors="replace")


@contextlib.contextmanager
def ending_on_sigterm():
    """SIGTERM raises `Terminated` meanwhile, so that workers and children are ended on the way out."""

    def told(number, frame):
        signal.signal(signal.SIGTERM, signal.SIG_IGN)
        raise Terminated

    try:
        before = signal.signal(signal.SIGTERM, told)
    except ValueError:  # not the main thread, which alone hears signals
        yield
        return
    try:
        yield
    finally:
        signal.signal(signal.SIGTERM, before)


def end_with_parent(number=signal.SIGTERM):
    """Have this process sent a signal when the one that started it ends; Linux alone knows how."""
    with contextlib.suppress(AttributeError, OSError):
        ctypes.CDLL(None).prctl(1, number)


def supervised(command):
    """The status that a function returns, run in a child; or FAILED, with a line that says why.

    It returns in both processes: each is to end with that status.
    """
    _places[:] = [mmap.mmap(-1, ROOM)]
    token = os.urandom(16)
    reader, writer = os.pipe()
    sys.stdout.flush()
    parent = os.getpid()
    child = os.fork()
    if not child:
        os.setpgid(0, 0)
        os.close(reader)
        end_with_parent()
        if os.getppid() != parent:
            return FAILED
        status = command()
        os.write(writer, token + bytes([status]))
        return status
    os.close(writer)
    with contextlib.suppress(OSError):
        os.setpgid(child, child)  # whoever comes first
    with _passed_on(child):
        report, ended = _awaited(child, reader)
    os.close(reader)
    if len(report) == len(token) + 1 and report.startswith(token):
        return report[-1]
    _end_group(child)
    print(f"python -m {__package__}: {_obituary(ended)}", file=sys.stderr)
    return FAILED


def _awaited(child, reader):
    """What the child reports, and how it ended; one that goes on after its report is ended."""
    report, deadline = b"", None
    while True:
        ready, _, _ = select.select([reader] if not report else [], [], [], 0.02)
        if ready:
            report = os.read(reader, 64) or b"closed"
            deadline = time.monotonic() + GRACE if report != b"closed" else None
        found, ended = os.waitpid(child, os.WNOHANG)
        if found:
            # what was written before the end is still there
            os.set_blocking(reader, False)
            with contextlib.suppress(BlockingIOError):
                report = report or os.read(reader, 64)
            return report, ended
        if deadline is not None and time.monotonic() > deadline:
            _end_group(child)


def _end_group(child):
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(child, signal.SIGKILL)


@contextlib.contextmanager
def _passed_on(child):
    """Signals that reach this process go on to the child; one that is not heard in time kills its group."""

    def on(number, frame):
        with contextlib.suppress(ProcessLookupError):
            os.kill(child, number)
        signal.alarm(int(GRACE))

    def stop(number, frame):
        with contextlib.suppress(ProcessLookupError):
            os.killpg(child, signal.SIGSTOP)
            os.kill(os.getpid(), signal.SIGSTOP)
            os.killpg(child, signal.SIGCONT)

    handlers = dict.fromkeys(TOLD, on) | {signal.SIGTSTP: stop}
    handlers[signal.SIGALRM] = lambda number, frame: _end_group(child)
    before = {number: signal.signal(number, handler) for number, handler in handlers.items()}
    try:
        yield
    finally:
        signal.alarm(0)
        for number, handler in before.items():
            signal.signal(number, handler)


def _obituary(ended):
    """How a child ended that reported nothing, in words."""
    code = os.waitstatus_to_exitcode(ended)
    how = f"ended with status {code}"
    if code < 0:
        known = -code in set(signal.Signals)
        how = f"was ended by {signal.Signals(-code).name if known else f'signal {-code}'}"
    where = f" in {noted}" if (noted := _noted()) else ""
    return (
        f"the process {how}{where}, before its summary: nothing has passed. With --isolate such an end is a "
        "verdict, and the run goes on"
    )
