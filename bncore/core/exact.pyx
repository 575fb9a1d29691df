"""Exact sums of channels, as arrays of words: how they are added up and carried, and what they become.

a. A row of int64 is what one channel has; `digits.pxd` says what its words are. Rows of the same channel are merged by adding
   them, word by word, in any order; 2^31 of them if they are settled.
b. No bit depends on the instruction set, nor on how a tensor is cut or walked: the walk is chosen for speed alone.
c. Threads are the caller's: `add` runs without the interpreter's lock, on words of its own.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.stdint cimport int64_t
from libc.stdlib cimport free, malloc

from bncore.core.digits cimport WORDS as _WORDS, settle as settle_words
from bncore.core.rationals cimport moments_of, pairs_of
from bncore.core.types cimport COLUMNS, Block, Rows, Runs, Span

cdef extern from "threads.h" nogil:
    unsigned int bn_as_ieee()
    void bn_as_before(unsigned int word)

cdef enum:
    VECTOR = 16                    # channels to a block of rows are so many, or a multiple of it
    FOLDED_ROWS = 256              # rows are folded if so many are left
    LARGE = 1 << 20                # bytes of a block that come from memory

WORDS = <int>_WORDS

cdef const ExactLeaves* leaves = NULL


def use(table):
    """Let the leaves of this table, a level's, do the work from now on."""
    global leaves
    leaves = <const ExactLeaves*>PyCapsule_GetPointer(table, "bncore.core.leaves.exact")


cdef void add_runs(const Runs* dy, const Runs* x, const Span* s, int64_t* words, void* work) noexcept nogil:
    leaves.run_exact(NULL, s, dy, x, words, work)


cdef void add_columns(Rows* dy, Rows* x, const Span* s, int64_t* words, void* work) noexcept nogil:
    # in blocks of channels, or in folded rows where they are narrow and have no gaps
    cdef Py_ssize_t most = max(<Py_ssize_t>1, <Py_ssize_t>COLUMNS // s.count), c = 0, row, channels
    cdef Py_ssize_t step = s.count * <Py_ssize_t>sizeof(float)
    cdef Block b
    cdef bint none = dy.base == NULL
    row = s.channels * step
    if s.count == 1 and most > VECTOR:
        most -= most % VECTOR
    b.contiguous = s.channels <= most and x.stride == row and (none or dy.stride == row)
    b.size, b.fold = s.count, 1
    if b.contiguous and s.count == 1:
        b.fold = max(<Py_ssize_t>1, min(<Py_ssize_t>COLUMNS // s.channels, s.planes // FOLDED_ROWS))
    b.folded, b.rest = s.planes // b.fold, s.planes % b.fold
    while c < s.channels:
        channels = b.channels = min(most, s.channels - c)
        b.fetched = s.planes * channels * step > LARGE
        leaves.column_exact(NULL, &b, dy, x, words + c * _WORDS, work)
        x.base += channels * step
        if not none:
            dy.base += channels * step
        c += channels


cdef bint in_planes(const float[:, :, :] x) noexcept:
    return x is None or x.shape[2] == 1 or x.strides[2] == <Py_ssize_t>sizeof(float)


cdef bint in_rows(const float[:, :, :] x) noexcept:
    return x is None or x.shape[1] == 1 or x.strides[1] == x.shape[2] * <Py_ssize_t>sizeof(float)


def add(const float[:, :, :] dy, const float[:, :, :] x not None, int64_t[:, ::1] words not None, bint columns):
    """Add the sums of arrays (N, C, S) to the words of C channels: sum x and sum x^2, or sum dy and sum dy x.

    dy : None for moments. Elements of a plane are contiguous.
    words : loose, as they are left; or settled.
    columns : whether rows are walked, C S columns side by side, if their planes have no gaps between them and at most COLUMNS
        elements; else runs, channel by channel.
    """
    cdef Span s
    cdef Runs run, dy_run
    cdef Rows rows, dy_rows
    cdef void* work
    cdef unsigned int word
    if words.shape[0] != x.shape[1] or words.shape[1] != _WORDS:
        raise ValueError(f"words must be {WORDS} for each of {x.shape[1]} channels")
    if dy is not None and (dy.shape[0] != x.shape[0] or dy.shape[1] != x.shape[1] or dy.shape[2] != x.shape[2]):
        raise ValueError("dy must have the shape of x")
    if x.shape[0] * x.shape[1] * x.shape[2] == 0:
        return
    if not (in_planes(x) and in_planes(dy)):
        raise ValueError("planes must be contiguous")
    columns = columns and x.shape[2] <= COLUMNS and in_rows(x) and in_rows(dy)
    work = malloc(leaves.work)
    if work == NULL:
        raise MemoryError
    s.planes, s.channels, s.count = x.shape[0], x.shape[1], x.shape[2]
    rows.base = run.base = <char*>&x[0, 0, 0]
    rows.stride = run.plane = x.strides[0]
    run.channel = x.strides[1]
    dy_rows.base = dy_run.base = NULL
    if dy is not None:
        dy_rows.base = dy_run.base = <char*>&dy[0, 0, 0]
        dy_rows.stride = dy_run.plane = dy.strides[0]
        dy_run.channel = dy.strides[1]
    with nogil:
        word = bn_as_ieee()
        if columns:
            add_columns(&dy_rows, &rows, &s, &words[0, 0], work)
        else:
            add_runs(&dy_run, &run, &s, &words[0, 0], work)
        bn_as_before(word)
    free(work)


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
    cdef unsigned int word
    fit(words, mean, rest)
    fit(words, mean, var)
    with nogil:
        word = bn_as_ieee()
        for c in range(words.shape[0]):
            moments_of(&words[c, 0], m, &mean[c], &rest[c], &var[c])
        bn_as_before(word)


def pairs(const int64_t[:, ::1] words not None, const double[::1] mean not None, double[::1] dbeta not None,
          double[::1] dyd not None):
    """dbeta = sum dy and dyd = sum dy (x - mean) of a mean that is given, each rounded once.

    dgamma is dyd rstd: it is rounded as rstd is, and twice more.
    """
    cdef Py_ssize_t c
    cdef unsigned int word
    fit(words, mean, dbeta)
    fit(words, mean, dyd)
    with nogil:
        word = bn_as_ieee()
        for c in range(words.shape[0]):
            pairs_of(&words[c, 0], mean[c], &dbeta[c], &dyd[c])
        bn_as_before(word)
