"""The judge under attack: no call ends in 0 unless its summary was printed and everything judged held."""

import os
import re
import signal
import subprocess
import sys
import time
from pathlib import Path

import hostile
import pytest

from spec import __main__ as command
from spec import adapters, supervise
from spec.data import portable
from spec.interface.adapter import Caps, Missing
from spec.interface.contract import printable

ROOT = Path(__file__).parents[2]
HERE = Path(__file__).parent
ONE = ("--only", "m-2", "--dtype", "float32")


def started(*words, **more):
    """`python -m spec` with these words, as a process that leads a group of its own."""
    path = os.pathsep.join([str(ROOT), str(HERE)])
    return subprocess.Popen(
        [sys.executable, "-m", "spec", *words],
        env=os.environ | {"PYTHONPATH": path},
        cwd=ROOT,
        text=True,
        start_new_session=True,
        **({"stdout": subprocess.PIPE, "stderr": subprocess.PIPE} | more),
    )


def ran(*words, **more):
    """The status, the output and the errors of a call."""
    process = started(*words, **more)
    output, errors = process.communicate(timeout=120)
    return process.returncode, output or "", errors or ""


def check(kind, *options, **more):
    return ran("check", f"hostile:{kind.__name__}", *(options or ONE), **more)


def test_what_is_right_passes():
    status, output, errors = check(hostile.Right)
    assert (status, errors) == (0, "")
    assert "1 PASS" in output


@pytest.mark.parametrize(
    "kind",
    [
        "Quits",
        *(pytest.param(kind, marks=pytest.mark.audits) for kind in ("Crashes", "Forges", "Undeclared")),
    ],
)
def test_an_end_of_the_process_is_no_pass_and_says_where_it_was(kind):
    status, output, errors = check(getattr(hostile, kind))
    assert status == 1
    assert "PASS" not in output
    how = "was ended by SIGSEGV" if kind == "Crashes" else "ended with status 0"
    where = "the import of hostile:Undeclared" if kind == "Undeclared" else "inference on m-2, float32"
    assert errors.startswith(f"python -m spec: the process {how} in {where}, before its summary"), errors
    assert "--isolate" in errors


@pytest.mark.audits
@pytest.mark.parametrize("kind", ["Exits", "Throws", "Looked", "Named", "Late", "Stays"])
def test_an_exit_that_is_an_exception_is_a_verdict(kind):
    status, output, errors = check(getattr(hostile, kind))
    assert (status, errors) == (1, "")
    assert re.search(r"^\w+: .*1 FAIL", output, re.MULTILINE), output


@pytest.mark.audits
def test_what_cannot_be_made_is_no_call():
    status, _, errors = check(hostile.Made)
    assert status == 2
    assert "making an instance raised SystemExit: 0" in errors


@pytest.mark.audits
@pytest.mark.parametrize("kind", ["Exits", "Quits", "Crashes", "Forges", "Late", "Throws"])
def test_isolated_it_is_one_verdict_and_the_run_goes_on(kind, capsys):
    names = "--only", "m-2", "--only", "m-3"
    assert command.main(["check", f"hostile:{kind}", "--isolate", *names, "--dtype", "float32"]) == 1
    assert "2 FAIL" in capsys.readouterr().out


def test_the_summary_is_printed_whatever_becomes_of_the_output(capsys):
    assert command.main(["check", "hostile:Silences", *ONE]) == 0
    assert "Silences: 1 PASS" in capsys.readouterr().out


def test_an_output_that_is_left_out_where_it_is_wrong_is_missed(capsys):
    assert command.main(["check", "hostile:Omits", *ONE]) == 0
    assert command.main(["check", "hostile:Omits", *ONE, "--only", "m-3"]) == 1
    assert "not returned, as it is on other data sets" in capsys.readouterr().out


