"""The pytest plugin: items, verdicts as failures, JUnit, and what is wrong with a call."""

import re
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

import pytest

from spec.adapters.plain import Plain
from spec.data import inputs

ROOT = Path(__file__).parents[2]


@pytest.fixture
def run(tmp_path):
    """Runs pytest with the plugin in an empty directory that has a test file and an adapter."""
    (tmp_path / "test_other.py").write_text("def test_other(): pass\n")
    (tmp_path / "kernels.py").write_text(
        "from spec.interface.adapter import Adapter, Caps\n"
        "from spec.mutants import MUTANTS\n"
        "WITHOUT_BETA = MUTANTS['beta missing'].adapter\n"
        "class Silent(Adapter):\n    caps = Caps(dtypes=('float32',))\n"
    )

    def call(*arguments):
        command = [sys.executable, "-m", "pytest", "-p", "spec.pytest_plugin", "-p", "no:cacheprovider"]
        done = subprocess.run(
            [*command, *arguments],
            cwd=tmp_path,
            env={"PYTHONPATH": f"{ROOT}:{tmp_path}", "PATH": "/usr/bin:/bin"},
            capture_output=True,
            text=True,
            check=False,
        )
        return done.returncode, done.stdout + done.stderr

    return call


@pytest.mark.audits
def test_a_kernel_passes_item_by_item(run, tmp_path):
    junit = tmp_path / "junit.xml"
    chosen = ["-k", "ordinary or m-1", f"--junitxml={junit}", "-rs"]
    status, printed = run("--batchnorm", "spec.adapters.plain:Plain", *chosen)
    assert status == 0, printed
    cases = {case.get("name"): case for case in ElementTree.parse(junit).iter("testcase")}
    assert {"ordinary[float32]", "ordinary[float64]", "m-1[float32]"} <= set(cases)
    assert "test_other" not in cases
    properties = {each.get("name"): each.get("value") for each in cases["ordinary[float32]"].iter("property")}
    assert 0 < float(properties["dx"]) <= 1


@pytest.mark.audits
def test_a_faulty_kernel_fails_by_its_verdicts(run):
    status, printed = run("--batchnorm", "kernels:WITHOUT_BETA", "-k", "ordinary")
    assert status == 1
    assert "FAIL y (9.41) on ordinary, float32: error/bound" in printed
    assert "beta is missing" in printed
    assert 'python -m spec check kernels:WITHOUT_BETA --only "ordinary" --dtype float32' in printed
    assert "Traceback" not in printed


@pytest.mark.audits
def test_what_is_not_judged_is_skipped_and_no_pass(run):
    status, printed = run("--batchnorm", "kernels:Silent", "-k", "ordinary", "-rs")
    assert "1 skipped" in printed
    assert "not offered" in printed
    assert "passed" not in printed
    assert status == 0


@pytest.mark.audits
def test_there_is_an_item_for_every_data_set(run):
    _, printed = run("--batchnorm", "spec.adapters.plain:Plain", "--collect-only", "-q")
    names = inputs.names()
    wanted = [f"{name}[{dtype}]" for name in names for dtype in inputs.dtypes(name, Plain.caps.dtypes)]
    assert re.findall(r"::(\S+\[\w+\])$", printed, re.MULTILINE) == wanted


@pytest.mark.audits
def test_with_a_path_the_tests_there_run_too(run):
    status, printed = run(
        "--batchnorm", "spec.adapters.plain:Plain", "-k", "ordinary or test_other", "test_other.py"
    )
    assert status == 0
    assert "3 passed" in printed


@pytest.mark.audits
def test_a_target_that_is_none_is_a_usage_error(run):
    status, printed = run("--batchnorm", "nonsense")
    assert status == 4
    assert "--batchnorm: TARGET: wanted one of bncore" in printed
