# Exact sums of float32 data: sum x and sum x^2, or sum dy and sum dy x, added to the words of each channel (core/digits.pxd).
#
# a. Both walks sum patches of at most ROWS rows of PATCH columns; a run is read as such rows, whose columns are one channel's.
#    A column has three sums in float64, f, s and l: the first sum is in f, the second in s + l. None of them is ever rounded.
# b. Write e for the exponent field of a float32 number, at least 1: it is below 2^(e - 126), and a multiple of 2^(e - 150). A
#    column has a *top*: no e is above it, and none but those of zeros is more than SPREAD = 27 - R below it, where ROWS = 2^R.
#    With k = top - 126 for x, and k' likewise for y:
#      - f starts from 1.5 2^(k + R + 1), whose last place is 2^(k + R - 51). Each x is a multiple of that, and 2^R of them do not
#        take f out of its binade: f + x is exact.
#      - s starts from 1.5 2^(k + k' + R + 1). t = s + x y is rounded to the last place of s, so s - t is exact; what is left of
#        x y is at most half of that place, and goes to l. l starts from 1.5 2^(k + k' + 2 R - 50), whose last place is the
#        product of those of f for x and for y.
#    Which part of a product goes to s and which to l depends on what came before; their sum does not. What f, s and l have
#    gained at the end of a patch, in their last places, is the difference of their bits as integers. It is added in 64 bits.
# c. A patch is looked through first, for the largest and the smallest |x| of each column. Where a top does not fit, another is
#    found, after the integers have gone to the words. Where none fits, because numbers lie too far apart or are not finite, the
#    patch is copied without those that the top does not reach, which go to the words one by one. So the sums are exact whatever
#    the data are, and only what is rare takes long.
# d. Nothing depends on which top it is: it is kept from channel to channel, and guessed from that of the columns beside.
# e. A call leaves words loose if they were, and adds at most 2^40 elements to them.
# f. Rejected: the bits of x + 1.5 2^n added as integers, two instructions more for a product; AVX-512 IFMA for products, which
#    saves one instruction of eight; the range in the loop of the sums, which has no registers left for it.

from libc.stdint cimport int32_t, int64_t, uint32_t

from bncore.core.digits cimport (
    FIRST_DIGITS, FIRST_INFINITE, SECOND, SECOND_DIGITS, SECOND_INFINITE, WORDS, add_long, add_short, count_infinite, integer,
    place_of, significand,
)
from bncore.core.exact cimport ColumnExact, ExactLeaves, RunExact
from bncore.core.types cimport COLUMNS, LINE, Block, Rows, Runs, Span
from bncore.core.leaves.columns cimport segment_width, segments
from bncore.core.leaves.numbers cimport memcpy

cdef extern from "exact.h" nogil:
    ctypedef struct Patch "bn_patch":
        const char* x
        const char* y
        const char* x_next
        const char* y_next
        Py_ssize_t x_plane, y_plane, x_row, y_row, x_step, y_step, planes, rows, tail
    bint within "bn_within"(const char* x, Py_ssize_t plane, Py_ssize_t row, const Patch* t, const int32_t* top, int32_t spread,
                            int32_t* most, int32_t* least) noexcept
    void add_patch "bn_add_patch"(const Patch* r, bint same, const int32_t* x_top, const int32_t* y_top, int64_t f_start,
                                  int64_t s_start, int64_t l_start, int64_t* first, int64_t* high, int64_t* low) noexcept

cdef enum:
    PATCH = 16                     # columns
    ROW_BITS = 5                   # R
    ROWS = 1 << ROW_BITS
    SPREAD = 27 - ROW_BITS          # of exponents below a top
    LEAST_TOP = 28 - ROW_BITS      # the last place of f is then 2^-149
    PATCHES = 64                   # of a column, after which its integers are added to the words
    WIDE = COLUMNS + PATCH         # so that the last patch of a row may look past its columns
    EXACT_BYTES = (3 * 8 + 2 * 4) * WIDE + 2 * 4 * ROWS * PATCH


