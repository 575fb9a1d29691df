"""From Python's arguments to operands, and a call carried out.

a. There is a short way, for arrays that are dense, of one type, and all in C order or all channels-last: most calls, and
   small ones feel every look at an argument. Whatever is not so, errors included, is answered with None; the caller then takes
   the long way, through `compute`, and says what was wrong. Both lead to the same plans.
b. Arrays are looked at through NumPy's array interface, in half the time that a buffer takes.
c. Rejected: one way for all. To merge the axes of any layout takes longer than a small batch does.
"""

from cpython.pycapsule cimport PyCapsule_GetPointer
from libc.string cimport memset

from bncore._dense cimport carry_out, lay, negative
from bncore._stats cimport Stats, blank
from bncore.core.execute cimport Call
from bncore.core.operations cimport (
    BACKWARD, DOUBLE_BACKWARD, FORWARD, GRADIENT, GRADIENT_SUMS, INFERENCE, INFERENCE_BACKWARD, STATISTICS, WEIGHTED_GRADIENT,
    WEIGHTED_STATISTICS,
)
from bncore.core.plan cimport here, make
from bncore.core.types cimport (
    ADDED, AS_BFLOAT16, AS_FLOAT16, AS_FLOAT32, AS_FLOAT64, DY, FLOAT32, FLOAT64, OUT, OUT2, V, W, X, Y, Kind, Operand,
    Parameters, Storage, Vector, storage_bytes,
)

from numpy import empty, float32, ndarray

from bncore.checks import is_bfloat16
from bncore.recycling import LEAST
from bncore.recycling import empty as recycled
from bncore.recycling import empty_like as recycled_like

cdef enum:
    HELD = 9                       # arrays that one call looks at, at most: x, dy, ddx, three parameters, three results
    MOST_AXES = 8                  # of an array that takes the short way
    # flags of NumPy's array interface
    C_ORDER = 0x1
    ALIGNED = 0x100
    NATIVE = 0x200
    WRITEABLE = 0x400