@pytest.mark.audits
def test_what_it_says_is_shown_and_not_obeyed(capsys, tmp_path):
    page = tmp_path / "page.html"
    options = "--only", "m-2", "--only", "m-3", "--dtype", "float32"
    for kind, status in (("Colours", 0), ("Shouts", 1), ("Infinite", 1)):
        for isolate in ((), ("--isolate",)):
            call = ["check", f"hostile:{kind}", *isolate, *options, "--html", str(page)]
            assert command.main(call) == status, kind
            printed = "".join(capsys.readouterr()) + page.read_text(encoding="utf-8")
            assert all(c.isprintable() or c == "\n" for c in printed)
            assert len(printed) < 30_000
            if kind == "Colours":
                assert r"\x1b[31mred\x1b[0m \ud800: 2 PASS" in printed


def test_text_is_made_printable():
    assert printable("a\tb\n c") == "a b c"
    assert printable("é 数 \x07 \u202e \udcff") == "é 数 \\x07 \\u202e \\udcff"
    assert len(printable("x" * 10**6)) < 3000


@pytest.mark.audits
@pytest.mark.parametrize("isolate", [(), ("--isolate",)])
@pytest.mark.parametrize(
    ("number", "status"), [(signal.SIGTERM, command.TERMINATED), (signal.SIGINT, command.INTERRUPTED)]
)
def test_a_signal_ends_everything(isolate, number, status):
    begun = time.monotonic()
    process = started("check", "hostile:Sleeps", *isolate, *ONE, stderr=subprocess.PIPE)
    if isolate:
        wait_for_children(process.pid, 2)
        time.sleep(0.5)
    else:
        assert process.stderr.readline() == "called\n"
    children = descendants(process.pid)
    assert children
    os.kill(process.pid, number)
    # whoever is left would hold these pipes
    _, errors = process.communicate(timeout=60)
    assert process.returncode == status, errors
    assert errors.strip() in ("interrupted", "terminated")
    assert not [child for child in children if alive(child)]
    assert time.monotonic() - begun < 60


@pytest.mark.audits
def test_what_hears_no_signal_is_ended():
    process = started("check", "hostile:Deaf", *ONE)
    wait_for_children(process.pid, 1)
    time.sleep(1.5)
    children = descendants(process.pid)
    os.kill(process.pid, signal.SIGTERM)
    process.communicate(timeout=supervise.GRACE + 30)
    assert process.returncode not in (0, None)
    assert not [child for child in children if alive(child)]


@pytest.mark.audits
def test_sigterm_ends_the_workers_of_the_audit():
    process = started("audit", "--fast")
    wait_for_children(process.pid, 2)
    children = descendants(process.pid)
    os.kill(process.pid, signal.SIGTERM)
    _, errors = process.communicate(timeout=60)
    assert process.returncode == command.TERMINATED
    assert errors == "\nterminated\n"
    assert not [child for child in children if alive(child)]


def descendants(pid):
    """The processes below this one, by /proc."""
    found, parents = [], {}
    for entry in Path("/proc").glob("[0-9]*/stat"):
        try:
            fields = entry.read_text().rpartition(")")[2].split()
        except OSError:
            continue
        parents.setdefault(int(fields[1]), []).append(int(entry.parent.name))
    queue = [pid]
    while queue:
        found += parents.get(queue[0], [])
        queue = queue[1:] + parents.get(queue[0], [])
    return found


def wait_for_children(pid, count):
    end = time.monotonic() + 60
    while len(descendants(pid)) < count:
        assert time.monotonic() < end
        time.sleep(0.05)


def alive(pid):
    """Whether a process runs, and is no zombie; one that was just killed has a moment to end."""
    for _ in range(40):
        try:
            state = Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0]
        except OSError:
            return False
        if state in "ZX":
            return False
        time.sleep(0.05)
    return True


# Programs that answer the first request, or do not, and then do what they are told.
DESCRIBES = """
import json, sys, os, time
line = sys.stdin.buffer.readline()
{first}
sys.stdout.write(json.dumps({{"methods": ["inference"], "caps": {{"dtypes": ["float32"]}}}}) + chr(10))
sys.stdout.flush()
request = json.loads(sys.stdin.buffer.readline())
sys.stdin.buffer.read(sum(each["bytes"] for each in request["arrays"]))
{then}
time.sleep(3600)
"""


