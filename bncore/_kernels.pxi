# The kernels, compiled once for each instruction-set level.
#
# a. Everything a reduction adds is float64 or an unevaluated sum of two; elements stay in their own type.
# b. Two walks. `planes`: a channel is contiguous runs, reduced in lanes. `rows`: channels (or the positions of
#    small planes) lie side by side and are reduced in columns, many at a time.
# c. What is combined with what depends on the shape alone: never on threads, strides or the processor.
# d. Compiled without fused multiply-add and without reassociation, so each level gives the same bits.
# e. Rejected: an order-independent (binned) sum. The partition here is fixed, so it would buy nothing for 7 n adds.

include "_numbers.pxi"
include "_channels.pxi"
include "_work.pxi"
include "_parts.pxi"
include "_conclude.pxi"
include "_walk.pxi"
include "_stream.pxi"
include "_vectors.pxi"
include "_lanes.pxi"
include "_columns.pxi"
include "_compensated.pxi"
include "_planes.pxi"
include "_beside.pxi"
include "_rows.pxi"
include "_rows_maps.pxi"
include "_tasks.pxi"
include "_room.pxi"
include "_tiles.pxi"
include "_groups.pxi"
include "_together.pxi"
include "_run.pxi"
include "_entry.pxi"
include "_dense.pxi"
include "_second.pxi"
include "_second_run.pxi"
