# What the sums of some channels become, worked out for all of them side by side: their statistics, and their maps.
#
# a. There is a vector for each quantity, with one number a channel, and one loop over channels for each step: sums, quotients
#    and roots of many small channels are then those of vectors.
# b. Parts are added in their order.
# c. A map is wide if float32 has not the range for it: it is then evaluated in float64.
# d. The coefficients in float64 may lie where the channel's records were, which have served.
# e. Rejected: compiled once for all levels. `fma` is then a call, and small batches take a tenth longer.

from bncore.core.types cimport (
    GIVEN_PULL, GIVEN_SCALE, GIVEN_SLOPE, GIVEN_SUMS, OWN_BEND, OWN_MOMENTS, OWN_PULL, OWN_SCALE, OWN_WEIGHTED, Coefficients,
    Conclusion, Parameters, Parts, Vector,
)
from bncore.core.leaves.numbers cimport (
    CANCELS, LARGE, NEAR_ZERO, REACH, SMALL, Mean, Sum, accumulate, add, any_wide, apart, fabs, flag_vector, fma, from_vector,
    given, mean_of_two, memcpy, number_or_zero, rounded, sqrt, stored, to_vector,
)
from bncore.core.leaves.weights cimport mean_beside
from bncore.core.partition cimport part_count

cdef enum:
    SOME_CHANNELS = 128            # that are worked out at a time: their vectors stay in the first cache


cdef struct Work:
    Py_ssize_t first               # of these channels
    Py_ssize_t channels            # how many they are
    Py_ssize_t at                  # the first, counted from that of the records and coefficients
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
    double sum[SOME_CHANNELS]
    double sum_lo[SOME_CHANNELS]
    double second[SOME_CHANNELS]
    double second_lo[SOME_CHANNELS]
    double rstd[SOME_CHANNELS]
    double near[SOME_CHANNELS]      # the mean before its rounding to one number is near + rest
    double rest[SOME_CHANNELS]
    double residual[SOME_CHANNELS]  # near + rest - mean
    double moved[SOME_CHANNELS]     # mean - centre
    double dyd[SOME_CHANNELS]       # sum dy (x - mean)
    double slope[SOME_CHANNELS]     # gamma rstd
    double rise[SOME_CHANNELS]      # mean(dy)
    double k1[SOME_CHANNELS]        # -gamma rstd^3 mean(dy (x - mean))
    double wide[SOME_CHANNELS]      # 0 or 1


cdef inline double* vector_of(const Vector* v, Py_ssize_t first, double* room, Py_ssize_t channels,
                              double otherwise) noexcept nogil:
    # what was given, or room for it
    cdef Py_ssize_t c
    if v.wide != NULL:
        return <double*>v.wide + first
    if v.single != NULL:
        for c in range(channels):
            room[c] = v.single[first + c]
    else:
        for c in range(channels):
            room[c] = otherwise
    return room


cdef inline void take_up(Work* w, const Parameters* p, Py_ssize_t first, Py_ssize_t at, Py_ssize_t channels) noexcept nogil:
    w.first, w.at, w.channels = first, at, channels
    w.gamma = vector_of(&p.gamma, first, w.own[0], channels, 1)
    w.beta = vector_of(&p.beta, first, w.own[1], channels, 0)
    w.mean = p.new_mean + first if p.new_mean != NULL else vector_of(&p.mean, first, w.own[2], channels, 0)
    w.var = p.new_var + first if p.new_var != NULL else vector_of(&p.var, first, w.own[3], channels, 0)
    w.dgamma = p.dgamma + first if p.dgamma != NULL else w.own[4]
    w.dbeta = p.dbeta + first if p.dbeta != NULL else w.own[5]


# Parts put together.

