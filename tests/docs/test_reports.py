"""The line of each report prints what the page says, where the packages are those that it names."""

import os
import re
import subprocess
import sys
from importlib import metadata
from pathlib import Path

import pytest

REPORTS = Path(__file__).parents[2] / "docs/reports"
PAGES = sorted(path for path in REPORTS.glob("*.md") if path.stem != "README")
# The distribution that has a package, where it is called otherwise.
BUILDS = {"tensorflow": ("tensorflow", "tensorflow-cpu")}


def _installed(name):
    for each in BUILDS.get(name, (name,)):
        try:
            return metadata.version(each).partition("+")[0]
        except metadata.PackageNotFoundError:
            continue
    pytest.skip(f"pip install {name}")


@pytest.mark.peers
@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.stem)
def test_a_report_prints_what_it_says(path):
    text = path.read_text()
    name, wanted = re.search(r"^Of `([\w-]+)` ([\d.]+)", text, re.MULTILINE).groups()
    found = _installed(name)
    if found != wanted:
        pytest.skip(f"the report is about {name} {wanted}, found {found}")
    backend = re.search(r"KERAS_BACKEND=(\w+)", text)
    if backend:
        _installed(backend[1])
    command = re.search(r"```sh\n(.*)\n```", text)[1]
    here = f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        command, shell=True, capture_output=True, text=True, check=False, env=os.environ | {"PATH": here}
    )
    assert done.returncode == 0, done.stderr
    assert done.stdout.strip() == re.search(r"```text\n(.*?)\n```", text, re.DOTALL)[1].strip()


def test_there_are_ten_and_each_says_what_a_maintainer_needs():
    assert len(PAGES) == 10
    listed = re.findall(r"\]\(([\w-]+)\.md\) \|", (REPORTS / "README.md").read_text())
    assert sorted(listed) == [path.stem for path in PAGES]
    for path in PAGES:
        assert re.findall(r"^## (.*)$", path.read_text(), re.MULTILINE) == [
            "What is wrong",
            "Reproduction",
            "Where it probably comes from",
            "What would mend it",
            "Since when, and known reports",
        ], path
