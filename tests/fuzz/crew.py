"""The parent of the children: it gives them cases, and says what became of them."""

import contextlib
import json
import os
import queue
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
from pathlib import Path

from . import cases, child
from .shrinking import smaller

# Seconds that one case may take.
PATIENCE = 120
BEFORE = 64  # cases that are carried out again where one alone does not repeat a crash


class Child:
    """A process that carries out cases, started again when it has died."""

    def __init__(self, module="bncore", **environment):
        self.module, self.environment = module, environment
        self.folder = tempfile.TemporaryDirectory()
        self.path = Path(self.folder.name, "log")
        self.path.write_bytes(bytes(child.LOG.size))
        self.log = child.Log(self.path)
        self.process = None

    def start(self):
        """A new process."""
        self.close()
        self.said = open(Path(self.folder.name, "said"), "w+")  # noqa: SIM115
        path = os.pathsep.join(filter(None, ["", *sys.path]))
        # threads that wait for others leave the processor to them
        environment = {"OMP_WAIT_POLICY": "passive"} | os.environ | {"PYTHONPATH": path} | self.environment
        self.process = subprocess.Popen(
            [sys.executable, "-m", __package__, "--child", self.module, str(self.path)],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=self.said,
            env=environment,
            text=True,
        )
        self.lines = queue.Queue()
        threading.Thread(target=self._read, args=(self.process.stdout, self.lines), daemon=True).start()

    @staticmethod
    def _read(stream, lines):
        for line in stream:
            lines.put(line)
        lines.put(None)

    def close(self):
        """End the process."""
        if self.process:
            # it ends by itself when there is nothing to read
            with contextlib.suppress(BrokenPipeError):
                self.process.stdin.close()
            try:
                self.process.wait(timeout=10)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
            self.said.close()
            self.process = None

    def answers(self, task):
        """Each message of the child about a task; the last has "died" if it did not come to its end."""
        if self.process is None:
            self.start()
        try:
            self.process.stdin.write(json.dumps(task) + "\n")
            self.process.stdin.flush()
        except BrokenPipeError:
            pass
        seen, since = None, time.monotonic()
        while True:
            try:
                line = self.lines.get(timeout=1)
            except queue.Empty:
                if self.log.read() != seen:
                    seen, since = self.log.read(), time.monotonic()
                elif time.monotonic() - since > PATIENCE:
                    # has it say where it stands
                    self.process.send_signal(signal.SIGABRT)
                    yield self._dead("hang")
                    return
                continue
            if line is None:
                yield self._dead(None)
                return
            message = json.loads(line)
            yield message
            if not message.keys().isdisjoint(("done", "found")):
                return

    def _dead(self, kind):
        code = self.process.wait()
        self.said.seek(0)
        said = self.said.read().strip()
        self.close()
        kind = (
            kind
            or f"crash: {_reported(said) or (signal.Signals(-code).name if code < 0 else f'exit {code}')}"
        )
        return {"died": {"kind": kind, "words": _summary(said)}}

    def outcome(self, case):
        """What a case finds, alone: a crash too."""
        for message in self.answers({"case": case}):
            return message.get("died") or message["found"]
        return None


def _reported(said):
    """What kind of fault a sanitizer reports, without its place."""
    found = re.search(r"SUMMARY: (\w+: [a-zA-Z -]+?) (?=\S*[/(])|(runtime error: [a-z -]+)", said)
    return found and (found[1] or found[2]).strip()


def _summary(said):
    """What a sanitizer, or the interpreter, said last."""
    lines = said.splitlines()
    told = [line for line in lines if "SUMMARY" in line or "runtime error" in line or "Fatal" in line]
    return " | ".join(told[:3] or lines[-3:])


class Survey:
    """All that one run finds, by kind."""

    def __init__(self, seed, module="bncore", **options):
        self.seed, self.module = seed, module
        self.least, self.most = options.get("least") or 0, options.get("most") or sys.maxsize
        self.until = time.monotonic() + (options.get("seconds") or float("inf"))
        self.environment = options.get("environment") or {}
        self.found, self.counted = {}, dict.fromkeys(child.COUNTED, 0)
        self._lock = threading.Lock()

    def run(self, calls, jobs=1, first=0, last=sys.maxsize):
        """Cases from the first on, until so many calls are made."""
        crew = [
            threading.Thread(target=self._work, args=(first + n, last, jobs, calls // jobs, n))
            for n in range(jobs)
        ]
        for each in crew:
            each.start()
        for each in crew:
            each.join()
        return self.found

    def _work(self, number, last, step, calls, n):
        # fresh memory is filled, in every other child, so that what nobody wrote shows
        environment = {"MALLOC_PERTURB_": "165"} if n % 2 == 0 else {}
        worker = Child(self.module, **environment | self.environment)
        # tasks of some cases each, for the time to be looked at
        while number < last and calls > 0 and time.monotonic() < self.until:
            end = min(last, number + 500 * step)
            task = {"seed": self.seed, "range": [number, end, step], "calls": calls}
            task |= {"least": self.least, "most": self.most}
            for message in worker.answers(task):
                if "number" in message:
                    self._keep(message)
                elif "done" in message:
                    calls -= self._count(message["done"])
                    number = end
                else:
                    at, counted = worker.log.read()
                    if at < 0:
                        raise RuntimeError(message["died"]["words"])
                    calls -= self._count(counted)
                    self._died(worker, at, step, message["died"])
                    number = at + step
        worker.close()

    def _count(self, counted):
        with self._lock:
            for name, value in counted.items():
                self.counted[name] += value
        return counted["calls"]

    def _keep(self, message):
        with self._lock:
            if message["kind"] not in self.found:
                print(f"found: {message['kind']}", file=sys.stderr, flush=True)
            first = self.found.setdefault(message["kind"], message | {"times": 0})
            first["times"] += 1

    def _died(self, worker, number, step, died):
        case = cases.draw(self.seed, number)
        kind = f"{died['kind']} in {case.get('function', case['kind'])}"
        found = {"kind": kind, "words": died["words"], "number": number, "case": case}
        if kind not in self.found and not worker.outcome(case):
            # what broke the memory came before
            worker.close()
            start = max(number % step, number - BEFORE * step)
            found |= {"range": [start, number + 1, step], "case": None}
        self._keep(found)

    def shrink(self, attempts=120):
        """A smaller case for each kind, in the place of the first."""
        worker = Child(self.module, **self.environment)
        for kind, found in self.found.items():
            if found["case"]:

                def same(case, kind=kind):
                    outcome = worker.outcome(case)
                    return bool(outcome) and kind.startswith(outcome["kind"])

                found["smaller"] = smaller(found["case"], same, attempts)
        worker.close()
