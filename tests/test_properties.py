"""What a grid does not reach: shapes, places of the channel and memory layouts drawn at random."""

import numpy
from hypothesis import Phase, given, settings
from hypothesis import strategies as st
from judge import CALLS, DTYPES, EPS, Problem
from layouts import bits

import bncore


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
    )


@given(problems())
def test_every_call_is_within_its_bounds(p):
    for call in CALLS:
        p.judge(call, CALLS[call](p))


@settings(phases=[Phase.generate])
@given(problems(), st.data())
def test_out_of_any_layout_gets_the_same_bits(p, data):
    room = data.draw(views(p.x.shape, p.x.dtype))
    if not room.flags.writeable or (0 in room.strides and max(room.shape) > 1):
        room = numpy.full(p.x.shape, numpy.nan, p.x.dtype)
    for call in CALLS:
        plain = CALLS[call](p)
        room[...] = numpy.nan
        for name, got in CALLS[call](p, out=room).items():
            assert bits(got) == bits(plain[name]), (call, name)


@given(problems())
def test_inputs_keep_their_bits(p):
    arrays = [array for array in (p.x, p.dy, p.gamma, p.beta, p.mean, p.var) if array is not None]
    before = [bits(array) for array in arrays]
    for call in CALLS:
        CALLS[call](p)
    assert [bits(array) for array in arrays] == before


@given(problems(), st.data())
def test_a_channel_depends_on_no_other(p, data):
    # bit for bit: the other channels' numbers replaced by NaN
    channels = p.x.shape[p.axis]
    kept = data.draw(st.integers(0, channels - 1))
    x, dy = p.x.copy(order="K"), p.dy.copy(order="K")
    others = [c for c in range(channels) if c != kept]
    clean = p.but(x=x.copy(order="K"), dy=dy.copy(order="K"))
    numpy.moveaxis(x, p.axis, 0)[others] = numpy.nan
    numpy.moveaxis(dy, p.axis, 0)[others] = numpy.nan
    for call in CALLS:
        found, before = CALLS[call](p.but(x=x, dy=dy)), CALLS[call](clean)
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
