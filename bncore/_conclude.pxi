# What a thread does for some channels when their sums are there, or before they are needed.
#
# `own_` and `given_` work on channels that have been taken up, and whose sums, if they need any, are in the Work;
# `conclude_` begins with the records of their parts.

cdef void lay_wide(Work* w, const Channels* k) noexcept nogil:
    cdef char_vector wide = k.wide + w.at
    cdef const double* flags = &w.wide[0]
    cdef Py_ssize_t c
    for c in range(w.channels):
        wide[c] = flags[c] != 0


cdef inline real* coefficient(Work* w, const Channels* k, int j, const real* kind) noexcept nogil:
    return <real*>k.coefficient[j] + w.at


cdef void lay_map(Work* w, const Channels* k, const double* mean, const double* beta, const real* kind) noexcept nogil:
    lay_scale(mean, w.residual, w.a, beta, coefficient(w, k, 0, kind), coefficient(w, k, 1, kind), coefficient(w, k, 2, kind),
              w.channels)


cdef void lay_affine(Work* w, const Channels* k, const double* mean, const double* beta) noexcept nogil:
    # a map to y, or, with zeros for mean and beta, from dy to dx
    lay_wide(w, k)
    if k.single:
        lay_map(w, k, mean, beta, <const float*>NULL)
    else:
        lay_map(w, k, mean, beta, <const double*>NULL)


cdef void lay_coefficients(Work* w, const Channels* k, const real* kind) noexcept nogil:
    lay_pull(w.mean, w.rise, w.a, w.k1, coefficient(w, k, 0, kind), coefficient(w, k, 1, kind), coefficient(w, k, 2, kind),
             coefficient(w, k, 3, kind), coefficient(w, k, 4, kind), w.channels)


cdef void own_moments(Work* w, const Channels* k) noexcept nogil:
    # (9.38) and (9.39)
    close_moments(w.first, w.first_lo, w.second, w.near, w.rest, w.mean, w.var, w.channels, k.m)


cdef void own_scale(Work* w, const Channels* k) noexcept nogil:
    # the map that the batch's own statistics make of (9.40) and (9.41)
    cdef Py_ssize_t c
    root(w.var, w.rstd, w.channels, k.eps, True)
    for c in range(w.channels):
        w.residual[c] = (w.near[c] - w.mean[c]) + w.rest[c]
    close_scale(w.mean, w.gamma, w.rstd, w.beta, w.var, w.a, w.wide, w.channels, k.m)
    lay_affine(w, k, w.mean, w.beta)


cdef void given_scale(Work* w, const Channels* k) noexcept nogil:
    # the map that given statistics make of (9.40) and (9.41)
    root(w.var, w.rstd, w.channels, k.eps, False)
    copy_or_zero(NULL, w.residual, w.channels)
    close_scale(w.mean, w.gamma, w.rstd, w.beta, w.residual, w.a, w.wide, w.channels, k.m)
    lay_affine(w, k, w.mean, w.beta)


cdef void own_sums(Work* w, const Channels* k) noexcept nogil:
    # dbeta = sum dy, dgamma = rstd sum dy (x - mean)
    cdef Py_ssize_t c
    settle_sums(w.first, w.first_lo, w.second, w.second_lo, w.dbeta, w.near, w.channels)
    centres(w.mean, w.var, w.rest, w.channels, k.single and k.own)
    for c in range(w.channels):
        w.moved[c] = w.mean[c] - w.rest[c]
    close_sums(w.near, w.dbeta, w.moved, w.rstd, w.dyd, w.dgamma, w.channels)
    if k.wanted.dgamma != NULL:
        round_off(w.dgamma, k.wanted.dgamma + w.at, w.channels)
        round_off(w.dbeta, k.wanted.dbeta + w.at, w.channels)


cdef void own_pull(Work* w, const Channels* k) noexcept nogil:
    # dgamma, dbeta, and the map that gives dx in training mode
    root(w.var, w.rstd, w.channels, k.eps, True)
    own_sums(w, k)
    close_pull(w.mean, w.var, w.gamma, w.rstd, w.dbeta, w.dyd, w.rise, w.a, w.k1, w.wide, w.channels, k.m)
    lay_wide(w, k)
    if k.single:
        lay_coefficients(w, k, <const float*>NULL)
    else:
        lay_coefficients(w, k, <const double*>NULL)


cdef void given_pull(Work* w, const Channels* k) noexcept nogil:
    # inference mode: dx = dy gamma rstd, a map of dy alone, whose other coefficients are 0
    root(w.var, w.rstd, w.channels, k.eps, False)
    copy_or_zero(NULL, w.residual, w.channels)
    close_scale(w.residual, w.gamma, w.rstd, w.residual, w.residual, w.a, w.wide, w.channels, k.m)
    lay_affine(w, k, w.residual, w.residual)


cdef void given_sums(Work* w, const Channels* k) noexcept nogil:
    root(w.var, w.rstd, w.channels, k.eps, False)
    own_sums(w, k)


cdef void keep_exact(Work* w, const Channels* k, const double* first, const double* second, const double* third,
                     const double* fourth) noexcept nogil:
    # what is needed where float32 has not the range: float64 has it
    cdef Py_ssize_t c
    if k.single:
        for c in range(w.channels):
            k.exact[0][w.at + c], k.exact[1][w.at + c] = first[c], second[c]
            k.exact[2][w.at + c], k.exact[3][w.at + c] = third[c], fourth[c]


ctypedef void (*Conclusion)(Work*, const Channels*) noexcept nogil


cdef void conclude_moments(Work* w, const Channels* k) noexcept nogil:
    collect_moments(w, k)
    own_moments(w, k)


cdef void conclude_scale(Work* w, const Channels* k) noexcept nogil:
    conclude_moments(w, k)
    own_scale(w, k)
    keep_exact(w, k, w.mean, w.residual, w.a, w.beta)


cdef void conclude_pull(Work* w, const Channels* k) noexcept nogil:
    collect_sums(w, k)
    own_pull(w, k)
    keep_exact(w, k, w.mean, w.rise, w.a, w.k1)


cdef void conclude_given_sums(Work* w, const Channels* k) noexcept nogil:
    collect_sums(w, k)
    given_sums(w, k)


cdef void conclude_channels(const Channels* k, Py_ssize_t first, Py_ssize_t end, Conclusion conclusion) noexcept nogil:
    cdef Work w
    cdef Py_ssize_t c = first
    while c < end:
        take_up(&w, k, c, min(<Py_ssize_t>SOME_CHANNELS, end - c))
        conclusion(&w, k)
        c += SOME_CHANNELS
