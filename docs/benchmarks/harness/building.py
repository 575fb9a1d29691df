"""The kernels, built once more in a folder of their own: by another compiler, or with other constants."""

import os
import shutil
import subprocess
import sys

from harness.environment import ROOT

NEEDED = ("setup.py", "pyproject.toml", "README.md", "LICENSE")


def sources():
    """The files that bncore is made of, in a fixed order."""
    kinds = {".py", ".pyx", ".pxd", ".h"}
    return sorted(path for path in (ROOT / "bncore").rglob("*.*") if path.suffix in kinds)


def build(folder, levels, edits=(), like=None, **environment):
    """Build these levels, "v4,base" for instance, in a new folder, and return what was said meanwhile.

    `edits` are (file, old, new): texts of bncore/ that stand there once, and what stands there instead.
    `like` is the folder of a build of these levels: what no edit touches is taken from there as it is.
    Raises ValueError for an edit of what is not there, RuntimeError with what was said where building fails.
    """
    if like:
        shutil.copytree(like, folder)
    else:
        built = shutil.ignore_patterns("*.so", "__pycache__")
        shutil.copytree(ROOT / "bncore", folder / "bncore", ignore=built)
        for name in NEEDED:
            shutil.copy(ROOT / name, folder)
    for name, old, new in edits:
        source = folder / "bncore" / name
        text = source.read_text()
        if text.count(old) != 1:
            raise ValueError(f"{name}: wanted {old!r} once, found it {text.count(old)} times")
        source.write_text(text.replace(old, new))
    done = subprocess.run(
        [sys.executable, "setup.py", "build_ext", "--inplace"],
        cwd=folder,
        env=os.environ | {"BNCORE_LEVELS": levels} | environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(done.stdout)
    return done.stdout
