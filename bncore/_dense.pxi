# The short way in, for arrays that are dense, in C order and of one type: most calls, and small ones feel every look
# at an argument. Whatever is not so, errors included, is answered with None; the caller then takes the long
# way (_entry.pxi), which also says what was wrong. Both ways lead to the same kernels.

from cpython.buffer cimport (Py_buffer, PyBUF_C_CONTIGUOUS, PyBUF_FORMAT, PyBUF_WRITABLE, PyBuffer_Release,
                             PyObject_GetBuffer)

from numpy import empty, ndarray

cdef enum:
    HELD = 8                       # buffers that one call holds at most: dy, x, gamma, mean, var, dx, dgamma, dbeta


cdef class Call:
    """The buffers of one call, released with it, and what they say together."""

    cdef Py_buffer view[HELD]
    cdef int held
    cdef Py_ssize_t count          # C
    cdef Py_ssize_t rows           # N
    cdef Py_ssize_t size           # S
    cdef bint narrow               # float32
    cdef bint shared
    cdef double* numbers           # gamma and beta in float64
    cdef Batch batch

    def __cinit__(self):
        self.held, self.numbers, self.shared = 0, NULL, False

    def __dealloc__(self):
        cdef int i
        for i in range(self.held):
            PyBuffer_Release(&self.view[i])
        free(self.numbers)

    cdef Py_buffer* hold(self, object array, int flags):
        # NULL unless it is an array of float32 or float64, dense, aligned, and writeable if so asked
        cdef Py_buffer* view = &self.view[self.held]
        if type(array) is not ndarray:
            return NULL
        try:
            PyObject_GetBuffer(array, view, PyBUF_C_CONTIGUOUS | PyBUF_FORMAT | flags)
        except (BufferError, ValueError):
            return NULL
        self.held += 1
        if (view.format[0] != b"f" and view.format[0] != b"d") or view.format[1] != 0:
            return NULL
        return view if <size_t>view.buf % view.itemsize == 0 else NULL

    cdef Walk walk(self, const Py_buffer* view) noexcept:
        cdef Walk k
        k.base, k.width, k.dense = <char*>view.buf, self.size, True
        k.w, k.c = view.itemsize, view.itemsize * self.size
        k.h, k.n = k.c, k.c * self.count
        return k

    cdef bint tensor(self, object x, object axis):
        # x, and with it the shape of everything
        cdef Py_buffer* view = self.hold(x, 0)
        cdef Py_ssize_t i, position
        if view == NULL or view.ndim < 2 or view.len == 0 or type(axis) is not int:
            return False
        position = axis
        position += view.ndim if position < 0 else 0
        if not 0 <= position < view.ndim:
            return False
        self.rows = self.size = 1
        for i in range(view.ndim):
            if i < position:
                self.rows *= view.shape[i]
            elif i > position:
                self.size *= view.shape[i]
        self.count = view.shape[position]
        if self.count == 1:
            self.rows, self.size = 1, self.rows * self.size
        self.narrow = view.itemsize == sizeof(float)
        return True

    cdef Py_buffer* like(self, object array, int flags):
        # an array of x's shape and type
        cdef const Py_buffer* x = &self.view[0]
        cdef Py_buffer* view = self.hold(array, flags)
        cdef Py_ssize_t i
        if view == NULL or view.ndim != x.ndim or view.itemsize != x.itemsize:
            return NULL
        for i in range(x.ndim):
            if view.shape[i] != x.shape[i]:
                return NULL
        return view

    cdef Py_buffer* vector(self, object array, int flags):
        # one number a channel
        cdef Py_buffer* view = self.hold(array, flags)
        return view if view != NULL and view.ndim == 1 and view.shape[0] == self.count else NULL

    cdef const double* widened(self, object array, int place):
        # a per-channel vector in float64; NULL if it is not one, and never for lack of an element
        cdef Py_buffer* view = self.vector(array, 0)
        cdef double* room
        cdef Py_ssize_t c
        if view == NULL:
            return NULL
        if view.itemsize == sizeof(double):
            return <const double*>view.buf
        if self.numbers == NULL:
            self.numbers = <double*>malloc(4 * self.count * sizeof(double))
            if self.numbers == NULL:
                return NULL
        room = self.numbers + place * self.count
        for c in range(self.count):
            room[c] = (<const float*>view.buf)[c]
        return room

    cdef bint output(self, object out):
        # out is the last buffer held; it may be a tensor read by the call, but overlap nothing in part
        cdef Py_buffer* view = self.like(out, PyBUF_WRITABLE)
        cdef Py_buffer* other
        cdef int i
        if view == NULL:
            return False
        for i in range(self.held - 1):
            other = &self.view[i]
            if other.buf == view.buf and other.ndim == view.ndim and other.len == view.len:
                self.shared = True
            elif (<char*>other.buf < <char*>view.buf + view.len) and (<char*>view.buf < <char*>other.buf + other.len):
                return False
        return True


cdef inline double usable(object eps):
    # eps, or -1 if it is not simply a finite float that is not negative
    cdef double number = eps if type(eps) is float else -1
    return number if 0 <= number <= 1.7976931348623157e308 else -1


def dense_statistics(x, axis):
    """(mean, var, m) of `statistics`, or None."""
    cdef Call call = Call()
    cdef Batch* b = &call.batch
    cdef Walk source
    if not call.tensor(x, axis):
        return None
    source = call.walk(&call.view[0])
    mean, var = empty(call.count), empty(call.count)
    b.channels.mean = <double*>call.vector(mean, PyBUF_WRITABLE).buf
    b.channels.var = <double*>call.vector(var, PyBUF_WRITABLE).buf
    lay_out(b, call.rows, call.count, call.size, call.view[0].itemsize, source, source, source, False)
    if call.narrow:
        run_statistics(b, <const float*>NULL)
    else:
        run_statistics(b, <const double*>NULL)
    return mean, var, call.rows * call.size


