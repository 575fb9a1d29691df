"""The gradients of both modes: derived whole, derived along the graph, and what separates the modes."""

from .language import (
    DX,
    along,
    average,
    centred,
    dbeta,
    dgamma,
    dx,
    dy,
    eps,
    gamma,
    gradient,
    loss,
    m,
    mean,
    name,
    rstd,
    total,
    u,
    var,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states, step

TRAINING = Theorem(
    name="gradients-training",
    title="The gradients of training mode",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
In training mode the mean and the variance are computed from the batch itself, so every $y_i$ depends on
every $x_k$: directly, through the mean, and through the variance. For a loss $L$ whose derivatives by the
outputs are $\mathrm{d}y_i$, the derivatives by the inputs and by the two parameters are these.
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
            r"The chain rule on $r = (\sigma^2 + \epsilon)^{-1/2}$, whose derivative by $\sigma^2$ is "
            r"$-r^3/2$.",
        ),
        step(
            along(xhat, "x", u),
            rstd * (u - average(u) - xhat * average(xhat * u)),
            r"The product rule on (9.40), $\hat{x}_k = (x_k - \mu) r$; and "
            r"$(x_k - \mu) r^3 (x_i - \mu) = r \hat{x}_k \hat{x}_i$.",
        ),
        step(
            along(loss, "x", u),
            gamma * rstd * (total(dy * u) - total(dy) * average(u) - total(dy * xhat) * average(xhat * u)),
            r"The output (9.41) moves by $\gamma$ times that, and the loss by the sum of "
            r"$\mathrm{d}y_i$ times the "
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
            r"The output (9.41) is linear in $\gamma$, and $\hat{x}$ does not depend on it.",
        ),
        states(dbeta, total(dy), r"The output (9.41) moves with $\beta$, element by element."),
    ),
    consequences=r"""
Three terms reach $x_k$: its own $\mathrm{d}y_k$, less the mean of all of them (this came through the
mean), less $\hat{x}_k$ times the mean of $\mathrm{d}y \hat{x}$ (this came through the variance). An
implementation that forgets that the statistics depend on the batch keeps the first term alone.
""",
    floating="""
The two sums can cancel. What that costs, and how exactly the sums must be formed, is the subject of
`docs/numerics.md`.
""",
)

DXHAT = gamma * dy
DVAR = -gamma * rstd**3 / 2 * total(dy * (x - mean))
DMEAN = -gamma * rstd * total(dy)

