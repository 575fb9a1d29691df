# The numbers of the kernels: element types, unevaluated sums, and the coefficients of one channel.

cdef extern from "<math.h>" nogil:
    double sqrt(double)
    double fabs(double)
    double fma(double, double, double)   # one rounding, with or without an instruction for it

cdef extern from "<string.h>" nogil:
    void* memcpy(void*, const void*, size_t)

cdef extern from *:
    """
    /* float32 ends at 2^-126 and 2^128. Factors within [SMALL, LARGE], and differences up to REACH, keep
       full precision in it when two of them are multiplied or subtracted. */
    #define BN_SMALL 0x1p-100
    #define BN_LARGE 0x1p+100
    #define BN_REACH 0x1p+125
    /* a b + c where a b is a float64 number, as of two float32 numbers: fused or not, it is rounded once */
    #if defined(__FMA__) || defined(__ARM_FEATURE_FMA)
    #define bn_add_exact(a, b, c) __builtin_fma(a, b, c)
    #else
    #define bn_add_exact(a, b, c) ((a) * (b) + (c))
    #endif
    /* vectors that do not overlap, so that a loop over them is one of vector instructions */
    typedef const double* __restrict bn_from;
    typedef double* __restrict bn_to;
    typedef char* __restrict bn_flags;
    """
    ctypedef const double* from_vector "bn_from"
    ctypedef double* to_vector "bn_to"
    ctypedef char* char_vector "bn_flags"
    const double SMALL "BN_SMALL"
    const double LARGE "BN_LARGE"
    const double REACH "BN_REACH"
    double add_exact "bn_add_exact"(double a, double b, double c) noexcept nogil

cdef enum:
    NEAR_ZERO = 8   # a mean is near 0 if mean^2 + var is at most so many times var: no centring is needed then

ctypedef fused real:
    float
    double


cdef struct Sum:      # hi + lo, not rounded to one number
    double hi
    double lo


cdef struct Moments:  # of count elements: their sum, and the sum of their squared deviations from their mean
    double count
    Sum sum
    double m2


cdef struct Mean:     # near + rest; near is 0 if the mean is not finite
    double near
    double rest


cdef inline Py_ssize_t ceiling(Py_ssize_t n, Py_ssize_t divisor) noexcept nogil:
    return (n + divisor - 1) // divisor


cdef inline double finite_or_zero(double value) noexcept nogil:
    return value if value - value == 0 else 0


cdef inline void accumulate(double term, double* hi, double* lo, bint exact) noexcept nogil:
    # hi += term, and with it, if exact, Knuth's TwoSum: what rounding took from hi goes to lo
    cdef double s, back
    s = hi[0] + term
    if exact:
        back = s - hi[0]
        lo[0] += (hi[0] - (s - back)) + (term - back)
    hi[0] = s


cdef inline void add(Sum* total, double term) noexcept nogil:
    accumulate(term, &total.hi, &total.lo, True)


cdef inline double left_over(Sum total) noexcept nogil:
    # an infinite hi has a lo that is not a number, and is itself the sum
    return total.lo if total.lo == total.lo else 0


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


cdef inline double apart(Mean a, Mean b) noexcept nogil:
    return (a.near - b.near) + (a.rest - b.rest)


# The maps: y = (x - nearest) slope + level by (9.40) and (9.41), where slope = gamma rstd, and nearest is the mean in
# the type of the data; dx = (dy - rise) k0 + ((x - mean) k1 + k2), where rise = mean(dy), k0 = gamma rstd and
# k1 = -gamma rstd^3 mean(dy (x - mean)).

cdef extern from *:
    """
    /* of numbers, or of vectors of them */
    #define bn_scaled(x, nearest, slope, level) (((x) - (nearest)) * (slope) + (level))
    #define bn_pulled(dy, x, mean, rise, k0, k1, k2) (((dy) - (rise)) * (k0) + (((x) - (mean)) * (k1) + (k2)))
    """
    float scaled_float "bn_scaled"(float x, float nearest, float slope, float level) noexcept nogil
    double scaled_double "bn_scaled"(double x, double nearest, double slope, double level) noexcept nogil
    float pulled_float "bn_pulled"(float dy, float x, float mean, float rise, float k0, float k1, float k2) noexcept nogil
    double pulled_double "bn_pulled"(double dy, double x, double mean, double rise, double k0, double k1,
                                     double k2) noexcept nogil


cdef inline real scaled(real x, real nearest, real slope, real level) noexcept nogil:
    if real is float:
        return scaled_float(x, nearest, slope, level)
    else:
        return scaled_double(x, nearest, slope, level)


cdef inline real pulled(real dy, real x, real mean, real rise, real k0, real k1, real k2) noexcept nogil:
    if real is float:
        return pulled_float(dy, x, mean, rise, k0, k1, k2)
    else:
        return pulled_double(dy, x, mean, rise, k0, k1, k2)


cdef inline double offset(double mean, double residual, double a, double beta, double nearest) noexcept nogil:
    # level of y = (x - nearest) a + level; residual is what the rounding of the mean to float64 left over
    return beta - ((mean - nearest) + residual) * a


# A channel is wide if float32 has not the range for its map, which is then evaluated in float64.

cdef inline bint narrow(double factor) noexcept nogil:
    return (factor == 0) | ((SMALL <= fabs(factor)) & (fabs(factor) <= LARGE))


cdef inline bint scale_is_wide(double mean, double a, double beta, double reach) noexcept nogil:
    # reach: an upper bound of (x - mean)^2 over the channel, as far as it is known
    return not (narrow(a) & (reach <= REACH * REACH) & (fabs(mean) <= REACH) & (fabs(beta) <= LARGE))


cdef inline bint pull_is_wide(double mean, double rise, double k0, double k1, double reach) noexcept nogil:
    return not (narrow(k0) & narrow(k1) & (fabs(mean) <= REACH) & (fabs(rise) <= REACH) & (reach <= REACH * REACH))
