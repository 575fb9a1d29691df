"""Exact sums of channels, as arrays of words: how they are carried, and what they become.

a. A row of int64 is what one channel has; `digits.pxd` says what its words are. Rows of the same channel are merged by adding
   them, word by word, in any order; 2^31 of them if they are settled.
b. Nothing here depends on the instruction set, for it is integers alone.
"""

from libc.stdint cimport int64_t

from bncore.core.digits cimport WORDS as _WORDS, settle as settle_words
from bncore.core.rationals cimport moments_of, pairs_of

WORDS = <int>_WORDS


cdef bint fit(const int64_t[:, ::1] words, const double[::1] one, const double[::1] other) except False:
    if words.shape[1] != _WORDS:
        raise ValueError(f"a channel has {WORDS} words, found {words.shape[1]}")
    if one.shape[0] != words.shape[0] or other.shape[0] != words.shape[0]:
        raise ValueError(f"words of {words.shape[0]} channels, results of {one.shape[0]} and {other.shape[0]}")
    return True


def settle(int64_t[:, ::1] words not None):
    """Carry, so that each value has one form, and 2^31 arrays of such words can be added."""
    cdef Py_ssize_t c
    if words.shape[1] != _WORDS:
        raise ValueError(f"a channel has {WORDS} words, found {words.shape[1]}")
    with nogil:
        for c in range(words.shape[0]):
            settle_words(&words[c, 0])


def moments(const int64_t[:, ::1] words not None, int64_t m, double[::1] mean not None, double[::1] rest not None,
            double[::1] var not None):
    """The mean of (9.38) and the variance of (9.39) of m elements, each rounded once from the rational number that it is.

    rest is what rounding took from the mean, rounded. A channel with an element that is not finite has the mean that float64
    would give, NaN or infinite, and var NaN; so has one without elements.
    """
    cdef Py_ssize_t c
    fit(words, mean, rest)
    fit(words, mean, var)
    with nogil:
        for c in range(words.shape[0]):
            moments_of(&words[c, 0], m, &mean[c], &rest[c], &var[c])


def pairs(const int64_t[:, ::1] words not None, const double[::1] mean not None, double[::1] dbeta not None,
          double[::1] dyd not None):
    """dbeta = sum dy and dyd = sum dy (x - mean) of a mean that is given, each rounded once.

    dgamma is dyd rstd: it is rounded as rstd is, and twice more.
    """
    cdef Py_ssize_t c
    fit(words, mean, dbeta)
    fit(words, mean, dyd)
    with nogil:
        for c in range(words.shape[0]):
            pairs_of(&words[c, 0], mean[c], &dbeta[c], &dyd[c])
