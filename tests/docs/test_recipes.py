"""Files that pages show, written out and judged as the pages say."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import pytest

from spec import __main__ as command

ROOT = Path(__file__).parents[2]
RECIPES = ROOT / "docs/recipes"
SHOWN = re.compile(r"^```(?:c|python)\n(?://|#) (\S+)\n(.*?)^```$", re.DOTALL | re.MULTILINE)


def files(page, folder):
    """Write the files that a page shows; each begins with its name."""
    found = SHOWN.findall(page.read_text())
    for name, text in found:
        (folder / name).write_text(text)
    return {name for name, _ in found}


def run(folder, *arguments):
    return subprocess.run(
        arguments,
        env=os.environ | {"PYTHONPATH": str(ROOT)},
        cwd=folder,
        capture_output=True,
        text=True,
        check=False,
        timeout=300,
    )


def checked(folder, *data):
    only = [word for name in data for word in ("--only", name)]
    return run(folder, sys.executable, "-m", "spec", "check", "mine:Mine", *only)


def test_every_recipe_is_in_the_list():
    listed = re.findall(r"\]\((\w+\.md)\)", (RECIPES / "index.md").read_text())
    assert sorted(listed) == sorted(path.name for path in RECIPES.glob("*.md") if path.name != "index.md")


def test_the_kernel_of_the_readme_is_found_out(tmp_path):
    assert files(ROOT / "README.md", tmp_path) == {"mine.py"}
    assert checked(tmp_path, "ordinary").returncode == 0
    done = checked(tmp_path, "ordinary", "ratio-1e3")
    assert done.returncode == 1, done.stderr
    assert "FAIL var (9.39) on ratio-1e3, float32" in done.stdout


def test_the_transformer_passes_the_checks_of_scikit_learn(tmp_path):
    pytest.importorskip("sklearn", reason="pip install --group spec")
    assert files(RECIPES / "sklearn.md", tmp_path) == {"standardizer.py", "checked.py"}
    done = run(tmp_path, sys.executable, "checked.py")
    assert done.returncode == 0, done.stderr
    mean = re.fullmatch(r"the largest mean is (\S+)\n", done.stdout)[1]
    # of a mean a million times the deviation, float32 numbers are a sixteenth apart; their mean is not
    assert float(mean) < 1e-6


# What the page says to write instead, and in double: the kernel as it should be.
BETTER = (
    ("squares += value * value;", ""),
    (
        "mean[c] = sum / (N * S);",
        "mean[c] = sum / (N * S); for (size_t n = 0; n < N; n++) for (size_t s = 0; s < S; s++)"
        " { float d = x[(n * C + c) * S + s] - mean[c]; squares += d * d; }",
    ),
    (" - mean[c] * mean[c];", ";"),
)  # fmt: skip


@pytest.mark.builds
def test_the_kernel_in_c_is_as_wrong_and_as_right_as_the_page_says(tmp_path):
    page = RECIPES / "c.md"
    assert files(page, tmp_path) == {"kernel.c", "mine.py"}
    compiler, judge = re.findall(r"^\$ (.*)$", page.read_text(), re.MULTILINE)
    compiler = shlex.split(compiler)
    data = ["--only", "ordinary", "--only", "ratio-1e3", "--only", "m-1"]
    judge = [sys.executable, *shlex.split(judge)[1:], *data]
    source = tmp_path / "kernel.c"
    first = source.read_text()
    better = first
    for old, new in BETTER:
        assert better.count(old) == 1, old
        better = better.replace(old, new)
    better = better.replace("float sum = 0, squares = 0;", "double sum = 0, squares = 0;")
    assert run(tmp_path, *compiler).returncode == 0
    wrong = run(tmp_path, *judge)
    assert wrong.returncode == 1, wrong.stderr
    assert "FAIL var (9.39) on ratio-1e3" in wrong.stdout
    assert "FAIL y (9.39) on ratio-1e3" in wrong.stdout
    source.write_text(better)
    assert run(tmp_path, *compiler).returncode == 0
    right = run(tmp_path, *judge)
    assert right.returncode == 0, right.stdout


def test_the_commands_of_ci_are_understood():
    text = (RECIPES / "ci.md").read_text()
    (line,) = re.findall(r"^- run: python -m bnspec (.*)$", text, re.MULTILINE)
    found = command._parser().parse_args(shlex.split(line))
    assert (found.target, found.isolate, found.timeout) == ("mine:Mine", True, 60.0)
    plugin = (ROOT / "spec/pytest_plugin.py").read_text()
    (options,) = re.findall(r"^pytest (.*)$", text, re.MULTILINE)
    for option in re.findall(r"--[a-z-]+", options):
        assert f'"{option}"' in plugin
