"""Cases of the functions of tensors: how one is drawn, made and judged."""

from dataclasses import dataclass
from fractions import Fraction
from math import prod

import ml_dtypes
import numpy

from . import apart, drawing, reference, wrong
from .laying import fill, handed, lay, overlaps_itself
from .numbers import numbers, weights
from .watch import Found, same_bits


@dataclass(frozen=True)
class Operation:
    """What a function takes, by the names of its arguments, and what it returns, by those of spec."""

    tensors: tuple
    vectors: tuple
    returns: tuple
    optional: tuple = ()  # of the tensors and vectors, those that may be None
    own: bool = False  # takes the statistics of x, and eps with them
    outs: int = 1
    seldom: tuple = ()  # of the optional ones, those that are mostly left out
    relu: bool = False  # has a relu, if asked
    shard: bool = False  # takes those of a batch that x is a shard of
    sums: bool = False  # takes the gradient sums of dy and x
    weighs: bool = False  # takes weights
    exact: bool = False  # has exact sums, if asked

    @property
    def eps(self):
        """Whether it takes eps."""
        return not self.own and self.returns != ("sums",)


OPERATIONS = {
    "forward": Operation(
        ("x", "residual"),
        ("gamma", "beta"),
        ("y", "stats"),
        ("gamma", "beta", "residual"),
        seldom=("residual",),
        relu=True,
        weighs=True,
    ),
    "inference": Operation(
        ("x", "residual"),
        ("gamma", "beta", "mean", "var"),
        ("y",),
        ("gamma", "beta", "residual"),
        seldom=("residual",),
        relu=True,
    ),
    "normalize": Operation(
        ("x", "residual"),
        ("gamma", "beta"),
        ("y",),
        ("gamma", "beta", "residual"),
        own=True,
        shard=True,
        seldom=("residual",),
        relu=True,
    ),
    "backward": Operation(
        ("dy", "x", "y"),
        ("gamma",),
        ("dx", "dgamma", "dbeta"),
        ("gamma", "y"),
        own=True,
        seldom=("y",),
        weighs=True,
    ),
    "sums": Operation(("x",), (), ("sums",), outs=0, weighs=True, exact=True),
    "gradient_sums": Operation(
        ("dy", "x", "y"),
        (),
        ("gsums",),
        ("y",),
        own=True,
        outs=0,
        seldom=("y",),
        shard=True,
        weighs=True,
        exact=True,
    ),
    "gradient": Operation(
        ("dy", "x", "y"),
        ("gamma",),
        ("dx",),
        ("gamma", "y"),
        own=True,
        seldom=("y",),
        shard=True,
        sums=True,
        weighs=True,
    ),
    "inference_backward": Operation(
        ("dy", "x"), ("gamma", "mean", "var"), ("dx", "dgamma", "dbeta"), ("gamma",)
    ),
    "statistics": Operation(("x",), (), ("stats",), outs=0, weighs=True),
    "jvp": Operation(("v", "x"), ("gamma",), ("jvp",), ("gamma",), own=True, weighs=True),
    "double_backward": Operation(
        ("ddx", "dy", "x"),
        ("gamma", "ddgamma", "ddbeta"),
        ("d_dy", "d_x", "d_gamma"),
        ("ddx", "gamma", "ddgamma", "ddbeta"),
        own=True,
        outs=2,
        weighs=True,
    ),
}
NAMES = tuple(OPERATIONS)

EPS = {
    "1e-5": 1e-5,
    "0": 0.0,
    "int 0": 0,
    "int 1": 1,
    "True": True,
    "-0": -0.0,
    "1e-3": 1e-3,
    "float32": numpy.float32(1e-5),
    "float64": numpy.float64(1e-12),
    "fraction": Fraction(1, 1000),
    "subnormal": 5e-324,
    "huge": 1e300,
    "whole and huge": 10**300,
}


