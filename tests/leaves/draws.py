"""Numbers that hide no fault: they repeat from run to run, and are the same for every level."""

import math

import numpy

FLAVOURS = ("near", "far", "mixed", "special")
_POOL = numpy.random.default_rng(20261130).normal(size=1 << 18)
# shift and scale of channels in turn: near 0, far from it, constant, tiny, huge, nearly constant
_MIXED = {
    "float32": [(0.25, 1), (1e3, 1), (0.1, 0), (0, 1e-20), (0, 1e18), (-1e6, 1e-2)],
    "float64": [(0.25, 1), (1e3, 1), (0.1, 0), (0, 1e-160), (0, 1e160), (-1e6, 1e-9)],
}
_SPECIAL = (numpy.nan, numpy.inf, -numpy.inf)


def numbers(count, salt):
    """So many normal numbers."""
    first = salt * 7919 % (len(_POOL) // 2)
    return _POOL[first : first + count] if count <= len(_POOL) // 2 else numpy.resize(_POOL, count)


def tensor(kind, shape, flavour, salt):
    """Numbers of this kind, with channels on the first axis."""
    channels, *others = shape
    values = numbers(math.prod(shape), salt).reshape(channels, math.prod(others))
    if flavour == "near":
        values = values + 0.25
    elif flavour == "far":
        values = values + 1000.0 * numpy.arange(1, channels + 1)[:, None]
    else:
        shift, scale = numpy.resize(numpy.array(_MIXED[kind], float), (channels, 2)).T
        values = values * scale[:, None] + shift[:, None]
        if flavour == "special" and values.size:
            values[1::3, salt % values.shape[1]] = _SPECIAL[salt % 3]
            values[2::3, salt % values.shape[1] :: 3] = -0.0
    return values.reshape(shape).astype(kind)


def weights(shape, salt):
    """Weights, of which none, some, or all are 0: counts, a mask, rows that end, and far apart."""
    values = abs(numbers(math.prod(shape), salt)).reshape(shape)
    how = salt % 7
    if how == 0:
        return numpy.ones(shape)
    if how == 1:
        return (values > 0.5).astype(float)
    if how == 2:
        return numpy.zeros(shape)
    if how == 3:
        return numpy.where(numpy.arange(shape[-1]) < salt // 7 % (shape[-1] + 1), values, 0.0)
    if how == 4:
        # whole rows of 0, the first ones too
        return values * (numpy.arange(shape[-2]) % 3 == salt // 7 % 3)[:, None]
    if how == 5:
        return values * 2.0 ** (100 * (numpy.arange(shape[-1]) % 9 - 4))
    return values * (values > 0.3)


def coefficients(kind, channels, many, flavour, salt):
    """So many vectors of numbers of channels."""
    values = numbers(channels * many, salt).reshape(many, channels) * 3
    if flavour == "special":
        values[salt % many, ::4] = _SPECIAL[salt % 3]
        values[(salt + 1) % many, 1::4] = -0.0
    return list(values.astype(kind))


def in_turn(values, number):
    """One of the values."""
    return values[number % len(values)]
