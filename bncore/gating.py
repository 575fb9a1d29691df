"""What a relu lets through of dy, which is the gradient of a residual, where no kernel does it."""

from collections.abc import Mapping

import numpy

from . import checks, recycling
from .checks import Array
from .copying import copy


def check(place: Array | None, x: Array, out: Array | None, inputs: Mapping[str, object]) -> None:
    """Refuse a residual_out that cannot be written, or that overlaps more than dy or y itself."""
    if place is None:
        return
    checks.output(place, x, inputs, "residual_out")
    if out is not None and checks.overlap(place, out):
        raise ValueError("residual_out must not overlap out, found two that do")
    if checks.overlap(place, x):
        raise ValueError(
            "residual_out must be dy or y itself, or no part of any input, found one that overlaps x"
        )


def let_through(dy: Array, y: Array | None, place: Array | None) -> Array:
    """dy where y is positive, else 0, in `place` or in new memory; dy itself if neither is given."""
    if y is None and place is None:
        return dy
    target = recycling.empty_like(dy) if place is None else numpy.asarray(place)
    with numpy.errstate(all="ignore"):
        held = None if y is None else ~(y > 0)
        if not checks.same_elements(target, dy):
            copy(target, dy)
        if held is not None:
            numpy.copyto(target, target.dtype.type(0), where=held)
    return target
