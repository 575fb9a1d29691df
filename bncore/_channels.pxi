# What the partial sums of a channel become: its statistics, and the maps that give y and dx.
#
# a. Partial results come in parts (chunks or row blocks) whose number and order depend on the shape alone.
#    They are combined in that order with compensated sums, by formulas that hold for parts of any sizes.
# b. There is a vector for each quantity, with one number a channel, and one loop over channels for each step: sums,
#    quotients and roots of many small channels are then those of vectors.

cdef struct MomentRecords:              # records of moments: one for each part of each channel
    double* hi                     # their sum, not rounded to one number
    double* lo
    double* m2                     # the sum of squared deviations from the mean of the part


cdef struct SumRecords:                 # records of the two sums of the backward pass
    double* dy_hi                  # sum dy
    double* dy_lo
    double* dyd_hi                 # sum dy (x - centre)
    double* dyd_lo


cdef struct Affine:                # y = ((x - mean) - residual) a + beta
    const double* mean
    const double* residual
    const double* a
    const double* beta             # NULL stands for 0
    const double* wide
    const void* nearest            # the mean, a, and what makes good the rounding of the mean, in the type of the data:
    const void* slope              # y = (x - nearest) slope + level, unless the channel is wide
    const void* level


cdef struct Channels:
    Py_ssize_t count               # C
    double m                       # elements of a channel
    double eps
    const double* gamma            # NULL stands for 1
    const double* beta             # NULL stands for 0
    double* mean
    double* var
    double* dgamma
    double* dbeta
    Py_ssize_t parts
    double* counts                 # (parts,): elements of a part
    MomentRecords moments          # (parts, C)
    SumRecords sums                # (parts, C)
    # what follows has one number a channel
    double* rstd
    double* centre                 # what sums of dy (x - centre) are about
    double* near                   # the mean before its rounding to one number is near + rest
    double* rest
    double* residual               # near + rest - mean
    double* a                      # gamma rstd, which is k0 too
    double* rise                   # mean(dy)
    double* k1                     # -gamma rstd^3 mean(dy (x - mean))
    double* wide                   # 0 or 1
    bint single                    # the data are float32
    void* coefficient[5]           # in the type of the data: of y, nearest, slope and level; of dx, mean, rise, k0, k1, k2


