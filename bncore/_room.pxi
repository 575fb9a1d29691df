# The memory that a call needs beside its arrays: one piece, refused before anything is written.
#
# a. Threads that share the parts of a channel share its records and its map, in the type of the data.
# b. Where a channel is one part a thread has room for as many as it carries at a time, and uses it again.
# c. The memory is Python's raw one, so that tracemalloc sees it.

from cpython.mem cimport PyMem_RawFree, PyMem_RawMalloc

cdef struct Room:
    char* base                     # NULL while it is only measured
    Py_ssize_t used


cdef inline char* carve(Room* room, Py_ssize_t count, Py_ssize_t item) noexcept nogil:
    # a vector that starts on a line of the cache
    cdef char* piece = room.base + room.used if room.base != NULL else NULL
    room.used += ceiling(count * item, LINE) * LINE
    return piece


cdef inline double* carve_doubles(Room* room, Py_ssize_t count) noexcept nogil:
    return <double*>carve(room, count, sizeof(double))


cdef void furnish(Channels* k, Room* room, Py_ssize_t count, Keeps keeps) noexcept nogil:
    # room for so many channels
    cdef Py_ssize_t item = sizeof(float) if k.single else sizeof(double)
    # an exact map takes four numbers a channel, and comes where its records were
    cdef bint exact = k.single and keeps.coefficients > 0
    cdef Py_ssize_t records = count * (max(<Py_ssize_t>2, k.parts) if exact else k.parts)
    cdef int j
    k.count = count
    k.exact[0] = k.exact[1] = k.exact[2] = k.exact[3] = NULL
    k.moments.hi = k.moments.lo = k.moments.m2 = NULL
    k.sums.dy_hi = k.sums.dy_lo = k.sums.dyd_hi = k.sums.dyd_lo = NULL
    if keeps.moments:
        k.moments.hi, k.moments.m2 = carve_doubles(room, records), carve_doubles(room, records)
        k.exact[0], k.exact[1] = k.moments.hi, k.moments.m2
        if not k.single:
            k.moments.lo = carve_doubles(room, records)
    if keeps.sums:
        k.sums.dy_hi, k.sums.dyd_hi = carve_doubles(room, records), carve_doubles(room, records)
        k.exact[0], k.exact[1] = k.sums.dy_hi, k.sums.dyd_hi
        if not k.single:
            k.sums.dy_lo, k.sums.dyd_lo = carve_doubles(room, records), carve_doubles(room, records)
    if exact:
        k.exact[2], k.exact[3] = doubles_from(k.exact[0], count), doubles_from(k.exact[1], count)
    k.counts = carve_doubles(room, k.parts)
    k.wide = carve(room, count, 1)
    for j in range(5):
        k.coefficient[j] = carve(room, count, item) if j < keeps.coefficients else NULL


cdef int reserve(Batch* b, Keeps keeps) except -1:
    # a call that only maps goes plane by plane where rows have long runs
    cdef bint planes = not b.rows or (by_plane(b) and not (keeps.moments or keeps.sums))
    cdef bint tiles = planes and (b.staged or not (b.x.dense and b.dy.dense))
    cdef bint shared = not (b.whole or b.strips or b.tiled)
    cdef Channels* k = &b.channels
    cdef Room own, all
    cdef Py_ssize_t t, needed
    b.keeps, b.scratch, b.rooms = keeps, NULL, NULL
    own.base = all.base = NULL
    own.used = all.used = 0
    if tiles:
        own.used = TILE_BYTES
    elif b.tiled:
        furnish(k, &own, b.step, keeps)
    if shared:
        furnish(k, &all, b.count, keeps)
    b.room_bytes = own.used
    needed = b.threads * own.used + all.used
    if needed == 0:
        return 0
    b.scratch = PyMem_RawMalloc(needed + LINE)
    if b.scratch == NULL:
        raise MemoryError(f"bncore: no memory for {needed} bytes of partial sums")
    b.rooms = <char*>b.scratch + (-<size_t>b.scratch & (LINE - 1))
    if shared:
        all.base, all.used = b.rooms + b.threads * own.used, 0
        furnish(k, &all, b.count, keeps)
        for t in range(b.parts):
            k.counts[t] = <double>part_count(b, t)
    return 0


cdef inline real* room(const Batch* b, int thread, const real* kind) noexcept nogil:
    # that of one thread; kind only says of which type the elements are
    return <real*>(b.rooms + thread * b.room_bytes) if b.rooms != NULL else NULL
