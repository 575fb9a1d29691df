"""A portable set of vectors: inputs, exact values and bounds as JSON, for kernels that Python cannot call.

The data sets are the smallest cover of the kill matrix among those that JSON can state: plain memory, finite
numbers, comparisons alone. Every float is hexadecimal, as C99, Rust, Go, Java and Python read it without an
error. An exact value is the sum of two float64 numbers, `high` + `low`, 106 bits. A bound is decimal, rounded
up; null where there is none.
"""

import functools
import hashlib
import json
import math
from pathlib import Path

import numpy as np

from .. import equations, oracle
from ..audit import matrix
from ..bounds.errors import ACCUMULATIONS, ROUNDING
from ..conformance.shrink import plain
from ..conformance.verdict import BROKEN
from ..interface.signatures import ELEMENTS, NUMBERS
from ..mutants import MUTANTS
from ..oracle import EQUATION
from ..workers import WORKERS
from . import inputs

FORMAT = 1
# So many elements a data set may have, for the set to stay small.
MOST = 130
DTYPES = ("float32", "float64")
CONVENTIONS = [(variance, weighs) for variance in ("unbiased", "biased") for weighs in ("new", "old")]


def fingerprint():
    """The hash of the equations, as they are written."""
    return hashlib.sha256(Path(equations.__file__).read_bytes()).hexdigest()


def candidates():
    """The names of the data sets that JSON can state, the smallest first."""
    found = []
    for name in matrix.by_size(inputs.plain()):
        data = inputs.data(name, matrix.DTYPE)
        rows = oracle.channels(data.x)
        whole = data.m and np.isfinite(rows).all() and np.isfinite(data.dy).all()
        defined = data.eps > 0 or not (rows == rows[:, :1]).all(axis=1).any()
        usual = data.layout == "contiguous" and not data.company and data.often == 1
        usual = usual and data.weights is None and data.residual is None and not data.relu and not data.cuts
        usual = usual and data.weight is None and np.isfinite(data.var).all()
        if whole and defined and usual and data.x is not data.dy and data.x.size <= MOST:
            found.append(name)
    return found


def chosen(progress=None, workers=WORKERS, mutants=None, names=None, always=()):
    """The cover, and what is `always` there: by data set and dtype, the mutants that a comparison rejects."""
    mutants = mutants or {name: mutant for name, mutant in MUTANTS.items() if mutant.dtype in DTYPES}
    kills = matrix.kill_matrix(mutants, names or candidates(), progress, workers)
    kills = {
        name: {
            (data, mutants[name].dtype): [v for v in broken if v.ratio is not None and v.status in BROKEN]
            for data, broken in row.items()
        }
        for name, row in kills.items()
    }
    of = {name: mutant.equation for name, mutant in mutants.items()}
    cover = matrix.cover(kills, of)
    keys = dict.fromkeys((*cover, *always))
    return {key: sorted(name for name, row in kills.items() if row.get(key)) for key in keys}


def _rounded_up(bound):
    """A bound in five digits, not below what it was; None for infinity."""
    if not math.isfinite(bound):
        return None
    short = float(f"{bound:.4e}")
    return short if short >= bound else float(f"{bound * (1 + 1e-4):.4e}")


def _tensor(array):
    return {"shape": list(array.shape), "values": [float(value).hex() for value in array.ravel()]}


def expected_output(of, name, data):
    """One output: `of` gives what is expected of it under a class."""
    first = of(next(iter(ROUNDING)))
    bounds = {}
    for accumulate in ROUNDING:
        expected = of(accumulate)
        allowed = expected.allowed(data.x.dtype) if name in ELEMENTS else expected.bounds
        bounds[accumulate] = [_rounded_up(bound) for bound in allowed.ravel().tolist()]
    return {
        "equation": EQUATION[name],
        "shape": list(first.shape),
        "high": [value.hex() for value in first.nearest.ravel().tolist()],
        "low": [value.hex() for value in first.left.ravel().tolist()],
        "bounds": bounds,
    }


