"""The bytes between the suite and an implementation in another process; docs/exec.md describes them.

A message is one line of JSON and then the memory of its arrays, one after the other. It says in which layout
an array lies in its memory, so that both sides look at it alike; an answer may leave that out, and then every
array is in C order.
"""

import ctypes
import json
import math

import numpy as np

from ..bounds import formats
from ..data import guards
from .signatures import ELEMENTS

# Memory that is sent keeps its distance from a multiple of this many bytes.
PAGE = 64


class Malformed(Exception):
    """Bytes that are no message; the text says why."""


def request(method, arguments):
    """The bytes of a call. `arguments` maps names to arrays, to None, or to what JSON has.

    >>> request("update", {"x": np.ones((2, 1), np.float32), "momentum": 0.5}).count(b"\\n")
    1
    """
    lists, arguments = _spread(arguments)
    arrays = {name: value for name, value in arguments.items() if isinstance(value, np.ndarray)}
    header = {
        "method": method,
        "lists": lists,
        "null": [name for name, value in arguments.items() if value is None],
        "numbers": {name: v for name, v in arguments.items() if v is not None and name not in arrays},
    }
    if "x" in arrays:
        n, c, *rest = arrays["x"].shape
        header |= {"outer": n, "channels": c, "inner": math.prod(rest)}
    return _message(header, arrays)


def answer(arrays):
    """The bytes of a result: named arrays, and lists of them."""
    lists, arrays = _spread(arrays)
    return _message({"lists": lists}, {name: np.asarray(value) for name, value in arrays.items()})


def _spread(named):
    """How long lists of arrays are, by name, and all that is named, an element of a list by its number."""
    lists = {name: len(value) for name, value in named.items() if isinstance(value, list)}
    parts = {f"{name} {n}": each for name in lists for n, each in enumerate(named[name])}
    return lists, {name: value for name, value in named.items() if name not in lists} | parts


def _gathered(header, named):
    """What is named, with the lists that `_spread` took apart."""
    lists = header.get("lists", {})
    found = {name: [named.pop(f"{name} {n}") for n in range(length)] for name, length in lists.items()}
    return found | named


def _message(header, arrays):
    described, memory, seen = [], [], {}
    for name, array in arrays.items():
        own, span = _described(array)
        same = seen.setdefault((array.__array_interface__["data"][0], array.shape, array.strides), name)
        described.append({"name": name, **own, **({"same": same} if same != name else {})})
        memory.append(span)
    return b"".join((json.dumps(header | {"arrays": described}).encode(), b"\n", *memory))


def _described(array):
    """An array's layout, and the bytes that it spans."""
    reach = [(n - 1) * stride for n, stride in zip(array.shape, array.strides, strict=True)]
    low = sum(min(each, 0) for each in reach)
    high = sum(max(each, 0) for each in reach) + array.itemsize
    start = array.__array_interface__["data"][0] + low
    span = ctypes.string_at(start, high - low) if array.size else b""
    return {
        "dtype": array.dtype.name,
        "shape": array.shape,
        "strides": array.strides,
        "offset": -low if array.size else 0,
        "bytes": len(span),
        "alignment": start % PAGE,
        "writeable": bool(array.flags.writeable),
        **({"guarded": side} if (side := guards.side(array)) else {}),
    }, span


def arguments(header, take):
    """The arguments of a request, arrays laid out as they were: `take(n)` gives the n bytes that follow."""
    named = dict.fromkeys(header["null"]) | header["numbers"]
    for each in header["arrays"]:
        array = _laid_out(each, take(each["bytes"]))
        named[each["name"]] = named[each["same"]] if "same" in each else array
    return _gathered(header, named)


def _laid_out(described, span):
    """An array over a copy of the bytes that it spans."""
    if described.get("guarded") in ("before", "after") and span:
        memory = guards.guarded(np.frombuffer(span, np.uint8), described["guarded"])
    else:
        room = np.empty(len(span) + 2 * PAGE, np.uint8)
        skip = (described.get("alignment", 0) - room.__array_interface__["data"][0]) % PAGE
        memory = room[skip : skip + len(span)]
        memory[:] = np.frombuffer(span, np.uint8)
    shape, strides = tuple(described["shape"]), tuple(described["strides"])
    array = np.ndarray(shape, formats.named(described["dtype"]), memory, described["offset"], strides)
    array.flags.writeable = described["writeable"]
    return array


def header(line):
    """The JSON object of a line. Raises Malformed."""
    try:
        found = json.loads(line)
    except (ValueError, RecursionError):
        raise Malformed(f"wanted a line of JSON, found {line[:60]!r}") from None
    if not isinstance(found, dict):
        raise Malformed(f"wanted a JSON object, found {line[:60]!r}")
    return found


def results(header, take, shape):
    """The arrays of an answer; one without a shape has x's, `shape`, or one number a channel.

    Of shards, `shape` is the list of theirs. Raises Malformed.
    """
    found, announced = {}, header.get("arrays", [])
    if not isinstance(announced, list):
        raise Malformed(f"wanted a list of arrays, found {json.dumps(announced)[:200]}")
    shapes = shape if isinstance(shape, list) else [shape]
    for each in announced:
        try:
            name, kind = str(each["name"]), formats.named(str(each["dtype"]))
            of, _, n = name.partition(" ")
            own = shapes[int(n or 0)]
            own = tuple(map(int, each.get("shape", own if of in ELEMENTS else own[1:2])))
            if min(own, default=0) < 0 or kind.hasobject:
                raise ValueError("no memory of this kind")
            if "strides" in each:
                found[name] = _laid_out(each, take(each["bytes"]))
            else:
                found[name] = np.frombuffer(take(math.prod(own) * kind.itemsize), kind).reshape(own)
        except (KeyError, IndexError, TypeError, ValueError, AttributeError, OverflowError):
            raise Malformed(f"an array is announced as {json.dumps(each)[:200]}") from None
    try:
        return _gathered(header, found)
    except (KeyError, TypeError, AttributeError) as error:
        raise Malformed(f"a list of arrays lacks {error}") from None
