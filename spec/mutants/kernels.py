"""Mutants of kernels: right equations, wrongly applied (axes, layouts, tails, aliases, NaN)."""

import numpy as np

from .. import equations
from ..adapters.plain import Plain
from .mutant import of_kernel

MUTANTS = []


def _normalised(x, gamma, beta, eps, axes):
    """y with statistics over other axes; the statistics themselves averaged to the shape (C,)."""
    x64 = x.astype(np.float64)
    mean, var = x64.mean(axis=axes, keepdims=True), x64.var(axis=axes, keepdims=True)
    xhat = (x64 - mean) / np.sqrt(var + eps)
    along = (1, -1) + (1,) * (x.ndim - 2)
    gamma = np.ones(along) if gamma is None else gamma.reshape(along)
    beta = np.zeros(along) if beta is None else beta.reshape(along)
    whole = tuple(n for n in range(x.ndim) if n != 1)
    y = equations.BOOK.y(xhat, gamma, beta).astype(x.dtype)
    mean, var = (np.broadcast_to(each, x.shape).mean(axis=whole) for each in (mean, var))
    return {"y": y, "mean": mean, "var": var}


def _over_axes(name, seen, axes, equation="(9.39)"):
    class Variant(Plain):
        def forward(self, x, gamma, beta, eps):
            return _normalised(x, gamma, beta, eps, axes(x.ndim))

    MUTANTS.append(of_kernel(name, equation, seen)(Variant))


_over_axes("statistics of each sample", "coremltools #2462", lambda rank: tuple(range(2, rank)))
_over_axes("statistics of each position", "ORT #831; JAX #461", lambda rank: (0,))
_over_axes("statistics over channels too", "NumPyNet #7", lambda rank: tuple(range(rank)), "(9.38)")
_over_axes("statistics over channels alone", "TVM PR #18609; dcase2018 #18", lambda rank: (1,), "(9.38)")


@MUTANTS.append
@of_kernel("clamped eps", "(9.40)", "TensorFlow #8090 #37768; chainer #1960 #5232; ORT PR #2680 #2681")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, gamma, beta, max(eps, 1e-5))


@MUTANTS.append
@of_kernel("eps of its own", "(9.40)", "TensorFlow PR #53065; chainer PR #1955")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, gamma, beta, 1e-5)


@MUTANTS.append
@of_kernel("gamma without its sign", "(9.41)", "inplace_abn #138")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, None if gamma is None else abs(gamma), beta, eps)


@MUTANTS.append
@of_kernel("gamma fixed at 1", "(9.41)", "MXNet PR #1061")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, None, beta, eps)


@MUTANTS.append
@of_kernel("gamma of another channel", "(9.41)", "pytorch #63224")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(x, None if gamma is None else np.roll(gamma, 1), beta, eps)


@MUTANTS.append
@of_kernel("a divisor N in place of m", "(9.38)", "pytorch #22192; flax #2417")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"mean": found["mean"] * (x[:, 0].size / len(x))}


@MUTANTS.append
@of_kernel("a tail of fewer than eight left out of the sums", "(9.38)")
class _(Plain):
    def over(self, m, dtype):
        batch = super().over(m, dtype)
        whole = batch.sum
        batch.sum = lambda value: whole(value[..., : m - m % 8] if m > 8 else value)
        return batch


@MUTANTS.append
@of_kernel("the last channel not written", "(9.41)", "flashinfer #3391")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        # what is finite in a channel that is not goes back to (9.40)
        if x.shape[1] % 2 and np.isfinite(x[:, -1]).all():
            found["y"][:, -1] = 0
        return found


@MUTANTS.append
@of_kernel(
    "dy read as if it were dense", "d(9.41)/dbeta", "pytorch #175189 #134580 PR #64100; Paddle PR #54703"
)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        return super().backward(_dense(dy), x, gamma, beta, eps)


def _dense(array):
    """The memory of an array from its first element on, strides ignored, as far as it goes."""
    base = array
    while isinstance(base.base, np.ndarray) and base.base.dtype == array.dtype:
        base = base.base
    if array.flags.c_contiguous:
        return array
    return np.resize(base.ravel(order="K"), array.shape)


@MUTANTS.append
@of_kernel("x read as if it were dense", "(9.38)", "pytorch #62594 #63224 #133520; MXNet #19065")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(_dense(x), gamma, beta, eps)


@MUTANTS.append
@of_kernel("x used as scratch", "purity", "FlagGems #6332 PR #6435")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        if x.flags.writeable and x.size:
            x.flat[0] += 1
        return found


@MUTANTS.append
@of_kernel("NaN hidden as 0", "(9.38)", "darknet; Flux #2071")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        return super().forward(np.nan_to_num(x, nan=0, posinf=0, neginf=0), gamma, beta, eps)


@MUTANTS.append
@of_kernel("NaN in every channel", "(9.40)", "pytorch #90342")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        if not np.isfinite(x).all():
            found["y"] = np.full_like(found["y"], np.nan)
        return found


@MUTANTS.append
@of_kernel("a constant channel divided by 0", "(9.40)", "pytorch #114093; rocm-libraries PR #6579")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        found["y"][:, found["var"] == 0] = np.nan
        return found


@MUTANTS.append
@of_kernel("an exception for one element", "exception", "pytorch #7716; makemore #22")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        if x.size == x.shape[1]:
            raise ValueError("expected more than 1 value per channel")
        return super().forward(x, gamma, beta, eps)


@MUTANTS.append
@of_kernel("None for gamma not handled", "exception", "ipex-llm #2012; jax PR #2561; pytorch PR #11249")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        return super().backward(dy, x, gamma.astype(x.dtype), beta, eps)


@MUTANTS.append
@of_kernel(
    "means of shards, not weighed by their counts", "(9.38)", "pytorch #22192; apex #387; Paddle #32464"
)
class _(Plain):
    def over(self, m, dtype):
        batch = super().over(m, dtype)
        cut = max(1, m // 3)

        def total(value):
            if m < 3:
                return value.sum(axis=-1, keepdims=True)
            first, rest = value[..., :cut], value[..., cut:]
            return (first.mean(axis=-1, keepdims=True) + rest.mean(axis=-1, keepdims=True)) / 2 * m

        batch.sum = total
        return batch


@MUTANTS.append
@of_kernel("mean of the variances of shards", "(9.39)", "pycls PR #93; fvcore #152")
class _(Plain):
    def values(self, x, gamma, beta, eps, mean=None, var=None):
        found, over = super().values(x, gamma, beta, eps, mean, var)
        if mean is None and over.m > 3:
            cut = int(over.m) // 2
            parts = found["x"][:, :cut], found["x"][:, cut:]
            var = sum(part.var(axis=1) * part.shape[1] for part in parts) / over.m
            batch = found["mean"][:, 0]
            found, over = super().values(x, gamma, beta, eps, batch, var)
        return found, over


@MUTANTS.append
@of_kernel("inference dgamma left at 0", "d(9.41)/dgamma", "torch7 #1169")
class _(Plain):
    def inference_backward(self, dy, x, gamma, mean, var, eps):
        found = super().inference_backward(dy, x, gamma, mean, var, eps)
        return found | {"dgamma": 0 * found["dgamma"]}
