"""The probes, compiled on this machine for this machine: what its memory allows, whoever asks."""

import ctypes
import os
import statistics
import subprocess
import sysconfig
import tempfile
import time
from functools import lru_cache, partial
from pathlib import Path

from harness import environment, results
from harness.workload import aligned

_FLAGS = ["-O3", "-march=native", "-fopenmp", "-shared", "-fPIC"]


@lru_cache
def _library():
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()
    with tempfile.TemporaryDirectory() as folder:
        target = Path(folder, "probes.so")
        source = Path(__file__).with_name("probes.c")
        subprocess.run([*compiler, *_FLAGS, str(source), "-o", str(target)], check=True)
        return ctypes.CDLL(str(target))


def contenders(operation, load):
    """Calls that move as many tensors as `operation` reads and writes, or three of five: {name: call}.

    x read alone; a copy of x to y; or x and dy combined into dx. Bytes count, not numbers: float64 arrays
    are moved as pairs of float32.
    """
    kind, *arrays = {
        1: ("read", load.x),
        2: ("copy", load.x, load.y),
        3: ("combine", load.x, load.dy, load.dx),
    }[moved(operation)]
    size = load.x.nbytes // 4
    pointers = [ctypes.c_void_p(array.ctypes.data) for array in arrays]
    rest = ctypes.c_ssize_t(size), environment.threads()
    names = {"probe, plain": f"probe_{kind}", "probe, streamed": f"probe_{kind}_streamed"}
    return {
        name: partial(getattr(_library(), function), *pointers, *rest)
        for name, function in names.items()
        if hasattr(_library(), function)
    }


def moved(operation):
    """The tensors that its probe moves."""
    return min(results.MOVED[operation], 3)


def _read_speed(size, seconds=0.02):
    """Bytes a second of reading `size` bytes again and again: the median of several tries."""
    array = aligned((size // 4,), "float32")
    array.fill(1)
    call = partial(
        _library().probe_read,
        ctypes.c_void_p(array.ctypes.data),
        ctypes.c_ssize_t(array.size),
        environment.threads(),
    )
    call()
    times, end = [], time.perf_counter() + seconds
    while len(times) < 3 or time.perf_counter() < end:
        start = time.perf_counter()
        call()
        times.append(time.perf_counter() - start)
    return size / statistics.median(times)


def read_speeds():
    """Bytes a second of reading, by size: {bytes: bytes a second} from 1 MiB to eight last caches."""
    last = max(environment.caches().values())
    sizes = sorted({1 << 20, *(last * eighths // 8 for eighths in range(1, 12)), 2 * last, 8 * last})
    return {size: _read_speed(size) for size in sizes}


def usable_cache(speeds):
    """Z: the largest size read faster than the geometric mean of the cached and the uncached speed."""
    sizes = sorted(speeds)
    cached, uncached = statistics.median(speeds[size] for size in sizes[:3]), speeds[sizes[-1]]
    return max((size for size in sizes if speeds[size] ** 2 > cached * uncached), default=0)
