# What exact sums become: rational numbers, each rounded once to float64, to nearest and ties to even.
#
# a. With S = sum x and Q = sum x^2 of m elements, mean = S / m and var = (m Q - S^2) / m^2, which is never negative and is 0 only
#    where all elements are equal. Nothing cancels, for nothing is rounded before the end.
# b. A Number is an integer with a sign, and a power of 2 beside it. Its quotient is rounded from its 193 highest bits or more: of
#    what lies below only matters whether it is 0, and likewise of remainders.
# c. Of m <= 2^63 elements a mean is at least 2^-212 if it is not 0, and a var 2^-424; sum dy (x - mean) may be anything, since
#    the mean is what was given, and it is rounded as a subnormal number, or to infinity, where it is one.
# d. Rejected: a library for long integers, which allocates.

from libc.math cimport INFINITY, NAN, frexp, ldexp
from libc.stdint cimport int64_t, uint64_t

from bncore.core.digits cimport (
    FIRST_DIGITS, FIRST_INFINITE, FIRST_UNIT, SECOND, SECOND_DIGITS, SECOND_INFINITE, SECOND_UNIT, natural, settle_sum,
)

cdef extern from *:
    """
    static inline int bn_leading_zeros(uint64_t x) { return __builtin_clzll(x); }
    /* high 2^64 + low divided by a number above `high` */
    static inline uint64_t bn_divide(uint64_t high, uint64_t low, uint64_t by, uint64_t* rest)
    {
    #if defined(__x86_64__)
        __asm__("divq %4" : "=a"(low), "=d"(high) : "a"(low), "d"(high), "r"(by) : "cc");
        *rest = high;
        return low;
    #else
        unsigned __int128 n = (unsigned __int128)high << 64 | low;
        *rest = (uint64_t)(n % by);
        return (uint64_t)(n / by);
    #endif
    }
    """
    int leading_zeros "bn_leading_zeros"(uint64_t x) noexcept nogil
    uint64_t divide "bn_divide"(uint64_t high, uint64_t low, uint64_t by, uint64_t* rest) noexcept nogil

cdef enum:
    LIMBS = 28                     # a second sum, shifted by as much as a float64 mean may be apart from it, has 26
    QUOTIENT = 4                   # limbs that are divided


cdef struct Number:                # an integer, times 2^unit
    int unit
    bint negative
    int limbs                      # the highest of which is not 0
    uint64_t limb[LIMBS]


cdef inline void trim(Number* n) noexcept nogil:
    while n.limbs > 0 and n.limb[n.limbs - 1] == 0:
        n.limbs -= 1