cdef inline void add_part(from_vector hi, const double* lo, to_vector total, to_vector total_lo,
                          Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        accumulate(hi[c], &total[c], &total_lo[c], True)
    if lo != NULL:
        for c in range(channels):
            total_lo[c] += lo[c]


cdef inline void means_of(from_vector hi, to_vector lo, to_vector near, to_vector rest, Py_ssize_t channels,
                          double count) noexcept nogil:
    cdef Mean mean
    cdef Py_ssize_t c
    for c in range(channels):
        lo[c] = number_or_zero(lo[c])
        mean = mean_of_two(hi[c], lo[c], count)
        near[c], rest[c] = mean.near, mean.rest


cdef inline void add_deviation(double hi, double lo, double m2, double near, double rest, double* total, double* total_lo,
                               double count) noexcept nogil:
    # m2 + count (mean of the part - mean)^2
    cdef Mean part = mean_of_two(hi, lo, count)
    cdef double e = apart(part.near, part.rest, near, rest)
    accumulate(m2, total, total_lo, True)
    accumulate(count * e * e, total, total_lo, True)


cdef inline void add_deviations(from_vector hi, const double* lo, from_vector m2, from_vector near, from_vector rest,
                                to_vector total, to_vector total_lo, Py_ssize_t channels, double count) noexcept nogil:
    cdef Py_ssize_t c
    if lo == NULL:
        for c in range(channels):
            add_deviation(hi[c], 0, m2[c], near[c], rest[c], &total[c], &total_lo[c], count)
    else:
        for c in range(channels):
            add_deviation(hi[c], lo[c], m2[c], near[c], rest[c], &total[c], &total_lo[c], count)


cdef inline const double* records_of(double* const* vectors, int i, const Parts* parts, Py_ssize_t at,
                                     Py_ssize_t t) noexcept nogil:
    # what part t has left of the channels from `at` on
    return vectors[i] + t * parts.stride + at if vectors[i] != NULL else NULL


cdef inline void copy_or_zero(const double* of, to_vector vector, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        vector[c] = of[c] if of != NULL else 0


cdef inline void collect_moments(Work* w, const Parts* parts, double m) noexcept nogil:
    # the sums add up, and so do squared deviations from the mean of the whole
    cdef Py_ssize_t c, t
    copy_or_zero(records_of(parts.records.hi, 0, parts, w.at, 0), w.sum, w.channels)
    copy_or_zero(records_of(parts.records.lo, 0, parts, w.at, 0), w.sum_lo, w.channels)
    if parts.partition.parts == 1:
        copy_or_zero(records_of(parts.records.hi, 1, parts, w.at, 0), w.second, w.channels)
        return
    for t in range(1, parts.partition.parts):
        add_part(records_of(parts.records.hi, 0, parts, w.at, t), records_of(parts.records.lo, 0, parts, w.at, t), w.sum,
                 w.sum_lo, w.channels)
    means_of(w.sum, w.sum_lo, w.near, w.rest, w.channels, m)
    copy_or_zero(NULL, w.second, w.channels)
    copy_or_zero(NULL, w.second_lo, w.channels)
    for t in range(parts.partition.parts):
        add_deviations(records_of(parts.records.hi, 0, parts, w.at, t), records_of(parts.records.lo, 0, parts, w.at, t),
                       records_of(parts.records.hi, 1, parts, w.at, t), w.near, w.rest, w.second, w.second_lo, w.channels,
                       <double>part_count(parts.partition, t))
    for c in range(w.channels):
        w.second[c] += number_or_zero(w.second_lo[c])


cdef inline void collect_pairs(Work* w, const Parts* parts) noexcept nogil:
    cdef Py_ssize_t t
    copy_or_zero(records_of(parts.records.hi, 0, parts, w.at, 0), w.sum, w.channels)
    copy_or_zero(records_of(parts.records.lo, 0, parts, w.at, 0), w.sum_lo, w.channels)
    copy_or_zero(records_of(parts.records.hi, 1, parts, w.at, 0), w.second, w.channels)
    copy_or_zero(records_of(parts.records.lo, 1, parts, w.at, 0), w.second_lo, w.channels)
    for t in range(1, parts.partition.parts):
        add_part(records_of(parts.records.hi, 0, parts, w.at, t), records_of(parts.records.lo, 0, parts, w.at, t), w.sum,
                 w.sum_lo, w.channels)
        add_part(records_of(parts.records.hi, 1, parts, w.at, t), records_of(parts.records.lo, 1, parts, w.at, t), w.second,
                 w.second_lo, w.channels)


# Each step is a loop over channels from the first of the vectors that it is given.

cdef inline void close_moments(from_vector hi, from_vector lo, from_vector m2, to_vector near, to_vector rest, to_vector mean,
                               to_vector var, Py_ssize_t channels, double m) noexcept nogil:
    # (9.38) and (9.39)
    cdef Mean whole
    cdef Py_ssize_t c
    for c in range(channels):
        whole = mean_of_two(hi[c], lo[c], m)
        near[c], rest[c], mean[c] = whole.near, whole.rest, whole.near + whole.rest
        var[c] = (m2[c] if not m2[c] < 0 else 0) / m


cdef inline void root(from_vector var, to_vector rstd, Py_ssize_t channels, double eps, bint own) noexcept nogil:
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


cdef inline bint narrow(double factor) noexcept nogil:
    return (factor == 0) | ((SMALL <= fabs(factor)) & (fabs(factor) <= LARGE))


cdef inline void close_scale(from_vector mean, from_vector gamma, from_vector rstd, from_vector beta, from_vector var,
                             to_vector slope, to_vector wide, Py_ssize_t channels, double m) noexcept nogil:
    # (x - mean)^2 is at most m var
    cdef double a
    cdef Py_ssize_t c
    for c in range(channels):
        a = gamma[c] * rstd[c]
        slope[c] = a
        wide[c] = 0 if (narrow(a) & (var[c] * m <= REACH * REACH) & (fabs(mean[c]) <= REACH) & (fabs(beta[c]) <= LARGE)) else 1


cdef inline void close_given(from_vector mean, from_vector gamma, from_vector rstd, from_vector beta, to_vector slope,
                             to_vector wide, Py_ssize_t channels) noexcept nogil:
    # nothing bounds x: x - mean stays in float32 wherever x is only if the mean is less than half an ulp of its largest number
    cdef double a
    cdef Py_ssize_t c
    for c in range(channels):
        a = gamma[c] * rstd[c]
        slope[c] = a
        wide[c] = 0 if (narrow(a) & (fabs(mean[c]) <= CANCELS) & (fabs(beta[c]) <= LARGE)) else 1


cdef inline void lay_scale(from_vector mean, from_vector residual, from_vector slope, from_vector beta, stored* nearest,
                           stored* slope_, stored* level, Py_ssize_t channels) noexcept nogil:
    # the coefficients of y in the type of the map; level makes good what the rounding of the mean took away, if it took anything:
    # a slope may be infinite
    cdef double lost
    cdef Py_ssize_t c
    for c in range(channels):
        nearest[c] = <stored>mean[c]
        slope_[c] = <stored>slope[c]
    for c in range(channels):
        lost = (mean[c] - nearest[c]) + residual[c]
        level[c] = <stored>(beta[c] - lost * slope[c] if lost != 0 else beta[c])


cdef inline void settle_pairs(from_vector dy_hi, from_vector dy_lo, from_vector dyd_hi, from_vector dyd_lo, to_vector dy,
                              to_vector dyd, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        dy[c] = dy_hi[c] + number_or_zero(dy_lo[c])
        dyd[c] = dyd_hi[c] + number_or_zero(dyd_lo[c])


cdef inline void centres(from_vector mean, from_vector var, to_vector moved, Py_ssize_t channels, bint zeros) noexcept nogil:
    # mean - centre: `centre_of` of channels side by side; `zeros` says that there it may be 0
    cdef double centre
    cdef Py_ssize_t c
    for c in range(channels):
        centre = 0 if zeros and mean[c] * mean[c] <= (NEAR_ZERO - 1) * var[c] else mean[c]
        moved[c] = mean[c] - centre


cdef inline void close_pairs(from_vector dyd, from_vector dbeta, from_vector moved, from_vector rstd, to_vector sum_dyd,
                             to_vector dgamma, Py_ssize_t channels) noexcept nogil:
    # sum dy (x - mean) = sum dy (x - centre) - moved sum dy, and dgamma is rstd times that
    cdef double total
    cdef Py_ssize_t c
    for c in range(channels):
        total = fma(-moved[c], dbeta[c], dyd[c])
        total = total if moved[c] != 0 else dyd[c]
        sum_dyd[c] = total
        dgamma[c] = total * rstd[c]


cdef inline void close_pull(from_vector mean, from_vector var, from_vector gamma, from_vector rstd, from_vector dbeta,
                            from_vector sum_dyd, to_vector rise, to_vector slope, to_vector k1, to_vector wide,
                            Py_ssize_t channels, double m) noexcept nogil:
    # nothing bounds dy: dy - rise stays in float32 only if rise is small; and where a product with it overflows, so does dx,
    # but for what (x - mean) k1 takes away
    cdef double a, b
    cdef Py_ssize_t c
    for c in range(channels):
        a = gamma[c] * rstd[c]
        b = -a * ((sum_dyd[c] / m * rstd[c]) * rstd[c])
        rise[c], slope[c], k1[c] = dbeta[c] / m, a, b
        wide[c] = 0 if (narrow(a) & narrow(b) & (fabs(mean[c]) <= REACH) & (fabs(rise[c]) <= CANCELS)
                        & (var[c] * m <= REACH * REACH) & (b * b * (var[c] * m) <= CANCELS * CANCELS)) else 1


cdef inline void lay_pull(from_vector mean, from_vector rise, from_vector slope, from_vector k1, stored* mean_, stored* rise_,
                          stored* slope_, stored* k1_, stored* k2_, Py_ssize_t channels) noexcept nogil:
    # the coefficients of dx in the type of the map; k2 makes good what the roundings of mean and rise took away
    cdef Py_ssize_t c
    for c in range(channels):
        mean_[c], rise_[c] = <stored>mean[c], <stored>rise[c]
    for c in range(channels):
        slope_[c], k1_[c] = <stored>slope[c], <stored>k1[c]
    for c in range(channels):
        k2_[c] = <stored>(-slope[c] * (rise[c] - rise_[c]) - k1[c] * (mean[c] - mean_[c]))


cdef inline void keep_rests(from_vector hi, from_vector lo, from_vector rounded_, to_vector rest,
                            Py_ssize_t channels) noexcept nogil:
    # what the rounding of hi + lo took away; 0 of what is not finite
    cdef Py_ssize_t c
    for c in range(channels):
        rest[c] = number_or_zero((hi[c] - rounded_[c]) + number_or_zero(lo[c]))


cdef inline void round_off(from_vector values, float* to, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        to[c] = <float>values[c]


# What is kept of the channels in a Work.

cdef inline stored* column(const Coefficients* k, int j, Py_ssize_t at, const stored* kind) noexcept nogil:
    return <stored*>k.of[j] + at


cdef inline void keep_exact(const Work* w, const Coefficients* k, int j, const double* vector) noexcept nogil:
    if k.exact[j] != NULL:
        memcpy(k.exact[j] + w.at, vector, w.channels * sizeof(double))


cdef inline void keep_wide(const Work* w, const Coefficients* k, const double* first, const double* second, const double* third,
                           const double* fourth) noexcept nogil:
    # which channels are wide, and if any is, the coefficients in float64
    cdef flag_vector wide = k.wide + w.at
    cdef const double* flags = &w.wide[0]
    cdef Py_ssize_t c
    if k.wide == NULL:
        return
    for c in range(w.channels):
        wide[c] = flags[c] != 0
    if any_wide(k.wide + w.at, w.channels):
        keep_exact(w, k, 0, first)
        keep_exact(w, k, 1, second)
        keep_exact(w, k, 2, third)
        keep_exact(w, k, 3, fourth)


cdef inline void keep_scale(Work* w, const Coefficients* k, const double* mean, const double* beta,
                            const stored* kind) noexcept nogil:
    lay_scale(mean, w.residual, w.slope, beta, column(k, 0, w.at, kind), column(k, 1, w.at, kind), column(k, 2, w.at, kind),
              w.channels)
    keep_wide(w, k, mean, w.residual, w.slope, beta)


# The conclusions.

cdef inline void own_moments(Work* w, const Parameters* p, const Parts* parts) noexcept nogil:
    cdef Py_ssize_t c
    collect_moments(w, parts, p.m)
    close_moments(w.sum, w.sum_lo, w.second, w.near, w.rest, w.mean, w.var, w.channels, p.m)
    for c in range(w.channels):
        w.residual[c] = (w.near[c] - w.mean[c]) + w.rest[c]
    if p.new_rest != NULL:
        memcpy(p.new_rest + w.first, w.residual, w.channels * sizeof(double))


cdef inline void own_weighted(Work* w, const Parameters* p, const Parts* parts) noexcept nogil:
    # a part counts as much as its weights come to; nothing at all has mean and var 0
    cdef double** near = <double**>parts.records.hi
    cdef double** rest = <double**>parts.records.lo
    cdef Sum offset, weight, squares
    cdef double base, total, e
    cdef Mean mean
    cdef Py_ssize_t c, t, at
    for c in range(w.channels):
        offset.hi = offset.lo = weight.hi = weight.lo = squares.hi = squares.lo = base = 0
        for t in range(parts.partition.parts):
            at = t * parts.stride + w.at + c
            if near[2][at] != 0:
                base = near[0][at] if weight.hi == 0 else base
                add(&weight, near[2][at])
                add(&offset, near[2][at] * ((near[0][at] - base) + rest[0][at]))
        total = rounded(weight)
        mean = mean_beside(base, offset, total)
        for t in range(parts.partition.parts):
            at = t * parts.stride + w.at + c
            if near[2][at] != 0:
                e = (near[0][at] - mean.near) + (rest[0][at] - mean.rest)
                add(&squares, near[1][at])
                add(&squares, near[2][at] * e * e)
        e = rounded(squares)
        w.mean[c], w.residual[c] = mean.near, mean.rest
        w.var[c] = (e if not e < 0 else 0) / total if total != 0 else 0
        p.new_weight[w.first + c] = total
    memcpy(p.new_rest + w.first, w.residual, w.channels * sizeof(double))


cdef inline void own_scale(Work* w, const Parameters* p, const Parts* parts, const Coefficients* k,
                           const stored* kind) noexcept nogil:
    own_moments(w, p, parts)
    root(w.var, w.rstd, w.channels, p.eps, True)
    close_scale(w.mean, w.gamma, w.rstd, w.beta, w.var, w.slope, w.wide, w.channels, p.m)
    keep_scale(w, k, w.mean, w.beta, kind)


cdef inline void given_scale(Work* w, const Parameters* p, const Coefficients* k, const stored* kind) noexcept nogil:
    root(w.var, w.rstd, w.channels, p.eps, p.own)
    copy_or_zero(p.rest.wide + w.first if p.rest.wide != NULL else NULL, w.residual, w.channels)
    if p.own:
        close_scale(w.mean, w.gamma, w.rstd, w.beta, w.var, w.slope, w.wide, w.channels, p.m)
    else:
        close_given(w.mean, w.gamma, w.rstd, w.beta, w.slope, w.wide, w.channels)
    keep_scale(w, k, w.mean, w.beta, kind)


cdef inline void given_slope(Work* w, const Parameters* p, const Coefficients* k, const stored* kind) noexcept nogil:
    # dx = dy gamma rstd, a scale whose other coefficients are 0
    root(w.var, w.rstd, w.channels, p.eps, False)
    copy_or_zero(NULL, w.residual, w.channels)
    close_given(w.residual, w.gamma, w.rstd, w.residual, w.slope, w.wide, w.channels)
    keep_scale(w, k, w.residual, w.residual, kind)


cdef inline void conclude_pairs(Work* w, const Parameters* p, const Parts* parts, const stored* kind) noexcept nogil:
    # dbeta = sum dy, dgamma = rstd sum dy (x - mean)
    collect_pairs(w, parts)
    root(w.var, w.rstd, w.channels, p.eps, p.own)
    settle_pairs(w.sum, w.sum_lo, w.second, w.second_lo, w.dbeta, w.near, w.channels)
    centres(w.mean, w.var, w.moved, w.channels, stored is float and p.own)
    close_pairs(w.near, w.dbeta, w.moved, w.rstd, w.dyd, w.dgamma, w.channels)
    if p.dgamma_single != NULL:
        round_off(w.dgamma, p.dgamma_single + w.first, w.channels)
        round_off(w.dbeta, p.dbeta_single + w.first, w.channels)
    if p.new_dyd != NULL:
        memcpy(p.new_dyd + w.first, w.dyd, w.channels * sizeof(double))
        keep_rests(w.sum, w.sum_lo, w.dbeta, p.new_dy_rest + w.first, w.channels)
        keep_rests(w.second, w.second_lo, w.near, p.new_dyd_rest + w.first, w.channels)


cdef inline void keep_pull(Work* w, const Parameters* p, const Coefficients* k, const stored* kind) noexcept nogil:
    close_pull(w.mean, w.var, w.gamma, w.rstd, w.dbeta, w.dyd, w.rise, w.slope, w.k1, w.wide, w.channels, p.m)
    lay_pull(w.mean, w.rise, w.slope, w.k1, column(k, 0, w.at, kind), column(k, 1, w.at, kind), column(k, 2, w.at, kind),
             column(k, 3, w.at, kind), column(k, 4, w.at, kind), w.channels)
    keep_wide(w, k, w.mean, w.rise, w.slope, w.k1)


cdef inline void own_pull(Work* w, const Parameters* p, const Parts* parts, const Coefficients* k,
                          const stored* kind) noexcept nogil:
    conclude_pairs(w, p, parts, kind)
    keep_pull(w, p, k, kind)


cdef inline void given_pull(Work* w, const Parameters* p, const Coefficients* k, const stored* kind) noexcept nogil:
    root(w.var, w.rstd, w.channels, p.eps, p.own)
    copy_or_zero(p.sum_dy.wide + w.first, w.dbeta, w.channels)
    copy_or_zero(p.sum_dyd.wide + w.first, w.dyd, w.channels)
    keep_pull(w, p, k, kind)


cdef inline double whole_sum(const Parts* parts, int i, Py_ssize_t at) noexcept nogil:
    # one of the five sums of a channel, of those of its parts in their order
    cdef Sum total
    cdef Py_ssize_t t
    total.hi = total.lo = 0
    for t in range(parts.partition.parts):
        add(&total, parts.records.hi[i][t * parts.stride + at])
        add(&total, parts.records.lo[i][t * parts.stride + at])
    return rounded(total)


cdef inline void own_bend(Work* w, const Parameters* p, const Parts* parts, const Coefficients* k) noexcept nogil:
    # d_gamma, and the maps of second.pxd
    cdef double** of = <double**>k.of
    cdef double rstd, rise, drift, a, b, cov, slope, ddgamma
    cdef Py_ssize_t c, at
    root(w.var, w.rstd, w.channels, p.eps, True)
    for c in range(w.channels):
        at, rstd, slope, ddgamma = w.at + c, w.rstd[c], w.gamma[c] * w.rstd[c], given(&p.ddgamma, w.first + c, 0)
        rise, drift = whole_sum(parts, 0, at) / p.m, whole_sum(parts, 1, at) / p.m
        a, b = whole_sum(parts, 2, at) / p.m * rstd, whole_sum(parts, 3, at) / p.m * rstd
        cov = whole_sum(parts, 4, at) / p.m - rise * drift
        of[0][at], of[1][at], of[2][at], of[3][at], of[4][at] = w.mean[c], rise, drift, rstd, slope
        of[5][at], of[6][at] = ddgamma - slope * b, slope * a
        of[7][at], of[8][at] = slope * (3 * a * b - cov) - ddgamma * a, given(&p.ddbeta, w.first + c, 0)
        w.dgamma[c] = p.m * (cov - a * b) * rstd


# The leaf.

cdef inline void conclude(const stored* kind, Conclusion what, const Parameters* p, Py_ssize_t channel, Py_ssize_t channels,
                          const Parts* parts, const Coefficients* k) noexcept nogil:
    cdef Work w
    cdef Py_ssize_t at = 0
    while at < channels:
        take_up(&w, p, channel + at, at, min(<Py_ssize_t>SOME_CHANNELS, channels - at))
        if what == OWN_MOMENTS:
            own_moments(&w, p, parts)
        elif what == OWN_WEIGHTED:
            own_weighted(&w, p, parts)
        elif what == OWN_SCALE:
            own_scale(&w, p, parts, k, kind)
        elif what == GIVEN_SCALE:
            given_scale(&w, p, k, kind)
        elif what == GIVEN_SLOPE:
            given_slope(&w, p, k, kind)
        elif what == OWN_PULL:
            own_pull(&w, p, parts, k, kind)
        elif what == GIVEN_PULL:
            given_pull(&w, p, k, kind)
        elif what == GIVEN_SUMS:
            conclude_pairs(&w, p, parts, kind)
        elif what == OWN_BEND:
            own_bend(&w, p, parts, k)
        at += SOME_CHANNELS
