"""Batch renormalization: the standardised batch, moved by what the gradient takes for constants."""

from .language import (
    beta,
    dbeta,
    dgamma,
    dx,
    dy,
    gamma,
    gradient,
    mean,
    name,
    rstd,
    total,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states, step

p, q, e, old_mean = name("p"), name("q"), name("e"), name("old_mean")

MOVED = gamma * (p * xhat + q) + beta
LOSS = total(dy * MOVED)
# with no limits: e is the reciprocal deviation of the running statistics
FREE = where(MOVED, p=e / rstd, q=e * (mean - old_mean))

RENORMALIZATION = Theorem(
    name="renormalization",
    title="Batch renormalization",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
Batch renormalization (Ioffe 2017) puts $p \hat{x} + q$ in the place of $\hat{x}$ in (9.41). There
$p = (\sigma^2 + \epsilon)^{1/2} e$ and $q = (\mu - \mu_0) e$ for running statistics with the mean $\mu_0$ and
the reciprocal deviation $e$, both held within limits, and its gradient takes $p$ and $q$ for constants. Then
it is batch normalization with the parameters $\gamma p$ and $\gamma q + \beta$, and so are its gradients.
""",
    claims=(
        states(
            MOVED,
            where(y, gamma=gamma * p, beta=gamma * q + beta),
            "(9.41) with two other parameters, multiplied out.",
        ),
        states(
            gradient(LOSS, "x"),
            where(dx, gamma=gamma * p),
            r"With $p$ and $q$ held, the gradient by an element is that of batch normalization with "
            r"$\gamma p$; $\beta$ is not in it.",
        ),
        states(
            gradient(LOSS, "gamma"),
            p * dgamma + q * dbeta,
            r"$\gamma$ is in both parameters: the chain rule adds the two paths ...",
        ),
        states(gradient(LOSS, "beta"), dbeta, r"... and $\beta$ is in one."),
        step(
            where(MOVED, p=1, q=0),
            y,
            r"The limits $1 \le p \le 1$ and $0 \le q \le 0$ leave batch normalization.",
        ),
        states(
            FREE,
            gamma * e * (x - old_mean) + beta,
            "No limits leave inference by the running statistics: the statistics of the batch cancel.",
        ),
        states(
            gradient(total(dy * FREE), "x"),
            gamma * e * dy,
            "If $p$ and $q$ were not held, the gradient would be that of inference, which does not know that "
            "the statistics depend on the batch: nothing would be taken away from $\\mathrm{d}y$.",
        ),
    ),
    consequences=r"""
Every property of a gradient of batch normalization is one of batch renormalization, with $\gamma p$ for
$\gamma$: that $\mathrm{d}x$ sums to 0, that it forgets the component along $\hat{x}$, its bound in floating
point.
""",
)

THEOREMS = (RENORMALIZATION,)
