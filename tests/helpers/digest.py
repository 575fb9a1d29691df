"""A hash of the bits of every call, on problems that take every path through the kernels."""

import hashlib
from functools import cache

from judge import CALLS, DTYPES, HIGHER, problem

# planes of few channels and of many, small planes, narrow and wide rows (of one part, of some), little work
SHAPES = [
    ((5, 3, 4099), 1),
    ((3, 131, 97), 1),
    ((67, 19, 7, 5), 1),
    ((11, 67, 73), 1),
    ((5003, 7), 1),
    ((67, 521), 1),
    ((61, 8209), 1),
    ((1033, 1031), 1),
    ((7, 13, 11, 37), -1),
    ((7, 13, 11, 37), 2),
    ((13, 5), 1),
    ((7, 5, 3), 1),
]
# near 1, where float32 has to be left to hold the square, and far from 0
SCALES = [(1, 0), (1e30, 0), (1e-30, 0), (1, 1e6)]


def problems():
    """Each with a name."""
    for dtype in DTYPES:
        for shape, axis in SHAPES:
            p = problem(shape, axis, dtype)
            for scale, offset in SCALES:
                yield (
                    f"{dtype} {shape} {axis} {scale} {offset}",
                    p.but(x=p.x * p.x.dtype.type(scale) + offset),
                )
            yield f"{dtype} {shape} {axis} strided", p.but(x=p.x[::-1], dy=p.dy[..., ::-1], ddx=p.ddx[::-1])


def lines():
    """One line for each call: what was called, and a hash of all that it returned."""
    for name, p in problems():
        for call, function in (CALLS | HIGHER).items():
            outputs = function(p)
            bits = hashlib.sha256(b"".join(outputs[key].tobytes() for key in sorted(outputs))).hexdigest()
            yield f"{call} {name} {bits}"


@cache
def of_this_process():
    """The lines of the kernels that run here."""
    return list(lines())
