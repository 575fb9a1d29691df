"""Portable problems: weights, shards, a residual, a rectifier, half precision, derivatives up to the third.

Like `vectors.py`, for what came after it: inputs, exact values and bounds as JSON. Every array is flat, in C
order; numbers of half precision are their 16 bits, as a whole number. A case has each output once, by its
name: "inference_y" is the y of inference mode, "running_mean" and "running_var" those that weigh the new
batch with momentum and take the unbiased variance. Behind a rectifier dy has not passed its gate: no exact y
of these data is so near to 0 that the bounds of a class leave the gate open.
"""

import functools

import numpy as np

from .. import oracle
from ..bounds.errors import ACCUMULATIONS, ROUNDING
from ..bounds.formats import HALVES, named
from ..conformance.shrink import plain
from ..interface.signatures import COTANGENTS, DIRECTIONS, NUMBERS, TENSORS
from ..mutants import MUTANTS, fused, second, shards, weights
from ..oracle import derivatives
from . import inputs, vectors
from .vectors import closed, expected_output, fingerprint

FORMAT = 1
DTYPES = ("float32", "float64", "float16", "bfloat16")
# The smallest data sets that have what this set is about.
CANDIDATES = (
    *(
        "weights",
        "weights-of-rows",
        "weights-one",
        "relu",
        "residual",
        "residual-relu",
        "residual-relu-weights",
    ),
    *("shards-of-rows", "shards-empty-first", "shards-of-one"),
    *(
        "m-2",
        "m-3",
        "m-5",
        "m-9",
        "plane-5",
        "one-pixel",
        "exact",
        "eps-1-std-1",
        "gamma-negative",
        "no-gamma",
    ),
)
# These are always there, for every dtype to have some.
ALWAYS = (
    *(("weights-of-rows", "float64"), ("residual-relu", "float64"), ("shards-of-one", "float64")),
    *(("m-3", "float32"), ("m-5", "float64"), ("m-5", "float16"), ("m-5", "bfloat16")),
    *(("relu", "float16"), ("residual", "bfloat16"), ("weights-of-rows", "float16")),
)


def about():
    """The mutants of what this set is about, by name."""
    subjects = {mutant.name for each in (fused, second, shards, weights) for mutant in each.MUTANTS}
    return {name: mutant for name, mutant in MUTANTS.items() if name in subjects or mutant.dtype in HALVES}


def chosen(progress=None):
    """The cases: by data set and dtype, the names of the mutants that a comparison rejects."""
    return vectors.chosen(progress, mutants=about(), names=CANDIDATES, always=ALWAYS)


def plain_numbers(array, dtype):
    """An array as what JSON holds: hexadecimal, the bits of half precision, or true and false."""
    if array.dtype == bool:
        return array.ravel().tolist()
    if array.dtype == named(dtype) and dtype in HALVES:
        return np.ascontiguousarray(array).view(np.uint16).ravel().tolist()
    return [float(value).hex() for value in array.ravel()]


