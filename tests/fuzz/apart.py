"""The same results by other calls: what is done in one pass, done apart, in the type that it is computed in.

a. Half precision is that of float32, rounded once; a residual is added, and a relu taken, before that.
b. What a relu holds back of dy counts for 0.
c. Sums and maps of a batch that is one shard are those of a whole call.
"""

import numpy

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
    x = _wide(numpy.asarray(made.given["x"]))
    given |= {
        name: _wide(numpy.asarray(made.given[name]))
        for name in ("v", "ddx")
        if made.given.get(name) is not None
    }
    if made.operation.own and function != "forward":
        given["stats"] = made.watch.success(module.statistics, x, eps=eps, axis=axis)
    else:
        given["eps"] = eps
    if "dy" in made.operation.tensors:
        given["dy"] = _wide(let_through(made))
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
    if made.dtype.itemsize > 2 and not is_more(made):
        return
    wanted = expected(made)
    for name in wanted.keys() & got.keys():
        # gradient sums are of float64, and what is computed in float32 is rounded to what is stored
        dtype = wanted[name].dtype if made.case["function"] == "gradient_sums" else got[name].dtype
        if not same_bits(got[name].astype(dtype), wanted[name].astype(dtype)):
            raise Found(f"other bits than apart: {made.case['function']}", name)
