"""The rows of results: what is kept of a race, and what follows from it."""

import csv
import dataclasses
import json
import math
from dataclasses import dataclass

OURS = "bncore"
PROBES = ("probe, plain", "probe, streamed")


@dataclass(frozen=True)
class Row:
    """One contender in one race.

    `ratio` is its time over bncore's with the same choice of `out`, within the run: above 1, bncore is the
    faster. `traffic` counts each input and each result once, in bytes; `of_probe` is traffic a second over
    that of the faster probe. `bound` is the least traffic to memory of a tensor far beyond the last cache,
    `of_bound` the time that the probe would need for it over the time taken; both empty for smaller tensors.
    `cores` is how many processors were busy.
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
    elements: int
    traffic: int
    bytes_per_second: float
    of_probe: float
    bound: int | None
    of_bound: float | None
    cores: float

    @property
    def key(self):
        """What a race is about."""
        return self.shape, self.layout, self.dtype, self.operation


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


def traffic(operation, tensor):
    """Bytes of each input and each result of x's shape, once."""
    return TENSORS[operation] * tensor


def bound(operation, layout, tensor, channel, cache):
    """The least bytes to and from memory, or None where the caches hold a part of what a call touches.

    Two sweeps over x are one where a channel stays in the cache between them: channels-first, where
    `channel` (bytes) and the one read ahead fit. Otherwise the second sweep goes backwards and finds what
    the cache still has.
    """
    inputs = 2 if operation == "backward" else 1
    least = traffic(operation, tensor)
    if least < 4 * cache:
        return None
    if operation == "inference" or (layout == "channels-first" and 2 * inputs * channel < cache):
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
    """The rows of a race: `contenders` by label, `peers` the (peer, out) among them that are not probes."""
    tensor = shape.elements * (8 if shape.dtype == "float64" else 4)
    least = bound(operation, layout, tensor, tensor // shape.extents[1], cache)
    moved = traffic(operation, tensor)
    probe = min((contenders[name].median for name in PROBES if name in contenders), default=math.nan)
    for peer, out in [(name, True) for name in PROBES if name in contenders] + list(peers):
        contender = contenders[peer if peer in PROBES else label(peer, out)]
        ours = contenders.get(label(OURS, out))
        yield Row(
            shape.family, shape.name, shape.text, layout, shape.dtype, operation, peer, out,
            contender.median, len(contender.seconds),
            contender.times_as_long_as(ours) if ours else math.nan,
            shape.elements, moved, moved / contender.median, probe / contender.median,
            least, least / moved * probe / contender.median if least else None,
            sum(contender.cores.values()) / len(contender.cores),
        )  # fmt: skip


def is_peer(name):
    """Whether a contender is somebody else's normalization."""
    return name not in PROBES and name.partition(",")[0] != OURS


def best_peers(table, out):
    """The fastest peer's row of each race, {key: row}; with `out`, peers that have no such form count too."""
    best = {}
    for key, race in races(table).items():
        peers = [row for row in race if is_peer(row.peer)]
        able = {row.peer for row in peers if row.out}
        peers = [
            _against(row, race, out) for row in peers if row.out == out or (out and row.peer not in able)
        ]
        if peers and any(row.peer == OURS and row.out == out for row in race):
            best[key] = min(peers, key=lambda row: row.ratio)
    return best


def _against(row, race, out):
    """The row with its ratio against bncore with `out`: from the medians where rounds were not compared."""
    if row.out == out:
        return row
    (ours,) = (other for other in race if other.peer == OURS and other.out == out)
    return dataclasses.replace(row, ratio=row.seconds / ours.seconds)


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
