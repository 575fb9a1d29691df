"""The oracle: for float arrays, the exact value of each output and the bound of its error, by the equations.

Values come from (9.38)-(9.41) and from the gradients derived from them (`spec.derive`), evaluated by
`spec.errors`.
"""

import math
from dataclasses import dataclass, field, replace
from functools import cached_property

import numpy as np

from spec import equations, running
from spec.errors import Batch, Model, equivalent
from spec.evaluate import evaluate
from spec.exact import Exact
from spec.formats import is_floating, largest, tiny, unit
from spec.remembered import Remembered

# What each gradient is the derivative of: (9.41) is linear in gamma and beta; x enters by all of
# (9.38)-(9.41).
GRADIENTS = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}
# What a second backward pass returns: <ddx, dx> + ddgamma dgamma + ddbeta dbeta, differentiated by these.
SECOND = {"d_dy": "dy", "d_x": "x", "d_gamma": "gamma"}
EQUATION = (
    equations.NUMBER
    | {of: f"d(9.41)/d{by}" for of, by in GRADIENTS.items()}
    | {"jvp": "d(9.41) along x"}
    | {of: f"d2(9.41)/d{by}" for of, by in SECOND.items()}
    | {"running_mean": "(9.38) averaged", "running_var": "(9.39) averaged"}
    | {
        "derivative of order 1": "d(9.41)/dx",
        "derivative of order 2": "d2(9.41)/dx2",
        "derivative of order 3": "d3(9.41)/dx3",
    }
)


@dataclass(frozen=True)
class Comparison:
    """The worst of a comparison: error over bound, where, what was got, what is exact, the bound there."""

    ratio: float
    index: tuple
    got: float
    exact: float
    bound: float


@dataclass(frozen=True)
class Expected:
    """What an output must be: `values` exactly, up to `bounds`.

    `values` is an `Exact` of shape (C, m) or (C, 1), `bounds` a float64 array of the output's own shape.
    `rivals` are what faulty formulas would give, each an `Exact` like `values`.
    """

    name: str
    equation: str
    values: Exact
    bounds: np.ndarray
    shape: tuple
    unit: float
    rivals: tuple = ()

    @cached_property
    def nearest(self):
        """The exact values, each rounded to float64."""
        return shaped(self.values.nearest(), self.shape)

    def allowed(self, dtype):
        """The bounds of an output returned in `dtype`, whose rounding comes on top where it is coarser.

        They are infinite where the value may exceed the largest number of `dtype`.
        """
        if dtype not in self._allowed:
            bounds = self.bounds
            if unit(dtype) > self.unit:
                bounds = bounds + unit(dtype) * (abs(self.nearest) + bounds) + tiny(dtype)
            with np.errstate(over="ignore"):
                bounds = np.where(abs(self.nearest) + self.bounds > largest(dtype), np.inf, bounds)
            self._allowed[dtype] = bounds
        return self._allowed[dtype]

    @cached_property
    def _allowed(self):
        return {}

    @property
    def left(self):
        """What `nearest` leaves of the exact values, rounded to float64."""
        return self._left[0]

    @cached_property
    def _left(self):
        """What the nearest float64 leaves of the exact values: the nearest to it, and a bound of the rest."""
        near = self.values.nearest()
        left = self.values - Exact.floats(np.where(np.isfinite(near), near, 0))
        rest = np.where(left.is_zero(), 0, 2.0**-52 * left.magnitude() + math.ulp(0.0))
        return shaped(left.nearest(), self.shape), shaped(rest, self.shape)

    def tells(self, dtype):
        """Whether the bounds of an output returned in `dtype` would reject some rival."""
        allowed = self.allowed(dtype)
        return any(
            (shaped((rival - self.values).magnitude(), self.shape) > allowed).any() for rival in self.rivals
        )

    def errors(self, got):
        """|got - exact|, rounded up to float64; inf where got is not finite.

        exact = nearest + left + rest, and got - nearest is exact in float64 where the two are within a factor
        of 2 of each other (Sterbenz), and rounded once elsewhere.
        """
        left, rest = self._left
        with np.errstate(invalid="ignore", over="ignore"):
            off = got.astype(np.float64) - self.nearest
            near = abs(off) <= abs(self.nearest) / 4
            errors = abs(off - left) * (1 + 2.0**-50) + rest + np.where(near, 0, 2.0**-52 * abs(off))
        return np.where(np.isfinite(got), errors, np.inf)

    def compare(self, got):
        """Compare an output with what it must be. Raises ValueError for another shape or kind of number."""
        got = np.asarray(got)
        if got.shape != self.shape:
            raise ValueError(f"{self.name}: wanted the shape {self.shape}, found {got.shape}")
        if not is_floating(got.dtype):
            raise ValueError(f"{self.name}: wanted floating-point numbers, found {got.dtype}")
        if not got.size:
            return Comparison(0.0, (), np.nan, np.nan, np.nan)
        question = got.dtype, got.tobytes()
        return self._compared.get(question, got.size, lambda: self._compare(got))

    @cached_property
    def _compared(self):
        # Most mutants are right in most outputs, bit for bit: enough for a few answers.
        return Remembered(4 * math.prod(self.shape))

    def _compare(self, got):
        errors, bounds = self.errors(got), self.allowed(got.dtype)
        with np.errstate(divide="ignore", invalid="ignore", over="ignore"):
            ratios = np.where(errors == 0, 0.0, np.where(np.isinf(bounds), 0.0, errors / bounds))
        index = tuple(int(n) for n in np.unravel_index(np.argmax(ratios), self.shape))
        return Comparison(
            *(
                float(ratios[index]),
                index,
                float(got[index]),
                float(self.nearest[index]),
                float(bounds[index]),
            )
        )


