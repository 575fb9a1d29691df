"""The pictures: ratios to the best peer, in short and by shape, speed beside a probe, time as work grows."""

import math
from itertools import pairwise

import matplotlib

matplotlib.use("Agg")
import matplotlib.pyplot as plt
from matplotlib.lines import Line2D
from matplotlib.ticker import FixedLocator, FuncFormatter, NullLocator

from harness import environment
from harness.results import OURS, PROBES, best_peers, geometric_mean, is_peer, races
from harness.shapes import FUSED, LAYOUTS, OPERATIONS

_LAYOUT_COLOUR = {"channels-first": "#0b6fa4", "channels-last": "#d1660d"}
_PEER_COLOUR = {
    OURS: "#111111", "torch": "#d1660d", "onednn": "#0b6fa4", "jax": "#8a5bb0", "onnxruntime": "#2e8b57",
    "numpy": "#9a9a9a",
    "torch.compile": "#b03a6f",
}  # fmt: skip
_PEER_MARKER = {
    "torch": "o", "onednn": "s", "torch.compile": "P", "jax": "^", "onnxruntime": "D", "numpy": "v"
}  # fmt: skip
_STYLE = {
    "font.size": 8.5, "axes.titlesize": 9.5, "axes.spines.top": False, "axes.spines.right": False,
    "axes.grid": True, "grid.color": "#e4e4e4", "grid.linewidth": 0.6, "axes.axisbelow": True,
    "legend.frameon": False, "savefig.dpi": 150,
}  # fmt: skip


def draw(folder, machines):
    """Write peers.png of all machines, and into the folder of each the pictures for which it has results."""
    with plt.rc_context(_STYLE):
        _peers(folder / "peers.png", machines)
        for name, (table, about) in machines.items():
            where, place = environment.title(about["machine"]), folder / name
            plain = [row for row in table if row.family in ("list", "more")]
            _ratios(place / "ratios.png", plain, where)
            usual = [row for row in table if row.family in ("list", "more", "growing")]
            _roofline(place / "roofline.png", [row for row in usual if row.dtype == "float32"], about, where)
            _scaling(place / "scaling.png", [row for row in table if row.family == "growing"], where)
            _faces(
                place / "faces.png", [row for row in table if row.family in ("drop-in", "training")], where
            )


def _multiple(value, _):
    return f"{value:g}x"


