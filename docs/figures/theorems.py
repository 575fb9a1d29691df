"""The figures of the book of theorems: what is drawn is computed from the derived gradients."""

import sys
from pathlib import Path

import matplotlib

matplotlib.use("Agg")

import matplotlib.pyplot as plt
import numpy
import sympy

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from spec.adapters.plain import Plain  # noqa: E402

KERNEL = Plain()
PARTS = {"mean": "#c4500b", "scale": "#0b62a4", "rest": "#4d8b31"}

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
    }
)


def values(x, eps):
    """xhat and rstd of one channel, in float64."""
    found, _ = KERNEL.values(x[:, None], None, None, eps)
    return found["xhat"][0], found["rstd"][0, 0]


def gradient(dy, x, eps):
    """dx of one channel, for gamma = 1."""
    return KERNEL.backward(dy[:, None], x[:, None], None, None, eps)["dx"][:, 0]


def save(figure, name):
    # without the version of the library, which would change the file and not the picture
    figure.savefig(HERE / name, metadata={"Software": None})
    plt.close(figure)


def jacobian():
    """dy in three parts, of which the gradient keeps one; and the eigenvalues of the matrix that does it."""
    figure, (space, axis) = plt.subplots(1, 2, figsize=(9.5, 3.6), width_ratios=(1, 1.15))
    _parts(space, numpy.array([0.0, 1.0, 5.0]), numpy.array([1.9, -0.5, 2.6]))
    _eigenvalues(axis, numpy.random.default_rng(1).normal(size=8))
    save(figure, "jacobian.png")


# How the three orthogonal directions of a batch of three are drawn on the plane.
DRAWN = numpy.array([[1.0, -0.12], [0.62, 0.42], [0.0, 1.0]])


def _parts(space, x, dy):
    xhat, rstd = values(x, 0.0)
    rest = gradient(dy, x, 0.0) / rstd
    one = numpy.ones(3)
    # the lengths of the parts of dy along 1, along xhat and along what is left
    frame = numpy.array([part / numpy.linalg.norm(part) for part in (one, xhat, rest)])
    a, b, c = (frame @ dy)[:, None] * DRAWN
    corners = numpy.array([0 * a, a, a + b, b])
    space.fill(*corners.T, color="0.92")
    space.text(*(a + b) / 2, "forgotten", color="0.4", fontsize=8, ha="center", va="center")
    words = {
        "mean": (r"the mean of $\mathrm{d}y$", (-40, -16)),
        "scale": (r"what is along $\hat{x}$", (8, -8)),
        "rest": (r"$\mathrm{d}x/(\gamma r)$", (6, 0)),
    }
    for name, start, end in zip(PARTS, (0 * a, a, a + b), (a, a + b, a + b + c), strict=True):
        _arrow(space, start, end, PARTS[name])
        text, away = words[name]
        space.annotate(text, (start + end) / 2, away, textcoords="offset points", color=PARTS[name])
    _arrow(space, 0 * a, a + b + c, "black")
    space.annotate(r"$\mathrm{d}y$", (a + b + c) / 2, (-16, 4), textcoords="offset points")
    space.set_aspect("equal")
    space.margins(0.12)
    space.axis("off")
    space.set_title(r"$m = 3$, $\epsilon = 0$: of three orthogonal parts one is kept")


def _arrow(space, start, end, colour):
    how = {"arrowstyle": "-|>", "color": colour, "linewidth": 1.8, "shrinkA": 0, "shrinkB": 0}
    space.annotate("", end, start, arrowprops=how)
    space.plot(*numpy.array([start, end]).T, alpha=0)


def _eigenvalues(axis, x):
    # where eps changes nothing the three markers lie within each other
    for eps, marker, size in ((0.0, "o", 14), (0.1, "s", 60), (1.0, "^", 230)):
        _, rstd = values(x, eps)
        matrix = numpy.array([gradient(row, x, eps) for row in numpy.eye(len(x))]) / rstd
        found = numpy.linalg.eigvalsh((matrix + matrix.T) / 2)
        share = eps / (x.var() + eps)
        colours = [PARTS["mean"], PARTS["scale"], *[PARTS["rest"]] * (len(x) - 2)]
        axis.scatter(
            range(1, len(x) + 1),
            found,
            facecolors="none",
            edgecolors=colours,
            marker=marker,
            s=size,
            linewidth=1.2,
            clip_on=False,
            zorder=3,
        )
        axis.annotate(
            rf"$\epsilon = {eps:g}$, $\epsilon/(\sigma^2 + \epsilon) = {share:.2f}$",
            (2, found[1]),
            (13, -3),
            textcoords="offset points",
            fontsize=8,
            color=PARTS["scale"],
        )
    axis.annotate(
        "along 1: always 0", (1, 0), (-4, 15), textcoords="offset points", fontsize=8, color=PARTS["mean"]
    )
    words = r"orthogonal to 1 and $\hat{x}$: 1, $m - 2$ times"
    axis.annotate(
        words, (len(x), 1), (0, 12), textcoords="offset points", fontsize=8, ha="right", color=PARTS["rest"]
    )
    axis.set(xticks=range(1, len(x) + 1), xlabel="number of the eigenvalue", ylim=(-0.07, 1.17))
    axis.set_title(rf"eigenvalues of $J/(\gamma r)$, $m = {len(x)}$, three values of $\epsilon$")