def program(tmp_path, first="", then=""):
    file = tmp_path / "program.py"
    file.write_text(DESCRIBES.format(first=first, then=then))
    return f"exec:{sys.executable} {file}"


@pytest.mark.parametrize(
    ("then", "words"),
    [
        # a little at a time, for ever
        ("while True: os.write(1, b'x'); time.sleep(0.01)", "hung for 1 s"),
        ("while True: os.write(1, b'x' * 65536)", "malformed answer: its line has more than 1048576 bytes"),
        ("while True: os.write(2, b'x' * 65536 + bytes([10]))", "hung for 1 s"),
        (
            """os.write(1, b'{"arrays": [{"name": "y", "dtype": "f4", "shape": [1000000000000]}]}' + b"\\n")
while True: os.write(1, b'x' * 65536)""",
            "malformed answer: it announces an array of 4000000000000 bytes",
        ),
    ],
)
def test_no_call_takes_longer_than_it_may_whatever_is_sent(then, words, tmp_path, capsys):
    begun = time.monotonic()
    assert command.main(["check", program(tmp_path, then=then), "--timeout", "1", *ONE]) == 1
    assert words in capsys.readouterr().out
    assert time.monotonic() - begun < 30


@pytest.mark.parametrize(
    ("first", "words"),
    [
        ("time.sleep(3600)", "hung for"),
        ("while True: os.write(1, b'x'); time.sleep(0.01)", "hung for"),
        ("while True: os.write(1, b'x' * 65536)", "its line has more than 1048576 bytes"),
    ],
)
def test_the_first_answer_is_not_waited_for_longer_than_is_said(first, words, tmp_path, monkeypatch):
    monkeypatch.setattr("spec.interface.remote.START", 1.0)
    begun = time.monotonic()
    with pytest.raises(Missing, match=words):
        adapters.load(program(tmp_path, first=first), timeout=0.5)
    assert time.monotonic() - begun < 20


@pytest.mark.parametrize(
    ("described", "words"),
    [
        ({"name": 5}, "name: wanted text, found 5"),
        ({"methods": "forward"}, 'methods: wanted a list of names, found "forward"'),
        ({"methods": [[]]}, "unhashable"),
        ({"methods": ["fly"]}, 'methods: wanted some of forward, .*, found "fly"'),
        ({"caps": []}, r"caps: wanted an object, found \[\]"),
        ({"caps": {"least": "x"}}, "least: wanted Integral, found 'x'"),
        ({"caps": {"least": True}}, "least: wanted Integral, found True"),
        ({"caps": {"least": -1}}, "least: wanted a number from 0 on, found -1"),
        ({"caps": {"least_eps": float("nan")}}, "least_eps: wanted a number from 0 on, found nan"),
        ({"caps": {"dtypes": 5}}, "dtypes: wanted tuple or list, found 5"),
        ({"caps": {"dtypes": [[]]}}, r"dtypes: wanted some of .*, found \[\]"),
        ({"caps": {"optional": "no"}}, "optional: wanted bool, found 'no'"),
        ({"caps": {"attributes": "int8"}}, "attributes: wanted some of float32, float64, found 'int8'"),
        ({"caps": {"speed": 1}}, "unexpected keyword argument 'speed'"),
        ({"missing": ["\x1b[31m"]}, r"\\x1b\[31m"),
    ],
)
def test_what_a_program_says_of_itself_is_checked(described, words, tmp_path, capsys):
    answer = {"methods": ["inference"], "caps": {}} | described
    first = f"print(json.dumps(eval({str(answer)!r}, {{'nan': float('nan')}})), flush=True); sys.exit()"
    assert command.main(["check", program(tmp_path, first=first)]) == 2
    assert re.search(words, capsys.readouterr().err)


