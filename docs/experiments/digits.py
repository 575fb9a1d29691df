"""Train a small sigmoid network with and without batch normalization, and draw what the source claims.

    python docs/experiments/digits.py

Writes the figures beside this file, and README.md: their captions, with the numbers that this script prints.
Takes less than a minute. Weights and batches are the same for each kind of network under one seed.
"""

import copy
import json
import time
from pathlib import Path

import figures
import numpy
from captions import page
from network import BATCH, DEPTH, TEST, WIDTH, Disturbed, Network, Normalized, Plain, digits, train
from threadpoolctl import threadpool_limits

HERE = Path(__file__).parent
KINDS = {"without": Plain, "with": Normalized, "disturbed": Disturbed}
RATES = (0.1, 0.3, 1.0, 3.0, 10.0, 30.0)
SEEDS = (1, 2, 3)
EVERY = 20  # steps between two looks at a network
RATE, SEED = 1.0, 1  # of the run that is looked at closely
SCALES = (0.3, 1.0, 3.0, 10.0, 30.0)
LEARNED = 0.9  # the test accuracy from which a network is said to have learned
FLAT = 0.1  # a sigmoid is saturated where its slope is below this share of the greatest, 1/4

# sigmoid'(z) = FLAT/4  <=>  tanh(z/2)^2 = 1 - FLAT
EDGE = 2 * float(numpy.arctanh((1 - FLAT) ** 0.5))


def saturated(network):
    """The share of saturated sigmoids in each hidden layer, in the last forward pass."""
    return [float((numpy.abs(z) > EDGE).mean()) for z in network.after[:-1]]


class Watch:
    """What is noted of one run while it trains, every EVERY steps."""

    def __init__(self, data, seed, closely):
        self.data, self.seed, self.closely = data, seed, closely
        self.steps, self.accuracy, self.saturated = [], [], []
        self.quantiles, self.means, self.spreads = [], [], []

    def __call__(self, network, step, loss):
        if step % EVERY:
            return
        self.steps.append(step)
        self.accuracy.append(network.accuracy(*self.data[2:]))
        self.saturated.append(saturated(network))
        if self.closely:
            # a copy, because a forward pass in training updates the running statistics
            probe = copy.deepcopy(network)
            probe.forward(self.data[0], numpy.random.default_rng([self.seed, step]))
            last = probe.after[-2]
            self.quantiles.append(numpy.quantile(last, [0.15, 0.5, 0.85], axis=0))
            self.means.append(last.mean(axis=0))
            self.spreads.append(last.std(axis=0))


def run_all(data):
    """Every kind of network at every rate under every seed: what was noted, and the networks of one run."""
    noted, networks = {}, {}
    for kind, between in KINDS.items():
        for rate in RATES:
            started = time.perf_counter()
            for seed in SEEDS:
                closely = rate == RATE and seed == SEED
                network = Network(between, seed)
                watch = noted[kind, rate, seed] = Watch(data, seed, closely)
                train(network, data, rate, seed, watch=watch)
                if closely:
                    networks[kind] = network
            reached = ", ".join(f"{noted[kind, rate, seed].accuracy[-1]:.1%}" for seed in SEEDS)
            seconds = time.perf_counter() - started
            print(f"{kind:>10}, rate {rate:<4g} {reached} of the test images  ({seconds:.1f} s)", flush=True)
    return noted, networks


def saturated_at_start(data):
    """The share of saturated sigmoids before training, by the scale of the weights."""
    shares = {}
    for kind in ("without", "with"):
        shares[kind] = []
        for scale in SCALES:
            network = Network(KINDS[kind], SEED, scale)
            network.forward(data[0], numpy.random.default_rng(SEED))
            shares[kind].append(float(numpy.mean(saturated(network))))
    return shares


