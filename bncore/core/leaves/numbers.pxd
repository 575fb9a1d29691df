# Numbers: vectors, unevaluated sums, and the maps of one element.
#
# a. Everything a sum adds is float64, or an unevaluated sum of two; maps stay in the type of their data.
# b. Compiled without fused multiply-add and without reassociation, so each level gives the same bits.

from bncore.core.types cimport Coefficients, Parameters, Records, Vector

cdef extern from "simd.h" nogil:
    double sqrt(double)
    double fabs(double)
    double fma(double, double, double)   # one rounding, with or without an instruction for it
    void* memcpy(void*, const void*, size_t)

    ctypedef const double* from_vector "bn_from"
    ctypedef double* to_vector "bn_to"
    ctypedef char* flag_vector "bn_flags"
    const double SMALL "BN_SMALL"
    const double LARGE "BN_LARGE"
    const double REACH "BN_REACH"
    const double CANCELS "BN_CANCELS"
    const double ROUNDING "BN_ROUNDING"
    double add_exact "bn_add_exact"(double a, double b, double c) noexcept

    void prefetch "bn_prefetch"(const void* p) noexcept            # into the first cache
    void prefetch_far "bn_prefetch_far"(const void* p) noexcept    # into the second
    const bint STREAMS "BN_STREAMS"
    void stream_line "bn_stream_line"(void* line, const void* source) noexcept

    const Py_ssize_t WIDTH "BN_WIDTH"                              # numbers to a unit
    ctypedef double unit "bn_unit"
    unit widen_unit "bn_widen"(const float* x) noexcept
    unit widen_some "bn_widen_some"(const float* x, Py_ssize_t count) noexcept
    unit add_exact_unit "bn_add_exact_unit"(unit a, unit b, unit c) noexcept
    unit load_unit "bn_load_unit"(const double* t) noexcept
    unit spread_unit "bn_spread_unit"(double x) noexcept
    void store_unit "bn_store_unit"(double* t, unit value) noexcept
    unit load_some_unit "bn_load_some_unit"(const double* t, Py_ssize_t count) noexcept
    void store_some_unit "bn_store_some_unit"(double* t, unit value, Py_ssize_t count) noexcept
    Py_ssize_t counted "bn_counted"(const double* w, Py_ssize_t count) noexcept
    bint masks "bn_masks"(const double* w, Py_ssize_t count) noexcept
    unit where_counts "bn_where_counts"(unit w, unit v) noexcept
    unit first_that_counts "bn_first_that_counts"(unit first, unit weight, unit w, unit x) noexcept

    const Py_ssize_t SINGLES "(2 * BN_WIDTH)"
    ctypedef float singles "bn_singles"
    singles spread_singles "bn_spread"(float x) noexcept
    singles load_singles "bn_load_singles"(const float* x) noexcept
    void store_singles "bn_store_singles"(float* y, singles v) noexcept
    singles load_some "bn_load_some"(const float* x, Py_ssize_t count) noexcept
    void store_some "bn_store_some"(float* y, singles v, Py_ssize_t count) noexcept

    float scaled_float "bn_scaled"(float x, float nearest, float slope, float level) noexcept
    double scaled_double "bn_scaled"(double x, double nearest, double slope, double level) noexcept
    singles scaled_singles "bn_scaled"(singles x, singles nearest, singles slope, singles level) noexcept
    unit scaled_unit "bn_scaled"(unit x, unit nearest, unit slope, unit level) noexcept
    float pulled_float "bn_pulled"(float dy, float x, float mean, float rise, float k0, float k1, float k2) noexcept
    double pulled_double "bn_pulled"(double dy, double x, double mean, double rise, double k0, double k1, double k2) noexcept
    singles pulled_singles "bn_pulled"(singles dy, singles x, singles mean, singles rise, singles k0, singles k1,
                                       singles k2) noexcept
    unit pulled_unit "bn_pulled"(unit dy, unit x, unit mean, unit rise, unit k0, unit k1, unit k2) noexcept

    ctypedef struct Lanes32 "bn_lanes":
        pass
    Lanes32 no_lanes "bn_no_lanes"() noexcept
    ctypedef struct Walk "bn_runs":
        const char* x
        const char* y
        Py_ssize_t x_plane, y_plane, planes, count, x_next, y_next
    void add_runs "bn_add_runs"(const Walk* runs, bint same, Lanes32* t, Lanes32* u) noexcept
    void fold_two "bn_fold_two"(Lanes32 t, Lanes32 u, double* of_t, double* of_u) noexcept
    double fold_eight "bn_fold_eight"(const double* t) noexcept
    double fold_run "bn_fold_run"(const double* t, Py_ssize_t count) noexcept

