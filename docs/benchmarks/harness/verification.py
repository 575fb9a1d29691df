"""Nothing is timed whose results are wrong: every result is held against the equations, by a derived bound.

The reference is `spec`'s equations and derived gradients in float64, and the tolerance is that of
`spec.bounds`: the bound of the peer's class of accumulation for the data's type, plus the bound of the
reference itself. The exact arithmetic that `spec` has for this would take hours here; in its place stands
`Double`, float64 with the same face. Large tensors are held against it in channels that are spread over all
of them.
"""

import numpy

from spec import equations
from spec.bounds import errors
from spec.symbolic.derive import gradient
from spec.symbolic.evaluate import evaluate

# Elements that are held against the reference: all, or channels of about so many in all.
SAMPLE = 1 << 17


class Wrong(Exception):
    """A result is not what the equations say, within the bound."""


class Double:
    """A float64 array with the face of `spec.bounds.exact.Exact`."""

    __slots__ = ("array",)

    def __init__(self, array):
        self.array = numpy.asarray(array, numpy.float64)

    @classmethod
    def floats(cls, array):
        return cls(array)

    def __add__(self, other):
        return Double(self.array + other.array)

    def __sub__(self, other):
        return Double(self.array - other.array)

    def __neg__(self):
        return Double(-self.array)

    def __mul__(self, other):
        return Double(self.array * (other.array if isinstance(other, Double) else other))

    def reciprocal(self):
        return Double(1 / self.array)

    def sqrt(self):
        return Double(numpy.sqrt(self.array))

    def sum(self):
        return Double(self.array.sum(axis=-1, keepdims=True))

    def magnitude(self):
        return abs(self.array)


class Model(errors.Model):
    """The standard model of rounding with `Double` in the place of exact numbers.

    The accumulators are never narrower than the data here, so that the data enter without an error.
    """

    def elements(self, array):
        value = Double(array)
        size = numpy.broadcast_to(value.magnitude(), (2, *array.shape))
        return errors.Bounded(self, value, size, numpy.zeros(size.shape), varies=True, data=True)

    def numbers(self, array):
        return _doubled(super().numbers(array))

    def whole(self, n):
        return _doubled(super().whole(n))


def _doubled(bounded):
    return errors.Bounded(bounded.model, Double(bounded.value.nearest()), bounded.size, bounded.error)


