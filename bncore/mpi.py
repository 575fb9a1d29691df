"""Batch normalization of a batch that is spread over the ranks of MPI, as NumPy arrays.

Each rank calls the same function with its own part, of any size, or empty; any axis may be cut, except the
channel's. What a rank sends is some numbers a channel, once a pass: an all-gather, and all ranks add them up
in the order of ranks; with exact=True an all-reduce of integers, whose sums do not depend on how the batch
was cut. All ranks have the same bits.

    mpiexec -n 4 python -m mpi4py train.py
"""

from typing import Any, ClassVar, NamedTuple

from numpy.typing import ArrayLike

try:
    from mpi4py import MPI
except (ImportError, RuntimeError) as error:  # RuntimeError: mpi4py is there, and no MPI
    found = str(error).splitlines()[0]
    raise ImportError(f"bncore.mpi needs mpi4py and an MPI ({found}): pip install bncore[mpi]") from error

import functools
from collections.abc import Mapping

import numpy

from . import checks, functional, gating, halves, layer, passes, places
from ._stats import Stats
from .axes import Integers
from .checks import Array

__all__ = ["BatchNorm", "backward", "forward", "statistics"]


def statistics(
    x: ArrayLike,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    weights: ArrayLike | None = None,
    exact: bool = False,
    comm: Any = None,
) -> Stats:
    """The mean and the biased variance of each channel of all ranks' parts together: (9.38) and (9.39).

    Parameters
    ----------
    x : array as `bncore.statistics` takes it: this rank's part.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
    weights : as `bncore.statistics` takes them, of this rank's part, or None for 1.
    exact : bool. As that of `bncore.sums`: no bit depends on how the batch was cut. The same in every rank.
    comm : mpi4py.MPI.Intracomm, or None for MPI.COMM_WORLD.

    Returns
    -------
    stats : Stats, the same in every rank.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been sent then.

    Examples
    --------
    >>> import numpy, bncore.mpi
    >>> bncore.mpi.statistics(numpy.array([[1.0, 5.0], [3.0, 5.0]]))
    Stats(count=2, mean=array([2., 5.]), var=array([1., 0.]), eps=1e-05)

    Source: equations (9.38) and (9.39).
    """
    own, eps = halves.sums(x, axis=axis, weights=weights, exact=exact), checks.epsilon(eps)
    return places.sums(own, _Ranks(comm)).stats(eps)


def forward(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    weights: ArrayLike | None = None,
    residual: ArrayLike | None = None,
    relu: bool = False,
    exact: bool = False,
    out: Array | None = None,
    comm: Any = None,
) -> tuple[Array, Stats]:
    """Normalize this rank's part by the statistics of all parts together: (9.38)-(9.41).

    Parameters
    ----------
    x, gamma, beta, eps, axis, weights, residual, relu, out : as those of `bncore.forward`; x, weights and
        residual are of this rank's part.
    exact : bool. As that of `bncore.sums`: no bit depends on how the batch was cut. The same in every rank.
    comm : mpi4py.MPI.Intracomm, or None for MPI.COMM_WORLD.

    Returns
    -------
    y : array of x's shape and dtype, in x's layout, or `out`.
    stats : Stats of all parts, the same in every rank.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore.mpi
    >>> y, stats = bncore.mpi.forward(numpy.array([[1.0], [3.0]]), eps=0.0)
    >>> y
    array([[-1.],
           [ 1.]])

    Source: equations (9.38), (9.39), (9.40) and (9.41).
    """
    stats = statistics(x, eps=eps, axis=axis, weights=weights, exact=exact, comm=comm)
    return halves.normalize(x, gamma, beta, stats, axis=axis, residual=residual, relu=relu, out=out), stats


def backward(
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    weights: ArrayLike | None = None,
    y: ArrayLike | None = None,
    exact: bool = False,
    out: Array | None = None,
    residual_out: Array | None = None,
    comm: Any = None,
) -> tuple[Array, Array, Array]:
    """The gradients of training mode: dx of this rank's part, dgamma and dbeta of all parts together.

    Parameters
    ----------
    dy, x, gamma, axis, weights, y, out, residual_out : as those of `bncore.backward`, of this rank's part.
    stats : Stats, as `forward` returned them.
    exact : bool. As that of `bncore.gradient_sums`: no bit depends on how the batch was cut.
    comm : mpi4py.MPI.Intracomm, or None for MPI.COMM_WORLD.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.
    dgamma, dbeta : arrays of shape (C,), of the dtype that `bncore.backward` gives, the same in every rank.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above; nothing has been written then.

    Examples
    --------
    >>> import numpy, bncore.mpi
    >>> x = numpy.array([[1.0], [3.0]])
    >>> y, stats = bncore.mpi.forward(x, eps=1.0)
    >>> dx, dgamma, dbeta = bncore.mpi.backward(numpy.array([[1.0], [0.0]]), x, None, stats)
    >>> dbeta
    array([1.])

    Source: the derivatives of equations (9.38)-(9.41), proven in docs/derivation.md.
    """
    own = halves.gradient_sums(dy, x, stats, axis=axis, weights=weights, y=y, exact=exact)
    x = checks.tensor("x", x)
    checks.vectors({"gamma": gamma}, stats.mean.size)
    inputs = {"x": x, "dy": dy, "y": y, "gamma": gamma}
    checks.output(out, x, inputs)
    gating.check(residual_out, x, out, inputs)
    gsums = places.gradient_sums(own, stats, _Ranks(comm))
    if residual_out is not None:
        gate = None if y is None else checks.tensor("y", y)
        dy, y = gating.let_through(checks.tensor("dy", dy), gate, residual_out), None
    dx = halves.gradient(dy, x, gamma, stats, gsums, axis=axis, weights=weights, y=y, out=out)
    return dx, functional.rounded(gsums.dgamma, gamma, x), functional.rounded(gsums.dbeta, gamma, x)


