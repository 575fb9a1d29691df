"""The captions of the experiment's figures, written from the numbers that it printed.

    python docs/experiments/captions.py

prints README.md as it follows from digits.json.
"""

import json
import textwrap
from pathlib import Path

PAGE = """# What the source claims, on the handwritten digits

Written by `digits.py`, which trains a network of {depth} hidden layers of {width} sigmoids on the
{images:,} digits of scikit-learn, {test} of them kept for the test, by plain gradient descent on
batches of {batch}. Every normalization, forward and backward, is bncore's; the rest is NumPy. Each
network is trained {seeds} times at each learning rate, and under one seed all kinds of network start
from the same weights and see the same batches.

Three kinds: **without** batch norm; **with** it before each sigmoid; and with it but **disturbed**:
what batch norm gives is stretched and shifted at random, each unit anew in each step, so that what the
next layer sees drifts on purpose. The third is the control of Santurkar et al. (2018).

## Does the input of a hidden unit drift, and does batch norm stop it?

![Input of one sigmoid while training, for the three kinds](drift.png)

The input of the first sigmoid of the last hidden layer over all training images: the median, and the
band that holds the middle 70%. Learning rate {rate:g}.

Yes, and yes. Without batch norm the mean of a unit's input moves, between two looks {every} steps
apart, by {drift[without][early]:.2g} of its standard deviations in the first third of training and by
{drift[without][late]:.2g} in the last (medians over the units); with it, by {drift[with][early]:.1g}
and {drift[with][late]:.1g}. The picture also shows what the source does not mention: without batch norm
the band has almost no width at first. Every image looks alike
to the last hidden layer: over the images, its units' inputs have a standard deviation of
{drift[without][spread]:.2g} before the first step, against {drift[with][spread]:.2g} with batch norm.

## Is it the drift that slows training?

![Test accuracy while training at six learning rates](curves.png)

Each thin line is one seed, each thick one the mean of {seeds}.

That batch norm helps is plain. {learned_with} {learned_without} The highest learning rate at which
every seed learns is {highest[with]:g} with it and {highest[without]:g} without.

That it helps *by stopping the drift* is what these curves speak against. In the disturbed network the
mean moves by {drift[disturbed][early]:.2g} standard deviations between two looks, {times_with:.0f}
times as far as with batch norm left alone, and in the last third of training {times_without:.1f} times
as far as without batch norm. (In the first third it moves less than without, where there is hardly a
width to measure by.) It learns as the undisturbed one does: {disturbed:.1%} of the test images are
right at rate {rate:g}, against {undisturbed:.1%}.

## Does batch norm keep sigmoids out of saturation?

![Share of saturated sigmoids, by the scale of the first weights and while training](saturation.png)

A sigmoid counts as saturated where its slope is under a tenth of the greatest, which is beyond
{edge:.2f} on either side. Shares over all hidden units; "right" is the share of test images.

At the start, yes, and whatever the weights: without batch norm {start[without][10]:.0%} are saturated
when the weights are 10 times the usual, with it {start[with][10]:.2%}, as at every other scale above 1.
Later, no: gamma is free to grow, and at learning rate {fastest} {late[with]:.0%} are saturated with
batch norm, {late[without]:.0%} without. The one network is right on {right[with]:.0%} of the test
images, the other on {right[without]:.0%}. And at learning rate {rate:g} the network without batch norm
is slow although {usual[without]:.1%} of its sigmoids are saturated at the start. Saturation alone
explains neither.

## Do gamma and beta restore the distribution that was there?

![gamma and beta of each hidden unit against the deviation and mean of its input](gamma_beta.png)

Each point is a hidden unit after training at rate {rate:g}; on the grey line, where both axes show the same
number, gamma and beta would undo the normalization.

They could, and do not. No gamma is near: it is {ratio[0]:.1f} to {ratio[2]:.1f} times the standard
deviation that it replaces. The correlation of beta with the mean that it replaces is {beta[0]:.2f},
{beta[1]:.2f} and {beta[2]:.2f} in the three layers; that of gamma with the standard deviation,
{gamma[0]:.2f}, {gamma[1]:.2f} and {gamma[2]:.2f}. They are parameters like the weights, learned for the
loss.
"""


def learned(runs, kind):
    """When the networks of one kind had learned, at each rate at which all seeds did."""
    return {float(rate): run["learned"] for rate, run in runs[kind].items() if None not in run["learned"]}


def sentence(kind, times, settings):
    """The fewest and the most steps that a kind of network needs at its quickest rate."""
    rate, steps = min(times.items(), key=lambda item: max(item[1]))
    span = f"{min(steps)} to {max(steps)}" if min(steps) < max(steps) else f"{max(steps)}"
    share = f"{settings['learned']:.0%} of the test images"
    return f"{kind} it, {share} are right after {span} steps at the best rate, {rate:g}."


def filled(text):
    """The text with the lines of each paragraph filled anew."""
    return "\n\n".join(
        part if part.startswith(("#", "!")) else textwrap.fill(part, 110, break_on_hyphens=False)
        for part in text.split("\n\n")
    )


def page(numbers):
    """README.md, from the numbers of digits.json."""
    settings, runs, drift = numbers["settings"], numbers["runs"], numbers["drift"]
    rate, fastest = f"{settings['rate']:g}", max(runs["with"], key=float)
    times = {kind: learned(runs, kind) for kind in runs}
    text = PAGE.format(
        **settings,
        fastest=fastest,
        drift={kind: {**one, "spread": one["spread at first"]} for kind, one in drift.items()},
        learned_with=sentence("With", times["with"], settings),
        learned_without=sentence("Without", times["without"], settings),
        highest={kind: max(times[kind]) for kind in times},
        times_with=drift["disturbed"]["early"] / drift["with"]["early"],
        times_without=drift["disturbed"]["late"] / drift["without"]["late"],
        disturbed=runs["disturbed"][rate]["accuracy"],
        undisturbed=runs["with"][rate]["accuracy"],
        start={kind: {int(float(k)): v for k, v in one.items()} for kind, one in numbers["start"].items()},
        late={kind: runs[kind][fastest]["saturated"] for kind in runs},
        right={kind: runs[kind][fastest]["accuracy"] for kind in runs},
        usual={kind: one["1"] for kind, one in numbers["start"].items()},
        ratio=numbers["gamma over deviation"],
        beta=numbers["correlation of beta and mean"],
        gamma=numbers["correlation of gamma and deviation"],
    )
    return filled(text) + "\n"


if __name__ == "__main__":
    print(page(json.loads((Path(__file__).parent / "digits.json").read_text())), end="")
