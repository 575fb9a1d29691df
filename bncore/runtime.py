"""Which kernels run, and on how many threads."""

import os
import platform
import sys
import warnings
from importlib import import_module
from importlib.util import find_spec

import numpy

from . import _cpu, checks, stacks
from .caches import of_machine
from .core import call, exact, execute, plan

# The variants from most to least demanding, each with the x86-64 level that it needs (1: any processor).
_VARIANTS = {"v4": 4, "v3": 3, "base": 1}


def _choose_variant() -> str:
    """The best variant that was built and that this processor runs, or the one that BNCORE_ISA names."""
    level = _cpu.level()
    wanted = os.environ.get("BNCORE_ISA", "")
    runnable = [name for name, needs in _VARIANTS.items() if needs <= level and _built(name)]
    if not runnable:
        raise ImportError("no variant of the leaves was built", name=f"{__package__}.core.leaves")
    if not wanted:
        return runnable[0]
    if wanted not in runnable:
        raise ImportError(
            f"BNCORE_ISA must name a variant that this build has and this processor runs, "
            f"one of {', '.join(runnable)}; found {wanted!r}"
        )
    return wanted


def _built(name: str) -> bool:
    return find_spec(f"{__package__}.core.leaves.{name}") is not None


isa = _choose_variant()
execute.use(import_module(f".core.leaves.{isa}", __package__).table)
exact.use(import_module(f".core.leaves.exact_{isa}", __package__).table)
caches = of_machine(os.environ)
plan.set_machine(plan.machine() | plan.by_caches(*caches))

# Threads that a call may use, at most.
MOST_THREADS = 4096
# Bytes of stack that a thread needs.
STACK = 128 << 10

_stack = stacks.of_threads(os.environ)
execute.set_stack(_stack)
_alone = _stack < STACK
if _alone and execute.OPENMP:
    warnings.warn(
        f"OMP_STACKSIZE must give threads at least {STACK} bytes of stack, found {_stack}: "
        "bncore runs on one thread",
        RuntimeWarning,
        stacklevel=2,
    )
_threads: int = min(MOST_THREADS, max(1, execute.max_threads()))


def set_num_threads(threads: int) -> None:
    """Set how many threads a call may use, for this process.

    Parameters
    ----------
    threads : int, from 1 to 4096. Results do not depend on it: every bit is the same for every number.

    Raises
    ------
    TypeError
        If threads is not an integer.
    ValueError
        If threads is less than 1 or more than 4096.

    Examples
    --------
    >>> import bncore
    >>> before = bncore.get_num_threads()
    >>> bncore.set_num_threads(1)
    >>> bncore.get_num_threads()
    1
    >>> bncore.set_num_threads(before)
    """
    global _threads
    _threads = checks.integer("threads", threads, least=1, most=MOST_THREADS)
    call.limit_threads(get_num_threads())


def get_num_threads() -> int:
    """How many threads a call may use.

    Until `set_num_threads` says otherwise: OMP_NUM_THREADS if it is set, else the processors that this
    process may run on. 1 in a build without OpenMP, in a child that was forked, and where OMP_STACKSIZE gives
    threads less stack than they need.

    Returns
    -------
    int

    Examples
    --------
    >>> import bncore
    >>> bncore.get_num_threads() >= 1
    True
    """
    return 1 if _alone or not execute.OPENMP else _threads


def _after_fork_in_child() -> None:
    # libgomp's pool does not survive a fork: a second thread would be waited for without end.
    global _alone
    _alone = True
    call.limit_threads(1)


call.limit_threads(get_num_threads())
if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def show_config() -> None:
    """Print what was built and what runs: version, compiler, OpenMP, instruction set, caches, threads.

    Examples
    --------
    >>> import bncore
    >>> bncore.show_config()  # doctest: +ELLIPSIS
    bncore ...
    """
    openmp = f"yes ({execute.OPENMP})" if execute.OPENMP else "no (single-threaded build)"
    print(f"bncore {sys.modules[__package__].__version__}")
    print(f"python       {platform.python_version()}, numpy {numpy.__version__}")
    print(f"machine      {sys.platform} {platform.machine()}")
    print(f"compiler     {execute.COMPILER}")
    print(f"openmp       {openmp}")
    print(
        f"instructions {isa} (of {', '.join(name for name in _VARIANTS if _built(name))}; BNCORE_ISA chooses)"
    )
    stream = plan.machine()["stream"] >> 10
    print(f"caches       {caches} (BNCORE_CACHES says otherwise)")
    print(f"stores       past the caches where the tensors of a call have {stream} KiB or more together")
    print(f"threads      {get_num_threads()}")
