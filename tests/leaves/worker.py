"""Calls leaves in a process of its own, which ends if one goes too far.

`python worker.py NOTE` answers each line [level, kind, leaf, fault or null] of its input by a line [calls,
what was found]. NOTE is a file where it writes what it is about to call: the last words of a process that
died.
"""

import json
import os
import sys

import abi
import numpy
from cases import CASES
from faults import FAULTS, stand_in
from guards import Memory
from regions import all_of, declared_reads, declared_writes

ENOUGH = 5


def undeclared(what, declared, operands):
    """What is declared as read or written, and is not what was put into memory for it."""
    for name, spans in declared.items():
        put = operands[name].spans if name in operands else None
        if spans != put:
            yield f"{what} {name}: declared {spans}, put {put}"


def prove(kind, leaf, call, note):
    """Call a leaf with all its cases. How many there are, and what is wrong: the first few."""
    memory, count, found = Memory(), 0, []
    with numpy.errstate(all="ignore"):
        for words, args in CASES[leaf](kind, memory):
            reads, writes = declared_reads(leaf, kind, args), declared_writes(leaf, kind, args)
            wrong = [
                *undeclared("reads", reads, memory.operands),
                *undeclared("writes", writes, memory.operands),
            ]
            memory.freeze()
            note(words)
            call(**args)
            wrong += memory.faults(all_of(writes))
            found += [f"{words}: {each}" for each in wrong]
            memory.clear()
            count += 1
            if len(found) >= ENOUGH:
                break
    return count, found


def main(path):
    file = os.open(path, os.O_RDWR)
    for line in sys.stdin:
        level, kind, leaf, fault = json.loads(line)
        call = stand_in(FAULTS[fault], level, kind, leaf) if fault else abi.function(level, kind, leaf)
        answer = prove(kind, leaf, call, lambda words: os.pwrite(file, words.encode().ljust(1000), 0))
        print(json.dumps(answer), flush=True)


if __name__ == "__main__":
    main(*sys.argv[1:])
