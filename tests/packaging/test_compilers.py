"""The other compiler: it builds the kernels without a warning, and they give the installed build's bits."""

import json
import re
import shutil
import subprocess
from importlib.util import find_spec
from pathlib import Path

import child
import digest
import pytest
from harness import building

from bncore import runtime
from bncore.core import execute

# The compiler that did not make the installed build, and the packages of Debian that it comes in.
COMPILER, PACKAGES = ("gcc", "gcc") if execute.COMPILER.startswith("clang") else ("clang", "clang libomp-dev")
pytestmark = pytest.mark.builds

OPENMP = "1" if execute.OPENMP else "0"
# What this processor is fastest with, and what every processor has.
LEVELS = list(dict.fromkeys([runtime.isa, "base"]))

# Which kernels run, and what they compute.
_PROGRAM = """
import json, sys
sys.path.insert(0, {folder!r})
import digest
from bncore.core import execute
print(json.dumps([execute.__file__, execute.COMPILER, bool(execute.OPENMP), list(digest.lines())]))
"""


def missing(folder):
    """What lacks here to build with the other compiler, or None."""
    if find_spec("Cython") is None:
        return "Cython is not installed, which makes C of the kernels"
    if shutil.which(COMPILER) is None:
        return f"{COMPILER} is not installed (Debian: apt install {PACKAGES})"
    if OPENMP == "1":
        source = folder / "probe.c"
        source.write_text("#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n")
        command = [COMPILER, "-fopenmp", str(source), "-o", str(folder / "probe")]
        if subprocess.run(command, capture_output=True, check=False).returncode:
            return f"{COMPILER} has no OpenMP here (Debian: apt install {PACKAGES})"
    return None


@pytest.fixture(scope="module")
def built(tmp_path_factory):
    """A folder with the kernels of LEVELS by the other compiler, and what that said."""
    folder = tmp_path_factory.mktemp("built")
    if reason := missing(folder):
        pytest.skip(reason)
    # the linker too is called by way of it: without its own library of OpenMP the modules would not load
    link = {"CC": f"{COMPILER} -Wall -Wextra", "LDSHARED": f"{COMPILER} -shared", "BNCORE_OPENMP": OPENMP}
    return folder, building.build(folder / "sources", ",".join(LEVELS), **link)


def test_it_warns_of_nothing(built):
    _, said = built
    assert f"{COMPILER} -Wall -Wextra" in said
    assert not [line for line in said.splitlines() if re.match(r"\S+:\d+:\d+: warning:", line)]


@pytest.mark.parametrize("level", LEVELS)
def test_it_gives_the_same_bits(level, built):
    folder, _ = built
    program = _PROGRAM.format(folder=str(folder / "sources"))
    file, compiler, openmp, lines = json.loads(child.run(program, BNCORE_ISA=level))
    assert Path(file).parent == folder / "sources" / "bncore" / "core", "these are the installed kernels"
    assert compiler.startswith(COMPILER)
    assert openmp == bool(execute.OPENMP)
    assert lines == digest.of_this_process()
