"""The pictures: ratios to the best peer, in short and by shape, speed beside a probe, time as work grows."""

import math
from itertools import pairwise

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from harness.results import OURS, PROBES, best_peers, geometric_mean, is_peer, races
from harness.shapes import LAYOUTS
from harness.workload import OPERATIONS

_LAYOUT_COLOUR = {"channels-first": "#0b6fa4", "channels-last": "#d1660d"}
_PEER_COLOUR = {
    OURS: "#111111", "torch": "#d1660d", "onednn": "#0b6fa4", "jax": "#8a5bb0", "onnxruntime": "#2e8b57",
    "numpy": "#9a9a9a",
}  # fmt: skip
_PEER_MARKER = {"torch": "o", "onednn": "s", "jax": "^", "onnxruntime": "D", "numpy": "v"}
_STYLE = {
    "font.size": 8.5, "axes.titlesize": 9.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#e4e4e4", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "legend.frameon": False, "savefig.dpi": 150,
}  # fmt: skip


def draw(folder, table, about):
    """Write the pictures for which there are results: peers.png, ratios.png, roofline.png, scaling.png."""
    machine = about["machine"]
    count = machine["processors used"]
    where = f"{machine['processor']}, {count} thread{'s' if count != '1' else ''}"
    with plt.rc_context(_STYLE):
        _peers(folder / "peers.png", [row for row in table if row.family == "list"], where)
        _ratios(folder / "ratios.png", [row for row in table if row.family != "growing"], where)
        _roofline(folder / "roofline.png", [row for row in table if row.dtype == "float32"], about, where)
        _scaling(folder / "scaling.png", [row for row in table if row.family == "growing"], where)


def _multiple(value, _):
    return f"{value:g}x"