def case(name, dtype, kills):
    """One data set with all that is expected of it."""
    data = plain(inputs.data(name, dtype))

    @functools.cache
    def call(accumulate, mode):
        given = {} if mode == "training" else {"mean": data.mean, "var": data.var}
        return oracle.problem(
            data.x, data.gamma, data.beta, data.eps, accumulate=accumulate, dy=data.dy, **given
        )

    expected = {"training": {}, "inference": {}, "update": {}}
    for output in ("mean", "var", "y"):
        expected["training"][output] = expected_output(
            lambda a, o=output: call(a, "training").expected((o,))[o], output, data
        )
    expected["inference"]["y"] = expected_output(
        lambda a: call(a, "inference").expected(("y",))["y"], "y", data
    )
    for mode in ("training", "inference"):
        for output in oracle.GRADIENTS:
            expected[mode][output] = expected_output(
                lambda a, m=mode, o=output: call(a, m).gradients(m)[o], output, data
            )
    old = data.running_mean, data.running_var, data.momentum
    for variance, weighs in CONVENTIONS if data.m > 1 else CONVENTIONS[2:]:
        expected["update"][f"{variance}, momentum weighs {weighs}"] = {
            output: expected_output(
                lambda a, o=output, v=variance, w=weighs: call(a, "training").update(*old, v, w)[o],
                output,
                data,
            )
            for output in ("running_mean", "running_var")
        }
    arrays = {key: getattr(data, key) for key in ("x", "dy", *NUMBERS)}
    return {
        "name": name,
        "fault": data.fault,
        "kills": kills,
        "dtype": dtype,
        "eps": float(data.eps).hex(),
        "momentum": float(data.momentum).hex(),
        "inputs": {key: None if each is None else _tensor(each) for key, each in arrays.items()},
        "expected": expected,
    }


def build(progress=None, workers=WORKERS):
    """The whole set, as what JSON holds."""
    return {
        "format": FORMAT,
        "equations": fingerprint(),
        "classes": {key: ACCUMULATIONS[key].title for key in ROUNDING},
        "cases": [case(*key, kills) for key, kills in chosen(progress, workers).items()],
    }


def closed(**properties):
    """An object that has these properties and no others."""
    return {
        "type": "object",
        "properties": properties,
        "required": list(properties),
        "additionalProperties": False,
    }


TEXT = {"type": "string"}
HEXADECIMAL = {"type": "string", "pattern": "^-?0x[01]\\.[0-9a-f]+p[+-][0-9]+$"}
FLOATS = {"type": "array", "items": HEXADECIMAL}
SHAPE = {"type": "array", "items": {"type": "integer"}}


def output_schema():
    """The schema of one output."""
    bounds = {"type": "array", "items": {"type": ["number", "null"]}}
    bounds = closed(**dict.fromkeys(ROUNDING, bounds))
    return closed(equation=TEXT, shape=SHAPE, high=FLOATS, low=FLOATS, bounds=bounds)


def schema():
    """The schema of the set, in the words of JSON Schema; it is closed."""
    text, hexadecimal, output = TEXT, HEXADECIMAL, output_schema()
    texts = {"type": "array", "items": text}
    tensor = closed(shape=SHAPE, values=FLOATS)
    gradients = dict.fromkeys(oracle.GRADIENTS, output)
    update = closed(running_mean=output, running_var=output)
    conventions = closed(**{f"{v}, momentum weighs {w}": update for v, w in CONVENTIONS})
    # The unbiased variance of one element is not defined.
    conventions["required"] = [f"biased, momentum weighs {weighs}" for weighs in ("new", "old")]
    optional = {"anyOf": [tensor, {"type": "null"}]}
    numbers = {key: optional if key in ("gamma", "beta") else tensor for key in NUMBERS}
    expected = closed(
        training=closed(mean=output, var=output, y=output, **gradients),
        inference=closed(y=output, **gradients),
        update=conventions,
    )
    one = closed(
        name=text,
        fault=text,
        kills=texts,
        dtype={"enum": list(DTYPES)},
        eps=hexadecimal,
        momentum=hexadecimal,
        inputs=closed(x=tensor, dy=tensor, **numbers),
        expected=expected,
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | closed(
        format={"enum": [FORMAT]},
        equations={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        classes=closed(**dict.fromkeys(ROUNDING, text)),
        cases={"type": "array", "items": one},
    )


def write(folder, progress=print):
    """Write the sets and their schemas; the paths and their sizes."""
    from . import problems  # which is made of what is here

    folder = Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    written = []
    for name, value, indent in (
        ("schema.json", schema(), 1),
        ("vectors.json", build(progress), None),
        ("problems.schema.json", problems.schema(), 1),
        ("problems.json", problems.build(progress), None),
    ):
        path = folder / name
        separators = (",", ":") if indent is None else None
        path.write_text(json.dumps(value, indent=indent, separators=separators) + "\n", encoding="utf-8")
        written.append((path, path.stat().st_size))
    return written
