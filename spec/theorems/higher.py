"""Derivatives of second and third order: what gradient penalties and Hessian-vector products need."""

from .language import (
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
    gradient,
    loss,
    m,
    name,
    rstd,
    total,
    u,
    v,
    w,
    where,
    x,
    xhat,
    y,
)
from .theorem import Theorem, states

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

a, c = name("a"), name("c")
BY_DY, BY_X, BY_GAMMA = (gradient(PENALTY, of) for of in ("dy", "x", "gamma"))
MOVED = along(y, "x", v)
BENT = along(along(loss, "x", u), "x", v)


def applied(direction):
    """The Hessian of the loss, applied to a direction, as a second backward pass returns it."""
    return where(BY_X, **({} if direction is v else {"v": direction}), p=0, q=0)


def scaled(body, **more):
    """A quantity where x is multiplied by a, and eps, which stands beside its square, by a^2."""
    return where(body, x=a * x, eps=a**2 * eps, **more)


STRUCTURE = Theorem(
    name="second-structure",
    title="What the second derivatives forget",
    source=("9.38", "9.39", "9.40", "9.41"),
    statement=r"""
What the layer does not see, its derivatives do not see either, of any order: a shift of the batch moves none
of them, and a factor only by a power of it. And the backward of the backward is the backward, transposed. So
kernels for derivatives of any order can be tested against each other, with no reference at all. Here
$P = \langle v, \mathrm{d}x \rangle + p \mathrm{d}\gamma + q \mathrm{d}\beta$ is what a second backward pass
starts from ([second derivatives](second-derivatives.md)); with $p = q = 0$ its derivative by $x$ is the
Hessian, applied to $v$.
""",
    claims=(
        states(
            BY_DY,
            MOVED + p * xhat + q,
            r"What $\mathrm{d}y$ is multiplied by in $P$; the Jacobian is symmetric, so it is forward mode.",
        ),
        states(
            where(BY_DY, dy=w), BY_DY, r"$P$ is linear in $\mathrm{d}y$: its derivative does not know it ..."
        ),
        states(total(dy * BY_DY), PENALTY, r"... and gives $P$ back, which is the adjoint identity."),
        states(gamma * BY_GAMMA, total(v * dx), r"Of $P$ the first term alone has $\gamma$, as a factor."),
        states(total(u * BY_X), along(PENALTY, "x", u), "How $P$ moves where $x$ does."),
        states(total(u * applied(v)), total(v * applied(u)), "The Hessian is symmetric ..."),
        states(applied(u + c * w), applied(u) + c * applied(w), "... and linear, ..."),
        states(
            along(y, "x", u + c * w),
            along(y, "x", u) + c * along(y, "x", w),
            "... as the Jacobian is.",
        ),
        states(where(MOVED, x=x + c), MOVED, "Forward mode does not see a shift ..."),
        states(where(BY_X, x=x + c), BY_X, "... and neither does the second backward pass."),
        states(total(BY_X), 0, "So nothing moves $P$ along a shift ..."),
        states(applied(1), 0, "... nor the gradient."),
        states(
            where(applied(v), dy=1),
            0,
            r"A constant $\mathrm{d}y$ has no gradient, for any $x$, hence no Hessian.",
        ),
        states(scaled(MOVED), MOVED / a, r"Where $x$ is $a$ times as wide, the same step is $a$ times less."),
        states(scaled(BY_DY, v=a * v), BY_DY, r"So $P$ does not see $a$ where $v$ has it too ..."),
        states(scaled(BY_GAMMA, v=a * v), BY_GAMMA, r"... and neither does its derivative by $\gamma$; ..."),
        states(scaled(BY_X, v=a * v), BY_X / a, r"... that by $x$ is divided by $a$."),
        states(
            applied(xhat),
            -rstd * dx + eps * rstd**3 * (dx - 2 * gamma * rstd * xhat * cov(dy, xhat)),
            r"The same as a derivative by $a$ (Euler): at $\epsilon = 0$ the gradient is of degree $-1$, and "
            r"$\hat{x} / r$ is $x$ but for a shift.",
        ),
        states(along(along(loss, "x", u), "x", 1), 0, "The Hessian form, along a shift ..."),
        states(
            along(along(loss, "x", u), "x", xhat),
            -rstd * total(dx * u)
            + eps * rstd**3 * (total(dx * u) - 2 * gamma * rstd * total(xhat * u) * cov(dy, xhat)),
            r"... and along $\hat{x}$.",
        ),
        states(along(BENT, "x", 1), 0, "The third derivative does not see a shift either, ..."),
        states(
            along(BENT, "x", xhat),
            -2 * rstd * hessian(u, v)
            - 3
            * gamma
            * m
            * eps
            * rstd**5
            * (
                cov(dy, u) * cov(xhat, v)
                + cov(dy, v) * cov(xhat, u)
                + cov(dy, xhat) * (cov(u, v) - 5 * cov(xhat, u) * cov(xhat, v))
            ),
            r"... and along $\hat{x}$ it is, at $\epsilon = 0$, $-2 r$ times the Hessian form.",
        ),
    ),
    consequences=r"""
A kernel of second derivatives that is wrong in a term breaks some of these; `tests/proofs/test_theorems.py`
has each of them violated by a declared mutant.
""",
    floating=r"""
The Hessian applied to a shift is not exactly 0 in floating point, and $\langle u, H v \rangle$ not exactly
$\langle v, H u \rangle$. Below stands what the bounds of the outputs allow.
""",
)

THEOREMS = (SECOND, THIRD, STRUCTURE)