def channels(array):
    """An array of shape (N, C, *spatial) as one of shape (C, m), one of shape (C,) as one of shape (C, 1)."""
    return array.reshape(-1, 1) if array.ndim == 1 else np.moveaxis(array, 1, 0).reshape(array.shape[1], -1)


def shaped(rows, shape):
    """An array of shape (C, m) or (C, 1) in the shape of the output: `channels` undone."""
    if len(shape) == 1:
        return np.broadcast_to(rows, (shape[0], 1)).reshape(shape)
    return np.moveaxis(rows.reshape(shape[1], shape[0], *shape[2:]), 0, 1)


@dataclass(frozen=True)
class Problem:
    """One call, held for evaluation: the model, the batch, and the values of the alphabet."""

    shape: tuple
    model: Model
    over: Batch
    values: dict
    memory: dict = field(default_factory=dict, compare=False)
    known: dict = field(default_factory=dict, compare=False)

    def _expected(self, name, bounded):
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
            self.memory[name, about] = replace(self._expected(name, value), rivals=rivals)
        return self.memory[name, about]

    def expected(self, names):
        """What the equations give for these names."""
        for name in names:
            if name not in self.memory:
                self.memory[name] = self._expected(name, self.values[name])
        return {name: self.memory[name] for name in names}

    def gradients(self, mode):
        """dx, dgamma and dbeta as the derivation gives them."""
        from spec.derive import gradient

        if mode not in self.memory:
            self.memory[mode] = {
                of: self._expected(of, evaluate(gradient(of, mode), self.values, self.over, self.known))
                for of in GRADIENTS
            }
        return self.memory[mode]

    def derivatives(self, names):
        """What the derivation gives for "jvp" or the names of SECOND, in training mode."""
        from spec.derive import derivative

        for name in names:
            if name not in self.memory:
                value = evaluate(derivative(name, "training"), self.values, self.over, self.known)
                self.memory[name] = self._expected(name, value)
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
            self.values["mean"], self.values["var"], *given, self.over, variance=variance, weighs=weighs
        )
        names = "running_mean", "running_var"
        return {name: self._expected(name, value) for name, value in zip(names, after, strict=True)}


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
):
    """The values of the alphabet for one call; mean and var are given in inference mode, else computed.

    ddx, ddgamma and ddbeta are the v, p and q of the theorems; ddx is also the direction of "jvp". The batch
    is `times` copies of x, dy and ddx.
    """
    x = np.asarray(x)
    given = dy, mean, var, ddx, ddgamma, ddbeta
    _check(x, {"dy": dy, "ddx": ddx}, eps)
    arrays = [None if each is None else np.asarray(each) for each in (x, gamma, beta, *given)]
    question = *map(_contents, arrays), float(eps), times, equivalent(accumulate, x.dtype)
    model = Model(x.dtype, accumulate)
    return _problems.get(question, x.size, lambda: posed(model, *arrays, eps=eps, times=times))


def _contents(array):
    """The numbers of an array, wherever they lie."""
    return None if array is None else (array.dtype, array.shape, array.tobytes())


def posed(
    model, x, gamma, beta, dy=None, mean=None, var=None, ddx=None, ddgamma=None, ddbeta=None, *, eps, times=1
):
    """The same in a model of any kind, asked anew; the arguments are NumPy arrays, which are not checked."""
    shape, m = x.shape, x.size // x.shape[1] * times
    over = Batch(m, model, times)
    ones = np.ones(shape[1])
    given = {
        "x": model.elements(channels(x)),
        "gamma": model.numbers(ones if gamma is None else gamma),
        "beta": model.numbers(0 * ones if beta is None else beta),
        "eps": model.numbers(eps),
    }
    parameters = given["x"], given["gamma"], given["beta"], given["eps"], over
    if mean is None:
        result = equations.forward(*parameters)
    else:
        statistics = model.numbers(mean), model.numbers(var)
        result = equations.inference(*parameters[:3], *statistics, *parameters[3:])
    values = given | result._asdict() | {"rstd": 1 / over.sqrt(result.var + given["eps"])}
    for name, each in (("dy", dy), ("v", ddx)):
        if each is not None:
            values[name] = model.elements(channels(each))
    for name, each in (("p", ddgamma), ("q", ddbeta)):
        values[name] = model.numbers(0 * ones if each is None else each)
    return Problem(shape, model, over, values)


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


