"""How large the caches of this machine are: by them plans choose what no bit depends on."""

import os
import re
from collections.abc import Mapping
from typing import NamedTuple

# where Linux says it of the processor on which a process starts
_SYSTEM = "/sys/devices/system/cpu"
_SIZE = re.compile(r"(\d{1,12})([KMG]?)")
_SHIFT = {"": 0, "K": 10, "M": 20, "G": 30}


class Caches(NamedTuple):
    """Bytes of the first and second cache, which a processor has to itself, and of the last."""

    l1: int
    l2: int
    l3: int

    def __str__(self) -> str:
        return ", ".join(f"{name.upper()} {_said(size)}" for name, size in self._asdict().items())


# of most processors: taken where nobody says
USUAL = Caches(32 << 10, 1 << 20, 32 << 20)


def of_machine(environment: Mapping[str, str], system: str = _SYSTEM) -> Caches:
    """What BNCORE_CACHES says, or else the system; what neither says is as most processors have it.

    A processor without a third cache has its second one for the last.

    Parameters
    ----------
    environment : mapping of names to values. BNCORE_CACHES is three sizes: "32K,512K,32M".
    system : folder in which Linux describes processors.

    Returns
    -------
    Caches

    Raises
    ------
    ImportError
        If BNCORE_CACHES is set to something else, for bncore is not imported then.

    Examples
    --------
    >>> print(of_machine({"BNCORE_CACHES": "48K,2M,480M"}))
    L1 48 KiB, L2 2 MiB, L3 480 MiB
    """
    said = environment.get("BNCORE_CACHES", "")
    if said:
        sizes = [_bytes(part.strip()) for part in said.split(",")]
        if len(sizes) != len(Caches._fields) or not all(sizes):
            raise ImportError(
                f"BNCORE_CACHES must be the sizes of three caches, such as '32K,512K,32M'; found {said!r}"
            )
        return Caches(*sizes)
    found = _reported(f"{system}/cpu{min(_processors())}/cache")
    l1, l2 = found.get(1, USUAL.l1), found.get(2, USUAL.l2)
    return Caches(l1, l2, found.get(3, l2 if found else USUAL.l3))


def _processors() -> set[int]:
    return os.sched_getaffinity(0) if hasattr(os, "sched_getaffinity") else {0}


def _reported(folder: str) -> dict[int, int]:
    # bytes of each level that holds data; a system may say nothing, or some of it
    found = {}
    for index in sorted(os.listdir(folder)) if os.path.isdir(folder) else []:
        try:
            kind, level, size = (_line(f"{folder}/{index}/{name}") for name in ("type", "level", "size"))
        except OSError:
            continue
        if kind != "Instruction" and level.isdecimal() and _bytes(size):
            found[int(level)] = _bytes(size)
    return found


def _line(path: str) -> str:
    with open(path) as file:
        return file.read().strip()


def _bytes(text: str) -> int:
    # 0: not a size
    size = _SIZE.fullmatch(text)
    return int(size[1]) << _SHIFT[size[2]] if size else 0


def _said(size: int) -> str:
    return f"{size >> 20} MiB" if size % (1 << 20) == 0 else f"{size / 1024:g} KiB"
