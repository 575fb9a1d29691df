"""A result written over an operand is the same, bit for bit, and nothing around it is touched."""

from itertools import groupby, pairwise, product
from types import SimpleNamespace

import numpy
import pytest
from judge import CALLS, DTYPES, HIGHER, laid_out, problem
from layouts import WRITEABLE
from marks import FLOAT32_FIRST, swept

import bncore

READS = {
    "forward": ("x",),
    "inference": ("x",),
    "backward": ("x", "dy"),
    "inference_backward": ("x", "dy"),
    "jvp": ("x", "ddx"),
    "double_backward": ("x", "dy", "ddx"),
}
RESULTS = {"forward": ["y"], "inference": ["y"], "jvp": ["jvp"], "double_backward": ["d_dy", "d_x"]}

# Each line says what the kernels make of it: how they walk, how the work is shared out, where a part ends.
SHAPES = [
    ((7, 5, 3), 1),  # small planes, too few of them for rows
    ((5, 13, 100), 1),  # planes, a channel is one part
    ((2, 259, 97), 1),  # the same, of many channels
    ((3, 17, 1409), 1),  # planes, a channel is some parts; threads share channels
    ((5, 3, 4099), 1),  # a plane is two pieces; threads share parts
    ((1, 2, 262_147), 1),  # all threads on one channel
    ((40_009, 1), 1),  # one channel, one plane
    ((5, 13), 0),
    ((67, 19, 7, 5), 1),  # planes in rows, one part
    ((523, 13, 5), 1),  # planes in rows, some parts
    ((2, 300, 7), 1),  # two tiny planes
    ((64, 5, 2, 3), 1),  # many of them
    ((8, 4, 8, 8), 1),  # rows with runs of 64 elements, which maps take one by one
    ((32, 16, 14, 14), 1),  # the same, shared out
    ((9, 150, 8, 8), 1),  # of many channels
    ((33, 21, 14, 14), 1),  # of more elements than threads have their own coefficients for
    ((17, 7, 7, 73), 1),  # runs of 511 elements
    ((9, 7, 8, 64), 1),  # of 512: planes
    ((13, 5), 1),  # narrow rows
    ((5003, 7), 1),  # folded
    ((67, 521), 1),  # wide rows
    ((9, 4201), 1),  # so wide that threads share tiles
    ((131, 1031), 1),  # tiles of some parts
    ((2, 3, 5, 7), -1),
    ((7, 13, 11, 37), -1),
    ((7, 13, 11, 37), 2),  # the channel between other axes
]
THREADS = (1, 2, 5)
# of more than a few elements: dense, copied, rows apart, gathered, runs apart, dense rows
SOME = ("contiguous", "unaligned", "every_third_first", "every_other", "reversed_one", "channel_last")
FEW, MANY = 1 << 14, 1 << 18
MARGIN = 4096


def guarded(a):
    """A room of bytes, and in it the same view of the same numbers, with a margin before and after."""
    root = a
    while isinstance(root.base, numpy.ndarray):
        root = root.base
    room = numpy.full(root.nbytes + 2 * MARGIN, 0xA5, numpy.uint8)
    room[MARGIN:-MARGIN] = root.ravel("K").view(numpy.uint8)
    return room, view(room, a, MARGIN + a.ctypes.data - root.ctypes.data)


def view(room, a, start):
    """What lies in a room as `a` does."""
    return numpy.ndarray(a.shape, a.dtype, room, start, a.strides)


def aliases(call):
    """The operand that each result is written over; None: over none."""
    for over in product((None, *READS[call]), repeat=len(RESULTS.get(call, ["dx"]))):
        named = [name for name in over if name]
        if named and len(set(named)) == len(named):
            yield over


def ways(call, p):
    """The layout of x, that of the other operands, what results are written over, and the number of threads.

    All numbers of threads and all aliases where operands are contiguous; else these take turns.
    """
    names = list(WRITEABLE if p.x.size <= FEW else SOME if p.x.size <= MANY else SOME[:2])
    layouts = [(name, name) for name in names]
    if len(READS[call]) > 1 and p.x.size <= FEW:
        layouts += pairwise(names)
    over = list(aliases(call))
    for i, (layout, others) in enumerate(layouts):
        for j, each in enumerate(over):
            turn = i + j
            if i == 0:
                yield from ((layout, others, each, threads) for threads in THREADS)
            elif len(over) <= len(THREADS) or turn % 4 == 0:
                yield layout, others, each, THREADS[turn % len(THREADS)]