def _bytes(value, _):
    power = max(0, min(3, int(math.log2(value) // 10))) if value > 0 else 0
    return f"{value / (1 << 10 * power):g} {('B', 'KiB', 'MiB', 'GiB')[power]}"


def _peers(path, table, where):
    """The ratios to the best peer, a dot for each shape, and their geometric means."""
    best = best_peers(table, out=True)
    if not best:
        return
    lines = [
        (
            operation,
            layout,
            [row.ratio for key, row in best.items() if key[1] == layout and key[3] == operation],
        )
        for operation in OPERATIONS
        for layout in LAYOUTS
    ]
    lines = [line for line in lines if line[2]]
    figure, panel = plt.subplots(layout="constrained", figsize=(8.4, 0.42 * len(lines) + 1.25))
    ratios = [ratio for _, _, some in lines for ratio in some]
    low, high = min(0.8, *ratios), max(4, *ratios)
    panel.set(xscale="log", xlim=(low * 0.95, high * 1.1), ylim=(len(lines) - 0.4, -0.6))
    panel.axvspan(low * 0.5, 1, color="#c0392b", alpha=0.07, linewidth=0)
    panel.axvline(1, color="#444444", linewidth=0.8)
    for place, (_, layout, some) in enumerate(lines):
        colour, mean = _LAYOUT_COLOUR[layout], geometric_mean(some)
        # dots side by side, in an order that repeats
        lifts = [0.5 * ((0.618 * number) % 1 - 0.5) for number in range(len(some))]
        panel.plot(
            some, [place + lift for lift in lifts], "o", color=colour, alpha=0.35, markersize=3.4, mew=0
        )
        panel.plot(mean, place, "|", color=colour, markersize=19, mew=2.6)
        panel.annotate(
            f"{mean:.1f}x",
            (mean, place),
            (5, 6),
            textcoords="offset points",
            fontsize=10,
            weight="bold",
            color=colour,
            bbox={"facecolor": "white", "alpha": 0.85, "linewidth": 0, "pad": 1},
        )
    panel.set_yticks(
        range(len(lines)), [f"{operation}, {layout}" for operation, layout, _ in lines], fontsize=10
    )
    panel.xaxis.set(
        major_locator=FixedLocator(
            [tick for tick in (0.5, 1, 2, 3, 5, 10, 20) if low * 0.95 <= tick <= high * 1.1]
        ),
        minor_locator=NullLocator(), major_formatter=FuncFormatter(_multiple),
    )  # fmt: skip
    panel.tick_params(length=0)
    panel.grid(axis="y", visible=False)
    panel.set_title(
        "Time of the fastest peer over that of bncore: right of 1x, bncore is faster",
        fontsize=11,
        loc="left",
        weight="bold",
    )
    panel.set_xlabel(
        f"a dot for each layer of common networks, the mark their geometric mean\n{where}", fontsize=9
    )
    figure.savefig(path)
    plt.close(figure)


def _ratios(path, table, where):
    """For each shape, operation and layout: the best peer's time over bncore's, both writing into `out`."""
    best = best_peers(table, out=True)
    if not best:
        return
    operations = [name for name in OPERATIONS if any(key[3] == name for key in best)]
    order = {}
    for row in table:
        order.setdefault((row.shape, row.dtype), row)
    names = sorted(
        order, key=lambda name: (order[name].family != "list", order[name].dtype, -order[name].elements)
    )
    place = {name: number for number, name in enumerate(names)}
    figure, panels = plt.subplots(
        1, len(operations), sharey=True, squeeze=False, layout="constrained",
        figsize=(3.4 * len(operations) + 1.6, 0.165 * len(names) + 1.8),
    )  # fmt: skip
    lowest = min(0.8, *(row.ratio for row in best.values()))
    highest = max(4, *(row.ratio for row in best.values()))
    ticks = [
        tick for tick in (0.1, 0.2, 0.5, 1, 2, 5, 10, 20, 50, 100) if lowest * 0.9 <= tick <= highest * 1.1
    ]
    for panel, operation in zip(panels[0], operations, strict=True):
        panel.set(xscale="log", xlim=(lowest * 0.85, highest * 1.15), title=operation)
        panel.axvspan(lowest * 0.5, 1, color="#c0392b", alpha=0.07, linewidth=0)
        panel.axvline(1, color="#444444", linewidth=0.8)
        for (shape, layout, dtype, kind), row in best.items():
            if kind == operation:
                lift = -0.17 if layout == LAYOUTS[0] else 0.17
                panel.plot(
                    row.ratio, place[shape, dtype] + lift, _PEER_MARKER[row.peer],
                    color=_LAYOUT_COLOUR[layout], markersize=3.6, markeredgewidth=0,
                )  # fmt: skip
        panel.xaxis.set(
            major_locator=FixedLocator(ticks),
            minor_locator=NullLocator(),
            major_formatter=FuncFormatter(_multiple),
        )
        panel.tick_params(length=0)
        for number, (before, after) in enumerate(pairwise(names)):
            if order[before].family != order[after].family:
                panel.axhline(number + 0.5, color="#999999", linewidth=0.6)
    panels[0][0].set(ylim=(len(names) - 0.4, -0.6))
    panels[0][0].set_yticks(
        range(len(names)),
        [name if dtype == "float32" else f"{name}, {dtype}" for name, dtype in names],
        fontsize=7,
    )
    shown = {row.peer for row in best.values()}
    handles = [
        Line2D([], [], color=colour, marker="s", linestyle="", markersize=5, label=layout)
        for layout, colour in _LAYOUT_COLOUR.items()
    ] + [
        Line2D(
            [],
            [],
            color="#666666",
            marker=marker,
            linestyle="",
            markersize=4,
            label=f"{peer} is the best peer",
        )
        for peer, marker in _PEER_MARKER.items()
        if peer in shown
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=6, fontsize=8)
    figure.suptitle(
        "Time of the fastest peer over that of bncore, into given arrays: right of 1x, bncore is faster\n"
        + where,
        fontsize=10,
    )
    figure.savefig(path)
    plt.close(figure)


def _roofline(path, table, about, where):
    """Bytes a second by size of the tensor, each input and result counted once, below the probe's."""
    groups = {}
    for row in table:
        groups.setdefault((row.layout, row.operation), []).append(row)
    operations = [name for name in OPERATIONS if any(key[1] == name for key in groups)]
    layouts = [name for name in LAYOUTS if any(key[0] == name for key in groups)]
    if not groups:
        return
    figure, panels = plt.subplots(
        len(layouts), len(operations), sharex=True, sharey=True, squeeze=False, layout="constrained",
        figsize=(3.3 * len(operations) + 0.6, 2.7 * len(layouts) + 0.9),
    )  # fmt: skip
    for line, layout in zip(panels, layouts, strict=True):
        for panel, operation in zip(line, operations, strict=True):
            _roof(panel, groups.get((layout, operation), []), about["usable cache"])
            panel.set_title(f"{operation}, {layout}")
        line[0].set_ylabel("GB/s")
    for panel in panels[-1]:
        panel.set_xlabel("x, bytes")
    handles = [
        Line2D([], [], color="#c0392b", linewidth=1.2, label="copy probe (backward: two read, one written)"),
        Line2D([], [], color=_PEER_COLOUR[OURS], marker="o", linestyle="", markersize=4, label="bncore"),
        Line2D([], [], color="#9a9a9a", marker="o", linestyle="", markersize=3, label="the best peer"),
        Line2D(
            [], [], color="#777777", linestyle=":", label="what the last cache keeps, shared by all arrays"
        ),
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=4)
    figure.suptitle("Bytes a second, float32: every input and result counted once\n" + where, fontsize=10)
    figure.savefig(path)
    plt.close(figure)


def _roof(panel, rows, cache):
    panel.set(xscale="log", yscale="log")
    panel.xaxis.set(
        major_locator=FixedLocator([1 << power for power in range(6, 32, 4)]), minor_locator=NullLocator(),
        major_formatter=FuncFormatter(_bytes),
    )  # fmt: skip
    panel.yaxis.set(
        major_locator=FixedLocator([0.01, 0.1, 1, 10, 100, 1000]), minor_locator=NullLocator(),
        major_formatter=FuncFormatter(lambda value, _: f"{value:g}"),
    )  # fmt: skip
    panel.axvline(cache / 2, color="#777777", linewidth=0.8, linestyle=":")
    probe, ours, others = {}, [], []
    for race in races(rows).values():
        size = 4 * race[0].elements
        speed = max((row.bytes_per_second for row in race if row.peer in PROBES), default=math.nan)
        probe.setdefault(size, []).append(speed / 1e9)
        ours += [(size, row.bytes_per_second / 1e9) for row in race if row.peer == OURS and row.out]
        peers = [row.bytes_per_second / 1e9 for row in race if is_peer(row.peer)]
        others += [(size, max(peers))] if peers else []
    sizes = sorted(probe)
    panel.plot(sizes, [max(probe[size]) for size in sizes], color="#c0392b", linewidth=1.2)
    for points, colour, size in ((others, "#9a9a9a", 2.6), (ours, _PEER_COLOUR[OURS], 3.4)):
        x, y = [point[0] for point in points], [point[1] for point in points]
        panel.plot(x, y, "o", color=colour, markersize=size, markeredgewidth=0)


def _scaling(path, table, where):
    """Seconds of a training forward pass by elements, on 64 channels, 16 images, planes that grow."""
    if not table:
        return
    layouts = [name for name in LAYOUTS if any(row.layout == name for row in table)]
    figure, panels = plt.subplots(
        1, len(layouts), sharex=True, sharey=True, squeeze=False, layout="constrained",
        figsize=(4.4 * len(layouts) + 0.4, 4.2),
    )  # fmt: skip
    small = {row.elements: [r for r in table if r.elements == row.elements] for row in table}
    for panel, layout in zip(panels[0], layouts, strict=True):
        # (N, C) itself is the same memory in both layouts
        rows = [
            row
            for there in small.values()
            for row in there
            if row.layout == layout or len({r.layout for r in there}) == 1
        ]
        panel.set(xscale="log", yscale="log", title=f"forward, {layout}", xlabel="elements")
        panel.minorticks_off()
        speed = {}
        for row in rows:
            if row.peer in PROBES:
                speed[row.elements] = min(row.seconds, speed.get(row.elements, math.inf))
        panel.plot(
            sorted(speed), [speed[n] for n in sorted(speed)], color="#c0392b", linewidth=1.2, linestyle="--"
        )
        for peer, colour in _PEER_COLOUR.items():
            times = {}
            for row in rows:
                if row.peer == peer and (row.out or row.elements not in times):
                    times[row.elements] = row.seconds
            panel.plot(
                sorted(times), [times[n] for n in sorted(times)], color=colour, marker="o", markersize=3,
                linewidth=2 if peer == OURS else 1.1, zorder=3 if peer == OURS else 2,
            )  # fmt: skip
    panels[0][0].set_ylabel("seconds a call")
    panels[0][0].yaxis.set_major_formatter(FuncFormatter(_seconds))
    shown = {row.peer for row in table}
    handles = [Line2D([], [], color="#c0392b", linestyle="--", label="copy probe")] + [
        Line2D(
            [], [], color=colour, marker="o", markersize=3, linewidth=2 if peer == OURS else 1.1, label=peer
        )
        for peer, colour in _PEER_COLOUR.items()
        if peer in shown
    ]
    figure.legend(handles=handles, loc="outside lower center", ncols=7)
    figure.suptitle("Time as work grows, float32, 64 channels of 16 images\n" + where, fontsize=10)
    figure.savefig(path)
    plt.close(figure)


def _seconds(value, _):
    for unit, size in (("s", 1), ("ms", 1e-3)):
        if value >= size:
            return f"{value / size:g} {unit}"
    return f"{value / 1e-6:g} us"
