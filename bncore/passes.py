"""A batch on its way through a layer: the numbers that normalize each of its parts, and their gradients.

A batch is one part, or with ghost batches (Hoffer, Hubara and Soudry 2017) as many as there are groups of
samples. Parts follow each other as batches do: each finds the running statistics as the part before left
them.
"""

import functools
from collections.abc import Callable
from typing import Any, NamedTuple

import numpy
from numpy.typing import ArrayLike

from . import axes, checks, functional, gating, halves, recycling
from ._stats import Stats
from .checks import Array
from .renormalizing import Correction, correction
from .running import Rule, Running

Samples = tuple[slice, ...]


def inference_backward(
    dy: ArrayLike,
    x: Array,
    gamma: Array | None,
    mean: Array,
    var: Array,
    *,
    eps: float,
    axis: int,
    y: Array | None,
    out: Array | None,
    residual_out: Array | None,
) -> tuple[Array, Array, Array]:
    """As bncore's, where there may have been a relu, and a residual."""
    dy = checks.like("dy", dy, x)
    inputs = {"x": x, "dy": dy, "y": y}
    checks.output(out, x, inputs)
    gating.check(residual_out, x, out, inputs)
    through = gating.let_through(dy, y, residual_out)
    return functional.inference_backward(through, x, gamma, mean, var, eps=eps, axis=axis, out=out)


class Functions(NamedTuple):
    """Who computes: functions as bncore's own, or those of a batch in many places."""

    statistics: Callable[..., Stats] = functional.statistics
    forward: Callable[..., tuple[Any, Stats]] = functional.forward
    backward: Callable[..., tuple[Any, Array, Array]] = functional.backward
    inference: Callable[..., Any] = functional.inference
    inference_backward: Callable[..., tuple[Any, Array, Array]] = inference_backward


OWN = Functions()


class How(NamedTuple):
    """How a batch is normalized in training, beside by its own statistics."""

    eps: float
    relu: bool
    ghost: int | None  # samples that have statistics of their own
    renorm: tuple[float, float] | None  # the limits of r and d
    rule: Rule
    by: Functions


class Part(NamedTuple):
    """Samples that are normalized by the same numbers."""

    samples: Samples  # () for all of them
    stats: Stats
    gamma: Array | None  # times r, where there is a correction
    correction: Correction | None


class Pass:
    """What a forward leaves for its backward: copies of what may change, except of tensors and weights."""

    # spelt out: dataclasses take a tenth of the import
    __slots__ = ("at", "by", "given", "parts", "weights", "x", "y")

    def __init__(
        self,
        x: Array | None,  # None: something was written over it, or over y
        y: Array | None,  # of a relu
        at: tuple[int, ...],
        parts: list[Part],
        given: bool,  # the statistics did not come from x
        by: Functions,
        weights: Array | None,  # of joined axes
    ) -> None:
        self.x, self.y, self.at, self.parts = x, y, at, parts
        self.given, self.by, self.weights = given, by, weights

    def gradients(
        self, dy: ArrayLike, out: Array | None, residual_out: Array | None
    ) -> tuple[Array, Array, Array]:
        """dx, dgamma and dbeta; the last two in float64 where they were put together."""
        if self.x is None:
            raise RuntimeError(
                "backward needs x, found that a result was written over it (out=x; after a relu, out=y): "
                "give another out"
            )
        place, gate = checks.plain(out), checks.plain(residual_out)
        dx, dgamma, dbeta = self._gradients(self.x, dy, place, gate)
        if _is(place, self.x) or _is(place, self.y) or _is(gate, self.y):
            self.x = None
        return dx if out is None else out, dgamma, dbeta

    def _gradients(
        self, x: Array, dy: ArrayLike, out: Array | None, residual_out: Array | None
    ) -> tuple[Array, Array, Array]:
        at, several = self.at, len(self.parts) > 1
        if len(at) == 1 and not several:
            return self._of_part(self.parts[0], dy, x, self.y, self.weights, out, residual_out)
        dy = checks.like("dy", dy, x)
        inputs = {"x": x, "dy": dy, "y": self.y}
        checks.output(out, x, inputs)
        gating.check(residual_out, x, out, inputs)
        batch, gradient = axes.joined(x, at), axes.joined(dy, at)
        y = None if self.y is None else axes.joined(self.y, at)
        place, gate = axes.target(out, at), axes.target(residual_out, at)
        if several and place is None:
            place = recycling.empty_like(batch)
        if residual_out is not None and gate is None:
            gate = recycling.empty_like(batch)
        found = [
            self._of_part(
                part,
                gradient[part.samples],
                batch[part.samples],
                *_cut(part.samples, y, self.weights, place, gate),
            )
            for part in self.parts
        ]
        with numpy.errstate(all="ignore"):
            dgamma, dbeta = (functools.reduce(numpy.add, [each[i] for each in found]) for i in (1, 2))
        if gate is not None:
            axes.parted(gate, at, x, residual_out)
        dx = found[0][0] if place is None else place
        return axes.parted(dx, at, x, out), dgamma, dbeta

    def _of_part(
        self,
        part: Part,
        dy: ArrayLike,
        x: Array,
        y: Array | None,
        weights: Array | None,
        out: Array | None,
        residual_out: Array | None,
    ) -> tuple[Array, Array, Array]:
        axis = min(self.at)
        if self.given:
            mean, var, eps = part.stats.mean, part.stats.var, part.stats.eps
            return self.by.inference_backward(
                dy, x, part.gamma, mean, var, eps=eps, axis=axis, y=y, out=out, residual_out=residual_out
            )
        dx, dgamma, dbeta = self.by.backward(
            dy,
            x,
            part.gamma,
            part.stats,
            axis=axis,
            weights=weights,
            y=y,
            out=out,
            residual_out=residual_out,
        )
        if part.correction is not None:
            dgamma = part.correction.by_gamma(dgamma, dbeta)
        return dx, dgamma, dbeta


