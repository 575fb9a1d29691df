"""The bytes between the suite and an implementation in another process; docs/exec.md describes them.

A message is one line of JSON and then the memory of its arrays, one after the other. A request says in which
layout an array lies in its memory, so that the other side can look at it as the suite does; in an answer
every array is in C order.
"""

import ctypes
import json
import math

import numpy as np

# Memory that is sent keeps its distance from a multiple of this many bytes.
PAGE = 64


class Malformed(Exception):
    """Bytes that are no message; the text says why."""


def request(method, arguments):
    """The bytes of a call. `arguments` maps names to arrays, to None, or to what JSON has.

    >>> request("update", {"x": np.ones((2, 1), np.float32), "momentum": 0.5}).count(b"\\n")
    1
    """
    header, memory = {"method": method}, []
    header["null"] = [name for name, value in arguments.items() if value is None]
    header["arrays"] = []
    for name, value in arguments.items():
        if isinstance(value, np.ndarray):
            described, span = _described(value)
            header["arrays"].append({"name": name} | described)
            memory.append(span)
        elif value is not None:
            header[name] = value
    x = arguments.get("x")
    if x is not None:
        header |= {"outer": x.shape[0], "channels": x.shape[1], "inner": math.prod(x.shape[2:])}
    return b"".join((json.dumps(header).encode(), b"\n", *memory))


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
    }, span


def arguments(header, take):
    """The arguments of a request, arrays laid out as they were: `take(n)` gives the n bytes that follow."""
    named = dict.fromkeys(header["null"])
    for each in header["arrays"]:
        room = np.empty(each["bytes"] + 2 * PAGE, np.uint8)
        skip = (each["alignment"] - room.__array_interface__["data"][0]) % PAGE
        memory = room[skip : skip + each["bytes"]]
        memory[:] = np.frombuffer(take(each["bytes"]), np.uint8)
        array = np.ndarray(
            tuple(each["shape"]), dtype(each["dtype"]), memory, each["offset"], tuple(each["strides"])
        )
        array.flags.writeable = each["writeable"]
        named[each["name"]] = array
    known = {"method", "null", "arrays", "outer", "channels", "inner"}
    return named | {name: value for name, value in header.items() if name not in known}


def dtype(name):
    """The dtype of this name. Raises Malformed if there is none."""
    if name == "bfloat16":
        import ml_dtypes

        return np.dtype(ml_dtypes.bfloat16)
    try:
        return np.dtype(name)
    except TypeError:
        raise Malformed(f"the dtype {name!r} is none") from None


def answer(arrays):
    """The bytes of a result: named arrays, in C order."""
    arrays = {name: np.asarray(value, order="C") for name, value in arrays.items()}
    header = {
        "arrays": [
            {"name": name, "dtype": array.dtype.name, "shape": array.shape} for name, array in arrays.items()
        ]
    }
    memory = (array.tobytes() for array in arrays.values())
    return b"".join((json.dumps(header).encode(), b"\n", *memory))


def header(line):
    """The JSON object of a line. Raises Malformed."""
    try:
        found = json.loads(line)
    except ValueError:
        raise Malformed(f"wanted a line of JSON, found {line[:60]!r}") from None
    if not isinstance(found, dict):
        raise Malformed(f"wanted a JSON object, found {line[:60]!r}")
    return found


def results(header, take, shape):
    """The arrays of an answer; one without a shape has x's, `shape`, or one number a channel.

    Raises Malformed.
    """
    found = {}
    for each in header.get("arrays", ()):
        try:
            name, kind = each["name"], dtype(each["dtype"])
            own = tuple(map(int, each.get("shape", shape if name in ("y", "dx") else shape[1:2])))
            if min(own, default=0) < 0:
                raise ValueError("a negative extent")
        except (KeyError, TypeError, ValueError, AttributeError):
            raise Malformed(f"an array is announced as {json.dumps(each)[:200]}") from None
        found[name] = np.frombuffer(take(math.prod(own) * kind.itemsize), kind).reshape(own)
    return found
