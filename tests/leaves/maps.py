"""What a leaf of maps must write, bit for bit: its equation in its type, each operation rounded once."""

import numpy


def scaled(x, mean, slope, level):
    """y = (x - mean) slope + level"""
    return (x - mean) * slope + level


def exactly_scaled(x, mean, residual, slope, beta):
    """((x - mean) - residual) slope + beta in float64; mean None: there is a slope alone."""
    x = x.astype(float)
    return x * slope + 0.0 if mean is None else ((x - mean) - residual) * slope + beta


def pulled(dy, x, mean, rise, slope, k1, k2):
    """dx = (dy - rise) slope + ((x - mean) k1 + k2)"""
    return (dy - rise) * slope + ((x - mean) * k1 + k2)


def exactly_pulled(dy, x, mean, rise, slope, k1):
    """(dy - rise) slope + (x - mean) k1 in float64"""
    return (dy.astype(float) - rise) * slope + (x.astype(float) - mean) * k1


def weighted_pulled(dy, x, w, mean, rise, slope, k1, k2):
    """dx = dy slope + w ((x - mean) k1 + k2 - rise slope) in float64; x does not matter where w is 0"""
    return dy * slope + numpy.where(w != 0, w * (((x - mean) * k1 + k2) - rise * slope), 0.0)


def bent(dy, x, v, mean, rise, drift, rstd, k, s, t, u, q):
    """d_dy = w k + (xhat s + q) and d_x = ((g s - w t) + xhat u) rstd, in float64: g and w are centred."""
    g, w, xhat = dy.astype(float) - rise, v.astype(float) - drift, (x.astype(float) - mean) * rstd
    return tuple(
        result.astype(x.dtype) for result in (w * k + (xhat * s + q), ((g * s - w * t) + xhat * u) * rstd)
    )


def with_wide(narrow, wide, exact):
    """Channels that are wide have the numbers in float64, rounded once."""
    return narrow if wide is None else numpy.where(wide, exact.astype(narrow.dtype), narrow)


# of what a float32 channel is mapped with, and of what one that is wide
MAPS = {
    "scale": (scaled, exactly_scaled),
    "pull": (pulled, exactly_pulled),
    "weighted_pull": (weighted_pulled, None),
}
