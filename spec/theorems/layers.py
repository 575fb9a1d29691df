"""The layer among its neighbours: folded into the layer before, followed by a sigmoid, and learning."""

from .language import (
    along,
    average,
    beta,
    dbeta,
    dgamma,
    dx,
    dy,
    eps,
    gamma,
    gate,
    gradient,
    m,
    mean,
    name,
    residual,
    rstd,
    total,
    tree,
    v,
    w,
    where,
    xhat,
    y,
    z,
)
from .theorem import Theorem, states, step

b, c = name("b"), name("c")
FOLDED_WEIGHT, FOLDED_BIAS = gamma * rstd * w, gamma * rstd * (b - mean) + beta
FOLDED = total(FOLDED_WEIGHT * z) + FOLDED_BIAS

FOLDING = Theorem(
    name="folding",
    title="Folding into the layer before",
    source=("9.40", "9.41"),
    statement=r"""
In inference mode the layer is affine, and so is a linear layer or a convolution before it. For one
output of that layer, $x = \sum_i w_i z_i + b$, where the sum runs over its inputs: the two are one
layer with the weights $\gamma r w_i$ and the bias $\gamma r (b - \mu) + \beta$. With groups the sum runs
over the inputs that are in the group of the output, $g_i = 1$. In a transposed convolution it runs over the
pairs of an input and a tap that reach the output. In each, all weights of an output channel are multiplied
by the factor of that channel, wherever in the array of weights they stand.
""",
    claims=(
        states(where(y, x=total(w * z) + b), FOLDED, "(9.41) of (9.40), multiplied out.", mode="inference"),
        states(
            where(y, x=total(gate * w * z) + b),
            total(gate * FOLDED_WEIGHT * z) + FOLDED_BIAS,
            "With groups: which inputs an output has is not changed.",
            mode="inference",
        ),
        states(
            (where(FOLDED, beta=0, b=mean)) / (gamma * rstd),
            total(w * z),
            r"The inverse: where $\gamma \ne 0$, dividing by $\gamma r$ gives the weights back ...",
            mode="inference",
        ),
        states(
            (FOLDED_BIAS - beta) / (gamma * rstd) + mean,
            b,
            "... and the bias.",
            mode="inference",
        ),
    ),
    floating=r"""
The folded weights are rounded once more, and the folded bias can cancel where $|\mu|$ is large beside
the deviation: the folded layer is equal in real numbers and not in floating point. So
`bncore.inference` does not fold.
""",
)

RECTIFIED = gate * (y + residual)
AFTER_GATE = total(dy * RECTIFIED)


def gated(gradient):
    """A gradient of the layer, of a dy that has passed the gate."""
    return where(gradient, dy=gate * dy)


FUSED = Theorem(
    name="relu-residual",
    title="A residual and a rectifier behind the layer",
    source=("9.41",),
    statement=r"""
Let the output of the layer be added to a residual $s$, and $\max(y_i + s_i, 0)$ be what the next layer gets.
Where $y_i + s_i$ is not 0 that is $g_i (y_i + s_i)$, the gate $g_i$ being 1 if the sum is positive and 0 if
it is negative; and there the gate does not move with anything that moves little. So let the loss be
$L = \sum \mathrm{d}y_i g_i (y_i + s_i)$. Its derivatives are those of the layer alone, of a gradient that has
passed the gate; which is also the derivative by the residual.
""",
    claims=(
        states(
            gradient(AFTER_GATE, "x"),
            gated(dx),
            r"$L$ depends on $x$ through $y$ alone, and $\mathrm{d}y_i g_i$ stands beside $y_i$.",
        ),
        states(
            gradient(AFTER_GATE, "x"),
            gamma * rstd * (gate * dy - average(gate * dy) - xhat * average(gate * dy * xhat)),
            "In closed form: the gate stands inside the means too.",
        ),
        states(gradient(AFTER_GATE, "gamma"), gated(dgamma), r"So it is with $\gamma$ ..."),
        states(gradient(AFTER_GATE, "beta"), gated(dbeta), r"... and with $\beta$."),
        states(gradient(AFTER_GATE, "residual"), gate * dy, "The residual is added behind the layer."),
        states(along(RECTIFIED, "x", v), gate * along(y, "x", v), "Forward mode passes the same gate."),
        states(
            gradient(AFTER_GATE, "x"),
            gated(dx),
            "In inference mode it is the same.",
            mode="inference",
        ),
    ),
    consequences=r"""
The gate can be read from the result, which is positive where it is open, so that neither $y$ nor $s$ need be
kept. At the kink, where the sum is 0, there is no derivative; the convention is that the gate is closed.
""",
    floating=r"""
A sum that is 0 or positive within its bound opens the gate or does not; either is right. A gradient is
judged by the gate of the output that was returned.
""",
)

s, e = name("s"), name("e")
SLOPE = s * (1 - s)


def slope_of(function):
    """The derivative by z of a function of s = sigmoid(z), as (d/dz) s = s (1 - s)."""
    return gradient(function, "s") * SLOPE


THIRD_SLOPE = SLOPE * (1 - 6 * SLOPE)

