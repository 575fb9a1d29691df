"""Cases of the layer: short lives, of which every step is held against the functions and against spec."""

import copy
import pickle
from fractions import Fraction
from math import prod

import numpy

from . import drawing, operations, reference, uses, wrong
from .laying import fill, handed, lay
from .watch import Found, equal

MOMENTUM = {
    "0.1": 0.1,
    "0": 0.0,
    "int 0": 0,
    "1": 1.0,
    "True": True,
    "None": None,
    "0.75": numpy.float64(0.75),
    "third": Fraction(1, 3),
}
WRONG = {
    # 2**31 features are right, and more than a machine holds
    "num_features": {key: value for key, value in wrong.COUNT.items() if key != "long"},
    "eps": wrong.EPS,
    "momentum": wrong.MOMENTUM,
    "axis": {key: value for key, value in wrong.AXIS.items() if "long" not in key and "huge" not in key},
    "dtype": wrong.DTYPE,
}
STATE = ("gamma", "beta", "running_mean", "running_var", "num_batches_tracked", "num_elements_tracked")

_COUNT = {key: value for key, value in wrong.COUNT.items() if key not in ("zero", "huge", "long", "longer")}
BAD = {name: _COUNT if name.startswith("num_") else wrong.GIVEN for name in STATE}
# a sum of weights is a float
BAD["num_elements_tracked"] = {key: value for key, value in _COUNT.items() if "float" not in key}
BAD["state"] = dict.fromkeys(("none", "list", "more", "less"))


def draw(r):
    """A layer, and what happens to it."""
    dtype = r.choices(("float32", "float64", "float16", "bfloat16"), (50, 35, 8, 7))[0]
    shape = drawing.shape(r, dtype)
    case = {
        "dtype": r.choice(("float32", "float64")),
        "of": dtype,
        "shape": shape,
        "axis": 1 if r.random() < 0.5 else r.randrange(-len(shape), len(shape)),
        "threads": drawing.threads(r),
        "affine": r.random() < 0.8,
        "track": r.random() < 0.8,
        "relu": r.random() < 0.2,
    }
    if not shape[case["axis"]]:
        shape[case["axis"]] = 1
    if r.random() < 0.4:
        case["momentum"] = r.choice(tuple(MOMENTUM))
    if r.random() < 0.2:
        case["eps"] = r.choice(tuple(operations.EPS))
    if r.random() < 0.1:
        name = r.choice(tuple(WRONG))
        case["wrong"] = [name, r.choice(tuple(WRONG[name]))]
    case["steps"] = [_step(r, len(shape)) for _ in range(r.choice((1, 2, 2, 3, 4)))]
    return case


def _step(r, axes):
    name = r.choice(
        (
            *("pass", "pass", "pass", "eval", "train", "state", "copy", "refused", "parameters", "early"),
            *("vjp", "over", "groups", "renorm", "elsewhere"),
        )
    )
    step = {"do": name}
    if name == "pass":
        step |= {"x": drawing.tensor(r, axes), "dy": drawing.tensor(r, axes), "judge": r.random() < 0.3}
        step["call"] = r.random() < 0.5
        if r.random() < 0.25:
            step["residual"] = drawing.tensor(r, axes)
    if name in ("vjp", "over", "groups", "renorm"):
        step |= {"x": drawing.tensor(r, axes), "dy": drawing.tensor(r, axes)} | uses.draw(r, name)
    if name == "parameters":
        step |= {"gamma": drawing.vector(r, "gamma"), "beta": drawing.vector(r, "beta")}
    if name == "state":
        name = r.choice(tuple(BAD))
        step["bad"] = [name, r.choice(tuple(BAD[name]))]
    if name == "refused":
        step["x"] = r.choice([*wrong.FIRST, "channels"])
    return step


