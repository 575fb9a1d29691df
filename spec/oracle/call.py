"""One call, held for evaluation: the values of the alphabet, exact and with their bounds.

Values come from (9.38)-(9.41) and from the gradients derived from them (`spec.symbolic.derive`), evaluated by
`spec.bounds.errors`.
"""

from dataclasses import dataclass, field, replace

import numpy as np

from .. import equations, running
from ..bounds.errors import Batch, Model, equivalent
from ..bounds.exact import Batch as ExactBatch
from ..bounds.formats import is_floating, unit
from ..symbolic.evaluate import evaluate
from ..theorems.books import Weighed
from ..theorems.language import GRADIENTS, SECOND
from .expected import Expected, channels, shaped
from .memory import Remembered

EQUATION = (
    equations.NUMBER
    | {of: f"d(9.41)/d{by}" for of, by in GRADIENTS.items()}
    | {"dresidual": "d(9.41)/dresidual", "jvp": "d(9.41) along x"}
    | {of: f"d2(9.41)/d{by}" for of, by in SECOND.items()}
    | {"weight": "(9.41) folded", "bias": "(9.41) folded"}
    | {"running_mean": "(9.38) averaged", "running_var": "(9.39) averaged"}
    | {
        "derivative of order 1": "d(9.41)/dx",
        "derivative of order 2": "d2(9.41)/dx2",
        "derivative of order 3": "d3(9.41)/dx3",
    }
)


@dataclass(frozen=True)
class Problem:
    """One call, held for evaluation: the model, the batch, and the values of the alphabet."""

    shape: tuple
    model: Model
    over: Batch
    values: dict
    relu: bool = False
    memory: dict = field(default_factory=dict, compare=False)
    known: dict = field(default_factory=dict, compare=False)

    @property
    def book(self):
        """The name of the equations: the source's, or with weights."""
        return "source" if self.over.weight is None else "weighted"

    @property
    def exact(self):
        """The values without their bounds, and their batch."""
        over, weight = self.over, self.over.weight
        batch = ExactBatch(over.m.value.numerator, over.times, None if weight is None else weight.value)
        return {name: each.value for name, each in self.values.items()}, batch

    def finished(self, y, residual):
        """What is returned for an y: with the residual added, and rectified, if the call asks for it."""
        y = y if residual is None else y + residual
        return y.relu() if self.relu else y

    def formed(self, name, bounded):
        """What an output of this name must be, from its value with the bound."""
        bounds = bounded.bound()
        shape = self.shape if bounded.varies else self.shape[1:2]
        return Expected(
            name=name,
            equation=EQUATION[name],
            values=bounded.value,
            bounds=shaped(bounds, shape),
            shape=shape,
            unit=unit(self.model.element if bounded.varies else self.model.number),
        )

    def named(self, name, about, compute):
        """What a name must be; `compute` gives its value, and rivals, when first asked `about` these."""
        if (name, about) not in self.memory:
            value, rivals = compute()
            self.memory[name, about] = replace(self.formed(name, value), rivals=rivals)
        return self.memory[name, about]

    def expected(self, names):
        """What the equations give for these names."""
        for name in names:
            if name not in self.memory:
                value = self.values[name]
                if name == "y":
                    value = self.finished(value, self.values.get("residual"))
                self.memory[name] = self.formed(name, value)
        return {name: self.memory[name] for name in names}

    def gradients(self, mode):
        """dx, dgamma and dbeta as the derivation gives them, and dresidual if there is a residual."""
        from ..symbolic.derive import gradient  # sympy is loaded where a gradient is asked for

        if mode not in self.memory:
            self.memory[mode] = {
                of: self.formed(
                    of, evaluate(gradient(of, mode, self.book), self.values, self.over, self.known)
                )
                for of in GRADIENTS
            }
            if "residual" in self.values:
                # the gradient by it is the dy that has passed the gate, which is the dy of this call
                copied = self.formed("dresidual", self.values["dy"])
                self.memory[mode]["dresidual"] = replace(copied, unit=unit(self.model.stored))
        return self.memory[mode]

    def derivatives(self, names):
        """What the derivation gives for "jvp" or the names of SECOND, in training mode."""
        from ..symbolic.derive import derivative

        for name in names:
            if name not in self.memory:
                value = evaluate(derivative(name, "training", self.book), self.values, self.over, self.known)
                self.memory[name] = self.formed(name, value)
        return {name: self.memory[name] for name in names}

    def update(self, running_mean, running_var, momentum, variance, weighs):
        """The running statistics after this batch."""
        asked = variance, weighs, momentum, running_mean.tobytes(), running_var.tobytes()
        if asked not in self.memory:
            self.memory[asked] = self._updated(running_mean, running_var, momentum, variance, weighs)
        return self.memory[asked]

    def _updated(self, running_mean, running_var, momentum, variance, weighs):
        given = (self.model.numbers(each) for each in (running_mean, running_var, momentum))
        after = running.update(
            self.values["mean"],
            self.values["var"],
            *given,
            counted(self.over),
            variance=variance,
            weighs=weighs,
        )
        names = "running_mean", "running_var"
        return {name: self.formed(name, value) for name, value in zip(names, after, strict=True)}


def _nearest(equation):
    return lambda *values: equation(*values).nearest()


