"""Batch normalization as a layer: the functions with parameters, their gradients, and running statistics."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping
from typing import Any, ClassVar, Self

import numpy
from numpy.typing import ArrayLike, DTypeLike

from . import axes, checks, functional, passes, renormalizing
from .axes import Integers
from .checks import Array
from .copying import cast
from .exchange import Exchange
from .running import Rule
from .state import alone


class BatchNorm(Exchange):
    """A layer that normalizes a channel by its batch in training, by running statistics in evaluation.

    A training forward of m > 1 elements a channel updates the running statistics once, in float64:

        running_mean = (1 - momentum) running_mean + momentum mean
        running_var  = (1 - momentum) running_var  + momentum var m / (m - 1)

    With momentum=None they are, in place of this, the mean and the unbiased variance of all elements seen so
    far as one batch: batches weigh by their counts, and the spread of their means is part of the variance.
    With momentum=0 they stay what they are, whatever the batch holds, and with momentum=1 they become the
    batch's, whatever they were. Nothing else updates them: not a forward in evaluation, not a backward, not
    an empty batch. With unbiased=False the variance is kept as (9.39) has it, without m / (m - 1).

    With ghost=n a batch in training is normalized in groups of n samples, each by its own statistics (ghost
    batches: Hoffer, Hubara and Soudry 2017), as if the groups were batches that follow each other: each of
    them updates the running statistics once, in order.

    With renorm=(rmax, dmax) a batch in training is moved to the running statistics as they were before it
    (batch renormalization: Ioffe 2017): y = gamma (r xhat + d) + beta with
    r = sqrt(var + eps) / sqrt(running_var + eps), held within [1 / rmax, rmax], and
    d = (mean - running_mean) / sqrt(running_var + eps), held within [-dmax, dmax]. The gradient takes r and d
    for constants. (1, 0) is batch normalization.

    The conventions, beside those of others:

        ===========================  =============  ===================  ===========  ===========  ========
                                     bncore         PyTorch              Keras        Flax         ONNX
        ===========================  =============  ===================  ===========  ===========  ========
        variance that normalizes     biased         biased               biased       biased       biased
        variance that is kept        unbiased       unbiased             biased       biased       biased
        momentum is the weight of    the new batch  the new batch        the old      the old      the old
        its default                  0.1            0.1                  0.99         0.99         0.9
        momentum=None                all elements   average of batches'  -            -            -
        default eps                  1e-5           1e-5                 1e-3         1e-5         1e-5
        default axis of the channel  1              1                    -1           -1           1
        gamma, beta are called       gamma, beta    weight, bias         gamma, beta  scale, bias  scale, B
        ===========================  =============  ===================  ===========  ===========  ========

    Parameters
    ----------
    num_features : int, at least 1: C, the number of channels. A tuple where axis is one.
    eps : float, finite, not negative.
    momentum : float in [0, 1], or None for the statistics of all elements so far.
    affine : bool. Whether the layer has gamma (at first 1) and beta (at first 0); else both are None.
    track_running_stats : bool. If not, there are no running statistics, and a batch's own are used in
        evaluation too.
    axis : int. The channel's place in the shape of x: 1 for (N, C, H, W), -1 for channels-last. Or a tuple:
        then each combination of places along these axes is a channel, and what is one number a channel
        has the shape of num_features, the extents of x at these axes, in this order.
    dtype : float32 or float64. The dtype of gamma and beta, and so of dgamma and dbeta.
    relu : bool. Whether what is below 0 becomes 0 in y, after the residual has been added.
    unbiased : bool. Whether the running variance takes the unbiased variance of a batch.
    ghost : int, at least 1, or None. The samples of a group; the last group has those that are left. Samples
        lie along the first axis that is not the channel's.
    renorm : (rmax, dmax), at least 1 and at least 0, or None. It may be assigned while training goes on.

    Attributes
    ----------
    gamma, beta : arrays of shape (C,) and of `dtype`, or None where affine=False.
    dgamma, dbeta : the gradients of the last backward, which replace those before, or the sum of those of all
        pulls since; None at first.
    running_mean, running_var : float64 arrays of shape (C,), at first 0 and 1; None if not tracked.
    num_batches_tracked, num_elements_tracked : how many batches, and how many elements of a channel, have
        entered the running statistics; of weighted elements the sum of their weights.
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

    # what was not there at first is shown where it is used
    _unusual: ClassVar[Mapping[str, object]] = {
        "relu": False,
        "unbiased": True,
        "ghost": None,
        "renorm": None,
    }

    def __init__(
        self,
        num_features: Integers,
        *,
        eps: float = 1e-5,
        momentum: float | None = 0.1,
        affine: bool = True,
        track_running_stats: bool = True,
        axis: Integers = 1,
        dtype: DTypeLike = numpy.float32,
        relu: bool = False,
        unbiased: bool = True,
        ghost: int | None = None,
        renorm: tuple[float, float] | None = None,
    ) -> None:
        super().__init__(
            num_features, affine=affine, track_running_stats=track_running_stats, axis=axis, dtype=dtype
        )
        self.eps = checks.epsilon(eps)
        self.momentum = checks.momentum(momentum)
        self.relu = checks.switch("relu", relu)
        self.unbiased = bool(unbiased)
        self.ghost, self.renorm = ghost, renorm
        self.renorm = self._how().renorm
        self.training = True
        self.dgamma: numpy.ndarray | None = None
        self.dbeta: numpy.ndarray | None = None
        self._last: passes.Pass | None = None
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

    def forward(
        self,
        x: ArrayLike,
        weights: ArrayLike | None = None,
        residual: ArrayLike | None = None,
        *,
        out: Array | None = None,
    ) -> Array:
        """Normalize x: (9.38)-(9.41) in training, (9.40)-(9.41) by the running statistics in evaluation.

        With a residual and relu=True y is max(that + residual, 0). Calling the layer is the same.

        Parameters
        ----------
        x : array as `bncore.forward` takes it, with C channels at `axis`. The layer keeps a reference to it,
            not a copy, for `backward`, and so to weights and with relu to y: leave their numbers as they are
            until then.
        weights : as `bncore.forward` takes them, or None for 1. An element counts as often as its weight
            says, in the running statistics too, whose variance takes W / (W - 1) for m / (m - 1), W their
            sum. In evaluation they change nothing.
        residual : array of x's shape and dtype, in any layout, or None for 0.
        out : array of x's shape and dtype to write y into; x or residual itself, or no part of any input.
            With out=x there is no backward: x no longer holds what that needs.

        Returns
        -------
        y : array of x's shape and dtype, in x's layout, or `out`.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as above, or x has one element a channel where the running variance is to be
            updated: the unbiased variance of one element is not defined. Nothing has changed then.

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
        training = self.training
        y, passed = self._through(x, weights, residual, out)
        with alone():
            self._last = passed
            # nobody who trains wants the gradients of what was evaluated before
            self._evaluated = 0 if training else self._evaluated + 1
            self._trained += training
        return y

    __call__ = forward

    def backward(
        self, dy: ArrayLike, *, out: Array | None = None, residual_out: Array | None = None
    ) -> Array:
        """The gradients for the forward before, in the mode in which it ran.

        dx is returned. dgamma and dbeta are kept; they replace those of the backward before, and are not
        added to them. It may be called again, with another dy. Between two backwards there may be one
        forward: of two nobody could say which one dy belongs to. Only forwards in evaluation before one in
        training do not count. Where a layer is used several times in a step, `vjp` does what is wanted.

        Parameters
        ----------
        dy : array of the shape and dtype of that forward's x, in any layout.
        out : array of x's shape and dtype to write dx into; dy, x or y itself, or no part of any input. With
            x, and after a relu with y, it cannot be called again.
        residual_out : array of x's shape and dtype to write the gradient of the residual into, which is dy,
            and after a relu 0 where y is not above 0; dy itself, or no part of any input or of out.

        Returns
        -------
        dx : array of x's shape and dtype, in x's layout, or `out`.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as above. Nothing has changed then.
        RuntimeError
            If there was no forward; if x has been written over; or if there was more than one. They are
            forgotten then.

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
        with alone():
            last, trained, evaluated = self._last, self._trained, self._evaluated
            forwards = trained + evaluated
            if forwards > 1 or (last is not None and last.x is None):
                # none of them will ever have a backward
                self._last = None
            self._trained = self._evaluated = 0
        if last is None:
            raise RuntimeError("backward must follow a forward of the same layer, found none")
        if forwards > 1:
            raise RuntimeError(
                f"backward must follow one forward of the same layer, found {forwards} since the last "
                "backward: dy could be of any of them (layer.vjp gives each its own gradient)"
            )
        try:
            dx, dgamma, dbeta = last.gradients(dy, out, residual_out)
        except BaseException:
            with alone():
                if self._last is not None:
                    # that forward still waits for its backward
                    self._trained, self._evaluated = self._trained + trained, self._evaluated + evaluated
            raise
        if self.affine:
            of_gamma, of_beta = self._gradient(dgamma), self._gradient(dbeta)
            with alone():
                self.dgamma, self.dbeta = of_gamma, of_beta
        return dx

    def vjp(
        self,
        x: ArrayLike,
        weights: ArrayLike | None = None,
        residual: ArrayLike | None = None,
        *,
        out: Array | None = None,
    ) -> tuple[Array, Callable[..., Array]]:
        """A forward, and its own gradient: for a layer that is used several times before its gradients.

        The running statistics are updated as by `forward`. `backward` does not see this forward.

        Parameters
        ----------
        x : as in `forward`. It is kept for pull, and with relu y is.
        weights, residual : as in `forward`.
        out : as in `forward`, but not x.

        Returns
        -------
        y : as `forward` returns it.
        pull : function of dy, out and residual_out, as `backward` has them, that returns dx. It adds to
            dgamma and dbeta, each time that it is called; `zero_grad` makes them None.

        Raises
        ------
        TypeError, ValueError
            If an argument is not as above. Nothing has changed then.

        Examples
        --------
        >>> import numpy, bncore
        >>> layer = bncore.BatchNorm(1, eps=0.0, dtype=numpy.float64)
        >>> y1, pull1 = layer.vjp(numpy.array([[1.0], [3.0]]))
        >>> y2, pull2 = layer.vjp(numpy.array([[7.0], [5.0]]))
        >>> dx2, dx1 = pull2(numpy.array([[1.0], [2.0]])), pull1(numpy.array([[1.0], [2.0]]))
        >>> layer.dgamma, layer.dbeta
        (array([0.]), array([6.]))

        Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
        """
        x, _ = self._given(x, None)
        if isinstance(out, numpy.ndarray) and checks.same_elements(out, x):
            raise ValueError("out must not be x itself, which pull needs, found x")
        y, passed = self._through(x, weights, residual, out)

        def pull(dy: ArrayLike, *, out: Array | None = None, residual_out: Array | None = None) -> Array:
            dx, dgamma, dbeta = passed.gradients(dy, out, residual_out)
            if self.affine:
                found = {"dgamma": self._gradient(dgamma), "dbeta": self._gradient(dbeta)}
                with alone(), numpy.errstate(all="ignore"):
                    for name, added in found.items():
                        before = getattr(self, name)
                        setattr(self, name, added if before is None else before + added)
            return dx

        return y, pull

    def zero_grad(self) -> None:
        """Forget dgamma and dbeta, as at the beginning of a step: both are None.

        Examples
        --------
        >>> import bncore
        >>> layer = bncore.BatchNorm(3)
        >>> layer.zero_grad()
        >>> layer.dgamma is layer.dbeta is None
        True
        """
        with alone():
            self.dgamma = self.dbeta = None

    def _through(
        self, x: ArrayLike, weights: ArrayLike | None, residual: ArrayLike | None, out: Array | None
    ) -> tuple[Array, passes.Pass]:
        """A forward, and what its backward needs; the running statistics are updated."""
        x, residual = self._given(x, residual)
        at = self._channel(x)
        weights = None if weights is None else axes.weights(weights, x, at)
        gamma, beta = self._flat("gamma"), self._flat("beta")
        # a copy, for what is to come changes it before the backward
        gamma = None if gamma is None else gamma.copy()
        running = self._running() if self.track_running_stats else None
        if running is not None:
            # it may have been written to since it was assigned
            checks.variance("running_var", running.var, running.var.size)
        wanted, out = out, checks.plain(out)
        if len(at) > 1 or self.ghost is not None:
            checks.output(out, x, {"x": x} | functional.residual_of(residual))
        if running is not None and not self.training:
            eps, relu = checks.epsilon(self.eps), checks.switch("relu", self.relu)
            y, passed = passes.by_running(x, at, gamma, beta, running, eps, self._by(), residual, relu, out)
            return y if wanted is None else wanted, passed
        how = self._how()
        if running is not None and self.unbiased:
            self._check_counts(x, at, weights, how)
        y, passed = passes.by_batch(x, at, gamma, beta, running, how, weights, residual, out)
        if running is not None:
            self._enter([part.stats for part in passed.parts], how.rule)
        return y if wanted is None else wanted, passed

    def _given(self, x: ArrayLike, residual: ArrayLike | None) -> tuple[Array, Array | None]:
        """The operands, looked at."""
        x = checks.tensor("x", x)
        return x, functional.added_to(x, residual)

    def _how(self) -> passes.How:
        """The options of training, which may have been assigned since."""
        ghost = None if self.ghost is None else checks.integer("ghost", self.ghost, least=1)
        renorm = renormalizing.limits(self.renorm)
        if renorm is not None and not self.track_running_stats:
            raise ValueError(f"renorm must be None where track_running_stats=False, found {self.renorm!r}")
        rule = Rule(checks.momentum(self.momentum), self.unbiased)
        if rule.momentum is None and self.num_batches_tracked and not self.num_elements_tracked:
            raise ValueError(
                "num_elements_tracked must be the number of elements in the running statistics where "
                f"momentum=None, found 0 of {self.num_batches_tracked} batches"
            )
        return passes.How(self.eps, checks.switch("relu", self.relu), ghost, renorm, rule, self._by())

    def _by(self) -> passes.Functions:
        """Who computes."""
        return passes.OWN

    def _channel(self, x: Array) -> tuple[int, ...]:
        """Where x has its channels, if it has as many as the layer."""
        at = axes.places(self.axis, x.ndim)
        if tuple([x.shape[i] for i in at]) != self._shape:
            raise ValueError(
                f"x must have {self.num_features} channels at axis {self.axis}, found shape {x.shape}"
            )
        if len(at) == x.ndim:
            raise ValueError(f"x must have an axis that is not the channel's, found shape {x.shape}")
        return at

    def _check_counts(self, x: Array, at: tuple[int, ...], weights: Array | None, how: passes.How) -> None:
        """Refuse a batch that has a part of one element a channel, or of weights that add up to less."""
        m = x.size // math.prod(self._shape)
        found: list[float] = [m]
        if m and (how.ghost is not None or weights is not None):
            samples = next(extent for i, extent in enumerate(x.shape) if i not in at)
            found = passes.counts(m, samples, 1 if min(at) == 0 else 0, weights, how.ghost)
        alone = [count for count in found if 0 < count <= 1]
        if not alone:
            return
        where = ", in each group of ghost batches" if how.ghost else ""
        why = (
            "or the unbiased variance is not defined (call eval(), or construct with "
            "track_running_stats=False or unbiased=False)"
        )
        if weights is not None:
            raise ValueError(
                f"weights must add up to more than 1 in training{where}, {why}, found {alone[0]}"
            )
        raise ValueError(
            f"x must have more than one element a channel in training{where}, {why}, found shape {x.shape}"
        )

    def __repr__(self) -> str:
        names = "eps", "momentum", "affine", "track_running_stats", "axis"
        options = {name: getattr(self, name) for name in names} | {"dtype": self.dtype.name}
        options |= {
            name: getattr(self, name) for name, usual in self._unusual.items() if getattr(self, name) != usual
        }
        shown = ", ".join([f"{self.num_features}", *(f"{name}={value!r}" for name, value in options.items())])
        return f"BatchNorm({shown}){'' if self.training else '.eval()'}"

    def __getstate__(self) -> dict[str, Any]:
        # a copy of a layer has its numbers, not the batch that went through it last
        return vars(self) | {"_last": None, "_trained": 0, "_evaluated": 0}

    def _gradient(self, numbers: Array) -> Array:
        """A gradient in the shape and the dtype of gamma."""
        narrow = numbers if numbers.dtype == self.dtype else cast(numbers, self.dtype)
        return narrow if narrow.ndim == len(self._shape) else narrow.reshape(self._shape)