cdef inline void from_words(const int64_t* word, int digits, int unit, Number* n) noexcept nogil:
    # of loose words, or of many that were added
    cdef int64_t own[SECOND_DIGITS]
    cdef int i, last = digits - 1
    for i in range(digits):
        own[i] = word[i]
    settle_sum(own, digits)
    n.unit, n.negative = unit, own[last] < 0
    if n.negative:
        for i in range(digits):
            own[i] = -own[i]
        settle_sum(own, digits)
    for i in range(0, last - 1, 2):
        n.limb[i // 2] = <uint64_t>own[i] | <uint64_t>own[i + 1] << 32
    if last % 2 == 0:
        n.limb[last // 2] = own[last]
    else:
        n.limb[last // 2] = <uint64_t>own[last - 1] | <uint64_t>own[last] << 32
        n.limb[last // 2 + 1] = <uint64_t>own[last] >> 32
    n.limbs = last // 2 + 1 + last % 2
    trim(n)


cdef inline void from_integer(uint64_t value, Number* n) noexcept nogil:
    n.unit, n.negative, n.limbs, n.limb[0] = 0, False, 1, value
    trim(n)


cdef inline void from_double(double value, Number* n) noexcept nogil:
    # a finite one
    cdef int exponent
    cdef double fraction = frexp(value, &exponent)
    from_integer(<uint64_t>ldexp(fraction if fraction > 0 else -fraction, 53), n)
    n.unit, n.negative = exponent - 53, fraction < 0


cdef inline void multiply(const Number* a, const Number* b, Number* product) noexcept nogil:
    # product is neither of them
    cdef uint64_t carry
    cdef natural term
    cdef int i, j
    product.unit, product.negative, product.limbs = a.unit + b.unit, a.negative != b.negative, a.limbs + b.limbs
    for i in range(product.limbs):
        product.limb[i] = 0
    for i in range(a.limbs):
        carry = 0
        for j in range(b.limbs):
            term = <natural>a.limb[i] * b.limb[j] + product.limb[i + j] + carry
            product.limb[i + j], carry = <uint64_t>term, <uint64_t>(term >> 64)
        product.limb[i + b.limbs] = carry
    trim(product)


cdef inline void shift(Number* n, int bits) noexcept nogil:
    # the same number in a smaller unit
    cdef int whole = bits // 64, part = bits % 64, i
    n.unit -= bits
    if n.limbs == 0 or bits == 0:
        return
    n.limb[n.limbs] = 0
    for i in range(n.limbs, -1, -1):
        n.limb[i + whole] = n.limb[i] << part | (n.limb[i - 1] >> (64 - part) if part > 0 and i > 0 else 0)
    for i in range(whole):
        n.limb[i] = 0
    n.limbs += whole + 1
    trim(n)


cdef inline int compare(const Number* a, const Number* b) noexcept nogil:
    # magnitudes, in one unit
    cdef int i
    if a.limbs != b.limbs:
        return -1 if a.limbs < b.limbs else 1
    for i in range(a.limbs - 1, -1, -1):
        if a.limb[i] != b.limb[i]:
            return -1 if a.limb[i] < b.limb[i] else 1
    return 0


cdef inline void add_magnitude(Number* a, const Number* b) noexcept nogil:
    cdef natural carry = 0
    cdef int i, limbs = max(a.limbs, b.limbs)
    for i in range(limbs):
        carry += (<natural>a.limb[i] if i < a.limbs else 0) + (<natural>b.limb[i] if i < b.limbs else 0)
        a.limb[i] = <uint64_t>carry
        carry >>= 64
    a.limb[limbs], a.limbs = <uint64_t>carry, limbs + 1
    trim(a)


cdef inline void take_magnitude(const Number* large, const Number* small, Number* to) noexcept nogil:
    # large - small, which may lie where either does
    cdef uint64_t borrow = 0, term, other
    cdef int i, limbs = large.limbs
    for i in range(limbs):
        term, other = large.limb[i], small.limb[i] if i < small.limbs else 0
        to.limb[i] = term - other - borrow
        borrow = term < other or (term == other and borrow)
    to.limbs = limbs
    trim(to)


cdef inline void subtract(Number* a, Number* b) noexcept nogil:
    # a -= b
    cdef int order
    if a.unit > b.unit:
        shift(a, a.unit - b.unit)
    else:
        shift(b, b.unit - a.unit)
    if a.negative != b.negative:
        if a.limbs == 0:
            a.negative = not b.negative
        add_magnitude(a, b)
        return
    order = compare(a, b)
    if order >= 0:
        take_magnitude(a, b, a)
    else:
        take_magnitude(b, a, a)
        a.negative = not a.negative


cdef inline double nearest(uint64_t bits, bint more, int unit) noexcept nogil:
    # the float64 number nearest to bits 2^unit; the highest bit is set, and `more` is whether a fraction follows
    cdef int drop = 11
    cdef uint64_t kept, rest, half
    if unit < -1085:
        # not all of 53 bits are left above the last place of subnormal numbers
        drop = -1074 - unit
    if drop > 64:
        return 0
    if drop == 64:
        return ldexp(1, -1074) if more or bits > <uint64_t>1 << 63 else 0
    kept, rest, half = bits >> drop, bits & ((<uint64_t>1 << drop) - 1), <uint64_t>1 << (drop - 1)
    if rest > half or (rest == half and (more or kept & 1)):
        kept += 1
    return ldexp(<double>kept, unit + drop)


cdef inline double quotient(const Number* n, uint64_t m, int times) noexcept nogil:
    # n / m^times, times being 0, 1 or 2; m is not 0
    cdef uint64_t part[QUOTIENT]
    cdef uint64_t rest, bits
    cdef int top = n.limbs - 1, lead, i, unit, _
    cdef bint more = False
    cdef double result
    if n.limbs == 0:
        return 0
    lead = leading_zeros(n.limb[top])
    for i in range(QUOTIENT):
        part[i] = n.limb[top - i] << lead if top >= i else 0
        if lead > 0 and top > i:
            part[i] |= n.limb[top - i - 1] >> (64 - lead)
    if top >= QUOTIENT:
        more = n.limb[top - QUOTIENT] << lead != 0
        for i in range(top - QUOTIENT):
            more |= n.limb[i] != 0
    # part[0] 2^192 + ... + part[3], times 2^unit
    unit = n.unit + 64 * (top + 1 - QUOTIENT) - lead
    if times == 2 and m >> 32 == 0:
        m, times = m * m, 1
    if m == 1:
        times = 0
    for _ in range(times):
        rest = 0
        for i in range(QUOTIENT):
            part[i] = divide(rest, part[i], m, &rest)
        more |= rest != 0
    # the highest 64 bits of what is left, and whether any other is set
    i = 0
    while part[i] == 0:
        i += 1
    lead = leading_zeros(part[i])
    bits = part[i] << lead | (part[i + 1] >> (64 - lead) if lead > 0 else 0)
    more |= part[i + 1] << lead != 0
    for top in range(i + 2, QUOTIENT):
        more |= part[top] != 0
    result = nearest(bits, more, unit + 64 * (QUOTIENT - 1 - i) - lead)
    return -result if n.negative else result


# Of channels.

cdef inline double infinite(const int64_t* two) noexcept nogil:
    # what is not finite among the elements adds up to this; 0 if nothing is
    return NAN if two[0] > 0 and two[1] > 0 else INFINITY if two[0] > 0 else -INFINITY if two[1] > 0 else 0


cdef inline void moments_of(const int64_t* words, int64_t m, double* mean, double* rest, double* var) noexcept nogil:
    # mean + rest is the mean as two numbers, for rest is what rounding took from it, rounded. NaN where there are no elements
    cdef Number s, q, of_m, product, square
    if m <= 0 or words[FIRST_INFINITE] > 0 or words[FIRST_INFINITE + 1] > 0:
        mean[0], rest[0], var[0] = infinite(words + FIRST_INFINITE) if m > 0 else NAN, 0, NAN
        return
    from_words(words, FIRST_DIGITS, FIRST_UNIT, &s)
    from_words(words + SECOND, SECOND_DIGITS, SECOND_UNIT, &q)
    from_integer(m, &of_m)
    multiply(&of_m, &q, &product)
    multiply(&s, &s, &square)
    subtract(&product, &square)
    # of words that are no sums of any numbers it may be negative
    var[0] = NAN if product.negative and product.limbs > 0 else quotient(&product, m, 2)
    mean[0] = quotient(&s, m, 1)
    from_double(mean[0], &q)
    multiply(&of_m, &q, &product)
    subtract(&s, &product)
    rest[0] = quotient(&s, m, 1)


cdef inline void pairs_of(const int64_t* words, double mean, double* dbeta, double* dyd) noexcept nogil:
    # sum dy, and sum dy (x - mean) = sum dy x - mean sum dy of a mean that is given, each rounded once
    cdef Number s, p, of_mean, product
    cdef double first = infinite(words + FIRST_INFINITE), second = infinite(words + SECOND_INFINITE)
    from_words(words, FIRST_DIGITS, FIRST_UNIT, &s)
    from_words(words + SECOND, SECOND_DIGITS, SECOND_UNIT, &p)
    dbeta[0] = first if first != 0 else quotient(&s, 1, 0)
    if first != 0 or second != 0 or mean - mean != 0:
        # as float64 has it, where something is not finite
        dyd[0] = (second if second != 0 else quotient(&p, 1, 0)) - mean * dbeta[0]
        return
    from_double(mean, &of_mean)
    multiply(&of_mean, &s, &product)
    subtract(&p, &product)
    dyd[0] = quotient(&p, 1, 0)
