"""Weights: the theorems that survive where the loss has them too, and the gradients where it has not."""

from dataclasses import replace

from . import gradients, higher, invariance, jacobian, layers, standardisation
from .language import (
    ELEMENTS,
    along,
    average,
    dbeta,
    dgamma,
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
    u,
    v,
    var,
    weight,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states, step

SURVIVORS = (
    *standardisation.THEOREMS,
    *invariance.THEOREMS,
    gradients.TRAINING,
    gradients.STRUCTURE,
    *jacobian.THEOREMS,
    gradients.INFERENCE,
    jacobian.FORWARD_MODE,
    higher.SECOND,
    higher.THIRD,
    layers.LEARNING,
)


def _weighted(theorem):
    """What a theorem states, of a weighted batch.

    Left out is what speaks of single elements, of batches of a given size, and of derivatives by an element
    with other names held.
    """
    for claim in theorem.claims:
        if claim.main and claim.batch == "any" and claim.least == 1 and not _holds(claim.left):
            of = _derivative(claim.left)
            if of:
                body, name = of
                claim = replace(claim, left=along(body, name, u), right=total(claim.right * u))
            yield replace(claim, batch="weighted", why=f"*{theorem.title}.* {claim.why}")


def _derivative(left):
    """What is differentiated, and by which quantity, where the left side is a derivative by each element."""
    if left == dx:
        return name("loss"), "x"
    return left.parts if left.head == "gradient" and left.parts[1] in ELEMENTS else None


def _holds(tree):
    """Whether names are held in a derivative by each element."""
    if getattr(tree, "head", None) == "gradient" and len(tree.parts) > 2:
        return tree.parts[1] in ELEMENTS
    return any(map(_holds, getattr(tree, "parts", ())))


WEIGHTED = Theorem(
    name="weighted",
    title="Weighted and masked batches",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
Let element $i$ have a weight $w_i \ge 0$, not all of them 0. Read every sum over the batch as
$\sum w_i (\cdot)_i$, also in (9.38) and (9.39), and $m$ as $\sum w_i$. Then the equations of the theorems
before hold; they are listed and proven below. The loss is $L = \sum w_i \mathrm{d}y_i y_i$. Its derivative
by $x_k$ is $w_k \mathrm{d}x_k$, which says nothing of $\mathrm{d}x_k$ where $w_k = 0$; so $\mathrm{d}x_k$
is *defined* here, as
$\gamma r (\mathrm{d}y_k - \frac{p + q \hat{x}_k}{m})$ with $p = \sum w_i \mathrm{d}y_i$ and
$q = \sum w_i \mathrm{d}y_i \hat{x}_i$,
and that it is the gradient is proven in the form $\mathrm{D}_u L = \sum w_i \mathrm{d}x_i u_i$. A mask is
the case that each weight is 0 or 1.
""",
    claims=(
        states(
            along(mean, "x", u),
            average(u),
            "An element moves the mean in proportion to its weight ...",
            batch="weighted",
        ),
        states(
            along(var, "x", u),
            2 * average((x - mean) * u),
            "... and the variance too. So an element of weight 0 moves neither: a masked element has no "
            "influence on "
            "the others.",
            batch="weighted",
        ),
        *(claim for theorem in SURVIVORS for claim in _weighted(theorem)),
        states(
            element(weight) * element(xhat) ** 2,
            m - element(weight),
            "*The standardised batch.* The bound of an element, as its weight has it; $m - w_j$ is the sum "
            "of the other "
            "weights, of which one at least is not 0.",
            slack=others(1) * eps * rstd**2
            + others(1) * m**-1 * others((xhat + element(weight) * element(xhat) * others(1) ** -1) ** 2),
            least=2,
            batch="weighted",
        ),
    ),
    consequences=r"""
Every sum over a masked batch is the sum over the elements that are not masked. So the masked batch norm is
the batch norm of those, in value and in gradient, and whole weights act as if elements were repeated. What
does not survive is whatever counts elements: what the correction $m/(m-1)$ should be depends on what the
weights mean.
""",
    floating=r"""
A masked element must be left out of the sums, not multiplied by 0: in floating point 0 times an infinity or
a NaN is NaN.
""",
    assumptions=("real", "positive", "weights"),
)

p, q = name("p"), name("q")
W = total(weight)


def weighed(a):
    """The mean of a, each element by its weight."""
    return total(weight * a) / W


def along_x(a):
    """How xhat moves where x moves along a."""
    return rstd * (a - weighed(a) - xhat * weighed(a * xhat))


def against(a):
    """What the gradient by x does to a, but for gamma: `along_x`, transposed."""
    return rstd * (a - weight / W * (total(a) + xhat * total(a * xhat)))


def about(left, right, why, form=states):
    """A step about the equations with weights."""
    return form(left, right, why, book="weighted")


PLAIN = Theorem(
    name="weights",
    title="Weights in the statistics alone",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
Let (9.38) and (9.39) count each element as often as its weight $w_i \ge 0$ says, with $\sum w_i$ in the place
of $m$, and let the loss know nothing of weights: $\mathrm{d}y_i$ is its derivative by $y_i$, as a framework
hands it over. On this page $\mu$ and $\sigma^2$ are those, every other sum counts each element once, and
$P = \sum v_i \mathrm{d}x_i + p \mathrm{d}\gamma + q \mathrm{d}\beta$ is what a second backward pass starts
from.
""",
    claims=(
        about(mean * W, total(weight * x), "(9.38) over the weighed batch ..."),
        about(var * W, total(weight * (x - mean) ** 2), "... and (9.39)."),
        about(
            gradient(mean, "x"),
            weight / W,
            "An element moves the mean by its share of the weights ...",
        ),
        about(
            gradient(var, "x"),
            2 * weight / W * (x - mean),
            "... and the variance too: the movement of the mean inside the square contributes nothing, "
            "because the weighed deviations sum to 0. An element of weight 0 moves neither.",
        ),
        about(
            along(xhat, "x", v),
            along_x(v),
            r"The product rule on (9.40), $\hat{x}_k = (x_k - \mu) r$, as $r$ moves by $-r^3/2$ times the "
            r"variance.",
            step,
        ),
        about(
            along(y, "x", v),
            gamma * along_x(v),
            "So the output (9.41) moves by this where the input does ...",
        ),
        about(along(y, "gamma", p), p * xhat, r"... by this where $\gamma$ moves by $p$ ..."),
        about(along(y, "beta", q), q, r"... and with $\beta$."),
        about(
            dbeta, total(dy), r"The gradients sum over all elements, each once: $\beta$ reaches them all ..."
        ),
        about(dgamma, total(dy * xhat), r"... and so does $\gamma$."),
        about(
            dx,
            gamma * rstd * (dy - weight / W * (dbeta + xhat * dgamma)),
            "What reaches $x_k$ through the mean and the variance has its share of the weights as a factor.",
        ),
        about(total(dy * along(y, "x", v)), total(dx * v), "The adjoint identity."),
        about(total(dx), 0, r"A shift of the whole batch is still not seen ..."),
        about(
            total(dx * xhat),
            gamma * eps * rstd**3 * dgamma,
            r"... nor, at $\epsilon = 0$, its scale.",
        ),
        about(
            where(dx, dy=weight * dy),
            weight * (gamma * rstd * (dy - weighed(dy) - xhat * weighed(dy * xhat))),
            r"A loss that has the weights itself hands over $w_i \mathrm{d}y_i$. So this is how the theorem "
            r"on [weighted and masked batches](weighted.md) hangs together with this one: its "
            r"$\mathrm{d}x_k$ times $w_k$ is the derivative of its loss by $x_k$, where $w_k = 0$ too.",
        ),
        about(
            gradient(higher.PENALTY, "dy"),
            gamma * along_x(v) + p * xhat + q,
            r"The second backward pass. $P$ is linear in $\mathrm{d}y$: this is how the output moves where "
            r"$x$, $\gamma$ and $\beta$ move along $v$, $p$ and $q$.",
        ),
        about(
            gradient(higher.PENALTY, "gamma"),
            total(dy * along_x(v)),
            r"Only $\mathrm{d}x$ depends on $\gamma$, and is linear in it.",
        ),
        about(
            gradient(higher.PENALTY, "x"),
            p * against(dy)
            - gamma
            * rstd**2
            * (
                weighed(v * xhat) * (dy - weight / W * total(dy))
                + weight / W * (v - weighed(v)) * total(dy * xhat)
                + weight
                / W
                * xhat
                * (total(dy * v) - total(dy) * weighed(v) - 3 * weighed(v * xhat) * total(dy * xhat))
            ),
            r"What $\mathrm{d}\gamma$ moves by, and the Hessian of the loss, applied to $v$.",
        ),
        about(
            along(dx, "x", u),
            where(gradient(higher.PENALTY, "x"), v=u, p=0, q=0),
            "It is symmetric, weights or not: it is also how the gradient moves.",
        ),
    ),
    consequences=r"""
Where all weights are 1 these are the gradients of the source, and where they are whole numbers those of a
batch in which element $i$ stands $w_i$ times, with $\mathrm{d}y_i$ shared among its copies in any way.
Weights that are all multiplied by the same number change nothing. An element of weight 0 is standardised
like any other, by statistics that do not know it: its $\mathrm{d}x$ is that of [inference
mode](gradients-inference.md). If all weights are 0 there is no mean; it is the empty batch. For whole
weights the unbiased variance is $\frac{W}{W - 1} \sigma^2$ with $W = \sum w_i$.
""",
    floating=r"""
What has weight 0 must be left out of (9.38) and (9.39), not multiplied by 0, because 0 times a NaN is NaN;
and out of $\mathrm{d}\gamma$ where its $\mathrm{d}y$ is 0 as well. Then padding may hold anything.
""",
    assumptions=("real", "size", "positive", "counting"),
)

THEOREMS = (WEIGHTED, PLAIN)
