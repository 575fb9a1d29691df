# The words of a channel's exact sums: digits to the base 2^32 in 64-bit integers, so that sums are added word by word.
#
# a. Words 0 to 9 are the first sum, sum x or sum dy, in units of 2^-149. Words 10 to 28 are the second, sum x^2 or sum dy x, in
#    units of 2^-298. The value of a sum is that of sum word[i] 2^(32 i), whatever the words are: carries can wait.
# b. Words 29 and 30 count +inf and -inf of the first sum, words 31 and 32 of the second. A NaN counts as one of each, for that
#    is what inf - inf is. So what is not finite is added word by word too.
# c. Words are *loose* if each is within [-2^40, 2^40): what leaves give, and what they add to. 2^22 such accumulators can be
#    added and none of their words overflows.
# d. They are *settled* if all digits of a sum but the last are within [0, 2^32): each value has one such form. 2^31 settled
#    accumulators can be added: 2^31 (2^32 - 1) < 2^63. Of n < 2^62 elements the last word is within 2^52, and 2^11 n 2^-62 is
#    far from its end.
# e. Rejected: digits of 52 bits, of which fewer are enough: 2^11 accumulators could be added, and not those of every process.

from libc.stdint cimport int64_t, uint32_t, uint64_t

cdef extern from *:
    """
    typedef __int128 bn_long;
    typedef unsigned __int128 bn_natural;
    /* the same number, of which the compiler makes no part of a vector: to put words together and take them apart takes longer */
    static inline int64_t bn_alone(int64_t x) { __asm__("" : "+r"(x)); return x; }
    """
    ctypedef long long integer "bn_long"                    # of 128 bits
    ctypedef unsigned long long natural "bn_natural"
    int64_t alone "bn_alone"(int64_t x) noexcept nogil

cdef enum:
    FIRST_DIGITS = 10
    SECOND_DIGITS = 19
    SECOND = FIRST_DIGITS                                   # the first word of the second sum
    FIRST_INFINITE = FIRST_DIGITS + SECOND_DIGITS           # +inf, and after it -inf
    SECOND_INFINITE = FIRST_INFINITE + 2
    WORDS = SECOND_INFINITE + 2
    DIGIT = 32                                              # bits of one
    LOOSE = 40                                              # bits of a word, at most
    FIRST_UNIT = -149                                       # the exponents of the units
    SECOND_UNIT = -298


cdef inline void settle_sum(int64_t* word, int digits) noexcept nogil:
    # carry: what is not within [0, 2^32) goes to the next digit
    cdef int64_t carry = 0
    cdef int i
    for i in range(digits - 1):
        carry += word[i]
        word[i] = <uint32_t>carry
        carry >>= DIGIT
    word[digits - 1] += carry


cdef inline void settle(int64_t* words) noexcept nogil:
    settle_sum(words, FIRST_DIGITS)
    settle_sum(words + SECOND, SECOND_DIGITS)


cdef inline uint64_t beyond(int64_t word) noexcept nogil:
    # 0 if it is loose
    return <uint64_t>(word + (<int64_t>1 << LOOSE)) >> (LOOSE + 1)


cdef inline uint64_t add_digit(int64_t* word, int64_t digit) noexcept nogil:
    # whether it is loose no more
    word[0] = alone(word[0] + digit)
    return beyond(word[0])


cdef inline void add_short(int64_t* sum, int digits, int place, integer n) noexcept nogil:
    # n 2^place to a sum of so many digits, |n| < 2^68: three words change
    cdef int64_t* word = sum + place // DIGIT
    cdef uint64_t far
    n <<= place % DIGIT
    far = add_digit(word, <uint32_t>n) | add_digit(word + 1, <uint32_t>(n >> DIGIT))
    far |= add_digit(word + 2, <int64_t>(n >> (2 * DIGIT)))
    if far:
        settle_sum(sum, digits)


cdef inline void add_long(int64_t* second, int place, integer n) noexcept nogil:
    # n 2^place to a second sum, |n| < 2^114 and place < 480: five words change
    cdef int64_t* word = second + place // DIGIT
    cdef natural low = <natural><uint64_t>n << (place % DIGIT)
    cdef integer high = ((n >> 64) << (place % DIGIT)) + <integer>(low >> 64)
    cdef uint64_t far = add_digit(word, <uint32_t>low) | add_digit(word + 1, <uint32_t>(low >> DIGIT))
    far |= add_digit(word + 2, <uint32_t>high) | add_digit(word + 3, <uint32_t>(high >> DIGIT))
    far |= add_digit(word + 4, <int64_t>(high >> (2 * DIGIT)))
    if far:
        settle_sum(second, SECOND_DIGITS)


# One element.

cdef inline int place_of(int bits) noexcept nogil:
    # of the last place of a float32 number, in units of 2^-149
    cdef int exponent = (bits >> 23) & 0xff
    return exponent - 1 if exponent > 0 else 0


cdef inline int64_t significand(int bits) noexcept nogil:
    # of a finite one, with its sign: the number is that many units in its last place
    cdef int64_t s = bits & 0x7fffff
    s |= 0x800000 if bits & 0x7f800000 else 0
    return -s if bits < 0 else s


cdef inline void count_infinite(int64_t* two, double value) noexcept nogil:
    two[0] += not value < 0
    two[1] += not value > 0
