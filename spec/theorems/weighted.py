"""The theorems that survive when each element has a weight, proven once more, with weights."""

from dataclasses import replace

from . import gradients, higher, invariance, jacobian, layers, standardisation
from .language import (
    ELEMENTS,
    along,
    average,
    dx,
    element,
    eps,
    m,
    mean,
    name,
    others,
    rstd,
    total,
    u,
    var,
    weight,
    x,
    xhat,
)
from .theorem import Theorem, states

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

THEOREMS = (WEIGHTED,)
