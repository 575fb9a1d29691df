"""Say what this machine lacks to build bncore, and exit with status 1; say nothing where it lacks nothing.

Runs on any Python, however old, so that an old one is answered with a sentence and not a SyntaxError.
"""

import os
import platform
import shlex
import subprocess
import sys
import sysconfig
import tempfile

WANTED = (3, 11)
HINT = "Debian, Ubuntu: apt install {0}\nFedora:         dnf install {1}"


def stop(problem, debian, fedora):
    print("bncore: " + problem)
    print(HINT.format(debian, fedora))
    sys.exit(1)


def compiled(command, source):
    """The message with which this compiler refuses this source, or None."""
    folder = tempfile.mkdtemp()
    path = os.path.join(folder, "probe.c")
    with open(path, "w") as file:
        file.write(source)
    try:
        job = subprocess.Popen(
            command + ["-c", path, "-o", path[:-1] + "o"], stdout=subprocess.PIPE, stderr=subprocess.STDOUT
        )
        said = job.communicate()[0].decode("utf-8", "replace")
        return said or "exit status {0}".format(job.returncode) if job.returncode else None
    finally:
        for name in os.listdir(folder):
            os.remove(os.path.join(folder, name))
        os.rmdir(folder)


if sys.version_info < WANTED:
    stop(
        "Python {0}.{1} or newer is needed, found {2} ({3}).".format(
            WANTED[0], WANTED[1], platform.python_version(), sys.executable
        ),
        "python3.11 python3.11-venv python3.11-dev, then: make PYTHON=python3.11",
        "python3.11 python3.11-devel, then: make PYTHON=python3.11",
    )
try:
    import ensurepip  # noqa: F401
    import venv  # noqa: F401
except ImportError as missing:
    stop("this Python cannot make an environment: {0}.".format(missing), "python3-venv", "python3-pip")

compiler = shlex.split(os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc")
try:
    refusal = compiled(compiler, "int nothing;\n")
except OSError:
    stop("a C compiler is needed, found no '{0}'.".format(compiler[0]), "gcc", "gcc")
if refusal:
    broken = "the C compiler '{0}' does not work:\n{1}".format(compiler[0], refusal)
    stop(broken, "gcc libc6-dev", "gcc glibc-devel")
include = ["-I" + sysconfig.get_path("include"), "-I" + sysconfig.get_path("platinclude")]
refusal = compiled(compiler + include, "#include <Python.h>\n")
if refusal:
    stop("the C headers of Python are needed:\n{0}".format(refusal), "python3-dev", "python3-devel")
if platform.machine() == "x86_64" and compiled(compiler + ["-march=x86-64-v4"], "int nothing;\n"):
    too_old = "the C compiler '{0}' is too old: gcc 11 or clang 12 is needed.".format(compiler[0])
    stop(too_old, "gcc-12, then: make CC=gcc-12", "gcc")