cdef enum:
    NEAR_ZERO = 8                  # a mean is near 0 if mean^2 + var is at most so many times var: no centring is needed then
    BREADTH = 8                    # lanes of a compensated sum

ctypedef fused stored:             # what an element is stored as
    float
    double


cdef struct Sum:                   # hi + lo, not rounded to one number
    double hi
    double lo


cdef struct Moments:               # their sum, and the sum of squared deviations from their mean
    Sum sum
    double m2


cdef struct Mean:                  # near + rest; near is 0 if the mean is not finite
    double near
    double rest


cdef struct Eight:                 # a sum in eight lanes
    double hi[BREADTH]
    double lo[BREADTH]             # its rounding errors


cdef inline Py_ssize_t ceiling(Py_ssize_t n, Py_ssize_t divisor) noexcept nogil:
    return (n + divisor - 1) // divisor


cdef inline double finite_or_zero(double value) noexcept nogil:
    return value if value - value == 0 else 0


cdef inline double number_or_zero(double value) noexcept nogil:
    return value if value == value else 0


cdef inline void accumulate(double term, double* hi, double* lo, bint compensated) noexcept nogil:
    # hi += term, and with it, if compensated, Knuth's TwoSum: what rounding took from hi goes to lo
    cdef double s, back
    s = hi[0] + term
    if compensated:
        back = s - hi[0]
        lo[0] += (hi[0] - (s - back)) + (term - back)
    hi[0] = s


cdef inline void add(Sum* total, double term) noexcept nogil:
    accumulate(term, &total.hi, &total.lo, True)


cdef inline double left_over(Sum total) noexcept nogil:
    # an infinite hi has a lo that is not a number, and is itself the sum
    return number_or_zero(total.lo)


cdef inline double rounded(Sum total) noexcept nogil:
    return total.hi + left_over(total)


cdef inline Sum product(double a, double b) noexcept nogil:
    # a b = hi + lo, exactly
    cdef Sum p
    p.hi = a * b
    p.lo = fma(a, b, -p.hi)
    return p


cdef inline Mean mean_of(Sum sum, double count) noexcept nogil:
    # rest = sum / count - near; of equal numbers near + rest is that number, whatever their count
    cdef Mean m
    m.near = finite_or_zero(rounded(sum) / count)
    m.rest = (fma(-count, m.near, sum.hi) + left_over(sum)) * (1 / count)
    return m


cdef inline Mean mean_of_two(double hi, double lo, double count) noexcept nogil:
    cdef Sum sum
    sum.hi, sum.lo = hi, lo
    return mean_of(sum, count)


cdef inline double apart(double near, double rest, double whole_near, double whole_rest) noexcept nogil:
    # mean of a part - mean of the whole. What is less than a mean is rounded by is 0, so that a constant has no variance,
    # whatever the counts of its parts. It costs no other batch a digit: means of float64 numbers that are not all equal
    # differ by 2^-53 / m of their size at least, or by nothing.
    cdef double e = (near - whole_near) + (rest - whole_rest)
    return 0 if fabs(e) <= ROUNDING * fabs(whole_near) else e


cdef inline Eight nothing() noexcept nogil:
    cdef Eight t
    cdef int j
    for j in range(BREADTH):
        t.hi[j] = t.lo[j] = 0
    return t


cdef inline Sum fold_lanes(const Eight* t) noexcept nogil:
    # the sum of all lanes, by halves
    cdef Eight u = t[0]
    cdef Sum total
    cdef int width = BREADTH // 2, j
    while width > 0:
        for j in range(width):
            u.lo[j] += u.lo[j + width]
            accumulate(u.hi[j + width], &u.hi[j], &u.lo[j], True)
        width //= 2
    total.hi, total.lo = u.hi[0], u.lo[0]
    return total


