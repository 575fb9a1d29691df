"""Data sets that combine, the company of calls, and what a call must refuse or may write over."""

import math
from functools import partial
from itertools import combinations

import hostile
import numpy
import pytest

from spec import __main__ as command
from spec import oracle
from spec.adapters.plain import Plain
from spec.audit import random_faults
from spec.conformance import check, company, judge, passed
from spec.conformance.fitting import fitted
from spec.conformance.verdict import ABSENT, BROKEN, FAIL, PASS
from spec.data import combined, guards, inputs, layouts
from spec.data.covering import Covering
from spec.interface.adapter import Caps, only
from spec.mutants import calls, drawn
from spec.oracle import channels, shaped


@pytest.mark.parametrize("name", combined.ARRAYS)
def test_every_two_levels_that_can_meet_do(name):
    named, _ = combined.ARRAYS[name]
    allowed = combined._foldable if name == "folded" else partial(combined._allowed, factors=named)
    factors = {name: len(levels) for name, levels in named.items()}
    numbered = [dict(zip(named, row, strict=True)) for row in combined._kept()[name]]
    assert numbered == combined.found(name), "to be found anew: python -m spec.data.combined"
    for a, b in combinations(factors, 2):
        met = {(row[a], row[b]) for row in numbered}
        for pair in numpy.ndindex(factors[a], factors[b]):
            row = dict(zip((a, b), pair, strict=True))
            assert pair in met or not could_be(row, factors, allowed), (a, b, pair)


def could_be(row, factors, allowed):
    """Whether a row of these levels can be filled up, one factor after the other."""
    return allowed(row) and all(
        any(allowed(row | {name: level}) for level in range(count))
        for name, count in factors.items()
        if name not in row
    )


def test_what_is_large_hides_nothing():
    for row in combined.rows():
        if max(max(row[name]) for name in combined.SIZES) > 2**16:
            assert row["values"] in combined.PURE
            assert row["gradient"] not in combined.NARROW["gradient"]


def test_where_there_is_room_three_levels_meet():
    rows = list(Covering({"a": 2, "b": 2, "c": 2, "d": 12}).rows())
    assert {(row["a"], row["b"], row["c"]) for row in rows} == set(numpy.ndindex(2, 2, 2))


def test_what_does_nothing_has_met_nothing():
    def void(row):
        return {"a"} if row.get("b") == 0 else set()

    rows = list(Covering({"a": 3, "b": 2, "c": 3}, void=void).rows())
    assert {(row["a"], row["c"]) for row in rows if row["b"]} == set(numpy.ndindex(3, 3))


def test_what_is_narrow_takes_nothing_from_the_others():
    def narrow(row):
        return {"a"} if row.get("a") == 0 else set()

    rows = list(Covering({"a": 3, "b": 3, "c": 3}, narrow=narrow).rows())
    assert {(row["b"], row["c"]) for row in rows if row["a"]} == set(numpy.ndindex(3, 3))


NAMES = [name for name in inputs.names() if inputs.combines(name)]


@pytest.mark.parametrize("name", NAMES[::37])
def test_the_copies_of_a_block_are_judged_as_the_whole(name):
    data = inputs.data(name, "float64")
    whole = numpy.tile(data.block(data.x), data.repeats)
    numpy.testing.assert_array_equal(numpy.asarray(data.x), whole)
    assert data.x.size <= combined.MOST
    finite = numpy.isfinite(channels(data.x)).all(axis=1)
    if data.x.size > 2000 or data.eps == 0 or not finite.all():
        return
    how = {"accumulate": "float64"}
    block = oracle.problem(data.block(data.x), None, None, data.eps, times=data.often, **how)
    full = oracle.problem(numpy.ascontiguousarray(data.x), None, None, data.eps, **how)
    for each in ("mean", "var", "y"):
        one, other = (call.expected((each,))[each].nearest for call in (block, full))
        copies = data.repeats[1] if one.ndim == 1 else data.repeats
        numpy.testing.assert_array_equal(numpy.tile(one, copies), other)


def test_extents_reach_beyond_16_bits_in_every_axis():
    shapes = [inputs.data(name, "float32").x.shape for name in NAMES]
    for axis in range(2):
        assert max(shape[axis] for shape in shapes) > 2**16
    assert max(math.prod(shape[2:]) for shape in shapes) > 2**16


def test_a_layout_that_is_not_declared_is_taken_as_one_that_is():
    kernel = Plain()
    kernel.caps = Caps(accumulate="float64", layouts=("contiguous",), least=1, least_eps=1e-6, optional=False)
    for name in NAMES[::97]:
        data = fitted(kernel, name, "float32")
        assert data.layout == "contiguous"
        assert data.eps >= 1e-6
        assert data.gamma is not None
    assert not any(v.status == ABSENT and v.quantity == "everything" for v in check(kernel, NAMES[::97]))


