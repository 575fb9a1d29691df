"""Blame: from an output that is wrong to the equation, and the term, that is.

y of any batch norm is a xhat + b in each channel, and dx lies in the span of dy, 1 and xhat. So a few fitted
coefficients, held against those of the equations, name what is missing or wrong inside a black box.
"""

from typing import NamedTuple

import numpy as np

# Two coefficients count as equal within this: the fits are in float64, their data may be float32.
EQUAL = 1e-4
# What is left of y beyond a xhat + b counts as rounding, to half precision or better, up to this share of y.
NOISE = 2.0**-8
# So far apart, the shares of the mean that channels subtract count as one.
SHARE = 1e-3
# An offset that a given mean explains only if it is so many times its size away is no mistake of the mean.
FAR = 1e3

# All gammas, each with its slack, may cover such a share of their range: of more, one is near by chance.
CHANCE = 0.5


def _fit(columns, target):
    """Least squares on columns scaled to length 1; the coefficients, and what is left over, largest first."""
    lengths = np.array([np.linalg.norm(column) or 1.0 for column in columns])
    matrix = np.stack(columns, axis=1) / lengths
    found, *_ = np.linalg.lstsq(matrix, target, rcond=None)
    return found / lengths, np.max(np.abs(target - matrix @ found), initial=0.0)


def _same(found, wanted):
    return bool(np.all(abs(found - wanted) <= EQUAL * np.max(abs(wanted), initial=0.0)))


class Truth(NamedTuple):
    """What the channels at fault ought to have: float64 arrays of shape (C,), eps, and m (0 in inference).

    `gammas` are those of every channel; `known` has the names of the statistics that are right.
    """

    gamma: np.ndarray
    beta: np.ndarray
    mean: np.ndarray
    var: np.ndarray
    eps: float
    m: int
    gammas: np.ndarray
    known: frozenset


class _Line(NamedTuple):
    """The fit y = a xhat + b of each channel, what it leaves over, and how much of that may be rounding."""

    a: np.ndarray
    b: np.ndarray
    left: np.ndarray
    spread: np.ndarray
    slack: np.ndarray

    def has_slope(self, wanted):
        return bool((abs(self.a - wanted) * self.spread <= self.slack).all())

    def has_offset(self, wanted):
        return bool((abs(self.b - wanted) <= self.slack).all())


def of_y(y, xhat, slack, truth):
    """The equation that a wrong y violates, and a reason in words.

    The rows of y and xhat, of shape (C, m), are the channels at fault; `slack`, of shape (C,), is the largest
    error of y that would be no fault.
    """
    if np.isnan(y).any():
        return "(9.40)", "y is not a number"
    if np.isinf(y).any():
        return "(9.41)", "y is infinite"
    if y.shape[1] == 1:
        return "(9.41)", "y of one element must be beta" if truth.m else "one element tells too little"
    fits = [_fit([row, np.ones_like(row)], values) for row, values in zip(xhat, y, strict=True)]
    a, b = (np.array([fit[0][n] for fit in fits]) for n in (0, 1))
    line = _Line(a, b, np.array([fit[1] for fit in fits]), abs(xhat).max(axis=1), 4 * slack)
    size = abs(y).max(axis=1)
    if (line.left > NOISE * size + line.slack).any():
        return "(9.40)", "y is no a xhat + b in a channel: the statistics vary where they must not"
    if (line.left > line.slack).any():
        return "(9.41)", f"y is off by {np.max(line.left / size):.1e} of its size, as if it were rounded"
    straight = line.has_offset(truth.beta)
    if straight and line.has_slope(truth.gamma):
        return "(9.41)", ""
    named = (straight and _named_scale(line, truth)) or _factor(line, truth) or _named_offset(line, truth)
    if named:
        return named
    if y.shape[1] == 2:
        return "(9.41)", "two elements of y are off, too few to tell why"
    return _unnamed_scale(line, truth) if straight else _offset(line, truth)


def _named_scale(line, truth):
    """A slope that is a known mistake; None if it is not."""
    gamma, beta, var, eps, m = truth.gamma, truth.beta, truth.var, truth.eps, truth.m
    root = np.sqrt(var + eps)
    bessel = m / (m - 1) if m > 1 else np.nan
    nearest = truth.gammas[np.argmin(abs(line.a[:, None] - truth.gammas), axis=1)]
    if (2 * len(truth.gammas) * line.slack > CHANCE * np.ptp(truth.gammas) * line.spread).any():
        nearest = np.full_like(gamma, np.nan)
    for scale, equation, words in [
        (np.ones_like(gamma), "(9.41)", "gamma is missing"),
        (0 * gamma, "(9.41)", "y is beta alone"),
        (beta, "(9.41)", "beta is in the place of gamma"),
        (-gamma, "(9.41)", "gamma has the wrong sign"),
        (abs(gamma), "(9.41)", "gamma has lost its sign"),
        (gamma**2, "(9.41)", "gamma enters squared"),
        (1 + gamma, "(9.41)", "gamma enters as 1 + gamma"),
        (gamma * root / np.sqrt(var * bessel + eps), "(9.39)", "var is divided by m - 1"),
        (gamma * root / (np.sqrt(var) + eps), "(9.40)", "eps stands outside the root"),
        (gamma * root / np.sqrt(var), "(9.40)", "eps is missing"),
        (gamma * root / np.sqrt(var + 2 * eps), "(9.40)", "eps enters twice"),
        (gamma * root / np.sqrt(var + eps**2), "(9.40)", "eps enters squared"),
        (gamma * root, "(9.40)", "xhat is not divided by the root"),
        (gamma / root, "(9.40)", "xhat is divided by var + eps, not by its root"),
        (gamma.astype(np.float16).astype(np.float64), "(9.41)", "gamma is rounded to float16"),
        (nearest, "(9.41)", "gamma is that of another channel"),
    ]:
        if line.has_slope(scale):
            return equation, words
    return None


