# The short way in, for arrays that are dense, in C order and of one type: most calls, and small ones feel every look
# at an argument. Whatever is not so, errors included, is answered with None; the caller then takes the long
# way (_entry.pxi), which also says what was wrong. Both ways lead to the same kernels.

from cpython.pycapsule cimport PyCapsule_GetPointer

cimport cython
from bncore._stats cimport Stats, blank

from numpy import empty, ndarray

from .recycling import LEAST
from .recycling import empty as recycled

cdef enum:
    HELD = 8                       # arrays that one call looks at, at most: dy, x, gamma, mean, var, dx, dgamma, dbeta
    MOST_AXES = 8                  # of an array that takes the short way
    # flags of NumPy's array interface
    C_ORDER = 0x1
    ALIGNED = 0x100
    NATIVE = 0x200
    WRITEABLE = 0x400
    READY = C_ORDER | ALIGNED | NATIVE

cdef extern from *:
    """
    /* what __array_struct__ gives: NumPy's array interface, seen from C. It takes half as long as a buffer does. */
    typedef struct {
        int two, nd; char typekind; int itemsize, flags; Py_ssize_t *shape, *strides; void* data; PyObject* descr;
    } bn_interface;
    """
    ctypedef struct Interface "bn_interface":
        int nd
        char typekind
        int itemsize
        int flags
        Py_ssize_t* shape
        void* data


cdef Py_ssize_t LEAST_KEPT = LEAST   # bytes of a result whose memory is used again


cdef struct Array:                 # a dense array as the kernels see it
    char* data
    Py_ssize_t bytes
    Py_ssize_t itemsize
    int axes
    Py_ssize_t shape[MOST_AXES]