GRAPH = Theorem(
    name="gradients-graph",
    title="The gradient of training mode, node by node",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
The same gradient, in the way in which programs and the original paper obtain it: along the graph from $y$
back to $x$, each node differentiated by its own inputs and no others. What a derivative holds fixed is
written beside its bar. This derivation shares no step with the one along a direction; both arrive at the
same closed form.
""",
    claims=(
        step(gradient(loss, "xhat"), DXHAT, "(9.41): the loss by the standardised input."),
        step(
            gradient(loss, "var", held=("mean",)),
            DVAR,
            r"(9.40), by the variance: $\partial \hat{x}_i/\partial \sigma^2 = -\frac{1}{2} (x_i - \mu) "
            r"r^3$.",
        ),
        step(
            gradient(loss, "mean", held=("var",)),
            DMEAN,
            r"(9.40), by the mean, the variance held: $\partial \hat{x}_i/\partial \mu = -r$.",
        ),
        states(
            gradient(var, "mean"),
            0,
            r"(9.39), by the mean: $-\frac{2}{m} \sum (x_i - \mu)$, which is identically 0. Texts carry "
            r"this term along.",
        ),
        step(gradient(mean, "x"), 1 / m, "(9.38), by an element."),
        step(gradient(var, "x", held=("mean",)), 2 * (x - mean) / m, "(9.39), by an element, the mean held."),
        step(
            gradient(loss, "x", held=("mean", "var")),
            DXHAT * rstd,
            "(9.40), by an element, mean and variance held.",
        ),
        states(
            dx,
            DXHAT * rstd + DVAR * (2 * (x - mean) / m) + DMEAN * (1 / m),
            "The chain rule adds the three paths from the loss to an element.",
        ),
        states(
            DXHAT * rstd + DVAR * (2 * (x - mean) / m) + DMEAN * (1 / m),
            DX,
            "Collected, this is the closed form of the derivation along a direction.",
        ),
        step(
            gradient(loss, "gamma", held=("xhat",)),
            total(dy * xhat),
            r"(9.41), by $\gamma$, the standardised input held.",
        ),
        states(dgamma, total(dy * xhat), r"No other path leads from the loss to $\gamma$ ..."),
        states(dbeta, total(dy), r"... and (9.41) is the only one to $\beta$."),
    ),
)

ENERGY = (total(dy) ** 2 + (1 + eps * rstd**2) * total(dy * xhat) ** 2) / m

STRUCTURE = Theorem(
    name="gradient-structure",
    title="What the gradient forgets",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
The layer removes two components of its input, the mean and the scale. Its gradient removes the same two
components of $\mathrm{d}y$: the first wholly, the second up to a share that $\epsilon$ leaves. So it is
never longer than $|\gamma| r$ times $\mathrm{d}y$. And there are losses whose gradient is 0 for every
input: a test that uses one proves nothing.
""",
    claims=(
        states(total(dx), 0, r"The terms of the closed form cancel, as $\hat{x}$ sums to 0."),
        states(
            total(dx * xhat),
            gamma * rstd * (eps / (var + eps)) * total(dy * xhat),
            r"The last term takes $\sigma^2/(\sigma^2 + \epsilon)$ of the component away.",
        ),
        states(
            total(dx**2),
            gamma**2 * rstd**2 * (total(dy**2) - ENERGY),
            "The square of the closed form, summed.",
        ),
        states(
            total(dx**2),
            gamma**2 * rstd**2 * total(dy**2),
            "So the gradient is no longer than this.",
            slack=gamma**2 * rstd**2 * ENERGY,
        ),
        states(
            where(dx, dy=1),
            0,
            r"A constant $\mathrm{d}y$, as of the loss $\sum y_i$, has no gradient, for any $\epsilon$.",
        ),
        states(
            where(dx, dy=2 * y),
            2 * gamma**2 * eps * rstd**3 * xhat,
            r"The loss $\sum y_i^2$ has none at $\epsilon = 0$, and next to none otherwise.",
        ),
        states(
            dy - dx / (gamma * rstd),
            average(dy) + xhat * average(dy * xhat),
            r"Conversely, where $\mathrm{d}x = 0$ (and $\gamma \ne 0$), $\mathrm{d}y$ is a constant "
            r"plus a multiple of $\hat{x}$.",
        ),
        states(
            where(dx, dy=name("p") + name("q") * xhat),
            gamma * eps * rstd**3 * name("q") * xhat,
            r"And all of those have a gradient that $\epsilon = 0$ makes 0.",
        ),
        states(
            gamma * eps * rstd**3 * centred(dy),
            eps * rstd**2 * dx + xhat * average(dx * xhat),
            r"For $\epsilon > 0$ (and $\gamma \ne 0$) the gradient determines $\mathrm{d}y$ up to a "
            r"constant: "
            r"where it is 0, $\mathrm{d}y$ is constant.",
        ),
    ),
    consequences=r"""
Where $\gamma \ne 0$ the gradient is 0, at $\epsilon = 0$, exactly when $\mathrm{d}y$ lies in the span of 1
and $\hat{x}$; for $\epsilon > 0$, exactly when $\mathrm{d}y$ is constant. A test of a backward pass must
use a $\mathrm{d}y$ far outside the span, and at least three elements: with two, every $\mathrm{d}y$ lies
inside.
""",
    floating=r"""
The computed $\mathrm{d}x$ does not sum to 0 exactly: its sum is bounded by the sum of the bounds of its
elements (step 1 below).
""",
    figure=(
        "vacuity.png",
        "The vacuity map: the length of the gradient, as a share of the longest that it could be, for six "
        "losses, by the size of the batch and eps (gamma = 1, beta = 0, random batches of variance 1, the "
        "median). Where it is 0 or nearly so, a test of the gradient proves nothing. A bar: the share is "
        "undefined, because dy is 0, or because eps and the variance are.",
    ),
)

INFERENCE = Theorem(
    name="gradients-inference",
    title="The gradients of inference mode",
    source=("9.40", "9.41"),
    statement=r"""
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
        states(dgamma, total(dy * xhat), r"The output (9.41) is linear in $\gamma$.", mode="inference"),
        states(dbeta, total(dy), r"The output (9.41) moves with $\beta$.", mode="inference"),
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
        states(
            dx - gradient(loss, "x", held=("mean", "var")),
            gradient(loss, "mean", held=("var",)) * gradient(mean, "x")
            + gradient(loss, "var", held=("mean",)) * gradient(var, "x", held=("mean",)),
            "What training mode adds to this: the two terms that reach an element through the statistics.",
        ),
    ),
    consequences=r"""
$\mathrm{d}\gamma$ and $\mathrm{d}\beta$ have the same form in both modes. $\mathrm{d}x$ has not: a backward
pass that uses the wrong mode's is wrong by exactly those two terms, however well it is computed.
""",
)

THEOREMS = (TRAINING, GRAPH, STRUCTURE)