def dense_forward(x, gamma, beta, eps, axis, out):
    """(y, mean, var, m) of `forward`, or None."""
    cdef Call call = Call()
    cdef Batch* b = &call.batch
    cdef Walk source, target
    b.channels.gamma = b.channels.beta = NULL
    b.channels.eps = usable(eps)
    if b.channels.eps < 0 or not call.tensor(x, axis):
        return None
    if gamma is not None:
        b.channels.gamma = call.widened(gamma, 0)
        if b.channels.gamma == NULL:
            return None
    if beta is not None:
        b.channels.beta = call.widened(beta, 1)
        if b.channels.beta == NULL:
            return None
    if out is None:
        out = empty(x.shape, x.dtype)
    if not call.output(out):
        return None
    source, target = call.walk(&call.view[0]), call.walk(&call.view[call.held - 1])
    mean, var = empty(call.count), empty(call.count)
    b.channels.mean = <double*>call.vector(mean, PyBUF_WRITABLE).buf
    b.channels.var = <double*>call.vector(var, PyBUF_WRITABLE).buf
    lay_out(b, call.rows, call.count, call.size, call.view[0].itemsize, source, source, target, call.shared)
    if call.narrow:
        run_forward(b, <const float*>NULL)
    else:
        run_forward(b, <const double*>NULL)
    return out, mean, var, call.rows * call.size


def dense_inference(x, gamma, beta, mean, var, eps, axis, out):
    """y of `inference`, or None."""
    cdef Call call = Call()
    cdef Batch* b = &call.batch
    cdef Walk source, target
    cdef Py_ssize_t c
    b.channels.gamma = b.channels.beta = NULL
    b.channels.eps = usable(eps)
    if b.channels.eps < 0 or not call.tensor(x, axis):
        return None
    if gamma is not None:
        b.channels.gamma = call.widened(gamma, 0)
        if b.channels.gamma == NULL:
            return None
    if beta is not None:
        b.channels.beta = call.widened(beta, 1)
        if b.channels.beta == NULL:
            return None
    b.channels.mean = <double*>call.widened(mean, 2)
    b.channels.var = <double*>call.widened(var, 3)
    if b.channels.mean == NULL or b.channels.var == NULL:
        return None
    for c in range(call.count):
        if b.channels.var[c] < 0:
            return None
    if out is None:
        out = empty(x.shape, x.dtype)
    if not call.output(out):
        return None
    source, target = call.walk(&call.view[0]), call.walk(&call.view[call.held - 1])
    lay_out(b, call.rows, call.count, call.size, call.view[0].itemsize, source, source, target, call.shared)
    if call.narrow:
        run_inference(b, <const float*>NULL)
    else:
        run_inference(b, <const double*>NULL)
    return out


cdef tuple backward_of(Call call, dy, x, gamma, mean, var, out, bint given):
    # the gradients of either mode, or None; `given` means the statistics are not those of x
    cdef Batch* b = &call.batch
    cdef Walk source, gradient, target
    cdef Py_ssize_t c
    b.channels.gamma = NULL
    if call.like(dy, 0) == NULL:
        return None
    gradient = call.walk(&call.view[1])
    if gamma is not None:
        b.channels.gamma = call.widened(gamma, 0)
        if b.channels.gamma == NULL:
            return None
    b.channels.mean = <double*>call.widened(mean, 2)
    b.channels.var = <double*>call.widened(var, 3)
    if b.channels.mean == NULL or b.channels.var == NULL:
        return None
    for c in range(call.count):
        if b.channels.var[c] < 0:
            return None
    if out is None:
        out = empty(x.shape, x.dtype)
    if not call.output(out):
        return None
    source, target = call.walk(&call.view[0]), call.walk(&call.view[call.held - 1])
    dgamma, dbeta = empty(call.count), empty(call.count)
    b.channels.dgamma = <double*>call.vector(dgamma, PyBUF_WRITABLE).buf
    b.channels.dbeta = <double*>call.vector(dbeta, PyBUF_WRITABLE).buf
    lay_out(b, call.rows, call.count, call.size, call.view[0].itemsize, source, gradient, target, call.shared)
    if call.narrow:
        if given:
            run_inference_backward(b, <const float*>NULL)
        else:
            run_backward(b, <const float*>NULL)
    elif given:
        run_inference_backward(b, <const double*>NULL)
    else:
        run_backward(b, <const double*>NULL)
    kind = x.dtype if gamma is None else gamma.dtype
    return out, dgamma.astype(kind, copy=False), dbeta.astype(kind, copy=False)


def dense_backward(dy, x, gamma, count, mean, var, eps, axis, out):
    """(dx, dgamma, dbeta) of `backward`, or None."""
    cdef Call call = Call()
    call.batch.channels.eps = eps
    if not call.tensor(x, axis) or count != call.rows * call.size:
        return None
    return backward_of(call, dy, x, gamma, mean, var, out, False)


def dense_inference_backward(dy, x, gamma, mean, var, eps, axis, out):
    """(dx, dgamma, dbeta) of `inference_backward`, or None."""
    cdef Call call = Call()
    call.batch.channels.eps = usable(eps)
    if call.batch.channels.eps < 0 or not call.tensor(x, axis):
        return None
    return backward_of(call, dy, x, gamma, mean, var, out, True)