def forward(x, gamma, beta, eps, *, accumulate):
    """mean (9.38), var (9.39) and y (9.41) of training mode, for each an `Expected`.

    x has the shape (N, C, *spatial) with at least one element a channel, float16, float32 or float64; gamma
    and beta the shape (C,) or None for 1 and 0; eps >= 0; accumulate is one of `spec.errors.ACCUMULATIONS`.
    Raises ValueError for anything else and for numbers that are not finite, ZeroDivisionError where a channel
    is constant and eps is 0.

    >>> expected = forward(np.array([[1.0], [3.0]]), None, None, 0.0, accumulate="float64")
    >>> expected["y"].nearest.ravel()
    array([-1.,  1.])
    >>> expected["y"].compare(np.array([[-1.0], [1.001]])).index
    (1, 0)
    """
    return problem(x, gamma, beta, eps, accumulate=accumulate).expected(("mean", "var", "y"))


def backward(dy, x, gamma, eps, *, accumulate):
    """dx, dgamma and dbeta of training mode, derived from (9.38)-(9.41); the rest as in `forward`.

    >>> dy, x = np.array([[1.0], [0.0], [0.0]]), np.array([[-1.0], [0.0], [1.0]])
    >>> backward(dy, x, None, 0.0, accumulate="any")["dbeta"].nearest
    array([1.])
    """
    return problem(x, gamma, None, eps, accumulate=accumulate, dy=dy).gradients("training")


def jvp(v, x, gamma, eps, *, accumulate):
    """How y moves where x moves along v, in training mode; the rest as in `forward`.

    >>> x, v = np.array([[-1.0], [0.0], [1.0]]), np.array([[1.0], [1.0], [1.0]])
    >>> jvp(v, x, None, 0.0, accumulate="any")["jvp"].nearest.ravel()
    array([0., 0., 0.])
    """
    return problem(x, gamma, None, eps, accumulate=accumulate, ddx=v).derivatives(("jvp",))


def double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, eps, *, accumulate):
    """d_dy, d_x and d_gamma: the gradients of <ddx, dx> + ddgamma dgamma + ddbeta dbeta, in training mode.

    ddx may be None, and ddgamma and ddbeta, of shape (C,), too: for 0. The rest as in `forward`.

    >>> x, one = np.array([[-1.0], [0.0], [1.0]]), np.array([1.0])
    >>> double_backward(None, None, one, x, x, None, 1.0, accumulate="any")["d_dy"].nearest.ravel()
    array([1., 1., 1.])
    """
    given = {"ddx": np.zeros_like(x) if ddx is None else ddx, "ddgamma": ddgamma, "ddbeta": ddbeta}
    return problem(x, gamma, None, eps, accumulate=accumulate, dy=dy, **given).derivatives(SECOND)


def inference(x, gamma, beta, mean, var, eps, *, accumulate):
    """y (9.41) for a mean and a var, of shape (C,), that are given; the rest as in `forward`.

    >>> x, one = np.array([[1.0], [3.0]]), np.array([1.0])
    >>> inference(x, None, None, one, one, 3.0, accumulate="any")["y"].nearest.ravel()
    array([0., 1.])
    """
    return problem(x, gamma, beta, eps, accumulate=accumulate, mean=mean, var=var).expected(("y",))


def inference_backward(dy, x, gamma, mean, var, eps, *, accumulate):
    """dx, dgamma and dbeta for a mean and a var, of shape (C,), that are given; the rest as in `forward`.

    >>> x, one = np.array([[1.0], [3.0]]), np.array([1.0])
    >>> inference_backward(x, x, None, one, one, 3.0, accumulate="any")["dx"].nearest.ravel()
    array([0.5, 1.5])
    """
    return problem(x, gamma, None, eps, accumulate=accumulate, dy=dy, mean=mean, var=var).gradients(
        "inference"
    )


def update(x, running_mean, running_var, momentum, *, accumulate, variance="unbiased", weighs="new"):
    """The running statistics after a batch, by `spec.running`, where the last two arguments are explained.

    >>> x, old = np.array([[1.0], [3.0]]), np.array([1.0])
    >>> update(x, old, old, 0.5, accumulate="any")["running_var"].nearest
    array([1.5])
    """
    # eps enters neither mean nor var; any that is positive will do.
    call = problem(x, None, None, 1.0, accumulate=accumulate)
    return call.update(running_mean, running_var, momentum, variance, weighs)
