"""Running statistics over many batches, against the recurrence in exact arithmetic, with derived bounds."""

import numpy
import pytest
from judge import ACCUMULATE, DTYPES
from layouts import bits

import bncore
from spec import oracle, running
from spec.bounds.formats import unit

SIZES = [2, 7, 13, 3, 5, 31, 2, 11]


def batches(dtype, seed=0):
    """Batches of unequal sizes whose means drift."""
    random = numpy.random.default_rng(seed)
    return [
        random.normal(3 + step, 1 + 0.3 * step, (size, 5, 3)).astype(dtype) for step, size in enumerate(SIZES)
    ]


def assert_within(expected, layer):
    for name, each in expected.items():
        got = getattr(layer, name)
        assert got.dtype == numpy.float64
        assert numpy.isfinite(each.bounds).all()
        worst = each.compare(got)
        assert worst.ratio <= 1, (name, worst)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("momentum", [0.0, 0.1, 0.25, 0.9, 1.0])
def test_every_step(momentum, dtype):
    layer = bncore.BatchNorm(5, momentum=momentum, dtype=dtype)
    for x in batches(dtype):
        old = layer.running_mean, layer.running_var
        layer(x)
        assert_within(oracle.update(x, *old, momentum, accumulate=ACCUMULATE[dtype]), layer)


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("momentum", [0.1, 0.25, 0.9])
def test_many_steps(momentum, dtype):
    # the recurrence of spec on its own results: neither values nor bounds are taken from the layer in between
    layer = bncore.BatchNorm(5, momentum=momentum, dtype=dtype)
    after = None
    for step in range(5):
        for x in batches(dtype, seed=step):
            layer(x)
            call = oracle.problem(x, None, None, layer.eps, accumulate=ACCUMULATE[dtype])
            old = after or [call.model.numbers(numpy.full(5, start)) for start in (0.0, 1.0)]
            weight = call.model.numbers(momentum)
            after = running.update(call.values["mean"], call.values["var"], *old, weight, call.over)
    assert layer.num_batches_tracked == 5 * len(SIZES)
    expected = {
        name: oracle.Expected(
            name=name,
            equation=oracle.EQUATION[name],
            values=value.value,
            bounds=oracle.shaped(value.bound(), (5,)),
            shape=(5,),
            unit=unit(numpy.float64),
        )
        for name, value in zip(("running_mean", "running_var"), after, strict=True)
    }
    assert_within(expected, layer)


@pytest.mark.parametrize("offset", [0, 1e4])
@pytest.mark.parametrize("dtype", DTYPES)
def test_of_all_elements(dtype, offset):
    # with momentum=None the batches weigh by their counts, and the spread of their means is in the variance
    layer = bncore.BatchNorm(5, momentum=None, dtype=dtype)
    seen = []
    for x in batches(dtype):
        seen.append(x + numpy.array(offset, dtype))
        layer(seen[-1])
        together = numpy.concatenate(seen)
        # momentum 1 leaves nothing of what was before: the statistics of one batch, its variance unbiased
        alone = numpy.zeros(5), numpy.ones(5)
        assert_within(oracle.update(together, *alone, 1.0, accumulate="float64"), layer)
        assert layer.num_elements_tracked == together.size // 5
    assert layer.num_batches_tracked == len(SIZES)


def test_of_all_elements_needs_no_counter_but_its_own():
    # two layers, one of which saw everything in one batch
    parts = batches("float64")
    one, many = (bncore.BatchNorm(5, momentum=None, dtype="float64") for _ in range(2))
    one(numpy.concatenate(parts))
    for x in parts:
        many(x)
    assert one.num_elements_tracked == many.num_elements_tracked
    assert (one.num_batches_tracked, many.num_batches_tracked) == (1, len(SIZES))


@pytest.mark.parametrize("momentum", [0.1, None])
def test_one_update_for_a_training_forward_and_none_for_anything_else(momentum):
    layer = bncore.BatchNorm(5, momentum=momentum)
    x = batches("float32")[1]
    layer(x)
    after = {name: numpy.array(value) for name, value in layer.state_dict().items()}
    assert after["num_batches_tracked"] == 1
    assert after["num_elements_tracked"] == 21
    layer.backward(x)
    layer.backward(x)
    layer.eval()(x)
    layer.backward(x)
    layer.train()
    for shape in ((0, 5, 3), (7, 5, 0)):
        assert layer(numpy.empty(shape, "f")).shape == shape
    for name, value in layer.state_dict().items():
        assert bits(numpy.array(value)) == bits(after[name]), name
    layer(x)
    assert layer.num_batches_tracked == 2
    assert layer.num_elements_tracked == 42


@pytest.mark.parametrize("momentum", [0.1, 0.0, 1.0, None])
@pytest.mark.parametrize("shape", [(1, 5), (1, 5, 1), (1, 5, 1, 1)])
def test_one_element_is_refused_before_anything_changes(shape, momentum):
    layer = bncore.BatchNorm(5, momentum=momentum)
    x = batches("float32")[1]
    layer(x)
    before = layer.state_dict()
    gradient = layer.backward(x)
    with pytest.raises(
        ValueError, match=r"^x must have more than one element a channel in training.* found shape \(1, 5"
    ):
        layer(numpy.ones(shape, "f"))
    for name, value in layer.state_dict().items():
        assert bits(numpy.array(value)) == bits(numpy.array(before[name])), name
    # the last forward is still the one before
    assert bits(layer.backward(x)) == bits(gradient)
    # and where no statistics are updated, one element is welcome
    assert layer.eval()(numpy.ones(shape, "f")).shape == shape


def test_a_bad_number_stays_in_its_channel():
    layer, clean = bncore.BatchNorm(5), bncore.BatchNorm(5)
    x = batches("float32")[1]
    spoiled = x.copy()
    spoiled[2, 3, 1] = numpy.nan
    layer(spoiled)
    clean(x)
    others = [0, 1, 2, 4]
    for name in ("running_mean", "running_var"):
        assert numpy.isnan(getattr(layer, name)[3])
        assert bits(getattr(layer, name)[others]) == bits(getattr(clean, name)[others])


@pytest.mark.parametrize("momentum", [0.1, None])
def test_resumed_from_a_state_gives_the_same_bits(momentum):
    layer = bncore.BatchNorm(5, momentum=momentum)
    first, second = batches("float32")[:4], batches("float32")[4:]
    for x in first:
        layer(x)
    resumed = bncore.BatchNorm(5, momentum=momentum)
    resumed.load_state_dict(layer.state_dict())
    for x in second:
        layer(x)
        resumed(x)
    for name, value in resumed.state_dict().items():
        assert bits(numpy.array(value)) == bits(numpy.array(getattr(layer, name))), name