def draw(r):
    """A case of one of the functions."""
    name = r.choice(NAMES)
    operation = OPERATIONS[name]
    dtype = r.choices(("float32", "float64", "float16", "bfloat16"), (50, 35, 8, 7))[0]
    shape = drawing.shape(r, dtype)
    axes = len(shape)
    case = {
        "function": name,
        "dtype": dtype,
        "shape": shape,
        "axis": 1 if r.random() < 0.5 else r.randrange(axes),
        "threads": drawing.threads(r),
    }
    plain = r.random() < 0.3
    for tensor in operation.tensors:
        case[tensor] = drawing.values(r) if plain else drawing.tensor(r, axes)
    for vector in operation.vectors:
        case[vector] = drawing.vector(r, vector)
    for each in operation.optional:
        if r.random() < (0.7 if each in operation.seldom else 0.15):
            case[each] = None
    if operation.relu and r.random() < 0.25:
        case["relu"] = r.choice((True, True, numpy.True_.item(), False))
    if operation.exact and r.random() < (0.05 if dtype == "float64" else 0.3):
        case["exact"] = r.random() < 0.9
    if operation.weighs and r.random() < (0.05 if case.get("exact") else 0.25):
        case["weights"] = drawing.weights(r, axes)
    if len(operation.tensors) > 1 and r.random() < 0.04:
        case["same"] = True
    if r.random() < 0.3:
        case["eps"] = r.choice(tuple(EPS))
    if r.random() < 0.3:
        case["axis as"] = r.choice(("negative", "numpy", "numpy negative", "bool"))
    if operation.outs and r.random() < 0.6:
        case["out"] = [_out(r, operation, axes) for _ in range(operation.outs)]
        for place in filter(None, case["out"]):
            near = place.get("turned") or place.get("beside") or place.get("past")
            # a list would have no memory to overlap
            (case.get(near) or {}).pop("as", None)
    u = r.random()
    if u < 0.15:
        case["wrong"] = _wrong(r, operation)
    elif u < 0.25:
        case["spoil"] = [
            r.choice([*operation.tensors, *operation.vectors]),
            r.choice(("nan", "nan", "inf", "-inf", "max")),
            r.random(),
        ]
    elif u < 0.28 and operation.vectors:
        # one number a channel, in the memory of a tensor
        case["inside"] = [r.choice(operation.vectors), r.choice((*operation.tensors, "out", "out"))]
        case["inside as"] = r.choice(("array", "memoryview"))
    elif u < 0.6 and name == "backward" and r.random() < 0.4:
        case["residual_out"] = {"is": "dy"} if r.random() < 0.5 else _elsewhere(r, axes)
    if r.random() < 0.15:
        case["errors"] = r.choice(("raise", "ignore"))
    size = prod(shape)
    case["judge"] = r.random() < (0.03 if size <= reference.FEW else 0.1 if size <= 1 << 15 else 0.3)
    return case


def _out(r, operation, axes):
    u = r.random()
    if u < 0.4:
        return {"is": r.choice(operation.tensors)}
    if u < 0.45:
        return {r.choice(("turned", "beside")): r.choice(operation.tensors)}
    if u < 0.5:
        return {"past": r.choice(operation.tensors), "by": r.choice((-64, -5, -4, -1, 1, 3, 4, 8, 12, 64))}
    if u < 0.6 and operation.outs > 1:
        return None
    return _elsewhere(r, axes)


def _elsewhere(r, axes):
    how = drawing.layout(r, axes)
    return {key: value for key, value in how.items() if key not in ("zero", "slide", "swap", "lock")} | {
        "at": r.randrange(1 << 16)
    }


KINDS = {
    "eps": wrong.EPS,
    "axis": wrong.AXIS,
    "stats": wrong.STATS,
    "var": wrong.VARIANCE,
    "relu": wrong.SWITCH,
    "gsums": wrong.GSUMS,
    "weights": wrong.WEIGHTS,
    "exact": wrong.SWITCH,
}


def _wrong(r, operation):
    names = [*operation.tensors, *operation.vectors, "axis"]
    names += ["stats"] * operation.own + ["eps"] * operation.eps
    names += ["relu"] * operation.relu + ["gsums"] * operation.sums
    names += ["weights"] * operation.weighs + ["exact"] * operation.exact
    name = r.choice(names + ["out"] * 2 * bool(operation.outs))
    return [name, r.choice(tuple(_kinds(operation, name)))]