cdef inline double gamma_of(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.gamma[c] if k.gamma != NULL else 1


cdef inline double beta_of(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.beta[c] if k.beta != NULL else 0


cdef inline Affine own_map(const Channels* k) noexcept nogil:
    # the map of (9.40) and (9.41)
    cdef Affine map
    map.mean, map.residual, map.a, map.beta, map.wide = k.mean, k.residual, k.a, k.beta, k.wide
    map.nearest, map.slope, map.level = k.coefficient[0], k.coefficient[1], k.coefficient[2]
    return map


cdef inline Affine given_map(const Channels* k) noexcept nogil:
    # the map from dy to dx in inference mode: a product
    cdef Affine map
    map.mean, map.residual, map.a, map.beta, map.wide = k.near, k.rest, k.a, NULL, k.wide
    map.nearest, map.slope, map.level = k.coefficient[0], k.coefficient[1], k.coefficient[2]
    return map


cdef inline double wide_scale(const Affine* map, Py_ssize_t c, double x) noexcept nogil:
    # y of a channel whose coefficients leave float32's range
    return ((x - map.mean[c]) - map.residual[c]) * map.a[c] + (map.beta[c] if map.beta != NULL else 0)


cdef inline double wide_pull(const Channels* k, Py_ssize_t c, double dy, double x) noexcept nogil:
    return (dy - k.rise[c]) * k.a[c] + (x - k.mean[c]) * k.k1[c]


cdef inline void keep_moments(const Channels* k, Py_ssize_t c, Py_ssize_t t, Moments one) noexcept nogil:
    cdef Py_ssize_t at = t * k.count + c
    k.moments.hi[at], k.moments.lo[at], k.moments.m2[at] = one.sum.hi, left_over(one.sum), one.m2


cdef inline void keep_sums(const Channels* k, Py_ssize_t c, Py_ssize_t t, Sum dy, Sum dyd) noexcept nogil:
    cdef Py_ssize_t at = t * k.count + c
    k.sums.dy_hi[at], k.sums.dy_lo[at] = dy.hi, left_over(dy)
    k.sums.dyd_hi[at], k.sums.dyd_lo[at] = dyd.hi, left_over(dyd)


cdef inline Mean mean_at(const Channels* k, Py_ssize_t at, double count) noexcept nogil:
    cdef Sum sum
    sum.hi, sum.lo = k.moments.hi[at], k.moments.lo[at]
    return mean_of(sum, count)


cdef void whole_moments(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # the sums add up in the record of the first part, and m2 = sum of m2 + count (mean of the part - mean)^2 in var
    cdef Py_ssize_t c, t, at
    cdef Mean mean
    cdef double e, hi, lo
    for c in range(first, end):
        hi, lo = k.moments.hi[c], k.moments.lo[c]
        for t in range(1, k.parts):
            at = t * k.count + c
            accumulate(k.moments.hi[at], &hi, &lo, True)
            lo += k.moments.lo[at]
        k.near[c], k.rest[c] = hi, lo if lo == lo else 0
    for c in range(first, end):
        mean = mean_of_two(k.near[c], k.rest[c], k.m)
        hi = lo = 0
        for t in range(k.parts):
            at = t * k.count + c
            e = apart(mean_at(k, at, k.counts[t]), mean)
            accumulate(k.moments.m2[at], &hi, &lo, True)
            accumulate(k.counts[t] * e * e, &hi, &lo, True)
        k.var[c] = hi + (lo if lo == lo else 0)


cdef void conclude_moments(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # (9.38) and (9.39)
    cdef Mean mean
    cdef Py_ssize_t c
    if k.parts > 1:
        whole_moments(k, first, end)
    else:
        for c in range(first, end):
            k.near[c], k.rest[c], k.var[c] = k.moments.hi[c], k.moments.lo[c], k.moments.m2[c]
    for c in range(first, end):
        mean = mean_of_two(k.near[c], k.rest[c], k.m)
        k.near[c], k.rest[c] = mean.near, mean.rest
        k.mean[c] = mean.near + mean.rest
        k.var[c] = (k.var[c] if not k.var[c] < 0 else 0) / k.m


cdef inline void lay_scale(const Affine* map, Py_ssize_t first, Py_ssize_t end, const real* kind) noexcept nogil:
    # the coefficients of y in the type of the data
    cdef real* nearest = <real*>map.nearest
    cdef real* slope = <real*>map.slope
    cdef real* level = <real*>map.level
    cdef Py_ssize_t c
    for c in range(first, end):
        nearest[c] = <real>map.mean[c]
        slope[c] = <real>map.a[c]
        level[c] = <real>offset(map.mean[c], map.residual[c], map.a[c], map.beta[c] if map.beta != NULL else 0,
                                nearest[c])


cdef inline void lay_map(const Channels* k, Affine map, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    if k.single:
        lay_scale(&map, first, end, <const float*>NULL)
    else:
        lay_scale(&map, first, end, <const double*>NULL)


cdef inline void lay_pull(const Channels* k, Py_ssize_t first, Py_ssize_t end, const real* kind) noexcept nogil:
    # the coefficients of dx in the type of the data; k2 makes good what the roundings of mean and rise took away
    cdef real* mean = <real*>k.coefficient[0]
    cdef real* rise = <real*>k.coefficient[1]
    cdef real* k0 = <real*>k.coefficient[2]
    cdef real* k1 = <real*>k.coefficient[3]
    cdef real* k2 = <real*>k.coefficient[4]
    cdef Py_ssize_t c
    for c in range(first, end):
        mean[c], rise[c], k0[c], k1[c] = <real>k.mean[c], <real>k.rise[c], <real>k.a[c], <real>k.k1[c]
        k2[c] = <real>(-k.a[c] * (k.rise[c] - rise[c]) - k.k1[c] * (k.mean[c] - mean[c]))


cdef void own_rstd(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # of a constant channel under eps = 0 it is 0: y = beta and dx = 0, as for every eps > 0
    cdef double v
    cdef Py_ssize_t c
    for c in range(first, end):
        v = k.var[c] + k.eps
        k.rstd[c] = 1 / sqrt(v) if v != 0 else 0


cdef void given_rstd(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(first, end):
        k.rstd[c] = 1 / sqrt(k.var[c] + k.eps)


cdef void conclude_scale(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # the map that the batch's own statistics make of (9.40) and (9.41)
    cdef Py_ssize_t c
    conclude_moments(k, first, end)
    own_rstd(k, first, end)
    for c in range(first, end):
        k.residual[c] = (k.near[c] - k.mean[c]) + k.rest[c]
        k.a[c] = gamma_of(k, c) * k.rstd[c]
        k.wide[c] = scale_is_wide(k.mean[c], k.a[c], beta_of(k, c), k.var[c] * k.m)
    lay_map(k, own_map(k), first, end)


cdef void given_scale(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # the map that given statistics make of (9.40) and (9.41)
    cdef Py_ssize_t c
    given_rstd(k, first, end)
    for c in range(first, end):
        k.residual[c] = 0
        k.a[c] = gamma_of(k, c) * k.rstd[c]
        k.wide[c] = scale_is_wide(k.mean[c], k.a[c], beta_of(k, c), 0)
    lay_map(k, own_map(k), first, end)


cdef void own_centre(Channels* k, const real* kind) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(k.count):
        k.centre[c] = centre_of(k.mean[c], k.var[c], kind)


cdef void given_centre(Channels* k) noexcept nogil:
    # nothing says that given statistics are those of x
    memcpy(k.centre, k.mean, k.count * sizeof(double))


cdef void conclude_sums(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # dbeta = sum dy and dgamma = sum dy (x - mean) rstd; rise = mean(dy), k1 = sum dy (x - mean)
    cdef double moved, dy, dy_lo, dyd, dyd_lo
    cdef Py_ssize_t c, t, at
    for c in range(first, end):
        dy, dy_lo = k.sums.dy_hi[c], k.sums.dy_lo[c]
        dyd, dyd_lo = k.sums.dyd_hi[c], k.sums.dyd_lo[c]
        for t in range(1, k.parts):
            at = t * k.count + c
            accumulate(k.sums.dy_hi[at], &dy, &dy_lo, True)
            accumulate(k.sums.dyd_hi[at], &dyd, &dyd_lo, True)
            dy_lo += k.sums.dy_lo[at]
            dyd_lo += k.sums.dyd_lo[at]
        k.dbeta[c] = dy + (dy_lo if dy_lo == dy_lo else 0)
        k.k1[c] = dyd + (dyd_lo if dyd_lo == dyd_lo else 0)
    for c in range(first, end):
        # sum dy (x - mean) = sum dy (x - centre) - (mean - centre) sum dy
        moved = k.mean[c] - k.centre[c]
        k.k1[c] = fma(-moved, k.dbeta[c], k.k1[c]) if moved != 0 else k.k1[c]
        k.dgamma[c] = k.k1[c] * k.rstd[c]


cdef void conclude_pull(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # dgamma, dbeta, and the map that gives dx in training mode
    cdef Py_ssize_t c
    own_rstd(k, first, end)
    conclude_sums(k, first, end)
    for c in range(first, end):
        k.rise[c] = k.dbeta[c] / k.m
        k.a[c] = gamma_of(k, c) * k.rstd[c]
        k.k1[c] = -k.a[c] * ((k.k1[c] / k.m * k.rstd[c]) * k.rstd[c])
        k.wide[c] = pull_is_wide(k.mean[c], k.rise[c], k.a[c], k.k1[c], k.var[c] * k.m)
    if k.single:
        lay_pull(k, first, end, <const float*>NULL)
    else:
        lay_pull(k, first, end, <const double*>NULL)


cdef void given_pull(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # inference mode: dx = dy gamma rstd, a map of dy alone
    cdef Py_ssize_t c
    given_rstd(k, first, end)
    for c in range(first, end):
        k.near[c] = k.rest[c] = 0
        k.a[c] = gamma_of(k, c) * k.rstd[c]
        k.wide[c] = scale_is_wide(0, k.a[c], 0, 0)
    lay_map(k, given_map(k), first, end)
