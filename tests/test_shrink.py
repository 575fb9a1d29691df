"""Counterexamples: they shrink, still fail, and the line that is printed shows the failure again."""

import shlex

import numpy
import pytest

from spec import __main__ as command
from spec import inputs, portable, shrink
from spec.judge import judge
from spec.mutants import MUTANTS
from spec.verdict import BROKEN

# the mutant, the data set that it is found on, and the elements of a channel that it can be shown on
SHOWN = [
    ("beta missing", "ordinary", 1),
    ("dgamma not centred", "ordinary", 1),
    ("var over m - 1", "ordinary", 2),
    ("dx without its variance term", "ordinary", 2),
    ("running_var of the biased variance", "ordinary", 2),
    ("mean rounded to float32", "ordinary", 2),
    ("a tail of fewer than eight left out of the sums", "rank-2", 9),
]


def failure(name, data):
    equation = MUTANTS[name].equation
    verdicts = judge(MUTANTS[name].adapter, data)
    return next(v for v in verdicts if v.status in BROKEN and v.equation == equation and v.index)


@pytest.mark.parametrize(("name", "data", "most"), SHOWN)
def test_a_counterexample_shrinks_and_still_fails(name, data, most):
    data = inputs.data(data, "float32")
    first = failure(name, data)
    small, shown = shrink.shrink(MUTANTS[name].adapter, data, first, patience=60)
    assert small.x.shape[1] == 1
    assert small.m <= most
    assert (shown.status, shown.quantity, shown.equation) == (first.status, first.quantity, first.equation)
    again = portable.from_json(portable.to_json(small))
    found = {(v.status, v.quantity, v.equation) for v in judge(MUTANTS[name].adapter, again)}
    assert (first.status, first.quantity, first.equation) in found


WITHOUT_BETA = MUTANTS["beta missing"].adapter


def test_the_printed_line_shows_the_failure_again(capsys):
    assert (
        command.main(["check", "test_shrink:WITHOUT_BETA", "--only", "ordinary", "--dtype", "float32"]) == 1
    )
    printed = capsys.readouterr().out
    after = printed[printed.index("the smallest counterexamples found:") :]
    line = next(line for line in after.splitlines() if "--data" in line)
    words = shlex.split(line)
    assert words[:3] == ["python", "-m", "spec"]
    assert command.main(words[3:]) == 1
    assert "FAIL y (9.41) on data, float32" in capsys.readouterr().out


def test_what_fails_in_its_layout_alone_is_left_as_it_is():
    data = inputs.data("layout-channels-last", "float32")
    adapter = MUTANTS["x read as if it were dense"].adapter
    verdict = next(v for v in judge(adapter, data) if v.status in BROKEN)
    assert shrink.shrink(adapter, data, verdict)[0] is data


@pytest.mark.parametrize("dtype", ["float16", "float32", "float64"])
def test_a_data_set_survives_json(dtype):
    given = shrink.plain(inputs.data("rank-3", dtype))
    again = portable.from_json(portable.to_json(given))
    for key in ("x", "dy", *portable.NUMBERS):
        numpy.testing.assert_array_equal(getattr(given, key), getattr(again, key))
        assert getattr(given, key).dtype == getattr(again, key).dtype
    assert (given.eps, given.momentum) == (again.eps, again.momentum)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("[", "wanted JSON"),
        ('{"x": [[1]]}', "wanted an object with dtype, x"),
        ('{"dtype": "float32", "x": [[1]], "z": 1}', "wanted an object with dtype, x"),
        ('{"dtype": "float31", "x": [[1]]}', "dtype"),
        ('{"dtype": "float32", "x": [1]}', r"x: wanted the shape \(N, C, ...\), found \(1,\)"),
        ('{"dtype": "float32", "x": [[1], [true]]}', "x: data: wanted a number, found True"),
        (
            '{"dtype": "float32", "x": [[1]], "gamma": [1, 2]}',
            r"gamma: wanted the shape \(1,\), found \(2,\)",
        ),
        ('{"dtype": "float32", "x": [[1]], "var": -1}', "wanted eps >= 0, var >= 0"),
    ],
)
def test_a_data_set_that_is_none_is_refused(text, words, capsys):
    with pytest.raises(ValueError, match=words):
        portable.from_json(text)
    assert command.main(["check", "numpy", "--data", text]) == 2
    assert "data" in capsys.readouterr().err
