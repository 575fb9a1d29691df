# What the sums of some channels become, worked out for all of them side by side: their statistics, and the maps to y and dx.
#
# There is a vector for each quantity, with one number a channel, and one loop over channels for each step: sums, quotients
# and roots of many small channels are then those of vectors.

cdef enum:
    SOME_CHANNELS = 128            # that are worked out at a time: their vectors stay in the first cache


cdef struct Work:
    Py_ssize_t at                  # the first of these channels
    Py_ssize_t channels            # how many they are
    # what is the caller's, or is widened here
    const double* gamma
    const double* beta
    double* mean
    double* var
    double* dgamma
    double* dbeta
    double own[6][SOME_CHANNELS]   # room for these
    # of all parts together: sum x and the sum of squared deviations, or sum dy and sum dy (x - centre), each with what
    # rounding took from it
    double first[SOME_CHANNELS]
    double first_lo[SOME_CHANNELS]
    double second[SOME_CHANNELS]
    double second_lo[SOME_CHANNELS]
    double rstd[SOME_CHANNELS]
    double near[SOME_CHANNELS]      # the mean before its rounding to one number is near + rest
    double rest[SOME_CHANNELS]
    double residual[SOME_CHANNELS]  # near + rest - mean
    double moved[SOME_CHANNELS]     # mean - centre
    double dyd[SOME_CHANNELS]       # sum dy (x - mean)
    double a[SOME_CHANNELS]         # gamma rstd, which is k0 too
    double rise[SOME_CHANNELS]      # mean(dy)
    double k1[SOME_CHANNELS]        # -gamma rstd^3 mean(dy (x - mean))
    double wide[SOME_CHANNELS]      # 0 or 1


cdef inline double* vector_of(const double* wide, const float* single, Py_ssize_t first, double* room,
                              Py_ssize_t channels, double otherwise) noexcept nogil:
    # what was given, or room for it
    cdef Py_ssize_t c
    if wide != NULL:
        return <double*>wide + first
    if single != NULL:
        for c in range(channels):
            room[c] = single[first + c]
    else:
        for c in range(channels):
            room[c] = otherwise
    return room


cdef void take_up(Work* w, const Channels* k, Py_ssize_t first, Py_ssize_t channels) noexcept nogil:
    # these channels of k
    w.at, w.channels = first, channels
    w.gamma = vector_of(k.gamma, k.given.gamma, first, w.own[0], channels, 1)
    w.beta = vector_of(k.beta, k.given.beta, first, w.own[1], channels, 0)
    w.mean = vector_of(k.mean, k.given.mean, first, w.own[2], channels, 0)
    w.var = vector_of(k.var, k.given.var, first, w.own[3], channels, 0)
    w.dgamma = k.dgamma + first if k.dgamma != NULL else w.own[4]
    w.dbeta = k.dbeta + first if k.dbeta != NULL else w.own[5]


cdef void centres(from_vector mean, from_vector var, to_vector centre, Py_ssize_t channels, bint own) noexcept nogil:
    # `centre_at` of channels side by side; `own` says that there it may be 0
    cdef Py_ssize_t c
    for c in range(channels):
        centre[c] = mean[c]
    if own:
        for c in range(channels):
            centre[c] = 0 if mean[c] * mean[c] <= (NEAR_ZERO - 1) * var[c] else mean[c]


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


cdef void round_off(from_vector values, float* rounded, Py_ssize_t count) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(count):
        rounded[c] = <float>values[c]
