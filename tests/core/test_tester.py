"""The tests are tested: what is wrong is rejected, by name, and a test that could not fail says so."""

import numpy
import pytest
from judge import CALLS, DTYPES, problem
from marks import swept_places

from spec import conformance, oracle
from spec.adapters import load
from spec.conformance.verdict import BROKEN
from spec.interface.signatures import ELEMENTS, RETURNS

# 0.05 %
WRONG = 1.0005
OUTPUTS = [(call, name) for call in CALLS for name in RETURNS[call]]


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize(
    ("shape", "axis"), [((13, 5), 1), *swept_places(((2, 3, 5, 7), -1), ((3, 2, 1031), 1))]
)
@pytest.mark.parametrize(("call", "name"), OUTPUTS)
def test_an_output_off_by_a_little_is_rejected_by_name(call, name, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    outputs = CALLS[call](p)
    p.judge(call, outputs)
    outputs[name] = outputs[name] * outputs[name].dtype.type(WRONG)
    with pytest.raises(AssertionError) as rejected:
        p.judge(call, outputs)
    assert str(rejected.value).startswith(f"{call}: {name}, {oracle.EQUATION[name]}, is off by ")


@pytest.mark.parametrize("bad", [numpy.nan, numpy.inf])
@pytest.mark.parametrize(("call", "name"), OUTPUTS)
def test_one_bad_element_is_rejected(call, name, bad):
    p = problem((7, 5, 3), 1, "float64")
    outputs = CALLS[call](p)
    outputs[name] = outputs[name].copy()
    outputs[name].flat[-1] = bad
    with pytest.raises(AssertionError, match=f"^{call}: {name}, "):
        p.judge(call, outputs)


@pytest.mark.parametrize(("call", "name"), OUTPUTS)
def test_one_element_off_by_a_little_is_rejected(call, name):
    p = problem((7, 5, 3), 1, "float32")
    outputs = CALLS[call](p)
    outputs[name] = outputs[name].copy()
    largest = abs(outputs[name]).argmax()
    outputs[name].flat[largest] *= WRONG
    with pytest.raises(AssertionError, match=f"^{call}: {name}, "):
        p.judge(call, outputs)


def test_channels_exchanged_are_rejected():
    for shape, axis in (((7, 5, 3), 1), ((2, 3, 5, 7), -1), ((5, 13), 0)):
        p = problem(shape, axis, "float32")
        for call, name in OUTPUTS:
            outputs = CALLS[call](p)
            turned = numpy.roll(outputs[name], 1, axis=axis if outputs[name].ndim > 1 else 0)
            with pytest.raises(AssertionError, match=f"^{call}: {name}, "):
                p.judge(call, outputs | {name: turned})


def test_a_bound_that_says_nothing_is_rejected():
    # a constant channel so far from 0 that the variance, as computed, may exceed eps by any factor
    p = problem((7, 5, 3), 1, "float32")
    p = p.but(x=numpy.full_like(p.x, 1e30))
    with pytest.raises(AssertionError, match=r"^no bound for dx of backward$"):
        p.judge("backward", CALLS["backward"](p))


def wrong_core(method, output):
    """bncore, one of whose outputs is off by a little."""
    core = load("bncore")

    class Wrong(type(core)):
        name = "wrong"

    def spoiled(self, *arguments, inplace=False):
        found = getattr(core, method)(*arguments, inplace=inplace)
        wrong = found[output] * found[output].dtype.type(WRONG)
        if not (inplace and output in ELEMENTS):
            return found | {output: wrong}
        found[output][...] = wrong
        return found

    setattr(Wrong, method, spoiled)
    return Wrong()


@pytest.mark.parametrize(("method", "output"), OUTPUTS)
def test_the_conformance_suite_rejects_it_by_name(method, output):
    wrong = wrong_core(method, output)
    verdicts = conformance.check(wrong, ["ordinary"])
    broken = [verdict for verdict in verdicts if verdict.status in BROKEN]
    assert not conformance.passed(verdicts)
    mode = "inference " if "inference" in method else ""
    assert method in wrong.inplace
    assert {verdict.quantity for verdict in broken} == {mode + output, f"{mode}{output}, in place"}


def test_the_conformance_suite_accepts_bncore():
    verdicts = conformance.check(load("bncore"), ["ordinary"])
    assert conformance.passed(verdicts)
