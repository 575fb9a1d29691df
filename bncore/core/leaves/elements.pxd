# The maps of elements that lie one after the other: y of x, or dx of dy and x.
#
# a. One loop serves runs, whose coefficients are one channel's, and rows, each of whose columns has its own; `columns`, `pull`
#    and `streamed` are constants wherever it is called, so that each call is a loop with nothing to ask.
# b. The result may be an operand: a vector of elements is read before it is written.
# c. A run first comes to where its stores are aligned: planes of odd sizes begin anywhere, and a store that meets two lines
#    of the cache takes twice as long. A tenth to a fourth of a call in cache.
# d. Results too large to be found in a cache again go past it, a line at a time; what lies before the first line boundary and
#    after the last is stored as usual. The arithmetic is the same, so no bit depends on the choice. What comes next is
#    fetched into the second cache: streamed stores leave a processor's own prefetching far behind.

from bncore.core.types cimport LINE, Coefficients
from bncore.core.leaves.numbers cimport (
    SINGLES, WIDTH, load_singles, load_some, load_unit, memcpy, prefetch, prefetch_far, pulled, pulled_singles, pulled_unit,
    scaled, scaled_singles, scaled_unit, singles, spread_singles, spread_unit, store_singles, store_some, store_unit, stored,
    stream_line, unit,
)

cdef enum:
    IN_LINE = LINE // 4            # elements to a line, at most
    MAP_AHEAD = 1024               # bytes that are fetched ahead of a map whose results are not streamed: from a shared cache


cdef inline Py_ssize_t in_line(const stored* kind) noexcept nogil:
    # elements to a line
    return LINE // sizeof(stored)


