"""bncore.explain: what it says is the plan that the call has, and it refuses what the call refuses."""

import numpy
import pytest

import bncore

X = numpy.zeros((6, 5, 4, 3), numpy.float32)
READS = {
    "statistics": 0,
    "forward": 0,
    "inference": 0,
    "backward": 1,
    "inference_backward": 1,
    "double_backward": 2,
}


@pytest.mark.parametrize("operation", READS)
def test_every_operation_has_a_plan(operation):
    plan = bncore.explain(operation, X)
    assert str(plan).startswith(f"{operation} of float32 (6, 5, 4, 3), channel at axis 1")
    assert plan.fields["partition"]["channels"] == 5
    assert plan.copied == ()


def test_threads_change_the_schedule_and_not_the_partition():
    x = numpy.zeros((64, 64, 32, 32), numpy.float32)
    plans = []
    for threads in (1, 3):
        bncore.set_num_threads(threads)
        plans.append(bncore.explain("backward", x).fields)
    assert plans[0]["partition"] == plans[1]["partition"]
    assert [plan["schedule"]["threads"] for plan in plans] == [1, 3]


def test_an_alias_is_not_streamed():
    x = numpy.zeros((64, 64, 64, 64), numpy.float32)
    assert "past the caches" in str(bncore.explain("forward", x))
    assert "past the caches" not in str(bncore.explain("forward", x, out=x))


def test_it_says_what_is_copied_and_what_is_gathered():
    crop = numpy.zeros((6, 9, 9, 5), numpy.float32)[:, :4, :4]
    assert bncore.explain("forward", crop, axis=-1).copied == ("x",)
    sliced = numpy.zeros((6, 5, 64, 64), numpy.float32)[..., ::2]
    assert "staging       x" in str(bncore.explain("forward", sliced))
    unaligned = numpy.zeros(X.nbytes + 1, numpy.uint8)[1:].view(numpy.float32).reshape(X.shape)
    assert bncore.explain("forward", X, out=unaligned).copied == ("out",)


def test_of_nothing_there_is_nothing_to_do():
    assert str(bncore.explain("forward", X[:0])).endswith("empty, nothing to do")


@pytest.mark.parametrize(
    ("arguments", "keywords", "error", "says"),
    [
        (("pool", X), {}, ValueError, "operation must be one of statistics, forward"),
        (("forward", X.astype("i4")), {}, TypeError, "x must be"),
        (("forward", X, X), {}, ValueError, "dy must be None for forward"),
        (("backward", X, X[:3]), {}, ValueError, "dy must have the shape of x"),
        (("forward", X), {"axis": 7}, ValueError, "axis must be in"),
        (("statistics", X), {"out": X}, ValueError, "out must be None for statistics"),
        (("double_backward", X), {"out": X}, TypeError, "out must be a pair"),
        (("forward", X), {"out": X[:, ::-1]}, ValueError, "out must be x itself or not overlap it"),
    ],
)
def test_it_refuses_what_the_call_refuses(arguments, keywords, error, says):
    with pytest.raises(error, match=says):
        bncore.explain(*arguments, **keywords)
