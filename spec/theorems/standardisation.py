"""What the forward pass does to a batch: its moments, what can be restored, and what eps costs."""

from .gradients import ENERGY
from .language import (
    average,
    beta,
    dx,
    dy,
    element,
    eps,
    gamma,
    gradient,
    m,
    mean,
    name,
    others,
    rstd,
    total,
    var,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states, step

STANDARDISATION = Theorem(
    name="standardisation",
    title="The standardised batch",
    source=("9.36", "9.38", "9.39", "9.40"),
    statement=r"""
The textbook says that the standardised batch has mean 0 and standard deviation 1. The first is true. The
second is true only as far as $\epsilon$ can be neglected beside the variance. And no element can lie further
out than $\sqrt{m - 1}$, whatever the batch.
""",
    claims=(
        step(total(x - mean), 0, "The mean (9.38) is the number from which the deviations sum to 0."),
        states(total(xhat), 0, "(9.40) divides them all by the same root."),
        step(total((x - mean) ** 2), m * var, "This is (9.39)."),
        states(
            total(xhat**2), m * var / (var + eps), r"(9.40) divides each square by $\sigma^2 + \epsilon$."
        ),
        states(1 - average(xhat**2), eps * rstd**2, "What is missing to 1."),
        states(
            element(xhat) ** 2,
            m - 1,
            r"The other elements sum to $-\hat{x}_j$ and share what is left of the sum of squares. It "
            r"is least where "
            r"they are equal, each $-\hat{x}_j/(m - 1)$.",
            slack=(m - 1) * eps * rstd**2 + (m - 1) * m**-1 * others((xhat + element(xhat) / (m - 1)) ** 2),
            least=2,
        ),
    ),
    consequences=r"""
The bound $|\hat{x}_j| \le \sqrt{m-1}$ is attained exactly when the slack is 0: $\epsilon = 0$ and all other
elements are equal, one outlier in an otherwise constant batch. A batch of 32 has no standardised value
beyond 5.57.
""",
    floating=r"""
The sum of the computed $\hat{x}$ is not exactly 0: each element carries its own rounding, and the computed
mean its own.
""",
)

OUTPUT = Theorem(
    name="output-distribution",
    title="What gamma and beta are",
    source=("9.37", "9.41"),
    statement=r"""
The textbook calls $\gamma$ and $\beta$ the variance and the bias of the input distribution (of the next
layer), and its reader asks: of this neuron, or of the layer? Of this neuron, over the batch; and $\gamma$ is
a standard deviation, not a variance.
""",
    claims=(
        step(total(xhat), 0, "The standardised batch sums to 0."),
        states(average(y), beta, r"So the mean of $\gamma \hat{x}_i + \beta$ is $\beta$."),
        states(
            average((y - beta) ** 2),
            gamma**2 * var / (var + eps),
            r"The deviations from it are $\gamma \hat{x}_i$; their mean square is that of $\hat{x}$ "
            r"times $\gamma^2$.",
        ),
    ),
    consequences=r"""
So $\beta$ is the mean of the outputs exactly, and $|\gamma|$ their standard deviation up to the factor
$\sqrt{\sigma^2/(\sigma^2 + \epsilon)}$. "Bias" means an offset here, not the bias of an estimator.
""",
    floating=r"The mean of the computed outputs differs from $\beta$ by roundings.",
)

RESTORATION = Theorem(
    name="restoration",
    title="Restoring the input",
    source=("9.37", "9.40", "9.41"),
    statement=r"""
The textbook introduces $\gamma$ and $\beta$ so that the original distribution can be restored. It can, for
one batch, by these values. The value that is usually printed, $\gamma = \sigma$, misses by a factor; and no
fixed pair restores two batches that differ by a constant.
""",
    claims=(
        states(where(y, gamma=1 / rstd, beta=mean), x, r"(9.41) then undoes (9.40), step by step."),
        states(
            where(y, beta=mean) - mean,
            gamma * rstd * (x - mean),
            r"Any other $\gamma$ stretches the deviations by $\gamma r$.",
        ),
        states(
            average((where(y, beta=mean) - mean) ** 2),
            gamma**2 * rstd**2 * var,
            r"So the variance that comes back is $\gamma^2 r^2$ times the variance that there was.",
        ),
        states(
            var * rstd**2,
            1 - eps * rstd**2,
            r"With $\gamma^2 = \sigma^2$ the square of that factor is less than 1, unless $\epsilon = 0$.",
        ),
        states(
            where(y, x=x + name("c")),
            y,
            r"Two batches that differ by a constant have the same output: no $\gamma$ and $\beta$ "
            r"restores both.",
        ),
    ),
    consequences=r"""
With $\gamma = \sigma$ and $\epsilon = 10^{-5}$ a batch of variance 1 comes back 0.0005 % too narrow, one of
standard deviation 0.001 at three tenths of its width. The restoring values are no initialisation and no
target: they only prove that the identity is among the functions that the layer can learn. The mean and the
scale of each single batch are lost.
""",
)
EPSILON = Theorem(
    name="epsilon",
    title="What eps does",
    source=("9.40",),
    statement=r"""
The reader asks how $\epsilon$ is obtained. It is not computed: it is a constant that the user chooses. It
scales the standardised batch by $\sqrt{\sigma^2/(\sigma^2 + \epsilon)}$, and it caps the gain of the layer
and of its gradient.
""",
    claims=(
        states(average(xhat**2), var / (var + eps), "The mean square of the standardised batch."),
        states(
            gradient(var / (var + eps), "eps", held=("var",)),
            -var * rstd**4,
            r"It falls as $\epsilon$ grows, strictly where $\sigma^2 > 0$: from 1 at $\epsilon = 0$ "
            r"towards 0.",
        ),
        states(
            eps * rstd**2,
            1,
            r"The gain $\gamma r$ is at most $\gamma/\sqrt{\epsilon}$.",
            slack=var * rstd**2,
        ),
        states(
            where(var / (var + eps), eps=0),
            1,
            r"The limit at $\epsilon = 0$, for a batch that is not constant.",
            least=2,
        ),
        states(
            eps * (var / (var + eps)),
            var,
            r"The limit at infinity: the factor is at most $\sigma^2/\epsilon$.",
            slack=var**2 * rstd**2,
        ),
        states(
            eps * total(dx**2),
            gamma**2 * total(dy**2),
            r"So the gradient of the layer is never longer than $|\gamma|/\sqrt{\epsilon}$ times "
            r"$\mathrm{d}y$, "
            r"whatever the batch. It is $\gamma^2 r^2$ times what is left of the squares of $\mathrm{d}y$ "
            r"when "
            r"the two components are gone ([what the gradient forgets](gradient-structure.md)).",
            slack=gamma**2 * (var * rstd**2 * total(dy**2) + eps * rstd**2 * ENERGY),
        ),
    ),
    consequences=r"""
With $\epsilon = 10^{-5}$ no gradient is amplified by more than $316 |\gamma|$. The factor is 0.99999 for a
batch of standard deviation 1, 0.909 for 0.01 and 0.091 for 0.001 (as squares). It also decides what becomes
of a constant batch: $\hat{x} = 0$ for $\epsilon > 0$, and undefined for $\epsilon = 0$.
""",
)

THEOREMS = (STANDARDISATION, OUTPUT, RESTORATION, EPSILON)
