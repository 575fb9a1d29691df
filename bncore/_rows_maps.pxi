# The maps of rows: y and dx of one (block, tile), each column with the coefficients of its channel.
#
# The coefficients are laid out once a task as vectors as long as a row of the tile. A channel whose
# coefficients leave float32's range is computed again in float64, element by element, after the others.


cdef inline Py_ssize_t wide_scales(const Scale* s, const Window* w, Py_ssize_t* wide) noexcept nogil:
    cdef Py_ssize_t c, found = 0
    for c in range(w.channels):
        if s[w.channel + c].wide:
            wide[found] = c
            found += 1
    return found


cdef inline Py_ssize_t wide_pulls(const Pull* u, const Window* w, Py_ssize_t* wide) noexcept nogil:
    cdef Py_ssize_t c, found = 0
    for c in range(w.channels):
        if u[w.channel + c].wide:
            wide[found] = c
            found += 1
    return found


cdef void block_scale(const Lines* x, const Lines* y, const Grid* g, Py_ssize_t block, Py_ssize_t tile, bint dense,
                      const Scale* s, bint staged, const real* kind) noexcept nogil:
    cdef Window w = window(g, block, tile, dense)
    cdef real mean[COLUMNS]
    cdef real a[COLUMNS]
    cdef real b[COLUMNS]
    cdef real stage[COLUMNS]
    cdef Py_ssize_t wide[COLUMNS]
    cdef Py_ssize_t row, z, c, p, i, at, width, found = 0
    cdef const real* source
    cdef real* target
    for z in range(g.fold):
        for c in range(w.channels):
            for p in range(g.size):
                at = (z * w.channels + c) * g.size + p
                mean[at] = <real>s[w.channel + c].mean
                a[at] = <real>s[w.channel + c].a
                b[at] = <real>offset(&s[w.channel + c], <real>s[w.channel + c].mean)
    if real is float:
        found = wide_scales(s, &w, wide)
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
        if not staged and found == 0:
            row_scale(source, target, width, &mean[at], &a[at], &b[at])
            continue
        row_scale(source, stage, width, &mean[at], &a[at], &b[at])
        if real is float:
            for i in range(found):
                for p in range(width):
                    if p % (w.channels * g.size) // g.size == wide[i]:
                        c = w.channel + wide[i]
                        stage[p] = <float>(((<double>source[p] - s[c].mean) - s[c].residual) * s[c].a + s[c].beta)
        memcpy(target, stage, width * sizeof(real))


cdef void block_pull(const Lines* dy, const Lines* x, const Lines* dx, const Grid* g, Py_ssize_t block,
                     Py_ssize_t tile, bint dense, const Pull* u, bint staged, const real* kind) noexcept nogil:
    cdef Window w = window(g, block, tile, dense)
    cdef real mean[COLUMNS]
    cdef real rise[COLUMNS]
    cdef real k0[COLUMNS]
    cdef real k1[COLUMNS]
    cdef real k2[COLUMNS]
    cdef real stage[COLUMNS]
    cdef Py_ssize_t wide[COLUMNS]
    cdef Py_ssize_t row, z, c, p, i, at, width, found = 0
    cdef const real* left
    cdef const real* right
    cdef real* target
    for z in range(g.fold):
        for c in range(w.channels):
            for p in range(g.size):
                at = (z * w.channels + c) * g.size + p
                mean[at] = <real>u[w.channel + c].mean
                rise[at] = <real>u[w.channel + c].rise
                k0[at] = <real>u[w.channel + c].k0
                k1[at] = <real>u[w.channel + c].k1
                k2[at] = <real>intercept(&u[w.channel + c], mean[at], rise[at])
    if real is float:
        found = wide_pulls(u, &w, wide)
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
        if not staged and found == 0:
            row_pull(left, right, target, width, &mean[at], &rise[at], &k0[at], &k1[at], &k2[at])
            continue
        row_pull(left, right, stage, width, &mean[at], &rise[at], &k0[at], &k1[at], &k2[at])
        if real is float:
            for i in range(found):
                for p in range(width):
                    if p % (w.channels * g.size) // g.size == wide[i]:
                        c = w.channel + wide[i]
                        stage[p] = <float>((<double>left[p] - u[c].rise) * u[c].k0 + (<double>right[p] - u[c].mean) * u[c].k1)
        memcpy(target, stage, width * sizeof(real))
