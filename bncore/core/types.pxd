# What the files of the core have in common: a call, as each of them sees it. README.md explains the words.

cdef enum:
    LINE = 64                      # bytes to a line of the cache
    OPERANDS = 8
    SUMS = 5                       # of an operation, at most
    COEFFICIENTS = 9               # numbers of a channel's map, at most
    FOLDED = 512                   # channels of rows that are folded, at most: a folded row has two of them at least
    COLUMNS = 2 * FOLDED           # of a block, at most; of sums of float64 half as many
    ROOM = COLUMNS + 8             # accumulators of them, so that the last vector of a row may look past its columns
    CHANNELS = 64                  # of a tile of runs that are summed, at most: enough that roots and quotients overlap
    FIVE_BYTES = (1 + 2 * SUMS) * ROOM * 8    # accumulators of five sums


# A type is three things: what an element is stored as, what a map computes in, and what a sum is kept in.

cdef enum Kind:
    FLOAT32                        # maps in float32, sums in float64
    FLOAT64                        # maps in float64, sums in two float64, not rounded to one
    KINDS


cdef enum Storage:                 # what elements are stored as
    AS_FLOAT32
    AS_FLOAT64
    AS_FLOAT16                     # half precision is computed in float32: 11 bits,
    AS_BFLOAT16                    # or the first 8 bits and the exponent of a float32


cdef inline Py_ssize_t kind_bytes(Kind kind) noexcept nogil:
    return sizeof(float) if kind == FLOAT32 else sizeof(double)


cdef inline Py_ssize_t storage_bytes(Storage storage) noexcept nogil:
    return sizeof(float) if storage == AS_FLOAT32 else sizeof(double) if storage == AS_FLOAT64 else 2


cdef inline bint is_kind(Storage storage, Kind kind) noexcept nogil:
    # elements are stored as what maps compute in
    return storage == AS_FLOAT32 and kind == FLOAT32 or storage == AS_FLOAT64 and kind == FLOAT64


cdef enum Slot:                    # an operand of a call
    X
    DY                             # dy; the direction of a jvp
    V                              # ddx
    Y                              # of a relu: where it is not positive, dy is taken for 0
    ADDED                          # what is added to y before a relu: the residual
    W                              # weights, in float64: the same for all channels
    OUT                            # y or dx; d_dy
    OUT2                           # d_x; dy as Y lets it through


cdef struct Operand:               # an array as (N, C, H, W), with any strides
    char* base                     # NULL: there is none
    Storage storage
    Py_ssize_t n, c, h, w          # bytes from an element to its neighbour
    Py_ssize_t width               # W
    bint dense                     # a plane (one n, one c) is contiguous


# An operation is a row of a table: what it sums, what it concludes for a channel, and what it maps.

cdef enum Reduction:
    NO_SUMS
    MOMENTS                        # sum x, and the sum of squared deviations from the mean
    PAIRS                          # sum dy, sum dy (x - centre)
    FIVE                           # sums of dy, v, dy (x - mean), v (x - mean), dy v
    WEIGHTED                       # sum w x, the sum of w (x - mean)^2, sum w


cdef enum Conclusion:
    NOTHING
    OWN_MOMENTS                    # mean and var
    OWN_WEIGHTED                   # the same of weighted elements, and the sum of weights
    OWN_SCALE                      # mean, var, and the map from x to y
    GIVEN_SCALE                    # the map from x to y of given statistics
    GIVEN_SLOPE                    # the map from dy to dx of given statistics
    OWN_PULL                       # dgamma, dbeta, and the map from dy and x to dx
    GIVEN_PULL                     # the map from dy and x to dx of given sums
    GIVEN_SUMS                     # dgamma and dbeta of given statistics, and the sums that they are made of
    OWN_BEND                       # d_gamma, and the maps to d_dy and d_x


cdef enum Map:
    NO_MAP
    SCALE                          # y of x
    SLOPE                          # dx of dy alone
    PULL                           # dx of dy and x
    WEIGHTED_PULL                  # the same of weighted elements
    BEND                           # d_dy and d_x of dy, x and v


cdef struct Operation:
    Reduction sums
    Map map
    Conclusion before              # of sums and map
    Conclusion between             # them: the map then waits for all sums of its channel
    Conclusion after               # both


# A plan is a value: all that an execution will do. It has no pointer, so it can be printed, compared and changed.

