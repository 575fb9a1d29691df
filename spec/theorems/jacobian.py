"""The layer as a linear map of small movements: its eigenvectors, its adjoint, and the smallest batches."""

from .gradients import DX
from .language import (
    along,
    average,
    beta,
    dbeta,
    dgamma,
    dx,
    dy,
    element,
    eps,
    gamma,
    m,
    name,
    others,
    rstd,
    total,
    u,
    v,
    var,
    where,
    x,
    xhat,
    y,
    z,
)
from .theorem import Theorem, states, step

# v less its mean and its component along xhat, times sum(xhat^2), so that nothing is divided by it.
REST = total(xhat**2) * (v - average(v)) - total(v * xhat) * xhat

JACOBIAN = Theorem(
    name="jacobian",
    title="The Jacobian and its eigenvectors",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
A movement $v$ of the input moves the output by $J v = \mathrm{D}_v y$. The matrix $J$ is symmetric. It
sends a constant to 0, shrinks $\hat{x}$, and multiplies everything orthogonal to both by $\gamma r$.
""",
    claims=(
        step(
            along(y, "x", v),
            gamma * rstd * (v - average(v) - xhat * average(v * xhat)),
            r"So $J = \gamma r (I - \frac{1}{m} 1 1^T - \frac{1}{m} \hat{x} \hat{x}^T)$.",
        ),
        states(total(u * along(y, "x", v)), total(v * along(y, "x", u)), "The matrix is symmetric ..."),
        states(
            where(dx, dy=v),
            along(y, "x", v),
            "... so the backward pass applies it too, where forward mode does.",
        ),
        states(along(y, "x", 1), 0, "A constant movement is taken back by the mean."),
        states(
            along(y, "x", xhat),
            gamma * rstd * (eps / (var + eps)) * xhat,
            r"A movement along $\hat{x}$ changes the scale, which is divided away but for the share of "
            r"$\epsilon$.",
        ),
        step(
            total(REST),
            0,
            "A movement less its mean and its component along the standardised batch ...",
        ),
        step(total(REST * xhat), 0, "... is orthogonal to both ..."),
        states(
            where(along(y, "x", z), z=REST), gamma * rstd * REST, r"... and is only multiplied by $\gamma r$."
        ),
        step(
            total(xhat**2) * v,
            total(xhat**2) * average(v) + total(v * xhat) * xhat + REST,
            "Every movement is a sum of three such parts; so, in a batch that is not constant, the "
            "movements of "
            "the last kind have $m - 2$ dimensions.",
        ),
        states(
            total(gamma * rstd * (1 - 1 / m - xhat**2 / m)),
            gamma * rstd * (eps / (var + eps) + (m - 2)),
            "The sum of the diagonal is the sum of the eigenvalues, each as often as it is said to occur.",
        ),
        states(
            along(y, "x", along(y, "x", v)),
            gamma * rstd * (along(y, "x", v) - gamma * eps * rstd**3 * xhat * average(v * xhat)),
            r"At $\epsilon = 0$, $J/(\gamma r)$ applied twice is $J/(\gamma r)$: a projection, and "
            r"orthogonal, as "
            r"it is symmetric.",
        ),
    ),
    consequences=r"""
The eigenvalues are 0 (once, along 1), $\gamma r \epsilon/(\sigma^2 + \epsilon)$ (once, along $\hat{x}$,
in a batch that is not constant) and $\gamma r$ ($m - 2$ times). The rank is $m - 1$ for $\epsilon > 0$
and $m - 2$ for $\epsilon = 0$, where $J/(\gamma r)$ is the orthogonal projection that forgets 1 and
$\hat{x}$. As $J$ is symmetric, the backward pass applies the same matrix to $\mathrm{d}y$ as the
forward mode does to $v$.
""",
    figure=(
        "jacobian.png",
        "Left: a batch of three, seen from the side. The gradient keeps the part that is orthogonal to 1 "
        "and the standardised batch. Right: the eigenvalues of a random batch of eight, computed: a circle, "
        "a square and a triangle for three eps, within each other where eps changes nothing.",
    ),
)

SMALLEST = Theorem(
    name="smallest-batches",
    title="Batches of one and of two",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
A batch of one element loses all information: its output is $\beta$. Of a batch of two, at $\epsilon = 0$,
only the order is left: $\hat{x} = \pm 1$, and the gradient by $x$ is 0.
""",
    claims=(
        states(y, beta, "The only deviation from the mean is 0.", batch="1"),
        states(dx, 0, "A constant has no derivative.", batch="1"),
        states(dgamma, 0, r"$\hat{x} = 0$.", batch="1"),
        states(dbeta, dy, "The sum has one term.", batch="1"),
        states(xhat, 0, r"So $|\hat{x}| \le \sqrt{m - 1}$ holds at $m = 1$ too.", batch="1"),
        step(
            var, (element(x) - others(x)) ** 2 / 4, "Both deviations are half of the difference.", batch="2"
        ),
        states(
            element(xhat),
            rstd / 2 * (element(x) - others(x)),
            "(9.40). The other element has the opposite sign.",
            batch="2",
        ),
        states(
            element(xhat) ** 2,
            1 - eps * rstd**2,
            r"Its square: 1 at $\epsilon = 0$.",
            batch="2",
        ),
        states(
            element(dx),
            gamma * eps * rstd**3 / 2 * (element(dy) - others(dy)),
            r"What the projection leaves of $\mathrm{d}y$ is along $\hat{x}$, and of that only the "
            r"share of $\epsilon$.",
            batch="2",
        ),
        states(
            dgamma,
            rstd / 2 * (element(x) - others(x)) * (element(dy) - others(dy)),
            "The sum of both products.",
            batch="2",
        ),
        states(dbeta, element(dy) + others(dy), "The sum of both.", batch="2"),
    ),
    consequences=r"""
A test of the gradient on two elements is next to vacuous, on one wholly. The first batch on which every
term of the gradient can be seen has three elements.
""",
)

FORWARD_MODE = Theorem(
    name="forward-mode",
    title="Forward mode, and the adjoint test",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
The derivative of the output in a direction, by all three arguments, and the identity that ties it to the
backward pass: $\langle \mathrm{d}y, J v \rangle = \langle J^T \mathrm{d}y, v \rangle$. A kernel's forward
and backward can be tested against each other by it, with no reference at all.
""",
    claims=(
        states(
            along(y, "x", v),
            gamma * rstd * (v - average(v) - xhat * average(v * xhat)),
            "The movement of the output (9.41) where the input moves.",
        ),
        states(along(y, "gamma", name("p")), name("p") * xhat, r"Where $\gamma$ moves by $p$."),
        states(along(y, "beta", name("q")), name("q"), r"Where $\beta$ moves by $q$."),
        states(total(dy * along(y, "x", v)), total(dx * v), "The adjoint, by the input."),
        states(total(dy * along(y, "gamma", name("p"))), dgamma * name("p"), r"The adjoint, by $\gamma$."),
        states(total(dy * along(y, "beta", name("q"))), dbeta * name("q"), r"The adjoint, by $\beta$."),
        step(dx, DX, "The closed form, for comparison: the same matrix."),
    ),
    floating=r"""
Both sides of the adjoint identity are sums that can cancel; a test must compare them within the bounds of
their terms, not within a share of their difference.
""",
)

THEOREMS = (JACOBIAN, SMALLEST)