cdef inline Sum join_sums(const double* hi, const double* lo, Py_ssize_t size) noexcept nogil:
    # of sums side by side
    cdef Eight lanes = nothing()
    cdef Py_ssize_t p = 0
    cdef int j
    while p < size:
        for j in range(min(<Py_ssize_t>BREADTH, size - p)):
            accumulate(hi[p + j], &lanes.hi[j], &lanes.lo[j], True)
            lanes.lo[j] += lo[p + j]
        p += BREADTH
    return fold_lanes(&lanes)


cdef inline unit octet(unit x0, unit x1, unit x2, unit x3, unit x4, unit x5, unit x6, unit x7) noexcept nogil:
    return ((x0 + x1) + (x2 + x3)) + ((x4 + x5) + (x6 + x7))


# The maps of one element: y = (x - nearest) slope + level by (9.40) and (9.41), where slope = gamma rstd, and nearest is the
# mean in the type of the map; dx = (dy - rise) slope + ((x - mean) k1 + k2), where rise = mean(dy) and
# k1 = -gamma rstd^3 mean(dy (x - mean)).

cdef inline stored scaled(stored x, stored nearest, stored slope, stored level) noexcept nogil:
    if stored is float:
        return scaled_float(x, nearest, slope, level)
    else:
        return scaled_double(x, nearest, slope, level)


cdef inline stored pulled(stored dy, stored x, stored mean, stored rise, stored slope, stored k1, stored k2) noexcept nogil:
    if stored is float:
        return pulled_float(dy, x, mean, rise, slope, k1, k2)
    else:
        return pulled_double(dy, x, mean, rise, slope, k1, k2)


cdef inline double exactly_scaled(const Coefficients* k, Py_ssize_t c, double x) noexcept nogil:
    # y of a channel whose map leaves float32's range: ((x - mean) - residual) slope + beta; a map of dy has a slope alone
    if k.exact[0] == NULL:
        return x * k.exact[2][c] + 0
    return ((x - k.exact[0][c]) - k.exact[1][c]) * k.exact[2][c] + k.exact[3][c]


cdef inline double exactly_pulled(const Coefficients* k, Py_ssize_t c, double dy, double x) noexcept nogil:
    # dx of such a channel: (dy - rise) slope + (x - mean) k1
    return (dy - k.exact[1][c]) * k.exact[2][c] + (x - k.exact[0][c]) * k.exact[3][c]


cdef inline double exactly_mapped(const Coefficients* k, Py_ssize_t c, double dy, double x, bint pull) noexcept nogil:
    return exactly_pulled(k, c, dy, x) if pull else exactly_scaled(k, c, x)


cdef inline bint any_wide(const char* wide, Py_ssize_t channels) noexcept nogil:
    cdef Py_ssize_t c
    cdef char found = 0
    for c in range(channels if wide != NULL else 0):
        found |= wide[c]
    return found != 0


# What is given of a channel, and what a part leaves of it.

cdef inline double given(const Vector* v, Py_ssize_t c, double otherwise) noexcept nogil:
    return v.wide[c] if v.wide != NULL else v.single[c] if v.single != NULL else otherwise


cdef inline double centre_of(const Parameters* p, Py_ssize_t c, const stored* kind) noexcept nogil:
    # what sums of dy (x - centre) are about: 0 where that costs no digits and saves a subtraction. Nothing says that
    # given statistics are those of x, so there it is their mean.
    cdef double mean = given(&p.mean, c, 0)
    if stored is float:
        if p.own and mean * mean <= (NEAR_ZERO - 1) * given(&p.var, c, 0):
            return 0
    return mean


cdef inline void keep_moments(const Records* to, Py_ssize_t c, Moments one) noexcept nogil:
    to.hi[1][c] = one.m2
    if to.lo[0] == NULL:
        to.hi[0][c] = rounded(one.sum)
    else:
        to.hi[0][c], to.lo[0][c] = one.sum.hi, left_over(one.sum)


cdef inline void keep_sum(const Records* to, int i, Py_ssize_t c, Sum one) noexcept nogil:
    if to.lo[i] == NULL:
        to.hi[i][c] = rounded(one)
    else:
        to.hi[i][c], to.lo[i][c] = one.hi, left_over(one)
