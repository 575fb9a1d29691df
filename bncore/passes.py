"""A batch on its way through a layer: the numbers that normalize each of its parts, and their gradients.

A batch is one part, or with ghost batches (Hoffer, Hubara and Soudry 2017) as many as there are groups of
samples. Parts follow each other as batches do: each finds the running statistics as the part before left
them.
"""

import functools
from dataclasses import dataclass
from typing import NamedTuple

import numpy
from numpy.typing import ArrayLike

from . import axes, checks, functional, halves, recycling
from ._stats import Stats
from .checks import Array
from .renormalizing import Correction, correction
from .running import Rule, Running

Samples = tuple[slice, ...]


class How(NamedTuple):
    """By what a batch is normalized, beside its own statistics."""

    eps: float
    ghost: int | None  # samples that have statistics of their own
    renorm: tuple[float, float] | None  # the limits of r and d
    rule: Rule


class Part(NamedTuple):
    """Samples that are normalized by the same numbers."""

    samples: Samples
    stats: Stats
    gamma: Array | None  # times r, where there is a correction
    correction: Correction | None


@dataclass(slots=True)
class Pass:
    """What a forward leaves for its backward: copies, except of x, of what may change in between."""

    x: Array | None  # None: something was written over it
    at: tuple[int, ...]
    parts: list[Part]
    given: bool  # the statistics did not come from x

    def gradients(self, dy: ArrayLike, out: Array | None) -> tuple[Array, Array, Array]:
        """dx, dgamma and dbeta; the last two in float64 where they were put together."""
        if self.x is None:
            raise RuntimeError(
                "backward needs x, found y or dx written over it by a call with out=x (give it another out)"
            )
        found = self._gradients(self.x, dy, out)
        self.written(out)
        return found

    def written(self, out: Array | None) -> None:
        """Forget x if a result stands in its place."""
        if out is not None and self.x is not None and checks.same_elements(out, self.x):
            self.x = None

    def _gradients(self, x: Array, dy: ArrayLike, out: Array | None) -> tuple[Array, Array, Array]:
        at, axis = self.at, min(self.at)
        if len(at) == len(self.parts) == 1:
            return self._of_part(self.parts[0], dy, x, axis, out)
        dy = checks.like("dy", dy, x)
        checks.output(out, x, {"x": x, "dy": dy})
        batch, gradient, place = axes.joined(x, at), axes.joined(dy, at), axes.target(out, at)
        if len(self.parts) == 1:
            dx, dgamma, dbeta = self._of_part(self.parts[0], gradient, batch, axis, place)
        else:
            dx = recycling.empty_like(batch) if place is None else place
            each = [
                self._of_part(part, gradient[part.samples], batch[part.samples], axis, dx[part.samples])
                for part in self.parts
            ]
            with numpy.errstate(all="ignore"):
                dgamma, dbeta = (functools.reduce(numpy.add, [found[i] for found in each]) for i in (1, 2))
        return axes.parted(dx, at, x, out), dgamma, dbeta

    def _of_part(
        self, part: Part, dy: ArrayLike, x: Array, axis: int, out: Array | None
    ) -> tuple[Array, Array, Array]:
        if self.given:
            mean, var, eps = part.stats.mean, part.stats.var, part.stats.eps
            return functional.inference_backward(dy, x, part.gamma, mean, var, eps=eps, axis=axis, out=out)
        dx, dgamma, dbeta = functional.backward(dy, x, part.gamma, part.stats, axis=axis, out=out)
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
    out: Array | None,
) -> tuple[Array, Pass, Running | None]:
    """Normalize a batch by its own statistics; what the running statistics are when it has entered them."""
    axis = min(at)
    batch, place = axes.joined(x, at), axes.target(out, at)
    along = 1 if axis == 0 else 0
    samples = [(*[slice(None)] * along, group) for group in groups(batch.shape[along], how.ghost)]
    whole = len(samples) == 1
    if not whole:
        place = recycling.empty_like(batch) if place is None else place
        # gradients of the parts are added before they are rounded
        gamma = None if gamma is None else gamma.astype(numpy.float64)
    y, parts = place, []
    for some in samples:
        rows, room = (batch, place) if whole or place is None else (batch[some], place[some])
        if how.renorm is None:
            normalized, stats = functional.forward(rows, gamma, beta, eps=how.eps, axis=axis, out=room)
            parts.append(Part(some, stats, gamma, None))
        else:
            assert running is not None
            stats = functional.statistics(rows, eps=how.eps, axis=axis)
            moved = correction(stats, running, how.renorm)
            scale, shift = moved.parameters(gamma, beta)
            normalized = halves.normalize(rows, scale, shift, stats, axis=axis, out=room)
            parts.append(Part(some, stats, scale, moved))
        y = normalized if whole else y
        running = None if running is None else running.after(stats, how.rule)
    assert y is not None
    return axes.parted(y, at, x, out), Pass(x, at, parts, given=False), running


def by_running(
    x: Array,
    at: tuple[int, ...],
    gamma: Array | None,
    beta: Array | None,
    running: Running,
    eps: float,
    out: Array | None,
) -> tuple[Array, Pass]:
    """Normalize by running statistics."""
    stats = Stats(running.elements, running.mean, running.var, eps)
    batch, place = axes.joined(x, at), axes.target(out, at)
    y = functional.inference(batch, gamma, beta, stats.mean, stats.var, eps=eps, axis=min(at), out=place)
    return axes.parted(y, at, x, out), Pass(x, at, [Part((), stats, gamma, None)], given=True)


def groups(samples: int, size: int | None) -> list[slice]:
    """Which of so many samples make a group of this size; the last has what is left."""
    if size is None or samples <= size:
        return [slice(0, samples)]
    return [slice(first, min(first + size, samples)) for first in range(0, samples, size)]
