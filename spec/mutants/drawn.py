"""Faults drawn at random: what of a call they need, alone or together, and what they then do.

Faults that ship need two things at once: an extent and a layout, a value and an operation. Each need, and
each effect, has a parameter, drawn too: a threshold, a remainder, a position. `spec.audit.random_faults`
counts how many of them the data sets find; nothing here is made for one of those, nor they for this.
"""

import math
from dataclasses import dataclass
from functools import partial
from types import SimpleNamespace

import numpy as np

from ..adapters.plain import Plain
from ..interface.signatures import CALLS, options
from ..oracle import channels, shaped

# The operations that have faults, and how often; and how often a fault is of a call that has more beside.
METHODS = {
    **{"forward": 0.25, "backward": 0.28, "inference": 0.18, "inference_backward": 0.1, "update": 0.13},
    **{"jvp": 0.02, "double_backward": 0.04},
}
BESIDE = 0.15


@dataclass(frozen=True)
class Need:
    """What a call must have for a fault to show: in words, what it is about, and a function of the call."""

    words: str
    about: str
    holds: object


@dataclass(frozen=True)
class Effect:
    """What a fault does: in words, for which methods, what it must not be about, a function.

    The function is called with a kernel without the fault, the name of the method and its arguments, and
    returns what the faulty one does.
    """

    words: str
    methods: tuple
    beside: tuple
    apply: object


def extents(call):
    """The extents of x: N, C, the plane, and m."""
    n, c, *rest = call.x.shape
    plane = math.prod(rest)
    return {"n": n, "c": c, "plane": plane, "m": n * plane}


def _threshold(rng, most=65536):
    """A number that programmers choose: a power of two, one more, or a round one."""
    number = 2 ** rng.integers(1, int(math.log2(most)) + 1)
    number = int(number * rng.choice([1, 1, 1, 0.75, 1000 / 1024]))
    return max(2, min(number, most))


def _extent(rng):
    name = str(rng.choice(["n", "c", "plane", "m"]))
    kind = rng.choice(["from", "from", "from", "rest", "rest", "divides", "equals", "one"])
    if kind == "from":
        least = _threshold(rng)
        return Need(f"{name} > {least}", name, lambda call: extents(call)[name] > least)
    if kind == "rest":
        width = int(rng.choice([2, 4, 8, 16, 32, 64]))
        least = int(rng.choice([0, width]))
        words = f"{name} % {width}" + (f" and {name} > {least}" if least else "")
        return Need(
            words, name, lambda call: extents(call)[name] > least and extents(call)[name] % width != 0
        )
    if kind == "divides":
        width = int(rng.choice([2, 4, 8, 16]))
        return Need(f"{name} % {width} == 0", name, lambda call: extents(call)[name] % width == 0)
    exact = 1 if kind == "one" else int(rng.choice([2, 3, 4, 5, 6, 7, 8, 9, 16]))
    return Need(f"{name} == {exact}", name, lambda call: extents(call)[name] == exact)


def _rank(rng):
    rank = int(rng.integers(2, 6))
    return Need(f"rank {rank}", "rank", lambda call: call.x.ndim == rank)


def _long(array):
    """Strides of the axes of more than one element, with the axes."""
    return [(axis, step) for axis, step in enumerate(array.strides) if array.shape[axis] > 1]


def _dense(array):
    axes = sorted((abs(step), array.shape[axis]) for axis, step in _long(array))
    room = array.itemsize
    for step, extent in axes:
        if step != room:
            return False
        room *= extent
    return True


def _channels_last(array):
    """Whether the channel is the innermost axis of memory, and not alone so."""
    steps = dict(_long(array))
    return 1 in steps and len(steps) > 1 and abs(steps[1]) == min(map(abs, steps.values())) and array.ndim > 2


LAYOUTS = {
    "channels-last": _channels_last,
    "not contiguous": lambda array: not array.flags.c_contiguous,
    "of a negative stride": lambda array: any(step < 0 for _, step in _long(array)),
    "of a negative stride of the channel": lambda array: dict(_long(array)).get(1, 1) < 0,
    "of a stride 0": lambda array: any(step == 0 for _, step in _long(array)),
    "with something between its elements": lambda array: bool(_long(array)) and not _dense(array),
    "permuted": lambda array: _dense(array) and not array.flags.c_contiguous and not _channels_last(array),
    "contiguous": lambda array: array.flags.c_contiguous,
}