cdef struct Partition:             # what bits depend on: shape, layout of x, and type, alone
    bint columns                   # channels (or positions of small planes) side by side are summed in columns, not in runs
    Py_ssize_t rows                # N
    Py_ssize_t channels            # C
    Py_ssize_t size                # S: elements of a plane
    Py_ssize_t parts               # of a channel: each is summed by itself, and they are added in their order
    Py_ssize_t pieces              # runs: chunks to a plane,
    Py_ssize_t planes              # or planes to a chunk;
    Py_ssize_t step                # elements of a plane to a chunk
    Py_ssize_t fold                # columns: rows side by side that are one folded row,
    Py_ssize_t folded              # whole folded rows,
    Py_ssize_t rest                # and rows after the last of them


cdef enum Order:                   # how threads share out a call
    CARRIED                        # a thread takes tiles, each from its sums to its results
    SHARED                         # threads share all tasks of one phase, then those of the next
    TOGETHER                       # threads share the parts of one channel, then of the next
    SPREAD                         # a map alone: threads share positions, and work out all channels' maps for themselves


cdef struct Schedule:              # what bits do not depend on
    Order order
    int threads
    Py_ssize_t tile                # channels that are summed or mapped at once
    Py_ssize_t tiles
    Py_ssize_t buffers             # tiles of which a thread keeps something at the same time
    bint fused                     # the map of a channel and the sums of the next are one loop
    bint streamed                  # results go past the caches
    Py_ssize_t ahead               # bytes that a map whose results are streamed fetches ahead
    bint dense                     # columns: rows lie one after the other in every operand
    bint fetched                   # rows that are next are fetched, for they come from memory
    bint as_stored                 # the map converts, gates and adds in registers: its operands go through no staging buffer
    bint staged[OPERANDS]          # this operand is converted, gated or added to, or in runs its planes are not contiguous
    bint apart                     # runs: something is staged, channel by channel


cdef struct Layout:                # where records and coefficients of some channels lie, from the start of their scratch
    Py_ssize_t channels
    Py_ssize_t hi[SUMS]            # records: (parts, channels)
    Py_ssize_t lo[SUMS]            # of what rounding took from them; -1 here and below: not kept
    Py_ssize_t coefficient[COEFFICIENTS]
    Py_ssize_t exact[4]            # coefficients in float64, for channels that float32 has not the range for
    Py_ssize_t wide                # whether it is one of them
    Py_ssize_t bytes


cdef struct Scratch:               # one piece of memory: a room for each thread, then what they share
    Py_ssize_t room                # bytes of each
    Py_ssize_t staging[OPERANDS]   # in a room: where planes of an operand are gathered,
    Py_ssize_t work                # accumulators of five sums,
    Py_ssize_t kept                # and what is kept of `buffers` tiles, one after the other
    Layout own                     # of a tile
    Layout all                     # of all channels, in what is shared
    Py_ssize_t shared              # bytes
    Py_ssize_t bytes               # in all


cdef struct Plan:
    int operation
    Kind kind
    bint relu                      # a result below 0 becomes 0
    Partition partition
    Schedule schedule
    Scratch scratch
    Py_ssize_t phases              # between which threads wait for each other


cdef struct Machine:               # of what a plan knows: no bit depends on it
    int processors
    bint streams                   # there are stores past the caches
    bint registers                 # enough of them that two loops share them without loss
    Py_ssize_t stream              # operands of so many bytes, results with them, do not all stay in a cache
    Py_ssize_t ahead               # bytes that are fetched ahead of a map whose results are streamed
    Py_ssize_t large               # bytes of a channel, in all operands, that a thread's own cache does not keep
    Py_ssize_t grain               # elements below which a call stays on one thread,
    Py_ssize_t whole_grain         # and where a thread has channels to itself


# What leaves are told.

cdef struct Vector:                # one number a channel, in either type; both NULL: not given
    const double* wide
    const float* single


cdef struct Parameters:            # what a call gives of channels, and where it wants results
    double eps
    double m                       # elements of a channel: of the batch, of which x may be a shard
    bint own                       # mean and var are those of the batch
    Vector gamma                   # not given: 1
    Vector beta                    # not given: 0
    Vector mean
    Vector rest                    # what rounding took from the mean; not given: 0
    Vector var
    Vector sum_dy                  # of the batch
    Vector sum_dyd                 # the same of dy (x - mean)
    Vector ddgamma                 # not given: 0
    Vector ddbeta
    double* new_mean
    double* new_rest               # NULL: not wanted
    double* new_var
    double* new_weight             # the sum of weights
    double* dgamma                 # NULL if it is wanted in float32
    double* dbeta
    float* dgamma_single
    float* dbeta_single
    double* new_dy_rest            # what rounding took from dbeta; NULL: neither this nor the next are wanted
    double* new_dyd
    double* new_dyd_rest


