"""Blocks of memory that are kept when the last array in them has died, for the next array of their size.

a. A block is owned by a Block. An array in it, and whatever looks at that array, holds the Block: it dies after the
   last of them, and then only is its memory idle.
b. What the threads share is a short list, read and written in C alone, by whoever comes first. Nobody waits: who
   finds another thread there maps new memory, or unmaps its own. So a block may come back at any point: from the garbage
   collector, a signal's handler, a forked child, an interpreter that ends.
c. Of idle memory the part that came back last stays with the process; the rest is lent to the system (MADV_FREE), which
   takes it when it needs it, and brings zeros in its place. To lend a block and write to it again costs up to half of a
   kernel's time: a loop that drops and makes a result each time must not come to that.
d. Mappings are private: after a fork neither process sees what the other writes.
e. Rejected: a Python object with __del__, which the garbage collector calls while another object of the same cycle
   can still reach it; a list of arrays with a look at their reference counts, which does not learn when one dies.
"""

cimport cython
from cpython.buffer cimport PyBuffer_FillInfo
from libc.string cimport memcpy, memmove

from numpy.lib import tracemalloc_domain

cdef extern from *:
    """
    #if defined(__linux__)
    #include <sys/mman.h>

    /* The size of a huge page, or at least a multiple of a page. */
    #define BN_HUGE ((size_t)1 << 21)

    static size_t bn_mapped(size_t bytes) { return (bytes + BN_HUGE - 1) & ~(BN_HUGE - 1); }

    static void bn_unmap(char* data, size_t bytes) { munmap(data, bytes); }

    /* Whole huge pages, or NULL. */
    static char* bn_map(size_t bytes)
    {
        char* found = mmap(NULL, bytes + BN_HUGE, PROT_READ | PROT_WRITE, MAP_PRIVATE | MAP_ANONYMOUS, -1, 0);
        size_t before = -(size_t)found & (BN_HUGE - 1);
        if (found == MAP_FAILED) return NULL;
        if (before) munmap(found, before);
        munmap(found + before + bytes, BN_HUGE - before);
    #ifdef MADV_HUGEPAGE
        madvise(found + before, bytes, MADV_HUGEPAGE);
    #endif
        return found + before;
    }

    static void bn_lend(char* data, size_t bytes)
    {
    #ifdef MADV_FREE
        madvise(data, bytes, MADV_FREE);
    #endif
    }
    #else
    static size_t bn_mapped(size_t bytes) { return bytes; }
    static void bn_unmap(char* data, size_t bytes) {}
    static char* bn_map(size_t bytes) { return NULL; }
    static void bn_lend(char* data, size_t bytes) {}
    #endif

    static int bn_entered;
    static int bn_enter(void) { return !__atomic_exchange_n(&bn_entered, 1, __ATOMIC_ACQUIRE); }
    static void bn_leave(void) { __atomic_store_n(&bn_entered, 0, __ATOMIC_RELEASE); }
    """
    size_t bn_mapped(size_t bytes) noexcept nogil
    char* bn_map(size_t bytes) noexcept nogil
    void bn_unmap(char* data, size_t bytes) noexcept nogil
    void bn_lend(char* data, size_t bytes) noexcept nogil
    bint bn_enter() noexcept nogil
    void bn_leave() noexcept nogil

cdef extern from "Python.h":
    int PyTraceMalloc_Track(unsigned int domain, size_t pointer, size_t bytes)
    int PyTraceMalloc_Untrack(unsigned int domain, size_t pointer)


cdef struct Memory:
    char* data
    size_t bytes
    bint lent                      # to the system


cdef enum:
    MOST = 64                      # idle blocks, at most

cdef Memory idle[MOST]             # the one that has been idle longest comes first
cdef int count = 0
cdef size_t total = 0              # bytes of them
cdef size_t limit = 0              # what total is at most
cdef size_t withheld = 0           # bytes of them, at most, that are not lent
cdef unsigned int domain = tracemalloc_domain


cdef bint serves(Memory block, size_t bytes) noexcept nogil:
    # What is too large by up to a third serves: batches and layers differ by less, and what is left over stays small.
    return bytes <= block.bytes <= bytes + bytes // 3


cdef Memory take(size_t bytes) noexcept nogil:
    # The smallest block that serves; of equal ones that which came back last: caches may still have some of it.
    global count, total
    cdef Memory found
    cdef int i, best = -1
    found.data, found.bytes, found.lent = NULL, 0, False
    if not bn_enter():
        return found
    for i in range(count - 1, -1, -1):
        if serves(idle[i], bytes) and (best < 0 or idle[i].bytes < idle[best].bytes):
            best = i
    if best >= 0:
        found = idle[best]
        count -= 1
        total -= found.bytes
        memmove(&idle[best], &idle[best + 1], (count - best) * sizeof(Memory))
    bn_leave()
    return found


cdef void keep(const Memory* block, size_t most) noexcept nogil:
    # Puts a block (NULL: none) behind the others, of which the first go until no more than `most` bytes are left.
    global count, total
    cdef Memory gone[MOST]
    cdef size_t more = block.bytes if block != NULL else 0
    cdef bint kept = False
    cdef int i, shed = 0
    if bn_enter():
        kept = block != NULL and more <= most
        while shed < count and (total + kept * more > most or count - shed + kept > MOST):
            total -= idle[shed].bytes
            shed += 1
        memcpy(gone, idle, shed * sizeof(Memory))
        count -= shed
        memmove(idle, &idle[shed], count * sizeof(Memory))
        if kept:
            idle[count] = block[0]
            idle[count].lent = False
            count += 1
            total += more
        lend()
        bn_leave()
    for i in range(shed):
        bn_unmap(gone[i].data, gone[i].bytes)
    if block != NULL and not kept:
        bn_unmap(block.data, more)


cdef void lend() noexcept nogil:
    # all but the last blocks that may be withheld
    cdef size_t last = 0
    cdef int i
    for i in range(count - 1, -1, -1):
        last += idle[i].bytes
        if last > withheld and not idle[i].lent:
            bn_lend(idle[i].data, idle[i].bytes)
            idle[i].lent = True


@cython.final
cdef class Block:
    """Some bytes of memory, page-aligned, not set; `Block(nbytes)` raises MemoryError where there is no more."""

    cdef Memory memory
    cdef Py_ssize_t asked

    def __cinit__(self, Py_ssize_t nbytes):
        cdef size_t bytes = bn_mapped(nbytes)
        self.memory = take(bytes)
        if self.memory.data == NULL:
            self.memory.data, self.memory.bytes = bn_map(bytes), bytes
        if self.memory.data == NULL:
            keep(NULL, 0)
            self.memory.data = bn_map(bytes)
        if self.memory.data == NULL:
            raise MemoryError
        self.asked = nbytes
        PyTraceMalloc_Track(domain, <size_t>self.memory.data, nbytes)

    def __getbuffer__(self, Py_buffer* view, int flags):
        PyBuffer_FillInfo(view, self, self.memory.data, self.asked, False, flags)

    def __dealloc__(self):
        if self.memory.data != NULL:
            PyTraceMalloc_Untrack(domain, <size_t>self.memory.data)
            keep(&self.memory, limit)


def set_limit(Py_ssize_t nbytes):
    """Let at most so many bytes lie idle, from now on."""
    global limit
    limit = nbytes
    keep(NULL, limit)


def kept():
    """The bytes that lie idle."""
    return total


def withhold(Py_ssize_t nbytes):
    """Lend idle memory to the system, all but so many bytes, whenever a block has come back."""
    global withheld
    withheld = nbytes
