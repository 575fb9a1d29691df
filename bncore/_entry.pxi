# What Python calls, for operands of any layout: views of four dimensions (N, C, H, W), which have been checked and
# are not empty. `shared` says that the output is one of the inputs.

cdef extern from *:
    """
    #ifdef _OPENMP
    #include <omp.h>
    #define BN_OPENMP _OPENMP
    static int bn_max_threads(void) { return omp_get_max_threads(); }
    #else
    #define BN_OPENMP 0
    static int bn_max_threads(void) { return 1; }
    #endif
    #if defined(__clang__)
    #define BN_COMPILER "clang " __clang_version__
    #elif defined(__GNUC__)
    #define BN_COMPILER "gcc " __VERSION__
    #else
    #define BN_COMPILER "unknown"
    #endif
    """
    const int BN_OPENMP
    const char* BN_COMPILER
    int bn_max_threads() nogil

OPENMP = BN_OPENMP                 # the date of the OpenMP standard that this was built with, or 0
COMPILER = BN_COMPILER.decode()


def max_threads():
    return bn_max_threads()


def walks_rows(Py_ssize_t planes, Py_ssize_t size):
    """Whether tensors of so many planes of this size are walked in rows, if their rows are contiguous."""
    return rows_pay(planes, size)


def limit_threads(int threads):
    global thread_limit
    thread_limit = threads


cdef inline const double* pointer(const double[::1] values) noexcept:
    return &values[0] if values is not None else NULL


cdef void lay_out_like(Batch* b, const real[:, :, :, :] x, Walk dy, Walk out, bint shared) noexcept nogil:
    b.channels.gamma = b.channels.beta = NULL
    b.channels.given.gamma = b.channels.given.beta = b.channels.given.mean = b.channels.given.var = NULL
    b.channels.dgamma = b.channels.dbeta = NULL
    b.channels.wanted.dgamma = b.channels.wanted.dbeta = NULL
    lay_out(b, x.shape[0], x.shape[1], x.shape[2] * x.shape[3], sizeof(real), walk(x), dy, out, shared)


def statistics(const real[:, :, :, :] x, double[::1] mean, double[::1] var):
    cdef Batch b
    cdef const real* kind = NULL
    lay_out_like(&b, x, walk(x), walk(x), False)
    b.channels.mean, b.channels.var = &mean[0], &var[0]
    run_statistics(&b, kind)


def forward(const real[:, :, :, :] x, const double[::1] gamma, const double[::1] beta, double eps,
            real[:, :, :, :] y, double[::1] mean, double[::1] var, bint shared):
    cdef Batch b
    cdef const real* kind = NULL
    lay_out_like(&b, x, walk(x), walk(y), shared)
    b.channels.gamma, b.channels.beta, b.channels.eps = pointer(gamma), pointer(beta), eps
    b.channels.mean, b.channels.var = &mean[0], &var[0]
    run_forward(&b, kind)


def inference(const real[:, :, :, :] x, const double[::1] gamma, const double[::1] beta, double eps,
              real[:, :, :, :] y, const double[::1] mean, const double[::1] var, bint shared):
    cdef Batch b
    cdef const real* kind = NULL
    lay_out_like(&b, x, walk(x), walk(y), shared)
    b.channels.gamma, b.channels.beta, b.channels.eps = pointer(gamma), pointer(beta), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    run_inference(&b, kind)


def backward(const real[:, :, :, :] dy, const real[:, :, :, :] x, const double[::1] gamma, double eps,
             const double[::1] mean, const double[::1] var, real[:, :, :, :] dx, double[::1] dgamma,
             double[::1] dbeta, bint shared):
    cdef Batch b
    cdef const real* kind = NULL
    lay_out_like(&b, x, walk(dy), walk(dx), shared)
    b.channels.gamma, b.channels.eps = pointer(gamma), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    b.channels.dgamma, b.channels.dbeta = &dgamma[0], &dbeta[0]
    run_backward(&b, kind)


def inference_backward(const real[:, :, :, :] dy, const real[:, :, :, :] x, const double[::1] gamma, double eps,
                       const double[::1] mean, const double[::1] var, real[:, :, :, :] dx, double[::1] dgamma,
                       double[::1] dbeta, bint shared):
    cdef Batch b
    cdef const real* kind = NULL
    lay_out_like(&b, x, walk(dy), walk(dx), shared)
    b.channels.gamma, b.channels.eps = pointer(gamma), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    b.channels.dgamma, b.channels.dbeta = &dgamma[0], &dbeta[0]
    run_inference_backward(&b, kind)
