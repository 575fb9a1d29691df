"""Blame: from an output that is wrong to the equation, and the term, that is.

y of any batch norm is a xhat + b in each channel, and dx lies in the span of dy, 1 and xhat. So a few fitted
coefficients, held against those of the equations, name what is missing or wrong inside a black box.
"""

import numpy as np

# Two coefficients count as equal within this: the fits are in float64, their data may be float32.
EQUAL = 1e-4


def _fit(columns, target):
    """Least squares on columns scaled to length 1; the coefficients, and what is left over, largest first."""
    lengths = np.array([np.linalg.norm(column) or 1.0 for column in columns])
    matrix = np.stack(columns, axis=1) / lengths
    found, *_ = np.linalg.lstsq(matrix, target, rcond=None)
    return found / lengths, np.max(np.abs(target - matrix @ found), initial=0.0)


def _same(found, wanted):
    return np.allclose(found, wanted, rtol=EQUAL, atol=EQUAL * np.max(np.abs(wanted), initial=0.0))


def _scales(gamma, var, eps, m):
    """What a may be in place of gamma: the equation at fault, and the reason in words."""
    root = np.sqrt(var + eps)
    with np.errstate(divide="ignore", invalid="ignore"):
        return [
            (np.ones_like(gamma), "(9.41)", "gamma is missing"),
            (-gamma, "(9.41)", "gamma has the wrong sign"),
            (abs(gamma), "(9.41)", "gamma has lost its sign"),
            (gamma**2, "(9.41)", "gamma enters squared"),
            (1 + gamma, "(9.41)", "gamma enters as 1 + gamma"),
            (gamma * np.sqrt((var + eps) / (var * m / (m - 1) + eps)), "(9.39)", "var is divided by m - 1"),
            (gamma * root / (np.sqrt(var) + eps), "(9.40)", "eps stands outside the root"),
            (gamma * root / np.sqrt(var), "(9.40)", "eps is missing"),
            (gamma * root / np.sqrt(var + 2 * eps), "(9.40)", "eps enters twice"),
            (gamma * root / np.sqrt(var + eps**2), "(9.40)", "eps enters squared"),
            (gamma * root, "(9.40)", "xhat is not divided by the root"),
            (gamma / root, "(9.40)", "xhat is divided by var + eps, not by its root"),
        ]


def of_y(y, xhat, gamma, beta, mean, var, eps, known):
    """The equation that a wrong y violates, and a reason in words.

    Rows are channels: y and xhat of shape (C, m), the rest of shape (C,), all float64. `known` holds the
    names of the statistics that were returned and are right.
    """
    m = y.shape[1]
    fits = [_fit([row, np.ones(m)], values) for row, values in zip(xhat, y, strict=True)]
    a, b = (np.array([fit[0][n] for fit in fits]) for n in (0, 1))
    left = np.array([fit[1] for fit in fits])
    spread = np.abs(xhat).max(axis=1)
    if not np.isfinite(y).all():
        return "(9.40)", "y is not finite"
    if (left > 1e-3 * (np.abs(gamma) * spread + np.abs(beta))).any():
        return "(9.40)", "y is not a xhat + b within a channel: the statistics vary where they must not"
    shown = spread > 0
    straight = _same(b, beta)
    if straight and shown.any():
        for scale, equation, words in _scales(gamma, var, eps, m):
            if _same(a[shown], scale[shown]) and not _same(scale[shown], gamma[shown]):
                return equation, words
        with np.errstate(divide="ignore", invalid="ignore"):
            acts = (gamma / a) ** 2 * (var + eps)
        found = ", ".join(f"{value:.6g}" for value in acts[shown][:3])
        wanted = ", ".join(f"{value:.6g}" for value in (var + eps)[shown][:3])
        where = "(9.40)" if "var" in known else "(9.39)"
        return where, f"var + eps acts as {found} in place of {wanted}"
    for offset, words in [
        (0 * beta, "beta is missing"),
        (-beta, "beta has the wrong sign"),
        (gamma * beta, "beta is multiplied by gamma"),
        (2 * beta, "beta enters twice"),
    ]:
        if _same(b, offset):
            return "(9.41)", words
    if "mean" in known:
        return "(9.41)", "the offset is not beta"
    with np.errstate(divide="ignore", invalid="ignore"):
        acts = mean - (b - beta) / a * np.sqrt(var + eps)
    return "(9.38)", f"the mean acts as {acts[0]:.6g} in place of {mean[0]:.6g}"


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