def _kinds(operation, name):
    """The ways in which an argument can be wrong."""
    if name == "out":
        return wrong.OUT if operation.outs == 1 else wrong.OUT | wrong.PAIR
    if name == "stats" and operation.shard:
        # a batch may have more elements than its shard
        return {key: make for key, make in wrong.STATS.items() if key != "another count"}
    if name in KINDS:
        return KINDS[name]
    if name in operation.tensors:
        kinds = wrong.FIRST if name == "x" else wrong.SECOND
    else:
        kinds = wrong.VECTOR if name in operation.optional else wrong.GIVEN
    return {key: make for key, make in kinds.items() if key != "None" or name not in operation.optional}


def _share(a, b):
    """Whether two arrays, of which there may be none, have a byte in common."""
    both = a is not None and b is not None
    return both and numpy.may_share_memory(a, b) and numpy.shares_memory(a, b)


class Made:
    """The arguments of a case, in memory."""

    def __init__(self, watch, case):
        self.watch, self.case, self.memory = watch, case, watch.memory
        self.operation = OPERATIONS[case["function"]]
        self.function = getattr(watch.module, case["function"])
        self.shape, self.axis = tuple(case["shape"]), case["axis"] % len(case["shape"])
        self.dtype = numpy.dtype(case["dtype"])
        self.channels = self.shape[self.axis]
        self.eps = EPS[case.get("eps", "1e-5")]
        # the arrays that the arguments are of, the arguments, and those that must be blamed
        self.arrays, self.given, self.blamed = {}, {}, set()
        self.small = prod(self.shape) <= 1 << 16
        self.outs = [None] * self.operation.outs
        for name in self.operation.tensors:
            self._tensor(name)
        for name in self.operation.vectors:
            self._vector(name)
        if self.case.get("weights"):
            self._weights(self.case["weights"])
        self._places()
        self._axis()
        if self.operation.eps:
            self.given["eps"] = self.eps
        for name in ("relu", "exact"):
            if name in case:
                self.given[name] = case[name]
        if case.get("exact") and self.dtype.itemsize > 4:
            self.blamed.add("x")
        elif case.get("exact") and case.get("weights"):
            self.blamed.add("weights")
        for name in self.operation.seldom:
            if self.given[name] is None:
                del self.given[name]

    def _tensor(self, name):
        how = self.case.get(name)
        self.arrays[name] = None
        if how is None:
            self.given[name] = None
            return
        if self.case.get("same") and self.arrays.get(self.operation.tensors[0]) is not None:
            first = self.operation.tensors[0]
            self.arrays[name], self.given[name] = self.arrays[first], self.given[first]
            return
        if not self.small or self.dtype.itemsize == 2:
            # a list would be of float64, and no buffer says that it is of bfloat16
            left_out = ("steps", "as") if not self.small else ("as",)
            how = {key: value for key, value in how.items() if key not in left_out}
        array = self._along_with_out(name)
        if array is None:
            array = lay(self.memory, name, self.shape, self.dtype, how, self.axis)
        fill(array, how, self.axis)
        self.arrays[name], self.given[name] = array, handed(array, how)

    def _along_with_out(self, name):
        """A tensor whose memory an output is a neighbour of, or overlaps."""
        for number, place in enumerate(self.case.get("out") or ()):
            if number >= len(self.outs) or not place or not prod(self.shape):
                continue
            if place.get("beside") == name:
                *before, last = self.shape
                both = lay(self.memory, name, (*before, 2 * last), self.dtype, {})
                self.outs[number] = both[..., 1::2]
                return both[..., ::2]
            if place.get("past") == name:
                by, size = place["by"], prod(self.shape) * self.dtype.itemsize
                room, start = self.memory.place(name, size + abs(by))
                if abs(by) < size:
                    self.blamed.add("out")
                self.outs[number] = numpy.ndarray(self.shape, self.dtype, room.pages, start + max(by, 0))
                return numpy.ndarray(self.shape, self.dtype, room.pages, start + max(-by, 0))
        return None

    def _vector(self, name):
        how = self.case.get(name)
        self.arrays[name] = self.given[name] = None
        if how is None:
            return
        dtype = numpy.dtype(how.get("dtype", "f4" if self.dtype.itemsize == 2 else self.dtype))
        array = lay(self.memory, name, (self.channels,), dtype, how)
        fill(array, how)
        if name == "var":
            array[...] = abs(array)
        self.arrays[name], self.given[name] = array, handed(array, how)

    def _weights(self, how):
        """Weights, which may have extent 1 at any axis, and lack those in front."""
        shape = [1 if i == self.axis or how["one"] >> i & 1 else n for i, n in enumerate(self.shape)]
        array = lay(self.memory, "weights", shape, numpy.dtype(how["dtype"]), how, self.axis)
        array[...] = weights(how["of"], how["at"], shape)
        while how.get("short") and array.ndim and array.shape[0] == 1:
            array = array[0, ...]
        self.arrays["weights"], self.given["weights"] = array, handed(array, how)

    @property
    def count(self):
        """m, or what the weights add up to."""
        if "weights" not in self.given or self.given.get("exact"):
            return prod(self.shape) // self.channels if self.channels else 0
        spread = [1 if i == self.axis else n for i, n in enumerate(self.shape)]
        return (
            float(numpy.broadcast_to(self.arrays["weights"], spread).sum(dtype=float)) if self.channels else 0
        )

    def counts(self, count):
        """Whether this is the count of a batch; the order in which weights are added up is anybody's."""
        wanted = self.count
        return count == wanted or ("weights" in self.given and abs(count - wanted) <= 1e-9 * wanted)

    def _places(self):
        """Where results go, and whether they may."""
        for number, place in enumerate(self.case.get("out") or ()):
            if number < len(self.outs) and place and self.outs[number] is None:
                self.outs[number] = self._place(f"out[{number}]", place)
        for number, out in enumerate(self.outs):
            if out is not None and not self._may_be_written(out, self.case["out"][number]):
                self.blamed.add("out")
        if len(self.outs) == 2 and _share(*self.outs):
            self.blamed.add("out")
        self._inside()
        self.residual_out = None
        if self.case.get("residual_out"):
            self.residual_out = self._place("residual_out", self.case["residual_out"])
            others = (*self.outs, self.arrays["x"], self.arrays["y"])
            if not self._may_be_written(self.residual_out, {}) or any(
                _share(self.residual_out, other) for other in others
            ):
                self.blamed.add("residual_out")

    def _place(self, name, place):
        shared = self.arrays.get(place.get("is") or place.get("turned"))
        if shared is not None and ("is" in place or len(shared) > 1):
            return shared[::-1] if "turned" in place else shared
        if {"is", "turned", "beside", "past"} & place.keys():
            place = {"at": 0}
        if not self.small:
            place = {key: value for key, value in place.items() if key != "steps"}
        array = lay(self.memory, name, self.shape, self.dtype, place, self.axis)
        array[...] = numbers("bits", self.dtype, array.size, place["at"]).reshape(self.shape)
        return array

    def _may_be_written(self, out, place):
        if not out.flags.writeable or not out.dtype.isnative:
            return False
        turned = self.arrays.get(place.get("turned"))
        if turned is not None and out.size and len(out) > 1:
            return False  # other elements in the same memory
        return not overlaps_itself(out)

    def _inside(self):
        """A vector that lies in the memory of a tensor, or of the place of a result."""
        name, where = self.case.get("inside") or (None, None)
        out = next((out for out in self.outs if out is not None), None)
        home = out if where == "out" else self.arrays.get(where)
        if home is None or self.arrays.get(name) is None or not home.size or not home.dtype.isnative:
            return
        flat = home.reshape(-1) if home.flags.c_contiguous and home.flags.aligned else None
        if self.dtype.itemsize == 2:
            return
        if name == "var" or flat is None or flat.size < self.channels or not self.channels:
            return
        self.arrays[name] = array = flat[: self.channels]
        self.given[name] = memoryview(array) if self.case.get("inside as") == "memoryview" else array
        if any(_share(out, array) for out in self.outs):
            self.blamed.add("out")

    def _axis(self):
        axis = self.axis
        match self.case.get("axis as"):
            case "negative":
                axis -= len(self.shape)
            case "numpy":
                axis = numpy.int64(axis)
            case "numpy negative":
                axis = numpy.int8(axis - len(self.shape))
            case "bool":
                axis = bool(axis) if axis < 2 else axis
        self.given["axis"] = axis

    def misuse(self):
        """Put the wrong argument in the place of the right one."""
        if self.operation.own:
            self.given["stats"] = self.own_statistics()
        name, kind = self.case["wrong"]
        make = _kinds(self.operation, name)[kind]
        right = None
        if name == "out":
            right = lay(self.memory, "out", self.shape, self.dtype, {})
        elif name == "weights":
            right = numpy.ones([1 if i == self.axis else n for i, n in enumerate(self.shape)])
        elif name in self.arrays:
            right = self.arrays[name]
            if right is None:
                right = numpy.ones(
                    self.channels if name in self.operation.vectors else self.shape, self.dtype
                )
        elif name == "stats":
            right = self.given["stats"]
        elif name == "gsums":
            right = self.gradient_sums()
        value = make(right, self.axis) if name == "weights" else make(right) if callable(make) else make
        if value is wrong.NO:
            return
        if name == "out" and len(self.outs) == 2 and kind not in wrong.PAIR:
            value = (value, None)
        self.given[name] = value
        self.blamed.add(name)

    def own_statistics(self):
        """What a function takes that needs the statistics of x."""
        given = self.given["x"], {"eps": self.eps, "axis": self.given["axis"]}
        if "weights" in self.given and not self.blamed & {"weights", "exact"}:
            given[1]["weights"] = self.given["weights"]
        return self.watch.success(self.watch.module.statistics, given[0], **given[1])

    def gradient_sums(self):
        """What gradient takes of dy and x, and of y if it is there."""
        refused, _ = self.case.get("wrong") or (None, None)
        names = ("dy", "x", "y", "stats", "axis", *(["weights"] if refused != "weights" else []))
        given = {name: self.given[name] for name in names if name in self.given}
        given.setdefault("stats", self.own_statistics())
        return self.watch.success(self.watch.module.gradient_sums, **given)

    def arguments(self, out):
        """All of them, by name."""
        given = dict(self.given)
        if self.operation.own and "stats" not in given:
            given["stats"] = self.own_statistics()
        if self.operation.sums and "gsums" not in given:
            # what gradient_sums would refuse has none
            refused, _ = self.case.get("wrong") or (None, None)
            given["gsums"] = (
                None
                if self.blamed and refused in (*self.operation.tensors, "axis", "stats")
                else self.gradient_sums()
            )
        if out and "out" not in given and self.outs:
            given["out"] = self.outs[0] if len(self.outs) == 1 else tuple(self.outs)
        if out and self.residual_out is not None:
            given["residual_out"] = self.residual_out
        return given