def _bytes(value, _):
    power = max(0, min(3, int(math.log2(value) // 10))) if value > 0 else 0
    return f"{value / (1 << 10 * power):g} {('B', 'KiB', 'MiB', 'GiB')[power]}"


# the lines of the first picture: what they are called, and which rows they are of
_LINES = tuple(
    (f"{operation}, {layout}", "list", (operation,), layout) for operation in OPERATIONS for layout in LAYOUTS
) + tuple(
    (f"{kind} and relu, {layout}", "fused", tuple(name for name in FUSED if kind in name), layout)
    for kind in ("forward", "backward")
    for layout in LAYOUTS
)


def _peers(path, machines):
    """A panel for each machine: every peer's time over bncore's, and the best peer's for each shape."""
    panels = {name: _lines(table) for name, (table, _) in machines.items()}
    panels = {name: lines for name, lines in panels.items() if lines}
    if not panels:
        return
    shown = [line for line in _LINES if any(line[0] in lines for lines in panels.values())]
    figure, axes = plt.subplots(
        1, len(panels), sharey=True, sharex=True, squeeze=False, layout="constrained",
        # one machine alone still has room for the title
        figsize=(1.9 + max(5.6, 4.1 * len(panels)), 0.4 * len(shown) + 1.5),
    )  # fmt: skip
    ratios = [ratio for lines in panels.values() for some, _ in lines.values() for ratio in some]
    low, high = min(0.8, *ratios), max(4, *ratios)
    seen = {}
    for panel, (name, lines) in zip(axes[0], panels.items(), strict=True):
        panel.set(xscale="log", xlim=(low * 0.95, high * 1.1), ylim=(len(shown) - 0.4, -0.6))
        panel.axvspan(low * 0.5, 1, color="#c0392b", alpha=0.07, linewidth=0)
        panel.axvline(1, color="#444444", linewidth=0.8)
        for place, (title, *_) in enumerate(shown):
            if title in lines:
                seen |= _line(panel, place, *lines[title])
        panel.xaxis.set(
            major_locator=FixedLocator([t for t in (0.5, 1, 2, 3, 5, 10, 20, 50) if 0.95 * low <= t <= high]),
            minor_locator=NullLocator(), major_formatter=FuncFormatter(_multiple),
        )  # fmt: skip
        panel.tick_params(length=0)
        panel.grid(axis="y", visible=False)
        panel.set_title(
            environment.title(machines[name][1]["machine"]), fontsize=10, loc="left", weight="bold"
        )
    axes[0][0].set_yticks(range(len(shown)), [line[0] for line in shown], fontsize=9.5)
    handles = [
        Line2D(
            [],
            [],
            color=_PEER_COLOUR[peer],
            marker=_PEER_MARKER[peer],
            linestyle="",
            markersize=6,
            label=peer,
        )
        for peer in _PEER_MARKER
        if peer in seen
    ]
    handles.append(
        Line2D(
            [],
            [],
            color="#777777",
            marker="o",
            alpha=0.4,
            linestyle="",
            markersize=4,
            label="a shape, its best peer",
        )
    )
    figure.legend(handles=handles, loc="outside lower center", ncols=len(handles), fontsize=8.5)
    figure.suptitle(
        "Time of others over that of bncore, geometric means over the layers of common networks:\n"
        "right of 1x, bncore is faster; the number is the mean against the fastest for each shape",
        fontsize=10,
    )
    figure.savefig(path)
    plt.close(figure)


def _lines(table):
    """{title: (the best peer's ratios, {peer: its mean ratio})} of the results of a machine."""
    found = {}
    for title, family, operations, layout in _LINES:
        rows = [
            row
            for row in table
            if (row.family, row.layout) == (family, layout) and row.operation in operations
        ]
        best = [row.ratio for row in best_peers(rows, out=True).values()]
        peers = {}
        for row in rows:
            if is_peer(row.peer) and row.out:
                peers.setdefault(row.peer, []).append(row.ratio)
        # the mean of a peer that takes part in some races only is of other shapes
        means = {peer: geometric_mean(some) for peer, some in peers.items() if 2 * len(some) > len(best)}
        if best:
            found[title] = best, means
    return found


def _line(panel, place, best, means):
    mean = geometric_mean(best)
    # dots side by side, in an order that repeats
    lifts = [0.5 * ((0.618 * number) % 1 - 0.5) for number in range(len(best))]
    panel.plot(best, [place + lift for lift in lifts], "o", color="#777777", alpha=0.3, markersize=3, mew=0)
    for peer, each in means.items():
        panel.plot(
            each,
            place,
            _PEER_MARKER[peer],
            color=_PEER_COLOUR[peer],
            markersize=7,
            mec="white",
            mew=0.7,
            zorder=4,
        )
    panel.plot(mean, place, "|", color="black", markersize=17, mew=2.4)
    panel.annotate(
        f"{mean:.1f}x", (mean, place), (-4, 5), textcoords="offset points", fontsize=9, weight="bold",
        ha="right", bbox={"facecolor": "white", "alpha": 0.8, "linewidth": 0, "pad": 0.6},
    )  # fmt: skip
    return means


def _faces(path, table, where):
    """PyTorch's time over bncore.torch's: layers of networks forward and backward, and steps of training."""
    rows = [row for row in table if is_peer(row.peer) and not math.isnan(row.ratio)]
    if not rows:
        return
    names = list(dict.fromkeys((row.name, row.operation, row.layout, row.peer) for row in rows))
    figure, panel = plt.subplots(layout="constrained", figsize=(8.4, 0.34 * len(names) + 1.2))
    panel.set(xscale="log", ylim=(len(names) - 0.4, -0.6))
    panel.axvline(1, color="#444444", linewidth=0.8)
    for place, name in enumerate(names):
        some = [row for row in rows if (row.name, row.operation, row.layout, row.peer) == name]
        for number, row in enumerate(some):
            lift = 0.5 * ((0.618 * number) % 1 - 0.5) if len(some) > 1 else 0
            low, high = (row.low or row.ratio), (row.high or row.ratio)
            panel.plot(
                [low, high], [place + lift] * 2, color=_LAYOUT_COLOUR[row.layout], alpha=0.4, linewidth=1
            )
            panel.plot(row.ratio, place + lift, "o", color=_LAYOUT_COLOUR[row.layout], markersize=3.4, mew=0)
        mean = geometric_mean(row.ratio for row in some)
        panel.annotate(
            f"{mean:.2f}x", (1.01, place), xycoords=("axes fraction", "data"), va="center", weight="bold"
        )
    panel.set_yticks(
        range(len(names)),
        [f"{name}, {operation}, {layout}, {peer}" for name, operation, layout, peer in names],
    )
    panel.xaxis.set(
        major_locator=FixedLocator([0.5, 0.8, 1, 1.25, 1.5, 2, 3, 5, 10, 20]), minor_locator=NullLocator(),
        major_formatter=FuncFormatter(_multiple),
    )  # fmt: skip
    panel.tick_params(length=0)
    panel.set_title(
        "PyTorch's time over that of bncore.torch in its place\nright of 1x, bncore is faster\n" + where,
        fontsize=9.5, loc="left",
    )  # fmt: skip
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
