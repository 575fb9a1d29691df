"""What a grid does not reach: shapes, places of the channel and memory layouts drawn at random."""

import numpy
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judge import CALLS, DTYPES, EPS, HIGHER, Problem
from layouts import bits

import bncore

ALL = CALLS | HIGHER


@st.composite
def views(draw, shape, dtype):
    """An array of that shape whose axes lie in any order in memory, with any steps, reversed or repeated."""
    order = draw(st.permutations(range(len(shape))))
    steps = [draw(st.sampled_from([-3, -2, -1, -1, 1, 1, 1, 2, 0])) for _ in shape]
    margins = [draw(st.integers(0, 2)) for _ in shape]
    random = numpy.random.default_rng(draw(st.integers(0, 2**32)))
    room = [
        1 if step == 0 else abs(step) * extent + margin
        for extent, step, margin in zip(shape, steps, margins, strict=True)
    ]
    buffer = random.normal(draw(st.sampled_from([0, 3, 1000])), 2, [room[i] for i in order]).astype(dtype)
    buffer = buffer.transpose(numpy.argsort(order))
    index = tuple(
        slice(None) if step == 0 else slice(0, abs(step) * extent, abs(step))
        for extent, step in zip(shape, steps, strict=True)
    )
    view = buffer[index][tuple(slice(None, None, -1 if step < 0 else 1) for step in steps)]
    return numpy.broadcast_to(view, shape) if 0 in steps else view


@st.composite
def problems(draw):
    """A problem of at least one element."""
    shape = tuple(draw(st.lists(st.integers(1, 5), min_size=2, max_size=5)))
    axis = draw(st.integers(-len(shape), len(shape) - 1))
    dtype = draw(st.sampled_from(DTYPES))
    numbers = st.floats(-4, 4, width=32)
    channels = shape[axis]

    def vector(elements=numbers):
        return numpy.array(draw(st.lists(elements, min_size=channels, max_size=channels)), dtype)

    return Problem(
        x=draw(views(shape, dtype)),
        dy=draw(views(shape, dtype)),
        gamma=vector() if draw(st.booleans()) else None,
        beta=vector() if draw(st.booleans()) else None,
        mean=vector(),
        var=vector(st.floats(0, 4, width=32)),
        eps=draw(st.sampled_from([EPS, 1.0, 0.5])),
        axis=axis,
        ddx=draw(views(shape, dtype)),
        ddgamma=vector() if draw(st.booleans()) else None,
        ddbeta=vector() if draw(st.booleans()) else None,
    )


@given(problems())
def test_every_call_is_within_its_bounds(p):
    for call in ALL:
        p.judge(call, ALL[call](p))


@settings(phases=[Phase.generate])
@given(problems(), st.data())
def test_out_of_any_layout_gets_the_same_bits(p, data):
    room = data.draw(views(p.x.shape, p.x.dtype))
    if not room.flags.writeable or (0 in room.strides and max(room.shape) > 1):
        room = numpy.full(p.x.shape, numpy.nan, p.x.dtype)
    for call in ALL:
        plain = ALL[call](p)
        for out in ((room, None), (None, room)) if call == "double_backward" else (room,):
            room[...] = numpy.nan
            for name, got in ALL[call](p, out=out).items():
                assert bits(got) == bits(plain[name]), (call, name)


@given(problems())
def test_inputs_keep_their_bits(p):
    tensors, vectors = (p.x, p.dy, p.ddx), (p.gamma, p.beta, p.mean, p.var, p.ddgamma, p.ddbeta)
    arrays = [array for array in (*tensors, *vectors) if array is not None]
    before = [bits(array) for array in arrays]
    for call in ALL.values():
        call(p)
    assert [bits(array) for array in arrays] == before


@given(problems(), st.data())
def test_a_channel_depends_on_no_other(p, data):
    # bit for bit: the other channels' numbers replaced by NaN
    channels = p.x.shape[p.axis]
    kept = data.draw(st.integers(0, channels - 1))
    others = [c for c in range(channels) if c != kept]
    clean, dirty = ({name: getattr(p, name).copy(order="K") for name in ("x", "dy", "ddx")} for _ in range(2))
    for array in dirty.values():
        numpy.moveaxis(array, p.axis, 0)[others] = numpy.nan
    for call in ALL:
        found, before = ALL[call](p.but(**dirty)), ALL[call](p.but(**clean))
        for name, got in found.items():
            axis = p.axis if got.ndim > 1 else 0
            assert bits(got.take(kept, axis)) == bits(before[name].take(kept, axis)), (call, name)


@given(problems(), st.data())
def test_shards_merge_to_the_whole(p, data):
    x = numpy.moveaxis(p.x, p.axis, 1).astype(float)
    ends = sorted(data.draw(st.lists(st.integers(0, len(x)), max_size=4)))
    parts = [bncore.statistics(part, eps=p.eps) for part in numpy.split(x, ends)]
    whole = bncore.merge(*data.draw(st.permutations(parts)))
    assert whole.count == x.size // x.shape[1]
    for name in ("mean", "var"):
        assert bits(getattr(whole, name)) == bits(getattr(bncore.merge(*parts), name))