def _layout(rng):
    kind = str(rng.choice(list(LAYOUTS)))
    return Need(f"x {kind}", "layout", lambda call: LAYOUTS[kind](call.x))


def _layout_of_dy(rng):
    kind = str(rng.choice(list(LAYOUTS)))
    if rng.random() < 0.3:
        return Need(
            "x and dy laid out otherwise", "dy layout", lambda call: call.x.strides != call.dy.strides
        )
    return Need(f"dy {kind}", "dy layout", lambda call: LAYOUTS[kind](call.dy))


def _rows(array):
    return channels(array).astype(np.float64)


def _finite(call):
    return np.where(np.isfinite(call.x), call.x, 0).astype(np.float64)


def _far(call, ratio):
    rows = _rows(_finite(call))
    return rows.shape[1] > 0 and bool((abs(rows.mean(axis=1)) > ratio * rows.std(axis=1)).any())


def _value(rng):
    size = float(10.0 ** rng.integers(1, 9))
    small = float(10.0 ** -rng.integers(1, 9))
    ratio = float(10.0 ** rng.integers(1, 5))
    kinds = [
        (f"|x| > {size:g}", lambda call: abs(_finite(call)).max(initial=0) > size),
        (f"0 < |x| < {small:g}", lambda call: bool(((abs(call.x) < small) & (call.x != 0)).any())),
        (f"|mean| > {ratio:g} std", lambda call: _far(call, ratio)),
        ("a constant channel", lambda call: bool((np.ptp(_rows(_finite(call)), axis=1) == 0).any())),
        ("x >= 0", lambda call: bool((_finite(call) >= 0).all())),
        ("x < 0 somewhere", lambda call: bool((_finite(call) < 0).any())),
        ("x == 0 somewhere", lambda call: bool((call.x == 0).any())),
        ("whole numbers", lambda call: bool((_finite(call) == np.round(_finite(call))).all())),
    ]
    words, holds = kinds[rng.integers(len(kinds))]
    return Need(words, "x", holds)


def _parameter(rng):
    kinds = [
        ("gamma is None", "gamma", lambda call: call.gamma is None),
        ("beta is None", "beta", lambda call: call.beta is None),
        ("gamma == 0 somewhere", "gamma", lambda call: call.gamma is not None and (call.gamma == 0).any()),
        ("gamma == 1", "gamma", lambda call: call.gamma is not None and (call.gamma == 1).all()),
        ("gamma < 0 somewhere", "gamma", lambda call: call.gamma is not None and (call.gamma < 0).any()),
        ("beta == 0", "beta", lambda call: call.beta is not None and (call.beta == 0).all()),
    ]
    return Need(*kinds[rng.integers(len(kinds))])


def _eps(rng):
    edge = float(10.0 ** -rng.integers(2, 12))
    if rng.random() < 0.2:
        return Need("eps == 0", "eps", lambda call: call.eps == 0)
    if rng.random() < 0.5:
        return Need(f"eps < {edge:g}", "eps", lambda call: call.eps < edge)
    return Need(f"eps > {edge:g}", "eps", lambda call: call.eps > edge)


def _dtype(rng):
    dtype = str(rng.choice(["float32", "float64"]))
    return Need(dtype, "dtype", lambda call: call.x.dtype == dtype)


def _gradient(rng):
    kinds = [
        ("dy == 0 somewhere", lambda call: call.dy is not None and bool((call.dy == 0).any())),
        ("|dy| > 100", lambda call: call.dy is not None and bool((abs(call.dy) > 100).any())),
        ("|dy| < 1e-20 somewhere", lambda call: call.dy is not None and bool((abs(call.dy) < 1e-20).any())),
    ]
    return Need(kinds[n := rng.integers(len(kinds))][0], "dy", kinds[n][1])


def _given(rng):
    kinds = [
        ("mean == 0", "mean", lambda call: call.mean is not None and bool((call.mean == 0).all())),
        ("mean == 0 and var == 1", "mean",
         lambda call: call.mean is not None and bool((call.mean == 0).all() and (call.var == 1).all())),
        ("var < eps", "var", lambda call: call.var is not None and bool((call.var < call.eps).any())),
        ("var > 1", "var", lambda call: call.var is not None and bool((call.var > 1).any())),
    ]  # fmt: skip
    return Need(*kinds[rng.integers(len(kinds))])


