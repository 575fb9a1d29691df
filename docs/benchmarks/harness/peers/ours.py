"""bncore, through its public functions; and what of it is raced beside itself."""

from functools import partial

import bncore
from harness import workload
from harness.peers import crowd
from harness.peers.base import Base, Bound, Unsupported
from harness.workload import calls


def _forward(found):
    y, stats = found
    return {"y": y, "mean": stats.mean, "var": stats.var}


def _gradients(found):
    return dict(zip(("dx", "dgamma", "dbeta"), found, strict=True))


_RESULTS = {"forward": _forward, "inference": lambda found: {"y": found}, "backward": _gradients}


class Peer(Base):
    """bncore on all threads of the run."""

    name = "bncore"
    halves = True
    accumulate = {  # noqa: RUF012
        "float32": "float64", "float16": "float64", "bfloat16": "float64", "float64": "compensated"
    }  # fmt: skip

    def bind(self, operation, load, out):
        if operation in _RESULTS:
            return Bound(calls(bncore, load, out)[operation], _RESULTS[operation])
        return super().bind(operation, load, out)

    def _fused_forward(self, load, out, residual=None):
        given = {"eps": load.eps, "axis": load.axis, "residual": residual, "out": load.y if out else None}
        return Bound(partial(bncore.forward, load.x, load.gamma, load.beta, relu=True, **given), _forward)

    def forward_relu(self, load, out):
        return self._fused_forward(load, out)

    def forward_add_relu(self, load, out):
        return self._fused_forward(load, out, load.residual)

    def _fused_backward(self, load, out, operation, **given):
        y = load.activated[operation]
        stats = bncore.statistics(load.x, eps=load.eps, axis=load.axis)
        given |= {"axis": load.axis, "out": load.dx if out else None}
        call = partial(bncore.backward, load.dy, load.x, load.gamma, stats, y=y, **given)
        return Bound(call, _gradients)

    def backward_relu(self, load, out):
        return self._fused_backward(load, out, "backward relu")

    def backward_add_relu(self, load, out):
        bound = self._fused_backward(load, out, "backward add relu", residual_out=load.dresidual)
        return Bound(bound.call, lambda found: bound.results(found) | {"dresidual": load.dresidual})

    def sums_exact(self, load, out):
        return _sums(load, exact=True)

    def forward_masked(self, load, out):
        """The forward pass of padded rows; what counts of its results."""
        padded = load.padded
        given = {"eps": load.eps, "axis": load.axis, "weights": padded.weights}
        call = partial(
            bncore.forward, padded.x, load.gamma, load.beta, out=padded.y if out else None, **given
        )
        return Bound(call, lambda found: _forward(found) | {"y": padded.counting(found[0])})

    def statistics_masked(self, load, out):
        padded = load.padded
        call = partial(bncore.statistics, padded.x, eps=load.eps, axis=load.axis, weights=padded.weights)
        return Bound(call, _statistics)

    def backward_masked(self, load, out):
        padded = load.padded
        given = {"axis": load.axis, "weights": padded.weights}
        stats = bncore.statistics(padded.x, eps=load.eps, **given)
        place = padded.dx if out else None
        call = partial(bncore.backward, padded.dy, padded.x, load.gamma, stats, out=place, **given)
        return Bound(call, lambda found: _gradients((padded.counting(found[0]), *found[1:])))

    def layer(self, load, out):
        from harness.peers import steps

        return steps.layer(load, out, ours=True)

    def training_step(self, load, out):
        from harness.peers import steps

        return steps.training(load, out, ours=True)

    def training_step_fused(self, load, out):
        from harness.peers import steps

        return steps.training(load, out, ours=True, fused=True)

    def crowd(self, load, out):
        return crowd.bind("bncore", load, out)


def _statistics(stats):
    return {"mean": stats.mean, "var": stats.var}


def _sums(load, exact):
    call = lambda: bncore.sums(load.x, axis=load.axis, exact=exact)  # noqa: E731
    return Bound(call, lambda found: _statistics(found.stats(eps=load.eps)))


class Ordinary(Peer):
    """The ordinary sums, beside exact ones."""

    name = "bncore, ordinary sums"

    def bind(self, operation, load, out):
        if operation != "sums exact":
            raise Unsupported(operation)
        return _sums(load, exact=False)


class Counting(Peer):
    """The same call on the elements that count, beside the one on all of them with weights."""

    name = "bncore, what counts alone"

    def bind(self, operation, load, out):
        kind, _, masked = operation.partition(" ")
        if masked != "masked":
            raise Unsupported(operation)
        results = _RESULTS | {"statistics": _statistics}
        return Bound(calls(bncore, load, out)[kind], results[kind])


class Single(Peer):
    """float32, beside half precision."""

    name = "bncore, float32"

    def bind(self, operation, load, out):
        if load.x.itemsize != 2:
            raise Unsupported("this is raced beside half precision")
        single = workload.laid_out(load.x.shape, load.axis, "float32")
        bound = super().bind(operation, single, out)
        # the operands are not those of the race: `harness.run` verifies them in races of float32
        return Bound(bound.call, lambda found: {})


class OneThread(Peer):
    """bncore on the calling thread: what the others are worth."""

    name = "bncore, one thread"
    threads = 1

    def bind(self, operation, load, out):
        if operation not in _RESULTS:
            raise Unsupported(operation)
        bound = super().bind(operation, load, out)

        def call():
            before = bncore.get_num_threads()
            bncore.set_num_threads(self.threads)
            try:
                return bound.call()
            finally:
                bncore.set_num_threads(before)

        return Bound(call, bound.results)


class Crowded(OneThread):
    """bncore on twice as many threads as there are processors."""

    name = "bncore, twice the threads"

    @property
    def threads(self):
        return 2 * bncore.get_num_threads()


class Passive(Base):
    """bncore in processes whose threads sleep as soon as they have nothing to do."""

    name = "bncore, passive waiting"

    def crowd(self, load, out):
        return crowd.bind("bncore", load, out, OMP_WAIT_POLICY="passive")


class Alone(Base):
    """One process that does what a crowd does, one after the other."""

    name = "bncore, one process"

    def crowd(self, load, out):
        return crowd.bind("bncore", load, out, count=1)
