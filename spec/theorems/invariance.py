"""What the layer does not see of its input, and what follows for the weights of the layer before it."""

from .language import (
    along,
    dgamma,
    dx,
    eps,
    gamma,
    loss,
    mean,
    name,
    rstd,
    total,
    u,
    v,
    var,
    w,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states, step

a, b, c = name("a"), name("b"), name("c")

INVARIANCE = Theorem(
    name="invariance",
    title="Shifts and scales of the input",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
Adding a constant to the batch changes nothing. Multiplying it by $a > 0$ changes nothing if $\epsilon$ is
multiplied by $a^2$; multiplying it by $-1$ changes the sign of $\hat{x}$. The gradient is multiplied by
$1/a$.
""",
    claims=(
        states(where(mean, x=x + c), mean + c, "The mean moves along."),
        step(where(var, x=x + c), var, "So the deviations stay, and the variance."),
        states(where(y, x=x + c), y, "So everything that is made from them stays."),
        step(where(var, x=a * x), a**2 * var, "The variance is of the second degree."),
        states(
            where(rstd, x=a * x, eps=a**2 * eps),
            rstd / a,
            r"So the root of (9.40) is multiplied by $a$ too, if ...",
        ),
        states(
            where(xhat, x=a * x, eps=a**2 * eps),
            xhat,
            r"... $\epsilon$ is multiplied by $a^2$. Numerator and root cancel.",
        ),
        states(where(xhat, x=-x), -xhat, "The variance does not see the sign, the deviations do."),
        states(
            where(dx, x=x + c), dx, "The derivative of a function that does not see a shift does not see it."
        ),
        states(
            where(dx, x=a * x, eps=a**2 * eps),
            dx / a,
            r"The factor $r$ in the gradient is divided by $a$; the rest is made of $\hat{x}$.",
        ),
        states(
            where(y, x=a * x, eps=a**2 * eps),
            y,
            r"So the whole layer does not see a positive factor ...",
        ),
        states(
            where(y, x=-a * x, eps=a**2 * eps),
            where(y, gamma=-gamma),
            r"... and of a negative one only the sign, as if $\gamma$ had it.",
        ),
    ),
    consequences=r"""
At $\epsilon = 0$ the output does not depend on the scale of the input at all:
$\mathrm{BN}(a x) = \mathrm{sign}(a) \mathrm{BN}(x)$ (with $\beta = 0$). For $\epsilon > 0$ this is true
to the degree to which $\epsilon$ is small beside both variances.
""",
    floating=r"""
A shift by $c$ that is large beside the deviations loses digits of $x + c$ before any kernel sees it. What a
kernel may lose beyond that is bounded in `docs/numerics.md`.
""",
)

DECOUPLING = Theorem(
    name="decoupling",
    title="Decoupling from the weights before",
    source=("9.37", "9.40"),
    statement=r"""
The textbook says that $\gamma$ and $\beta$ are decoupled from the parameters of the layers before, and the
reader asks how. Let the input be made by a neuron: $x_i = \sum_j w_j a_{ij} + b$. If $w$ becomes
$(1 + t) w$, the part of $x$ that it makes moves in its own direction; so the derivative of the loss
along $w$, which is $\langle w, \partial L/\partial w\rangle$, is $\mathrm{D}_x L$ (a constant $b$ makes
no difference, by the last line).
""",
    claims=(
        states(
            along(loss, "x", v),
            total(dx * v),
            r"The derivative by a single weight, whose input is $v$: where the weight moves by $t$, $x$ "
            r"moves by "
            r"$t v$.",
        ),
        step(
            along(loss, "x", b * u + c * v),
            b * along(loss, "x", u) + c * along(loss, "x", v),
            r"Two weights, $b$ and $c$, with the inputs $u$ and $v$: the sum of each times its derivative "
            r"is the "
            r"derivative along the part of $x$ that they make. So it is for any number of weights.",
        ),
        step(along(loss, "x", x), total(dx * x), "That part is all of $x$, or all but the constant bias."),
        step(
            total(dx * x),
            total(dx * xhat) / rstd,
            r"$x_i = \mu + \hat{x}_i / r$, and the gradient sums to 0.",
        ),
        states(
            along(loss, "x", x),
            gamma * eps / (var + eps) * dgamma,
            r"The gradient keeps of $\mathrm{d}y$ along $\hat{x}$ only the share that $\epsilon$ leaves.",
        ),
        states(
            where(dx, x=a * x, eps=a**2 * eps),
            dx / a,
            r"With $w$ multiplied by $a$ the gradient by $x$ is divided by it, exactly so at $\epsilon = 0$ "
            r"...",
        ),
        states(
            where(along(loss, "x", v), x=a * x, eps=a**2 * eps),
            along(loss, "x", v) / a,
            r"... and with it the derivative by each weight, whose input $v$ stays as it is.",
        ),
        states(
            total(w**2) - 2 * c * total(w * v),
            total((w - c * v) ** 2),
            r"One step of gradient descent of size $c$, along a gradient $v$ of the weights $w$ (the "
            r"sums run over the weights). Where $\langle w, v \rangle = 0$ the weights do not get shorter.",
            slack=c**2 * total(v**2),
        ),
        states(
            along(loss, "x", 1),
            0,
            "A bias of the layer before moves all elements alike; it has no gradient.",
        ),
    ),
    consequences=r"""
At $\epsilon = 0$ the gradient of each row of weights is orthogonal to it. By the step of gradient descent
above, with $\langle w, v\rangle = 0$, the norm of the weights does not shrink: it grows by $c^2 |v|^2$.
Larger weights have smaller gradients, so the effective step size falls by itself. This is what "decoupled"
can mean: the length of $w$ has no effect on the output. It does not mean that the distribution of the
inputs is decoupled; the literature contests that explanation (Santurkar et al. 2018).
""",
)

THEOREMS = (INVARIANCE, DECOUPLING)
