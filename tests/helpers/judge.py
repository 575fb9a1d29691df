"""Calls of bncore on one problem, and what spec says about their results.

A `Problem` is a set of arguments. `CALLS` are the functions of bncore on it, each returning its outputs by
name, and `HIGHER` those of the derivatives beyond the gradient. `Problem.judge` holds outputs against the
exact values of spec's oracle, within its derived bounds.
"""

from dataclasses import dataclass, replace
from functools import cache, cached_property

import numpy
from layouts import LAYOUTS

import bncore
from spec import oracle
from spec.adapters import load

DTYPES = ("float32", "float64")

# What bncore promises of its sums, for each type of data.
ACCUMULATE = load("bncore").caps.accumulate

EPS = 1e-5


@dataclass(frozen=True, eq=False)
class Problem:
    """Arguments for every function: x, dy and ddx with the channel at `axis`; mean and var are inference's.

    ddx is also the direction of jvp.
    """

    x: numpy.ndarray
    dy: numpy.ndarray
    gamma: numpy.ndarray | None
    beta: numpy.ndarray | None
    mean: numpy.ndarray
    var: numpy.ndarray
    eps: float
    axis: int
    ddx: numpy.ndarray | None = None
    ddgamma: numpy.ndarray | None = None
    ddbeta: numpy.ndarray | None = None

    def but(self, **changes):
        """The same problem, but for these arguments."""
        return replace(self, **changes)

    def expected(self, call):
        """What spec derives for the outputs of this call, by name."""
        if call not in self._expected:
            self._expected[call] = self._derived(call)
        return self._expected[call]

    @cached_property
    def _expected(self):
        return {}

    def _derived(self, call):
        x, dy = (numpy.moveaxis(each, self.axis, 1) for each in (self.x, self.dy))
        how = {"accumulate": ACCUMULATE[x.dtype.newbyteorder("=").name]}
        ddx = None if self.ddx is None else numpy.moveaxis(self.ddx, self.axis, 1)
        if call == "jvp":
            return oracle.jvp(ddx, x, self.gamma, self.eps, **how)
        if call == "double_backward":
            return oracle.double_backward(ddx, self.ddgamma, self.ddbeta, dy, x, self.gamma, self.eps, **how)
        if call == "forward":
            return oracle.forward(x, self.gamma, self.beta, self.eps, **how)
        if call == "backward":
            return oracle.backward(dy, x, self.gamma, self.eps, **how)
        if call == "inference":
            return oracle.inference(x, self.gamma, self.beta, self.mean, self.var, self.eps, **how)
        return oracle.inference_backward(dy, x, self.gamma, self.mean, self.var, self.eps, **how)

    def judge(self, call, outputs):
        """Assert that every output is within its bound, and that the bound says something."""
        for name, got in outputs.items():
            expected = self.expected(call)[name]
            if got.ndim > 1:
                got = numpy.moveaxis(got, self.axis, 1)
            worst = expected.compare(got)
            assert numpy.isfinite(expected.allowed(got.dtype)).all(), f"no bound for {name} of {call}"
            assert worst.ratio <= 1, f"{call}: {name}, {expected.equation}, is off by {worst}"


@cache
def problem(shape, axis, dtype, seed=0):
    """A problem with numbers that hide no fault: gamma, beta, mean and dy far from 1, 0, 0 and a constant."""
    random = numpy.random.default_rng(seed)
    channels = shape[axis]
    return Problem(
        x=random.normal(3, 2, shape).astype(dtype),
        dy=random.normal(0.5, 1, shape).astype(dtype),
        gamma=random.normal(0, 2, channels).astype(dtype),
        beta=random.normal(0, 3, channels).astype(dtype),
        mean=random.normal(3, 1, channels),
        var=random.uniform(0.5, 5, channels),
        eps=EPS,
        axis=axis,
        ddx=random.normal(-0.5, 2, shape).astype(dtype),
        ddgamma=random.normal(0, 2, channels).astype(dtype),
        ddbeta=random.normal(0, 2, channels).astype(dtype),
    )


def laid_out(p, layout, names=("x", "dy", "ddx")):
    """The same problem with these of its arrays in that layout."""
    return p.but(**{name: LAYOUTS[layout](getattr(p, name), p.axis) for name in names})


def forward(p, out=None):
    y, stats = bncore.forward(p.x, p.gamma, p.beta, eps=p.eps, axis=p.axis, out=out)
    return {"y": y, "mean": stats.mean, "var": stats.var}


def backward(p, out=None, stats=None):
    stats = bncore.statistics(p.x, eps=p.eps, axis=p.axis) if stats is None else stats
    return _gradients(bncore.backward(p.dy, p.x, p.gamma, stats, axis=p.axis, out=out))


def inference(p, out=None):
    return {"y": bncore.inference(p.x, p.gamma, p.beta, p.mean, p.var, eps=p.eps, axis=p.axis, out=out)}


def inference_backward(p, out=None):
    return _gradients(
        bncore.inference_backward(p.dy, p.x, p.gamma, p.mean, p.var, eps=p.eps, axis=p.axis, out=out)
    )


def _gradients(found):
    dx, dgamma, dbeta = found
    return {"dx": dx, "dgamma": dgamma, "dbeta": dbeta}


CALLS = {call.__name__: call for call in (forward, backward, inference, inference_backward)}


def jvp(p, out=None):
    stats = bncore.statistics(p.x, eps=p.eps, axis=p.axis)
    return {"jvp": bncore.jvp(p.ddx, p.x, p.gamma, stats, axis=p.axis, out=out)}


def double_backward(p, out=None):
    stats = bncore.statistics(p.x, eps=p.eps, axis=p.axis)
    cotangents = p.ddx, p.ddgamma, p.ddbeta
    found = bncore.double_backward(*cotangents, p.dy, p.x, p.gamma, stats, axis=p.axis, out=out)
    return dict(zip(("d_dy", "d_x", "d_gamma"), found, strict=True))


HIGHER = {call.__name__: call for call in (jvp, double_backward)}