class Life(uses.Uses):
    """A layer, and the steps that it goes through."""

    def __init__(self, watch, case):
        self.watch, self.case, self.module = watch, case, watch.module
        self.shape, self.axis = tuple(case["shape"]), case["axis"]
        self.dtype = numpy.dtype(case["of"])
        self.features = self.shape[self.axis]
        self.eps = operations.EPS[case.get("eps", "1e-5")]
        self.momentum = MOMENTUM[case.get("momentum", "0.1")]
        self.given = {
            "num_features": self.features,
            "eps": self.eps,
            "momentum": self.momentum,
            "affine": case["affine"],
            "track_running_stats": case["track"],
            "axis": self.axis,
            "dtype": numpy.dtype(case["dtype"]),
            "relu": case["relu"],
        }

    def run(self):
        watch = self.watch
        if self.case.get("wrong"):
            name, kind = self.case["wrong"]
            watch.refusal({name}, self.module.BatchNorm, **self.given | {name: WRONG[name][kind]})
            return
        self.layer = watch.success(self.module.BatchNorm, **self.given)
        self.passed = False
        for step in self.case["steps"]:
            watch.memory.clear()
            getattr(self, "_" + step["do"])(step)

    def numbers(self):
        """The state of the layer."""
        return {name: copy.copy(getattr(self.layer, name)) for name in STATE}

    def unchanged(self, before, what):
        """Have the state as it was."""
        for name, value in self.numbers().items():
            if not equal(value, before[name]):
                raise Found(
                    f"the layer's {name} changes: {what}", f"from {before[name]!r} to {value!r}"[:300]
                )

    def _made(self, name, how):
        if self.dtype.itemsize == 2:
            # a list would be of float64, and no buffer says that it is of bfloat16
            how = {key: value for key, value in how.items() if key != "as"}
        array = lay(self.watch.memory, name, self.shape, self.dtype, how, self.axis % len(self.shape))
        fill(array, how, self.axis % len(self.shape))
        return array, handed(array, how)

    def _pass(self, step):
        """A forward, and a backward of it."""
        watch, layer, module = self.watch, self.layer, self.module
        (_, given), (dy, given_dy) = (self._made(name, step[name]) for name in ("x", "dy"))
        added = {"residual": self._made("residual", step["residual"])[1]} if "residual" in step else {}
        before, written = self.numbers(), watch.memory.snapshot()
        forward = layer if step["call"] else layer.forward
        training, m = layer.training, prod(self.shape) // self.features
        first, second = self.case["threads"]
        module.set_num_threads(first)
        if training and self.case["track"] and m == 1:
            watch.refusal({"x"}, forward, given, **added)
            self.unchanged(before, "a forward that was refused")
            return
        y = watch.success(forward, given, **added)
        after = self.numbers()
        module.set_num_threads(second)
        how = {"eps": self.eps, "axis": self.axis}
        gamma, beta, more = layer.gamma, layer.beta, {"relu": self.case["relu"], **added}
        if training or not self.case["track"]:
            wanted, stats = watch.success(module.forward, given, gamma, beta, **how, **more)
        else:
            statistics = before["running_mean"], before["running_var"]
            wanted = watch.success(module.inference, given, gamma, beta, *statistics, **how, **more)
        self._same("y", y, wanted)
        if training and self.case["track"] and m:
            self._updated(before, after, stats, step)
        else:
            self.unchanged(before, "a forward that may not")
        after = self.numbers()
        passed = numpy.where(y > 0, dy, self.dtype.type(0)) if self.case["relu"] else dy
        place = {"residual_out": numpy.empty(self.shape, self.dtype)} if added else {}
        dx = watch.success(layer.backward, given_dy, **place)
        if added:
            native = numpy.asarray(passed, self.dtype)
            self._same("residual_out", place["residual_out"], native)
        if training or not self.case["track"]:
            gate = {"y": y} if self.case["relu"] else {}
            wanted = watch.success(module.backward, given_dy, given, gamma, stats, axis=self.axis, **gate)
        else:
            wanted = watch.success(module.inference_backward, passed, given, gamma, *statistics, **how)
        self._same("dx", dx, wanted[0])
        if self.case["affine"]:
            self._same("dgamma", layer.dgamma, wanted[1])
            self._same("dbeta", layer.dbeta, wanted[2])
        self.unchanged(after, "a backward")
        changed = watch.memory.changed(written)
        if changed:
            raise Found("the layer writes where it must not", changed)
        self.passed = True

    def _same(self, name, got, wanted):
        if not equal(got, wanted):
            raise Found(f"{name} of the layer is not that of the function", f"{got!r}, not {wanted!r}"[:300])

    def _updated(self, before, after, stats, step):
        """Have the running statistics as the batch makes them."""
        if after["num_batches_tracked"] != before["num_batches_tracked"] + 1:
            raise Found("a batch is not counted", f"{after['num_batches_tracked']}")
        if after["num_elements_tracked"] != before["num_elements_tracked"] + stats.count:
            raise Found("the elements are not counted", f"{after['num_elements_tracked']}")
        old = before["running_mean"], before["running_var"]
        new = {name: after[name] for name in ("running_mean", "running_var")}
        if self.momentum is not None and self.momentum == 0:
            self._same("a running mean that is to be kept", new["running_mean"], old[0])
            self._same("a running variance that is to be kept", new["running_var"], old[1])
            return
        if self.momentum == 1:
            self._same("a running mean that is to be replaced", new["running_mean"], stats.mean)
        if self.momentum is None:
            if before["num_batches_tracked"]:
                return
            # all elements so far are those of this batch: 1 is the weight of a new value then
            old = stats.mean, stats.var
        if not step.get("judge"):
            return
        finite = numpy.all([numpy.isfinite(each) for each in (*old, stats.mean, stats.var)], axis=0)
        if finite.all():
            momentum = 1.0 if self.momentum is None else self.momentum
            for name, wanted in reference.running(stats, old, momentum).items():
                self.watch.judged += 1
                worst = wanted.compare(new[name])
                if worst.ratio > 1:
                    raise Found(f"beyond its bound: {name}", str(worst))

    def _eval(self, step):
        if self.watch.success(self.layer.eval) is not self.layer or self.layer.training:
            raise Found("eval does not evaluate", "")

    def _train(self, step):
        if self.watch.success(self.layer.train) is not self.layer or not self.layer.training:
            raise Found("train does not train", "")

    def _parameters(self, step):
        """Other numbers in the place of gamma and beta."""
        for name in ("gamma", "beta"):
            if self.case["affine"]:
                array = numpy.empty(self.features, self.case["dtype"])
                fill(array, step[name])
                setattr(self.layer, name, array)

    def _state(self, step):
        """The state out of this layer and into another one, and bad states into this one."""
        before = self.numbers()
        state = self.watch.success(self.layer.state_dict)
        other = self.watch.success(self.module.BatchNorm, **self.given)
        self.watch.success(other.load_state_dict, state)
        for name, value in state.items():
            mine, its = getattr(self.layer, name), getattr(other, name)
            if not equal(value, its) or not equal(value, mine):
                raise Found(f"{name} is not what state_dict gave", f"{mine!r}, {value!r}, {its!r}"[:300])
            if isinstance(value, numpy.ndarray) and any(numpy.shares_memory(value, a) for a in (mine, its)):
                raise Found(f"{name} of a state is no copy", "")
        name, kind = step["bad"]
        bad = {"none": None, "list": [], "more": state | {"more": 1}, "less": dict(list(state.items())[1:])}
        if name == "state" and (state or kind != "less"):
            self.watch.refusal({"state"}, self.layer.load_state_dict, bad[kind])
        elif name in state:
            make = BAD[name][kind]
            value = make(state[name]) if callable(make) else make
            if value is not wrong.NO:
                self.watch.refusal({name}, self.layer.load_state_dict, state | {name: value})
        self.unchanged(before, "a state that was refused")

    def _copy(self, step):
        """Copies have the same state and the same configuration."""
        for make in (copy.copy, copy.deepcopy, lambda layer: pickle.loads(pickle.dumps(layer))):
            other = self.watch.success(make, self.layer)
            if repr(other) != repr(self.layer) or "BatchNorm(" not in repr(other):
                raise Found("a copy of a layer is another one", f"{other!r}, not {self.layer!r}")
            for name in STATE:
                if not equal(getattr(other, name), getattr(self.layer, name)):
                    raise Found("a copy of a layer has another state", name)

    def _refused(self, step):
        """An x that is none."""
        before = self.numbers()
        x, _ = self._made("x", {"at": 0})
        if step["x"] == "channels":
            bad = numpy.concatenate([x, x], axis=self.axis)
        else:
            bad = wrong.FIRST[step["x"]](x)
        if bad is not wrong.NO:
            self.watch.refusal({"x", "axis"}, self.layer.forward, bad)
            self.unchanged(before, "a forward that was refused")

    def _early(self, step):
        """A backward without a forward."""
        if not self.passed:
            fresh = self.watch.success(self.module.BatchNorm, **self.given)
            dy, _ = self._made("dy", {"at": 0})
            self.watch.refusal({"backward"}, fresh.backward, dy, more=(RuntimeError,))


def run(watch, case):
    """Carry out a case. Raises Found."""
    Life(watch, case).run()
