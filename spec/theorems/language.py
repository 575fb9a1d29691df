"""The language in which theorems are stated: small trees over the alphabet, which are data.

A tree says nothing about how it is evaluated. The prover reads it into sympy (`spec.symbolic`), the second
checker reads its JSON into residues and fractions (`spec.proofs`), the pages print it.

Beside + - * / and whole powers there are:

    total(a)                   the sum of a over the batch
    along(a, "x", v)           the derivative of a in t at t = 0, where x is replaced by x + t v
    gradient(a, "x", held)     the derivative of a by each element of x, or by a scalar, `held` names fixed
    where(a, x=b, eps=c)       a, with x replaced by b, eps by c, and what depends on them recomputed
    cov(a, b), centred(a)      mean(a b) - mean(a) mean(b), and a - mean(a)
    element(a), others(a)      a at one element, fixed but arbitrary; the sum of a over all the others
    shard(n, a)                a, on the n-th of the shards that the batch consists of
    root(a)                    the positive square root

In a weighted batch every sum is weighted, and `weight` is the weight of an element; elsewhere it is 1.
"""

from dataclasses import dataclass
from fractions import Fraction

from .. import running

# Everything that varies over the batch; every other name is one number a channel.
ELEMENTS = frozenset({"x", "dy", "xhat", "y", "dx", "u", "v", "w", "z", "weight", "gate", "residual"})
# Names whose value is positive, or not negative, wherever a theorem uses them.
NONNEGATIVE = frozenset({"m", "rstd", "var", "eps", "a", "e", "weight"})


@dataclass(frozen=True)
class Tree:
    """One node: its head, and its parts, which are trees, names or whole numbers."""

    head: str
    parts: tuple

    def __add__(self, other):
        return Tree("add", (*(self.parts if self.head == "add" else (self,)), tree(other)))

    def __radd__(self, other):
        return tree(other) + self

    def __sub__(self, other):
        return self + -tree(other)

    def __rsub__(self, other):
        return tree(other) - self

    def __neg__(self):
        return tree(-Fraction(self.parts[0])) if self.head == "number" else -1 * self

    def __mul__(self, other):
        return Tree("mul", _factors(self) + _factors(tree(other)))

    def __rmul__(self, other):
        return tree(other) * self

    def __truediv__(self, other):
        return self * tree(other) ** -1

    def __rtruediv__(self, other):
        return tree(other) / self

    def __pow__(self, exponent):
        return Tree("pow", (self, exponent))

    def data(self):
        """The tree as nested lists, for JSON."""
        return [self.head, *(part.data() if isinstance(part, Tree) else part for part in self.parts)]


def _factors(product):
    return product.parts if product.head == "mul" else (product,)


def tree(value):
    """A number as a tree; a tree as itself."""
    return value if isinstance(value, Tree) else Tree("number", (str(Fraction(value)),))


def name(name):
    """A name of the alphabet, or a parameter of a theorem."""
    return Tree("name", (name,))


def total(a):
    return Tree("sum", (tree(a),))


def average(a):
    return total(a) / name("m")


def along(a, of, direction):
    return Tree("along", (a, of, tree(direction)))


def gradient(a, of, held=()):
    return Tree("gradient", (a, of, *held))


def where(a, /, **values):
    return Tree("where", (a, *(part for key, value in values.items() for part in (key, tree(value)))))


def cov(a, b):
    return Tree("cov", (a, b))


def centred(a):
    return Tree("centred", (a,))


def element(a):
    return Tree("element", (a,))


def others(a):
    return Tree("others", (tree(a),))


def shard(n, a):
    return Tree("shard", (n, a))


def root(a):
    return Tree("root", (a,))


x, dy, xhat, y, dx, u, v, w, z = (name(each) for each in ("x", "dy", "xhat", "y", "dx", "u", "v", "w", "z"))
weight, gate, residual = name("weight"), name("gate"), name("residual")
gamma, beta, eps, rstd, m, mean, var = (
    name(each) for each in ("gamma", "beta", "eps", "rstd", "m", "mean", "var")
)
dgamma, dbeta, loss = name("dgamma"), name("dbeta"), name("loss")


class _Written:
    """The batch of an equation that is to be written down as a tree."""

    m = m
    sum = staticmethod(total)
    sqrt = staticmethod(root)


WRITTEN = _Written()
_RUNNING = running.update(mean, var, name("old_mean"), name("old_var"), name("q"), WRITTEN)

# What each gradient is the derivative of.
GRADIENTS = {"dx": "x", "dgamma": "gamma", "dbeta": "beta"}
# What a second backward pass returns: <ddx, dx> + ddgamma dgamma + ddbeta dbeta, differentiated by these.
SECOND = {"d_dy": "dy", "d_x": "x", "d_gamma": "gamma"}

# What names mean that are not in the equations: those of the backward pass, for a loss with dy = d loss / dy,
# and the running statistics. No checker knows it otherwise.
DEFINITIONS = {
    "loss": total(dy * y),
    **{of: gradient(loss, by) for of, by in GRADIENTS.items()},
    "running_mean": _RUNNING[0],
    "running_var": _RUNNING[1],
}

# The closed form of dx, which the theorem on the gradients of training mode arrives at.
DX = gamma * rstd * (dy - average(dy) - xhat * average(dy * xhat))


def definitions(batch):
    """What those names mean on a batch of this kind.

    With weights the derivative of the loss by x_k is w_k dx_k, which says nothing of dx_k where w_k is 0. So
    there dx is its closed form, and that it is the derivative is what has to be proven.
    """
    return DEFINITIONS | {"dx": DX} if batch == "weighted" else DEFINITIONS
