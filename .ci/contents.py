"""Check what the distributions hold: the sdist everything that is tracked, the wheel bncore alone.

Usage: contents.py SDIST WHEEL
"""

import subprocess
import sys
import tarfile
import zipfile
from pathlib import PurePosixPath

# In the wheel: Python, compiled modules, the marker of type hints. No Cython, no generated C, no spec.
IN_PACKAGE = {".py", ".pyi", ".so", ".typed"}


def missing_from_sdist(sdist):
    """Tracked files that the sdist leaves out; none are expected, but those that only git reads."""
    listing = subprocess.run(["git", "ls-files"], capture_output=True, text=True, check=True).stdout
    with tarfile.open(sdist) as archive:
        held = {"/".join(PurePosixPath(name).parts[1:]) for name in archive.getnames()}
    return sorted(set(listing.splitlines()) - held - {".gitignore", ".gitattributes"})


def foreign_in_wheel(wheel):
    """Files of the wheel that are neither bncore's own nor metadata."""
    with zipfile.ZipFile(wheel) as archive:
        names = [PurePosixPath(name) for name in archive.namelist()]
    package = [name for name in names if name.parts[0] == "bncore"]
    if not any(name.suffix == ".so" for name in package):
        sys.exit(f"{wheel}: holds no compiled module")
    metadata = [name for name in names if name.parts[0].endswith(".dist-info")]
    wrong = set(names) - set(package) - set(metadata)
    return sorted(map(str, wrong | {name for name in package if name.suffix not in IN_PACKAGE}))


def main(sdist, wheel):
    if missing := missing_from_sdist(sdist):
        sys.exit(f"{sdist}: lacks tracked files: {', '.join(missing)}")
    if foreign := foreign_in_wheel(wheel):
        sys.exit(f"{wheel}: must hold bncore alone, found {', '.join(foreign)}")
    print(f"{sdist} holds every tracked file; {wheel} holds bncore alone")


if __name__ == "__main__":
    if len(sys.argv) != 3:
        sys.exit(__doc__)
    main(*sys.argv[1:])
