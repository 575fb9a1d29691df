"""The extension modules of bncore. Leaves are compiled once for each instruction-set level, all else once.

BNCORE_OPENMP=0 builds without OpenMP (single-threaded; show_config says so); BNCORE_LEVELS=v3 builds that
level alone, for a quick look. BNCORE_SANITIZE=address,undefined has those sanitizers watch every access,
BNCORE_COVERAGE=1 has gcov count every line. Everything else that a build decides is in the lists below.
No flag depends on the machine that builds.
"""

import itertools
import os
import platform
import subprocess
import sys
import sysconfig
import tempfile
import time
from pathlib import Path

from Cython.Build import cythonize
from setuptools import Extension, setup
from setuptools.command.build_ext import build_ext

# No fused multiply-add and no reassociation: the same bits from every level and every compiler.
FLAGS = ["-O3", "-ffp-contract=off", "-fno-math-errno", "-fno-trapping-math", "-fvisibility=hidden", "-g0"]
# What leaves are made of are loops with constants for arguments: as calls they take up to half as long again.
INLINE = ["-DCYTHON_INLINE=inline __attribute__((always_inline, unused))"]
LEVELS = {"base": []}
if platform.machine() in ("x86_64", "AMD64"):
    LEVELS |= {"v3": ["-march=x86-64-v3"], "v4": ["-march=x86-64-v4", "-mprefer-vector-width=512"]}
if os.environ.get("BNCORE_LEVELS"):
    LEVELS = {level: LEVELS[level] for level in os.environ["BNCORE_LEVELS"].split(",")}
WATCH = []
if os.environ.get("BNCORE_SANITIZE"):
    WATCH = [f"-fsanitize={os.environ['BNCORE_SANITIZE']}", "-fno-sanitize-recover=all"]
    FLAGS += ["-O1", "-g", "-fno-omit-frame-pointer", *WATCH]
if os.environ.get("BNCORE_COVERAGE") == "1":
    WATCH = ["--coverage", "-fprofile-update=atomic", "-O0"]
    FLAGS += WATCH
LEAVES = sorted(
    str(path) for path in Path("bncore/core/leaves").glob("*.[ph]*") if path.suffix in (".pxd", ".h")
)
# What is compiled once, and whether it starts threads.
ONCE = {
    "bncore._averages": False,
    "bncore._blocks": False,
    "bncore._cpu": False,
    "bncore._stats": False,
    "bncore._workers": False,
    "bncore.core.call": False,
    "bncore.core.exact": False,
    "bncore.core.execute": True,
    "bncore.core.plan": False,
    "bncore.core.trace.leaves": False,
    "bncore.core.trace.memory": False,
    "bncore.core.trace.run": False,
    "bncore.torch._eager": False,
    "bncore.torch._tensors": False,
}
HEADERS = sorted(str(path) for path in Path("bncore/core").glob("*.pxd"))
# Of the core, where C's rules are meant; of all else Cython's own hold.
UNCHECKED = {"boundscheck": False, "wraparound": False, "initializedcheck": False, "cdivision": True}


def compiles(flags, program="int main(void) { return 0; }\n"):
    """Whether the compiler that builds the extensions makes this program with these flags."""
    compiler = (os.environ.get("CC") or sysconfig.get_config_var("CC") or "cc").split()
    with tempfile.TemporaryDirectory() as folder:
        source = Path(folder, "probe.c")
        source.write_text(program)
        command = [*compiler, *flags, str(source), "-o", str(source.with_suffix(""))]
        return subprocess.run(command, capture_output=True, check=False).returncode == 0


def openmp():
    """The OpenMP switch: asked for unless BNCORE_OPENMP=0, used if the compiler has it."""
    if os.environ.get("BNCORE_OPENMP") == "0":
        return []
    if compiles(["-fopenmp"], "#include <omp.h>\nint main(void) { return omp_get_max_threads() < 1; }\n"):
        return ["-fopenmp"]
    print("bncore: this compiler has no OpenMP (-fopenmp); building single-threaded", file=sys.stderr)
    return []


def extensions():
    # what is watched is not for speed: its large functions would take minutes to compile
    parallel, inline = openmp(), [] if WATCH else INLINE
    for prefix, (level, march) in itertools.product(("", "exact_"), LEVELS.items()):
        yield Extension(
            f"bncore.core.leaves.{prefix}{level}",
            [f"bncore/core/leaves/{prefix}{level}.pyx"],
            include_dirs=["bncore/core/leaves"],
            depends=LEAVES + HEADERS,
            extra_compile_args=FLAGS + inline + march,
            extra_link_args=WATCH,
        )
    for name, threads in ONCE.items():
        flags = parallel if threads else []
        yield Extension(
            name,
            [f"{name.replace('.', '/')}.pyx"],
            depends=HEADERS,
            extra_compile_args=["-O3", "-ffp-contract=off", "-fvisibility=hidden", "-g0", *flags, *WATCH],
            extra_link_args=flags + WATCH,
        )


def cythonized():
    """The extensions in C, of sources that say in which dialect they are."""
    made = list(extensions())
    for core in (True, False):
        yield from cythonize(
            [extension for extension in made if extension.name.startswith("bncore.core") == core],
            build_dir="build/cython",
            language_level=3,
            compiler_directives={"freethreading_compatible": True} | (UNCHECKED if core else {}),
        )


class Build(build_ext):
    """Compiles on every processor and says what: pip shows it with -v, and `make` always."""

    def finalize_options(self):
        super().finalize_options()
        # an editable install forgets what setup() was told
        self.parallel = self.parallel or os.cpu_count()

    def build_extension(self, extension):
        start = time.monotonic()
        print(f"bncore: compiling {extension.name}", file=sys.stderr, flush=True)
        super().build_extension(extension)
        seconds = time.monotonic() - start
        print(f"bncore: compiled {extension.name} in {seconds:.0f} s", file=sys.stderr, flush=True)


setup(ext_modules=list(cythonized()), cmdclass={"build_ext": Build})
