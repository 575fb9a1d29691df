from libc.stdint cimport int32_t, int64_t, uint64_t

from bncore.core.execute cimport Call
from bncore.core.types cimport COEFFICIENTS, OPERANDS, SUMS, Operand, Vector

cdef enum Given:                   # vectors, whose regions come after those of operands
    GAMMA
    BETA
    MEAN
    REST
    VAR
    SUM_DY
    SUM_DYD
    DDGAMMA
    DDBETA
    NEW_MEAN
    NEW_REST
    NEW_VAR
    NEW_WEIGHT
    DGAMMA
    DBETA
    NEW_DY_REST
    NEW_DYD
    NEW_DYD_REST
    VECTORS

cdef enum:
    FAR = 40                       # regions lie 2^FAR bytes apart
    REGIONS = OPERANDS + VECTORS
    SCRATCH = REGIONS              # the number of the scratch, after those of the regions
    LEAVES = 32                    # kinds of leaf, at most
    # in the place of an element's number
    GAP = -1                       # memory between elements
    SEVERAL = -2                   # memory that is more than one element, or none at all
    # in the place of a channel's, beside SEVERAL
    MIXED = -3                     # elements of more than one

cdef enum Statement:
    NO_STATEMENT
    INSIDE
    WRITTEN_ONCE
    READ_AS_OFTEN
    NO_RACE
    NOT_OVERWRITTEN

cdef enum What:                    # a byte of scratch holds a part of
    NOTHING_YET
    STAGED                         # an element of operand 0; then of the others
    MAPPED = STAGED + OPERANDS     # a result
    RECORD_HI = MAPPED + OPERANDS  # vector 0 of a record
    RECORD_LO = RECORD_HI + SUMS
    COEFFICIENT = RECORD_LO + SUMS
    EXACT = COEFFICIENT + COEFFICIENTS
    WIDE = EXACT + 4


cdef struct Element:               # of an operand or vector
    int32_t number
    int32_t times                  # how many elements it is
    int32_t reads
    int32_t writes
    int64_t read_at                # stamps
    int64_t written_at


cdef struct Region:
    char* low
    Py_ssize_t slots               # of `item` bytes
    Py_ssize_t item
    bint result                    # it is written
    Element* elements
    Py_ssize_t room                # slots there is memory for


cdef struct Cell:                  # a byte of scratch
    int32_t what
    int32_t number                 # of an element, or of what was made
    int64_t written_at
    int64_t read_at


cdef struct Made:                  # a record, or the coefficients of a map
    Py_ssize_t channel             # SEVERAL: it cannot be told
    Py_ssize_t count               # elements of a record; -1: of a map
    uint64_t order                 # in which they, or records, were combined
    int32_t concluded              # how often a record was


cdef struct State:
    const Call* call               # NULL: a leaf is called alone, and what it touches is written down
    Py_ssize_t item                # bytes of an element as maps compute in it
    Py_ssize_t channels, size
    int[OPERANDS] region_of        # of each operand; that of another, if it is a result over it
    Region[REGIONS] regions
    Cell* cells                    # of the room of a thread, then of what threads share
    Py_ssize_t cells_room
    Py_ssize_t work                # where in a room the accumulators of five sums are; -1: not yet known
    Made* made
    Py_ssize_t made_count, made_room
    uint64_t* order                # of each channel: how what its results depend on was combined
    Py_ssize_t order_room
    # stamps grow from call to call and from phase to phase
    int64_t start                  # the last one of calls before
    int64_t before                 # of phases before
    int64_t several                # of this phase: more than one thread
    int64_t me                     # of this phase and thread
    Py_ssize_t number, thread      # of the phase
    int32_t[LEAVES] calls          # of each kind of leaf
    (const char*)[LEAVES] names
    # what was violated first
    Statement statement
    const char* what
    const char* leaf
    Py_ssize_t where, at_phase, at_thread

cdef State T

cdef void entered(const char* leaf) noexcept nogil
cdef void violated(Statement statement, const char* what, Py_ssize_t where) noexcept nogil
cdef uint64_t mix(uint64_t order, uint64_t term) noexcept nogil
cdef Py_ssize_t channel_of(int64_t number, Py_ssize_t count) noexcept nogil
cdef int64_t place_of(int64_t number) noexcept nogil

cdef int64_t read_run(int slot, const char* p, Py_ssize_t count, Py_ssize_t step, Py_ssize_t bytes) noexcept nogil
cdef void write_run(int slot, char* p, Py_ssize_t count, Py_ssize_t step, Py_ssize_t bytes, int64_t number) noexcept nogil
cdef void stage(int what, char* p, Py_ssize_t count, int64_t number) noexcept nogil
cdef int64_t staged(int what, const char* p, Py_ssize_t count) noexcept nogil
cdef void read_vector(const Vector* v, Py_ssize_t first, Py_ssize_t count) noexcept nogil
cdef void write_vector(double* wide, float* single, Py_ssize_t first, Py_ssize_t count) noexcept nogil
cdef int32_t read_number(int what, const char* p, Py_ssize_t bytes) noexcept nogil
cdef void write_number(int what, char* p, Py_ssize_t bytes, int32_t number) noexcept nogil
cdef void use_work(char* p) noexcept nogil
cdef void go_on(Py_ssize_t channel, uint64_t order) noexcept nogil
cdef int32_t make_up(Py_ssize_t channel, Py_ssize_t count, uint64_t order) noexcept nogil

cdef int open_tensor(int slot, Operand* x, tuple extents, tuple strides, Py_ssize_t item) except -1
cdef char* open_vector(Given which, Py_ssize_t channels, Py_ssize_t item, bint result) except NULL
cdef int open_scratch() except -1
