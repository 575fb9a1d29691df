# What Python calls. Above `nogil` everything may raise; below it nothing does.
#
# Operands have four dimensions (N, C, H, W), are checked, and not empty; `how` is a Store, `threads` the most
# threads to use. Work is a table of tasks: groups (a channel, or a tile of channels) by parts (chunks, or row
# blocks). A task is a pure function of its place in the table, and what tasks leave is combined in the order
# of the parts, so how threads share the table out changes no bit. Two ways to share it:
#   by group: a thread takes a group from its sums to its output, while it is cached;
#   by part: threads share every task of one phase, then of the next, the last phase backwards.

from cython.parallel cimport parallel, prange, threadid

cdef extern from "<stdlib.h>" nogil:
    void* malloc(size_t)
    void free(void*)

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


cdef enum:
    TILE_BYTES = 2 * CHUNK_BYTES   # two operands' share of a chunk
    SMALL_PLANE = 512              # planes of fewer elements are columns, if there are
    MANY_PLANES = 8                # at least so many of them
    SPARE_GROUPS = 8               # groups to a thread from which one more or less does not matter

cdef struct Batch:                 # everything that the tasks of one call share
    bint rows                      # rows, not planes
    bint dense                     # rows lie one after the other in every operand
    Walk x
    Walk dy
    Walk out
    Lines x_rows
    Lines dy_rows
    Lines out_rows
    Cut cut
    Grid grid
    Channels channels
    Py_ssize_t count               # C
    Py_ssize_t groups
    Py_ssize_t parts
    char* tiles                    # TILE_BYTES for each thread, or NULL where nothing is gathered or staged
    int how
    int threads


cdef inline const double* pointer(const double[::1] values) noexcept:
    return &values[0] if values is not None else NULL


cdef inline bint in_rows(const Walk* k, Py_ssize_t channels, Py_ssize_t size, Py_ssize_t itemsize) noexcept nogil:
    return k.dense and (channels == 1 or k.c == size * itemsize)


cdef void lay_out(Batch* b, const real[:, :, :, :] x, Walk dy, Walk out, int how, int threads) noexcept nogil:
    cdef Py_ssize_t rows = x.shape[0], size = x.shape[2] * x.shape[3], item = sizeof(real)
    b.x, b.dy, b.out, b.how, b.threads = walk(x), dy, out, how, threads
    b.count = x.shape[1]
    b.rows = (in_rows(&b.x, b.count, size, item) and in_rows(&b.dy, b.count, size, item)
              and in_rows(&b.out, b.count, size, item)
              and (size == 1 or (size < SMALL_PLANE and rows >= MANY_PLANES)))
    b.x_rows.base, b.x_rows.stride = b.x.base, b.x.n
    b.dy_rows.base, b.dy_rows.stride = b.dy.base, b.dy.n
    b.out_rows.base, b.out_rows.stride = b.out.base, b.out.n
    b.dense = b.x.n == b.count * size * item and b.dy.n == b.x.n and b.out.n == b.x.n
    b.cut = cut(rows, size, item)
    b.grid = grid(rows, b.count, size, item)
    if not b.rows and b.how == DIRECT and not b.out.dense:
        b.how = STAGED
    b.groups = b.grid.tiles if b.rows else b.count
    b.parts = b.grid.blocks if b.rows else b.cut.chunks
    b.channels.m = <double>(rows * size)
    b.channels.parts = b.parts
    b.channels.across = 1 if b.rows else b.parts
    b.channels.along = b.count if b.rows else 1
    b.channels.moments, b.channels.sums = NULL, NULL
    b.channels.scales, b.channels.pulls, b.tiles = NULL, NULL, NULL


cdef void release(Batch* b) noexcept nogil:
    free(b.channels.moments)
    free(b.channels.sums)
    free(b.channels.scales)
    free(b.channels.pulls)
    free(b.tiles)


cdef int reserve(Batch* b, bint moments, bint sums, bint scales, bint pulls) except -1:
    cdef size_t count = b.count
    cdef bint tiles = not b.rows and (b.how != DIRECT or not (b.x.dense and b.dy.dense and b.out.dense))
    if moments:
        b.channels.moments = <Moments*>malloc(count * b.parts * sizeof(Moments))
    if sums:
        b.channels.sums = <Sum*>malloc(2 * count * b.parts * sizeof(Sum))
    if scales:
        b.channels.scales = <Scale*>malloc(count * sizeof(Scale))
    if pulls:
        b.channels.pulls = <Pull*>malloc(count * sizeof(Pull))
    if tiles:
        b.tiles = <char*>malloc(b.threads * TILE_BYTES)
    if ((moments and b.channels.moments == NULL) or (sums and b.channels.sums == NULL)
            or (scales and b.channels.scales == NULL) or (pulls and b.channels.pulls == NULL)
            or (tiles and b.tiles == NULL)):
        release(b)
        raise MemoryError("bncore: no memory for the partial sums of the batch")
    return 0