def run(watch, case):
    """Carry out a case. Raises Found."""
    made = Made(watch, case)
    first, second = case["threads"]
    watch.module.set_num_threads(first)
    if case.get("wrong"):
        made.misuse()
    if made.blamed:
        watch.refusal(made.blamed, made.function, **made.arguments(_written(case)))
        return
    got = results(watch, made, False)
    apart.compare(made, got)
    _pads(watch, made, got)
    if _spoil(made):
        clean, before = got, [value.tobytes() for value in got.values()]
        got = results(watch, made, False)
        if [value.tobytes() for value in clean.values()] != before:
            raise Found("an earlier result has changed", f"by a later call of {case['function']}")
        _stays(made, clean, got)
        apart.compare(made, got)
    watch.module.set_num_threads(second)
    again = results(watch, made, _written(case))
    for name, value in got.items():
        if not same_bits(value, again[name]):
            how = _how(made)
            at = numpy.flatnonzero((value != again[name]).reshape(-1))
            raise Found(
                f"other bits {how}: {case['function']}",
                f"{at.size} of {value.size} of {name}, the first at {at[:1]}; {first} and {second} threads",
            )
    # weights far below 1 leave the range of what they are multiplied with
    tiny = case.get("weights") and case["weights"]["of"] == "tiny"
    if case.get("judge") and made.dtype.itemsize > 2 and not apart.is_more(made) and not tiny:
        _judge(watch, made, got)


