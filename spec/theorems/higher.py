"""Derivatives of second and third order: what gradient penalties and Hessian-vector products need."""

from spec.theorems.language import (
    along,
    average,
    centred,
    cov,
    dbeta,
    dgamma,
    dx,
    dy,
    gamma,
    gradient,
    loss,
    m,
    name,
    rstd,
    total,
    u,
    v,
    w,
    xhat,
)
from spec.theorems.theorem import Theorem, states

p, q = name("p"), name("q")


def hessian(a, b):
    """The Hessian of the loss on two directions."""
    mixed = cov(dy, a) * cov(xhat, b) + cov(dy, b) * cov(xhat, a) + cov(dy, xhat) * cov(a, b)
    return gamma * m * rstd**2 * (3 * cov(dy, xhat) * cov(xhat, a) * cov(xhat, b) - mixed)


def hessian_vector(b):
    """The Hessian of the loss, applied to one direction."""
    mixed = centred(dy) * cov(xhat, b) + centred(b) * cov(xhat, dy) + xhat * cov(dy, b)
    return gamma * rstd**2 * (3 * xhat * cov(dy, xhat) * cov(xhat, b) - mixed)


def first(a):
    """dx for gamma = 1 and a in the place of dy: what the Jacobian does to a, but for gamma."""
    return rstd * (a - average(a) - xhat * average(a * xhat))


# What a second backward pass starts from: cotangents v of dx, p of dgamma, q of dbeta.
PENALTY = total(v * dx) + p * dgamma + q * dbeta

SECOND = Theorem(
    name="second-derivatives",
    title="Second derivatives, and the backward of the backward",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
The Hessian of the loss by the input (for fixed $\mathrm{d}y$), its product with a direction, and the
derivatives of $\langle v, \mathrm{d}x \rangle + p \mathrm{d}\gamma + q \mathrm{d}\beta$ by $\mathrm{d}y$,
$x$ and $\gamma$: what is needed wherever a loss contains a gradient.
""",
    claims=(
        states(
            along(dx, "x", v),
            hessian_vector(v),
            r"The Hessian-vector product. In the closed form of the gradient $r$ moves, and both "
            r"factors of each mean "
            r"do.",
        ),
        states(
            along(along(loss, "x", u), "x", v),
            hessian(u, v),
            "The Hessian form: the sum of that times the other direction.",
        ),
        states(
            along(along(loss, "x", u), "x", v),
            along(along(loss, "x", v), "x", u),
            "It is symmetric, as it must be.",
        ),
        states(
            gradient(PENALTY, "dy"),
            gamma * first(v) + p * xhat + q,
            r"The gradient is linear in $\mathrm{d}y$, and its matrix symmetric.",
        ),
        states(
            gradient(PENALTY, "x"),
            hessian_vector(v) + p * first(dy),
            r"The Hessian is symmetric; and $\mathrm{d}\gamma$ is the loss for $\gamma = 1$, $\beta = 0$.",
        ),
        states(
            gradient(PENALTY, "gamma"),
            total(v * first(dy)),
            r"Only $\mathrm{d}x$ depends on $\gamma$, and is linear in it.",
        ),
    ),
)


def cyclic(term):
    """The sum of a term over the three cyclic orders of u, v, w."""
    return term(u, v, w) + term(v, w, u) + term(w, u, v)


_FACTOR = gamma * m * rstd**3

THIRD_FORM = (
    3 * _FACTOR * cyclic(lambda a, b, c: cov(dy, a) * cov(xhat, b) * cov(xhat, c))
    + 3 * _FACTOR * cov(dy, xhat) * cyclic(lambda a, b, c: cov(xhat, a) * cov(b, c))
    - _FACTOR * cyclic(lambda a, b, c: cov(dy, a) * cov(b, c))
    - 15 * _FACTOR * cov(dy, xhat) * cov(xhat, u) * cov(xhat, v) * cov(xhat, w)
)

THIRD = Theorem(
    name="third-derivative",
    title="The third derivative",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
The third derivative of the loss by the input, for fixed $\mathrm{d}y$, on three directions. Automatic
differentiation reaches it by nesting, and published frameworks have returned wrong values for it without a
warning.
""",
    claims=(
        states(
            along(along(along(loss, "x", u), "x", v), "x", w),
            THIRD_FORM,
            "The Hessian form, differentiated once more: each covariance with the standardised batch "
            "moves, and so does its factor.",
        ),
        states(
            along(hessian(u, v), "x", w),
            THIRD_FORM,
            "The same from the closed form of the Hessian, without going back to the loss.",
        ),
    ),
)

THEOREMS = (SECOND, THIRD)
