# The parts of a batch put together: what chunks or row blocks have left of each channel becomes one sum.
#
# Parts are added in their order, and each step is a loop over channels.

cdef void add_part(from_vector hi, const double* lo, to_vector total, to_vector total_lo, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        accumulate(hi[c], &total[c], &total_lo[c], True)
    if lo != NULL:
        for c in range(channels):
            total_lo[c] += lo[c]


cdef void means_of(from_vector hi, to_vector lo, to_vector near, to_vector rest, Py_ssize_t channels,
                   double count) noexcept nogil:
    cdef Mean mean
    cdef Py_ssize_t c
    for c in range(channels):
        lo[c] = lo[c] if lo[c] == lo[c] else 0
        mean = mean_of_two(hi[c], lo[c], count)
        near[c], rest[c] = mean.near, mean.rest


cdef inline void add_deviation(double hi, double lo, double m2, double near, double rest, double* total, double* total_lo,
                               double count) noexcept nogil:
    # m2 + count (mean of the part - mean)^2
    cdef Mean whole
    cdef double e
    whole.near, whole.rest = near, rest
    e = apart(mean_of_two(hi, lo, count), whole)
    accumulate(m2, total, total_lo, True)
    accumulate(count * e * e, total, total_lo, True)


cdef void add_deviations(from_vector hi, const double* lo, from_vector m2, from_vector near, from_vector rest,
                         to_vector total, to_vector total_lo, Py_ssize_t channels, double count) noexcept nogil:
    cdef Py_ssize_t c
    if lo == NULL:
        for c in range(channels):
            add_deviation(hi[c], 0, m2[c], near[c], rest[c], &total[c], &total_lo[c], count)
    else:
        for c in range(channels):
            add_deviation(hi[c], lo[c], m2[c], near[c], rest[c], &total[c], &total_lo[c], count)


cdef inline const double* records_of(const double* records, Work* w, const Channels* k, Py_ssize_t t) noexcept nogil:
    # those that part t has left of the channels that are worked out
    return records + t * k.count + w.at if records != NULL else NULL


cdef void copy_or_zero(const double* of, to_vector vector, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    for c in range(channels):
        vector[c] = of[c] if of != NULL else 0


cdef void collect_moments(Work* w, const Channels* k) noexcept nogil:
    # the sums add up, and so do squared deviations from the mean of the whole
    cdef const MomentRecords* of = &k.moments
    cdef Py_ssize_t c, t
    copy_or_zero(records_of(of.hi, w, k, 0), w.first, w.channels)
    copy_or_zero(records_of(of.lo, w, k, 0), w.first_lo, w.channels)
    if k.parts == 1:
        copy_or_zero(records_of(of.m2, w, k, 0), w.second, w.channels)
        return
    for t in range(1, k.parts):
        add_part(records_of(of.hi, w, k, t), records_of(of.lo, w, k, t), w.first, w.first_lo, w.channels)
    means_of(w.first, w.first_lo, w.near, w.rest, w.channels, k.m)
    copy_or_zero(NULL, w.second, w.channels)
    copy_or_zero(NULL, w.second_lo, w.channels)
    for t in range(k.parts):
        add_deviations(records_of(of.hi, w, k, t), records_of(of.lo, w, k, t), records_of(of.m2, w, k, t), w.near, w.rest,
                       w.second, w.second_lo, w.channels, k.counts[t])
    for c in range(w.channels):
        w.second[c] += w.second_lo[c] if w.second_lo[c] == w.second_lo[c] else 0


cdef void collect_sums(Work* w, const Channels* k) noexcept nogil:
    cdef const SumRecords* of = &k.sums
    cdef Py_ssize_t t
    copy_or_zero(records_of(of.dy_hi, w, k, 0), w.first, w.channels)
    copy_or_zero(records_of(of.dy_lo, w, k, 0), w.first_lo, w.channels)
    copy_or_zero(records_of(of.dyd_hi, w, k, 0), w.second, w.channels)
    copy_or_zero(records_of(of.dyd_lo, w, k, 0), w.second_lo, w.channels)
    for t in range(1, k.parts):
        add_part(records_of(of.dy_hi, w, k, t), records_of(of.dy_lo, w, k, t), w.first, w.first_lo, w.channels)
        add_part(records_of(of.dyd_hi, w, k, t), records_of(of.dyd_lo, w, k, t), w.second, w.second_lo, w.channels)
