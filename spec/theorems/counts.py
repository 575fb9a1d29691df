"""Theorems that count: degrees of freedom, shards of a batch, and running statistics."""

from .language import (
    DX,
    along,
    average,
    centred,
    cov,
    dbeta,
    dgamma,
    dx,
    dy,
    eps,
    gamma,
    m,
    mean,
    name,
    rstd,
    shard,
    total,
    v,
    var,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states, step

d = name("d")


def corrected_hessian_vector(b):
    """The Hessian of the loss, applied to one direction, with the variance divided by m - d."""
    more = m / (m - d)
    mixed = centred(dy) * cov(xhat, b) + centred(b) * cov(xhat, dy) + xhat * cov(dy, b)
    return gamma * rstd**2 * (3 * more**2 * xhat * cov(dy, xhat) * cov(xhat, b) - more * mixed)


CORRECTED = Theorem(
    name="degrees-of-freedom",
    title="The variance divided by m - d",
    source=("9.39", "9.40"),
    statement=r"""
(9.39) divides by $m$. Suppose that the variance were divided by $m - d$ ($d = 1$ is Bessel's
correction), in the forward pass and so in the gradient. On this page $\sigma^2$ is that variance. What
changes, term by term:
""",
    claims=(
        step(var * (m - d), total((x - mean) ** 2), "The variance of this page.", book="corrected"),
        states(
            total(xhat**2),
            (m - d) * var / (var + eps),
            r"The sum of squares of the standardised batch: $m - d$ in the place of $m$.",
            book="corrected",
        ),
        states(
            dx,
            gamma * rstd * (dy - average(dy) - xhat * (total(dy * xhat) / (m - d))),
            r"The gradient: its last mean is divided by $m - d$, its first still by $m$.",
            book="corrected",
        ),
        states(dgamma, total(dy * xhat), r"$\mathrm{d}\gamma$ keeps its form ...", book="corrected"),
        states(dbeta, total(dy), r"... and so does $\mathrm{d}\beta$.", book="corrected"),
        states(
            dx + gamma * rstd * xhat * d * total(dy * xhat) / (m * (m - d)),
            DX,
            r"It is the gradient of the source, but for a multiple of $\hat{x}$.",
            book="corrected",
        ),
        states(total(dx), 0, "It still sums to 0.", book="corrected"),
        states(
            total(dx * xhat),
            gamma * rstd * (eps / (var + eps)) * total(dy * xhat),
            "And forgets the same share of the scale.",
            book="corrected",
        ),
        states(
            total(dx**2),
            gamma**2
            * rstd**2
            * (total(dy**2) - total(dy) ** 2 / m - (1 + eps * rstd**2) * total(dy * xhat) ** 2 / (m - d)),
            "Its square: the second component is divided by $m - d$.",
            book="corrected",
        ),
        states(
            along(y, "x", v),
            gamma * rstd * (v - average(v) - xhat * (total(v * xhat) / (m - d))),
            "Forward mode: the same matrix, as it is still symmetric.",
            book="corrected",
        ),
        states(
            along(dx, "x", v),
            corrected_hessian_vector(v),
            "The Hessian-vector product: each covariance that came through the variance is multiplied by "
            "$m/(m - d)$.",
            book="corrected",
        ),
    ),
    consequences=r"""
A backward pass that divides by $m - 1$ beside a forward pass that divides by $m$, or the other way
round, is wrong: its $\mathrm{d}x$ is off by a multiple of $\hat{x}$.
""",
    beyond="It is about other equations than those that an implementation is to compute.",
)

m1, m2 = shard(1, m), shard(2, m)
mean1, mean2 = shard(1, mean), shard(2, mean)
var1, var2 = shard(1, var), shard(2, var)


def merged(first, second):
    """Count, mean and variance of two shards together, from theirs."""
    (n1, a1, v1), (n2, a2, v2) = first, second
    n = n1 + n2
    return n, (n1 * a1 + n2 * a2) / n, (n1 * v1 + n2 * v2) / n + n1 * n2 * (a1 - a2) ** 2 / n**2


N1, A1, V1, N2, A2, V2 = (name(each + n) for n in "12" for each in "nav")
COUNT, MEAN, VARIANCE = merged((N1, A1, V1), (N2, A2, V2))
TURNED = merged((N2, A2, V2), (N1, A1, V1))

MERGING = Theorem(
    name="merging",
    title="Shards of a batch",
    source=("9.38", "9.39"),
    statement=r"""
A batch in two shards of any sizes: its count, mean and variance follow from theirs, and so do the two
sums that the backward pass needs. A number in brackets above a quantity names the shard whose own
quantity it is.
""",
    claims=(
        states(m1 + m2, m, "Every element is in one shard.", batch="shards"),
        states(m1 * mean1 + m2 * mean2, m * mean, "Both sides are the sum of all elements.", batch="shards"),
        states(
            m1 * var1 + m2 * var2 + m1 * m2 * (mean1 - mean2) ** 2 / m,
            m * var,
            "The deviations within the shards, and the deviation between their means.",
            batch="shards",
        ),
        states(
            shard(1, total(dy)) + shard(2, total(dy)),
            total(dy),
            "The first sum of the backward pass.",
            batch="shards",
        ),
        states(
            shard(1, total(dy * (x - mean)))
            + shard(2, total(dy * (x - mean)))
            + (mean1 - mean) * shard(1, total(dy))
            + (mean2 - mean) * shard(2, total(dy)),
            total(dy * (x - mean)),
            "The second sum of the backward pass, where each shard has used its own mean.",
            batch="shards",
        ),
        states(
            dbeta,
            total(dy),
            "So the gradients of the whole batch are made of what the shards have: this one of the first ...",
            batch="shards",
        ),
        states(dgamma, rstd * total(dy * (x - mean)), "... this one of the second ...", batch="shards"),
        states(
            dx,
            gamma * rstd * (dy - total(dy) / m - xhat * (rstd * total(dy * (x - mean)) / m)),
            "... and, at each element of either shard, this one of both: synchronised batch normalization.",
            batch="shards",
        ),
        states(
            COUNT * MEAN,
            N1 * A1 + N2 * A2,
            r"The rule above takes $(n_1, a_1, v_1)$ and $(n_2, a_2, v_2)$, counts, means and "
            r"variances, to one triple. In the coordinates $n$, $n a$ ...",
        ),
        states(
            COUNT * (VARIANCE + MEAN**2),
            N1 * (V1 + A1**2) + N2 * (V2 + A2**2),
            r"... and $n (v + a^2)$ it is addition.",
        ),
        states(TURNED[1], MEAN, "So shards may be exchanged: the mean ..."),
        states(TURNED[2], VARIANCE, "... and the variance do not see it."),
        states(where(MEAN, n1=0), A2, "A shard with count 0 leaves the mean of the other ..."),
        states(where(VARIANCE, n1=0), V2, "... and its variance, whatever its own are said to be."),
    ),
    consequences=r"""
As addition it can be done in any order and grouping, for any number of shards. Shards may be empty: their
sums are 0, and their mean and variance count for nothing; if all are empty, so is the batch, and there is
nothing to merge. So synchronised batch normalization over unequal shards is the batch normalization of the
whole. The average of the shards' variances, weighed by their counts, misses the third term.
""",
    floating=r"""
Each merge rounds, so different orders agree within a bound and not bit by bit; see `docs/numerics.md`.
""",
)

q, s, old, new, power, weights = (name(each) for each in ("q", "s", "R", "S", "P", "W"))
running_mean, running_var = name("running_mean"), name("running_var")
M, V = name("M"), name("V")

RUNNING = Theorem(
    name="running-statistics",
    title="Running statistics",
    source=("9.38", "9.39"),
    statement=r"""
A running statistic $R$ becomes $(1 - q) R + q s$ at each step, where $s$ is the batch's. After $n$
steps it is $(1 - q)^n R_0 + q \sum_j (1 - q)^{n - j} s_j$. The running variance takes
$\frac{m}{m - 1} \sigma^2$, because that is unbiased for independent samples, and $\sigma^2$ is not.
""",
    claims=(
        states(
            (1 - q) * (power * old + q * new) + q * s,
            power * (1 - q) * old + q * ((1 - q) * new + s),
            r"Induction. With $P = (1 - q)^n$, $R = R_0$ and $S = \sum_j (1 - q)^{n - j} s_j$ the form "
            r"after $n$ steps is $P R + q S$; "
            r"one more step multiplies $P$ by $1 - q$ and makes $(1 - q) S + s$ of $S$.",
        ),
        states(
            power * (1 - q) + q * ((1 - q) * weights + 1),
            (1 - q) * (power + q * weights) + q,
            r"The weights sum to 1: with $W = \sum_j (1 - q)^{n - j}$, if $P + q W = 1$ then the next "
            r"is $(1 - q) + q = 1$.",
        ),
        step(
            total(x) ** 2,
            total(x**2) + total(x * (total(x) - x)),
            "For the expectation: the square of a sum is the sum of squares, and that of products of "
            "different elements.",
        ),
        states(
            (m * (V + M**2) / m) - (m * (V + M**2) + m * (m - 1) * M**2) / m**2,
            (m - 1) * V / m,
            r"The expectation of $\sigma^2 = \frac{1}{m} \sum x_i^2 - \mu^2$ for independent samples of "
            r"mean $M$ and variance $V$: each "
            r"of the $m$ squares has the expectation $V + M^2$, each of the $m (m - 1)$ products of "
            r"different samples $M^2$.",
        ),
        states(
            V - ((m * (V + M**2) / m) - (m * (V + M**2) + m * (m - 1) * M**2) / m**2),
            V / m,
            r"So $\sigma^2$ is too small by this, on average ...",
        ),
        states(
            m / (m - 1) * ((m * (V + M**2) / m) - (m * (V + M**2) + m * (m - 1) * M**2) / m**2),
            V,
            r"... and $\frac{m}{m - 1} \sigma^2$ is right.",
            least=2,
        ),
        states(
            running_mean - mean,
            (1 - q) * (name("old_mean") - mean),
            r"A step, for the mean, with $\mu_0$ the old running mean and $\bar{\mu}$ the new one: the "
            r"distance from "
            r"the batch's shrinks by $1 - q$.",
        ),
        states(
            running_var - m / (m - 1) * var,
            (1 - q) * (name("old_var") - m / (m - 1) * var),
            "And for the variance.",
            least=2,
        ),
        states(
            where(running_mean, old_mean=running_mean),
            (1 - q) ** 2 * name("old_mean") + q * ((1 - q) * mean + mean),
            "The closed form after two steps, on one batch twice.",
        ),
        states(
            var - (m1 * var1 + m2 * var2) / m,
            m1 * m2 * (mean1 - mean2) ** 2 / m**2,
            "The pooled variance of two batches, less the average of their variances, weighed by their "
            "counts: what an "
            "average of averages misses.",
            batch="shards",
        ),
        states(
            mean - (mean1 + mean2) / 2,
            (m1 - m2) * (mean1 - mean2) / (2 * m),
            "If the batches are not weighed by their counts, the mean is off too, unless the counts are "
            "equal ...",
            batch="shards",
        ),
        states(
            var - (var1 + var2) / 2,
            (m1 - m2) * (var1 - var2) / (2 * m) + m1 * m2 * (mean1 - mean2) ** 2 / m**2,
            "... and the variance by this.",
            batch="shards",
        ),
    ),
    assumptions=("real", "size", "positive", "independent"),
    consequences=r"""
The elements of one image are not independent: for them the correction is a convention and no theorem.
At $m = 1$ it does not exist.
""",
)

THEOREMS = (CORRECTED, MERGING, RUNNING)
