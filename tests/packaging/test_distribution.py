"""spec as a distribution: `pip install ./spec` in a clean environment, and bnspec in any folder."""

import re
import shlex
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import modules
import pytest

import spec

ROOT = Path(__file__).parents[2]

MINE = """
from bnspec.conformance import Adapter, Caps

class Kernel(Adapter):
    caps = Caps(dtypes=("float64",), accumulate="any")

    def forward(self, x, gamma, beta, eps):
        axes = (0, *range(2, x.ndim))
        mean, var = x.mean(axes), x.var(axes)
        shape = (-1,) + (1,) * (x.ndim - 2)
        xhat = (x - mean.reshape(shape)) / (var.reshape(shape) + eps) ** 0.5
        gamma = 1 if gamma is None else gamma.reshape(shape)
        beta = 0 if beta is None else beta.reshape(shape)
        return {"y": gamma * xhat + beta, "mean": mean, "var": var}

class Wrong(Kernel):
    def forward(self, *arguments):
        found = super().forward(*arguments)
        return found | {"y": 1.0005 * found["y"]}
"""


def test_every_package_is_listed():
    settings = tomllib.loads((ROOT / "spec/pyproject.toml").read_text())["tool"]["setuptools"]
    folders = {path.parent.relative_to(ROOT / "spec") for path in (ROOT / "spec").rglob("__init__.py")}
    assert settings["packages"] == sorted(".".join(("bnspec", *folder.parts)) for folder in folders)


def test_what_a_release_is_built_with_is_pinned_and_allowed():
    pinned = ROOT / ".ci/release.txt"
    if not pinned.exists():
        pytest.skip("a checkout has it, this is none")
    lines = [line for line in pinned.read_text().splitlines() if not line.startswith("#")]
    pins = dict(line.split("==") for line in lines)
    wanted = tomllib.loads((ROOT / "pyproject.toml").read_text())["build-system"]["requires"]
    least = dict(each.split(">=") for each in wanted)
    assert pins.keys() == least.keys()
    for name, version in pins.items():
        assert [*map(int, version.split("."))] >= [*map(int, least[name].split("."))]


@pytest.fixture(scope="module")
def clean(tmp_path_factory):
    """A clean environment into which spec was installed from a copy of the checkout, and pytest after it."""
    folder = tmp_path_factory.mktemp("clean")
    checkout = folder / "checkout"
    checkout.mkdir()
    for name in ("pyproject.toml", "LICENSE"):
        shutil.copy(ROOT / name, checkout)
    shutil.copytree(
        ROOT / "spec", checkout / "spec", symlinks=True, ignore=shutil.ignore_patterns("__pycache__")
    )
    subprocess.run([sys.executable, "-m", "venv", folder / "venv"], check=True)
    python = folder / "venv/bin/python"

    def install(*what):
        subprocess.run([python, "-m", "pip", "install", "--quiet", *what], check=True)
        listed = subprocess.run(
            [python, "-m", "pip", "list", "--format=freeze"], capture_output=True, text=True, check=True
        )
        return dict(line.split("==") for line in listed.stdout.splitlines())

    before = install("pip")
    after = install(checkout / "spec")
    install("pytest")
    return python, {name: after[name] for name in after.keys() - before.keys()}, checkout


@pytest.fixture
def run(clean, tmp_path):
    """Runs bnspec, or another module, in a folder that has a kernel and a `spec` of its own."""
    (tmp_path / "mine.py").write_text(MINE)
    (tmp_path / "spec").mkdir()
    (tmp_path / "spec/__init__.py").write_text("raise ImportError('this is not the suite')\n")
    environment = {"PATH": "/usr/bin:/bin"}

    def call(*arguments):
        done = subprocess.run(
            [clean[0], *arguments], cwd=tmp_path, env=environment, capture_output=True, text=True, check=False
        )
        return done.returncode, done.stdout + done.stderr

    return call


