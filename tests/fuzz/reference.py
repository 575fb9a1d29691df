"""What spec derives for a call, and its bound: exactly for few elements, in extended precision for many.

Extended precision is one more kernel of the equations. Its own error is bounded by the same rules and added
to what is allowed.
"""

from functools import cache

import numpy

from spec import equations
from spec.adapters import load
from spec.bounds.errors import Batch, Model
from spec.bounds.formats import largest, tiny, unit
from spec.oracle import GRADIENTS, SECOND, shaped
from spec.oracle.call import Problem, posed

WIDE = numpy.longdouble
# Elements of a channel, together, for which Python's integers are fast enough.
FEW = 512

# The outputs that spec names, by function; of `statistics` those of forward.
OUTPUTS = {
    "forward": ("mean", "var", "y"),
    "statistics": ("mean", "var"),
    "inference": ("y",),
    "backward": tuple(GRADIENTS),
    "inference_backward": tuple(GRADIENTS),
    "jvp": ("jvp",),
    "double_backward": tuple(SECOND),
}


class Near:
    """Real numbers in extended precision, where `spec` has exact ones."""

    __slots__ = ("value",)

    def __init__(self, value):
        self.value = numpy.asarray(value, WIDE)

    @classmethod
    def floats(cls, array):
        return cls(numpy.atleast_2d(array))

    @staticmethod
    def _of(other):
        return other.value if isinstance(other, Near) else other

    def __add__(self, other):
        return Near(self.value + self._of(other))

    __radd__ = __add__

    def __neg__(self):
        return Near(-self.value)

    def __sub__(self, other):
        return Near(self.value - self._of(other))

    def __mul__(self, other):
        return Near(self.value * self._of(other))

    __rmul__ = __mul__

    def reciprocal(self):
        return Near(1 / self.value)

    def sqrt(self):
        return Near(numpy.sqrt(self.value))

    def sum(self):
        return Near(self.value.sum(axis=-1, keepdims=True))

    def magnitude(self):
        """The absolute value, rounded up to float64."""
        return numpy.where(self.value == 0, 0, numpy.nextafter(abs(self.value).astype(float), numpy.inf))

    def nearest(self):
        return self.value.astype(float)


class NearModel(Model):
    """The standard model, its values in extended precision."""

    values = Near


@cache
def accumulates(dtype):
    """The class of sums that bncore promises for data of this dtype."""
    return load("bncore").caps.accumulate[dtype]


def _asked(model, name, numbers, eps):
    """What a model says of the outputs of a function; `numbers` has channels first."""
    given = {key: each if each.ndim == 1 else each[None] for key, each in numbers.items() if each is not None}
    if name == "jvp":
        given["ddx"] = given.pop("v")
    if name == "double_backward":
        given.setdefault("ddx", numpy.zeros_like(given["x"]))
    if "weights" in given:
        # those of one channel are those of all
        given["weights"] = given["weights"][:, :1]
    x, gamma, beta = given.pop("x"), given.pop("gamma", None), given.pop("beta", None)
    problem = posed(model, x, gamma, beta, eps=eps, **given)
    if name in ("backward", "inference_backward"):
        return problem.gradients("inference" if "mean" in given else "training")
    names = OUTPUTS[name]
    return problem.derivatives(names) if name in ("jvp", "double_backward") else problem.expected(names)


def judge(name, numbers, eps, results, accumulate=None):
    """What is wrong with the results of a call, in words, and how many outputs could be judged.

    Tensors have the shape (C, m) and their channels are judged one by one; `numbers` and `results` are by
    name. `accumulate` is the class of sums, if not the one that bncore promises. Where an input of a channel
    is not finite, its outputs may not look finite where they depend on it.
    """
    x = numbers["x"]
    given = [each for each in numbers.values() if each is not None]
    finite = numpy.all([numpy.isfinite(each.reshape(len(x), -1)).all(1) for each in given], axis=0)
    # 0 / 0 has the value that bncore's conventions give it, and no bound
    spread = (x != x[:, :1]).any(1) if "var" not in numbers else numbers["var"] != 0
    if "weights" in numbers:
        # of no elements there is nothing to say, nor of what is hidden
        spread, finite = numpy.zeros(len(x), bool), finite & (numbers["weights"].sum(1) > 0)
    defined = (spread | (eps > 0)) & _in_range(numbers, eps)
    hidden, kept = numpy.flatnonzero(defined & ~finite), numpy.flatnonzero(defined & finite)
    hidden = hidden[:0] if "weights" in numbers else hidden
    words = _hidden(name, _part(numbers, hidden), eps, _part(results, hidden)) if hidden.size else ""
    if words or not kept.size:
        return words, 0
    accumulate = accumulate or accumulates(x.dtype.name)
    return _beyond(name, _part(numbers, kept), eps, _part(results, kept), accumulate)