cdef extern from *:
    """
    /* what __array_struct__ gives: NumPy's array interface, seen from C */
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
        Py_ssize_t* strides
        void* data

cdef inline Storage storage_of(const Interface* found) noexcept nogil:
    # bfloat16 is no type of NumPy's own
    if found.itemsize == 2:
        return AS_FLOAT16 if found.typekind == b"f" else AS_BFLOAT16
    return AS_FLOAT32 if found.itemsize == sizeof(float) else AS_FLOAT64


cdef Py_ssize_t LEAST_KEPT = LEAST  # bytes of a result whose memory is used again
cdef int threads = 1                # that a call may use


def limit_threads(int number):
    """Let a call use so many threads."""
    global threads
    threads = number


cdef void clear(Call* call) noexcept nogil:
    # no operands, nothing given, nothing wanted
    memset(&call.operands, 0, sizeof(call.operands))
    memset(&call.parameters, 0, sizeof(call.parameters))
    call.relu = False


# The short way.

cdef struct Seen:                  # a dense array
    char* data
    Py_ssize_t bytes
    Storage storage
    int channel                    # the axis of channels, if they lie side by side; else -1: it is in C order
    int axes
    Py_ssize_t shape[MOST_AXES]


cdef struct Short:                 # a call of dense arrays
    Call call
    Seen seen[HELD]                # those that were looked at; the first is x
    int held
    Py_ssize_t rows, channels, size


cdef bint channels_last(const Interface* found, int channel) noexcept nogil:
    # whether the other axes are in C order, and channels lie side by side; C order itself is not meant
    cdef Py_ssize_t step = found.itemsize * found.shape[channel]
    cdef int i
    if found.strides[channel] != found.itemsize:
        return False
    for i in range(found.nd - 1, -1, -1):
        if i != channel and found.shape[i] != 1:
            if found.strides[i] != step:
                return False
            step *= found.shape[i]
    return True


cdef Seen* look(Short* s, object array, int flags, int channel=-1) except? NULL:
    # NULL unless it is a dense array, aligned, and with these flags; -1: in C order, else with channels side by side
    cdef Seen* seen = &s.seen[s.held]
    cdef Interface* found
    cdef int i
    if type(array) is not ndarray:
        return NULL
    capsule = array.__array_struct__
    found = <Interface*>PyCapsule_GetPointer(capsule, NULL)
    flags |= ALIGNED | NATIVE | (C_ORDER if channel < 0 else 0)
    if (found.flags & flags) != flags or found.nd > MOST_AXES:
        return NULL
    if found.typekind == b"f" and found.itemsize <= <int>sizeof(double) or found.itemsize == 2 and is_bfloat16(array.dtype):
        seen.storage = storage_of(found)
    else:
        return NULL
    if channel >= 0 and (channel >= found.nd or not channels_last(found, channel)):
        return NULL
    seen.data, seen.axes, seen.channel = <char*>found.data, found.nd, channel
    seen.bytes = found.itemsize
    for i in range(found.nd):
        seen.shape[i] = found.shape[i]
        seen.bytes *= found.shape[i]
    s.held += 1
    return seen


cdef void take(Short* s, int slot, const Seen* seen) noexcept nogil:
    lay(&s.call.operands[slot], seen.data, seen.storage, s.channels, s.size)


cdef bint tensor(Short* s, object x, object axis) except -1:
    # x, and with it the shape of everything
    cdef Seen* seen
    cdef Py_ssize_t position
    cdef int i
    clear(&s.call)
    s.held = 0
    if type(axis) is not int or not -MOST_AXES <= axis < MOST_AXES:
        return False
    position = axis
    seen = look(s, x, 0)
    if seen == NULL:
        if position < 0:
            return False
        seen = look(s, x, 0, <int>position)
    if seen == NULL or seen.axes < 2 or seen.bytes == 0:
        return False
    position += seen.axes if position < 0 else 0
    if not 0 <= position < seen.axes:
        return False
    s.rows = s.size = 1
    for i in range(seen.axes):
        if i < position or i > position and seen.channel >= 0:
            s.rows *= seen.shape[i]
        elif i > position:
            s.size *= seen.shape[i]
    s.channels = seen.shape[position]
    if s.channels == 1:
        s.rows, s.size = 1, s.rows * s.size
    take(s, X, seen)
    return True


cdef Seen* like(Short* s, object array, int flags, int slot) except? NULL:
    # an array of x's shape, type and layout
    cdef const Seen* x = &s.seen[0]
    cdef Seen* seen = look(s, array, flags, x.channel)
    cdef Py_ssize_t i
    if seen == NULL or seen.axes != x.axes or seen.storage != x.storage:
        return NULL
    for i in range(x.axes):
        if seen.shape[i] != x.shape[i]:
            return NULL
    take(s, slot, seen)
    return seen


cdef bint parameter(Short* s, object array, Vector* to, bint optional) except -1:
    # one number a channel, in either type
    cdef Seen* seen
    if array is None:
        return optional
    seen = look(s, array, 0)
    if seen == NULL or seen.axes != 1 or seen.shape[0] != s.channels:
        return False
    if seen.storage == AS_FLOAT64:
        to.wide = <const double*>seen.data
    elif seen.storage == AS_FLOAT32:
        to.single = <const float*>seen.data
    else:
        return False
    return True


cdef bint statistics_given(Short* s, object mean, object var) except -1:
    # no variance negative
    cdef Vector* v = &s.call.parameters.var
    if not parameter(s, mean, &s.call.parameters.mean, False) or not parameter(s, var, v, False):
        return False
    return not negative(v, s.channels)


cdef bint output(Short* s, object out, int slot=OUT) except -1:
    # out is the last array looked at; it may be a tensor read by the call, but overlap nothing in part, and no other result
    cdef Seen* seen = like(s, out, WRITEABLE, slot)
    cdef Seen* other
    cdef int i
    if seen == NULL or slot == OUT2 and seen.data == s.call.operands[<int>OUT].base:
        return False
    for i in range(s.held - 1):
        other = &s.seen[i]
        if other.data < seen.data + seen.bytes and seen.data < other.data + other.bytes:
            if other.data != seen.data or other.axes != seen.axes or other.bytes != seen.bytes:
                return False
    return True


cdef inline double usable(object eps):
    # eps, or -1 if it is not simply a finite float that is not negative
    cdef double number = eps if type(eps) is float else -1
    return number if 0 <= number <= 1.7976931348623157e308 else -1


cdef inline bint fused(Short* s, object residual, object relu) except -1:
    # what is done to y beside the map
    if type(relu) is not bool:
        return False
    s.call.relu = relu
    return residual is None or like(s, residual, 0, ADDED) != NULL


cdef inline object result(Short* s, object x):
    # an array for a result of x's shape, type and layout
    if s.seen[0].channel >= 0:
        return recycled_like(x)
    return empty(x.shape, x.dtype) if s.seen[0].bytes < LEAST_KEPT else recycled(x.shape, x.dtype)


cdef int run(Short* s, int operation) except -1:
    cdef Kind kind = FLOAT64 if s.seen[0].storage == AS_FLOAT64 else FLOAT32
    return carry_out(&s.call, operation, kind, s.rows, s.channels, s.size, threads)


cdef Stats new_statistics(Short* s, double eps):
    # those of x, to be written
    cdef Stats stats = blank(s.rows * s.size, s.channels, eps)
    s.call.parameters.eps, s.call.parameters.own = eps, True
    s.call.parameters.new_mean, s.call.parameters.new_rest = stats.means(), stats.rests()
    s.call.parameters.new_var = stats.variances()
    return stats


def short_statistics(x, eps, axis):
    """What `statistics` returns, or None."""
    cdef Short s
    cdef Stats stats
    if usable(eps) < 0 or not tensor(&s, x, axis):
        return None
    stats = new_statistics(&s, eps)
    run(&s, STATISTICS)
    return stats


def short_forward(x, gamma, beta, eps, axis, residual, relu, out):
    """What `forward` returns, or None."""
    cdef Short s
    cdef Stats stats
    if usable(eps) < 0 or not tensor(&s, x, axis) or not fused(&s, residual, relu):
        return None
    if not (parameter(&s, gamma, &s.call.parameters.gamma, True) and parameter(&s, beta, &s.call.parameters.beta, True)):
        return None
    if out is None:
        out = result(&s, x)
    if not output(&s, out):
        return None
    stats = new_statistics(&s, eps)
    run(&s, FORWARD)
    return out, stats


def short_inference(x, gamma, beta, mean, var, eps, axis, residual, relu, out):
    """What `inference` returns, or None."""
    cdef Short s
    cdef double number = usable(eps)
    if number < 0 or not tensor(&s, x, axis) or not fused(&s, residual, relu):
        return None
    s.call.parameters.eps = number
    if not (parameter(&s, gamma, &s.call.parameters.gamma, True) and parameter(&s, beta, &s.call.parameters.beta, True)):
        return None
    if not statistics_given(&s, mean, var):
        return None
    if out is None:
        out = result(&s, x)
    if not output(&s, out):
        return None
    run(&s, INFERENCE)
    return out


cdef tuple gradients(Short* s, int operation, object x, object gamma, object out, object residual_out=None):
    # what either backward returns, or None, once statistics and dy are there
    cdef Parameters* p = &s.call.parameters
    cdef Seen* seen
    if not parameter(s, gamma, &p.gamma, True):
        return None
    if out is None:
        out = result(s, x)
    if not output(s, out):
        return None
    # x is not among what the gradient of a residual may overwrite
    if residual_out is not None and (not output(s, residual_out, OUT2)
                                     or s.call.operands[<int>OUT2].base == s.call.operands[<int>X].base):
        return None
    kind = gamma.dtype if gamma is not None else float32 if storage_bytes(s.seen[0].storage) == 2 else x.dtype
    dgamma, dbeta = empty(s.channels, kind), empty(s.channels, kind)
    seen = look(s, dgamma, WRITEABLE)
    look(s, dbeta, WRITEABLE)
    if seen.storage == AS_FLOAT64:
        p.dgamma, p.dbeta = <double*>seen[0].data, <double*>seen[1].data
    else:
        p.dgamma_single, p.dbeta_single = <float*>seen[0].data, <float*>seen[1].data
    run(s, operation)
    return out, dgamma, dbeta


def short_backward(dy, x, gamma, stats, axis, y, out, residual_out):
    """What `backward` returns, or None."""
    cdef Short s
    cdef Stats own
    if not isinstance(stats, Stats) or not tensor(&s, x, axis) or like(&s, dy, 0, DY) == NULL:
        return None
    # without a gate the gradient of a residual is a copy of dy
    if y is None and residual_out is not None or y is not None and like(&s, y, 0, Y) == NULL:
        return None
    own = stats
    if own.channels != s.channels or own.elements != s.rows * s.size:
        return None
    s.call.parameters.eps, s.call.parameters.own = own.eps, True
    s.call.parameters.mean.wide, s.call.parameters.var.wide = own.means(), own.variances()
    return gradients(&s, BACKWARD, x, gamma, out, residual_out)


def short_inference_backward(dy, x, gamma, mean, var, eps, axis, out):
    """What `inference_backward` returns, or None."""
    cdef Short s
    cdef double number = usable(eps)
    if number < 0 or not tensor(&s, x, axis) or like(&s, dy, 0, DY) == NULL:
        return None
    s.call.parameters.eps = number
    if not statistics_given(&s, mean, var):
        return None
    return gradients(&s, INFERENCE_BACKWARD, x, gamma, out)


def short_double_backward(ddx, ddgamma, ddbeta, dy, x, gamma, stats, axis, out):
    """What `double_backward` returns, or None."""
    cdef Short s
    cdef Parameters* p = &s.call.parameters
    cdef Stats own
    if not isinstance(stats, Stats) or not tensor(&s, x, axis) or like(&s, dy, 0, DY) == NULL:
        return None
    own = stats
    if own.channels != s.channels or own.elements != s.rows * s.size:
        return None
    if ddx is not None and like(&s, ddx, 0, V) == NULL:
        return None
    if not (parameter(&s, gamma, &p.gamma, True) and parameter(&s, ddgamma, &p.ddgamma, True)
            and parameter(&s, ddbeta, &p.ddbeta, True)):
        return None
    p.eps, p.own, p.mean.wide, p.var.wide = own.eps, True, own.means(), own.variances()
    d_dy, d_x = (None, None) if out is None else out if type(out) is tuple and len(out) == 2 else (0, 0)
    d_dy, d_x = result(&s, x) if d_dy is None else d_dy, result(&s, x) if d_x is None else d_x
    if not output(&s, d_dy, OUT) or not output(&s, d_x, OUT2):
        return None
    d_gamma = empty(s.channels)
    p.dgamma = <double*>look(&s, d_gamma, WRITEABLE).data
    run(&s, DOUBLE_BACKWARD)
    return d_dy, d_x, d_gamma


# The long way: views of four dimensions (N, C, H, W), which have been checked and are not empty, and vectors of float64.

NAMES = {
    "statistics": <int>STATISTICS,
    "forward": <int>FORWARD,
    "inference": <int>INFERENCE,
    "backward": <int>BACKWARD,
    "inference_backward": <int>INFERENCE_BACKWARD,
    "gradient_sums": <int>GRADIENT_SUMS,
    "gradient": <int>GRADIENT,
    "weighted_statistics": <int>WEIGHTED_STATISTICS,
    "weighted_gradient": <int>WEIGHTED_GRADIENT,
    "double_backward": <int>DOUBLE_BACKWARD,
}
SLOTS = {
    "x": <int>X, "dy": <int>DY, "v": <int>V, "y": <int>Y, "added": <int>ADDED, "w": <int>W, "out": <int>OUT, "out2": <int>OUT2,
}


cdef Interface* interface(object array, list held) except NULL:
    capsule = array.__array_struct__
    held.append(capsule)
    return <Interface*>PyCapsule_GetPointer(capsule, NULL)


cdef Kind take_views(Call* call, dict tensors, bint weighs, Py_ssize_t* shape) except? FLOAT64:
    # the operands, the shape of x, and what it is computed in, where it is weighed or not
    cdef list held = []
    cdef Interface* found
    cdef Operand* x
    for name, array in tensors.items():
        if array is None:
            continue
        found, x = interface(array, held), &call.operands[<int>SLOTS[name]]
        x.base, x.storage = <char*>found.data, storage_of(found)
        x.n, x.c, x.h, x.w = found.strides[0], found.strides[1], found.strides[2], found.strides[3]
        x.width = found.shape[3]
        x.dense = ((x.w == found.itemsize or found.shape[3] == 1)
                   and (found.shape[2] == 1 or x.h == found.itemsize * x.width))
        shape[0], shape[1], shape[2] = found.shape[0], found.shape[1], found.shape[2] * found.shape[3]
    return FLOAT64 if weighs or call.operands[<int>X].storage == AS_FLOAT64 else FLOAT32


cdef double* vector(dict vectors, str name, list held) except? NULL:
    array = vectors.get(name)
    return <double*>interface(array, held).data if array is not None else NULL


def compute(str operation, dict tensors, dict vectors, double eps, bint own, double m, bint relu):
    """Carry out an operation.

    tensors: the operands that there are, as views of one shape; vectors: the fields of Parameters
    that are given, or are to be written: contiguous float64. own: whether mean and var are those of a batch, of m elements a
    channel; 0: x is all of it. relu: a result below 0 becomes 0.
    """
    cdef Call call
    cdef Parameters* p = &call.parameters
    cdef Py_ssize_t[3] shape
    cdef list held = []
    cdef Kind kind
    clear(&call)
    kind, call.relu = take_views(&call, tensors, operation.startswith("weighted"), shape), relu
    p.eps, p.own, p.m = eps, own, m
    p.gamma.wide, p.beta.wide = vector(vectors, "gamma", held), vector(vectors, "beta", held)
    p.mean.wide, p.rest.wide = vector(vectors, "mean", held), vector(vectors, "rest", held)
    p.var.wide = vector(vectors, "var", held)
    p.sum_dy.wide, p.sum_dyd.wide = vector(vectors, "sum_dy", held), vector(vectors, "sum_dyd", held)
    p.ddgamma.wide, p.ddbeta.wide = vector(vectors, "ddgamma", held), vector(vectors, "ddbeta", held)
    p.new_mean, p.new_rest = vector(vectors, "new_mean", held), vector(vectors, "new_rest", held)
    p.new_var, p.new_weight = vector(vectors, "new_var", held), vector(vectors, "new_weight", held)
    p.dgamma, p.dbeta = vector(vectors, "dgamma", held), vector(vectors, "dbeta", held)
    p.new_dy_rest = vector(vectors, "new_dy_rest", held)
    p.new_dyd, p.new_dyd_rest = vector(vectors, "new_dyd", held), vector(vectors, "new_dyd_rest", held)
    carry_out(&call, NAMES[operation], kind, shape[0], shape[1], shape[2], threads)


def plan(str operation, dict tensors, bint relu=False):
    """The plan of such a call, as a dictionary."""
    cdef Call call
    cdef Py_ssize_t[3] shape
    cdef Kind kind
    clear(&call)
    kind = take_views(&call, tensors, operation.startswith("weighted"), shape)
    make(&call.plan, NAMES[operation], kind, shape[0], shape[1], shape[2], call.operands, relu, threads, &here)
    return call.plan
