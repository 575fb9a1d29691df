"""Derivatives of higher order: how they are nested, along what, and what the theorems say they are.

The loss of a channel is sum(dy*y). Along directions u, v and w of x its derivatives have closed forms, which
`spec.theorems` states and proves. A framework of automatic differentiation reaches them by nesting two
operations, "jvp" (forward) and "grad" (backward, contracted with the direction), in 2^n ways at order n:
"grad of jvp" is the gradient of the derivative along u, contracted with v.
"""

import itertools

from ..interface.signatures import DIRECTIONS
from ..theorems.language import along, loss, name
from .closed_forms import Walk, closed, without_a_term
from .expected import channels


def nestings(operations=("jvp", "grad")):
    """Every nesting of these operations up to the third order, the outermost first.

    >>> nestings()[:6]
    ['jvp', 'grad', 'jvp of jvp', 'jvp of grad', 'grad of jvp', 'grad of grad']
    """
    orders = range(1, len(DIRECTIONS) + 1)
    return [" of ".join(word) for n in orders for word in itertools.product(operations, repeat=n)]


def order(nesting):
    """The order of the derivative that a nesting takes."""
    return len(nesting.split(" of "))


def nested(function, nesting, operations, along):
    """A function's derivative by this nesting: `operations` maps names to (f, direction) -> f'.

    >>> twice = {"jvp": lambda f, direction: lambda x: f(x + direction) - f(x)}
    >>> nested(lambda x: x**2, "jvp of jvp", twice, [1, 3])(0)
    6
    """
    for operation, direction in zip(reversed(nesting.split(" of ")), along, strict=True):
        function = operations[operation](function, direction)
    return function


def label(n):
    """What the derivative of order n is called."""
    return f"derivative of order {n}"


def directions(data):
    """The directions that a data set has, as many of u, v and w as come before the first that is absent."""
    given = (getattr(data, name) for name in DIRECTIONS)
    return tuple(itertools.takewhile(lambda each: each is not None, given))


def form(n):
    """The closed form of the derivative of order n, along u, v and w."""
    tree = loss
    for direction in DIRECTIONS[:n]:
        tree = along(tree, "x", name(direction))
    return closed(tree)


def expected(problem, moved, n, rivals=True):
    """What the derivative of order n must be, a number a channel; `moved` are the directions, n at least.

    Its rivals, if they are wanted, are the closed form with any one of its terms left out.
    """

    def compute():
        rows = (problem.model.elements(channels(each)) for each in moved[:n])
        given = dict(zip(DIRECTIONS[:n], rows, strict=True))
        tree, values = form(n), problem.values | given
        exact = Walk({key: value.value for key, value in values.items()}, problem.exact[1])
        others = without_a_term(tree) if rivals else ()
        return Walk(values, problem.over).of(tree), tuple(map(exact.of, others))

    about = tuple(each.tobytes() for each in moved[:n])
    return {label(n): problem.named(label(n), about, compute)}
