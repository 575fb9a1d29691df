"""What must be settled before the first library is loaded, and what machine this is.

Threads are bound to processors (`OMP_PROC_BIND`): unbound, two OpenMP threads at times share one. libgomp
then binds the main thread too, and a thread inherits the processors of the one that makes it: a pool that
another library made afterwards would sit on one processor. So whatever makes a pool does it in `unbound()`.
"""

import os
import platform
import sys
from contextlib import contextmanager
from importlib import metadata
from pathlib import Path

ROOT = Path(__file__).resolve().parents[3]
FOLDER = Path(__file__).resolve().parents[1]

_PACKAGES = ("bncore", "numpy", "torch", "onednn", "jax", "jaxlib", "onnxruntime")
_CPUS = sorted(os.sched_getaffinity(0))


def variables(threads):
    """The environment of a run with this many threads: the same number for everybody."""
    libraries = Path(sys.prefix, "lib")
    search = os.environ.get("LD_LIBRARY_PATH")
    return {
        "OMP_NUM_THREADS": str(threads),
        "OMP_PROC_BIND": "true",
        "JAX_PLATFORMS": "cpu",
        # libdnnl's wheel: its libraries lie in the environment's lib, its CPU driver is found by this name
        "LD_LIBRARY_PATH": os.pathsep.join([str(libraries), *([search] if search else [])]),
        "OCL_ICD_FILENAMES": str(libraries / "libintelocl.so"),
    }


def settle(threads=None):
    """Restart this program in the environment of `variables` unless it runs in it already."""
    cpus = _CPUS[: threads or len(_CPUS)]
    if os.environ.get("BENCH_SETTLED") != "yes":
        # the new program inherits the processors: every pool is made for as many
        os.sched_setaffinity(0, cpus)
        settled = os.environ | variables(len(cpus)) | {"BENCH_SETTLED": "yes"}
        os.execve(sys.executable, [sys.executable, *sys.argv], settled)
    sys.path.insert(0, str(ROOT))


@contextmanager
def unbound():
    """In here the main thread may run on every processor of the run, and so may the threads that it makes."""
    bound = os.sched_getaffinity(0)
    os.sched_setaffinity(0, _CPUS)
    try:
        yield
    finally:
        os.sched_setaffinity(0, bound)


def threads():
    """The threads of this run."""
    return len(_CPUS)


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


def caches():
    """The caches of the first processor, as {"L1 data": bytes, "L2": bytes, "L3": bytes}."""
    units = {"K": 1 << 10, "M": 1 << 20, "G": 1 << 30}
    found = {}
    for index in sorted(Path("/sys/devices/system/cpu/cpu0/cache").glob("index*")):
        kind = (index / "type").read_text().strip()
        size = (index / "size").read_text().strip()
        if kind != "Instruction":
            name = f"L{(index / 'level').read_text().strip()}" + (" data" if kind == "Data" else "")
            found[name] = int(size[:-1]) * units[size[-1]]
    return found


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def machine():
    """This machine and the versions of whatever takes part, as {name: text}."""
    sizes = ", ".join(f"{name} {size >> 10} KiB" for name, size in caches().items())
    versions = {package: _version(package) for package in _PACKAGES}
    return {
        "processor": _processor(),
        "processors used": str(threads()),
        "caches": sizes,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    } | {package: version for package, version in versions.items() if version}
