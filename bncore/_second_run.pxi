# The backward of the backward as a table of tasks, shared by threads as _run.pxi shares the others.

cdef struct Second:
    Batch batch                    # x, dy, and d_dy as its output
    Walk v                         # base NULL: ddx is absent
    Walk d_x
    Lines v_rows
    Lines d_x_rows
    bint dense                     # rows lie one after the other in every operand, the outputs too
    const double* ddgamma          # NULL stands for 0
    const double* ddbeta           # NULL stands for 0
    double* d_gamma
    Sum* sums                      # FIVE_SUMS to a record
    Bend* bends                    # (C,)
    Desk* desks                    # one for each thread
    void* scratch


cdef int second_reserve(Second* s) except -1:
    cdef Batch* b = &s.batch
    cdef size_t c = b.count
    cdef size_t sums = FIVE_SUMS * c * b.parts * sizeof(Sum), bends = c * sizeof(Bend), desks = b.threads * sizeof(Desk)
    cdef size_t needed = sums + bends + desks
    cdef char* space = <char*>PyMem_RawMalloc(needed)
    if space == NULL:
        raise MemoryError(f"bncore: no memory for {needed} bytes of partial sums")
    s.scratch = space
    s.sums = <Sum*>space
    s.bends = <Bend*>(space + sums)
    s.desks = <Desk*>(space + sums + bends)
    return 0


cdef void second_sums_task(Second* s, Py_ssize_t group, Py_ssize_t t, Desk* desk, const real* kind) noexcept nogil:
    cdef Batch* b = &s.batch
    cdef Py_ssize_t c
    if b.rows:
        block_second(&b.dy_rows, &b.x_rows, &s.v_rows, &b.grid, t, group, b.dense, b.channels.mean,
                     s.sums + FIVE_SUMS * t * b.count, desk, kind)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            chunk_second(&b.dy, &b.x, &s.v, &b.cut, c, t, b.channels.mean[c], s.sums + FIVE_SUMS * (t * b.count + c), desk, kind)


cdef void bend_task(Second* s, Py_ssize_t group, Py_ssize_t t, Desk* desk, const real* kind) noexcept nogil:
    cdef Batch* b = &s.batch
    cdef Py_ssize_t c
    if b.rows:
        block_bend(&b.dy_rows, &b.x_rows, &s.v_rows, &b.out_rows, &s.d_x_rows, &b.grid, t, group, s.dense, s.bends, desk,
                   kind)
    else:
        for c in range(first_channel(b, group), end_channel(b, group)):
            chunk_bend(&b.dy, &b.x, &s.v, &b.out, &s.d_x, &b.cut, c, t, s.bends + c, desk, kind)


cdef inline double whole_second(const Second* s, Py_ssize_t c, int i) noexcept nogil:
    # one sum of a channel, of those of its parts in their order
    cdef const Batch* b = &s.batch
    cdef Sum total
    cdef const Sum* part
    cdef Py_ssize_t t
    total.hi = total.lo = 0
    for t in range(b.parts):
        part = s.sums + FIVE_SUMS * (t * b.count + c) + i
        add(&total, part.hi)
        add(&total, left_over(part[0]))
    return rounded(total)