def asked(data):
    """What is expected of a data set: for each output its name, and how a class is asked for it."""

    @functools.cache
    def call(accumulate, mode="training", gate=True):
        given = {"mean": data.mean, "var": data.var} if mode == "inference" else {"weights": data.weights}
        dy = data.dy
        if data.relu and gate:
            dy = oracle.gated(dy, call(accumulate, mode, False).expected(("y",))["y"].nearest)
        given |= (
            {"ddx": data.ddx, "ddgamma": data.ddgamma, "ddbeta": data.ddbeta} if data.ddx is not None else {}
        )
        given |= {"dy": dy.astype(data.x.dtype), "residual": data.residual, "relu": data.relu}
        return oracle.problem(data.x, data.gamma, data.beta, data.eps, accumulate=accumulate, **given)

    outputs = {name: lambda a, o=name: call(a).expected((o,))[o] for name in ("mean", "var", "y")}
    gradients = [*oracle.GRADIENTS, *(["dresidual"] if data.residual is not None else [])]
    outputs |= {name: lambda a, o=name: call(a).gradients("training")[o] for name in gradients}
    outputs["inference_y"] = lambda a: call(a, "inference").expected(("y",))["y"]
    if data.count > 1:
        old = data.running_mean, data.running_var, data.momentum, "unbiased", "new"
        for name in ("running_mean", "running_var"):
            outputs[name] = lambda a, o=name: call(a).update(*old)[o]
    if data.ddx is not None and data.dtype not in HALVES:
        for name in ("jvp", *oracle.SECOND):
            outputs[name] = lambda a, o=name: call(a).derivatives((o,))[o]
        moved = derivatives.directions(data) if data.weights is None else ()
        for n in range(1, len(moved) + 1):
            outputs[derivatives.label(n)] = lambda a, n=n: derivatives.expected(call(a), moved, n, False)[
                derivatives.label(n)
            ]
    return outputs


def case(name, dtype, kills):
    """One data set with all that is expected of it."""
    data = plain(inputs.data(name, dtype))
    arrays = {key: getattr(data, key) for key in (*TENSORS, *NUMBERS, *COTANGENTS)}
    arrays["weights"] = None if data.weights is None else data.spread
    if dtype in HALVES or data.ddx is None:
        arrays |= dict.fromkeys(("ddx", *DIRECTIONS, *COTANGENTS))
    return {
        "name": name,
        "fault": data.fault,
        "kills": kills,
        "dtype": dtype,
        "shape": list(data.x.shape),
        "eps": float(data.eps).hex(),
        "momentum": float(data.momentum).hex(),
        "relu": data.relu,
        "cuts": list(data.cuts),
        "inputs": {key: plain_numbers(each, dtype) for key, each in arrays.items() if each is not None},
        "expected": {
            output: expected_output(of, output.removeprefix("inference_"), data)
            for output, of in asked(data).items()
        },
    }


def build(progress=None):
    """The whole set, as what JSON holds."""
    return {
        "format": FORMAT,
        "equations": fingerprint(),
        "classes": {key: ACCUMULATIONS[key].title for key in ROUNDING},
        "cases": [case(*key, kills) for key, kills in chosen(progress).items()],
    }


def schema():
    """The schema of the set; it is closed."""
    text, hexadecimal = vectors.TEXT, vectors.HEXADECIMAL
    whole, truth = {"type": "integer"}, {"enum": [False, True]}
    numbers = {"type": "array", "items": {"anyOf": [hexadecimal, whole, truth]}}
    given = dict.fromkeys((*TENSORS, *NUMBERS, *COTANGENTS, "weights"), numbers)
    orders = [derivatives.label(n) for n in (1, 2, 3)]
    outputs = (
        "mean",
        "var",
        "y",
        *oracle.GRADIENTS,
        "dresidual",
        "inference_y",
        "running_mean",
        "running_var",
    )
    outputs = dict.fromkeys((*outputs, "jvp", *oracle.SECOND, *orders), vectors.output_schema())
    one = closed(
        name=text,
        fault=text,
        kills={"type": "array", "items": text},
        dtype={"enum": list(DTYPES)},
        shape={"type": "array", "items": whole},
        eps=hexadecimal,
        momentum=hexadecimal,
        relu=truth,
        cuts={"type": "array", "items": whole},
        inputs=closed(**given) | {"required": ["x", "dy", "mean", "var"]},
        expected=closed(**outputs) | {"required": ["mean", "var", "y", *oracle.GRADIENTS]},
    )
    return {"$schema": "https://json-schema.org/draft/2020-12/schema"} | closed(
        format={"enum": [FORMAT]},
        equations={"type": "string", "pattern": "^[0-9a-f]{64}$"},
        classes=closed(**dict.fromkeys(ROUNDING, text)),
        cases={"type": "array", "items": one},
    )
