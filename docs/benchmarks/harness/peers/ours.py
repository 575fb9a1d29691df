"""bncore, through its public functions."""

from functools import partial

import bncore
from harness.peers.base import Base, Bound


class Peer(Base):
    """bncore on all threads of the run."""

    name = "bncore"
    accumulate = {"float32": "float64", "float64": "compensated"}  # noqa: RUF012

    def forward(self, load, out):
        call = partial(
            bncore.forward,
            load.x,
            load.gamma,
            load.beta,
            eps=load.eps,
            axis=load.axis,
            out=load.y if out else None,
        )
        return Bound(call, lambda found: {"y": found[0], "mean": found[1].mean, "var": found[1].var})

    def inference(self, load, out):
        call = partial(
            bncore.inference, load.x, load.gamma, load.beta, load.mean, load.var,
            eps=load.eps, axis=load.axis, out=load.y if out else None,
        )  # fmt: skip
        return Bound(call, lambda found: {"y": found})

    def backward(self, load, out):
        stats = bncore.statistics(load.x, eps=load.eps, axis=load.axis)
        call = partial(
            bncore.backward, load.dy, load.x, load.gamma, stats, axis=load.axis, out=load.dx if out else None
        )
        return Bound(call, lambda found: dict(zip(("dx", "dgamma", "dbeta"), found, strict=True)))


class OneThread(Peer):
    """bncore on the calling thread: what the others are worth."""

    name = "bncore, one thread"

    def bind(self, operation, load, out):
        bound = super().bind(operation, load, out)

        def call():
            before = bncore.get_num_threads()
            bncore.set_num_threads(1)
            try:
                return bound.call()
            finally:
                bncore.set_num_threads(before)

        return Bound(call, bound.results)
