"""Batch normalization of a batch that is spread over the ranks of MPI, as NumPy arrays.

Each rank calls the same function with its own part, of any size, or empty; any axis may be cut, except the
channel's. What a rank sends is some numbers a channel: one all-gather a pass. They are added up in the order
of ranks, by all ranks alike, so that all have the same bits.

    mpiexec -n 4 python train.py
"""

from typing import Any

from numpy.typing import ArrayLike

try:
    from mpi4py import MPI
except (ImportError, RuntimeError) as error:  # RuntimeError: mpi4py is there, and no MPI
    found = str(error).splitlines()[0]
    raise ImportError(f"bncore.mpi needs mpi4py and an MPI ({found}): pip install bncore[mpi]") from error

import functools
import operator

import numpy

from . import functional, halves
from ._stats import Stats
from .checks import Array
from .halves import GradientSums
from .merging import Sums, merge

__all__ = ["backward", "forward", "statistics"]


def statistics(x: ArrayLike, *, eps: float = 1e-5, axis: int = 1, comm: Any = None) -> Stats:
    """The mean and the biased variance of each channel of all ranks' parts together: (9.38) and (9.39).

    Parameters
    ----------
    x : array as `bncore.statistics` takes it: this rank's part.
    eps : float, finite, not negative.
    axis : int. The channel's place in the shape of x.
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
    own = halves.sums(x, axis=axis)
    own.stats(eps)
    return merge(*map(Sums.from_array, _gathered(own.array(), comm))).stats(eps)


def forward(
    x: ArrayLike,
    gamma: ArrayLike | None = None,
    beta: ArrayLike | None = None,
    *,
    eps: float = 1e-5,
    axis: int = 1,
    out: Array | None = None,
    comm: Any = None,
) -> tuple[Array, Stats]:
    """Normalize this rank's part by the statistics of all parts together: (9.38)-(9.41).

    Parameters
    ----------
    x, gamma, beta, eps, axis, out : as those of `bncore.forward`; x is this rank's part.
    comm : mpi4py.MPI.Intracomm, or None for MPI.COMM_WORLD.

    Returns
    -------
    y : array of x's shape and dtype, in x's layout, or `out`.
    stats : Stats of all parts, the same in every rank.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore.mpi
    >>> y, stats = bncore.mpi.forward(numpy.array([[1.0], [3.0]]), eps=0.0)
    >>> y
    array([[-1.],
           [ 1.]])

    Source: equations (9.38), (9.39), (9.40) and (9.41).
    """
    stats = statistics(x, eps=eps, axis=axis, comm=comm)
    return halves.normalize(x, gamma, beta, stats, axis=axis, out=out), stats


def backward(
    dy: ArrayLike,
    x: ArrayLike,
    gamma: ArrayLike | None,
    stats: Stats,
    *,
    axis: int = 1,
    out: Array | None = None,
    comm: Any = None,
) -> tuple[Array, Array, Array]:
    """The gradients of training mode: dx of this rank's part, dgamma and dbeta of all parts together.

    Parameters
    ----------
    dy, x, gamma, axis, out : as those of `bncore.backward`; dy and x are this rank's part.
    stats : Stats, as `forward` returned them.
    comm : mpi4py.MPI.Intracomm, or None for MPI.COMM_WORLD.

    Returns
    -------
    dx : array of x's shape and dtype, in x's layout, or `out`.
    dgamma, dbeta : arrays of shape (C,), of the dtype that `bncore.backward` gives, the same in every rank.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

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
    own = halves.gradient_sums(dy, x, stats, axis=axis)
    shards = (GradientSums.from_array(each, stats) for each in _gathered(own.array(), comm))
    gsums = functools.reduce(operator.add, shards)
    x = numpy.asarray(x)
    dx = halves.gradient(dy, x, gamma, stats, gsums, axis=axis, out=out)
    return dx, functional.rounded(gsums.dgamma, gamma, x), functional.rounded(gsums.dbeta, gamma, x)


def _gathered(numbers: Array, comm: Any) -> Array:
    # of every rank, in their order
    comm = MPI.COMM_WORLD if comm is None else comm
    all_of_them = numpy.empty((comm.Get_size(), numbers.size))
    comm.Allgather(numbers, all_of_them)
    return all_of_them
