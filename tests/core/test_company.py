"""Inference of a sample does not depend on its company: its bits are the same, alone and among others."""

import numpy
import pytest
from judge import DTYPES

import bncore

RNG = numpy.random.default_rng(20261130)
# planes of one element, of few, of a run; few and many channels; a batch beyond one part, and one thread
SHAPES = [
    (131, 19),
    (67, 520),
    (64, 5, 3, 3),
    (33, 64, 8, 8),
    (40, 7, 14, 15),
    (5, 3, 73, 71),
    (3, 131, 4, 5),
    (9, 1025, 2),
]


def arguments(channels, dtype):
    mean = RNG.normal(size=channels)
    # some channels are wide: float32 has not the range for their map
    mean[::5] = -4e37
    return RNG.normal(size=channels), RNG.normal(size=channels), mean, RNG.random(channels) + 0.1


def layouts(sample):
    """The same numbers, otherwise in memory."""
    yield sample
    yield numpy.asfortranarray(sample)
    gaps = numpy.empty((*sample.shape[:-1], 2 * sample.shape[-1]), sample.dtype)[..., ::2]
    gaps[...] = sample
    yield gaps
    backwards = sample[..., ::-1].copy()[..., ::-1]
    yield backwards


@pytest.mark.parametrize("threads", [1, 2, 5])
@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_alone_and_in_company(shape, dtype, threads):
    bncore.set_num_threads(threads)
    x = RNG.normal(size=shape).astype(dtype)
    given = arguments(shape[1], dtype)
    together = bncore.inference(x, *given)
    for first in (0, len(x) // 2, len(x) - 1):
        for many in (1, 2, 3):
            some = x[first : first + many]
            for sample in layouts(some):
                assert (bncore.inference(sample, *given) == together[first : first + many]).all()
            inside = some.copy()
            bncore.inference(inside, *given, out=inside)
            assert (inside == together[first : first + many]).all()


@pytest.mark.parametrize("dtype", DTYPES)
@pytest.mark.parametrize("shape", SHAPES)
def test_a_channel_alone_and_among_others(shape, dtype):
    x = RNG.normal(size=shape).astype(dtype)
    given = arguments(shape[1], dtype)
    together = bncore.inference(x, *given)
    for c in (0, shape[1] // 2, shape[1] - 1):
        alone = bncore.inference(x[:, c : c + 1], *(vector[c : c + 1] for vector in given))
        assert (alone == together[:, c : c + 1]).all()


@pytest.mark.parametrize("shape", [(2000, 40, 11, 13), (300, 3, 129, 131)])
def test_where_the_company_is_streamed_past_the_caches(shape):
    x = RNG.normal(size=shape).astype("f4")
    given = arguments(shape[1], "f4")
    together = bncore.inference(x, *given)
    for n in (0, 150, len(x) - 1):
        assert (bncore.inference(x[n : n + 1], *given) == together[n : n + 1]).all()


@pytest.mark.parametrize("threads", [1, 5])
@pytest.mark.parametrize("dtype", [*DTYPES, "float16"])
@pytest.mark.parametrize("shape", SHAPES)
def test_a_shard_alone_and_in_its_batch(shape, dtype, threads):
    bncore.set_num_threads(threads)
    x, dy, residual = (RNG.normal(size=shape).astype(dtype) for _ in range(3))
    gamma, beta, *_ = arguments(shape[1], dtype)
    stats = bncore.statistics(x)
    y = bncore.normalize(x, gamma, beta, stats, residual=residual, relu=True)
    gsums = bncore.gradient_sums(dy, x, stats, y=y)
    dx = bncore.gradient(dy, x, gamma, stats, gsums, y=y)
    for first in (0, len(x) // 2, len(x) - 1):
        some = slice(first, first + 2)
        alone = bncore.normalize(x[some], gamma, beta, stats, residual=residual[some], relu=True)
        assert (alone == y[some]).all()
        assert (bncore.gradient(dy[some], x[some], gamma, stats, gsums, y=y[some]) == dx[some]).all()
