"""Implementations in a process of their own: `exec:` programs, and any adapter that is to be isolated.

The child may die, hang or answer nonsense. Each is the end of one call, raised as `Broke`, and the next call
gets a new child.
"""

import os
import selectors
import signal
import subprocess
import sys
import tempfile
import time
import weakref
from functools import partial

from . import wire
from .adapter import Adapter, Broke, Caps, Impure, Missing, Nonsense
from .signatures import CALLS

# Seconds that a call may take, and those that a child may take to start.
TIMEOUT, START = 60.0, 300.0
# A method that hung so often in a row is not called again.
PATIENCE = 3


class Remote(Adapter):
    """The implementation that a command runs, asked what it declares and offers when this is made.

    `command` is a list of words, `target` what errors call it, `timeout` the seconds that a call may take.
    Raises `Missing` where the command cannot be run, or does not say what it is.
    """

    def __init__(self, command, target, timeout=TIMEOUT):
        self.command, self.target, self.timeout = command, target, timeout
        self.child = None
        self.hangs = dict.fromkeys(CALLS, 0)
        try:
            self.child, described = self._started()
            if "missing" in described:
                raise Missing(described["missing"])
            self.methods = set(described["methods"])
            self.options = {method: set(names) for method, names in described.get("options", {}).items()}
            given = {key: tuple(v) if isinstance(v, list) else v for key, v in described["caps"].items()}
            self.caps = Caps(**({"layouts": ("contiguous",)} | given))
            self.title = described.get("name", target)
        except (Broke, OSError) as error:
            raise Missing(f"{target} cannot be run: {error}") from error
        except (KeyError, TypeError, AttributeError, ValueError) as error:
            words = "the answer to 'describe' is not as docs/exec.md says"
            raise Missing(f"{target}: {words}: {error}") from error

    @property
    def name(self):
        """What it calls itself."""
        return self.title

    def __getattr__(self, method):
        if method in CALLS and method in self.methods:
            return partial(self._call, method)
        raise AttributeError(f"{method} is not offered")

    def takes(self, method, option):
        """Whether it says that the method takes an argument of this name."""
        return method in self.methods and option in self.options.get(method, ())

    def _started(self):
        """A new child, and how it describes itself."""
        child = Child(self.command)
        described, _ = child.exchange(wire.request("describe", {}), START)
        return child, described

    def _call(self, method, *arguments, **options):
        named = dict(zip(CALLS[method], arguments, strict=True)) | options
        if self.hangs[method] >= PATIENCE:
            raise Broke(f"not called again: {method} hung {PATIENCE} times in a row")
        if self.child is None or not self.child.alive():
            self.child, _ = self._started()
        try:
            shape = (
                [each.shape for each in named["xs"]]
                if "xs" in named
                else named.get("x", named.get("weight")).shape
            )
            header, found = self.child.exchange(wire.request(method, named), self.timeout, shape)
        except Broke as error:
            self.child = None
            self.hangs[method] = self.hangs[method] + 1 if isinstance(error, Hung) else 0
            raise
        self.hangs[method] = 0
        if "error" in header:
            # an exception of the same name, as if it had been raised here
            raise type(str(header.get("raised", "Error")), (Exception,), {})(header["error"])
        if "impure" in header:
            raise Impure(header["impure"])
        if "nonsense" in header:
            raise Nonsense(header["nonsense"])
        return found


class Hung(Broke):
    """A call that did not return in time."""


class Child:
    """A process, and one exchange of messages at a time with it, each within its time."""

    def __init__(self, command):
        self.errors = tempfile.TemporaryFile()  # noqa: SIM115 - it lives as long as the child
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.errors,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            bufsize=0,
        )
        self.received = bytearray()
        for pipe in (self.process.stdin, self.process.stdout):
            os.set_blocking(pipe.fileno(), False)
        weakref.finalize(self, _end, self.process)

    def alive(self):
        """Whether the process runs."""
        return self.process.poll() is None

    def exchange(self, request, seconds, shape=()):
        """Send a request; the header and the arrays of the answer. Raises `Broke`, and ends the process."""
        self.deadline, self.seconds = time.monotonic() + seconds, seconds
        self.pending = memoryview(request)
        try:
            header = wire.header(self._line())
            found = wire.results(header, self._take, shape)
            if self.received:
                raise wire.Malformed(f"{len(self.received)} bytes more than it announced")
            return header, found
        except wire.Malformed as error:
            self.end()
            raise Broke(f"malformed answer: {error}") from error
        except Broke:
            self.end()
            raise

    def end(self):
        """End the process."""
        _end(self.process)

    def _line(self):
        while (end := self.received.find(b"\n")) < 0:
            self._move()
        return bytes(self._cut(end + 1))

    def _take(self, count):
        while len(self.received) < count:
            self._move()
        return self._cut(count)

    def _cut(self, count):
        part = self.received[:count]
        del self.received[:count]
        return part

    def _move(self):
        """Write what is left of the request, or read what there is of the answer."""
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            if self.pending:
                ready.register(self.process.stdin, selectors.EVENT_WRITE)
            events = ready.select(max(0, self.deadline - time.monotonic()))
        if not events:
            raise Hung(f"hung for {self.seconds:g} s")
        for key, _ in events:
            if key.fileobj is self.process.stdin:
                try:
                    self.pending = self.pending[os.write(key.fd, self.pending[: 1 << 16]) :]
                except BrokenPipeError:
                    self.pending = memoryview(b"")
                continue
            received = os.read(key.fd, 1 << 20)
            if not received:
                raise Broke(self._obituary())
            self.received += received

    def _obituary(self):
        """How a process ended that gave no answer."""
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "closed its standard output without an answer"
        self.errors.seek(0)
        said = self.errors.read().decode(errors="replace").strip().splitlines()
        words = f": {said[-1][:200]}" if said else ""
        if status < 0:
            known = -status in set(signal.Signals)
            return f"crashed with signal {signal.Signals(-status).name if known else -status}{words}"
        return f"ended with status {status} and no answer{words}"


def _end(process):
    if process.poll() is None:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()
    for pipe in (process.stdin, process.stdout):
        pipe.close()