def _momentum(rng):
    edge = float(rng.choice([0.0, 1.0, 0.5]))
    if edge == 0.5:
        return Need(
            "momentum > 0.5", "momentum", lambda call: call.momentum is not None and call.momentum > 0.5
        )
    return Need(f"momentum == {edge:g}", "momentum", lambda call: call.momentum == edge)


def _is_given(value):
    return value is not None and value is not False


def _option(rng, method):
    """Something that is given by name."""
    name = str(rng.choice([each for each in options(method) if each != "y"]))
    return Need(f"{name} given", "option", lambda call: _is_given(getattr(call, name, None)))


# What can be needed of a call of each method, and how often it is.
_every = {_extent: 6, _rank: 1, _layout: 4, _value: 2, _dtype: 1}
NEEDS = {
    "forward": _every | {_parameter: 1, _eps: 1},
    "backward": _every | {_layout_of_dy: 2, _parameter: 1, _eps: 1, _gradient: 1},
    "inference": _every | {_parameter: 1, _eps: 1, _given: 1},
    "inference_backward": _every | {_layout_of_dy: 2, _eps: 1, _gradient: 1, _given: 1},
    "update": {_extent: 6, _rank: 1, _layout: 2, _value: 2, _dtype: 1, _momentum: 3},
    "jvp": {_extent: 6, _rank: 1, _layout: 4, _dtype: 1, _eps: 1},
    "double_backward": {_extent: 6, _rank: 1, _layout: 4, _layout_of_dy: 2, _dtype: 1, _eps: 1},
}


# Effects.

OUTPUT = {
    **{"forward": "y", "backward": "dx", "inference": "y", "inference_backward": "dx"},
    **{"jvp": "jvp", "double_backward": "d_x"},
}
ALL = "forward", "backward", "inference", "inference_backward", "update"
ELEMENTWISE = tuple(OUTPUT)
SUMMING = "forward", "backward", "update"


def _named(method, given):
    return dict(zip(CALLS[method], given, strict=True))


def _spoils(words, spoil):
    """An effect on the elements of y or dx: `spoil(array, x)` writes to a copy."""

    def apply(kernel, method, given):
        found = getattr(kernel, method)(*given)
        name = OUTPUT[method]
        wrong = np.array(found[name], order="C")
        spoil(wrong, _named(method, given)["x"])
        return found | {name: wrong}

    return Effect(words, ELEMENTWISE, (), apply)


def _given_otherwise(words, methods, beside, change):
    """An effect of other arguments than those given: `change(named)` returns the arguments that differ."""

    def apply(kernel, method, given):
        named = _named(method, given)
        return getattr(kernel, method)(*(named | change(named)).values())

    return Effect(words, methods, beside, apply)


def _position(rng):
    """Where something begins to be wrong, as a function of how many there are."""
    kind = rng.choice(["share", "last", "rest"])
    if kind == "share":
        share = float(rng.uniform(0, 1))
        return f"from {share:.2f} of them on", lambda count: int(share * count)
    if kind == "last":
        return "the last", lambda count: count - 1
    width = int(rng.choice([4, 8, 16, 64]))
    return f"those after the last whole {width}", lambda count: (count - 1) // width * width


def _unwritten(rng):
    words, first = _position(rng)
    value = float(rng.choice([0.0, np.nan, 1.0]))
    if rng.random() < 0.5:

        def spoil(array, x):
            array[:, first(array.shape[1]) :] = value

        return _spoils(f"channels are {value:g}: {words}", spoil)

    def spoil(array, x):
        array.reshape(-1)[first(array.size) :] = value

    return _spoils(f"elements are {value:g}: {words}", spoil)


def _left_as_x(rng):
    words, first = _position(rng)

    def spoil(array, x):
        array[:, first(array.shape[1]) :] = x[:, first(array.shape[1]) :]

    return _spoils(f"channels are left as x: {words}", spoil)


