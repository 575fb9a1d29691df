"""The rows of results: what is kept of a race, and what follows from it."""

import csv
import dataclasses
import json
import math
from dataclasses import dataclass

from harness import intervals

OURS = "bncore"
PROBES = ("probe, plain", "probe, streamed")


@dataclass(frozen=True)
class Row:
    """One contender in one race.

    `ratio` is its time over bncore's with the same choice of `out`, the median of the rounds: above 1, bncore
    is the faster; `low` and `high` are the ends of its interval (`intervals`), empty where rounds were too
    few. `traffic` counts each input and each result once, in bytes, and is empty where a call is more than
    one pass; `of_probe` is traffic a second over that of the faster probe. `bound` is the least traffic to
    memory of a tensor far beyond the last cache, `of_bound` the time that the probe would need for it over
    the time taken; both empty for smaller tensors. `cores` is how many processors were busy.
    """

    family: str
    name: str
    shape: str
    layout: str
    dtype: str
    operation: str
    peer: str
    out: bool
    seconds: float
    rounds: int
    ratio: float
    low: float | None
    high: float | None
    elements: int
    traffic: int | None
    bytes_per_second: float | None
    of_probe: float | None
    bound: int | None
    of_bound: float | None
    cores: float

    @property
    def key(self):
        """What a race is about."""
        return self.shape, self.layout, self.dtype, self.operation

    @property
    def verdict(self):
        """ "lost", "won" or "even" by the interval; without one, "even"."""
        return "even" if self.low is None else intervals.verdict(self.low, self.high)


def label(peer, out):
    """A contender's name in a race."""
    return f"{peer}, out" if out else peer


# Inputs and results of x's shape.
TENSORS = {
    "statistics": 1,
    "forward": 2,
    "inference": 2,
    "backward": 3,
    "inference_backward": 3,
    "double_backward": 5,
}
MOVED = TENSORS | {"forward relu": 2, "forward add relu": 3, "backward relu": 4, "backward add relu": 5}
# What the second sweep over tensors that no cache holds reads again, in tensors.
_AGAIN = {
    "inference": 0, "forward": 1, "forward relu": 1, "forward add relu": 1,
    "backward": 2, "backward relu": 3, "backward add relu": 3,
}  # fmt: skip


def traffic(operation, tensor):
    """Bytes of each input and each result of x's shape, once."""
    return MOVED[operation] * tensor


def bound(operation, layout, tensor, channel, cache):
    """The least bytes to and from memory, or None where the caches hold a part of what a call touches.

    Two sweeps over x are one where a channel stays in the cache between them: channels-first, where
    `channel` (bytes) and the one read ahead fit. Otherwise the second sweep goes backwards and finds what
    the cache still has.
    """
    inputs = _AGAIN.get(operation)
    if inputs is None or (least := traffic(operation, tensor)) < 4 * cache:
        return None
    if layout == "channels-first" and 2 * inputs * channel < cache:
        return least
    return least + inputs * tensor - min(cache, inputs * tensor)


def read_speed(about):
    """Bytes a second of the largest read of a run."""
    speeds = about["read bytes a second"]
    return speeds[max(speeds, key=int)]


def share_with_reads(row, speed):
    """The share of `bound` if what is read once more comes at `speed`, the read probe's bytes a second.

    A read alone is slower than the reads of a copy, whose stores go the other way at the same time.
    """
    return row.of_probe + (row.bound - row.traffic) / speed / row.seconds


def rows(shape, layout, operation, contenders, peers, cache):
    """The rows of a race: `contenders` by label, `peers` the (peer, out) among them that are not probes.

    A peer that cannot write into given arrays is raced against bncore both ways, by the one way that it has.
    """
    tensor = shape.bytes
    least = bound(operation, layout, tensor, tensor // shape.extents[1], cache)
    moved = traffic(operation, tensor) if operation in MOVED else None
    probe = min((contenders[name].median for name in PROBES if name in contenders), default=math.nan)
    unable = [(peer, True) for peer, out in peers if not out and (peer, True) not in peers]
    if (OURS, True) not in peers:
        unable = []
    for peer, out in [(name, True) for name in PROBES if name in contenders] + list(peers) + unable:
        contender = contenders[peer if peer in PROBES else label(peer, out and (peer, out) not in unable)]
        ours = contenders.get(label(OURS, out))
        if ours is None and peer not in PROBES:
            # it stands among those with results given
            continue
        ratio, low, high = contender.against(ours) if ours else (math.nan, 0, math.inf)
        yield Row(
            shape.family, shape.name, shape.text, layout, shape.dtype, operation, peer, out,
            contender.median, len(contender.seconds),
            ratio, *((low, high) if low else (None, None)),
            shape.elements, moved, moved and moved / contender.median, moved and probe / contender.median,
            least, least / moved * probe / contender.median if least else None,
            sum(contender.cores.values()) / len(contender.cores),
        )  # fmt: skip


def is_peer(name):
    """Whether a contender is somebody else's normalization."""
    return name not in PROBES and name.partition(",")[0] != OURS


def best_peers(table, out):
    """The fastest peer's row of each race, {key: row}."""
    best = {}
    for key, race in races(table).items():
        peers = [row for row in race if is_peer(row.peer) and row.out == out]
        if peers and any(row.peer == OURS and row.out == out for row in race):
            best[key] = min(peers, key=lambda row: row.ratio)
    return best


def races(table):
    """The rows of each race, {key: [row]}, in the order of the table."""
    found = {}
    for row in table:
        found.setdefault(row.key, []).append(row)
    return found


def geometric_mean(numbers):
    """The geometric mean of positive numbers."""
    numbers = list(numbers)
    return math.exp(math.fsum(map(math.log, numbers)) / len(numbers)) if numbers else math.nan


def write(folder, table, about):
    """Write results.csv, one row a contender and race, and run.json, what ran where."""
    with (folder / "results.csv").open("w", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow([field.name for field in dataclasses.fields(Row)])
        for row in table:
            writer.writerow([_text(value) for value in dataclasses.astuple(row)])
    (folder / "run.json").write_text(json.dumps(about, indent=2) + "\n")


def _text(value):
    return "" if value is None else f"{value:.4g}" if isinstance(value, float) else value


def machines(folder):
    """{name: (table, about)} of every machine that has results in a folder of its own there."""
    found = sorted(path.parent for path in folder.glob("*/run.json"))
    return {path.name: read(path) for path in found}


def read(folder):
    """The table and the description of the run, as `write` wrote them."""
    kinds = {field.name: field.type for field in dataclasses.fields(Row)}
    parse = {bool: lambda text: text == "True"}
    with (folder / "results.csv").open(newline="") as file:
        table = [
            Row(**{name: _parsed(text, kinds[name], parse) for name, text in record.items()})
            for record in csv.DictReader(file)
        ]
    return table, json.loads((folder / "run.json").read_text())


def _parsed(text, kind, parse):
    if not isinstance(kind, type):
        if text == "":
            return None
        kind = kind.__args__[0]
    return parse.get(kind, kind)(text)
