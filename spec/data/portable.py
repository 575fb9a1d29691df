"""Data sets as JSON: what a command line can hold, and what is written for other programs to read.

Numbers are decimal, as Python prints them, or hexadecimal (`float.hex`), which every language reads without
an error; either is exact. What is left out has a value that hides nothing it need not: gamma and beta are
None, mean 0, var 1, dy 0; without ddx no second derivative is asked for, and without u, v and w none of
higher order. "times" repeats x and dy, block after block. "residual" is added to y, and
with "relu" the sum is rectified. "cuts" are where x is cut into shards. "weights" are numbers, or true and
false, of x's shape but for its channels, of which they have one.
"""

import json

import numpy as np

from .. import COMMAND
from ..bounds import formats
from ..interface.signatures import COTANGENTS, DIRECTIONS, NUMBERS, TENSORS
from .designs import EPS
from .inputs import Data

# So many elements the copies of a block may have.
MOST = 2**27
# What a data set is called that was given so.
GIVEN = "data"
ABSENT = {"mean": 0.0, "var": 1.0, "running_mean": 0.0, "running_var": 1.0}


def _number(value):
    """A float from a JSON number, or from text: hexadecimal, nan, inf."""
    if isinstance(value, str):
        return float.fromhex(value)
    if isinstance(value, bool) or not isinstance(value, (int, float)):
        raise ValueError(f"data: wanted a number, found {value!r:.60}")
    try:
        return float(value)
    except OverflowError:
        raise ValueError("data: wanted a number that a float64 holds") from None


def _array(name, value, dtype):
    def read(part):
        return [read(each) for each in part] if isinstance(part, list) else _number(part)

    try:
        array = np.array(read(value), dtype=np.float64)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"data: {name}: {error}") from error
    with np.errstate(over="ignore"):
        return array.astype(formats.named(dtype) if name in TENSORS else formats.parameter(dtype))


def from_json(text):
    """The data set that a JSON object describes. Raises ValueError for anything else.

    >>> from_json('{"dtype": "float32", "x": [[1], [3]], "eps": 0}').x.ravel()
    array([1., 3.], dtype=float32)
    """
    try:
        given = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise ValueError(f"data: wanted JSON, found {error}") from error
    known = {"dtype", "times", "weights", "relu", "cuts", *TENSORS}
    known |= {"eps", "momentum", *NUMBERS, *COTANGENTS}
    if not isinstance(given, dict) or not {"dtype", "x"} <= given.keys() <= known:
        raise ValueError(f"data: wanted an object with dtype, x and of {', '.join(sorted(known))}")
    dtype, known = given["dtype"], ("float32", "float64", *formats.HALVES)
    if dtype not in known:
        raise ValueError(f"data: dtype: wanted one of {', '.join(known)}, found {dtype!r:.60}")
    x = _array("x", given["x"], dtype)
    if x.ndim < 2 or not x.shape[1]:
        raise ValueError(f"data: x: wanted the shape (N, C, ...), found {x.shape}")
    dy = _array("dy", given["dy"], dtype) if "dy" in given else np.zeros_like(x)
    arrays = {"x": x, "dy": dy}
    for name in ("residual", "ddx", *DIRECTIONS):
        arrays[name] = _array(name, given[name], dtype) if name in given else None
    for name in (*NUMBERS, *COTANGENTS):
        value = given.get(name, ABSENT.get(name))
        value = [value] * x.shape[1] if isinstance(value, (int, float)) else value
        arrays[name] = None if value is None else _array(name, value, dtype)
    for name, array in arrays.items():
        shape = x.shape if name in TENSORS else x.shape[1:2]
        if array is not None and array.shape != shape:
            raise ValueError(f"data: {name}: wanted the shape {shape}, found {array.shape}")
        if name not in ("x", "dy") and array is not None and not np.isfinite(array).all():
            raise ValueError(f"data: {name}: wanted finite numbers")
    arrays["weights"] = _weights(given["weights"], x, dtype) if "weights" in given else None
    times = given.get("times", 1)
    most = 1 if any(name in given for name in DIRECTIONS) else MOST // max(x.size, 1)
    if not isinstance(times, int) or isinstance(times, bool) or not 1 <= times <= most:
        raise ValueError(
            f"data: times: wanted a whole number, 1 with u, v or w, at most {most}, found {times!r:.60}"
        )
    if times > 1:
        copies = (times,) + (1,) * (x.ndim - 1)
        tensors = {name: arrays[name] for name in TENSORS if arrays[name] is not None}
        arrays |= {name: np.tile(each, copies) for name, each in tensors.items()}
    eps, momentum = _number(given.get("eps", EPS)), _number(given.get("momentum", 0.1))
    if not np.isfinite([eps, momentum]).all():
        raise ValueError(f"data: wanted a finite eps and momentum, found {eps} and {momentum}")
    cuts = given.get("cuts", [])
    if not isinstance(cuts, list) or cuts != sorted(cuts) or not all(type(n) is int for n in cuts):
        raise ValueError(f"data: cuts: wanted whole numbers in order, found {cuts!r}")
    arrays |= {"times": times, "relu": given.get("relu") is True, "cuts": tuple(cuts)}
    data = Data(name=GIVEN, fault="given", dtype=dtype, eps=eps, momentum=momentum, **arrays)
    if not is_defined(data):
        raise ValueError("data: wanted eps >= 0, var >= 0 and var + eps > 0, and weights >= 0")
    return data