cdef struct Exact:                 # of columns
    int64_t first[WIDE]            # what f has gained,
    int64_t high[WIDE]             # s,
    int64_t low[WIDE]              # and l
    int32_t x_top[WIDE]            # in the place of an exponent; 0: nothing was summed yet
    int32_t y_top[WIDE]
    float x[ROWS * PATCH]          # copies
    float y[ROWS * PATCH]


cdef struct Range:                 # of numbers that are not 0, in each column: their bits less 1, and -1 where there are none
    int32_t most[PATCH]            # signed
    int32_t least[PATCH]           # unsigned


cdef inline int64_t* words_of(int64_t* words, const Block* b, Py_ssize_t column) noexcept nogil:
    # of its channel; in runs b is NULL
    return words + column % (b.channels * b.size) // b.size * WORDS if b != NULL else words


cdef inline int64_t start(int exponent) noexcept nogil:
    # the bits of 1.5 2^exponent, less what tops add to the exponent
    return (<int64_t>(exponent + 1023) << 52) + (<int64_t>1 << 51)


cdef inline void clear(Exact* k, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        k.first[p] = k.high[p] = k.low[p] = 0


cdef inline void clear_tops(Exact* k, Py_ssize_t width) noexcept nogil:
    cdef Py_ssize_t p
    for p in range(width):
        k.x_top[p] = k.y_top[p] = 0


# From integers to words.

cdef inline void add_to_words(int64_t* words, int x_top, int y_top, integer first, integer high, integer low) noexcept nogil:
    # what columns of these tops have gained
    cdef int x_place = (x_top >> 23) - LEAST_TOP, y_place = (y_top >> 23) - LEAST_TOP
    if first != 0:
        add_short(words, FIRST_DIGITS, x_place, first)
    if (high | low) != 0:
        # the last place of s is 51 - R above that of l
        add_long(words + SECOND, x_place + y_place, (high << (51 - ROW_BITS)) + low)


cdef inline void empty_column(Exact* k, Py_ssize_t p, int64_t* words) noexcept nogil:
    add_to_words(words, k.x_top[p], k.y_top[p], k.first[p], k.high[p], k.low[p])
    k.first[p] = k.high[p] = k.low[p] = 0


cdef inline void empty_lanes(Exact* k, int64_t* words) noexcept nogil:
    # columns of one channel, which have one top
    cdef integer first = 0, high = 0, low = 0
    cdef int j
    for j in range(PATCH):
        first += k.first[j]
        high += k.high[j]
        low += k.low[j]
    add_to_words(words, k.x_top[0], k.y_top[0], first, high, low)
    clear(k, PATCH)


cdef inline void empty_channels(Exact* k, const Block* b, int64_t* words) noexcept nogil:
    # all columns; those of a channel side by side, or of the rows that are folded, go together while their tops are equal
    cdef Py_ssize_t length = b.channels * b.size, c, z, p, last
    cdef integer first, high, low
    if b.fold * b.size == 1:
        for c in range(b.channels):
            empty_column(k, c, words + c * WORDS)
        return
    for c in range(b.channels):
        first, high, low, last = 0, 0, 0, c * b.size
        for z in range(b.fold):
            for p in range(z * length + c * b.size, z * length + (c + 1) * b.size):
                if k.x_top[p] != k.x_top[last] or k.y_top[p] != k.y_top[last]:
                    add_to_words(words + c * WORDS, k.x_top[last], k.y_top[last], first, high, low)
                    first, high, low = 0, 0, 0
                last = p
                first += k.first[p]
                high += k.high[p]
                low += k.low[p]
        add_to_words(words + c * WORDS, k.x_top[last], k.y_top[last], first, high, low)
    clear(k, b.fold * length)


# Tops.

cdef inline int find_top(int most, int least, int top) noexcept nogil:
    # one that fits these exponents: the present one if it does; and if none does, the largest of them
    cdef int some = max(<int>LEAST_TOP, min(254, (most + 3) & ~3))
    if most <= top <= least + <int>SPREAD:
        return top
    # in steps of four, so that neighbours have the same, and the next patch has room
    return some if some <= least + <int>SPREAD else max(<int>LEAST_TOP, most)


cdef inline void set_tops(Exact* k, Py_ssize_t at, Py_ssize_t together, int x_top, int y_top, const Block* b,
                          int64_t* words) noexcept nogil:
    # of so many columns, all PATCH of a run or one, after what they have gained went to the words
    cdef Py_ssize_t i
    if x_top << 23 == k.x_top[at] and y_top << 23 == k.y_top[at]:
        return
    if together > 1:
        empty_lanes(k, words)
    elif (k.first[at] | k.high[at] | k.low[at]) != 0:
        empty_column(k, at, words_of(words, b, at))
    for i in range(at, at + together):
        k.x_top[i], k.y_top[i] = x_top << 23, y_top << 23


cdef inline void guess_tops(Exact* k, Py_ssize_t at) noexcept nogil:
    # of columns of which nothing was summed yet: those of the patch beside them
    cdef Py_ssize_t p
    for p in range(at, at + PATCH):
        if k.x_top[p] == 0:
            k.x_top[p], k.y_top[p] = k.x_top[p - PATCH], k.y_top[p - PATCH]


cdef inline int fitting(const Range* r, Py_ssize_t j, Py_ssize_t together, int top) noexcept nogil:
    # a top for so many columns; -1 if none fits
    cdef int most = -1, bits
    cdef uint32_t least = 0xffffffff
    cdef Py_ssize_t i
    for i in range(j, j + together):
        most, least = max(most, r.most[i]), min(least, <uint32_t>r.least[i])
    if most == -1:
        return top
    if most >= 0x7f7fffff:
        return -1
    most, bits = max(1, (most + 1) >> 23), max(1, <int>(least + 1) >> 23)
    return find_top(most, bits, top) if most - bits <= <int>SPREAD else -1


# Patches that no top fits.

cdef inline int bits_of(float x) noexcept nogil:
    cdef int bits
    memcpy(&bits, &x, sizeof(float))
    return bits


cdef inline bint is_finite(float x) noexcept nogil:
    return x - x == 0


cdef inline int exponent_of(float x) noexcept nogil:
    # at least 1: subnormal numbers have that of the smallest normal ones
    return max(1, (bits_of(x) >> 23) & 0xff)


cdef inline bint reaches(int top, float x) noexcept nogil:
    return x == 0 or (is_finite(x) and top - <int>SPREAD <= exponent_of(x) <= top)


cdef inline int nearest_top(const float* x, Py_ssize_t columns, Py_ssize_t rows, int top) noexcept nogil:
    # of those elements that are finite
    cdef int most = 0, least = 255, e
    cdef Py_ssize_t i, j
    for i in range(rows):
        for j in range(i * PATCH, i * PATCH + columns):
            if x[j] != 0 and is_finite(x[j]):
                e = exponent_of(x[j])
                most, least = max(most, e), min(least, e)
    return find_top(most, least, top) if most > 0 else top


cdef inline void add_one(int64_t* words, float x, float y) noexcept nogil:
    # an element: x to the first sum, x y to the second
    cdef double product = <double>x * <double>y
    if is_finite(x):
        add_short(words, FIRST_DIGITS, place_of(bits_of(x)), significand(bits_of(x)))
    else:
        count_infinite(words + FIRST_INFINITE, x)
    if product - product == 0:
        add_short(words + SECOND, SECOND_DIGITS, place_of(bits_of(x)) + place_of(bits_of(y)),
                  significand(bits_of(x)) * significand(bits_of(y)))
    else:
        count_infinite(words + SECOND_INFINITE, product)


cdef inline Py_ssize_t copy_patch(const char* x, Py_ssize_t plane, Py_ssize_t row, const Patch* t, float* to) noexcept nogil:
    # rows one after the other, with 0 after a tail; how many they are
    cdef Py_ssize_t n, i, j, rows = 0
    for n in range(t.planes):
        for i in range(t.rows):
            memcpy(to + rows * PATCH, x + n * plane + i * row, PATCH * sizeof(float))
            rows += 1
        if t.tail > 0:
            memcpy(to + rows * PATCH, x + n * plane + t.rows * row, t.tail * sizeof(float))
            for j in range(t.tail, PATCH):
                to[rows * PATCH + j] = 0
            rows += 1
    return rows


cdef inline void take_out(float* x, float* y, Py_ssize_t columns, Py_ssize_t rows, int x_top, int y_top, bint same,
                          int64_t* words) noexcept nogil:
    # elements that the tops do not reach go to the words at once
    cdef Py_ssize_t i, j
    cdef float other
    for i in range(rows):
        for j in range(i * PATCH, i * PATCH + columns):
            other = x[j] if same else y[j]
            if not (reaches(x_top, x[j]) and reaches(y_top, other)):
                add_one(words, x[j], other)
                x[j] = 0
                y[j] = 0


cdef inline Patch fitted(Exact* k, const Patch* t, bint same, Py_ssize_t at, Py_ssize_t together, const Block* b,
                         int64_t* words) noexcept nogil:
    # a copy of the patch without what no top reaches
    cdef Patch copy
    cdef Py_ssize_t rows = copy_patch(t.x, t.x_plane, t.x_row, t, k.x), j
    cdef int x_top, y_top
    if not same:
        copy_patch(t.y, t.y_plane, t.y_row, t, k.y)
    j = 0
    while j < PATCH:
        x_top = y_top = nearest_top(k.x + j, together, rows, k.x_top[at + j] >> 23)
        if not same:
            y_top = nearest_top(k.y + j, together, rows, k.y_top[at + j] >> 23)
        set_tops(k, at + j, together, x_top, y_top, b, words)
        take_out(k.x + j, k.y + j, together, rows, x_top, y_top, same, words_of(words, b, at + j))
        j += together
    copy.x, copy.y, copy.x_plane, copy.y_plane = <const char*>&k.x[0], <const char*>(&k.x[0] if same else &k.y[0]), 0, 0
    copy.x_row = copy.y_row = copy.x_step = copy.y_step = PATCH * sizeof(float)
    copy.x_next, copy.y_next = copy.x, copy.y
    copy.planes, copy.rows, copy.tail = 1, rows, 0
    return copy


cdef inline bint refit(Exact* k, const Range* x, const Range* y, Py_ssize_t at, Py_ssize_t together, const Block* b,
                       int64_t* words) noexcept nogil:
    # tops for a patch that the present ones do not all fit; whether others do
    cdef bint good = True
    cdef int x_top, y_top
    cdef Py_ssize_t j = 0
    while j < PATCH:
        x_top = y_top = fitting(x, j, together, k.x_top[at + j] >> 23)
        if y != x:
            y_top = fitting(y, j, together, k.y_top[at + j] >> 23)
        if x_top >= 0 and y_top >= 0:
            set_tops(k, at + j, together, x_top, y_top, b, words)
        else:
            good = False
        j += together
    return good


cdef inline void sum_patch(Exact* k, const Patch* t, bint same, Py_ssize_t at, const Block* b, int64_t* words) noexcept nogil:
    # to the integers of columns from `at` on; b is NULL in runs, whose columns are one channel's
    cdef Py_ssize_t together = 1 if b != NULL else PATCH
    cdef Patch other = t[0]
    cdef Range x, y
    cdef bint good
    good = within(t.x, t.x_plane, t.x_row, t, k.x_top + at, SPREAD, x.most, x.least)
    if not same:
        good &= within(t.y, t.y_plane, t.y_row, t, k.y_top + at, SPREAD, y.most, y.least)
    if not good and not refit(k, &x, &x if same else &y, at, together, b, words):
        other = fitted(k, t, same, at, together, b, words)
    add_patch(&other, same, k.x_top + at, k.y_top + at, start(ROW_BITS - 125), start(ROW_BITS - 251), start(2 * ROW_BITS - 302),
              k.first + at, k.high + at, k.low + at)


# The leaves. dy.base is NULL for moments: the first sum is then that of x, and the second that of x^2.

cdef inline void run_exact(const float* kind, const Span* s, const Runs* dy, const Runs* x, int64_t* words,
                           void* work) noexcept nogil:
    cdef Exact* k = <Exact*>work
    cdef bint same = dy.base == NULL
    cdef const Runs* first = x if same else dy
    cdef Py_ssize_t rows = (s.count + PATCH - 1) // PATCH       # of a plane
    cdef Py_ssize_t planes = max(<Py_ssize_t>1, ROWS // max(<Py_ssize_t>1, rows)), c, n, i, count, patches
    cdef Patch t
    t.x_row = t.y_row = t.x_step = t.y_step = PATCH * sizeof(float)
    t.x_plane, t.y_plane = first.plane, x.plane
    clear(k, PATCH)
    clear_tops(k, PATCH)
    for c in range(s.channels):
        n, patches = 0, 0
        while n < s.planes:
            t.planes, i = min(planes, s.planes - n), 0
            while i < s.count:
                # several planes, or a piece of one
                count = min(<Py_ssize_t>(ROWS * PATCH), s.count - i)
                t.rows, t.tail = count // PATCH, count % PATCH
                t.x = first.base + c * first.channel + n * first.plane + i * sizeof(float)
                t.y = x.base + c * x.channel + n * x.plane + i * sizeof(float)
                t.x_next, t.y_next = t.x, t.y
                sum_patch(k, &t, same, 0, NULL, words + c * WORDS)
                i, patches = i + count, patches + 1
                if patches == PATCHES:
                    empty_lanes(k, words + c * WORDS)
                    patches = 0
            n += t.planes
        empty_lanes(k, words + c * WORDS)


cdef inline void sum_rows(Exact* k, const Rows* first, const Rows* x, bint same, const Block* b, Py_ssize_t row, Py_ssize_t step,
                          Py_ssize_t rows, Py_ssize_t at, Py_ssize_t width, bint fetched, int64_t* words) noexcept nogil:
    # so many rows from `row` on, each `step` after the other, to columns from `at` on, `width` of them
    cdef Patch t
    cdef Py_ssize_t p = 0
    cdef bint in_order = fetched and b.contiguous
    t.x_plane = t.x_row = step * first.stride
    t.y_plane = t.y_row = step * x.stride
    # of the rows that are summed next so many lines as they lie in memory are fetched; or these rows, which are there already
    t.x_step, t.y_step = LINE if in_order else t.x_row, LINE if in_order else t.y_row
    while p < width:
        t.x, t.y = first.base + row * first.stride + p * sizeof(float), x.base + row * x.stride + p * sizeof(float)
        t.x_next, t.y_next = t.x, t.y
        if in_order:
            t.x_next = first.base + row * first.stride + ROWS * t.x_row + p // PATCH * ROWS * LINE
            t.y_next = x.base + row * x.stride + ROWS * t.y_row + p // PATCH * ROWS * LINE
        elif fetched:
            t.x_next, t.y_next = t.x + ROWS * t.x_row, t.y + ROWS * t.y_row
        if p > 0 and k.x_top[at + p] == 0:
            guess_tops(k, at + p)
        if width - p >= PATCH:
            t.planes, t.rows, t.tail = 1, rows, 0
        else:
            t.planes, t.rows, t.tail = rows, 0, width - p
        sum_patch(k, &t, same, at + p, b, words)
        p += PATCH


cdef inline void column_exact(const float* kind, const Block* b, const Rows* dy, const Rows* x, int64_t* words,
                              void* work) noexcept nogil:
    cdef Exact* k = <Exact*>work
    cdef bint same = dy.base == NULL
    cdef const Rows* first = x if same else dy
    cdef Py_ssize_t width = segment_width(b), row = 0, patches = 0, rows, z
    clear(k, segments(b) * width + PATCH)
    clear_tops(k, segments(b) * width + PATCH)
    while row < b.folded:
        rows = min(<Py_ssize_t>ROWS, b.folded - row)
        for z in range(segments(b)):
            sum_rows(k, first, x, same, b, row * b.fold + z, b.fold, rows, z * width, width, b.fetched, words)
        row, patches = row + rows, patches + 1
        if patches == PATCHES - 1:
            empty_channels(k, b, words)
            patches = 0
    for z in range(b.rest):
        sum_rows(k, first, x, same, b, b.folded * b.fold + z, 1, 1, z * b.channels * b.size, b.channels * b.size, False, words)
    empty_channels(k, b, words)


cdef inline void fill_exact(ExactLeaves* leaves) noexcept:
    leaves.run_exact = <RunExact>run_exact
    leaves.column_exact = <ColumnExact>column_exact
    leaves.work = EXACT_BYTES
