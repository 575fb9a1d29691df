"""Mutants of the walk: elements left out, counted twice, not written; strides, chunks, channels misread."""

import numpy as np

from ..adapters.plain import Plain
from ..oracle import EQUATION
from .mutant import of_kernel

MUTANTS = []
MEAN, VAR, Y = "(9.38)", "(9.39)", "(9.41)"
DBETA, DGAMMA, DX = "d(9.41)/dbeta", "d(9.41)/dgamma", "d(9.41)/dx"


def _mutant(name, equation, seen=""):
    return lambda kernel: MUTANTS.append(of_kernel(name, equation, seen)(kernel)) or kernel


def _summing(name, equation, total, seen=""):
    """A mutant whose every sum over the batch is `total` of the terms."""

    class Variant(Plain):
        def over(self, m, dtype):
            batch = super().over(m, dtype)
            batch.sum = lambda value: total(value, int(m))
            return batch

    _mutant(name, equation, seen)(Variant)


def _sum(value):
    return value.sum(axis=-1, keepdims=True)


for _width in (4, 16, 32, 64):
    _summing(
        f"a tail after vectors of {_width} left out of the sums",
        MEAN,
        lambda value, m, w=_width: _sum(value[..., : m - m % w] if m > w else value),
    )
_summing("the last element left out of the sums", MEAN, lambda v, m: _sum(v[..., :-1] if m > 1 else v))
_summing("the first element left out of the sums", MEAN, lambda v, m: _sum(v[..., 1:] if m > 1 else v))
_summing("the first element counted twice", MEAN, lambda v, m: _sum(v) + v[..., :1])
_summing(
    "the element where two chunks meet counted twice",
    MEAN,
    lambda v, m: _sum(v) + (v[..., m // 2 : m // 2 + 1] if m > 64 else 0),
    "oneDNN #354",
)
_summing(
    "the last of the chunks lost",
    MEAN,
    lambda v, m: _sum(v[..., : m - m // 4] if m > 256 else v),
    "tensorflow/community PR #346",
)
_summing(
    "an element lost to a race",
    MEAN,
    lambda v, m: _sum(v) - (v[..., m // 3 : m // 3 + 1] if m > 200 else 0),
    "pytorch #53691",
)
_summing("half of a batch of two", MEAN, lambda v, m: _sum(v[..., :1]) * 2 if m == 2 else _sum(v))


def _of_y(name, equation, change, seen="", method="forward", output="y"):
    """A mutant that spoils an output it has computed: `change` writes to it, knowing x."""

    def call(self, *arguments):
        found = getattr(Plain, method)(self, *arguments)
        wrong = np.array(found[output], order="C")
        change(wrong, arguments[0])
        return found | {output: wrong}

    _mutant(name, equation, seen)(type("Variant", (Plain,), {method: call}))


def _tail(width):
    def change(y, x):
        flat = y.reshape(-1)
        if flat.size > width and flat.size % width:
            flat[-(flat.size % width) :] = x.reshape(-1)[-(flat.size % width) :]

    return change


def _zero_last(y, x):
    if y.size > y.shape[1]:
        y[-1, ..., -1] = 0


def _odd_channel(y, x):
    if y.shape[1] > 8 and y.shape[1] % 8:
        y[:, -1] = y[:, -2]


_of_y("a tail of y left as x", "(9.40)", _tail(8), "flashinfer #3391")
_of_y("a tail of dx left as dy", DX, _tail(8), method="backward", output="dx")
_of_y("a tail of the y of inference left as x", "(9.40)", _tail(8), method="inference")
_of_y("the last element of y not written", "(9.40)", _zero_last)
_of_y("the last element of dx not written", DX, _zero_last, method="backward", output="dx")
_of_y("the last of many channels taken from the one before", "(9.40)", _odd_channel)
_of_y(
    "dgamma of channels in the wrong order",
    DGAMMA,
    lambda g, dy: g.__setitem__(slice(None), np.roll(g, 1)),
    method="backward",
    output="dgamma",
)


def _leaks(method, output, name, equation, seen=""):
    """A mutant in which the next channel takes a NaN over."""

    def call(self, *arguments):
        found = getattr(Plain, method)(self, *arguments)
        wrong = np.array(found[output])
        axes = tuple(n for n in range(wrong.ndim) if n != 1) if wrong.ndim > 1 else ()
        bad = np.isnan(wrong).any(axis=axes) if axes else np.isnan(wrong)
        wrong[(slice(None), np.roll(bad, 1)) if axes else np.roll(bad, 1)] = np.nan
        return found | {output: wrong}

    _mutant(name, equation, seen)(type("Variant", (Plain,), {method: call}))


_leaks("forward", "y", "NaN in the next channel", "(9.40)", "pytorch #90342")
_leaks("backward", "dbeta", "NaN of dy in the next channel", DBETA)


@_mutant("channels from the 129th on not written", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        found["y"][:, 128:] = 0
        return found


@_mutant("a batch of one image left as it is", Y)
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"y": x.copy()} if len(x) == 1 and x[0, 0].size > 1 else found


@_mutant("NaN of x hidden as 0 in inference", Y)
class _(Plain):
    def inference(self, x, gamma, beta, mean, var, eps):
        return super().inference(np.nan_to_num(x), gamma, beta, mean, var, eps)


@_mutant("NaN of dy hidden as 0", DBETA, "keras #9646")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        return super().backward(np.nan_to_num(dy, nan=0), x, gamma, beta, eps)


@_mutant("infinite dy taken as the largest number", DBETA)
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        return super().backward(np.nan_to_num(dy, nan=np.nan), x, gamma, beta, eps)


@_mutant("y kept from NaN by a maximum", "(9.40)", "Flux #2071")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        return found | {"y": np.fmax(found["y"], -np.finfo(x.dtype).max)}


def _misread(name, equation, wrong, seen, *which, calls=("forward", "backward", "inference", "update")):
    """A mutant that misreads the memory of some operands of each of these calls that has them."""
    signatures = {
        "forward": ("x", "gamma", "beta", "eps"),
        "backward": ("dy", "x", "gamma", "beta", "eps"),
        "inference": ("x", "gamma", "beta", "mean", "var", "eps"),
        "update": ("x", "running_mean", "running_var", "momentum"),
    }

    def method(name, names):
        def call(self, *arguments):
            return getattr(Plain, name)(
                self, *(wrong(a) if n in which else a for n, a in zip(names, arguments, strict=True))
            )

        return call

    kept = {
        key: method(key, names)
        for key, names in signatures.items()
        if key in calls and set(which) & set(names)
    }
    _mutant(name, equation, seen)(type("Variant", (Plain,), kept))


def _root(array):
    while isinstance(array.base, np.ndarray) and array.base.dtype == array.dtype:
        array = array.base
    return array


def _unit_strides(array):
    """A vector read as if its elements were neighbours."""
    if array is None or array.flags.c_contiguous:
        return array
    return np.lib.stride_tricks.as_strided(array, array.shape, (array.itemsize,))


def _positive_strides(array):
    """An array read forwards, whatever the signs of its strides."""
    flips = tuple(slice(None, None, -1 if step < 0 else 1) for step in array.strides)
    return array[flips]


def _from_the_start(array):
    """An array whose offset into its memory is forgotten, where that memory is long enough."""
    root = _root(array)
    if root is array or not root.flags.c_contiguous or array.strides == root.strides:
        return array
    if any(step < 0 for step in array.strides) or root.size <= array.size:
        return array
    return np.lib.stride_tricks.as_strided(np.nan_to_num(root, nan=3.0).ravel(), array.shape, array.strides)


def _rows_exchanged(array):
    """Channels-last memory read as planes."""
    if array.ndim == 4 and not array.flags.c_contiguous and np.moveaxis(array, 1, -1).flags.c_contiguous:
        return np.moveaxis(array, 1, -1).reshape(array.shape)
    return array


_misread("gamma read as if it were dense", Y, _unit_strides, "pytorch #62594", "gamma")
_misread("beta read as if it were dense", Y, _unit_strides, "pytorch #62594", "beta", calls=("forward",))
_misread("given statistics read as if they were dense", "(9.40)", _unit_strides, "pytorch #33867", "mean")
_misread(
    "running statistics read as if they were dense",
    EQUATION["running_mean"],
    _unit_strides,
    "pytorch #33867; torch-xpu-ops PR #2887",
    *("running_mean", "running_var"),
)
_misread("negative strides of x ignored", MEAN, _positive_strides, "", "x")
_misread("negative strides of dy ignored", DBETA, _positive_strides, "", "dy")
_misread("the offset of x forgotten", MEAN, _from_the_start, "pytorch #133520", "x")
_misread("channels-last x read as planes", MEAN, _rows_exchanged, "pytorch #175189", "x")
_misread("channels-last dy read as planes", DBETA, _rows_exchanged, "pytorch PR #64100 #1866", "dy")


@_mutant("dy of stride 0 read as if it were dense", DBETA, "pytorch #42588 PR #50659")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        if 0 in dy.strides and dy.size:
            dy = np.resize(np.arange(dy.size, dtype=dy.dtype) % 3, dy.shape)
        return super().backward(dy, x, gamma, beta, eps)


def _for_rank(name, equation, rank, seen):
    """A mutant whose backward pass is wrong for one rank alone."""

    class Variant(Plain):
        def backward(self, dy, x, gamma, beta, eps):
            found = super().backward(dy, x, gamma, beta, eps)
            inference = self.inference_backward(dy, x, gamma, *self._statistics(x), eps)
            return inference if x.ndim == rank else found

        def _statistics(self, x):
            found = self.forward(x, None, None, 1.0)
            return found["mean"], found["var"]

    _mutant(name, equation, seen)(Variant)


for _rank in (2, 3, 5):
    _for_rank(f"dx of inference for rank {_rank}", DX, _rank, "Paddle PR #54703 #37020")


@_mutant("statistics of the first sample", MEAN, "dcase2018 #18")
class _(Plain):
    def values(self, x, gamma, beta, eps, mean=None, var=None):
        if mean is None and len(x):
            first, _ = super().values(x[:1], gamma, beta, eps)
            mean, var = first["mean"][:, 0], first["var"][:, 0]
        return super().values(x, gamma, beta, eps, mean, var)


@_mutant("statistics of virtual batches of two samples", VAR, "TF #23050; keras #15790")
class _(Plain):
    def forward(self, x, gamma, beta, eps):
        found = super().forward(x, gamma, beta, eps)
        parts = [super(type(self), self).forward(x[n : n + 2], gamma, beta, eps) for n in range(0, len(x), 2)]
        if not parts:
            return found
        return found | {
            "y": np.concatenate([part["y"] for part in parts]),
            "var": np.mean([part["var"] for part in parts], axis=0),
        }


@_mutant("dx of shards, each with its own sums", DX, "pytorch PR #36382 #36688")
class _(Plain):
    def backward(self, dy, x, gamma, beta, eps):
        found = super().backward(dy, x, gamma, beta, eps)
        if len(x) < 4:
            return found
        values, over = self.values(x, gamma, beta, eps)
        half = len(x) // 2
        parts = []
        for n in (slice(None, half), slice(half, None)):
            own, _ = self.values(x[n], gamma, beta, eps, values["mean"][:, 0], values["var"][:, 0])
            over = self.over(x[n][:, 0].size, np.float64)
            parts.append(self._gradients(dy[n], x[n], own, over, "training")["dx"])
        return found | {"dx": np.concatenate(parts)}
