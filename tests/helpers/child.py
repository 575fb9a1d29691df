"""Runs Python in a process of its own, with the import path of this one."""

import os
import subprocess
import sys


def run(code, *, timeout=120, **environment):
    """What the program prints. A program that fails is an error here, with what it said."""
    path = os.pathsep.join(filter(None, sys.path))
    done = subprocess.run(
        [sys.executable, "-c", code],
        env=os.environ | {"PYTHONPATH": path} | environment,
        capture_output=True,
        text=True,
        timeout=timeout,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    return done.stdout
