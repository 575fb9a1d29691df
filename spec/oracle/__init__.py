"""The oracle: for float arrays, the exact value of each output, and the bound of its error."""

import numpy as np

from ..theorems.language import GRADIENTS, SECOND
from .call import EQUATION, Problem, gated, problem
from .expected import Expected, channels, shaped
from .folding import fold

__all__ = [
    "EQUATION",
    "GRADIENTS",
    "SECOND",
    "Expected",
    "Problem",
    "backward",
    "channels",
    "double_backward",
    "fold",
    "forward",
    "gated",
    "inference",
    "inference_backward",
    "jvp",
    "problem",
    "shaped",
    "update",
]


def forward(x, gamma, beta, eps, *, accumulate, weights=None, residual=None, relu=False):
    """mean (9.38), var (9.39) and y (9.41) of training mode, for each an `Expected`.

    x has the shape (N, C, *spatial) with at least one element a channel, float16, float32 or float64; gamma
    and beta the shape (C,) or None for 1 and 0; eps >= 0; accumulate is one of
    `spec.bounds.errors.ACCUMULATIONS`. `weights` say how often each element counts in (9.38) and (9.39):
    bool or float, at least 0, of a shape that broadcasts to x's with extent 1 at the channel. `residual`, of
    x's shape, is added to y, which is then rectified if `relu`. Raises ValueError for anything else and for
    numbers that are not finite, ZeroDivisionError where a channel is constant and eps is 0.

    >>> expected = forward(np.array([[1.0], [3.0]]), None, None, 0.0, accumulate="float64")
    >>> expected["y"].nearest.ravel()
    array([-1.,  1.])
    >>> expected["y"].compare(np.array([[-1.0], [1.001]])).index
    (1, 0)
    """
    how = {"accumulate": accumulate, "weights": weights, "residual": residual, "relu": relu}
    return problem(x, gamma, beta, eps, **how).expected(("mean", "var", "y"))


def backward(dy, x, gamma, eps, *, accumulate, weights=None):
    """dx, dgamma and dbeta of training mode, derived from (9.38)-(9.41); the rest as in `forward`.

    dy is the derivative by y of a loss that knows nothing of weights, and has passed the gate of a
    rectifier, if there is one (`gated`); so it is the derivative by a residual, dresidual, too.

    >>> dy, x = np.array([[1.0], [0.0], [0.0]]), np.array([[-1.0], [0.0], [1.0]])
    >>> backward(dy, x, None, 0.0, accumulate="any")["dbeta"].nearest
    array([1.])
    """
    return problem(x, gamma, None, eps, accumulate=accumulate, dy=dy, weights=weights).gradients("training")


def jvp(v, x, gamma, eps, *, accumulate, weights=None):
    """How y moves where x moves along v, in training mode; the rest as in `forward`.

    >>> x, v = np.array([[-1.0], [0.0], [1.0]]), np.array([[1.0], [1.0], [1.0]])
    >>> jvp(v, x, None, 0.0, accumulate="any")["jvp"].nearest.ravel()
    array([0., 0., 0.])
    """
    how = {"accumulate": accumulate, "weights": weights}
    return problem(x, gamma, None, eps, ddx=v, **how).derivatives(("jvp",))


def double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, eps, *, accumulate, weights=None):
    """d_dy, d_x and d_gamma: the gradients of <ddx, dx> + ddgamma dgamma + ddbeta dbeta, in training mode.

    ddx may be None, and ddgamma and ddbeta, of shape (C,), too: for 0. The rest as in `forward`.

    >>> x, one = np.array([[-1.0], [0.0], [1.0]]), np.array([1.0])
    >>> double_backward(None, None, one, x, x, None, 1.0, accumulate="any")["d_dy"].nearest.ravel()
    array([1., 1., 1.])
    """
    given = {"ddx": np.zeros_like(x) if ddx is None else ddx, "ddgamma": ddgamma, "ddbeta": ddbeta}
    given |= {"accumulate": accumulate, "weights": weights}
    return problem(x, gamma, None, eps, dy=dy, **given).derivatives(SECOND)


def inference(x, gamma, beta, mean, var, eps, *, accumulate, residual=None, relu=False):
    """y (9.41) for a mean and a var, of shape (C,), that are given; the rest as in `forward`.

    >>> x, one = np.array([[1.0], [3.0]]), np.array([1.0])
    >>> inference(x, None, None, one, one, 3.0, accumulate="any")["y"].nearest.ravel()
    array([0., 1.])
    """
    how = {"accumulate": accumulate, "residual": residual, "relu": relu}
    return problem(x, gamma, beta, eps, mean=mean, var=var, **how).expected(("y",))


def inference_backward(dy, x, gamma, mean, var, eps, *, accumulate):
    """dx, dgamma and dbeta for a mean and a var, of shape (C,), that are given; the rest as in `forward`.

    >>> x, one = np.array([[1.0], [3.0]]), np.array([1.0])
    >>> inference_backward(x, x, None, one, one, 3.0, accumulate="any")["dx"].nearest.ravel()
    array([0.5, 1.5])
    """
    return problem(x, gamma, None, eps, accumulate=accumulate, dy=dy, mean=mean, var=var).gradients(
        "inference"
    )


def update(
    x, running_mean, running_var, momentum, *, accumulate, variance="unbiased", weighs="new", weights=None
):
    """The running statistics after a batch, by `spec.running`, where `variance` and `weighs` are explained.

    >>> x, old = np.array([[1.0], [3.0]]), np.array([1.0])
    >>> update(x, old, old, 0.5, accumulate="any")["running_var"].nearest
    array([1.5])
    """
    # eps enters neither mean nor var; any that is positive will do.
    call = problem(x, None, None, 1.0, accumulate=accumulate, weights=weights)
    return call.update(running_mean, running_var, momentum, variance, weighs)
