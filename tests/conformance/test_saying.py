"""Verdicts say what is wrong: where an exception came from, which sums, what the failing data sets share."""

import numpy

from spec import __main__ as command
from spec.adapters.plain import Plain
from spec.conformance import check, judge
from spec.conformance.patterns import pattern
from spec.conformance.verdict import CLASS, FAIL, PASS, Verdict
from spec.data import inputs
from spec.interface.adapter import Caps


class Negated(Plain):
    """It is wrong in sign, for float64 data too."""

    caps = Caps(accumulate="float64", least=1)

    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"y": -found["y"]}


class Narrow(Plain):
    """Its sums are float32 whatever the data are."""

    caps = Caps(accumulate="float64", least=1)
    working = numpy.float32


def test_no_sums_of_fewer_digits_than_the_data_are_an_excuse():
    for kernel in (Negated(), Narrow()):
        found = judge(kernel, inputs.data("ordinary", "float64"))
        assert not any(verdict.status == CLASS for verdict in found)
        assert any(verdict.status == FAIL for verdict in found)
    found = [v for v in judge(Narrow(), inputs.data("ordinary", "float32")) if v.status == CLASS]
    assert found
    for verdict in found:
        assert "too far off for float64 (sums in float64, in any order), near enough for float32" in str(
            verdict
        )


def verdicts(*failing):
    """A verdict for each data set of a few, of which these fail."""
    names = (
        "ordinary",
        "rank-2",
        "rank-3",
        "rank-5",
        "layout-channels-last",
        "many",
        "m-2",
        "m-257",
        "channels-257",
    )
    return [
        Verdict(
            FAIL if name in failing else PASS, name, "float32", "y", "(9.41)", ratio=2.0 * (name in failing)
        )
        for name in names
    ]


def test_what_failing_data_sets_share_is_one_line():
    assert pattern(verdicts()) == ""
    assert pattern(verdicts("rank-3")) == "every data set with 3-D fails, and no other"
    assert pattern(verdicts("layout-channels-last")).startswith(
        "every data set with a layout that is not contig"
    )
    assert pattern(verdicts("many")) == "every data set with the plane from 2491 on fails, and none up to 154"
    assert pattern(verdicts("channels-257")) == "every data set with C from 257 on fails, and none up to 7"
    assert pattern(verdicts("ordinary", "rank-2", "rank-5")) == ""
    every = [v for v in verdicts() for v in [Verdict(FAIL, v.data, v.dtype, "y", "(9.41)")]]
    assert pattern(every) == "every data set fails"


class Raises(Plain):
    """It raises two calls down."""

    def forward(self, x, gamma, beta, eps):
        return self._deeper(x)

    def _deeper(self, x):
        raise RuntimeError("no kernel for this device")


def test_an_exception_says_where_it_came_from(capsys):
    (found,) = (v for v in check(Raises(), ["m-2"], dtypes=["float32"]) if v.quantity == "forward")
    assert found.detail == "raised RuntimeError: no kernel for this device"
    assert "test_saying.py" in found.trace[0]
    assert "in forward: return self._deeper(x)" in found.trace[0]
    assert 'in _deeper: raise RuntimeError("no kernel for this device")' in found.trace[1]
    assert f"\n     at {found.trace[1]}" in str(found)
    call = ["check", "test_saying:Raises", "--only", "m-2", "--dtype", "float32"]
    assert command.main(call) == 1
    assert "in forward: return self" not in capsys.readouterr().out
    assert command.main([*call, "--traceback"]) == 1
    assert "in forward: return self._deeper(x)" in capsys.readouterr().out
