"""The floating-point interpretation of the equations: a plain NumPy kernel, the body of mutants and variants.

`Plain` reads the equations and the derived gradients in float64, or in another format, and rounds the result
to the data's. What is wrong or different about a variant is one replaced entry.
"""

import inspect

import numpy as np

from .. import equations, running
from ..interface.adapter import Adapter, Caps
from ..oracle import GRADIENTS, SECOND, channels, folding, gated, shaped
from ..oracle.call import counted, spread
from ..oracle.closed_forms import Walk
from ..symbolic.evaluate import evaluate
from ..theorems.layers import FOLDED_BIAS, FOLDED_WEIGHT


class Batch:
    """A batch of m elements a channel, as the equations want it: `m`, `sum`, `sqrt`; `weight`, if given."""

    weight = None

    def __init__(self, m, dtype):
        self.m = np.dtype(dtype).type(m)

    def element(self, name):
        return getattr(self, name)

    def sum(self, value):
        return value.sum(axis=-1, keepdims=True)

    def sqrt(self, value):
        return np.sqrt(value)


class Plain(Adapter):
    """The equations in floating point, one operation after the other."""

    caps = Caps(accumulate="float64", least=1)
    book = equations.BOOK
    # The format of every operation; None: the data's own.
    working = np.float64

    def takes(self, method, option):
        """A kernel that has its own way to the statistics knows no weights."""
        known = option != "weights" or option in inspect.signature(self.values).parameters
        return known and super().takes(method, option)

    def over(self, m, dtype):
        """The batch that sums run over."""
        return Batch(m, dtype)

    def counted(self, over):
        """The batch as (9.38) and (9.39) count it."""
        return counted(over)

    def tree(self, of, mode, book="source"):
        """The derivative of this name, as derived."""
        from ..symbolic.derive import derivative

        return derivative(of, mode, book)

    def values(self, x, gamma, beta, eps, mean=None, var=None, weights=None):
        """The values of the alphabet, channels first, and their batch."""
        dtype = np.dtype(self.working or x.dtype)

        def number(value, absent):
            return np.full((x.shape[1], 1), absent, dtype) if value is None else value.astype(dtype)[:, None]

        over = self.over(x.size // x.shape[1], dtype)
        given = channels(x).astype(dtype), number(gamma, 1), number(beta, 0)
        eps = dtype.type(eps)
        if weights is not None:
            over.weight = channels(spread(weights, x.shape)).astype(dtype)
        if mean is None:
            found = equations.forward(
                self.seen(given[0], over), *given[1:], eps, self.counted(over), self.book
            )
            statistics = found.mean, found.var
        else:
            found, statistics = None, (number(mean, None), number(var, None))
        if found is None or over.weight is not None:
            found = equations.inference(*given, *statistics, eps, over, self.book)
        names = dict(zip(("x", "gamma", "beta"), given, strict=True))
        rstd = equations.rstd(found.var, eps, over)
        return names | found._asdict() | {"eps": eps, "rstd": rstd, "weight": over.weight}, over

    def seen(self, x, over, dy=None):
        """x with what counts in the place of what has no weight, and no dy: that may be anything."""
        if over.weight is None:
            return x
        first = over.weight[0].argmax()
        return np.where((over.weight == 0) & (dy is None or dy == 0), x[:, first : first + 1], x)

    def forward(self, x, gamma, beta, eps, weights=None, residual=None, relu=False):
        values, _ = self.values(x, gamma, beta, eps, **_named(weights))
        y = shaped(self.finished(values["y"], residual, relu), x.shape).astype(x.dtype)
        return {"y": y, "mean": values["mean"][:, 0], "var": values["var"][:, 0]}

    def inference(self, x, gamma, beta, mean, var, eps, residual=None, relu=False):
        values, _ = self.values(x, gamma, beta, eps, mean, var)
        return {"y": shaped(self.finished(values["y"], residual, relu), x.shape).astype(x.dtype)}

    def finished(self, y, residual, relu):
        """y with the residual added, and rectified: a NaN stays."""
        y = y if residual is None else y + channels(residual).astype(y.dtype)
        return np.maximum(y, y.dtype.type(0)) if relu else y

    def backward(self, dy, x, gamma, beta, eps, weights=None, residual=None, relu=False, y=None):
        values, over = self.values(x, gamma, beta, eps, **_named(weights))
        if relu:
            y = shaped(self.finished(values["y"], residual, relu), x.shape) if y is None else y
            dy = self.gated(dy, y, residual)
        found = self._gradients(dy, x, values, over, "training")
        return found if residual is None else found | {"dresidual": dy.copy()}

    def gated(self, dy, y, residual):
        """The dy that passes the gate of the y that forward has returned."""
        return gated(dy, y)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        values, over = self.values(x, gamma, None, eps, mean, var)
        return self._gradients(dy, x, values, over, "inference")

    def _gradients(self, dy, x, values, over, mode):
        values |= {"dy": channels(dy).astype(values["x"].dtype)}
        if over.weight is not None:
            values |= {name: self.seen(values[name], over, values["dy"]) for name in ("x", "xhat")}
        found = self._evaluated(GRADIENTS, mode, values, over)
        wide = np.broadcast_to(found["dx"], values["x"].shape)
        dx = shaped(wide, x.shape).astype(x.dtype)
        return {"dx": dx, "dgamma": found["dgamma"][:, 0], "dbeta": found["dbeta"][:, 0]}

    def _evaluated(self, names, mode, values, over):
        """The derivatives of these names."""
        book, known = () if over.weight is None else ("weighted",), {}
        return {of: evaluate(self.tree(of, mode, *book), values, over, known) for of in names}

    def jvp(self, v, x, gamma, eps, weights=None):
        return self._derivatives(("jvp",), x, gamma, eps, weights, v=v)

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps, weights=None):
        return self._derivatives(SECOND, x, gamma, eps, weights, dy=dy, v=ddx, p=ddgamma, q=ddbeta)

    def _derivatives(self, names, x, gamma, eps, weights, **given):
        values, over = self.values(x, gamma, None, eps, **_named(weights))
        for name, each in given.items():
            absent = np.zeros(x.shape if name == "v" else x.shape[1:2])
            values[name] = channels(absent if each is None else each).astype(values["x"].dtype)
        if over.weight is not None:
            lost = (over.weight == 0) & ~np.isfinite(values["x"])
            values |= {
                name: np.where(lost, self.seen(values[name], over), values[name]) for name in ("x", "xhat")
            }
        found = self._evaluated(names, "training", values, over)
        for of, value in found.items():
            if of == "d_gamma":
                found[of] = value[:, 0]
            else:
                found[of] = shaped(np.broadcast_to(value, values["x"].shape), x.shape).astype(x.dtype)
        return found

    def fold(self, weight, bias, gamma, beta, mean, var, eps, groups=1, transposed=False):
        own = folding.rows(weight, groups, transposed).astype(np.float64)
        over, absent = Batch(own.shape[1], np.float64), np.zeros(len(own))
        numbers = {
            "b": absent if bias is None else bias,
            "gamma": absent + 1 if gamma is None else gamma,
            "beta": absent if beta is None else beta,
            "mean": mean,
            "var": var,
        }
        values = {name: each.astype(np.float64)[:, None] for name, each in numbers.items()}
        values |= {"w": own, "rstd": equations.rstd(values["var"], eps, over)}
        walk = Walk(values, over)
        found = folding.unrows(walk.of(FOLDED_WEIGHT), weight.shape, groups, transposed)
        bias = walk.of(FOLDED_BIAS)[:, 0]
        return {"weight": found.astype(weight.dtype), "bias": bias.astype(weight.dtype)}

    def update(self, x, running_mean, running_var, momentum, weights=None):
        values, over = self.values(x, None, None, 1.0, **_named(weights))
        over = self.counted(over)
        if over.m <= 1:
            raise ValueError(f"x: wanted more than 1 element a channel, found {over.m}")
        old = (each.astype(values["x"].dtype)[:, None] for each in (running_mean, running_var))
        mean, var = running.update(values["mean"], values["var"], *old, momentum, over)
        return {"running_mean": mean[:, 0], "running_var": var[:, 0]}

    def steps(self, xs, running_mean, running_var, momentum, modes=None):
        found = {"running_mean": running_mean, "running_var": running_var}
        for x, mode in zip(xs, modes or ["training"] * len(xs), strict=True):
            if mode != "inference":
                found = self.update(x, *found.values(), momentum)
        return found

    def uses(self, dys, xs, gamma, beta, eps):
        found = [self.backward(dy, x, gamma, beta, eps) for dy, x in zip(dys, xs, strict=True)]
        sums = {name: sum(each[name] for each in found) for name in ("dgamma", "dbeta")}
        return {"dx": [each["dx"] for each in found]} | sums


def _named(weights):
    """Weights as an argument by name; nothing where there are none."""
    return {} if weights is None else {"weights": weights}