@pytest.mark.parametrize(
    "answer",
    [
        '{"arrays": 5}',
        '{"arrays": [5]}',
        '{"arrays": [{"name": [], "dtype": "float32", "shape": [1e400]}]}',
        '{"arrays": [{"name": "y", "dtype": "O"}]}',
        '{"arrays": [{"name": "y", "dtype": ["f4"]}]}',
        '{"arrays": [{"name": "y", "dtype": "float32", "shape": [-1]}]}',
        '{"arrays": [{"name": "y", "dtype": "f4", "strides": [4], "bytes": 1, "shape": [9], "offset": -8}]}',
        "[" * 5000,
        '{"error": {"a": "\\ud800"}, "raised": "\\u0000"}',
        '{"raised": [1], "error": null}',
        '{"impure": 5}',
        '{"nonsense": ""}',
    ],
)
def test_an_answer_that_is_none_is_a_verdict(answer, tmp_path, capsys):
    then = f"os.write(1, {answer!r}.encode() + bytes([10]) + bytes(64))"
    assert command.main(["check", program(tmp_path, then=then), "--timeout", "5", *ONE]) == 1
    printed = capsys.readouterr().out
    assert "1 FAIL" in printed
    assert all(c.isprintable() or c == "\n" for c in printed)


@pytest.mark.parametrize(
    ("options", "words"),
    [
        (["--timeout", "inf", "--isolate"], "--timeout: needs a number of seconds above 0, at most 1e+06"),
        (["--timeout", "nan", "--isolate"], "--timeout: needs a number of seconds"),
        (["--timeout", "1e300", "--isolate"], "--timeout: needs a number of seconds"),
        (["--json", "/dev/full"], "--json: '/dev/full' cannot be written: No space left on device"),
        (["--html", "/dev/full"], "--html: '/dev/full' cannot be written: No space left on device"),
    ],
)
def test_a_call_that_makes_no_sense_is_usage(options, words, capsys):
    assert command.main(["check", "hostile:Right", *ONE, *options]) == 2
    assert words in capsys.readouterr().err


@pytest.mark.audits
def test_an_output_that_cannot_be_written_is_no_pass():
    with open("/dev/full", "w") as full:
        status, _, errors = check(hostile.Right, stdout=full)
    assert (status, errors) == (
        2,
        "python -m spec: the output cannot be written: No space left on device\n",
    )


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ('"eps": 1e400', "finite eps"),
        ('"eps": "nan"', "finite eps"),
        ('"momentum": Infinity', "finite eps and momentum"),
        (f'"eps": 1{400 * "0"}', "a number that a float64 holds"),
        ('"times": 1e12', "times: wanted a whole number, 1 with u, v or w, at most"),
        ('"times": 1000000000000', "times: wanted a whole number, 1 with u, v or w, at most"),
        ('"times": true', "times: wanted a whole number, 1 with u, v or w, at most"),
        ('"gamma": ["nan"]', "gamma: wanted finite numbers"),
        ('"gamma": 1e300', "gamma: wanted finite numbers"),
        ('"var": "inf"', "var"),
        ('"ddx": [["nan"], [1]]', "ddx: wanted finite numbers"),
        ('"dtype": "int8"', "dtype: wanted one of float32"),
        ('"dtype": ["float32"]', "dtype: wanted one of float32"),
        ('"x": [[]]', "x: wanted the shape"),
        (f'"x": {900 * "["}1{900 * "]"}', "x"),
        (f'"x": {10**5 * "["}', "wanted JSON"),
    ],
)
def test_data_that_are_none_are_usage(change, words, capsys):
    text = '{"dtype": "float32", "x": [[1], [3]], ' + change + "}"
    with pytest.raises(ValueError, match=words):
        portable.from_json(text)
    assert command.main(["check", "numpy", "--data", text]) == 2
    assert capsys.readouterr().err.count("\n") == 1


def test_declarations_of_the_wrong_kind_are_refused():
    with pytest.raises(ValueError, match="keeps_layout: wanted bool, found 1"):
        Caps(keeps_layout=1)