cdef void conclude_second(Second* s, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # d_gamma, and the maps that give d_dy and d_x
    cdef Channels* k = &s.batch.channels
    cdef Bend* z
    cdef double r, a, b, cov, p
    cdef Py_ssize_t c
    for c in range(first, end):
        z = &s.bends[c]
        # of a constant channel under eps = 0 it is 0: nothing moves
        r = 1 / sqrt(k.var[c] + k.eps) if k.var[c] + k.eps != 0 else 0
        p = s.ddgamma[c] if s.ddgamma != NULL else 0
        z.mean, z.rise, z.drift = k.mean[c], whole_second(s, c, 0) / k.m, whole_second(s, c, 1) / k.m
        a, b = whole_second(s, c, 2) / k.m * r, whole_second(s, c, 3) / k.m * r
        cov = whole_second(s, c, 4) / k.m - z.rise * z.drift
        z.rstd, z.k, z.q = r, (k.gamma[c] if k.gamma != NULL else 1) * r, s.ddbeta[c] if s.ddbeta != NULL else 0
        z.s, z.t, z.u = p - z.k * b, z.k * a, z.k * (3 * a * b - cov) - p * a
        s.d_gamma[c] = k.m * (cov - a * b) * r


cdef inline void conclude_bends(Second* s, Py_ssize_t group) noexcept nogil:
    conclude_second(s, first_channel(&s.batch, group), end_channel(&s.batch, group))


cdef void second_share(Second* s, Py_ssize_t first, Py_ssize_t end, Desk* desk, const real* kind) noexcept nogil:
    cdef Py_ssize_t group, t
    for group in range(first, end):
        for t in range(s.batch.parts):
            second_sums_task(s, group, t, desk, kind)
        conclude_bends(s, group)
        for t in range(s.batch.parts - 1, -1, -1):
            bend_task(s, group, t, desk, kind)


cdef void second_sums_tasks(Second* s, Py_ssize_t thread, Desk* desk, const real* kind) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(&s.batch, thread), first_task(&s.batch, thread + 1)):
        second_sums_task(s, i % s.batch.groups, i // s.batch.groups, desk, kind)


cdef void bend_tasks(Second* s, Py_ssize_t thread, Desk* desk, const real* kind) noexcept nogil:
    cdef Py_ssize_t i
    for i in range(first_task(&s.batch, thread + 1) - 1, first_task(&s.batch, thread) - 1, -1):
        bend_task(s, i % s.batch.groups, i // s.batch.groups, desk, kind)


cdef int run_double_backward(Second* s, const real* kind) except -1:
    cdef Batch* b = &s.batch
    cdef Py_ssize_t i
    second_reserve(s)
    with nogil:
        if b.threads == 1:
            second_share(s, 0, b.groups, &s.desks[0], kind)
        elif by_group(b):
            for i in prange(b.threads, schedule="static", num_threads=b.threads):
                second_share(s, share(b, i), share(b, i + 1), &s.desks[threadid()], kind)
        else:
            with parallel(num_threads=b.threads):
                for i in prange(b.threads, schedule="static"):
                    second_sums_tasks(s, i, &s.desks[threadid()], kind)
                for i in prange(b.threads, schedule="static"):
                    conclude_second(s, b.count * i // b.threads, b.count * (i + 1) // b.threads)
                for i in prange(b.threads, schedule="static"):
                    bend_tasks(s, i, &s.desks[threadid()], kind)
        PyMem_RawFree(s.scratch)
    return 0


def double_backward(const real[:, :, :, :] x, const real[:, :, :, :] dy, const real[:, :, :, :] ddx,
                    const double[::1] ddgamma, const double[::1] ddbeta, const double[::1] gamma, double eps,
                    const double[::1] mean, const double[::1] var, real[:, :, :, :] d_dy, real[:, :, :, :] d_x,
                    double[::1] d_gamma):
    cdef Second s
    cdef Batch* b = &s.batch
    cdef const real* kind = NULL
    lay_out_like(b, x, walk(dy), walk(d_dy), False)
    b.channels.gamma, b.channels.eps = pointer(gamma), eps
    b.channels.mean, b.channels.var = <double*>&mean[0], <double*>&var[0]
    s.ddgamma, s.ddbeta, s.d_gamma = pointer(ddgamma), pointer(ddbeta), &d_gamma[0]
    s.d_x = walk(d_x)
    s.v.base, s.v.n = NULL, 0
    if ddx is not None:
        s.v = walk(ddx)
        b.dense = b.dense and s.v.n == b.x.n
    s.v_rows.base, s.v_rows.stride = s.v.base, s.v.n
    s.d_x_rows.base, s.d_x_rows.stride = s.d_x.base, s.d_x.n
    s.dense = b.dense and s.d_x.n == b.x.n
    run_double_backward(&s, kind)