# The equations where mean and var are rounded once.
ROUNDED = equations.BOOK._replace(mean=_nearest(equations.BOOK.mean), var=_nearest(equations.BOOK.var))


def counted(over):
    """The batch as (9.38) and (9.39) count it: each element once, or as often as its weight says."""
    return over if over.weight is None else Weighed(over)


# The last calls that were asked about, of so many elements in all: each takes about a kilobyte.
_problems = Remembered(2**20)


def problem(
    x,
    gamma,
    beta,
    eps,
    *,
    accumulate,
    dy=None,
    mean=None,
    var=None,
    ddx=None,
    ddgamma=None,
    ddbeta=None,
    times=1,
    weights=None,
    residual=None,
    relu=False,
):
    """The values of the alphabet for one call; mean and var are given in inference mode, else computed.

    ddx, ddgamma and ddbeta are the v, p and q of the theorems; ddx is also the direction of "jvp". The batch
    is `times` copies of x, dy and ddx. `weights` are bool or float, not negative, not all of them 0, of a
    shape that broadcasts to x's with extent 1 at the channel. `residual`, of x's shape, is added to y, which
    is then rectified if `relu`; dy is the gradient that has passed this gate (`gated`).
    """
    x = np.asarray(x)
    weights = None if weights is None else spread(weights, x.shape)
    given = dy, mean, var, ddx, ddgamma, ddbeta, weights, residual
    _check(x, {"dy": dy, "ddx": ddx, "residual": residual}, eps)
    arrays = [None if each is None else np.asarray(each) for each in (x, gamma, beta, *given)]
    question = *map(_contents, arrays), float(eps), times, relu, equivalent(accumulate, x.dtype)
    model = Model(x.dtype, accumulate)
    return _problems.get(question, x.size, lambda: posed(model, *arrays, eps=eps, times=times, relu=relu))


def _contents(array):
    """The numbers of an array, wherever they lie."""
    return None if array is None else (array.dtype, array.shape, array.tobytes())


def gated(dy, y):
    """The dy that passes a rectifier whose output was y.

    >>> gated(np.array([1.0, 2.0, 3.0]), np.array([0.0, 0.5, np.nan]))
    array([0., 2., 0.])
    """
    with np.errstate(invalid="ignore"):
        return np.where(np.asarray(y) > 0, dy, np.zeros_like(dy))


def spread(weights, shape):
    """The weights of a batch of x's shape, each of its elements: of that shape, but 1 at the channel.

    Raises ValueError for weights that are none, or are all 0.
    """
    weights, wanted = np.asarray(weights), (shape[0], 1, *shape[2:])
    try:
        weights = np.broadcast_to(weights, wanted)
    except ValueError:
        raise ValueError(
            f"weights: wanted a shape that broadcasts to {wanted}, found {weights.shape}"
        ) from None
    if not (np.isfinite(weights) & (weights >= 0)).all() or not weights.any():
        raise ValueError("weights: wanted finite numbers, at least 0, and not all of them 0")
    return weights


def posed(
    model,
    x,
    gamma,
    beta,
    dy=None,
    mean=None,
    var=None,
    ddx=None,
    ddgamma=None,
    ddbeta=None,
    weights=None,
    residual=None,
    *,
    eps,
    times=1,
    relu=False,
):
    """The same in a model of any kind, asked anew; the arguments are NumPy arrays, which are not checked."""
    shape, m = x.shape, x.size // x.shape[1] * times
    weight = None if weights is None else model.weights(channels(weights))
    over = Batch(m, model, times, weight)
    ones = np.ones(shape[1])
    given = {
        "x": model.elements(channels(x)),
        "gamma": model.numbers(ones if gamma is None else gamma),
        "beta": model.numbers(0 * ones if beta is None else beta),
        "eps": model.numbers(eps),
    }
    parameters = given["x"], given["gamma"], given["beta"], given["eps"], counted(over)
    if mean is None:
        result = equations.forward(*parameters, ROUNDED if model.rounded else equations.BOOK)
    else:
        statistics = model.numbers(mean), model.numbers(var)
        result = equations.inference(*parameters[:3], *statistics, *parameters[3:])
    values = given | result._asdict() | {"rstd": equations.rstd(result.var, given["eps"], over)}
    for name, each in (("dy", dy), ("v", ddx), ("residual", residual)):
        if each is not None:
            values[name] = model.elements(channels(each))
    if weight is not None:
        values["weight"] = weight
    for name, each in (("p", ddgamma), ("q", ddbeta)):
        values[name] = model.numbers(0 * ones if each is None else each)
    return Problem(shape, model, over, values, relu)


def _check(x, tensors, eps):
    if x.ndim < 2 or not is_floating(x.dtype):
        raise ValueError(f"x: wanted floating-point numbers of shape (N, C, ...), found {x.dtype}, {x.shape}")
    if not x.size:
        raise ValueError(f"x: wanted at least one element a channel, found the shape {x.shape}")
    for name, each in tensors.items():
        if each is not None and np.shape(each) != x.shape:
            raise ValueError(f"{name}: wanted the shape of x, {x.shape}, found {np.shape(each)}")
    if not 0 <= eps < np.inf:
        raise ValueError(f"eps: wanted a finite number, at least 0, found {eps!r}")
