"""Mutants of several calls that belong together: a state over steps, one layer used more than once."""

from ..adapters.plain import Plain
from ..oracle import EQUATION
from .mutant import of_kernel

MUTANTS = []
DBETA, DGAMMA, RUNNING = "d(9.41)/dbeta", "d(9.41)/dgamma", EQUATION["running_mean"]


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


@_mutant("gradients of the last use alone", DBETA)
class _(Plain):
    def uses(self, dys, xs, gamma, beta, eps):
        last = self.backward(dys[-1], xs[-1], gamma, beta, eps)
        return super().uses(dys, xs, gamma, beta, eps) | {name: last[name] for name in ("dgamma", "dbeta")}


@_mutant("every use goes back by what the last one kept", DGAMMA, "pytorch #175024 #22095 #65907")
class _(Plain):
    def uses(self, dys, xs, gamma, beta, eps):
        kept = self.forward(xs[-1], gamma, beta, eps)
        found = super().uses(dys, xs, gamma, beta, eps) | {"dgamma": 0.0, "dbeta": 0.0}
        for n, (dy, x) in enumerate(zip(dys, xs, strict=True)):
            values, over = self.values(x, gamma, None, eps, kept["mean"], kept["var"])
            own = self._gradients(dy, x, values, over, "training")
            found["dx"][n] = own["dx"]
            found |= {name: found[name] + own[name] for name in ("dgamma", "dbeta")}
        return found


@_mutant("the state of the last step alone", RUNNING)
class _(Plain):
    def steps(self, xs, running_mean, running_var, momentum):
        return self.update(xs[-1], running_mean, running_var, momentum)


@_mutant("steps by one mean over all of them", RUNNING)
class _(Plain):
    def steps(self, xs, running_mean, running_var, momentum):
        found = {"running_mean": running_mean, "running_var": running_var}
        for n, x in enumerate(xs):
            found = self.update(x, *found.values(), max(momentum, 1 / (n + 1)))
        return found


@_mutant("a step is made twice", RUNNING)
class _(Plain):
    def steps(self, xs, running_mean, running_var, momentum):
        return super().steps([*xs, xs[-1]], running_mean, running_var, momentum)