def sampled(channels, elements, budget=SAMPLE):
    """The channels to hold against the reference: all, or some from the last to the first, one at least."""
    count = min(channels, max(1, budget * channels // max(elements, 1)))
    return numpy.unique(numpy.linspace(channels - 1, 0, count).astype(int))


class Reference:
    """What the results of an operation on a workload must be, in some of the channels.

    Operations are those of `shapes.OPERATIONS`, "statistics" and "layer" (forward and backward), with "relu"
    or "add relu" behind them; other words change nothing of what must come out.
    """

    def __init__(self, operation, load, budget=SAMPLE):
        self._operation, self._load = operation, load
        self._kind, *words = operation.split()
        self._relu, self._add = "relu" in words, "add" in words
        self.channels = sampled(load.channels, load.x.size, budget)
        own = self._evaluated(numpy.float64, "any")
        self._values = {name: value.value.array for name, value in own.items()}
        if self._relu and self._kind == "forward":
            # max(y, 0) is no farther from max(y', 0) than y from y'
            self._values["y"] = numpy.maximum(self._values["y"], 0)
        self._own_bounds = {name: value.bound() for name, value in own.items()}
        self._bounds = {}

    def _rows(self, array):
        """The sampled channels as rows: (channels, m), or (channels, 1) of an array of shape (C,)."""
        if array.ndim == 1:
            return array[self.channels, None]
        return numpy.moveaxis(array.take(self.channels, self._load.axis), self._load.axis, 0).reshape(
            len(self.channels), -1
        )

    def _evaluated(self, dtype, accumulate):
        """The results with the errors of a kernel of this class, as {name: Bounded}."""
        load, rows = self._load, self._rows
        model = Model(dtype, accumulate)
        over = errors.Batch(load.x.size // load.channels, model)
        x, eps = model.elements(rows(load.x)), model.numbers(load.eps)
        gamma, beta = model.numbers(rows(load.gamma)), model.numbers(rows(load.beta))
        if self._kind == "inference":
            mean, var = model.numbers(rows(load.mean)), model.numbers(rows(load.var))
            return {"y": equations.inference(x, gamma, beta, mean, var, eps, over).y}
        found = equations.forward(x, gamma, beta, eps, over)
        results = {name: getattr(found, name) for name in ("mean", "var", "y")}
        if self._add and self._kind == "forward":
            results["y"] += model.elements(rows(load.residual))
        if self._kind not in ("backward", "layer"):
            return results
        # which y is made comes first: with it dy becomes 0 in places
        gate = rows(load.activated[self._operation]) > 0 if self._relu else 1
        dy = rows(load.dy) * gate
        values = {
            "dy": model.elements(dy), "xhat": found.xhat, "gamma": gamma,
            "rstd": equations.rstd(found.var, eps, over),
        }  # fmt: skip
        gradients = {of: evaluate(gradient(of, "training"), values, over) for of in ("dx", "dgamma", "dbeta")}
        return results | gradients | {"dresidual": values["dy"]}

    def _bound(self, name, accumulate):
        if accumulate not in self._bounds:
            evaluated = self._evaluated(self._load.x.dtype, accumulate)
            self._bounds[accumulate] = {name: value.bound() for name, value in evaluated.items()}
        return self._bounds[accumulate][name] + self._own_bounds[name]

    def _ratios(self, name, array, accumulate):
        """|got - reference| over the bound; a result that is stored more coarsely may be off by that too."""
        got = self._rows(array).astype(numpy.float64)
        bound = self._bound(name, accumulate) + errors.unit(array.dtype) * abs(self._values[name])
        bound = bound + errors.tiny(array.dtype)
        bound = numpy.broadcast_to(bound.reshape(self._values[name].shape), got.shape)
        with numpy.errstate(invalid="ignore", divide="ignore"):
            off = abs(got - self._values[name])
            ratios = numpy.where(off == 0, 0, off / bound)
        return numpy.where(numpy.isnan(ratios), numpy.inf, ratios)

    def check(self, who, results, accumulate):
        """The worst ratio of error to bound over all results; raises Wrong if it exceeds 1.

        `results` maps names to arrays. Every element of an array must be a number; those of the sampled
        channels must be the right one.
        """
        worst = 0.0
        for name, array in results.items():
            if numpy.isnan(array.min(initial=0)):
                raise Wrong(f"{who}, {self._operation}: {name} has elements that are not numbers")
            ratios = self._ratios(name, array, accumulate)
            row, column = numpy.unravel_index(ratios.argmax(), ratios.shape)
            if ratios[row, column] > 1:
                wanted, got = self._values[name][row, column], self._rows(array)[row, column]
                raise Wrong(
                    f"{who}, {self._operation} of {self._load.x.shape}, {self._load.layout}: {name} of "
                    f"channel {self.channels[row]}, element {column}: wanted {wanted}, found {got}, "
                    f"{ratios[row, column]:.3g} times the bound away"
                )
            worst = max(worst, ratios[row, column])
        return worst


class Loss:
    """What the loss of a first step of training must be: half of float32's digits of it."""

    def __init__(self, loss):
        self._loss = loss

    def check(self, who, results, accumulate):
        """The error over what it may be; raises Wrong if that exceeds 1."""
        (got,) = results["loss"]
        worst = abs(got - self._loss) / (abs(self._loss) * errors.unit(numpy.dtype("float32")) ** 0.5)
        if not worst <= 1:
            raise Wrong(f"{who}, training step: loss: wanted {self._loss}, found {got}")
        return worst