def _scaled(rng):
    factor = 1 + float(10.0 ** rng.uniform(-4, 0)) * float(rng.choice([-1, 1]))
    return _spoils(f"multiplied by {factor:.6g}", lambda array, x: np.multiply(array, factor, out=array))


def _cut_off(rows, count):
    """What is summed of the rows: only so many elements, or what one gets of those beyond a 16-bit count."""
    return rows[:, :count]


def _lost(rng):
    """A part of the batch is not summed, the divisor is that of all."""
    words, first = _position(rng)

    class Batch:
        pass

    def apply(kernel, method, given):
        spoilt = type("Lost", (type(kernel),), {})()

        def over(m, dtype):
            batch = type(kernel).over(kernel, m, dtype)
            whole, count = batch.sum, first(int(m))
            batch.sum = lambda value: whole(value[..., :count] if value.shape[-1] == m else value)
            return batch

        spoilt.over = over
        return getattr(_with(method, kernel.named, spoilt), method)(*given)

    return Effect(f"elements are not summed: {words}", SUMMING, ("m == 1",), apply)


def _counted(rng):
    """Another divisor."""
    more = int(rng.choice([-1, 1]))

    def apply(kernel, method, given):
        spoilt = type("Counted", (type(kernel),), {})()

        def over(m, dtype):
            batch = type(kernel).over(kernel, m, dtype)
            batch.m = batch.m + more
            return batch

        spoilt.over = over
        return getattr(_with(method, kernel.named, spoilt), method)(*given)

    return Effect(f"the divisor is m {more:+d}", ("forward", "backward"), ("m == 1",), apply)


def _narrow(rng):
    """Statistics, or those given, of float32 or less."""
    bits = int(rng.choice([11, 16, 20]))

    def rounded(array):
        fraction, exponent = np.frexp(np.asarray(array, np.float64))
        return np.ldexp(np.round(np.ldexp(fraction, bits)), exponent - bits)

    def apply(kernel, method, given):
        spoilt = type("Narrow", (type(kernel),), {})()

        def values(x, gamma, beta, eps, mean=None, var=None, weights=None):
            own = type(kernel)
            found, _ = own.values(kernel, x, gamma, beta, eps, mean, var, weights)
            statistics = (rounded(found[name][:, 0]) for name in ("mean", "var"))
            return own.values(kernel, x, gamma, beta, eps, *statistics, weights)

        spoilt.values = values
        return getattr(_with(method, kernel.named, spoilt), method)(*given)

    return Effect(f"statistics of {bits} bits", ALL, ("precision", "mean", "var"), apply)


def _of_neighbour(rng):
    """Numbers of another channel."""
    names = {
        "forward": ["gamma", "beta"],
        "backward": ["gamma"],
        "inference": ["gamma", "beta", "mean", "var"],
        "inference_backward": ["gamma", "mean", "var"],
        "update": ["running_mean", "running_var"],
    }
    which = int(rng.integers(4))

    def change(named):
        method = next(each for each in CALLS if list(CALLS[each]) == list(named))
        name = names[method][which % len(names[method])]
        return {} if named[name] is None else {name: np.roll(named[name], 1)}

    return _given_otherwise(
        "numbers of the channel before", tuple(names), ("gamma", "beta", "mean", "var", "c"), change
    )


def _without(rng):
    name = str(rng.choice(["gamma", "beta"]))
    methods = {
        "gamma": ("forward", "backward", "inference", "inference_backward"),
        "beta": ("forward", "inference"),
    }
    return _given_otherwise(f"{name} left out", methods[name], (name,), lambda named: {name: None})


def _other_eps(rng):
    edge = float(10.0 ** -rng.integers(1, 6))
    return _given_otherwise(
        f"eps is at least {edge:g}",
        ELEMENTWISE,
        ("eps", "x", "var", "mean"),
        lambda named: {"eps": max(named["eps"], edge)},
    )


def _no_nan(rng):
    name = str(rng.choice(["x", "dy"]))
    methods = {"x": ("forward", "inference"), "dy": ("backward", "inference_backward")}[name]
    return _given_otherwise(
        f"NaN of {name} taken for 0",
        methods,
        ("x", "dy", "three"),
        lambda named: {name: np.nan_to_num(named[name], posinf=np.inf, neginf=-np.inf)},
    )


