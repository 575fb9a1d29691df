"""Implementations in a process of their own: `exec:` programs, and any adapter that is to be isolated.

The child may die, hang or answer nonsense. Each is the end of one call, raised as `Broke`, and the next call
gets a new child.
"""

import contextlib
import json
import os
import selectors
import signal
import subprocess
import sys
import time
import weakref
from functools import partial

from . import contract, wire
from .adapter import Adapter, Broke, Caps, Impure, Missing, Nonsense
from .signatures import CALLS

# Seconds that a call may take, unless it is said; no wait is longer than MOST.
TIMEOUT, MOST = 60.0, 1e6
# The first answer may take as long as a call, and at least so long: an `exec:` program starts at once, a
# process of `--isolate` imports a framework first.
START, IMPORTS = 10.0, 60.0
# An answer may have a line of so many bytes, and so much memory beside four times that of x.
LINE, MEMORY = 2**20, 2**24
# So much is kept of what a child writes to standard error.
LAST = 2**12
# A method that hung so often in a row is not called again.
PATIENCE = 3


class Remote(Adapter):
    """The implementation that a command runs, asked what it declares and offers when this is made.

    `command` is a list of words, `target` what errors call it, `timeout` the seconds that a call may take,
    `start` those that the first answer may take, if more. Raises `Missing` where the command cannot be run,
    or does not say what it is.
    """

    def __init__(self, command, target, timeout=TIMEOUT, start=START):
        self.command, self.target, self.timeout = command, target, timeout
        self.start = max(timeout, start)
        self.child = None
        self.hangs = dict.fromkeys(CALLS, 0)
        try:
            self.child, described = self._started()
            if "missing" in described:
                raise Missing(contract.printable(described["missing"]))
            self.title, self.methods, self.options, self.caps = _described(described, target)
        except (Broke, OSError) as error:
            raise Missing(f"{target} cannot be run: {error}") from error
        except (TypeError, ValueError) as error:
            words = "the answer to 'describe' is not as docs/exec.md says"
            raise Missing(f"{target}: {words}: {contract.printable(error)}") from error

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
        described, _ = child.exchange(wire.request("describe", {}), self.start)
        return child, described

    def _call(self, method, *arguments, **options):
        named = dict(zip(CALLS[method], arguments, strict=True)) | options
        if self.hangs[method] >= PATIENCE:
            raise Broke(f"not called again: {method} hung {PATIENCE} times in a row")
        if self.child is None or not self.child.alive():
            self.child, _ = self._started()
        try:
            given = named["xs"] if "xs" in named else [named.get("x", named.get("weight"))]
            shape = [each.shape for each in given] if "xs" in named else given[0].shape
            room = MEMORY + 4 * sum(each.nbytes for each in given)
            header, found = self.child.exchange(wire.request(method, named), self.timeout, shape, room)
        except Broke as error:
            self.child = None
            self.hangs[method] = self.hangs[method] + 1 if isinstance(error, Hung) else 0
            raise
        self.hangs[method] = 0
        if "error" in header:
            # an exception of the same name, as if it had been raised here
            name = contract.printable(header.get("raised", "Error"), 100) or "Error"
            raise type(name, (Exception,), {"told": header.get("told")})(contract.printable(header["error"]))
        for key, kind in (("impure", Impure), ("nonsense", Nonsense)):
            if key in header:
                raise kind(contract.printable(header[key]) or key)
        return found


def _described(answer, target):
    """Name, methods, options and declarations of an answer to "describe". Raises TypeError or ValueError."""
    for key, kind, words in [
        ("name", str, "text"),
        ("methods", list, "a list of names"),
        ("options", dict, "an object"),
        ("caps", dict, "an object"),
    ]:
        found = answer.get(key, {"name": target, "options": {}}.get(key))
        if not isinstance(found, kind):
            raise ValueError(f"{key}: wanted {words}, found {json.dumps(found)[:200]}")
    methods = set()
    for each in answer["methods"]:
        if each not in CALLS:
            raise ValueError(f"methods: wanted some of {', '.join(CALLS)}, found {json.dumps(each)[:200]}")
        methods.add(each)
    given = {key: tuple(v) if isinstance(v, list) else v for key, v in answer["caps"].items()}
    given = {"layouts": ("contiguous",)} | given | {"concurrent": False}
    options = {method: set(names) for method, names in answer.get("options", {}).items()}
    return answer.get("name", target), methods, options, Caps(**given)


