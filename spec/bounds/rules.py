"""The rules of docs/bounds.md as formulas, each with the theorems of Coq that it rests on.

A formula is computed with floats and arrays, for a bound (`errors.py`), and with terms of Coq, as a
definition (`spec/coq/rules.py`), about which `spec/coq/Roundings.v`, `Orders.v` and `Means.v` prove what is
named here.
`of` has the functions of an interpretation, by NumPy's names. What no theorem says is in `PROSE`.
"""

from collections.abc import Callable
from dataclasses import dataclass


@dataclass(frozen=True)
class Rule:
    """A formula, the letter of docs/bounds.md that it belongs to, and its theorems, as file and name."""

    letter: str
    formula: Callable
    theorems: tuple[str, ...]

    @property
    def title(self):
        """What it is, in words."""
        return self.formula.__doc__.partition("\n")[0].rstrip(".")


RULES: dict[str, Rule] = {}

IN_SOME_ORDER = (
    "Means.any_order",
    "Means.recurrence",
    "Means.pairwise",
    "Orders.compensated",
    "Orders.kahan",
)


def _rule(letter, *theorems):
    def keep(formula):
        RULES[formula.__name__] = Rule(letter, formula, theorems)
        return formula

    return keep


@_rule("B, C", "Roundings.rounded_once", "Roundings.sum_of_two")
def rounded(size, error, u, h):
    """A result of this size that is off by this error, itself rounded."""
    return error + u * (size + error) + h


@_rule("B", "Roundings.product_of_two")
def product(first, first_error, second, second_error):
    """What a product is off by, before it is rounded."""
    return first * second_error + second * first_error + first_error * second_error


@_rule("B", "Roundings.reciprocal_off", "Roundings.quotient_of_two")
def reciprocal(size, error):
    """What a reciprocal of this size is off by, if error * size < 1 and the number is off by the error."""
    part = error * size
    return size * part / (1 - part)


@_rule("B", "Roundings.root_off")
def root(size, error, of):
    """What a root of this size is off by, if the number under it is off by the error."""
    return error / (size * (1 + of.sqrt(of.maximum(1 - error / size**2, 0))))


@_rule("D", "Roundings.difference", "Roundings.difference_shifted")
def deviation(value, error):
    """The size of x - mean, if both together are off by the error."""
    return 2 * (value + error)


@_rule("D", "Roundings.difference_folded")
def folded(x, mean):
    """The size of x - mean where a scale and an offset are rounded each for itself."""
    return x + mean


@_rule("E", "Roundings.roundings", "Orders.by_depth")
def roundings(n, u):
    """The bound of n roundings, if n u < 1."""
    return n * u / (1 - n * u)


@_rule("E", "Means.any_order", "Means.recurrence")
def in_a_row(n, of):
    """How many roundings a sum of n terms has, in any order and by the recurrence for the mean."""
    return n + 4 + 2 * of.log(n)


@_rule("E", "Means.pairwise")
def in_a_tree(leaf, levels):
    """How many it has over leaves of so many roundings, where nodes of so many levels are merges of means."""
    return leaf + 4 * levels


@_rule("E", "Orders.compensated", "Orders.kahan")
def compensated(n, u):
    """c(n), if what each addition loses is added at the end, or to the next term (Kahan)."""
    return 4 * u + roundings(n, u) ** 2


@_rule("E", "Orders.exact_sum")
def exactly(n, u):
    """c(n) of sums that round nothing."""
    return 0


@_rule("E", "Orders.dot_product", *IN_SOME_ORDER)
def summed(error, size, c, n, h):
    """What a sum is off by whose terms have these errors and sizes in all."""
    return error + (c * (size + error) + n * n * h)


@_rule("G", "Roundings.weighed_by_0_or_1")
def weighed(weight, error):
    """What a product with a weight of 0 or 1 is off by."""
    return weight * error


@_rule("G", "Orders.whole_sum")
def whole(u):
    """Whole numbers have an exact sum up to this."""
    return 1 / u


@_rule("G", "Roundings.rectified_off")
def rectified(error):
    """What a rectified number is off by."""
    return error


PROSE = {
    "A": "That a kernel has an element in one of two widths, that of the accumulators or of the data.",
    "B": "That a rounding of the whole size pays for any order of three terms or more outside of a sum, and "
    "for terms gathered or expanded.",
    "C": "Which numbers a kernel rounds before they meet an element.",
    "D": "That a kernel which shifts puts all of mean - M into its offset.",
    "E": "The recurrence for the variance; the factor (1 + u)^(4 d) of what merges lose to underflow, which "
    "the theorem has and n^2 h does not; that halving a batch down to leaves takes as many levels as its "
    "class says.",
    "F": "That a result beyond the range has no bound.",
    "G": "That a format holds the whole numbers up to 1/u.",
}
