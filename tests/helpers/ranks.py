"""Runs one program in several processes at once, each of which leaves arrays behind."""

import os
import subprocess
import sys
from pathlib import Path

import numpy

MPIEXEC = Path(sys.executable).with_name("mpiexec")


def start(code, folder, name="program.py", command=(), before=()):
    """A program in a process of its own, with the folder as its argument.

    `command` stands before all, and `before` what stands between Python and the program.
    """
    script = Path(folder, name)
    script.write_text(code)
    path = os.pathsep.join(filter(None, sys.path))
    return subprocess.Popen(
        [*map(str, command), sys.executable, *before, str(script), str(folder)],
        # a program beside others has no use for more threads
        env=os.environ | {"PYTHONPATH": path, "OMP_NUM_THREADS": "1"},
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def said(process, timeout=240):
    """What the process printed; one that fails is an error here."""
    code, printed = ended(process, timeout)
    assert code == 0, printed
    return printed


def ended(process, timeout):
    """How the process ended, and what it printed; one that hangs is an error here."""
    try:
        printed, _ = process.communicate(timeout=timeout)
    except subprocess.TimeoutExpired:
        process.kill()
        printed, _ = process.communicate()
        raise AssertionError(f"it hangs; it printed: {printed}") from None
    return process.returncode, printed


def left(folder, world):
    """The arrays that each rank saved as its number."""
    return [dict(numpy.load(Path(folder, f"{rank}.npz"))) for rank in range(world)]


def pieces(array, cut):
    """Parts of an array along its first axis."""
    return numpy.split(array, numpy.cumsum(cut)[:-1])
