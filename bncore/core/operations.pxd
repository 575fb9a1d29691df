# The table of operations. A new operation is a new row, and at most a new leaf.

from bncore.core.types cimport (
    BEND, FIVE, GIVEN_PULL, GIVEN_SCALE, GIVEN_SLOPE, GIVEN_SUMS, MOMENTS, NO_MAP, NO_SUMS, NOTHING, OWN_BEND, OWN_MOMENTS,
    OWN_PULL, OWN_SCALE, OWN_WEIGHTED, PAIRS, PULL, SCALE, SLOPE, WEIGHTED, WEIGHTED_PULL, Conclusion, Map, Operation,
    Reduction,
)

cdef enum:
    STATISTICS
    FORWARD
    INFERENCE                      # and normalize, whose statistics are a batch's
    BACKWARD                       # and jvp, which is the same map of another operand
    INFERENCE_BACKWARD
    GRADIENT_SUMS
    GRADIENT
    WEIGHTED_STATISTICS
    WEIGHTED_GRADIENT
    DOUBLE_BACKWARD
    OPERATIONS


cdef inline Operation row(Reduction sums, Conclusion before, Conclusion between, Map map, Conclusion after) noexcept nogil:
    cdef Operation o
    o.sums, o.before, o.between, o.map, o.after = sums, before, between, map, after
    return o


cdef inline Operation operation(int which) noexcept nogil:
    #              sums     before       between    map     after
    if which == STATISTICS:
        return row(MOMENTS, NOTHING,     NOTHING,   NO_MAP, OWN_MOMENTS)
    elif which == FORWARD:
        return row(MOMENTS, NOTHING,     OWN_SCALE, SCALE,  NOTHING)
    elif which == INFERENCE:
        return row(NO_SUMS, GIVEN_SCALE, NOTHING,   SCALE,  NOTHING)
    elif which == BACKWARD:
        return row(PAIRS,   NOTHING,     OWN_PULL,  PULL,   NOTHING)
    elif which == INFERENCE_BACKWARD:
        return row(PAIRS,   GIVEN_SLOPE, NOTHING,   SLOPE,  GIVEN_SUMS)
    elif which == GRADIENT_SUMS:
        return row(PAIRS,   NOTHING,     NOTHING,   NO_MAP, GIVEN_SUMS)
    elif which == GRADIENT:
        return row(NO_SUMS, GIVEN_PULL,  NOTHING,   PULL,   NOTHING)
    elif which == WEIGHTED_STATISTICS:
        return row(WEIGHTED, NOTHING,    NOTHING,   NO_MAP, OWN_WEIGHTED)
    elif which == WEIGHTED_GRADIENT:
        return row(NO_SUMS, GIVEN_PULL,  NOTHING,   WEIGHTED_PULL, NOTHING)
    else:
        return row(FIVE,    NOTHING,     OWN_BEND,  BEND,   NOTHING)