def _misread(rng):
    """x or dy read as if it were laid out otherwise."""
    name = str(rng.choice(["x", "dy"]))
    methods = {"x": ALL, "dy": ("backward", "inference_backward")}[name]
    kind = int(rng.integers(3))

    def wrong(array):
        if kind == 0:
            return array[:, ::-1]
        if kind == 1:
            return array.ravel(order="K").reshape(array.shape)
        return np.roll(array, 1, axis=0 if len(array) > 1 else -1)

    words = ["with its channels reversed", "in the order of its memory", "one sample later"][kind]
    beside = ("m == 1",)
    beside += [("c", "x"), ("layout", "dy layout", "x", "three"), ("x", "dy", "n", "plane", "m", "gamma")][
        kind
    ]
    if name == "x" and kind == 2:
        methods = ("backward", "inference", "inference_backward")

    def change(named):
        return {name: wrong(named[name])}

    return _given_otherwise(f"{name} read {words}", methods, beside, change)


def _one_term(rng):
    """dx of inference in training: without the terms of mean and variance."""

    def apply(kernel, method, given):
        found = getattr(kernel, method)(*given)
        named = _named(method, given)
        values, over = kernel.values(named["x"], named["gamma"], None, named["eps"])
        dy = channels(named["dy"]).astype(values["x"].dtype)
        if kind == "none":
            rows = values["gamma"] * values["rstd"] * dy
        elif kind == "mean":
            rows = values["gamma"] * values["rstd"] * (dy - over.sum(dy) / over.m)
        else:
            rows = (
                values["gamma"]
                * values["rstd"]
                * (dy - values["xhat"] * over.sum(dy * values["xhat"]) / over.m)
            )
        return found | {"dx": shaped(rows, named["x"].shape).astype(named["x"].dtype)}

    kind = str(rng.choice(["none", "mean", "xhat"]))
    return Effect(f"dx with {kind} of its other terms", ("backward",), ("dy", "gamma"), apply)


def _old(rng):
    """The running statistics stay, or are those of the batch, or weighed the other way."""
    kind = str(rng.choice(["stay", "new", "otherwise"]))

    def apply(kernel, method, given):
        x, mean, var, momentum = given
        used = {"stay": 0.0, "new": 1.0, "otherwise": 1 - momentum}[kind]
        return kernel.update(x, mean, var, used)

    return Effect(f"running statistics: {kind}", ("update",), ("momentum", "m == 1"), apply)


def _biased(rng):
    def apply(kernel, method, given):
        x, _, var, momentum = given
        found = kernel.update(*given)
        batch = kernel.forward(x, None, None, 1.0)["var"]
        return found | {"running_var": (1 - momentum) * var.astype(np.float64) + momentum * batch}

    return Effect("the biased variance is averaged", ("update",), ("momentum", "x", "m == 1"), apply)


def _left_out(rng):
    """What is given by name is not looked at."""
    return Effect(
        "what is given by name is left out",
        tuple(METHODS),
        (),
        lambda kernel, method, given: getattr(Plain(), method)(*given),
    )


def _of_another(rng):
    """An array that is given by name is read an element later."""

    def apply(kernel, method, given):
        moved = {
            name: np.roll(each, 1, axis=int(np.argmax(each.shape))) if isinstance(each, np.ndarray) else each
            for name, each in kernel.named.items()
        }
        return getattr(Plain(), method)(*given, **moved)

    return Effect("what is given by name read an element later", ("forward", "inference"), (), apply)


# The effects on a call that is given something by name.
EFFECTS_BESIDE = {
    **{_unwritten: 5, _left_as_x: 1, _scaled: 2, _of_neighbour: 2, _without: 2, _misread: 4},
    **{_left_out: 3, _of_another: 2},
}
EFFECTS = {
    _unwritten: 5,
    _left_as_x: 2,
    _scaled: 2,
    _lost: 5,
    _counted: 2,
    _narrow: 2,
    _of_neighbour: 2,
    _without: 2,
    _other_eps: 1,
    _no_nan: 1,
    _misread: 4,
    _one_term: 2,
    _old: 1,
    _biased: 1,
}


