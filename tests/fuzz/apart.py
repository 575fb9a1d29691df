"""The same results by other calls: what is done in one pass, done apart, in the type that it is computed in.

a. Half precision is that of float32, rounded once; a residual is added, and a relu taken, before that.
b. What a relu holds back of dy counts for 0.
c. Sums and maps of a batch that is one shard are those of a whole call.
d. Exact sums are those of any shards, however they lie.
"""

from fractions import Fraction

import numpy

from .reference import FEW
from .watch import Found, same_bits

WHOLE = {"normalize": "forward", "gradient": "backward", "gradient_sums": "backward", "sums": "statistics"}


def is_more(made):
    """Whether the case has more than `reference` knows of."""
    more = {"residual", "y", "relu"} & made.given.keys()
    return bool(more) or made.case["function"] in WHOLE


def let_through(made):
    """A copy of dy where y is above 0, else of 0."""
    dy = numpy.asarray(made.given["dy"])
    dy = dy.astype(dy.dtype.newbyteorder("="), order="C")
    if "y" not in made.given:
        return dy
    return numpy.where(numpy.asarray(made.given["y"]) > 0, dy, dy.dtype.type(0))


def _wide(array):
    # the same layout, in the type that half precision is computed in
    values = array.astype(numpy.float32)
    if array.itemsize > 2 or not (array.size and array.flags.aligned and array.dtype.isnative):
        return array if array.itemsize > 2 else values
    strides = [2 * stride for stride in array.strides]
    reach = [(extent - 1) * stride for extent, stride in zip(array.shape, strides, strict=True)]
    before = -sum(way for way in reach if way < 0)
    room = numpy.empty((before + sum(way for way in reach if way > 0)) // 4 + 1, numpy.float32)
    wide = numpy.ndarray(array.shape, numpy.float32, room, before, strides)
    wide[...] = values
    return wide


def expected(made):
    """The results of a case, by name."""
    module, function = made.watch.module, WHOLE.get(made.case["function"], made.case["function"])
    axis, eps = made.given["axis"], made.eps if made.case["function"] != "sums" else 0.0
    given = {name: made.given.get(name) for name in made.operation.vectors}
    weighs = {"weights": made.given["weights"]} if "weights" in made.given else {}
    # gradients of weighted elements are computed in float64
    wide = numpy.asarray if weighs and function not in ("forward", "statistics") else _wide
    x = wide(numpy.asarray(made.given["x"]))
    given |= weighs
    given |= {
        name: wide(numpy.asarray(made.given[name]))
        for name in ("v", "ddx")
        if made.given.get(name) is not None
    }
    if made.operation.own and function != "forward":
        given["stats"] = made.watch.success(module.statistics, x, eps=eps, axis=axis, **weighs)
    else:
        given["eps"] = eps
    if "dy" in made.operation.tensors:
        given["dy"] = wide(let_through(made))
    if function == "double_backward":
        given.setdefault("ddx", None)
    if made.case["function"] == "gradient_sums":
        given["gamma"] = None
    returned = made.watch.success(getattr(module, function), x=x, axis=axis, **given)
    return _by_name(made, function, returned)


def _by_name(made, function, returned):
    if function == "statistics":
        return {"mean": returned.mean, "var": returned.var}
    if function == "forward":
        y, stats = returned
        return {"y": _finished(made, y), "mean": stats.mean, "var": stats.var}
    if function == "inference":
        return {"y": _finished(made, returned)}
    names = {"jvp": ("jvp",), "double_backward": ("d_dy", "d_x", "d_gamma")}
    values = returned if isinstance(returned, tuple) else (returned,)
    return dict(zip(names.get(function, ("dx", "dgamma", "dbeta")), values, strict=True))


def _finished(made, y):
    if "residual" in made.given:
        y = y + numpy.asarray(made.given["residual"]).astype(y.dtype)
    return numpy.where(y <= 0, y.dtype.type(0), y) if made.given.get("relu") else y


def compare(made, got):
    """Have every result the bits of what is done apart."""
    if made.given.get("exact"):
        exactly(made, got)
        return
    if made.dtype.itemsize > 2 and not is_more(made):
        return
    wanted = expected(made)
    for name in wanted.keys() & got.keys():
        # gradient sums are of float64, and what is computed in float32 is rounded to what is stored
        dtype = wanted[name].dtype if made.case["function"] == "gradient_sums" else got[name].dtype
        if not same_bits(got[name].astype(dtype), wanted[name].astype(dtype)):
            raise Found(f"other bits than apart: {made.case['function']}", name)


def exactly(made, got):
    """Have exact sums those of the numbers, however they are cut and lie, and each rounded once."""
    module, axis = made.watch.module, made.axis
    x, dy = (_dense(made.given.get(name)) for name in ("x", "dy"))
    if dy is not None:
        dy = _dense(let_through(made))
        stats = made.own_statistics()

    def of(some):
        if dy is None:
            return made.watch.success(module.sums, x[some], axis=axis, exact=True)
        return made.watch.success(module.gradient_sums, dy[some], x[some], stats, axis=axis, exact=True)

    name = "sums" if dy is None else "gsums"
    if not same_bits(of(...).array(), got[name]):
        raise Found(f"exact sums depend on how x lies: {made.case['function']}", name)
    along = next((i for i, extent in enumerate(x.shape) if i != axis and extent > 1), None)
    if along is not None:
        cut = 1 + made.case["x"]["at"] % (x.shape[along] - 1)
        parts = [(slice(None),) * along + (some,) for some in (slice(cut, None), slice(cut))]
        found = of(parts[0]) + of(parts[1])
        numbers = (
            {"mean": found.stats().mean, "var": found.stats().var}
            if dy is None
            else {"dgamma": found.dgamma, "dbeta": found.dbeta}
        )
        for each, value in numbers.items():
            if not same_bits(value, got[each]):
                raise Found(f"exact sums depend on how a batch is cut: {made.case['function']}", each)
    if made.case["judge"] and 0 < x.size <= FEW:
        _rounded_once(made, got, x, dy)


def _dense(array):
    if array is None:
        return None
    array = numpy.asarray(array)
    return array.astype(array.dtype.newbyteorder("="), order="C")


def _rounded_once(made, got, x, dy):
    x, dy = (a if a is None else numpy.moveaxis(a, made.axis, 0).astype(float) for a in (x, dy))
    for c, channel in enumerate(x):
        if not numpy.isfinite(channel).all() or (dy is not None and not numpy.isfinite(dy[c]).all()):
            continue
        numbers = list(map(Fraction, channel.ravel().tolist()))
        if dy is not None:
            wanted = {"dbeta": sum(map(Fraction, dy[c].ravel().tolist()))}
        else:
            mean = sum(numbers) / len(numbers)
            wanted = {"mean": mean, "var": sum((each - mean) ** 2 for each in numbers) / len(numbers)}
        for name, value in wanted.items():
            made.watch.judged += 1
            if got[name][c] != float(value):
                raise Found(
                    f"exact sums are not rounded once: {made.case['function']}",
                    f"{name}[{c}] is {got[name][c]!r}, wanted {float(value)!r}",
                )
