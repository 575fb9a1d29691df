"""Batch normalization as NumPy alone computes it: the equations of `spec`, run on arrays."""

from dataclasses import dataclass

import numpy

from harness.peers.base import Base, Bound, Unsupported
from spec import equations
from spec.symbolic.derive import gradient
from spec.symbolic.evaluate import evaluate


@dataclass(frozen=True)
class Over:
    """A batch of arrays: the sums of the equations run over all axes but the channel's."""

    others: tuple
    m: int

    def sum(self, value):
        return value.sum(self.others, keepdims=True)

    sqrt = staticmethod(numpy.sqrt)


class Peer(Base):
    name = "numpy"
    pool = "calling thread"
    writes = False

    def forward(self, load, out):
        over, gamma, beta = _prepared(load, out, load.gamma, load.beta)
        call = lambda: equations.forward(load.x, gamma, beta, load.eps, over)  # noqa: E731
        return Bound(call, lambda found: {"y": found.y, "mean": found.mean.ravel(), "var": found.var.ravel()})

    def inference(self, load, out):
        over, *numbers = _prepared(load, out, load.gamma, load.beta, load.mean, load.var)
        call = lambda: equations.inference(load.x, *numbers, load.eps, over)  # noqa: E731
        return Bound(call, lambda found: {"y": found.y})

    def backward(self, load, out):
        over, gamma = _prepared(load, out, load.gamma)
        forward = equations.forward(load.x, gamma, 0, load.eps, over)
        trees = {of: gradient(of, "training") for of in ("dx", "dgamma", "dbeta")}
        given = {
            "dy": load.dy,
            "xhat": forward.xhat,
            "gamma": gamma,
            "rstd": equations.rstd(forward.var, load.eps, over),
        }
        call = lambda: {of: evaluate(tree, given, over) for of, tree in trees.items()}  # noqa: E731
        return Bound(call, lambda found: {of: a if of == "dx" else a.ravel() for of, a in found.items()})


def _prepared(load, out, *numbers):
    if out:
        raise Unsupported("the textbook's expressions make new arrays")
    wide = [-1 if i == load.axis % load.x.ndim else 1 for i in range(load.x.ndim)]
    return Over(load.others, load.x.size // load.channels), *(number.reshape(wide) for number in numbers)