def replaced(network):
    """gamma and beta of every hidden unit beside sqrt(var + eps) and mean of its input; one row a layer."""
    layers = [between.layer for between in network.between[:-1]]
    return {
        "gamma": numpy.array([layer.gamma for layer in layers]),
        "beta": numpy.array([layer.beta for layer in layers]),
        "deviation": numpy.array([numpy.sqrt(layer.running_var + layer.eps) for layer in layers]),
        "mean": numpy.array([layer.running_mean for layer in layers]),
    }


def first_learned(watch):
    """The first step at which a network had learned, or None."""
    return next((s for s, a in zip(watch.steps, watch.accuracy, strict=True) if a >= LEARNED), None)


def summary(data, noted, start, units):
    """The numbers that the captions quote."""
    drift = {}
    for kind in KINDS:
        watch = noted[kind, RATE, SEED]
        means, spreads = numpy.array(watch.means), numpy.array(watch.spreads)
        moved = numpy.abs(numpy.diff(means, axis=0)) / spreads[:-1]
        third = len(moved) // 3
        drift[kind] = {
            "early": float(numpy.median(moved[:third])),
            "late": float(numpy.median(moved[-third:])),
        }
        drift[kind]["spread at first"] = float(numpy.median(spreads[0]))
    runs = {
        kind: {
            f"{rate:g}": {
                "accuracy": float(numpy.mean([noted[kind, rate, seed].accuracy[-1] for seed in SEEDS])),
                "learned": [first_learned(noted[kind, rate, seed]) for seed in SEEDS],
                "saturated": float(numpy.mean([noted[kind, rate, seed].saturated[-1] for seed in SEEDS])),
                "most": float(numpy.max([noted[kind, rate, seed].saturated for seed in SEEDS])),
            }
            for rate in RATES
        }
        for kind in KINDS
    }
    return {
        "settings": {
            "depth": DEPTH,
            "width": WIDTH,
            "batch": BATCH,
            "images": sum(len(labels) for labels in data[1::2]),
            "test": TEST,
            "every": EVERY,
            "rate": RATE,
            "seeds": len(SEEDS),
            "learned": LEARNED,
            "edge": EDGE,
        },
        "drift": drift,
        "runs": runs,
        "start": {kind: dict(zip(map("{:g}".format, SCALES), start[kind], strict=True)) for kind in start},
        "gamma over deviation": [
            float(v) for v in numpy.quantile(units["gamma"] / units["deviation"], [0, 0.5, 1])
        ],
        "correlation of gamma and deviation": _correlations(units["gamma"], units["deviation"]),
        "correlation of beta and mean": _correlations(units["beta"], units["mean"]),
    }


def _correlations(a, b):
    """One coefficient a layer."""
    return [float(numpy.corrcoef(left, right)[0, 1]) for left, right in zip(a, b, strict=True)]


def rounded(value):
    """Numbers to four digits, in whatever structure."""
    if isinstance(value, dict):
        return {key: rounded(one) for key, one in value.items()}
    if isinstance(value, list):
        return [rounded(one) for one in value]
    return float(f"{value:.4g}") if isinstance(value, float) else value


def main():
    started = time.perf_counter()
    data = digits()
    # products this small are fastest on one thread, and then do not depend on how many there are
    with threadpool_limits(1, user_api="blas"):
        noted, networks = run_all(data)
        start = saturated_at_start(data)
    units = replaced(networks["with"])
    numbers = rounded(summary(data, noted, start, units))
    figures.drift(HERE / "drift.png", {kind: noted[kind, RATE, SEED] for kind in KINDS})
    figures.saturation(HERE / "saturation.png", SCALES, start, noted, SEEDS)
    figures.curves(HERE / "curves.png", noted, RATES, SEEDS)
    figures.units(HERE / "gamma_beta.png", units)
    text = json.dumps(numbers, indent=2)
    (HERE / "digits.json").write_text(text + "\n")
    (HERE / "README.md").write_text(page(numbers))
    print(text)
    print(f"{time.perf_counter() - started:.0f} s in all")


if __name__ == "__main__":
    main()
