"""The probe: which conventions an implementation follows, found from outside, whatever it declares.

Each question is put to the implementation as a call on small numbers, for which every convention has another
answer. `python -m spec.findings.probe` puts them to every known implementation, and writes
docs/conventions.md.
"""

import copy
import sys
import time
from dataclasses import replace

import numpy as np

from .. import DOCS, adapters, equations, running
from ..adapters.plain import Batch
from ..bounds import formats
from ..bounds.errors import ROUNDING, weaker
from ..conformance.judgement import judge
from ..conformance.verdict import BROKEN, INCONCLUSIVE, PASS
from ..data import inputs
from ..data.layouts import arranged
from ..interface import contract
from ..interface.adapter import Broke, Missing, Nonsense, offers, only
from ..supervise import ENDINGS, note
from ..workers import apart
from .versions import versions

QUESTIONS = {}
# Numbers are compared to this relative precision: eps and momentum may be held in float32.
NEAR = 1e-4
NOT_OFFERED, OTHER = "not offered", "none that is known"


def question(title):
    """Register a function of an adapter and a dtype as a question of this title; it returns the answer."""
    return lambda ask: QUESTIONS.setdefault(title, ask)


def probe(adapter, titles=None):
    """The answers to the questions of these titles (None: to every question), by title.

    >>> from spec.adapters.plain import Plain
    >>> probe(Plain(), ["running variance takes"])
    {'running variance takes': 'the unbiased variance'}
    """
    return {title: _asked(QUESTIONS[title], adapter) for title in titles or QUESTIONS}


def _asked(ask, adapter):
    try:
        with np.errstate(all="ignore"):
            return ask(copy.copy(adapter), "float64" if "float64" in adapter.caps.dtypes else "float32")
    except NotImplementedError:
        return NOT_OFFERED
    except (Broke, Nonsense) as error:
        return str(error)
    except ENDINGS:
        raise
    except BaseException as error:
        return f"refused ({contract.printable(type(error).__name__, 100)})"


def _call(adapter, method, *arguments):
    if not offers(adapter, method):
        raise NotImplementedError(method)
    note(f"{method}, asked by probe")
    return contract.results(method, getattr(adapter, method)(*arguments))


def _returned(found, name):
    if name not in found:
        raise NotImplementedError(name)
    return found[name]


def _named(got, candidates):
    """The first name whose value is near what was got."""
    for name, value in candidates.items():
        if np.allclose(got, value, rtol=NEAR, atol=0):
            return name
    return OTHER


def _four(dtype):
    """x = 0, 2, 4, 6, gamma = 1, beta = 0, and their statistics by (9.38) and (9.39)."""
    x = np.array([0.0, 2, 4, 6]).reshape(4, 1)
    over = Batch(4, np.float64)
    mean = equations.mean(x.T, over)
    var = equations.var(x.T, mean, over)
    one = np.ones(1, dtype)
    return x.astype(dtype), one, 0 * one, mean[0, 0], var[0, 0], over


# What is divided by.


@question("y is divided by the root of")
def _(adapter, dtype):
    x, gamma, beta, mean, var, over = _four(dtype)
    # eps is too small to matter.
    y = _call(adapter, "forward", x, gamma, beta, 1e-5)["y"]
    choices = {"the biased variance": var, "the unbiased variance": running.unbiased(var, over)}
    return _named(y, {name: (x - mean) / np.sqrt(each + 1e-5) for name, each in choices.items()})


@question("var is returned as")
def _(adapter, dtype):
    x, gamma, beta, _, var, over = _four(dtype)
    eps = 0.25
    found = _returned(_call(adapter, "forward", x, gamma, beta, eps), "var")
    unbiased = running.unbiased(var, over)
    return _named(
        found,
        {
            "the biased variance": var,
            "the unbiased variance": unbiased,
            "the biased variance plus eps": var + eps,
            "1/sqrt(var + eps)": 1 / np.sqrt(var + eps),
            "the standard deviation": np.sqrt(var),
            "the standard deviation, unbiased": np.sqrt(unbiased),
        },
    )


@question("mean and var are returned in")
def _(adapter, dtype):
    answers = []
    for each in adapter.caps.dtypes:
        x, gamma, beta, *_ = _four(formats.named(each))
        held = formats.parameter(each)
        found = _call(adapter, "forward", x, gamma.astype(held), beta.astype(held), 1.0)
        answers.append(f"{_returned(found, 'mean').dtype.name} for {each}")
    return ", ".join(answers)