SIGMOID = Theorem(
    name="sigmoid",
    title="What a sigmoid sees of a standardised batch",
    source=("9.36", "9.40"),
    statement=r"""
The textbook says that after normalization the data lie in the region where a sigmoid is not saturated, and
that there it is a linear map, at a cost. Both, in numbers: at most one element in $k^2$ lies beyond
$k$, and up to there the sigmoid differs from its tangent $\frac{1}{2} + \frac{z}{4}$ by at most
$|z|^3/48$. Here $s$ is the sigmoid of $z$, and its derivative by $z$ is $s (1 - s)$.
""",
    claims=(
        states(
            total(xhat**2),
            m,
            r"Each element with $|\hat{x}_i| > k$ adds more than $k^2$ to this sum. So there are fewer "
            r"than $m/k^2$ of them.",
            slack=m * eps * rstd**2,
        ),
        step(
            slope_of(SLOPE),
            SLOPE * (1 - 2 * s),
            "The second derivative of the sigmoid. It is 0 at $s = 1/2$, where $z = 0$.",
        ),
        step(slope_of(SLOPE * (1 - 2 * s)), THIRD_SLOPE, "The third."),
        states(
            where(THIRD_SLOPE, s=e / (1 + e)),
            tree(1) / 8,
            r"It is at most 1/8. With $e$ for the exponential of $z$, which is positive, $s = e/(1 + e)$:",
            slack=6 * (e / (1 + e) ** 2 - tree(1) / 12) ** 2 + tree(1) / 12,
        ),
        states(
            -tree(1) / 8,
            where(THIRD_SLOPE, s=e / (1 + e)),
            r"And at least $-1/8$: $1 + 8 s (1 - s) (1 - 6 s (1 - s))$ is $(1 - 4 s (1 - s)) (1 + 12 s "
            r"(1 - s))$.",
            slack=((1 - e) / (1 + e)) ** 2 * (1 + 12 * e / (1 + e) ** 2) / 8,
        ),
    ),
    consequences=r"""
By Taylor's formula with the third derivative,
$|\mathrm{sigmoid}(z) - \frac{1}{2} - \frac{z}{4}| \le \frac{1}{8} \frac{|z|^3}{6}$. For $|z| \le 1$ this is
0.021, for $|z| \le 2$ it is 0.17: the first is nearly linear, the second is not. At most a quarter of the
batch lies beyond 2, whatever its distribution (of a normal one, 4.6 %). The gain is that few gradients
vanish: by the same formula the slope is at least $\frac{1}{4} - \frac{z^2}{16}$, so up to 1 it is three
quarters of the greatest, or more. The cost is that a layer whose $\gamma$ is small can do little more than
a linear one, until it learns a larger $\gamma$.
""",
)

LOSS = total((y - z) ** 2) / 2
BY_GAMMA, BY_BETA = total((y - z) * xhat), total(y - z)
AFTER = where(LOSS, gamma=gamma - c * BY_GAMMA, beta=beta - c * BY_BETA)
STEP = 2 / (m * (1 + e))
GAIN = c * (1 - c * m / 2) * (BY_GAMMA**2 + BY_BETA**2) + c**2 * m * eps * rstd**2 * BY_GAMMA**2 / 2

LEARNING = Theorem(
    name="learning",
    title="Learning gamma and beta",
    source=("9.37", "9.41"),
    statement=r"""
The reader asks how $\gamma$ and $\beta$ are computed. They are not: they are learned. For the quadratic
loss $\frac{1}{2} \sum (y_i - z_i)^2$ with targets $z_i$, one step of gradient descent of size $c$
changes the loss by exactly this, so it decreases for every $0 < c < 2/m$.
""",
    claims=(
        step(gradient(LOSS, "gamma"), BY_GAMMA, r"The derivative by $\gamma$."),
        step(gradient(LOSS, "beta"), BY_BETA, r"The derivative by $\beta$."),
        step(
            gradient(BY_GAMMA, "beta"),
            0,
            r"The two do not disturb each other, because $\hat{x}$ sums to 0.",
        ),
        step(gradient(BY_BETA, "beta"), m, r"The second derivative by $\beta$."),
        step(
            gradient(BY_GAMMA, "gamma"),
            m * (1 - eps * rstd**2),
            r"The second derivative by $\gamma$, at most $m$.",
        ),
        states(LOSS - AFTER, GAIN, "So the loss, a polynomial of second degree, decreases by this."),
        states(
            where(AFTER, c=STEP),
            LOSS,
            r"Every step size above 0 and up to $2/m$ is $2/(m (1 + e))$ for some $e \ge 0$. For none of "
            r"them does the "
            r"loss increase.",
            slack=2 * e * m**-1 * (1 + e) ** -2 * (BY_GAMMA**2 + BY_BETA**2)
            + 2 * m**-1 * (1 + e) ** -2 * eps * rstd**2 * BY_GAMMA**2,
        ),
    ),
    consequences=r"""
The gain is positive for $0 < c < 2/m$ unless the gradient is 0. The curvature is about $m$ in either
direction, whatever the weights of the layers before: that is the decoupling from which the optimisation
profits. The best values are the regression of $z$ on $\hat{x}$: its slope and its mean.
""",
)

THEOREMS = (FOLDING, FUSED, SIGMOID, LEARNING)