class BatchNorm(layer.BatchNorm):
    """`bncore.BatchNorm` of a batch that is spread over ranks: all that it has, but for `ghost`.

    Every rank takes part in each forward in training and in each backward, with a part of any size, or an
    empty one. The running statistics are those of the whole batch, and dgamma and dbeta are its gradients:
    the same bits in every rank, so that parameters that were the same stay so. A forward in evaluation sends
    nothing. If another rank is lost, what MPI raises passes through, and the layer is as it was.

    Parameters
    ----------
    num_features : as that of `bncore.BatchNorm`.
    exact : bool. As that of `bncore.sums`: no bit depends on how the batch was cut. The same in every rank.
    comm : mpi4py.MPI.Intracomm, or None for MPI.COMM_WORLD.
    options : the others of `bncore.BatchNorm`.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above, or ghost is not None.

    Examples
    --------
    >>> import numpy, bncore.mpi
    >>> layer = bncore.mpi.BatchNorm(1, eps=0.0, exact=True)
    >>> layer(numpy.array([[1.0], [3.0]], numpy.float32))
    array([[-1.],
           [ 1.]], dtype=float32)
    >>> dx = layer.backward(numpy.array([[1.0], [2.0]], numpy.float32))
    >>> layer.dgamma, layer.dbeta, layer.running_mean
    (array([1.], dtype=float32), array([3.], dtype=float32), array([0.2]))

    Source: equations (9.38)-(9.41); docs/distributed.md.
    """

    _unusual: ClassVar[Mapping[str, object]] = {**layer.BatchNorm._unusual, "exact": False}

    def __init__(
        self, num_features: Integers, *, exact: bool = False, comm: Any = None, **options: Any
    ) -> None:
        self.exact, self.comm = checks.switch("exact", exact), comm
        super().__init__(num_features, **options)

    def _by(self) -> passes.Functions:
        if self.ghost is not None:
            raise ValueError(f"ghost must be None where a batch is that of all ranks, found {self.ghost!r}")
        where = {"exact": self.exact, "comm": self.comm}
        return passes.Functions(
            statistics=self._statistics,
            forward=self._forward,
            backward=functools.partial(backward, **where),
            inference_backward=functools.partial(_inference_backward, **where),
        )

    def _statistics(self, x: Array, **options: Any) -> Stats:
        stats = statistics(x, exact=self.exact, comm=self.comm, **options)
        if self.track_running_stats and self.unbiased and 0 < stats.count <= 1:
            raise ValueError(
                "x must have more than one element a channel in all ranks together in training, or the "
                f"unbiased variance is not defined, found {stats.count}"
            )
        return stats

    def _forward(
        self, x: Array, gamma: Any, beta: Any, *, eps: float, axis: int, weights: Any, **options: Any
    ) -> tuple[Array, Stats]:
        stats = self._statistics(x, eps=eps, axis=axis, weights=weights)
        return halves.normalize(x, gamma, beta, stats, axis=axis, **options), stats

    def _check_counts(self, *of_this_rank: Any) -> None:
        """Nothing: other ranks may have more."""


def _inference_backward(
    dy: ArrayLike,
    x: Array,
    gamma: Any,
    mean: Array,
    var: Array,
    *,
    eps: float,
    axis: int,
    y: Array | None,
    out: Array | None,
    residual_out: Array | None,
    exact: bool,
    comm: Any,
) -> tuple[Array, Array, Array]:
    # by given statistics: dx of this rank's part, dgamma and dbeta of all
    about = Stats(0, mean, var, eps)
    own = halves.gradient_sums(dy, x, about, axis=axis, y=y, exact=exact)
    gsums = places.gradient_sums(own, about, _Ranks(comm))
    dx, *_ = passes.inference_backward(
        dy, x, gamma, mean, var, eps=eps, axis=axis, y=y, out=out, residual_out=residual_out
    )
    return dx, halves.by_gamma(gsums, own=False), gsums.dbeta


class _Ranks(NamedTuple):
    """The ranks of a communicator."""

    given: Any

    @property
    def comm(self) -> Any:
        return MPI.COMM_WORLD if self.given is None else self.given

    def gather(self, numbers: Array) -> Array:
        of_all = numpy.empty((self.comm.Get_size(), numbers.size))
        self.comm.Allgather(numbers, of_all)
        return of_all

    def add(self, numbers: Array) -> Array:
        total = numpy.empty_like(numbers)
        self.comm.Allreduce(numbers, total, MPI.SUM)
        return total