def _weights(value, x, dtype):
    """Weights from JSON, of x's shape but for the channels, of which they have one."""
    plain = np.array(value, dtype=object)
    is_mask = plain.size and all(isinstance(each, bool) for each in plain.flat)
    array = plain.astype(bool) if is_mask else _array("weights", value, dtype)
    if array.shape != (len(x), 1, *x.shape[2:]):
        raise ValueError(f"data: weights: wanted the shape {(len(x), 1, *x.shape[2:])}, found {array.shape}")
    return array


def is_defined(data):
    """Whether the equations say what inference is on this data: var and eps not negative, and not both 0."""
    wide = data.var.astype(np.float64)
    weighs = data.weights is None or (np.isfinite(data.weights) & (data.weights >= 0)).all()
    return data.eps >= 0 and bool((wide >= 0).all() and (wide + data.eps > 0).all() and weighs)


def _plain(value, write):
    if isinstance(value, list):
        return [_plain(each, write) for each in value]
    return write(value)


def decimal(value):
    """A float as a JSON number, a whole one without its point; as text if it is not finite."""
    if not np.isfinite(value):
        return repr(value)
    return int(value) if value == int(value) and abs(value) < 2**53 and str(value) != "-0.0" else value


def to_dict(data, write=decimal):
    """A data set as a JSON object; what is as if it were left out is left out."""
    row = {"dtype": data.dtype, "times": data.times, "eps": write(data.eps), "momentum": write(data.momentum)}
    for name in (*TENSORS, *NUMBERS, *COTANGENTS):
        array = getattr(data, name)
        if array is not None:
            array = data.block(array) if name in TENSORS else array
            row[name] = _plain(array.astype(np.float64).tolist(), write)
    if data.relu:
        row["relu"] = True
    if data.cuts:
        row["cuts"] = list(data.cuts)
    if data.weights is not None:
        mask = data.weights.dtype == bool
        row["weights"] = data.spread.tolist() if mask else _plain(data.spread.astype(float).tolist(), write)
    return row


def to_json(data):
    """A data set as JSON text on one line, the shortest that is exact."""
    row = to_dict(data)
    absent = {name: [decimal(value)] * data.x.shape[1] for name, value in ABSENT.items()}
    absent |= {"dy": _plain(np.zeros_like(data.block(data.x), float).tolist(), decimal)}
    absent |= {"momentum": 0.1, "times": 1}
    return json.dumps({name: value for name, value in row.items() if value != absent.get(name, ...)})


def command(target, data):
    """The command that judges a target on this data set."""
    if data.name == GIVEN:
        return f"{COMMAND} check {target} --data '{to_json(data)}'"
    return f'{COMMAND} check {target} --only "{data.name}" --dtype {data.dtype}'
