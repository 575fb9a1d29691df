"""Programs in any language: the example in C passes, its faulty variant fails, and nonsense is a verdict."""

import shutil
import subprocess
import sys
from pathlib import Path

import numpy
import pytest

from spec import __main__ as command
from spec import adapters
from spec.conformance import check, culprit, passed
from spec.conformance.verdict import ABSENT, FAIL, PASS
from spec.data import inputs
from spec.interface import wire
from spec.interface.adapter import Missing
from spec.interface.signatures import CALLS

SOURCE = Path(__file__).parents[2] / "docs/examples/batchnorm.c"


@pytest.fixture(scope="module")
def compiled(tmp_path_factory):
    """Compiles the example, with these flags, to a target."""
    compiler = shutil.which("cc")
    if not compiler:
        pytest.skip("no C compiler: cc is not on the path")
    folder = tmp_path_factory.mktemp("exec")

    def build(name, *flags):
        subprocess.run(
            [compiler, "-O2", "-Wall", "-Werror", *flags, SOURCE, "-o", folder / name, "-lm"], check=True
        )
        return f"exec:{folder / name}"

    return build


def test_the_example_passes(compiled):
    target = compiled("right")
    adapter = adapters.load(target)
    verdicts = check(adapter, ["ordinary", "no-gamma-beta", "m-1", "empty-0x3", "ratio-1e6"], target=target)
    assert passed(verdicts), [str(verdict) for verdict in verdicts if verdict.status == FAIL]
    quantities = {verdict.quantity for verdict in verdicts if verdict.status == PASS}
    assert {"y", "mean", "var", "dx", "dgamma", "dbeta", "inference y"} <= quantities
    assert {"update"} <= {verdict.quantity for verdict in verdicts if verdict.status == ABSENT}


def test_its_faulty_variant_is_found_at_the_equation(compiled):
    verdicts = check(adapters.load(compiled("wrong", "-DDIVISOR=(m - 1)")), ["ordinary"])
    assert culprit(verdicts) == "(9.39)"
    assert any("it is divided by m - 1" in verdict.detail for verdict in verdicts)


# A program that describes itself, and then does what it is told.
PROGRAM = """
import json, sys
behave = {behave!r}
for line in sys.stdin.buffer:
    request = json.loads(line)
    sys.stdin.buffer.read(sum(each["bytes"] for each in request["arrays"]))
    if request["method"] == "describe":
        print(json.dumps({{"methods": ["forward"], "caps": {{"dtypes": ["float32"]}}}}), flush=True)
    else:
        exec(behave)
        sys.stdout.flush()
"""


def program(tmp_path, behave):
    """The target of a program that answers a call with this statement."""
    file = tmp_path / "program.py"
    file.write_text(PROGRAM.format(behave=behave))
    return f"exec:{sys.executable} {file}"


@pytest.mark.parametrize(
    ("behave", "detail"),
    [
        ("sys.exit(3)", "ended with status 3 and no answer"),
        ("raise OSError('no device')", "ended with status 1 and no answer: OSError: no device"),
        ("print('hello')", "malformed answer: wanted a line of JSON, found b'hello\\n'"),
        ("print('[]')", "malformed answer: wanted a JSON object, found b'[]\\n'"),
        (
            """print('{"arrays": [{"name": "y", "dtype": "flaot"}]}')""",
            """malformed answer: an array is announced as {"name": "y", "dtype": "flaot"}""",
        ),
        ("""print('{"arrays": []} ')""", None),
        ("""print('{"arrays": [{"nmae": "y"}]}')""",
         """malformed answer: an array is announced as {"nmae": "y"}"""),
        ("""import os; os.write(1, b'{"arrays": []}' + bytes([10]) + b'123')""",
         "malformed answer: 3 bytes more than it announced"),
        ("""print('{"error": "no float32 here"}')""", "raised Error: no float32 here"),
        ("import time; time.sleep(60)", "hung for 0.5 s"),
        ("""print('{"arrays": [{"name": "y", "dtype": "int8"}]}' + chr(10) + 'a' * 1155, end="")""",
         "wanted floating-point numbers, found int8"),
    ],
)  # fmt: skip
def test_nonsense_is_a_verdict(behave, detail, tmp_path):
    adapter = adapters.load(program(tmp_path, behave), timeout=0.5 if "sleep" in behave else 30)
    found = [v for v in check(adapter, ["ordinary"]) if v.quantity in ("forward", "y")]
    if detail is None:
        assert [(v.quantity, v.status, v.detail) for v in found] == [("y", ABSENT, "not returned")]
    else:
        assert [(v.status, v.detail) for v in found] == [(FAIL, detail)]


def test_what_hangs_is_not_called_for_ever(tmp_path):
    adapter = adapters.load(program(tmp_path, "import time; time.sleep(60)"), timeout=0.05)
    found = [v for v in check(adapter, ["ordinary", "m-2", "m-3", "m-5"]) if v.quantity == "forward"]
    assert [v.status for v in found] == [FAIL] * 4
    assert found[-1].detail == "not called again: forward hung 3 times in a row"


def test_a_program_that_does_not_say_what_it_is_is_not_judged(tmp_path, capsys):
    wrong = tmp_path / "wrong"
    wrong.write_text("""#!/bin/sh\necho '{"methods": [], "caps": {"dtypes": ["flaot32"]}}'\n""")
    wrong.chmod(0o755)
    for target, words in {
        "exec:": "wanted the name of a program",
        "exec:'./program": "No closing quotation",
        "exec:./nothing-here": "cannot be run: .* No such file",
        f"exec:{sys.executable} -c 0": "ended with status 0 and no answer",
        f"exec:{sys.executable} -c 'print(1)'": "wanted a JSON object",
        f"""exec:{sys.executable} -c 'print("{{}}")'""": "the answer to 'describe' is not as docs/exec.md",
        f"exec:{wrong}": "docs/exec.md says: dtypes: wanted some of float32, .*, found 'flaot32'",
    }.items():
        with pytest.raises(Missing, match=words):
            adapters.load(target)
        assert command.main(["check", target]) == 2
    assert capsys.readouterr().err.count("\n") == 7


@pytest.mark.parametrize("name", [name for name in inputs.names() if name.startswith("layout-")])
def test_a_request_keeps_the_layout(name):
    given = inputs.data(name, "float32")
    named = {key: getattr(given, key) for key in CALLS["backward"]} | {"gamma": None}
    line, memory = wire.request("backward", named).split(b"\n", 1)
    position = 0

    def cut(count):
        nonlocal position
        position += count
        return memory[position - count : position]

    found = wire.arguments(wire.header(line), cut)
    assert position == len(memory)
    assert found["gamma"] is None
    assert found["eps"] == given.eps
    for key in ("x", "dy", "beta"):
        numpy.testing.assert_array_equal(found[key], named[key])
        assert found[key].strides == named[key].strides
        assert found[key].flags.aligned == named[key].flags.aligned
        assert found[key].flags.writeable == named[key].flags.writeable
