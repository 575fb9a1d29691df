"""What a call would do: its plan, for people to read."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, NamedTuple

import numpy
from numpy.typing import ArrayLike

from . import checks, operands, runtime
from .checks import Array
from .core import call

# The arrays that each operation reads after x, and how many results it writes.
_READS = {
    "statistics": ((), 0),
    "forward": ((), 1),
    "inference": ((), 1),
    "backward": (("dy",), 1),
    "inference_backward": (("dy",), 1),
    "gradient_sums": (("dy",), 0),
    "gradient": (("dy",), 1),
    "double_backward": (("dy", "ddx"), 2),
}
_SLOTS = ("x", "dy", "ddx", "y", "residual", "weights", "out", "out2")
_ORDERS = (
    "carried: a thread takes tiles, each from its sums to its results",
    "shared: threads share all tasks of one phase, then those of the next",
    "together: threads share the parts of one channel, then of the next",
    "spread: threads share positions, and work out the maps of all channels for themselves",
)


class Plan(NamedTuple):
    """The plan of a call. `str(plan)` says it in words; `fields` holds all of it, as the executor sees it."""

    operation: str
    shape: tuple[int, ...]
    dtype: str
    axis: int
    instructions: str
    threads: int
    copied: tuple[str, ...]
    fields: Mapping[str, Any]

    def __str__(self) -> str:
        if not self.fields:
            return f"{self.operation} of {self.dtype} {self.shape}: empty, nothing to do"
        lines = [
            (f"{self.operation} of {self.dtype} {self.shape}", f"channel at axis {self.axis}"),
            ("partition", f"{_partition(self.fields['partition'])}. Bits depend on this line alone"),
            *_schedule(self.fields, self.threads),
            ("instructions", self.instructions),
            ("scratch", _scratch(self.fields["scratch"], self.fields["schedule"])),
            ("copied first", ", ".join(self.copied) or "nothing"),
        ]
        (title, what), *rest = lines
        return "\n".join([f"{title}, {what}", *(f"  {name:13} {text}" for name, text in rest)])


def _partition(p: Mapping[str, int]) -> str:
    parts = _count(p["parts"], "part")
    if p["columns"]:
        rows = f"{p['fold']} rows side by side are one folded row" if p["fold"] > 1 else "rows as they are"
        return (
            f"columns: {_count(p['channels'] * p['size'], 'column')} a row, {rows}; {parts}, blocks of rows"
        )
    if p["pieces"] > 1:
        chunks = f"{_count(p['pieces'], 'chunk')} to a plane"
        return f"runs: planes of {p['size']} elements, {chunks}; {parts} a channel"
    return (
        f"runs: planes of {p['size']} elements, {_count(p['planes'], 'plane')} to a chunk; {parts} a channel"
    )


def _schedule(fields: Mapping[str, Any], threads: int) -> list[tuple[str, str]]:
    s = fields["schedule"]
    tiles = f"{_count(s['tiles'], 'tile')} of {_count(s['tile'], 'channel')}"
    said = [
        ("schedule", _ORDERS[s["order"]]),
        ("", f"{tiles}, {_count(s['threads'], 'thread')} of {threads}, {_count(fields['phases'], 'phase')}"),
    ]
    if s["buffers"] > 1 or s["fused"]:
        loop = "one loop" if s["fused"] else "part by part"
        said.append(("", f"the map of a tile and the sums of the next: {loop}"))
    said.append(("stores", "past the caches" if s["streamed"] else "ordinary"))
    if s["as_stored"]:
        said.append(("map", "of elements as they are stored, between the load and the store of a vector"))
    staged = [name for name, is_so in zip(_SLOTS, s["staged"], strict=True) if is_so]
    if staged:
        said.append(("staging", ", ".join(staged)))
    return said


def _scratch(z: Mapping[str, Any], s: Mapping[str, Any]) -> str:
    return (
        f"{z['bytes']} bytes: {z['room']} a thread, {z['shared']} shared by {_count(s['threads'], 'thread')}"
    )


def _count(number: int, what: str) -> str:
    return f"{number} {what}" if number == 1 else f"{number} {what}s"


def explain(
    operation: str,
    x: ArrayLike,
    dy: ArrayLike | None = None,
    ddx: ArrayLike | None = None,
    *,
    axis: int = 1,
    out: Any = None,
) -> Plan:
    """The plan of a call: how it would walk, cut and share out its arrays, without carrying it out.

    Parameters
    ----------
    operation : "statistics" (and sums), "forward", "inference" (and normalize), "backward" (and jvp),
        "inference_backward", "gradient_sums", "gradient" or "double_backward".
    x : array of two dimensions or more, as the operation takes it.
    dy, ddx : arrays of x's shape and dtype, of those that the operation reads; None stands for one like x.
    axis : int. The channel's place in the shape of x.
    out : as the operation takes it; None for a new result.

    Returns
    -------
    Plan

    Raises
    ------
    TypeError, ValueError
        If an argument is not as above.

    Examples
    --------
    >>> import numpy, bncore
    >>> plan = bncore.explain("statistics", numpy.zeros((2, 3, 5), numpy.float32))
    >>> plan.fields["partition"]["parts"]
    1

    Source: docs/kernels.md, which explains three plans.
    """
    if operation not in _READS:
        raise ValueError(f"operation must be one of {', '.join(_READS)}, found {operation!r}")
    x = checks.tensor("x", x)
    position = checks.channel_axis(axis, x.ndim)
    names, results = _READS[operation]
    given = {"dy": dy, "ddx": ddx}
    for name, array in given.items():
        if array is not None and name not in names:
            raise ValueError(f"{name} must be None for {operation}, which does not read it")
    read = {"x": x}
    for name in names:
        array = given[name]
        read[name] = x if array is None else checks.like(name, array, x)
    outs = _outs(operation, out, results)
    for name, place in outs.items():
        checks.output(place, x, read, name)
    tensors = {{"ddx": "v"}.get(name, name): array for name, array in read.items()}
    places, views = operands.prepare(tensors, position, outs)
    copied = [
        name
        for name, array in read.items()
        if x.size and not numpy.may_share_memory(array, views[{"ddx": "v"}.get(name, name)])
    ]
    copied += [
        name
        for name, place in zip(outs, places, strict=True)
        if outs[name] is not None and place is not outs[name]
    ]
    fields = call.plan(operation, views) if x.size else {}
    return Plan(
        operation,
        x.shape,
        x.dtype.name,
        position,
        runtime.isa,
        runtime.get_num_threads(),
        tuple(copied),
        fields,
    )


def _outs(operation: str, out: Any, results: int) -> dict[str, Array | None]:
    if results < 2:
        if results == 0 and out is not None:
            raise ValueError(f"out must be None for {operation}, which has no result of x's shape")
        return {"out": out} if results else {}
    if out is None:
        return {"out": None, "out2": None}
    if not isinstance(out, tuple | list) or len(out) != 2:
        raise TypeError(f"out must be a pair of arrays, for d_dy and d_x, found {type(out).__name__}")
    return {"out": out[0], "out2": out[1]}