def _in_range(numbers, eps):
    """Whether what a kernel multiplies, the numbers of a channel, stays in the range of float64.

    There is no wider type to go to: docs/numerics.md, 5. Everything that is not finite is in range.
    """
    x, most = numbers["x"].astype(WIDE), {}
    weights = numbers.get("weights", numpy.ones(x.shape)).astype(WIDE)
    total = weights.sum(1)
    mean = numbers.get("mean", (weights * x).sum(1) / total).astype(WIDE)[:, None]
    deviations = x - mean
    var = numbers["var"] if "var" in numbers else (weights * deviations**2).sum(1) / total
    rstd = 1 / numpy.sqrt(var.astype(WIDE) + eps)
    for name in ("dy", "v", "ddx"):
        if numbers.get(name) is not None:
            most[name] = abs(numbers[name].astype(WIDE)).max(1)
    along = list(most.values())
    gamma = numbers.get("gamma")
    scale = rstd if gamma is None else rstd * abs(gamma.astype(WIDE))
    far = abs(deviations).max(1)
    factors = [far, *along]
    products = [a * b * x.shape[1] for a in factors for b in factors]
    products += [scale * rstd * each for each in products]
    products += [scale, scale * rstd, *(scale * each for each in factors)]
    return numpy.all([_fits(each) for each in products], axis=0)


def _fits(value):
    """Whether a number is far from the ends of float64, or 0, or not finite at all."""
    limit, size = WIDE(2) ** 1000, abs(value)
    return (size < limit) & (size > 1 / limit) | (size == 0) | ~numpy.isfinite(size)


def _part(arrays, channels):
    return {name: None if each is None else each[channels] for name, each in arrays.items()}


def _beyond(name, numbers, eps, results, accumulate):
    dtype, few = numbers["x"].dtype, numbers["x"].size <= FEW
    kind = Model if few else NearModel
    expected = _asked(kind(dtype, accumulate), name, numbers, eps)
    own = {} if few else _asked(NearModel(WIDE, "any"), name, numbers, eps)
    judged = 0
    for output, got in results.items():
        each, got = expected[output], got if got.ndim == 1 else got[None]
        allowed = each.allowed(got.dtype)
        judged += int(numpy.isfinite(allowed).any())
        if few:
            worst = each.compare(got)
            if worst.ratio > 1:
                return f"{output} is off by {worst}", judged
            continue
        exact = shaped(each.values.value, each.shape)
        allowed = allowed + own[output].bounds
        off = numpy.where(numpy.isfinite(got), abs(got - exact), numpy.inf)
        wrong = numpy.argwhere((off > allowed) & numpy.isfinite(allowed))
        if wrong.size:
            at = tuple(int(i) for i in wrong[0])
            found = f"found {got[at]!r}, wanted {exact[at]!r} up to {allowed[at]:.3g}"
            return f"{output} at {at} of the channels that are judged: {found}", judged
    return "", judged


def _hidden(name, numbers, eps, results):
    expected = _asked(NearModel(WIDE, "any"), name, numbers, eps)
    for output, got in results.items():
        lost = ~numpy.isfinite(expected[output].values.value)
        lost = numpy.broadcast_to(lost, (len(got), lost.shape[-1])).reshape(got.shape)
        if numpy.isfinite(got[lost]).any():
            return f"{output} looks finite where an input of its channel is not"
    return ""


def running(stats, before, momentum):
    """The running mean and variance after a batch with these statistics, by name."""
    model = Model(numpy.float64, "float64")
    values = {name: model.numbers(getattr(stats, name)) for name in ("mean", "var")}
    batch = Problem((1, len(stats.mean)), model, Batch(stats.count, model), values)
    return batch.update(*before, float(momentum), "unbiased", "new")


def judge_fold(name, was, now, gamma, beta, mean, var, eps, dtype):
    """What is wrong, in words, with what fold or unfold made of rows of numbers; all arrays are of float64.

    fold makes of them what inference does, in float64, rounded once to dtype. unfold solves (9.40) and (9.41)
    for x.
    """
    model = NearModel(numpy.float64, "float64")
    gamma, beta, mean, var, eps = map(model.numbers, (gamma, beta, mean, var, eps))
    rows, over = model.elements(was), Batch(1, model)
    if name == "fold":
        wanted = equations.inference(rows, gamma, beta, mean, var, eps, over).y
    else:
        wanted = (rows - beta) / gamma * over.sqrt(var + eps) + mean
    exact, bound = wanted.value.value, wanted.bound()
    near = abs(exact).astype(float)
    bound = bound + unit(dtype) * (near + bound) + tiny(dtype)
    # gamma rstd is a number of its own: docs/numerics.md, 5
    scale = abs((gamma / over.sqrt(var + eps)).value.value)
    judged = (
        numpy.isfinite(bound)
        & (near + bound < largest(dtype))
        & _fits(scale)
        & _fits(rows.value.value * scale)
    )
    off = numpy.where(numpy.isfinite(now), abs(now - exact), numpy.inf)
    wrong = numpy.argwhere(judged & (off > bound))
    if not wrong.size:
        return ""
    at = tuple(int(i) for i in wrong[0])
    return f"at {at}: found {now[at]!r}, wanted {exact[at]!r} up to {bound[at]:.3g}"
