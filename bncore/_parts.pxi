# The parts of a batch put together: what chunks or row blocks have left of each channel becomes one record.
#
# Parts are added in their order, and each step is a loop over channels.

cdef void add_part(from_vector hi, from_vector lo, to_vector total, to_vector total_lo, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        accumulate(hi[c], &total[c], &total_lo[c], True)
        total_lo[c] += lo[c]


cdef void means_of(from_vector hi, to_vector lo, to_vector near, to_vector rest, Py_ssize_t channels,
                   double count) noexcept nogil:
    cdef Mean mean
    cdef Py_ssize_t c
    for c in range(channels):
        lo[c] = lo[c] if lo[c] == lo[c] else 0
        mean = mean_of_two(hi[c], lo[c], count)
        near[c], rest[c] = mean.near, mean.rest


cdef void add_deviations(from_vector hi, from_vector lo, from_vector m2, from_vector near, from_vector rest, to_vector total,
                         to_vector total_lo, Py_ssize_t channels, double count) noexcept nogil:
    # m2 + count (mean of the part - mean)^2
    cdef Mean mean, whole
    cdef double e
    cdef Py_ssize_t c
    for c in range(channels):
        whole.near, whole.rest = near[c], rest[c]
        e = apart(mean_of_two(hi[c], lo[c], count), whole)
        accumulate(m2[c], &total[c], &total_lo[c], True)
        accumulate(count * e * e, &total[c], &total_lo[c], True)


cdef void whole_moments(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # into the record of the first part: the sums add up, and so do squared deviations from the mean of the whole. What
    # this needs on the way lies in vectors whose own numbers come later.
    cdef const MomentRecords* of = &k.moments
    cdef double* sum_hi = k.near + first
    cdef double* sum_lo = k.rest + first
    cdef double* m2 = k.rise + first
    cdef double* m2_lo = k.k1 + first
    cdef Py_ssize_t c, t, at, channels = end - first
    for c in range(channels):
        sum_hi[c] = sum_lo[c] = m2[c] = m2_lo[c] = 0
    for t in range(k.parts):
        at = t * k.count + first
        add_part(of.hi + at, of.lo + at, sum_hi, sum_lo, channels)
    means_of(sum_hi, sum_lo, k.residual + first, k.a + first, channels, k.m)
    for t in range(k.parts):
        at = t * k.count + first
        add_deviations(of.hi + at, of.lo + at, of.m2 + at, k.residual + first, k.a + first, m2, m2_lo, channels, k.counts[t])
    for c in range(channels):
        of.hi[first + c], of.lo[first + c] = sum_hi[c], sum_lo[c]
        of.m2[first + c] = m2[c] + (m2_lo[c] if m2_lo[c] == m2_lo[c] else 0)


cdef void whole_sums(Channels* k, Py_ssize_t first, Py_ssize_t end) noexcept nogil:
    # into the record of the first part
    cdef const SumRecords* of = &k.sums
    cdef Py_ssize_t t, at
    for t in range(1, k.parts):
        at = t * k.count + first
        add_part(of.dy_hi + at, of.dy_lo + at, of.dy_hi + first, of.dy_lo + first, end - first)
        add_part(of.dyd_hi + at, of.dyd_lo + at, of.dyd_hi + first, of.dyd_lo + first, end - first)
