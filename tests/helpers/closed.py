"""A kernel of derivatives of higher order: the closed forms that the theorems state, or wrong ones."""

from spec.adapters.plain import Plain
from spec.oracle import channels, derivatives
from spec.oracle.closed_forms import Walk


class Forms(Plain):
    """A kernel of derivatives: the closed forms in floating point, or one that is wrong."""

    def __init__(self, wrong=None):
        self.wrong = wrong or {}

    def derivative(self, nesting, dy, x, gamma, eps, u, v, w):
        values, over = self.values(x, gamma, None, eps)
        given = {"dy": dy, "u": u, "v": v, "w": w}
        values |= {key: channels(each).astype(float) for key, each in given.items() if each is not None}
        order = derivatives.order(nesting)
        form = self.wrong.get(nesting) or derivatives.form(order)
        return {"derivative": Walk(values, over).of(form)[:, 0].astype(x.dtype)}
