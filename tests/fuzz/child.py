"""The process in which cases are carried out: it reads tasks, one a line, and writes what it finds."""

import faulthandler
import json
import mmap
import os
import struct
import sys
from importlib import import_module
from math import prod

from . import cases
from .watch import Found, Watch, strictly

# What the parent can read when this process is dead: the number of the case, and what was counted so far.
LOG = struct.Struct("5q")
COUNTED = ("cases", "calls", "refused", "judged")


class Log:
    """Numbers in a file, which both processes have in memory."""

    def __init__(self, path):
        with open(path, "r+b") as file:
            self._map = mmap.mmap(file.fileno(), LOG.size)

    def write(self, number, watch):
        LOG.pack_into(self._map, 0, number, *(getattr(watch, name) for name in COUNTED))

    def read(self):
        """The number of the case, and what was counted, by name."""
        number, *counted = LOG.unpack_from(self._map, 0)
        return number, dict(zip(COUNTED, counted, strict=True))


def module_of(name):
    """A module by its name, or module:attribute."""
    name, _, attribute = name.partition(":")
    module = import_module(name, __package__)
    return getattr(module, attribute) if attribute else module


def outcome(watch, case):
    """What a case finds: its kind and the words, or None."""
    try:
        with strictly():
            cases.run(watch, case)
    except Found as found:
        return {"kind": found.kind, "words": found.words}
    except Exception as error:  # of the fuzzer, which must not pass for a case without a fault
        return {"kind": f"the fuzzer fails: {type(error).__name__}", "words": str(error)}
    return None


def elements(case):
    """How large the tensors of a case are."""
    return max(prod(each.get("shape", ())) for each in (case, *case.get("calls", ())))


def carry_out(watch, task, log, write):
    """Cases of a seed, as many as the task says."""
    for name in COUNTED:
        setattr(watch, name, 0)
    for number in range(*task["range"]):
        if watch.calls >= task["calls"]:
            break
        case = cases.draw(task["seed"], number)
        if not task["least"] <= elements(case) <= task["most"]:
            continue
        watch.cases += 1
        log.write(number, watch)
        found = outcome(watch, case)
        if found:
            write(found | {"number": number, "case": case})
    # no case is under way
    log.write(-1, watch)


def main(module, path):
    """Serve the parent until it has no more to do."""
    faulthandler.enable()
    # whatever a call prints is not for the parent
    answers = os.fdopen(os.dup(1), "w", buffering=1)
    os.dup2(2, 1)
    log, watch = Log(path), Watch(module_of(module))

    def write(message):
        answers.write(json.dumps(message) + "\n")

    for line in sys.stdin:
        task = json.loads(line)
        if "case" in task:
            write({"found": outcome(watch, task["case"])})
            continue
        carry_out(watch, task, log, write)
        write({"done": log.read()[1]})