class Hung(Broke):
    """A call that did not return in time."""


class Child:
    """A process, and one exchange of messages at a time with it, each within its time."""

    def __init__(self, command):
        self.process = subprocess.Popen(
            command,
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            start_new_session=True,
            bufsize=0,
        )
        self.received, self.said = bytearray(), bytearray()
        for pipe in (self.process.stdin, self.process.stdout, self.process.stderr):
            os.set_blocking(pipe.fileno(), False)
        self.end = weakref.finalize(self, _end, self.process)

    def alive(self):
        """Whether the process runs."""
        return self.process.poll() is None

    def exchange(self, request, seconds, shape=(), room=0):
        """Send a request; the header and the arrays of the answer, of so many bytes at most.

        Raises `Broke`, and ends the process.
        """
        self.deadline, self.seconds = time.monotonic() + seconds, seconds
        self.pending, self.room = memoryview(request), room
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

    def _line(self):
        searched = 0
        while (end := self.received.find(b"\n", searched)) < 0:
            searched = len(self.received)
            if searched > LINE:
                raise wire.Malformed(f"its line has more than {LINE} bytes")
            self._move()
        return bytes(self._cut(end + 1))

    def _take(self, count):
        if not 0 <= count <= self.room:
            raise wire.Malformed(f"it announces an array of {count} bytes")
        self.room -= count
        while len(self.received) < count:
            self._move()
        return self._cut(count)

    def _cut(self, count):
        part = self.received[:count]
        del self.received[:count]
        return part

    def _move(self):
        """Write what is left of the request, or read what there is of the answer."""
        left = self.deadline - time.monotonic()
        with selectors.DefaultSelector() as ready:
            ready.register(self.process.stdout, selectors.EVENT_READ)
            if not self.process.stderr.closed:
                ready.register(self.process.stderr, selectors.EVENT_READ)
            if self.pending:
                ready.register(self.process.stdin, selectors.EVENT_WRITE)
            events = ready.select(left) if left > 0 else ()
        if not events:
            raise Hung(f"hung for {self.seconds:g} s")
        # what it says of itself first, for an end that follows
        for key, _ in sorted(events, key=lambda each: each[0].fileobj is not self.process.stderr):
            if key.fileobj is self.process.stderr:
                self._hear()
                continue
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

    def _hear(self):
        """Take what the child has written to standard error; the last of it is kept."""
        pipe = self.process.stderr
        while not pipe.closed:
            try:
                heard = os.read(pipe.fileno(), 1 << 16)
            except BlockingIOError:
                return
            if not heard:
                pipe.close()
            self.said += heard
            del self.said[:-LAST]
            if time.monotonic() > self.deadline:
                return

    def _obituary(self):
        """How a process ended that gave no answer."""
        try:
            status = self.process.wait(5)
        except subprocess.TimeoutExpired:
            return "closed its standard output without an answer"
        self._hear()
        said = self.said.decode(errors="replace").strip().splitlines()
        words = f": {contract.printable(said[-1], 200)}" if said else ""
        if status < 0:
            known = -status in set(signal.Signals)
            return f"crashed with signal {signal.Signals(-status).name if known else -status}{words}"
        return f"ended with status {status} and no answer{words}"


def _end(process):
    # the session that it leads, and so what it has started, even where it has ended itself
    with contextlib.suppress(ProcessLookupError, PermissionError):
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    for pipe in (process.stdin, process.stdout, process.stderr):
        pipe.close()
