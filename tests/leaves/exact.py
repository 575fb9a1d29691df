"""What exact sums are, in Python's integers; and the leaves that add them, as functions by name."""

import ctypes
import math
from fractions import Fraction
from importlib import import_module
from importlib.util import find_spec

import abi
import numpy

FIRST, SECOND, WORDS = (abi.CONSTANTS[name] for name in ("FIRST_DIGITS", "SECOND", "WORDS"))
COUNTS = abi.CONSTANTS["FIRST_INFINITE"]
LOOSE = 1 << abi.CONSTANTS["LOOSE"]
UNIT = Fraction(1, 1 << 149)
LEAVES = ("run_exact", "column_exact")


def runnable(level):
    """Whether this build has the level and this processor runs it."""
    return abi.runnable(level) and find_spec(f"bncore.core.leaves.exact_{level}") is not None


def function(level, leaf):
    """A leaf, to be called with its arguments in order."""
    capsule = import_module(f"bncore.core.leaves.exact_{level}").table
    pointer = ctypes.pythonapi.PyCapsule_GetPointer
    pointer.restype, pointer.argtypes = ctypes.c_void_p, [ctypes.py_object, ctypes.c_char_p]
    table = (ctypes.c_void_p * 2).from_address(pointer(capsule, b"bncore.core.leaves.exact"))
    return ctypes.CFUNCTYPE(None, *[ctypes.c_void_p] * 6)(table[LEAVES.index(leaf)])


def integers(x):
    """Of finite float32 numbers: whole numbers and places; each is whole 2^place units of 2^-149."""
    bits = numpy.ascontiguousarray(x, numpy.float32).view(numpy.int32).astype(numpy.int64)
    exponent = bits >> 23 & 0xFF
    whole = (bits & 0x7FFFFF) + numpy.where(exponent > 0, 1 << 23, 0)
    return numpy.where(bits < 0, -whole, whole), numpy.maximum(exponent, 1) - 1


def _added(whole, place):
    # halves of 24 bits, 2^39 of which have room in int64
    channels = len(whole)
    low, high = numpy.zeros((2, channels, 512), numpy.int64)
    at = numpy.arange(channels)[:, None], place
    numpy.add.at(low, at, whole & 0xFFFFFF)
    numpy.add.at(high, at, whole >> 24)
    found = [0] * channels
    for c, p in numpy.argwhere(low | high).tolist():
        found[c] += int(low[c, p]) + (int(high[c, p]) << 24) << p
    return found


def _infinities(values):
    nan = numpy.isnan(values)
    return ((nan | (values == infinity)).sum(1).tolist() for infinity in (numpy.inf, -numpy.inf))


def sums(x, y):
    """Of each channel: sum x in units of 2^-149, sum x y in units of 2^-298, and how many are infinite."""
    x, y = (each.reshape(len(each), math.prod(each.shape[1:])) for each in (x, y))
    with numpy.errstate(all="ignore"):
        product = x.astype(float) * y.astype(float)
    finite, both = numpy.isfinite(x), numpy.isfinite(product)
    (a, i), (b, j) = integers(x), integers(y)
    first = _added(numpy.where(finite, a, 0), numpy.where(finite, i, 0))
    second = _added(numpy.where(both, a * b, 0), numpy.where(both, i + j, 0))
    return list(zip(first, second, *_infinities(x), *_infinities(product), strict=True))


def value(words):
    """The same of words."""
    words = [int(word) for word in words]
    digits = words[:SECOND], words[SECOND:COUNTS]
    first, second = (sum(word << 32 * i for i, word in enumerate(some)) for some in digits)
    return first, second, *words[COUNTS:]


def words_of(first, second, *infinite):
    """Settled words, of numbers in Python: floor division gives digits."""
    found = []
    for total, digits in ((first, FIRST), (second, COUNTS - SECOND)):
        found += [total >> 32 * i & 0xFFFFFFFF for i in range(digits - 1)]
        found.append(total >> 32 * (digits - 1))
    return numpy.array([*found, *infinite], numpy.int64)


def moments(first, second, m):
    """mean and var as rational numbers, of finite elements."""
    mean = first * UNIT / m
    return mean, second * UNIT**2 / m - mean**2


def deviations(first, second, mean):
    """sum dy (x - mean), likewise."""
    return second * UNIT**2 - Fraction(mean) * first * UNIT
