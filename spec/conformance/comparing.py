"""What was returned, compared with the oracle: of the declared class, or else of the weaker ones."""

from contextlib import contextmanager

import numpy as np

from .. import oracle
from ..bounds.errors import ACCUMULATIONS, weaker
from ..bounds.formats import unit
from ..interface import contract
from ..interface.signatures import ELEMENTS
from ..mutants import SLIGHT, decides
from ..supervise import ENDINGS
from .calling import Caller
from .diagnosis import common_factor, follows, reason
from .verdict import ABSENT, BROKEN, CLASS, FAIL, INCONCLUSIVE, LAYOUT, PASS

# What is said of an output that was not returned.
MISSING = "not returned"
# The sums of a backward pass, from which dx follows.
SUMS = "dbeta", "dgamma"
# What is said of the outputs of shards.
SHARDED = " of shards"


class Comparison(Caller):
    """The calls of an implementation on one data set, whose outputs are compared with the oracle's."""

    def __init__(self, adapter, data, target):
        super().__init__(adapter, data, target)
        data = self.data
        # The channels on which the equations are defined: finite, and not constant where eps is 0.
        self.weighed = data.spread > 0
        self.empty = not data.count
        # What has weight 0 and is no number is nothing to the equations but at itself.
        self.lost = ~np.isfinite(data.x) & ~self.weighed
        self.x = self.filled(data.x)
        rows = oracle.channels(data.block(self.x))
        counted = rows[:, oracle.channels(data.block(self.weighed))[0]]
        self.finite = np.isfinite(rows).all(axis=1)
        self.constant = np.zeros(len(rows), bool) if self.empty else (counted == counted[:, :1]).all(axis=1)
        self.finite_dy = np.isfinite(oracle.channels(data.block(data.dy))).all(axis=1)
        self.kept = np.flatnonzero(self.finite & self.finite_dy & ~(self.constant & (data.eps == 0)))
        self.asked = {}
        # the gradient that passes the gate of what forward has returned
        self.dy = data.dy
        # the variance that forward has returned, of the channels that are kept
        self.var = 0.0
        # the sums that a backward pass has returned, on the channels that are kept, with their statuses
        self.sums = {}
        # what a method has returned, and the verdicts on that
        self.done = {}

    def problem(self, mode, accumulate):
        """The oracle's view of the call, on the channels that are kept."""
        question = mode, accumulate
        if question not in self.asked:
            self.asked[question] = self.ask(*question)
        return self.asked[question]

    def ask(self, mode, accumulate):
        data, kept = self.data, self.kept
        parameters = (None if each is None else each[kept] for each in (data.gamma, data.beta))
        given = {"mean": data.mean[kept], "var": data.var[kept]}
        if mode == "training":
            numbers = {"ddgamma": data.ddgamma, "ddbeta": data.ddbeta}
            given = {name: None if each is None else each[kept] for name, each in numbers.items()}
            given["ddx"] = None if data.ddx is None else data.block(data.ddx)[:, kept]
            given["weights"] = None if data.weights is None else data.block(data.spread)
        dy = self.dy if mode == "training" else data.dy
        x, dy = (data.block(each)[:, kept] for each in (self.x, dy))
        how = {"accumulate": accumulate, "dy": dy, "times": data.often, "relu": data.relu}
        if data.residual is not None:
            how["residual"] = data.block(data.residual)[:, kept]
        return oracle.problem(x, *parameters, data.eps, **how, **given)

    def filled(self, array):
        """An array with what is lost replaced by what its channel has first of all that counts."""
        lost = oracle.channels(self.lost)
        if not lost.any():
            return array
        rows = oracle.channels(array)
        first = oracle.channels(self.weighed)[0].argmax()
        found = array.dtype.type(0) if self.empty else rows[:, first : first + 1]
        return oracle.shaped(np.where(lost, found, rows), array.shape)

    @contextmanager
    def recorded(self, method, got):
        """Keep what a method has returned, and the verdicts on it."""
        start = len(self.found)
        yield
        self.done[method] = dict(got), self.found[start:]

    def judged(self, got, names, mode, expect, note=""):
        """Judge the outputs of these names; those that could be compared."""
        got = self.formed(got, names, mode, note)
        self.compare(got, mode, expect, note)
        return got

    def formed(self, got, names, mode, note=""):
        """The outputs of these names that have the shape and a dtype that they must have; the rest fails."""
        data, formed = self.data, {}
        for name in names:
            label = label_of(name, mode, note)
            if name not in got:
                words = "not returned for an empty batch" if self.empty else MISSING
                self.add(ABSENT, label, oracle.EQUATION[name], detail=words)
                continue
            shape = data.x.shape if name in ELEMENTS else data.x.shape[1:2]
            words = contract.of_format(name, got[name], data.dtype)
            if got[name].shape != shape:
                words = f"wanted the shape {shape}, found {got[name].shape}"
            if words:
                self.add(FAIL, label, oracle.EQUATION[name], detail=words)
                continue
            formed[name] = got[name]
            spread = any(n > 1 and not step for n, step in zip(data.x.shape, data.x.strides, strict=True))
            elsewhere = name == "dresidual" or spread or note == SHARDED or " in place" in note
            if self.caps.keeps_layout and name in ELEMENTS and data.m and not elsewhere:
                words = contract.of_layout(got[name], data.x)
                self.add(FAIL if words else PASS, f"layout of {label}", LAYOUT, detail=words)
        return formed

    def compare(self, got, mode, expect, note=""):
        """Judge outputs against what `expect` makes of the problem."""
        if self.empty:
            self.of_nothing(got, mode)
            return
        if not len(self.kept) or not got:
            return
        expected = expect(self.problem(mode, self.declared))
        right, self.sums = set(), {}
        for name in sorted(got, key=lambda name: name == "dx"):
            value = got[name]
            part = self.part(value, expected[name])
            verdict = self.verdict(expected[name], part, name, mode, expect, right)
            if verdict["status"] in BROKEN and self.right_alone(name, expected[name]):
                verdict |= self.beside_others()
            if name in SUMS:
                self.sums[name] = part, verdict["status"]
            self.placed(verdict, value, expected[name])
            verdict["quantity"] = label_of(name, mode, note)
            if verdict["status"] in (PASS, INCONCLUSIVE):
                right.add(name)
            self.add(**verdict)

    def simple(self, quantity, name, value, expect, copied=False):
        """One output against the declared class, and the weaker ones where it fails that; no reason is given.

        `expect` gives the outputs by their names for a class, of a block where channels are `copied`.
        """
        expected = expect(accumulate=self.declared)[name]
        if copied:
            value = self.part(value, expected)
        worst = expected.compare(value)
        found = {"quantity": quantity, "equation": expected.equation, "ratio": worst.ratio}
        if worst.ratio <= 1:
            decided = (SLIGHT * abs(expected.nearest) > expected.allowed(value.dtype)).any()
            self.add(PASS if decided else INCONCLUSIVE, **found)
            return
        for accumulate in weaker(self.declared, self.data.dtype):
            if expect(accumulate=accumulate)[name].compare(value).ratio <= 1:
                self.add(CLASS, weaker=accumulate, **found)
                return
        words = f"got {worst.got!r}, exact {worst.exact!r} in channel {worst.index[-2:][0]}"
        self.add(FAIL, detail=words, **found)

    def hidden(self, name, value, channels, equation):
        channels = np.resize(channels, value.shape[min(1, value.ndim - 1)])
        if channels.any():
            hidden = np.isfinite(oracle.channels(value)[channels]).any()
            words = f"a channel with a NaN or an inf has finite {name}" if hidden else ""
            self.add(
                FAIL if hidden else PASS, f"{name} of a channel that is not finite", equation, detail=words
            )

    def right_alone(self, name, expected):
        """Whether the call made last returns an output as it must be where it has not the company it had."""
        if not (self.alone and self.when):
            return False
        with np.errstate(all="ignore"):
            try:
                value = self.alone().get(name)
            except ENDINGS:
                raise
            except BaseException:
                return False
            fits = isinstance(value, np.ndarray) and value.shape == (
                self.data.x.shape if name in ELEMENTS else self.data.x.shape[1:2]
            )
            return fits and expected.compare(self.part(value, expected)).ratio <= 1

    def beside_others(self):
        """What is said of an output that is wrong in company alone."""
        return {
            "status": FAIL,
            "weaker": None,
            "detail": f"alone the same call is right, {self.when} it is not",
        }

    def part(self, value, expected):
        """An output on the channels that are kept; of the copies of an element, the one farthest off."""
        copies = self.copies(self.filled(value) if expected.name == "y" else value)
        if len(copies) == 1:
            lost = self.data.block(self.lost)[:, self.kept]
            if value.ndim == 1 or expected.name in ("y", *oracle.GRADIENTS, "dresidual") or not lost.any():
                return copies[0]
            # where x is no number, and counts nothing, a second derivative is none either
            return np.where(lost, expected.nearest.astype(value.dtype), copies[0])
        low, high = copies.min(axis=0), copies.max(axis=0)
        return np.where(abs(high - expected.nearest) >= abs(low - expected.nearest), high, low)

    def copies(self, value):
        """The copies of the block in an output, one after the other, of the channels that are kept."""
        repeats = self.data.repeats[1:2] if value.ndim == 1 else self.data.repeats
        split = [part for n, times in zip(value.shape, repeats, strict=True) for part in (times, n // times)]
        axes = *range(0, 2 * value.ndim, 2), *range(1, 2 * value.ndim, 2)
        copies = value.reshape(split).transpose(axes).reshape(-1, *split[1::2])
        return np.take(copies, self.kept, axis=-1 if value.ndim == 1 else 2)

    def of_nothing(self, got, mode):
        """No elements: sums over nothing are 0; a mean of nothing is not defined, and not judged.

        So it is with a y that such a mean would standardise, where there are elements and none has a weight.
        """
        for name, value in got.items():
            if name in ("mean", "var") or (name == "y" and self.data.m):
                continue
            label = label_of(name, mode)
            wrong = value.size and np.any(value != 0)
            self.add(FAIL if wrong else PASS, label, oracle.EQUATION[name], detail="not 0" if wrong else "")

    def verdict(self, expected, part, name, mode, expect, right):
        """One output against the declared class, and the weaker ones where it fails that."""
        first = expected.compare(part)
        problem = self.problem(mode, self.declared)
        result = {"equation": expected.equation, "ratio": first.ratio}
        if first.ratio <= 1:
            decided = expected.tells(part.dtype) or decides(problem, mode, expected, part.dtype)
            return result | {"status": PASS if decided else INCONCLUSIVE} | self.worst(first)
        result |= self.worst(first)
        if cause := self.cause(name, part, expected, mode, right):
            equation, words = cause
            return result | {"status": FAIL, "equation": equation, "detail": words}
        for accumulate in weaker(self.declared, self.data.dtype):
            if unit(ACCUMULATIONS[accumulate].formed(self.data.dtype)[0]) > unit(self.data.dtype):
                continue  # sums in fewer digits than the data have are no excuse
            call = self.problem(mode, accumulate)
            other = expect(call)[name]
            decided = other.tells(part.dtype) or decides(call, mode, other, part.dtype)
            if other.compare(part).ratio <= 1 and decided:
                return result | {"status": CLASS, "weaker": accumulate}
        equation, words = self.reason_of(name, part, expected, mode, right)
        return result | {"status": FAIL, "equation": equation, "detail": words}

    def cause(self, name, part, expected, mode, right):
        """What makes an output wrong in any class, in words, with its equation; None if that is not known."""
        if name in ("mean", "var", *SUMS):
            words = common_factor(part.astype(np.float64), expected.nearest, self.data.count)
            equation, named = self.reason_of(name, part, expected, mode, right) if words else ("", "")
            return words and (equation, named or words)
        wrong = [each for each in SUMS if self.sums.get(each, ("", ""))[1] == FAIL]
        if name == "dx" and mode == "training" and wrong:
            sums = {each: value for each, (value, _) in self.sums.items()}
            if follows(part, expected, self.problem(mode, self.declared), sums):
                return oracle.EQUATION[wrong[0]], f"follows from {' and '.join(wrong)}"
        return None

    def reason_of(self, name, part, expected, mode, right):
        """The equation at fault and why; a y that follows from wrong statistics is blamed on those."""
        if name == "y" and mode == "training":
            for verdict in self.found:
                wrong = verdict.status == FAIL and verdict.ratio is not None
                if wrong and verdict.quantity.removesuffix(SHARDED) in ("mean", "var"):
                    return verdict.equation, "follows from the statistics"
            if not np.isfinite(self.var).all():
                return oracle.EQUATION["var"], "the variance is not finite"
        finished = name == "y" and (self.data.residual is not None or self.data.relu)
        if finished or name in ("jvp", "dresidual", *oracle.SECOND):
            return expected.equation, ""
        with np.errstate(all="ignore"):
            call = self.problem(mode, self.declared)
            return reason(name, part, expected, call, self.data, self.kept, mode, right)

    def worst(self, found):
        """The element of a comparison."""
        return {"index": found.index, "got": found.got, "exact": found.exact, "bound": found.bound}

    def placed(self, verdict, value, expected):
        """Count the worst element among all copies of the block, and its channel among all channels."""
        index = list(verdict["index"])
        if not index:
            return
        repeats = self.data.repeats[1:2] if value.ndim == 1 else self.data.repeats
        copies = self.copies(value)[(slice(None), *index)]
        with np.errstate(invalid="ignore", over="ignore"):
            off = abs(copies.astype(np.float64) - expected.nearest[tuple(index)])
        which = np.unravel_index(np.argmax(np.where(np.isnan(off), np.inf, off)), repeats)
        position = 1 if len(index) > 1 else 0
        index[position] = int(self.kept[index[position]])
        extents = [n // times for n, times in zip(value.shape, repeats, strict=True)]
        verdict["index"] = tuple(int(k * n + i) for k, n, i in zip(which, extents, index, strict=True))


def same(one, other):
    """Whether two arrays hold the same bits."""
    return (one.dtype, one.shape) == (other.dtype, other.shape) and one.tobytes() == other.tobytes()


def label_of(name, mode, note=""):
    """What a verdict calls an output."""
    return (name if mode == "training" else f"{mode} {name}") + note