def _derivative(power):
    """The derivative of a loss by y, as a function of NumPy arrays."""
    symbol = sympy.Symbol("y")
    function = sympy.lambdify(symbol, sympy.diff(power(symbol), symbol), "numpy")
    return lambda found, rng: function(found) * numpy.ones_like(found)


LOSSES = {
    r"$\sum y_i$": _derivative(lambda y: y),
    r"$\sum y_i^2$": _derivative(lambda y: y**2),
    r"$\sum (y_i - 1)^2$": _derivative(lambda y: (y - 1) ** 2),
    r"$\sum y_i^3$": _derivative(lambda y: y**3),
    r"$y_1$": lambda found, rng: numpy.eye(len(found))[0],
    r"random $\mathrm{d}y$": lambda found, rng: rng.normal(size=len(found)),
}
SIZES = (1, 2, 3, 4, 8, 32, 128)
# A share below this is rounding: float64 carries 16 digits.
ROUNDING = 1e-12


def shares(loss, m, eps, seed=3, batches=101):
    """The median of |dx| / (rstd |dy|) over batches of deviation 1: the share that a test can see."""
    rng = numpy.random.default_rng(seed)
    found = []
    for _ in range(batches):
        x = rng.normal(size=m)
        x = x / x.std() if m > 1 else x
        xhat, rstd = values(x, eps)
        dy = loss(xhat, rng)
        found.append(numpy.linalg.norm(gradient(dy, x, eps)) / (rstd * numpy.linalg.norm(dy)))
    share = numpy.median(found)
    return 0.0 if share < ROUNDING else share


def vacuity():
    """Which losses have a gradient that a test can see: by the loss, the size of the batch and eps."""
    figure, axes = plt.subplots(1, 3, figsize=(10.5, 3), sharey=True)
    for axis, eps in zip(axes, (0.0, 1e-5, 0.1), strict=True):
        # at eps = 0 a batch of one element has no rstd
        table = [
            [shares(loss, m, eps) if m > 1 or eps else numpy.nan for m in SIZES] for loss in LOSSES.values()
        ]
        with numpy.errstate(divide="ignore"):
            logs = numpy.log10(numpy.array(table))
        image = axis.imshow(
            numpy.where(numpy.isinf(logs), -6, logs), vmin=-6, vmax=0, cmap="YlGnBu", aspect="auto"
        )
        for (row, column), share in numpy.ndenumerate(table):
            words = (
                "-"
                if numpy.isnan(share)
                else "0"
                if share == 0
                else f"{share:.1g}"
                if share < 0.1
                else f"{share:.2f}"
            )
            words = words.replace("e-0", "e-")
            colour = "white" if share > 0.02 else "#b30000" if share == 0 else "black"
            axis.text(column, row, words, ha="center", va="center", fontsize=7, color=colour)
        axis.set_xticks(range(len(SIZES)), SIZES)
        axis.set_yticks(range(len(LOSSES)), LOSSES)
        axis.tick_params(length=0)
        axis.spines[:].set_visible(False)
        axis.set_xlabel("$m$")
        axis.set_title(rf"$\epsilon = {eps:g}$" if eps != 1e-5 else r"$\epsilon = 10^{-5}$")
    bar = figure.colorbar(image, ax=axes, pad=0.01, ticks=(-6, -4, -2, 0))
    bar.ax.set_yticklabels(["0", "$10^{-4}$", "$10^{-2}$", "1"])
    bar.set_label(r"$|\mathrm{d}x| / (|\gamma| r |\mathrm{d}y|)$")
    save(figure, "vacuity.png")


if __name__ == "__main__":
    numpy.seterr(all="ignore")
    jacobian()
    vacuity()