cdef struct Runs:                  # an operand as a leaf of runs sees it
    char* base                     # NULL: there is none, and its elements are 0
    Py_ssize_t channel             # bytes to the same plane of the next channel
    Py_ssize_t plane               # bytes to the next plane of the channel


cdef struct Span:                  # the elements that it walks in each
    Py_ssize_t channels
    Py_ssize_t planes
    Py_ssize_t count               # contiguous elements of a plane


cdef struct Gate:                  # what lets dy through, where dy is staged
    char* base                     # NULL: everything
    Py_ssize_t stride              # bytes to the next row
    Storage storage


cdef struct Rows:                  # an operand as a leaf of columns sees it
    char* base                     # the first row's first column; NULL: there is none, and its elements are 0
    Py_ssize_t stride              # bytes to the next row
    Slot slot
    Storage storage
    char* staging                  # where a group of rows is staged; NULL: rows are read where they lie
    Gate gate
    const char* weights            # of x, in float64, one for each position of a row: where they and dy are 0 x is taken for 0
    Py_ssize_t weights_stride      # bytes to those of the next row


cdef struct Finish:                # what becomes of results on their way from a staging buffer
    bint relu
    bint streamed


cdef struct Block:                 # the rows that it walks in each
    Py_ssize_t fold                # rows to a folded row
    Py_ssize_t folded              # whole folded rows
    Py_ssize_t rest                # rows after them
    Py_ssize_t channels
    Py_ssize_t size                # columns of each
    bint contiguous                # in every operand: rows have no other columns, and lie one after the other
    bint fetched                   # rows that are summed next are fetched


cdef struct Records:               # of one part, from the first channel of a leaf
    double* hi[SUMS]
    double* lo[SUMS]               # NULL: not kept


cdef struct Coefficients:          # of channels, from the first of a leaf
    void* of[COEFFICIENTS]         # in the type that the map computes in
    char* wide                     # NULL: that type always has the range
    double* exact[4]


cdef struct Parts:                 # all records of channels
    const Partition* partition
    Records records                # of part 0
    Py_ssize_t stride              # numbers from a part to the next


cdef struct Store:
    bint streamed
    Py_ssize_t ahead               # bytes that are fetched ahead of what is mapped, where results are streamed


cdef struct AsStored:              # a map of elements as they are stored, all alike
    Map map
    Storage storage
    bint relu
    Store store


# The kinds of leaf. `kind` is NULL: its type says what the elements are. `next` is how many bytes after what a leaf sums lies
# what is summed next, which it fetches.

ctypedef void (*RunMoments)(const void* kind, const Span* s, const Runs* x, Py_ssize_t next, const Records* to) noexcept nogil
ctypedef void (*RunPairs)(const void* kind, const Span* s, const Runs* dy, const Runs* x, Py_ssize_t dy_next, Py_ssize_t next,
                          const Parameters* p, Py_ssize_t channel, const Records* to) noexcept nogil
ctypedef void (*RunFive)(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Parameters* p,
                         Py_ssize_t channel, const Records* to, void* work) noexcept nogil
ctypedef void (*RunScale)(const void* kind, const Span* s, const Runs* x, const Runs* y, const Coefficients* k,
                          const Store* store) noexcept nogil
ctypedef void (*RunPull)(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* dx, const Coefficients* k,
                         const Store* store) noexcept nogil
ctypedef void (*RunAsStored)(const AsStored* what, const Span* s, const Runs* of, const Coefficients* k) noexcept nogil
ctypedef void (*RunBend)(const void* kind, const Span* s, const Runs* dy, const Runs* x, const Runs* v, const Runs* d_dy,
                         const Runs* d_x, const Coefficients* k) noexcept nogil
ctypedef void (*RunScaleMoments)(const void* kind, const Span* here, const Runs* x, const Runs* y, const Coefficients* k,
                                 const Store* store, const Span* there, const Runs* next_x, Py_ssize_t next,
                                 const Records* to) noexcept nogil
