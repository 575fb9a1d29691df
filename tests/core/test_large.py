"""More than 2^31 elements: no index is 32 bits wide. Nine GiB, so only where BNCORE_LARGE is set."""

import os

import numpy
import pytest

import bncore

if not os.environ.get("BNCORE_LARGE"):
    pytest.skip("set BNCORE_LARGE=1 to run it: it takes nine GiB", allow_module_level=True)

OVER = 2**31 + 2**20


@pytest.mark.parametrize(("shape", "axis"), [((2, 3, OVER // 6), 1), ((OVER // 7, 7), 1)])
def test_the_last_element_is_where_it_should_be(shape, axis):
    """Every channel holds -1 and 1 in turn along one axis, and its last element is one of them."""
    x = numpy.empty(shape, numpy.float32)
    assert x.size > 2**31
    along = -1 if axis != x.ndim - 1 else 0
    numpy.moveaxis(x, along, -1)[..., ::2] = -1
    numpy.moveaxis(x, along, -1)[..., 1::2] = 1
    extent = shape[along]
    last = x[-1, -1] if x.ndim == 2 else x[-1, -1, -1]
    y, stats = bncore.forward(x, eps=0.0, axis=axis, out=x)
    assert y is x
    mean = -1 / extent if extent % 2 else 0
    numpy.testing.assert_array_equal(stats.mean, mean)
    wanted = (float(last) - mean) / numpy.sqrt(1 - mean**2)
    assert (y[-1, -1] if y.ndim == 2 else y[-1, -1, -1]) == numpy.float32(wanted)
    assert abs(y.reshape(-1)[:: 2**20 + 7]).min() > 0