def _eps_that_acts(adapter, dtype, eps, mode):
    """The eps that a pair of numbers, whose var is near eps, shows to act beneath the root."""
    deviation = 0.75 * np.sqrt(eps)
    x = np.array([[-deviation], [deviation]], dtype)
    gamma, beta = np.ones(1, dtype), np.zeros(1, dtype)
    exact = float(x[1, 0])
    if mode == "training":
        y = _call(adapter, "forward", x, gamma, beta, eps)["y"]
    else:
        given = np.zeros(1, dtype), np.full(1, exact**2, dtype)
        y = _call(adapter, "inference", x, gamma, beta, *given, eps)["y"]
    return (exact / float(y[1, 0])) ** 2 - exact**2, exact**2


def _place_of_eps(adapter, dtype, mode):
    eps = 4.0
    acts, var = _eps_that_acts(adapter, dtype, eps, mode)
    place = _named(
        acts,
        {
            "beneath the root": eps,
            "beside the root": (np.sqrt(var) + eps) ** 2 - var,
            "beneath the root, twice": 2 * eps,
            "beneath the root, squared": eps**2,
            "beneath a root of its own": (np.sqrt(var) + np.sqrt(eps)) ** 2 - var,
        },
    )
    if abs(acts) < NEAR:
        place = "nowhere"
    if place != "beneath the root":
        return place
    for eps in (1e-3, 1e-5, 1e-8, 1e-12):
        acts, _ = _eps_that_acts(adapter, dtype, eps, mode)
        # x^2 / y^2 - var cancels, which costs digits; a clamp is farther off than a hundredth
        if not np.isclose(acts, eps, rtol=100 * NEAR, atol=0):
            return f"beneath the root; {eps:g} acts as {acts:.3g}"
    return "beneath the root, never clamped down to 1e-12"


@question("eps stands")
def _(adapter, dtype):
    return _place_of_eps(adapter, dtype, "training")


@question("eps stands, in inference")
def _(adapter, dtype):
    return _place_of_eps(adapter, dtype, "inference")


# What is kept.


def _kept(adapter, dtype):
    x, _, _, mean, var, over = _four(dtype)
    old = np.array([10.0], dtype)
    found = _call(adapter, "update", x, old, old, 0.25)
    return found, {
        (variance, weighs): running.update(
            mean, var, 10.0, 10.0, 0.25, over, variance=variance, weighs=weighs
        )
        for variance in ("unbiased", "biased")
        for weighs in ("new", "old")
    }


@question("running variance takes")
def _(adapter, dtype):
    found, wanted = _kept(adapter, dtype)
    return _named(
        found["running_var"],
        {
            f"the {variance} variance": after[1]
            for (variance, weighs), after in wanted.items()
            if weighs == "new"
        }
        | {
            f"the {variance} variance ": after[1]
            for (variance, weighs), after in wanted.items()
            if weighs == "old"
        },
    ).strip()


@question("momentum is the weight of")
def _(adapter, dtype):
    found, wanted = _kept(adapter, dtype)
    return _named(
        found["running_mean"], {f"the {weighs} value": after[0] for (_, weighs), after in wanted.items()}
    )


@question("running variance of one element")
def _(adapter, dtype):
    one = np.ones(2, dtype)
    found = _call(adapter, "update", np.array([[1.0, 2.0]], dtype), one, one, 0.25)
    return "finite" if np.isfinite(found["running_var"]).all() else "not finite, silently"


# Edges.


def _of_y(y, beta):
    if not np.isfinite(y).all():
        return "not finite"
    return "beta" if np.all(y == beta) else f"off beta by {np.max(np.abs(y - beta)):.3g}"


@question("y of one element")
def _(adapter, dtype):
    gamma, beta = np.array([2.0, 3.0], dtype), np.array([-1.0, 5.0], dtype)
    return _of_y(_call(adapter, "forward", np.array([[7.0, 0.1]], dtype), gamma, beta, 1e-5)["y"], beta)


@question("y of no element")
def _(adapter, dtype):
    one = np.ones(2, dtype)
    y = _call(adapter, "forward", np.zeros((0, 2, 3), dtype), one, one, 1e-5)["y"]
    return "empty" if y.shape == (0, 2, 3) else f"of shape {y.shape}"


@question("y of a constant channel of 12345678")
def _(adapter, dtype):
    x = np.full((7, 1, 5, 5), 12345678.0, np.float32)
    gamma, beta = np.ones(1, np.float32), np.array([0.5], np.float32)
    return _of_y(_call(adapter, "forward", x, gamma, beta, 1e-5)["y"], beta)


@question("y of a constant channel, eps = 0")
def _(adapter, dtype):
    one = np.ones(1, dtype)
    return _of_y(_call(adapter, "forward", np.full((4, 1), 3.0, dtype), one, one, 0.0)["y"], one)


