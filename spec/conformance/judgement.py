"""Judges one implementation on one data set: every call made, and every output compared."""

import copy
import zlib
from contextlib import contextmanager
from dataclasses import replace
from functools import partial

import numpy as np

from .. import oracle
from ..bounds import formats
from ..bounds.errors import ACCUMULATIONS, weaker
from ..bounds.formats import unit
from ..data import inputs, portable
from ..data.layouts import LAYOUTS, arranged, declared
from ..interface import contract
from ..interface.adapter import Broke, Impure, Nonsense, offers
from ..interface.signatures import CALLS, COTANGENTS, DIRECTIONS, ELEMENTS, RETURNS, options
from ..mutants import SLIGHT, decides
from ..oracle import derivatives, folding, sequences
from ..supervise import ENDINGS, note
from . import company
from .diagnosis import reason
from .refusals import refusals
from .verdict import ABSENT, CLASS, FAIL, INCONCLUSIVE, LAYOUT, PASS, PURITY, RAISED, Verdict

# What is said of an output that was not returned.
MISSING = "not returned"
# The data sets in plain memory on which operands are written over, and of those that combine one in so many.
SHARE = 4
WALKED = "ordinary", "not-finite", "outlier", "one-pixel", "one-image", portable.GIVEN
# Those with no y so near 0 that the gate of a rectifier could be taken for another, if backward finds it.
GATED = "relu", "relu-at-0", "residual-relu", "residual-relu-weights"
# The data set on which a second backward pass is asked for where one of what it starts from is absent.
ABSENCES = "m-5"
# How the weight of a layer lies, beside its usual layout.
WEIGHTS_LIE = "permuted", "sliced", "reversed", "channels-last", "offset"
GRADIENTS = tuple(oracle.GRADIENTS)
# What is said of the outputs of shards.
SHARDED = " of shards"
STEPS, USES = " after several steps", " of a layer used often"
# Batches of so many elements in all are taken apart.
PARTED = 2000


def judge(adapter, data, target="TARGET"):
    """The verdicts of one adapter on one data set."""
    return _Judge(adapter, data, target).verdicts()


