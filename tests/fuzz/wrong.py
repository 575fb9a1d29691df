"""Arguments that must be refused, of every kind; some are made from the right one."""

from decimal import Decimal
from fractions import Fraction

import numpy

NO = object()  # the right argument has no wrong one of this kind
RAGGED = [[1.0], [1.0, 2.0]]
HUGE = 10**400


def _masked(array):
    return numpy.ma.array(array, mask=True) if array.size else NO


# of what should be floating-point numbers
NUMBERS = {
    "int64": lambda array: array.astype("i8"),
    "uint8": lambda array: array.astype("u1"),
    "bool": lambda array: array.astype(bool),
    "float16": lambda array: array.astype("f2"),
    "longdouble": lambda array: array.astype(numpy.longdouble),
    "complex64": lambda array: array.astype("c8"),
    "complex128": lambda array: array.astype("c16"),
    "object": lambda array: array.astype(object),
    "text": lambda array: array.astype(float).astype("U8"),
    "bytes": lambda array: array.astype(float).astype("S8"),
    "dates": lambda array: array.astype("i8").astype("M8[s]"),
    "record": lambda array: numpy.zeros(array.shape, [("a", "f4"), ("b", "f8")]),
    "masked": _masked,
    "words": lambda array: "words",
    "ragged": lambda array: RAGGED,
    "mixed list": lambda array: [1.0, "two"],
    "generator": lambda array: (each for each in (1.0, 2.0)),
    "set": lambda array: {1.0, 2.0},
    "mapping": lambda array: {"x": 1.0},
    "type": lambda array: float,
}
FIRST = {key: make for key, make in NUMBERS.items() if key != "float16"} | {
    "None": lambda array: None,
    "vector": lambda array: array.reshape(-1),
    "number": lambda array: 1.5,
}
SECOND = FIRST | {
    "other dtype": lambda array: array.astype("f8" if array.itemsize == 4 else "f4"),
    "float16": lambda array: array.astype("f2") if array.dtype != "f2" else NO,
    "longer": lambda array: numpy.concatenate([array, numpy.ones((1, *array.shape[1:]), array.dtype)]),
    "shorter": lambda array: array[1:] if len(array) else NO,
    "another axis": lambda array: array[..., None],
}
VECTOR = NUMBERS | {
    "longer": lambda array: numpy.append(array, array.dtype.type(1)),
    "shorter": lambda array: array[1:] if len(array) else NO,
    "column": lambda array: array[:, None],
    "row": lambda array: array[None],
    "number": lambda array: 1.5,
}
GIVEN = VECTOR | {"None": lambda array: None}
VARIANCE = GIVEN | {
    "negative": lambda array: numpy.append(array[1:], array.dtype.type(-0.25)) if len(array) else NO
}
EPS = {
    "negative": -1e-5,
    "nan": float("nan"),
    "inf": float("inf"),
    "huge": HUGE,
    "huge fraction": Fraction(HUGE),
    "None": None,
    "text": "1e-5",
    "complex": 1e-5j,
    "decimal": Decimal("1e-5"),
    "list": [1e-5],
    "array": numpy.ones(2),
}
AXIS = {
    "huge": 10**30,
    "less than huge": -(10**30),
    "long": 2**31,
    "longer": 2**63,
    "float": 1.0,
    "None": None,
    "text": "1",
    "tuple": (1,),
    "list": [1],
    "numpy float": numpy.float64(1),
    "array": numpy.ones(2, int),
}
MOMENTUM = EPS | {"above 1": 1.5, "text": "0.1"}
del MOMENTUM["None"]
COUNT = AXIS | {"negative": -1, "zero": 0}
DTYPE = {
    "float16": "f2",
    "int": int,
    "words": "words",
    "None": None,
    "list": ["f4"],
    "number": 3,
}


def _fixed(array):
    array.flags.writeable = False
    return array


def _slid(array):
    # sliding windows: neighbours along the first long axis have elements in common
    if array.ndim < 2 or array.size < 2 or max(array.shape) == array.size:
        return NO
    strides = [array.itemsize if extent > 1 else 0 for extent in array.shape]
    return numpy.lib.stride_tricks.as_strided(array, array.shape, strides)


def _repeated(array):
    axes = [i for i, extent in enumerate(array.shape) if extent > 1]
    if not axes or not array.size:
        return NO
    strides = [0 if i == axes[0] else stride for i, stride in enumerate(array.strides)]
    return numpy.lib.stride_tricks.as_strided(array, array.shape, strides)


# of an array to write to, whose memory is watched
OUT = {
    "list": lambda array: [0.0],
    "memoryview": lambda array: memoryview(array.view("u1")),
    "words": lambda array: "words",
    "number": lambda array: 0,
    "type": lambda array: type(array),
    "other dtype": lambda array: array.astype("f8" if array.itemsize == 4 else "f4"),
    "int": lambda array: array.view(f"i{array.itemsize}"),
    "swapped": lambda array: array.view(array.dtype.newbyteorder()),
    "object": lambda array: array.astype(object),
    "read-only": _fixed,
    "another axis": lambda array: array[..., None],
    "shorter": lambda array: array[1:] if len(array) else NO,
    "vector": lambda array: array.reshape(-1),
    "slid": _slid,
    "repeated": _repeated,
}
PAIR = {
    "one array": lambda array: array,
    "words": lambda array: "ab",
    "three": lambda array: (array, None, None),
    "one": lambda array: (array,),
    "twice": lambda array: (array, array) if array.size else NO,
    "generator": lambda array: (each for each in (array, None)),
    "number": lambda array: 1,
}


def _with(number):
    def make(array, axis):
        if not array.size:
            return NO
        array = array.astype(float)
        array.flat[0] = number
        return array

    return make


def _longer(array, axis):
    return (
        numpy.ones([2 * n if i != axis else n for i, n in enumerate(array.shape)]) if array.size > 1 else NO
    )


# of weights; some are made from right ones, which have extent 1 at the axis
WEIGHTS = {
    "negative": _with(-0.5),
    "nan": _with(numpy.nan),
    "inf": _with(numpy.inf),
    "int": lambda array, axis: array.astype(int),
    "complex": lambda array, axis: array.astype(complex),
    "longdouble": lambda array, axis: array.astype(numpy.longdouble),
    "object": lambda array, axis: array.astype(object),
    "text": lambda array, axis: "ones",
    "more axes": lambda array, axis: array[None],
    "longer": _longer,
    "channels": lambda array, axis: numpy.concatenate([array, array], axis) if array.size else NO,
    "ragged": lambda array, axis: RAGGED,
    "masked": lambda array, axis: _masked(array),
}
SWITCH = {
    "number": 1,
    "numpy number": numpy.float32(1),
    "None": None,
    "text": "relu",
    "array": numpy.ones(1, bool),
    "function": lambda x: lambda x: x,
}
GSUMS = {
    "None": lambda gsums: None,
    "array": lambda gsums: gsums.array(),
    "pair": lambda gsums: (gsums.dgamma, gsums.dbeta),
    "type": type,
}
STATS = {
    "None": lambda stats: None,
    "pair": lambda stats: (stats.mean, stats.var),
    "number": lambda stats: 1.0,
    "type": type,
    "more channels": lambda stats: type(stats)(stats.count, [*stats.mean, 1.0], [*stats.var, 1.0], stats.eps),
    "another count": lambda stats: type(stats)(2 * stats.count + 1, stats.mean, stats.var, stats.eps),
}
