"""What `conclude` must write, bit for bit: its formulas in plain NumPy, for all channels side by side.

`given` holds vectors of float64: gamma, beta, mean, rest, var, sum_dy, sum_dyd, ddgamma and ddbeta, or what
is taken for them where a call gives none. `parts` holds the records of each part: `Sum`s, and the sum of
squared deviations as a plain number.
"""

import numpy
import sums
from abi import CONSTANTS
from arithmetic import Sum, apart, finite_or_zero, fma, mean_of, number_or_zero

SMALL, LARGE, REACH, CANCELS = (CONSTANTS[name] for name in ("SMALL", "LARGE", "REACH", "CANCELS"))


class Conclusions:
    """Each conclusion by its name: a method that gives what it writes, by name."""

    def __init__(self, kind, given, eps, m, own, parts, counts):
        self.kind, self.eps, self.m, self.own, self.parts, self.counts = (
            kind,
            eps,
            float(m),
            own,
            parts,
            counts,
        )
        self.__dict__ |= given

    def _stored(self, vector):
        return vector.astype(self.kind)

    def _sum(self, i):
        # of all parts, in their order
        total = Sum(self.parts[0][i].hi, self.parts[0][i].lo)
        for part in self.parts[1:]:
            total.add(part[i].hi)
            total.lo = total.lo + part[i].lo
        return total

    def _rstd(self, var):
        v = var + self.eps
        return numpy.where(v != 0, 1 / numpy.sqrt(v), 0.0) if self.own else 1 / numpy.sqrt(v)

    def OWN_MOMENTS(self):
        """(9.38) and (9.39); squared deviations of parts are added about the mean of the whole."""
        total, m2 = self._sum(0), self.parts[0][1]
        if len(self.parts) > 1:
            total.lo = number_or_zero(total.lo)
            whole, squares = mean_of(total, self.m), Sum(numpy.zeros(total.hi.shape))
            for part, count in zip(self.parts, self.counts, strict=True):
                e = apart(mean_of(part[0], count), whole)
                squares.add(part[1])
                squares.add(count * e * e)
            m2 = squares.hi + squares.left_over
        near, rest = mean_of(total, self.m)
        mean = near + rest
        found = {"new_mean": mean, "new_rest": (near - mean) + rest}
        return found | {"new_var": numpy.where(m2 < 0, 0.0, m2) / self.m}

    def OWN_WEIGHTED(self):
        """A part counts as much as its weights come to."""
        offset, weight, squares = (Sum(numpy.zeros(self.parts[0][2].shape)) for _ in range(3))
        base = numpy.zeros(weight.hi.shape)
        for mean, _, of in self.parts:
            base = numpy.where((of != 0) & (weight.hi == 0), mean.hi, base)
            weight.add(of)
            offset.add(numpy.where(of != 0, of * ((mean.hi - base) + mean.lo), 0.0))
        total = weight.rounded
        moved = numpy.where(total != 0, offset.rounded / total, 0.0)
        near = base + moved
        rest = finite_or_zero((base - near) + moved)
        for mean, own, of in self.parts:
            e = (mean.hi - near) + (mean.lo - rest)
            squares.add(numpy.where(of != 0, own, 0.0))
            squares.add(numpy.where(of != 0, of * e * e, 0.0))
        m2 = squares.rounded
        var = numpy.where(total != 0, numpy.where(m2 < 0, 0.0, m2) / total, 0.0)
        return {"new_mean": near, "new_rest": rest, "new_var": var, "new_weight": total}

    def OWN_SCALE(self):
        own = self.OWN_MOMENTS()
        return own | self._scale_of_batch(own["new_mean"], own["new_rest"], own["new_var"])

    def _scale_of_batch(self, mean, residual, var):
        # (x - mean)^2 is at most m var
        slope = self.gamma * self._rstd(var)
        fits = (
            narrow(slope) & (var * self.m <= REACH * REACH) & (abs(mean) <= REACH) & (abs(self.beta) <= LARGE)
        )
        return self._scale(mean, residual, slope, self.beta, ~fits)

    def GIVEN_SCALE(self):
        if self.own:
            return self._scale_of_batch(self.mean, self.rest, self.var)
        slope = self.gamma * self._rstd(self.var)
        fits = narrow(slope) & (abs(self.mean) <= CANCELS) & (abs(self.beta) <= LARGE)
        return self._scale(self.mean, self.rest, slope, self.beta, ~fits)

    def GIVEN_SLOPE(self):
        """A scale whose other coefficients are 0."""
        slope, none = self.gamma * self._rstd(self.var), numpy.zeros(self.var.shape)
        return self._scale(none, none, slope, none, ~narrow(slope))

    def _scale(self, mean, residual, slope, beta, wide):
        nearest = self._stored(mean)
        lost = (mean - nearest) + residual
        # where nothing was lost, an infinite slope has no part in it
        level = self._stored(numpy.where(lost != 0, beta - lost * slope, beta))
        return {
            "of": (nearest, self._stored(slope), level),
            "wide": wide,
            "exact": (mean, residual, slope, beta),
        }

    def GIVEN_SUMS(self):
        """dbeta = sum dy; dgamma = rstd sum dy (x - mean), of the sum of dy (x - centre)."""
        both = self._sum(0), self._sum(1)
        dbeta, products = (each.hi + each.left_over for each in both)
        rests = [
            number_or_zero((each.hi - whole) + each.left_over)
            for each, whole in zip(both, (dbeta, products), strict=True)
        ]
        centre = sums.centre(self.kind, self.own, self.mean, self.var)
        moved = self.mean - centre
        products = numpy.where(moved != 0, fma(-moved, dbeta, products), products)
        found = {"dgamma": products * self._rstd(self.var), "dbeta": dbeta}
        return found | {"new_dyd": products, "new_dy_rest": rests[0], "new_dyd_rest": rests[1]}

    def OWN_PULL(self):
        both = self.GIVEN_SUMS()
        return both | self._pull(both["dbeta"], both["new_dyd"])

    def GIVEN_PULL(self):
        return self._pull(self.sum_dy, self.sum_dyd)

    def _pull(self, dbeta, products):
        """k1 = -gamma rstd^3 mean(dy (x - mean)); k2 makes good what rounding took from mean and rise."""
        rstd, spread = self._rstd(self.var), self.var * self.m
        slope, rise = self.gamma * rstd, dbeta / self.m
        k1 = -slope * ((products / self.m * rstd) * rstd)
        fits = narrow(slope) & narrow(k1) & (abs(self.mean) <= REACH) & (abs(rise) <= CANCELS)
        fits &= (spread <= REACH * REACH) & (k1 * k1 * spread <= CANCELS * CANCELS)
        mean_, rise_ = self._stored(self.mean), self._stored(rise)
        k2 = self._stored(-slope * (rise - rise_) - k1 * (self.mean - mean_))
        of = mean_, rise_, self._stored(slope), self._stored(k1), k2
        return {"of": of, "wide": ~fits, "exact": (self.mean, rise, slope, k1)}

    def OWN_BEND(self):
        """With a = mean(dy xhat), b = mean(v xhat), c = cov(dy, v): the maps of `bent`."""

        def mean(i):
            total = Sum(numpy.zeros(self.var.shape))
            for part in self.parts:
                total.add(part[i].hi)
                total.add(part[i].lo)
            return total.rounded / self.m

        rstd = self._rstd(self.var)
        k, rise, drift, a, b = self.gamma * rstd, mean(0), mean(1), mean(2) * rstd, mean(3) * rstd
        c = mean(4) - rise * drift
        s, t, u = self.ddgamma - k * b, k * a, k * (3 * a * b - c) - self.ddgamma * a
        of = self.mean, rise, drift, rstd, k, s, t, u, self.ddbeta
        return {"of": of, "dgamma": self.m * (c - a * b) * rstd}


def narrow(factor):
    """Whether float32 keeps its products in full precision."""
    return (factor == 0) | ((abs(factor) >= SMALL) & (abs(factor) <= LARGE))
