# What goes through a staging buffer: elements become what the maps compute in, and results what they are stored as.
#
# a. On the way in: planes that are not contiguous are gathered, half precision is widened, and dy counts where y > 0, for what a
#    relu has made 0 passes nothing on.
# b. On the way out: what is added to y is added, what is below 0 becomes 0, and the number is rounded once.
# c. A sum takes its elements from here, since what it does to them takes longer than to convert them. A map does the same work
#    in registers where its operands lie as it can walk them (as_stored.pxd); here are the others, and all of float64.
# d. Rejected: sums of every type: twice the code, for a tenth of a call.

from bncore.core.types cimport (
    AS_BFLOAT16, AS_FLOAT16, AS_FLOAT32, LINE, Finish, Operand, Rows, Runs, Span, Storage, storage_bytes,
)
from bncore.core.leaves.elements cimport before_line
from bncore.core.leaves.numbers cimport SINGLES, prefetch, store_singles, store_some, stored, stream_line
from bncore.core.leaves.vectors cimport let_through, take

cdef extern from "halves.h" nogil:
    void halves_to_floats "bn_halves_to_floats"(const void* x, float* to, Py_ssize_t count) noexcept
    void floats_to_halves "bn_floats_to_halves"(const float* x, void* to, Py_ssize_t count) noexcept
    void bfloats_to_floats "bn_bfloats_to_floats"(const void* x, float* to, Py_ssize_t count) noexcept
    void floats_to_bfloats "bn_floats_to_bfloats"(const float* x, void* to, Py_ssize_t count) noexcept
    float to_odd "bn_to_odd"(double x) noexcept

cdef enum:
    SOME = 256                     # elements that are converted at a time


# Elements that lie one after the other.

cdef inline void widen_floats(const void* x, Storage storage, float* to, Py_ssize_t count) noexcept nogil:
    if storage == AS_FLOAT16:
        halves_to_floats(x, to, count)
    else:
        bfloats_to_floats(x, to, count)


cdef inline void widened(const char* x, Storage storage, stored* to, Py_ssize_t count) noexcept nogil:
    # as what maps compute in
    cdef float[SOME] some
    cdef Py_ssize_t i, j
    if storage == AS_FLOAT32:
        for i in range(count):
            to[i] = (<const float*>x)[i]
    elif storage == AS_FLOAT16 or storage == AS_BFLOAT16:
        if stored is float:
            widen_floats(x, storage, to, count)
        else:
            i = 0
            while i < count:
                widen_floats(x + 2 * i, storage, some, min(<Py_ssize_t>SOME, count - i))
                for j in range(min(<Py_ssize_t>SOME, count - i)):
                    to[i + j] = some[j]
                i += SOME
    else:
        for i in range(count):
            to[i] = <stored>(<const double*>x)[i]


cdef inline void pass_vectors(const char* dy, const char* y, Storage storage, float* to, Py_ssize_t count) noexcept nogil:
    # dy where y > 0, else 0, of elements that are stored alike
    cdef Py_ssize_t item = storage_bytes(storage), i = 0
    while i <= count - SINGLES:
        store_singles(to + i, let_through(take(dy + i * item, storage, True, SINGLES),
                                          take(y + i * item, storage, True, SINGLES)))
        i += SINGLES
    if i < count:
        store_some(to + i, let_through(take(dy + i * item, storage, False, count - i),
                                       take(y + i * item, storage, False, count - i)), count - i)


cdef inline void passed_through(const char* dy, Storage storage, const char* y, Storage of_y, stored* to,
                                Py_ssize_t count) noexcept nogil:
    # the same of any
    cdef stored[SOME] gate
    cdef Py_ssize_t i = 0, j, some
    if stored is float:
        if storage == of_y and storage == AS_FLOAT32:
            pass_vectors(dy, y, AS_FLOAT32, to, count)
            return
        elif storage == of_y and storage == AS_FLOAT16:
            pass_vectors(dy, y, AS_FLOAT16, to, count)
            return
        elif storage == of_y and storage == AS_BFLOAT16:
            pass_vectors(dy, y, AS_BFLOAT16, to, count)
            return
    widened(dy, storage, to, count)
    while i < count:
        some = min(<Py_ssize_t>SOME, count - i)
        widened(y + i * storage_bytes(of_y), of_y, gate, some)
        for j in range(some):
            to[i + j] = to[i + j] if gate[j] > 0 else 0
        i += SOME