def _written(case):
    """Whether the case says where a result goes."""
    return bool(case.get("out") or case.get("residual_out"))


def _how(made):
    places = made.case.get("out") or []
    names = [str(place.get("is", "elsewhere")) for place in places if place]
    return f"with out={'/'.join(names)}" if names else "with other threads"


def results(watch, made, out):
    """What the function returns, by name, once it is seen that it changed nothing else."""
    given = made.arguments(out)
    beside = made.residual_out if out else None
    passed = apart.let_through(made) if beside is not None else None
    before = watch.memory.snapshot()
    returned = watch.success(made.function, errors=made.case.get("errors", "warn"), **given)
    got = _by_name(made, returned)
    outs = made.outs if out else [None] * len(made.outs)
    names = made.operation.returns
    for name, place in zip(names, outs, strict=False):
        if place is not None and got[name] is not place:
            raise Found("the result is not what was given as out", name)
    _format(made, {name: value for name, value in got.items() if all(value is not place for place in outs)})
    # what was written to, put back, leaves every byte as it was
    rooms = {id(room): bytes_ for room, bytes_ in before}
    if beside is not None and beside.size:
        if not same_bits(beside, passed):
            raise Found("another residual_out than dy where y > 0", made.case["function"])
        _put_back(watch.memory, beside, rooms)
    for name, place in zip(names, outs, strict=False):
        if place is not None and place.size:
            got[name] = place.copy()
            _put_back(watch.memory, place, rooms)
    changed = watch.memory.changed(before)
    if changed:
        raise Found(f"writes where it must not: {made.case['function']}", changed)
    return got