class _Judge:
    def __init__(self, adapter, data, target):
        held = np.dtype(adapter.caps.attributes).type
        data = replace(data, eps=float(held(data.eps)), momentum=float(held(data.momentum)))
        self.adapter, self.caps, self.data = adapter, adapter.caps, data
        self.declared = self.caps.accumulation(data.dtype)
        self.line = portable.command(target, data)
        self.found = []
        self.spoiled = False
        # The channels on which the equations are defined: finite, and not constant where eps is 0.
        self.weighed = data.spread > 0
        self.empty = not data.count
        # What has weight 0 and is no number is nothing to the equations but at itself.
        self.lost = ~np.isfinite(data.x) & ~self.weighed
        self.x = self._filled(data.x)
        rows = oracle.channels(data.block(self.x))
        counted = rows[:, oracle.channels(data.block(self.weighed))[0]]
        self.finite = np.isfinite(rows).all(axis=1)
        self.constant = np.zeros(len(rows), bool) if self.empty else (counted == counted[:, :1]).all(axis=1)
        self.finite_dy = np.isfinite(oracle.channels(data.block(data.dy))).all(axis=1)
        self.kept = np.flatnonzero(self.finite & self.finite_dy & ~(self.constant & (data.eps == 0)))
        self.asked = {}
        # what forward has returned, and the gradient that passes its gate
        self.y, self.dy = None, data.dy
        # what a method has returned, and the verdicts on that
        self.done = {}
        # what calls with other numbers returned, each with a copy; whether a later call wrote to it
        self.earlier, self.overwritten = [], False

    def verdicts(self):
        """Every call judged."""
        reason = self._refused()
        if reason:
            self._add(ABSENT, "everything", "", detail=reason)
            return self.found
        data = self.data
        if data.company == "wrong operands":
            self._refusals()
            return self.found
        wide = data.gamma, data.beta
        if (data.count if self.empty else data.m) >= self.caps.least:
            got = self._call("forward", data.x, *wide, data.eps)
            if got is not None:
                with self._done("forward", got):
                    self._forward(got)
            self._gate()
            got = self._call("backward", data.dy, data.x, *wide, data.eps)
            if got is not None:
                names = *GRADIENTS, *(("dresidual",) if data.residual is not None else ())
                with self._done("backward", got):
                    got = self._judged(got, names, "training", _training_gradients)
                self._poisoned(got)
            self._gate_found()
            self._shards()
            self._sequences()
            self._update()
            self._second()
            self._derivatives()
        else:
            self._add(
                ABSENT, "training", "", detail=f"m = {data.count:g}, declared for {self.caps.least} and more"
            )
        if data.weights is None or (inputs.combines(data.name) and not self.lost.any()):
            self._inference()
        self._folding()
        self._in_place()
        if self.overwritten:
            self._add(
                FAIL, "an earlier result", PURITY, detail="a later call wrote to what this one returned"
            )
        return self.found

    def _gate_found(self):
        """backward that is not given the y of forward, and finds the gate of the rectifier itself."""
        data = self.data
        plain = data.name in GATED or (data.name == "relu-tiny" and data.dtype not in formats.HALVES)
        if not plain or not self.adapter.takes("backward", "y"):
            return
        apart = copy.copy(self)
        apart.y = None
        got = apart._call("backward", data.dy, data.x, data.gamma, data.beta, data.eps, needs="y")
        if got is not None:
            names = *GRADIENTS, *(("dresidual",) if data.residual is not None else ())
            apart._judged(got, names, "training", _training_gradients, ", without y")

    def _inference(self):
        """Both calls of inference mode, which knows no weights."""
        data = self.data
        if np.isinf(data.var).any():
            self._infinite_var()
            return
        wide, given = (data.gamma, data.beta), (data.mean, data.var)
        got = self._call("inference", data.x, *wide, *given, data.eps)
        if got is not None:
            with self._done("inference", got):
                got = self._judged(got, ("y",), "inference", _inference)
            self._poisoned_inference(got)
        got = self._call("inference_backward", data.dy, data.x, data.gamma, *given, data.eps)
        if got is not None:
            with self._done("inference_backward", got):
                self._judged(got, GRADIENTS, "inference", _inference_gradients)

    def _infinite_var(self):
        """Inference of a variance that is infinite in every channel: y = beta, and no gradient goes to x."""
        data = self.data
        beta = np.zeros(data.x.shape[1]) if data.beta is None else data.beta
        beta = oracle.shaped(np.broadcast_to(beta[:, None], oracle.channels(data.x).shape), data.x.shape)
        given = data.mean, data.var, data.eps
        for method, arguments, wanted in [
            ("inference", (data.x, data.gamma, data.beta), {"y": beta.astype(data.x.dtype)}),
            ("inference_backward", (data.dy, data.x, data.gamma), {"dx": 0, "dgamma": 0}),
        ]:
            got = self._call(method, *arguments, *given)
            for name, value in self._formed(got or {}, wanted if got else (), "inference").items():
                wrong = value != wanted[name]
                exact = "beta" if name == "y" else 0
                words = f"got {value[wrong].flat[0]}, wanted {exact}" if wrong.any() else ""
                label = f"inference {name} of an infinite variance"
                self._add(FAIL if words else PASS, label, oracle.EQUATION[name], detail=words)

    @contextmanager
    def _done(self, method, got):
        """Keep what a method has returned, and the verdicts on it."""
        start = len(self.found)
        yield
        self.done[method] = dict(got), self.found[start:]

    def _filled(self, array):
        """An array with what is lost replaced by what its channel has first of all that counts."""
        lost = oracle.channels(self.lost)
        if not lost.any():
            return array
        rows = oracle.channels(array)
        first = oracle.channels(self.weighed)[0].argmax()
        found = array.dtype.type(0) if self.empty else rows[:, first : first + 1]
        return oracle.shaped(np.where(lost, found, rows), array.shape)

    def _folding(self):
        """Inference folded into a layer before it."""
        data = self.data
        if data.weight is None or data.dtype in formats.HALVES:
            return
        first = self._folded(data)
        if first is None or data.layout != "contiguous":
            return
        self._folded(
            replace(company.other(data), weight=data.weight, bias=data.bias), ", with other statistics"
        )
        for name in WEIGHTS_LIE:
            if name in self.caps.layouts:
                lies = LAYOUTS[name]["weight"](data.weight)
                self._folded(replace(data, weight=lies), f", {name}", first)

    def _folded(self, data, note="", was=None):
        """What fold returns for a layer, judged; what is bit for bit as it `was` has been."""
        how = {"groups": data.groups or 1, "transposed": data.transposed}
        given = data.weight, data.bias, data.gamma, data.beta, data.mean, data.var, data.eps
        got = self._call("fold", *given)
        for name, value in (got or {}).items():
            if was is not None and name in was and _same(value, was[name]):
                continue
            expected = oracle.fold(*given, accumulate=self.declared, **how)[name]
            words = contract.of_format(name, value, data.dtype)
            if value.shape != (data.weight.shape if name == "weight" else data.x.shape[1:2]):
                words = f"wanted the shape of {name}, found {value.shape}"
            if words:
                self._add(FAIL, f"folded {name}{note}", expected.equation, detail=words)
                continue
            value = folding.rows(value, **how)[None] if name == "weight" else value
            self._simple(f"folded {name}{note}", name, value, partial(oracle.fold, *given, **how))
        return got

    def _simple(self, quantity, name, value, expect):
        """One output against the declared class, and the weaker ones where it fails that; no reason is given.

        `expect` gives the outputs by their names for a class.
        """
        expected = expect(accumulate=self.declared)[name]
        worst = expected.compare(value)
        found = {"quantity": quantity, "equation": expected.equation, "ratio": worst.ratio}
        if worst.ratio <= 1:
            decided = (SLIGHT * abs(expected.nearest) > expected.allowed(value.dtype)).any()
            self._add(PASS if decided else INCONCLUSIVE, **found)
            return
        for accumulate in weaker(self.declared, self.data.dtype):
            if expect(accumulate=accumulate)[name].compare(value).ratio <= 1:
                self._add(CLASS, weaker=accumulate, **found)
                return
        words = f"got {worst.got!r}, exact {worst.exact!r} in channel {worst.index[-2:][0]}"
        self._add(FAIL, detail=words, **found)

    def _refusals(self):
        """Whether operands that do not fit are refused."""
        if not self.caps.refuses:
            self._add(ABSENT, "operands that do not fit", "", detail="not declared to be refused")
            return
        for method, what, words in refusals(self.adapter, self.data):
            self._add(FAIL if words else PASS, f"refusal by {method}, {what}", RAISED, detail=words)

    def _in_place(self):
        """The calls that can write over an operand, made so."""
        data = self.data
        offered = [each for each in IN_PLACE if each in self.adapter.inplace and offers(self.adapter, each)]
        # extents and layouts decide where a kernel writes; what is there for its numbers is asked once
        walked = data.layout != "contiguous" or data.name in WALKED
        if inputs.combines(data.name):
            walked = zlib.crc32(data.name.encode()) % SHARE == 0
        walked &= not data.company and data.m >= self.caps.least and not np.shares_memory(data.x, data.dy)
        if not offered or not walked:
            return
        for method in offered:
            named = self._named(method)
            if data.weights is not None and method.startswith("inference"):
                continue
            if not all(self.adapter.takes(method, name) for name in named):
                continue
            over, name, mode, expect = IN_PLACE[method]
            lies = arranged(data.layout, over, np.array(getattr(data, over)))
            if not lies.flags.writeable or 0 in lies.strides:
                continue  # what lies in the memory of others is not written over
            given = [lies if each == over else getattr(data, each) for each in CALLS[method]]
            kept = [*(each for each in given if each is not lies), *named.values()]
            names = [*(each for each in CALLS[method] if each != over), *named]
            before, beside = contract.snapshot(kept), contract.Beside(lies)
            call = partial(self._written_over, method, given, named)
            got = self._caught(f"{method}, in place", call)
            if got is None:
                continue
            words = contract.written(names, before, contract.snapshot(kept))
            if not words and beside.written():
                words = f"memory beside {over} was written to"
            if not words and not np.shares_memory(got.get(name, np.empty(0)), lies):
                words = f"{name} was not written over {over}"
            if words:
                self._add(FAIL, f"{_label(name, mode)}, in place", PURITY, detail=words)
                continue
            was, verdicts = self.done.get(method, ({}, []))
            if was.keys() == got.keys() and all(_same(was[name], got[name]) for name in was):
                # bit for bit what was judged already
                self.found += [
                    replace(each, quantity=f"{each.quantity}, in place")
                    for each in verdicts
                    if each.ratio is not None
                ]
                continue
            self._judged(got, RETURNS[method], mode, expect, ", in place")

    def _written_over(self, method, given, named):
        note(f"{method}, in place, on {self.data.name}, {self.data.dtype}")
        return contract.results(method, getattr(self.adapter, method)(*given, inplace=True, **named))

    def _refused(self):
        """Why the implementation need not take this data set; None if it must."""
        data = self.data
        if not declared(data.layout, self.caps.layouts):
            return f"layout {data.layout} is not declared"
        held = ACCUMULATIONS[self.declared].formed(data.dtype)[0]
        if data.wider and formats.largest(held) < 4 * formats.largest(data.dtype):
            return f"declared for sums in {held.name}, whose range is that of the data"
        if data.eps < self.caps.least_eps:
            return f"eps = {data.eps}, declared for {self.caps.least_eps} and more"
        if (data.gamma is None or data.beta is None) and not self.caps.optional:
            return "gamma and beta are declared to be needed"
        if self.caps.masks and data.weights is not None and data.weights.dtype != bool:
            return "weights are declared to be true or false"
        return None

    def _add(self, status, quantity, equation, **more):
        data = self.data
        more.setdefault("accumulate", self.declared)
        self.found.append(
            Verdict(status, data.name, data.dtype, quantity, equation, reproduce=self.line, **more)
        )

    def _call(self, method, *arguments, label=None, needs=None):
        """What a method returns; None, with a verdict called `label`, where it is missing or raises.

        It may raise for want of what it `needs`.
        """
        label = label or method
        if self.spoiled:
            return None
        if not offers(self.adapter, method):
            self._add(ABSENT, method, "", detail="not offered")
            return None
        named = self._named(method)
        refused = [name for name in named if not self.adapter.takes(method, name)]
        if refused:
            self._add(ABSENT, method, "", detail=f"{', '.join(refused)}: not taken")
            return None
        data, kind = self.data, "" if method == "derivative" else self.data.company
        note(f"{method} on {data.name}, {data.dtype}")
        whole = *arguments, *named.values()
        before = contract.snapshot(whole)
        self.earlier = company.before(kind, self.adapter, method, data)

        def call():
            got = contract.results(method, getattr(self.adapter, method)(*arguments, **named))
            return company.at_once(self.adapter, method, data, arguments, got) if kind == "threads" else got

        got = self._caught(label, call, needs)
        if got is None:
            return None
        self.overwritten |= any(value.tobytes() != copy.tobytes() for value, copy in self.earlier)
        words = contract.of_call(method, whole, before, got, named)
        return self._spoil(label, words) if words else got

    def _caught(self, label, call, needs=None):
        """What a call returns; None, with a verdict of this label, where it raises."""
        try:
            with np.errstate(all="ignore"):
                return call()
        except (Broke, Nonsense) as error:
            self._add(FAIL, label, RAISED, detail=str(error))
        except Impure as error:
            self._spoil(label, *error.args)
        except ENDINGS:
            raise
        except BaseException as error:
            if needs and isinstance(error, Exception):
                self._add(ABSENT, f"{label} without {needs}", "", detail="refused")
                return None
            self._add(
                FAIL, label, RAISED, detail=f"raised {contract.said(error)}", trace=contract.trace(error)
            )
        return None

    def _named(self, method):
        """What the data set has for a method beyond its arguments, by name."""
        given = {name: getattr(self.data, name, self.y) for name in options(method)}
        if not self.data.relu or not self.adapter.takes(method, "y"):
            given.pop("y", None)
        return {name: value for name, value in given.items() if value is not None and value is not False}

    def _spoil(self, label, words):
        """The verdict on a call that did to its arguments what it must not."""
        self._add(FAIL, label, PURITY, detail=f"{words}; not judged further")
        self.spoiled = True

    def _problem(self, mode, accumulate):
        """The oracle's view of the call, on the channels that are kept."""
        question = mode, accumulate
        if question not in self.asked:
            self.asked[question] = self._ask(*question)
        return self.asked[question]

    def _ask(self, mode, accumulate):
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

    def _forward(self, got):
        data, names = self.data, ("mean", "var", "y")
        # a variance of the wrong dtype may still say why y is wrong
        var = got.get("var", np.zeros(()))
        usable = var.shape == data.x.shape[1:2] and formats.is_floating(var.dtype)
        self.var = var[self.kept] if usable else 0.0
        got = self._formed(got, names, "training")
        self._compare(got, "training", lambda call: call.expected(names))
        y = got.get("y")
        if self.empty:
            return
        self.y = y
        if y is not None and self.lost.any():
            words = "finite where x is not" if np.isfinite(y[self.lost]).any() else ""
            label = "y of what has weight 0 and is no number"
            self._add(FAIL if words else PASS, label, oracle.EQUATION["y"], detail=words)
        alone = data.residual is None and not data.relu
        constant = np.resize(self.constant & self.finite, data.x.shape[1])
        if y is not None and alone and self.caps.constant and constant.any():
            rows = oracle.channels(y.astype(np.float64))[constant]
            rows = rows[:, oracle.channels(self.weighed)[0]]
            beta = np.zeros(len(constant)) if data.beta is None else data.beta
            with np.errstate(over="ignore", invalid="ignore"):
                beta = beta[constant, None].astype(y.dtype).astype(np.float64)
                off = np.where(rows == beta, 0, abs(rows - beta)).max()
            words = "" if off == 0 else "got nan, wanted beta" if np.isnan(off) else f"off by {off:.3g}"
            self._add(PASS if off == 0 else FAIL, "y of a constant channel", "(9.40)", detail=words)
        for name, equation in (("mean", "(9.38)"), ("var", "(9.39)"), ("y", "(9.40)")):
            if name in got:
                self._hidden(name, got[name], ~self.finite, equation)

    def _gate(self):
        """Let dy pass the gate of the y that forward has returned, or else of the exact one."""
        data, y = self.data, self.y
        if not data.relu or self.empty or not len(self.kept):
            return
        if y is None:
            y = np.zeros(data.block(data.x).shape)
            y[:, self.kept] = self._problem("training", self.declared).expected(("y",))["y"].nearest
            y = np.tile(y, data.repeats)
        self.dy = oracle.gated(data.dy, y)
        self.asked = {}

    def _poisoned(self, got):
        """Gradients of channels in which x or dy has a NaN or an inf: none may look finite."""
        either = ~(self.finite & self.finite_dy)
        for name, channels in (("dgamma", either), ("dbeta", ~self.finite_dy), ("dx", either)):
            if name in got and not self.empty:
                value = got[name]
                if name == "dx":  # where weight and dy are 0, it is 0 whatever the others are
                    value = np.where(self.weighed | (self.dy != 0), value, value.dtype.type(np.nan))
                self._hidden(name, value, channels, oracle.EQUATION[name])

    def _poisoned_inference(self, got):
        """y of inference, where x itself is a NaN or an inf: it may not look finite."""
        lost = np.isnan(self.data.x) if self.data.relu else ~np.isfinite(self.data.x)
        if "y" in got and lost.any():
            words = "finite where x is not" if np.isfinite(got["y"][lost]).any() else ""
            label = "inference y of a channel that is not finite"
            self._add(FAIL if words else PASS, label, oracle.EQUATION["y"], detail=words)
        self._infinite(got)

    def _infinite(self, got):
        """y of inference, where x is infinite and gamma not 0: infinite too, of the sign of their product."""
        data, along = self.data, (1, -1, *(1,) * (self.data.x.ndim - 2))
        gamma = np.ones(data.x.shape[1]) if data.gamma is None else data.gamma
        where = np.isinf(data.x) & (gamma.reshape(along) != 0)
        if "y" not in got or not where.any():
            return
        wanted = (data.x * np.sign(gamma).reshape(along))[where].astype(np.float64)
        wanted, y = np.maximum(wanted, 0) if data.relu else wanted, got["y"][where].astype(np.float64)
        words = f"got {y[y != wanted][0]}, exact {wanted[y != wanted][0]}" if (y != wanted).any() else ""
        label = "inference y of an infinite x"
        self._add(FAIL if words else PASS, label, oracle.EQUATION["y"], detail=words)

    def _hidden(self, name, value, channels, equation):
        channels = np.resize(channels, value.shape[min(1, value.ndim - 1)])
        if channels.any():
            hidden = np.isfinite(oracle.channels(value)[channels]).any()
            words = f"a channel with a NaN or an inf has finite {name}" if hidden else ""
            self._add(
                FAIL if hidden else PASS, f"{name} of a channel that is not finite", equation, detail=words
            )

    def _update(self):
        data, caps = self.data, self.caps
        if caps.variance == "unbiased" and data.count <= 1:
            if data.count == 1 and offers(self.adapter, "update"):
                self._undefined_update()
            return
        if self.empty:
            return
        old = data.running_mean, data.running_var
        got = self._call("update", data.x, *old, data.momentum)
        if got is None:
            return
        kept = tuple(each[self.kept] for each in old)

        def expected(call):
            return call.update(*kept, data.momentum, caps.variance, caps.weighs)

        self._judged(got, ("running_mean", "running_var"), "training", expected)

    def _second(self):
        """y along a direction, and the second backward pass."""
        data = self.data
        if data.ddx is None or (data.dtype in formats.HALVES and not self.caps.rounds_once):
            return  # a framework rounds the gradient to half precision before the next derivative
        got = self._call("jvp", data.ddx, data.x, data.gamma, data.eps)
        if got is not None:
            self._judged(got, ("jvp",), "training", lambda call: call.derivatives(("jvp",)))
        cotangents = data.ddx, data.ddgamma, data.ddbeta
        got = self._call("double_backward", *cotangents, data.dy, data.x, data.gamma, data.eps)
        if got is not None:
            self._judged(got, tuple(oracle.SECOND), "training", _second)
        for name in ("ddx", *COTANGENTS) if data.name == ABSENCES else ():
            cotangents = [None if each == name else getattr(data, each) for each in ("ddx", *COTANGENTS)]
            got = self._call(
                "double_backward", *cotangents, data.dy, data.x, data.gamma, data.eps, needs=name
            )
            if got is not None:
                apart = copy.copy(self)
                apart.data, apart.asked = replace(data, **{name: np.zeros_like(getattr(data, name))}), {}
                apart._judged(got, tuple(oracle.SECOND), "training", _second, f", without {name}")

    def _derivatives(self):
        """The derivatives of higher order, by every nesting."""
        data = self.data
        moved = derivatives.directions(data)
        if not moved or data.dtype in formats.HALVES:
            return  # half precision rounds the gradient before the next derivative
        if not offers(self.adapter, "derivative"):
            self._add(ABSENT, "derivative", "", detail="not offered")
            return
        kept = [each[:, self.kept] for each in moved]
        for nesting in derivatives.nestings(self.caps.operations):
            order, note = derivatives.order(nesting), f", {nesting}"
            if order > len(moved):
                continue
            name = derivatives.label(order)
            along = [moved[n] if n < order else None for n in range(len(DIRECTIONS))]
            given = nesting, data.dy, data.x, data.gamma, data.eps, *along
            got = self._call("derivative", *given, label=name + note)
            if got is not None:
                got = {name: got["derivative"]} if "derivative" in got else {}
                expect = partial(derivatives.expected, moved=kept, n=order)
                self._judged(got, (name,), "training", expect, note)

    def _shards(self):
        """The same batch in shards, some of them empty: what they return is what the whole would."""
        data = self.data
        if not data.cuts:
            return
        xs, dys = (np.split(each, data.cuts) for each in (data.x, data.dy))
        wide = data.gamma, data.beta, data.eps
        for method, arguments, names, expect in [
            ("shards", (xs, *wide), ("mean", "var", "y"), lambda call: call.expected(("mean", "var", "y"))),
            ("shards_backward", (dys, xs, *wide), GRADIENTS, _training_gradients),
        ]:
            got = self._call(method, *arguments)
            if got is None:
                continue
            name = "y" if method == "shards" else "dx"
            wanted = [each.shape for each in xs]
            if name in got and [each.shape for each in got[name]] != wanted:
                words = (
                    f"wanted shards of the shapes {wanted}, found {[each.shape for each in got.pop(name)]}"
                )
                self._add(FAIL, name + SHARDED, oracle.EQUATION[name], detail=words)
            elif name in got:
                got[name] = np.concatenate(got[name])
            self._judged(got, names, "training", expect, SHARDED)

    def _sequences(self):
        """The parts of the batch as batches of their own: a state over steps, one layer used often."""
        data = self.data
        parts = zip(*(np.split(each, data.cuts) for each in (data.x, data.dy)), strict=True)
        least = max(2, self.caps.least)
        used = [(x, dy) for x, dy in parts if x.size >= least * x.shape[1] or not (x.size or self.caps.least)]
        parts = [(x, dy) for x, dy in used if x.size]
        if not data.cuts or len(parts) < 2 or data.x.size > PARTED:
            return
        if not (self.finite & self.finite_dy).all():
            return  # what is large in half precision is not
        xs, dys = map(list, zip(*parts, strict=True))
        old = data.running_mean, data.running_var, data.momentum
        got = self._call("steps", xs, *old)
        how = {"variance": self.caps.variance, "weighs": self.caps.weighs}
        names = sequences.RUNNING if got is not None else ()
        for name, value in self._formed(got or {}, names, "training", STEPS).items():
            self._simple(name + STEPS, name, value, partial(sequences.steps, xs, *old, **how))
        wide = data.gamma, data.beta, data.eps
        expect = partial(sequences.uses, xs, dys, *wide)
        xs, dys = map(list, zip(*used, strict=True))
        got = self._call("uses", dys, xs, *wide)
        if got is None:
            return
        for n, value in enumerate(got.pop("dx", ())):
            words = contract.of_format("dx", value, data.dtype)
            if n >= len(xs) or value.shape != xs[n].shape:
                words = f"wanted arrays of the shapes {[x.shape for x in xs]}, number {n} has {value.shape}"
            if words:
                self._add(FAIL, "dx" + USES, oracle.EQUATION["dx"], detail=words)
                continue
            if not value.size:
                continue
            n -= sum(not x.size for x in xs[:n])
            self._simple(
                "dx" + USES,
                "dx",
                value,
                lambda accumulate, n=n: {"dx": expect(accumulate=accumulate)["dx"][n]},
            )
        for name, value in self._formed(got, ("dgamma", "dbeta"), "training", USES).items():
            self._simple(name + USES, name, value, expect)

    def _undefined_update(self):
        """m / (m - 1) is undefined at m = 1: an exception, or the variance left out, but no silent NaN."""
        data, named = self.data, self._named("update")
        if not all(self.adapter.takes("update", name) for name in named):
            return
        old = data.running_mean, data.running_var
        note(f"update on {data.name}, {data.dtype}")
        try:
            with np.errstate(all="ignore"):
                got = self.adapter.update(data.x, *old, data.momentum, **named)
            found = contract.results("update", got).get("running_var")
        except (Broke, Nonsense) as error:
            self._add(FAIL, "update", RAISED, detail=str(error))
            return
        except ENDINGS:
            raise
        except Exception:
            found = None
        except BaseException as error:
            self._add(FAIL, "update", RAISED, detail=f"raised {contract.said(error)}")
            return
        words = "" if found is None else contract.of_format("running_var", found, data.dtype)
        if found is not None and not words and not np.isfinite(found).all():
            words = "m / (m - 1) is undefined, and the running variance silently not finite"
        before = data.running_var.astype(np.float64)
        if (
            found is not None
            and not words
            and np.any(abs(found - before) > unit(data.mean.dtype) * abs(before))
        ):
            words = "m / (m - 1) is undefined, and the running variance is neither refused nor as it was"
        detail = "refused" if found is None else words
        self._add(
            FAIL if words else PASS, "running_var at m = 1", oracle.EQUATION["running_var"], detail=detail
        )

    def _judged(self, got, names, mode, expect, note=""):
        """Judge the outputs of these names; those that could be compared."""
        got = self._formed(got, names, mode, note)
        self._compare(got, mode, expect, note)
        return got

    def _formed(self, got, names, mode, note=""):
        """The outputs of these names that have the shape and a dtype that they must have; the rest fails."""
        data, formed = self.data, {}
        for name in names:
            label = _label(name, mode, note)
            if name not in got:
                words = "not returned for an empty batch" if self.empty else MISSING
                self._add(ABSENT, label, oracle.EQUATION[name], detail=words)
                continue
            shape = data.x.shape if name in ELEMENTS else data.x.shape[1:2]
            words = contract.of_format(name, got[name], data.dtype)
            if got[name].shape != shape:
                words = f"wanted the shape {shape}, found {got[name].shape}"
            if words:
                self._add(FAIL, label, oracle.EQUATION[name], detail=words)
                continue
            formed[name] = got[name]
            spread = any(n > 1 and not step for n, step in zip(data.x.shape, data.x.strides, strict=True))
            elsewhere = name == "dresidual" or spread or note == SHARDED or note.endswith("in place")
            if self.caps.keeps_layout and name in ELEMENTS and data.m and not elsewhere:
                words = contract.of_layout(got[name], data.x)
                self._add(FAIL if words else PASS, f"layout of {label}", LAYOUT, detail=words)
        return formed

    def _compare(self, got, mode, expect, note=""):
        """Judge outputs against what `expect` makes of the problem."""
        if self.empty:
            self._empty(got, mode)
            return
        if not len(self.kept) or not got:
            return
        expected = expect(self._problem(mode, self.declared))
        right = set()
        for name, value in got.items():
            part = self._part(value, expected[name])
            verdict = self._verdict(expected[name], part, name, mode, expect, right)
            self._placed(verdict, value, expected[name])
            verdict["quantity"] = _label(name, mode, note)
            if verdict["status"] in (PASS, INCONCLUSIVE):
                right.add(name)
            self._add(**verdict)

    def _part(self, value, expected):
        """An output on the channels that are kept; of the copies of an element, the one farthest off."""
        copies = self._copies(self._filled(value) if expected.name == "y" else value)
        if len(copies) == 1:
            lost = self.data.block(self.lost)[:, self.kept]
            if value.ndim == 1 or expected.name in ("y", *GRADIENTS, "dresidual") or not lost.any():
                return copies[0]
            # where x is no number, and counts nothing, a second derivative is none either
            return np.where(lost, expected.nearest.astype(value.dtype), copies[0])
        low, high = copies.min(axis=0), copies.max(axis=0)
        return np.where(abs(high - expected.nearest) >= abs(low - expected.nearest), high, low)

    def _copies(self, value):
        """The copies of the block in an output, one after the other, of the channels that are kept."""
        repeats = self.data.repeats[1:2] if value.ndim == 1 else self.data.repeats
        split = [part for n, times in zip(value.shape, repeats, strict=True) for part in (times, n // times)]
        axes = *range(0, 2 * value.ndim, 2), *range(1, 2 * value.ndim, 2)
        copies = value.reshape(split).transpose(axes).reshape(-1, *split[1::2])
        return np.take(copies, self.kept, axis=-1 if value.ndim == 1 else 2)

    def _empty(self, got, mode):
        """No elements: sums over nothing are 0; a mean of nothing is not defined, and not judged.

        So it is with a y that such a mean would standardise, where there are elements and none has a weight.
        """
        for name, value in got.items():
            if name in ("mean", "var") or (name == "y" and self.data.m):
                continue
            label = _label(name, mode)
            wrong = value.size and np.any(value != 0)
            self._add(FAIL if wrong else PASS, label, oracle.EQUATION[name], detail="not 0" if wrong else "")

    def _verdict(self, expected, part, name, mode, expect, right):
        """One output against the declared class, and the weaker ones where it fails that."""
        first = expected.compare(part)
        problem = self._problem(mode, self.declared)
        result = {"equation": expected.equation, "ratio": first.ratio}
        if first.ratio <= 1:
            decided = expected.tells(part.dtype) or decides(problem, mode, expected, part.dtype)
            return result | {"status": PASS if decided else INCONCLUSIVE} | self._worst(first)
        result |= self._worst(first)
        for accumulate in weaker(self.declared, self.data.dtype):
            if unit(ACCUMULATIONS[accumulate].formed(self.data.dtype)[0]) > unit(self.data.dtype):
                continue  # sums in fewer digits than the data have are no excuse
            call = self._problem(mode, accumulate)
            other = expect(call)[name]
            decided = other.tells(part.dtype) or decides(call, mode, other, part.dtype)
            if other.compare(part).ratio <= 1 and decided:
                return result | {"status": CLASS, "weaker": accumulate}
        equation, words = self._reason(name, part, expected, mode, right)
        return result | {"status": FAIL, "equation": equation, "detail": words}

    def _reason(self, name, part, expected, mode, right):
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
            call = self._problem(mode, self.declared)
            return reason(name, part, expected, call, self.data, self.kept, mode, right)

    def _worst(self, found):
        """The element of a comparison."""
        return {"index": found.index, "got": found.got, "exact": found.exact, "bound": found.bound}

    def _placed(self, verdict, value, expected):
        """Count the worst element among all copies of the block, and its channel among all channels."""
        index = list(verdict["index"])
        if not index:
            return
        repeats = self.data.repeats[1:2] if value.ndim == 1 else self.data.repeats
        copies = self._copies(value)[(slice(None), *index)]
        with np.errstate(invalid="ignore", over="ignore"):
            off = abs(copies.astype(np.float64) - expected.nearest[tuple(index)])
        which = np.unravel_index(np.argmax(np.where(np.isnan(off), np.inf, off)), repeats)
        position = 1 if len(index) > 1 else 0
        index[position] = int(self.kept[index[position]])
        extents = [n // times for n, times in zip(value.shape, repeats, strict=True)]
        verdict["index"] = tuple(int(k * n + i) for k, n, i in zip(which, extents, index, strict=True))


def _same(one, other):
    """Whether two arrays hold the same bits."""
    return (one.dtype, one.shape) == (other.dtype, other.shape) and one.tobytes() == other.tobytes()


def _label(name, mode, note=""):
    """What a verdict calls an output."""
    return (name if mode == "training" else f"{mode} {name}") + note


def _training_gradients(call):
    return call.gradients("training")


def _second(call):
    return call.derivatives(oracle.SECOND)


def _inference(call):
    return call.expected(("y",))


def _inference_gradients(call):
    return call.gradients("inference")


def _forward(call):
    return call.expected(RETURNS["forward"])


# The calls that can be made in place: what is written over, by what, and how that is judged.
IN_PLACE = {
    "forward": ("x", "y", "training", _forward),
    "backward": ("dy", "dx", "training", _training_gradients),
    "inference": ("x", "y", "inference", _inference),
    "inference_backward": ("dy", "dx", "inference", _inference_gradients),
}
