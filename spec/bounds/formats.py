"""Formats of floating-point numbers: NumPy's, and bfloat16 where `ml_dtypes` is installed.

Data of half precision (float16, bfloat16) is only stored so: it is computed with in float32, and its
parameters and statistics are float32.
"""

import math
from functools import cache

import numpy as np

try:
    import ml_dtypes
except ImportError:  # it comes with jax
    ml_dtypes = None

HALVES = ("float16",) if ml_dtypes is None else ("float16", "bfloat16")


def named(dtype):
    """The NumPy dtype of this name. Raises TypeError for a name that there is not, or not here.

    >>> named("float16").itemsize
    2
    """
    if dtype != "bfloat16":
        return np.dtype(dtype)
    if ml_dtypes is None:
        raise TypeError("bfloat16 is a format of the package ml_dtypes: pip install ml_dtypes")
    return np.dtype(ml_dtypes.bfloat16)


def is_floating(dtype):
    """Whether a dtype is one of real floating-point numbers."""
    return dtype.kind == "f" or dtype.name == "bfloat16"


@cache
def limits(dtype):
    """What `numpy.finfo` says of a format."""
    dtype = named(dtype)
    return ml_dtypes.finfo(dtype) if dtype.name == "bfloat16" else np.finfo(dtype)


@cache
def unit(dtype):
    """The unit of rounding u of a format: half the distance from 1 to the next number.

    >>> unit("float32") == 2.0**-24
    True
    """
    return float(limits(dtype).eps) / 2


@cache
def tiny(dtype):
    """Half the least subnormal number of a format; for float64, that number itself."""
    return max(float(limits(dtype).smallest_subnormal) / 2, math.ulp(0.0))


@cache
def largest(dtype):
    """The largest finite number of a format."""
    return float(limits(dtype).max)


@cache
def parameter(dtype):
    """The format of gamma, beta and the statistics beside data of this dtype: its own, or float32."""
    return np.promote_types(named(dtype), np.float32)