def faults(call, p, plain, over):
    """What is not as it should be when the results of a call are written over these operands."""
    rooms, views = {}, {}
    for name in READS[call]:
        rooms[name], views[name] = guarded(getattr(p, name))
    expected = {name: room.copy() for name, room in rooms.items()}
    for name, result in zip(over, RESULTS.get(call, ["dx"]), strict=True):
        if name:
            start = views[name].ctypes.data - rooms[name].ctypes.data
            view(expected[name], views[name], start)[...] = plain[result]
    outs = tuple(name and views[name] for name in over)
    outputs = (CALLS | HIGHER)[call](p.but(**views), out=outs if len(outs) > 1 else outs[0])
    for name, room in rooms.items():
        wrong = int((room != expected[name]).sum())
        if wrong:
            yield f"{wrong} bytes of the memory of {name}"
    for result, got in outputs.items():
        if got.tobytes() != plain[result].tobytes():
            yield result


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("call", [*CALLS, "jvp", *swept("double_backward")])
def test_over_an_operand(call, shape, axis, dtype):
    p, found = problem(shape, axis, dtype), []
    for (layout, others), group in groupby(ways(call, p), lambda way: way[:2]):
        laid = laid_out(laid_out(p, layout), others, ("dy", "ddx"))
        plain = (CALLS | HIGHER)[call](laid)
        for _, _, over, threads in group:
            bncore.set_num_threads(threads)
            found += [
                f"over {over}, x {layout}, others {others}, {threads} threads: {fault}"
                for fault in faults(call, laid, plain, over)
            ]
    assert not found


@pytest.mark.parametrize("dtype", FLOAT32_FIRST)
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
@pytest.mark.parametrize("call", [call for call in READS if len(READS[call]) > 1])
def test_over_all_operands_that_are_one_array(call, shape, axis, dtype):
    p = problem(shape, axis, dtype)
    one = p.but(dy=p.x, ddx=p.x)
    plain = (CALLS | HIGHER)[call](one)
    results = RESULTS.get(call, ["dx"])
    bncore.set_num_threads(2)
    for place, result in enumerate(results):
        room, x = guarded(p.x)
        expected, _ = guarded(plain[result])
        outs = [x if i == place else None for i in range(len(results))]
        outputs = (CALLS | HIGHER)[call](
            p.but(x=x, dy=x, ddx=x), out=tuple(outs) if len(outs) > 1 else outs[0]
        )
        assert room.tobytes() == expected.tobytes(), f"over all, {result}"
        for name, got in outputs.items():
            assert got.tobytes() == plain[name].tobytes(), f"over all, {result}: {name}"


def over(p, names, outs, call):
    """The results of a call, and what is wrong with the memory of what it wrote over: {result: operand}."""
    plain = call(**{name: getattr(p, name) for name in names}, **dict.fromkeys(outs))
    rooms, views = {}, {}
    for name in names:
        rooms[name], views[name] = guarded(getattr(p, name))
    wanted = {name: guarded(getattr(p, name))[0] for name in names}
    for result, name in outs.items():
        start = views[name].ctypes.data - rooms[name].ctypes.data
        view(wanted[name], views[name], start)[...] = plain[result]
    got = call(**views, **{result: views[name] for result, name in outs.items()})
    wrong = [name for name in names if rooms[name].tobytes() != wanted[name].tobytes()]
    return wrong + [name for name, value in plain.items() if got[name].tobytes() != value.tobytes()]


@pytest.mark.parametrize("dtype", [*swept(*DTYPES), "float16"])
@pytest.mark.parametrize(("shape", "axis"), SHAPES)
def test_over_a_residual_and_over_what_a_relu_made(shape, axis, dtype):
    p = problem(shape, axis, "float32" if dtype == "float16" else dtype)
    given = SimpleNamespace(**{name: getattr(p, name).astype(dtype) for name in ("x", "dy")})
    given.residual = given.y = p.ddx.astype(dtype)
    stats = bncore.statistics(given.x, axis=axis)

    def forward(x, residual, out):
        y, _ = bncore.forward(x, p.gamma, p.beta, axis=axis, residual=residual, relu=True, out=out)
        return {"out": y}

    def backward(x, dy, y, out, residual_out):
        place = numpy.empty_like(dy) if residual_out is None else residual_out
        how = {"axis": axis, "y": y, "out": out, "residual_out": place}
        dx, dgamma, dbeta = bncore.backward(dy, x, p.gamma, stats, **how)
        return {"out": dx, "residual_out": place, "dgamma": dgamma, "dbeta": dbeta}

    for threads in THREADS:
        bncore.set_num_threads(threads)
        for name in ("x", "residual"):
            assert not over(given, ("x", "residual"), {"out": name}, forward)
        for name in ("x", "y"):
            outs = {"out": name, "residual_out": "dy"}
            assert not over(given, ("x", "dy", "y"), outs, backward)
