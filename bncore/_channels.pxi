# What the partial sums of a channel become: its statistics, and the maps that give y and dx.
#
# Partial results come in parts (chunks or row blocks) whose number and order depend on the shape alone.
# They are combined in that order with compensated sums, by formulas that hold for parts of any sizes.

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
    Py_ssize_t across              # from one channel's record to the next channel's
    Py_ssize_t along               # from one part's record to the next part's
    double* rstd                   # (C,)
    double* centre                 # (C,): what sums of dy (x - centre) are about
    Mean* means                    # (C,): mean before its rounding to one number
    Moments* moments
    Sum* sums                      # two to a record: sum dy, sum dy (x - centre)
    Scale* scales                  # (C,)
    Pull* pulls                    # (C,)


cdef inline double gamma_of(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.gamma[c] if k.gamma != NULL else 1


cdef inline double beta_of(const Channels* k, Py_ssize_t c) noexcept nogil:
    return k.beta[c] if k.beta != NULL else 0


cdef Moments whole_moments(const Moments* part, Py_ssize_t parts, Py_ssize_t along, double m) noexcept nogil:
    # The sums add up, and m2 = sum of m2 + count (mean of the part - mean)^2.
    cdef Sum m2
    cdef Moments whole = part[0]
    cdef const Moments* one
    cdef Mean mean
    cdef double e
    cdef Py_ssize_t t
    if parts == 1:
        return whole
    whole.count = m
    for t in range(1, parts):
        one = part + t * along
        add(&whole.sum, one.sum.hi)
        add(&whole.sum, left_over(one.sum))
    mean = mean_of(whole.sum, m)
    m2.hi = m2.lo = 0
    for t in range(parts):
        one = part + t * along
        e = apart(mean_of(one.sum, one.count), mean)
        add(&m2, one.m2)
        add(&m2, one.count * e * e)
    whole.m2 = rounded(m2)
    return whole


# What follows is done for a range of channels at a time, so that divisions and roots are those of vectors.

cdef void conclude_moments(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # (9.38) and (9.39)
    cdef Moments whole
    cdef Py_ssize_t c
    for c in range(first, end):
        whole = whole_moments(k.moments + c * k.across, k.parts, k.along, k.m)
        k.means[c] = mean_of(whole.sum, k.m)
        k.mean[c] = k.means[c].near + k.means[c].rest
        k.var[c] = whole.m2
    for c in range(first, end):
        k.var[c] = (k.var[c] if not k.var[c] < 0 else 0) / k.m


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
        k.scales[c] = scale(k.mean[c], (k.means[c].near - k.mean[c]) + k.means[c].rest,
                            gamma_of(k, c) * k.rstd[c], beta_of(k, c), k.var[c] * k.m)


cdef void given_scale(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # the map that given statistics make of (9.40) and (9.41)
    cdef Py_ssize_t c
    given_rstd(k, first, end)
    for c in range(first, end):
        k.scales[c] = scale(k.mean[c], 0, gamma_of(k, c) * k.rstd[c], beta_of(k, c), 0)


cdef void own_centre(Channels* k, const real* kind) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(k.count):
        k.centre[c] = centre_of(k.mean[c], k.var[c], kind)


cdef void given_centre(Channels* k) noexcept nogil:
    # nothing says that given statistics are those of x
    memcpy(k.centre, k.mean, k.count * sizeof(double))


cdef inline double about_mean(const Channels* k, Py_ssize_t c, double about_centre) noexcept nogil:
    # sum dy (x - mean) = sum dy (x - centre) - (mean - centre) sum dy
    cdef double moved = k.mean[c] - k.centre[c]
    return fma(-moved, k.dbeta[c], about_centre) if moved != 0 else about_centre


cdef double whole_sums(Channels* k, Py_ssize_t c) noexcept nogil:
    # dbeta = sum dy is kept; sum dy (x - mean) is returned
    cdef const Sum* part
    cdef Sum dy, dyd
    cdef Py_ssize_t t
    if k.parts == 1:
        part = k.sums + 2 * c * k.across
        k.dbeta[c] = rounded(part[0])
        return about_mean(k, c, rounded(part[1]))
    dy.hi = dy.lo = dyd.hi = dyd.lo = 0
    for t in range(k.parts):
        part = k.sums + 2 * (c * k.across + t * k.along)
        add(&dy, part[0].hi)
        add(&dy, left_over(part[0]))
        add(&dyd, part[1].hi)
        add(&dyd, left_over(part[1]))
    k.dbeta[c] = rounded(dy)
    return about_mean(k, c, rounded(dyd))


cdef void conclude_pull(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # dgamma, dbeta, and the map that gives dx in training mode
    cdef double sum_dyd
    cdef Py_ssize_t c
    own_rstd(k, first, end)
    for c in range(first, end):
        sum_dyd = whole_sums(k, c)
        k.dgamma[c] = sum_dyd * k.rstd[c]
        k.pulls[c] = pull(k.mean[c], k.rstd[c], gamma_of(k, c), k.dbeta[c], sum_dyd, k.m, k.var[c] * k.m)


cdef void given_pull(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # inference mode: dx = dy gamma rstd, a map of dy alone
    cdef Py_ssize_t c
    given_rstd(k, first, end)
    for c in range(first, end):
        k.scales[c] = scale(0, 0, gamma_of(k, c) * k.rstd[c], 0, 0)


cdef void conclude_given(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # dgamma and dbeta in inference mode
    cdef Py_ssize_t c
    for c in range(first, end):
        k.dgamma[c] = whole_sums(k, c) * k.rstd[c]
