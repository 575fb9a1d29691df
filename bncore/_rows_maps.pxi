# The maps of rows: y and dx of one (block, tile), each column with the coefficients of its channel.
#
# The coefficients are laid out once a task as vectors as long as a row of the tile. Columns of a channel whose
# coefficients leave float32's range are computed again in float64, one by one, after the others.

cdef inline void repeat(real* vector, Py_ssize_t length, Py_ssize_t times) noexcept nogil:
    # the coefficients of a row, for the rows that are folded into one
    cdef Py_ssize_t z
    for z in range(1, times):
        memcpy(vector + z * length, vector, length * sizeof(real))


cdef void block_scale(const Lines* x, const Lines* y, const Grid* g, Py_ssize_t block, Py_ssize_t tile, bint dense,
                      const Affine* map, bint staged, bint stream, const real* kind) noexcept nogil:
    cdef Window w = window(g, block, tile, dense)
    cdef real mean[COLUMNS]
    cdef real a[COLUMNS]
    cdef real b[COLUMNS]
    cdef real stage[COLUMNS]
    cdef Py_ssize_t row, z, c, p, i, at, width, length = w.channels * g.size
    cdef bint wide = False
    cdef Scale s
    cdef const real* source
    cdef real* target
    for c in range(w.channels):
        s = scale_at(map, w.channel + c)
        wide |= real is float and s.wide
        for p in range(c * g.size, (c + 1) * g.size):
            mean[p] = <real>s.mean
            a[p] = <real>s.a
            b[p] = <real>offset(&s, <real>s.mean)
    repeat(mean, length, g.fold)
    repeat(a, length, g.fold)
    repeat(b, length, g.fold)
    for row in range(w.folded * w.segments + w.rest):
        if row < w.folded * w.segments:
            z, width = row % w.segments, w.width
            i = row // w.segments * g.fold + z
        else:
            z, width = row - w.folded * w.segments, w.channels
            i = w.folded * g.fold + z
        at = z * width
        source = row_of(x, &w, i, kind)
        target = <real*>(y.base + (w.row + i) * y.stride) + w.first
        if not (staged or wide):
            row_scale(source, target, width, &mean[at], &a[at], &b[at], stream)
            continue
        row_scale(source, stage, width, &mean[at], &a[at], &b[at], False)
        if wide:
            for p in range(width):
                s = scale_at(map, w.channel + p % length // g.size)
                if s.wide:
                    stage[p] = <real>(((<double>source[p] - s.mean) - s.residual) * s.a + s.beta)
        memcpy(target, stage, width * sizeof(real))


cdef void block_pull(const Lines* dy, const Lines* x, const Lines* dx, const Grid* g, Py_ssize_t block,
                     Py_ssize_t tile, bint dense, const Channels* channels, bint staged, bint stream,
                     const real* kind) noexcept nogil:
    cdef Window w = window(g, block, tile, dense)
    cdef real mean[COLUMNS]
    cdef real rise[COLUMNS]
    cdef real k0[COLUMNS]
    cdef real k1[COLUMNS]
    cdef real k2[COLUMNS]
    cdef real stage[COLUMNS]
    cdef Py_ssize_t row, z, c, p, i, at, width, length = w.channels * g.size
    cdef bint wide = False
    cdef Pull u
    cdef const real* left
    cdef const real* right
    cdef real* target
    for c in range(w.channels):
        u = pull_at(channels, w.channel + c)
        wide |= real is float and u.wide
        for p in range(c * g.size, (c + 1) * g.size):
            mean[p] = <real>u.mean
            rise[p] = <real>u.rise
            k0[p] = <real>u.k0
            k1[p] = <real>u.k1
            k2[p] = <real>intercept(&u, <real>u.mean, <real>u.rise)
    repeat(mean, length, g.fold)
    repeat(rise, length, g.fold)
    repeat(k0, length, g.fold)
    repeat(k1, length, g.fold)
    repeat(k2, length, g.fold)
    for row in range(w.folded * w.segments + w.rest):
        if row < w.folded * w.segments:
            z, width = row % w.segments, w.width
            i = row // w.segments * g.fold + z
        else:
            z, width = row - w.folded * w.segments, w.channels
            i = w.folded * g.fold + z
        at = z * width
        left = row_of(dy, &w, i, kind)
        right = row_of(x, &w, i, kind)
        target = <real*>(dx.base + (w.row + i) * dx.stride) + w.first
        if not (staged or wide):
            row_pull(left, right, target, width, &mean[at], &rise[at], &k0[at], &k1[at], &k2[at], stream)
            continue
        row_pull(left, right, stage, width, &mean[at], &rise[at], &k0[at], &k1[at], &k2[at], False)
        if wide:
            for p in range(width):
                u = pull_at(channels, w.channel + p % length // g.size)
                if u.wide:
                    stage[p] = <real>((<double>left[p] - u.rise) * u.k0 + (<double>right[p] - u.mean) * u.k1)
        memcpy(target, stage, width * sizeof(real))
