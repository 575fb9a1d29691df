"""The definitions that leaves are held against, put together as in a call, are held against spec."""

import draws
import maps
import numpy
import pytest
import sums
from arithmetic import Sum
from conclusions import Conclusions
from judge import DTYPES, Problem

EPS = 1e-3
# rows, channels, size, and where rows are cut into parts
SHAPES = [
    ((5, 3, 7), []),
    ((41, 3, 2), [16]),
    ((67, 4, 1), [32, 64]),
    ((2, 3, 150), []),
    ((3, 2, 290), [1, 2]),
]


class Call:
    """A problem, computed by the definitions: `columns` says which walk sums."""

    def __init__(self, shape, cuts, kind, flavour, columns):
        rows, channels, size = shape
        x, dy, v = (
            draws.tensor(kind, (channels, rows, size), f, salt).transpose(1, 0, 2)
            for salt, f in enumerate((flavour, "near", "near"))
        )
        gamma, beta, p, q = draws.coefficients(kind, channels, 4, "near", 5)
        mean, var = x.astype(float).mean((0, 2)) + 0.5, draws.numbers(channels, 6) ** 2 + 0.1
        self.problem = Problem(x, dy, gamma, beta, mean, var, EPS, 1, v, p, q)
        self.kind, self.columns, self.m = kind, columns, rows * size
        self.parts = numpy.split(numpy.arange(rows), cuts)

    def conclude(self, what, parts, *, own, **given):
        p = self.problem
        given = {"gamma": p.gamma, "beta": p.beta, "ddgamma": p.ddgamma, "ddbeta": p.ddbeta} | given
        given.setdefault("rest", numpy.zeros(len(p.gamma)))
        given = {name: vector.astype(float) for name, vector in given.items()}
        counts = [len(rows) * p.x.shape[2] for rows in self.parts]
        return getattr(Conclusions(self.kind, given, EPS, self.m, own, parts, counts), what)()

    def sums(self, run, column, *arrays, about=(), keep=False):
        """Records of each part, as a call of this kind keeps them."""
        found = []
        for rows in self.parts:
            some = [a[rows] for a in arrays]
            if self.columns:
                part = column(*some, *about, 1, len(rows))
            else:
                part = run(*(a.transpose(1, 0, 2) for a in some), *about)
            keep = keep or self.kind == "float64"
            found.append(
                [r if isinstance(r, numpy.ndarray) or keep else Sum(r.rounded, 0 * r.lo) for r in part]
            )
        return found

    def map(self, narrow, exactly, found, *arrays):
        of, exact = ([vector[:, None] for vector in found[name]] for name in ("of", "exact"))
        wide = found["wide"][:, None] if self.kind == "float32" else None
        return maps.with_wide(narrow(*arrays, *of), wide, exactly(*arrays, *exact))

    def forward(self):
        x = self.problem.x
        found = self.conclude("OWN_SCALE", self.sums(sums.run_moments, sums.column_moments, x), own=True)
        return {
            "y": self.map(maps.scaled, maps.exactly_scaled, found, x),
            "mean": found["new_mean"],
            "var": found["new_var"],
        }

    def _pairs(self, mean, var, own):
        centre = sums.centre(self.kind, own, mean, var)
        return self.sums(sums.run_pairs, sums.column_pairs, self.problem.dy, self.problem.x, about=[centre])

    def backward(self):
        p, stats = self.problem, self.forward()
        given = {"mean": stats["mean"], "var": stats["var"]}
        found = self.conclude("OWN_PULL", self._pairs(*given.values(), True), own=True, **given)
        dx = self.map(maps.pulled, maps.exactly_pulled, found, p.dy, p.x)
        return {"dx": dx, "dgamma": found["dgamma"], "dbeta": found["dbeta"]}

    def inference(self):
        p = self.problem
        found = self.conclude("GIVEN_SCALE", [], own=False, mean=p.mean, var=p.var)
        return {"y": self.map(maps.scaled, maps.exactly_scaled, found, p.x)}

    def inference_backward(self):
        p, given = self.problem, {"mean": self.problem.mean, "var": self.problem.var}
        found = self.conclude("GIVEN_SUMS", self._pairs(p.mean, p.var, False), own=False, **given)
        slope = self.conclude("GIVEN_SLOPE", [], own=False, **given)
        dx = self.map(maps.scaled, maps.exactly_scaled, slope, p.dy)
        return {"dx": dx, "dgamma": found["dgamma"], "dbeta": found["dbeta"]}

    def double_backward(self):
        p, stats = self.problem, self.forward()
        five = self.sums(sums.run_five, sums.column_five, p.dy, p.x, p.ddx, about=[stats["mean"]], keep=True)
        found = self.conclude("OWN_BEND", five, own=True, mean=stats["mean"], var=stats["var"])
        d_dy, d_x = maps.bent(p.dy, p.x, p.ddx, *(vector[:, None] for vector in found["of"]))
        return {"d_dy": d_dy, "d_x": d_x, "d_gamma": found["dgamma"]}


@pytest.mark.parametrize("columns", [False, True], ids=["runs", "columns"])
@pytest.mark.parametrize("flavour", ["near", "far"])
@pytest.mark.parametrize("kind", DTYPES)
@pytest.mark.parametrize(("shape", "cuts"), SHAPES)
@pytest.mark.parametrize(
    "call", ["forward", "backward", "inference", "inference_backward", "double_backward"]
)
def test_definitions_are_within_the_bounds_of_spec(call, shape, cuts, kind, flavour, columns):
    one = Call(shape, cuts, kind, flavour, columns)
    one.problem.judge(call, getattr(one, call)())
