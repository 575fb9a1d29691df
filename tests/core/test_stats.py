"""Statistics as an object: they cannot be changed, outlive what they were made of, and can be copied."""

import copy
import gc
import pickle

import numpy
import pytest
from judge import problem
from layouts import bits

import bncore

FIELDS = ("count", "mean", "var", "eps")


def of(p):
    return bncore.forward(p.x, p.gamma, p.beta, eps=p.eps)[1]


@pytest.mark.parametrize("name", FIELDS)
def test_a_field_cannot_be_set(name):
    stats = bncore.statistics(numpy.ones((2, 3)))
    with pytest.raises(AttributeError):
        setattr(stats, name, getattr(stats, name))
    with pytest.raises(AttributeError):
        delattr(stats, name)
    with pytest.raises(AttributeError):
        stats.another = 1


def test_it_is_made_once():
    p = problem((7, 5, 3), 1, "float64")
    nothing = numpy.ones(0)
    for stats in (
        of(p),
        bncore.Stats(2, numpy.ones(3), numpy.ones(3), 0.0),
        bncore.Stats(2, nothing, nothing, 0.0),
        bncore.statistics(numpy.ones((2, 0))),
        bncore.forward(numpy.ones((0, 3)))[1],
        bncore.merge(bncore.Stats(2, nothing, nothing, 0.0)),
    ):
        before = repr(stats)
        with pytest.raises(AttributeError, match="cannot be changed"):
            stats.__init__(2, numpy.zeros(1), numpy.zeros(1), 1.0)
        assert repr(stats) == before


def test_one_that_was_never_made_has_no_channels():
    stats = bncore.Stats.__new__(bncore.Stats)
    with pytest.raises(ValueError, match=r"^var must have shape"):
        stats.__init__(4, numpy.ones(3), numpy.ones(2), 0.0)
    assert stats.mean.shape == stats.var.shape == (0,)
    with pytest.raises(ValueError, match=r"^stats must have one number for each of 3 channels, found 0"):
        bncore.backward(numpy.ones((2, 3)), numpy.ones((2, 3)), None, stats)


@pytest.mark.parametrize("name", ["mean", "var"])
def test_an_array_cannot_be_written(name):
    for stats in (bncore.statistics(numpy.ones((2, 3))), bncore.Stats(2, numpy.ones(3), numpy.ones(3), 0.0)):
        array = getattr(stats, name)
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 5
        with pytest.raises(ValueError, match="WRITEABLE"):
            array.flags.writeable = True


@pytest.mark.parametrize("name", ["mean", "var"])
@pytest.mark.filterwarnings("ignore:Setting the (shape|dtype)")
def test_what_is_done_to_an_array_is_done_to_it_alone(name):
    p = problem((7, 4, 3), 1, "float64")
    stats = of(p)
    before = [bits(each) for each in bncore.backward(p.dy, p.x[::-1], p.gamma, stats)]
    for attribute, value in (("shape", (2, 2)), ("dtype", numpy.float32)):
        setattr(getattr(stats, name), attribute, value)
        assert getattr(stats, name).shape == (4,)
        assert getattr(stats, name).dtype == numpy.float64
    assert [bits(each) for each in bncore.backward(p.dy, p.x[::-1], p.gamma, stats)] == before


def test_nothing_can_be_made_of_its_class():
    with pytest.raises(TypeError, match="not an acceptable base type"):
        type("Mine", (bncore.Stats,), {"mean": numpy.ones(3), "var": numpy.ones(1)})


def test_what_it_is_made_of_may_change():
    given = numpy.ones(3)
    stats = bncore.Stats(2, given, given, 0.0)
    given[0] = 5
    assert stats.mean[0] == 1
    assert stats.var[0] == 1


def test_arrays_outlive_it():
    p = problem((7, 5, 3), 1, "float64")
    mean, expected = of(p).mean, bits(of(p).mean)
    gc.collect()
    others = [of(problem((7, 5, 3), 1, "float64", seed=seed)) for seed in range(1, 9)]
    assert bits(mean) == expected
    assert all(bits(each.mean) != expected for each in others)


@pytest.mark.parametrize(
    "duplicate", [copy.copy, copy.deepcopy, lambda stats: pickle.loads(pickle.dumps(stats))]
)
def test_a_copy_gives_the_same_gradients(duplicate):
    p = problem((7, 5, 3), 1, "float32")
    stats = of(p)
    twin = duplicate(stats)
    assert repr(twin) == repr(stats)
    for name in ("mean", "var"):
        assert bits(getattr(twin, name)) == bits(getattr(stats, name))
    for one, other in zip(
        bncore.backward(p.dy, p.x, p.gamma, stats), bncore.backward(p.dy, p.x, p.gamma, twin), strict=True
    ):
        assert bits(one) == bits(other)


def test_without_channels():
    for stats in (bncore.statistics(numpy.ones((2, 0))), bncore.Stats(0, numpy.ones(0), numpy.ones(0), 0.0)):
        assert stats.mean.shape == stats.var.shape == (0,)
        assert not stats.mean.flags.writeable


def test_statistics_of_another_batch_are_refused_on_both_ways():
    p = problem((7, 5, 3), 1, "float32")
    for x in (p.x, p.x[::-1]):
        for stats in (of(problem((7, 4, 3), 1, "float32")), of(problem((8, 5, 3), 1, "float32"))):
            with pytest.raises(ValueError, match=r"^stats must .* found "):
                bncore.backward(p.dy, x, p.gamma, stats)


def test_a_count_has_a_limit():
    with pytest.raises(ValueError, match=r"^count must be at most .* found "):
        bncore.Stats(2**63, numpy.ones(3), numpy.ones(3), 0.0)