def by_batch(
    x: Array,
    at: tuple[int, ...],
    gamma: Array | None,
    beta: Array | None,
    running: Running | None,
    how: How,
    weights: Array | None,
    residual: Array | None,
    out: Array | None,
) -> tuple[Array, Pass]:
    """Normalize a batch by its own statistics, which its parts have."""
    axis = min(at)
    batch, place = axes.joined(x, at), axes.target(out, at)
    added = None if residual is None else axes.joined(residual, at)
    along = 1 if axis == 0 else 0
    cuts = groups(batch.shape[along], how.ghost)
    samples: list[Samples] = [()] if len(cuts) == 1 else [(*[slice(None)] * along, cut) for cut in cuts]
    if len(samples) > 1:
        place = recycling.empty_like(batch) if place is None else place
        # gradients of the parts are added before they are rounded
        gamma = None if gamma is None else gamma.astype(numpy.float64)
        if weights is not None:
            # those of a sample may be those of all
            weights = numpy.broadcast_to(weights, _with(weights.shape, along, batch.shape[along]))
    y, parts = place, []
    for some in samples:
        rows, (more, weighing, room) = batch[some] if some else batch, _cut(some, added, weights, place)
        scale, shift, moved = gamma, beta, None
        if how.renorm is not None:
            assert running is not None
            stats = how.by.statistics(rows, eps=how.eps, axis=axis, weights=weighing)
            moved = correction(stats, running, how.renorm)
            scale, shift = moved.parameters(gamma, beta)
            running = running.after(stats, how.rule)
        if how.renorm is None or weighing is not None:
            done, stats = how.by.forward(
                rows,
                scale,
                shift,
                eps=how.eps,
                axis=axis,
                weights=weighing,
                residual=more,
                relu=how.relu,
                out=room,
            )
        else:
            done = halves.normalize(
                rows, scale, shift, stats, axis=axis, residual=more, relu=how.relu, out=room
            )
        parts.append(Part(some, stats, scale, moved))
        y = done if place is None else place
    assert y is not None
    y = axes.parted(y, at, x, out)
    return y, _passed(x, y, at, parts, False, how.by, how.relu, out, weights)


def by_running(
    x: Array,
    at: tuple[int, ...],
    gamma: Array | None,
    beta: Array | None,
    running: Running,
    eps: float,
    by: Functions,
    residual: Array | None,
    relu: bool,
    out: Array | None,
) -> tuple[Array, Pass]:
    """Normalize by running statistics."""
    stats = Stats(running.elements, running.mean, running.var, eps)
    batch, place = axes.joined(x, at), axes.target(out, at)
    added = None if residual is None else axes.joined(residual, at)
    y = by.inference(
        batch,
        gamma,
        beta,
        stats.mean,
        stats.var,
        eps=eps,
        axis=min(at),
        residual=added,
        relu=relu,
        out=place,
    )
    y = axes.parted(y, at, x, out)
    return y, _passed(x, y, at, [Part((), stats, gamma, None)], True, by, relu, out)


def groups(samples: int, size: int | None) -> list[slice]:
    """Which of so many samples make a group of this size; the last has what is left."""
    if size is None or samples <= size:
        return [slice(0, samples)]
    return [slice(first, min(first + size, samples)) for first in range(0, samples, size)]


def counts(m: int, samples: int, along: int, weights: Array | None, size: int | None) -> list[float]:
    """How many elements a channel has in each group, or what their weights add up to."""
    each = numpy.full(samples, m / samples)
    if weights is not None:
        others = tuple(i for i in range(weights.ndim) if i != along)
        with numpy.errstate(all="ignore"):
            each *= weights.mean(axis=others, dtype=numpy.float64)
    with numpy.errstate(all="ignore"):
        return [float(each[group].sum()) for group in groups(samples, size)]


def _passed(
    x: Array,
    y: Array,
    at: tuple[int, ...],
    parts: list[Part],
    given: bool,
    by: Functions,
    relu: bool,
    out: Array | None,
    weights: Array | None = None,
) -> Pass:
    # what is left of x and y
    return Pass(None if _is(out, x) else x, y if relu else None, at, parts, given, by, weights)


def _with(shape: tuple[int, ...], axis: int, extent: int) -> tuple[int, ...]:
    return (*shape[:axis], extent, *shape[axis + 1 :])


def _is(out: Array | None, array: Array | None) -> bool:
    return out is not None and array is not None and checks.same_elements(out, array)


def _cut(some: Samples, *arrays: Array | None) -> list[Array | None]:
    return [array[some] if some and array is not None else array for array in arrays]