def _factor(line, truth):
    """One factor before gamma xhat + beta; None if there is not one."""
    for found, wanted in ((line.a, truth.gamma), (line.b, truth.beta)):
        factor = found[0] / wanted[0]
        if line.has_slope(factor * truth.gamma) and line.has_offset(factor * truth.beta):
            return "(9.41)", f"y is {factor:.6g} times what it must be" if factor else "y is 0"
    return None


def _unnamed_scale(line, truth):
    if (line.a * truth.gamma < 0).any():
        return "(9.41)", "gamma is another number: the slope has the wrong sign, and no root is negative"
    acts = (truth.gamma / line.a) ** 2 * (truth.var + truth.eps)
    wanted = truth.var[0] + truth.eps
    return (
        "(9.40)" if "var" in truth.known else "(9.39)",
        f"var + eps acts as {acts[0]:.6g}, not {wanted:.6g}",
    )


def _named_offset(line, truth):
    """An offset that is a known mistake; None if it is not."""
    gamma, beta = truth.gamma, truth.beta
    if line.has_offset(beta):
        return None
    for offset, words in [
        (0 * beta, "beta is missing"),
        (-beta, "beta has the wrong sign"),
        (gamma * beta, "beta is multiplied by gamma"),
        (2 * beta, "beta enters twice"),
        (gamma, "gamma is in the place of beta"),
    ]:
        if line.has_offset(offset):
            return "(9.41)", words
    return None


def _offset(line, truth):
    """An offset that is not beta: a mean that is not the mean."""
    gamma, beta, mean = truth.gamma, truth.beta, truth.mean
    slope = np.where(abs(line.a - gamma) * line.spread <= line.slack, gamma, line.a)
    root = np.sqrt(truth.var + truth.eps)
    acts = mean - (line.b - beta) / slope * root
    share = acts / mean
    near = SHARE + 2 * abs(line.slack / slope * root / mean)
    common = share[0] if len(share) > 1 else np.round(share[0])
    moved = abs(common - 1) > near[0] and (abs(share - common) < near).all()
    if ("mean" in truth.known or not truth.m) and moved:
        return "(9.40)", f"x is taken less {share[0]:.6g} times the mean"
    if not truth.m and (abs(line.b - beta) <= NOISE * (abs(line.a) * line.spread + abs(line.b))).all():
        return "(9.41)", "y is off by a little, as if it were rounded"
    if not truth.m and (abs(acts - mean) <= FAR * (abs(mean) + root)).all():
        return "(9.40)", f"the given mean acts as {acts[0]:.6g}, not {mean[0]:.6g}"
    if "mean" in truth.known or not truth.m:
        return "(9.41)", f"the offset is {line.b[0]:.6g}, not {beta[0]:.6g}"
    return "(9.38)", f"the mean acts as {acts[0]:.6g}, not {mean[0]:.6g}"


TERMS = {
    "dy": "the term of dy",
    "1": "the term of the mean",
    "xhat": "the term of the variance",
}


def of_dx(dx, dy, xhat, wanted):
    """What is wrong with dx, in words: rows of one channel, `wanted` the dx of the equations, all float64."""
    if not np.isfinite(dx).all():
        return "dx is not finite"
    columns = [dy, np.ones_like(dy), xhat]
    if len(dy) <= len(columns) or np.linalg.matrix_rank(np.stack(columns)) < len(columns):
        return ""
    found, left = _fit(columns, dx)
    derived, _ = _fit(columns, wanted)
    if left > 1e-3 * np.max(np.abs(dx), initial=0.0):
        return f"dx leaves the span of dy, 1 and xhat, most at element {np.argmax(np.abs(dx - wanted))} of m"
    weights = np.array([np.max(np.abs(column)) for column in columns])
    scale = np.max(np.abs(derived * weights))
    wrong = [n for n in range(len(columns)) if abs(found[n] - derived[n]) * weights[n] > EQUAL * scale]
    if len(wrong) == len(columns) and _same(found * weights, found[0] / derived[0] * derived * weights):
        return f"dx is {found[0] / derived[0]:.6g} times what it must be"
    factor = found[0] / derived[0] if derived[0] else 1.0
    if wrong and _same(found * weights, factor ** np.array([1, 1, 3]) * derived * weights):
        # xhat holds rstd once, and its coefficient mean(dy xhat) rstd
        return f"1/sqrt(var + eps) acts as {factor:.6g} times what it is"
    words = []
    for n in wrong:
        name, term = list(TERMS.items())[n]
        gone = abs(found[n]) * weights[n] <= EQUAL * scale
        words.append(
            f"the coefficient of {name} is {0 if gone else found[n]:.6g}, derived {derived[n]:.6g}"
            + (f": {term} is missing" if gone else "")
        )
    return "; ".join(words)


def of_sum(got, wanted, candidates):
    """What is wrong with dgamma or dbeta, in words: the first candidate (numbers, words) that explains it."""
    for value, words in candidates:
        if _same(got, value) and not _same(value, wanted):
            return words
    return ""
