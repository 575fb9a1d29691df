"""Counterexamples: they shrink, still fail, and the line that is printed shows the failure again."""

import json
import shlex

import numpy
import pytest

from spec import __main__ as command
from spec.adapters.plain import Plain
from spec.conformance import shrink
from spec.conformance.judgement import judge
from spec.conformance.verdict import BROKEN
from spec.data import inputs, portable
from spec.interface.signatures import DIRECTIONS, NUMBERS
from spec.mutants import MUTANTS
from spec.oracle import derivatives

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


@pytest.mark.audits
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
    for key in ("x", "dy", *NUMBERS):
        numpy.testing.assert_array_equal(getattr(given, key), getattr(again, key))
        assert getattr(given, key).dtype == getattr(again, key).dtype
    assert (given.eps, given.momentum) == (again.eps, again.momentum)


def test_directions_survive_json():
    given = shrink.plain(inputs.data("m-3", "float32"))
    again = portable.from_json(portable.to_json(given))
    for key in DIRECTIONS:
        numpy.testing.assert_array_equal(getattr(given, key), getattr(again, key))
    few = {key: value for key, value in portable.to_dict(given).items() if key not in ("v", "w")}
    assert len(derivatives.directions(portable.from_json(json.dumps(few)))) == 1


def test_copies_survive_json():
    given = portable.from_json('{"dtype": "float32", "times": 3, "x": [[1], [2]], "dy": [[1], [3]]}')
    assert (given.times, given.m) == (3, 6)
    again = portable.from_json(portable.to_json(given))
    for key in ("x", "dy"):
        numpy.testing.assert_array_equal(getattr(again, key), getattr(given, key))
    assert '"x": [[1], [2]]' in portable.to_json(given)


class Halved(Plain):
    """dbeta stops growing at 1024, as a sum in few bits does."""

    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        return found | {"dbeta": numpy.minimum(found["dbeta"], 1024)}


def test_a_sum_of_many_terms_shrinks_to_copies_of_one():
    data = portable.from_json(
        '{"dtype": "float32", "times": 4096, "x": [[1], [3]], "dy": [[1], [2]], "ddx": [[1], [2]]}'
    )
    verdict = next(v for v in judge(Halved(), data) if v.quantity == "dbeta")
    small, shown = shrink.shrink(Halved(), data, verdict, patience=60)
    assert (small.times, small.m, small.ddx) == (2048, 2048, None)
    assert (shown.got, shown.exact) == (1024, 2048)


def test_a_derivative_shrinks_along_its_directions():
    class Doubled(Plain):
        def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
            return {"derivative": numpy.full(x.shape[1], 1e3, x.dtype)}

    data = inputs.data("m-3", "float32")
    verdict = next(v for v in judge(Doubled(), data) if v.quantity == "derivative of order 2, jvp of grad")
    small, shown = shrink.shrink(Doubled(), data, verdict, patience=60)
    assert small.w is None
    assert small.x.shape == (1, 1)
    again = judge(Doubled(), portable.from_json(portable.to_json(small)))
    assert (shown.quantity, shown.exact) in {(each.quantity, each.exact) for each in again}


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
        ('{"dtype": "float32", "x": [[1]], "times": 0}', "times: wanted a whole number"),
        (
            '{"dtype": "float32", "x": [[1]], "u": [[1]], "times": 2}',
            "times: wanted a whole number, 1 with u",
        ),
        ('{"dtype": "float32", "x": [[1]], "var": -1}', "wanted eps >= 0, var >= 0"),
    ],
)
def test_a_data_set_that_is_none_is_refused(text, words, capsys):
    with pytest.raises(ValueError, match=words):
        portable.from_json(text)
    assert command.main(["check", "numpy", "--data", text]) == 2
    assert "data" in capsys.readouterr().err


def test_a_failure_that_does_not_come_again_is_said_to_be_none_of_memory():
    class Once(Plain):
        calls = 0

        def forward(self, x, gamma, beta, eps):
            self.calls += 1
            found = super().forward(x, gamma, beta, eps)
            return found | {"y": found["y"] + (self.calls == 1)}

    adapter = Once()
    found = judge(adapter, inputs.data("ordinary", "float32"))
    lines = shrink.report(adapter, found, "TARGET").splitlines()
    assert lines[-1] == "    y: not when it was called again alone on ordinary"
