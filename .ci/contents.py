"""Check what the distributions hold: the sdist everything that is tracked, the wheel bncore alone, compiled.

Usage: contents.py SDIST WHEEL
"""

import platform
import subprocess
import sys
import tarfile
import zipfile
from pathlib import PurePosixPath

# In the wheel: Python, compiled modules, type hints and their marker. No Cython, no C, no spec.
IN_PACKAGE = {".py", ".pyi", ".so", ".typed"}


def in_sdist(sdist):
    """The files of the sdist, as paths in a checkout."""
    with tarfile.open(sdist) as archive:
        return {"/".join(PurePosixPath(name).parts[1:]) for name in archive.getnames()}


def in_wheel(wheel):
    """The files of the wheel."""
    with zipfile.ZipFile(wheel) as archive:
        return {name for name in archive.namelist() if not name.endswith("/")}


def missing_from_sdist(sources):
    """Tracked files that the sdist leaves out; none are expected, but those that only git reads."""
    listing = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    return sorted(set(listing.splitlines()) - sources - {".gitignore", ".gitattributes"})


def missing_from_wheel(sources, files):
    """What bncore has in the sdist and the wheel lacks: Python, type hints, and what Cython becomes."""
    own = [PurePosixPath(name) for name in sources if name.startswith("bncore/")]
    if platform.machine() not in ("x86_64", "AMD64"):
        own = [path for path in own if path.stem not in ("v3", "v4")]
    compiled = {name.partition(".")[0] for name in files if name.endswith(".so")}
    cython = {str(path) for path in own if path.suffix == ".pyx"}
    plain = {str(path) for path in own if path.suffix in IN_PACKAGE}
    return sorted((plain - files) | {name for name in cython if name.partition(".")[0] not in compiled})


def foreign_in_wheel(files):
    """Files of the wheel that are neither bncore's own nor metadata nor OpenMP's."""
    paths = [PurePosixPath(name) for name in files]
    package = {path for path in paths if path.parts[0] == "bncore" and path.suffix in IN_PACKAGE}
    metadata = {path for path in paths if path.parts[0].endswith(".dist-info")}
    # what auditwheel puts beside it: the runtime of OpenMP
    runtime = {path for path in paths if path.parts[0] == "bncore.libs" and path.name.startswith("libgomp")}
    return sorted(map(str, set(paths) - package - metadata - runtime))


def main(sdist, wheel):
    sources, files = in_sdist(sdist), in_wheel(wheel)
    if missing := missing_from_sdist(sources):
        sys.exit(f"{sdist}: lacks tracked files: {', '.join(missing)}")
    if missing := missing_from_wheel(sources, files):
        sys.exit(f"{wheel}: lacks {', '.join(missing)}")
    if foreign := foreign_in_wheel(files):
        sys.exit(f"{wheel}: must hold bncore alone, found {', '.join(foreign)}")
    print(f"{sdist} holds every tracked file; {wheel} holds bncore alone, compiled")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
