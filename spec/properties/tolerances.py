"""What the theorems leave of their equations in floating point: by how much the two sides may differ.

The outputs are taken as exact as their format can be, each with the bound that a class of kernels has.
"""

import numpy as np

from .. import oracle
from ..interface.adapter import Adapter, Caps
from .batches import LARGER
from .observe import HOLDS, Implementation, observe, returned


class Nearest(Adapter):
    """Every output as exact as its format can be, with the bounds of a class of kernels."""

    def __init__(self, accumulate):
        self.caps = Caps(accumulate=accumulate, least=1)

    def _rounded(self, expected, dtype):
        return {
            name: each.nearest.astype(dtype if each.values.numerator.shape[-1] > 1 else np.float64)
            for name, each in expected.items()
        }

    def forward(self, x, gamma, beta, eps):
        how = {"accumulate": self.caps.accumulate}
        return self._rounded(oracle.forward(x, gamma, beta, eps, **how), x.dtype)

    def backward(self, dy, x, gamma, beta, eps):
        how = {"accumulate": self.caps.accumulate}
        return self._rounded(oracle.backward(dy, x, gamma, eps, **how), x.dtype)

    def inference(self, x, gamma, beta, mean, var, eps):
        how = {"accumulate": self.caps.accumulate}
        return self._rounded(oracle.inference(x, gamma, beta, mean, var, eps, **how), x.dtype)

    def inference_backward(self, dy, x, gamma, mean, var, eps):
        how = {"accumulate": self.caps.accumulate}
        return self._rounded(oracle.inference_backward(dy, x, gamma, mean, var, eps, **how), x.dtype)

    def jvp(self, v, x, gamma, eps):
        how = {"accumulate": self.caps.accumulate}
        return self._rounded(oracle.jvp(v, x, gamma, eps, **how), x.dtype)

    def double_backward(self, ddx, ddgamma, ddbeta, dy, x, gamma, eps):
        how = {"accumulate": self.caps.accumulate}
        given = ddx, ddgamma, ddbeta, dy, x, gamma, eps
        return self._rounded(oracle.double_backward(*given, **how), x.dtype)

    def update(self, x, running_mean, running_var, momentum):
        how = {"accumulate": self.caps.accumulate}
        return self._rounded(oracle.update(x, running_mean, running_var, momentum, **how), x.dtype)


def _of_outputs(claim):
    """Whether nothing is differentiated but what a call returns: whoever has the outputs can compute both."""
    data = claim.data()
    return _returned(data["left"]) and _returned(data["right"])


def _returned(tree):
    if not isinstance(tree, list):
        return True
    if tree[0] in ("along", "gradient"):
        return (returned(tree) or ("derivative",))[0] != "derivative"
    return all(map(_returned, tree))


# The classes of kernels for which pages give bounds: format of the data, and how sums are formed.
SHOWN = {"float32": "float64", "float64": "compensated"}


def allowances(theorem):
    """For each step made of outputs alone: by how much its sides may differ on `LARGER`, by SHOWN."""
    found = {}
    for dtype, accumulate in SHOWN.items():
        for each in observe(theorem, Implementation(Nearest(accumulate), dtype), (LARGER,), _of_outputs):
            if each.status == HOLDS:
                found.setdefault(each.claim, {})[dtype] = each.allowed
    return {claim: row for claim, row in found.items() if row.keys() == SHOWN.keys()}
