"""The kernels, built once more in a folder of their own: by another compiler, or with other constants."""

import os
import shutil
import subprocess
import sys

from harness.environment import ROOT

NEEDED = ("setup.py", "pyproject.toml", "README.md", "LICENSE")


def build(folder, levels, edits=(), **environment):
    """Build these levels, "v4,base" for instance, in a new folder, and return what was said meanwhile.

    `edits` are (file, old, new): texts of bncore/ that stand there once, and what stands there instead.
    Raises ValueError for one that does not, RuntimeError with what was said where building fails.
    """
    shutil.copytree(ROOT / "bncore", folder / "bncore", ignore=shutil.ignore_patterns("*.so", "__pycache__"))
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