@cython.final
@cython.freelist(8)
cdef class Call:
    """The arrays of one call, and what they say together. Its caller holds them for as long as it lasts."""

    cdef Array array[HELD]
    cdef int held
    cdef Py_ssize_t count          # C
    cdef Py_ssize_t rows           # N
    cdef Py_ssize_t size           # S
    cdef bint narrow               # float32
    cdef bint shared
    cdef Batch batch

    def __cinit__(self):
        self.held, self.shared = 0, False

    cdef Array* hold(self, object array, int flags) except? NULL:
        # NULL unless it is an array of float32 or float64, dense, aligned, and with these flags
        cdef Array* seen = &self.array[self.held]
        cdef Interface* found
        cdef int i
        if type(array) is not ndarray:
            return NULL
        capsule = array.__array_struct__
        found = <Interface*>PyCapsule_GetPointer(capsule, NULL)
        flags |= READY
        if (found.flags & flags) != flags or found.typekind != b"f" or found.nd > MOST_AXES:
            return NULL
        if found.itemsize != sizeof(float) and found.itemsize != sizeof(double):
            return NULL
        seen.data, seen.itemsize, seen.axes = <char*>found.data, found.itemsize, found.nd
        seen.bytes = found.itemsize
        for i in range(found.nd):
            seen.shape[i] = found.shape[i]
            seen.bytes *= found.shape[i]
        self.held += 1
        return seen

    cdef Walk walk(self, const Array* x) noexcept:
        cdef Walk k
        k.base, k.width, k.dense = x.data, self.size, True
        k.w, k.c = x.itemsize, x.itemsize * self.size
        k.h, k.n = k.c, k.c * self.count
        return k

    cdef bint tensor(self, object x, object axis):
        # x, and with it the shape of everything
        cdef Array* seen = self.hold(x, 0)
        cdef Py_ssize_t i, position
        if seen == NULL or seen.axes < 2 or seen.bytes == 0 or type(axis) is not int:
            return False
        position = axis
        position += seen.axes if position < 0 else 0
        if not 0 <= position < seen.axes:
            return False
        self.rows = self.size = 1
        for i in range(seen.axes):
            if i < position:
                self.rows *= seen.shape[i]
            elif i > position:
                self.size *= seen.shape[i]
        self.count = seen.shape[position]
        if self.count == 1:
            self.rows, self.size = 1, self.rows * self.size
        self.narrow = seen.itemsize == sizeof(float)
        return True

    cdef Array* like(self, object array, int flags) except? NULL:
        # an array of x's shape and type
        cdef const Array* x = &self.array[0]
        cdef Array* seen = self.hold(array, flags)
        cdef Py_ssize_t i
        if seen == NULL or seen.axes != x.axes or seen.itemsize != x.itemsize:
            return NULL
        for i in range(x.axes):
            if seen.shape[i] != x.shape[i]:
                return NULL
        return seen

    cdef Array* vector(self, object array, int flags) except? NULL:
        # one number a channel
        cdef Array* seen = self.hold(array, flags)
        return seen if seen != NULL and seen.axes == 1 and seen.shape[0] == self.count else NULL

    cdef bint parameter(self, object array, const double** wide, const float** single) except -1:
        # a per-channel vector of either type; the other pointer is NULL
        cdef Array* seen = self.vector(array, 0)
        if seen == NULL:
            return False
        wide[0] = <const double*>seen.data if seen.itemsize == sizeof(double) else NULL
        single[0] = <const float*>seen.data if seen.itemsize == sizeof(float) else NULL
        return True

    cdef bint affine(self, object gamma, object beta) except -1:
        # gamma and beta, each of which may be None
        cdef Channels* k = &self.batch.channels
        return ((gamma is None or self.parameter(gamma, &k.gamma, &k.given.gamma))
                and (beta is None or self.parameter(beta, &k.beta, &k.given.beta)))

    cdef bint statistics(self, object mean, object var) except -1:
        # given statistics, no variance of them negative
        cdef Channels* k = &self.batch.channels
        if not self.parameter(mean, <const double**>&k.mean, &k.given.mean):
            return False
        if not self.parameter(var, <const double**>&k.var, &k.given.var):
            return False
        return not (negative(k.given.var, self.count) if k.var == NULL else negative(<const double*>k.var, self.count))

    cdef Stats own(self):
        # those of x, to be written
        cdef Stats stats = blank(self.rows * self.size, self.count, self.batch.channels.eps)
        self.batch.channels.mean, self.batch.channels.var = stats.means(), stats.variances()
        return stats

    cdef bint owned(self, Stats stats) noexcept:
        # those of x, as they were written
        self.batch.channels.mean, self.batch.channels.var = stats.means(), stats.variances()
        self.batch.channels.eps = stats.eps
        return stats.channels == self.count and stats.count == self.rows * self.size

    cdef bint output(self, object out):
        # out is the last array held; it may be a tensor read by the call, but overlap nothing in part
        cdef Array* seen = self.like(out, WRITEABLE)
        cdef Array* other
        cdef int i
        if seen == NULL:
            return False
        for i in range(self.held - 1):
            other = &self.array[i]
            if other.data == seen.data and other.axes == seen.axes and other.bytes == seen.bytes:
                self.shared = True
            elif other.data < seen.data + seen.bytes and seen.data < other.data + other.bytes:
                return False
        return True


cdef bint negative(const real* var, Py_ssize_t count) noexcept nogil:
    cdef Py_ssize_t c
    cdef int found = 0
    for c in range(count):
        found |= var[c] < 0
    return found != 0


cdef inline object result(const Array* seen, object x):
    # an array for a result of x's shape and type
    return empty(x.shape, x.dtype) if seen.bytes < LEAST_KEPT else recycled(x.shape, x.dtype)


cdef inline double usable(object eps):
    # eps, or -1 if it is not simply a finite float that is not negative
    cdef double number = eps if type(eps) is float else -1
    return number if 0 <= number <= 1.7976931348623157e308 else -1


def dense_statistics(x, eps, axis):
    """What `statistics` returns, or None."""
    cdef Call call = Call()
    cdef Batch* b = &call.batch
    cdef Walk source
    cdef Stats stats
    b.channels.eps = usable(eps)
    if b.channels.eps < 0 or not call.tensor(x, axis):
        return None
    source = call.walk(&call.array[0])
    stats = call.own()
    lay_out(b, call.rows, call.count, call.size, call.array[0].itemsize, source, source, source, False)
    if call.narrow:
        run_statistics(b, <const float*>NULL)
    else:
        run_statistics(b, <const double*>NULL)
    return stats