cdef inline Py_ssize_t before_line(const stored* y, Py_ssize_t count) noexcept nogil:
    # elements before the first line boundary
    return min(count, <Py_ssize_t>((-<size_t>y & (LINE - 1)) // sizeof(stored)))


cdef inline Py_ssize_t before_vector(const stored* y, Py_ssize_t count) noexcept nogil:
    # elements before the place from which on no store meets two lines of the cache; 0 in a run of less than four vectors,
    # which gains nothing by it
    cdef Py_ssize_t first = <Py_ssize_t>((-<size_t>y & (SINGLES * sizeof(float) - 1)) // sizeof(stored))
    return first if count >= 4 * SINGLES else 0


cdef inline Coefficients of_channel(const Coefficients* of, Py_ssize_t c, int count, const stored* kind) noexcept nogil:
    cdef Coefficients k
    cdef int j
    for j in range(count):
        k.of[j] = <char*>of.of[j] + c * <Py_ssize_t>sizeof(stored)
    return k


cdef inline const stored* at(const Coefficients* k, int j, Py_ssize_t p, bint columns, const stored* kind) noexcept nogil:
    # coefficient j of element p
    return <const stored*>k.of[j] + (p if columns else 0)


cdef inline stored mapped(const stored* dy, const stored* x, Py_ssize_t p, const Coefficients* k, bint columns,
                          bint pull) noexcept nogil:
    # element p
    if pull:
        return pulled(dy[p], x[p], at(k, 0, p, columns, x)[0], at(k, 1, p, columns, x)[0], at(k, 2, p, columns, x)[0],
                      at(k, 3, p, columns, x)[0], at(k, 4, p, columns, x)[0])
    return scaled(x[p], at(k, 0, p, columns, x)[0], at(k, 1, p, columns, x)[0], at(k, 2, p, columns, x)[0])


cdef struct Held:                  # the coefficients of a run, as vectors that stay in registers
    singles[5] of
    unit[5] wide                   # of float64


cdef inline Held held(const Coefficients* k, bint columns, bint pull, const stored* kind) noexcept nogil:
    cdef Held h
    cdef int j
    for j in range(0 if columns else 5 if pull else 3):
        if stored is float:
            h.of[j] = spread_singles((<const float*>k.of[j])[0])
        else:
            h.wide[j] = spread_unit((<const double*>k.of[j])[0])
    return h


cdef inline singles number(const Coefficients* k, const Held* h, int j, Py_ssize_t p, bint columns) noexcept nogil:
    # coefficient j of the elements from p on
    return load_singles(<const float*>k.of[j] + p) if columns else h.of[j]


cdef inline unit wide_number(const Coefficients* k, const Held* h, int j, Py_ssize_t p, bint columns) noexcept nogil:
    return load_unit(<const double*>k.of[j] + p) if columns else h.wide[j]


cdef inline singles mapped_singles(const float* dy, const float* x, Py_ssize_t p, const Coefficients* k, const Held* h,
                                   bint columns, bint pull) noexcept nogil:
    # a vector of them, from p on
    if pull:
        return pulled_singles(load_singles(dy + p), load_singles(x + p), number(k, h, 0, p, columns), number(k, h, 1, p, columns),
                              number(k, h, 2, p, columns), number(k, h, 3, p, columns), number(k, h, 4, p, columns))
    return scaled_singles(load_singles(x + p), number(k, h, 0, p, columns), number(k, h, 1, p, columns),
                          number(k, h, 2, p, columns))


cdef inline singles some(const Coefficients* k, const Held* h, int j, Py_ssize_t p, Py_ssize_t count,
                         bint columns) noexcept nogil:
    return load_some(<const float*>k.of[j] + p, count) if columns else h.of[j]


cdef inline void map_some(const float* dy, const float* x, float* out, Py_ssize_t p, Py_ssize_t count, const Coefficients* k,
                          const Held* h, bint columns, bint pull) noexcept nogil:
    # less than a vector
    if pull:
        store_some(out + p, pulled_singles(load_some(dy + p, count), load_some(x + p, count), some(k, h, 0, p, count, columns),
                                           some(k, h, 1, p, count, columns), some(k, h, 2, p, count, columns),
                                           some(k, h, 3, p, count, columns), some(k, h, 4, p, count, columns)), count)
    else:
        store_some(out + p, scaled_singles(load_some(x + p, count), some(k, h, 0, p, count, columns),
                                           some(k, h, 1, p, count, columns), some(k, h, 2, p, count, columns)), count)


cdef inline unit mapped_unit(const double* dy, const double* x, Py_ssize_t p, const Coefficients* k, const Held* h, bint columns,
                             bint pull) noexcept nogil:
    if pull:
        return pulled_unit(load_unit(dy + p), load_unit(x + p), wide_number(k, h, 0, p, columns),
                           wide_number(k, h, 1, p, columns), wide_number(k, h, 2, p, columns), wide_number(k, h, 3, p, columns),
                           wide_number(k, h, 4, p, columns))
    return scaled_unit(load_unit(x + p), wide_number(k, h, 0, p, columns), wide_number(k, h, 1, p, columns),
                       wide_number(k, h, 2, p, columns))


cdef inline void map_lines(const stored* dy, const stored* x, stored* out, Py_ssize_t p, Py_ssize_t lines, const Coefficients* k,
                           bint columns, bint pull, bint streamed, Py_ssize_t dy_ahead, Py_ssize_t ahead) noexcept nogil:
    # whole lines, the first of which begins at element p; what lies so many bytes ahead is fetched, 0: nothing
    cdef stored line[IN_LINE]
    cdef Held h = held(k, columns, pull, x)
    cdef Py_ssize_t _
    cdef int j
    for _ in range(lines):
        if ahead:
            prefetch_far(<const char*>(x + p) + ahead)
        if pull and dy_ahead:
            prefetch_far(<const char*>(dy + p) + dy_ahead)
        j = 0
        while j < in_line(x):
            if stored is float:
                store_singles(line + j, mapped_singles(dy, x, p + j, k, &h, columns, pull))
                j += SINGLES
            else:
                store_unit(line + j, mapped_unit(dy, x, p + j, k, &h, columns, pull))
                j += WIDTH
        if streamed:
            stream_line(out + p, line)
        else:
            memcpy(out + p, line, LINE)
        p += in_line(x)


cdef inline void map_elements(const stored* dy, const stored* x, stored* out, Py_ssize_t p, Py_ssize_t count,
                              const Coefficients* k, bint columns, bint pull, bint streamed, Py_ssize_t dy_ahead,
                              Py_ssize_t ahead) noexcept nogil:
    # elements from p on, of `count`
    cdef Py_ssize_t lines, first
    cdef Held h = held(k, columns, pull, x)
    if streamed:
        first = p + before_line(out + p, count - p)
        while p < first:
            out[p] = mapped(dy, x, p, k, columns, pull)
            p += 1
        lines = (count - p) // in_line(x)
        map_lines(dy, x, out, p, lines, k, columns, pull, True, dy_ahead, ahead)
        p += lines * in_line(x)
    first = p if columns else p + before_vector(out + p, count - p)
    if stored is float:
        if first > p:
            map_some(dy, x, out, p, first - p, k, &h, columns, pull)
            p = first
        while p <= count - 2 * SINGLES:
            prefetch(<const char*>(x + p) + MAP_AHEAD)
            store_singles(out + p, mapped_singles(dy, x, p, k, &h, columns, pull))
            store_singles(out + p + SINGLES, mapped_singles(dy, x, p + SINGLES, k, &h, columns, pull))
            p += 2 * SINGLES
        if p <= count - SINGLES:
            store_singles(out + p, mapped_singles(dy, x, p, k, &h, columns, pull))
            p += SINGLES
        if p < count:
            map_some(dy, x, out, p, count - p, k, &h, columns, pull)
    else:
        while p < first:
            out[p] = mapped(dy, x, p, k, columns, pull)
            p += 1
        while p <= count - WIDTH:
            store_unit(out + p, mapped_unit(dy, x, p, k, &h, columns, pull))
            p += WIDTH
        while p < count:
            out[p] = mapped(dy, x, p, k, columns, pull)
            p += 1
