"""The short way from tensors to the core: dense tensors are operands by their addresses.

a. Tensors are asked by their own methods, for what a kernel must know and nothing else. An array of each would take
   longer to make than a small batch takes to normalize.
b. Whatever is not dense, or not of x's layout and type, errors included, is answered with None; the caller then takes the
   way through arrays. Both lead to the same plans.
c. Results are tensors of torch in memory of torch, which can be resized and shared.
d. Rejected: PyTorch's headers, which tie a build to the ABI of one version. Memory that is used again, as results of arrays
   have it (recycling.py): three times as fast from 4 MiB on, but it is a storage that cannot grow.
"""

from libc.string cimport memset

from bncore._averages cimport entered, unbiased
from bncore._dense cimport carry_out, lay, negative
from bncore._stats cimport Stats, blank
from bncore.core.execute cimport Call
from bncore.core.operations cimport BACKWARD, FORWARD, INFERENCE, INFERENCE_BACKWARD
from bncore.core.types cimport (
    ADDED, AS_BFLOAT16, AS_FLOAT16, AS_FLOAT32, AS_FLOAT64, DY, FLOAT32, FLOAT64, OUT, OUT2, X, Y, Kind, Parameters,
    Storage, Vector,
)

import torch

from .. import runtime

cdef object bfloat16 = torch.bfloat16, float16 = torch.float16, float32 = torch.float32, float64 = torch.float64
cdef object empty = torch.empty, empty_like = torch.empty_like
cdef object threads_of_torch = torch.get_num_threads, threads_of_ours = runtime.get_num_threads

cdef struct Tensors:               # a call, and what is common to its tensors
    Call call
    Py_ssize_t rows, channels, size
    bint last                      # channels lie side by side
    bint narrow                    # half precision


cpdef int threads() except -1:
    """How many threads a kernel may use: no more than torch."""
    return min(threads_of_ours(), threads_of_torch())


cdef inline char* address(object tensor) except? NULL:
    return <char*><size_t>tensor.data_ptr()


cdef bint channels_last(object strides, object shape) except -1:
    # whether channels lie side by side, and the other axes in C order
    cdef Py_ssize_t step = shape[1], axes = len(shape), i, axis
    if strides[1] != 1:
        return False
    for i in range(axes - 1):
        axis = axes - 1 - i if i < axes - 2 else 0
        if shape[axis] != 1:
            if strides[axis] != step:
                return False
            step *= shape[axis]
    return True


cdef void take(Tensors* t, int slot, char* base, Storage storage) noexcept nogil:
    lay(&t.call.operands[slot], base, storage, t.channels, t.size)


cdef bint begin(Tensors* t, object x, double eps) except -1:
    # x, and with it the shape of everything
    cdef object shape = x.shape, dtype = x.dtype
    cdef Py_ssize_t axes = len(shape), i, others = 1
    cdef Storage storage
    if axes < 2 or not 0 <= eps <= 1.7976931348623157e308:
        return False
    t.narrow = dtype is bfloat16 or dtype is float16
    if t.narrow:
        storage = AS_BFLOAT16 if dtype is bfloat16 else AS_FLOAT16
    elif dtype is float32 or dtype is float64:
        storage = AS_FLOAT32 if dtype is float32 else AS_FLOAT64
    else:
        return False
    t.last = not x.is_contiguous()
    if t.last and not channels_last(x.stride(), shape):
        return False
    t.rows, t.channels = shape[0], shape[1]
    for i in range(2, axes):
        others *= shape[i]
    if t.rows * t.channels * others == 0:
        return False
    t.rows, t.size = t.rows * (others if t.last else 1), 1 if t.last else others
    if t.channels == 1:
        t.rows, t.size = 1, t.rows * t.size
    memset(&t.call.operands, 0, sizeof(t.call.operands))
    memset(&t.call.parameters, 0, sizeof(t.call.parameters))
    t.call.relu = False
    t.call.parameters.eps = eps
    take(t, X, address(x), storage)
    return True


cdef bint like(Tensors* t, object tensor, object x, int slot) except -1:
    # a tensor of x's shape, type and layout
    cdef object shape = x.shape
    if tensor.dtype is not x.dtype or tensor.shape != shape:
        return False
    if not (channels_last(tensor.stride(), shape) if t.last else tensor.is_contiguous()):
        return False
    take(t, slot, address(tensor), t.call.operands[<int>X].storage)
    return True


cdef bint vector(Tensors* t, object tensor, Vector* to, bint optional) except -1:
    # one number a channel, in either type
    cdef object dtype, shape
    if tensor is None:
        return optional
    dtype, shape = tensor.dtype, tensor.shape
    if len(shape) != 1 or shape[0] != t.channels or not tensor.is_contiguous():
        return False
    if dtype is float32:
        to.single = <const float*>address(tensor)
    elif dtype is float64:
        to.wide = <const double*>address(tensor)
    else:
        return False
    return True


