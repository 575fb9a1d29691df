"""Copies of operands that no kernel can walk: the same elements, whoever copies them."""

import numpy
import pytest

import bncore
from bncore.copying import copied, copy

# 4 MiB and more, an odd number along each axis
SHAPE = (7, 67, 43, 53)


def swapped(x):
    return x.astype(x.dtype.newbyteorder())


def reversed_everywhere(x):
    return x[::-1, ::-1, ::-1, ::-1]


def transposed(x):
    return x.transpose(2, 0, 3, 1)


def broadcast(x):
    return numpy.broadcast_to(x[:1], x.shape)


@pytest.mark.parametrize("threads", [1, 2, 3, 16])
@pytest.mark.parametrize("view", [swapped, reversed_everywhere, transposed, broadcast])
def test_every_element_arrives(view, threads):
    source = view(numpy.arange(numpy.prod(SHAPE), dtype=numpy.float32).reshape(SHAPE))
    bncore.set_num_threads(threads)
    target = numpy.full(source.shape, numpy.nan, numpy.float32)
    copy(target, source)
    numpy.testing.assert_array_equal(target, source)
    own = copied(source, source)
    numpy.testing.assert_array_equal(own, source)
    assert own.dtype.isnative
    assert not numpy.shares_memory(own, source)


def test_nothing_is_copied_of_an_empty_array():
    assert copied(numpy.empty((0, 3, 5)), numpy.empty((0, 3, 5))).shape == (0, 3, 5)


def test_a_copy_has_the_order_of_axes_that_it_is_told():
    like = numpy.empty((3, 5, 7)).transpose(2, 0, 1)
    assert copied(numpy.zeros((7, 3, 5)), like).strides == numpy.empty_like(like).strides


def test_a_large_operand_that_is_copied_gives_the_same_bits():
    x = numpy.random.default_rng(53).standard_normal(SHAPE, numpy.float32)
    alone, _ = bncore.forward(x)
    bncore.set_num_threads(2)
    together, _ = bncore.forward(swapped(x))
    assert together.tobytes() == alone.tobytes()