def test_the_worst_copy_is_the_one_that_is_reported():
    class Last(Plain):
        def inference(self, x, gamma, beta, mean, var, eps):
            y = super().inference(x, gamma, beta, mean, var, eps)["y"]
            y[-1, 1] += 1
            return {"y": y}

    (found,) = (v for v in check(Last(), ["images-many"], dtypes=["float32"]) if v.quantity == "inference y")
    assert (found.status, found.index) == (FAIL, (65540, 1, 0, 0))


# Random faults.


def test_a_fault_shows_where_it_has_what_it_needs_and_nowhere_else():
    rng = numpy.random.default_rng(3)
    data = inputs.data("ordinary", "float32")
    for _ in range(60):
        fault = drawn.draw(rng)
        shown = fault.shows_on(data, random_faults.call)
        arguments = company.arguments(fault.method, data)
        got = getattr(fault.adapter, fault.method)(*arguments)
        right = getattr(Plain(), fault.method)(*arguments)
        if not shown:
            assert all((got[name] == right[name]).all() for name in right), fault.name


@pytest.mark.audits
def test_nearly_all_random_faults_die():
    found = random_faults.lot(100, seed=11, workers=2)
    lines = []
    misses = random_faults.report(found, lines.append)
    assert "100 faults drawn at random" in lines[0]
    assert misses == [], lines


# where a call over an operand, and a state over several steps, are asked for
IN_PLACE = "ordinary", "relu", "residual", "weights"
OVER_STEPS = "steps-channels", "combined-optional-108"


@pytest.mark.audits
@pytest.mark.parametrize("kind", list(calls.KINDS))
def test_faults_of_several_calls_die_in_company(kind):
    rng = numpy.random.default_rng(5)
    company = ["second-call", "same-memory", "other-shapes", "threads"]
    beside = [f"{name}-{what}" for name in company for what in ("weights", "fused", "parts")]
    names = [*company, *beside, *IN_PLACE, *OVER_STEPS]
    for _ in range(6):
        fault = kind(rng, "backward" if kind is calls._grows else "inference")
        places = (inputs.data(name, "float32") for name in names)
        assert any(random_faults.dies(fault, data) for data in places), fault.name


@pytest.mark.audits
def test_what_is_right_is_right_in_company():
    assert passed(check(Plain(), ["second-call", "same-memory", "other-shapes", "threads"]))


# Operands that do not fit.


class Strict(Plain):
    caps = Caps(accumulate="float64", least=1, refuses=True)


class Careless(Strict):
    """It takes what it gets of gamma, and 1 for the rest; and any dy for one of x's shape."""

    def forward(self, x, gamma, beta, eps):
        whole = numpy.ones(x.shape[1], x.dtype)
        whole[: len(gamma)] = gamma[: x.shape[1]]
        return super().forward(x, whole, beta, eps)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        return super().inference_backward(
            numpy.resize(0 if dy is None else dy, x.shape), x, gamma, mean, var, eps
        )


def test_operands_that_do_not_fit_must_be_refused():
    names = ["wrong-operands-after", "wrong-operands-before"]
    verdicts = check(Careless(), names, dtypes=["float32"])
    broken = {v.quantity for v in verdicts if v.status in BROKEN}
    assert broken >= {"refusal by forward, gamma a channel short", "refusal by forward, gamma a channel long"}
    assert "refusal by inference_backward, dy missing" in broken
    # it does take whole numbers for x, and what broadcasts
    whole = {"x of whole numbers", "running_mean of one channel", "running_var of one channel"}
    whole |= {f"momentum {words}" for words in ("negative", "NaN", "more than 1")}
    assert {each for each in broken if "by update" in each} == {
        f"refusal by update, {each}" for each in whole
    }
    assert broken >= {
        f"refusal by fold, {each}" for each in ("var of one channel", "eps NaN", "eps negative")
    }
    assert {v.status for v in check(Plain(), names)} == {ABSENT}


# In place.


class Over(Plain):
    """A kernel that writes y over x, and dx over dy."""

    inplace = ("forward", "inference", "backward", "inference_backward")

    def _over(self, found, name, room):
        room[...] = found[name]
        return found | {name: room}

    def forward(self, x, gamma, beta, eps, inplace=False):
        found = super().forward(x, gamma, beta, eps)
        return self._over(found, "y", x) if inplace else found

    def inference(self, x, gamma, beta, mean, var, eps, inplace=False):
        found = super().inference(x, gamma, beta, mean, var, eps)
        return self._over(found, "y", x) if inplace else found

    def backward(self, dy, x, gamma, beta, eps, inplace=False):
        found = super().backward(dy, x, gamma, beta, eps)
        return self._over(found, "dx", dy) if inplace else found

    def inference_backward(self, dy, x, gamma, mean, var, eps, inplace=False):
        found = super().inference_backward(dy, x, gamma, mean, var, eps)
        return self._over(found, "dx", dy) if inplace else found