ctypedef void (*RunPullPairs)(const void* kind, const Span* here, const Runs* dy, const Runs* x, const Runs* dx,
                              const Coefficients* k, const Store* store, const Span* there, const Runs* next_dy,
                              const Runs* next_x, Py_ssize_t dy_next, Py_ssize_t next, const Parameters* p,
                              Py_ssize_t channel, const Records* to) noexcept nogil
ctypedef void (*ColumnMoments)(const void* kind, const Block* b, const Rows* x, const Records* to) noexcept nogil
ctypedef void (*ColumnPairs)(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Parameters* p,
                             Py_ssize_t channel, const Records* to) noexcept nogil
ctypedef void (*ColumnFive)(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Parameters* p,
                            Py_ssize_t channel, const Records* to, void* work) noexcept nogil
ctypedef void (*ColumnScale)(const void* kind, const Block* b, const Rows* x, const Rows* y, const Coefficients* k,
                             const Store* store) noexcept nogil
ctypedef void (*ColumnPull)(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* dx,
                            const Coefficients* k, const Store* store) noexcept nogil
ctypedef void (*ColumnAsStored)(const AsStored* what, const Block* b, const Rows* of, const Coefficients* k) noexcept nogil
ctypedef void (*ColumnBend)(const void* kind, const Block* b, const Rows* dy, const Rows* x, const Rows* v, const Rows* d_dy,
                            const Rows* d_x, const Coefficients* k) noexcept nogil
ctypedef void (*RunWeighted)(const Span* s, const Runs* x, const Runs* w, const Records* to, void* work) noexcept nogil
ctypedef void (*RunWeightedPull)(const Span* s, const Runs* dy, const Runs* x, const Runs* w, const Runs* dx,
                                 const Coefficients* k) noexcept nogil
ctypedef void (*ColumnWeighted)(const Block* b, const Rows* x, const Rows* w, const Records* to, void* work) noexcept nogil
ctypedef void (*ColumnWeightedPull)(const Block* b, const Rows* dy, const Rows* x, const Rows* w, const Rows* dx,
                                    const Coefficients* k) noexcept nogil
ctypedef void (*Mask)(const void* kind, const Span* s, const Runs* dy, const Runs* w, const Runs* x) noexcept nogil
ctypedef void (*Gather)(const void* kind, const Operand* x, const Operand* gate, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start,
                        Py_ssize_t planes, Py_ssize_t count, char* staging) noexcept nogil
ctypedef void (*Scatter)(const void* kind, const Operand* y, const Operand* added, const Finish* finish, Py_ssize_t n,
                         Py_ssize_t c, Py_ssize_t start, Py_ssize_t planes, Py_ssize_t count, const char* staging) noexcept nogil
ctypedef void (*TakeRows)(const void* kind, const Rows* x, Py_ssize_t rows, Py_ssize_t width) noexcept nogil
ctypedef void (*PutRows)(const void* kind, const Rows* y, const Rows* added, const Finish* finish, Py_ssize_t rows,
                         Py_ssize_t width, const char* staging) noexcept nogil
ctypedef void (*Conclude)(const void* kind, Conclusion what, const Parameters* p, Py_ssize_t channel, Py_ssize_t channels,
                          const Parts* parts, const Coefficients* k) noexcept nogil


cdef struct Leaves:                # of one kind of element
    RunMoments run_moments
    RunPairs run_pairs
    RunFive run_five
    RunScale run_scale
    RunPull run_pull
    RunBend run_bend
    RunScaleMoments run_scale_moments
    RunPullPairs run_pull_pairs
    ColumnMoments column_moments
    ColumnPairs column_pairs
    ColumnFive column_five
    ColumnScale column_scale
    ColumnPull column_pull
    ColumnBend column_bend
    RunAsStored run_as_stored      # operands by their slots; maps in float32 alone
    ColumnAsStored column_as_stored
    RunWeighted run_weighted       # of weighted elements: in float64 alone
    RunWeightedPull run_weighted_pull
    ColumnWeighted column_weighted
    ColumnWeightedPull column_weighted_pull
    Gather gather                  # planes of an operand into a staging buffer,
    Scatter scatter                # and back
    Mask mask                      # 0 in the place of staged x that does not count
    TakeRows take_rows             # the same of rows
    PutRows put_rows
    Conclude conclude


cdef struct Level:                 # an instruction set
    const char* name
    bint registers                 # as Machine says
    bint streams
    Leaves of[KINDS]
