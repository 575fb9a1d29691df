"""What else a layer is used for: several times in a step, over x, in groups, renormalized, and elsewhere."""

import copy
from math import prod

import numpy

from .watch import Found, equal

SIZES = (1, 2, 3, 7)
LIMITS = {"none": (1.0, 0.0), "some": (1.5, 0.5), "all": (float("inf"), float("inf"))}
NAMES = {
    "torch": ("weight", "bias"),
    "keras": ("gamma", "beta"),
    "flax": ("scale", "bias"),
    "onnx": ("scale", "B"),
}
HELD = ("gamma", "beta", "running_mean", "running_var", "num_batches_tracked", "num_elements_tracked")


def draw(r, name):
    """What a step of this name needs, beside its tensors."""
    weighs = {"weighs": r.random() < 0.4}
    return {
        "vjp": lambda: weighs,
        "groups": lambda: {"size": r.choice(SIZES)} | weighs,
        "renorm": lambda: {"limits": r.choice(tuple(LIMITS))},
    }.get(name, dict)()


class Uses:
    """Steps of a life that are made on copies of its layer, which stays as it was but for `vjp`."""

    def _twin(self):
        return copy.deepcopy(self.layer)

    def _weights(self, step):
        """Weights of a step, which add up to more than 1 wherever there is an element; or None."""
        if not step["weighs"]:
            return None
        shape = [1 if i == self.axis % len(self.shape) else extent for i, extent in enumerate(self.shape)]
        return numpy.random.default_rng(step["x"]["at"]).uniform(1.5, 3, shape)

    def _refuses(self, parts):
        """Whether one of so many samples has one element a channel, which training refuses."""
        m = prod(self.shape) // self.features
        trains = self.layer.training and self.case["track"] and m > 0
        return trains and any(n * m == self._samples() for n in parts)

    def _same_state(self, one, other):
        for name in HELD:
            if not equal(getattr(one, name), getattr(other, name)):
                raise Found(f"{name} of one use is not that of another", f"{one!r}")

    def _vjp(self, step):
        """A use with a gradient of its own, asked for twice."""
        watch, layer, twin = self.watch, self.layer, self._twin()
        (_, x), (_, dy) = (self._made(name, step[name]) for name in ("x", "dy"))
        weights = self._weights(step)
        if weights is None and self._refuses([self._samples()]):
            watch.refusal({"x"}, layer.vjp, x)
            return
        watch.success(layer.zero_grad)
        y, pull = watch.success(layer.vjp, x, weights)
        self._same("y", y, watch.success(twin, x, weights))
        self._same_state(layer, twin)
        first = watch.success(pull, dy)
        self._same("dx", first, watch.success(twin.backward, dy))
        self._same("dx", watch.success(pull, dy), first)
        if self.case["affine"]:
            for name in ("dgamma", "dbeta"):
                once = getattr(twin, name)
                self._same(name, getattr(layer, name), once + once)

    def _over(self, step):
        """A forward over x, which has no backward."""
        watch, one, other = self.watch, self._twin(), self._twin()
        (array, _), (_, dy) = (self._made(name, step[name]) for name in ("x", "dy"))
        if self._refuses([self._samples()]):
            return
        room = numpy.array(array, array.dtype.newbyteorder("="))
        wanted = watch.success(other, numpy.array(room))
        self._same("y", watch.success(one, room, out=room), wanted)
        self._same_state(one, other)
        watch.refusal({"backward"}, one.backward, dy, more=(RuntimeError,))

    def _groups(self, step):
        """Ghost batches, and the groups one after the other."""
        watch, one, other = self.watch, self._twin(), self._twin()
        given, given_dy = (self._made(name, step[name])[1] for name in ("x", "dy"))
        # of a list the layout is another, and bits depend on it
        x, dy = numpy.asarray(given), numpy.asarray(given_dy)
        one.ghost, samples = step["size"], self._samples()
        cuts = range(0, max(samples, 1), step["size"])
        sizes = [min(step["size"], samples - first) for first in cuts]
        weights = self._weights(step)
        if weights is None and self._refuses(sizes):
            watch.refusal({"x"}, one, given)
            return
        if not one.training and self.case["track"]:
            sizes, cuts = [samples], [0]
        y, dx = watch.success(one, given, weights), watch.success(one.backward, given_dy)
        for first, size in zip(cuts, sizes, strict=True):
            some = (*[slice(None)] * (self.axis % len(self.shape) == 0), slice(first, first + size))
            of_group = None if weights is None else weights[some]
            self._same("y of a group", y[some], watch.success(other, x[some], of_group))
            self._same("dx of a group", dx[some], watch.success(other.backward, dy[some]))
        self._same_state(one, other)

    def _renorm(self, step):
        """Batch renormalization, and batch normalization by the two other parameters."""
        watch, layer, limits = self.watch, self._twin(), LIMITS[step["limits"]]
        (_, x), (_, dy) = (self._made(name, step[name]) for name in ("x", "dy"))
        layer.renorm = limits
        if not self.case["track"]:
            watch.refusal({"renorm"}, layer, x)
            return
        if not layer.training or self._refuses([self._samples()]):
            return
        before = self._twin()
        y, dx = watch.success(layer, x), watch.success(layer.backward, dy)
        stats = watch.success(self.module.statistics, x, eps=self.eps, axis=self.axis)
        deviation = numpy.sqrt(before.running_var + float(self.eps))
        if not deviation.all():
            return
        r = numpy.clip(numpy.sqrt(stats.var + float(self.eps)) / deviation, 1 / limits[0], limits[0])
        d = numpy.clip((stats.mean - before.running_mean) / deviation, -limits[1], limits[1])
        gamma = numpy.ones_like(r) if before.gamma is None else before.gamma.astype(float)
        beta = 0 if before.beta is None else before.beta
        how = {"eps": self.eps, "axis": self.axis, "relu": layer.relu}
        wanted, stats = watch.success(self.module.forward, x, gamma * r, gamma * d + beta, **how)
        self._same("renormalized y", y, wanted)
        gate = {"y": y} if layer.relu else {}
        wanted = watch.success(self.module.backward, dy, x, gamma * r, stats, axis=self.axis, **gate)[0]
        self._same("dx of what was renormalized", dx, wanted)

    def _elsewhere(self, step):
        """The numbers to other libraries, and back."""
        layer, made = self.layer, self.module.BatchNorm
        dtype = numpy.dtype(self.case["dtype"])
        running = {"running_mean", "running_var"} if self.case["track"] else set()
        narrow = {name: getattr(layer, name).astype(dtype) for name in running}
        lost = any(
            (numpy.isfinite(getattr(layer, name)) & ~numpy.isfinite(narrow[name])).any() for name in narrow
        )
        for library, names in NAMES.items():
            give, take = getattr(layer, f"to_{library}"), getattr(made, f"from_{library}")
            if not self.case["track"] and library != "torch":
                self.watch.refusal({"track_running_stats"}, give)
                continue
            if layer.momentum is None and library == "onnx":
                self.watch.refusal({"momentum", *running}, give)
                continue
            if lost:
                self.watch.refusal(running, give)
                continue
            if not self.case["track"] and not self.case["affine"]:
                continue
            state = self.watch.success(give)
            options = {name: self.given[name] for name in ("eps", "axis", "dtype")} | {"momentum": 0.5}
            again = self.watch.success(take, state, **options)
            flat = {**state["params"], **state["batch_stats"]} if library == "flax" else state
            for ours, theirs in zip(("gamma", "beta"), names, strict=True):
                if self.case["affine"]:
                    self._same(f"{theirs} of {library}", flat[theirs], getattr(layer, ours))
                    self._same(f"{ours} from {library}", getattr(again, ours), getattr(layer, ours))
            for name in running:
                self._same(f"{name} from {library}", getattr(again, name), narrow[name].astype(float))

    def _samples(self):
        return self.shape[0 if self.axis % len(self.shape) else 1]
