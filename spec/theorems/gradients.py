"""The gradients of both modes: the closed forms that every text prints, and what separates the modes."""

from spec.theorems.language import (
    along,
    average,
    dbeta,
    dgamma,
    dx,
    dy,
    gamma,
    gradient,
    loss,
    mean,
    rstd,
    total,
    u,
    var,
    x,
    xhat,
    y,
)  # fmt: skip
from spec.theorems.theorem import Theorem, states, step

DX = gamma * rstd * (dy - average(dy) - xhat * average(dy * xhat))

TRAINING = Theorem(
    name="gradients-training",
    title="The gradients of training mode",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement="""
In training mode the mean and the variance are computed from the batch itself, so every $y_i$ depends on
every $x_k$: directly, through the mean, and through the variance. For a loss $L$ whose derivatives by the
outputs are $\\mathrm{d}y_i$, the derivatives by the inputs and by the two parameters are these.
""",
    claims=(
        step(
            along(mean, "x", u),
            average(u),
            "The mean (9.38) is linear: it moves by the mean of the movement.",
        ),
        step(
            along(var, "x", u),
            2 * average((x - mean) * u),
            "The variance (9.39). The movement of the mean inside the square contributes nothing, because "
            "the deviations from the mean sum to 0.",
        ),
        step(
            along(rstd, "x", u),
            -(rstd**3) * average((x - mean) * u),
            "The chain rule on $r = (\\sigma^2 + \\epsilon)^{-1/2}$, whose derivative by $\\sigma^2$ is $-r^3/2$.",
        ),
        step(
            along(xhat, "x", u),
            rstd * (u - average(u) - xhat * average(xhat * u)),
            "The product rule on (9.40), $\\hat{x}_k = (x_k - \\mu) r$; and "
            "$(x_k - \\mu) r^3 (x_i - \\mu) = r \\hat{x}_k \\hat{x}_i$.",
        ),
        step(
            along(loss, "x", u),
            gamma * rstd * (total(dy * u) - total(dy) * average(u) - total(dy * xhat) * average(xhat * u)),
            "The output (9.41) moves by $\\gamma$ times that, and the loss by the sum of $\\mathrm{d}y_i$ times the "
            "movement of $y_i$.",
        ),
        states(
            dx,
            DX,
            "What stands beside $u_k$ in the movement of the loss is the derivative by $x_k$.",
        ),
        states(
            dgamma,
            total(dy * xhat),
            "The output (9.41) is linear in $\\gamma$, and $\\hat{x}$ does not depend on it.",
        ),
        states(dbeta, total(dy), "The output (9.41) moves with $\\beta$, element by element."),
    ),
    consequences="""
Three terms reach $x_k$: its own $\\mathrm{d}y_k$, less the mean of all of them (this came through the
mean), less $\\hat{x}_k$ times the mean of $\\mathrm{d}y \\hat{x}$ (this came through the variance). An
implementation that forgets that the statistics depend on the batch keeps the first term alone.
""",
    floating="""
The two sums can cancel. What that costs, and how exactly the sums must be formed, is the subject of
`docs/numerics.md`.
""",
)

INFERENCE = Theorem(
    name="gradients-inference",
    title="The gradients of inference mode",
    source=("9.40", "9.41"),
    statement="""
In inference mode the mean and the variance are given numbers. The layer is then an affine function of each
element by itself.
""",
    claims=(
        step(
            along(y, "x", u),
            gamma * rstd * u,
            "Only the numerator of (9.40) moves.",
            mode="inference",
        ),
        states(
            dx, gamma * rstd * dy, "What stands beside $u_k$ in the movement of the loss.", mode="inference"
        ),
        states(dgamma, total(dy * xhat), "The output (9.41) is linear in $\\gamma$.", mode="inference"),
        states(dbeta, total(dy), "The output (9.41) moves with $\\beta$.", mode="inference"),
        states(
            gradient(loss, "mean"),
            -gamma * rstd * total(dy),
            "The mean, where it is a parameter, moves every element alike.",
            mode="inference",
        ),
        states(
            gradient(loss, "var"),
            -gamma * rstd**2 * total(dy * xhat) / 2,
            "The variance, where it is a parameter, moves the root.",
            mode="inference",
        ),
    ),
)

THEOREMS = (TRAINING, INFERENCE)