cdef inline void narrowed(const stored* x, Storage storage, char* to, Py_ssize_t count) noexcept nogil:
    # rounded once to what is stored
    cdef float[SOME] some
    cdef Py_ssize_t i, j
    if storage == AS_FLOAT32:
        for i in range(count):
            (<float*>to)[i] = <float>x[i]
    elif storage == AS_FLOAT16 or storage == AS_BFLOAT16:
        i = 0
        while i < count:
            for j in range(min(<Py_ssize_t>SOME, count - i)):
                some[j] = x[i + j] if stored is float else to_odd(x[i + j])
            if storage == AS_FLOAT16:
                floats_to_halves(some, to + 2 * i, min(<Py_ssize_t>SOME, count - i))
            else:
                floats_to_bfloats(some, to + 2 * i, min(<Py_ssize_t>SOME, count - i))
            i += SOME
    else:
        for i in range(count):
            (<double*>to)[i] = x[i]


cdef inline void streamed(const stored* x, Storage storage, char* to, Py_ssize_t count) noexcept nogil:
    # the same, past the caches, but for what lies before the first line boundary and after the last
    cdef Py_ssize_t item = storage_bytes(storage), step = LINE // item
    cdef Py_ssize_t first = min(count, <Py_ssize_t>(-<size_t>to & (LINE - 1)) // item)
    cdef char line[LINE]
    narrowed(x, storage, to, first)
    while first + step <= count:
        narrowed(x + first, storage, line, step)
        stream_line(to + first * item, line)
        first += step
    narrowed(x + first, storage, to + first * item, count - first)


cdef inline void finished(const stored* x, const char* added, Storage added_storage, const Finish* finish, char* to,
                          Storage storage, Py_ssize_t count) noexcept nogil:
    cdef stored[SOME] result, more
    cdef Py_ssize_t item = storage_bytes(storage), i = 0, j, some
    while i < count:
        # whole lines, but for what lies before the first of them
        some = min(SOME - <Py_ssize_t>(<size_t>(to + i * item) & (LINE - 1)) // item, count - i)
        for j in range(some):
            result[j] = x[i + j]
        if added != NULL:
            widened(added + i * storage_bytes(added_storage), added_storage, more, some)
            for j in range(some):
                result[j] += more[j]
        if finish.relu:
            for j in range(some):
                # a NaN stays
                result[j] = 0 if result[j] <= 0 else result[j]
        if finish.streamed:
            streamed(result, storage, to + i * item, some)
        else:
            narrowed(result, storage, to + i * item, some)
        i += some


# Planes.

cdef inline const char* element(const Operand* x, Py_ssize_t n, Py_ssize_t c, Py_ssize_t h, Py_ssize_t w) noexcept nogil:
    return x.base + n * x.n + c * x.c + h * x.h + w * x.w


cdef inline bint solid(const Operand* x) noexcept nogil:
    # elements of a line lie one after the other
    return x.base == NULL or x.w == storage_bytes(x.storage)


cdef inline void fetch(const char* x, Py_ssize_t bytes) noexcept nogil:
    cdef Py_ssize_t i = 0
    while i < bytes:
        prefetch(x + i)
        i += LINE


cdef inline void gather(const stored* kind, const Operand* x, const Operand* gate, Py_ssize_t n, Py_ssize_t c, Py_ssize_t start,
                        Py_ssize_t planes, Py_ssize_t count, char* staging) noexcept nogil:
    # elements [start, start + count) of so many planes of a channel, from plane n on, one after the other
    cdef stored* to = <stored*>staging
    cdef Py_ssize_t width = x.width if not (x.dense and (gate.base == NULL or gate.dense)) else start + count
    cdef Py_ssize_t j, i, h, w, run, k, step
    for j in range(planes):
        i, h, w = 0, start // width, start % width
        while i < count:
            run = min(width - w, count - i)
            step = run if solid(x) and solid(gate) else 1
            if step == run:
                # the next channel is what is gathered next, or soon
                fetch(element(x, n + j, c + 1, h, w), run * storage_bytes(x.storage))
                if gate.base != NULL:
                    fetch(element(gate, n + j, c + 1, h, w), run * storage_bytes(gate.storage))
            k = 0
            while k < run:
                if gate.base != NULL:
                    passed_through(element(x, n + j, c, h, w + k), x.storage, element(gate, n + j, c, h, w + k), gate.storage,
                                   to + k, step)
                else:
                    widened(element(x, n + j, c, h, w + k), x.storage, to + k, step)
                k += step
            to += run
            i, h, w = i + run, h + 1, 0


cdef inline void scatter(const stored* kind, const Operand* y, const Operand* added, const Finish* finish, Py_ssize_t n,
                         Py_ssize_t c, Py_ssize_t start, Py_ssize_t planes, Py_ssize_t count, const char* staging) noexcept nogil:
    cdef const stored* of = <const stored*>staging
    cdef Py_ssize_t width = y.width if not (y.dense and (added.base == NULL or added.dense)) else start + count
    cdef Py_ssize_t j, i, h, w, run, k, step
    for j in range(planes):
        i, h, w = 0, start // width, start % width
        while i < count:
            run = min(width - w, count - i)
            step = run if solid(y) and solid(added) else 1
            k = 0
            while k < run:
                finished(of + k, element(added, n + j, c, h, w + k) if added.base != NULL else NULL, added.storage, finish,
                         <char*>element(y, n + j, c, h, w + k), y.storage, step)
                k += step
            of += run
            i, h, w = i + run, h + 1, 0


# Rows.

cdef inline void take_rows(const stored* kind, const Rows* x, Py_ssize_t rows, Py_ssize_t width) noexcept nogil:
    # so many elements of each, from the first row on, into its staging buffer
    cdef stored* to = <stored*>x.staging
    cdef Py_ssize_t row
    for row in range(rows):
        if x.gate.base != NULL:
            passed_through(x.base + row * x.stride, x.storage, x.gate.base + row * x.gate.stride, x.gate.storage, to, width)
        else:
            widened(x.base + row * x.stride, x.storage, to, width)
        to += width


cdef inline void put_rows(const stored* kind, const Rows* y, const Rows* added, const Finish* finish, Py_ssize_t rows,
                          Py_ssize_t width, const char* staging) noexcept nogil:
    cdef const stored* of = <const stored*>staging
    cdef Py_ssize_t row
    for row in range(rows):
        finished(of, added.base + row * added.stride if added.base != NULL else NULL, added.storage, finish,
                 y.base + row * y.stride, y.storage, width)
        of += width


# Elements that do not count.

cdef inline void hide(const stored* dy, const stored* w, stored* x, Py_ssize_t count) noexcept nogil:
    # 0 in the place of x where both are 0
    cdef Py_ssize_t i
    for i in range(count):
        x[i] = 0 if (w[i] == 0) & (dy[i] == 0) else x[i]


cdef inline void mask(const stored* kind, const Span* s, const Runs* dy, const Runs* w, const Runs* x) noexcept nogil:
    # of one channel
    cdef Py_ssize_t n
    for n in range(s.planes):
        hide(<const stored*>(dy.base + n * dy.plane), <const stored*>(w.base + n * w.plane), <stored*>(x.base + n * x.plane),
             s.count)


cdef inline void hide_in_row(const stored* dy, const double* w, stored* x, Py_ssize_t size, Py_ssize_t width) noexcept nogil:
    # w: one for each position of a plane
    cdef Py_ssize_t p, c = 0
    if size == 1:
        if w[0] == 0:
            for p in range(width):
                x[p] = 0 if dy[p] == 0 else x[p]
        return
    while c < width:
        for p in range(size):
            x[c + p] = 0 if (w[p] == 0) & (dy[c + p] == 0) else x[c + p]
        c += size


cdef inline void mask_rows(const Rows* x, Py_ssize_t row, Py_ssize_t step, Py_ssize_t rows, const stored* dy,
                           Py_ssize_t dy_stride, Py_ssize_t fold, Py_ssize_t length, Py_ssize_t size) noexcept nogil:
    # staged rows of x, each of `fold` rows side by side
    cdef stored* to = <stored*>x.staging
    cdef Py_ssize_t i, z
    for i in range(rows):
        for z in range(fold):
            hide_in_row(dy + i * dy_stride + z * length, <const double*>(x.weights + (row + i * step + z) * x.weights_stride),
                        to + (i * fold + z) * length, size, length)
