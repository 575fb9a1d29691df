"""The package as a folder that nobody installed, and what its import costs and declares."""

import runpy
import subprocess
import sys
import sysconfig
import tomllib
from importlib import metadata
from pathlib import Path

import child
import numpy
import pytest

import bncore

ROOT = Path(__file__).parents[2]


@pytest.fixture
def folder(tmp_path):
    """A path with bncore and NumPy on it, without what pip says of either."""
    site = Path(numpy.__file__).parent.parent
    for package in (Path(bncore.__file__).parent, *site.glob("numpy"), *site.glob("numpy.libs")):
        (tmp_path / package.name).symlink_to(package)
    return tmp_path


def run(folder, code):
    """What Python prints that has nothing but this folder and the standard library."""
    code = f"import sys; sys.path.append({str(folder)!r}); {code}"
    done = subprocess.run(
        [sys.executable, "-I", "-S", "-c", code], capture_output=True, text=True, check=False, timeout=60
    )
    assert done.returncode == 0, done.stderr
    return done.stdout.strip()


def test_without_metadata_it_imports_and_computes(folder):
    code = "import bncore, numpy; print(bncore.statistics(numpy.ones((2, 1))).count)"
    assert run(folder, code) == "2"


def test_without_metadata_its_version_is_not_known(folder):
    assert run(folder, "import bncore; print(bncore.__version__)") == "0+unknown"


def test_without_metadata_it_shows_what_it_knows(folder):
    assert run(folder, "import bncore; bncore.show_config()").startswith("bncore 0+unknown")


def test_its_version_is_that_of_the_metadata():
    assert bncore.__version__ == metadata.version("bncore")
    # and they are those of the file that makes them
    project = ROOT / "pyproject.toml"
    if project.exists():
        assert bncore.__version__ == tomllib.loads(project.read_text())["project"]["version"]


def test_it_has_no_other_attribute_that_comes_late():
    with pytest.raises(AttributeError, match="module 'bncore' has no attribute 'version'"):
        bncore.version  # noqa: B018


def test_metadata_are_read_when_somebody_asks():
    # NumPy does not read them either
    found = child.run(
        "import sys, numpy\nbefore = set(sys.modules)\nimport bncore\n"
        "print('importlib.metadata' in set(sys.modules) - before)\nprint(bncore.__version__)"
    )
    assert found.split() == ["False", bncore.__version__]


def test_modules_of_the_standard_library_that_take_long_are_not_imported(folder):
    # each takes a tenth of the import or more, and NumPy has none of them; what site imports would hide them
    found = run(
        folder, "import numpy; before = set(sys.modules); import bncore; print(*set(sys.modules) - before)"
    )
    assert not {"pathlib", "inspect", "importlib.metadata", "typing_extensions", "urllib.parse"} & set(
        found.split()
    )


def test_every_extension_is_declared_to_need_no_lock_of_the_interpreter(monkeypatch):
    # what setup.py tells Cython of each source; a wheel has neither
    setup = ROOT / "setup.py"
    if not setup.exists():
        pytest.skip("no checkout, and no sdist")
    build = pytest.importorskip("Cython.Build", reason="Cython is for those who build")
    setuptools = pytest.importorskip("setuptools")
    told = {}

    def cythonize(extensions, compiler_directives, **_):
        for extension in extensions:
            told[extension.name] = compiler_directives
        return []

    monkeypatch.chdir(ROOT)
    monkeypatch.setattr(build, "cythonize", cythonize)
    monkeypatch.setattr(setuptools, "setup", lambda **_: None)
    runpy.run_path(str(setup))
    sources = [path.relative_to(ROOT).with_suffix("") for path in (ROOT / "bncore").rglob("*.pyx")]
    named = {".".join(path.parts) for path in sources}
    assert told.keys() <= named
    assert {name for name in named if "leaves." not in name or "trace" in name} <= told.keys()
    assert all(directives["freethreading_compatible"] is True for directives in told.values())


@pytest.mark.skipif(
    not sysconfig.get_config_var("Py_GIL_DISABLED"), reason="this Python always has the interpreter's lock"
)
def test_the_import_does_not_bring_the_lock_of_the_interpreter_back():
    assert child.run("import bncore, sys\nprint(sys._is_gil_enabled())", PYTHON_GIL="").strip() == "False"