@dataclass(frozen=True)
class Fault:
    """A fault: the method that has it, what it needs of a call, and what it does then."""

    method: str
    needs: tuple
    effect: Effect

    @property
    def name(self):
        """All of it in words."""
        return f"{self.method}, {' and '.join(need.words for need in self.needs)}: {self.effect.words}"

    def shows(self, call):
        """Whether a call of the method has all that it needs."""
        with np.errstate(all="ignore"):
            return bool(call.x.size) and all(need.holds(call) for need in self.needs)

    def shows_on(self, data, call):
        """Whether the call of the method on a data set has all that it needs."""
        return self.shows(call(self.method, data))

    @property
    def adapter(self):
        """A kernel that has it."""
        fault = self

        def call(self, *given, weights=None, residual=None, relu=False, y=None):
            named = {"weights": weights, "residual": residual, "relu": relu, "y": y}
            named = {name: value for name, value in named.items() if _is_given(value)}
            seen = {name: None for names in CALLS.values() for name in names} | _named(fault.method, given)
            kernel = _with(fault.method, named)
            if not fault.shows(SimpleNamespace(**seen | named)):
                return getattr(kernel, fault.method)(*given)
            return fault.effect.apply(kernel, fault.method, given)

        return type("Faulty", (Plain,), {fault.method: call})()


def _with(method, named, kernel=None):
    """A kernel, or this one, whose method is given this by name."""
    kernel = Plain() if kernel is None else kernel
    if named:
        setattr(kernel, method, partial(getattr(kernel, method), **named))
    kernel.named = named
    return kernel


def _chosen(rng, weighed):
    kinds = list(weighed)
    weights = np.array([weighed[kind] for kind in kinds], float)
    return kinds[rng.choice(len(kinds), p=weights / weights.sum())]


def draw(rng):
    """A fault. What it needs is about different things, and its effect about another still."""
    while True:
        method = str(rng.choice(list(METHODS), p=list(METHODS.values())))
        beside = rng.random() < BESIDE and bool(options(method))
        effect = _chosen(rng, EFFECTS_BESIDE if beside else EFFECTS)(rng)
        if method not in effect.methods:
            continue
        needs = [_option(rng, method)] if beside else []
        for _ in range(int(rng.choice([1, 2, 3], p=[0.3, 0.55, 0.15]))):
            need = _chosen(rng, NEEDS[method])(rng)
            about = {each.about for each in needs}
            if need.about in (*about, *effect.beside) or need.words in effect.beside:
                continue
            needs.append(need)
        if len(needs) > beside and _possible(method, needs, effect):
            return Fault(method, tuple(needs), effect)


def _possible(method, needs, effect):
    """Whether extents that can be held in memory meet the needs, and three needs are not too many.

    Nor is what a fault does to be what is right: of one element y is beta, and every derivative by x is 0.
    """
    if "three" in effect.beside and len(needs) > 1:
        return False
    words, about = {need.words for need in needs}, {need.about for need in needs}
    if "rank 2" in words and (about & {"plane"} or any("channels-last" in each for each in words)):
        return False  # there is no plane
    if {"eps == 0", "var < eps"} <= words or ("mean == 0 and var == 1" in words and "var" in about):
        return False
    if "m" in about and {"n", "plane"} & about:
        return False
    alone = {name for name in ("n", "c", "plane") if f"{name} == 1" in words}
    if "c" in alone and any("of the channel" in each or "channels-last" in each for each in words):
        return False  # one channel has no stride
    if len(alone) > 1 and any("stride" in each or "permuted" in each for each in words):
        return False
    if "m == 1" in words or {"n == 1", "plane == 1"} <= words:
        if any("channels-last" in each for each in words):
            return False  # only the channel has a stride
        zero = effect.words.startswith(("channels are 0", "elements are 0"))
        right = method in ("backward", "jvp", "double_backward") or words & {"beta is None", "beta == 0"}
        if zero and right and not method.startswith("inference"):
            return False
        return effect.words.startswith(("channels are", "elements are"))
    if "momentum == 0" in words or "momentum == 1" in words:
        # of the batch, or of what was there, nothing is left then
        return effect.words.startswith("running statistics: otherwise")
    least = {}
    for need in needs:
        if need.about in ("n", "c", "plane", "m") and " > " in need.words:
            least[need.about] = int(need.words.rpartition(" > ")[2]) + 1
    return math.prod(least.values()) <= 2**17
