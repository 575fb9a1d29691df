"""A checkout in which nothing is compiled yet: what is met there says so at once, and what to do."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import child
import pytest

import bncore

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def unbuilt(tmp_path_factory):
    """A folder with bncore as git has it: no compiled module."""
    folder = tmp_path_factory.mktemp("checkout")
    shutil.copytree(
        Path(bncore.__file__).parent, folder / "bncore", ignore=shutil.ignore_patterns("*.so", "__pycache__")
    )
    return folder


def run(folder, *arguments):
    path = os.pathsep.join(map(str, (folder, ROOT)))
    return subprocess.run(
        [sys.executable, *arguments],
        env=os.environ | {"PYTHONPATH": path},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=60,
    )


def test_the_import_says_what_to_do(unbuilt):
    done = run(unbuilt, "-c", "import bncore")
    last = done.stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: bncore is not compiled in {unbuilt}/bncore, ")
    assert "`pip install --editable .`" in last
    assert "from any other folder" in last


def test_without_one_leaf_nothing_can_be_computed(unbuilt, tmp_path):
    shutil.copytree(Path(bncore.__file__).parent, tmp_path / "bncore")
    for leaf in (tmp_path / "bncore/core/leaves").glob("*.so"):
        leaf.unlink()
    last = run(tmp_path, "-c", "import bncore").stderr.strip().splitlines()[-1]
    assert last.startswith(f"ImportError: bncore is not compiled in {tmp_path}/bncore, ")


def test_what_is_missing_elsewhere_is_said_as_ever(tmp_path):
    shutil.copytree(Path(bncore.__file__).parent, tmp_path / "bncore")
    (tmp_path / "bncore/stacks.py").write_text("import nothing_of_this_name\n")
    last = run(tmp_path, "-c", "import bncore").stderr.strip().splitlines()[-1]
    assert last == "ModuleNotFoundError: No module named 'nothing_of_this_name'"


@pytest.mark.parametrize("command", [[], ["check", "bncore"]], ids=["everything", "check"])
def test_the_suite_says_so_before_it_begins(unbuilt, command):
    done = run(unbuilt, "-m", "spec", *command)
    assert (done.returncode, done.stdout) == (2, "")
    assert "bncore is not compiled in" in done.stderr
    assert "In a checkout: make, then .venv/bin/python -m spec" in done.stderr
    assert "Traceback" not in done.stderr


@pytest.mark.parametrize("name", ["numpy", "sympy"])
def test_the_suite_says_which_package_it_needs(name):
    code = (
        f"import sys; sys.modules[{name!r}] = None; from spec.__main__ import main; sys.stderr = sys.stdout; "
        "print(main([]))"
    )
    first, *_, status = child.run(code).splitlines()
    assert first.startswith(f"python -m spec: {name} is needed, and {sys.executable} does not have it.")
    assert status == "2"


@pytest.mark.parametrize("status", [0, 3])
def test_a_build_says_what_it_compiles_and_all_if_it_fails(status, tmp_path):
    builder = ROOT / ".ci/build.py"
    if not builder.exists():
        pytest.skip("a checkout has it, this is none")
    (tmp_path / "pip").mkdir()
    (tmp_path / "pip/__init__.py").touch()
    (tmp_path / "pip/__main__.py").write_text(
        "import sys\n"
        "print('  bncore: compiling one', file=sys.stderr)\n"
        "print('gcc', *sys.argv[1:])\n"
        f"sys.exit({status})\n"
    )
    done = run(tmp_path, str(builder), "install", "--editable", ".")
    assert (done.returncode, done.stdout) == (status, "bncore: compiling one\n")
    assert ("gcc --disable-pip-version-check --verbose install --editable ." in done.stderr) == bool(status)
