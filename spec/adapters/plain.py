"""The floating-point interpretation of the equations: a plain NumPy kernel, the body of mutants and variants.

`Plain` reads the equations and the derived gradients in float64, or in another format, and rounds the result
to the data's. What is wrong or different about a variant is one replaced entry.
"""

import numpy as np

from .. import equations, running
from ..interface.adapter import Adapter, Caps
from ..oracle import GRADIENTS, SECOND, channels, shaped
from ..symbolic.evaluate import evaluate


class Batch:
    """A batch of m elements a channel, as the equations want it: `m`, `sum`, `sqrt`."""

    def __init__(self, m, dtype):
        self.m = np.dtype(dtype).type(m)

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

    def over(self, m, dtype):
        """The batch that sums run over."""
        return Batch(m, dtype)

    def tree(self, of, mode):
        """The derivative of this name, as derived."""
        from ..symbolic.derive import derivative

        return derivative(of, mode)

    def values(self, x, gamma, beta, eps, mean=None, var=None):
        """The values of the alphabet, channels first, and their batch."""
        dtype = np.dtype(self.working or x.dtype)

        def number(value, absent):
            return np.full((x.shape[1], 1), absent, dtype) if value is None else value.astype(dtype)[:, None]

        over = self.over(x.size // x.shape[1], dtype)
        given = channels(x).astype(dtype), number(gamma, 1), number(beta, 0)
        eps = dtype.type(eps)
        if mean is None:
            found = equations.forward(*given, eps, over, self.book)
        else:
            statistics = number(mean, None), number(var, None)
            found = equations.inference(*given, *statistics, eps, over, self.book)
        names = dict(zip(("x", "gamma", "beta"), given, strict=True))
        rstd = equations.rstd(found.var, eps, over)
        return names | found._asdict() | {"eps": eps, "rstd": rstd}, over

    def forward(self, x, gamma, beta, eps):
        values, _ = self.values(x, gamma, beta, eps)
        y = shaped(values["y"], x.shape).astype(x.dtype)
        return {"y": y, "mean": values["mean"][:, 0], "var": values["var"][:, 0]}

    def inference(self, x, gamma, beta, mean, var, eps):
        values, _ = self.values(x, gamma, beta, eps, mean, var)
        return {"y": shaped(values["y"], x.shape).astype(x.dtype)}

    def backward(self, dy, x, gamma, beta, eps):
        values, over = self.values(x, gamma, beta, eps)
        return self._gradients(dy, x, values, over, "training")

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        values, over = self.values(x, gamma, None, eps, mean, var)
        return self._gradients(dy, x, values, over, "inference")

    def _gradients(self, dy, x, values, over, mode):
        values |= {"dy": channels(dy).astype(values["x"].dtype)}
        known = {}
        found = {of: evaluate(self.tree(of, mode), values, over, known) for of in GRADIENTS}
        wide = np.broadcast_to(found["dx"], values["x"].shape)
        dx = shaped(wide, x.shape).astype(x.dtype)
        return {"dx": dx, "dgamma": found["dgamma"][:, 0], "dbeta": found["dbeta"][:, 0]}

    def jvp(self, v, x, gamma, eps):
        return self._derivatives(("jvp",), x, gamma, eps, v=v)

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps):
        return self._derivatives(SECOND, x, gamma, eps, dy=dy, v=ddx, p=ddgamma, q=ddbeta)

    def _derivatives(self, names, x, gamma, eps, **given):
        values, over = self.values(x, gamma, None, eps)
        for name, each in given.items():
            rows = channels(each)
            values[name] = rows.astype(values["x"].dtype)
        known = {}
        found = {of: evaluate(self.tree(of, "training"), values, over, known) for of in names}
        for of, value in found.items():
            if of == "d_gamma":
                found[of] = value[:, 0]
            else:
                found[of] = shaped(np.broadcast_to(value, values["x"].shape), x.shape).astype(x.dtype)
        return found

    def update(self, x, running_mean, running_var, momentum):
        values, over = self.values(x, None, None, 1.0)
        if over.m < 2:
            raise ValueError(f"x: wanted at least 2 elements a channel, found {int(over.m)}")
        statistics = values["mean"][:, 0], values["var"][:, 0]
        old = running_mean.astype(values["x"].dtype), running_var.astype(values["x"].dtype)
        after = running.update(*statistics, *old, momentum, over)
        return dict(zip(("running_mean", "running_var"), after, strict=True))
