"""A call under watch: what it returned or raised, what it wrote to, and how many there were."""

import re
import warnings
from contextlib import contextmanager

import numpy

from .memory import Memory

# What bncore may raise.
ERRORS = (TypeError, ValueError, MemoryError)


class Found(Exception):
    """A fault: its kind, which is the same for all of its kind, and what was found."""

    def __init__(self, kind, words):
        super().__init__(f"{kind}: {words}")
        self.kind, self.words = kind, words


class Watch:
    """The module under test, the memory in which arrays lie, and what was counted."""

    def __init__(self, module, nbytes=1 << 29):
        self.module, self.memory = module, Memory(nbytes)
        # cases, and calls of public functions, of which some were refused; outputs held against a bound
        self.cases = self.calls = self.refused = self.judged = 0

    def call(self, function, *arguments, errors="warn", **named):
        """What a function of the module returns. What it raises is raised."""
        self.calls += 1
        with numpy.errstate(all=errors):
            return function(*arguments, **named)

    def refusal(self, names, function, *arguments, more=(), **named):
        """Have a call refused, by an error that names one of the arguments, and nothing written."""
        before = self.memory.snapshot()
        try:
            got = self.call(function, *arguments, **named)
        except (*ERRORS, *more) as error:
            words = str(error)
            first = re.match(r"\w+", words)
            if not (first and first[0] in names and "found" in words):
                kind = f"{type(error).__name__} does not name {'/'.join(sorted(names))}"
                raise Found(kind, words) from error
        except Exception as error:
            kind = f"{type(error).__name__} for a wrong {'/'.join(sorted(names))}"
            raise Found(kind, str(error)) from error
        else:
            raise Found(f"a wrong {'/'.join(sorted(names))} is accepted", repr(got)[:200])
        self.refused += 1
        changed = self.memory.changed(before)
        if changed:
            raise Found(f"writes before it refuses a wrong {'/'.join(sorted(names))}", changed)

    def success(self, function, *arguments, errors="warn", **named):
        """What a call returns that must not be refused."""
        try:
            return self.call(function, *arguments, errors=errors, **named)
        except Exception as error:
            raise Found(f"{type(error).__name__} for right arguments", str(error)) from error


@contextmanager
def strictly():
    """With every warning an error, and none of the fuzzer's own arithmetic."""
    with warnings.catch_warnings(), numpy.errstate(all="ignore"):
        warnings.simplefilter("error")
        yield


def same_bits(a, b):
    """Whether two arrays have the same bits, any NaN like any other."""
    return a.tobytes() == b.tobytes() or (
        a.shape == b.shape
        and a.dtype == b.dtype
        and numpy.where(numpy.isnan(a), 0, a).tobytes() == numpy.where(numpy.isnan(b), 0, b).tobytes()
        and bool((numpy.isnan(a) == numpy.isnan(b)).all())
    )


def equal(a, b):
    """Whether two values of a state are the same: arrays to the bit, numbers, or None."""
    if isinstance(a, numpy.ndarray) and isinstance(b, numpy.ndarray):
        return a.dtype == b.dtype and same_bits(a, b)
    return type(a) is type(b) and a == b