@pytest.mark.builds
def test_it_brings_numpy_and_sympy_alone(clean):
    _, brought, _ = clean
    assert brought.keys() == {"bnspec", "numpy", "sympy", "mpmath"}
    assert brought["bnspec"] == tomllib.loads((ROOT / "pyproject.toml").read_text())["project"]["version"]


@pytest.mark.builds
def test_it_holds_every_module_and_nothing_of_the_checkout(clean, run):
    status, printed = run("-c", "import bnspec; print(*bnspec.__path__)")
    assert status == 0, printed
    installed = Path(printed.strip())
    files = {str(path.relative_to(installed)) for path in installed.rglob("*") if path.suffix != ".pyc"}
    source = Path(*spec.__path__)
    commands = {str(path.relative_to(source)) for path in source.rglob("__main__.py")}
    data = [path for path in source.rglob("*") if path.suffix in (".v", ".js", ".json")]
    own = {str(path.relative_to(source)) for path in data} | commands
    for name in modules.names(spec):
        parts = name.split(".")[1:]
        path = source.joinpath(*parts)
        own.add(str((path / "__init__.py" if path.is_dir() else path.with_suffix(".py")).relative_to(source)))
    assert {file for file in files if (installed / file).is_file()} == own
    (metadata,) = installed.parent.glob("bnspec-*.dist-info")
    assert (metadata / "licenses/LICENSE").read_text() == (ROOT / "LICENSE").read_text()


@pytest.mark.builds
def test_the_checkout_is_left_as_it_was(clean):
    _, _, checkout = clean
    assert {path.name for path in (checkout / "spec").iterdir()} == {
        path.name for path in (ROOT / "spec").iterdir()
    } - {"__pycache__"}


@pytest.mark.builds
@pytest.mark.parametrize("isolate", [[], ["--isolate"]], ids=["here", "isolated"])
def test_check_judges_a_kernel_in_any_folder(run, isolate):
    status, printed = run("-m", "bnspec", "check", "mine:Kernel", "--only", "ordinary", *isolate)
    assert status == 0, printed
    assert "Kernel: " in printed


@pytest.mark.builds
def test_a_failure_shows_again_by_the_line_that_is_printed(run):
    status, printed = run("-m", "bnspec", "check", "mine:Wrong", "--only", "ordinary")
    assert status == 1
    again = re.findall(r"^ *python (-m bnspec check mine:Wrong .*)$", printed, re.MULTILINE)
    assert again, printed
    for line in again:
        status, printed = run(*shlex.split(line))
        assert status == 1, printed
        assert "FAIL y (9.41)" in printed


@pytest.mark.builds
def test_pytest_finds_the_plugin_by_itself(run):
    status, printed = run("-m", "pytest", "--batchnorm", "mine:Wrong", "-k", "ordinary")
    assert status == 1
    assert "FAIL y (9.41) on ordinary, float64" in printed


@pytest.mark.builds
def test_the_suite_is_loaded_by_pytest_where_it_is_asked_for_alone(run, tmp_path):
    (tmp_path / "test_other.py").write_text(
        "import sys\n"
        "def test_other():\n"
        "    assert 'bnspec' in sys.modules\n"
        "    assert 'sympy' not in sys.modules\n"
    )
    status, printed = run("-m", "pytest", "test_other.py")
    assert status == 0, printed


@pytest.mark.builds
def test_prove_writes_the_same_pages(run, tmp_path):
    status, printed = run("-m", "bnspec", "prove", "gradients-inference")
    assert status == 0, printed
    written = [path for path in (tmp_path / "docs").rglob("*") if path.is_file()]
    names = {
        "gradients-inference.md",
        "gradients-inference.json",
        "GradientsInference.v",
        "Equations.v",
        "Rules.v",
    }
    assert {path.name for path in written} == names
    for path in written:
        assert path.read_text() == (ROOT / path.relative_to(tmp_path)).read_text()
