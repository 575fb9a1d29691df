# What the partial sums of a channel become: its statistics, and the maps that give y and dx.
#
# a. Partial results come in parts (chunks or row blocks) whose number and order depend on the shape alone.
#    They are combined in that order with compensated sums, by formulas that hold for parts of any sizes.
# b. There is a vector for each quantity, with one number a channel, and one loop over channels for each step: sums,
#    quotients and roots of many small channels are then those of vectors.

cdef struct MomentRecords:         # records of moments: one for each part of each channel
    double* hi                     # their sum, not rounded to one number
    double* lo
    double* m2                     # the sum of squared deviations from the mean of the part


cdef struct SumRecords:            # records of the two sums of the backward pass
    double* dy_hi                  # sum dy
    double* dy_lo
    double* dyd_hi                 # sum dy (x - centre)
    double* dyd_lo


cdef struct Affine:                # y = ((x - mean) - residual) a + beta
    const double* mean
    const double* residual
    const double* a
    const double* beta
    const double* wide
    const void* nearest            # the mean, a, and what makes good the rounding of the mean, in the type of the data:
    const void* slope              # y = (x - nearest) slope + level, unless the channel is wide
    const void* level


cdef struct Given:                 # what was given in float32, or NULL: each thread widens what it needs
    const float* gamma
    const float* beta
    const float* mean
    const float* var


cdef struct Wanted:                # where results are wanted in float32, or NULL
    float* dgamma
    float* dbeta


cdef struct Channels:
    Py_ssize_t count               # C
    double m                       # elements of a channel
    double eps
    const double* gamma            # NULL, until `reserve`, stands for 1
    const double* beta             # and for 0
    double* mean
    double* var
    Given given
    bint own                       # mean and var are those of x
    double* dgamma                 # NULL, until `reserve`, if they are wanted in float32 alone
    double* dbeta
    Wanted wanted
    Py_ssize_t parts
    double* counts                 # (parts,): elements of a part
    MomentRecords moments          # (parts, C)
    SumRecords sums                # (parts, C)
    # what follows has one number a channel
    double* rstd
    double* near                   # the mean before its rounding to one number is near + rest
    double* rest
    double* residual               # near + rest - mean
    double* a                      # gamma rstd, which is k0 too
    double* rise                   # mean(dy)
    double* k1                     # -gamma rstd^3 mean(dy (x - mean))
    double* wide                   # 0 or 1
    bint single                    # the data are float32
    void* coefficient[5]           # in the type of the data: of y, nearest, slope and level; of dx, mean, rise, k0, k1, k2


cdef inline Affine own_map(const Channels* k) noexcept nogil:
    # the map of (9.40) and (9.41)
    cdef Affine map
    map.mean, map.residual, map.a, map.beta, map.wide = k.mean, k.residual, k.a, k.beta, k.wide
    map.nearest, map.slope, map.level = k.coefficient[0], k.coefficient[1], k.coefficient[2]
    return map


cdef inline Affine given_map(const Channels* k) noexcept nogil:
    # the map from dy to dx in inference mode: a product
    cdef Affine map
    map.mean, map.residual, map.a, map.beta, map.wide = k.rise, k.rise, k.a, k.rise, k.wide
    map.nearest, map.slope, map.level = k.coefficient[0], k.coefficient[1], k.coefficient[2]
    return map


cdef inline double wide_scale(const Affine* map, Py_ssize_t c, double x) noexcept nogil:
    # y of a channel whose coefficients leave float32's range
    return ((x - map.mean[c]) - map.residual[c]) * map.a[c] + map.beta[c]


cdef inline double wide_pull(const Channels* k, Py_ssize_t c, double dy, double x) noexcept nogil:
    return (dy - k.rise[c]) * k.a[c] + (x - k.mean[c]) * k.k1[c]


cdef inline double centre_at(const Channels* k, Py_ssize_t c) noexcept nogil:
    # what sums of dy (x - centre) are about: 0 where that costs no digits and saves a subtraction. Nothing says that
    # given statistics are those of x, so there it is their mean.
    if k.single and k.own and k.mean[c] * k.mean[c] <= (NEAR_ZERO - 1) * k.var[c]:
        return 0
    return k.mean[c]


