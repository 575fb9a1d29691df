"""--isolate: what kills, hangs or raises in the implementation is a verdict, and the run goes on."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from spec import __main__ as command
from spec import adapters
from spec.adapters.plain import Plain
from spec.conformance import check, passed
from spec.conformance.verdict import FAIL, PASS
from spec.findings import probe

ROOT = Path(__file__).parents[2]


class Suicidal(Plain):
    """It kills itself in forward, sleeps in inference, and raises and writes where it must not."""

    def forward(self, x, gamma, beta, eps):
        os.kill(os.getpid(), signal.SIGSEGV)

    def inference(self, x, gamma, beta, mean, var, eps):
        time.sleep(60)

    def backward(self, dy, x, gamma, beta, eps):
        raise RuntimeError("no kernel for this device")

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        x[...] = 0
        return super().inference_backward(dy, x, gamma, mean, var, eps)


class Chatty(Plain):
    """It prints where the answers go."""

    def forward(self, x, gamma, beta, eps):
        print("forward was called", flush=True)
        os.write(1, b"and again\n")
        return super().forward(x, gamma, beta, eps)


class Forgetful(Plain):
    """It returns the same memory at every call."""

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        self.kept = getattr(self, "kept", {})
        for name, value in found.items():
            if self.kept.setdefault(name, value).shape == value.shape:
                self.kept[name][...] = value
        return self.kept


class Quitter(Plain):
    """It ends its process where it should return."""

    def forward(self, x, gamma, beta, eps):
        sys.exit("no licence")


class Careless(Plain):
    """It returns what is no result: in `forward` what `result` makes of one, elsewhere None."""

    def __init__(self, result=tuple):
        self.result = result

    def forward(self, x, gamma, beta, eps):
        return self.result(super().forward(x, gamma, beta, eps))

    def inference(self, x, gamma, beta, mean, var, eps):
        return None

    def update(self, x, running_mean, running_var, momentum):
        return None


def isolated(kind, **more):
    return adapters.load(f"test_isolate:{kind.__name__}", isolate=True, **more)


@pytest.mark.audits
def test_every_end_of_a_call_is_a_verdict_and_the_run_goes_on():
    verdicts = check(isolated(Suicidal, timeout=1.0), ["ordinary", "m-2"], dtypes=["float32"])
    for name in ("ordinary", "m-2"):
        found = {v.quantity: (v.status, v.detail) for v in verdicts if v.data == name}
        assert found["forward"] == (FAIL, "crashed with signal SIGSEGV")
        assert found["inference"] == (FAIL, "hung for 1 s")
        assert found["backward"] == (FAIL, "raised RuntimeError: no kernel for this device")
        assert found["inference_backward"] == (FAIL, "x was written to; not judged further")
        assert found["running_mean"][0] == PASS
    assert not passed(verdicts)


@pytest.mark.audits
def test_isolation_changes_no_verdict():
    names = ["layout-unaligned", "layout-reversed", "layout-read-only", "m-1", "no-gamma", "empty-2x3x0"]
    inside = check(Plain(), names)
    assert check(adapters.load("spec.adapters.plain:Plain", isolate=True), names) == inside
    assert passed(inside)


@pytest.mark.parametrize(
    ("result", "detail"),
    [
        (tuple, "returned tuple, wanted a dict of mean, var, y"),
        (lambda found: {"out": found["y"]}, "returned 'out', wanted a dict of mean, var, y"),
        (lambda found: found | {"y": [[1], [1, 2]]}, "y is no array: ValueError: setting an array element"),
        (lambda found: found | {"y": found["y"].astype(">f4")}, "the bytes of y are swapped"),
        (lambda found: found | {"var": None}, "wanted the shape (5,), found ()"),
        (
            lambda found: found | {"y": found["y"].astype(object)},
            "wanted floating-point numbers, found object",
        ),
        (lambda found: found | {"y": found["y"].astype(str)}, "wanted floating-point numbers, found <U32"),
    ],
)
def test_what_is_no_result_is_a_verdict_on_every_kind_of_data(result, detail):
    verdicts = check(Careless(result), ["m-1", "not-finite", "empty-0x3", "second-call"], dtypes=["float32"])
    for name in ("m-1", "not-finite"):
        found = [v.detail for v in verdicts if v.data == name and v.status == FAIL]
        assert any(words.startswith(detail) for words in found), found
        assert "returned None, wanted a dict of running_mean, running_var" in found
        assert "returned None, wanted a dict of y" in found
    assert any(v.quantity == "dx" and v.status == PASS and v.data == "second-call" for v in verdicts)


def test_what_a_call_returns_beside_its_results_is_left_alone():
    verdicts = check(Careless(lambda found: found | {"rstd": None}), ["ordinary"], dtypes=["float32"])
    assert {v.quantity for v in verdicts if v.status == PASS} >= {"mean", "var", "y", "dx"}


@pytest.mark.audits
def test_isolation_hides_no_result_that_is_none():
    names = ["m-2", "second-call"]
    assert check(isolated(Careless), names) == check(Careless(), names)


@pytest.mark.audits
def test_an_exit_is_a_verdict():
    (found,) = (v for v in check(Quitter(), ["m-2"], dtypes=["float32"]) if v.quantity == "forward")
    assert (found.status, found.detail) == (FAIL, "raised SystemExit: no licence")
    (found,) = (v for v in check(isolated(Quitter), ["m-2"], dtypes=["float32"]) if v.quantity == "forward")
    assert (found.status, found.detail) == (FAIL, "ended with status 1 and no answer: no licence")


@pytest.mark.audits
def test_what_it_prints_is_no_answer():
    assert passed(check(isolated(Chatty), ["ordinary"]))


@pytest.mark.audits
def test_results_that_are_overwritten_are_seen_from_outside():
    verdicts = check(isolated(Forgetful), ["second-call"], dtypes=["float32"])
    assert any("the call wrote to what an earlier one returned" in verdict.detail for verdict in verdicts)
    assert not passed(verdicts)


@pytest.mark.audits
def test_the_command_line(capfd):
    call = ["check", "test_isolate:Suicidal", "--only", "m-2", "--dtype", "float32"]
    assert command.main([*call, "--isolate", "--timeout", "0.5"]) == 1
    printed = capfd.readouterr().out
    assert "crashed with signal SIGSEGV" in printed
    assert "python -m spec check test_isolate:Suicidal --isolate --timeout 0.5 --only" in printed
    assert command.main([*call, "--timeout", "0.5"]) == 2
    assert command.main(["check", "nonsense", "--isolate"]) == 2
    words = capfd.readouterr().err.splitlines()
    assert words[0] == "python -m spec: --timeout: needs --isolate, or a target exec:PROGRAM"
    assert "found 'nonsense'" in words[1]


@pytest.mark.audits
def test_probe_outlives_what_it_asks(capsys, monkeypatch):
    # every end of a process costs the start of another: three questions tell as much as all
    asked = ("running variance takes", "y of one element", "NaN and inf")
    monkeypatch.setattr(probe, "QUESTIONS", {title: probe.QUESTIONS[title] for title in asked})
    assert command.main(["probe", "test_isolate:Quitter", "--isolate"]) == 0
    printed = capsys.readouterr().out
    assert "ended with status 1 and no answer: no licence" in printed
    assert "the unbiased variance" in printed
    assert command.main(["probe", "test_isolate:Careless"]) == 0
    assert "returned tuple, wanted a dict of mean, var, y" in capsys.readouterr().out


@pytest.mark.audits
def test_output_that_nobody_reads_is_no_error():
    call = [sys.executable, "-m", "spec", "check", "spec.adapters.plain:Plain", "--only", "m-2"]
    reader, writer = os.pipe()
    os.close(reader)
    done = subprocess.run(call, cwd=ROOT, stdout=writer, stderr=subprocess.PIPE, text=True, check=False)
    os.close(writer)
    assert (done.returncode, done.stderr) == (command.UNREAD, "")