@question("NaN and inf")
def _(adapter, dtype):
    data = inputs.data("not-finite", dtype)
    y = _call(adapter, "forward", data.x, data.gamma, data.beta, data.eps)["y"]
    bad = ~np.isfinite(y)
    channel = ~np.isfinite(data.x).all(axis=(0, 2))
    if bad[:, ~channel].any():
        return "leave their channel"
    return "fill their channel" if bad[:, channel].all() else "leave finite y in their channel"


@question("gamma and beta may be None")
def _(adapter, dtype):
    x, *_ = _four(dtype)
    y = _call(adapter, "forward", x, None, None, 1.0)["y"]
    return "yes" if np.isfinite(y).all() else "no"


@question("y lies in memory")
def _(adapter, dtype):
    x = inputs.data("layout-channels-last", dtype).x
    one = np.ones(x.shape[1], dtype)
    y = _call(adapter, "forward", x, one, one, 1e-5)["y"]
    if not contract.of_layout(y, x):
        return "as x does"
    return "densely" if y.flags.c_contiguous else "otherwise"


# How sums are formed.

# Data on which the classes differ: conditioning, and sums of many terms.
TELLING = ("ratio-1e3", "ratio-1e5", "plane-257", "m-257")
PLACES = ("contiguous", "channels-last", "rank 2")
SUMS = {
    "y and dx": (TELLING, ("y", "dx")),
    "sums of a million terms": (("very-many",), ("dbeta",)),
}
CLASS = "class of {}, {}, {}"


def _placed(name, dtype, place):
    """A data set with x and dy laid out as planes, as planes with the channels last, or as rows."""
    data = inputs.data(name, dtype)

    def laid(array):
        rows = np.moveaxis(data.block(array), 1, -1).reshape(-1, array.shape[1])
        if place == "rank 2":
            return np.tile(rows, (data.times, 1))
        planes = np.tile(rows.T.reshape(1, array.shape[1], -1, 1), (data.times, 1, 1, 1))
        return arranged(place, "x", planes)

    # no second derivative is asked for
    return replace(data, x=laid(data.x), dy=laid(data.dy), ddx=None)


def accumulation(adapter, dtype, place, names, outputs):
    """The strongest class that these outputs of training keep on these data sets, laid out so."""
    if dtype not in adapter.caps.dtypes:
        raise NotImplementedError(dtype)
    strongest = min(ROUNDING, key=lambda each: -len(weaker(each, dtype)))
    for accumulate in (strongest, *weaker(strongest, dtype)):
        declared = only(adapter, "forward", "backward")
        declared.caps = declared.caps.declaring(accumulate)
        found = [v for name in names for v in judge(declared, _placed(name, dtype, place))]
        found = [v for v in found if v.quantity in outputs and v.ratio is not None]
        if not found:
            raise NotImplementedError(dtype)
        if not any(verdict.status in BROKEN for verdict in found):
            sure = any(verdict.status == PASS for verdict in found)
            return accumulate if sure else f"{accumulate} ({INCONCLUSIVE})"
    return "none: it loses what no class may lose"


def _register_classes():
    for dtype in ("float32", "float64"):
        for place in PLACES:
            for title, (names, outputs) in SUMS.items():

                def ask(adapter, _, dtype=dtype, place=place, names=names, outputs=outputs):
                    return accumulation(adapter, dtype, place, names, outputs)

                question(CLASS.format(title, dtype, place))(ask)


_register_classes()


def table(answers):
    """Answers of one or several implementations, as lines of a table for a terminal."""
    width = max(map(len, QUESTIONS))
    lines = []
    for title in QUESTIONS:
        for name, found in answers.items():
            lead = title if name == next(iter(answers)) else ""
            label = f"{name:<20}  " if len(answers) > 1 else ""
            lines.append(f"  {lead:<{width}}  {label}{found[title]}")
    return "\n".join(lines)


def _answered(name):
    """The answers of an implementation; None if it cannot be loaded."""
    try:
        adapter = adapters.load(name)
    except Missing:
        return None
    answers = {}
    for title in QUESTIONS:
        answers |= probe(adapter, [title])
        print(f"  {time.strftime('%H:%M:%S')} {name}: {title}", flush=True)
    return answers


# The core stands for its other faces, which have its conventions.
ASKED = tuple(name for name in adapters.KNOWN if not name.startswith("bncore-") and name not in adapters.MORE)


def everyone(names=ASKED):
    """The answers of every known implementation that can be loaded."""
    found = dict(zip(names, apart(_answered, names), strict=True))
    return {name: answers for name, answers in found.items() if answers}


def main():
    """Ask everyone, and write the page."""
    from . import conventions

    answers = everyone()
    path = DOCS / "conventions.md"
    path.write_text(conventions.page(answers, versions()))
    print(table(answers))


if __name__ == "__main__":
    sys.exit(main())