def dense_forward(x, gamma, beta, eps, axis, out):
    """What `forward` returns, or None."""
    cdef Call call = Call()
    cdef Batch* b = &call.batch
    cdef Walk source, target
    cdef Stats stats
    b.channels.eps = usable(eps)
    if b.channels.eps < 0 or not call.tensor(x, axis):
        return None
    if not call.affine(gamma, beta):
        return None
    if out is None:
        out = result(&call.array[0], x)
    if not call.output(out):
        return None
    source, target = call.walk(&call.array[0]), call.walk(&call.array[call.held - 1])
    stats = call.own()
    lay_out(b, call.rows, call.count, call.size, call.array[0].itemsize, source, source, target, call.shared)
    if call.narrow:
        run_forward(b, <const float*>NULL)
    else:
        run_forward(b, <const double*>NULL)
    return out, stats


def dense_inference(x, gamma, beta, mean, var, eps, axis, out):
    """What `inference` returns, or None."""
    cdef Call call = Call()
    cdef Batch* b = &call.batch
    cdef Walk source, target
    b.channels.eps = usable(eps)
    if b.channels.eps < 0 or not call.tensor(x, axis):
        return None
    if not call.affine(gamma, beta):
        return None
    if not call.statistics(mean, var):
        return None
    if out is None:
        out = result(&call.array[0], x)
    if not call.output(out):
        return None
    source, target = call.walk(&call.array[0]), call.walk(&call.array[call.held - 1])
    lay_out(b, call.rows, call.count, call.size, call.array[0].itemsize, source, source, target, call.shared)
    if call.narrow:
        run_inference(b, <const float*>NULL)
    else:
        run_inference(b, <const double*>NULL)
    return out


cdef tuple backward_of(Call call, dy, x, gamma, Stats stats, mean, var, out):
    # the gradients of training, or, without statistics of x, those of inference; or None
    cdef Batch* b = &call.batch
    cdef Walk source, gradient, target
    cdef Array* seen
    if call.like(dy, 0) == NULL:
        return None
    gradient = call.walk(&call.array[1])
    if not call.affine(gamma, None):
        return None
    if not (call.owned(stats) if stats is not None else call.statistics(mean, var)):
        return None
    if out is None:
        out = result(&call.array[0], x)
    if not call.output(out):
        return None
    source, target = call.walk(&call.array[0]), call.walk(&call.array[call.held - 1])
    kind = x.dtype if gamma is None else gamma.dtype
    dgamma, dbeta = empty(call.count, kind), empty(call.count, kind)
    seen = call.vector(dgamma, WRITEABLE)
    call.vector(dbeta, WRITEABLE)
    if seen.itemsize == sizeof(double):
        b.channels.dgamma, b.channels.dbeta = <double*>seen[0].data, <double*>seen[1].data
    else:
        b.channels.wanted.dgamma, b.channels.wanted.dbeta = <float*>seen[0].data, <float*>seen[1].data
    lay_out(b, call.rows, call.count, call.size, call.array[0].itemsize, source, gradient, target, call.shared)
    if call.narrow:
        if stats is not None:
            run_backward(b, <const float*>NULL)
        else:
            run_inference_backward(b, <const float*>NULL)
    elif stats is not None:
        run_backward(b, <const double*>NULL)
    else:
        run_inference_backward(b, <const double*>NULL)
    return out, dgamma, dbeta


def dense_backward(dy, x, gamma, stats, axis, out):
    """What `backward` returns, or None."""
    cdef Call call = Call()
    if not isinstance(stats, Stats) or not call.tensor(x, axis):
        return None
    return backward_of(call, dy, x, gamma, stats, None, None, out)


def dense_inference_backward(dy, x, gamma, mean, var, eps, axis, out):
    """What `inference_backward` returns, or None."""
    cdef Call call = Call()
    call.batch.channels.eps = usable(eps)
    if call.batch.channels.eps < 0 or not call.tensor(x, axis):
        return None
    return backward_of(call, dy, x, gamma, None, mean, var, out)
