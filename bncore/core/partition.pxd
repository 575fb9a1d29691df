# How a channel's elements are cut into parts. Every bit of a result depends on it, so it looks at shape and type alone.
#
# a. In runs a part is a chunk: a piece of a plane, or several whole planes. In columns it is a block of rows.
# b. Narrow rows are folded: k rows side by side are one row of k C columns, so that a row fills a page.

from bncore.core.types cimport Partition

cdef enum:
    GROUP = 8                      # rows that are summed at once: blocks begin where one does
    LANES = 32                     # elements of a run that are: pieces of a plane begin where so many of them do


cdef struct Chunk:
    Py_ssize_t n                   # its first plane
    Py_ssize_t planes
    Py_ssize_t start               # where it starts in each plane
    Py_ssize_t count               # how many elements of each plane it has


cdef inline Chunk chunk(const Partition* p, Py_ssize_t t) noexcept nogil:
    cdef Chunk k
    k.n = t // p.pieces if p.pieces > 1 else t * p.planes
    k.start = (t % p.pieces) * p.step if p.pieces > 1 else 0
    k.planes = min(p.planes, p.rows - k.n)
    k.count = min(p.step, p.size - k.start)
    return k


cdef inline Chunk piece(const Partition* p, Py_ssize_t n, Py_ssize_t i) noexcept nogil:
    # piece i of plane n, for maps, which need not keep to chunks
    cdef Chunk k
    k.n, k.planes, k.start = n, 1, i * p.step
    k.count = min(p.step, p.size - k.start)
    return k


cdef inline Py_ssize_t block_start(const Partition* p, Py_ssize_t t) noexcept nogil:
    # its first folded row: blocks differ by one group of rows, and what is no whole group ends the last
    return p.folded // GROUP * t // p.parts * GROUP if t < p.parts else p.folded


cdef inline Py_ssize_t part_count(const Partition* p, Py_ssize_t t) noexcept nogil:
    # elements of one channel in part t
    cdef Chunk k
    if p.columns:
        return ((block_start(p, t + 1) - block_start(p, t)) * p.fold + (p.rest if t + 1 == p.parts else 0)) * p.size
    k = chunk(p, t)
    return k.planes * k.count
