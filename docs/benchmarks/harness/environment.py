"""What must be settled before the first library is loaded, and what machine this is.

Threads are bound to processors (`OMP_PROC_BIND`): unbound, two OpenMP threads at times share one. libgomp
then binds the main thread too, and a thread inherits the processors of the one that makes it: a pool that
another library made afterwards would sit on one processor. So whatever makes a pool does it in `unbound()`.
"""

import os
import platform
import re
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


def processors():
    """The processors of this run."""
    return _CPUS


def threads():
    """The threads of this run."""
    return len(_CPUS)


def _processor():
    for line in Path("/proc/cpuinfo").read_text().splitlines():
        if line.startswith("model name"):
            return line.partition(":")[2].strip()
    return platform.processor() or platform.machine()


# AMD's processors by family and the first of a range of models
_KINDS = {
    (25, 0x00): "Zen 3", (25, 0x10): "Zen 4", (25, 0x20): "Zen 3", (25, 0x60): "Zen 4", (26, 0x00): "Zen 5",
}  # fmt: skip


def _kind():
    """Which of AMD's designs this is, where a virtual machine does not hide it; else nothing."""
    lines = (line.partition(":") for line in Path("/proc/cpuinfo").read_text().splitlines())
    found = {name.strip(): text.strip() for name, _, text in lines}
    if found.get("vendor_id") != "AuthenticAMD":
        return ""
    family, model = int(found["cpu family"]), int(found["model"])
    return next(
        (_KINDS[key] for key in sorted(_KINDS, reverse=True) if key[0] == family and key[1] <= model), ""
    )


def caches():
    """The caches of the first processor, as {"L1 data": bytes, "L2": bytes, "L3": bytes}."""
    # no library is loaded before all is settled
    from bncore.caches import of_machine

    found = of_machine({})
    return {"L1 data": found.l1, "L2": found.l2, "L3": found.l3}


def _version(package):
    try:
        return metadata.version(package)
    except metadata.PackageNotFoundError:
        return None


def machine():
    """This machine and the versions of whatever takes part, as {name: text}."""
    sizes = ", ".join(f"{name} {size >> 10} KiB" for name, size in caches().items())
    versions = {package: _version(package) for package in _PACKAGES}
    found = {
        "processor": _processor(),
        "kind": _kind(),
        "processors used": str(threads()),
        "caches": sizes,
        "system": f"{platform.system()} {platform.release()}",
        "python": platform.python_version(),
    } | versions
    return {name: text for name, text in found.items() if text}


def slug(machine):
    """The name of a machine's folder: the processor, how many of it, and its caches from L2 on.

    Virtual machines show the maker's name alone; the caches tell its processors apart.

    >>> slug({"processor": "AMD EPYC", "processors used": "2", "caches": "L1 data 32 KiB, L2 512 KiB"})
    'amd-epyc-2-l2-512k'
    """
    words = re.sub(r"\([^)]*\)|@.*|\b(cpu|processor)\b", " ", machine["processor"].lower())
    words = [*re.findall("[a-z0-9]+", words), machine["processors used"]]
    for level, size in re.findall(r"(L[2-9])\D* (\d+) KiB", machine["caches"]):
        size = int(size)
        words += [level.lower(), f"{size >> 10}m" if size % 1024 == 0 else f"{size}k"]
    return "-".join(words)


def title(machine):
    """What a machine is called: its processor, the kind if it is known, and its threads."""
    count = machine["processors used"]
    name = re.sub(r"\([^)]*\)", "", machine["processor"]).removesuffix(" Processor")
    kind = f" ({machine['kind']})" if "kind" in machine else ""
    return f"{name}{kind}, {count} thread{'s' if count != '1' else ''}"
