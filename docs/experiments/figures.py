"""The figures of the experiment on the digits: one function, one figure."""

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy

COLOUR = {"without": "#c4500b", "with": "#0b62a4", "disturbed": "#4d8b31"}
NAME = {"without": "without", "with": "with batch norm", "disturbed": "with batch norm, disturbed"}
LAYER_COLOUR = ("#d98c00", "#4292c6", "#08306b")

plt.rcParams.update(
    {
        "figure.dpi": 150,
        "figure.constrained_layout.use": True,
        "font.size": 9,
        "axes.titlesize": 9.5,
        "axes.titlelocation": "left",
        "axes.spines.top": False,
        "axes.spines.right": False,
        "axes.linewidth": 0.7,
        "xtick.major.width": 0.7,
        "ytick.major.width": 0.7,
    }
)


def save(figure, path):
    # without the version of the library, which would change the file and not the picture
    figure.savefig(path, metadata={"Software": None})
    plt.close(figure)


def note(axis, text, place, up, **how):
    """Text beside a point, so many points above it."""
    axis.annotate(text, place, (0, up), textcoords="offset points", fontsize=8, **how)


def drift(path, watches):
    """How the input of one sigmoid of the last hidden layer is distributed over the images."""
    figure, axes = plt.subplots(1, 3, figsize=(9, 3), sharex=True, sharey=True)
    for axis, (kind, watch) in zip(axes, watches.items(), strict=True):
        low, middle, high = numpy.array(watch.quantiles)[:, :, 0].T
        axis.fill_between(watch.steps, low, high, color=COLOUR[kind], alpha=0.25, linewidth=0)
        axis.plot(watch.steps, middle, color=COLOUR[kind], linewidth=1.2)
        axis.set_title(NAME[kind], color=COLOUR[kind])
        axis.set_xlabel("training step")
        axis.axhline(0, color="0.6", linewidth=0.6, zorder=0)
    axes[0].set_ylabel("input of one sigmoid")
    watch = watches["with"]
    at = len(watch.steps) * 2 // 3
    names = ("15% below", "median", "85% of the images below")
    for value, name, offset in zip(numpy.array(watch.quantiles)[at, :, 0], names, (-12, -12, 8), strict=True):
        note(axes[1], name, (watch.steps[at], value), offset, ha="center")
    save(figure, path)


def saturation(path, scales, start, noted, seeds):
    """The share of saturated sigmoids: before training by the scale of the weights, then during training."""
    figure, axes = plt.subplots(1, 4, figsize=(11, 2.9), sharey=True)
    for kind, shares in start.items():
        axes[0].plot(scales, numpy.array(shares) * 100, "o-", markersize=4, linewidth=1.2, color=COLOUR[kind])
    axes[0].set_xscale("log")
    axes[0].set_xticks(scales, [f"{scale:g}" for scale in scales])
    axes[0].minorticks_off()
    axes[0].set_xlabel("initial weights, times the usual")
    axes[0].set_ylabel("saturated sigmoids, %")
    axes[0].set_title("before training")
    note(
        axes[0], "without  ", (scales[-2], start["without"][-2] * 100), 4, ha="right", color=COLOUR["without"]
    )
    note(axes[0], "with", (scales[-1], start["with"][-1] * 100), 6, ha="right", color=COLOUR["with"])
    for axis, rate in zip(axes[1:], (1.0, 10.0, 30.0), strict=True):
        ends = []
        for kind in ("without", "with"):
            runs = [noted[kind, rate, seed] for seed in seeds]
            shares = numpy.array([run.saturated for run in runs]).mean(axis=2) * 100
            for share in shares:
                axis.plot(runs[0].steps, share, color=COLOUR[kind], linewidth=0.6, alpha=0.5)
            axis.plot(runs[0].steps, shares.mean(axis=0), color=COLOUR[kind], linewidth=1.5)
            right = numpy.mean([run.accuracy[-1] for run in runs]) * 100
            ends.append((shares[:, -1].mean(), shares[:, -1], f"{kind}: {right:.0f}% right", COLOUR[kind]))
        lower, upper = sorted(ends, key=lambda end: end[0])
        note(axis, lower[2], (runs[0].steps[-1], lower[1].min()), -14, ha="right", color=lower[3])
        note(axis, upper[2], (runs[0].steps[-1], upper[1].max()), 6, ha="right", color=upper[3])
        axis.set_title(f"learning rate {rate:g}")
        axis.set_xlabel("training step")
    axes[0].set_ylim(-12, 103)
    save(figure, path)


def curves(path, noted, rates, seeds):
    """Test accuracy while training, one panel for each learning rate."""
    figure, grid = plt.subplots(2, 3, figsize=(9, 5), sharex=True, sharey=True)
    for axis, rate in zip(grid.flat, rates, strict=True):
        for kind, colour in COLOUR.items():
            runs = [noted[kind, rate, seed] for seed in seeds]
            right = numpy.array([run.accuracy for run in runs]) * 100
            for one in right:
                axis.plot(runs[0].steps, one, color=colour, linewidth=0.5, alpha=0.4)
            axis.plot(runs[0].steps, right.mean(axis=0), color=colour, linewidth=1.5)
        axis.axhline(10, color="0.6", linewidth=0.6, zorder=0)
        axis.set_title(f"learning rate {rate:g}")
    for axis in grid[1]:
        axis.set_xlabel("training step")
    for axis in grid[:, 0]:
        axis.set_ylabel("test images right, %")
    first = grid[0, 0]
    first.set_ylim(0, 102)
    for place, kind in ((84, "with"), (74, "disturbed"), (32, "without")):
        first.text(990, place, NAME[kind], color=COLOUR[kind], ha="right")
    first.text(10, 4, "guessing", color="0.4", fontsize=8)
    save(figure, path)


def units(path, found):
    """gamma and beta of each hidden unit, as learned, against what would undo the normalization."""
    figure, axes = plt.subplots(1, 2, figsize=(9, 4))
    panels = (
        (
            "deviation",
            "gamma",
            r"$\sqrt{\mathrm{var}+\mathrm{eps}}$ of the unit's input",
            "gamma, as learned",
        ),
        ("mean", "beta", "mean of the unit's input", "beta, as learned"),
    )
    for axis, (across, up, xlabel, ylabel) in zip(axes, panels, strict=True):
        for layer, colour in enumerate(LAYER_COLOUR):
            axis.scatter(found[across][layer], found[up][layer], s=9, color=colour, linewidth=0)
        axis.axline((0, 0), slope=1, color="0.5", linewidth=0.8, zorder=0)
        axis.set_xlabel(xlabel)
        axis.set_ylabel(ylabel)
    # one unit across is one unit up, so that both grey lines have the slope that they stand for
    for axis, limits in zip(axes, ((0, 1.9), (-1.6, 1.6)), strict=True):
        axis.set(xlim=limits, ylim=limits, aspect="equal")
    note(axes[0], "here gamma would restore the input", (1.85, 0.5), 0, ha="right", color="0.4")
    note(axes[1], "here beta would", (0.72, 0.5), 0, ha="left", color="0.4")
    for layer, colour in enumerate(LAYER_COLOUR):
        axes[0].text(0.7, 1.78 - 0.11 * layer, f"hidden layer {layer + 1}", color=colour, fontsize=8)
    save(figure, path)
