"""Batch normalization as a layer: the functions with parameters, their gradients, and running statistics."""

from __future__ import annotations

import copy
import sys
from collections.abc import Mapping
from typing import Any, Generic, NamedTuple, Self, TypeVar

import numpy
from numpy.typing import ArrayLike, DTypeLike

from . import checks, functional, running
from ._stats import Stats


class _Pass(NamedTuple):
    """What a forward leaves for the backward: copies, except of x, of what may change in between."""

    x: numpy.ndarray
    gamma: numpy.ndarray | None
    stats: Stats
    given: bool  # the statistics did not come from x


Value = TypeVar("Value")


class _State(Generic[Value]):
    """An attribute that `state_dict` holds: what `load_state_dict` would refuse cannot be assigned to it."""

    def __set_name__(self, owner: object, name: str) -> None:
        self.name = name

    def __get__(self, layer: object, owner: object = None) -> Value:
        return self if layer is None else vars(layer)[self.name]  # type: ignore[return-value]

    def __set__(self, layer: BatchNorm, value: Value) -> None:
        vars(layer)[self.name] = layer._accepted(self.name, value)


class BatchNorm:
    """A layer that normalizes a channel by its batch in training, by running statistics in evaluation.

    A training forward of m > 1 elements a channel updates the running statistics once, in float64:

        running_mean = (1 - momentum) running_mean + momentum mean
        running_var  = (1 - momentum) running_var  + momentum var m / (m - 1)

    With momentum=None they are, in place of this, the mean and the unbiased variance of all elements seen so
    far as one batch: batches weigh by their counts, and the spread of their means is part of the variance.
    With momentum=0 they stay what they are, whatever the batch holds, and with momentum=1 they become the
    batch's, whatever they were. Nothing else updates them: not a forward in evaluation, not a backward, not
    an empty batch.

    The conventions, beside those of others:

        ==============================  ===============  ===================  ============  =============
                                        bncore           PyTorch              Keras         ONNX
        ==============================  ===============  ===================  ============  =============
        variance that normalizes        biased           biased               biased        biased
        variance that is kept           unbiased         unbiased             biased        biased
        momentum is the weight of       the new batch    the new batch        the old       the old
        its default                     0.1              0.1                  0.99          0.9
        momentum=None                   all elements     average of batches'  -             -
        default eps                     1e-5             1e-5                 1e-3          1e-5
        default axis of the channel     1                1                    -1            1
        gamma, beta are called          gamma, beta      weight, bias         gamma, beta   scale, B
        ==============================  ===============  ===================  ============  =============

    Parameters
    ----------
    num_features : int, at least 1. C, the number of channels.
    eps : float, finite, not negative.
    momentum : float in [0, 1], or None for the statistics of all elements so far.
    affine : bool. Whether the layer has gamma (at first 1) and beta (at first 0); else both are None.
    track_running_stats : bool. If not, there are no running statistics, and a batch's own are used in
        evaluation too.
    axis : int. The channel's place in the shape of x: 1 for (N, C, H, W), -1 for channels-last.
    dtype : float32 or float64. The dtype of gamma and beta, and so of dgamma and dbeta.

    Attributes
    ----------
    gamma, beta : arrays of shape (C,) and of `dtype`, or None where affine=False.
    dgamma, dbeta : the gradients of the last backward, which replace those before; None before the first.
    running_mean, running_var : float64 arrays of shape (C,), at first 0 and 1; None if not tracked.
    num_batches_tracked, num_elements_tracked : int. How many batches, and how many elements of a channel,
        have entered the running statistics.
    training : bool. At first True; see `train` and `eval`.

    Raises
    ------
    TypeError, ValueError
        If an argument, or what is assigned to an attribute, is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> layer = bncore.BatchNorm(1, momentum=None, eps=0.0, dtype=numpy.float64)
    >>> layer(numpy.array([[1.0], [3.0]]))
    array([[-1.],
           [ 1.]])
    >>> y = layer(numpy.array([[4.0], [6.0], [6.0]]))
    >>> layer.running_mean, layer.running_var, layer.num_batches_tracked
    (array([4.]), array([4.5]), 2)
    >>> layer
    BatchNorm(1, eps=0.0, momentum=None, affine=True, track_running_stats=True, axis=1, dtype='float64')

    Source: equations (9.38)-(9.41); the running statistics are the declared convention above.
    """

    gamma = _State[numpy.ndarray | None]()
    beta = _State[numpy.ndarray | None]()
    running_mean = _State[numpy.ndarray | None]()
    running_var = _State[numpy.ndarray | None]()
    num_batches_tracked = _State[int]()
    num_elements_tracked = _State[int]()

    def __init__(
        self,
        num_features: int,
        *,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        axis: int = 1,
        dtype: DTypeLike = numpy.float32,
    ) -> None:
        self.num_features = checks.integer("num_features", num_features, least=1, most=sys.maxsize // 8)
        self.eps = checks.epsilon(eps)
        self.momentum = checks.momentum(momentum)
        self.affine = bool(affine)
        self.track_running_stats = bool(track_running_stats)
        self.axis = checks.integer("axis", axis)
        self.dtype = checks.float_type("dtype", dtype)
        self.training = True
        self.gamma = numpy.ones(self.num_features, self.dtype) if self.affine else None
        self.beta = numpy.zeros(self.num_features, self.dtype) if self.affine else None
        self.dgamma: numpy.ndarray | None = None
        self.dbeta: numpy.ndarray | None = None
        self.running_mean = numpy.zeros(self.num_features) if self.track_running_stats else None
        self.running_var = numpy.ones(self.num_features) if self.track_running_stats else None
        self.num_batches_tracked = 0
        self.num_elements_tracked = 0
        self._last: _Pass | None = None
        # forwards since the last backward
        self._trained: int = 0
        self._evaluated: int = 0

    def train(self, mode: bool = True) -> Self:
        """Normalize by the batch from now on, and update the running statistics; with mode=False, as `eval`.

        Returns
        -------
        BatchNorm : the layer itself.

        Examples
        --------
        >>> import bncore
        >>> bncore.BatchNorm(3).eval().train().training
        True
        """
        self.training = bool(mode)
        return self

    def eval(self) -> Self:
        """Normalize by the running statistics from now on, and leave them as they are.

        Returns
        -------
        BatchNorm : the layer itself.

        Examples
        --------
        >>> import numpy, bncore
        >>> layer = bncore.BatchNorm(1, eps=0.0).eval()
        >>> layer(numpy.array([[5.0]]))
        array([[5.]])
        """
        return self.train(False)

    def forward(self, x: ArrayLike) -> numpy.ndarray:
        """Normalize x: (9.38)-(9.41) in training, (9.40)-(9.41) by the running statistics in evaluation.

        Calling the layer is the same.

        Parameters
        ----------
        x : float32 or float64 array with C channels at `axis`, in any layout. The layer keeps a reference to
            it, not a copy, for `backward`: leave its numbers as they are until then.

        Returns
        -------
        y : array of x's shape and dtype, in x's layout.

        Raises
        ------
        TypeError, ValueError
            If x is not as above, or has one element a channel where the running variance is to be updated:
            the unbiased variance of one element is not defined. Nothing has changed then.

        Examples
        --------
        >>> import numpy, bncore
        >>> layer = bncore.BatchNorm(1, eps=0.0)
        >>> layer.forward(numpy.array([[2.0], [4.0]]))
        array([[-1.],
               [ 1.]])
        >>> layer.running_mean, layer.running_var
        (array([0.3]), array([1.1]))

        Source: equations (9.38)-(9.41).
        """
        x = checks.tensor("x", x)
        axis = checks.channel_axis(self.axis, x.ndim)
        if x.shape[axis] != self.num_features:
            raise ValueError(
                f"x must have {self.num_features} channels at axis {self.axis}, found shape {x.shape}"
            )
        training, gamma = self.training, None if self.gamma is None else numpy.array(self.gamma)
        if not self.track_running_stats:
            y, stats = functional.forward(x, gamma, self.beta, eps=self.eps, axis=axis)
        elif not training:
            stats = self._running()
            y = functional.inference(x, gamma, self.beta, stats.mean, stats.var, eps=stats.eps, axis=axis)
        else:
            if x.size == self.num_features:
                raise ValueError(
                    "x must have more than one element a channel in training, or its unbiased variance is "
                    "not defined (call eval(), or construct with track_running_stats=False), "
                    f"found shape {x.shape}"
                )
            before, momentum = self._running(), checks.momentum(self.momentum)
            y, stats = functional.forward(x, gamma, self.beta, eps=self.eps, axis=axis)
            if stats.count:
                mean, var = running.updated(before, stats, momentum)
                vars(self).update(
                    running_mean=mean,
                    running_var=var,
                    num_batches_tracked=self.num_batches_tracked + 1,
                    num_elements_tracked=self.num_elements_tracked + stats.count,
                )
        self._last = _Pass(x, gamma, stats, given=self.track_running_stats and not training)
        # nobody who trains wants the gradients of what was evaluated before
        self._evaluated = 0 if training else self._evaluated + 1
        self._trained += training
        return y

    __call__ = forward

    def backward(self, dy: ArrayLike) -> numpy.ndarray:
        """The gradients for the forward before, in the mode in which it ran.

        dx is returned. dgamma and dbeta are kept; they replace those of the backward before, and are not
        added to them. It may be called again, with another dy. Between two backwards there may be one
        forward: of two nobody could say which one dy belongs to. Only forwards in evaluation before one in
        training do not count. Where a layer is used several times in a step, `forward` and `backward` of
        bncore, which keep nothing, do what is wanted.

        Parameters
        ----------
        dy : array of the shape and dtype of that forward's x, in any layout.

        Returns
        -------
        dx : array of x's shape and dtype, in x's layout.

        Raises
        ------
        TypeError, ValueError
            If dy is not as above. Nothing has changed then.
        RuntimeError
            If there was no forward, or more than one. All of them are forgotten then.

        Examples
        --------
        >>> import numpy, bncore
        >>> layer = bncore.BatchNorm(1, eps=0.0, dtype=numpy.float64)
        >>> y = layer(numpy.array([[1.0], [3.0]]))
        >>> dx = layer.backward(numpy.array([[1.0], [2.0]]))
        >>> layer.dgamma, layer.dbeta
        (array([1.]), array([3.]))

        Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
        """
        if self._last is None:
            raise RuntimeError("backward must follow a forward of the same layer, found none")
        forwards = self._trained + self._evaluated
        if forwards > 1:
            self._forget()
            raise RuntimeError(
                f"backward must follow one forward of the same layer, found {forwards} since the last "
                "backward: dy could be of any of them (bncore.forward and bncore.backward keep them apart)"
            )
        x, gamma, stats, given = self._last
        axis = checks.channel_axis(self.axis, x.ndim)
        if given:
            dx, dgamma, dbeta = functional.inference_backward(
                dy, x, gamma, stats.mean, stats.var, eps=stats.eps, axis=axis
            )
        else:
            dx, dgamma, dbeta = functional.backward(dy, x, gamma, stats, axis=axis)
        self._trained = self._evaluated = 0
        if self.affine:
            self.dgamma, self.dbeta = dgamma, dbeta
        return dx

    def state_dict(self) -> dict[str, Any]:
        """Copies of the layer's numbers by name: gamma and beta, the running statistics and their counts.

        Returns
        -------
        dict : without gamma and beta where affine=False, without the rest where track_running_stats=False.

        Examples
        --------
        >>> import bncore
        >>> list(bncore.BatchNorm(2).state_dict())
        ['gamma', 'beta', 'running_mean', 'running_var', 'num_batches_tracked', 'num_elements_tracked']
        """
        return {
            name: value.copy() if isinstance(value := getattr(self, name), numpy.ndarray) else value
            for name in self._state_names()
        }

    def load_state_dict(self, state: Mapping[str, Any]) -> None:
        """Take over the numbers that `state_dict` gave, as copies.

        Parameters
        ----------
        state : mapping with the names of `state_dict` and no others; gamma and beta of the layer's dtype, the
            running statistics float64, each of shape (C,); the counts integers, not negative.

        Raises
        ------
        TypeError, ValueError
            If the state is not as above. Nothing has changed then.

        Examples
        --------
        >>> import bncore
        >>> layer, other = bncore.BatchNorm(2), bncore.BatchNorm(2)
        >>> layer.gamma[0] = 5
        >>> other.load_state_dict(layer.state_dict())
        >>> other.gamma
        array([5., 1.], dtype=float32)
        """
        if not isinstance(state, Mapping):
            raise TypeError(f"state must be a mapping of names to values, found {type(state).__name__}")
        if set(state) != set(self._state_names()):
            raise ValueError(f"state must have the names {self._state_names()}, found {list(state)}")
        accepted = {name: self._accepted(name, state[name]) for name in self._state_names()}
        vars(self).update(copy.deepcopy(accepted))

    def __repr__(self) -> str:
        return (
            f"BatchNorm({self.num_features}, eps={self.eps!r}, momentum={self.momentum!r}, "
            f"affine={self.affine}, track_running_stats={self.track_running_stats}, "
            f"axis={self.axis}, dtype={self.dtype.name!r})"
            f"{'' if self.training else '.eval()'}"
        )

    def __getstate__(self) -> dict[str, Any]:
        # a copy of a layer has its numbers, not the batch that went through it last
        return vars(self) | {"_last": None, "_trained": 0, "_evaluated": 0}

    def _forget(self) -> None:
        """As if there had been no forward."""
        self._last = None
        self._trained = self._evaluated = 0

    def _state_names(self) -> list[str]:
        return ["gamma", "beta"] * self.affine + [
            "running_mean", "running_var", "num_batches_tracked", "num_elements_tracked",
        ] * self.track_running_stats  # fmt: skip

    def _accepted(self, name: str, value: Any) -> numpy.ndarray | int | None:
        """A value for the attribute of this name."""
        if name.startswith("num_"):
            return checks.integer(name, value, least=0, most=sys.maxsize)
        option = "track_running_stats" if name.startswith("running_") else "affine"
        if not getattr(self, option):
            if value is not None:
                raise TypeError(f"{name} must be None where {option}=False, found {type(value).__name__}")
            return None
        dtype = self.dtype if option == "affine" else numpy.dtype(numpy.float64)
        array = checks.parameter(name, value, self.num_features, dtype)
        if name == "running_var":
            checks.variance(name, array, self.num_features)
        return array

    def _running(self) -> Stats:
        """The running statistics as those of the elements that entered them, the variance as it is kept."""
        assert self.running_mean is not None
        assert self.running_var is not None
        mean = checks.per_channel("running_mean", self.running_mean, self.num_features)
        var = checks.variance("running_var", self.running_var, self.num_features)
        return Stats(self.num_elements_tracked, mean, var, self.eps)