class Early(Over):
    """It writes the first sample of y before it has read the others: the statistics are of that."""

    def forward(self, x, gamma, beta, eps, inplace=False):
        if inplace:
            x[0] = shaped(channels(super().forward(x, gamma, beta, eps)["y"]), x.shape)[0]
        return super().forward(x, gamma, beta, eps, inplace)


class Elsewhere(Over):
    """It says that it writes over x, and does not."""

    def inference(self, x, gamma, beta, mean, var, eps, inplace=False):
        return super().inference(x, gamma, beta, mean, var, eps)


def test_what_is_written_over_an_operand_is_judged():
    found = check(Over(), ["ordinary", "layout-reversed", "layout-read-only", "not-finite", "one-pixel"])
    assert passed(found)
    assert {v.output for v in found if v.nesting == "in place" and v.status == PASS} >= {
        "y",
        "dx",
        "inference y",
    }
    broken = {v.quantity for v in judge(Early(), inputs.data("ordinary", "float32")) if v.status in BROKEN}
    assert "y, in place" in broken
    assert "y" not in broken
    (found,) = (v for v in judge(Elsewhere(), inputs.data("ordinary", "float32")) if v.status in BROKEN)
    assert (found.quantity, found.detail) == ("inference y, in place", "y was not written over x")


def test_memory_beside_what_is_written_over_is_judged():
    class Spills(Over):
        """It writes whole rows, whatever lies between them."""

        def inference(self, x, gamma, beta, mean, var, eps, inplace=False):
            found = super().inference(x, gamma, beta, mean, var, eps, inplace)
            if inplace and x.base is not None and x.base.size > x.size:
                inside = numpy.array(x)
                x.base[...] = 1
                x[...] = inside
            return found

    for name in ("layout-cut", "layout-sliced", "rank-3-sliced"):
        assert passed(check(only(Over(), "inference"), [name]))
        broken = [
            v for v in judge(only(Spills(), "inference"), inputs.data(name, "float32")) if v.status in BROKEN
        ]
        assert [(v.quantity, v.detail) for v in broken] == [
            ("inference y, in place", "memory beside x was written to")
        ]


# Layouts.


def test_windows_that_slide_have_their_elements_in_common():
    for name in ("layout-sliding", "rank-2-sliding"):
        x = inputs.data(name, "float32").x
        assert x.strides[0] == x.strides[-1]
        assert not x.flags.writeable
        x = numpy.array(x)
        assert (x[1:, ..., :-1] == x[:-1, ..., 1:]).all()


def test_layouts_are_joined():
    x, dy = numpy.arange(120.0).reshape(2, 3, 4, 5), numpy.ones((2, 3, 4, 5))
    name = "contiguous, dy channels-last, numbers reversed"
    assert layouts.arranged(name, "x", x).flags.c_contiguous
    assert layouts.arranged(name, "dy", dy).strides[1] == dy.itemsize
    assert layouts.arranged(name, "gamma", numpy.arange(3.0)).strides == (-8,)
    assert layouts.declared(name, layouts.LAYOUTS)
    assert not layouts.declared(name, ("contiguous", "channels-last"))
    assert (
        layouts.fitting(name, ("channels-last", "numbers reversed"))
        == "channels-last, dy channels-last, numbers reversed"
    )


# Guards.


@pytest.mark.parametrize("side", ["before", "after"])
def test_guarded_memory_is_what_it_was(side):
    for array in (numpy.arange(12.0).reshape(3, 4), numpy.ones((2, 3), numpy.float16), numpy.zeros(0)):
        found = guards.guarded(array, side)
        numpy.testing.assert_array_equal(found, array)
        assert found.dtype == array.dtype
        assert guards.side(found) == (side if array.size else None)
    assert guards.side(array) is None


@pytest.mark.audits
def test_who_reads_beyond_an_operand_is_found(capsys):
    call = ["check", "hostile:Reads", "--isolate", "--only", "layout-guarded-after", "--dtype", "float32"]
    assert command.main(call) == 1
    assert "crashed with signal SIGSEGV" in capsys.readouterr().out
    call[call.index("layout-guarded-after")] = "ordinary"
    assert command.main(call) == 0
    assert hostile.Reads.caps.dtypes == ("float32",)


def test_memory_beside_an_operand_is_not_written_to():
    class Spills(Plain):
        def inference(self, x, gamma, beta, mean, var, eps):
            if x.base is not None and x.base.size > x.size and x.base.flags.writeable:
                x.base.reshape(-1)[0] = 5
            return super().inference(x, gamma, beta, mean, var, eps)

    found = judge(only(Spills(), "inference"), inputs.data("layout-sliced", "float32"))
    assert [v.detail for v in found if v.status == FAIL] == [
        "memory beside x was written to; not judged further"
    ]
