"""Builds of bncore side by side in one process: with one constant changed, or from another checkout."""

import concurrent.futures
import hashlib
import importlib
import re
import shutil
import sys
from dataclasses import dataclass
from pathlib import Path

from harness import building
from harness.environment import ROOT

CORE = ROOT / "bncore" / "core"
# Builds are kept here, by what they are made of; two at a time are made.
PLACE = ROOT / "build" / "constants"
WORKERS = 2

_MEMBER = re.compile(r"    (\w+) = ([^#]*?)(?: +# (.*))?$", re.MULTILINE)
_FIELD = re.compile(r"    \w+ (\w+) +# (.*)$", re.MULTILINE)


@dataclass(frozen=True)
class Constant:
    """A named constant of the core: where it gets its value, and what the source says that it is.

    Without a file it is a field of the machine that plans are made for, which needs no build to be another.
    """

    name: str
    value: int | None
    says: str
    file: str = ""
    line: str = ""

    def edit(self, value):
        """The edit of the sources that gives it another value."""
        head, _, _ = self.line.partition("=")
        return self.file, self.line + "\n", f"{head}= {value}\n"


def files():
    """What may declare a constant: the sources of the core, but for `trace`, which computes nothing."""
    return [path for path in sorted(CORE.rglob("*.p[xy][dx]")) if "trace" not in str(path.relative_to(CORE))]


def declared():
    """Every constant of the core, {name: Constant}: the members of nameless enums, and the machine's fields.

    One that is made of others has no value.
    """
    found = {}
    for path in files():
        for block in re.findall(r"^cdef enum:\n((?:    .*\n)+)", path.read_text(), re.MULTILINE):
            for member in _MEMBER.finditer(block):
                name, text, says = member.groups()
                if name in found:
                    raise ValueError(f"{name}: wanted one declaration, found one in {found[name].file} too")
                file = str(path.relative_to(ROOT / "bncore"))
                found[name] = Constant(name, _number(text), (says or "").rstrip(",;"), file, member[0])
    return found | _machine()


def _machine():
    from bncore.core import plan

    struct = re.search(
        r"^cdef struct Machine:.*\n((?:    .*\n)+)", (CORE / "types.pxd").read_text(), re.MULTILINE
    )
    says = {name: text.rstrip(",;") for name, text in _FIELD.findall(struct[1])}
    return {name: Constant(name, int(value), says.get(name, "")) for name, value in plan.machine().items()}


def _number(text):
    """The value of a number or of a shifted one; None for anything else."""
    number = re.fullmatch(r"(0x[0-9a-f]+|\d+)(?: << (\d+))?", text)
    return number and int(number[1], 0) << int(number[2] or 0)


def _fingerprint(edits, level):
    digest = hashlib.sha256(repr((edits, level, sys.version)).encode())
    for path in [ROOT / "setup.py", *building.sources()]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _built(edits, level, like=None):
    """The folder of a build; it is made unless it is there."""
    folder = PLACE / _fingerprint(edits, level)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.parent.mkdir(parents=True, exist_ok=True)
        building.build(folder, level, edits, like)
        if like:
            shutil.rmtree(folder / "build")
        (folder / "complete").touch()
    return folder


def build(changes, level, progress):
    """The folders of builds, {key: folder} for {key: edits}; what was built of other sources is removed."""
    usual = _built((), level)
    progress("built the kernels as they are")
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = {pool.submit(_built, edits, level, usual): key for key, edits in changes.items()}
        for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            job.result()
            progress(f"built {done} of {len(jobs)}")
    folders = {key: job.result() for job, key in jobs.items()}
    for stranger in set(PLACE.iterdir()) - {usual, *folders.values()}:
        shutil.rmtree(stranger)
    return folders


def twin(folder, name):
    """The same build in another folder: a package that shares no number with the first."""
    other = folder.with_name(f"{folder.name}-{name}")
    shutil.rmtree(other, ignore_errors=True)
    return shutil.copytree(folder, other, ignore=shutil.ignore_patterns("build"))


def load(folder, **machine):
    """The package in a folder, beside others of the same name; `machine`: fields to be other than found."""
    folder = Path(folder).resolve()
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)}
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        package = importlib.import_module("bncore")
    finally:
        sys.path.remove(str(folder))
        loaded = [sys.modules.pop(name) for name in list(sys.modules) if _is_ours(name)]
        sys.modules.update(hidden)
    for module in loaded:
        if not Path(module.__file__).is_relative_to(folder):
            raise ImportError(f"wanted {module.__name__} of {folder}, found {module.__file__}")
    if machine:
        package.core.plan.set_machine(package.core.plan.machine() | machine)
    return package


def _is_ours(module):
    return module.partition(".")[0] == "bncore"
