"""Which kernels run, and on how many threads."""

import os
import platform
import sys
from importlib import import_module, metadata
from importlib.util import find_spec

import numpy

from . import _cpu, checks
from .core import call, execute

# The variants from most to least demanding, each with the x86-64 level that it needs (1: any processor).
_VARIANTS = {"v4": 4, "v3": 3, "base": 1}


def _choose_variant() -> str:
    """The best variant that was built and that this processor runs, or the one that BNCORE_ISA names."""
    level = _cpu.level()
    wanted = os.environ.get("BNCORE_ISA", "")
    runnable = [name for name, needs in _VARIANTS.items() if needs <= level and _built(name)]
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

_threads: int = max(1, execute.max_threads())
_forked = False
call.limit_threads(_threads)


def set_num_threads(threads: int) -> None:
    """Set how many threads a call may use, for this process.

    Parameters
    ----------
    threads : int, at least 1. Results do not depend on it: every bit is the same for every number.

    Raises
    ------
    TypeError
        If threads is not an integer.
    ValueError
        If threads is less than 1.

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
    _threads = checks.integer("threads", threads, least=1)
    call.limit_threads(get_num_threads())


def get_num_threads() -> int:
    """How many threads a call may use.

    Until `set_num_threads` says otherwise: OMP_NUM_THREADS if it is set, else the processors that this
    process may run on. 1 in a build without OpenMP, and in a child that was forked.

    Returns
    -------
    int

    Examples
    --------
    >>> import bncore
    >>> bncore.get_num_threads() >= 1
    True
    """
    return _threads if execute.OPENMP and not _forked else 1


def _after_fork_in_child() -> None:
    # libgomp's pool does not survive a fork: a second thread would be waited for without end.
    global _forked
    _forked = True
    call.limit_threads(1)


if hasattr(os, "register_at_fork"):
    os.register_at_fork(after_in_child=_after_fork_in_child)


def show_config() -> None:
    """Print what was built and what runs: version, compiler, OpenMP, instruction set, threads.

    Examples
    --------
    >>> import bncore
    >>> bncore.show_config()  # doctest: +ELLIPSIS
    bncore ...
    """
    openmp = f"yes ({execute.OPENMP})" if execute.OPENMP else "no (single-threaded build)"
    print(f"bncore {metadata.version('bncore')}")
    print(f"python       {platform.python_version()}, numpy {numpy.__version__}")
    print(f"machine      {sys.platform} {platform.machine()}")
    print(f"compiler     {execute.COMPILER}")
    print(f"openmp       {openmp}")
    print(
        f"instructions {isa} (of {', '.join(name for name in _VARIANTS if _built(name))}; BNCORE_ISA chooses)"
    )
    print(f"threads      {get_num_threads()}")
