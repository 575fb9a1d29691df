"""The statistics of one batch, as the kernels leave them.

a. The numbers lie in one piece of memory that nobody can write, and arrays of them are made for who asks: a training
   step hands them from forward to backward and looks at none.
b. An array is made anew for each who asks: what somebody does to its shape or dtype is seen by nobody else.
c. Beside each mean is kept what its rounding to one number took away: 0 where somebody gave it. With it float64 data can be
   normalized later, or merged, as exactly as at once.
d. The class is final: kernels read the numbers themselves, whatever a subclass would say that they are.
e. Rejected: two arrays in a frozen dataclass. They take as long to make as a small batch does to normalize.
"""

cimport cython
from cpython.bytes cimport PyBytes_FromStringAndSize

import numpy

from . import checks


@cython.final
@cython.no_gc
@cython.freelist(8)
cdef class Stats:
    """Stats(count, mean, var, eps)\n--\n
    The statistics of one batch, one number a channel: (9.38) and (9.39). Nothing can change them.

    They carry eps, so that forward and backward cannot disagree about it.

    Parameters
    ----------
    count : int, not negative. m: how many elements each channel has; of weighted elements W, the sum of weights,
        which may be a float.
    mean : float64 array of shape (C,). (9.38)
    var : float64 array of shape (C,), not negative. (9.39): biased, without eps.
    eps : float, finite, not negative.

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> stats = bncore.statistics(numpy.array([[1.0, 7.0], [3.0, 7.0]]))
    >>> stats.count, stats.mean, stats.var
    (2, array([2., 7.]), array([1., 0.]))

    Source: equations (9.38) and (9.39).
    """

    def __cinit__(self):
        # no eps is negative: it is not made yet
        self.numbers, self.eps = b"", -1

    def __init__(self, count, mean, var, eps):
        if self.eps >= 0:
            raise AttributeError("Stats cannot be changed, found a second __init__")
        count = checks.amount("count", count)
        mean = checks.per_channel("mean", mean)
        var = checks.variance("var", var, mean.size)
        numbers = mean.tobytes() + bytes(mean.nbytes) + var.tobytes()
        self.elements, self.weight = (count, 0) if isinstance(count, int) else (-1, count)
        self.channels, self.eps, self.numbers = mean.size, checks.epsilon(eps), numbers

    @property
    def count(self):
        """m, how many elements each channel has; or W, the sum of their weights."""
        return self.elements if self.elements >= 0 else self.weight

    @property
    def mean(self):
        """The mean of each channel, (9.38): a read-only float64 array of shape (C,)."""
        return numpy.frombuffer(self.numbers)[: self.channels]

    @property
    def var(self):
        """The biased variance of each channel, (9.39): a read-only float64 array of shape (C,)."""
        return numpy.frombuffer(self.numbers)[2 * self.channels :]

    def __reduce__(self):
        return exact, (self.count, self.mean, rests(self), self.var, self.eps)

    def __repr__(self):
        return f"Stats(count={self.count}, mean={self.mean!r}, var={self.var!r}, eps={self.eps!r})"


cdef Stats blank(Py_ssize_t count, Py_ssize_t channels, double eps):
    """Statistics whose numbers are to be written before anybody else sees them."""
    cdef Stats stats = Stats.__new__(Stats)
    stats.elements, stats.channels, stats.eps = count, channels, eps
    stats.numbers = PyBytes_FromStringAndSize(NULL, 3 * channels * sizeof(double))
    return stats


def rests(Stats stats):
    """What rounding took from the mean of each channel: mean + rests is the mean of (9.38) to nearly twice as many digits."""
    return numpy.frombuffer(stats.numbers)[stats.channels : 2 * stats.channels]


def exact(count, mean, rest, var, eps):
    """Stats whose means are known as mean + rest."""
    cdef Stats stats = Stats(count, mean, var, eps)
    rest = checks.per_channel("rest", rest, stats.channels)
    stats.numbers = stats.mean.tobytes() + rest.tobytes() + stats.var.tobytes()
    return stats
