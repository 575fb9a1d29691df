from libc.math cimport isfinite


cdef inline double unbiased(double m) noexcept nogil:
    # the variance that is kept over that of (9.39)
    return m / (m - 1)


cdef inline double entered(double kept, double new, double weight, double factor) noexcept nogil:
    # (1 - weight) kept + weight factor new; what weighs 0 has no say, even if it is no number
    cdef double taken = factor * new, part = weight * taken
    if weight == 0:
        return kept
    if weight == 1:
        return taken
    if factor != 1 and not isfinite(part):
        # factor new may overflow where the average does not
        part = weight * factor * new
    return (1 - weight) * kept + part
