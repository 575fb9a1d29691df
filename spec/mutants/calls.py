"""Faults of several calls, drawn at random: what one call leaves behind, and what it needs to show.

A kernel keeps something - a statistic, a parameter, a result - under a key that is too coarse, or in room
that is used again, or for whoever comes at the same time.
"""

import threading
import time
from dataclasses import dataclass

import numpy as np

from ..adapters.plain import Plain
from ..interface.signatures import CALLS

METHODS = "forward", "backward", "inference", "inference_backward", "update"
# What is kept of the first call with a key.
KEYS = {
    "the address of x": lambda x: x.__array_interface__["data"][0],
    "the shape of x": lambda x: x.shape,
    "the rank of x": lambda x: x.ndim,
    "the size of x": lambda x: x.size,
    "the number of channels": lambda x: x.shape[1],
    "the shape and the address of x": lambda x: (x.shape, x.__array_interface__["data"][0]),
}
# The arguments of each method that may be kept.
KEPT = {
    "forward": ("gamma", "beta", "eps"),
    "backward": ("gamma", "eps"),
    "inference": ("gamma", "beta", "mean", "var", "eps"),
    "inference_backward": ("gamma", "mean", "var", "eps"),
    "update": ("running_mean", "running_var", "momentum"),
}


@dataclass(frozen=True)
class Fault:
    """A fault of calls: the method that has it, what is wrong, and a function that makes a kernel with it."""

    method: str
    words: str
    make: object

    @property
    def name(self):
        """All of it in words."""
        return f"{self.method}, several calls: {self.words}"

    @property
    def adapter(self):
        """A kernel that has it, and has not been called yet."""
        return self.make()

    def shows_on(self, data, call):
        """Whether a data set has the company that such faults show in."""
        return bool(data.company) and data.x.size > data.x.shape[1]


def _keeps(rng, method):
    """An argument of the first call with a key is used in all of them."""
    key = str(rng.choice(list(KEYS)))
    name = str(rng.choice(KEPT[method]))

    def make():
        kept = {}

        def call(self, *given):
            named = dict(zip(CALLS[method], given, strict=True))
            value = named[name]
            value = value.copy() if isinstance(value, np.ndarray) else value
            used = kept.setdefault(KEYS[key](named["x"]), value)
            fits = not isinstance(used, np.ndarray) or used.shape == (named["x"].shape[1],)
            return getattr(Plain(), method)(*(named | ({name: used} if fits else {})).values())

        return type("Faulty", (Plain,), {method: call})()

    return Fault(method, f"{name} of the first call with {key}", make)


def _remembers(rng, method):
    """The statistics, or all that is returned, of the first call with a key."""
    key = str(rng.choice(["the address of x", "the shape and the address of x", "the shape of x"]))

    def make():
        kept = {}

        def call(self, *given):
            x = dict(zip(CALLS[method], given, strict=True))["x"]
            at = *np.atleast_1d(np.array(KEYS[key](x), object)).tolist(), x.shape, x.dtype.name
            if at not in kept:
                kept[at] = getattr(Plain(), method)(*given)
            return {name: each.copy() for name, each in kept[at].items()}

        return type("Faulty", (Plain,), {method: call})()

    return Fault(method, f"results of the first call with {key}", make)


def _in_turn(rng, method):
    """Results lie in a few buffers in turn."""
    count = int(rng.integers(1, 5))

    def make():
        rooms = {}

        def call(self, *given):
            found = getattr(Plain(), method)(*given)
            for name, each in found.items():
                turn, room = rooms.setdefault((name, each.shape, each.dtype), [0, {}])
                rooms[name, each.shape, each.dtype][0] += 1
                buffer = room.setdefault(turn % count, np.empty_like(each))
                buffer[...] = each
                found[name] = buffer
            return found

        return type("Faulty", (Plain,), {method: call})()

    return Fault(method, f"results in {count} buffers in turn", make)


def _grows(rng, method):
    """Sums that are kept from call to call, and are those of all calls with a shape."""
    name = str(rng.choice({"backward": ["dgamma", "dbeta"]}.get(method, ["y"])))

    def make():
        sums = {}

        def call(self, *given):
            found = getattr(Plain(), method)(*given)
            total = sums.setdefault(found[name].shape, np.zeros_like(found[name]))
            total += found[name]
            return found | {name: total.copy()}

        return type("Faulty", (Plain,), {method: call})()

    return Fault("backward", f"{name} added to that of earlier calls", make)


def _room(rng, method):
    """Scratch that is made for the first call, and too small for a larger one: the rest is left out."""

    def make():
        room = []

        def call(self, *given):
            found = getattr(Plain(), method)(*given)
            name = next(iter(found))
            channels = len(found[name]) if found[name].ndim == 1 else found[name].shape[1]
            room.append(channels)
            least = min(room)
            wrong = found[name].copy()
            wrong[(slice(least, None),) if wrong.ndim == 1 else (slice(None), slice(least, None))] = 0
            return found | {name: wrong}

        return type("Faulty", (Plain,), {method: call})()

    return Fault(method, "scratch of the smallest number of channels so far", make)


def _shared(rng, method):
    """Two calls at once share an argument."""
    name = str(rng.choice(KEPT[method]))

    def make():
        shared = {}
        lock = threading.Lock()

        def call(self, *given):
            named = dict(zip(CALLS[method], given, strict=True))
            with lock:
                shared[name] = named[name]
            time.sleep(0)  # where a kernel gives up the interpreter's lock
            time.sleep(1e-4)
            used = shared[name]
            fits = not isinstance(used, np.ndarray) or used.shape == (named["x"].shape[1],)
            return getattr(Plain(), method)(*(named | ({name: used} if fits else {})).values())

        return type("Faulty", (Plain,), {method: call})()

    return Fault(method, f"{name} shared by calls at the same time", make)


KINDS = {_keeps: 4, _remembers: 2, _in_turn: 2, _grows: 1, _room: 1, _shared: 2}


def draw(rng):
    """A fault of several calls."""
    kinds = list(KINDS)
    weights = np.array(list(KINDS.values()), float)
    kind = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
    method = "backward" if kind is _grows else str(rng.choice(METHODS))
    return kind(rng, method)