def _put_back(memory, place, rooms):
    """Have the elements of an array as they were."""
    at = place.__array_interface__["data"][0]
    for room in (memory.main, *memory.edges):
        if room.address <= at < room.address + len(room.pages):
            offset = at - room.address - room.begin
            old = numpy.ndarray(place.shape, place.dtype, rooms[id(room)], offset, place.strides)
            place.view(numpy.ndarray)[...] = old


def _by_name(made, returned):
    """The arrays that a function returned."""
    returns = made.operation.returns
    values = returned if isinstance(returned, tuple) else (returned,)
    if len(values) != len(returns):
        raise Found("wrong results", f"{made.case['function']} returned {type(returned).__name__}")
    got = dict(zip(returns, values, strict=True))
    if "sums" in returns:
        sums = got.pop("sums")
        if type(sums) is not made.watch.module.Sums or not made.counts(sums.count):
            raise Found("wrong results", f"sums are {sums!r}")
        again = made.watch.module.Sums.from_array(sums.array())
        if not same_bits(sums.array(), again.array()):
            raise Found("sums that were sent are others", repr(sums))
        stats = sums.stats()
        return {"mean": stats.mean, "var": stats.var, "sums": sums.array()}
    if "gsums" in returns:
        gsums = got.pop("gsums")
        if type(gsums) is not made.watch.module.GradientSums:
            raise Found("wrong results", f"gradient sums are {gsums!r}")
        return {"dgamma": gsums.dgamma, "dbeta": gsums.dbeta, "gsums": gsums.array()}
    stats = got.pop("stats", None)
    if "stats" in returns:
        if (
            type(stats) is not made.watch.module.Stats
            or not made.counts(stats.count)
            or stats.eps != float(made.eps)
        ):
            raise Found("wrong results", f"stats are {stats!r}")
        got |= {"mean": stats.mean, "var": stats.var}
    for name, value in got.items():
        if not isinstance(value, numpy.ndarray):
            raise Found("wrong results", f"{name} is of {type(value).__name__}")
    return got


def _format(made, got):
    gamma = made.given.get("gamma")
    kind = made.dtype if gamma is None else numpy.asarray(gamma).dtype.newbyteorder("=")
    kind = numpy.dtype("f4") if kind.itemsize == 2 else kind
    kind = numpy.dtype(float) if "gsums" in got else kind
    for name, value in got.items():
        if name in ("sums", "gsums"):
            continue
        if name in ("mean", "var"):
            shape, dtype, strides = (made.channels,), numpy.dtype(float), (8,)
        elif value.ndim == 1:
            shape, dtype, strides = (made.channels,), kind, (kind.itemsize,)
        else:
            shape, dtype = made.shape, made.dtype
            like = numpy.asarray(made.given["x"])
            strides = numpy.empty_like(like, dtype, order="K", subok=False).strides
        # the stride of an axis without neighbours says nothing
        steps = zip(value.strides, strides, value.shape, strict=True) if value.shape == shape else ()
        found = value.shape, value.dtype, tuple(a if n > 1 else b for a, b, n in steps)
        if found != (shape, dtype, strides) or not value.dtype.isnative or type(value) is not numpy.ndarray:
            raise Found(f"wrong format of {name}", f"{found}, not {(shape, dtype, strides)}")
        if made.memory.holds(value):
            raise Found(f"{name} lies in an input", "")
        if name not in ("mean", "var") and not value.flags.writeable:
            raise Found(f"{name} is read-only", "")