cdef inline bint by_group(const Batch* b) noexcept nogil:
    return (b.threads == 1 or b.groups >= SPARE_GROUPS * b.threads or b.groups * b.parts == 1
            or (b.parts == 1 and b.groups >= b.threads))


cdef inline real* room(const Batch* b, int thread, const real* kind) noexcept nogil:
    # kind only says of which type the elements are
    return <real*>(b.tiles + thread * TILE_BYTES) if b.tiles != NULL else NULL


cdef inline Py_ssize_t first_channel(const Batch* b, Py_ssize_t group) noexcept nogil:
    return group * b.grid.tile if b.rows else group


cdef inline Py_ssize_t end_channel(const Batch* b, Py_ssize_t group) noexcept nogil:
    return min(b.count, (group + 1) * b.grid.tile) if b.rows else group + 1


cdef void moments_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    if b.rows:
        block_moments(&b.x_rows, &b.grid, t, group, b.dense, b.channels.moments + t * b.count, <const real*>tile)
    else:
        b.channels.moments[group * b.parts + t] = chunk_moments(&b.x, &b.cut, group, t, tile)


cdef void sums_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    if b.rows:
        block_sums(&b.dy_rows, &b.x_rows, &b.grid, t, group, b.dense, b.channels.mean,
                   b.channels.sums + 2 * t * b.count, <const real*>tile)
    else:
        chunk_sums(&b.dy, &b.x, &b.cut, group, t, b.channels.mean[group], tile,
                   b.channels.sums + 2 * (group * b.parts + t))


cdef void scale_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    if b.rows:
        block_scale(&b.x_rows, &b.out_rows, &b.grid, t, group, b.dense, b.channels.scales, b.how, <const real*>tile)
    else:
        chunk_scale(&b.x, &b.out, &b.cut, group, t, b.channels.scales + group, b.how, tile)


cdef void pull_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    if b.rows:
        block_pull(&b.dy_rows, &b.x_rows, &b.out_rows, &b.grid, t, group, b.dense, b.channels.pulls, b.how,
                   <const real*>tile)
    else:
        chunk_pull(&b.dy, &b.x, &b.out, &b.cut, group, t, b.channels.pulls + group, b.how, tile)


cdef void given_pull_task(Batch* b, Py_ssize_t group, Py_ssize_t t, real* tile) noexcept nogil:
    # the sums first: dx may overwrite dy or x
    sums_task(b, group, t, tile)
    if b.rows:
        block_scale(&b.dy_rows, &b.out_rows, &b.grid, t, group, b.dense, b.channels.scales, b.how, <const real*>tile)
    else:
        chunk_scale(&b.dy, &b.out, &b.cut, group, t, b.channels.scales + group, b.how, tile)


ctypedef void (*Conclusion)(Channels*, Py_ssize_t) noexcept nogil


cdef inline void conclude(Batch* b, Py_ssize_t group, Conclusion conclusion) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(first_channel(b, group), end_channel(b, group)):
        conclusion(&b.channels, c)


cdef inline Py_ssize_t share(const Batch* b, Py_ssize_t thread) noexcept nogil:
    # the first group of a thread: ranges, not strides, for neighbours share pages and rows
    return b.groups * thread // b.threads


cdef void statistics_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    for group in range(first, end):
        for t in range(b.parts):
            moments_task(b, group, t, tile)
        conclude(b, group, conclude_moments)


cdef void forward_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    # while one group is written the next is read: memory has both to do at any time
    cdef Py_ssize_t group, t
    for t in range(b.parts):
        if first < end:
            moments_task(b, first, t, tile)
    for group in range(first, end):
        conclude(b, group, conclude_scale)
        for t in range(b.parts):
            scale_task(b, group, b.parts - 1 - t, tile)
            if group + 1 < end:
                moments_task(b, group + 1, t, tile)


cdef void inference_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    for group in range(first, end):
        conclude(b, group, given_scale)
        for t in range(b.parts):
            scale_task(b, group, t, tile)


cdef void backward_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    for t in range(b.parts):
        if first < end:
            sums_task(b, first, t, tile)
    for group in range(first, end):
        conclude(b, group, conclude_pull)
        for t in range(b.parts):
            pull_task(b, group, b.parts - 1 - t, tile)
            if group + 1 < end:
                sums_task(b, group + 1, t, tile)


cdef void inference_backward_share(Batch* b, Py_ssize_t first, Py_ssize_t end, real* tile) noexcept nogil:
    cdef Py_ssize_t group, t
    for group in range(first, end):
        conclude(b, group, given_pull)
        for t in range(b.parts):
            given_pull_task(b, group, t, tile)
        conclude(b, group, conclude_given)