cdef bint statistics_given(Tensors* t, object mean, object var) except -1:
    cdef Parameters* p = &t.call.parameters
    return vector(t, mean, &p.mean, False) and vector(t, var, &p.var, False) and not negative(&p.var, t.channels)


cdef object result(Tensors* t, object x, int slot):
    # a tensor for a result like x
    made = empty_like(x)
    take(t, slot, address(made), t.call.operands[<int>X].storage)
    return made


cdef int run(Tensors* t, int operation) except -1:
    cdef Kind kind = FLOAT64 if t.call.operands[<int>X].storage == AS_FLOAT64 else FLOAT32
    return carry_out(&t.call, operation, kind, t.rows, t.channels, t.size, threads())


cpdef tuple forward(x, gamma, beta, residual, double eps, bint relu):
    """y and the statistics of x, or None."""
    cdef Tensors t
    cdef Stats stats
    cdef Parameters* p = &t.call.parameters
    if not begin(&t, x, eps) or not vector(&t, gamma, &p.gamma, True) or not vector(&t, beta, &p.beta, True):
        return None
    if residual is not None and not like(&t, residual, x, ADDED):
        return None
    y, stats = result(&t, x, OUT), blank(t.rows * t.size, t.channels, eps)
    t.call.relu, p.own = relu, True
    p.new_mean, p.new_rest, p.new_var = stats.means(), stats.rests(), stats.variances()
    run(&t, FORWARD)
    return y, stats


cpdef object inference(x, gamma, beta, mean, var, residual, double eps, bint relu):
    """y by given statistics, or None."""
    cdef Tensors t
    cdef Parameters* p = &t.call.parameters
    if not begin(&t, x, eps) or not vector(&t, gamma, &p.gamma, True) or not vector(&t, beta, &p.beta, True):
        return None
    if not statistics_given(&t, mean, var) or residual is not None and not like(&t, residual, x, ADDED):
        return None
    y, t.call.relu = result(&t, x, OUT), relu
    run(&t, INFERENCE)
    return y


cdef tuple gradients(Tensors* t, object x, object gamma, int operation):
    # dx, dgamma and dbeta, or None, once all that is given is there
    cdef Parameters* p = &t.call.parameters
    if gamma is None and t.narrow or not vector(t, gamma, &p.gamma, True):
        return None
    dtype = x.dtype if gamma is None else gamma.dtype
    dx, dgamma, dbeta = result(t, x, OUT), empty(t.channels, dtype=dtype), empty(t.channels, dtype=dtype)
    if dtype is float64:
        p.dgamma, p.dbeta = <double*>address(dgamma), <double*>address(dbeta)
    else:
        p.dgamma_single, p.dbeta_single = <float*>address(dgamma), <float*>address(dbeta)
    run(t, operation)
    return dx, dgamma, dbeta


cpdef tuple backward(dy, x, gamma, Stats stats, y, bint gated):
    """dx, dgamma, dbeta, and what a relu whose result is y lets through if asked for; or None."""
    cdef Tensors t
    cdef Parameters* p = &t.call.parameters
    if not begin(&t, x, stats.eps) or not like(&t, dy, x, DY) or (gated if y is None else not like(&t, y, x, Y)):
        return None
    if stats.channels != t.channels or stats.elements != t.rows * t.size:
        return None
    p.own, p.mean.wide, p.var.wide = True, stats.means(), stats.variances()
    through = result(&t, x, OUT2) if gated else None
    found = gradients(&t, x, gamma, BACKWARD)
    return None if found is None else (*found, through)


cpdef tuple inference_backward(dy, x, gamma, mean, var, double eps):
    """dx, dgamma and dbeta by given statistics, or None."""
    cdef Tensors t
    if not begin(&t, x, eps) or not like(&t, dy, x, DY) or not statistics_given(&t, mean, var):
        return None
    return gradients(&t, x, gamma, INFERENCE_BACKWARD)


cdef void enter(Vector* kept, const double* new, Py_ssize_t channels, double weight, double factor) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        if kept.wide != NULL:
            (<double*>kept.wide)[c] = entered(kept.wide[c], new[c], weight, factor)
        else:
            (<float*>kept.single)[c] = <float>entered(kept.single[c], new[c], weight, factor)


cpdef bint update(mean, var, Stats stats, double momentum) except -1:
    """Let a batch enter running statistics, computed in float64 and rounded once; or False, and nothing has been written."""
    cdef Tensors t
    cdef Vector to_mean, to_var
    t.channels = stats.channels
    to_mean.wide = to_var.wide = NULL
    if not vector(&t, mean, &to_mean, False) or not vector(&t, var, &to_var, False) or negative(&to_var, t.channels):
        return False
    enter(&to_mean, stats.means(), t.channels, momentum, 1)
    enter(&to_var, stats.variances(), t.channels, momentum, unbiased(<double>stats.elements))
    return True