def _pads(watch, made, got):
    """Have what does not count be anything: x, where its weight is 0, and dy too if there is one."""
    x = made.arrays["x"]
    if "weights" not in made.given or made.case.keys() & {"same", "inside"} or not x.flags.writeable:
        return
    if overlaps_itself(x) or not numpy.may_share_memory(numpy.asarray(made.given["x"]), x):
        return
    dead = numpy.broadcast_to(numpy.asarray(made.arrays["weights"]) == 0, made.shape).copy()
    if "dy" in made.operation.tensors:
        dead &= apart.let_through(made) == 0
    if not dead.any():
        return
    before = x[dead]
    x[dead] = numpy.nan
    now = results(watch, made, False)
    x[dead] = before
    for name, value in got.items():
        # only the map looks at x there
        some = ... if value.ndim == 1 or name == "dx" else ~dead
        if not same_bits(value[some], now[name][some]):
            raise Found(f"looks at what does not count: {made.case['function']}", name)


SPOILT = {"nan": numpy.nan, "inf": numpy.inf, "-inf": -numpy.inf}


def _spoil(made):
    """Put a bad number into an input, if it has the memory for one."""
    name, kind, place = made.case.get("spoil") or (None, None, 0)
    array = made.arrays.get(name)
    if array is None or not array.size or not array.flags.writeable:
        return False
    if not numpy.may_share_memory(numpy.asarray(made.given[name]), array):
        return False  # a list, say
    value = ml_dtypes.finfo(array.dtype.newbyteorder("=")).max if kind == "max" else SPOILT[kind]
    index = numpy.unravel_index(int(place * array.size), array.shape)
    array[index] = abs(value) if name == "var" else value
    return True


def _stays(made, clean, got):
    """Have all channels as they were in which no input has changed."""
    name, _, place = made.case["spoil"]
    array = made.arrays[name]
    if overlaps_itself(array) or made.case.get("same") or made.case.get("inside"):
        return
    channel = numpy.unravel_index(int(place * array.size), array.shape)[made.axis if array.ndim > 1 else 0]
    others = numpy.arange(made.channels) != channel
    for output, value in got.items():
        if output in ("sums", "gsums"):
            continue
        axis = made.axis if value.ndim > 1 else 0
        was, now = (each.compress(others, axis) for each in (clean[output], value))
        if not same_bits(was, now):
            raise Found(f"leaves its channel: {made.case['function']}", f"{output}, from channel {channel}")


def _judge(watch, made, got):
    if not prod(made.shape):
        return
    # some channels that lie together, of a few thousand elements
    m = prod(made.shape) // made.channels
    some = max(1, (reference.FEW if made.small and made.case["x"]["at"] % 2 else 1 << 14) // m)
    start = made.case["x"]["at"] % max(1, made.channels - some + 1)
    part = slice(start, start + some)

    def rows(array):
        if array is None:
            return None
        native = array.astype(array.dtype.newbyteorder("="), copy=False)
        if array.ndim == 1:
            return native[part].copy()
        return numpy.moveaxis(native, made.axis, 0)[part].reshape(-1, m)

    arrays = dict(made.arrays)
    if "weights" in made.given:
        arrays["weights"] = numpy.broadcast_to(arrays["weights"], made.shape).astype(float)
    given = {name: rows(array) for name, array in arrays.items()}
    results = {name: rows(value) for name, value in got.items()}
    words, judged = reference.judge(made.case["function"], given, float(made.eps), results)
    watch.judged += judged
    if words:
        raise Found(f"beyond its bound: {made.case['function']}", words)