def statistics(const real[:, :, :, :] x, double[::1] mean, double[::1] var, int threads):
    cdef Batch b
    cdef const real* kind = NULL
    cdef Py_ssize_t i
    lay_out(&b, x, walk(x), walk(x), DIRECT, threads)
    b.channels.mean, b.channels.var = &mean[0], &var[0]
    reserve(&b, True, False, False, False)
    with nogil:
        if by_group(&b):
            for i in prange(threads, schedule="static", num_threads=threads):
                statistics_share(&b, share(&b, i), share(&b, i + 1), room(&b, threadid(), kind))
        else:
            with parallel(num_threads=threads):
                for i in prange(b.groups * b.parts, schedule="static"):
                    moments_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
                for i in prange(b.count, schedule="static"):
                    conclude_moments(&b.channels, i)
        release(&b)


def forward(const real[:, :, :, :] x, const double[::1] gamma, const double[::1] beta, double eps,
            real[:, :, :, :] y, double[::1] mean, double[::1] var, int how, int threads):
    cdef Batch b
    cdef const real* kind = NULL
    cdef Py_ssize_t i
    lay_out(&b, x, walk(x), walk(y), how, threads)
    b.channels.gamma, b.channels.beta, b.channels.eps = pointer(gamma), pointer(beta), eps
    b.channels.mean, b.channels.var = &mean[0], &var[0]
    reserve(&b, True, False, True, False)
    with nogil:
        if by_group(&b):
            for i in prange(threads, schedule="static", num_threads=threads):
                forward_share(&b, share(&b, i), share(&b, i + 1), room(&b, threadid(), kind))
        else:
            with parallel(num_threads=threads):
                for i in prange(b.groups * b.parts, schedule="static"):
                    moments_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
                for i in prange(b.count, schedule="static"):
                    conclude_scale(&b.channels, i)
                for i in prange(b.groups * b.parts - 1, -1, -1, schedule="static"):
                    scale_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
        release(&b)


def inference(const real[:, :, :, :] x, const double[::1] gamma, const double[::1] beta, double eps,
              real[:, :, :, :] y, const double[::1] mean, const double[::1] var, int how, int threads):
    cdef Batch b
    cdef const real* kind = NULL
    cdef Py_ssize_t i
    lay_out(&b, x, walk(x), walk(y), how, threads)
    b.channels.gamma, b.channels.beta, b.channels.eps = pointer(gamma), pointer(beta), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    reserve(&b, False, False, True, False)
    with nogil:
        if by_group(&b):
            for i in prange(threads, schedule="static", num_threads=threads):
                inference_share(&b, share(&b, i), share(&b, i + 1), room(&b, threadid(), kind))
        else:
            with parallel(num_threads=threads):
                for i in prange(b.count, schedule="static"):
                    given_scale(&b.channels, i)
                for i in prange(b.groups * b.parts, schedule="static"):
                    scale_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
        release(&b)


def backward(const real[:, :, :, :] dy, const real[:, :, :, :] x, const double[::1] gamma, double eps,
             const double[::1] mean, const double[::1] var, real[:, :, :, :] dx, double[::1] dgamma, double[::1] dbeta,
             int how, int threads):
    cdef Batch b
    cdef const real* kind = NULL
    cdef Py_ssize_t i
    lay_out(&b, x, walk(dy), walk(dx), how, threads)
    b.channels.gamma, b.channels.eps = pointer(gamma), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    b.channels.dgamma, b.channels.dbeta = &dgamma[0], &dbeta[0]
    reserve(&b, False, True, False, True)
    with nogil:
        if by_group(&b):
            for i in prange(threads, schedule="static", num_threads=threads):
                backward_share(&b, share(&b, i), share(&b, i + 1), room(&b, threadid(), kind))
        else:
            with parallel(num_threads=threads):
                for i in prange(b.groups * b.parts, schedule="static"):
                    sums_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
                for i in prange(b.count, schedule="static"):
                    conclude_pull(&b.channels, i)
                for i in prange(b.groups * b.parts - 1, -1, -1, schedule="static"):
                    pull_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
        release(&b)


def inference_backward(const real[:, :, :, :] dy, const real[:, :, :, :] x, const double[::1] gamma, double eps,
                       const double[::1] mean, const double[::1] var, real[:, :, :, :] dx, double[::1] dgamma,
                       double[::1] dbeta, int how, int threads):
    cdef Batch b
    cdef const real* kind = NULL
    cdef Py_ssize_t i
    lay_out(&b, x, walk(dy), walk(dx), how, threads)
    b.channels.gamma, b.channels.eps = pointer(gamma), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    b.channels.dgamma, b.channels.dbeta = &dgamma[0], &dbeta[0]
    reserve(&b, False, True, True, False)
    with nogil:
        if by_group(&b):
            for i in prange(threads, schedule="static", num_threads=threads):
                inference_backward_share(&b, share(&b, i), share(&b, i + 1), room(&b, threadid(), kind))
        else:
            with parallel(num_threads=threads):
                for i in prange(b.count, schedule="static"):
                    given_pull(&b.channels, i)
                for i in prange(b.groups * b.parts, schedule="static"):
                    given_pull_task(&b, i // b.parts, i % b.parts, room(&b, threadid(), kind))
                for i in prange(b.count, schedule="static"):
                    conclude_given(&b.channels, i)
        release(&b)
