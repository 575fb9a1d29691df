"""How large the stacks of OpenMP's threads are, in which kernels have to find room."""

import os
import re
from collections.abc import Mapping

from . import _cpu

# libgomp's grammar: a whole number of KiB, or of what a letter says
_SIZE = re.compile(r"\s*\+?0*(\d{1,20})\s*([bkmg]?)\s*", re.ASCII | re.IGNORECASE)
_SHIFT = {"b": 0, "k": 10, "": 10, "m": 20, "g": 30}


def of_threads(environment: Mapping[str, str]) -> int:
    """The bytes of stack that a thread of libgomp gets.

    They are what OMP_STACKSIZE says, or GOMP_STACKSIZE where that says nothing that libgomp understands, or
    else what the system gives every thread (`ulimit -s`). Less than the system's minimum is not understood.

    Parameters
    ----------
    environment : mapping of names to values, as os.environ was when libgomp was loaded.

    Returns
    -------
    int

    Examples
    --------
    >>> of_threads({"OMP_STACKSIZE": "1 M"}), of_threads({"OMP_STACKSIZE": "M", "GOMP_STACKSIZE": "512"})
    (1048576, 524288)
    """
    for name in ("OMP_STACKSIZE", "GOMP_STACKSIZE"):
        said = _SIZE.fullmatch(environment.get(name, ""))
        size = int(said[1]) << _SHIFT[said[2].lower()] if said else 2**64
        if size < 2**64:
            return size if size >= os.sysconf("SC_THREAD_STACK_MIN") else _cpu.stack()
    return _cpu.stack()
