"""The adversary: a seeded search for inputs on which a faithful kernel comes close to its bound.

Channels are the population: all of them are computed in one call, and each output keeps those on which its
ratio of error to bound is largest. Their children differ by moves that rounding answers to: an element moved
by a few units in the last place, replaced, repeated, made an outlier; all elements moved away from 0, sorted,
scaled. A ratio above 1 would refute a bound.

`python -m spec.audit.adversary` runs the search, a few minutes, and writes the table in docs/bounds.md.
"""

import sys
from dataclasses import dataclass

import numpy as np

from .. import DOCS, oracle
from ..bounds import formats
from ..bounds.errors import ACCUMULATIONS
from .faithful import FAITHFUL

OUTPUTS = ("mean", "var", "y", "dx", "dgamma", "dbeta")
SIZES = (2, 3, 5, 9, 17, 41, 131, 300)
# So many channels are kept for each output, and so many children are drawn in a generation.
KEPT, CHILDREN = 3, 24
GENERATIONS = 20


@dataclass
class Channels:
    """A population: x and dy of shape (m, C), gamma and beta of shape (C,), one eps."""

    x: np.ndarray
    dy: np.ndarray
    gamma: np.ndarray
    beta: np.ndarray

    def take(self, index):
        """Some of the channels, copied."""
        return Channels(self.x[:, index], self.dy[:, index], self.gamma[index], self.beta[index])

    def join(self, other):
        """The channels of both."""
        return Channels(
            *(np.concatenate([getattr(each, key) for each in (self, other)], axis=-1)
              for key in ("x", "dy", "gamma", "beta"))
        )  # fmt: skip


def drawn(rng, m, count):
    """Channels of every conditioning."""
    shift = 10.0 ** rng.uniform(-1, 7, count) * rng.choice([-1, 0, 1], count)
    x = rng.normal(size=(m, count)) + shift
    place = rng.integers(m, size=count)
    outlier = rng.random(count) < 0.3
    x[place[outlier], outlier] *= 10.0 ** rng.uniform(1, 4, outlier.sum())
    dy = rng.normal(size=(m, count)) + rng.choice([0, 1, 100], count)
    gamma, beta = rng.normal(size=(2, count)) * 10.0 ** rng.uniform(-2, 2, (2, count))
    return Channels(x, dy, gamma, beta)


def moved(rng, parents, dtype):
    """Children of the parents: one move each."""
    children = parents.take(rng.integers(parents.x.shape[1], size=CHILDREN))
    u = formats.unit(dtype)
    for c in range(CHILDREN):
        target = children.x if rng.random() < 0.6 else children.dy
        n, k = rng.integers(len(target), size=2)
        size = np.abs(target[:, c]).max()
        match rng.integers(9):
            case 0:
                target[:, c] += size * u * rng.integers(-4, 5, len(target))
            case 1:
                target[n, c] += size * u * rng.integers(-64, 65)
            case 2:
                target[n, c] = rng.normal() * size
            case 3:
                target[n, c] = target[k, c]
            case 4:
                target[n, c] *= 10.0 ** rng.uniform(-2, 3)
            case 5:
                target[:, c] = np.sort(target[:, c])[:: rng.choice([-1, 1])]
            case 6:
                target[:, c] += size * 10.0 ** rng.uniform(-3, 2) * rng.choice([-1, 1])
            case 7:
                target[:, c] *= 2 * rng.random()
            case 8:
                children.gamma[c] *= 2 * rng.random()
                children.beta[c] *= 10.0 ** rng.uniform(-2, 2)
    return children


def ratios(adapter, channels, eps, dtype):
    """For each output, the largest error over bound of each channel; 0 where there is no bound."""
    stored, held = formats.named(dtype), formats.parameter(dtype)
    with np.errstate(over="ignore"):
        x, dy = channels.x.astype(stored), channels.dy.astype(stored)
        gamma, beta = channels.gamma.astype(held), channels.beta.astype(held)
    finite = np.isfinite(x).all(axis=0) & np.isfinite(dy).all(axis=0)
    x, dy = np.where(finite, x, stored.type(0)), np.where(finite, dy, stored.type(0))
    call = oracle.problem(x, gamma, beta, eps, accumulate=adapter.caps.accumulation(dtype), dy=dy)
    expected = call.expected(("mean", "var", "y")) | call.gradients("training")
    with np.errstate(all="ignore"):
        got = adapter.forward(x, gamma, beta, eps) | adapter.backward(dy, x, gamma, beta, eps)
    found = {}
    for name in OUTPUTS:
        errors, bounds = expected[name].errors(got[name]), expected[name].allowed(got[name].dtype)
        with np.errstate(invalid="ignore"):
            each = np.where((errors == 0) | np.isinf(bounds), 0, errors / bounds)
        found[name] = np.where(finite, each.reshape(-1, x.shape[1]).max(axis=0), 0)
    return found


def search(adapter, dtype, sizes=SIZES, generations=GENERATIONS, seed=0):
    """For each output, the largest ratio that the search finds, and the size m of the batch it was found on.

    >>> best = search(FAITHFUL["two passes in float64"], "float32", sizes=(3,), generations=2)
    >>> all(ratio <= 1 for ratio, _ in best.values())
    True
    """
    best = dict.fromkeys(OUTPUTS, (0.0, 0))
    for m in sizes:
        rng = np.random.default_rng([seed, m])
        population, eps = drawn(rng, m, CHILDREN), 10.0 ** rng.uniform(-8, 0)
        for generation in range(generations):
            if generation:
                population = population.join(moved(rng, population, dtype))
            found = ratios(adapter, population, eps, dtype)
            kept = [np.argsort(-found[name], kind="stable")[:KEPT] for name in OUTPUTS]
            for name, order in zip(OUTPUTS, kept, strict=True):
                best[name] = max(best[name], (float(found[name][order[0]]), m))
            population = population.take(np.unique(np.concatenate(kept)))
    return best


BEGIN, END = "<!-- adversary -->", "<!-- /adversary -->"


def table(progress=lambda line: None):
    """The largest ratios of every class, as a table in Markdown."""
    best = {}
    for name, adapter in FAITHFUL.items():
        for dtype in adapter.caps.dtypes:
            for output, (ratio, m) in search(adapter, dtype).items():
                key = adapter.caps.accumulation(dtype), dtype, output
                best[key] = max(best.get(key, (0.0, 0, "")), (ratio, m, name))
            progress(f"{name}, {dtype}")
    lines = [f"| class | data | {' | '.join(OUTPUTS)} | closest, and its kernel |", "|---" * 9 + "|"]
    for accumulate in ACCUMULATIONS:
        for dtype in ("float32", "float64", *formats.HALVES):
            row = {output: best[key] for output in OUTPUTS if (key := (accumulate, dtype, output)) in best}
            if row:
                ratio, m, name = max(row.values())
                shown = " | ".join(f"{each[0]:.2f}" for each in row.values())
                lines.append(f"| `{accumulate}` | {dtype} | {shown} | {ratio:.3f}, m = {m}: {name} |")
    return "\n".join(lines)


def main(page=DOCS / "bounds.md"):
    """Run the search and put its table into the page."""
    text = page.read_text()
    before, after = text.split(BEGIN)[0], text.split(END)[1]
    found = table(lambda line: print(f"  {line}", flush=True))
    page.write_text(f"{before}{BEGIN}\n{found}\n{END}{after}")
    print(found)


if __name__ == "__main__":
    sys.exit(main())
