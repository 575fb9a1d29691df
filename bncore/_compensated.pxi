# Reductions over one contiguous run of float64 numbers.
#
# a. Element i of a run is in lane i mod 8. Eight elements of a lane are added as a tree, and what the trees give is added with
#    its rounding errors (TwoSum): three roundings of an element reach the total, however many there are.
# b. Lanes are added in units (_vectors.pxi), as many as a register holds; a tree of eight leaves a unit time to settle.
# c. Rejected: TwoSum for each element. Twice the instructions, for the class of the bound allows four roundings.

cdef enum:
    BREADTH = 8                    # lanes
    SQUARE = 64                    # elements to a tree in each lane


cdef struct Eight:                 # a sum in eight lanes
    double hi[BREADTH]
    double lo[BREADTH]             # its rounding errors


cdef inline Eight nothing() noexcept nogil:
    cdef Eight t
    cdef int j
    for j in range(BREADTH):
        t.hi[j] = t.lo[j] = 0
    return t


cdef inline void add_unit(double* hi, double* lo, unit term) noexcept nogil:
    cdef unit before = load_unit(hi)
    cdef unit s = before + term
    cdef unit back = s - before
    store_unit(lo, load_unit(lo) + ((before - (s - back)) + (term - back)))
    store_unit(hi, s)


cdef inline unit tree_of_products(unit g0, unit x0, unit g1, unit x1, unit g2, unit x2, unit g3, unit x3, unit g4, unit x4,
                                  unit g5, unit x5, unit g6, unit x6, unit g7, unit x7) noexcept nogil:
    return ((g0 * x0 + g1 * x1) + (g2 * x2 + g3 * x3)) + ((g4 * x4 + g5 * x5) + (g6 * x6 + g7 * x7))


cdef inline Sum fold_eight_exactly(const Eight* t) noexcept nogil:
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


cdef inline void fetch_square(const double* x, Py_ssize_t ahead) noexcept nogil:
    cdef int j
    for j in range(SQUARE // BREADTH):
        bn_prefetch(<const char*>(x + j * BREADTH) + ahead)


cdef inline Py_ssize_t add_offsets(const double* x, Py_ssize_t first, Py_ssize_t end, Py_ssize_t ahead, double centre,
                                   double* total) noexcept nogil:
    # whole squares of elements from `first`; where they end
    cdef unit of = spread_unit(centre)
    cdef Py_ssize_t p
    while first + SQUARE <= end:
        fetch_square(x + first, ahead)
        p = first
        while p < first + BREADTH:
            store_unit(&total[p - first], load_unit(&total[p - first]) + octet(
                load_unit(x + p) - of, load_unit(x + p + 8) - of, load_unit(x + p + 16) - of, load_unit(x + p + 24) - of,
                load_unit(x + p + 32) - of, load_unit(x + p + 40) - of, load_unit(x + p + 48) - of, load_unit(x + p + 56) - of))
            p += WIDTH
        first += SQUARE
    return first


cdef inline void run_offsets(const double* x, Py_ssize_t first, Py_ssize_t count, Fetch next, double centre,
                             double* total) noexcept nogil:
    # total += sum (x - centre) of the elements from `first` in eight lanes, for a number that only has to be near the mean
    cdef Py_ssize_t i = add_offsets(x, first, next.turn, next.ahead, centre, total)
    cdef int j
    i = add_offsets(x, i, count, next.beyond, centre, total)
    while i < count:
        for j in range(min(<Py_ssize_t>BREADTH, count - i)):
            total[j] += x[i + j] - centre
        i += BREADTH


cdef void run_deviations(const double* x, Py_ssize_t count, double centre, Py_ssize_t ahead, Eight* a,
                         Eight* b) noexcept nogil:
    # a += sum (x - centre), b += sum (x - centre)^2; what lies `ahead` bytes further on is fetched
    cdef unit of = spread_unit(centre), d0, d1, d2, d3, d4, d5, d6, d7
    cdef double d
    cdef Py_ssize_t i = 0, p
    cdef int j
    while i + SQUARE <= count:
        fetch_square(x + i, ahead)
        p = i
        while p < i + BREADTH:
            d0, d1 = load_unit(x + p) - of, load_unit(x + p + 8) - of
            d2, d3 = load_unit(x + p + 16) - of, load_unit(x + p + 24) - of
            d4, d5 = load_unit(x + p + 32) - of, load_unit(x + p + 40) - of
            d6, d7 = load_unit(x + p + 48) - of, load_unit(x + p + 56) - of
            add_unit(&a.hi[p - i], &a.lo[p - i], octet(d0, d1, d2, d3, d4, d5, d6, d7))
            add_unit(&b.hi[p - i], &b.lo[p - i],
                     tree_of_products(d0, d0, d1, d1, d2, d2, d3, d3, d4, d4, d5, d5, d6, d6, d7, d7))
            p += WIDTH
        i += SQUARE
    while i < count:
        for j in range(min(<Py_ssize_t>BREADTH, count - i)):
            d = x[i + j] - centre
            accumulate(d, &a.hi[j], &a.lo[j], True)
            accumulate(d * d, &b.hi[j], &b.lo[j], True)
        i += BREADTH


cdef inline Py_ssize_t add_compensated(const double* dy, const double* x, Py_ssize_t first, Py_ssize_t end,
                                       Py_ssize_t dy_ahead, Py_ssize_t ahead, double centre, Eight* a, Eight* b) noexcept nogil:
    # whole squares of elements from `first`; where they end
    cdef unit of = spread_unit(centre), g0, g1, g2, g3, g4, g5, g6, g7
    cdef Py_ssize_t p
    while first + SQUARE <= end:
        fetch_square(dy + first, dy_ahead)
        fetch_square(x + first, ahead)
        p = first
        while p < first + BREADTH:
            g0, g1, g2, g3 = load_unit(dy + p), load_unit(dy + p + 8), load_unit(dy + p + 16), load_unit(dy + p + 24)
            g4, g5, g6, g7 = load_unit(dy + p + 32), load_unit(dy + p + 40), load_unit(dy + p + 48), load_unit(dy + p + 56)
            add_unit(&a.hi[p - first], &a.lo[p - first], octet(g0, g1, g2, g3, g4, g5, g6, g7))
            add_unit(&b.hi[p - first], &b.lo[p - first], tree_of_products(
                g0, load_unit(x + p) - of, g1, load_unit(x + p + 8) - of, g2, load_unit(x + p + 16) - of,
                g3, load_unit(x + p + 24) - of, g4, load_unit(x + p + 32) - of, g5, load_unit(x + p + 40) - of,
                g6, load_unit(x + p + 48) - of, g7, load_unit(x + p + 56) - of))
            p += WIDTH
        first += SQUARE
    return first


cdef inline void run_products(const double* dy, const double* x, Py_ssize_t first, Py_ssize_t count, double centre,
                              Fetch dy_next, Fetch next, Eight* a, Eight* b) noexcept nogil:
    # a += sum dy, b += sum dy (x - centre), of the elements from `first`
    cdef Py_ssize_t i = add_compensated(dy, x, first, next.turn, dy_next.ahead, next.ahead, centre, a, b)
    cdef int j
    i = add_compensated(dy, x, i, count, dy_next.beyond, next.beyond, centre, a, b)
    while i < count:
        for j in range(min(<Py_ssize_t>BREADTH, count - i)):
            accumulate(dy[i + j], &a.hi[j], &a.lo[j], True)
            accumulate(dy[i + j] * (x[i + j] - centre), &b.hi[j], &b.lo[j], True)
        i += BREADTH
