"""The stack of OpenMP's threads, as libgomp itself takes what the environment says."""

import ctypes
import os
import re
import subprocess
import sys

import pytest

from bncore import _cpu, stacks

UNDERSTOOD = [
    "64K",
    "128k",
    "1 M",
    " 2m ",
    "512",
    "20000B",
    "20000 b",
    "1G",
    "+70",
    "00700",
    "\t8192\n",
    "\v64\fK\r",
]
TOO_SMALL = ["0", "100B", "7", "15k", "16383b"]
NOT_UNDERSTOOD = [
    *("", " ", "-5", "K", "12 Q", "1.5M", "0x10", "1MB", "1 2", "64 K x", "- 5", "++5", "٣", "64K,128K"),
    *("99999999999999999999", "18014398509481984", "18446744073709551616b", "1" * 5000),
]


def libgomp_says(**environment):
    """OMP_STACKSIZE as libgomp shows it when it is loaded; 0 stands for what the system gives."""
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", "import ctypes; ctypes.CDLL('libgomp.so.1')"],
        env={"OMP_DISPLAY_ENV": "true", **environment},
        capture_output=True,
        text=True,
        check=True,
        timeout=60,
    )
    return int(re.search(r"OMP_STACKSIZE = '(\d+)'", done.stderr)[1])


@pytest.fixture
def libgomp():
    try:
        ctypes.CDLL("libgomp.so.1")
    except OSError:
        pytest.skip("libgomp is not on this system: its grammar is not asked")


@pytest.mark.usefixtures("libgomp")
@pytest.mark.parametrize("name", ["OMP_STACKSIZE", "GOMP_STACKSIZE"])
@pytest.mark.parametrize("value", UNDERSTOOD + TOO_SMALL + NOT_UNDERSTOOD, ids=lambda value: repr(value[:20]))
def test_a_size_is_what_libgomp_takes_it_for(value, name):
    said = libgomp_says(**{name: value})
    least = os.sysconf("SC_THREAD_STACK_MIN")
    # pthread_attr_setstacksize refuses less than the least
    assert stacks.of_threads({name: value}) == (said if said >= least else _cpu.stack())
    if value in UNDERSTOOD:
        assert said >= least


@pytest.mark.usefixtures("libgomp")
@pytest.mark.parametrize("first", ["64K", "64Q", "7", None])
@pytest.mark.parametrize("second", ["128K", "128Q", "7", None])
def test_one_variable_goes_before_the_other(first, second):
    given = {"OMP_STACKSIZE": first, "GOMP_STACKSIZE": second}
    given = {name: value for name, value in given.items() if value is not None}
    said = libgomp_says(**given)
    assert stacks.of_threads(given) == (said if said >= os.sysconf("SC_THREAD_STACK_MIN") else _cpu.stack())


LIMITED = """
import os, resource, sys
resource.setrlimit(resource.RLIMIT_STACK, (int(sys.argv[1]), resource.RLIM_INFINITY))
os.execv(sys.executable, [sys.executable, "-c", "from bncore import stacks; print(stacks.of_threads({}))"])
"""


@pytest.mark.parametrize("limit", [1 << 20, 4 << 20])
def test_what_the_system_gives_is_the_limit_of_the_process(limit):
    resource = pytest.importorskip("resource", reason="this system has no limits of processes")
    if resource.getrlimit(resource.RLIMIT_STACK)[1] != resource.RLIM_INFINITY:
        pytest.skip("the hard limit of this process leaves no choice")
    done = subprocess.run(
        [sys.executable, "-c", LIMITED, str(limit)],
        env=os.environ | {"PYTHONPATH": os.pathsep.join(filter(None, sys.path))},
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )
    assert done.stdout.strip() == str(limit), done.stderr
