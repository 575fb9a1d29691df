"""Inference folded into the layer before it: the exact weight and bias, and their bounds.

The weight of a convolution has its output channels first, (C, K / groups, ...); that of a transposed one has
the channels of each group second, (K, C / groups, ...). In either, all numbers of one output channel are
multiplied by its own factor.
"""

import numpy as np

from .. import equations
from ..bounds.errors import Batch, Model
from ..bounds.formats import unit
from ..theorems.layers import FOLDED_BIAS, FOLDED_WEIGHT
from .call import EQUATION
from .closed_forms import Walk
from .expected import Expected


def rows(weight, groups=1, transposed=False):
    """A weight as an array of shape (C, n): for each output channel its numbers.

    >>> rows(np.arange(4).reshape(4, 1, 1), groups=2, transposed=True)
    array([[0, 1],
           [2, 3]])
    """
    if transposed:
        k, c, *rest = weight.shape
        weight = np.moveaxis(weight.reshape(groups, k // groups, c, *rest), 2, 1)
        weight = weight.reshape(groups * c, k // groups, *rest)
    return weight.reshape(len(weight), -1)


def unrows(found, shape, groups=1, transposed=False):
    """A weight of this shape from its rows: `rows` undone."""
    if not transposed:
        return found.reshape(shape)
    k, c, *rest = shape
    return np.moveaxis(found.reshape(groups, c, k // groups, *rest), 1, 2).reshape(shape)


def fold(weight, bias, gamma, beta, mean, var, eps, *, accumulate, groups=1, transposed=False):
    """The weight, as an array of shape (1, C, n), and the bias of the one layer, for each an `Expected`.

    bias, gamma and beta may be None for 0, 1 and 0; the rest as in `spec.oracle.inference`.

    >>> one = np.array([1.0])
    >>> found = fold(np.array([[1.0, 2.0]]), None, 6 * one, one, 2 * one, 9 * one, 0.0, accumulate="any")
    >>> found["weight"].nearest, found["bias"].nearest
    (array([[[2., 4.]]]), array([-3.]))
    """
    model, own = Model(weight.dtype, accumulate), rows(weight, groups, transposed)
    ones, over = np.ones(len(own)), Batch(own.shape[1], model)
    given = {"b": (bias, 0), "gamma": (gamma, 1), "beta": (beta, 0), "mean": (mean, 0), "var": (var, 1)}
    values = {
        key: model.numbers(absent * ones if each is None else each) for key, (each, absent) in given.items()
    }
    values |= {"w": model.elements(own), "rstd": equations.rstd(values["var"], model.numbers(eps), over)}
    walk, shapes = Walk(values, over), {"weight": (1, *own.shape), "bias": own.shape[:1]}
    found = {"weight": walk.of(FOLDED_WEIGHT), "bias": walk.of(FOLDED_BIAS)}
    return {
        name: Expected(
            name=name,
            equation=EQUATION[name],
            values=each.value,
            bounds=np.broadcast_to(each.bound(), own.shape)[None] if each.varies else each.bound()[:, 0],
            shape=shapes[name],
            unit=unit(model.element if each.varies else model.number),
        )
        for name, each in found.items()
    }