cdef void centres(from_vector mean, from_vector var, to_vector centre, Py_ssize_t channels, bint own) noexcept nogil:
    # `centre_at` of channels side by side; `own` says that there it may be 0
    cdef Py_ssize_t c
    for c in range(channels):
        centre[c] = mean[c]
    if own:
        for c in range(channels):
            centre[c] = 0 if mean[c] * mean[c] <= (NEAR_ZERO - 1) * var[c] else mean[c]


cdef inline void keep_moments(const Channels* k, Py_ssize_t c, Py_ssize_t t, Moments one) noexcept nogil:
    cdef Py_ssize_t at = t * k.count + c
    k.moments.hi[at], k.moments.lo[at], k.moments.m2[at] = one.sum.hi, left_over(one.sum), one.m2


cdef inline void keep_sums(const Channels* k, Py_ssize_t c, Py_ssize_t t, Sum dy, Sum dyd) noexcept nogil:
    cdef Py_ssize_t at = t * k.count + c
    k.sums.dy_hi[at], k.sums.dy_lo[at] = dy.hi, left_over(dy)
    k.sums.dyd_hi[at], k.sums.dyd_lo[at] = dyd.hi, left_over(dyd)


# Each step below is a loop over channels from the first of the vectors that it is given.

cdef Py_ssize_t close_powers(from_vector sums, from_vector powers, to_vector m2, to_vector far, Py_ssize_t channels,
                             double count) noexcept nogil:
    # sum (x - mean)^2 = sum x^2 - count mean^2; how many channels are so far from 0 that this cancels
    cdef double mean
    cdef Py_ssize_t c, found = 0
    for c in range(channels):
        mean = sums[c] / count
        m2[c] = powers[c] - count * mean * mean
        far[c] = 0 if powers[c] <= NEAR_ZERO * m2[c] else 1
        found += 0 if powers[c] <= NEAR_ZERO * m2[c] else 1
    return found


cdef void close_moments(from_vector hi, from_vector lo, from_vector m2, to_vector near, to_vector rest, to_vector mean,
                        to_vector var, Py_ssize_t channels, double m) noexcept nogil:
    # (9.38) and (9.39)
    cdef Mean whole
    cdef Py_ssize_t c
    for c in range(channels):
        whole = mean_of_two(hi[c], lo[c], m)
        near[c], rest[c], mean[c] = whole.near, whole.rest, whole.near + whole.rest
        var[c] = (m2[c] if not m2[c] < 0 else 0) / m


cdef Py_ssize_t close_near(from_vector sums, from_vector powers, to_vector near, to_vector rest, to_vector mean,
                           to_vector var, to_vector far, Py_ssize_t channels, double m) noexcept nogil:
    # (9.38) and (9.39) of channels of one part, from sum x and sum x^2; how many are so far from 0 that these cancel
    cdef double middle, m2, inverse = 1 / m
    cdef Py_ssize_t c, found = 0
    for c in range(channels):
        middle = finite_or_zero(sums[c] / m)
        near[c], rest[c] = middle, fma(-m, middle, sums[c]) * inverse
        mean[c] = middle + fma(-m, middle, sums[c]) * inverse
        # an infinite sum leaves no deviations
        m2 = powers[c] - m * (sums[c] / m) * (sums[c] / m)
        var[c] = (m2 if not m2 < 0 else 0) / m
        far[c] = 0 if powers[c] <= NEAR_ZERO * m2 else 1
        found += 0 if powers[c] <= NEAR_ZERO * m2 else 1
    return found


cdef void root(from_vector var, to_vector rstd, Py_ssize_t channels, double eps, bint own) noexcept nogil:
    # of a constant batch under eps = 0 rstd is 0: y = beta and dx = 0, as for every eps > 0; given statistics are IEEE's
    cdef double v
    cdef Py_ssize_t c
    if own:
        for c in range(channels):
            v = var[c] + eps
            rstd[c] = 1 / sqrt(v) if v != 0 else 0
    else:
        for c in range(channels):
            rstd[c] = 1 / sqrt(var[c] + eps)


