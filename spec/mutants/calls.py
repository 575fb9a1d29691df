"""Faults of several calls, or of one that writes over its operand, drawn at random: what they need to show.

A kernel keeps something - a statistic, a parameter, a result - under a key that is too coarse, or in room
that is used again, or for whoever comes at the same time.
"""

import copy
import threading
import time
from dataclasses import dataclass

import numpy as np

from ..adapters.plain import Plain
from ..adapters.sharded import Sharded
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
    # what a data set must have, beside company
    needs: object = lambda data: True
    company: bool = True

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
        return bool(data.company) == self.company and data.x.size > data.x.shape[1] and self.needs(data)


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


# What each method may keep of what it is given by name, and the arguments of calls of other kinds.
BESIDE = {
    "forward": ("weights", "residual"),
    "backward": ("weights", "residual"),
    "inference": ("residual",),
    "update": ("weights",),
}
PARTS = {
    "fold": ("weight", "bias", "gamma", "mean", "var", "eps"),
    "shards": ("xs", "gamma", "beta", "eps"),
    "shards_backward": ("dys", "gamma", "eps"),
    "steps": ("running_mean", "running_var", "momentum"),
    "uses": ("dys", "gamma", "eps"),
}


def _alike(value):
    """The shapes and formats of an array, or of those of a list."""
    arrays = value if isinstance(value, list) else [value]
    return [(np.shape(each), getattr(each, "dtype", None)) for each in arrays]


def _has(name):
    def has(data):
        value = getattr(data, name)
        return value is not None and value is not False and np.size(value) > 0

    return has


def _keeps_beside(rng, method):
    """What is given by name to the first call with a key is used in all of them."""
    method = str(rng.choice(list(BESIDE)))
    name, key = str(rng.choice(BESIDE[method])), str(rng.choice(list(KEYS)))
    at_once = bool(rng.random() < 0.2)

    def make():
        kept = {}

        def call(self, *given, weights=None, residual=None, relu=False, y=None):
            beside = {"weights": weights, "residual": residual, "relu": relu, "y": y}
            beside = {
                each: value for each, value in beside.items() if value is not None and value is not False
            }
            if name in beside:
                own = beside[name]
                if at_once:
                    kept[0] = own
                    time.sleep(1e-4)
                x = dict(zip(CALLS[method], given, strict=True))["x"]
                used = kept[0] if at_once else kept.setdefault(KEYS[key](x), own.copy())
                beside[name] = used if _alike(used) == _alike(own) else own
            return getattr(Plain(), method)(*given, **beside)

        return type("Faulty", (Plain,), {method: call})()

    words = f"{name} shared by calls at the same time" if at_once else f"{name} of the first call with {key}"
    # backward that is given y reads no residual
    needs = _has(name)
    if (method, name) == ("backward", "residual"):
        return _keeps_beside(rng, method)
    return Fault(method, words, make, needs)


def _keeps_part(rng, method):
    """An argument of the first call of a fold, of shards, steps or uses, with others of its shapes."""
    method = str(rng.choice(list(PARTS)))
    name = str(rng.choice(PARTS[method]))

    def make():
        kept = {}

        def call(self, *given, **how):
            named = dict(zip(CALLS[method], given, strict=True))
            value = named[name]
            own = [each.copy() for each in value] if isinstance(value, list) else copy.copy(value)
            first = kept.setdefault(repr(_alike(given[0])), own)
            used = first if _alike(first) == _alike(value) else value
            return getattr(Sharded(), method)(*(named | {name: used}).values(), **how)

        return type("Faulty", (Sharded,), {method: call})()

    needs = _has("weight" if method == "fold" else "cuts")
    return Fault(method, f"{name} of the first call of its shapes", make, needs)


