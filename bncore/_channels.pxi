# The channels of a call: what is given of them, what their parts leave, and the maps that they become.
#
# a. Partial results come in parts (chunks or row blocks) whose number and order depend on the shape alone.
# b. A part leaves a record of each channel: two numbers for float32 data; three or four, since sums of float64 data are
#    not rounded to one number. Coefficients are kept in the type of the data.
# c. When a channel is concluded its records have served. Its map in float64, which is needed where float32 has not the
#    range, then lies in their place.

cdef struct MomentRecords:         # records of moments: one for each part of each channel
    double* hi                     # their sum
    double* lo                     # what rounding took from it, or NULL: of float32 data that is far below their own
    double* m2                     # the sum of squared deviations from the mean of the part


cdef struct SumRecords:            # records of the two sums of the backward pass
    double* dy_hi                  # sum dy
    double* dy_lo                  # NULL for float32 data, as above
    double* dyd_hi                 # sum dy (x - centre)
    double* dyd_lo


cdef struct Given:                 # what was given in float32, or NULL
    const float* gamma
    const float* beta
    const float* mean
    const float* var


cdef struct Wanted:                # where results are wanted in float32, or NULL
    float* dgamma
    float* dbeta


cdef struct Channels:
    Py_ssize_t count               # channels to a part of the records: C, or as many as a thread carries at a time
    double m                       # elements of a channel
    double eps
    const double* gamma            # NULL stands for 1, unless it was given in float32
    const double* beta             # and for 0
    double* mean                   # NULL if it was given in float32
    double* var
    Given given
    bint own                       # mean and var are those of x
    double* dgamma                 # NULL if they are wanted in float32
    double* dbeta
    Wanted wanted
    Py_ssize_t parts
    double* counts                 # (parts,): elements of a part
    MomentRecords moments          # (parts, count)
    SumRecords sums                # (parts, count)
    bint single                    # the data are float32
    # what follows has one number a channel
    char* wide                     # whether float32 has not the range for its map
    void* coefficient[5]           # in the type of the data: of y, nearest, slope and level; of dx, mean, rise, k0, k1, k2
    double* exact[4]               # in float64: of y, mean, residual, a and beta; of dx, mean, rise, k0 and k1


cdef struct Affine:                # y = (x - nearest) slope + level
    const void* nearest            # the mean, a, and what makes good the rounding of the mean, in the type of the data
    const void* slope
    const void* level
    const char* wide
    const Channels* channels
    bint own                       # the statistics are those of x, and the map is among their exact ones
    bint product                   # the map from dy to dx of inference, which knows a alone


cdef struct Exact:                 # the same of one channel in float64: y = ((x - mean) - residual) a + beta
    double mean
    double residual
    double a
    double beta


cdef inline Affine map_of(const Channels* k, bint own, bint product) noexcept nogil:
    cdef Affine map
    map.nearest, map.slope, map.level = k.coefficient[0], k.coefficient[1], k.coefficient[2]
    map.wide, map.channels, map.own, map.product = k.wide, k, own, product
    return map


cdef inline Affine own_map(const Channels* k) noexcept nogil:
    # (9.40) and (9.41) with the statistics of x
    return map_of(k, True, False)


cdef inline Affine given_map(const Channels* k) noexcept nogil:
    # and with given ones
    return map_of(k, False, False)


cdef inline Affine slope_map(const Channels* k) noexcept nogil:
    # from dy to dx in inference mode
    return map_of(k, False, True)


cdef inline double mean_at(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.mean[c] if k.mean != NULL else k.given.mean[c]


cdef inline double var_at(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.var[c] if k.var != NULL else k.given.var[c]


cdef inline double gamma_at(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.gamma[c] if k.gamma != NULL else k.given.gamma[c] if k.given.gamma != NULL else 1


cdef inline double beta_at(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.beta[c] if k.beta != NULL else k.given.beta[c] if k.given.beta != NULL else 0


cdef Exact exact_map(const Affine* map, Py_ssize_t c) noexcept nogil:
    # of given statistics it is worked out anew, wherever it is needed
    cdef const Channels* k = map.channels
    cdef Exact e
    e.mean = e.residual = e.beta = 0
    if map.own:
        e.mean, e.residual, e.a, e.beta = k.exact[0][c], k.exact[1][c], k.exact[2][c], k.exact[3][c]
        return e
    e.a = gamma_at(k, c) * (1 / sqrt(var_at(k, c) + k.eps))
    if not map.product:
        e.mean, e.beta = mean_at(k, c), beta_at(k, c)
    return e


cdef inline double exactly_scaled(Exact e, double x) noexcept nogil:
    # y of a channel whose coefficients leave float32's range
    return ((x - e.mean) - e.residual) * e.a + e.beta


cdef inline double exactly_pulled(const Channels* k, Py_ssize_t c, double dy, double x) noexcept nogil:
    # dx of such a channel
    return (dy - k.exact[1][c]) * k.exact[2][c] + (x - k.exact[0][c]) * k.exact[3][c]


cdef inline double centre_at(const Channels* k, Py_ssize_t c) noexcept nogil:
    # what sums of dy (x - centre) are about: 0 where that costs no digits and saves a subtraction. Nothing says that
    # given statistics are those of x, so there it is their mean.
    if k.single and k.own and mean_at(k, c) * mean_at(k, c) <= (NEAR_ZERO - 1) * var_at(k, c):
        return 0
    return mean_at(k, c)


cdef inline void keep_moments(const Channels* k, Py_ssize_t c, Py_ssize_t t, Moments one) noexcept nogil:
    cdef Py_ssize_t at = t * k.count + c
    k.moments.m2[at] = one.m2
    if k.moments.lo == NULL:
        k.moments.hi[at] = rounded(one.sum)
    else:
        k.moments.hi[at], k.moments.lo[at] = one.sum.hi, left_over(one.sum)


cdef inline void keep_sums(const Channels* k, Py_ssize_t c, Py_ssize_t t, Sum dy, Sum dyd) noexcept nogil:
    cdef Py_ssize_t at = t * k.count + c
    if k.sums.dy_lo == NULL:
        k.sums.dy_hi[at], k.sums.dyd_hi[at] = rounded(dy), rounded(dyd)
    else:
        k.sums.dy_hi[at], k.sums.dy_lo[at] = dy.hi, left_over(dy)
        k.sums.dyd_hi[at], k.sums.dyd_lo[at] = dyd.hi, left_over(dyd)


cdef inline double* doubles_from(const double* vector, Py_ssize_t first) noexcept nogil:
    return <double*>vector + first if vector != NULL else NULL


cdef inline float* floats_from(const float* vector, Py_ssize_t first) noexcept nogil:
    return <float*>vector + first if vector != NULL else NULL


cdef void take_from(Channels* k, const Channels* of, Py_ssize_t first) noexcept nogil:
    # the caller's vectors, from this channel on
    k.gamma, k.given.gamma = doubles_from(of.gamma, first), floats_from(of.given.gamma, first)
    k.beta, k.given.beta = doubles_from(of.beta, first), floats_from(of.given.beta, first)
    k.mean, k.given.mean = doubles_from(of.mean, first), floats_from(of.given.mean, first)
    k.var, k.given.var = doubles_from(of.var, first), floats_from(of.given.var, first)
    k.dgamma, k.wanted.dgamma = doubles_from(of.dgamma, first), floats_from(of.wanted.dgamma, first)
    k.dbeta, k.wanted.dbeta = doubles_from(of.dbeta, first), floats_from(of.wanted.dbeta, first)