cdef void close_scale(from_vector mean, from_vector gamma, from_vector rstd, from_vector beta, from_vector reach,
                      to_vector a, to_vector wide, Py_ssize_t channels, double m) noexcept nogil:
    # slopes, and whether float32 has the range; (x - mean)^2 is at most m times reach
    cdef Py_ssize_t c
    for c in range(channels):
        a[c] = gamma[c] * rstd[c]
        wide[c] = 1 if scale_is_wide(mean[c], gamma[c] * rstd[c], beta[c], reach[c] * m) else 0


cdef void lay_scale(from_vector mean, from_vector residual, from_vector a, from_vector beta, real* nearest, real* slope,
                    real* level, Py_ssize_t channels) noexcept nogil:
    # the coefficients of y in the type of the data
    cdef Py_ssize_t c
    for c in range(channels):
        nearest[c] = <real>mean[c]
        slope[c] = <real>a[c]
    for c in range(channels):
        level[c] = <real>offset(mean[c], residual[c], a[c], beta[c], nearest[c])


cdef void lay_map(const Channels* k, Affine map, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    if k.single:
        lay_scale(map.mean + first, map.residual + first, map.a + first, map.beta + first, <float*>map.nearest + first,
                  <float*>map.slope + first, <float*>map.level + first, end - first)
    else:
        lay_scale(map.mean + first, map.residual + first, map.a + first, map.beta + first, <double*>map.nearest + first,
                  <double*>map.slope + first, <double*>map.level + first, end - first)


cdef void settle_sums(from_vector dy_hi, from_vector dy_lo, from_vector dyd_hi, from_vector dyd_lo, to_vector dy,
                      to_vector dyd, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        dy[c] = dy_hi[c] + (dy_lo[c] if dy_lo[c] == dy_lo[c] else 0)
        dyd[c] = dyd_hi[c] + (dyd_lo[c] if dyd_lo[c] == dyd_lo[c] else 0)


cdef void close_sums(from_vector dyd, from_vector dbeta, from_vector moved, from_vector rstd, to_vector sum_dyd,
                     to_vector dgamma, Py_ssize_t channels) noexcept nogil:
    # sum dy (x - mean) = sum dy (x - centre) - moved sum dy, moved = mean - centre, and dgamma is rstd times that
    cdef double total
    cdef Py_ssize_t c
    for c in range(channels):
        total = fma(-moved[c], dbeta[c], dyd[c])
        total = total if moved[c] != 0 else dyd[c]
        sum_dyd[c] = total
        dgamma[c] = total * rstd[c]


cdef void close_pull(from_vector mean, from_vector var, from_vector gamma, from_vector rstd, from_vector dbeta,
                     from_vector sum_dyd, to_vector rise, to_vector k0, to_vector k1, to_vector wide,
                     Py_ssize_t channels, double m) noexcept nogil:
    cdef double slope, bend
    cdef Py_ssize_t c
    for c in range(channels):
        slope = gamma[c] * rstd[c]
        bend = -slope * ((sum_dyd[c] / m * rstd[c]) * rstd[c])
        rise[c], k0[c], k1[c] = dbeta[c] / m, slope, bend
        wide[c] = 1 if pull_is_wide(mean[c], dbeta[c] / m, slope, bend, var[c] * m) else 0


cdef void lay_pull(from_vector mean, from_vector rise, from_vector k0, from_vector k1, real* mean_, real* rise_, real* k0_,
                   real* k1_, real* k2_, Py_ssize_t channels) noexcept nogil:
    # the coefficients of dx in the type of the data; k2 makes good what the roundings of mean and rise took away
    cdef Py_ssize_t c
    for c in range(channels):
        mean_[c], rise_[c] = <real>mean[c], <real>rise[c]
    for c in range(channels):
        k0_[c], k1_[c] = <real>k0[c], <real>k1[c]
    for c in range(channels):
        k2_[c] = <real>(-k0[c] * (rise[c] - rise_[c]) - k1[c] * (mean[c] - mean_[c]))


cdef void lay_coefficients(const Channels* k, Py_ssize_t first, Py_ssize_t end, const real* kind) noexcept nogil:
    lay_pull(k.mean + first, k.rise + first, k.a + first, k.k1 + first, <real*>k.coefficient[0] + first,
             <real*>k.coefficient[1] + first, <real*>k.coefficient[2] + first, <real*>k.coefficient[3] + first,
             <real*>k.coefficient[4] + first, end - first)


cdef void round_off(from_vector values, float* rounded, Py_ssize_t count) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(count):
        rounded[c] = <float>values[c]


cdef inline void widen(const float* given, const double* room, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    cdef double* wide = <double*>room
    cdef Py_ssize_t c
    if given != NULL:
        for c in range(first, end):
            wide[c] = given[c]


cdef inline void widen_all(const Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    widen(k.given.gamma, k.gamma, first, end)
    widen(k.given.beta, k.beta, first, end)
    widen(k.given.mean, k.mean, first, end)
    widen(k.given.var, k.var, first, end)


# What a thread does for a range of channels when their sums are there, or before they are needed.

cdef void conclude_moments(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    if k.parts > 1:
        whole_moments(k, first, end)
    close_moments(k.moments.hi + first, k.moments.lo + first, k.moments.m2 + first, k.near + first, k.rest + first,
                  k.mean + first, k.var + first, end - first, k.m)


cdef void conclude_scale(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # the map that the batch's own statistics make of (9.40) and (9.41)
    conclude_moments(k, first, end)
    own_scale(k, first, end)


cdef void own_scale(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    cdef Py_ssize_t c
    widen_all(k, first, end)
    root(k.var + first, k.rstd + first, end - first, k.eps, True)
    for c in range(first, end):
        k.residual[c] = (k.near[c] - k.mean[c]) + k.rest[c]
    close_scale(k.mean + first, k.gamma + first, k.rstd + first, k.beta + first, k.var + first, k.a + first,
                k.wide + first, end - first, k.m)
    lay_map(k, own_map(k), first, end)


cdef void given_scale(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # the map that given statistics make of (9.40) and (9.41)
    cdef Py_ssize_t c
    widen_all(k, first, end)
    root(k.var + first, k.rstd + first, end - first, k.eps, False)
    for c in range(first, end):
        k.residual[c] = 0
    close_scale(k.mean + first, k.gamma + first, k.rstd + first, k.beta + first, k.residual + first, k.a + first,
                k.wide + first, end - first, k.m)
    lay_map(k, own_map(k), first, end)


cdef void conclude_sums(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # dbeta = sum dy, dgamma = rstd sum dy (x - mean)
    cdef Py_ssize_t c
    if k.parts > 1:
        whole_sums(k, first, end)
    settle_sums(k.sums.dy_hi + first, k.sums.dy_lo + first, k.sums.dyd_hi + first, k.sums.dyd_lo + first, k.dbeta + first,
                k.near + first, end - first)
    centres(k.mean + first, k.var + first, k.rest + first, end - first, k.single and k.own)
    for c in range(first, end):
        k.rest[c] = k.mean[c] - k.rest[c]
    close_sums(k.near + first, k.dbeta + first, k.rest + first, k.rstd + first, k.residual + first, k.dgamma + first,
               end - first)
    if k.wanted.dgamma != NULL:
        round_off(k.dgamma + first, k.wanted.dgamma + first, end - first)
        round_off(k.dbeta + first, k.wanted.dbeta + first, end - first)


cdef void conclude_pull(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # dgamma, dbeta, and the map that gives dx in training mode
    widen_all(k, first, end)
    root(k.var + first, k.rstd + first, end - first, k.eps, True)
    conclude_sums(k, first, end)
    close_pull(k.mean + first, k.var + first, k.gamma + first, k.rstd + first, k.dbeta + first, k.residual + first,
               k.rise + first, k.a + first, k.k1 + first, k.wide + first, end - first, k.m)
    if k.single:
        lay_coefficients(k, first, end, <const float*>NULL)
    else:
        lay_coefficients(k, first, end, <const double*>NULL)


cdef void given_pull(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # inference mode: dx = dy gamma rstd, a map of dy alone, whose other coefficients are 0
    cdef Py_ssize_t c
    widen_all(k, first, end)
    root(k.var + first, k.rstd + first, end - first, k.eps, False)
    for c in range(first, end):
        k.rise[c] = 0
    close_scale(k.rise + first, k.gamma + first, k.rstd + first, k.rise + first, k.rise + first, k.a + first,
                k.wide + first, end - first, k.m)
    lay_map(k, given_map(k), first, end)