def _in_place(rng, method):
    """Something is wrong where a call writes over an operand, with something by name or without."""
    method = str(rng.choice(["forward", "backward", "inference"]))
    option = str(rng.choice([*BESIDE[method], "relu", "nothing"]))
    over, name = ("dy", "dx") if method == "backward" else ("x", "y")
    kind = str(
        rng.choice(
            ["some of it is left", "the option is left out"]
            if option != "nothing"
            else ["some of it is left"]
        )
    )
    share = float(rng.uniform(0.2, 0.95))

    def make():
        def call(self, *given, weights=None, residual=None, relu=False, y=None, inplace=False):
            beside = {"weights": weights, "residual": residual, "relu": relu, "y": y}
            beside = {
                each: value for each, value in beside.items() if value is not None and value is not False
            }
            faulty = inplace and (option == "nothing" or option in beside)
            if faulty and kind == "the option is left out":
                beside.pop(option)
            found = getattr(Plain(), method)(*given, **beside)
            operand = dict(zip(CALLS[method], given, strict=True))[over]
            if inplace:
                count = int(share * operand.size) if faulty and kind == "some of it is left" else operand.size
                rows = np.arange(operand.size).reshape(operand.shape) < count
                operand[...] = np.where(rows, found[name], operand)
                found[name] = operand
            return found

        return type("Faulty", (Plain,), {method: call, "inplace": (method,)})()

    def needs(data):
        return option == "nothing" or _has(option)(data)

    return Fault(method, f"in place, {option} given: {kind}, {share:.2f}", make, needs, company=False)


def _over_steps(rng, method):
    """A state over steps goes wrong from a step on, beyond some channels, or by what is no training."""
    kind = str(rng.choice(["biased", "again", "table", "inference", "backward", "half"]))
    step, most = int(rng.integers(1, 3)), int(2 ** rng.integers(0, 11))

    def make():
        def steps(self, xs, running_mean, running_var, momentum, modes=None):
            found = {"running_mean": running_mean, "running_var": running_var}
            for n, (x, mode) in enumerate(zip(xs, modes or ("training",) * len(xs), strict=True)):
                if mode == "inference" and kind != "inference":
                    continue
                before, found = found, Plain().update(x, *found.values(), momentum)
                if kind == "biased" and n >= step:
                    m = x.size / x.shape[1]
                    new = found["running_var"] - (1 - momentum) * before["running_var"]
                    found["running_var"] = found["running_var"] - new / m
                if (kind == "again" and n == step) or (kind == "backward" and mode == "backward"):
                    found = Plain().update(x, *found.values(), momentum)
                if kind == "table" and n >= step:
                    found = {each: np.append(found[each][:most], before[each][most:]) for each in found}
                if kind == "half" and n >= step:
                    found = {
                        each: value.astype(np.float16).astype(value.dtype) for each, value in found.items()
                    }
            return found

        return type("Faulty", (Plain,), {"steps": steps})()

    words = {
        "biased": f"the biased variance from step {step} on",
        "again": f"step {step} made twice",
        "table": f"channels beyond {most} stay from step {step} on",
        "inference": "inference moves the state",
        "backward": "a backward pass moves the state",
        "half": f"a state of half precision from step {step} on",
    }

    def needs(data):
        parts = [part for part in np.diff([0, *data.cuts, len(data.x)]) if part > 1]
        return (
            bool(data.cuts)
            and len(parts) > step
            and 0 < data.momentum < 1
            and (kind != "table" or data.x.shape[1] > most)
        )

    return Fault("steps", words[kind], make, needs, company=False)


KINDS = {
    _keeps_beside: 2,
    _keeps_part: 2,
    _in_place: 2,
    _over_steps: 1,
    _keeps: 4,
    _remembers: 2,
    _in_turn: 2,
    _grows: 1,
    _room: 1,
    _shared: 2,
}


def draw(rng):
    """A fault of several calls."""
    kinds = list(KINDS)
    weights = np.array(list(KINDS.values()), float)
    kind = kinds[rng.choice(len(kinds), p=weights / weights.sum())]
    method = "backward" if kind is _grows else str(rng.choice(METHODS))
    return kind(rng, method)
