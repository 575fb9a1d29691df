"""Asks a worker to prove a leaf, and finds out what it was about to do if it died of that."""

import json
import os
import select
import signal
import subprocess
import sys
import tempfile

import worker

PATIENCE = 300


class Prover:
    """A worker, which is started when it is asked something, and once more after it has died."""

    def __init__(self):
        self._process = None
        self._note = tempfile.NamedTemporaryFile()  # noqa: SIM115, it goes with this object

    def _start(self):
        self._process = subprocess.Popen(
            [sys.executable, worker.__file__, self._note.name],
            env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            text=True,
        )

    def prove(self, level, kind, leaf, fault=None):
        """How many calls were made, and what was found, in words that begin with leaf, level and kind."""
        self._note.truncate(0)
        if self._process is None:
            self._start()
        print(json.dumps([level, kind, leaf, fault]), file=self._process.stdin, flush=True)
        patient = select.select([self._process.stdout], [], [], PATIENCE)[0]
        if not patient:
            self._process.kill()
        answer = self._process.stdout.readline()
        if answer:
            count, found = json.loads(answer)
        else:
            end = self._end()
            count, found = 0, [f"{self._last_words()}: {end if patient else f'no answer after {PATIENCE} s'}"]
        return count, [f"{leaf} of {level}, {kind}, {each}" for each in found]

    def _last_words(self):
        with open(self._note.name) as file:
            return file.read().strip()

    def _end(self):
        code = self._process.wait()
        self._process = None
        return signal.Signals(-code).name if code < 0 else f"the worker ended with {code}"

    def close(self):
        if self._process is not None:
            self._process.stdin.close()
            self._process.wait()
