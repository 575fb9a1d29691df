"""Builds of bncore with one constant changed, side by side in one process."""

import concurrent.futures
import hashlib
import importlib
import re
import shutil
import sys
from dataclasses import dataclass

from harness import building
from harness.environment import ROOT

# Builds are kept here, by what they are made of; two at a time are made.
PLACE = ROOT / "build" / "constants"
WORKERS = 2


@dataclass(frozen=True)
class Constant:
    """A named constant of the kernels: where it gets its value, and what the source says that it is."""

    name: str
    file: str
    line: str
    value: int | None
    says: str

    def edit(self, value):
        """The edit of the sources that gives it another value."""
        head, _, _ = self.line.partition("=")
        return self.file, self.line + "\n", f"{head}= {value}\n"


def declared():
    """Every member of a `cdef enum` of the kernels, {name: Constant}; one made of others has no value."""
    found = {}
    for path in sorted((ROOT / "bncore").glob("*.pxi")):
        for block in re.findall(r"^cdef enum:\n((?:    .*\n)+)", path.read_text(), re.MULTILINE):
            for line in block.splitlines():
                member = re.match(r"    (\w+) = ([^#]*?)(?: +# (.*))?$", line)
                if member:
                    name, text, says = member.groups()
                    found[name] = Constant(name, path.name, line, _number(text), (says or "").rstrip(",;"))
    return found


def _number(text):
    """The value of a number or of a shifted one; None for anything else."""
    number = re.fullmatch(r"(0x[0-9a-f]+|\d+)(?: << (\d+))?", text)
    return number and int(number[1], 0) << int(number[2] or 0)


def _fingerprint(edits, level):
    digest = hashlib.sha256(repr((edits, level, sys.version)).encode())
    for path in [ROOT / "setup.py", *sorted((ROOT / "bncore").glob("*.p*"))]:
        digest.update(path.read_bytes())
    return digest.hexdigest()[:16]


def _built(edits, level):
    """The folder of a build; it is made unless it is there."""
    folder = PLACE / _fingerprint(edits, level)
    if not (folder / "complete").exists():
        shutil.rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        building.build(folder, level, edits)
        shutil.rmtree(folder / "build")
        (folder / "complete").touch()
    return folder


def build(changes, level, progress):
    """The folders of builds, {key: folder} for {key: edits}; what was built of other sources is removed."""
    with concurrent.futures.ThreadPoolExecutor(WORKERS) as pool:
        jobs = {pool.submit(_built, edits, level): key for key, edits in changes.items()}
        for done, job in enumerate(concurrent.futures.as_completed(jobs), 1):
            job.result()
            progress(f"built {done} of {len(jobs)}")
    folders = {key: job.result() for job, key in jobs.items()}
    for stranger in set(PLACE.iterdir()) - set(folders.values()):
        shutil.rmtree(stranger)
    return folders


def twin(folder):
    """The same build in another folder."""
    other = folder.with_name(f"{folder.name}-twin")
    shutil.rmtree(other, ignore_errors=True)
    return shutil.copytree(folder, other)


def load(folder):
    """The package of a build, beside others of the same name."""
    hidden = {name: sys.modules.pop(name) for name in list(sys.modules) if name.partition(".")[0] == "bncore"}
    sys.path.insert(0, str(folder))
    try:
        importlib.invalidate_caches()
        package = importlib.import_module("bncore")
        kernels = importlib.import_module("bncore.runtime").kernels
    finally:
        sys.path.remove(str(folder))
        for name in [name for name in sys.modules if name.partition(".")[0] == "bncore"]:
            del sys.modules[name]
        sys.modules.update(hidden)
    if not kernels.__file__.startswith(str(folder)):
        raise RuntimeError(f"wanted the kernels of {folder}, found {kernels.__file__}")
    return package
